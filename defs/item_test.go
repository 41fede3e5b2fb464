package defs

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"ieum"
)

// A grant is a kind, and grants what is recommended of it.
const grantKind = `id: grant
version: 1
title: {ko: 지원, en: Grant}
holder: {ko: 기관, en: Agency}
about: {ko: 지원 한 건, en: One grant}
keep: forever
fields:
  - {name: title, type: string, required: true, title: {ko: 이름, en: Title}}
  - {name: age_max, type: int, title: {ko: 나이, en: Age}}
  - {name: until, type: date, title: {ko: 마감, en: Until}}
  - {name: amount, type: int, unit: won, title: {ko: 금액, en: Amount}}
  - {name: state, type: string, title: {ko: 상태, en: State}}
  - {name: trades, type: strings, title: {ko: 업종, en: Trades}}
  - {name: place, type: region, codes: regions, title: {ko: 지역, en: Region}}
`

const grants = `id: grants
version: 1
title: {ko: 지원 찾기, en: Grants}
about: {ko: 지원을 찾습니다., en: Finds grants.}
kind: grant
facts:
  - {name: age, type: int, min: 0, max: 120, title: {ko: 나이, en: Age}}
  - {name: trades, type: codes, title: {ko: 업종, en: Trades}, options: [{code: a, name: {ko: 가, en: A}}, {code: b, name: {ko: 나, en: B}}]}
  - {name: wish, type: text, title: {ko: 바람, en: Wish}}
  - {name: near, type: point, title: {ko: 가까이, en: Near}}
open: {until: until, unless: 'state == "closed"'}
show: {title: title}
text: [title]
must:
  - title: {ko: 나이, en: Age}
    when: '"age_max" in missing || me.age <= age_max'
    say: {ko: "{age_max}세까지", en: "up to {age_max}"}
    else: {ko: "{age_max}세가 넘음", en: "over {age_max}"}
    ask: {ko: 나이에 달림, en: depends on age}
  - title: {ko: 업종, en: Trades}
    when: '"trades" in missing || trades.exists(t, t in me.trades)'
    unclear: '"other" in trades'
    else: {ko: 다른 업종, en: another trade}
    ask: {ko: 업종에 달림, en: depends on trade}
rank:
  - {value: double(amount) / 100.0, weight: 2, say: {ko: "{amount}", en: "{amount}"}}
  - {like: wish, weight: 1, say: {ko: "{words}", en: "{words}"}}
examples:
  - {name: young enough, day: 2026-01-01, facts: {age: "20"}, item: {age_max: "30"}, is: fits}
`

func loadGrants(t *testing.T, item string) (*Set, error) {
	t.Helper()
	return Load(fstest.MapFS{"kinds/grant.yaml": {Data: []byte(grantKind)}, "items/grants.yaml": {Data: []byte(item)}})
}

func TestItemsAreJudgedInThreeValues(t *testing.T) {
	set, err := loadGrants(t, grants)
	if err != nil {
		t.Fatal(err)
	}
	it := set.Items["grants"]
	type row map[string]any
	for _, tt := range []struct {
		name    string
		row     row
		facts   Facts
		want    Verdict
		unknown string // of the first condition that cannot be told
	}{
		{"nothing is asked for", row{}, Facts{}, Fits, ""},
		{"a fact is lacking", row{"age_max": int64(30)}, Facts{}, Unsure, "me.age"},
		{"on the bound", row{"age_max": int64(30)}, Facts{"me.age": int64(30)}, Fits, ""},
		{"above it", row{"age_max": int64(30)}, Facts{"me.age": int64(31)}, Refused, ""},
		{"one broken, one unknown", row{"age_max": int64(30), "trades": []string{"a"}}, Facts{"me.age": int64(31)}, Refused, "me.trades"},
		{"one of several", row{"trades": []string{"a", "c"}}, Facts{"me.trades": []string{"a"}}, Fits, ""},
		{"none of them", row{"trades": []string{"c"}}, Facts{"me.trades": []string{"a"}}, Refused, ""},
		{"none, and others may be meant", row{"trades": []string{"other"}}, Facts{"me.trades": []string{"a"}}, Unsure, "trades"},
		{"the last day", row{"until": ieum.Day(100)}, Facts{}, Fits, ""},
		{"the day after", row{"until": ieum.Day(99)}, Facts{}, Closed, ""},
		{"said to be closed", row{"state": "closed", "until": ieum.Day(200)}, Facts{}, Closed, ""},
		{"closed is closed, whatever is unknown", row{"until": ieum.Day(99), "age_max": int64(3)}, Facts{}, Closed, ""},
	} {
		j, err := it.For(tt.facts, 100).Judge(func(path string) (any, bool) { v, ok := tt.row[path]; return v, ok })
		if err != nil {
			t.Fatal(err)
		}
		unknown := ""
		for _, h := range j.Must {
			if h.Truth == Unknown && unknown == "" {
				unknown = strings.Join(h.Unknown, " ")
			}
		}
		if j.Verdict != tt.want || unknown != tt.unknown {
			t.Errorf("%s: %s, unknown %q; want %s, %q", tt.name, j.Verdict, unknown, tt.want, tt.unknown)
		}
	}
	worth, known, err := it.For(nil, 0).Worth(&it.Rank[0], func(string) (any, bool) { return int64(250), true })
	if worth != 1 || !known || err != nil {
		t.Errorf("a value above 1 counts %v, %v, %v", worth, known, err)
	}
	if _, known, _ := it.For(nil, 0).Worth(&it.Rank[0], func(string) (any, bool) { return nil, false }); known {
		t.Error("an amount that nobody stated is known")
	}
}

func TestFactsAreReadStrictly(t *testing.T) {
	set, err := loadGrants(t, grants)
	if err != nil {
		t.Fatal(err)
	}
	it := set.Items["grants"]
	for _, tt := range []struct {
		name    string
		answers []string
		want    string // as fmt prints it
		fault   string
	}{
		{"age", []string{" 1,0 "}, "map[me.age:10]", ""},
		{"age", []string{"121"}, "", "too large"},
		{"age", []string{"-1"}, "", "too small"},
		{"age", []string{"old"}, "", "whole number"},
		{"age", []string{"1", "2"}, "", "more than once"},
		{"age", []string{""}, "map[]", ""},
		{"trades", []string{"나", "a", "b"}, "map[me.trades:[a b]]", ""},
		{"trades", []string{"다"}, "", "there is no 다"},
		{"near", []string{"33.5, 126.5"}, "map[me.near_lat:33.5 me.near_lon:126.5]", ""},
		{"near", []string{"133.5, 126.5"}, "map[me.near:133.5, 126.5]", ""},
		{"near", []string{"시청"}, "map[me.near:시청]", ""},
		{"wish", []string{strings.Repeat("가", 501)}, "", "longer than 500"},
		{"ages", []string{"1"}, "", "did you mean age?"},
	} {
		facts, err := it.ReadFact(set, tt.name, tt.answers)
		if tt.fault != "" {
			if err == nil || !strings.Contains(err.Error(), tt.fault) {
				t.Errorf("%s %q: %v, want %q", tt.name, tt.answers, err, tt.fault)
			}
			continue
		}
		if got := fmt.Sprint(map[string]any(facts)); err != nil || got != tt.want {
			t.Errorf("%s %q: %s, %v; want %s", tt.name, tt.answers, got, err, tt.want)
		}
	}
}

// TestFaultsOfItems changes one thing of a sound item and expects the fault with its line.
func TestFaultsOfItems(t *testing.T) {
	for _, tt := range []struct{ name, old, new, want string }{
		{"the kind", "kind: grant\n", "kind: grnat\n", "grants.yaml:5: kind names one of the kinds whose rows tell about nobody; did you mean grant?"},
		{"a kind about people", "kind: grant\n", "kind: resume\n", "tell about nobody"},
		{"a field in a condition", "me.age <= age_max", "me.age <= age_mx", "grants.yaml:16: when: undeclared reference to 'age_mx'"},
		{"a fact in a condition", "me.age <= age_max", "me.agee <= age_max", "grants.yaml:16: when: undefined field 'agee'"},
		{"the type of a condition", "'\"age_max\" in missing || me.age <= age_max'", "age_max", "a rule is true or false, not int"},
		{"what is asked whether missing", `"age_max" in missing`, `"age_mox" in missing`, "item grants has no field age_mox; did you mean age_max?"},
		{"a place in words", "{age_max}세까지", "{age_min}세까지", "must[1].say: {age_min}: item grants has no field age_min"},
		{"words of another's", "{ko: 다른 업종", "{ko: \"{words}\"", "{words}: item grants has no field words"},
		{"one language", "en: depends on trade", "en: ''", "must[2].ask needs a text in ko and in en"},
		{"the type of a value", "double(amount) / 100.0", "state", "a feature is a number, not string"},
		{"a likeness to a number", "like: wish", "like: age", "like names a fact of type text"},
		{"no weight", "weight: 1", "weight: 0", "a feature has a weight"},
		{"the last day", "until: until", "until: state", "open.until names a field of grant of type date"},
		{"a type of fact", "type: int, min: 0", "type: json, min: 0", "a fact is of type int, number"},
		{"a fact twice", "name: wish", "name: age", "fact age is given twice"},
		{"a fact that means something else", "name: wish", "name: today", "a fact's name is small letters"},
		{"a code without a list", "options: [{code: a, name: {ko: 가, en: A}}, {code: b, name: {ko: 나, en: B}}]", "unit: {ko: 개, en: pieces}", "name a list in codes, or give the answers as options"},
		{"an example", "is: fits", "is: refused", "example young enough is fits, not \"refused\""},
		{"an example of no field", "item: {age_max:", "item: {age:", "an item has no such value"},
		{"an example's fact", `facts: {age: "20"}`, `facts: {age: "old"}`, "must be a whole number"},
		{"no examples", "examples:\n  - {name: young enough, day: 2026-01-01, facts: {age: \"20\"}, item: {age_max: \"30\"}, is: fits}\n", "", "give examples"},
		{"a field that is none", "show: {title: title}", "show: {titel: title}", "did you mean title?"},
		{"rows joined that are not put together", "kind: grant\n", "kind: grant\nwith: {other: policy}\n", "rows of grant and policy are not put together"},
	} {
		if !strings.Contains(grants, tt.old) {
			t.Fatalf("%s: the item has no %q", tt.name, tt.old)
		}
		_, err := loadGrants(t, strings.Replace(grants, tt.old, tt.new, 1))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestKilometres(t *testing.T) {
	// Jeju City Hall to Seogwipo City Hall; Seoul to Busan, city halls: by the haversine
	// formula with the IUGG mean radius, worked out apart.
	for _, tt := range []struct{ lat1, lon1, lat2, lon2, want float64 }{
		{33.4996, 126.5312, 33.2541, 126.5601, 27.43}, {37.5665, 126.9780, 35.1796, 129.0756, 325.11}, {33, 126, 33, 126, 0}, {0, 0, 0, 180, 20015.11},
	} {
		if got := Kilometres(tt.lat1, tt.lon1, tt.lat2, tt.lon2); math.Abs(got-tt.want) > 0.5 {
			t.Errorf("%v: %.2f km", tt, got)
		}
	}
}
