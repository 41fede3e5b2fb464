package door

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ieum"
	"ieum/defs"
)

// A Stopping is what somebody stops at a desk. They sign, or say so: stopping is no
// harder than agreeing was.
type Stopping struct {
	IDs   []string       // of consents and mandates
	Scan  []byte         // of what they signed: PDF, JPEG or PNG; none = they said it
	Text  string         // what they said, when nothing was signed
	Heard ieum.AccountID // who heard it, when nothing was signed; "" = who writes it down
}

// A Withdrawal is what staff took down of it.
type Withdrawal struct {
	ID           string         `json:"id"`
	Person       ieum.PersonID  `json:"person"`
	Taker        ieum.AccountID `json:"taker"`           // who wrote it down
	Heard        ieum.AccountID `json:"heard,omitempty"` // who heard it; "" = it was signed
	Organisation string         `json:"organisation"`
	Paper        string         `json:"paper"` // item of the scan, or of the note of what was said
	At           time.Time      `json:"at"`
}

// Signed says whether there is a paper that was signed.
func (w Withdrawal) Signed() bool { return w.Heard == "" }

// longestSaid is the most characters of what somebody said.
const longestSaid = 2000

// spoken is the type of a kept note of what somebody said.
const spoken = "text/plain; charset=utf-8"

// Withdraw ends consents and mandates of a client at the desk, who needs no account
// for it, by a paper they signed or by what they said. Any desk of an organisation that
// counsels or registered them takes it, as it would take a consent. The next read finds
// it ended. Who wrote it down and who heard it stand on the person's list, and an
// auditor is told.
func (d *Door) Withdraw(ctx context.Context, by Asker, person ieum.PersonID, s Stopping) (*Withdrawal, error) {
	at, err := d.desk(ctx, by)
	if err != nil {
		return nil, err
	}
	now := d.now()
	w := &Withdrawal{ID: newID("w"), Person: person, Taker: by.ID, Organisation: at.Organisation, Paper: newID("s"), At: now.Truncate(time.Second)}
	paper, err := d.stoppingPaper(ctx, w, s)
	if err != nil {
		return nil, err
	}
	sealed, err := d.sealPaper(person, w.Paper, paper)
	if err != nil {
		return nil, err
	}
	return w, d.change(ctx, person, func(t tx, of standing) error {
		if err := t.served(at.Organisation, of.person); err != nil {
			return err
		}
		if err := t.put(person, ieum.PaperRecord, w.Paper, sealed, now); err != nil {
			return err
		}
		if err := t.addWithdrawal(*w); err != nil {
			return err
		}
		if err := t.withdraw(of, w, s.IDs, now); err != nil {
			return err
		}
		held := d.deskRole(by, at)
		if err := t.flag(flagWithdrawn, person, Access{At: now.Unix(), By: string(by.ID), Role: held.Role, Organisation: at.Organisation}); err != nil {
			return err
		}
		return t.tell("door.withdrawn", person, changeOf(by, of.person, held, now, map[string]any{"id": w.ID, "heard": w.Heard}))
	})
}

// stoppingPaper is what is kept of a stop: the scan, or what was said. It notes who
// heard it.
func (d *Door) stoppingPaper(ctx context.Context, w *Withdrawal, s Stopping) (Paper, error) {
	text := strings.TrimSpace(s.Text)
	switch {
	case len(s.IDs) == 0:
		return Paper{}, fault("stop_what", "/ids", "say what is to end")
	case len(s.Scan) > 0:
		as, err := scanned(s.Scan)
		return Paper{At: w.At, Type: as, Data: s.Scan}, err
	case text == "" || utf8.RuneCountInString(text) > longestSaid:
		return Paper{}, fault("stop_how", "/said", "add the signed paper, or write down what was said in at most 2,000 characters")
	}
	w.Heard = cmp.Or(s.Heard, w.Taker)
	all, err := d.colleagues(ctx, w.Organisation)
	if err != nil {
		return Paper{}, err
	}
	if !slices.ContainsFunc(all, func(c Colleague) bool { return c.ID == w.Heard }) {
		return Paper{}, fault("heard", "/heard", "choose who heard it, of your organisation")
	}
	return Paper{At: w.At, Type: spoken, Data: []byte(text)}, nil
}

// colleagues lists those of an organisation who see clients, by title.
func (d *Door) colleagues(ctx context.Context, organisation string) ([]Colleague, error) {
	all, err := d.Accounts.Staff(ctx, ieum.ReadClients)
	all = slices.DeleteFunc(slices.Clone(all), func(c Colleague) bool { return c.Organisation != organisation })
	slices.SortFunc(all, byTitle)
	return all, err
}

// byTitle orders staff as people know them, not as they sign in.
func byTitle(a, b Colleague) int { return strings.Compare(a.Title.KO, b.Title.KO) }

// served refuses a desk of an organisation that neither counsels nor counselled nor
// registered somebody; it says of everybody else that there is nobody.
func (t tx) served(organisation string, p Person) error {
	if p.Organisation == organisation {
		return nil
	}
	all, err := cases(t.ctx, t, `person = ? AND organisation = ? LIMIT 1`, p.ID, organisation)
	if err == nil && len(all) == 0 {
		err = errNobody()
	}
	return err
}

// withdraw ends what a withdrawal names of what is in force: mandates first, with which
// what was agreed to by them ends.
func (t tx) withdraw(of standing, w *Withdrawal, ids []string, now time.Time) error {
	open, err := mandates(t.ctx, t, `person = ? AND ended = 0 AND until > ?`, w.Person, now.Unix())
	if err != nil {
		return err
	}
	ended := map[string]bool{}
	for _, m := range open {
		if !slices.Contains(ids, m.ID) {
			continue
		}
		if err := t.stopMandate(of, m, string(w.Taker), now); err != nil {
			return err
		}
		ended[m.ID] = true
	}
	for _, c := range of.consents {
		switch with := ended[c.Mandate]; {
		case with:
		case !slices.Contains(ids, c.ID):
			continue
		default:
			if err := t.stopConsent(c, string(w.Taker), now); err != nil {
				return err
			}
		}
		ended[c.ID] = true
	}
	if len(ended) == 0 {
		return fault("stop_over", "/ids", "this ended before")
	}
	for id := range ended {
		if err := t.withdrew(id, w.ID); err != nil {
			return err
		}
	}
	return nil
}

// sealPaper seals a paper for its place.
func (d *Door) sealPaper(person ieum.PersonID, item string, p Paper) ([]byte, error) {
	plain, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	sealed, err := d.Keys.Seal(string(person), place(person, ieum.PaperRecord, item), plain)
	if isErased(err) {
		err = errNobody()
	}
	return sealed, err
}

// A Desked is what a desk sees of a client whom it serves, whoever counsels them: what
// can be stopped and what was, by ids and numbers. Nothing that is kept of them is read.
// Where nobody of the office counsels the client any more, or it did not register them, it
// has of it what was given to the office, or taken down there: enough to take a stop of that.
type Desked struct {
	Client      int64 // number by which staff know the client; 0 = none
	Office      Colleague
	Cases       []Case // of the office that did not end
	Consents    []Consent
	Mandates    []Mandate // those that wait for a second person, too
	Withdrawals []Withdrawal
	Opens       bool // who asks counsels the client, so that the papers open
	Former      bool // nobody of the office counsels the client any more
	Registered  bool // the office registered the client
	Back        bool // and nobody of it counsels them: the asker can take them up
	Signs       bool // and for TakeUp they sign a consent
}

// Narrow says whether the desk sees only what was given to its office, or taken down there.
func (v *Desked) Narrow() bool { return v.Former || !v.Registered }

// Desked returns that to who may register people, where the client is served; of kind
// ErrNotFound anywhere else. Once a day the client is told of each who looks and does not
// counsel them, before anything is shown.
func (d *Door) Desked(ctx context.Context, by Asker, person ieum.PersonID) (*Desked, error) {
	at, err := d.desk(ctx, by)
	if err != nil {
		return nil, err
	}
	now := d.now()
	told, err := d.toldToday(ctx, person, "door.found", by, now)
	if err != nil {
		return nil, err
	}
	staff, err := d.Accounts.Staff(ctx, ieum.WriteClients)
	if err != nil {
		return nil, err
	}
	v := &Desked{Office: at}
	err = d.change(ctx, person, func(t tx, s standing) (err error) {
		if err := t.served(at.Organisation, s.person); err != nil {
			return err
		}
		if v.Mandates, err = mandates(ctx, t, `person = ? AND ended = 0 AND until > ?`, person, now.Unix()); err != nil {
			return err
		}
		if v.Withdrawals, err = withdrawals(ctx, t, `person = ?`, person); err != nil {
			return err
		}
		d.shows(v, by, s, staff)
		if told || counsels(by, s) {
			return nil
		}
		return t.tell("door.found", person, changeOf(by, s.person, d.deskRole(by, at), now, map[string]any{}))
	})
	if err != nil {
		return nil, err
	}
	if v.Narrow() {
		if err := d.narrow(ctx, v); err != nil {
			return nil, err
		}
	}
	v.Client, err = d.store.client(ctx, person)
	return v, err
}

// counsels says whether a case of the asker's with somebody did not end.
func counsels(by Asker, s standing) bool {
	return slices.ContainsFunc(s.cases, func(k Case) bool { return k.Counsellor == by.ID })
}

// shows fills what the office of a desk sees of a client from what bears on them. A case
// of who is there no more, or whose consent ended, counts as none.
func (d *Door) shows(v *Desked, by Asker, s standing, staff []Colleague) {
	at := v.Office.Organisation
	v.Consents = s.consents
	v.Cases = slices.DeleteFunc(slices.Clone(s.cases), func(k Case) bool { return k.Organisation != at || !k.counselledBy(staff) || !d.rests(k, s) })
	v.Former = len(v.Cases) == 0
	_, missing := d.mine(by, s)
	v.Opens = missing == nil
	v.Registered = s.person.Organisation == at
	v.Back = v.Former && v.Registered && !acts(by.ID, s)
	v.Signs = s.person.Basis == defs.BasisConsent && len(d.lets(s, at, by.ID)) == 0
}

// narrow leaves of what a desk sees what was given to its office or its people, whom it
// let act and what they agreed to, and what it took down.
func (d *Door) narrow(ctx context.Context, v *Desked) error {
	at := v.Office.Organisation
	all, err := d.colleagues(ctx, at)
	if err != nil {
		return err
	}
	v.Mandates = slices.DeleteFunc(v.Mandates, func(m Mandate) bool { return m.Organisation != at })
	v.Withdrawals = slices.DeleteFunc(v.Withdrawals, func(w Withdrawal) bool { return w.Organisation != at })
	v.Consents = slices.DeleteFunc(v.Consents, func(c Consent) bool {
		return c.Organisation != at && !slices.ContainsFunc(all, func(o Colleague) bool { return o.ID == c.Account }) &&
			!slices.ContainsFunc(v.Mandates, func(m Mandate) bool { return m.ID == c.Mandate })
	})
	return nil
}

// has says whether a paper is of something that the desk sees.
func (v *Desked) has(paper string) bool {
	return slices.ContainsFunc(v.Consents, func(c Consent) bool { return c.Paper == paper }) ||
		slices.ContainsFunc(v.Mandates, func(m Mandate) bool { return m.Paper == paper }) ||
		slices.ContainsFunc(v.Withdrawals, func(w Withdrawal) bool { return w.Paper == paper })
}

// A Stopped is a withdrawal as its receipt says it.
type Stopped struct {
	Withdrawal
	Client   int64
	Consents []Consent // that it ended
	Mandates []Mandate // that it ended
	Entry    int64     // number in journal and ledger; 0 = within a second
}

// Stopped returns the receipt of a withdrawal, to a desk that serves the client.
func (d *Door) Stopped(ctx context.Context, by Asker, person ieum.PersonID, id string) (*Stopped, error) {
	v, err := d.Desked(ctx, by, person)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(v.Withdrawals, func(w Withdrawal) bool { return w.ID == id })
	if i < 0 {
		return nil, ieum.ErrNotFound
	}
	s := &Stopped{Withdrawal: v.Withdrawals[i], Client: v.Client}
	if s.Consents, err = consents(ctx, d.store, `person = ? AND withdrawal = ?`, person, id); err != nil {
		return nil, err
	}
	if s.Mandates, err = mandates(ctx, d.store, `person = ? AND withdrawal = ?`, person, id); err != nil {
		return nil, err
	}
	s.Entry, err = d.store.entryOf(ctx, person, "door.withdrawn", func(data json.RawMessage) bool {
		var e struct{ ID string }
		return json.Unmarshal(data, &e) == nil && e.ID == id
	})
	return s, err
}
