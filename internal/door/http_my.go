package door

import (
	"bytes"
	"errors"
	"net/http"
	"slices"

	"ieum"
	"ieum/internal/platform/web"
)

func (h *handlers) myRoutes(mux *web.Mux) {
	mux.Page("GET /my", web.Records, h.signed(h.my))
	mux.Page("POST /my/contact", web.Records, h.signed(h.keepContact))
	mux.Page("POST /my/resume", web.Records, h.signed(h.keepResume))
	mux.Page("POST /my/forget", web.Records, h.signed(h.forget))
	mux.File("GET /my/resume.json", web.Records, h.signed(h.jsonResume))
	mux.Scan("GET /my/papers/{item}", web.Records, h.signed(h.paper))
	mux.Page("POST /my/consents", web.Records, h.signed(h.give))
	mux.Page("POST /my/consents/stop", web.Records, h.signed(h.stop))
	mux.Page("POST /my/consents/own", web.Records, h.signed(h.ownConsent))
	mux.Page("GET /my/consents/{id}", web.Records, h.signed(h.receipt))
	mux.File("GET /my/consents/{id}/receipt.json", web.Records, h.signed(h.receiptFile))
	mux.Page("POST /my/mandates/end", web.Records, h.signed(h.endMandate))
	mux.Page("POST /my/erase", web.Records, h.signed(h.erase))
	mux.Page("GET /my/access", web.Records, h.signed(h.access))
	mux.File("GET /my/access/{seq}/proof.json", web.Records, h.signed(h.proofFile))
	mux.File("GET /my/jobs/{id}/proof.json", web.Records, h.signed(h.membershipFile))
	mux.Page("POST /my/access/{seq}/complaint", web.Records, h.signed(h.complain))
}

// A myPage is what is kept about somebody, and who may read it.
type myPage struct {
	For      string // whom the reader acts for, "" = themselves
	Records  Records
	Papers   []kept  // that are opened one by one
	Contact  Contact // in the form
	Text     string  // in the form
	Consents []consentLine
	Past     []consentLine
	Choices  []choice
	Acting   []actingLine // for whom the reader acts
	Mandates []actingLine // of who acts for the person
	Fresh    bool
	Asked    consentForm
	Rows     rowsPart
	Gave     *consentLine // just now
	Stopped  *consentLine // just now, and could be given again
	StopAll  bool         // just now
}

type forForm struct {
	For string `q:"for" max:"64" doc:"person for whom one acts, as /my names them; empty is oneself" ko:"대리하는 사람의 번호(/my에 나옴). 비우면 본인"`
}

// A myForm says what was just done, so that the page can tell of it.
type myForm struct {
	forForm
	Gave    string `q:"gave" max:"64"`    // id of a consent
	Stopped string `q:"stopped" max:"64"` // id of a consent; "all" = all of them
}

func (h *handlers) my(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[myForm](r)
	if err != nil {
		return err
	}
	page, err := h.myPage(r, by, f.For)
	if err != nil {
		return err
	}
	page.tell(f)
	return h.pages.Reply(w, r, "my.html", page)
}

func (h *handlers) myPage(r *http.Request, by Asker, person string) (*myPage, error) {
	ctx := r.Context()
	page := &myPage{For: person, Fresh: by.Fresh}
	acts, err := h.d.Acts(ctx, by)
	if err != nil {
		return nil, err
	}
	n, err := h.d.names(ctx, web.Lang(r))
	if err != nil {
		return nil, err
	}
	if page.Acting, err = h.actingLines(ctx, by, n, acts); err != nil {
		return nil, err
	}
	if page.Choices, err = h.choices(r, n); err != nil {
		return nil, err
	}
	id, err := h.of(r, by, person)
	if errors.Is(err, ieum.ErrNotFound) && person == "" {
		page.Rows, err = h.rowsPart(r, by, "")
		return page, err // nothing is kept yet
	}
	if err != nil {
		return nil, err
	}
	if person == "" {
		if page.Rows, err = h.rowsPart(r, by, id); err != nil {
			return nil, err
		}
	}
	got, err := h.d.Read(ctx, by, id, "own", ieum.ContactRecord, ieum.ResumeRecord, ieum.NoteRecord, ieum.ImportedRecord)
	if err != nil {
		return nil, err
	}
	page.Records = got.Records
	if c := got.Contact; c != nil {
		page.Contact = *c
	}
	if got.Resume != nil {
		page.Text = h.d.Resumes.WriteText(*got.Resume)
	}
	have, err := h.d.store.have(ctx, id)
	if err != nil {
		return nil, err
	}
	page.Papers = slices.DeleteFunc(have, func(k kept) bool { return k.Kind != ieum.PaperRecord })
	all, err := h.d.Consents(ctx, id)
	if err != nil {
		return nil, err
	}
	of, err := cases(ctx, h.d.store, `person = ? ORDER BY number`, id)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if line := h.consentLine(c, n); line.State == "holds" {
			line.counselled(of, n)
			page.Consents = append(page.Consents, line)
		} else {
			page.Past = append(page.Past, line)
		}
	}
	given, err := h.d.MandatesOf(ctx, id)
	if err != nil {
		return nil, err
	}
	page.Mandates, err = h.actingLines(ctx, by, n, given)
	return page, err
}

type contactForm struct {
	For   string `q:"for" max:"64"`
	Name  string `q:"name" label:"door.field.name"`
	Phone string `q:"phone" label:"door.field.phone"`
	Mail  string `q:"mail" label:"door.field.mail"`
}

func (h *handlers) keepContact(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[contactForm](r)
	c := Contact{f.Name, f.Phone, f.Mail}
	if err == nil {
		var id ieum.PersonID
		if id, err = h.keeper(r, by, f.For); err == nil {
			err = h.d.KeepContact(r.Context(), by, id, c)
		}
	}
	return h.mend(w, r, by, f.For, "/my#contact", err, func(p *myPage) { p.Contact = c })
}

// mend leads back to the page, or shows it again with what has to be mended.
func (h *handlers) mend(w http.ResponseWriter, r *http.Request, by Asker, person, done string, err error, fill func(*myPage)) error {
	if err == nil {
		return to(w, r, done, person)
	}
	if !errors.Is(err, ieum.ErrInvalid) {
		return err
	}
	page, failed := h.myPage(r, by, person)
	if failed != nil {
		return failed
	}
	fill(page)
	return h.again(w, r, "my.html", page, err)
}

type resumeForm struct {
	For    string     `q:"for" max:"64"`
	Text   string     `q:"text" max:"100000" label:"door.field.resume"`
	File   web.Upload `q:"file"`
	Resume string     `q:"resume" max:"400000"` // our JSON, as the diagnosis carries it
}

func (h *handlers) keepResume(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[resumeForm](r)
	if err == nil {
		var of ieum.Resume
		if of, err = h.resumeOf(f); err == nil {
			var id ieum.PersonID
			if id, err = h.keeper(r, by, f.For); err == nil {
				err = h.d.KeepResume(r.Context(), by, id, of)
			}
		}
	}
	if e, ok := errors.AsType[*ieum.Error](err); ok && (e.Field == "" || e.Field == "/resume") {
		there := *e
		there.Field = "/text"
		err = &there
	}
	return h.mend(w, r, by, f.For, "/my#resume", err, func(p *myPage) { p.Text = f.Text })
}

func (h *handlers) resumeOf(f resumeForm) (ieum.Resume, error) {
	text := []byte(f.Text)
	if len(f.File.Data) > 0 {
		text = f.File.Data
	}
	if f.Resume != "" {
		text = []byte(f.Resume)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return ieum.Resume{}, fault("resume", "/text", "write something, or choose a file")
	}
	return h.d.Resumes.ReadText(text)
}

type forgetForm struct {
	For  string `q:"for" max:"64"`
	Kind string `q:"kind,required" enum:"contact|resume"`
}

func (h *handlers) forget(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[forgetForm](r)
	if err != nil {
		return err
	}
	id, err := h.of(r, by, f.For)
	if err != nil {
		return err
	}
	if err := h.d.Forget(r.Context(), by, id, ieum.RecordKind(f.Kind), ""); err != nil {
		return err
	}
	return to(w, r, "/my", f.For)
}

func (h *handlers) jsonResume(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[forForm](r)
	if err != nil {
		return err
	}
	id, err := h.of(r, by, f.For)
	if err != nil {
		return err
	}
	got, err := h.d.Read(r.Context(), by, id, "own", ieum.ContactRecord, ieum.ResumeRecord, ieum.ImportedRecord)
	if err != nil {
		return err
	}
	lang := web.Lang(r)
	return download(w, "resume.json", jsonResume(got.Records, func(list, code string) string { return h.site.Name(lang, list, code) }))
}

type paperForm struct {
	For  string `q:"for" max:"64"`
	Item string `path:"item"`
}

// paper answers with a scan, as a file that no browser shows by itself.
func (h *handlers) paper(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[paperForm](r)
	if err != nil {
		return err
	}
	id, err := h.of(r, by, f.For)
	if err != nil {
		return err
	}
	p, err := h.d.OwnPaper(r.Context(), by, id, f.Item)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", "attachment")
	return writePaper(w, p)
}

type eraseForm struct {
	Sure bool `q:"sure" label:"door.erase.sure"`
}

func (h *handlers) erase(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[eraseForm](r)
	if err == nil && !f.Sure {
		err = fault("sure", "/sure", "tick that you are sure")
	}
	if err == nil {
		err = h.d.Erase(r.Context(), by)
	}
	if err == nil {
		return h.pages.Reply(w, r, "erased.html", nil)
	}
	return h.mend(w, r, by, "", "/my", err, func(*myPage) {})
}
