package catalogue

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/seal"
	"ieum/internal/snapshot"
)

// shownKeys are the keys of the résumés that a snapshot shows, sorted.
func shownKeys(t *testing.T, c *Catalogue, s *snapshot.Snapshot) (keys []string) {
	t.Helper()
	for row, key := range keysIn(t, c, s) {
		if !s.ResumeGone(row) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

func (b *bench) deliver(rows ...string) {
	b.t.Helper()
	b.ingest("people", b.file("resume.csv", append([]string{resumeHeader}, rows...)...), b.file("licence.csv", "resume,licence", "r1,용접기능사"))
}

// peopleOf is a bench with three people, of whom the second came twice, and the
// snapshot of them.
func peopleOf(t *testing.T) (*bench, *snapshot.Snapshot) {
	b := newBench(t, twoShops()...)
	b.deliver(resume(1, "용접"), resume(2, "용접"), resume(3, "조리"))
	s := b.build(false)
	b.deliver(resume(2, "배관"))
	return b, s
}

// Who is erased is hidden in the snapshot that is served, though that is older than
// what was delivered last, and left out of every later one: whole or of changes,
// and when the row is delivered again. All else stays.
func TestWhoIsErasedIsHiddenAtOnceAndLeftOutLater(t *testing.T) {
	b, _ := peopleOf(t)
	live := snapshot.NewLive(b.dir)
	defer live.Close()
	if _, err := live.Refresh(); err != nil {
		t.Fatal(err)
	}
	s, release, err := live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	before := picture(t, b.Catalogue, s)
	if err := b.Forget(t.Context(), "people", "r9", "aofficer"); !errors.Is(err, ieum.ErrNotFound) {
		t.Errorf("of a key that nobody has: %v", err)
	}
	if err := b.Forget(t.Context(), "people", "r2", "aofficer"); err != nil {
		t.Fatal(err)
	}
	if moved, err := live.Refresh(); moved || err != nil {
		t.Fatal(moved, err)
	}
	if got, want := shownKeys(t, b.Catalogue, s), []string{"r1", "r3"}; !slices.Equal(got, want) {
		t.Errorf("the snapshot in use shows %q, want %q", got, want)
	}
	if _, err := b.Record(t.Context(), "people", "resume", "r2"); !errors.Is(err, ieum.ErrNotFound) {
		t.Errorf("its lineage: %v", err)
	}
	if err := b.Forget(t.Context(), "people", "r2", "aofficer"); !errors.Is(err, ieum.ErrNotFound) {
		t.Errorf("erased twice: %v", err)
	}
	changed := picture(t, b.Catalogue, b.build(true))
	whole := b.build(false)
	if diff := different(picture(t, b.Catalogue, whole), changed); len(diff) > 0 {
		t.Errorf("a whole build (-) and one of changes (+) differ:\n%s", strings.Join(diff, "\n"))
	}
	for _, d := range different(before, picture(t, b.Catalogue, whole)) {
		if !strings.Contains(d, "person r2 ") && !strings.Contains(d, "2 résumés, 2 people") && !strings.Contains(d, "3 résumés, 3 people") && !strings.Contains(d, "people: ") {
			t.Errorf("the next build says otherwise: %s", d)
		}
	}
	if keys := keysIn(t, b.Catalogue, whole); len(keys) != 2 || slices.Contains(keys, "r2") {
		t.Errorf("the next build holds %q", keys)
	}
	b.deliver(resume(2, "용접"), resume(4, "용접"))
	for _, changes := range []bool{true, false} {
		if got, want := shownKeys(t, b.Catalogue, b.build(changes)), []string{"r1", "r3", "r4"}; !slices.Equal(got, want) {
			t.Errorf("delivered again, builds of changes %v show %q, want %q", changes, got, want)
		}
	}
	b.journalSays("catalogue.forgotten", string(RowPerson(b.keys, "people", "resume", "r2")), `{"by":"aofficer"}`)
}

// journalSays checks the one entry of a kind.
func (b *bench) journalSays(kind, subject, data string) {
	b.t.Helper()
	var s, d string
	var n int
	err := b.store.db.QueryRowContext(b.t.Context(), `SELECT COUNT(*), MAX(subject), MAX(data) FROM journal_new WHERE kind = ?`, kind).Scan(&n, &s, &d)
	if err != nil || n != 1 || s != subject || d != data {
		b.t.Errorf("the journal has %d entries %s, of %s with %s, %v; want one of %s with %s", n, kind, s, d, err, subject, data)
	}
}

// The tombstone alone brings back what is hidden: where the file that says so is
// older than the erasure, as after a restore, damaged or gone.
func TestTombstonesOutliveARestore(t *testing.T) {
	for _, first := range []bool{false, true} {
		b, _ := peopleOf(t)
		if first {
			if err := b.Forget(t.Context(), "people", "r1", "aofficer"); err != nil {
				t.Fatal(err)
			}
		}
		path := filepath.Join(b.dir, "snapshots", "HIDDEN")
		older, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Forget(t.Context(), "people", "r2", "aofficer"); err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(want), "r2") || strings.Contains(string(want), string(RowPerson(b.keys, "people", "resume", "r2"))) {
			t.Errorf("what is hidden is said as %s", want)
		}
		backs := map[string]func() error{"no file": func() error { return os.Remove(path) }, "damage": func() error { return os.WriteFile(path, []byte("erased\n"), 0o600) },
			"an older file": func() error { return os.WriteFile(path, older, 0o600) }}
		for what, back := range backs {
			if err := back(); err != nil {
				t.Fatal(err)
			}
			if err := b.Hide(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(path); err != nil || string(got) != string(want) {
				t.Errorf("%s: %s, %v, want %s", what, got, err, want)
			}
		}
	}
}

// An erasure that was cut off after its tombstone holds from the next build on.
func TestAnErasureThatWasCutOffIsGoneOnWith(t *testing.T) {
	b, _ := peopleOf(t)
	if err := b.keys.Erase(string(RowPerson(b.keys, "people", "resume", "r2")), "p"+strings.Repeat("x", 26)); err != nil {
		t.Fatal(err)
	}
	if got, want := shownKeys(t, b.Catalogue, b.build(true)), []string{"r1", "r3"}; !slices.Equal(got, want) {
		t.Errorf("the next build shows %q, want %q", got, want)
	}
}

// The same command given again goes on with an erasure that was cut off at any step:
// the row is hidden and the journal says that it was erased, once.
func TestAnErasureThatWasCutOffIsGoneOnWithByTheSameCommand(t *testing.T) {
	b, _ := peopleOf(t)
	id := string(RowPerson(b.keys, "people", "resume", "r2"))
	if err := b.keys.Erase(id); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := b.Forget(t.Context(), "people", "r2", "aofficer"); !errors.Is(err, ieum.ErrNotFound) {
			t.Fatal(err)
		}
		if h, err := snapshot.ReadHidden(b.dir); err != nil || len(h.Rows) != 2 {
			t.Errorf("hidden are %v, %v, want both rows", h.Rows, err)
		}
		b.journalSays("catalogue.forgotten", id, `{"by":""}`)
	}
}

// The journal says of a row once that it was erased, on either database, whoever comes
// upon it first: who erased it, a server that sees the tombstone, or the same command
// again.
func TestAnErasureIsRecordedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := &bench{t: t, dir: t.TempDir(), day: time.Date(2026, 3, 2, 9, 0, 0, 0, ieum.Seoul)}
		var err error
		if b.sealer, err = seal.Open(filepath.Join(b.dir, "keys"), seal.NewMaster(filepath.Join(b.dir, "keys", "master.key"))); err != nil {
			t.Fatal(err)
		}
		b.open(d, loadDefs(t, twoShops()...))
		b.deliver(resume(1, "용접"), resume(2, "용접"))
		id := string(RowPerson(b.sealer, "people", "resume", "r2"))
		if err := errors.Join(b.sealer.Erase(id), b.Hide(t.Context())); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := b.HideErased(t.Context(), "self", map[ieum.SourceID][]string{"people": {"r2"}}); err != nil {
				t.Fatal(err)
			}
		}
		b.journalSays("catalogue.forgotten", id, `{"by":""}`)
	})
}

// watched are keys with a server that looks the moment one is destroyed, and has time
// to.
type watched struct {
	Sealer
	look func() error
	done chan error
}

func (w watched) Erase(ids ...string) error {
	err := w.Sealer.Erase(ids...)
	looked := make(chan bool)
	go func() {
		w.done <- w.look()
		close(looked)
	}()
	select {
	case <-looked:
	case <-time.After(time.Second / 5):
	}
	return err
}

// Who of staff erased somebody stands in the journal, though a server sees before that
// the key is destroyed.
func TestTheJournalSaysWhoErased(t *testing.T) {
	b, _ := peopleOf(t)
	other := *b.Catalogue
	w := watched{b.keys, func() error { return other.Hide(t.Context()) }, make(chan error, 1)}
	b.keys = w
	if err := b.Forget(t.Context(), "people", "r2", "aofficer"); err != nil {
		t.Fatal(err)
	}
	if err := <-w.done; err != nil {
		t.Fatal(err)
	}
	b.journalSays("catalogue.forgotten", string(RowPerson(b.sealer, "people", "resume", "r2")), `{"by":"aofficer"}`)
	if h, err := snapshot.ReadHidden(b.dir); err != nil || len(h.Rows) != 2 {
		t.Errorf("hidden are %v, %v, want both rows", h.Rows, err)
	}
}

// A server whose copy of the lake lacks a delivery hides who was erased in all others,
// says what it could not read, and reads it later.
func TestWhatCanBeReadIsHidden(t *testing.T) {
	b, _ := peopleOf(t)
	path := b.segmentPath("people", "resume", 2)
	was, err := os.ReadFile(path)
	if err := errors.Join(err, os.Remove(path), b.keys.Erase(string(RowPerson(b.keys, "people", "resume", "r2")))); err != nil {
		t.Fatal(err)
	}
	hides := func(rows int) {
		t.Helper()
		if h, err := snapshot.ReadHidden(b.dir); err != nil || len(h.Rows) != rows {
			t.Errorf("hidden are %v, %v, want %d rows", h.Rows, err, rows)
		}
	}
	if err := b.Hide(t.Context()); !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), path+" is missing") {
		t.Errorf("got %v", err)
	}
	hides(1)
	if behind, err := b.Behind(t.Context()); err != nil || !behind {
		t.Errorf("behind %v, %v", behind, err)
	}
	if err := errors.Join(os.WriteFile(path, was, 0o600), b.Hide(t.Context())); err != nil {
		t.Fatal(err)
	}
	hides(2)
}

// Snapshots that hold somebody who was erased are removed, but for the one in use,
// of which it is said when it is a day too old. One build of changes is not enough.
func TestOlderSnapshotsAreRemoved(t *testing.T) {
	b, first := peopleOf(t)
	b.deliver(resume(3, "배관"))
	second := b.build(false)
	if err := b.Forget(t.Context(), "people", "r2", "aofficer"); err != nil {
		t.Fatal(err)
	}
	drop := func(want int, there ...string) {
		t.Helper()
		n, err := snapshot.DropHidden(b.dir, b.day)
		if err != nil || n != want {
			t.Errorf("%d rows are overdue, %v, want %d", n, err, want)
		}
		folders, err := filepath.Glob(filepath.Join(b.dir, "snapshots", "*", "meta.json"))
		if err != nil || len(folders) != len(there) {
			t.Errorf("left are %q, %v, want %q", folders, err, there)
		}
		for _, dir := range there {
			if !slices.Contains(folders, filepath.Join(dir, "meta.json")) {
				t.Errorf("%s is gone", dir)
			}
		}
	}
	if _, err := os.Stat(first.Dir); err != nil {
		t.Fatal(err)
	}
	drop(0, second.Dir)
	b.day = b.day.Add(23 * time.Hour)
	drop(0, second.Dir)
	b.day = b.day.Add(2 * time.Hour)
	drop(1, second.Dir)
	b.deliver(resume(3, "용접"))
	changes := b.build(true)
	drop(1, second.Dir, changes.Dir)
	whole := b.build(false)
	drop(0, whole.Dir)
}

// A file that says what is hidden and cannot be read hides nobody wrongly: the
// snapshot is not opened, and it is said what to do.
func TestHiddenThatIsDamaged(t *testing.T) {
	b, s := peopleOf(t)
	if err := b.Forget(t.Context(), "people", "r2", "aofficer"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(b.dir, "snapshots", "HIDDEN")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum, said, _ := strings.Cut(string(whole), "\n")
	first, places, _ := strings.Cut(said, "\n")
	if places == "" {
		t.Fatalf("nobody is hidden: %s", whole)
	}
	signed := func(said string) string { return fmt.Sprintf("sha256 %x\n%s", sha256.Sum256([]byte(said)), said) }
	sum, first = sum+"\n", first+"\n"
	for _, text := range []string{"", "hidden\n", signed(""), signed("hidden\n"), signed(first + "1 2\n"), signed(first + "a b c\n"), signed(first + "1 -2 3\n"),
		sum, sum + first, sum + first + strings.Replace(places, " ", "1 ", 1), sum + first + places[:len(places)-1], said,
		sum + strings.Replace(said, "through 2", "through 9000", 1), sum + strings.Replace(said, "erased ", "erased 0", 1)} {
		if text == string(whole) {
			t.Fatal("nothing was edited")
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := snapshot.Open(s.Dir); !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), path) {
			t.Errorf("%q: %v", text, err)
		}
	}
	b.build(false)
	if h, err := snapshot.ReadHidden(b.dir); err != nil || len(h.Rows) != strings.Count(places, "\n") {
		t.Errorf("a build does not find anew who is hidden: %v, %v", h, err)
	}
}

// A file that says what is hidden and is gone is as a damaged one: a server that had
// read it goes on hiding, says so, and nothing is opened until it is made anew, by a
// build of changes too.
func TestHiddenThatIsGone(t *testing.T) {
	b, s := peopleOf(t)
	live := snapshot.NewLive(b.dir)
	defer live.Close()
	if err := b.Forget(t.Context(), "people", "r2", "aofficer"); err != nil {
		t.Fatal(err)
	}
	refresh := func(want error) {
		t.Helper()
		if _, err := live.Refresh(); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
		s, release, err := live.Acquire()
		if err != nil {
			t.Fatal(err)
		}
		defer release()
		shown := 0
		for row := range s.Resumes.Person.Len() {
			if !s.ResumeGone(row) {
				shown++
			}
		}
		if shown != 2 {
			t.Errorf("%d rows are shown, want 2", shown)
		}
	}
	refresh(nil)
	path := filepath.Join(b.dir, "snapshots", "HIDDEN")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		refresh(ieum.ErrInvalid)
	}
	if _, err := snapshot.Open(s.Dir); !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), path+" is missing") {
		t.Errorf("the snapshot opens: %v", err)
	}
	if behind, err := b.Behind(t.Context()); err != nil || !behind {
		t.Errorf("behind %v, %v", behind, err)
	}
	b.build(true)
	refresh(nil)
}

// Where nobody was erased too a snapshot has a file that says so, which the first build
// makes; one that is gone is made anew by the next.
func TestNobodyHiddenIsSaid(t *testing.T) {
	b, s := peopleOf(t)
	for range 2 {
		if err := os.Remove(filepath.Join(b.dir, "snapshots", "HIDDEN")); err != nil {
			t.Fatal(err)
		}
		if _, err := snapshot.Open(s.Dir); !errors.Is(err, ieum.ErrInvalid) {
			t.Errorf("the snapshot opens: %v", err)
		}
		b.build(true)
		if h, err := snapshot.ReadHidden(b.dir); err != nil || len(h.Rows) > 0 {
			t.Errorf("hidden are %v, %v", h, err)
		}
	}
}

// Somebody erased while nobody knows who is hidden lets nobody be shown again: the
// snapshot stays closed until all is looked through.
func TestErasedWhileHiddenIsDamaged(t *testing.T) {
	b, s := peopleOf(t)
	if err := b.Forget(t.Context(), "people", "r2", "aofficer"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.dir, "snapshots", "HIDDEN"), []byte("cut\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(b.keys.Erase(string(RowPerson(b.keys, "people", resumeKind, "r1"))), b.HideErased(t.Context(), "aofficer", map[ieum.SourceID][]string{"people": {"r1"}})); err != nil {
		t.Fatal(err)
	}
	if _, err := snapshot.Open(s.Dir); !errors.Is(err, ieum.ErrInvalid) {
		t.Errorf("the snapshot opens: %v", err)
	}
	if err := b.Hide(t.Context()); err != nil {
		t.Fatal(err)
	}
	o, err := snapshot.Open(s.Dir)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if h, err := snapshot.ReadHidden(b.dir); err != nil || len(h.In(o)) != 2 {
		t.Errorf("hidden are %v, %v", h, err)
	}
}
