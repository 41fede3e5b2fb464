package parse

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ieum/defs"
)

// sharedData returns the folder of real files, or skips the test.
func sharedData(t *testing.T) string {
	dir := os.Getenv("IEUM_SHARED")
	if dir == "" {
		root, err := filepath.Abs(".")
		if err != nil {
			t.Fatal(err)
		}
		for ; root != filepath.Dir(root); root = filepath.Dir(root) {
			if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
				break
			}
		}
		dir = filepath.Join(root, "..", "shared")
	}
	dir = filepath.Join(dir, "data")
	if _, err := os.Stat(filepath.Join(dir, "postings")); err != nil {
		t.Skip("no real postings here; set IEUM_SHARED to the folder that holds data/postings")
	}
	return dir
}

// real holds what real postings say, by what it is about.
type real map[string][]string

func (r real) add(about, text string) {
	if text = strings.TrimSpace(text); text != "" {
		r[about] = append(r[about], text)
	}
}

func readReal(t *testing.T) real {
	dir, r := filepath.Join(sharedData(t), "postings"), real{}
	rows := func(name string, each func(map[string]string)) {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		c := csv.NewReader(f)
		c.LazyQuotes, c.FieldsPerRecord = true, -1
		head, err := c.Read()
		if err != nil {
			t.Fatal(err)
		}
		head[0] = strings.TrimPrefix(head[0], "\ufeff")
		for {
			fields, err := c.Read()
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			row := map[string]string{}
			for i, v := range fields {
				row[head[i]] = v
			}
			each(row)
		}
	}
	rows("cha0910_saramin_1000.csv", func(row map[string]string) {
		r.add("region", row["지역"])
		r.add("career", row["경력"])
		r.add("education", row["학력"])
		r.add("employment", row["고용형태"])
		r.add("pay", row["연봉"])
		r.add("date", row["등록일"])
		r.add("date", row["마감일"])
	})
	for _, name := range []string{"pervin_jobkorea_489.csv", "pervin_saramin_800.csv", "pervin_wanted_1194.csv"} {
		rows(name, func(row map[string]string) {
			r.add("text", row["기술 세부 사항"])
			parts := strings.Split(row["채용공고 세부 사항"], ",")
			for i, p := range parts {
				p = strings.TrimSpace(p)
				switch {
				case p == "":
				case strings.HasSuffix(p, "만원") || strings.Contains(p, "만원 "):
					if i > 0 && len(parts[i-1]) == 1 && parts[i-1] >= "0" && parts[i-1] <= "9" { // "4,550 만원", cut at its comma
						p = parts[i-1] + "," + p
					}
					r.add("pay", p)
				case strings.Contains(p, "경력") || strings.Contains(p, "신입"):
					r.add("career", p)
				case i <= 2 && strings.ContainsAny(p, "시도구") && !strings.ContainsAny(p, "직졸교") || strings.HasPrefix(p, "서울") || strings.HasPrefix(p, "경기"):
					r.add("region", p)
				case strings.HasSuffix(p, "졸↑") || strings.HasPrefix(p, "학력") || strings.HasSuffix(p, "사↑"):
					r.add("education", p)
				case strings.Contains(p, "직"):
					r.add("employment", p)
				}
			}
		})
	}
	for _, name := range []string{"team1_programmers_109.csv", "team1_wanted_349_it.csv"} {
		rows(name, func(row map[string]string) {
			r.add("region", row["comp_addr"])
			for _, k := range []string{"intro", "role", "requirement", "preferred", "welfare", "procedure"} {
				r.add("text", row[k])
			}
			if row["due"] != "None" {
				r.add("date", row["due"])
			}
		})
	}
	readRealJSON(t, dir, r)
	return r
}

func readRealJSON(t *testing.T, dir string, r real) {
	f, err := os.Open(filepath.Join(dir, "wanted_taba_dajoba.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		row := map[string]any{}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		text := func(k string) string { s, _ := row[k].(string); return s }
		r.add("region", text("WORKING_AREA"))
		r.add("date", text("RECRUIT_DEADLINE"))
		for _, k := range []string{"GROUP_INTRO", "MAINDUTIES", "QUALIFICATION", "PREFERENTIAL", "BENEFITS"} {
			r.add("text", text(k))
		}
	}
	var doc struct {
		Jobs []struct {
			Location, Deadline string
			Experience         struct{ Required string }
			Education          struct{ Level string }
			Salary             struct{ Text string }
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "chathong_saramin_400.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	for _, j := range doc.Jobs {
		r.add("region", j.Location)
		r.add("career", j.Experience.Required)
		r.add("education", j.Education.Level)
		r.add("pay", j.Salary.Text)
		r.add("date", j.Deadline)
	}
}

// On real postings nearly everything is read; what is not is shown.
func TestRealPostings(t *testing.T) {
	r := readReal(t)
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	regions := NewRegions(set.Codes["regions"])
	code := func(list string) func(string) bool {
		return func(s string) bool { _, ok := ReadCode(set.Codes[list], s); return ok }
	}
	for _, tt := range []struct {
		about string
		read  func(string) bool
		least float64
	}{
		{"region", func(s string) bool { _, ok := regions.Read(s); return ok }, 0.95},
		{"career", func(s string) bool { _, ok := ReadCareer(s); return ok }, 0.99},
		{"pay", func(s string) bool { _, ok := ReadPay(s, PayUnit{}); return ok }, 0.97},
		{"date", func(s string) bool { _, ok := ReadDate(s, ""); return ok }, 0.97},
		{"education", code("education"), 0.99},
		{"employment", code("employment"), 0.97},
	} {
		measure(t, tt.about, r[tt.about], tt.least, tt.read)
	}
}

// measure logs which share of texts is read, and what is not.
func measure(t *testing.T, about string, texts []string, least float64, read func(string) bool) {
	unread, n := map[string]int{}, 0
	for _, s := range texts {
		if !read(s) {
			unread[s]++
			n++
		}
	}
	share := 1 - float64(n)/float64(len(texts))
	t.Logf("%s: %d of %d read (%.2f %%)", about, len(texts)-n, len(texts), 100*share)
	var words []string
	for s := range unread {
		words = append(words, s)
	}
	slices.SortFunc(words, func(a, b string) int { return unread[b] - unread[a] })
	for _, s := range words[:min(20, len(words))] {
		t.Logf("  not read %3d × %.70q", unread[s], s)
	}
	if share < least {
		t.Errorf("%s: %.3f read, want at least %.3f", about, share, least)
	}
}

// What is taken out of real texts is counted and, with -v, shown.
func TestRealScrub(t *testing.T) {
	var sum Removed
	bytes := 0
	for _, text := range readReal(t)["text"] {
		clean, removed := Scrub(text)
		sum.Add(removed)
		bytes += len(text)
		if !removed.Any() {
			continue
		}
		for _, mark := range []string{markResident, markPhone, markEmail, markName} {
			if i := strings.Index(clean, mark); i >= 0 {
				t.Logf("%q", around(clean, i))
			}
		}
		if again, more := Scrub(clean); again != clean || more.Any() {
			t.Errorf("scrubbed again, %q changes", clean)
		}
	}
	t.Logf("removed from %d bytes: %+v", bytes, sum)
	if sum.Email == 0 || sum.Phone == 0 {
		t.Error("nothing found in real texts, which do hold addresses and numbers")
	}
}

func around(s string, i int) string {
	from, to := max(0, i-60), min(len(s), i+60)
	return strings.ToValidUTF8(s[from:to], "")
}
