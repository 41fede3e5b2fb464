package jobcare

import (
	"errors"
	"testing"

	"ieum"
)

// Occupations that ask for the same are alike, and one to which many went comes before one
// to which nobody did.
func TestSimilarOccupations(t *testing.T) {
	var postings []posting
	for o, skills := range map[uint16][]uint16{1: {1}, 2: {1}, 3: {2}, 4: {2}} {
		postings = append(postings, repeat(30, func(int) posting { p := press(); p.occupation, p.skills = o, skills; return p })...)
	}
	postings, _ = postingsOf(pointers(postings), nil)
	looking := repeat(200, func(i int) resume {
		r := seeker(uint32(i))
		if r.careers = []uint16{1}; i < 90 {
			r.occupation, r.careers = 3, []uint16{3, 1}
		}
		return r
	})
	looking, _ = resumesOf(people(looking), nil)
	m, err := market(t, postings, looking).Market(Query{Occupation: "8211"})
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Similar) != 2 || m.Similar[0].Code != "8221" || m.Similar[0].Alike != 1 || m.Similar[0].Moved.Known() || m.Similar[1].Code != "8231" || m.Similar[1].Alike != 0 || m.Similar[1].Moved.Float() != 1 {
		t.Errorf("similar are %+v", m.Similar)
	}
}

func pointers(in []posting) (out []*posting) {
	for i := range in {
		out = append(out, &in[i])
	}
	return out
}

func people(in []resume) (out [][]resume) {
	for _, r := range in {
		out = append(out, []resume{r})
	}
	return out
}

func TestCompare(t *testing.T) {
	a := market(t, repeat(5, func(int) posting { return press() }), nil)
	for _, tt := range []struct {
		codes []string
		kind  error
	}{
		{[]string{"8211", "8221"}, nil}, {[]string{"8811", "8211", "8221", "8231"}, nil},
		{[]string{"8211"}, ieum.ErrInvalid}, {[]string{"8211", "8221", "8231", "8811", "8900"}, ieum.ErrInvalid},
		{[]string{"8211", "8211"}, ieum.ErrInvalid}, {[]string{"8211", "x"}, ieum.ErrNotFound},
	} {
		c, err := a.Compare(tt.codes)
		if !errors.Is(err, tt.kind) {
			t.Errorf("%v: %v", tt.codes, err)
		}
		for i := range tt.codes {
			if err == nil && c.Markets[i].Occupation.Code != tt.codes[i] {
				t.Errorf("%v: place %d is %s", tt.codes, i, c.Markets[i].Occupation.Code)
			}
		}
	}
}
