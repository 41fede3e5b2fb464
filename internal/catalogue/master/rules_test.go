package master

import (
	"slices"
	"strconv"
	"testing"
)

func TestNamesAreTakenApart(t *testing.T) {
	for _, tt := range []struct {
		name, key, branch string
		aliases           []string
	}{
		{"(주)한온테크", "한온테크", "", nil},
		{"㈜ 한온 테크", "한온테크", "", nil},
		{"한온테크 주식회사", "한온테크", "", nil},
		{"주식회사한온테크", "한온테크", "", nil},
		{"유한회사 한온", "한온", "", nil},
		{"한온테크(HanonTech)", "한온테크", "", []string{"hanontech"}},
		{"Hanon Tech Co., Ltd. (한온테크)", "hanontech", "", []string{"한온테크"}},
		{"Hanon Tech Inc.", "hanontech", "", nil},
		{"한온테크 강남지점", "한온테크", "강남지점", nil},
		{"한온테크(대구지점)", "한온테크", "대구지점", nil},
		{"한온테크(온기,Ongi)", "한온테크", "", []string{"온기", "ongi"}},
		{"ＨＡＮＯＮ", "hanon", "", nil},
		{"Zinc", "zinc", "", nil},
		{"유한양행", "유한양행", "", nil},
		{"(주)", "", "", nil},
		{"", "", "", nil},
	} {
		n := ParseName(tt.name)
		if n.Key != tt.key || n.Branch != tt.branch || !slices.Equal(n.Aliases, tt.aliases) {
			t.Errorf("%q is %+v, want key %q, branch %q, aliases %q", tt.name, n, tt.key, tt.branch, tt.aliases)
		}
	}
}

func TestRegistrationNumbersAreReadHoweverWritten(t *testing.T) {
	for text, want := range map[string]string{"123-45-67891": "1234567891", "123 45 67891": "1234567891", "１２３－４５－６７８９１": "1234567891", "등록번호: 123.45.67891": "1234567891",
		"123-45-6789": "", "000-00-00000": "", "123-45-67890": "", "": ""} {
		if got := CleanNumber(text); got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
}

func FuzzParseName(f *testing.F) {
	for _, s := range []string{"(주)한온테크", "Hanon Co.,Ltd.(한온", "((주))", "주식회사", "\xff(주)", "㈜【】"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := ParseName(s)
		if again := ParseName(n.Key); n.Key != "" && again.Key == "" {
			t.Errorf("%q has key %q, which has none", s, n.Key)
		}
	})
}

func TestWhichCompaniesAreOne(t *testing.T) {
	one := func(a, b Company) bool { return Companies([]Company{a, b}, nil).Clusters == 1 }
	for _, tt := range []struct {
		what string
		a, b Company
		want bool
	}{
		{"one number, two names", Company{Name: "한온테크", Number: "111-22-33333"}, Company{Name: "한온이노베이션", Number: "1112233333"}, true},
		{"one name, two numbers", Company{Name: "한온테크", Number: "111-22-33333"}, Company{Name: "한온테크", Number: "111-22-44444"}, false},
		{"a number that is none", Company{Name: "한온테크", Number: "0000000000"}, Company{Name: "두리푸드", Number: "0000000000"}, false},
		{"a legal form more", Company{Name: "한온테크"}, Company{Name: "(주)한온 테크"}, true},
		{"letters written out", Company{Name: "HNT정밀"}, Company{Name: "에이치엔티정밀"}, true},
		{"the name in the brackets", Company{Name: "한온테크(HanonTech)"}, Company{Name: "Hanon Tech Inc."}, true},
		{"a slip in one place", Company{Name: "한온정밀공업", Region: 11680, Rows: 9}, Company{Name: "한온정멀공업", Region: 11680, Rows: 1}, true},
		{"a slip, but far away", Company{Name: "한온정밀공업", Region: 11680, Rows: 9}, Company{Name: "한온정멀공업", Region: 26350, Rows: 1}, false},
		{"two numbers in the names", Company{Name: "한온상사1호", Region: 11680}, Company{Name: "한온상사2호", Region: 11680}, false},
		{"no names at all", Company{Name: "(주)"}, Company{Name: "주식회사"}, false},
	} {
		if got := one(tt.a, tt.b); got != tt.want {
			t.Errorf("%s: one company is %v, want %v", tt.what, got, tt.want)
		}
	}
}

func TestANamesakeGoesToTheCompanyInItsProvince(t *testing.T) {
	r := Companies([]Company{
		{Name: "한온물산", Number: "1112233333", Region: 11680}, {Name: "한온물산", Number: "1112244444", Region: 26350},
		{Name: "한온물산", Region: 26350}, {Name: "㈜한온물산", Region: 48121},
	}, nil)
	if r.Clusters != 3 || r.Of[2] != r.Of[1] || r.Of[3] == r.Of[0] || r.Of[3] == r.Of[1] {
		t.Errorf("clusters are %v", r.Of)
	}
}

// careHome is a posting; the second of a pair is it with something changed.
func careHome(change func(*madePosting)) madePosting {
	p := madePosting{title: "요양보호사 모집", written: "(주)한온요양원", body: "어르신의 식사와 목욕을 돕고 하루 활동을 살피며 가족에게 알립니다. 3교대로 일하고 통근버스가 있습니다.",
		facts: Facts{Region: 11680, Occupation: 5501, Opened: 20000, Deadline: 20030, PayMin: 28_000_000, PayMax: 30_000_000, CareerMin: 0, CareerMax: NoMonths, Employment: 1, Education: 1, Openings: 2}}
	if change != nil {
		change(&p)
	}
	return p
}

// onePosting reports whether two rows become one in a market of others, and
// with what evidence.
func onePosting(t *testing.T, a, b madePosting) (bool, []Merge) {
	t.Helper()
	g := newMade(11)
	rows, companies := g.postings(300)
	g.employers(rows, companies)
	m := marketOf(append([]madePosting{a, b}, rows...))
	r, err := MatchPostings(m.input())
	if err != nil {
		t.Fatal(err)
	}
	var why []Merge
	for _, f := range r.Merges {
		if r.Of[f.A] == r.Of[0] {
			why = append(why, f)
		}
	}
	return r.Of[0] == r.Of[1], why
}

func TestWhichPostingsAreOne(t *testing.T) {
	for _, tt := range []struct {
		what   string
		change func(*madePosting)
		want   bool
		rule   Rule
	}{
		{"the same from another source", func(p *madePosting) {}, true, ByText},
		{"the employer written otherwise", func(p *madePosting) {
			p.written = "한온요양원 주식회사"
			p.title = "[한온요양원] 요양 보호사 모집!!"
		}, true, ByText},
		{"a slip in the title", func(p *madePosting) { p.title = "요양보허사 모집" }, true, ByNearText},
		{"the body cut short", func(p *madePosting) { p.body = p.body[:len(p.body)/2] }, true, ByNearText},
		{"only the province stated", func(p *madePosting) { p.facts.Region = 11 }, true, ByNearText},
		{"posted again with other pay", func(p *madePosting) {
			p.facts.Opened, p.facts.Deadline, p.facts.PayMin = 20060, 20090, 29_000_000
		}, true, ByRepost},
		{"the list of skills that a page of results shows", func(p *madePosting) {
			p.title, p.body = "[우수기업] 요양보호사", "요양보호사, 목욕, 식사 도움, 치매 돌봄, 말벗, 가사 지원, 운전 가능"
		}, true, ByNearText},
		{"another branch", func(p *madePosting) { p.facts.Region = 26350 }, false, 0},
		{"another district of the city", func(p *madePosting) { p.facts.Region = 11650 }, false, 0},
		{"another role in the same words", func(p *madePosting) { p.title = "물리치료사 모집"; p.facts.Occupation = 3065 }, false, 0},
		{"a place in the title only", func(p *madePosting) { p.title = "[서울] 요양보호사 모집"; p.facts.Region = 0 }, true, ByNearText},
		{"another employer, same form", func(p *madePosting) { p.written = "두리복지관" }, false, 0},
	} {
		got, why := onePosting(t, careHome(nil), careHome(tt.change))
		if got != tt.want {
			t.Errorf("%s: one posting is %v, want %v", tt.what, got, tt.want)
			continue
		}
		if got && (len(why) != 1 || why[0].Rule != tt.rule) {
			t.Errorf("%s: evidence is %+v, want rule %v", tt.what, why, tt.rule)
		}
	}
	for _, titles := range [][2]string{
		{"[서울] 요양보호사 모집", "[울산] 요양보호사 모집"}, {"한빛점 요양보호사 모집", "새빛점 요양보호사 모집"},
		{"요양보호사 모집(신입)", "요양보호사 모집(경력)"}, {"요양보호사 모집(신입)", "요양보호사 모집(3년 이상)"},
		{"요양보호사 (정규직)", "요양보호사 계약직"},
		{"요양보호사 주니어", "요양보호사 시니어"}, {"요양보호사(주간) 모집", "요양보호사(야간) 모집"},
	} {
		as := func(title string) madePosting {
			return careHome(func(p *madePosting) { p.title, p.facts.Region = title, 0 })
		}
		if got, why := onePosting(t, as(titles[0]), as(titles[1])); got {
			t.Errorf("%s and %s became one posting: %+v", titles[0], titles[1], why)
		}
	}
}

func TestABracketBeforeOneOfTwoTitlesIsLeftOut(t *testing.T) {
	for _, tt := range []struct{ a, b, x, y string }{
		{"[면접비] 용접 기술자", "용접 기술자", "용접기술자", "용접기술자"},
		{"[영업본부] 총무", "[생산본부] 총무", "영업본부총무", "생산본부총무"},
		{"[총무]", "총무", "총무", "총무"},
	} {
		titles := []string{tt.a, tt.b}
		m := &matcher{Postings: &Postings{Facts: make([]Facts, 2), Title: func(row uint32) string { return titles[row] }, Names: func(uint32) []string { return nil }}}
		if x, y := m.titled(0).compared(m.titled(1)); string(x) != tt.x || string(y) != tt.y {
			t.Errorf("%s and %s are compared as %s and %s, want %s and %s", tt.a, tt.b, string(x), string(y), tt.x, tt.y)
		}
	}
}

// row is what is known of a person: tokens by sort, 0 for none.
func rowsOfPeople(rows ...[7]uint64) *People {
	p := &People{Off: []uint32{0}}
	for _, r := range rows {
		for sort, v := range r[:3] {
			if v != 0 {
				p.Tokens = append(p.Tokens, Token(sort, v<<8))
			}
		}
		p.Off = append(p.Off, uint32(len(p.Tokens)))
		p.Sex, p.BirthYear = append(p.Sex, uint8(r[3])), append(p.BirthYear, uint16(r[4]))
		p.Region, p.Education = append(p.Region, uint32(r[5])), append(p.Education, uint8(r[6]))
	}
	return p
}

func TestWhichResumesAreOnePersons(t *testing.T) {
	me := [7]uint64{101, 202, 303, 1, 1968, 11680, 3}
	with := func(change ...uint64) [7]uint64 { // pairs of place and value
		r := me
		for i := 0; i < len(change); i += 2 {
			r[change[i]] = change[i+1]
		}
		return r
	}
	for _, tt := range []struct {
		what  string
		other [7]uint64
		want  bool
	}{
		{"all the same", with(), true},
		{"another telephone", with(1, 999), true},
		{"another telephone and mail, all else the same", with(1, 999, 2, 998), true},
		{"another telephone and mail, and moved away", with(1, 999, 2, 998, 5, 26350, 6, 5), false},
		{"a slip in the name", with(0, 909), true},
		{"the brother with the same telephone", with(0, 909, 2, 998, 4, 1972), false},
		{"the wife with the same telephone and mail", with(0, 909, 3, 2, 4, 1970), false},
		{"the same telephone only, another name, elsewhere", with(0, 909, 2, 998, 5, 26350), false},
		{"nothing in common", with(0, 909, 1, 999, 2, 998), false},
	} {
		r := Persons(rowsOfPeople(me, tt.other), nil)
		if got := r.Clusters == 1; got != tt.want {
			t.Errorf("%s: one person is %v, want %v", tt.what, got, tt.want)
		}
	}
}

func TestAnAgencysTelephoneJoinsNobody(t *testing.T) {
	var rows [][7]uint64
	for i := range uint64(30) {
		rows = append(rows, [7]uint64{0, 777, 0, 1 + i%2, 1960 + i%10, 11680, 3})
	}
	if r := Persons(rowsOfPeople(rows...), nil); r.Clusters != len(rows) {
		t.Errorf("%d people of %d", r.Clusters, len(rows))
	}
}

func TestNoChainJoinsTwoNames(t *testing.T) {
	r := Persons(rowsOfPeople(
		[7]uint64{101, 202, 0, 1, 1968, 11680, 3},
		[7]uint64{0, 202, 0, 1, 1968, 11680, 3}, // no name: fits both
		[7]uint64{109, 202, 0, 1, 1968, 26350, 5},
	), nil)
	if r.Of[0] == r.Of[2] {
		t.Error("a row without a name joined two names")
	}
}

// An agency that posts the same text for thousands of places is looked through
// in time that grows with its postings, not with their pairs.
func TestAnEmployerOfThousandsOfLikePostingsCostsLittle(t *testing.T) {
	const n = 12_000
	rows := make([]madePosting, n)
	for i := range rows {
		rows[i] = careHome(func(p *madePosting) {
			p.body += " 근무지 번호 " + strconv.Itoa(i)
			p.facts.Opened += int32(i % 300)
		})
	}
	m := newMatcher(marketOf(rows).input())
	m.fillNames()
	reps := m.exact()
	if pairs := m.candidates(reps); len(reps) < n/2 || len(pairs) > blockPairs {
		t.Errorf("of %d texts %d pairs are looked at, want %d at most", len(reps), len(pairs), int(blockPairs))
	}
}
