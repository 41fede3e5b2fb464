package door

import (
	"bytes"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/journal"
)

// A read opens no paper but the one that is asked for, by its owner too: many of them in one
// answer would be more than the server has memory for.
func TestPapersAreOpenedOneAtATime(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.person()
		me := b.seeker()
		if err := b.store.in(ctx, func(x tx) error {
			for _, item := range []string{"s" + strings.Repeat("a", 26), "s" + strings.Repeat("b", 26)} {
				sealed, err := b.Keys.Seal(string(p), place(p, ieum.PaperRecord, item), []byte(`{"type":"image/png","data":"`+strings.Repeat(item[1:3], 2)+`"}`))
				if err != nil {
					return err
				}
				if err := x.put(p, ieum.PaperRecord, item, sealed, *b.clock); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		papers := must[[]PaperLine](t)(b.Papers(ctx, p))
		for _, one := range papers {
			rows := must[[]kept](t)(records(ctx, b.store, p, []ieum.RecordKind{ieum.ContactRecord, ieum.PaperRecord}, one.Item))
			rows = slices.DeleteFunc(rows, func(k kept) bool { return k.Kind != ieum.PaperRecord })
			if len(rows) != 1 || rows[0].Item != one.Item {
				t.Errorf("for %s the database gives %d papers", one.Item, len(rows))
			}
			if got := must[*Paper](t)(b.OwnPaper(ctx, me, p, one.Item)); got.Item != one.Item || len(got.Data) == 0 {
				t.Errorf("%s opens as %+v", one.Item, got)
			}
			if line := must[*Accesses](t)(b.LookedAt(ctx, p, 0)).Lines[0]; line.Item != one.Item {
				t.Errorf("it is written down as the reading of %q", line.Item)
			}
			answer := b.page(t, me, "/api/v1/my/records")
			if !strings.Contains(answer, `"link":"/my/papers/`+one.Item+`"`) || strings.Contains(answer, `"data"`) {
				t.Errorf("the records are %s", answer)
			}
			if got := b.page(t, me, "/my/papers/"+one.Item); got == "" {
				t.Errorf("the link of %s gives nothing", one.Item)
			}
		}
		if len(papers) != 2 {
			t.Errorf("%d papers", len(papers))
		}
		if err := second(b.OwnPaper(ctx, me, p, "none")); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("a paper that is not there: %v", err)
		}
		if err := second(b.OwnPaper(ctx, b.counsellor(), p, papers[0].Item)); !errors.Is(err, ieum.ErrDenied) {
			t.Errorf("as one's own it is read by who it is not: %v", err)
		}
	})
}

// TestWhoOpensAPaper: the counsellor while the case rests on something, who is to confirm
// the mandate that rests on it, and an auditor; each look is numbered and names the
// paper, the purpose and the basis. Everybody else is refused, and that is written down.
func TestWhoOpensAPaper(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.registered("consent")
		form := must[[]PaperLine](t)(b.Papers(ctx, p))[0].Item
		of := for300("guardian")
		of.Scan = []byte("%PDF-1.4 mandate %%EOF")
		if err := b.Propose(ctx, b.counsellor(), p, of); err != nil {
			t.Fatal(err)
		}
		m := must[[]Mandate](t)(b.Waiting(ctx, b.second()))[0]
		auditor := b.as("aauditor", "auditor", "", "", "")
		stale := auditor
		stale.Fresh = false
		officer := b.as("aofficer", "officer", "center", "", "")
		b.staff = append(b.staff, Colleague{ID: "aofficer", Organisation: "center"})
		n := int64(0)
		for _, tt := range []struct {
			who, item, want string
			by              Asker
			purpose         ieum.PurposeID
			ref             bool
		}{
			{"the counsellor", form, "", b.counsellor(), checking, true},
			{"the counsellor, what they proposed", m.Paper, "", b.counsellor(), checking, true},
			{"who confirms", m.Paper, "", b.second(), checking, true},
			{"an officer who confirms", m.Paper, "", officer, checking, true},
			{"an auditor", form, "", auditor, auditing, false},
			{"who confirms, another paper", form, "door.refused.case", b.second(), "", false},
			{"another office", m.Paper, "door.refused.case", b.as("aother", "counsellor", "elsewhere", "", ""), "", false},
			{"who gets it", m.Paper, "door.refused.role", b.as("aguardian", "seeker", "", "", ""), "", false},
			{"an analyst", form, "door.refused.role", b.as("aanalyst", "analyst", "center", "", ""), "", false},
			{"an auditor who is away", form, ieum.ErrSignedOut.Error(), stale, "", false},
		} {
			got, err := b.ReadPaper(ctx, tt.by, p, tt.item)
			if key(err) != tt.want {
				t.Errorf("%s: %v, want %q", tt.who, err, tt.want)
			}
			if tt.want != "" {
				continue
			}
			n++
			line := must[*Accesses](t)(b.LookedAt(ctx, p, 0)).Lines[0]
			if got.Item != tt.item || !bytes.HasPrefix(got.Data, []byte("%PDF")) || line.N != n || line.Item != tt.item || line.By != string(tt.by.ID) ||
				line.Purpose != tt.purpose || line.Basis != defs.BasisLaw || (line.Ref != "") != tt.ref || len(line.Kinds) != 1 || line.Kinds[0] != ieum.PaperRecord {
				t.Errorf("%s: the record is %+v", tt.who, line)
			}
		}
		if a := must[*Accesses](t)(b.LookedAt(ctx, p, 0)); a.Total != n || len(a.Gaps) > 0 {
			t.Errorf("%d records with gaps %v, want %d", a.Total, a.Gaps, n)
		}
		if o := must[*Oversight](t)(b.Oversee(ctx, auditor, flagRefused, 0, 0)); len(o.List) != 4 {
			t.Errorf("%d refusals are listed", len(o.List))
		}
		if err := b.Confirm(ctx, b.second(), m.ID, "guardian"); err != nil {
			t.Fatal(err)
		}
		if err := second(b.ReadPaper(ctx, b.second(), p, m.Paper)); key(err) != "door.refused.case" {
			t.Errorf("once it is confirmed: %v", err)
		}
		if err := second(b.ReadPaper(ctx, b.counsellor(), p, "snone")); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("a paper that is not there: %v", err)
		}
		must[*Withdrawal](t)(b.Withdraw(ctx, b.second(), p, Stopping{IDs: []string{must[[]Consent](t)(b.Consents(ctx, p))[0].ID}, Text: "그만"}))
		if err := second(b.ReadPaper(ctx, b.counsellor(), p, form)); key(err) != "door.refused.case" {
			t.Errorf("after the client stopped: %v", err)
		}
	})
}

// TestAPaperThatCannotBeWrittenDownStaysShut: the record comes first.
func TestAPaperThatCannotBeWrittenDownStaysShut(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.registered("consent")
		form := must[[]PaperLine](t)(b.Papers(ctx, p))[0].Item
		err := b.d.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `ALTER TABLE journal_new RENAME TO journal_gone`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := b.ReadPaper(ctx, b.counsellor(), p, form); err == nil || got != nil {
			t.Errorf("it opened: %v", err)
		}
	})
}

// TestWordsOfAnAddressAreWrittenNowhere: an address of a paper holds whatever somebody
// types, and the journal keeps it for ever; what is no paper's item is no part of it.
func TestWordsOfAnAddressAreWrittenNowhere(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.registered("law")
		for _, item := range []string{"kim-mi-ok-01012345678", canary + " 680506-2", strings.Repeat("x", 500), "\u202e\n\x1b[31m", newID("c")} {
			before := b.entries("door.read") + b.entries("door.refused")
			if err := second(b.ReadPaper(ctx, b.counsellor(), p, item)); !errors.Is(err, ieum.ErrNotFound) {
				t.Errorf("%.40q: %v", item, err)
			}
			if err := second(b.ReadPaper(ctx, b.second(), p, item)); !errors.Is(err, ieum.ErrDenied) {
				t.Errorf("%.40q, for another: %v", item, err)
			}
			if n := b.entries("door.read") + b.entries("door.refused") - before; n != 2 {
				t.Errorf("%.40q: %d looks are written down", item, n)
			}
		}
		b.seal()
		for _, kind := range []string{"door.read", "door.refused"} {
			for _, e := range must[[]journal.Entry](t)(journal.Of(ctx, b.d, string(p), kind, 0, 100)) {
				if strings.Contains(string(e.Data), `"item"`) {
					t.Errorf("the journal keeps %s", e.Data)
				}
			}
		}
	})
}

// TestAPaperStaysShutAfterTheStop: who stopped being counselled leaves a proposal behind
// that nobody can confirm; its paper opens for nobody, and for who proposed it only in a
// case of theirs.
func TestAPaperStaysShutAfterTheStop(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.registered("consent")
		of := for300("guardian")
		of.Scan = signed
		if err := b.Propose(ctx, b.counsellor(), p, of); err != nil {
			t.Fatal(err)
		}
		m := must[[]Mandate](t)(b.Waiting(ctx, b.second()))[0]
		for _, by := range []Asker{b.second(), b.counsellor()} {
			if err := second(b.ReadPaper(ctx, by, p, m.Paper)); err != nil {
				t.Errorf("%s, before: %v", by.ID, err)
			}
		}
		c := must[[]Consent](t)(b.Consents(ctx, p))[0]
		must[*Withdrawal](t)(b.Withdraw(ctx, b.second(), p, Stopping{IDs: []string{c.ID}, Text: "그만"}))
		if err := b.Confirm(ctx, b.second(), m.ID, "guardian"); key(err) != "door.error.case_over" {
			t.Fatalf("it is confirmed: %v", err)
		}
		for _, by := range []Asker{b.second(), b.counsellor()} {
			if err := second(b.ReadPaper(ctx, by, p, m.Paper)); !errors.Is(err, ieum.ErrDenied) {
				t.Errorf("%s opens the paper of who stopped: %v", by.ID, err)
			}
		}
		handed := b.registered("law")
		if err := errors.Join(b.Propose(ctx, b.counsellor(), handed, of), b.HandOver(ctx, b.counsellor(), handed, "asecond")); err != nil {
			t.Fatal(err)
		}
		paper := must[[]PaperLine](t)(b.Papers(ctx, handed))[0].Item
		for by, want := range map[string]error{"acounsellor": ieum.ErrDenied, "asecond": nil} {
			if err := second(b.ReadPaper(ctx, b.as(ieum.AccountID(by), "counsellor", "center", "north", ""), handed, paper)); !errors.Is(err, want) {
				t.Errorf("%s, after who proposed it handed the case over: %v", by, err)
			}
		}
	})
}
