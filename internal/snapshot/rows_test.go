package snapshot

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

type mixed struct {
	Code  Column[uint16]
	Day   Column[int32]
	ID    Column[uint64]
	Lists Lists[uint16]
	Texts Strings
}

// mixedRows makes rows of every sort of column, more than an extent of some.
func mixedRows(n int) *mixed {
	r := rand.New(rand.NewPCG(7, 8))
	t := &mixed{}
	for i := range n {
		t.Code.Add(uint16(r.Uint32N(400)))
		t.Day.Add(int32(r.IntN(3)) - 1)
		t.ID.Add(r.Uint64())
		t.Lists.Add([]uint16{1, uint16(i), 3, 4, 5, 6, 7}[:r.IntN(8)]...)
		t.Texts.Add(strings.Repeat(fmt.Sprint(r.Uint64()), r.IntN(4)))
	}
	return t
}

// part copies rows of a table.
func (t *mixed) part(from, to int) *mixed {
	out := &mixed{}
	ReadRows(AppendRows(nil, t, from, to), out, to-from)
	return out
}

func TestTheSameRowsGiveTheSameFileInAnyGroups(t *testing.T) {
	const n = 100_000
	whole, dir := mixedRows(n), t.TempDir()
	write := func(name string, group func() int) []byte {
		w, err := NewTableWriter(filepath.Join(dir, name), &mixed{})
		if err != nil {
			t.Fatal(err)
		}
		for from := 0; from < n; {
			to := min(n, from+group())
			if err := w.Add(whole.part(from, to)); err != nil {
				t.Fatal(err)
			}
			from = to
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	r := rand.New(rand.NewPCG(9, 9))
	want := write("whole", func() int { return n })
	for i := range 3 {
		if !bytes.Equal(write(fmt.Sprint(i), func() int { return 1 + r.IntN(9000) }), want) {
			t.Error("the groups show in the file")
		}
	}
}

func TestRowsPutAsideComeBack(t *testing.T) {
	whole := mixedRows(1000)
	got := &mixed{}
	for from := 0; from < 1000; from += 250 {
		ReadRows(AppendRows([]byte("before"), whole, from, from+250)[len("before"):], got, 250)
	}
	if !reflect.DeepEqual(got, whole) {
		t.Error("rows changed while they were put aside")
	}
	if b := AppendRows(nil, whole, 5, 5); len(b) != 0 {
		t.Errorf("no rows take %d bytes", len(b))
	}
}
