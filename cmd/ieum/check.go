package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"ieum/defs"
	"ieum/internal/catalogue"
	"ieum/internal/platform/web"
)

var checkCommand = &command{
	name: "check", args: "", about: "the definitions: all faults, with file and line, or what holds",
	holds: web.Nothing,
	setup: func(*flag.FlagSet) run {
		return func(_ context.Context, e *env, args []string) error {
			if len(args) > 0 {
				return usagef("check takes no arguments; --defs names a folder laid over the built-in definitions")
			}
			return check(e)
		}
	},
}

// check prints every fault, one a line, or counts what holds.
func check(e *env) error {
	set, err := e.definitions()
	if faults, ok := errors.AsType[defs.Faults](err); ok {
		return tell(e, faults)
	}
	if err != nil {
		return err
	}
	coder, err := e.coder(set, "")
	if err != nil {
		return err
	}
	extractor, err := e.extractor(set, "")
	if err != nil {
		return err
	}
	examples, faults := set.RunExamples(catalogue.ReadRow(set, coder, extractor))
	if len(faults) > 0 {
		return tell(e, faults)
	}
	codes, messages := 0, len(set.Messages["ko"])
	for _, l := range set.Codes {
		codes += len(l.Codes)
	}
	for _, it := range set.Items {
		examples += len(it.Examples)
	}
	fmt.Fprintf(e.stdout, "%d kinds, %d roles, %d sources, %d sorts of things to recommend, %d code lists with %d codes, %d messages in %d languages, %d examples: all hold.\n",
		len(set.Kinds), len(set.Roles), len(set.Sources), len(set.Items), len(set.Codes), codes, messages, len(set.Messages), examples)
	return nil
}

func tell(e *env, faults defs.Faults) error {
	for _, f := range faults {
		fmt.Fprintln(e.stdout, f)
	}
	if len(faults) == 1 {
		return errors.New("the definitions have 1 fault")
	}
	return fmt.Errorf("the definitions have %d faults", len(faults))
}
