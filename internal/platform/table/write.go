package table

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// A Writer writes rows to a CSV or XLSX file that people open in a spreadsheet.
type Writer interface {
	// Write writes one row: string, int, int64, float64, bool or nil values,
	// one a column.
	Write(values ...any) error
	// Close writes what is left. It does not close what is written to.
	Close() error
}

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

type csvWriter struct {
	w   *csv.Writer
	row []string
}

// NewCSV returns a Writer of CSV in UTF-8 with a byte order mark, by which
// spreadsheets know it, and without anything a spreadsheet would run.
func NewCSV(w io.Writer, columns ...string) (Writer, error) {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return nil, err
	}
	c := &csvWriter{csv.NewWriter(w), make([]string, len(columns))}
	header := make([]any, len(columns))
	for i, name := range columns {
		header[i] = name
	}
	return c, c.Write(header...)
}

func (c *csvWriter) Write(values ...any) error {
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

func (c *csvWriter) Close() error {
	c.w.Flush()
	return c.w.Error()
}

type xlsxWriter struct {
	out     io.Writer
	book    *excelize.File
	stream  *excelize.StreamWriter
	columns int
	n       int
}

// maxCell is the longest text a cell can hold, in UTF-16 units.
const maxCell = 32767

// NewXLSX returns a Writer of an XLSX file with one sheet. Text stays text:
// nothing is a formula. Text longer than a cell can hold is cut.
func NewXLSX(w io.Writer, columns ...string) (Writer, error) {
	book := excelize.NewFile()
	stream, err := book.NewStreamWriter(book.GetSheetName(0))
	if err != nil {
		return nil, errors.Join(err, book.Close())
	}
	x := &xlsxWriter{out: w, book: book, stream: stream, columns: len(columns)}
	header := make([]any, len(columns))
	for i, name := range columns {
		header[i] = name
	}
	return x, x.Write(header...)
}

func (x *xlsxWriter) Write(values ...any) error {
	if len(values) != x.columns {
		return fmt.Errorf("table: %d values for %d columns", len(values), x.columns)
	}
	if x.n++; x.n > excelize.TotalRows {
		return fmt.Errorf("table: an XLSX sheet holds %d rows at most; write CSV instead", excelize.TotalRows)
	}
	row := make([]any, len(values))
	for i, v := range values {
		row[i] = v
		if s, ok := v.(string); ok {
			row[i] = cell(s)
		}
	}
	return x.stream.SetRow("A"+strconv.Itoa(x.n), row)
}

// cell leaves out what XML cannot hold and cuts what a cell cannot.
func cell(s string) string {
	units := 0
	for i, r := range s {
		if units++; r > 0xFFFF {
			units++
		}
		if units > maxCell {
			s = s[:i]
			break
		}
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, s)
}

func (x *xlsxWriter) Close() error {
	if err := x.stream.Flush(); err != nil {
		return errors.Join(err, x.book.Close())
	}
	out := bufio.NewWriter(x.out)
	_, err := x.book.WriteTo(out)
	return errors.Join(err, out.Flush(), x.book.Close())
}
