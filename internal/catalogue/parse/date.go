package parse

import (
	"strings"
	"time"

	"ieum"
)

// dateOpen are what a deadline says that has no day.
var dateOpen = []string{"상시", "채용시", "수시", "충원시", "마감시", "모집시", "별도공지", "정보없음"}

// ReadDate reads a day such as 2024-12-31, 2024/12/31, 24.12.31,
// "2024년 12월 31일(화)", 20241231, or an ISO 8601 instant, which is taken to
// Seoul. "상시채용", "채용시" and
// the like are read as no day (0). A day that
// needs another to be understood ("12/31", "오늘마감") is not read, nor is a
// range. With a layout of package time, only that form is read.
func ReadDate(text, layout string) (ieum.Day, bool) {
	s := fold(text)
	if layout != "" {
		t, err := time.ParseInLocation(layout, s, ieum.Seoul)
		return dayOf(t), err == nil && inReach(t.Year())
	}
	if len(s) >= 20 && s[10] == 'T' {
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil && inReach(t.Year()) {
			return dayOf(t), true
		}
	}
	if !hasDigit(s) {
		_, _, open := cutAny(strings.ReplaceAll(s, " ", ""), dateOpen)
		return 0, open
	}
	s = strings.TrimLeft(s, "~ ")
	y, rest, digits := leading(s)
	switch digits {
	case 8:
		return calendar(y/10000, y/100%100, y%100, rest)
	case 4:
	case 2:
		y += 2000
	default:
		return 0, false
	}
	m, rest, ok := part(rest, "년")
	if !ok {
		return 0, false
	}
	d, rest, ok := part(rest, "월")
	if !ok {
		return 0, false
	}
	rest = strings.TrimPrefix(strings.TrimLeft(rest, " "), "일")
	return calendar(y, m, d, rest)
}

func dayOf(t time.Time) ieum.Day { return ieum.DayOf(t) }

func inReach(year int) bool { return 1900 <= year && year < 2200 }

// leading reads the number s begins with.
func leading(s string) (n int, rest string, digits int) {
	for digits < len(s) && digits < 9 && isDigit(s[digits]) {
		n = n*10 + int(s[digits]-'0')
		digits++
	}
	return n, s[digits:], digits
}

// part reads a separator and a number of one or two digits.
func part(s, word string) (n int, rest string, ok bool) {
	s = strings.TrimLeft(s, " ")
	_, s, ok = cutAny(s, []string{word, "-", "/", "."})
	if !ok {
		return 0, s, false
	}
	n, rest, digits := leading(strings.TrimLeft(s, " "))
	return n, rest, digits == 1 || digits == 2
}

// calendar checks the day and what follows it: a full stop, a day of the week,
// a time, or words without another number.
func calendar(y, m, d int, rest string) (ieum.Day, bool) {
	if !inReach(y) || m < 1 || m > 12 || d < 1 {
		return 0, false
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if t.Day() != d || !clock(strings.TrimLeft(rest, ". T")) {
		return 0, false
	}
	return ieum.Day(t.Unix() / 86400), true
}

// clock reports whether s is nothing, a weekday, a time of the day, or words.
func clock(s string) bool {
	if strings.ContainsAny(s, "~/-") {
		return false
	}
	if i := strings.IndexAny(s, "0123456789"); i >= 0 {
		h, rest, digits := leading(s[i:])
		if digits > 2 || h > 24 || len([]rune(s[:i])) > 6 {
			return false
		}
		_, rest, ok := cutAny(strings.TrimLeft(rest, " "), []string{":", "시"})
		return ok && !strings.ContainsAny(strings.TrimLeft(rest, " 0123456789:.분초"), "0123456789")
	}
	return true
}
