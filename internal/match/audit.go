package match

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"ieum"
	"ieum/internal/snapshot"
)

// An Audit is what the recommender is held to: what it forecasts beside what people did of
// whom nothing was learned, what its lists break, whom it shows, and to whom it gives what.
type Audit struct {
	Made      time.Time `json:"made"`
	Snapshots []Judged  `json:"snapshots"`
	Simulated bool      `json:"simulated"` // what people did, or the people
	Passed    bool      `json:"passed"`    // every bar that could be measured holds
	Bars      []Bar     `json:"bars"`

	Wish   *Accuracy `json:"wish"`   // applying, of what was shown; null where nothing is recorded
	Chance *Accuracy `json:"chance"` // a good answer, of applications that are long enough ago
	Curve  []Point   `json:"curve"`  // who applied is found by what is recommended, by how much of it
	Groups []Group   `json:"groups"`

	Lists   Lists      `json:"lists"`
	Twins   []Likeness `json:"twins"`   // of people written anew as of other groups
	Steady  *Likeness  `json:"steady"`  // lists of one day beside those of the day before
	Orders  []Order    `json:"orders"`  // of pages that were shown
	Sources []string   `json:"sources"` // of what people did

	wish, chance []outcome
	pages        []page
	worth        func(wants []float64) float64 // of a page; nil: the truth is not known
}

// Judged is a snapshot whose model was judged.
type Judged struct {
	Version    string   `json:"version"`
	Model      string   `json:"model"` // SHA-256 of the file that is served
	Least      float64  `json:"least"` // probability from which it recommends: the one judged by is the one served
	WishFrom   Learned  `json:"wishFrom"`
	ChanceFrom Learned  `json:"chanceFrom"`
	From       ieum.Day `json:"from"` // of what people did
	To         ieum.Day `json:"to"`
}

// A Bar is a figure with what it must not fall below or rise above.
type Bar struct {
	Name  string   `json:"name"`
	Value *float64 `json:"value"` // null: could not be measured
	Low   *float64 `json:"low,omitempty"`
	High  *float64 `json:"high,omitempty"`
	N     int      `json:"n"`
	Holds bool     `json:"holds"`
}

// Accuracy is how well a probability forecasts.
type Accuracy struct {
	N           int     `json:"n"`
	People      int     `json:"people"`   // résumés
	Came        int     `json:"came"`     // how often it happened
	Forecast    float64 `json:"forecast"` // how often it was to
	Ratio       float64 `json:"ratio"`    // forecast by what happened
	Low         float64 `json:"low"`      // 95 of 100 ratios would be from here …
	High        float64 `json:"high"`     // … to here, if all forecasts were right
	ECE         float64 `json:"ece"`      // expected calibration error of ten parts of as many each
	Chance      float64 `json:"eceByChance"`
	AUC         float64 `json:"auc"`
	Correlation float64 `json:"correlation"` // of ranks (Spearman), with what happened
	Bins        []Bin   `json:"bins"`
}

// A Bin is a part of what was forecast, in the order of the forecasts.
type Bin struct {
	N        int     `json:"n"`
	Forecast float64 `json:"forecast"`
	Came     float64 `json:"came"`
}

// A Point of a curve: when so much of what was shown is recommended, so much of what people
// applied for is among it.
type Point struct {
	Share  float64            `json:"share"`
	Served bool               `json:"served"` // where the probability is the one that is served from
	Recall float64            `json:"recall"`
	Hits   float64            `json:"precision"` // share of what is recommended that was applied for
	Of     map[string]float64 `json:"of"`        // recall of groups
}

// A Group is how good forecasts are for people of a group that is no input to them. Those of
// fewer than leastOfGroup cases are left out.
type Group struct {
	Name   string    `json:"name"` // such as sex.F, age.50
	Wish   *Accuracy `json:"wish"`
	Chance *Accuracy `json:"chance"`
}

// Lists are what is recommended to a sample of those who look for work.
type Lists struct {
	People   int     `json:"people"`
	K        int     `json:"k"`
	Shown    int     `json:"shown"`
	Region   int     `json:"region"`  // outside every region sought
	Licence  int     `json:"licence"` // something must be held that is not
	Closed   int     `json:"closed"`  // no longer open, or not yet
	Postings int     `json:"postings"`
	Coverage float64 `json:"coverage"` // share of the open postings among anybody's first five, by as many as there could be
	Gini     float64 `json:"gini"`
	Most     float64 `json:"most"` // share of the people who have the posting shown most
}

// A Likeness is how like two lists are.
type Likeness struct {
	Name    string  `json:"name"`
	Proxies bool    `json:"proxies"` // sentences that give the group away were changed too
	N       int     `json:"n"`
	RBO     float64 `json:"rbo"`      // rank-biased overlap of the first twenty, p = .9 (Webber, Moffat and Zobel 2010)
	Pay     float64 `json:"pay"`      // mean pay of the first ten, by that of the other list
	Shown   float64 `json:"exposure"` // postings of the first ten that are recommended, by those of the other list
}

// An outcome is a forecast and what happened, with whose it is.
type outcome struct {
	p, both     float64 // both: chance times wish
	recommended bool    // both is enough for the model that is served
	came        bool
	person      uint64
	groups      []string
}

// leastOfGroup is of how many cases a group must be to be told of.
const leastOfGroup = 300

// What an audit takes.
const (
	auditPeople = 5000 // lists are of so many at most
	auditList   = 20
	auditFive   = 5
)

// Audit judges the current snapshot's model by people of whom nothing was learned, and what
// it recommends to a sample.
func (m *Matcher) Audit(ctx context.Context) (*Audit, error) {
	x, day, release, err := m.acquire()
	if err != nil {
		return nil, err
	}
	defer release()
	a := &Audit{Made: m.now().UTC().Truncate(time.Second), Simulated: x.s.Meta.Simulated, Twins: []Likeness{}}
	j := Judged{Version: x.s.Meta.Version, Model: x.model.hash, Least: x.model.Least, WishFrom: x.model.WishFrom, ChanceFrom: x.model.ChanceFrom}
	all, err := x.lessons(ctx, true)
	if err != nil {
		return nil, err
	}
	from := map[string]bool{}
	for i := range all {
		l := &all[i]
		if l.drawn {
			continue
		}
		if j.From == 0 || l.day < j.From {
			j.From = l.day
		}
		j.To = max(j.To, l.day)
		from[x.s.Dict.Sources[x.s.Resumes.Source.At(int(l.resume))]] = true
		a.add(x, l)
		a.show(x, l)
	}
	for source := range from {
		a.Sources = append(a.Sources, source)
	}
	slices.Sort(a.Sources)
	a.Snapshots = []Judged{j}
	if err := a.list(ctx, x, day); err != nil {
		return nil, err
	}
	a.judge()
	return a, nil
}

// add adds what happened to the outcomes.
func (a *Audit) add(x *index, l *lesson) {
	odds := x.model.Odds(&l.parts)
	chance, wish := x.model.Chances(odds)
	both := math.Exp(x.model.Score(odds))
	groups := groupsOf(x.s, int(l.resume), l.day)
	if l.place > 0 {
		looked := x.model.Looked[min(l.place, len(x.model.Looked))-1]
		a.wish = append(a.wish, outcome{looked * wish, both, both >= x.model.Least, l.applied, uint64(l.resume), groups})
	}
	if l.applied && l.settled {
		a.chance = append(a.chance, outcome{chance, both, both >= x.model.Least, l.answered, uint64(l.resume), groups})
	}
}

// groupsOf names the groups that somebody is of and that are no input.
func groupsOf(s *snapshot.Snapshot, row int, day ieum.Day) (names []string) {
	r := &s.Resumes
	if sex := s.Dict.Sex[r.Sex.At(row)]; sex != "" {
		names = append(names, "sex."+sex)
	}
	if born := int(r.BirthYear.At(row)); born > 0 {
		age := day.Time().Year() - born
		names = append(names, fmt.Sprintf("age.%d", min(max(age/10*10, 20), 60)))
	}
	return names
}

// judge makes the figures of the outcomes, and holds them against the bars.
func (a *Audit) judge() {
	a.Wish, a.Chance = accuracy(a.wish), accuracy(a.chance)
	names := map[string]bool{}
	for _, o := range slices.Concat(a.wish, a.chance) {
		for _, g := range o.groups {
			names[g] = true
		}
	}
	a.Groups = []Group{}
	for name := range names {
		g := Group{Name: name}
		if of := ofGroup(a.wish, name); len(of) >= leastOfGroup {
			g.Wish = accuracy(of)
		}
		if of := ofGroup(a.chance, name); len(of) >= leastOfGroup {
			g.Chance = accuracy(of)
		}
		if g.Wish != nil || g.Chance != nil {
			a.Groups = append(a.Groups, g)
		}
	}
	slices.SortFunc(a.Groups, func(x, y Group) int { return cmp.Compare(x.Name, y.Name) })
	a.Curve = a.curve()
	a.order()
	a.hold()
}

func ofGroup(all []outcome, name string) (of []outcome) {
	for _, o := range all {
		if slices.Contains(o.groups, name) {
			of = append(of, o)
		}
	}
	return of
}

// curve is at some shares, and where it is served.
func (a *Audit) curve() []Point {
	out := []Point{}
	if len(a.wish) == 0 {
		return out
	}
	all := make([]float64, len(a.wish))
	for i, o := range a.wish {
		all[i] = o.both
	}
	slices.Sort(all)
	for _, share := range []float64{.05, .1, .2, .4, .6} {
		least := all[int(float64(len(all))*(1-share))]
		out = append(out, a.point(func(o *outcome) bool { return o.both >= least }))
	}
	served := a.point(func(o *outcome) bool { return o.recommended })
	served.Served = true
	out = append(out, served)
	slices.SortFunc(out, func(x, y Point) int { return cmp.Compare(x.Share, y.Share) })
	return out
}

func (a *Audit) point(is func(*outcome) bool) Point {
	recall := func(all []outcome) (share, recall, hits float64) {
		said, came, both := 0.0, 0.0, 0.0
		for i := range all {
			if all[i].came {
				came++
			}
			if is(&all[i]) {
				said++
				if all[i].came {
					both++
				}
			}
		}
		return said / float64(len(all)), both / max(1, came), both / max(1, said)
	}
	p := Point{Of: map[string]float64{}}
	p.Share, p.Recall, p.Hits = recall(a.wish)
	for _, g := range a.Groups {
		if g.Wish != nil {
			_, p.Of[g.Name], _ = recall(ofGroup(a.wish, g.Name))
		}
	}
	return p
}

// bins is into how many parts of as many forecasts each calibration is looked at.
const bins = 10

// accuracy is nil where there is nothing to judge by.
func accuracy(all []outcome) *Accuracy {
	if len(all) == 0 {
		return nil
	}
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(x, y outcome) int { return cmp.Compare(x.p, y.p) })
	a := &Accuracy{N: len(all)}
	people, spread := map[uint64]bool{}, 0.0
	came := make([]bool, len(all))
	for i, o := range all {
		people[o.person] = true
		a.Forecast += o.p
		spread += o.p * (1 - o.p)
		if came[i] = o.came; o.came {
			a.Came++
		}
	}
	a.People = len(people)
	a.Ratio = a.Forecast / max(1, float64(a.Came))
	a.Low, a.High = a.Forecast/(a.Forecast+1.96*math.Sqrt(spread)), a.Forecast/max(1, a.Forecast-1.96*math.Sqrt(spread))
	a.ECE, a.Bins = calibration(all, came)
	rnd := rand.New(rand.NewPCG(1, 8))
	for range 50 {
		for i := range came {
			came[i] = rnd.Float64() < all[i].p
		}
		ece, _ := calibration(all, came)
		a.Chance += ece / 50
	}
	a.AUC, a.Correlation = separation(all)
	return a
}

// calibration is how far forecasts are from what came in the mean of the parts.
func calibration(all []outcome, came []bool) (ece float64, parts []Bin) {
	for b := range bins {
		from, to := b*len(all)/bins, (b+1)*len(all)/bins
		if from == to {
			continue
		}
		bin := Bin{N: to - from}
		for i := from; i < to; i++ {
			bin.Forecast += all[i].p / float64(bin.N)
			if came[i] {
				bin.Came += 1 / float64(bin.N)
			}
		}
		ece += math.Abs(bin.Forecast-bin.Came) * float64(bin.N) / float64(len(all))
		parts = append(parts, bin)
	}
	return ece, parts
}

// separation is the area under the curve of who came by who did not, and the correlation of
// ranks with it; all are in the order of their forecasts.
func separation(all []outcome) (auc, correlation float64) {
	n, came, ranks, squares := float64(len(all)), 0.0, 0.0, 0.0
	for i := 0; i < len(all); {
		to := i
		for to < len(all) && all[to].p == all[i].p {
			to++
		}
		mid := float64(i+to+1) / 2 // rank of the tied
		for ; i < to; i++ {
			squares += (mid - (n+1)/2) * (mid - (n+1)/2)
			if all[i].came {
				came++
				ranks += mid
			}
		}
	}
	if came == 0 || came == n {
		return .5, 0
	}
	auc = (ranks - came*(came+1)/2) / (came * (n - came))
	share := came / n
	if squares > 0 {
		correlation = (ranks - came*(n+1)/2) / math.Sqrt(squares*n*share*(1-share))
	}
	return auc, correlation
}

// list recommends to a sample of those who look, and checks what is shown from the columns
// alone.
func (a *Audit) list(ctx context.Context, x *index, day ieum.Day) error {
	rows := x.active()
	rnd := rand.New(rand.NewPCG(1, 9))
	rnd.Shuffle(len(rows), func(i, k int) { rows[i], rows[k] = rows[k], rows[i] })
	rows = rows[:min(len(rows), auditPeople)]
	now, before := x.openOn(day), x.view(day-1, func(row int) bool { return x.isOpen(row, day-1) })
	lists, err := x.listsFor(ctx, now, rows)
	if err != nil {
		return err
	}
	a.Lists = Lists{People: len(rows), K: auditList, Postings: len(now.rows)}
	cases := make([]trial, len(rows))
	for i, list := range lists {
		a.Lists.check(x, day, int(rows[i]), rowsOf(list))
		cases[i].found = [][]uint32{rowsOf(list)}
	}
	var way Way
	way.expose(0, cases, max(1, len(now.rows)))
	most := min(1, float64(auditFive*len(rows))/float64(max(1, len(now.rows))))
	a.Lists.Coverage, a.Lists.Gini, a.Lists.Most = way.Coverage/max(most, 1e-9), way.Gini, float64(way.Most)/float64(max(1, len(rows)))
	few := rows[:min(len(rows), auditPeople/5)]
	other, err := x.listsFor(ctx, before, few)
	if err != nil {
		return err
	}
	a.Steady = x.likeness("day", lists[:len(few)], other)
	return nil
}

// A Twin is a résumé of somebody written anew as of another group.
type Twin struct {
	Of      int    // whose it is
	Name    string // of the group; asThemselves is as they are
	Proxies bool
}

const asThemselves = "none"

// Twins compares what is recommended to people with what it is to their twins, whose résumés
// are in the snapshot under keys that are known.
func (m *Matcher) Twins(ctx context.Context, lake Lake, a *Audit, twins map[string]Twin) error {
	x, day, release, err := m.acquire()
	if err != nil {
		return err
	}
	defer release()
	rows := make([]uint32, x.s.Resumes.Person.Len())
	for i := range rows {
		rows[i] = uint32(i)
	}
	keys, err := x.keys(ctx, lake, rows)
	if err != nil {
		return err
	}
	type sort struct {
		name    string
		proxies bool
	}
	own, by := map[int]uint32{}, map[sort]map[int]uint32{}
	for i := range rows {
		t, is := twins[string(keys.at(i))]
		switch k := (sort{t.Name, t.Proxies}); {
		case !is:
		case t.Name == asThemselves:
			own[t.Of] = rows[i]
		default:
			if by[k] == nil {
				by[k] = map[int]uint32{}
			}
			by[k][t.Of] = rows[i]
		}
	}
	for k, of := range by {
		var theirs, twins []uint32
		for person, row := range of {
			if self, is := own[person]; is {
				theirs, twins = append(theirs, self), append(twins, row)
			}
		}
		lists, err := x.listsFor(ctx, x.openOn(day), slices.Concat(theirs, twins))
		if err != nil {
			return err
		}
		l := x.likeness(k.name, lists[len(theirs):], lists[:len(theirs)])
		l.Proxies = k.proxies
		a.Twins = append(a.Twins, *l)
	}
	slices.SortFunc(a.Twins, func(x, y Likeness) int {
		return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(b2i(x.Proxies), b2i(y.Proxies)))
	})
	a.judge()
	return nil
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// active are the résumés of those who look for work.
func (x *index) active() (rows []uint32) {
	r := &x.s.Resumes
	for row := range r.Person.Len() {
		if r.Flags.At(row)&snapshot.Active != 0 && !x.s.ResumeGone(row) {
			rows = append(rows, uint32(row))
		}
	}
	return rows
}

// listsFor are the best postings of a view for some résumés.
func (x *index) listsFor(ctx context.Context, v *view, rows []uint32) ([][]scored, error) {
	lists := make([][]scored, len(rows))
	g, ctx := errgroup.WithContext(ctx)
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		g.Go(func() error {
			h, rr := newHunt(x, v), x.resumes()
			for i := w; i < len(rows); i += workers {
				h.reset(rr.read(int(rows[i])), auditList, 0)
				if err := h.run(ctx); err != nil {
					return err
				}
				lists[i], _ = h.results()
			}
			return nil
		})
	}
	return lists, g.Wait()
}

// check counts what a list breaks, by the columns and code lists, not by what chose it.
func (l *Lists) check(x *index, day ieum.Day, resume int, list []uint32) {
	p, r, d := &x.s.Postings, &x.s.Resumes, &x.s.Dict
	regions := x.set.Codes["regions"]
	var sought []string
	for _, id := range r.WishRegions.At(resume, nil) {
		if code, ok := regions.Lookup(d.Regions[id]); ok {
			sought = append(sought, code)
		}
	}
	held := named(d.Certificates, r.Certificates.At(resume, nil))
	for _, row := range list {
		at := int(row)
		l.Shown++
		if opened, last, closed := p.Opened.At(at), p.Deadline.At(at), p.Closed.At(at); x.s.PostingGone(at) || opened > int32(day) || last > 0 && last < int32(day) || closed > 0 && closed <= int32(day) {
			l.Closed++
		}
		if place := d.Regions[p.Region.At(at)]; place != "" && len(sought) > 0 && !slices.ContainsFunc(sought, func(code string) bool { return regions.Within(place, code) || regions.Within(code, place) }) {
			l.Region++
		}
		if x.forbidden(at, held) {
			l.Licence++
		}
	}
}

// forbidden says whether a posting asks surely for something that is not among the held: what
// it says must be held, and what the law asks for its occupation where that is sure.
func (x *index) forbidden(row int, held []string) bool {
	p, d := &x.s.Postings, &x.s.Dict
	laws := x.laws[p.Occupation.At(row)]
	for _, id := range p.Required.At(row, nil) {
		code := d.Certificates[id]
		byLaw := slices.ContainsFunc(laws, func(l licence) bool { return slices.Contains(l.codes, code) })
		if !byLaw && !slices.Contains(held, code) {
			return true
		}
	}
	for _, n := range x.listNeeds(x.nobody(), row) {
		if n.sure && n.law != "" && !slices.ContainsFunc(n.any, func(c string) bool { return slices.Contains(held, c) }) {
			return true
		}
	}
	return false
}

// likeness compares lists of the same people.
func (x *index) likeness(name string, a, b [][]scored) *Likeness {
	l := &Likeness{Name: name, N: len(a), RBO: 1, Pay: 1, Shown: 1}
	if len(a) == 0 {
		return l
	}
	l.RBO = 0
	pay, shown := [2]float64{}, [2]float64{}
	for i := range a {
		l.RBO += overlap(rowsOf(a[i]), rowsOf(b[i])) / float64(len(a))
		for k, list := range [][]scored{a[i], b[i]} {
			sum, n := 0.0, 0.0
			for _, f := range list[:min(10, len(list))] {
				if won := max(x.s.Postings.PayMin.At(int(f.row)), x.s.Postings.PayMax.At(int(f.row))); won > 0 {
					sum, n = sum+float64(won), n+1
				}
				if math.Exp(f.score) >= x.model.Least {
					shown[k]++
				}
			}
			pay[k] += sum / max(1, n)
		}
	}
	if pay[1] > 0 {
		l.Pay = pay[0] / pay[1]
	}
	if shown[1] > 0 {
		l.Shown = shown[0] / shown[1]
	}
	return l
}

// persistence is how likely somebody reads on after each place.
const persistence = .9

// overlap is the rank-biased overlap of two lists, as if they went on as they are.
func overlap(a, b []uint32) float64 {
	depth := max(len(a), len(b))
	if depth == 0 {
		return 1
	}
	in := map[uint32]int{}
	both, sum, weight := 0, 0.0, 1.0
	for k := range depth {
		for _, list := range [][]uint32{a, b} {
			if k < len(list) {
				if in[list[k]]++; in[list[k]] == 2 {
					both++
				}
			}
		}
		sum += weight * float64(both) / float64(k+1)
		weight *= persistence
	}
	return (1-persistence)*sum + weight*float64(both)/float64(depth)
}

// hold holds the figures against the bars.
func (a *Audit) hold() {
	a.Bars, a.Passed = []Bar{}, true
	bar := func(name string, n int, value float64, measured bool, low, high float64) {
		b := Bar{Name: name, N: n, Holds: true}
		if !math.IsInf(low, 0) {
			b.Low = &low
		}
		if !math.IsInf(high, 0) {
			b.High = &high
		}
		if measured {
			b.Value, b.Holds = &value, value >= low && value <= high
		}
		a.Passed = a.Passed && b.Holds
		a.Bars = append(a.Bars, b)
	}
	no := math.Inf(1)
	bar("region", a.Lists.Shown, float64(a.Lists.Region), a.Lists.Shown > 0, -no, 0)
	bar("licence", a.Lists.Shown, float64(a.Lists.Licence), a.Lists.Shown > 0, -no, 0)
	bar("closed", a.Lists.Shown, float64(a.Lists.Closed), a.Lists.Shown > 0, -no, 0)
	for _, of := range []struct {
		name string
		is   *Accuracy
	}{{"wish", a.Wish}, {"chance", a.Chance}} {
		is := of.is
		if is == nil {
			is = &Accuracy{}
		}
		bar(of.name+".ece", is.N, is.ECE, of.is != nil, -no, .02)
		bar(of.name+".ratio", is.N, is.Ratio, of.is != nil, .9, 1.1)
	}
	for _, name := range []string{"sex", "age", "foreign-born", "north-korean"} {
		worst, n := 1.0, 0
		for _, t := range a.Twins {
			if t.Name == name {
				worst, n = min(worst, t.RBO), n+t.N
			}
		}
		bar("twins."+name, n, worst, n > 0, .9, no)
	}
	held, of := a.HeldTruth(), a.Intervals()
	bar("orders.held", of, float64(held)/max(1, float64(of)), of > 0, .85, no)
}

// Pool judges what several audits were made of as one.
func Pool(all []*Audit) *Audit {
	out := &Audit{Made: all[0].Made, Twins: []Likeness{}}
	for i, a := range all {
		for _, list := range [][]outcome{a.wish, a.chance} {
			for k := range list {
				list[k].person |= uint64(i) << 32 // résumés are numbered anew in each
			}
		}
		out.Snapshots, out.Simulated = append(out.Snapshots, a.Snapshots...), out.Simulated || a.Simulated
		out.wish, out.chance = append(out.wish, a.wish...), append(out.chance, a.chance...)
		for k := range a.pages {
			a.pages[k].person |= uint64(i) << 32
		}
		out.pages, out.worth = append(out.pages, a.pages...), a.worth
		for _, s := range a.Sources {
			if !slices.Contains(out.Sources, s) {
				out.Sources = append(out.Sources, s)
			}
		}
		l, n := &out.Lists, float64(len(all))
		l.People, l.K, l.Shown, l.Postings = l.People+a.Lists.People, a.Lists.K, l.Shown+a.Lists.Shown, l.Postings+a.Lists.Postings
		l.Region, l.Licence, l.Closed = l.Region+a.Lists.Region, l.Licence+a.Lists.Licence, l.Closed+a.Lists.Closed
		l.Coverage, l.Gini, l.Most = l.Coverage+a.Lists.Coverage/n, l.Gini+a.Lists.Gini/n, max(l.Most, a.Lists.Most)
		out.Twins = poolLike(out.Twins, a.Twins)
		if a.Steady != nil {
			if like := poolLike(nil, []Likeness{*a.Steady}); out.Steady == nil {
				out.Steady = &like[0]
			} else {
				like = poolLike([]Likeness{*out.Steady}, like)
				out.Steady = &like[0]
			}
		}
	}
	out.judge()
	return out
}

// poolLike adds likenesses to those of the same name, each by how many it is of.
func poolLike(to, more []Likeness) []Likeness {
	for _, m := range more {
		at := slices.IndexFunc(to, func(l Likeness) bool { return l.Name == m.Name && l.Proxies == m.Proxies })
		if at < 0 {
			to = append(to, m)
			continue
		}
		l := &to[at]
		a, b := float64(l.N), float64(m.N)
		of := func(x, y float64) float64 { return (x*a + y*b) / max(1, a+b) }
		l.RBO, l.Pay, l.Shown, l.N = of(l.RBO, m.RBO), of(l.Pay, m.Pay), of(l.Shown, m.Shown), l.N+m.N
	}
	return to
}
