package door

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"math"
	"strings"
	"time"

	"ieum"
	"ieum/internal/platform/journal"
)

// accesses returns up to most access records of a person, newest first, from
// before an entry on (0 = from the newest).
func (s *store) accesses(ctx context.Context, id ieum.PersonID, before int64, most int) ([]journal.Entry, error) {
	return journal.Of(ctx, s.db, string(id), "door.read", before, most)
}

// entry returns an entry of the journal, and the hash of the one before it.
func (s *store) entry(ctx context.Context, seq int64) (e journal.Entry, before []byte, err error) {
	list, err := journal.After(ctx, s.db, max(seq-2, 0), 2)
	for _, one := range list {
		switch one.Seq {
		case seq - 1:
			before = one.Hash
		case seq:
			return one, before, err
		}
	}
	if err == nil {
		err = ieum.ErrNotFound
	}
	return e, nil, err
}

// entryOf returns the number of the newest entry of a kind about a person that
// is the one; 0 when it has none yet.
func (s *store) entryOf(ctx context.Context, id ieum.PersonID, kind string, is func(json.RawMessage) bool) (int64, error) {
	for before := int64(0); ; {
		entries, err := journal.Of(ctx, s.db, string(id), kind, before, 100)
		if err != nil || len(entries) == 0 {
			return 0, err
		}
		for _, e := range entries {
			if is(e.Data) {
				return e.Seq, nil
			}
			before = e.Seq
		}
		if before == 0 {
			return 0, nil
		}
	}
}

func (s *store) complaints(ctx context.Context, where string, args ...any) ([]Complaint, error) {
	return list(ctx, s, func(scan func(...any) error) (c Complaint, err error) {
		var made int64
		err = scan(&c.Person, &c.Teller, &c.N, &c.Seq, &made, &c.Outcome, &c.sealed)
		c.Made = moment(made)
		return c, err
	}, `SELECT person, teller, n, seq, made, outcome, reason FROM door_complaint WHERE `+where, args...)
}

func (s *store) openComplaints(ctx context.Context) (n int64, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM door_complaint WHERE outcome = 'open'`).Scan(&n)
	return n, err
}

func (s *store) flagCounts(ctx context.Context) (map[string]int64, error) {
	counts := map[string]int64{}
	_, err := list(ctx, s, func(scan func(...any) error) (struct{}, error) {
		var flag string
		var n int64
		err := scan(&flag, &n)
		counts[flag] = n
		return struct{}{}, err
	}, `SELECT flag, COUNT(*) FROM door_watch GROUP BY flag`)
	return counts, err
}

func (s *store) watched(ctx context.Context, flag string, before int64, most int) ([]Watched, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return list(ctx, s, func(scan func(...any) error) (w Watched, err error) {
		var at int64
		err = scan(&w.Number, &w.Flag, &w.Person, &w.N, &w.Reader, &w.Role, &w.Organisation, &w.Purpose, &at)
		w.At = moment(at)
		return w, err
	}, `SELECT number, flag, person, n, reader, role, organisation, purpose, at FROM door_watch WHERE flag = ? AND number < ? ORDER BY number DESC LIMIT ?`, flag, before, most)
}

// opened puts before the auditor that somebody opened a quarantine, once.
func (s *store) opened(ctx context.Context, e journal.Entry) error {
	var of struct {
		By      string         `json:"by"`
		Purpose ieum.PurposeID `json:"purpose"`
	}
	if err := json.Unmarshal(e.Data, &of); err != nil {
		return err
	}
	return s.in(ctx, func(t tx) error {
		var had int
		err := t.QueryRowContext(ctx, `SELECT COUNT(*) FROM door_watch WHERE flag = ? AND n = ?`, flagQuarantine, e.Seq).Scan(&had)
		if err != nil || had > 0 {
			return err
		}
		return t.flag(flagQuarantine, ieum.PersonID(e.Subject), Access{N: e.Seq, At: e.Sealed.Unix(), By: of.By, Purpose: of.Purpose})
	})
}

// addBulk writes a job for an organisation down with whom it reads of, if may allows it in the same
// transaction.
func (s *store) addBulk(ctx context.Context, b *Bulk, organisation string, root []byte, members []member, data any, may func(tx) error) error {
	return s.in(ctx, func(t tx) error {
		if err := may(t); err != nil {
			return err
		}
		if _, err := t.exec(`INSERT INTO door_bulk (id, job, organisation, purpose, people, root, at, asked, agreed, slice) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			b.ID, b.Job, organisation, b.Purpose, b.People, root, b.At.Unix(), b.Asked, b.Agreed, b.Slice); err != nil {
			return err
		}
		for at := 0; at < len(members); at += rowsAtOnce {
			some := members[at:min(at+rowsAtOnce, len(members))]
			var args []any
			for i, m := range some {
				args = append(args, b.ID, at+i, m.leaf, nullable(string(m.person)), m.salt)
			}
			_, err := t.exec(`INSERT INTO door_member (bulk, place, leaf, person, salt) VALUES (?, ?, ?, ?, ?)`+strings.Repeat(`, (?, ?, ?, ?, ?)`, len(some)-1), args...)
			if err != nil {
				return err
			}
		}
		return t.tell("door.bulk", ieum.PersonID(b.ID), data)
	})
}

// rowsAtOnce is how many rows one statement inserts.
const rowsAtOnce = 100

const bulkColumns = `door_bulk.id, job, purpose, people, root, at, asked, agreed, slice`

func scanBulk(scan func(...any) error, b *Bulk, more ...any) error {
	var root []byte
	var at int64
	err := scan(append([]any{&b.ID, &b.Job, &b.Purpose, &b.People, &root, &at, &b.Asked, &b.Agreed, &b.Slice}, more...)...)
	b.Root, b.At = hex.EncodeToString(root), moment(at)
	return err
}

// exports lists the exports for a purpose to an organisation, newest first, with those of
// which it is not known.
func (t tx) exports(purpose ieum.PurposeID, organisation string) ([]string, error) {
	return list(t.ctx, t, func(scan func(...any) error) (id string, err error) {
		return id, scan(&id)
	}, `SELECT id FROM door_bulk WHERE job = ? AND purpose = ? AND organisation IN ('', ?) ORDER BY at DESC, id`, exportJob, purpose, organisation)
}

// members are those whose data a job read, and how many of them were erased since.
func (t tx) members(bulk string) (people map[ieum.PersonID]bool, erased int, err error) {
	all, err := list(t.ctx, t, func(scan func(...any) error) (id ieum.PersonID, err error) {
		return id, scan(&id)
	}, `SELECT COALESCE(person, '') FROM door_member WHERE bulk = ?`, bulk)
	people = map[ieum.PersonID]bool{}
	for _, id := range all {
		if id == "" {
			erased++
			continue
		}
		people[id] = true
	}
	return people, erased, err
}

// jobSort numbers the sorts of jobs as jobSorts lists them.
const jobSort = `CASE job WHEN '` + exportJob + `' THEN 0 WHEN '` + figuresJob + `' THEN 1 ELSE 2 END`

// jobs lists the newest jobs of a sort, from before one on if that is of the sort, and says
// how many there are in all.
func (s *store) jobs(ctx context.Context, sort int, before Bulk, most int) (all []Bulk, total int64, err error) {
	at, id := int64(math.MaxInt64), ""
	if before.ID != "" && before.sort() == sort {
		at, id = before.At.Unix(), before.ID
	}
	all, err = list(ctx, s, func(scan func(...any) error) (b Bulk, err error) {
		return b, scanBulk(scan, &b)
	}, `SELECT `+bulkColumns+` FROM door_bulk WHERE `+jobSort+` = ? AND (at < ? OR at = ? AND id > ?) ORDER BY at DESC, id LIMIT ?`, sort, at, at, id, most)
	if err == nil {
		err = s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM door_bulk WHERE `+jobSort+` = ?`, sort).Scan(&total)
	}
	return all, total, err
}

// looks returns how often somebody saw exact figures for a purpose in this hour.
func (t tx) looks(by ieum.AccountID, purpose ieum.PurposeID, now time.Time) (n int64, err error) {
	err = t.QueryRowContext(t.ctx, `SELECT COUNT(*) FROM door_bulk WHERE job = ? AND asked = ? AND purpose = ? AND at >= ?`, figuresJob, by, purpose, now.Truncate(time.Hour).Unix()).Scan(&n)
	return n, err
}

// job returns a job; the zero one when there is none.
func (s *store) job(ctx context.Context, id string) (b Bulk, err error) {
	all, err := list(ctx, s, func(scan func(...any) error) (b Bulk, err error) {
		return b, scanBulk(scan, &b)
	}, `SELECT `+bulkColumns+` FROM door_bulk WHERE id = ?`, id)
	if len(all) > 0 {
		b = all[0]
	}
	return b, err
}

// memberships lists the jobs that read a person's data, or one of them; of those that look
// through alerts each night the last.
func (s *store) memberships(ctx context.Context, id ieum.PersonID, job string) ([]Membership, error) {
	return list(ctx, s, func(scan func(...any) error) (m Membership, err error) {
		var salt []byte
		err = scanBulk(scan, &m.Bulk, &m.Place, &salt)
		m.Salt = hex.EncodeToString(salt)
		return m, err
	}, `SELECT `+bulkColumns+`, place, salt FROM door_member JOIN door_bulk ON door_bulk.id = bulk WHERE person = ? AND (? = '' OR bulk = ?)
		AND (? <> '' OR job <> 'alerts' OR at = (SELECT MAX(at) FROM door_member JOIN door_bulk ON door_bulk.id = bulk WHERE person = ? AND job = 'alerts'))
		ORDER BY at DESC LIMIT 100`, id, job, job, job, id)
}

func (s *store) leaves(ctx context.Context, bulk string) ([][]byte, error) {
	return list(ctx, s, func(scan func(...any) error) (leaf []byte, err error) {
		return leaf, scan(&leaf)
	}, `SELECT leaf FROM door_member WHERE bulk = ? ORDER BY place`, bulk)
}

// everybody lists all who were not erased, but for those of whom there are
// imported rows alone.
func (s *store) everybody(ctx context.Context) ([]ieum.PersonID, error) {
	return list(ctx, s, func(scan func(...any) error) (id ieum.PersonID, err error) {
		return id, scan(&id)
	}, `SELECT id FROM door_person WHERE erased = 0 AND (account IS NOT NULL OR organisation <> '') ORDER BY id`)
}

// meet adds a person of whom rows were imported, unless they are there or were
// erased.
func (s *store) meet(ctx context.Context, id ieum.PersonID, now time.Time) error {
	return s.in(ctx, func(t tx) error { return t.meet(id, now) })
}

func (t tx) meet(id ieum.PersonID, now time.Time) error {
	_, err := t.exec(`INSERT INTO door_person (id, organisation, site, made, reads, erased) VALUES (?, '', '', ?, 0, 0) ON CONFLICT DO NOTHING`, id, now.Unix())
	return err
}
