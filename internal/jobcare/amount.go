package jobcare

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Units of Korean numerals, in won where they count money.
const (
	man = 10_000
	eok = 100_000_000
)

// mostWish is the most a year that is taken for a wish, in won.
const mostWish = 12_000_000_000

// behindPay is what people write behind an amount: 250은 받아야, 250 정도면.
var behindPay = regexp.MustCompile(`^(?:정도|쯤|이상|가량|부터)?(?:은|는|이면|면|이라도|이요|요)?(?:(?:받아야|받고싶|받았으면|되야|돼야|되어야|주면|줬으면)[가-힣]{0,4})?$`)

// wished reads the pay a person wants as people write it, and returns won a
// year: 250, 이백오십, 월 250만원 and 2,500,000원 are all 2,500,000 won a month,
// 연봉 3천 is 30,000,000 won a year. Nothing, and words such as 상관없음, are 0.
// What cannot be read, or could be one thing as well as another, gives the key
// of the message that asks for it again.
func wished(text string) (year int64, fault string) {
	s := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" ,\t\n", r) {
			return -1
		}
		return r
	}, text)
	for _, word := range []string{"없", "상관", "무관", "협의", "모름", "모르", "아무"} {
		if strings.Contains(s, word) {
			return 0, ""
		}
	}
	s, annual := trimPeriod(s)
	if s == "" {
		if annual || strings.TrimSpace(text) != "" {
			return 0, "error.diagnosis_pay"
		}
		return 0, ""
	}
	n, rest, ok := numeral(s)
	bare := ok && !strings.ContainsAny(s[:len(s)-len(rest)], "만억")
	if after, won := strings.CutPrefix(rest, "원"); won {
		rest, bare = after, false
	}
	if !ok || !behindPay.MatchString(rest) {
		return 0, "error.diagnosis_pay"
	}
	switch {
	case bare && n < 1000, bare && annual && n < 10*man:
		n *= man
	case bare && n < man: // 3천: in ten thousands, but a year or a month?
		return 0, "error.diagnosis_pay_year"
	}
	if !annual {
		n *= 12
	}
	if n > mostWish || n > 0 && n < 120*man { // by the hour, or a slip
		return 0, "error.diagnosis_pay"
	}
	return n, ""
}

// trimPeriod takes the words away that stand before an amount, and says
// whether they name a year.
func trimPeriod(s string) (rest string, annual bool) {
	for {
		before := s
		for _, word := range []string{"연봉", "년봉", "1년에", "일년에", "한해에", "한해", "연간", "연"} {
			if after, ok := strings.CutPrefix(s, word); ok {
				s, annual = after, true
			}
		}
		for _, word := range []string{"월급", "한달에", "한달", "매월", "매달", "달에", "월에", "월", "최소", "적어도", "약", "세전", ":"} {
			s = strings.TrimPrefix(s, word)
		}
		if s == before {
			return s, annual
		}
	}
}

// numeral reads a whole number at the beginning of a text, in digits, in Korean
// or in both: 250, 이백오십, 3천5백만, 2.5억. It is not ok when none stands there
// or its parts are in no order that a number has.
func numeral(s string) (n int64, rest string, ok bool) {
	total, section, digit := 0.0, 0.0, -1.0
	small, big := math.Inf(1), math.Inf(1) // the units before, which must fall
	for s != "" {
		if end := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' }); end != 0 {
			if end < 0 {
				end = len(s)
			}
			v, err := strconv.ParseFloat(s[:end], 64)
			if err != nil || digit >= 0 || v > 1e12 {
				return 0, s, false
			}
			digit, s, ok = v, s[end:], true
			continue
		}
		r := []rune(s)[0]
		after := s[len(string(r)):]
		if at := strings.IndexRune(numerals, r); at >= 0 {
			if digit >= 0 {
				return 0, s, false
			}
			digit, s, ok = float64(at/len("일")+1), after, true
			continue
		}
		unit := map[rune]float64{'십': 10, '백': 100, '천': 1000, '만': man, '억': eok}[r]
		switch {
		case unit == 0:
			whole := total + section + max(digit, 0)
			return int64(whole), s, ok && whole == math.Trunc(whole) && whole <= 1e13
		case unit < man:
			if unit >= small {
				return 0, s, false
			}
			if digit < 0 {
				digit = 1
			}
			section, small = section+digit*unit, unit
		default:
			if unit >= big {
				return 0, s, false
			}
			if section += max(digit, 0); section == 0 && digit != 0 {
				section = 1
			}
			total, section, small, big = total+math.Round(section*unit), 0, math.Inf(1), unit
		}
		digit, s, ok = -1, after, true
	}
	whole := total + section + max(digit, 0)
	return int64(whole), "", ok && whole == math.Trunc(whole) && whole <= 1e13
}
