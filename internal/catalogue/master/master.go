// Package master finds the rows that speak of one thing: one company, one
// posting, one person, one public service. It is pure: it reads what it is given, does no I/O,
// and the same rows give the same answer on any number of cores.
//
// Read master.go for what a merge is and how a decision of people binds it;
// name.go, company.go and nearname.go for companies; posting.go and near.go for
// which postings are compared at all, text.go, item.go and title.go for how
// their texts are, sign.go for what speaks for two being one, weights.go for how
// loud, pair.go for the comparing; person.go for people; and service.go, with
// service_form.go and service_pair.go, for services.
package master

import (
	"fmt"
	"slices"
	"strings"
)

// A Merge says that rows A and B (positions in the input) were found to be
// one, and why. The merges of a result form a forest: without one of them the
// cluster falls into two.
type Merge struct {
	A, B   uint32
	Rule   Rule
	Agreed Agreed
	Score  float32 // 0 to 1; 1 where the rule leaves no doubt
}

// A Rule is the reason two rows were merged for.
type Rule uint8

// The rules.
const (
	ByNumber    Rule = 1 + iota // companies, services: the same number in a public register
	ByName                      // companies: the same normal form
	BySpelling                  // companies: letters written out (LG, 엘지)
	ByAlias                     // companies: the name in the brackets of the other
	ByNearName                  // companies: a slip of one syllable
	ByText                      // postings: the same employer, title and body
	ByNearText                  // postings: nearly the same text and agreeing facts, at one time
	ByRepost                    // postings: nearly the same text in a later period
	ByTokens                    // persons: several identifying tokens
	ByToken                     // persons: one identifying token and agreeing facts
	ByTitle                     // services: the same title and agreeing facts
	ByNearTitle                 // services: nearly the same title and agreeing facts
	ByTwice                     // services: one register has it under two numbers
)

var ruleNames = [...]string{"", "number", "name", "spelling", "alias", "near-name", "text", "near-text", "repost", "tokens", "token", "title", "near-title", "twice"}

// String returns the rule's name as it is shown and kept.
func (r Rule) String() string {
	if int(r) < len(ruleNames) {
		return ruleNames[r]
	}
	return fmt.Sprintf("rule-%d", uint8(r))
}

// Agreed is the set of things two rows agreed on when they were merged.
type Agreed uint32

// What may agree. What is not stated on either side is not in the set.
const (
	OnNumber Agreed = 1 << iota
	OnCompany
	OnTitle
	OnBody
	OnRegion
	OnOccupation
	OnPay
	OnEmployment
	OnEducation
	OnCareer
	OnPeriod
	OnOpenings
	OnIndustry
	OnSex
	OnBirthYear
	OnToken1 // persons: the first sort of token, the second …
	OnToken2
	OnToken3
	OnToken4
	OnOffice
	OnAddress // services: one page, or one has the other's number in its address
)

var agreedNames = [...]string{"number", "company", "title", "body", "region", "occupation", "pay", "employment",
	"education", "career", "period", "openings", "industry", "sex", "birth-year", "token-1", "token-2", "token-3", "token-4", "office", "address"}

// RuleNames lists the names of all rules, by number; none at 0.
func RuleNames() []string { return slices.Clone(ruleNames[:]) }

// AgreedNames lists the names of all that may agree, by bit.
func AgreedNames() []string { return slices.Clone(agreedNames[:]) }

// Names lists what is in the set.
func (a Agreed) Names() []string {
	var out []string
	for i, n := range agreedNames {
		if a&(1<<i) != 0 {
			out = append(out, n)
		}
	}
	return out
}

// String returns the names with commas between.
func (a Agreed) String() string { return strings.Join(a.Names(), ",") }

// A Result divides rows into clusters.
type Result struct {
	Of       []uint32 // the cluster of each row, numbered from 0 in order of its first row
	Clusters int
	Merges   []Merge // in the order they were made
}

// A forest is a union-find over rows in which some pairs must stay apart.
type forest struct {
	parent []uint32
	apart  map[uint32][]uint32 // root → rows that must not join it
}

func newForest(n int, apart [][2]uint32) *forest {
	f := &forest{parent: make([]uint32, n), apart: map[uint32][]uint32{}}
	for i := range f.parent {
		f.parent[i] = uint32(i)
	}
	for _, p := range apart {
		if p[0] != p[1] {
			f.apart[p[0]] = append(f.apart[p[0]], p[1])
			f.apart[p[1]] = append(f.apart[p[1]], p[0])
		}
	}
	return f
}

func (f *forest) find(i uint32) uint32 {
	for f.parent[i] != i {
		f.parent[i] = f.parent[f.parent[i]]
		i = f.parent[i]
	}
	return i
}

// join makes one cluster of those of a and b, unless people decided that two
// of their rows are different things. The root is the first row.
func (f *forest) join(a, b uint32) bool {
	a, b = f.find(a), f.find(b)
	if a == b || !f.mayJoin(a, b) {
		return false
	}
	if a > b {
		a, b = b, a
	}
	f.parent[b] = a
	if list := f.apart[b]; len(list) > 0 {
		f.apart[a] = append(f.apart[a], list...)
		delete(f.apart, b)
	}
	return true
}

// mayJoin takes roots.
func (f *forest) mayJoin(a, b uint32) bool {
	for _, x := range f.apart[a] {
		if f.find(x) == b {
			return false
		}
	}
	return true
}

// result numbers the clusters.
func (f *forest) result(merges []Merge) Result {
	r := Result{Of: make([]uint32, len(f.parent)), Merges: merges}
	for i := range f.parent {
		root := f.find(uint32(i))
		if root == uint32(i) {
			r.Of[i] = uint32(r.Clusters)
			r.Clusters++
		} else {
			r.Of[i] = r.Of[root] // the root comes first
		}
	}
	return r
}

// strongestFirst orders merges so that every run makes them alike.
func strongestFirst(m []Merge) {
	slices.SortFunc(m, func(x, y Merge) int {
		switch {
		case x.Score != y.Score:
			if x.Score > y.Score {
				return -1
			}
			return 1
		case x.A != y.A:
			return int(int64(x.A) - int64(y.A))
		}
		return int(int64(x.B) - int64(y.B))
	})
}
