package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"strings"
	"sync"

	"ieum"
	"ieum/defs"
	"ieum/internal/catalogue/encoder"
	"ieum/internal/catalogue/occupation"
	"ieum/internal/platform/web"
)

var codeCommand = &command{
	name: "code", args: "[-k N]",
	about: "titles on standard input, a line each (title, or title TAB duties) → occupations, a line of JSON each",
	holds: web.Sent,
	setup: func(fs *flag.FlagSet) run {
		k := fs.Int("k", 10, "how many unit groups a title")
		classification := fs.String("classification", occupation.KECO2025, "keco2025 or keco2018")
		weights := fs.String("weights", "", "a `file` that ieum train coder wrote, instead of the weights in use")
		return func(ctx context.Context, e *env, args []string) error {
			if len(args) > 0 || *k < 1 {
				return usagef("code takes no arguments but -k N of at least 1; titles come on standard input")
			}
			coder, err := openCoder(e, *weights)
			if err != nil {
				return err
			}
			if coder, err = coder.In(*classification); err != nil {
				return usage{err}
			}
			return eachLine(ctx, e, func(line string) any { return coded(coder, line, *k) })
		}
	},
}

// openCoder returns a coder with the weights of a file, or those in use.
func openCoder(e *env, weights string) (*occupation.Coder, error) {
	set, err := e.definitions()
	if err != nil {
		return nil, err
	}
	return e.coder(set, weights)
}

// coder returns a coder of titles with the weights of a file; without one with
// those an agency trained, learned/coder.bin in the data folder, or the built-in ones.
func (e *env) coder(set *defs.Set, weights string) (*occupation.Coder, error) {
	stored, err := e.learned(partCoder, weights)
	if err != nil {
		return nil, err
	}
	var coder *occupation.Coder
	if stored == nil {
		coder, err = occupation.New(set)
	} else {
		coder, err = occupation.Load(stored, set)
	}
	if err != nil {
		return nil, err
	}
	like, err := e.liken()
	if err != nil {
		return nil, err
	}
	coder.Ask(like)
	return coder, nil
}

// liken returns what prepares names to be compared with titles by the encoder. The built-in
// encoder is opened when the first title asks for it: most need it never.
func (e *env) liken() (func(names []string, of []int16, n int) func(title string, bonus []float32) []float32, error) {
	stored, err := e.learned(partEncoder, "")
	if err != nil {
		return nil, err
	}
	open := encoder.New
	if stored != nil {
		enc, err := encoder.Load(stored)
		if err != nil {
			return nil, err
		}
		open = func() (*encoder.Encoder, error) { return enc, nil }
	}
	return func(names []string, of []int16, n int) func(title string, bonus []float32) []float32 {
		groups := sync.OnceValue(func() *encoder.Groups {
			enc, err := open()
			if err != nil {
				panic(err) // what is in the program is whole
			}
			return enc.Group(names, of, n)
		})
		return func(title string, bonus []float32) []float32 { return groups().Likeness(title, bonus) }
	}, nil
}

// coded is what code prints of a line: codes, and an answer, which is null when
// nothing is sure enough to be said, as of a blank line.
func coded(coder *occupation.Coder, line string, k int) any {
	title, duties, _ := strings.Cut(line, "\t")
	var out struct {
		Codes  []ieum.Scored      `json:"codes"`
		Answer *occupation.Answer `json:"answer"`
	}
	codes, answer, ok := coder.Read(title, duties, k)
	if out.Codes = codes; codes == nil {
		out.Codes = []ieum.Scored{}
	}
	if ok {
		out.Answer = &answer
	}
	return out
}

// eachLine writes a line of JSON for each line of standard input, in order. A
// last line without its end counts.
func eachLine(ctx context.Context, e *env, answer func(line string) any) error {
	in := bufio.NewReaderSize(e.stdin, 1<<16)
	out := bufio.NewWriterSize(e.stdout, 1<<16)
	to := json.NewEncoder(out)
	to.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return errors.Join(err, out.Flush())
		}
		if len(line) == 0 || ctx.Err() != nil {
			return errors.Join(ctx.Err(), out.Flush())
		}
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		if err := to.Encode(answer(string(line))); err != nil {
			return err
		}
		if in.Buffered() == 0 { // whoever writes line by line reads line by line
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
}
