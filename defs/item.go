package defs

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"ieum"
)

// factTypes are the types of what may be asked.
var factTypes = []Type{TypeInt, TypeNumber, TypeBool, TypeDate, TypeCode, TypeCodes, TypeText, TypePoint}

// notNames are what no fact or joined kind may be called, for it means something else.
var notNames = append([]string{"me", "today", "words"}, reserved...)

// item checks what is said of things to recommend and adds it to the set. Expressions
// are looked at once the rest is sound, and examples once those are.
func (l *loader) item(d *doc) {
	if d.root == nil {
		return
	}
	it, before := d.value.(*Item), len(l.faults)
	d.checkID(it.ID)
	if it.ID != "" && !idForm.MatchString(it.ID) {
		d.fault(d.at("id"), "an id is small letters, digits and - between, not %q", it.ID)
	}
	if it.Version < 1 {
		d.fault(d.at("version"), "version is a whole number from 1 on; raise it when what is asked or recommended changes")
	}
	d.checkText(it.Title, "title")
	d.checkText(it.About, "about")
	k := l.set.Kinds[it.Kind]
	if k == nil || k.Personal() {
		if !l.broken[string(it.Kind)] {
			d.fault(d.at("kind"), "kind names one of the kinds whose rows tell about nobody%s; not %q", nearest(string(it.Kind), keys(l.set.Kinds)), it.Kind)
		}
		return
	}
	for i := range it.Facts {
		l.fact(d, it, i)
	}
	l.joins(d, it)
	if len(l.faults) > before {
		return
	}
	it.readable(l, k)
	l.judgement(d, it, k)
	if len(l.faults) == before {
		it.tryExamples(d, l.set)
	}
	l.set.Items[it.ID] = it
}

// fact checks one thing that is asked.
func (l *loader) fact(d *doc, it *Item, i int) {
	f := &it.Facts[i]
	if !fieldForm.MatchString(f.Name) || slices.Contains(notNames, f.Name) {
		d.fault(d.at("facts", i, "name"), "a fact's name is small letters, digits and _, and no word of the language of rules; not %q", f.Name)
	}
	if slices.IndexFunc(it.Facts, func(g Fact) bool { return g.Name == f.Name }) < i {
		d.fault(d.at("facts", i, "name"), "fact %s is given twice", f.Name)
	}
	if !slices.Contains(factTypes, f.Type) {
		d.fault(d.at("facts", i, "type"), "a fact is of type %s; not %q", strings.Join(texts(factTypes), ", "), f.Type)
	}
	d.checkText(f.Title, "facts", i, "title")
	switch list := l.set.Codes[f.Codes]; {
	case !f.Type.coded() && (f.Codes != "" || len(f.Options) > 0):
		d.fault(d.at("facts", i), "codes and options are for facts of type code or codes")
	case f.Type.coded() && (f.Codes == "") == (len(f.Options) == 0):
		d.fault(d.at("facts", i), "%s is of type %s: name a list in codes, or give the answers as options", f.Name, f.Type)
	case f.Codes != "" && list == nil && !l.broken[f.Codes]:
		d.fault(d.at("facts", i, "codes"), "there is no list of codes %s%s", f.Codes, nearest(f.Codes, keys(l.set.Codes)))
	}
	for j, o := range f.Options {
		if o.Code == "" || slices.IndexFunc(f.Options, func(p Option) bool { return p.Code == o.Code }) < j {
			d.fault(d.at("facts", i, "options", j), "each option has a code of its own")
		}
		d.checkText(o.Name, "facts", i, "options", j, "name")
	}
	if (f.Min != nil || f.Max != nil) && f.Type != TypeInt && f.Type != TypeNumber {
		d.fault(d.at("facts", i), "min and max are for facts of type int or number")
	}
}

// joins checks the kinds whose rows are read beside those of the item's kind.
func (l *loader) joins(d *doc, it *Item) {
	k := l.set.Kinds[it.Kind]
	for _, name := range keys(it.With) {
		kind := l.set.Kinds[it.With[name]]
		_, field := k.Field(name)
		switch {
		case kind == nil:
			d.fault(d.at("with", name), "there is no kind %s%s", it.With[name], nearest(string(it.With[name]), keys(l.set.Kinds)))
		case k.Master.As == "" || kind.Master.As != k.Master.As:
			d.fault(d.at("with", name), "rows of %s and %s are not put together: both kinds say in master what they speak of", it.Kind, it.With[name])
		case !fieldForm.MatchString(name) || slices.Contains(notNames, name) || field:
			d.fault(d.at("with", name), "rows are joined under a name of their own, of small letters, digits and _; not %q", name)
		}
	}
}

// readable fills in what expressions and words may read, by path.
func (it *Item) readable(l *loader, k *Kind) {
	it.fields = map[string]Type{"today": TypeDate}
	add := func(prefix string, k *Kind) {
		for _, f := range k.Fields {
			switch members := memberTypes[f.Type]; {
			case members == nil:
				it.fields[prefix+f.Name] = f.Type
			case prefix == "":
				for m, t := range members {
					it.fields[f.Name+"."+m] = typeOf(t)
				}
			}
		}
	}
	add("", k)
	for name, kind := range it.With {
		add(name+".", l.set.Kinds[kind])
	}
	for _, f := range it.Facts {
		if f.Type == TypePoint {
			it.fields["me."+f.Name+"_lat"], it.fields["me."+f.Name+"_lon"] = TypeNumber, TypeNumber
			continue
		}
		it.fields["me."+f.Name] = f.Type
	}
}

// typeOf is the type of a part of a compound field.
func typeOf(t *cel.Type) Type {
	switch t.Kind() {
	case types.IntKind:
		return TypeInt
	case types.BoolKind:
		return TypeBool
	}
	return TypeString
}

// judgement compiles what must hold and what speaks for an item, and checks what is
// shown and said.
func (l *loader) judgement(d *doc, it *Item, k *Kind) {
	env, s := l.itemEnv(it, k)
	for i := range it.Must {
		m := &it.Must[i]
		m.when = d.ruleIn(env, s, m.When, []any{"must", i, "when"})
		if m.Unclear != "" {
			m.unclear = d.ruleIn(env, s, m.Unclear, []any{"must", i, "unclear"})
		}
		d.checkText(m.Title, "must", i, "title")
		d.checkText(m.Else, "must", i, "else")
		d.checkText(m.Ask, "must", i, "ask")
		it.checkWords(d, s, m.Say, "must", i, "say")
		it.checkWords(d, s, m.Else, "must", i, "else")
		it.checkWords(d, s, m.Ask, "must", i, "ask")
	}
	for i := range it.Rank {
		it.checkFeature(d, env, s, i)
	}
	if it.Open.Unless != "" {
		it.closed = d.ruleIn(env, s, it.Open.Unless, []any{"open", "unless"})
	}
	d.fieldOfType(k, it.Open.From, false, []any{"open", "from"}, TypeDate)
	d.fieldOfType(k, it.Open.Until, false, []any{"open", "until"}, TypeDate)
	words := []Type{TypeString, TypeText}
	d.fieldOfType(k, it.Show.Title, true, []any{"show", "title"}, words...)
	d.fieldOfType(k, it.Show.Place, false, []any{"show", "place"}, TypeRegion, TypeCodes)
	d.fieldOfType(k, it.Show.URL, false, []any{"show", "url"}, TypeURL)
	d.fieldOfType(k, it.Show.Lat, false, []any{"show", "lat"}, TypeNumber)
	d.fieldOfType(k, it.Show.Lon, false, []any{"show", "lon"}, TypeNumber)
	for i, name := range it.Show.By {
		d.fieldOfType(k, name, true, []any{"show", "by", i}, words...)
	}
	for i, name := range it.Show.About {
		d.fieldOfType(k, name, true, []any{"show", "about", i}, words...)
	}
	for i, name := range it.Show.More {
		d.fieldOfType(k, name, true, []any{"show", "more", i}, words...)
	}
	for i, name := range it.Text {
		d.fieldOfType(k, name, true, []any{"text", i}, TypeString, TypeText, TypeStrings)
	}
	if len(it.Rank) == 0 {
		d.fault(d.at("rank"), "rank says what speaks for one thing before another, with at least one feature")
	}
	if len(it.Examples) == 0 {
		d.fault(d.at("examples"), "give examples: facts, an item and what must come of the two; they run as tests")
	}
}

func (it *Item) checkFeature(d *doc, env *cel.Env, s *scope, i int) {
	f := &it.Rank[i]
	like := slices.IndexFunc(it.Facts, func(g Fact) bool { return g.Name == f.Like && g.Type == TypeText })
	switch {
	case (f.Value == "") == (f.Like == ""):
		d.fault(d.at("rank", i), "a feature has a value, or names in like a fact of type text")
	case f.Like != "" && (like < 0 || len(it.Text) == 0):
		d.fault(d.at("rank", i, "like"), "like names a fact of type text, and the item says in text which fields to look in; not %q", f.Like)
	case f.Value != "":
		f.value = d.programIn(env, s, f.Value, []any{"rank", i, "value"}, "a feature has a value", "a feature is a number", types.IntKind, types.DoubleKind)
	}
	if f.Weight == 0 {
		d.fault(d.at("rank", i), "a feature has a weight, above 0 for what speaks for an item")
	}
	d.checkText(f.Say, "rank", i, "say")
	it.checkWords(d, s, f.Say, "rank", i, "say")
}

// placeForm is a place in what is said; after a colon stands a particle.
var placeForm = regexp.MustCompile(`\{([^{}]*)\}`)

// Places lists the paths that a text names, in the order of its places.
func Places(words string) (paths []string) {
	for _, m := range placeForm.FindAllStringSubmatch(words, -1) {
		path, _, _ := strings.Cut(m[1], ":")
		paths = append(paths, path)
	}
	return paths
}

// checkWords faults places in a text that name nothing.
func (it *Item) checkWords(d *doc, s *scope, t ieum.Text, at ...any) {
	for _, words := range []string{t.KO, t.EN} {
		for _, name := range Places(words) {
			if _, ok := it.fields[name]; ok || name == "words" && at[0] == "rank" {
				continue
			}
			fault := s.fault(name)
			if fault == "" {
				fault = "name a part of it"
			}
			d.fault(d.at(at...), "%s: {%s}: %s", pathText(at), name, fault)
		}
	}
}

// fieldOfType faults the name of a field that the kind lacks, or that is of another type.
func (d *doc) fieldOfType(k *Kind, name string, needed bool, at []any, of ...Type) {
	if name == "" && !needed {
		return
	}
	if f, ok := k.Field(name); !ok || !slices.Contains(of, f.Type) {
		d.fault(d.at(at...), "%s names a field of %s of type %s%s; not %q", pathText(at), k.ID, strings.Join(texts(of), " or "), nearest(name, k.fieldNames()), name)
	}
}

// tryExamples judges each example and faults what does not come out as it says.
func (it *Item) tryExamples(d *doc, set *Set) {
	for i, e := range it.Examples {
		facts, fields := Facts{}, map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(e.Facts)) {
			v, err := it.ReadFact(set, name, []string{e.Facts[name]})
			if err != nil {
				d.fault(d.at("examples", i, "facts", name), "%s: %v", name, err)
			}
			maps.Copy(facts, v)
		}
		for _, path := range slices.Sorted(maps.Keys(e.Item)) {
			v, err := it.readField(path, e.Item[path])
			if err != nil {
				d.fault(d.at("examples", i, "item", path), "%s: %v", path, err)
			}
			fields[path] = v
		}
		j, err := it.For(facts, e.Day).Judge(func(path string) (any, bool) { v, ok := fields[path]; return v, ok })
		switch said := it.said(j); {
		case err != nil:
			d.fault(d.at("examples", i), "example %s: %v", e.Name, err)
		case j.Verdict.String() != e.Is:
			d.fault(d.at("examples", i, "is"), "example %s is %s, not %q: %s", e.Name, j.Verdict, e.Is, said)
		case !strings.Contains(said, e.Because):
			d.fault(d.at("examples", i, "because"), "example %s: %q is not said, but %q", e.Name, e.Because, said)
		}
	}
}

// said is what is said of the conditions that do not hold or are unclear, as written.
func (it *Item) said(j Judgement) string {
	var all []string
	for i, c := range j.Must {
		switch c.Truth {
		case False:
			all = append(all, it.Must[i].Else.KO)
		case Unknown:
			all = append(all, fmt.Sprint(it.Must[i].Ask.KO, " ", strings.Join(c.Unknown, " ")))
		}
	}
	return strings.Join(all, " / ")
}
