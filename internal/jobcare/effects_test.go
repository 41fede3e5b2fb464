package jobcare

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"ieum/internal/jobcare/cellkey"
	"ieum/internal/jobcare/effect"
	"ieum/internal/snapshot"
)

// counselling is a market in which so many people were offered an examination in group 82, and
// some in group 88. The apter take it up more often and find work more often without it; it
// brings work to 15 more of 100, and 8 % more pay.
func counselling(people, others int, apt bool) (postings []posting, resumes []resume, events []event) {
	draw := rand.New(rand.NewPCG(1, 2))
	for o := range uint16(4) {
		postings = append(postings, posting{occupation: o + 1, region: 1, opened: "2025-01-01", payMin: 30_000_000, payMax: 30_000_000})
	}
	for i := range people + others {
		o := uint16(1 + i*3/people)
		if i >= people {
			o = 4
		}
		a := draw.Float64()
		resumes = append(resumes, resume{person: uint32(i), key: uint16(draw.Uint32()), occupation: o, region: uint16(1 + i%3), born: 1990, months: 24, updated: "2025-01-01", active: true})
		on := func(what snapshot.Happening, on string, e event) {
			e.resume, e.what, e.day = i, what, day(on)
			events = append(events, e)
		}
		known := event{}
		if apt {
			known.measure = snapshot.MeasureOf(a)
		}
		on(snapshot.Registered, "2025-01-06", known)
		on(snapshot.Counselled, "2025-01-20", event{cert: 1})
		taken, found, pay := draw.Float64() < .1+.8*a, .1+.6*a, 1+.06*(a-.5+draw.NormFloat64())
		if taken {
			on(snapshot.Enrolled, "2025-01-27", event{cert: 1})
			found, pay = found+.15, pay*1.08
		}
		on(snapshot.Applied, "2025-03-03", event{posting: int(o)})
		if draw.Float64() < found {
			on(snapshot.Answered, "2025-03-04", event{posting: int(o)})
			on(snapshot.Hired, "2025-03-31", event{posting: int(o), pay: uint32(30_000_000 * pay)})
		} else if i%50 == 0 {
			on(snapshot.Left, "2026-03-02", event{})
		}
	}
	return postings, resumes, events
}

func counselled(t *testing.T, people, others int, apt bool) (*Adviser, *snapshot.Snapshot) {
	t.Helper()
	postings, resumes, events := counselling(people, others, apt)
	data := t.TempDir()
	publishWith(t, data, postings, resumes, events, nil, nil)
	a := adviser(t, data)
	s, release, err := a.live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return a, s
}

func effectsOf(t *testing.T, a *Adviser, q Query) *Effects {
	t.Helper()
	m, err := a.Market(q)
	if err != nil {
		t.Fatal(err)
	}
	return m.Effects
}

// What is shown is what the estimator says of the same tables, rounded, and its numbers of
// people are those of the rule. It is near the truth, where the difference as it is is not.
func TestEffectsAreWhatTheEstimatorSays(t *testing.T) {
	a, s := counselled(t, 3000, 25, true)
	b := s.Part(partName).(*base)
	st := newStudy(s, b.past, mostOfCell)
	lists, err := effect.Of(st.tables[:]...)
	if err != nil {
		t.Fatal(err)
	}
	release, shown := b.release(), effectsOf(t, a, Query{Occupation: "8221"})
	if shown.Group.Code != "82" || !shown.Simulated || len(shown.List) != 6 || len(st.cells) != 2 || len(peopleOf(st.tables[0], 0)) != 3000 {
		t.Fatalf("%+v of %v", shown, st.cells)
	}
	truths := map[string]float64{"hired": .15, "interest": .15, "pay": .08}
	for k, outcome := range outcomes {
		x, e := shown.List[3+k], lists[k][0]
		if outcome == "pay" {
			e.Effect, e.Low, e.High = math.Expm1(e.Effect), math.Expm1(e.Low), math.Expm1(e.High)
		}
		if x.Treatment != "certificate" || x.Outcome != outcome || x.Verdict != e.Verdict || e.Verdict != effect.Found || x.Says() != "more" {
			t.Errorf("%s: %+v of %+v", outcome, x, e)
		}
		if math.Abs(x.Value.Float()-e.Effect) > .0051 || math.Abs(x.Low.Float()-e.Low) > .0101 || math.Abs(x.High.Float()-e.High) > .0101 || x.Low.Float() > e.Low || x.High.Float() < e.High {
			t.Errorf("%s: %v (%v to %v) of %+v", outcome, x.Value.Float(), x.Low.Float(), x.High.Float(), e)
		}
		if math.Abs(x.Hidden.Float()-e.Hidden.All) > .051 || math.Abs(x.Reaching.Float()-e.Hidden.Bound) > .051 {
			t.Errorf("%s: hidden %v, %v of %+v", outcome, x.Hidden.Float(), x.Reaching.Float(), e.Hidden)
		}
		if math.Abs(x.Value.Float()-truths[outcome]) > .05 || outcome == "hired" && e.Raw < truths[outcome]+.08 {
			t.Errorf("%s: %.3f where the truth is %.3f; as it is %.3f", outcome, x.Value.Float(), truths[outcome], e.Raw)
		}
		var arms [2]cellkey.Cell
		for who, u := range peopleOf(st.tables[k], 0) {
			arms[u].Add(s.Resumes.Key.At(int(who)))
		}
		name := "effects|certificate|82|" + outcome + "|"
		if n := release.Published(arms[1], name+"treated"); int(x.Treated.Int()) != n {
			t.Errorf("%s: %d treated people, by the rule %d", outcome, x.Treated.Int(), n)
		}
		if n := release.Published(arms[0], name+"compared"); int(x.Compared.Int()) != n || x.Value.N != n+int(x.Treated.Int()) {
			t.Errorf("%s: %d compared people, by the rule %d", outcome, x.Compared.Int(), n)
		}
	}
	for _, x := range append(effectsOf(t, a, Query{Occupation: "8811"}).List, shown.List[:3]...) {
		if x.Verdict != effect.TooFew || x.Value.Known() || x.Low.Known() || x.High.Known() || x.Treated.Known() || x.Compared.Known() || x.Hidden.Known() || x.Reaching.Known() {
			t.Errorf("of few or nobody: %+v", x)
		}
	}
	for _, q := range []Query{{Occupation: "8211"}, {Occupation: "8221", Region: "26", Career: "1-3"}} {
		if other := effectsOf(t, a, q); !reflect.DeepEqual(other, shown) {
			t.Errorf("%v: %+v, of the group %+v", q, other, shown)
		}
	}
	if exact := exactly(t, a, Query{Occupation: "8221"}); !reflect.DeepEqual(exact.Effects, shown) {
		t.Errorf("to staff: %+v", exact.Effects)
	}
}

// peopleOf says of each person of a cell whether they took it up.
func peopleOf(t *effect.Table, cell int) map[int]int {
	of := map[int]int{}
	for _, u := range t.Units {
		if u.Cell == cell {
			of[u.Person] = int(yes(u.Treated))
		}
	}
	return of
}

// Where aptitude and motivation are not recorded nothing is claimed.
func TestNoEffectIsClaimedWithoutWhatConfounds(t *testing.T) {
	a, _ := counselled(t, 3000, 0, false)
	for _, x := range effectsOf(t, a, Query{Occupation: "8211"}).List[3:] {
		if x.Verdict != effect.Unmeasured || !x.Value.Known() || x.Hidden.Float() < 1 || x.Says() != "unmeasured" {
			t.Errorf("%+v", x)
		}
	}
}

// Thirty people in each arm there are beyond doubt, whatever is added to their numbers.
func TestEffectsOfFewAreNotShown(t *testing.T) {
	for n := 30; n < 60; n++ {
		for key := range uint16(40) {
			st := &study{s: &snapshot.Snapshot{}, cells: []studied{{1, 82}}}
			st.arms[0] = [][2]cellkey.Cell{{{N: 500}, {N: n, Key: key}}}
			c := st.publish(&cellkey.Release{}, [][]effect.Estimate{{{Treated: n, Compared: 500, Effect: .2, Verdict: effect.Found}}})
			if len(c.Verdict) > 0 && c.Treated[0] < quantiles+cellkey.Most || len(c.Verdict) == 0 && n >= quantiles+2*cellkey.Most {
				t.Errorf("of %d people, key %d: %d rows, %v", n, key, len(c.Verdict), c.Treated)
			}
		}
	}
}

// Without a record of hires, or of counselling, effects are absent with the reason.
func TestEffectsAreAbsentWithoutCounselling(t *testing.T) {
	postings, resumes, events := counselling(200, 0, true)
	for what, without := range map[string]snapshot.Happening{"hires": snapshot.Hired, "counselling": snapshot.Counselled} {
		data := t.TempDir()
		publishWith(t, data, postings, resumes, slices.DeleteFunc(slices.Clone(events), func(e event) bool { return e.what == without }), nil, nil)
		m, err := adviser(t, data).Market(Query{Occupation: "8211"})
		if err != nil {
			t.Fatal(err)
		}
		if _, based := m.Bases[onCounselled]; m.Effects != nil || based || !slices.ContainsFunc(m.Absent, func(x Absence) bool { return x.What == "effects" }) {
			t.Errorf("without %s: %+v, absent %+v", what, m.Effects, m.Absent)
		}
	}
}

// The release is another once anybody is told to have taken up what they were offered.
func TestTheReleaseFollowsCounselling(t *testing.T) {
	postings, resumes, events := counselling(100, 0, true)
	release := func(events []event) [32]byte {
		data := t.TempDir()
		publishWith(t, data, postings, resumes, events, nil, nil)
		s, done, err := adviser(t, data).live.Acquire()
		if err != nil {
			t.Fatal(err)
		}
		defer done()
		return s.Part(partName).(*base).release()
	}
	i := slices.IndexFunc(events, func(e event) bool { return e.what == snapshot.Enrolled })
	later := slices.Clone(events)
	later[i].day++
	if release(later) == release(events) {
		t.Error("with another day of taking it up the release is the same")
	}
}

// Of more people than a cell takes, the same ones are drawn, all their decisions with them.
func TestACellIsOfSoManyPeople(t *testing.T) {
	var all []decision
	for i := range 3000 { // two of each person, of whom the later half are of another cell
		all = append(all, decision{person: uint32(i / 2), certificate: uint16(i / 1500)})
	}
	draw := func(most int) []decision {
		return sample(slices.Clone(all), func(d *decision) int { return int(d.certificate) }, 2, most)
	}
	drawn, people := draw(100), map[uint32]int{}
	for _, d := range drawn {
		people[d.person]++
	}
	if len(people) != 200 || len(drawn) != 400 || !reflect.DeepEqual(drawn, draw(100)) {
		t.Errorf("%d people with %d decisions", len(people), len(drawn))
	}
	if n := len(draw(5000)); n != len(all) {
		t.Errorf("of few enough people %d decisions of %d are kept", n, len(all))
	}
}
