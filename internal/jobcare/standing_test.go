package jobcare

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"ieum"
	"ieum/internal/jobcare/cellkey"
	"ieum/internal/jobcare/effect"
	"ieum/internal/snapshot"
)

// recruiting is a market in which people of all levels apply to 8221 and are hired, some of them
// years ago; some work since then. The first competency is asked for in all of its postings, the
// second in half of them, the first certificate in a quarter.
func recruiting(seed uint64, people int) (postings []posting, resumes []resume, events []event) {
	r := rand.New(rand.NewPCG(seed, 3))
	for i := range 40 {
		p := press()
		p.occupation, p.skills = 2, []uint16{1}
		if i%2 == 0 {
			p.skills = []uint16{1, 2}
		}
		if i%4 == 0 {
			p.required = []uint16{1}
		}
		postings = append(postings, p)
	}
	for i := range people {
		x := seeker(uint32(i / 2)) // of two résumés each
		x.key = uint16(i / 2 * 7919)
		x.occupation, x.months, x.education = 2, uint16(r.IntN(240)), []uint8{0, 1, 1, 1, 2, 2}[r.IntN(6)]
		if r.IntN(20) == 0 {
			x.months = snapshot.Unset
		}
		for id := range uint16(2) {
			if r.IntN(2) == 0 {
				x.skills = append(x.skills, id+1)
			}
			if r.IntN(3) == 0 {
				x.certs = append(x.certs, id+1)
			}
		}
		at := day("2022-01-10") + int32(r.IntN(1600))
		hired := r.IntN(3) > 0
		for k := range 1 + r.IntN(2) {
			events = append(events, event{resume: i, what: snapshot.Applied, day: at + int32(k*20), posting: 1 + r.IntN(40)})
		}
		if hired {
			events = append(events, event{resume: i, what: snapshot.Hired, day: at + 60, posting: 1 + r.IntN(40)})
			if r.IntN(2) == 0 { // and works there since: that is on the résumé, which was written in May of 2026
				x.careers, x.starts, x.ends = []uint16{2, 1}, []uint16{monthNumber(at + 60), 400}, []uint16{snapshot.Unset, 500}
			}
		}
		resumes = append(resumes, x)
	}
	return postings, resumes, events
}

// monthNumber counts the months from 1970 to that of a day.
func monthNumber(d int32) uint16 {
	at := ieum.Day(d).Time()
	return uint16((at.Year()-1970)*12 + int(at.Month()) - 1)
}

// recalled is somebody as one counts them from the rows: by their last hire, or last application.
type recalled struct {
	resume
	day   int32
	hired bool
	level int // −1 not known
	years int // half years
}

func recollect(resumes []resume, events []event) (list []recalled) {
	last := int32(0)
	for _, e := range events {
		last = max(last, e.day)
	}
	last = min(last, int32(ieum.DayOf(today)))
	of := map[uint32]*recalled{}
	for _, e := range events {
		if e.day <= last-3*365 || e.day > last || e.what != snapshot.Hired && e.what != snapshot.Applied {
			continue
		}
		r, got := resumes[e.resume], e.what == snapshot.Hired
		who := of[r.person]
		if who == nil {
			who = &recalled{day: -1}
			of[r.person] = who
		}
		if got && !who.hired || got == who.hired && e.day > who.day {
			who.resume, who.day, who.hired = r, e.day, got
		}
	}
	for _, who := range of {
		who.level = -1
		if who.months != snapshot.Unset {
			months := int(who.months)
			for i, start := range who.starts {
				end := int(monthNumber(day("2026-05-01")))
				if who.ends[i] != snapshot.Unset {
					end = int(who.ends[i])
				}
				for m := int(start); m < end; m++ {
					if m >= int(monthNumber(who.day)) {
						months--
					}
				}
			}
			months = max(months, 0)
			who.years = int(math.Floor(float64(months)/6 + .5))
			switch {
			case months < 36:
				who.level = 0
			case months < 120:
				who.level = 1
			default:
				who.level = 2
			}
		}
		list = append(list, *who)
	}
	return list
}

// Every number of the hired is what one counts from the rows, as it is published.
func TestLevelsAreWhatTheRowsSay(t *testing.T) {
	for seed := range uint64(2) {
		postings, resumes, events := recruiting(seed, 1200)
		_, s := standingMarket(t, postings, resumes, events)
		b := s.Part(partName).(*base)
		h, release := b.hired, b.release()
		all := recollect(resumes, events)
		const o = 2
		name := "levels|8221|"
		for l := range rowsEach {
			var hired, tried cellkey.Cell
			var years, covered []int
			var school, skill, skillTried, cert, certTried [3]cellkey.Cell
			for _, who := range all {
				if l < levels && who.level != l {
					continue
				}
				tried.Add(who.key)
				for id := range uint16(3) {
					if slices.Contains(who.skills, id) {
						skillTried[id].Add(who.key)
					}
					if slices.Contains(who.certs, id) {
						certTried[id].Add(who.key)
					}
				}
				if !who.hired {
					continue
				}
				hired.Add(who.key)
				if who.level >= 0 {
					years = append(years, who.years)
				}
				school[who.education].Add(who.key)
				share := 0.0
				for id := range uint16(3) {
					if slices.Contains(who.skills, id) {
						skill[id].Add(who.key)
						if id > 0 { // by how often it is asked for and how rarely: of 40 postings in 40 and 20
							share += []float64{0, math.Log(1 + 40./41), .5 * math.Log(1+40./21)}[id]
						}
					}
					if slices.Contains(who.certs, id) {
						cert[id].Add(who.key)
					}
				}
				covered = append(covered, int(math.Round(20*share/(math.Log(1+40./41)+.5*math.Log(1+40./21)))))
			}
			row, at := o*rowsEach+l, name+levelName(l)+"|"
			same := func(what string, got uint32, c cellkey.Cell) {
				if want := release.Published(c, at+what); int(got) != want {
					t.Errorf("seed %d, %s: %s is %d, %d of the rows", seed, levelName(l), what, got, want)
				}
			}
			same("hired", h.Hired[row], hired)
			same("tried", h.Tried[row], tried)
			for e := range school[1:] {
				same("school|"+s.Dict.Education[e+1], h.School[row*3+e+1], school[e+1])
			}
			for i, id := range h.Asked.At(o, nil) {
				code := s.Dict.Skills[id]
				same("hired|skill|"+code, h.SkillHired.At(row, nil)[i], skill[id])
				same("tried|skill|"+code, h.SkillTried.At(row, nil)[i], skillTried[id])
			}
			if certs := h.Certs.At(o, nil); !slices.Equal(certs, []uint16{1}) {
				t.Fatalf("certificates asked for are %v", certs)
			}
			same("hired|certificate|"+s.Dict.Certificates[1], h.CertHired.At(row, nil)[0], cert[1])
			same("tried|certificate|"+s.Dict.Certificates[1], h.CertTried.At(row, nil)[0], certTried[1])
			if l == allTaken {
				var told cellkey.Cell
				for _, who := range all {
					if who.hired && who.level >= 0 {
						told.Add(who.key)
					}
				}
				same("told", h.Told[o], told)
			}
			if h.Hired[row] < 40 || len(years) < 60 {
				t.Fatalf("seed %d, %s: %d hired are too few to test", seed, levelName(l), h.Hired[row])
			}
			for i := range quartiles {
				if got, want := int(h.Years[row*quartiles+i]), quantileOf(years, float64(i+1)/4); got != want {
					t.Errorf("seed %d, %s: quartile %d of years is %d, %d of the rows", seed, levelName(l), i+1, got, want)
				}
			}
			for i := range deciles {
				if got, want := int(h.Covered[row*deciles+i]), quantileOf(covered, float64(i+1)/10); got != want {
					t.Errorf("seed %d, %s: decile %d is %d, %d of the rows", seed, levelName(l), i+1, got, want)
				}
			}
		}
	}
}

// standingMarket publishes a market with courses.
func standingMarket(t *testing.T, postings []posting, resumes []resume, events []event, courses ...map[string]any) (*Adviser, *snapshot.Snapshot) {
	t.Helper()
	data := t.TempDir()
	slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(a.resume, b.resume) })
	publishWith(t, data, postings, resumes, events, nil, nil, courses...)
	a := adviser(t, data)
	s, release, err := a.live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return a, s
}

func standingOf(t *testing.T, a *Adviser, p ieum.Profile, aim Aim) *Standing {
	t.Helper()
	a.reader = reader{p}
	d, err := a.Diagnose(t.Context(), ieum.Resume{}, aim)
	if err != nil {
		t.Fatal(err)
	}
	return d.Standing
}

// can are competencies of the tests' list, by place.
func can(a *Adviser, ids ...int) (out []ieum.Found) {
	for _, id := range ids {
		out = append(out, ieum.Found{ID: a.set.Codes["competencies"].Codes[id-1].Code, Words: "해 보았다", P: .9})
	}
	return out
}

// How many are behind somebody is the percentile rank by the deciles: it never falls, and lies
// within a tenth of the rank among the values themselves.
func TestAheadIsThePercentileRank(t *testing.T) {
	if got := ahead([]uint8{1, 2, 3, 4, 5, 6, 7, 8, 9}, 5); got != 50 {
		t.Errorf("in the middle is %d", got)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		values, spread := make([]int, 30+r.IntN(300)), 1+r.IntN(twentieths)
		for i := range values {
			values[i] = r.IntN(spread + 1)
		}
		var tenths []uint8
		for i := range deciles {
			tenths = append(tenths, uint8(quantileOf(values, float64(i+1)/10)))
		}
		before := 0
		for mine := range twentieths + 1 {
			below, same := 0., 0.
			for _, v := range values {
				switch {
				case v < mine:
					below++
				case v == mine:
					same++
				}
			}
			got, want := ahead(tenths, mine), 100*(below+same/2)/float64(len(values))
			if got < before || got < 5 || got > 95 || got%5 != 0 {
				t.Fatalf("%d of %v is %d after %d", mine, tenths, got, before)
			}
			if math.Abs(float64(got)-want) > 10+1e-9 {
				t.Fatalf("%d of %v is %d, by the values %.1f", mine, tenths, got, want)
			}
			before = got
		}
	}
}

// Who has more of what is asked for is ahead of more; years and schooling are said beside it, and
// the level is one's own unless another is asked for.
func TestAPersonBesideThoseHired(t *testing.T) {
	postings, resumes, events := recruiting(5, 1200)
	a, s := standingMarket(t, postings, resumes, events)
	h := s.Part(partName).(*base).hired
	before := -1.
	for _, ids := range [][]int{{}, {2}, {1}, {1, 2}} {
		st := standingOf(t, a, ieum.Profile{Competencies: can(a, ids...), CareerMonths: 50, Education: "high"}, Aim{Occupation: "8221"})
		row := 2*rowsEach + 1
		if st.Level != "middle" || st.Own != "middle" || st.Of != "middle" || st.None != nil || !st.Simulated || st.Hired.N != int(h.Hired[row]) {
			t.Fatalf("%+v", st)
		}
		mine := coveredOf(h.Asked.At(2, nil), h.Weight.At(2, nil), func(id uint16) bool { return slices.Contains(ids, int(id)) })
		if want := ahead(h.Covered[row*deciles:][:deciles], mine); st.Ahead.Int() != int64(want) || st.Ahead.N != st.Hired.N {
			t.Errorf("with %v ahead of %+v, want %d", ids, st.Ahead, want)
		}
		if st.Ahead.Float() < before {
			t.Errorf("with %v ahead of %v, with less of %v", ids, st.Ahead.Float(), before)
		}
		before = st.Ahead.Float()
		if len(st.Have) != len(ids) || len(st.Gaps) != 3-len(ids) {
			t.Errorf("with %v: have %+v, gaps %+v", ids, st.Have, st.Gaps)
		}
		y := st.Years
		if y.Mine != 50 || y.Half() != int(h.Years[row*3+1])*6 || y.Median.Float() != float64(h.Years[row*3+1])*6 || y.Enough() != (50 >= y.Median.Float()) {
			t.Errorf("years %+v", y)
		}
		high, bachelor := int(h.School[row*3+1]), int(h.School[row*3+2])
		most := "high"
		if 2*bachelor >= high+bachelor {
			most = "bachelor"
		}
		if sch := st.Schooling; sch.Most == nil || sch.Most.Code != most || sch.Enough != (most == "high") || len(sch.Hired) != 2 || sch.Same() == nil || sch.Same().N != high || sch.Share.Of != high+bachelor {
			t.Errorf("schooling %+v", sch)
		}
	}
	if before < 60 {
		t.Errorf("who has all that is asked for is ahead of %v", before)
	}
	if st := standingOf(t, a, ieum.Profile{CareerMonths: 50}, Aim{"8221", "senior"}); st.Level != "senior" || st.Own != "middle" || st.Of != "senior" || st.Years.Median.Float() < 120 {
		t.Errorf("at another level: %+v", st)
	}
	a.reader = reader{}
	if _, err := a.Diagnose(t.Context(), ieum.Resume{}, Aim{"8221", "boss"}); err == nil {
		t.Error("an unknown level is taken")
	}
}

// Fewer than thirty beyond doubt tell nothing: not of a level, and then not of all.
func TestFewHiredTellNothing(t *testing.T) {
	market := func(entry, senior int) *Adviser {
		var resumes []resume
		var events []event
		for i := range entry + senior {
			x := seeker(uint32(i))
			x.occupation, x.months, x.skills, x.education = 2, 12, []uint16{1}, 1
			if i >= entry {
				x.months = 150
			}
			resumes = append(resumes, x)
			events = append(events, event{resume: i, what: snapshot.Hired, day: day("2026-02-02"), posting: 1})
		}
		postings, _, _ := recruiting(1, 0)
		a, _ := standingMarket(t, postings, resumes, events)
		return a
	}
	for _, tt := range []struct {
		entry, senior int
		of            string
	}{{46, 0, "entry"}, {29, 46, "all"}, {29, 0, ""}, {14, 15, ""}, {1, 0, ""}} {
		a := market(tt.entry, tt.senior)
		st := standingOf(t, a, ieum.Profile{}, Aim{"8221", "entry"})
		if st.Of != tt.of || (st.None == nil) != (tt.of != "") {
			t.Errorf("of %d and %d: figures are of %q, %v", tt.entry, tt.senior, st.Of, st.None)
		}
		if tt.of != "" {
			continue
		}
		if st.Hired.Known() || st.Ahead.Known() || st.Years.Median.Known() || st.Schooling.Most != nil || st.Schooling.Hired == nil || len(st.Schooling.Hired) > 0 {
			t.Errorf("of %d and %d: %+v", tt.entry, tt.senior, st)
		}
		for _, g := range st.Gaps {
			if g.Hired.Known() || g.Lift != nil || g.Evidence != "postings" {
				t.Errorf("of %d and %d: %+v", tt.entry, tt.senior, g)
			}
		}
	}
	none := standingOf(t, two(t), ieum.Profile{}, Aim{Occupation: "8221"})
	if none.None == nil || none.None.EN == standingOf(t, market(1, 0), ieum.Profile{}, Aim{Occupation: "8221"}).None.EN || none.Of != "" || len(none.Gaps) != 2 || none.To != 0 {
		t.Errorf("where nobody records hires: %+v", none)
	}
	if st := standingOf(t, market(46, 0), ieum.Profile{}, Aim{Occupation: "2121"}); st.None == nil || st.Hired.Known() {
		t.Errorf("of an occupation without hires: %+v", st)
	}
}

// Gaps stand by worth after what a law requires, and the worth is that of the formula.
func TestGapsByWorth(t *testing.T) {
	postings, resumes, events := recruiting(9, 1200)
	skills := func(a *Adviser) string { return a.set.Codes["competencies"].Codes[1].Name.KO }
	set, err := loadDefs()
	if err != nil {
		t.Fatal(err)
	}
	taught := skills(&Adviser{set: set})
	a, s := standingMarket(t, postings, resumes, events, map[string]any{"title": "판금 과정", "occupations": []string{"8221"}, "skills": []string{taught}, "hours": 300, "fee": 1_000_000, "closed": "2027-01-01"})
	b := s.Part(partName).(*base)
	lean := ieum.Profile{CareerMonths: 50}
	kinds := func(st *Standing) (out []string) {
		for _, g := range st.Gaps {
			out = append(out, g.Kind+" "+g.Code)
		}
		return out
	}
	st := standingOf(t, a, lean, Aim{Occupation: "8221"})
	first, second, cert := s.Dict.Skills[1], s.Dict.Skills[2], s.Dict.Certificates[1]
	// In half of the postings, three months and a million won of 32 a year; in all and in a
	// quarter, nobody knows how long.
	if want := []string{"competency " + second, "competency " + first, "certificate " + cert}; !slices.Equal(kinds(st), want) {
		t.Fatalf("by worth: %v, want %v", kinds(st), want)
	}
	gain := func(g Gap) float64 {
		if g.Lift == nil || g.Lift.Low <= 1 {
			return 0
		}
		return math.Log(g.Lift.Low)
	}
	for i, want := range []float64{math.Log(.5) - (3+12./32)/12, -2, math.Log(.25) - 2} {
		if g := st.Gaps[i]; math.Abs(g.Worth-want-gain(g)) > .0051 || (g.Evidence == "association") != (gain(g) > 0) || (g.Course != nil) != (i == 0) {
			t.Errorf("%+v: worth is %.2f", g, want+gain(g))
		}
	}
	if n := st.Next; n.Kind != "learn" || n.What.Code != second || n.Course.Title != "판금 과정" {
		t.Errorf("next is %+v", n)
	}

	// What was found of certificates counts in place of the lift; of what may be nothing, nothing.
	was := b.effects
	t.Cleanup(func() { b.effects = was })
	found, unclear := uint8(slices.Index(verdicts, effect.Found)), uint8(slices.Index(verdicts, effect.Unclear))
	b.effects = &effects{effectColumns: effectColumns{Estimated: []uint8{1, 1, 1}, Simulated: []uint8{1}, Group: []uint16{82, 82, 82}, Treatment: []uint8{1, 1, 0}, Outcome: []uint8{0, 1, 0},
		Verdict: []uint8{found, found, unclear}, Effect: []int16{90, 50, 90}, Low: []int16{80, 40, -10}, High: []int16{100, 60, 100}, All: []uint16{10, 10, 10}, Bound: []uint16{10, 10, 10}, Treated: []uint32{100, 100, 100}, Compared: []uint32{100, 100, 100}}}
	st = standingOf(t, a, lean, Aim{Occupation: "8221"})
	if want := math.Log(.25) - 2 + math.Log(1.9) + math.Log(1.5); len(st.Gaps) != 3 {
		t.Fatalf("%v", kinds(st))
	} else if i := slices.IndexFunc(st.Gaps, func(g Gap) bool { return g.Kind == "certificate" }); math.Abs(st.Gaps[i].Worth-want) > .0051 || st.Gaps[i].Evidence != "effect" || len(st.Gaps[i].Effects) != 2 {
		t.Errorf("with an effect: %+v, worth %.2f", st.Gaps[i], want)
	}
	if g := st.Gaps[0]; g.Evidence == "effect" || len(g.Effects) > 0 {
		t.Errorf("of courses it may be nothing: %+v", g)
	}
	if !slices.IsSortedFunc(st.Gaps, func(a, b Gap) int { return cmp.Compare(b.Worth, a.Worth) }) {
		t.Errorf("out of order: %+v", st.Gaps)
	}

	// What a law requires comes first, whatever the rest is worth, and nothing is proposed past it.
	tr, err := a.traveller(s, lean, Goal{})
	if err != nil {
		t.Fatal(err)
	}
	fit := Fit{Named: Named{Code: "0212"}, Missing: []Asked{{Named: Named{Code: second}, In100: known(100, 40, 40, onPostings)}}}
	telling := asked{Named: Named{Code: cert}, postings: 40, in100: withheld, hired: withheld, lift: &Ratio{9, 9, 9}}
	b.effects = was
	gaps := tr.gaps(a.level(s, b, 2, 1), &fit, []asked{telling})
	if len(gaps) != 3 || gaps[0].Kind != "licence" || gaps[0].Law == "" || gaps[1].Code != cert || gaps[1].Worth <= gaps[0].Worth || gaps[2].Code != second || gaps[2].Course == nil {
		t.Errorf("by law: %+v", gaps)
	}
	if n := next(&Standing{Gaps: gaps}, &Diagnosis{Target: &fit}); n.Kind != "ask" {
		t.Errorf("past a licence without a course: %+v", n)
	}
	if got := (&Standing{Gaps: gaps}).First(); len(got) != 3 || !reflect.DeepEqual([]Gap{got[0].Gap, got[1].Gap, got[2].Gap}, gaps) {
		t.Errorf("shown first: %+v", got)
	}
}

// An association weighs as much as the low end of its interval, and none whose interval holds 1.
func TestAnAssociationWeighsItsLowEnd(t *testing.T) {
	a := two(t)
	s, release, err := a.live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	tr, err := a.traveller(s, ieum.Profile{}, Goal{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		lift     *Ratio
		gain     float64
		evidence string
	}{{nil, 0, "postings"}, {&Ratio{2, 1.5, 2.5}, math.Log(1.5), "association"}, {&Ratio{1.4, .9, 2}, 0, "postings"}, {&Ratio{.6, .5, .8}, 0, "postings"}} {
		g := tr.weigh(Gap{Lift: tt.lift, share: .5}, "course", &Fit{Named: Named{Code: "8221"}})
		if want := math.Log(.5) + tt.gain - 2; math.Abs(g.Worth-want) > .0051 || g.Evidence != tt.evidence || g.Effects == nil {
			t.Errorf("%+v: %+v, want %.2f on %s", tt.lift, g, want, tt.evidence)
		}
	}
}

// Who holds a certificate lacks it no more.
func TestACertificateHeldIsNoGap(t *testing.T) {
	postings, resumes, events := recruiting(5, 200)
	a, s := standingMarket(t, postings, resumes, events)
	cert := s.Dict.Certificates[1]
	st := standingOf(t, a, ieum.Profile{Certificates: []string{cert}}, Aim{Occupation: "8221"})
	if slices.ContainsFunc(st.Gaps, func(g Gap) bool { return g.Code == cert }) || len(st.Have) != 1 || st.Have[0].Code != cert || st.Have[0].In100.Int() != 25 {
		t.Errorf("have %+v, gaps %+v", st.Have, st.Gaps)
	}
}

// The last word is no gap.
func TestTheNextStepIsWithinReach(t *testing.T) {
	open := Fit{Named: Named{Code: "8221"}, Openings: known(3, 3, 0, onOpen)}
	closed := Fit{Named: Named{Code: "8221"}}
	near := Fit{Named: Named{Code: "8231"}}
	for _, tt := range []struct {
		d    Diagnosis
		gaps []Gap
		want string
	}{
		{Diagnosis{Target: &open}, []Gap{{Kind: "competency"}, {Kind: "competency", Course: &Course{}}}, "learn"},
		{Diagnosis{Target: &open}, []Gap{{Kind: "competency"}}, "apply"},
		{Diagnosis{Target: &open}, nil, "apply"},
		{Diagnosis{Target: &open}, []Gap{{Kind: "licence", Course: &Course{}}}, "learn"},
		{Diagnosis{Target: &open, Near: &near}, []Gap{{Kind: "licence"}}, "near"},
		{Diagnosis{Target: &closed, Near: &near}, nil, "near"},
		{Diagnosis{Target: &closed, Near: &closed}, nil, "ask"},
	} {
		if got := next(&Standing{Gaps: tt.gaps}, &tt.d); got.Kind != tt.want {
			t.Errorf("%v: %s, want %s", tt.gaps, got.Kind, tt.want)
		}
	}
}

// The release is another once anything is told that the hired are counted by.
func TestTheReleaseFollowsWhatTheHiredHave(t *testing.T) {
	postings, resumes, events := recruiting(2, 60)
	release := func(change func(*resume)) [32]byte {
		rows := slices.Clone(resumes)
		i := slices.IndexFunc(rows, func(r resume) bool { return r.starts != nil && slices.Equal(r.skills, []uint16{1}) })
		change(&rows[i])
		_, s := standingMarket(t, postings, rows, events)
		return s.Part(partName).(*base).release()
	}
	was := release(func(*resume) {})
	for name, change := range map[string]func(*resume){
		"competency": func(r *resume) { r.skills = []uint16{2} },
		"end":        func(r *resume) { r.ends = []uint16{672, 500} },
		"written":    func(r *resume) { r.updated = "2026-04-01" },
		"schooling":  func(r *resume) { r.education = (r.education + 1) % 3 },
	} {
		if release(change) == was {
			t.Errorf("with another %s the release is the same", name)
		}
	}
}

// What is kept of the hired has no number of people from one to four, and no quantile of few.
func TestHiredColumnsArePublished(t *testing.T) {
	postings, resumes, events := recruiting(4, 300)
	_, s := standingMarket(t, postings, resumes, events)
	h := s.Part(partName).(*base).hired
	numbers := slices.Concat(h.Hired, h.Tried, h.School, h.Told)
	for row := range h.Hired {
		for _, l := range []*snapshot.Lists[uint32]{&h.SkillHired, &h.SkillTried, &h.CertHired, &h.CertTried} {
			numbers = append(numbers, l.At(row, nil)...)
		}
		if h.Hired[row] < 40 && slices.ContainsFunc(h.Covered[row*deciles:][:deciles], func(d uint8) bool { return d != unsaid }) {
			t.Errorf("row %d: deciles of %d", row, h.Hired[row])
		}
	}
	for _, n := range numbers {
		if n > 0 && n < 5 {
			t.Fatalf("%d people are published", n)
		}
	}
	if fmt.Sprint(h.Simulated) != "[1]" {
		t.Errorf("made-up people are %v", h.Simulated)
	}
}

// An effect that several things to learn have is told once, and again after another.
func TestAnEffectIsToldOnce(t *testing.T) {
	one, other := []Effect{{Treatment: "course", Outcome: "pay"}}, []Effect{{Treatment: "certificate", Outcome: "pay"}}
	st := &Standing{Gaps: []Gap{{Effects: one}, {Effects: one}, {Effects: other}, {Effects: other}, {Effects: other}}}
	var same []bool
	for _, g := range append(st.First(), st.Rest()...) {
		same = append(same, g.Same)
	}
	if want := []bool{false, true, false, false, true}; !slices.Equal(same, want) { // the fold is told anew
		t.Errorf("said to be those above: %v, want %v", same, want)
	}
}
