package match

import (
	"slices"
	"sync"

	"ieum/defs"
	"ieum/internal/match/terms"
	"ieum/internal/snapshot"
)

// How a place of work stands to where a person would work.
const (
	outside = iota
	inside
	unclear // the posting names no place, or only one that holds the place sought
)

// places knows how the regions of a snapshot lie in one another.
type places struct {
	list  *defs.CodeList
	codes []string
	top   []string // province of each region

	mu    sync.Mutex
	reach map[string][]uint8
}

func newPlaces(list *defs.CodeList, codes []string) *places {
	p := &places{list: list, codes: codes, top: make([]string, len(codes)), reach: map[string][]uint8{}}
	for i, c := range codes {
		p.top[i] = p.province(c)
	}
	return p
}

// province returns the code at the top above a region's.
func (p *places) province(code string) string {
	if p.list != nil {
		if above := p.list.Ancestors(code); len(above) > 0 {
			return above[len(above)-1]
		}
	}
	return code
}

// current returns the region a text names, an abolished one's successor, and
// whether there is one.
func (p *places) current(text string) (string, bool) {
	if p.list == nil {
		return "", false
	}
	return p.list.Lookup(text)
}

// within says for every region of the snapshot how it stands to code. The
// result is shared and must not be changed.
func (p *places) within(code string) []uint8 {
	p.mu.Lock()
	defer p.mu.Unlock()
	r, ok := p.reach[code]
	if !ok {
		r = make([]uint8, len(p.codes))
		for i, c := range p.codes {
			switch {
			case c == "" || c != code && p.list.Within(code, c):
				r[i] = unclear
			case p.list.Within(c, code):
				r[i] = inside
			}
		}
		p.reach[code] = r
	}
	return r
}

// any says how every region stands to the nearest of several codes.
func (p *places) any(codes []string) []uint8 {
	all := make([]uint8, len(p.codes))
	for _, code := range codes {
		for i, r := range p.within(code) {
			if r == inside || all[i] == outside {
				all[i] = r
			}
		}
	}
	return all
}

// A licence is what the law requires of whoever works in an occupation: any
// one of some certificates.
type licence struct {
	codes []string
	any   []uint16  // those of them that stand in the snapshot's dictionary
	law   string    // the article
	words []pattern // it holds only where the title has one of them; none: everywhere
}

// newLaws brings what the law requires in each occupation into the numbers of
// the snapshot.
func newLaws(set *defs.Set, d *snapshot.Dict) [][]licence {
	laws := make([][]licence, len(d.Occupations))
	for o, code := range d.Occupations {
		if o == 0 {
			continue
		}
		for _, asked := range set.Licences(code) {
			l := licence{codes: asked.Certificates, law: asked.Law}
			for _, c := range asked.Certificates {
				if id := snapshot.Find(d.Certificates, c); id > 0 {
					l.any = append(l.any, uint16(id))
				}
			}
			for _, w := range asked.Words {
				l.words = append(l.words, newPattern(terms.Fold(nil, []byte(w))))
			}
			laws[o] = append(laws[o], l)
		}
	}
	return laws
}

// applies says whether what the law requires holds for a posting of the
// occupation.
func (x *index) applies(l *licence, row int) bool {
	if len(l.words) == 0 {
		return true
	}
	title, _, _ := x.terms.Fields(row)
	return slices.ContainsFunc(l.words, func(p pattern) bool { return p.find(title, 0) >= 0 })
}

// sureOccupation is the per cent from which a coded occupation is believed
// enough for what the law requires there to keep a posting from somebody.
const sureOccupation = 80

// A need is a certificate that must be held.
type need struct {
	any  []string // any one of them is enough
	law  string   // the article that requires it; "" when only the posting does
	sure bool     // false: the law requires it in the occupation, which is only guessed
	met  bool     // the person has it
}

// An asked certificate must be held in a posting: any that a law names, or one.
type asked struct {
	law  *licence // nil when only the posting requires one
	id   uint16   // that one
	sure bool     // false: the law requires it in the occupation, which is only guessed
}

// met says whether the person has what is required.
func (s *seeker) met(r asked) bool {
	if r.law != nil {
		return s.holds(r.law)
	}
	return s.certs[r.id]
}

// asked appends every certificate that must be held in a posting. It is called for
// every posting that might be among the best.
func (x *index) asked(row int, to []asked) []asked {
	p := &x.s.Postings
	laws := x.laws[p.Occupation.At(row)]
	sure := len(laws) == 0 || p.Chance.At(row) >= sureOccupation
	for i := range laws {
		if l := &laws[i]; x.applies(l, row) {
			to = append(to, asked{law: l, sure: sure})
		}
	}
	var buf [8]uint16
	for _, id := range p.Required.At(row, buf[:]) {
		if !x.byLaw(laws, id, row) {
			to = append(to, asked{id: id, sure: true})
		}
	}
	return to
}

// byLaw says whether a certificate a posting asks for is one that the law asks
// for too: then it is counted there, with its alternatives.
func (x *index) byLaw(laws []licence, id uint16, row int) bool {
	for i := range laws {
		if slices.Contains(laws[i].any, id) && x.applies(&laws[i], row) {
			return true
		}
	}
	return false
}

// lacks says how many of what is required a person has not, and whether there may be more:
// what is not sure.
func (s *seeker) lacks(list []asked) (n int, unsure bool) {
	for _, r := range list {
		switch {
		case s.met(r):
		case !r.sure:
			unsure = true
		default:
			n++
		}
	}
	return n, unsure
}

// listNeeds lists the certificates that must be held in a posting.
func (x *index) listNeeds(s *seeker, row int) (out []need) {
	for _, r := range x.asked(row, nil) {
		n := need{sure: r.sure, met: s.met(r)}
		if r.law != nil {
			n.any, n.law = r.law.codes, r.law.law
		} else {
			n.any = []string{x.s.Dict.Certificates[r.id]}
		}
		out = append(out, n)
	}
	return out
}
