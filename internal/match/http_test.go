package match

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/web"
	"ieum/internal/snapshot"
)

// echo reads a résumé without understanding anything but codes.
type echo struct{}

func (echo) Read(r ieum.Resume) ieum.Profile {
	p := ieum.Profile{Resume: r, Region: r.Region}
	for _, c := range r.Careers {
		p.Occupations = append(p.Occupations, ieum.Scored{Code: c.Occupation, P: 1})
		p.CareerMonths += c.Months
	}
	for _, s := range r.Skills {
		p.Competencies = append(p.Competencies, ieum.Found{ID: s, P: 1, Words: s})
	}
	return p
}

// site serves the pages on a market with the built-in definitions.
func site(t *testing.T, posts []post) http.Handler {
	t.Helper()
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	m, _ := market(t, set, posts, nil)
	m.reader = echo{}
	return serve(m, set)
}

func serve(m *Matcher, set *defs.Set) http.Handler {
	s := web.NewSite(set, noonClock, func() bool { return false })
	mux := web.NewMux(s)
	m.Routes(s, mux)
	return mux
}

func ask(t *testing.T, h http.Handler, method, target, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var nurse = post{
	id: 0xABC, title: "요양병원 간호사 <모집>", company: "없는병원", body: "주간 근무\n\n면접 뒤 결정", occupation: "3040", region: "11680",
	least: 12, most: -1, entry: true, employment: "regular", education: "associate", payMin: 36_000_000, payMax: 42_000_000, basis: snapshot.PayMonthly,
	openings: 2, opened: "2026-06-01", deadline: "2026-06-30", preferred: []string{"c0020"}, url: "https://shop.example/1",
	also: []post{{id: 0xABD, source: "fair", key: "other"}},
}

func TestPagesOfJobs(t *testing.T) {
	h := site(t, []post{
		nurse,
		{id: 2, title: "프레스 사원", occupation: "8122", region: "41110", least: -1, most: -1, kept: "pay\t면접 때 <이야기>\ndeadline\t뽑을 때까지"},
		{id: 3, title: "간호사 (마감)", occupation: "3040", closed: "2026-06-10"},
	})
	for _, tt := range []struct {
		target string
		status int
		has    []string
		hasNot []string
	}{
		{"/jobs", 200, []string{"요양병원 간호사 &lt;모집&gt;", "프레스 사원", "열린 일자리 2건", "서울특별시 강남구", "월급 300만원 ~ 350만원"}, []string{"(마감)"}},
		{"/jobs?q=%EA%B0%84%ED%98%B8%EC%82%AC&region=11", 200, []string{"열린 일자리 1건", `href="/jobs?q=%EA%B0%84%ED%98%B8%EC%82%AC"`, `value="11" checked`, `value="11680"`}, []string{"프레스 사원"}},
		{"/jobs?region=26&occupation=3", 200, []string{"열린 일자리가 없습니다", "지역 조건을 빼면 1건", `href="/jobs?occupation=3"`}, nil},
		{"/jobs?q=%EC%97%86%EB%8A%94%EB%A7%90%EB%A7%90", 200, []string{"열린 일자리가 없습니다", "낱말을 줄이거나", "열린 일자리 2건 모두 보기"}, nil},
		{"/jobs?q=%EA%B0%84%ED%98%B8%EC%83%A4", 200, []string{"비슷한 말이 있는 공고", "요양병원"}, nil},
		{"/jobs?lang=en&career=entry", 200, []string{"1 open job", "no experience needed", "KRW 3,000,000 to KRW 3,500,000 a month"}, nil},
		{"/jobs?q=" + url.QueryEscape("역삼동"), 200, []string{"“역삼동” → 서울특별시 강남구", "요양병원"}, []string{"프레스 사원"}},
		{"/jobs/0000000000000002", 200, []string{"“면접 때 &lt;이야기&gt;”라고 적혀 있습니다", "“뽑을 때까지”라고 적혀 있습니다"}, nil},
		{"/jobs?q=" + strings.TrimSuffix(strings.Repeat("a+", 80), "+"), 422, []string{"낱말을 줄여", "aria-invalid", `value="a a a a`}, []string{"열려 있는 일자리가 없습니다"}},
		{"/jobs?region=nowhere", 422, []string{"고를 수 없는 값"}, nil},
		{"/jobs?regoin=11", 422, []string{"region"}, nil},
		{"/jobs/0000000000000abc", 200, []string{
			"요양병원 간호사 &lt;모집&gt;", "간호법 제4조", "주간 근무", "2명", "공고 2건을 하나로", "2026. 6. 1.입니다", "가상 출처 shop", "가상 출처 fair", "회사, 제목</p>",
			"월급 300만원 ~ 350만원", "한 해로 치면 3,600만원 ~ 4,200만원", "https://shop.example/1",
			`<script type="application/ld+json">{"@context":"https://schema.org"`, "2026. 6. 30.까지", "경력이 없어도 됨",
		}, []string{"마감된 공고"}},
		{"/jobs/0000000000000abd", 200, []string{"요양병원"}, nil},
		{"/jobs/0000000000000003", 200, []string{"마감된 공고입니다", "비슷한 일자리", "요양병원"}, []string{"ld+json"}},
		{"/jobs/00000000000000ff", 404, []string{"그런 일자리가 없습니다"}, nil},
		{"/jobs/x", 404, []string{"그런 일자리가 없습니다"}, nil},
	} {
		w := ask(t, h, "GET", tt.target, "")
		if w.Code != tt.status {
			t.Errorf("%s: %d", tt.target, w.Code)
		}
		for _, want := range tt.has {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s lacks %q", tt.target, want)
			}
		}
		for _, not := range tt.hasNot {
			if strings.Contains(w.Body.String(), not) {
				t.Errorf("%s has %q", tt.target, not)
			}
		}
	}
}

func TestPagesFollowOneAnother(t *testing.T) {
	var posts []post
	for range 45 {
		posts = append(posts, post{title: "사원", occupation: "8122", least: -1, most: -1})
	}
	h := site(t, posts)
	next, pages, shown := "/jobs?q=%EC%82%AC%EC%9B%90", 0, 0
	for next != "" && pages < 10 {
		page := ask(t, h, "GET", next, "").Body.String()
		shown += strings.Count(page, "<article")
		pages++
		next = ""
		if i := strings.Index(page, `rel="next" href="`); i >= 0 {
			rest := page[i+len(`rel="next" href="`):]
			next = strings.ReplaceAll(rest[:strings.Index(rest, `"`)], "&amp;", "&")
		}
	}
	if pages != 3 || shown != 45 {
		t.Errorf("%d pages with %d jobs", pages, shown)
	}
}

// Whatever a source writes, it stays text: in lists, on the posting's page and
// in the linked data, which stands in a script of the page.
func TestPostingsCannotRunScripts(t *testing.T) {
	evil := `</title></script><script>alert(1)</script><img src=x onerror=alert(1)>"'`
	p := post{id: 0xabc, title: evil, company: evil, body: evil, occupation: "8122", key: evil, url: "javascript:alert(1)", least: -1, most: -1}
	h := site(t, []post{p, {id: 2, title: "사원", occupation: "8122", least: -1, most: -1}})
	for _, target := range []string{"/jobs", "/jobs/0000000000000abc", "/jobs/0000000000000002", "/jobs?q=" + url.QueryEscape(evil)} {
		body := ask(t, h, "GET", target, "").Body.String()
		for _, bad := range []string{"<script>", "<img", `="javascript:`} {
			if strings.Contains(body, bad) {
				t.Errorf("%s holds %s", target, bad)
			}
		}
		if rest := strings.ReplaceAll(body, `<script type="application/ld+json">`, ""); strings.Count(rest, "</script>") != strings.Count(body, "<script") {
			t.Errorf("%s closes a script it did not open", target)
		}
	}
}

func TestPostingAsLinkedData(t *testing.T) {
	h := site(t, []post{nurse})
	w := ask(t, h, "GET", "/api/v1/postings/0000000000000abc?format=schema.org", "")
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/ld+json" {
		t.Fatalf("%d %s %s", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	var got map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := `{"@context":"https://schema.org","@type":"JobPosting","baseSalary":{"@type":"MonetaryAmount","currency":"KRW","value":{"@type":"QuantitativeValue","maxValue":3500000,"minValue":3000000,"unitText":"MONTH"}},"datePosted":"2026-06-01","description":"주간 근무\n\n면접 뒤 결정","directApply":false,"educationRequirements":{"@type":"EducationalOccupationalCredential","credentialCategory":"associate degree"},"employmentType":"FULL_TIME","experienceRequirements":{"@type":"OccupationalExperienceRequirements","monthsOfExperience":12},"hiringOrganization":{"@type":"Organization","name":"없는병원"},"identifier":{"@type":"PropertyValue","name":"shop","value":"p2748"},"jobLocation":{"@type":"Place","address":{"@type":"PostalAddress","addressCountry":"KR","addressLocality":"강남구","addressRegion":"서울특별시"}},"occupationalCategory":"간호사","qualifications":"간호사","sameAs":"https://shop.example/1","title":"요양병원 간호사 <모집>","totalJobOpenings":2,"validThrough":"2026-06-30T23:59:59+09:00"}`
	b := strings.Builder{}
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.Encode(got)
	if strings.TrimSpace(b.String()) != want {
		t.Errorf("got  %swant %s", b.String(), want)
	}
}

func TestMatchesOverHTTP(t *testing.T) {
	h := site(t, []post{nurse, {id: 2, title: "프레스 사원", occupation: "8122", region: "41110", least: -1, most: -1}})
	w := ask(t, h, "POST", "/api/v1/matches", `{"resume":{"careers":[{"title":"프레스 반장","occupation":"8122","months":120}],"wish":{"regions":["41"]}},"k":5}`)
	var got Matched
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	if len(got.Jobs) != 1 || got.Jobs[0].ID != "0000000000000002" || got.Profile.CareerMonths != 120 {
		t.Fatalf("%+v", got)
	}
	for _, why := range got.Jobs[0].Reasons {
		if why.Text == "" || strings.ContainsAny(why.Text, "{}") || strings.Contains(why.Text, "match.") {
			t.Errorf("reason %s says %q", why.Key, why.Text)
		}
	}
	if strings.Contains(w.Body.String(), ":null") {
		t.Errorf("a list is null in %s", w.Body)
	}
	for body, status := range map[string]int{
		`{}`:                         422,
		`{"resume":{},"profile":{}}`: 422,
		`{"profile":{}}`:             200,
		`{"resume":{"hedline":"x"}}`: 422,
		`{"resume":{"careers":[{"months":"many"}]}}`: 422,
		`{`: 422,
	} {
		if w := ask(t, h, "POST", "/api/v1/matches", body); w.Code != status {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
}

// Forty thousand short careers fit into one request, and kept a server busy for
// more than a minute.
func TestAPersonLongerThanAnyIsRefused(t *testing.T) {
	h := site(t, nil)
	many := strings.TrimSuffix(strings.Repeat(`{"title":"경리"},`, 201), ",")
	for _, body := range []string{
		`{"resume":{"careers":[` + many + `]}}`,
		`{"resume":{"wish":{"regions":["` + strings.Repeat(`11","`, 200) + `11"]}}}`,
		`{"resume":{"text":"` + strings.Repeat("가", 100_001) + `"}}`,
		`{"profile":{"competencies":[` + strings.TrimSuffix(strings.Repeat(`{"id":"x"},`, 201), ",") + `]}}`,
		`{"profile":{"resume":{"careers":[` + many + `]}}}`,
	} {
		if w := ask(t, h, "POST", "/api/v1/matches", body); w.Code != 422 || !strings.Contains(w.Body.String(), "error.resume_long") {
			t.Errorf("%.40s…: %d %.200s", body, w.Code, w.Body)
		}
	}
}

// Months below 0 or beyond any life made a share of an occupation any number at all, or none.
func TestAPersonHasNumbers(t *testing.T) {
	h := site(t, nil)
	for _, person := range []string{
		`"resume":{"careers":[{"occupation":"8212","months":-10},{"occupation":"8231","months":11}]}`, `"resume":{"careers":[{"months":9223372036854775807}]}`,
		`"resume":{"birthYear":-1}`, `"resume":{"wish":{"pay":-1}}`, `"resume":{"wish":{"pay":9223372036854775807}}`, `"profile":{"careerMonths":-1}`, `"profile":{"careerMonths":1000000}`,
	} {
		if w := ask(t, h, "POST", "/api/v1/matches", "{"+person+"}"); w.Code != 422 || !strings.Contains(w.Body.String(), "error.resume_number") {
			t.Errorf("%s: %d %.200s", person, w.Code, w.Body)
		}
	}
	if w := ask(t, h, "POST", "/api/v1/matches", `{"resume":{"birthYear":1930,"careers":[{"title":"농사","months":960}],"wish":{"pay":1000000000}}}`); w.Code != 200 {
		t.Errorf("%d %.200s", w.Code, w.Body)
	}
}

// A profile comes from whoever sends it: what cannot be a probability would come out as no
// number at all.
func TestAProfileHasProbabilities(t *testing.T) {
	h := site(t, nil)
	for _, p := range []string{"1e308", "-1e308", "-0.1", "1.5"} {
		for _, body := range []string{
			`{"profile":{"occupations":[{"code":"8212","p":1},{"code":"8122","p":` + p + `}]}}`,
			`{"profile":{"competencies":[{"id":"x","p":` + p + `}]}}`,
		} {
			if w := ask(t, h, "POST", "/api/v1/matches", body); w.Code != 422 || !strings.Contains(w.Body.String(), "error.profile_share") {
				t.Errorf("%s: %d %.200s", body, w.Code, w.Body)
			}
		}
	}
}

func TestPagesWithoutData(t *testing.T) {
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	h := serve(New(snapshot.NewLive(t.TempDir(), Part(set, noonClock)), set, echo{}, noonClock), set)
	for _, target := range []string{"/jobs", "/jobs/0000000000000001"} {
		if w := ask(t, h, "GET", target, ""); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "ieum build") {
			b, _ := io.ReadAll(w.Body)
			t.Errorf("%s: %d %s", target, w.Code, b)
		}
	}
}
