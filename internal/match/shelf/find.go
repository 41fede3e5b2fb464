package shelf

import (
	"cmp"
	"slices"
	"strings"

	"ieum"
	"ieum/defs"
)

// Found is what comes of all things on a shelf for who looks. Things = Closed + Refused
// + Unsure + Fits.
type Found struct {
	Things, Closed, Refused, Unsure, Fits int

	Broken []Broken // by condition of the item, as Item.Must
	Ask    []Asked  // facts not told, by how many unclear things turn on them, most first
	Best   []Pick   // of those that fit, best first
	Maybe  []Pick   // of those that are unclear, best first
}

// Broken counts the things for which a condition does not hold, and those for which it is the
// only one: so many more there would be without it.
type Broken struct{ All, Alone int }

// Asked counts the unclear things that cannot be told without a fact.
type Asked struct {
	Fact  string
	Items int
}

// A Pick is one thing with what was found of it.
type Pick struct {
	Row    int   // of the shelf; of several that are one thing the fullest that is open
	Others []int // the others that are open
	defs.Judgement
	Disagree bool // a condition holds for one row of the thing and not for another
	Past     bool // one row of it is closed, and no other says until when it is open
	Score    float64
	Parts    []Part // they sum to Score
}

// A Part is what one feature adds to a score.
type Part struct {
	Feature int // of Item.Rank
	Value   float64
	Words   []string // of a likeness: those found
}

// Find judges all things for who told facts, and returns the best k of those that fit and
// the best k of those of which it cannot be told. Closed ones are only counted.
func (s *Shelf) Find(facts defs.Facts, day ieum.Day, k int) (*Found, error) {
	f := &Found{Things: len(s.one), Broken: make([]Broken, len(s.item.Must))}
	alike, by := s.alike(facts), s.item.For(facts, day)
	turns := map[string]int{}
	for thing := range s.one {
		p, err := s.judge(thing, by)
		if err != nil {
			return nil, err
		}
		switch p.Verdict {
		case defs.Closed:
			f.Closed++
			continue
		case defs.Refused:
			f.refuse(p)
			continue
		}
		if err := s.score(&p, thing, alike, by); err != nil {
			return nil, err
		}
		if p.Verdict == defs.Fits {
			f.Fits++
			f.Best = append(f.Best, p)
			continue
		}
		f.Unsure++
		f.Maybe = append(f.Maybe, p)
		for _, name := range s.untold(p, facts) {
			turns[name]++
		}
	}
	f.Best, f.Maybe = best(f.Best, k), best(f.Maybe, k)
	f.Ask = asked(turns)
	return f, nil
}

// One judges one thing by a row of it, closed or not.
func (s *Shelf) One(row int, facts defs.Facts, day ieum.Day) (Pick, error) {
	thing := s.thing[row]
	by := s.item.For(facts, day)
	p, err := s.judge(thing, by)
	if err != nil || p.Verdict == defs.Closed {
		return p, err
	}
	return p, s.score(&p, thing, s.alike(facts), by)
}

func (f *Found) refuse(p Pick) {
	f.Refused++
	broken, last := 0, 0
	for i, h := range p.Must {
		if h.Truth == defs.False {
			f.Broken[i].All++
			broken, last = broken+1, i
		}
	}
	if broken == 1 {
		f.Broken[last].Alone++
	}
}

// judge judges a thing by those of its rows that are open; where none is, it is closed. A
// condition that holds for one row and not for another cannot be told. Where one row is
// closed the others count only when they say until when they are open; where none does,
// it cannot be told whether it is.
func (s *Shelf) judge(thing int, by *defs.Judge) (Pick, error) {
	all := s.one[thing]
	p := Pick{Row: all[0], Judgement: defs.Judgement{Verdict: defs.Closed}}
	var open, dated []int
	judged := make([]defs.Judgement, len(all))
	for i, row := range all {
		j, err := by.Judge(s.rows[row].field)
		if err != nil {
			return p, err
		}
		judged[i] = j
		if j.Verdict == defs.Closed {
			continue
		}
		open = append(open, i)
		if _, says := s.rows[row].field(s.item.Open.Until); says {
			dated = append(dated, i)
		}
	}
	if len(open) == 0 {
		return p, nil
	}
	p.Past = len(open) < len(all) && len(dated) == 0
	if len(open) < len(all) && len(dated) > 0 {
		open = dated
	}
	p.Row, p.Judgement = all[open[0]], judged[open[0]]
	for _, i := range open[1:] {
		p.Others = append(p.Others, all[i])
		p.beside(judged[i])
	}
	if p.Verdict = verdict(p.Must); p.Past && p.Verdict == defs.Fits {
		p.Verdict = defs.Unsure
	}
	return p, nil
}

// beside takes in what comes of another row of the thing.
func (p *Pick) beside(j defs.Judgement) {
	for m, other := range j.Must {
		mine := &p.Must[m]
		if mine.Truth == other.Truth {
			continue
		}
		p.Disagree = p.Disagree || mine.Truth != defs.Unknown && other.Truth != defs.Unknown
		*mine = defs.Held{Truth: defs.Unknown, Unknown: append(slices.Clone(mine.Unknown), other.Unknown...)}
	}
}

func verdict(must []defs.Held) defs.Verdict {
	v := defs.Fits
	for _, h := range must {
		switch {
		case h.Truth == defs.False:
			return defs.Refused
		case h.Truth == defs.Unknown:
			v = defs.Unsure
		}
	}
	return v
}

// alike finds, for each feature of likeness, what has the words of its fact.
func (s *Shelf) alike(facts defs.Facts) []map[uint32]*likeness {
	out := make([]map[uint32]*likeness, len(s.item.Rank))
	for i, f := range s.item.Rank {
		if question, ok := facts["me."+f.Like].(string); ok && f.Like != "" {
			out[i] = s.like(question)
		}
	}
	return out
}

// score adds up what speaks for a thing.
func (s *Shelf) score(p *Pick, thing int, alike []map[uint32]*likeness, by *defs.Judge) error {
	for i := range s.item.Rank {
		f := &s.item.Rank[i]
		part := Part{Feature: i}
		if f.Like != "" {
			if l := alike[i][uint32(thing)]; l != nil {
				part.Value, part.Words = f.Weight*l.share, l.words
			}
		} else {
			worth, _, err := by.Worth(f, s.rows[p.Row].field)
			if err != nil {
				return err
			}
			part.Value = f.Weight * worth
		}
		if part.Value != 0 {
			p.Parts = append(p.Parts, part)
			p.Score += part.Value
		}
	}
	return nil
}

// untold names the facts that were not told and without which it cannot be told of a thing.
func (s *Shelf) untold(p Pick, facts defs.Facts) (names []string) {
	for _, h := range p.Must {
		if h.Truth == defs.Unknown {
			names = append(names, s.Untold(h, facts)...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Untold names the facts that were not told and without which a condition cannot be told,
// in order.
func (s *Shelf) Untold(h defs.Held, facts defs.Facts) (names []string) {
	for _, path := range h.Unknown {
		name, mine := strings.CutPrefix(path, "me.")
		if _, told := facts[path]; told || !mine {
			continue
		}
		for _, f := range s.item.Facts { // a point is two numbers
			if f.Type == defs.TypePoint && (name == f.Name+"_lat" || name == f.Name+"_lon") {
				name = f.Name
			}
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// best are the k of the greatest score; of equal ones the first on the shelf.
func best(all []Pick, k int) []Pick {
	slices.SortStableFunc(all, func(a, b Pick) int { return cmp.Compare(b.Score, a.Score) })
	return all[:min(k, len(all))]
}

func asked(turns map[string]int) []Asked {
	out := make([]Asked, 0, len(turns))
	for name, n := range turns {
		out = append(out, Asked{name, n})
	}
	slices.SortFunc(out, func(a, b Asked) int { return cmp.Or(b.Items-a.Items, strings.Compare(a.Fact, b.Fact)) })
	return out
}
