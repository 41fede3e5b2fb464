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
	A, B   Column[uint64] // postings: RowID of the two rows; résumés: a keyed number of each (catalogue.ResumeNumber); companies: RowID of name and number as written; services: ItemID
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
// put together: a tree over them. What is said of two in the changes comes
// before what the base says, and what adds nothing to it is left out. The number
// of "repost" rules among them is how often the posting was posted again.
func (s *Snapshot) MergesOf(row int) (out []Merge) {
	above, members := map[uint64]uint64{}, s.Postings.Members.At(row, nil)
	for _, member := range members {
		id := s.Members.ID.At(int(member))
		above[id] = id
	}
	top := func(id uint64) uint64 {
		for above[id] != id {
			id = above[id]
		}
		return id
	}
	for _, in := range s.mergeStretches() {
		for _, member := range members {
			for _, m := range s.mergesFrom(in, MergedPosting, s.Members.ID.At(int(member))) {
				if _, here := above[m.B]; here && top(m.A) != top(m.B) {
					above[top(m.A)] = top(m.B)
					out = append(out, m)
				}
			}
		}
	}
	return out
}

// mergeStretches are the stretches in which Merges are sorted, the newer first.
func (s *Snapshot) mergeStretches() []Stretch {
	in := s.stretches(func(l *Snapshot) int { return l.Merges.Kind.Len() })
	slices.Reverse(in)
	return in
}

// mergesFrom returns the evidence of a kind in a stretch whose first row is id.
func (s *Snapshot) mergesFrom(in Stretch, kind MergeKind, id uint64) (out []Merge) {
	m := &s.Merges
	from := in.From + sort.Search(in.To-in.From, func(i int) bool {
		k := MergeKind(m.Kind.At(in.From + i))
		return k > kind || k == kind && m.A.At(in.From+i) >= id
	})
	for i := from; i < in.To && MergeKind(m.Kind.At(i)) == kind && m.A.At(i) == id; i++ {
		out = append(out, s.merge(i))
	}
	return out
}

// MergesSaid returns the rows of Merges of a kind that about says are asked for.
// Where the base and the changes speak of the same two, the changes do.
func (s *Snapshot) MergesSaid(kind MergeKind, about func(row int) bool) (rows []int) {
	at := map[[2]uint64]bool{}
	for _, in := range s.mergeStretches() {
		for i := in.From; i < in.To; i++ {
			pair := [2]uint64{s.Merges.A.At(i), s.Merges.B.At(i)}
			if MergeKind(s.Merges.Kind.At(i)) == kind && about(i) && !at[pair] {
				at[pair] = true
				rows = append(rows, i)
			}
		}
		if kind == MergedService { // items are whole in the changes
			break
		}
	}
	return rows
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
// where it speaks of no service. Items and what is said of them are whole in the
// changes.
func (s *Snapshot) Service(row int) (rows []int, merges []Merge) {
	service := s.Items.Service.At(row)
	if service == 0 {
		return nil, nil
	}
	for i := range s.Items.Service.Len() {
		if s.Items.Service.At(i) == service {
			rows = append(rows, i)
			merges = append(merges, s.mergesFrom(s.mergeStretches()[0], MergedService, s.ItemID(i))...)
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
