package jobcare

import (
	"cmp"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"slices"

	"ieum"
)

// monthHours is how much of a course fills a month: six hours on each of the
// about 22 working days.
const monthHours = 130

// A need is what the law requires before somebody begins in an occupation: the
// courses that lead to what they lack, and what those take.
type need struct {
	months  int
	won     int64
	open    bool     // something is required to which no course leads
	courses []uint32 // rows of roads
}

// need returns what the law requires of the person in an occupation.
func (t *traveller) need(o int) *need {
	if t.needs[o] != nil {
		return t.needs[o]
	}
	n := new(need)
	for _, l := range t.lacks(o, nil) {
		course, ok := t.cheapest(o, l)
		if !ok {
			n.open = true
			continue
		}
		n.courses = append(n.courses, course)
		n.months += studyMonths(t.r.CourseHours[course])
		n.won += int64(t.r.CourseWon[course])
	}
	t.needs[o] = n
	return n
}

// lacks returns the certificates of each law for all work of an occupation of
// which the person has none, nor got one on the way.
func (t *traveller) lacks(o int, got map[string]bool) (out [][]string) {
	if !t.r.laws[o] {
		return nil
	}
	for _, l := range t.a.set.Licences(t.s.Dict.Occupations[o]) {
		if len(l.Words) == 0 && !slices.ContainsFunc(l.Certificates, func(c string) bool { return t.held.certs[c] || got[c] }) {
			out = append(out, l.Certificates)
		}
	}
	return out
}

// cheapest returns the course of an occupation that leads to any of some
// certificates: in the region before elsewhere, then by cost and length.
func (t *traveller) cheapest(o int, certificates []string) (uint32, bool) {
	return t.first(o, func(c uint32) bool {
		return slices.ContainsFunc(t.r.CourseCerts.At(int(c), nil), func(id uint16) bool {
			return slices.Contains(certificates, t.s.Dict.Certificates[id])
		})
	})
}

// first returns of the courses of an occupation for which is holds the one before all others.
func (t *traveller) first(o int, is func(course uint32) bool) (best uint32, ok bool) {
	for _, c := range t.courses(o) {
		if is(c) && (!ok || t.before(c, best)) {
			best, ok = c, true
		}
	}
	return best, ok
}

func (t *traveller) before(x, y uint32) bool {
	return cmp.Or(cmp.Compare(t.away(x), t.away(y)), cmp.Compare(t.r.CourseWon[x], t.r.CourseWon[y]), cmp.Compare(t.r.CourseHours[x], t.r.CourseHours[y])) < 0
}

// away is 0 for a course in the region, 1 for one elsewhere.
func (t *traveller) away(course uint32) int {
	if t.regions == nil || t.regions[t.r.CourseRegion[course]] {
		return 0
	}
	return 1
}

// courses are those that lead to an occupation and have not ended.
func (t *traveller) courses(o int) (out []uint32) {
	for _, c := range t.r.CourseOf.At(o, nil) {
		if closed := t.r.CourseClosed[c]; closed == 0 || closed >= int32(t.day) {
			out = append(out, c)
		}
	}
	return out
}

func studyMonths(hours uint32) int { return int(hours+monthHours-1) / monthHours }

// learned is what somebody has after some steps of a way, beside what they had.
type learned struct {
	skills map[uint16]bool
	certs  map[string]bool
	months int // that may still be spent on learning
	won    int64
}

// way turns a path into a plan.
func (t *traveller) way(p path) Way {
	b := t.budget()
	l := &learned{map[uint16]bool{}, map[string]bool{}, b.months - p.total, b.won - p.won}
	w := Way{Steps: []Step{}, Open: p.open, score: p.score}
	rarest := uint32(math.MaxUint32)
	for i := range p.moves {
		from, to := p.at[i], p.at[i+1]
		s := t.step(t.move(from, to, p.months[i]), to, l)
		s.Wait = p.wait[i]
		w.Months += s.Wait + s.Months
		w.Cost += s.Cost
		w.Thin = w.Thin || s.Thin
		w.Steps = append(w.Steps, s)
		if made, _ := t.r.edge(from, allTaken, to); made <= rarest {
			rarest, w.People = made, s.People
		}
	}
	w.Worth = t.worth(p.at[0], levelOf(p.months[0]), p.at[p.moves], levelOf(p.months[p.moves]))
	return w
}

// step says what to do for a move.
func (t *traveller) step(m Move, to int, l *learned) Step {
	s := Step{Move: m, Have: []Asked{}, Learn: []Asked{}, Licences: []Licence{}, Courses: []Course{}}
	var missing []uint16
	if t.b.Coded[to] >= enough {
		skills, counts := t.b.Skill.At(to, nil), t.b.SkillCount.At(to, nil)
		for i, id := range skills[:min(askedFor, len(skills))] {
			code := t.s.Dict.Skills[id]
			asked := Asked{Named{code, t.a.set.Name("competencies", code)}, in100(int(counts[i]), int(t.b.Coded[to])), t.held.skills[id]}
			switch {
			case asked.Words != "":
				s.Have = append(s.Have, asked)
			case !l.skills[id]:
				missing = append(missing, id)
				s.Learn = append(s.Learn, asked)
			}
		}
	}
	for _, law := range t.a.set.Licences(t.s.Dict.Occupations[to]) {
		if len(law.Words) == 0 && !slices.ContainsFunc(law.Certificates, func(c string) bool { return t.held.certs[c] || l.certs[c] }) {
			s.Licences = append(s.Licences, t.a.licence(law))
		}
	}
	var taken []uint32
	if len(t.lacks(to, l.certs)) > 0 {
		taken = t.need(to).courses
	}
	for _, c := range taken {
		t.take(&s, c, l)
	}
	t.teach(&s, to, missing, taken, l)
	for _, law := range t.a.set.Licences(t.s.Dict.Occupations[to]) { // who goes on from here has them
		for _, c := range law.Certificates {
			l.certs[c] = l.certs[c] || len(law.Words) == 0
		}
	}
	s.Openings = t.openings(to)
	return s
}

// teach adds the course that teaches most of what is still missing, by how often
// it is asked for, if there is time and money for it.
func (t *traveller) teach(s *Step, to int, missing []uint16, taken []uint32, l *learned) {
	worth := func(c uint32) (sum float64) {
		for _, id := range t.r.CourseSkills.At(int(c), nil) {
			if i := slices.Index(missing, id); i >= 0 && !l.skills[id] {
				sum += s.Learn[i].In100.Float()
			}
		}
		return sum
	}
	best, most := uint32(0), 0.0
	for _, c := range t.courses(to) {
		w := worth(c)
		if w == 0 || slices.Contains(taken, c) {
			continue
		}
		if studyMonths(t.r.CourseHours[c]) > l.months || int64(t.r.CourseWon[c]) > l.won {
			s.Beyond = true
			continue
		}
		if w > most || w == most && t.before(c, best) {
			best, most = c, w
		}
	}
	if most > 0 {
		s.Beyond = false
		l.months -= studyMonths(t.r.CourseHours[best])
		l.won -= int64(t.r.CourseWon[best])
		t.take(s, best, l)
	}
}

// take adds a course to a step.
func (t *traveller) take(s *Step, course uint32, l *learned) {
	c := t.course(course)
	s.Courses = append(s.Courses, c)
	s.Months += c.Months
	s.Cost += c.Cost
	for _, id := range t.r.CourseSkills.At(int(course), nil) {
		l.skills[id] = true
	}
	for _, cert := range c.Certificates {
		l.certs[cert.Code] = true
	}
}

// course describes a course.
func (t *traveller) course(row uint32) Course {
	item := int(t.r.CourseItem[row])
	var body courseItem
	if err := json.Unmarshal([]byte(t.s.Items.Body.At(item)), &body); err != nil {
		slog.Error("jobcare: course", "err", fmt.Errorf("item %d: %w", item, err)) // it could be read when the snapshot was built
	}
	c := Course{Title: body.Title, Institution: body.Institution, Hours: body.Hours, Months: studyMonths(t.r.CourseHours[row]), Cost: int64(t.r.CourseWon[row]),
		Teaches: []Named{}, Certificates: []Named{}, Closed: body.Closed, URL: body.URL, Source: ieum.SourceID(t.s.Dict.Sources[t.s.Items.Source.At(item)])}
	if code := t.s.Dict.Regions[t.r.CourseRegion[row]]; code != "" {
		c.Region = &Named{code, t.a.set.Name("regions", code)}
	}
	for _, id := range t.r.CourseSkills.At(int(row), nil) {
		code := t.s.Dict.Skills[id]
		c.Teaches = append(c.Teaches, Named{code, t.a.set.Name("competencies", code)})
	}
	for _, id := range t.r.CourseCerts.At(int(row), nil) {
		code := t.s.Dict.Certificates[id]
		c.Certificates = append(c.Certificates, Named{code, t.a.set.Name("certificates", code)})
	}
	return c
}

// move describes a move of somebody with months of experience.
func (t *traveller) move(from, to, months int) Move {
	level := levelOf(months)
	made, _ := t.r.edge(from, allTaken, to)
	m := Move{From: t.named(from), To: t.named(to), Level: Levels[level].Code, People: crowdOf(made), Had: []Had{},
		Share: portion(made, t.r.Left[from*rowsEach+allTaken]), Before: withheld}
	m.Thin = !m.People.Known() || m.People.N < thin
	for _, l := range []int{level, allTaken} {
		if made, stay := t.r.edge(from, l, to); stay > 0 {
			m.Before = middleOf(uint32(stay), made)
			break
		}
	}
	m.Worth = t.worth(from, level, to, level)
	for i := t.r.PairFrom[from]; i < t.r.PairFrom[from+1]; i++ {
		if int(t.r.PairTo[i]) == to {
			m.Had = t.had(int(i), from)
		}
	}
	return m
}

// crowdOf is a number of people as roads has it: published, and 0 when withheld.
func crowdOf(n uint32) Figure {
	if n == 0 {
		return withheld
	}
	return known(float64(n), int(n), 0, onPeople)
}

// portion is n of of such people.
func portion(n, of uint32) Figure {
	if n < least || of < shareBase {
		return withheld
	}
	return known(min(1, float64(n)/float64(of)), int(n), int(of), onPeople)
}

// middleOf is a median that was taken of n such people; 0 is withheld.
func middleOf(median, n uint32) Figure {
	if median == 0 {
		return withheld
	}
	return known(float64(median), int(n), 0, onPeople)
}

// worth compares the pay of people who work in two states now.
func (t *traveller) worth(from, level, to, toLevel int) Worth {
	x, y := from*rowsEach+level, to*rowsEach+toLevel
	w := Worth{From: middleOf(t.r.Pay[x], t.r.PayOf[x]), To: middleOf(t.r.Pay[y], t.r.PayOf[y])}
	if w.From.Known() && w.To.Known() {
		d := w.To.Int() - w.From.Int()
		w.Difference = &d
	}
	return w
}

// had returns what those who made a move last have more often than who stayed.
func (t *traveller) had(pair, from int) []Had {
	out := []Had{}
	by, stayed := t.r.HadBy.At(pair, nil), t.r.HadStay.At(pair, nil)
	for i, id := range t.r.Had.At(pair, nil) {
		h := Had{Kind: "competency", Share: portion(by[i], t.r.PairMade[pair]),
			Stayed: portion(stayed[i], t.r.Here[from*rowsEach+allTaken])}
		if k := int(id) - len(t.s.Dict.Skills); k >= 0 {
			code := t.s.Dict.Certificates[k]
			h.Kind, h.Named = "certificate", Named{code, t.a.set.Name("certificates", code)}
		} else {
			code := t.s.Dict.Skills[id]
			h.Named = Named{code, t.a.set.Name("competencies", code)}
		}
		if h.Share.Known() && h.Stayed.Known() && h.Stayed.Float() > 0 {
			h.Lift = math.Round(h.Share.Float()/h.Stayed.Float()*10) / 10
			out = append(out, h)
		}
	}
	return out
}

// openings counts the open places of an occupation, once, in the region where one
// is asked for.
func (t *traveller) openings(o int) Figure {
	if f, ok := t.places[o]; ok {
		return f
	}
	wanted, postings := 0, 0
	t.open(o, func(region uint16, n int) {
		if t.regions == nil || t.regions[region] {
			wanted += n
			postings++
		}
	})
	t.places[o] = places(wanted, postings, onOpen)
	return t.places[o]
}

// open calls f with the region and the places of each open posting of an occupation.
func (t *traveller) open(o int, f func(region uint16, places int)) {
	x := newPostingRows(&t.s.Postings)
	for _, in := range t.s.PostingsOf(o) {
		for from := in.From; from < in.To; from += stretch {
			x.begin(from, min(from+stretch, in.To), func(row int) bool { return !t.s.PostingGone(row) })
			for _, row := range x.chosen {
				if i := int(row); x.within(i, t.day, t.day) {
					f(x.region.at(i), max(1, int(x.openings.at(i))))
				}
			}
		}
	}
}

// elsewhere returns the provinces with most openings of the goal, at most mostWays.
func (t *traveller) elsewhere() []Offer {
	wanted, postings := map[string]int{}, map[string]int{}
	t.open(t.goal, func(region uint16, n int) {
		code := t.s.Dict.Regions[region]
		wanted[code[:min(2, len(code))]] += n
		postings[code[:min(2, len(code))]]++
	})
	out := []Offer{}
	for _, c := range t.a.provinces() {
		if postings[c.Code] > 0 {
			out = append(out, Offer{Named{c.Code, c.Name}, places(wanted[c.Code], postings[c.Code], onOpen)})
		}
	}
	slices.SortStableFunc(out, func(x, y Offer) int { return cmp.Compare(y.Openings.Int(), x.Openings.Int()) })
	return out[:min(mostWays, len(out))]
}
