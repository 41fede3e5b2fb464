package jobcare

import (
	"strings"
	"unicode"

	"ieum"
	"ieum/defs"
	"ieum/internal/snapshot"
)

// likely is how sure the reader must be that a word which names no occupation
// is the work of one.
const likely = .3

// Occupations lists the unit groups whose name, code or group has the words of
// q, or else those whose work q is called in everyday speech; all of them for "".
func (a *Adviser) Occupations(q string) (Occupations, error) {
	s, release, err := a.live.Acquire()
	if err != nil {
		return Occupations{}, err
	}
	defer release()
	out := Occupations{Q: q, Groups: a.groups(s, func(c *defs.Code, group ieum.Text) bool {
		return says(q, c.Code, c.Name.KO, c.Name.EN, group.KO, group.EN, strings.Join(c.Aliases, " "))
	})}
	if len(out.Groups) > 0 {
		return out, nil
	}
	meant := map[string]bool{}
	for _, o := range a.reader.Read(ieum.Resume{Careers: []ieum.Career{{Title: q}}}).Occupations {
		meant[o.Code] = o.P >= likely
	}
	out.Groups = a.groups(s, func(c *defs.Code, _ ieum.Text) bool { return meant[c.Code] })
	out.Meant = len(out.Groups) > 0
	return out, nil
}

// groups returns the unit groups in force that are to be kept, by sub-major group.
func (a *Adviser) groups(s *snapshot.Snapshot, keep func(c *defs.Code, group ieum.Text) bool) []Group {
	list, b, out := a.set.Codes["keco2025"], s.Part(partName).(*base), []Group{}
	at := map[string]int{}
	for i := range list.Codes {
		c := &list.Codes[i]
		if len(c.Code) != 4 || !list.InForce(c.Code) {
			continue
		}
		group := Named{c.Code[:2], a.set.Name("keco2025", c.Code[:2])}
		if !keep(c, group.Name) {
			continue
		}
		g, ok := at[group.Code]
		if !ok {
			g = len(out)
			at[group.Code] = g
			out = append(out, Group{Named: group})
		}
		u := Unit{Named: Named{c.Code, c.Name}, Seekers: withheld}
		if o := snapshot.Find(s.Dict.Occupations, c.Code); o > 0 {
			u.Postings = int(b.Postings[o])
			if n := int(b.Seekers[o]); n > 0 {
				u.Seekers = known(float64(n), n, 0, onSeekers)
			}
		}
		out[g].Units = append(out[g].Units, u)
	}
	return out
}

// says reports whether the texts together have every word of q, whatever the
// spaces in them.
func says(q string, texts ...string) bool {
	all := squeeze(strings.Join(texts, "\n"))
	for word := range strings.FieldsSeq(q) {
		if !strings.Contains(all, squeeze(word)) {
			return false
		}
	}
	return true
}

func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '·' {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// provinces returns the provinces in force.
func (a *Adviser) provinces() []*defs.Code {
	return a.codes("regions", func(c *defs.Code) bool { return len(c.Code) == 2 })
}

// choices returns the codes of a list that are in force.
func (a *Adviser) choices(list string) []*defs.Code {
	return a.codes(list, func(*defs.Code) bool { return true })
}

func (a *Adviser) codes(list string, keep func(*defs.Code) bool) (out []*defs.Code) {
	l := a.set.Codes[list]
	for i := range l.Codes {
		if c := &l.Codes[i]; l.InForce(c.Code) && keep(c) {
			out = append(out, c)
		}
	}
	return out
}
