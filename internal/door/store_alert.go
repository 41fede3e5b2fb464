package door

import (
	"context"
	"time"

	"ieum"
)

// asked lists those of whom there is a record of a kind that nobody but they put there.
func (s *store) asked(ctx context.Context, kind ieum.RecordKind, one ieum.PersonID) ([]ieum.PersonID, error) {
	return list(ctx, s, func(scan func(...any) error) (id ieum.PersonID, err error) {
		return id, scan(&id)
	}, `SELECT DISTINCT person FROM door_record WHERE kind = ? AND (? = '' OR person = ?) ORDER BY person`, kind, one, one)
}

// hadNight says whether alerts were looked through for a day.
func (s *store) hadNight(ctx context.Context, day ieum.Day) (bool, error) {
	n, err := list(ctx, s, func(scan func(...any) error) (n int64, err error) { return n, scan(&n) }, `SELECT COUNT(*) FROM door_night WHERE day = ?`, int32(day))
	return len(n) > 0 && n[0] > 0, err
}

// endNight keeps that alerts were looked through, with what came of it.
func (s *store) endNight(ctx context.Context, n Night, entry map[string]any, bulk string, now time.Time) error {
	return s.in(ctx, func(t tx) error {
		if _, err := t.exec(`INSERT INTO door_night (day, bulk, ended) VALUES (?, ?, ?)`, int32(n.Day), bulk, now.Unix()); err != nil {
			return err
		}
		return t.tell("door.alerts", ieum.PersonID(bulk), entry)
	})
}
