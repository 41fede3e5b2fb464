package defs

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"ieum"
)

// Facts are what somebody told, by path: me.age. Values are int64, float64, bool,
// ieum.Day, string or []string.
type Facts map[string]any

// A Verdict is what comes of an item for who looks.
type Verdict uint8

// The verdicts.
const (
	Fits    Verdict = iota // every condition holds
	Unsure                 // none is broken, and of some it cannot be told
	Refused                // one is broken
	Closed                 // it cannot be had on the day, by anybody
)

var verdicts = [...]string{Fits: "fits", Unsure: "unclear", Refused: "refused", Closed: "closed"}

// String returns fits, unclear, refused or closed.
func (v Verdict) String() string { return verdicts[v] }

// MarshalText implements encoding.TextMarshaler.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// A Judgement is what comes of one item, condition by condition.
type Judgement struct {
	Verdict Verdict
	Must    []Held // as Item.Must; empty of what is closed
}

// Held is whether a condition holds.
type Held struct {
	Truth   Truth
	Unknown []string // paths that would have to be known to tell
}

// A Judge holds items against what one person told, on a day. What it works out it
// remembers by the values of items, for itself alone: nothing of the person outlives it. It
// is for one goroutine.
type Judge struct {
	it     *Item
	facts  Facts
	day    ieum.Day
	caches map[*program]*cache
}

// For returns a judge of things for who told facts.
func (it *Item) For(facts Facts, day ieum.Day) *Judge {
	return &Judge{it, facts, day, map[*program]*cache{}}
}

// Judge judges one thing. field returns its value by path, in the types that Rule.Holds
// names, and false where it has none.
func (j *Judge) Judge(field func(path string) (any, bool)) (Judgement, error) {
	know := j.beside(field)
	if closed, err := j.isClosed(know); closed || err != nil {
		return Judgement{Verdict: Closed}, err
	}
	out := Judgement{Must: make([]Held, len(j.it.Must))}
	for i := range j.it.Must {
		h, err := j.holds(&j.it.Must[i], know)
		if err != nil {
			return out, err
		}
		out.Must[i] = h
		switch {
		case h.Truth == False:
			out.Verdict = Refused
		case h.Truth == Unknown && out.Verdict != Refused:
			out.Verdict = Unsure
		}
	}
	return out, nil
}

// beside returns a function that knows an item's fields, the facts and the day.
func (j *Judge) beside(field func(string) (any, bool)) func(string) (any, bool) {
	return func(path string) (any, bool) {
		if v, ok := j.facts[path]; ok {
			return v, true
		}
		if path == "today" {
			return j.day, true
		}
		return field(path)
	}
}

// run works an expression out, or remembers what it gave.
func (j *Judge) run(p *program, know func(string) (any, bool)) result {
	c := j.caches[p]
	if c == nil {
		c = &cache{}
		j.caches[p] = c
	}
	return p.run(c, know)
}

// isClosed says whether an item cannot be had on the day. One that begins later is open:
// it can be prepared for.
func (j *Judge) isClosed(know func(string) (any, bool)) (bool, error) {
	if j.it.Open.Until != "" {
		if until, ok := know(j.it.Open.Until); ok && until.(ieum.Day) < j.day {
			return true, nil
		}
	}
	if j.it.closed == nil {
		return false, nil
	}
	res := j.run(j.it.closed, know)
	return res.truth == True, res.err
}

func (j *Judge) holds(m *Must, know func(string) (any, bool)) (Held, error) {
	res := j.run(m.when, know)
	if res.err != nil || res.truth != False || m.unclear == nil {
		return Held{res.truth, res.unknown}, res.err
	}
	may := j.run(m.unclear, know)
	if may.truth == False {
		return Held{Truth: False}, may.err
	}
	return Held{Unknown, append(slices.Clone(may.unknown), m.unclear.reads...)}, may.err
}

// Worth is what a feature's value is for an item: from 0 to 1, and false where it is not
// known. It is for features with a Value.
func (j *Judge) Worth(f *Feature, field func(path string) (any, bool)) (float64, bool, error) {
	res := j.run(f.value, j.beside(field))
	return min(max(res.number, 0), 1), res.truth == True && !math.IsNaN(res.number), res.err
}

// Told says whether facts tell all that the condition reads of them: what holds for want
// of a fact is nothing to be told as good.
func (m *Must) Told(facts Facts) bool {
	return !slices.ContainsFunc(m.when.reads, func(path string) bool {
		_, ok := facts[path]
		return !ok && strings.HasPrefix(path, "me.")
	})
}

// Reads lists the paths of the item's own values that are read to judge, rank and speak
// of it, in order.
func (it *Item) Reads() []string {
	reads := map[string]bool{}
	add := func(p *program) {
		if p != nil {
			for _, path := range p.reads {
				reads[path] = true
			}
		}
	}
	add(it.closed)
	texts := []ieum.Text{}
	for i := range it.Must {
		add(it.Must[i].when)
		add(it.Must[i].unclear)
		texts = append(texts, it.Must[i].Say, it.Must[i].Else, it.Must[i].Ask)
	}
	for i := range it.Rank {
		add(it.Rank[i].value)
		texts = append(texts, it.Rank[i].Say)
	}
	for _, t := range texts {
		for _, path := range Places(t.KO + t.EN) {
			reads[path] = true
		}
	}
	for _, path := range []string{it.Open.From, it.Open.Until} {
		reads[path] = true
	}
	maps.DeleteFunc(reads, func(path string, _ bool) bool {
		return path == "" || path == "today" || path == "words" || strings.HasPrefix(path, "me.")
	})
	return keys(reads)
}

// Type returns the type of what a path names.
func (it *Item) Type(path string) Type { return it.fields[path] }

// Fact returns what is asked under a name.
func (it *Item) Fact(name string) (*Fact, bool) {
	i := slices.IndexFunc(it.Facts, func(f Fact) bool { return f.Name == name })
	if i < 0 {
		return nil, false
	}
	return &it.Facts[i], true
}

// longestFact is the most characters of an answer.
const longestFact = 500

// ReadFact reads the answers to what is asked under a name: several for codes, one for
// all else. The error is ieum.ErrInvalid and points to the fact. A point that is no two
// numbers is not read here: it comes back as me.NAME, its text.
func (it *Item) ReadFact(set *Set, name string, answers []string) (Facts, error) {
	f, ok := it.Fact(name)
	if !ok {
		names := make([]string, len(it.Facts))
		for i, f := range it.Facts {
			names[i] = f.Name
		}
		return nil, factError(name, "unknown", nil, "item "+it.ID+" asks for no "+name+nearest(name, names))
	}
	if len(answers) > 1 && f.Type != TypeCodes {
		return nil, factError(name, "once", nil, name+" is given more than once")
	}
	out := Facts{}
	var codes []string
	for _, a := range answers {
		a = strings.TrimSpace(a)
		if utf8.RuneCountInString(a) > longestFact || !utf8.ValidString(a) || strings.ContainsRune(a, 0) {
			return nil, factError(name, "long", map[string]any{"most": longestFact}, name+" is longer than 500 characters, or no text")
		}
		if a == "" {
			continue
		}
		v, err := f.read(set, a)
		if err != nil {
			return nil, err
		}
		switch v := v.(type) {
		case [2]float64:
			out["me."+name+"_lat"], out["me."+name+"_lon"] = v[0], v[1]
		case string:
			codes = append(codes, v)
			out["me."+name] = v
		default:
			out["me."+name] = v
		}
	}
	if f.Type == TypeCodes && len(codes) > 0 {
		slices.Sort(codes)
		out["me."+name] = slices.Compact(codes)
	}
	return out, nil
}

func factError(name, why string, args map[string]any, message string) error {
	all := map[string]any{"name": name}
	maps.Copy(all, args)
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.param." + why, Args: all, Field: "/" + name, Message: message}
}

// read reads one answer.
func (f *Fact) read(set *Set, a string) (any, error) {
	switch f.Type {
	case TypeInt:
		n, err := strconv.ParseInt(strings.ReplaceAll(a, ",", ""), 10, 64)
		if err != nil {
			return nil, factError(f.Name, "whole", nil, f.Name+" must be a whole number")
		}
		return n, f.bounds(float64(n))
	case TypeNumber:
		x, err := strconv.ParseFloat(strings.ReplaceAll(a, ",", ""), 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, factError(f.Name, "number", nil, f.Name+" must be a number")
		}
		return x, f.bounds(x)
	case TypeBool:
		b, err := strconv.ParseBool(a)
		if err != nil {
			return nil, factError(f.Name, "bool", nil, f.Name+" must be true or false")
		}
		return b, nil
	case TypeDate:
		d, err := ieum.ParseDay(a)
		if err != nil {
			return nil, factError(f.Name, "form", map[string]any{"value": a}, f.Name+" must be a day such as 2026-01-31")
		}
		return d, nil
	case TypeCode, TypeCodes:
		return f.code(set, a)
	case TypePoint:
		if lat, lon, ok := point(a); ok {
			return [2]float64{lat, lon}, nil
		}
	}
	return a, nil
}

func (f *Fact) bounds(n float64) error {
	switch {
	case f.Min != nil && n < *f.Min:
		return factError(f.Name, "least", map[string]any{"least": *f.Min}, f.Name+" is too small")
	case f.Max != nil && n > *f.Max:
		return factError(f.Name, "most", map[string]any{"most": *f.Max}, f.Name+" is too large")
	}
	return nil
}

// code finds a code by itself, by name or by alias.
func (f *Fact) code(set *Set, a string) (string, error) {
	if f.Codes != "" {
		if code, ok := set.Codes[f.Codes].Lookup(a); ok {
			return set.Codes[f.Codes].Current(code), nil
		}
	}
	for _, o := range f.Options {
		if o.Code == a || o.Name.KO == a || strings.EqualFold(o.Name.EN, a) {
			return o.Code, nil
		}
	}
	return "", factError(f.Name, "form", map[string]any{"value": a}, f.Name+": there is no "+a)
}

// point reads latitude and longitude in degrees, with a comma between.
func point(a string) (lat, lon float64, ok bool) {
	first, second, _ := strings.Cut(a, ",")
	lat, errLat := strconv.ParseFloat(strings.TrimSpace(first), 64)
	lon, errLon := strconv.ParseFloat(strings.TrimSpace(second), 64)
	return lat, lon, errLat == nil && errLon == nil && math.Abs(lat) <= 90 && math.Abs(lon) <= 180
}

// readField reads a value of an item as an example gives it.
func (it *Item) readField(path, text string) (any, error) {
	t, ok := it.fields[path]
	if !ok || strings.HasPrefix(path, "me.") {
		return nil, ieum.Errorf(ieum.ErrInvalid, "an item has no such value; name a field, as deadline, or a part, as region.code")
	}
	switch t {
	case TypeInt:
		n, err := strconv.ParseInt(text, 10, 64)
		return n, err
	case TypeNumber:
		x, err := strconv.ParseFloat(text, 64)
		return x, err
	case TypeBool:
		b, err := strconv.ParseBool(text)
		return b, err
	case TypeDate:
		d, err := ieum.ParseDay(text)
		return d, err
	case TypeCodes, TypeStrings:
		var list []string
		err := json.Unmarshal([]byte(text), &list)
		return list, err
	}
	return text, nil
}
