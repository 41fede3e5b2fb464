package door

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"ieum"
	"ieum/internal/platform/web"
)

// A waitingLine is a mandate that waits, with the words for it.
type waitingLine struct {
	Mandate
	By   string // who proposed it, by title
	Case int64  // the number by which the office knows the person
	Mine bool   // the reader proposed it, gets it, or corrected whose account it is to be

	Corrected []changeLine // by whom the client's name or birth date was, newest first
	Name      string       // who gets it, to who proposed it; others ask them
}

// A mandatesPage is what waits, and the form as it was left.
type mandatesPage struct {
	List     []waitingLine
	Counsels bool // the reader has clients of their own
	Fresh    bool // the reader signed in a short while ago
	Faulty   mandateDoForm
}

func (h *handlers) mandates(w http.ResponseWriter, r *http.Request, by Asker) error {
	if _, err := web.Read[struct{}](r); err != nil {
		return err
	}
	list, err := h.waitingLines(r, by)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "mandates.html", mandatesPage{List: list, Counsels: by.May(ieum.WriteClients), Fresh: by.Fresh})
}

// waitingLines lists what waits, without reading anything that is kept of anybody.
func (h *handlers) waitingLines(r *http.Request, by Asker) (list []waitingLine, err error) {
	if err := needs(by, ieum.ReadClients); err != nil {
		return nil, err
	}
	all, err := h.d.Waiting(r.Context(), by)
	if err != nil {
		return nil, err
	}
	n, err := h.d.names(r.Context(), web.Lang(r))
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		line := waitingLine{Mandate: m, By: n.staff[m.Proposer], Mine: m.Proposer == by.ID || m.Holder == by.ID}
		open, err := h.d.CasesOf(r.Context(), m.Person)
		if err != nil {
			return nil, err
		}
		for _, k := range open {
			if k.Organisation == m.Organisation {
				line.Case = k.Client
			}
		}
		if m.Kind == ownAccount {
			list, err := h.d.changesOf(r.Context(), m.Person, corrected, 0)
			if err != nil {
				return nil, err
			}
			line.Corrected = h.changed(web.Lang(r), n, list)
			line.Mine = line.Mine || slices.ContainsFunc(list, func(c Change) bool { return c.By == string(by.ID) })
		}
		if m.Proposer == by.ID {
			if line.Name, err = h.d.Accounts.NameOf(r.Context(), m.Holder); err != nil {
				return nil, err
			}
		}
		list = append(list, line)
	}
	return list, nil
}

// An actingLine is a mandate with the words for it.
type actingLine struct {
	Mandate
	Name string // who acts: staff by title, others as they sign in; "" = the account is no more
	Case int64  // the number of the client who is acted for; 0 = they never were one
	Own  bool   // the reader acts by it
}

// actingLines says who acts by mandates, and for which client.
func (h *handlers) actingLines(ctx context.Context, by Asker, n names, all []Mandate) (list []actingLine, err error) {
	for _, m := range all {
		line := actingLine{Mandate: m, Name: n.staff[m.Holder], Own: m.Holder == by.ID}
		if line.Name == "" {
			if line.Name, err = h.d.Accounts.NameOf(ctx, m.Holder); err != nil {
				return nil, err
			}
		}
		if line.Case, err = h.d.store.client(ctx, m.Person); err != nil {
			return nil, err
		}
		list = append(list, line)
	}
	return list, nil
}

type mandateDoForm struct {
	ID     string `path:"id"`
	Do     string `path:"do" enum:"confirm|refuse"`
	Holder string `q:"holder" max:"64" label:"door.field.holder"`
	Seen   bool   `q:"seen" label:"door.mandates.seen"`
}

// mandateDo confirms a mandate that waits, or ends it.
func (h *handlers) mandateDo(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[mandateDoForm](r)
	if err == nil {
		err = needs(by, ieum.ReadClients)
	}
	switch {
	case err != nil:
	case f.Do == "refuse":
		err = h.d.Refuse(r.Context(), by, f.ID)
	case !f.Seen:
		err = fault("papers", "/seen", "tick that you saw the papers")
	default:
		err = h.d.Confirm(r.Context(), by, f.ID, f.Holder)
	}
	if err == nil {
		http.Redirect(w, r, "/mandates", http.StatusSeeOther)
		return nil
	}
	if !errors.Is(err, ieum.ErrInvalid) {
		return err
	}
	list, failed := h.waitingLines(r, by)
	if failed != nil {
		return failed
	}
	return h.again(w, r, "mandates.html", mandatesPage{list, by.May(ieum.WriteClients), by.Fresh, f}, err)
}
