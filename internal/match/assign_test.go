package match

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// crowded is a market in which all are drawn to the same few of a hundred postings, and one
// wants a hundred people.
func crowded(t *testing.T) (*Matcher, *index) {
	rnd := rand.New(rand.NewPCG(51, 1))
	posts, cvs := make([]post, 100), make([]cv, 400)
	for i := range posts {
		posts[i] = post{occupation: "8122", region: "11", least: -1, most: -1, openings: 1}
	}
	posts[3].openings = 100
	var items []application
	for i := range cvs {
		cvs[i] = cv{key: fmt.Sprint("u", i), occupation: "8122", region: "11", months: -1}
		for range 6 {
			z := rnd.Float64()
			items = append(items, application{cvs[i].key, fmt.Sprint("p", 1+int(100*z*z*z))})
		}
	}
	m, live := market(t, definitions(t), posts, cvs, items...)
	return m, indexOf(t, live)
}

// sent counts how often each posting, by its key, is recommended in a batch, and how often
// the one is that is so most of those that want one.
func sent(t *testing.T, m *Matcher, b Batch) (times map[string]int, most int) {
	t.Helper()
	times = map[string]int{}
	lines, _ := recommend(t, m, b)
	for _, l := range lines {
		var seeker, posting string
		var score float64
		if _, err := fmt.Sscanf(l, "%s\t%s\t%g", &seeker, &posting, &score); err != nil {
			t.Fatalf("%q: %v", l, err)
		}
		if times[posting]++; posting != "p4" {
			most = max(most, times[posting])
		}
	}
	if len(lines) != 5*400 {
		t.Errorf("%+v: %d lines for 400 seekers", b, len(lines))
	}
	return times, most
}

func TestPostingsAreSharedOut(t *testing.T) {
	m, _ := crowded(t)
	none, most := sent(t, m, Batch{K: 5, ExcludeApplied: true})
	_, discount := sent(t, m, Batch{K: 5, ExcludeApplied: true, Assign: AssignDiscount})
	shared, capacity := sent(t, m, Batch{K: 5, ExcludeApplied: true, Assign: AssignCapacity})
	if discount >= most || capacity >= most {
		t.Errorf("the posting sent most often is sent %d times, %d with a discount, %d by capacity", most, discount, capacity)
	}
	if len(none) < 90 || len(shared) < 100 {
		t.Errorf("%d postings are sent to anybody, %d by capacity", len(none), len(shared))
	}
	// Of 2000 lines 10 are for each place, and a share may be half more; prices settle near it.
	if capacity > 30 {
		t.Errorf("a posting that wants one is sent to %d of 400", capacity)
	}
	if shared["p4"] <= 30 {
		t.Errorf("the posting that wants a hundred is sent to %d", shared["p4"])
	}
}

// The list with prices is that of a scan of all postings, also where a price adds points.
func TestPricesAreFollowedExactly(t *testing.T) {
	rnd := rand.New(rand.NewPCG(53, 1))
	posts, cvs := randomPosts(rnd, 1000), randomCVs(rnd, 200)
	spread(rnd, posts)
	m, live := market(t, definitions(t), posts, cvs, clubsOf(rnd, cvs, len(posts))...)
	x := indexOf(t, live)
	j := jobOf(t, m, x, Batch{K: 5, AsOf: "all"})
	j.prices = make([]float32, len(posts))
	for i := range j.prices {
		j.prices[i] = float32(rnd.NormFloat64() * 10)
		j.bonus = max(j.bonus, -float64(j.prices[i]))
	}
	h, full, rr := newHunt(x, j.v), newHunt(x, j.v), x.resumes()
	for i := range j.seekers {
		j.tastes.worth[i] = 5
		got, err := j.best(t.Context(), h, rr, i, 5)
		if err != nil {
			t.Fatal(err)
		}
		full.reset(rr.read(int(j.seekers[i])), 5, 0)
		full.follow(j.tastes, i)
		full.prices = j.prices
		full.everything()
		if want, _ := full.results(); !slices.Equal(got, want) {
			t.Fatalf("seeker %d:\n got %v\nwant %v", i, got, want)
		}
	}
}

func TestOffer(t *testing.T) {
	for _, tt := range []struct {
		name              string
		price             float32
		sent, least, most float64
		want              float64
	}{
		{"too many want it", 0, 20, 1, 9.5, math.Log(20.5 / 10)},
		{"as many as may", 3, 9.5, 1, 9.5, 3},
		{"fewer than may, and it had a price", 3, 4.5, 1, 9.5, 3 + math.Log(.5)},
		{"its price ends at nothing", .1, 0, 1, 9.5, 0},
		{"nobody is sent to it", 0, 0, 1, 9.5, math.Log(1. / 3)},
		{"one is, and it had a bonus", -2, 1, 1, 9.5, -2},
		{"some are, and it had a bonus", -.1, 5, 1, 9.5, 0},
	} {
		if got := offer(tt.price, tt.sent, tt.least, tt.most, 1); math.Abs(float64(got)-tt.want) > 1e-6 {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
