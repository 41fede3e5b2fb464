package door

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/web"
)

// A consentLine is a consent with the words for it.
type consentLine struct {
	Consent
	Title ieum.Text
	Whom  string
	State string // holds, stopped or over

	Counsels string   // who counsels the person on it, by title; "" = nobody
	Closed   ieum.Day // on which who did ended that; 0 = nobody did yet
}

// Counselling says whether it is to be counselled.
func (c consentLine) Counselling() bool { return c.Purpose == counselling }

// counselled adds who counsels on a consent, of the person's cases.
func (c *consentLine) counselled(all []Case, n names) {
	for _, k := range all {
		switch {
		case k.Consent != c.ID:
		case k.Ended.IsZero() && n.staff[k.Counsellor] != "":
			c.Counsels = n.staff[k.Counsellor]
		case !k.Ended.IsZero():
			c.Closed = ieum.DayOf(k.Ended)
		}
	}
}

// A choice is a purpose with those to whom consent can be given.
type choice struct {
	*defs.Purpose
	Last       ieum.Day // on which a consent of today ends at the latest
	People     bool     // some recipients are people, beside organisations
	Recipients []recipient
}

type recipient struct{ ID, Name string }

func (h *handlers) consentLine(c Consent, n names) consentLine {
	line := consentLine{Consent: c, Whom: n.of(c.Account, c.Organisation), State: "over"}
	if p := h.d.set.Purposes[c.Purpose]; p != nil {
		line.Title = p.Title
	}
	switch {
	case !c.Stopped.IsZero():
		line.State = "stopped"
	case c.Holds(h.d.now()):
		line.State = "holds"
	}
	return line
}

// tell finds what was just done among what the page shows; an address that says
// something else tells nothing.
func (p *myPage) tell(f myForm) {
	for i, c := range p.Consents {
		if c.ID == f.Gave {
			p.Gave = &p.Consents[i]
		}
	}
	for i, c := range p.Past {
		if c.ID == f.Stopped && c.State == "stopped" {
			p.Stopped = &p.Past[i]
		}
	}
	p.StopAll = f.Stopped == "all" && len(p.Consents) == 0 && len(p.Past) > 0
}

// Recipient is to whom a consent was given, as a form names them.
func (c consentLine) Recipient() string { return cmp.Or(string(c.Account), c.Organisation) }

// choices are the purposes that consent can be given for, those first that
// concern most people.
func (h *handlers) choices(r *http.Request, n names) (list []choice, err error) {
	for _, id := range []ieum.PurposeID{counselling, "hiring", "notices", "statistics"} {
		p := h.d.set.Purposes[id]
		if p == nil || !p.On(defs.BasisConsent) {
			continue
		}
		people, organisations, err := h.d.recipients(r.Context(), p)
		if err != nil {
			return nil, err
		}
		c := choice{Purpose: p, Last: lastDayOf(p, h.d.now())}
		for _, one := range people {
			if one.ID != web.By(r).ID {
				c.People = true
				c.Recipients = append(c.Recipients, recipient{string(one.ID), n.of(one.ID, one.Organisation)})
			}
		}
		slices.SortFunc(c.Recipients, func(a, b recipient) int { return strings.Compare(a.Name, b.Name) }) // not as they sign in
		for _, id := range sortedKeys(organisations) {
			c.Recipients = append(c.Recipients, recipient{id, organisations[id]})
		}
		list = append(list, c)
	}
	return list, nil
}

type consentForm struct {
	For       string   `q:"for" max:"64"`
	Purpose   string   `q:"purpose,required"`
	Recipient string   `q:"recipient,required" label:"door.field.recipient"`
	Kinds     []string `q:"kinds"`
	Until     ieum.Day `q:"until" label:"door.field.until"`
}

func (f consentForm) wish() Wish {
	w := Wish{Purpose: ieum.PurposeID(f.Purpose), Recipient: f.Recipient, Until: f.Until}
	for _, k := range f.Kinds {
		w.Kinds = append(w.Kinds, ieum.RecordKind(k))
	}
	return w
}

func (h *handlers) give(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[consentForm](r)
	var given Consent
	if err == nil {
		var id ieum.PersonID
		if id, err = h.keeper(r, by, f.For); err == nil {
			given, err = h.d.Give(r.Context(), by, id, f.wish())
		}
	}
	return h.mend(w, r, by, f.For, "/my?gave="+given.ID+"#done", err, func(p *myPage) { p.Asked = f })
}

type stopForm struct {
	For string `q:"for" max:"64"`
	ID  string `q:"id" max:"64"` // "" = all
}

func (h *handlers) stop(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[stopForm](r)
	if err != nil {
		return err
	}
	id, err := h.of(r, by, f.For)
	if err == nil && f.ID == "" {
		f.ID, err = "all", h.d.StopAll(r.Context(), by, id)
	} else if err == nil {
		err = h.d.Stop(r.Context(), by, id, f.ID)
	}
	if err != nil {
		return err
	}
	return to(w, r, "/my?stopped="+url.QueryEscape(f.ID)+"#done", f.For)
}

// ownConsent makes a consent one's own that was given in one's name.
func (h *handlers) ownConsent(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[stopForm](r)
	if err != nil {
		return err
	}
	id, err := h.of(r, by, f.For)
	if err == nil {
		err = h.d.OwnConsent(r.Context(), by, id, f.ID)
	}
	if err != nil {
		return err
	}
	return to(w, r, "/my#consents", f.For)
}

func (h *handlers) endMandate(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[stopForm](r)
	if err != nil {
		return err
	}
	id, err := h.of(r, by, f.For)
	if err == nil {
		err = h.d.EndMandate(r.Context(), by, id, f.ID)
	}
	if err != nil {
		return err
	}
	return to(w, r, "/my", f.For)
}

type receiptForm struct {
	For string `q:"for" max:"64" doc:"person for whom one acts, as /my names them; empty is oneself" ko:"대리하는 사람의 번호(/my에 나옴). 비우면 본인"`
	ID  string `path:"id" doc:"of the consent or the job, as the list has it" ko:"목록에 나온 동의나 작업의 번호"`
}

func (h *handlers) receiptOf(r *http.Request, by Asker) (*Receipt, error) {
	f, err := web.Read[receiptForm](r)
	if err != nil {
		return nil, err
	}
	id, err := h.whom(r, by, f.For)
	if err != nil {
		return nil, err
	}
	return h.d.Receipt(r.Context(), web.Lang(r), id, f.ID)
}

func (h *handlers) receipt(w http.ResponseWriter, r *http.Request, by Asker) error {
	receipt, err := h.receiptOf(r, by)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "receipt.html", receipt)
}

func (h *handlers) receiptFile(w http.ResponseWriter, r *http.Request, by Asker) error {
	receipt, err := h.receiptOf(r, by)
	if err != nil {
		return err
	}
	return download(w, "consent.json", receipt)
}
