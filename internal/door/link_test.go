package door

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/internal/platform/journal"
)

// benchRows are the rows that an agency delivered: of Alice, who is canary and was
// born on alicesDay, and of others.
type benchRows struct {
	of     map[string]ieum.Who // by number
	is     map[string]ieum.Imported
	hidden []string // by number
	fail   error    // of hiding
	keys   Sealer

	simulated bool
}

const alicesDay = "1970-01-01"

var (
	alice   = ieum.Who{Name: canary, Birth: alicesDay}
	mallory = ieum.Who{Name: "말로리", Birth: "1980-02-02"}
)

func (r *benchRows) Agencies() map[ieum.SourceID]ieum.Text {
	return map[ieum.SourceID]ieum.Text{"agency": {KO: "가상 기관", EN: "Made-up agency"}}
}
func (r *benchRows) Simulated(ieum.SourceID) bool                      { return r.simulated }
func (r *benchRows) Who(_ context.Context, w ieum.Who) (string, error) { return tokenOf(w), nil }
func tokenOf(w ieum.Who) string                                        { return "token-" + w.Name + w.Birth }
func (r *benchRows) RowPerson(source ieum.SourceID, key string) ieum.PersonID {
	sum := sha256.Sum256([]byte(string(source) + "\n" + key))
	return ieum.PersonID("p" + hex.EncodeToString(sum[:16]))
}
func (r *benchRows) Key(number string) string { return strings.TrimSpace(number) }
func (r *benchRows) erased(key string) bool {
	_, err := r.keys.Seal(string(r.RowPerson("agency", key)), "test", nil)
	return isErased(err)
}
func (r *benchRows) IsOf(_ context.Context, source ieum.SourceID, key, who string) (bool, error) {
	w, ok := r.of[key]
	return ok && source == "agency" && tokenOf(w) == who && !r.erased(key), nil
}
func (r *benchRows) Imported(_ context.Context, source ieum.SourceID, key string) (*ieum.Imported, error) {
	if _, ok := r.of[key]; !ok || r.erased(key) {
		return nil, ieum.ErrNotFound
	}
	i := r.is[key]
	i.Source, i.Key, i.Holder = source, key, r.Agencies()[source]
	return &i, nil
}
func (r *benchRows) HideErased(_ context.Context, _ ieum.AccountID, rows map[ieum.SourceID][]string) error {
	for _, key := range rows["agency"] {
		if !r.erased(key) {
			return errors.New("a row is hidden that has its key")
		}
		r.hidden = append(r.hidden, key)
	}
	return r.fail
}

// Known is who the bench's accounts were proved to be.
func (b *bench) Known(_ context.Context, a ieum.AccountID) (Known, error) {
	if a == b.own {
		a = "aseeker"
	}
	return Known{Token: map[ieum.AccountID]string{"aseeker": tokenOf(alice), "amallory": tokenOf(mallory), "atwin": tokenOf(alice)}[a]}, nil
}

// withRows is a bench with two rows of Alice's and one of Mallory's.
func (b *bench) withRows() *bench {
	b.rows = benchRows{keys: b.keys, of: map[string]ieum.Who{"A-1": alice, "A-2": alice, "M-1": mallory}, is: map[string]ieum.Imported{
		"A-1": {Resume: ieum.Resume{Headline: "기관 이력 " + canary, Careers: []ieum.Career{{Title: "프레스 조작원"}}}, Came: monday},
		"A-2": {Resume: ieum.Resume{Headline: "둘째"}, Came: monday},
	}}
	return b
}

func (b *bench) mallory() Asker { return b.as("amallory", "seeker", "", "", "") }

func rowOf(number string) Claim { return Claim{"agency", number} }

// sees are the numbers of the rows that a read of somebody's gives.
func (b *bench) sees(t *testing.T, by Asker, person ieum.PersonID, purpose ieum.PurposeID) (numbers []string) {
	t.Helper()
	got, err := b.Read(ctx, by, person, purpose, ieum.ImportedRecord)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range got.Imported {
		numbers = append(numbers, i.Key)
	}
	slices.Sort(numbers)
	return numbers
}

// TestAProvedPersonReachesTheirRow: whoever was proved to be Alice reaches the row
// that is about Alice, on record; a counsellor by a new consent, and not by one of
// before; and nothing of it stands plain.
func TestAProvedPersonReachesTheirRow(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.withRows()
		p := must[Person](t)(b.Begin(ctx, b.seeker())).ID
		if got := b.sees(t, b.seeker(), p, "own"); len(got) > 0 {
			t.Fatalf("before it is linked: %v", got)
		}
		b.give("acounsellor", "counselling", ieum.ContactRecord, ieum.ResumeRecord, ieum.NoteRecord)
		for range 2 { // twice is once
			if err := b.LinkOwn(ctx, b.seeker(), rowOf(" A-1 ")); err != nil {
				t.Fatal(err)
			}
		}
		b.told(t, p, "door.row_linked", `"by":"self"`)
		got := must[*Disclosure](t)(b.Read(ctx, b.seeker(), p, "own", ieum.ImportedRecord))
		if len(got.Imported) != 1 || got.Imported[0].Resume.Careers[0].Title != "프레스 조작원" || got.Imported[0].Link.By != bySelf || got.Access.N != 2 {
			t.Fatalf("the row is %+v", got)
		}
		b.told(t, p, "door.read", `"kinds":["imported"]`)
		if _, err := b.Read(ctx, b.counsellor(), p, "counselling", ieum.ImportedRecord); key(err) != "door.refused.records" {
			t.Errorf("on a consent that does not name it: %v", err)
		}
		b.give("acounsellor", "counselling")
		if got := b.sees(t, b.counsellor(), p, "counselling"); !slices.Equal(got, []string{"A-1"}) {
			t.Errorf("the counsellor sees %v", got)
		}
		for _, purpose := range []ieum.PurposeID{"hiring", "statistics"} {
			if b.set.Purposes[purpose].Reads(ieum.ImportedRecord) {
				t.Errorf("%s reads what an agency has", purpose)
			}
		}
		var dump strings.Builder
		if err := b.d.Dump(ctx, &dump); err != nil {
			t.Fatal(err)
		}
		for _, never := range []string{"A-1\"", tokenOf(alice), canary, alicesDay} {
			if strings.Contains(dump.String(), never) {
				t.Errorf("the database holds %s", never)
			}
		}
		b.rows.is["A-1"] = ieum.Imported{Resume: ieum.Resume{Careers: []ieum.Career{{Title: "배관공"}}}, Closed: 20000}
		got = must[*Disclosure](t)(b.Read(ctx, b.seeker(), p, "own", ieum.ImportedRecord))
		if r := got.Imported[0]; r.Resume.Careers[0].Title != "배관공" || r.Closed == 0 {
			t.Errorf("what is newest is %+v", r)
		}
		delete(b.rows.of, "A-1")
		if got = must[*Disclosure](t)(b.Read(ctx, b.seeker(), p, "own", ieum.ImportedRecord)); !got.Imported[0].Gone || got.Imported[0].Resume.Headline != "" {
			t.Errorf("a row that is gone is %+v", got.Imported[0])
		}
	})
}

// TestGroupsAreForWhoseTheyAre: of which vulnerable groups an agency says somebody is they
// see themselves, with who says so and since when, as does who acts for them; who counsels
// them reads the row without it, and no file that is handed on has it.
func TestGroupsAreForWhoseTheyAre(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		b.withRows()
		b.rows.is["A-1"] = ieum.Imported{Groups: []string{"disabled", "older"}, Came: monday}
		p := must[Person](t)(b.Begin(ctx, b.seeker())).ID
		if err := b.LinkOwn(ctx, b.seeker(), rowOf("A-1")); err != nil {
			t.Fatal(err)
		}
		b.give("acounsellor", "counselling")
		parent := b.as("aparent", "seeker", "", "", "")
		if err := b.TakeOn(ctx, b.counsellor(), p); err != nil {
			t.Fatal(err)
		}
		b.acts(p, Proposal{Name: "parent", Kind: "parent", Shown: "family-register", Until: ieum.DayOf(monday) + 30, Scan: []byte("%PDF-" + canary + "%%EOF")})
		for _, tt := range []struct {
			by      Asker
			purpose ieum.PurposeID
			groups  int
		}{{b.seeker(), "own", 2}, {parent, "own", 2}, {b.counsellor(), "counselling", 0}} {
			got := must[*Disclosure](t)(b.Read(ctx, tt.by, p, tt.purpose, ieum.ImportedRecord))
			if len(got.Imported) != 1 || len(got.Imported[0].Groups) != tt.groups {
				t.Errorf("%s for %s reads %+v", tt.by.ID, tt.purpose, got.Imported)
			}
		}
		const says = "장애인, 고령자"
		for path, of := range map[string]struct {
			by    Asker
			shows bool
		}{"/my?lang=ko": {b.seeker(), true}, "/my?lang=ko&for=" + string(p): {parent, true}, "/clients/" + string(p) + "?lang=ko": {b.counsellor(), false}} {
			page := b.page(t, of.by, path)
			if strings.Contains(page, says) != of.shows || !strings.Contains(page, "A-1") {
				t.Errorf("%s: groups are to be shown: %v; %s", path, of.shows, page)
			}
			if holder := b.rows.Agencies()["agency"].KO; of.shows && !strings.Contains(page, holder+"가 보낸 자료") && !strings.Contains(page, holder+"이 보낸 자료") {
				t.Errorf("%s does not say who says so", path)
			}
		}
		for path, has := range map[string]bool{"/my/resume.json": false, "/api/v1/my/records": true} {
			if file := b.page(t, b.seeker(), path); strings.Contains(file, "disabled") != has || !strings.Contains(file, "A-1") {
				t.Errorf("%s: %s", path, file)
			}
		}
		if text := must[string](t)(Imported{Imported: b.rows.is["A-1"]}.Carried()); strings.Contains(text, "disabled") {
			t.Errorf("a diagnosis is told: %s", text)
		}
	})
}

// TestNobodyReachesSomebodyElsesRow: Mallory, proved as Mallory, knows Alice's number,
// name and date of birth. No answer tells whether there is such a row, whose it is or
// whether it is linked; tries are counted, and the journal says no more than that
// there was one.
func TestNobodyReachesSomebodyElsesRow(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.withRows()
		if err := b.LinkOwn(ctx, b.seeker(), rowOf("A-1")); err != nil {
			t.Fatal(err)
		}
		m := must[Person](t)(b.Begin(ctx, b.mallory())).ID
		twin := b.as("atwin", "seeker", "", "", "")
		answers := map[string]bool{}
		for _, try := range []struct {
			by     Asker
			number string
		}{{b.mallory(), "A-1"}, {b.mallory(), "A-2"}, {b.mallory(), "nobody's"}, {twin, "A-1"}} {
			err := b.LinkOwn(ctx, try.by, rowOf(try.number))
			e, ok := errors.AsType[*ieum.Error](err)
			if !ok {
				t.Fatalf("%s: %v", try.number, err)
			}
			answers[e.Key+e.Field+e.Message] = true
		}
		if len(answers) != 1 || !answers[errNotThis().(*ieum.Error).Key+"/number"+errNotThis().Error()] {
			t.Errorf("the answers are %v", answers)
		}
		b.told(t, m, "door.row_refused", `"by":"self"`)
		if got := b.sees(t, b.mallory(), m, "own"); len(got) > 0 {
			t.Errorf("Mallory sees %v", got)
		}
		all, err := journal.Of(ctx, b.d, string(m), "door.row_refused", 0, 10)
		for _, e := range all {
			var said map[string]any
			if json.Unmarshal(e.Data, &said) != nil || len(said) != 2 {
				t.Errorf("the journal says %s", e.Data)
			}
		}
		if err != nil || len(all) != 3 {
			t.Errorf("%d tries are written down, %v", len(all), err)
		}
		// A second claim by somebody who was proved to be Alice, too, is for the auditor.
		o := must[*Oversight](t)(b.Oversee(ctx, b.as("aauditor", "auditor", "", "", ""), flagClaim, 0, 0))
		if o.Counts[flagClaim] != 2 || len(o.List) != 2 || o.List[0].Person == o.List[1].Person {
			t.Errorf("the auditor sees %+v", o.List)
		}
		stranger := b.as("astranger", "seeker", "", "", "")
		if err := b.LinkOwn(ctx, stranger, rowOf("A-2")); key(err) != "door.error.row_unproved" {
			t.Errorf("an account that nobody proved: %v", err)
		}
		for n := 0; ; n++ {
			if err := b.LinkOwn(ctx, b.mallory(), rowOf("A-2")); errors.Is(err, ieum.ErrBusy) {
				break
			}
			if n > triesOwn {
				t.Fatal("numbers are tried without end")
			}
		}
		*b.clock = monday.AddDate(0, 0, 1)
		if err := b.LinkOwn(ctx, b.mallory(), rowOf("M-1")); err != nil {
			t.Errorf("the day after: %v", err)
		}
		for name, c := range map[string]Claim{"no agency": {"shop", "A-1"}, "no number": {"agency", "  "}, "a long one": {"agency", strings.Repeat("1", 101)}} {
			if err := b.LinkOwn(ctx, b.mallory(), c); !errors.Is(err, ieum.ErrInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestStaffLinkAClientInSightOfAll: staff who saw two documents link the row of a
// client of theirs who has no account, after a fresh sign-in; the client and the
// auditor are told who did it. A colleague's row that they know all about is seen by
// the auditor, too, and the colleague's own claim later.
func TestStaffLinkAClientInSightOfAll(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.withRows()
		p := b.registered("law")
		saw := Sighting{alice, []string{"passport", "resident-card"}}
		stale := b.counsellor()
		stale.Fresh = false
		auditor := b.as("aauditor", "auditor", "", "", "")
		for name, tt := range map[string]struct {
			by   Asker
			saw  Sighting
			c    Claim
			want string
		}{
			"one document":          {b.counsellor(), Sighting{alice, []string{"passport"}}, rowOf("A-1"), "door.error.row_shown"},
			"one kind":              {b.counsellor(), Sighting{alice, []string{"passport", "passport"}}, rowOf("A-1"), "door.error.row_shown"},
			"no document":           {b.counsellor(), Sighting{alice, []string{"passport", "library-card"}}, rowOf("A-1"), "door.error.row_shown"},
			"nobody":                {b.counsellor(), Sighting{ieum.Who{Birth: alicesDay}, saw.Documents}, rowOf("A-1"), "error.who_name"},
			"another's client":      {b.as("aother", "counsellor", "elsewhere", "", ""), saw, rowOf("A-1"), "door.refused.not_mine"},
			"a seeker":              {b.mallory(), saw, rowOf("A-1"), "door.refused.not_mine"},
			"somebody else's row":   {b.counsellor(), saw, rowOf("M-1"), "door.error.row_not"},
			"a number that is none": {b.counsellor(), saw, rowOf("X"), "door.error.row_not"},
			"signed in a while ago": {stale, saw, rowOf("A-1"), ieum.ErrSignedOut.Error()},
		} {
			if err := b.LinkClient(ctx, tt.by, p, tt.saw, tt.c); key(err) != tt.want {
				t.Errorf("%s: %v", name, err)
			}
		}
		if o := must[*Oversight](t)(b.Oversee(ctx, auditor, flagClaim, 0, 0)); len(o.List) != 2 {
			t.Errorf("of two refused tries the auditor sees %+v", o.List)
		}
		if err := b.LinkClient(ctx, b.counsellor(), p, saw, rowOf("A-1")); err != nil {
			t.Fatal(err)
		}
		if got := b.sees(t, b.counsellor(), p, "counselling"); !slices.Equal(got, []string{"A-1"}) {
			t.Errorf("the counsellor sees %v", got)
		}
		o := must[*Oversight](t)(b.Oversee(ctx, auditor, flagLink, 0, 0))
		if len(o.List) != 1 || o.List[0].Reader != "acounsellor" || o.List[0].Person != p {
			t.Errorf("the auditor sees %+v", o.List)
		}
		told := must[[]Change](t)(b.Changes(ctx, p))
		if !slices.ContainsFunc(told, func(c Change) bool { return c.What == "row_linked" && c.By == "acounsellor" && c.Role == "counsellor" }) {
			t.Errorf("the client is told %+v", told)
		}
		if l := must[[]Link](t)(b.Links(ctx, p)); len(l) != 1 || l[0].By != "acounsellor" || !slices.Equal(l[0].Documents, saw.Documents) {
			t.Errorf("the links are %+v", l)
		}
		// Alice herself comes later: her claim is refused, and the auditor sees both.
		if err := b.LinkOwn(ctx, b.seeker(), rowOf("A-1")); key(err) != "door.error.row_not" {
			t.Errorf("the second claim: %v", err)
		}
		mine := must[Person](t)(b.Begin(ctx, b.seeker())).ID
		o = must[*Oversight](t)(b.Oversee(ctx, auditor, flagClaim, 0, 0))
		if len(o.List) != 4 || !slices.ContainsFunc(o.List, func(w Watched) bool { return w.Person == mine }) {
			t.Errorf("the auditor sees %+v", o.List)
		}
		link := must[[]Link](t)(b.Links(ctx, p))[0].ID
		if err := b.Unlink(ctx, b.counsellor(), p, link, ""); key(err) != "door.error.row_why" {
			t.Errorf("without a reason: %v", err)
		}
		for name, by := range map[string]Asker{"another": b.as("aother", "counsellor", "elsewhere", "", ""), "Alice, whose link it is not": b.seeker()} {
			if err := b.Unlink(ctx, by, p, link, "wrong"); !errors.Is(err, ieum.ErrDenied) {
				t.Errorf("%s ends it: %v", name, err)
			}
		}
		if err := b.Unlink(ctx, b.counsellor(), p, link, "wrong"); err != nil {
			t.Fatal(err)
		}
		if o := must[*Oversight](t)(b.Oversee(ctx, auditor, flagLink, 0, 0)); len(o.List) != 2 {
			t.Errorf("the auditor does not see the end: %+v", o.List)
		}
		if err := b.LinkOwn(ctx, b.seeker(), rowOf("A-1")); err != nil {
			t.Errorf("then it is hers: %v", err)
		}
		if err := b.LinkClient(ctx, b.counsellor(), p, saw, rowOf("A-2")); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"mallory", "unknown"} {
			if err := b.Link(ctx, b.counsellor(), p, name); key(err) != "door.error.row_other" {
				t.Errorf("a client with Alice's row gets the account of %s: %v", name, err)
			}
		}
		if err := b.linked(p, "twin"); err != nil {
			t.Fatal(err)
		}
		if err := b.LinkClient(ctx, b.counsellor(), p, saw, rowOf("A-2")); key(err) != "door.error.row_account" {
			t.Errorf("a client who has an account: %v", err)
		}
	})
}

// TestTwoClaimsAtOnce: one of them is linked.
func TestTwoClaimsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.withRows()
		twin := b.as("atwin", "seeker", "", "", "")
		done := make(chan error)
		for _, by := range []Asker{b.seeker(), twin} {
			go func() { done <- b.LinkOwn(ctx, by, rowOf("A-1")) }()
		}
		var linked int
		for range 2 {
			switch err := <-done; {
			case err == nil:
				linked++
			case key(err) != "door.error.row_not":
				t.Error(err)
			}
		}
		if linked != 1 {
			t.Errorf("%d are linked", linked)
		}
	})
}

// TestReadsOfARowAreSeen: what was recorded under the row's own id is on the list of
// whom it is about, with its proof, its complaint and its gaps; also after the link
// ended, so that ending it hides nothing; and what came afterwards is not.
func TestReadsOfARowAreSeen(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.withRows()
		officer := b.as("asecond", "officer", "center", "north", "")
		row := b.rows.RowPerson("agency", "A-1")
		look := func(n int) {
			t.Helper()
			for range n {
				*b.clock = b.clock.Add(time.Minute)
				must[*Access](t)(b.ReadImported(ctx, officer, row, "placement"))
			}
			b.seal()
		}
		look(2)
		must[*Bulk](t)(NoteJob(ctx, b.d, b.set, monday, Job{Name: "build"}, "labour-market", Crowd{People: 7, Sum: []byte("x")}))
		p := must[Person](t)(b.Begin(ctx, b.seeker())).ID
		list := func() *Accesses { t.Helper(); return must[*Accesses](t)(b.LookedAt(ctx, p, 0)) }
		if a := list(); len(a.Lines) != 0 || len(a.Rows) != 0 || len(a.Crowds) != 0 {
			t.Errorf("before it is linked: %+v", a)
		}
		if err := b.LinkOwn(ctx, b.seeker(), rowOf("A-1")); err != nil {
			t.Fatal(err)
		}
		look(1)
		b.sees(t, b.seeker(), p, "own")
		b.seal()
		a := list()
		if len(a.Lines) != 4 || a.Lines[0].Link != "" || a.Lines[0].N != 1 || a.Lines[1].N != 3 || a.Lines[3].N != 1 || a.Lines[1].Link == "" || a.Rows[0].Total != 4 || len(a.Rows[0].Gaps) > 0 || len(a.Gaps) > 0 || len(a.Crowds) != 1 {
			t.Fatalf("the list is %+v", a)
		}
		seq := a.Lines[1].Seq
		if proof := must[*Proof](t)(b.Prove(ctx, p, seq)); proof.Entry.Subject != string(row) {
			t.Errorf("the proof is of %+v", proof.Entry)
		}
		if err := b.Complain(ctx, b.seeker(), p, seq); err != nil {
			t.Fatal(err)
		}
		if a := list(); a.Lines[1].Complaint != "open" || a.Lines[0].Complaint != "" {
			t.Errorf("the complaint is not seen: %+v", a.Lines)
		}
		m := must[Person](t)(b.Begin(ctx, b.mallory())).ID
		if _, err := b.Prove(ctx, m, seq); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("Mallory has the proof of a read of Alice's: %v", err)
		}
		if err := b.Complain(ctx, b.mallory(), m, seq); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("Mallory complains of a read of Alice's: %v", err)
		}
		if err := b.Unlink(ctx, b.seeker(), p, a.Rows[0].Link.ID, ""); err != nil {
			t.Fatal(err)
		}
		if got := b.sees(t, b.seeker(), p, "own"); len(got) > 0 {
			t.Errorf("a link that ended shows %v", got)
		}
		look(stretch + 5)
		late := must[*Accesses](t)(b.LookedAt(ctx, row, 0)).Lines[0].Seq
		a = list()
		var ns []int64
		for _, l := range a.Lines {
			if l.Link != "" {
				ns = append(ns, l.N)
			}
		}
		if !slices.Equal(ns, []int64{3, 2, 1}) || a.Rows[0].Total != 4 || a.Rows[0].Link.Ended.IsZero() {
			t.Errorf("after it ended the list has %v of %+v", ns, a.Rows)
		}
		if _, err := b.Prove(ctx, p, late); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("a read after it ended is proved: %v", err)
		}
		if err := b.LinkOwn(ctx, b.seeker(), rowOf("A-1")); err != nil {
			t.Fatal(err)
		}
		first := list()
		if len(first.Lines) != stretch || first.Next == 0 {
			t.Fatalf("the first stretch has %d, next %d", len(first.Lines), first.Next)
		}
		seen := map[string]bool{}
		for page := first; ; page = must[*Accesses](t)(b.LookedAt(ctx, p, page.Next)) {
			for _, l := range page.Lines {
				seen[l.Link+number(l.N)] = true
			}
			for _, r := range page.Rows {
				if len(r.Gaps) > 0 {
					t.Errorf("gaps where there are none: %+v", r)
				}
			}
			if page.Next == 0 {
				break
			}
		}
		if len(seen) != 2+3+stretch+5 {
			t.Errorf("%d reads are seen in all", len(seen))
		}
		if err := b.d.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `DELETE FROM journal_entry WHERE seq = ?`, seq)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		var gaps []int64
		for next := int64(0); ; {
			page := must[*Accesses](t)(b.LookedAt(ctx, p, next))
			for _, r := range page.Rows {
				if r.Link.Ended.IsZero() {
					gaps = append(gaps, r.Gaps...)
				}
			}
			if next = page.Next; next == 0 {
				break
			}
		}
		if !slices.Equal(gaps, []int64{3}) {
			t.Errorf("a record is gone and the gaps are %v", gaps)
		}
	})
}

// TestALinkDoesNotOutliveItsPerson: erasing the person erases the rows they are tied
// to; nobody is shown them, nobody can link them again. A link that ended before
// erases nothing, nor does undoing a registration.
func TestALinkDoesNotOutliveItsPerson(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.withRows()
		for _, n := range []string{"A-1", "A-2"} {
			if err := b.LinkOwn(ctx, b.seeker(), rowOf(n)); err != nil {
				t.Fatal(err)
			}
		}
		p := must[Person](t)(b.Begin(ctx, b.seeker())).ID
		for _, l := range must[[]Link](t)(b.Links(ctx, p)) {
			if l.row == b.rows.RowPerson("agency", "A-2") {
				if err := b.Unlink(ctx, b.seeker(), p, l.ID, ""); err != nil {
					t.Fatal(err)
				}
			}
		}
		officer := b.as("asecond", "officer", "center", "north", "")
		row := b.rows.RowPerson("agency", "A-1")
		must[*Access](t)(b.ReadImported(ctx, officer, row, "placement"))
		if err := b.Erase(ctx, b.seeker()); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(b.rows.hidden, []string{"A-1"}) || b.rows.erased("A-2") {
			t.Errorf("erased were %v", b.rows.hidden)
		}
		if _, err := b.ReadImported(ctx, officer, row, "placement"); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("the row is still read: %v", err)
		}
		var left int
		if err := b.d.QueryRowContext(ctx, `SELECT COUNT(*) FROM door_link WHERE person = ?`, p).Scan(&left); err != nil || left > 0 {
			t.Errorf("%d links are left, %v", left, err)
		}
		twin := b.as("atwin", "seeker", "", "", "")
		if err := b.LinkOwn(ctx, twin, rowOf("A-1")); key(err) != "door.error.row_not" {
			t.Errorf("an erased row is linked: %v", err)
		}
		if err := b.LinkOwn(ctx, twin, rowOf("A-2")); err != nil {
			t.Errorf("one that was not: %v", err)
		}

		b.rows.of["A-3"], b.rows.of["A-4"] = alice, alice
		saw := Sighting{alice, []string{"passport", "resident-card"}}
		for n, erase := range map[string]func(ieum.PersonID) error{
			"A-3": func(p ieum.PersonID) error { // another than who tied it
				return errors.Join(b.HandOver(ctx, b.counsellor(), p, "asecond"), b.EraseClient(ctx, b.second(), p))
			},
			"A-4": func(p ieum.PersonID) error { return b.Undo(ctx, b.counsellor(), p) },
		} {
			client := b.registered("law")
			if err := errors.Join(b.LinkClient(ctx, b.counsellor(), client, saw, rowOf(n)), erase(client)); err != nil {
				t.Fatal(err)
			}
		}
		if !b.rows.erased("A-3") || b.rows.erased("A-4") {
			t.Errorf("a desk's wish erases %v, undoing %v; want true and false", b.rows.erased("A-3"), b.rows.erased("A-4"))
		}
	})
}

// TestNoLinkSlipsPastAnErasure: none is made once the person's key is gone, whatever
// was on its way.
func TestNoLinkSlipsPastAnErasure(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.withRows()
		p := must[Person](t)(b.Begin(ctx, b.seeker())).ID
		if err := b.keys.Erase(string(p)); err != nil {
			t.Fatal(err)
		}
		if err := b.LinkOwn(ctx, b.seeker(), rowOf("A-1")); !isErased(err) {
			t.Errorf("linked to somebody without a key: %v", err)
		}
		if err := b.Erase(ctx, b.seeker()); err != nil { // gone on with
			t.Errorf("erased once more: %v", err)
		}
		if b.rows.erased("A-1") {
			t.Error("a row went that nobody was tied to")
		}
	})
}

// TestAGapBetweenStretchesShows: a number that is missing where one page ends and the
// next begins is told on the first of them.
func TestAGapBetweenStretchesShows(t *testing.T) {
	h := &history{total: 5, newest: true, more: true}
	for _, n := range []int64{5, 4, 2} {
		h.lines = append(h.lines, Line{Access: Access{N: n}, Seq: n})
	}
	shown, next := weave([]*history{h}, 2)
	if len(shown) != 2 || next != 4 || !slices.Equal(h.gaps(), []int64{3}) {
		t.Errorf("shown are %+v, next %d, gaps %v", shown, next, h.gaps())
	}
}
