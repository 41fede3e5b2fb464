package simulate

import (
	"embed"
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The tables the market is drawn from; docs/simulation.md says where each
// column comes from.
//
//go:embed *.csv
var files embed.FS

// A record is one row of a table.
type record struct {
	at     string
	fields map[string]string
}

// read returns the rows of an embedded table. The tables are ours: a fault in
// one is a fault of the program.
func read(name string) []record {
	f, err := files.Open(name)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	head, err := r.Read()
	if err != nil {
		panic(fmt.Sprintf("simulate: %s: %v", name, err))
	}
	rows, err := r.ReadAll()
	if err != nil {
		panic(fmt.Sprintf("simulate: %s: %v", name, err))
	}
	out := make([]record, len(rows))
	for i, row := range rows {
		out[i] = record{fmt.Sprintf("%s:%d", name, i+2), make(map[string]string, len(head))}
		for j, h := range head {
			out[i].fields[h] = row[j]
		}
	}
	return out
}

func (r record) text(column string) string {
	s, ok := r.fields[column]
	if !ok {
		panic(fmt.Sprintf("simulate: %s: no column %s", r.at, column))
	}
	return s
}

func (r record) list(column string) []string {
	if s := r.text(column); s != "" {
		return strings.Split(s, "|")
	}
	return nil
}

func (r record) number(column string) float64 {
	x, err := strconv.ParseFloat(r.text(column), 64)
	if err != nil {
		panic(fmt.Sprintf("simulate: %s: column %s: %v", r.at, column, err))
	}
	return x
}

// byPrefix reads a table whose first column is the beginning of an occupation
// code.
func byPrefix(name, column string) func(code string) (longest string, fields []string) {
	rows := map[string][]string{}
	for _, r := range read(name) {
		rows[r.text("group")] = r.list(column)
	}
	return func(code string) (string, []string) {
		for n := len(code); n > 0; n-- {
			if v, ok := rows[code[:n]]; ok {
				return code[:n], v
			}
		}
		return "", nil
	}
}

// educations are the levels of schooling that people are drawn with, in rising
// order, as sites write them, and the age at which somebody who has it starts
// to work.
var educations = []struct {
	person, posting string
	entry           int
}{
	{"중학교 졸업", "중졸↑", 17},
	{"고등학교 졸업", "고졸↑", 19},
	{"전문대학 졸업", "초대졸↑", 21},
	{"대학교 졸업", "대졸↑", 24},
	{"석사", "석사↑", 27},
}

const (
	middleSchool = iota
	highSchool
	college
	bachelor
	master
)

// An occupation is a unit group with what is known of its people and jobs.
type occupation struct {
	code      string
	titles    []string // as people say it, commonest first
	duties    []string
	majors    []string
	seekers   float64
	postings  float64
	median    float64 // won a year
	spread    float64 // standard deviation of the logarithm of pay
	women     float64
	age       float64
	ageSD     float64
	entry     float64 // mean age at which its people started to work
	schooling [5]float64
	where     region
	trend     trend
	field     int       // number of the two-digit group
	scarcity  float64   // logarithm of postings over seekers
	near      [2][2]int // ranges of occupations in the same 3-digit and 2-digit group
	skills    []typical
	certs     []typical
	licences  []licence
}

// A typical is a competency or certificate with the share of an occupation's
// people who have it once they are settled.
type typical struct {
	id    int
	share float64
}

// The KNOW survey asked in 2017 to 2019; pay has risen since. The rise is an
// assumption: 3.2 % a year over 8 years.
const uprate = 1.28

// minimumWage is the minimum wage of 2026 in won an hour (Ministry of
// Employment and Labor, notice of 2025-08); a month is 209 hours.
const (
	minimumWage  = 10_320
	fullTimeYear = 209 * 12
	leastPay     = minimumWage * fullTimeYear
)

func (m *Market) readOccupations() {
	duties := byPrefix("duties.csv", "duties")
	majors := byPrefix("majors.csv", "majors")
	for _, r := range read("occupations.csv") {
		o := occupation{
			code: r.text("code"), titles: r.list("titles"),
			seekers: r.number("seekers"), postings: r.number("postings"),
			median: max(r.number("pay50")*1e4*uprate, leastPay*1.02),
			spread: max(0.10, math.Log(r.number("pay75")/r.number("pay25"))/(2*0.6745)),
			women:  r.number("women"), age: r.number("age"), ageSD: r.number("age_sd"),
		}
		var sum float64
		for i, c := range []string{"middle", "high", "college", "bachelor", "master"} {
			o.schooling[i] = r.number(c) + 0.005
			sum += o.schooling[i]
		}
		for i := range o.schooling {
			o.schooling[i] /= sum
			o.entry += o.schooling[i] * float64(educations[i].entry)
		}
		_, o.duties = duties(o.code)
		_, o.majors = majors(o.code)
		o.where, o.trend = whereWorked(o.code), trendOf(o.code)
		if n := len(m.occupations); n > 0 {
			last := &m.occupations[n-1]
			if o.field = last.field; last.code[:2] != o.code[:2] {
				o.field++
			}
		}
		m.fields = o.field + 1
		o.scarcity = math.Log(o.postings / o.seekers)
		m.byCode[o.code] = len(m.occupations)
		m.occupations = append(m.occupations, o)
	}
	m.findNear()
}

// findNear sets the ranges of neighbouring occupations; the table is in the
// order of the codes.
func (m *Market) findNear() {
	for i := range m.occupations {
		o := &m.occupations[i]
		for level, digits := range []int{3, 2} {
			a, b := i, i+1
			for a > 0 && m.occupations[a-1].code[:digits] == o.code[:digits] {
				a--
			}
			for b < len(m.occupations) && m.occupations[b].code[:digits] == o.code[:digits] {
				b++
			}
			o.near[level] = [2]int{a, b}
		}
	}
}

// A sort of employer decides how it writes and where it sits.
type sortOf byte

// A division is a division of the industry classification with the made-up
// names its firms are given.
type division struct {
	code  string
	sort  sortOf
	names [][2]string // Korean and English
	// firms of the division are numbered from first on
	first, firms int
	occupations  []int
	draw         choice
	share        float64 // of all vacancies
}

func (m *Market) readDivisions() {
	at := map[string]int{}
	for _, r := range read("industries.csv") {
		d := division{code: r.text("division"), sort: sortOf(r.text("sort")[0])}
		for _, n := range r.list("names") {
			ko, en, _ := strings.Cut(n, ":")
			d.names = append(d.names, [2]string{ko, en})
		}
		at[d.code] = len(m.divisions)
		m.divisions = append(m.divisions, d)
	}
	staff := byPrefix("staff.csv", "divisions")
	weights := make([][]float64, len(m.divisions))
	for i := range m.occupations {
		o := &m.occupations[i]
		_, where := staff(o.code)
		shares, sum := divisionShares(where[0], at)
		for d, share := range shares {
			if share == 0 {
				continue
			}
			m.divisions[d].occupations = append(m.divisions[d].occupations, i)
			weights[d] = append(weights[d], o.postings*share/sum)
			m.divisions[d].share += o.postings * share / sum
		}
	}
	for d := range m.divisions {
		m.divisions[d].draw = newChoice(weights[d])
	}
}

// divisionShares reads "25:3 30:2".
func divisionShares(list string, at map[string]int) (shares []float64, sum float64) {
	shares = make([]float64, len(at))
	for _, part := range strings.Fields(list) {
		code, share, _ := strings.Cut(part, ":")
		x, err := strconv.ParseFloat(share, 64)
		d, ok := at[code]
		if err != nil || !ok {
			panic("simulate: staff.csv: " + part)
		}
		shares[d] += x
		sum += x
	}
	return shares, sum
}
