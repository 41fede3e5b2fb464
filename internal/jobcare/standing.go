package jobcare

import (
	"reflect"
	"slices"

	"ieum"
	"ieum/internal/jobcare/cellkey"
	"ieum/internal/snapshot"
)

// An Aim is what somebody is measured against.
type Aim struct {
	Occupation string // a KECO unit group; "" for the best fitting one
	Level      string // one of Levels; "" for that of the person's own experience
}

// Check refuses a level that is none.
func (m Aim) Check() error {
	_, err := level(m.Level, 0)
	return err
}

// A Standing is a person beside those who were hired for an occupation within three years.
// What the person has comes first, and what can be done next last.
type Standing struct {
	Level string     `json:"level"`          // entry, middle or senior: the one asked for, or the person's own
	Own   string     `json:"own"`            // that of the person's experience
	Of    string     `json:"of,omitempty"`   // of whom the figures are: the level, or all where too few of it were hired; none where too few were
	None  *ieum.Text `json:"none,omitempty"` // why there are no figures of who was hired
	Hired Figure     `json:"hired"`          // people
	// Have is what postings ask for and the person has, Gaps what they ask for besides, most worth first.
	Have []Beside `json:"have"`
	Gaps []Gap    `json:"gaps"`
	// Ahead is how many of a hundred hired have less of what is asked for, by weight, those who
	// have as much counted half: 5 to 95, in steps of 5.
	Ahead     Figure    `json:"percentileRank"`
	Years     Years     `json:"years"`
	Schooling Schooling `json:"schooling"`
	Next      Next      `json:"next"`

	From      ieum.Day        `json:"from,omitzero"` // of the hires
	To        ieum.Day        `json:"to,omitzero"`
	Sources   []ieum.SourceID `json:"sources"`
	Simulated bool            `json:"simulated"` // who was hired is made up: beside anybody real they would not count

	// Titles are those of the sources by their ids.
	Titles map[ieum.SourceID]ieum.Text `json:"sourceTitles"`
}

// Beside is something that the person has, and how many of those hired do.
type Beside struct {
	Named
	Kind  string `json:"kind"`  // competency or certificate
	In100 Figure `json:"in100"` // of 100 postings that ask for it
	Words string `json:"words,omitempty"`
	Hired Figure `json:"hired"` // share of the hired
}

// Years are months of work of any sort, the person's and those that the hired had then.
type Years struct {
	Mine   int    `json:"mine"`
	P25    Figure `json:"p25"`
	Median Figure `json:"median"`
	P75    Figure `json:"p75"`
}

// Enough says whether the person has worked as long as half of the hired.
func (y Years) Enough() bool { return float64(y.Mine) >= y.Median.Float() }

// Half and Low are the months of half of the hired and of a quarter of them; 0 is less than a
// quarter of a year.
func (y Years) Half() int { return int(y.Median.Int()) }
func (y Years) Low() int  { return int(y.P25.Int()) }

// Schooling is the person's beside that of the hired.
type Schooling struct {
	Mine   string  `json:"mine,omitempty"` // code of the list education; "" = not told
	Most   *Named  `json:"most"`           // the highest that half of the hired have or exceed; null when not known
	Share  Figure  `json:"share"`          // of the hired who have that or more
	Hired  []Share `json:"hired"`          // of each that is known
	Enough bool    `json:"enough"`         // the person has it
}

// Same is how many of the hired have just the person's schooling; nil when too few do.
func (s Schooling) Same() *Figure {
	for i := range s.Hired {
		if s.Hired[i].Code == s.Mine {
			return &s.Hired[i].Share
		}
	}
	return nil
}

// Next is the step within reach that is worth most.
type Next struct {
	Kind     string  `json:"kind"`             // learn, apply, near or ask (together with a counsellor)
	What     *Named  `json:"what,omitempty"`   // what to learn, or the occupation next to this one
	Course   *Course `json:"course,omitempty"` // where
	Openings Figure  `json:"openings"`         // of the occupation
}

// level finds one by its code; that of months of experience for none.
func level(code string, months int) (int, error) {
	if code == "" {
		return levelOf(months), nil
	}
	for l := range Levels {
		if Levels[l].Code == code {
			return l, nil
		}
	}
	return 0, &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.level", Field: "/level", Message: "the level is entry, middle or senior"}
}

// standing puts a person beside those who were hired for the occupation they are measured against.
func (a *Adviser) standing(s *snapshot.Snapshot, b *base, d *Diagnosis, h held, at int) (*Standing, error) {
	f := d.Target
	st := &Standing{Level: Levels[at].Code, Own: Levels[levelOf(d.Profile.CareerMonths)].Code, Hired: withheld, Ahead: withheld,
		Have: []Beside{}, Gaps: []Gap{}, Sources: []ieum.SourceID{}, Titles: titles(s),
		Years:     Years{d.Profile.CareerMonths, withheld, withheld, withheld},
		Schooling: Schooling{Mine: d.Profile.Education, Share: withheld, Hired: []Share{}}}
	x := a.level(s, b, snapshot.Find(s.Dict.Occupations, f.Code), at)
	x.whence(st)
	x.place(st, h)
	for _, k := range f.Have {
		st.Have = append(st.Have, Beside{k.Named, "competency", k.In100, k.Words, x.skill(k.Code).hired})
	}
	certs := x.certs()
	for _, c := range certs {
		if h.certs[c.Code] {
			st.Have = append(st.Have, Beside{c.Named, "certificate", c.in100, "", c.hired})
		}
	}
	t, err := a.traveller(s, d.Profile, Goal{Region: homeward(s, d.Profile)})
	if err != nil {
		return nil, err
	}
	st.Gaps = t.gaps(x, f, certs)
	st.Next = next(st, d)
	return st, nil
}

// shownGaps is how many gaps are shown before the fold: more than that is no plan.
const shownGaps = 3

// First and Rest are the gaps as they are shown: what a law requires is never folded away.
func (st *Standing) First() []shownGap { return st.shown(0, st.fold()) }
func (st *Standing) Rest() []shownGap  { return st.shown(st.fold(), len(st.Gaps)) }

// A shownGap is a gap, and whether its effects are those of the one above.
type shownGap struct {
	Gap
	Same bool
}

func (st *Standing) shown(from, to int) (list []shownGap) {
	for i := from; i < to; i++ {
		list = append(list, shownGap{st.Gaps[i], i > from && len(st.Gaps[i].Effects) > 0 && reflect.DeepEqual(st.Gaps[i].Effects, st.Gaps[i-1].Effects)})
	}
	return list
}

func (st *Standing) fold() int {
	n := 0
	for _, g := range st.Gaps {
		if g.Kind == "licence" {
			n++
		}
	}
	return min(max(n, shownGaps), len(st.Gaps))
}

// homeward is the region somebody wishes to work in first; "" when the snapshot has none of it.
func homeward(s *snapshot.Snapshot, p ieum.Profile) string {
	if of := p.Resume.Wish.Regions; len(of) > 0 && snapshot.Find(s.Dict.Regions, of[0]) > 0 {
		return of[0]
	}
	return ""
}

// A hiredLevel is what is published of those hired for an occupation at a level, or at all of
// them where too few were.
type hiredLevel struct {
	a   *Adviser
	s   *snapshot.Snapshot
	b   *base
	h   *hired // nil where nothing is known
	o   int
	row int
}

func (a *Adviser) level(s *snapshot.Snapshot, b *base, o, at int) *hiredLevel {
	x := &hiredLevel{a: a, s: s, b: b, o: o}
	for _, l := range []int{at, allTaken} {
		if row := o*rowsEach + l; b.hired != nil && o > 0 && row < len(b.hired.Hired) && int(b.hired.Hired[row])-cellkey.Most >= quantiles {
			x.h, x.row = b.hired, row
			break
		}
	}
	return x
}

// whence says of whom the figures are, or why there are none.
func (x *hiredLevel) whence(st *Standing) {
	switch p := x.b.past; {
	case !p.records(snapshot.Hired):
		st.None = &ieum.Text{KO: "누가 채용되었는지 보내 주는 기관이 없어서 채용된 사람과 견줄 수 없습니다.", EN: "No source records who was hired, so there is nobody to compare with."}
	case x.b.hired == nil:
		st.None = &ieum.Text{KO: "채용된 사람과 견주는 수는 자료를 다음에 새로 만들 때 셉니다.", EN: "How those hired compare is counted when the data are next built."}
	case x.h == nil:
		st.None = &ieum.Text{KO: "이 일에 채용된 사람의 기록이 아직 모자라서 견주지 않았습니다.", EN: "Not enough people hired for this work are recorded yet to compare with."}
	default:
		st.Of = levelName(x.row % rowsEach)
		st.Hired = x.people(x.h.Hired[x.row])
	}
	if p := x.b.past; p.records(snapshot.Hired) {
		day := p.day(x.s)
		st.From, st.To, st.Sources = day-hiredDays+1, day, p.sources(x.s)
		st.Simulated = x.b.hired != nil && x.b.hired.Simulated[0] == 1
	}
}

func (x *hiredLevel) people(n uint32) Figure { return known(float64(n), int(n), 0, onHiredLately) }

// place says where the person stands among the hired.
func (x *hiredLevel) place(st *Standing, h held) {
	if x.h == nil {
		return
	}
	n := int(x.h.Hired[x.row])
	told := n
	if x.row%rowsEach == allTaken {
		told = int(x.h.Told[x.o])
	}
	for i, to := range []*Figure{&st.Years.P25, &st.Years.Median, &st.Years.P75} {
		if half := x.h.Years[x.row*quartiles+i]; half != unsaid {
			*to = known(float64(half)*halfOfYear, told, 0, onHiredLately)
		}
	}
	if tenths := x.h.Covered[x.row*deciles:][:deciles]; tenths[0] != unsaid {
		asked := x.h.Asked.At(x.o, nil)
		mine := coveredOf(asked, x.h.Weight.At(x.o, nil), func(id uint16) bool { return h.skills[id] != "" })
		st.Ahead = known(float64(ahead(tenths, mine)), n, 0, onHiredLately)
	}
	x.schooling(&st.Schooling)
}

// ahead is how many of a hundred lie below a value by nine deciles, those at it counted half
// (percentile rank): 5 to 95. It never falls as the value rises.
func ahead(tenths []uint8, mine int) int {
	out := 5
	for _, d := range tenths {
		switch {
		case int(d) < mine:
			out += 10
		case int(d) == mine:
			out += 5
		}
	}
	return out
}

func (x *hiredLevel) schooling(to *Schooling) {
	d := x.s.Dict.Education
	n := x.h.School[x.row*len(d):][:len(d)]
	all, above := 0, 0
	for _, k := range n {
		all += int(k)
	}
	if all < shareBase {
		return
	}
	for e := len(d) - 1; e > 0; e-- {
		named := Named{d[e], x.a.set.Name("education", d[e])}
		if s := (rule{}).share(int(n[e]), all, onHiredLately); s.Known() {
			to.Hired = append(to.Hired, Share{Code: named.Code, Name: named.Name, Share: s, Before: withheld})
		}
		if above += int(n[e]); to.Most == nil && 2*above >= all {
			to.Most, to.Share = &named, (rule{}).share(above, all, onHiredLately)
			to.Enough = snapshot.Find(d, to.Mine) >= e
		}
	}
	slices.Reverse(to.Hired)
}

// asked is something that postings ask for, with who has it.
type asked struct {
	Named
	postings int
	in100    Figure
	hired    Figure
	lift     *Ratio
}

// of reckons who has something, of the numbers of the hired and of all who tried.
func (x *hiredLevel) of(got, have uint32) (hired Figure, lift *Ratio) {
	h, n := int(x.h.Hired[x.row]), int(x.h.Tried[x.row])
	r := rule{release: new(cellkey.Release)} // all of these numbers are published: their noise counts
	return r.share(int(got), h, onHiredLately), r.lift(int(got), h, int(have), n)
}

// skill is who of the hired has a competency.
func (x *hiredLevel) skill(code string) (out asked) {
	out.hired = withheld
	if x.h == nil {
		return out
	}
	id := snapshot.Find(x.s.Dict.Skills, code)
	if i := slices.Index(x.h.Asked.At(x.o, nil), uint16(id)); i >= 0 {
		out.hired, out.lift = x.of(x.h.SkillHired.At(x.row, nil)[i], x.h.SkillTried.At(x.row, nil)[i])
	}
	return out
}

// certs are the certificates that postings ask for, with who has them.
func (x *hiredLevel) certs() (out []asked) {
	if x.o == 0 {
		return nil
	}
	postings := countAsked(x.s, x.o)
	for _, id := range postings.fairly() {
		code, n := x.s.Dict.Certificates[id], postings.certs[id]
		c := asked{Named{code, x.a.set.Name("certificates", code)}, n, in100(n, postings.postings), withheld, nil}
		if x.h != nil {
			if i := slices.Index(x.h.Certs.At(x.o, nil), id); i >= 0 {
				c.hired, c.lift = x.of(x.h.CertHired.At(x.row, nil)[i], x.h.CertTried.At(x.row, nil)[i])
			}
		}
		out = append(out, c)
	}
	return out
}

// next is the step that is within reach: the gap worth most of those that a course closes, or
// else applying, the nearest other occupation, or asking. Nothing is proposed past a licence
// to which no course leads.
func next(st *Standing, d *Diagnosis) Next {
	n := Next{Kind: "ask", Openings: d.Target.Openings}
	barred := slices.ContainsFunc(st.Gaps, func(g Gap) bool { return g.Kind == "licence" && g.Course == nil })
	i := slices.IndexFunc(st.Gaps, func(g Gap) bool { return g.Course != nil })
	switch {
	case !barred && i >= 0:
		n.Kind, n.What, n.Course = "learn", &st.Gaps[i].Named, st.Gaps[i].Course
	case !barred && d.Target.Openings.Int() > 0:
		n.Kind = "apply"
	case d.Near != nil && d.Near.Code != d.Target.Code:
		n.Kind, n.What = "near", &d.Near.Named
	}
	return n
}

// A Gap is something that the occupation asks for and the person does not have.
type Gap struct {
	Named
	Kind  string `json:"kind"`          // licence (required by law), certificate or competency
	Law   string `json:"law,omitempty"` // of a licence
	In100 Figure `json:"in100"`         // of 100 postings that ask for it
	Hired Figure `json:"hired"`         // share of the hired who have it
	// Evidence says what its worth stands on: law, effect (Effects), association (Lift) or
	// postings alone, when there is not enough evidence.
	Evidence string   `json:"evidence"`
	Lift     *Ratio   `json:"lift"`    // how much more often the hired have it than all who applied; no effect
	Effects  []Effect `json:"effects"` // found, of the sort of learning that leads to it, in the occupation's group
	Course   *Course  `json:"course"`  // that leads to it; null where none is known, nor how long it takes and what it costs
	Worth    float64  `json:"worth"`   // by which gaps are ordered after what a law requires; see docs/market.md

	share float64 // of the postings
}
