package match

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"ieum"
	"ieum/internal/match/rank"
	"ieum/internal/snapshot"
)

// A Posting is a job on offer, as lists of them show it. Codes are of the lists
// their names say; an empty one is not known.
type Posting struct {
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	Company    string   `json:"company"`
	Occupation string   `json:"occupation"`      // KECO 2025 unit group
	Coded      int      `json:"coded,omitempty"` // per cent the coder gives the occupation, when the source gave none
	Region     string   `json:"region"`
	Employment string   `json:"employment"`
	Education  string   `json:"education"` // least level asked for
	Career     *Months  `json:"career,omitempty"`
	Pay        *Pay     `json:"pay,omitempty"`
	Openings   int      `json:"openings,omitempty"` // people wanted
	Opened     ieum.Day `json:"opened"`
	Deadline   ieum.Day `json:"deadline,omitzero"` // last day to apply; absent: until filled
	Simulated  bool     `json:"simulated,omitempty"`
	Sign       string   `json:"sign,omitempty"` // in results of a search: the first strong sign that it may be stale or false
}

// Months is the experience asked for, in months. Least or Most is absent when
// not stated.
type Months struct {
	Least *int `json:"least,omitempty"`
	Most  *int `json:"most,omitempty"`
	Entry bool `json:"entry,omitempty"` // people without experience may apply
}

// Pay is what is offered, in won a year whatever Basis it was stated on.
type Pay struct {
	Least int64  `json:"least,omitempty"`
	Most  int64  `json:"most,omitempty"`
	Basis string `json:"basis"` // hour, day, month, year, negotiable, unknown
}

var bases = [...]string{snapshot.PayUnknown: "unknown", snapshot.PayHourly: "hour", snapshot.PayDaily: "day", snapshot.PayMonthly: "month",
	snapshot.PayAnnual: "year", snapshot.PayNegotiable: "negotiable"}

func (x *index) posting(row int) Posting {
	p, d := &x.s.Postings, &x.s.Dict
	out := Posting{
		ID: snapshot.FormatID(p.ID.At(row)), Title: p.Title.At(row), Company: x.s.Companies.Name.At(int(p.Company.At(row))),
		Occupation: d.Occupations[p.Occupation.At(row)], Region: d.Regions[p.Region.At(row)], Employment: d.Employment[p.Employment.At(row)],
		Education: d.Education[p.Education.At(row)], Openings: int(p.Openings.At(row)), Opened: ieum.Day(p.Opened.At(row)), Deadline: ieum.Day(p.Deadline.At(row)),
		Simulated: p.Flags.At(row)&snapshot.Simulated != 0,
	}
	if p.Flags.At(row)&snapshot.Coded != 0 {
		out.Coded = int(p.Chance.At(row))
	}
	least, most, entry := p.CareerMin.At(row), p.CareerMax.At(row), p.Flags.At(row)&snapshot.EntryOK != 0
	if least != snapshot.Unset || most != snapshot.Unset || entry {
		out.Career = &Months{stated(least), stated(most), entry}
	}
	if basis := p.PayBasis.At(row); basis != uint8(snapshot.PayUnknown) || p.PayMin.At(row) > 0 || p.PayMax.At(row) > 0 {
		out.Pay = &Pay{int64(p.PayMin.At(row)), int64(p.PayMax.At(row)), bases[basis]}
	}
	return out
}

func stated(months uint16) *int {
	if months == snapshot.Unset {
		return nil
	}
	n := int(months)
	return &n
}

// A Detail is all that is known of one posting.
type Detail struct {
	Posting
	Open      bool       `json:"open"`              // one can apply on Day
	Closed    ieum.Day   `json:"closed,omitzero"`   // the day it was taken down
	Body      string     `json:"body"`              // as the source wrote it, without contact details
	Employer  Employer   `json:"employer"`          //
	Skills    []string   `json:"skills"`            // list "competencies"
	Required  []Required `json:"required"`          // certificates one must have
	Preferred []string   `json:"preferred"`         // certificates that help
	Majors    []string   `json:"majors"`            //
	Industry  string     `json:"industry"`          //
	Sources   []Origin   `json:"sources"`           // every row it was made of, oldest first
	Agreed    []string   `json:"agreed,omitempty"`  // what those rows agree in, for which they were put together: names of Dict.Agreements
	Similar   []Posting  `json:"similar,omitempty"` // open postings most like it
	Signs     []Sign     `json:"signs"`             // that it may be stale or false, while it is open; none is a proof
	Replies   *Replies   `json:"replies,omitempty"` // of the employer
	// Kept is what could not be read, and the address, as the source wrote it.
	Kept     []snapshot.KeptText `json:"kept,omitempty"`
	Day      ieum.Day            `json:"day"`
	Snapshot string              `json:"snapshot"`
}

// An Employer is what is known of who offers the job.
type Employer struct {
	Name      string `json:"name"`
	Number    string `json:"number,omitempty"` // business registration number
	Region    string `json:"region,omitempty"`
	Industry  string `json:"industry,omitempty"`
	Employees int    `json:"employees,omitempty"`
	AvgPay    int64  `json:"averagePay,omitempty"` // won a year, as the source published it
	Postings  int    `json:"postings"`             // registered here, closed ones too
}

// Required is certificates of which one must be held.
type Required struct {
	Any []string `json:"any"`           // codes of the list "certificates"
	Law string   `json:"law,omitempty"` // the article that requires it; absent when only the posting does
	// Unclear: the law requires it in the occupation, which is only guessed.
	Unclear bool `json:"unclear,omitempty"`
}

// An Origin is one source row behind a posting.
type Origin struct {
	ID       string        `json:"id"` // number under which this row leads here
	Source   ieum.SourceID `json:"source"`
	Title    ieum.Text     `json:"title"`
	Holder   ieum.Text     `json:"holder"`
	Delivery int           `json:"delivery"`
	Row      int           `json:"row"` // in the delivery
	Key      string        `json:"key"` // in the source
	URL      string        `json:"url,omitempty"`
}

// Posting returns all that is known of a posting by any of its public numbers,
// open or not. An unknown one is ieum.ErrNotFound.
func (m *Matcher) Posting(ctx context.Context, id string) (*Detail, error) {
	x, day, release, err := m.acquire()
	if err != nil {
		return nil, err
	}
	defer release()
	row, err := x.row(id)
	if err != nil {
		return nil, err
	}
	p, d := &x.s.Postings, &x.s.Dict
	out := &Detail{Posting: x.posting(row), Open: x.isOpen(row, day), Closed: ieum.Day(p.Closed.At(row)), Body: x.s.Texts.Body.At(row), Employer: x.employer(int(p.Company.At(row))),
		Skills: named(d.Skills, p.Skills.At(row, nil)), Preferred: named(d.Certificates, p.Preferred.At(row, nil)), Majors: named(d.Majors, p.Majors.At(row, nil)),
		Required: x.required(row), Industry: d.Industries[p.Industry.At(row)], Sources: x.origins(row), Agreed: x.agreed(row), Kept: p.KeptTexts(row), Day: day, Snapshot: x.s.Meta.Version}
	if out.Signs, out.Replies = []Sign{}, x.repliesOf(row); out.Open {
		out.Signs = append(out.Signs, x.signsOf(row, day)...)
	}
	out.Similar, err = x.similarTo(ctx, row, x.openOn(day), 4)
	return out, err
}

// row returns the row a public number leads to.
func (x *index) row(id string) (int, error) {
	if n, ok := snapshot.ParseID(id); ok {
		if row, ok := x.s.PostingByID(n); ok {
			return row, nil
		}
	}
	return 0, &ieum.Error{Kind: ieum.ErrNotFound, Key: "match.error.posting", Args: map[string]any{"id": id}, Message: "there is no posting " + id}
}

func named(dict []string, ids []uint16) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = dict[id]
	}
	return out
}

// employer says what is known of a company, in whichever layer it stands.
func (x *index) employer(c int) Employer {
	t, d := &x.s.Companies, &x.s.Dict
	e := Employer{Name: t.Name.At(c)}
	for _, c := range x.company(c) {
		e.Number, e.Region, e.Industry = cmp.Or(e.Number, t.Number.At(c)), cmp.Or(e.Region, d.Regions[t.Region.At(c)]), cmp.Or(e.Industry, d.Industries[t.Industry.At(c)])
		e.Employees, e.AvgPay = cmp.Or(e.Employees, int(t.Employees.At(c))), cmp.Or(e.AvgPay, int64(t.AvgPay.At(c)))
		for _, row := range t.Postings.At(c, nil) {
			if !x.s.PostingGone(int(row)) {
				e.Postings++
			}
		}
	}
	return e
}

// company returns the rows of a company: c, and then the one of the other layer
// that has its key and no other number.
func (x *index) company(c int) []int {
	t, rows, from := &x.s.Companies, []int{c}, 0
	key, number := t.Key.At(c), t.Number.At(c)
	for _, l := range x.s.Layers() {
		n := l.Companies.Key.Len()
		if key != "" && (c < from || c >= from+n) {
			at := sort.Search(n, func(i int) bool { return l.Companies.Key.At(i) >= key })
			for ; at < n && l.Companies.Key.At(at) == key; at++ {
				if other := l.Companies.Number.At(at); number == "" || other == "" || number == other {
					rows = append(rows, from+at)
					break
				}
			}
		}
		from += n
	}
	return rows
}

func (x *index) required(row int) []Required {
	out := []Required{}
	for _, n := range x.listNeeds(x.nobody(), row) {
		out = append(out, Required{n.any, n.law, !n.sure})
	}
	return out
}

func (x *index) origins(row int) []Origin {
	t := &x.s.Members
	var out []Origin
	for _, m := range x.s.Postings.Members.At(row, nil) {
		o := Origin{ID: snapshot.FormatID(t.ID.At(int(m))), Source: ieum.SourceID(x.s.Dict.Sources[t.Source.At(int(m))]), Delivery: int(t.Delivery.At(int(m))), Row: int(t.Row.At(int(m))),
			Key: t.Key.At(int(m)), URL: t.URL.At(int(m))}
		for _, s := range x.s.Meta.Sources {
			if s.ID == o.Source {
				o.Title, o.Holder = s.Title, s.Holder
			}
		}
		out = append(out, o)
	}
	return out
}

// Record is where the operator sees what came in as this row.
func (o Origin) Record() string {
	return "/records/" + url.PathEscape(string(o.Source)) + "/posting/" + url.PathEscape(o.Key)
}

// agreed lists what all merges behind a posting have in common.
func (x *index) agreed(row int) (names []string) {
	for i, m := range x.s.MergesOf(row) {
		if i == 0 {
			names = m.Agreed
			continue
		}
		names = slices.DeleteFunc(names, func(n string) bool { return !slices.Contains(m.Agreed, n) })
	}
	return names
}

// similarTo returns the k open postings that would fit best whoever fits this
// one: the score of a person who lives there and has just what it asks for.
func (x *index) similarTo(ctx context.Context, row int, v *view, k int) ([]Posting, error) {
	p, s := &x.s.Postings, x.nobody()
	x.approach(s, x.s.Dict.Occupations[p.Occupation.At(row)], whole)
	for _, id := range p.Skills.At(row, nil) {
		s.skill(id, 1)
	}
	for _, id := range p.Required.At(row, nil) {
		s.certs[id] = true
	}
	for _, l := range x.laws[p.Occupation.At(row)] {
		s.held = append(s.held, l.codes...)
	}
	s.months, s.school = months(p.CareerMin.At(row)), int(p.Education.At(row))
	if code := x.s.Dict.Regions[p.Region.At(row)]; code != "" {
		x.locate(s, code, nil)
	}
	x.order(s)
	h := v.hunt(x)
	defer v.done(h)
	h.reset(s, k, 0)
	h.skip = func(r uint32) bool { return int(r) == row }
	if err := h.run(ctx); err != nil {
		return nil, err
	}
	best, _ := h.results()
	var out []Posting
	for _, f := range best {
		if s.near[p.Occupation.At(int(f.row))] > rank.Nearness[1] {
			out = append(out, x.posting(int(f.row)))
		}
	}
	return out, nil
}

// snippetRunes is how much text a hit shows.
const snippetRunes = 120

// snippet returns a piece of a posting's text around the first word found in
// it, or its beginning; on one line.
func snippet(text string, words []wanted) string {
	text = strings.Join(strings.Fields(text), " ")
	at := len(text)
	lower := strings.ToLower(text)
	if len(lower) == len(text) { // offsets carry over
		for _, w := range words {
			word, _, _ := strings.Cut(w.text, " ")
			if i := strings.Index(lower, word); i >= 0 && !w.not {
				at = min(at, i)
			}
		}
	}
	if at == len(text) {
		at = 0
	}
	from := at
	for range snippetRunes / 4 {
		_, n := utf8.DecodeLastRuneInString(text[:from])
		from -= n
	}
	to := from
	for range snippetRunes {
		_, n := utf8.DecodeRuneInString(text[to:])
		to += n
	}
	return mark(from > 0) + strings.TrimSpace(text[from:to]) + mark(to < len(text))
}

func mark(cut bool) string {
	if cut {
		return "…"
	}
	return ""
}
