package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"strings"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/journal"
)

//go:embed schema
var schema embed.FS

// a store keeps what the log holds of each journal entry, and the salts.
type store struct{ db *db.DB }

// Migrate brings the ledger's tables up to date.
func Migrate(ctx context.Context, d *db.DB) error { return d.Migrate(ctx, "ledger", schema) }

func openStore(ctx context.Context, d *db.DB) (*store, error) { return &store{d}, Migrate(ctx, d) }

// key returns the verifier key of the log this database belongs to, "" before
// there is one.
func (s *store) key(ctx context.Context) (key string, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT key FROM ledger_log WHERE one = 1`).Scan(&key)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return key, err
}

// belong ties the database to a log. Of two that try, one is refused.
func (s *store) belong(ctx context.Context, key string) error {
	err := s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO ledger_log (one, key) VALUES (1, ?) ON CONFLICT (one) DO NOTHING`, key)
		return err
	})
	if err != nil {
		return err
	}
	kept, err := s.key(ctx)
	if err == nil && kept != key {
		return ieum.Errorf(ieum.ErrConflict, "this database belongs to the ledger %s, and the folder keys has the key of another; put back the data folder that belongs to the database, or name another database", name(kept))
	}
	return err
}

// name is that of a verifier key.
func name(key string) string {
	n, _, _ := strings.Cut(key, "+")
	return n
}

// rowsAtOnce is how many rows one statement inserts.
const rowsAtOnce = 100

// leaves returns what the log holds, or is to hold, of entries that follow one
// another, and keeps what it draws for new ones: whoever asks later, in
// whichever program, gets the same. An entry that is not as it was when its
// leaf was made is an error.
func (s *store) leaves(ctx context.Context, entries []journal.Entry) (leaves [][]byte, err error) {
	err = s.db.Tx(ctx, func(tx *sql.Tx) (err error) {
		leaves, err = kept(ctx, tx, entries)
		if err != nil {
			return err
		}
		var add []any
		for i := len(leaves); i < len(entries); i++ {
			salt := make([]byte, saltBytes)
			rand.Read(salt)
			leaf := Commitment(salt, entries[i].Seq, entries[i].Hash)
			leaves, add = append(leaves, leaf), append(add, entries[i].Seq, leaf, salt)
		}
		for len(add) > 0 {
			n := min(len(add)/3, rowsAtOnce)
			_, err := tx.ExecContext(ctx, `INSERT INTO ledger_leaf (seq, leaf, salt) VALUES (?, ?, ?)`+strings.Repeat(`, (?, ?, ?)`, n-1), add[:3*n]...)
			if err != nil {
				return err
			}
			add = add[3*n:]
		}
		return nil
	})
	return leaves, err
}

// kept returns the leaves of the first of entries, as far as there are any.
func kept(ctx context.Context, tx *sql.Tx, entries []journal.Entry) (leaves [][]byte, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT seq, leaf, salt FROM ledger_leaf WHERE seq BETWEEN ? AND ? ORDER BY seq`,
		entries[0].Seq, entries[len(entries)-1].Seq)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var o Opening
		var leaf []byte
		if err := rows.Scan(&o.Index, &leaf, &o.Salt); err != nil {
			return nil, err
		}
		e := entries[len(leaves)]
		o.Hash = e.Hash
		if o.Index != e.Seq || o.Salt != nil && !o.Opens(leaf) {
			return nil, ieum.Errorf(ieum.ErrConflict, "entry %d of the journal is not the one that went into the ledger; database and ledger were changed, or put back from copies of different times: put back those that belong together", e.Seq)
		}
		leaves = append(leaves, leaf)
	}
	return leaves, rows.Err()
}

// opening returns what opens an entry of the log.
func (s *store) opening(ctx context.Context, index int64) (Opening, error) {
	o := Opening{Index: index}
	err := s.db.QueryRowContext(ctx, `
		SELECT journal_entry.hash, ledger_leaf.salt FROM ledger_leaf JOIN journal_entry ON journal_entry.seq = ledger_leaf.seq
		WHERE ledger_leaf.seq = ? AND ledger_leaf.salt IS NOT NULL`, index).Scan(&o.Hash, &o.Salt)
	if errors.Is(err, sql.ErrNoRows) {
		return o, ieum.Errorf(ieum.ErrNotFound, "nothing ties entry %d of the ledger to the journal: it is not there, or was erased", index)
	}
	return o, err
}

// erase empties salts.
func (s *store) erase(ctx context.Context, indexes []int64) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		for _, n := range indexes {
			if _, err := tx.ExecContext(ctx, `UPDATE ledger_leaf SET salt = NULL WHERE seq = ?`, n); err != nil {
				return err
			}
		}
		return nil
	})
}
