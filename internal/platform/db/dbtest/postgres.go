package dbtest

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// binaries is where Debian puts PostgreSQL 15.
const binaries = "/usr/lib/postgresql/15/bin"

// private starts a PostgreSQL for this test binary, once, and returns its URL.
var private = sync.OnceValues(startPostgres)

// alive is the keeper's standard input: never written to, open for as long as
// the test binary runs.
var alive io.WriteCloser

// script runs a PostgreSQL that listens on a socket in its folder only, until
// its standard input ends, which it does with the test binary however that
// ends; then it removes the folder.
const script = `
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=50 >"$2/log" 2>&1 </dev/null &
read -r end
kill -QUIT $!
wait $!
rm -rf "$2"
`

func startPostgres() (string, error) {
	if _, err := os.Stat(filepath.Join(binaries, "initdb")); err != nil {
		return "", errors.New(binaries + " is not there")
	}
	as, err := postgresUser()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "ieum-postgres-")
	if err != nil {
		return "", err
	}
	if as != nil {
		if err := os.Chown(dir, int(as.Credential.Uid), int(as.Credential.Gid)); err != nil {
			return "", err
		}
	}
	initdb := exec.Command(filepath.Join(binaries, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = as, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		return "", fmt.Errorf("initdb: %w: %s", err, out)
	}
	keeper := exec.Command("/bin/sh", "-c", script, "sh", binaries, dir)
	keeper.SysProcAttr, keeper.Dir = as, dir
	if alive, err = keeper.StdinPipe(); err != nil {
		return "", err
	}
	if err := keeper.Start(); err != nil {
		return "", err
	}
	return await(dir)
}

// postgresUser says as whom PostgreSQL runs: it refuses to as root.
func postgresUser() (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

// await waits until the server in dir accepts connections.
func await(dir string) (string, error) {
	for range 2400 {
		log, err := os.ReadFile(filepath.Join(dir, "log"))
		if err == nil && strings.Contains(string(log), "database system is ready to accept connections") {
			return "postgres:///postgres?user=postgres&host=" + url.QueryEscape(dir), nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	log, _ := os.ReadFile(filepath.Join(dir, "log"))
	return "", fmt.Errorf("PostgreSQL did not start within 2 minutes: %s", log)
}
