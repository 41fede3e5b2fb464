package jobcare

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"ieum"
	"ieum/internal/jobcare/cellkey"
	"ieum/internal/snapshot"
)

// A walker is somebody whose spells lasted so many months, newest first, without
// a gap, up to the month their résumé was written in.
type walker struct {
	resume
	months []int
	pay    uint32
}

// unchanged is a sum of record keys by which a count of five, six, eight, or more than ten is
// published as it is; by a sum of 0 one of four is withheld.
const unchanged = 0x8000

// walked are n people who did some work, newest first, each for so many months, and
// whose record keys add up to unchanged.
func walked(n int, careers []uint16, months ...int) []walker {
	out := quiet(n, careers, months...)
	out[0].key = unchanged
	return out
}

// quiet are people as walked, whose record keys add up to 0.
func quiet(n int, careers []uint16, months ...int) []walker {
	return repeat(n, func(int) walker {
		r := seeker(0)
		r.occupation, r.careers = careers[0], careers
		return walker{resume: r, months: months}
	})
}

// roadMarket is a market of postings, people and courses.
func roadMarket(t *testing.T, postings []posting, people []walker, courses ...map[string]any) *Adviser {
	t.Helper()
	set, err := loadDefs()
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	b, err := snapshot.Begin(data)
	if err != nil {
		t.Fatal(err)
	}
	s := &snapshot.Snapshot{Dict: dict(t, set)}
	s.Dict.Kinds = []string{"", "course"}
	slices.SortStableFunc(postings, func(x, y posting) int { return int(x.occupation) - int(y.occupation) })
	slices.SortStableFunc(people, func(x, y walker) int { return int(x.occupation) - int(y.occupation) })
	for i, p := range postings {
		add(&s.Postings, uint64(i+1), p)
		s.Members.ID.Add(uint64(i + 1))
		s.Members.Posting.Add(uint32(i))
		s.Members.Source.Add(0)
		s.Members.Delivery.Add(1)
		s.Members.Row.Add(uint32(i + 1))
		s.Members.Key.Add("k")
		s.Members.URL.Add("")
		s.Texts.Body.Add("made up")
	}
	addWalkers(s, people)
	s.Postings.Occupations = bounds(s.Postings.Occupation.Raw, len(s.Dict.Occupations))
	s.Resumes.Occupations = bounds(s.Resumes.Occupation.Raw, len(s.Dict.Occupations))
	addUnknownCompany(&s.Companies)
	for i, c := range courses {
		addItem(t, &s.Items, i, c)
	}
	for _, err := range []error{b.Write(s), b.Describe(snapshot.Meta{
		Postings: len(postings), Resumes: len(people), People: len(people), Companies: 1, Items: len(courses), From: ieum.Day(day("2025-01-01")), To: ieum.DayOf(today), Simulated: true,
	}, today), b.Derive(t.Context(), Part(), RoadmapPart(set))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Publish(); err != nil {
		t.Fatal(err)
	}
	live := snapshot.NewLive(data, Part(), RoadmapPart(set))
	if _, err := live.Refresh(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(live.Close)
	return New(live, set, nil, nil, func() time.Time { return today })
}

// written is the month in which the tests' résumés were, counted from 1970-01.
const written = 56*12 + 4

func addWalkers(s *snapshot.Snapshot, people []walker) {
	var starts, ends snapshot.Lists[uint16]
	for i, w := range people {
		w.person = uint32(i)
		addResume(&s.Resumes, i, w.resume)
		s.Resumes.LastPay.Raw[i] = w.pay
		at := uint16(written)
		var start, end []uint16
		for k, months := range w.months {
			start, end = append(start, at-uint16(months)), append(end, at)
			if k == 0 {
				end[0] = snapshot.Unset
			}
			at -= uint16(months)
		}
		starts.Add(start...)
		ends.Add(end...)
	}
	s.Resumes.CareerStart, s.Resumes.CareerEnd = starts, ends
}

func addItem(t *testing.T, items *snapshot.Items, i int, body map[string]any) {
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	items.Kind.Add(1)
	items.Key.Add(fmt.Sprint(i))
	items.Occupation.Add(0)
	items.Body.Add(string(text))
	items.Service.Add(0)
	items.Source.Add(0)
	items.Delivery.Add(1)
	items.Row.Add(uint32(i))
}

// openIn are five open postings in each of some occupations.
func openIn(occupations ...uint16) (out []posting) {
	for _, o := range occupations {
		out = append(out, repeat(5, func(int) posting { p := press(); p.occupation = o; return p })...)
	}
	return out
}

// pressHand is a person with 20 months of work in 8211.
var pressHand = ieum.Profile{Occupations: []ieum.Scored{{Code: "8211", P: .9}}, CareerMonths: 20}

func roadmap(t *testing.T, a *Adviser, p ieum.Profile, g Goal) *Roadmap {
	t.Helper()
	a.reader = reader{p}
	m, err := a.Roadmap(t.Context(), ieum.Resume{}, g)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// about says that a number of people may be what is published of so many.
func about(published, people int) bool {
	return published >= least && max(published-people, people-published) <= cellkey.Most
}

func TestAMoveSaysHowManyMadeItAndAfterHowLong(t *testing.T) {
	people := slices.Concat(walked(20, []uint16{2, 1}, 10, 12), quiet(20, []uint16{2, 1}, 10, 24), quiet(60, []uint16{1}, 50), quiet(4, []uint16{3, 1}, 10, 12), walked(6, []uint16{4, 1}, 5, 5))
	for i := range people {
		people[i].pay = 30_000_000
		if people[i].occupation == 2 {
			people[i].pay = 36_000_000
		}
	}
	m := roadmap(t, roadMarket(t, openIn(1, 2, 3, 4), people), pressHand, Goal{})
	if len(m.Ways) != 0 || m.Goal != nil || m.Level != "entry" || len(m.From) != 1 || m.From[0].Code != "8211" {
		t.Errorf("without a goal: %d ways from %v at level %s", len(m.Ways), m.From, m.Level)
	}
	first := m.Moves[0]
	if first.To.Code != "8221" || !about(first.People.N, 40) || first.Thin || first.Before.Int() != 12 || first.Share.N != first.People.N || !about(first.Share.Of, 50) {
		t.Errorf("the most usual move is %s by %d of %d, thin %v, after %d months; want 8221 by about 40 of about 50, sure, after 12", first.To.Code, first.People.Int(), first.Share.Of, first.Thin, first.Before.Int())
	}
	for _, move := range m.Moves[1:] {
		switch {
		case move.To.Code == "8231" && (move.People.Known() || !move.Thin):
			t.Errorf("four people are shown: %+v", move.People)
		case move.To.Code == "8811" && (!move.People.Known() || !move.Thin || move.Before.Known()):
			t.Errorf("six people are thin evidence, and too few for a median: %+v", move)
		}
	}
}

func TestThePayOfTwoStatesIsComparedWhereThirtyStateIt(t *testing.T) {
	people := slices.Concat(walked(60, []uint16{1}, 20), walked(60, []uint16{2, 1}, 10, 12), walked(29, []uint16{3, 1}, 10, 12))
	for i, pay := range []uint32{30_040_000, 36_000_000, 50_000_000} {
		for k := range people {
			if people[k].occupation == uint16(i+1) {
				people[k].pay = pay
			}
		}
	}
	m := roadmap(t, roadMarket(t, openIn(1, 2, 3), people), pressHand, Goal{})
	for _, move := range m.Moves {
		d := move.Worth.Difference
		if move.To.Code == "8221" && (d == nil || *d != 6_000_000 || move.Worth.From.Int() != 30_000_000) {
			t.Errorf("the pay of 8221 differs by %v from %d, want 6,000,000 from 30,000,000", d, move.Worth.From.Int())
		}
		if move.To.Code == "8231" && d != nil {
			t.Errorf("29 people are enough for a median: %d", *d)
		}
	}
}

func TestAWayThatManyWentIsBeforeOneThatFewDid(t *testing.T) {
	people := slices.Concat(walked(120, []uint16{2, 1}, 10, 12), walked(120, []uint16{4, 2}, 10, 6), walked(13, []uint16{4, 1}, 10, 12), walked(300, []uint16{3, 1}, 10, 12))
	m := roadmap(t, roadMarket(t, openIn(1, 2, 3, 4), people), pressHand, Goal{Occupation: "8811"})
	if len(m.Ways) < 2 {
		t.Fatalf("%d ways: %+v", len(m.Ways), m.Obstacle)
	}
	best := m.Ways[0]
	if len(best.Steps) != 2 || best.Steps[0].To.Code != "8221" || best.Steps[1].Wait != 6 || best.Months != 6 || best.Thin || !about(best.People.N, 120) {
		t.Errorf("the best way is %+v", best)
	}
	straight := m.Ways[1]
	if len(straight.Steps) != 1 || !straight.Thin || !about(straight.People.N, 13) || straight.Months != 0 {
		t.Errorf("the second way is %+v", straight)
	}
}

func TestNoTwoWaysLeadThroughOneOccupation(t *testing.T) {
	var people []walker
	for _, pair := range [][]uint16{{2, 1}, {3, 1}, {3, 2}, {2, 3}, {4, 2}, {4, 3}} {
		people = append(people, walked(40, pair, 10, 6)...)
	}
	m := roadmap(t, roadMarket(t, openIn(1, 2, 3, 4), people), pressHand, Goal{Occupation: "8811"})
	if len(m.Ways) != 2 { // not through both as well
		t.Errorf("%d ways, want one through each", len(m.Ways))
	}
	seen := map[string]bool{}
	for _, w := range m.Ways {
		for _, o := range w.Via() {
			if seen[o.Code] {
				t.Errorf("two ways lead through %s", o.Code)
			}
			seen[o.Code] = true
		}
	}
}

func TestWhatFewerThanFiveDidIsNoWay(t *testing.T) {
	for n, want := range map[int]int{4: 0, 5: 1} {
		people := quiet(n, []uint16{4, 1}, 10, 12)
		if n == 5 {
			people[0].key = unchanged
		}
		m := roadmap(t, roadMarket(t, openIn(1, 4), slices.Concat(people, quiet(9, []uint16{1}, 10))), pressHand, Goal{Occupation: "8811"})
		if len(m.Ways) != want {
			t.Errorf("%d people: %d ways, want %d", n, len(m.Ways), want)
		}
		if n == 4 && (m.Obstacle == nil || m.Obstacle.Limit != "unseen" || len(m.Obstacle.Instead) == 0 && len(m.Moves) > 0) {
			t.Errorf("what nobody is seen to have done: %+v", m.Obstacle)
		}
	}
}

func TestSomebodyWithoutWorkBeginsWhereOthersBegan(t *testing.T) {
	people := slices.Concat(walked(40, []uint16{2}, 10), walked(40, []uint16{4, 2}, 10, 6))
	m := roadmap(t, roadMarket(t, openIn(1, 2, 4), people), ieum.Profile{}, Goal{Occupation: "8811"})
	if len(m.From) != 0 || len(m.Ways) != 1 || len(m.Ways[0].Steps) != 2 || m.Ways[0].Steps[0].From.Code != "" || m.Ways[0].Steps[0].To.Code != "8221" {
		t.Errorf("from no work: %+v", m.Ways)
	}
}

func TestWhoDidTheWorkAlreadyNeedsNoWay(t *testing.T) {
	m := roadmap(t, roadMarket(t, openIn(1, 2), walked(40, []uint16{2, 1}, 10, 12)), pressHand, Goal{Occupation: "8211"})
	if !m.There || len(m.Ways) != 0 || m.Obstacle != nil {
		t.Errorf("there %v, %d ways, %v", m.There, len(m.Ways), m.Obstacle)
	}
}

// Each limit that stands in the way is named, with what would do, and something
// that can be reached is proposed.
func TestAGoalThatCannotBeReachedIsAnsweredWithWhatCan(t *testing.T) {
	people := slices.Concat(walked(40, []uint16{2, 1}, 10, 12), walked(40, []uint16{4, 2}, 10, 30), walked(40, []uint16{3, 1}, 10, 12))
	a := roadMarket(t, append(openIn(2, 3), repeat(5, func(int) posting { p := press(); p.occupation, p.region = 4, 3; return p })...), people)
	for _, tt := range []struct {
		goal  Goal
		limit string
		check func(*Obstacle) bool
	}{
		{Goal{Occupation: "8811", Months: 29}, "months", func(o *Obstacle) bool { return o.Months == 30 }},
		{Goal{Occupation: "8811", Region: "11"}, "region", func(o *Obstacle) bool {
			return len(o.Regions) == 1 && o.Regions[0].Code == "26" && o.Regions[0].Openings.Int() == 10
		}},
		{Goal{Occupation: "8811", Months: 5, Region: "26"}, "several", func(*Obstacle) bool { return true }},
		{Goal{Occupation: "3040", Months: 12}, "unseen", func(*Obstacle) bool { return true }}, // not in the data at all
	} {
		m := roadmap(t, a, pressHand, tt.goal)
		if len(m.Ways) > 0 || m.Obstacle == nil || m.Obstacle.Limit != tt.limit || !tt.check(m.Obstacle) {
			t.Errorf("%+v: %d ways, obstacle %+v; want %s", tt.goal, len(m.Ways), m.Obstacle, tt.limit)
			continue
		}
		if len(m.Obstacle.Instead) == 0 && tt.goal.Region != "26" {
			t.Errorf("%+v: nothing else is proposed", tt.goal)
		}
	}
	if m := roadmap(t, a, pressHand, Goal{Occupation: "8811", Months: 30}); len(m.Ways) != 1 || m.Ways[0].Months != 30 {
		t.Errorf("within the time it takes: %+v", m.Ways)
	}
}

func TestWhatIsMissingIsLearnedWhereTimeAndMoneyReach(t *testing.T) {
	postings := openIn(1)
	postings = append(postings, repeat(20, func(int) posting { p := press(); p.occupation, p.skills = 2, []uint16{1, 2}; return p })...)
	set, _ := loadDefs()
	skill := set.Codes["competencies"].Codes[1]
	course := func(title string, hours, won int, closed string) map[string]any {
		return map[string]any{"title": title, "institution": "가상학원", "region": "11680", "occupations": []string{"8221"}, "skills": []string{skill.Name.KO}, "hours": hours, "fee": 9_000_000, "own_fee": won, "closed": closed}
	}
	a := roadMarket(t, postings, walked(40, []uint16{2, 1}, 10, 12), course("dear", 260, 500_000, "2026-12-31"), course("cheap", 260, 100_000, "2026-12-31"), course("over", 10, 0, "2026-06-01"))
	p := pressHand
	p.Competencies = []ieum.Found{{ID: set.Codes["competencies"].Codes[0].Code, Words: "금형을 갈았다", P: .9}}
	step := roadmap(t, a, p, Goal{Occupation: "8221"}).Ways[0].Steps[0]
	if len(step.Have) != 1 || step.Have[0].Words != "금형을 갈았다" || len(step.Learn) != 1 || step.Learn[0].Code != skill.Code {
		t.Errorf("have %+v, learn %+v", step.Have, step.Learn)
	}
	if len(step.Courses) != 1 || step.Courses[0].Title != "cheap" || step.Courses[0].Months != 2 || step.Courses[0].Cost != 100_000 || step.Courses[0].Region.Code != "11680" {
		t.Errorf("courses %+v, want the cheap one that is not over", step.Courses)
	}
	w := roadmap(t, a, p, Goal{Occupation: "8221", Months: 2, Cost: new(int64(100_000))}).Ways[0]
	if w.Months != 2 || w.Cost != 100_000 {
		t.Errorf("takes %d months and %d won, want 2 and 100,000", w.Months, w.Cost)
	}
	for _, g := range []Goal{{Occupation: "8221", Months: 1}, {Occupation: "8221", Cost: new(int64)}} {
		w := roadmap(t, a, p, g).Ways[0] // no law asks for it
		if w.Months != 0 || w.Cost != 0 || !w.Steps[0].Beyond {
			t.Errorf("%+v: takes %d months and %d won, beyond %v", g, w.Months, w.Cost, w.Steps[0].Beyond)
		}
	}
}

func TestWhatWhoWentHaveMoreOften(t *testing.T) {
	went, stayed := walked(40, []uint16{2, 1}, 10, 12), walked(60, []uint16{1}, 30)
	for i := range went[:30] {
		went[i].certs = []uint16{1}
	}
	for i := range stayed[:15] {
		stayed[i].certs = []uint16{1, 1, 2}
	}
	for i := range went {
		went[i].certs = append(went[i].certs, 2)
	}
	for i := range stayed {
		stayed[i].certs = append(stayed[i].certs, 2)
	}
	a := roadMarket(t, openIn(1, 2), slices.Concat(went, stayed))
	had := roadmap(t, a, pressHand, Goal{}).Moves[0].Had
	if len(had) != 1 || had[0].Kind != "certificate" || had[0].Code != a.set.Codes["certificates"].Codes[0].Code || had[0].Lift < 1.5 || !about(had[0].Share.N, 30) || !about(had[0].Share.Of, 40) || !about(had[0].Stayed.N, 15) || !about(had[0].Stayed.Of, 60) {
		t.Errorf("had %+v, want the first certificate, about 30 of 40 beside 15 of 60", had)
	}
	a = roadMarket(t, openIn(1, 2), slices.Concat(went[:21], stayed))
	if had := roadmap(t, a, pressHand, Goal{}).Moves[0].Had; len(had) != 0 {
		t.Errorf("21 people are enough to say %+v", had)
	}
}

func TestLimitsThatAreNone(t *testing.T) {
	a := roadMarket(t, openIn(1), walked(9, []uint16{1}, 10))
	a.reader = reader{pressHand}
	for _, tt := range []struct {
		goal Goal
		kind error
	}{{Goal{Occupation: "9999"}, ieum.ErrNotFound}, {Goal{Occupation: "82"}, ieum.ErrNotFound}, {Goal{Region: "00"}, ieum.ErrInvalid}, {Goal{Months: -1}, ieum.ErrInvalid}, {Goal{Cost: new(int64(-1))}, ieum.ErrInvalid}} {
		if _, err := a.Roadmap(t.Context(), ieum.Resume{}, tt.goal); !errors.Is(err, tt.kind) {
			t.Errorf("%+v: %v, want %v", tt.goal, err, tt.kind)
		}
	}
}

func TestACareerIsItsStaysOldestFirst(t *testing.T) {
	s := &snapshot.Snapshot{}
	addWalkers(s, walked(1, []uint16{2, 2, 0, 1, 1, 1}, 10, 5, 7, 3, 2, 1))
	got := career(s, 0, nil)
	want := []stay{{1, 6, true, 6}, {0, 7, true, 13}, {2, 15, true, 28}}
	if !slices.Equal(got, want) {
		t.Errorf("stays %+v, want %+v", got, want)
	}
	s.Dict = snapshot.Dict{Occupations: make([]string, 3), Skills: []string{""}, Certificates: []string{""}, Majors: []string{""}}
	w := newWalks(s, &base{columns: columns{Skill: empty(3)}})
	w.person(0, got)
	if len(w.moves[1]) != 0 || len(w.moves[0]) != 1 || w.here[2*rowsEach+allTaken].N != 1 {
		t.Errorf("work of which nothing is known joins what lies before and after it: %v", w.moves)
	}
}

func TestWhoMadeAMoveTwiceMadeItOnce(t *testing.T) {
	m := roadmap(t, roadMarket(t, openIn(1, 2), walked(20, []uint16{2, 1, 2, 1}, 1, 2, 3, 4)), pressHand, Goal{})
	if n := m.Moves[0].People.N; !about(n, 20) {
		t.Errorf("20 people made a move twice: %d", n)
	}
}

// TestTheNextOccupationIsRankedAboveTheMostFrequentMove holds out the last move
// of made-up people who mostly stay near what they did and what they studied:
// few careers say more of the next occupation with what is known of all moves than by
// their counts alone. (TestNextOccupationHeldOut measures it on simulated markets.)
func TestTheNextOccupationIsRankedAboveTheMostFrequentMove(t *testing.T) {
	for seed := range uint64(3) {
		s := village(seed+1, 6000)
		r, exactly, moves := held20(s, &base{columns: columns{Skill: empty(len(s.Dict.Occupations))}})
		ours, frequent := recall(s, r, exactly, moves)
		a, b, low, high := bootstrap(ours, frequent, seed)
		t.Logf("seed %d: %d moves held out: recall@10 %.3f, most frequent move %.3f, difference %+.3f (%+.3f to %+.3f)", seed+1, len(moves), a, b, a-b, low, high)
		if low <= 0 {
			t.Errorf("seed %d: recall@10 %.3f is not above %.3f of the most frequent move: %+.3f to %+.3f", seed+1, a, b, low, high)
		}
	}
}

func empty(n int) (l snapshot.Lists[uint16]) {
	for range n {
		l.Add()
	}
	return l
}

// village are the careers of n people in 120 occupations, in six sub-major groups of five
// minor groups of four.
func village(seed uint64, n int) *snapshot.Snapshot {
	s := &snapshot.Snapshot{Dict: snapshot.Dict{Occupations: []string{""}, Skills: []string{""}, Certificates: []string{""}, Majors: []string{"", "1", "2", "3", "4", "5", "6"}}}
	for o := range 120 {
		s.Dict.Occupations = append(s.Dict.Occupations, fmt.Sprintf("1%d%d%d", o/20, o/4%5, o%4))
	}
	draw := rand.New(rand.NewPCG(seed, 3))
	var people []walker
	for range n {
		from := draw.IntN(120)
		to := draw.IntN(120)
		switch x := draw.Float64(); {
		case x < .5:
			to = from/4*4 + draw.IntN(4)
		case x < .8:
			to = from/20*20 + draw.IntN(20)
		}
		w := quiet(1, []uint16{uint16(to + 1), uint16(from + 1)}, 10, 20+draw.IntN(60))[0]
		w.key = uint16(draw.Uint32())
		if draw.IntN(2) == 0 {
			w.majors = []uint16{uint16(to/20 + 1)}
		}
		people = append(people, w)
	}
	addWalkers(s, people)
	s.Meta.People = n
	s.Postings.Occupations = make([]uint32, len(s.Dict.Occupations)+1)
	return s
}
