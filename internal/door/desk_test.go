package door

import (
	"errors"
	"testing"
	"time"

	"ieum"
)

// TestADeskFindsAClientByNumber, of the organisation that serves them and nowhere else;
// they see who looked for them and does not counsel them.
func TestADeskFindsAClientByNumber(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p, handed := b.registered("law"), b.registered("consent")
		if err := b.HandOver(ctx, b.counsellor(), handed, "asecond"); err != nil {
			t.Fatal(err)
		}
		n := must[*Desked](t)(b.Desked(ctx, b.counsellor(), p)).Client
		for _, by := range []Asker{b.counsellor(), b.second()} {
			if got, err := b.Find(ctx, by, n); err != nil || got != p {
				t.Errorf("%s finds %q: %v", by.ID, got, err)
			}
		}
		list := must[[]Change](t)(b.Changes(ctx, p))
		found := 0
		for _, c := range list {
			if c.What == "found" {
				found++
				if c.By != "asecond" || c.Organisation != "center" {
					t.Errorf("the client sees %+v", c)
				}
			}
		}
		if found != 1 {
			t.Errorf("the client sees %d look-ups: %+v", found, list)
		}
		for name, tt := range map[string]struct {
			by   Asker
			n    int64
			want string
		}{
			"another office":                {b.as("aother", "counsellor", "elsewhere", "", ""), n, "door.error.client_number"},
			"a number that nobody has":      {b.second(), 999, "door.error.client_number"},
			"none":                          {b.second(), 0, "door.error.client_number"},
			"the number of a later case":    {b.second(), n + 2, "door.error.client_number"},
			"somebody who registers nobody": {b.as("aofficer", "officer", "center", "", ""), n, "door.refused.desk"},
		} {
			if got, err := b.Find(ctx, tt.by, tt.n); key(err) != tt.want || got != "" && err == nil {
				t.Errorf("%s: %q %v, want %s", name, got, err, tt.want)
			}
		}
	})
}

// TestAClientComesBack after their case ended: taken up at the desk that registered them,
// on law, or on what they sign anew once the consent ended; in sight of them and of the
// auditor.
func TestAClientComesBack(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		law, agreed := b.registered("law"), b.registered("consent")
		if err := b.TakeUp(ctx, b.second(), law, nil); key(err) != "door.error.taken" {
			t.Errorf("while somebody counsels them: %v", err)
		}
		given := must[[]Consent](t)(b.Consents(ctx, agreed))
		must[*Withdrawal](t)(b.Withdraw(ctx, b.second(), agreed, Stopping{IDs: []string{given[0].ID}, Text: "그만"}))
		if err := errors.Join(b.Close(ctx, b.counsellor(), law), b.Close(ctx, b.counsellor(), agreed)); err != nil {
			t.Fatal(err)
		}
		if err := b.TakeUp(ctx, b.as("aother", "counsellor", "elsewhere", "", ""), law, nil); key(err) != "door.error.nobody" {
			t.Errorf("another office: %v", err)
		}
		if v := must[*Desked](t)(b.Desked(ctx, b.second(), agreed)); !v.Back || !v.Signs {
			t.Errorf("the desk sees %+v", v)
		}
		if err := b.TakeUp(ctx, b.second(), agreed, nil); key(err) != "door.error.signs" {
			t.Errorf("without a new consent: %v", err)
		}
		if err := errors.Join(b.TakeUp(ctx, b.second(), law, nil), b.TakeUp(ctx, b.second(), agreed, signed)); err != nil {
			t.Fatal(err)
		}
		for _, p := range []ieum.PersonID{law, agreed} {
			if err := second(b.Read(ctx, b.second(), p, "counselling", ieum.ContactRecord)); err != nil {
				t.Errorf("who took them up: %v", err)
			}
			if err := second(b.Read(ctx, b.counsellor(), p, "counselling", ieum.ContactRecord)); !errors.Is(err, ieum.ErrDenied) && p == law {
				t.Errorf("who had them before: %v", err)
			}
		}
		if o := must[*Oversight](t)(b.Oversee(ctx, b.as("aauditor", "auditor", "", "", ""), flagAgain, 0, 0)); len(o.List) != 2 {
			t.Errorf("the auditor sees %+v", o.List)
		}
	})
}

// TestNumbersAsPeopleSayThem, as they stand on a slip and on pages.
func TestNumbersAsPeopleSayThem(t *testing.T) {
	for text, want := range map[string]int64{"12": 12, " 12 ": 12, "상담 12": 12, "12번": 12, "No. 12": 12, "": 0, "번호": 0, "1 2": 0, "-": 0, "99999999999999999999": 0} {
		if got := (findForm{text}).client(); got != want {
			t.Errorf("%q is %d, want %d", text, got, want)
		}
	}
}

// TestWhoTookUpErasesNobodyAlone: any desk of the office takes a client up, on its own
// word; a colleague decides with them that all of it goes.
func TestWhoTookUpErasesNobodyAlone(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.registered("law")
		if err := b.Close(ctx, b.counsellor(), p); err != nil {
			t.Fatal(err)
		}
		*b.clock = b.clock.Add(30 * 24 * time.Hour)
		stranger := b.second()
		stranger.Fresh = false
		if err := b.TakeUp(ctx, stranger, p, nil); !errors.Is(err, ieum.ErrSignedOut) {
			t.Errorf("without a fresh sign-in: %v", err)
		}
		stranger.Fresh = true
		for range 2 { // nor after they closed the case, or took them up once more
			if err := b.TakeUp(ctx, stranger, p, nil); err != nil {
				t.Fatal(err)
			}
			if err := b.EraseClient(ctx, stranger, p); key(err) != "door.error.took_up" {
				t.Errorf("who took them up: %v", err)
			}
			if err := b.Close(ctx, stranger, p); err != nil {
				t.Fatal(err)
			}
			if err := b.EraseClient(ctx, stranger, p); key(err) != "door.error.took_up" {
				t.Errorf("who took them up and closed: %v", err)
			}
		}
		if err := errors.Join(b.TakeUp(ctx, stranger, p, nil), b.HandOver(ctx, stranger, p, "acounsellor"), b.EraseClient(ctx, b.counsellor(), p)); err != nil || rowsOf(t, b.d, p) != 0 {
			t.Errorf("a colleague, to whom the case was handed: %v", err)
		}
	})
}
