package identity

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"

	"ieum"
)

// What is sealed stands in base64 and opens only where it was sealed: under its
// account's key, at one of the places below. An account has one factor of each
// kind but passkeys, whose data are interchangeable to nobody but their owner.

func nameAt(a AccountID) string { return "identity_account/" + string(a) + "/name" }

func factorAt(a AccountID, kind string) string {
	return "identity_factor/" + string(a) + "/" + kind
}

func secretAt(session string) string { return "identity_session/" + session + "/secret" }

// blind is what a sign-in name is looked up by.
func (s *store) blind(name string) string { return s.keys.Blind("identity_account/name", name) }

// blindSubject is what somebody whom an agency knows is looked up by.
func (s *store) blindSubject(subject string) string {
	return s.keys.Blind("identity_agency/subject", subject)
}

// seal seals a text; an empty one stays empty.
func (s *store) seal(a AccountID, place, plain string) (string, error) {
	if plain == "" {
		return "", nil
	}
	sealed, err := s.keys.Seal(string(a), place, []byte(plain))
	return base64.StdEncoding.EncodeToString(sealed), err
}

// open is the inverse of seal. What belonged to an account that was erased is
// ieum.ErrNotFound.
func (s *store) open(a AccountID, place, sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	text, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return "", fmt.Errorf("identity: %s: %w", place, err)
	}
	plain, err := s.keys.Open(string(a), place, text)
	switch {
	case errors.Is(err, ieum.ErrErased):
		return "", ieum.ErrNotFound
	case err != nil:
		return "", fmt.Errorf("identity: %s: %w", place, err)
	}
	return string(plain), nil
}

// settle seals, in one transaction, what a version before this one kept plain.
func (s *store) settle(ctx context.Context) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		old, err := list(ctx, within(tx), func(scan func(...any) error) (a Account, err error) {
			var id string
			err = scan(&id, &a.Name)
			a.ID = AccountID(id)
			return a, err
		}, `SELECT id, blind FROM identity_account WHERE name = ''`)
		for _, a := range old {
			if err := s.settleAccount(ctx, tx, a); err != nil {
				return err
			}
		}
		return err
	})
}

func (s *store) settleAccount(ctx context.Context, tx *sql.Tx, a Account) error {
	name, err := s.seal(a.ID, nameAt(a.ID), a.Name)
	if err != nil {
		return err
	}
	res, err := tx.ExecContext(ctx, `UPDATE identity_account SET blind = ?, name = ? WHERE id = ? AND name = ''`, s.blind(a.Name), name, string(a.ID))
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err // another server was first
	}
	if err := s.settleColumn(ctx, tx, a.ID, "identity_factor", "number", "data", `SELECT CAST(number AS TEXT), kind, data FROM identity_factor WHERE account = ?`,
		func(_, kind string) string { return factorAt(a.ID, kind) }); err != nil {
		return err
	}
	return s.settleColumn(ctx, tx, a.ID, "identity_session", "id", "secret", `SELECT id, stage, secret FROM identity_session WHERE account = ?`,
		func(id, _ string) string { return secretAt(id) })
}

// settleColumn seals a column of an account's rows; the query gives the key of
// a row, a word the place may need, and the plain value.
func (s *store) settleColumn(ctx context.Context, tx *sql.Tx, a AccountID, table, key, column, query string, place func(key, word string) string) error {
	old, err := list(ctx, within(tx), func(scan func(...any) error) (row [3]string, err error) {
		err = scan(&row[0], &row[1], &row[2])
		return row, err
	}, query, string(a))
	if err != nil {
		return err
	}
	for _, row := range old {
		sealed, err := s.seal(a, place(row[0], row[1]), row[2])
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE `+table+` SET `+column+` = ? WHERE CAST(`+key+` AS TEXT) = ?`, sealed, row[0]); err != nil {
			return err
		}
	}
	return nil
}
