package defs

import (
	"slices"
	"strings"
)

// OfNobody says whether the keys of the source's rows lead to nobody: it is
// simulated or anonymous. A source that is not there is neither.
func (s *Source) OfNobody() bool { return s != nil && (s.Simulated || s.Anonymous) }

// anonymous faults an anonymous source that tells people apart by anything but
// its keys: who has a name or a telephone number to hash has not taken it out.
func (d *doc) anonymous(s *Source) {
	for i, f := range s.Files {
		for _, name := range keys(f.Map) {
			for _, columns := range f.Map[name].Hash {
				for column := range strings.SplitSeq(columns, "+") {
					if !slices.Contains(f.Key, column) {
						d.fault(d.at("files", i, "map", name), "%s: %s tells people apart and is no column of the key: an anonymous source has nothing that identifies somebody", name, column)
					}
				}
			}
		}
	}
}
