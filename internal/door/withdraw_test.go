package door

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"ieum"
)

// signed is a scan of a paper.
var signed = []byte("%PDF-1.4 " + canary + " %%EOF")

// TestAClientStopsOnPaper without an account, at any desk of the office, also by saying
// so: the next read is refused, the case over, and the list says who wrote it down.
func TestAClientStopsOnPaper(t *testing.T) {
	for name, s := range map[string]Stopping{"signed": {Scan: signed}, "said": {Text: canary + " 그만할게요"}, "said to another": {Text: "그만", Heard: "acounsellor"}} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, b *bench) {
				b.t = t
				p := b.registered("consent")
				v := must[*Desked](t)(b.Desked(ctx, b.second(), p))
				if len(v.Consents) != 1 {
					t.Fatalf("there are %+v to stop", v.Consents)
				}
				s.IDs = []string{v.Consents[0].ID}
				w := must[*Withdrawal](t)(b.Withdraw(ctx, b.second(), p, s))
				if _, err := b.Read(ctx, b.counsellor(), p, "counselling", ieum.ContactRecord); key(err) != "door.refused.basis" {
					t.Errorf("after it stopped: %v", err)
				}
				if err := b.AddNote(ctx, b.counsellor(), p, "그래도"); key(err) != "door.refused.write" {
					t.Errorf("a note after it stopped: %v", err)
				}
				heard := map[string]ieum.AccountID{"signed": "", "said": "asecond", "said to another": "acounsellor"}[name]
				got := must[*Stopped](t)(b.Stopped(ctx, b.counsellor(), p, w.ID))
				if got.Taker != "asecond" || got.Heard != heard || len(got.Consents) != 1 || got.Client == 0 {
					t.Errorf("the receipt is %+v", got)
				}
				list := must[[]Change](t)(b.Changes(ctx, p))
				i := slices.IndexFunc(list, func(c Change) bool { return c.What == "withdrawn" })
				if i < 0 || list[i].By != "asecond" || list[i].Heard != heard || list[i].Role != "counsellor" || list[i].At != monday.Unix() {
					t.Errorf("the person's list is %+v", list)
				}
				r := must[*Receipt](t)(b.Receipt(ctx, "ko", p, s.IDs[0]))
				if r.Status != "dpv:ConsentWithdrawn" || r.Desk == nil || (r.Desk.Heard == "") != (heard == "") {
					t.Errorf("the consent's receipt is %+v %+v", r, r.Desk)
				}
				o := must[*Oversight](t)(b.Oversee(ctx, b.as("aauditor", "auditor", "", "", ""), flagWithdrawn, 0, 0))
				if len(o.List) != 1 || o.List[0].Reader != "asecond" {
					t.Errorf("the auditor sees %+v", o.List)
				}
				var dump bytes.Buffer
				if err := b.d.Dump(ctx, &dump); err != nil || bytes.Contains(dump.Bytes(), []byte(canary)) {
					t.Errorf("what was signed or said stands plain (%v)", err)
				}
			})
		})
	}
}

// TestAMandateStopsOnPaper with what was agreed to by it, also one that waits.
func TestAMandateStopsOnPaper(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.registered("law")
		m, guardian := b.acts(p, for300("guardian")), b.as("aguardian", "seeker", "", "", "")
		must[Consent](t)(b.Give(ctx, guardian, p, Wish{Purpose: "hiring", Recipient: "firm"}))
		if err := b.Propose(ctx, b.counsellor(), p, for300("parent")); err != nil {
			t.Fatal(err)
		}
		v := must[*Desked](t)(b.Desked(ctx, b.second(), p))
		if len(v.Mandates) != 2 || len(v.Consents) != 1 {
			t.Fatalf("there are %+v to stop", v)
		}
		w := must[*Withdrawal](t)(b.Withdraw(ctx, b.second(), p, Stopping{IDs: []string{v.Mandates[0].ID, v.Mandates[1].ID}, Scan: signed}))
		if err := second(b.Read(ctx, guardian, p, "own", ieum.ContactRecord)); key(err) != "door.refused.own" {
			t.Errorf("who acted reads on: %v", err)
		}
		if wait := must[[]Mandate](t)(b.Waiting(ctx, b.second())); len(wait) > 0 {
			t.Errorf("%+v still waits", wait)
		}
		got := must[*Stopped](t)(b.Stopped(ctx, b.second(), p, w.ID))
		if len(got.Mandates) != 2 || len(got.Consents) != 1 || !slices.ContainsFunc(got.Mandates, func(o Mandate) bool { return o.ID == m.ID }) {
			t.Errorf("the receipt says %+v", got)
		}
	})
}

// TestWhatADeskDoesNotTake: nothing chosen, nothing signed or said, heard by nobody of
// the office, what ended before; and of a stranger's client nobody learns anything.
func TestWhatADeskDoesNotTake(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.registered("consent")
		id := must[*Desked](t)(b.Desked(ctx, b.counsellor(), p)).Consents[0].ID
		other := b.as("aother", "counsellor", "elsewhere", "", "")
		for _, tt := range []struct {
			name, want string
			by         Asker
			s          Stopping
		}{
			{"nothing chosen", "door.error.stop_what", b.second(), Stopping{Scan: signed}},
			{"neither signed nor said", "door.error.stop_how", b.second(), Stopping{IDs: []string{id}, Text: " \n"}},
			{"a scan cut short", "door.error.scan_broken", b.second(), Stopping{IDs: []string{id}, Scan: signed[:12]}},
			{"heard elsewhere", "door.error.heard", b.second(), Stopping{IDs: []string{id}, Text: "그만", Heard: "aother"}},
			{"what is not theirs", "door.error.stop_over", b.second(), Stopping{IDs: []string{"cnone"}, Text: "그만"}},
			{"another office", "door.error.nobody", other, Stopping{IDs: []string{id}, Text: "그만"}},
			{"no desk", "door.refused.desk", b.seeker(), Stopping{IDs: []string{id}, Text: "그만"}},
		} {
			if err := second(b.Withdraw(ctx, tt.by, p, tt.s)); key(err) != tt.want {
				t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
			}
		}
		if err := second(b.Desked(ctx, other, p)); key(err) != "door.error.nobody" {
			t.Errorf("another office is shown %v", err)
		}
		if err := second(b.Read(ctx, b.counsellor(), p, "counselling", ieum.ContactRecord)); err != nil {
			t.Errorf("what was refused stopped it: %v", err)
		}
		must[*Withdrawal](t)(b.Withdraw(ctx, b.second(), p, Stopping{IDs: []string{id}, Text: "그만"}))
		if err := errors.Join(second(b.Read(ctx, b.second(), p, "own", ieum.PaperRecord))); !errors.Is(err, ieum.ErrDenied) {
			t.Errorf("staff reads as the person: %v", err)
		}
		if err := b.EraseClient(ctx, b.counsellor(), p); err != nil || rowsOf(t, b.d, p) != 0 {
			t.Errorf("after an erasure %d rows are left (%v)", rowsOf(t, b.d, p), err)
		}
	})
}
