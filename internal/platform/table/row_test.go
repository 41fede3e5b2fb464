package table

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"reflect"
	"testing"
)

// rowFields have every sort of column.
var rowFields = []Field{
	{Name: "s", Type: String, Optional: true}, {Name: "i", Type: Int, Optional: true}, {Name: "f", Type: Float, Optional: true}, {Name: "b", Type: Bool, Optional: true},
	{Name: "d", Type: Date, Optional: true}, {Name: "ss", Type: String, List: true}, {Name: "is", Type: Int, List: true}, {Name: "must", Type: String}, {Name: "x", Type: Bytes},
}

func rowBatch() *Batch {
	b := NewBatch(rowFields...)
	for i := range 3 {
		c := b.Columns
		if i == 1 {
			for j := range 5 {
				c[j].AddNull()
			}
			c[5].AddStrings()
			c[6].AddInts()
		} else {
			c[0].AddString(fmt.Sprint("가상 ", i))
			c[1].AddInt([]int64{math.MinInt64, 0, math.MaxInt64}[i])
			c[2].AddFloat([]float64{math.Inf(-1), 0, 0.1}[i])
			c[3].AddBool(i == 0)
			c[4].AddInt(-int64(i))
			c[5].AddStrings("", "둘", "셋")
			c[6].AddInts(-1, 1<<40, int64(i))
		}
		c[7].AddString("")
		c[8].AddString("\xff\x00")
		b.Rows++
	}
	return b
}

// pointers are all columns of a batch, but those passed over.
func pointers(b *Batch, over ...int) (to []*Column) {
	for i := range b.Columns {
		to = append(to, &b.Columns[i])
	}
	for _, i := range over {
		to[i] = nil
	}
	return to
}

// Rows written by themselves are the batch again, whatever values they have or
// lack, and with columns passed over the others of it.
func TestRowsByThemselves(t *testing.T) {
	b := rowBatch()
	for _, over := range [][]int{nil, {0, 5}, {1, 2, 3, 4, 6, 7, 8}} {
		got := NewBatch(rowFields...)
		to := pointers(got, over...)
		for i := range b.Rows {
			if err := AddRow(to, rowFields, string(AppendRow(nil, b.Columns, i))); err != nil {
				t.Fatal(err)
			}
		}
		for i, c := range to {
			if c != nil && !reflect.DeepEqual(*c, b.Columns[i]) {
				t.Errorf("column %s is %+v, want %+v", c.Name, *c, b.Columns[i])
			}
		}
	}
}

// A row that was cut, or has something behind it, is an error.
func TestRowsOfOthers(t *testing.T) {
	row := string(AppendRow(nil, rowBatch().Columns, 0))
	for n := range row {
		if err := AddRow(pointers(NewBatch(rowFields...)), rowFields, row[:n]); err == nil {
			t.Errorf("cut to %d bytes it is read", n)
		}
	}
	if err := AddRow(pointers(NewBatch(rowFields...)), rowFields, row+"x"); err == nil {
		t.Error("with a byte behind it, it is read")
	}
}

// FuzzAddRow holds that no bytes break the reader or make it take more memory than
// they are worth, and that what it reads is a row.
func FuzzAddRow(f *testing.F) {
	b := rowBatch()
	for i := range b.Rows {
		f.Add(string(AppendRow(nil, b.Columns, i)))
	}
	f.Add("")
	f.Add("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")
	f.Fuzz(func(t *testing.T, row string) {
		got := NewBatch(rowFields...)
		if AddRow(pointers(got), rowFields, row) != nil {
			return
		}
		again, text := NewBatch(rowFields...), AppendRow(nil, got.Columns, 0)
		if err := AddRow(pointers(again), rowFields, string(text)); err != nil {
			t.Fatalf("%q was read and written as %q, which is not: %v", row, text, err)
		}
		if string(AppendRow(nil, again.Columns, 0)) != string(text) {
			t.Errorf("%q is read as another row each time", row)
		}
	})
}

// Bytes and notes come back from a Parquet file as they were written.
func TestBytesAndNotes(t *testing.T) {
	b := NewBatch(Field{Name: "x", Type: Bytes})
	for i := range 3000 {
		b.Columns[0].AddString(string([]byte{0xff, byte(i), 0, byte(i >> 8)}[:i%5%4+1]))
		b.Rows++
	}
	path := t.TempDir() + "/x.parquet"
	writeParquet(t, path, b, "ieum.test", "가상")
	r, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.Note("ieum.test") != "가상" || r.Note("other") != "" {
		t.Errorf("the notes are %q and %q", r.Note("ieum.test"), r.Note("other"))
	}
	var got []string
	for {
		b, err := r.ReadColumns(4000, "x")
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, b.Columns[0].Strings...)
	}
	if !reflect.DeepEqual(got, b.Columns[0].Strings) {
		t.Errorf("%d rows come back", len(got))
	}
}

func writeParquet(t *testing.T, path string, b *Batch, name, note string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := NewParquet(f, b.Columns[0].Field)
	if err != nil {
		t.Fatal(err)
	}
	w.Note(name, note)
	if err := errors.Join(w.Write(b), w.Close()); err != nil {
		t.Fatal(err)
	}
}
