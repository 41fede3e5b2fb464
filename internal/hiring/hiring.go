// Package hiring keeps the postings that employers write here: drafts that are never lost,
// what was put up, corrected and closed, and from when on.
//
// What is put up goes the way of every posting: as rows of a source into the lake, and with
// the next snapshot to everybody. What is closed is gone at once, before any snapshot is
// made (Closed), and what waits for either is told (Waits). Nothing about people is kept
// here; who applied is behind the door.
//
// Read words.go for what a posting says and must say, hiring.go for what is done to one,
// store.go for the tables, outbox.go for the way into the lake, http.go for the pages.
package hiring

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/db"
)

// Needs are the others that this domain works with.
type Needs struct {
	// Organisations returns the names of employers by id.
	Organisations func(ctx context.Context) (map[string]string, error)
	// Look looks through a posting for what the law does not let an employer ask for.
	Look func(lang ieum.Lang, text string) []Warning
	// Read says what work a title and duties are, "" where that is not clear, and how likely it is right.
	Read func(title, duties string) (occupation string, chance float64)
	// Crowd counts who looks for work in an occupation, a province ("" = all) and a band of
	// experience ("" = any), as is published.
	Crowd func(occupation, region, career string) (Crowd, error)
	// Public is the number under which a posting is found once a snapshot has it.
	Public func(id string) string
	// Shut is called once a posting was closed or opened anew, so that it is gone at once.
	Shut func(ctx context.Context) error
}

// A Warning is a condition that the law may forbid, with its words and the article.
type Warning struct {
	Kind  string `json:"kind"`
	Words string `json:"words"`
	Law   string `json:"law"`
	Why   string `json:"why"`
}

// An Asker is who writes, with what they may do.
type Asker struct {
	ID   ieum.AccountID
	Over func(ieum.Permission, ieum.Subject) (ieum.Held, bool)
}

// over says whether somebody looks after the postings of an organisation.
func (a Asker) over(organisation string) bool {
	_, ok := a.Over(ieum.OwnPostings, ieum.Subject{Organisation: organisation})
	return ok
}

// The states of a posting.
const (
	Draft   = "draft"
	Open    = "open"
	Closed  = "closed"
	Dropped = "dropped" // a draft that was thrown away; kept for a while, to be taken back
)

// A Posting is one posting of an employer.
type Posting struct {
	ID           string    `json:"id"`
	Organisation string    `json:"organisation"`
	Company      string    `json:"company"` // its name
	State        string    `json:"state"`
	Words        Words     `json:"words"`           // as they are being written
	Revision     int       `json:"revision"`        // of the words; a change says which it is of
	Said         *Words    `json:"said,omitempty"`  // as they were put up last; absent: never
	Opened       ieum.Day  `json:"opened,omitzero"` // first day of it
	Closed       ieum.Day  `json:"closed,omitzero"` // last day of it
	Changed      time.Time `json:"changed"`
	Public       string    `json:"public,omitempty"` // number under which it is found; absent: it was never put up
	Waits        bool      `json:"waits,omitempty"`  // searches do not have it as it was put up last; it takes a minute

	edition int
}

// Ahead says whether what is written is not what was put up.
func (p *Posting) Ahead() bool { return p.Said != nil && p.Words != *p.Said }

// A Board keeps postings. It is safe for concurrent use.
type Board struct {
	Needs
	store *store
	set   *defs.Set
	now   func() time.Time
}

// New returns the board of a database.
func New(ctx context.Context, d *db.DB, set *defs.Set, now func() time.Time, n Needs) (*Board, error) {
	return &Board{n, &store{d}, set, now}, Migrate(ctx, d)
}

// Bounds of what one organisation keeps.
const (
	mostPostings = 10_000
	dropped      = 30 * 24 * time.Hour // that a draft thrown away can be taken back
)

func fault(why, field, message string) *ieum.Error {
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "hiring.error." + why, Field: "/" + field, Message: message}
}

// errNone is what asking for a posting of others, or of nobody, fails with.
func errNone() error {
	return &ieum.Error{Kind: ieum.ErrNotFound, Key: "hiring.error.none", Message: "there is no such posting among those you look after"}
}

// Firms are the employers whose postings somebody looks after: names by id.
func (b *Board) Firms(ctx context.Context, by Asker) (map[string]string, error) {
	all, err := b.Organisations(ctx)
	firms := map[string]string{}
	for id, name := range all {
		if by.over(id) {
			firms[id] = name
		}
	}
	return firms, err
}

// List returns the postings somebody looks after in a state ("" = all but those thrown
// away), changed last first, from a place on, and how many are in each state.
func (b *Board) List(ctx context.Context, by Asker, state string, from, most int) (list []Posting, in map[string]int, err error) {
	firms, err := b.Firms(ctx, by)
	if err != nil || len(firms) == 0 {
		return nil, map[string]int{}, err
	}
	ids := sortedKeys(firms)
	if in, err = b.store.count(ctx, ids); err != nil {
		return nil, nil, err
	}
	list, err = b.store.list(ctx, ids, state, from, most)
	for i := range list {
		b.complete(&list[i], firms)
	}
	return list, in, err
}

func (b *Board) complete(p *Posting, firms map[string]string) {
	p.Company = firms[p.Organisation]
	if p.edition > 0 {
		p.Public = b.Public(p.ID)
	}
}

// Get returns a posting that somebody looks after.
func (b *Board) Get(ctx context.Context, by Asker, id string) (*Posting, error) {
	p, err := b.store.one(ctx, id)
	if err != nil {
		return nil, err
	}
	if !by.over(p.Organisation) {
		return nil, errNone()
	}
	firms, err := b.Organisations(ctx)
	b.complete(p, firms)
	return p, err
}

// Begin keeps a first draft for an employer; "" is the one somebody looks after.
func (b *Board) Begin(ctx context.Context, by Asker, organisation string, w Words) (*Posting, error) {
	firms, err := b.Firms(ctx, by)
	if err != nil {
		return nil, err
	}
	if organisation == "" && len(firms) == 1 {
		organisation = sortedKeys(firms)[0]
	}
	if firms[organisation] == "" {
		return nil, fault("firm", "organisation", "say for which of your firms this is")
	}
	if err := w.bounded(); err != nil {
		return nil, err
	}
	now := b.now()
	p := &Posting{ID: "e" + strings.ToLower(rand.Text()), Organisation: organisation, State: Draft, Words: w, Revision: 1, Changed: now}
	if err := b.store.begin(ctx, p, now); err != nil {
		return nil, err
	}
	b.complete(p, firms)
	return p, nil
}

// Save keeps what is being written, finished or not; nobody else sees it.
func (b *Board) Save(ctx context.Context, by Asker, id string, revision int, w Words) (*Posting, error) {
	if err := w.bounded(); err != nil {
		return nil, err
	}
	return b.change(ctx, by, id, revision, func(p *Posting) (string, error) {
		p.Words = w
		return "", nil
	})
}

// PutUp keeps what is written and shows it to everybody, as soon as a snapshot has it. Where
// something is to be mended it is kept all the same, and the error says what; what the law may
// forbid is one at the field /sure, unless who puts it up is sure.
func (b *Board) PutUp(ctx context.Context, by Asker, id string, revision int, w Words, sure bool) (*Posting, error) {
	p, err := b.Save(ctx, by, id, revision, w)
	if err != nil {
		return nil, err
	}
	day := ieum.DayOf(b.now())
	if err := b.check(w, day); err != nil {
		return p, err
	}
	if found := b.Look("", w.text()); len(found) > 0 && !sure {
		e := fault("sure", "sure", "the law may forbid some of its conditions; mend them, or say that you looked at them")
		e.Args = map[string]any{"n": len(found)}
		return p, e
	}
	return b.change(ctx, by, id, p.Revision, func(p *Posting) (string, error) {
		said := p.Words
		if p.State != Open {
			p.Opened = day
		}
		p.State, p.Said, p.Closed = Open, &said, 0
		return "hiring.opened", nil
	})
}

// Close ends a posting: nobody finds it any more, at once.
func (b *Board) Close(ctx context.Context, by Asker, id string) (*Posting, error) {
	return b.change(ctx, by, id, 0, func(p *Posting) (string, error) {
		if p.State != Open {
			return "", fault("not_open", "do", "only what is put up can be closed")
		}
		p.State, p.Closed = Closed, ieum.DayOf(b.now())
		return "hiring.closed", nil
	})
}

// Drop throws a draft away that was never put up; Restore takes that back for 30 days.
func (b *Board) Drop(ctx context.Context, by Asker, id string) (*Posting, error) {
	return b.change(ctx, by, id, 0, func(p *Posting) (string, error) {
		if p.State != Draft {
			return "", fault("not_draft", "do", "what was put up is closed, and not thrown away")
		}
		p.State = Dropped
		return "", nil
	})
}

// Restore takes a draft back that was thrown away.
func (b *Board) Restore(ctx context.Context, by Asker, id string) (*Posting, error) {
	return b.change(ctx, by, id, 0, func(p *Posting) (string, error) {
		if p.State == Dropped {
			p.State = Draft
		}
		return "", nil
	})
}

// Revert writes what was public once over what is being written.
func (b *Board) Revert(ctx context.Context, by Asker, id string, edition int) (*Posting, error) {
	p, err := b.Get(ctx, by, id)
	if err != nil {
		return nil, err
	}
	all, err := b.store.editions(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(e Edition) bool { return e.N == edition })
	if i < 0 {
		return nil, fault("edition", "edition", "there is no such edition")
	}
	return b.Save(ctx, by, id, 0, all[i].Words)
}

// An Edition is what was public from a moment on.
type Edition struct {
	N     int       `json:"n"`
	State string    `json:"state"`
	Words Words     `json:"words"`
	At    time.Time `json:"at"`
}

// Editions are all editions of a posting that somebody looks after, newest first.
func (b *Board) Editions(ctx context.Context, by Asker, id string) ([]Edition, error) {
	if _, err := b.Get(ctx, by, id); err != nil {
		return nil, err
	}
	return b.store.editions(ctx, id)
}

// change does something to a posting that somebody looks after, in one transaction. do names
// the kind of the journal's entry where it is public. A revision that is not the last is
// ErrConflict; 0 is any.
func (b *Board) change(ctx context.Context, by Asker, id string, revision int, do func(*Posting) (public string, err error)) (*Posting, error) {
	public := ""
	p, err := b.store.change(ctx, id, by.ID, b.now(), func(p *Posting) (_ string, err error) {
		if !by.over(p.Organisation) {
			return "", errNone()
		}
		if revision != 0 && revision != p.Revision {
			return "", &ieum.Error{Kind: ieum.ErrConflict, Key: "hiring.error.stale", Message: "this posting was changed meanwhile; look at it again"}
		}
		public, err = do(p)
		return public, err
	})
	if err != nil {
		return nil, err
	}
	firms, err := b.Organisations(ctx)
	if err != nil {
		return nil, err
	}
	b.complete(p, firms)
	if public != "" {
		err = b.Shut(ctx)
	}
	return p, err
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Of says whose posting one is, by its number, and whether it is open; of kind ErrNotFound where there is
// none of it. It is nothing that is not public.
func (b *Board) Of(ctx context.Context, id string) (organisation string, open bool, err error) {
	p, err := b.store.one(ctx, id)
	if err != nil {
		return "", false, err
	}
	return p.Organisation, p.State == Open, nil
}
