package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"ieum/internal/identity"
	"ieum/internal/platform/web"
)

// hashCommand is what a server starts of itself. SIGTERM, which systemd sends to
// both, does not end it: it ends when the server does, which may have sign-ins
// under way.
var hashCommand = &command{
	name: "hash", about: "hash passwords for the server that starts it", hidden: true,
	holds: web.Sent,
	setup: func(*flag.FlagSet) run {
		return func(_ context.Context, e *env, args []string) error {
			if len(args) > 0 {
				return usagef("hash takes no arguments; ieum serve starts it")
			}
			e.yield(hashPriority)
			return identity.Work(e.stdin, e.stdout)
		}
	},
}

// hashPriority lets searches go first where a session of its own does not; a
// sign-in still has a tenth of a processor where all processors search.
const hashPriority = 10

// hashApart has passwords hashed in processes of their own, where this one is the
// command's alone, until done is called.
func (e *env) hashApart() (done func(), err error) {
	if !e.own {
		return func() {}, nil
	}
	self := "/proc/self/exe" // this very program, also when an upgrade has put another in its place
	if _, err := os.Stat(self); err != nil {
		if self, err = os.Executable(); err != nil {
			return nil, err
		}
	}
	w, err := identity.NewWorkers(func() *exec.Cmd {
		return &exec.Cmd{Path: self, Args: []string{os.Args[0], hashCommand.name}, Env: []string{"GOMAXPROCS=1", "GOGC=off"},
			SysProcAttr: &syscall.SysProcAttr{Setsid: true}} // Linux shares processors out by session first: what it takes is not taken from the server's share
	})
	if err != nil {
		return nil, fmt.Errorf("a process that hashes passwords cannot be started: %w", err)
	}
	e.derive = w.Derive
	return w.Close, nil
}
