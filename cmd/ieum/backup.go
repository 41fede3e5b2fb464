package main

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"

	"ieum/internal/catalogue"
	"ieum/internal/platform/backup"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/web"
)

var backupCommand = &command{
	name: "backup", args: "FILE", about: "copy database, lake and quarantines into one encrypted file, also while serving",
	holds: web.Records, through: asJob, purpose: safekeeping,
	setup: func(fs *flag.FlagSet) run {
		recipients := fs.String("recipients", "", "encrypt for the public keys in this `file`, as age-keygen -y writes them")
		and := fs.String("and", "", "and for the public keys of a second person in this `file`: opening takes both")
		return func(ctx context.Context, e *env, args []string) error {
			if len(args) != 1 {
				return usagef("name one file: ieum backup FILE")
			}
			keys, err := keysOf(*recipients, *and, "--recipients", backup.Recipients)
			if err != nil {
				return err
			}
			return makeBackup(ctx, e, args[0], keys)
		}
	},
}

// keysOf reads the keys of two people: nobody restores alone.
func keysOf(one, two, flag string, read func(string) (backup.Keys, error)) (backup.Keys, error) {
	if one == "" || two == "" {
		return backup.Keys{}, usagef("name %s FILE and --and FILE, the keys of two people: a backup opens with both together", flag)
	}
	keys, err := read(one)
	if err != nil {
		return keys, err
	}
	other, err := read(two)
	if err != nil {
		return other, err
	}
	return keys.And(other)
}

// databaseEntry is the name in a backup under which the copy of the database lies.
const databaseEntry = "database"

func makeBackup(ctx context.Context, e *env, path string, keys backup.Keys) error {
	set, err := e.definitions()
	if err != nil {
		return err
	}
	s, done, err := openToWrite(ctx, e, set) // deliveries and builds wait, so that database and lake are of one moment
	if err != nil {
		return err
	}
	defer done()
	if err := e.noteLake(ctx, set, s); err != nil {
		return err
	}
	e.giveWay()
	files, err := s.catalogue.Files(ctx)
	if err != nil {
		return err
	}
	w, err := backup.Create(path, keys)
	if err != nil {
		return err
	}
	bytes, err := s.addTo(ctx, w, e.Data, files)
	if err != nil {
		return errors.Join(err, w.Abandon())
	}
	if err := w.Close(); err != nil {
		return err
	}
	e.say("%s: the database and %d files, %s bytes; two people open it together; keep the keys, which are not in it, in another place", path, len(files), web.Number(bytes))
	return nil
}

// addTo copies the files, each of which must be whole, and then the database.
func (s *store) addTo(ctx context.Context, w *backup.Writer, data string, files []catalogue.File) (bytes int64, err error) {
	for _, f := range files {
		if err := s.catalogue.Whole(ctx, f); err != nil {
			return 0, err
		}
		n, err := addFile(w, data, f.Path)
		if err != nil {
			return 0, err
		}
		bytes += n
	}
	out := w.Stream(databaseEntry)
	if err := s.db.Dump(ctx, out); err != nil {
		return 0, err
	}
	return bytes, out.Close()
}

func addFile(w *backup.Writer, data, name string) (bytes int64, err error) {
	f, err := os.Open(filepath.Join(data, filepath.FromSlash(name)))
	if err != nil {
		return 0, durable.Fault(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), w.Add(name, info.Size(), f)
}
