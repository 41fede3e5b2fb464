package door

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/db"
	"ieum/internal/platform/journal"
)

// a store keeps the door's tables.
type store struct{ db *db.DB }

// rows are what a query reads, from the database or in a transaction.
type rows interface {
	Next() bool
	Scan(...any) error
	Err() error
	Close() error
}

// a querier is the database, or a transaction.
type querier interface {
	query(ctx context.Context, query string, args ...any) (rows, error)
}

func (s *store) query(ctx context.Context, query string, args ...any) (rows, error) {
	return s.db.QueryContext(ctx, query, args...)
}

func (t tx) query(ctx context.Context, query string, args ...any) (rows, error) {
	return t.QueryContext(ctx, query, args...)
}

// errNobody is what asking for somebody who is not there, or not any more, fails
// with.
func errNobody() error {
	return &ieum.Error{Kind: ieum.ErrNotFound, Key: "door.error.nobody", Message: "there is nobody of this id, or not any more"}
}

// in runs fn in a transaction.
func (s *store) in(ctx context.Context, fn func(t tx) error) error {
	return s.db.Tx(ctx, func(sqltx *sql.Tx) error { return fn(tx{ctx, sqltx}) })
}

// a tx is a transaction of the door.
type tx struct {
	ctx context.Context
	*sql.Tx
}

func (t tx) exec(query string, args ...any) (int64, error) {
	res, err := t.ExecContext(t.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// tell appends an entry to the journal. Its data, an object, gets a member that is
// drawn: a proof of an entry holds the hash of the one before it, which somebody
// who can guess all the rest of that one must not be able to confirm.
func (t tx) tell(kind string, subject ieum.PersonID, data any) error {
	plain, err := json.Marshal(data)
	if err != nil {
		return err
	}
	more := `,"drawn":"` + rand.Text() + `"}`
	if string(plain) == "{}" {
		more = more[1:]
	}
	return journal.Append(t.ctx, t.Tx, kind, string(subject), json.RawMessage(string(plain[:len(plain)-1])+more))
}

const personColumns = `id, COALESCE(account, ''), organisation, site, basis, made, reads, erased`

func scanPerson(row interface{ Scan(...any) error }) (p Person, err error) {
	var made, erased int64
	err = row.Scan(&p.ID, &p.Account, &p.Organisation, &p.Site, &p.Basis, &made, &p.Reads, &erased)
	if errors.Is(err, sql.ErrNoRows) {
		return p, errNobody()
	}
	p.Made, p.Erased = time.Unix(made, 0), erased != 0
	if err == nil && p.Erased {
		return p, errNobody()
	}
	return p, err
}

func (s *store) person(ctx context.Context, id ieum.PersonID) (Person, error) {
	return scanPerson(s.db.QueryRowContext(ctx, `SELECT `+personColumns+` FROM door_person WHERE id = ?`, id))
}

func (s *store) personOf(ctx context.Context, a ieum.AccountID) (Person, error) {
	return scanPerson(s.db.QueryRowContext(ctx, `SELECT `+personColumns+` FROM door_person WHERE account = ?`, a))
}

func (t tx) person(id ieum.PersonID) (Person, error) {
	return scanPerson(t.QueryRowContext(t.ctx, `SELECT `+personColumns+` FROM door_person WHERE id = ?`, id))
}

// lock returns a person whom nothing else changes until the transaction ends: an
// erasure and a write of a record do not pass each other.
func (t tx) lock(id ieum.PersonID) (Person, error) {
	return scanPerson(t.QueryRowContext(t.ctx, `UPDATE door_person SET made = made WHERE id = ? RETURNING `+personColumns, id))
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (t tx) addPerson(p Person) error {
	_, err := t.exec(`INSERT INTO door_person (id, account, organisation, site, basis, made, reads, erased) VALUES (?, ?, ?, ?, ?, ?, 0, 0)`,
		p.ID, nullable(string(p.Account)), p.Organisation, p.Site, p.Basis, p.Made.Unix())
	return err
}

// make adds a person of an account, or returns the one who is there.
func (s *store) makeOf(ctx context.Context, p Person) (Person, error) {
	err := s.in(ctx, func(t tx) error {
		n, err := t.exec(`INSERT INTO door_person (id, account, organisation, site, made, reads, erased) VALUES (?, ?, '', '', ?, 0, 0) ON CONFLICT DO NOTHING`,
			p.ID, p.Account, p.Made.Unix())
		if err != nil || n == 0 {
			return err
		}
		return t.tell("door.person", p.ID, struct{}{})
	})
	if err != nil {
		return p, err
	}
	return s.personOf(ctx, p.Account)
}

// read decides about a read, numbers it and appends its access record, in one
// transaction; and returns the sealed rows as they were in it.
func (s *store) read(ctx context.Context, by Asker, id ieum.PersonID, kinds []ieum.RecordKind, paper string, now time.Time,
	decide func(standing) (Access, error)) (a Access, rows []kept, err error) {
	err = s.in(ctx, func(t tx) error {
		rows = nil
		n, err := t.count(id)
		if err != nil {
			return err
		}
		if n == 0 {
			return errNobody()
		}
		var of standing
		if of.person, err = t.person(id); err != nil {
			return err
		}
		if err := of.fill(ctx, t, now); err != nil {
			return err
		}
		if of.hour, err = t.hour(by.ID, now); err != nil {
			return err
		}
		if of.acted, err = t.acted(by.ID, of, now); err != nil {
			return err
		}
		if a, err = decide(of); err != nil {
			return err
		}
		a.N = of.person.Reads
		if err := t.tell("door.read", id, a); err != nil {
			return err
		}
		if err := t.watch(by.ID, id, a); err != nil {
			return err
		}
		if rows, err = records(ctx, t, id, kinds, paper); err != nil {
			return err
		}
		return t.tellRows(rows, a)
	})
	return a, rows, err
}

// count numbers a read of a person; 0 is nobody. A database that does not keep the
// number, as a trigger of somebody else's has it do, fails the read.
func (t tx) count(id ieum.PersonID) (n int64, err error) {
	const number = `SELECT reads FROM door_person WHERE id = ? AND erased = 0`
	var before int64
	err = t.QueryRowContext(t.ctx, number, id).Scan(&before)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err == nil {
		_, err = t.exec(`UPDATE door_person SET reads = reads + 1 WHERE id = ? AND erased = 0`, id)
	}
	if err == nil {
		err = t.QueryRowContext(t.ctx, number, id).Scan(&n)
	}
	if err == nil && n != before+1 {
		err = &ieum.Error{Kind: ieum.ErrUnavailable, Key: "error.database", Message: "the database does not keep how often somebody was read: something in it that ieum did not make sets it back; ieum fsck names it"}
	}
	return n, err
}

// hour returns how often somebody read in this hour.
func (t tx) hour(by ieum.AccountID, now time.Time) (n int64, err error) {
	err = t.QueryRowContext(t.ctx, `SELECT reads FROM door_reader WHERE reader = ? AND hour = ?`, by, now.Unix()/3600).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, err
}

// acted returns of how many others somebody read in this hour as who acts for them, 0
// where they do not act for this one.
func (t tx) acted(by ieum.AccountID, of standing, now time.Time) (n int64, err error) {
	if !slices.ContainsFunc(of.mandates, func(m Mandate) bool { return m.Holder == by }) {
		return 0, nil
	}
	err = t.QueryRowContext(t.ctx, `SELECT COUNT(DISTINCT person) FROM door_mandate WHERE holder = ? AND looked = ? AND person <> ?`, by, now.Unix()/3600, of.person.ID).Scan(&n)
	return n, err
}

// watch counts a read by somebody else, and puts one with flags before the
// auditor.
func (t tx) watch(by ieum.AccountID, id ieum.PersonID, a Access) error {
	if a.Basis == defs.BasisSelf {
		return nil
	}
	if a.Basis == defs.BasisMandate {
		if _, err := t.exec(`UPDATE door_mandate SET looked = ? WHERE id = ?`, a.At/3600, a.Ref); err != nil {
			return err
		}
	}
	_, err := t.exec(`INSERT INTO door_reader (reader, hour, reads) VALUES (?, ?, 1) ON CONFLICT (reader, hour) DO UPDATE SET reads = door_reader.reads + 1`, by, a.At/3600)
	for _, flag := range a.Flags {
		if err == nil {
			err = t.flag(flag, id, a)
		}
	}
	return err
}

func (t tx) flag(flag string, id ieum.PersonID, a Access) error {
	_, err := t.exec(`INSERT INTO door_watch (flag, person, n, reader, role, organisation, purpose, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		flag, id, a.N, a.By, a.Role, a.Organisation, a.Purpose, a.At)
	return err
}

// refuse writes down a read that was refused.
func (s *store) refuse(ctx context.Context, id ieum.PersonID, a Access) error {
	return s.in(ctx, func(t tx) error {
		if err := t.tell("door.refused", id, a); err != nil {
			return err
		}
		return t.flag(flagRefused, id, a)
	})
}

// standing is what bears on reading about a person now.
func (s *store) standing(ctx context.Context, id ieum.PersonID, now time.Time) (of standing, err error) {
	if of.person, err = s.person(ctx, id); err != nil {
		return of, err
	}
	return of, of.fill(ctx, s, now)
}

// fill reads what belongs to the person of a standing.
func (of *standing) fill(ctx context.Context, q querier, now time.Time) (err error) {
	of.now = now
	id := of.person.ID
	if of.consents, err = consents(ctx, q, `person = ? AND `+given, id, now.Unix()); err != nil {
		return err
	}
	if of.cases, err = cases(ctx, q, `person = ? AND ended = 0 ORDER BY number`, id); err != nil {
		return err
	}
	of.mandates, err = mandates(ctx, q, inForce+` AND person = ?`, now.Unix(), id)
	return err
}

// list runs a query and returns its rows.
func list[T any](ctx context.Context, q querier, one func(scan func(...any) error) (T, error), query string, args ...any) (all []T, err error) {
	found, err := q.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	for found.Next() {
		v, err := one(found.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, found.Err()
}

// unix is the inverse of moment.
func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func moment(unix int64) time.Time {
	if unix == 0 {
		return time.Time{}
	}
	return time.Unix(unix, 0)
}

func consents(ctx context.Context, q querier, where string, args ...any) ([]Consent, error) {
	return list(ctx, q, func(scan func(...any) error) (c Consent, err error) {
		var kinds string
		var since, until, stopped int64
		err = scan(&c.ID, &c.Person, &c.Purpose, &c.Version, &c.Account, &c.Organisation, &kinds, &since, &until, &stopped, &c.Paper, &c.Mandate, &c.Withdrawal)
		for k := range strings.FieldsSeq(kinds) {
			c.Kinds = append(c.Kinds, ieum.RecordKind(k))
		}
		c.Since, c.Until, c.Stopped = moment(since), moment(until), moment(stopped)
		return c, err
	}, `SELECT id, person, purpose, version, account, organisation, kinds, since, until, stopped, paper, mandate, withdrawal FROM door_consent WHERE `+where+` ORDER BY since DESC, id`, args...)
}

func cases(ctx context.Context, q querier, where string, args ...any) ([]Case, error) {
	return list(ctx, q, func(scan func(...any) error) (c Case, err error) {
		var since, seen, ended int64
		err = scan(&c.Number, &c.Client, &c.Person, &c.Counsellor, &c.Organisation, &c.Site, &c.Basis, &c.Consent, &c.Giver, &since, &seen, &ended)
		c.Since, c.Seen, c.Ended = moment(since), moment(seen), moment(ended)
		return c, err
	}, `SELECT number, (SELECT MIN(number) FROM door_case AS f WHERE f.person = door_case.person), person, counsellor, organisation, site, basis, consent, giver, since, seen, ended FROM door_case WHERE `+where, args...)
}

func mandates(ctx context.Context, q querier, where string, args ...any) ([]Mandate, error) {
	return list(ctx, q, func(scan func(...any) error) (m Mandate, err error) {
		var since, until, ended int64
		err = scan(&m.ID, &m.Person, &m.Holder, &m.Kind, &m.Shown, &m.Organisation, &m.Proposer, &m.Confirmer, &m.Paper, &since, &until, &ended, &m.Withdrawal)
		m.Since, m.Until, m.Ended = moment(since), moment(until), moment(ended)
		return m, err
	}, `SELECT id, person, holder, kind, shown, organisation, proposer, confirmer, paper, since, until, ended, withdrawal FROM door_mandate WHERE `+where+` ORDER BY since, id`, args...)
}

// records returns the sealed rows of some kinds, newest first within each; of papers, which
// may have megabytes each, the one of an item.
func records(ctx context.Context, q querier, id ieum.PersonID, kinds []ieum.RecordKind, paper string) ([]kept, error) {
	if len(kinds) == 0 {
		return nil, nil
	}
	args := []any{id}
	for _, k := range kinds {
		args = append(args, k)
	}
	args = append(args, ieum.PaperRecord, paper)
	rows, err := list(ctx, q, func(scan func(...any) error) (k kept, err error) {
		var changed int64
		err = scan(&k.Kind, &k.Item, &k.sealed, &changed)
		k.Changed = moment(changed)
		return k, err
	}, `SELECT kind, item, sealed, changed FROM door_record WHERE person = ? AND kind IN (?`+strings.Repeat(`, ?`, len(kinds)-1)+`) AND (kind <> ? OR item = ?) ORDER BY kind, changed DESC, item`, args...)
	if err != nil || !slices.Contains(kinds, ieum.ImportedRecord) {
		return rows, err
	}
	tied, err := ties(ctx, q, id)
	return append(rows, tied...), err
}

// have lists which records there are of a person, without what they hold.
func (s *store) have(ctx context.Context, id ieum.PersonID) ([]kept, error) {
	rows, err := list(ctx, s, func(scan func(...any) error) (k kept, err error) {
		var changed int64
		err = scan(&k.Kind, &k.Item, &changed)
		k.Changed = moment(changed)
		return k, err
	}, `SELECT kind, item, changed FROM door_record WHERE person = ? ORDER BY kind, changed DESC, item`, id)
	if err != nil {
		return nil, err
	}
	tied, err := ties(ctx, s, id)
	return append(rows, tied...), err
}

// has says whether there is a record of a kind and item.
func (t tx) has(id ieum.PersonID, kind ieum.RecordKind, item string) (is bool, err error) {
	err = t.QueryRowContext(t.ctx, `SELECT EXISTS (SELECT 1 FROM door_record WHERE person = ? AND kind = ? AND item = ?)`, id, kind, item).Scan(&is)
	return is, err
}

// one returns a sealed record; errNobody's kind when there is none.
func (t tx) one(id ieum.PersonID, kind ieum.RecordKind, item string) (k kept, err error) {
	k = kept{Kind: kind, Item: item}
	err = t.QueryRowContext(t.ctx, `SELECT sealed FROM door_record WHERE person = ? AND kind = ? AND item = ?`, id, kind, item).Scan(&k.sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return k, ieum.ErrNotFound
	}
	return k, err
}

// put keeps a sealed record in the place of one of its kind and item.
func (t tx) put(id ieum.PersonID, kind ieum.RecordKind, item string, sealed []byte, now time.Time) error {
	_, err := t.exec(`INSERT INTO door_record (person, kind, item, sealed, changed) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (person, kind, item) DO UPDATE SET sealed = excluded.sealed, changed = excluded.changed`, id, kind, item, sealed, now.Unix())
	return err
}

func (t tx) addConsent(c Consent) error {
	var kinds []string
	for _, k := range c.Kinds {
		kinds = append(kinds, string(k))
	}
	_, err := t.exec(`INSERT INTO door_consent (id, person, purpose, version, account, organisation, kinds, since, until, stopped, paper, mandate) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)`,
		c.ID, c.Person, c.Purpose, c.Version, c.Account, c.Organisation, strings.Join(kinds, " "), c.Since.Unix(), c.Until.Unix(), c.Paper, c.Mandate)
	return err
}

func (t tx) addCase(c Case) (n int64, err error) {
	err = t.QueryRowContext(t.ctx, `INSERT INTO door_case (person, counsellor, organisation, site, basis, consent, giver, since, seen, ended) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0) RETURNING number`,
		c.Person, c.Counsellor, c.Organisation, c.Site, c.Basis, c.Consent, c.Giver, c.Since.Unix(), unix(c.Seen)).Scan(&n)
	return n, err
}

func (t tx) addMandate(m Mandate) error {
	_, err := t.exec(`INSERT INTO door_mandate (id, person, holder, kind, shown, organisation, proposer, confirmer, paper, since, until, ended) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
		m.ID, m.Person, m.Holder, m.Kind, m.Shown, m.Organisation, m.Proposer, m.Confirmer, m.Paper, m.Since.Unix(), m.Until.Unix())
	return err
}

// The statements of single changes. Each returns how many rows it changed where
// that may be none.

func (t tx) drop(id ieum.PersonID, kind ieum.RecordKind, item string) (int64, error) {
	return t.exec(`DELETE FROM door_record WHERE person = ? AND kind = ? AND item = ?`, id, kind, item)
}

func (t tx) setStopped(consent string, now time.Time) error {
	_, err := t.exec(`UPDATE door_consent SET stopped = ? WHERE id = ?`, now.Unix(), consent)
	return err
}

func (t tx) setEnded(number int64, now time.Time) error {
	_, err := t.exec(`UPDATE door_case SET ended = ? WHERE number = ?`, now.Unix(), number)
	return err
}

func (t tx) endMandate(id ieum.PersonID, mandate string, now time.Time) (int64, error) {
	return t.exec(`UPDATE door_mandate SET ended = ? WHERE id = ? AND person = ? AND ended = 0`, now.Unix(), mandate, id)
}

// free says whether a person has no account, and an account is nobody's.
func (t tx) free(p Person, a ieum.AccountID) (free bool, err error) {
	err = t.QueryRowContext(t.ctx, `SELECT NOT EXISTS (SELECT 1 FROM door_person WHERE account = ?)`, a).Scan(&free)
	return free && p.Account == "", err
}

// setAccount gives a person an account, which fails when it is another's by now.
func (t tx) setAccount(id ieum.PersonID, a ieum.AccountID) error {
	_, err := t.exec(`UPDATE door_person SET account = ? WHERE id = ?`, a, id)
	return err
}

func (t tx) addComplaint(c Complaint) (int64, error) {
	return t.exec(`INSERT INTO door_complaint (person, teller, n, seq, made, outcome) VALUES (?, ?, ?, ?, ?, 'open') ON CONFLICT DO NOTHING`, c.Person, c.Teller, c.N, c.Seq, c.Made.Unix())
}

func (t tx) settle(id, teller ieum.PersonID, n int64, outcome string, reason []byte) (int64, error) {
	return t.exec(`UPDATE door_complaint SET outcome = ?, reason = ? WHERE person = ? AND teller = ? AND n = ? AND outcome = 'open'`, outcome, reason, id, teller, n)
}

// empty leaves a tombstone of somebody, unless that is all there is. What an
// auditor was shown stays: it holds ids alone.
func (t tx) empty(id ieum.PersonID, now time.Time) (int64, error) {
	n, err := t.exec(`UPDATE door_person SET account = NULL, organisation = '', site = '', basis = '', who = '', token = '', erased = ? WHERE id = ? AND erased = 0`, now.Unix(), id)
	if err != nil || n == 0 {
		return n, err
	}
	for _, query := range []string{
		`DELETE FROM door_record WHERE person = ?`, `DELETE FROM door_consent WHERE person = ?`, `DELETE FROM door_case WHERE person = ?`,
		`DELETE FROM door_mandate WHERE person = ?`, `DELETE FROM door_applicant WHERE person = ?`, `DELETE FROM door_withdrawal WHERE person = ?`, `DELETE FROM door_link WHERE person = ?`, `UPDATE door_complaint SET reason = NULL WHERE teller = ?`, `UPDATE door_member SET person = NULL, salt = NULL WHERE person = ?`,
	} {
		if _, err := t.exec(query, id); err != nil {
			return n, err
		}
	}
	return n, nil
}
