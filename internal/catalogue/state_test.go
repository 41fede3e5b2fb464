package catalogue

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ieum"
)

// A model of a state does with a map what turnover does with sorted files.
type model struct {
	entries                 map[uint64]entry
	kept, unchanged, closed int64
	repeated                int
}

func (m *model) deliver(number uint32, parts []feed, arrivals []arrival, today ieum.Day) {
	came := map[uint64]bool{}
	had := maps.Clone(m.entries)
	holder := map[uint64]arrival{}
	for _, a := range arrivals {
		came[a.key] = true
		before, claimed := holder[a.key]
		switch {
		case a.fate == unfit:
			continue
		case claimed && before.hash == a.hash:
			m.unchanged++
			continue
		case claimed && parts[a.part].full:
			m.repeated++
			continue
		case claimed && before.fate == kept:
			m.kept--
			m.unchanged++
		}
		holder[a.key] = a
		if a.fate == same {
			m.unchanged++
			m.entries[a.key] = had[a.key]
			continue
		}
		m.kept++
		m.entries[a.key] = entry{key: a.key, hash: a.hash, delivery: number, place: a.place, part: parts[a.part].id}
	}
	for key, e := range m.entries {
		for _, p := range parts {
			if !came[key] && e.closed == 0 && p.id == e.part && p.full && p.close {
				e.closed = today
				m.entries[key] = e
				m.closed++
			}
		}
	}
}

// Deliveries drawn at random, sorted in runs of a few, give the same state as a
// map does.
func TestTurnoverIsAMap(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for round := range 60 {
		dir := t.TempDir()
		parts := []feed{{1, r.IntN(2) == 0, r.IntN(4) > 0}, {2, r.IntN(2) == 0, true}}
		m := &model{entries: map[uint64]entry{}}
		var sum turnover
		path := filepath.Join(dir, "0.keys")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		for number := uint32(1); number <= 6; number++ {
			k, err := openKeys(path)
			if err != nil {
				t.Fatal(err)
			}
			s := newSorter(dir)
			s.most, s.fan = 8+r.IntN(60), 2+r.IntN(3)
			var arrivals []arrival
			for i := range r.IntN(120) {
				a := arrival{key: uint64(r.IntN(60)) << 58, hash: uint64(r.IntN(3)), row: uint32(i), place: uint32(i), part: uint8(r.IntN(2))}
				a.file = uint16(a.part)
				if e, ok := k.find(a.key); ok && e.hash == a.hash && e.closed == 0 {
					a.fate = same
				} else if r.IntN(6) == 0 {
					a.fate = unfit
				}
				arrivals = append(arrivals, a)
				if err := s.add(a); err != nil {
					t.Fatal(err)
				}
			}
			slices.SortStableFunc(arrivals, func(a, b arrival) int { return int(a.file) - int(b.file) }) // as files come
			m.deliver(number, parts, arrivals, ieum.Day(number))
			next, err := s.sorted()
			if err != nil {
				t.Fatal(err)
			}
			repeated := 0
			turn := turnover{delivery: number, parts: parts, today: ieum.Day(number), repeated: func(*arrival) error { repeated++; return nil }}
			var out bytes.Buffer
			if _, err := turn.run(k, next, &out); err != nil {
				t.Fatal(err)
			}
			sum.kept, sum.unchanged, sum.closed = sum.kept+turn.kept, sum.unchanged+turn.unchanged, sum.closed+turn.closed
			m.repeated -= repeated
			path = filepath.Join(dir, fmt.Sprint(number, ".keys"))
			if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := k.close(); err != nil {
				t.Fatal(err)
			}
			s.close()
			compareState(t, path, m)
		}
		if m.repeated != 0 || m.kept != sum.kept || m.unchanged != sum.unchanged || m.closed != sum.closed {
			t.Fatalf("round %d: kept %d, unchanged %d, closed %d; the map says %d, %d, %d and %d repeated more", round,
				sum.kept, sum.unchanged, sum.closed, m.kept, m.unchanged, m.closed, m.repeated)
		}
	}
}

// However many rows a delivery has, a sorter holds a few of them and a few runs.
func TestSorterHoldsAFewRuns(t *testing.T) {
	s := newSorter(t.TempDir())
	defer s.close()
	s.most, s.fan = 10, 3
	const rows = 1001
	for i := range rows {
		if err := s.add(arrival{key: uint64(i) * 7919 % rows, row: uint32(i)}); err != nil {
			t.Fatal(err)
		}
		if len(s.runs) > s.fan || len(s.held) > s.most {
			t.Fatalf("after %d rows %d runs and %d rows are held", i+1, len(s.runs), len(s.held))
		}
	}
	next, err := s.sorted()
	if err != nil {
		t.Fatal(err)
	}
	for want := uint64(0); ; want++ {
		a, err := next()
		if err != nil {
			t.Fatal(err)
		}
		if a == nil && want == rows {
			return
		}
		if a == nil || a.key != want {
			t.Fatalf("%v comes after %d", a, want)
		}
	}
}

// What was read of a text is remembered while it is used, and no more than a
// mapper has room for.
func TestMemoForgets(t *testing.T) {
	var m memo[int]
	read := 0
	ask := func(text string) int { return m.get(text, func(s string) int { read++; return len(s) }) }
	for i := range 200_000 {
		if ask("often") != 5 || ask(fmt.Sprintf("text %d", i)) == 0 {
			t.Fatal("a text was read as another")
		}
	}
	if most := 2 * (memoBytes/memoEntry + 1); len(m.now)+len(m.before) > most {
		t.Errorf("%d texts are remembered", len(m.now)+len(m.before))
	}
	if read != 200_001 {
		t.Errorf("%d texts were read: the one that is used again and again should be read once", read)
	}
}

func compareState(t *testing.T, path string, m *model) {
	t.Helper()
	k, err := openKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	defer k.close()
	if k.n != len(m.entries) {
		t.Fatalf("%d entries, want %d", k.n, len(m.entries))
	}
	for i := range k.n {
		e := k.at(i)
		if e != m.entries[e.key] {
			t.Fatalf("entry %+v, want %+v", e, m.entries[e.key])
		}
		if i > 0 && k.keyAt(i-1) >= e.key {
			t.Fatal("entries are not in order of keys")
		}
	}
}

func TestKeysFind(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, n := range []int{0, 1, 2, 100, 5000} {
		for _, spread := range []uint64{1 << 63, 1 << 20} { // even, and all at one end
			var list []uint64
			for range n {
				list = append(list, r.Uint64N(spread)*2)
			}
			slices.Sort(list)
			list = slices.Compact(list)
			b := make([]byte, len(list)*entrySize)
			for i, key := range list {
				(&entry{key: key, place: uint32(i)}).put(b[i*entrySize:])
			}
			k := &keys{b, len(list)}
			for i, key := range list {
				if e, ok := k.find(key); !ok || e.place != uint32(i) {
					t.Fatalf("key %d of %d is not found", i, n)
				}
				if _, ok := k.find(key + 1); ok {
					t.Fatal("a key is found that is not there")
				}
			}
		}
	}
}

func FuzzParseSpells(f *testing.F) {
	for _, s := range []string{
		`[{"title":"용접원","start":"2019-03","pay":32000000}]`, `{"title":"a"}`, `[]`, `[{"title":"a\"b"},{}]`, `[{"title":null,"x":[1]}]`, `[`, `["a"]`, ``,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out, ok := parseSpells(s, nil)
		if !ok && len(out) > 0 {
			t.Fatalf("%q is not read but gives %v", s, out)
		}
		for _, sp := range out {
			if m := month(sp.start); m < 0 || m > 65535 {
				t.Fatalf("%q gives month %d", sp.start, m)
			}
		}
	})
}

func TestMonth(t *testing.T) {
	for text, want := range map[string]int64{
		"2019-03": 590, "2019.3": 590, "201903": 590, "2019/3": 590, "20190315": 590, "2019-03-15": 590, "2019.3.1": 590, "1970-01": 0,
		"": 65535, "2019": 65535, "2019-13": 65535, "현재": 65535, "1969-12": 65535,
	} {
		if got := month(text); got != want {
			t.Errorf("month(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestDueDay(t *testing.T) {
	for _, tt := range []struct {
		cycle, last string
		due         int
		want        string
	}{
		{"daily", "2026-03-02", 1, "2026-03-03"},
		{"weekly", "2026-03-04", 2, "2026-03-10"}, // a Wednesday; the week ends on the 8th
		{"weekly", "2026-03-08", 2, "2026-03-10"},
		{"monthly", "2026-02-10", 5, "2026-03-05"},
		{"monthly", "2026-12-31", 0, "2026-12-31"},
		{"yearly", "2026-02-10", 31, "2027-01-31"},
		{"once", "2026-02-10", 5, ""},
	} {
		last, _ := ieum.ParseDay(tt.last)
		if got := dueDay(tt.cycle, last, tt.due); got.String() != tt.want {
			t.Errorf("%s, %s and %d days: due %s, want %s", tt.cycle, tt.last, tt.due, got, tt.want)
		}
	}
}
