package match

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"ieum"
	"ieum/defs"
	"ieum/internal/match/rank"
	"ieum/internal/match/terms"
	"ieum/internal/snapshot"
)

// mostNamed is how many competencies a reason names.
const mostNamed = 5

// explain says why a posting fits a person: where everybody begins, the parts of
// the score that are not zero, each with the words that show it, and those that are because
// the posting asks for something that is not known of the person. They add up to the
// score.
func (x *index) explain(s *seeker, p *ieum.Profile, row uint32, day ieum.Day) ieum.Job {
	return x.explainBy(x.model, s, p, row, day)
}

// explainBy explains a score that another model made.
func (x *index) explainBy(by *Model, s *seeker, p *ieum.Profile, row uint32, day ieum.Day) ieum.Job {
	f := x.facts(s, int(row), day)
	points := rank.Score(&f)
	odds := by.Odds(&points)
	chance, wish := by.Chances(odds)
	base, parts := by.Explain(&points)
	e := explainer{x, s, p, int(row), &f}
	post := &x.s.Postings
	j := ieum.Job{
		ID: snapshot.FormatID(post.ID.At(int(row))), Title: post.Title.At(int(row)), Company: x.s.Companies.Name.At(int(post.Company.At(int(row)))),
		Occupation: x.s.Dict.Occupations[post.Occupation.At(int(row))], Region: x.s.Dict.Regions[post.Region.At(int(row))],
		PayMin: int64(post.PayMin.At(int(row))), PayMax: int64(post.PayMax.At(int(row))), PayBasis: bases[post.PayBasis.At(int(row))], Opened: ieum.Day(post.Opened.At(int(row))), Deadline: ieum.Day(post.Deadline.At(int(row))),
		Score: by.Score(odds), Chance: chance, Wish: wish, LearnedSimulated: by.WishFrom.Simulated || by.ChanceFrom.Simulated,
		Reasons: []ieum.Reason{{Part: "base", Key: "match.why.base.everybody", Points: base}}, Simulated: post.Flags.At(int(row))&snapshot.Simulated != 0,
	}
	for part, points := range parts {
		if points != 0 || e.unsure(rank.Part(part)) {
			r := e.reason(rank.Part(part))
			r.Part, r.Points = rank.Part(part).String(), points
			r.Key = "match.why." + r.Part + "." + r.Key
			j.Reasons = append(j.Reasons, r)
		}
	}
	if s.reach != nil && s.reach[post.Region.At(int(row))] == unclear {
		j.Unclear = append(j.Unclear, "match.unclear.region")
	}
	if x.old(int(row), day) {
		j.Unclear = append(j.Unclear, "match.unclear.old")
	}
	if s.placed && slices.Contains(j.Unclear, "match.unclear.region") || slices.Contains(j.Unclear, "match.unclear.old") {
		j.Score -= inDoubt
		j.Reasons = append(j.Reasons, ieum.Reason{Part: "doubt", Key: "match.why.doubt.check", Points: -inDoubt})
	}
	j.Recommended = math.Exp(j.Score) >= by.Least
	why := j.Reasons[1:] // where everybody begins comes last
	slices.SortStableFunc(why, func(a, b ieum.Reason) int { return cmp.Compare(b.Points, a.Points) })
	j.Reasons = append(slices.Clone(why), j.Reasons[0])
	for _, n := range x.listNeeds(s, int(row)) {
		switch {
		case n.met:
		case n.sure:
			j.Missing = append(j.Missing, n.any[0])
		case !slices.Contains(j.Unclear, "match.unclear.licence"):
			j.Unclear = append(j.Unclear, "match.unclear.licence")
		}
	}
	return j
}

// likely is the probability from which it is said that a person has worked in an
// occupation; below it the words only look like it.
const likely = 0.3

// An explainer finds the words for one posting and one person.
type explainer struct {
	x   *index
	s   *seeker
	p   *ieum.Profile
	row int
	f   *rank.Facts
}

// unsure says whether a part has no points because the person's side is not
// known: then that is said, for what is not known is neither met nor missed.
func (e *explainer) unsure(part rank.Part) bool {
	switch part {
	case rank.Career:
		return e.f.Months == rank.Unknown && (e.f.Least > 0 && !e.f.Entry || e.f.Most != rank.Unknown)
	case rank.Education:
		return e.f.Schooling == 0 && e.f.Asks > 0
	}
	return false
}

// reason returns the reason for a part; its key is what follows the part's name.
func (e *explainer) reason(part rank.Part) ieum.Reason {
	post, d := &e.x.s.Postings, &e.x.s.Dict
	switch part {
	case rank.Occupation:
		return e.occupation()
	case rank.Competencies:
		return e.competencies()
	case rank.Gaps:
		return e.gaps()
	case rank.Certificates:
		return e.certificates()
	case rank.Career:
		return e.career()
	case rank.Education:
		return e.education()
	case rank.Major:
		for _, id := range post.Majors.At(e.row, nil) {
			if e.s.majors[id] {
				return ieum.Reason{Key: "named", Args: map[string]any{"major": e.x.set.Name("majors", d.Majors[id])}}
			}
		}
	case rank.Pay:
		return e.pay()
	case rank.Employment:
		args := map[string]any{"kind": e.x.set.Name("employment", d.Employment[post.Employment.At(e.row)])}
		return ieum.Reason{Key: choose(e.f.Kind, "sought", "other"), Args: args}
	case rank.Region:
		args := map[string]any{"place": pathOf(e.x.set, d.Regions[post.Region.At(e.row)])}
		return ieum.Reason{Key: choose(e.f.Closeness == 2, "district", "province"), Args: args}
	case rank.Field:
		return ieum.Reason{Key: "other", Args: map[string]any{"job": e.x.set.Name("keco2025", d.Occupations[post.Occupation.At(e.row)])}}
	case rank.Recency:
		return ieum.Reason{Key: choose(e.f.Age == 0, "today", "days"), Args: map[string]any{"n": e.f.Age}}
	}
	return ieum.Reason{}
}

func choose(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

// pathOf returns the name of a region with the one it lies in.
func pathOf(set *defs.Set, code string) ieum.Text {
	l := set.Codes["regions"]
	if l == nil || code == "" {
		return ieum.Text{KO: code, EN: code}
	}
	return ieum.Text{KO: l.Path(code, "ko"), EN: l.Path(code, "en")}
}

// list joins names in both languages.
func list(names []ieum.Text) ieum.Text {
	var ko, en []string
	for _, n := range names {
		ko, en = append(ko, n.KO), append(en, n.In("en"))
	}
	return ieum.Text{KO: strings.Join(ko, ", "), EN: strings.Join(en, ", ")}
}

// occupation names the occupation done or sought that is nearest.
func (e *explainer) occupation() ieum.Reason {
	post := &e.x.s.Postings
	code := e.x.s.Dict.Occupations[post.Occupation.At(e.row)]
	yours, best, sure, sought := "", 0.0, 1.0, false
	wishes := e.p.Resume.Wish.Occupations
	for _, o := range wishes {
		if n := whole * rank.Near(o, code); n > best {
			yours, best, sought = o, n, true
		}
	}
	done := whole
	if len(wishes) > 0 {
		done = workedIn
	}
	for _, o := range e.p.Occupations {
		if n := done * o.P * rank.Near(o.Code, code); n > best {
			yours, best, sure, sought = o.Code, n, o.P, false
		}
	}
	key := "field"
	switch near := rank.Near(yours, code); {
	case sure < likely:
		key = "maybe"
	case near == rank.Nearness[4]:
		key = choose(sought, "sought", "done")
	case near == rank.Nearness[3]:
		key = "near"
	case near == rank.Nearness[2]:
		key = "related"
	}
	r := ieum.Reason{Key: key, Args: map[string]any{"job": e.x.set.Name("keco2025", code), "yours": e.x.set.Name("keco2025", yours)}, Asked: []string{post.Title.At(e.row)}}
	if !sought {
		for _, c := range e.p.Resume.Careers {
			if c.Title != "" && (c.Occupation == yours || len(e.p.Resume.Careers) == 1) && !slices.Contains(r.Words, c.Title) {
				r.Words = append(r.Words, c.Title)
			}
		}
	}
	return r
}

// competencies names what the posting asks for and the person can do, most
// telling first, with the words of both that show it.
func (e *explainer) competencies() ieum.Reason {
	asked := e.x.s.Postings.Skills.At(e.row, nil)
	var have []uint16
	for _, id := range asked {
		if e.s.skills[id] > 0 {
			have = append(have, id)
		}
	}
	r := ieum.Reason{Key: "shown", Args: map[string]any{"n": len(have), "of": len(asked), "names": e.named(have)}}
	for _, id := range have[:min(len(have), mostNamed)] {
		code := e.x.s.Dict.Skills[id]
		for _, c := range e.p.Competencies {
			if c.ID == code && c.Words != "" && !slices.Contains(r.Words, c.Words) {
				r.Words = append(r.Words, c.Words)
				break
			}
		}
		if w := e.x.written(e.row, "competencies", code); w != "" {
			r.Asked = append(r.Asked, w)
		}
	}
	return r
}

func (e *explainer) gaps() ieum.Reason {
	var missing []uint16
	for _, id := range e.x.s.Postings.Skills.At(e.row, nil) {
		if e.s.skills[id] == 0 {
			missing = append(missing, id)
		}
	}
	return ieum.Reason{Key: "missing", Args: map[string]any{"n": len(missing), "names": e.named(missing)}}
}

// named sorts competencies, most telling first, and names the first few.
func (e *explainer) named(ids []uint16) ieum.Text {
	slices.SortFunc(ids, func(a, b uint16) int { return cmp.Or(cmp.Compare(e.x.idf[b], e.x.idf[a]), cmp.Compare(a, b)) })
	var names []ieum.Text
	for _, id := range ids[:min(len(ids), mostNamed)] {
		names = append(names, e.x.set.Name("competencies", e.x.s.Dict.Skills[id]))
	}
	return list(names)
}

// written returns the name or alias of a code that stands in a posting, or "".
func (x *index) written(row int, listID, code string) string {
	l := x.set.Codes[listID]
	if l == nil {
		return ""
	}
	c, ok := l.Find(code)
	if !ok {
		return ""
	}
	text := x.terms.Folded(row)
	for _, n := range append([]string{c.Name.KO, c.Name.EN}, c.Aliases...) {
		if p := newPattern(terms.Fold(nil, []byte(n))); len(p.text) > 0 && p.find(text, 0) >= 0 {
			return n
		}
	}
	return ""
}

func (e *explainer) certificates() ieum.Reason {
	post := &e.x.s.Postings
	var names []ieum.Text
	key := "helps"
	for _, l := range []struct {
		ids []uint16
		key string
	}{{post.Required.At(e.row, nil), "required"}, {post.Preferred.At(e.row, nil), "helps"}} {
		for _, id := range l.ids {
			if e.s.certs[id] {
				if len(names) == 0 {
					key = l.key
				}
				names = append(names, e.x.set.Name("certificates", e.x.s.Dict.Certificates[id]))
			}
		}
	}
	return ieum.Reason{Key: key, Args: map[string]any{"names": list(names)}}
}

// career has a key for each way experience can stand to what is asked for.
func (e *explainer) career() ieum.Reason {
	args := map[string]any{"yours": spell(max(0, e.f.Months)), "least": spell(max(0, e.f.Least)), "most": spell(max(0, e.f.Most))}
	switch beginners := e.f.Most == 0; {
	case beginners && e.unsure(rank.Career):
		return ieum.Reason{Key: "unclear_beginners"}
	case beginners && e.f.Months > 0:
		return ieum.Reason{Key: "beginners", Args: args}
	case e.unsure(rank.Career):
		return ieum.Reason{Key: choose(e.f.Least > 0, choose(e.f.Most == rank.Unknown, "unclear", "unclear_between"), "unclear_most"), Args: args}
	case e.f.Most != rank.Unknown && e.f.Months > e.f.Most:
		return ieum.Reason{Key: "beyond", Args: args}
	case e.f.Entry || e.f.Least <= 0:
		return ieum.Reason{Key: "anyone", Args: args}
	case e.f.Months < e.f.Least:
		return ieum.Reason{Key: "short", Args: args}
	}
	return ieum.Reason{Key: "enough", Args: args}
}

// spell writes months as people say them.
func spell(months int) ieum.Text {
	y, m := months/12, months%12
	switch {
	case y == 0:
		return ieum.Text{KO: fmt.Sprintf("%d개월", m), EN: plural(m, "month")}
	case m == 0:
		return ieum.Text{KO: fmt.Sprintf("%d년", y), EN: plural(y, "year")}
	}
	return ieum.Text{KO: fmt.Sprintf("%d년 %d개월", y, m), EN: plural(y, "year") + " " + plural(m, "month")}
}

func plural(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

func (e *explainer) education() ieum.Reason {
	d := &e.x.s.Dict
	asked := int(e.x.s.Postings.Education.At(e.row))
	if asked == e.x.anyone {
		return ieum.Reason{Key: "any"}
	}
	if e.s.school == 0 {
		return ieum.Reason{Key: "unclear", Args: map[string]any{"asked": e.x.set.Name("education", d.Education[asked])}}
	}
	args := map[string]any{"asked": e.x.set.Name("education", d.Education[asked]), "yours": e.x.set.Name("education", d.Education[e.s.school])}
	return ieum.Reason{Key: choose(e.s.school >= asked, "met", "below"), Args: args}
}

func (e *explainer) pay() ieum.Reason {
	most := max(e.f.PayMin, e.f.PayMax)
	least := e.f.PayMin
	if least == 0 {
		least = most
	}
	args := map[string]any{"offered": ieum.Won(least), "upTo": ieum.Won(most), "wish": ieum.Won(e.f.Wish)}
	switch {
	case most < e.f.Wish:
		return ieum.Reason{Key: "below", Args: args}
	case least < e.f.Wish:
		return ieum.Reason{Key: "may", Args: args}
	}
	return ieum.Reason{Key: "met", Args: args}
}

// codes returns the definitions of a list, empty when there is none.
func codes(set *defs.Set, list string) []defs.Code {
	if l := set.Codes[list]; l != nil {
		return l.Codes
	}
	return nil
}
