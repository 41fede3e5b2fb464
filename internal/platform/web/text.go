package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ieum"
	"ieum/defs"
)

// DefaultLang is the language of a reader who asked for none that we have.
const DefaultLang ieum.Lang = "ko"

// languages lists the languages that have messages, the default first.
func languages(set *defs.Set) []ieum.Lang {
	langs := []ieum.Lang{DefaultLang}
	for l := range set.Messages {
		if l != DefaultLang {
			langs = append(langs, l)
		}
	}
	slices.Sort(langs[1:])
	return langs
}

// Name returns the name of a code of a list in a language, after the names of
// what it lies in for a list such as regions; the code itself when it is not
// listed.
func (s *Site) Name(l ieum.Lang, list, code string) string {
	if codes := s.defs.Codes[list]; codes != nil {
		return codes.Path(code, l)
	}
	return code
}

// Text returns the message of a key in a language, its places filled from
// args: "{n}" with the value of n, whole numbers with separators. After a colon
// stands what follows the value: in Korean the particle that fits its last
// sound, "{name:을/를}"; elsewhere the form for one and for more, "{n: job/ jobs}".
// A message that a language lacks is taken from the default one; an unknown key
// is shown as it is, which no test lets pass.
func (s *Site) Text(l ieum.Lang, key string, args map[string]any) string {
	for _, lang := range []ieum.Lang{l, DefaultLang} {
		if text, ok := s.defs.Messages[lang][key]; ok {
			return fill(lang, text, args)
		}
	}
	return key
}

// Fill returns a text that definitions give, with its places filled as Text fills them.
func (s *Site) Fill(l ieum.Lang, text ieum.Text, args map[string]any) string {
	return fill(l, text.In(l), args)
}

func fill(l ieum.Lang, text string, args map[string]any) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		place, after, ok := strings.Cut(rest, "}")
		name, forms, _ := strings.Cut(place, ":")
		v, known := args[name]
		if !ok || !known {
			b.WriteString("{" + rest) // a test holds that no page shows this
			return b.String()
		}
		switch of := v.(type) {
		case ieum.Text:
			v = of.In(l)
		case ieum.Won:
			v = Won(l, int64(of))
		case ieum.Day:
			v = Date(l, of)
		}
		value := show(v)
		b.WriteString(value)
		if l == DefaultLang {
			b.WriteString(particle(value, forms))
		} else if one, more, _ := strings.Cut(forms, "/"); value == "1" {
			b.WriteString(one)
		} else {
			b.WriteString(more)
		}
		text = after
	}
}

func show(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return Number(v)
	case float32, float64:
		return Number(v)
	case fmt.Stringer:
		return v.String()
	}
	return fmt.Sprint(v)
}

// particle picks from a pair such as "을/를" what follows word: the first after
// a consonant, the second after a vowel; "으로/로" takes the second after ㄹ too.
func particle(word, pair string) string {
	first, second, ok := strings.Cut(pair, "/")
	if !ok {
		return ""
	}
	closed, liquid := lastSound(word)
	if !closed || liquid && first == "으로" {
		return second
	}
	return first
}

// lastSound says whether a word ends in a consonant, and whether in ㄹ. Digits
// count as they are read in Korean; other letters count as vowels.
func lastSound(word string) (closed, liquid bool) {
	word = strings.TrimRight(word, " )]'\"’”」』.")
	if word == "" {
		return false, false
	}
	runes := []rune(word)
	switch last := runes[len(runes)-1]; {
	case last >= '가' && last <= '힣':
		final := (last - '가') % 28
		return final != 0, final == 8
	case strings.ContainsRune("0136", last):
		return true, last == '1'
	case strings.ContainsRune("78LlRr", last):
		return true, true
	case strings.ContainsRune("MmNn", last):
		return true, false
	}
	return false, false
}

// Number writes a number with separators: 1,234,567. A fraction keeps at most
// one digit.
func Number(v any) string {
	s := fmt.Sprint(v)
	switch f := v.(type) {
	case float64:
		s = strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0")
	case float32:
		s = strings.TrimSuffix(strconv.FormatFloat(float64(f), 'f', 1, 64), ".0")
	}
	whole, fraction, dotted := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if dotted {
		whole += "." + fraction
	}
	return sign + whole
}

// Won writes an amount as people of a language do: 3,200만원, 1억 2,000만원 or
// KRW 32,000,000. In Korean, a million won and more is rounded to 만원.
func Won(l ieum.Lang, won int64) string {
	if l != DefaultLang {
		return "KRW " + Number(won)
	}
	const man, eok = 10_000, 100_000_000
	if won < 100*man && won%man != 0 {
		return Number(won) + "원"
	}
	won = (won + man/2) / man * man
	big, small := won/eok, won%eok/man
	switch {
	case big == 0 && small == 0:
		return "0원"
	case big == 0:
		return Number(small) + "만원"
	case small == 0:
		return Number(big) + "억원"
	}
	return Number(big) + "억 " + Number(small) + "만원"
}

// span writes what lies between two amounts, of which 0 is not stated:
// "3,000만원 ~ 3,200만원", "3,000만원 이상", "최대 3,200만원".
func (s *Site) span(l ieum.Lang, least, most int64) string {
	args := map[string]any{"least": ieum.Won(least), "most": ieum.Won(most)}
	switch {
	case least == most:
		return Won(l, least)
	case most == 0:
		return s.Text(l, "pay.least", args)
	case least == 0:
		return s.Text(l, "pay.most", args)
	}
	return s.Text(l, "pay.range", args)
}

// Pay writes pay in won a year as it was stated: "시급 11,000원", "월급 250만원",
// and "연봉 3,200만원" also where no basis is known.
func (s *Site) Pay(l ieum.Lang, least, most int64, basis string) string {
	key := "pay.by." + basis
	if !slices.Contains([]string{"hour", "day", "month"}, basis) {
		key = "pay.by.year"
	}
	return s.Text(l, key, map[string]any{"pay": s.span(l, ieum.Stated(least, basis), ieum.Stated(most, basis))})
}

// Date writes a day as people of a language do: 2026. 1. 31. or 31 January
// 2026. A day that is not known is "".
func Date(l ieum.Lang, d ieum.Day) string {
	switch {
	case d == 0:
		return ""
	case l == DefaultLang:
		return d.Time().Format("2006. 1. 2.")
	}
	return d.Time().Format("2 January 2006")
}

// Months writes a time as people of a language do: 2년 6개월 or 2 years 6 months.
func Months(l ieum.Lang, n int) string {
	var parts []string
	for _, p := range []struct {
		n       int
		ko, one string
	}{{n / 12, "년", "year"}, {n % 12, "개월", "month"}} {
		switch {
		case p.n == 0 && (n != 0 || p.one == "year"):
		case l == DefaultLang:
			parts = append(parts, strconv.Itoa(p.n)+p.ko)
		case p.n == 1:
			parts = append(parts, "1 "+p.one)
		default:
			parts = append(parts, strconv.Itoa(p.n)+" "+p.one+"s")
		}
	}
	return strings.Join(parts, " ")
}

// settings are what a reader chose for the display: by ?lang=, ?theme= and
// ?text=, kept in cookies of the same names.
type settings struct {
	lang  ieum.Lang
	theme string // light, dark or "" for what the device says
	text  string // large or ""
}

type settingsKey struct{}

// Lang returns the language to answer a request in.
func Lang(r *http.Request) ieum.Lang {
	if set, ok := r.Context().Value(settingsKey{}).(settings); ok {
		return set.lang
	}
	return DefaultLang
}

var displays = map[string][]string{"theme": {"auto", "light", "dark"}, "text": {"normal", "large"}}

// settle works out the settings of a request. Those in a page's query are
// remembered in cookies and taken out of it, so that handlers never see them.
func (s *Site) settle(w http.ResponseWriter, r *http.Request) *http.Request {
	set := settings{lang: acceptable(r.Header.Get("Accept-Language"), s.langs)}
	query := r.URL.Query()
	choose := func(name string, allowed []string) string {
		value := ""
		if c, err := r.Cookie(name); err == nil && slices.Contains(allowed, c.Value) {
			value = c.Value
		}
		if asked := query.Get(name); slices.Contains(allowed, asked) {
			value = asked
			http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode})
		}
		query.Del(name)
		return value
	}
	if isAPI(r) {
		return r.WithContext(context.WithValue(r.Context(), settingsKey{}, set))
	}
	{
		langs := make([]string, len(s.langs))
		for i, l := range s.langs {
			langs[i] = string(l)
		}
		set.lang = cmp.Or(ieum.Lang(choose("lang", langs)), set.lang)
		set.theme = choose("theme", displays["theme"])
		set.text = choose("text", displays["text"])
	}
	r = r.WithContext(context.WithValue(r.Context(), settingsKey{}, set))
	u := *r.URL
	u.RawQuery = query.Encode()
	r.URL = &u
	return r
}

// acceptable returns the language of an Accept-Language header (RFC 9110
// §12.5.4) that we have and the reader likes best.
func acceptable(header string, langs []ieum.Lang) ieum.Lang {
	best, weight := langs[0], 0.0
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			f, err := strconv.ParseFloat(v, 64)
			if err != nil {
				continue
			}
			q = f
		}
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if slices.Contains(langs, ieum.Lang(primary)) && q > weight {
			best, weight = ieum.Lang(primary), q
		}
	}
	return best
}
