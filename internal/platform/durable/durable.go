// Package durable writes files so that a crash leaves either the old state or
// the new one: files are written beside their place, synced, and moved there in
// one step; folders are synced after that. A full disk is one clear sentence.
package durable

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"ieum"
)

// An Op is a step that a crash may come before.
type Op string

// The steps.
const (
	OpCreate Op = "create"
	OpWrite  Op = "write"
	OpSync   Op = "sync"
	OpRename Op = "rename"
	OpRemove Op = "remove"
)

// Hook, when a test sets it, is called before each step with the path; its
// error is returned in place of taking the step. Programs leave it nil.
var Hook func(op Op, path string) error

func step(op Op, path string) error {
	if Hook == nil {
		return nil
	}
	return Fault(Hook(op, path))
}

// A File is a new file that is being written.
type File struct{ f *os.File }

// Create makes a new file that only this user can read. It must not exist.
func Create(path string) (*File, error) {
	if err := step(OpCreate, path); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, Fault(err)
	}
	return &File{f}, nil
}

// Write writes b.
func (f *File) Write(b []byte) (int, error) {
	if err := step(OpWrite, f.f.Name()); err != nil {
		return 0, err
	}
	n, err := f.f.Write(b)
	return n, Fault(err)
}

// Scratch writes to a file that is not kept.
func Scratch(f *os.File) io.Writer { return &File{f} }

// Sync makes what was written survive a crash.
func (f *File) Sync() error {
	if err := step(OpSync, f.f.Name()); err != nil {
		return err
	}
	return Fault(f.f.Sync())
}

// Close closes the file without syncing it.
func (f *File) Close() error { return Fault(f.f.Close()) }

// Name returns the path the file was made under.
func (f *File) Name() string { return f.f.Name() }

// Rename moves a synced file to its place, replacing what is there, and syncs
// both folders.
func Rename(from, to string) error {
	if err := step(OpRename, to); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return Fault(err)
	}
	if err := SyncDir(filepath.Dir(to)); err != nil {
		return err
	}
	if filepath.Dir(from) == filepath.Dir(to) {
		return nil
	}
	return SyncDir(filepath.Dir(from))
}

// Place moves a synced file to its place in the same folder, where there is nothing: what
// came there meanwhile stays, and the error is fs.ErrExist.
func Place(from, to string) error {
	if err := step(OpRename, to); err != nil {
		return err
	}
	err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) { // a file system that cannot
		if err = os.Link(from, to); err == nil {
			err = os.Remove(from)
		}
	}
	if err != nil {
		return Fault(err)
	}
	return SyncDir(filepath.Dir(to))
}

// SyncDir makes the names in a folder survive a crash.
func SyncDir(dir string) error {
	if err := step(OpSync, dir); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return Fault(err)
	}
	return Fault(errors.Join(d.Sync(), d.Close()))
}

// MkdirAll makes a folder and those above it, and makes their names survive a
// crash.
func MkdirAll(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := MkdirAll(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return Fault(err)
	}
	return SyncDir(parent)
}

// Remove removes a file or a folder with all in it; none is no error.
func Remove(path string) error {
	if err := step(OpRemove, path); err != nil {
		return err
	}
	return Fault(os.RemoveAll(path))
}

// WriteFile makes path hold b.
func WriteFile(path string, b []byte) error {
	temp := path + ".new"
	if err := Remove(temp); err != nil {
		return err
	}
	f, err := Create(temp)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return Rename(temp, path)
}

// WriteNew makes a file that holds b where there is nothing: what is there stays, and
// the error is fs.ErrExist. Nobody's own file is called as it is while it is written.
func WriteNew(path string, b []byte) error {
	temp := path + "." + strings.ToLower(rand.Text()) + ".new"
	f, err := Create(temp)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = Place(temp, path)
	}
	if err != nil {
		return errors.Join(err, Remove(temp))
	}
	return nil
}

// Private refuses a secret that others than the owner of its file may read or change.
func Private(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		return ieum.Errorf(ieum.ErrDenied, "%s may be read or changed by others than its owner (mode %04o); close it with: chmod 600 %s", path, info.Mode().Perm(), path)
	}
	return nil // what else is the matter is met by who reads it
}

// Fault turns what an operator can mend into a sentence; other errors stay.
func Fault(err error) error {
	path := "the data folder"
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		path = p.Path
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT):
		return fault{ieum.ErrUnavailable, err, fmt.Sprintf("the disk that holds %s is full; make room and give the same command again: nothing was changed", path)}
	case errors.Is(err, unix.EROFS) || errors.Is(err, fs.ErrPermission):
		return fault{ieum.ErrInvalid, err, fmt.Sprintf("%s may not be read or written by this user; change its permissions, or name another folder with --data DIR", path)}
	}
	return err
}

// A fault is a sentence that is still known as what the system said.
type fault struct {
	kind, err error
	message   string
}

func (f fault) Error() string   { return f.message }
func (f fault) Unwrap() []error { return []error{&ieum.Error{Kind: f.kind, Message: f.message}, f.err} }
