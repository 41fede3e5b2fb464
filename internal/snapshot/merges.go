package snapshot

import (
	"crypto/sha256"
	"encoding/binary"
	"io"
	"sort"
)

// Merges say why rows were put together: the evidence of the matcher, sorted
// by kind, A and B. The merges of a posting form a tree over its members.
type Merges struct {
	Kind   []uint8  // a MergeKind
	A, B   []uint64 // postings and résumés: RowID of the two rows; companies: RowID of name and number as written
	Rule   []uint8  // position in Dict.Rules
	Agreed []uint32 // bit i: Dict.Agreements[i]
	Score  []uint8  // hundredths, 100 where the rule leaves no doubt
	Names  Strings  // companies: the two names, a tab between; else ""
}

// A MergeKind says what was put together.
type MergeKind uint8

// The kinds of merges.
const (
	MergedPosting MergeKind = 1 + iota
	MergedCompany
	MergedPerson
)

// RowID is the public number of a source row: the first eight bytes of the
// SHA-256 of the source and the row's key in it.
func RowID(source, key string) uint64 {
	h := sha256.New()
	io.WriteString(h, source)
	h.Write([]byte{0})
	io.WriteString(h, key)
	return binary.BigEndian.Uint64(h.Sum(nil))
}

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
	m := &s.Merges
	for _, member := range s.Postings.Members.At(row) {
		id := s.Members.ID[member]
		from := sort.Search(len(m.Kind), func(i int) bool {
			return MergeKind(m.Kind[i]) > MergedPosting || MergeKind(m.Kind[i]) == MergedPosting && m.A[i] >= id
		})
		for i := from; i < len(m.Kind) && MergeKind(m.Kind[i]) == MergedPosting && m.A[i] == id; i++ {
			out = append(out, s.merge(i))
		}
	}
	return out
}

func (s *Snapshot) merge(i int) Merge {
	m := &s.Merges
	out := Merge{A: m.A[i], B: m.B[i], Rule: s.Dict.Rules[m.Rule[i]], Score: float64(m.Score[i]) / 100}
	for bit, name := range s.Dict.Agreements {
		if m.Agreed[i]&(1<<bit) != 0 {
			out.Agreed = append(out.Agreed, name)
		}
	}
	return out
}
