package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"ieum/internal/platform/web"
)

var benchCommand = &command{
	name: "bench", args: "NAME", about: "what this machine does beside its limit, as JSON; path: from Parquet to the first answer; daily: a change into a running service; signin: searching while passwords are tried; load: all sorts of requests at a steady rate; snapshot: the bytes of each column; market: all reports of the market, and slices of it; parts: the learned parts' loading and memory",
	holds: web.Records, through: asJob, purpose: labourMarket, begins: true,
	setup: func(fs *flag.FlagSet) run {
		resumes := fs.Int("resumes", 100_000, "simulated résumés")
		postings := fs.Int("postings", 30_000, "simulated postings")
		changes := fs.String("changes", "", "for daily: the `folder` of ieum simulate --changes, for a data folder that has its market; it stays taken in")
		quiet := fs.Duration("quiet", 30*time.Second, "for daily and signin: how long to search before the change, or with and without sign-ins")
		out := fs.String("out", "", "for market: write the rows and the exact reports to this `folder` instead, for bench/duckdb")
		rate := fs.Int("rate", 300, "for load: requests a second")
		long := fs.Duration("long", time.Minute, "for load: how long")
		in := fs.String("in", "", "a folder to work in, kept for the next run (default: a temporary one)")
		return func(ctx context.Context, e *env, args []string) error {
			if len(args) == 1 && args[0] == "snapshot" {
				return benchSnapshot(ctx, e)
			}
			if len(args) == 1 && args[0] == "market" {
				return benchMarket(ctx, e, *out)
			}
			if len(args) == 1 && args[0] == "parts" {
				return benchParts(e)
			}
			if len(args) == 1 && args[0] == "daily" {
				return benchDaily(ctx, e, *changes, *quiet)
			}
			if len(args) == 1 && args[0] == "signin" {
				return benchSignIn(ctx, e, *quiet)
			}
			if len(args) == 1 && args[0] == "load" {
				if *rate < 1 || *rate > 10_000 || *long < time.Second {
					return usagef("bench load: --rate is from 1 to 10000 requests a second, --long a second at least")
				}
				return benchLoad(ctx, e, *rate, *long)
			}
			if len(args) != 1 || args[0] != "path" {
				return usagef("bench takes one name: path, daily, load, market, parts, signin or snapshot")
			}
			dir := *in
			if dir == "" {
				tmp, err := os.MkdirTemp("", "ieum-bench-")
				if err != nil {
					return err
				}
				defer os.RemoveAll(tmp)
				dir = tmp
			}
			b := &measuring{e: e, dir: dir}
			r, err := b.path(ctx, *resumes, *postings)
			if err != nil {
				return err
			}
			return writeJSON(e.stdout, r)
		}
	},
}

// A Stage is one command as a process of its own.
type Stage struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpuSeconds"`
	PeakMB  int64   `json:"peakMB"` // largest resident set, mapped files included
}

// A PathBench is what bench path prints. The floor is the time that reading
// what is read and writing what is written takes at the bandwidth measured in
// the same run.
type PathBench struct {
	Resumes    int     `json:"resumes"`
	Postings   int     `json:"postings"`
	Stages     []Stage `json:"stages"`
	Seconds    float64 `json:"seconds"` // ingest, build and the first answer; without simulate
	InMB       int64   `json:"parquetMB"`
	LakeMB     int64   `json:"lakeMB"`
	SnapshotMB int64   `json:"snapshotMB"`
	WriteMBs   float64 `json:"writeMBs"` // bandwidth: write and fsync
	ReadMBs    float64 `json:"readMBs"`  // from the page cache
	Floor      float64 `json:"floorSeconds"`
	Times      float64 `json:"timesFloor"`
}

type measuring struct {
	e   *env
	dir string
}

// path measures simulate, ingest, build and the start of a server.
func (b *measuring) path(ctx context.Context, resumes, postings int) (*PathBench, error) {
	r := &PathBench{Resumes: resumes, Postings: postings}
	market, data := filepath.Join(b.dir, fmt.Sprintf("market-%d-%d", resumes, postings)), filepath.Join(b.dir, "data")
	if err := os.RemoveAll(data); err != nil {
		return nil, err
	}
	for _, args := range [][]string{
		{"simulate", "--resumes", strconv.Itoa(resumes), "--postings", strconv.Itoa(postings), "--out", market},
		{"ingest", "simulated", market, "--json"},
		{"build", "--json"},
	} {
		s, err := b.stage(ctx, data, args)
		if err != nil {
			return nil, err
		}
		r.Stages = append(r.Stages, s)
	}
	s, err := b.serve(ctx, data)
	if err != nil {
		return nil, err
	}
	r.Stages = append(r.Stages, s)
	for _, s := range r.Stages[1:] {
		r.Seconds += s.Seconds
	}
	for _, size := range []struct {
		of  *int64
		dir string
	}{
		{&r.InMB, filepath.Join(market, "resumes")}, {&r.InMB, filepath.Join(market, "postings")},
		{&r.LakeMB, filepath.Join(data, "lake")}, {&r.SnapshotMB, filepath.Join(data, "snapshots")},
	} {
		n, err := folderBytes(size.dir)
		if err != nil {
			return nil, err
		}
		*size.of += n >> 20
	}
	if r.WriteMBs, r.ReadMBs, err = bandwidth(b.dir); err != nil {
		return nil, err
	}
	r.Floor = float64(r.InMB+r.LakeMB+r.SnapshotMB)/r.ReadMBs + float64(r.LakeMB+r.SnapshotMB)/r.WriteMBs
	r.Times = r.Seconds / r.Floor
	return r, nil
}

// command is this program with other arguments, what it prints passed on.
func (b *measuring) command(ctx context.Context, data string, args []string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := exec.CommandContext(ctx, self, append(args, "--data", data)...)
	c.Stderr = b.e.stderr
	return c, nil
}

func (b *measuring) stage(ctx context.Context, data string, args []string) (Stage, error) {
	c, err := b.command(ctx, data, args)
	if err != nil {
		return Stage{}, err
	}
	began := time.Now()
	if err := c.Run(); err != nil {
		return Stage{}, fmt.Errorf("ieum %s: %w", args[0], err)
	}
	return used(args[0], time.Since(began), c), nil
}

// start starts a server that this machine alone reaches, at base.
func (b *measuring) start(ctx context.Context, data string, stderr io.Writer) (c *exec.Cmd, base string, err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	address := ln.Addr().String()
	ln.Close()
	if c, err = b.command(ctx, data, []string{"serve", "--listen", address}); err != nil {
		return nil, "", err
	}
	c.Stderr = stderr
	return c, "http://" + address, c.Start()
}

// serve starts a server and ends it after its first answer.
func (b *measuring) serve(ctx context.Context, data string) (Stage, error) {
	began := time.Now()
	c, base, err := b.start(ctx, data, b.e.stderr)
	if err != nil {
		return Stage{}, err
	}
	err = answered(ctx, base+"/api/v1/postings?q=%EC%9A%A9%EC%A0%91")
	took := time.Since(began)
	if stop := c.Process.Signal(syscall.SIGTERM); stop != nil {
		err = errors.Join(err, stop)
	}
	err = errors.Join(err, c.Wait())
	return used("serve, to the first answer", took, c), err
}

// answered waits until an address answers well, a minute at most.
func answered(ctx context.Context, url string) error {
	for range 6000 {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		if res, err := http.DefaultClient.Do(req); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	return fmt.Errorf("%s did not answer", url)
}

func used(name string, took time.Duration, c *exec.Cmd) Stage {
	s := Stage{Name: name, Seconds: took.Seconds(), CPU: (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds()}
	if u, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.PeakMB = u.Maxrss >> 10
	}
	return s
}

// bandwidth writes 512 MB that do not compress, makes them durable, and reads
// them back.
func bandwidth(dir string) (write, read float64, err error) {
	const size = 512
	block := make([]byte, 1<<20)
	rand.Read(block)
	f, err := os.CreateTemp(dir, "bandwidth-")
	if err != nil {
		return 0, 0, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	began := time.Now()
	for range size {
		if _, err := f.Write(block); err != nil {
			return 0, 0, err
		}
	}
	if err := f.Sync(); err != nil {
		return 0, 0, err
	}
	write = size / time.Since(began).Seconds()
	began = time.Now()
	if _, err := f.Seek(0, 0); err != nil {
		return 0, 0, err
	}
	for range size {
		if _, err := f.Read(block); err != nil {
			return 0, 0, err
		}
	}
	return write, size / time.Since(began).Seconds(), nil
}
