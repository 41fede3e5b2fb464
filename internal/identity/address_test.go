package identity

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/mail"
	"ieum/internal/platform/mail/mailtest"
)

// Who signs in after an address for notices was set, changed or dropped sees so on every
// page for two weeks: the letter that tells of a first one may come late. The session in
// which it was done is not told what it did.
func TestAChangedAddressShowsAtSignIn(t *testing.T) {
	server := mailtest.Start(t)
	m, err := mail.Read(server.File(t))
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, func(o *Options) { o.Mail = m })
	token, _, err := s.Add(t.Context(), s.operator("oper"), "kim", Grant{Role: "seeker"})
	s.must(err)
	kim := s.join(token)
	shows := func() bool {
		t.Helper()
		status, _, text := s.ask("GET", "/account", nil)
		if status != 200 {
			t.Fatal(status)
		}
		return strings.Contains(text, "was set or changed lately")
	}
	s.sign("kim", kim)
	s.at = s.at.Add(time.Minute)
	if shows() {
		t.Error("there is no address, and one is told of")
	}
	s.reach(kim, server, "thief@canary.example") // in the session from the link on
	s.leave()
	s.sign("kim", kim)
	if !shows() {
		t.Error("a first address was set, and who signs in after that does not see it")
	}
	s.ask("POST", "/account/seen", nil)
	if shows() {
		t.Error("it was put away, and shows still in that session")
	}
	s.leave()
	s.at = s.at.Add(13 * 24 * time.Hour)
	s.sign("kim", kim)
	if !shows() {
		t.Error("two weeks are not over")
	}
	s.leave()
	s.at = s.at.Add(2 * 24 * time.Hour)
	s.sign("kim", kim)
	if shows() {
		t.Error("it shows for more than two weeks")
	}
	s.ask("POST", "/account/address/end", nil)
	if shows() {
		t.Error("who dropped it is told what they did")
	}
	s.leave()
	s.sign("kim", kim)
	if !shows() {
		t.Error("it was dropped, and who signs in after that does not see it")
	}
}

// Who gets into an account changes its address, and again, and drops it: for 30 days the
// address before all that is told of recoveries, too, and then it is forgotten.
func TestTheFormerAddressIsToldOfARecovery(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, s := mailing(t, d)
		ctx := t.Context()
		told := func() (to []string) {
			t.Helper()
			k.deliverAll()
			before := len(s.Taken())
			_, err := k.Recover(ctx, Console, "lee")
			k.must(err)
			k.deliverAll()
			for _, m := range s.Taken()[before:] {
				to = append(to, m.To)
			}
			return to
		}
		lee := k.seeker(k.operator("oper"), "lee")
		k.reach(lee, s, "lee@canary.example")
		k.at = k.at.AddDate(0, 2, 0)
		k.reach(lee, s, "thief@canary.example")
		k.reach(lee, s, "other@canary.example")
		if got := told(); !slices.Equal(got, []string{"lee@canary.example", "other@canary.example"}) {
			t.Errorf("told: %q", got)
		}
		k.must(k.DropAddress(ctx, lee))
		if got := told(); !slices.Equal(got, []string{"lee@canary.example"}) {
			t.Errorf("told after the address was dropped: %q", got)
		}
		k.at = k.at.Add(formerLasts)
		if got := told(); len(got) != 0 {
			t.Errorf("told a month later: %q", got)
		}
		var n int
		k.must(d.QueryRowContext(ctx, `SELECT COUNT(*) FROM identity_address WHERE former <> ''`).Scan(&n))
		if n != 0 {
			t.Errorf("%d former addresses are kept for more than a month", n)
		}
	})
}
