package door

import (
	"net/http"
	"strconv"
	"strings"

	"ieum"
	"ieum/internal/platform/pdf"
	"ieum/internal/platform/turns"
	"ieum/internal/platform/web"
)

// drawing are the sheets that are made at a moment: each takes 24 MB and a tenth of a second.
var drawing = turns.New(2, 16)

// A searchSheet is the record of a search for a job in a period, on paper. What it says is
// here, in words, for the page and for the PDF.
type searchSheet struct {
	*pdf.Doc // while it is drawn
	site     *web.Site
	lang     ieum.Lang
	now      ieum.Day

	For         string
	Notes       bool
	Name        string // "" = a line to write it on
	From, Until ieum.Day
	List        []Application
}

type recordForm struct {
	forForm
	From  ieum.Day `q:"from" label:"door.search.sheet.from"`
	Until ieum.Day `q:"until" label:"door.search.sheet.until"`
	Notes bool     `q:"notes"`
}

// searchSheet reads what a sheet is of.
func (h *handlers) searchSheet(r *http.Request, by Asker, f recordForm) (*searchSheet, error) {
	today := ieum.DayOf(h.d.now())
	got, err := h.searched(r, by, f.For, ieum.ContactRecord, ieum.SearchRecord)
	if err != nil {
		return nil, err
	}
	p := lately(got.Search, today)
	if f.From != 0 {
		p.From = f.From
	}
	if f.Until != 0 {
		p.Until = f.Until
	}
	s := &searchSheet{site: h.site, lang: web.Lang(r), now: today, For: f.For, Notes: f.Notes, From: p.From, Until: p.Until, List: within(got.Search, p.From, p.Until)}
	if got.Contact != nil {
		s.Name = got.Contact.Name
	}
	if s.From > s.Until || s.Until > today {
		return s, fault("search_period", "/until", "choose a last day that is not before the first, and not still to come")
	}
	return s, nil
}

// searchRecord shows the sheet as a page, which is read aloud as it is printed.
func (h *handlers) searchRecord(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[recordForm](r)
	if err != nil {
		return err
	}
	s, err := h.searchSheet(r, by, f)
	if err != nil && s != nil {
		return h.again(w, r, "search-record.html", s, err)
	}
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "search-record.html", s)
}

// searchPDF answers with the sheet as a PDF. What it is of is read when its turn has come.
func (h *handlers) searchPDF(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[recordForm](r)
	if err != nil {
		return err
	}
	give, err := drawing.Take(r.Context())
	if err != nil {
		return err
	}
	defer give()
	s, err := h.searchSheet(r, by, f)
	if err != nil {
		return err
	}
	file, err := s.draw()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `inline; filename="ieum-`+s.now.String()+`-search.pdf"`)
	_, err = w.Write(file)
	return err
}

func (s *searchSheet) t(key string, pairs ...any) string {
	args := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i].(string)] = pairs[i+1]
	}
	return s.site.Text(s.lang, "door.search."+key, args)
}

func (s *searchSheet) day(d ieum.Day) string { return web.Date(s.lang, d) }

// Title is what the sheet is called, and whose it is.
func (s *searchSheet) Title() string {
	if s.Name == "" {
		return s.t("sheet.title")
	}
	return s.t("sheet.whose", "name", s.Name)
}

// Period is from when to when.
func (s *searchSheet) Period() string {
	return s.t("sheet.period", "from", s.day(s.From), "until", s.day(s.Until))
}

// Made is when it was made.
func (s *searchSheet) Made() string { return s.t("sheet.made", "day", s.day(s.now)) }

// Statement says whose word it is.
func (s *searchSheet) Statement() string { return s.t("sheet.statement") }

// Simulated says that postings on it are made up; "" when none is.
func (s *searchSheet) Simulated() string {
	for _, a := range s.List {
		if a.Simulated {
			return s.t("sheet.simulated")
		}
	}
	return ""
}

// Sum is how many applications there are, and what came of them.
func (s *searchSheet) Sum() string {
	parts := []string{s.t("sheet.sum", "n", len(s.List))}
	for _, of := range tally(s.List) {
		if of.N > 0 {
			parts = append(parts, s.t("state."+of.State)+" "+web.Number(of.N))
		}
	}
	return strings.Join(parts, " · ")
}

// Number is the place of an application on the sheet.
func (s *searchSheet) Number(i int) string { return strconv.Itoa(i + 1) }

// Where is with whom, and where the posting was seen.
func (s *searchSheet) Where(a Application) string {
	var of []string
	if a.Company != "" {
		of = append(of, a.Company)
	}
	switch {
	case a.Simulated:
		of = append(of, s.t("sheet.made_up", "id", a.Posting))
	case a.Posting != "":
		of = append(of, s.t("sheet.posting", "id", a.Posting))
	default:
		of = append(of, s.t("sheet.elsewhere"))
	}
	return strings.Join(of, " · ")
}

// What are the steps of an application, in order.
func (s *searchSheet) What(a Application) string {
	var of []string
	for _, one := range a.Steps {
		of = append(of, s.t("on", "state", s.t("state."+one.State), "day", s.day(one.Day)))
	}
	return strings.Join(of, " → ")
}

// Said is the note of an application, where notes are to be on the sheet.
func (s *searchSheet) Said(a Application) string {
	if !s.Notes {
		return ""
	}
	return a.Note
}

// The types of the sheet.
var (
	sheetTitle   = pdf.Type{Size: 21, Bold: true, Color: pdf.Ink}
	sheetStrong  = pdf.Type{Size: 10.5, Bold: true, Color: pdf.Ink}
	sheetPlain   = pdf.Type{Size: 10, Color: pdf.Ink}
	sheetSmall   = pdf.Type{Size: 8.5, Color: pdf.Quiet}
	sheetEyebrow = pdf.Type{Size: 9, Bold: true, Color: pdf.Blue}
)

// draw writes the sheet as a PDF. Asked again on the day it is the same, byte for byte.
func (s *searchSheet) draw() ([]byte, error) {
	s.Doc = pdf.New(pdf.About{Title: s.Title(), Author: s.Name, Lang: s.lang, Made: s.now.Time(), Foot: s.t("sheet.foot")})
	s.At(pdf.Left, s.Y(), 110, sheetEyebrow, s.Period())
	s.Right(pdf.Left, s.Y(), pdf.Width, sheetSmall, s.Made())
	s.Block(8, func(float64) {})
	s.Say(sheetTitle, s.Title())
	s.Skip(2)
	s.note(s.Statement(), pdf.Tint, pdf.Ink)
	if text := s.Simulated(); text != "" {
		s.note(text, pdf.Cream, pdf.Amber)
	}
	s.Skip(2)
	s.Say(sheetStrong, s.Sum())
	s.Skip(2)
	for i, a := range s.List {
		s.entry(i, a)
	}
	s.sign()
	return s.Bytes()
}

func (s *searchSheet) note(text string, fill, ink pdf.Color) {
	of := pdf.Type{Size: 9.5, Color: ink}
	high := s.Height(pdf.Width-8, of, text) + 5
	s.Block(high, func(y float64) {
		s.Box(pdf.Left, y, pdf.Width, high, fill, nil)
		s.At(pdf.Left+4, y+2.5, pdf.Width-8, of, text)
	})
	s.Skip(2)
}

// entry is one application, which stays on one page.
func (s *searchSheet) entry(i int, a Application) {
	const left, w = pdf.Left + 9, pdf.Width - 9
	lines := []struct {
		of   pdf.Type
		text string
	}{{sheetStrong, a.Title}, {sheetPlain, s.Where(a)}, {sheetPlain, s.What(a)}, {sheetSmall, s.Said(a)}}
	high := 3.0
	for _, l := range lines {
		if l.text != "" {
			high += s.Height(w, l.of, l.text)
		}
	}
	if high > pdf.Room {
		for _, l := range lines {
			s.Say(l.of, l.text) // over pages
		}
		return
	}
	s.Block(high, func(y float64) {
		s.Rule(y)
		y += 1.2
		s.At(pdf.Left, y, 8, sheetStrong, s.Number(i))
		for _, l := range lines {
			if l.text != "" {
				y += s.At(left, y, w, l.of, l.text)
			}
		}
	})
}

// sign is where the person signs.
func (s *searchSheet) sign() {
	s.Block(26, func(y float64) {
		s.Rule(y + 2)
		s.At(pdf.Left, y+6, pdf.Width, sheetPlain, s.t("sheet.sign"))
		s.Right(pdf.Left, y+16, pdf.Width-52, sheetPlain, s.t("sheet.signature", "name", s.Name))
		s.Stroke(pdf.Left+pdf.Width-50, y+22, pdf.Left+pdf.Width, y+22, pdf.Line)
	})
}
