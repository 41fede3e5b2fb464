package match

import (
	"slices"

	"ieum"
	"ieum/internal/match/rank"
	"ieum/internal/snapshot"
)

// profile returns what a résumé of the snapshot says as a profile: codes
// without the words, which are not kept there.
func (x *index) profile(row int) ieum.Profile {
	r, d := &x.s.Resumes, &x.s.Dict
	p := ieum.Profile{
		Certificates: named(d.Certificates, r.Certificates.At(row, nil)), Majors: named(d.Majors, r.Majors.At(row, nil)),
		Education: d.Education[r.Education.At(row)], Region: d.Regions[r.Region.At(row)],
	}
	p.Resume.Wish = ieum.Wish{Occupations: named(d.Occupations, r.Wishes.At(row, nil)), Regions: named(d.Regions, r.WishRegions.At(row, nil)), Pay: int64(r.WishPay.At(row))}
	if e := r.Employment.At(row); e > 0 {
		p.Resume.Wish.Employment = []string{d.Employment[e]}
	}
	for _, o := range x.done(row, nil) {
		p.Occupations = append(p.Occupations, ieum.Scored{Code: d.Occupations[o], P: 1})
	}
	for _, id := range r.Skills.At(row, nil) {
		p.Competencies = append(p.Competencies, ieum.Found{ID: d.Skills[id], P: 1})
	}
	if m := r.CareerMonths.At(row); m != snapshot.Unset {
		p.CareerMonths = int(m)
	} else {
		p.Resume.Careers = []ieum.Career{{}} // some, of unknown length
	}
	return p
}

// done appends the occupations a résumé shows that somebody has worked in: its
// own, unless it is only sought, and those of its spells.
func (x *index) done(row int, to []uint16) []uint16 {
	r := &x.s.Resumes
	if o := r.Occupation.At(row); o > 0 && !slices.Contains(r.Wishes.At(row, nil), o) {
		to = append(to, o)
	}
	for _, o := range r.CareerOcc.At(row, nil) {
		if o > 0 && !slices.Contains(to, o) {
			to = append(to, o)
		}
	}
	return to
}

// A resumeReader makes one seeker after another in the same memory.
type resumeReader struct {
	x     *index
	s     *seeker
	codes []string
	spent []uint16
}

func (x *index) resumes() *resumeReader { return &resumeReader{x: x, s: x.nobody()} }

// read returns the seeker of a résumé, valid until the next call. It equals
// what seeker makes of the résumé's profile.
func (rr *resumeReader) read(row int) *seeker { return rr.readOn(row, 0) }

// readOn is read as of a past day, as far as a résumé tells: without the work that came
// later. What somebody could do then is not known, nor what they sought.
func (rr *resumeReader) readOn(row int, day ieum.Day) *seeker {
	x, s, r := rr.x, rr.s, &rr.x.s.Resumes
	for _, id := range s.has {
		s.skills[id] = 0
	}
	clear(s.near)
	clear(s.certs)
	clear(s.majors)
	clear(s.sought)
	clear(s.close)
	*s = seeker{near: s.near, skills: s.skills, certs: s.certs, majors: s.majors, sought: s.sought, close: s.close, has: s.has[:0], held: s.held[:0],
		months: rank.Unknown, school: int(r.Education.At(row)), wish: int64(r.WishPay.At(row))}
	wishes, weight := r.Wishes.At(row, nil), whole
	for _, o := range wishes {
		x.raise(s, o, whole)
		weight = workedIn
	}
	rr.spent = x.done(row, rr.spent[:0])
	later := 0
	if day > 0 {
		var only []uint16
		later, only = x.since(row, month(day))
		rr.spent = slices.DeleteFunc(rr.spent, func(o uint16) bool { return slices.Contains(only, o) })
	}
	for _, o := range rr.spent {
		x.raise(s, o, weight)
	}
	for _, id := range r.Skills.At(row, nil) {
		s.skill(id, 1)
	}
	for _, id := range r.Certificates.At(row, nil) {
		s.certs[id] = true
		s.held = append(s.held, x.s.Dict.Certificates[id])
	}
	for _, id := range r.Majors.At(row, nil) {
		s.majors[id] = true
	}
	if m := r.CareerMonths.At(row); m != snapshot.Unset {
		s.months = max(0, int(m)-later)
	}
	if e := r.Employment.At(row); e > 0 {
		s.sought[e], s.wanted = true, true
	}
	rr.codes = rr.codes[:0]
	for _, id := range r.WishRegions.At(row, nil) {
		rr.codes = append(rr.codes, x.s.Dict.Regions[id])
	}
	x.locate(s, x.s.Dict.Regions[r.Region.At(row)], rr.codes)
	x.order(s)
	return s
}

// raise is approach for an occupation of the dictionary.
func (x *index) raise(s *seeker, o uint16, weight float64) {
	s.known = max(s.known, weight)
	for i, n := range x.kinship(o) {
		if n *= weight; n > s.near[i] {
			s.near[i] = n
		}
	}
}

// kinship returns the nearness of all occupations to one.
func (x *index) kinship(o uint16) []float64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.near == nil {
		x.near = make([][]float64, len(x.s.Dict.Occupations))
	}
	if x.near[o] == nil {
		x.near[o] = make([]float64, len(x.s.Dict.Occupations))
		for i, code := range x.s.Dict.Occupations {
			x.near[o][i] = rank.Near(x.s.Dict.Occupations[o], code)
		}
	}
	return x.near[o]
}
