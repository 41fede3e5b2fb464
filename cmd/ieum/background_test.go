package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ieum/defs"
)

// What runs in the background says what it holds about people, as commands do, or the
// program does not start; what reads does so for a purpose on law.
func TestEveryTaskSaysWhatItHolds(t *testing.T) {
	for name, task := range map[string]*task{
		"nothing at all":          {name: "x"},
		"records, not how":        {name: "x", holds: "records"},
		"a job, not what for":     {name: "x", holds: "records", through: asJob},
		"no records, but how":     {name: "x", holds: "nothing", through: asSealed},
		"own, and what it is for": {name: "x", holds: "own", purpose: safekeeping},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it is registered")
				}
			}()
			schedule(task)
		})
	}
	set, err := loadDefinitions()
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range tasks {
		if p := set.Purposes[one.purpose]; one.purpose != "" && (p == nil || !p.On("law") && !slices.Equal(p.Bases, []defs.Basis{defs.BasisSelf})) {
			t.Errorf("the task %q reads for %s, which is no purpose on law, nor what people ask for", one.name, one.purpose)
		}
	}
}

// Nothing that serves runs in the background but the tasks, all of which follow
// starts: the other goroutines of this package are of the server itself, of training,
// which serves nothing, and of benchmarks.
func TestOnlyTasksRunInTheBackground(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	begun := map[string]int{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "bench") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			_, start := n.(*ast.GoStmt)
			if ok {
				of, method := call.Fun.(*ast.SelectorExpr)
				start = method && of.Sel.Name == "Go"
			}
			if start {
				begun[name]++
			}
			return true
		})
	}
	if len(begun) != 3 || begun["background.go"] != 1 || begun["serve.go"] != 1 || begun["train.go"] != 1 {
		t.Errorf("goroutines are begun in %v; declare what runs as a task", begun)
	}
}
