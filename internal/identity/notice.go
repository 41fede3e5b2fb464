package identity

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"ieum"
	"ieum/internal/platform/mail"
)

// A Notice tells the owner of an account what happened to it.
type Notice struct {
	Number  int64
	Account AccountID
	Kind    string
	Role    ieum.RoleID // that it tells of; "" = none
	Made    time.Time
	State   string    // one of the states below
	Settled time.Time // zero = it waits
	sealed  string    // address to which it goes; "" = there was none when it was noted
}

// What people are told.
const (
	recoveryBegun   = "recovery_begun"
	recoveryAsked   = "recovery_asked"  // it waits for a second of staff
	recoveryAgreed  = "recovery_agreed" // no session of the account cancels it
	recoveryEnded   = "recovery_ended"
	recoveryUsed    = "recovery_used"
	factorAdded     = "factor_added"
	factorRemoved   = "factor_removed"
	agencyDropped   = "agency_dropped"
	passwordChanged = "password_changed"
	keyDrawn        = "key_drawn"
	roleGranted     = "role_granted"
	newBrowser      = "new_browser" // which is worth no letter
	addressChanged  = "address_changed"
	proved          = "proved"
	codesWrong      = "codes_wrong"
	appHeld         = "app_held"
	fewCodes        = "few_codes"
	noCodes         = "no_codes"
	restored        = "restored" // the service, from a backup; at /account alone
	newJobs         = "new_jobs" // asked for; by mail or not at all
	jobAnswered     = "job_answered"
)

// The states of a notice.
const (
	waits  = "waits"
	sent   = "sent"
	letter = "letter" // could not go by mail: staff sends it
	handed = "handed" // staff did
	shown  = "shown"  // at /account alone
)

// noticeOf says which notice an entry of the journal gives rise to, "" for none.
func noticeOf(e event) string {
	switch e.kind {
	case "identity.link_made":
		switch {
		case e.data["purpose"] != toRecover:
		case e.data["waits"] == true:
			return recoveryAsked
		case e.data["two"] == true:
			return recoveryAgreed
		default:
			return recoveryBegun
		}
	case "identity.link_confirmed":
		return recoveryAgreed
	case "identity.link_cancelled":
		return recoveryEnded
	case "identity.factor_added":
		if kinds, _ := e.data["kinds"].([]string); slices.Contains(kinds, password) {
			return passwordChanged
		}
		return factorAdded
	case "identity.codes_wrong":
		if e.data["held"] == true {
			return appHeld
		}
		return codesWrong
	case "identity.factor_removed":
		return factorRemoved
	case "identity.key_drawn":
		return keyDrawn
	case "identity.role_confirmed":
		return roleGranted
	case "identity.proved":
		return proved
	case "identity.signed_in":
		if e.data["new"] == true {
			return newBrowser
		}
	}
	return ""
}

// Mail sends letters. It fails with mail.ErrRefused when one will never be taken.
type Mail interface {
	Send(ctx context.Context, l mail.Letter) error
}

// words are the messages of definitions in a language.
type words func(l ieum.Lang, key string, args map[string]any) string

// How notices are sent: how long one that is being sent is left alone, when it is
// tried again, and when it becomes a letter of paper.
const (
	sendingLasts = 2 * time.Minute
	firstWait    = time.Minute
	longestWait  = 3 * time.Hour
	givenUp      = 3 * 24 * time.Hour
)

// Notify sends what people are to be told, until ctx ends, looking every so often.
// Several servers may.
func (g *Registry) Notify(ctx context.Context, every time.Duration, failed func(error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		for more := true; more && ctx.Err() == nil; {
			var err error
			if more, err = g.deliver(ctx); err != nil && ctx.Err() == nil {
				failed(err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// deliver sends one notice that is due, or makes it a letter; false when there is
// none. It is marked after the server took it: killed in between, it is sent once
// more, with the same Message-ID.
func (g *Registry) deliver(ctx context.Context) (more bool, err error) {
	n, err := g.store.takeNotice(ctx, g.now(), g.now().Add(sendingLasts))
	if errors.Is(err, ieum.ErrNotFound) {
		return false, g.store.forgetFormer(ctx)
	}
	if err != nil {
		return false, err
	}
	to, err := g.store.whereTo(n)
	if err != nil {
		return true, err
	}
	switch {
	case (to == "" || g.mail == nil) && noLetter(n.Kind):
		return true, g.store.settleNotice(ctx, n.Number, shown, g.now())
	case to == "" || g.mail == nil:
		return true, g.store.settleNotice(ctx, n.Number, letter, g.now())
	}
	failed := g.mail.Send(ctx, g.letter(n, to))
	now := g.now()
	switch {
	case failed == nil:
		return true, g.store.settleNotice(ctx, n.Number, sent, now)
	case ctx.Err() != nil:
		return false, ctx.Err()
	case errors.Is(failed, mail.ErrRefused) || now.Sub(n.Made) >= givenUp:
		state := letter
		if noLetter(n.Kind) {
			state = shown
		}
		return true, errors.Join(failed, g.store.settleNotice(ctx, n.Number, state, now))
	}
	wait := min(max(firstWait, now.Sub(n.Made)), longestWait) // twice as long each time
	return true, errors.Join(failed, g.store.putOff(ctx, n.Number, now.Add(wait)))
}

// noLetter says whether a notice is worth no letter of paper.
func noLetter(kind string) bool { return kind == newBrowser || ofWork(kind) }

// ofWork says whether a notice is of somebody's search for work, and of nothing that happened to
// their account.
func ofWork(kind string) bool { return kind == newJobs || kind == jobAnswered }

// TellOfJobs has a mail sent that there are new jobs, to the address that the owner of an
// account gave for notices; without one, and while another such mail waits, nothing is.
func (g *Registry) TellOfJobs(ctx context.Context, a AccountID) error {
	return g.tellOfWork(ctx, a, newJobs)
}

// TellOfAnswer has a mail sent that an employer answered, as TellOfJobs does.
func (g *Registry) TellOfAnswer(ctx context.Context, a AccountID) error {
	return g.tellOfWork(ctx, a, jobAnswered)
}

func (g *Registry) tellOfWork(ctx context.Context, a AccountID, kind string) error {
	if g.mail == nil {
		return nil
	}
	return g.store.noteWork(ctx, a, kind)
}

// letter is the mail of a notice, in both languages. It holds no name, no secret
// and no link.
func (g *Registry) letter(n Notice, to string) mail.Letter {
	return mail.Letter{ID: g.store.keys.Blind("identity_notice/number", strconv.FormatInt(n.Number, 10)), To: to, At: g.now(),
		Subject: g.what("ko", n), Text: g.NoticeText(n)}
}

// NoticeText is what a notice says, in both languages.
func (g *Registry) NoticeText(n Notice) string {
	text := "identity.notice.text"
	if ofWork(n.Kind) {
		text = "identity.notice." + n.Kind + "_text"
	}
	say := func(l ieum.Lang) string { return g.line(l, n) + "\n" + g.words(l, text, nil) }
	return say("ko") + "\n\n" + say("en") + "\n"
}

// line says what a notice tells of, and when that was.
func (g *Registry) line(l ieum.Lang, n Notice) string {
	day := map[ieum.Lang]string{"ko": "2006년 1월 2일 15:04", "en": "2 January 2006 15:04"}[l]
	return g.what(l, n) + " (" + n.Made.In(ieum.Seoul).Format(day) + ")"
}

// what says what a notice tells of, and of which role.
func (g *Registry) what(l ieum.Lang, n Notice) string {
	said := g.words(l, "identity.notice.kind."+n.Kind, nil)
	if role := g.roles[n.Role]; role != nil {
		said += ": " + role.Title.In(l)
	}
	return said
}

// Notices lists the newest of what the owner of an account was told.
func (g *Registry) Notices(ctx context.Context, a AccountID) ([]Notice, error) {
	return g.store.notices(ctx, a)
}

// codeLasts is how long a code that was mailed to an address can be entered.
const codeLasts = 30 * time.Minute

// Mails says whether notices go by mail at all.
func (g *Registry) Mails() bool { return g.mail != nil }

// Address returns where somebody is told what happens to their account, and where
// a code is on its way to; "" for none.
func (g *Registry) Address(ctx context.Context, a AccountID) (address, pending string, err error) {
	return g.store.address(ctx, a)
}

// SetAddress mails a code to an address. Once it is entered, the address takes the
// place of the one before. It asks for a fresh sign-in.
func (g *Registry) SetAddress(ctx context.Context, p *Person, address string) error {
	now := g.now()
	if p.Session.Stage != stageFull || !p.Fresh(now) {
		return ieum.ErrSignedOut
	}
	if g.mail == nil {
		return &ieum.Error{Kind: ieum.ErrUnavailable, Key: "identity.notice.no_mail", Message: "no mail is sent from here"}
	}
	if address = mail.Address(address); address == "" {
		return &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.notice.address_wrong", Field: "/address", Message: "this is no address that mail can be sent to"}
	}
	if wait, ok := g.mailed.take(string(p.ID), now); !ok {
		return errOften(wait)
	}
	code := newCodes()[0]
	if err := g.store.setPending(ctx, p.ID, address, codeHash(p.ID, code), now.Add(codeLasts)); err != nil {
		return err
	}
	text := func(l ieum.Lang) string {
		return g.words(l, "identity.notice.code_text", map[string]any{"code": code, "minutes": int(codeLasts.Minutes())})
	}
	err := g.mail.Send(ctx, mail.Letter{ID: newID("c"), To: address, At: now, Subject: g.words("ko", "identity.notice.code_subject", nil), Text: text("ko") + "\n\n" + text("en") + "\n"})
	if err != nil {
		return &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.notice.not_sent", Field: "/address", Message: "no mail could be sent to this address"}
	}
	return nil
}

// ConfirmAddress takes the code that was mailed. The address before is told; where
// there was none, a letter tells.
func (g *Registry) ConfirmAddress(ctx context.Context, p *Person, code string) error {
	if p.Session.Stage != stageFull {
		return ieum.ErrSignedOut
	}
	ok, err := g.store.confirmAddress(ctx, p.Session, codeHash(p.ID, code), g.now())
	if err == nil && !ok {
		err = &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.notice.code_wrong", Field: "/mailed-code", Message: "the code is wrong or too old; ask for another"}
	}
	return err
}

// For how long it is told above each page that the address for notices is another, and
// that the service was put back from a backup.
const (
	addressShows  = 14 * 24 * time.Hour
	restoredShows = 90 * 24 * time.Hour
)

// Warnings are what somebody is told above each page: that a recovery is under way; that
// the address for notices was set, changed or dropped before they signed in, by who had
// their account, it may be; that the service is as it was on the day of a backup; that few
// printed codes are left.
func (g *Registry) Warnings(ctx context.Context, p *Person) (list []string, err error) {
	under, err := g.Recoveries(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	if len(under) > 0 {
		list = append(list, "recovery")
	}
	told, err := g.store.warnings(ctx, p.Session, g.now())
	return append(list, told...), err
}

// Saw lets a changed address and a backup be told of no longer in somebody's session. They
// are told again at the next sign-in: who got into an account cannot hide them from its owner.
func (g *Registry) Saw(ctx context.Context, p *Person) error {
	return g.store.told(ctx, p.Session.hash)
}

// DropAddress lets notices go by mail no longer. The address is told.
func (g *Registry) DropAddress(ctx context.Context, p *Person) error {
	if p.Session.Stage != stageFull || !p.Fresh(g.now()) {
		return ieum.ErrSignedOut
	}
	return g.store.dropAddress(ctx, p.Session, g.now())
}
