package main

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"ieum"
)

// lock takes the named lock file in the data folder, which it makes if need
// be, or fails at once with the sentence taken. The kernel frees the lock when
// the process ends, however it ends.
func lock(data, name, taken string) (unlock func(), err error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, ieum.Errorf(ieum.ErrInvalid, "cannot make the data folder %s: %v; name another with --data DIR", data, err)
	}
	f, err := os.OpenFile(filepath.Join(data, name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, ieum.Errorf(ieum.ErrInvalid, "cannot write in the data folder %s: %v", data, err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, ieum.Errorf(ieum.ErrConflict, "%s", taken)
		}
		return nil, err
	}
	return func() { f.Close() }, nil
}
