package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/internal/catalogue"
	"ieum/internal/door"
	"ieum/internal/identity"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/seal"
)

// following serves with a configuration until the test ends.
func following(t *testing.T, e *env) *app {
	t.Helper()
	e.stdin, e.stdout, e.stderr, e.now, e.cost = strings.NewReader(""), io.Discard, io.Discard, time.Now, weak
	a, err := newApp(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { a.follow(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	return a
}

// keysAre says what /readyz says of the key store, and whether the server is ready.
func (a *app) keysAre(t *testing.T) (says string, ready bool) {
	t.Helper()
	w, is := a.here("/readyz"), Readiness{}
	if err := json.Unmarshal(w.Body.Bytes(), &is); err != nil || is.Ready != (w.Code == http.StatusOK) {
		t.Fatal(w.Code, w.Body, err)
	}
	return is.Keys, is.Ready
}

// stops waits until a server says that its key store lacks an erasure, and reports what
// opens with it all the same.
func stops(t *testing.T, a *app, id string, sealed []byte) {
	t.Helper()
	await(t, "the server stops", func() bool { says, ready := a.keysAre(t); return !ready && strings.Contains(says, "does not know of") })
	if plain, err := a.store.keys.Open(id, "place", sealed); !errors.Is(err, ieum.ErrUnavailable) {
		t.Errorf("of who was erased the server opens %q: %v", plain, err)
	}
	if _, err := a.store.keys.Seal("somebody", "place", nil); !errors.Is(err, ieum.ErrUnavailable) {
		t.Errorf("the server goes on with others: %v", err)
	}
}

// goesOn waits until a server has its key store again, and reports what opens of who was
// erased.
func goesOn(t *testing.T, a *app, id string, sealed []byte) {
	t.Helper()
	await(t, "the server goes on", func() bool { _, ready := a.keysAre(t); return ready })
	if plain, err := a.store.keys.Open(id, "place", sealed); !errors.Is(err, ieum.ErrErased) {
		t.Errorf("of who was erased the server opens %q: %v", plain, err)
	}
	if _, err := a.store.keys.Seal("somebody", "place", nil); err != nil {
		t.Errorf("the server does not go on with others: %v", err)
	}
}

// repaired does in a server's key store the erasures that it lacks, as an operator does.
func repaired(t *testing.T, c Config) {
	t.Helper()
	yes := []string{"keys", "replay"}
	for range 2 {
		var said bytes.Buffer
		e := &env{Config: c, stdin: strings.NewReader(""), stdout: io.Discard, stderr: &said, now: time.Now}
		if execute(t.Context(), e, yes) == 0 {
			return
		}
		_, hash, _ := strings.Cut(said.String(), "--yes ")
		yes = []string{"keys", "replay", "--yes", strings.TrimSpace(hash)}
	}
	t.Fatalf("%v does not do it", yes)
}

// seekersOfDemo lists keys of résumés of the demo.
func seekersOfDemo(t *testing.T, data string) (keys []string) {
	t.Helper()
	_, out, said := invoke(data, "", "recommend", "-k", "1", "--as-of", "all")
	for line := range strings.Lines(out) {
		key, _, _ := strings.Cut(line, "\t")
		keys = append(keys, key)
	}
	if len(keys) < 2 {
		t.Fatal(said)
	}
	return keys
}

// An erasure by a command that takes a copy of the key store, for nobody told it where the
// server's is, is one for the server too: it opens nothing, until the erasure is made in
// its store.
func TestAnErasureIntoACopyOfTheKeyStore(t *testing.T) {
	data, shared := copyOfDemo(t), t.TempDir()
	by, key := credentials(t, data), seekersOfDemo(t, data)[0]
	copyFolder(t, shared, filepath.Join(data, "keys"))
	c := Config{Data: data, Keys: shared}
	a := following(t, &env{Config: c, demo: true})
	id := string(catalogue.RowPerson(a.store.keys, "simulated", "resume", key))
	sealed, err := a.store.keys.Seal(id, "place", []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if status, out, said := invoke(data, "", "forget", "simulated", key, "--as", "demo-operator", "--purpose", "labour-market", "--credential", by["operator"]); status != 0 {
		t.Fatal(out, said)
	}
	stops(t, a, id, sealed)
	if read, err := a.store.catalogue.Imported(t.Context(), "simulated", key); err == nil {
		t.Errorf("the server reads the row of who was erased, born %d", read.Resume.BirthYear)
	}
	repaired(t, c)
	goesOn(t, a, id, sealed)
}

// An older key store that is put back under a server is not taken up: nothing opens and
// nobody else is erased with it, until the newest is back.
func TestAnOlderKeyStoreIsPutBackWhileServing(t *testing.T) {
	data := copyOfDemo(t)
	by, keys := credentials(t, data), seekersOfDemo(t, data)
	store := filepath.Join(data, "keys", seal.File)
	older, err := os.ReadFile(store)
	if err != nil {
		t.Fatal(err)
	}
	a := following(t, &env{Config: Config{Data: data}, demo: true})
	id := string(catalogue.RowPerson(a.store.keys, "simulated", "resume", keys[0]))
	sealed, err := a.store.keys.Seal(id, "place", []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if status, out, said := invoke(data, "", "forget", "simulated", keys[0], "--as", "demo-operator", "--purpose", "labour-market", "--credential", by["operator"]); status != 0 {
		t.Fatal(out, said)
	}
	newest, err := os.ReadFile(store)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, store, string(older))
	stops(t, a, id, sealed)
	if err := a.store.catalogue.Forget(t.Context(), "simulated", keys[1], "aoperator"); !errors.Is(err, ieum.ErrUnavailable) {
		t.Errorf("somebody else is erased in the older store: %v", err)
	}
	writeFile(t, store, string(newest))
	goesOn(t, a, id, sealed)
}

// Two servers on one database, each with a copy of the key store, for nobody told them
// where the one is: what one erases the other opens no more. It says so to who asks, and
// shows what needs no keys.
func TestTwoServersWithCopiesOfTheKeyStore(t *testing.T) {
	t.Parallel()
	c := Config{Data: filepath.Join(t.TempDir(), "one"), Database: dbtest.Postgres(t)}
	one := following(t, &env{Config: c})
	c.Data = filepath.Join(t.TempDir(), "two")
	copyFolder(t, c.Data, one.data)
	two := following(t, &env{Config: c})
	w := &walk{T: t, a: one}
	enter := func(name string) (reader, *identity.Person, ieum.PersonID) {
		token, _, err := one.registry.Add(t.Context(), nil, name, identity.Grant{Role: "seeker"})
		w.must(err)
		by, p := w.enter(token, true)
		kept, err := one.door.Begin(t.Context(), asks(p))
		w.must(err)
		w.must(one.door.KeepContact(t.Context(), asks(p), kept.ID, door.Contact{Name: canaryWord}))
		return by, p, kept.ID
	}
	_, erased, id := enter("made-up-one")
	other, _, _ := enter("made-up-two")
	sealed, err := two.store.keys.Seal(string(id), "place", []byte(canaryWord))
	w.must(err)
	w.must(one.door.Erase(t.Context(), asks(erased)))
	await(t, "the other server misses the erasure", func() bool { says, _ := two.keysAre(t); return strings.Contains(says, "does not know of") })
	if plain, err := two.store.keys.Open(string(id), "place", sealed); !errors.Is(err, ieum.ErrUnavailable) {
		t.Errorf("the other server opens %q: %v", plain, err)
	}
	at := &walk{T: t, a: two}
	for path, want := range map[string]int{"/my": http.StatusServiceUnavailable, "/about": http.StatusOK} {
		got := at.ask(other, "GET", path, "")
		if text := got.Body.String(); got.Code != want || strings.Contains(text, canaryWord) || strings.Contains(text, "열쇠를 보관하는 곳에 문제가 있어") != (path == "/my") {
			t.Errorf("%s: %d, want %d: %s", path, got.Code, want, text)
		}
	}
	repaired(t, c)
	await(t, "it goes on", func() bool { says, _ := two.keysAre(t); return says == "ok" })
	if plain, err := two.store.keys.Open(string(id), "place", sealed); !errors.Is(err, ieum.ErrErased) {
		t.Errorf("then the other server opens %q: %v", plain, err)
	}
	if got := at.ask(other, "GET", "/my", ""); got.Code != http.StatusOK {
		t.Errorf("then /my: %d", got.Code)
	}
}
