package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"ieum"
)

type shape struct {
	inside
	Name  string            `json:"name" doc:"what it is called"`
	Kind  string            `json:"kind" enum:"a|b"`
	Day   ieum.Day          `json:"day"`
	At    time.Time         `json:"at"`
	Maybe *int              `json:"maybe"`
	Left  string            `json:"left,omitempty"`
	Any   any               `json:"any"`
	Self  *shape            `json:"self,omitempty"`
	Words map[string]string `json:"words"`
	Many  []inside          `json:"many"`
	//lint:ignore U1000 not a field of the schema
	hidden int
}

type inside struct {
	Deep float64 `json:"deep"`
}

func shapes(t *testing.T) *Mux {
	t.Helper()
	s, _ := testSite(t, false)
	m := NewMux(s)
	m.API("GET /api/v1/shapes/{id}", Nothing, Op{ID: "getShape", Summary: ieum.Text{KO: "모양", EN: "A shape"}, Params: struct {
		thingParams
		ID string `path:"id" example:"s1"`
	}{}, Reply: shape{}}, func(w http.ResponseWriter, r *http.Request) error { return nil })
	m.API("POST /api/v1/shapes", Nothing, Op{ID: "addShape", Summary: ieum.Text{KO: "모양 더하기", EN: "Add a shape"}, Body: shape{}, Example: inside{1}, Reply: []shape{}},
		func(w http.ResponseWriter, r *http.Request) error { return nil })
	return m
}

// TestTheDocumentSaysWhoMayAsk: anybody, a role by session or key, or who is
// signed in and no program.
func TestTheDocumentSaysWhoMayAsk(t *testing.T) {
	s, _ := testSite(t, false)
	m := NewMux(s)
	no := func(http.ResponseWriter, *http.Request) error { return nil }
	op := func(id string, may ieum.Permission) Op {
		return Op{ID: id, Summary: ieum.Text{KO: "하나", EN: "One"}, May: may}
	}
	m.API("GET /api/v1/one", Nothing, op("one", ""), no)
	m.API("GET /api/v1/two", Nothing, op("two", ieum.Operate), no)
	m.API("GET /api/v1/three", Records, op("three", ""), no)
	var document struct {
		Paths      map[string]map[string]struct{ Security []map[string][]string }
		Components struct {
			SecuritySchemes map[string]struct{ Type, Scheme, In, Name string }
		}
	}
	if err := json.Unmarshal(get(m, "/api/v1/openapi.json").Body.Bytes(), &document); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"/api/v1/one": "[map[] map[key:[]]]", "/api/v1/two": "[map[key:[]] map[session:[]]]", "/api/v1/three": "[map[session:[]]]"} {
		if got := fmt.Sprint(document.Paths[path]["get"].Security); got != want {
			t.Errorf("%s takes %s, want %s", path, got, want)
		}
	}
	if key := document.Components.SecuritySchemes["key"]; key.Type != "http" || key.Scheme != "bearer" {
		t.Errorf("a key is %+v", key)
	}
}

func TestTheOpenAPIDocumentIsValid(t *testing.T) {
	w := get(shapes(t), "/api/v1/openapi.json")
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	document, err := jsonschema.UnmarshalJSON(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/openapi31.json")
	if err != nil {
		t.Fatal(err)
	}
	meta, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("openapi.json", meta); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(document); err != nil {
		t.Error(err)
	}
}

func TestSchemasSayWhatEncodingJSONWrites(t *testing.T) {
	document := shapes(t).document("en")
	b, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("doc.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("doc.json#/components/schemas/Shape")
	if err != nil {
		t.Fatal(err)
	}
	whole := shape{Kind: "a", Words: map[string]string{}, Many: []inside{{1}}, Self: &shape{Kind: "b", Day: 20000, Words: map[string]string{}, Many: []inside{}}}
	for _, tt := range []struct {
		change func(*shape)
		ok     bool
	}{
		{func(*shape) {}, true},
		{func(s *shape) { s.Kind = "c" }, false},
		{func(s *shape) { s.Many = nil }, false}, // null where a list was promised
		{func(s *shape) { s.Maybe = new(int) }, true},
	} {
		v := whole
		tt.change(&v)
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); (err == nil) != tt.ok {
			t.Errorf("%s: %v, want valid=%t", b, err, tt.ok)
		}
	}
}

func TestNilListsAreWrittenAsEmpty(t *testing.T) {
	type leaf struct {
		Names []string `json:"names"`
		Left  []int    `json:"left,omitempty"`
	}
	type tree struct {
		leaf
		One  *leaf           `json:"one"`
		None *leaf           `json:"none"`
		Many []leaf          `json:"many"`
		By   map[string]leaf `json:"by"`
		Any  any             `json:"any"`
		Day  ieum.Day        `json:"day"`
		own  []int
	}
	shared := tree{One: &leaf{}, Many: []leaf{{Names: []string{"a"}}, {}}, By: map[string]leaf{"x": {}}, Any: []*leaf{{}, nil}, Day: 20484}
	w := httptest.NewRecorder()
	if err := JSON(w, 200, &shared); err != nil {
		t.Fatal(err)
	}
	want := `{"names":[],"one":{"names":[]},"none":null,"many":[{"names":["a"]},{"names":[]}],"by":{"x":{"names":[]}},"any":[{"names":[]},null],"day":"2026-01-31"}`
	if got := strings.TrimSpace(w.Body.String()); got != want {
		t.Errorf("written %s, want %s", got, want)
	}
	if shared.Names != nil || shared.One.Names != nil || shared.Many[1].Names != nil || shared.own != nil {
		t.Error("writing changed what was written")
	}
}

func TestParametersAreDescribedWithTheirLimits(t *testing.T) {
	b, err := json.Marshal(shapes(t).document("ko"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`{"in":"query","name":"limit","required":false,"schema":{"default":20,"maximum":100,"minimum":1,"type":"integer"}}`,
		`{"in":"query","name":"sort","required":false,"schema":{"enum":["new","pay"],"type":"string"}}`,
		`{"example":"s1","in":"path","name":"id","required":true,"schema":{"type":"string"}}`,
		`"summary":"모양"`,
	} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the document lacks %s\n%s", want, b)
		}
	}
}

func TestTheAPIPageShowsACallThatWorks(t *testing.T) {
	body := get(shapes(t), "/api").Body.String()
	for _, want := range []string{"/api/v1/shapes/s1", `-d &#39;{&#34;deep&#34;:1}&#39;`, "모양"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s\n%s", want, body)
		}
	}
}
