package simulate

import (
	"cmp"
	"slices"
	"strings"

	"ieum/defs"
)

// A skill is a competency of the code list with the words that express it.
type skill struct {
	id, label string
	words     []string // label and Korean aliases: what "directly" means
	hints     []string // what somebody writes who does not name it; for postings and résumés alike
}

// readPhrases finds the competencies that the fixed phrases of texts name, so
// that the truth knows of them too.
func (m *Market) readPhrases() {
	byWord := map[string]int{}
	longest := 0
	for i, s := range m.skills {
		for _, w := range s.words {
			byWord[w] = i
			longest = max(longest, len(w))
		}
	}
	m.shows = map[string][]spoken{}
	find := func(phrases []string) {
		for _, p := range phrases {
			for from := range p { // every rune
				for to := from + 1; to <= min(len(p), from+longest); to++ {
					if i, ok := byWord[p[from:to]]; ok && whole(p, from, to) {
						m.shows[p] = append(m.shows[p], spoken{i, p[from:to]})
					}
				}
			}
		}
	}
	for i := range m.occupations {
		find(m.occupations[i].duties)
	}
	find(preferences)
	find(closings)
}

// whole says whether p[from:to] is no part of a longer Latin word or number.
func whole(p string, from, to int) bool {
	return !(from > 0 && latin(p[from-1]) && latin(p[from])) && !(to < len(p) && latin(p[to-1]) && latin(p[to]))
}

func latin(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// A certificate is a code of the list certificates.
type certificate struct{ code, name string }

// mostTypical is how many competencies or certificates of an occupation are
// drawn from.
const mostTypical = 24

// readSkills takes the competencies and the occupations they are typical of
// from the code list.
func (m *Market) readSkills(set *defs.Set) {
	list, ok := set.Codes["competencies"]
	if !ok {
		return
	}
	hints := map[string][]string{}
	for _, r := range read("hints.csv") {
		hints[r.text("competency")] = r.list("hints")
	}
	for _, c := range list.Codes {
		if c.Until != 0 {
			continue
		}
		s := skill{id: c.Code, label: c.Name.KO, words: append([]string{c.Name.KO}, c.Aliases...), hints: hints[c.Code]}
		for _, g := range strings.FieldsFunc(c.Extra["keco"], isListMark) {
			m.typical(g, len(m.skills), func(o *occupation) *[]typical { return &o.skills })
		}
		m.skills = append(m.skills, s)
	}
	m.sortTypical(func(o *occupation) *[]typical { return &o.skills })
}

func isListMark(r rune) bool { return r == '|' || r == ' ' || r == ',' }

// typical adds a thing to the occupations of a group, "8212" or "82:5".
func (m *Market) typical(group string, id int, of func(*occupation) *[]typical) {
	code, _, _ := strings.Cut(group, ":")
	share := [...]float64{0, 0.15, 0.25, 0.40, 0.60}[min(len(code), 4)]
	for i := range m.occupations {
		if o := &m.occupations[i]; strings.HasPrefix(o.code, code) {
			list := of(o)
			at := slices.IndexFunc(*list, func(t typical) bool { return t.id == id })
			if at < 0 {
				*list = append(*list, typical{id, share})
			} else {
				(*list)[at].share = max(share, (*list)[at].share)
			}
		}
	}
}

func (m *Market) sortTypical(of func(*occupation) *[]typical) {
	for i := range m.occupations {
		list := of(&m.occupations[i])
		slices.SortStableFunc(*list, func(a, b typical) int { return cmp.Compare(b.share, a.share) })
		*list = (*list)[:min(len(*list), mostTypical)]
	}
}

// Shares of people with a certificate: almost all where the law asks for one,
// else fewer from one to the next in the order of the table.
const (
	licensed      = 0.97
	firstOfCustom = 0.35
)

// readCertificates takes the certificates usual in an occupation from the
// table, and the licences the law asks for from the code list; a certificate
// the definitions do not know is left out.
func (m *Market) readCertificates(set *defs.Set) {
	list, ok := set.Codes["certificates"]
	if !ok {
		return
	}
	at := map[string]int{}
	place := func(code string) int {
		i, ok := at[code]
		if !ok {
			i = len(m.certs)
			at[code] = i
			m.certs = append(m.certs, certificate{code, list.Name(code, "ko")})
		}
		return i
	}
	usual := byPrefix("certificates.csv", "certificates")
	for i := range m.occupations {
		o := &m.occupations[i]
		group, names := usual(o.code)
		if group != o.code {
			continue
		}
		for _, n := range names {
			if code, ok := list.Lookup(n); ok {
				o.certs = append(o.certs, typical{place(code), firstOfCustom / float64(len(o.certs)+1)})
			}
		}
	}
	m.readLicences(set, place)
}

// readLicences marks what the law asks for. A licence asked of some of a unit
// group's titles only is taken to be asked of those titles.
func (m *Market) readLicences(set *defs.Set, place func(string) int) {
	list, ok := set.Codes["licences"]
	if !ok {
		return
	}
	for _, c := range list.Codes {
		i, ok := m.byCode[c.Extra["occupation"]]
		one, _, _ := strings.Cut(c.Extra["certificates"], "|")
		if !ok || one == "" {
			continue
		}
		l := licence{cert: place(one)}
		if words := c.Extra["title"]; words != "" {
			l.titles = strings.Split(words, "|")
		}
		o := &m.occupations[i]
		o.licences = append(o.licences, l)
		o.certs = slices.DeleteFunc(o.certs, func(t typical) bool { return t.id == l.cert })
	}
}

// A licence is what the law asks of an occupation's people, or of those of some
// titles.
type licence struct {
	cert   int
	titles []string
}

// asked says whether the licence is asked for in a posting of that title.
func (l *licence) asked(title string) bool {
	if len(l.titles) == 0 {
		return true
	}
	return slices.ContainsFunc(l.titles, func(w string) bool { return strings.Contains(title, w) })
}
