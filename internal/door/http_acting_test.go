package door

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/journal"
	"ieum/internal/platform/web"
)

// asking answers requests of somebody over HTTP with the status.
func (b *bench) asking(t *testing.T, by Asker) func(method, path string) int {
	t.Helper()
	ask := b.answering(t, by)
	return func(method, path string) int { return ask(method, path).Code }
}

// page is a page as somebody sees it.
func (b *bench) page(t *testing.T, by Asker, path string) string {
	t.Helper()
	w := b.answering(t, by)("GET", path)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

// answering answers requests of somebody over HTTP.
func (b *bench) answering(t *testing.T, by Asker) func(method, path string) *httptest.ResponseRecorder {
	t.Helper()
	site := web.NewSite(must[*defs.Set](t)(defs.LoadFrom(defs.Files)), b.now, func() bool { return false })
	site.Log = slog.New(slog.DiscardHandler)
	site.Reader = func(*http.Request) (*web.Reader, error) {
		return &web.Reader{ID: by.ID, Fresh: true, Left: time.Hour, May: by.May, Over: by.Over}, nil
	}
	mux := web.NewMux(site)
	b.Routes(site, mux)
	return func(method, path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequestWithContext(ctx, method, path, nil))
		return w
	}
}

// reads returns how many access records there are of a person.
func (b *bench) reads(t *testing.T, p ieum.PersonID) (n int) {
	t.Helper()
	for _, e := range must[[]journal.Entry](t)(journal.Of(ctx, b.d, string(p), "", 0, 100)) {
		if e.Kind == "door.read" {
			n++
		}
	}
	return n
}

// TestWhoActsLooksAtListsOnTheRecord: who looked and what was agreed tells of a person,
// too, so the bound of who acts holds, and an auditor is told of many.
func TestWhoActsLooksAtListsOnTheRecord(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		people := b.crowd(mostActedAnHour + 1)
		ask := b.asking(t, b.as("aholder", "seeker", "", "", ""))
		lists := []string{"/my/access?for=", "/my/access?what=found&before=9&for=", "/api/v1/my/access?for=", "/api/v1/my/consents?for="}
		for i, p := range people[:mostActedAnHour] {
			for n, path := range lists {
				if got := ask("GET", path+string(p)); got != http.StatusOK || b.reads(t, p) != n+1 {
					t.Errorf("%s of person %d: %d, with %d access records, want %d", path, i+1, got, b.reads(t, p), n+1)
				}
			}
			flag := `"flags":null`
			if i >= manyActed {
				flag = `"flags":["many"]`
			}
			b.told(t, p, "door.read", flag)
		}
		last := people[mostActedAnHour]
		for _, path := range append(lists, "/my/access/1/proof.json?for=", "/my/jobs/none/proof.json?for=", "/my/consents/none?for=", "/my/consents/none/receipt.json?for=",
			"/api/v1/my/access/1/proof?for=", "/api/v1/my/consents/none?for=") {
			if got := ask("GET", path+string(last)); got != http.StatusTooManyRequests {
				t.Errorf("%s of one more: %d", path, got)
			}
			b.told(t, last, "door.refused", "door.refused.acted")
		}
		if n := b.reads(t, last); n != 0 {
			t.Errorf("%d access records of one who was not shown", n)
		}
		if got := ask("DELETE", "/api/v1/my/consents/none?for="+string(last)); got == http.StatusTooManyRequests {
			t.Error("stopping something is bound, too")
		}
		if a := must[*Accesses](t)(b.LookedAt(ctx, people[0], 0)); len(a.Lines) != len(lists) || a.Lines[0].By != "aholder" || a.Lines[0].Purpose != "own" || len(a.Lines[0].Kinds) != 0 {
			t.Errorf("the person sees %+v", a.Lines)
		}
	})
}

// TestAListIsNotShownUnrecorded: what cannot be written down is not answered. One's own
// lists leave no trace, also where one names oneself.
func TestAListIsNotShownUnrecorded(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.person()
		own := b.asking(t, b.seeker())
		for _, path := range []string{"/my/access", "/api/v1/my/access", "/api/v1/my/consents", "/api/v1/my/access?for=" + string(p)} {
			if got := own("GET", path); got != http.StatusOK || b.reads(t, p) != 0 {
				t.Errorf("%s of one's own: %d, with %d access records", path, got, b.reads(t, p))
			}
		}
		other := b.crowd(1)[0]
		ask := b.asking(t, b.as("aholder", "seeker", "", "", ""))
		err := b.store.in(ctx, func(t tx) error { // which nothing but an access record needs
			_, err := t.exec(`ALTER TABLE door_reader RENAME TO door_reader_away`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/my/access?for=", "/api/v1/my/access?for=", "/api/v1/my/consents?for="} {
			if got := ask("GET", path+string(other)); got < 500 {
				t.Errorf("%s that could not be written down: %d", path, got)
			}
		}
	})
}
