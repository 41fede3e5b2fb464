package catalogue

import (
	"context"

	"ieum"
	"ieum/internal/platform/table"
)

// The columns every segment of the lake has beside the fields of its kind:
// the key in the source, the row and file of the delivery, and for kinds with
// a text the competencies found in it.
const (
	ColumnKey          = "_key"          // string
	ColumnRow          = "_row"          // int: as the quarantine counts
	ColumnFile         = "_file"         // int: position in the delivery's files
	ColumnHash         = "_hash"         // int: of what the source delivered
	ColumnCompetencies = "_competencies" // list of codes of list "competencies", likeliest first
)

// A field is one or several columns, every one optional:
//
//	string, text, url, json   name                       string
//	int, number, bool, date   name                       of that type; dates are days since 1970-01-01
//	code                      name                       code in force, string
//	                          name_p                     int: per cent the coder gives it, 100 from the source; only of fields the coder codes
//	codes, strings            name                       list of strings
//	pay                       name_min, name_max         int: won a year
//	                          name_basis                 int: a snapshot.PayBasis
//	career                    name_min, name_max         int: months
//	                          name_entry                 bool
//	region                    name                       code in force, string
//	                          name_scope                 int: a parse.Scope
//	careers                   name_title                 list of strings, newest first
//	                          name_occupation            list of strings: code or ""
//	                          name_p                     list of ints: per cent, as above
//	                          name_start, name_end       lists of ints: months since 1970-01; snapshot.Unset = to the present, or not known
//	                          name_pay                   list of ints: won a year, or 0
//	person                    name                       list of ints: tokens made by master.Token
//
// In kinds without personal fields pay, career and region also have name_text,
// what the source said, and int, date, code and codes have name_text where it
// could not be read.

// Rows are some rows of the lake, of one delivery.
type Rows struct {
	Source   ieum.SourceID
	Delivery int64
	Closed   []ieum.Day // by row: the day it was no longer delivered; 0 = still there
	*table.Batch
}

// Column returns one of the columns that were asked for. Where a delivery does
// not have it, no row has a value.
func (r *Rows) Column(name string) *table.Column {
	for i := range r.Columns {
		if r.Columns[i].Name == name {
			return &r.Columns[i]
		}
	}
	panic("catalogue: column " + name + " was not asked for")
}

// Live calls f with the current rows of a kind: source by source, delivery by
// delivery as they came, in batches of a few thousand rows in the order of the
// delivery. Only the columns named are read. The rows are valid during the
// call; the next ones are read meanwhile.
func (c *Catalogue) Live(ctx context.Context, kind ieum.KindID, columns []string, f func(*Rows) error) error {
	return nil
}
