package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"ieum"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/seal"
)

// mustHold refuses a data folder in which there is none of some files, for a command that
// does not begin one: a slip in --data would look like an installation that is empty and
// well. What else there is to do stands in or.
func (e *env) mustHold(or string, files ...string) error {
	for _, file := range files {
		if _, err := os.Stat(filepath.Join(e.Data, file)); !e.needs || !errors.Is(err, fs.ErrNotExist) {
			return nil
		}
	}
	return ieum.Errorf(ieum.ErrNotFound, "there is nothing of Ieum in %s; give the data folder with --data or IEUM_DATA%s", e.Data, or)
}

// mustHoldAny is mustHold for commands that open the database.
func (e *env) mustHoldAny() error {
	if e.Database != "" {
		return e.mustHold("", ".") // what is beside a PostgreSQL may be as little as that
	}
	return e.mustHold("", "ieum.db", "lake", "keys")
}

// mustNotBeLost refuses a data folder with a lake and without the database that was made
// before it; and one with keys for commands that begin no installation: where one begins
// they may have been put there first.
func (e *env) mustNotBeLost() error {
	_, lost := os.Stat(filepath.Join(e.Data, "ieum.db"))
	for beside, counts := range map[string]bool{"lake": true, filepath.Join("keys", seal.File): e.needs} {
		if _, err := os.Stat(filepath.Join(e.Data, beside)); counts && err == nil && errors.Is(lost, fs.ErrNotExist) {
			return ieum.Errorf(ieum.ErrNotFound, "the database of the data folder %s is missing; mend --data or IEUM_DATABASE, or put back a backup of it", e.Data)
		}
	}
	return nil
}

// lock takes the named lock file in the data folder, which it makes if need
// be, or fails at once with the sentence taken. The kernel frees the lock when
// the process ends, however it ends.
func lock(data, name, taken string) (unlock func(), err error) {
	if err := makeData(data); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(data, name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, durable.Fault(err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, ieum.Errorf(ieum.ErrConflict, "%s", taken)
		}
		return nil, ieum.Errorf(ieum.ErrInvalid, "%s cannot be locked (%v); keep the data folder on a disk of this machine", f.Name(), err)
	}
	return func() {
		unix.Flock(int(f.Fd()), unix.LOCK_UN) // closing would not do while another process is being started, which holds f until it runs
		f.Close()
	}, nil
}

// makeData makes a data folder if need be.
func makeData(data string) error {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return ieum.Errorf(ieum.ErrInvalid, "the data folder %s can be neither found nor made (%v); name another with --data DIR", data, errors.Unwrap(err))
	}
	return nil
}

// lockBuild keeps ingest and build on one data folder apart.
func lockBuild(data string) (unlock func(), err error) {
	return lock(data, "build.lock", "another ieum ingest or build is running on this folder; wait until it ends")
}
