// Package pdf writes documents of A4 pages that are read as they are printed: text that is
// set in lines, boxes and bars, with Korean fonts embedded. It knows nothing of what
// the pages say.
//
// Lengths are millimetres from the upper left corner, sizes of type are points.
package pdf

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/text/unicode/norm"

	"ieum"
)

// The fonts are cut by fonts/cut.py from Pretendard GOV (SIL Open Font License 1.1,
// fonts/OFL.txt).
//
//go:embed fonts/ieum-sans-regular.ttf.gz
var regular []byte

//go:embed fonts/ieum-sans-bold.ttf.gz
var bold []byte

var fonts = sync.OnceValue(func() [2][]byte { return [2][]byte{unpack(regular), unpack(bold)} })

// unpack returns a font that is embedded; one that cannot be read is a fault of the build.
func unpack(packed []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic(err)
	}
	font, err := io.ReadAll(r)
	if err != nil {
		panic(err)
	}
	return font
}

// A Color is red, green and blue, 0 to 255.
type Color [3]int

// The colours of a sheet; those of ieum.css.
var (
	Ink   = Color{0x1e, 0x21, 0x24}
	Quiet = Color{0x46, 0x4c, 0x53}
	Line  = Color{0xcd, 0xd1, 0xd5}
	Pale  = Color{0xe6, 0xe8, 0xea}
	Blue  = Color{0x0b, 0x50, 0xd0}
	Deep  = Color{0x08, 0x38, 0x91}
	Tint  = Color{0xec, 0xf2, 0xfe}
	Sky   = Color{0x9e, 0xd2, 0xfa}
	Green = Color{0x26, 0x73, 0x37}
	Mint  = Color{0xea, 0xf6, 0xec}
	Amber = Color{0x8a, 0x5c, 0x00}
	Cream = Color{0xff, 0xf3, 0xdb}
	Paper = Color{0xff, 0xff, 0xff}
)

// A Type is how text is set.
type Type struct {
	Size  float64 // points
	Bold  bool
	Color Color
}

// height is the height of a line.
func (t Type) height() float64 { return t.Size * .3528 * 1.5 }

// Page is what an A4 page leaves for what it says.
const (
	Left   = 18.0
	Width  = 210 - 2*Left
	top    = 18.0
	bottom = 297 - 20.0
	Room   = bottom - top // what is higher is said, which flows over pages
)

// A Doc is a document that is being written, from above.
type Doc struct {
	f *fpdf.Fpdf
	y float64
}

// About is what a document says of itself. Foot stands at the foot of each page, and the number
// of the page behind it.
type About struct {
	Title, Author string
	Lang          ieum.Lang
	Made          time.Time
	Foot          string
}

// New begins a document. The same calls give the same bytes.
func New(about About) *Doc {
	d := &Doc{f: fpdf.New("P", "mm", "A4", "")}
	d.f.AddUTF8FontFromBytes("Ieum", "", fonts()[0])
	d.f.AddUTF8FontFromBytes("Ieum", "B", fonts()[1])
	d.f.SetCellMargin(0)
	d.f.SetAutoPageBreak(false, 0)
	d.f.SetTitle(clean(about.Title), true)
	if about.Author != "" {
		d.f.SetAuthor(clean(about.Author), true)
	}
	d.f.SetLang(string(about.Lang))
	d.f.SetCreator("Ieum", true)
	d.f.SetCreationDate(about.Made.UTC())
	d.f.SetModificationDate(about.Made.UTC())
	d.f.SetCatalogSort(true)
	d.f.AliasNbPages("")
	d.f.SetFooterFunc(func() {
		small := Type{Size: 7.5, Color: Quiet}
		d.Rule(bottom + 4)
		d.At(Left, bottom+6, Width-16, small, about.Foot)
		d.set(small)
		d.f.SetXY(Left, bottom+6)
		d.f.CellFormat(Width, small.height(), fmt.Sprintf("%d / {nb}", d.f.PageNo()), "", 0, "R", false, 0, "")
	})
	d.page()
	return d
}

func (d *Doc) page() { d.f.AddPage(); d.y = top }

// Y is how far down the page is written.
func (d *Doc) Y() float64 { return d.y }

// Mark puts what is written next into the outline, by which a reader of the file finds it.
func (d *Doc) Mark(text string) {
	d.set(Type{Size: 10}) // the outline is in the letters of the font that is set
	d.f.Bookmark(clean(text), 0, d.y)
}

// Skip leaves room, unless the page has just begun.
func (d *Doc) Skip(h float64) {
	if d.y > top {
		d.y += h
	}
}

// Need begins a page where less than h is left of this one.
func (d *Doc) Need(h float64) {
	if d.y+h > bottom && d.y > top {
		d.page()
	}
}

// Room is how much is left of the page.
func (d *Doc) Room() float64 { return bottom - d.y }

func (d *Doc) set(t Type) {
	style := ""
	if t.Bold {
		style = "B"
	}
	d.f.SetFont("Ieum", style, t.Size)
	d.f.SetTextColor(t.Color[0], t.Color[1], t.Color[2])
}

// lines cuts text into those of a width, at spaces where it can.
func (d *Doc) lines(w float64, t Type, text string) []string {
	d.set(t)
	return d.f.SplitText(clean(text), w)
}

// Height is how high text of a width stands.
func (d *Doc) Height(w float64, t Type, text string) float64 {
	return float64(len(d.lines(w, t, text))) * t.height()
}

// At sets text in a width at a place and returns how high it stands. It does not move
// where the page is written.
func (d *Doc) At(x, y, w float64, t Type, text string) float64 {
	lines := d.lines(w, t, text)
	for i, line := range lines {
		d.f.SetXY(x, y+float64(i)*t.height())
		d.f.CellFormat(w, t.height(), line, "", 0, "LM", false, 0, "")
	}
	return float64(len(lines)) * t.height()
}

// Right sets one line that ends at the right of a width.
func (d *Doc) Right(x, y, w float64, t Type, text string) {
	d.set(t)
	d.f.SetXY(x, y)
	d.f.CellFormat(w, t.height(), clean(text), "", 0, "RM", false, 0, "")
}

// Say sets a paragraph that flows from page to page.
func (d *Doc) Say(t Type, text string) {
	for _, line := range d.lines(Width, t, text) {
		d.Need(t.height())
		d.y += d.At(Left, d.y, Width, t, line)
	}
}

// Block draws something that is h high and stays on one page, with where it stands.
func (d *Doc) Block(h float64, draw func(y float64)) {
	d.Need(h)
	draw(d.y)
	d.y += h
}

// Box fills a rounded box; with an edge it has a line around it.
func (d *Doc) Box(x, y, w, h float64, fill Color, edge *Color) {
	style := "F"
	d.f.SetFillColor(fill[0], fill[1], fill[2])
	if edge != nil {
		style = "FD"
		d.f.SetLineWidth(.25)
		d.f.SetDrawColor(edge[0], edge[1], edge[2])
	}
	d.f.RoundedRect(x, y, w, h, min(2.4, w/5, h/5), "1234", style)
}

// Bar is a bar of a width, filled to a share of 0 to 1.
func (d *Doc) Bar(x, y, w, share float64, c Color) {
	const h = 2.2
	d.Box(x, y, w, h, Pale, nil)
	if share = min(max(share, 0), 1); share > 0 {
		d.Box(x, y, max(w*share, h), h, c, nil)
	}
}

// Rule is a fine line across the page.
func (d *Doc) Rule(y float64) { d.Stroke(Left, y, Left+Width, y, Line) }

// Stroke is a fine line from one place to another.
func (d *Doc) Stroke(x1, y1, x2, y2 float64, c Color) {
	d.f.SetLineWidth(.25)
	d.f.SetDrawColor(c[0], c[1], c[2])
	d.f.Line(x1, y1, x2, y2)
}

// Dot is a filled circle.
func (d *Doc) Dot(x, y, r float64, c Color) {
	d.f.SetFillColor(c[0], c[1], c[2])
	d.f.Circle(x, y, r, "F")
}

// Wide is how wide one line is.
func (d *Doc) Wide(t Type, text string) float64 {
	d.set(t)
	return d.f.GetStringWidth(clean(text))
}

// Pages is how many pages there are so far.
func (d *Doc) Pages() int { return d.f.PageNo() }

// Bytes ends the document.
func (d *Doc) Bytes() ([]byte, error) {
	var out bytes.Buffer
	err := d.f.Output(&out)
	return out.Bytes(), err
}

// clean composes Hangul, and puts a box where the fonts have no sign.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || drawable(r):
			return r
		case r == '\t' || r == '\u3000':
			return ' '
		case r < ' ' || r >= 0x200b && r <= 0x200f || r == '\ufeff' || r >= 0xfe00 && r <= 0xfe0f:
			return -1
		}
		return '□'
	}, norm.NFC.String(text))
}

const signs = "…“”‘’–—₩×→←↑↓※·「」『』〈〉《》、。•○●◇◆□■▶▷◀◁★☆△▲▽▼①②③④⑤⑥⑦⑧⑨⑩㈜℃㎡㎏♥√±≥≤÷〜ㆍ€™½¼✓−"

// drawable says whether the fonts have a sign; they are cut so.
func drawable(r rune) bool {
	return r >= ' ' && r < 0x7f || r >= 0xa0 && r < 0x100 || r >= 0x3131 && r < 0x3164 || r >= 0xac00 && r <= 0xd7a3 || strings.ContainsRune(signs, r)
}
