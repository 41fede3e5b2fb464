package match

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"ieum"
	"ieum/internal/match/terms"
	"ieum/internal/snapshot"
)

func foldString(s string) string { return string(terms.Fold(nil, []byte(s))) }

// says is whether a folded field holds a folded text, told letter by letter.
func says(field, text string) bool {
	latin := func(s string, i int) bool { return i >= 0 && i < len(s) && s[i] > ' ' && s[i] < utf8.RuneSelf }
	try := func(text string, fromSpace bool) bool {
		for i := range field {
			if !strings.HasPrefix(field[i:], text) {
				continue
			}
			end := i + len(text)
			before := i > 0 && field[i-1] != ' '
			if fromSpace && before || latin(text, 0) && before || latin(text, len(text)-1) && end < len(field) && field[end] != ' ' {
				continue
			}
			return true
		}
		return false
	}
	if try(text, utf8.RuneCountInString(text) == 1) {
		return true
	}
	letters := []rune(text)
	if strings.Contains(text, " ") || letters[0] < utf8.RuneSelf {
		return false
	}
	for i := 2; i+2 <= len(letters); i++ {
		if try(string(letters[:i])+" "+string(letters[i:]), true) {
			return true
		}
	}
	return false
}

func (f post) says(text string) bool {
	text = foldString(text)
	return says(foldString(f.title), text) || says(foldString(f.company), text) || says(foldString(f.body), text)
}

// means is what some words name in the lists of the tests.
var means = map[string]func(post) bool{
	"간호사":  func(f post) bool { return strings.HasPrefix(f.occupation, "3040") },
	"웹개발자": func(f post) bool { return f.occupation == "1331" },
	"용접":   func(f post) bool { return slices.Contains(f.skills, "weld") },
	"프레스":  func(f post) bool { return slices.Contains(f.skills, "press") },
	"품질검사": func(f post) bool { return slices.Contains(f.skills, "quality") },
	"java": func(f post) bool { return slices.Contains(f.skills, "java") },
}

var districts = map[string][]string{"서울": {"11"}, "중구": {"11140", "26110"}}

func (f post) answers(word string) bool {
	if codes, ok := districts[word]; ok {
		unclear := f.region == ""
		for _, c := range codes {
			if strings.HasPrefix(f.region, c) {
				return true
			}
			unclear = unclear || f.region != "" && strings.HasPrefix(c, f.region)
		}
		return unclear && f.says(word)
	}
	return f.says(word) || means[word] != nil && means[word](f)
}

func openToday(f post) bool {
	return f.opened <= "2026-06-15" && (f.closed == "" || f.closed > "2026-06-15") && (f.deadline == "" || f.deadline >= "2026-06-15")
}

// all pages through a search to its end.
func all(t *testing.T, m *Matcher, q Search) (hits []Hit, first *Found) {
	t.Helper()
	for {
		r, err := m.Search(t.Context(), q)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		if first == nil {
			first = r
		} else if r.Total != first.Total || r.Widened != first.Widened {
			t.Fatalf("%+v: a later page has %d (%s), the first %d (%s)", q, r.Total, r.Widened, first.Total, first.Widened)
		}
		hits = append(hits, r.Items...)
		if r.Next == "" {
			return hits, first
		}
		q.Cursor = r.Next
	}
}

func TestSearchEqualsReadingEverything(t *testing.T) {
	rnd := rand.New(rand.NewPCG(21, 1))
	set := definitions(t)
	words := slices.DeleteFunc(slices.Clone(someWords), func(w string) bool { return strings.Contains(w, " ") })
	compared := 0
	for range 4 {
		posts := randomPosts(rnd, 400)
		m, _ := market(t, set, posts, nil)
		for range 200 {
			var plain, must, not []string
			q := Search{Limit: 1 + rnd.IntN(30)}
			for range 1 + rnd.IntN(2) {
				w := one(rnd, words...)
				switch rnd.IntN(4) {
				case 0:
					must = append(must, w)
					q.Q += " +" + w
				case 1:
					not = append(not, w)
					q.Q += " -" + w
				default:
					if len(plain) == 0 { // neighbouring words may name something together
						plain = append(plain, w)
						q.Q += " " + w
					}
				}
			}
			q.Regions = pick(rnd, 1, []string{"11", "26110", none, "경기"})
			q.Career = pick(rnd, 2, careerBands)
			want := map[uint64]bool{}
			matched := false
			for i, f := range posts {
				if !openToday(f) || slices.ContainsFunc(plain, func(w string) bool { return !f.answers(w) }) ||
					slices.ContainsFunc(must, func(w string) bool { return !f.says(w) }) || slices.ContainsFunc(not, f.says) {
					continue
				}
				matched = true
				if passes(q, f) {
					want[uint64(i+1)] = true
				}
			}
			if !matched {
				continue // it would be widened
			}
			compared++
			hits, first := all(t, m, q)
			got := map[uint64]bool{}
			for _, h := range hits {
				id, _ := snapshot.ParseID(h.ID)
				if got[id] || !want[id] {
					t.Fatalf("%+v found %+v (twice: %v)", q, posts[id-1], got[id])
				}
				got[id] = true
			}
			if len(got) != len(want) || first.Total != len(want) {
				for id := range want {
					if !got[id] {
						t.Errorf("not found: %+v", posts[id-1])
					}
				}
				t.Fatalf("%+v found %d, said %d, want %d", q, len(got), first.Total, len(want))
			}
			if !slices.IsSortedFunc(hits, func(a, b Hit) int {
				if a.Score != b.Score {
					return int(1e6 * (b.Score - a.Score))
				}
				if a.Opened != b.Opened {
					return int(b.Opened - a.Opened)
				}
				return strings.Compare(a.ID, b.ID)
			}) {
				t.Fatalf("%+v: not in order", q)
			}
		}
	}
	if compared < 400 {
		t.Errorf("only %d searches were compared", compared)
	}
}

func passes(q Search, f post) bool {
	in := func(list []string, ok func(string) bool) bool { return len(list) == 0 || slices.ContainsFunc(list, ok) }
	return in(q.Regions, func(c string) bool {
		return c == none && f.region == "" || c == "경기" && strings.HasPrefix(f.region, "41") || f.region != "" && strings.HasPrefix(f.region, c)
	}) && in(q.Career, func(c string) bool { return c == f.band() })
}

func (f post) band() string {
	switch {
	case f.entry || f.least == 0:
		return "entry"
	case f.least < 0:
		return none
	case f.least < 36:
		return "0-3"
	case f.least < 60:
		return "3-5"
	case f.least < 120:
		return "5-10"
	}
	return "10-"
}

func TestFacetsCountWhatChoosingThemGives(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 4))
	m, _ := market(t, definitions(t), randomPosts(rnd, 600), nil)
	tried := 0
	for _, base := range []Search{{Q: "간호사", Education: []string{"high", none}}, {Pay: []string{none, "2500-3000"}, Regions: []string{"서울", "26110"}}, {}} {
		r, err := m.Search(t.Context(), base)
		if err != nil {
			t.Fatal(err)
		}
		for _, facet := range r.Facets {
			for _, v := range facet.Values {
				q := base
				chosen := map[string]*[]string{"region": &q.Regions, "occupation": &q.Occupation, "employment": &q.Employment,
					"education": &q.Education, "career": &q.Career, "pay": &q.Pay}[facet.Name]
				if want := slices.Contains(*chosen, v.Code) || v.Code == "11" && len(*chosen) == 2; v.Selected != want {
					t.Errorf("%+v: %s %s selected: %v", base, facet.Name, v.Code, v.Selected)
				}
				*chosen = []string{v.Code}
				one, err := m.Search(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				if one.Total != v.Count {
					t.Errorf("%+v: %s %s promises %d and gives %d", base, facet.Name, v.Code, v.Count, one.Total)
				}
				tried++
			}
		}
	}
	if tried < 70 {
		t.Errorf("only %d values", tried)
	}
}

func TestDistrictsShowBelowTheProvinceChosen(t *testing.T) {
	m, _ := market(t, definitions(t), []post{{title: "가", region: "11140"}, {title: "나", region: "11"}, {title: "다", region: "26110"}}, nil)
	r, err := m.Search(t.Context(), Search{Regions: []string{"11"}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range r.Facets[byRegion].Values {
		got = append(got, strings.Repeat(" ", v.Level-1)+v.Name.KO)
	}
	if strings.Join(got, ",") != "서울특별시, 중구,부산광역시" {
		t.Errorf("regions: %q", got)
	}
}

func TestOrders(t *testing.T) {
	m, _ := market(t, definitions(t), []post{
		{title: "a", opened: "2026-06-01", payMin: 30e6, deadline: "2026-07-01"},
		{title: "b", opened: "2026-06-10", payMax: 50e6},
		{title: "c", opened: "2026-05-01", deadline: "2026-06-20"},
	}, nil)
	for order, want := range map[string]string{"": "bac", "newest": "bac", "pay": "bac", "deadline": "cab"} {
		hits, _ := all(t, m, Search{Sort: order, Limit: 1})
		got := ""
		for _, h := range hits {
			got += h.Title
		}
		if got != want {
			t.Errorf("order %q: %s, want %s", order, got, want)
		}
	}
}

// find returns the titles found, in order.
func find(t *testing.T, m *Matcher, q string) (titles []string, widened string) {
	t.Helper()
	hits, first := all(t, m, Search{Q: q})
	for _, h := range hits {
		titles = append(titles, h.Title)
	}
	return titles, first.Widened
}

func TestSearchUnderstands(t *testing.T) {
	m, _ := market(t, definitions(t), []post{
		{title: "요양병원 간호사 모집", region: "11140", opened: "2026-06-01", occupation: "3040"},
		{title: "RN 모집", region: "26110", opened: "2026-06-02", occupation: "3040"},
		{title: "사회 복지사 구함", body: "어르신 돌봄", region: "11680", opened: "2026-06-03"},
		{title: "Java개발자 (백엔드)", body: "Spring 경험", region: "11680", opened: "2026-06-04"},
		{title: "수영 업체 관리", body: "수영장", opened: "2026-06-05"},
		{title: "영업 사원", body: "Java도 조금", opened: "2026-06-06"},
		{title: "지게차 기사", body: "물류센터, 강남구", region: "11", opened: "2026-06-07"},
		{title: "웹 서비스 개발자", opened: "2026-06-08"},
		{title: "닫힌 간호사", occupation: "3040", closed: "2026-06-14"},
		{title: "마감된 간호사", occupation: "3040", deadline: "2026-06-14"},
	}, nil)
	for _, tt := range []struct{ q, want, widened string }{
		{"간호사", "요양병원 간호사 모집|RN 모집", ""},
		{"nurse", "RN 모집|요양병원 간호사 모집", ""},
		{"nurse seoul", "요양병원 간호사 모집", ""},
		{"서울 중구", "요양병원 간호사 모집", ""},
		{"부산 서울 간호사", "요양병원 간호사 모집|RN 모집", ""},
		{"강남", "지게차 기사|Java개발자 (백엔드)|사회 복지사 구함", ""},
		{"강남구", "지게차 기사|Java개발자 (백엔드)|사회 복지사 구함", ""},
		{"사회복지사", "사회 복지사 구함", ""},
		{"사회 복지사", "사회 복지사 구함", ""},
		{"java 개발자", "Java개발자 (백엔드)|웹 서비스 개발자|영업 사원", "any"}, // few have both
		{"JAVA", "Java개발자 (백엔드)|영업 사원", ""},
		{"java -백엔드", "영업 사원", ""},
		{"영업", "영업 사원", ""},
		{"웹 개발자", "웹 서비스 개발자", ""},
		{`"웹 개발자"`, "", ""},
		{"간호샤", "요양병원 간호사 모집", "similar"},
		{"영엄", "영업 사원", "similar"},
		{"강남에서 지게차 기사로 일할 수 있는 곳 찾아요", "지게차 기사", ""},
		{"사회복지샤", "사회 복지사 구함", "similar"},
		{"srping", "", ""},
		{"sprimg", "Java개발자 (백엔드)", "similar"},
		{"지게차 우주선", "지게차 기사", "any"},
		{"+우주선 지게차", "", ""},
		{"+nurse", "", ""},
		{"없는말", "", ""},
		{"-간호사 -java -영업 -수영", "웹 서비스 개발자|지게차 기사|사회 복지사 구함|RN 모집", ""},
	} {
		titles, widened := find(t, m, tt.q)
		if got := strings.Join(titles, "|"); got != tt.want || widened != tt.widened {
			t.Errorf("%s:\n got %q (%s)\nwant %q (%s)", tt.q, got, widened, tt.want, tt.widened)
		}
	}
}

func TestGistOfASentence(t *testing.T) {
	x := &index{concepts: map[string][]concept{"디스플레이": {{"competencies", "display"}}}}
	for _, tt := range []struct{ q, want string }{
		{"물리치료사 자격증이 있는데 병원에서 일하고 싶어요", "물리치료사 자격증 병원"},
		{"디스플레이 회로를 설계하던 사람이 할 일", "디스플레이 회로 설계 사람 일"},
		{"i want a nurse job in seoul", "nurse seoul"},
		{"있는데 하는 곳 찾아요", "있는데 하는 곳 찾아요"},
		{"회사에서 일하고 싶어요", "회사에서 일하고 싶어요"}, // too short to be one
		{`서울에서 간호사로 일할 수 있는 +병원에서 -"할 일"`, "서울 간호사 병원에서 할 일"},
	} {
		clauses, err := parse(tt.q)
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		for _, c := range x.gist(clauses) {
			words = append(words, c.text)
		}
		if got := strings.Join(words, " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.q, got, tt.want)
		}
	}
}

func TestTitleCountsMoreThanBodyAndNewerFirst(t *testing.T) {
	m, _ := market(t, definitions(t), []post{
		{title: "body", body: "용접봉 취급", opened: "2026-06-10"},
		{title: "twice", body: "용접봉 취급, 용접봉 보관", opened: "2026-06-01"},
		{title: "용접봉 판매 old", opened: "2026-05-01"},
		{title: "용접봉 판매 new", opened: "2026-06-01"},
		{title: "company", company: "가상용접봉", opened: "2026-04-01"},
	}, nil)
	titles, _ := find(t, m, "용접봉")
	if got := strings.Join(titles, "|"); got != "용접봉 판매 new|용접봉 판매 old|company|twice|body" {
		t.Errorf("order: %s", got)
	}
}

func TestTitleThatSaysAllWordsTogetherStandsFirst(t *testing.T) {
	m, _ := market(t, definitions(t), []post{
		{title: "주간 창고 관리", opened: "2026-06-10"}, {title: "창고 주간 관리", opened: "2026-06-11"},
	}, nil)
	titles, _ := find(t, m, "주간 창고")
	if got := strings.Join(titles, "|"); got != "주간 창고 관리|창고 주간 관리" {
		t.Errorf("order: %s", got)
	}
}

func TestWhatToTakeAway(t *testing.T) {
	m, _ := market(t, definitions(t), []post{{title: "간호사", region: "11140", education: "high"}, {title: "간호사", region: "11680", education: "high"}}, nil)
	r, err := m.Search(t.Context(), Search{Q: "간호사", Regions: []string{"26"}, Education: []string{"high"}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Total != 0 || r.Widened != "" || len(r.Relax) != 1 || r.Relax[0] != (Relax{"region", 2}) {
		t.Errorf("%+v", r)
	}
}

func TestWrongQuestions(t *testing.T) {
	m, _ := market(t, definitions(t), []post{{title: "가"}}, nil)
	for _, tt := range []struct {
		q     Search
		field string
	}{
		{Search{Regions: []string{"화성"}}, "/region"},
		{Search{Occupation: []string{"9999"}}, "/occupation"},
		{Search{Employment: []string{"unheard-of"}}, "/employment"},
		{Search{Pay: []string{"x"}, Career: []string{"x"}, Education: []string{"x"}, Employment: []string{"x"}}, "/employment"}, // of several the first shown
		{Search{Career: []string{"7"}}, "/career"},
		{Search{Pay: []string{"much"}}, "/pay"},
		{Search{Cursor: "x"}, "/cursor"},
		{Search{Cursor: "!!"}, "/cursor"},
		{Search{Q: strings.Repeat("말 ", 33)}, "/q"},
	} {
		_, err := m.Search(t.Context(), tt.q)
		e, ok := errors.AsType[*ieum.Error](err)
		if !ok || !errors.Is(err, ieum.ErrInvalid) || e.Field != tt.field || e.Key == "" {
			t.Errorf("%+v: %v", tt.q, err)
		}
	}
	if r, err := m.Search(t.Context(), Search{Employment: []string{"contract"}}); err != nil || r.Total != 0 {
		t.Errorf("a value that no posting has: %+v, %v", r, err)
	}
}

func TestEmptyMarket(t *testing.T) {
	m, _ := market(t, definitions(t), nil, nil)
	r, err := m.Search(t.Context(), Search{Q: "간호사"})
	if err != nil || r.Total != 0 || r.Openings != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		"":              "",
		"  간호사  ":       "간호사",
		"+간호사 -야간":      "+간호사 -야간",
		`"웹 개발자" java`:  `"웹 개발자" java`,
		`+"웹 개발자`:       `+"웹 개발자"`,
		"C++ -C#":       "c++ -c#",
		"+ - -- \"\" !": "",
		"front-end":     "front end",
		"＋간호사":          "+간호사",
		`간호사"모집"`:       `간호사 "모집"`,
	} {
		clauses, err := parse(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
		}
		var got []string
		for _, c := range clauses {
			s := c.text
			if c.quoted {
				s = `"` + s + `"`
			}
			if c.must {
				s = "+" + s
			}
			if c.not {
				s = "-" + s
			}
			got = append(got, s)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func FuzzSearch(f *testing.F) {
	for _, q := range []string{"간호사 서울", `+"웹 개발자" -C++`, "nurse seoul", "３교대", "\xff\"+", "웹", strings.Repeat("가나다라마 ", 40)} {
		f.Add(q)
	}
	m, _ := market(f, definitions(f), randomPosts(rand.New(rand.NewPCG(1, 1)), 60), nil)
	f.Fuzz(func(t *testing.T, q string) {
		r, err := m.Search(t.Context(), Search{Q: q, Limit: 100})
		if err != nil {
			if !errors.Is(err, ieum.ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		if r.Total != len(r.Items) && r.Next == "" {
			t.Fatalf("%q: total %d, %d shown", q, r.Total, len(r.Items))
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add(found{k1: 1, k2: 2, id: 3}.cursor(similarly))
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := parseCursor(s)
		if err != nil && !errors.Is(err, ieum.ErrInvalid) {
			t.Fatal(err)
		}
		if c != nil && c.last.cursor(c.mode) != s {
			t.Fatalf("%q is read as %+v", s, c)
		}
	})
}

func TestADongMeansItsDistrict(t *testing.T) {
	address := func(text string) string { return string(snapshot.AppendKept(nil, "region", text)) }
	m, _ := market(t, definitions(t), []post{
		{id: 1, title: "가까운 일", region: "11680"},
		{id: 2, title: "그 동의 일", region: "11680", kept: address("서울 강남구 역삼동 1-2")},
		{id: 3, title: "시도만 아는 일", region: "11", body: "역삼동 사무실"},
		{id: 4, title: "멀리 있는 일", region: "26110", body: "본사는 역삼동"},
		{id: 5, title: "우동 조리", region: "11140"},
		{id: 6, title: "부산 일", region: "26110", body: "우동 사무실"},
	}, nil)
	for _, tt := range []struct {
		q      string
		titles []string // first what names the dong
		places []Place
	}{
		{"역삼동", []string{"그 동의 일", "시도만 아는 일", "가까운 일"}, []Place{{"역삼동", []string{"11680"}}}},
		{"역삼 동", []string{"그 동의 일", "시도만 아는 일", "가까운 일"}, []Place{{"역삼 동", []string{"11680"}}}},
		{"역삼1동", []string{"그 동의 일", "시도만 아는 일", "가까운 일"}, []Place{{"역삼 1 동", []string{"11680"}}}},
		{"강남구 삼성동", []string{"가까운 일", "그 동의 일"}, []Place{{"강남구 삼성동", []string{"11680"}}}},
		{"삼성동", []string{"가까운 일", "그 동의 일", "멀리 있는 일", "부산 일"}, []Place{{"삼성동", []string{"11680", "26110"}}}},
		{"우동", []string{"부산 일", "우동 조리"}, nil}, // a dish
		{"부산 우동", []string{"부산 일", "멀리 있는 일"}, []Place{{"부산 우동", []string{"26110"}}}},
		{"역삼동 조리", nil, []Place{{"역삼동", []string{"11680"}}}},
	} {
		f, err := m.Search(t.Context(), Search{Q: tt.q})
		if err != nil {
			t.Fatal(err)
		}
		var titles []string
		for _, h := range f.Items {
			titles = append(titles, h.Title)
		}
		if len(tt.titles) > 0 && len(titles) > 0 && strings.Contains(tt.titles[0], "그 동") && titles[0] != tt.titles[0] {
			t.Errorf("%s: first is %s, want %s", tt.q, titles[0], tt.titles[0])
		}
		slices.Sort(titles)
		slices.Sort(tt.titles)
		if !slices.Equal(titles, tt.titles) || !reflect.DeepEqual(f.Places, tt.places) {
			t.Errorf("%s finds %q in %v, want %q in %v", tt.q, titles, f.Places, tt.titles, tt.places)
		}
	}
}
