package main

import (
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"ieum"
	"ieum/defs"
	"ieum/internal/door"
	"ieum/internal/platform/db"
	"ieum/internal/snapshot"
)

// What commands and tasks read of people for; defs/purposes says on which law, or that they asked.
const (
	labourMarket ieum.PurposeID = "labour-market" // rows become figures and are put right
	placement    ieum.PurposeID = "placement"     // people and postings are held against one another
	safekeeping  ieum.PurposeID = "safekeeping"   // what is kept stays whole
	jobAlerts    ieum.PurposeID = "alerts"        // people are told of jobs, as they asked
)

// note writes down that the command is about to read rows about people, before
// it does: one entry for all of them, of whom it says how many there are and
// commits to which. Where there is nobody, nothing is written.
func (e *env) note(ctx context.Context, set *defs.Set, d *db.DB, c door.Crowd, version string) error {
	if c.People == 0 {
		return nil
	}
	_, err := door.NoteJob(ctx, d, set, e.now(), door.Job{Name: e.doing.name, Snapshot: version}, e.doing.purpose, c)
	return err
}

// noteLake is note for a command that reads the lake.
func (e *env) noteLake(ctx context.Context, set *defs.Set, s *store) error {
	people, sum, err := s.catalogue.People(ctx)
	if err != nil {
		return err
	}
	return e.note(ctx, set, s.db, door.Crowd{People: people, Sum: sum}, "")
}

// noteSnapshot is note for a command that reads a snapshot. A folder that holds
// nothing but snapshots, without a database, has no journal to write to.
func (e *env) noteSnapshot(ctx context.Context, set *defs.Set, meta snapshot.Meta) error {
	if _, err := os.Stat(filepath.Join(e.Data, "ieum.db")); e.Database == "" && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	sum, err := hex.DecodeString(meta.Hash)
	if err != nil {
		return err
	}
	d, err := openDatabase(ctx, e)
	if err != nil {
		return err
	}
	err = migrate(ctx, d)
	if err == nil {
		err = e.note(ctx, set, d, door.Crowd{People: int64(meta.Resumes), Sum: sum}, meta.Version)
	}
	return errors.Join(err, d.Close())
}

// noteMarket is noteSnapshot of the snapshot that a market answers from.
func (e *env) noteMarket(ctx context.Context, m *market) error {
	s, release, err := m.live.Acquire()
	if err != nil {
		return err
	}
	defer release()
	return e.noteSnapshot(ctx, m.set, s.Meta)
}
