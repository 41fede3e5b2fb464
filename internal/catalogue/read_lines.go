package catalogue

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ieum"
	"ieum/internal/catalogue/parse"
)

// A section is what the lines below a heading are about.
type section int

const (
	partText section = iota
	partHeadline
	partCareer
	partUnpaid
	partSchool
	partCertificates
	partSkills
	partRegion
	partBirth
	partIdentity // names and numbers: never kept
	partWishJob
	partWishRegion
	partWishPay
	partWishEmployment
)

// headings are what stands over a part of a résumé, or before a colon, without
// blanks and in lower case.
var headings = func() map[string]section {
	out := map[string]section{}
	for p, words := range map[section]string{
		partText:           "자기소개 자기소개서 소개 기타 특이사항 성장과정 지원동기 summary about profile objective 해온일 한일 할수있는일",
		partHeadline:       "한줄소개 headline",
		partCareer:         "경력 경력사항 경력기술서 경력기술 경험 업무경험 직무경험 근무경력 주요경력 이력 일한경험 workexperience experience employment employmenthistory career work",
		partUnpaid:         "봉사 봉사활동 자원봉사 무급 무급경력 비공식경력 가사 돌봄경험 volunteer volunteering volunteerexperience unpaidwork",
		partSchool:         "학력 학력사항 최종학력 교육 전공 education",
		partCertificates:   "자격 자격증 자격사항 자격면허 자격증면허 면허 자격증및면허 보유자격 보유자격증 certificates certificate certifications licenses licences",
		partSkills:         "기술 보유기술 스킬 기술스택 역량 핵심역량 보유역량 직무역량 특기 잘하는일 외국어 어학 컴퓨터활용 skills skill technicalskills languages 사용도구 사용프로그램",
		partRegion:         "거주지 거주지역 사는곳 주소 지역 region location address",
		partBirth:          "출생 출생연도 생년 생년월일 born birthyear dateofbirth",
		partIdentity:       "이름 성명 전화 전화번호 연락처 휴대폰 휴대전화 이메일 메일 주민번호 주민등록번호 name phone mobile email e-mail tel",
		partWishJob:        "희망 희망직종 희망직업 희망직무 희망업무 희망하는일 하고싶은일 desiredjob desiredposition",
		partWishRegion:     "희망지역 희망근무지 희망근무지역 desiredlocation",
		partWishPay:        "희망연봉 희망급여 희망임금 희망월급 desiredsalary desiredpay",
		partWishEmployment: "희망고용형태 희망근무형태 고용형태",
	} {
		for _, w := range strings.Fields(words) {
			out[w] = p
		}
	}
	return out
}()

// readLines reads plain text. A line that fits nowhere is kept in Text.
func (r *Reader) readLines(text string) ieum.Resume {
	l := &lines{Reader: r, open: -1, more: map[int][]string{}}
	var rest []string
	for line := range strings.Lines(norm.NFC.String(text)) {
		line, marked := unmark(line)
		if line == "" {
			l.open = -1
			if l.begun && (l.section == partCertificates || l.section == partSkills) {
				l.section = partText // a list ends at a blank line
			}
			continue
		}
		if p, after, ok := heading(line); ok {
			if after == "" {
				l.section, l.open, l.begun = p, -1, false
				continue
			}
			l.read(p, after, false)
			continue
		}
		if !l.read(l.section, line, marked) {
			rest = append(rest, line)
		}
		l.begun = true
	}
	l.out.Text = strings.Join(rest, "\n")
	for i, more := range l.more {
		l.out.Careers[i].Text = joinLines(append([]string{l.out.Careers[i].Text}, more...)...)
	}
	return l.out
}

// unmark takes a bullet off a line.
func unmark(line string) (rest string, marked bool) {
	rest = strings.TrimSpace(line)
	bare := strings.TrimLeft(rest, "-*•·▪■□▶▷◆◇●✔►※ \t")
	bare = ordinal.ReplaceAllString(bare, "")
	if first, after, ok := strings.Cut(bare, " "); ok && (first == "○" || first == "o") {
		bare = strings.TrimSpace(after)
	}
	return bare, len(bare) < len(rest)
}

// heading reads a line that is a heading, or has one before a colon.
func heading(line string) (p section, after string, ok bool) {
	before, after, _ := strings.Cut(strings.ReplaceAll(line, "：", ":"), ":")
	word := strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, before))
	p, ok = headings[word]
	return p, strings.TrimSpace(after), ok
}

// lines is a text résumé being read.
type lines struct {
	*Reader
	out     ieum.Resume
	section section
	begun   bool             // a line of the section was read
	open    int              // the career that further lines are about, or -1
	more    map[int][]string // those lines, by career
}

// read reads a line of a part; false when it says nothing that has a field.
func (l *lines) read(p section, line string, marked bool) bool {
	switch p {
	case partCareer, partUnpaid:
		l.careers(spells(l.figures(line)), marked, p == partUnpaid)
	case partHeadline:
		l.out.Headline = line
	case partSchool:
		return l.addSchool(&l.out, line)
	case partCertificates:
		for _, name := range listed(line) {
			l.out.Certificates = append(l.out.Certificates, bareCertificate(name))
		}
	case partSkills:
		l.out.Skills = append(l.out.Skills, listed(line)...)
	case partRegion:
		l.out.Region = line
	case partBirth:
		if year := yearOf.FindString(line); year != "" {
			l.out.BirthYear, _ = strconv.Atoi(year)
		}
	case partIdentity:
	case partWishJob:
		l.out.Wish.Occupations = append(l.out.Wish.Occupations, listed(line)...)
	case partWishRegion:
		l.out.Wish.Regions = append(l.out.Wish.Regions, listed(line)...)
	case partWishPay:
		pay, ok := parse.ReadPay(line, parse.PayUnit{})
		l.out.Wish.Pay = pay.Min
		return ok
	case partWishEmployment:
		l.out.Wish.Employment = append(l.out.Wish.Employment, listed(line)...)
	default:
		return l.text(line)
	}
	return true
}

var (
	yearOf  = regexp.MustCompile(`(?:19|20)\d\d`)
	school  = regexp.MustCompile(`졸업|중퇴|나왔|나온|졸$|학력|graduat|degree`)
	home    = regexp.MustCompile(`^(?:저는\s*)?(?:집은|사는 곳은|거주지는|주소는)?\s*(.+?)(?:에\s*(?:살|삽|거주)\S*|입니다|이에요|예요)?[.]?$`)
	lives   = regexp.MustCompile(`집은|사는 곳|거주|주소|에\s*살|에\s*삽`)
	ordinal = regexp.MustCompile(`^(?:\d{1,2}[.)]\s+|[①-⑳]\s*)`)
	idle    = regexp.MustCompile(`년\s*전(?:에|\s|$)|결혼|면허|무사고|쉬었|쉬고|쉼|공백|무직|살았|살고`)
	worked  = regexp.MustCompile(`일|근무|작업|운영|경력|종사|담당|관리|다녔|다님|운전|돌[봄봐보]|농사|장사|했|work`)
)

// text reads a line outside of any part: one with a period, or with how long and
// a word of work or the name of an occupation, is a career, or several.
func (l *lines) text(line string) bool {
	unpaid := strings.Contains(line, "봉사") || strings.Contains(line, "무급")
	written := l.figures(line)
	parts := spells(written)
	if slices.ContainsFunc(parts, l.isWork) && (len(parts) == 1 || !idle.MatchString(written)) {
		l.careers(parts, false, unpaid)
		return true
	}
	return school.MatchString(line) && l.addSchool(&l.out, line) || l.home(line)
}

// isWork reports whether a line outside of any part tells of work and how long.
func (l *lines) isWork(line string) bool {
	s, rest, ok := l.readSpell(line)
	switch {
	case !ok || rest == "":
		return false
	case s.dated:
		return true
	case idle.MatchString(line), atSchool(rest):
		return false
	case worked.MatchString(rest):
		return true
	}
	codes := l.coder.Code(rest, "", 1)
	return utf8.RuneCountInString(rest) <= longTitle && len(codes) > 0 && codes[0].P >= likely
}

// atSchool reports whether words name a school and nothing done there.
func atSchool(words string) bool {
	words = strings.ToLower(words)
	return slices.ContainsFunc(schools, func(s struct{ word, level, below string }) bool { return strings.HasSuffix(words, s.word) })
}

// careers reads the parts of a line; several are careers of their own.
func (l *lines) careers(parts []string, marked, unpaid bool) {
	for _, p := range parts {
		if len(parts) > 1 {
			l.open = -1
		}
		l.career(p, marked, unpaid)
	}
}

// home reads a sentence that says where the person lives.
func (l *lines) home(line string) bool {
	if l.out.Region != "" || !lives.MatchString(line) {
		return false
	}
	m := home.FindStringSubmatch(line)
	if m == nil {
		return false
	}
	place, ok := l.regions.Read(m[1])
	if !ok || place.Code == "" {
		return false
	}
	l.out.Region = m[1]
	return true
}

// career reads a line of careers: a new one, or more about the last.
func (l *lines) career(line string, marked, unpaid bool) {
	s, rest, ok := l.readSpell(line)
	n := len(l.out.Careers)
	switch {
	case ok && rest == "" && n > 0 && l.open == n-1 && l.out.Careers[n-1].Months == 0:
		l.out.Careers[n-1].Months = s.months
		return
	case !ok && l.open >= 0 && l.out.Careers[l.open].Title == "":
		l.out.Careers[l.open].Title = withoutFirm(line)
		return
	case !ok && l.open >= 0 && (marked || l.out.Careers[l.open].Months > 0):
		l.more[l.open] = append(l.more[l.open], line)
		return
	}
	c := ieum.Career{Title: withoutFirm(rest), Months: s.months, Unpaid: unpaid || strings.Contains(line, "무급")}
	if utf8.RuneCountInString(c.Title) > longTitle {
		c.Text = c.Title
		c.Title = firstClause(c.Title)
	}
	l.out.Careers = append(l.out.Careers, c)
	l.open = n
}

// longTitle is how long a title may be, in characters, before it is a sentence.
const longTitle = 30

func firstClause(s string) string {
	if i := strings.IndexAny(s, ",;|.。"); i > 3 {
		return strings.TrimSpace(s[:i])
	}
	return s
}

// withoutFirm leaves out what is clearly the name of a firm: it says little of
// the work, and points at the person.
func withoutFirm(s string) string {
	words := strings.Fields(s)
	kept := slices.DeleteFunc(slices.Clone(words), func(w string) bool {
		return strings.ContainsAny(w, "○◯㈜") || strings.Contains(w, "(주)") || strings.HasPrefix(w, "OO") || strings.HasPrefix(w, "XX") || w == "주식회사"
	})
	if len(kept) == 0 {
		return s
	}
	return strings.Trim(strings.Join(kept, " "), " -|/,:()")
}

// listed cuts a line at the marks of a list, outside of brackets.
func listed(line string) (out []string) {
	depth, from := 0, 0
	cut := func(to int) {
		if s := strings.TrimSpace(line[from:to]); s != "" {
			out = append(out, s)
		}
	}
	for i, r := range line {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case depth <= 0 && strings.ContainsRune(",;/|、", r):
			cut(i)
			from = i + utf8.RuneLen(r)
		}
	}
	cut(len(line))
	return out
}

var certificateTail = regexp.MustCompile(`\s*(?:취득|보유|소지|합격|\(?(?:19|20)\d\d[년.\-/0-9월 ]*\)?|[0-9]{2}\.[0-9]{1,2})+\s*$`)

// longCertificate is how long what names a certificate may be, in bytes.
const longCertificate = 300

// bareCertificate is a certificate's name without when it was taken. What is too long to
// be one stays: word by word, cutting it would be work with the square of its length.
func bareCertificate(s string) string {
	for len(s) <= longCertificate {
		cut := strings.TrimSpace(certificateTail.ReplaceAllString(s, ""))
		if cut == s || cut == "" {
			break
		}
		s = cut
	}
	return s
}

// schools are words that name a level of education, and the level below it that
// one has who did not finish.
var schools = []struct{ word, level, below string }{
	{"박사", "doctor", "master"}, {"ph.d", "doctor", "master"}, {"doctor", "doctor", "master"},
	{"석사", "master", "bachelor"}, {"대학원", "master", "bachelor"}, {"master", "master", "bachelor"},
	{"대학교", "bachelor", "high"}, {"4년제", "bachelor", "high"}, {"대졸", "bachelor", "high"}, {"bachelor", "bachelor", "high"},
	{"전문대", "associate", "high"}, {"전문학사", "associate", "high"}, {"폴리텍", "associate", "high"}, {"초대졸", "associate", "high"}, {"associate", "associate", "high"},
	{"고등학교", "high", "middle"}, {"고교", "high", "middle"}, {"고졸", "high", "middle"}, {"공고", "high", "middle"}, {"상고", "high", "middle"},
	{"여고", "high", "middle"}, {"검정고시", "high", ""}, {"high school", "high", "middle"},
	{"중학교", "middle", "primary"}, {"중졸", "middle", "primary"}, {"middle school", "middle", "primary"},
	{"초등학교", "primary", ""}, {"국민학교", "primary", ""}, {"초졸", "primary", ""}, {"무학", "primary", ""},
}

var (
	unfinished = regexp.MustCompile(`중퇴|재학|휴학|수료|자퇴|제적|졸업\s?예정|in progress|dropped`)
	majorOf    = regexp.MustCompile(`[가-힣A-Za-z·]+(?:학과|학부|전공|공학|과)(?:[\s,)]|$)`)
)

// addSchool reads a line of education: the highest level counts, and majors.
func (r *Reader) addSchool(out *ieum.Resume, line string) bool {
	folded := strings.ToLower(line)
	at, level := -1, ""
	for _, s := range schools {
		if i := strings.LastIndex(folded, s.word); i > at {
			at, level = i, s.level
			if unfinished.MatchString(folded[i:]) {
				level = s.below
			}
		}
	}
	known := r.defs.Codes["education"]
	if level != "" && known != nil {
		found, ok := known.Find(level)
		before, had := known.Find(out.Education)
		if ok && (!had || found.Rank > before.Rank) {
			out.Education = level
		}
	}
	majors := false
	for _, word := range majorOf.FindAllString(line, -1) {
		word = strings.Trim(word, " ,)")
		if m := r.defs.Codes["majors"]; m != nil {
			if _, ok := parse.ReadCode(m, strings.TrimSuffix(word, "전공")); ok && !slices.Contains(out.Majors, word) {
				out.Majors, majors = append(out.Majors, strings.TrimSuffix(word, "전공")), true
			}
		}
	}
	return at >= 0 || majors
}
