package defs

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"ieum"
)

// Reads returns the columns a value reads; none for a constant and for what
// the coder gives.
func (v Value) Reads() []string {
	switch {
	case v.Column != "":
		return []string{v.Column}
	case v.program != nil:
		return v.program.reads
	}
	return v.Hash
}

// Copies says whether the value is a column as it is: no split, no words.
func (v Value) Copies() bool {
	return v.Column != "" && v.Split == "" && v.from == nil && len(v.Words) == 0 && !v.several
}

// Eval returns the texts a row gives for a field: none when it has no value,
// several only for fields that hold several. Texts are trimmed, split and in
// our words, but not yet read as the field's type. The function row returns a
// column's text, "" when it is not there; for a value with Join call Eval once
// for each joined row. Code and Hash are the caller's: they give nothing.
//
// CEL runs once for each distinct row of the columns it reads, within bounds.
// The result must not be changed. Eval may be called from several goroutines.
func (v Value) Eval(row func(column string) string) ([]string, error) {
	switch {
	case v.Column != "":
		return v.finish(row(v.Column)), nil
	case v.Const != "":
		return v.finish(v.Const), nil
	case v.program == nil:
		return nil, nil
	}
	p := v.program
	var room [256]byte
	key := room[:0]
	for _, c := range p.reads {
		key = appendText(key, row(c))
	}
	if hit, ok := p.cache.get(key); ok {
		return hit.texts, hit.err
	}
	vars := make(map[string]string, len(p.reads))
	for _, c := range p.reads {
		vars[c] = row(c)
	}
	out, _, err := p.whole.Eval(map[string]any{"row": vars})
	r := result{}
	if err != nil {
		r.err = fmt.Errorf("the expression cannot be worked out: %w", err)
	} else {
		for _, t := range textsOf(out) {
			r.texts = append(r.texts, v.finish(t)...)
		}
	}
	p.cache.put(key, r)
	return r.texts, r.err
}

// finish trims and splits a text and puts the source's words into ours.
func (v Value) finish(text string) []string {
	text = strings.TrimSpace(text)
	if text == "" && len(v.Words) == 0 {
		return nil
	}
	parts := []string{text}
	if v.several {
		if list, ok := jsonList(text); ok {
			parts = list
		}
	}
	if v.Split == "" && len(v.Words) == 0 && v.from == nil {
		return parts
	}
	var out []string
	for _, p := range parts {
		for _, t := range cut(p, v.Split) {
			t = strings.TrimSpace(t)
			if w, ok := v.Words[t]; ok {
				t = w
			}
			if v.from != nil {
				t = v.from.translate(t)
			}
			if t != "" {
				out = append(out, t)
			}
		}
	}
	return out
}

func cut(text, at string) []string {
	if at == "" {
		return []string{text}
	}
	return strings.Split(text, at)
}

// textsOf writes what an expression gave as texts.
func textsOf(v ref.Val) []string {
	switch x := v.Value().(type) {
	case string:
		return []string{x}
	case int64:
		return []string{strconv.FormatInt(x, 10)}
	case float64:
		return []string{strconv.FormatFloat(x, 'f', -1, 64)}
	case bool:
		return []string{strconv.FormatBool(x)}
	}
	list, err := v.ConvertToNative(stringsType)
	if err != nil {
		return nil // cannot be: the checker let texts only through
	}
	return list.([]string)
}

// Reads returns the fields and members, such as pay.min, that a rule reads.
func (r *Rule) Reads() []string { return r.program.reads }

// Holds says whether the rule's When holds for a row. The function field
// returns the value of a field or of a member such as pay.min, and whether it
// is known: string, int64, float64, bool, ieum.Day, []string, []map[string]any
// for careers, what json.Unmarshal gives for json. A rule that cannot be decided
// because something is missing does not hold; it can ask `"pay" in missing`.
//
// CEL runs once for each distinct row of the fields it reads, within bounds.
// Holds may be called from several goroutines.
func (r *Rule) Holds(field func(path string) (value any, known bool)) (bool, error) {
	res := r.program.run(&r.program.cache, field)
	return res.truth == True, res.err
}

// run works a rule's expression out over what field knows, or takes from c what it gave
// before for the same.
func (p *program) run(c *cache, field func(path string) (value any, known bool)) result {
	var room [256]byte
	key, keep, missing := room[:0], true, 0
	for _, path := range p.reads {
		v, ok := field(path)
		if !ok {
			missing++
			key = append(key, 0)
			continue
		}
		var fits bool
		key, fits = appendValue(key, v)
		keep = keep && fits
	}
	if keep {
		if hit, ok := c.get(key); ok {
			return hit
		}
	}
	res := p.decide(field, missing > 0)
	if keep {
		c.put(key, res)
	}
	return res
}

// decide runs a rule's expression.
func (p *program) decide(field func(string) (any, bool), partly bool) result {
	vars := map[string]any{}
	missing := []string{}
	var unknown []*cel.AttributePatternType
	for _, path := range p.reads {
		name, member, compound := strings.Cut(path, ".")
		v, ok := field(path)
		switch {
		case !ok && compound:
			missing = append(missing, path)
			unknown = append(unknown, cel.AttributePattern(name).QualString(member))
		case !ok:
			missing = append(missing, path)
			unknown = append(unknown, cel.AttributePattern(name))
		case compound:
			parts, _ := vars[name].(map[string]any)
			if parts == nil {
				parts = map[string]any{}
				vars[name] = parts
			}
			parts[member] = celValue(v)
		default:
			vars[name] = celValue(v)
		}
	}
	vars["missing"] = missing
	run, in := p.whole, any(vars)
	if partly {
		some, err := cel.PartialVars(vars, unknown...)
		if err != nil {
			return result{err: err}
		}
		run, in = p.partial, some
	}
	out, _, err := run.Eval(in)
	if err != nil {
		return result{err: fmt.Errorf("the rule cannot be worked out: %w", err)}
	}
	return resultOf(out)
}

// resultOf is what an expression gave: true or false, a number, or what it would have
// to know.
func resultOf(out ref.Val) result {
	switch v := out.(type) {
	case *types.Unknown:
		return result{unknown: pathsOf(v)}
	case types.Bool:
		if v {
			return result{truth: True}
		}
		return result{truth: False}
	case types.Int:
		return result{number: float64(v), truth: True}
	case types.Double:
		return result{number: float64(v), truth: True}
	}
	return result{err: fmt.Errorf("the rule gave a %s", out.Type().TypeName())} // cannot be: the checker let nothing else through
}

// pathsOf names what an unknown result would have to know, in order.
func pathsOf(u *types.Unknown) (paths []string) {
	for _, id := range u.IDs() {
		trails, _ := u.GetAttributeTrails(id)
		for _, t := range trails {
			path := t.Variable()
			for _, q := range t.QualifierPath() {
				path += fmt.Sprintf(".%v", q)
			}
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// celValue returns a field's value as CEL knows it.
func celValue(v any) any {
	if d, ok := v.(ieum.Day); ok {
		return int64(d)
	}
	return v
}

func appendText(key []byte, s string) []byte {
	return append(binary.AppendUvarint(key, uint64(len(s))), s...)
}

// appendValue adds a value to a key, and says false when it is of no kind that
// a key can hold.
func appendValue(key []byte, v any) ([]byte, bool) {
	switch v := v.(type) {
	case string:
		return appendText(append(key, 's'), v), true
	case int64:
		return binary.AppendVarint(append(key, 'i'), v), true
	case int:
		return binary.AppendVarint(append(key, 'i'), int64(v)), true
	case ieum.Day:
		return binary.AppendVarint(append(key, 'i'), int64(v)), true
	case float64:
		return binary.LittleEndian.AppendUint64(append(key, 'f'), math.Float64bits(v)), true
	case bool:
		return strconv.AppendBool(append(key, 'b'), v), true
	case []string:
		key = binary.AppendUvarint(append(key, 'l'), uint64(len(v)))
		for _, s := range v {
			key = appendText(key, s)
		}
		return key, true
	}
	return key, false
}

// A Truth is whether something holds, as far as is known.
type Truth int8

// The truths.
const (
	Unknown Truth = iota
	False
	True
)

// A result is what an expression gave, or how it failed.
type result struct {
	texts   []string // of a mapping
	truth   Truth    // of a rule; of a number True, when it is known
	number  float64
	unknown []string // what it would have to know, by path
	err     error
}

// Bounds of one expression's cache: at most 2 × cacheRows results of rows not
// longer than cacheKey bytes, so some 16 MB when full.
const (
	cacheRows = 1 << 14
	cacheKey  = 512
)

// A cache keeps the results of the rows seen lately: those of this generation
// and of the last.
type cache struct {
	mu       sync.RWMutex
	now, old map[string]result
}

func (c *cache) get(key []byte) (result, bool) {
	c.mu.RLock()
	r, ok := c.now[string(key)]
	if !ok {
		r, ok = c.old[string(key)]
	}
	c.mu.RUnlock()
	return r, ok
}

func (c *cache) put(key []byte, r result) {
	if len(key) > cacheKey {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now == nil || len(c.now) >= cacheRows {
		c.now, c.old = map[string]result{}, c.now
	}
	c.now[string(key)] = r
}

var stringsType = reflect.TypeFor[[]string]()
