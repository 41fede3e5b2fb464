package defs

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"ieum"
)

// mapped returns how a field is mapped when its mapping is written as given.
func mapped(t testing.TB, field, how string) Value {
	t.Helper()
	m := files()
	m["codes/paints.yaml"] = text(`id: paints
version: "0"
title: {ko: 물감, en: Paints}
source: made up
into: colours
codes:
  - {code: "1", name: {ko: 진홍, en: Crimson}, successor: r}
  - {code: "2", name: {ko: 쪽빛, en: Old indigo}, successor: x}
`)
	src := string(m["sources/shop.yaml"].Data)
	name := "of: of\n      name: 이름\n      "
	if field == "name" {
		name = "of: of\n      "
	}
	before, rest, _ := strings.Cut(src, "    map:\n")
	_, after, _ := strings.Cut(rest, "    quality:\n")
	after, _, _ = strings.Cut(after, "examples:\n")
	m["sources/shop.yaml"] = text(before + "    map:\n      " + name + field + ": " + how + "\n    quality:\n" + after)
	set, err := LoadFrom(m)
	if err != nil {
		t.Fatal(err)
	}
	return set.Sources["shop"].Files[0].Map[field]
}

func row(columns map[string]string) func(string) string {
	return func(c string) string { return columns[c] }
}

func TestEval(t *testing.T) {
	for _, tt := range []struct {
		field, how string
		row        map[string]string
		want       []string
	}{
		{"name", "이름", map[string]string{"이름": "  공 "}, []string{"공"}},
		{"name", "이름", nil, nil},
		{"name", "{const: 공}", nil, []string{"공"}},
		{"colour", "{column: c, words: {R: 빨강, '-': ''}}", map[string]string{"c": " R "}, []string{"빨강"}},
		{"colour", "{column: c, words: {R: 빨강, '-': ''}}", map[string]string{"c": "-"}, nil},
		{"colour", "{column: c, words: {R: 빨강}}", map[string]string{"c": "파랑"}, []string{"파랑"}},
		{"colour", "{column: c, words: {'': 빨강}}", nil, []string{"빨강"}},
		{"colour", "{column: c, from: paints}", map[string]string{"c": "1"}, []string{"r"}},
		{"colour", "{column: c, from: paints}", map[string]string{"c": "쪽빛"}, []string{"b"}},
		{"colour", "{column: c, from: paints}", map[string]string{"c": "노랑"}, []string{"노랑"}},
		{"tags", `{column: t, split: ","}`, map[string]string{"t": "a, b ,,c"}, []string{"a", "b", "c"}},
		{"tags", "t", map[string]string{"t": `["a","b", 3, null]`}, []string{"a", "b", "3"}},
		{"tags", "t", map[string]string{"t": "[서울] 가"}, []string{"[서울] 가"}},
		{"tags", `{cel: 'items(row.t).map(x, member(x, "name"))'}`, map[string]string{"t": `[{"name":"a"},{"name":"b"},{}]`}, []string{"a", "b"}},
		{"tags", `{cel: 'row.t.split("/")', words: {a: 가}}`, map[string]string{"t": "a/b"}, []string{"가", "b"}},
		{"name", `{cel: 'row["회사 이름"].replace("(주)", "").trim()'}`, map[string]string{"회사 이름": "(주) 가 "}, []string{"가"}},
		{"name", `{cel: 'row.a != "" ? row.a : row.b'}`, map[string]string{"b": "x"}, []string{"x"}},
		{"name", `{cel: 'row.a.extract("([0-9]+)명")'}`, map[string]string{"a": "모두 12명"}, []string{"12"}},
		{"name", `{cel: 'row.a.extract("[a-z]+")'}`, map[string]string{"a": "1ab2"}, []string{"ab"}},
		{"name", `{cel: 'row.a.extract("([0-9]+)명")'}`, map[string]string{"a": "모두"}, nil},
		{"name", `{cel: 'row["a.b"] + row.c'}`, map[string]string{"a.b": "x", "c": "y"}, []string{"xy"}},
		{"count", `{cel: 'row.a.matches("^[0-9]+$") ? int(row.a) * 2 : 0'}`, map[string]string{"a": "21"}, []string{"42"}},
		{"tags", `{cel: '["a"].map(row, row + "b")'}`, nil, []string{"ab"}},
		{"name", "{cel: '1.5'}", nil, []string{"1.5"}},
		{"name", "{cel: 'row.a == row.b'}", nil, []string{"true"}},
		{"person", "{hash: [phone]}", map[string]string{"phone": "1"}, nil},
	} {
		v := mapped(t, tt.field, tt.how)
		for range 2 { // the second time from the cache
			got, err := v.Eval(row(tt.row))
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("%s: %s of %v is %q (%v), want %q", tt.field, tt.how, tt.row, got, err, tt.want)
			}
		}
	}
}

func TestEvalFails(t *testing.T) {
	for how, column := range map[string]string{
		`{cel: 'int(row.a)'}`: "no number",
		`{cel: 'row.a.split("").map(x, row.a.split("").map(y, row.a.replace(x, y).size()).size()).size()'}`: strings.Repeat("a", 5000),
	} {
		v := mapped(t, "count", how)
		if got, err := v.Eval(row(map[string]string{"a": column})); err == nil {
			t.Errorf("%s of a text of %d bytes is %v", how, len(column), got)
		}
	}
}

// What a value reads is known, so that columns can be copied and results kept.
func TestReads(t *testing.T) {
	v := mapped(t, "tags", `{cel: '[row.b, row["a"]].filter(x, x != row.b)'}`)
	if got := v.Reads(); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("reads %v", got)
	}
	if mapped(t, "tags", "t").Copies() || !mapped(t, "name", "n").Copies() || mapped(t, "colour", "{column: c, words: {R: 빨강}}").Copies() {
		t.Error("only a single column as it is can be copied")
	}
}

// CEL runs once for each distinct row of what it reads.
func TestEvalRunsOnceADistinctRow(t *testing.T) {
	v := mapped(t, "name", `{cel: 'row.a + "|" + row.b'}`)
	asked := 0
	for i := range 1000 {
		_, err := v.Eval(func(c string) string {
			asked++
			return fmt.Sprint(i%10, c)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	// Two columns for the key of each row, and twice more for each distinct one.
	if want := 1000*2 + 10*2; asked != want {
		t.Errorf("the columns were read %d times, want %d", asked, want)
	}
	// Rows that would be one text when run together are two.
	a, _ := v.Eval(row(map[string]string{"a": "x", "b": "yz"}))
	b, _ := v.Eval(row(map[string]string{"a": "xy", "b": "z"}))
	c, _ := v.Eval(row(map[string]string{"a": "", "b": "q"}))
	if a[0] != "x|yz" || b[0] != "xy|z" || c[0] != "|q" {
		t.Errorf("%v %v %v", a, b, c)
	}
}

// The cache does not grow without end, and forgets nothing that is asked often.
func TestCacheIsBounded(t *testing.T) {
	v := mapped(t, "name", `{cel: 'row.a + "!"'}`)
	for i := range 3 * cacheRows {
		s := fmt.Sprint(i)
		got, err := v.Eval(func(string) string { return s })
		if err != nil || got[0] != s+"!" {
			t.Fatal(got, err)
		}
	}
	c := &v.program.cache
	before := len(c.now)
	long := strings.Repeat("가", cacheKey)
	if got, _ := v.Eval(func(string) string { return long }); got[0] != long+"!" || len(c.now) != before {
		t.Error("a long text is cut or kept")
	}
	if n := len(c.now) + len(c.old); n > 2*cacheRows {
		t.Errorf("the cache holds %d results", n)
	}
}

func TestEvalFromSeveralGoroutines(t *testing.T) {
	v := mapped(t, "name", `{cel: 'row.a + "!"'}`)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 2000 {
				s := fmt.Sprint((i + g) % 50)
				if got, err := v.Eval(func(string) string { return s }); err != nil || got[0] != s+"!" {
					t.Error(got, err)
				}
			}
		})
	}
	wg.Wait()
}

// rule compiles one quality rule over the kind thing.
func rule(t testing.TB, when string) *Rule {
	t.Helper()
	set, err := LoadFrom(edited(t, "sources/shop.yaml", "- when: last < day", "- when: '"+strings.ReplaceAll(when, "'", "''")+"'"))
	if err != nil {
		t.Fatal(err)
	}
	return &set.Sources["shop"].Files[0].Quality[0]
}

func TestHolds(t *testing.T) {
	day := func(s string) ieum.Day {
		d, err := ieum.ParseDay(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	full := map[string]any{
		"name": "공", "colour": "r", "tags": []string{"a", "b"}, "count": int64(3),
		"day": day("2026-03-01"), "last": day("2026-02-01"), "pay.min": int64(30_000_000), "pay.basis": "year", "pay": true,
	}
	for _, tt := range []struct {
		when    string
		without []string
		want    bool
	}{
		{"last < day", nil, true},
		{"last > day", nil, false},
		{"last < day", []string{"last"}, false},
		{"last >= day", []string{"last"}, false},
		{"!(last < day)", []string{"last"}, false},
		{`last < day("2026-02-02")`, nil, true},
		{`name == "공" || last < day`, []string{"last"}, true},
		{`name == "공" && last < day`, []string{"last"}, false},
		{"pay.min < 10000000", nil, false},
		{"pay.min > 10000000", nil, true},
		{"pay.max < pay.min", nil, false},
		{"pay.max < pay.min || pay.min > 5", nil, true},
		{`"pay.max" in missing`, nil, true},
		{`"pay.min" in missing`, nil, false},
		{`"pay" in missing`, []string{"pay"}, true},
		{`"last" in missing && count > 2`, []string{"last"}, true},
		{`"last" in missing && count > 2`, []string{"last", "count"}, false},
		{`tags.exists(t, t == "b")`, nil, true},
		{`tags.exists(last, last == "b")`, []string{"last"}, true},
		{`tags.exists(t, t == "b")`, []string{"tags"}, false},
		{"size(tags) > 1 && colour == \"r\"", nil, true},
		{`name.matches("^[가-힣]$")`, nil, true},
	} {
		r := rule(t, tt.when)
		field := func(path string) (any, bool) {
			v, ok := full[path]
			return v, ok && !slices.Contains(tt.without, path)
		}
		for range 2 {
			if got, err := r.Holds(field); err != nil || got != tt.want {
				t.Errorf("%s without %v: %v (%v), want %v", tt.when, tt.without, got, err, tt.want)
			}
		}
	}
	if got := rule(t, "pay.max < pay.min && size(tags) > 1").Reads(); !slices.Equal(got, []string{"pay.max", "pay.min", "tags"}) {
		t.Errorf("reads %v", got)
	}
	if _, err := rule(t, "1 / count == 1").Holds(func(string) (any, bool) { return int64(0), true }); err == nil {
		t.Error("a division by zero is no error")
	}
}

func BenchmarkEval(b *testing.B) {
	v := mapped(b, "name", `{cel: 'row.a.replace("(주)", "").trim()'}`)
	for _, distinct := range []int{10, 1 << 20} {
		names := make([]string, distinct)
		for i := range names {
			names[i] = fmt.Sprintf("(주) 회사 %d", i)
		}
		b.Run(fmt.Sprintf("distinct=%d", distinct), func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				s := names[i%distinct]
				i++
				if _, err := v.Eval(func(string) string { return s }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
