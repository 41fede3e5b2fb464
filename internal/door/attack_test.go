package door

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/journal"
)

// This file holds what somebody tried who had read the program.

// stopped is somebody who was registered on consent, got an account and stopped
// everything there.
func (b *bench) stopped() ieum.PersonID {
	b.t.Helper()
	p := b.registered("consent")
	if err := errors.Join(b.linked(p, "seeker"), b.StopAll(ctx, b.seeker(), p)); err != nil {
		b.t.Fatal(err)
	}
	return p
}

// for300 lets an account act for somebody for most of a year.
func for300(name string) Proposal {
	return Proposal{Name: name, Kind: "professional", Shown: "power-of-attorney", Until: ieum.DayOf(monday) + 300}
}

// TestACaseEndsWithItsConsent: whoever had it notes nothing more and lets nobody
// act, and can still close it.
func TestACaseEndsWithItsConsent(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.stopped()
		for what, err := range map[string]error{
			"a note":      b.AddNote(ctx, b.counsellor(), p, "x"),
			"a mandate":   b.Propose(ctx, b.counsellor(), p, for300("sock")),
			"a hand-over": b.HandOver(ctx, b.counsellor(), p, "asecond"),
			"a read":      second(b.Read(ctx, b.as("asock", "seeker", "", "", ""), p, "own", ieum.ContactRecord, ieum.PaperRecord)),
		} {
			if !errors.Is(err, ieum.ErrDenied) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := b.Close(ctx, b.counsellor(), p); err != nil {
			t.Error(err)
		}
	})
}

// TestConsentAloneIsNoLaw: whom a desk registered on consent is not reached by law
// once they stopped; nor in a database of before, which learns it from their cases.
func TestConsentAloneIsNoLaw(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		officer := b.as("aofficer", "officer", "center", "", "")
		if r, err := b.Read(ctx, officer, b.stopped(), "counselling", ieum.ContactRecord, ieum.NoteRecord); key(err) != "door.refused.basis" {
			t.Errorf("read %+v (%v)", r, err)
		}
		for basis, want := range map[defs.Basis]string{"law": "", "consent": "door.refused.basis"} {
			p := b.registered(basis)
			b.before(t)
			if basis == "consent" {
				*b.clock = b.clock.AddDate(2, 0, 0)
			}
			if _, err := b.Read(ctx, officer, p, "counselling", ieum.ContactRecord); key(err) != want {
				t.Errorf("on %s: %v", basis, err)
			}
		}
	})
}

// before forgets on what people were registered, and updates the database.
func (b *bench) before(t *testing.T) {
	t.Helper()
	text, err := schema.ReadFile("schema/0002_basis.sql")
	_, update, _ := strings.Cut(string(text), "DEFAULT '';")
	if err != nil || update == "" {
		t.Fatal(update, err)
	}
	err = b.d.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE door_person SET basis = ''`)
		return errors.Join(err, second(tx.ExecContext(ctx, update)))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNobodyLearnsWhoHasAnAccount by trying names on a person who is no client.
func TestNobodyLearnsWhoHasAnAccount(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.person()
		for _, name := range []string{"somebody", "nobody1", "stranger", "seeker"} {
			for _, by := range []Asker{b.seeker(), b.counsellor()} {
				if err := b.Propose(ctx, by, p, for300(name)); key(err) != "door.refused.not_mine" {
					t.Errorf("to act, %s: %v", name, err)
				}
				if err := b.Link(ctx, by, p, name); key(err) != "door.refused.not_mine" {
					t.Errorf("to link, %s: %v", name, err)
				}
			}
		}
		if len(b.named) > 0 {
			t.Errorf("names are looked up for who has nothing to do with the person: %v", b.named)
		}
		client := b.registered("law") // of a client of their own each name is counted as theirs
		_ = b.Propose(ctx, b.counsellor(), client, for300("nobody1"))
		_ = b.Link(ctx, b.counsellor(), client, "stranger")
		if got := fmt.Sprint(b.named); got != "[acounsellor nobody1 acounsellor stranger]" {
			t.Errorf("what was looked up, and by whom, is %s", got)
		}
	})
}

// TestWhoIsLetActIsSeen: it was looked at whose account it is, the auditor is told
// of each, and of each read when it is staff.
func TestWhoIsLetActIsSeen(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.registered("law")
		if err := b.Propose(ctx, b.counsellor(), p, for300("stranger")); key(err) != "door.error.unproved" {
			t.Errorf("of whom nothing was seen: %v", err)
		}
		for _, one := range [][2]string{{"second", "[mandate]"}, {"parent", "[]"}} {
			name, want := one[0], one[1]
			b.acts(p, for300(name))
			got := must[*Disclosure](t)(b.Read(ctx, b.as(ieum.AccountID("a"+name), "seeker", "", "", ""), p, "own", ieum.ContactRecord))
			if fmt.Sprint(got.Access.Flags) != want {
				t.Errorf("%s reads with the flags %v", name, got.Access.Flags)
			}
		}
		o := must[*Oversight](t)(b.Oversee(ctx, b.as("aauditor", "auditor", "", "", ""), "mandate", 0, 0))
		made := slices.DeleteFunc(slices.Clone(o.List), func(w Watched) bool { return w.N != 0 })
		if len(o.List) != 3 || len(made) != 2 || made[0].Reader != "asecond" {
			t.Errorf("the auditor sees %+v", o.List)
		}
	})
}

// TestWhoActsAgreesToNothingForThemselves, nor for longer than they act.
func TestWhoActsAgreesToNothingForThemselves(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.registered("law")
		ten := for300("other")
		ten.Until = ieum.DayOf(monday) + 10
		m := b.acts(p, ten)
		other := b.as("aother", "counsellor", "elsewhere", "", "")
		if _, err := b.Give(ctx, other, p, Wish{Purpose: "counselling", Recipient: "aother"}); key(err) != "door.error.recipient" {
			t.Errorf("to themselves: %v", err)
		}
		got := must[Consent](t)(b.Give(ctx, other, p, Wish{Purpose: "counselling", Recipient: "acounsellor"}))
		kept := must[[]Consent](t)(b.Consents(ctx, p))
		if want := (ten.Until + 1).Time().Add(-9 * time.Hour); !got.Until.Equal(want) || len(kept) != 1 || !kept[0].Until.Equal(want) || kept[0].Mandate != m.ID {
			t.Errorf("until %v, kept %+v", got.Until, kept)
		}
	})
}

// TestProofsTellNothingOfOthers: somebody's two proofs around the entry of another
// do not confirm what that says.
func TestProofsTellNothingOfOthers(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		me, other := b.person(), b.registered("law")
		must[*Disclosure](t)(b.Read(ctx, b.seeker(), me, "own", ieum.ContactRecord))
		access := must[*Disclosure](t)(b.Read(ctx, b.counsellor(), other, "counselling", ieum.ContactRecord)).Access
		must[*Disclosure](t)(b.Read(ctx, b.seeker(), me, "own", ieum.ContactRecord))
		b.seal()
		mine, err := journal.Of(ctx, b.d, string(me), "door.read", 0, 10)
		if err != nil || len(mine) != 2 || mine[0].Seq-mine[1].Seq != 2 {
			t.Fatalf("%+v (%v)", mine, err)
		}
		proof := must[*Proof](t)(b.Prove(ctx, me, mine[0].Seq))
		guess := journal.Entry{Seq: mine[0].Seq - 1, Sealed: monday, Kind: "door.read", Subject: string(other)}
		if guess.Data, err = json.Marshal(access); err != nil {
			t.Fatal(err)
		}
		got, err := base64.StdEncoding.DecodeString(proof.Entry.Before)
		if err != nil || len(got) == 0 || bytes.Equal(guess.HashAfter(mine[1].Hash), got) {
			t.Errorf("the guess that %s is confirmed (%v)", guess.Data, err)
		}
		drawn := map[string]bool{}
		for _, e := range mine {
			var of struct{ Drawn string }
			if err := json.Unmarshal(e.Data, &of); err != nil || len(of.Drawn) < 26 || drawn[of.Drawn] {
				t.Errorf("%s has no member that is drawn anew (%v)", e.Data, err)
			}
			drawn[of.Drawn] = true
		}
		lee := must[Person](t)(b.Begin(ctx, b.as("alee", "seeker", "", "", "")))
		b.told(t, lee.ID, "door.person", `{"drawn":"`)
	})
}

// TestAKeyIsNobody: a program that asks by a key becomes no person.
func TestAKeyIsNobody(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		if p, err := b.Begin(ctx, b.as("key1", "", "", "", "")); key(err) != "door.refused.page" {
			t.Errorf("%+v (%v)", p, err)
		}
	})
}

// TestAJobPassesOverWhoStops while it reads, and goes on with the others.
func TestAJobPassesOverWhoStops(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		of := map[ieum.PersonID]Asker{}
		for _, name := range []ieum.AccountID{"aone", "atwo", "athree"} {
			by := b.as(name, "seeker", "", "", "")
			p := must[Person](t)(b.Begin(ctx, by))
			if err := b.KeepResume(ctx, by, p.ID, ieum.Resume{Headline: "h", Text: "t"}); err != nil {
				t.Fatal(err)
			}
			must[Consent](t)(b.Give(ctx, by, p.ID, Wish{Purpose: "statistics", Recipient: "center"}))
			of[p.ID] = by
		}
		var read []ieum.PersonID
		bulk := must[*Bulk](t)(b.Bulk(ctx, Job{Name: "j", Organisation: "center"}, "statistics", func(id ieum.PersonID, _ Records) error {
			read = append(read, id)
			delete(of, id)
			for other, by := range of { // one of them
				delete(of, other)
				return b.StopAll(ctx, by, other)
			}
			return nil
		}, ieum.ResumeRecord))
		if bulk.People != 3 || len(read) != 2 {
			t.Errorf("%d of %d were read", len(read), bulk.People)
		}
	})
}

// TestAnAccountWithoutRecordsIsErased, with what tied it to the ledger.
func TestAnAccountWithoutRecordsIsErased(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		if err := b.Erase(ctx, b.seeker()); err != nil || !slices.Equal(b.gone, []ieum.AccountID{"aseeker"}) {
			t.Errorf("accounts removed: %v (%v)", b.gone, err)
		}
		if _, err := b.keys.Open("aseeker", "x", nil); !errors.Is(err, ieum.ErrErased) {
			t.Errorf("the key: %v", err)
		}
		b.append("identity.signed_in", "aseeker")
		b.append("identity.signed_in", "aother")
		b.append("identity.account_removed", "aseeker")
		b.seal()
		for range 2 {
			if err := journal.Drain(ctx, b.d, b.Follower()); err != nil || !slices.Equal(b.erased, []int64{1}) {
				t.Errorf("ties erased: %v (%v)", b.erased, err)
			}
		}
	})
}

// append puts an entry of another domain into the journal.
func (b *bench) append(kind, subject string) {
	b.t.Helper()
	err := b.d.Tx(ctx, func(tx *sql.Tx) error {
		return journal.Append(ctx, tx, kind, subject, map[string]any{"by": "aoperator", "purpose": "lineage"})
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// TestTheDeskErasesWhoHasNoAccount, and an auditor is told who did it.
func TestTheDeskErasesWhoHasNoAccount(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p, over, linked := b.registered("law"), b.registered("consent"), b.stopped()
		stale := b.counsellor()
		stale.Fresh = false
		if err := b.EraseClient(ctx, stale, p); !errors.Is(err, ieum.ErrSignedOut) {
			t.Errorf("without a fresh sign-in: %v", err)
		}
		if err := b.EraseClient(ctx, b.as("asecond", "counsellor", "center", "north", ""), p); key(err) != "door.refused.not_mine" {
			t.Errorf("by another: %v", err)
		}
		if err := b.EraseClient(ctx, b.counsellor(), linked); key(err) != "door.error.has_account" {
			t.Errorf("who has an account: %v", err)
		}
		*b.clock = b.clock.AddDate(2, 0, 0) // the consent is over
		for _, one := range []ieum.PersonID{p, over} {
			if err := b.EraseClient(ctx, b.counsellor(), one); err != nil {
				t.Fatal(err)
			}
			if _, err := b.Read(ctx, b.counsellor(), one, "counselling", ieum.ContactRecord); !errors.Is(err, ieum.ErrNotFound) || rowsOf(t, b.d, one) != 0 {
				t.Errorf("there is still something: %v", err)
			}
			if _, err := b.keys.Open(string(one), "x", nil); !errors.Is(err, ieum.ErrErased) {
				t.Errorf("the key: %v", err)
			}
		}
		b.told(t, p, "door.erased", "")
		o := must[*Oversight](t)(b.Oversee(ctx, b.as("aauditor", "auditor", "", "", ""), "erased", 0, 0))
		if len(o.List) != 2 || o.List[1].Person != p || o.List[1].Reader != "acounsellor" {
			t.Errorf("the auditor sees %+v", o.List)
		}
	})
}

// TestQuarantinesThatWereOpenedAreSeen by the auditor, each once.
func TestQuarantinesThatWereOpenedAreSeen(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		b.append("catalogue.quarantine.opened", "7")
		b.seal()
		list, err := journal.After(ctx, b.d, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := b.Follower().Handle(ctx, list[0]); err != nil {
				t.Fatal(err)
			}
		}
		o := must[*Oversight](t)(b.Oversee(ctx, b.as("aauditor", "auditor", "", "", ""), "quarantine", 0, 0))
		if len(o.List) != 1 || o.List[0].Person != "7" || o.List[0].Reader != "aoperator" || o.List[0].N != list[0].Seq || o.List[0].Purpose != "lineage" {
			t.Errorf("the auditor sees %+v", o.List)
		}
	})
}
