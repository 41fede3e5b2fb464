package identity

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/journal"
	"ieum/internal/platform/seal"
)

// A backup that is put back brings no way in that ended since: not a recovery that its owner
// cancelled or one that was used, no session, no browser by which somebody is known. The demo's
// links go on.
func TestARestoreBringsNoWayInBack(t *testing.T) {
	k := newDesk(t, dbtest.Open(t, t.TempDir()))
	ctx := t.Context()
	op := k.operator("oper")
	one := k.officer(op, "one", "center")
	kim := k.seeker(op, "kim")
	begun, err := k.Recover(ctx, one.ID, "kim")
	k.must(err)
	first, _, err := k.Add(ctx, nil, "lee", Grant{Role: "seeker"})
	k.must(err)
	in, err := k.SignIn(ctx, here, "kim", secretWord)
	k.must(err)
	asked, err := k.AskAny(ctx, here, "localhost")
	k.must(err)
	k.at = k.at.Add(time.Minute)
	half, err := k.SignIn(ctx, here, "oper", secretWord)
	k.must(err)
	full, err := k.Second(ctx, here, k.person(half.Cookie), k.code(op))
	k.must(err)
	var known int
	k.must(k.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM identity_device`).Scan(&known))
	var copied bytes.Buffer
	k.must(k.db.Dump(ctx, &copied))
	k.must(k.Cancel(ctx, kim.ID, k.under(kim.ID).ID))
	k.at = k.at.Add(26 * time.Hour)

	d, err := db.Open(ctx, t.TempDir())
	k.must(err)
	defer d.Close()
	k.must(d.Load(ctx, bytes.NewReader(copied.Bytes()), func(ctx context.Context, d *db.DB) error {
		return errors.Join(journal.Migrate(ctx, d), seal.Migrate(ctx, d), Migrate(ctx, d))
	}))
	k.must(Restored(ctx, d, k.at))
	set, err := defs.Load()
	k.must(err)
	r, err := New(ctx, d, set, func() time.Time { return k.at }, Options{Keys: k.keys, Cost: cheap})
	k.must(err)
	for what, token := range map[string]string{"cancelled recovery": begun.Token, "first link": first} {
		if _, _, err := r.Arrive(ctx, token, "thief"); !errors.Is(err, ieum.ErrDenied) {
			t.Errorf("a %s leads in: %v", what, err)
		}
	}
	if p, err := r.Who(ctx, in.Cookie); err != nil || p.SignedIn() {
		t.Errorf("a session of then goes on: %+v, %v", p, err)
	}
	var n int
	k.must(d.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM identity_challenge) + (SELECT COUNT(*) FROM identity_device)`).Scan(&n))
	if n > 0 || asked.ID == "" || known == 0 || full.Known == "" {
		t.Errorf("of %d browsers and a challenge %d are known", known, n)
	}
	k.at = k.at.Add(time.Minute)
	in, err = r.SignIn(ctx, here, "kim", secretWord)
	if err != nil {
		t.Fatalf("the owner is kept out: %v", err)
	}
	second, err := r.Who(ctx, in.Cookie)
	k.must(err)
	in, err = r.Second(ctx, here, second, k.code(kim))
	k.must(err)
	warned := func(want ...string) {
		t.Helper()
		p, err := r.Who(ctx, in.Cookie)
		k.must(err)
		if got, err := r.Warnings(ctx, p); err != nil || !slices.Equal(got, want) {
			t.Errorf("told %v, want %v (%v)", got, want, err)
		}
	}
	warned(restored)
	p, err := r.Who(ctx, in.Cookie)
	k.must(err)
	k.must(r.Saw(ctx, p))
	warned()
	if list, err := r.Notices(ctx, kim.ID); err != nil || len(list) < 2 || list[1].Kind != restored || list[1].State != shown {
		t.Errorf("noted is %+v, %v", list, err)
	}
}
