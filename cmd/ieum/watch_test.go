package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// watched waits until the page has compared the ledger, and returns what it
// found: sound, early, or what is wrong.
func (b *tab) watched(t *testing.T) string {
	t.Helper()
	return value[string](t, b, `(async () => { const box = document.getElementById("ledger-watch"); while (!box.dataset.watched) await new Promise((r) => setTimeout(r, 20)); return box.dataset.watched; })()`)
}

// A browser that comes back finds that the ledger goes on from what it saw, and
// says nothing. When another history, an older one, another key or a checkpoint
// nobody signed stands in its place, it says so, gives both out, and goes on
// saying so until the person begins anew.
func TestTheBrowserKeepsTheLedgersCheckpoint(t *testing.T) {
	t.Parallel()
	b, tab, stage := newBench(t), openTab(t), newStage(t)
	tab.look(t, look{"ko", "light", 360})
	s := b.start(b.data)
	s.awaitSize(4)
	s.stop()
	old, fork := filepath.Join(t.TempDir(), "old"), filepath.Join(t.TempDir(), "fork")
	copyFolder(t, old, b.data)
	copyFolder(t, fork, b.data)
	// Three histories of one key: as it was, grown, and grown otherwise.
	forked := &bench{t: t, root: b.root, data: fork}
	for _, to := range []*bench{b, forked} {
		to.succeed("ingest", "stall", to.in("jobs-next.csv"))
		to.succeed("build")
	}
	real, older, other, stranger := b.start(b.data), b.start(old), b.start(fork), newBench(t)
	strange := b.start(stranger.data)
	real.awaitSize(7)
	other.awaitSize(7)
	strange.awaitSize(4)
	visit := func(at *server, want string) {
		t.Helper()
		stage.show(t, at.base)
		tab.visit(t, stage.base+"/ledger")
		if got := tab.watched(t); got != want {
			t.Errorf("the browser finds %q, want %q", got, want)
		}
		if shown := value[bool](t, tab, `document.getElementById("ledger-watch").checkVisibility()`); shown != (want != "sound") {
			t.Errorf("%s: the notice is shown: %v", want, shown)
		}
		for _, c := range tab.complaints() {
			t.Error(c)
		}
	}
	size := func() string {
		return value[string](t, tab, `JSON.parse(localStorage["ieum.ledger"]).checkpoint.split("\n")[1]`)
	}
	visit(older, "sound")
	visit(real, "sound")
	visit(real, "sound")
	if size() != "7" {
		t.Errorf("the browser keeps the checkpoint over %s entries, want 7", size())
	}
	visit(other, "fork")
	visit(older, "rollback")
	visit(strange, "key")
	unsigned := func(text string) string { return strings.Replace(text, "\n7\n", "\n8\n", 1) }
	stage.change.Store(&unsigned)
	visit(real, "signature")
	same := func(text string) string { return text }
	stage.change.Store(&same)
	visit(real, "sound")

	// It grew from what the fork did not have: the proof itself is refused.
	value[bool](t, tab, `localStorage["ieum.ledger"] = localStorage["ieum.ledger"].replace(/\\n7\\n/, "\\n6\\n"), true`)
	visit(real, "fork")
	if links := value[string](t, tab, `[...document.querySelectorAll("#ledger-watch [download]")].map((a) => a.href.split(":")[0] + " " + a.download).join()`); links != "blob checkpoint-kept.txt,blob checkpoint-now.txt" {
		t.Errorf("both checkpoints are given out as %q", links)
	}
	tab.sound(t, "the notice")
	tab.press(t, "#ledger-watch button")
	visit(real, "sound")
}

// A stage is one address, behind which servers are changed.
type stage struct {
	base   string
	behind atomic.Pointer[url.URL]
	change atomic.Pointer[func(string) string] // made to checkpoints
}

func newStage(t *testing.T) *stage {
	s := &stage{}
	none := func(text string) string { return text }
	s.change.Store(&none)
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(s.behind.Load())
			r.Out.Header.Set("Accept-Encoding", "identity")
		},
		ModifyResponse: func(res *http.Response) error {
			if res.Request.URL.Path != "/ledger/checkpoint" {
				return nil
			}
			text, err := io.ReadAll(res.Body)
			text = []byte((*s.change.Load())(string(text)))
			res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
			res.Header.Set("Content-Length", strconv.Itoa(len(text)))
			return err
		},
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	s.base = server.URL
	return s
}

func (s *stage) show(t *testing.T, base string) {
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	s.behind.Store(u)
}
