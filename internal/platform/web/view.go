package web

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"html/template"
	"io/fs"
	"math"
	"net/http"
	"net/url"
	"path"
	"reflect"
	"regexp"
	"strings"
	"text/template/parse"
	"time"

	"ieum"
)

//go:embed layout pages
var own embed.FS

// Pages are the HTML pages of one domain, in every language.
type Pages struct {
	site  *Site
	pages map[ieum.Lang]map[string]*template.Template
}

// A View is the dot of a page's template.
type View struct {
	Data      any       // what the handler gave
	Lang      ieum.Lang // language of the page
	Path      string    // path of the request
	Simulated bool      // some of the data served was made up
	Operator  bool      // the reader may see what Operators guards
	Reader    *Reader   // who is signed in, or nil
	Accounts  bool      // there are accounts to sign in to
	Faults    []Pointer // what to mend in the form that Again shows
	Host      string    // name and port the reader asked, such as localhost:8080

	// The rest is for the layout.
	Title, Main template.HTML // the page's blocks, done
	Charts      bool          // Main has charts
	Theme, Size string        // "light", "dark" or ""; "large" or ""
	Langs       []ieum.Lang
	Nav         []Link
	RequestURL  string
	Form        url.Values // what was posted, so that a change of display loses nothing
	SignIn      string     // where a reader signs in anew and comes back here; "" for what a form was sent to
}

// Pages parses pages/*.html of a domain, each of which defines the blocks
// "title" and "main"; files whose name starts with "_" are shared by all of
// them (embed with all:pages, or they are left out). It panics if one is
// malformed.
func (s *Site) Pages(files fs.FS) *Pages {
	p := &Pages{s, map[ieum.Lang]map[string]*template.Template{}}
	names, err := fs.Glob(files, "pages/*.html")
	if err != nil || len(names) == 0 {
		panic(fmt.Sprint("web: no pages/*.html: ", err))
	}
	for _, lang := range s.langs {
		base := template.Must(template.New("").Funcs(s.functions(lang)).ParseFS(own, "layout/*.html"))
		for _, name := range names {
			for _, taken := range defined(template.Must(template.New("").Funcs(s.functions(lang)).ParseFS(files, name))) {
				if taken != "title" && taken != "main" && base.Lookup(taken) != nil {
					panic("web: " + name + " defines the template " + taken + ", which the layout or a file that begins with _ defines")
				}
			}
			if strings.HasPrefix(path.Base(name), "_") {
				template.Must(base.ParseFS(files, name))
			}
		}
		p.pages[lang] = map[string]*template.Template{}
		for _, name := range names {
			if strings.HasPrefix(path.Base(name), "_") {
				continue
			}
			t := template.Must(template.Must(base.Clone()).ParseFS(files, name))
			if t.Lookup("title") == nil || t.Lookup("main") == nil {
				panic("web: " + name + ` must define "title" and "main"`)
			}
			for _, missing := range undefined(t) {
				panic("web: " + name + " uses the template " + missing + ", which no file defines (files that begin with _ are embedded by all:pages only)")
			}
			p.pages[lang][path.Base(name)] = t
		}
	}
	return p
}

// defined lists the templates that t defines.
func defined(t *template.Template) (names []string) {
	for _, one := range t.Templates() {
		if one.Tree != nil && !strings.HasSuffix(one.Name(), ".html") {
			names = append(names, one.Name())
		}
	}
	return names
}

// undefined lists the templates that t uses and that nothing defines.
func undefined(t *template.Template) (names []string) {
	for _, one := range t.Templates() {
		if one.Tree == nil {
			continue
		}
		visit(one.Tree.Root, func(n parse.Node) {
			if use, ok := n.(*parse.TemplateNode); ok && t.Lookup(use.Name) == nil {
				names = append(names, use.Name)
			}
		})
	}
	return names
}

// visit calls f for every node of a template's tree.
func visit(n parse.Node, f func(parse.Node)) {
	if v := reflect.ValueOf(n); !v.IsValid() || v.IsNil() {
		return
	}
	f(n)
	switch n := n.(type) {
	case *parse.ListNode:
		for _, c := range n.Nodes {
			visit(c, f)
		}
	case *parse.ActionNode:
		visit(n.Pipe, f)
	case *parse.TemplateNode:
		visit(n.Pipe, f)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			visit(c, f)
		}
	case *parse.CommandNode:
		for _, c := range n.Args {
			visit(c, f)
		}
	case *parse.IfNode:
		visitBranch(&n.BranchNode, f)
	case *parse.RangeNode:
		visitBranch(&n.BranchNode, f)
	case *parse.WithNode:
		visitBranch(&n.BranchNode, f)
	}
}

func visitBranch(n *parse.BranchNode, f func(parse.Node)) {
	visit(n.Pipe, f)
	visit(n.List, f)
	visit(n.ElseList, f)
}

// Reply writes data as the named page in the reader's language, or as JSON
// under /api/.
func (p *Pages) Reply(w http.ResponseWriter, r *http.Request, page string, data any) error {
	if isAPI(r) {
		return JSON(w, http.StatusOK, data)
	}
	return p.reply(w, r, http.StatusOK, page, p.site.view(r, data))
}

// Again shows the form a request came from once more, filled with data as the
// person left it, and in .Faults what has to be mended. A failure that is not
// ieum.ErrInvalid it returns.
func (p *Pages) Again(w http.ResponseWriter, r *http.Request, page string, data any, err error) error {
	if !errors.Is(err, ieum.ErrInvalid) || isAPI(r) {
		return err
	}
	view := p.site.view(r, data)
	problem := p.site.problem(r, err, http.StatusUnprocessableEntity, "invalid")
	view.Faults = problem.Errors
	if len(view.Faults) == 0 {
		view.Faults = []Pointer{{Detail: problem.Detail}}
	}
	return p.reply(w, r, problem.Status, page, view)
}

// Refuse is Reply for who may not have what they asked for: the page says why, and what can be
// done about it.
func (p *Pages) Refuse(w http.ResponseWriter, r *http.Request, page string, data any) error {
	return p.reply(w, r, http.StatusForbidden, page, p.site.view(r, data))
}

func (p *Pages) reply(w http.ResponseWriter, r *http.Request, status int, page string, view *View) error {
	m, err := p.make(page, view)
	if err != nil {
		return err
	}
	return m.write(w, status, view)
}

// A Made page is its own blocks of a page, done: the same for all who read it.
type Made struct {
	of          *template.Template
	title, main template.HTML
}

// Make makes the blocks of the named page in a language, of data alone: nothing of a request
// or a reader is in them.
func (p *Pages) Make(lang ieum.Lang, page string, data any) (*Made, error) {
	return p.make(page, &View{Lang: lang, Data: data})
}

// ReplyMade is Reply with a page that was made in the reader's language.
func (p *Pages) ReplyMade(w http.ResponseWriter, r *http.Request, m *Made) error {
	return m.write(w, http.StatusOK, p.site.view(r, nil))
}

func (p *Pages) make(page string, view *View) (*Made, error) {
	m := &Made{of: p.pages[view.Lang][page]}
	if m.of == nil {
		return nil, fmt.Errorf("web: no page %q", page)
	}
	var out bytes.Buffer
	for _, block := range []struct {
		name string
		to   *template.HTML
	}{{"title", &m.title}, {"main", &m.main}} {
		out.Reset()
		if err := m.of.ExecuteTemplate(&out, block.name, view); err != nil {
			return nil, err
		}
		*block.to = template.HTML(strings.TrimSpace(out.String())) // escaped by the block's own template
	}
	return m, nil
}

func (m *Made) write(w http.ResponseWriter, status int, view *View) error {
	view.Title, view.Main, view.Charts = m.title, m.main, strings.Contains(string(m.main), "data-chart=")
	var out bytes.Buffer
	if err := m.of.ExecuteTemplate(&out, "layout", view); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", string(view.Lang))
	w.WriteHeader(status)
	_, err := w.Write(out.Bytes())
	return err
}

func (s *Site) view(r *http.Request, data any) *View {
	set, _ := r.Context().Value(settingsKey{}).(settings)
	v := &View{Data: data, Lang: Lang(r), Path: r.URL.Path, Simulated: s.simulated != nil && s.simulated(), Operator: operator(r), Host: r.Host,
		Theme: set.theme, Size: set.text, Langs: s.langs, RequestURL: r.URL.RequestURI()}
	v.Accounts = s.Reader != nil
	if q, ok := r.Context().Value(requestKey{}).(*request); ok {
		v.Reader = q.reader
	}
	for _, link := range s.Nav {
		if link.May == "" || v.Reader != nil && v.Reader.May(link.May) {
			v.Nav = append(v.Nav, link)
		}
	}
	if r.Method == http.MethodPost {
		v.Form = Posted(r)
	} else {
		v.SignIn = "/sign-in?next=" + url.QueryEscape(v.RequestURL)
	}
	return v
}

// May says whether the reader is signed in and may do something.
func (v *View) May(p ieum.Permission) bool { return v.Reader != nil && v.Reader.May(p) }

// Above is the place of the navigation that the page lies under; nil when there is none.
func (v *View) Above() *Link {
	for i, l := range v.Nav {
		if l.Path != v.Path && l.Here(v.Path) {
			return &v.Nav[i]
		}
	}
	return nil
}

// Fault returns what is wrong with the field of an id, or "".
func (v *View) Fault(id string) string {
	for _, f := range v.Faults {
		if f.ID() == id {
			return f.Detail
		}
	}
	return ""
}

// Described returns the attributes that tie the field of an id to the elements
// that explain it and, when the field is at fault, to the message that
// {{template "fault"}} puts beside it.
func (v *View) Described(id string, by ...string) template.HTMLAttr {
	invalid := ""
	if v.Fault(id) != "" {
		invalid, by = `aria-invalid="true" `, append([]string{id + "-fault"}, by...)
	}
	if len(by) == 0 {
		return ""
	}
	return template.HTMLAttr(invalid + `aria-describedby="` + html.EscapeString(strings.Join(by, " ")) + `"`)
}

// ID returns the id of the form's field at fault, or "".
func (p Pointer) ID() string { return strings.TrimPrefix(p.Pointer, "/") }

// With returns the address of the page shown with a display setting changed.
func (v *View) With(name, value string) (string, error) {
	u, err := url.Parse(v.RequestURL)
	if err != nil {
		return "", err
	}
	query := u.Query()
	query.Set(name, value)
	return u.Path + "?" + query.Encode(), nil
}

// functions are what templates may call, bound to a language:
//
//	t KEY NAME VALUE …   a message        name LIST CODE   the name of a code
//	t KEY MAP            the same         in TEXT          an ieum.Text in the language
//	korean WORDS         the words, with what of them is Korean marked on a page that is not
//	theirs WORDS         attributes of the element that shows words which are not ours
//	num 1234567          1,234,567        won 32000000     3,200만원
//	pay LEAST MOST BASIS as it was stated, from won a year: 시급 11,000원
//	span LEAST MOST      3,000만원 ~ 3,200만원
//	day DAY              2026. 1. 31.     url PATH NAME VALUE …  an address; empty values are left out
//	choose BOOL A B      A if it holds, else B
//	clock TIME           2026. 1. 31. 14:05, in Seoul
//	dict NAME VALUE …    for a partial    json VALUE       for data-chart
//	icon NAME            an inline SVG    asset NAME       the address of an asset
//	bar VALUE MOST       a bar filled to VALUE of MOST     dots N  a hundred dots, N of them filled
func (s *Site) functions(lang ieum.Lang) template.FuncMap {
	return template.FuncMap{
		"t": func(key string, pairs ...any) (string, error) {
			if len(pairs) == 1 {
				if args, ok := pairs[0].(map[string]any); ok {
					return s.Text(lang, key, args), nil
				}
			}
			args, err := dict(pairs...)
			return s.Text(lang, key, args), err
		},
		"in":   func(text ieum.Text) string { return text.In(lang) },
		"name": func(list, code string) string { return s.Name(lang, list, code) },
		"korean": func(words string) template.HTML {
			if lang == DefaultLang {
				return template.HTML(html.EscapeString(words))
			}
			return template.HTML(hangul.ReplaceAllString(html.EscapeString(words), `<span lang="ko">$0</span>`))
		},
		"theirs": func(words string) template.HTMLAttr {
			if !foreign(lang, words) {
				return "data-theirs"
			}
			return `data-theirs lang="ko"`
		},
		"num":    Number,
		"months": func(n int) string { return Months(lang, n) },
		"won": func(amount any) (string, error) {
			n, err := decimal(amount)
			return Won(lang, int64(math.Round(n))), err
		},
		"pay":  func(least, most int64, basis string) string { return s.Pay(lang, least, most, basis) },
		"span": func(least, most int64) string { return s.span(lang, least, most) },
		"day": func(day any) (string, error) {
			switch d := day.(type) {
			case ieum.Day:
				return Date(lang, d), nil
			case time.Time:
				return Date(lang, ieum.DayOf(d)), nil
			}
			return "", fmt.Errorf("%T is no day", day)
		},
		"clock": func(t time.Time) string { return Date(lang, ieum.DayOf(t)) + t.In(ieum.Seoul).Format(" 15:04") },
		"choose": func(first bool, a, b string) string {
			if first {
				return a
			}
			return b
		},
		"url":    address,
		"dict":   dict,
		"json":   func(v any) (string, error) { b, err := json.Marshal(v); return string(b), err },
		"icon":   icon,
		"bar":    bar,
		"per100": per100,
		"dots":   dots,
		"asset":  AssetPath,
	}
}

// hangul matches Korean within other words, as far as it goes on.
var hangul = regexp.MustCompile(`\p{Hangul}+(?:[ 0-9·,()/-]*\p{Hangul}+)*`)

// foreign says whether words are Korean and the page is not, so that what reads
// it aloud must be told.
func foreign(page ieum.Lang, words string) bool {
	return page != DefaultLang && hangul.MatchString(words)
}

// per100 says a probability as so many of a hundred, below one with a decimal.
func per100(p float64) string {
	if p < .0095 {
		return fmt.Sprintf("%.1f", p*100)
	}
	return fmt.Sprint(math.Round(p * 100))
}

// bar draws a share of a whole. It is for the eye: the number stands beside it.
func bar(value, most any) (template.HTML, error) {
	v, err := decimal(value)
	if err != nil {
		return "", err
	}
	m, err := decimal(most)
	if err != nil {
		return "", err
	}
	share := 0.0
	if m > 0 {
		share = min(1, math.Abs(v)/m)
	}
	return template.HTML(fmt.Sprintf(`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">`+
		`<rect width="100" height="8" rx="1"/><rect width="%.1f" height="8" rx="1"/></svg>`, 100*share)), nil
}

// dots draws n of a hundred, ten a row. It is for the eye: the words stand
// beside it.
func dots(n any) (template.HTML, error) {
	of, err := decimal(n)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(`<svg class="dots" viewBox="0 0 100 100" aria-hidden="true" focusable="false">`)
	for i := range 100 {
		class := ""
		if float64(i) < math.Round(of) {
			class = ` class="on"`
		}
		fmt.Fprintf(&b, `<circle%s cx="%d" cy="%d" r="3.6"/>`, class, i%10*10+5, i/10*10+5)
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String()), nil
}

func decimal(v any) (float64, error) {
	switch n := reflect.ValueOf(v); {
	case n.CanInt():
		return float64(n.Int()), nil
	case n.CanUint():
		return float64(n.Uint()), nil
	case n.CanFloat():
		return n.Float(), nil
	}
	return 0, fmt.Errorf("%T is no number", v)
}

func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("a name without a value")
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("%v is no name", pairs[i])
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}

// address builds a path with a query; a list value is repeated, an empty or
// zero one left out.
func address(path string, pairs ...any) (string, error) {
	args, err := dict(pairs...)
	if err != nil {
		return "", err
	}
	query := url.Values{}
	for name, v := range args {
		switch v := v.(type) {
		case []string:
			query[name] = v
		case string:
			query.Set(name, v)
		case bool:
			if v {
				query.Set(name, "true")
			}
		default:
			query.Set(name, fmt.Sprint(v))
		}
		if query.Get(name) == "" || query.Get(name) == "0" {
			query.Del(name)
		}
	}
	if len(query) == 0 {
		return path, nil
	}
	return path + "?" + query.Encode(), nil
}
