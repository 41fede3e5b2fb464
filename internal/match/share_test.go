package match

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"ieum"
	"ieum/internal/platform/web"
	"ieum/internal/snapshot"
)

// A few people get what they would get alone; of many no posting is sent to many more than it
// has room for, hard constraints hold all the same, and each list is in the order of its scores.
func TestListsAreSharedOut(t *testing.T) {
	rnd := rand.New(rand.NewPCG(8, 2))
	set := definitions(t)
	var posts []post
	for range 60 { // enough for all
		f := randomPosts(rnd, 1)[0]
		f.occupation, f.region, f.opened, f.closed, f.deadline, f.required, f.openings = "8121", one(rnd, "11140", "11680"), "2026-06-01", "", "", nil, 1
		posts = append(posts, f)
	}
	posts[0].payMin, posts[0].payMax, posts[0].basis = 60_000_000, 60_000_000, snapshot.PayAnnual // the one that everybody likes best
	m, _ := market(t, set, append(posts, randomPosts(rnd, 200)...), nil)
	few := make([]ieum.Profile, 5)
	for i := range few {
		few[i] = randomProfile(rnd)
	}
	s, err := m.Share(t.Context(), few, 10)
	if err != nil {
		t.Fatal(err)
	}
	if s.Moved != 0 || s.Model == "" || s.Snapshot == "" {
		t.Errorf("%d of five were moved, by %q on %q", s.Moved, s.Model, s.Snapshot)
	}
	for i, p := range few {
		alone, err := m.Jobs(t.Context(), p, Query{K: 10, Short: -1})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(s.Lists[i], alone.Jobs, func(a, b ieum.Job) bool { return reflect.DeepEqual(a, b) }) {
			t.Errorf("person %d gets %d jobs, %d alone", i, len(s.Lists[i]), len(alone.Jobs))
		}
	}

	many := make([]ieum.Profile, 200)
	for i := range many {
		many[i] = randomProfile(rnd)
		many[i].Resume.Wish = ieum.Wish{Occupations: []string{"8121"}, Regions: []string{"11"}}
		many[i].Occupations = []ieum.Scored{{Code: "8121", P: 1}}
	}
	s, err = m.Share(t.Context(), many, 3)
	if err != nil {
		t.Fatal(err)
	}
	sent := map[string]int{}
	for i, list := range s.Lists {
		if len(list) != 3 {
			t.Fatalf("person %d gets %d jobs", i, len(list))
		}
		for _, j := range list {
			sent[j.ID]++
			if j.Region != "11140" && j.Region != "" && j.Region[:2] != "11" {
				t.Errorf("a job in %s is sent to who looks in 11", j.Region)
			}
		}
	}
	most := 0
	for _, n := range sent {
		most = max(most, n)
	}
	if s.Moved < 100 || len(sent) < 15 || most > 150 {
		t.Errorf("%d of 200 were moved; %d postings are sent, one of them %d times: all to the same", s.Moved, len(sent), most)
	}
}

// Of jobs that were found once those are left that are open and fit still, in their order.
func TestAmongWhatWasFound(t *testing.T) {
	m, _ := market(t, definitions(t), []post{
		{id: 1, title: "용접원", occupation: "8121", region: "11140", opened: "2026-06-01"},
		{id: 2, title: "용접원 끝난 곳", occupation: "8121", region: "11140", opened: "2026-06-01", closed: "2026-06-02"},
		{id: 3, title: "간호사", occupation: "3040", region: "11140", opened: "2026-06-01", required: []string{"rn"}},
		{id: 4, title: "먼 곳", occupation: "8121", region: "26110", opened: "2026-06-01"},
		{id: 5, title: "닫은 곳", occupation: "8121", region: "11140", opened: "2026-06-01"},
		{id: 6, title: "또 용접원", occupation: "8121", region: "11680", opened: "2026-06-01"},
	}, nil)
	m.Shut([]string{snapshot.FormatID(5)})
	p := ieum.Profile{Resume: ieum.Resume{Wish: ieum.Wish{Regions: []string{"11"}}}, Occupations: []ieum.Scored{{Code: "8121", P: 1}}}
	ask := []string{snapshot.FormatID(6), "no number", snapshot.FormatID(99)}
	for id := uint64(1); id < 7; id++ {
		ask = append(ask, snapshot.FormatID(id))
	}
	jobs, err := m.Among(t.Context(), p, ask)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, j := range jobs {
		got = append(got, j.Title)
		if len(j.Reasons) == 0 {
			t.Errorf("%s comes without a reason", j.Title)
		}
	}
	if want := []string{"또 용접원", "용접원"}; !slices.Equal(got, want) {
		t.Errorf("left are %q, want %q", got, want)
	}
	if jobs, err := m.Among(t.Context(), p, nil); err != nil || len(jobs) != 0 {
		t.Errorf("of none: %v %v", jobs, err)
	}
}

// A search is followed as its address has it: without page and order, in one order of its
// parameters, under a name that people read.
func TestASearchIsFollowed(t *testing.T) {
	set := definitions(t)
	m, _ := market(t, set, []post{{title: "용접원", occupation: "8121", region: "11140", opened: "2026-06-01"}}, nil)
	w := web.NewSite(set, noonClock, nil)
	for given, want := range map[string]string{
		"region=11&q=%EC%9A%A9%EC%A0%91&sort=pay&cursor=x&limit=5": "q=%EC%9A%A9%EC%A0%91&region=11",
		"q=%EC%9A%A9%EC%A0%91&region=11":                           "q=%EC%9A%A9%EC%A0%91&region=11",
	} {
		canonical, name, q, err := m.Follow(w, given)
		if err != nil || canonical != want || name.KO != "용접, 서울특별시" || name.EN != "용접, Seoul" || q.Sort != "newest" || q.Cursor != "" {
			t.Errorf("%s: %s %+v %+v %v", given, canonical, name, q, err)
		}
	}
	for _, wrong := range []string{"shoe=size", "career=forever", "q=%zz"} {
		if _, _, _, err := m.Follow(w, wrong); err == nil {
			t.Errorf("%s is followed", wrong)
		}
	}
}
