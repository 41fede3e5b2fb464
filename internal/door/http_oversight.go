package door

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"ieum"
	"ieum/internal/platform/web"
)

type oversightForm struct {
	Flag   string `q:"flag" enum:"self|colleague|nocase|mandate|many|odd|account|corrected|erased|withdrawn|again|link|lone|claim|moved|quarantine|refused"`
	Before int64  `q:"before" min:"0"`
	After  int64  `q:"after" min:"0"`
	Older  string `q:"older" max:"64"` // of jobs: the one from before which on
}

// An oversightPage is what an auditor looks at, with the words for the ids it holds.
type oversightPage struct {
	*Oversight
	Jobs   []Jobs
	Flags  []string
	Staff  map[ieum.AccountID]string // by title
	Lines  []watchedLine
	Told   []complaintLine
	Faulty settleForm // as it was left
}

// Bulk is how many jobs there are in all.
func (p oversightPage) Bulk() (n int64) {
	for _, j := range p.Jobs {
		n += j.Total
	}
	return n
}

type watchedLine struct {
	Watched
	Who, Why string
}

type complaintLine struct {
	Complaint
	Who, Why, Basis string
	Own             bool // the auditor read it themselves
}

// short is what a page calls somebody by: the beginning of the id.
func short(id string) string { return strings.ToUpper(id[min(len(id), 1):min(len(id), 7)]) }

// Short is what the page calls whom a read is about.
func (w Watched) Short() string { return short(string(w.Person)) }

// Papers says whether signed papers may say more of it: a mandate or a stop.
func (w Watched) Papers() bool { return w.Flag == flagMandate || w.Flag == flagWithdrawn }

// Short is what the page calls whom a complaint is about.
func (c Complaint) Short() string { return short(string(c.Person)) }

// who names a reader: by title and number of the role they read in while they hold it,
// else by the role alone; by who they are today where no role is told; else by the
// beginning of the id that the journal has.
func (h *handlers) who(l ieum.Lang, n names, reader string, role ieum.RoleID, organisation string) string {
	if reader == bySelf {
		return h.site.Text(l, "door.yourself", nil)
	}
	if reader == byHolder || reader == byService {
		return h.site.Text(l, "door."+reader, nil)
	}
	name := n.held[office{ieum.AccountID(reader), role}]
	if name == "" && h.d.set.Roles[role] == nil {
		name = n.staff[ieum.AccountID(reader)]
	}
	if name == "" && role != "" {
		name = h.role(l, role)
	}
	if name == "" {
		name = h.site.Text(l, "door.oversight.account", map[string]any{"id": short(reader)})
	}
	if place := n.of("", organisation); place != "" {
		name += " · " + place
	}
	return name
}

// why is the title of a purpose.
func (h *handlers) why(l ieum.Lang, id ieum.PurposeID) string {
	if p := h.d.set.Purposes[id]; p != nil {
		return p.Title.In(l)
	}
	return string(id)
}

func (h *handlers) oversight(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[oversightForm](r)
	if err != nil {
		return err
	}
	page, err := h.oversightPage(r, by, f)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "oversight.html", page)
}

func (h *handlers) oversightPage(r *http.Request, by Asker, f oversightForm) (*oversightPage, error) {
	o, err := h.d.Oversee(r.Context(), by, f.Flag, f.Before, f.After)
	if err != nil {
		return nil, err
	}
	jobs, err := h.d.Jobs(r.Context(), by, f.Older)
	if err != nil {
		return nil, err
	}
	n, err := h.d.namesOf(r.Context(), web.Lang(r), ieum.OwnData) // all of staff
	if err != nil {
		return nil, err
	}
	l, page := web.Lang(r), &oversightPage{Oversight: o, Jobs: jobs, Flags: watchFlags, Staff: n.staff}
	for _, one := range o.List {
		line := watchedLine{one, h.who(l, n, one.Reader, one.Role, one.Organisation), h.why(l, one.Purpose)}
		if one.Purpose == "" { // nothing was read: somebody was let act, or erased
			line.Why = h.site.Text(l, "door.flag."+one.Flag, nil)
		}
		page.Lines = append(page.Lines, line)
	}
	for _, c := range o.Complaints {
		page.Told = append(page.Told, complaintLine{c, h.who(l, n, c.Access.By, c.Access.Role, c.Access.Organisation), h.why(l, c.Access.Purpose), h.basis(l, c.Access), c.Access.By == string(by.ID)})
	}
	return page, nil
}

type settleForm struct {
	oversightForm
	Person  string `q:"person,required" max:"64"`
	Teller  string `q:"teller,required" max:"64"`
	N       int64  `q:"n,required"`
	Outcome string `q:"outcome,required" enum:"right|wrong" label:"door.oversight.verdict"`
	Reason  string `q:"reason" max:"1000" label:"door.oversight.reason"`
}

func (h *handlers) settle(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[settleForm](r)
	if err == nil {
		err = h.d.Settle(r.Context(), by, ieum.PersonID(f.Person), ieum.PersonID(f.Teller), f.N, f.Outcome == "right", f.Reason)
	}
	if err == nil {
		at := "/oversight"
		if slices.Contains(watchFlags, f.Flag) {
			at += "?flag=" + f.Flag
		}
		http.Redirect(w, r, at+"#complaints", http.StatusSeeOther)
		return nil
	}
	if !errors.Is(err, ieum.ErrInvalid) {
		return err
	}
	page, failed := h.oversightPage(r, by, f.oversightForm)
	if failed != nil {
		return failed
	}
	page.Faulty = f
	return h.again(w, r, "oversight.html", page, err)
}
