package jobcare

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"ieum"
	"ieum/internal/snapshot"
)

// crossing is a market in which other has nine times the openings for its seekers
// that 8221 has. Of the people in it toOther went from 8211 to other, and to8221 to
// 8221.
func crossing(t *testing.T, to8221 int, other uint16, toOther int) *Adviser {
	var postings []posting
	for o, places := range map[uint16]int{2: 10, other: 90} {
		postings = append(postings, repeat(places, func(int) posting { p := press(); p.occupation = o; return p })...)
	}
	slices.SortFunc(postings, func(a, b posting) int { return int(a.occupation) - int(b.occupation) })
	var resumes []resume
	for o, moved := range map[uint16]int{2: to8221, other: toOther} {
		for i := range 600 { // in tens, beside which what is added to counts is little
			r := seeker(uint32(i) + 1000*uint32(o))
			r.occupation = o
			if i < 10*moved {
				r.careers = []uint16{o, 1}
			}
			resumes = append(resumes, r)
		}
	}
	slices.SortFunc(resumes, func(a, b resume) int { return int(a.occupation) - int(b.occupation) })
	for i := range resumes {
		resumes[i].person = uint32(i)
	}
	return market(t, postings, resumes)
}

func TestNearIsWhereOthersWentNotWhereMostOpeningsAre(t *testing.T) {
	press := ieum.Profile{Occupations: []ieum.Scored{{Code: "8211", P: .9}}}
	for _, tt := range []struct {
		to8221  int
		other   uint16
		toOther int
		want    string
	}{
		{50, 3, 10, "8221"}, // most went there, though openings are few
		{10, 3, 50, "8231"},
		{30, 3, 30, "8231"}, // equally near: openings decide
		{0, 3, 0, "8231"},   // nothing is known of moves: of one sub-major group both
		{30, 4, 30, "8221"}, // openings do not choose work that is nothing alike
		{10, 4, 50, "8811"},
	} {
		t.Run(fmt.Sprint(tt.to8221, " and ", tt.toOther, " to ", tt.other), func(t *testing.T) {
			d := diagnose(t, crossing(t, tt.to8221, tt.other, tt.toOther), press, "")
			if d.Near == nil || d.Near.Code != tt.want {
				t.Errorf("near is %+v, want %s", d.Near, tt.want)
			}
		})
	}
}

func TestNearAsksForSomethingThePersonCanDo(t *testing.T) {
	asking := func(occupation, places uint16, skills ...uint16) func(int) posting {
		return func(int) posting {
			p := press()
			p.occupation, p.places, p.skills = occupation, places, skills
			return p
		}
	}
	postings := append(repeat(20, asking(2, 9, 2)), repeat(20, asking(3, 1, 1, 2))...) // most went to 8221, which has more openings and asks for something else
	a := market(t, postings, append(repeat(30, moved(2)), repeat(10, moved(3))...))
	skills := a.set.Codes["competencies"].Codes
	for i, can := range [][]ieum.Found{
		nil, // nothing is known of what the person can do
		{{ID: skills[0].Code, Words: "치수를 쟀다", P: .9}},
		{{ID: "nobody asks for it", Words: "노래를 불렀다", P: .9}},
	} {
		want := []string{"8221", "8231", "8221"}[i]
		d := diagnose(t, a, ieum.Profile{Occupations: []ieum.Scored{{Code: "8211", P: .9}}, Competencies: can}, "")
		if d.Near == nil || d.Near.Code != want {
			t.Errorf("%d competencies: near is %+v, want %s", len(can), d.Near, want)
		}
	}
}

// moved is a person who went from 8211 to occupation and seeks work there.
func moved(occupation uint16) func(int) resume {
	return func(i int) resume {
		r := seeker(uint32(int(occupation)*1000 + i))
		r.occupation, r.careers = occupation, []uint16{occupation, 1}
		return r
	}
}

func TestOfSeveralResumesOfAPersonOneTellsOfMoves(t *testing.T) {
	r := seeker(0)
	r.careers = []uint16{2, 1}
	s, release, err := market(t, nil, append(repeat(3, func(int) resume { return r }), repeat(20, func(i int) resume { r := r; r.person, r.key = uint32(i+1), uint16(i*997); return r })...)).live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	b := s.Part(partName).(*base)
	if got := b.Moves.At(1, nil); len(got) != 1 || got[0] > 27 || b.MovedTo.At(1, nil)[0] != 2 {
		t.Errorf("moves out of 8211 are %v to %v, want those of 21 people to 8221", got, b.MovedTo.At(1, nil))
	}
}

// TestMovesHeldOut says how often the occupation that people went to last is
// among the five nearest to what they did before. The move itself is taken out of
// those counted, and of their competencies those count that work done before asks
// for. (docs/quality.md)
func TestMovesHeldOut(t *testing.T) {
	data := os.Getenv("IEUM_NEAR_DATA")
	if data == "" {
		t.Skip("set IEUM_NEAR_DATA to a data folder with a snapshot to measure which occupations are near")
	}
	live := snapshot.NewLive(data, Part())
	if _, err := live.Refresh(); err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	s, release, err := live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	b := s.Part(partName).(*base)
	b.Moves.Val = slices.Clone(b.Moves.Val) // to be changed
	cases, first, five := 0, 0, 0
	seen := make([]bool, s.Meta.People)
	for row := range s.Meta.Resumes {
		spells := s.Resumes.CareerOcc.At(row, nil)
		person := s.Resumes.Person.At(row)
		if seen[person] || len(spells) < 2 || spells[0] == 0 || spells[1] == 0 || slices.Contains(spells[1:], spells[0]) {
			continue
		}
		seen[person] = true
		if person%10 != 0 {
			continue
		}
		cases++
		switch place := b.heldOut(s, row); {
		case place == 0:
			first++
			five++
		case place < 5:
			five++
		}
	}
	t.Logf("%d people whose last move was to work new to them: hit@1 %.3f, hit@5 %.3f", cases, float64(first)/float64(cases), float64(five)/float64(cases))
}

// heldOut is the place, from 0, that the last occupation of a résumé has among
// those near to the ones before.
func (b *base) heldOut(s *snapshot.Snapshot, row int) (place int) {
	spells := s.Resumes.CareerOcc.At(row, nil)
	starts, ends := s.Resumes.CareerStart.At(row, nil), s.Resumes.CareerEnd.At(row, nil)
	goal, from := spells[0], int(spells[1])
	months, all := map[uint16]float64{}, 0.0
	for i, o := range spells[1:] {
		if o > 0 {
			n := max(1, float64(ends[i+1])-float64(starts[i+1]))
			months[o] += n
			all += n
		}
	}
	p, h := ieum.Profile{}, held{map[uint16]string{}, map[string]bool{}, map[uint16]float64{}}
	for o, n := range months {
		p.Occupations = append(p.Occupations, ieum.Scored{Code: s.Dict.Occupations[o], P: n / all})
		h.done[o] = n / all
		for i, id := range b.Skill.At(int(o), nil) {
			if 10*b.SkillCount.At(int(o), nil)[i] >= b.Coded[o] && slices.Contains(s.Resumes.Skills.At(row, nil), id) {
				h.skills[id] = "shown"
			}
		}
	}
	if at := slices.Index(b.MovedTo.At(from, nil), goal); at >= 0 {
		b.Moves.At(from, nil)[at]--
		defer func() { b.Moves.At(from, nil)[at]++ }()
	}
	near := b.nearness(s, p, h)
	for o := range near {
		if near[o] > near[goal] && b.Seekers[o] > 0 {
			place++
		}
	}
	return place
}
