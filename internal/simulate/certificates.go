package simulate

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"ieum/defs"
)

// A certificate is a code of the list certificates with the competencies that it
// stands for.
type certificate struct {
	code, name string
	proves     []int
}

// mostProven is how many competencies a certificate stands for at most, and
// provenAtFirst how likely whoever just took it has one of them.
const (
	mostProven    = 3
	provenAtFirst = 0.8
)

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
			m.certs = append(m.certs, certificate{code: code, name: list.Name(code, "ko")})
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
	m.readProven()
}

// readProven ties certificates to competencies: those that are held most often
// in the occupations whose people have the certificate.
func (m *Market) readProven() {
	weights := make([]map[int]float64, len(m.certs))
	add := func(o *occupation, cert int, share float64) {
		if weights[cert] == nil {
			weights[cert] = map[int]float64{}
		}
		for _, t := range o.skills {
			weights[cert][t.id] += share * t.share
		}
	}
	for i := range m.occupations {
		o := &m.occupations[i]
		for _, t := range o.certs {
			add(o, t.id, t.share)
		}
		for _, l := range o.licences {
			for _, c := range l.certs {
				add(o, c, licensed)
			}
		}
	}
	for c, of := range weights {
		list := slices.SortedFunc(maps.Keys(of), func(a, b int) int { return cmp.Or(cmp.Compare(of[b], of[a]), cmp.Compare(a, b)) })
		m.certs[c].proves = list[:min(len(list), mostProven)]
	}
}

// readLicences marks what the law asks for. Rows of one occupation and law are
// alternatives.
func (m *Market) readLicences(set *defs.Set, place func(string) int) {
	list, ok := set.Codes["licences"]
	if !ok {
		return
	}
	for _, c := range list.Codes {
		code := c.Extra["occupation"]
		if code == "" {
			code = c.Extra["part"]
		}
		i, ok := m.byCode[code]
		if !ok || c.Extra["certificate"] == "" {
			continue
		}
		o := &m.occupations[i]
		cert, law := place(c.Extra["certificate"]), c.Extra["law"]
		o.certs = slices.DeleteFunc(o.certs, func(t typical) bool { return t.id == cert })
		at := slices.IndexFunc(o.licences, func(l licence) bool { return l.law == law })
		if at >= 0 {
			o.licences[at].certs = append(o.licences[at].certs, cert)
			continue
		}
		l := licence{law: law, certs: []int{cert}}
		if c.Extra["part"] != "" {
			l.words = strings.Split(c.Extra["words"], "|")
		}
		o.licences = append(o.licences, l)
	}
}

// A licence is what a law asks of an occupation's people, or of those whose
// title has one of the words: one of the certificates.
type licence struct {
	law   string
	certs []int
	words []string
}

// asked says whether the licence is asked for under a title.
func (l *licence) asked(title string) bool {
	if len(l.words) == 0 {
		return true
	}
	return slices.ContainsFunc(l.words, func(w string) bool { return strings.Contains(title, w) })
}
