package match

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ieum"
	"ieum/defs"
	"ieum/internal/match/terms"
	"ieum/internal/snapshot"
)

// maxWords is how many words one may search for at once.
const maxWords = 32

// A clause is one thing searched for: a word, or several in quotes.
type clause struct {
	text   string // folded, never empty
	must   bool   // +word: exactly as written, never left out
	not    bool   // -word: never in what is found
	quoted bool
}

// plain says whether a clause may mean more than it says.
func (c clause) plain() bool { return !c.must && !c.not && !c.quoted }

// parse cuts what a person typed into clauses: words and "several words", each
// with an optional + or - before it. Signs and quotes that belong to nothing
// are passed over. More than 32 words are ieum.ErrInvalid.
func parse(q string) ([]clause, error) {
	var out []clause
	for rest := strings.TrimSpace(q); rest != ""; rest = strings.TrimLeftFunc(rest, unicode.IsSpace) {
		var c clause
		rest = c.sign(rest)
		var word string
		if inner, ok := strings.CutPrefix(rest, `"`); ok {
			c.quoted = true
			word, rest, _ = strings.Cut(inner, `"`)
		} else {
			end := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || r == '"' })
			if end < 0 {
				end = len(rest)
			}
			word, rest = rest[:end], rest[end:]
		}
		c.text = string(terms.Fold(nil, []byte(word)))
		if c.text == "" {
			continue
		}
		if len(out) == maxWords {
			return nil, &ieum.Error{Kind: ieum.ErrInvalid, Key: "match.error.words", Args: map[string]any{"most": maxWords}, Field: "/q",
				Message: "search for at most 32 words at once"}
		}
		out = append(out, c)
	}
	return out, nil
}

// sign takes + or - from the front of s.
func (c *clause) sign(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	switch r {
	case '+', '＋':
		c.must = true
	case '-', '－', '−':
		c.not = true
	default:
		return s
	}
	return s[n:]
}

// A concept is a code that words may name.
type concept struct {
	list string
	code string
}

// conceptLists are the lists whose names are understood in a search, beside
// the words themselves. A dong stands for the district in which it lies.
var conceptLists = []string{"regions", dongs, "keco2025", "certificates", "competencies"}

const dongs = "dongs"

// maxName is how many words a name may have to be understood.
const maxName = 4

// newConcepts maps the names and aliases of codes, folded and without spaces,
// to the codes that bear them.
func newConcepts(set *defs.Set, s *snapshot.Snapshot) map[string][]concept {
	m := map[string][]concept{}
	for _, id := range conceptLists {
		for _, c := range codes(set, id) {
			if id != "regions" && c.Until != 0 {
				continue
			}
			code := c.Code
			switch id {
			case "regions":
				code = set.Codes[id].Current(code)
			case dongs:
				if l := set.Codes["regions"]; l != nil && len(code) > 5 {
					code = l.Current(code[:5])
				}
			}
			for _, n := range append([]string{c.Name.KO, c.Name.EN}, c.Aliases...) {
				key := nameKey(string(terms.Fold(nil, []byte(n))))
				if key == "" || slices.Contains(m[key], concept{id, code}) {
					continue
				}
				m[key] = append(m[key], concept{id, code})
			}
		}
	}
	return m
}

func joined(folded string) string { return strings.ReplaceAll(folded, " ", "") }

// nameKey is the form in which names are compared: folded, without spaces, an
// English plural in the singular.
func nameKey(folded string) string {
	s := joined(folded)
	if n := len(s); n > 3 && s[n-1] == 's' && s[n-2] >= 'a' && s[n-2] <= 'z' && s[n-2] != 's' {
		s = s[:n-1]
	}
	return s
}

// A wanted is a clause with what it may mean.
type wanted struct {
	clause
	named  []concept // any of these, or the text
	places []string  // the regions it names, when it names nothing else
	dongs  []string  // the dongs it names them by
}

// understand joins neighbouring words that together name something, longest
// first, and says what each clause names. Words with a sign or in quotes are
// taken as they are written. All that names places becomes one clause. A dong of
// two letters, which may as well be a dish or "moving", is one beside another place
// only.
func (x *index) understand(clauses []clause) []wanted {
	clauses = x.gist(clauses)
	var out []wanted
	place := -1 // in out
	for i := 0; i < len(clauses); {
		n := 1
		w := wanted{clause: clauses[i]}
		if clauses[i].plain() {
			w, n = x.longest(clauses[i:])
		}
		i += n
		switch {
		case len(w.places) == 0:
			out = append(out, w)
		case place < 0:
			place = len(out)
			out = append(out, w)
		default:
			out[place].text += " " + w.text
			out[place].places = x.narrow(out[place].places, w.places)
			out[place].dongs = append(out[place].dongs, w.dongs...)
		}
	}
	if place >= 0 && len(out[place].dongs) == 1 && joined(out[place].text) == out[place].dongs[0] && utf8.RuneCountInString(out[place].dongs[0]) < 3 {
		out[place].places, out[place].dongs = nil, nil
	}
	return out
}

// narrow joins the places that two words name: where one holds another, the
// one within ("서울 중구"); otherwise either.
func (x *index) narrow(a, b []string) []string {
	var in []string
	for _, p := range a {
		for _, q := range b {
			switch {
			case x.places.list.Within(q, p):
				in = append(in, q)
			case x.places.list.Within(p, q):
				in = append(in, p)
			}
		}
	}
	if len(in) == 0 {
		return slices.Concat(a, b)
	}
	return in
}

func (x *index) longest(clauses []clause) (wanted, int) {
	most := 1
	for most < min(len(clauses), maxName) && clauses[most].plain() {
		most++
	}
	for n := most; n > 0; n-- {
		texts := make([]string, n)
		for i, c := range clauses[:n] {
			texts[i] = c.text
		}
		w := wanted{clause: clause{text: strings.Join(texts, " ")}}
		named := x.named(nameKey(w.text))
		for _, c := range named {
			switch {
			case c.list == dongs && named[0].list == "regions": // a district of that name
			case c.list == dongs:
				w.dongs = []string{legalDong(nameKey(w.text))}
				fallthrough
			case c.list == "regions":
				w.places = append(w.places, c.code)
			default:
				w.named = append(w.named, c)
			}
		}
		if len(w.named) > 0 {
			w.places, w.dongs = nil, nil
		}
		if len(w.named)+len(w.places) > 0 {
			return w, n
		}
	}
	return wanted{clause: clauses[0]}, 1
}

// endings are particles, and endings of verbs, that a noun bears in a sentence;
// longer ones first.
var endings = strings.Fields(`해주는 입니다 이라서 에서도 으로도 하면서 인데요 했어요
	에서 으로 이나 이랑 까지 부터 에게 인데 하는 하고 하던 했고 했던 하다
	한 이 가 을 를 은 는 에 로 와 과 나 도 만 의 랑`)

// fillers are words of a sentence that say no more than that somebody looks for work.
var fillers = strings.Fields(`수 곳 좀 저 제 더 것 쪽 쪽으로 쪽에서 및 등 또는 혹은 그리고 다시 오래 지
	있는 있는데 있고 있어요 있습니다 있을까요 있나요 없는데 되는 된 됐는데 하고 하는 하던 하다 하면 할 해서 해요 했어요 합니다
	일하고 일할 일하는 일하던 일하다 일하면서 싶어요 싶습니다 싶은데 싶은 찾아요 찾습니다 찾고 찾는 구해요 구합니다 구하는 원해요 원합니다
	알려주세요 부탁드립니다 추천해주세요 가능한 가능할까요 살려서 살려 취업하고 취업할 지원할
	일자리 자리 회사 회사에서 회사에 근처
	i am m a an the for to in at of my and or looking look want job jobs using with position hiring`)

// stem is a word of a sentence without what it bears there. Two letters stay: 회로
// is none, and what is cut off a longer name by mistake is still part of it.
func stem(word string) string {
	for _, e := range endings {
		if s, ok := strings.CutSuffix(word, e); ok && word[0] >= utf8.RuneSelf && utf8.RuneCountInString(s) >= 2 {
			return s
		}
	}
	return word
}

// sentence is how many plain words make a sentence of what somebody typed.
const sentence = 4

// gist leaves of a sentence what says which work is looked for: without fillers,
// words that are no names without their endings. What is shorter is left as it is.
func (x *index) gist(clauses []clause) []clause {
	words := 0
	for _, c := range clauses {
		if c.plain() {
			words++
		}
	}
	if words < sentence {
		return clauses
	}
	var out []clause
	for _, c := range clauses {
		if c.plain() {
			if slices.Contains(fillers, c.text) {
				continue
			}
			if x.named(nameKey(c.text)) == nil {
				c.text = stem(c.text)
			}
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return clauses
	}
	return out
}

// numbered is an administrative dong: a part of the legal one of the same name.
var numbered = regexp.MustCompile(`^(.+?)제?[0-9]+동$`)

// named returns what a name, as nameKey writes it, stands for.
func (x *index) named(name string) []concept {
	if c := x.concepts[name]; c != nil {
		return c
	}
	return x.concepts[legalDong(name)]
}

// legalDong is the name of the legal dong that a numbered one is a part of.
func legalDong(name string) string { return numbered.ReplaceAllString(name, "${1}동") }
