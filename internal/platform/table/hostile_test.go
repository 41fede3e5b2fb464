package table

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/xuri/excelize/v2"
	"golang.org/x/sys/unix"

	"ieum"
)

// A zipPart is a part of a workbook as the directory of the archive states it.
type zipPart struct {
	name           string
	size, unpacked uint64
}

// directory returns an archive that says it has parts, which are not there.
func directory(t *testing.T, parts ...zipPart) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range parts {
		if _, err := z.CreateRaw(&zip.FileHeader{Name: p.name, Method: zip.Deflate, CompressedSize64: p.size, UncompressedSize64: p.unpacked}); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A workbook of 100 KB that unpacked to 100 MB in one cell took a gigabyte.
func TestAWorkbookMadeToFillTheMemoryIsRefused(t *testing.T) {
	const kB, MB = 1 << 10, 1 << 20
	many := make([]zipPart, 10)
	for i := range many {
		many[i] = zipPart{fmt.Sprintf("xl/worksheets/sheet%d.xml", i), 10 * kB, 10 * MB}
	}
	small := make([]zipPart, 40) // each is held in memory
	for i := range small {
		small[i] = zipPart{fmt.Sprintf("xl/worksheets/sheet%d.xml", i), MB, 8*MB - kB}
	}
	for _, c := range []struct {
		about string
		parts []zipPart
		want  string
	}{
		{"one part", []zipPart{{"xl/worksheets/sheet1.xml", 100 * kB, 100 * MB}}, "would unpack to 100 MB or more"},
		{"many parts", many, "would unpack to 70 MB or more"},
		{"more than any sheet", []zipPart{{"xl/worksheets/sheet1.xml", 500 * MB, 5000 * MB}}, "would unpack to 4096 MB or more"},
		{"a part beside the sheets that is none", []zipPart{{"xl/worksheets/x.bin", 290 * MB, 300 * MB}}, "300 MB of pictures and the like"},
		{"many small sheets", small, "319 MB of pictures and the like"},
		{"pictures", []zipPart{{"xl/media/1.png", 290 * MB, 300 * MB}}, "300 MB of pictures and the like"},
		{"a size that wraps around", []zipPart{{"a", MB, 1<<64 - 1}, {"b", MB, 2}}, "would unpack to 4096 MB or more"},
	} {
		_, err := Open(write(t, "a.xlsx", directory(t, c.parts...)), Options{})
		if !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, not %s", c.about, err, c.want)
		}
	}
}

// sheet returns a workbook of one sheet with these rows.
func sheet(t *testing.T, rows string) []byte {
	t.Helper()
	var empty, b bytes.Buffer
	book := excelize.NewFile()
	if err := errors.Join(book.Write(&empty), book.Close()); err != nil {
		t.Fatal(err)
	}
	from, err := zip.NewReader(bytes.NewReader(empty.Bytes()), int64(empty.Len()))
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(&b)
	for _, p := range from.File {
		if p.Name != "xl/worksheets/sheet1.xml" {
			if err := z.Copy(p); err != nil {
				t.Fatal(err)
			}
			continue
		}
		w, err := z.Create(p.Name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.WriteString(w, `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`+rows+`</sheetData></worksheet>`)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func inline(ref, text string) string {
	return `<c r="` + ref + `" t="inlineStr"><is><t>` + text + `</t></is></c>`
}

// drained reads a file to its end or the error that ends it.
func drained(t *testing.T, path string) (rows int, err error) {
	t.Helper()
	r, err := Open(path, Options{})
	if err != nil {
		return 0, err
	}
	defer r.Close()
	for {
		b, err := r.ReadColumns(1024, r.Columns()[0])
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows += b.Rows
	}
}

// A number that is none, shown as a fraction, never ended; a long form took its time
// anew in each cell. Only how dates are shown is looked at.
func TestHowNumbersAreShownTakesNoTime(t *testing.T) {
	long := strings.Repeat(`"x"0`, 50_000)
	for about, c := range map[string]struct {
		form, value string
		cells       int
	}{
		"a fraction of no number":         {"?/?", "NaN", 1},
		"a fraction in what a date shows": {"yyyy;?/?", "NaN", 1},
		"a fraction that Excel knows":     {"", "NaN", 1},
		"a long form":                     {long, "1", 3000},
		"a long form of dates":            {"yyyy" + long, "1", 3000},
		"a date":                          {`yyyy"년" m"월" d"일"`, "45000", 1},
	} {
		book := excelize.NewFile()
		style := excelize.Style{NumFmt: 12}
		if c.form != "" {
			style = excelize.Style{CustomNumFmt: &c.form}
		}
		id, err := book.NewStyle(&style)
		if err != nil {
			t.Fatal(err)
		}
		err = errors.Join(book.SetCellStr("Sheet1", "A1", "a"), book.SetCellStr("Sheet1", "B1", "b"), book.SetCellStyle("Sheet1", "B2", fmt.Sprintf("B%d", c.cells+1), id))
		for i := range c.cells {
			err = errors.Join(err, book.SetCellFloat("Sheet1", fmt.Sprintf("A%d", i+2), 1, 0, 64), book.SetCellFloat("Sheet1", fmt.Sprintf("B%d", i+2), 45000, 0, 64))
		}
		var out bytes.Buffer
		if err = errors.Join(err, book.Write(&out)); err != nil {
			t.Fatal(err)
		}
		path := write(t, "a.xlsx", rezipped(t, out.Bytes(), func(name, text string) string {
			if name != "xl/worksheets/sheet1.xml" {
				return text
			}
			return strings.ReplaceAll(text, "<v>45000</v>", "<v>"+c.value+"</v>")
		}))
		read := make(chan string, 1)
		go func() {
			r, err := Open(path, Options{})
			if err != nil {
				read <- err.Error()
				return
			}
			defer r.Close()
			row, err := r.Next()
			v, _ := row.Get("b")
			for ; err == nil; _, err = r.Next() {
			}
			read <- fmt.Sprint(v)
		}()
		want := c.value
		if about == "a date" {
			want = "2023년 3월 15일"
		}
		select {
		case got := <-read:
			if got != want {
				t.Errorf("%s: %s, not %s", about, got, want)
			}
		case <-time.After(10 * time.Second):
			t.Errorf("%s: it takes its time", about)
		}
	}
}

// rezipped returns an archive whose parts change may change.
func rezipped(t *testing.T, b []byte, change func(name, text string) string) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, part := range in.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		w, failed := z.Create(part.Name)
		if err := errors.Join(err, failed); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, change(part.Name, string(text))); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A row or column of a high number costs all those before it, which take no
// byte: a workbook of 1.5 KB took half a minute, one row a thousand times that.
func TestAWorkbookOfEmptyCellsIsRefused(t *testing.T) {
	head := `<row r="1">` + inline("A1", "a") + inline("B1", "b") + `</row>`
	var wide strings.Builder
	for n := 2; n < 20_000; n++ {
		fmt.Fprintf(&wide, `<row r="%d"><c r="XFD%d"><v>1</v></c></row>`, n, n)
	}
	for about, rows := range map[string]string{
		"columns": wide.String(),
		"rows":    `<row r="2000000000">` + inline("A2000000000", "x") + `</row>`,
	} {
		book := write(t, "a.xlsx", sheet(t, head+rows))
		_, err := drained(t, book)
		if !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), "nearly all empty rows and columns") {
			t.Errorf("%s: %v", about, err)
		}
	}
	last := `<row r="1048576">` + inline("A1048576", "x") + inline("XFD1048576", "") + `</row>`
	if n, err := drained(t, write(t, "a.xlsx", sheet(t, head+last))); n != 1 || err != nil {
		t.Errorf("a value in the last row of a sheet: %d rows, %v", n, err)
	}
}

// What is packed a thousand times is refused before it fills a disk, whatever
// its format.
func TestAFilePackedTooOftenIsRefused(t *testing.T) {
	blank := bytes.Repeat([]byte(strings.Repeat("a", 1<<12-1)+"\n"), 1<<8)
	pack := func(w io.WriteCloser) {
		for range 80 {
			if _, err := w.Write(blank); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	var gz, zst bytes.Buffer
	pack(gzip.NewWriter(&gz))
	z, err := zstd.NewWriter(&zst)
	if err != nil {
		t.Fatal(err)
	}
	pack(z)
	t.Setenv("TMPDIR", t.TempDir())
	for name, content := range map[string][]byte{
		"a.csv.gz": gz.Bytes(), "a.csv.zst": zst.Bytes(), "a.parquet.gz": gz.Bytes(), "a.xlsx.zst": zst.Bytes(),
	} {
		_, err := drained(t, write(t, name, content))
		if !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), name+": it unpacks to over 200 times its size") {
			t.Errorf("%s: %v", name, err)
		}
	}
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

func TestUnpackingLeavesRoom(t *testing.T) {
	var gz bytes.Buffer
	z := gzip.NewWriter(&gz)
	if _, err := z.Write(make([]byte, 3<<20)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for room, want := range map[int64]string{3 << 20: "", 2 << 20: "more than the 2 MB there is room for in the temporary folder"} {
		f, err := openFile(write(t, "a.parquet.gz", gz.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		n, err := f.spool(&b, room)
		if want == "" && (err != nil || n != 3<<20) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("room for %d: %d bytes, %v", room, n, err)
		}
		if b.Len() > int(room)+1 {
			t.Errorf("room for %d: %d bytes were written", room, b.Len())
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A program that is killed runs nothing more: what is unpacked while a delivery is read
// has no name, but for large sheets, which the next workbook that is read removes.
// A sheet that cannot be unpacked to the temporary folder would be held in memory.
func TestASheetThatCannotBeUnpackedIsRefused(t *testing.T) {
	book := sheet(t, `<row r="1">`+inline("A1", "a")+inline("B1", "b")+`</row>`+strings.Repeat(" ", mostHeld))
	z, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	for room, want := range map[int64]string{mostHeld + 1<<10: "", mostHeld: "more than the 8 MB there is room for"} {
		if err := unpacks(z, room); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("room for %d: %v, not %q", room, err, want)
		}
	}
	for _, part := range z.File {
		if part.UncompressedSize64 > mostHeld {
			part.CRC32++
		}
	}
	if err := unpacks(z, 1<<30); !errors.Is(err, errNotXLSX) {
		t.Errorf("a wrong checksum: %v", err)
	}
}

func TestWhatIsUnpackedIsNotLeftByAKill(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	named := func() (list []string) {
		err := filepath.WalkDir(tmp, func(path string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				list = append(list, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	files := t.TempDir()
	for name, content := range map[string][]byte{
		"a.parquet.gz": gz(t, sampleParquet(t)), "a.parquet.zst": zst(t, sampleParquet(t)), "a.xlsx.gz": gz(t, sampleXLSX(t)),
	} {
		path := filepath.Join(files, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := Open(path, Options{})
		if err != nil {
			t.Fatal(name, err)
		}
		if list := named(); len(list) > 0 {
			t.Errorf("while %s is read there are %q", name, list)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	killed := filepath.Join(tmp, "ieum-sheets-1")
	if err := errors.Join(os.Mkdir(killed, 0o700), os.WriteFile(filepath.Join(killed, "excelize-1"), []byte("a"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := drained(t, filepath.Join(files, "a.xlsx.gz")); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// Two programs that read workbooks at once leave each other's sheets alone.
func TestSheetsInUseStay(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	one, done, err := unpackFolder()
	if err != nil {
		t.Fatal(err)
	}
	two, done2, err := unpackFolder()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(one); err != nil || one == two {
		t.Error(one, two, err)
	}
	if err := errors.Join(done(), done2()); err != nil {
		t.Error(err)
	}
}

// Whatever other users of the machine put into the temporary folder, a workbook is read,
// and theirs stays.
func TestWhatOthersPutBesideSheetsStopsNothing(t *testing.T) {
	tmp, elsewhere := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", tmp)
	at := func(name string) string { return filepath.Join(tmp, "ieum-sheets-"+name) }
	kept := filepath.Join(elsewhere, "kept")
	theirs := filepath.Join(at("folder"), "theirs")
	err := errors.Join(
		unix.Mkfifo(at("pipe"), 0o666),
		os.WriteFile(at("file"), nil, 0o600),
		os.WriteFile(kept, nil, 0o600),
		os.Symlink(elsewhere, at("link")),
		os.Mkdir(at("folder"), 0o700),
		os.WriteFile(theirs, nil, 0o600),
	)
	if os.Geteuid() == 0 {
		err = errors.Join(err, os.Chown(at("folder"), 65534, 65534))
	} else { // nobody can give a folder away: one that cannot be emptied stands for it
		err = errors.Join(err, os.Chmod(at("folder"), 0o500))
		t.Cleanup(func() { os.Chmod(at("folder"), 0o700) })
	}
	path := filepath.Join(elsewhere, "a.xlsx")
	if err := errors.Join(err, os.WriteFile(path, sampleXLSX(t), 0o600)); err != nil {
		t.Fatal(err)
	}
	read := make(chan error, 1)
	go func() {
		_, err := drained(t, path)
		read <- err
	}()
	select {
	case err := <-read:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("it waits for a pipe")
	}
	for _, path := range []string{at("pipe"), at("file"), at("link"), kept, theirs} {
		if _, err := os.Lstat(path); err != nil {
			t.Error(err)
		}
	}
}

// missing returns a Parquet file of one column of texts, all missing: a header and a
// few bytes for each page of n, whose header change may change.
func missing(t *testing.T, pages int, n int32, change func(*format.PageHeader)) []byte {
	t.Helper()
	proto := new(thrift.CompactProtocol)
	levels := append(binary.AppendUvarint(nil, uint64(n)<<1), 0) // n times 0
	size := int32(len(levels))
	h := format.PageHeader{Type: format.DataPageV2, UncompressedPageSize: size, CompressedPageSize: size}
	h.DataPageHeaderV2 = thrift.New(format.DataPageHeaderV2{NumValues: n, NumNulls: n, NumRows: n, Encoding: format.Plain, DefinitionLevelsByteLength: size})
	change(&h)
	head, err := thrift.Marshal(proto, &h)
	if err != nil {
		t.Fatal(err)
	}
	const mark = "PAR1"
	out := []byte(mark)
	for range pages {
		out = append(append(out, head...), levels...)
	}
	rows, length := int64(n)*int64(pages), int64(len(out)-len(mark))
	foot, err := thrift.Marshal(proto, &format.FileMetaData{Version: 2, NumRows: rows,
		Schema: []format.SchemaElement{
			{Name: "root", NumChildren: thrift.New(int32(1))},
			{Name: "a", Type: thrift.New(format.ByteArray), RepetitionType: thrift.New(format.Optional)},
		},
		RowGroups: []format.RowGroup{{NumRows: rows, TotalByteSize: length, Columns: []format.ColumnChunk{{MetaData: format.ColumnMetaData{
			Type: format.ByteArray, Encoding: []format.Encoding{format.Plain, format.RLE}, PathInSchema: []string{"a"}, Codec: format.Uncompressed,
			NumValues: rows, TotalUncompressedSize: length, TotalCompressedSize: length, DataPageOffset: int64(len(mark))}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	out = append(out, foot...)
	return append(binary.LittleEndian.AppendUint32(out, uint32(len(foot))), mark...)
}

// A file of 131 bytes took 828 MB: room is made for what a header says.
func TestAParquetFileMadeToFillTheMemoryIsRefused(t *testing.T) {
	same := func(*format.PageHeader) {}
	for _, c := range []struct {
		about string
		file  []byte
		want  string // "" = read
	}{
		{"rows", missing(t, 100, 1_000_000, same), "says that it has 17"},
		{"values in a page", missing(t, 1, 1_000_000, func(h *format.PageHeader) { h.DataPageHeaderV2.V.NumValues = 800_000_000 }), "800000000 values"},
		{"values in a page of the old form", missing(t, 1, 1_000_000, func(h *format.PageHeader) {
			h.DataPageHeader = thrift.New(format.DataPageHeader{NumValues: 800_000_000})
		}), "800000000 values"},
		{"what a page unpacks to", missing(t, 1, 10, func(h *format.PageHeader) { h.UncompressedPageSize = 100 << 20 }), "are 104857600 bytes"},
		{"what a page is packed to", missing(t, 1, 10, func(h *format.PageHeader) { h.CompressedPageSize = 1 << 30 }), "damaged"},
		{"many rows without a value", missing(t, 10, 1_000_000, same), ""},
	} {
		rows, err := drained(t, write(t, "a.parquet", c.file))
		switch {
		case c.want == "" && (err != nil || rows != 10_000_000):
			t.Errorf("%s: %d rows, %v", c.about, rows, err)
		case c.want != "" && (!errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, not %s", c.about, err, c.want)
		}
	}
}

// A file of 22 bytes ended the program, one of 250 took 2 GB: a length is believed
// before what it is of is there.
func TestAParquetFileThatSaysItIsLongerIsRefused(t *testing.T) {
	length := binary.AppendUvarint(nil, 1<<31-1)
	list := append([]byte{0x15, 2, 0x19, 0xfc}, length...) // field 2: a list of structs
	text := append([]byte{0x18}, length...)                // field 1: a text
	deep := bytes.Repeat([]byte{0x1c}, 4<<20)              // a struct in field 1 of a struct in field 1 …
	lists := append([]byte{0x19}, bytes.Repeat([]byte{0x19}, 4<<20)...)
	footer := func(b []byte) []byte {
		out := append([]byte("PAR1"), b...)
		return append(binary.LittleEndian.AppendUint32(out, uint32(len(b))), "PAR1"...)
	}
	page := func(b []byte) []byte { // in place of its header, which is longer
		file := missing(t, 1000, 1, func(*format.PageHeader) {})
		copy(file[4:], b)
		return file
	}
	for about, file := range map[string][]byte{
		"the schema":            footer(list),
		"a text of the footer":  footer(text),
		"structs in structs":    footer(deep),
		"lists in lists":        footer(lists),
		"a text of a header":    page(text),
		"a list of a header":    page(append([]byte{0x19, 0xfc}, length...)),
		"structs of a header":   page(deep[:10_000]),
		"a map before a text":   page(append([]byte{0x1b, 1, 0x33, 0, 0, 0x18}, length...)),
		"a statistic of a page": page(append([]byte{0x15, 0, 0x15, 2, 0x15, 2, 0x2c, 0x15, 2, 0x15, 0, 0x15, 0, 0x15, 0, 0x1c, 0x18}, length...)),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := drained(t, write(t, "a.parquet", file))
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), "damaged") || took > 64<<20 {
			t.Errorf("%s: %v, %d MB", about, err, took>>20)
		}
	}
}

// A text that a dictionary holds once takes its room in every row.
func TestLongTextsOfAParquetFileTakeTheirRoomOnce(t *testing.T) {
	type row struct {
		A string `parquet:"a,dict,zstd"`
	}
	short, long := make([]row, 200), make([]row, 300)
	for i := range long {
		long[i].A = strings.Repeat("x", 1<<20)
	}
	for _, c := range []struct {
		about string
		rows  []row
		want  string // "" = read
	}{
		{"all long", long, ""},
		{"long after short", append(short, long...), "within"},
	} {
		path := filepath.Join(t.TempDir(), "a.parquet")
		if err := parquet.WriteFile(path, c.rows); err != nil {
			t.Fatal(err)
		}
		n, err := drained(t, path)
		switch {
		case c.want == "" && (err != nil || n != len(c.rows)):
			t.Errorf("%s: %d rows, %v", c.about, n, err)
		case c.want != "" && (!errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, not %s", c.about, err, c.want)
		}
	}
}
