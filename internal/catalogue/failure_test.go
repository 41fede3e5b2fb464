package catalogue

import (
	"compress/gzip"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/journal"
	"ieum/internal/platform/table"
)

// The record of deliveries is the same on every database.
func TestStoreOnEveryDatabase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := &bench{t: t, dir: t.TempDir(), day: time.Date(2026, 3, 2, 9, 0, 0, 0, ieum.Seoul)}
		b.open(d, loadDefs(t, shop))
		path := b.file("jobs.csv", shopHeader, job("1", "용접원", "opened=2026-02-01"), job("2", ""), job("3", "조리원", "place=중구"))
		first := b.ingest("shop", path)
		b.day = b.day.AddDate(0, 0, 3)
		again := b.ingest("shop", path)
		if again.Number != first.Number || !again.Seen.Equal(b.day) {
			t.Errorf("the same files are noted as delivery %d, seen %s", again.Number, again.Seen)
		}
		second := b.ingest("shop", b.file("jobs.csv", shopHeader, job("1", "용접원", "opened=2026-02-01")))
		b.expect(second, "read 1 kept 0 unchanged 1 quarantined 0 closed 1")
		if second.Late {
			t.Error("a delivery on the day its source was last seen is late")
		}
		if !second.Shrunk {
			t.Error("a delivery of a third of the rows does not show as shrunk")
		}
		list, err := b.Deliveries(t.Context(), "shop", 0, 10)
		if err != nil || len(list) != 2 || list[0].Number != 2 {
			t.Fatalf("deliveries: %v, %v", list, err)
		}
		older, err := b.Deliveries(t.Context(), "", 2, 10)
		if err != nil || len(older) != 1 || older[0].Number != 1 || counts(older[0].Receipt) != counts(first.Receipt) {
			t.Errorf("older deliveries: %v, %v", older, err)
		}
		if older[0].From.String() != "2026-02-01" || older[0].Reasons["title: it is required and has no value"] != 1 || len(older[0].Unread) == 0 {
			t.Errorf("delivery 1 is kept as %+v", older[0])
		}
		one, err := b.Delivery(t.Context(), 1)
		if err != nil || len(one.Files) != 1 || one.Files[0].Rows != 3 || len(one.Segments) != 1 || one.Segments[0].Rows != 2 {
			t.Errorf("delivery 1 is %+v, %v", one, err)
		}
		if _, err := b.Delivery(t.Context(), 3); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("a delivery that is not there gives %v", err)
		}
	})
}

func TestIngestLateDelivery(t *testing.T) {
	b := newBench(t, shop)
	b.ingest("shop", b.file("jobs.csv", shopHeader, job("1", "용접원")))
	b.day = b.day.AddDate(0, 0, 1)
	if d := b.ingest("shop", b.file("jobs.csv", shopHeader, job("1", "용접원"), job("2", "조리원"))); d.Late {
		t.Error("a delivery on its due day is late")
	}
	b.day = b.day.AddDate(0, 0, 2)
	if d := b.ingest("shop", b.file("jobs.csv", shopHeader, job("1", "용접원"))); !d.Late {
		t.Error("a delivery a day after its due day is not late")
	}
}

const marks = `
id: marks
version: 1
title: {ko: 가상, en: Made up}
holder: {ko: 가상 기관, en: Made-up agency}
basis: {ko: 시험, en: A test}
cycle: once
files:
  - match: "jobs*"
    kind: posting
    delivery: full
    key: [id]
    map: {title: title}
`

func TestIngestBrokenFiles(t *testing.T) {
	b := newBench(t, marks)
	dir := t.TempDir()
	gz := filepath.Join(dir, "jobs.csv.gz")
	f, err := os.Create(gz)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	z.Write([]byte("id,title\n" + strings.Repeat("1,용접원\n", 5000)))
	if err := errors.Join(z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	info, _ := os.Stat(gz)
	if err := os.Truncate(gz, info.Size()/2); err != nil {
		t.Fatal(err)
	}
	parquet := filepath.Join(dir, "jobs.parquet")
	if f, err = os.Create(parquet); err != nil {
		t.Fatal(err)
	}
	w, err := table.NewParquet(f, table.Field{Name: "number"}, table.Field{Name: "title"})
	if err != nil {
		t.Fatal(err)
	}
	batch := table.NewBatch(table.Field{Name: "number"}, table.Field{Name: "title"})
	batch.Columns[0].AddString("1")
	batch.Columns[1].AddString("용접원")
	if err := errors.Join(w.Write(batch), w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, path, want string }{
		{"a truncated gzip", gz, "jobs.csv.gz is cut off before its end"},
		{"a Parquet of another shape", parquet, `there is no column "id"; the file has "number", "title"`},
	} {
		_, err := b.Ingest(t.Context(), "marks", []string{tt.path}, Options{})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s gives %v, want %q", tt.name, err, tt.want)
		}
	}
	if list, err := b.Deliveries(t.Context(), "", 0, 10); err != nil || len(list) != 0 {
		t.Errorf("%d deliveries are recorded, %v", len(list), err)
	}
}

// A folder from elsewhere may hold a link to a file that is none of its
// sender's, a pipe that nobody writes to, or a device that never ends.
func TestIngestReadsOnlyFiles(t *testing.T) {
	b := newBench(t, marks)
	secret := filepath.Join(t.TempDir(), "secret.csv")
	if err := os.WriteFile(secret, []byte("id,title\n1,용접원\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	linked, piped := t.TempDir(), t.TempDir()
	pipe := filepath.Join(piped, "jobs.csv")
	if err := errors.Join(os.Symlink(secret, filepath.Join(linked, "jobs.csv")), unix.Mkfifo(pipe, 0o600)); err != nil {
		t.Skip(err)
	}
	for name, path := range map[string]string{"a link in a folder": linked, "a pipe in a folder": piped, "a pipe": pipe} {
		done := make(chan error, 1)
		go func() {
			_, err := b.Ingest(t.Context(), "marks", []string{path}, Options{})
			done <- err
		}()
		select {
		case err := <-done:
			if !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), "is no file") {
				t.Errorf("%s gives %v", name, err)
			}
		case <-time.After(time.Minute):
			t.Fatalf("%s is read for ever", name)
		}
	}
}

// A disk that is full at any write leaves all as it was, and says so in one
// sentence.
func TestIngestOnFullDisk(t *testing.T) {
	b := newBench(t, shop)
	b.ingest("shop", b.file("jobs.csv", shopHeader, job("1", "용접원"), job("2", "")))
	before := b.hash()
	path := b.file("jobs.csv", shopHeader, job("1", "용접원"), job("2", ""), job("3", "조리원"))
	defer func() { durable.Hook = nil }()
	failed := 0
	for at := 1; ; at++ {
		step := 0
		durable.Hook = func(op durable.Op, path string) error {
			if op == durable.OpWrite || op == durable.OpCreate {
				if step++; step == at {
					return &os.PathError{Op: "write", Path: path, Err: unix.ENOSPC}
				}
			}
			return nil
		}
		_, err := b.Ingest(t.Context(), "shop", []string{path}, Options{})
		durable.Hook = nil
		if err == nil {
			break
		}
		failed++
		if !errors.Is(err, ieum.ErrUnavailable) || strings.Count(err.Error(), "is full; make room") != 1 {
			t.Errorf("write %d on a full disk gives: %v", at, err)
		}
		if b.hash() != before {
			t.Fatalf("write %d on a full disk changed what is kept", at)
		}
	}
	if failed < 4 {
		t.Errorf("only %d writes", failed)
	}
	if got := b.rows("posting", "_key"); !slices.Equal(got, []string{"_key=1", "_key=3"}) {
		t.Errorf("after all the rows are %v", got)
	}
}

// A lake is neither added to nor served with the database of another, and the
// other way round: what one delivery wrote is not overwritten by the next.
func TestLakeAndDatabaseBelongTogether(t *testing.T) {
	b := newBench(t, shop)
	path := b.file("jobs.csv", shopHeader, job("1", "용접원"))
	b.ingest("shop", path)
	before := b.hash()
	other := newBench(t, shop)
	other.ingest("shop", other.file("jobs.csv", shopHeader, job("2", "용접원")))
	empty := dbtest.Open(t, t.TempDir())
	if err := journal.Migrate(t.Context(), empty); err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return b.day }
	refused := func(what string, err error) {
		if !errors.Is(err, ieum.ErrConflict) || !strings.Contains(err.Error(), "are not of the same installation") {
			t.Errorf("%s gives %v", what, err)
		}
	}
	_, err := New(t.Context(), empty, nil, loadDefs(t, shop), b.dir, now, nil, nil)
	refused("an empty database", err)
	_, err = New(t.Context(), other.store.db, nil, loadDefs(t, shop), b.dir, now, nil, nil)
	refused("the database of another", err)
	bare, err := New(t.Context(), b.store.db, nil, loadDefs(t, shop), t.TempDir(), now, nil, nil)
	if err != nil {
		t.Errorf("an empty folder, to serve from: %v", err)
	}
	_, err = bare.Ingest(t.Context(), "shop", []string{path}, Options{})
	refused("a delivery into an empty folder", err)
	_, err = bare.Build(t.Context(), nil)
	refused("a build in an empty folder", err)
	if b.hash() != before {
		t.Error("what is kept changed")
	}
	b.expect(b.ingest("shop", b.file("jobs.csv", shopHeader, job("1", "용접원"), job("2", "조리원"))), "read 2 kept 1 unchanged 1 quarantined 0 closed 0")
}

// A database that was put back to an older day than its lake is refused.
func TestIngestRefusesOlderDatabase(t *testing.T) {
	b := newBench(t, shop)
	b.ingest("shop", b.file("jobs.csv", shopHeader, job("1", "용접원")))
	b.ingest("shop", b.file("jobs.csv", shopHeader, job("2", "용접원")))
	b.ingest("shop", b.file("jobs.csv", shopHeader, job("3", "용접원")))
	err := b.store.db.Tx(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`DELETE FROM catalogue_delivery WHERE number > 1`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Ingest(t.Context(), "shop", []string{b.file("jobs.csv", shopHeader, job("4", "용접원"))}, Options{})
	if !errors.Is(err, ieum.ErrConflict) || !strings.Contains(err.Error(), "that the database does not know") {
		t.Errorf("an older database gives %v", err)
	}
}

// People who were known stay known: a lost key is not replaced in silence.
func TestIngestWithoutKeyOfPeople(t *testing.T) {
	b := newBench(t, people)
	licences := b.file("licence.csv", "resume,licence")
	story := func(id string) string {
		return b.file("resume.csv", "id,name,birth,phone,mail,home,headline,careers,story,day", id+",홍가상,1968-03-05,,,,,,,2026-01-02")
	}
	b.ingest("people", story("r1"), licences)
	if err := os.Remove(filepath.Join(b.dir, "keys", "person.key")); err != nil {
		t.Fatal(err)
	}
	_, err := b.Ingest(t.Context(), "people", []string{story("r2"), licences}, Options{})
	if err == nil || !strings.Contains(err.Error(), "person.key is missing; put back the copy") {
		t.Errorf("a lost key gives %v", err)
	}
}
