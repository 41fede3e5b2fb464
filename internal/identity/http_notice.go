package identity

import (
	"net/http"
	"strings"
	"time"

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
	mux.Page("GET /accounts/letters", web.Accounts, h.signedIn(h.letters))
	mux.Page("POST /accounts/letters/{number}", web.Accounts, h.signedIn(h.recent(h.hand)))
}

// An accountNotices is what the page of an account says of notices.
type accountNotices struct {
	Mails            bool // notices go by mail
	Address, Pending string
	List             []Notice
}

func (h *handlers) noticesOf(r *http.Request, p *Person) (n accountNotices, err error) {
	n.Mails = h.g.Mails()
	if n.Address, n.Pending, err = h.g.Address(r.Context(), p.ID); err != nil {
		return n, err
	}
	n.List, err = h.g.Notices(r.Context(), p.ID)
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

// A letterLine is a notice that staff is to send on paper.
type letterLine struct {
	Notice
	Name  string
	Lines []string // of its text
}

func (h *handlers) letters(w http.ResponseWriter, r *http.Request, p *Person) error {
	if _, err := web.Read[struct{}](r); err != nil {
		return err
	}
	list, of, err := h.g.Letters(r.Context(), p)
	if err != nil {
		return err
	}
	lines := make([]letterLine, len(list))
	for i, n := range list {
		lines[i] = letterLine{n, of[n.Account].Name, strings.Split(strings.TrimSpace(h.g.NoticeText(n)), "\n")}
	}
	return h.pages.Reply(w, r, "letters.html", lines)
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
