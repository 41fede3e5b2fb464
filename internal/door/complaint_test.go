package door

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/journal"
)

// complaintOfRow has an officer read a row, and somebody who is tied to it then complain.
func (b *bench) complaintOfRow(t *testing.T, by Asker) (row, teller ieum.PersonID) {
	t.Helper()
	b.withRows()
	row = b.Rows.RowPerson("agency", "A-1")
	b.staff = append(b.staff, Colleague{ID: "aofficer", Name: "officer", Role: "officer", Organisation: "center"})
	must[*Access](t)(b.ReadImported(ctx, b.as("aofficer", "officer", "center", "", ""), row, "placement"))
	teller = must[Person](t)(b.Begin(ctx, by)).ID
	if err := b.LinkOwn(ctx, by, rowOf("A-1")); err != nil {
		t.Fatal(err)
	}
	b.seal()
	entries := must[[]journal.Entry](t)(journal.Of(ctx, b.d, string(row), "door.read", 0, 10))
	*b.clock = b.clock.Add(time.Minute)
	if err := b.Complain(ctx, by, teller, entries[len(entries)-1].Seq); err != nil {
		t.Fatal(err)
	}
	return row, teller
}

// What an auditor said to somebody about the read of a row goes for good when they erase
// themselves, from every copy; and only then.
func TestAVerdictGoesWithWhomItIsSaidTo(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		me, auditor := b.as("atwin", "seeker", "", "", ""), b.as("aauditor", "auditor", "", "", "")
		row, p := b.complaintOfRow(t, me)
		if err := b.Settle(ctx, auditor, row, p, 1, true, canary); err != nil {
			t.Fatal(err)
		}
		var copied []byte
		if err := b.d.QueryRowContext(ctx, `SELECT reason FROM door_complaint WHERE teller = ?`, p).Scan(&copied); err != nil {
			t.Fatal(err)
		}
		if err := b.Unlink(ctx, me, p, must[[]Link](t)(b.Links(ctx, p))[0].ID, ""); err != nil {
			t.Fatal(err)
		}
		if err := b.Erase(ctx, me); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Keys.Seal(string(row), "x", nil); err != nil {
			t.Fatalf("the row was erased as well: %v", err)
		}
		for _, id := range []ieum.PersonID{row, p} {
			for _, place := range []string{reasonPlace(row, p, 1), reasonPlace(row, row, 1)} {
				if plain, err := b.Keys.Open(string(id), place, copied); err == nil {
					t.Errorf("after the erasure the key of %s opens the copy: %q", id, plain)
				}
			}
		}
	})
	each(t, func(t *testing.T, b *bench) {
		other, right, auditor := b.as("atwin", "seeker", "", "", ""), b.seeker(), b.as("aauditor", "auditor", "", "", "")
		row, p := b.complaintOfRow(t, other)
		if err := b.Settle(ctx, auditor, row, p, 1, true, canary); err != nil {
			t.Fatal(err)
		}
		if err := b.Unlink(ctx, other, p, must[[]Link](t)(b.Links(ctx, p))[0].ID, ""); err != nil {
			t.Fatal(err)
		}
		must[Person](t)(b.Begin(ctx, right))
		*b.clock = b.clock.Add(time.Minute)
		if err := errors.Join(b.LinkOwn(ctx, right, rowOf("A-1")), b.Erase(ctx, right)); err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, l := range must[*Accesses](t)(b.LookedAt(ctx, p, 0)).Lines {
			said += l.Complaint + l.Reason
		}
		if said != "right"+canary {
			t.Errorf("whom the row is about erased themselves: who complained reads %q", said)
		}
	})
}

// Nothing is kept of what is said to somebody who was erased meanwhile.
func TestAVerdictToNobodyIsNotKept(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		me, auditor := b.as("atwin", "seeker", "", "", ""), b.as("aauditor", "auditor", "", "", "")
		row, p := b.complaintOfRow(t, me)
		if err := errors.Join(b.Unlink(ctx, me, p, must[[]Link](t)(b.Links(ctx, p))[0].ID, ""), b.Erase(ctx, me), b.Settle(ctx, auditor, row, p, 1, true, canary)); err != nil {
			t.Fatal(err)
		}
		var kept []byte
		if err := b.d.QueryRowContext(ctx, `SELECT reason FROM door_complaint WHERE outcome = 'right'`).Scan(&kept); err != nil || len(kept) > 0 {
			t.Errorf("%d bytes are kept (%v)", len(kept), err)
		}
	})
}

// An auditor who goes through the pages of what waits meets every complaint, be it of one
// read by more than one.
func TestAllWhoComplainAreMet(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.person()
		p, auditor := b.give("acounsellor", "counselling").Person, b.as("aauditor", "auditor", "", "", "")
		for range 110 {
			must[*Disclosure](t)(b.Read(ctx, b.counsellor(), p, "counselling", ieum.ResumeRecord))
		}
		b.seal()
		entries := must[[]journal.Entry](t)(journal.Of(ctx, b.d, string(p), "door.read", 0, 110))
		made := 0
		for i, e := range entries {
			for teller := range 1 + 2*(i%3) {
				if err := b.store.in(ctx, func(x tx) error {
					_, err := x.addComplaint(Complaint{Person: p, Teller: ieum.PersonID(fmt.Sprintf("p%d", teller)), N: int64(i), Seq: e.Seq, Made: *b.clock})
					return err
				}); err != nil {
					t.Fatal(err)
				}
				made++
			}
		}
		met, pages := 0, 0
		for after := int64(0); pages == 0 || after > 0; pages++ {
			o := must[*Oversight](t)(b.Oversee(ctx, auditor, "", 0, after))
			met, after = met+len(o.Complaints), o.Later
		}
		if met != made || pages < 3 {
			t.Errorf("%d of %d are met on %d pages", met, made, pages)
		}
	})
}

// What was complained of before it was known who did is theirs who had been tied to the row,
// where that was one alone; what was said of it is under another's key, and goes.
func TestOlderComplaintsFindWhoMadeThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(context.Background(), "door", schemaBefore(t, "0014")); err != nil {
			t.Fatal(err)
		}
		if err := (&store{d}).in(ctx, func(x tx) error {
			_, tied := x.exec(`INSERT INTO door_link (id, person, row, sealed, tied_by, documents, since, ended) VALUES ('l1', 'pone', 'prow', ?, 'self', '', 10, 20), ('l2', 'ptwo', 'prow', ?, 'self', '', 30, 0), ('l3', 'ptwo', 'pthird', ?, 'self', '', 10, 0)`, []byte{}, []byte{}, []byte{})
			_, made := x.exec(`INSERT INTO door_complaint (person, n, seq, made, outcome) VALUES ('pone', 1, 1, 15, 'open'), ('prow', 1, 2, 9, 'open'), ('prow', 2, 3, 15, 'open'), ('prow', 3, 4, 25, 'open'), ('prow', 4, 5, 35, 'open'), ('pthird', 1, 6, 35, 'right')`)
			_, said := x.exec(`UPDATE door_complaint SET reason = ?`, []byte("sealed"))
			return errors.Join(tied, made, said)
		}); err != nil {
			t.Fatal(err)
		}
		if err := Migrate(ctx, d); err != nil {
			t.Fatal(err)
		}
		all := must[[]Complaint](t)((&store{d}).complaints(ctx, `1 = 1 ORDER BY seq`))
		for i, want := range []struct {
			teller ieum.PersonID
			kept   bool
		}{{"pone", true}, {"prow", true}, {"pone", false}, {"pone", false}, {"prow", true}, {"ptwo", false}} {
			if c := all[i]; c.Teller != want.teller || bytes.Equal(c.sealed, []byte("sealed")) != want.kept {
				t.Errorf("complaint %d is that of %s, with %q", c.Seq, c.Teller, c.sealed)
			}
		}
	})
}

// schemaBefore are the files that make the tables, before one.
func schemaBefore(t *testing.T, before string) fs.FS {
	t.Helper()
	some := fstest.MapFS{}
	for _, e := range must[[]fs.DirEntry](t)(schema.ReadDir("schema")) {
		if e.Name() < before {
			some["schema/"+e.Name()] = &fstest.MapFile{Data: must[[]byte](t)(schema.ReadFile("schema/" + e.Name()))}
		}
	}
	return some
}
