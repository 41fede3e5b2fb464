package catalogue

import (
	"slices"
	"strconv"

	"ieum/defs"
	"ieum/internal/catalogue/master"
	"ieum/internal/snapshot"
)

// newDict lays out the codes a snapshot may hold.
func newDict(set *defs.Set) snapshot.Dict {
	d := snapshot.Dict{
		Occupations: sortedCodes(set, "keco2025", 4), Regions: sortedCodes(set, "regions", 2, 5), Industries: sortedCodes(set, "industries"),
		Education: rankedCodes(set, "education"), Employment: rankedCodes(set, "employment"), Sex: rankedCodes(set, "sex"), Vulnerable: rankedCodes(set, "vulnerable-groups"),
		Skills: sortedCodes(set, "competencies"), Certificates: sortedCodes(set, "certificates"), Majors: sortedCodes(set, "majors"),
		Kinds: []string{""}, Sources: []string{""},
		Rules: master.RuleNames(), Agreements: master.AgreedNames(),
	}
	for id := range set.Kinds {
		d.Kinds = append(d.Kinds, string(id))
	}
	for id := range set.Sources {
		d.Sources = append(d.Sources, string(id))
	}
	slices.Sort(d.Kinds)
	slices.Sort(d.Sources)
	return d
}

// sortedCodes lists the codes of a list, of the lengths given or all.
func sortedCodes(set *defs.Set, list string, lengths ...int) []string {
	out := []string{""}
	if l := set.Codes[list]; l != nil {
		for _, c := range l.Codes {
			if len(lengths) == 0 || slices.Contains(lengths, len(c.Code)) {
				out = append(out, c.Code)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// rankedCodes lists the codes of a list in the order of their ranks.
func rankedCodes(set *defs.Set, list string) []string {
	l := set.Codes[list]
	if l == nil {
		return []string{""}
	}
	codes := slices.Clone(l.Codes)
	slices.SortStableFunc(codes, func(a, b defs.Code) int { return a.Rank - b.Rank })
	out := []string{""}
	for _, c := range codes {
		out = append(out, c.Code)
	}
	return out
}

// numbers are the codes of a Dict as the matcher wants them.
type numbers struct {
	region       []uint32 // by position: 11, 11680
	regionAt     map[uint32]uint16
	occupation   []uint16 // by position: 1110
	occupationAt map[uint16]uint16
}

func newNumbers(d *snapshot.Dict) *numbers {
	n := &numbers{regionAt: map[uint32]uint16{}, occupationAt: map[uint16]uint16{}}
	for i, c := range d.Regions {
		v, _ := strconv.ParseUint(c, 10, 32)
		n.region = append(n.region, uint32(v))
		n.regionAt[uint32(v)] = uint16(i)
	}
	for i, c := range d.Occupations {
		v, _ := strconv.ParseUint(c, 10, 16)
		n.occupationAt[uint16(v)] = uint16(i)
		n.occupation = append(n.occupation, uint16(v))
	}
	return n
}

// bucket says which file of the spill the bodies of an occupation go to; they
// rise with the occupation.
func (n *numbers) bucket(occupation uint16) int {
	return int(occupation) * spillFiles / max(1, len(n.occupation))
}
