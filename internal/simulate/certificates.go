package simulate

import (
	"slices"
	"strings"

	"ieum/defs"
)

// A certificate is a code of the list certificates.
type certificate struct{ code, name string }

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
