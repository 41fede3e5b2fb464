package table

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/xuri/excelize/v2"
)

func sampleXLSX(t testing.TB) []byte {
	t.Helper()
	book := excelize.NewFile()
	defer book.Close()
	var out bytes.Buffer
	err := errors.Join(book.SetSheetRow("Sheet1", "A1", &[]any{"이름", "b"}), book.SetSheetRow("Sheet1", "A2", &[]any{"=SUM(A1)", 5}),
		book.SetSheetRow("Sheet1", "A3", &[]any{"가나", nil}), book.SetSheetRow("Sheet1", "A4", &[]any{"x", 2.5}), book.Write(&out))
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestCSVCarriesNoFormula(t *testing.T) {
	var out bytes.Buffer
	w, err := NewCSV(&out, "a", "=b")
	if err != nil {
		t.Fatal(err)
	}
	rows := [][]any{{"=1+1", "@x"}, {"+82-2-000", "-5"}, {"-x", "\ty"}, {"'=", "'a"}, {int64(-7), nil}, {1.5, true}}
	for _, r := range rows {
		if err := w.Write(r...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := "\uFEFFa,'=b\n'=1+1,'@x\n'+82-2-000,-5\n'-x,'\ty\n''=,'a\n-7,\n1.5,true\n"
	if out.String() != want {
		t.Errorf("got\n%q\nwant\n%q", out.String(), want)
	}
	if w.Write("one") == nil {
		t.Error("a row of another width was written")
	}
}

func TestXLSXReadsBack(t *testing.T) {
	check(t, read(t, write(t, "x.xlsx", sampleXLSX(t)), Options{}), []string{"2 이름==SUM(A1) b=5", "3 이름=가나 b=", "4 이름=x b=2.5"})
}

// TestSheetsAsAgenciesMakeThem: a title above the header, dates, long numbers,
// empty rows and values beside the table.
func TestSheetsAsAgenciesMakeThem(t *testing.T) {
	book := excelize.NewFile()
	defer book.Close()
	date, err := book.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		t.Fatal(err)
	}
	korean := `yyyy"년" m"월" d"일"`
	long, err := book.NewStyle(&excelize.Style{CustomNumFmt: &korean})
	if err != nil {
		t.Fatal(err)
	}
	thousands, err := book.NewStyle(&excelize.Style{NumFmt: 3})
	if err != nil {
		t.Fatal(err)
	}
	for cell, v := range map[string]any{
		"A1": "2024년 구인 현황 (가상)",
		"A3": "제목", "B3": "등록일", "C3": "마감일", "D3": "사업자번호", "E3": "급여",
		"A4": "용접원", "B4": 45000, "C4": 45001, "D4": 123456789012, "E4": 32000000,
		"A6": "배송원", "B6": "2024-01-02",
		"A7": "넘침", "G7": "여백",
	} {
		if err := book.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(book.SetCellStyle("Sheet1", "B4", "B4", date), book.SetCellStyle("Sheet1", "C4", "C4", long), book.SetCellStyle("Sheet1", "E4", "E4", thousands)); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		t.Fatal(err)
	}
	check(t, read(t, write(t, "x.xlsx", out.Bytes()), Options{}), []string{
		"4 제목=용접원 등록일=2023-03-15 마감일=2023년 3월 16일 사업자번호=123456789012 급여=32000000",
		"6 제목=배송원 등록일=2024-01-02 마감일= 사업자번호= 급여=",
		"7! has values in 7 columns where the header names 5",
	})
}

func FuzzXLSX(f *testing.F) {
	f.Add(sampleXLSX(f), 0, byte(0))
	f.Add(sampleXLSX(f), 700, byte(0xff))
	f.Fuzz(func(t *testing.T, content []byte, at int, flip byte) {
		if len(content) > 0 {
			content = bytes.Clone(content)
			content[uint(at)%uint(len(content))] ^= flip
		}
		_ = readAll(write(t, "x.xlsx", content), Options{})
	})
}

// Texts that are all different are not kept in a dictionary, nor in a row group
// of any size: what a writer holds does not grow with what is written.
func TestParquetWriterHoldsLittle(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.parquet")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w, err := NewParquet(out, Field{Name: "text", Type: String})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	const rows, long = 40_000, 1000
	for n := 0; n < rows; {
		b := NewBatch(Field{Name: "text", Type: String})
		for range 1000 {
			text := make([]byte, long)
			for i := range text {
				text[i] = byte(r.Uint32())
			}
			b.Columns[0].AddString(string(text))
			n++
		}
		if err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := out.Stat()
	if err != nil {
		t.Fatal(err)
	}
	file, err := parquet.OpenFile(out, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	for i, g := range file.Metadata().RowGroups {
		c := g.Columns[0].MetaData
		if g.TotalByteSize > maxGroupBytes+2*1000*long {
			t.Errorf("row group %d has %d bytes", i, g.TotalByteSize)
		}
		if dictionary := c.DataPageOffset - c.DictionaryPageOffset; dictionary > maxPage+2*1000*long {
			t.Errorf("row group %d has a dictionary of %d bytes", i, dictionary)
		}
	}
}

// Rows can be passed over without reading them, by whole groups; what comes then
// is what would have come.
func TestSkip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "many.parquet")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	field := Field{Name: "n", Type: Int}
	w, err := NewParquet(out, field)
	if err != nil {
		t.Fatal(err)
	}
	const rows = 2*maxGroup + 1000
	for from := 0; from < rows; from += 4096 {
		b := NewBatch(field)
		for b.Rows = 0; b.Rows < min(4096, rows-from); b.Rows++ {
			b.Columns[0].AddInt(int64(from + b.Rows))
		}
		if err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ first, skip, over int64 }{
		{0, 0, 0}, {0, maxGroup - 1, 0}, {0, maxGroup, maxGroup}, {0, 2*maxGroup + 10, 2 * maxGroup}, {0, 3 * maxGroup, rows},
		{10, 20, 0}, {10, maxGroup - 10, maxGroup - 10}, {10, 2*maxGroup - 5, 2*maxGroup - 10},
	} {
		r, err := Open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if tt.first > 0 {
			if _, err := r.ReadColumns(int(tt.first), "n"); err != nil {
				t.Fatal(err)
			}
		}
		over := r.Skip(tt.skip)
		next, err := r.ReadColumns(1, "n")
		switch want := tt.first + tt.over; {
		case over != tt.over:
			t.Errorf("%+v passed over %d rows", tt, over)
		case want == rows && !errors.Is(err, io.EOF):
			t.Errorf("%+v: behind the last row there is %v", tt, err)
		case want < rows && (err != nil || next.Columns[0].Ints[0] != want || next.Numbers[0] != want+1):
			t.Errorf("%+v: the next row is %+v, %v, want %d", tt, next, err, want)
		}
		r.Close()
	}
}
