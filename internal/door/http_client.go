package door

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"ieum"
	"ieum/internal/platform/web"
)

// A clientPage is what a counsellor may see of somebody, what is missing, and the
// forms as they were left.
type clientPage struct {
	clientForm
	Case       *Case // of the reader, or nil
	Records    Records
	Access     Access
	Basis      string
	Missing    []ieum.RecordKind // that are kept, and that the basis does not cover
	Covers     []ieum.RecordKind
	Colleagues []Colleague
	Kinds      []string // of mandates
	Papers     []string // that staff may be shown for one
	Reasons    []string // why who the client is was written otherwise
	Mandates   []actingLine
	Authors    map[ieum.AccountID]string // who wrote notes, by title
	Linked     bool                      // the person has an account
	Takes      bool                      // they ask to be counselled by the reader, who is not their counsellor
	Undoable   bool                      // the reader registered them by now
	Fresh      bool                      // the reader signed in a short while ago
	Locked     bool                      // there are notes, which take a fresh sign-in
	Done       string                    // what was done just now; "" = nothing
}

// Resumes, Contacts and Noted say whether the basis covers these records.
func (p clientPage) Resumes() bool  { return slices.Contains(p.Covers, ieum.ResumeRecord) }
func (p clientPage) Contacts() bool { return slices.Contains(p.Covers, ieum.ContactRecord) }
func (p clientPage) Noted() bool    { return slices.Contains(p.Covers, ieum.NoteRecord) }

// Writes says whether the reader may change what is kept of the client.
func (p clientPage) Writes() bool { return p.Case != nil }

// Carried is the résumé that is kept, as a diagnosis takes it.
func (p clientPage) Carried() (string, error) {
	text, err := json.Marshal(p.Records.Resume)
	return string(text), err
}

type personForm struct {
	Person string `path:"person"`
	Done   string `q:"done" enum:"registered|again|take|resume|contact|note|mandate|mandate-end|link|link-end|correct"`
}

func (h *handlers) client(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[personForm](r)
	if err != nil {
		return err
	}
	if err := web.Ahead(r); err != nil {
		return err
	}
	page, err := h.clientPage(r, by, ieum.PersonID(f.Person))
	if err != nil {
		return err
	}
	page.Done = f.Done
	return h.pages.Reply(w, r, "client.html", page)
}

// clientPage reads what the best ground covers. Without one the read is refused,
// and the refusal says what is missing.
func (h *handlers) clientPage(r *http.Request, by Asker, person ieum.PersonID) (*clientPage, error) {
	got, kinds, err := h.d.ReadCovered(r.Context(), by, person, counselling)
	if err != nil {
		return nil, err
	}
	page := &clientPage{clientForm: clientForm{Person: string(person)}, Records: got.Records, Access: got.Access, Basis: h.basis(web.Lang(r), got.Access),
		Kinds: MandateKinds, Papers: MandateShown, Reasons: CorrectionReasons, Covers: kinds, Fresh: by.Fresh}
	if c := got.Contact; c != nil {
		page.Name, page.Phone, page.Mail, page.Known = c.Name, c.Phone, c.Mail, c.Name
	}
	if err := h.fillClient(r, by, person, page); err != nil {
		return nil, err
	}
	return page, nil
}

// fillClient adds what the page says beside the records.
func (h *handlers) fillClient(r *http.Request, by Asker, person ieum.PersonID, page *clientPage) error {
	ctx := r.Context()
	have, err := h.d.store.have(ctx, person)
	if err != nil {
		return err
	}
	p := h.d.set.Purposes[counselling]
	for _, k := range have {
		if k.Kind == ieum.NoteRecord && slices.Contains(page.Covers, k.Kind) && !slices.Contains(page.Access.Kinds, k.Kind) {
			page.Locked = true
		}
		if p.Reads(k.Kind) && !slices.Contains(page.Covers, k.Kind) && !slices.Contains(page.Missing, k.Kind) {
			page.Missing = append(page.Missing, k.Kind)
		}
	}
	n, err := h.d.names(ctx, web.Lang(r))
	if err != nil {
		return err
	}
	page.Authors = n.staff
	s, err := h.d.store.standing(ctx, person, h.d.now())
	if err != nil {
		return err
	}
	mine, missing := h.d.mine(by, s)
	if missing != nil {
		page.Takes, err = h.d.askedBy(ctx, by, s)
		return err
	}
	page.Case = &mine
	if page.Case.Seen.IsZero() {
		if err := h.d.store.setSeen(ctx, page.Case.Number, h.d.now()); err != nil {
			return err
		}
	}
	page.Linked, page.Undoable = s.person.Account != "", h.d.undoable(*page.Case, s.person)
	given, err := h.d.MandatesOf(ctx, person)
	if err != nil {
		return err
	}
	if page.Mandates, err = h.actingLines(ctx, by, n, given); err != nil {
		return err
	}
	for i := range page.Mandates {
		if m := &page.Mandates[i]; m.Waits() && m.Proposer != by.ID {
			m.Name = "" // who confirms asks for it
		}
	}
	staff, err := h.d.Accounts.Staff(ctx, ieum.WriteClients)
	for _, c := range staff {
		if h.d.hands(*page.Case, c, s) {
			page.Colleagues = append(page.Colleagues, c)
		}
	}
	slices.SortFunc(page.Colleagues, byTitle)
	return err
}

type mandateForm struct {
	Holder string     `q:"holder" max:"64" label:"door.field.holder"`
	Kind   string     `q:"kind"`
	Shown  string     `q:"shown"`
	Until  ieum.Day   `q:"until" label:"door.field.until"`
	Scan   web.Upload `q:"scan"`
}

type clientForm struct {
	mandateForm
	Person     string `path:"person"`
	Do         string `path:"do" enum:"note|contact|resume|hand-over|close|mandate|mandate-end|link|link-end|correct|erase|undo"`
	Name       string `q:"name" label:"door.field.name"`
	Phone      string `q:"phone" label:"door.field.phone"`
	Mail       string `q:"mail" label:"door.field.mail"`
	Resume     string `q:"resume" max:"100000" label:"door.field.resume"`
	Text       string `q:"text" max:"10000" label:"door.field.note"`
	Counsellor string `q:"counsellor" max:"64"`
	Account    string `q:"account" max:"64" label:"door.field.account"`
	Known      string `q:"known" label:"door.field.known"`
	Birth      string `q:"birth" max:"10" label:"identity.field.birth"`
	Why        string `q:"why" max:"16" label:"door.correct.reason"`
	ID         string `q:"id" max:"64"`
	Sure       bool   `q:"sure" label:"door.client.erase_sure"`
}

// clientDo adds a note, writes down what a client tells, hands a client over, ends a
// case, proposes an account of theirs, corrects who they are, lets somebody act for them,
// or erases them.
func (h *handlers) clientDo(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[clientForm](r)
	if err == nil {
		err = needs(by, ieum.WriteClients)
	}
	if err == nil {
		err = h.doFor(r, by, f)
	}
	switch {
	case err == nil && doneAt[f.Do] != "":
		return back(w, r, f.Person, f.Do)
	case err == nil:
		http.Redirect(w, r, "/clients", http.StatusSeeOther)
		return nil
	case !errors.Is(err, ieum.ErrInvalid):
		return err
	}
	page, failed := h.clientPage(r, by, ieum.PersonID(f.Person))
	if errors.Is(failed, ieum.ErrDenied) && f.Do == "erase" {
		return err // of a case that ended, whose page nobody sees any more
	}
	if failed != nil {
		return failed
	}
	if f.Do != "contact" {
		f.Name, f.Phone, f.Mail = page.Name, page.Phone, page.Mail
	}
	if f.Do != "correct" {
		f.Known = page.Known
	}
	page.clientForm = f
	return h.again(w, r, "client.html", page, err)
}

func (h *handlers) doFor(r *http.Request, by Asker, f clientForm) error {
	ctx, person := r.Context(), ieum.PersonID(f.Person)
	switch f.Do {
	case "note":
		return h.d.AddNote(ctx, by, person, f.Text)
	case "contact":
		return h.d.KeepContact(ctx, by, person, Contact{f.Name, f.Phone, f.Mail})
	case "resume":
		return h.keepText(r, by, person, f.Resume)
	case "hand-over":
		return h.d.HandOver(ctx, by, person, ieum.AccountID(f.Counsellor))
	case "close":
		return h.d.Close(ctx, by, person)
	case "link":
		return h.d.Link(ctx, by, person, f.Account)
	case "correct":
		return h.d.Correct(ctx, by, person, Correction{f.Known, f.Birth, f.Why})
	case "mandate":
		return h.d.Propose(ctx, by, person, Proposal{Name: f.Holder, Kind: f.Kind, Shown: f.Shown, Until: f.Until, Scan: f.Scan.Data})
	case "mandate-end", "link-end":
		return h.d.EndMandate(ctx, by, person, f.ID)
	}
	if !f.Sure {
		return fault("wish", "/sure", "tick that there is a written wish")
	}
	if f.Do == "undo" {
		return h.d.Undo(ctx, by, person)
	}
	return h.d.EraseClient(ctx, by, person)
}
