package table

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"ieum"
)

// maxJSON is the largest record in bytes. A larger one means that the place of
// the records was not said, and would be read into memory whole.
const maxJSON = 64 << 20

// jsonRows reads the records at a place in a JSON document: the elements of an
// array (and of arrays in it), or the members of an object with their name as
// "_key". A member that is no object has its value in "_value". A record that
// is no valid JSON within its brackets is broken; reading goes on after it.
type jsonRows struct {
	in    *scanner
	depth int  // arrays that are open; 0 inside an object of records
	later bool // a comma comes before the next record
	n     int64
	names map[string]bool
	done  bool
}

func newJSON(in io.Reader, records string) (rows, error) {
	j := &jsonRows{in: &scanner{in: bufio.NewReaderSize(in, 1<<16)}, names: map[string]bool{}}
	if records != "" {
		for name := range strings.SplitSeq(records, ".") {
			if err := j.enter(name, records); err != nil {
				return nil, err
			}
		}
	}
	switch c, err := j.in.peek(); {
	case err != nil:
		return nil, err
	case c == '[':
		j.depth = 1
	case c != '{':
		return nil, ieum.Errorf(ieum.ErrInvalid, "there is neither a list nor an object of records at %q; say where they are with records: in the source file", records)
	}
	return j, j.in.take(j.in.head)
}

// enter moves to the value of a member of the object that follows.
func (j *jsonRows) enter(name, records string) error {
	var seen []string
	c, err := j.in.peek()
	if err != nil {
		return err
	}
	if c == '{' {
		if err := j.in.take('{'); err != nil {
			return err
		}
		for later := false; ; later = true {
			member, end, err := j.in.member(later)
			if err != nil {
				return err
			}
			if end {
				break
			}
			if member == name {
				return nil
			}
			if len(seen) < 20 {
				seen = append(seen, member)
			}
			if _, err := j.in.value(false); err != nil {
				return err
			}
		}
	}
	if len(seen) == 0 {
		seen = []string{"nothing"}
	}
	return ieum.Errorf(ieum.ErrInvalid, "there are no records at %q: there is no %q but %s; mend records: in the source file",
		records, name, strings.Join(seen, ", "))
}

func (j *jsonRows) columns() []string { return slices.Sorted(maps.Keys(j.names)) }
func (j *jsonRows) close() error      { return nil }

func (j *jsonRows) next() (Row, error) {
	if j.done {
		return Row{}, io.EOF
	}
	if j.depth == 0 {
		key, end, err := j.in.member(j.later)
		if err == nil && end {
			return Row{}, j.finish()
		}
		if err != nil {
			return Row{}, err
		}
		return j.record(key)
	}
	for {
		end, err := j.in.element(j.later)
		if err != nil {
			return Row{}, err
		}
		if !end {
			if j.in.head != '[' {
				return j.record("")
			}
			j.depth, j.later = j.depth+1, false
			if err := j.in.take('['); err != nil {
				return Row{}, err
			}
			continue
		}
		j.later = true
		if j.depth--; j.depth == 0 {
			return Row{}, j.finish()
		}
	}
}

// finish tells a file of several JSON values from the end of the records. What
// follows in the object around them is not looked at.
func (j *jsonRows) finish() error {
	j.done = true
	if c, err := j.in.peek(); err == nil && (c == '{' || c == '[') {
		return ieum.Errorf(ieum.ErrInvalid, "there are several JSON values one after another; write format: jsonl in the source file if each line is a record")
	}
	return io.EOF
}

func (j *jsonRows) record(key string) (Row, error) {
	j.later = true
	j.n++
	text, err := j.in.value(true)
	if errors.Is(err, errLongJSON) {
		return Row{}, ieum.Errorf(ieum.ErrInvalid, "record %d is longer than 64 MiB; say where the records are with records: in the source file", j.n)
	}
	if err != nil {
		return Row{}, err
	}
	v, reason := parseJSON(text)
	if reason != "" {
		return Row{}, &RowError{j.n, reason}
	}
	record, ok := v.(map[string]any)
	switch {
	case j.depth > 0 && !ok:
		return Row{}, &RowError{j.n, "is no object"}
	case !ok:
		record = map[string]any{"_value": v}
	}
	if j.depth == 0 {
		record["_key"] = key
	}
	for name := range record {
		j.names[name] = true
	}
	return Row{Number: j.n, values: object(record)}, nil
}

// parseJSON reads one value, with numbers as they are written. It says why it
// cannot.
func parseJSON(text []byte) (v any, reason string) {
	if !utf8.Valid(text) {
		return nil, "holds bytes that are not UTF-8"
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		return nil, "is no valid JSON"
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, "holds more than one JSON value"
	}
	return v, ""
}

// An object is a record of JSON.
type object map[string]any

func (o object) get(column string) (any, bool) {
	if v, ok := o[column]; ok {
		return v, true
	}
	if strings.IndexByte(column, '.') < 0 {
		return nil, false
	}
	return walk(map[string]any(o), strings.Split(column, "."))
}

// walk follows a path. A name leads through all elements of a list.
func walk(v any, path []string) (any, bool) {
	if len(path) == 0 {
		return v, true
	}
	switch v := v.(type) {
	case map[string]any:
		inner, ok := v[path[0]]
		if !ok {
			return nil, false
		}
		return walk(inner, path[1:])
	case []any:
		if i, err := strconv.Atoi(path[0]); err == nil {
			if i < 0 || i >= len(v) {
				return nil, false
			}
			return walk(v[i], path[1:])
		}
		list := []any{}
		for _, e := range v {
			if found, ok := walk(e, path); ok && found != nil {
				list = append(list, found)
			}
		}
		return list, true
	}
	return nil, false
}

func (o object) all(yield func(string, any) bool) {
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if !yield(name, o[name]) {
			return
		}
	}
}

// jsonlRows reads one object a line.
type jsonlRows struct {
	lines *lines
	names map[string]bool
}

func newJSONL(l *lines) rows { return &jsonlRows{l, map[string]bool{}} }

func (j *jsonlRows) columns() []string { return slices.Sorted(maps.Keys(j.names)) }
func (j *jsonlRows) close() error      { return nil }

func (j *jsonlRows) next() (Row, error) {
	for {
		l, err := j.lines.next()
		if err != nil {
			return Row{}, err
		}
		if l.fault != "" {
			return Row{}, &RowError{l.number, l.fault}
		}
		if strings.TrimSpace(l.text) == "" {
			continue
		}
		v, reason := parseJSON([]byte(l.text))
		record, ok := v.(map[string]any)
		if reason == "" && !ok {
			reason = "is no JSON object"
		}
		if reason != "" {
			return Row{}, &RowError{l.number, reason}
		}
		for name := range record {
			j.names[name] = true
		}
		return Row{Number: l.number, values: object(record)}, nil
	}
}
