package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"ieum/internal/identity"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/journal"
	"ieum/internal/platform/seal"
)

// The master key is renewed while a server runs, which goes on with what was
// sealed before; what it is and when it was renewed can be seen.
func TestKeysAreRotatedWhileServing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.start(b.data)
	link, err := url.Parse(strings.TrimSpace(b.succeed("account", "add", "gildong", "--role", "operator")))
	if err != nil {
		t.Fatal(err)
	}
	master := filepath.Join(b.data, "keys", "master.key")
	before, err := os.ReadFile(master)
	if err != nil {
		t.Fatal(err)
	}
	if text := s.get(link.Path); !strings.Contains(text, "gildong") {
		t.Fatalf("the page of the link shows no name that was sealed: %s", text)
	}
	for range 3 {
		b.succeed("keys", "rotate")
		if text := s.get(link.Path); !strings.Contains(text, "gildong") {
			t.Errorf("after the master key was renewed the name is gone: %s", text)
		}
	}
	if now, _ := os.ReadFile(master); bytes.Equal(now, before) || len(now) != len(before) {
		t.Error("the master key is the same")
	}
	var shown KeyStore
	if err := json.Unmarshal([]byte(b.succeed("keys", "--json")), &shown); err != nil {
		t.Fatal(err)
	}
	if shown.File != filepath.Join(b.data, "keys", "people.keys") || shown.Master != master || shown.Erased != 0 || shown.Rotated == nil {
		t.Errorf("shown is %+v", shown)
	}
	b.fail(2, "no argument but rotate", "keys", "erase")
	b.data = t.TempDir()
	b.fail(1, "there is no key store", "keys")
}

// A server does not start without its key store or master key, or with those of
// another installation.
func TestNothingStartsWithoutTheKeys(t *testing.T) {
	other := newBench(t).data
	for name, tt := range map[string]struct {
		harm func(keys string) error
		says string
	}{
		"store lost":  {func(keys string) error { return os.Remove(filepath.Join(keys, "people.keys")) }, "people.keys is missing; put back"},
		"master lost": {func(keys string) error { return os.Remove(filepath.Join(keys, "master.key")) }, "master.key is missing; put back"},
		"all lost":    {os.RemoveAll, "people.keys is missing; put back"},
		"another's": {func(keys string) error {
			_, err := seal.Open(filepath.Join(other, "elsewhere"), seal.NewMaster(filepath.Join(other, "elsewhere", "master.key")))
			return errors.Join(err, os.RemoveAll(keys), os.Rename(filepath.Join(other, "elsewhere"), keys))
		}, "people.keys is not the one of the database"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			if err := tt.harm(filepath.Join(b.data, "keys")); err != nil {
				t.Fatal(err)
			}
			b.fail(1, tt.says, "serve")
			b.fail(1, tt.says, "account", "list")
		})
	}
}

// The keys of people are in no backup, and an older backup that is put back is
// of no use to who looks for somebody erased since: a start erases them anew.
func TestTheKeysAreInNoBackup(t *testing.T) {
	t.Parallel()
	b, at := newBench(t), newSafe(t)
	b.succeed("account", "add", "gildong", "--role", "operator")
	at.backup(b, "one")
	secret, err := os.ReadFile(at.secret)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := age.ParseX25519Identity(strings.TrimSpace(string(secret)))
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(at.path("one"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	plain, err := age.Decrypt(file, pair)
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	if _, err := all.ReadFrom(plain); err != nil {
		t.Fatal(err)
	}
	keys, err := filepath.Glob(filepath.Join(b.data, "keys", "*"))
	if err != nil || len(keys) < 2 {
		t.Fatalf("keys are %q, %v", keys, err)
	}
	for _, path := range keys {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if part := text[:min(len(text), 40)]; len(part) > 0 && bytes.Contains(all.Bytes(), part) {
			t.Errorf("%s is in the backup", path)
		}
	}
	if all.Len() < 10_000 || bytes.Contains(all.Bytes(), []byte("gildong")) {
		t.Errorf("of %d bytes some show a name", all.Len())
	}
	where, master := (&env{Config: Config{Data: b.data}}).keyStore()
	k, err := seal.Open(where, master)
	if err != nil {
		t.Fatal(err)
	}
	id := b.account("gildong")
	if err := k.Erase(id); err != nil {
		t.Fatal(err)
	}
	back := &bench{t: t, root: b.root, data: filepath.Join(t.TempDir(), "new", "data")}
	back.succeed("restore", at.path("one"), "--identity", at.secret, "--and", at.secretTwo)
	back.fail(1, "people.keys is missing; put back", "account", "list")
	copyFolder(t, filepath.Join(back.data, "keys"), where)
	if !strings.Contains(back.rows(), id) {
		t.Fatal("the backup does not hold the account, so nothing is tried")
	}
	back.start(back.data).stop()
	back.fail(1, "", "account", "find", "gildong")
	if listed := back.succeed("account", "list"); strings.Contains(listed, "gildong") {
		t.Errorf("the account erased since is back: %s", listed)
	}
}

// An older store of keys that is put back brings nobody back who the journal says was
// erased: nothing opens with it. Nor does what somebody wrote to the database destroy a
// key, until it is said that it shall.
func TestAnOlderKeyStoreBringsNobodyBack(t *testing.T) {
	t.Parallel()
	data := copyOfDemo(t)
	by := credentials(t, data)
	ieum := func(status int, says string, args ...string) string {
		t.Helper()
		got, out, said := invoke(data, "", args...)
		if got != status || !strings.Contains(out+said, says) {
			t.Fatalf("ieum %s: exit %d, %s%s, want %d with %q", args[0], got, out, said, status, says)
		}
		return out
	}
	recommend := func() string { return ieum(0, "", "recommend", "-k", "1", "--as-of", "all") }
	store := filepath.Join(data, "keys", seal.File)
	older, err := os.ReadFile(store)
	if err != nil {
		t.Fatal(err)
	}
	key, rest, _ := strings.Cut(recommend(), "\t")
	_, rest, _ = strings.Cut(rest, "\n")
	ieum(0, "Erased.", "forget", "simulated", key, "--as", "demo-operator", "--purpose", "labour-market", "--credential", by["operator"])
	newest, err := os.ReadFile(store)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, store, string(older))
	if err := os.Remove(filepath.Join(data, "snapshots", "HIDDEN")); err != nil { // as after a restore
		t.Fatal(err)
	}
	for _, command := range [][]string{{"build"}, {"account", "list"}, {"fsck"}, {"serve", "--demo", "--listen", "127.0.0.1:0"}} {
		ieum(1, "the key store "+store+" does not know of 1 erasures that the database speaks of", command...)
		ieum(0, "0 erased", "keys")
	}
	writeFile(t, store, string(newest))
	ieum(0, "", "account", "list")
	writeFile(t, store, string(older))
	ieum(1, "1 keys would be destroyed for good", "keys", "replay")
	ieum(1, "1 keys would be destroyed for good", "keys", "replay", "--yes", "1")
	ieum(0, "0 erased", "keys")
	yes := replayHash(t, data)
	ieum(0, "1 keys destroyed", "keys", "replay", "--yes", yes)
	ieum(0, "0 keys destroyed", "keys", "replay", "--yes", yes)
	ieum(0, "1 erased", "keys")
	ieum(0, "", "build")
	if got := recommend(); got != rest {
		t.Errorf("%d lines are recommended, want the %d of all others", strings.Count(got, "\n"), strings.Count(rest, "\n"))
	}
	ieum(0, "0 faults", "fsck")
}

// replayHash returns the hash of whom ieum keys replay names and does not destroy.
func replayHash(t *testing.T, data string) (yes string) {
	t.Helper()
	status, out, said := invoke(data, "", "keys", "replay")
	_, yes, found := strings.Cut(strings.TrimSpace(said), "--yes ")
	if status != 1 || out != "" || !found || len(yes) != 32 {
		t.Fatalf("exit %d, %s%s", status, out, said)
	}
	return yes
}

// What the operator read is destroyed, by name, and nothing else: whoever writes to the
// database puts nobody in another's place between the two commands, nor beside them.
func TestReplayDestroysWhomTheOperatorReadAbout(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	say := func(ids ...string) {
		t.Helper()
		b.sql(`DELETE FROM journal_new WHERE kind = 'catalogue.forgotten'`)
		for _, id := range ids {
			b.sql(fmt.Sprintf(`INSERT INTO journal_new (kind, subject, data) VALUES ('catalogue.forgotten', '%s', '{}')`, id))
		}
	}
	say("pone")
	yes := replayHash(t, b.data)
	for _, others := range [][]string{{"ptwo"}, {"pone", "ptwo"}} {
		say(others...)
		if status, _, said := b.run("keys", "replay", "--yes", yes); status != 1 || !strings.Contains(said, "they are others than those of --yes "+yes) {
			t.Errorf("%q: exit %d, %s", others, status, said)
		}
		if other := replayHash(t, b.data); other == yes {
			t.Errorf("%q have the hash of pone alone", others)
		}
	}
	say("ptwo", "pone")
	yes = replayHash(t, b.data)
	for _, odd := range []string{"pone ptwo", "pone\nptwo", `pone" "ptwo`} {
		if say(odd); replayHash(t, b.data) == yes {
			t.Errorf("%q, which reads as two ids, has the hash of both", odd)
		}
	}
	say("ptwo", "pone")
	status, _, said := b.run("keys", "replay", "--yes", yes)
	if status != 0 || !strings.Contains(said, "\"pone\"\n\"ptwo\"\n") || !strings.Contains(said, "2 keys destroyed") {
		t.Errorf("it does not say whose keys were destroyed: exit %d, %s", status, said)
	}
}

// Where the database is lost, its erasures cannot be done anew: nothing is made in its place
// that would be taken for it, and nothing is said to be done.
func TestReplayNeedsItsDatabase(t *testing.T) {
	b := newBench(t)
	refused := func(says string) {
		t.Helper()
		path := filepath.Join(b.data, "keys", seal.File)
		before, err := os.ReadFile(path)
		b.fail(1, says, "keys", "replay")
		after, err2 := os.ReadFile(path)
		if err := errors.Join(err, err2); err != nil || !bytes.Equal(before, after) {
			t.Errorf("the key store was changed: %v", err)
		}
	}
	b.remove("ieum.db*")
	refused("the database of the data folder " + b.data + " is missing")
	if made, _ := filepath.Glob(filepath.Join(b.data, "ieum.db*")); len(made) > 0 {
		t.Errorf("it made %v", made)
	}
	b.sql(`CREATE TABLE other (n INTEGER)`) // somebody else's, or what was begun and left
	refused("there is no database of Ieum in " + filepath.Join(b.data, "ieum.db"))
	b.fail(1, "there is no database of Ieum in ", "account", "list")
	b.fail(1, "not of the same installation", "ingest", "stall", b.in("jobs.csv")) // which may begin one
	refused("not of the same installation")
	b.database = dbtest.Postgres(t)
	refused("there is no database of Ieum in ")
}

// An erasure of what can be no id, which somebody wrote to the database, keeps nobody's
// from being done anew, nor a server from its work; fsck names it.
func TestAnErasureOfNobodyIsNamed(t *testing.T) {
	b := newBench(t)
	long := strings.Repeat("x", 256)
	for _, id := range []string{long, "", "pone"} {
		b.sql(fmt.Sprintf(`INSERT INTO journal_new (kind, subject, data) VALUES ('catalogue.forgotten', '%s', '{}')`, id))
	}
	yes := replayHash(t, b.data)
	if status, _, said := b.run("keys", "replay", "--yes", yes); status != 0 || !strings.Contains(said, "1 keys destroyed") || strings.Contains(said, "xxx") {
		t.Errorf("exit %d, %s", status, said)
	}
	b.succeed("account", "list")
	b.start(b.data).stop()
	if status, out, _ := b.run("fsck"); status != 1 || !strings.Contains(out, `journal: 2 erasures that the journal speaks of are of nobody, such as of ""`) || !strings.Contains(out, ": 1 faults") {
		t.Errorf("exit %d, %s", status, out)
	}
}

// Each kind of entry that says that somebody was erased is missed in a store that does not
// know of it, with a number or without.
func TestErasuresOfTheJournalHold(t *testing.T) {
	b := newBench(t)
	d, err := db.Open(t.Context(), b.data)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	say := func(kinds ...string) error {
		return d.Tx(t.Context(), func(tx *sql.Tx) (err error) {
			for _, kind := range kinds {
				err = errors.Join(err, journal.Append(t.Context(), tx, kind, "id-"+kind, struct{}{}))
			}
			return err
		})
	}
	if err := say("catalogue.forgotten", "door.bulk"); err != nil {
		t.Fatal(err)
	}
	if _, err := (&journal.Sealer{DB: d, Holder: "test", Now: time.Now}).Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := say("door.erased", "identity.account_removed", "identity.added"); err != nil {
		t.Fatal(err)
	}
	want := []string{"id-catalogue.forgotten", "id-door.erased", "id-identity.account_removed"}
	k, missed, err := openKeys(t.Context(), &env{Config: Config{Data: b.data}}, d)
	if err != nil || !slices.Equal(missed, want) || len(k.Erased()) != 0 {
		t.Errorf("missed are %q, erased %q, %v", missed, k.Erased(), err)
	}
}

// account returns the id of an account.
func (b *bench) account(name string) (id string) {
	b.t.Helper()
	e := &env{Config: Config{Data: b.data}, now: time.Now}
	err := withRegistry(b.t.Context(), e, func(g *identity.Registry) error {
		a, err := g.Find(b.t.Context(), name)
		id = string(a.ID)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}
