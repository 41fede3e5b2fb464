package catalogue

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A yearMonth is a month of the calendar; year is 0 when it is not known, and of is 0
// when only the year is.
type yearMonth struct{ year, of int }

func (r *Reader) thisMonth() yearMonth {
	now := r.now()
	return yearMonth{now.Year(), int(now.Month())}
}

// until returns how many months lie from m up to the end of another month: 0
// when either is not known or they are the wrong way round. Years alone count
// whole.
func (m yearMonth) until(to yearMonth) int {
	if m.year == 0 || to.year == 0 {
		return 0
	}
	if m.of == 0 || to.of == 0 {
		return max(0, 12*(to.year-m.year))
	}
	return max(0, 12*(to.year-m.year)+to.of-m.of+1)
}

const (
	dateForm = `(?:'?(\d{2}|\d{4})\s*(?:[.\-/]|년)\s*(1[0-2]|0?[1-9])(?:\s*월|[.\-/]\s*(?:3[01]|[12]\d|0?[1-9]))?\.?(?:\s*\d{1,2}\s*일)?|((?:19|20)\d{2})\s*년?|([a-z]{3,9})\.?,?\s+((?:19|20)\d{2}))`
	nowForm  = `(현재|재직\s*중|재직|지금|근무\s*중|present|now|current)`
)

var (
	oneDate  = regexp.MustCompile(`(?i)^\s*` + dateForm)
	period   = regexp.MustCompile(`(?i)` + dateForm + `\s*(?:~|〜|∼|–|—|-|부터|to)\s*(?:` + dateForm + `|` + nowForm + `)(?:\s*까지)?`)
	howLong  = regexp.MustCompile(`(?i)(?:약|총|만)?\s*(?:(\d{1,2})\s*(?:년|years?|yrs?)(?:\s*차)?(?:\s*(\d{1,2})\s*(?:개월|months?))?|(\d{1,3})\s*(?:개월|months?))\s*(?:간|동안|정도|이상|넘게|째|가량|경력|of)*`)
	presence = regexp.MustCompile(`(?i)^\s*` + nowForm)
	emptied  = regexp.MustCompile(`\(\s*[,~\-]?\s*\)|\[\s*\]`)
)

// readMonth reads a month such as 2015-03, "2015년 3월", "Mar 2015", 2015, or a
// word for today.
func (r *Reader) readMonth(text string) (yearMonth, bool) {
	if presence.MatchString(text) {
		return r.thisMonth(), true
	}
	m := oneDate.FindStringSubmatch(text)
	if m == nil {
		return yearMonth{}, false
	}
	return r.monthOf(m[1:])
}

// monthOf reads the groups of dateForm.
func (r *Reader) monthOf(g []string) (yearMonth, bool) {
	switch {
	case g[0] != "":
		year, _ := strconv.Atoi(g[0])
		of, _ := strconv.Atoi(g[1])
		if len(g[0]) == 2 {
			if year += 2000; year > r.now().Year() {
				year -= 100
			}
		}
		return yearMonth{year, of}, year >= 1900 && year <= r.now().Year()+1
	case g[2] != "":
		year, _ := strconv.Atoi(g[2])
		return yearMonth{year, 0}, true
	case g[3] != "":
		year, _ := strconv.Atoi(g[4])
		of, err := time.Parse("Jan", strings.ToUpper(g[3][:1])+strings.ToLower(g[3][1:3]))
		return yearMonth{year, int(of.Month())}, err == nil
	}
	return yearMonth{}, false
}

// A stay is how long a line says that something lasted.
type stay struct {
	months int
	dated  bool // from when to when, not only how long
}

// mostStay is the longest stay that is read, in months.
const mostStay = 60 * 12

// readSpell takes a period, or else how long, out of a line; rest is what it says
// besides.
func (r *Reader) readSpell(line string) (s stay, rest string, ok bool) {
	if at := period.FindStringSubmatchIndex(line); at != nil {
		g := func(i int) string {
			if at[2*i] < 0 {
				return ""
			}
			return line[at[2*i]:at[2*i+1]]
		}
		groups := make([]string, 12)
		for i := range groups[1:] {
			groups[i+1] = g(i + 1)
		}
		from, ok1 := r.monthOf(groups[1:6])
		to, ok2 := r.monthOf(groups[6:11])
		if groups[11] != "" {
			to, ok2 = r.thisMonth(), true
		}
		if months := from.until(to); ok1 && ok2 && months > 0 && months <= mostStay {
			rest = line[:at[0]] + " " + line[at[1]:]
			if long := howLong.FindStringIndex(rest); long != nil { // "(4년 6개월)" says it again
				rest = rest[:long[0]] + " " + rest[long[1]:]
			}
			return stay{months, true}, bare(rest), true
		}
	}
	at := howLong.FindStringSubmatchIndex(line)
	if at == nil {
		return stay{}, line, false
	}
	number := func(i int) int {
		if at[2*i] < 0 {
			return 0
		}
		n, _ := strconv.Atoi(line[at[2*i]:at[2*i+1]])
		return n
	}
	months := 12*number(1) + number(2) + number(3)
	if months <= 0 || months > mostStay || at[0] > 0 && isDigit(line[at[0]-1]) {
		return stay{}, line, false
	}
	return stay{months: months}, bare(line[:at[0]] + " " + line[at[1]:]), true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// bare leaves out blanks and signs that what was taken out left behind.
func bare(s string) string {
	s = emptied.ReplaceAllString(s, " ")
	return strings.Trim(strings.Join(strings.Fields(s), " "), " ,:;|/-~·")
}
