package catalogue

import (
	"slices"
	"strings"
	"sync"

	"ieum"
	"ieum/defs"
	"ieum/internal/catalogue/master"
	"ieum/internal/platform/table"
	"ieum/internal/snapshot"
)

// finder turns the codes and words of the lake into positions in the Dict. It
// only reads, so workers share it.
type finder struct {
	set  *defs.Set
	dict snapshot.Dict
	at   map[string]map[string]uint16 // code list → code → position
}

func newFinder(set *defs.Set) *finder {
	f := &finder{set: set, dict: newDict(set)}
	f.at = map[string]map[string]uint16{}
	for list, codes := range map[string][]string{
		"keco2025": f.dict.Occupations, "regions": f.dict.Regions, "industries": f.dict.Industries,
		"education": f.dict.Education, "employment": f.dict.Employment, "sex": f.dict.Sex, "vulnerable-groups": f.dict.Vulnerable,
		"competencies": f.dict.Skills, "certificates": f.dict.Certificates, "majors": f.dict.Majors,
		"kinds": f.dict.Kinds, "sources": f.dict.Sources,
	} {
		m := make(map[string]uint16, len(codes))
		for i, c := range codes[1:] {
			m[c] = uint16(i + 1)
		}
		f.at[list] = m
	}
	return f
}

// simulated is the flag of the rows of a source.
func (f *finder) simulated(source ieum.SourceID) uint8 {
	if s := f.set.Sources[source]; s != nil && s.Simulated {
		return snapshot.Simulated
	}
	return 0
}

// A worker turns a part of each batch into rows of a build. What it has looked
// up it remembers.
type worker struct {
	*finder
	codes  *numbers
	prints *master.Reader
	names  map[string][]string          // employer as written → its normal forms
	words  map[string]map[string]uint16 // code list → words → position
	rest   []byte
}

func newWorker(f *finder, codes *numbers) *worker {
	return &worker{finder: f, codes: codes, prints: master.NewReader(), names: map[string][]string{}, words: map[string]map[string]uint16{}}
}

// remembered is the number of words beyond which a worker forgets them all.
const remembered = 200_000

// namesOf returns the normal forms of an employer's names.
func (w *worker) namesOf(company string) []string {
	if company == "" {
		return nil
	}
	names, ok := w.names[company]
	if !ok {
		if len(w.names) > remembered {
			clear(w.names)
		}
		names = master.ParseName(company).All()
		w.names[strings.Clone(company)] = names // without the batch it stands in
	}
	return names
}

// named returns the position of what words name in a code list, or 0.
func (w *worker) named(list, words string) uint16 {
	known := w.words[list]
	if known == nil {
		known = map[string]uint16{}
		w.words[list] = known
	}
	at, ok := known[words]
	if !ok {
		if len(known) > remembered {
			clear(known)
		}
		if l := w.set.Codes[list]; l != nil {
			if code, ok := l.Lookup(words); ok {
				at = w.at[list][code]
			}
		}
		known[strings.Clone(words)] = at
	}
	return at
}

// columns are those of a batch by name, for reading single rows.
type columns map[string]*table.Column

func columnsOf(r *Rows, names []string) columns {
	c := make(columns, len(names))
	for _, n := range names {
		c[n] = r.Column(n)
	}
	return c
}

func (c columns) text(name string, row int) string {
	if col := c[name]; !col.IsNull(row) {
		return col.Strings[row]
	}
	return ""
}

// number returns 0 where there is none.
func (c columns) number(name string, row int) int64 {
	if col := c[name]; !col.IsNull(row) {
		return col.Ints[row]
	}
	return 0
}

func (c columns) has(name string, row int) bool { return !c[name].IsNull(row) }

func (c columns) truth(name string, row int) (value, known bool) {
	if col := c[name]; !col.IsNull(row) {
		return col.Bools[row], true
	}
	return false, false
}

func (c columns) texts(name string, row int) []string {
	col := c[name]
	return col.Strings[col.Off[row]:col.Off[row+1]]
}

func (c columns) list(name string, row int) []int64 {
	col := c[name]
	return col.Ints[col.Off[row]:col.Off[row+1]]
}

// months returns a number of months, snapshot.Unset where none is stated.
func (c columns) months(name string, row int) uint16 {
	if !c.has(name, row) {
		return snapshot.Unset
	}
	return uint16(clamp(c.number(name, row), snapshot.Unset-1))
}

func (c columns) won(name string, row int) uint32 {
	return uint32(clamp(c.number(name, row), 1<<32-1))
}

func clamp(v, most int64) int64 { return min(max(v, 0), most) }

// code returns the position of a coded field.
func (c columns) code(f *finder, name, list string, row int) uint16 {
	return f.at[list][c.text(name, row)]
}

// codes appends the positions of a list of codes, each once.
func (c columns) codes(to []uint16, f *finder, name, list string, row int) []uint16 {
	for _, code := range c.texts(name, row) {
		to = once(to, f.at[list][code])
	}
	return to
}

// named appends the positions of what a list of words names, each once.
func (c columns) named(to []uint16, w *worker, name, list string, row int) []uint16 {
	for _, words := range c.texts(name, row) {
		to = once(to, w.named(list, words))
	}
	return to
}

func once(list []uint16, v uint16) []uint16 {
	if v == 0 || slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}

// inParts cuts rows into one part a worker and runs f on all at once.
func inParts(rows int, workers []*worker, f func(part int, w *worker, from, to int)) {
	var wg sync.WaitGroup
	n := len(workers)
	for i, w := range workers {
		from, to := rows*i/n, rows*(i+1)/n
		wg.Go(func() { f(i, w, from, to) })
	}
	wg.Wait()
}
