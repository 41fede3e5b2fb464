package catalogue

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"ieum"
	"ieum/internal/catalogue/parse"
)

// WriteText writes a résumé as text that its person can read and change, and that
// ReadText reads as the same résumé. One that lines cannot say comes as JSON,
// which can.
func (r *Reader) WriteText(of ieum.Resume) string {
	text := r.lines(of)
	if r.same(r.readLines(text), of) {
		return text
	}
	exact, err := json.MarshalIndent(of, "", "  ")
	if err != nil {
		return text
	}
	return string(exact)
}

// lines writes a résumé with a heading over each part.
func (r *Reader) lines(of ieum.Resume) string {
	var out strings.Builder
	part := func(heading string, lines ...string) {
		if len(lines) > 0 {
			fmt.Fprintf(&out, "%s\n%s\n\n", heading, strings.Join(lines, "\n"))
		}
	}
	one := func(heading string, values ...string) {
		if text := strings.Join(values, ", "); text != "" {
			fmt.Fprintf(&out, "%s: %s\n", heading, text)
		}
	}
	one("한 줄 소개", of.Headline)
	if of.BirthYear > 0 {
		one("출생 연도", strconv.Itoa(of.BirthYear))
	}
	one("사는 곳", r.named("regions", of.Region))
	if level := r.code("education", of.Education); level != "" {
		one("학력", schoolWords[level]+" "+strings.Join(of.Majors, " "))
	}
	one("희망 직종", of.Wish.Occupations...)
	one("희망 지역", of.Wish.Regions...)
	if of.Wish.Pay > 0 {
		one("희망 연봉", strconv.FormatInt(of.Wish.Pay, 10)+"원")
	}
	one("고용 형태", of.Wish.Employment...)
	if out.Len() > 0 {
		out.WriteByte('\n')
	}
	part("경력", careerLines(of.Careers, false)...)
	part("봉사", careerLines(of.Careers, true)...)
	part("자격증", of.Certificates...)
	part("기술", of.Skills...)
	if of.Text != "" {
		part("기타", of.Text)
	}
	return strings.TrimSpace(out.String())
}

// schoolWords are words that readLines takes for a level of education.
var schoolWords = map[string]string{"doctor": "박사", "master": "석사", "bachelor": "대학교 졸업", "associate": "전문대 졸업", "high": "고등학교 졸업", "middle": "중학교 졸업", "primary": "초등학교 졸업"}

// careerLines writes careers, each with how long it was and what was done.
func careerLines(all []ieum.Career, unpaid bool) (lines []string) {
	for _, c := range all {
		if c.Unpaid != unpaid {
			continue
		}
		line := c.Title
		if years, months := c.Months/12, c.Months%12; years > 0 && months > 0 {
			line += fmt.Sprintf(" %d년 %d개월", years, months)
		} else if years > 0 {
			line += fmt.Sprintf(" %d년", years)
		} else if months > 0 {
			line += fmt.Sprintf(" %d개월", months)
		}
		lines = append(lines, line)
		for text := range strings.Lines(c.Text) {
			lines = append(lines, "- "+strings.TrimSpace(text))
		}
	}
	return lines
}

// code is the code of a code or name of a list; "" when there is none.
func (r *Reader) code(list, text string) string {
	known := r.defs.Codes[list]
	if known == nil {
		return ""
	}
	if c, ok := known.Find(text); ok {
		return c.Code
	}
	if place, ok := r.regions.Read(text); list == "regions" && ok {
		return place.Code
	}
	code, _ := parse.ReadCode(known, text)
	return code
}

// named is the name of a code, or what was written.
func (r *Reader) named(list, text string) string {
	if known := r.defs.Codes[list]; known != nil {
		if c, ok := known.Find(text); ok {
			return c.Name.KO
		}
	}
	return text
}

// same says whether two résumés say the same, one perhaps by a code and the other
// by its name.
func (r *Reader) same(a, b ieum.Resume) bool {
	for _, one := range []*ieum.Resume{&a, &b} {
		for list, field := range map[string]*string{"regions": &one.Region, "education": &one.Education} {
			if code := r.code(list, *field); code != "" {
				*field = code
			}
		}
	}
	return reflect.DeepEqual(a, b)
}

// Scrub takes out of a résumé what looks like a telephone number, an address, a
// registration number or a contact's name. A name that stands alone it does not know.
func (r *Reader) Scrub(of ieum.Resume) ieum.Resume {
	line := func(s string) string { s, _ = parse.ScrubLine(s); return prose(s) }
	lines := func(all []string) []string {
		out := slices.Clone(all)
		for i := range out {
			out[i] = line(out[i])
		}
		return out
	}
	of.Headline, of.Region, of.Education, of.Text = line(of.Headline), line(of.Region), line(of.Education), prose(of.Text)
	of.Majors, of.Certificates, of.Skills = lines(of.Majors), lines(of.Certificates), lines(of.Skills)
	of.Careers = slices.Clone(of.Careers)
	for i, c := range of.Careers {
		of.Careers[i].Title, of.Careers[i].Occupation, of.Careers[i].Text = line(c.Title), line(c.Occupation), prose(c.Text)
	}
	of.Wish.Occupations, of.Wish.Regions, of.Wish.Employment = lines(of.Wish.Occupations), lines(of.Wish.Regions), lines(of.Wish.Employment)
	return of
}

func prose(s string) string { s, _ = parse.Scrub(s); return s }
