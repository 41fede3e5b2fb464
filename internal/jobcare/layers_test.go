package jobcare

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"ieum"
	"ieum/internal/snapshot"
)

// A history is what a base had and what there is now of each posting and person.
type history struct {
	postings [][2]*posting // then and now; the same where nothing changed, nil where there is none
	people   [][2][]resume
}

// newHistory draws one of a few hundred postings and people.
func newHistory(seed uint64) (h history) {
	draw := rand.New(rand.NewPCG(seed, 1))
	for range 400 {
		h.postings = append(h.postings, fate(draw, drawPosting(draw), drawPosting(draw), nil))
	}
	for person := range uint32(500) {
		h.people = append(h.people, fate(draw, drawResumes(draw, person), drawResumes(draw, person), nil))
	}
	return h
}

// fate draws what became of something: mostly nothing.
func fate[T any](draw *rand.Rand, then, now, none T) [2]T {
	switch draw.IntN(10) {
	case 0:
		return [2]T{then, now}
	case 1:
		return [2]T{none, now}
	case 2:
		return [2]T{then, none}
	}
	return [2]T{then, then}
}

func drawPosting(draw *rand.Rand) *posting {
	p := press()
	p.occupation, p.region, p.places = uint16(draw.IntN(5)), uint16(draw.IntN(4)), uint16(draw.IntN(4))
	p.payMin, p.entry, p.careerMin = uint32(20_000_000+draw.IntN(20)*1_000_000), draw.IntN(2) == 0, uint16(draw.IntN(40))
	p.opened = fmt.Sprintf("2026-%02d-01", 1+draw.IntN(6))
	p.skills, p.required = drawCodes(draw), drawCodes(draw)
	p.source = p.occupation % 2 // so that a row of another layer's members shows
	return &p
}

// drawResumes draws those of one person, in order of occupation.
func drawResumes(draw *rand.Rand, person uint32) (out []resume) {
	for range 1 + draw.IntN(3) {
		r := seeker(person)
		r.occupation, r.region, r.born = uint16(draw.IntN(5)), uint16(draw.IntN(4)), uint16(1950+draw.IntN(50))
		r.months, r.wish, r.active = uint16(draw.IntN(200)), uint32(20_000_000+draw.IntN(20)*1_000_000), draw.IntN(3) > 0
		r.updated = fmt.Sprintf("2026-%02d-01", 1+draw.IntN(6))
		r.certs, r.majors, r.source = drawCodes(draw), drawCodes(draw), r.occupation%2
		for range draw.IntN(4) {
			r.careers = append(r.careers, uint16(draw.IntN(5)))
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(x, y resume) int { return cmp.Compare(x.occupation, y.occupation) })
	return out
}

func drawCodes(draw *rand.Rand) (out []uint16) {
	for id := range uint16(2) {
		if draw.IntN(2) == 0 {
			out = append(out, id+1)
		}
	}
	return out
}

// postingsOf lays postings out as a table does, and returns the rows of those
// that are gone.
func postingsOf(in []*posting, gone map[*posting]bool) (out []posting, rows []uint32) {
	in = slices.DeleteFunc(slices.Clone(in), func(p *posting) bool { return p == nil })
	slices.SortStableFunc(in, func(x, y *posting) int {
		return cmp.Or(cmp.Compare(x.occupation, y.occupation), cmp.Compare(x.region, y.region))
	})
	for i, p := range in {
		out = append(out, *p)
		if gone[p] {
			rows = append(rows, uint32(i))
		}
	}
	return out, rows
}

// resumesOf does so for résumés, and numbers their people without a gap.
func resumesOf(people [][]resume, gone map[uint32]bool) (out []resume, rows []uint32) {
	for _, resumes := range people {
		out = append(out, resumes...)
	}
	slices.SortStableFunc(out, func(x, y resume) int {
		return cmp.Or(cmp.Compare(x.occupation, y.occupation), cmp.Compare(x.person, y.person))
	})
	numbers := map[uint32]uint32{}
	for _, resumes := range people {
		if len(resumes) > 0 {
			numbers[resumes[0].person] = uint32(len(numbers))
		}
	}
	for i, r := range out {
		if gone[r.person] {
			rows = append(rows, uint32(i))
		}
		out[i].person = numbers[r.person]
	}
	return out, rows
}

// whole publishes what there is now.
func (h *history) whole(t *testing.T) *Adviser {
	postings, _ := postingsOf(at(h.postings, 1), nil)
	resumes, _ := resumesOf(at(h.people, 1), nil)
	return market(t, postings, resumes)
}

// at returns what there was then (0) or is now (1).
func at[T any](of [][2]T, when int) (out []T) {
	for _, x := range of {
		out = append(out, x[when])
	}
	return out
}

// stacked publishes what there was, and what changed since.
func (h *history) stacked(t *testing.T) *Adviser {
	lostPostings, lost := map[*posting]bool{}, map[uint32]bool{}
	var fresh []*posting
	for _, p := range h.postings {
		if p[0] != p[1] {
			lostPostings[p[0]] = true
			fresh = append(fresh, p[1])
		}
	}
	var anew [][]resume
	for _, p := range h.people {
		if reflect.DeepEqual(p[0], p[1]) {
			continue
		}
		anew = append(anew, p[1])
		if len(p[0]) > 0 {
			lost[p[0][0].person] = true
		}
	}
	data := t.TempDir()
	postings, gonePostings := postingsOf(at(h.postings, 0), lostPostings)
	resumes, goneResumes := resumesOf(at(h.people, 0), lost)
	base := publish(t, data, postings, resumes, nil, nil)
	postings, _ = postingsOf(fresh, nil)
	resumes, _ = resumesOf(anew, nil)
	publish(t, data, postings, resumes, &snapshot.Base{Folder: base.Version, Hash: base.Hash, People: len(lost), Known: 1},
		&snapshot.Gone{Postings: snapshot.Of(gonePostings...), Resumes: snapshot.Of(goneResumes...)})
	return adviser(t, data)
}

// What is said of a market does not depend on whether its snapshot is whole or
// says what changed since another.
func TestChangesOnABaseSayWhatAWholeSnapshotSays(t *testing.T) {
	for seed := range uint64(3) {
		h := newHistory(seed)
		whole, stacked := h.whole(t), h.stacked(t)
		sameBase(t, whole, stacked)
		for _, occupation := range []string{"8211", "8221", "8231", "8811"} {
			for _, q := range []Query{{}, {Region: "11"}, {Region: "26"}, {Career: "0-1"}, {Career: "3-5"}, {Age: "40-49"}, {Region: "11680", Age: "60+"}} {
				q.Occupation = occupation
				same(t, fmt.Sprint(q), said(t, whole, q), said(t, stacked, q))
			}
			p := ieum.Profile{Occupations: []ieum.Scored{{Code: occupation, P: .9}}, Competencies: []ieum.Found{{ID: whole.set.Codes["competencies"].Codes[0].Code, P: .9}}}
			same(t, "diagnosis of "+occupation, advised(t, whole, p), advised(t, stacked, p))
		}
		all := [2]Occupations{}
		for i, a := range []*Adviser{whole, stacked} {
			var err error
			if all[i], err = a.Occupations(""); err != nil {
				t.Fatal(err)
			}
		}
		same(t, "occupations", all[0], all[1])
	}
}

// sameBase holds that what is counted over all occupations is the same.
func sameBase(t *testing.T, whole, stacked *Adviser) {
	t.Helper()
	var tables [2]columns
	for i, a := range []*Adviser{whole, stacked} {
		s, release, err := a.live.Acquire()
		if err != nil {
			t.Fatal(err)
		}
		defer release()
		if layers := len(s.Layers()); layers != i+1 {
			t.Fatalf("%d layers, want %d", layers, i+1)
		}
		b, err := newBase(t.Context(), s, s.Part(partName).(*base).past)
		if err != nil {
			t.Fatal(err)
		}
		b.Speaks = nil // by row
		tables[i] = b.columns
	}
	same(t, "base", tables[0], tables[1])
}

func said(t *testing.T, a *Adviser, q Query) Market {
	t.Helper()
	m, err := a.Market(q)
	if err != nil {
		t.Fatal(err)
	}
	if m.People.Int() == 0 && q.Region+q.Career+q.Age == "" {
		t.Errorf("nobody is in %v", q)
	}
	m.Snapshot = ""
	return *m
}

func advised(t *testing.T, a *Adviser, p ieum.Profile) Diagnosis {
	t.Helper()
	d := *diagnose(t, a, p, "")
	if d.Near == nil || d.Near.Openings.Int() == 0 {
		t.Errorf("near is %+v", d.Near)
	}
	d.Snapshot = ""
	return d
}

func same(t *testing.T, what string, whole, stacked any) {
	t.Helper()
	if !reflect.DeepEqual(whole, stacked) {
		x, _ := json.Marshal(whole)
		y, _ := json.Marshal(stacked)
		t.Errorf("%s: whole\n%s\nstacked\n%s", what, x, y)
	}
}
