package jobcare

import (
	"cmp"
	"math"
	"slices"

	"ieum/internal/snapshot"
)

// gaps are what an occupation asks for and the person does not have: first what a law requires,
// then by worth.
func (t *traveller) gaps(x *hiredLevel, f *Fit, certs []asked) []Gap {
	out := []Gap{}
	for _, l := range t.a.lacking(f.Code, t.held) {
		is := t.a.licence(l)
		g := Gap{Named: is.Named, Kind: "licence", Law: is.Law, Evidence: "law", In100: withheld, Hired: withheld, Effects: []Effect{}}
		out = append(out, t.learn(g, x.o, l.Certificates))
	}
	byLaw := len(out)
	for _, m := range f.Missing {
		of := x.skill(m.Code)
		g := Gap{Named: m.Named, Kind: "competency", In100: m.In100, Hired: of.hired, Lift: of.lift, share: t.b.shareOf(x.o, m.In100.N)}
		id := uint16(snapshot.Find(t.s.Dict.Skills, m.Code))
		if c, ok := t.first(x.o, func(c uint32) bool { return slices.Contains(t.r.CourseSkills.At(int(c), nil), id) }); ok {
			g.Course = new(t.course(c))
		}
		out = append(out, t.weigh(g, "course", f))
	}
	for _, c := range certs {
		if t.held.certs[c.Code] || t.lawful(f.Code, c.Code) {
			continue
		}
		g := Gap{Named: c.Named, Kind: "certificate", In100: c.in100, Hired: c.hired, Lift: c.lift, share: t.b.shareOf(x.o, c.postings)}
		out = append(out, t.weigh(t.learn(g, x.o, []string{c.Code}), "certificate", f))
	}
	slices.SortStableFunc(out[byLaw:], func(a, b Gap) int { return cmp.Compare(b.Worth, a.Worth) })
	return out
}

// lawful says whether a law names a certificate for an occupation: then it is spoken of there.
func (t *traveller) lawful(occupation, certificate string) bool {
	for _, l := range t.a.set.Licences(occupation) {
		if len(l.Words) == 0 && slices.Contains(l.Certificates, certificate) {
			return true
		}
	}
	return false
}

// learn adds the course that leads to any of some certificates.
func (t *traveller) learn(g Gap, o int, certificates []string) Gap {
	if c, ok := t.cheapest(o, certificates); ok {
		g.Course = new(t.course(c))
	}
	return g
}

// shareOf is how many of an occupation's postings so many are.
func (b *base) shareOf(o, n int) float64 {
	return min(1, float64(n)/float64(max(1, b.Postings[o])))
}

// weigh says what a gap is worth that is closed by a treatment, and on which evidence:
//
//	ln share of postings + gain − months / 12
//
// where the gain is the logarithm of by how much what was found of the treatment raises the
// chance, which is 1 at most, and the pay; or else of the low end of the lift. Months are those
// of learning and those whose pay it costs, and unknownMonths where no course leads to it.
func (t *traveller) weigh(g Gap, treatment string, f *Fit) Gap {
	gain := 0.0
	g.Evidence, g.Effects = "postings", []Effect{}
	if t.b.effects.any() {
		for _, outcome := range []string{"hired", "pay"} {
			if e := t.b.effects.of(groupOf(f.Code), treatment, outcome); e.Found() {
				g.Evidence, g.Effects = "effect", append(g.Effects, e)
				gain += math.Log1p(max(-.99, e.Value.Float()))
			}
		}
	}
	if g.Evidence == "postings" && g.Lift != nil && g.Lift.Low > 1 {
		g.Evidence, gain = "association", math.Log(g.Lift.Low)
	}
	months := float64(unknownMonths)
	if g.Course != nil {
		months = float64(g.Course.Months)
		if pay := f.Offered.Float() / 12; pay > 0 {
			months += float64(g.Course.Cost) / pay
		}
	}
	g.Worth = math.Round((math.Log(max(g.share, 1e-3))+gain-months/yearMonths)*100) / 100
	return g
}
