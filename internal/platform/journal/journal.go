// Package journal is the platform's ordered, append-only record of what
// happened: at once the outbox from which other domains learn and the audit
// log. Entries carry ids, never fields of a person.
//
// A domain appends within the transaction that changes its own tables; such
// entries have no number yet, so that writers never wait for each other. One
// sealer at a time, by lease, numbers what is committed and links each entry to
// the one before by a hash. Followers read sealed entries only, in order, each
// from its own place. Verify walks the chain.
//
// A crash anywhere loses and doubles no entry; a follower may see the entries
// after its last saved place again, so what it does must bear repeating.
//
// Read journal.go for entries, seal.go for numbering and follow.go for reading.
package journal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"ieum"
	"ieum/internal/platform/db"
)

//go:embed schema
var schema embed.FS

// Migrate makes the journal's tables.
func Migrate(ctx context.Context, d *db.DB) error { return d.Migrate(ctx, "journal", schema) }

// An Entry is one thing that happened.
type Entry struct {
	Seq     int64           // from 1, without gaps
	Sealed  time.Time       // when it got its number; to the second
	Kind    string          // such as "catalogue.delivered"
	Subject string          // id of whom or what it is about
	Data    json.RawMessage // further ids and numbers
	Hash    []byte          // SHA-256 over the entry and the hash of the one before
}

// id is what may stand in an entry: no spaces and no script but ASCII, so that
// no name, address or sentence gets in by mistake.
var id = regexp.MustCompile(`^[A-Za-z0-9._:/+=@#-]{0,128}$`)

// mostData is how many bytes of data an entry has: followers hold hundreds at once.
const mostData = 16 << 10

// Append adds an entry as part of tx. Kind, subject and every text in data are
// ids: ASCII without spaces, 128 bytes at most; data is 16 KiB as JSON at most.
func Append(ctx context.Context, tx *sql.Tx, kind, subject string, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return err
	}
	for _, s := range []string{kind, subject} {
		if s == "" || !id.MatchString(s) {
			return fmt.Errorf("journal: %q is no id", s)
		}
	}
	if len(body) > mostData {
		return fmt.Errorf("journal: data of %s has %d bytes, %d at most", kind, len(body), mostData)
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return err
	}
	if err := onlyIDs(v); err != nil {
		return fmt.Errorf("journal: data of %s: %w", kind, err)
	}
	res, err := tx.ExecContext(ctx, `INSERT INTO journal_new (kind, subject, data) VALUES (?, ?, ?)`, kind, subject, string(body))
	return took(res, err, 1)
}

// took fails unless a statement changed n rows: a database may be told to swallow them.
func took(res sql.Result, err error, n int) error {
	if err != nil {
		return err
	}
	changed, err := res.RowsAffected()
	if err == nil && changed != int64(n) {
		return &ieum.Error{Kind: ieum.ErrUnavailable, Key: "error.database", Message: fmt.Sprintf("the database took %d of %d entries of the journal: something in it that ieum did not make swallows them; ieum fsck names it", changed, n)}
	}
	return err
}

// onlyIDs reports the first text in v that is no id.
func onlyIDs(v any) error {
	switch v := v.(type) {
	case string:
		if !id.MatchString(v) {
			return fmt.Errorf("%q is no id", v)
		}
	case []any:
		for _, e := range v {
			if err := onlyIDs(e); err != nil {
				return err
			}
		}
	case map[string]any:
		for name, e := range v {
			if err := onlyIDs(name); err != nil {
				return err
			}
			if err := onlyIDs(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// HashAfter returns what Hash must be, given that of the entry before (nil of
// the first): for who holds an entry and checks it without the journal.
func (e *Entry) HashAfter(before []byte) []byte { return e.hash(before) }

// hash returns what Entry.Hash must be after an entry with hash before. Each
// part is led by its length, so that no two entries have the same bytes.
func (e *Entry) hash(before []byte) []byte {
	h := sha256.New()
	part := func(b []byte) {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
		h.Write(b)
	}
	part(before)
	part(binary.BigEndian.AppendUint64(nil, uint64(e.Seq)))
	part(binary.BigEndian.AppendUint64(nil, uint64(e.Sealed.Unix())))
	part([]byte(e.Kind))
	part([]byte(e.Subject))
	part(e.Data)
	return h.Sum(nil)
}

// After returns up to most sealed entries after a number, in order: for a
// reader that keeps its place with what it makes of them.
func After(ctx context.Context, d *db.DB, seq int64, most int) ([]Entry, error) {
	return read(ctx, d, seq, most)
}

// Of returns up to most entries of a kind about a subject, newest first: those
// before entry before, or for 0 the newest of all, led by those that have no
// number yet (Seq 0, no Hash). The kind "" is any. An entry that gets its number
// meanwhile may be there twice, never not at all.
func Of(ctx context.Context, d *db.DB, subject, kind string, before int64, most int) ([]Entry, error) {
	return of(ctx, d, subject, kind, "", before, most)
}

// OfOthers is Of without the entries of which the data, an object of plain values, has that
// somebody as its "by": however many these are, none of them is read.
func OfOthers(ctx context.Context, d *db.DB, subject, kind, by string, before int64, most int) ([]Entry, error) {
	return of(ctx, d, subject, kind, `%"by":"`+by+`"%`, before, most)
}

// of is Of, without entries whose data is like something; "" = with all.
func of(ctx context.Context, d *db.DB, subject, kind, without string, before int64, most int) (entries []Entry, err error) {
	where, args := `subject = ?`, []any{subject}
	if kind != "" {
		where, args = where+` AND kind = ?`, append(args, kind)
	}
	if without != "" {
		where, args = where+` AND data NOT LIKE ?`, append(args, without)
	}
	if before == 0 {
		before = math.MaxInt64
		if entries, err = scan(ctx, d, `SELECT 0, 0, kind, subject, data, NULL FROM journal_new WHERE `+where+` ORDER BY id DESC LIMIT ?`, slices.Concat(args, []any{most})...); err != nil {
			return nil, err
		}
	}
	sealed, err := scan(ctx, d, `SELECT seq, sealed, kind, subject, data, hash FROM journal_entry WHERE `+where+` AND seq < ? ORDER BY seq DESC LIMIT ?`,
		slices.Concat(args, []any{before, most - len(entries)})...)
	return append(entries, sealed...), err
}

// Subjects returns whom or what entries of some kinds are about, each once, also those
// of entries that have no number yet.
func Subjects(ctx context.Context, d *db.DB, kinds ...string) (subjects []string, err error) {
	subjects, _, err = SubjectsAfter(ctx, d, 0, kinds...)
	return subjects, err
}

// SubjectsAfter is Subjects of entries after a number, and of those that have none yet.
// Who asks again after the number it returns misses none.
func SubjectsAfter(ctx context.Context, d *db.DB, seq int64, kinds ...string) (subjects []string, last int64, err error) {
	if err := d.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM journal_entry`).Scan(&last); err != nil {
		return nil, 0, err
	}
	in := `kind IN (?` + strings.Repeat(`, ?`, len(kinds)-1) + `)`
	args := []any{seq}
	for _, kind := range slices.Concat(kinds, kinds) {
		args = append(args, kind)
	}
	rows, err := d.QueryContext(ctx, `SELECT subject FROM journal_entry WHERE seq > ? AND `+in+` UNION SELECT subject FROM journal_new WHERE `+in, args...)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, 0, err
		}
		subjects = append(subjects, one)
	}
	return subjects, last, rows.Err()
}

// read returns up to most entries after a place.
func read(ctx context.Context, d *db.DB, after int64, most int) ([]Entry, error) {
	return scan(ctx, d, `
		SELECT seq, sealed, kind, subject, data, hash FROM journal_entry
		WHERE seq > ? ORDER BY seq LIMIT ?`, after, most)
}

func scan(ctx context.Context, d *db.DB, query string, args ...any) ([]Entry, error) {
	rows, err := d.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var entries []Entry
	for rows.Next() {
		var e Entry
		var sealed int64
		var data string
		if err := rows.Scan(&e.Seq, &sealed, &e.Kind, &e.Subject, &data, &e.Hash); err != nil {
			return nil, err
		}
		e.Sealed, e.Data = time.Unix(sealed, 0).UTC(), json.RawMessage(data)
		entries = append(entries, e)
	}
	return entries, rows.Err()
}

// broken says that the chain is.
func broken(format string, args ...any) error {
	return ieum.Errorf(ieum.ErrInvalid, "the journal is broken: "+format+"; the database was changed by other means than ieum, or an older one was put back: find out by whom, and put back a backup of database and lake", args...)
}

// Verify walks the whole chain and returns the number of entries that are as
// they were sealed. An error says at which entry the chain breaks. It cannot
// see that entries were cut off at the end, together with what followers
// remember of them.
func Verify(ctx context.Context, d *db.DB) (sound int64, err error) {
	var before []byte
	for {
		entries, err := read(ctx, d, sound, batch)
		if err != nil {
			return sound, err
		}
		if len(entries) == 0 {
			break
		}
		for _, e := range entries {
			if e.Seq != sound+1 {
				return sound, broken("its entry %d is missing", sound+1)
			}
			if !bytes.Equal(e.Hash, e.hash(before)) {
				return sound, broken("its entry %d is not as it was sealed", e.Seq)
			}
			before, sound = e.Hash, e.Seq
		}
	}
	var follower string
	var place int64
	row := d.QueryRowContext(ctx, `SELECT follower, seq FROM journal_place ORDER BY seq DESC LIMIT 1`)
	if err := row.Scan(&follower, &place); err == nil && place > sound {
		return sound, broken("%s has seen entry %d, but the last one is %d", follower, place, sound)
	} else if err != nil && err != sql.ErrNoRows {
		return sound, err
	}
	return sound, nil
}
