package door

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/journal"
)

// TestRowsAboutPeopleAreReadOnRecord: staff whose role reaches their own office
// read what was imported about a person on law, numbered and flagged; others are
// refused, and that is told too.
func TestRowsAboutPeopleAreReadOnRecord(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		const row = ieum.PersonID("pofarow")
		officer := b.as("asecond", "officer", "center", "north", "")
		for n := int64(1); n <= 2; n++ {
			a := must[*Access](t)(b.ReadImported(ctx, officer, row, "placement"))
			if a.N != n || a.By != "asecond" || a.Role != "officer" || a.Basis != defs.BasisLaw || len(a.Flags) != 1 || a.Flags[0] != flagNoCase {
				t.Errorf("record %d is %+v", n, a)
			}
			b.told(t, row, "door.read", `"purpose":"placement"`)
		}
		for name, tt := range map[string]struct {
			by      Asker
			purpose ieum.PurposeID
		}{
			"a counsellor, who reaches assigned people alone": {b.counsellor(), "placement"},
			"an operator, for what counsellors do":            {b.as("acounsellor", "operator", "center", "", ""), "placement"},
			"somebody who works nowhere":                      {b.as("anobody", "officer", "center", "", ""), "placement"},
			"a seeker":                                        {b.seeker(), "placement"},
			"an officer, for a purpose that takes consent":    {officer, "hiring"},
		} {
			if _, err := b.ReadImported(ctx, tt.by, row, tt.purpose); !errors.Is(err, ieum.ErrDenied) {
				t.Errorf("%s: %v", name, err)
			}
			b.told(t, row, "door.refused", string(tt.purpose))
		}
		if got := must[*Accesses](t)(b.LookedAt(ctx, row, 0)); got.Total != 2 || len(got.Gaps) > 0 {
			t.Errorf("there are %d records and the gaps %v", got.Total, got.Gaps)
		}
		if people := must[[]ieum.PersonID](t)(b.store.everybody(ctx)); len(people) != 0 {
			t.Errorf("a job on law would read records of %v, of whom none are kept", people)
		}
	})
}

// TestAnErasedPersonsRowsStayUnread.
func TestAnErasedPersonsRowsStayUnread(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		const row = ieum.PersonID("pofarow")
		officer := b.as("asecond", "officer", "center", "north", "")
		must[*Access](t)(b.ReadImported(ctx, officer, row, "placement"))
		if err := b.erase(ctx, row); err != nil {
			t.Fatal(err)
		}
		if _, err := b.ReadImported(ctx, officer, row, "placement"); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("after the erasure: %v", err)
		}
	})
}

// TestAJobOverRowsIsNoted with what it commits to, and for what rests on law alone.
func TestAJobOverRowsIsNoted(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		crowd := Crowd{People: 7, Sum: bytes.Repeat([]byte{1}, 32)}
		job := must[*Bulk](t)(NoteJob(ctx, b.d, b.set, monday, Job{Name: "build"}, "labour-market", crowd))
		list, err := journal.Of(ctx, b.d, job.ID, "door.bulk", 0, 1)
		var told map[string]any
		if err != nil || len(list) != 1 || json.Unmarshal(list[0].Data, &told) != nil || told["people"] != 7.0 || told["basis"] != "law" || told["root"] != job.Root {
			t.Errorf("the entry is %+v, %v", list, err)
		}
		again := must[*Bulk](t)(NoteJob(ctx, b.d, b.set, monday, Job{Name: "build"}, "labour-market", crowd))
		if again.Root == job.Root {
			t.Error("two jobs over one crowd have one root: it has no salt")
		}
		leaves := must[[][]byte](t)(b.store.leaves(ctx, job.ID))
		if len(leaves) != 1 || hex.EncodeToString(treeRoot(leaves)) != job.Root {
			t.Errorf("the leaves %x do not lead to %s", leaves, job.Root)
		}
		for _, purpose := range []ieum.PurposeID{"statistics", "none"} {
			if _, err := NoteJob(ctx, b.d, b.set, monday, Job{Name: "build"}, purpose, crowd); err == nil {
				t.Errorf("a job for %s is noted", purpose)
			}
		}
	})
}

// TestExactFiguresAreOnRecord: an analyst who signed in a short while ago sees a slice
// exactly, and the entry says who, which and of what; nobody else does, and leaves none.
func TestExactFiguresAreOnRecord(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		crowd := Crowd{People: 7, Sum: bytes.Repeat([]byte{1}, 32)}
		b.staff = append(b.staff, Colleague{ID: "aanalyst", Organisation: "center"})
		stale := b.analyst()
		stale.Fresh = false
		for name, by := range map[string]Asker{"a seeker": b.seeker(), "a counsellor": b.counsellor(), "an analyst of this morning": stale} {
			if err := b.NoteFigures(ctx, by, "exact-figures", "8211/region=11", "v1", crowd); !errors.Is(err, ieum.ErrDenied) && !errors.Is(err, ieum.ErrSignedOut) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := b.NoteFigures(ctx, b.analyst(), "statistics", "8211", "v1", crowd); err == nil {
			t.Error("figures of everybody are seen on consent")
		}
		if err := b.NoteFigures(ctx, b.analyst(), "exact-figures", "8211/region=11", "v1", crowd); err != nil {
			t.Fatal(err)
		}
		jobs := must[[]Jobs](t)(b.Jobs(ctx, b.as("aauditor", "auditor", "", "", ""), ""))[1].List
		if len(jobs) != 1 || jobs[0].Job != figuresJob || jobs[0].Asked != "aanalyst" || jobs[0].Slice != "8211/region=11" {
			t.Fatalf("jobs are %+v", jobs)
		}
		list, err := journal.Of(ctx, b.d, jobs[0].ID, "door.bulk", 0, 1)
		var told map[string]any
		if err != nil || len(list) != 1 || json.Unmarshal(list[0].Data, &told) != nil || told["by"] != "aanalyst" || told["slice"] != "8211/region=11" || told["snapshot"] != "v1" || told["basis"] != "law" {
			t.Errorf("the entry is %+v, %v", list, err)
		}
	})
}

// TestExactFiguresAreBounded by what their purpose says of an hour; the refusal says when again and is told to the auditor, who reaches every look
// by the pages that there are, once.
func TestExactFiguresAreBounded(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		crowd := Crowd{People: 7, Sum: bytes.Repeat([]byte{1}, 32)}
		b.staff = append(b.staff, Colleague{ID: "aanalyst", Organisation: "center"})
		auditor := b.as("aauditor", "auditor", "", "", "")
		most := b.set.Purposes["exact-figures"].Most
		if most == 0 {
			t.Fatal("nothing bounds how many slices are seen exactly")
		}
		look := func(n int) error {
			return b.NoteFigures(ctx, b.analyst(), "exact-figures", fmt.Sprintf("8211/n=%d", n), "v1", crowd)
		}
		seen := 0
		for range 2 {
			for range most {
				if err := look(seen); err != nil {
					t.Fatal(err)
				}
				seen++
				*b.clock = b.clock.Add(time.Second)
			}
			for range 2 {
				err := look(seen)
				again := b.clock.Truncate(time.Hour).Add(time.Hour).In(ieum.Seoul).Format("15:04")
				if e, _ := errors.AsType[*ieum.Error](err); !errors.Is(err, ieum.ErrBusy) || e.Key != "door.refused.most" || e.Args["n"] != most || e.Args["at"] != again {
					t.Fatalf("one more, until %s: %v", again, err)
				}
			}
			b.told(t, figuresJob, "door.refused", `"purpose":"exact-figures"`)
			*b.clock = b.clock.Truncate(time.Hour).Add(time.Hour)
		}
		if list := must[*Oversight](t)(b.Oversee(ctx, auditor, flagRefused, 0, 0)).List; len(list) != 4 || list[0].Reader != "aanalyst" {
			t.Errorf("the auditor is told of %+v", list)
		}
		must[*Bulk](t)(NoteJob(ctx, b.d, b.set, *b.clock, Job{Name: "build"}, "labour-market", crowd))
		pages, got := 0, []string{}
		for older := ""; ; pages++ {
			jobs := must[[]Jobs](t)(b.Jobs(ctx, auditor, older))
			if jobs[1].Total != int64(seen) || len(jobs[1].List) > stretch || len(jobs[2].List) != 1 {
				t.Fatalf("page %d has %d of %d looks, and %d other jobs", pages, len(jobs[1].List), jobs[1].Total, len(jobs[2].List))
			}
			for _, l := range jobs[1].List {
				got = append(got, l.Slice)
			}
			page := b.page(t, auditor, "/oversight?older="+older)
			if next := jobs[1].Next + "#jobs-figures"; strings.Contains(page, next) == (jobs[1].Next == "") || !strings.Contains(page, got[len(got)-1]+"<") {
				t.Errorf("page %d does not lead on by %q, or does not say of what a look is", pages, next)
			}
			if older = jobs[1].Next; older == "" {
				break
			}
		}
		for n := range seen {
			if want := fmt.Sprintf("8211/n=%d", seen-1-n); n >= len(got) || got[n] != want {
				t.Fatalf("look %d of %d is %v, want %s", n, len(got), got[n:min(n+1, len(got))], want)
			}
		}
		if pages != seen/stretch {
			t.Errorf("%d pages of %d looks", pages+1, seen)
		}
		if _, err := b.Jobs(ctx, b.analyst(), ""); !errors.Is(err, ieum.ErrDenied) {
			t.Errorf("an analyst sees who looked: %v", err)
		}
	})
}

// TestLooksOfOneSecondAreListedOnce, on whatever page each is.
func TestLooksOfOneSecondAreListedOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for range 2*stretch + 1 {
			must[*Bulk](t)(NoteJob(ctx, b.d, b.set, monday, Job{Name: "build"}, "labour-market", Crowd{People: 7, Sum: make([]byte, 32)}))
		}
		seen := map[string]bool{}
		for older := ""; ; {
			jobs := must[[]Jobs](t)(b.Jobs(ctx, b.as("aauditor", "auditor", "", "", ""), older))[2]
			for _, j := range jobs.List {
				if seen[j.ID] {
					t.Errorf("%s is listed twice", j.ID)
				}
				seen[j.ID] = true
			}
			if older = jobs.Next; older == "" {
				break
			}
		}
		if len(seen) != 2*stretch+1 {
			t.Errorf("%d of %d jobs are listed", len(seen), 2*stretch+1)
		}
	})
}
