package web

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"

	"ieum"
)

// A call is one use of a message in a template or in Go. A key that ends with
// a dot was put together at run time: any message beneath it may be meant.
type call struct {
	at, key string
	names   []string // of the places it fills; nil when that cannot be seen
}

// calls finds every use of a message in the project.
func calls(t *testing.T) (found []call) {
	root := "../../.."
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		text := func() string {
			b, readErr := os.ReadFile(path)
			if readErr != nil {
				t.Fatal(readErr)
			}
			return string(b)
		}
		switch {
		case strings.HasSuffix(path, ".html"):
			found = append(found, inTemplate(t, path, text())...)
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			found = append(found, inGo(t, path, text())...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func inTemplate(t *testing.T, path, text string) (found []call) {
	tree := parse.New(path)
	tree.Mode = parse.SkipFuncCheck
	trees := map[string]*parse.Tree{}
	if _, err := tree.Parse(text, "", "", trees); err != nil {
		t.Fatal(err)
	}
	for _, tr := range trees {
		visit(tr.Root, func(n parse.Node) {
			c, ok := n.(*parse.CommandNode)
			if !ok || len(c.Args) < 2 {
				return
			}
			if f, ok := c.Args[0].(*parse.IdentifierNode); !ok || f.Ident != "t" {
				return
			}
			use := call{at: path, names: []string{}}
			switch key := c.Args[1].(type) {
			case *parse.StringNode:
				use.key = key.Text
			case *parse.PipeNode: // (print "error." .Name ".help")
				use.key, use.names = prefixOf(key), nil
			default: // {{t .Key}}: the key stands in Go
				return
			}
			for i := 2; i < len(c.Args) && use.names != nil; i += 2 {
				name, ok := c.Args[i].(*parse.StringNode)
				if !ok {
					t.Errorf("%s: %s: the name of a place must be a constant", path, c)
					continue
				}
				use.names = append(use.names, name.Text)
			}
			found = append(found, use)
		})
	}
	return found
}

// prefixOf returns the constant beginning of a key put together by print or
// printf.
func prefixOf(p *parse.PipeNode) string {
	if args := p.Cmds[0].Args; len(args) > 1 {
		if s, ok := args[1].(*parse.StringNode); ok {
			if prefix, _, _ := strings.Cut(s.Text, "%"); strings.HasSuffix(prefix, ".") {
				return prefix
			}
		}
	}
	return "?"
}

var keyLike = regexp.MustCompile(`^[a-z][a-z0-9_-]*(\.[A-Za-z0-9_-]+)+\.?$|^[a-z][a-z0-9_-]*\.$`)

// inGo takes every string constant that looks like a key; those of "Key:"
// fields and of Text calls are keys for certain.
func inGo(t *testing.T, path, text string) (found []call) {
	f, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	certain := map[*ast.BasicLit][]string{}
	ast.Inspect(f, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		var key *ast.BasicLit
		names := []string{}
		for _, e := range lit.Elts {
			kv, ok := e.(*ast.KeyValueExpr)
			if !ok {
				continue
			}
			switch fmt.Sprint(kv.Key) {
			case "Key":
				key, _ = kv.Value.(*ast.BasicLit)
			case "Args":
				names = namesOf(kv.Value)
			}
		}
		if key != nil && key.Kind == token.STRING {
			certain[key] = names
		}
		return true
	})
	ast.Inspect(f, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		key, err := strconv.Unquote(lit.Value)
		if tagged := reflect.StructTag(key).Get("label"); tagged != "" {
			found = append(found, call{path, tagged, []string{}})
		}
		if err != nil || !keyLike.MatchString(key) {
			return true
		}
		names, sure := certain[lit]
		if !sure {
			names, key = nil, "?"+key
		}
		found = append(found, call{path, key, names})
		return true
	})
	return found
}

// namesOf returns the keys of a map literal; nil when it is no literal.
func namesOf(e ast.Expr) []string {
	lit, ok := e.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	names := []string{}
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			return nil
		}
		s, ok := kv.Key.(*ast.BasicLit)
		if !ok {
			return nil
		}
		name, _ := strconv.Unquote(s.Value)
		names = append(names, name)
	}
	return names
}

var placeName = regexp.MustCompile(`\{([A-Za-z][A-Za-z0-9_]*)(?::[^}]*)?\}`)

func placesOf(text string) (names []string) {
	for _, m := range placeName.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}

// TestEveryMessageExistsAndIsUsed holds pages, Go and catalogue together: no
// key without a text in every language, no place left open, no value given
// that no text shows, no text that nothing uses.
func TestEveryMessageExistsAndIsUsed(t *testing.T) {
	s, _ := testSite(t, false)
	used := map[string]bool{}
	prefixes := []string{}
	for _, c := range calls(t) {
		maybe := strings.HasPrefix(c.key, "?")
		key := strings.TrimPrefix(c.key, "?")
		if strings.HasSuffix(key, ".") || key == "" {
			prefixes = append(prefixes, key)
			continue
		}
		used[key] = true
		if maybe {
			continue
		}
		for _, lang := range s.langs {
			text, ok := s.defs.Messages[lang][key]
			if !ok {
				t.Errorf("%s uses the message %s, which %s.yaml lacks", c.at, key, lang)
				continue
			}
			for _, name := range placesOf(text) {
				if c.names != nil && !slices.Contains(c.names, name) && !strings.HasPrefix(key, "error.param.") {
					t.Errorf("%s: message %s in %s.yaml has a place {%s} that is not filled", c.at, key, lang, name)
				}
			}
		}
		for _, name := range c.names {
			shown := slices.ContainsFunc(s.langs, func(l ieum.Lang) bool {
				return slices.Contains(placesOf(s.defs.Messages[l][key]), name)
			})
			if !shown {
				t.Errorf("%s gives %s to the message %s, which no language shows", c.at, name, key)
			}
		}
	}
	for key := range s.defs.Messages[DefaultLang] {
		if !used[key] && !slices.ContainsFunc(prefixes, func(p string) bool { return p != "" && strings.HasPrefix(key, p) }) {
			t.Errorf("nothing uses the message %s", key)
		}
	}
}
