package match

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/web"
	"ieum/internal/snapshot"
)

const wording = "프레스로 자동차 부품을 찍습니다. 지게차를 몰 줄 알면 좋습니다. 주간 근무이고 통근 버스가 있습니다. 점심을 드립니다. 이력서를 보내 주세요."

// wordings are longer texts that have little in common with each other.
func wordings(n int) []string {
	rnd := rand.New(rand.NewPCG(7, uint64(n)))
	out := make([]string, n)
	for i := range out {
		for range 60 {
			out[i] += string(rune('가'+rnd.IntN(4000))) + string(rune('가'+rnd.IntN(4000))) + string(rune('가'+rnd.IntN(4000))) + " "
		}
	}
	return out
}

// signed is one posting of the market that the tests of signs look at.
func signed(company, body, opened, closed string, payMin, payMax uint32) post {
	return post{title: "프레스 조작원", company: company, body: body, occupation: "8122", region: "11110", least: -1, most: -1, opened: opened, closed: closed, payMin: payMin, payMax: payMax, basis: snapshot.PayAnnual}
}

// signMarket is a market in which each kind of sign is there, and what nearly is one.
func signMarket() ([]post, map[string]string) {
	long := wordings(40)
	with := func(p post, change func(*post)) post { change(&p); return p }
	posts, want := []post{}, map[string]string{}
	add := func(about, signs string, p post) {
		p.title += " " + about
		if strings.Contains(about, "같은 글") { // texts are compared with their titles
			p.title = "프레스 조작원"
		}
		p.key, want[about] = about, signs
		posts = append(posts, p)
	}
	next := 10
	own := func(also string) string { next++; return long[next] + also } // a text that nobody else has
	hourly := func(won uint32) func(*post) {
		return func(p *post) {
			p.payMin, p.payMax, p.basis = won*ieum.MonthHours*12, won*ieum.MonthHours*12, snapshot.PayHourly
		}
	}
	add("보통", "", signed("가상중공업", own(""), "2026-06-01", "", 30e6, 32e6))
	add("오래됨", "old!", signed("없는병원", own(""), "2025-06-01", "", 0, 0))
	add("조금 오래됨", "old", signed("없는병원", own(""), "2026-04-15", "", 0, 0))
	add("오래되었지만 직업을 모름", "", with(signed("없는병원", own(""), "2025-06-01", "", 0, 0), func(p *post) { p.chance = 40 }))
	add("적은 연봉", "low", signed("없는병원", own(" 낮습니다."), "2026-06-01", "", 19e6, 20e6))
	add("적은 연봉 이상", "low", signed("없는병원", own(" 하한."), "2026-06-01", "", 20e6, 0))
	add("적은 시급", "low!", with(signed("없는병원", own(" 시급."), "2026-06-01", "", 0, 0), hourly(9_000)))
	add("최저임금 시급", "", with(signed("없는병원", own(" 최저."), "2026-06-01", "", 0, 0), hourly(10_320)))
	add("적은 월급 시간제", "", with(signed("없는병원", own(" 시간제."), "2026-06-01", "", 12e6, 12e6), func(p *post) { p.basis = snapshot.PayMonthly }))
	add("적은 월급 아르바이트", "", with(signed("없는병원", own(" 주말 근무."), "2026-06-01", "", 12e6, 12e6), func(p *post) { p.basis = snapshot.PayMonthly }))
	add("월급을 연봉으로", "basis", signed("없는병원", own(" 단위."), "2026-06-01", "", 3e6, 3e6))
	add("일급을 시급으로", "high! basis", with(signed("없는병원", own(" 시급 단위."), "2026-06-01", "", 0, 0), hourly(120_000)))
	add("많은 연봉", "high!", signed("없는병원", own(" 높습니다."), "2026-06-01", "", 30e6, 320e6))
	add("뒤바뀐 연봉", "inverted", signed("없는병원", own(" 뒤바뀜."), "2026-06-01", "", 33e6, 31e6))
	add("같은 글 하나", "copied!", signed("첫째산업", long[5]+wording, "2026-06-01", "", 0, 0))
	add("같은 글 둘", "copied!", signed("둘째산업", long[5]+"  "+strings.ToUpper(wording), "2026-06-02", "", 0, 0))
	add("같은 글 첫 번째", "", signed("셋째산업", long[6]+wording, "2026-01-01", "2026-02-01", 0, 0))
	add("같은 글 두 번째", "", signed("셋째산업", long[6]+wording, "2026-03-01", "2026-04-01", 0, 0))
	add("같은 글 세 번째", "reposted", signed("셋째산업", long[6]+wording, "2026-06-01", "", 0, 0))
	add("같은 글 서울", "varied", signed("아홉째산업", long[7]+wording, "2026-06-01", "", 30e6, 0))
	add("같은 글 수원", "varied", signed("아홉째산업", long[7]+wording, "2026-06-01", "", 32e6, 0))
	add("거의 같음", "near", signed("일곱째산업", long[0]+" 지원 바랍니다", "2026-06-01", "", 0, 0))
	add("거의 같음 또", "near", signed("여덟째산업", long[0]+" 연락 주세요", "2026-06-01", "", 0, 0))
	add("반쯤 같음", "", signed("열째산업", long[1]+long[2], "2026-06-01", "", 0, 0))
	add("반쯤 같음 또", "", signed("열한째산업", long[1]+long[3], "2026-06-01", "", 0, 0))
	add("짧은 같은 글", "", signed("넷째산업", "짧은 글", "2026-06-01", "", 0, 0))
	add("짧은 같은 글 또", "", signed("다섯째산업", "짧은 글", "2026-06-01", "", 0, 0))
	add("회사를 모르는 같은 글 하나", "", signed("", long[8]+wording, "2026-06-01", "", 0, 0))
	add("회사를 모르는 같은 글 둘", "", signed("", long[8]+wording, "2026-06-01", "", 0, 0))
	add("드문 직업", "", post{title: "간호사", company: "여섯째의원", body: long[4], occupation: "3040", opened: "2020-01-01", least: -1, most: -1, payMax: 900e6})
	for i := range 40 { // what is usual: 20 to 59 days, 30 million
		p := signed(fmt.Sprintf("보통산업%d", i), "", "2026-01-01", (ieum.Day(day("2026-01-01")) + ieum.Day(20+i)).String(), 30e6, 30e6)
		p.title = fmt.Sprintf("보통 %d", i)
		posts = append(posts, p)
	}
	for i := range posts { // two rows of one posting are no copies of each other
		if posts[i].key == "보통" || posts[i].key == "같은 글 하나" {
			posts[i].also = []post{{id: uint64(9_000_001 + i), source: "other", key: "the same"}}
		}
	}
	return posts, want
}

// TestSignsSayWhatWasCounted: each posting has the signs that the others and its own
// figures give, and no more.
func TestSignsSayWhatWasCounted(t *testing.T) {
	posts, want := signMarket()
	_, live := market(t, definitions(t), posts, nil)
	x := indexOf(t, live)
	for row := range posts {
		about := x.origins(row)[0].Key
		if !x.isOpen(row, ieum.DayOf(noon)) {
			continue
		}
		var got []string
		first := ""
		for _, s := range x.signsOf(row, ieum.DayOf(noon)) {
			if kind := s.Kind; s.Strong {
				got, first = append(got, kind+"!"), first+kind
			} else if kind != "" {
				got = append(got, kind)
			}
		}
		if got := strings.Join(got, " "); got != want[about] {
			t.Errorf("%s: %q, want %q: %+v", about, got, want[about], x.signsOf(row, ieum.DayOf(noon)))
		}
		if mark := x.mark(row, ieum.DayOf(noon)); mark != first {
			t.Errorf("%s: lists mark %q, strong is %q", about, mark, first)
		}
	}
}

// TestSignsInWords: what people are told, in both languages.
func TestSignsInWords(t *testing.T) {
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	posts, _ := signMarket()
	m, live := market(t, set, posts, nil)
	x, site, text := indexOf(t, live), web.NewSite(set, noonClock, nil), ""
	for row := range posts {
		if !x.isOpen(row, ieum.DayOf(noon)) {
			continue
		}
		for _, s := range x.signsOf(row, ieum.DayOf(noon)) {
			text += fmt.Sprintf("%s (%s)\n", x.origins(row)[0].Key, s.Kind)
			for _, lang := range []ieum.Lang{"ko", "en"} {
				SaySign(site, lang, &s)
				text += "  " + s.Text + "\n"
			}
		}
	}
	golden(t, "signs.txt", text)
	if w := ask(t, serve(m, set), "GET", "/jobs?sort=newest&limit=100", ""); !strings.Contains(w.Body.String(), "아주 오래된 공고") || strings.Contains(w.Body.String(), "card.") {
		t.Errorf("lists do not mark what is very old: %.2000s", w.Body.String())
	}
}

// TestClosedPostingsHaveNoSigns: nobody can apply any more, and today's wage says nothing of then.
func TestClosedPostingsHaveNoSigns(t *testing.T) {
	m, _ := market(t, definitions(t), []post{{title: "프레스공", company: "가", occupation: "8122", payMax: 5e6, basis: snapshot.PayHourly, opened: "2026-01-01", closed: "2026-02-01"}}, nil)
	d, err := m.Posting(t.Context(), snapshot.FormatID(1))
	if err != nil || len(d.Signs) > 0 || d.Signs == nil {
		t.Errorf("%+v, %v", d, err)
	}
}

// TestEmployersWhoDoNotAnswer: of applications long enough ago those answered in time count,
// whatever the answer, where their source tells of answers at all.
func TestEmployersWhoDoNotAnswer(t *testing.T) {
	posts := []post{
		{title: "가", company: "가상중공업", body: wording, occupation: "8122", opened: "2026-05-01"},
		{title: "나", company: "없는병원", body: wording, occupation: "8122", opened: "2026-05-01"},
		{title: "다", company: "적은산업", body: wording, occupation: "8122", opened: "2026-05-01"},
		{title: "라", company: "말없는산업", body: wording, occupation: "8122", opened: "2026-05-01"},
	}
	var cvs []cv
	for i := range 12 {
		c := cv{key: fmt.Sprintf("r%d", i), source: "simulated", occupation: "8122", record: uint16(i), events: []event{{snapshot.Applied, "2026-05-02", 0, 0}, {snapshot.Applied, "2026-05-03", 1, 0}}}
		if i < 2 {
			c.events = append(c.events, event{snapshot.Applied, "2026-05-02", 2, 0})
		}
		switch {
		case i == 0:
			c.events = append(c.events, event{snapshot.Answered, "2026-05-16", 0, 0}) // the last day
		case i == 1:
			c.events = append(c.events, event{snapshot.Answered, "2026-05-17", 0, 0}) // a day late
		}
		if i < 9 {
			c.events = append(c.events, event{snapshot.Rejected, "2026-05-04", 1, 0})
		}
		if i == 11 {
			c.events = append(c.events, event{snapshot.Applied, "2026-06-01", 1, 0}) // too late to tell
		}
		cvs = append(cvs, c)
		// A source that tells who applied, and never of an answer.
		cvs = append(cvs, cv{key: fmt.Sprintf("q%d", i), source: "quiet", occupation: "8122", record: uint16(i), events: []event{{snapshot.Applied, "2026-01-02", 3, 0}, {snapshot.Applied, "2026-06-14", 3, 0}}})
	}
	_, live := market(t, definitions(t), posts, cvs)
	x := indexOf(t, live)
	for row := range posts {
		r, kinds := x.repliesOf(row), ""
		for _, s := range x.signsOf(row, ieum.DayOf(noon)) {
			if s.Kind != "copied" && s.Kind != "near" {
				kinds += s.Kind + s.said
			}
		}
		title := x.s.Postings.Title.At(row)
		want, said := map[string]*Replies{
			"가": {Of10: 1, N: 12, Days: 14, From: ieum.Day(day("2026-05-02")), To: ieum.Day(day("2026-05-02")), Simulated: true, rare: true},
			"나": {Of10: 8, N: 12, Days: 14, From: ieum.Day(day("2026-05-03")), To: ieum.Day(day("2026-05-03")), Simulated: true},
		}[title], map[string]string{"가": "silentmade"}[title]
		if (r == nil) != (want == nil) || r != nil && *r != *want || kinds != said {
			t.Errorf("%s: %+v, %q; want %+v, %q", title, r, kinds, want, said)
		}
	}
}

// TestChangesHaveTheSignsOfAWholeSnapshot draws markets of few texts, employers and days, and
// tells them as a whole snapshot and as changes over one.
func TestChangesHaveTheSignsOfAWholeSnapshot(t *testing.T) {
	set, texts, kinds := definitions(t), wordings(5), map[string]int{}
	for seed := range uint64(4) {
		rnd := rand.New(rand.NewPCG(seed, 17))
		var whole, under, over []post
		var stale []uint64
		draw := func() post {
			pay := []uint32{0, 24e6, 30e6, 31e6}[rnd.IntN(4)]
			if rnd.IntN(50) == 0 {
				pay = 200e6
			}
			body := one(rnd, texts...) + one(rnd, "", "", " 지원 바랍니다", " 오세요")
			closed := ""
			if rnd.IntN(3) == 0 {
				closed = "2026-06-10"
			}
			p := signed(one(rnd, "가산업", "나산업", "다산업", "라산업", ""), body, one(rnd, "2025-09-01", "2026-01-05", "2026-04-01", "2026-05-20", "2026-06-01"), closed, pay, pay)
			p.title = one(rnd, "프레스공", "프레스공", "프레스 조작원")
			return p
		}
		for i := range 150 {
			p := draw()
			p.id, p.key = uint64(i+1), fmt.Sprintf("p%d", i)
			whole = append(whole, p)
			switch old := draw(); rnd.IntN(4) {
			case 0: // changed
				old.id, old.key = p.id, p.key
				under, over, stale = append(under, old), append(over, p), append(stale, old.id)
			case 1: // new
				over = append(over, p)
			case 2: // another one was taken away
				old.id, old.key = p.id+5000, p.key+"gone"
				under, stale = append(under, old, p), append(stale, old.id)
			default:
				under = append(under, p)
			}
		}
		one, two := signTwin(t, set, whole, under, over, stale)
		sameSignsOf(t, one, two, kinds)
	}
	for _, kind := range []string{"low", "high", "copied", "near", "reposted", "varied", "old"} {
		if kinds[kind] == 0 {
			t.Errorf("no %s among %v", kind, kinds)
		}
	}
}

// signTwin publishes one market twice, without anybody in it.
func signTwin(t *testing.T, set *defs.Set, whole, under, over []post, stale []uint64) (one, two *index) {
	t.Helper()
	dict, data := dict(set, slices.Concat(whole, under), nil), t.TempDir()
	publishOn(t, set, data, dict, snapshot.Meta{}, nil, whole, nil)
	_, live := follow(t, set, data)
	one = indexOf(t, live)
	data = t.TempDir()
	publishOn(t, set, data, dict, snapshot.Meta{}, nil, under, nil)
	_, live = follow(t, set, data)
	base, gone := indexOf(t, live), snapshot.Gone{}
	for row := range base.s.Postings.ID.Len() {
		if slices.Contains(stale, base.s.Postings.ID.At(row)) {
			gone.Postings.Add(uint32(row))
		}
	}
	publishOn(t, set, data, dict, snapshot.Meta{Base: base.s.AsBase(0, 0)}, &gone, over, nil)
	_, live = follow(t, set, data)
	return one, indexOf(t, live)
}

func sameSigns(t *testing.T, _ *rand.Rand, w *twin) { sameSignsOf(t, w.one, w.two, map[string]int{}) }

// sameSignsOf compares the signs of all postings that are open, and counts them.
func sameSignsOf(t *testing.T, one, two *index, kinds map[string]int) {
	t.Helper()
	day := ieum.DayOf(noon)
	say := func(x *index, row int) string {
		signs := x.signsOf(row, day)
		for _, s := range signs {
			kinds[s.Kind]++
		}
		b, err := json.Marshal(signs)
		if err != nil {
			t.Fatal(err)
		}
		return x.mark(row, day) + string(b)
	}
	for _, row := range one.openOn(day).rows {
		id := one.s.Postings.ID.At(int(row))
		other, ok := two.s.PostingByID(id)
		if !ok {
			t.Fatalf("posting %d is not there", id)
		}
		same(t, fmt.Sprintf("signs of %d", id), say(one, int(row)), say(two, other))
	}
}

// TestSignsAreFedBack: an operator sees how many rows of each source have which sign, lists
// those of one, and takes the list as a file; a source nobody knows is said to be none.
func TestSignsAreFedBack(t *testing.T) {
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	posts, _ := signMarket()
	for i := range posts {
		if posts[i].key == "오래됨" {
			posts[i].key = "=1+1"
			posts[i].also = []post{{id: 9_000_002, source: "other", key: "same-old"}}
		}
	}
	m, _ := market(t, set, posts, nil)
	pages := serve(m, set)
	local := func(path string) *httptest.ResponseRecorder {
		r, w := httptest.NewRequest("GET", path, nil), httptest.NewRecorder()
		r.RemoteAddr, r.Host = "127.0.0.1:5000", "localhost"
		pages.ServeHTTP(w, r)
		return w
	}
	var all allSigns
	if err := json.Unmarshal(local("/api/v1/signs?source=other&limit=1").Body.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Sources) != 2 || all.Sources[0].Source != "other" || all.Sources[0].Open != 3 || all.Sources[0].Signed != 2 || all.Sources[0].Counts["old"] != 1 || all.Sources[1].Counts["copied"] != 2 {
		t.Errorf("counts: %+v", all.Sources)
	}
	if len(all.Signs) != 1 || all.Signs[0].Source != "other" || !all.More || all.Signs[0].Text == "" {
		t.Errorf("listed: %+v", all.Signs)
	}
	file := local("/signs.csv").Body.String()
	if !strings.Contains(file, "\nshop,'=1+1,") || !strings.Contains(file, "\nother,same-old,") || !strings.HasPrefix(file, "source,key,posting,sign,text\n") {
		t.Errorf("file: %.400s", file)
	}
	if page := local("/signs?source=other").Body.String(); !strings.Contains(page, "same-old") || strings.Contains(page, "=1+1") {
		t.Errorf("page: %.3000s", page)
	}
	for _, path := range []string{"/api/v1/signs?source=nowhere", "/signs?source=nowhere", "/signs.csv?source=nowhere"} {
		if w := local(path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
