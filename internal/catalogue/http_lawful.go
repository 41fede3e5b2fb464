package catalogue

import (
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"ieum"
	"ieum/internal/catalogue/lawful"
	"ieum/internal/platform/web"
)

// lawfulRoutes look through a posting before it is put up. Nothing of it is kept.
func (h *handlers) lawfulRoutes(mux *web.Mux) {
	mux.Page("GET /hiring/draft", web.Sent, h.checkForm)
	mux.Page("POST /hiring/draft", web.Sent, h.check)
	mux.API("POST /api/v1/posting-checks", web.Sent, web.Op{
		ID: "checkPosting", Summary: ieum.Text{KO: "올리기 전의 공고에서 법에 어긋날 수 있는 조건과 최저임금보다 적은 급여 찾기. 보낸 글은 남기지 않음", EN: "Conditions that the law does not let an employer set, and pay below the minimum wage, in a posting that is not up yet; nothing of it is kept"},
		Body: draft{}, Example: draft{Text: "홀 직원 모집. 용모 단정한 분, 시급 9,000원"}, Reply: Checked{},
	}, h.checkByAPI)
}

// longestDraft is the most characters of a posting that is looked through.
const longestDraft = 20_000

// A draft is a posting that is not up yet, in its own words.
type draft struct {
	Text string `json:"text" q:"text" max:"20000" label:"check.text"`
}

func (d draft) sound() error {
	switch {
	case strings.TrimSpace(d.Text) == "":
		return &ieum.Error{Kind: ieum.ErrInvalid, Key: "check.empty", Field: "/text", Message: "write or paste the posting"}
	case utf8.RuneCountInString(d.Text) > longestDraft:
		return &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.param.long", Field: "/text", Args: map[string]any{"name": "text", "most": longestDraft}, Message: "the posting is longer than 20,000 characters"}
	}
	return nil
}

// Checked is what was found in a posting.
type Checked struct {
	Warnings []Warned `json:"warnings"`       // in the order of the words
	Hour     int64    `json:"hour,omitempty"` // the minimum wage that pay was held against, in won an hour; absent: none is known, and pay was not looked at
	Since    ieum.Day `json:"since,omitzero"` // from which on it holds
	Day      ieum.Day `json:"day"`            // on which it was looked through
	Reading  string   `json:"reading"`        // what this is and is not
	Text     string   `json:"-"`
}

// Warned is a warning with the law and the words for it.
type Warned struct {
	lawful.Warning
	Law string `json:"law"` // with its article
	Why string `json:"why"`
}

// Check looks through a posting on a day.
func (c *Catalogue) Check(site *web.Site, lang ieum.Lang, text string) Checked {
	out := Checked{Warnings: []Warned{}, Day: ieum.DayOf(c.now()), Reading: site.Text(lang, "check.reading", nil), Text: text}
	out.Hour, out.Since, _ = c.defs.MinimumWage(out.Day)
	for _, w := range lawful.Look(text, out.Hour) {
		args := map[string]any{"hour": w.Hour, "least": out.Hour, "day": web.Date(lang, out.Since)}
		out.Warnings = append(out.Warnings, Warned{w, site.Text(lang, "check.law."+w.Kind, nil), site.Text(lang, "check.why."+w.Kind, args)})
	}
	return out
}

// A checkPage is a posting in the form, and what was found in it.
type checkPage struct {
	Text  string
	Found *Checked // nil before anything was sent
	Least int64    // the minimum wage of today, won an hour; 0 = none is known
	Since ieum.Day
}

// Kinds are what is looked for.
func (*checkPage) Kinds() []string { return lawful.Kinds }

func (h *handlers) checkPage(text string, found *Checked) *checkPage {
	p := &checkPage{Text: text, Found: found}
	p.Least, p.Since, _ = h.c.defs.MinimumWage(ieum.DayOf(h.c.now()))
	return p
}

func (h *handlers) checkForm(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Read[struct{}](r); err != nil {
		return err
	}
	return h.pages.Reply(w, r, "check.html", h.checkPage("", nil))
}

func (h *handlers) check(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	d, err := web.Read[draft](r)
	if err == nil {
		err = d.sound()
	}
	if errors.Is(err, ieum.ErrInvalid) {
		return h.pages.Again(w, r, "check.html", h.checkPage(d.Text, nil), err)
	}
	if err != nil {
		return err
	}
	found := h.c.Check(h.site, web.Lang(r), d.Text)
	return h.pages.Reply(w, r, "check.html", h.checkPage(d.Text, &found))
}

func (h *handlers) checkByAPI(w http.ResponseWriter, r *http.Request) error {
	d, err := web.ReadJSON[draft](r)
	if err == nil {
		err = d.sound()
	}
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, h.c.Check(h.site, web.Lang(r), d.Text))
}
