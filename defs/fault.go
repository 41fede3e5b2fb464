package defs

import (
	"fmt"
	"slices"
	"strings"

	"ieum"
)

// A Fault is one thing that is wrong in a definition.
type Fault struct {
	File string
	Line int // 1-based; 0 when the whole file is meant
	Text string
}

// Error returns "file:line: text".
func (f Fault) Error() string {
	if f.Line == 0 {
		return f.File + ": " + f.Text
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text)
}

// Faults are all the faults of a set of definitions, by file and line.
type Faults []Fault

// Error returns one fault a line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, x := range f {
		lines[i] = x.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap says that faulty definitions are invalid input.
func (f Faults) Unwrap() error { return ieum.ErrInvalid }

func (f *Faults) add(file string, line int, format string, args ...any) {
	*f = append(*f, Fault{file, line, fmt.Sprintf(format, args...)})
}

// err returns the faults in order, or nil when there are none.
func (f Faults) err() error {
	if len(f) == 0 {
		return nil
	}
	slices.SortStableFunc(f, func(a, b Fault) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		return a.Line - b.Line
	})
	return f
}

// nearest returns "; did you mean X?" when a known name is close to name.
func nearest(name string, known []string) string {
	if meant := Meant(name, known); meant != "" {
		return fmt.Sprintf("; did you mean %s?", meant)
	}
	return ""
}
