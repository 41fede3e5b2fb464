package door

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ieum"
	"ieum/internal/platform/journal"
)

// A Line is an access record with where it is written down.
type Line struct {
	Access
	Seq       int64  `json:"seq"`                 // its number in journal and ledger; 0 = it gets one within a second
	Link      string `json:"link,omitempty"`      // by which the row was the person's that was read; "" = their records
	Complaint string `json:"complaint,omitempty"` // "", open, right or wrong
	Reason    string `json:"reason,omitempty"`    // what the auditor said of it

	told bool // it stands among the person's own, too
}

// Accesses are a stretch of who looked at somebody, newest first.
type Accesses struct {
	Lines []Line       `json:"lines"`
	Total int64        `json:"total"`          // access records there are of the person
	Next  int64        `json:"next,omitempty"` // "before" of the next stretch; 0 = there is none
	Gaps  []int64      `json:"gaps,omitempty"` // numbers that are missing within the stretch
	Bulk  []Membership `json:"bulk"`           // jobs that read the person's data among others'

	// Rows are those that sources delivered and the person is or was tied to, and
	// Crowds the jobs over files in which such rows may have been.
	Rows   []RowReads `json:"rows,omitempty"`
	Crowds []Bulk     `json:"crowds,omitempty"`
}

// stretch is how many access records a page shows.
const stretch = 50

// LookedAt returns who looked at a person, from before an entry on (0 = the
// newest).
func (d *Door) LookedAt(ctx context.Context, person ieum.PersonID, before int64) (*Accesses, error) {
	p, err := d.store.person(ctx, person)
	if err != nil {
		return nil, err
	}
	all, err := d.histories(ctx, p, before)
	if err != nil {
		return nil, err
	}
	a := &Accesses{Total: p.Reads}
	a.Lines, a.Next = weave(all, stretch)
	a.Gaps = all[0].gaps()
	if err := d.outcomes(ctx, person, person, "", a.Lines); err != nil {
		return nil, err
	}
	for _, h := range all[1:] {
		a.Rows = append(a.Rows, RowReads{*h.link, h.total, h.gaps()})
		if err := d.outcomes(ctx, person, h.link.row, h.link.ID, a.Lines); err != nil {
			return nil, err
		}
	}
	if before > 0 {
		return a, nil
	}
	if slices.ContainsFunc(a.Rows, func(r RowReads) bool { return r.Link.Ended.IsZero() }) {
		if a.Crowds, err = d.store.crowds(ctx); err != nil {
			return nil, err
		}
	}
	a.Bulk, err = d.store.memberships(ctx, person, "")
	return a, err
}

// outcomes puts to lines of a link ("" = of the person's own records) what became of
// the complaints of teller about them, not of others who were tied to the row.
func (d *Door) outcomes(ctx context.Context, teller, id ieum.PersonID, link string, lines []Line) error {
	all, err := d.complained(ctx, `person = ? AND teller = ?`, id, teller)
	for _, c := range all {
		for i := range lines {
			if lines[i].N == c.N && lines[i].Link == link {
				lines[i].Complaint, lines[i].Reason = c.Outcome, c.Reason
			}
		}
	}
	return err
}

// lines reads access records; one that was sealed while it was read is there
// twice, and shown once.
func lines(entries []journal.Entry) (list []Line, err error) {
	for _, e := range entries {
		l := Line{Seq: e.Seq}
		if err := json.Unmarshal(e.Data, &l.Access); err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(list, func(o Line) bool { return o.N == l.N }); i >= 0 {
			list[i] = l
			continue
		}
		list = append(list, l)
	}
	return list, nil
}

// gaps lists the numbers that are missing in a stretch, newest first: before its
// first if it is the newest there is, after its last if it is the oldest. total
// was read before the stretch, so a read in between is none.
func gaps(list []Line, newest, oldest bool, total int64) (missing []int64) {
	next := total
	if !newest || len(list) > 0 && list[0].N > total {
		if len(list) == 0 {
			return nil
		}
		next = list[0].N
	}
	for _, l := range list {
		for ; next > l.N; next-- {
			missing = append(missing, next)
		}
		next = l.N - 1
	}
	for ; oldest && next > 0; next-- {
		missing = append(missing, next)
	}
	return missing
}

// A Proof shows whom it concerns that an access record stands in the public
// ledger. ieum audit proof checks it without asking anybody.
type Proof struct {
	Entry   ProofEntry   `json:"entry"`
	Opening ProofOpening `json:"opening"`
	Ledger  string       `json:"ledger"` // the proof that the commitment is in the log (c2sp.org/tlog-proof)
}

// A ProofEntry is an entry of the journal with what its hash is made of.
type ProofEntry struct {
	Seq     int64           `json:"seq"`
	Sealed  time.Time       `json:"sealed"` // to the second
	Kind    string          `json:"kind"`
	Subject string          `json:"subject"`
	Data    json.RawMessage `json:"data"`
	Before  string          `json:"before"` // hash of the entry before; base64
}

// theirs says whether an access record is of a read of somebody's own, be it by a link of
// theirs.
func theirs(by Asker, links []Link, a Access) bool {
	return a.By == string(by.ID) || a.By == byHolder && slices.ContainsFunc(links, func(l Link) bool { return l.ID == a.Via })
}

// A ProofOpening ties the entry to its commitment in the log.
type ProofOpening struct {
	Index int64  `json:"index"`
	Hash  string `json:"hash"` // of the entry; base64
	Salt  string `json:"salt"` // base64
}

// Prove returns the proof of an entry about a person; of kind ErrUnavailable
// while there is none yet.
func (d *Door) Prove(ctx context.Context, person ieum.PersonID, seq int64) (*Proof, error) {
	e, before, err := d.store.entry(ctx, seq)
	if err != nil {
		return nil, err
	}
	if _, err := d.subjectOf(ctx, person, e); err != nil {
		return nil, err
	}
	hash, salt, proof, err := d.Ledger.Proof(ctx, seq)
	if err != nil {
		return nil, err
	}
	b64 := base64.StdEncoding.EncodeToString
	return &Proof{ProofEntry{e.Seq, e.Sealed, e.Kind, e.Subject, e.Data, b64(before)}, ProofOpening{seq, b64(hash), b64(salt)}, proof}, nil
}

// An Opened is what opens an entry's commitment in the log.
type Opened struct {
	Seq        int64
	Hash, Salt []byte
	Data       json.RawMessage // of the entry, as it was sealed
}

// Opened says what the proof opens, having computed the entry's hash anew: of kind
// ErrConflict when the entry is not the one the proof is of.
func (p *Proof) Opened() (Opened, error) {
	e := journal.Entry{Seq: p.Entry.Seq, Sealed: p.Entry.Sealed, Kind: p.Entry.Kind, Subject: p.Entry.Subject, Data: p.Entry.Data}
	var compact bytes.Buffer
	if err := json.Compact(&compact, e.Data); err != nil {
		return Opened{}, ieum.Errorf(ieum.ErrInvalid, "the entry of the proof cannot be read: %v", err)
	}
	e.Data = compact.Bytes()
	of := func(s string) []byte {
		b, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			return nil // which opens nothing
		}
		return b
	}
	hash := e.HashAfter(of(p.Entry.Before))
	if p.Opening.Index != p.Entry.Seq || !bytes.Equal(hash, of(p.Opening.Hash)) {
		return Opened{}, ieum.Errorf(ieum.ErrConflict, "the proof does not hold: entry %d is not the one it is said to be; keep it, and ask who runs the installation", p.Entry.Seq)
	}
	return Opened{p.Entry.Seq, hash, of(p.Opening.Salt), e.Data}, nil
}

// A Complaint asks the auditor to look at an access record.
type Complaint struct {
	Person  ieum.PersonID `json:"person"`
	Teller  ieum.PersonID `json:"teller"` // who complained; of a row's read not Person
	N       int64         `json:"n"`
	Seq     int64         `json:"seq"`
	Made    time.Time     `json:"made"`
	Outcome string        `json:"outcome"`          // open, right or wrong
	Reason  string        `json:"reason,omitempty"` // of the outcome, by the auditor; "" also when who complained was erased
	sealed  []byte
	Access  Access `json:"access"`
}

// Complain asks the auditor to look at an access record of the person's, of what
// somebody else read. Once more is once.
func (d *Door) Complain(ctx context.Context, by Asker, person ieum.PersonID, seq int64) error {
	e, _, err := d.store.entry(ctx, seq)
	if err != nil {
		return err
	}
	var a Access
	of, err := d.subjectOf(ctx, person, e)
	if err != nil {
		return err
	}
	if e.Kind != "door.read" {
		return ieum.ErrNotFound
	}
	if err := json.Unmarshal(e.Data, &a); err != nil {
		return err
	}
	links, err := d.Links(ctx, person)
	if err != nil {
		return err
	}
	if a.By == bySelf || theirs(by, links, a) {
		return fault("own_read", "", "this is what you looked at yourself")
	}
	now := d.now()
	return d.change(ctx, person, func(t tx, s standing) error {
		if !acts(by.ID, s) {
			return errNotYours()
		}
		n, err := t.addComplaint(Complaint{Person: of, Teller: person, N: a.N, Seq: seq, Made: now})
		if err != nil || n == 0 {
			return err
		}
		return t.tell("door.complaint", of, map[string]any{"n": a.N, "seq": seq})
	})
}

// longestReason is the most characters of an auditor's reason.
const longestReason = 1000

// Settle says what an auditor found about a complaint: whether the read was in
// order, and why. Who complained is told, and the reason is sealed like what is kept of
// them, whoever it is about. A verdict stands: nobody replaces one, and nobody gives one on what they read.
func (d *Door) Settle(ctx context.Context, by Asker, person, teller ieum.PersonID, n int64, right bool, reason string) error {
	if err := auditor(by); err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); reason == "" || utf8.RuneCountInString(reason) > longestReason {
		return fault("reason", "/reason", "say why, in 1 to 1,000 characters")
	}
	outcome := "wrong"
	if right {
		outcome = "right"
	}
	about, err := d.complaints(ctx, `person = ? AND teller = ? AND n = ?`, person, teller, n)
	if err != nil {
		return err
	}
	var links []Link
	if own, failed := d.Own(ctx, by); failed == nil {
		links, err = d.Links(ctx, own.ID)
	} else if !errors.Is(failed, ieum.ErrNotFound) {
		err = failed
	}
	if err != nil {
		return err
	}
	if len(about) > 0 && theirs(by, links, about[0].Access) {
		return fault("own_verdict", "", "another auditor says whether what you read yourself was in order")
	}
	return d.store.in(ctx, func(t tx) error {
		for _, id := range []ieum.PersonID{person, teller} { // no erasure passes this
			if _, err := t.lock(id); err != nil && !errors.Is(err, ieum.ErrNotFound) {
				return err
			}
		}
		sealed, err := d.Keys.Seal(string(teller), reasonPlace(person, teller, n), []byte(reason))
		if err != nil && !isErased(err) { // to whom was erased nothing is said
			return err
		}
		subject := person
		if _, err := d.Keys.Seal(string(person), "door_complaint", nil); isErased(err) { // who is tied to the ledger by nothing more
			subject = ieum.PersonID(by.ID)
		} else if err != nil {
			return err
		}
		changed, err := t.settle(person, teller, n, outcome, sealed)
		if err != nil {
			return err
		}
		if changed == 0 {
			return fault("settled", "", "there is no complaint that is open: a verdict stands")
		}
		return t.tell("door.settled", subject, map[string]any{"n": n, "by": by.ID, "outcome": outcome})
	})
}

func auditor(by Asker) error {
	if !by.May(ieum.ReadLog) {
		return &ieum.Error{Kind: ieum.ErrDenied, Key: "door.refused.auditor", Message: "this is for auditors"}
	}
	return nil
}

// A Watched is a read with a flag, or one that was refused.
type Watched struct {
	Number       int64          `json:"number"`
	Flag         string         `json:"flag"`
	Person       ieum.PersonID  `json:"person"`
	N            int64          `json:"n"` // 0 = refused
	Reader       string         `json:"reader"`
	Role         ieum.RoleID    `json:"role"`
	Organisation string         `json:"organisation"`
	Purpose      ieum.PurposeID `json:"purpose"`
	At           time.Time      `json:"at"`
}

// An Oversight is what an auditor looks at. It holds ids alone.
type Oversight struct {
	Counts     map[string]int64 `json:"counts"` // of reads by flag
	Flag       string           `json:"flag"`   // of List
	List       []Watched        `json:"list"`   // newest first
	Next       int64            `json:"next,omitempty"`
	Open       int64            `json:"open"`            // complaints that wait for a verdict
	Complaints []Complaint      `json:"complaints"`      // open ones first, by their reads' entries, the oldest first; then the newest that have a verdict
	Later      int64            `json:"later,omitempty"` // the entry after which more open ones are
}

// watchFlags are the flags in the order an auditor reads them.
var watchFlags = []string{flagSelf, flagColleague, flagNoCase, flagMandate, flagMany, flagOdd, flagAccount, flagCorrected, flagErased, flagWithdrawn, flagAgain, flagLink, flagLone, flagClaim, flagMoved, flagQuarantine, flagRefused}

// Oversee lists the reads of a flag (the first that has any for ""), from before
// a number on, and the complaints (open ones after an entry).
func (d *Door) Oversee(ctx context.Context, by Asker, flag string, before, after int64) (*Oversight, error) {
	if err := auditor(by); err != nil {
		return nil, err
	}
	o := &Oversight{Flag: flag}
	var err error
	if o.Counts, err = d.store.flagCounts(ctx); err != nil {
		return nil, err
	}
	for _, f := range watchFlags {
		if o.Flag == "" && o.Counts[f] > 0 {
			o.Flag = f
		}
	}
	if o.List, err = d.store.watched(ctx, o.Flag, before, stretch+1); err != nil {
		return nil, err
	}
	if len(o.List) > stretch {
		o.List = o.List[:stretch]
		o.Next = o.List[stretch-1].Number
	}
	if o.Open, err = d.store.openComplaints(ctx); err != nil {
		return nil, err
	}
	open, later, err := d.openComplaints(ctx, after)
	if err != nil {
		return nil, err
	}
	o.Later = later
	settled, err := d.complaints(ctx, `outcome <> 'open' ORDER BY made DESC, seq DESC LIMIT 100`)
	if err != nil {
		return nil, err
	}
	o.Complaints = append(open, settled...)
	return o, nil
}

// jobSorts are the sorts of jobs, apart so that none crowds out another.
var jobSorts = []string{exportJob, figuresJob, "other"}

func (b Bulk) sort() int {
	if i := slices.Index(jobSorts, b.Job); i >= 0 {
		return i
	}
	return len(jobSorts) - 1
}

// Jobs are the jobs of a sort over many people.
type Jobs struct {
	Sort  string
	Total int64
	List  []Bulk // newest first
	Next  string // the job from before which on the next stretch is; "" = there is none
}

// Jobs lists the jobs over many people by sort, of the sort of one from before it on.
func (d *Door) Jobs(ctx context.Context, by Asker, older string) ([]Jobs, error) {
	if err := auditor(by); err != nil {
		return nil, err
	}
	before, err := d.store.job(ctx, older)
	if err != nil {
		return nil, err
	}
	all := make([]Jobs, len(jobSorts))
	for i, sort := range jobSorts {
		j := Jobs{Sort: sort}
		if j.List, j.Total, err = d.store.jobs(ctx, i, before, stretch+1); err != nil {
			return nil, err
		}
		if len(j.List) > stretch {
			j.List = j.List[:stretch]
			j.Next = j.List[stretch-1].ID
		}
		all[i] = j
	}
	return all, nil
}

// openComplaints lists the first hundred after an entry that wait for a verdict, with all that
// others made of the last of their entries; later is that entry when there are more.
func (d *Door) openComplaints(ctx context.Context, after int64) (list []Complaint, later int64, err error) {
	list, err = d.complaints(ctx, openAfter+` AND seq <= COALESCE((SELECT seq FROM door_complaint WHERE `+openAfter+` ORDER BY seq LIMIT 1 OFFSET 99), seq) ORDER BY seq, teller`, after, after)
	if err != nil || len(list) == 0 {
		return nil, 0, err
	}
	last := list[len(list)-1].Seq
	more, err := d.store.complaints(ctx, openAfter+` LIMIT 1`, last)
	if len(more) > 0 {
		later = last
	}
	return list, later, err
}

const openAfter = `outcome = 'open' AND seq > ?`

// reasonPlace is where the reason of an outcome stands.
func reasonPlace(person, teller ieum.PersonID, n int64) string {
	place := "door_complaint/" + string(person) + "/" + number(n)
	if teller != person {
		place += "/" + string(teller)
	}
	return place
}

// complained lists complaints with the reasons of their outcomes; what was said to who was
// erased is there no more.
func (d *Door) complained(ctx context.Context, where string, args ...any) ([]Complaint, error) {
	list, err := d.store.complaints(ctx, where, args...)
	for i, c := range list {
		if len(c.sealed) == 0 {
			continue
		}
		reason, failed := d.Keys.Open(string(c.Teller), reasonPlace(c.Person, c.Teller, c.N), c.sealed)
		if failed != nil && !isErased(failed) {
			return nil, failed
		}
		list[i].Reason = string(reason)
	}
	return list, err
}

// complaints lists some that were made, with the access records they are about.
func (d *Door) complaints(ctx context.Context, where string, args ...any) ([]Complaint, error) {
	list, err := d.complained(ctx, where, args...)
	for i := range list {
		e, _, failed := d.store.entry(ctx, list[i].Seq)
		if failed != nil {
			return nil, failed
		}
		if err := json.Unmarshal(e.Data, &list[i].Access); err != nil {
			return nil, err
		}
	}
	return list, err
}
