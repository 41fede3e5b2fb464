package match

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ieum"
	"ieum/internal/snapshot"
)

// clubs are people who apply, whatever is written of them, for postings of their club: that
// of the number of the key, modulo clubs.
const clubs = 5

func clubsOf(rnd *rand.Rand, cvs []cv, posts int) (items []application) {
	for i, c := range cvs {
		chosen := []int{}
		for len(chosen) < 5 {
			if p := rnd.IntN(posts/clubs)*clubs + i%clubs; !slices.Contains(chosen, p) {
				chosen = append(chosen, p)
				items = append(items, application{c.key, fmt.Sprint("p", p+1)})
			}
		}
	}
	return items
}

// jobOf is a batch as it stands before anybody is recommended anything.
func jobOf(t *testing.T, m *Matcher, x *index, b Batch) *job {
	t.Helper()
	b.Of = everySource
	j, err := x.job(t.Context(), lakeOf(t, m), b, ieum.DayOf(noon))
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestRecommendLearnsWhatPeopleApplyFor(t *testing.T) {
	rnd := rand.New(rand.NewPCG(41, 1))
	posts, cvs := randomPosts(rnd, 200), randomCVs(rnd, 300)
	for i := range cvs {
		cvs[i].idle = false
	}
	items := clubsOf(rnd, cvs, len(posts))
	m, _ := market(t, definitions(t), posts, cvs, items...)
	club := map[string]int{}
	for i, c := range cvs {
		club[c.key] = i % clubs
	}
	lines, counts := recommend(t, m, Batch{K: 5, AsOf: "all", ExcludeApplied: true})
	if counts.Applications != 1500 {
		t.Errorf("%d applications were learned from, want 1500", counts.Applications)
	}
	// Who may be sent to no more than a few has what is left; of others nearly all is of the club.
	own, all := 0, 0
	for _, l := range lines {
		f := strings.Split(l, "\t")
		p, err := strconv.Atoi(f[1][1:])
		if err != nil {
			t.Fatal(err)
		}
		if all++; (p-1)%clubs == club[f[0]] {
			own++
		}
	}
	if float64(own) < .6*float64(all) {
		t.Errorf("%d of %d postings recommended are of those that one's like choose; by chance a fifth would be", own, all)
	}
	few, _ := market(t, definitions(t), posts, cvs, items[:leastApplications-1]...)
	if _, counts := recommend(t, few, Batch{K: 5, AsOf: "all"}); counts.Applications != 0 {
		t.Errorf("%d applications were learned from", counts.Applications)
	}
}

// What others chose changes the order, and nothing that is forbidden; however much it
// counts, the best are those of a scan of all.
func TestTastesAreFollowedExactlyWithinTheLimits(t *testing.T) {
	rnd := rand.New(rand.NewPCG(43, 1))
	posts, cvs := randomPosts(rnd, 1000), randomCVs(rnd, 300)
	spread(rnd, posts)
	m, live := market(t, definitions(t), posts, cvs, clubsOf(rnd, cvs, len(posts))...)
	x := indexOf(t, live)
	j := jobOf(t, m, x, Batch{K: 10, AsOf: "all"})
	if j.tastes == nil {
		t.Fatal("nothing was learned")
	}
	h, full, rr := newHunt(x, j.v), newHunt(x, j.v), x.resumes()
	other, pruned := 0, 0
	for _, worth := range []float64{0, 5, 50, mostFor} {
		for i, row := range j.seekers {
			j.tastes.worth[i] = worth
			s := rr.read(int(row))
			h.reset(s, 10, 0)
			if err := h.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			plain, _ := h.results()
			h.reset(s, 10, 0)
			h.follow(j.tastes, i)
			if err := h.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if slices.Contains(h.scanned, false) {
				pruned++
			}
			full.reset(s, 10, 0)
			full.follow(j.tastes, i)
			full.everything()
			got, _ := h.results()
			want, _ := full.results()
			if !slices.Equal(got, want) {
				t.Fatalf("worth %v, seeker %d:\n got %v\nwant %v", worth, i, got, want)
			}
			if !slices.Equal(got, plain) {
				other++
			}
			for _, f := range got {
				if lacks, _ := s.lacks(x.asked(int(f.row), nil)); lacks > 0 || s.reach != nil && s.reach[x.s.Postings.Region.At(int(f.row))] == outside {
					t.Fatalf("worth %v: seeker %d is sent to posting %d", worth, i, f.row)
				}
			}
		}
	}
	if other < 300 || pruned < 100 {
		t.Errorf("of 1200 searches tastes changed %d, and %d left an occupation out", other, pruned)
	}
}

// Two people who differ in sex, year of birth and the groups they are of alone have the same
// traits: what is learned does not know of these.
func TestTraitsLeaveOutWhoOneIs(t *testing.T) {
	c := cv{key: "a", occupation: "8122", region: "11", skills: []string{"s1"}, months: 24, pay: 30e6}
	s := &snapshot.Snapshot{Dict: dict(definitions(t), nil, []cv{c})}
	addResume(s, 0, c)
	addResume(s, 1, c)
	r := &s.Resumes
	r.Sex.Raw[1], r.BirthYear.Raw[1] = 2, 1961
	r.Vulnerable = snapshot.Lists[uint16]{}
	r.Vulnerable.Add()
	r.Vulnerable.Add(1)
	one, other := traitsOfResume(s, 0), traitsOfResume(s, 1)
	if len(one) < 5 || !slices.Equal(one, other) {
		t.Errorf("traits %v and %v", one, other)
	}
}
