package snapshot

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// kindsOfNumbers are columns that each ask for another way of packing.
func kindsOfNumbers(r *rand.Rand, n int) map[string]func(i int) uint64 {
	steps := make([]uint64, n)
	for i := range steps[1:] {
		steps[i+1] = steps[i] + r.Uint64N(9)
	}
	return map[string]func(i int) uint64{
		"all alike":            func(int) uint64 { return 7 },
		"all zero":             func(int) uint64 { return 0 },
		"all unset":            func(int) uint64 { return 1<<64 - 1 },
		"a narrow range":       func(int) uint64 { return 20_000 + r.Uint64N(1000) },
		"a range, some zero":   func(int) uint64 { return (30_000 + r.Uint64N(1000)) * r.Uint64N(2) },
		"a range, some unset":  func(int) uint64 { return []uint64{r.Uint64N(100), 1<<64 - 1}[r.IntN(2)] },
		"zero, unset and else": func(int) uint64 { return []uint64{0, 5, 1<<64 - 1}[r.IntN(3)] },
		"few and far apart":    func(int) uint64 { return []uint64{3, 1 << 20, 1 << 31, 1 << 60}[r.IntN(4)] },
		"anything":             func(int) uint64 { return r.Uint64() },
		"rising":               func(i int) uint64 { return steps[i] },
		"changing by block":    func(i int) uint64 { return uint64(i/blockRows) << 40 },
	}
}

func numbersSurvive[T Number](t *testing.T, n, chunk int) {
	type table struct{ A Column[T] }
	for name, f := range kindsOfNumbers(rand.New(rand.NewPCG(1, uint64(n))), max(n, 1)) {
		var whole table
		path := filepath.Join(t.TempDir(), "table")
		w, err := NewTableWriter(path, &whole)
		if err != nil {
			t.Fatal(err)
		}
		for from := 0; from < n; from += chunk {
			var part table
			for i := from; i < min(n, from+chunk); i++ {
				part.A.Add(T(f(i)))
			}
			whole.A.Add(part.A.Raw...)
			if err := w.Add(&part); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		var got table
		m, err := OpenTable(path, &got)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Verify(); err != nil {
			t.Error(err)
		}
		if got.A.Len() != n {
			t.Errorf("%s: %d rows, want %d", name, got.A.Len(), n)
		}
		for i, want := range whole.A.Raw {
			if v := got.A.At(i); v != want {
				t.Errorf("%s of %T: row %d is %d, want %d", name, want, i, v, want)
				break
			}
		}
		if all := got.A.AppendTo(nil, 0, n); n > 0 && !reflect.DeepEqual(all, whole.A.Raw) {
			t.Errorf("%s of %T: the rows in a run differ", name, T(0))
		}
		m.Close()
	}
}

func TestNumbersSurvivePacking(t *testing.T) {
	for _, n := range []int{0, 1, blockRows, 2*blockRows + 77} {
		numbersSurvive[uint8](t, n, 1000)
		numbersSurvive[uint16](t, n, 4096)
		numbersSurvive[uint32](t, n, 1<<20)
		numbersSurvive[int32](t, n, 333)
		numbersSurvive[uint64](t, n, 5000)
	}
}

func FuzzNumbersSurvivePacking(f *testing.F) {
	f.Add([]byte{1, 2, 3, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		type table struct{ A Column[uint64] }
		var whole table
		for len(b) >= 2 {
			v := uint64(b[0]) << (b[1] % 64)
			if b[1] > 200 {
				v = ^v
			}
			whole.A.Add(v)
			b = b[2:]
		}
		path := filepath.Join(t.TempDir(), "table")
		if err := WriteTable(path, &whole); err != nil {
			t.Fatal(err)
		}
		var got table
		m, err := OpenTable(path, &got)
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		for i, want := range whole.A.Raw {
			if v := got.A.At(i); v != want {
				t.Fatalf("row %d is %d, want %d", i, v, want)
			}
		}
	})
}

func TestListsAndTextsSurvivePacking(t *testing.T) {
	type table struct {
		Lists Lists[uint16]
		Texts Strings
		Plain []uint32
	}
	r := rand.New(rand.NewPCG(2, 3))
	var whole table
	path := filepath.Join(t.TempDir(), "table")
	w, err := NewTableWriter(path, &whole)
	if err != nil {
		t.Fatal(err)
	}
	const n = 2*blockRows + 300
	for range 5 {
		var part table
		for i := range n / 5 {
			var list []uint16
			for range r.IntN(5) * r.IntN(4) {
				list = append(list, uint16(r.IntN(900)))
			}
			text := strings.Repeat(fmt.Sprint("본문", r.IntN(1000), " "), r.IntN(4)*r.IntN(4)*r.IntN(60))
			if i == 17 {
				text = strings.Repeat("긴 ", 3*textBytes)
			}
			for _, p := range []*table{&part, &whole} {
				p.Lists.Add(list...)
				p.Texts.Add(text)
				p.Plain = append(p.Plain, uint32(i))
			}
		}
		if err := w.Add(&part); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var got table
	m, err := OpenTable(path, &got)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := checkTable("table", &got, whole.Texts.Len()); err != nil {
		t.Error(err)
	}
	if !reflect.DeepEqual(got.Plain, whole.Plain) {
		t.Error("a plain slice changed")
	}
	buf := make([]uint16, 0, 64)
	for i := range whole.Texts.Len() {
		if a, b := got.Lists.At(i, buf), whole.Lists.At(i, nil); fmt.Sprint(a) != fmt.Sprint(b) || got.Lists.Count(i) != len(b) {
			t.Fatalf("list %d is %v, want %v", i, a, b)
		}
	}
	for _, i := range []int{0, 1, 17, 255, 256, 1000, whole.Texts.Len() - 1} {
		if a, b := got.Texts.At(i), whole.Texts.At(i); a != b {
			t.Fatalf("text %d is %.40q, want %.40q", i, a, b)
		}
	}
	row := 100
	got.Texts.Range(100, 900, func(i int, b []byte) bool {
		if i != row || string(b) != whole.Texts.At(i) {
			t.Fatalf("row %d came as %d, %.40q", row, i, b)
		}
		row++
		return true
	})
	if row != 900 {
		t.Errorf("the texts end at %d", row)
	}
}

// A column takes few more bits than its numbers need.
func TestPackingIsTight(t *testing.T) {
	for _, tt := range []struct {
		name string
		bits float64 // a row, at most
		f    func(i int, r *rand.Rand) uint32
	}{
		{"all alike", 0.1, func(int, *rand.Rand) uint32 { return 20261121 }},
		{"yes or no", 1.1, func(_ int, r *rand.Rand) uint32 { return r.Uint32N(2) }},
		{"a day of three years, or none", 11.2, func(_ int, r *rand.Rand) uint32 { return (20_000 + r.Uint32N(1095)) * min(1, r.Uint32N(5)) }},
		{"pay in millions", 6.8, func(_ int, r *rand.Rand) uint32 { return (20 + r.Uint32N(60)) * 1_000_000 }},
	} {
		type table struct{ A Column[uint32] }
		var whole table
		r := rand.New(rand.NewPCG(5, 6))
		for i := range 10 * blockRows {
			whole.A.Add(tt.f(i, r))
		}
		path := filepath.Join(t.TempDir(), "table")
		if err := WriteTable(path, &whole); err != nil {
			t.Fatal(err)
		}
		m, err := OpenTable(path, &table{})
		if err != nil {
			t.Fatal(err)
		}
		if bits := float64(m.dir["A"].Bytes) * 8 / (10 * blockRows); bits > tt.bits {
			t.Errorf("%s takes %.2f bits a row, want %.2f at most", tt.name, bits, tt.bits)
		}
		m.Close()
	}
}

func BenchmarkAt(b *testing.B) {
	type table struct{ A Column[uint16] }
	var whole, got table
	for i := range 1 << 20 {
		whole.A.Add(uint16(i * 2654435761 % 250))
	}
	path := filepath.Join(b.TempDir(), "table")
	if err := WriteTable(path, &whole); err != nil {
		b.Fatal(err)
	}
	m, err := OpenTable(path, &got)
	if err != nil {
		b.Fatal(err)
	}
	defer m.Close()
	for _, c := range []struct {
		name string
		of   *Column[uint16]
	}{{"raw", &whole.A}, {"packed", &got.A}} {
		b.Run(c.name, func(b *testing.B) {
			var sum int
			for i := range b.N {
				sum += int(c.of.At(i * 7919 & (1<<20 - 1)))
			}
			_ = sum
		})
	}
}
