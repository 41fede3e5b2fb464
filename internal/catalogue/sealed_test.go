package catalogue

import (
	"bytes"
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

// read returns what somebody gets of a quarantine.
func (b *bench) read(number int64, by ieum.AccountID) ([]byte, error) {
	b.t.Helper()
	f, err := b.Quarantine(b.t.Context(), number, by)
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

// Refused rows about people lie sealed. Whoever opens them must be known, and
// that they do is recorded; mended they go in, and are of the same person.
func TestRefusedRowsAboutPeople(t *testing.T) {
	b := newRefusing(t)
	b.nothingPersonal("홍가상", "010-1111-2222", "1968-03-05", "a@example.com", "성실합니다", "용접을 했습니다")
	if _, err := b.read(1, ""); !errors.Is(err, ieum.ErrSignedOut) {
		t.Errorf("somebody unknown gets %v", err)
	}
	if got := b.entries("catalogue.quarantine.opened"); got != nil {
		t.Errorf("recorded is %q, and nobody has read", got)
	}
	text, err := b.read(1, "aoper")
	if err != nil {
		t.Fatal(err)
	}
	if got := b.entries("catalogue.quarantine.opened"); len(got) != 1 || !strings.HasPrefix(got[0], "1 ") || !strings.Contains(got[0], `"by":"aoper"`) || !strings.Contains(got[0], `"rows":1`) {
		t.Errorf("recorded is %q", got)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(rows) != 2 || !slices.Contains(rows[1], "홍가상") || !slices.Contains(rows[1], "010-1111-2222") || !slices.Contains(rows[1], "용접을 했습니다 010-9999-8888") {
		t.Fatalf("the quarantine is %s, %v", text, err)
	}
	rows[1][slices.Index(rows[0], "id")] = "r2"
	licences := b.file("licence.csv", "resume,licence", "r2,용접기능사")
	b.expect(b.ingest("people", b.file("mended.csv", strings.Join(rows[0], ","), strings.Join(rows[1], ",")), licences), "read 1 kept 1 unchanged 0 quarantined 0 closed 0")
	b.expect(b.ingest("people", b.file("resume.csv", resumeHead, "r9,홍 가 상,1968-03-05,01011112222,a@example.com,부산,,,,"), licences), "read 1 kept 1 unchanged 0 quarantined 0 closed 0")
	var of []string
	for _, row := range b.rows("resume", "_key", "person") {
		if key, person, _ := strings.Cut(row, " "); key == "_key=r2" || key == "_key=r9" {
			of = append(of, person)
		}
	}
	if len(of) != 2 || of[0] != of[1] || of[0] == "" {
		t.Errorf("the mended row is of %q", of)
	}
	b.nothingPersonal("홍가상", "010-1111-2222", "1968-03-05", "a@example.com", "용접을 했습니다")
}

// On this machine the page of the delivery can be seen without a sign-in, but
// not the rows; when they are erased it says so.
func TestRefusedRowsAboutPeopleNeedASignIn(t *testing.T) {
	b := newRefusing(t)
	s := b.serve()
	if status, body := get(t, s.URL+"/deliveries/1", "ko"); status != 200 || !strings.Contains(body, "잠가 두었습니다") {
		t.Errorf("the delivery's page is %d", status)
	}
	if status, body := get(t, s.URL+"/deliveries/1/quarantine.csv", "ko"); status != 401 || strings.Contains(body, "홍가상") {
		t.Errorf("the rows are %d %s", status, body)
	}
	b.day = b.day.AddDate(0, 0, quarantineDays+1)
	if err := b.Expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, body := get(t, s.URL+"/deliveries/1", "ko"); status != 200 || strings.Contains(body, "quarantine.csv") || !strings.Contains(body, "30일이 지나 지웠습니다") {
		t.Errorf("then the delivery's page is %d", status)
	}
	if status, body := get(t, s.URL+"/deliveries/1/quarantine.csv", "ko"); status != 410 || !strings.Contains(body, "지워진 정보입니다") {
		t.Errorf("then the rows are %d", status)
	}
}

// A read that cannot be recorded does not happen.
func TestRefusedRowsAreNotReadUnrecorded(t *testing.T) {
	b := newRefusing(t)
	if err := b.store.db.Close(); err != nil {
		t.Fatal(err)
	}
	if text, err := b.read(1, "aoper"); err == nil {
		t.Errorf("without a record it gives %s", text)
	}
}

// After 30 days the rows are gone: the file, and whatever copy there is of it.
func TestRefusedRowsExpire(t *testing.T) {
	b := newRefusing(t)
	path := b.quarantinePath(1, sealedEnding)
	copied, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	held, err := b.store.sealed(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	b.day = b.day.AddDate(0, 0, quarantineDays)
	if err := b.Expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.read(1, "aoper"); err != nil {
		t.Errorf("after %d days it gives %v", quarantineDays, err)
	}
	b.day = b.day.Add(1e9)
	for range 2 {
		if err := b.Expire(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the file is there: %v", err)
		}
		if _, err := b.read(1, "aoper"); !errors.Is(err, ieum.ErrErased) {
			t.Errorf("it gives %v", err)
		}
		if _, err := newSealReader(b.sealer, held.id, bytes.NewReader(copied)); !errors.Is(err, ieum.ErrErased) {
			t.Errorf("a copy of the file gives %v", err)
		}
		if found, err := b.Faults(t.Context()); err != nil || len(found.Faults) > 0 || found.Files == 0 {
			t.Errorf("of %d files faults are %v, %v", found.Files, found.Faults, err)
		}
		if err := os.WriteFile(path, copied, 0o600); err != nil { // as a restore of an older backup does
			t.Fatal(err)
		}
	}
	if got := b.entries("catalogue.quarantine.erased"); len(got) != 1 {
		t.Errorf("recorded is %q", got)
	}
}

// A sealed file gives back what was written, whatever its length, and not a byte
// of one whose chunks were cut off, changed, doubled or moved.
func TestSealedFile(t *testing.T) {
	b := newBench(t, people)
	write := func(n int) (plain, sealed []byte) {
		plain = bytes.Repeat([]byte("0123456789abcdef"), n/16+1)[:n]
		var out bytes.Buffer
		w := &sealWriter{keys: b.sealer, id: "quarantine/x", w: &out}
		for rest := plain; len(rest) > 0; rest = rest[min(len(rest), 1000):] {
			if _, err := w.Write(rest[:min(len(rest), 1000)]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return plain, out.Bytes()
	}
	read := func(sealed []byte) ([]byte, error) {
		r, err := newSealReader(b.sealer, "quarantine/x", bytes.NewReader(sealed))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(r)
	}
	for _, n := range []int{0, 1, sealedChunk - 1, sealedChunk, sealedChunk + 1, 3 * sealedChunk, 3*sealedChunk + 7} {
		plain, sealed := write(n)
		if got, err := read(sealed); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("of %d bytes %d come back: %v", n, len(got), err)
		}
	}
	_, sealed := write(2*sealedChunk + 7)
	const one = 4 + sealedChunk + 29 // bytes of a full chunk
	for name, harmed := range map[string][]byte{
		"empty": nil, "cut after the first": sealed[:one], "cut within": sealed[:one+100], "without the first": sealed[one:],
		"doubled": append(bytes.Clone(sealed[:one]), sealed...), "swapped": slices.Concat(sealed[one:2*one], sealed[:one], sealed[2*one:]),
		"longer": append(bytes.Clone(sealed), 0, 0, 0, 1, 0),
	} {
		if _, err := read(harmed); err == nil {
			t.Errorf("%s: it is read", name)
		}
	}
}
