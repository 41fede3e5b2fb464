package door

import (
	"errors"
	"net/http"
	"slices"

	"ieum"
	"ieum/internal/platform/web"
)

type accessForm struct {
	For    string `q:"for" max:"64" doc:"person for whom one acts, as /my names them; empty is oneself" ko:"대리하는 사람의 번호(/my에 나옴). 비우면 본인"`
	Before int64  `q:"before" min:"0" doc:"number of the entry to go on from; 0 is the newest" ko:"이어서 볼 기록의 번호. 0은 가장 새것"`
}

// A changesForm is accessForm on the page, where older changes of one kind are shown, too.
type changesForm struct {
	For    string `q:"for" max:"64"`
	Before int64  `q:"before" min:"0"`
	What   string `q:"what" max:"32"`
}

// An accessPage is who looked at somebody.
type accessPage struct {
	Accesses
	For     string
	Others  []visit      // by others
	Own     []readLine   // by the person
	Changes []changeLine // by others, on the first page
	What    string       // the one kind of older changes that is shown; "" = all
	Older   []Change     // the last that is shown of each kind of which there may be more
}

// A changeLine is a change with the words for it.
type changeLine struct {
	Change
	Who  string
	Whom string // who counsels the person from then on, or ""
	Ear  string // who heard the person say it, or ""
}

// changed turns changes into words.
func (h *handlers) changed(l ieum.Lang, n names, list []Change) (out []changeLine) {
	for _, c := range list {
		who := h.site.Text(l, "door.change.removed", nil)
		if c.By != byNobody {
			who = h.who(l, n, c.By, c.Role, c.Organisation)
		}
		out = append(out, changeLine{c, who, n.staff[c.Counsellor], n.staff[c.Heard]})
	}
	return out
}

// older are the last of each kind of which a whole stretch is listed.
func older(list []Change) (last []Change) {
	n := map[string]int{}
	for _, c := range list {
		if n[c.What]++; n[c.What] == stretch && c.Seq > 0 {
			last = append(last, c)
		}
	}
	return last
}

// A visit is what one of a role looked at in a day for one purpose.
type visit struct {
	Who, Why, Basis string
	Day             ieum.Day
	Lines           []readLine // newest first
}

// visits puts lines together that belong to one visit, newest first.
func visits(lines []readLine) (out []visit) {
	for _, l := range lines {
		v := visit{l.Who, l.Why, l.Basis, ieum.DayOf(l.Time()), nil}
		i := slices.IndexFunc(out, func(o visit) bool { return o.Who == v.Who && o.Why == v.Why && o.Basis == v.Basis && o.Day == v.Day })
		if i < 0 {
			i, out = len(out), append(out, v)
		}
		out[i].Lines = append(out[i].Lines, l)
	}
	return out
}

func (h *handlers) access(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[changesForm](r)
	if err != nil {
		return err
	}
	page := &accessPage{For: f.For, What: f.What}
	id, err := h.whom(r, by, f.For)
	if errors.Is(err, ieum.ErrNotFound) && f.For == "" {
		return h.pages.Reply(w, r, "access.html", page)
	}
	if err != nil {
		return err
	}
	n, err := h.d.names(r.Context(), web.Lang(r))
	if err != nil {
		return err
	}
	if f.What != "" {
		list, err := h.d.Older(r.Context(), id, f.What, f.Before)
		if err != nil {
			return err
		}
		page.Changes, page.Older = h.changed(web.Lang(r), n, list), older(list)
		return h.pages.Reply(w, r, "access.html", page)
	}
	a, err := h.d.LookedAt(r.Context(), id, f.Before)
	if err != nil {
		return err
	}
	page.Accesses = *a
	var others []readLine
	for _, line := range h.said(web.Lang(r), n, a.Lines) {
		if line.Own() {
			page.Own = append(page.Own, line)
		} else {
			others = append(others, line)
		}
	}
	page.Others = visits(others)
	if f.Before == 0 {
		list, err := h.d.Changes(r.Context(), id)
		if err != nil {
			return err
		}
		page.Changes, page.Older = h.changed(web.Lang(r), n, list), older(list)
	}
	return h.pages.Reply(w, r, "access.html", page)
}

type entryForm struct {
	For string `q:"for" max:"64" doc:"person for whom one acts, as /my names them; empty is oneself" ko:"대리하는 사람의 번호(/my에 나옴). 비우면 본인"`
	Seq int64  `path:"seq" doc:"number of the entry, as the list has it" ko:"목록에 나온 기록의 번호"`
}

func (h *handlers) proofOf(r *http.Request, by Asker) (*Proof, error) {
	f, err := web.Read[entryForm](r)
	if err != nil {
		return nil, err
	}
	id, err := h.whom(r, by, f.For)
	if err != nil {
		return nil, err
	}
	return h.d.Prove(r.Context(), id, f.Seq)
}

func (h *handlers) proofFile(w http.ResponseWriter, r *http.Request, by Asker) error {
	p, err := h.proofOf(r, by)
	if err != nil {
		return err
	}
	return download(w, "proof-"+number(p.Entry.Seq)+".json", p)
}

func (h *handlers) membershipOf(r *http.Request, by Asker) (*Membership, error) {
	f, err := web.Read[receiptForm](r)
	if err != nil {
		return nil, err
	}
	id, err := h.whom(r, by, f.For)
	if err != nil {
		return nil, err
	}
	return h.d.Membership(r.Context(), id, f.ID)
}

func (h *handlers) membershipFile(w http.ResponseWriter, r *http.Request, by Asker) error {
	m, err := h.membershipOf(r, by)
	if err != nil {
		return err
	}
	return download(w, "job.json", m)
}

func (h *handlers) complain(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[entryForm](r)
	if err != nil {
		return err
	}
	id, err := h.of(r, by, f.For)
	if err == nil {
		err = h.d.Complain(r.Context(), by, id, f.Seq)
	}
	if err != nil {
		return err
	}
	return to(w, r, "/my/access#entry-"+number(f.Seq), f.For)
}
