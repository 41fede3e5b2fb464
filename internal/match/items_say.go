package match

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ieum"
	"ieum/defs"
	"ieum/internal/match/shelf"
	"ieum/internal/snapshot"
)

// A saying puts into words what a shelf found for who told facts.
type saying struct {
	it    *defs.Item
	x     *index
	st    *stand
	facts defs.Facts
}

// broken says why things were left out, by how many, most first.
func (s *saying) broken(f *shelf.Found) []Broken {
	out := []Broken{}
	for i, b := range f.Broken {
		if b.All > 0 {
			out = append(out, Broken{i + 1, s.it.Must[i].Title, b.All, b.Alone})
		}
	}
	slices.SortStableFunc(out, func(a, b Broken) int { return cmp.Compare(b.Items, a.Items) })
	return out
}

func (s *saying) ask(f *shelf.Found) []Ask {
	out := []Ask{}
	for _, a := range f.Ask {
		fact, _ := s.it.Fact(a.Fact)
		out = append(out, Ask{a.Fact, fact.Title, a.Items})
	}
	return out
}

// offer is one thing as lists show it.
func (s *saying) offer(p shelf.Pick) (Offer, error) {
	row := s.st.rows[p.Row]
	body, err := s.x.body(row)
	if err != nil {
		return Offer{}, err
	}
	show, source := &s.it.Show, s.x.s.Dict.Sources[s.x.s.Items.Source.At(row)]
	o := Offer{ID: snapshot.FormatID(s.x.s.ItemID(row)), Title: firstOf(body, []string{show.Title}), By: firstOf(body, show.By), About: firstOf(body, show.About),
		URL: firstOf(body, []string{show.URL}), Place: placeOf(body, show.Place), Verdict: p.Verdict, Disagree: p.Disagree, Past: p.Past, Score: p.Score, Reasons: []Speaks{}, Conditions: []Condition{},
		Simulated: slices.ContainsFunc(s.x.s.Meta.Sources, func(of snapshot.Source) bool { return string(of.ID) == source && of.Simulated })}
	o.From, o.Until = dayOf(body, s.it.Open.From), dayOf(body, s.it.Open.Until)
	for _, name := range show.More {
		if text := firstOf(body, []string{name}); text != "" {
			o.Unchecked = append(o.Unchecked, text)
		}
	}
	for _, part := range p.Parts {
		o.Reasons = append(o.Reasons, Speaks{s.said(s.it.Rank[part.Feature].Say, p.Row, part.Words), part.Value})
	}
	for i, h := range p.Must {
		if c, ok := s.condition(&s.it.Must[i], h, p.Row); ok {
			o.Conditions = append(o.Conditions, c)
		}
	}
	return o, nil
}

// offers are things as lists show them.
func (s *saying) offers(picks []shelf.Pick) ([]Offer, error) {
	out := make([]Offer, 0, len(picks))
	for _, p := range picks {
		o, err := s.offer(p)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// condition says how a condition holds, unless it holds and there is nothing to say of it.
func (s *saying) condition(m *defs.Must, h defs.Held, row int) (c Condition, ok bool) {
	c.Title = m.Title
	switch h.Truth {
	case defs.True:
		c.Holds, c.Said = "yes", s.said(m.Say, row, nil)
		return c, m.Say.KO != "" && m.Told(s.facts) && s.knows(m.Say, row)
	case defs.False:
		c.Holds, c.Said = "no", s.said(m.Else, row, nil)
		return c, true
	}
	c.Holds, c.Said = "unclear", s.said(m.Ask, row, nil)
	c.Ask = s.st.shelf.Untold(h, s.facts)
	return c, true
}

// knows says whether all places of a text have a value.
func (s *saying) knows(t ieum.Text, row int) bool {
	return !slices.ContainsFunc(defs.Places(t.KO), func(path string) bool {
		_, ok := s.value(path, row)
		return !ok
	})
}

// said fills the places of a text; what is not known is a dash.
func (s *saying) said(t ieum.Text, row int, words []string) Said {
	args := map[string]any{"words": strings.Join(words, ", ")}
	for _, path := range append(defs.Places(t.KO), defs.Places(t.EN)...) {
		if path == "words" {
			continue
		}
		v, ok := s.value(path, row)
		if !ok {
			v = "–"
		}
		args[path] = v
	}
	return Said{words: t, args: args}
}

// value returns what a path names as people read it: codes by name, amounts as money.
func (s *saying) value(path string, row int) (any, bool) {
	set, first, rest := s.x.set, path, ""
	if i := strings.IndexByte(path, '.'); i > 0 {
		first, rest = path[:i], path[i+1:]
	}
	if first == "me" {
		v, ok := s.facts[path]
		if fact, known := s.it.Fact(rest); ok && known {
			return shown(set, fact.Codes, fact.Options, v), true
		}
		return v, ok
	}
	v, ok := s.st.shelf.Value(row, path)
	if !ok {
		return nil, false
	}
	kind, name := set.Kinds[s.it.Kind], first
	if with := s.it.With[first]; with != "" {
		kind, name = set.Kinds[with], rest
	}
	f, known := kind.Field(name)
	if !known {
		return v, true
	}
	if n, whole := v.(int64); whole && strings.HasPrefix(f.Unit, "won") {
		return ieum.Won(n), true
	}
	return shown(set, f.Codes, nil, v), true
}

// shown puts names in place of codes.
func shown(set *defs.Set, list string, options []defs.Option, v any) any {
	name := func(code string) ieum.Text {
		if i := slices.IndexFunc(options, func(o defs.Option) bool { return o.Code == code }); i >= 0 {
			return options[i].Name
		}
		switch l := set.Codes[list]; {
		case list == "regions":
			return pathOf(set, code)
		case l != nil:
			return set.Name(list, code)
		}
		return ieum.Text{KO: code, EN: code}
	}
	switch v := v.(type) {
	case string:
		if list == "" && options == nil {
			return v
		}
		return name(v)
	case []string:
		names := make([]ieum.Text, len(v))
		for i, code := range v {
			names[i] = name(code)
		}
		return listed(names)
	}
	return v
}

// mostListed is how many names of a long list are said.
const mostListed = 5

// listed joins names; of many the first few.
func listed(names []ieum.Text) ieum.Text {
	more := len(names) - mostListed
	t := list(names[:min(len(names), mostListed)])
	if more > 0 {
		t = ieum.Text{KO: fmt.Sprintf("%s 외 %d", t.KO, more), EN: fmt.Sprintf("%s and %d more", t.EN, more)}
	}
	return t
}

func dayOf(body map[string]any, field string) ieum.Day {
	d, _ := valueOf(body, field, defs.TypeDate)
	day, _ := d.(ieum.Day)
	return day
}

// placeOf is the region of an item that is of one.
func placeOf(body map[string]any, field string) string {
	switch v := body[field].(type) {
	case string:
		return v
	case []any:
		if len(v) == 1 {
			code, _ := v[0].(string)
			return code
		}
	}
	return ""
}

// firstOf returns the first of some fields that has words.
func firstOf(body map[string]any, fields []string) string {
	for _, name := range fields {
		if s, ok := body[name].(string); ok && strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

// fields are all fields of an item as the source gave them, in the kind's order.
func (s *saying) fields(row int) ([]OfferField, error) {
	body, err := s.x.body(row)
	if err != nil {
		return nil, err
	}
	out := []OfferField{}
	for _, f := range s.x.set.Kinds[s.it.Kind].Fields {
		v, ok := valueOf(body, f.Name, f.Type)
		if text, said := body[f.Name+"_text"].(string); !ok && said {
			v, ok = text, true
		}
		if !ok || f.Type == defs.TypeJSON || f.Type == defs.TypeURL {
			continue
		}
		if n, whole := v.(int64); whole && strings.HasPrefix(f.Unit, "won") {
			v = ieum.Won(n)
		}
		list := f.Codes
		if f.Type == defs.TypeRegion {
			list = "regions"
		}
		out = append(out, OfferField{Name: f.Name, Title: f.Title, Said: Said{words: ieum.Text{KO: "{v}", EN: "{v}"}, args: map[string]any{"v": shown(s.x.set, list, nil, v)}}})
	}
	return out, nil
}
