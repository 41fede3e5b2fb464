package match

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ieum"
	"ieum/defs"
	"ieum/internal/match/rank"
	"ieum/internal/snapshot"
)

// forecasts draws outcomes that come as often as is forecast, times by.
func forecasts(rnd *rand.Rand, n int, by float64) (all []outcome) {
	for i := range n {
		p := rnd.Float64() * .8
		all = append(all, outcome{p: p, both: p, recommended: p > .5, came: rnd.Float64() < p*by, person: uint64(i / 4)})
	}
	return all
}

func TestForecastsAreJudged(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	for _, tt := range []struct {
		by, ratio, ece float64
	}{{1, 1, 0}, {.5, 2, .2}, {1.2, 1 / 1.2, .08}} {
		a := accuracy(forecasts(rnd, 50_000, tt.by))
		if math.Abs(a.Ratio-tt.ratio) > .03 || math.Abs(a.ECE-tt.ece) > .012 || a.N != 50_000 || a.People != 12_500 || len(a.Bins) != 10 {
			t.Errorf("what comes %v times as often is forecast %.3f times, with an error of %.4f; want %.3f and %.3f", tt.by, a.Ratio, a.ECE, tt.ratio, tt.ece)
		}
		if right := tt.by == 1; right != (a.Low < a.Ratio*1.00 && a.Ratio < a.High*1.00 && math.Abs(a.Ratio-1) < a.High-1) {
			t.Errorf("of forecasts right %t the ratio is %.3f, from %.3f to %.3f by chance", right, a.Ratio, a.Low, a.High)
		}
		if a.Chance < .001 || a.Chance > .01 {
			t.Errorf("chance alone makes an error of %v", a.Chance)
		}
	}
	if accuracy(nil) != nil {
		t.Error("nothing is judged")
	}
}

// The area under the curve and the correlation are those of all pairs and of ranks.
func TestSeparation(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 2))
	for range 50 {
		var all []outcome
		for range 40 {
			all = append(all, outcome{p: float64(rnd.IntN(8)) / 8, came: rnd.IntN(3) == 0})
		}
		slices.SortFunc(all, func(a, b outcome) int { return int(8*a.p) - int(8*b.p) })
		pairs, above, n := 0.0, 0.0, 0.0
		var x, y []float64
		for i, a := range all {
			below, same := 0.0, 0.0
			for _, b := range all {
				if b.p < a.p {
					below++
				} else if b.p == a.p {
					same++
				}
				if a.came && !b.came {
					pairs++
					if a.p > b.p {
						above++
					} else if a.p == b.p {
						above += .5
					}
				}
			}
			x, y = append(x, below+(same+1)/2), append(y, 0)
			if a.came {
				y[i], n = 1, n+1
			}
		}
		if n == 0 || n == 40 {
			continue
		}
		auc, correlation := separation(all)
		if math.Abs(auc-above/pairs) > 1e-12 || math.Abs(correlation-pearson(x, y)) > 1e-9 {
			t.Fatalf("%v and %v, want %v and %v", auc, correlation, above/pairs, pearson(x, y))
		}
	}
}

func pearson(x, y []float64) float64 {
	mean := func(v []float64) (m float64) {
		for _, a := range v {
			m += a / float64(len(v))
		}
		return m
	}
	mx, my := mean(x), mean(y)
	xy, xx, yy := 0.0, 0.0, 0.0
	for i := range x {
		xy, xx, yy = xy+(x[i]-mx)*(y[i]-my), xx+(x[i]-mx)*(x[i]-mx), yy+(y[i]-my)*(y[i]-my)
	}
	return xy / math.Sqrt(xx*yy)
}

func TestOverlapOfLists(t *testing.T) {
	for _, tt := range []struct {
		a, b []uint32
		want float64
	}{
		{nil, nil, 1}, {[]uint32{1, 2, 3}, []uint32{1, 2, 3}, 1}, {[]uint32{1, 2}, []uint32{3, 4}, 0},
		{[]uint32{1, 2}, []uint32{2, 1}, .9}, // nothing of the first place, all of two
		{[]uint32{1}, nil, 0},
	} {
		if got := overlap(tt.a, tt.b); math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("%v and %v overlap by %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

// A figure beyond its bar is not passed, whichever it is; what was not measured says so.
func TestEachBarCanFail(t *testing.T) {
	good := func() *Audit {
		a := &Audit{Wish: &Accuracy{N: 9, ECE: .02, Ratio: 1.1}, Chance: &Accuracy{N: 9, ECE: 0, Ratio: .9}, Lists: Lists{Shown: 5}}
		for _, name := range []string{"sex", "age", "foreign-born", "north-korean"} {
			a.Twins = append(a.Twins, Likeness{Name: name, N: 5, RBO: .9}, Likeness{Name: name, Proxies: true, N: 5, RBO: 1})
		}
		a.Orders = []Order{{Held: 7, Intervals: 10}, {Held: 10, Intervals: 10}}
		return a
	}
	a := good()
	if a.hold(); !a.Passed || len(a.Bars) != 12 {
		t.Fatalf("the bars are inclusive: %+v", a.Bars)
	}
	for bar, spoil := range map[string]func(*Audit){
		"region": func(a *Audit) { a.Lists.Region = 1 }, "licence": func(a *Audit) { a.Lists.Licence = 1 }, "closed": func(a *Audit) { a.Lists.Closed = 1 },
		"wish.ece": func(a *Audit) { a.Wish.ECE = .021 }, "wish.ratio": func(a *Audit) { a.Wish.Ratio = 1.11 },
		"chance.ece": func(a *Audit) { a.Chance.ECE = .03 }, "chance.ratio": func(a *Audit) { a.Chance.Ratio = .89 },
		"twins.sex": func(a *Audit) { a.Twins[0].RBO = .89 }, "twins.north-korean": func(a *Audit) { a.Twins[7].RBO = .5 },
		"orders.held": func(a *Audit) { a.Orders[0].Held = 6 },
	} {
		a := good()
		spoil(a)
		a.hold()
		for _, b := range a.Bars {
			if b.Holds == (b.Name == bar) || a.Passed {
				t.Errorf("%s spoilt: %s holds %t, passed %t", bar, b.Name, b.Holds, a.Passed)
			}
		}
	}
	a = &Audit{}
	a.hold()
	for _, b := range a.Bars {
		if b.Value != nil {
			t.Errorf("%s has the value %v where nothing was measured", b.Name, *b.Value)
		}
	}
}

// Nothing that lists hold breaks what must hold; what does is counted, from the columns alone.
func TestListsAreChecked(t *testing.T) {
	posts := []post{
		{occupation: "8122", region: "41110", least: -1, most: -1, opened: "2026-06-01"}, {occupation: "8122", region: "26110", least: -1, most: -1, opened: "2026-06-01"},
		{occupation: "8122", region: "41110", least: -1, most: -1, opened: "2026-06-01", required: []string{"forklift"}}, {occupation: "8122", region: "41110", least: -1, most: -1, opened: "2026-06-01", closed: "2026-06-10"},
		{occupation: "3040", region: "41", least: -1, most: -1, opened: "2026-06-01"}, {occupation: "8122", region: "", least: -1, most: -1, opened: "2026-06-01"},
	}
	_, live := market(t, definitions(t), posts, []cv{{key: "r", occupation: "8122", wishRegions: []string{"41"}}})
	x := indexOf(t, live)
	var all []uint32
	for row := range posts {
		all = append(all, uint32(row))
	}
	var l Lists
	l.check(x, ieum.DayOf(noon), 0, all)
	if want := (Lists{Shown: 6, Region: 1, Licence: 2, Closed: 1}); l != want {
		t.Errorf("of all postings %+v, want %+v", l, want)
	}
	lists, err := x.listsFor(t.Context(), x.openOn(ieum.DayOf(noon)), []uint32{0})
	if err != nil {
		t.Fatal(err)
	}
	l = Lists{}
	if l.check(x, ieum.DayOf(noon), 0, rowsOf(lists[0])); l != (Lists{Shown: 2}) {
		t.Errorf("of what is recommended %+v", l)
	}
}

// searchers are people who were shown what pay makes them want, and applied for it.
func searchers(rnd *rand.Rand, n int, posts []post) (cvs []cv) {
	for i := range n {
		c := cv{key: fmt.Sprint("r", i), occupation: "8122", months: 24, pay: 30_000_000, record: uint16(rnd.IntN(60_000)), skills: pick(rnd, 3, someSkills)}
		for k := range 8 {
			at := rnd.IntN(len(posts))
			e := event{snapshot.Shown, "2026-03-02", at, uint8(k + 1)}
			c.events = append(c.events, e)
			if rnd.Float64() < rank.Probability(float64(posts[at].payMin)/5e6-7)/float64(k+1) {
				c.events = append(c.events, event{snapshot.Viewed, "2026-03-02", at, 0}, event{snapshot.Applied, "2026-03-02", at, uint8(k + 1)})
				if rnd.IntN(4) == 0 {
					c.events = append(c.events, event{snapshot.Answered, "2026-03-09", at, 0})
				}
			}
		}
		cvs = append(cvs, c)
	}
	return cvs
}

// The model that is judged is the file that is served, with its least probability, and who it
// is judged by had no part in it.
func TestWhatIsJudgedIsServed(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 7))
	posts := make([]post, 60)
	for i := range posts {
		posts[i] = post{occupation: "8122", region: "41110", least: -1, most: -1, opened: "2026-01-01", payMin: uint32(20+rnd.IntN(25)) * 1_000_000, skills: pick(rnd, 3, someSkills)}
	}
	m, live := market(t, definitions(t), posts, searchers(rnd, 3000, posts))
	x := indexOf(t, live)
	if !x.model.WishFrom.Own {
		t.Fatalf("nothing was learned: %+v", x.model.WishFrom)
	}
	a, err := m.Audit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(x.s.Dir, partName, modelFile))
	if err != nil {
		t.Fatal(err)
	}
	file, err := parseModel(text)
	if err != nil {
		t.Fatal(err)
	}
	if s := a.Snapshots[0]; s.Model != file.hash || s.Least != file.Least || s.Version != x.s.Meta.Version {
		t.Errorf("judged is %+v, served %s from %v on", s, file.hash, file.Least)
	}
	served := slices.IndexFunc(a.Curve, func(p Point) bool { return p.Served })
	share := 0
	for _, o := range a.wish {
		if o.both >= file.Least {
			share++
		}
		if !aside(x.s, uint32(o.person)) {
			t.Fatal("judged by somebody who was learned from")
		}
	}
	if served < 0 || math.Abs(a.Curve[served].Share-float64(share)/float64(len(a.wish))) > 1e-12 {
		t.Errorf("the curve says %+v of what is served, %d of %d", a.Curve, share, len(a.wish))
	}
	if a.Wish.AUC < .6 || a.Wish.N < 4000 || a.Lists.Shown == 0 || a.Steady == nil {
		t.Errorf("%+v %+v", a.Wish, a.Lists)
	}
	r, err := m.Jobs(t.Context(), ieum.Profile{Occupations: []ieum.Scored{{Code: "8122", P: 1}}, Resume: ieum.Resume{Wish: ieum.Wish{Pay: 30_000_000}}}, Query{K: 50})
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range r.Jobs {
		if j.Recommended != (math.Exp(j.Score) >= file.Least) {
			t.Errorf("%v is recommended %t, from %v on", math.Exp(j.Score), j.Recommended, file.Least)
		}
	}
}

// Twins of the same person are compared with the person; who knows a group from another by
// nothing that counts has the same list.
func TestTwinsAreComparedWithThemselves(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 9))
	var cvs []cv
	twins := map[string]Twin{}
	for person := range 30 {
		own := cv{occupation: one(rnd, "8122", "1331", "3040"), wishRegions: pick(rnd, 2, []string{"11", "41"}), skills: pick(rnd, 4, someSkills), months: 20}
		for k, t := range []Twin{{person, asThemselves, false}, {person, "sex", false}, {person, "age", true}} {
			c := own
			c.key = fmt.Sprintf("t%d-%d", person, k)
			if t.Name == "age" && person%2 == 0 { // their words say so, and are read
				c.occupation, c.wishRegions = "8131", []string{"26"}
			}
			cvs = append(cvs, c)
			twins[c.key] = t
		}
	}
	m, _ := market(t, definitions(t), randomPosts(rnd, 300), cvs)
	a := &Audit{}
	if err := m.Twins(t.Context(), lakeOf(t, m), a, twins); err != nil {
		t.Fatal(err)
	}
	if len(a.Twins) != 2 || a.Twins[0].Name != "age" || !a.Twins[0].Proxies || a.Twins[0].N != 30 || a.Twins[0].RBO > .8 || math.Abs(a.Twins[1].RBO-1) > 1e-9 || a.Passed {
		t.Errorf("%+v, passed %t", a.Twins, a.Passed)
	}
}

// Audits of several markets are judged as one.
func TestAuditsArePooled(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 3))
	one := func(n int) *Audit {
		a := &Audit{wish: forecasts(rnd, n, 1), Lists: Lists{People: 10, Shown: 20, Coverage: .5}, Twins: []Likeness{{Name: "sex", N: n, RBO: float64(n) / 4000}}, Snapshots: []Judged{{Version: fmt.Sprint(n)}}}
		a.judge()
		return a
	}
	a := Pool([]*Audit{one(1000), one(3000)})
	if a.Wish.N != 4000 || a.Wish.People != 1000 || a.Lists.Shown != 40 || a.Lists.Coverage != .5 || len(a.Snapshots) != 2 || len(a.Twins) != 1 || math.Abs(a.Twins[0].RBO-(.25*.25+.75*.75)) > 1e-12 {
		t.Errorf("%+v", a)
	}
}

func TestTheLastAuditIsShown(t *testing.T) {
	server := site(t, town)
	if w := ask(t, server, "GET", "/audit", ""); w.Code != 200 || !strings.Contains(w.Body.String(), "ieum audit recommender") {
		t.Errorf("without an audit the page says %d %s", w.Code, w.Body)
	}
	if w := ask(t, server, "GET", "/api/v1/audit", ""); w.Code != 200 || strings.TrimSpace(w.Body.String()) != `{"audit":null}` {
		t.Errorf("without an audit programs get %d %s", w.Code, w.Body)
	}
	m := &Matcher{Audits: filepath.Join(t.TempDir(), "a.json")}
	a := &Audit{Snapshots: []Judged{{Model: "abc"}}, wish: forecasts(rand.New(rand.NewPCG(1, 1)), 1000, 1)}
	a.pages, a.worth = pages(rand.New(rand.NewPCG(1, 1)), 500)
	a.judge()
	text, _ := json.Marshal(a)
	if err := os.WriteFile(m.Audits, text, 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	shown, _ := market(t, set, town, nil)
	shown.Audits = m.Audits
	if w := ask(t, serve(shown, set), "GET", "/audit", ""); w.Code != 200 || !strings.Contains(w.Body.String(), "abc") || !strings.Contains(w.Body.String(), "≥ 0.9, ≤ 1.1") || !strings.Contains(w.Body.String(), a.Orders[0].Estimates()[0]) || strings.Contains(w.Body.String(), "audit.") || strings.Contains(w.Body.String(), "%!") {
		t.Errorf("the audit is shown as %d %s", w.Code, w.Body)
	}
	if got, err := m.lastAudit(); err != nil || got.Snapshots[0].Model != "abc" || len(got.Bars) != len(a.Bars) {
		t.Errorf("%+v, %v", got, err)
	}
	if err := os.WriteFile(m.Audits, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := m.lastAudit(); err == nil || errors.Is(err, ieum.ErrNotFound) {
		t.Errorf("half a file: %v", err)
	}
}
