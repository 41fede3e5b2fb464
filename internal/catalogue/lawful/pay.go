package lawful

import (
	"math/big"
	"strings"

	"ieum"
	"ieum/internal/catalogue/parse"
	"ieum/internal/snapshot"
)

var (
	// paid are words that say what is paid, and for how long: a basis, an amount or two.
	paid = re(`(시급|시간급|시간당|일급|일당|월급|월급여|월\s*급여|월|연봉)(?:은|는|이)?\s*[:：]?\s*(?:세전|약|기본급?)?\s*(\d[\d,.]*\s*(?:만|천|백만)?\s*(?:[\d,]{1,6}\s*)?원?(?:\s*[~∼〜～-]\s*\d[\d,.]*\s*(?:만|천)?\s*(?:[\d,]{1,6}\s*)?원?)?)\s*(이상|이하|미만|까지|부터)?`)
	// extra are words by which an amount is no wage.
	extra = re(`식대|수당|인센티브|지원금|교통비|상여|성과급|보너스|기숙사|월세|관리비|장려금|공제|매출|후원|보험|추가|할인|저축|포인트|복지|인상|상승|최대|수습|실수령|세후|경비|차량|주차|통신비|유류`)
	// short are words by which somebody works less than a full week.
	short = re(`시간제|파트|단시간|시간\s*선택|주\s*[1-4]\s*일|주말|격일|오전만|오후만|단기|주\s*[1-4]회`)
	week  = re(`주\s*(\d{1,2})\s*시간`)
	day   = re(`(?:1일|하루|일)\s*(\d{1,2})\s*시간`)
)

// lowPay returns the wages of a text that come to less than least an hour. Pay by the day is
// that of 8 hours, by the month or year that of a week of 40 hours (209 hours a month with
// the paid day off), unless the text says how long is worked; where it only says that it is
// less, it is not known and not looked at.
func lowPay(text string, least int64) (list []Warning) {
	for _, at := range paid.FindAllStringSubmatchIndex(text, -1) {
		start, end := clause(text, at[0], at[1])
		basis := strings.Join(strings.Fields(text[at[2]:at[3]]), "")
		near := text[at[1]:min(end, at[1]+30)]
		if basis == "월" {
			near = text[start:end]
		}
		if extra.MatchString(near) || strings.HasPrefix(basis, "월") && at[0] > 0 && text[at[0]-1] >= '0' && text[at[0]-1] <= '9' {
			continue
		}
		pay, ok := parse.ReadPay(text[at[0]:at[1]], parse.PayUnit{})
		if !ok {
			continue
		}
		won := pay.Min
		if won == 0 {
			won = pay.Max
		}
		hour, ok := hourly(text, won, pay.Basis)
		if !ok || hour.Cmp(big.NewRat(least, 1)) >= 0 {
			continue
		}
		w := warning(Pay, text, at[0], at[1])
		w.Hour = new(big.Int).Quo(hour.Num(), hour.Denom()).Int64()
		list = append(list, w)
	}
	return list
}

// hourly returns what won a year, as it was read of full-time work, come to an hour; false
// where the text does not say how long is worked.
func hourly(text string, won int64, basis snapshot.PayBasis) (*big.Rat, bool) {
	hours := big.NewRat(ieum.MonthHours*12, 1) // a year
	switch basis {
	case snapshot.PayHourly:
	case snapshot.PayDaily:
		if h := stated(day, text); h > 0 && h != ieum.DayHours {
			hours.Mul(hours, big.NewRat(int64(h), ieum.DayHours))
		} else if h < 0 {
			return nil, false
		}
	case snapshot.PayMonthly, snapshot.PayAnnual:
		h := stated(week, text)
		switch {
		case h < 0 || h == 0 && (short.MatchString(text) || stated(day, text) != 0 && stated(day, text) != ieum.DayHours):
			return nil, false
		case 0 < h && h < 15: // without a paid day off (근로기준법 art. 18(3))
			hours = big.NewRat(int64(h)*365, 7)
		case 15 <= h && h < 40:
			hours.Mul(hours, big.NewRat(int64(h), 40))
		}
	default:
		return nil, false
	}
	return new(big.Rat).Quo(big.NewRat(won, 1), hours), true
}

// stated returns the hours that a text states; 0 = none, -1 = several.
func stated(is interface {
	FindAllStringSubmatch(string, int) [][]string
}, text string) int {
	hours := 0
	for _, m := range is.FindAllStringSubmatch(text, -1) {
		n := of(m[1])
		if n == 0 {
			continue
		}
		if hours != 0 && hours != n {
			return -1
		}
		hours = n
	}
	return hours
}
