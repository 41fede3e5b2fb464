package identity

import (
	"database/sql"
	"errors"
	"testing"
	"time"

	"ieum"
)

// rowsOf counts the rows of an account in each table that has accounts.
func (k *desk) rowsOf(a AccountID) (out map[string]int) {
	k.t.Helper()
	out = map[string]int{}
	for table, column := range map[string]string{
		"identity_account": "id", "identity_factor": "account", "identity_session": "account", "identity_link": "account", "identity_challenge": "account", "identity_device": "account", "identity_proof": "account",
	} {
		var n int
		k.must(k.db.QueryRowContext(k.t.Context(), `SELECT COUNT(*) FROM `+table+` WHERE `+column+` = ?`, string(a)).Scan(&n))
		if n > 0 {
			out[table] = n
		}
	}
	return out
}

// Who is erased is signed out everywhere, cannot sign in, and nothing is left of
// them but the ids of the roles they had, which ended.
func TestAnAccountIsRemovedWhole(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		token, _, err := k.Add(ctx, nil, "kim", Grant{Role: "seeker"})
		k.must(err)
		kim := k.join(token)
		k.at = k.at.Add(time.Minute)
		codes, err := k.Print(ctx, kim)
		k.must(err)
		e, err := k.SignIn(ctx, here, "kim", secretWord)
		k.must(err)
		e, err = k.Second(ctx, here, k.person(e.Cookie), codes[0])
		k.must(err)
		_, err = k.AskNew(ctx, k.person(e.Cookie), "localhost:8080")
		k.must(err)
		k.must(k.Prove(ctx, op, "kim", AtDesk, kimIs, Shown{"passport", "M12345678"}, Shown{"resident-card", "0001"}))
		if len(k.rowsOf(kim.ID)) != 7 {
			t.Fatalf("before: %v", k.rowsOf(kim.ID))
		}
		k.must(k.keys.Erase(string(kim.ID)))
		k.must(k.Remove(ctx, kim.ID))
		if left := k.rowsOf(kim.ID); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
		var codesLeft int
		k.must(k.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM identity_code`).Scan(&codesLeft))
		if codesLeft > 0 {
			t.Errorf("%d printed codes are left", codesLeft)
		}
		if k.person(e.Cookie) != nil {
			t.Error("who was removed is still signed in")
		}
		_, err = k.SignIn(ctx, here, "kim", secretWord)
		k.refused(err, "identity.error.wrong")
		grants, err := k.Grants(ctx, kim.ID)
		k.must(err)
		if len(grants) != 1 || !grants[0].Ended {
			t.Errorf("grants: %+v", grants)
		}
		if err := k.Remove(ctx, kim.ID); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("twice: %v", err)
		}
		if k.person("x") != nil || k.again(op).Name != "oper" {
			t.Error("somebody else was removed")
		}
		_, _, err = k.Add(ctx, op, "kim", Grant{Role: "seeker"}) // the name is free again, for somebody else
		k.must(err)
	})
}

// What somebody lent of their roles ends with their account.
func TestWhatWasLentEndsWithTheAccount(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		token, _, err := k.Add(ctx, op, "stand-in", Grant{Role: "seeker"})
		k.must(err)
		standIn := k.join(token)
		lent, err := k.Delegate(ctx, op, op.Grants[0].Number, "stand-in", k.at.AddDate(0, 0, 3))
		k.must(err)
		k.must(k.store.confirm(ctx, lent.Number, "another", func(Grant, []Grant) error { return nil }))
		if !k.again(standIn).MayAny(ieum.Operate) {
			t.Fatal("what was lent does not count")
		}
		k.must(k.keys.Erase(string(op.ID)))
		k.must(k.Remove(ctx, op.ID))
		if standIn = k.again(standIn); standIn.MayAny(ieum.Operate) || !standIn.MayAny(ieum.OwnData) {
			t.Errorf("after the lender is gone: %+v", standIn.Grants)
		}
	})
}

// A database that was put back has who was erased since; the start removes them
// again, and again, and nobody else.
func TestErasuresAreReplayed(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		token, _, err := k.Add(ctx, op, "kim", Grant{Role: "seeker"})
		k.must(err)
		kim := k.join(token)
		k.must(k.keys.Erase(string(kim.ID), "p-of-another-domain"))
		for range 2 {
			k.must(k.Replay(ctx, k.keys.Erased()))
			if left := k.rowsOf(kim.ID); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		}
		if _, err := k.Find(ctx, "oper"); err != nil {
			t.Errorf("another account: %v", err)
		}
		var told int
		k.must(k.db.Tx(ctx, func(tx *sql.Tx) error {
			return tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM journal_new WHERE kind = 'identity.account_removed'`).Scan(&told)
		}))
		if told != 1 {
			t.Errorf("the journal tells of it %d times", told)
		}
	})
}
