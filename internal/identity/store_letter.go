package identity

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"ieum"
)

// mostInLetter is how many notices a letter holds; the next letter has the rest.
const mostInLetter = 50

// within is the condition on column account that it is of somebody who works at the
// places, or whose account was made by somebody who worked there at that time.
func (r reach) within(now time.Time) (where string, args []any) {
	if r.all {
		return `1 = 1`, nil
	}
	at, places := []string{`1 = 0`}, []any{}
	for _, p := range r.places {
		at = append(at, `g.organisation = ? AND (? = '' OR g.site = ?)`)
		places = append(places, p.organisation, p.site, p.site)
	}
	there := `g.confirmer <> '' AND (` + strings.Join(at, ` OR `) + `)`
	args = append(append(args, places...), now.Unix(), toEnrol)
	return `(account IN (SELECT g.account FROM identity_grant g WHERE ` + there + ` AND g.ended = 0 AND g.until > ?)
		OR account IN (SELECT l.account FROM identity_link l JOIN identity_grant g ON g.account = l.maker
			WHERE l.purpose = ? AND ` + there + ` AND g.since <= l.since AND l.since < g.until AND (g.ended = 0 OR g.ended > l.since)))`, append(args, places...)
}

// inReach says whether an account is of somebody who works at the places, or was
// made there.
func (s *store) inReach(ctx context.Context, of reach, a AccountID) (bool, error) {
	where, args := of.within(s.now())
	n, err := first(ctx, outside(s.db), func(scan func(...any) error) (n int, err error) { return n, scan(&n) },
		`SELECT COUNT(*) FROM (SELECT id AS account FROM identity_account WHERE id = ?) AS one WHERE `+where, append([]any{string(a)}, args...)...)
	return n > 0, err
}

// piles lists the accounts that letters go to.
func (s *store) piles(ctx context.Context, of reach, most, skip int) ([]AccountID, error) {
	where, args := of.within(s.now())
	args = append(append([]any{letter}, args...), most, skip)
	return list(ctx, outside(s.db), func(scan func(...any) error) (AccountID, error) {
		var a string
		return AccountID(a), scan(&a)
	}, `SELECT account FROM identity_notice WHERE state = ? AND `+where+` GROUP BY account ORDER BY MAX(`+ofRecovery+`) DESC, MIN(number) LIMIT ? OFFSET ?`, args...)
}

// pile lists what the next letter to an account tells of, oldest first.
func (s *store) pile(ctx context.Context, a AccountID) ([]Notice, error) {
	return list(ctx, outside(s.db), readNotice, `SELECT `+noticeColumns+` FROM identity_notice WHERE account = ? AND state = ? ORDER BY number LIMIT ?`, string(a), letter, mostInLetter)
}

// barred says whether somebody must leave a letter to others, up to its last notice:
// it is their own, or tells of a recovery that they began or a proof they noted.
func (s *store) barred(ctx context.Context, q querier, by, to AccountID, last int64) (bool, error) {
	if by == to {
		return true, nil
	}
	n, err := first(ctx, q, func(scan func(...any) error) (n int, err error) { return n, scan(&n) }, `
		SELECT COUNT(*) FROM identity_notice n WHERE n.account = ? AND n.state = ? AND n.number <= ? AND (
			EXISTS (SELECT 1 FROM identity_link l WHERE l.account = n.account AND (l.maker = ? OR l.confirmer = ?) AND l.purpose = ? AND l.until >= n.made)
			OR n.kind = ? AND EXISTS (SELECT 1 FROM identity_proof p WHERE p.account = n.account AND p.proved_by = ? AND p.made <= n.made))`,
		string(to), letter, last, string(by), string(by), toRecover, proved, string(by))
	return n > 0, err
}

// hand says that a letter was sent, and by whom.
func (s *store) hand(ctx context.Context, last int64, by AccountID, of reach, now time.Time) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		where, args := of.within(now)
		var account string
		err := tx.QueryRowContext(ctx, `SELECT account FROM identity_notice WHERE number = ? AND state = ? AND `+where, append([]any{last, letter}, args...)...).Scan(&account)
		if errors.Is(err, sql.ErrNoRows) {
			return event{}, ieum.ErrNotFound
		}
		if err != nil {
			return event{}, err
		}
		barred, err := s.barred(ctx, within(tx), by, AccountID(account), last)
		if err != nil {
			return event{}, err
		}
		if barred {
			return event{}, &ieum.Error{Kind: ieum.ErrDenied, Key: "identity.notice.barred", Message: "another member of staff hands this letter over"}
		}
		_, err = tx.ExecContext(ctx, `UPDATE identity_notice SET state = ?, settled = ? WHERE account = ? AND state = ? AND number <= ?`, handed, now.Unix(), account, letter, last)
		return about("identity.letter_handed", AccountID(account), "by", by, "notice", last), err
	})
}
