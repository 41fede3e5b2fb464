package jobcare

import (
	"errors"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ieum"
)

// Answers are the plain questions of the diagnosis, in the person's own words.
// Every one may be left empty. Which are asked depends on the situation; those
// of another are not read, for nobody sees them.
type Answers struct {
	Situation string `q:"situation" enum:"worked|first|return|late" json:"situation,omitempty"` // "" = not said: asked as worked

	Work  string `q:"work" max:"2000" label:"diagnosis.short.work" json:"work,omitempty"`    // which work, paid or not, a line each
	Years string `q:"years" max:"40" label:"diagnosis.short.years" json:"years,omitempty"`   // for how many years
	Tasks string `q:"tasks" max:"8000" label:"diagnosis.short.tasks" json:"tasks,omitempty"` // what was done, with which machines and tools

	// of a first job
	School   string `q:"school" max:"4000" label:"diagnosis.short.school" json:"school,omitempty"`
	PartTime string `q:"parttime" max:"2000" label:"diagnosis.short.parttime" json:"parttime,omitempty"`
	Clubs    string `q:"clubs" max:"4000" label:"diagnosis.short.clubs" json:"clubs,omitempty"`
	Military string `q:"military" max:"2000" label:"diagnosis.short.military" json:"military,omitempty"`
	Help     string `q:"help" max:"2000" label:"diagnosis.short.help" json:"help,omitempty"` // what others ask them for

	// of a return after caring for family
	Home          string `q:"home" max:"4000" label:"diagnosis.short.home" json:"home,omitempty"`
	Neighbourhood string `q:"neighbourhood" max:"4000" label:"diagnosis.short.neighbourhood" json:"neighbourhood,omitempty"`
	Hours         string `q:"hours" enum:"full|part" json:"hours,omitempty"`

	// of a change late in working life
	Best   string `q:"best" max:"4000" label:"diagnosis.short.best" json:"best,omitempty"`
	Taught string `q:"taught" max:"4000" label:"diagnosis.short.taught" json:"taught,omitempty"`
	Body   string `q:"body" max:"1000" label:"diagnosis.short.body" json:"body,omitempty"` // what the body allows: shown again and never read, for it may tell of health

	Certificates string `q:"certificates" max:"1000" label:"diagnosis.short.certificates" json:"certificates,omitempty"` // licences and certificates
	Education    string `q:"education" max:"40" label:"diagnosis.short.education" json:"education,omitempty"`            // schooling, a code
	Region       string `q:"region" max:"10" label:"diagnosis.short.region" json:"region,omitempty"`                     // where to work, a code
	Pay          string `q:"pay" max:"30" label:"diagnosis.short.pay" json:"pay,omitempty"`                              // pay a month at least, as wished reads it
}

// The situations that ask other questions than somebody's who has worked.
const (
	firstJob   = "first"
	returning  = "return"
	lateChange = "late"
)

// Situations and HoursChoices are what a page offers to choose; the empty
// situation is that nobody wants to say.
func (Answers) Situations() []string {
	return []string{"worked", firstJob, returning, lateChange, ""}
}
func (Answers) HoursChoices() []string { return []string{"full", "part"} }

// Resume turns the answers into a résumé, without reading anything into them:
// each line of work is a spell, and what was done belongs to the first. What was
// done unpaid is a spell when it says how long, else text. Years and pay that
// cannot be read are ieum.ErrInvalid, both at once. Where and how long somebody
// would work is a wish: nobody is asked where they live.
func (a Answers) Resume() (ieum.Resume, error) {
	a = a.asked()
	r := ieum.Resume{Education: a.Education, Certificates: lines(a.Certificates), Text: strings.TrimSpace(a.Tasks)}
	var faults []error
	worked, ok := months(a.Years)
	if !ok {
		faults = append(faults, &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.diagnosis_years", Field: "/years", Message: "write how long in digits, such as 3 years 6 months"})
	}
	done := lines(a.Work + "\n" + a.PartTime)
	for i, title := range done {
		c := ieum.Career{Title: title}
		if i == 0 {
			if len(done) == 1 || !lasting.MatchString(title) { // of several that each say how long, the answer is the sum
				c.Months = worked
			}
			c.Text = r.Text
			r.Text = ""
		}
		r.Careers = append(r.Careers, c)
	}
	a.unpaid(&r)
	r.Skills = whole(a.Best)
	if a.Region != "" {
		r.Wish.Regions = []string{a.Region}
	}
	if a.Hours == "part" {
		r.Wish.Employment = []string{"part-time"}
	}
	year, fault := wished(a.Pay)
	if fault != "" {
		faults = append(faults, &ieum.Error{Kind: ieum.ErrInvalid, Key: fault, Field: "/pay", Message: "write the pay a month as a number of 10,000 won, such as 250"})
	}
	r.Wish.Pay = year
	return r, errors.Join(faults...)
}

// asked are the answers to the questions that the situation asks, without lines that say that
// there is nothing: of 없음 no competency follows.
func (a Answers) asked() Answers {
	of := a.Situation
	if of == firstJob {
		a.Work, a.Years, a.Tasks = "", "", ""
	} else {
		a.School, a.PartTime, a.Clubs, a.Military, a.Help = "", "", "", "", ""
	}
	if of != returning {
		a.Home, a.Neighbourhood, a.Hours = "", "", ""
	}
	if of != lateChange {
		a.Best, a.Taught, a.Body = "", "", ""
	}
	for _, answer := range []*string{&a.Work, &a.Tasks, &a.School, &a.PartTime, &a.Clubs, &a.Military, &a.Help, &a.Home, &a.Neighbourhood, &a.Best, &a.Taught, &a.Certificates} {
		*answer = strings.Join(slices.DeleteFunc(strings.Split(*answer, "\n"), nothing.MatchString), "\n")
	}
	return a
}

// nothing is a line that says so.
var nothing = regexp.MustCompile(`(?i)^[\s.,~!-]*(?:(?:딱히|특별히|아직|아무것도|별로|그런 ?거|해당|해당 ?사항|경력|경험|자격증|일한 ?적|해 ?본 ?적|한 ?적)[은는이가도]?\s*)*(?:없(?:음|다|슴|어요?|습니다|네요)|무|none|nothing|no|n/?a)[\s.,~!-]*$`)

// told says whether anything was answered from which something follows that the
// person can do.
func (a Answers) told() bool {
	a = a.asked()
	return strings.TrimSpace(a.Work+a.Tasks+a.School+a.PartTime+a.Clubs+a.Military+a.Help+a.Home+a.Neighbourhood+a.Best+a.Taught+a.Certificates) != ""
}

// A Said is one question that was answered in words.
type Said struct{ Name, Text string }

// Said are the questions of the situation that were answered in words, in the
// order of the form.
func (a Answers) Said() (out []Said) {
	a = a.asked()
	for _, s := range []Said{
		{"school", a.School}, {"parttime", a.PartTime}, {"clubs", a.Clubs}, {"military", a.Military}, {"help", a.Help},
		{"home", a.Home}, {"neighbourhood", a.Neighbourhood}, {"best", a.Best}, {"taught", a.Taught}, {"body", a.Body},
		{"work", a.Work}, {"years", a.Years}, {"tasks", a.Tasks}, {"certificates", a.Certificates},
	} {
		if strings.TrimSpace(s.Text) != "" {
			out = append(out, s)
		}
	}
	return out
}

// begin is the field of the first question of the situation.
func (a Answers) begin() string {
	switch a.Situation {
	case firstJob:
		return "/school"
	case returning:
		return "/home"
	case lateChange:
		return "/best"
	}
	return "/work"
}

// unpaid adds what was done without pay: a line that ends in how long it was as
// a spell, the others as text, which is read as closely and says of no
// occupation that it was worked in for a year.
func (a Answers) unpaid(r *ieum.Resume) {
	var text []string
	if r.Text != "" {
		text = append(text, r.Text)
	}
	for _, answer := range []string{a.School, a.Clubs, a.Military, a.Help, a.Home, a.Neighbourhood, a.Taught} {
		for _, line := range whole(answer) {
			at := lasting.FindStringIndex(line)
			if at == nil || at[0] == 0 {
				text = append(text, line)
				continue
			}
			n, _ := months(line[at[0]:])
			r.Careers = append(r.Careers, ieum.Career{Title: strings.TrimRight(line[:at[0]], " ,(:-"), Months: n, Unpaid: true})
		}
	}
	r.Text = strings.Join(text, "\n")
}

// lasting is how long something was, at the end of a line: 시어머니 병간호 5년.
var lasting = regexp.MustCompile(`[\s,(:-]\s*[0-9]{1,2}(?:\.[0-9])?\s*(?:년|개월|해|달|years?|months?)(?:\s*[0-9]{1,2}\s*(?:개월|달|months?)|\s*반)?\s*(?:간|동안|쯤|정도)?\s*[).]?$`)

// whole cuts an answer at line ends alone: sentences have commas.
func whole(text string) (out []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// Lines cuts an answer where the person did.
func (Answers) Lines(text string) []string { return strings.Split(text, "\n") }

// answersOf is the inverse of Resume, as far as a résumé has the answers.
func answersOf(r ieum.Resume) Answers {
	a := Answers{
		Education:    r.Education,
		Certificates: strings.Join(r.Certificates, "\n"), Tasks: r.Text,
	}
	switch year := r.Wish.Pay; {
	case year == 0:
	case year%12 != 0:
		a.Pay = "연봉 " + strconv.FormatInt(year, 10) + "원"
	case year%(12*man) != 0 || year >= 12*1000*man: // a bare number so large would be asked for again
		a.Pay = strconv.FormatInt(year/12, 10) + "원"
	default:
		a.Pay = strconv.FormatInt(year/12/man, 10)
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

// mostMonths is the longest that is taken for a time worked.
const mostMonths = 80 * 12

// months reads years as people say them, in Korean or English: 3, 3.5, 3년 6개월,
// 6 months, 이십년, 3년 반, 스물한 해, 1999년부터 2020년까지. It is not ok when
// something is said and no number can be read from it, or one longer than a life
// of work, as of a year of the calendar alone; nothing, and "none", are 0.
func months(text string) (n int, ok bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	total := 0.0
	rest := calendar.ReplaceAllStringFunc(text, func(s string) string {
		m := calendar.FindStringSubmatch(s)
		total += max(0, float64(monthOf(m[3], m[4])-monthOf(m[1], m[2])))
		return " "
	})
	found := years.FindAllStringSubmatch(spoken(rest), -1)
	for _, m := range found {
		if m[2] == "" && (len(found) > 1 || total > 0) {
			continue // 20년 3교대: a number of something else
		}
		v, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			v = math.MaxUint16 // more digits than a number has
		}
		switch {
		case m[2] == "", m[2] == "해", strings.HasPrefix(m[2], "년"), strings.HasPrefix(m[2], "y"):
			v *= 12
		}
		if strings.HasSuffix(m[2], "반") {
			v += 6
		}
		total += v
	}
	if total > mostMonths {
		return 0, false
	}
	return int(total + .5), total > 0 || len(found) == 1 || text == "" || strings.Contains(text, "없") || strings.Contains(text, "none")
}

// monthOf counts months of the calendar from a year and, where it is said, a month.
func monthOf(year, month string) int {
	y, _ := strconv.Atoi(year)
	m, _ := strconv.Atoi(month)
	return y*12 + m
}

// spoken writes numbers in words before a unit of time as digits: 이십년, 두 해,
// 스물한 해, 반년. Those that are vague, as 몇 년, stay.
func spoken(text string) string {
	text = halfYear.ReplaceAllString(text, "${1}6개월")
	text = nativeYears.ReplaceAllStringFunc(text, func(s string) string {
		m := nativeYears.FindStringSubmatch(s)
		if m[1]+m[2] == "" {
			return s
		}
		return strconv.Itoa(nativeTens[m[1]]+nativeOnes[m[2]]) + m[3]
	})
	return spokenYears.ReplaceAllStringFunc(text, func(s string) string {
		m := spokenYears.FindStringSubmatch(s)
		tens, ones := 0, strings.Index(numerals, m[3])/len("일")+1
		if m[3] == "" {
			ones = 0
		}
		if m[2] != "" {
			tens = max(1, strings.Index(numerals, strings.TrimSuffix(m[2], "십"))/len("일")+1)
		}
		if m[1] != "" || tens+ones == 0 {
			return s
		}
		return strconv.Itoa(tens*10+ones) + m[4]
	})
}

const numerals = "일이삼사오육칠팔구"

var (
	nativeTens = map[string]int{"열": 10, "스무": 20, "스물": 20, "서른": 30, "마흔": 40}
	nativeOnes = map[string]int{"한": 1, "두": 2, "세": 3, "석": 3, "네": 4, "넉": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9}

	calendar    = regexp.MustCompile(`((?:19|20)[0-9]{2})(?:\s*[년./-]\s*([0-9]{1,2})?\s*월?)?\.?\s*(?:~|-|–|부터|에서)\s*((?:19|20)[0-9]{2})(?:\s*[년./-]\s*([0-9]{1,2})?\s*월?)?\.?(?:\s*까지)?`)
	halfYear    = regexp.MustCompile(`(^|[^년0-9]\s*)반\s*년`)
	nativeYears = regexp.MustCompile(`(열|스무|스물|서른|마흔)?\s*(한|두|세|석|네|넉|다섯|여섯|일곱|여덟|아홉)?(\s*(?:해|달))`)
	spokenYears = regexp.MustCompile(`([몇수])?([이삼사오육칠팔구]?십)?([일이삼사오육칠팔구])?(\s*(?:년|개월))`)
	years       = regexp.MustCompile(`([0-9]+(?:\.[0-9]+)?)\s*(년\s*반|년|해|years?|yrs?|y|개월|달|월|months?|mos?)?`)
)

func formatYears(m int) string {
	switch {
	case m%12 == 0:
		return strconv.Itoa(m/12) + "년"
	case m < 12:
		return strconv.Itoa(m) + "개월"
	}
	return strconv.Itoa(m/12) + "년 " + strconv.Itoa(m%12) + "개월"
}
