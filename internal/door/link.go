package door

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"ieum"
)

// This file ties people to the résumés that sources delivered about them. What is
// kept is the tie: source and number, sealed; the row stays where it is.

// Rows are what sources delivered about people.
type Rows interface {
	// Agencies lists the sources whose rows can be tied to people, with who answers for each.
	Agencies() map[ieum.SourceID]ieum.Text
	// Simulated says whether the rows of a source are made up.
	Simulated(source ieum.SourceID) bool
	// Who returns the token by which rows about somebody are known.
	Who(ctx context.Context, who ieum.Who) (string, error)
	// RowPerson returns the id under which reads of a row are recorded, a keyed hash.
	RowPerson(source ieum.SourceID, key string) ieum.PersonID
	// Key returns the key of a row by its number, as people write it.
	Key(number string) string
	// IsOf says whether there is such a row, and it is of whom the token stands for.
	IsOf(ctx context.Context, source ieum.SourceID, key, who string) (bool, error)
	// Imported returns a row as it is now; ErrNotFound when it was erased.
	Imported(ctx context.Context, source ieum.SourceID, key string) (*ieum.Imported, error)
	// HideErased hides rows whose ids were erased, in all that is served.
	HideErased(ctx context.Context, by ieum.AccountID, rows map[ieum.SourceID][]string) error
}

// A Link ties a person to a row.
type Link struct {
	ID        string         `json:"id"`
	By        ieum.AccountID `json:"by"`                  // of staff; "self" = the person
	Documents []string       `json:"documents,omitempty"` // that staff saw
	Since     time.Time      `json:"since"`
	Ended     time.Time      `json:"ended,omitzero"`

	person, row ieum.PersonID
	sealed      []byte
	proof       Known // by which the person ties it
}

// clerk is on whose word of staff a row is somebody's, "" = on nobody's.
func (l Link) clerk() ieum.AccountID {
	if l.By != bySelf {
		return l.By
	}
	return l.proof.By
}

// An Imported is a row that a person is tied to.
type Imported struct {
	Link Link `json:"link"`
	ieum.Imported
}

// a tie is what is sealed of a link: the row, and the token of whom it was about.
type tie struct {
	Source ieum.SourceID `json:"source"`
	Key    string        `json:"key"`
	Who    string        `json:"who"`
}

// LinkShown are the kinds of documents that staff may see for a link.
var LinkShown = []string{"resident-card", "driving-licence", "passport", "residence-card", "family-register", "disability-card"}

// UnlinkWhy are the reasons for which staff end a link.
var UnlinkWhy = []string{"wrong", "wish"}

// How many numbers may be tried a day: by somebody for themselves, and by staff.
const (
	triesOwn   = 10
	triesStaff = 40
)

// longestNumber is the most characters of a number that a source gives out.
const longestNumber = 100

// A Claim is which row is said to be a person's.
type Claim struct {
	Source ieum.SourceID
	Number string // that the source gave out for it
}

func (c Claim) check(rows Rows) error {
	switch _, known := rows.Agencies()[c.Source]; {
	case !known:
		return fault("row_source", "/source", "choose the agency")
	case c.Number == "" || len(c.Number) > longestNumber:
		return fault("row_number", "/number", "write the number of the registration")
	}
	return nil
}

// LinkOwn ties the asker, who was proved to be somebody, to the row of a source that
// is about them. That there is no such row, that it is somebody else's and that it
// is tied to somebody already is one answer, and a refused try is written down
// without what was tried.
func (d *Door) LinkOwn(ctx context.Context, by Asker, c Claim) error {
	c.Number = strings.TrimSpace(c.Number)
	if err := c.check(d.Rows); err != nil {
		return err
	}
	proof, err := d.provedFor(ctx, by.ID, c.Source)
	if err != nil {
		return err
	}
	if proof.Token == "" {
		return fault("row_unproved", "/number", "prove first who you are")
	}
	p, err := d.Begin(ctx, by)
	if err != nil {
		return err
	}
	own := func(s standing) error {
		if s.person.Account != by.ID {
			return errNotYours()
		}
		return nil
	}
	return d.link(ctx, by, p.ID, c, proof.Token, Link{By: bySelf, proof: proof}, triesOwn, own)
}

// provedFor is who the owner of an account was proved to be, as it counts for rows of a
// source; without a token = not at all. A simulated proof counts for made-up rows.
func (d *Door) provedFor(ctx context.Context, a ieum.AccountID, source ieum.SourceID) (Known, error) {
	proof, err := d.Accounts.Known(ctx, a)
	if proof.Simulated && !d.Rows.Simulated(source) {
		proof = Known{}
	}
	return proof, err
}

// A Sighting is who a client is, as it stands in two documents that staff saw.
type Sighting struct {
	ieum.Who
	Documents []string
}

// LinkClient ties a client of the asker's who has no account to the row of a source
// that is about who stands in their documents. It asks for a fresh sign-in, and an
// auditor is told.
func (d *Door) LinkClient(ctx context.Context, by Asker, person ieum.PersonID, saw Sighting, c Claim) error {
	if !by.Fresh {
		return ieum.ErrSignedOut
	}
	s, err := d.store.standing(ctx, person, d.now())
	if err != nil {
		return err
	}
	client := func(s standing) error {
		_, err := d.mine(by, s)
		if err == nil && s.person.Account != "" {
			return fault("row_account", "/number", "who has an account brings in their résumé themselves")
		}
		return err
	}
	if err := client(s); err != nil {
		return err
	}
	c.Number = strings.TrimSpace(c.Number)
	if err := errors.Join(c.check(d.Rows), saw.Check(d.now()), saw.shown()); err != nil {
		return err
	}
	who, err := d.Rows.Who(ctx, saw.Who)
	if err != nil {
		return err
	}
	return d.link(ctx, by, person, c, who, Link{By: by.ID, Documents: saw.Documents}, triesStaff, client)
}

func (s Sighting) shown() error {
	if len(s.Documents) != 2 || s.Documents[0] == s.Documents[1] || !slices.Contains(LinkShown, s.Documents[0]) || !slices.Contains(LinkShown, s.Documents[1]) {
		return fault("row_shown", "/second", "two documents of different kinds are needed")
	}
	return nil
}

// errNotThis is the one answer to a number that cannot be linked.
func errNotThis() error {
	return fault("row_not", "/number", "there is no such number, it is not this person's, or it is brought in already")
}

// link counts the try, compares, and ties where may lets it.
func (d *Door) link(ctx context.Context, by Asker, person ieum.PersonID, c Claim, who string, l Link, most int64, may func(standing) error) error {
	now := d.now()
	n, err := d.store.try(ctx, by.ID, now)
	if err != nil {
		return err
	}
	if n > most {
		return &ieum.Error{Kind: ieum.ErrBusy, Key: "door.error.row_often", Args: map[string]any{"n": most}, Message: "so many numbers were tried today; go on tomorrow"}
	}
	c.Number = d.Rows.Key(c.Number)
	is, err := d.Rows.IsOf(ctx, c.Source, c.Number, who)
	if err != nil {
		return err
	}
	l.ID, l.person, l.row, l.Since = newID("l"), person, d.Rows.RowPerson(c.Source, c.Number), now
	var tied bool
	err = d.change(ctx, person, func(t tx, s standing) (err error) {
		if err := may(s); err != nil {
			return err
		}
		var holder ieum.PersonID
		if is {
			tied, err = d.tie(t, by, s, l, tie{c.Source, c.Number, who})
			if err != nil || tied {
				return err
			}
			if holder, err = t.holder(l.row); err != nil || holder == person {
				tied = holder == person
				return err
			}
		}
		return t.refuseLink(by, s, l, holder)
	})
	if err == nil && !tied {
		err = errNotThis()
	}
	return err
}

// tie keeps a link, unless the row is tied to somebody. What it holds is sealed while
// nobody can erase the person.
func (d *Door) tie(t tx, by Asker, s standing, l Link, of tie) (tied bool, err error) {
	plain, err := json.Marshal(of)
	if err != nil {
		return false, err
	}
	if l.sealed, err = d.Keys.Seal(string(l.person), place(l.person, ieum.ImportedRecord, l.ID), plain); err != nil {
		return false, err
	}
	n, err := t.addLink(l)
	if err != nil || n == 0 {
		return false, err // somebody else was first
	}
	if l.By != bySelf {
		if err := t.flag(flagLink, l.person, Access{At: l.Since.Unix(), By: string(l.By), Organisation: placeOf(s, l.By)}); err != nil {
			return false, err
		}
	}
	if err := t.flagLone(l, s); err != nil {
		return false, err
	}
	as, _ := d.capacity(by, s)
	return true, t.tell("door.row_linked", l.person, changeOf(by, s.person, as, l.Since, map[string]any{"link": l.ID, "documents": l.Documents}))
}

// mostTiesADay is how many rows a day are somebody's on the word of one member of staff
// before an auditor is told of each further one.
const mostTiesADay = 20

// flagLone puts a link before the auditor that rests on one member of staff alone: who
// noted the proof and could be in the account as well, or who vouches for very many.
func (t tx) flagLone(l Link, s standing) error {
	clerk := l.clerk()
	if clerk == "" {
		return nil
	}
	n, err := t.vouch(clerk, l.Since)
	if err != nil || !l.proof.Lone && n <= mostTiesADay {
		return err
	}
	return t.flag(flagLone, l.person, Access{At: l.Since.Unix(), By: string(clerk), Organisation: placeOf(s, clerk)})
}

// placeOf is where somebody counsels a person.
func placeOf(s standing, by ieum.AccountID) string {
	for _, k := range s.cases {
		if k.Counsellor == by {
			return k.Organisation
		}
	}
	return ""
}

// refuseLink writes down that a row was not linked. One that is somebody's already
// is shown to the auditor, with whose it is; so is each try of staff's.
func (t tx) refuseLink(by Asker, s standing, l Link, holder ieum.PersonID) error {
	a := Access{At: l.Since.Unix(), By: named(by, s.person), Organisation: placeOf(s, by.ID)}
	if holder != "" || l.By != bySelf {
		if err := t.flag(flagClaim, l.person, a); err != nil {
			return err
		}
	}
	if holder != "" {
		if err := t.flag(flagClaim, holder, a); err != nil {
			return err
		}
	}
	return t.tell("door.row_refused", l.person, map[string]any{"by": a.By})
}

// Unlink ends a link: by the person, or by the counsellor they are assigned to, who
// says why and of whom an auditor is told. What reads of the row were recorded until
// then stays to be seen by the person.
func (d *Door) Unlink(ctx context.Context, by Asker, person ieum.PersonID, id, why string) error {
	now := d.now()
	return d.change(ctx, person, func(t tx, s standing) error {
		own := s.person.Account != "" && s.person.Account == by.ID
		if !own {
			if _, err := d.mine(by, s); err != nil {
				return err
			}
			if !slices.Contains(UnlinkWhy, why) {
				return fault("row_why", "/why", "say why")
			}
			if !by.Fresh {
				return ieum.ErrSignedOut
			}
		}
		n, err := t.endLink(person, id, now)
		if err != nil || n == 0 {
			return err
		}
		if !own {
			if err := t.flag(flagLink, person, Access{At: now.Unix(), By: string(by.ID), Organisation: placeOf(s, by.ID)}); err != nil {
				return err
			}
		}
		as, _ := d.capacity(by, s)
		return t.tell("door.row_unlinked", person, changeOf(by, s.person, as, now, map[string]any{"link": id, "why": why}))
	})
}

// fits refuses an account for a client of whom a row was brought in that is about
// somebody else than the account's owner was proved to be. It returns the links that it
// looked at, by id.
func (d *Door) fits(ctx context.Context, person ieum.PersonID, account ieum.AccountID, field string) (seen map[string]bool, err error) {
	seen = map[string]bool{}
	all, err := links(ctx, d.store, `person = ? AND ended = 0`, person)
	for _, l := range all {
		t, err := d.untie(l)
		if err != nil {
			return nil, err
		}
		is, err := d.about(ctx, account, t)
		if err != nil {
			return nil, err
		}
		if !is {
			return nil, fault("row_other", field, "the owner of this account was not proved to be who the résumé is about that was brought in; end that link first, or let them prove who they are once more")
		}
		seen[l.ID] = true
	}
	return seen, err
}

// about says whether a row is about who the owner of an account was proved to be.
func (d *Door) about(ctx context.Context, account ieum.AccountID, t tie) (bool, error) {
	proof, err := d.provedFor(ctx, account, t.Source)
	if err != nil || proof.Token == "" {
		return false, err
	}
	return d.Rows.IsOf(ctx, t.Source, t.Key, proof.Token)
}

// untie opens what a link holds.
func (d *Door) untie(l Link) (t tie, err error) {
	plain, err := d.Keys.Open(string(l.person), place(l.person, ieum.ImportedRecord, l.ID), l.sealed)
	if err == nil {
		err = json.Unmarshal(plain, &t)
	}
	return t, err
}

// Links lists what ties a person to rows, and what did, newest first. It says
// nothing of the rows.
func (d *Door) Links(ctx context.Context, person ieum.PersonID) ([]Link, error) {
	return links(ctx, d.store, `person = ?`, person)
}

// load puts in the rows that a person is tied to, whose reading is written down. Whose
// each is was seen when it was tied, and is looked at again: a source may have given the
// number to somebody else, and a proof may have been wrong. Such a link ends, and
// nothing of the row is shown. Of which vulnerable groups a source says somebody is tells of
// a disability and more: it is for whose own it is alone.
func (d *Door) load(ctx context.Context, person ieum.PersonID, r *Records, own bool) error {
	if len(r.ties) == 0 {
		return nil
	}
	of, err := d.store.person(ctx, person)
	if err != nil {
		return err
	}
	all, err := d.Links(ctx, person)
	if err != nil {
		return err
	}
	for _, l := range all {
		t, ok := r.ties[l.ID]
		if !ok {
			continue
		}
		row, moved, err := d.rowOf(ctx, of, t)
		if err == nil && moved {
			err = d.suspend(ctx, l)
		}
		if err != nil {
			return err
		}
		if !own {
			row.Groups = nil
		}
		if !moved {
			r.Imported = append(r.Imported, Imported{l, *row})
		}
	}
	return nil
}

// rowOf returns the row of a tie; moved says that it is about somebody else by now than
// the person. One that is gone is nobody else's. Whose it is is looked at after it was
// read: a delivery may come in between.
func (d *Door) rowOf(ctx context.Context, of Person, t tie) (row *ieum.Imported, moved bool, err error) {
	row, err = d.Rows.Imported(ctx, t.Source, t.Key)
	if errors.Is(err, ieum.ErrNotFound) {
		return &ieum.Imported{Source: t.Source, Holder: d.Rows.Agencies()[t.Source], Key: t.Key, Gone: true}, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	is, err := d.Rows.IsOf(ctx, t.Source, t.Key, t.Who)
	if err == nil && is && of.Account != "" {
		is, err = d.about(ctx, of.Account, t)
	}
	return row, !is, err
}

// suspend ends a link to a row that is about somebody else by now, and tells the person
// and an auditor.
func (d *Door) suspend(ctx context.Context, l Link) error {
	now := d.now()
	return d.change(ctx, l.person, func(t tx, s standing) error {
		n, err := t.endLink(l.person, l.ID, now)
		if err != nil || n == 0 {
			return err
		}
		if err := t.flag(flagMoved, l.person, Access{At: now.Unix(), By: string(l.By), Organisation: placeOf(s, l.By)}); err != nil {
			return err
		}
		return t.tell("door.row_moved", l.person, map[string]any{"link": l.ID, "by": byService, "at": now.Unix()})
	})
}

// byService stands in an entry for what nobody did by hand.
const byService = "service"

// others are the links of a person to rows that are about somebody else by now, by id.
func (d *Door) others(ctx context.Context, person ieum.PersonID) (map[string]bool, error) {
	of, err := d.store.person(ctx, person)
	if err != nil {
		return nil, err
	}
	all, err := links(ctx, d.store, `person = ? AND ended = 0`, person)
	out := map[string]bool{}
	for _, l := range all {
		t, err := d.untie(l)
		if isErased(err) {
			break // of an attempt that was cut off
		}
		if err == nil {
			_, out[l.ID], err = d.rowOf(ctx, of, t)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, err
}

// eraseKeys makes all that is kept under ids of a person unreadable, and all rows
// that the person is tied to, but those that are spared or about somebody else by now,
// in one step; it returns the rows. No link is added meanwhile, and none afterwards, for
// there is no key to seal it with.
func (d *Door) eraseKeys(ctx context.Context, person ieum.PersonID, spares func(Link) bool, ids ...string) (rows map[ieum.SourceID][]string, err error) {
	others, err := d.others(ctx, person)
	if err != nil {
		return nil, err
	}
	err = d.store.in(ctx, func(t tx) error {
		found, all := map[ieum.SourceID][]string{}, append(slices.Clone(ids), string(person))
		if _, err := t.lock(person); err != nil {
			return err
		}
		tied, err := links(ctx, t, `person = ? AND ended = 0`, person)
		if err != nil {
			return err
		}
		for _, l := range tied {
			one, err := d.untie(l)
			if isErased(err) {
				return nil // an attempt before erased them all: one that was cut off, or of this call, whose rows these are
			}
			if err != nil {
				return err
			}
			if others[l.ID] || spares(l) {
				continue
			}
			found[one.Source] = append(found[one.Source], one.Key)
			all = append(all, string(l.row))
		}
		rows = found
		return d.Keys.Erase(all...)
	})
	return rows, err
}
