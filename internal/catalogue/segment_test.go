package catalogue

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/table"
	"ieum/internal/snapshot"
)

// applied delivers applications with the résumés of people.
var applied = strings.Replace(people, "  - match: \"licence*.csv\"\n", `  - match: "licence*.csv"
  - match: "apply*.csv"
    kind: application
    delivery: change
    key: [resume, posting]
    map: {resume: resume, posting: posting}
`, 1)

// distinctive is a row whose values occur nowhere else.
const distinctive = `가상열쇠7001,가상칠,1957-03-05,010-7001-7001,g7@example.com,제주 서귀포시 가상로 1,성실합니다,"[{""title"":""가상망루지기"",""start"":""2019-03"",""end"":""2021-02""}]",용접,2026-01-02`

// newSealedLake is a bench of three people, two of whom applied somewhere; delivery
// 1 of which the first row is distinctive.
func newSealedLake(t *testing.T) *bench {
	t.Helper()
	b := newBench(t, shop, applied)
	b.ingest("people", b.file("resume.csv", resumeHeader, distinctive, resume(2, "용접"), resume(3, "조리")),
		b.file("licence.csv", "resume,licence", "가상열쇠7001,가상등대면허", "r2,용접기능사"), b.file("apply.csv", "resume,posting", "가상열쇠7001,가상공고9", "r2,가상공고8"))
	return b
}

// traces are what would tell of the distinctive row where it lies open.
func traces(t *testing.T, b *bench) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, word := range []string{"가상열쇠7001", "가상망루지기", "가상등대면허", "가상공고9", "50130"} { // the last is the code of 서귀포시
		out[word] = []byte(word)
	}
	err := b.Live(t.Context(), "resume", []string{ColumnKey, "person"}, func(r *Rows) error {
		c := columnsOf(r, []string{ColumnKey, "person"})
		for i := range r.Batch.Rows {
			if c.text(ColumnKey, i) == "가상열쇠7001" {
				for _, token := range c.list("person", i) {
					out["a token of the person"] = binary.LittleEndian.AppendUint64(nil, uint64(token))
				}
			}
		}
		return nil
	})
	if err != nil || len(out) != 6 {
		t.Fatalf("the row tells %d things, %v", len(out), err)
	}
	for key, of := range map[string]uint64{"the hash of the key": keyHash("가상열쇠7001"), "the number of the row": snapshot.RowID("people", "가상열쇠7001")} {
		out[key], out[key+", the other way round"] = binary.LittleEndian.AppendUint64(nil, of), binary.BigEndian.AppendUint64(nil, of)
	}
	return out
}

// tells lists which traces are in a folder.
func tells(t *testing.T, dir string, of map[string][]byte) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.HasSuffix(path, ".parquet") && err == nil {
			r, err := table.Open(path, table.Options{})
			if err != nil {
				return err
			}
			defer r.Close()
			for row, err := r.Next(); err == nil; row, err = r.Next() {
				for _, v := range row.All {
					text = append(text, v...)
				}
			}
		}
		for what, trace := range of {
			if bytes.Contains(text, trace) {
				found = append(found, filepath.Base(path)+" has "+what)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// No file that is kept tells anything of a row about a person, and everybody who may
// reads it as it was delivered. Rows of other kinds lie open as they did.
func TestRowsAboutPeopleLieSealed(t *testing.T) {
	b := newSealedLake(t)
	b.ingest("shop", b.file("jobs.csv", shopHeader, job("s1", "가상용접원")))
	if found := tells(t, b.dir, traces(t, b)); len(found) > 0 {
		t.Errorf("%q", found)
	}
	if found := tells(t, b.lake(), map[string][]byte{"the posting": []byte("가상용접원")}); len(found) == 0 {
		t.Error("a posting is sealed")
	}
	b.expectRows("resume", []string{ColumnKey, "birth_year", "careers_title", "certificates", ColumnRow, ColumnFile},
		`_key=r2 birth_year=1952 careers_title=["용접원"] certificates=["용접기능사"] _row=3 _file=0`, `_key=r3 birth_year=1953 careers_title=["용접원"] _row=4 _file=0`,
		`_key=가상열쇠7001 birth_year=1957 careers_title=["가상망루지기"] certificates=["가상등대면허"] _row=2 _file=0`)
	b.expectRows("resume", []string{ColumnRow}, "_row=2", "_row=3", "_row=4")
	b.expectRows("application", []string{"resume", "posting"}, "resume=r2 posting=가상공고8", "resume=가상열쇠7001 posting=가상공고9")
	if r, err := b.Record(t.Context(), "people", "resume", "가상열쇠7001"); err != nil || r.Row != 2 || r.File != "resume.csv" || r.Fields != nil {
		t.Errorf("the lineage is %+v, %v", r, err)
	}
}

// Once somebody is erased nothing of their rows opens, those they applied with
// included: not in the lake, not in a copy from before, not when they are delivered
// again. Everybody else's do, and what is kept is whole.
func TestNothingOfWhoIsErasedOpens(t *testing.T) {
	b := newSealedLake(t)
	b.build(false)
	of, copied := traces(t, b), t.TempDir()
	delete(of, "50130") // which the code list in a snapshot has
	if err := os.CopyFS(copied, os.DirFS(b.lake())); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(copied, "people", "resume", "000001.parquet")
	sealed := cellOf(t, path, 0)
	id := RowPerson(b.sealer, "people", "resume", "가상열쇠7001")
	if err := b.Forget(t.Context(), "people", "가상열쇠7001", "aofficer"); err != nil {
		t.Fatal(err)
	}
	gone := func(when string) {
		t.Helper()
		var keys []string
		for _, row := range append(b.rows("resume", ColumnKey), b.rows("application", "resume")...) {
			keys = append(keys, row[strings.Index(row, "=")+1:])
		}
		if want := []string{"r2", "r3", "r2"}; !slices.Equal(keys, want) {
			t.Errorf("%s rows are of %q, want %q", when, keys, want)
		}
		if _, err := b.Record(t.Context(), "people", "resume", "가상열쇠7001"); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("%s its lineage is %v", when, err)
		}
		if found := tells(t, b.dir, of); len(found) > 0 {
			t.Errorf("%s %q", when, found)
		}
		if found, err := b.Faults(t.Context()); err != nil || len(found.Faults) > 0 || found.Rows != 3 { // two résumés and an application
			t.Errorf("%s faults are %v of %d rows, %v", when, found.Faults, found.Rows, err)
		}
	}
	gone("at once")
	if _, err := b.sealer.Open(string(id), "x", sealed); !errors.Is(err, ieum.ErrErased) {
		t.Errorf("a copy of the cell gives %v", err)
	}
	if err := os.CopyFS(b.dir+"/back", os.DirFS(copied)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.RemoveAll(b.lake()), os.Rename(b.dir+"/back", b.lake())); err != nil {
		t.Fatal(err)
	}
	gone("put back from before,")
	b.ingest("people", b.file("resume.csv", resumeHeader, strings.Replace(distinctive, "1957", "1958", 1)), b.file("licence.csv", "resume,licence", "가상열쇠7001,가상등대면허"))
	gone("delivered again,")
	if cell := cellOf(t, b.segmentPath("people", "resume", 2), 0); len(cell) > 0 {
		t.Errorf("delivered again, %d bytes are kept of it", len(cell))
	}
	if keys := shownKeys(t, b.Catalogue, b.build(false)); !slices.Equal(keys, []string{"r2", "r3"}) {
		t.Errorf("then a build shows %q", keys)
	}
}

// cellOf returns what is sealed in a row of a segment.
func cellOf(t *testing.T, path string, row int) []byte {
	t.Helper()
	return []byte(readSealed(t, path).Columns[3].Strings[row])
}

func readSealed(t *testing.T, path string) *table.Batch {
	t.Helper()
	r, err := table.Open(path, table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := r.ReadColumns(batchRows, ColumnID, ColumnRow, ColumnFile, columnSealed)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// put puts rows in the place of those of delivery 1 of the people, and lets the
// database believe that they were always there.
func (b *bench) put(note string, rows *table.Batch, fields ...table.Field) (path string) {
	b.t.Helper()
	var out bytes.Buffer
	w, err := table.NewParquet(&out, fields...)
	if err != nil {
		b.t.Fatal(err)
	}
	if note != "" {
		w.Note(noteInside, note)
	}
	for i := range rows.Columns {
		rows.Columns[i].Field = fields[i]
	}
	path = b.segmentPath("people", "resume", 1)
	sum := sha256.New()
	if err := errors.Join(w.Write(rows), w.Close(), os.WriteFile(path, out.Bytes(), 0o600)); err != nil {
		b.t.Fatal(err)
	}
	sum.Write(out.Bytes())
	err = b.store.db.Tx(b.t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(b.t.Context(), `UPDATE catalogue_segment SET sha256 = ? WHERE delivery = 1 AND kind = 'resume'`, hex.EncodeToString(sum.Sum(nil)))
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return path
}

// A row that was changed, moved, or given to somebody else is a fault with its file
// and row, whoever reads it and whichever it is, also where database and file agree;
// it is never taken for one that was erased.
func TestASealedRowThatWasChanged(t *testing.T) {
	b := newSealedLake(t)
	s, path := b.build(false), b.segmentPath("people", "resume", 1)
	note, err := noteOf(path)
	if err != nil {
		t.Fatal(err)
	}
	was, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for what, harm := range map[string]func(b *table.Batch, at, other int){
		"a bit":      func(b *table.Batch, at, _ int) { b.Columns[3].Strings[at] = flip(b.Columns[3].Strings[at], 40) },
		"the format": func(b *table.Batch, at, _ int) { b.Columns[3].Strings[at] = flip(b.Columns[3].Strings[at], 0) },
		"emptied":    func(b *table.Batch, at, _ int) { b.Columns[3].Strings[at] = "" },
		"cut":        func(b *table.Batch, at, _ int) { b.Columns[3].Strings[at] = b.Columns[3].Strings[at][:20] },
		"another's":  func(b *table.Batch, at, other int) { b.Columns[3].Strings[at] = b.Columns[3].Strings[other] },
		"with id": func(b *table.Batch, at, other int) {
			b.Columns[0].Strings[at], b.Columns[3].Strings[at] = b.Columns[0].Strings[other], b.Columns[3].Strings[other]
		},
		"the id":     func(b *table.Batch, at, _ int) { b.Columns[0].Strings[at] = flip(b.Columns[0].Strings[at], 3) },
		"a short id": func(b *table.Batch, at, _ int) { b.Columns[0].Strings[at] = "x" },
		"the row":    func(b *table.Batch, at, _ int) { b.Columns[1].Ints[at] += 7 },
		"the file":   func(b *table.Batch, at, _ int) { b.Columns[2].Ints[at]++ },
	} {
		for at := range 3 {
			if err := os.WriteFile(path, was, 0o600); err != nil {
				t.Fatal(err)
			}
			rows := readSealed(t, path)
			harm(rows, at, (at+1)%3)
			b.put(note, rows, sealedFields...)
			_, built := b.Build(t.Context(), nil)
			found, err := b.Faults(t.Context())
			if err != nil || len(found.Faults) != 1 {
				t.Fatalf("%s of row %d: faults are %v, %v", what, at, found.Faults, err)
			}
			for who, err := range map[string]error{"a build": built, "who asks for keys": b.Keys(t.Context(), s, []uint32{0, 1, 2}, func(int, string) error { return nil }), "who looks for faults": found.Faults[0]} {
				if !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), fmt.Sprintf("%s is damaged (row %d: ", path, at+1)) {
					t.Errorf("%s of row %d: %s gets %v", what, at, who, err)
				}
			}
		}
	}
}

// The door, the lake and who seals many rows know a row by one id: a keyed hash of
// its source and key, which is another for each of them.
func TestARowHasOneID(t *testing.T) {
	b := newSealedLake(t)
	path := b.segmentPath("people", "resume", 1)
	for i, key := range []string{"가상열쇠7001", "r2", "r3"} {
		id, ok := parseID(string(RowPerson(b.sealer, "people", "resume", key)))
		if lies := readSealed(t, path).Columns[0].Strings[i]; !ok || string(id[:]) != lies || idOf(b.sealer, "people", "resume", key) != id {
			t.Errorf("%s has the id %x, and %x lies in the lake", key, id, lies)
		}
		if want := rowPrefix + b.sealer.Blind("catalogue/resume", "people\n"+key); string(id.append(nil)) != want {
			t.Errorf("%s has the id %x, want %s", key, id, want)
		}
	}
	for _, text := range []string{"", "p", "p" + strings.Repeat("x", 32), "q" + strings.Repeat("0", 32), "p" + strings.Repeat("0", 33)} {
		if id, ok := parseID(text); ok {
			t.Errorf("%q is the id %x", text, id)
		}
	}
}

// Whoever looks for faults opens all rows about people, and says which does not open:
// one with a file of another delivery in its place, or fewer rows, where the database
// agrees. What is damaged as a whole is said once. Nothing is told of what rows say.
func TestFaultsOfRowsThatDoNotOpen(t *testing.T) {
	b := newSealedLake(t)
	path := b.segmentPath("people", "resume", 1)
	note, err := noteOf(path)
	if err != nil {
		t.Fatal(err)
	}
	faults := func(want ...string) {
		t.Helper()
		found, err := b.Faults(t.Context())
		if err != nil || len(found.Faults) != len(want) {
			t.Fatalf("faults are %v, %v, want %q", found.Faults, err, want)
		}
		for i, fault := range found.Faults {
			if !errors.Is(fault, ieum.ErrInvalid) || !strings.Contains(fault.Error(), want[i]) || strings.Contains(fault.Error(), "가상") {
				t.Errorf("it says %v, want %s", fault, want[i])
			}
		}
	}
	if found, err := b.Faults(t.Context()); err != nil || found.Rows != 5 {
		t.Fatalf("%d rows open, %v, want 3 résumés and 2 applications", found.Rows, err)
	}
	first := readSealed(t, path)
	b.deliver(resume(1, "용접"), resume(2, "배관"), resume(4, "조리"))
	b.put(note, readSealed(t, b.segmentPath("people", "resume", 2)), sealedFields...)
	faults(path + " is damaged (row 1: it was changed, or sealed for another place")
	fewer := table.NewBatch(sealedFields...)
	fewer.Rows = 1
	for i := range fewer.Columns {
		if fewer.Columns[i].Type == table.Int {
			fewer.Columns[i].AddInt(first.Columns[i].Ints[0])
		} else {
			fewer.Columns[i].AddString(first.Columns[i].Strings[0])
		}
	}
	b.put(note, fewer, sealedFields...)
	faults(path + " is damaged (it is not what was written)")
	b.put(note, first, sealedFields...)
	faults()
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	faults(path + " is damaged (it is not what was written)")
}

// Without keys files are held against their checksums, and no row is opened.
func TestFaultsWithoutKeys(t *testing.T) {
	b := newSealedLake(t)
	b.keys = nil
	if found, err := b.Faults(t.Context()); err != nil || len(found.Faults) > 0 || found.Rows != 0 || found.Files == 0 {
		t.Errorf("found is %+v, %v", found, err)
	}
}

// A file of the lake that is gone is said to be missing, also to who asks for keys.
func TestASegmentThatIsMissing(t *testing.T) {
	b := newSealedLake(t)
	s, path := b.build(false), b.segmentPath("people", "resume", 1)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	err := b.Keys(t.Context(), s, []uint32{0}, func(int, string) error { return nil })
	if !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), path+" is missing; put back this file from a backup") {
		t.Errorf("got %v", err)
	}
}

func flip(s string, at int) string { return s[:at] + string([]byte{s[at] ^ 1}) + s[at+1:] }

func noteOf(path string) (string, error) {
	r, err := table.Open(path, table.Options{})
	if err != nil {
		return "", err
	}
	return r.Note(noteInside), r.Close()
}

// The names of what is sealed are bound to it.
func TestNamesOfSealedColumnsThatWereChanged(t *testing.T) {
	b := newSealedLake(t)
	path := b.segmentPath("people", "resume", 1)
	note, err := noteOf(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range []string{strings.Replace(note, "birth_year", "day_x_year", 1), "no JSON", "null", "[]"} {
		b.put(other, readSealed(t, path), sealedFields...)
		if found, err := b.Faults(t.Context()); err != nil || len(found.Faults) != 1 || !strings.Contains(found.Faults[0].Error(), path+" is damaged") {
			t.Errorf("%s: faults are %v, %v", other, found.Faults, err)
		}
		if _, err := b.Build(t.Context(), nil); !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), path+" is damaged") {
			t.Errorf("a build gives %v", err)
		}
	}
}

// A lake from before rows were sealed is neither read nor gone on with: it is said
// what to do.
func TestRowsAboutPeopleThatLieOpenAreRefused(t *testing.T) {
	b := newSealedLake(t)
	open := table.NewBatch(lakeFields(b.defs.Kinds["resume"])...)
	for range 3 {
		for i := range open.Columns {
			open.Columns[i].AddNull()
			open.Columns[i].Null = nil
		}
	}
	path := b.put("", open, lakeFields(b.defs.Kinds["resume"])...)
	_, ingested := b.Ingest(t.Context(), "people", []string{b.file("resume.csv", resumeHeader, resume(4, "용접")), b.file("licence.csv", "resume,licence", "r4,용접기능사")}, Options{})
	_, built := b.Build(t.Context(), nil)
	for _, err := range []error{ingested, built} {
		if !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), "the rows in "+path+" lie open, and kind resume tells about people; ") {
			t.Errorf("got %v", err)
		}
	}
}

// An application is erased with its person also where the number of the résumé looks
// like one of a telephone, or a name; and they are erased by the number that the
// source gave out as by the key.
func TestAnApplicationGoesWithWhoeverApplied(t *testing.T) {
	for _, number := range []string{"01070017001", "010-7001-7001", "g7@example.com", "홍길동"} {
		b := newBench(t, shop, applied)
		b.ingest("people", b.file("resume.csv", resumeHeader, strings.Replace(distinctive, "가상열쇠7001", number, 1), resume(2, "용접")),
			b.file("licence.csv", "resume,licence", "r2,용접기능사"), b.file("apply.csv", "resume,posting", " "+number+",가상공고9", "r2,가상공고8"))
		want := []string{"resume=r2 posting=가상공고8", "resume=" + b.Key(number) + " posting=가상공고9"}
		slices.Sort(want)
		b.expectRows("application", []string{"resume", "posting"}, want...)
		if r, err := b.Record(t.Context(), "people", "resume", number); err != nil || r.Key != b.Key(number) {
			t.Errorf("%s: its lineage is %+v, %v", number, r, err)
		}
		if err := b.Forget(t.Context(), "people", number, "aofficer"); err != nil {
			t.Fatal(number, err)
		}
		b.expectRows("application", []string{"resume", "posting"}, "resume=r2 posting=가상공고8")
		b.expectRows("resume", []string{ColumnKey}, "_key=r2")
		b.journalSays("catalogue.forgotten", string(RowPerson(b.sealer, "people", "resume", b.Key(number))), `{"by":"aofficer"}`)
	}
}

// Definitions that say of a kind that it tells about nobody any more, or of late that
// it does, neither leave rows in the open beside sealed ones nor lose any: it is said
// which kind, and put back as they were all goes on.
func TestASensitivityThatChangesIsRefused(t *testing.T) {
	const fields = `
id: visit
version: 1
title: {ko: 방문, en: Visit}
holder: {ko: 기관, en: Agencies}
about: {ko: 방문 한 번, en: One visit.}
keep: P3Y
`
	said := fields + "person: resume\nfields:\n  - {name: resume, type: string, required: true, sensitivity: personal, title: {ko: 이력서, en: Résumé}}\n"
	unsaid := fields + "fields:\n  - {name: resume, type: string, required: true, title: {ko: 이력서, en: Résumé}}\n"
	source := strings.Replace(strings.Replace(applied, "kind: application", "kind: visit", 1), "map: {resume: resume, posting: posting}", "map: {resume: resume}", 1)
	for _, c := range []struct{ first, then, says string }{{said, unsaid, "are sealed, and kind visit tells about nobody any more"}, {unsaid, said, "lie open, and kind visit tells about people"}} {
		b := newBench(t, shop, people)
		deliver := func(kind string, resumes ...string) error {
			set, err := defs.Load(fstest.MapFS{"kinds/visit.yaml": {Data: []byte(kind)}, "sources/people.yaml": {Data: []byte(source)}})
			if err != nil {
				t.Fatal(err)
			}
			b.open(b.store.db, set)
			_, err = b.Ingest(t.Context(), "people", []string{b.file("resume.csv", resumeHeader, resume(1, "용접"), resume(2, "조리")),
				b.file("licence.csv", "resume,licence", "r2,용접기능사"), b.file("apply.csv", append([]string{"resume,posting"}, resumes...)...)}, Options{})
			return err
		}
		if err := deliver(c.first, "r1,가상공고1"); err != nil {
			t.Fatal(err)
		}
		if err := deliver(c.then, "r2,가상공고2"); !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("got %v, want %s", err, c.says)
		}
		if err := deliver(c.first, "r2,가상공고2"); err != nil {
			t.Error(err)
		}
		b.expectRows("visit", []string{"resume"}, "resume=r1", "resume=r2")
	}
}
