package master

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A serviceForm is a row prepared for comparing.
type serviceForm struct {
	*Service
	number  string   // "" when it is none
	key     string   // the title's letters and figures, without year and round
	stem    string   // the key without words that say nothing and the office's place
	figures string   // of the key
	grams   []uint32 // pairs of letters of the key, sorted
	edition edition
	office  []string // its words, sorted
	text    []uint32 // pairs of letters of what it is, sorted
	opening string   // the beginning of the text
	page    string   // address of a page of its own
	links   []string // pieces of the address that may be numbers
}

const (
	shortText    = 20  // pairs of letters below which a text tells nothing
	longestText  = 400 // letters of a text that are compared
	openingRunes = 24
)

func newServiceForm(s *Service) serviceForm {
	f := serviceForm{Service: s, number: cleanServiceNumber(s.Number)}
	f.office = serviceWords(s.Office)
	slices.Sort(f.office)
	title, e := takeEdition(s.Title)
	f.edition = e
	f.key = strings.Join(serviceWords(title), "")
	f.stem = stemOf(title, f.office)
	f.figures = strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, f.key)
	f.grams = gramsOf([]rune(f.key))
	letters := []rune(strings.Join(serviceWords(s.Text), ""))
	letters = letters[:min(len(letters), longestText)]
	f.text = gramsOf(letters)
	if len(letters) >= openingRunes {
		f.opening = string(letters[:openingRunes])
	}
	f.page, f.links = pageOf(s.URL)
	return f
}

// serviceWords returns the words of a text in small letters, without marks.
func serviceWords(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// cleanServiceNumber returns a number as registers write it, or "" when it has
// no figures but one, as forms are filled to get past them.
func cleanServiceNumber(s string) string {
	s = strings.ToUpper(strings.Join(strings.Fields(s), ""))
	figures := map[rune]bool{}
	for _, r := range s {
		if r >= '0' && r <= '9' {
			figures[r] = true
		}
	}
	if len(s) < 4 || len(figures) < 2 {
		return ""
	}
	return s
}

// register is how the numbers of a register look: what is no figure in them,
// or how many figures they are.
func register(number string) string {
	marks := strings.Trim(number, "0123456789")
	if marks == "" {
		return strconv.Itoa(len(number))
	}
	return marks
}

// An edition is what tells two runs of one service apart in a title; zero where
// it says nothing.
type edition struct {
	year  int
	round string
}

// apart reports whether two titles name different editions.
func (e edition) apart(o edition) bool {
	return e.year != 0 && o.year != 0 && e.year != o.year || e.round != "" && o.round != "" && e.round != o.round
}

// within reports whether the year may be that of a period of days since 1970,
// in which no bound is 0; applications for a year begin to be taken in the last
// quarter of the one before.
func (e edition) within(from, to int32) bool {
	if e.year == 0 {
		return true
	}
	first := time.Date(e.year-1, time.October, 1, 0, 0, 0, 0, time.UTC).Unix() / 86400
	last := time.Date(e.year, time.December, 31, 0, 0, 0, 0, time.UTC).Unix() / 86400
	return int64(from) <= last && (to == 0 || int64(to) >= first)
}

var (
	yearMark  = regexp.MustCompile(`\b20[12][0-9](?:\s*학?년도?|\b)|['’‘]\s*[12][0-9]\b\s*년?|\b2[1-9]년도?`)
	roundMark = regexp.MustCompile(`(?:제\s*)?\b[0-9]{1,3}\s*(?:차|기|회차|분기|학기|번째)|제\s*[0-9]{1,3}\s*회|\b[0-9]{1,2}월|상반기|하반기|추가\s*모집|추가\s*공고|재공고|추경`)
)

// takeEdition takes year and round out of a title.
func takeEdition(title string) (rest string, e edition) {
	rest = yearMark.ReplaceAllStringFunc(title, func(s string) string {
		n, _ := strconv.Atoi(strings.TrimFunc(s, func(r rune) bool { return r < '0' || r > '9' }))
		if n < 100 {
			n += 2000
		}
		e.year = cmp.Or(e.year, n)
		return " "
	})
	var rounds []string
	rest = takeRounds(rest, func(s string) {
		rounds = append(rounds, strings.TrimPrefix(strings.Join(strings.Fields(s), ""), "제"))
	})
	slices.Sort(rounds)
	e.round = strings.Join(rounds, " ")
	return rest, e
}

// takeRounds cuts rounds out of a title and gives each to f, but for what is
// the beginning of another word: 2차전지, 3기업.
func takeRounds(title string, f func(string)) string {
	var out strings.Builder
	from := 0
	for _, at := range roundMark.FindAllStringIndex(title, -1) {
		mark := title[at[0]:at[1]]
		next, _ := utf8.DecodeRuneInString(title[at[1]:])
		if strings.ContainsAny(mark, "0123456789") && unicode.IsLetter(next) && !strings.ContainsRune("모공수참추신정", next) {
			continue
		}
		f(mark)
		out.WriteString(title[from:at[0]] + " ")
		from = at[1]
	}
	return out.String() + title[from:]
}

// serviceTails are words at the end of a title that do not say which service.
var serviceTails = []string{"지원사업", "사업", "지원", "지급", "운영", "추진", "제도", "실시", "시행", "안내", "신청", "모집", "공고", "프로그램", "서비스", "참가자", "참여자"}

// leadingPlace is a place in brackets before a title: (나나시) 급식 지원.
var leadingPlace = regexp.MustCompile(`^\s*[(\[]\S{1,5}[시군구도][)\]]`)

// stemOf returns the letters of a title without the place of its own office and
// without what stands at its end and says nothing.
func stemOf(title string, office []string) string {
	var words []string
	if lead := leadingPlace.FindString(title); lead != "" {
		title = title[len(lead):]
	}
	for _, w := range serviceWords(title) {
		if !slices.ContainsFunc(office, func(o string) bool {
			return placeOf(o) != "" && placeOf(o) == placeOf(w+"시") || o == w && placeOf(o) != ""
		}) {
			words = append(words, w)
		}
	}
	stem := strings.Join(words, "")
	for cut := true; cut; {
		cut = false
		for _, t := range serviceTails {
			if s, ok := strings.CutSuffix(stem, t); ok && utf8.RuneCountInString(s) >= 3 {
				stem, cut = s, true
			}
		}
	}
	if stem == "" {
		return strings.Join(serviceWords(title), "")
	}
	return stem
}

// placeOf returns the name of a city, county or district without its ending,
// or "" for a word that is none.
func placeOf(word string) string {
	r := []rune(word)
	if n := len(r); n > 2 && n < 7 && strings.ContainsRune("시군구", r[n-1]) {
		return string(r[:n-1])
	}
	return ""
}

// gramsOf hashes the pairs of letters of a text, sorted, each once.
func gramsOf(letters []rune) []uint32 {
	var out []uint32
	for i := 1; i < len(letters); i++ {
		out = append(out, bigram(letters[i-1], letters[i]))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// titles says how alike two titles are. Other figures are other services.
func (f *serviceForm) titles(g *serviceForm) titles {
	switch {
	case f.key == "" || g.key == "" || f.figures != g.figures:
		return otherTitles
	case f.key == g.key:
		return sameTitles
	case f.stem == g.stem:
		return stemTitles
	}
	if _, both := shared(f.grams, g.grams, one); both >= 0.6 {
		return likeTitles
	}
	return otherTitles
}

// pageOf returns an address in one form when it looks like that of one thing,
// with a long number in it, and the pieces that may be numbers of a register.
func pageOf(url string) (page string, links []string) {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		return "", nil
	}
	rest = strings.TrimSuffix(strings.TrimPrefix(strings.ToLower(rest), "www."), "/")
	for _, w := range serviceWords(rest) {
		if n := cleanServiceNumber(w); len(n) >= 8 {
			links = append(links, n)
		}
	}
	if len(links) > 0 {
		page = rest
	}
	return page, links
}

// within returns a key of a block, or "" where a part of it is not known.
func within(region uint32, text string) string {
	if region == 0 || text == "" {
		return ""
	}
	return strconv.FormatUint(uint64(region), 10) + " " + text
}
