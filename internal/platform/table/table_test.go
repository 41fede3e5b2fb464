package table

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/korean"

	"ieum"
)

// write puts content into a file of the test and returns its path.
func write(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// read returns all rows of a file as "number column=value …" and the broken
// ones as "number! reason".
func read(t testing.TB, path string, o Options) []string {
	t.Helper()
	r, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var got []string
	for {
		row, err := r.Next()
		var bad *RowError
		switch {
		case errors.Is(err, io.EOF):
			return got
		case errors.As(err, &bad):
			got = append(got, fmt.Sprintf("%d! %s", bad.Number, bad.Reason))
			continue
		case err != nil:
			t.Fatal(err)
		}
		text := fmt.Sprint(row.Number)
		for name, value := range row.All {
			text += fmt.Sprintf(" %s=%s", name, value)
		}
		got = append(got, text)
	}
}

func check(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func cp949(t testing.TB, s string) []byte {
	t.Helper()
	b, err := korean.EUCKR.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestReadCSV(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"plain", "a,b\n1,2\n\n3,\n", []string{"2 a=1 b=2", "4 a=3 b="}},
		{"no line end at the end", "a,b\n1,2", []string{"2 a=1 b=2"}},
		{"header only", "a,b\n", nil},
		{"byte order mark", "\uFEFF이름,b\n가,2\n", []string{"2 이름=가 b=2"}},
		{"line ends of Windows", "a,b\r\n1,\"x\r\ny\"\r\n2,z\r\n", []string{"2 a=1 b=x\ny", "4 a=2 b=z"}},
		{"quotes", `a,b` + "\n" + `"1,""x""",""` + "\n", []string{`2 a=1,"x" b=`}},
		{"columns without a name or with the same one", ",a,a, b \n0,1,2,3\n", []string{"2 _1=0 a=1 a_2=2 b=3"}},
		{"a comma too many", "a,b\n1,2,\n", []string{"2 a=1 b=2"}},
		{"too few and too many values", "a,b\n1\n1,2,3\n5,6\n",
			[]string{"2! has 1 values where the header names 2 columns", "3! has 3 values where the header names 2 columns", "4 a=5 b=6"}},
		{"text after a quote costs one row", "a,b\n1,\"x\"y\n2,z\n", []string{"2! has text after the quote that ends a value", "3 a=2 b=z"}},
		{"a quote inside", "a,b\n1,x\"y\n2,z\n", []string{"2! has a quote inside a value that is not quoted", "3 a=2 b=z"}},
		{"a quote that runs into the next row costs one row", "a,b\n1,\"x\n2,\"z\"\n3,w\n",
			[]string{"2! has text after the quote that ends a value", "3 a=2 b=z", "4 a=3 b=w"}},
		{"a quote that is never closed costs one row", "a,b\n1,\"x\n2,y\n3,z\n", []string{"2! opens a quote that is never closed", "3 a=2 b=y", "4 a=3 b=z"}},
		{"damaged bytes cost one row", "a,b\n" + strings.Repeat("가,나\n", 3) + "\xff,x\n다,라\n",
			[]string{"2 a=가 b=나", "3 a=가 b=나", "4 a=가 b=나", "5! holds bytes that are not UTF-8", "6 a=다 b=라"}},
		{"what we wrote against formulas reads back", "a,b\n'=1+1,'tis\n", []string{"2 a==1+1 b='tis"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			check(t, read(t, write(t, "x.csv", []byte(tt.text)), Options{}), tt.want)
		})
	}
}

// One quote too many before a million broken rows must not make each of them
// cost as much as all.
func TestBrokenQuotesTakeNoTimeToSpeakOf(t *testing.T) {
	const rows = 200_000
	path := filepath.Join(t.TempDir(), "a.csv")
	text := "a,b\n\"never closed\n" + strings.Repeat("x\"\"y,1\n", rows)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	broken, late := 0, time.Now().Add(20*time.Second) // it takes a tenth of a second
	for {
		_, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if _, ok := errors.AsType[*RowError](err); !ok {
			t.Fatalf("row %d gives %v", broken, err)
		}
		if broken++; time.Now().After(late) {
			t.Fatalf("only %d of %d rows were read in 20 s", broken, rows)
		}
	}
	if broken != rows+1 {
		t.Errorf("%d rows are broken, want %d", broken, rows+1)
	}
}

func TestReadTSV(t *testing.T) {
	check(t, read(t, write(t, "x.tsv", []byte("a\tb\n1,5\t\n")), Options{}), []string{"2 a=1,5 b="})
	check(t, read(t, write(t, "x.dat", []byte("a\tb\n1\t2\n")), Options{Format: "tsv"}), []string{"2 a=1 b=2"})
}

func TestEncodingIsFoundWhereTheFirstKoreanIs(t *testing.T) {
	far := "a,b\n" + strings.Repeat("1,2\n", 100_000) + "가나다,똠방각하\n"
	for name, content := range map[string][]byte{"utf-8": []byte(far), "cp949": cp949(t, far)} {
		t.Run(name, func(t *testing.T) {
			got := read(t, write(t, "x.csv", content), Options{})
			check(t, got[len(got)-1:], []string{"100002 a=가나다 b=똠방각하"})
			check(t, read(t, write(t, "y.csv", content), Options{Encoding: name})[100_000:], []string{"100002 a=가나다 b=똠방각하"})
		})
	}
	broken := append(cp949(t, "a,b\n가,나\n"), "\xff\xff,x\n"...)
	check(t, read(t, write(t, "x.csv", append(broken, cp949(t, "다,라\n")...)), Options{}),
		[]string{"2 a=가 b=나", "3! holds bytes that are not CP949", "4 a=다 b=라"})
}

// TestOneDamagedByteDoesNotMakeUTF8CP949 is about text cut by bytes.
func TestOneDamagedByteDoesNotMakeUTF8CP949(t *testing.T) {
	text := "a\n\xea\xb0\n" + strings.Repeat("가나다라마바사\n", 50)
	got := read(t, write(t, "x.csv", []byte(text)), Options{})
	check(t, got[:2], []string{"2! holds bytes that are not UTF-8", "3 a=가나다라마바사"})
}

func TestReadJSON(t *testing.T) {
	for _, tt := range []struct {
		name, text, records string
		want                []string
	}{
		{"a list", `[{"a":1,"b":"x"},{"a":2.50,"b":null,"c":true}]`, "", []string{"1 a=1 b=x", "2 a=2.50 c=true"}},
		{"an empty list", ` [ ] `, "", nil},
		{"lists in a list", `[[{"a":1}],[],[[{"a":2},{"a":3}]]]`, "", []string{"1 a=1", "2 a=2", "3 a=3"}},
		{"a list further in", `{"meta":{"items":[1,2]},"x":{"items":[{"a":"]}\""}]},"y":1}`, "x.items", []string{`1 a=]}"`}},
		{"an object of objects", `{"k1":{"a":1},"k2":{"a":{"b":[1]}}}`, "", []string{`1 _key=k1 a=1`, `2 _key=k2 a={"b":[1]}`}},
		{"an object of values", `{"m":{"k1":"v","k2":[1,2]}}`, "m", []string{"1 _key=k1 _value=v", "2 _key=k2 _value=[1,2]"}},
		{"what is no object", `[{"a":1},3,{"a":2}]`, "", []string{"1 a=1", "2! is no object", "3 a=2"}},
		{"a broken record", `[{"a":01},{"a":2}]`, "", []string{"1! is no valid JSON", "2 a=2"}},
		{"a byte order mark", "\uFEFF[{\"a\":1}]", "", []string{"1 a=1"}},
		{"Korean and marks as they are", `[{"a":"<가&나>"},{"a":{"b":"<&>"}}]`, "", []string{"1 a=<가&나>", `2 a={"b":"<&>"}`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			check(t, read(t, write(t, "x.json", []byte(tt.text)), Options{Records: tt.records}), tt.want)
		})
	}
}

func TestReadJSONL(t *testing.T) {
	check(t, read(t, write(t, "x.jsonl", []byte("{\"a\":1}\n\n{\"a\":\n{\"a\":2} {\"a\":3}\n[1]\n{\"a\":4}")), Options{}),
		[]string{"1 a=1", "3! is no valid JSON", "4! holds more than one JSON value", "5! is no JSON object", "6 a=4"})
}

func TestPathsIntoJSON(t *testing.T) {
	path := write(t, "x.json", []byte(`[{"p":{"q":{"r":"deep"}},"x.y":"whole","s":[{"n":"one"},{"n":null},{"m":1},{"n":"two"}],"l":["a","b",3],"e":[]}]`))
	r, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	row, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	for column, want := range map[string]string{"p.q.r": "deep", "x.y": "whole", "s.n": `["one","two"]`, "s.0.n": "one", "l": `["a","b",3]`, "l.2": "3", "e": "[]"} {
		if got, ok := row.Get(column); !ok || got != want {
			t.Errorf("%s = %q, %v, want %q", column, got, ok, want)
		}
	}
	for _, column := range []string{"p.x", "l.3", "p.q.r.s", "s.1.n", "nothing"} {
		if got, ok := row.Get(column); ok {
			t.Errorf("%s = %q, want none", column, got)
		}
	}
	if got, _ := row.List("s.n"); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("list s.n = %q", got)
	}
	if got, _ := row.List("x.y"); !slices.Equal(got, []string{"whole"}) {
		t.Errorf("list x.y = %q", got)
	}
}

func gz(t testing.TB, b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	w.Close()
	return out.Bytes()
}

func zst(t testing.TB, b []byte) []byte {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(b, nil)
}

func TestCompressed(t *testing.T) {
	text := []byte("a,b\n가,2\n")
	want := []string{"2 a=가 b=2"}
	check(t, read(t, write(t, "x.csv.gz", gz(t, text)), Options{}), want)
	check(t, read(t, write(t, "x.csv.zst", zst(t, text)), Options{}), want)
	check(t, read(t, write(t, "x.parquet.gz", gz(t, sampleParquet(t))), Options{})[:1], []string{"1 s=가 i=1"})
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "ieum-table-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind %v, %v", left, err)
	}
}

// TestOneClearSentence lists what can be wrong with a file as a whole and what
// people then read.
func TestOneClearSentence(t *testing.T) {
	long := []byte("a,b\n" + strings.Repeat("가나다라,1\n", 100_000))
	whole := sampleParquet(t)
	flipped := gz(t, long)
	flipped[len(flipped)/2] ^= 0xff
	wrongSum := gz(t, long)
	wrongSum[len(wrongSum)-6] ^= 0xff
	for _, tt := range []struct {
		name    string
		content []byte
		options Options
		want    string
	}{
		{"empty.csv", nil, Options{}, "empty.csv is empty (0 bytes); fetch it again"},
		{"mark.csv", []byte("\uFEFF"), Options{}, "mark.csv is empty (0 bytes); fetch it again"},
		{"empty.json.gz", gz(t, nil), Options{}, "empty.json.gz is empty (0 bytes); fetch it again"},
		{"empty.parquet", nil, Options{}, "empty.parquet is empty (0 bytes); fetch it again"},
		{"cut.csv.gz", gz(t, long)[:200], Options{}, "cut.csv.gz is cut off before its end; fetch it again"},
		{"cut.csv.zst", zst(t, long)[:60], Options{}, "cut.csv.zst is cut off before its end; fetch it again"},
		{"damaged.csv.gz", flipped, Options{}, "damaged.csv.gz is damaged: its compressed content is broken; fetch it again"},
		{"sum.csv.gz", wrongSum, Options{}, "sum.csv.gz is damaged: its compressed content is broken; fetch it again"},
		{"plain.csv.gz", []byte("first,second\n1,2\n"), Options{}, "plain.csv.gz is not compressed as its name says; rename it or fetch it again"},
		{"plain.csv.zst", []byte("a,b\n1,2\n"), Options{}, "plain.csv.zst is not compressed as its name says; rename it or fetch it again"},
		{"semi.csv", []byte("a;b\n1;2\n"), Options{}, "semi.csv: the columns are separated by semicolons, not by commas; save it again with commas"},
		{"tabs.csv", []byte("a\tb\n1\t2\n"), Options{}, "tabs.csv: the columns are separated by tabs, not by commas; write format: tsv in the source file"},
		{"commas.tsv", []byte("a,b\n1,2\n"), Options{}, "commas.tsv: the columns are separated by commas, not by tabs; write format: csv in the source file"},
		{"quote.csv", []byte("a,\"b\n1,2\n"), Options{}, "quote.csv: the header (line 1) opens a quote that is never closed; mend it and try again"},
		{"binary.csv", []byte("a\x00b"), Options{}, "binary.csv is no text file; say what it is with format: in the source file"},
		{"wide.csv", []byte("\xff\xfea\x00,\x00"), Options{}, "wide.csv is written in UTF-16; save it as UTF-8"},
		{"cut.json", []byte(`[{"a":1},{"a":`), Options{}, "cut.json is cut off before its end; fetch it again"},
		{"broken.json", []byte(`[{"a":1} {"a":2}]`), Options{}, "broken.json: this is no valid JSON from byte 10 on; fetch it again"},
		{"lines.json", []byte("{\"a\":1}\n{\"a\":2}\n"), Options{}, "lines.json: there are several JSON values one after another; write format: jsonl in the source file if each line is a record"},
		{"where.json", []byte(`{"meta":1,"items":[]}`), Options{Records: "jobs"}, `where.json: there are no records at "jobs": there is no "jobs" but meta, items; mend records: in the source file`},
		{"number.json", []byte(`{"a":1}`), Options{Records: "a"}, `number.json: there is neither a list nor an object of records at "a"; say where they are with records: in the source file`},
		{"text.parquet", []byte("a,b\n1,2\n"), Options{}, "text.parquet: this is no Parquet file; say what it is with format: in the source file"},
		{"cut.parquet", whole[:len(whole)-20], Options{}, "cut.parquet is cut off before its end; fetch it again"},
		{"text.xlsx", []byte("a,b\n1,2\n"), Options{}, "text.xlsx: this is no .xlsx file, or a damaged one; fetch it again or say what it is with format: in the source file"},
		{"old.xlsx", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), Options{}, "old.xlsx: this is an old Excel file (.xls) or one with a password; save it as .xlsx without a password"},
		{"cut.xlsx", sampleXLSX(t)[:2000], Options{}, "cut.xlsx: this is no .xlsx file, or a damaged one; fetch it again or say what it is with format: in the source file"},
		{"sheet.xlsx", sampleXLSX(t), Options{Sheet: "없음"}, `sheet.xlsx: there is no sheet "없음" but Sheet1; mend sheet: in the source file`},
		{"what.dat", []byte("a"), Options{}, "the name of what.dat does not say what format it has; write format: csv or tsv or json or jsonl or xlsx or parquet in the source file"},
		{"x.csv", []byte("a"), Options{Encoding: "latin1"}, `x.csv: there is no encoding "latin1"; use auto, utf-8 or cp949`},
		{"x.csv", []byte("a"), Options{Format: "xml"}, `there is no format "xml"; use one of csv, tsv, json, jsonl, xlsx, parquet`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := readAll(write(t, tt.name, tt.content), tt.options)
			if !errors.Is(err, ieum.ErrInvalid) || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %v", err, tt.want)
			}
		})
	}
	t.Run("missing", func(t *testing.T) {
		if err := readAll("/nowhere/x.csv", Options{}); !errors.Is(err, ieum.ErrNotFound) || err.Error() != "there is no file /nowhere/x.csv; check the name" {
			t.Errorf("got %v", err)
		}
	})
	t.Run("folder", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "x.csv")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := readAll(dir, Options{}); !errors.Is(err, ieum.ErrInvalid) || !strings.HasSuffix(err.Error(), "x.csv: this is a folder; name a file in it") {
			t.Errorf("got %v", err)
		}
	})
}

// readAll reads a file to its end and returns the error about the whole of it.
func readAll(path string, o Options) error {
	r, err := Open(path, o)
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		_, err := r.Next()
		var bad *RowError
		if err != nil && !errors.As(err, &bad) {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

func TestColumns(t *testing.T) {
	for name, content := range map[string][]byte{
		"x.csv":     []byte("s,i\n가,1\n"),
		"x.parquet": sampleParquet(t),
		"x.jsonl":   []byte(`{"s":"가","i":1}`),
	} {
		r, err := Open(write(t, name, content), Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
		if got := r.Columns(); !slices.Contains(got, "s") || !slices.Contains(got, "i") {
			t.Errorf("%s: columns %q", name, got)
		}
		if r.Fixed() != (name != "x.jsonl") {
			t.Errorf("%s: fixed is %v", name, r.Fixed())
		}
	}
}

func TestReadColumnsOfText(t *testing.T) {
	r, err := Open(write(t, "x.csv", []byte("a,b,c\n1,2,3\n4,5\n6,7,8\n9,10,11\n")), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := r.ReadColumns(2, "c", "a")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(b.Columns[0].Strings, []string{"3", "8"}) || !slices.Equal(b.Columns[1].Strings, []string{"1", "6"}) ||
		!slices.Equal(b.Numbers, []int64{2, 4}) || len(b.Bad) != 1 || b.Bad[0].Number != 3 {
		t.Errorf("got %+v", b)
	}
	if b, err = r.ReadColumns(2, "c", "a"); err != nil || b.Rows != 1 {
		t.Errorf("got %+v, %v", b, err)
	}
	if _, err = r.ReadColumns(2, "c", "a"); !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want the end", err)
	}
	if _, err = r.ReadColumns(2, "d"); !errors.Is(err, ieum.ErrInvalid) || err.Error() != `x.csv: there is no column "d"; the file has "a", "b", "c"; mend its header, or the source file` {
		t.Errorf("got %v", err)
	}
}

// FuzzText holds that no content of a text file makes a reader fail in any
// other way than it says, and that reading ends.
func FuzzText(f *testing.F) {
	for _, s := range []string{"a,b\n1,\"x\n\"\n", "[{\"a\":[1]}]", "{\"a\":{}}", "{\"a\":1}\n{", "\uFEFFa\n가\n", "a\tb\n\"\t\n", "\xb0\xa1,\xb3\xaa\n", "[[{}]"} {
		f.Add([]byte(s))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, format := range []string{"csv", "tsv", "json", "jsonl"} {
			path := filepath.Join(dir, "x."+format)
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := readAll(path, Options{}); err != nil && !errors.Is(err, ieum.ErrInvalid) {
				t.Errorf("%s: %v", format, err)
			}
		}
	})
}

// FuzzCSVRoundTrip holds that what NewCSV wrote reads back as it was.
func FuzzCSVRoundTrip(f *testing.F) {
	f.Add("a", "=1+1")
	f.Add("'=", "-5")
	f.Add("\"", "x\ny, z")
	f.Add("@가", "''+")
	f.Fuzz(func(t *testing.T, a, b string) {
		a, b = clean(a), clean(b)
		var out bytes.Buffer
		w, err := NewCSV(&out, "a", "b", "c")
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.Write(a, b, "end"), w.Close()); err != nil {
			t.Fatal(err)
		}
		r, err := Open(write(t, "x.csv", out.Bytes()), Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		row, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		got := maps.Collect(row.All)
		if got["a"] != a || got["b"] != b {
			t.Errorf("wrote %q and %q, read %q", a, b, got)
		}
	})
}

// clean leaves out what a text file cannot keep.
func clean(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
	return strings.ReplaceAll(s, "\r", "")
}
