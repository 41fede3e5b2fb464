package identity

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/web"
)

// An accountsPage is what who looks after accounts sees.
type accountsPage struct {
	Name                 string // that was looked for
	Found                []foundLine
	Waiting, Holding     []roleLine
	Keys                 []keyLine
	Organisations        []Organisation
	Grants, Makes, Helps bool   // what the reader may do
	Done                 string // what the reader did just now, as accountsQuery has it
}

// A foundLine is an account that was looked for.
type foundLine struct {
	Account
	Roles []roleLine
}

// look refuses who looks after no accounts.
func look(p *Person) (page accountsPage, err error) {
	page = accountsPage{Grants: p.MayAny(ieum.GrantRoles), Makes: p.MayAny(ieum.MakeAccounts), Helps: p.MayAny(ieum.HelpAccounts)}
	if !page.Grants && !page.Makes && !page.Helps {
		return page, errDenied()
	}
	return page, nil
}

func (h *handlers) accountsPage(r *http.Request, p *Person) (page accountsPage, err error) {
	page, err = look(p)
	if err != nil || !page.Grants {
		return page, err
	}
	if page.Organisations, err = h.g.Organisations(r.Context()); err != nil {
		return page, err
	}
	if page.Keys, err = h.allKeys(r, p); err != nil {
		return page, err
	}
	at, err := h.places(r)
	if err != nil {
		return page, err
	}
	grants, of, err := h.g.Staff(r.Context())
	for _, one := range grants {
		l := h.line(one, of[one.Account].Name, p.ID, at)
		if l.By, err = h.proposer(r, one.Proposer); err != nil {
			return page, err
		}
		switch l.State {
		case "waits":
			page.Waiting = append(page.Waiting, l)
		case "holds":
			page.Holding = append(page.Holding, l)
		}
	}
	return page, err
}

// proposer returns the name of who proposed a role or a key; "" for the console,
// and for who is being erased.
func (h *handlers) proposer(r *http.Request, id AccountID) (string, error) {
	if id == Console {
		return "", nil
	}
	a, err := h.g.store.account(r.Context(), id)
	if errors.Is(err, ieum.ErrNotFound) {
		return "", nil
	}
	return a.Name, err
}

type accountsQuery struct {
	Done string `q:"done" enum:"role|key|proof|stop|organisation|site|confirmed|ended|key_confirmed|key_ended"`
}

func (h *handlers) accounts(w http.ResponseWriter, r *http.Request, p *Person) error {
	q, err := web.Read[accountsQuery](r)
	if err != nil {
		return err
	}
	page, err := h.accountsPage(r, p)
	if err != nil {
		return err
	}
	page.Done = q.Done
	return h.pages.Reply(w, r, "accounts.html", page)
}

type findForm struct {
	Name string `q:"name,required" max:"64" label:"identity.field.name"`
}

// find shows the account of a name, which is sent by POST so that it stands in
// no address.
func (h *handlers) find(w http.ResponseWriter, r *http.Request, p *Person) error {
	f, err := web.Read[findForm](r)
	page, failed := h.accountsPage(r, p)
	if failed != nil {
		return failed
	}
	page.Name = f.Name
	var one foundLine
	var roles []Grant
	if err == nil {
		one.Account, roles, err = h.g.LookUp(r.Context(), p, f.Name)
	}
	if errors.Is(err, ieum.ErrNotFound) {
		err = errNobody()
	}
	if err != nil {
		return h.pages.Again(w, r, "accounts.html", page, err)
	}
	if one.Roles, err = h.lines(r, roles, p.ID); err != nil {
		return err
	}
	page.Found = []foundLine{one}
	return h.pages.Reply(w, r, "accounts.html", page)
}

func (h *handlers) confirm(w http.ResponseWriter, r *http.Request, p *Person) error {
	f, err := web.Read[numberForm](r)
	if err != nil {
		return err
	}
	return h.backToAccounts(w, r, p, "confirmed", h.g.Confirm(r.Context(), p, f.Number))
}

// backToAccounts goes back to the accounts and says what was done, or shows them
// again with what has to be mended.
func (h *handlers) backToAccounts(w http.ResponseWriter, r *http.Request, p *Person, done string, err error) error {
	if err == nil {
		http.Redirect(w, r, "/accounts?done="+done, http.StatusSeeOther)
		return nil
	}
	page, failed := h.accountsPage(r, p)
	if failed != nil {
		return failed
	}
	return h.pages.Again(w, r, "accounts.html", page, err)
}

// A manageForm is what is filled in to make an account, propose a role, begin or stop a
// recovery, add an organisation or a site, or propose a key.
type manageForm struct {
	Do           string   `path:"do" enum:"new|role|recover|stop|proof|organisation|site|key"`
	Name         string   `q:"name" label:"identity.field.name"`
	Role         string   `q:"role"`
	Place        string   `q:"place"`
	Until        ieum.Day `q:"until" label:"identity.field.until"`
	ID           string   `q:"id" label:"identity.field.id"`
	Title        string   `q:"title" max:"100" label:"identity.field.title"`
	Kind         string   `q:"kind"`
	Organisation string   `q:"organisation"`
	Subject      string   `q:"subject" max:"255" label:"identity.field.subject"`
	Way          string   `q:"way" default:"desk" enum:"desk|overseas|mail"`
	First        string   `q:"first"`
	FirstNumber  string   `q:"first_number" max:"60" label:"identity.field.document_number"`
	Second       string   `q:"second"`
	SecondNumber string   `q:"second_number" max:"60" label:"identity.field.document_number"`
	whoForm
	Quota string `q:"quota" default:"1000" max:"12" label:"identity.field.quota"`
}

// Who is whom the documents name, in the form.
func (p managePage) Who() ieum.Who { return p.who() }

// Ways are those in which staff see who somebody is.
func (managePage) Ways() []string { return []string{AtDesk, Overseas, "mail"} }

// Documents are the kinds of documents that count.
func (managePage) Documents() []string { return Documents }

// A managePage is the form of one of them.
type managePage struct {
	manageForm
	Kinds         []string
	Roles         []*defs.Role
	Organisations []Organisation
	Grants        bool
	Agency        *defs.Provider
}

// needs say which permission each of them asks for.
var needs = map[string]ieum.Permission{
	"new": ieum.MakeAccounts, "role": ieum.GrantRoles, "recover": ieum.HelpAccounts, "stop": ieum.HelpAccounts, "proof": ieum.HelpAccounts, "organisation": ieum.GrantRoles, "site": ieum.GrantRoles, "key": ieum.GrantRoles,
}

func (h *handlers) managePage(r *http.Request, p *Person, f manageForm) (page managePage, err error) {
	page = managePage{manageForm: f, Kinds: Kinds, Grants: p.MayAny(ieum.GrantRoles), Agency: h.g.Agency()}
	roles := h.g.roles
	if f.Do == "key" {
		roles = h.g.keyRoles
	}
	for _, role := range roles {
		page.Roles = append(page.Roles, role)
	}
	slices.SortFunc(page.Roles, func(a, b *defs.Role) int { return strings.Compare(string(a.ID), string(b.ID)) })
	page.Organisations, err = h.g.Organisations(r.Context())
	return page, err
}

func (h *handlers) manage(w http.ResponseWriter, r *http.Request, p *Person) error {
	f, err := web.Read[manageForm](r)
	if needs[f.Do] == "" {
		return ieum.ErrNotFound
	}
	if !p.MayAny(needs[f.Do]) {
		return errDenied()
	}
	page, failed := h.managePage(r, p, f)
	if failed != nil {
		return failed
	}
	if err == nil && r.Method == http.MethodGet {
		return h.pages.Reply(w, r, "manage.html", page)
	}
	var out *handout
	if err == nil {
		out, err = h.do(r, p, f)
	}
	switch {
	case errors.Is(err, ieum.ErrNotFound):
		return h.pages.Again(w, r, "manage.html", page, errNobody())
	case err != nil:
		return h.pages.Again(w, r, "manage.html", page, err)
	case out != nil && out.Code != "":
		return h.pages.Reply(w, r, "mailed.html", out)
	case out != nil:
		return h.pages.Reply(w, r, "link.html", out)
	}
	http.Redirect(w, r, "/accounts?done="+f.Do, http.StatusSeeOther) // the others hand something out
	return nil
}

// A handout is a link to hand over.
type handout struct {
	Name, Link string
	From       time.Time // zero: at once
	Waits      bool      // the role needs a second person
	Code       string    // to send by mail, instead of a link
	Two        bool      // a recovery that takes a second of staff
	Half       string    // that the second of them hands over, instead of a link
}

func (h *handlers) do(r *http.Request, p *Person, f manageForm) (*handout, error) {
	ctx := r.Context()
	organisation, site, _ := strings.Cut(f.Place, "/")
	want := Grant{Role: ieum.RoleID(f.Role), Organisation: organisation, Site: site, Until: endOf(f.Until)}
	if role := h.g.roles[want.Role]; site != "" && role != nil && role.Reach == defs.ReachOrganisation {
		want.Reach = defs.ReachSite
	}
	switch f.Do {
	case "new":
		token, role, err := h.g.AddLinked(ctx, p, f.Name, f.Subject, want)
		return &handout{Name: Name(f.Name), Link: h.address(r, token), Waits: role.Confirmer == ""}, err
	case "recover":
		got, err := h.g.Recover(ctx, p.ID, f.Name)
		return &handout{Name: Name(f.Name), Link: h.address(r, got.Token), From: got.From, Two: got.From.IsZero(), Half: got.Code}, err
	case "stop":
		return nil, h.g.Stop(ctx, p, f.Name)
	case "role":
		_, err := h.g.ProposeFor(ctx, p, f.Name, want)
		return nil, err
	case "proof":
		return h.prove(r, p, f)
	case "key":
		_, err := h.g.ProposeKey(ctx, p, f.Name, Key{Title: f.Title, Organisation: f.Organisation, Role: want.Role, Quota: quota(f.Quota), Until: want.Until})
		return nil, err
	case "organisation":
		return nil, h.g.AddOrganisation(ctx, p.ID, Organisation{ID: f.ID, Name: f.Title, Kind: f.Kind})
	}
	return nil, h.g.AddSite(ctx, p.ID, f.Organisation, Site{f.ID, f.Title})
}

// quota reads a number as people write it, such as 1,000; 0 for what is none.
func quota(s string) int {
	n, err := strconv.Atoi(strings.NewReplacer(",", "", " ", "").Replace(s))
	if err != nil {
		return 0
	}
	return n
}

// address returns the address of a link.
func (h *handlers) address(r *http.Request, token string) string {
	if h.g.url != "" {
		return h.g.url + "/enrol/" + token
	}
	return "http://" + r.Host + "/enrol/" + token
}
