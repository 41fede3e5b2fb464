package webtest

import (
	"fmt"
	"net/http"
	"testing"
)

func TestScript(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/missing" {
			w.WriteHeader(404)
		}
		fmt.Fprintf(w, `{"items":[{"id":"a1","n":2}],"lang":%q,"q":%q,"from":%q}`, r.Header.Get("Accept-Language"), r.FormValue("q"), r.RemoteAddr)
	})
	for _, tt := range []struct {
		script string
		faults int
	}{
		{"GET /x?q=간호사 구함\nheader Accept-Language: en\nbody contains 간호사 구함\njson /lang equals \"en\"\nheader Content-Type contains json", 0},
		{"GET /x\nkeep id json /items/0/id\n\nGET /x?q={id}\njson /q equals \"a1\"", 0},
		{"# only a comment\n\nPOST /x\nform q=a b&c=d\njson /q equals \"a b\"", 0},
		{"GET /missing\ncode 404\njson /items/0/n equals 2\njson /items/1 !exists", 0},
		{"GET /missing", 1},
		{"GET /x\nbody contains nothing of the sort", 1},
		{"GET /x\nbody !contains items", 1},
		{"GET /x\njson /items/0/n equals 3", 1},
		{"GET /x\njson /items/1 exists\njson /q !exists", 2},
		{"GET /x\nheader Content-Type contains html", 1},
		{"GET /x\nbdy contains x", 1},
		{"x", 1},
		{"GET /x\nfrom 192.0.2.1\nbody contains 192.0.2.1:1234", 0},
	} {
		if faults := Script(tt.script, h); len(faults) != tt.faults {
			t.Errorf("%q: faults %q, want %d", tt.script, faults, tt.faults)
		}
	}
}

func FuzzScript(f *testing.F) {
	f.Add("GET /x?q=a b\nheader A: b\njson /q equals 1\nkeep id json /a~1b/0")
	f.Add("POST /\nsend {}\nform a=%zz\ncode x")
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"q":[1,{"a":null}]}`) })
	f.Fuzz(func(t *testing.T, script string) { Script(script, h) })
}
