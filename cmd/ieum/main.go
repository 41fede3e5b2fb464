// Ieum is a public employment service in one program.
//
//	ieum serve                 run it; with no configuration it keeps its data in ./data
//	ieum ingest SOURCE FILE…   bring in what an agency delivered
//	ieum build                 make a new snapshot of the market from it
//	ieum help                  everything else
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/catalogue/competency"
	"ieum/internal/identity"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/web"
)

// A command is one subcommand. Setup declares its flags and returns what it
// does with the arguments that remain; JSON goes to stdout, progress and prose
// to stderr.
type command struct {
	name, args, about string
	holds             web.Holds      // what it has to do with people, in the words of routes
	begins            bool           // it may make a data folder; for any other there must be one
	hidden            bool           // it is for the program itself; help does not list it
	through           through        // of one that holds records: how it goes through the door
	purpose           ieum.PurposeID // of one that reads records itself: what for
	setup             func(*flag.FlagSet) run
}

type run func(ctx context.Context, e *env, args []string) error

// through says how a command that holds records of people goes through the door.
type through string

const (
	asJob    through = "job"    // it reads those of many, and writes one record before (see job.go)
	asStaff  through = "staff"  // it also shows single people, to staff who say why, one record each (see as.go)
	byRoutes through = "routes" // it serves routes, each of which says what it holds
	asSealed through = "sealed" // it moves what is sealed, and opens nothing
)

// register returns commands, all of which say what they hold about people.
func register(list ...*command) []*command {
	for _, c := range list {
		mustDeclare("command "+c.name, c.holds, c.through, c.purpose)
	}
	return list
}

// mustDeclare panics when something does not say what it holds about people, so that
// the program does not start.
func mustDeclare(what string, holds web.Holds, through through, purpose ieum.PurposeID) {
	reads, records := through == asJob || through == asStaff, holds == web.Records
	switch {
	case !slices.Contains([]web.Holds{web.Nothing, web.Sent, web.Own, web.Accounts, web.Records}, holds):
		panic("the " + what + " does not say what it holds about people")
	case records != (through != ""), reads != (purpose != ""):
		panic("the " + what + " does not say how it goes through the door, and what for")
	}
}

// commands in the order help shows them. Each is declared in the file of its
// name.
var commands = register(
	serveCommand,
	ingestCommand,
	buildCommand,
	reportCommand,
	diagnoseCommand,
	matchCommand,
	itemsCommand,
	signsCommand,
	candidatesCommand,
	recommendCommand,
	codeCommand,
	extractCommand,
	similarCommand,
	trainCommand,
	evalCommand,
	mergesCommand,
	forgetCommand,
	exportCommand,
	accountCommand,
	backupCommand,
	restoreCommand,
	fsckCommand,
	keysCommand,
	checkCommand,
	witnessCommand,
	auditCommand,
	simulateCommand,
	benchCommand,
	hashCommand,
)

// An env is what a command runs in; tests give it buffers and a fixed clock.
type env struct {
	Config
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
	own            bool            // the process is the command's alone
	cost           identity.Cost   // of a password's hash; the zero value is that of production
	derive         identity.Derive // hashes passwords; nil: this process does
	demo           bool            // serve --demo
	doing          *command        // that was asked for
	needs          bool            // the data folder must be there already
}

// What takes a while and is the same each time; tests do it once.
var (
	loadDefinitions = defs.Load
	newExtractor    = competency.New
)

// definitions loads the built-in definitions under those of --defs.
func (e *env) definitions() (*defs.Set, error) {
	if e.Defs == "" {
		return loadDefinitions()
	}
	info, err := os.Stat(e.Defs)
	if err != nil || !info.IsDir() {
		return nil, ieum.Errorf(ieum.ErrNotFound, "there is no folder %s; --defs names a folder of definitions laid over the built-in ones", e.Defs)
	}
	return loadDefinitions(os.DirFS(e.Defs))
}

// say writes a line of prose for the person at the terminal.
func (e *env) say(format string, args ...any) { fmt.Fprintf(e.stderr, format+"\n", args...) }

// usage is a wrong command line: exit status 2.
type usage struct{ error }

func usagef(format string, args ...any) error { return usage{fmt.Errorf(format, args...)} }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	e := &env{Config: fromEnvironment(os.Getenv), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, now: time.Now, own: true}
	os.Exit(execute(ctx, e, os.Args[1:]))
}

// execute runs one command line and returns the exit status: 0 success, 1 what
// was asked for failed, 2 the command line was wrong.
func execute(ctx context.Context, e *env, args []string) int {
	err := dispatch(ctx, e, args)
	switch _, wrong := errors.AsType[usage](err); {
	case err == nil:
		return 0
	case errors.Is(err, flag.ErrHelp):
		return 0
	case wrong:
		e.say("ieum: %v", err)
		return 2
	case ctx.Err() != nil:
		e.say("ieum: stopped; the same command can be run again")
		return 1
	default:
		e.say("ieum: %v", sentence(err))
		return 1
	}
}

// sentence returns what an error says to people, without the way it came.
func sentence(err error) error {
	err = durable.Fault(err)
	if said, ok := errors.AsType[*ieum.Error](err); ok {
		return said
	}
	return err
}

func dispatch(ctx context.Context, e *env, args []string) error {
	if len(args) == 2 && args[0] == "help" {
		args = []string{args[1], "-h"}
	}
	if len(args) == 0 || slices.Contains([]string{"help", "-h", "--help"}, args[0]) {
		help(e.stdout)
		if len(args) == 0 {
			return usagef("name a command")
		}
		return nil
	}
	i := slices.IndexFunc(commands, func(c *command) bool { return c.name == args[0] })
	if i < 0 {
		return usagef("there is no command %q; ieum help lists them", args[0])
	}
	c := commands[i]
	e.doing, e.needs = c, !c.begins
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&e.Data, "data", e.Data, "the data folder")
	fs.StringVar(&e.Defs, "defs", e.Defs, "a folder of definitions laid over the built-in ones")
	do := c.setup(fs)
	rest, err := parse(fs, args[1:])
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(e.stdout, "ieum %s %s\n%s\n\n", c.name, c.args, c.about)
		fs.SetOutput(e.stdout)
		fs.PrintDefaults()
		return err
	}
	if err != nil {
		return usagef("%s: %w; ieum %s -h shows what it takes", c.name, err, c.name)
	}
	return do(ctx, e, rest)
}

// parse lets flags stand before, between and after the arguments.
func parse(fs *flag.FlagSet, args []string) (rest []string, err error) {
	for {
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		if fs.NArg() == 0 {
			return rest, nil
		}
		left := fs.Args()
		if taken := len(args) - len(left); taken > 0 && args[taken-1] == "--" {
			return append(rest, left...), nil
		}
		rest, args = append(rest, left[0]), left[1:]
	}
}

func help(w io.Writer) {
	var b strings.Builder
	b.WriteString("Ieum (이음) joins people and work. Usage: ieum COMMAND [ARGUMENTS] [FLAGS]\n\n")
	for _, c := range commands {
		if c.hidden {
			continue
		}
		fmt.Fprintf(&b, "  %-28s %s\n", c.name+" "+c.args, c.about)
	}
	b.WriteString("\nEvery command takes --data DIR (default ./data, or IEUM_DATA) and --defs DIR.\nieum COMMAND -h shows its flags.\n")
	io.WriteString(w, b.String())
}
