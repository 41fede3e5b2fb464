package jobcare

import (
	"strconv"
	"strings"

	"ieum"
)

// Answers are the seven plain questions of the diagnosis, in the person's own
// words. Every one may be left empty.
type Answers struct {
	Work         string `q:"work" max:"2000" json:"work,omitempty"`                 // 1 which work, paid or not, a line each
	Years        string `q:"years" max:"40" json:"years,omitempty"`                 // 2 for how many years
	Tasks        string `q:"tasks" max:"8000" json:"tasks,omitempty"`               // 3 what was done, with which machines and tools
	Certificates string `q:"certificates" max:"1000" json:"certificates,omitempty"` // 4 licences and certificates
	Education    string `q:"education" max:"40" json:"education,omitempty"`         // 5 schooling, a code
	Region       string `q:"region" max:"10" json:"region,omitempty"`               // 6 where to work, a code
	Pay          string `q:"pay" max:"30" json:"pay,omitempty"`                     // 7 pay a month at least: 250, 250만원 or 2,500,000원
}

// Resume turns the answers into a résumé, without reading anything into them:
// each line of work is a spell, and what was done belongs to the first. Pay
// that is no number is ieum.ErrInvalid.
func (a Answers) Resume() (ieum.Resume, error) {
	r := ieum.Resume{Education: a.Education, Region: a.Region, Certificates: lines(a.Certificates), Text: strings.TrimSpace(a.Tasks)}
	for i, title := range lines(a.Work) {
		c := ieum.Career{Title: title}
		if i == 0 {
			c.Months = months(a.Years)
			c.Text = r.Text
			r.Text = ""
		}
		r.Careers = append(r.Careers, c)
	}
	if a.Region != "" {
		r.Wish.Regions = []string{a.Region}
	}
	won, ok := monthly(a.Pay)
	if !ok {
		return r, &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.diagnosis_pay", Field: "/pay", Message: "write the pay as a number of 10,000 won, such as 250"}
	}
	r.Wish.Pay = won * 12
	return r, nil
}

// monthly reads pay a month as people write it: 250, 250만, 250만원 and
// 2,500,000원 are all 2,500,000 won. Nothing is 0. A bare number of 10,000 or
// more is won.
func monthly(text string) (won int64, ok bool) {
	text = strings.NewReplacer(",", "", " ", "", "원", "", "월", "").Replace(text)
	digits, man := strings.CutSuffix(text, "만")
	if digits == "" {
		return 0, text == ""
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || n > 1_000_000_000 {
		return 0, false
	}
	if man || n < 10_000 {
		n *= 10_000
	}
	return n, n <= 1_000_000_000
}

// answersOf is the inverse of Resume, as far as a résumé has the answers.
func answersOf(r ieum.Resume) Answers {
	a := Answers{
		Education: r.Education, Region: r.Region,
		Certificates: strings.Join(r.Certificates, "\n"), Tasks: r.Text,
	}
	if man := r.Wish.Pay / 12 / 10_000; man > 0 {
		a.Pay = strconv.FormatInt(man, 10)
	}
	if len(r.Wish.Regions) > 0 {
		a.Region = r.Wish.Regions[0]
	}
	var work, tasks []string
	for i, c := range r.Careers {
		if i == 0 && c.Months > 0 {
			a.Years = formatYears(c.Months)
		}
		if c.Title != "" {
			work = append(work, c.Title)
		}
		if c.Text != "" {
			tasks = append(tasks, c.Text)
		}
	}
	if len(r.Skills) > 0 {
		tasks = append(tasks, strings.Join(r.Skills, ", "))
	}
	if a.Tasks != "" {
		tasks = append(tasks, a.Tasks)
	}
	a.Work, a.Tasks = strings.Join(work, "\n"), strings.Join(tasks, "\n")
	return a
}

// lines cuts a text at line ends and commas.
func lines(text string) []string {
	out := []string{}
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == ',' || r == '、' || r == ';' }) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// months reads years such as "3", "3.5", "3년", "3년 6개월", "6개월"; 0 when it
// cannot.
func months(text string) int {
	total, number, seen := 0.0, 0.0, false
	scale := 1.0
	for _, r := range strings.ReplaceAll(text, "개월", "월") {
		switch {
		case r >= '0' && r <= '9' && scale == 1:
			number, seen = number*10+float64(r-'0'), true
		case r >= '0' && r <= '9':
			number += float64(r-'0') * scale
			scale /= 10
		case r == '.':
			scale = .1
		case r == '년':
			total, number, seen, scale = total+number*12, 0, false, 1
		case r == '월':
			total, number, seen, scale = total+number, 0, false, 1
		}
	}
	if seen {
		total += number * 12
	}
	return int(min(total+.5, 80*12))
}

func formatYears(m int) string {
	switch {
	case m%12 == 0:
		return strconv.Itoa(m/12) + "년"
	case m < 12:
		return strconv.Itoa(m) + "개월"
	}
	return strconv.Itoa(m/12) + "년 " + strconv.Itoa(m%12) + "개월"
}
