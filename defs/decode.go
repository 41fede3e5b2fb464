package defs

import (
	"bytes"
	"cmp"
	"encoding"
	"errors"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A doc is one YAML file being read; it knows the line of everything in it.
type doc struct {
	file   string
	root   *yaml.Node // nil when the file is no YAML
	value  any
	below  []layered // files of the same path that this one replaces
	faults *Faults
}

var (
	yamlLine = regexp.MustCompile(`line (\d+): `)

	// parserSays begins what the YAML parser, unlike its scanner, says with a
	// line counted from 0.
	parserSays = regexp.MustCompile(`^did not find expected (key|node content|'-' indicator|',' or|<document start>)`)
)

func newDoc(f layered, faults *Faults) *doc {
	d := &doc{file: f.name, below: f.below, faults: faults}
	in := yaml.NewDecoder(bytes.NewReader(f.text))
	var n yaml.Node
	err := in.Decode(&n)
	switch {
	case errors.Is(err, io.EOF) || err == nil && len(n.Content) == 0:
		faults.add(d.file, 0, "the file is empty")
		return d
	case err != nil:
		d.syntax(err)
		return d
	}
	d.root = n.Content[0]
	if err := in.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		faults.add(d.file, 0, "a file holds one definition: take out what follows ---")
	}
	return d
}

// syntax adds what the YAML parser found, with its line.
func (d *doc) syntax(err error) {
	text, line := strings.TrimPrefix(err.Error(), "yaml: "), 0
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = strings.Replace(text, m[0], "", 1)
		if parserSays.MatchString(text) {
			line++
		}
	}
	d.faults.add(d.file, line, "%s (quote a text that holds : # { } [ ] or begins with a sign; longer prose goes below a |)", text)
}

func (d *doc) fault(n *yaml.Node, format string, args ...any) {
	line := 0
	if n != nil {
		line = n.Line
	}
	d.faults.add(d.file, line, format, args...)
}

// at returns the node at a path of keys (string) and places (int), or the
// deepest one on the way to it.
func (d *doc) at(path ...any) *yaml.Node {
	n, ok := d.root, true
	for _, p := range path {
		if n, ok = step(n, p); !ok {
			break
		}
	}
	return n
}

// has says whether the file gives a value at a path.
func (d *doc) has(path ...any) bool {
	n, ok := d.root, d.root != nil
	for _, p := range path {
		if n, ok = step(n, p); !ok {
			return false
		}
	}
	return ok
}

// step returns the child of n that p names, or n itself and false.
func step(n *yaml.Node, p any) (*yaml.Node, bool) {
	if n == nil {
		return nil, false
	}
	switch p := p.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && p < len(n.Content) {
			return n.Content[p], true
		}
	case string:
		if n.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == p {
					return n.Content[i+1], true
				}
			}
		}
	}
	return n, false
}

var (
	valueType = reflect.TypeFor[Value]()
	textType  = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// decode reads n into v and adds a fault for all that does not fit. The path
// of v names it to people.
func (d *doc) decode(n *yaml.Node, v reflect.Value, path string) {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		d.fault(n, "write %s out: anchors and aliases are not used in definitions", cmp.Or(path, "it"))
		return
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
		return
	case v.Type() == valueType && n.Kind == yaml.ScalarNode:
		v.FieldByName("Column").SetString(n.Value)
		return
	}
	if v.CanAddr() && v.Addr().Type().Implements(textType) {
		d.decodeText(n, v, path)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.decodeStruct(n, v, path)
	case reflect.Pointer: // nil when the file does not say
		v.Set(reflect.New(v.Type().Elem()))
		d.decode(n, v.Elem(), path)
	case reflect.Map:
		d.decodeMap(n, v, path)
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			d.fault(n, "%s must be a list", path)
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
		for i, c := range n.Content {
			d.decode(c, v.Index(i), path+"["+strconv.Itoa(i+1)+"]")
		}
	default:
		d.decodeScalar(n, v, path)
	}
}

func (d *doc) decodeText(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.ScalarNode {
		d.fault(n, "%s must be one value", path)
		return
	}
	if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(n.Value)); err != nil {
		d.fault(n, "%s: %v", path, err)
	}
}

func (d *doc) decodeStruct(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.fault(n, "%s must be fields with values", cmp.Or(path, "the file"))
		return
	}
	places, known := fieldsOf(v.Type())
	d.eachKey(n, func(key string, k, c *yaml.Node) {
		i, ok := places[key]
		if !ok {
			d.fault(k, "%s is no field here%s (known: %s)", join(path, key), nearest(key, known), strings.Join(known, ", "))
			return
		}
		d.decode(c, v.Field(i), join(path, key))
	})
}

func (d *doc) decodeMap(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.fault(n, "%s must be names with values", path)
		return
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(n.Content)/2))
	d.eachKey(n, func(key string, _, c *yaml.Node) {
		e := reflect.New(v.Type().Elem()).Elem()
		d.decode(c, e, join(path, key))
		v.SetMapIndex(reflect.ValueOf(key), e)
	})
}

// eachKey calls f for each member of a mapping and faults a key given twice.
func (d *doc) eachKey(n *yaml.Node, f func(key string, k, value *yaml.Node)) {
	seen := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Kind != yaml.ScalarNode {
			d.fault(k, "a name must be one value")
			continue
		}
		if first, ok := seen[k.Value]; ok {
			d.fault(k, "%s is given twice, first in line %d", k.Value, first)
			continue
		}
		seen[k.Value] = k.Line
		f(k.Value, k, n.Content[i+1])
	}
}

func (d *doc) decodeScalar(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.ScalarNode {
		d.fault(n, "%s must be one value", path)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(n.Value)
	case reflect.Int:
		i, err := strconv.ParseInt(strings.ReplaceAll(n.Value, "_", ""), 10, 64)
		if err != nil {
			d.fault(n, "%s must be a whole number, not %q", path, n.Value)
			return
		}
		v.SetInt(i)
	case reflect.Float64:
		x, err := strconv.ParseFloat(n.Value, 64)
		if err != nil {
			d.fault(n, "%s must be a number, not %q", path, n.Value)
			return
		}
		v.SetFloat(x)
	case reflect.Bool:
		if n.Value != "true" && n.Value != "false" {
			d.fault(n, "%s must be true or false, not %q", path, n.Value)
			return
		}
		v.SetBool(n.Value == "true")
	default:
		panic("defs: no way to read a " + v.Type().String())
	}
}

// fieldsOf returns the YAML names of a struct's fields and their places.
func fieldsOf(t reflect.Type) (places map[string]int, names []string) {
	places = make(map[string]int, t.NumField())
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("yaml"); name != "" {
			places[name] = i
			names = append(names, name)
		}
	}
	return places, names
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
