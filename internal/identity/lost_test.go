package identity

import (
	"encoding/base32"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// Codes are those of oathtool, a program by others.
func TestCodesAreThoseOfOathtool(t *testing.T) {
	tool, err := exec.LookPath("oathtool")
	if err != nil {
		t.Skip("no oathtool to compare codes with; install Debian's oathtool")
	}
	for _, at := range []time.Time{time.Unix(59, 0), time.Date(2026, 3, 2, 9, 0, 29, 0, time.UTC), time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(2039, 1, 1, 0, 0, 0, 0, time.UTC)} {
		secret := newSecret()
		if _, err := base32.StdEncoding.DecodeString(secret); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), tool, "--totp", "--base32", "--now", at.UTC().Format("2006-01-02 15:04:05 UTC"), secret).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if step := appStep(secret, strings.TrimSpace(string(out)), at, 0); step != at.Unix()/stepSeconds {
			t.Errorf("at %s oathtool shows %s, which is of step %d here", at, out, step)
		}
	}
}

// A phone whose clock is an hour off is told to mend it; a printed code lets its
// owner in meanwhile, and the mended phone does again.
func TestAPhoneWhoseClockIsAnHourOff(t *testing.T) {
	s := newSite(t)
	oper := s.operator("oper")
	codes, err := s.Print(t.Context(), oper)
	s.must(err)
	s.at = s.at.Add(2 * time.Hour)
	for _, off := range []time.Duration{-time.Hour, time.Hour} {
		s.leave()
		s.at = s.at.Add(time.Minute)
		s.ask("POST", "/sign-in", form("name", "oper", "password", secretWord))
		if status, _, text := s.ask("POST", "/sign-in/code", form("code", s.codeAt(oper, s.at.Add(off)))); status != 422 || !strings.Contains(text, "check that the clock of your phone is right") {
			t.Errorf("%s off: %d %s", off, status, text)
		}
		if status, to, _ := s.ask("POST", "/sign-in/code", form("code", codes[0])); status != 303 || to != "/account" {
			t.Errorf("%s off, with a printed code: %d", off, status)
		}
		codes = codes[1:]
	}
	s.leave()
	if status, _, _ := s.sign("oper", oper); status != 303 {
		t.Errorf("with its clock mended: %d", status)
	}
}

// Who lost their phone signs in with a printed code and sets up the new one; the
// old one lets nobody in any more, and is signed out where it was.
func TestALostPhone(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		oper := k.operator("oper")
		codes, err := k.Print(ctx, oper)
		k.must(err)
		before, err := k.Factors(ctx, oper.ID)
		k.must(err)
		k.at = k.at.Add(time.Hour)
		e, err := k.SignIn(ctx, here, "oper", secretWord)
		k.must(err)
		e, err = k.Second(ctx, here, k.person(e.Cookie), codes[0])
		k.must(err)
		p := k.person(e.Cookie)
		secret, err := k.Secret(ctx, p)
		k.must(err)
		k.must(k.SetApp(ctx, p, k.code(&Person{Session: Session{secret: secret}})))
		k.at = k.at.Add(time.Minute)
		for _, f := range before {
			if f.Kind != app {
				continue
			}
			e, err := k.SignIn(ctx, here, "oper", secretWord)
			k.must(err)
			_, err = k.Second(ctx, here, k.person(e.Cookie), k.code(&Person{Session: Session{secret: f.data}}))
			k.refused(err, "identity.error.code")
			_, err = k.Second(ctx, here, k.person(e.Cookie), k.code(&Person{Session: Session{secret: secret}}))
			k.must(err)
		}
	})
}

// Who lost a passkey signs in otherwise and removes it; the last way in is not
// removed.
func TestALostPasskey(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		oper := k.operator("oper")
		k.must(k.store.addTo(ctx, oper.Session, k.at, setting{kind: passkey, data: `{"id":"bG9zdA=="}`}))
		k.at = k.at.Add(time.Hour)
		e, err := k.SignIn(ctx, here, "oper", secretWord)
		k.must(err)
		e, err = k.Second(ctx, here, k.person(e.Cookie), k.code(&Person{Account: oper.Account}))
		k.must(err)
		p := k.person(e.Cookie)
		_, err = k.enter(ctx, here, start{Session: Session{Account: oper.ID}}, passkey, 2, k.at) // whoever found it
		k.must(err)
		have, err := k.Factors(ctx, oper.ID)
		k.must(err)
		for _, f := range have {
			if f.Kind == passkey {
				k.must(k.RemoveFactor(ctx, p, f.Number))
			} else {
				defer func() { k.refused(k.RemoveFactor(ctx, p, f.Number), "identity.error.last_factor") }()
			}
		}
		if o, _, err := k.owner(ctx, oper.Account); err != nil || len(o.keys) > 0 {
			t.Errorf("the lost passkey lets somebody in: %v %v", o.keys, err)
		}
		if all, err := k.Sessions(ctx, oper.ID); err != nil || len(all) != 1 || all[0].ID != p.Session.ID {
			t.Errorf("whoever got in with it goes on: %v %v", all, err)
		}
	})
}

// A stolen cookie is a session its owner sees and ends; meanwhile it hands out
// nothing and changes nothing of what its owner signs in with.
func TestAStolenCookie(t *testing.T) {
	s := newSite(t)
	oper := s.operator("oper")
	s.sign("oper", oper)
	stolen := s.jar
	id := s.person(s.cookie(sessionCookie)).Session.ID
	s.at = s.at.Add(11 * time.Minute)
	for path, f := range map[string]url.Values{"/account/password": form("password", "a long new password"), "/accounts/new": form("name", "kim", "role", "seeker"), "/account/paper": nil} {
		if status, _, text := s.ask("POST", path, f); status != 200 || !strings.Contains(text, "show once more") {
			t.Errorf("%s with a stolen cookie: %d", path, status)
		}
	}
	s.leave()
	s.sign("oper", oper)
	if _, _, text := s.ask("GET", "/account", nil); !strings.Contains(text, "/account/sessions/"+id) {
		t.Fatal("the owner does not see the other session")
	}
	s.ask("POST", "/account/sessions/"+id, nil)
	own := s.cookie(sessionCookie)
	s.jar = stolen
	if status, _, _ := s.ask("GET", "/account", nil); status != 303 {
		t.Errorf("the stolen cookie after it was ended: %d", status)
	}
	if s.person(own) == nil {
		t.Error("the owner was signed out")
	}
}

// A server whose clock was an hour ahead, and is put right, takes no code twice
// and keeps nobody out for longer than that hour.
func TestAServerWhoseClockWasAnHourAhead(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		oper := k.operator("oper")
		right := k.at.Add(time.Hour)
		k.at = right.Add(time.Hour) // the phone follows it
		e, err := k.SignIn(ctx, here, "oper", secretWord)
		k.must(err)
		e, err = k.Second(ctx, here, k.person(e.Cookie), k.code(oper))
		k.must(err)
		k.at = right
		if p := k.person(e.Cookie); p == nil {
			t.Error("the session ends with the clock")
		}
		again, err := k.SignIn(ctx, here, "oper", secretWord)
		k.must(err)
		_, err = k.Second(ctx, here, k.person(again.Cookie), k.code(oper))
		k.refused(err, "identity.error.code") // a step before the one that was taken
		k.at = right.Add(time.Hour + time.Minute)
		again, err = k.SignIn(ctx, here, "oper", secretWord)
		k.must(err)
		_, err = k.Second(ctx, here, k.person(again.Cookie), k.code(oper))
		k.must(err)
	})
}
