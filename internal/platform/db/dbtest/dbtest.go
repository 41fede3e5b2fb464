// Package dbtest runs the tests of a domain's store on every database the
// platform supports.
package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"strings"
	"testing"

	"ieum/internal/platform/db"
)

// Each runs f as two subtests: on SQLite in a folder of its own, and on
// PostgreSQL in a schema of its own. The PostgreSQL is the one that
// IEUM_TEST_POSTGRES names; where that is not set, a private one of Debian's
// PostgreSQL 15 is started for the test binary, if it is installed, and ends
// with it. Where there is neither, the second subtest is skipped.
func Each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Run("sqlite", func(t *testing.T) { f(t, Open(t, t.TempDir())) })
	t.Run("postgres", func(t *testing.T) { f(t, Open(t, Postgres(t))) })
}

// Open opens a database for the length of a test.
func Open(t testing.TB, where string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), where)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// Postgres returns the URL of an empty schema that is dropped after the test,
// or skips the test where there is no PostgreSQL.
func Postgres(t testing.TB) string {
	t.Helper()
	where := os.Getenv("IEUM_TEST_POSTGRES")
	if where == "" {
		var err error
		if where, err = private(); err != nil {
			t.Skip("no PostgreSQL to test on: " + err.Error() + "; install Debian's postgresql-15 or set IEUM_TEST_POSTGRES to a URL")
		}
	}
	schema := "test_" + strings.ToLower(rand.Text())
	statement(t, where, `CREATE SCHEMA `+schema)
	t.Cleanup(func() { statement(t, where, `DROP SCHEMA `+schema+` CASCADE`) })
	u, err := url.Parse(where)
	if err != nil {
		t.Fatal("IEUM_TEST_POSTGRES is no URL")
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

func statement(t testing.TB, where, text string) {
	t.Helper()
	d, err := sql.Open("pgx", where)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Exec(text); err != nil {
		t.Fatal(err)
	}
}
