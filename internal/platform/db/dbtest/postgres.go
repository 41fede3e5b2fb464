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
	"testing"
	"time"
)

// binaries is where Debian puts PostgreSQL 15.
const binaries = "/usr/lib/postgresql/15/bin"

// private starts a PostgreSQL for this test binary, once, and returns its URL.
var private = sync.OnceValues(startPostgres)

// alive is the keeper's standard input: never written to, open for as long as
// the test binary runs.
//
//lint:ignore U1000 held, so that the pipe is not closed before the end
var alive io.WriteCloser

// script runs a PostgreSQL that listens on a socket in its folder only, until
// its standard input ends, which it does with the test binary however that
// ends; then it removes the folder, unless it is told "keep" before.
const script = `
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=50 >"$2/log" 2>&1 </dev/null &
read -r end
kill -QUIT $!
wait $!
[ "$end" = keep ] || rm -rf "$2"
`

func startPostgres() (string, error) {
	dir, as, err := initPostgres()
	if err != nil {
		return "", err
	}
	if _, alive, err = keepPostgres(dir, as); err != nil {
		return "", err
	}
	return await(dir)
}

// initPostgres makes an empty cluster in a folder of its own, and says as whom
// it runs.
func initPostgres() (dir string, as *syscall.SysProcAttr, err error) {
	if _, err := os.Stat(filepath.Join(binaries, "initdb")); err != nil {
		return "", nil, errors.New(binaries + " is not there")
	}
	if as, err = postgresUser(); err != nil {
		return "", nil, err
	}
	if dir, err = os.MkdirTemp("", "ieum-postgres-"); err != nil {
		return "", nil, err
	}
	if as != nil {
		if err := os.Chown(dir, int(as.Credential.Uid), int(as.Credential.Gid)); err != nil {
			return "", nil, err
		}
	}
	initdb := exec.Command(filepath.Join(binaries, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = as, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		return "", nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	return dir, as, nil
}

// keepPostgres starts the keeper of a cluster; end is its standard input.
func keepPostgres(dir string, as *syscall.SysProcAttr) (keeper *exec.Cmd, end io.WriteCloser, err error) {
	keeper = exec.Command("/bin/sh", "-c", script, "sh", binaries, dir)
	keeper.SysProcAttr, keeper.Dir = as, dir
	if end, err = keeper.StdinPipe(); err != nil {
		return nil, nil, err
	}
	return keeper, end, keeper.Start()
}

// A Server is a PostgreSQL of one test, which may stop and start it.
type Server struct {
	URL string // of its empty database

	t      testing.TB
	dir    string
	as     *syscall.SysProcAttr
	keeper *exec.Cmd
	end    io.WriteCloser
}

// NewServer starts a PostgreSQL until the test ends, or skips the test where
// none is installed.
func NewServer(t testing.TB) *Server {
	t.Helper()
	dir, as, err := initPostgres()
	if err != nil {
		t.Skip("no PostgreSQL to stop: " + err.Error() + "; install Debian's postgresql-15")
	}
	s := &Server{t: t, dir: dir, as: as}
	t.Cleanup(func() {
		s.Stop()
		os.RemoveAll(dir)
	})
	s.Start()
	return s
}

// Start starts it and waits until it takes connections.
func (s *Server) Start() {
	s.t.Helper()
	err := os.RemoveAll(filepath.Join(s.dir, "log")) // says of the run before that it was ready
	if err == nil {
		s.keeper, s.end, err = keepPostgres(s.dir, s.as)
	}
	if err == nil {
		s.URL, err = await(s.dir)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// Stop ends it at once, as a crash does: it has no time to say goodbye.
func (s *Server) Stop() {
	if s.keeper == nil {
		return
	}
	io.WriteString(s.end, "keep\n")
	s.end.Close()
	s.keeper.Wait()
	s.keeper = nil
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
