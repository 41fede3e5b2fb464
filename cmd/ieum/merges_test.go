package main

import (
	"path/filepath"
	"strings"
	"testing"

	"ieum/internal/snapshot"
)

// twice is one posting as two deliveries have it, under two keys.
const twice = `id,title,place,body,firm
a,요양보호사 모집,서울 강남구,어르신의 식사와 목욕을 돕고 하루 활동을 살피며 가족에게 알립니다. 3교대로 일하고 통근버스가 있습니다.,(주)가상요양원
b,요양보호사 모집,서울 강남구,어르신의 식사와 목욕을 돕고 하루 활동을 살피며 가족에게 알립니다. 3교대로 일하고 통근버스가 있습니다.,가상요양원
c,용접원 모집,부산,철판을 붙입니다,가상철공
`

// What the matcher put together can be looked at, kept apart for a reason, and
// given back to the matcher.
func TestMergesCanBeUndone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.data = filepath.Join(t.TempDir(), "data")
	root := t.TempDir()
	b.root = root
	writeFile(t, filepath.Join(root, "defs", "sources", "stall.yaml"), strings.Replace(stall, "body: body}", "body: body, company: firm}", 1))
	path := filepath.Join(root, "jobs.csv")
	writeFile(t, path, twice)
	b.succeed("ingest", "stall", path)
	b.succeed("build")
	b.postings(2)
	a, other := snapshot.FormatID(snapshot.RowID("stall", "a")), snapshot.FormatID(snapshot.RowID("stall", "b"))
	for _, id := range []string{a, other} {
		if out := b.succeed("merges", id); !strings.Contains(out, a) || !strings.Contains(out, other) {
			t.Errorf("the evidence on %s is %q, want that on %s and %s", id, out, a, other)
		}
	}
	if out := b.succeed("merges", snapshot.FormatID(snapshot.RowID("stall", "c"))); !strings.Contains(out, "Nothing was put together here.") {
		t.Errorf("a posting of one row: %q", out)
	}
	if out := b.succeed("merges", "--kind", "company", "요양원"); !strings.Contains(out, "요양원") {
		t.Errorf("the evidence on a company is %q", out)
	}
	if out := b.succeed("merges"); !strings.Contains(out, "Nothing was decided.") {
		t.Errorf("the decisions are %q", out)
	}
	for _, tt := range []struct {
		args, says string
		status     int
	}{
		{"merges --apart " + a + " " + other, "say with --why", 2},
		{"merges --apart --why x " + a, "take the two numbers", 2},
		{"merges --apart --why x " + a + " b", `"b" is no number of 16 hexadecimal digits`, 2},
		{"merges --kind firm x", "--kind is posting, company, person or service", 2},
		{"merges --apart --again --why x " + a + " " + other, "either --apart or --again", 2},
		{"merges --apart --why x " + a + " 0123456789abcdef", "nothing with the number 0123456789abcdef was put together", 1},
		{"merges --again " + a + " " + other, "nothing is decided on", 1},
		{"merges 0123456789abcdef", "there is no posting 0123456789abcdef; give the number in the address of its page", 1},
		{"merges --kind person nobody", "say who you are and what for with --as NAME --purpose labour-market --credential FILE", 1},
		{"merges --kind service nothing", "no row that speaks of a service has the key nothing", 1},
	} {
		b.fail(tt.status, tt.says, strings.Fields(tt.args)...)
	}
	b.succeed("merges", "--apart", other, a, "--why", "two places on one ward")
	if out := b.succeed("merges"); !strings.Contains(out, a) || !strings.Contains(out, "two places on one ward") {
		t.Errorf("the decisions are %q", out)
	}
	b.succeed("build")
	b.postings(3)
	b.succeed("merges", "--again", a, other)
	b.succeed("build")
	b.postings(2)
}

// What a build of changes puts together, with what stands in its base or anew,
// is shown beside what the base put together, once each.
func TestMergesOfChangesAreShownWithTheBases(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.data, b.root = filepath.Join(t.TempDir(), "data"), t.TempDir()
	writeFile(t, filepath.Join(b.root, "defs", "sources", "stall.yaml"), strings.Replace(stall, "body: body}", "body: body, company: firm}", 1))
	path := filepath.Join(b.root, "jobs.csv")
	writeFile(t, path, twice)
	b.succeed("ingest", "stall", path)
	b.succeed("build")
	lines := strings.SplitAfter(twice, "\n")
	writeFile(t, path, lines[0]+strings.Replace(lines[1], "a,", "d,", 1))
	b.succeed("ingest", "stall", path)
	b.succeed("build", "--changes")
	b.postings(2)
	id := func(key string) string { return snapshot.FormatID(snapshot.RowID("stall", key)) }
	for _, key := range []string{"a", "b", "d"} {
		out := b.succeed("merges", id(key))
		if strings.Count(out, "\n") != 2 || !strings.Contains(out, id("a")) || !strings.Contains(out, id("b")) || !strings.Contains(out, id("d")) {
			t.Errorf("the evidence on %s is %q, want two lines on the three rows", key, out)
		}
	}
	b.succeed("merges", "--apart", id("a"), id("b"), "--why", "two places on one ward")
}

// A service that two sources have can be looked at and kept apart as a posting
// can, and stays apart over every build until that is withdrawn.
func TestMergesOfServicesCanBeUndone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.data = filepath.Join(t.TempDir(), "data")
	listed, given := filepath.Join(t.TempDir(), "ace0910_1.json"), filepath.Join(t.TempDir(), "curated_1.json")
	writeFile(t, listed, `{"policies": [{"id": "BK-WLF90000001", "name": "가상 급식 지원", "org": "가상부", "category": "", "summary": "", "keywords": [], "amount_max": null, "amount_label": "",
		"apply_start": "", "apply_end": "상시", "url": "", "special_req": "", "eligibility": {"age_min": 0, "age_max": 200, "regions": [], "income_max_pct": null, "status": [], "housing": []}}]}`)
	writeFile(t, given, `[{"name": "가상급식", "tags": [], "income_max": null, "benefit": "밥", "how_to_apply": "방문", "documents": [], "deadline": "상시", "region": "",
		"source_url": "https://welfare.example/?wlfareInfoId=WLF90000001"}]`)
	b.succeed("ingest", "youth-policies", listed)
	b.succeed("ingest", "bokjiro", given)
	b.succeed("build")
	a, other := snapshot.FormatID(snapshot.ItemID("youth-policies", "policy", "BK-WLF90000001")), snapshot.FormatID(snapshot.ItemID("bokjiro", "welfare-service", "가상급식"))
	for _, key := range []string{"BK-WLF90000001", "가상급식"} {
		out := b.succeed("merges", "--kind", "service", key)
		for _, want := range []string{a, other, "number", "가상 급식 지원"} {
			if !strings.Contains(out, want) {
				t.Errorf("the evidence on %s is %q, want %s in it", key, out, want)
			}
		}
	}
	b.succeed("merges", "--kind", "service", "--apart", a, other, "--why", "one is for schools")
	if out := b.succeed("merges"); !strings.Contains(out, "service") || !strings.Contains(out, "one is for schools") {
		t.Errorf("the decisions are %q", out)
	}
	for range 2 {
		b.succeed("build")
		if out := b.succeed("merges", "--kind", "service", "가상급식"); !strings.Contains(out, "Nothing was put together here.") {
			t.Errorf("after the decision: %q", out)
		}
	}
	b.succeed("merges", "--kind", "service", "--again", a, other)
	b.succeed("build")
	if out := b.succeed("merges", "--kind", "service", "가상급식"); !strings.Contains(out, a) {
		t.Errorf("after it was withdrawn: %q", out)
	}
}

// postings holds how many postings are served.
func (b *bench) postings(want int) {
	b.t.Helper()
	dir, err := snapshot.Current(b.data)
	if err != nil {
		b.t.Fatal(err)
	}
	s, err := snapshot.Open(dir)
	if err != nil {
		b.t.Fatal(err)
	}
	defer s.Close()
	if s.Meta.Postings != want {
		b.t.Errorf("%d postings are served, want %d", s.Meta.Postings, want)
	}
}

// A demo is not brought among what an agency delivered.
func TestDemoIsNotMixedWithDeliveries(t *testing.T) {
	b := newBench(t)
	for _, built := range []bool{true, false} {
		if !built {
			b.remove("snapshots")
		}
		before := b.kept()
		b.fail(1, "holds a delivery of stall, with which simulated people are not mixed; build with: ieum build, or name another folder with --data DIR", "serve", "--demo")
		if now := b.kept(); now != before {
			t.Errorf("now there is %s, before there was %s", now, before)
		}
	}
}

// The sign-ins of a demo are printed: a folder in which people have accounts gets none.
func TestAFolderOfPeopleIsNoDemo(t *testing.T) {
	data := t.TempDir()
	if status, _, said := invoke(data, "", "account", "add", "--role", "operator", "hong"); status != 0 {
		t.Fatal(said)
	}
	for range 2 {
		if status, out, said := invoke(data, "", "serve", "--demo", "--listen", "127.0.0.1:0"); status != 1 || !strings.Contains(said, "has accounts of people") || strings.Contains(out+said, "/enrol/") {
			t.Errorf("exit %d, %s%s", status, out, said)
		}
	}
	if has, err := filepath.Glob(filepath.Join(data, "s*s*", "*")); err != nil || len(has) > 0 { // simulated-DAY, snapshots
		t.Errorf("there is %q, %v", has, err)
	}
}
