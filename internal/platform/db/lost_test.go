package db_test

import (
	"errors"
	"strings"
	"testing"

	"ieum"
	"ieum/internal/platform/db/dbtest"
)

// A connection that PostgreSQL ends under a query is said to be, and the next
// query gets another.
func TestAConnectionThatIsEndedIsUnavailable(t *testing.T) {
	d := dbtest.Open(t, dbtest.Postgres(t))
	var ended bool
	err := d.QueryRowContext(t.Context(), `SELECT pg_terminate_backend(pg_backend_pid())`).Scan(&ended)
	if !errors.Is(err, ieum.ErrUnavailable) || !strings.Contains(err.Error(), "ended the connection") {
		t.Errorf("a row: %v", err)
	}
	rows, err := d.QueryContext(t.Context(), `SELECT CASE WHEN n = 5000 THEN pg_terminate_backend(pg_backend_pid()) END FROM generate_series(1, 5000) AS n`)
	if err == nil {
		for rows.Next() {
		}
		err = rows.Err()
		rows.Close()
	}
	if !errors.Is(err, ieum.ErrUnavailable) {
		t.Errorf("rows: %v", err)
	}
	if err := d.Ping(t.Context()); err != nil {
		t.Errorf("after that: %v", err)
	}
}

// What was committed is on disk, also where the server or the address says not to wait.
func TestPostgresWaitsForTheDisk(t *testing.T) {
	d := dbtest.Open(t, dbtest.Postgres(t)+"&synchronous_commit=off")
	var setting string
	if err := d.QueryRowContext(t.Context(), `SHOW synchronous_commit`).Scan(&setting); err != nil || setting != "on" {
		t.Errorf("synchronous_commit is %q, %v", setting, err)
	}
}
