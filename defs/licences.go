package defs

import (
	"slices"
	"strings"
)

// A Licence is something the law requires of who does a work.
type Licence struct {
	Certificates []string // codes of the list certificates; any one of them is enough
	Law          string   // the law and its article, such as "의료법 제5조"
	Words        []string // holds only where the title has one of these words; none = always
}

// Licences returns what the law in force requires in a KECO 2025 unit group,
// from the list licences. All of them are required, each by any of its
// certificates.
func (s *Set) Licences(occupation string) []Licence {
	list := s.Codes["licences"]
	if list == nil {
		return nil
	}
	var out []Licence
	for i := range list.Codes {
		x := list.Codes[i].Extra
		if x["occupation"] != occupation && x["part"] != occupation || list.Codes[i].Until != 0 {
			continue
		}
		words := strings.FieldsFunc(x["words"], func(r rune) bool { return r == '|' })
		at := slices.IndexFunc(out, func(l Licence) bool { return l.Law == x["law"] && slices.Equal(l.Words, words) })
		if at < 0 {
			at = len(out)
			out = append(out, Licence{Law: x["law"], Words: words})
		}
		out[at].Certificates = append(out[at].Certificates, x["certificate"])
	}
	return out
}
