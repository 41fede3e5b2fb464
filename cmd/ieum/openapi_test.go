package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A promise is what the OpenAPI document says of one operation.
type promise struct {
	OperationID string
	Parameters  []struct {
		Name, In    string
		Description string
		Required    bool
		Example     any
	}
	RequestBody *struct {
		Content map[string]struct{ Example json.RawMessage }
	}
	Responses map[string]struct {
		Content map[string]struct{ Schema json.RawMessage }
	}
}

// TestEveryOperationKeepsItsPromise calls each operation of the API with the
// examples of its own document, on a real market and on an empty folder, and
// holds the answers against their schemas, with nothing added that the schema
// does not know.
func TestEveryOperationKeepsItsPromise(t *testing.T) {
	for _, state := range []struct {
		name, data string
	}{{"with data", ""}, {"empty", t.TempDir()}} {
		t.Run(state.name, func(t *testing.T) {
			base := serveSite(t, state.data)
			text := request(t, "GET", base+"/api/v1/openapi.json", nil)
			var doc struct {
				Paths map[string]map[string]promise
			}
			if err := json.Unmarshal(text.body, &doc); err != nil {
				t.Fatal(err)
			}
			check := schemasOf(t, text.body)
			if len(doc.Paths) == 0 {
				t.Fatal("the document has no operation")
			}
			for path, methods := range doc.Paths {
				for method, p := range methods {
					t.Run(p.OperationID, func(t *testing.T) {
						keep(t, base, method, path, p, check, state.data == "")
					})
				}
			}
		})
	}
}

func keep(t *testing.T, base, method, path string, p promise, check validator, whole bool) {
	query := url.Values{}
	at := path
	for _, a := range p.Parameters {
		if a.Description == "" {
			t.Errorf("nothing says what the parameter %s is", a.Name)
		}
		value := a.Example
		if a.In == "path" && value == nil {
			value = found(t, base, path, a.Name)
		}
		switch {
		case a.In == "path":
			at = strings.ReplaceAll(at, "{"+a.Name+"}", url.PathEscape(fmt.Sprint(value)))
		case value != nil:
			query.Set(a.Name, fmt.Sprint(value))
		case a.Required:
			t.Errorf("the required parameter %s has no example", a.Name)
		}
	}
	var body io.Reader
	if p.RequestBody != nil {
		example := p.RequestBody.Content["application/json"].Example
		if example == nil {
			t.Fatal("the body has no example")
		}
		if path == "/api/v1/records" { // the example's key is of no row in particular
			example = bytes.Replace(example, []byte("SIM-P000000001"), []byte(found(t, base, path+"/{key}", "key")), 1)
		}
		body = bytes.NewReader(example)
	}
	a := request(t, strings.ToUpper(method), base+at+"?"+query.Encode(), body)
	if strings.HasPrefix(path, "/api/v1/my/") || strings.HasPrefix(path, "/api/v1/hiring") { // of who is signed in: TestTheDoorByAPI
		whole = false
		if a.status != http.StatusUnauthorized {
			t.Errorf("%s %s answers a visitor with %d %s", method, at, a.status, a.body)
		}
	}
	if whole && a.status != http.StatusOK {
		t.Fatalf("%s %s?%s: %d %s", method, at, query.Encode(), a.status, a.body)
	}
	key := "default"
	if a.status == http.StatusOK {
		key = "200"
	}
	for kind := range p.Responses[key].Content {
		if !strings.HasPrefix(a.kind, kind) {
			t.Errorf("answers %s, promised %s", a.kind, kind)
		}
		check(t, "#/paths/"+escape(path)+"/"+method+"/responses/"+key+"/content/"+escape(kind)+"/schema", a.body)
	}
	refused := request(t, strings.ToUpper(method), base+at+"?no-such-parameter=1", nil)
	if refused.status < 400 || refused.status >= 500 || !strings.HasPrefix(refused.kind, "application/problem+json") {
		if whole {
			t.Errorf("a parameter that does not exist is answered with %d %s", refused.status, refused.kind)
		}
	}
}

// found returns the first id that the list above a path gives, for a path
// whose document cannot know one.
func found(t *testing.T, base, path, name string) string {
	t.Helper()
	if name == "key" { // of a source's row, as a posting names its own
		path = "/api/v1/postings/" + found(t, base, "/api/v1/postings/{id}", "id") + "/{key}"
	}
	list := request(t, "GET", base+path[:strings.Index(path, "/{")], nil)
	if strings.HasPrefix(path, "/api/v1/items/") { // what there is of a kind is found by asking
		list = request(t, "POST", base+"/api/v1/items/courses", strings.NewReader(`{}`))
	}
	if list.status != http.StatusOK {
		return "0000000000000000"
	}
	var v any
	if err := json.Unmarshal(list.body, &v); err != nil {
		t.Fatal(err)
	}
	id := first(v, name)
	if id == "" {
		t.Fatalf("no %s in %.300s", name, list.body)
	}
	return id
}

// first returns the first member of a name in lists and objects within v.
func first(v any, name string) string {
	switch v := v.(type) {
	case map[string]any:
		if s, ok := v[name]; ok {
			return fmt.Sprint(s)
		}
		for _, inner := range v {
			if s := first(inner, name); s != "" {
				return s
			}
		}
	case []any:
		for _, inner := range v {
			if s := first(inner, name); s != "" {
				return s
			}
		}
	}
	return ""
}

func escape(token string) string {
	return url.PathEscape(strings.ReplaceAll(strings.ReplaceAll(token, "~", "~0"), "/", "~1"))
}

type answer struct {
	status int
	kind   string
	body   []byte
}

func request(t *testing.T, method, address string, body io.Reader) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header.Get("Content-Type"), b}
}

type validator func(t *testing.T, pointer string, value []byte)

// schemasOf compiles the schemas of a document, closed: a member that a schema
// does not name is a fault.
func schemasOf(t *testing.T, document []byte) validator {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range doc.(map[string]any)["components"].(map[string]any)["schemas"].(map[string]any) {
		s.(map[string]any)["additionalProperties"] = false
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	return func(t *testing.T, pointer string, value []byte) {
		t.Helper()
		schema, err := c.Compile("openapi.json" + pointer)
		if err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(value))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%v\n%.500s", err, value)
		}
	}
}
