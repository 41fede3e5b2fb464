package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// What no restore made stays, however it is called; so does the folder one is in.
func TestARestoreRemovesNothingOfOthers(t *testing.T) {
	b, at := newBench(t), newSafe(t)
	at.backup(b, "one")
	to := &bench{t: t, root: b.root, data: filepath.Join(t.TempDir(), "rst")}
	args := []string{"restore", at.path("one"), "--identity", at.secret, "--and", at.secretTwo}
	beside := to.data + ".restoring"
	if err := os.Mkdir(beside, 0o700); err != nil {
		t.Fatal(err)
	}
	letter := filepath.Join(beside, "letter.txt")
	writeFile(t, letter, "somebody else's")
	to.fail(1, beside+" is in the way and is not of a restore that was cut off", args...)
	if left, err := os.ReadDir(beside); err != nil || len(left) != 1 {
		t.Errorf("it left %v, %v", left, err)
	}
	writeFile(t, filepath.Join(beside, restoringMark), "") // as one that was killed leaves
	to.succeed(args...)
	if left, _ := filepath.Glob(to.data + "*"); len(left) != 1 {
		t.Errorf("there is %v", left)
	}
	if left, _ := filepath.Glob(filepath.Join(to.data, "*.lock")); len(left) != 0 {
		t.Errorf("it left %v", left)
	}
	in := t.TempDir()
	t.Chdir(in)
	for _, to.data = range []string{".", in} {
		to.fail(1, "the folder that this command runs in cannot be replaced", args...)
		if left, err := os.ReadDir("."); err != nil || len(left) != 0 {
			t.Errorf("it left %v, %v", left, err)
		}
	}
}

// What a restore that was killed left is not called done because somebody names it.
func TestAHalfRestoreIsNotDone(t *testing.T) {
	b, at := newBench(t), newSafe(t)
	at.backup(b, "one")
	half := &bench{t: t, root: b.root, data: filepath.Join(t.TempDir(), "new.restoring")}
	if err := os.Mkdir(half.data, 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(half.data, restoringMark), "")
	half.fail(1, "holds something already", "restore", at.path("one"), "--identity", at.secret, "--and", at.secretTwo)
	if left, err := os.ReadDir(half.data); err != nil || len(left) != 1 {
		t.Errorf("it left %v, %v", left, err)
	}
}

// A link in place of the data folder, or of what a restore makes beside it, stays, and so
// does what it leads to.
func TestARestoreReplacesNoLink(t *testing.T) {
	b, at := newBench(t), newSafe(t)
	at.backup(b, "one")
	args := []string{"restore", at.path("one"), "--identity", at.secret, "--and", at.secretTwo}
	for _, name := range []string{"data", "data.restoring"} {
		for _, to := range []string{"there", "nowhere"} {
			t.Run(name+" "+to, func(t *testing.T) {
				in := t.TempDir()
				there, link := filepath.Join(in, "there"), filepath.Join(in, name)
				if err := errors.Join(os.Mkdir(there, 0o700), os.Symlink(filepath.Join(in, to), link)); err != nil {
					t.Fatal(err)
				}
				back := &bench{t: t, root: b.root, data: filepath.Join(in, "data")}
				back.fail(1, link+" is a link", args...)
				if left, err := os.Readlink(link); err != nil || left != filepath.Join(in, to) {
					t.Errorf("the link leads to %q, %v", left, err)
				}
				if left, err := os.ReadDir(there); err != nil || len(left) != 0 {
					t.Errorf("what it leads to holds %v, %v", left, err)
				}
				if left, err := os.ReadDir(in); err != nil || len(left) != 2 {
					t.Errorf("there are %v, %v", left, err)
				}
				back.data = there
				back.succeed(args...)
			})
		}
	}
}
