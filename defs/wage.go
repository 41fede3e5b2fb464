package defs

import (
	"strconv"

	"ieum"
)

// MinimumWage returns the minimum wage that holds on a day, in won an hour, and the day from
// which on it does (Minimum Wage Act, 최저임금법, art. 10), from the list minimum-wage; false where the list has none.
func (s *Set) MinimumWage(day ieum.Day) (hour int64, since ieum.Day, ok bool) {
	list := s.Codes["minimum-wage"]
	if list == nil {
		return 0, 0, false
	}
	for _, c := range list.Codes {
		won, err := strconv.ParseInt(c.Extra["hour"], 10, 64)
		if err == nil && won > 0 && c.Since <= day && c.Since >= since {
			hour, since, ok = won, c.Since, true
		}
	}
	return hour, since, ok
}
