package match

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"ieum"
	"ieum/internal/match/rank"
	"ieum/internal/match/terms"
	"ieum/internal/snapshot"
)

// A Search is what somebody looks for among the open postings. Lists name
// codes; postings that bear any of them pass.
type Search struct {
	Q          string   // words, "several words", +must, -not; in Korean or English
	Regions    []string // codes or names; a province covers its districts
	Occupation []string // KECO 2025 codes of one to four digits
	Employment []string
	Education  []string // least level asked for
	Career     []string // bands of least experience; see careerBands
	Pay        []string // bands of least pay; see payBands
	Sort       string   // fit (default), newest, pay, deadline
	Limit      int      // of postings returned; default 20
	Cursor     string   // Next of the page before
}

// How far a search had to be widened to find more than a few postings; those that answer
// exactly are among them.
const (
	exactly   = ""
	similarly = "similar" // words much like those typed
	anyWord   = "any"     // postings that hold only some of the words
)

// Found is one page of what was found.
type Found struct {
	Total     int      `json:"total"` // postings that pass everything, on all pages
	Items     []Hit    `json:"items"`
	Next      string   `json:"next,omitempty"`    // cursor of the next page
	Places    []Place  `json:"places,omitempty"`  // what of the words was understood as a place
	Widened   string   `json:"widened,omitempty"` // similar: words much like those typed; any: only some of the words
	Facets    []Facet  `json:"facets"`
	Relax     []Relax  `json:"relax,omitempty"` // when nothing was found: which filter to take away, and what that gives
	Openings  int      `json:"openings"`        // postings open on the day
	Day       ieum.Day `json:"day"`
	Snapshot  string   `json:"snapshot"`
	Simulated bool     `json:"simulated"`
}

// A Place is words that were understood as places: found is what lies in any of
// the regions.
type Place struct {
	Words   string   `json:"words"`
	Regions []string `json:"regions"` // codes of the list regions
}

// A Hit is one posting found.
type Hit struct {
	Posting
	Score   float64 `json:"score"`             // relevance to the words; 0 without any
	Snippet string  `json:"snippet,omitempty"` // of the text, around the first word found
}

// Relax is what taking away one filter would give.
type Relax struct {
	Filter string `json:"filter"` // its name; all: all of them together
	Total  int    `json:"total"`
}

// Search finds open postings. A filter with an unknown code or a broken cursor
// is ieum.ErrInvalid with the field; no snapshot is ieum.ErrUnavailable.
func (m *Matcher) Search(ctx context.Context, q Search) (*Found, error) {
	clauses, err := parse(q.Q)
	if err != nil {
		return nil, err
	}
	x, day, release, err := m.acquire()
	if err != nil {
		return nil, err
	}
	defer release()
	if q.Limit <= 0 {
		q.Limit = 20
	}
	f, err := x.filter(q)
	if err != nil {
		return nil, err
	}
	after, err := parseCursor(q.Cursor)
	if err != nil {
		return nil, err
	}
	v := x.openOn(day)
	words := x.understand(clauses)
	modes := []string{exactly, similarly, anyWord}
	if after != nil {
		modes = []string{after.mode}
	}
	var c *collector
	for _, mode := range modes {
		wider := newCollector(x, v, f, q, after)
		wider.mode = mode
		if err := x.plan(v, words, mode).run(ctx, wider); err != nil {
			return nil, err
		}
		if c == nil || wider.matched > c.matched {
			c = wider
		}
		if c.matched >= few || len(words) == 0 {
			break
		}
	}
	return x.page(c, v, words, q)
}

// few is how many postings must answer the words for a search not to be widened.
const few = 10

// page turns what was collected into what is shown.
func (x *index) page(c *collector, v *view, words []wanted, q Search) (*Found, error) {
	out := &Found{Total: c.total, Items: []Hit{}, Widened: c.mode, Facets: c.facets(q), Openings: x.openings(v), Day: v.day,
		Snapshot: x.s.Meta.Version, Simulated: x.s.Meta.Simulated}
	for _, w := range words {
		if len(w.places) > 0 {
			out.Places = append(out.Places, Place{w.text, w.places})
		}
	}
	if c.matched == 0 {
		out.Widened = exactly
	}
	found := c.best.Sorted()
	if len(found) > q.Limit {
		found = found[:q.Limit]
		out.Next = found[q.Limit-1].cursor(c.mode)
	}
	for _, f := range found {
		p := x.posting(int(f.row))
		p.Sign = x.mark(int(f.row), v.day)
		out.Items = append(out.Items, Hit{p, f.score, snippet(x.s.Texts.Body.At(int(f.row)), words)})
	}
	if c.total == 0 {
		out.Relax = c.relax()
	}
	return out, nil
}

// A part of a plan is a clause with its alternatives.
type part struct {
	alts   []alternative
	codes  []alternative // that bear a code the clause names
	at     []uint32      // where each alternative stands, then each of codes
	began  bool
	weight float64
}

func (p *part) seek(least uint32) uint32 {
	next := terms.None
	for i := range p.at {
		if !p.began || p.at[i] < least {
			p.at[i] = p.alternative(i).seek(least)
		}
		next = min(next, p.at[i])
	}
	p.began = true
	return next
}

func (p *part) alternative(i int) alternative {
	if i < len(p.alts) {
		return p.alts[i]
	}
	return p.codes[i-len(p.alts)]
}

// check returns how much the row answers the clause; 0 not at all. To say the word
// and to bear its code is more than either.
func (p *part) check(row uint32) float64 {
	said, coded := 0.0, 0.0
	for i, at := range p.at {
		switch {
		case at != row:
		case i < len(p.alts):
			said = max(said, p.alts[i].check(row))
		default:
			coded = max(coded, p.codes[i-len(p.alts)].check(row))
		}
	}
	if said > 0 && coded > 0 {
		return said + rank.GainBoth
	}
	return max(said, coded)
}

// A plan is a search ready to run.
type plan struct {
	x       *index
	v       *view
	all     []*part // each must hold
	some    []*part // when there are any, one of them must hold
	not     []*part
	phrase  pattern // the words as they were typed, when there are several
	weights float64 // of all words
}

// plan prepares the clauses for a view. Where work is must hold however far
// the search is widened.
func (x *index) plan(v *view, words []wanted, mode string) *plan {
	p := &plan{x: x, v: v}
	var typed []string
	for _, w := range words {
		part := x.part(v, w, mode)
		switch {
		case w.not:
			p.not = append(p.not, part)
			continue
		case mode == anyWord && !w.must && len(w.places) == 0:
			p.some = append(p.some, part)
		default:
			p.all = append(p.all, part)
		}
		p.weights += part.weight
		typed = append(typed, w.text)
	}
	if len(typed) > 1 {
		p.phrase = newPattern([]byte(strings.Join(typed, " ")))
	}
	return p
}

// part lists the alternatives of one clause: its text, what it names, and,
// when nothing was found otherwise, what is like it.
func (x *index) part(v *view, w wanted, mode string) *part {
	if len(w.places) > 0 {
		return x.placed(v, w)
	}
	alts, rows := x.text(w.text)
	if words := strings.Fields(w.text); len(w.named) > 0 && len(words) > 1 {
		more, _ := x.text(joined(w.text))
		alts = append(append(alts, more...), x.each(words))
	}
	var codes []alternative
	for _, c := range w.named {
		named, n := x.bearing(v, c)
		codes = append(codes, named)
		rows = min(rows+n, x.terms.Rows())
	}
	if mode != exactly && !w.must && !w.quoted && !w.not {
		alts = append(alts, x.alike(w.text)...)
	}
	p := newPart(terms.IDF(rows, x.terms.Rows()), alts...)
	p.codes, p.at = codes, make([]uint32, len(alts)+len(codes))
	return p
}

func newPart(weight float64, alts ...alternative) *part {
	return &part{alts: alts, at: make([]uint32, len(alts)), weight: weight}
}

// elsewhere is how much a posting in the district of a dong that does not name the
// dong answers a search for it, beside 1 for one that does.
const elsewhere = .1

// placed makes a clause that names places: postings there, and those that name
// no place of work, or only one around it, but say the word. Where work is does
// not make it more or less what was looked for, so it weighs nothing; but those
// that name the dong looked for stand before the others of its district.
func (x *index) placed(v *view, w wanted) *part {
	reach, region := x.places.any(w.places), x.s.Postings.Region
	p := newPart(0, &passing{v: v, gain: elsewhere, test: func(row uint32) bool { return reach[region.At(int(row))] == inside }})
	words, may := strings.Fields(w.text), func(row uint32) bool { return reach[region.At(int(row))] == unclear }
	if len(w.dongs) > 0 {
		words, may = w.dongs, func(row uint32) bool { return reach[region.At(int(row))] != outside }
	}
	for _, word := range words {
		text, rows := x.text(word)
		if len(w.dongs) > 0 {
			p.weight = max(p.weight, terms.IDF(rows, x.terms.Rows()))
		}
		for _, t := range text {
			p.alts = append(p.alts, &both{t, may})
		}
	}
	p.at = make([]uint32, len(p.alts))
	return p
}

// each is the postings that hold every one of some words, wherever.
func (x *index) each(words []string) alternative {
	e := &each{}
	for _, w := range words {
		alts, _ := x.text(w)
		e.parts = append(e.parts, newPart(0, alts...))
	}
	return e
}

type each struct{ parts []*part }

func (e *each) seek(least uint32) uint32 { return seekAll(e.parts, least) }

func (e *each) check(row uint32) float64 {
	gain := rank.Gain[terms.Title]
	for _, p := range e.parts {
		gain = min(gain, p.check(row))
	}
	return gain
}

// seekAll returns the first row at or after row on which all parts stand.
func seekAll(parts []*part, row uint32) uint32 {
	for {
		before := row
		for _, p := range parts {
			if row = p.seek(row); row == terms.None {
				return row
			}
		}
		if row == before || len(parts) == 1 {
			return row
		}
	}
}

// bearing returns the postings that bear a code, and how many they are at most.
func (x *index) bearing(v *view, c concept) (alternative, int) {
	d := &x.s.Dict
	switch c.list {
	case "keco2025":
		return x.occupations(c.code)
	case "competencies":
		if id := snapshot.Find(d.Skills, c.code); id > 0 {
			at := v.skills.of(uint16(id))
			return &asking{v: v, at: at}, len(at)
		}
	case "certificates":
		if id := snapshot.Find(d.Certificates, c.code); id > 0 {
			return &asking{v: v, at: v.certs.of(uint16(id))}, 0
		}
	}
	return &ranges{}, 0
}

// occupations returns the postings of the occupations that a code is or holds.
func (x *index) occupations(code string) (*ranges, int) {
	r, n := &ranges{}, 0
	for o, c := range x.s.Dict.Occupations {
		if o == 0 || !strings.HasPrefix(c, code) {
			continue
		}
		n += x.postings[o]
		for _, in := range x.s.PostingsOf(o) {
			if in.From < in.To {
				r.stretches = append(r.stretches, in)
			}
		}
	}
	slices.SortFunc(r.stretches, func(a, b snapshot.Stretch) int { return cmp.Compare(a.From, b.From) })
	return r, n
}

// run goes through the postings that answer and hands them to the collector.
func (p *plan) run(ctx context.Context, c *collector) error {
	if len(p.all)+len(p.some) == 0 {
		return p.scan(ctx, c)
	}
	n := 0
	for row := uint32(0); ; row++ {
		if row = p.v.next(row); row == terms.None {
			return nil
		}
		if row = p.next(row); row == terms.None {
			return nil
		}
		if n++; n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if p.v.contains(row) {
			if score, ok := p.check(row); ok {
				c.add(row, score)
			}
		}
	}
}

// scan goes through all postings of the view but those that must not be.
func (p *plan) scan(ctx context.Context, c *collector) error {
	for i, row := range p.v.rows {
		if i%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if !p.excluded(row) {
			c.add(row, 0)
		}
	}
	return nil
}

// next returns the first row at or after row on which all clauses stand.
func (p *plan) next(row uint32) uint32 {
	for {
		row = seekAll(p.all, row)
		if row == terms.None || len(p.some) == 0 {
			return row
		}
		least := terms.None
		for _, part := range p.some {
			least = min(least, part.seek(row))
		}
		if least == row || least == terms.None {
			return least
		}
		row = least
	}
}

// check verifies the row the clauses stand on and scores it.
func (p *plan) check(row uint32) (score float64, ok bool) {
	for _, part := range p.all {
		gain := part.check(row)
		if gain == 0 {
			return 0, false
		}
		score += gain * part.weight
	}
	held := len(p.some) == 0
	for _, part := range p.some {
		if gain := part.check(row); gain > 0 {
			score += gain * part.weight
			held = true
		}
	}
	if !held || p.excluded(row) {
		return 0, false
	}
	if len(p.phrase.text) > 0 {
		title, _, _ := p.x.terms.Fields(int(row))
		if p.phrase.find(title, 0) >= 0 {
			score += rank.GainPhrase * p.weights
		}
	}
	// Sums made in another order may differ in the last bits; what is equal
	// must tie, so that the newer stands first.
	return math.Round(score*1e6) / 1e6, true
}

func (p *plan) excluded(row uint32) bool {
	for _, part := range p.not {
		if part.seek(row) == row && part.check(row) > 0 {
			return true
		}
	}
	return false
}
