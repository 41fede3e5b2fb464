package parse

import (
	"fmt"
	"math"
	"strings"

	"ieum/internal/snapshot"
)

// mostMonths is the longest career that is read: 60 years. 99 years is how some
// sites write that there is no most.
const (
	mostMonths = 720
	noMost     = 99 * 12
)

// Career is the experience a posting asks for, in months.
type Career struct {
	Min, Max int  // snapshot.Unset when not stated; Min ≤ Max when both are
	Entry    bool // people without experience may apply
}

var (
	careerAny   = []string{"무관", "불문", "관계없", "상관없", "제한없"}
	careerNone  = []string{"신입", "무경력", "경력없음", "경험없음", "초보", "인턴"}
	careerWords = []string{ // may stand around the figures and change nothing
		"관련경력", "실무경력", "업무경력", "해당경력", "경력자", "경력직", "경력", "경험자", "경험", "실무", "관련", "채용", "모집", "지원", "가능",
		"최소", "약", "만", "자", "직", "및", "또는", "이나", "혹은", "보유", "필수", "제",
	}
	careerMore = []string{"이상", "↑", "부터", "초과", "+", "~"}
	careerLess = []string{"이하", "미만", "↓", "까지", "이내"}
)

// ReadCareer reads experience such as "경력3년↑", "신입·경력", "경력 5-7년" or
// "경력무관". A bare "경력3년" asks for three years at least.
func ReadCareer(text string) (Career, bool) {
	c := Career{Min: snapshot.Unset, Max: snapshot.Unset}
	s, ok := squeeze(fold(text))
	if !ok || s == "" {
		return c, false
	}
	if containsAny(s, careerAny) {
		return Career{Min: 0, Max: snapshot.Unset, Entry: true}, !hasDigit(s)
	}
	r := careerReader{rest: s, from: -1, to: -1}
	if !r.read() {
		return c, false
	}
	return r.finish()
}

type careerReader struct {
	rest       string
	from, to   int // months; -1 when absent
	less       bool
	entry      bool
	experience bool
	barrier    bool // a ~ or - stood before any figure
}

// read takes words, marks and at most one figure or range.
func (r *careerReader) read() bool {
	for r.rest != "" {
		switch c := r.rest[0]; {
		case isDigit(c):
			if r.from >= 0 || !r.figures() {
				return false
			}
		case strings.IndexByte("/,()[]:.&+", c) >= 0:
			r.rest = r.rest[1:]
		case c == '~' || c == '-':
			r.barrier, r.rest = true, r.rest[1:]
		case !r.word():
			return false
		}
	}
	return true
}

func (r *careerReader) word() bool {
	word, rest, ok := cutAny(r.rest, []string{"·", "년차", "년", "개월"})
	if ok {
		r.rest = rest
		return word == "·"
	}
	if _, rest, ok = cutAny(r.rest, careerNone); ok {
		r.entry, r.rest = true, rest
		return true
	}
	if word, rest, ok = cutAny(r.rest, careerWords); ok {
		r.experience = r.experience || strings.Contains(word, "경")
		r.rest = rest
	}
	return ok
}

// figures reads a figure or range and the bound after it.
func (r *careerReader) figures() bool {
	from, unit, ok := r.months()
	if !ok {
		return false
	}
	to := -1.0
	if len(r.rest) > 1 && (r.rest[0] == '~' || r.rest[0] == '-') && isDigit(r.rest[1]) {
		var other float64
		r.rest = r.rest[1:]
		if to, other, ok = r.months(); !ok {
			return false
		}
		if unit == 0 { // "3~10년": the unit stands once
			from *= other
			unit = other
		}
	}
	if unit == 0 {
		return false
	}
	r.from = int(math.Round(from))
	if to >= 0 {
		r.to = int(math.Round(to))
	}
	_, r.rest, _ = cutAny(r.rest, careerMore)
	if _, rest, ok := cutAny(r.rest, careerLess); ok {
		r.less, r.rest = true, rest
	}
	return true
}

// months reads "3년", "6개월", "1년6개월", "1.5년", or a bare number with unit 0.
func (r *careerReader) months() (v, unit float64, ok bool) {
	for r.rest != "" && isDigit(r.rest[0]) {
		n, rest, ok := number(r.rest)
		if !ok || n > mostMonths {
			return 0, 0, false
		}
		word, after, found := cutAny(rest, []string{"년차", "년", "개월", "달"})
		switch {
		case !found && unit == 0:
			r.rest = rest
			return n, 0, true
		case !found || unit == 1 || unit == 12 && word != "개월" && word != "달":
			return 0, 0, false
		case word == "개월" || word == "달":
			v, unit = v+n, 1
		default:
			v, unit = v+12*n, 12
		}
		r.rest = after
	}
	return v, unit, true
}

func (r *careerReader) finish() (Career, bool) {
	c := Career{Min: snapshot.Unset, Max: snapshot.Unset, Entry: r.entry}
	switch {
	case r.from < 0 && r.entry && r.experience:
		c.Min = 0
		return c, true
	case r.from < 0 && r.entry:
		c.Min, c.Max = 0, 0
		return c, !r.barrier
	case r.from < 0:
		return c, r.experience && !r.barrier
	case r.to >= 0:
		c.Min, c.Max = r.from, r.to
	case r.less || r.barrier:
		c.Max = r.from
	default:
		c.Min = r.from
	}
	if c.Max == noMost {
		c.Max = snapshot.Unset
	}
	if r.entry && r.barrier || r.entry && c.Min != snapshot.Unset { // "신입~3년", "신입·경력1년↑"
		c.Min = 0
	}
	if c.Min == 0 {
		c.Entry = true
	}
	return c, (c.Min == snapshot.Unset || c.Min <= mostMonths) && (c.Max == snapshot.Unset || c.Max <= mostMonths && (c.Min == snapshot.Unset || c.Min <= c.Max))
}

// String writes c so that ReadCareer reads it back.
func (c Career) String() string {
	length := func(m int) string {
		switch {
		case m%12 == 0:
			return fmt.Sprintf("%d년", m/12)
		case m > 12:
			return fmt.Sprintf("%d년 %d개월", m/12, m%12)
		}
		return fmt.Sprintf("%d개월", m)
	}
	switch {
	case c.Entry && c.Max == 0:
		return "신입"
	case c.Entry && c.Max == snapshot.Unset:
		return "경력무관"
	case c.Min == snapshot.Unset && c.Max == snapshot.Unset:
		return "경력"
	case c.Min == snapshot.Unset:
		return "경력 " + length(c.Max) + " 이하"
	case c.Max == snapshot.Unset:
		return "경력 " + length(c.Min) + " 이상"
	}
	return "경력 " + length(c.Min) + "~" + length(c.Max)
}
