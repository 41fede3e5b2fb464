package door

import (
	"slices"
	"testing"

	"ieum"
)

// TestTheRoleOfThatReadIsShown: somebody of two roles is named by the one they read in,
// in the reader's language; by the role alone once they have it no more, whatever they
// are today.
func TestTheRoleOfThatReadIsShown(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.registered("law")
		b.staff = append(b.staff, Colleague{ID: "acounsellor", Name: "counsellor", Role: "officer", Title: ieum.Text{KO: "업무 담당자 7", EN: "Officer 7"}, Organisation: "center"})
		must[*Disclosure](t)(b.Read(ctx, b.counsellor(), p, "counselling", ieum.ContactRecord))
		must[*Disclosure](t)(b.Read(ctx, b.as("acounsellor", "officer", "center", "", ""), p, "counselling", ieum.ContactRecord))
		h := &handlers{d: b.Door}
		shown := func(l ieum.Lang) (who []string) {
			n := must[names](t)(b.names(ctx, l))
			for _, one := range must[*Accesses](t)(b.LookedAt(ctx, p, 0)).Lines {
				who = append(who, h.who(l, n, one.By, one.Role, one.Organisation))
			}
			return who
		}
		const at = " · 가상 일자리센터"
		for l, want := range map[ieum.Lang][]string{"ko": {"업무 담당자 7" + at, "상담사 1" + at}, "en": {"Officer 7" + at, "Counsellor 1" + at}} {
			if got := shown(l); !slices.Equal(got, want) {
				t.Errorf("in %s %q looked, want %q", l, got, want)
			}
		}
		b.staff = b.staff[len(b.staff)-1:] // an officer alone from now on
		if got := shown("en"); !slices.Equal(got, []string{"Officer 7" + at, "Counsellor" + at}) {
			t.Errorf("once a role ended %q looked", got)
		}
	})
}
