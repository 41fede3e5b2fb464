package snapshot

import (
	"path/filepath"
	"reflect"
	"testing"
)

// stackedOnSmall opens changes over small: its posting 0, of the source rows 3
// and 7, became one with the row 8, and row 3 came anew.
func stackedOnSmall(t *testing.T, merges Merges) *Snapshot {
	t.Helper()
	data := t.TempDir()
	base := publish(t, data, "")
	b, err := Begin(data)
	if err != nil {
		t.Fatal(err)
	}
	s := small("")
	s.Members = Members{ID: Of[uint64](3, 5, 7, 8), Posting: Of[uint32](0, 1, 0, 0), Source: Of[uint16](1, 1, 1, 1), Delivery: Of[uint32](2, 1, 1, 2), Row: Of[uint32](1, 1, 1, 1)}
	for range 4 {
		s.Members.Key.Add("k")
		s.Members.URL.Add("")
	}
	s.Postings.Members = Lists[uint32]{}
	s.Postings.Members.Add(0, 2, 3)
	s.Postings.Members.Add(1)
	for range merges.Kind.Raw {
		merges.Names.Add("")
	}
	s.Merges = merges
	meta := smallMeta
	meta.Base = &Base{Folder: base.Version, Hash: base.Hash}
	for _, err := range []error{b.WriteGone(&Gone{Postings: Of[uint32](0, 1)}), b.Write(s), b.Describe(meta, now)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	m, err := b.Publish()
	if err != nil {
		t.Fatal(err)
	}
	s, err = Open(filepath.Join(data, "snapshots", m.Version))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestTheEvidenceOfChangesGoesOnFromTheBases(t *testing.T) {
	repost := Merge{3, 7, "repost", []string{"body"}, .97} // as the base says
	for _, tt := range []struct {
		name   string
		merges Merges
		want   []Merge
	}{
		{"a new row is one with what the base put together",
			Merges{Kind: Of[uint8](1), A: Of[uint64](7), B: Of[uint64](8), Rule: Of[uint8](1), Agreed: Of[uint32](1), Score: Of[uint8](90)},
			[]Merge{{7, 8, "text", []string{"title"}, .9}, repost}},
		{"the same two anew",
			Merges{Kind: Of[uint8](1, 1), A: Of[uint64](3, 7), B: Of[uint64](7, 8), Rule: Of[uint8](1, 1), Agreed: Of[uint32](0, 0), Score: Of[uint8](80, 90)},
			[]Merge{{3, 7, "text", nil, .8}, {7, 8, "text", nil, .9}}},
		{"each with the new row: the base adds nothing",
			Merges{Kind: Of[uint8](1, 1), A: Of[uint64](3, 7), B: Of[uint64](8, 8), Rule: Of[uint8](1, 1), Agreed: Of[uint32](0, 0), Score: Of[uint8](80, 90)},
			[]Merge{{3, 8, "text", nil, .8}, {7, 8, "text", nil, .9}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := stackedOnSmall(t, tt.merges)
			row, ok := s.PostingByID(8)
			if !ok {
				t.Fatal("the posting is not found")
			}
			if got := s.MergesOf(row); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("merges %v, want %v", got, tt.want)
			}
			pairs := map[[2]uint64]int{}
			for _, i := range s.MergesSaid(MergedPosting, func(int) bool { return true }) {
				pairs[[2]uint64{s.Merges.A.At(i), s.Merges.B.At(i)}]++
			}
			for _, m := range tt.want {
				if n := pairs[[2]uint64{m.A, m.B}]; n != 1 {
					t.Errorf("%d and %d are said to be one %d times", m.A, m.B, n)
				}
			}
		})
	}
}
