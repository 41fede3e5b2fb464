package catalogue

import (
	"regexp"
	"strconv"
	"strings"
)

// People write how long they worked as they say it. figures rewrites what they
// write into the forms that readSpell knows: 십오 년, 열 달, 10여 년 and 3년 반 into
// figures, and '01~'22 or 98년~03년 into years of four digits.
func (r *Reader) figures(line string) string {
	line = saidLong.ReplaceAllStringFunc(line, func(s string) string {
		m := saidLong.FindStringSubmatch(s)
		unit := "년"
		if m[3] == "개월" || m[4] == "달" {
			unit = "개월"
		}
		return m[1] + strconv.Itoa(numeral(m[2])) + unit
	})
	line = aboutLong.ReplaceAllString(line, "${1}년")
	line = andHalf.ReplaceAllString(line, "${1}년 6개월")
	return shortYears.ReplaceAllStringFunc(line, func(s string) string {
		m := shortYears.FindStringSubmatch(s)
		return m[1] + r.fullYear(m[2]+m[3]) + "~" + r.fullYear(m[4])
	})
}

var (
	saidLong = regexp.MustCompile(`(^|[\s(])` +
		`((?:[이삼사오]?십)?[일이삼사오육칠팔구]|[이삼사오]?십|스무|스물|(?:열|스물)?(?:한|두|세|석|네|넉|다섯|여섯|일곱|여덟|아홉)|열)` +
		`(?:\s?(년|개월)|\s(달|해))`)
	aboutLong  = regexp.MustCompile(`(\d{1,2})\s*여\s*년`)
	andHalf    = regexp.MustCompile(`(\d{1,2})\s*년\s*반`)
	shortYears = regexp.MustCompile(`(^|[^\d])(?:['’](\d{2})년?|(0\d|[6-9]\d)년)\s*(?:~|〜|∼|–|—|-|부터)\s*['’]?(\d{2}|(?:19|20)\d{2})(?:년|\b)`)
)

// fullYear writes a year of two digits with four: the latest that has begun.
func (r *Reader) fullYear(s string) string {
	year, _ := strconv.Atoi(s)
	if len(s) == 2 {
		if year += 2000; year > r.now().Year() {
			year -= 100
		}
	}
	return strconv.Itoa(year)
}

// numeral reads a number below 60 in words, Chinese or Korean.
func numeral(s string) (n int) {
	for _, w := range []struct {
		word string
		n    int
	}{
		{"스물", 20}, {"스무", 20}, {"열", 10}, {"다섯", 5}, {"여섯", 6}, {"일곱", 7}, {"여덟", 8}, {"아홉", 9},
		{"한", 1}, {"두", 2}, {"세", 3}, {"석", 3}, {"네", 4}, {"넉", 4},
	} {
		if rest, ok := strings.CutPrefix(s, w.word); ok {
			n, s = n+w.n, rest
		}
	}
	for _, c := range s {
		if c == '십' {
			n = 10 * max(1, n)
		} else if i := strings.IndexRune("일이삼사오육칠팔구", c); i >= 0 {
			n += i/3 + 1
		}
	}
	return n
}

// spells cuts a line that tells of several stays into one part for each: "경비 5년,
// 주방 2년". Parts end behind how long, or begin with the period.
func spells(line string) []string {
	all := period.FindAllStringIndex(line, -1)
	if len(all) == 0 {
		all = howLong.FindAllStringIndex(line, -1)
	}
	if len(all) < 2 {
		return []string{line}
	}
	last := strings.TrimSpace(bare(line[:all[0][0]])) == "" // the work stands behind its period
	var parts []string
	from := 0
	for i := range len(all) - 1 {
		between := line[all[i][1]:all[i+1][0]]
		at := strings.IndexAny(between, ",/;")
		if last {
			at = strings.LastIndexAny(between, ",/;")
		}
		switch {
		case at >= 0:
			at += all[i][1]
		case last:
			at = all[i+1][0]
		default:
			at = all[i][1]
		}
		parts = append(parts, line[from:at])
		from = at
	}
	parts = append(parts, line[from:])
	for i, p := range parts {
		if parts[i] = bare(p); !hasWork(parts[i]) {
			return []string{line}
		}
	}
	return parts
}

// hasWork reports whether a part of a line says more than how long.
func hasWork(part string) bool {
	return bare(howLong.ReplaceAllString(period.ReplaceAllString(part, ""), "")) != ""
}
