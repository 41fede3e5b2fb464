package catalogue

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ieum"
	"ieum/internal/snapshot"
)

// whoIs is the person of resume(n, …), as a document has them.
func whoIs(n int) ieum.Who {
	return ieum.Who{Name: fmt.Sprintf("가상%d", n), Birth: fmt.Sprintf("19%02d-03-05", 50+n)}
}

// A row is whose who has its name and its date of birth, however they are written,
// and nobody else's; a number that nobody has is nobody's.
func TestARowIsOfWhoHasItsNameAndBirth(t *testing.T) {
	b, _ := peopleOf(t)
	ctx := t.Context()
	token := func(w ieum.Who) string {
		t.Helper()
		who, err := b.Who(ctx, w)
		if err != nil {
			t.Fatal(err)
		}
		return who
	}
	first := whoIs(1)
	spelt := ieum.Who{Name: " 가 상 1", Birth: first.Birth}
	other := ieum.Who{Name: first.Name, Birth: "1951-03-06"}
	for _, tt := range []struct {
		key, who string
		want     bool
	}{
		{"r1", token(first), true}, {"r1", token(spelt), true}, {"r2", token(whoIs(2)), true},
		{"r2", token(first), false}, {"r1", token(whoIs(2)), false}, {"r1", token(other), false}, {"r9", token(first), false}, {"r1", "", false}, {"r1", "0", false},
	} {
		if is, err := b.IsOf(ctx, "people", tt.key, tt.who); err != nil || is != tt.want {
			t.Errorf("%s of %s: %v, %v", tt.key, tt.who, is, err)
		}
	}
	if is, err := b.IsOf(ctx, "shop", "r1", token(first)); err != nil || is {
		t.Errorf("of a source without people: %v, %v", is, err)
	}
	for _, w := range []ieum.Who{{}, {Name: "가상1"}, {Birth: first.Birth}, {Name: " .", Birth: first.Birth}, {Name: "가상1", Birth: "2951-03-05"}, {Name: "가상1", Birth: "51-3-5"}} {
		if who, err := b.Who(ctx, w); !errors.Is(err, ieum.ErrInvalid) {
			t.Errorf("the token of %+v is %q, %v", w, who, err)
		}
	}
	if a := b.Agencies(); len(a) != 2 || a["people"].KO != "가상 기관" || a["simulated"].KO == "" {
		t.Errorf("the agencies are %v", a)
	}
}

// A number that looks like a telephone's is found as it was given out, though the lake
// keeps it without.
func TestANumberIsFoundAsItWasGivenOut(t *testing.T) {
	b := newBench(t, twoShops()...)
	b.deliver(strings.Replace(resume(1, "용접"), "r1,", "010-1234-5678,", 1))
	who, err := b.Who(t.Context(), whoIs(1))
	if err != nil {
		t.Fatal(err)
	}
	if is, err := b.IsOf(t.Context(), "people", b.Key(" 010-1234-5678 "), who); err != nil || !is {
		t.Errorf("%v, %v", is, err)
	}
	if b.Key("r1") != "r1" {
		t.Errorf("a number is changed to %q", b.Key("r1"))
	}
}

// What is shown of a row is what its newest delivery says, with titles, and without
// what it is known by; and that it is not delivered any more.
func TestAnImportedRowIsTheNewestOne(t *testing.T) {
	b, _ := peopleOf(t)
	ctx := t.Context()
	r, err := b.Imported(ctx, "people", "r1")
	if err != nil {
		t.Fatal(err)
	}
	if r.Holder.KO != "가상 기관" || r.Key != "r1" || r.Resume.BirthYear != 1951 || r.Titles["regions/"+r.Resume.Region].KO == "" || !r.Came.Equal(b.day) ||
		!slices.Equal(r.Groups, []string{"disabled", "older"}) || r.Titles["vulnerable-groups/older"].EN == "" || !slices.Equal(r.Resume.Certificates, []string{"용접기능사"}) || len(r.Resume.Careers) != 1 || r.Resume.Careers[0].Title != "용접원" || r.Resume.Careers[0].Months != 24 ||
		r.Spells[0] != (ieum.Spell{Start: "2019-03", End: "2021-02"}) || r.Updated.String() != "2026-01-02" {
		t.Errorf("the row is %+v", r)
	}
	first, err := b.Imported(ctx, "people", "r2")
	if err != nil {
		t.Fatal(err)
	}
	b.day = b.day.AddDate(0, 0, 1)
	b.ingest("people", b.file("resume.csv", resumeHeader, `r2,가상2,1952-03-05,010-1111-0002,a2@example.com,서울 중구 가상로 1,성실합니다,"[{""title"":""배관공""}]",배관,2026-03-03`), b.file("licence.csv", "resume,licence"))
	now, err := b.Imported(ctx, "people", "r2")
	if err != nil || now.Resume.Careers[0].Title != "배관공" || now.Resume.Region == first.Resume.Region || !now.Came.After(first.Came) {
		t.Errorf("the newest is %+v, %v", now, err)
	}
	if _, err := b.Imported(ctx, "people", "r9"); !errors.Is(err, ieum.ErrNotFound) {
		t.Errorf("one that is not there: %v", err)
	}
}

// Rows whose keys went together with the person's are hidden in what is served,
// wherever they came from, and are nobody's from then on. It is refused for a row
// that was not erased.
func TestErasedRowsAreHidden(t *testing.T) {
	b, s := peopleOf(t)
	ctx := t.Context()
	who, err := b.Who(ctx, whoIs(2))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[ieum.SourceID][]string{"people": {"r2", "r3"}}
	if err := b.HideErased(ctx, "self", rows); err == nil {
		t.Error("rows are hidden of somebody who was not erased")
	}
	if err := b.sealer.Erase("psomebody", string(RowPerson(b.sealer, "people", "resume", "r2")), string(RowPerson(b.sealer, "people", "resume", "r3"))); err != nil {
		t.Fatal(err)
	}
	if err := b.HideErased(ctx, "self", rows); err != nil {
		t.Fatal(err)
	}
	live := snapshot.NewLive(b.dir)
	defer live.Close()
	if _, err := live.Refresh(); err != nil {
		t.Fatal(err)
	}
	in, release, err := live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if got := shownKeys(t, b.Catalogue, in); !slices.Equal(got, []string{"r1"}) {
		t.Errorf("the snapshot of %s shows %q", s.Meta.Version, got)
	}
	if behind, err := b.Behind(ctx); err != nil || behind {
		t.Errorf("there is more to look through: %v, %v", behind, err)
	}
	if is, err := b.IsOf(ctx, "people", "r2", who); err != nil || is {
		t.Errorf("an erased row is somebody's: %v, %v", is, err)
	}
	if _, err := b.Imported(ctx, "people", "r2"); !errors.Is(err, ieum.ErrNotFound) {
		t.Errorf("an erased row is shown: %v", err)
	}
}
