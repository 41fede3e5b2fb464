package jobcare

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// grouped are people of whom one in two is older, one in five disabled, and one in ten both.
func grouped(n int) []resume {
	return repeat(n, func(i int) resume {
		r := seeker(uint32(i))
		r.key = uint16(i * 7919)
		if i%2 == 0 {
			r.groups = append(r.groups, 1)
		}
		if i%5 == 0 {
			r.groups = append(r.groups, 2)
		}
		return r
	})
}

// A slice by group counts who is of it, and whoever is of two counts in both.
func TestGroupsAreCountedWhereTheyAreTold(t *testing.T) {
	a := market(t, repeat(40, func(int) posting { return press() }), grouped(200))
	whole := exactly(t, a, Query{Occupation: "8211"})
	if len(whole.Groups) != 2 || whole.Groups[0].Share.N != 100 || whole.Groups[1].Share.N != 40 || whole.Groups[0].Share.Of != 200 {
		t.Errorf("groups of all are %+v", whole.Groups)
	}
	disabled := exactly(t, a, Query{Occupation: "8211", Group: "disabled"})
	if disabled.Seekers.Int() != 40 || disabled.People.Int() != 40 || disabled.Openings.Int() != whole.Openings.Int() {
		t.Errorf("of the disabled are %+v seekers, %+v people, %+v openings", disabled.Seekers, disabled.People, disabled.Openings)
	}
	if of := disabled.Groups[0]; of.Share.N != 20 || of.Share.Of != 40 {
		t.Errorf("of the disabled are older: %+v", of)
	}
	if slices.ContainsFunc(whole.Absent, func(x Absence) bool { return x.What == "groups" }) {
		t.Error("what is told is said not to be known")
	}
	if len((&handlers{a: a}).sliceChoices(whole)) != 9 {
		t.Error("a group cannot be chosen")
	}
	if _, err := a.Market(Query{Occupation: "8211", Group: "tall"}); err == nil || !strings.Contains(err.Error(), "older, disabled") {
		t.Errorf("a group that is none: %v", err)
	}
	if m, err := a.Market(Query{Occupation: "8211", Group: "older", Age: "50-59", Region: "11"}); err != nil || len(m.Groups) > 0 {
		t.Errorf("three limits tell people apart by groups too: %+v, %v", m.Groups, err)
	}
}

// Where no source tells of groups, or of fewer than five people, none can be chosen and the
// reason is said.
func TestGroupsNobodyTellsOfAreAbsent(t *testing.T) {
	for _, told := range []int{0, 4} {
		people := grouped(200)
		for i := range people {
			people[i].groups = nil
			if i < told {
				people[i].groups = []uint16{1}
			}
		}
		m, err := market(t, nil, people).Market(Query{Occupation: "8211"})
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Groups) > 0 || !slices.ContainsFunc(m.Absent, func(x Absence) bool { return x.What == "groups" }) {
			t.Errorf("of %d told: %+v, %+v", told, m.Groups, m.Absent)
		}
		if n := len((&handlers{a: market(t, nil, people)}).sliceChoices(m)); n != 8 {
			t.Errorf("of %d told, %d things can be chosen", told, n)
		}
	}
}

// All numbers are others once somebody is told of otherwise, as for what else people are
// counted by.
func TestNumbersAreOthersWhenAGroupIs(t *testing.T) {
	people := grouped(200)
	otherwise := slices.Clone(people)
	otherwise[1].groups = []uint16{2}
	release := func(people []resume) []uint64 {
		s, done, err := market(t, nil, people).live.Acquire()
		if err != nil {
			t.Fatal(err)
		}
		defer done()
		return slices.Clone(s.Part(partName).(*base).Release)
	}
	if slices.Equal(release(people), release(otherwise)) {
		t.Error("a snapshot in which somebody is of another group has the same secret")
	}
}

// Candidates and searches are limited by group as people are.
func TestHiresAreLimitedByGroup(t *testing.T) {
	postings, resumes, events := searched(7)
	for i := range resumes {
		if i%3 == 0 {
			resumes[i].groups = []uint16{2}
		}
	}
	data := t.TempDir()
	publishWith(t, data, postings, resumes, events, nil, nil)
	a := adviser(t, data)
	for _, q := range []Query{{Occupation: "8211", Group: "disabled"}, {Occupation: "8221", Group: "disabled", Region: "11"}} {
		m := exactly(t, a, q)
		c := newRecount(postings, resumes, events, uint16(1+strings.Index("8211 8221", q.Occupation)/5), func(r resume) bool {
			return len(r.groups) > 0 && (q.Region == "" || r.region < 3)
		})
		if m.Hires.Candidates.Int() != int64(len(c.tried)) || m.Hires.Hired.Int() != int64(len(c.hired)) || len(c.tried) < 10 {
			t.Errorf("%s: candidates %d, hired %d; want %d, %d", q, m.Hires.Candidates.Int(), m.Hires.Hired.Int(), len(c.tried), len(c.hired))
		}
	}
}

// What somebody is of is counted, and read by nothing else: it chooses no job, no person
// and no advice.
func TestGroupsAreReadByCountsAlone(t *testing.T) {
	may := []string{"internal/snapshot/snapshot.go", "internal/snapshot/check.go", "internal/catalogue/build_resumes.go", "internal/catalogue/build_change.go",
		"internal/jobcare/tally.go", "internal/jobcare/hires.go"}
	read := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		name := filepath.ToSlash(strings.TrimPrefix(path, "../../"))
		for _, column := range []string{"r.Vulnerable", "x.Vulnerable", "Resumes.Vulnerable"} {
			if !strings.Contains(string(text), column) {
				continue
			}
			if read++; !slices.Contains(may, name) {
				t.Errorf("%s reads of which groups people are", name)
			}
		}
		return err
	})
	if err != nil || read < 4 {
		t.Errorf("found %d readers, %v", read, err)
	}
}
