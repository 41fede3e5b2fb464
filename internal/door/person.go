package door

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ieum"
	"ieum/defs"
)

// A Person is somebody of whom records are kept. The row says nothing of who
// they are.
type Person struct {
	ID                 ieum.PersonID
	Account            ieum.AccountID // "" = none
	Organisation, Site string         // that registered them at its desk, or ""
	Basis              defs.Basis     // on which it did: law, consent or ""
	Made               time.Time
	Reads              int64 // number of the newest access record
	Erased             bool
}

// A Contact is who somebody is and how to reach them.
type Contact struct {
	Name  string `json:"name"`
	Phone string `json:"phone,omitempty"`
	Mail  string `json:"mail,omitempty"`
}

// A Note is what a counsellor wrote.
type Note struct {
	Item string         `json:"item"`
	By   ieum.AccountID `json:"by"`
	At   time.Time      `json:"at"`
	Text string         `json:"text"`
	// Session is what was shown and agreed in a session of counselling, in the words of who
	// shows it; none for a mere note.
	Session json.RawMessage `json:"session,omitempty"`
}

// A Paper is a scan of something signed.
type Paper struct {
	Item string    `json:"item"`
	At   time.Time `json:"at"`
	Type string    `json:"type"` // such as image/jpeg
	Data []byte    `json:"data"` // base64 in JSON
}

// Records are what is kept about a person, as far as it was asked for.
type Records struct {
	Contact *Contact     `json:"contact,omitempty"`
	Resume  *ieum.Resume `json:"resume,omitempty"`
	Notes   []Note       `json:"notes,omitempty"`
	// Search are the jobs the person wrote down that they applied for, the newest first.
	Search []Application `json:"search,omitempty"`
	// Alerts are what the person asked to be told of.
	Alerts []Alert `json:"alerts,omitempty"`
	// Papers are the scans that are kept, each to be had by itself.
	Papers []PaperLink `json:"papers,omitempty"`
	// Imported are the résumés of sources that the person is tied to, as they are now.
	Imported []Imported `json:"imported,omitempty"`

	ties  map[string]tie // by link
	paper *Paper         // the one that was asked for
}

// A PaperLink says of a scan that there is one, without what is on it.
type PaperLink struct {
	Item    string    `json:"item"`
	Changed time.Time `json:"changed"`
	Link    string    `json:"link"` // where the scan itself is, a file
}

// longest are the most characters of a contact's fields and of a note.
const (
	longestField = 200
	longestNote  = 10_000

	largestSession = 1 << 20 // bytes
)

func (c Contact) check() error {
	for field, v := range map[string]string{"/name": c.Name, "/phone": c.Phone, "/mail": c.Mail} {
		if utf8.RuneCountInString(v) > longestField {
			return fault("long", field, "this is longer than 200 characters")
		}
	}
	if strings.TrimSpace(c.Name) == "" {
		return fault("name", "/name", "a name is missing")
	}
	return nil
}

// scans are the types of files that are kept as scans, by how they begin, and what
// stands at the end of one that is whole.
var scans = []struct{ begins, ends, as string }{{"%PDF-", "%%EOF", "application/pdf"}, {"\xff\xd8\xff", "\xff\xd9", "image/jpeg"}, {"\x89PNG\r\n", "IEND", "image/png"}}

// scanned says which type of scan a file is. One of another type, or that was cut
// short, is refused: nobody could read it when it is needed; so is one that does more
// than show a page.
func scanned(data []byte) (string, error) {
	for _, s := range scans {
		if !bytes.HasPrefix(data, []byte(s.begins)) {
			continue
		}
		if !bytes.Contains(data[len(s.begins):], []byte(s.ends)) {
			return "", fault("scan_broken", "/scan", "the file is cut short and cannot be opened; scan or save it again")
		}
		if s.as == "application/pdf" && activePDF(data) {
			return "", fault("scan_active", "/scan", "the file holds a program, other files or a lock; print it, scan the paper and choose that")
		}
		return s.as, nil
	}
	return "", fault("scan", "/scan", "the scan is a PDF, JPEG or PNG file")
}

// A Consent says that somebody agreed that a recipient reads records of theirs
// for a purpose until a day.
type Consent struct {
	ID           string            `json:"id"`
	Person       ieum.PersonID     `json:"person"`
	Purpose      ieum.PurposeID    `json:"purpose"`
	Version      int               `json:"version"`           // of the purpose
	Account      ieum.AccountID    `json:"account,omitempty"` // of who may read; "" = all whom the organisation lets
	Organisation string            `json:"organisation,omitempty"`
	Kinds        []ieum.RecordKind `json:"kinds"`
	Since        time.Time         `json:"since"`
	Until        time.Time         `json:"until"`
	Stopped      time.Time         `json:"stopped,omitzero"`
	Paper        string            `json:"paper,omitempty"`      // item of the signed paper; "" = given on screen
	Mandate      string            `json:"mandate,omitempty"`    // by which somebody agreed in the person's name, and with which it ends; "" = none
	Withdrawal   string            `json:"withdrawal,omitempty"` // that ended it at a desk; "" = none did
}

// Holds says whether a consent may be relied on at now. The zero one never is.
func (c Consent) Holds(now time.Time) bool {
	return c.Stopped.IsZero() && now.Before(c.Until)
}

// Last is the last day on which a consent may be relied on.
func (c Consent) Last() ieum.Day { return lastDay(c.Until) }

// A Case assigns somebody to a counsellor.
type Case struct {
	Number             int64
	Client             int64 // the number by which staff know the person: of their first case
	Person             ieum.PersonID
	Counsellor         ieum.AccountID
	Organisation, Site string
	Basis              defs.Basis     // law or consent
	Consent            string         // that it rests on; "" = on law, or of before on any consent to be counselled there
	Giver              ieum.AccountID // who handed it over; "" = it began at a desk
	Since, Seen, Ended time.Time      // Seen is when the counsellor looked first; zero = not yet
}

// A Mandate lets somebody act for a person.
type Mandate struct {
	ID           string
	Person       ieum.PersonID
	Holder       ieum.AccountID
	Kind, Shown  string
	Organisation string         // whose staff saw the papers
	Proposer     ieum.AccountID // who saw them first
	Confirmer    ieum.AccountID // who saw them as well; "" = it waits for somebody to
	Paper        string
	Since, Until time.Time
	Ended        time.Time
	Withdrawal   string // that ended it at a desk; "" = none did
}

// Last is the last day on which a mandate may be relied on.
func (m Mandate) Last() ieum.Day { return lastDay(m.Until) }

// lastDay is the day before or in which something ends that lasts until a moment.
func lastDay(until time.Time) ieum.Day { return ieum.DayOf(until.Add(-time.Second)) }

// endOf is the moment at which a day ends in Seoul.
func endOf(day ieum.Day) time.Time { return (day + 1).Time().Add(-9 * time.Hour) }

// lastDayOf is the last day of a consent to a purpose that is given at now, at the
// latest: whole, as a paper says it, and within what the purpose allows.
func lastDayOf(p *defs.Purpose, now time.Time) ieum.Day { return ieum.DayOf(p.Until(now)) - 1 }

// Waits says whether a mandate counts only once a second person saw its papers.
func (m Mandate) Waits() bool { return m.Confirmer == "" }

// Holds says whether a mandate may be relied on at now.
func (m Mandate) Holds(now time.Time) bool {
	return !m.Waits() && m.Ended.IsZero() && now.Before(m.Until)
}

// The kinds of mandates, and what staff may be shown for one.
var (
	MandateKinds = []string{"parent", "child", "family", "guardian", "professional"}
	MandateShown = []string{"family-register", "court-order", "power-of-attorney"}
)

func covers(have, want []ieum.RecordKind) bool {
	return !slices.ContainsFunc(want, func(k ieum.RecordKind) bool { return !slices.Contains(have, k) })
}
