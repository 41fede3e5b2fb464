package door

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"testing"

	"golang.org/x/text/unicode/norm"

	"ieum"
	"ieum/defs"
)

// TestADeskIsWarnedOfATwin: somebody of the same name and birth date is registered once
// staff says that they are another; the warning tells a number, and the client sees it.
// Another office, another day and nobody's birth date warn nobody.
func TestADeskIsWarnedOfATwin(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		of := Registration{Contact: Contact{Name: canary}, Basis: defs.BasisLaw, Birth: "1968-05-06"}
		p := must[ieum.PersonID](t)(b.Register(ctx, b.counsellor(), of))
		n := must[*Desked](t)(b.Desked(ctx, b.counsellor(), p)).Client
		b.staff = append(b.staff, Colleague{ID: "aothers", Organisation: "elsewhere", Site: "x"})
		other, day, none, spaced, again := of, of, of, of, of
		decomposed, hidden, addressed, undated := of, of, of, of
		decomposed.Contact.Name, hidden.Contact.Name, addressed.Contact.Name = norm.NFD.String(canary), canary[:6]+"\u200b"+canary[6:], canary+" 님"
		undated.Birth = "1968-5-6"
		day.Birth, none.Birth, again.Other = "1968-05-07", "", true
		spaced.Contact.Name = " " + canary[:6] + " " + canary[6:]
		for name, tt := range map[string]struct {
			by   Asker
			r    Registration
			want string
		}{
			"the same":               {b.second(), of, "door.error.twin"},
			"written with spaces":    {b.second(), spaced, "door.error.twin"},
			"decomposed":             {b.second(), decomposed, "door.error.twin"},
			"with a hidden space":    {b.second(), hidden, "door.error.twin"},
			"as one addresses them":  {b.second(), addressed, "door.error.twin"},
			"a day in another form":  {b.second(), undated, "error.who_birth"},
			"another office":         {b.as("aothers", "counsellor", "elsewhere", "x", ""), other, ""},
			"another day":            {b.second(), day, ""},
			"no birth date":          {b.second(), none, ""},
			"a day that is none":     {b.second(), Registration{Contact: of.Contact, Basis: of.Basis, Birth: "1968-02-30"}, "error.who_birth"},
			"who registers nobody":   {b.seeker(), of, "door.refused.desk"},
			"a scan that is no scan": {b.second(), Registration{Contact: of.Contact, Basis: of.Basis, Birth: day.Birth, Other: true, Scan: []byte("x")}, "door.error.scan"},
		} {
			if err := second(b.Register(ctx, tt.by, tt.r)); key(err) != tt.want {
				t.Errorf("%s: %v, want %q", name, err, tt.want)
			}
		}
		list := must[[]Twin](t)(b.Twins(ctx, b.second(), of))
		if len(list) != 1 || list[0] != (Twin{n, "acounsellor", true, monday}) && !list[0].Made.Equal(monday) {
			t.Errorf("staff is told %+v", list)
		}
		told := slices.DeleteFunc(must[[]Change](t)(b.Changes(ctx, p)), func(c Change) bool { return c.What != "matched" })
		if len(told) != 1 || told[0].By != "asecond" { // once a day and reader
			t.Errorf("the client sees %+v", told)
		}
		if twin := must[ieum.PersonID](t)(b.Register(ctx, b.second(), again)); twin == p {
			t.Error("both are one")
		}
		if list = must[[]Twin](t)(b.Twins(ctx, b.second(), of)); len(list) != 2 {
			t.Errorf("then staff is told %+v", list)
		}
		if a := must[*Accesses](t)(b.LookedAt(ctx, p, 0)); a.Total != 0 {
			t.Errorf("%d records were read for it", a.Total)
		}
	})
}

// TestWhoIsToldOfATwinIsSeen, also where the form goes on to fail for something else.
func TestWhoIsToldOfATwinIsSeen(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		of := Registration{Contact: Contact{Name: canary}, Basis: defs.BasisLaw, Birth: "1968-05-06"}
		p := must[ieum.PersonID](t)(b.Register(ctx, b.counsellor(), of))
		for range 3 {
			if list := must[[]Twin](t)(b.Twins(ctx, b.second(), of)); len(list) != 1 {
				t.Fatalf("staff is told %+v", list)
			}
		}
		if got := b.listed(p, "matched"); len(got) != 1 || got[0] != "asecond" {
			t.Errorf("the client sees %q", got)
		}
		*b.clock = b.clock.AddDate(0, 0, 1)
		must[[]Twin](t)(b.Twins(ctx, b.second(), of))
		if got := b.listed(p, "matched"); len(got) != 2 {
			t.Errorf("the next day the client sees %q", got)
		}
	})
}

// TestAFormSentTwiceAtOnce makes one client, and the warning of one.
func TestAFormSentTwiceAtOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		for day := range 5 {
			of := Registration{Contact: Contact{Name: canary}, Basis: defs.BasisLaw, Birth: "1968-05-0" + strconv.Itoa(day+1)}
			out := make(chan error, 2)
			for range 2 {
				go func() { out <- second(b.Register(ctx, b.counsellor(), of)) }()
			}
			one, other := key(<-out), key(<-out)
			if one+other != "door.error.twin" {
				t.Errorf("twice at once: %q, %q", one, other)
			}
		}
	})
}

// TestNothingTellsABirthDate: no copy of the database has it, and an erased client warns
// nobody.
func TestNothingTellsABirthDate(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		of := Registration{Contact: Contact{Name: canary}, Basis: defs.BasisLaw, Birth: "1968-05-06"}
		p := must[ieum.PersonID](t)(b.Register(ctx, b.counsellor(), of))
		var dump bytes.Buffer
		if err := b.d.Dump(ctx, &dump); err != nil || bytes.Contains(dump.Bytes(), []byte("1968-05")) || bytes.Contains(dump.Bytes(), []byte(canary)) {
			t.Errorf("it stands plain (%v)", err)
		}
		hash, err := b.whoOf(canary, of.Birth, monday)
		if err != nil || !bytes.Contains(dump.Bytes(), []byte(hash)) {
			t.Errorf("the hash is not kept (%v)", err)
		}
		if err := b.EraseClient(ctx, b.counsellor(), p); err != nil {
			t.Fatal(err)
		}
		dump.Reset()
		if err := errors.Join(b.d.Dump(ctx, &dump)); err != nil || bytes.Contains(dump.Bytes(), []byte(hash)) {
			t.Errorf("the hash outlives the client (%v)", err)
		}
		if err := second(b.Register(ctx, b.second(), of)); err != nil {
			t.Errorf("an erased client: %v", err)
		}
	})
}
