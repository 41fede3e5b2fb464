package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"text/tabwriter"

	"ieum/internal/catalogue"
	"ieum/internal/platform/web"
	"ieum/internal/snapshot"
)

var buildCommand = &command{
	name: "build", args: "[--changes] [--json]", about: "make a new snapshot of everything taken in, and switch to it",
	holds: web.Records, through: asJob, purpose: labourMarket,
	setup: func(fs *flag.FlagSet) run {
		changes := fs.Bool("changes", false, "take over only what changed since the last whole build: minutes instead of the time of a whole one")
		asJSON := fs.Bool("json", false, "print what was built as JSON")
		return func(ctx context.Context, e *env, args []string) error {
			if len(args) > 0 {
				return usagef("build takes no arguments; name the data folder with --data DIR")
			}
			return build(ctx, e, *changes, *asJSON)
		}
	},
}

// A Built is what ieum build prints; docs/schemas/build.json describes it.
type Built struct {
	Version   string  `json:"version"`
	Hash      string  `json:"hash"`           // SHA-256 of the content
	Base      string  `json:"base,omitempty"` // version of the whole snapshot that changes go on from
	Rows      rows    `json:"rows"`
	Seconds   float64 `json:"seconds"`
	Bytes     int64   `json:"bytes"` // of the snapshot with all its parts
	Simulated bool    `json:"simulated"`
}

// rows are those of each table. Sources counts the rows before mastering.
type rows struct {
	Postings  int `json:"postings"`
	Resumes   int `json:"resumes"`
	People    int `json:"people"`
	Companies int `json:"companies"`
	Items     int `json:"items"`
	Sources   int `json:"sources"`
}

func build(ctx context.Context, e *env, changes, asJSON bool) error {
	set, err := e.definitions()
	if err != nil {
		return err
	}
	s, done, err := openToWrite(ctx, e, set)
	if err != nil {
		return err
	}
	defer done()
	if err := e.noteLake(ctx, set, s); err != nil {
		return err
	}
	leaveRoom("/")
	e.giveWay()
	began := e.now()
	bar := newProgress(e)
	make := s.catalogue.Build
	if changes {
		make = s.catalogue.BuildChanges
	}
	meta, err := make(ctx, func(stage catalogue.Stage) {
		if bar.on {
			fmt.Fprintf(e.stderr, "\r%-12s %5.1f s", stage, e.now().Sub(began).Seconds())
		}
	}, parts(set, e.now)...)
	bar.end()
	if err != nil {
		return err
	}
	if err := noteSigns(ctx, e, set, s); err != nil {
		return err
	}
	b := Built{Version: meta.Version, Hash: meta.Hash, Simulated: meta.Simulated, Seconds: e.now().Sub(began).Seconds(),
		Rows: rows{meta.Postings, meta.Resumes, meta.People, max(0, meta.Companies-1), meta.Items, sourceRows(meta)}}
	if meta.Base != nil {
		b.Base = meta.Base.Hash[:len(meta.Version)]
	}
	dir, err := snapshot.Current(e.Data)
	if err != nil {
		return err
	}
	if b.Bytes, err = folderBytes(dir); err != nil {
		return err
	}
	if asJSON {
		return writeJSON(e.stdout, b)
	}
	return printBuilt(e.stdout, b)
}

func sourceRows(m snapshot.Meta) (n int) {
	for _, s := range m.Sources {
		n += s.Rows
	}
	return n
}

// folderBytes is the size of all files beneath dir.
func folderBytes(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	return n, err
}

func printBuilt(out io.Writer, b Built) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "snapshot %s", b.Version)
	if b.Base != "" {
		fmt.Fprintf(w, ", changes over %s", b.Base)
	}
	fmt.Fprintln(w)
	for _, n := range []struct {
		name, about string
		rows        int
	}{
		{"postings", "after merging", b.Rows.Postings}, {"companies", "after merging", b.Rows.Companies},
		{"résumés", "", b.Rows.Resumes}, {"people", "behind the résumés", b.Rows.People},
		{"items", "rows of every other kind", b.Rows.Items}, {"source rows", "all these come from", b.Rows.Sources},
	} {
		fmt.Fprintf(w, "  %s\t%12s\t%s\n", n.name, web.Number(int64(n.rows)), n.about)
	}
	fmt.Fprintf(w, "%.1f s, %s bytes, content %s\n", b.Seconds, web.Number(b.Bytes), b.Hash)
	return w.Flush()
}
