package main

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"ieum"
	"ieum/internal/platform/durable"
)

// lock takes the named lock file in the data folder, which it makes if need
// be, or fails at once with the sentence taken. The kernel frees the lock when
// the process ends, however it ends.
func lock(data, name, taken string) (unlock func(), err error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, ieum.Errorf(ieum.ErrInvalid, "the data folder %s can be neither found nor made (%v); name another with --data DIR", data, errors.Unwrap(err))
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
	return func() { f.Close() }, nil
}

// lockBuild keeps ingest and build on one data folder apart.
func lockBuild(data string) (unlock func(), err error) {
	return lock(data, "build.lock", "another ieum ingest or build is running on this folder; wait until it ends")
}
