package simulate

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// document returns docs/simulation.md.
func document(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "simulation.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestEveryEquationHasATest: the table of tests in the docs names every
// numbered equation, and only tests that there are.
func TestEveryEquationHasATest(t *testing.T) {
	text := document(t)
	_, table, found := strings.Cut(text, "## Equations and their tests\n")
	table, _, ends := strings.Cut(table, "\n## ")
	if !found || !ends {
		t.Fatal("docs/simulation.md has no table of tests")
	}
	var there []string
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^func (Test[\pL\d]+)\(`).FindAllStringSubmatch(string(source), -1) {
			there = append(there, m[1])
		}
	}
	named := regexp.MustCompile("`(Test[\\pL\\d]+)`").FindAllStringSubmatch(table, -1)
	if len(named) < 30 {
		t.Errorf("the table names only %d tests", len(named))
	}
	for _, m := range named {
		if !slices.Contains(there, m[1]) {
			t.Errorf("the table names %s, which there is not", m[1])
		}
	}
	label := regexp.MustCompile(`\B\((\d+)[ab]?\)`) // not that of Exp(6)
	stated := map[string]bool{}                     // other numbers in parentheses, bounds, lie among these or beyond
	for _, m := range label.FindAllStringSubmatch(strings.Replace(text, table, "", 1), -1) {
		if n, err := strconv.Atoi(m[1]); err == nil && n <= lastEquation {
			stated[m[0]] = true
		}
	}
	if len(stated) <= lastEquation {
		t.Errorf("docs/simulation.md states only %d equations", len(stated))
	}
	tested := map[string]bool{}
	for _, row := range regexp.MustCompile(`(?m)^\| ([^|]*) \| .*Test`).FindAllStringSubmatch(table, -1) {
		for _, l := range label.FindAllString(row[1], -1) {
			tested[l] = true
		}
	}
	for l := range stated {
		if !tested[l] {
			t.Errorf("the table names no test of equation %s", l)
		}
	}
}

// lastEquation is the number of the last equation of the document.
const lastEquation = 15

// TestTheDocsSayEveryProvince: whose people and weights equation (1) has.
func TestTheDocsSayEveryProvince(t *testing.T) {
	text := document(t)
	for _, p := range provinces {
		if said := fmt.Sprintf("%s %g/%g/%g/%d", p.short, p.people, p.office, p.plants, p.area); !strings.Contains(text, said) {
			t.Errorf("docs/simulation.md does not say %s", said)
		}
	}
}
