package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ieum"
	"ieum/internal/catalogue"
	"ieum/internal/door"
	"ieum/internal/identity"
	"ieum/internal/jobcare"
	"ieum/internal/snapshot"
)

// TestWhoErasedThemselvesIsReadNowhere: somebody in a market keeps records of every
// kind and is tied to an imported row. A copy of the data folder and a backup are
// taken, all of which open; then the person erases everything. With the keys as they
// are now nothing of them opens, in the folder, in the copy or out of the backup. The
// figures of the market stay as they were, until the next build leaves out the row.
func TestWhoErasedThemselvesIsReadNowhere(t *testing.T) {
	t.Parallel()
	var others strings.Builder
	for i := range 22 {
		fmt.Fprintf(&others, "k%d,김가상%d,1980-01-02,010-5555-%04d,부산,철판을 다룹니다,%s\n", i, i, i, canaryJob)
	}
	w := walkAmong(t, "r1"+canaryRow+others.String())
	defer w.a.Close()
	self := w.alone()
	figures := w.market()
	if n := w.seekers(); n != 23 {
		t.Fatalf("there are %d seekers: %s", n, figures)
	}

	s, copied, restored := newSafe(t), filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "data")
	copyFolder(t, copied, w.data)
	for _, args := range [][]string{{"backup", s.path("before"), "--recipients", s.public, "--and", s.publicTwo}, {"restore", s.path("before"), "--identity", s.secret, "--and", s.secretTwo, "--data", restored}} {
		if status, _, said := w.command("", args...); status != 0 {
			t.Fatalf("ieum %v: exit %d, %s", args, status, said)
		}
	}
	folders := []string{w.data, copied, restored}
	all := slices.Concat(keptWords, []string{signInWord, linkedWord, `"r1"`})
	for _, dir := range folders {
		if found := flown(w.opens(dir), all...); len(found) != len(all) {
			t.Fatalf("of %q only %q opens before, so that nothing is tried", all, found)
		}
	}

	if err := w.a.door.Erase(t.Context(), self); err != nil {
		t.Error(err)
	}
	for _, dir := range folders {
		if found := flown(w.opens(dir), all...); len(found) > 0 {
			t.Errorf("in %s there still opens %q", dir, found)
		}
	}
	if after := w.market(); after != figures {
		t.Errorf("the figures were\n%s\nand are\n%s", figures, after)
	}
	if status, _, said := w.command("", "build"); status != 0 {
		t.Fatal(said)
	}
	_, err := w.a.live.Refresh()
	w.must(err)
	if n := w.seekers(); n != 22 || w.market() == figures {
		t.Errorf("after the next build there are %d seekers", n)
	}
}

// alone makes the canary and whoever it needs, with records that are in the ledger,
// and returns them.
func (w *walk) alone() door.Asker {
	w.Helper()
	list, err := w.a.registry.MakeDemo(w.Context())
	w.must(err)
	staff := map[string]*identity.Person{}
	for _, one := range list {
		if slices.Contains([]string{"demo-operator", "demo-counsellor", "demo-officer"}, one.Name) {
			_, staff[one.Name] = w.enter(one.Token, false)
		}
	}
	token, _, err := w.a.registry.Add(w.Context(), nil, signInWord, identity.Grant{Role: "seeker"})
	w.must(err)
	_, self := w.enter(token, true)
	w.prove(staff["demo-operator"])
	w.canary(w.a.door, asks(staff["demo-counsellor"]), asks(staff["demo-officer"]), asks(self))
	running, stop := context.WithCancel(w.Context())
	followed := make(chan struct{})
	go func() { defer close(followed); w.a.follow(running) }()
	w.settle()
	stop()
	<-followed
	return asks(self)
}

// market returns what is published of the canary's occupation.
func (w *walk) market() string {
	w.Helper()
	return w.ask(reader{}, "GET", "/api/v1/occupations/"+canaryJob+"/market", "").Body.String()
}

// seekers is how many look for work in it.
func (w *walk) seekers() int64 {
	w.Helper()
	m, err := w.a.adviser.Exact(jobcare.Query{Occupation: canaryJob}, func(snapshot.Meta) error { return nil })
	w.must(err)
	return m.Seekers.Int()
}

// opens returns all that opens of what database and lake of a folder hold sealed, with
// the keys of the walk's folder as they are now. It reads the tables themselves: the
// program would erase anew what an older database brings back.
func (w *walk) opens(data string) string {
	w.Helper()
	e := w.env("", io.Discard, io.Discard)
	e.Data, e.Keys = data, filepath.Join(w.data, "keys")
	set, err := e.definitions()
	w.must(err)
	s, err := openStore(w.Context(), e, set)
	w.must(err)
	defer s.Close()
	var out strings.Builder
	for _, from := range []string{
		`SELECT person, 'door_record/' || person || '/' || kind || '/' || item, sealed FROM door_record`,
		`SELECT person, 'door_record/' || person || '/imported/' || id, sealed FROM door_link`,
		`SELECT id, 'identity_account/' || id || '/name', name FROM identity_account`,
	} {
		rows, err := s.db.QueryContext(w.Context(), from)
		w.must(err)
		defer rows.Close()
		for rows.Next() {
			var id, place string
			var sealed []byte
			w.must(rows.Scan(&id, &place, &sealed))
			if text, err := base64.StdEncoding.DecodeString(string(sealed)); err == nil {
				sealed = text
			}
			plain, err := s.keys.Open(id, place, sealed)
			if errors.Is(err, ieum.ErrErased) {
				continue
			}
			w.must(err)
			out.Write(plain)
			var paper door.Paper
			if json.Unmarshal(plain, &paper) == nil {
				out.Write(paper.Data)
			}
		}
		w.must(rows.Err())
	}
	w.must(s.catalogue.Live(w.Context(), "resume", []string{catalogue.ColumnKey, "certificates"}, func(r *catalogue.Rows) error {
		for _, name := range []string{catalogue.ColumnKey, "certificates"} {
			fmt.Fprintf(&out, "%q", r.Column(name).Strings)
		}
		return nil
	}))
	return out.String()
}
