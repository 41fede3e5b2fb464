package master

// How sites show the vacancies of sites_test.go.

import (
	"fmt"
	"slices"
	"strings"
)

// show appends the rows of a vacancy: one a site, and on some sites another
// when it is posted again.
func (s sites) show(rows []madePosting, v *vacancy) []madePosting {
	list := allSites()
	n := 1
	switch x := s.Float64(); {
	case x < .05:
		n = 4
	case x < .17:
		n = 3
	case x < .45:
		n = 2
	}
	if v.firm.agency {
		n = min(n, 2)
	}
	for range n {
		total := 0
		for i := range list {
			total += list[i].weight
		}
		at, x := 0, s.IntN(total)
		for x >= list[at].weight {
			x -= list[at].weight
			at++
		}
		row := s.row(&list[at], v)
		rows = append(rows, row)
		if s.chance(.1) {
			rows = append(rows, s.again(row))
		}
		list = slices.Delete(list, at, at+1)
	}
	return rows
}

func (s sites) row(at *site, v *vacancy) madePosting {
	p := madePosting{title: s.titleOn(at, v), body: at.body(s, v), written: s.nameOn(at, v.firm), industry: v.firm.industry,
		facts: s.factsOn(at, v), truth: v.truth, company: v.at, role: v.role}
	if s.chance(at.number) {
		p.number = v.firm.number
	}
	if s.chance(.35) { // sites divide industries differently
		p.industry = 0
	}
	return p
}

func (s sites) nameOn(at *site, f *firm) string {
	n := f.name
	if s.chance(at.brand) {
		n = fmt.Sprintf("%s(%s)", n, f.brand)
	}
	if s.chance(.04) {
		n = strings.Replace(n, f.name, string([]rune(f.name)[:2])+" "+string([]rune(f.name)[2:]), 1)
	}
	switch x := s.Float64(); {
	case x < at.markBefore:
		return at.mark + s.of([]string{"", "", "", " "}) + n
	case x < at.markBefore+at.markBehind:
		return n + at.mark
	case x < at.markBefore+at.markBehind+at.formBefore:
		return "주식회사 " + n
	}
	return n
}

func (s sites) titleOn(at *site, v *vacancy) string {
	t := v.title
	if s.chance(.05) { // written anew by whoever posts it
		t = s.of([]string{strings.ReplaceAll(t, "담당자", "담당"), strings.ReplaceAll(t, " ", ""), strings.ReplaceAll(t, "개발자", "엔지니어"), t + " 및 지원", strings.ReplaceAll(t, "(", " - ")})
	}
	endings := []string{" 채용", " 모집", " 모집합니다", " 구인", " 채용 공고", "를 모십니다.", " 경력직 채용", " 신입/경력 모집"}
	if grades := strings.NewReplacer("신입", "", "경력", "", "년", "", "니어", "", "팀", ""); grades.Replace(t) != t {
		endings = endings[:6] // the title says whom it is for
	}
	if s.chance(at.ending) {
		t += s.of(endings)
	} else if at.terms && s.chance(.1) {
		t += s.of([]string{" (경력무관)", " (정규직)", "/주5일", " (영어 가능자)"})
	}
	switch x := s.Float64(); {
	case x < at.own:
		t = "[" + v.firm.name + "] " + t
	case x < at.own+at.bracket:
		t = v.decoration + t
	case s.chance(.03):
		for _, r := range siteRegions {
			if r.code == v.facts.Region {
				t = "[" + r.name + "] " + t
			}
		}
	}
	return t
}

func (s sites) factsOn(at *site, v *vacancy) Facts {
	f := v.facts
	switch {
	case s.chance(at.noRegion):
		f.Region = 0
	case s.chance(at.province):
		f.Region = province(f.Region)
	}
	if !s.chance(at.pay) {
		f.PayMin, f.PayMax = 0, 0
	} else if s.chance(.15) { // another range
		f.PayMax += uint32(1+s.IntN(5)) * 1_000_000
	}
	late := int32(s.IntN(3) * s.IntN(8)) // not posted everywhere on one day
	f.Opened += late
	if s.chance(.45) {
		f.Deadline += late + int32(s.IntN(20))
	}
	if !s.chance(at.period) {
		f.Opened, f.Deadline = 0, 0
	} else if s.chance(at.openEnd) {
		f.Deadline = 0
	}
	switch {
	case !at.terms:
		f.Employment, f.Education = 0, 0
	case s.chance(.06):
		f.Education = uint8(1 + s.IntN(4))
	}
	if !at.stated {
		f.Openings, f.Guessed = 0, true
		switch x := s.Float64(); { // how often the coder answers, and errs
		case x < .38:
			f.Occupation = 0
		case x < .46:
			f.Occupation = uint16(1000 + s.IntN(27)*10)
		}
	}
	switch x := s.Float64(); {
	case x < .12:
		f.CareerMin = NoMonths
	case x < .17:
		f.CareerMin = uint16(12 * s.IntN(6))
	}
	return f
}

// again is a row of the same site after it ended, with what changes then.
func (s sites) again(p madePosting) madePosting {
	if p.facts.Opened != 0 {
		days := int32(20 + s.IntN(120))
		p.facts.Opened += days
		if p.facts.Deadline != 0 {
			p.facts.Deadline += days + int32(s.IntN(15)) - 7
		}
	}
	if s.chance(.2) {
		p.title = s.of([]string{"[재공고] " + p.title, p.title + " (추가)", "[연장] " + p.title, p.title + "!"})
	}
	if s.chance(.25) && p.facts.PayMin != 0 {
		p.facts.PayMin += 1_000_000
		p.facts.PayMax = max(p.facts.PayMax, p.facts.PayMin)
	}
	if s.chance(.4) {
		p.body += "\n" + s.lines(1)[0]
	}
	return p
}

// skillList is all that a list of results shows.
func skillList(s sites, v *vacancy) string {
	if s.chance(.1) {
		return ""
	}
	skills := slices.Clone(v.skills)
	if s.chance(.3) { // chosen again from the site's own list
		skills = append(skills[1:], s.words(siteSkills))
	}
	return strings.Join(append([]string{v.role}, skills...), ", ")
}

type section struct {
	heads []string
	lines []string
}

func (s sites) parts(v *vacancy) []section {
	about := v.firm.about
	if v.firm.agency {
		about = v.firm.template
	}
	return []section{
		{[]string{"회사 소개", "[기업 소개]", "우리는"}, about},
		{[]string{"주요업무", "담당업무", "[합류하면 함께할 업무]"}, v.duties},
		{[]string{"자격요건", "지원자격", "[이런 분을 찾습니다]"}, v.wants},
		{[]string{"우대사항", "[이런 분이면 더 좋아요]", "우대조건"}, v.likes},
		{[]string{"혜택 및 복지", "복리후생", "[복지]"}, v.firm.welfare},
	}
}

// written joins sections as a person who copies them into a form does.
func (s sites) written(list []section, bullet string, headed bool) string {
	var b strings.Builder
	for _, p := range list {
		if headed {
			b.WriteString(s.of(p.heads) + "\n")
		}
		for _, l := range p.lines {
			b.WriteString(bullet + l + "\n")
		}
	}
	return b.String()
}

func sections(s sites, v *vacancy) string {
	list := s.parts(v)
	if s.chance(.12) {
		list = slices.Delete(list, 3, 4)
	}
	return s.written(list, s.of([]string{"• ", "- ", "ㆍ"}), s.chance(.3))
}

// reordered is a site whose form asks in another order and keeps markup.
func reordered(s sites, v *vacancy) string {
	p := s.parts(v)
	list := []section{p[1], p[2], p[3], p[4], p[0]}
	if s.chance(.35) {
		list = list[:3+s.IntN(2)]
	}
	list = append(list, section{[]string{"채용 절차"}, []string{s.of([]string{"서류전형 > 면접 > 합격", "서류 - 과제 - 면접 - 처우협의", "서류접수 후 개별 통보"})}})
	text := s.written(list, s.of([]string{`\- `, "<li>", "* "}), true)
	if s.chance(.3) {
		text = "<p>" + strings.ReplaceAll(text, "\n", "</p><p>")
	}
	return text
}

// dutiesOnly is an agency's form: the work and what is asked, cut at its length.
func dutiesOnly(s sites, v *vacancy) string {
	p := s.parts(v)
	list := p[1:3]
	if s.chance(.4) {
		list = p[1:5]
	}
	text := s.written(list, s.of([]string{"○ ", "- ", ""}), s.chance(.7))
	if s.chance(.3) {
		text += "근무시간: 주 5일 09:00~18:00, 접수방법: 고용센터 방문 또는 이메일"
	}
	return truncated(strings.ReplaceAll(text, "\n", s.of([]string{" ", "\n"})), 120+s.IntN(400))
}
