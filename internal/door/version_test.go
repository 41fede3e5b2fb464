package door

import (
	"errors"
	"testing"

	"ieum"
)

// A consent is to one version of its purpose: one that says more asks anew.
func TestAConsentIsToOneVersion(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.person()
		c := b.give("acounsellor", "counselling")
		read := func() error {
			_, err := b.Read(ctx, b.counsellor(), c.Person, "counselling", ieum.ResumeRecord)
			return err
		}
		if err := read(); err != nil {
			t.Fatal(err)
		}
		p := *b.set.Purposes["counselling"]
		defer func(was int) { b.set.Purposes["counselling"].Version = was }(p.Version)
		b.set.Purposes["counselling"].Version++
		if err := read(); !errors.Is(err, ieum.ErrDenied) {
			t.Errorf("after the purpose changed: %v", err)
		}
	})
}
