package door

import (
	"context"
	"time"

	"ieum"
)

// finds counts one more number that somebody looks up in this hour, and returns how many
// there are.
func (s *store) finds(ctx context.Context, by ieum.AccountID, now time.Time) (n int64, err error) {
	err = s.in(ctx, func(t tx) error {
		return t.QueryRowContext(t.ctx, `INSERT INTO door_find (reader, hour, tries) VALUES (?, ?, 1) ON CONFLICT (reader, hour) DO UPDATE SET tries = door_find.tries + 1 RETURNING tries`,
			by, now.Unix()/3600).Scan(&n)
	})
	return n, err
}
