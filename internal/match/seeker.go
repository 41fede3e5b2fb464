package match

import (
	"cmp"
	"slices"
	"strings"

	"ieum"
	"ieum/internal/match/rank"
	"ieum/internal/snapshot"
)

// whole is the weight of an occupation sought; one only worked in weighs less
// when another is sought.
const (
	whole    = 1.0
	workedIn = 0.7
)

// A seeker is a person in the numbers of one snapshot.
type seeker struct {
	near     []float64 // nearness of each occupation to those done or sought
	known    float64   // how surely any of these is known
	skills   []float64 // how surely the person has each competency
	has      []uint16  // those of them above zero, most telling first
	certs    []bool
	majors   []bool
	school   int   // rank of the level of education; 0 unknown
	months   int   // of experience; rank.Unknown
	wish     int64 // least pay, won a year
	sought   []bool
	wanted   bool    // a form of employment is sought
	reach    []uint8 // outside, inside or unclear for each region; nil when anywhere will do
	close    []int   // 2 same district, 1 same province, for each region
	placed   bool    // a region sought could be read
	anchored bool    // any of close is above 0
	held     []string
	unread   []string
}

// seeker brings a profile into the numbers of the snapshot. Codes that the
// snapshot does not know fit nothing; regions that nobody knows are unread.
func (x *index) seeker(p *ieum.Profile) *seeker {
	d := &x.s.Dict
	s := x.nobody()
	wish := p.Resume.Wish
	done := workedIn
	if len(wish.Occupations) == 0 {
		done = whole
	}
	for _, o := range wish.Occupations {
		x.approach(s, o, whole)
	}
	for _, o := range p.Occupations {
		x.approach(s, o.Code, done*o.P)
	}
	for _, c := range p.Competencies {
		if id := snapshot.Find(d.Skills, c.ID); id > 0 {
			s.skill(uint16(id), c.P)
		}
	}
	for _, c := range p.Certificates {
		s.held = append(s.held, c)
		if id := snapshot.Find(d.Certificates, c); id > 0 {
			s.certs[id] = true
		}
	}
	for _, m := range p.Majors {
		if id := snapshot.Find(d.Majors, m); id > 0 {
			s.majors[id] = true
		}
	}
	s.school = snapshot.Find(d.Education, cmp.Or(p.Education, p.Resume.Education))
	// Who tells of work without how long has an experience that is not known.
	if p.CareerMonths > 0 || len(p.Resume.Careers) == 0 && p.Resume.Text == "" {
		s.months = p.CareerMonths
	}
	s.wish = wish.Pay
	for _, e := range wish.Employment {
		if id := snapshot.Find(d.Employment, e); id > 0 {
			s.sought[id], s.wanted = true, true
		}
	}
	x.locate(s, cmp.Or(p.Region, p.Resume.Region), wish.Regions)
	x.order(s)
	return s
}

// nobody returns a seeker of whom nothing is known.
func (x *index) nobody() *seeker {
	d := &x.s.Dict
	return &seeker{
		near: make([]float64, len(d.Occupations)), skills: make([]float64, len(d.Skills)), certs: make([]bool, len(d.Certificates)),
		majors: make([]bool, len(d.Majors)), sought: make([]bool, len(d.Employment)), close: make([]int, len(d.Regions)), months: rank.Unknown,
	}
}

// approach raises the nearness of occupations by one done or sought.
func (x *index) approach(s *seeker, code string, weight float64) {
	if code != "" {
		s.known = max(s.known, weight)
	}
	for o, c := range x.s.Dict.Occupations {
		if n := weight * rank.Near(code, c); n > s.near[o] {
			s.near[o] = n
		}
	}
}

func (s *seeker) skill(id uint16, p float64) {
	if p > 1 {
		p = 1
	}
	if s.skills[id] == 0 && p > 0 {
		s.has = append(s.has, id)
	}
	s.skills[id] = max(s.skills[id], p)
}

// order sorts the competencies by their weight, most telling first.
func (x *index) order(s *seeker) {
	slices.SortFunc(s.has, func(a, b uint16) int {
		return cmp.Or(cmp.Compare(s.skills[b]*x.idf[b], s.skills[a]*x.idf[a]), cmp.Compare(a, b))
	})
}

// anywhere is how people say that they would work in any region.
var anywhere = []string{"전국", "지역무관", "지역 무관", "anywhere"}

// locate says where the person lives and would work. A wish that names no
// region is unread; with no wish read, anywhere counts as unclear.
func (x *index) locate(s *seeker, home string, wishes []string) {
	var sought []string
	if slices.ContainsFunc(wishes, func(w string) bool { return slices.Contains(anywhere, strings.ToLower(strings.TrimSpace(w))) }) {
		wishes = nil
	}
	for _, w := range wishes {
		if code, ok := x.places.current(w); ok {
			sought = append(sought, code)
		} else {
			s.unread = append(s.unread, w)
		}
	}
	s.placed = len(sought) > 0
	if len(wishes) > 0 {
		s.reach = x.places.any(sought)
		if len(sought) == 0 {
			for i := range s.reach {
				s.reach[i] = unclear
			}
		}
	}
	if code, ok := x.places.current(home); ok {
		sought = append(sought, code)
	}
	for _, code := range sought {
		top := x.places.province(code)
		for i, c := range x.places.codes {
			switch {
			case c == "":
			case c == code && c != top:
				s.close[i] = 2
			case x.places.top[i] == top:
				s.close[i] = max(s.close[i], 1)
			}
		}
		s.anchored = true
	}
}

// holds says whether the person has one of the certificates a law requires.
func (s *seeker) holds(l *licence) bool {
	for _, id := range l.any {
		if s.certs[id] {
			return true
		}
	}
	return slices.ContainsFunc(l.codes, func(c string) bool { return slices.Contains(s.held, c) })
}

// facts gathers what is known of the person and a posting together.
func (x *index) facts(s *seeker, row int, today ieum.Day) rank.Facts {
	var buf [64]uint16
	p, codes := x.unpack(row, today, buf[:0])
	return x.weigh(s, &p, codes, today)
}

// weigh gathers what is known of the person and a posting, whose lists are in codes. It is
// called for every posting that might be among the best.
func (x *index) weigh(s *seeker, p *posted, codes []uint16, today ieum.Day) rank.Facts {
	f := rank.Facts{
		Known: s.known, Near: s.near[p.occupation] * float64(p.chance) / 100, Skilled: len(s.has) > 0,
		Months: s.months, Least: months(p.least), Most: months(p.most), Entry: p.entry,
		Schooling: s.school, Asks: int(p.education),
		Wish: s.wish, PayMin: int64(p.payMin), PayMax: int64(p.payMax),
		Closeness: s.close[p.region], Age: rank.Unknown,
	}
	if x.anyone > 0 && f.Asks == x.anyone { // also somebody whose education is not known
		f.Asks, f.Schooling = 1, 1
	}
	skills, required, preferred, majors := p.lists(codes)
	for _, id := range skills {
		idf := x.idf[id]
		f.Asked += idf
		if has := s.skills[id]; has > 0 {
			f.Matched += has * idf
		} else {
			f.Missing += idf
		}
	}
	f.Required, f.Preferred = held(s.certs, required), held(s.certs, preferred)
	for _, id := range majors {
		f.Major = f.Major || s.majors[id]
	}
	if e := p.employment; s.wanted && e > 0 {
		f.Wanted, f.Kind = true, s.sought[e]
	}
	if p.opened > 0 {
		f.Age = max(0, int(int32(today)-p.opened))
	}
	return f
}

// held counts the certificates asked for that are held.
func held(certs []bool, asked []uint16) (n int) {
	for _, id := range asked {
		if certs[id] {
			n++
		}
	}
	return n
}

// months reads a column of months.
func months(v uint16) int {
	if v == snapshot.Unset {
		return rank.Unknown
	}
	return int(v)
}
