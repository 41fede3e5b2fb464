package door

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/journal"
	"ieum/internal/platform/seal"
)

var ctx = context.Background()

// canary stands in every record of these tests, and nowhere else.
const canary = "카나리아왕눈이"

// monday is ten in the morning in Seoul.
var monday = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

// A bench is a door on a database, with people around it.
type bench struct {
	*Door
	t      testing.TB
	d      *db.DB
	dir    string // of the keys
	keys   *seal.Keys
	clock  *time.Time
	set    *defs.Set
	staff  []Colleague
	gone   []ieum.AccountID
	erased []int64
	in     int64 // entries the ledger has come to
	rows   benchRows
	named  []string       // who gave which sign-in name
	own    ieum.AccountID // of the seeker; "" = aseeker

	answered []ieum.AccountID // who was told that an employer answered
}

// loaded are the definitions that the door reads; the others take their time.
var loaded = sync.OnceValues(func() (*defs.Set, error) {
	some := fstest.MapFS{}
	for _, folder := range []string{"purposes", "roles"} {
		entries, err := fs.ReadDir(defs.Files, folder)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			text, err := fs.ReadFile(defs.Files, folder+"/"+e.Name())
			if err != nil {
				return nil, err
			}
			some[folder+"/"+e.Name()] = &fstest.MapFile{Data: text}
		}
	}
	return defs.LoadFrom(some)
})

func open(t testing.TB, d *db.DB, dir string) *bench {
	t.Helper()
	set, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(journal.Migrate(ctx, d), Migrate(ctx, d)); err != nil {
		t.Fatal(err)
	}
	keys, err := seal.Open(dir, seal.NewMaster(filepath.Join(dir, "master.key")))
	if err != nil {
		t.Fatal(err)
	}
	at := monday
	b := &bench{t: t, d: d, dir: dir, keys: keys, clock: &at, set: set, staff: []Colleague{
		{ID: "acounsellor", Name: "counsellor", Role: "counsellor", Title: ieum.Text{KO: "상담사 1", EN: "Counsellor 1"}, Organisation: "center", Site: "north"}, {ID: "asecond", Name: "second", Role: "counsellor", Title: ieum.Text{KO: "상담사 2", EN: "Counsellor 2"}, Organisation: "center", Site: "north"},
		{ID: "aother", Name: "other", Organisation: "elsewhere"},
	}}
	b.Door, err = New(ctx, d, set, func() time.Time { return *b.clock }, Needs{Keys: keys, Accounts: b, Ledger: (*benchLedger)(b), Rows: &b.rows})
	if err != nil {
		t.Fatal(err)
	}
	b.Resumes = benchResumes{}
	return b
}

func each(t *testing.T, f func(t *testing.T, b *bench)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, open(t, d, t.TempDir())) })
}

func (b *bench) Staff(context.Context, ieum.Permission) ([]Colleague, error) { return b.staff, nil }
func (b *bench) IsStaff(_ context.Context, a ieum.AccountID) (bool, error) {
	return slices.ContainsFunc(b.staff, func(c Colleague) bool { return c.ID == a }), nil
}
func (b *bench) Named(_ context.Context, by ieum.AccountID, name string) (ieum.AccountID, error) {
	b.named = append(b.named, string(by)+" "+name)
	if strings.HasPrefix(name, "nobody") {
		return "", ieum.ErrNotFound
	}
	return ieum.AccountID("a" + name), nil
}
func (b *bench) NameOf(_ context.Context, a ieum.AccountID) (string, error) {
	return string(a)[1:], nil
}
func (b *bench) Organisations(_ context.Context, kind string) (map[string]string, error) {
	if kind == "employer" {
		return map[string]string{"firm": "가상 회사", "rival": "다른 회사"}, nil
	}
	return map[string]string{"center": "가상 일자리센터", "elsewhere": "다른 센터"}, nil
}
func (b *bench) Proved(_ context.Context, a ieum.AccountID) (bool, error) {
	return a != "astranger", nil
}
func (b *bench) TellOfAnswer(_ context.Context, a ieum.AccountID) error {
	b.answered = append(b.answered, a)
	return nil
}
func (b *bench) Remove(_ context.Context, a ieum.AccountID) error {
	b.gone = append(b.gone, a)
	return nil
}

type benchLedger bench

func (l *benchLedger) Opens(_ context.Context, seq int64) (bool, error) {
	return seq <= l.in && !slices.Contains(l.erased, seq), nil
}
func (l *benchLedger) Proof(context.Context, int64) ([]byte, []byte, string, error) {
	return []byte("hash"), []byte("salt"), "proof", nil
}
func (l *benchLedger) Erase(_ context.Context, seqs ...int64) error {
	l.erased = append(l.erased, seqs...)
	return nil
}

// as is somebody with a role of the definitions, or none for "".
func (b *bench) as(id ieum.AccountID, role ieum.RoleID, organisation, site string, reach defs.Reach) Asker {
	r := b.set.Roles[role]
	allows := func(p ieum.Permission) bool { return r != nil && r.Allows(p) }
	if r != nil && reach == "" {
		reach = r.Reach
	}
	return Asker{ID: id, Fresh: true, May: allows, Over: func(p ieum.Permission, s ieum.Subject) (ieum.Held, bool) {
		held := ieum.Held{Role: role, Organisation: organisation, Site: site}
		switch {
		case !allows(p):
			return ieum.Held{}, false
		case reach == defs.ReachAll:
			return held, true
		case reach == defs.ReachAssigned:
			return held, s.Assigned && (organisation == "" || organisation == s.Organisation)
		case reach == defs.ReachSite:
			return held, site == s.Site && organisation == s.Organisation
		case reach == defs.ReachOrganisation:
			return held, organisation == s.Organisation
		}
		return held, s.Owner == id
	}}
}

func (b *bench) counsellor() Asker { return b.as("acounsellor", "counsellor", "center", "north", "") }
func (b *bench) seeker() Asker     { return b.as(cmp.Or(b.own, "aseeker"), "seeker", "", "", "") }

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// person is somebody with an account, a contact and a résumé.
func (b *bench) person() ieum.PersonID {
	b.t.Helper()
	p := must[Person](b.t)(b.Begin(ctx, b.seeker()))
	if err := errors.Join(
		b.KeepContact(ctx, b.seeker(), p.ID, Contact{Name: canary, Phone: "010-0000-0000"}),
		b.KeepResume(ctx, b.seeker(), p.ID, ieum.Resume{Headline: canary, Text: canary + " 프레스"}),
	); err != nil {
		b.t.Fatal(err)
	}
	return p.ID
}

// registered is somebody the counsellor took in at the desk.
func (b *bench) registered(basis defs.Basis) ieum.PersonID {
	b.t.Helper()
	r := Registration{Contact: Contact{Name: canary}, Basis: basis}
	if basis == defs.BasisConsent {
		r.Scan = []byte("%PDF-1.4 " + canary + " %%EOF")
	}
	return must[ieum.PersonID](b.t)(b.Register(ctx, b.counsellor(), r))
}

func (b *bench) give(to string, purpose ieum.PurposeID, kinds ...ieum.RecordKind) Consent {
	b.t.Helper()
	p := must[Person](b.t)(b.Begin(ctx, b.seeker()))
	return must[Consent](b.t)(b.Give(ctx, b.seeker(), p.ID, Wish{Purpose: purpose, Recipient: to, Kinds: kinds}))
}

// key returns the key of an error's message, "" when there is none.
func key(err error) string {
	if e, ok := errors.AsType[*ieum.Error](err); ok {
		return e.Key
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// TestWhoMayReadWhatOnWhichBasis is the rule of the door: for each who asks, and
// for what, what it rests on and what the auditor is told, or what is missing.
func TestWhoMayReadWhatOnWhichBasis(t *testing.T) {
	const contact, resume, note, paper = ieum.ContactRecord, ieum.ResumeRecord, ieum.NoteRecord, ieum.PaperRecord
	officer := func(b *bench, organisation, site string, reach defs.Reach) Asker {
		return b.as("aofficer", "officer", organisation, site, reach)
	}
	for _, tt := range []struct {
		name    string
		scene   func(b *bench) ieum.PersonID
		by      func(b *bench) Asker
		purpose ieum.PurposeID
		kinds   []ieum.RecordKind
		want    string // basis and flags, or the key of a refusal
	}{
		{"one's own", (*bench).person, (*bench).seeker, "own", []ieum.RecordKind{contact, resume, note, paper}, "self"},
		{"somebody else's as one's own", (*bench).person, func(b *bench) Asker { return b.as("amallory", "seeker", "", "", "") }, "own", []ieum.RecordKind{contact}, "door.refused.own"},
		{"own, for a purpose that is not", (*bench).person, (*bench).seeker, "counselling", []ieum.RecordKind{contact}, "door.refused.role"},
		{"a counsellor without anything", (*bench).person, (*bench).counsellor, "counselling", []ieum.RecordKind{resume}, "door.refused.basis"},
		{"consent to the account", func(b *bench) ieum.PersonID { b.person(); return b.give("acounsellor", "counselling").Person }, (*bench).counsellor, "counselling", []ieum.RecordKind{contact, resume}, "consent"},
		{"consent to another account", func(b *bench) ieum.PersonID { b.person(); return b.give("asecond", "counselling").Person }, (*bench).counsellor, "counselling", []ieum.RecordKind{resume}, "door.refused.basis"},
		{"consent to the account, who went elsewhere", func(b *bench) ieum.PersonID { b.person(); return b.give("acounsellor", "counselling").Person },
			func(b *bench) Asker { return b.as("acounsellor", "counsellor", "elsewhere", "", "") }, "counselling", []ieum.RecordKind{resume}, "door.refused.basis"},
		{"consent for other records", func(b *bench) ieum.PersonID { b.person(); return b.give("acounsellor", "counselling", resume).Person }, (*bench).counsellor, "counselling", []ieum.RecordKind{contact, resume}, "door.refused.records"},
		{"consent for these records", func(b *bench) ieum.PersonID { b.person(); return b.give("acounsellor", "counselling", resume).Person }, (*bench).counsellor, "counselling", []ieum.RecordKind{resume}, "consent"},
		{"consent for another purpose", func(b *bench) ieum.PersonID { b.person(); return b.give("center", "notices").Person }, (*bench).counsellor, "counselling", []ieum.RecordKind{contact}, "door.refused.basis"},
		{"records the purpose does not read", func(b *bench) ieum.PersonID { b.person(); return b.give("acounsellor", "counselling").Person }, (*bench).counsellor, "counselling", []ieum.RecordKind{paper}, "door.refused.kinds"},
		{"consent that ended", func(b *bench) ieum.PersonID {
			b.person()
			c := b.give("acounsellor", "counselling")
			*b.clock = b.clock.AddDate(1, 0, 0)
			return c.Person
		}, (*bench).counsellor, "counselling", []ieum.RecordKind{resume}, "door.refused.basis"},
		{"consent that was stopped", func(b *bench) ieum.PersonID {
			b.person()
			c := b.give("acounsellor", "counselling")
			if err := b.Stop(ctx, b.seeker(), c.Person, c.ID); err != nil {
				b.t.Fatal(err)
			}
			return c.Person
		}, (*bench).counsellor, "counselling", []ieum.RecordKind{resume}, "door.refused.basis"},
		{"consent to the organisation, an officer of it", func(b *bench) ieum.PersonID { b.person(); return b.give("center", "counselling").Person },
			func(b *bench) Asker { return officer(b, "center", "", "") }, "counselling", []ieum.RecordKind{resume}, "consent"},
		{"consent to the organisation, an officer of another", func(b *bench) ieum.PersonID { b.person(); return b.give("center", "counselling").Person },
			func(b *bench) Asker { return officer(b, "elsewhere", "", "") }, "counselling", []ieum.RecordKind{resume}, "door.refused.basis"},
		{"consent to the organisation, a counsellor nobody assigned", func(b *bench) ieum.PersonID { b.person(); return b.give("center", "counselling").Person },
			(*bench).counsellor, "counselling", []ieum.RecordKind{resume}, "door.refused.basis"},
		{"law, with a case", func(b *bench) ieum.PersonID { return b.registered("law") }, (*bench).counsellor, "counselling", []ieum.RecordKind{contact, resume}, "law"},
		{"law, the case of another", func(b *bench) ieum.PersonID { return b.registered("law") }, func(b *bench) Asker { return b.as("asecond", "counsellor", "center", "north", "") },
			"counselling", []ieum.RecordKind{contact}, "door.refused.basis"},
		{"law, handed over", func(b *bench) ieum.PersonID {
			p := b.registered("law")
			if err := b.HandOver(ctx, b.counsellor(), p, "asecond"); err != nil {
				b.t.Fatal(err)
			}
			return p
		}, (*bench).counsellor, "counselling", []ieum.RecordKind{contact}, "door.refused.basis"},
		{"law, without a case, where the role reaches", func(b *bench) ieum.PersonID { return b.registered("law") },
			func(b *bench) Asker { return officer(b, "center", "", "") }, "counselling", []ieum.RecordKind{contact}, "law nocase"},
		{"law, at the site", func(b *bench) ieum.PersonID { return b.registered("law") },
			func(b *bench) Asker { return officer(b, "center", "north", defs.ReachSite) }, "counselling", []ieum.RecordKind{contact}, "law nocase"},
		{"law, at another site", func(b *bench) ieum.PersonID { return b.registered("law") },
			func(b *bench) Asker { return officer(b, "center", "south", defs.ReachSite) }, "counselling", []ieum.RecordKind{contact}, "door.refused.basis"},
		{"law, who came by themselves", (*bench).person, func(b *bench) Asker { return officer(b, "center", "", "") }, "counselling", []ieum.RecordKind{contact}, "door.refused.basis"},
		{"law, for a purpose without", func(b *bench) ieum.PersonID { return b.registered("law") }, func(b *bench) Asker { return b.as("afirm", "employer", "firm", "", "") },
			"hiring", []ieum.RecordKind{resume}, "door.refused.consent"},
		{"an employer with consent", func(b *bench) ieum.PersonID { b.person(); return b.give("firm", "hiring").Person }, func(b *bench) Asker { return b.as("afirm", "employer", "firm", "", "") },
			"hiring", []ieum.RecordKind{resume}, "consent"},
		{"an employer asks for the contact", func(b *bench) ieum.PersonID { b.person(); return b.give("firm", "hiring").Person }, func(b *bench) Asker { return b.as("afirm", "employer", "firm", "", "") },
			"hiring", []ieum.RecordKind{contact}, "door.refused.kinds"},
		{"paper consent", func(b *bench) ieum.PersonID { return b.registered("consent") }, (*bench).counsellor, "counselling", []ieum.RecordKind{contact}, "consent"},
		{"the paper itself", func(b *bench) ieum.PersonID { return b.registered("law") }, (*bench).counsellor, "registration", []ieum.RecordKind{contact, paper}, "law"},
		{"a mandate", func(b *bench) ieum.PersonID { return b.mandated(1) }, func(b *bench) Asker { return b.as("aparent", "seeker", "", "", "") }, "own", []ieum.RecordKind{contact}, "mandate"},
		{"a mandate that ended", func(b *bench) ieum.PersonID { return b.mandated(-1) }, func(b *bench) Asker { return b.as("aparent", "seeker", "", "", "") }, "own", []ieum.RecordKind{contact}, "door.refused.own"},
		{"an auditor", func(b *bench) ieum.PersonID { return b.registered("law") }, func(b *bench) Asker { return b.as("aauditor", "auditor", "", "", "") }, "counselling", []ieum.RecordKind{contact}, "door.refused.role"},
		{"an operator", func(b *bench) ieum.PersonID { return b.registered("law") }, func(b *bench) Asker { return b.as("aoperator", "operator", "", "", "") }, "counselling", []ieum.RecordKind{contact}, "door.refused.role"},
		{"an analyst", func(b *bench) ieum.PersonID { b.person(); return b.give("center", "statistics").Person }, func(b *bench) Asker { return b.as("aanalyst", "analyst", "", "", "") }, "counselling", []ieum.RecordKind{resume}, "door.refused.role"},
		{"on a Sunday", func(b *bench) ieum.PersonID {
			p := b.registered("law")
			*b.clock = b.clock.AddDate(0, 0, -1)
			return p
		}, (*bench).counsellor, "counselling", []ieum.RecordKind{contact}, "law odd"},
		{"at eight in the evening", func(b *bench) ieum.PersonID {
			p := b.registered("law")
			*b.clock = b.clock.Add(10 * time.Hour)
			return p
		}, (*bench).counsellor, "counselling", []ieum.RecordKind{contact}, "law odd"},
		{"a colleague", func(b *bench) ieum.PersonID {
			b.staff = append(b.staff, Colleague{ID: "aseeker", Name: "seeker"})
			b.person()
			return b.give("acounsellor", "counselling").Person
		}, (*bench).counsellor, "counselling", []ieum.RecordKind{resume}, "consent colleague"},
		{"staff, its own record by its role", func(b *bench) ieum.PersonID {
			p := must[Person](b.t)(b.Begin(ctx, b.counsellor()))
			must[Consent](b.t)(b.Give(ctx, b.counsellor(), p.ID, Wish{Purpose: "counselling", Recipient: "acounsellor"}))
			return p.ID
		}, (*bench).counsellor, "counselling", []ieum.RecordKind{resume}, "consent self"},
		{"nobody", func(b *bench) ieum.PersonID { return "pnobody" }, (*bench).counsellor, "counselling", []ieum.RecordKind{contact}, "door.error.nobody"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			each(t, func(t *testing.T, b *bench) {
				b.t = t
				person := tt.scene(b)
				by := tt.by(b)
				got, err := b.Read(ctx, by, person, tt.purpose, tt.kinds...)
				if err != nil {
					if key(err) != tt.want {
						t.Fatalf("%v (%s), want %s", err, key(err), tt.want)
					}
					if got != nil {
						t.Error("records came with the refusal")
					}
					if strings.HasPrefix(tt.want, "door.refused") {
						b.told(t, person, "door.refused", tt.want)
					}
					return
				}
				if text := strings.TrimSpace(string(got.Access.Basis) + " " + strings.Join(got.Access.Flags, " ")); text != tt.want {
					t.Errorf("rests on %s, want %s", text, tt.want)
				}
				b.told(t, person, "door.read", `"n":1`)
			})
		})
	}
}

// mandated is a client for whom aparent acts, some days to or past the end.
func (b *bench) mandated(days int) ieum.PersonID {
	b.t.Helper()
	p := b.registered("law")
	b.acts(p, Proposal{Name: "parent", Kind: "parent", Shown: "family-register", Until: ieum.DayOf(monday), Scan: []byte("%PDF-" + canary + "%%EOF")})
	if days < 0 {
		*b.clock = b.clock.Add(24 * time.Hour)
	}
	return p
}

// second is another of the counsellor's office.
func (b *bench) second() Asker { return b.as("asecond", "counsellor", "center", "north", "") }

// acts lets somebody act for a client, as two members of staff do.
func (b *bench) acts(p ieum.PersonID, of Proposal) Mandate {
	b.t.Helper()
	by := b.second()
	if err := b.Propose(ctx, b.counsellor(), p, of); err != nil {
		b.t.Fatal(err)
	}
	wait := must[[]Mandate](b.t)(b.Waiting(ctx, by))
	m := wait[len(wait)-1]
	if of.Name == "second" { // nobody confirms for themselves
		by = b.as("aofficer", "officer", "center", "", "")
		b.staff = append(b.staff, Colleague{ID: by.ID, Name: "officer", Role: "officer", Title: ieum.Text{KO: "담당자 3", EN: "Officer 3"}, Organisation: "center"})
	}
	if err := b.Confirm(ctx, by, m.ID, of.Name); err != nil {
		b.t.Fatal(err)
	}
	return m
}

// told checks the newest entry about a person.
func (b *bench) told(t *testing.T, person ieum.PersonID, kind, holds string) {
	t.Helper()
	list, err := journal.Of(ctx, b.d, string(person), "", 0, 1)
	if err != nil || len(list) != 1 || list[0].Kind != kind || !bytes.Contains(list[0].Data, []byte(holds)) {
		t.Errorf("the newest entry is %+v (%v), want %s with %s", list, err, kind, holds)
	}
}

func TestAReadReturnsWhatWasKept(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p := b.person()
		if err := b.KeepResume(ctx, b.seeker(), p, ieum.Resume{Headline: "새 이력"}); err != nil {
			t.Fatal(err)
		}
		got := must[*Disclosure](t)(b.Read(ctx, b.seeker(), p, "own", ieum.ContactRecord, ieum.ResumeRecord, ieum.NoteRecord))
		if got.Contact == nil || got.Contact.Name != canary || got.Resume == nil || got.Resume.Headline != "새 이력" || got.Notes != nil {
			t.Errorf("got %+v", got.Records)
		}
		if err := b.Forget(ctx, b.seeker(), p, ieum.ResumeRecord, ""); err != nil {
			t.Fatal(err)
		}
		if got = must[*Disclosure](t)(b.Read(ctx, b.seeker(), p, "own", ieum.ResumeRecord)); got.Resume != nil || got.Access.N != 2 {
			t.Errorf("then %+v", got)
		}
	})
}

// TestOthersChangeNothing: only the person, who acts for them and their
// counsellor do.
func TestOthersChangeNothing(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p := b.person()
		c := b.give("acounsellor", "counselling")
		for what, err := range map[string]error{
			"a contact":      b.KeepContact(ctx, b.counsellor(), p, Contact{Name: "x"}),
			"a note":         b.AddNote(ctx, b.counsellor(), p, "x"),
			"an end":         b.Stop(ctx, b.counsellor(), p, c.ID),
			"all ends":       b.StopAll(ctx, b.counsellor(), p),
			"a record":       b.Forget(ctx, b.counsellor(), p, ieum.ResumeRecord, ""),
			"a hand-over":    b.HandOver(ctx, b.counsellor(), p, "asecond"),
			"a mandate":      b.Propose(ctx, b.counsellor(), p, Proposal{Name: "parent", Kind: "parent", Shown: "family-register", Until: ieum.DayOf(monday)}),
			"a settlement":   b.Settle(ctx, b.counsellor(), p, p, 1, true, "x"),
			"a registration": second(b.Register(ctx, b.seeker(), Registration{Contact: Contact{Name: "x"}, Basis: "law"})),
			"an overview":    second(b.Oversee(ctx, b.counsellor(), "", 0, 0)),
		} {
			if !errors.Is(err, ieum.ErrDenied) {
				t.Errorf("%s: %v", what, err)
			}
		}
		mine := b.registered("law")
		if err := b.AddNote(ctx, b.counsellor(), mine, "x"); err != nil {
			t.Error(err)
		}
		if err := b.KeepContact(ctx, b.counsellor(), mine, Contact{Name: "y"}); err != nil {
			t.Error(err)
		}
	})
}

// TestAClientGetsTheirAccount: whom a desk registered reaches what is kept of them
// once it was seen whose account it is, and nobody else's account serves.
func TestAClientGetsTheirAccount(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.person() // of aseeker
		p := b.registered("law")
		for name, want := range map[string]string{"nobody": "door.error.account", "counsellor": "door.error.account", "stranger": "door.error.unproved", "seeker": "door.error.linked"} {
			if err := b.Link(ctx, b.counsellor(), p, name); key(err) != want {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := b.Link(ctx, b.as("asecond", "counsellor", "center", "north", ""), p, "lee"); key(err) != "door.refused.not_mine" {
			t.Errorf("by another counsellor: %v", err)
		}
		if err := b.linked(p, "lee"); err != nil {
			t.Fatal(err)
		}
		lee := b.as("alee", "seeker", "", "", "")
		if got := must[*Disclosure](t)(b.Read(ctx, lee, p, "own", ieum.ContactRecord)); got.Contact.Name != canary {
			t.Errorf("they read %+v", got.Records)
		}
		if err := b.Link(ctx, b.counsellor(), p, "kim"); key(err) != "door.error.linked" {
			t.Errorf("a second account: %v", err)
		}
		b.told(t, p, "door.read", `"by":"self"`)
	})
}

func second[T any](_ T, err error) error { return err }

// TestARecordThatCannotBeWrittenStopsTheRead: the journal takes nothing, so
// nothing comes out.
func TestARecordThatCannotBeWrittenStopsTheRead(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p := b.person()
		err := b.d.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `ALTER TABLE journal_new RENAME TO journal_gone`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := b.Read(ctx, b.seeker(), p, "own", ieum.ContactRecord); err == nil || got != nil {
			t.Errorf("read %+v without a record", got)
		}
		if of := must[Person](t)(b.store.person(ctx, p)); of.Reads != 0 {
			t.Errorf("%d reads are counted", of.Reads)
		}
	})
}

// TestStoppingIsEffectiveAtTheNextRead, whatever the reader held before.
func TestStoppingIsEffectiveAtTheNextRead(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p := b.person()
		c := b.give("acounsellor", "counselling")
		by := b.counsellor()
		must[*Disclosure](t)(b.Read(ctx, by, p, "counselling", ieum.ResumeRecord))
		if err := b.Stop(ctx, b.seeker(), p, c.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Read(ctx, by, p, "counselling", ieum.ResumeRecord); key(err) != "door.refused.basis" {
			t.Errorf("the next read: %v", err)
		}
		r := must[*Receipt](t)(b.Receipt(ctx, "ko", p, c.ID))
		if r.Status != "dpv:ConsentWithdrawn" || r.Recipient.Name != "상담사 1 (가상 일자리센터)" || len(r.Records) != 4 {
			t.Errorf("the receipt is %+v", r)
		}
	})
}

// TestNothingIsSaidToHaveStopped that goes on: what is another's, or was never given, is
// not found; what ended before has stopped.
func TestNothingIsSaidToHaveStopped(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		other := b.give("acounsellor", "counselling")
		own := b.as("anew", "seeker", "", "", "")
		p := must[Person](t)(b.Begin(ctx, own)).ID
		for what, err := range map[string]error{
			"another's consent": b.Stop(ctx, own, p, other.ID),
			"no consent":        b.Stop(ctx, own, p, "none"),
			"no mandate":        b.EndMandate(ctx, own, p, "none"),
		} {
			if !errors.Is(err, ieum.ErrNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		for range 2 {
			if err := b.Stop(ctx, b.seeker(), other.Person, other.ID); err != nil {
				t.Errorf("a stop: %v", err)
			}
		}
	})
}

func TestConsentsAreForWhatThePurposeNeeds(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p := b.person()
		for want, w := range map[string]Wish{
			"door.error.purpose":    {Purpose: "whim", Recipient: "center"},
			"door.error.no_consent": {Purpose: "registration", Recipient: "center"},
			"door.error.recipient":  {Purpose: "counselling", Recipient: "firm"},
			"door.error.records":    {Purpose: "hiring", Recipient: "firm", Kinds: []ieum.RecordKind{ieum.ContactRecord}},
			"door.error.until":      {Purpose: "hiring", Recipient: "firm", Until: ieum.DayOf(monday) + 400},
		} {
			if _, err := b.Give(ctx, b.seeker(), p, w); key(err) != want {
				t.Errorf("%+v: %v", w, err)
			}
		}
		first, again := b.give("firm", "hiring"), b.give("firm", "hiring")
		all := must[[]Consent](t)(b.Consents(ctx, p))
		if len(all) != 2 || first.Holds(*b.clock) != true || slices.ContainsFunc(all, func(c Consent) bool { return c.ID == first.ID && c.Stopped.IsZero() }) {
			t.Errorf("%+v then %+v: %+v", first, again, all)
		}
	})
}

// TestTwoAtOnceDoNotShareANumber: the numbers of a person are 1 to n, once each.
func TestTwoAtOnceDoNotShareANumber(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p := b.person()
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 10 {
					if _, err := b.Read(ctx, b.seeker(), p, "own", ieum.ContactRecord); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		b.seal()
		a := must[*Accesses](t)(b.LookedAt(ctx, p, 0))
		for i, l := range a.Lines {
			if l.N != int64(40-i) {
				t.Fatalf("line %d is number %d", i, l.N)
			}
		}
		if a.Total != 40 || len(a.Lines) != 40 || a.Gaps != nil {
			t.Errorf("%d lines of %d, gaps %v", len(a.Lines), a.Total, a.Gaps)
		}
	})
}

func (b *bench) seal() {
	b.t.Helper()
	s := journal.Sealer{DB: b.d, Holder: "s", Now: func() time.Time { return *b.clock }}
	n, err := s.Seal(ctx)
	if err != nil {
		b.t.Fatal(err)
	}
	b.in += int64(n)
}

// TestAGapShows: an access record that was taken out is missed by its number,
// wherever it stood.
func TestAGapShows(t *testing.T) {
	for _, tt := range []struct{ reads, gone int64 }{{5, 3}, {5, 5}, {5, 1}, {1, 1}, {60, 8}, {60, 55}} {
		each(t, func(t *testing.T, b *bench) {
			p := b.person()
			for range tt.reads {
				must[*Disclosure](t)(b.Read(ctx, b.seeker(), p, "own", ieum.ContactRecord))
			}
			b.seal()
			err := b.d.Tx(ctx, func(tx *sql.Tx) error {
				_, err := tx.ExecContext(ctx, `DELETE FROM journal_entry WHERE kind = 'door.read' AND data LIKE ?`, `{"n":`+number(tt.gone)+`,%`)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			var gaps []int64
			for before := int64(0); ; {
				a := must[*Accesses](t)(b.LookedAt(ctx, p, before))
				gaps = append(gaps, a.Gaps...)
				if before = a.Next; before == 0 {
					break
				}
			}
			if !slices.Equal(gaps, []int64{tt.gone}) {
				t.Errorf("%d of %d is gone; the gaps are %v", tt.gone, tt.reads, gaps)
			}
		})
	}
}

func TestComplaintsReachTheAuditor(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.person()
		p := b.give("acounsellor", "counselling").Person
		*b.clock = b.clock.Add(12 * time.Hour)
		must[*Disclosure](t)(b.Read(ctx, b.counsellor(), p, "counselling", ieum.ResumeRecord))
		b.seal()
		line := must[*Accesses](t)(b.LookedAt(ctx, p, 0)).Lines[0]
		for range 2 {
			if err := b.Complain(ctx, b.seeker(), p, line.Seq); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.Complain(ctx, b.seeker(), p, 1); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("about what is no read: %v", err)
		}
		auditor := b.as("aauditor", "auditor", "", "", "")
		o := must[*Oversight](t)(b.Oversee(ctx, auditor, "", 0, 0))
		if len(o.Complaints) != 1 || o.Complaints[0].Access.By != "acounsellor" || o.Flag != "odd" || o.Counts["odd"] != 1 || len(o.List) != 1 {
			t.Errorf("the auditor sees %+v", o)
		}
		if err := b.Settle(ctx, auditor, p, p, line.N, false, "근무 시간 밖이었습니다."); err != nil {
			t.Fatal(err)
		}
		if line = must[*Accesses](t)(b.LookedAt(ctx, p, 0)).Lines[0]; line.Complaint != "wrong" {
			t.Errorf("the person sees %q", line.Complaint)
		}
	})
}

// TestManyReadsAnHourAreFlagged, those of one reader alone.
func TestManyReadsAnHourAreFlagged(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p := b.registered("law")
		var flags []string
		for range mostAnHour + 1 {
			flags = must[*Disclosure](t)(b.Read(ctx, b.counsellor(), p, "counselling", ieum.ContactRecord)).Access.Flags
		}
		if !slices.Equal(flags, []string{"many"}) {
			t.Errorf("the flags are %v", flags)
		}
		*b.clock = b.clock.Add(time.Hour)
		if got := must[*Disclosure](t)(b.Read(ctx, b.counsellor(), p, "counselling", ieum.ContactRecord)); got.Access.Flags != nil {
			t.Errorf("an hour later %v", got.Access.Flags)
		}
	})
}

// TestAJobIsWrittenDownBeforeItReads, and whose data was in it can show so.
func TestAJobIsWrittenDownBeforeItReads(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p := b.person()
		b.registered("law")
		job := Job{Name: "statistics", Organisation: "center"}
		var read []ieum.PersonID
		run := func() *Bulk {
			read = nil
			return must[*Bulk](t)(b.Bulk(ctx, job, "statistics", func(id ieum.PersonID, r Records) error {
				list, err := journal.Of(ctx, b.d, must[[]Jobs](t)(b.Jobs(ctx, b.as("aauditor", "auditor", "", "", ""), ""))[2].List[0].ID, "door.bulk", 0, 1)
				if err != nil || len(list) != 1 || r.Resume == nil {
					t.Errorf("read before it was written down: %v %v", list, err)
				}
				read = append(read, id)
				return nil
			}, ieum.ResumeRecord))
		}
		if bulk := run(); bulk.People != 0 || read != nil {
			t.Errorf("without consent %d people were read", bulk.People)
		}
		*b.clock = b.clock.Add(time.Second)
		b.give("center", "statistics")
		if bulk := run(); bulk.People != 1 || !slices.Equal(read, []ieum.PersonID{p}) {
			t.Errorf("read %v", read)
		}
		if got := must[*Accesses](t)(b.LookedAt(ctx, p, 0)).Bulk; len(got) != 1 || got[0].Job != "statistics" {
			t.Errorf("the person is told %+v", got)
		}
		other := b.as("aother", "seeker", "", "", "")
		q := must[Person](t)(b.Begin(ctx, other)).ID
		if err := b.KeepResume(ctx, other, q, ieum.Resume{Headline: "h", Text: "t"}); err != nil {
			t.Fatal(err)
		}
		must[Consent](t)(b.Give(ctx, other, q, Wish{Purpose: "statistics", Recipient: "center"}))
		bulk := run()
		m := must[*Membership](t)(b.Membership(ctx, q, bulk.ID))
		if len(m.Path) != 1 || m.Root != bulk.Root || m.ID != bulk.ID {
			t.Errorf("the proof is %+v", m)
		}
		if _, err := b.Membership(ctx, "pnobody", bulk.ID); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("of somebody who was not in it: %v", err)
		}
	})
}

// TestPathsLeadToTheRoot of trees of every small size, for each leaf.
func TestPathsLeadToTheRoot(t *testing.T) {
	var leaves [][]byte
	for n := range 20 {
		leaves = append(leaves, leafOf([]byte("salt"), ieum.PersonID(number(int64(n)))))
		for at := range leaves {
			h := leaves[at]
			path := treePath(leaves, int64(at))
			lo, hi := 0, len(leaves)
			var right []bool
			for hi-lo > 1 {
				k := lo + half(hi-lo)
				right = append(right, at >= k)
				if at < k {
					hi = k
				} else {
					lo = k
				}
			}
			slices.Reverse(right)
			for i, other := range path {
				if right[i] {
					h = node(other, h)
				} else {
					h = node(h, other)
				}
			}
			if !bytes.Equal(h, treeRoot(leaves)) {
				t.Errorf("leaf %d of %d leads elsewhere", at, len(leaves))
			}
		}
	}
}

// TestAnErasedPersonIsGone: nothing opens any more, nothing is in the rows, what
// tied them to the ledger is cut, and a database of before loses them again.
func TestAnErasedPersonIsGone(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p := b.person()
		b.give("acounsellor", "counselling")
		must[*Disclosure](t)(b.Read(ctx, b.counsellor(), p, "counselling", ieum.ResumeRecord))
		var before bytes.Buffer
		if err := b.d.Dump(ctx, &before); err != nil {
			t.Fatal(err)
		}
		stale := b.seeker()
		stale.Fresh = false
		if err := b.Erase(ctx, stale); !errors.Is(err, ieum.ErrSignedOut) {
			t.Errorf("without a fresh sign-in: %v", err)
		}
		if err := b.Erase(ctx, b.seeker()); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(b.gone, []ieum.AccountID{"aseeker"}) {
			t.Errorf("accounts removed: %v", b.gone)
		}
		for what, err := range map[string]error{
			"a read":   second(b.Read(ctx, b.counsellor(), p, "counselling", ieum.ResumeRecord)),
			"a write":  b.KeepContact(ctx, b.seeker(), p, Contact{Name: "x"}),
			"the page": second(b.LookedAt(ctx, p, 0)),
			"Own":      second(b.Own(ctx, b.seeker())),
		} {
			if !errors.Is(err, ieum.ErrNotFound) && !errors.Is(err, ieum.ErrErased) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if n := rowsOf(t, b.d, p); n != 0 {
			t.Errorf("%d rows are left", n)
		}
		if _, err := b.keys.Open(string(p), "x", nil); !errors.Is(err, ieum.ErrErased) {
			t.Errorf("the key: %v", err)
		}
		b.cut(t, p)

		restored := dbtest.Open(t, t.TempDir())
		if err := restored.Load(ctx, bytes.NewReader(before.Bytes()), func(ctx context.Context, d *db.DB) error {
			return errors.Join(journal.Migrate(ctx, d), Migrate(ctx, d))
		}); err != nil {
			t.Fatal(err)
		}
		old := open(t, restored, b.dir)
		if rowsOf(t, restored, p) == 0 {
			t.Fatal("the older database has no rows of the person to begin with")
		}
		for range 2 {
			if err := old.Replay(ctx, old.keys.Erased()); err != nil {
				t.Fatal(err)
			}
		}
		if n := rowsOf(t, restored, p); n != 0 {
			t.Errorf("%d rows are back", n)
		}
		old.cut(t, p)
	})
}

// cut checks that the follower waits for the ledger, and then erases all ties of
// a person but that of the erasure.
func (b *bench) cut(t *testing.T, p ieum.PersonID) {
	t.Helper()
	b.t = t
	b.seal()
	had := b.in
	b.in = 0
	if err := journal.Drain(ctx, b.d, b.Follower()); !NotYet(err) {
		t.Errorf("before the ledger has the entry: %v", err)
	}
	b.in = had
	if err := journal.Drain(ctx, b.d, b.Follower()); err != nil {
		t.Fatal(err)
	}
	list, err := journal.Of(ctx, b.d, string(p), "", 0, 100)
	if err != nil || len(list) < 4 || list[0].Kind != "door.erased" {
		t.Fatalf("the journal has %d entries (%v)", len(list), err)
	}
	for i, e := range list {
		if slices.Contains(b.erased, e.Seq) != (i > 0) {
			t.Errorf("entry %d (%s): erased %v", e.Seq, e.Kind, slices.Contains(b.erased, e.Seq))
		}
	}
}

func rowsOf(t *testing.T, d *db.DB, p ieum.PersonID) (n int) {
	t.Helper()
	for _, table := range []string{"door_record", "door_consent", "door_case", "door_mandate", "door_withdrawal", "door_member"} {
		var here int
		if err := d.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+table+` WHERE person = ?`, p).Scan(&here); err != nil {
			t.Fatal(err)
		}
		n += here
	}
	return n
}

// TestNothingStandsPlain in any file of the database, nor in a copy of it.
func TestNothingStandsPlain(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dbtest.Open(t, dir), filepath.Join(dir, "keys"))
	b.person()
	b.registered("consent")
	b.mandated(1)
	mine := b.registered("law")
	if err := b.AddNote(ctx, b.counsellor(), mine, canary); err != nil {
		t.Fatal(err)
	}
	must[*Disclosure](t)(b.Read(ctx, b.counsellor(), mine, "counselling", ieum.ContactRecord, ieum.NoteRecord))
	b.seal()
	var dump bytes.Buffer
	if err := b.d.Dump(ctx, &dump); err != nil {
		t.Fatal(err)
	}
	escaped, _ := json.Marshal(canary)
	files := 0
	look := func(name string, text []byte) {
		if files++; bytes.Contains(text, []byte(canary)) || bytes.Contains(text, bytes.Trim(escaped, `"`)) {
			t.Errorf("%s holds what is personal", name)
		}
	}
	look("the copy", dump.Bytes())
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		look(path, text)
		return err
	})
	if err != nil || files < 4 {
		t.Errorf("%d files: %v", files, err)
	}
}
