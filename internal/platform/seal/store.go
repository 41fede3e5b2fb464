package seal

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"ieum"
	"ieum/internal/platform/db"
)

//go:embed schema
var schema embed.FS

// Migrate makes the table that names the store a database belongs to.
func Migrate(ctx context.Context, d *db.DB) error { return d.Migrate(ctx, "seal", schema) }

// OpenFor opens the key store that a database belongs to, as Open does; a
// database that belongs to none yet is tied to it. A store that is lost, or is
// another's, is refused.
func OpenFor(ctx context.Context, d *db.DB, dir string, m Master) (*Keys, error) {
	if err := Migrate(ctx, d); err != nil {
		return nil, err
	}
	var id string
	err := d.QueryRowContext(ctx, `SELECT id FROM seal_store`).Scan(&id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	path := filepath.Join(dir, File)
	if _, err := os.Stat(path); id != "" && errors.Is(err, fs.ErrNotExist) {
		return nil, ieum.Errorf(ieum.ErrInvalid, "the key store %s is missing; put back the copy that was kept of it: what is sealed cannot be read without it", path)
	}
	k, err := Open(dir, m)
	if err != nil {
		return nil, err
	}
	switch {
	case id == "":
		err = d.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO seal_store (id) VALUES (?)`, k.ID())
			return err
		})
	case id != k.ID():
		err = ieum.Errorf(ieum.ErrConflict, "the key store %s is not the one of the database %s; put back the one that belongs to it, or name its folder as IEUM_KEYS", path, d.Name())
	}
	return k, err
}
