package door

import (
	"slices"
	"testing"

	"ieum/internal/platform/db/dbtest"
)

// conflicting is a Sealer whose first erasure somebody else's link comes between, so
// that the transaction it is in has to be tried again.
type conflicting struct {
	Sealer
	between func()
	came    bool
}

func (c *conflicting) Erase(ids ...string) error {
	err := c.Sealer.Erase(ids...)
	if !c.came {
		c.came = true
		c.between()
	}
	return err
}

// TestAnErasureThatIsTriedAgain: a transaction that PostgreSQL has tried again, after
// the keys went, hides the rows all the same.
func TestAnErasureThatIsTriedAgain(t *testing.T) {
	b := open(t, dbtest.Open(t, dbtest.Postgres(t)), t.TempDir()).withRows()
	must[Person](t)(b.Begin(ctx, b.seeker()))
	if err := b.LinkOwn(ctx, b.seeker(), rowOf("A-1")); err != nil {
		t.Fatal(err)
	}
	other := must[Person](t)(b.Begin(ctx, b.mallory())).ID
	b.Keys = &conflicting{Sealer: b.Keys, between: func() {
		err := b.store.in(ctx, func(t tx) error {
			var n int
			if err := t.QueryRowContext(ctx, `SELECT COUNT(*) FROM door_person WHERE reads >= 0`).Scan(&n); err != nil {
				return err
			}
			_, err := t.addLink(Link{ID: "lX", person: other, row: "prow", sealed: []byte{1}, By: "self", Since: b.now()})
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}}
	if err := b.Erase(ctx, b.seeker()); err != nil {
		t.Fatal(err)
	}
	if !b.rows.erased("A-1") || !slices.Contains(b.rows.hidden, "A-1") {
		t.Errorf("done, and the row is erased %v, hidden are %q", b.rows.erased("A-1"), b.rows.hidden)
	}
}
