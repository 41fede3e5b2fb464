package defs

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// What docs/declaring.md shows holds as it stands there.
func TestDeclaring(t *testing.T) {
	page, err := os.ReadFile("../docs/declaring.md")
	if err != nil {
		t.Fatal(err)
	}
	over := fstest.MapFS{}
	for _, m := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		id, _, _ := strings.Cut(strings.TrimPrefix(m[1], "id: "), "\n")
		switch {
		case !strings.HasPrefix(m[1], "id: "): // a part of a file
		case strings.Contains(m[1], "\nfiles:\n"):
			over["sources/"+id+".yaml"] = text(m[1])
		case strings.Contains(m[1], "\nfields:\n"):
			over["kinds/"+id+".yaml"] = text(m[1])
		default:
			over["codes/"+id+".yaml"] = text(m[1])
		}
	}
	if len(over) != 3 {
		t.Fatalf("the page shows %d whole files, want a source, a kind and a code list", len(over))
	}
	set, err := Load(over)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{Source{}, File{}, Value{}, Join{}, Rule{}, Example{}, Kind{}, Field{}, CodeList{}} {
		_, names := fieldsOf(reflect.TypeOf(v))
		for _, name := range names {
			if !regexp.MustCompile("[`{ ,\\n]" + name + "[`:]").Match(page) {
				t.Errorf("the page does not say what %s of a %T is", name, v)
			}
		}
	}
	if n := len(set.Sources["saegil"].Files[0].Map); n < 15 {
		t.Errorf("the source maps %d fields", n)
	}
	for _, typ := range fieldTypes {
		if !strings.Contains(string(page), "`"+string(typ)+"`") {
			t.Errorf("the page does not say how a %s is read", typ)
		}
	}
}
