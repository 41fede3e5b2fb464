package match

import (
	"context"
	"encoding/csv"
	"io"
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
		ID: "listSigns", Summary: ieum.Text{KO: "오래되었거나 사실이 아닐 수 있는 모집 중인 공고, 출처별로", EN: "Open postings that may be stale or false, by source"},
		Params: signsQuery{}, Reply: allSigns{},
	}, web.Operators(h.signs))
}

type signsQuery struct {
	Source string `q:"source" max:"100" doc:"list the postings of this source; all sources when left out" ko:"이 출처의 공고만. 없으면 모든 출처"`
	Limit  int    `q:"limit" default:"100" min:"0" max:"10000" doc:"most signs that are listed" ko:"보여 줄 점의 최대 수"`
}

// allSigns is what programs get.
type allSigns struct {
	SignsBy
	Signs []Signed `json:"signs"`
	More  bool     `json:"more"` // there are further ones
}

// A signsPage is what signs.html shows.
type signsPage struct {
	allSigns
	Source string // "" = counts of all sources
	Title  ieum.Text
	Kinds  []string
}

func (h *handlers) signs(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Read[signsQuery](r)
	if err != nil {
		return err
	}
	by, err := h.m.CountSigns(r.Context())
	if err != nil {
		return err
	}
	program, all := strings.HasPrefix(r.URL.Path, "/api/"), allSigns{SignsBy: *by, Signs: []Signed{}}
	if program || q.Source != "" {
		err = h.m.Signs(r.Context(), ieum.SourceID(q.Source), func(s Signed) bool {
			if all.More = len(all.Signs) == q.Limit; !all.More {
				SaySign(h.site, web.Lang(r), &s.Sign)
				all.Signs = append(all.Signs, s)
			}
			return !all.More
		})
	}
	switch {
	case err != nil:
		return err
	case program:
		return web.JSON(w, http.StatusOK, all)
	}
	return h.pages.Reply(w, r, "signs.html", signsPage{all, q.Source, h.m.sourceTitle(ieum.SourceID(q.Source)), SignKinds})
}

type signsFileQuery struct {
	Source string `q:"source" max:"100"`
}

// signsFile is the list to send to who answers for a source.
func (h *handlers) signsFile(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Read[signsFileQuery](r)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="signs.csv"`)
	return h.m.WriteSigns(r.Context(), w, h.site, web.Lang(r), ieum.SourceID(q.Source))
}

// WriteSigns writes the signs of a source, or of all where it is "", as CSV.
func (m *Matcher) WriteSigns(ctx context.Context, w io.Writer, site *web.Site, lang ieum.Lang, source ieum.SourceID) error {
	out := csv.NewWriter(w) // errors of writing stay with it
	out.Write([]string{"source", "key", "posting", "sign", "text"})
	err := m.Signs(ctx, source, func(s Signed) bool {
		SaySign(site, lang, &s.Sign)
		return out.Write([]string{string(s.Source), plainCell(s.Key), s.Posting, s.Kind, plainCell(s.Text)}) == nil
	})
	if err != nil {
		return err
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
	key := "signs.text." + s.Kind
	if s.said != "" {
		key += "_" + s.said
	}
	s.Text = site.Text(lang, key, s.Args)
}
