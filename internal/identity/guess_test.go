package identity

import (
	"database/sql"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
)

// guesses makes wrong second factors after the right password, from elsewhere each time.
func (k *desk) guesses(name string, n int) {
	k.t.Helper()
	for done := 0; done < n; {
		k.at = k.at.Add(time.Minute)
		e, err := k.SignIn(k.t.Context(), here, name, secretWord)
		k.must(err)
		_, err = k.Second(k.t.Context(), here, k.person(e.Cookie), "ZZZZ")
		if errors.Is(err, ieum.ErrBusy) {
			continue
		}
		if err == nil {
			k.t.Fatal("a guess is right")
		}
		done++
	}
}

// wrong returns how many second factors of an account were wrong in a row.
func (k *desk) wrong(a AccountID) (n int) {
	k.t.Helper()
	k.must(k.store.db.QueryRowContext(k.t.Context(), `SELECT wrong FROM identity_account WHERE id = ?`, string(a)).Scan(&n))
	return n
}

// However many guesses come at the same moment, no more are looked at than a session and
// the ceiling leave.
func TestGuessesAtOnceHoldTheCeiling(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		oper := k.operator("oper")
		atOnce := func(sessions, tries int) (looked int) {
			var all sync.WaitGroup
			begin, got := make(chan struct{}), make(chan error, sessions*tries)
			for range sessions {
				k.at = k.at.Add(time.Minute)
				e, err := k.SignIn(ctx, here, "oper", secretWord)
				k.must(err)
				p := k.person(e.Cookie)
				for range tries {
					all.Go(func() {
						<-begin
						_, err := k.Second(ctx, here, p, "ZZZZ")
						got <- err
					})
				}
			}
			k.at = k.at.Add(10 * time.Minute)
			close(begin)
			all.Wait()
			close(got)
			for err := range got {
				if e, ok := errors.AsType[*ieum.Error](err); ok && e.Key == "identity.error.code" {
					looked++
				}
			}
			return looked
		}
		if n := atOnce(1, 10); n != mostTries {
			t.Errorf("%d guesses of a session are looked at", n)
		}
		k.must(k.store.db.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.Exec(`UPDATE identity_account SET wrong = ?`, wrongHeld-3)
			return err
		}))
		if n := atOnce(9, 1); n != 3 {
			t.Errorf("%d guesses are looked at where three are left", n)
		}
		k.deliverAll()
		if got := k.states(oper.ID); !strings.HasSuffix(got, appHeld+"="+letter) {
			t.Errorf("the owner is told %s", got)
		}
	})
}

// Wrong second factors after a right password have a ceiling that no restart lifts: their
// owner is told of twenty in a row, and after a hundred codes of the app count in a browser
// that was signed in with before alone, in which nothing slows the owner down.
func TestGuessesAtTheSecondFactorEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		ctx := t.Context()
		oper := k.operator("oper")
		codes, err := k.Print(ctx, oper)
		k.must(err)
		try := func(v Visit, code func() string) (Entry, error) {
			k.at = k.at.Add(time.Minute)
			e, err := k.SignIn(ctx, v, "oper", secretWord)
			k.must(err)
			return k.Second(ctx, v, k.person(e.Cookie), code())
		}
		fromApp := func() string { return k.code(&Person{Account: oper.Account}) }
		e, err := try(here, fromApp)
		k.must(err)
		known := here
		known.Known = e.Known
		told := func() string {
			k.deliverAll()
			return k.states(oper.ID)
		}
		k.guesses("oper", wrongTold-1)
		if strings.Contains(told(), codesWrong) {
			t.Error("told too early")
		}
		k.guesses("oper", 1)
		if !strings.HasSuffix(told(), codesWrong+"="+letter) {
			t.Errorf("of twenty the owner is told %s", told())
		}
		again := newDesk(t, d, func(o *Options) { o.Keys = k.keys }) // after a restart
		again.at = k.at
		k, again = again, nil
		k.guesses("oper", wrongHeld-wrongTold-1)
		if strings.Contains(told(), appHeld) {
			t.Error("held too early")
		}
		k.guesses("oper", 1)
		if !strings.HasSuffix(told(), appHeld+"="+letter) {
			t.Errorf("of a hundred the owner is told %s", told())
		}
		_, err = try(here, fromApp)
		k.refused(err, "identity.error.held")
		if n := k.wrong(oper.ID); n != wrongHeld+1 {
			t.Errorf("%d wrong ones", n)
		}
		e, err = try(here, func() string { return codes[0] })
		k.must(err)
		_, err = try(here, fromApp) // a right sign-in began the count anew
		k.must(err)
		k.guesses("oper", wrongHeld)
		e, err = try(known, fromApp)
		k.must(err)
		for range 5 {
			k.guesses("oper", wrongHeld/5)
			k.person(e.Cookie) // is used all along
		}
		p := k.person(e.Cookie)
		p.Session.Made = k.at
		_, _, err = k.SetPassword(ctx, p, "", secretWord, "", false)
		k.must(err)
		_, err = try(here, fromApp)
		k.must(err)
	})
}

// A browser that was signed in with before may be one that others share: guesses in it have
// the same ceiling, which holds nobody who goes on in another browser of theirs.
func TestGuessesInAKnownBrowserEnd(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		oper := k.operator("oper")
		try := func(v Visit, code string) (Entry, error) {
			k.at = k.at.Add(time.Minute)
			e, err := k.SignIn(ctx, v, "oper", secretWord)
			k.must(err)
			if code == "" {
				code = k.code(&Person{Account: oper.Account})
			}
			return k.Second(ctx, v, k.person(e.Cookie), code)
		}
		known := func() Visit {
			e, err := try(here, "")
			k.must(err)
			v := here
			v.Known = e.Known
			return v
		}
		own, shared := known(), known()
		guess := func() {
			for range wrongHeld {
				_, err := try(shared, "ZZZZ")
				k.refused(err, "identity.error.code")
			}
			_, err := try(shared, "")
			k.refused(err, "identity.error.held")
		}
		guess()
		_, err := try(own, "")
		k.must(err)
		_, err = try(shared, "") // a right sign-in began the count anew
		k.must(err)
		guess()
	})
}

// Who changes what they sign in with, or ends a session elsewhere, may do so because somebody
// was in their account: no other browser is known any more, so that the next sign-in with it is
// told, and has no count of tries of its own. Signing out forgets nothing.
func TestOtherBrowsersAreForgotten(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		oper := k.operator("oper")
		enter := func(known string) (*Person, string) {
			k.at = k.at.Add(time.Minute)
			v := here
			v.Known = known
			e, err := k.SignIn(ctx, v, "oper", secretWord)
			k.must(err)
			e, err = k.Second(ctx, v, k.person(e.Cookie), k.code(&Person{Account: oper.Account}))
			k.must(err)
			p := k.person(e.Cookie)
			p.Session.browser = sum(e.Known)
			return p, e.Known
		}
		knows := func(known string) bool {
			ok, err := k.store.knows(ctx, sum(known), oper.ID)
			k.must(err)
			return ok
		}
		own, mine := enter("")
		for _, tt := range []struct {
			what string
			do   func(theirs *Person) error
			ends bool
		}{
			{"signing out", func(*Person) error { return k.EndSession(ctx, own.Session, own.Session.ID) }, false},
			{"a password", func(*Person) error { return third(k.SetPassword(ctx, own, "", secretWord, "", false)) }, true},
			{"printed codes", func(*Person) error { _, err := k.Print(ctx, own); return err }, true},
			{"a factor that is removed", func(*Person) error {
				have, err := k.Factors(ctx, own.ID)
				k.must(err)
				return k.RemoveFactor(ctx, own, have[len(have)-1].Number)
			}, true},
			{"a session that is ended elsewhere", func(theirs *Person) error { return k.EndSession(ctx, own.Session, theirs.Session.ID) }, true},
		} {
			theirs, other := enter("")
			own, _ = enter(mine)
			k.must(tt.do(theirs))
			if !knows(mine) || knows(other) == tt.ends {
				t.Errorf("%s: the browser it was done with is known: %v, another: %v", tt.what, knows(mine), knows(other))
			}
		}
	})
}

func third(_ string, _ []string, err error) error { return err }

// The secret of an app that was set up is shown to nobody any more: whoever finds the
// page open within ten minutes would have the app, too.
func TestTheSecretOfAnAppIsShownUntilItIsSetUp(t *testing.T) {
	s := newSite(t)
	oper := s.operator("oper")
	s.sign("oper", oper)
	secret := func() string {
		_, _, text := s.ask("GET", "/account", nil)
		m := secretShown.FindStringSubmatch(text)
		if m == nil {
			t.Fatal("no secret is shown")
		}
		return strings.ReplaceAll(m[1], " ", "")
	}
	live := secret()
	if secret() != live {
		t.Error("another secret before the app is set up")
	}
	if status, _, text := s.ask("POST", "/account/app", form("code", s.code(&Person{Session: Session{secret: live}}))); status != 303 {
		t.Fatalf("%d %s", status, text)
	}
	if secret() == live {
		t.Error("the secret of the app is shown again")
	}
}

var keptIn = regexp.MustCompile(`name="kept" value="([\w-]+)"`)

// A form that was written before a session ended is sent on by whose session it was alone,
// also once nothing is kept of that session; where nobody was signed in, whoever sends it
// sees what it holds, and can leave it.
func TestAKeptFormOfAnEndedSession(t *testing.T) {
	s := newSite(t)
	one, two := s.operator("oper"), s.operator("other")
	write := func() string {
		_, _, text := s.ask("POST", "/accounts/roles/77/confirm", form("x", "<b>what it holds</b>"))
		m := keptIn.FindStringSubmatch(text)
		if m == nil || !strings.Contains(text, `href="/sign-in"`) {
			t.Fatal(text)
		}
		return m[1]
	}
	waits := func(text string) bool { return strings.Contains(text, `action="/accounts/roles/77/confirm"`) }
	end := map[string]func(){
		"was used by nobody": func() { s.at = s.at.Add(31 * time.Minute) },
		"was ended elsewhere": func() {
			e, err := s.enter(t.Context(), here, start{Session: Session{Account: one.ID}}, passkey, 2, s.at)
			s.must(err)
			s.must(s.EndSession(t.Context(), s.person(e.Cookie).Session, s.person(s.cookie(sessionCookie)).Session.ID))
		},
	}
	for why, ended := range end {
		for name, by := range map[string]*Person{"oper": one, "other": two} {
			s.leave()
			s.sign("oper", one)
			ended()
			waiting := write()
			if _, _, text := s.sign(name, by, "kept", waiting); waits(text) != (name == "oper") {
				t.Errorf("a session that %s: %s is offered the form: %t", why, name, waits(text))
			}
		}
	}
	s.leave()
	s.sign("oper", one)
	s.ask("POST", "/sign-out", url.Values{})
	_, _, text := s.sign("other", two, "kept", write())
	if !waits(text) || !strings.Contains(text, "/accounts/roles/77/confirm</code>") || !strings.Contains(text, "<code>x</code>") ||
		!strings.Contains(text, "<b>what it holds</b></pre>") || !strings.Contains(text, "before anybody had signed in") || !strings.Contains(text, "Do not send it") {
		t.Errorf("the form of a visitor: %s", text)
	}
}
