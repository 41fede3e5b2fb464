package simulate

import (
	"encoding/csv"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the survey's figures to occupations.csv")

// TestFiguresAreThoseOfTheSurvey derives every figure of the table of occupations
// from the survey (KNOW, Korea Employment Information Service), where that is at
// hand, as docs/simulation.md says. To write them:
//
//	go test -run FiguresAreThoseOfTheSurvey -update ./internal/simulate
func TestFiguresAreThoseOfTheSurvey(t *testing.T) {
	s := readSurvey(t)
	if t.Logf("%d answers are of a unit group; codes of none: %v", s.known, s.unknown); s.known < 26_000 || len(s.unknown) != 1 {
		t.Error("only who names no occupation (9999999) may be of none")
	}
	table, err := os.ReadFile("occupations.csv")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(table)), "\n")
	for i, line := range lines[1:] {
		fields := strings.Split(line, ",")
		is := strings.Join(append(fields[:4], s.figures(fields[0])...), ",")
		if lines[i+1] = is; is != line && !*update {
			t.Errorf("the table has  %s\nthe survey has %s", line, is)
		}
	}
	if *update {
		err = os.WriteFile("occupations.csv", []byte(strings.Join(lines, "\n")+"\n"), 0o644)
	}
	if err != nil {
		t.Error(err)
	}
}

// TestSurveyCodesFindTheirUnitGroups: a code is of the unit group of 2025 that
// bears its name, whatever digits it begins with, else of those its digits became.
func TestSurveyCodesFindTheirUnitGroups(t *testing.T) {
	crosswalk := []map[string]string{
		{"keco2025": "3040", "name2025": "간호사", "keco2018": "3040", "name2018": "간호사"},
		{"keco2025": "8111", "name2025": "로봇 설치 및 정비원", "keco2018": "8111", "name2018": "공업기계 설치·정비원"},
		{"keco2025": "8112", "name2025": "공업기계 설치 및 정비원"},
		{"keco2025": "0212", "name2025": "행정사", "keco2018": "0299", "name2018": "기타 사무원"},
		{"keco2025": "0296", "name2025": "속기사", "keco2018": "0299", "name2018": "기타 사무원"},
		{"keco2025": "삭제", "name2025": "", "keco2018": "5324", "name2018": "음식 배달원"},
	}
	for _, c := range []struct{ code, name, want string }{
		{"301004", "간호사", "3040"}, {"304003", "보건교사", "3040"}, {"811101", "공업기계설치 및 정비원", "8112"},
		{"029901", "편집 사무원", "0212 0296"}, {"029902", "속기사", "0296"}, {"532401", "음식 배달원", ""}, {"9999999", "", ""},
	} {
		if got := strings.Join(unitsOf(crosswalk)(c.code, c.name), " "); got != c.want {
			t.Errorf("%s %s is of %q, want %q", c.code, c.name, got, c.want)
		}
	}
}

// unitsOf returns what finds the unit groups of KECO 2025 that a code of the
// survey is of. Codes begin with the unit group of 2018, but not all: the
// survey's nurses have 301004, and 3010 is no group.
func unitsOf(crosswalk []map[string]string) func(code, name string) []string {
	bare := func(name string) string { return strings.NewReplacer(" ", "", "·", "").Replace(name) }
	byCode, byName := map[string][]string{}, map[string]string{}
	for _, r := range crosswalk {
		if _, err := strconv.Atoi(r["keco2025"]); err == nil { // neither new nor abolished
			byCode[r["keco2018"]] = append(byCode[r["keco2018"]], r["keco2025"])
			byName[bare(r["name2025"])] = r["keco2025"]
		}
	}
	return func(code, name string) []string {
		if unit := byName[bare(name)]; name != "" && unit != "" {
			return []string{unit}
		}
		return byCode[code[:4]]
	}
}

// A surveyed is one person at work.
type surveyed struct {
	woman  bool
	age    float64
	school int // from 0 on, beyond master's counted as that
}

// A survey has what was answered by unit group of KECO 2025, and by the
// beginnings of its code.
type survey struct {
	pay     map[string][4]float64 // answers, and their number times each quartile
	answers map[string][]surveyed
	known   int
	unknown map[string]int
}

func readSurvey(t *testing.T) *survey {
	t.Helper()
	dir := os.Getenv("IEUM_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	dir = filepath.Join(dir, "data")
	know := func(name string) string { return filepath.Join(dir, "know", name) }
	profile := readTable(t, know("occupation_profile.csv"))
	crosswalk := readTable(t, filepath.Join(dir, "keco", "keco2025_to_2018.csv"))
	for _, r := range readTable(t, filepath.Join("..", "..", "defs", "codes", "keco2018.csv")) {
		if r["by"] == "judged" { // abolished: the code list says what became of them
			crosswalk = append(crosswalk, map[string]string{"keco2018": r["code"], "keco2025": r["successor"]})
		}
	}
	units := unitsOf(crosswalk)
	s := &survey{pay: map[string][4]float64{}, answers: map[string][]surveyed{}, unknown: map[string]int{}}
	names := map[string]string{}
	for _, r := range profile {
		names[r["knowcode"]] = r["name"]
		x, ok := numbers(r, "n_pay", "p25_pay_all", "median_pay_all", "p75_pay_all")
		for _, unit := range units(r["knowcode"], r["name"]) {
			for digits := 1; ok && digits <= 4; digits++ {
				at := s.pay[unit[:digits]]
				s.pay[unit[:digits]] = [4]float64{at[0] + x[0], at[1] + x[0]*x[1], at[2] + x[0]*x[2], at[3] + x[0]*x[3]}
			}
		}
	}
	for _, f := range [][4]string{ // with the columns of sex, age and schooling
		{"train_KNOW_2017_clean0105.csv", "bq36", "bq37", "bq38"}, {"train_KNOW_2018_clean0104.csv", "bq35", "bq36", "bq37"}, {"train_KNOW_2019.csv", "bq25", "bq26", "bq27"},
	} {
		rows := readTable(t, know(f[0]), append(f[1:], "knowcode")...)
		s.read(rows, f[1:], func(code string) []string { return units(code, names[code]) })
	}
	return s
}

// read adds the answers of a year, with the columns of sex, age and schooling.
func (s *survey) read(rows []map[string]string, columns []string, units func(code string) []string) {
	for _, r := range rows {
		code := strings.TrimSpace(r["knowcode"])
		code = strings.Repeat("0", max(0, 6-len(code))) + code
		list := units(code)
		if len(list) == 0 {
			s.unknown[code]++
			continue
		}
		s.known++
		x, ok := numbers(r, columns...)
		if !ok || x[0] != 1 && x[0] != 2 || x[1] < 15 || x[1] > 90 || x[2] < 1 || x[2] > 6 {
			continue // some lines have other columns there
		}
		for _, unit := range list {
			a := surveyed{x[0] == 2, x[1], min(int(x[2])-1, master)}
			for _, at := range []string{unit, unit[:2], unit[:1]} {
				s.answers[at] = append(s.answers[at], a)
			}
		}
	}
}

func numbers(r map[string]string, columns ...string) (list []float64, ok bool) {
	for _, c := range columns {
		x, err := strconv.ParseFloat(r[c], 64)
		if err != nil {
			return nil, false
		}
		list = append(list, x)
	}
	return list, true
}

// figures returns the columns of a unit group's row from its pay on.
func (s *survey) figures(unit string) (columns []string) {
	pay, n := s.pay[unit], s.pay[unit][0]
	for digits := 3; pay[0] == 0; digits-- { // not surveyed: as those near
		pay = s.pay[unit[:digits]]
	}
	for _, sum := range pay[1:] {
		columns = append(columns, strconv.FormatFloat(math.RoundToEven(sum/pay[0]), 'f', -1, 64))
	}
	columns = append(columns, strconv.FormatFloat(n, 'f', -1, 64))
	const wider = 10 // answers that the 2-digit group counts for
	near := s.answers[unit[:2]]
	if len(near) == 0 {
		near = s.answers[unit[:1]]
	}
	mine, all := shares(s.answers[unit]), shares(near)
	for i := range all {
		n := float64(len(s.answers[unit]))
		x := (n*mine[i] + wider*all[i]) / (n + wider)
		digits := 2
		if i == 1 || i == 2 { // years
			digits = 1
		}
		text := strconv.FormatFloat(x, 'f', digits, 64)
		if strings.HasSuffix(text, "0") && digits == 2 {
			text = text[:len(text)-1]
		}
		columns = append(columns, text)
	}
	return columns
}

// shares returns the share of women, the mean and standard deviation of age and
// the shares of the levels of schooling.
func shares(list []surveyed) (x [8]float64) {
	n := float64(max(len(list), 1))
	for _, a := range list {
		x[0] += yes(a.woman) / n
		x[1] += a.age / n
		x[3+a.school] += 1 / n
	}
	for _, a := range list {
		x[2] += (a.age - x[1]) * (a.age - x[1]) / n
	}
	x[2] = math.Sqrt(x[2])
	return x
}

// readTable returns the rows of a table of the shared data, all columns or some.
func readTable(t *testing.T, path string, columns ...string) (rows []map[string]string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Skipf("the shared data is not there: %v", err)
	}
	defer f.Close()
	in := csv.NewReader(f)
	in.ReuseRecord = true
	line, err := in.Read()
	head := slices.Clone(line)
	for ; err == nil; line, err = in.Read() {
		r := map[string]string{}
		for i, v := range line {
			if name := strings.TrimPrefix(head[i], "\ufeff"); len(columns) == 0 || slices.Contains(columns, name) {
				r[name] = strings.Clone(v)
			}
		}
		rows = append(rows, r)
	}
	if err != io.EOF {
		t.Fatal(err)
	}
	return rows[1:]
}
