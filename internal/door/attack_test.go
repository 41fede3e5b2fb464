package door

import (
	"errors"
	"testing"

	"ieum"
)

// This file holds what somebody tried who had read the program.

// stopped is somebody who was registered on consent, got an account and stopped
// everything there.
func (b *bench) stopped() ieum.PersonID {
	b.t.Helper()
	p := b.registered("consent")
	if err := errors.Join(b.Link(ctx, b.counsellor(), p, "seeker"), b.StopAll(ctx, b.seeker(), p)); err != nil {
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
			"a mandate":   b.Mandate(ctx, b.counsellor(), p, for300("sock")),
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
