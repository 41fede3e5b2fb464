package door

import (
	"embed"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/web"
)

//go:embed all:pages
var files embed.FS

// Routes serves the pages and the API of what is kept about people.
func (d *Door) Routes(site *web.Site, mux *web.Mux) {
	h := &handlers{d, site, site.Pages(files)}
	h.myRoutes(mux)
	h.employerRoutes(mux)
	h.apiRoutes(mux)
	h.linkRoutes(mux)
	h.staffRoutes(mux)
	h.paperRoutes(mux)
	h.searchRoutes(mux)
	h.alertRoutes(mux)
	h.applyRoutes(mux)
}

type handlers struct {
	d     *Door
	site  *web.Site
	pages *web.Pages
}

// A handler answers somebody who is signed in.
type handler func(http.ResponseWriter, *http.Request, Asker) error

// signed lets only somebody through who is signed in, and lets nothing of what
// they see be kept by a browser.
func (h *handlers) signed(do handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "no-store")
		by := web.By(r)
		if by == nil || by.Program { // records are read by somebody, whom the record of it names
			return ieum.ErrSignedOut
		}
		return do(w, r, Asker{by.ID, by.Fresh, by.May, by.Over})
	}
}

// whom is the person of whom a request shows lists: the reader, or with "for" the one for
// whom the reader acts, of which the access record is written first.
func (h *handlers) whom(r *http.Request, by Asker, person string) (ieum.PersonID, error) {
	id, err := h.of(r, by, person)
	if err == nil && person != "" {
		err = h.d.lookAsActing(r.Context(), by, id)
	}
	return id, err
}

// of is the person a request of somebody's own pages is about, where nothing is shown but
// what Read gives, which writes its own access record.
func (h *handlers) of(r *http.Request, by Asker, person string) (ieum.PersonID, error) {
	if person == "" {
		p, err := h.d.Own(r.Context(), by)
		return p.ID, err
	}
	s, err := h.d.store.standing(r.Context(), ieum.PersonID(person), h.d.now())
	if err != nil {
		return "", err
	}
	if !acts(by.ID, s) {
		return "", errNobody() // nobody learns by asking who there is
	}
	return s.person.ID, nil
}

// keeper is of for who is about to keep something.
func (h *handlers) keeper(r *http.Request, by Asker, person string) (ieum.PersonID, error) {
	if person == "" {
		p, err := h.d.Begin(r.Context(), by)
		return p.ID, err
	}
	return h.of(r, by, person)
}

// to leads back to a page of somebody's own, of who is acted for if there is one.
func to(w http.ResponseWriter, r *http.Request, path, person string) error {
	at, anchor, _ := strings.Cut(path, "#")
	if person != "" {
		mark := "?"
		if strings.Contains(at, "?") {
			mark = "&"
		}
		at += mark + "for=" + person
	}
	if anchor != "" {
		at += "#" + anchor
	}
	http.Redirect(w, r, at, http.StatusSeeOther)
	return nil
}

// download answers with a file of JSON.
func download(w http.ResponseWriter, name string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, err = w.Write(append(b, '\n'))
	return err
}

// role is the title of a role, or of a mandate.
func (h *handlers) role(l ieum.Lang, id ieum.RoleID) string {
	if r := h.d.set.Roles[id]; r != nil {
		return r.Title.In(l)
	}
	return h.site.Text(l, "door.mandate."+string(id), nil)
}

// basis says in words what a read rested on.
func (h *handlers) basis(l ieum.Lang, a Access) string {
	args := map[string]any{"law": "", "article": ""}
	if p := h.d.set.Purposes[a.Purpose]; p != nil {
		args["law"], args["article"] = p.Law.Title, p.Law.Article
	}
	return h.site.Text(l, "door.basis."+string(a.Basis), args)
}

// A readLine is an access record with the words for it.
type readLine struct {
	Line
	Who, Why, Basis string
}

// said turns access records into words.
func (h *handlers) said(l ieum.Lang, n names, lines []Line) (out []readLine) {
	for _, one := range lines {
		s := readLine{Line: one, Basis: h.basis(l, one.Access)}
		if p := h.d.set.Purposes[one.Purpose]; p != nil {
			s.Why = p.Title.In(l)
		}
		switch {
		case one.Own():
			s.Who = h.site.Text(l, "door.yourself", nil)
		case one.Basis == defs.BasisMandate:
			s.Who = h.role(l, one.Role) // also where they work for the service
		default:
			s.Who = h.who(l, n, one.By, one.Role, one.Organisation)
		}
		out = append(out, s)
	}
	return out
}

// again shows a page once more with what has to be mended.
func (h *handlers) again(w http.ResponseWriter, r *http.Request, page string, data any, err error) error {
	if !errors.Is(err, ieum.ErrInvalid) {
		return err
	}
	return h.pages.Again(w, r, page, data, err)
}
