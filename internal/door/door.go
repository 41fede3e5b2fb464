// Package door is the one way to the records of people: who they are, how to
// reach them, what they say of their work, what a counsellor wrote.
//
// Nothing about a person stands plain in the database or in a file. Read, and
// ReadPaper for one paper, are the only functions that return records, and do so
// after it is durably written down who reads, in which role, for which purpose and on
// what basis. A job over many people goes through Bulk, which writes before it reads, too.
// What is written down are ids alone; it becomes an entry of the journal, and so
// of the ledger.
//
// Read person.go for the nouns, basis.go for what is decided about them, read.go
// for the door itself, keep.go for how records come in, consent.go, ask.go, cases.go and
// mandate.go for what bases rest on, desk.go, twin.go, withdraw.go and paper.go for what
// a desk does with numbers and paper, link.go for rows that sources delivered,
// access.go for who looked at whom, bulk.go for jobs, erase.go for how everything goes away, store.go for what is kept, and
// http.go for pages and API. alert.go has what people asked to be told of, hiring.go has what employers see, apply.go those who
// apply to them from here, search.go what people
// write down of their own search for a job.
package door

import (
	"context"
	"crypto/rand"
	"embed"
	"strings"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/db"
)

//go:embed schema
var schema embed.FS

// Migrate brings the door's tables up to date.
func Migrate(ctx context.Context, d *db.DB) error { return d.Migrate(ctx, "door", schema) }

// A Sealer makes values unreadable without the key of whom they are about. An
// erased id has no key any more: both then fail with ieum.ErrErased.
type Sealer interface {
	Seal(id, place string, plain []byte) ([]byte, error)
	Open(id, place string, sealed []byte) ([]byte, error)
	Erase(ids ...string) error
	// Blind returns a keyed hash of a value, to look it up by; another at another place.
	Blind(place, value string) string
}

// A Colleague is somebody of staff.
type Colleague struct {
	ID                 ieum.AccountID `json:"id"`
	Name               string         `json:"name"`  // that they sign in with, which other staff alone is shown
	Role               ieum.RoleID    `json:"-"`     // in which they may; somebody of two roles is listed for each
	Title              ieum.Text      `json:"title"` // of it, by which people know them, such as 상담사 12
	Organisation, Site string         `json:"-"`
	Place              string         `json:"place"` // the organisation's name
	Office             string         `json:"-"`     // the site's name; "" = none
}

// A Known is who the owner of an account was proved to be, and on whose word.
type Known struct {
	Token     string         // by which rows about them are known; "" while no proof says who they are
	Simulated bool           // the proof, which says nothing of real rows
	By        ieum.AccountID // of staff, who noted the proof; "" = nobody of staff
	Lone      bool           // By also handed out a way into the account
}

// Accounts is what the door asks about those who sign in.
type Accounts interface {
	// Staff lists those who hold a role that may do something to clients, by name.
	Staff(ctx context.Context, may ieum.Permission) ([]Colleague, error)
	// IsStaff says whether an account holds any role of staff.
	IsStaff(ctx context.Context, a ieum.AccountID) (bool, error)
	// Named returns the account of a sign-in name that somebody gives, which is counted
	// and written down; of kind ErrNotFound when there is none, ErrBusy after too many.
	Named(ctx context.Context, by ieum.AccountID, name string) (ieum.AccountID, error)
	// NameOf returns what an account signs in with, which only they are shown whom it
	// acts for, and their counsellor; "" when it is no more.
	NameOf(ctx context.Context, a ieum.AccountID) (string, error)
	// Proved says whether it was seen whose account it is.
	Proved(ctx context.Context, a ieum.AccountID) (bool, error)
	// Known returns who the owner of an account was proved to be.
	Known(ctx context.Context, a ieum.AccountID) (Known, error)
	// Organisations returns the names of all organisations by id, of a kind, or of any for "".
	Organisations(ctx context.Context, kind string) (map[string]string, error)
	// TellOfAnswer has the owner of an account told that an employer answered.
	TellOfAnswer(ctx context.Context, a ieum.AccountID) error
	// Remove removes an account and all it signs in with.
	Remove(ctx context.Context, a ieum.AccountID) error
}

// Ledger is the public log that the journal goes into.
type Ledger interface {
	// Opens says whether what ties an entry to the journal is there: not before it
	// is in the log, nor once it was erased.
	Opens(ctx context.Context, seq int64) (bool, error)
	// Proof returns what opens an entry, and the proof that it is in the log
	// (c2sp.org/tlog-proof); of kind ErrNotFound or ErrUnavailable when there is none (yet).
	Proof(ctx context.Context, seq int64) (hash, salt []byte, proof string, err error)
	// Erase cuts the tie between entries and the journal for ever.
	Erase(ctx context.Context, seqs ...int64) error
}

// Resumes reads what people write or open of their work.
type Resumes interface {
	ReadText(text []byte) (ieum.Resume, error)
	// WriteText writes a résumé as text that ReadText reads.
	WriteText(of ieum.Resume) string
	// Scrub takes out of prose what looks like a number, an address or a name of somebody.
	Scrub(of ieum.Resume) ieum.Resume
}

// An Advert is what of a posting goes into the record of who applied, as it was then.
type Advert struct {
	ID        string // public number
	Title     string
	Company   string
	Link      string // its page at its source; "" = none is known
	Simulated bool   // it was made up

	// Of a posting that its employer put up here and that is open: who the employer is, and its
	// number of it; "" = one cannot apply here.
	Organisation, Own string
}

// Postings finds postings that are served.
type Postings interface {
	// Advert returns a posting by a public number; of kind ErrNotFound when there is none.
	Advert(ctx context.Context, id string) (Advert, error)
	// Follow checks the parameters of a search, and returns them in one order, and what it is called.
	Follow(search string) (canonical string, name ieum.Text, err error)
	// New lists open postings of a search that were put up from a day on, the newest first,
	// ten at most; n is how many there are, 100 for that and more.
	New(ctx context.Context, search string, since ieum.Day) (newest []ieum.Job, n int, err error)
	// Share lists by number the jobs that fit each of many people, shared out so that not all are
	// sent to the same.
	Share(ctx context.Context, people []ieum.Resume) (Shared, error)
	// Latest lists by number the newest jobs where somebody wants to work, in what they did or
	// want to do, without any forecast.
	Latest(ctx context.Context, of ieum.Resume) ([]string, error)
	// Among returns those of some jobs that are open and fit still, in their order.
	Among(ctx context.Context, of ieum.Resume, jobs []string) ([]ieum.Job, error)
}

// Needs are the others that a Door works with.
type Needs struct {
	Keys     Sealer
	Postings Postings
	Accounts Accounts
	Ledger   Ledger
	Resumes  Resumes
	Rows     Rows
}

// A Door is the way to people's records. It is safe for concurrent use.
type Door struct {
	Needs
	store *store
	set   *defs.Set
	now   func() time.Time
}

// New returns the door of a database, having brought its tables up to date.
func New(ctx context.Context, d *db.DB, set *defs.Set, now func() time.Time, n Needs) (*Door, error) {
	if err := Migrate(ctx, d); err != nil {
		return nil, err
	}
	return &Door{n, &store{d}, set, now}, nil
}

// An Asker is who wants something of the door: somebody who is signed in.
type Asker struct {
	ID    ieum.AccountID
	Fresh bool // signed in a short while ago
	May   func(ieum.Permission) bool
	Over  func(ieum.Permission, ieum.Subject) (ieum.Held, bool)
}

func newID(kind string) string { return kind + strings.ToLower(rand.Text()) }

// purpose returns a declared purpose.
func (d *Door) purpose(id ieum.PurposeID) (*defs.Purpose, error) {
	if p := d.set.Purposes[id]; p != nil {
		return p, nil
	}
	return nil, fault("purpose", "/purpose", "there is no such purpose")
}

func fault(why, field, message string) error {
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "door.error." + why, Field: field, Message: message}
}
