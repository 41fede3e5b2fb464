package table

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"ieum"
)

// csvRows reads RFC 4180 records. A record whose quotes are broken costs its
// own first line only: reading goes on with the line after it.
type csvRows struct {
	lines *lines
	comma byte
	names []string
	at    map[string]int
	row   []string
	taken []line
	buf   []byte
}

func newCSV(l *lines, comma byte) (rows, error) {
	c := &csvRows{lines: l, comma: comma, at: map[string]int{}}
	first, err := c.record()
	if errors.Is(err, io.EOF) {
		return noRows{}, nil
	}
	var row *RowError
	if errors.As(err, &row) {
		return nil, ieum.Errorf(ieum.ErrInvalid, "the header (line %d) %s; mend it and try again", first, row.Reason)
	}
	if err != nil {
		return nil, err
	}
	if err := c.checkComma(); err != nil {
		return nil, err
	}
	c.names = uniqueNames(c.row)
	for i, n := range c.names {
		c.at[n] = i
	}
	return c, nil
}

// checkComma refuses a header that is plainly separated by something else.
func (c *csvRows) checkComma() error {
	if len(c.row) != 1 {
		return nil
	}
	for _, other := range []struct {
		sign byte
		name string
		do   string
	}{
		{'\t', "tabs", "write format: tsv in the source file"},
		{',', "commas", "write format: csv in the source file"},
		{';', "semicolons", "save it again with commas"},
		{'|', "vertical bars", "save it again with commas"},
	} {
		if other.sign != c.comma && strings.Count(c.row[0], string(other.sign)) > 0 {
			want := "commas"
			if c.comma == '\t' {
				want = "tabs"
			}
			return ieum.Errorf(ieum.ErrInvalid, "the columns are separated by %s, not by %s; %s", other.name, want, other.do)
		}
	}
	return nil
}

// uniqueNames trims the names of columns and gives those without one a name.
func uniqueNames(header []string) []string {
	names := make([]string, len(header))
	seen := map[string]int{}
	for i, h := range header {
		h = strings.TrimSpace(h)
		if h == "" {
			h = "_" + strconv.Itoa(i+1)
		}
		seen[h]++
		for n := seen[h]; n > 1; n++ { // "a", "a", "a_2" must stay three
			if again := h + "_" + strconv.Itoa(n); seen[again] == 0 {
				seen[h], h = n, again
				seen[h]++
				break
			}
		}
		names[i] = h
	}
	return names
}

func (c *csvRows) columns() []string { return c.names }
func (c *csvRows) close() error      { return nil }

func (c *csvRows) next() (Row, error) {
	number, err := c.record()
	if err != nil {
		return Row{Number: number}, err
	}
	for len(c.row) > len(c.names) && c.row[len(c.row)-1] == "" { // a comma too many at the end
		c.row = c.row[:len(c.row)-1]
	}
	if len(c.row) != len(c.names) {
		return Row{}, &RowError{number, fmt.Sprintf("has %d values where the header names %d columns", len(c.row), len(c.names))}
	}
	for i, v := range c.row {
		c.row[i] = unprefix(v)
	}
	return Row{Number: number, values: c}, nil
}

func (c *csvRows) get(column string) (any, bool) {
	i, ok := c.at[column]
	if !ok {
		return nil, false
	}
	return c.row[i], true
}

func (c *csvRows) all(yield func(string, any) bool) {
	for i, n := range c.names {
		if !yield(n, c.row[i]) {
			return
		}
	}
}

// record reads one record into c.row and returns the number of its first line.
// Blank lines are passed over.
func (c *csvRows) record() (int64, error) {
	var first line
	for {
		var err error
		if first, err = c.lines.next(); err != nil {
			return 0, err
		}
		if first.fault != "" {
			return first.number, &RowError{first.number, first.fault}
		}
		if strings.TrimSpace(first.text) != "" || c.comma == '\t' && first.text != "" {
			break
		}
	}
	c.row = c.row[:0]
	if strings.IndexByte(first.text, '"') < 0 {
		c.split(first.text)
		return first.number, nil
	}
	c.taken = append(c.taken[:0], first)
	reason, err := c.quoted(first.text)
	if err != nil {
		return first.number, err
	}
	if reason != "" {
		c.lines.giveBack(c.taken[1:])
		return first.number, &RowError{first.number, reason}
	}
	return first.number, nil
}

func (c *csvRows) split(text string) {
	for {
		i := strings.IndexByte(text, c.comma)
		if i < 0 {
			break
		}
		c.row = append(c.row, text[:i])
		text = text[i+1:]
	}
	c.row = append(c.row, text)
}

// quoted reads a record with quotes, taking further lines while a quoted value
// is open. It returns why the record is broken, or "".
func (c *csvRows) quoted(text string) (reason string, err error) {
	for {
		if !strings.HasPrefix(text, `"`) {
			i := strings.IndexByte(text, c.comma)
			value := text
			if i >= 0 {
				value = text[:i]
			}
			if strings.IndexByte(value, '"') >= 0 {
				return `has a quote inside a value that is not quoted`, nil
			}
			c.row = append(c.row, value)
			if i < 0 {
				return "", nil
			}
			text = text[i+1:]
			continue
		}
		rest, reason, err := c.quotedValue(text[1:])
		if reason != "" || err != nil {
			return reason, err
		}
		c.row = append(c.row, string(c.buf))
		if rest == "" {
			return "", nil
		}
		if rest[0] != c.comma {
			return "has text after the quote that ends a value", nil
		}
		text = rest[1:]
	}
}

// quotedValue reads a value up to its closing quote into c.buf and returns
// what follows.
func (c *csvRows) quotedValue(text string) (rest, reason string, err error) {
	c.buf = c.buf[:0]
	size := len(text)
	for {
		i := strings.IndexByte(text, '"')
		if i >= 0 {
			c.buf = append(c.buf, text[:i]...)
			text = text[i+1:]
			if !strings.HasPrefix(text, `"`) {
				return text, "", nil
			}
			c.buf = append(c.buf, '"')
			text = text[1:]
			continue
		}
		c.buf = append(append(c.buf, text...), '\n')
		more, err := c.lines.next()
		if errors.Is(err, io.EOF) || err == nil && size+len(more.text) > maxRecord {
			if err == nil {
				c.taken = append(c.taken, more)
			}
			return "", "opens a quote that is never closed", nil
		}
		if err != nil {
			return "", "", err
		}
		c.taken = append(c.taken, more)
		if more.fault != "" {
			return "", "goes on in a line that " + more.fault, nil
		}
		text, size = more.text, size+len(more.text)+1
	}
}
