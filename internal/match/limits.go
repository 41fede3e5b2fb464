package match

import (
	"slices"
	"sync"

	"ieum/defs"
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
	any   []uint16 // those of them that stand in the snapshot's dictionary
	law   string   // the article
}

// newLaws reads the list of licences: each code says in which occupation which
// certificate is required by which article. Certificates under one occupation
// and article are alternatives.
func newLaws(list *defs.CodeList, d *snapshot.Dict) [][]licence {
	laws := make([][]licence, len(d.Occupations))
	if list == nil {
		return laws
	}
	for i := range list.Codes {
		c := &list.Codes[i]
		o := snapshot.Find(d.Occupations, c.Extra["occupation"])
		if o == 0 || c.Until != 0 {
			continue
		}
		law := c.Extra["law"]
		at := slices.IndexFunc(laws[o], func(l licence) bool { return l.law == law })
		if at < 0 {
			at = len(laws[o])
			laws[o] = append(laws[o], licence{law: law})
		}
		l := &laws[o][at]
		l.codes = append(l.codes, c.Extra["certificate"])
		if id := snapshot.Find(d.Certificates, c.Extra["certificate"]); id > 0 {
			l.any = append(l.any, uint16(id))
		}
	}
	return laws
}

// sureOccupation is the per cent from which a coded occupation is believed
// enough for what the law requires there to keep a posting from somebody.
const sureOccupation = 80

// A need is a certificate that must be held and is not.
type need struct {
	codes []string // any one of them is enough
	law   string   // the article that requires it; "" when only the posting does
}

// lack says what stands between a person and a posting: the certificates that
// must be held and are not, and whether it is unclear that the law requires
// one, the occupation being only guessed.
func (x *index) lack(s *seeker, row int) (needs int, unsure bool) {
	p := &x.s.Postings
	laws := x.laws[p.Occupation[row]]
	for _, l := range laws {
		if s.holds(l) {
			continue
		}
		if p.Chance[row] < sureOccupation {
			unsure = true
		} else {
			needs++
		}
	}
	for _, id := range p.Required.At(row) {
		if !s.certs[id] && !covered(laws, id) {
			needs++
		}
	}
	return needs, unsure
}

// covered says whether a certificate a posting asks for is one that the law
// asks for too: then it is counted there, with its alternatives.
func covered(laws []licence, id uint16) bool {
	return slices.ContainsFunc(laws, func(l licence) bool { return slices.Contains(l.any, id) })
}

// needs lists what lack counts.
func (x *index) needs(s *seeker, row int) (out []need) {
	p := &x.s.Postings
	laws := x.laws[p.Occupation[row]]
	for _, l := range laws {
		if !s.holds(l) && p.Chance[row] >= sureOccupation {
			out = append(out, need{l.codes, l.law})
		}
	}
	for _, id := range p.Required.At(row) {
		if !s.certs[id] && !covered(laws, id) {
			out = append(out, need{[]string{x.s.Dict.Certificates[id]}, ""})
		}
	}
	return out
}
