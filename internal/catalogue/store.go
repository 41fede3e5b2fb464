package catalogue

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/journal"
	"ieum/internal/snapshot"
)

type store struct{ db *db.DB }

// A state is which file holds the present keys of a source's kind.
type state struct {
	source   ieum.SourceID
	kind     ieum.KindID
	delivery int64
	rows     int64
	closed   int64
	sha256   string
}

// details are what a delivery's row keeps as JSON.
type details struct {
	Why     []Reason `json:"why"`
	Unread  []Unread `json:"unread"`
	Coded   []Coding `json:"coded"`
	Removed Removed  `json:"removed"`
}

// add records a delivery with its files, segments, new states and quarantine.
func (s *store) add(ctx context.Context, d *Delivery, mode, hash string, states []state) error {
	text, err := json.Marshal(details{d.Why, d.Unread, d.Coded, d.Removed})
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO catalogue_delivery (number, source, version, mode, at, seen, first_day, last_day, rows_read, kept,
				unchanged, quarantined, merged, closed, warned, seconds, late, shrunk, hash, details)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			d.Number, string(d.Source), d.Version, mode, d.At.Unix(), d.At.Unix(), int32(d.From), int32(d.To), d.Read, d.Kept,
			d.Unchanged, d.Quarantined, d.Merged, d.Closed, d.Warned, d.Seconds, truth(d.Late), truth(d.Shrunk), hash, string(text))
		if err != nil {
			return err
		}
		if err := addFiles(ctx, tx, d); err != nil {
			return err
		}
		for _, st := range states {
			_, err := tx.ExecContext(ctx, `
				INSERT INTO catalogue_state (source, kind, delivery, rows, closed, sha256) VALUES (?, ?, ?, ?, ?, ?)
				ON CONFLICT (source, kind) DO UPDATE SET delivery = excluded.delivery, rows = excluded.rows,
					closed = excluded.closed, sha256 = excluded.sha256`,
				string(st.source), string(st.kind), st.delivery, st.rows, st.closed, st.sha256)
			if err != nil {
				return err
			}
		}
		return journal.Append(ctx, tx, "catalogue.delivered", strconv.FormatInt(d.Number, 10), map[string]any{
			"source": string(d.Source), "read": d.Read, "kept": d.Kept, "quarantined": d.Quarantined, "closed": d.Closed,
		})
	})
}

func addFiles(ctx context.Context, tx *sql.Tx, d *Delivery) error {
	for i, f := range d.Files {
		_, err := tx.ExecContext(ctx, `INSERT INTO catalogue_file (delivery, place, name, bytes, sha256, rows) VALUES (?, ?, ?, ?, ?, ?)`,
			d.Number, i, f.Name, f.Bytes, f.SHA256, f.Rows)
		if err != nil {
			return err
		}
	}
	for _, g := range d.Segments {
		_, err := tx.ExecContext(ctx, `INSERT INTO catalogue_segment (delivery, source, kind, rows, bytes, sha256) VALUES (?, ?, ?, ?, ?, ?)`,
			d.Number, string(d.Source), string(g.Kind), g.Rows, g.Bytes, g.SHA256)
		if err != nil {
			return err
		}
	}
	return nil
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// installation returns the name of the data folder, "" when it has none yet.
func (s *store) installation(ctx context.Context) (id string, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT COALESCE(MAX(id), '') FROM catalogue_installation`).Scan(&id)
	return id, err
}

// install gives the data folder its name.
func (s *store) install(ctx context.Context, id string) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO catalogue_installation (id) VALUES (?)`, id)
		return err
	})
}

// next returns the number the next delivery has.
func (s *store) next(ctx context.Context) (n int64, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT COALESCE(MAX(number), 0) + 1 FROM catalogue_delivery`).Scan(&n)
	return n, err
}

// seen notes that the files of a delivery came again.
func (s *store) seen(ctx context.Context, number int64, at time.Time) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE catalogue_delivery SET seen = ? WHERE number = ?`, at.Unix(), number)
		return err
	})
}

// states returns the present states, sorted by source and kind; of one kind
// when it is not "".
func (s *store) states(ctx context.Context, kind ieum.KindID) ([]state, error) {
	rows, err := s.db.QueryContext(ctx, `
		SELECT source, kind, delivery, rows, closed, sha256 FROM catalogue_state
		WHERE kind = ? OR ? = '' ORDER BY source, kind`, string(kind), string(kind))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []state
	for rows.Next() {
		var st state
		if err := rows.Scan(&st.source, &st.kind, &st.delivery, &st.rows, &st.closed, &st.sha256); err != nil {
			return nil, err
		}
		out = append(out, st)
	}
	return out, rows.Err()
}

// segments returns the segments of a source and kind by delivery.
func (s *store) segments(ctx context.Context, source ieum.SourceID, kind ieum.KindID) (map[int64]Segment, error) {
	rows, err := s.db.QueryContext(ctx, `
		SELECT delivery, kind, rows, bytes, sha256 FROM catalogue_segment WHERE source = ? AND kind = ?`, string(source), string(kind))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]Segment{}
	for rows.Next() {
		var n int64
		var g Segment
		if err := rows.Scan(&n, &g.Kind, &g.Rows, &g.Bytes, &g.SHA256); err != nil {
			return nil, err
		}
		out[n] = g
	}
	return out, rows.Err()
}

// lakeFiles returns the SHA-256 of the files of the lake that the database
// names: segments and states, as SOURCE/KIND/NAME.
func (s *store) lakeFiles(ctx context.Context) (map[string]string, error) {
	rows, err := s.db.QueryContext(ctx, `
		SELECT source, kind, delivery, '.parquet', sha256 FROM catalogue_segment
		UNION ALL SELECT source, kind, delivery, '.keys', sha256 FROM catalogue_state`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var source, kind, ending, sum string
		var n int64
		if err := rows.Scan(&source, &kind, &n, &ending, &sum); err != nil {
			return nil, err
		}
		out[source+"/"+kind+"/"+lakeName(n, ending)] = sum
	}
	return out, rows.Err()
}

// quarantined returns the names of the files of rows that were refused.
func (s *store) quarantined(ctx context.Context) (names []string, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT number, COALESCE(id, ''), COALESCE(ended, 0)
		FROM catalogue_delivery LEFT JOIN catalogue_sealed ON delivery = number WHERE quarantined > 0 ORDER BY number`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var q sealedQuarantine
		var ended int
		if err := rows.Scan(&q.delivery, &q.id, &ended); err != nil {
			return nil, err
		}
		switch {
		case q.id == "":
			names = append(names, lakeName(q.delivery, plainEnding))
		case ended == 0:
			names = append(names, lakeName(q.delivery, sealedEnding))
		}
	}
	return names, rows.Err()
}

// sealed returns the sealed quarantine of a delivery; one without an id when
// there is none.
func (s *store) sealed(ctx context.Context, number int64) (q sealedQuarantine, err error) {
	var ended int
	err = s.db.QueryRowContext(ctx, `SELECT delivery, id, ended FROM catalogue_sealed WHERE delivery = ?`, number).Scan(&q.delivery, &q.id, &ended)
	if errors.Is(err, sql.ErrNoRows) {
		return sealedQuarantine{}, nil
	}
	q.ended = ended == 1
	return q, err
}

// allSealed returns the sealed quarantines.
func (s *store) allSealed(ctx context.Context) (out []sealedQuarantine, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT delivery, id, ended FROM catalogue_sealed ORDER BY delivery`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var q sealedQuarantine
		var ended int
		if err := rows.Scan(&q.delivery, &q.id, &ended); err != nil {
			return nil, err
		}
		q.ended = ended == 1
		out = append(out, q)
	}
	return out, rows.Err()
}

// end records that nobody can read a quarantine any more.
func (s *store) end(ctx context.Context, q sealedQuarantine) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE catalogue_sealed SET ended = 1 WHERE delivery = ?`, q.delivery); err != nil {
			return err
		}
		return journal.Append(ctx, tx, "catalogue.quarantine.erased", strconv.FormatInt(q.delivery, 10), map[string]any{})
	})
}

// forgot records that rows were erased, by whom of staff ("" = that is not known any
// more), but those of which an entry says so. In the same step erase destroys their
// keys: nobody who sees that they are destroyed can record it before.
func (s *store) forgot(ctx context.Context, ids []string, by ieum.AccountID, erase func() error) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			r, err := tx.ExecContext(ctx, `INSERT INTO catalogue_forgotten (id) VALUES (?) ON CONFLICT (id) DO NOTHING`, id)
			if err != nil {
				return err
			}
			n, err := r.RowsAffected()
			if err == nil && n > 0 {
				err = journal.Append(ctx, tx, "catalogue.forgotten", id, map[string]any{"by": string(by)})
			}
			if err != nil {
				return err
			}
		}
		return erase()
	})
}

// destroyed is the erase of forgot for keys that are so already.
func destroyed() error { return nil }

// torn counts the deliveries that are missing, from the first to the last, and
// those that segments and states speak of though they are not there.
func (s *store) torn(ctx context.Context) (n int64, err error) {
	err = s.db.QueryRowContext(ctx, `
		SELECT (SELECT COALESCE(MAX(number), 0) - COUNT(*) FROM catalogue_delivery)
			+ (SELECT COUNT(DISTINCT delivery) FROM (SELECT delivery FROM catalogue_segment UNION SELECT delivery FROM catalogue_state) AS named
				WHERE delivery > (SELECT COALESCE(MAX(number), 0) FROM catalogue_delivery))`).Scan(&n)
	return n, err
}

func lakeName(number int64, ending string) string { return fmt.Sprintf("%06d%s", number, ending) }

const deliveryColumns = `number, source, version, at, seen, first_day, last_day, rows_read, kept, unchanged, quarantined,
	merged, closed, warned, seconds, late, shrunk, details`

func scanDelivery(scan func(...any) error) (*Delivery, error) {
	var d Delivery
	var at, seen int64
	var from, to int32
	var late, shrunk int
	var text string
	err := scan(&d.Number, &d.Source, &d.Version, &at, &seen, &from, &to, &d.Read, &d.Kept, &d.Unchanged, &d.Quarantined,
		&d.Merged, &d.Closed, &d.Warned, &d.Seconds, &late, &shrunk, &text)
	if err != nil {
		return nil, err
	}
	d.At, d.Seen = time.Unix(at, 0).In(ieum.Seoul), time.Unix(seen, 0).In(ieum.Seoul)
	d.From, d.To, d.Late, d.Shrunk = ieum.Day(from), ieum.Day(to), late == 1, shrunk == 1
	var more details
	if err := json.Unmarshal([]byte(text), &more); err != nil {
		return nil, fmt.Errorf("catalogue: details of delivery %d: %w", d.Number, err)
	}
	d.Why, d.Unread, d.Coded, d.Removed = more.Why, more.Unread, more.Coded, more.Removed
	d.Reasons = reasons(d.Why)
	return &d, nil
}

// reasons counts the reasons of a quarantine by what they say.
func reasons(why []Reason) map[string]int64 {
	out := map[string]int64{}
	for _, r := range why {
		if !r.Warn {
			out[r.String()] += r.Rows
		}
	}
	return out
}

// String returns the reason in English, with its field.
func (r Reason) String() string {
	if r.Field == "" {
		return r.Text.EN
	}
	return r.Field + ": " + r.Text.EN
}

// deliveries returns the deliveries, newest first, without files and segments:
// those before a number (0 = all) and of a source ("" = all).
func (s *store) deliveries(ctx context.Context, source ieum.SourceID, before int64, most int) ([]*Delivery, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+deliveryColumns+` FROM catalogue_delivery
		WHERE (source = ? OR ? = '') AND (number < ? OR ? = 0) ORDER BY number DESC LIMIT ?`, string(source), string(source), before, before, most)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []*Delivery
	for rows.Next() {
		d, err := scanDelivery(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

// delivery returns one delivery with its files and segments.
func (s *store) delivery(ctx context.Context, number int64) (*Delivery, error) {
	d, err := scanDelivery(s.db.QueryRowContext(ctx, `SELECT `+deliveryColumns+` FROM catalogue_delivery WHERE number = ?`, number).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &ieum.Error{Kind: ieum.ErrNotFound, Key: "error.no_delivery", Args: map[string]any{"number": number},
			Message: fmt.Sprintf("there is no delivery %d", number)}
	}
	if err != nil {
		return nil, err
	}
	if d.Files, err = s.files(ctx, number); err != nil {
		return nil, err
	}
	rows, err := s.db.QueryContext(ctx, `SELECT kind, rows, bytes, sha256 FROM catalogue_segment WHERE delivery = ? ORDER BY kind`, number)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var g Segment
		if err := rows.Scan(&g.Kind, &g.Rows, &g.Bytes, &g.SHA256); err != nil {
			return nil, err
		}
		d.Segments = append(d.Segments, g)
	}
	return d, rows.Err()
}

func (s *store) files(ctx context.Context, number int64) ([]DeliveredFile, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT name, bytes, sha256, rows FROM catalogue_file WHERE delivery = ? ORDER BY place`, number)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []DeliveredFile
	for rows.Next() {
		var f DeliveredFile
		if err := rows.Scan(&f.Name, &f.Bytes, &f.SHA256, &f.Rows); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, rows.Err()
}

// last returns the newest delivery of a source with the hash of its files, or
// nil when there is none.
func (s *store) last(ctx context.Context, source ieum.SourceID) (d *Delivery, mode, hash string, err error) {
	d, err = scanDelivery(func(to ...any) error {
		return s.db.QueryRowContext(ctx, `SELECT `+deliveryColumns+`, mode, hash FROM catalogue_delivery
			WHERE source = ? ORDER BY number DESC LIMIT 1`, string(source)).Scan(append(to, &mode, &hash)...)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, "", "", nil
	}
	return d, mode, hash, err
}

// counts returns how often each source delivered.
func (s *store) counts(ctx context.Context) (map[ieum.SourceID]int, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT source, COUNT(*) FROM catalogue_delivery GROUP BY source`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[ieum.SourceID]int{}
	for rows.Next() {
		var id ieum.SourceID
		var n int
		if err := rows.Scan(&id, &n); err != nil {
			return nil, err
		}
		out[id] = n
	}
	return out, rows.Err()
}

// lastFull returns the number of rows of a source's newest full delivery.
func (s *store) lastFull(ctx context.Context, source ieum.SourceID) (read int64, ok bool, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT rows_read FROM catalogue_delivery WHERE source = ? AND mode = 'full'
		ORDER BY number DESC LIMIT 1`, string(source)).Scan(&read)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return read, err == nil, err
}

// unmerge records a decision; one on the same pair is replaced.
func (s *store) unmerge(ctx context.Context, d Decision) error {
	a, b := snapshot.FormatID(d.A), snapshot.FormatID(d.B)
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO catalogue_merge (kind, a, b, why, at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (kind, a, b) DO UPDATE SET why = excluded.why, at = excluded.at`, int(d.Kind), a, b, d.Why, d.At.Unix())
		if err != nil {
			return err
		}
		return journal.Append(ctx, tx, "catalogue.unmerged", a, map[string]any{"kind": int(d.Kind), "from": b})
	})
}

// rejoin removes a decision; ieum.ErrNotFound when there is none.
func (s *store) rejoin(ctx context.Context, kind snapshot.MergeKind, x, y uint64) error {
	a, b := snapshot.FormatID(x), snapshot.FormatID(y)
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, `DELETE FROM catalogue_merge WHERE kind = ? AND a = ? AND b = ?`, int(kind), a, b)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, ieum.Errorf(ieum.ErrNotFound, "nothing is decided on %s and %s", a, b))
		}
		return journal.Append(ctx, tx, "catalogue.rejoined", a, map[string]any{"kind": int(kind), "with": b})
	})
}

// decisions returns what is decided, by kind and number.
func (s *store) decisions(ctx context.Context) (*decisions, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT kind, a, b, why, at FROM catalogue_merge ORDER BY kind, a, b`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := &decisions{}
	for rows.Next() {
		var kind int
		var a, b string
		var d Decision
		var at int64
		if err := rows.Scan(&kind, &a, &b, &d.Why, &at); err != nil {
			return nil, err
		}
		d.Kind, d.At = snapshot.MergeKind(kind), time.Unix(at, 0).In(ieum.Seoul)
		d.A, _ = snapshot.ParseID(a)
		d.B, _ = snapshot.ParseID(b)
		out.list = append(out.list, d)
	}
	return out, rows.Err()
}

// sources says of each source how many deliveries it made and which days its
// rows speak of, sorted by ID.
func (s *store) sources(ctx context.Context) ([]snapshot.Source, error) {
	rows, err := s.db.QueryContext(ctx, `
		SELECT source, COUNT(*), COALESCE(MIN(CASE WHEN first_day > 0 THEN first_day END), 0), MAX(last_day)
		FROM catalogue_delivery GROUP BY source ORDER BY source`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []snapshot.Source
	for rows.Next() {
		var src snapshot.Source
		var from, to int32
		if err := rows.Scan(&src.ID, &src.Deliveries, &from, &to); err != nil {
			return nil, err
		}
		src.From, src.To = ieum.Day(from), ieum.Day(to)
		out = append(out, src)
	}
	return out, rows.Err()
}

// built records that a snapshot was made, and of each delivery how many of its
// rows joined older ones in it.
func (s *store) built(ctx context.Context, m snapshot.Meta, merged map[int64]int64, whole bool) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		if whole {
			if _, err := tx.ExecContext(ctx, `UPDATE catalogue_delivery SET merged = 0 WHERE merged <> 0`); err != nil {
				return err
			}
		}
		for _, delivery := range slices.Sorted(maps.Keys(merged)) {
			_, err := tx.ExecContext(ctx, `UPDATE catalogue_delivery SET merged = ? WHERE number = ?`, merged[delivery], delivery)
			if err != nil {
				return err
			}
		}
		return journal.Append(ctx, tx, "catalogue.built", m.Version, map[string]any{
			"hash": m.Hash, "postings": m.Postings, "resumes": m.Resumes, "people": m.People, "companies": m.Companies, "items": m.Items,
		})
	})
}
