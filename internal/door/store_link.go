package door

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"ieum"
)

func links(ctx context.Context, q querier, where string, args ...any) ([]Link, error) {
	return list(ctx, q, func(scan func(...any) error) (l Link, err error) {
		var documents string
		var since, ended int64
		err = scan(&l.ID, &l.person, &l.row, &l.sealed, &l.By, &documents, &since, &ended)
		l.Documents, l.Since, l.Ended = strings.Fields(documents), moment(since), moment(ended)
		return l, err
	}, `SELECT id, person, row, sealed, tied_by, documents, since, ended FROM door_link WHERE `+where+` ORDER BY since DESC, id`, args...)
}

// ties are the links of a person as records.
func ties(ctx context.Context, q querier, id ieum.PersonID) (rows []kept, err error) {
	all, err := links(ctx, q, `person = ? AND ended = 0`, id)
	for _, l := range all {
		rows = append(rows, kept{Kind: ieum.ImportedRecord, Item: l.ID, sealed: l.sealed, Changed: l.Since, row: l.row})
	}
	return rows, err
}

// tellRows writes a read down under the own ids of the rows that it loads as well:
// whom a row is about sees it, whatever becomes of the link and of who was tied to it.
// Of a row that was erased nothing is read.
func (t tx) tellRows(rows []kept, a Access) error {
	if a.By == bySelf {
		a.By = byHolder
	}
	for _, k := range rows {
		if k.row == "" {
			continue
		}
		if err := t.meet(k.row, a.Time()); err != nil {
			return err
		}
		n, err := t.count(k.row)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		a.N, a.Via = n, k.Item
		if err := t.tell("door.read", k.row, a); err != nil {
			return err
		}
	}
	return nil
}

// holder returns who is tied to a row, "" for nobody.
func (t tx) holder(row ieum.PersonID) (id ieum.PersonID, err error) {
	err = t.QueryRowContext(t.ctx, `SELECT person FROM door_link WHERE row = ? AND ended = 0`, row).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return id, err
}

// addLink returns 0 when the row is tied to somebody.
func (t tx) addLink(l Link) (int64, error) {
	return t.exec(`INSERT INTO door_link (id, person, row, sealed, tied_by, documents, since, ended) VALUES (?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING`,
		l.ID, l.person, l.row, l.sealed, l.By, strings.Join(l.Documents, " "), l.Since.Unix())
}

// vouch counts one more link of this day on somebody's word, and returns how many there
// are, those too that were erased since.
func (t tx) vouch(clerk ieum.AccountID, now time.Time) (n int64, err error) {
	err = t.QueryRowContext(t.ctx, `INSERT INTO door_try (who, day, tries, ties) VALUES (?, ?, 0, 1) ON CONFLICT (who, day) DO UPDATE SET ties = door_try.ties + 1 RETURNING ties`,
		clerk, int64(ieum.DayOf(now))).Scan(&n)
	return n, err
}

// tiedBeside says whether a person is tied to a row by a link that is not among some.
func (t tx) tiedBeside(id ieum.PersonID, some map[string]bool) (bool, error) {
	all, err := links(t.ctx, t, `person = ? AND ended = 0`, id)
	return slices.ContainsFunc(all, func(l Link) bool { return !some[l.ID] }), err
}

func (t tx) endLink(id ieum.PersonID, link string, now time.Time) (int64, error) {
	return t.exec(`UPDATE door_link SET ended = ?, sealed = ? WHERE id = ? AND person = ? AND ended = 0`, now.Unix(), []byte{}, link, id)
}

// try counts one more try of somebody's on this day, and returns how many there are.
func (s *store) try(ctx context.Context, who ieum.AccountID, now time.Time) (n int64, err error) {
	err = s.in(ctx, func(t tx) error {
		return t.QueryRowContext(t.ctx, `INSERT INTO door_try (who, day, tries) VALUES (?, ?, 1) ON CONFLICT (who, day) DO UPDATE SET tries = door_try.tries + 1 RETURNING tries`,
			who, int64(ieum.DayOf(now))).Scan(&n)
	})
	return n, err
}

// readsOf returns how often a row was read, also of one that was erased.
func (s *store) readsOf(ctx context.Context, row ieum.PersonID) (n int64, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT reads FROM door_person WHERE id = ?`, row).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, err
}

// crowds lists the jobs that committed to files of rows and not to each person,
// newest first.
func (s *store) crowds(ctx context.Context) ([]Bulk, error) {
	return list(ctx, s, func(scan func(...any) error) (b Bulk, err error) {
		return b, scanBulk(scan, &b)
	}, `SELECT `+bulkColumns+` FROM door_bulk WHERE EXISTS (SELECT 1 FROM door_member WHERE bulk = door_bulk.id AND person IS NULL AND salt IS NOT NULL) ORDER BY at DESC, id LIMIT 100`)
}
