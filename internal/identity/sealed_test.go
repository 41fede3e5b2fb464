package identity

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/journal"
)

// copyOf returns all that a database holds, as text.
func (k *desk) copyOf() string {
	k.t.Helper()
	var b bytes.Buffer
	k.must(k.db.Dump(k.t.Context(), &b))
	return b.String()
}

// Whoever has the database alone reads no name, no secret of an app (nor one
// that is being set up), no hash of a password, and cannot try names.
func TestADatabaseAloneTellsNothingOfAccounts(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("hong-gildong")
		pending, err := k.Secret(ctx, op)
		k.must(err)
		have, err := k.Factors(ctx, op.ID)
		k.must(err)
		copied := k.copyOf()
		never := []string{"hong-gildong", "argon2id", pending}
		for _, f := range have {
			never = append(never, f.data)
		}
		for _, one := range never {
			packed := base64.StdEncoding.EncodeToString([]byte(one))
			if one == "" || strings.Contains(copied, one) || strings.Contains(copied, packed[:len(packed)/4*4-4]) {
				t.Errorf("the database holds %q", one)
			}
		}
		if q := k.again(op); q.Session.secret != pending {
			t.Error("the secret that is being set up is lost")
		}
		k.at = k.at.Add(time.Minute)
		e, err := k.SignIn(ctx, here, "hong-gildong", secretWord)
		k.must(err)
		_, err = k.Second(ctx, here, k.person(e.Cookie), k.code(&Person{Account: op.Account}))
		k.must(err)
	})
}

// Something sealed for one account does not open as another's: a database that
// is changed by hand lets nobody in elsewhere.
func TestWhatIsSealedStaysInItsPlace(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		one := k.operator("one")
		token, _, err := k.Add(ctx, one, "two", Grant{Role: "seeker"})
		k.must(err)
		two := k.join(token)
		k.must(k.db.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE identity_factor SET data = (SELECT data FROM identity_factor WHERE account = ? AND kind = 'password') WHERE account = ? AND kind = 'password'`,
				string(two.ID), string(one.ID))
			return err
		}))
		if _, err := k.Factors(ctx, one.ID); err == nil {
			t.Error("the password of one account was put to another, and counts")
		}
	})
}

// A database of the release before, which kept names and secrets plain, is
// sealed at the first start; its people sign in as before.
func TestADatabaseOfBeforeIsSealedAtStart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		first, err := schema.ReadFile("schema/0001_init.sql")
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, "schema"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "schema", "0001_init.sql"), first, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(journal.Migrate(ctx, d), d.Migrate(ctx, "identity", os.DirFS(dir))); err != nil {
			t.Fatal(err)
		}
		word, err := newHasher(cheap, deriveHere).hash(ctx, secretWord)
		if err != nil {
			t.Fatal(err)
		}
		const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
		at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC).Unix()
		err = d.Tx(ctx, func(tx *sql.Tx) error {
			for _, one := range []struct {
				query string
				args  []any
			}{
				{`INSERT INTO identity_account (id, name, demo, made) VALUES (?, ?, 0, ?)`, []any{"aold", "hong-gildong", at}},
				{`INSERT INTO identity_factor (account, kind, data, made, used, step) VALUES ('aold', 'password', ?, ?, 0, 0)`, []any{word, at}},
				{`INSERT INTO identity_factor (account, kind, data, made, used, step) VALUES ('aold', 'app', ?, ?, 0, 0)`, []any{secret, at}},
				{`INSERT INTO identity_session (hash, id, account, stage, device, made, seen, until, factors, tries, link, secret) VALUES (?, 's1', 'aold', 'full', '', ?, ?, ?, 2, 0, ?, ?)`,
					[]any{sum("cookie"), at + 3000, at + 3000, at + 40000, []byte{}, "PENDINGPENDING22"}},
			} {
				if _, err := tx.ExecContext(ctx, one.query, one.args...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		k := newDesk(t, d)
		for range 2 { // the second start as the first
			copied := k.copyOf()
			for _, never := range []string{"hong-gildong", secret, "argon2id", "PENDING"} {
				if strings.Contains(copied, never) {
					t.Errorf("the database holds %q", never)
				}
			}
			set, err := defs.Load()
			k.must(err)
			k.Registry, err = New(ctx, d, set, func() time.Time { return k.at }, Options{Keys: k.keys, Cost: cheap})
			k.must(err)
		}
		if p := k.person("cookie"); p == nil || p.Name != "hong-gildong" || p.Session.secret != "PENDINGPENDING22" {
			t.Fatalf("a session of before is %+v", p)
		}
		e, err := k.SignIn(ctx, here, "Hong-Gildong", secretWord)
		k.must(err)
		_, err = k.Second(ctx, here, k.person(e.Cookie), k.code(&Person{Account: Account{ID: "aold"}}))
		k.must(err)
	})
}

// An account whose key was erased is nobody's: not found by its name, and not a
// failure of the service.
func TestAnAccountWhoseKeyIsErasedIsNobodys(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		e, err := k.SignIn(ctx, here, "oper", secretWord)
		k.must(err)
		k.must(k.keys.Erase(string(op.ID)))
		if p := k.person(e.Cookie); p != nil {
			t.Errorf("a session of it goes on: %+v", p)
		}
		if _, err := k.Find(ctx, "oper"); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("found: %v", err)
		}
		_, err = k.SignIn(ctx, here, "oper", secretWord)
		k.refused(err, "identity.error.wrong")
	})
}

// Staff is who holds a role of staff now: not who was proposed for one, and not
// any more when it ended. An account that is being erased has no name.
func TestWhoIsStaff(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		_, role, err := k.Add(ctx, op, "ana", Grant{Role: "analyst"})
		k.must(err)
		_, _, err = k.Add(ctx, op, "kim", Grant{Role: "seeker"})
		k.must(err)
		kim, err := k.Find(ctx, "kim")
		k.must(err)
		staff := func() (out []bool) {
			for _, a := range []AccountID{op.ID, role.Account, kim.ID} {
				is, err := k.IsStaff(ctx, a)
				k.must(err)
				out = append(out, is)
			}
			return out
		}
		before := staff()
		k.must(k.store.confirm(ctx, role.Number, "another", func(Grant, []Grant) error { return nil }))
		confirmed := staff()
		grants, of, err := k.Staff(ctx)
		k.must(err)
		if len(grants) != 2 || len(of) != 2 || of[op.ID].Name != "oper" || of[role.Account].Name != "ana" {
			t.Errorf("staff: %+v %+v", grants, of)
		}
		k.must(k.keys.Erase(string(role.Account)))
		if grants, of, err = k.Staff(ctx); err != nil || len(grants) != 2 || of[role.Account].Name != "" || of[op.ID].Name != "oper" {
			t.Errorf("while one is erased: %+v %+v %v", grants, of, err)
		}
		k.must(k.End(ctx, op, role.Number))
		if got := fmt.Sprint(before, confirmed, staff()); got != "[true false false] [true true false] [true false false]" {
			t.Errorf("staff are %s", got)
		}
	})
}

// Accounts are found by their exact name; only those of staff are listed.
func TestOnlyStaffAreListed(t *testing.T) {
	s := newSite(t)
	op := s.operator("oper")
	for _, name := range []string{"kim", "kim2"} {
		_, _, err := s.Add(t.Context(), op, name, Grant{Role: "seeker"})
		s.must(err)
	}
	s.sign("oper", op)
	_, _, text := s.ask("GET", "/accounts", nil)
	if !strings.Contains(text, ">oper<") || strings.Contains(text, "kim") {
		t.Errorf("the list is %s", text)
	}
	if status, _, text := s.ask("POST", "/accounts", form("name", " KIM ")); status != 200 || !strings.Contains(text, `<strong data-theirs>kim</strong>`) || strings.Contains(text, "kim2") {
		t.Errorf("kim: %d %s", status, text)
	}
	if status, _, text := s.ask("POST", "/accounts", form("name", "ki")); status != 422 || !strings.Contains(text, `id="name-fault"`) {
		t.Errorf("half a name: %d", status)
	}
	s.leave()
	token, err := s.Enrol(t.Context(), Console, "kim")
	s.must(err)
	s.join(token)
	kim, err := s.Find(t.Context(), "kim")
	s.must(err)
	s.sign("kim", &Person{Account: kim})
	if status, _, _ := s.ask("POST", "/accounts", form("name", "oper")); status != 403 {
		t.Errorf("a seeker looks for accounts: %d", status)
	}
}
