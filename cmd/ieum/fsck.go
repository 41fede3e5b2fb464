package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/db"
	"ieum/internal/platform/journal"
	"ieum/internal/platform/web"
	"ieum/internal/snapshot"
)

var fsckCommand = &command{
	name: "fsck", args: "[--json]", about: "read all that is kept, compare it with its checksums, and open rows about people",
	holds: web.Records, through: asJob, purpose: safekeeping,
	setup: func(fs *flag.FlagSet) run {
		asJSON := fs.Bool("json", false, "print what was found as JSON")
		return func(ctx context.Context, e *env, args []string) error {
			if len(args) > 0 {
				return usagef("fsck takes no arguments; name the data folder with --data DIR")
			}
			return fsck(ctx, e, *asJSON)
		}
	},
}

// A Checked is what ieum fsck prints.
type Checked struct {
	Files     int     `json:"files"`     // of lake and quarantines, read
	Rows      int64   `json:"rows"`      // about people in the lake, that open; 0 without the keys
	Entries   int64   `json:"entries"`   // of the journal, from the first on, that are as they were sealed
	Snapshots int     `json:"snapshots"` // read, with their parts
	Faults    []Fault `json:"faults"`
}

// A Fault is one thing that is not as it should be.
type Fault struct {
	Part string `json:"part"` // database, keys, lake, journal or snapshot
	Says string `json:"says"` // a sentence with what to do
}

func (c *Checked) fault(part string, err error) {
	if err != nil {
		c.Faults = append(c.Faults, Fault{part, sentence(err).Error()})
	}
}

func fsck(ctx context.Context, e *env, asJSON bool) error {
	set, err := e.definitions()
	if err != nil {
		return err
	}
	if err := e.mustHoldAny(); err != nil {
		return err
	}
	unlock, err := lockBuild(e.Data) // what a delivery or a build moves would look amiss
	if err != nil {
		return err
	}
	defer unlock()
	e.giveWay()
	found := &Checked{Faults: []Fault{}}
	if d, err := openDatabase(ctx, e); err != nil {
		found.fault("database", err)
	} else {
		found.database(ctx, e, set, d)
	}
	found.snapshots(e.Data, e.now(), parts(set, e.now))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if asJSON {
		err = writeJSON(e.stdout, found)
	} else {
		err = found.print(e)
	}
	if err == nil && len(found.Faults) > 0 {
		err = ieum.Errorf(ieum.ErrInvalid, "%d faults were found", len(found.Faults))
	}
	return err
}

// database checks what a database holds, the lake, the journal and the keys,
// and closes it. Without its keys the rest is still read, and rows about people are
// not opened.
func (c *Checked) database(ctx context.Context, e *env, set *defs.Set, d *db.DB) {
	keys, missed, lost := openKeys(ctx, e, d)
	if lost != nil {
		keys = nil
	} else {
		c.fault("keys", olderKeys(keys, missed))
		c.fault("journal", strangeErasures(ctx, d))
	}
	s, err := storeOn(ctx, e, set, d, keys)
	if err != nil {
		c.fault("database", err)
		return
	}
	if c.store(ctx, s, func() error { return e.noteLake(ctx, set, s) }) && lost != nil {
		c.Faults = append(c.Faults, Fault{"keys", sentence(lost).Error() + "; rows about people were not opened, and compared with their checksums alone"})
	}
	c.fault("database", s.Close())
}

// store checks the database, the lake and the journal, having noted that it reads
// what is about people; false is a database that cannot be read, or written to.
func (c *Checked) store(ctx context.Context, s *store, note func() error) bool {
	err := s.db.Check(ctx)
	if err == nil {
		err = note()
	}
	if err != nil {
		c.fault("database", err)
		return false
	}
	found, err := s.catalogue.Faults(ctx)
	c.Files, c.Rows = found.Files, found.Rows
	for _, fault := range found.Faults {
		c.fault("lake", fault)
	}
	c.fault("lake", err)
	c.Entries, err = journal.Verify(ctx, s.db)
	c.fault("journal", err)
	return true
}

// snapshots checks each, with its parts, and that the one in use is there.
func (c *Checked) snapshots(data string, now time.Time, parts []snapshot.Part) {
	current, err := snapshot.Current(data)
	if errors.Is(err, ieum.ErrUnavailable) {
		return
	}
	if err == nil {
		if _, gone := os.Stat(current); gone != nil {
			err = ieum.Errorf(ieum.ErrInvalid, "the snapshot in use, %s, is missing; build it again with: ieum build", current)
		}
	}
	c.fault("snapshot", err)
	if overdue, err := snapshot.Overdue(data, now); err != nil || overdue > 0 {
		c.fault("snapshot", cmp.Or(err, ieum.Errorf(ieum.ErrInvalid, "the snapshot in use still has %d rows of people who were erased more than a day ago; build it anew, whole, with: ieum build", overdue)))
	}
	folders, err := filepath.Glob(filepath.Join(data, "snapshots", "*", "meta.json"))
	c.fault("snapshot", err)
	for _, meta := range folders {
		dir := filepath.Dir(meta)
		if dir != current && snapshot.Outdated(dir) { // the one before an upgrade, which the next build removes
			continue
		}
		c.Snapshots++
		c.fault("snapshot", snapshot.Audit(dir, parts...))
	}
}

func (c *Checked) print(e *env) error {
	for _, f := range c.Faults {
		if _, err := fmt.Fprintf(e.stdout, "%s: %s\n", f.Part, f.Says); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(e.stdout, "%d files, %s rows about people, %s entries of the journal and %d snapshots were read: %d faults\n", c.Files, web.Number(c.Rows), web.Number(c.Entries), c.Snapshots, len(c.Faults))
	return err
}
