package table

import (
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
	"strconv"
)

// risky is what a spreadsheet would run as a formula. Numbers are none.
var (
	risky  = regexp.MustCompile(`^'*[=+\-@\t\r]`)
	number = regexp.MustCompile(`^[+-]?[0-9][0-9,.]*$`)
)

// prefix puts a ' before text that a spreadsheet would run as a formula.
// unprefix takes it away again, so that what we wrote reads back as it was.
func prefix(s string) string {
	if risky.MatchString(s) && !number.MatchString(s) {
		return "'" + s
	}
	return s
}

func unprefix(s string) string {
	if len(s) > 1 && s[0] == '\'' && risky.MatchString(s[1:]) && !number.MatchString(s[1:]) {
		return s[1:]
	}
	return s
}

// A CSV is a file being written that people open in a spreadsheet.
type CSV struct {
	w   *csv.Writer
	row []string
}

// NewCSV begins a file in UTF-8 with a byte order mark, by which
// spreadsheets know it, and without anything a spreadsheet would run.
func NewCSV(w io.Writer, columns ...string) (*CSV, error) {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return nil, err
	}
	c := &CSV{csv.NewWriter(w), make([]string, len(columns))}
	header := make([]any, len(columns))
	for i, name := range columns {
		header[i] = name
	}
	return c, c.Write(header...)
}

// Write writes one row: string, int, int64, float64, bool or nil values, one a
// column.
func (c *CSV) Write(values ...any) error {
	if len(values) != len(c.row) {
		return fmt.Errorf("table: %d values for %d columns", len(values), len(c.row))
	}
	for i, v := range values {
		switch v := v.(type) {
		case nil:
			c.row[i] = ""
		case string:
			c.row[i] = prefix(v)
		case float64:
			c.row[i] = strconv.FormatFloat(v, 'f', -1, 64)
		default:
			c.row[i] = fmt.Sprint(v)
		}
	}
	return c.w.Write(c.row)
}

// Close writes what is left. It does not close what is written to.
func (c *CSV) Close() error {
	c.w.Flush()
	return c.w.Error()
}
