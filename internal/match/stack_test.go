package match

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ieum"
	"ieum/defs"
	"ieum/internal/snapshot"
)

// A twin is one market twice: as a whole snapshot, and as changes to a base of
// which some rows no longer hold.
type twin struct {
	whole, stacked *Matcher
	one, two       *index
	posts          []post
	stale          []post // rows of the base that were changed or taken away
}

// newTwin draws which rows are in the base, which are new, and what the base has
// of those that changed.
func newTwin(t *testing.T, set *defs.Set, rnd *rand.Rand, n int) *twin {
	t.Helper()
	w := &twin{posts: randomPosts(rnd, n)}
	cvs := randomCVs(rnd, n)
	older, olderCVs := randomPosts(rnd, n), randomCVs(rnd, n) // what the base says of those that changed
	var under, over []post
	for i := range w.posts {
		p := &w.posts[i]
		p.id, p.source, p.key = uint64(i+1)*7919%1_000_003, one(rnd, "shop", "other"), fmt.Sprintf("p%d", i)
		if rnd.IntN(5) == 0 {
			p.also = []post{{id: p.id + 2_000_000, source: "shop", key: p.key + "x"}, {id: p.id + 3_000_000, source: "other", key: p.key + "y"}}
		}
		old := &older[i]
		old.id, old.source, old.key, old.also = p.id, p.source, p.key, p.also
		switch rnd.IntN(6) {
		case 0: // changed
			w.stale, under, over = append(w.stale, *old), append(under, *old), append(over, *p)
		case 1: // new
			over = append(over, *p)
		case 2: // another one was taken away
			old.id, old.key, old.also = p.id+5_000_000, "gone"+p.key, nil
			w.stale, under = append(w.stale, *old), append(under, *old)
			fallthrough
		default:
			under = append(under, *p)
		}
	}
	var underCVs, overCVs []cv
	var gone snapshot.Gone
	for i, c := range cvs {
		olderCVs[i].key = c.key
		switch rnd.IntN(5) {
		case 0: // changed
			gone.Resumes.Add(uint32(len(underCVs)))
			underCVs, overCVs = append(underCVs, olderCVs[i]), append(overCVs, c)
		case 1: // new
			overCVs = append(overCVs, c)
		default:
			underCVs = append(underCVs, c)
		}
	}
	applied := make([]application, n)
	for i := range applied {
		applied[i] = application{one(rnd, cvs[i].key, cvs[0].key), w.posts[rnd.IntN(n)].key}
	}
	dict := dict(set, slices.Concat(w.posts, older), slices.Concat(cvs, olderCVs))
	data := t.TempDir()
	publishOn(t, set, data, dict, snapshot.Meta{}, nil, w.posts, cvs, applied...)
	var live *snapshot.Live
	w.whole, live = follow(t, set, data)
	w.one = indexOf(t, live)

	data = t.TempDir()
	publishOn(t, set, data, dict, snapshot.Meta{}, nil, under, underCVs)
	_, live = follow(t, set, data)
	base := indexOf(t, live)
	for row := range base.s.Postings.ID.Len() {
		if slices.ContainsFunc(w.stale, func(p post) bool { return p.id == base.s.Postings.ID.At(row) }) {
			gone.Postings.Add(uint32(row))
		}
	}
	publishOn(t, set, data, dict, snapshot.Meta{Base: base.s.AsBase(gone.Resumes.Len(), 0)}, &gone, over, overCVs, applied...)
	w.stacked, live = follow(t, set, data)
	w.two = indexOf(t, live)
	return w
}

var version = regexp.MustCompile(`"snapshot":"[0-9a-f]*"`)

// said is an answer as programs read it, but for the version of the snapshot.
func said(t *testing.T, answer any, err error) string {
	t.Helper()
	if err != nil {
		return "error: " + err.Error()
	}
	b, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	return version.ReplaceAllString(string(b), "")
}

func same(t *testing.T, about string, whole, stacked string) {
	t.Helper()
	if whole == stacked {
		return
	}
	at := 0
	for at < min(len(whole), len(stacked)) && whole[at] == stacked[at] {
		at++
	}
	from := max(0, at-100)
	t.Fatalf("%s: the whole snapshot says\n…%.300s\nits base with changes\n…%.300s", about, whole[from:], stacked[from:])
}

func TestChangesReadAsAWholeSnapshot(t *testing.T) {
	set := definitions(t)
	for seed, rows := range []int{3, 40, 150, 500} {
		rnd := rand.New(rand.NewPCG(uint64(seed), 33))
		w := newTwin(t, set, rnd, rows)
		for _, tt := range []struct {
			name string
			same func(*testing.T, *rand.Rand, *twin)
		}{
			{"searches", sameSearches}, {"jobs", sameJobs}, {"addresses", sameAddresses}, {"people", samePeople},
			{"recommendations", sameRecommendations}, {"counts", sameCounts}, {"signs", sameSigns},
		} {
			t.Run(fmt.Sprint(rows, " ", tt.name), func(t *testing.T) { tt.same(t, rnd, w) })
		}
	}
}

func sameSearches(t *testing.T, rnd *rand.Rand, w *twin) {
	for range 150 {
		q := Search{Limit: 1 + rnd.IntN(12), Sort: one(rnd, "", "", "newest", "pay", "deadline")}
		words := append(pick(rnd, 3, someWords), pick(rnd, 1, []string{"-용접", "+간호", `"웹 개발자"`, "용접원", "Nurse", "품질검시", "jave", "간호조무사", "삼성동", "보건·의료직"})...)
		q.Q = strings.Join(words, " ")
		if rnd.IntN(3) == 0 {
			q.Regions, q.Employment = pick(rnd, 2, []string{"11", "41", "26110", none}), pick(rnd, 1, []string{"regular", none})
		}
		if rnd.IntN(3) == 0 {
			q.Occupation, q.Pay = pick(rnd, 2, []string{"3", "81", "8122", none}), pick(rnd, 1, payBands)
		}
		for {
			a, err := w.whole.Search(t.Context(), q)
			b, err2 := w.stacked.Search(t.Context(), q)
			same(t, fmt.Sprintf("%+v", q), said(t, a, err), said(t, b, err2))
			if err != nil || a.Next == "" {
				break
			}
			q.Cursor = a.Next
		}
	}
}

func sameJobs(t *testing.T, rnd *rand.Rand, w *twin) {
	for range 100 {
		p, q := randomProfile(rnd), Query{K: 1 + rnd.IntN(15), Short: rnd.IntN(5)}
		a, err := w.whole.Jobs(t.Context(), p, q)
		b, err2 := w.stacked.Jobs(t.Context(), p, q)
		same(t, fmt.Sprintf("%+v", p), said(t, a, err), said(t, b, err2))
	}
}

func sameAddresses(t *testing.T, _ *rand.Rand, w *twin) {
	for _, p := range slices.Concat(w.posts, w.stale) {
		for _, m := range append(p.also, p) {
			id := snapshot.FormatID(m.id)
			a, err := w.whole.Posting(t.Context(), id)
			b, err2 := w.stacked.Posting(t.Context(), id)
			same(t, id, said(t, a, err), said(t, b, err2))
		}
	}
}

func samePeople(t *testing.T, _ *rand.Rand, w *twin) {
	for _, p := range w.posts[:min(60, len(w.posts))] {
		people := func(m *Matcher, k int) (*People, error) {
			found, err := m.Candidates(t.Context(), lakeOf(t, m), snapshot.FormatID(p.id), k, float64(k%5)/4)
			if err == nil { // who is equally good stands in the order of rows
				slices.SortStableFunc(found.People, func(a, b Person) int {
					if a.Score != b.Score {
						return 0
					}
					return strings.Compare(a.Key, b.Key)
				})
			}
			return found, err
		}
		a, err := people(w.whole, len(w.posts))
		b, err2 := people(w.stacked, len(w.posts))
		same(t, p.title, said(t, a, err), said(t, b, err2))
	}
}

func sameRecommendations(t *testing.T, _ *rand.Rand, w *twin) {
	for _, b := range []Batch{{K: 5}, {K: 3, ExcludeApplied: true}, {K: 4, AsOf: "2026-06-12", Source: "other"}, {K: 4, Source: "shop"}, {K: 2, AsOf: "all"}} {
		a, counts := recommend(t, w.whole, b)
		c, counts2 := recommend(t, w.stacked, b)
		counts.Snapshot, counts2.Snapshot = "", ""
		slices.Sort(a) // people are in the order of rows
		slices.Sort(c)
		same(t, fmt.Sprintf("%+v", b), strings.Join(a, "\n")+fmt.Sprint(counts), strings.Join(c, "\n")+fmt.Sprint(counts2))
	}
}

func sameCounts(t *testing.T, _ *rand.Rand, w *twin) {
	if !slices.Equal(w.one.idf, w.two.idf) || !slices.Equal(w.one.postings, w.two.postings) || w.one.terms.Rows() != w.two.terms.Rows() {
		t.Errorf("competencies weigh %v, occupations have %v; want %v, %v", w.two.idf, w.two.postings, w.one.idf, w.one.postings)
	}
	a, b := w.one.openOn(ieum.DayOf(noon)), w.two.openOn(ieum.DayOf(noon))
	if len(a.rows) != len(b.rows) {
		t.Errorf("%d postings are open, want %d", len(b.rows), len(a.rows))
	}
}
