package identity

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/db/dbtest"
)

// looks are the entries of looks that somebody took, as "by of found".
func (k *desk) looks(by *Person) (out []string) {
	k.t.Helper()
	rows, err := k.db.QueryContext(k.t.Context(), `SELECT subject, data FROM journal_new WHERE kind = 'identity.name_looked_up' ORDER BY id`)
	k.must(err)
	defer rows.Close()
	for rows.Next() {
		var subject, text string
		k.must(rows.Scan(&subject, &text))
		var data struct {
			By    AccountID
			Found bool
		}
		k.must(json.Unmarshal([]byte(text), &data))
		if data.By == by.ID {
			out = append(out, fmt.Sprint(subject, " ", data.Found))
		}
	}
	k.must(rows.Err())
	return out
}

// Whoever helps the accounts of a place finds those of it, with their roles there;
// another is as none, and who only makes accounts finds nobody.
func TestAnAccountIsFoundByWhoHelpsIt(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		oper := k.operator("oper")
		officer, other := k.officer(oper, "officer", "center"), k.officer(oper, "other", "branch")
		mine := k.seeker(officer, "mine")
		theirs := k.seeker(other, "theirs")
		for _, c := range []struct {
			by    *Person
			name  string
			roles string // "" = as nobody's
		}{
			{officer, "mine", "[]"}, // that somebody seeks work is of no place
			{officer, "officer", "[officer]"},
			{officer, "theirs", ""},
			{officer, "other", ""},
			{officer, "nobody", ""},
			{oper, "theirs", "[seeker]"},
			{oper, "other", "[officer]"},
		} {
			before := len(k.looks(c.by))
			a, roles, err := k.LookUp(ctx, c.by, c.name)
			if c.roles == "" {
				if !errors.Is(err, ieum.ErrNotFound) || a != (Account{}) || roles != nil {
					t.Errorf("%s finds %s: %+v %v %v", c.by.Name, c.name, a, roles, err)
				}
			} else {
				k.must(err)
				got := []ieum.RoleID{}
				for _, one := range roles {
					got = append(got, one.Role)
				}
				if a.Name != c.name || fmt.Sprint(got) != c.roles {
					t.Errorf("%s finds %s: %s with %v", c.by.Name, c.name, a.Name, got)
				}
			}
			if len(k.looks(c.by)) != before+1 {
				t.Errorf("that %s looked for %s stands in %d entries", c.by.Name, c.name, len(k.looks(c.by))-before)
			}
		}
		if got, want := k.looks(officer), []string{string(mine.ID) + " true", string(officer.ID) + " true", string(theirs.ID) + " true", string(other.ID) + " true", string(officer.ID) + " false"}; fmt.Sprint(got[len(got)-5:]) != fmt.Sprint(want) {
			t.Errorf("the journal says %v", got)
		}
		counsellor := k.counsellor(oper, "counsellor", "center")
		if _, _, err := k.LookUp(ctx, counsellor, "mine"); !errors.Is(err, ieum.ErrDenied) {
			t.Errorf("a counsellor looks for accounts: %v", err)
		}
	})
}

// What is answered to a name tells whose it is, whatever one wants with it: so each
// is counted with the others and written down, until there were too many.
func TestNamesAreTriedSoOften(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		oper := k.operator("oper")
		k.agency = &agency{def: &defs.Provider{Issuer: "https://agency.example"}}
		k.officer(oper, "officer", "center")
		k.seeker(oper, "victim")
		_, _, err := k.AddLinked(ctx, oper, "linked", "officer", Grant{Role: "seeker"})
		k.must(err)
		who := ieum.Who{Name: "가상인", Birth: "1970-01-01"}
		for what, try := range map[string]func(by *Person, name string) error{
			"looking up": func(by *Person, name string) error { _, _, err := k.LookUp(ctx, by, name); return err },
			"making": func(by *Person, name string) error {
				_, _, err := k.Add(ctx, by, name, Grant{Role: "seeker"})
				if err == nil {
					return ieum.ErrNotFound
				}
				return err
			},
			"linking": func(by *Person, subject string) error {
				_, _, err := k.AddLinked(ctx, by, strings.ToLower(rand.Text()), subject, Grant{Role: "seeker"})
				return err
			},
			"granting":   func(by *Person, name string) error { _, err := k.ProposeFor(ctx, by, name, Grant{}); return err },
			"recovering": func(by *Person, name string) error { _, _, err := k.recover(ctx, by.ID, name); return err },
			"proving":    func(by *Person, name string) error { return k.Prove(ctx, by, name, AtDesk, who) },
			"keys":       func(by *Person, name string) error { _, err := k.ProposeKey(ctx, by, name, Key{}); return err },
			"lending": func(by *Person, name string) error {
				_, err := k.Delegate(ctx, by, by.Grants[0].Number, name, time.Time{})
				return err
			},
		} {
			by := k.second(oper, "oper-"+strings.ReplaceAll(what, " ", "-"))
			for i := range looksAtOnce {
				if err := try(by, "officer"); errors.Is(err, ieum.ErrBusy) || errors.Is(err, ieum.ErrNotFound) {
					t.Fatalf("%s: try %d: %v", what, i, err)
				}
			}
			if n := len(k.looks(by)); n != looksAtOnce {
				t.Errorf("%s: %d of %d tries stand in the journal", what, n, looksAtOnce)
			}
			for _, name := range []string{"officer", "no-such-name"} { // and says no more whose it is
				k.refused(try(by, name), "identity.error.looks")
			}
			k.at = k.at.Add(lookEvery)
			if err := try(by, "officer"); errors.Is(err, ieum.ErrBusy) {
				t.Errorf("%s: a while later: %v", what, err)
			}
		}
	})
}

// A desk that makes many accounts is not kept from it.
func TestNewNamesAreNoLooks(t *testing.T) {
	k := newDesk(t, dbtest.Open(t, t.TempDir()))
	oper := k.operator("oper")
	for i := range 2 * looksAtOnce {
		_, _, err := k.Add(t.Context(), oper, fmt.Sprintf("seeker-%d", i), Grant{Role: "seeker"})
		k.must(err)
	}
}

// The page tells no dates, and nothing at all to who does not look after accounts.
func TestAFoundAccountTellsLittle(t *testing.T) {
	s := newSite(t)
	oper := s.operator("oper")
	counsellor := s.counsellor(oper, "counsellor", "center")
	s.at = s.at.AddDate(0, 1, 7)
	s.seeker(oper, "victim")
	made := s.at.In(ieum.Seoul).Format("2 January 2006")
	s.at = s.at.AddDate(0, 0, 3)
	s.sign("oper", oper)
	status, _, text := s.ask("POST", "/accounts", form("name", "victim"))
	found := text[strings.Index(text, `id="found"`):]
	found = found[:strings.Index(found, "</section>")]
	if status != 200 || !strings.Contains(found, "victim") || strings.Contains(found, made) || strings.Contains(found, "20") {
		t.Errorf("what is found: %d %s", status, found)
	}
	s.leave()
	s.sign("counsellor", counsellor)
	if _, _, text := s.ask("GET", "/accounts", nil); strings.Contains(text, `id="find"`) {
		t.Error("a counsellor is offered to look for accounts")
	}
	for _, name := range []string{"victim", "nobody"} {
		if status, _, text := s.ask("POST", "/accounts", form("name", name)); status != 403 || strings.Contains(text, "no account") {
			t.Errorf("a counsellor looks for %s: %d", name, status)
		}
	}
}
