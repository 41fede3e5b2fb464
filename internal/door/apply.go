package door

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ieum"
)

// applying is the purpose for which employers read who applied to them.
const applying ieum.PurposeID = "applying"

// An Applicant is somebody who applied here for a posting of an employer's. It says nothing
// of who they are: its id is that of the consent that they gave by applying.
type Applicant struct {
	ID           string    `json:"id"`
	Organisation string    `json:"organisation"`
	Posting      string    `json:"posting"` // the employer's number of it
	Title        string    `json:"title"`   // of the posting, as it was put up then
	At           time.Time `json:"at"`
	State        string    `json:"state,omitempty"` // of the answer: invited, held or declined; absent: none yet
	Answered     time.Time `json:"answered,omitzero"`
	Ended        bool      `json:"ended,omitempty"` // they withdrew, or it was too long ago: it cannot be opened any more
	Until        time.Time `json:"until"`           // it can be opened

	person ieum.PersonID
	item   string
}

// An Answer is what an employer says to who applied.
type Answer struct {
	State string   `json:"state"` // invited, held or declined
	Text  string   `json:"text,omitempty"`
	Day   ieum.Day `json:"day"`
}

// Answers lists the states of an answer.
var Answers = []string{"invited", "held", "declined"}

// longestMessage is the most characters of what somebody writes when they apply, and of an answer.
const longestMessage = 2000

// ApplyHere applies for a posting that its employer put up here: the employer reads the résumé
// as it is then, with what looks like a number, an address or a name taken out of its prose and
// without the year of birth, and name and contact where the person reveals them. Of a posting
// that was applied for already had says so. It is for the person alone, not for who acts for them.
func (d *Door) ApplyHere(ctx context.Context, by Asker, person ieum.PersonID, posting, message string, reveals bool) (item string, had bool, err error) {
	of, err := d.Postings.Advert(ctx, posting)
	if errors.Is(err, ieum.ErrNotFound) || err == nil && of.Organisation == "" {
		err = fault("apply_closed", "/posting", "one cannot apply for this posting here; it may be closed")
	}
	if message = strings.TrimSpace(message); err == nil && utf8.RuneCountInString(message) > longestMessage {
		err = &ieum.Error{Kind: ieum.ErrInvalid, Key: "door.error.search_long", Field: "/message", Args: map[string]any{"n": longestMessage}, Message: "this is too long"}
	}
	if err != nil {
		return "", false, err
	}
	p, err := d.purpose(applying)
	if err != nil {
		return "", false, err
	}
	now, kinds := d.now(), []ieum.RecordKind{ieum.ResumeRecord}
	if reveals {
		kinds = append(kinds, ieum.ContactRecord)
	}
	c, err := d.consent(ctx, person, p, Wish{Purpose: applying, Recipient: of.Organisation, Kinds: kinds}, now)
	if err != nil {
		return "", false, err
	}
	a := of.application(ieum.DayOf(now))
	a.Here, a.Message, a.Reveals = c.ID, message, reveals
	item = newID("w")
	sealed, err := d.sealApplication(person, item, a)
	if err != nil {
		return "", false, err
	}
	err = d.change(ctx, person, func(t tx, s standing) error {
		if s.person.Account == "" || s.person.Account != by.ID {
			return errNotYours()
		}
		for _, k := range kinds {
			if there, err := t.has(person, k, ""); err != nil || !there {
				return cmp.Or(err, fault("apply_"+string(k), "/"+string(k), "keep this first, for the employer to see it"))
			}
		}
		all, err := d.applications(t, person)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(all, func(o Application) bool { return o.Posting == a.Posting && o.Here != "" && o.State() != Withdrawn }); i >= 0 {
			item, had = all[i].Item, true
			return nil
		}
		if len(all) >= mostApplications {
			return &ieum.Error{Kind: ieum.ErrInvalid, Key: "door.error.search_many", Field: "/posting", Args: map[string]any{"n": mostApplications}, Message: "1,000 are written down; remove old ones first"}
		}
		if n, err := t.givenSince(person, now.Add(-24*time.Hour)); err != nil || n >= mostGiven {
			return cmp.Or(err, error(&ieum.Error{Kind: ieum.ErrBusy, Key: "door.error.given_often", Args: map[string]any{"n": mostGiven}, Message: "so much was agreed to within a day; go on tomorrow"}))
		}
		if err := t.giveConsent(c, bySelf); err != nil {
			return err
		}
		if err := t.addApplicant(Applicant{ID: c.ID, Organisation: of.Organisation, Posting: of.Own, Title: a.Title, At: now, person: person, item: item}); err != nil {
			return err
		}
		return d.putApplication(t, by, s, item, sealed, now)
	})
	return item, had, err
}

// withdrawn ends the consent by which an employer reads an application that is taken back.
func (t tx) withdrawn(s standing, item, by string, now time.Time) error {
	of, err := applicants(t.ctx, t, `door_applicant.person = ? AND item = ?`, s.person.ID, item)
	if err != nil {
		return err
	}
	for _, a := range of {
		for _, c := range s.consents {
			if c.ID == a.ID {
				if err := t.stopConsent(c, by, now); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Applicants lists who applied for a posting of the employers that the asker looks after ("" =
// any of theirs), newest first, 500 at most. No record is read.
func (d *Door) Applicants(ctx context.Context, by Asker, posting string) ([]Applicant, error) {
	firms, err := d.firms(ctx, by)
	if err != nil || len(firms) == 0 {
		return nil, err
	}
	list, err := d.store.applicants(ctx, firms, posting, mostCandidates)
	for i := range list {
		list[i].Ended = list[i].Ended || !d.now().Before(list[i].Until)
	}
	return list, err
}

// Received is an application as the employer reads it.
type Received struct {
	Applicant
	Message string       `json:"message,omitempty"`
	Answer  *Answer      `json:"answer,omitempty"`
	Resume  *ieum.Resume `json:"resume,omitempty"`
	Contact *Contact     `json:"contact,omitempty"` // where the applicant reveals it
}

// Applicant reads what somebody sent who applied, by its id, as Candidate does. One that they
// withdrew is refused, and that is written down.
func (d *Door) Applicant(ctx context.Context, by Asker, id string) (*Received, error) {
	c, got, err := d.onConsent(ctx, by, id, applying)
	if err != nil {
		return nil, err
	}
	of, err := applicants(ctx, d.store, `door_applicant.consent = ?`, id)
	if err != nil || len(of) == 0 {
		return nil, cmp.Or(err, errNobody())
	}
	r := &Received{Applicant: of[0], Resume: got.Resume, Contact: got.Contact}
	r.Until = c.Until
	row, err := d.store.one(ctx, c.Person, ieum.SearchRecord, of[0].item)
	if errors.Is(err, ieum.ErrNotFound) {
		return r, nil
	}
	if err != nil {
		return nil, err
	}
	sent, err := d.open(c.Person, []kept{row})
	if err != nil {
		return nil, err
	}
	r.Message, r.Answer = sent.Search[0].Message, sent.Search[0].Answer
	return r, nil
}

// Answer tells somebody who applied what the employer says; a later answer takes its place. They
// are told by mail that there is one, if they gave an address.
func (d *Door) Answer(ctx context.Context, by Asker, id, state, text string) error {
	if err := needs(by, ieum.OwnPostings); err != nil {
		return err
	}
	if !slices.Contains(Answers, state) {
		return fault("answer_state", "/state", "say whether you invite, hold or decline")
	}
	if text = strings.TrimSpace(text); utf8.RuneCountInString(text) > longestMessage {
		return &ieum.Error{Kind: ieum.ErrInvalid, Key: "door.error.search_long", Field: "/text", Args: map[string]any{"n": longestMessage}, Message: "this is too long"}
	}
	if state == "invited" && text == "" {
		return fault("answer_text", "/text", "say when and where, or how you will be in touch")
	}
	of, err := applicants(ctx, d.store, `door_applicant.consent = ?`, id)
	if err != nil || len(of) == 0 {
		return cmp.Or(err, errNobody())
	}
	a, now := of[0], d.now()
	if _, ok := by.Over(ieum.OwnPostings, ieum.Subject{Organisation: a.Organisation}); !ok {
		return errNobody()
	}
	account := ieum.AccountID("")
	err = d.change(ctx, a.person, func(t tx, s standing) error {
		if !slices.ContainsFunc(s.consents, func(c Consent) bool { return c.ID == id }) {
			return fault("answer_ended", "/state", "this application was withdrawn, or is too old to be answered")
		}
		account = s.person.Account
		row, err := t.one(a.person, ieum.SearchRecord, a.item)
		if err != nil {
			return err
		}
		r, err := d.open(a.person, []kept{row})
		if err != nil {
			return err
		}
		sent := r.Search[0]
		sent.Answer = &Answer{state, text, ieum.DayOf(now)}
		sent.to(Answered, ieum.DayOf(now))
		sealed, err := d.sealApplication(a.person, a.item, sent)
		if err != nil {
			return err
		}
		if err := t.put(a.person, ieum.SearchRecord, a.item, sealed, now); err != nil {
			return err
		}
		if err := t.answered(id, state, now); err != nil {
			return err
		}
		return t.tell("door.answered", a.person, map[string]any{"id": id, "by": by.ID, "organisation": a.Organisation, "state": state, "at": now.Unix()})
	})
	if err == nil && account != "" {
		err = d.Accounts.TellOfAnswer(ctx, account)
	}
	return err
}
