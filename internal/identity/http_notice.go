package identity

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/web"
)

// wordsOf returns the messages of a set.
func wordsOf(set *defs.Set, now func() time.Time) words {
	return web.NewSite(set, now, func() bool { return false }).Text
}

// noticeRoutes serves where people are told what happens to their account, and
// staff the letters that could not go by mail.
func (h *handlers) noticeRoutes(mux *web.Mux) {
	mux.Page("POST /account/address", web.Own, h.signedIn(h.recent(h.setAddress)))
	mux.Page("POST /account/address/code", web.Own, h.signedIn(h.confirmAddress))
	mux.Page("POST /account/address/end", web.Own, h.signedIn(h.recent(h.dropAddress)))
	mux.Page("POST /account/seen", web.Own, h.signedIn(h.saw))
	mux.Page("GET /accounts/letters", web.Accounts, h.signedIn(h.letters))
	mux.Page("POST /accounts/letters/{number}", web.Accounts, h.signedIn(h.recent(h.hand)))
}

// An accountNotices is what the page of an account says of notices.
type accountNotices struct {
	Mails            bool // notices go by mail
	Address, Pending string
	List             []noticeLine
}

// A noticeLine is a notice with what it says.
type noticeLine struct {
	Notice
	Says string
}

func (h *handlers) noticesOf(r *http.Request, p *Person) (n accountNotices, err error) {
	n.Mails = h.g.Mails()
	if n.Address, n.Pending, err = h.g.Address(r.Context(), p.ID); err != nil {
		return n, err
	}
	list, err := h.g.Notices(r.Context(), p.ID)
	for _, one := range list {
		n.List = append(n.List, noticeLine{one, h.g.what(web.Lang(r), one)})
	}
	return n, err
}

type addressForm struct {
	Address string `q:"address,required" max:"254" label:"identity.notice.address"`
}

func (h *handlers) setAddress(w http.ResponseWriter, r *http.Request, p *Person) error {
	f, err := web.Read[addressForm](r)
	if err == nil {
		err = h.g.SetAddress(r.Context(), p, f.Address)
	}
	return h.back(w, r, p, err)
}

type addressCodeForm struct {
	Code string `q:"mailed-code,required" max:"30" label:"identity.field.code"`
}

func (h *handlers) confirmAddress(w http.ResponseWriter, r *http.Request, p *Person) error {
	f, err := web.Read[addressCodeForm](r)
	if err == nil {
		err = h.g.ConfirmAddress(r.Context(), p, f.Code)
	}
	return h.back(w, r, p, err)
}

func (h *handlers) dropAddress(w http.ResponseWriter, r *http.Request, p *Person) error {
	_, err := web.Read[struct{}](r)
	if err == nil {
		err = h.g.DropAddress(r.Context(), p)
	}
	return h.back(w, r, p, err)
}

func (h *handlers) saw(w http.ResponseWriter, r *http.Request, p *Person) error {
	_, err := web.Read[struct{}](r)
	if err == nil {
		err = h.g.Saw(r.Context(), p)
	}
	return h.back(w, r, p, err)
}

// A lettersPart is a page of the letters that staff is to send on paper.
type lettersPart struct {
	Letters        []letterPart
	Sender         string // organisations of the reader, "" = the service
	Page           int    // from 1
	Earlier, Later int    // pages, 0 = none
}

// A letterPart is a letter and what it says, in both languages.
type letterPart struct {
	Letter
	Says []said
}

type said struct {
	Lang  ieum.Lang
	Lines []string
	Text  string
}

func (h *handlers) letterPart(l Letter) letterPart {
	part := letterPart{Letter: l}
	for _, lang := range []ieum.Lang{"ko", "en"} {
		one := said{Lang: lang, Text: h.g.words(lang, "identity.notice.text", nil)}
		for _, n := range l.Notices {
			one.Lines = append(one.Lines, h.g.line(lang, n))
		}
		part.Says = append(part.Says, one)
	}
	return part
}

type lettersForm struct {
	Page int `q:"page" default:"1" min:"1" max:"10000"`
}

func (h *handlers) letters(w http.ResponseWriter, r *http.Request, p *Person) error {
	f, err := web.Read[lettersForm](r)
	if err != nil {
		return err
	}
	page := lettersPart{Page: f.Page, Earlier: f.Page - 1}
	list, more, err := h.g.Letters(r.Context(), p, f.Page-1)
	if err != nil {
		return err
	}
	for _, l := range list {
		page.Letters = append(page.Letters, h.letterPart(l))
	}
	if more {
		page.Later = f.Page + 1
	}
	at, err := h.places(r)
	if err != nil {
		return err
	}
	var from []string
	for _, one := range h.g.helps(p).places {
		from = append(from, at.of(one.organisation, one.site))
	}
	page.Sender = strings.Join(slices.Compact(from), ", ")
	return h.pages.Reply(w, r, "letters.html", page)
}

func (h *handlers) hand(w http.ResponseWriter, r *http.Request, p *Person) error {
	f, err := web.Read[numberForm](r)
	if err != nil {
		return err
	}
	if err := h.g.Hand(r.Context(), p, f.Number); err != nil {
		return err
	}
	http.Redirect(w, r, "/accounts/letters", http.StatusSeeOther)
	return nil
}
