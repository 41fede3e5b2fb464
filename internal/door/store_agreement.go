package door

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"ieum"
)

// errUsed is that an agreement was used up by another export.
var errUsed = errors.New("door: the agreement was used")

// addAgreement keeps an agreement, and forgets those that lapsed.
func (s *store) addAgreement(ctx context.Context, a agreement, now time.Time, data any) error {
	return s.in(ctx, func(t tx) error {
		if _, err := t.exec(`DELETE FROM door_agreement WHERE until <= ?`, now.Unix()); err != nil {
			return err
		}
		if _, err := t.exec(`INSERT INTO door_agreement (hash, agreed, until) VALUES (?, ?, ?)`, a.hash, a.agreed, a.until.Unix()); err != nil {
			return err
		}
		return t.tell("door.export_agreed", exportJob, data)
	})
}

// agreedBy returns who made an agreement; ErrNotFound when there is none that holds.
func (s *store) agreedBy(ctx context.Context, hash []byte, now time.Time) (by ieum.AccountID, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT agreed FROM door_agreement WHERE hash = ? AND until > ?`, hash, now.Unix()).Scan(&by)
	if errors.Is(err, sql.ErrNoRows) {
		err = ieum.ErrNotFound
	}
	return by, err
}

// useAgreement ends an agreement.
func (t tx) useAgreement(hash []byte) error {
	n, err := t.exec(`DELETE FROM door_agreement WHERE hash = ?`, hash)
	if err == nil && n == 0 {
		err = errUsed
	}
	return err
}
