package main

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/defs"
)

// A rawPolicy is what a file says of who may have a policy, read apart from our sources.
type rawPolicy struct {
	number        string
	closed        bool
	least, most   int // 0 = any
	codes         []string
	provinces     []string
	pct           float64 // of the median income; 0 = any
	earnsMost     int
	earnsLeast    int
	groups        []string
	works, school []string
	special       []string
	majors        []string
}

// A persona is somebody made up who asks for policies.
type persona struct {
	age, earns                    int
	district, province, province2 string
	pct                           float64
	work, school, major           string
	groups                        []string
}

// may says whether a persona may have a policy for all that the files say: yes, no, or
// that only prose would tell.
func (p persona) may(r rawPolicy) (ok, unclear bool) {
	limits := []bool{
		r.least == 0 || p.age >= r.least, r.most == 0 || p.age <= r.most,
		len(r.codes) == 0 || slices.Contains(r.codes, p.district),
		len(r.provinces) == 0 || slices.Contains(r.provinces, p.province) || slices.Contains(r.provinces, p.province2),
		r.pct == 0 || p.pct <= r.pct, r.earnsMost == 0 || p.earns <= r.earnsMost, p.earns >= r.earnsLeast,
	}
	for _, g := range r.groups {
		limits = append(limits, slices.Contains(p.groups, g))
	}
	for _, of := range []struct {
		asked      []string
		any, other string
		has        []string
	}{{r.works, "0013010", "0013009", []string{p.work}}, {r.school, "0049010", "0049009", []string{p.school}}, {r.special, "0014010", "0014009", p.groups}, {r.majors, "0011009", "0011008", []string{p.major}}} {
		fits := len(of.asked) == 0 || slices.Contains(of.asked, of.any) || slices.ContainsFunc(of.has, func(h string) bool { return slices.Contains(of.asked, h) })
		unclear = unclear || !fits && slices.Contains(of.asked, of.other)
		limits = append(limits, fits || slices.Contains(of.asked, of.other))
	}
	return !slices.Contains(limits, false), unclear
}

// TestPoliciesOfRealFiles asks for policies as 24 people and holds every answer against
// the files as they were published: nobody is told of a policy that is closed or that
// they may not have, and none that they may have is kept from them.
func TestPoliciesOfRealFiles(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(cmp.Or(os.Getenv("IEUM_SHARED"), filepath.Join("..", "..", "..", "shared")), "data", "policies")
	if _, err := os.Stat(folder); err != nil {
		t.Skip("the policies are not there (IEUM_SHARED names the folder of shared data)")
	}
	day := time.Date(2026, 8, 10, 3, 0, 0, 0, time.UTC)
	e := &env{Config: Config{Data: t.TempDir(), Listen: "localhost:0"}, stdin: strings.NewReader(""), stdout: new(bytes.Buffer), stderr: new(bytes.Buffer), now: func() time.Time { return day }}
	for _, args := range [][]string{{"ingest", "youth-policies", folder}, {"ingest", "youth-policy-api", folder}, {"build"}} {
		if status := execute(t.Context(), e, args); status != 0 {
			t.Fatalf("ieum %v: exit %d: %s", args, status, e.stderr)
		}
	}
	m, err := openMarket(e)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	raw := rawPolicies(t, folder, ieum.DayOf(day))
	told, wrong, missed, could := 0, 0, 0, 0
	for i, p := range personas() {
		facts := defs.Facts{}
		given := map[string][]string{"age": {strconv.Itoa(p.age)}, "region": {p.district}, "earns": {strconv.Itoa(p.earns)}, "income": {fmt.Sprint(p.pct)}, "work": {p.work}, "school": {p.school}, "major": {p.major}, "groups": append(p.groups, "none")}
		for name, answers := range given {
			some, err := m.set.Items["policies"].ReadFact(m.set, name, answers)
			if err != nil {
				t.Fatal(err)
			}
			for path, v := range some {
				facts[path] = v
			}
		}
		found, err := m.matcher.Offers(t.Context(), "policies", facts, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(found.Best) != found.Fits {
			t.Fatalf("%d of %d are listed", len(found.Best), found.Fits)
		}
		listed := map[string]bool{}
		for _, o := range append(found.Best, found.Maybe...) {
			one, err := m.matcher.Offer(t.Context(), "policies", o.ID, nil)
			if err != nil {
				t.Fatal(err)
			}
			number := one.Field("number")
			listed[number] = true
			if o.Verdict != defs.Fits {
				continue
			}
			told++
			for _, r := range raw[number] {
				if ok, unclear := p.may(r); r.closed || !ok || unclear {
					wrong++
					t.Errorf("person %d (%+v) is told of %s, %s: %+v", i, p, number, o.Title, r)
				}
			}
		}
		for number, rows := range raw {
			if slices.ContainsFunc(rows, func(r rawPolicy) bool { ok, _ := p.may(r); return r.closed || !ok }) {
				continue
			}
			could++
			if !listed[number] {
				missed++
			}
		}
	}
	t.Logf("24 people: told of %d, %d of them wrongly; of %d they may have, %d are not listed under their own number", told, wrong, could, missed)
	if told < 1000 || float64(missed) > 0.1*float64(could) {
		t.Errorf("told of %d; %d of %d missed", told, missed, could)
	}
}

func personas() (out []persona) {
	places := [][3]string{{"50110", "제주", ""}, {"11680", "서울", ""}, {"26350", "부산", ""}, {"46130", "전남", "광주"}, {"41360", "경기", ""}, {"51110", "강원", ""}}
	lives := []persona{
		{age: 19, earns: 0, pct: 40, work: "0013003", school: "0049004", major: "", groups: []string{"무주택", "0014003"}},
		{age: 24, earns: 5_000_000, pct: 90, work: "0013007", school: "0049005", major: "0011005", groups: []string{"대학생", "무주택"}},
		{age: 33, earns: 38_000_000, pct: 140, work: "0013001", school: "0049007", major: "0011003", groups: []string{"0014001"}},
		{age: 58, earns: 20_000_000, pct: 70, work: "0013002", school: "0049004", major: "", groups: []string{"0014006"}},
	}
	for _, place := range places {
		for _, p := range lives {
			p.district, p.province, p.province2 = place[0], place[1], ""
			out = append(out, p)
		}
	}
	return out
}

// rawPolicies reads the two files by the number of each policy.
func rawPolicies(t *testing.T, folder string, day ieum.Day) map[string][]rawPolicy {
	t.Helper()
	out := map[string][]rawPolicy{}
	var file struct {
		Policies []struct {
			ID          string
			Apply_end   string
			Eligibility struct {
				Age_min, Age_max int
				Regions, Status  []string
				Housing          []string
				Income_max_pct   *float64
			}
		}
	}
	text, err := os.ReadFile(filepath.Join(folder, "ace0910_policies_real_20260806.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	today := day.String()
	for _, p := range file.Policies {
		number := p.ID
		for _, prefix := range []string{"OY-", "GV-", "BK-"} {
			number = strings.TrimPrefix(number, prefix)
		}
		end := strings.ReplaceAll(p.Apply_end, ".", "-")
		r := rawPolicy{number: number, closed: len(end) == 10 && end < today, least: p.Eligibility.Age_min, most: p.Eligibility.Age_max % 200, groups: append(p.Eligibility.Status, p.Eligibility.Housing...)}
		if !slices.Contains(p.Eligibility.Regions, "전국") {
			r.provinces = p.Eligibility.Regions
		}
		if p.Eligibility.Income_max_pct != nil {
			r.pct = *p.Eligibility.Income_max_pct
		}
		out[number] = append(out[number], r)
	}
	f, err := os.Open(filepath.Join(folder, "ontong_api_raw_20251231.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows[0][0] = strings.TrimPrefix(rows[0][0], "\ufeff")
	col := func(row []string, name string) string { return row[slices.Index(rows[0], name)] }
	split := func(s string) []string {
		if s == "" {
			return nil
		}
		return strings.Split(s, ",")
	}
	whole := func(s string) int { n, _ := strconv.Atoi(s); return n }
	for _, row := range rows[1:] {
		until := strings.TrimSpace(col(row, "aplyYmd"))
		if i := strings.LastIndex(until, "~"); i >= 0 {
			until = strings.TrimSpace(until[i+1:])
		}
		r := rawPolicy{number: col(row, "plcyNo"), least: whole(col(row, "sprtTrgtMinAge")), most: whole(col(row, "sprtTrgtMaxAge")), codes: split(col(row, "zipCd")),
			earnsMost: 10_000 * whole(col(row, "earnMaxAmt")), earnsLeast: 10_000 * whole(col(row, "earnMinAmt")), works: split(col(row, "jobCd")), school: split(col(row, "schoolCd")),
			special: split(col(row, "sbizCd")), majors: split(col(row, "plcyMajorCd"))}
		r.closed = col(row, "aplyPrdSeCd") == "0057003" || len(until) == 8 && until < strings.ReplaceAll(today, "-", "")
		out[r.number] = append(out[r.number], r)
	}
	return out
}
