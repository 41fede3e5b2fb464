package parse

import (
	"math"
	"strconv"
	"strings"

	"ieum"
	"ieum/internal/snapshot"
)

// Pay a year outside of these, in won, is a slip of the pen, or not pay by the
// year at all, and is not read.
const (
	PayLeast = 5_000_000
	PayMost  = 1_000_000_000 // exclusive
)

// bareYear is the least amount read as pay a year when a text does not say for
// how long it is paid: no posting pays that in a month and none a tenth of it
// in a year, so there is one way to read it.
const bareYear = 12_000_000

// Pay is what a posting offers or a person asks, in won a year.
type Pay struct {
	Min, Max int64 // 0 when not stated; Min ≤ Max when both are
	Basis    snapshot.PayBasis
}

// A PayUnit says what a source's bare numbers are.
type PayUnit struct {
	Won   int64             // won a unit: 1, 1,000, 10,000; 0 = a number without its unit is won
	Basis snapshot.PayBasis // the basis when the text names none; PayUnknown = none is assumed
}

// yearly returns the factor from pay of a basis to pay a year, as a fraction.
func yearly(b snapshot.PayBasis) (num, den int64) {
	switch b {
	case snapshot.PayHourly:
		return ieum.MonthHours * 12, 1
	case snapshot.PayDaily:
		return ieum.MonthHours * 12, ieum.DayHours
	case snapshot.PayMonthly:
		return 12, 1
	}
	return 1, 1
}

var (
	payBases = []struct {
		word  string
		basis snapshot.PayBasis
	}{
		{"연봉", snapshot.PayAnnual}, {"년봉", snapshot.PayAnnual}, {"연급", snapshot.PayAnnual}, {"연간", snapshot.PayAnnual},
		{"시급", snapshot.PayHourly}, {"시간급", snapshot.PayHourly}, {"시간당", snapshot.PayHourly}, {"/시간", snapshot.PayHourly}, {"/시", snapshot.PayHourly},
		{"일급", snapshot.PayDaily}, {"일당", snapshot.PayDaily}, {"/일", snapshot.PayDaily},
		{"월급", snapshot.PayMonthly}, {"월봉", snapshot.PayMonthly}, {"월보수", snapshot.PayMonthly}, {"월임금", snapshot.PayMonthly}, {"매월", snapshot.PayMonthly}, {"/월", snapshot.PayMonthly},
		{"/년", snapshot.PayAnnual}, {"/연", snapshot.PayAnnual},
		{"연", snapshot.PayAnnual}, {"년", snapshot.PayAnnual}, {"월", snapshot.PayMonthly}, {"일", snapshot.PayDaily},
	}
	// payLabels may stand before an amount and change nothing.
	payLabels = []string{"급여조건", "급여", "임금", "보수", "기본급", "희망", "세전", "약", "제", "액", ":", "(", ")", "[", "]", "·", "/", "-"}
	// payOther makes an amount something else than gross pay for a time.
	payOther = []string{"세후", "실수령", "총액", "건당", "회당", "주급", "매출", "수습", "만엔", "달러", "USD", "usd", "$", "€"}
	// payBounds follow an amount: six say at least, the others at most.
	payBounds     = []string{"이상", "부터", "↑", "초과", "~", "+", "이하", "미만", "까지", "↓"}
	payNegotiable = []string{"협의", "내규", "면접", "결정", "회사규정", "회사의규정", "규정에따", "추후"}
	payUnstated   = []string{"", "-", "정보없음", "없음", "비공개", "무관", "미정", "미기재", "해당없음", "null", "None", "none", "N/A"}
)

// ReadPay reads pay such as "연봉 3,000 만원 ~ 3,200 만원", "시급 11,000원" or
// "면접 후 결정". Numbers without a unit are in the source's; without one they
// are won. Pay that is stated not to be stated is the zero Pay, and read.
func ReadPay(text string, unit PayUnit) (Pay, bool) {
	s, ok := squeeze(fold(text))
	if !ok || containsAny(s, payOther) {
		return Pay{}, false
	}
	if !hasDigit(s) {
		return payWords(s)
	}
	p := payReader{rest: s, unit: unit}
	return p.read()
}

// payWords reads a text without an amount.
func payWords(s string) (Pay, bool) {
	for _, w := range payUnstated {
		if s == w {
			return Pay{}, true
		}
	}
	if containsAny(s, payNegotiable) {
		return Pay{Basis: snapshot.PayNegotiable}, true
	}
	return Pay{}, false
}

// A payReader reads [basis] [bound] amount [~ amount] [bound] [tail].
type payReader struct {
	rest  string
	unit  PayUnit
	basis snapshot.PayBasis
}

func (p *payReader) read() (Pay, bool) {
	lowest, highest := p.prefix()
	if p.rest == "" {
		return Pay{}, false
	}
	if rest, ok := strings.CutPrefix(p.rest, "~"); ok {
		p.rest, highest = rest, true
	}
	first, ok := p.amount()
	if !ok {
		return Pay{}, false
	}
	var second amount
	two := false
	if _, rest, ok := cutAny(p.rest, []string{"이상~", "부터~", "~", "-", "에서", "부터"}); ok {
		p.rest = rest
		if rest != "" && isDigit(rest[0]) {
			if second, ok = p.amount(); !ok {
				return Pay{}, false
			}
			two = true
		} else {
			lowest = true
		}
	}
	if !p.tail(&lowest, &highest) || two && lowest || !two && lowest && highest {
		return Pay{}, false
	}
	if two && !share(&first, &second) {
		return Pay{}, false
	}
	highest = highest && !two // "3,000만원 ~ 4,000만원 이하" says it twice
	return p.finish(first, second, two, lowest, highest)
}

// prefix reads the words before the first amount.
func (p *payReader) prefix() (lowest, highest bool) {
	for p.rest != "" {
		if word, rest, ok := cutAny(p.rest, []string{"최소", "최저", "최대", "최고"}); ok {
			lowest, highest = lowest || word == "최소" || word == "최저", highest || word == "최대" || word == "최고"
			p.rest = rest
			continue
		}
		if p.basis == snapshot.PayUnknown && p.cutBasis() {
			continue
		}
		_, rest, ok := cutAny(p.rest, payLabels)
		if !ok {
			break
		}
		p.rest = rest
	}
	return lowest, highest
}

func (p *payReader) cutBasis() bool {
	for _, b := range payBases {
		if rest, ok := strings.CutPrefix(p.rest, b.word); ok {
			p.basis, p.rest = b.basis, rest
			return true
		}
	}
	return false
}

// tail reads the words after the last amount. Another number there could
// change what the first means, so it makes the text unread; the usual week
// does not.
func (p *payReader) tail(lowest, highest *bool) bool {
	s := p.rest
	for _, week := range []string{"주5일", "주40시간", "주5일근무"} {
		s = strings.ReplaceAll(s, week, "")
	}
	if hasDigit(s) {
		return false
	}
	if _, _, ok := cutAny(s, payBounds[:6]); ok {
		*lowest = true
	}
	if _, _, ok := cutAny(s, payBounds[6:]); ok {
		*highest = true
	}
	if p.basis == snapshot.PayUnknown {
		_, s, _ = cutAny(s, payBounds)
		p.rest = strings.TrimLeft(s, "(")
		p.cutBasis()
	}
	return true
}

func (p *payReader) finish(first, second amount, two, lowest, highest bool) (Pay, bool) {
	pay := Pay{Basis: p.basis}
	if pay.Basis == snapshot.PayUnknown {
		pay.Basis = p.unit.Basis
	}
	a, b := first.won(p.unit), first.won(p.unit)
	if two {
		b = second.won(p.unit)
	}
	if a == 0 && b == 0 {
		return Pay{}, true // 0 in a column of numbers: not stated
	}
	if pay.Basis == snapshot.PayUnknown && min(a, b) >= bareYear {
		pay.Basis = snapshot.PayAnnual
	}
	if pay.Basis == snapshot.PayUnknown || a > b {
		return Pay{}, false
	}
	num, den := yearly(pay.Basis)
	pay.Min = int64(math.Round(a * float64(num) / float64(den)))
	pay.Max = int64(math.Round(b * float64(num) / float64(den)))
	if pay.Min < PayLeast || pay.Max >= PayMost {
		return Pay{}, false
	}
	if highest {
		pay.Min = 0
	}
	if lowest {
		pay.Max = 0
	}
	return pay, true
}

// An amount is a number with the Korean units that followed it.
type amount struct {
	value  float64
	bare   bool    // no 만, 억 or 원 stood behind it
	thou   bool    // 천 or 백 did
	factor float64 // what the one number was multiplied with; 0 when there were several
}

func (a amount) won(u PayUnit) float64 {
	if a.bare && u.Won > 0 {
		return a.value * float64(u.Won)
	}
	return a.value
}

// share gives the amounts of a range one unit: "2,400~3,600만원", "2~3천만원".
func share(a, b *amount) bool {
	from, to := b, a
	if a.bare == b.bare {
		return true
	}
	if b.bare {
		from, to = a, b
	}
	f := from.factor
	if to.thou && f >= 1e4 {
		f = 1e4
	}
	if f == 0 {
		return false
	}
	to.value, to.bare = to.value*f, false
	return true
}

// amount reads a number such as 3,000만원, 1억2천만, 2.5억 or 35000000.
func (p *payReader) amount() (amount, bool) {
	var total, section float64
	a := amount{bare: true, factor: 1}
	numbers, factor := 0, 1.0
	for p.rest != "" && isDigit(p.rest[0]) {
		n, rest, ok := number(p.rest)
		if !ok {
			return a, false
		}
		p.rest = rest
		if numbers++; numbers > 4 {
			return a, false
		}
		factor = 1
	units:
		for {
			word, rest, ok := cutAny(p.rest, []string{"억", "만", "천", "백", "십"})
			if !ok {
				break
			}
			p.rest = rest
			switch word {
			case "억", "만":
				f := 1e4
				if word == "억" {
					f = 1e8
				}
				total += (section + n) * f
				section, n, factor, a.bare = 0, 0, factor*f, false
				break units
			default:
				f := map[string]float64{"천": 1e3, "백": 100, "십": 10}[word]
				n, factor, a.thou = n*f, factor*f, true
			}
		}
		section += n
	}
	rest, won := strings.CutPrefix(p.rest, "원")
	p.rest = rest
	if !won && total >= 1e8 && section > 0 { // 1억 2천: the 만 is understood
		section *= 1e4
	}
	a.value = total + section
	if won {
		a.bare = false
	}
	if a.factor = factor; numbers > 1 {
		a.factor = 0
	}
	return a, numbers > 0
}

// number reads digits with commas between thousands, and decimals.
func number(s string) (v float64, rest string, ok bool) {
	end, group, commas := 0, 0, false
	for end < len(s) && (isDigit(s[end]) || s[end] == ',' && end+1 < len(s) && isDigit(s[end+1])) {
		if s[end] == ',' {
			if group > 3 || commas && group != 3 {
				return 0, s, false
			}
			group, commas = -1, true
		}
		group++
		end++
	}
	if end == 0 || end > 16 || commas && group != 3 {
		return 0, s, false
	}
	if end+1 < len(s) && s[end] == '.' && isDigit(s[end+1]) {
		for end++; end < len(s) && isDigit(s[end]); end++ {
		}
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(s[:end], ",", ""), 64)
	return v, s[end:], err == nil
}

// String writes pay as it is stated, in won: ReadPay reads it back.
func (p Pay) String() string {
	if p.Basis == snapshot.PayNegotiable {
		return "협의"
	}
	if p.Min == 0 && p.Max == 0 {
		return ""
	}
	word := map[snapshot.PayBasis]string{snapshot.PayHourly: "시급", snapshot.PayDaily: "일급", snapshot.PayMonthly: "월급", snapshot.PayAnnual: "연봉"}[p.Basis]
	num, den := yearly(p.Basis)
	stated := func(year int64) string {
		return strconv.FormatInt(int64(math.Round(float64(year)*float64(den)/float64(num))), 10) + "원"
	}
	switch {
	case p.Max == 0:
		return word + " " + stated(p.Min) + " 이상"
	case p.Min == 0:
		return word + " " + stated(p.Max) + " 이하"
	case p.Min == p.Max:
		return word + " " + stated(p.Min)
	}
	return word + " " + stated(p.Min) + " ~ " + stated(p.Max)
}
