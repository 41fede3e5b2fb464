package match

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ieum"
	"ieum/internal/match/rank"
	"ieum/internal/snapshot"
)

// randomCVs makes résumés with every field drawn.
func randomCVs(rnd *rand.Rand, n int) []cv {
	cvs := make([]cv, n)
	for i := range cvs {
		cvs[i] = cv{
			key: fmt.Sprintf("r%d", i), occupation: one(rnd, someOccupations...), region: one(rnd, someRegions...),
			wishes: pick(rnd, 2, someOccupations[1:]), wishRegions: pick(rnd, 2, someRegions[1:]), education: one(rnd, "", "high", "college", "bachelor"),
			months: rnd.IntN(200) - 1, pay: uint32(rnd.IntN(5)) * 10_000_000, employment: one(rnd, "", "regular", "contract"),
			skills: pick(rnd, 5, someSkills), certs: pick(rnd, 3, someCertificates), careers: pick(rnd, 3, someOccupations), idle: rnd.IntN(5) == 0,
		}
	}
	slices.SortStableFunc(cvs, func(a, b cv) int { return strings.Compare(a.occupation, b.occupation) })
	return cvs
}

func TestResumeReadsAsItsProfile(t *testing.T) {
	rnd := rand.New(rand.NewPCG(31, 1))
	cvs := randomCVs(rnd, 300)
	_, live := market(t, definitions(t), randomPosts(rnd, 50), cvs)
	x := indexOf(t, live)
	rr := x.resumes()
	for row := range cvs {
		p := x.profile(row)
		want, got := x.seeker(&p), rr.read(row)
		if len(want.held) == 0 {
			want.held = got.held
		}
		if len(want.has) == 0 {
			want.has = got.has
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("résumé %+v\nreads %+v\nwant  %+v", cvs[row], got, want)
		}
	}
}

func TestPeopleForAPostingAreThoseItIsFor(t *testing.T) {
	rnd := rand.New(rand.NewPCG(32, 1))
	posts, cvs := randomPosts(rnd, 120), randomCVs(rnd, 500)
	m, live := market(t, definitions(t), posts, cvs)
	x := indexOf(t, live)
	day := ieum.DayOf(noon)
	found, lake := 0, lakeOf(t, m)
	for row := range posts {
		id := snapshot.FormatID(x.s.Postings.ID.At(row))
		people, err := m.Candidates(t.Context(), lake, id, 10, AsLearned)
		if !x.isOpen(row, day) {
			if !errors.Is(err, ieum.ErrConflict) {
				t.Fatalf("people for a closed posting: %v", err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		// What each person would be shown of this posting, one by one.
		var want []scored
		for r, c := range cvs {
			p := x.profile(r)
			h := newHunt(x, x.openOn(day))
			h.reset(x.seeker(&p), 1, 0)
			if (h.s.reach == nil || h.s.reach[x.s.Postings.Region.At(row)] != outside) && !c.idle {
				at, _ := slices.BinarySearch(h.v.rows, uint32(row))
				h.judge(at)
				if best, _ := h.results(); len(best) == 1 {
					want = append(want, scored{uint32(r), best[0].score, uint64(r)})
				}
			}
		}
		slices.SortFunc(want, func(a, b scored) int {
			if above(a, b) {
				return -1
			}
			return 1
		})
		want = want[:min(10, len(want))]
		if len(people.People) != len(want) {
			t.Fatalf("%d people, want %d", len(people.People), len(want))
		}
		for i, p := range people.People {
			sum := 0.0
			for _, why := range p.Reasons {
				sum += why.Points
			}
			if p.Key != cvs[want[i].row].key || p.Score != want[i].score || sum-p.Score > 1e-9 || p.Score-sum > 1e-9 {
				t.Fatalf("posting %s: place %d is %s with %v (parts %v), want %s with %v", id, i, p.Key, p.Score, sum, cvs[want[i].row].key, want[i].score)
			}
			found++
		}
	}
	if found < 200 {
		t.Errorf("only %d people were compared", found)
	}
	if _, err := m.Candidates(t.Context(), lake, "0000000000000fff", 10, AsLearned); !errors.Is(err, ieum.ErrNotFound) {
		t.Errorf("people for no posting: %v", err)
	}
}

func TestOnePersonIsShownOnce(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		person := make([]uint32, 60)
		for i := range person {
			person[i] = uint32(rnd.IntN(20))
		}
		c := crowd{k: 5, person: &snapshot.Column[uint32]{Raw: person}}
		best := map[uint32]scored{}
		for _, row := range rnd.Perm(60) {
			f := scored{uint32(row), float64(rnd.IntN(30)), uint64(row)}
			c.offer(f)
			if b, ok := best[person[row]]; !ok || above(f, b) {
				best[person[row]] = f
			}
		}
		want := rank.Best[scored]{K: 5, Above: above}
		for _, f := range best {
			want.Offer(f)
		}
		if w := want.Sorted(); !slices.Equal(c.best, w) {
			t.Fatalf("%v, want %v", c.best, w)
		}
	}
}

func everySource(ieum.SourceID) bool { return true }

func recommend(t *testing.T, m *Matcher, b Batch) (lines []string, c Counts) {
	t.Helper()
	var out bytes.Buffer
	if b.Of == nil {
		b.Of = everySource
	}
	c, err := m.Recommend(t.Context(), lakeOf(t, m), b, &out)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines, c
}

func TestRecommendIsJobsForEveryone(t *testing.T) {
	rnd := rand.New(rand.NewPCG(33, 1))
	posts, cvs := randomPosts(rnd, 150), randomCVs(rnd, 700)
	m, live := market(t, definitions(t), posts, cvs)
	x := indexOf(t, live)
	var want []string
	seekers, fewer := 0, 0
	for row, c := range cvs {
		if c.idle {
			continue
		}
		seekers++
		p := x.profile(row)
		fit, _, err := suggest(t, m, p, 7)
		if err != nil {
			t.Fatal(err)
		}
		if len(fit) < 7 {
			fewer++
		}
		for _, j := range fit {
			id, _ := snapshot.ParseID(j.ID)
			want = append(want, fmt.Sprintf("%s\tp%d\t%.6f", c.key, id, j.Score))
		}
	}
	got, counts := recommend(t, m, Batch{K: 7})
	if !slices.Equal(got, want) {
		t.Errorf("%d lines, want %d", len(got), len(want))
	}
	if counts.Seekers != seekers || counts.Fewer != fewer || counts.Lines != len(want) || counts.Postings != len(x.openOn(ieum.DayOf(noon)).rows) {
		t.Errorf("counts %+v; %d seekers, %d with fewer", counts, seekers, fewer)
	}
}

func TestRecommendAsOf(t *testing.T) {
	m, _ := market(t, definitions(t), []post{
		{id: 1, key: "old", occupation: "8122", opened: "2026-01-01", closed: "2026-02-01"},
		{id: 2, key: "new", occupation: "8122", opened: "2026-05-01"},
		{id: 3, key: "other", occupation: "8122", source: "fair", opened: "2026-05-01", also: []post{{id: 4, source: "shop", key: "theirs"}}},
	}, []cv{{key: "a", occupation: "8122", months: -1}, {key: "b", occupation: "8122", months: -1, idle: true}}, application{"a", "new"}, application{"a", "p9"})
	for _, tt := range []struct {
		b    Batch
		want string
	}{
		{Batch{}, "a new, a other"},
		{Batch{AsOf: "all"}, "a new, a other, a old, b new, b other, b old"},
		{Batch{AsOf: "2026-01-15"}, "a old, b old"},
		{Batch{AsOf: "2026-02-01"}, ""},
		{Batch{ExcludeApplied: true}, "a other"},
		{Batch{Source: "shop"}, "a new, a theirs"},
		{Batch{Source: "fair", AsOf: "all"}, "a other, b other"},
	} {
		tt.b.K = 5
		lines, counts := recommend(t, m, tt.b)
		for i, l := range lines {
			f := strings.Split(l, "\t")
			lines[i] = f[0] + " " + f[1]
		}
		if got := strings.Join(lines, ", "); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.b, got, tt.want)
		}
		if counts.Fewer != counts.Seekers {
			t.Errorf("%+v: %+v", tt.b, counts)
		}
	}
	for _, b := range []Batch{{K: 1, Source: "nowhere", Of: everySource}, {K: 1, AsOf: "soon", Of: everySource}} {
		if _, err := m.Recommend(t.Context(), lakeOf(t, m), b, &bytes.Buffer{}); err == nil {
			t.Errorf("%+v is no error", b)
		}
	}
}

// Seekers of a source whose keys may not be written out are counted, and nothing is
// written of them; those who look for no work are not counted either.
func TestRecommendWritesKeysOfTheSourcesItMay(t *testing.T) {
	m, _ := market(t, definitions(t), []post{{id: 1, occupation: "8122", opened: "2026-05-01"}}, []cv{
		{key: "a", occupation: "8122", months: -1},
		{key: "b", source: "fair", occupation: "8122", months: -1},
		{key: "c", source: "fair", occupation: "8122", months: -1, idle: true},
	})
	only := func(may ieum.SourceID) func(ieum.SourceID) bool {
		return func(source ieum.SourceID) bool { return source == may }
	}
	for _, tt := range []struct {
		b    Batch
		want string
		left int
	}{
		{Batch{Of: everySource}, "a b", 0},
		{Batch{Of: only("shop")}, "a", 1},
		{Batch{Of: only("shop"), AsOf: "all"}, "a", 2},
		{Batch{Of: only("shop"), Source: "shop"}, "a", 0},
		{Batch{Of: only("fair"), Source: "shop"}, "", 1},
		{Batch{Of: only("nowhere")}, "", 2},
	} {
		tt.b.K = 5
		lines, counts := recommend(t, m, tt.b)
		for i, l := range lines {
			lines[i], _, _ = strings.Cut(l, "\t")
		}
		if got := strings.Join(lines, " "); got != tt.want || counts.LeftOut != tt.left || counts.Seekers != len(lines) {
			t.Errorf("%+v: %q and %+v, want %q and %d left out", tt.b, got, counts, tt.want, tt.left)
		}
	}
}

// full is a writer whose disk is full.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestRecommendStopsWhenNobodyReads(t *testing.T) {
	rnd := rand.New(rand.NewPCG(34, 1))
	m, _ := market(t, definitions(t), randomPosts(rnd, 150), randomCVs(rnd, 3000))
	if _, err := m.Recommend(t.Context(), lakeOf(t, m), Batch{K: 10, Of: everySource}, full{}); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("onto a full disk: %v", err)
	}
}

// TestLeaningKeepsWhatHolds: for whatever lean the best are the best of all, their parts add up
// to the score, and at an end the other side's parts are none.
func TestLeaningKeepsWhatHolds(t *testing.T) {
	rnd := rand.New(rand.NewPCG(35, 1))
	posts, cvs := randomPosts(rnd, 60), randomCVs(rnd, 400)
	m, live := market(t, definitions(t), posts, cvs)
	x, lake := indexOf(t, live), lakeOf(t, m)
	parts, changed := map[float64]map[string]int{0: {}, 1: {}}, 0
	for row := range posts {
		id := snapshot.FormatID(x.s.Postings.ID.At(row))
		if !x.isOpen(row, ieum.DayOf(noon)) {
			continue
		}
		usual, err := m.Candidates(t.Context(), lake, id, 10, AsLearned)
		if err != nil {
			t.Fatal(err)
		}
		for _, lean := range []float64{0, .2, .5, .9, 1} {
			all, err := m.Candidates(t.Context(), lake, id, len(cvs), lean) // with so many nobody is passed over
			if err != nil {
				t.Fatal(err)
			}
			best, err := m.Candidates(t.Context(), lake, id, 10, lean)
			if err != nil || len(best.People) != min(10, len(all.People)) || !reflect.DeepEqual(best.People, all.People[:len(best.People)]) {
				t.Fatalf("posting %s, lean %g: the best are not the best of all (%v)", id, lean, err)
			}
			for _, p := range best.People {
				sum := 0.0
				for _, why := range p.Reasons {
					sum += why.Points
					if why.Points != 0 && parts[lean] != nil {
						parts[lean][why.Part]++
					}
				}
				if sum-p.Score > 1e-9 || p.Score-sum > 1e-9 {
					t.Fatalf("posting %s, lean %g: parts %v, score %v", id, lean, sum, p.Score)
				}
			}
			if same := reflect.DeepEqual(best.People, usual.People); lean == AsLearned && !same {
				t.Fatalf("posting %s: halfway is not as learned", id)
			} else if !same {
				changed++
			}
		}
	}
	for lean, none := range map[float64][]string{0: {"occupation", "field", "career"}, 1: {"competencies", "gaps", "certificates"}} {
		for _, part := range none {
			if parts[lean][part] > 0 || parts[1-lean][part] == 0 {
				t.Errorf("%s counts %d times at %g, and %d at the other end", part, parts[lean][part], lean, parts[1-lean][part])
			}
		}
	}
	if changed < 60 {
		t.Errorf("leaning changed only %d lists", changed)
	}
}
