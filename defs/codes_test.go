package defs

import (
	"slices"
	"strings"
	"testing"

	"ieum"
)

func builtIn(t testing.TB) *Set {
	t.Helper()
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// Every code has its parents, and each level the length the head says.
func TestCodesHaveTheirParents(t *testing.T) {
	for id, want := range map[string][]int{"keco2025": {10, 35, 140, 495}, "keco2018": {10, 35, 136, 450}} {
		l := builtIn(t).Codes[id]
		n := make([]int, 4)
		for _, c := range l.Codes {
			n[len(c.Code)-1]++
			if got, want := l.Level(c.Code), len(c.Code); got != want {
				t.Errorf("%s: %v is on level %d, want %d", id, &c, got, want)
			}
			if p := l.Parent(c.Code); p != c.Code[:len(c.Code)-1] {
				t.Errorf("%s: the parent of %v is %q", id, &c, p)
			}
		}
		for i := range want {
			if n[i] != want[i] {
				t.Errorf("%s has %d codes of %d digits, want %d", id, n[i], i+1, want[i])
			}
		}
	}
}

// An official name or alias leads back to its own code.
func TestNamesLeadToTheirCodes(t *testing.T) {
	for id, l := range builtIn(t).Codes {
		shared := 0
		for i := range l.Codes {
			c := &l.Codes[i]
			current := l.inList(c.Code)
			for _, name := range append(c.names(), c.Aliases...) {
				got, ok := l.Lookup(name)
				if !ok {
					shared++
					continue
				}
				if got != current && !(l.Within(got, current) || l.Within(current, got)) && c.Until == 0 {
					t.Errorf("%s: %q of %s leads to %s", id, name, current, got)
				}
			}
			for _, alias := range c.Aliases {
				if got, ok := l.Lookup(alias); !ok || got != current {
					t.Errorf("%s: the alias %q of %s leads to %q", id, alias, current, got)
				}
			}
			if got, ok := l.Lookup(c.Code); !ok || got != current {
				t.Errorf("%s: the code %s leads to %q", id, c.Code, got)
			}
		}
		t.Logf("%s: %d codes, %d names that several bear", id, len(l.Codes), shared)
	}
}

func TestLookup(t *testing.T) {
	set := builtIn(t)
	for _, tt := range []struct{ list, text, want string }{
		{"regions", "서울", "11"},
		{"regions", "서울특별시 강남구", "11680"},
		{"regions", "서울 강남구", "11680"},
		{"regions", "  서울  강남 ", "11680"},
		{"regions", "중구", ""},
		{"regions", "부산 중구", "26110"},
		{"regions", "경기도 수원시 장안구", "41111"},
		{"regions", "수원시 장안구", "41111"},
		{"regions", "경기 장안구", "41111"},
		{"regions", "성남 분당구", "41135"},
		{"regions", "분당", "41135"},
		{"regions", "광주", "29"},
		{"regions", "경기 광주시", "41610"},
		{"regions", "강원도", "51"},
		{"regions", "강원도 춘천시", "51110"},
		{"regions", "42110", "51110"},
		{"regions", "전라북도 전주시 완산구", "52111"},
		{"regions", "인천 남구", "28177"},
		{"regions", "경북 군위군", "27720"},
		{"regions", "마산시", "48120"},
		{"regions", "부천시 원미구", "41192"},
		{"regions", "Gangnam-gu", "11680"},
		{"regions", "고성군", ""},
		{"regions", "강원 고성군", "51820"},
		{"regions", "전남광주통합특별시 광양시", "46230"},
		{"regions", "화성", "41590"},
		{"education", "초대졸↑", "associate"},
		{"education", "대졸(4년)", "bachelor"},
		{"education", "학력무관", "none"},
		{"education", "고졸↑", "high"},
		{"education", "석사", "master"},
		{"employment", "정규직", "regular"},
		{"employment", "아르바이트", "part-time"},
		{"employment", "파견", "dispatch"},
		{"keco2025", "간호사", "3040"},
		{"keco2025", "응용소프트웨어개발자", "1332"},
		{"keco2025", "경영ㆍ행정ㆍ사무직", "02"},
		{"keco2025", "없는 직업", ""},
		{"keco2018", "0254", "0254"},
		{"certificates", "컴활 1급", "c0734"},
		{"certificates", "자동차 운전면허 1종보통", "c0620"},
		{"certificates", "1종 보통 운전면허증", "c0620"},
		{"certificates", "간호사 면허증", "c0019"},
		{"certificates", "유통관리사 2급 (국가공인)", "c0487"},
		{"certificates", "철도차량운전면허증", "c0697"},
		{"certificates", "자격증", ""},
		{"majors", "컴퓨터과학", "m109"},
		{"sex", "여", "F"},
		{"industries", "건설업", "F"},
		{"industries", "62", "62"},
	} {
		got, _ := set.Codes[tt.list].Lookup(tt.text)
		if got != tt.want {
			t.Errorf("%s: %q names %q (%s), want %q", tt.list, tt.text, got, set.Codes[tt.list].Path(got, "ko"), tt.want)
		}
	}
	// Decomposed Hangul, as macOS writes it.
	if got, _ := set.Codes["regions"].Lookup("\u1109\u1165\u110b\u116e\u11af"); got != "11" {
		t.Errorf("decomposed 서울 names %q", got)
	}
}

// A code that was abolished leads to one in force, in its own list or in the
// one that replaced it.
func TestAbolishedCodesLeadToOnesInForce(t *testing.T) {
	set := builtIn(t)
	regions, n := set.Codes["regions"], 0
	provinces, districts := 0, 0
	for _, c := range regions.Codes {
		current := regions.Current(c.Code)
		if !regions.InForce(current) {
			t.Errorf("%v leads to %s, which is abolished", &c, current)
		}
		switch {
		case c.Until != 0:
			n++
		case len(c.Code) == 2:
			provinces++
		default:
			districts++
		}
	}
	if provinces != 17 || districts != 264 || n != 202 {
		t.Errorf("%d provinces, %d districts in force, %d abolished", provinces, districts, n)
	}
	old := set.Codes["keco2018"]
	for _, c := range old.Codes {
		got, ok := set.Codes["keco2025"].Find(old.Current(c.Code))
		if !ok || len(got.Code) != len(c.Code) {
			t.Errorf("KECO 2018 %v became %v", &c, got)
		}
		for _, also := range strings.FieldsFunc(c.Extra["also"], func(r rune) bool { return r == '|' }) {
			if _, ok := set.Codes["keco2025"].Find(also); !ok || also == c.Successor {
				t.Errorf("KECO 2018 %v became also %q", &c, also)
			}
		}
	}
	if got := old.Current("3030"); got != "3031" {
		t.Errorf("약사 및 한약사 became mostly %s, want 3031", got)
	}
}

func TestPlacesInTheTree(t *testing.T) {
	r := builtIn(t).Codes["regions"]
	if got := r.Path("41135", "ko"); got != "경기도 성남시 분당구" {
		t.Errorf("분당구 is %q", got)
	}
	if got := r.Path("41135", "en"); got != "Bundang-gu, Seongnam-si, Gyeonggi" {
		t.Errorf("Bundang is %q", got)
	}
	if !r.Within("41135", "41") || !r.Within("41135", "41130") || r.Within("41", "41135") || r.Within("11110", "41") {
		t.Error("분당구 lies in 성남시 and 경기도, and not the other way round")
	}
	if got := len(r.Children("11")); got != 25 {
		t.Errorf("서울 has %d districts", got)
	}
	if got := r.Name("zz", "ko"); got != "zz" {
		t.Errorf("a code that is not listed is shown as %q", got)
	}
}

// A licence names an occupation, certificates and a law that are there.
func TestLicences(t *testing.T) {
	set := builtIn(t)
	occupations := map[string]bool{}
	for _, c := range set.Codes["licences"].Codes {
		o := c.Extra["occupation"] + c.Extra["part"]
		occupations[o] = true
		if _, ok := set.Codes["keco2025"].Find(o); !ok || len(o) != 4 {
			t.Errorf("%v: %q is no unit group", &c, o)
		}
		if _, ok := set.Codes["certificates"].Find(c.Extra["certificate"]); !ok {
			t.Errorf("%v: there is no certificate %q", &c, c.Extra["certificate"])
		}
		if !strings.Contains(c.Extra["law"], " 제") || (c.Extra["part"] == "") != (c.Extra["words"] == "") {
			t.Errorf("%v: %v", &c, c.Extra)
		}
	}
	if len(occupations) < 25 {
		t.Errorf("licences for %d occupations", len(occupations))
	}
	bus := set.Licences("6222")
	if len(bus) != 2 || bus[0].Law != "도로교통법 제80조" || len(bus[0].Words) > 0 {
		t.Errorf("a bus driver needs %+v", bus)
	}
	if crane := set.Licences("6230"); !slices.ContainsFunc(crane, func(l Licence) bool { return slices.Contains(l.Words, "지게차") }) {
		t.Errorf("forklift drivers are not told apart in %+v", crane)
	}
	if got := set.Licences("5420"); got != nil {
		t.Errorf("a caretaker needs %v", got)
	}
}

// What a law required once is asked of nobody.
func TestRepealedLicence(t *testing.T) {
	asks := func(certificate string) map[string]string {
		return map[string]string{"occupation": "3040", "certificate": certificate, "law": "의료법 제7조"}
	}
	set := &Set{Codes: map[string]*CodeList{"licences": {Codes: []Code{{Code: "1", Extra: asks("old"), Until: 1}, {Code: "2", Extra: asks("new")}}}}}
	if got := set.Licences("3040"); len(got) != 1 || !slices.Equal(got[0].Certificates, []string{"new"}) {
		t.Errorf("a nurse needs %+v", got)
	}
}

// Education is in order: the level asked for may be exceeded. Employment types
// are not.
func TestRanks(t *testing.T) {
	set, last := builtIn(t), -1
	for _, c := range set.Codes["education"].Codes {
		if c.Rank <= last {
			t.Errorf("%v does not rank above the one before", &c)
		}
		last = c.Rank
	}
	for _, c := range set.Codes["employment"].Codes {
		if c.Rank != 0 {
			t.Errorf("%v has a rank", &c)
		}
	}
}

func FuzzLookup(f *testing.F) {
	set := builtIn(f)
	for _, s := range []string{"서울 중구", "41111", "ᄉ", "·", " ", "\xff", "경기 광주", strings.Repeat("자격증", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for id, l := range set.Codes {
			code, ok := l.Lookup(text)
			if _, found := l.Find(code); ok && (!found || l.Into == "" && !l.InForce(code)) {
				t.Errorf("%s: %q names %q, which is not in force", id, text, code)
			}
			if l.Path(code, ieum.Lang("ko")) == "" && ok {
				t.Errorf("%s: %q has no name", id, code)
			}
		}
	})
}
