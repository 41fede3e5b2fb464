package simulate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// A notation is what of a site's postings can be counted: the habits of writing
// that the made-up sites have too.
type notation struct {
	titles, companies, pays, bodies []string
}

var (
	squares   = regexp.MustCompile(`[■●▶◆□▣◈]`)
	brackets  = regexp.MustCompile(`(^|\n|\|)\s*[\[【]`)
	bullets   = regexp.MustCompile(`(^|[\n|,])\s*(•|·|ㆍ|-|\\-|\*|✔)`)
	invites   = regexp.MustCompile(`요[.!?~\s]|요$`)
	telephone = regexp.MustCompile(`\b0\d{1,2}[-. )]\s?\d{3,4}[-. ]\d{4}\b`)
	companies = regexp.MustCompile(`㈜|\(주\)|주식회사|\(유\)|유한회사|(의료|재단|사회복지)법인`)
	digits    = regexp.MustCompile(`[0-9]`)
)

// shareOf returns the share of a list of which something holds; NaN of none.
func shareOf(list []string, holds func(string) bool) float64 {
	n := 0.0
	for _, s := range list {
		n += yes(holds(s))
	}
	return n / float64(len(list))
}

// cell writes a number of a table, or that there is none.
func cell(x float64) string {
	if math.IsNaN(x) {
		return "–"
	}
	return fmt.Sprintf("%.2f", x)
}

// shares counts the columns of the table that are shares, in their order.
func (h *notation) shares() []float64 {
	return []float64{
		shareOf(h.titles, func(s string) bool { return strings.HasPrefix(strings.TrimSpace(s), "[") }),
		shareOf(h.companies, companies.MatchString), shareOf(h.pays, func(s string) bool { return !digits.MatchString(s) }),
		shareOf(h.bodies, squares.MatchString), shareOf(h.bodies, brackets.MatchString), shareOf(h.bodies, bullets.MatchString),
		shareOf(h.bodies, invites.MatchString), shareOf(h.bodies, telephone.MatchString),
	}
}

// apart writes a line of the table of distances in docs/simulation.md: of a
// made-up site from the real one whose habits it has.
func (h *notation) apart(name string, real *notation, realName string) string {
	lengths := func(list []string, length func(string) float64) (s []weighted) {
		for _, text := range list {
			s = append(s, weighted{length(text), 1})
		}
		return s
	}
	title := func(s string) float64 { return float64(utf8.RuneCountInString(s)) }
	body := func(s string) float64 { return math.Log(max(1, float64(len(s)))) }
	bodies := math.NaN()
	if len(real.bodies) > 0 {
		bodies = wasserstein(lengths(h.bodies, body), lengths(real.bodies, body))
	}
	line := fmt.Sprintf("| %s | %s | %.1f | %s", name, realName, wasserstein(lengths(h.titles, title), lengths(real.titles, title)), cell(bodies))
	there := real.shares()
	for i, x := range h.shares() {
		line += " | " + cell(math.Abs(x-there[i]))
	}
	return line + " |"
}

func quartersOf(list []string, length func(string) int) string {
	if len(list) == 0 {
		return "–"
	}
	var n []int
	for _, s := range list {
		n = append(n, length(s))
	}
	slices.Sort(n)
	return fmt.Sprintf("%d, %d, %d", n[len(n)/4], n[len(n)/2], n[3*len(n)/4])
}

// row writes a line of the table of habits in docs/simulation.md.
func (h *notation) row(name string) string {
	size := func(s string) int { return len(s) }
	line := fmt.Sprintf("| %s | %d | %s", name, len(h.titles), quartersOf(h.titles, utf8.RuneCountInString))
	for i, x := range h.shares() {
		if i == 3 {
			line += fmt.Sprintf(" | %d | %s", len(h.bodies), quartersOf(h.bodies, size))
		}
		line += " | " + cell(x)
	}
	return line + " |"
}

// realPostings counts the lists that are there; it skips where they are not.
func realPostings(t *testing.T) map[string]*notation {
	t.Helper()
	dir := os.Getenv("IEUM_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	dir = filepath.Join(dir, "data", "postings")
	h := map[string]*notation{"Saramin": {}, "JobKorea": {}, "Wanted": {}, "Programmers": {}}
	for _, f := range []struct {
		site, file, title, company, pay string
		body                            []string
	}{
		{"Saramin", "cha0910_saramin_1000.csv", "채용 제목", "회사명", "연봉", nil},
		{"Saramin", "pervin_saramin_800.csv", "채용공고 제목", "회사명", "채용공고 세부 사항", nil},
		{"JobKorea", "pervin_jobkorea_489.csv", "채용공고 제목", "회사명", "채용공고 세부 사항", nil},
		{"Wanted", "pervin_wanted_1194.csv", "채용공고 제목", "회사명", "", []string{"기술 세부 사항"}},
		{"Wanted", "team1_wanted_349_it.csv", "title", "comp_name", "", []string{"role", "requirement", "preferred", "welfare", "procedure"}},
		{"Programmers", "team1_programmers_109.csv", "title", "comp_name", "", []string{"role", "requirement", "preferred", "welfare", "procedure"}},
	} {
		for _, r := range readTable(t, filepath.Join(dir, f.file)) {
			h[f.site].add(r, f.title, f.company, f.pay, f.body)
		}
	}
	readJSON(t, dir, h)
	return h
}

// add takes in a row of a list; a list without a column says nothing of it.
func (h *notation) add(row map[string]string, title, company, pay string, body []string) {
	h.titles = append(h.titles, row[title])
	h.companies = append(h.companies, row[company])
	if pay != "" {
		said := row[pay]
		if i := strings.Index(said, "만원"); pay != "연봉" && i < 0 {
			said = "" // among other terms: experience, schooling, place
		}
		h.pays = append(h.pays, said)
	}
	if body == nil {
		return
	}
	var parts []string
	for _, column := range body { // one list has the same text in two columns
		if part := strings.ReplaceAll(row[column], "|", "\n"); !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	h.bodies = append(h.bodies, strings.Join(parts, "\n"))
}

// readJSON takes in the two lists that are JSON.
func readJSON(t *testing.T, dir string, h map[string]*notation) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "chathong_saramin_400.json"))
	if err != nil {
		t.Skipf("the shared data is not there: %v", err)
	}
	var list struct {
		Jobs []struct {
			CompanyName, Title string
			Salary             struct{ Text string }
		}
	}
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	for _, j := range list.Jobs {
		h["Saramin"].add(map[string]string{"t": j.Title, "c": j.CompanyName, "연봉": j.Salary.Text}, "t", "c", "연봉", nil)
	}
	if text, err = os.ReadFile(filepath.Join(dir, "wanted_taba_dajoba.jsonl")); err != nil {
		t.Skipf("the shared data is not there: %v", err)
	}
	for _, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		row := map[string]any{}
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatal(err)
		}
		words := map[string]string{}
		for k, v := range row {
			if s, ok := v.(string); ok {
				words[k] = s
			}
		}
		h["Wanted"].add(words, "TITLE", "COMPANY", "", []string{"MAINDUTIES", "QUALIFICATION", "PREFERENTIAL", "BENEFITS"})
	}
}

// TestTheHabitsOfPostingsInTheDocs counts how made-up and real postings are
// written, and holds the table in the docs to it. It writes the table:
//
//	go test -run HabitsOfPostings -v ./internal/simulate
func TestTheHabitsOfPostingsInTheDocs(t *testing.T) {
	text := document(t)
	says := func(line string) {
		t.Helper()
		t.Log(line)
		if !strings.Contains(text, line) {
			t.Errorf("docs/simulation.md lacks the line %s", line)
		}
	}
	m := market(t, func(p *Params) { p.Postings = 24_000 })
	bySite := map[string]*notation{}
	for _, s := range sites {
		bySite[s.name] = &notation{}
	}
	eachPosting(m, func(_ *clerk, r *PostingRow, _ *PostingTruth) {
		h := bySite[r.Site]
		h.titles = append(h.titles, strings.Clone(r.Title))
		h.companies = append(h.companies, strings.Clone(r.Company))
		h.pays = append(h.pays, strings.Clone(r.Pay))
		h.bodies = append(h.bodies, strings.Clone(r.Body))
	})
	for _, s := range sites {
		if runtime.GOARCH == "amd64" { // another processor may round otherwise, which changes a draw
			says(bySite[s.name].row(s.name))
		}
	}
	real := realPostings(t)
	for _, site := range []string{"Saramin", "JobKorea", "Wanted", "Programmers"} {
		says(real[site].row(site))
	}
	for _, pair := range [][2]string{{"견본잡스", "Saramin"}, {"예시구인", "JobKorea"}, {"가상테크잡", "Wanted"}, {"허구코딩", "Programmers"}} {
		if runtime.GOARCH == "amd64" {
			says(bySite[pair[0]].apart(pair[0], real[pair[1]], pair[1]))
		}
	}
}
