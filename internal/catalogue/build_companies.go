package catalogue

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"ieum/internal/catalogue/master"
	"ieum/internal/snapshot"
)

// mentions are the ways in which employers are written, each once; 0 is none.
type mentions struct {
	list  []master.Company
	at    map[string]uint32
	about []companyRow // what a source of companies says, by mention
	key   []byte
}

// A companyRow is a row of the kind company.
type companyRow struct {
	mention            uint32
	region, industry   uint16
	employees, average uint32
}

func newMentions() *mentions {
	return &mentions{list: make([]master.Company, 1), at: map[string]uint32{}}
}

// of returns the number of a mention and counts it.
func (m *mentions) of(name, number []byte, region uint32, industry uint16) uint32 {
	if len(name) == 0 && len(number) == 0 {
		return 0
	}
	m.key = append(m.key[:0], name...)
	m.key = append(append(append(m.key, 0), number...), 0)
	m.key = binary.LittleEndian.AppendUint32(m.key, region)
	i, ok := m.at[string(m.key)]
	if !ok {
		i = uint32(len(m.list))
		m.at[string(m.key)] = i
		m.list = append(m.list, master.Company{Name: string(name), Number: string(number), Region: region})
	}
	if m.list[i].Industry == 0 {
		m.list[i].Industry = industry
	}
	m.list[i].Rows++
	return i
}

// employers are the companies in their final order.
type employers struct {
	table snapshot.Companies
	of    []uint32   // row of each mention; 0 for mention 0
	names [][]string // normal forms by row, for the matcher of postings
}

// master finds which mentions are one company and lays the companies out,
// sorted by normal form. Row 0 is "unknown".
func (m *mentions) master(r master.Result, codes *numbers) *employers {
	groups := make([][]uint32, r.Clusters)
	for i, c := range r.Of {
		groups[c] = append(groups[c], uint32(i)+1)
	}
	list := make([]company, len(groups))
	for i, g := range groups {
		list[i] = m.company(g)
	}
	slices.SortFunc(list, func(a, b company) int {
		return cmp.Or(strings.Compare(a.key, b.key), strings.Compare(a.number, b.number), cmp.Compare(a.mentions[0], b.mentions[0]))
	})
	e := &employers{of: make([]uint32, len(m.list)), names: make([][]string, 1, len(list)+1)}
	e.add(company{}, codes)
	for row, c := range list {
		e.add(c, codes)
		e.names = append(e.names, c.names)
		for _, i := range c.mentions {
			e.of[i] = uint32(row + 1)
		}
	}
	for _, about := range m.about {
		e.learn(about)
	}
	return e
}

// A company is what all its mentions say of it.
type company struct {
	name, key, number string
	region            uint32
	industry          uint16
	names             []string
	mentions          []uint32
}

// company takes of each thing what is written most often; of equals the least.
func (m *mentions) company(rows []uint32) (c company) {
	c.mentions = rows
	names, numbers, regions, industries := map[string]int{}, map[string]int{}, map[uint32]int{}, map[uint16]int{}
	for _, i := range rows {
		x := &m.list[i]
		names[x.Name] += x.Rows
		numbers[master.CleanNumber(x.Number)] += x.Rows
		regions[x.Region] += x.Rows
		industries[x.Industry] += x.Rows
	}
	delete(numbers, "")
	delete(regions, 0)
	delete(industries, 0)
	if len(names) > 1 {
		delete(names, "")
	}
	c.name, c.number, c.region, c.industry = most(names), most(numbers), most(regions), most(industries)
	c.key = master.ParseName(c.name).Key
	for _, n := range keysOf(names) {
		for _, k := range master.ParseName(n).All() {
			if k != "" && !slices.Contains(c.names, k) {
				c.names = append(c.names, k)
			}
		}
	}
	return c
}

func keysOf(m map[string]int) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func most[T cmp.Ordered](count map[T]int) (best T) {
	n := 0
	for k, c := range count {
		if c > n || c == n && k < best {
			best, n = k, c
		}
	}
	return best
}

func (e *employers) add(c company, codes *numbers) {
	t := &e.table
	t.Name.Add(c.name)
	t.Key.Add(c.key)
	t.Number.Add(c.number)
	t.Region.Add(codes.regionAt[c.region])
	t.Industry.Add(c.industry)
	t.Employees.Add(0)
	t.AvgPay.Add(0)
}

// learn takes over what a source of companies says; the last delivery holds.
func (e *employers) learn(r companyRow) {
	t, row := &e.table, e.of[r.mention]
	if row == 0 {
		return
	}
	set(t.Region.Raw, row, r.region)
	set(t.Industry.Raw, row, r.industry)
	set(t.Employees.Raw, row, r.employees)
	set(t.AvgPay.Raw, row, r.average)
}

func set[T uint16 | uint32](column []T, row uint32, v T) {
	if v != 0 {
		column[row] = v
	}
}

// listPostings fills in which postings each company has; those of nobody known
// are not listed.
func (e *employers) listPostings(company []uint32) {
	off := make([]uint64, e.table.Name.Len()+1)
	for _, c := range company {
		if c > 0 {
			off[c+1]++
		}
	}
	for c := range e.table.Name.Len() {
		off[c+1] += off[c]
	}
	postings, next := make([]uint32, off[len(off)-1]), slices.Clone(off)
	for i, c := range company {
		if c > 0 {
			postings[next[c]] = uint32(i)
			next[c]++
		}
	}
	e.table.Postings = snapshot.Lists[uint32]{Off: off, Val: postings}
}
