package match

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"ieum"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file of testdata that a person can read and judge.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; read it, and if it is right run: go test ./internal/match -run Golden -update\n%s", path, got)
	}
}

// town is a small made-up labour market.
var town = []post{
	{title: "금속 프레스 성형 생산직", company: "가상중공업", body: "프레스 작업, 불량 검사. 안전화 지급", occupation: "8122", region: "41110", least: 24, most: -1, payMin: 33e6, payMax: 38e6, education: "high", employment: "regular", skills: []string{"press", "quality", "safety"}, preferred: []string{"press"}, opened: "2026-06-10", deadline: "2026-07-10"},
	{title: "프레스공 (주야 2교대)", company: "없는금속", body: "프레스 작업", occupation: "8122", region: "41", entry: true, least: -1, most: -1, payMin: 31e6, employment: "contract", skills: []string{"press"}, opened: "2026-06-14"},
	{title: "프레스 금형 반장", company: "상상정밀", body: "금형 교체와 품질검사, 팀 의사소통", occupation: "8122", region: "11680", least: 120, most: -1, payMin: 45e6, employment: "regular", skills: []string{"press", "quality", "talk"}, opened: "2026-05-01", deadline: "2026-06-20"},
	{title: "용접원 모집", company: "가상중공업", body: "CO2 용접. 용접기능사 우대", occupation: "8121", region: "41110", least: 36, most: -1, payMin: 40e6, employment: "regular", skills: []string{"weld", "safety"}, preferred: []string{"weld"}, opened: "2026-06-01"},
	{title: "CNC 선반 조작", company: "상상정밀", body: "공작기계, 치수 품질검사", occupation: "8131", region: "41", entry: true, least: -1, most: -1, payMin: 30e6, payMax: 36e6, employment: "regular", skills: []string{"quality", "safety"}, opened: "2026-06-12"},
	{title: "지게차 운전 및 자재 관리", company: "없는물류", body: "지게차운전기능사 필수", occupation: "8131", region: "41110", least: 12, most: -1, payMin: 36e6, employment: "regular", required: []string{"forklift"}, skills: []string{"safety"}, opened: "2026-06-13"},
	{title: "병동 간호사 (3교대)", company: "없는병원", body: "환자 간호, 신규 간호사 가능", occupation: "3040", region: "11140", entry: true, least: -1, most: -1, payMin: 38e6, payMax: 46e6, employment: "regular", skills: []string{"care", "talk"}, opened: "2026-06-11"},
	{title: "요양병원 간호사", company: "가상요양원", body: "주간 전담 간호사", occupation: "3040", region: "26110", least: 36, most: -1, payMin: 40e6, employment: "contract", skills: []string{"care"}, opened: "2026-04-01"},
	{title: "간호조무사 구합니다", company: "없는의원", body: "접수와 환자 안내", occupation: "3061", region: "11680", entry: true, least: -1, most: -1, payMin: 28e6, employment: "regular", skills: []string{"care", "talk"}, opened: "2026-06-09"},
	{title: "병원 원무 (간호 지원)", company: "없는의원", body: "간호사 업무 보조", occupation: "3061", chance: 55, region: "11", least: -1, most: -1, skills: []string{"talk"}, opened: "2026-06-02"},
	{title: "Java 백엔드 개발자", company: "상상소프트", body: "Spring, Java 서버 개발. 웹 개발 경험", occupation: "1331", region: "11680", least: 36, most: 84, payMin: 50e6, payMax: 70e6, education: "bachelor", employment: "regular", skills: []string{"java", "talk"}, major: []string{"mechanics"}, opened: "2026-06-14"},
	{title: "신입 웹개발자", company: "없는소프트", body: "자바 또는 파이썬", occupation: "1331", region: "11", entry: true, least: 0, most: 36, payMin: 32e6, employment: "contract", skills: []string{"java"}, opened: "2026-06-15"},
	{title: "웹 서비스 운영", company: "상상소프트", body: "고객 의사소통", occupation: "1331", region: "", least: -1, most: -1, skills: []string{"talk"}, opened: "2026-03-01"},
	{title: "마감된 프레스공", company: "없는금속", body: "프레스", occupation: "8122", region: "41110", least: -1, most: -1, skills: []string{"press"}, opened: "2026-05-01", deadline: "2026-06-14"},
	{title: "내려간 프레스공", company: "없는금속", body: "프레스", occupation: "8122", region: "41110", least: -1, most: -1, skills: []string{"press"}, opened: "2026-05-01", closed: "2026-06-01"},
}

var townspeople = []struct {
	about string
	ieum.Profile
}{
	{"a press operator of 58, twenty years of presses, lives in Suwon and would work in Gyeonggi", ieum.Profile{
		Resume:      ieum.Resume{Careers: []ieum.Career{{Title: "프레스 반장", Occupation: "8122", Months: 240}}, Wish: ieum.Wish{Regions: []string{"41"}, Pay: 32_000_000}},
		Occupations: []ieum.Scored{{Code: "8122", P: .9}, {Code: "8131", P: .1}}, Education: "high", Region: "41110", CareerMonths: 240,
		Competencies: []ieum.Found{{ID: "press", P: .95, Words: "프레스를 돌렸고"}, {ID: "quality", P: .8, Words: "불량을 골라냈다"}, {ID: "safety", P: .6, Words: "안전 교육을 맡았다"}},
	}},
	{"a new nurse who would work anywhere in Seoul", ieum.Profile{
		Resume:      ieum.Resume{Wish: ieum.Wish{Regions: []string{"11"}, Occupations: []string{"3040"}, Employment: []string{"regular"}}},
		Occupations: []ieum.Scored{{Code: "3040", P: .8}}, Certificates: []string{"rn"}, Majors: []string{"nursing"}, Education: "bachelor", Region: "11680",
		Competencies: []ieum.Found{{ID: "care", P: .9, Words: "환자를 돌봤습니다"}},
	}},
	{"somebody who would like to nurse and has no licence", ieum.Profile{
		Resume:       ieum.Resume{Wish: ieum.Wish{Occupations: []string{"30"}}},
		Competencies: []ieum.Found{{ID: "care", P: .7, Words: "어머니를 간병했다"}, {ID: "talk", P: .5, Words: "사람들과 이야기"}}, Region: "11140",
	}},
	{"a web developer who wants 60 million won and stays in Gangnam", ieum.Profile{
		Resume:      ieum.Resume{Careers: []ieum.Career{{Title: "자바 개발자", Occupation: "1331", Months: 72}}, Wish: ieum.Wish{Regions: []string{"11680"}, Pay: 60_000_000}},
		Occupations: []ieum.Scored{{Code: "1331", P: 1}}, Education: "bachelor", Region: "11680", CareerMonths: 72,
		Competencies: []ieum.Found{{ID: "java", P: 1, Words: "자바"}},
	}},
}

func TestGoldenJobs(t *testing.T) {
	m, _ := market(t, definitions(t), town, nil)
	var b strings.Builder
	for _, p := range townspeople {
		r, err := m.Jobs(t.Context(), p.Profile, Query{K: 4})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "For %s:\n", p.about)
		for i, j := range r.Jobs {
			write(&b, fmt.Sprintf("%d.", i+1), j)
		}
		for _, j := range r.Short {
			write(&b, "one licence missing:", j)
		}
		b.WriteString("\n")
	}
	golden(t, "jobs.txt", b.String())
}

func write(b *strings.Builder, mark string, j ieum.Job) {
	fmt.Fprintf(b, "  %s %s (%s) %.2f", mark, j.Title, j.Company, j.Score)
	if len(j.Missing)+len(j.Unclear) > 0 {
		fmt.Fprintf(b, " missing %v unclear %v", j.Missing, j.Unclear)
	}
	b.WriteString("\n")
	for _, r := range j.Reasons {
		fmt.Fprintf(b, "     %+7.2f %s", r.Points, strings.TrimPrefix(r.Key, "match.why."))
		if len(r.Words)+len(r.Asked) > 0 {
			fmt.Fprintf(b, " %q ~ %q", r.Words, r.Asked)
		}
		b.WriteString("\n")
	}
}

func TestGoldenSearches(t *testing.T) {
	m, _ := market(t, definitions(t), town, nil)
	var b strings.Builder
	for _, q := range []string{"간호사", "간호사 서울", "nurse", "프레스", "프레스공", "웹개발자", "웹 개발자", "자바", "품질검사 -용접", "+교대 프레스", "가상중공업", "press operator gyeonggi-do", "금형", "간호샤"} {
		r, err := m.Search(t.Context(), Search{Q: q})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s: %d %s\n", q, r.Total, r.Widened)
		for i, h := range r.Items {
			fmt.Fprintf(&b, "  %d. %.2f %s (%s)\n", i+1, h.Score, h.Title, h.Company)
		}
	}
	golden(t, "searches.txt", b.String())
}

func TestJSONFollowsItsSchema(t *testing.T) {
	c := jsonschema.NewCompiler()
	schema, err := c.Compile(filepath.Join("..", "..", "docs", "schemas", "match.json"))
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(6, 6))
	m, _ := market(t, definitions(t), randomPosts(rnd, 300), nil)
	for range 50 {
		p := randomProfile(rnd)
		r, err := m.Jobs(t.Context(), p, Query{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(Matched{p, *r})
		if err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Fatalf("%v\n%s", err, b)
		}
	}
}
