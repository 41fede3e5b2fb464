package identity

import (
	"database/sql"
	"errors"
	"testing"
	"time"

	"ieum"
)

// during lets do happen once while something is under way: when it looks at the clock for
// the nth time.
func (k *desk) during(n int, do func()) {
	k.Registry.now = func() time.Time {
		if n--; n == 0 {
			do()
		}
		return k.at
	}
}

// waysIn counts what somebody gets into an account by: sessions, and browsers that are known.
func (k *desk) waysIn(a AccountID) (sessions, browsers int) {
	k.t.Helper()
	row := func(to *int, query string) { k.must(k.db.QueryRowContext(k.t.Context(), query, string(a)).Scan(to)) }
	row(&sessions, `SELECT COUNT(*) FROM identity_session WHERE account = ?`)
	row(&browsers, `SELECT COUNT(*) FROM identity_device WHERE account = ? AND made > 0`)
	return sessions, browsers
}

// Who is being checked while the owner takes away what they show gets no session by it, no
// browser is known for it, and nothing is said of a sign-in.
func TestAWayInThatIsTakenAwayMeanwhileIsNone(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		oper := k.operator("oper")
		signedIn := func() (n int) {
			k.must(k.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM journal_new WHERE kind = 'identity.signed_in' AND subject = ?`, string(oper.ID)).Scan(&n))
			return n
		}
		first := func() *Person {
			e, err := k.SignIn(ctx, here, "oper", secretWord)
			k.must(err)
			return k.person(e.Cookie)
		}
		second := func(p *Person) error {
			_, err := k.Second(ctx, here, p, k.code(&Person{Account: oper.Account}))
			return err
		}
		changed := func() {
			k.must(third(k.SetPassword(ctx, oper, "", secretWord, "", false)))
		}
		for what, tt := range map[string]struct {
			at int // which look at the clock is the last before the session begins
			do func(before *Person) error
		}{
			"a password": {2, func(*Person) error { _, err := k.SignIn(ctx, here, "oper", secretWord); return err }},
			"a code":     {2, second},
		} {
			k.at = k.at.Add(time.Minute)
			oper = k.again(oper)
			oper.Session.Made = k.at
			before := first()
			at := signedIn()
			done := false
			k.during(tt.at, func() { done = true; changed() })
			err := tt.do(before)
			k.Registry.now = func() time.Time { return k.at }
			if !done {
				t.Fatalf("%s: the password was not changed meanwhile", what)
			}
			if !errors.Is(err, ieum.ErrSignedOut) {
				t.Errorf("%s: %v", what, err)
			}
			if sessions, browsers := k.waysIn(oper.ID); sessions != 1 || browsers != 0 || signedIn() != at {
				t.Errorf("%s: %d sessions are left beside the owner's, %d browsers are known, %d sign-ins are told", what, sessions-1, browsers, signedIn()-at)
			}
		}
		k.at = k.at.Add(time.Minute)
		k.must(second(first()))
		if sessions, browsers := k.waysIn(oper.ID); sessions != 2 || browsers != 1 {
			t.Errorf("undisturbed there are %d sessions and %d browsers", sessions, browsers)
		}
		k.at = k.at.Add(time.Minute)
		late := first()
		k.during(2, func() { k.at = k.at.Add(entrance) })
		if err := second(late); !errors.Is(err, ieum.ErrSignedOut) {
			t.Errorf("after the time there is for a second factor: %v", err)
		}
	})
}

// A request of a session that was under way when its owner ended it changes nothing of what
// the account is signed in to with, nor ends the owner's.
func TestARequestOfAnEndedSessionChangesNoWayIn(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		oper := k.operator("oper")
		k.at = k.at.Add(time.Minute)
		theirs := k.sessionOf(oper)
		k.must(k.store.setPending(ctx, oper.ID, "kim@canary.example", codeHash(oper.ID, "123456"), k.at.Add(time.Hour)))
		k.must(third(k.SetPassword(ctx, k.again(oper), "", secretWord, "", false)))
		have, err := k.Factors(ctx, oper.ID)
		k.must(err)
		for what, do := range map[string]func() error{
			"a password":            func() error { return third(k.SetPassword(ctx, theirs, "", "a longer word than that", "", false)) },
			"printed codes":         func() error { _, err := k.Print(ctx, theirs); return err },
			"a factor taken away":   func() error { return k.store.removeFactor(ctx, theirs.Session, have[0].Number, false) },
			"the owner's session":   func() error { return k.EndSession(ctx, theirs.Session, oper.Session.ID) },
			"an address":            func() error { return k.ConfirmAddress(ctx, theirs, "123456") },
			"an address taken away": func() error { return k.DropAddress(ctx, theirs) },
		} {
			if err := do(); !errors.Is(err, ieum.ErrSignedOut) {
				t.Errorf("%s: %v", what, err)
			}
		}
		now, err := k.Factors(ctx, oper.ID)
		k.must(err)
		if sessions, _ := k.waysIn(oper.ID); sessions != 1 || len(now) != len(have) || now[0].Number != have[0].Number {
			t.Errorf("there are %d sessions, and %+v where %+v was", sessions, now, have)
		}
		k.must(k.EndSession(ctx, oper.Session, oper.Session.ID))
	})
}

// sessionOf signs somebody of a password and an app in once more, with a browser of its own.
func (k *desk) sessionOf(p *Person) *Person {
	k.t.Helper()
	e, err := k.SignIn(k.t.Context(), here, p.Name, secretWord)
	k.must(err)
	e, err = k.Second(k.t.Context(), here, k.person(e.Cookie), k.code(&Person{Account: p.Account}))
	k.must(err)
	q := k.person(e.Cookie)
	q.Session.browser = sum(e.Known)
	return q
}

// Browsers are rows for as long as they are known, a year after the last sign-in, and for as
// long as somebody may come by a session from before they were forgotten.
func TestBrowsersAreDropped(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		oper := k.operator("oper")
		rows := func() (n int) {
			k.must(k.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM identity_device WHERE account = ?`, string(oper.ID)).Scan(&n))
			return n
		}
		enter := func(known string) string {
			v := here
			v.Known = known
			e, err := k.enter(ctx, v, start{Session: Session{Account: oper.ID}}, passkey, 2, k.at)
			k.must(err)
			return e.Known
		}
		used, unused := enter(""), enter("")
		k.at = k.at.Add(200 * 24 * time.Hour)
		if again := enter(used); again != used || rows() != 2 {
			t.Errorf("a browser that is known is known anew, of %d", rows())
		}
		k.at = k.at.Add(knownLasts - 200*24*time.Hour - time.Second)
		enter(used)
		if rows() != 2 {
			t.Error("a browser is dropped before its cookie is over")
		}
		k.at = k.at.Add(time.Second)
		enter(used)
		if known, err := k.store.knows(ctx, sum(unused), oper.ID); known || err != nil || rows() != 1 {
			t.Errorf("after a year without a sign-in a browser is known: %t, of %d, %v", known, rows(), err)
		}

		own := k.sessionOf(oper) // in a browser of its own
		k.must(third(k.SetPassword(ctx, own, "", secretWord, "", false)))
		whose := func() AccountID { a, err := k.store.lastIn(ctx, sum(used)); k.must(err); return a }
		k.at = k.at.Add(absolute + endedLasts - time.Second)
		enter("")
		if whose() != oper.ID {
			t.Error("a form that waits in a forgotten browser is nobody's")
		}
		k.at = k.at.Add(time.Second)
		enter("")
		if n := rows(); whose() != "" || n != 3 {
			t.Errorf("a forgotten browser stays: %q, of %d", whose(), n)
		}
		// Those that were forgotten before it was kept when.
		k.must(k.db.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE identity_device SET made = 0 WHERE hash = ?`, own.Session.browser)
			return err
		}))
		enter("")
		if n := rows(); n != 3 {
			t.Errorf("one that was forgotten before that was kept stays, of %d", n)
		}
	})
}
