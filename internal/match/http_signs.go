package match

import (
	"encoding/csv"
	"net/http"
	"strings"

	"ieum"
	"ieum/internal/platform/web"
)

// signRoutes tell operators which postings of a source may be stale or false, so that they
// can send it back.
func (h *handlers) signRoutes(mux *web.Mux) {
	mux.Page("GET /signs", web.Nothing, web.Operators(h.signs))
	mux.File("GET /signs.csv", web.Nothing, web.Operators(h.signsFile))
	mux.API("GET /api/v1/signs", web.Nothing, web.Op{
		ID: "listSigns", Summary: ieum.Text{KO: "오래되었거나 사실이 아닐 수 있는 모집 중인 공고, 출처별로", EN: "Open postings that may be stale or false, by source"}, Reply: allSigns{},
	}, web.Operators(h.signs))
}

// allSigns is what programs get.
type allSigns struct {
	Open  int      `json:"open"` // postings that were looked at
	Signs []Signed `json:"signs"`
}

// A signsPage is what signs.html shows.
type signsPage struct {
	Open    int
	Kinds   []string
	Sources []sourceSigns
}

// sourceSigns counts a source's rows by kind of sign.
type sourceSigns struct {
	Source ieum.SourceID
	Title  ieum.Text
	Counts []int // as Kinds
}

func (h *handlers) signs(w http.ResponseWriter, r *http.Request) error {
	all, err := h.said(r)
	if err != nil {
		return err
	}
	if strings.HasPrefix(r.URL.Path, "/api/") {
		return web.JSON(w, http.StatusOK, all)
	}
	page := signsPage{Open: all.Open, Kinds: SignKinds}
	for _, s := range all.Signs {
		if n := len(page.Sources); n == 0 || page.Sources[n-1].Source != s.Source {
			page.Sources = append(page.Sources, sourceSigns{s.Source, h.m.sourceTitle(s.Source), make([]int, len(SignKinds))})
		}
		for i, kind := range SignKinds {
			if kind == s.Kind {
				page.Sources[len(page.Sources)-1].Counts[i]++
			}
		}
	}
	return h.pages.Reply(w, r, "signs.html", page)
}

// said lists all signs in the reader's language.
func (h *handlers) said(r *http.Request) (*allSigns, error) {
	if _, err := web.Read[struct{}](r); err != nil {
		return nil, err
	}
	list, open, err := h.m.Signs(r.Context())
	for i := range list {
		SaySign(h.site, web.Lang(r), &list[i].Sign)
	}
	return &allSigns{open, list}, err
}

// signsFile is the list to send to who answers for the sources.
func (h *handlers) signsFile(w http.ResponseWriter, r *http.Request) error {
	all, err := h.said(r)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="signs.csv"`)
	out := csv.NewWriter(w)
	out.Write([]string{"source", "key", "posting", "sign", "text"})
	for _, s := range all.Signs {
		out.Write([]string{string(s.Source), plainCell(s.Key), s.Posting, s.Kind, plainCell(s.Text)})
	}
	out.Flush()
	return out.Error()
}

// plainCell keeps a spreadsheet from taking a source's text for a formula.
func plainCell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// SaySign fills in the sentence of a sign in a language.
func SaySign(site *web.Site, lang ieum.Lang, s *Sign) {
	s.Text = site.Text(lang, "signs.text."+s.Kind, s.Args)
}
