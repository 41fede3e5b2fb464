// Package table reads and writes the flat files that agencies exchange: CSV
// and TSV, JSON, JSON Lines, XLSX and Parquet, plain or compressed.
//
// Everything streams: memory does not grow with the size of a file. A row that
// cannot be read is a *RowError and reading goes on after it; a file that
// cannot be read is one sentence that says what to do.
//
// Read table.go for what a reader offers, batch.go for the form by columns,
// file.go for how a file is opened, encoding.go and lines.go for text,
// csv.go, json.go (on scanner.go), xlsx.go and parquet.go (with parquettype.go)
// for one format each, write.go and writeparquet.go for the way out, and row.go
// for rows by themselves.
package table

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"ieum"
)

// Options say how a file is read where its name does not.
type Options struct {
	Format   string // csv, tsv, json, jsonl, xlsx, parquet; "" = by the file's name
	Encoding string // of text formats: auto, utf-8, cp949; "" = auto
	Records  string // JSON: dotted path to the records; "" = the top
	Sheet    string // XLSX: name of the sheet; "" = the first
}

// Formats are the names of the formats that can be read.
var Formats = []string{"csv", "tsv", "json", "jsonl", "xlsx", "parquet"}

// A Reader reads the rows of one file from first to last. It is not safe for
// use from several goroutines.
type Reader struct {
	name string
	file *file
	rows rows
}

// rows is what each format implements.
type rows interface {
	columns() []string
	next() (Row, error) // io.EOF at the end; *RowError for a row that is broken
	close() error
}

// Open opens the file at path. .gz and .zst are undone. A missing file is
// ieum.ErrNotFound, one that cannot be what it should be ieum.ErrInvalid.
func Open(path string, o Options) (*Reader, error) {
	format, err := formatOf(path, o.Format)
	if err != nil {
		return nil, err
	}
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	r := &Reader{name: filepath.Base(path), file: f}
	if r.rows, err = open(f, format, o); err != nil {
		f.Close()
		return nil, f.fault(err)
	}
	return r, nil
}

func open(f *file, format string, o Options) (rows, error) {
	switch format {
	case "csv", "tsv", "jsonl":
		in, text, err := f.text(o.Encoding)
		if err != nil {
			return nil, err
		}
		lines := newLines(in, text)
		switch format {
		case "csv":
			return newCSV(lines, ',')
		case "tsv":
			return newCSV(lines, '\t')
		}
		return newJSONL(lines), nil
	case "json":
		in, _, err := f.text(o.Encoding)
		if err != nil {
			return nil, err
		}
		return newJSON(in, o.Records)
	case "xlsx":
		return newXLSX(f, o.Sheet)
	default:
		return newParquet(f)
	}
}

// formatOf returns the format of a file, by its name when none is said.
func formatOf(path, format string) (string, error) {
	if format == "" {
		name := strings.ToLower(filepath.Base(path))
		name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
		format = strings.TrimPrefix(filepath.Ext(name), ".")
		if format == "ndjson" {
			format = "jsonl"
		}
		if !slices.Contains(Formats, format) {
			return "", ieum.Errorf(ieum.ErrInvalid, "the name of %s does not say what format it has; write format: %s in the source file",
				filepath.Base(path), strings.Join(Formats, " or "))
		}
	}
	if !slices.Contains(Formats, format) {
		return "", ieum.Errorf(ieum.ErrInvalid, "there is no format %q; use one of %s", format, strings.Join(Formats, ", "))
	}
	return format, nil
}

// Columns returns the names of the columns: the header of a CSV, TSV or XLSX
// file (a column without a name is "_1", "_2", … by its position, the second
// of one name "name_2"), the leaves of a Parquet file, the top-level names
// seen so far in JSON.
func (r *Reader) Columns() []string { return r.rows.columns() }

// Fixed reports whether Columns is all there is: true but for JSON.
func (r *Reader) Fixed() bool {
	switch r.rows.(type) {
	case *jsonRows, *jsonlRows:
		return false
	}
	return true
}

// Note returns the text that ParquetWriter.Note wrote under a name, "" where there
// is none.
func (r *Reader) Note(name string) string {
	if p, ok := r.rows.(*parquetRows); ok {
		text, _ := p.file.Lookup(name)
		return text
	}
	return ""
}

// Next returns the next row, valid until the next call; io.EOF after the last;
// a *RowError for a row that is broken, after which reading goes on. Any other
// error is about the whole file and final.
func (r *Reader) Next() (Row, error) {
	row, err := r.rows.next()
	if err != nil {
		err = r.file.fault(err)
	}
	return row, err
}

// Close closes the file.
func (r *Reader) Close() error {
	err := r.rows.close()
	if e := r.file.Close(); err == nil {
		err = e
	}
	return err
}

// A Row is one row of a file.
type Row struct {
	Number int64 // as the agency counts: line of a CSV (the header is 1), row of a sheet, position in JSON or Parquet from 1
	values values
}

type values interface {
	get(column string) (any, bool) // string, bool, json.Number, []any, map[string]any
	all(yield func(string, any) bool)
}

// Get returns a value as text. In JSON the column is a dotted path, where a
// number picks an element of a list and a name goes through all of them:
// "skills.name" is the list of the skills' names. Lists and objects come as
// JSON text. ok is false when the row has no such value, or null.
func (r Row) Get(column string) (value string, ok bool) {
	v, ok := r.values.get(column)
	if !ok || v == nil {
		return "", false
	}
	return textOf(v), true
}

// List returns the elements of a list as text; anything else is a list of one.
func (r Row) List(column string) (elements []string, ok bool) {
	v, ok := r.values.get(column)
	if !ok || v == nil {
		return nil, false
	}
	list, isList := v.([]any)
	if !isList {
		return []string{textOf(v)}, true
	}
	elements = make([]string, 0, len(list))
	for _, e := range list {
		if e != nil {
			elements = append(elements, textOf(e))
		}
	}
	return elements, true
}

// All visits the row's values that are not null as text, in the file's order
// (sorted in JSON).
func (r Row) All(yield func(column, value string) bool) {
	r.values.all(func(name string, v any) bool {
		return v == nil || yield(name, textOf(v))
	})
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		if v {
			return "true"
		}
		return "false"
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// A RowError is a row that could not be read.
type RowError struct {
	Number int64 // as Row.Number
	Reason string
}

func (e *RowError) Error() string { return fmt.Sprintf("row %d %s", e.Number, e.Reason) }

var _ error = (*RowError)(nil)

// noRows is a file without any.
type noRows struct{ names []string }

func (n noRows) columns() []string { return n.names }
func (noRows) next() (Row, error)  { return Row{}, io.EOF }
func (noRows) close() error        { return nil }
