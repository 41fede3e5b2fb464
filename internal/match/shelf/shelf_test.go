package shelf

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/fstest"

	"ieum"
	"ieum/defs"
)

const kind = `id: grant
version: 1
title: {ko: 지원, en: Grant}
holder: {ko: 기관, en: Agency}
about: {ko: 지원 한 건, en: One grant}
keep: forever
fields:
  - {name: title, type: string, required: true, title: {ko: 이름, en: Title}}
  - {name: least, type: int, title: {ko: 최저, en: Least}}
  - {name: most, type: int, title: {ko: 최고, en: Most}}
  - {name: until, type: date, title: {ko: 마감, en: Until}}
  - {name: amount, type: int, title: {ko: 금액, en: Amount}}
  - {name: lat, type: number, title: {ko: 위도, en: Latitude}}
  - {name: lon, type: number, title: {ko: 경도, en: Longitude}}
`

const item = `id: grants
version: 1
title: {ko: 지원, en: Grants}
about: {ko: 지원, en: Grants}
kind: grant
facts:
  - {name: age, type: int, title: {ko: 나이, en: Age}}
  - {name: wish, type: text, title: {ko: 바람, en: Wish}}
  - {name: near, type: point, title: {ko: 곳, en: Place}}
open: {until: until}
show: {title: title, lat: lat, lon: lon}
text: [title]
must:
  - {title: {ko: 가, en: a}, when: '"least" in missing || me.age >= least', else: {ko: 가, en: a}, ask: {ko: 가, en: a}}
  - {title: {ko: 나, en: b}, when: '"most" in missing || me.age <= most', else: {ko: 나, en: b}, ask: {ko: 나, en: b}}
rank:
  - {like: wish, weight: 3, say: {ko: 가, en: a}}
  - {value: double(amount) / 10.0, weight: 0.7, say: {ko: 나, en: b}}
  - {value: 'amount > 5 ? 0.3 : 0.0', weight: -1.1, say: {ko: 다, en: c}}
examples:
  - {name: any, day: 2026-01-01, facts: {}, item: {}, is: fits}
`

func grants(t *testing.T) *defs.Item {
	t.Helper()
	set, err := defs.Load(fstest.MapFS{"kinds/grant.yaml": {Data: []byte(kind)}, "items/grants.yaml": {Data: []byte(item)}})
	if err != nil {
		t.Fatal(err)
	}
	return set.Items["grants"]
}

const today ieum.Day = 1000

// TestNothingClosedAndNoConditionBent draws shelves and people, and holds what is found
// against what a plain reading of the rows says.
func TestNothingClosedAndNoConditionBent(t *testing.T) {
	it := grants(t)
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		rows := make([]Row, r.IntN(60))
		maybe := func(fields map[string]any, name string, v any) {
			if r.IntN(3) > 0 {
				fields[name] = v
			}
		}
		for i := range rows {
			f := map[string]any{}
			maybe(f, "least", int64(r.IntN(60)))
			maybe(f, "most", int64(r.IntN(90)))
			maybe(f, "until", today+ieum.Day(r.IntN(9)-4))
			maybe(f, "amount", int64(r.IntN(12)))
			rows[i] = Row{Fields: f, Text: []string{"월세 지원", "청년 창업", "전세 대출", "월세 대출"}[r.IntN(4)]}
		}
		facts := defs.Facts{}
		if r.IntN(4) > 0 {
			facts["me.age"] = int64(r.IntN(100))
		}
		if r.IntN(2) > 0 {
			facts["me.wish"] = "월세"
		}
		k := 1 + r.IntN(70)
		found, err := New(it, slices.Clone(rows)).Find(facts, today, k)
		if err != nil {
			t.Fatal(err)
		}
		want := map[defs.Verdict]int{}
		verdicts := make([]defs.Verdict, len(rows))
		for i := range rows {
			verdicts[i] = plainly(rows[i].Fields, facts)
			want[verdicts[i]]++
		}
		if found.Things != len(rows) || found.Closed != want[defs.Closed] || found.Refused != want[defs.Refused] || found.Unsure != want[defs.Unsure] || found.Fits != want[defs.Fits] {
			t.Fatalf("seed %d: %+v, want %v", seed, found, want)
		}
		holds(t, found.Best, verdicts, defs.Fits, min(k, found.Fits))
		holds(t, found.Maybe, verdicts, defs.Unsure, min(k, found.Unsure))
	}
}

// plainly judges a row as a person would.
func plainly(f map[string]any, facts defs.Facts) defs.Verdict {
	if until, ok := f["until"]; ok && until.(ieum.Day) < today {
		return defs.Closed
	}
	least, hasLeast := f["least"].(int64)
	most, hasMost := f["most"].(int64)
	age, told := facts["me.age"].(int64)
	switch {
	case !told && (hasLeast || hasMost):
		return defs.Unsure
	case told && (hasLeast && age < least || hasMost && age > most):
		return defs.Refused
	}
	return defs.Fits
}

func holds(t *testing.T, picks []Pick, verdicts []defs.Verdict, want defs.Verdict, n int) {
	t.Helper()
	if len(picks) != n {
		t.Fatalf("%d, want %d", len(picks), n)
	}
	for i, p := range picks {
		sum := 0.0
		for _, part := range p.Parts {
			sum += part.Value
		}
		if verdicts[p.Row] != want || p.Verdict != want || math.Abs(sum-p.Score) > 1e-9 || i > 0 && p.Score > picks[i-1].Score {
			t.Fatalf("%v: row %d is %s, score %v of parts %v", want, p.Row, verdicts[p.Row], p.Score, p.Parts)
		}
	}
}

func TestRowsOfOneServiceAreOneThing(t *testing.T) {
	it := grants(t)
	for _, tt := range []struct {
		name string
		rows []Row
		want defs.Verdict
	}{
		{"both fit", []Row{{Fields: map[string]any{"most": int64(30)}}, {Fields: map[string]any{}}}, defs.Fits},
		{"all are closed", []Row{{Fields: map[string]any{"until": today - 9}}, {Fields: map[string]any{"until": today - 1}}}, defs.Closed},
		{"last year's is closed, and this year's says until when", []Row{{Fields: map[string]any{"until": today - 300, "most": int64(20), "least": int64(1)}}, {Fields: map[string]any{"until": today}}}, defs.Fits},
		{"one is closed, and the other does not say until when", []Row{{Fields: map[string]any{"most": int64(30)}}, {Fields: map[string]any{"until": today - 1}}}, defs.Unsure},
		{"closed, or not for them", []Row{{Fields: map[string]any{"most": int64(20)}}, {Fields: map[string]any{"until": today - 1}}}, defs.Refused},
		{"they say different things", []Row{{Fields: map[string]any{"most": int64(30)}}, {Fields: map[string]any{"most": int64(20)}}}, defs.Unsure},
		{"both refuse", []Row{{Fields: map[string]any{"most": int64(19)}}, {Fields: map[string]any{"most": int64(20)}}}, defs.Refused},
	} {
		for i := range tt.rows {
			tt.rows[i].Service = 5
		}
		found, err := New(it, tt.rows).Find(defs.Facts{"me.age": int64(25)}, today, 9)
		if err != nil {
			t.Fatal(err)
		}
		got := map[defs.Verdict]int{defs.Closed: found.Closed, defs.Refused: found.Refused, defs.Unsure: found.Unsure, defs.Fits: found.Fits}
		if found.Things != 1 || got[tt.want] != 1 {
			t.Errorf("%s: %v of %d things", tt.name, got, found.Things)
		}
		if tt.want == defs.Unsure && !found.Maybe[0].Disagree && !found.Maybe[0].Past {
			t.Errorf("%s: nothing says so", tt.name)
		}
	}
}

func TestWordsThatAreAlike(t *testing.T) {
	rows := []Row{{Text: "청년 월세 한시 특별지원"}, {Text: "전세 대출 이자 지원"}, {Text: "Java 개발자 과정"}, {Text: "면접 정장 대여"}, {Text: "지원 지원 지원"}}
	for i := range rows {
		rows[i].Fields = map[string]any{}
	}
	s := New(grants(t), rows)
	for _, tt := range []struct {
		question string
		want     string // row:share in per cent, by row
	}{
		{"월세", "0:100"},
		{"월세가", "0:50"}, // 세가 is nowhere, and as rare as can be
		{"면접 정장", "3:100"},
		{"JAVA", "2:100"},
		{"월세, 월세", "0:100"},
		{"없는말이다", ""},
		{"", ""},
	} {
		got := ""
		for row := range uint32(len(rows)) {
			if l := s.like(tt.question)[row]; l != nil {
				got += fmt.Sprintf("%d:%.0f", row, math.Floor(l.share*10)*10)
			}
		}
		if tt.question == "월세가" { // the share of a word found in part depends on how rare the parts are
			if l := s.like(tt.question)[0]; l != nil && l.share >= 1 {
				t.Errorf("%q is found whole", tt.question)
			}
			continue
		}
		if got != tt.want {
			t.Errorf("%q: %s, want %s", tt.question, got, tt.want)
		}
	}
	if l := s.like("월세 지원"); l[0].share <= l[1].share {
		t.Errorf("the rare word counts no more than the common one: %v, %v", l[0], l[1])
	}
}

func TestPlacesHaveNames(t *testing.T) {
	s := New(grants(t), []Row{{Fields: map[string]any{"title": "제주 시청", "lat": 33.5, "lon": 126.5}}, {Fields: map[string]any{"title": "어딘가"}}})
	facts := defs.Facts{"me.near": "제주시청"}
	if unknown := s.Place(facts); unknown != "" {
		t.Errorf("a name written together: %q", unknown)
	}
	facts = defs.Facts{"me.near": " 제주  시청 "}
	if unknown := s.Place(facts); unknown != "" || facts["me.near_lat"] != 33.5 || facts["me.near_lon"] != 126.5 {
		t.Errorf("%q, %v", unknown, facts)
	}
	if unknown := s.Place(defs.Facts{"me.near": "어딘가"}); unknown != "near" {
		t.Errorf("a place nobody put on the map: %q", unknown)
	}
}
