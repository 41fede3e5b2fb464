package door

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ieum"
)

// TestApplyingAndAnswering: who applies shows their résumé to that employer for that posting
// alone, name and contact where they say so; each look is on their record; the answer reaches
// them; and with the withdrawal everything ends.
func TestApplyingAndAnswering(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.Postings = benchPostings{}
		by := b.seeker()
		firm, rival := b.as("afirm", "employer", "firm", "", ""), b.as("arival", "employer", "rival", "", "")
		me := must[Person](t)(b.Begin(ctx, by)).ID
		apply := func(posting string, reveals bool) (string, bool, error) {
			return b.ApplyHere(ctx, by, me, posting, " 열심히 하겠습니다 ", reveals)
		}
		if _, _, err := apply("00000000000000b2", false); !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), "write") && !strings.Contains(err.Error(), "keep") {
			t.Errorf("without a résumé: %v", err)
		}
		if err := b.KeepResume(ctx, by, me, ieum.Resume{BirthYear: 1968, Text: canary}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := apply("00000000000000a1", false); !errors.Is(err, ieum.ErrInvalid) {
			t.Errorf("a posting of a source: %v", err)
		}
		if _, _, err := apply("00000000000000b2", true); !errors.Is(err, ieum.ErrInvalid) {
			t.Errorf("revealing what is not kept: %v", err)
		}
		item, had, err := apply("00000000000000b2", false)
		if err != nil || had {
			t.Fatal(had, err)
		}
		if again, had, err := apply("00000000000000b2", false); again != item || !had || err != nil {
			t.Errorf("sent twice: %s %v %v", again, had, err)
		}

		list := must[[]Applicant](t)(b.Applicants(ctx, firm, "e2"))
		if len(list) != 1 || list[0].State != "" || list[0].Ended || list[0].Title != "이음의 공고" {
			t.Fatalf("%+v", list)
		}
		id := list[0].ID
		if other := must[[]Applicant](t)(b.Applicants(ctx, rival, "")); len(other) != 0 {
			t.Errorf("another employer is listed %+v", other)
		}
		if _, err := b.Applicants(ctx, by, ""); !errors.Is(err, ieum.ErrDenied) {
			t.Errorf("a seeker lists applicants: %v", err)
		}
		if _, err := b.Applicant(ctx, rival, id); !errors.Is(err, ieum.ErrDenied) {
			t.Errorf("another employer opens it: %v", err)
		}
		if err := b.Answer(ctx, rival, id, "declined", ""); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("another employer answers: %v", err)
		}
		before := must[Person](t)(b.Own(ctx, by)).Reads
		got := must[*Received](t)(b.Applicant(ctx, firm, id))
		if got.Contact != nil || got.Resume == nil || got.Resume.BirthYear != 0 || got.Message != "열심히 하겠습니다" || got.Answer != nil {
			t.Errorf("the employer is shown %+v", got)
		}
		if after := must[Person](t)(b.Own(ctx, by)).Reads; after != before+1 {
			t.Errorf("the look is not on record: %d, then %d", before, after)
		}
		if _, _, err := b.Candidate(ctx, firm, id); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("the id opens as that of somebody who agreed to be found: %v", err)
		}

		for _, wrong := range [][2]string{{"invited", ""}, {"maybe", "x"}, {"held", strings.Repeat("가", longestMessage+1)}} {
			if err := b.Answer(ctx, firm, id, wrong[0], wrong[1]); !errors.Is(err, ieum.ErrInvalid) {
				t.Errorf("%.20q: %v", wrong, err)
			}
		}
		*b.clock = b.clock.Add(48 * time.Hour)
		if err := b.Answer(ctx, firm, id, "invited", "월요일 열 시"); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(b.answered, []ieum.AccountID{"aseeker"}) {
			t.Errorf("told are %v", b.answered)
		}
		mine := b.search(by, me)
		if len(mine) != 1 || mine[0].Answer == nil || mine[0].Answer.Text != "월요일 열 시" || steps(mine[0]) != "applied 0, answered 2" {
			t.Errorf("the seeker sees %+v", mine)
		}
		if list = must[[]Applicant](t)(b.Applicants(ctx, firm, "")); list[0].State != "invited" || list[0].Answered.IsZero() {
			t.Errorf("%+v", list)
		}

		// withdrawn, it ends at once, and cannot be taken back but by applying again
		if err := b.MoveApplication(ctx, by, me, item, Withdrawn); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Applicant(ctx, firm, id); !errors.Is(err, ieum.ErrDenied) {
			t.Errorf("withdrawn it opens: %v", err)
		}
		if err := b.Answer(ctx, firm, id, "declined", ""); !errors.Is(err, ieum.ErrInvalid) {
			t.Errorf("withdrawn it is answered: %v", err)
		}
		if list = must[[]Applicant](t)(b.Applicants(ctx, firm, "")); !list[0].Ended {
			t.Errorf("%+v", list)
		}
		if _, err := b.UndoApplication(ctx, by, me, item); !errors.Is(err, ieum.ErrInvalid) {
			t.Errorf("a withdrawal is taken back: %v", err)
		}
		if _, err := b.Give(ctx, by, me, Wish{Purpose: applying, Recipient: "firm"}); !errors.Is(err, ieum.ErrInvalid) {
			t.Errorf("it is agreed to apart from a posting: %v", err)
		}

		// with name and contact, and removed with the record
		if err := b.KeepContact(ctx, by, me, Contact{Name: canary, Phone: "010-0000-0000"}); err != nil {
			t.Fatal(err)
		}
		item, had, err = apply("00000000000000b2", true)
		if err != nil || had {
			t.Fatal(had, err)
		}
		list = must[[]Applicant](t)(b.Applicants(ctx, firm, ""))
		if len(list) != 2 || list[0].ID == id {
			t.Fatalf("%+v", list)
		}
		if got := must[*Received](t)(b.Applicant(ctx, firm, list[0].ID)); got.Contact == nil || got.Contact.Name != canary {
			t.Errorf("the employer is shown %+v", got)
		}
		if err := b.Forget(ctx, by, me, ieum.SearchRecord, item); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Applicant(ctx, firm, list[0].ID); !errors.Is(err, ieum.ErrDenied) {
			t.Errorf("removed it opens: %v", err)
		}

		// too old, it ends by itself
		if _, _, err = apply("00000000000000b2", false); err != nil {
			t.Fatal(err)
		}
		*b.clock = b.clock.Add(200 * 24 * time.Hour)
		list = must[[]Applicant](t)(b.Applicants(ctx, firm, ""))
		if !list[0].Ended {
			t.Errorf("after half a year: %+v", list[0])
		}
		if _, err := b.Applicant(ctx, firm, list[0].ID); !errors.Is(err, ieum.ErrDenied) {
			t.Errorf("after half a year it opens: %v", err)
		}

		// who is erased is gone from the list
		if err := b.Erase(ctx, by); err != nil {
			t.Fatal(err)
		}
		var left int
		if err := b.d.QueryRowContext(ctx, `SELECT COUNT(*) FROM door_applicant`).Scan(&left); err != nil || left != 0 {
			t.Errorf("of who is erased %d rows are left: %v", left, err)
		}
	})
}

// TestNobodyAppliesForAnother: neither staff nor who acts for somebody.
func TestNobodyAppliesForAnother(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.Postings = benchPostings{}
		by := b.seeker()
		me := must[Person](t)(b.Begin(ctx, by)).ID
		if err := b.KeepResume(ctx, by, me, ieum.Resume{Text: canary}); err != nil {
			t.Fatal(err)
		}
		for _, other := range []Asker{b.as("astranger", "seeker", "", "", ""), b.counsellor()} {
			if _, _, err := b.ApplyHere(ctx, other, me, "00000000000000b2", "", false); !errors.Is(err, ieum.ErrDenied) {
				t.Errorf("%s applies: %v", other.ID, err)
			}
		}
	})
}
