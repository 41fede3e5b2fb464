package main

import (
	"os"
	"path/filepath"
	"testing"
)

// A backup of an older day that is put back, with the keys as they are now, is
// known as such at the start; on purpose, by moving away what remembers, it is
// served.
func TestARestoredOlderDayIsKnown(t *testing.T) {
	t.Parallel()
	b, at := newBench(t), newSafe(t)
	s := b.start(b.data)
	s.awaitSize(4)
	s.stop()
	at.backup(b, "older")
	b.succeed("ingest", "stall", b.in("jobs-next.csv"))
	s = b.start(b.data)
	s.awaitSize(5)
	s.stop()
	back := &bench{t: t, root: b.root, data: filepath.Join(t.TempDir(), "new")}
	back.succeed("restore", at.path("older"), "--identity", at.secret, "--and", at.secretTwo)
	copyFolder(t, filepath.Join(back.data, "keys"), filepath.Join(b.data, "keys"))
	back.succeed("build")
	seen := filepath.Join(back.data, "keys", "ledger.seen")
	back.fail(1, "an older copy of the database was put back: its ledger had", "serve", "--listen", "127.0.0.1:0")
	if err := os.Rename(seen, filepath.Join(t.TempDir(), "ledger.seen")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(back.data, "ledger")); err != nil {
		t.Fatal(err)
	}
	back.start(back.data).awaitSize(4)
}
