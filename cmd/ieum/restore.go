package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"

	"ieum"
	"ieum/internal/identity"
	"ieum/internal/platform/backup"
	"ieum/internal/platform/db"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/journal"
	"ieum/internal/platform/web"
)

var restoreCommand = &command{
	name: "restore", args: "FILE", about: "make a data folder, and fill the database, of what ieum backup wrote",
	holds: web.Records, through: asSealed, begins: true,
	setup: func(fs *flag.FlagSet) run {
		identity := fs.String("identity", "", "the secret key of one person is in this `file`, as age-keygen writes it")
		and := fs.String("and", "", "the secret key of the second person is in this `file`")
		return func(ctx context.Context, e *env, args []string) error {
			if len(args) != 1 {
				return usagef("name one file: ieum restore FILE")
			}
			keys, err := keysOf(*identity, *and, "--identity", backup.Identities)
			if err != nil {
				return err
			}
			return restore(ctx, e, args[0], keys)
		}
	},
}

// restore unpacks beside the data folder, fills the database, compares both, and
// only then gives the folder its name and the database to others: one that was killed left
// no data folder, and the same command begins anew; or all in its place, and it ends that.
func restore(ctx context.Context, e *env, path string, keys backup.Keys) error {
	if mark, err := os.ReadFile(filepath.Join(e.Data, restoringMark)); err == nil && len(mark) > 0 {
		if err := finish(ctx, e, string(mark)); err != nil {
			return err
		}
		e.say("%s: a restore that was cut off when all was in its place is done; to restore another backup name another folder", e.Data)
		return nil
	}
	if err := mustBeEmpty(e.Data); err != nil {
		return err
	}
	r, err := backup.Open(path, keys)
	if err != nil {
		return err
	}
	defer r.Close()
	beside := *e
	if beside.Data, err = besideOf(e.Data); err != nil {
		return err
	}
	unlock, err := lock(beside.Data, restoringMark, "another ieum restore into this folder is running; wait until it ends")
	if err != nil {
		return err
	}
	defer unlock()
	locked := filepath.Join(beside.Data, restoringMark)
	if err := errors.Join(markWhole(locked, ""), emptyFolder(beside.Data)); err != nil { // of a run that was killed
		return err
	}
	files, err := unpack(ctx, r, beside.Data)
	mark := ""
	if err == nil {
		mark, err = fillDatabase(ctx, &beside)
	}
	if err == nil { // all is there, under its lock
		err = markWhole(locked, mark)
	}
	if err != nil {
		return errors.Join(err, durable.Remove(beside.Data))
	}
	if err := durable.Rename(beside.Data, filepath.Clean(e.Data)); err != nil {
		return err
	}
	if err := finish(ctx, e, mark); err != nil {
		return err
	}
	e.say("sign-ins, links, recoveries and known browsers of the backup have ended; who was not set up yet, or waited for a recovery, needs a new link (ieum account link, or their office)")
	e.say("%s: the database and %d files, all as they were; put the keys back into %s, then: ieum build", e.Data, files, filepath.Join(e.Data, "keys"))
	return nil
}

// restoringMark is the lock file of a restore, by which a folder is known to be of one. It
// has the mark of the database once all is there, and is empty before.
const restoringMark = "restore.lock"

// besideOf returns the folder in which a restore unpacks, and makes room for the data
// folder, so that what keeps it from its name is known before. What lies in the way and
// is not of a restore stays.
func besideOf(data string) (string, error) {
	path := filepath.Clean(data)
	beside := path + ".restoring"
	here, err := os.Stat(".")
	if err != nil {
		return "", durable.Fault(err)
	}
	for _, name := range []string{path, beside} { // what it leads to would not be what is replaced
		if there, err := os.Lstat(name); err == nil && there.Mode()&os.ModeSymlink != 0 {
			return "", ieum.Errorf(ieum.ErrInvalid, "%s is a link, and a restore replaces folders; name what the link leads to, or another folder, with --data DIR: nothing was changed", name)
		}
	}
	if there, err := os.Stat(path); err == nil && os.SameFile(here, there) {
		return "", ieum.Errorf(ieum.ErrInvalid, "the folder that this command runs in cannot be replaced; name another with --data DIR")
	}
	if _, err := os.Stat(filepath.Join(beside, restoringMark)); err != nil && mustBeEmpty(beside) != nil {
		return "", ieum.Errorf(ieum.ErrConflict, "%s is in the way and is not of a restore that was cut off; move it to another place, or name another folder with --data DIR: nothing was changed", beside)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", ieum.Errorf(ieum.ErrInvalid, "the data folder %s cannot be replaced (%v); name one that is not there yet with --data DIR", data, errors.Unwrap(err))
	}
	return beside, nil
}

// mustBeEmpty refuses a folder with something in it.
func mustBeEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return durable.Fault(err)
	case len(entries) > 0:
		return ieum.Errorf(ieum.ErrConflict, "the data folder %s holds something already; name one that is not there yet with --data DIR", dir)
	}
	return nil
}

// emptyFolder removes all in the folder of a restore but its lock.
func emptyFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return durable.Fault(err)
	}
	for _, entry := range entries {
		if entry.Name() != restoringMark {
			if err := durable.Remove(filepath.Join(dir, entry.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// unpack writes the files of a backup; the pieces of the database are one file.
func unpack(ctx context.Context, r *backup.Reader, dir string) (files int, err error) {
	dump, err := durable.Create(filepath.Join(dir, databaseEntry))
	if err != nil {
		return 0, err
	}
	defer dump.Close()
	for ctx.Err() == nil {
		name, content, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files, dump.Sync()
		}
		if err != nil {
			return 0, err
		}
		part, _, _ := strings.Cut(name, "/")
		switch part {
		case databaseEntry:
			_, err = io.Copy(dump, content)
		case "lake", "quarantine":
			files++
			err = unpackFile(filepath.Join(dir, filepath.FromSlash(name)), content)
		default:
			err = ieum.Errorf(ieum.ErrInvalid, "the backup holds %q, which none of ieum does; name a backup that ieum made", name)
		}
		if err != nil {
			return 0, err
		}
	}
	return 0, ctx.Err()
}

func unpackFile(path string, content io.Reader) error {
	if err := durable.MkdirAll(filepath.Dir(path)); err != nil {
		return err
	}
	f, err := durable.Create(path)
	if err != nil {
		return err
	}
	if _, err = io.Copy(f, content); err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return durable.SyncDir(filepath.Dir(path))
}

// markWhole writes a mark into the lock file, which stays locked; "" takes it out.
func markWhole(path, mark string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return durable.Fault(err)
	}
	_, err = f.WriteString(mark)
	return durable.Fault(errors.Join(err, f.Sync(), f.Close()))
}

// fillDatabase makes the tables as they were and fills them, refuses what is not whole, and
// ends the ways in of then. Until all is done nothing else takes up the database but by the
// mark that it returns.
func fillDatabase(ctx context.Context, e *env) (mark string, err error) {
	set, err := e.definitions()
	if err != nil {
		return "", err
	}
	dump, err := os.Open(filepath.Join(e.Data, databaseEntry))
	if err != nil {
		return "", durable.Fault(err)
	}
	defer dump.Close()
	where, err := e.database() // which is made here
	if err != nil {
		return "", err
	}
	d, err := db.Open(ctx, where)
	if err != nil {
		return "", err
	}
	defer d.Close()
	if err := d.Load(ctx, dump, migrate); err != nil {
		return "", err
	}
	if err := durable.Remove(dump.Name()); err != nil {
		return "", err
	}
	s, err := storeOn(ctx, e, set, d, nil) // the keys are in no backup
	if err != nil {
		return "", err
	}
	found, err := s.catalogue.Faults(ctx)
	if err == nil {
		_, err = journal.Verify(ctx, d)
	}
	if err = errors.Join(append(found.Faults, err)...); err == nil {
		err = identity.Restored(ctx, d, e.now())
	}
	return d.Filling(), errors.Join(err, s.Close())
}

// finish gives the folder and the database to whoever opens them.
func finish(ctx context.Context, e *env, mark string) error {
	where, err := e.database()
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, where)
	if err != nil {
		return err
	}
	if err := errors.Join(d.Loaded(ctx, mark), d.Close()); err != nil {
		return err
	}
	return durable.Remove(filepath.Join(e.Data, restoringMark))
}
