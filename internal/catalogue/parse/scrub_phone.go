package parse

import "strings"

// phone reads a telephone number at i: a Korean mobile, internet, safe or
// local number with its prefix, also with the country's. Numbers of companies
// without a prefix (1588-1234) reach nobody in person and stay.
func phone(s string, i int) (end int, ok bool) {
	if s[i] == '+' || strings.HasPrefix(s[i:], "(+") {
		return international(s, i)
	}
	if s[i] == '(' {
		at, prefix, found := prefixAt(s, i+1)
		if !found || at >= len(s) || s[at] != ')' {
			return i, false
		}
		return subscriber(s, at, prefix)
	}
	if strings.HasPrefix(s[i:], "82") {
		if end, ok := international(s, i); ok {
			return end, true
		}
	}
	at, prefix, found := prefixAt(s, i)
	if !found {
		return i, false
	}
	return subscriber(s, at, prefix)
}

// international reads +82 10-1234-5678 and its like. It looks a few signs ahead and
// not along all of them, as every sign of a row of them asks.
func international(s string, i int) (end int, ok bool) {
	at := i
	for at < len(s) && at < i+4 && (s[at] == '(' || s[at] == '+') {
		at++
	}
	if !strings.HasPrefix(s[at:], "82") {
		return i, false
	}
	at += 2
	for n := 0; n < 3 && at < len(s) && strings.IndexByte(" -.)(", s[at]) >= 0; n++ {
		at++
	}
	if strings.HasPrefix(s[at:], "0") {
		at++
	}
	if at == i+2 { // 8210…: digits of some other number
		return i, false
	}
	for _, n := range []int{3, 2, 1} {
		v, after, ok := digits(s, at, n)
		if ok && known(v, n+1) {
			return subscriber(s, after, n+1)
		}
	}
	return i, false
}

// prefixAt reads a prefix such as 02, 031 or 010 and returns its length.
func prefixAt(s string, i int) (at, n int, ok bool) {
	d, _, ok := digitAt(s, i)
	if !ok || d != 0 {
		return i, 0, false
	}
	for _, n := range []int{4, 3, 2} {
		if v, end, ok := digits(s, i, n); ok && known(v, n) {
			return end, n, true
		}
	}
	return i, 0, false
}

// known reports whether 0 followed by v is a prefix of n digits in use.
func known(v, n int) bool {
	switch n {
	case 2:
		return v == 2
	case 3:
		switch {
		case v == 10 || v == 11 || 16 <= v && v <= 19 || v == 60 || v == 70 || v == 80:
			return true
		case 31 <= v && v <= 33 || 41 <= v && v <= 44 || 51 <= v && v <= 55 || 61 <= v && v <= 64:
			return true
		}
	case 4:
		return 500 < v && v < 510 // safe numbers: 0501 to 0509
	}
	return false
}

// subscriber reads the 7 or 8 digits after a prefix of n digits, in two groups
// or in one.
func subscriber(s string, i, n int) (end int, ok bool) {
	at := i
	if at < len(s) && s[at] == ')' {
		at++
	}
	if at < len(s) && s[at] == ' ' && at > i {
		at++
	}
	if at == i {
		if after, _, sep := dash(s, i); sep {
			at = after
		}
	}
	apart := at > i
	first, mid := runOf(s, at, 8)
	switch {
	case (first == 7 || first == 8) && !endsInside(s, mid): // 01012345678, 02-12345678
		return mid, true
	case first != 3 && first != 4 || !apart && first+n > 8:
		return i, false
	}
	last, _, sep := dash(s, mid)
	if !sep {
		return i, false
	}
	count, end := runOf(s, last, 4)
	if count != 4 || endsInside(s, end) {
		return i, false
	}
	return end, true
}

// endsInside reports whether the number goes on behind i, so that it is
// something longer.
func endsInside(s string, i int) bool {
	if _, _, more := digitAt(s, i); more {
		return true
	}
	if i < len(s) && (s[i] == '-' || s[i] == ',') {
		n, end := runOf(s, i+1, 3)
		return s[i] == '-' && n > 2 || s[i] == ',' && n == 3 && (end >= len(s) || s[end] != '-')
	}
	return false
}
