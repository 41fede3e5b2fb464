package jobcare

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"ieum"
	"ieum/defs"
	"ieum/internal/snapshot"
)

// enough is the number of postings that must name a competency at all before
// an occupation is said to ask for anything.
const enough = 20

// askedFor is how many of the competencies most asked for a person is measured
// against.
const askedFor = 10

// shownFits is how many occupations are shown that fit.
const shownFits = 10

// A Diagnosis is what a person can do and where that leads. Strengths come
// before gaps.
type Diagnosis struct {
	Profile   ieum.Profile `json:"profile"`
	Fits      []Fit        `json:"fits"`               // occupations, best first; at most 10
	Near      *Fit         `json:"near,omitempty"`     // the nearest occupation the person has not worked in; of about equally near ones that with most openings per seeker
	Target    *Fit         `json:"target,omitempty"`   // the one asked for, or the best
	Standing  *Standing    `json:"standing,omitempty"` // the person beside those hired for it
	Jobs      []ieum.Job   `json:"jobs"`
	Short     []ieum.Job   `json:"short"` // jobs for which one licence is missing
	Roadmap   *Roadmap     `json:"roadmap,omitempty"`
	Interests *Considered  `json:"interests,omitempty"`
	Day       ieum.Day     `json:"day"`
	Snapshot  string       `json:"snapshot"`
	Simulated bool         `json:"simulated"`
}

// A Fit is one occupation beside a person.
type Fit struct {
	Named
	Done     bool      `json:"done"`     // the person has worked in it
	Score    float64   `json:"score"`    // 0 to 1: half experience, half what is asked for that the person can do
	Have     []Asked   `json:"have"`     // asked for, and shown by the person's words
	Missing  []Asked   `json:"missing"`  // asked for, and not shown; most often asked first
	Licences []Licence `json:"licences"` // required by law, and not held
	Openings Figure    `json:"openings"`
	Seekers  Figure    `json:"seekers"`
	Per100   Figure    `json:"per100"`  // openings per 100 seekers
	Offered  Figure    `json:"offered"` // median, won a year
	Wished   Figure    `json:"wished"`
	Interest *Liking   `json:"interest,omitempty"` // beside the person's interests, when they are known
}

// Asked is a competency an occupation's postings ask for.
type Asked struct {
	Named
	In100 Figure `json:"in100"` // of 100 postings that name any competency
	Words string `json:"words,omitempty"`
}

// A Licence is a certificate a law requires for an occupation.
type Licence struct {
	Named
	Law string   `json:"law"`
	For []string `json:"for,omitempty"` // only for work whose title has one of these words
}

// Words are the words of For, as one text.
func (l Licence) Words() string { return strings.Join(l.For, ", ") }

func (a *Adviser) diagnose(s *snapshot.Snapshot, p ieum.Profile, aim Aim) (*Diagnosis, error) {
	at, err := level(aim.Level, p.CareerMonths)
	if err != nil {
		return nil, err
	}
	d := &Diagnosis{Profile: p, Day: s.Today(a.now()), Snapshot: s.Meta.Version, Simulated: s.Meta.Simulated, Fits: []Fit{}, Jobs: []ieum.Job{}, Short: []ieum.Job{}}
	b := s.Part(partName).(*base)
	held := newHeld(s, p)
	scores := b.scores(s, p, held)
	order := make([]int, len(scores))
	for o := range order {
		order[o] = o
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(scores[y], scores[x]) })
	for _, o := range order {
		if o == 0 || scores[o] < .1 || len(d.Fits) == shownFits {
			break
		}
		d.Fits = append(d.Fits, a.fit(s, b, o, scores[o], p, held))
	}
	d.Near = a.nearest(s, b, p, held, scores)
	switch target := aim.Occupation; {
	case target != "":
		if err := a.unitGroup(target, "/target"); err != nil {
			return nil, err
		}
		o := snapshot.Find(s.Dict.Occupations, target)
		f := a.fit(s, b, o, scores[o], p, held)
		f.Named = Named{target, a.set.Name("keco2025", target)}
		d.Target = &f
	case len(d.Fits) > 0:
		d.Target = &d.Fits[0]
	}
	if d.Target != nil {
		d.Standing, err = a.standing(s, b, d, held, at)
	}
	return d, err
}

// held is what a person has, in the snapshot's numbers.
type held struct {
	skills map[uint16]string // with the words that show it
	certs  map[string]bool
	done   map[uint16]float64
}

func newHeld(s *snapshot.Snapshot, p ieum.Profile) held {
	h := held{map[uint16]string{}, map[string]bool{}, map[uint16]float64{}}
	for _, c := range p.Competencies {
		if id := snapshot.Find(s.Dict.Skills, c.ID); id > 0 && h.skills[uint16(id)] == "" {
			h.skills[uint16(id)] = cmp.Or(c.Words, c.Label)
		}
	}
	for _, c := range p.Certificates {
		h.certs[c] = true
	}
	for _, o := range p.Occupations {
		if id := snapshot.Find(s.Dict.Occupations, o.Code); id > 0 {
			h.done[uint16(id)] = max(h.done[uint16(id)], o.P)
		}
	}
	return h
}

// worked reports whether the person has done an occupation for certain.
func (h held) worked(o int) bool { return h.done[uint16(o)] >= .3 }

// scores rates every occupation between 0 and 1: half for having worked in it or
// in one of the same minor (3 digits) or sub-major (2 digits) group, half for
// the share of what it asks for, by how telling each competency is, that the
// person shows.
func (b *base) scores(s *snapshot.Snapshot, p ieum.Profile, h held) []float64 {
	scores := make([]float64, len(s.Dict.Occupations))
	for o := range scores {
		if o == 0 || b.People[o] == 0 && b.Postings[o] == 0 {
			continue
		}
		code := s.Dict.Occupations[o]
		worked := 0.0
		for _, done := range p.Occupations {
			worked = max(worked, done.P*kinship(code, done.Code))
		}
		scores[o] = worked/2 + b.covered(s, o, h)/2
	}
	return scores
}

// kinship is how near two unit groups stand in the classification.
func kinship(x, y string) float64 {
	switch {
	case x == y:
		return 1
	case len(x) == 4 && len(y) == 4 && x[:3] == y[:3]:
		return .6
	case len(x) == 4 && len(y) == 4 && x[:2] == y[:2]:
		return .3
	}
	return 0
}

// covered is the share of what occupation o asks for that the person shows.
func (b *base) covered(s *snapshot.Snapshot, o int, h held) float64 {
	have, all := 0.0, 0.0
	skills, weights := b.weights(s, o)
	for i, id := range skills {
		all += weights[i]
		if h.skills[id] != "" {
			have += weights[i]
		}
	}
	if all == 0 {
		return 0
	}
	return have / all
}

// weights are the competencies that occupation o asks for most, each weighed by how often it is
// asked for and by the logarithm of how rarely elsewhere; none where too few postings say.
func (b *base) weights(s *snapshot.Snapshot, o int) (skills []uint16, weights []float64) {
	if b.Coded[o] < enough {
		return nil, nil
	}
	skills, counts := b.Skill.At(o, nil), b.SkillCount.At(o, nil)
	skills = skills[:min(askedFor, len(skills))]
	for i, id := range skills {
		weights = append(weights, float64(counts[i])/float64(b.Coded[o])*math.Log(1+float64(s.Meta.Postings)/float64(1+b.SkillPostings[id])))
	}
	return skills, weights
}

// fit describes one occupation beside the person.
func (a *Adviser) fit(s *snapshot.Snapshot, b *base, o int, score float64, p ieum.Profile, h held) Fit {
	code := s.Dict.Occupations[o]
	f := Fit{
		Named: Named{code, a.set.Name("keco2025", code)}, Score: math.Round(score*1000) / 1000,
		Done: h.worked(o), Have: []Asked{}, Missing: []Asked{}, Licences: a.licences(code, h),
	}
	if b.Coded[o] >= enough {
		skills, counts := b.Skill.At(o, nil), b.SkillCount.At(o, nil)
		for i, id := range skills[:min(askedFor, len(skills))] {
			c := s.Dict.Skills[id]
			asked := Asked{Named{c, a.set.Name("competencies", c)}, in100(int(counts[i]), int(b.Coded[o])), h.skills[id]}
			if asked.Words != "" {
				f.Have = append(f.Have, asked)
			} else {
				f.Missing = append(f.Missing, asked)
			}
		}
	}
	day, seekers := s.Today(a.now()), int(b.Seekers[o])
	wanted, open, offered := glance(s, o, day)
	f.Openings, f.Seekers, f.Per100, f.Wished = places(wanted, open, onOpen), withheld, withheld, withheld
	if seekers > 0 {
		f.Seekers = known(float64(seekers), seekers, 0, onSeekers)
		f.Per100 = known(math.Round(float64(wanted*100)/float64(seekers)), seekers, 0, onSeekers)
	}
	f.Offered = offered.quantile(offered.n, .5, onPostings)
	if w := b.Wished[o]; w > 0 {
		f.Wished = known(float64(w), seekers, 0, onSeekers)
	}
	return f
}

// glance counts the places of an occupation's open postings and those, and the pay offered
// within the year.
func glance(s *snapshot.Snapshot, o int, day ieum.Day) (wanted, open int, offered spread) {
	x := newPostingRows(&s.Postings)
	for _, in := range s.PostingsOf(o) {
		for from := in.From; from < in.To; from += stretch {
			x.begin(from, min(from+stretch, in.To), func(row int) bool { return !s.PostingGone(row) })
			for _, row := range x.chosen {
				i := int(row)
				if !x.within(i, day-yearDays, day) {
					continue
				}
				if pay := x.pay(i); pay > 0 {
					offered.add(pay)
				}
				if x.within(i, day, day) {
					wanted, open = wanted+max(1, int(x.openings.at(i))), open+1
				}
			}
		}
	}
	return wanted, open, offered
}

// in100 is a share as a whole number of a hundred.
func in100(n, of int) Figure {
	f := share(n, of, onPostings)
	if f.Known() {
		v := math.Round(*f.Value * 100)
		f.Value = &v
	}
	return f
}

// licences returns what laws require for all work of an occupation and the
// person lacks. Holding one of a law's certificates is enough; the first stands
// for all.
func (a *Adviser) licences(occupation string, h held) []Licence {
	out := []Licence{}
	for _, l := range a.lacking(occupation, h) {
		out = append(out, a.licence(l))
	}
	return out
}

func (a *Adviser) lacking(occupation string, h held) (out []defs.Licence) {
	for _, l := range a.set.Licences(occupation) {
		if len(l.Words) == 0 && !slices.ContainsFunc(l.Certificates, func(c string) bool { return h.certs[c] }) {
			out = append(out, l)
		}
	}
	return out
}

func (a *Adviser) licence(l defs.Licence) Licence {
	c := l.Certificates[0]
	return Licence{Named{c, a.set.Name("certificates", c)}, l.Law, l.Words}
}
