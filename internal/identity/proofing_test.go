package identity

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
)

func simulating(o *Options) { o.Simulate = true }

// kimIs is who stands in the documents.
var kimIs = ieum.Who{Name: "김가상", Birth: "1970-01-01"}

// proofed fails unless an account is proved, or is not.
func (k *desk) proofed(a AccountID, want bool, what string) {
	k.t.Helper()
	is, err := k.Proofed(k.t.Context(), a)
	k.must(err)
	if is != want {
		k.t.Errorf("%s: proved is %v", what, is)
	}
}

// Staff see somebody with two documents; nothing less counts, and nobody proves
// themselves. What stood in the documents is kept nowhere.
func TestSomebodyIsProvedAtADesk(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		token, _, err := k.Add(ctx, nil, "kim", Grant{Role: "seeker"})
		k.must(err)
		kim := k.join(token)
		passport, card := Shown{"passport", "M1234 5678"}, Shown{"resident-card", "2026-0302"}
		k.proofed(kim.ID, false, "at first")
		for _, tt := range []struct {
			by     *Person
			name   string
			method string
			shown  []Shown
			want   string
		}{
			{kim, "oper", AtDesk, []Shown{passport, card}, "identity.error.denied"},
			{op, "oper", AtDesk, []Shown{passport, card}, "identity.error.denied"},
			{op, "kim", AtDesk, []Shown{passport}, "identity.proof.two"},
			{op, "kim", AtDesk, []Shown{passport, {"passport", "M9999 9999"}}, "identity.proof.two"},
			{op, "kim", AtDesk, []Shown{passport, {"library-card", "12345"}}, "identity.proof.document"},
			{op, "kim", AtDesk, []Shown{passport, {"resident-card", "12"}}, "identity.proof.document"},
			{op, "kim", Overseas, []Shown{card, {"driving-licence", "11-22-333333"}}, "identity.proof.passport"},
		} {
			k.refused(k.Prove(ctx, tt.by, tt.name, tt.method, kimIs, tt.shown...), tt.want)
		}
		if err := k.Prove(ctx, op, "kim", ByPhone, kimIs, passport, card); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("staff prove by telephone: %v", err)
		}
		k.proofed(kim.ID, false, "after what does not count")
		k.must(k.Prove(ctx, op, "kim", AtDesk, kimIs, passport, card))
		k.proofed(kim.ID, true, "with two documents")
		all, err := k.Proofs(ctx, kim.ID)
		k.must(err)
		if len(all) != 1 || all[0].Level != levelHigh || all[0].By != op.ID || strings.Join(all[0].Documents, " ") != "passport resident-card" {
			t.Errorf("the proof is %+v", all)
		}
		copied := strings.ReplaceAll(k.copyOf(), "-", "")
		for _, never := range []string{"12345678", "20260302"} {
			if strings.Contains(copied, never) {
				t.Errorf("the database holds %s", never)
			}
		}
		if !strings.Contains(copied, "identity.proved") {
			t.Error("the journal does not tell of it")
		}
	})
}

// Somebody abroad without a Korean telephone is proved at a consul's desk, or by
// a code that comes by mail, which works once, for 90 days, and not after five
// wrong ones.
func TestSomebodyAbroadIsProved(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		passport := Shown{"passport", "M12345678"}
		var people []*Person
		for _, name := range []string{"kim", "lee", "park"} {
			token, _, err := k.Add(ctx, nil, name, Grant{Role: "seeker"})
			k.must(err)
			people = append(people, k.join(token))
		}
		kim, lee, park := people[0], people[1], people[2]
		k.must(k.Prove(ctx, op, "kim", Overseas, kimIs, passport, Shown{"family-register", "0123-4567"}))
		k.proofed(kim.ID, true, "at the consul's desk")

		_, err := k.ProveByMail(ctx, op, "lee", kimIs, Shown{"driving-licence", "11-22-333333"})
		k.refused(err, "identity.proof.passport")
		old, err := k.ProveByMail(ctx, op, "lee", kimIs, passport)
		k.must(err)
		code, err := k.ProveByMail(ctx, op, "lee", kimIs, passport)
		k.must(err)
		k.proofed(lee.ID, false, "with the code on its way")
		k.refused(k.EnterMailed(ctx, lee, old), "identity.error.code")
		k.refused(k.EnterMailed(ctx, park, code), "identity.error.code")
		k.at = k.at.AddDate(0, 0, 89)
		k.must(k.EnterMailed(ctx, lee, strings.ToLower(strings.ReplaceAll(code, "-", " "))))
		k.proofed(lee.ID, true, "with the code")
		k.refused(k.EnterMailed(ctx, lee, code), "identity.error.code")

		code, err = k.ProveByMail(ctx, op, "park", kimIs, passport)
		k.must(err)
		for range mailTries {
			k.refused(k.EnterMailed(ctx, park, "AAAA-AAAA-AAAA"), "identity.error.code")
		}
		k.refused(k.EnterMailed(ctx, park, code), "identity.error.code")
		code, err = k.ProveByMail(ctx, op, "park", kimIs, passport)
		k.must(err)
		k.at = k.at.Add(mailLasts)
		k.refused(k.EnterMailed(ctx, park, code), "identity.error.code")
		k.proofed(park.ID, false, "after five wrong codes and too late")
	})
}

// Without simulation there is no telephone and no mobile ID, and what was
// simulated in a trial does not count.
func TestASimulatedProofCountsInTrialsOnly(t *testing.T) {
	s := newSite(t, simulating)
	oper := s.operator("oper")
	s.sign("oper", oper)
	_, _, text := s.ask("POST", "/account/proof", form("way", "phone", "number", "010-0000-0000"))
	at := regexp.MustCompile(`/account/proof/v\w+`).FindString(text)
	if at == "" || !strings.Contains(text, "simulated proof") {
		t.Fatalf("no way to go on in %s", text)
	}
	if status, _, text := s.ask("POST", at, form("way", "phone", "code", "000000")); status != 422 || !strings.Contains(text, `id="code-fault"`) {
		t.Errorf("a wrong code: %d %s", status, text)
	}
	s.proofed(oper.ID, false, "with a wrong code")
	if status, to, text := s.ask("POST", at, form("way", "phone", "code", simulatedCode, "person", kimIs.Name, "birth", kimIs.Birth)); status != 303 || to != "/account" {
		t.Fatalf("%d %s %s", status, to, text)
	}
	s.proofed(oper.ID, false, "by a telephone alone")
	if status, _, text := s.ask("POST", at, form("way", "phone", "code", simulatedCode, "person", kimIs.Name, "birth", kimIs.Birth)); status != 422 || !strings.Contains(text, "took too long") {
		t.Errorf("the same once more: %d %s", status, text)
	}
	if _, _, text := s.ask("GET", "/account", nil); !strings.Contains(text, ">simulated</span>") {
		t.Error("a simulated proof is not marked")
	}
	_, _, text = s.ask("POST", "/account/proof", form("way", "mobile-id"))
	at = regexp.MustCompile(`/account/proof/v\w+`).FindString(text)
	if status, _, _ := s.ask("POST", at, form("way", "mobile-id", "person", kimIs.Name, "birth", kimIs.Birth)); status != 303 {
		t.Errorf("mobile ID: %d", status)
	}
	s.proofed(oper.ID, true, "in a trial")
	s.simulate, s.mobile, s.phone = false, nil, nil
	s.proofed(oper.ID, false, "in production")
	if status, _, _ := s.ask("POST", "/account/proof", form("way", "phone", "number", "010-0000-0000")); status != 404 {
		t.Errorf("a telephone in production: %d", status)
	}
	if strings.Contains(s.copyOf(), "01000000000") {
		t.Error("the telephone number is kept")
	}
}

// A telephone number can be moved to the card of somebody else: by it alone nobody is
// known to a row of an agency, and whoever used it is told so.
func TestATelephoneAloneProvesNobody(t *testing.T) {
	s := newSite(t, simulating, func(o *Options) {
		o.Known = func(_ context.Context, w ieum.Who) (string, error) { return "token of " + w.Name, nil }
	})
	kim := s.seeker(s.operator("oper"), "kim")
	prove := func(way, code string) {
		t.Helper()
		id, _, err := s.BeginProof(t.Context(), kim, way, "010-0000-0000")
		s.must(err)
		s.must(s.FinishProof(t.Context(), kim, id, code, kimIs))
	}
	prove(ByPhone, simulatedCode)
	s.proofed(kim.ID, false, "by a telephone")
	if known, err := s.Known(t.Context(), kim.ID); err != nil || known != (Known{}) {
		t.Errorf("by a telephone somebody is known: %+v %v", known, err)
	}
	s.sign("kim", kim)
	if _, _, text := s.ask("GET", "/account", nil); !strings.Contains(text, "taken over by somebody else") || !strings.Contains(text, ">low<") || !strings.Contains(text, `value="mobile-id"`) {
		t.Errorf("the page does not say that a telephone is not enough: %s", text)
	}
	prove(ByMobile, "")
	s.proofed(kim.ID, true, "by mobile ID, too")
	if known, err := s.Known(t.Context(), kim.ID); err != nil || known.Token == "" {
		t.Errorf("by mobile ID: %+v %v", known, err)
	}
}

// What is asked of one person is not answered by another, and not for ever.
func TestAProofIsAnsweredByItsOwner(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		k.simulate, k.phone = true, simulatedPhone{}
		op := k.operator("oper")
		token, _, err := k.Add(ctx, nil, "kim", Grant{Role: "seeker"})
		k.must(err)
		kim := k.join(token)
		_, _, err = k.BeginProof(ctx, op, ByPhone, "12")
		k.refused(err, "identity.proof.number")
		id, _, err := k.BeginProof(ctx, op, ByPhone, "010-0000-0000")
		k.must(err)
		k.refused(k.FinishProof(ctx, kim, id, simulatedCode, kimIs), "identity.proof.late")
		k.proofed(kim.ID, false, "by somebody else's telephone")
		k.at = k.at.Add(proofTime)
		k.refused(k.FinishProof(ctx, op, id, simulatedCode, kimIs), "identity.proof.late")
		k.proofed(op.ID, false, "too late")
	})
}

// The way at a desk and by mail on the pages.
func TestProofsOnThePages(t *testing.T) {
	s := newSite(t)
	op := s.operator("oper")
	token, _, err := s.Add(t.Context(), nil, "kim", Grant{Role: "seeker"})
	s.must(err)
	kim := s.join(token)
	s.sign("oper", op)
	seen := form("name", "kim", "way", "desk", "first", "passport", "first_number", "M12345678", "person", kimIs.Name, "birth", kimIs.Birth, "second", "", "second_number", "")
	if status, _, text := s.ask("POST", "/accounts/proof", seen); status != 422 || !strings.Contains(text, `id="second-fault"`) {
		t.Errorf("one document: %d %s", status, text)
	}
	_, _, err = s.Add(t.Context(), nil, "lee", Grant{Role: "seeker"})
	s.must(err)
	seen["name"], seen["second"], seen["second_number"] = []string{"lee"}, []string{"resident-card"}, []string{"700203-1234567"}
	status, to, _ := s.ask("POST", "/accounts/proof", seen)
	if got, _, text := s.ask("GET", to, nil); status != 303 || got != 200 || !strings.Contains(text, "is noted") {
		t.Errorf("two documents: %d, then %s is %d", status, to, got)
	}
	_, _, text := s.ask("POST", "/accounts/proof", form("name", "kim", "way", "mail", "first", "passport", "first_number", "M12345678", "person", kimIs.Name, "birth", kimIs.Birth))
	code := regexp.MustCompile(`[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}`).FindString(text)
	if code == "" {
		t.Fatalf("no code in %s", text)
	}
	s.leave()
	s.sign("kim", kim)
	if _, _, text := s.ask("GET", "/account", nil); !strings.Contains(text, "/account/proof/mailed") || !strings.Contains(text, "not seen yet who you are") {
		t.Error("the account does not ask for the code")
	}
	if status, _, text := s.ask("POST", "/account/proof/mailed", form("code", "AAAA-AAAA-AAAA")); status != 422 || !strings.Contains(text, `id="mailed-fault"`) {
		t.Errorf("a wrong code: %d %s", status, text)
	}
	s.at = s.at.Add(time.Minute)
	if status, to, text := s.ask("POST", "/account/proof/mailed", form("code", code)); status != 303 || to != "/account" {
		t.Errorf("%d %s %s", status, to, text)
	}
	s.proofed(kim.ID, true, "with the code")
	if status, _, _ := s.ask("GET", "/accounts/proof", nil); status != 403 {
		t.Errorf("a seeker notes proofs: %d", status)
	}
}

// A proof says by which token rows about its owner are known, whichever way it was
// made, and keeps neither name nor date of birth. One that was made before says
// nothing, and its owner is asked to prove it once more.
func TestAProofSaysWhoItsOwnerIs(t *testing.T) {
	known := func(o *Options) {
		simulating(o)
		o.Known = func(_ context.Context, w ieum.Who) (string, error) { return "token of " + w.Name + w.Birth, nil }
	}
	s := newSite(t, known)
	ctx := t.Context()
	op := s.operator("oper")
	token, _, err := s.Add(ctx, nil, "kim", Grant{Role: "seeker"})
	s.must(err)
	kim := s.join(token)
	knows := func(want, what string) {
		t.Helper()
		if got, err := s.Known(ctx, kim.ID); err != nil || got.Token != want || got.Simulated {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
	passport, card := Shown{"passport", "M12345678"}, Shown{"resident-card", "0001"}
	knows("", "before any proof")
	s.known = nil
	s.must(s.Prove(ctx, op, "kim", AtDesk, kimIs, passport, card))
	knows("", "after a proof of before")
	s.sign("kim", kim)
	if _, _, text := s.ask("GET", "/account", nil); !strings.Contains(text, "prove it once more") || !strings.Contains(text, `action="/account/proof"`) {
		t.Error("nobody says that the proof says nothing of who it is of")
	}
	s.known = func(_ context.Context, w ieum.Who) (string, error) { return "token of " + w.Name + w.Birth, nil }
	other := ieum.Who{Name: "이가상", Birth: "1971-02-03"}
	s.must(s.Prove(ctx, op, "kim", AtDesk, other, passport, card))
	knows("token of 이가상1971-02-03", "at a desk")
	_, _, text := s.ask("POST", "/account/proof", form("way", "phone", "number", "010-0000-0000"))
	at := regexp.MustCompile(`/account/proof/v\w+`).FindString(text)
	if status, _, text := s.ask("POST", at, form("way", "phone", "code", simulatedCode, "person", "", "birth", "")); status != 422 || !strings.Contains(text, `id="person-fault"`) {
		t.Errorf("nobody in particular: %d %s", status, text)
	}
	s.at = s.at.Add(time.Minute)
	if status, _, text := s.ask("POST", at, form("way", "phone", "code", simulatedCode, "person", kimIs.Name, "birth", kimIs.Birth)); status != 303 {
		t.Fatalf("%d %s", status, text)
	}
	knows("token of 이가상1971-02-03", "by a simulated telephone after a desk")
	if _, _, text := s.ask("GET", "/account", nil); strings.Contains(text, "prove it once more") {
		t.Error("it is asked for once more")
	}
	code, err := s.ProveByMail(ctx, op, "kim", kimIs, passport)
	s.must(err)
	knows("token of 이가상1971-02-03", "with a code on its way")
	s.must(s.EnterMailed(ctx, kim, code))
	knows("token of 김가상1970-01-01", "by mail")
	s.simulate = false
	knows("token of 김가상1970-01-01", "in production")
	copied := s.copyOf()
	for _, never := range []string{"token of", kimIs.Name, kimIs.Birth, other.Name, other.Birth} {
		if strings.Contains(copied, never) {
			t.Errorf("the database holds %s", never)
		}
	}
	for _, wrong := range []ieum.Who{{}, {Name: "김가상"}, {Name: "김가상", Birth: "1970-13-01"}, {Name: "김가상", Birth: "2970-01-01"}, {Birth: "1970-01-01"}, {Name: "김가상", Birth: "1870-01-01"}} {
		if err := s.Prove(ctx, op, "kim", AtDesk, wrong, passport, card); !errors.Is(err, ieum.ErrInvalid) {
			t.Errorf("%+v is somebody: %v", wrong, err)
		}
	}
	s.must(s.keys.Erase(string(kim.ID)))
	if got, err := s.Known(ctx, kim.ID); !errors.Is(err, ieum.ErrNotFound) {
		t.Errorf("after the key went: %+v, %v", got, err)
	}
}

// Somebody is whomever they write by a simulated proof, and it says so: it opens no
// row of a real source.
func TestASimulatedProofIsNobody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d, simulating, func(o *Options) {
			o.Known = func(_ context.Context, w ieum.Who) (string, error) { return "token of " + w.Name, nil }
		})
		ctx := t.Context()
		token, _, err := k.Add(ctx, k.operator("oper"), "mallory", Grant{Role: "seeker"})
		k.must(err)
		p := k.join(token)
		id, _, err := k.BeginProof(ctx, p, ByMobile, "")
		k.must(err)
		k.must(k.FinishProof(ctx, p, id, "", kimIs))
		if got, err := k.Known(ctx, p.ID); err != nil || got.Token == "" || !got.Simulated || got.By != "" {
			t.Errorf("a pretended name gives %+v, %v", got, err)
		}
		k.simulate = false
		if got, err := k.Known(ctx, p.ID); err != nil || got.Token != "" {
			t.Errorf("in production it gives %+v, %v", got, err)
		}
	})
}

// Who noted a proof is known with it, and whether they handed out a link to the account:
// before that they may not note it, and afterwards they could be in it.
func TestAProofSaysOnWhoseWord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d, func(o *Options) {
			o.Known = func(_ context.Context, w ieum.Who) (string, error) { return "token of " + w.Name, nil }
		})
		ctx := t.Context()
		made := k.operator("made")
		proves := k.operatorBy(made, "proves")
		token, _, err := k.Add(ctx, made, "kim", Grant{Role: "seeker"})
		k.must(err)
		kim := k.join(token)
		k.must(k.Prove(ctx, proves, "kim", AtDesk, kimIs, Shown{"passport", "M12345678"}, Shown{"resident-card", "0001"}))
		if got, err := k.Known(ctx, kim.ID); err != nil || got.By != proves.ID || got.Lone {
			t.Errorf("proved by another: %+v, %v", got, err)
		}
		_, _, err = k.recover(ctx, proves.ID, "kim")
		k.must(err)
		if got, err := k.Known(ctx, kim.ID); err != nil || got.By != proves.ID || !got.Lone {
			t.Errorf("who proved it begins a recovery: %+v, %v", got, err)
		}
	})
}
