package table

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/sys/unix"

	"ieum"
)

// xlsxRows reads one sheet. A number comes as it is stored, not as it is shown
// (12 digits of a business number, not 1.2E+11), but a date as it is shown, in
// ISO form where the sheet leaves the form open.
type xlsxRows struct {
	book       *excelize.File
	unpacking  func() error // ends it
	shown, raw *excelize.Rows
	n          int64
	room       int64      // rows and cells that may still come
	early      []sheetRow // read while looking for the header
	names      []string
	at         map[string]int
	row        []string
}

type sheetRow struct {
	number int64
	cells  []string
}

func newXLSX(f *file, sheet string) (_ rows, err error) {
	in, size, err := f.random()
	if err != nil {
		return nil, err
	}
	head := make([]byte, 8)
	if _, err := in.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return nil, ieum.Errorf(ieum.ErrInvalid, "this is an old Excel file (.xls) or one with a password; save it as .xlsx without a password")
	case !bytes.HasPrefix(head, []byte("PK")):
		return nil, errNotXLSX
	}
	z, err := zip.NewReader(in, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errNotXLSX, err)
	}
	unpacked, err := unpackedBook(z)
	if err != nil {
		return nil, err
	}
	if err := unpacks(z, roomIn(os.TempDir())); err != nil {
		return nil, err
	}
	dir, done, err := unpackFolder()
	if err != nil {
		return nil, err
	}
	// It opens no file but by a name, and the copy has none.
	book, err := excelize.OpenFile(fmt.Sprintf("/proc/self/fd/%d", in.Fd()), excelize.Options{
		ShortDatePattern: "yyyy-mm-dd", LongDatePattern: "yyyy-mm-dd", LongTimePattern: "hh:mm:ss", UnzipXMLSizeLimit: mostHeld, TmpDir: dir})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %v", errNotXLSX, err), done())
	}
	onlyDates(book)
	x := &xlsxRows{book: book, unpacking: done, at: map[string]int{}, room: roomForRows + cellsInByte*int64(unpacked)}
	defer func() {
		if err != nil {
			err = errors.Join(err, x.close())
		}
	}()
	if err := x.start(sheet); err != nil {
		return nil, err
	}
	return x, x.header()
}

// dateForm is what a form in which cells show a date or a time has, longestForm how many
// characters Excel lets it have.
var dateForm = regexp.MustCompile(`(?i)[ymdhs年月日时時년월일시분]`)

const longestForm = 255

// onlyDates takes the forms of cells out of a workbook but those of dates and times, for
// numbers are read as they are stored: one as a fraction of what is no number never ends,
// and a form is read anew for each of its cells, however long.
func onlyDates(book *excelize.File) {
	if book.Styles == nil {
		return
	}
	if all := book.Styles.NumFmts; all != nil {
		kept := all.NumFmt[:0]
		for _, f := range all.NumFmt {
			if form := cmp.Or(f.FormatCode16, f.FormatCode); utf8.RuneCountInString(form) <= longestForm && !strings.ContainsAny(form, "?#") && dateForm.MatchString(form) {
				kept = append(kept, f)
			}
		}
		all.NumFmt = kept
	}
	if all := book.Styles.CellXfs; all != nil {
		for i := range all.Xf {
			if id := all.Xf[i].NumFmtID; id != nil && (*id == 12 || *id == 13) { // fractions
				all.Xf[i].NumFmtID = nil
			}
		}
	}
}

// unpackFolder makes a folder in the temporary one, for the large sheets that excelize
// unpacks to files with names, and holds a lock on it until done removes it. Those of
// programs that were killed hold none and are removed first, where that can be: other
// users may put there what they like.
func unpackFolder() (dir string, done func() error, err error) {
	const named = "ieum-sheets-"
	left, _ := filepath.Glob(filepath.Join(os.TempDir(), named+"*"))
	for _, old := range left {
		if f, err := held(old); err == nil { // or else it is in use, or no folder of this user
			os.RemoveAll(old)
			f.Close()
		}
	}
	if dir, err = os.MkdirTemp("", named); err != nil {
		return "", nil, err
	}
	f, err := held(dir)
	if err != nil {
		return "", nil, err
	}
	return dir, func() error { return errors.Join(os.RemoveAll(dir), f.Close()) }, nil
}

// held opens a folder of this user and locks it, if nobody else has. Nothing else is
// opened, for a pipe would never answer, nor what a link leads to.
func held(dir string) (*os.File, error) {
	f, err := os.OpenFile(dir, unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	var of unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &of); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if int(of.Uid) != os.Geteuid() {
		return nil, errors.Join(fs.ErrPermission, f.Close())
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// What a workbook may unpack to, in all and in memory: a sheet or the texts of sheets
// are held there up to mostHeld, everything else whatever its size.
const (
	mostBook   = 4 << 30
	mostBeside = 256 << 20
	mostHeld   = 8 << 20
)

// unpackedBook returns how many bytes the parts of a workbook unpack to, which is
// what their headers say or less; more is an error when they are read. It refuses
// a workbook that is far more than any sheet.
func unpackedBook(z *zip.Reader) (all uint64, err error) {
	var packed, beside uint64
	for _, part := range z.File {
		n := part.UncompressedSize64
		if n > mostBook { // or else the sum could wrap around
			n = mostBook + 1
		}
		all += n
		packed += part.CompressedSize64
		if name := strings.ToLower(part.Name); n <= mostHeld || !strings.HasPrefix(name, "xl/worksheets/sheet") && name != "xl/sharedstrings.xml" {
			beside += n
		}
		if all > mostBook || all > largePart && all/mostPack > packed {
			return 0, ieum.Errorf(ieum.ErrInvalid, "this workbook would unpack to %d MB or more, which no sheet needs; have it saved again, or as CSV", all>>20)
		}
	}
	if beside > mostBeside {
		return 0, ieum.Errorf(ieum.ErrInvalid, "this workbook holds %d MB of pictures and the like beside its sheets, or of many sheets; save the sheet alone, or as CSV", beside>>20)
	}
	return all, nil
}

// unpacks reads the sheets and texts that excelize unpacks to files: one that it
// cannot, for want of room or because it is damaged, it would hold in memory.
func unpacks(z *zip.Reader, room int64) error {
	left := room
	for _, part := range z.File {
		if part.UncompressedSize64 <= mostHeld {
			continue
		}
		if left -= int64(part.UncompressedSize64); left < 0 {
			return noRoom(room)
		}
		r, err := part.Open()
		if err == nil {
			_, err = io.Copy(io.Discard, r)
			err = errors.Join(err, r.Close())
		}
		if err != nil {
			return fmt.Errorf("%w: %s: %v", errNotXLSX, part.Name, err)
		}
	}
	return nil
}

var errNotXLSX = ieum.Errorf(ieum.ErrInvalid, "this is no .xlsx file, or a damaged one; fetch it again or say what it is with format: in the source file")

func (x *xlsxRows) start(sheet string) (err error) {
	sheets := x.book.GetSheetList()
	if sheet == "" && len(sheets) > 0 {
		sheet = sheets[0]
	}
	if i, err := x.book.GetSheetIndex(sheet); err != nil || i < 0 {
		return ieum.Errorf(ieum.ErrInvalid, "there is no sheet %q but %s; mend sheet: in the source file", sheet, strings.Join(sheets, ", "))
	}
	if x.shown, err = x.book.Rows(sheet); err == nil {
		x.raw, err = x.book.Rows(sheet)
	}
	return err
}

// header takes the first row with two filled cells for the header, and the
// first filled one if the ten rows from there have none: agencies put a title
// above.
func (x *xlsxRows) header() error {
	first := -1
	for len(x.early) < 10 {
		row, err := x.read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		x.early = append(x.early, row)
		if filled := count(row.cells); filled > 1 {
			first = len(x.early) - 1
			break
		} else if filled == 1 && first < 0 {
			first = len(x.early) - 1
		}
	}
	if first < 0 {
		x.early = nil
		return nil
	}
	x.names = uniqueNames(x.early[first].cells)
	for i, n := range x.names {
		x.at[n] = i
	}
	x.early = x.early[first+1:]
	return nil
}

func count(cells []string) (filled int) {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			filled++
		}
	}
	return filled
}

// A cell takes twenty bytes of a workbook, an empty one none when it is left out:
// so many rows and cells come of its bytes at most, and so many rows in any case,
// which is how many a sheet has.
const (
	cellsInByte = 8
	roomForRows = 2 << 20
)

// dateShown is what a date or a time looks like, whatever its form.
var dateShown = regexp.MustCompile(`[0-9](\D*[-/.:년월일시]\D*)[0-9]|[0-9]\s*[년월일시분]`)

// read returns the next row of the sheet.
func (x *xlsxRows) read() (sheetRow, error) {
	if !x.shown.Next() || !x.raw.Next() {
		if err := errors.Join(x.shown.Error(), x.raw.Error()); err != nil {
			return sheetRow{}, fmt.Errorf("%w: %v", errNotXLSX, err)
		}
		return sheetRow{}, io.EOF
	}
	x.n++
	shown, err := x.shown.Columns()
	if err != nil {
		return sheetRow{}, &RowError{x.n, "cannot be read: " + err.Error()}
	}
	raw, err := x.raw.Columns(excelize.Options{RawCellValue: true})
	if err != nil {
		return sheetRow{}, &RowError{x.n, "cannot be read: " + err.Error()}
	}
	if x.room -= int64(1 + len(raw)); x.room < 0 {
		return sheetRow{}, ieum.Errorf(ieum.ErrInvalid, "this workbook is nearly all empty rows and columns (by row %d); delete those below and beside the table and save it again, or save it as CSV", x.n)
	}
	for i := range raw {
		if i < len(shown) && shown[i] != raw[i] && isNumber(raw[i]) && !isNumber(shown[i]) && dateShown.MatchString(shown[i]) {
			raw[i] = shown[i]
		}
	}
	return sheetRow{x.n, raw}, nil
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

func (x *xlsxRows) columns() []string { return x.names }

func (x *xlsxRows) next() (Row, error) {
	for {
		var row sheetRow
		var err error
		if len(x.early) > 0 {
			row, x.early = x.early[0], x.early[1:]
		} else if row, err = x.read(); err != nil {
			return Row{}, err
		}
		if count(row.cells) == 0 {
			continue
		}
		if extra := len(row.cells) - len(x.names); extra > 0 && count(row.cells[len(x.names):]) > 0 {
			return Row{}, &RowError{row.number, fmt.Sprintf("has values in %d columns where the header names %d", len(row.cells), len(x.names))}
		}
		x.row = row.cells
		return Row{Number: row.number, values: x}, nil
	}
}

func (x *xlsxRows) get(column string) (any, bool) {
	i, ok := x.at[column]
	if !ok {
		return nil, false
	}
	if i >= len(x.row) {
		return "", true
	}
	return x.row[i], true
}

func (x *xlsxRows) all(yield func(string, any) bool) {
	for i, n := range x.names {
		v := ""
		if i < len(x.row) {
			v = x.row[i]
		}
		if !yield(n, v) {
			return
		}
	}
}

func (x *xlsxRows) close() error {
	var errs []error
	for _, r := range []*excelize.Rows{x.shown, x.raw} {
		if r != nil {
			errs = append(errs, r.Close())
		}
	}
	return errors.Join(append(errs, x.book.Close(), x.unpacking())...)
}
