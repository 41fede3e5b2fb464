package main

import (
	"context"
	"flag"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ieum/internal/simulate"
)

// demo is a data folder with a small simulated market, made once a test run.
var demo = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "ieum-demo-")
	if err != nil {
		return "", err
	}
	made = append(made, dir)
	data := filepath.Join(dir, "data")
	e := &env{Config: Config{Data: data}, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: time.Now}
	p := simulate.Default()
	p.Resumes, p.Postings = 3000, 1200
	if err := bringDemo(context.Background(), e, p); err != nil {
		return "", err
	}
	return data, nil
})

// visited is a server of the demo that tests visit, several at once; it runs on a copy,
// since demo itself is copied meanwhile, until the tests end.
var visited = sync.OnceValues(func() (string, error) {
	from, err := demo()
	if err != nil {
		return "", err
	}
	data := filepath.Join(filepath.Dir(from), "visited")
	if err := copyTree(data, from); err != nil {
		return "", err
	}
	a, err := newApp(context.Background(), siteOn(data))
	if err != nil {
		return "", err
	}
	return addressOf(httptest.NewServer(a.handler)), nil
})

func siteOn(data string) *env {
	return &env{Config: Config{Data: data}, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: time.Now}
}

// addressOf returns where a server is by a name, which passkeys need.
func addressOf(s *httptest.Server) string {
	return strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
}

// made are the folders to remove when the tests end.
var made []string

// TestMain runs the tests, or, in a process that a test started for it, ieum.
func TestMain(m *testing.M) {
	if text := os.Getenv(dieAtVariable); text != "" {
		dieAt(text)
	}
	if os.Getenv("IEUM_TEST_MAIN") != "" || len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") { // commands that a server starts of itself
		main()
	}
	if text := os.Getenv(fateVariable); text != "" {
		os.Exit(meetFate(text))
	}
	once()
	rarely()
	flag.Parse()
	if !testing.Verbose() { // a failure is read without a line for each request around it
		slog.SetLogLoggerLevel(slog.LevelWarn)
	}
	status := m.Run()
	for _, dir := range made {
		os.RemoveAll(dir)
	}
	os.Exit(status)
}

// serveSite serves the whole platform on a data folder ("" for the demo) and
// returns its address.
func serveSite(t *testing.T, data string) string {
	t.Helper()
	if data == "" {
		base, err := visited()
		if err != nil {
			t.Fatal(err)
		}
		return base
	}
	a, err := newApp(t.Context(), siteOn(data))
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(a.handler)
	t.Cleanup(a.Close)
	t.Cleanup(srv.Close)
	return addressOf(srv)
}

// A sheet is one page as a reader without JavaScript gets it.
type sheet struct {
	at     string // path and query
	status int
	policy string // what the page may load
	text   string
}

var (
	hrefs    = regexp.MustCompile(`(?:href|action)="([^"]*)"`)
	posts    = regexp.MustCompile(`<form[^>]*method="post"`)
	specific = regexp.MustCompile(`[0-9a-f]{16}|\b\d+\b`)
)

// route is an address without what tells one page from others like it.
func route(address string) string {
	path, query, _ := strings.Cut(address, "?")
	names := []string{}
	for pair := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		names = append(names, name)
	}
	slices.Sort(names)
	return specific.ReplaceAllString(path, "N") + "?" + strings.Join(slices.Compact(names), "&")
}

// crawl follows every link from the first page, up to few addresses of each
// route, and returns what it found in order.
func crawl(t *testing.T, base, lang string, few int, first ...string) (sheets []sheet) {
	t.Helper()
	seen, routes := map[string]bool{}, map[string]int{}
	queue := append([]string{"/"}, first...)
	for len(queue) > 0 && len(sheets) < 500 {
		at := queue[0]
		queue = queue[1:]
		if seen[at] || routes[route(at)] >= few {
			continue
		}
		seen[at] = true
		routes[route(at)]++
		s := fetch(t, base, lang, at)
		sheets = append(sheets, s)
		for _, m := range hrefs.FindAllStringSubmatch(s.text, -1) {
			link, _, _ := strings.Cut(html.UnescapeString(m[1]), "#")
			if strings.HasPrefix(link, "/") && !strings.HasPrefix(link, "/assets/") && !posts.MatchString(m[0]) && !onlyPosted(s.text, m[1]) {
				queue = append(queue, link)
			}
		}
	}
	return sheets
}

// onlyPosted says whether an address is only where a form is posted to.
func onlyPosted(text, address string) bool {
	return strings.Contains(text, `action="`+address+`"`) && !strings.Contains(text, `href="`+address+`"`) &&
		regexp.MustCompile(`<form[^>]*method="post"[^>]*action="`+regexp.QuoteMeta(address)+`"|<form[^>]*action="`+regexp.QuoteMeta(address)+`"[^>]*method="post"`).MatchString(text)
}

func fetch(t *testing.T, base, lang, at string) sheet {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", base+at, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Language", lang)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return sheet{at, res.StatusCode, res.Header.Get("Content-Security-Policy"), string(b)}
}

// seeds are pages that no link may lead to.
// TestTheAPIIsExplainedInBothLanguages holds that what a parameter means is said in
// the language of the page.
func TestTheAPIIsExplainedInBothLanguages(t *testing.T) {
	base := serveSite(t, t.TempDir())
	about := regexp.MustCompile(`(?s)<th scope="row"><code>(.*?)</code></th><td>.*?</td><td>(.*?)</td></tr>`)
	korean := regexp.MustCompile(`[가-힣]`)
	english, texts := about.FindAllStringSubmatch(fetch(t, base, "en", "/api").text, -1), about.FindAllStringSubmatch(fetch(t, base, "ko", "/api").text, -1)
	if len(english) < 20 || len(texts) != len(english) {
		t.Fatalf("%d parameters in Korean, %d in English", len(texts), len(english))
	}
	for i, one := range texts {
		if said := english[i][2]; korean.MatchString(said) || korean.MatchString(one[2]) != (said != "") {
			t.Errorf("%s is %q in Korean and %q in English", one[1], one[2], said)
		}
	}
}

var seeds = []string{"/jobs", "/jobs?q=간호", "/occupations", "/diagnosis", "/interests", "/deliveries", "/about", "/ledger", "/api", "/sign-in"}

var (
	tags    = regexp.MustCompile(`(?s)<(script|style|svg|pre)\b.*?</(script|style|svg|pre)>|<[^>]+>`)
	heading = regexp.MustCompile(`<h1[ >]`)
	titled  = regexp.MustCompile(`<title>([^<]+) \| [^<]+</title>`)
	rawKey  = regexp.MustCompile(`>[^<>\s]*\b(layout|error|home|about|api|jobs|match|diagnosis|interest|deliveries|occupation|work|nodata|ledger|identity|door)\.[a-z_]+(\.[a-z_]+)*<`)
)

// words returns what a page says, without its tags.
func words(text string) string { return html.UnescapeString(tags.ReplaceAllString(text, " ")) }

// TestEveryLinkLeadsToAWholePage follows all links, as a reader without
// JavaScript does, with data and without, in both languages.
func TestEveryLinkLeadsToAWholePage(t *testing.T) {
	t.Parallel()
	for _, state := range []struct {
		name, data string
	}{{"with data", ""}, {"empty", t.TempDir()}} {
		t.Run(state.name, func(t *testing.T) {
			base := serveSite(t, state.data)
			for _, lang := range []string{"ko", "en"} {
				sheets := crawl(t, base, lang, 4, seeds...)
				if len(sheets) < len(seeds) {
					t.Errorf("only %d pages", len(sheets))
				}
				for _, s := range sheets {
					checkSheet(t, s, lang, state.data != "")
				}
			}
		})
	}
}

func checkSheet(t *testing.T, s sheet, lang string, empty bool) {
	t.Helper()
	if _, query, ok := strings.Cut(s.at, "?"); ok {
		if asked, err := url.ParseQuery(query); err == nil && asked.Get("lang") != "" {
			lang = asked.Get("lang")
		}
	}
	if !strings.HasPrefix(s.policy, "default-src 'none';") || strings.Contains(s.policy, "unsafe") {
		t.Errorf("%s (%s) has the policy %q", s.at, lang, s.policy)
	}
	unavailable := empty && s.status == http.StatusServiceUnavailable
	if s.status != http.StatusOK && !unavailable {
		t.Errorf("%s (%s): %d %s", s.at, lang, s.status, titled.FindString(s.text))
		return
	}
	if !strings.HasPrefix(s.text, "<!DOCTYPE html>") {
		return // the OpenAPI document, a file
	}
	for what, wrong := range map[string]bool{
		"has not exactly one h1":       len(heading.FindAllString(s.text, -1)) != 1,
		"has no title of its own":      !titled.MatchString(s.text),
		"is not in its language":       !strings.Contains(s.text, `<html lang="`+lang+`"`),
		"shows a value of no type":     strings.Contains(s.text, "%!") || strings.Contains(s.text, "<no value>") || strings.Contains(s.text, "ZgotmplZ"),
		"shows the key of a message":   rawKey.MatchString(s.text),
		"lacks the human contact":      !strings.Contains(s.text, "1350"),
		"lacks what is counted":        lang == "ko" && !strings.Contains(s.text, "여기 등록된 구인·구직만 셉니다"),
		"has something written inline": strings.Contains(s.text, " style=") || strings.Contains(s.text, "<style") || regexp.MustCompile(` on[a-z]+="|<script>|javascript:`).MatchString(s.text),
		"does not say simulated":       !empty && !strings.Contains(s.text, `class="simulated"`),
	} {
		if wrong {
			t.Errorf("%s (%s) %s", s.at, lang, what)
		}
	}
	for _, name := range []string{"div", "section", "article", "ul", "ol", "dl", "form", "details", "table", "aside", "nav", "p"} {
		if opened, closed := len(regexp.MustCompile("<"+name+"[ >]").FindAllString(s.text, -1)), strings.Count(s.text, "</"+name+">"); opened != closed {
			t.Errorf("%s (%s) opens <%s> %d times and closes it %d times", s.at, lang, name, opened, closed)
		}
	}
	if m := regexp.MustCompile(`\{[a-z]+(:[^}]*)?\}`).FindString(words(s.text)); m != "" && !strings.HasPrefix(s.at, "/api") {
		t.Errorf("%s (%s) shows the open place %s", s.at, lang, m)
	}
}

// jargon are words that pages for seekers do not use.
var jargon = map[string][]string{
	"ko": {"알고리즘", "스코어", "임베딩", "백분위", "분위수", "중위값", "중앙값", "표준편차", "벡터", "코사인", "클러스터", "인덱스", "쿼리", "파라미터", "필터링", "매칭률",
		"적합도 점수", "가중치", "정규화", "토큰", "텐션", "타이트니스", "구인배율", "모집단", "표본", "유의수준", "데이터셋", "스키마", "레코드", "엔티티", "프로파일링", "온톨로지"},
	"en": {"algorithm", "embedding", "tightness", "percentile", "quantile", "quartile", "median", "cosine", "vector", "cluster", "query", "parameter", "standard deviation",
		"normalis", "normaliz", "token", "entity", "ontology", "suppressed", "null", "n/a", "score"},
}

// TestSeekersReadNoJargon holds the pages for seekers to plain words.
func TestSeekersReadNoJargon(t *testing.T) {
	t.Parallel()
	base := serveSite(t, "")
	for lang, forbidden := range jargon {
		for _, s := range crawl(t, base, lang, 3, seeds...) {
			if s.status != 200 || !slices.ContainsFunc([]string{"/jobs", "/occupations", "/diagnosis", "/interests"}, func(p string) bool { return strings.HasPrefix(s.at, p) }) && s.at != "/" {
				continue
			}
			if strings.Contains(s.at, "/figures.") { // a file for who counts
				continue
			}
			said := strings.ToLower(ours(s.text))
			for _, word := range forbidden {
				if i := strings.Index(said, word); i >= 0 {
					t.Errorf("%s (%s) says %q: …%s…", s.at, lang, word, said[max(0, i-60):min(len(said), i+60)])
				}
			}
		}
	}
}

var quoted = regexp.MustCompile(`(?s)<(\w+)[^>]*\bdata-theirs\b[^>]*>.*?</`)

// ours is what a page says in our words: elements marked data-theirs hold
// texts of employers and agencies, such as a posting's body.
func ours(text string) string { return words(quoted.ReplaceAllString(text, " ")) }
