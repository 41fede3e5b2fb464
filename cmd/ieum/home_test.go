package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/internal/platform/web"
	"ieum/internal/snapshot"
)

// homeOf serves the pages of no domain over the snapshot of a data folder.
func homeOf(t *testing.T, data string) http.Handler {
	t.Helper()
	set, err := loadDefinitions()
	if err != nil {
		t.Fatal(err)
	}
	live := snapshot.NewLive(data)
	if _, err := live.Refresh(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(live.Close)
	site := web.NewSite(set, time.Now, (&market{live: live}).simulated)
	mux := web.NewMux(site)
	homeRoutes(site, mux, live, func(*snapshot.Snapshot) int { return 1801 })
	return mux
}

// describe publishes an empty snapshot that says m of itself.
func describe(t *testing.T, m snapshot.Meta) (data string) {
	t.Helper()
	data = t.TempDir()
	describeIn(t, data, m)
	return data
}

// describeIn publishes it in a data folder.
func describeIn(t *testing.T, data string, m snapshot.Meta) snapshot.Meta {
	t.Helper()
	b, err := snapshot.Begin(data)
	if err != nil {
		t.Fatal(err)
	}
	empty := &snapshot.Snapshot{}
	empty.Postings.Occupations, empty.Resumes.Occupations = []uint32{0}, []uint32{0}
	if err := b.Write(empty); err != nil {
		t.Fatal(err)
	}
	if m.Base != nil {
		if err := b.WriteGone(&snapshot.Gone{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Describe(m, time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	made, err := b.Publish()
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func body(h http.Handler, target string) string {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
	return w.Body.String()
}

func TestWithoutDataThePagesSayHowToBringThemIn(t *testing.T) {
	h := homeOf(t, t.TempDir())
	for _, path := range []string{"/", "/about"} {
		page := body(h, path)
		for _, want := range []string{"ieum serve --demo", "ieum ingest", "ieum build", "1350"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s lacks %q", path, want)
			}
		}
		if strings.Contains(page, `class="simulated"`) {
			t.Errorf("%s speaks of simulated data where there are none", path)
		}
	}
}

func TestEveryPageSaysThatDataAreSimulated(t *testing.T) {
	real := snapshot.Source{ID: "jobs", Title: ieum.Text{KO: "일자리", EN: "Jobs"}, Holder: ieum.Text{KO: "기관", EN: "Agency"}, Rows: 1234}
	made := real
	made.ID, made.Simulated = "simulated", true
	for _, tt := range []struct {
		meta      snapshot.Meta
		simulated bool
	}{{snapshot.Meta{Sources: []snapshot.Source{real}}, false}, {snapshot.Meta{Simulated: true, Sources: []snapshot.Source{made}}, true}} {
		h := homeOf(t, describe(t, tt.meta))
		for _, path := range []string{"/", "/about", "/api", "/nowhere"} {
			if got := strings.Contains(body(h, path), `class="simulated"`); got != tt.simulated {
				t.Errorf("%s: says simulated: %t, want %t", path, got, tt.simulated)
			}
		}
		about := body(h, "/about")
		if !strings.Contains(about, "1,200") || strings.Contains(about, "badge warn") != tt.simulated {
			t.Errorf("the sources are not shown: %s", about)
		}
	}
}

// Who looks for work is told first how many postings one can apply to.
func TestHomeShowsWhatIsOpenFirst(t *testing.T) {
	page := body(homeOf(t, describe(t, snapshot.Meta{})), "/")
	if open, all := strings.Index(page, "1,801건"), strings.Index(page, "모두 0건"); open < 0 || all < open {
		t.Errorf("open at %d, all at %d: %s", open, all, page)
	}
}

func TestTheSnapshotIsToldToPrograms(t *testing.T) {
	if got := body(homeOf(t, t.TempDir()), "/api/v1/snapshot"); !strings.Contains(got, `"code":"error.no_snapshot"`) {
		t.Error(got)
	}
	if got := body(homeOf(t, describe(t, snapshot.Meta{})), "/api/v1/snapshot"); !strings.Contains(got, `"version":"`) {
		t.Error(got)
	}
}

// Who runs the service sees that a snapshot is a base with changes, and which.
func TestABaseWithChangesIsToldToTheOperator(t *testing.T) {
	data := t.TempDir()
	base := describeIn(t, data, snapshot.Meta{})
	about := func(from string) string {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/about", nil)
		r.RemoteAddr, r.Host = from, "localhost"
		homeOf(t, data).ServeHTTP(w, r)
		return w.Body.String()
	}
	if page := about("127.0.0.1:9"); strings.Contains(page, "바탕 판") {
		t.Error("a whole snapshot is said to have a base")
	}
	describeIn(t, data, snapshot.Meta{Base: &snapshot.Base{Folder: base.Version, Hash: base.Hash}})
	if page := about("127.0.0.1:9"); !strings.Contains(page, "바탕 판") || !strings.Contains(page, base.Version) {
		t.Errorf("the base is not shown: %s", page)
	}
	if page := about("192.0.2.1:9"); strings.Contains(page, base.Version) {
		t.Error("the base is shown to everybody")
	}
	if got := body(homeOf(t, data), "/api/v1/snapshot"); !strings.Contains(got, `"folder":"`+base.Version) {
		t.Errorf("programs are not told: %s", got)
	}
}
