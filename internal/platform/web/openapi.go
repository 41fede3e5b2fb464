package web

import (
	"encoding"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"ieum"
)

// An object is a piece of a JSON document.
type object = map[string]any

// openAPI serves the OpenAPI 3.1 document of the registered operations. It is
// made from the very types that the handlers read and answer with.
func (m *Mux) openAPI(w http.ResponseWriter, r *http.Request) error {
	return JSON(w, http.StatusOK, m.document(Lang(r)))
}

func (m *Mux) document(l ieum.Lang) object {
	s := &schemas{all: object{}, names: map[reflect.Type]string{}}
	problem := s.of(reflect.TypeFor[Problem]())
	paths := object{}
	for _, op := range m.ops {
		at, ok := paths[op.path].(object)
		if !ok {
			at = object{}
			paths[op.path] = at
		}
		at[strings.ToLower(op.method)] = s.operation(op, l, problem)
	}
	return object{
		"openapi":           "3.1.1",
		"jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
		"info": object{
			"title": m.site.Text(l, "api.title", nil), "version": "1", "description": m.site.Text(l, "api.about", nil),
			"license": object{"name": "Apache-2.0", "identifier": "Apache-2.0"},
		},
		"servers": []any{object{"url": "/"}},
		"paths":   paths,
		"components": object{"schemas": s.all, "securitySchemes": object{
			"key":     object{"type": "http", "scheme": "bearer", "bearerFormat": "ieum_…", "description": m.site.Text(l, "api.security.key", nil)},
			"session": object{"type": "apiKey", "in": "cookie", "name": "__Host-session", "description": m.site.Text(l, "api.security.session", nil)},
		}},
	}
}

// schemas are the component schemas found so far.
type schemas struct {
	all   object
	names map[reflect.Type]string
}

func (s *schemas) operation(op operation, l ieum.Lang, problem object) object {
	o := object{
		"operationId": op.ID, "summary": op.Summary.In(l), "tags": []any{op.tag()}, "security": op.security(),
		"responses": object{
			"200": object{"description": "OK", "content": object{"application/json": object{"schema": s.reply(op)}}},
			"default": object{"description": "RFC 9457", "content": object{"application/problem+json": object{
				"schema": problem}}},
		},
	}
	if op.Params != nil {
		o["parameters"] = s.parameters(reflect.TypeOf(op.Params), l)
	}
	if op.Body != nil {
		content := object{"schema": s.of(reflect.TypeOf(op.Body))}
		if op.Example != nil {
			content["example"] = op.Example
		}
		o["requestBody"] = object{"required": true, "content": object{"application/json": content}}
	}
	return o
}

// Who may ask an operation.
const (
	byAnybody = "anybody" // with a key, it counts against its quota
	byRole    = "role"    // a session or a key whose role allows it
	bySession = "session" // somebody who signed in: records of people are for no program
)

func (o operation) by() string {
	switch {
	case o.May != "":
		return byRole
	case o.holds == Records:
		return bySession
	}
	return byAnybody
}

// security lists what may be shown with a request; {} is nothing.
func (o operation) security() []any {
	key, session := object{"key": []any{}}, object{"session": []any{}}
	switch o.by() {
	case byRole:
		return []any{key, session}
	case bySession:
		return []any{session}
	}
	return []any{object{}, key}
}

func (s *schemas) reply(op operation) object {
	if op.Reply == nil {
		return object{}
	}
	return s.of(reflect.TypeOf(op.Reply))
}

// tag groups the operations of one noun: the part of the path after /api/v1/.
func (o operation) tag() string {
	noun, _, _ := strings.Cut(strings.TrimPrefix(o.path, apiRoot), "/")
	return noun
}

func (s *schemas) parameters(t reflect.Type, l ieum.Lang) []any {
	list := []any{}
	for _, f := range reflect.VisibleFields(t) {
		p, ok := parameterOf(f)
		if !ok || f.Type == reflect.TypeFor[Upload]() {
			continue
		}
		schema := s.constrained(f, p)
		o := object{"name": p.name, "in": "query", "required": p.required, "schema": schema}
		if p.path {
			o["in"] = "path"
		}
		if doc := (ieum.Text{KO: f.Tag.Get("ko"), EN: f.Tag.Get("doc")}).In(l); doc != "" {
			o["description"] = doc
		}
		if e, ok := f.Tag.Lookup("example"); ok {
			o["example"] = typed(e, f.Type)
		}
		list = append(list, o)
	}
	return list
}

// constrained is the schema of a parameter with what its tags allow.
func (s *schemas) constrained(f reflect.StructField, p parameter) object {
	t := f.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	schema := s.of(t)
	inner := schema
	if schema["type"] == "array" {
		inner = schema["items"].(object)
	}
	if len(p.enum) > 0 {
		inner["enum"] = p.enum
	}
	if p.fallback != "" {
		schema["default"] = typed(p.fallback, t)
	}
	least, most := "minimum", "maximum"
	if inner["type"] == "string" {
		least, most = "minLength", "maxLength"
	}
	if n, err := strconv.ParseFloat(p.min, 64); err == nil {
		inner[least] = n
	}
	if n, err := strconv.ParseFloat(p.max, 64); err == nil {
		inner[most] = n
	}
	return schema
}

// typed is a tag's text as the JSON value of a type.
func typed(text string, t reflect.Type) any {
	if t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Int, reflect.Int32, reflect.Int64, reflect.Float64, reflect.Bool:
		var v any
		if json.Unmarshal([]byte(text), &v) == nil {
			return v
		}
	}
	return text
}

// of returns the JSON Schema of what encoding/json writes for a type; structs
// are named components and referred to.
func (s *schemas) of(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[ieum.Day]():
		return object{"type": "string", "pattern": `^(\d{4}-\d{2}-\d{2})?$`, "description": "ISO 8601 date; empty when not known"}
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[json.RawMessage]() || t.Kind() == reflect.Interface:
		return object{}
	case t.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return object{"type": "string"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		inner := s.of(t.Elem())
		if kind, ok := inner["type"].(string); ok {
			inner["type"] = []any{kind, "null"}
			return inner
		}
		return object{"anyOf": []any{inner, object{"type": "null"}}}
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return object{"type": "string", "contentEncoding": "base64"}
		}
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Float32, reflect.Float64:
		return object{"type": "number"}
	case reflect.Struct:
		return object{"$ref": "#/components/schemas/" + s.component(t)}
	}
	if t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64 {
		return object{"type": "integer"}
	}
	panic(fmt.Sprintf("web: %s has no JSON Schema", t))
}

// component makes the schema of a struct once and returns its name: the type's
// name, behind its package's when two packages use the same one.
func (s *schemas) component(t reflect.Type) string {
	if name, ok := s.names[t]; ok {
		return name
	}
	name := title(t.Name())
	if _, taken := s.all[name]; taken || name == "" {
		path := strings.Split(t.PkgPath(), "/")
		name = title(path[len(path)-1]) + name
	}
	for base, n := name, 2; s.all[name] != nil; n++ {
		name = base + strconv.Itoa(n)
	}
	s.names[t] = name
	s.all[name] = object{} // taken, should the type refer to itself
	properties, required := object{}, []string{}
	s.fields(t, properties, &required)
	schema := object{"type": "object", "properties": properties}
	if len(required) > 0 {
		slices.Sort(required)
		schema["required"] = required
	}
	s.all[name] = schema
	return name
}

func (s *schemas) fields(t reflect.Type, properties object, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, optional, ok := jsonName(f)
		inner := f.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if f.Anonymous && f.Tag.Get("json") == "" && inner.Kind() == reflect.Struct {
			s.fields(inner, properties, required)
			continue
		}
		if !ok {
			continue
		}
		schema := s.of(f.Type)
		if doc := f.Tag.Get("doc"); doc != "" {
			schema["description"] = doc
		}
		if e := f.Tag.Get("enum"); e != "" {
			schema["enum"] = strings.Split(e, "|")
		}
		properties[name] = schema
		if !optional {
			*required = append(*required, name)
		}
	}
}

func title(name string) string {
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// An example is an operation as the page /api shows it.
type example struct {
	ID, Method, Path string
	Summary, By      string
	Params           []any
	Curl             string
}

// apiPage explains the API to people.
func (m *Mux) apiPage(w http.ResponseWriter, r *http.Request) error {
	if _, err := Read[struct{}](r); err != nil {
		return err
	}
	s := &schemas{all: object{}, names: map[reflect.Type]string{}}
	var list []example
	for _, op := range m.ops {
		e := example{ID: op.ID, Method: op.method, Path: op.path, Summary: op.Summary.In(Lang(r)), By: op.by()}
		if op.Params != nil {
			e.Params = s.parameters(reflect.TypeOf(op.Params), Lang(r))
		}
		e.Curl = op.curl(e.Params, "http://"+r.Host)
		list = append(list, e)
	}
	return m.site.own.Reply(w, r, "api.html", list)
}

func (o operation) curl(params []any, base string) string {
	path, query := o.path, url.Values{}
	for _, p := range params {
		p := p.(object)
		value, ok := p["example"]
		switch {
		case ok && p["in"] == "path":
			path = strings.ReplaceAll(path, "{"+p["name"].(string)+"}", fmt.Sprint(value))
		case ok:
			query.Set(p["name"].(string), fmt.Sprint(value))
		}
	}
	address := base + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	if o.Body == nil {
		return "curl '" + address + "'"
	}
	body, err := json.Marshal(o.Example)
	if err != nil {
		panic(fmt.Sprintf("web: the example of %s: %v", o.ID, err))
	}
	return fmt.Sprintf("curl -H 'Content-Type: application/json' -d '%s' '%s'", body, address)
}
