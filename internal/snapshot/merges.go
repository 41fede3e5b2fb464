package snapshot

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"sort"
)

// Merges say why rows were put together: the evidence of the matcher, sorted
// by kind, A and B. The merges of a posting form a tree over its members.
type Merges struct {
	Kind   Column[uint8]  // a MergeKind
	A, B   Column[uint64] // postings and résumés: RowID of the two rows; companies: RowID of name and number as written; services: ItemID
	Rule   Column[uint8]  // position in Dict.Rules
	Agreed Column[uint32] // bit i: Dict.Agreements[i]
	Score  Column[uint8]  // hundredths, 100 where the rule leaves no doubt
	Names  Strings        // companies and services: the two names, a tab between; else ""
}

// A MergeKind says what was put together.
type MergeKind uint8

// The kinds of merges.
const (
	MergedPosting MergeKind = 1 + iota
	MergedCompany
	MergedPerson
	MergedService
)

// RowID is the public number of a source row: the first eight bytes of the
// SHA-256 of the source and the row's key in it.
func RowID(source, key string) uint64 {
	b := append(append(append(make([]byte, 0, 96), source...), 0), key...)
	sum := sha256.Sum256(b)
	return binary.BigEndian.Uint64(sum[:])
}

// ItemID is the public number of a row of Items; two kinds of one source may
// have the same key.
func ItemID(source, kind, key string) uint64 { return RowID(source+"/"+kind, key) }

// A Merge is one row of Merges with its numbers read.
type Merge struct {
	A, B   uint64
	Rule   string
	Agreed []string
	Score  float64 // 0 to 1
}

// MergesOf returns the evidence for which the members of a posting's row were
// put together. The number of "repost" rules among them is how often the
// posting was posted again.
func (s *Snapshot) MergesOf(row int) (out []Merge) {
	for _, member := range s.Postings.Members.At(row, nil) {
		out = append(out, s.mergesFrom(MergedPosting, s.Members.ID.At(int(member)))...)
	}
	return out
}

// mergesFrom returns the evidence of a kind whose first row is id.
func (s *Snapshot) mergesFrom(kind MergeKind, id uint64) (out []Merge) {
	m := &s.Merges
	for _, in := range slices.Backward(s.stretches(func(l *Snapshot) int { return l.Merges.Kind.Len() })) {
		from := in.From + sort.Search(in.To-in.From, func(i int) bool {
			k := MergeKind(m.Kind.At(in.From + i))
			return k > kind || k == kind && m.A.At(in.From+i) >= id
		})
		for i := from; i < in.To && MergeKind(m.Kind.At(i)) == kind && m.A.At(i) == id; i++ {
			x := s.merge(i)
			if !slices.ContainsFunc(out, func(newer Merge) bool { return newer.B == x.B }) {
				out = append(out, x)
			}
		}
	}
	return out
}

// ItemsOf returns where the rows of a kind begin and end in Items.
func (s *Snapshot) ItemsOf(kind uint16) (from, to int) {
	k := &s.Items.Kind
	from = sort.Search(k.Len(), func(i int) bool { return k.At(i) >= kind })
	return from, from + sort.Search(k.Len()-from, func(i int) bool { return k.At(from+i) > kind })
}

// Item returns the row of Items that a source has under a key.
func (s *Snapshot) Item(source, kind, key string) (row int, ok bool) {
	it := &s.Items
	k, from := uint16(Find(s.Dict.Kinds, kind)), uint16(Find(s.Dict.Sources, source))
	row = sort.Search(it.Kind.Len(), func(i int) bool {
		return it.Kind.At(i) > k || it.Kind.At(i) == k && it.Key.At(i) >= key
	})
	for ; row < it.Kind.Len() && it.Kind.At(row) == k && it.Key.At(row) == key; row++ {
		if it.Source.At(row) == from {
			return row, true
		}
	}
	return 0, false
}

// ItemID returns the public number of a row of Items.
func (s *Snapshot) ItemID(row int) uint64 {
	it := &s.Items
	return ItemID(s.Dict.Sources[it.Source.At(row)], s.Dict.Kinds[it.Kind.At(row)], it.Key.At(row))
}

// Service returns the rows of Items that speak of the same public service as
// row does, itself among them, and the evidence that they do. There are none
// where it speaks of no service.
func (s *Snapshot) Service(row int) (rows []int, merges []Merge) {
	service := s.Items.Service.At(row)
	if service == 0 {
		return nil, nil
	}
	for i := range s.Items.Service.Len() {
		if s.Items.Service.At(i) == service {
			rows = append(rows, i)
			merges = append(merges, s.mergesFrom(MergedService, s.ItemID(i))...)
		}
	}
	return rows, merges
}

func (s *Snapshot) merge(i int) Merge {
	m := &s.Merges
	out := Merge{A: m.A.At(i), B: m.B.At(i), Rule: s.Dict.Rules[m.Rule.At(i)], Score: float64(m.Score.At(i)) / 100}
	for bit, name := range s.Dict.Agreements {
		if m.Agreed.At(i)&(1<<bit) != 0 {
			out.Agreed = append(out.Agreed, name)
		}
	}
	return out
}
