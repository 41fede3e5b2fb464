package door

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/dying"
	"ieum/internal/platform/journal"
)

func (b *bench) analyst() Asker  { return b.as("aanalyst", "analyst", "center", "", "") }
func (b *bench) operator() Asker { return b.as("aoperator", "operator", "center", "", "") }

// counted makes so many people who agreed that the center counts them.
func (b *bench) counted(n int) (list []ieum.PersonID, own map[ieum.PersonID]Asker) {
	b.t.Helper()
	b.staff = append(b.staff, Colleague{ID: "aanalyst", Organisation: "center"}, Colleague{ID: "aoperator", Organisation: "center"})
	own = map[ieum.PersonID]Asker{}
	for i := range n {
		by := b.as(ieum.AccountID(fmt.Sprintf("aseeker%d", i)), "seeker", "", "", "")
		p := must[Person](b.t)(b.Begin(ctx, by)).ID
		must[Consent](b.t)(b.Give(ctx, by, p, Wish{Purpose: "statistics", Recipient: "center"}))
		if err := b.KeepResume(ctx, by, p, ieum.Resume{Headline: canary, Text: fmt.Sprintf("%d", i)}); err != nil {
			b.t.Fatal(err)
		}
		list, own[p] = append(list, p), by
	}
	return list, own
}

// entries counts the entries of a kind in the journal, sealed or not.
func (b *bench) entries(kind string) (n int) {
	b.t.Helper()
	err := b.d.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM journal_new WHERE kind = ?) + (SELECT COUNT(*) FROM journal_entry WHERE kind = ?)`, kind, kind).Scan(&n)
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

var counting = Export{Purpose: "statistics", Recipient: "age1made-up", File: "people.age"}

// export is an export to which the operator agrees.
func (b *bench) export(each func(ieum.Resume) error) (*Bulk, error) {
	token, _, err := b.Agree(ctx, b.operator(), "aanalyst", counting)
	if err != nil {
		return nil, err
	}
	return b.Export(ctx, b.analyst(), token, counting, each)
}

// TestAnExportTakesTwoPeople who are not the same, of whom one may ask and the
// other may confirm and not ask, and who both signed in just now. Otherwise nothing
// is read, and who asked is on record.
func TestAnExportTakesTwoPeople(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.counted(6)
		b.staff = append(b.staff, Colleague{ID: "asecondanalyst", Organisation: "center"}, Colleague{ID: "aboth", Organisation: "center"})
		stale := func(by Asker) Asker { by.Fresh = false; return by }
		both := b.as("aboth", "operator", "center", "", "")
		operates := both.Over
		both.May = func(ieum.Permission) bool { return true }
		both.Over = func(p ieum.Permission, s ieum.Subject) (ieum.Held, bool) {
			held, _ := operates(ieum.GrantRoles, s)
			return held, true
		}
		for _, tt := range []struct {
			name         string
			asks, agrees Asker
			x            Export
			want         string
		}{
			{"nobody agrees", b.analyst(), Asker{May: b.seeker().May, Over: b.seeker().Over}, counting, "door.refused.second"},
			{"two analysts", b.analyst(), b.as("asecondanalyst", "analyst", "center", "", ""), counting, "door.refused.second"},
			{"one person who may do both", both, both, counting, "door.refused.second"},
			{"who agrees could ask as well", b.analyst(), both, counting, "door.refused.second"},
			{"a counsellor agrees", b.analyst(), b.counsellor(), counting, "door.refused.second"},
			{"an auditor agrees", b.analyst(), b.as("aauditor", "auditor", "center", "", ""), counting, "door.refused.second"},
			{"an operator asks", b.operator(), b.as("asecondoperator", "operator", "", "", ""), counting, "door.refused.role"},
			{"a seeker asks", b.seeker(), b.operator(), counting, "door.refused.role"},
			{"for a purpose on law", b.analyst(), b.operator(), Export{Purpose: "labour-market"}, "door.refused.consent"},
			{"for a purpose without résumés", b.analyst(), b.operator(), Export{Purpose: "notices"}, "door.refused.consent"},
			{"for no purpose", b.analyst(), b.operator(), Export{}, "door.error.purpose"},
			{"who asks signed in long ago", stale(b.analyst()), b.operator(), counting, key(ieum.ErrSignedOut)},
			{"who agrees signed in long ago", b.analyst(), stale(b.operator()), counting, key(ieum.ErrSignedOut)},
		} {
			before := b.entries("door.refused")
			token, _, err := b.Agree(ctx, tt.agrees, tt.asks.ID, tt.x)
			if err == nil {
				_, err = b.Export(ctx, tt.asks, token, tt.x, func(ieum.Resume) error { t.Errorf("%s: somebody is handed out", tt.name); return nil })
			}
			if key(err) != tt.want {
				t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
			}
			if refused := strings.HasPrefix(tt.want, "door.refused"); (b.entries("door.refused") == before+1) != refused {
				t.Errorf("%s: %d refusals are on record", tt.name, b.entries("door.refused")-before)
			}
		}
		if n := b.entries("door.bulk") + b.entries("door.read"); n != 0 {
			t.Errorf("%d records of reads", n)
		}
		if _, err := b.export(func(ieum.Resume) error { return nil }); err != nil {
			t.Errorf("two who may: %v", err)
		}
	})
}

// TestAgreeingIsToOneExport: by who was named, for the purpose, key and name of the file
// that were, within an hour, while who agreed confirms roles, once. What is refused is on
// record, and uses nothing up.
func TestAgreeingIsToOneExport(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.counted(6)
		b.staff = append(b.staff, Colleague{ID: "asecondanalyst", Organisation: "center"})
		all := b.staff
		given := 0
		take := func(asks Asker, token string, x Export) string {
			t.Helper()
			given = 0
			_, err := b.Export(ctx, asks, token, x, func(ieum.Resume) error { given++; return nil })
			return key(err)
		}
		token, until, err := b.Agree(ctx, b.operator(), "aanalyst", counting)
		if err != nil || !until.Equal(monday.Add(time.Hour)) || len(token) < 26 {
			t.Fatalf("%q until %v: %v", token, until, err)
		}
		b.told(t, exportJob, "door.export_agreed", `"recipient":"age1made-up"`)
		elsewhere, called := counting, counting
		elsewhere.Recipient, called.File = "age1another", "another.age"
		late := func() { *b.clock = until }
		without := func() {
			b.staff = slices.DeleteFunc(slices.Clone(all), func(c Colleague) bool { return c.ID == "aoperator" })
		}
		moved := func() { b.staff = append(slices.Clone(all), Colleague{ID: "aanalyst", Organisation: "elsewhere"}) }
		for _, tt := range []struct {
			name  string
			asks  Asker
			token string
			x     Export
			first func()
		}{
			{"another asks", b.as("asecondanalyst", "analyst", "center", "", ""), token, counting, nil},
			{"for another key", b.analyst(), token, elsewhere, nil},
			{"into another file", b.analyst(), token, called, nil},
			{"with another token", b.analyst(), token[1:] + "A", counting, nil},
			{"with none", b.analyst(), "", counting, nil},
			{"an hour later", b.analyst(), token, counting, late},
			{"who agreed confirms no roles any more", b.analyst(), token, counting, without},
			{"who asks has got another office", b.analyst(), token, counting, moved},
		} {
			before := b.entries("door.refused")
			if tt.first != nil {
				tt.first()
			}
			if got := take(tt.asks, tt.token, tt.x); got != "door.refused.agreement" || given > 0 || b.entries("door.refused") != before+1 {
				t.Errorf("%s: %s, %d are handed out, %d more refusals", tt.name, got, given, b.entries("door.refused")-before)
			}
			*b.clock, b.staff = monday, all
		}
		if got := take(b.analyst(), token, counting); got != key(nil) || given != 6 {
			t.Errorf("what was agreed to: %s, %d are handed out", got, given)
		}
		if got := take(b.analyst(), token, counting); got != "door.refused.agreement" || given > 0 {
			t.Errorf("once more: %s, %d are handed out", got, given)
		}
		if n := b.entries("door.export_agreed"); n != 1 {
			t.Errorf("%d agreements are on record", n)
		}
	})
}

// TestAnAgreementIsUsedOnceByTwoAtOnce: one begins, the other is refused before it read
// anybody.
func TestAnAgreementIsUsedOnceByTwoAtOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.counted(6)
		for range 10 {
			token, _, err := b.Agree(ctx, b.operator(), "aanalyst", counting)
			if err != nil {
				t.Fatal(err)
			}
			before := b.entries("door.read")
			outcome := make(chan string, 4)
			for range cap(outcome) {
				go func() {
					_, err := b.Export(ctx, b.analyst(), token, counting, func(ieum.Resume) error { return nil })
					outcome <- key(err)
				}()
			}
			made := 0
			for range cap(outcome) {
				switch got := <-outcome; got {
				case key(nil):
					made++
				case "door.refused.agreement":
				default:
					t.Errorf("one of them: %s", got)
				}
			}
			if n := b.entries("door.read") - before; made != 1 || n != 6 {
				t.Fatalf("%d exports with %d reads are made on one agreement", made, n)
			}
		}
	})
}

// TestAnAgreementIsNotKept: who has the database cannot use one.
func TestAnAgreementIsNotKept(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.counted(6)
		token, _, err := b.Agree(ctx, b.operator(), "aanalyst", counting)
		if err != nil {
			t.Fatal(err)
		}
		var hash []byte
		if err := b.d.QueryRowContext(ctx, `SELECT hash FROM door_agreement`).Scan(&hash); err != nil || len(hash) != 32 {
			t.Fatalf("%d bytes: %v", len(hash), err)
		}
		for _, e := range must[[]journal.Entry](t)(journal.Of(ctx, b.d, exportJob, "door.export_agreed", 0, 10)) {
			if strings.Contains(string(e.Data), token) {
				t.Error("the journal has the token")
			}
		}
	})
}

// TestAnExportIsOneRecordAPerson, durable before theirs is opened, behind one for
// all of them, which the auditor sees with who asked and who agreed.
func TestAnExportIsOneRecordAPerson(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		people, own := b.counted(6)
		*b.clock = monday.Add(12 * time.Hour)                                                  // at night
		must[*Disclosure](t)(b.Read(ctx, own[people[0]], people[0], "own", ieum.ResumeRecord)) // record 1 of this one
		given := 0
		bulk := must[*Bulk](t)(b.export(func(r ieum.Resume) error {
			given++
			if b.entries("door.bulk") != 1 || b.entries("door.read") != 1+given || r.Headline != canary {
				t.Errorf("the %d. is handed out with %d records of reads", given, b.entries("door.read"))
			}
			return nil
		}))
		b.seal()
		for i, p := range people {
			a := must[*Accesses](t)(b.LookedAt(ctx, p, 0))
			want := int64(1)
			if i == 0 {
				want = 2
			}
			l := a.Lines[0]
			if l.N != want || l.By != "aanalyst" || l.Role != "analyst" || l.Organisation != "center" || l.Purpose != "statistics" || l.Basis != "consent" || l.Ref == "" || l.Job != bulk.ID || l.Flags != nil || a.Gaps != nil {
				t.Errorf("the record is %+v, gaps %v", l, a.Gaps)
			}
			if len(a.Bulk) != 1 || a.Bulk[0].Root != bulk.Root {
				t.Errorf("the jobs are %+v", a.Bulk)
			}
			must[*Proof](t)(b.Prove(ctx, p, l.Seq))
		}
		if given != 6 || bulk.People != 6 {
			t.Errorf("%d were handed out of %d", given, bulk.People)
		}
		seen := must[*Oversight](t)(b.Oversee(ctx, b.as("aauditor", "auditor", "", "", ""), "", 0, 0))
		jobs := must[[]Jobs](t)(b.Jobs(ctx, b.as("aauditor", "auditor", "", "", ""), ""))
		if exports := jobs[0].List; len(exports) != 1 || exports[0].Asked != "aanalyst" || exports[0].Agreed != "aoperator" || len(seen.List) != 0 {
			t.Errorf("the auditor sees %+v and %+v", seen, jobs)
		}
		b.told(t, ieum.PersonID(bulk.ID), "door.bulk", `"recipient":"age1made-up"`)
	})
}

// TestAnExportPassesOverWhoDidNotAgree: to another purpose, to another agency, to an
// earlier version, not any more, or not for résumés. It ends when somebody stops or is
// erased while it runs.
func TestAnExportPassesOverWhoDidNotAgree(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		people, own := b.counted(8)
		b.person() // who has a résumé and agreed to nothing
		must[Consent](t)(b.Give(ctx, own[people[0]], people[0], Wish{Purpose: "hiring", Recipient: "firm"}))
		must[Consent](t)(b.Give(ctx, own[people[0]], people[0], Wish{Purpose: "statistics", Recipient: "elsewhere"}))
		consents := must[[]Consent](t)(b.Consents(ctx, people[0]))
		for _, c := range consents { // which leaves the one to elsewhere
			if c.Organisation == "center" {
				if err := b.Stop(ctx, own[people[0]], people[0], c.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := b.Forget(ctx, own[people[1]], people[1], ieum.ResumeRecord, ""); err != nil {
			t.Fatal(err)
		}
		old := must[[]Consent](t)(b.Consents(ctx, people[2]))[0]
		if err := b.store.in(ctx, func(tx tx) error {
			_, err := tx.exec(`UPDATE door_consent SET version = version - 1 WHERE id = ?`, old.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		read := func() (texts []string, err error) {
			_, err = b.export(func(r ieum.Resume) error { texts = append(texts, r.Text); return nil })
			slices.Sort(texts)
			return texts, err
		}
		if texts, err := read(); err != nil || strings.Join(texts, "") != "34567" {
			t.Errorf("handed out: %v %v", texts, err)
		}
		// One stops, though not what they agreed to for another agency, and one is erased
		// once the first was handed out.
		var texts []string
		left := map[string]ieum.PersonID{"3": people[3], "4": people[4], "5": people[5], "6": people[6], "7": people[7]}
		reads := b.entries("door.read")
		_, err := b.export(func(r ieum.Resume) error {
			texts = append(texts, r.Text)
			delete(left, r.Text)
			if len(texts) > 1 {
				return nil
			}
			var two []ieum.PersonID
			for _, p := range left {
				two = append(two, p)
			}
			of := must[[]Consent](t)(b.Consents(ctx, two[0]))[0]
			must[Consent](t)(b.Give(ctx, own[two[0]], two[0], Wish{Purpose: "statistics", Recipient: "elsewhere"}))
			return errors.Join(b.Stop(ctx, own[two[0]], two[0], of.ID), b.Erase(ctx, own[two[1]]))
		})
		if key(err) != "door.refused.left" || b.entries("door.read") != reads+len(texts) {
			t.Errorf("%v after %v, %d records; want it to end with those it read on record", err, texts, b.entries("door.read")-reads)
		}
		if texts, err := read(); key(err) != "door.refused.few" || texts != nil {
			t.Errorf("of three: %v %v", texts, err)
		}
	})
}

// TestAnExportKilled at any moment leaves a record of each résumé that was read.
func TestAnExportKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("30 processes are killed")
	}
	rng := dying.Seeded(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, exporting), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d := must[*db.DB](t)(db.Open(ctx, dir))
	open(t, d, filepath.Join(dir, "keys")).counted(8)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	var said []string
	for range 30 {
		f := dying.Fate{Dir: dir, Call: rng.IntN(9)}
		if rng.IntN(2) == 0 {
			f.Wait = 1 + time.Duration(rng.Int64N(int64(2*time.Millisecond)))
		}
		said = append(said, die(t, f)...)
		survive(t, dir, said)
		if t.Failed() {
			t.Fatalf("%+v", f)
		}
	}
	if len(said) < 30 {
		t.Errorf("%d were read in all; the children are killed too soon to show anything", len(said))
	}
}

// exporting is a file in the folder of a child that exports.
const exporting = "exporting"

// exports is a child that exports again and again, and says whom it read.
func (b *bench) exports(t *testing.T, step func()) {
	b.staff = append(b.staff, Colleague{ID: "aanalyst", Organisation: "center"}, Colleague{ID: "aoperator", Organisation: "center"})
	for {
		_, err := b.export(func(r ieum.Resume) error {
			p, err := b.Own(ctx, b.as(ieum.AccountID("aseeker"+r.Text), "seeker", "", "", ""))
			fmt.Fprintf(os.Stderr, "\nread %s %d\n", p.ID, p.Reads)
			step()
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestAnExportWritesDownBeforeItReads: when the journal takes nothing, nothing is
// handed out.
func TestAnExportWritesDownBeforeItReads(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.counted(5)
		if err := b.store.in(ctx, func(tx tx) error {
			_, err := tx.exec(`ALTER TABLE journal_new RENAME TO journal_away`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.export(func(ieum.Resume) error { t.Error("somebody is handed out"); return nil }); err == nil {
			t.Error("there is no fault")
		}
	})
}

// TestTwoExportsDoNotTellOfOne: what one has more than the other would be that person's
// line.
func TestTwoExportsDoNotTellOfOne(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.counted(6)
		lines := func() (out []string) {
			_, err := b.export(func(r ieum.Resume) error { out = append(out, r.Text); return nil })
			if len(out) == 0 && key(err) != "door.refused.apart" {
				t.Error(err)
			}
			return out
		}
		before := lines()
		if again := lines(); len(again) != 6 {
			t.Errorf("of the same people: %v", again)
		}
		by := b.as("anew", "seeker", "", "", "")
		p := must[Person](t)(b.Begin(ctx, by)).ID
		must[Consent](t)(b.Give(ctx, by, p, Wish{Purpose: "statistics", Recipient: "center"}))
		if err := b.KeepResume(ctx, by, p, ieum.Resume{Text: "the new one"}); err != nil {
			t.Fatal(err)
		}
		after := lines()
		diff := slices.DeleteFunc(after, func(l string) bool { return slices.Contains(before, l) })
		if len(diff) > 0 && len(diff) < fewest {
			t.Errorf("the difference of two exports is %d person: %v", len(diff), diff)
		}
	})
}

// TestAnExportEndsWhenSomebodyStops while it runs: two files, of which the second is written
// while somebody who is in the first leaves, would tell of them as two made one after the
// other would; also where five leave, of whom each is told of by a third.
func TestAnExportEndsWhenSomebodyStops(t *testing.T) {
	for _, stop := range []int{1, 4, 5} {
		each(t, func(t *testing.T, b *bench) {
			people, own := b.counted(12)
			if _, err := b.export(func(ieum.Resume) error { return nil }); err != nil {
				t.Fatal(err)
			}
			given := 0
			_, err := b.export(func(r ieum.Resume) error {
				if given++; given > 1 {
					return nil
				}
				gone := slices.DeleteFunc(slices.Clone(people), func(p ieum.PersonID) bool { return own[p].ID == ieum.AccountID("aseeker"+r.Text) })
				for _, p := range gone[:stop] {
					if err := b.StopAll(ctx, own[p], p); err != nil {
						return err
					}
				}
				return nil
			})
			if key(err) != "door.refused.left" || given > 12-stop {
				t.Errorf("%d stop meanwhile: %v, %d were handed out", stop, err, given)
			}
		})
	}
}

// TestTwoExportsAtOnceDoNotTellOfOne: of some that begin at once, of people who differ by
// one, one begins. The agreements to those that are refused hold. An export of which is
// not known for whom it was is an earlier one, too, and one to another agency is none.
func TestTwoExportsAtOnceDoNotTellOfOne(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		people, _ := b.counted(10)
		p, _ := b.purpose("statistics")
		prepared := func() (j Job) {
			token, _, err := b.Agree(ctx, b.operator(), "aanalyst", counting)
			if err != nil {
				t.Fatal(err)
			}
			return must[Job](t)(b.two(ctx, b.analyst(), token, p, counting))
		}
		jobs := []Job{prepared(), prepared(), prepared(), prepared()}
		outcome := make(chan string, len(jobs))
		for i, j := range jobs {
			go func() {
				_, err := b.begin(ctx, j, p, exported, people[i:])
				outcome <- key(err)
			}()
		}
		began := 0
		for range jobs {
			switch got := <-outcome; got {
			case key(nil):
				began++
			case "door.refused.apart":
			default:
				t.Errorf("one of them: %s", got)
			}
		}
		var agreements int
		if err := b.d.QueryRowContext(ctx, `SELECT COUNT(*) FROM door_agreement`).Scan(&agreements); err != nil || began != 1 || agreements != 3 {
			t.Errorf("%d begin, %d agreements hold: %v", began, agreements, err)
		}
		for organisation, want := range map[string]string{"": "door.refused.apart", "elsewhere": key(nil)} {
			if err := b.store.in(ctx, func(t tx) error {
				_, err := t.exec(`UPDATE door_bulk SET organisation = ?`, organisation)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if _, err := b.begin(ctx, prepared(), p, exported, people[4:]); key(err) != want {
				t.Errorf("after one to %q: %v, want %s", organisation, err, want)
			}
		}
	})
}
