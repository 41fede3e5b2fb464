package match

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"ieum"
	"ieum/internal/snapshot"
)

// What was shut since the snapshot was made is in nothing that asks for what is open: all
// answers are those of a snapshot in which it is closed, and it is again where it is opened.
func TestWhatIsShutIsGoneAtOnce(t *testing.T) {
	rnd := rand.New(rand.NewPCG(21, 3))
	set := definitions(t)
	posts := randomPosts(rnd, 400)
	for i := range posts {
		posts[i].id = uint64(i + 1)
	}
	closed := append([]post{}, posts...)
	var ids []string
	for i := range posts {
		if i%3 == 0 {
			closed[i].closed = "2026-06-10"
			ids = append(ids, snapshot.FormatID(posts[i].id))
		}
	}
	m, _ := market(t, set, posts, nil)
	want, _ := market(t, set, closed, nil)
	people := make([]ieum.Profile, 60)
	for i := range people {
		people[i] = randomProfile(rnd)
	}
	answers := func(m *Matcher) (got []any) {
		for _, p := range people {
			r, err := m.Jobs(t.Context(), p, Query{K: 10})
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, r.Openings)
			for i := range r.Jobs {
				got = append(got, r.Jobs[i].ID)
			}
			for i := range r.Short {
				got = append(got, r.Short[i].ID)
			}
		}
		for _, q := range []Search{{}, {Q: "간호사"}, {Q: "용접 서울"}, {Sort: "newest"}, {Regions: []string{"11"}}} {
			hits, first := all(t, m, q)
			for _, h := range hits {
				got = append(got, h.ID)
			}
			got = append(got, first.Total, first.Facets, first.Openings)
		}
		return got
	}
	before := answers(m)
	at := slices.IndexFunc(posts, func(f post) bool { return f.id%3 == 1 && openToday(f) })
	m.Shut(ids)
	if got := answers(m); !reflect.DeepEqual(got, answers(want)) {
		t.Error("what is shut still shows in some answer")
	}
	if d, err := m.Posting(t.Context(), snapshot.FormatID(posts[at].id)); err != nil || d.Open {
		t.Errorf("the posting itself: %v, %+v", err, d)
	}
	m.Shut(nil)
	if got := answers(m); !reflect.DeepEqual(got, before) {
		t.Error("what was opened anew is not found as before")
	}
	m.Shut([]string{"no number", snapshot.FormatID(1 << 60)})
	if got := answers(m); !reflect.DeepEqual(got, before) {
		t.Error("a number of nothing shuts something")
	}
	if _, err := m.Posting(t.Context(), snapshot.FormatID(1<<60)); !errors.Is(err, ieum.ErrNotFound) {
		t.Errorf("%v", err)
	}
}
