package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"ieum"
)

func sampleParquet(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewParquet(&out, Field{Name: "s"}, Field{Name: "i", Type: Int, Optional: true})
	if err != nil {
		t.Fatal(err)
	}
	b := NewBatch(w.fields...)
	b.Columns[0].AddString("가")
	b.Columns[1].AddInt(1)
	b.Columns[0].AddString("나")
	b.Columns[1].AddNull()
	if err := errors.Join(w.Write(b), w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// allTypes has a column of every type, as list, optional and required.
func allTypes() (fields []Field) {
	for _, typ := range []Type{String, Int, Float, Bool, Date} {
		fields = append(fields, Field{Name: fmt.Sprint("required", typ), Type: typ},
			Field{Name: fmt.Sprint("optional", typ), Type: typ, Optional: true},
			Field{Name: fmt.Sprint("list", typ), Type: typ, List: true})
	}
	return fields
}

func randomBatch(r *rand.Rand, fields []Field, rows int) *Batch {
	b := NewBatch(fields...)
	for range rows {
		for i := range b.Columns {
			c := &b.Columns[i]
			n := 1
			if c.List {
				n = r.IntN(4)
			}
			if c.Optional && r.IntN(3) == 0 {
				c.AddNull()
				continue
			}
			for range n {
				switch c.Type {
				case Int:
					c.Ints = append(c.Ints, int64(r.Uint64()))
				case Date:
					c.Ints = append(c.Ints, int64(r.IntN(30000)))
				case Float:
					c.Floats = append(c.Floats, r.NormFloat64())
				case Bool:
					c.Bools = append(c.Bools, r.IntN(2) == 0)
				default:
					c.Strings = append(c.Strings, strings.Repeat("가", r.IntN(4))+fmt.Sprint(r.IntN(50)))
				}
			}
			if c.List {
				c.endRow()
			} else {
				c.added()
			}
		}
	}
	b.Rows = rows
	return b
}

// texts returns all values of a column as text.
func texts(c *Column) (list []string) {
	for i := range c.Len() {
		v, ok := c.Text(i)
		list = append(list, fmt.Sprint(ok, v))
	}
	return list
}

func TestParquetReadsBackWhatWasWritten(t *testing.T) {
	fields := allTypes()
	r := rand.New(rand.NewPCG(1, 2))
	path := filepath.Join(t.TempDir(), "x.parquet")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewParquet(out, fields...)
	if err != nil {
		t.Fatal(err)
	}
	want := make([][]string, len(fields))
	for range 9 {
		b := randomBatch(r, fields, 1+r.IntN(30_000))
		for i := range b.Columns {
			want[i] = append(want[i], texts(&b.Columns[i])...)
		}
		if err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), out.Close()); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := f.Columns(); len(got) != len(fields) || got[0] != fields[0].Name || got[7] != fields[7].Name {
		t.Errorf("columns %q", got)
	}
	got := make([][]string, len(fields))
	for last := int64(0); ; {
		b, err := f.ReadColumns(1+r.IntN(20_000), f.Columns()...)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if b.Numbers[0] != last+1 {
			t.Fatalf("row %d comes after %d", b.Numbers[0], last)
		}
		last = b.Numbers[b.Rows-1]
		for i := range b.Columns {
			if b.Columns[i].Type != fields[i].Type || b.Columns[i].Len() != b.Rows {
				t.Fatalf("column %s is %+v with %d rows of %d", fields[i].Name, b.Columns[i].Field, b.Columns[i].Len(), b.Rows)
			}
			got[i] = append(got[i], texts(&b.Columns[i])...)
		}
	}
	for i := range fields {
		if !slices.Equal(got[i], want[i]) {
			t.Errorf("column %s differs", fields[i].Name)
		}
	}
}

type spell struct {
	Title  string `parquet:"title"`
	Months *int32 `parquet:"months,optional"`
}

type person struct {
	Name  string    `parquet:"name"`
	Born  int32     `parquet:"born,date"`
	Seen  time.Time `parquet:"seen,timestamp(millisecond)"`
	Pay   int64     `parquet:"pay,decimal(2:18)"`
	Small uint32    `parquet:"small"`
	Home  *struct { // optional
		Code string `parquet:"code"`
	} `parquet:"home,optional"`
	Careers []spell  `parquet:"careers,list"`
	Tags    []string `parquet:"tags"`
	Deep    []struct{ In []int32 }
}

func TestForeignParquet(t *testing.T) {
	months := int32(7)
	path := filepath.Join(t.TempDir(), "x.parquet")
	rows := []person{
		{Name: "가", Born: 10957, Seen: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC), Pay: -12345, Small: 4_000_000_000,
			Home: &struct {
				Code string `parquet:"code"`
			}{"11"}, Careers: []spell{{"용접", &months}, {"배송", nil}}, Tags: []string{"x", "y"}},
		{Name: "나", Pay: 5},
	}
	if err := parquet.WriteFile(path, rows, parquet.Compression(&parquet.Snappy)); err != nil {
		t.Fatal(err)
	}
	check(t, read(t, path, Options{}), []string{
		`1 name=가 born=2000-01-01 seen=2024-05-06T07:08:09Z pay=-123.45 small=4000000000 home.code=11 careers.title=["용접","배송"] careers.months=[7] tags=["x","y"]`,
		`2 name=나 born=1970-01-01 seen=0001-01-01T00:00:00Z pay=0.05 small=0`,
	})
	r, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	deep := r.Columns()[len(r.Columns())-1]
	if _, err := r.ReadColumns(1, deep); !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), "holds lists of lists") {
		t.Errorf("lists of lists: %v", err)
	}
}

func TestLZ4IsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.parquet")
	if err := parquet.WriteFile(path, []spell{{Title: "a"}}, parquet.Compression(&parquet.Lz4Raw)); err != nil {
		t.Fatal(err)
	}
	if err := readAll(path, Options{}); !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), "compressed with LZ4") {
		t.Errorf("got %v", err)
	}
}

func TestStructsReadBack(t *testing.T) {
	var out bytes.Buffer
	w := NewStructs[spell](&out)
	if err := errors.Join(w.Write([]spell{{Title: "a"}, {Title: "b"}}), w.Close()); err != nil {
		t.Fatal(err)
	}
	check(t, read(t, write(t, "x.parquet", out.Bytes()), Options{}), []string{"1 title=a", "2 title=b"})
}

// TestStringsOutliveTheBatch: what a batch handed out must not change when the
// next one is read.
func TestStringsOutliveTheBatch(t *testing.T) {
	var out bytes.Buffer
	w, err := NewParquet(&out, Field{Name: "s"})
	if err != nil {
		t.Fatal(err)
	}
	b := NewBatch(w.fields...)
	for i := range 10_000 {
		b.Columns[0].AddString(fmt.Sprintf("row %d", i))
	}
	if err := errors.Join(w.Write(b), w.Close()); err != nil {
		t.Fatal(err)
	}
	r, err := Open(write(t, "x.parquet", out.Bytes()), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var kept []string
	for {
		b, err := r.ReadColumns(100, "s")
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, b.Columns[0].Strings...)
	}
	runtime.GC()
	for i, s := range kept {
		if s != fmt.Sprintf("row %d", i) {
			t.Fatalf("row %d became %q", i, s)
		}
	}
}

// a synced file counts its syncs.
type synced struct {
	bytes.Buffer
	syncs int
	at    int
}

func (s *synced) Sync() error { s.syncs++; s.at = s.Len(); return nil }

func TestCloseMakesDurable(t *testing.T) {
	var out synced
	w, err := NewParquet(&out, Field{Name: "s"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if out.syncs != 1 || out.at != out.Len() {
		t.Errorf("%d syncs, the last at %d of %d bytes", out.syncs, out.at, out.Len())
	}
}

// full is a disk with room for some bytes.
type full struct{ room int }

var errFull = errors.New("no space left on device")

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestAFullDiskIsAnError(t *testing.T) {
	for _, room := range []int{0, 1000, 300_000} {
		w, err := NewParquet(&full{room}, Field{Name: "i", Type: Int})
		if err != nil {
			t.Fatal(err)
		}
		b := randomBatch(rand.New(rand.NewPCG(1, 2)), w.fields, maxGroup)
		if err := errors.Join(w.Write(b), w.Close()); !errors.Is(err, errFull) {
			t.Errorf("room for %d bytes: %v", room, err)
		}
	}
}

func TestWriteRefusesAnotherShape(t *testing.T) {
	w, err := NewParquet(io.Discard, Field{Name: "a"}, Field{Name: "b", Type: Int})
	if err != nil {
		t.Fatal(err)
	}
	uneven := NewBatch(w.fields...)
	uneven.Columns[0].AddString("x")
	for name, b := range map[string]*Batch{"too few": NewBatch(Field{Name: "a"}), "other type": NewBatch(w.fields[0], w.fields[0]), "uneven": uneven} {
		if err := w.Write(b); err == nil {
			t.Errorf("%s columns were written", name)
		}
	}
	if _, err := NewParquet(io.Discard, Field{Name: "a"}, Field{Name: "a"}); err == nil {
		t.Error("two columns of one name were taken")
	}
}

// FuzzParquet holds that a damaged file is an error, never a panic.
func FuzzParquet(f *testing.F) {
	whole := sampleParquet(f)
	f.Add(whole, 0, byte(0))
	f.Add(whole, len(whole)/2, byte(0xff))
	f.Add([]byte("PAR1\x00\x00\x00\x00PAR1"), 0, byte(0))
	f.Add(whole, len(whole)-5, byte(0xff)) // a footer of 4 GB
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte, at int, flip byte) {
		if len(content) > 0 {
			content = slices.Clone(content)
			content[uint(at)%uint(len(content))] ^= flip
		}
		path := filepath.Join(dir, "x.parquet")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := readAll(path, Options{}); err != nil && !errors.Is(err, ieum.ErrInvalid) {
			t.Error(err)
		}
	})
}

// TestMemoryDoesNotGrowWithTheFile reads long streams in each format and looks
// at the heap on the way.
func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 60 MB")
	}
	const rows = 200_000
	body := strings.Repeat("용접과 배관을 하는 자리입니다. ", 4)
	dir := t.TempDir()
	makers := map[string]func(io.Writer){
		"x.csv": func(w io.Writer) {
			fmt.Fprintln(w, "a,b")
			for i := range rows {
				fmt.Fprintf(w, "%d,\"%s\n%d\"\n", i, body, i)
			}
		},
		"x.json": func(w io.Writer) {
			fmt.Fprint(w, `{"x":[`)
			for i := range rows {
				fmt.Fprintf(w, `{"a":%d,"b":"%s %d"},`, i, body, i)
			}
			fmt.Fprint(w, `{"a":-1}]}`)
		},
		"x.parquet": func(w io.Writer) {
			p, err := NewParquet(w, Field{Name: "a", Type: Int}, Field{Name: "b"})
			if err != nil {
				t.Fatal(err)
			}
			for i := range rows / 100 {
				b := NewBatch(p.fields...)
				for j := range 100 {
					b.Columns[0].AddInt(int64(i))
					b.Columns[1].AddString(fmt.Sprintf("%s %d", body, i*100+j))
				}
				if err := p.Write(b); err != nil {
					t.Fatal(err)
				}
			}
			if err := p.Close(); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, maker := range makers {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, name)
			out, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			maker(out)
			out.Close()
			o := Options{}
			if name == "x.json" {
				o.Records = "x"
			}
			if most := heapWhileReading(t, path, o); most > 12<<20 {
				t.Errorf("the heap grew by %d MB", most>>20)
			}
		})
	}
}

// heapWhileReading returns by how much what is reachable grew at most.
func heapWhileReading(t *testing.T, path string, o Options) (most int64) {
	live := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := live()
	r, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for n := 1; ; n++ {
		_, err := r.Next()
		if errors.Is(err, io.EOF) {
			return most
		}
		if err != nil {
			t.Fatal(err)
		}
		if n%20_000 == 0 {
			most = max(most, live()-before)
		}
	}
}

// BenchmarkReadColumns reads rows like a posting's: 8 columns of short text,
// 6 of numbers and a body of 300 bytes.
func BenchmarkReadColumns(b *testing.B) {
	var fields []Field
	for i := range 8 {
		fields = append(fields, Field{Name: fmt.Sprint("s", i), Optional: true})
	}
	for i := range 6 {
		fields = append(fields, Field{Name: fmt.Sprint("i", i), Type: Int, Optional: true})
	}
	fields = append(fields, Field{Name: "body"})
	var out bytes.Buffer
	w, err := NewParquet(&out, fields...)
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	const rows = 200_000
	for range rows / 1000 {
		batch := randomBatch(r, fields, 1000)
		for i := range batch.Columns[14].Strings {
			batch.Columns[14].Strings[i] = strings.Repeat("가나다 라마바 ", 14) + fmt.Sprint(r.IntN(1e9))
		}
		if err := w.Write(batch); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	path := write(b, "x.parquet", out.Bytes())
	b.ReportAllocs()
	for b.Loop() {
		f, err := Open(path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		for {
			if _, err := f.ReadColumns(8192, f.Columns()...); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
		f.Close()
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}
