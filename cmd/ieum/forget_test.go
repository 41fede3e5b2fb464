package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ieum/internal/catalogue"
	"ieum/internal/platform/durable"
	"ieum/internal/snapshot"
)

// An operator who says who they are erases a person of whom nothing but a row is
// known: what runs passes over the row within its next look, nothing else changes,
// and a snapshot that still has it after a day is a fault.
func TestForget(t *testing.T) {
	t.Parallel()
	data := copyOfDemo(t)
	by := credentials(t, data)
	recommend := func() []string {
		t.Helper()
		status, out, said := invoke(data, "", "recommend", "-k", "1", "--as-of", "all")
		if status != 0 {
			t.Fatal(said)
		}
		return strings.SplitAfter(out, "\n")
	}
	before := recommend()
	key, _, _ := strings.Cut(before[0], "\t")
	set, err := loadDefinitions()
	if err != nil {
		t.Fatal(err)
	}
	live := snapshot.NewLive(data, parts(set, time.Now)...)
	defer live.Close()
	if _, err := live.Refresh(); err != nil {
		t.Fatal(err)
	}
	forget := func(status int, says, name, purpose, key string) {
		t.Helper()
		got, out, said := invoke(data, "", "forget", "simulated", key, "--as", "demo-"+name, "--purpose", purpose, "--credential", by[name])
		if got != status || out != "" || !strings.Contains(said, says) {
			t.Errorf("%s erases %s: exit %d, %s%s", name, key, got, out, said)
		}
	}
	if status, _, said := invoke(data, "", "forget", "simulated", key); status != 1 || !strings.Contains(said, "say who you are") {
		t.Errorf("nobody erases: exit %d, %s", status, said)
	}
	forget(1, "role", "counsellor", "labour-market", key)
	forget(1, "for the purpose labour-market alone", "operator", "placement", key)
	forget(1, "has no resume under the key", "operator", "labour-market", "nobody-has-it")
	if len(told(t, data, "catalogue.forgotten")) > 0 {
		t.Fatal("somebody was erased")
	}
	forget(0, "Erased.", "operator", "labour-market", key)
	if list := told(t, data, "catalogue.forgotten"); len(list) != 1 || strings.Contains(list[0], key) {
		t.Errorf("the journal has %q", list)
	}
	forget(1, "was erased before", "operator", "labour-market", key)

	s, release, err := live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	gone := func() (n int) {
		for row := range s.Resumes.Person.Len() {
			if s.ResumeGone(row) {
				n++
			}
		}
		return n
	}
	if n := gone(); n != 0 {
		t.Errorf("%d rows are hidden before anybody looked", n)
	}
	if _, err := live.Refresh(); err != nil || gone() != 1 {
		t.Errorf("%d rows are hidden, %v, want 1", gone(), err)
	}
	release()
	same := func(when string) {
		t.Helper()
		if after := recommend(); strings.Join(after, "") != strings.Join(before[1:], "") {
			t.Errorf("%s: %d lines are recommended, want the %d of all others", when, len(after), len(before)-1)
		}
	}
	same("at once")

	late := func() time.Time { return time.Now().Add(25 * time.Hour) }
	if status, out, _ := invokeAt(data, "", late, "fsck"); status != 1 || !strings.Contains(out, "1 rows of people who were erased more than a day ago; build it anew") {
		t.Errorf("fsck a day later: exit %d, %s", status, out)
	}
	if status, _, said := invoke(data, "", "build"); status != 0 {
		t.Fatal(said)
	}
	same("after a build")
	if status, out, _ := invokeAt(data, "", late, "fsck"); status != 0 {
		t.Errorf("fsck after a build: exit %d, %s", status, out)
	}
	a, err := newApp(t.Context(), &env{Config: Config{Data: data}, now: time.Now, stdout: os.Stdout, stderr: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	noted := len(told(t, data, "door.bulk"))
	if err := os.Remove(filepath.Join(data, "snapshots", "HIDDEN")); err != nil { // as after a restore
		t.Fatal(err)
	}
	for range 2 {
		if err := a.forget(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(told(t, data, "door.bulk")); n != noted+1 {
		t.Errorf("who is hidden was found anew, and %d records say so, want 1", n-noted)
	}
	same("after a restore")
	if left, err := filepath.Glob(filepath.Join(data, "snapshots", "*", "meta.json")); err != nil || len(left) != 1 {
		t.Errorf("the server keeps %q, %v, want the snapshot in use alone", left, err)
	}
}

// Of whom nothing but the key store says that they were erased, as on a standby or
// after a kill, a server hides the row without being asked; and so does the command
// given again, which says that this person was erased before.
func TestWhoWasErasedElsewhereIsHidden(t *testing.T) {
	data := copyOfDemo(t)
	by := credentials(t, data)
	status, out, said := invoke(data, "", "recommend", "-k", "1", "--as-of", "all")
	if status != 0 {
		t.Fatal(said)
	}
	a, err := newApp(t.Context(), &env{Config: Config{Data: data}, now: time.Now, stdout: os.Stdout, stderr: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	lines := strings.Split(out, "\n")
	erase := func(line int) (key string) {
		t.Helper()
		key, _, _ = strings.Cut(lines[line], "\t")
		if err := a.store.keys.Erase(string(catalogue.RowPerson(a.store.keys, "simulated", "resume", key))); err != nil {
			t.Fatal(err)
		}
		return key
	}
	hidden := func() int {
		t.Helper()
		h, err := snapshot.ReadHidden(data)
		if err != nil {
			t.Fatal(err)
		}
		return len(h.Rows)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan bool)
	before := len(a.store.keys.Erased())
	go func() {
		a.hideElsewhere(ctx, before)
		close(done)
	}()
	erase(0)
	for until := time.Now().Add(time.Minute); hidden() == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("nobody is hidden")
		}
	}
	stop()
	<-done
	key := erase(1)
	for range 2 {
		got, _, said := invoke(data, "", "forget", "simulated", key, "--as", "demo-operator", "--purpose", "labour-market", "--credential", by["operator"])
		if got != 1 || !strings.Contains(said, "was erased before") {
			t.Errorf("erased once more: exit %d, %s", got, said)
		}
		if n := hidden(); n != 2 {
			t.Errorf("%d rows are hidden, want 2", n)
		}
	}
	if list := told(t, data, "catalogue.forgotten"); len(list) != 2 {
		t.Errorf("the journal has %q", list)
	}
}

// Where the file that says who is hidden is damaged, gone or an older one while a server
// runs, it is made anew without being asked, and not by the hour.
func TestWhatSaysWhoIsHiddenIsMadeAnewWhileServing(t *testing.T) {
	data := copyOfDemo(t)
	status, out, said := invoke(data, "", "recommend", "-k", "1", "--as-of", "all")
	if status != 0 {
		t.Fatal(said)
	}
	a, err := newApp(t.Context(), &env{Config: Config{Data: data}, now: time.Now, stdout: os.Stdout, stderr: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	key, _, _ := strings.Cut(out, "\t")
	path := filepath.Join(data, "snapshots", "HIDDEN")
	older, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(a.store.keys.Erase(string(catalogue.RowPerson(a.store.keys, "simulated", "resume", key))), a.store.hide(t.Context(), a.set, a.now())); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan bool)
	before := len(a.store.keys.Erased())
	go func() {
		a.hideElsewhere(ctx, before)
		close(done)
	}()
	defer func() {
		stop()
		<-done
	}()
	for what, harm := range map[string]func() error{
		"older": func() error { return durable.WriteFile(path, older) },
		"gone":  func() error { return os.Remove(path) },
		"cut":   func() error { return os.WriteFile(path, whole[:len(whole)-1], 0o600) },
		"edited": func() error {
			return os.WriteFile(path, bytes.Replace(whole, []byte("through "), []byte("through 9"), 1), 0o600)
		},
	} {
		if err := harm(); err != nil {
			t.Fatal(err)
		}
		for until := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
			if h, err := snapshot.ReadHidden(data); err == nil && len(h.Rows) == 1 {
				break
			}
			if time.Now().After(until) {
				t.Fatalf("%s: it is not made anew", what)
			}
		}
	}
}

// Where the file that says who is hidden is damaged or gone, or of a version before that
// summed it all, commands answer nothing, and a server that starts finds it out anew.
func TestServeFindsOutAnewWhoIsHidden(t *testing.T) {
	t.Parallel()
	data := copyOfDemo(t)
	_, out, said := invoke(data, "", "recommend", "-k", "1", "--as-of", "all")
	key, _, _ := strings.Cut(out, "\t")
	start := func() *app {
		t.Helper()
		a, err := newApp(t.Context(), &env{Config: Config{Data: data}, now: time.Now, stdout: os.Stdout, stderr: os.Stderr})
		if err != nil {
			t.Fatal(err, said)
		}
		return a
	}
	a := start()
	path := filepath.Join(data, "snapshots", "HIDDEN")
	older, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(a.store.keys.Erase(string(catalogue.RowPerson(a.store.keys, "simulated", "resume", key))), a.store.hide(t.Context(), a.set, a.now())); err != nil {
		t.Fatal(err)
	}
	a.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, unsummed, _ := strings.Cut(string(whole), "\n")
	for _, text := range []string{"cut\n", unsummed, strings.Replace(string(whole), "through ", "through 9", 1), ""} {
		harm := os.WriteFile(path, []byte(text), 0o600)
		if text == "" {
			harm = os.Remove(path)
		}
		if harm != nil {
			t.Fatal(harm)
		}
		if status, _, said := invoke(data, "", "recommend", "-k", "1", "--as-of", "all"); status != 1 || !strings.Contains(said, "find it out anew") {
			t.Errorf("%q: exit %d, %s", text, status, said)
		}
		start().Close()
		if h, err := snapshot.ReadHidden(data); err != nil || len(h.Rows) != 1 {
			t.Errorf("%q: %v, %v are hidden", text, h, err)
		}
	}
	if err := os.WriteFile(path, older, 0o600); err != nil { // as a copy made before
		t.Fatal(err)
	}
	start().Close()
	if h, err := snapshot.ReadHidden(data); err != nil || len(h.Rows) != 1 {
		t.Errorf("an older list is put back, and %v, %v are hidden", h, err)
	}
}
