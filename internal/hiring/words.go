package hiring

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"ieum"
)

// Words are what a posting says, each as it was typed: a draft may be anything. The tags say
// how forms call them.
type Words struct {
	Title        string `json:"title" q:"title" max:"1000" label:"hiring.field.title"`
	Body         string `json:"body" q:"body" max:"30000" label:"hiring.field.body"`
	Place        string `json:"place" q:"place" max:"1000" label:"hiring.field.place"`                        // a region by its name or code
	Employment   string `json:"employment,omitempty" q:"employment" max:"50" label:"hiring.field.employment"` // code
	Education    string `json:"education,omitempty" q:"education" max:"50" label:"hiring.field.education"`    // code of the least
	Career       string `json:"career,omitempty" q:"career" max:"50" label:"hiring.field.career"`             // any, entry or years
	Years        string `json:"years,omitempty" q:"years" max:"50" label:"hiring.field.years"`                // least of them, where career is years
	Basis        string `json:"basis,omitempty" q:"basis" max:"50" label:"hiring.field.basis"`                // hour, day, month, year or talk
	Least        string `json:"least,omitempty" q:"least" max:"50" label:"hiring.field.least"`                // won
	Most         string `json:"most,omitempty" q:"most" max:"50" label:"hiring.field.most"`                   // won; "" = as least
	Openings     string `json:"openings,omitempty" q:"openings" max:"50" label:"hiring.field.openings"`
	Deadline     string `json:"deadline,omitempty" q:"deadline" max:"50" label:"hiring.field.deadline"` // last day; "" = until filled
	Skills       string `json:"skills,omitempty" q:"skills" max:"2000" label:"hiring.field.skills"`     // with commas
	Certificates string `json:"certificates,omitempty" q:"certificates" max:"1000" label:"hiring.field.certificates"`
	Preferred    string `json:"preferred,omitempty" q:"preferred" max:"1000" label:"hiring.field.preferred"`
	Link         string `json:"link,omitempty" q:"link" max:"1000" label:"hiring.field.link"`
}

// The most characters of each.
const (
	longestTitle = 200
	longestBody  = 20_000
	longestList  = 500
	longestLink  = 500
	longestWord  = 100
)

// bounded refuses what is longer than is kept, draft or not.
func (w Words) bounded() error {
	var faults []error
	for _, f := range []struct {
		name, value string
		most        int
	}{
		{"title", w.Title, longestTitle}, {"body", w.Body, longestBody}, {"place", w.Place, longestWord}, {"skills", w.Skills, longestList},
		{"certificates", w.Certificates, longestList}, {"preferred", w.Preferred, longestList}, {"link", w.Link, longestLink},
		{"employment", w.Employment, 50}, {"education", w.Education, 50}, {"career", w.Career, 50}, {"years", w.Years, 50}, {"basis", w.Basis, 50},
		{"least", w.Least, 50}, {"most", w.Most, 50}, {"openings", w.Openings, 50}, {"deadline", w.Deadline, 50},
	} {
		if utf8.RuneCountInString(f.value) > f.most {
			e := fault("long", f.name, "this is too long")
			e.Args = map[string]any{"n": f.most}
			faults = append(faults, e)
		}
	}
	return errors.Join(faults...)
}

// text is all of it as it would be read, to be looked through.
func (w Words) text() string {
	parts := []string{w.Title, w.Body}
	if pay := w.pay(); pay != "" {
		parts = append(parts, pay)
	}
	return strings.Join(append(parts, w.Skills, w.Preferred), "\n")
}

// bases are what pay is stated by, with the word of it.
var bases = map[string]string{"hour": "시급", "day": "일급", "month": "월급", "year": "연봉"}

// talk says that pay is agreed on in person.
const talk = "talk"

// pay writes what is paid as postings say it; "" while it cannot be read.
func (w Words) pay() string {
	if w.Basis == talk {
		return "면접 후 결정"
	}
	word, least, most := bases[w.Basis], number(w.Least), number(w.Most)
	switch {
	case word == "" || least <= 0 && most <= 0:
		return ""
	case least <= 0 || most <= 0 || least == most:
		return fmt.Sprintf("%s %d원", word, max(least, most))
	}
	return fmt.Sprintf("%s %d원 ~ %d원", word, least, most)
}

// number reads a whole number as people write it: 2,500,000, 250만, 3명; -1 for what is none,
// 0 for nothing.
func number(text string) int64 {
	text = strings.NewReplacer(",", "", " ", "", "원", "", "명", "", "년", "").Replace(text)
	if text == "" {
		return 0
	}
	times := int64(1)
	if rest, ok := strings.CutSuffix(text, "만"); ok {
		text, times = rest, 10_000
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > 100_000_000_000/times {
		return -1
	}
	return n * times
}

// list cuts a text at commas and new lines.
func list(text string) (out []string) {
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == '\n' || r == '，' || r == '、' }) {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// most that pay is stated as, in won, and other bounds of what is plausible.
const (
	mostOpenings = 10_000
	mostYears    = 40
	farthest     = 366 // days until the last day to apply
)

// check says all that is to be mended before everybody sees it on a day.
func (b *Board) check(w Words, day ieum.Day) error {
	var faults []error
	bad := func(why, field, message string) { faults = append(faults, fault(why, field, message)) }
	if strings.TrimSpace(w.Title) == "" {
		bad("title", "title", "say what work it is")
	}
	if strings.TrimSpace(w.Body) == "" {
		bad("body", "body", "say what is to be done, and when and how")
	}
	if _, ok := b.set.Codes["regions"].Lookup(w.Place); !ok {
		bad("place", "place", "say in which district the work is, such as 경기 안산시 단원구")
	}
	for _, f := range []struct{ field, value string }{{"employment", w.Employment}, {"education", w.Education}} {
		if _, ok := b.set.Codes[f.field].Find(f.value); f.value != "" && !ok {
			bad("code", f.field, "choose one of the list")
		}
	}
	faults = append(faults, b.checkNumbers(w, day)...)
	for _, f := range []struct{ field, value string }{{"certificates", w.Certificates}, {"preferred", w.Preferred}} {
		for _, name := range list(f.value) {
			if _, ok := b.set.Codes["certificates"].Lookup(name); !ok {
				e := fault("certificate", f.field, "there is no certificate of this name: "+name)
				e.Args = map[string]any{"name": name}
				faults = append(faults, e)
			}
		}
	}
	if u, err := url.Parse(w.Link); w.Link != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil) {
		bad("link", "link", "write the address of a page, such as https://company.example/jobs/1")
	}
	return errors.Join(faults...)
}

// checkNumbers is check for pay, experience, people and the last day.
func (b *Board) checkNumbers(w Words, day ieum.Day) (faults []error) {
	bad := func(why, field, message string) { faults = append(faults, fault(why, field, message)) }
	least, most := number(w.Least), number(w.Most)
	switch {
	case w.Basis != talk && bases[w.Basis] == "":
		bad("basis", "basis", "say by what pay is stated: the hour, the day, the month, the year")
	case w.Basis == talk:
	case least <= 0:
		bad("least", "least", "say what is paid, in won")
	case most < 0:
		bad("most", "most", "write a number of won, or nothing")
	case most > 0 && most < least:
		bad("most_less", "most", "this is less than the least pay")
	}
	switch years := number(w.Years); {
	case w.Career != "any" && w.Career != "entry" && w.Career != "years":
		bad("career", "career", "say whether experience is needed")
	case w.Career == "years" && (years < 1 || years > mostYears):
		bad("years", "years", "say how many years, from 1 to 40")
	}
	if n := number(w.Openings); n < 0 || n > mostOpenings {
		bad("openings", "openings", "write how many people are wanted")
	}
	if w.Deadline != "" {
		last, err := ieum.ParseDay(w.Deadline)
		if err != nil || last < day || last > day+farthest {
			bad("deadline", "deadline", "choose a day from today on, within a year, or none")
		}
	}
	return faults
}
