package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"ieum"
)

// The primary result codes of SQLite used here: https://sqlite.org/rescode.html.
const (
	sqliteBusy     = 5
	sqliteLocked   = 6
	sqliteReadOnly = 8
	sqliteIO       = 10
	sqliteCorrupt  = 11
	sqliteFull     = 13
	sqliteCantOpen = 14
	sqliteNotADB   = 26
)

// codes returns the primary result code of SQLite or the SQLSTATE of
// PostgreSQL that err carries.
func codes(err error) (lite int, state string) {
	var l *sqlite.Error
	var p *pgconn.PgError
	switch {
	case errors.As(err, &l):
		return l.Code() & 0xff, ""
	case errors.As(err, &p):
		return 0, p.Code
	}
	return 0, ""
}

// busy reports whether the same again may work: another writer, a
// serialisation failure or a deadlock.
func busy(err error) bool {
	lite, state := codes(err)
	return lite == sqliteBusy || lite == sqliteLocked || state == "40001" || state == "40P01" || state == "55P03"
}

// fault turns failures an operator can mend into a sentence.
func (d *DB) fault(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	lite, state := codes(err)
	var dial *net.OpError
	var connect *pgconn.ConnectError
	say := d.unavailable
	switch {
	case lite == sqliteFull || state == "53100":
		return say("the disk of the database {db} is full; make room and try again: nothing that was saved is lost")
	case lite == sqliteIO: // SQLite does not say which: where it maps its index, a full disk is one of these
		return say("the disk of the database {db} is full or cannot be written; make room and try again: nothing that was saved is lost")
	case busy(err):
		return say("the database {db} was in use by another program for too long; try again, or end the other program")
	case lite == sqliteReadOnly || lite == sqliteCantOpen:
		return say("the database {db} may not be written by this user; change its permissions or name another folder with --data DIR")
	case lite == sqliteNotADB || lite == sqliteCorrupt:
		return say("the database {db} is damaged; put back a backup of it")
	case state == "3D000":
		return say("there is no PostgreSQL database {db}; make it or mend the URL")
	case strings.HasPrefix(state, "28") || state == "42501":
		return say("the PostgreSQL at {db} does not let this user in; mend the URL")
	case errors.As(err, &connect) || errors.As(err, &dial):
		return say("the PostgreSQL at {db} cannot be reached; start it or mend the URL")
	case d.lock != "" && lost(err, state):
		return say("the PostgreSQL at {db} ended the connection; start it again or see its log")
	}
	return err
}

// unavailable is a sentence for operators, {db} standing for the database.
// Visitors read, in their language, what they can still do.
func (d *DB) unavailable(format string) error {
	return &ieum.Error{Kind: ieum.ErrUnavailable, Key: "error.database", Message: strings.ReplaceAll(format, "{db}", d.name)}
}

// lost reports whether a connection to PostgreSQL was ended: the server stops
// or starts (class 57), the connection broke (class 08), or it was found broken.
func lost(err error, state string) bool {
	return strings.HasPrefix(state, "57P") || strings.HasPrefix(state, "08") ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, driver.ErrBadConn) || pgconn.SafeToRetry(err)
}
