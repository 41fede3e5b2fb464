package table

import (
	"errors"
	"io"

	"github.com/xuri/excelize/v2"
)

// WriteXLSX writes a workbook of one sheet: a row of names, which stays in sight, and rows
// of texts, numbers and nil for nothing. Texts stay texts, whatever they begin with.
func WriteXLSX(w io.Writer, sheet string, names []string, rows [][]any) (err error) {
	book := excelize.NewFile()
	defer func() { err = errors.Join(err, book.Close()) }()
	if err := book.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	to, err := book.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	if err := to.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	head := make([]any, len(names))
	for i, name := range names {
		head[i] = name
	}
	for i, row := range append([][]any{head}, rows...) {
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return err
		}
		if err := to.SetRow(at, row); err != nil {
			return err
		}
	}
	if err := to.Flush(); err != nil {
		return err
	}
	return book.Write(w)
}
