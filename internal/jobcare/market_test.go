package jobcare

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"ieum"
)

// press is a posting of occupation 8211 that is open on the day of the tests.
func press() posting {
	return posting{occupation: 1, region: 2, places: 2, payMin: 30_000_000, payMax: 34_000_000, opened: "2026-06-01", deadline: "2026-07-01"}
}

func seeker(person uint32) resume {
	return resume{person: person, key: uint16(person*40503 + 77), occupation: 1, region: 2, born: 1968, months: 240, wish: 36_000_000, updated: "2026-05-01", active: true}
}

func repeat[T any](n int, f func(i int) T) (out []T) {
	for i := range n {
		out = append(out, f(i))
	}
	return out
}

func TestSeekersAreCountedAsPeopleAndOpeningsAsPlaces(t *testing.T) {
	var resumes []resume // of 15 people; 10 have a second one, newer, and no longer look
	for i := range 15 {
		r := seeker(uint32(i))
		resumes = append(resumes, r)
		if i < 10 {
			r.updated, r.active = "2026-06-01", false
			resumes = append(resumes, r)
		}
	}
	a := market(t, repeat(6, func(int) posting { return press() }), resumes)
	m := exactly(t, a, Query{Occupation: "8211"})
	if m.People.Int() != 15 || m.Seekers.Int() != 5 || m.Openings.Int() != 12 || m.Openings.N != 6 {
		t.Errorf("people %d, seekers %d, openings %d in %d postings; want 15, 5, 12 in 6", m.People.Int(), m.Seekers.Int(), m.Openings.Int(), m.Openings.N)
	}
	if m.Tightness.Float() != 2.4 {
		t.Errorf("openings per seeker %v, want 2.4", m.Tightness.Float())
	}
	if !m.Simulated || m.Bases[onSeekers].Rows != 5 || len(m.Bases[onOpen].Sources) != 1 || m.Day != ieum.DayOf(today) {
		t.Errorf("a figure does not say what it stands on: %+v", m.Bases)
	}
}

// A code that was read from the words of a posting is no fact: a report says of how many
// postings it stands on such, and how many of those are likely right.
func TestAReportSaysHowManyOccupationsWereGuessed(t *testing.T) {
	for _, tt := range []struct {
		chances []uint8
		guessed float64
		right   float64
	}{
		{[]uint8{100, 100, 100, 100, 100, 100}, 0, 0},
		{[]uint8{100, 100, 100, 20, 40, 60, 80, 50, 99, 100}, .6, (.2 + .4 + .6 + .8 + .5 + .99) / 6},
	} {
		a := market(t, repeat(len(tt.chances), func(i int) posting { p := press(); p.chance = tt.chances[i]; return p }), nil)
		m, err := a.Market(Query{Occupation: "8211"})
		if err != nil {
			t.Fatal(err)
		}
		if m.Right.Known() != (tt.right > 0) || m.Guessed.Float() != tt.guessed || math.Abs(m.Right.Float()-tt.right) > 1e-9 {
			t.Errorf("%v: guessed %+v, right %+v", tt.chances, m.Guessed, m.Right)
		}
	}
}

func TestPostingsThatAreNotOpenDoNotCount(t *testing.T) {
	for _, tt := range []struct {
		name                     string
		opened, deadline, closed string
		open, inYear             bool
	}{
		{"open until today", "2026-06-01", "2026-06-15", "", true, true},
		{"until filled", "2026-06-01", "", "", true, true},
		{"ended yesterday", "2026-06-01", "2026-06-14", "", false, true},
		{"taken down today", "2026-06-01", "2026-07-01", "2026-06-15", false, true},
		{"taken down tomorrow", "2026-06-01", "", "2026-06-16", true, true},
		{"opens tomorrow", "2026-06-16", "2026-07-01", "", false, false},
		{"ended over a year ago", "2025-01-01", "2025-06-01", "", false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := press()
			p.opened, p.deadline, p.closed = tt.opened, tt.deadline, tt.closed
			a := market(t, repeat(5, func(int) posting { return p }), nil)
			m, err := a.Market(Query{Occupation: "8211"})
			if err != nil {
				t.Fatal(err)
			}
			if open := m.Postings.Int() == 5; open != tt.open {
				t.Errorf("open: %v, want %v", open, tt.open)
			}
			if m.Bases[onPostings].Rows == 5 != tt.inYear {
				t.Errorf("in the year: %d", m.Bases[onPostings].Rows)
			}
		})
	}
}

func TestSlices(t *testing.T) {
	postings := append(repeat(5, func(int) posting { return press() }), repeat(7, func(int) posting {
		p := press()
		p.region, p.careerMin, p.careerMax = 3, 36, 60
		return p
	})...)
	resumes := append(repeat(5, func(i int) resume { return seeker(uint32(i)) }), repeat(10, func(i int) resume {
		r := seeker(uint32(5 + i))
		r.region, r.born, r.months = 3, 2000, 6
		return r
	})...)
	a := market(t, postings, resumes)
	for _, tt := range []struct {
		q                 Query
		postings, seekers int64
	}{
		{Query{}, 12, 15},
		{Query{Region: "11"}, 5, 5},
		{Query{Region: "11680"}, 5, 5},
		{Query{Region: "26"}, 7, 10},
		{Query{Region: "21"}, 7, 10}, // 부산직할시, abolished in 1995, is 26 now
		{Query{Career: "3-5"}, 7, 0},
		{Query{Career: "0-1"}, 5, 10},
		{Query{Age: "50-59"}, 12, 5},
		{Query{Age: "-29", Region: "26"}, 7, 10},
	} {
		tt.q.Occupation = "8211"
		m := exactly(t, a, tt.q)
		if m.Postings.Int() != tt.postings || m.Seekers.Int() != tt.seekers {
			t.Errorf("%+v: %d postings and %d seekers, want %d and %d", tt.q, m.Postings.Int(), m.Seekers.Int(), tt.postings, tt.seekers)
		}
	}
	for _, q := range []Query{{Occupation: "9999"}, {Occupation: "82"}, {Occupation: "8211", Region: "99"}, {Occupation: "8211", Career: "2"}, {Occupation: "8211", Age: "x"}, {Occupation: "8211", Education: "x"}} {
		if _, err := a.Market(q); !errors.Is(err, ieum.ErrNotFound) && !errors.Is(err, ieum.ErrInvalid) {
			t.Errorf("%+v is taken: %v", q, err)
		}
	}
}

// A city with wards (수원시) is more than the codes that begin with its own.
func TestARegionIsAllThatLiesInIt(t *testing.T) {
	set, err := loadDefs()
	if err != nil {
		t.Fatal(err)
	}
	in := allIn(set.Codes["regions"], []string{"", "41", "41110", "41111", "41131"}, "41110")
	if !slices.Equal(in, []bool{false, false, true, true, false}) {
		t.Errorf("수원시 is %v", in)
	}
}

func TestWhatIsAskedForHasShareAndLift(t *testing.T) {
	asks := press()
	asks.skills = []uint16{1, 1}
	other := press()
	other.occupation = 2
	a := market(t, append(append(repeat(60, func(int) posting { return asks }), repeat(40, func(int) posting { return press() })...),
		repeat(100, func(int) posting { return other })...), nil)
	m, err := a.Market(Query{Occupation: "8211"})
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Skills) != 1 || m.Skills[0].Share.Float() != .6 || m.Skills[0].Share.N != 60 || m.Skills[0].Share.Of != 100 || *m.Skills[0].Lift != 2 {
		t.Errorf("skills %+v; want one in 60 of 100 postings, twice as often as everywhere", m.Skills)
	}
}

func TestQuantileIsAnOrderStatistic(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		v := repeat(30+r.IntN(60), func(int) uint32 { return uint32(r.IntN(900)+100) * 100_000 })
		p := offers(spreadOf(v), len(v))
		for _, of := range []struct {
			q float64
			f Figure
		}{{.1, p.P10}, {.25, p.P25}, {.5, p.Median}, {.75, p.P75}, {.9, p.P90}} {
			below, above := 0, 0
			for _, x := range v {
				if int64(x) < of.f.Int() {
					below++
				}
				if int64(x) <= of.f.Int() {
					above++
				}
			}
			if n := of.q * float64(len(v)); float64(below) > n || float64(above) < n || !slices.Contains(v, uint32(of.f.Int())) {
				t.Fatalf("%v of %v is %d: %d lie below, %d at or below", of.q, v, of.f.Int(), below, above)
			}
		}
	}
	if p := offers(spreadOf(make([]uint32, 29)), 40); p.Median.Known() || !p.Stated.Known() {
		t.Errorf("of 29 values the median is %+v", p.Median)
	}
}

func spreadOf(values []uint32) (s spread) {
	for _, v := range values {
		s.add(v)
	}
	return s
}

func TestTheCourseHasEveryMonth(t *testing.T) {
	m, err := market(t, repeat(5, func(int) posting { return press() }), nil).Market(Query{Occupation: "8211"})
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Months) != 36 || m.Months[35].Month != "2026-06" || m.Months[0].Month != "2023-07" || m.Months[23].Month != "2025-06" || m.Months[35].Openings.Int() != 10 {
		t.Errorf("months %+v", m.Months)
	}
}

func TestMonthsOfWork(t *testing.T) {
	for text, want := range map[string]int{
		"3": 36, "3년": 36, "3.5": 42, "3년 6개월": 42, "6개월": 6, "": 0, "오래": 0, "30년 넘게": 360, "약 2 년": 24, "999": 0,
		"이십년 넘게": 240, "십오년": 180, "3년 반": 42, "육개월": 6, "스무 해": 240, "몇십년": 0,
		"스물한 해": 252, "열두 해": 144, "두 달": 2, "서른 해 넘게": 360, "반년": 6, "한 반 년": 6, "몇 해": 0, "한 20년": 240,
		"1999년부터 2020년까지": 252, "1999~2020": 252, "2015.3 ~ 2020.4": 61, "2015년 3월부터 2020년 4월": 61, "2020~2015": 0,
		"20년 3교대": 240, "2010년부터": 0, "98년부터 20년간": 0,
		"6 months": 6, "2 years 6 months": 30, "3 yrs": 36, "없음": 0,
	} {
		if got, _ := months(text); got != want {
			t.Errorf("months(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestYearsNobodyCanReadAreAskedForAgain(t *testing.T) {
	for years, read := range map[string]bool{"": true, "없음": true, "이십년쯤": true, "오래": false, "몇십년": false, "몇 해": false, "2010년부터": false, "98년부터 20년간": false, "999": false, "1999년부터 2020년까지": true, "0": true} {
		if _, err := (Answers{Work: "프레스 조작", Years: years}).Resume(); (err == nil) != read {
			t.Errorf("years %q: %v", years, err)
		}
	}
}

func TestAnswersSurviveTheFile(t *testing.T) {
	in := Answers{Work: "프레스 조작원\n가게 일 도움", Years: "21년 6개월", Tasks: "금형을 갈아 끼우고 치수를 쟀다", Certificates: "지게차운전기능사", Education: "3", Region: "41", Pay: "260"}
	r, err := in.Resume()
	if got := answersOf(r); err != nil || got != in {
		t.Errorf("got %+v, %v\nwant %+v", got, err, in)
	}
}

// A kept résumé must not say that somebody lives where they only would work.
func TestWhereOneWouldWorkIsNoAddress(t *testing.T) {
	r, err := Answers{Work: "주방보조", Region: "26", Pay: "250"}.Resume()
	if err != nil || r.Region != "" || !slices.Equal(r.Wish.Regions, []string{"26"}) || r.Wish.Month() != 2_500_000 {
		t.Errorf("the résumé lives in %q and wishes %+v, %v", r.Region, r.Wish, err)
	}
	if a := answersOf(ieum.Resume{Region: "26"}); a.Region != "" {
		t.Errorf("an address became the wish %q", a.Region)
	}
}

func FuzzMonths(f *testing.F) {
	f.Add("3년 6개월")
	f.Fuzz(func(t *testing.T, s string) {
		if m, _ := months(s); m < 0 || m > 960 {
			t.Errorf("months(%q) = %d", s, m)
		}
	})
}

func TestALawIsMetByAnyOfItsCertificates(t *testing.T) {
	a := market(t, nil, nil)
	none := a.licences("2121", held{})
	if len(none) != 1 || none[0].Law != "초·중등교육법 제21조" {
		t.Fatalf("a teacher needs %+v", none)
	}
	for _, c := range []string{"c0667", "c0564"} {
		if got := a.licences("2121", held{certs: map[string]bool{c: true}}); len(got) != 0 {
			t.Errorf("with %s a teacher still lacks %+v", c, got)
		}
	}
}
