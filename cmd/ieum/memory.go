package main

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// leaveRoom keeps the program's own memory to three quarters of what there is,
// so that it collects its garbage sooner where memory is short; the rest is for
// files. GOMEMLIMIT, where it is set, says otherwise.
func leaveRoom(root string) {
	if most := memory(root); most > 0 && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(most / 4 * 3)
	}
}

// lowest is the priority, in the words of nice(1), of what nobody waits for.
const lowest = 19

// giveWay lets programs that people wait for go first.
func (e *env) giveWay() { e.yield(lowest) }

// yield gives every thread of this program, and so those that come from them, a
// priority. Where the system does not let it, things go on as they are.
func (e *env) yield(priority int) {
	if !e.own {
		return
	}
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return
	}
	for _, t := range threads {
		if id, err := strconv.Atoi(t.Name()); err == nil {
			_ = unix.Setpriority(unix.PRIO_PROCESS, id, priority)
		}
	}
}

// memory returns how many bytes a program may use: what is available on the
// machine, or less where its control group or one above it has a limit; 0 where
// the system does not say.
func memory(root string) (most int64) {
	for line := range strings.Lines(readText(root, "proc/meminfo")) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "MemAvailable:" {
			kilobytes, _ := strconv.ParseInt(f[1], 10, 64)
			most = kilobytes << 10
		}
	}
	for line := range strings.Lines(readText(root, "proc/self/cgroup")) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3) // number, controllers, group
		dir, file := "sys/fs/cgroup", "memory.max"           // version 2 has no controllers here
		if len(f) == 3 && f[1] == "memory" {
			dir, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		} else if len(f) < 3 || f[1] != "" {
			continue
		}
		for group := f[2]; ; group = filepath.Dir(group) {
			n, err := strconv.ParseInt(strings.TrimSpace(readText(root, dir, group, file)), 10, 64)
			if err == nil && (most == 0 || n < most) {
				most = n
			}
			if len(group) < 2 {
				break
			}
		}
	}
	return most
}

// readText returns a file, "" where it cannot be read.
func readText(path ...string) string {
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		return ""
	}
	return string(b)
}
