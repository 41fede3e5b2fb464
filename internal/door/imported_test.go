package door

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"testing"

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
		jobs := must[[]Bulk](t)(b.store.bulks(ctx))
		if len(jobs) != 1 || jobs[0].Job != figuresJob || jobs[0].Asked != "aanalyst" {
			t.Fatalf("jobs are %+v", jobs)
		}
		list, err := journal.Of(ctx, b.d, jobs[0].ID, "door.bulk", 0, 1)
		var told map[string]any
		if err != nil || len(list) != 1 || json.Unmarshal(list[0].Data, &told) != nil || told["by"] != "aanalyst" || told["slice"] != "8211/region=11" || told["snapshot"] != "v1" || told["basis"] != "law" {
			t.Errorf("the entry is %+v, %v", list, err)
		}
	})
}
