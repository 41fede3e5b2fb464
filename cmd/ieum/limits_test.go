package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ieum/internal/snapshot"
)

// Deliveries that come at once are taken in one after the other or refused,
// and those that were taken in are all there.
func TestTwoIngestsAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const several = 4
	var wg sync.WaitGroup
	taken := make([]bool, several)
	for i := range several {
		path := filepath.Join(t.TempDir(), "jobs.csv")
		writeFile(t, path, jobs(1000*(i+1), 1000*(i+1)+100))
		wg.Go(func() {
			for {
				status, out, said := b.run("ingest", "stall", path)
				if status == 0 {
					taken[i] = true
					return
				}
				checkSentence(t, "ingest", status, out, said, 1, "another ieum ingest or build is running on this folder; wait until it ends")
				if t.Failed() {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
	wg.Wait()
	b.succeed("build")
	dir, err := snapshot.Current(b.data)
	if err != nil {
		t.Fatal(err)
	}
	s, err := snapshot.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if rows := s.Members.ID.Len(); rows != 40+several*100 || !strings.Contains(b.kept(), "5 deliveries") {
		t.Errorf("%d rows are served, of %s; want %d", rows, b.kept(), 40+several*100)
	}
	unlock, err := lock(b.data, "build.lock", "taken")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	b.fail(1, "another ieum ingest or build is running on this folder; wait until it ends", "build")
}

// smallDisk mounts a disk of so many bytes in memory for the test.
func smallDisk(t *testing.T, bytes int) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)); err != nil {
		t.Skipf("a small disk cannot be mounted (%v): run as root to test a full one", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill leaves so many bytes of the disk free.
func fill(t *testing.T, dir string, free int64) (ballast string) {
	t.Helper()
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		t.Fatal(err)
	}
	ballast = filepath.Join(dir, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := unix.Fallocate(int(f.Fd()), 0, 0, int64(s.Bavail)*int64(s.Bsize)-free); err != nil {
		t.Fatal(err)
	}
	return ballast
}

// A disk that is full at any stage is said in one sentence, leaves all as it
// was, and once there is room the same command works.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t, 64<<20)
	path := filepath.Join(t.TempDir(), "jobs.csv")
	writeFile(t, path, jobs(1000, 4000))
	for _, args := range [][]string{{"ingest", "stall", path}, {"build"}} {
		b := newBench(t)
		b.data = filepath.Join(disk, args[0])
		b.copyTo(b.data)
		if args[0] == "build" {
			b.succeed("ingest", "stall", path)
		}
		before, failed := b.kept(), 0
		for _, free := range []int64{0, 8 << 10, 32 << 10, 64 << 10, 96 << 10, 128 << 10, 160 << 10, 192 << 10, 256 << 10, 384 << 10, 512 << 10, 768 << 10, 1 << 20} {
			ballast := fill(t, disk, free)
			status, out, said := b.run(args...)
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
			if status == 0 {
				break
			}
			failed++
			checkSentence(t, fmt.Sprintf("%s with %d KiB", args[0], free>>10), status, out, said, 1, "make room and")
			if now := b.kept(); now != before {
				t.Fatalf("%s with %d KiB: now there is %s, before there was %s", args[0], free>>10, now, before)
			}
		}
		if failed < 4 {
			t.Errorf("%s failed on %d full disks, want 4 at least", args[0], failed)
		}
		b.succeed(args...)
		if now := b.kept(); now == before {
			t.Errorf("%s changed nothing once there was room", args[0])
		}
	}
}

// A data folder or a file that this user may not read is said to be one.
func TestWhatMayNotBeRead(t *testing.T) {
	b := newBench(t)
	before := b.kept()
	cmd := func(args ...string) *exec.Cmd { return child(args...) }
	if os.Geteuid() == 0 { // root may read everything: be nobody
		bin := openTo(t, b)
		cmd = func(args ...string) *exec.Cmd {
			c := child(args...)
			c.Path, c.Dir = bin, "/"
			c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
			return c
		}
	}
	flags := []string{"--data", b.data, "--defs", filepath.Join(b.root, "defs")}
	secret := filepath.Join(filepath.Dir(b.data), "jobs-secret.csv")
	writeFile(t, secret, jobs(0, 3))
	if err := os.Chmod(secret, 0); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		mode os.FileMode
		args []string
		says string
	}{
		{"ingest into a closed folder", 0, []string{"ingest", "stall", b.in("jobs.csv")}, "may not be read or written by this user; change its permissions, or name another folder with --data DIR"},
		{"build in a closed folder", 0, []string{"build"}, "may not be read or written by this user; change its permissions, or name another folder with --data DIR"},
		{"serve a closed folder", 0, []string{"serve", "--listen", "localhost:0"}, "may not be read or written by this user; change its permissions, or name another folder with --data DIR"},
		{"report on a closed folder", 0, []string{"report", "8221"}, "may not be read or written by this user; change its permissions, or name another folder with --data DIR"},
		{"ingest a closed file", 0o755, []string{"ingest", "stall", secret}, "jobs-secret.csv"},
		{"diagnose a closed file", 0o755, []string{"diagnose", secret}, "jobs-secret.csv cannot be read (permission denied)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := os.Chmod(b.data, tt.mode); err != nil {
				t.Fatal(err)
			}
			var stdout, stderr bytes.Buffer
			c := cmd(append(tt.args, flags...)...)
			c.Stdout, c.Stderr = &stdout, &stderr
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			late := time.AfterFunc(time.Minute, func() { c.Process.Kill() })
			defer late.Stop()
			c.Wait()
			checkSentence(t, tt.name, c.ProcessState.ExitCode(), stdout.String(), stderr.String(), 1, tt.says)
		})
	}
	if err := os.Chmod(b.data, 0o700); err != nil {
		t.Fatal(err)
	}
	b.unharmed(before)
}

// openTo lets everybody come to what the bench uses, and returns a copy of
// this program that everybody may run.
func openTo(t *testing.T, b *bench) (bin string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "ieum-open-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	text, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	bin = filepath.Join(dir, "ieum")
	root, data := filepath.Join(dir, "stocked"), filepath.Join(dir, "data")
	err = errors.Join(os.Chmod(dir, 0o755), os.WriteFile(bin, text, 0o755), os.CopyFS(root, os.DirFS(b.root)), os.Chmod(root, 0o755))
	if err != nil {
		t.Fatal(err)
	}
	b.copyTo(data) // with the permissions of its keys
	b.root, b.data = root, data
	err = filepath.WalkDir(data, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, 65534, 65534)
	})
	if err != nil {
		t.Fatal(err)
	}
	return bin
}
