package door

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"ieum"
	"ieum/internal/platform/journal"
)

func isErased(err error) bool { return errors.Is(err, ieum.ErrErased) }

// Erase makes all that is kept of the asker unreadable for ever, everywhere: the
// key goes first, and with it every copy in backups and files; then the rows,
// the account, and what tied the person to entries of the ledger. A row with
// the drawn id stays, and the journal, which names nobody. It asks for a fresh
// sign-in. A crash in between is gone on with at the next start. An account of which
// no records are kept goes the same way. The rows that the person is tied to, and that
// are still about them, are erased with them: their keys in the same step, so that all
// of it has begun or nothing.
func (d *Door) Erase(ctx context.Context, by Asker) error {
	if !by.Fresh {
		return ieum.ErrSignedOut
	}
	p, err := d.Own(ctx, by)
	var rows map[ieum.SourceID][]string
	switch {
	case errors.Is(err, ieum.ErrNotFound):
		err = d.Keys.Erase(string(by.ID))
	case err == nil:
		if rows, err = d.eraseKeys(ctx, p.ID, func(Link) bool { return false }, string(by.ID)); err == nil {
			err = d.erase(ctx, p.ID)
		}
	}
	if err != nil {
		return err
	}
	if err := d.Accounts.Remove(ctx, by.ID); err != nil && !errors.Is(err, ieum.ErrNotFound) {
		return err
	}
	if err := d.Replay(ctx, []string{string(by.ID)}); err != nil { // of what came in meanwhile
		return err
	}
	return d.eraseRows(ctx, bySelf, rows)
}

// eraseRows goes on with rows whose keys are gone: nobody is shown them any more.
func (d *Door) eraseRows(ctx context.Context, by ieum.AccountID, rows map[ieum.SourceID][]string) error {
	if len(rows) == 0 {
		return nil
	}
	ctx = context.WithoutCancel(ctx) // it goes on also when nobody waits
	for source, keys := range rows {
		for _, key := range keys {
			if err := d.erase(ctx, d.Rows.RowPerson(source, key)); err != nil {
				return err
			}
		}
	}
	return d.Rows.HideErased(ctx, by, rows)
}

// EraseClient does so for a client of the asker's who has no account, and asked
// for it in writing; the paper stays with the organisation. Who did it is written
// down before, and an auditor is told. It asks for a fresh sign-in, and for a case,
// also one whose consent ended, or the last one, when all have ended. Rows that the
// asker tied are nobody's again: nobody makes somebody up and destroys a stranger's row
// alone. Nor does who took a client up destroy them alone: they hand the case over to a
// colleague, who does.
func (d *Door) EraseClient(ctx context.Context, by Asker, person ieum.PersonID) error {
	if !by.Fresh {
		return ieum.ErrSignedOut
	}
	return d.eraseClient(ctx, by, person, "paper", func(t tx, by Asker, s standing) (Case, error) {
		k, err := lastOf(t, by, s)
		if err == nil {
			err = t.notTakenUp(by.ID, person)
		}
		return k, err
	})
}

// notTakenUp refuses who neither registered a client nor was handed them, and so took
// them up: any desk of an office can, on its own word.
func (t tx) notTakenUp(by ieum.AccountID, person ieum.PersonID) error {
	all, err := cases(t.ctx, t, `person = ? AND counsellor = ?`, person, by)
	if err == nil && !slices.ContainsFunc(all, func(k Case) bool { return k.Number == k.Client || k.Giver != "" }) {
		err = fault("took_up", "/sure", "who took a client up hands the case over to a colleague, who erases it")
	}
	return err
}

// visitLasts is how long what a desk registered can be undone: as long as a visit lasts.
const visitLasts = 2 * time.Hour

// Undo erases somebody whom the asker registered by mistake within the same visit,
// as EraseClient does, without a wish in writing or a new sign-in. A row that they
// were tied to is nobody's again: who was registered by mistake erases no one.
func (d *Door) Undo(ctx context.Context, by Asker, person ieum.PersonID) error {
	return d.eraseClient(ctx, by, person, undone, func(t tx, by Asker, s standing) (Case, error) {
		k, err := lastOf(t, by, s)
		if err == nil && !d.undoable(k, s.person) {
			err = fault("visit", "", "this can be undone within two hours, by who registered them")
		}
		return k, err
	})
}

// undone stands in the journal for the wish of who was registered by mistake.
const undone = "undone"

// undoable says whether a case is that of a registration that may be undone.
func (d *Door) undoable(k Case, of Person) bool {
	return of.Account == "" && k.Giver == "" && k.Ended.IsZero() && k.Since.Equal(of.Made) && d.now().Before(of.Made.Add(visitLasts))
}

// lastOf returns a case of somebody's with a person, whether or not what it rests on
// is there; or the last one there was, when all have ended.
func lastOf(t tx, by Asker, s standing) (Case, error) {
	k, missing := assigned(by, s, func(Case) bool { return true })
	if missing == nil {
		return k, nil
	}
	last, err := cases(t.ctx, t, `person = ? ORDER BY number DESC LIMIT 1`, s.person.ID)
	if err != nil {
		return k, err
	}
	if len(last) == 1 && last[0].Counsellor == by.ID {
		if _, ok := by.Over(ieum.WriteClients, last[0].subject(s)); ok {
			return last[0], nil
		}
	}
	return k, missing
}

func (d *Door) eraseClient(ctx context.Context, by Asker, person ieum.PersonID, wish string, caseOf func(tx, Asker, standing) (Case, error)) error {
	now := d.now()
	err := d.change(ctx, person, func(t tx, s standing) error {
		k, err := caseOf(t, by, s)
		if err != nil {
			return err
		}
		if s.person.Account != "" {
			return fault("has_account", "/sure", "who has an account erases their records themselves")
		}
		if err := t.flag(flagErased, person, Access{At: now.Unix(), By: string(by.ID), Organisation: k.Organisation}); err != nil {
			return err
		}
		return t.tell("door.erasing", person, map[string]any{"by": by.ID, "case": k.Number, "wish": wish})
	})
	if err != nil {
		return err
	}
	if wish == undone {
		if err := d.Keys.Erase(string(person)); err != nil {
			return err
		}
		return d.erase(ctx, person)
	}
	rows, err := d.eraseKeys(ctx, person, func(l Link) bool { return l.By == by.ID })
	if err != nil {
		return err
	}
	if err := d.erase(ctx, person); err != nil {
		return err
	}
	return d.eraseRows(ctx, by.ID, rows)
}

// erase empties the rows of somebody whose key is gone.
func (d *Door) erase(ctx context.Context, id ieum.PersonID) error {
	now := d.now()
	return d.store.in(ctx, func(t tx) error {
		n, err := t.empty(id, now)
		if err != nil || n == 0 {
			return err
		}
		return t.tell("door.erased", id, struct{}{})
	})
}

// Replay erases those whose keys are gone from a database that still has rows of
// them: one that is older than the erasure, or was left by a crash; and with an account
// what is kept of its owner.
func (d *Door) Replay(ctx context.Context, erased []string) error {
	for _, id := range erased {
		person := ieum.PersonID(id)
		if !strings.HasPrefix(id, "p") {
			p, err := d.store.personOf(ctx, ieum.AccountID(id))
			if errors.Is(err, ieum.ErrNotFound) {
				continue
			}
			if err == nil {
				err = d.Keys.Erase(string(p.ID))
			}
			if err != nil {
				return err
			}
			person = p.ID
		}
		if err := d.erase(ctx, person); err != nil {
			return err
		}
	}
	return nil
}

// Follower cuts what ties erased people and accounts to entries of the ledger, once
// those entries are in it, ends the mandates of accounts that were removed, and tells the auditor of quarantines that were opened.
// Done twice it is done once.
func (d *Door) Follower() journal.Follower {
	return journal.Follower{Name: "door", Handle: func(ctx context.Context, e journal.Entry) error {
		switch e.Kind {
		case "catalogue.quarantine.opened":
			return d.store.opened(ctx, e)
		case "identity.account_removed":
			if err := d.endHeld(ctx, ieum.AccountID(e.Subject)); err != nil {
				return err
			}
			return d.cut(ctx, e)
		case "door.erased":
			return d.cut(ctx, e)
		}
		return nil
	}}
}

// cut erases the ties of all entries about a subject before the one that says that
// it is gone.
func (d *Door) cut(ctx context.Context, e journal.Entry) error {
	// The erasure's own entry stays provable; it comes after all others.
	in, err := d.Ledger.Opens(ctx, e.Seq)
	if err != nil {
		return err
	}
	if !in {
		return errNotYet
	}
	for before := e.Seq; ; {
		entries, err := journal.Of(ctx, d.store.db, e.Subject, "", before, 500)
		if err != nil || len(entries) == 0 {
			return err
		}
		var seqs []int64
		for _, one := range entries {
			seqs = append(seqs, one.Seq)
			before = one.Seq
		}
		if err := d.Ledger.Erase(ctx, seqs...); err != nil {
			return err
		}
	}
}

// errNotYet says that the ledger has not come as far as the journal.
var errNotYet = errors.New("door: the ledger has not come so far; it is tried again")

// NotYet says whether a follower's failure is only that it waits for the ledger.
func NotYet(err error) bool { return errors.Is(err, errNotYet) }
