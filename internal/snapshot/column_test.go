package snapshot

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unsafe"
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
		"in steps":             func(int) uint64 { return 25_880_000 + r.Uint64N(9000)*10_000 },
		"in steps, some zero":  func(int) uint64 { return r.Uint64N(2) * (30 + r.Uint64N(5000)*20) },
		"one in 500 else":      func(int) uint64 { return 100 - r.Uint64N(70)*oneIn(r, 500) },
		"one in nine else":     func(int) uint64 { return 1<<16 - 1 - r.Uint64()*oneIn(r, 9) },
		"one in three else":    func(int) uint64 { return r.Uint64N(90) * oneIn(r, 3) },
		"each rarer":           func(int) uint64 { return uint64(bits.TrailingZeros64(r.Uint64())) * 77 },
		"only the last else":   func(i int) uint64 { return uint64(i % blockRows / (blockRows - 1)) },
		"only the first else":  func(i int) uint64 { return uint64(min(1, i%blockRows)) },
		"in long runs":         func(i int) uint64 { return uint64(i/700%3) * 50 },
	}
}

// oneIn is 1 once in n times, else 0.
func oneIn(r *rand.Rand, n uint64) uint64 { return 1 / (1 + r.Uint64N(n)) }

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
		for from := range n {
			if to := min(n, from+1+from%300); from%97 == 0 && !slices.Equal(got.A.AppendTo(nil, from, to), whole.A.Raw[from:to]) {
				t.Errorf("%s of %T: the rows from %d to %d in a run differ", name, T(0), from, to)
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
	for _, n := range []int{0, 1, 63, blockRows, 2*blockRows + 77} {
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
		{"one in a hundred else", 0.4, func(_ int, r *rand.Rand) uint32 { return 7 + uint32(oneIn(r, 100))*r.Uint32N(9) }},                     // entropy 0.11
		{"one in ten else", 1.4, func(_ int, r *rand.Rand) uint32 { return 100 - uint32(oneIn(r, 10))*r.Uint32N(50) }},                         // 1.03
		{"each half as frequent as the one before", 2.7, func(_ int, r *rand.Rand) uint32 { return uint32(bits.TrailingZeros32(r.Uint32())) }}, // 2
		{"pay in steps, of many amounts", 13.2, func(_ int, r *rand.Rand) uint32 { return 25_000_000 + r.Uint32N(8000)*10_000 }},               // 13
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

// Lists are found whatever their lengths: where counting tells, and where not.
func TestListsOfAllLengthsSurvivePacking(t *testing.T) {
	type table struct{ A Lists[uint32] }
	for name, length := range map[string]func(i int, r *rand.Rand) int{
		"all empty":       func(int, *rand.Rand) int { return 0 },
		"all of two":      func(int, *rand.Rand) int { return 2 },
		"one in thirty":   func(_ int, r *rand.Rand) int { return int(oneIn(r, 30)) },
		"three or none":   func(_ int, r *rand.Rand) int { return 3 * int(oneIn(r, 12)) },
		"some of several": func(_ int, r *rand.Rand) int { return r.IntN(4) * int(oneIn(r, 9)) },
		"uneven":          func(i int, r *rand.Rand) int { return r.IntN(1 + i%blockRows/50) },
		"only the last":   func(i int, _ *rand.Rand) int { return i / (2*blockRows + 76) },
	} {
		for _, n := range []int{0, 1, stride + 1, blockRows, 2*blockRows + 77} {
			r := rand.New(rand.NewPCG(3, uint64(n)))
			var whole, got table
			for i := range n {
				list := make([]uint32, length(i, r))
				for k := range list {
					list[k] = r.Uint32()
				}
				whole.A.Add(list...)
			}
			path := filepath.Join(t.TempDir(), "table")
			if err := WriteTable(path, &whole); err != nil {
				t.Fatal(err)
			}
			m, err := OpenTable(path, &got)
			if err != nil {
				t.Fatal(err)
			}
			if err := checkTable("table", &got, n); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			for i := range n {
				if a, b := got.A.At(i, nil), whole.A.At(i, nil); !slices.Equal(a, b) {
					t.Fatalf("%s of %d: list %d is %v, want %v", name, n, i, a, b)
				}
			}
			m.Close()
		}
	}
}

// Whatever stands in a file, a column of it is refused or can be read: nothing
// outside is touched.
func FuzzHostileColumns(f *testing.F) {
	type table struct {
		A Column[uint64]
		B Column[uint8]
	}
	f.Add(uint64(1), uint8(20), false)
	f.Add(uint64(2), uint8(1), true)
	f.Fuzz(func(t *testing.T, seed uint64, times uint8, blocks bool) {
		r := rand.New(rand.NewPCG(seed, 9))
		var whole table
		for i := range blockRows + 500 {
			whole.A.Add(uint64(i) << 20 * oneIn(r, 1+seed%40))
			whole.B.Add(uint8(bits.TrailingZeros64(r.Uint64())))
		}
		path := filepath.Join(t.TempDir(), "table")
		if err := WriteTable(path, &whole); err != nil {
			t.Fatal(err)
		}
		harm(t, path, r, int(times), blocks)
		var got table
		m, err := OpenTable(path, &got)
		if err != nil {
			return
		}
		defer m.Close()
		got.A.AppendTo(nil, 0, got.A.Len())
		got.B.AppendTo(nil, 0, got.B.Len())
		for range 500 {
			got.A.At(r.IntN(got.A.Len()))
			got.B.At(r.IntN(got.B.Len()))
		}
	})
}

// Each byte of a small file's column, and of what says how it is packed, may be
// any: it is refused or read, and nothing after the file's end is.
func TestHostileColumns(t *testing.T) {
	type table struct{ A Column[uint8] }
	for name, f := range map[string]func(i int) uint8{
		"rare by groups": func(i int) uint8 { return uint8(i % 12 / 11 * (1 + i%60)) },
		"rare by rows":   func(i int) uint8 { return uint8(i * 7 % 13 / 9 * (1 + i%50)) },
		"words":          func(i int) uint8 { return uint8(1 << (i % 5)) },
	} {
		var whole table
		for i := range blockRows {
			whole.A.Add(f(i))
		}
		path := filepath.Join(t.TempDir(), "table")
		if err := WriteTable(path, &whole); err != nil {
			t.Fatal(err)
		}
		m, err := mapFile(path)
		if err != nil {
			t.Fatal(err)
		}
		good, list := slices.Clone(m.data), int(m.dir["A"].Start)
		if name[0] == 'r' && m.dir["A"].Blocks < 2 {
			t.Errorf("%s: it is packed otherwise", name)
		}
		size := m.dir["A"].Blocks * int(unsafe.Sizeof(block{}))
		m.Close()
		read := func(what string, b []byte) {
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("%s, %s: %v", name, what, r)
				}
			}()
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			var got table
			m, err := OpenTable(path, &got)
			if err != nil {
				return
			}
			defer m.Close()
			got.A.AppendTo(nil, 0, got.A.Len())
			for i := range got.A.Len() {
				got.A.At(i)
			}
		}
		b := slices.Clone(good)
		for i := len(magic); i < list; i++ {
			b[i] = 0xFF
		}
		read("all ones", b)
		for i := list; i < list+size; i++ {
			for _, v := range []byte{0, 1, 4, 6, 0x0F, 0xFF} {
				b := slices.Clone(good)
				b[i] = v
				read(fmt.Sprintf("byte %d is %d", i-list, v), b)
			}
		}
	}
}

// harm changes bytes of a table's columns, or of the lists of their blocks.
func harm(t *testing.T, path string, r *rand.Rand, times int, blocks bool) {
	t.Helper()
	m, err := mapFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b, end := slices.Clone(m.data), 0
	for _, c := range m.dir {
		if end = max(end, int(c.Start)); blocks {
			for range times {
				b[int(c.Start)+r.IntN(c.Blocks*int(unsafe.Sizeof(block{})))] = byte(r.Uint32())
			}
		}
	}
	for range times {
		b[len(magic)+r.IntN(end-len(magic))] = byte(r.Uint32())
	}
	m.Close()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Ways of packing, by what they ask for.
func BenchmarkAt(b *testing.B) {
	const n = 1 << 20
	r := rand.New(rand.NewPCG(7, 8))
	type table struct{ A Column[uint16] }
	read := func(name string, c *Column[uint16]) {
		b.Run(name, func(b *testing.B) {
			var sum int
			for i := range b.N {
				sum += int(c.At(i * 7919 & (n - 1)))
			}
			_ = sum
		})
		b.Run(name+"/in a run", func(b *testing.B) {
			var buf []uint16
			for i := 0; i < b.N; i += 1000 {
				buf = c.AppendTo(buf[:0], i*7919&(n-1)/2, i*7919&(n-1)/2+1000)
			}
		})
	}
	for _, tt := range []struct {
		name string
		f    func(i int) uint16
	}{
		{"packed", func(i int) uint16 { return uint16(i * 2654435761 % 250) }},
		{"few and far apart", func(int) uint16 { return uint16(r.IntN(5) * 4099) }},
		{"one in a hundred else", func(int) uint16 { return uint16(oneIn(r, 100)) * 3 }},
		{"one in ten else", func(int) uint16 { return uint16(oneIn(r, 10)) * uint16(r.IntN(50)) }},
		{"each half as frequent", func(int) uint16 { return uint16(bits.TrailingZeros64(r.Uint64())) }},
	} {
		var whole, got table
		for i := range n {
			whole.A.Add(tt.f(i))
		}
		path := filepath.Join(b.TempDir(), "table")
		if err := WriteTable(path, &whole); err != nil {
			b.Fatal(err)
		}
		m, err := OpenTable(path, &got)
		if err != nil {
			b.Fatal(err)
		}
		if tt.name == "packed" {
			read("raw", &whole.A)
		}
		read(tt.name, &got.A)
		m.Close()
	}
}
