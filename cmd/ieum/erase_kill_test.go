package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ieum"
	"ieum/internal/catalogue"
	"ieum/internal/door"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/dying"
)

// eraseKills is how often a server is killed beside an erasure.
const eraseKills = 6

// erases is the child: a server whose seeker erases themselves and is told so. It is
// killed at a call that changes a file, its own or that of what runs beside, or after.
func erases(f fate) int {
	var begun atomic.Bool
	var calls atomic.Int64
	durable.Hook = func(durable.Op, string) error {
		if !begun.Load() || calls.Add(1) != int64(f.Call)+1 {
			return nil
		}
		if f.Wait == 0 {
			kill()
		}
		time.AfterFunc(f.Wait, kill)
		return nil
	}
	ctx := context.Background()
	a, err := newApp(ctx, ofDemo(f.Dir))
	if err == nil {
		go a.follow(ctx)
		account, missing := a.registry.Find(ctx, "demo-seeker")
		begun.Store(true)
		if err = missing; err == nil {
			err = a.door.Erase(ctx, door.Asker{ID: account.ID, Fresh: true, May: a.set.Roles["seeker"].Allows})
		}
	}
	fmt.Println(err)
	time.Sleep(time.Second / 2)
	kill()
	return 1
}

// ofDemo is how a demo in a folder is served.
func ofDemo(data string) *env {
	return &env{Config: Config{Data: data}, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: time.Now, demo: true, cost: weak}
}

// A server that is killed while somebody erases themselves, and the résumé that an
// agency has of them, erased all of it or nothing; what was said to be done is. After
// the next start nothing of who was erased is read on any way, in the lake or in the
// snapshot, and the journal says it once.
func TestServeKilledBesideAnErasure(t *testing.T) {
	t.Parallel()
	whole, ids := withRow(t)
	rng, erased, told := dying.Seeded(t), 0, 0
	for i := range eraseKills {
		f := fate{Dir: filepath.Join(t.TempDir(), "data"), Call: rng.IntN(48), Erases: true}
		if rng.IntN(2) == 0 {
			f.Wait = 1 + time.Duration(rng.Int64N(int64(4*time.Millisecond)))
		}
		copyFolder(t, f.Dir, whole)
		said := killBeside(t, f)
		if said != "" && said != "<nil>\n" {
			t.Fatalf("kill %d, %+v: %s", i, f, said)
		}
		is := ids.after(t, f.Dir)
		if said != "" && !is {
			t.Errorf("kill %d, %+v: it was said to be done, and is not", i, f)
		}
		if is {
			erased++
		}
		if said != "" {
			told++
		}
		if t.Failed() {
			t.Fatalf("kill %d, %+v", i, f)
		}
	}
	t.Logf("of %d kills %d were after the erasure, %d after it was said", eraseKills, erased, told)
}

// killBeside lets a child meet its fate, and returns what it said.
func killBeside(t *testing.T, f fate) string {
	t.Helper()
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var said, fault bytes.Buffer
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), fateVariable+"="+string(text)), &said, &fault
	if err := cmd.Run(); err == nil || err.Error() != "signal: killed" {
		t.Fatalf("%+v: it was not killed: %v: %s", f, err, fault.Bytes())
	}
	return said.String()
}

// tied is a seeker who is tied to a row.
type tied struct {
	number  string
	account ieum.AccountID
	person  ieum.PersonID
	row     ieum.PersonID
}

// withRow is the folder of a demo whose seeker brought in their résumé.
func withRow(t *testing.T) (data string, of tied) {
	t.Helper()
	data = copyOfDemo(t)
	a, err := newApp(t.Context(), ofDemo(data))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := a.registry.MakeDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if of.number, err = a.demoRow(t.Context()); err != nil {
		t.Fatal(err)
	}
	seeker := ofSeeker(t, a, "demo-seeker")
	if err := a.door.LinkOwn(t.Context(), seeker, door.Claim{Source: "simulated", Number: of.number}); err != nil {
		t.Fatal(err)
	}
	p, err := a.door.Own(t.Context(), seeker)
	if err != nil {
		t.Fatal(err)
	}
	of.account, of.person, of.row = seeker.ID, p.ID, catalogue.RowPerson(a.store.keys, "simulated", "resume", of.number)
	return data, of
}

// after starts a server on what a kill left, and says whether the person is erased,
// holding that they are everywhere or nowhere.
func (of tied) after(t *testing.T, data string) (is bool) {
	t.Helper()
	a, err := newApp(t.Context(), ofDemo(data))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	ctx, stop := context.WithCancel(t.Context())
	followed := make(chan bool)
	go func() { a.follow(ctx); close(followed) }()
	defer func() { stop(); <-followed }()
	gone := a.store.keys.Erased()
	is = slices.Contains(gone, string(of.row))
	if slices.Contains(gone, string(of.person)) != is || slices.Contains(gone, string(of.account)) != is {
		t.Errorf("of %+v some are erased: %q", of, gone)
	}
	want := 0
	if is {
		want = 1
	}
	await(t, "the snapshot passes over who was erased", func() bool { return hiddenRows(t, a.live) == want })
	for way, err := range of.ways(t, a) {
		if errors.Is(err, ieum.ErrNotFound) != is || !is && err != nil {
			t.Errorf("erased %v, and %s gives %v", is, way, err)
		}
	}
	if entries := told(t, data, "catalogue.forgotten"); len(entries) != want {
		t.Errorf("erased %v, and the journal says %q", is, entries)
	}
	return is
}

// ways are the ways to somebody's records, each with what it gives.
func (of tied) ways(t *testing.T, a *app) map[string]error {
	t.Helper()
	ctx := t.Context()
	out := map[string]error{}
	_, out["the lineage"] = a.store.catalogue.Record(ctx, "simulated", "resume", of.number)
	_, out["the row"] = a.store.catalogue.Imported(ctx, "simulated", of.number)
	_, out["the account"] = a.registry.Find(ctx, "demo-seeker")
	self := door.Asker{ID: of.account, Fresh: true, May: a.set.Roles["seeker"].Allows}
	_, out["the person"] = a.door.Own(ctx, self)
	_, out["the door"] = a.door.Read(ctx, self, of.person, "own", ieum.ImportedRecord)
	out["the lake"], out["the snapshot"] = ieum.ErrNotFound, ieum.ErrNotFound
	err := a.store.catalogue.Live(ctx, "resume", []string{catalogue.ColumnKey}, func(r *catalogue.Rows) error {
		if slices.Contains(r.Column(catalogue.ColumnKey).Strings, of.number) {
			out["the lake"] = nil
		}
		return nil
	})
	s, release, failed := a.live.Acquire()
	if err := errors.Join(err, failed); err != nil {
		t.Fatal(err)
	}
	defer release()
	rows, err := a.store.catalogue.Keyed(ctx, s, of.number)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) > 0 {
		out["the snapshot"] = nil
	}
	return out
}
