package door

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/journal"
)

// TestTwoLetSomebodyAct: who is proposed reaches nothing until a second member of
// staff confirms, who is neither who proposed it nor who gets it, and of the office.
func TestTwoLetSomebodyAct(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p, parent := b.registered("law"), b.as("aparent", "seeker", "", "", "")
		reads := func() error { return second(b.Read(ctx, parent, p, "own", ieum.ContactRecord)) }
		for _, name := range []string{"parent", "second", "third"} {
			if err := b.Propose(ctx, b.counsellor(), p, for300(name)); err != nil {
				t.Fatal(err)
			}
		}
		wait := must[[]Mandate](t)(b.Waiting(ctx, b.second()))
		of := func(holder ieum.AccountID) string {
			return wait[slices.IndexFunc(wait, func(m Mandate) bool { return m.Holder == holder })].ID
		}
		for _, tt := range []struct {
			who  string
			by   Asker
			id   string
			want string
		}{
			{"who proposed it", b.counsellor(), of("aparent"), "door.error.second"},
			{"who gets it", b.second(), of("asecond"), "door.error.second"},
			{"another office", b.as("aother", "counsellor", "elsewhere", "", ""), of("aparent"), ieum.ErrNotFound.Error()},
			{"no staff", b.seeker(), of("aparent"), ieum.ErrNotFound.Error()},
			{"nobody's", b.second(), "mnone", ieum.ErrNotFound.Error()},
		} {
			if err := b.Confirm(ctx, tt.by, tt.id, "parent"); key(err) != tt.want {
				t.Errorf("%s: %v, want %s", tt.who, err, tt.want)
			}
		}
		if err := b.Confirm(ctx, b.second(), of("aparent"), "third"); key(err) != "door.error.other_holder" {
			t.Errorf("for another account: %v", err)
		}
		if acts := must[[]Mandate](t)(b.Acts(ctx, parent)); key(reads()) != "door.refused.own" || len(acts) > 0 {
			t.Errorf("before it is confirmed: %v, %+v", reads(), acts)
		}
		if err := errors.Join(b.Confirm(ctx, b.second(), of("aparent"), "parent"), b.Refuse(ctx, b.second(), of("athird"))); err != nil {
			t.Fatal(err)
		}
		if err := reads(); err != nil {
			t.Error(err)
		}
		if wait = must[[]Mandate](t)(b.Waiting(ctx, b.second())); len(wait) != 1 || wait[0].Holder != "asecond" {
			t.Errorf("then %+v wait", wait)
		}
		if err := b.Close(ctx, b.counsellor(), p); err != nil {
			t.Fatal(err)
		}
		officer := b.as("aofficer", "officer", "center", "", "")
		b.staff = append(b.staff, Colleague{ID: "aofficer", Organisation: "center"})
		if err := b.Confirm(ctx, officer, wait[0].ID, "second"); key(err) != "door.error.case_over" {
			t.Errorf("once nobody counsels them: %v", err)
		}
	})
}

// TestWhatWasAgreedToEndsWithTheMandate, and says so; what the person makes their own
// does not.
func TestWhatWasAgreedToEndsWithTheMandate(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.registered("law")
		if err := b.linked(p, "seeker"); err != nil {
			t.Fatal(err)
		}
		m, guardian := b.acts(p, for300("guardian")), b.as("aguardian", "seeker", "", "", "")
		give := func(to string, purpose ieum.PurposeID) Consent {
			return must[Consent](t)(b.Give(ctx, guardian, p, Wish{Purpose: purpose, Recipient: to}))
		}
		ends, stays, own := give("center", "counselling"), give("firm", "hiring"), b.give("center", "notices")
		if err := b.OwnConsent(ctx, guardian, p, stays.ID); key(err) != "door.refused.write" {
			t.Errorf("who acts makes it the person's own: %v", err)
		}
		if err := errors.Join(b.OwnConsent(ctx, b.seeker(), p, stays.ID), b.EndMandate(ctx, b.seeker(), p, m.ID)); err != nil {
			t.Fatal(err)
		}
		for id, want := range map[string]string{ends.ID: "dpv:ConsentWithdrawn true", stays.ID: "dpv:ConsentGiven false", own.ID: "dpv:ConsentGiven false"} {
			r := must[*Receipt](t)(b.Receipt(ctx, "ko", p, id))
			if got := fmt.Sprint(r.Status, " ", r.With); got != want {
				t.Errorf("the receipt says %s of %+v, want %s", got, r, want)
			}
		}
	})
}

// TestWhoWroteItIsSeen by the person: the counsellor, in their role, and not what the
// person did themselves.
func TestWhoWroteItIsSeen(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.registered("law")
		if err := errors.Join(b.linked(p, "seeker"), b.KeepResume(ctx, b.counsellor(), p, ieum.Resume{Headline: canary}),
			b.KeepContact(ctx, b.seeker(), p, Contact{Name: canary})); err != nil {
			t.Fatal(err)
		}
		for range 2 { // before and after they get their numbers
			got := must[[]Change](t)(b.Changes(ctx, p))
			i := slices.IndexFunc(got, func(c Change) bool { return c.What == "kept" })
			if len(got) != 3 || i < 0 || got[i].By != "acounsellor" || got[i].Role != "counsellor" || got[i].Organisation != "center" || got[i].Kind != ieum.ResumeRecord || got[i].At != monday.Unix() {
				t.Errorf("the changes are %+v", got)
			}
			b.seal()
		}
	})
}

// TestAClosedCaseIsErased by who had it last, while nobody else counsels the person.
func TestAClosedCaseIsErased(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		closed, handed := b.registered("law"), b.registered("law")
		if err := errors.Join(b.Close(ctx, b.counsellor(), closed), b.HandOver(ctx, b.counsellor(), handed, "asecond")); err != nil {
			t.Fatal(err)
		}
		past := must[[]PastCase](t)(b.Past(ctx, b.counsellor()))
		for _, k := range past {
			if k.Erasable != (k.Person == closed) || (k.To == "asecond") != (k.Person == handed) {
				t.Errorf("a past case is %+v", k)
			}
		}
		got := must[[]Case](t)(b.Cases(ctx, b.second()))
		if len(past) != 2 || len(got) != 1 || got[0].Giver != "acounsellor" || !got[0].Seen.IsZero() {
			t.Errorf("%d past cases, and the second counsellor's are %+v", len(past), got)
		}
		for person, by := range map[ieum.PersonID]Asker{closed: b.second(), handed: b.counsellor()} {
			if err := b.EraseClient(ctx, by, person); key(err) != "door.refused.not_mine" {
				t.Errorf("by who did not have it last: %v", err)
			}
		}
		if err := b.EraseClient(ctx, b.counsellor(), closed); err != nil || rowsOf(t, b.d, closed) != 0 {
			t.Errorf("%v", err)
		}
		if past = must[[]PastCase](t)(b.Past(ctx, b.counsellor())); len(past) != 1 {
			t.Errorf("then %+v", past)
		}
	})
}

// TestARegistrationIsUndone within the visit, by who made it, whatever paper it came
// with; later that takes a wish in writing.
func TestARegistrationIsUndone(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		now, late, linked, handed := b.registered("consent"), b.registered("law"), b.registered("law"), b.registered("law")
		by := b.counsellor()
		by.Fresh = false
		if err := errors.Join(b.linked(linked, "seeker"), b.HandOver(ctx, by, handed, "asecond")); err != nil {
			t.Fatal(err)
		}
		for person, want := range map[ieum.PersonID]string{now: "", linked: "door.error.visit", handed: "door.refused.not_mine"} {
			if err := b.Undo(ctx, by, person); key(err) != want {
				t.Errorf("%v, want %q", err, want)
			}
		}
		if err := b.Undo(ctx, b.second(), handed); key(err) != "door.error.visit" {
			t.Errorf("by who did not register them: %v", err)
		}
		if n := rowsOf(t, b.d, now); n != 0 {
			t.Errorf("%d rows are left", n)
		}
		*b.clock = b.clock.Add(visitLasts)
		if err := b.Undo(ctx, by, late); key(err) != "door.error.visit" {
			t.Errorf("later: %v", err)
		}
	})
}

// TestScansAreWhole: what nobody could read later is refused, and says why.
func TestScansAreWhole(t *testing.T) {
	var p, j bytes.Buffer
	page := image.NewGray(image.Rect(0, 0, 40, 60))
	if err := errors.Join(png.Encode(&p, page), jpeg.Encode(&j, page, nil)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, data, as, why string
	}{
		{"a PNG", p.String(), "image/png", ""},
		{"a JPEG", j.String(), "image/jpeg", ""},
		{"a PDF", "%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n", "application/pdf", ""},
		{"a PNG cut short", p.String()[:p.Len()/2], "", "door.error.scan_broken"},
		{"a JPEG cut short", j.String()[:j.Len()-2], "", "door.error.scan_broken"},
		{"a PDF cut short", "%PDF-1.7\n1 0 obj", "", "door.error.scan_broken"},
		{"a text", "동의합니다", "", "door.error.scan"},
		{"a drawing with a program", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, "", "door.error.scan"},
		{"a page", "<!DOCTYPE html><script>alert(1)</script>", "", "door.error.scan"},
		{"a page that begins as a picture of another sort", "GIF89a/*<script>alert(1)</script>*/=1;", "", "door.error.scan"},
		{"a PNG with a page behind it", p.String() + "<script>alert(1)</script>", "image/png", ""}, // which is shown as a picture
		{"a PDF with a program", madePDF("<</S/JavaScript/JS(app.alert(1))>>"), "", "door.error.scan_active"},
		{"one with the name written otherwise", madePDF("<</S/#4AavaScrip#74/JS(app.alert(1))>>"), "", "door.error.scan_active"},
		{"one with it in a compressed stream", madePDF("<</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>stream\n" + squeezed("1 0 <</S/JavaScript/JS(1)>>") + "\nendstream"), "", "door.error.scan_active"},
		{"one with a stream that does not open", madePDF("<</Type/Obj#53tm/Filter/ASCIIHexDecode>>stream\n3c3c\nendstream"), "", "door.error.scan_active"},
		{"one that starts something", madePDF("<</S/Launch/F(cmd.exe)>>"), "", "door.error.scan_active"},
		{"one that carries a file", madePDF("<</Type/EmbeddedFile>>"), "", "door.error.scan_active"},
		{"one that sends a form", madePDF("<</S/SubmitForm/F(http://elsewhere.example)>>"), "", "door.error.scan_active"},
		{"one that takes a password", madePDF("<<>>") + "trailer<</Encrypt 3 0 R>>%%EOF", "", "door.error.scan_active"},
		{"one that hides the word before its objects", madePDF("<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/C(obj)>>stream\n" + squeezed("1 0 <</S/JavaScript/JS(1)>>") + "\nendstream"), "", "door.error.scan_active"},
		{"one that is compressed twice", madePDF("<</Type/ObjStm/N 1/First 4/Filter[/FlateDecode/FlateDecode]>>stream\n" + squeezed(squeezed("1 0 <</S/JavaScript/JS(1)>>")) + "\nendstream"), "", "door.error.scan_active"},
		{"one whose objects are no objects", madePDF("<</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>stream\n" + squeezed(squeezed("1 0 <<>>")) + "\nendstream"), "", "door.error.scan_active"},
		{"one that opens to more than is looked through", madePDF("<</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>stream\n" + squeezed("1 0 "+strings.Repeat(" ", mostObjects)) + "\nendstream"), "", "door.error.scan_active"},
		{"one with a stream of objects again and again", "%PDF-1.7\n" + strings.Repeat("1 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>stream\n"+squeezed("1 0 <<>>")+"\nendstream\n", mostStreams+1) + "%%EOF", "", "door.error.scan_active"},
		{"one with a file pinned to it", madePDF("<</FS<</EF %a remark\n<</F 6 0 R>>>>>>"), "", "door.error.scan_active"},
		{"one with a program far from its name", madePDF("<</AA " + strings.Repeat(" ", nearby) + "<</O 6 0 R>>>>"), "", "door.error.scan_active"},
		{"one with a form that has programs", madePDF("<</AcroForm<</XFA 6 0 R>>>>"), "", "door.error.scan_active"},
		{"one that opens a page elsewhere", madePDF("<</OpenAction<</S/URI/URI(http://elsewhere.example)>>>>"), "", "door.error.scan_active"},
		{"one with a link to click", madePDF("<</OpenAction[3 0 R/Fit]/A<</S/URI/URI(http://elsewhere.example)>>>>"), "application/pdf", ""},
		{"one that opens at a page", madePDF("<</OpenAction<</S/GoTo/D[3 0 R/Fit]>>>>"), "application/pdf", ""},
		{"one with letters by chance", madePDF("<<>>stream\n/JS\xff/AA<\xff/EF /XFA\x01\nendstream"), "application/pdf", ""},
		{"one with the word stream many times", madePDF(strings.Repeat("stream", 1<<18)), "application/pdf", ""},
		{"a PDF with plain objects in a compressed stream", madePDF("<</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>stream\r\n" + squeezed("1 0 <</Type/Page>>") + "\r\nendstream"), "application/pdf", ""},
		{"nothing", "", "", "door.error.scan"},
	} {
		if as, err := scanned([]byte(tt.data)); as != tt.as || key(err) != tt.why {
			t.Errorf("%s: %q %v, want %q %s", tt.name, as, err, tt.as, tt.why)
		}
	}
}

// madePDF is a file with one object.
func madePDF(object string) string { return "%PDF-1.7\n1 0 obj\n" + object + "\nendobj\n%%EOF\n" }

// squeezed is text as a PDF holds it compressed.
func squeezed(text string) string {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	w.Write([]byte(text))
	w.Close()
	return out.String()
}

// TestAVerdictHasAReason, which the person reads and nobody else finds, and which goes
// with them.
func TestAVerdictHasAReason(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		b.person()
		p, auditor := b.give("acounsellor", "counselling").Person, b.as("aauditor", "auditor", "", "", "")
		must[*Disclosure](t)(b.Read(ctx, b.counsellor(), p, "counselling", ieum.ResumeRecord))
		b.seal()
		line := must[*Accesses](t)(b.LookedAt(ctx, p, 0)).Lines[0]
		if err := b.Complain(ctx, b.seeker(), p, line.Seq); err != nil {
			t.Fatal(err)
		}
		for _, none := range []string{"", " \n", strings.Repeat("가", longestReason+1)} {
			if err := b.Settle(ctx, auditor, p, p, line.N, true, none); key(err) != "door.error.reason" {
				t.Errorf("a reason of %d characters: %v", len(none), err)
			}
		}
		if err := b.Settle(ctx, auditor, p, p, line.N, true, canary); err != nil {
			t.Fatal(err)
		}
		seen := must[*Accesses](t)(b.LookedAt(ctx, p, 0)).Lines[0]
		o := must[*Oversight](t)(b.Oversee(ctx, auditor, "", 0, 0))
		if seen.Reason != canary || seen.Complaint != "right" || o.Complaints[0].Reason != canary {
			t.Errorf("the person sees %+v, the auditor %+v", seen, o.Complaints)
		}
		var dump bytes.Buffer
		if err := b.d.Dump(ctx, &dump); err != nil || bytes.Contains(dump.Bytes(), []byte(canary)) {
			t.Errorf("the reason stands plain (%v)", err)
		}
		if err := b.Erase(ctx, b.seeker()); err != nil {
			t.Fatal(err)
		}
		if o = must[*Oversight](t)(b.Oversee(ctx, auditor, "", 0, 0)); len(o.Complaints) != 1 || o.Complaints[0].Reason != "" {
			t.Errorf("after the erasure the auditor sees %+v", o.Complaints)
		}
	})
}

// TestAMandateTakesFreshSignIns: an unattended desk neither proposes nor confirms.
func TestAMandateTakesFreshSignIns(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p := b.registered("law")
		first, second := b.counsellor(), b.second()
		first.Fresh, second.Fresh = false, false
		if err := b.Propose(ctx, first, p, for300("parent")); !errors.Is(err, ieum.ErrSignedOut) {
			t.Errorf("proposed by who signed in long ago: %v", err)
		}
		if err := b.Propose(ctx, b.counsellor(), p, for300("parent")); err != nil {
			t.Fatal(err)
		}
		wait := must[[]Mandate](t)(b.Waiting(ctx, second))
		if err := b.Confirm(ctx, second, wait[0].ID, "parent"); !errors.Is(err, ieum.ErrSignedOut) {
			t.Errorf("confirmed by who signed in long ago: %v", err)
		}
	})
}

// TestAProposalLapses after two weeks, and with the role of who made it.
func TestAProposalLapses(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p := b.registered("law")
		if err := b.Propose(ctx, b.counsellor(), p, for300("parent")); err != nil {
			t.Fatal(err)
		}
		staff, m := b.staff, must[[]Mandate](t)(b.Waiting(ctx, b.second()))[0]
		b.staff = slices.DeleteFunc(slices.Clone(staff), func(c Colleague) bool { return c.ID == "acounsellor" })
		if err := b.Confirm(ctx, b.second(), m.ID, "parent"); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("once who proposed it works there no more: %v", err)
		}
		b.staff = staff
		*b.clock = b.clock.Add(longestWait)
		if err := b.Confirm(ctx, b.second(), m.ID, "parent"); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("two weeks later: %v", err)
		}
		if all := must[[]Mandate](t)(b.MandatesOf(ctx, p)); len(all) > 0 {
			t.Errorf("the client's page shows %+v", all)
		}
	})
}

// TestAVerdictStands: a second one does not take its place unseen.
func TestAVerdictStands(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p := b.person()
		b.give("acounsellor", "counselling")
		must[*Disclosure](t)(b.Read(ctx, b.counsellor(), p, "counselling", ieum.ResumeRecord))
		b.seal()
		line := must[*Accesses](t)(b.LookedAt(ctx, p, 0)).Lines[0]
		auditor := b.as("aauditor", "auditor", "", "", "")
		if err := errors.Join(b.Complain(ctx, b.seeker(), p, line.Seq), b.Settle(ctx, auditor, p, p, line.N, false, "wrong, because")); err != nil {
			t.Fatal(err)
		}
		if err := b.Settle(ctx, auditor, p, p, line.N, true, "all fine"); key(err) != "door.error.settled" {
			t.Errorf("a second verdict: %v", err)
		}
		if got := must[*Accesses](t)(b.LookedAt(ctx, p, 0)).Lines[0]; got.Complaint != "wrong" || got.Reason != "wrong, because" {
			t.Errorf("the person sees %s: %s", got.Complaint, got.Reason)
		}
	})
}

// TestAConsentEndsWithTheDayItSays: what is stored, on the paper and in the receipt is one
// day, the last whole one within a year.
func TestAConsentEndsWithTheDayItSays(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		last, _ := ieum.ParseDay("2027-03-01")
		if got := lastDayOf(b.set.Purposes[counselling], monday); got != last {
			t.Errorf("the paper says %s", got)
		}
		b.person()
		for what, c := range map[string]Consent{"on paper": must[[]Consent](t)(b.Consents(ctx, b.registered("consent")))[0], "on screen": b.give("acounsellor", "counselling")} {
			r := must[*Receipt](t)(b.Receipt(ctx, "ko", c.Person, c.ID))
			if c.Last() != last || r.Last() != last || c.Holds(endOf(last)) || !c.Holds(endOf(last).Add(-time.Second)) {
				t.Errorf("%s it lasts until %s, the receipt says %s", what, c.Until, r.Last())
			}
		}
	})
}

// TestAMandateEndsWithTheAccount of who acts by it, with what they agreed to, and the
// person is told.
func TestAMandateEndsWithTheAccount(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p := b.mandated(1)
		c := must[Consent](t)(b.Give(ctx, b.as("aparent", "seeker", "", "", ""), p, Wish{Purpose: counselling, Recipient: "center"}))
		b.append("identity.account_removed", "aparent")
		b.seal()
		for range 2 {
			if err := journal.Drain(ctx, b.d, b.Follower()); err != nil {
				t.Fatal(err)
			}
		}
		if all := must[[]Mandate](t)(b.MandatesOf(ctx, p)); len(all) > 0 {
			t.Errorf("there is %+v", all)
		}
		if r := must[*Receipt](t)(b.Receipt(ctx, "ko", p, c.ID)); !r.With {
			t.Errorf("the receipt says %+v", r)
		}
		got := must[[]Change](t)(b.Changes(ctx, p))
		if n := len(slices.DeleteFunc(got, func(c Change) bool { return c.What != "mandate_ended" || c.By != byNobody })); n != 1 {
			t.Errorf("the person is told %d times", n)
		}
	})
}

// TestTheFamilyActsOnAMandateInWriting alone: no register gives a child a say.
func TestTheFamilyActsOnAMandateInWriting(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p := b.registered("law")
		for _, kind := range []string{"child", "family"} {
			of := for300(kind)
			of.Kind, of.Shown = kind, "family-register"
			if err := b.Propose(ctx, b.counsellor(), p, of); key(err) != "door.error.mandate_wish" {
				t.Errorf("%s by the register: %v", kind, err)
			}
			of.Shown = "power-of-attorney"
			b.acts(p, of)
		}
	})
}

// TestAClientKeepsTheirNumber when somebody else counsels them.
func TestAClientKeepsTheirNumber(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.registered("law")
		p := b.registered("law")
		first := must[[]Case](t)(b.CasesOf(ctx, p))[0]
		if err := b.HandOver(ctx, b.counsellor(), p, "asecond"); err != nil {
			t.Fatal(err)
		}
		then := must[[]Case](t)(b.CasesOf(ctx, p))[0]
		if first.Client != first.Number || then.Client != first.Client || then.Number == first.Number {
			t.Errorf("%+v became %+v", first, then)
		}
	})
}

// TestADeskHasAPlace: a role without an organisation registers nobody, and is told why.
func TestADeskHasAPlace(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.staff = append(b.staff, Colleague{ID: "aplaceless", Name: "placeless"})
		_, err := b.Register(ctx, b.as("aplaceless", "counsellor", "", "", ""), Registration{Contact: Contact{Name: canary}, Basis: "law"})
		if key(err) != "door.error.no_place" {
			t.Errorf("registered: %v", err)
		}
	})
}

// Nobody decides about what they read themselves: neither do they complain of it, which
// would hide another's complaint behind many, nor does an auditor say it was in order.
func TestNobodyJudgesTheirOwnReads(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.person()
		p := b.give("acounsellor", "counselling").Person
		must[*Disclosure](t)(b.Read(ctx, b.counsellor(), p, "counselling", ieum.ResumeRecord))
		me := b.counsellor() // every role has own.data
		own := must[Person](t)(b.Begin(ctx, me)).ID
		must[*Disclosure](t)(b.Read(ctx, me, own, "own", ieum.ContactRecord))
		kept := b.mandated(1)
		auditor, other := b.as("aauditor", "auditor", "", "", ""), b.as("aother", "auditor", "", "", "")
		must[*Paper](t)(b.ReadPaper(ctx, auditor, kept, must[[]PaperLine](t)(b.Papers(ctx, kept))[0].Item))
		b.seal()
		newest := func(of ieum.PersonID) Line { return must[*Accesses](t)(b.LookedAt(ctx, of, 0)).Lines[0] }
		if err := b.Complain(ctx, me, own, newest(own).Seq); key(err) != "door.error.own_read" {
			t.Errorf("a complaint of one's own read: %v", err)
		}
		if err := b.Complain(ctx, b.seeker(), p, newest(p).Seq); err != nil {
			t.Errorf("a complaint of another's read: %v", err)
		}
		line := newest(kept)
		if err := b.Complain(ctx, b.as("aparent", "seeker", "", "", ""), kept, line.Seq); err != nil || line.By != string(auditor.ID) {
			t.Fatalf("%+v: %v", line, err)
		}
		if err := b.Settle(ctx, auditor, kept, kept, line.N, true, "in order"); key(err) != "door.error.own_verdict" {
			t.Errorf("an auditor about their own read: %v", err)
		}
		for who, forms := range map[*Asker]int{&auditor: 1, &other: 2} { // of the counsellor's read, and of the auditor's
			if got := strings.Count(b.page(t, *who, "/oversight"), `name="outcome" value="right"`); got != forms {
				t.Errorf("%s may decide about %d complaints, want %d", who.ID, got, forms)
			}
		}
		if err := b.Settle(ctx, other, kept, kept, line.N, false, "it was not"); err != nil {
			t.Errorf("another auditor: %v", err)
		}
		if o := must[*Oversight](t)(b.Oversee(ctx, auditor, "", 0, 0)); o.Open != 1 || len(o.Complaints) != 2 || o.Complaints[0].Outcome != "open" {
			t.Errorf("%d are open of %+v", o.Open, o.Complaints)
		}
	})
}

// The complaint that waits longest comes first, and no number of jobs hides an export.
func TestManyHideNothingFromTheAuditor(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.counted(6)
		must[*Bulk](t)(b.export(func(ieum.Resume) error { return nil }))
		b.person()
		p := b.give("acounsellor", "counselling").Person
		for range 101 {
			must[*Disclosure](t)(b.Read(ctx, b.counsellor(), p, "counselling", ieum.ResumeRecord))
			must[*Bulk](t)(NoteJob(ctx, b.d, b.set, b.clock.Add(time.Second), Job{Name: "fsck"}, "safekeeping", Crowd{People: 7, Sum: make([]byte, 32)}))
		}
		b.seal()
		var lines []Line
		for before := int64(0); ; {
			a := must[*Accesses](t)(b.LookedAt(ctx, p, before))
			lines = append(lines, a.Lines...)
			if before = a.Next; before == 0 {
				break
			}
		}
		slices.Reverse(lines)
		for _, l := range lines {
			if err := b.Complain(ctx, b.seeker(), p, l.Seq); err != nil {
				t.Fatal(err)
			}
			*b.clock = b.clock.Add(time.Minute)
		}
		o := must[*Oversight](t)(b.Oversee(ctx, b.as("aauditor", "auditor", "", "", ""), "", 0, 0))
		if o.Open != 101 || len(o.Complaints) != 100 || o.Complaints[0].N != lines[0].N {
			t.Errorf("%d are open, %d listed, the first of read %d", o.Open, len(o.Complaints), o.Complaints[0].N)
		}
		auditor := b.as("aauditor", "auditor", "", "", "")
		if late := must[*Oversight](t)(b.Oversee(ctx, auditor, "", 0, o.Later)); len(late.Complaints) != 1 || late.Complaints[0].N != lines[100].N || late.Later != 0 {
			t.Errorf("after entry %d: %+v", o.Later, late.Complaints)
		}
		if strings.Contains(b.page(t, auditor, "/oversight"), fmt.Sprintf("after=%d", o.Later)) == (o.Later == 0) {
			t.Error("the page leads to no more")
		}
		if err := b.Erase(ctx, b.seeker()); err != nil {
			t.Fatal(err)
		}
		if err := b.Settle(ctx, auditor, p, p, lines[0].N, false, "it was not in order"); err != nil {
			t.Errorf("a complaint of who was erased: %v", err)
		}
		var about string
		if err := b.store.db.QueryRowContext(ctx, `SELECT subject FROM journal_new WHERE kind = 'door.settled'`).Scan(&about); err != nil || about != "aauditor" {
			t.Errorf("the verdict's entry is about %s, who was erased; %v", about, err)
		}
		if o := must[*Oversight](t)(b.Oversee(ctx, auditor, "", 0, 0)); o.Open != 100 || o.Complaints[100].Outcome != "wrong" || o.Complaints[100].Reason != "" {
			t.Errorf("%d are open, and %+v has a verdict", o.Open, o.Complaints[100:])
		}
		if jobs := must[[]Jobs](t)(b.Jobs(ctx, auditor, "")); jobs[0].Sort != exportJob || len(jobs[0].List) != 1 || jobs[2].Total != 101 {
			t.Errorf("the jobs are %+v", jobs)
		}
	})
}

// Who was tied to a row by mistake complains of none of their own reads of it, and what
// they complained of is not answered for whom it is about; nor do they read the answer.
func TestAComplaintIsOfWhomTheRowIsAbout(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.withRows()
		row := b.Rows.RowPerson("agency", "A-1")
		b.staff = append(b.staff, Colleague{ID: "aofficer", Name: "officer", Role: "officer", Organisation: "center"})
		must[*Access](t)(b.ReadImported(ctx, b.as("aofficer", "officer", "center", "", ""), row, "placement"))
		wrong, auditor := b.as("atwin", "seeker", "", "", ""), b.as("aauditor", "auditor", "", "", "")
		p := must[Person](t)(b.Begin(ctx, wrong)).ID
		if err := b.LinkOwn(ctx, wrong, rowOf("A-1")); err != nil {
			t.Fatal(err)
		}
		must[*Disclosure](t)(b.Read(ctx, wrong, p, "own", ieum.ImportedRecord))
		b.seal()
		entries := must[[]journal.Entry](t)(journal.Of(ctx, b.d, string(row), "door.read", 0, 10))
		own, officers := entries[0].Seq, entries[1].Seq
		if err := b.Complain(ctx, wrong, p, own); key(err) != "door.error.own_read" {
			t.Errorf("a complaint of one's own read of a row: %v", err)
		}
		if err := errors.Join(b.Complain(ctx, wrong, p, officers), b.Settle(ctx, auditor, row, p, 1, true, "it was in order")); err != nil {
			t.Fatal(err)
		}
		*b.clock = b.clock.Add(time.Minute)
		if err := b.Unlink(ctx, wrong, p, must[[]Link](t)(b.Links(ctx, p))[0].ID, ""); err != nil {
			t.Fatal(err)
		}
		*b.clock = b.clock.Add(time.Minute)
		right := b.seeker()
		q := must[Person](t)(b.Begin(ctx, right)).ID
		if err := b.LinkOwn(ctx, right, rowOf("A-1")); err != nil {
			t.Fatal(err)
		}
		seen := func(of ieum.PersonID) (said string) {
			t.Helper()
			for _, l := range must[*Accesses](t)(b.LookedAt(ctx, of, 0)).Lines {
				said += l.Complaint + l.Reason
			}
			return said
		}
		if got := seen(q); got != "" {
			t.Errorf("whom it is about reads %q, answered to another", got)
		}
		if err := b.Complain(ctx, right, q, officers); err != nil {
			t.Fatal(err)
		}
		if o := must[*Oversight](t)(b.Oversee(ctx, auditor, "", 0, 0)); o.Open != 1 {
			t.Errorf("%d are open: it was swallowed", o.Open)
		}
		if err := b.Settle(ctx, auditor, row, q, 1, false, canary); err != nil {
			t.Fatal(err)
		}
		if got := seen(p); strings.Contains(got, canary) {
			t.Errorf("who was tied to the row before reads %q", got)
		}
		for range 2 { // also when who was tied to it before complains once more
			if got := seen(q); got != "wrong"+canary {
				t.Errorf("who complained reads %q", got)
			}
			if got := seen(p); got != "rightit was in order" {
				t.Errorf("who complained before reads %q", got)
			}
			if err := errors.Join(b.Complain(ctx, wrong, p, officers), b.Complain(ctx, right, q, officers)); err != nil {
				t.Fatal(err)
			}
			if o := must[*Oversight](t)(b.Oversee(ctx, auditor, "", 0, 0)); o.Open != 0 {
				t.Errorf("a verdict does not stand: %d are open", o.Open)
			}
		}
		if err := b.Unlink(ctx, right, q, must[[]Link](t)(b.Links(ctx, q))[0].ID, ""); err != nil {
			t.Fatal(err)
		}
		if got := seen(q); got != "wrong"+canary {
			t.Errorf("after their link ended who complained reads %q", got)
		}
	})
}

// A client whose counsellor is there no more is taken up by a colleague, and no other.
func TestAClientOfWhoLeftIsTakenUp(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p := b.registered(defs.BasisLaw)
		if err := b.TakeUp(ctx, b.second(), p, nil); key(err) != "door.error.taken" {
			t.Errorf("taken up beside their counsellor: %v", err)
		}
		b.staff = slices.DeleteFunc(b.staff, func(c Colleague) bool { return c.ID == b.counsellor().ID })
		if v := must[*Desked](t)(b.Desked(ctx, b.second(), p)); !v.Back {
			t.Error("the page of the desk does not offer it")
		}
		if err := b.TakeUp(ctx, b.second(), p, nil); err != nil {
			t.Fatal(err)
		}
		if open := must[[]Case](t)(b.CasesOf(ctx, p)); len(open) != 1 || open[0].Counsellor != "asecond" {
			t.Errorf("the client is counselled by %+v", open)
		}
	})
}

// Nothing is kept of somebody who erased themselves while a request of theirs came in, and
// a start erases what an older version kept so.
func TestNothingIsKeptOfWhoErasedThemselves(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		late := b.seeker()
		if err := b.Erase(ctx, b.as(late.ID, "seeker", "", "", "")); err != nil {
			t.Fatal(err)
		}
		if err := second(b.Begin(ctx, late)); !errors.Is(err, ieum.ErrSignedOut) {
			t.Errorf("what came in late is kept: %v", err)
		}
		if _, err := b.Own(ctx, late); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("somebody is made of what came in late: %v", err)
		}
		before := must[Person](t)(b.store.makeOf(ctx, Person{ID: "p-older", Account: late.ID, Made: *b.clock}))
		if err := b.Replay(ctx, []string{string(late.ID)}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Keys.Seal(string(before.ID), "x", nil); !isErased(err) {
			t.Errorf("an older version kept %s, which opens: %v", before.ID, err)
		}
		p := b.registered(defs.BasisLaw)
		if err := b.Link(ctx, b.counsellor(), p, "kim"); err != nil {
			t.Fatal(err)
		}
		m := must[[]Mandate](t)(b.Waiting(ctx, b.second()))[0]
		if err := b.Keys.Erase("akim"); err != nil {
			t.Fatal(err)
		}
		if err := b.confirmOwn(ctx, b.second(), m); err == nil {
			t.Error("a client is given an account that was erased")
		}
	})
}

// TestASessionSentTwiceIsOne: a second press of a button answers as the first, keeps nothing
// more, changes nothing and leaves no entry; what was changed meanwhile is kept beside it.
func TestASessionSentTwiceIsOne(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.registered("law")
		items, at := map[string]string{}, *b.clock
		for i, tt := range []struct {
			once, text string
			want       int // notes there are then
		}{{"word", "a", 1}, {"word", "a", 1}, {"word", "b", 2}, {"other", "a", 3}, {"", "a", 4}, {"", "a", 5}} {
			*b.clock = b.clock.Add(time.Minute)
			item := must[string](t)(b.AddSession(ctx, b.counsellor(), p, tt.once, tt.text, []byte(`{}`)))
			if first := items[tt.once+tt.text]; tt.once != "" && first != "" && first != item {
				t.Errorf("sent again it is %s, and was %s", item, first)
			}
			items[tt.once+tt.text] = item
			entries, err := journal.Of(ctx, b.d, string(p), "door.kept", 0, 100)
			if err != nil || len(entries) != tt.want {
				t.Errorf("after %d there are %d entries, want %d; %v", i+1, len(entries), tt.want, err)
			}
			if got := must[*Disclosure](t)(b.Read(ctx, b.counsellor(), p, counselling, ieum.NoteRecord)); len(got.Notes) != tt.want {
				t.Errorf("after %d there are %d notes, want %d", i+1, len(got.Notes), tt.want)
			} else if first := got.Notes[tt.want-1]; first.Item != items["worda"] || !first.At.Equal(at.Add(time.Minute)) {
				t.Errorf("after %d the first is %s of %s, want %s of %s", i+1, first.Item, first.At, items["worda"], at.Add(time.Minute))
			}
		}
	})
}
