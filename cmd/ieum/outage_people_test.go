package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ieum/internal/door"
	"ieum/internal/identity"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/journal"
)

// The database goes away while people sign in, agree and read, and comes back: whoever
// was answered has what the answer said, an access record for each read and a consent
// for each that was given, none is there by half, and who was not is told why.
func TestPeopleWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	postgres := dbtest.NewServer(t)
	e := &env{Config: Config{Data: filepath.Join(t.TempDir(), "data"), Database: postgres.URL, Defs: t.TempDir()}, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: time.Now, cost: weak}
	a, err := newApp(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	w := &walk{T: t, a: a}
	w.must(a.registry.AddOrganisation(t.Context(), identity.Console, identity.Organisation{ID: "made-up", Name: "가상 기관", Kind: "agency"}))
	token, _, err := a.registry.Add(t.Context(), nil, "made-up-seeker", identity.Grant{Role: "seeker"})
	w.must(err)
	by, p := w.enter(token, true)
	kept, err := a.door.Begin(t.Context(), asks(p))
	w.must(err)
	w.must(a.door.KeepContact(t.Context(), asks(p), kept.ID, door.Contact{Name: canaryWord}))

	var mu sync.Mutex
	told, away := map[string]int{}, map[string]int{}
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	form := url.Values{"name": {p.Name}, "password": {"한 여덟 낱말쯤 되는 가상 비밀번호"}}.Encode()
	for _, one := range []struct {
		what, method, path, sent string
		by                       reader
		done                     int
	}{
		{"read", "GET", "/api/v1/my/records", "", by, http.StatusOK},
		{"consent", "POST", "/api/v1/my/consents", `{"purpose":"statistics","recipient":"made-up"}`, by, http.StatusOK},
		{"sign-in", "POST", "/sign-in", form, reader{}, http.StatusOK},
	} {
		all.Go(func() {
			for ctx.Err() == nil {
				got := w.ask(one.by, one.method, one.path, one.sent)
				mu.Lock()
				switch text := got.Body.String(); {
				case got.Code == one.done:
					told[one.what]++
				case got.Code == http.StatusServiceUnavailable && !strings.Contains(text, canaryWord):
					away[one.what]++
				case one.what == "read" || got.Code != http.StatusTooManyRequests:
					t.Errorf("%s: %d: %.300s", one.what, got.Code, text)
				}
				mu.Unlock()
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	count := func(m map[string]int) string {
		mu.Lock()
		defer mu.Unlock()
		return fmt.Sprint(m["read"] > 5, m["consent"] > 0, m["sign-in"] > 0)
	}
	await(t, "all is done", func() bool { return count(told) == "true true true" })
	postgres.Stop()
	await(t, "it is said that it is away", func() bool { return strings.HasPrefix(count(away), "true") })
	postgres.Start()
	mu.Lock()
	was := told["read"]
	mu.Unlock()
	await(t, "people read again", func() bool { mu.Lock(); defer mu.Unlock(); return told["read"] > was+5 })
	stop()
	all.Wait()
	numbers := (&killing{bench: &bench{t: t}}).records(a.store.db, kept.ID)
	for i, n := range numbers {
		if n != int64(i+1) {
			t.Fatalf("the access records are numbered %v", numbers)
		}
	}
	if len(numbers) < told["read"] {
		t.Errorf("%d reads were answered, with %d records", told["read"], len(numbers))
	}
	given, err := a.door.Consents(t.Context(), kept.ID)
	w.must(err)
	if len(given) < told["consent"] {
		t.Errorf("%d consents were acknowledged, %d are there", told["consent"], len(given))
	}
	if _, err := journal.Verify(t.Context(), a.store.db); err != nil {
		t.Error(err)
	}
}
