package jobcare

import (
	"strings"
	"unicode"

	"ieum/defs"
	"ieum/internal/snapshot"
)

// Occupations lists the unit groups whose name, code or group has the words of
// q; all of them for "".
func (a *Adviser) Occupations(q string) (Occupations, error) {
	s, release, err := a.live.Acquire()
	if err != nil {
		return Occupations{}, err
	}
	defer release()
	list, b := a.set.Codes["keco2025"], s.Part(partName).(*base)
	out := Occupations{Q: q, Groups: []Group{}}
	at := map[string]int{}
	for i := range list.Codes {
		c := &list.Codes[i]
		if len(c.Code) != 4 || !list.InForce(c.Code) {
			continue
		}
		group := Named{c.Code[:2], a.set.Name("keco2025", c.Code[:2])}
		if !says(q, c.Code, c.Name.KO, c.Name.EN, group.Name.KO, group.Name.EN, strings.Join(c.Aliases, " ")) {
			continue
		}
		g, ok := at[group.Code]
		if !ok {
			g = len(out.Groups)
			at[group.Code] = g
			out.Groups = append(out.Groups, Group{Named: group})
		}
		u := Unit{Named: Named{c.Code, c.Name}, Seekers: count(0, onSeekers)}
		if o := snapshot.Find(s.Dict.Occupations, c.Code); o > 0 {
			u.Postings, u.Seekers = int(b.Postings[o]), count(int(b.Seekers[o]), onSeekers)
		}
		out.Groups[g].Units = append(out.Groups[g].Units, u)
	}
	return out, nil
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
