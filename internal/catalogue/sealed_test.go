package catalogue

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"ieum"
	"ieum/internal/platform/journal"
)

const resumeHead = "id,name,birth,phone,mail,home,headline,careers,story,day"

// newRefusing is a bench that refused a row about somebody, delivery 1.
func newRefusing(t *testing.T) *bench {
	t.Helper()
	b := newBench(t, people)
	b.expect(b.ingest("people",
		b.file("resume.csv", resumeHead, "r1,김가상,1970-01-01,010-3333-4444,,부산,,,,", ",홍가상,1968-03-05,010-1111-2222,a@example.com,부산,성실합니다,,용접을 했습니다 010-9999-8888,", "r3,이가상,1980-01-01,,,서울,,,,"),
		b.file("licence.csv", "resume,licence", "r1,용접기능사")), "read 3 kept 2 unchanged 0 quarantined 1 closed 0")
	return b
}

// read returns a quarantine.
func (b *bench) read(number int64) ([]byte, error) {
	b.t.Helper()
	f, err := b.Quarantine(b.t.Context(), number)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// entries returns the kinds and data of what was recorded about a subject and is
// not sealed yet.
func (b *bench) entries(kind string) (data []string) {
	b.t.Helper()
	if _, err := (&journal.Sealer{DB: b.store.db, Holder: "test", Now: b.now}).Seal(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	list, err := journal.After(b.t.Context(), b.store.db, 0, 1000)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, e := range list {
		if e.Kind == kind {
			data = append(data, e.Subject+" "+string(e.Data))
		}
	}
	return data
}

// Of refused rows about people the place and the reason are kept, and nothing they
// say: neither in the file nor on a page nor in a reason. The source has the rows;
// mended there they come in.
func TestRefusedRowsAboutPeople(t *testing.T) {
	b := newRefusing(t)
	said := []string{"홍가상", "010-1111-2222", "1968-03-05", "a@example.com", "성실합니다", "용접을 했습니다", "9999"}
	b.nothingPersonal(said...)
	text, err := b.read(1)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))).ReadAll()
	want := [][]string{quarantineColumns, {"resume.csv", "3", "", reasonNoKey.Text.KO, reasonNoKey.Text.EN}}
	if err != nil || !slices.EqualFunc(rows, want, slices.Equal[[]string]) {
		t.Fatalf("the quarantine is %s, %v", text, err)
	}
	s := b.serve()
	for path, says := range map[string]string{"/deliveries/1": "내용은 남기지 않습니다", "/deliveries/1/quarantine.csv": "resume.csv,3"} {
		status, body := get(t, s.URL+path, "ko")
		if status != 200 || !strings.Contains(body, says) {
			t.Errorf("%s is %d %s", path, status, body)
		}
		for _, word := range said {
			if strings.Contains(body, word) {
				t.Errorf("%s says %s", path, word)
			}
		}
	}
	b.expect(b.ingest("people", b.file("resume.csv", resumeHead, "r2,홍가상,1968-03-05,010-1111-2222,a@example.com,부산,성실합니다,,용접을 했습니다,"),
		b.file("licence.csv", "resume,licence", "r2,용접기능사")), "read 1 kept 1 unchanged 0 quarantined 0 closed 0")
}

// A reason in the words of who read a row may quote it: of people it says no more
// than that.
func TestReasonsQuoteNobody(t *testing.T) {
	quoting := `parsing "홍가상"`
	for _, about := range []bool{false, true} {
		m := &mapper{plan: &plan{personal: about}}
		for _, r := range []Reason{m.broken(quoting), m.reasonExpression(nil, errors.New(quoting))} {
			if strings.Contains(r.Text.KO+r.Text.EN, "홍가상") == about {
				t.Errorf("about people %v: %+v", about, r)
			}
		}
	}
}

// What an older version kept of refused rows about people is destroyed, the key
// first, and opened by nobody, also when a backup brings the file back.
func TestRefusedRowsOfOlderVersionsAreDestroyed(t *testing.T) {
	b := newRefusing(t)
	path, id := b.quarantinePath(1, sealedEnding), "quarantine/1/x"
	sealed, err := b.sealer.Seal(id, "catalogue_sealed", []byte("홍가상"))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.store.db.Tx(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `INSERT INTO catalogue_sealed (delivery, id, rows, ended) VALUES (1, ?, 1, 0)`, id)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := os.WriteFile(path, sealed, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := b.read(1); !errors.Is(err, ieum.ErrErased) {
			t.Errorf("it gives %v", err)
		}
		if err := b.Expire(t.Context()); err != nil {
			t.Fatal(err)
		}
		if due, err := b.Due(t.Context()); due || err != nil {
			t.Errorf("there is more to do: %v", err)
		}
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the file is there: %v", err)
		}
		if _, err := b.sealer.Open(id, "catalogue_sealed", sealed); !errors.Is(err, ieum.ErrErased) {
			t.Errorf("a copy opens: %v", err)
		}
		if found, err := b.Faults(t.Context()); err != nil || len(found.Faults) > 0 || found.Files == 0 {
			t.Errorf("of %d files faults are %v, %v", found.Files, found.Faults, err)
		}
	}
	s := b.serve()
	if status, body := get(t, s.URL+"/deliveries/1", "ko"); status != 200 || strings.Contains(body, "quarantine.csv") || !strings.Contains(body, "지웠습니다") {
		t.Errorf("the delivery's page is %d", status)
	}
	if status, _ := get(t, s.URL+"/deliveries/1/quarantine.csv", "ko"); status != 410 {
		t.Errorf("the rows are %d", status)
	}
	if got := b.entries("catalogue.quarantine.erased"); len(got) != 1 {
		t.Errorf("recorded is %q", got)
	}
}
