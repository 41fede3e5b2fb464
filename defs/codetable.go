package defs

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"ieum"
)

// readTable reads the CSV table of a code list, with the line of each code.
func readTable(f layered, faults *Faults) (codes []Code, lines []int) {
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(f.text, []byte("\ufeff"))))
	head, err := in.Read()
	if err != nil {
		faults.add(f.name, 1, "the table has no row of column names")
		return nil, nil
	}
	for _, want := range []string{"code", "ko"} {
		if !slices.Contains(head, want) {
			faults.add(f.name, 1, "the table has no column %s", want)
		}
	}
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return codes, lines
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			faults.add(f.name, broken.StartLine, "the row cannot be read: %v", broken.Err)
			continue
		}
		line, _ := in.FieldPos(0)
		c := Code{}
		for i, column := range head {
			if err := c.set(column, row[i]); err != nil {
				faults.add(f.name, line, "column %s: %v", column, err)
			}
		}
		codes, lines = append(codes, c), append(lines, line)
	}
}

// set gives a code the value of one column of a table.
func (c *Code) set(column, value string) (err error) {
	if value == "" {
		return nil
	}
	switch column {
	case "code":
		c.Code = value
	case "parent":
		c.Parent = value
	case "ko":
		c.Name.KO = value
	case "en":
		c.Name.EN = value
	case "aliases":
		c.Aliases = strings.Split(value, "|")
	case "since":
		c.Since, err = ieum.ParseDay(value)
	case "until":
		c.Until, err = ieum.ParseDay(value)
	case "successor":
		c.Successor = value
	case "rank":
		c.Rank, err = strconv.Atoi(value)
	default:
		if c.Extra == nil {
			c.Extra = map[string]string{}
		}
		c.Extra[column] = value
	}
	return err
}
