package ledger

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"golang.org/x/sys/unix"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/web"
)

// A server serves a ledger as the platform does.
func (b *bench) serve() *httptest.Server {
	b.Helper()
	set, err := defs.Load()
	if err != nil {
		b.Fatal(err)
	}
	s := web.NewSite(set, clock, func() bool { return false })
	s.Log = slog.New(slog.DiscardHandler)
	mux := web.NewMux(s)
	b.l.Routes(s, mux)
	srv := httptest.NewServer(mux)
	b.Cleanup(srv.Close)
	return srv
}

// rewritten makes what a log's own operator can make with its key: a log whose
// entries were changed, signed anew. It is served in place of the true one.
func (b *bench) rewritten(change func([][]byte) [][]byte) *httptest.Server {
	b.Helper()
	tree, _ := b.tiles().Head()
	var entries [][]byte
	for n := int64(1); n < tree.N; n++ {
		e, err := b.tiles().entry(tree, n)
		if err != nil {
			b.Fatal(err)
		}
		entries = append(entries, e)
	}
	l, err := openTiles(filepath.Join(b.TempDir(), "ledger"), b.tiles().signer, &Witnesses{}, &memory{path: filepath.Join(b.TempDir(), "seen")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	if err := l.Append(context.Background(), 1, change(entries)); err != nil {
		b.Fatal(err)
	}
	if _, err := l.publish(context.Background()); err != nil {
		b.Fatal(err)
	}
	other := &bench{TB: b.TB, db: b.db, data: b.data, l: &Ledger{l, b.l.store, b.l.key, b.l.witnesses}}
	return other.serve()
}

// Whoever keeps one checkpoint finds every way of rewriting a log that its own
// operator, with its key, has; a real server serves each.
func TestAnAuditorFindsWhatTheOperatorRewrote(t *testing.T) {
	b := newBench(t, dbtest.Open(t, t.TempDir()))
	b.open()
	b.happen(300)
	kept := b.log().Signed
	b.happen(300)
	b.log()
	a := Audit{Key: b.l.key, Kept: kept}
	c, err := a.Run(t.Context(), b.serve().URL)
	if err != nil || c.Tree.N != 601 {
		t.Fatal(c, err)
	}
	for name, tt := range map[string]struct {
		change func([][]byte) [][]byte
		want   string
	}{
		"edit": {func(e [][]byte) [][]byte {
			e[7] = Commitment(nil, 7, nil)
			return e
		}, "fork"},
		"deletion": {func(e [][]byte) [][]byte { return slices.Delete(e, 100, 101) }, "fork"},
		"re-ordering": {func(e [][]byte) [][]byte {
			e[10], e[11] = e[11], e[10]
			return e
		}, "fork"},
		"insertion": {func(e [][]byte) [][]byte { return slices.Insert(e, 299, Commitment(nil, 1, nil)) }, "fork"},
		"rollback":  {func(e [][]byte) [][]byte { return e[:200] }, "rollback: the ledger had 301 entries when the checkpoint was kept and has 201 now"},
		"fork of the same size": {func(e [][]byte) [][]byte {
			e[299] = e[298]
			return e[:300]
		}, "fork"},
	} {
		t.Run(name, func(t *testing.T) {
			srv := b.rewritten(tt.change)
			_, err := a.Run(t.Context(), srv.URL+"/ledger/")
			refused(t, err, ieum.ErrConflict, tt.want)
			// Only what was kept shows it: the log by itself is sound.
			if _, err := (Audit{}).Run(t.Context(), srv.URL); err != nil {
				t.Errorf("without a checkpoint that was kept: %v", err)
			}
		})
	}
	// What came after the checkpoint that was kept is not bound by it.
	if _, err := a.Run(t.Context(), b.rewritten(func(e [][]byte) [][]byte { return slices.Delete(e, 400, 401) }).URL); err != nil {
		t.Error(err)
	}
}

// Without the key every change of a file is found, with nothing kept at all.
func TestAnAuditorFindsFilesThatWereChanged(t *testing.T) {
	var names []string
	base := newBench(t, dbtest.Open(t, t.TempDir()))
	base.open()
	base.happen(600)
	base.log()
	root := filepath.Join(base.data, "ledger")
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasPrefix(path, "tile/") {
			names = append(names, path)
		}
		return err
	})
	if err != nil || len(names) < 7 {
		t.Fatal(names, err)
	}
	srv := base.serve()
	audit := func() error {
		_, err := (Audit{Key: base.l.key}).Run(t.Context(), srv.URL)
		return err
	}
	for _, name := range names {
		whole, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		for what, text := range map[string][]byte{"edited": flip(whole), "cut short": whole[:len(whole)-32], "missing": nil, "of another": append(slices.Clone(whole[32:]), whole[:32]...)} {
			if text == nil {
				err = os.Remove(filepath.Join(root, name))
			} else {
				err = os.WriteFile(filepath.Join(root, name), text, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := audit(); err == nil || !errors.Is(err, ieum.ErrConflict) {
				t.Errorf("%s %s: %v", name, what, err)
			}
			// Tessera's own check finds it as well, so the two agree.
			if what == "edited" && base.fsck() == nil {
				t.Errorf("%s %s: fsck finds nothing", name, what)
			}
		}
		if err := os.WriteFile(filepath.Join(root, name), whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := audit(); err != nil {
		t.Error(err)
	}
}

func flip(b []byte) []byte {
	b = slices.Clone(b)
	b[len(b)/2] ^= 1
	return b
}

// A checkpoint of another key, or one that too few cosigned, is a finding.
func TestAnAuditorWantsTheRightSignatures(t *testing.T) {
	b := newBench(t, dbtest.Open(t, t.TempDir()))
	b.open()
	b.happen(3)
	b.log()
	srv := b.serve()
	_, err := (Audit{Key: newKey(false, clock).Verifier()}).Run(t.Context(), srv.URL)
	refused(t, err, ieum.ErrConflict, "not signed by the log's key")
	w, err := ParseWitnesses("witness a " + newKey(true, clock).Verifier() + "\nquorum a\n")
	if err != nil {
		t.Fatal(err)
	}
	_, err = (Audit{Witnesses: w}).Run(t.Context(), srv.URL)
	refused(t, err, ieum.ErrConflict, "0 witnesses cosigned the checkpoint and 1 must")
	_, err = (Audit{Kept: []byte("x")}).Run(t.Context(), srv.URL)
	refused(t, err, ieum.ErrConflict, "the checkpoint that was kept is not signed")
	_, err = (Audit{Key: "x"}).Run(t.Context(), srv.URL)
	refused(t, err, ieum.ErrInvalid, "is no key of a log")
	srv.Close()
	_, err = (Audit{Key: b.l.key}).Run(t.Context(), srv.URL)
	refused(t, err, ieum.ErrUnavailable, "does not answer")
}

// An installation elsewhere that cosigns.
func (b *bench) witness(t *testing.T) (w *Witness, srv *httptest.Server) {
	t.Helper()
	w, err := NewWitness(t.TempDir(), true, clock, b.l.key)
	if err != nil {
		t.Fatal(err)
	}
	srv = httptest.NewServer(w)
	t.Cleanup(srv.Close)
	return w, srv
}

// ask has the ledger asked for cosignatures of those named, of whom need must.
func (b *bench) ask(need string, named map[string]string) {
	b.Helper()
	var text, names string
	for name, rest := range named {
		text += "witness " + name + " " + rest + "\n"
		names += " " + name
	}
	text += "group all " + need + names + "\nquorum all\n"
	if err := os.WriteFile(filepath.Join(b.data, "witnesses"), []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	b.open()
}

// k of n must cosign; the checkpoint is public once they did, and an auditor
// who knows them checks that.
func TestWitnesses(t *testing.T) {
	b := newBench(t, dbtest.Open(t, t.TempDir()))
	b.open()
	b.happen(5)
	one, first := b.witness(t)
	two, second := b.witness(t)
	b.ask("2", map[string]string{"one": one.Verifier() + " " + first.URL, "two": two.Verifier() + " " + second.URL, "three": newKey(true, clock).Verifier() + " http://127.0.0.1:1"})
	c := b.log()
	if len(c.By) != 2 || c.Tree.N != 6 {
		t.Fatalf("got %d cosignatures over %d", len(c.By), c.Tree.N)
	}
	b.happen(300)
	c = b.log()
	s, err := b.l.Status()
	if err != nil || s.Need != 2 || len(s.Witnesses) != 3 || len(c.By) != 2 || !c.By[0].At.Equal(noon) {
		t.Fatal(s, err)
	}
	srv := b.serve()
	if _, err := (Audit{Witnesses: b.l.witnesses}).Run(t.Context(), srv.URL); err != nil {
		t.Error(err)
	}
	// One is gone: nothing new becomes public, and the log goes on.
	second.Close()
	b.happen(5)
	if err := b.l.Append(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err = b.tiles().publish(t.Context())
	refused(t, err, ieum.ErrUnavailable, "1 of 3 witnesses cosigned it and 2 must")
	now, err := b.l.engine.Checkpoint()
	if err != nil || now.Tree.N != c.Tree.N || b.l.engine.Next() != c.Tree.N+5 {
		t.Errorf("%d public, %d in the log, %v", now.Tree.N, b.l.engine.Next(), err)
	}
}

// A witness refuses a rollback and a fork, whatever was put back, and the log
// says so.
func TestAWitnessDisagrees(t *testing.T) {
	b := newBench(t, dbtest.Open(t, t.TempDir()))
	b.open()
	b.happen(20)
	w, srv := b.witness(t)
	named := map[string]string{"far": w.Verifier() + " " + srv.URL}
	b.ask("all", named)
	b.happen(20)
	b.log()
	// The whole installation is put back as it was 20 entries ago, with its memory.
	b.close()
	b.exec(`DELETE FROM journal_entry WHERE seq > 20`)
	b.exec(`DELETE FROM ledger_leaf WHERE seq > 20`)
	if err := errors.Join(os.RemoveAll(filepath.Join(b.data, "ledger")), os.Remove(filepath.Join(b.data, "keys", "ledger.seen"))); err != nil {
		t.Fatal(err)
	}
	b.open()
	if err := b.l.Append(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := b.tiles().publish(t.Context())
	refused(t, err, ieum.ErrUnavailable, "the witness far has seen 41 entries of this ledger, which has 21: an older copy")
	// It goes on, with other entries, to the same size and beyond.
	for _, n := range []int{20, 20} {
		b.happen(n)
		if err := b.l.Append(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err = b.tiles().publish(t.Context())
		refused(t, err, ieum.ErrUnavailable, "the witness far disagrees")
	}
}

// What a witness answers to requests that are wrong, by the statuses of
// tlog-witness.
func TestAWitnessRefuses(t *testing.T) {
	b := newBench(t, dbtest.Open(t, t.TempDir()))
	b.open()
	b.happen(3)
	small := b.log()
	b.happen(3)
	big := b.log()
	w, srv := b.witness(t)
	good, err := b.l.engine.Consistency(t.Context(), small.Tree.N, big.Tree.N)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := note.Sign(&note.Note{Text: text(b.l.key[:strings.Index(b.l.key, "+")], tlog.Tree{N: 9})}, newKey(false, clock))
	if err != nil {
		t.Fatal(err)
	}
	for i, tt := range []struct {
		body   []byte
		status int
		want   string
	}{
		{[]byte("hello"), http.StatusBadRequest, "no request"},
		{request{0, nil, []byte("other\n1\n\n")}.text(), http.StatusNotFound, "does not know the log"},
		{request{0, nil, foreign}.text(), http.StatusForbidden, "did not sign"},
		{request{9, nil, small.Signed}.text(), http.StatusBadRequest, "smaller than"},
		{request{0, nil, small.Signed}.text(), http.StatusOK, "— ieum/witness/"},
		{request{0, nil, big.Signed}.text(), http.StatusConflict, "4"},
		{request{4, nil, big.Signed}.text(), http.StatusUnprocessableEntity, "proof"},
		{request{4, append(good, tlog.Hash{}), big.Signed}.text(), http.StatusUnprocessableEntity, "proof"},
		{request{4, good, big.Signed}.text(), http.StatusOK, "— ieum/witness/"},
		{request{7, nil, big.Signed}.text(), http.StatusOK, "— ieum/witness/"},
		{request{4, nil, small.Signed}.text(), http.StatusConflict, "7"},
	} {
		resp, err := http.Post(srv.URL+"/add-checkpoint", "", strings.NewReader(string(tt.body)))
		if err != nil {
			t.Fatal(err)
		}
		var text [200]byte
		n, _ := resp.Body.Read(text[:])
		resp.Body.Close()
		if resp.StatusCode != tt.status || !strings.Contains(string(text[:n]), tt.want) {
			t.Errorf("request %d: %d %q, want %d …%s…", i, resp.StatusCode, text[:n], tt.status, tt.want)
		}
	}
	// What it saw outlives it; without its key it does not begin anew.
	again, err := NewWitness(filepath.Dir(w.dir), false, clock, b.l.key)
	if err != nil || again.Verifier() != w.Verifier() {
		t.Fatal(err)
	}
	if a, err := again.cosign(t.Context(), request{0, nil, small.Signed}); err != nil || a.size != 7 {
		t.Errorf("it forgot what it saw: %v, %v", a, err)
	}
	_, err = NewWitness(filepath.Dir(w.dir), true, clock, b.l.key)
	refused(t, err, ieum.ErrConflict, "leave out --anew")
	os.Remove(filepath.Join(filepath.Dir(w.dir), "keys", "witness.key"))
	_, err = NewWitness(filepath.Dir(w.dir), false, clock, b.l.key)
	refused(t, err, ieum.ErrInvalid, "witness.key is missing")
}

// A witness that lost what it saw cosigns nothing until somebody says so; one that was
// asked by nobody yet lost nothing.
func TestAWitnessWithoutItsStateDoesNotStart(t *testing.T) {
	log, data := newKey(false, clock).Verifier(), t.TempDir()
	_, err := NewWitness(data, false, clock, log)
	refused(t, err, ieum.ErrNotFound, "begin one there with --anew")
	if left, _ := os.ReadDir(data); len(left) > 0 {
		t.Errorf("refused, it made %v", left)
	}
	w, err := NewWitness(data, true, clock, log)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewWitness(data, false, clock, log); err != nil {
		t.Errorf("it was asked by nobody yet: %v", err)
	}
	for _, lose := range []func() error{
		func() error { return os.RemoveAll(w.dir) },
		func() error { return os.Mkdir(w.dir, 0o700) },
	} {
		if err := lose(); err != nil {
			t.Fatal(err)
		}
		_, err = NewWitness(data, false, clock, log)
		refused(t, err, ieum.ErrInvalid, "nobody knows what this witness saw")
	}
	again, err := NewWitness(data, true, clock, log)
	if err != nil || again.Verifier() != w.Verifier() {
		t.Errorf("begun anew: %v", err)
	}
}

// A witness that lost what it saw of one log cosigns nothing of that, before it is started
// anew and after, until its operator says so, and goes on with the others.
func TestAWitnessThatLostALogCosignsNothingOfIt(t *testing.T) {
	one, other := newBench(t, dbtest.Open(t, t.TempDir())), newBench(t, dbtest.Open(t, t.TempDir()))
	one.open()
	other.open()
	one.happen(3)
	small, of := one.log(), other.log()
	one.happen(3)
	big := one.log()
	data := t.TempDir()
	w, err := NewWitness(data, true, clock, one.l.key, other.l.key)
	if err != nil {
		t.Fatal(err)
	}
	cosigns := func(old int64, c Checkpoint) error {
		t.Helper()
		a, err := w.cosign(t.Context(), request{old, nil, c.Signed})
		if (err == nil) != (a.cosignature != nil) {
			t.Fatalf("%+v, %v", a, err)
		}
		return err
	}
	durable.Hook = func(op durable.Op, path string) error {
		if strings.HasPrefix(path, w.list()) {
			return unix.ENOSPC
		}
		return nil
	}
	t.Cleanup(func() { durable.Hook = nil })
	if cosigns(0, of) == nil {
		t.Error("it cosigns what it cannot note that it saw")
	}
	durable.Hook = nil
	if err := errors.Join(cosigns(0, big), cosigns(of.Tree.N, of), cosigns(big.Tree.N, big)); err != nil {
		t.Fatal(err)
	}
	origin, _, _ := strings.Cut(one.l.key, "+")
	lost := w.path(origin)
	if err := os.Remove(lost); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, c := range []Checkpoint{small, big} {
			refused(t, cosigns(0, c), ieum.ErrInvalid, lost+" is missing, so that nobody knows what this witness saw of "+origin)
		}
		if err := cosigns(of.Tree.N, of); err != nil {
			t.Errorf("of the other log: %v", err)
		}
		if w, err = NewWitness(data, false, clock, one.l.key, other.l.key); err != nil {
			t.Fatal(err)
		}
	}
	list, err := os.ReadFile(w.list())
	if err != nil || strings.Count(string(list), origin+"\n") != 1 {
		t.Fatalf("it keeps %q, %v", list, err)
	}
	if err := os.WriteFile(w.list(), []byte(strings.Replace(string(list), origin+"\n", "", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := cosigns(0, small); err != nil {
		t.Errorf("once its operator said so: %v", err)
	}
	if err := os.Remove(w.list()); err != nil {
		t.Fatal(err)
	}
	_, err = NewWitness(data, false, clock, one.l.key)
	refused(t, err, ieum.ErrInvalid, "nobody knows what this witness saw")
}

func TestParseWitnesses(t *testing.T) {
	k := make([]string, 4)
	for i := range k {
		k[i] = newKey(true, clock).Verifier()
	}
	first, err := NewWitnessVerifier(k[0])
	if err != nil {
		t.Fatal(err)
	}
	public := append([]byte{algWitness}, first.(*witnessKey).public...)
	renamed := fmt.Sprintf("other+%08x+%s", keyHash("other", public), base64.StdEncoding.EncodeToString(public))
	three := fmt.Sprintf("witness a %s http://a.example/\n# x\nwitness b %s\nwitness c %s https://c.example/w\n", k[0], k[1], k[2])
	for text, want := range map[string]string{
		"":                                     "0 of 0",
		"quorum none\n":                        "0 of 0",
		three + "quorum none":                  "0 of 3",
		three + "quorum b":                     "1 of 1",
		three + "group g 2 a b c\nquorum g":    "2 of 3",
		three + "group g all a c\nquorum g":    "2 of 2",
		three + "group g any a c\nquorum g":    "1 of 2",
		three:                                  `say with "quorum NAME"`,
		three + "group g 4 a b c\nquorum g":    "4 of 3 witnesses cannot be",
		three + "group g 1 a a\nquorum g":      "a is no witness named above, or is there twice",
		three + "group g 1 d\nquorum g":        "d is no witness",
		three + "witness a " + k[3]:            "is there twice",
		three + "witness d " + k[0]:            "is there twice",
		three + "witness d " + renamed:         "is there twice",
		"witness a x+y+z http://a":             "no key of a witness",
		"witness a " + k[0] + " ftp://a":       "no address",
		"witness a":                            "a line is",
		"quorum none\nquorum none":             "a line is",
		"log x\nwitness a " + k[0] + "\nfoo b": "line 3",
	} {
		w, err := ParseWitnesses(text)
		got := fmt.Sprint(err)
		if err == nil {
			got = fmt.Sprintf("%d of %d", w.Need, len(w.List))
		}
		if !strings.Contains(got, want) {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
