package match

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ieum"
	"ieum/internal/match/rank"
	"ieum/internal/snapshot"
)

func indexOf(t testing.TB, live *snapshot.Live) *index {
	t.Helper()
	s, release, err := live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return s.Part(partName).(*index)
}

// spread gives postings and people of many occupations and competencies, rare
// and frequent ones, so that a search has much to leave out and much to miss.
func spread(rnd *rand.Rand, posts []post) (people func() ieum.Profile) {
	occupation := func() string { return fmt.Sprintf("%d%d%d%d", rnd.IntN(3), rnd.IntN(3), 1+rnd.IntN(2), 1+rnd.IntN(9)) }
	skill := func() string { z := rnd.Float64(); return fmt.Sprintf("s%03d", int(200*z*z*z)) }
	skills := func(n int) (out []string) {
		for range 1 + rnd.IntN(n) {
			if s := skill(); !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
		return out
	}
	for i := range posts {
		posts[i].occupation, posts[i].skills = occupation(), skills(6)
	}
	return func() ieum.Profile {
		p := randomProfile(rnd)
		if rnd.IntN(2) == 0 { // little else is known, so that competencies decide
			p = ieum.Profile{Resume: ieum.Resume{Careers: []ieum.Career{{}}}}
		}
		p.Resume.Wish.Occupations = nil
		p.Occupations, p.Competencies = []ieum.Scored{{Code: occupation(), P: rnd.Float64() * .4}}, nil
		for _, s := range skills(12) {
			p.Competencies = append(p.Competencies, ieum.Found{ID: s, P: .5 + rnd.Float64()/2})
		}
		return p
	}
}

// everything judges every posting of the view: what run must equal.
func (h *hunt) everything() {
	for at, row := range h.v.rows {
		if h.s.reach == nil || h.s.reach[h.x.s.Postings.Region.At(int(row))] != outside {
			h.judge(at)
		}
	}
}

func TestBestJobsEqualAFullScan(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 1))
	set := definitions(t)
	left, unscanned := 0, 0
	for round := range 8 {
		posts := randomPosts(rnd, []int{3, 40, 400, 3000, 1, 3000, 6000, 6000}[round])
		person := func() ieum.Profile { return randomProfile(rnd) }
		if round >= 5 {
			person = spread(rnd, posts)
		}
		_, live := market(t, set, posts, nil)
		x := indexOf(t, live)
		for _, v := range []*view{x.openOn(ieum.DayOf(noon)), x.view(ieum.DayOf(noon), func(int) bool { return true })} {
			h, full := newHunt(x, v), newHunt(x, v)
			for range 100 {
				p := person()
				s := x.seeker(&p)
				k, short := 1+rnd.IntN(12), rnd.IntN(4)
				h.reset(s, k, short)
				full.reset(s, k, short)
				if err := h.run(t.Context()); err != nil {
					t.Fatal(err)
				}
				full.everything()
				best, near := h.results()
				wantBest, wantNear := full.results()
				if !slices.Equal(best, wantBest) || !slices.Equal(near, wantNear) {
					t.Fatalf("%d postings, k %d, %+v:\n got %v %v\nwant %v %v", len(v.rows), k, p, best, near, wantBest, wantNear)
				}
				if round >= 5 {
					for _, f := range best {
						if !h.scanned[x.s.Postings.Occupation.At(int(f.row))] {
							unscanned++
						}
					}
					if slices.Contains(h.scanned, false) {
						left++
					}
				}
			}
		}
	}
	if left < 300 || unscanned < 100 {
		t.Errorf("of 600 searches %d left an occupation out, and %d jobs were found by competency alone: nothing is pruned", left, unscanned)
	}
}

// broken says which hard constraint a suggested job breaks, from the fixture
// alone.
func broken(p ieum.Profile, f post, unclear []string, short bool) string {
	today := "2026-06-15"
	switch {
	case f.closed != "" && f.closed <= today:
		return "closed"
	case f.deadline != "" && f.deadline < today:
		return "past its deadline"
	case f.opened > today:
		return "not yet open"
	}
	if why := brokenRegion(p.Resume.Wish.Regions, f.region, slices.Contains(unclear, "match.unclear.region")); why != "" {
		return why
	}
	holds := func(codes ...string) bool {
		return slices.ContainsFunc(codes, func(c string) bool { return slices.Contains(p.Certificates, c) })
	}
	law := map[string][]string{"3040": {"rn"}, "3061": {"na", "rn"}}[f.occupation]
	lacking := 0
	for _, c := range f.required {
		if !holds(c) && !slices.Contains(law, c) {
			lacking++
		}
	}
	if law != nil && !holds(law...) {
		if f.chance >= sureOccupation {
			lacking++
		} else if !slices.Contains(unclear, "match.unclear.licence") {
			return "a licence is unclear and not marked so"
		}
	}
	if short && lacking != 1 || !short && lacking != 0 {
		return fmt.Sprintf("%d certificates lacking", lacking)
	}
	return ""
}

func brokenRegion(wishes []string, region string, unclear bool) string {
	if len(wishes) == 0 {
		return ""
	}
	named := map[string]string{"42": "51", "강원도": "51"} // the successor
	somewhere, around := false, region == ""
	for _, w := range wishes {
		w = cmp.Or(named[w], w)
		if w == "화성" {
			continue
		}
		somewhere = true
		if region != "" && strings.HasPrefix(region, w) {
			return ""
		}
		around = around || strings.HasPrefix(w, region)
	}
	switch {
	case somewhere && !around:
		return "outside the regions sought"
	case !unclear:
		return "the region is unclear and not marked so"
	}
	return ""
}

func TestNoConstraintIsEverBroken(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 5))
	set := definitions(t)
	shown, shortShown := 0, 0
	for range 5 {
		posts := randomPosts(rnd, 800)
		m, _ := market(t, set, posts, nil)
		for range 200 {
			p := randomProfile(rnd)
			r, err := m.Jobs(t.Context(), p, Query{K: 20})
			if err != nil {
				t.Fatal(err)
			}
			for i, j := range slices.Concat(r.Jobs, r.Short) {
				id, _ := snapshot.ParseID(j.ID)
				if why := broken(p, posts[id-1], j.Unclear, i >= len(r.Jobs)); why != "" {
					t.Fatalf("%s: %+v\nfor %+v\nas %+v", why, posts[id-1], p, j)
				}
			}
			shown += len(r.Jobs)
			shortShown += len(r.Short)
			if slices.Contains(p.Resume.Wish.Regions, "화성") != slices.Contains(r.Unread, "화성") {
				t.Fatalf("unread is %q for wishes %q", r.Unread, p.Resume.Wish.Regions)
			}
		}
	}
	if shown < 5000 || shortShown < 300 {
		t.Errorf("only %d jobs and %d with one licence missing were judged", shown, shortShown)
	}
}

func TestPartsAddUpToTheScore(t *testing.T) {
	rnd := rand.New(rand.NewPCG(8, 8))
	set := definitions(t)
	m, _ := market(t, set, randomPosts(rnd, 500), nil)
	parts := map[string]int{}
	for range 300 {
		r, err := m.Jobs(t.Context(), randomProfile(rnd), Query{K: 20})
		if err != nil {
			t.Fatal(err)
		}
		last := ieum.Job{Score: math.Inf(1)}
		for _, j := range r.Jobs {
			sum := 0.0
			for i, why := range j.Reasons {
				sum += why.Points
				parts[why.Key]++
				if unclear := strings.Contains(why.Key, ".unclear"); why.Key == "" || (why.Points == 0) != unclear || i > 0 && why.Points > j.Reasons[i-1].Points || (why.Part == "base") != (i == len(j.Reasons)-1) {
					t.Fatalf("reasons of %+v", j)
				}
			}
			if math.Abs(sum-j.Score) > 1e-9 {
				t.Fatalf("the parts add up to %v, the score is %v", sum, j.Score)
			}
			if a, b := j.Score, last.Score; a > b+1e-9 || a == b && j.ID < last.ID {
				t.Fatalf("%s (%v) stands after %s (%v)", j.ID, j.Score, last.ID, last.Score)
			}
			last = j
		}
	}
	for part := range rank.Count {
		name := rank.Part(part).String()
		found := false
		for key := range parts {
			found = found || strings.HasPrefix(key, "match.why."+name+".")
		}
		if !found {
			t.Errorf("no job had a reason %s", name)
		}
	}
}

func TestSameQuestionSameAnswer(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 9))
	set := definitions(t)
	posts := randomPosts(rnd, 300)
	for i := range posts { // many equal scores
		posts[i] = post{occupation: "8122", region: posts[i].region, least: -1, most: -1}
	}
	m, _ := market(t, set, posts, nil)
	p := ieum.Profile{Occupations: []ieum.Scored{{Code: "8122", P: 1}}}
	first, err := m.Jobs(t.Context(), p, Query{K: 30})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		again, err := m.Jobs(t.Context(), p, Query{K: 30})
		if err != nil {
			t.Fatal(err)
		}
		a, _ := json.Marshal(first)
		b, _ := json.Marshal(again)
		if string(a) != string(b) {
			t.Fatalf("two answers:\n%s\n%s", a, b)
		}
	}
}

func TestPersonOfWhomNothingIsKnownStillGetsJobs(t *testing.T) {
	m, _ := market(t, definitions(t), randomPosts(rand.New(rand.NewPCG(3, 3)), 100), nil)
	r, err := m.Jobs(t.Context(), ieum.Profile{}, Query{K: 5})
	if err != nil || len(r.Jobs) != 5 {
		t.Fatalf("%d jobs, %v", len(r.Jobs), err)
	}
}

func TestWhoWouldWorkAnywhereIsNotLimited(t *testing.T) {
	m, _ := market(t, definitions(t), []post{{title: "가", region: "26110"}, {title: "나", region: "11"}}, nil)
	for wish, want := range map[string]int{"전국": 2, "서울": 1, "화성": 2} {
		r, err := m.Jobs(t.Context(), ieum.Profile{Resume: ieum.Resume{Wish: ieum.Wish{Regions: []string{wish}}}}, Query{})
		if err != nil || len(r.Jobs) != want {
			t.Errorf("%s: %d jobs, %v", wish, len(r.Jobs), err)
		}
		for _, j := range r.Jobs {
			if (len(j.Unclear) > 0) != (wish == "화성") {
				t.Errorf("%s: %s is unclear: %v", wish, j.Title, j.Unclear)
			}
		}
	}
}

// A posting whose place or age leaves a doubt stands below one like it that fits,
// says why, and still above one that only lies near.
func TestWhatIsInDoubtStandsBelowWhatFits(t *testing.T) {
	m, _ := market(t, definitions(t), []post{
		{title: "어딘지 모름", occupation: "8122", opened: "2026-06-14"},
		{title: "오래됨", occupation: "8122", region: "26110", opened: "2025-11-01"},
		{title: "오래됐지만 마감 전", occupation: "8122", region: "26110", opened: "2025-11-01", deadline: "2026-07-01"},
		{title: "맞음", occupation: "8122", region: "26110", opened: "2026-05-01"},
		{title: "다른 일", region: "26110", opened: "2026-05-01"},
		{title: "다른 곳", occupation: "8122", region: "11110", opened: "2026-06-14"},
	}, nil)
	p := ieum.Profile{Occupations: []ieum.Scored{{Code: "8122", P: 1}}, Resume: ieum.Resume{Wish: ieum.Wish{Regions: []string{"26"}}}}
	for k, want := range map[int]string{
		10: "맞음[] 오래됐지만 마감 전[] 어딘지 모름[match.unclear.region] 오래됨[match.unclear.old] 다른 일[] ",
		1:  "맞음[] ",
	} {
		r, err := m.Jobs(t.Context(), p, Query{K: k})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, j := range r.Jobs {
			got += fmt.Sprint(j.Title, j.Unclear, " ")
		}
		if got != want {
			t.Errorf("of %d: %s, want %s", k, got, want)
		}
	}
}

func TestNoSnapshot(t *testing.T) {
	set := definitions(t)
	m := New(snapshot.NewLive(t.TempDir(), Part(set, noonClock)), set, nil, nil)
	if _, err := m.Jobs(t.Context(), ieum.Profile{}, Query{}); err == nil || !strings.Contains(err.Error(), "ieum build") {
		t.Errorf("without a snapshot: %v", err)
	}
}

func TestStopped(t *testing.T) {
	m, _ := market(t, definitions(t), randomPosts(rand.New(rand.NewPCG(3, 3)), 100), nil)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := m.Jobs(ctx, ieum.Profile{}, Query{}); err != context.Canceled {
		t.Errorf("a request that was given up: %v", err)
	}
	if _, err := m.Search(ctx, Search{}); err != context.Canceled {
		t.Errorf("a search that was given up: %v", err)
	}
}

func TestReasonsShowTheWords(t *testing.T) {
	set := definitions(t)
	m, _ := market(t, set, []post{{
		title: "프레스 성형 사원", body: "금속 프레스 작업 및 불량 검사", occupation: "8122", region: "41110", least: 36, most: -1, payMin: 36_000_000,
		skills: []string{"press", "quality", "safety"}, preferred: []string{"press"}, opened: "2026-06-15", employment: "regular", education: "high",
	}}, nil)
	p := ieum.Profile{
		Resume:       ieum.Resume{Careers: []ieum.Career{{Title: "프레스 반장", Occupation: "8122", Months: 300}}, Wish: ieum.Wish{Pay: 30_000_000, Employment: []string{"contract"}}},
		Occupations:  []ieum.Scored{{Code: "8122", P: 1}},
		Competencies: []ieum.Found{{ID: "press", P: 1, Words: "프레스를 돌렸고"}, {ID: "quality", P: .9, Words: "불량을 골라냈다"}},
		Certificates: []string{"press"}, Education: "high", Region: "41110", CareerMonths: 300,
	}
	r, err := m.Jobs(t.Context(), p, Query{})
	if err != nil || len(r.Jobs) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	got := map[string]ieum.Reason{}
	for _, why := range r.Jobs[0].Reasons {
		got[why.Key] = why
	}
	if args := got["match.why.occupation.done"].Args; args["job"] != (ieum.Text{KO: "프레스기 조작원", EN: "Press operators"}) {
		t.Errorf("the reason names %v", args)
	}
	for key, want := range map[string]ieum.Reason{
		"match.why.occupation.done":    {Words: []string{"프레스 반장"}, Asked: []string{"프레스 성형 사원"}},
		"match.why.competencies.shown": {Words: []string{"프레스를 돌렸고", "불량을 골라냈다"}, Asked: []string{"프레스 작업", "불량 검사"}},
		"match.why.gaps.missing":       {},
		"match.why.certificates.helps": {},
		"match.why.career.enough":      {},
		"match.why.education.met":      {},
		"match.why.pay.met":            {},
		"match.why.employment.other":   {},
		"match.why.region.district":    {},
		"match.why.recency.today":      {},
		"match.why.base.everybody":     {},
	} {
		why, ok := got[key]
		if !ok || !reflect.DeepEqual(sorted(why.Words), sorted(want.Words)) || !reflect.DeepEqual(sorted(why.Asked), sorted(want.Asked)) {
			t.Errorf("%s: %+v", key, why)
		}
		delete(got, key)
	}
	if len(got) > 0 {
		t.Errorf("further reasons: %v", got)
	}
}

func sorted(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return s
}

func TestNewSnapshotIsTakenUp(t *testing.T) {
	set := definitions(t)
	data := t.TempDir()
	publish(t, set, data, []post{{title: "옛 공고", occupation: "8122"}}, nil)
	live := snapshot.NewLive(data, Part(set, noonClock))
	t.Cleanup(live.Close)
	if _, err := live.Refresh(); err != nil {
		t.Fatal(err)
	}
	m := New(live, set, nil, noonClock)
	_, _, release, err := m.acquire() // somebody is still reading
	if err != nil {
		t.Fatal(err)
	}
	publish(t, set, data, []post{{title: "새 공고", occupation: "8122"}}, nil)
	if moved, err := live.Refresh(); err != nil || !moved {
		t.Fatal(moved, err)
	}
	for range 2 {
		r, err := m.Jobs(t.Context(), ieum.Profile{}, Query{})
		if err != nil || len(r.Jobs) != 1 || r.Jobs[0].Title != "새 공고" {
			t.Fatalf("after the switch: %+v, %v", r, err)
		}
		release() // the old one is unmapped now
	}
}
