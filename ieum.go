// Package ieum holds the words every part of the platform shares: what a
// posting, a résumé and a competency are, how a day and an amount are written,
// and how things can fail.
//
// It imports only the standard library. Each folder in internal is one domain;
// none of them imports another. They talk in the types below, and cmd/ieum
// wires them together.
package ieum

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// KindID names an information kind declared in defs/kinds.
type KindID string

// SourceID names a source declared in defs/sources.
type SourceID string

// RoleID names a role declared in defs/roles.
type RoleID string

// AccountID names an account in the journal and the database; it is drawn, and
// says nothing about the person.
type AccountID string

// PersonID names a person of whom records are kept, whether they sign in or
// not. It is drawn, as an AccountID is.
type PersonID string

// PurposeID names a purpose declared in defs/purposes.
type PurposeID string

// A RecordKind is a kind of what is kept about a person.
type RecordKind string

// What is kept about a person.
const (
	ContactRecord RecordKind = "contact" // name, telephone, mail
	ResumeRecord  RecordKind = "resume"  // what the person says of their work
	NoteRecord    RecordKind = "note"    // what a counsellor wrote
	PaperRecord   RecordKind = "paper"   // a signed paper
	SearchRecord  RecordKind = "search"  // jobs the person applied for, and what came of it
	AlertRecord   RecordKind = "alert"   // what the person asked to be told of

	// ImportedRecord is a résumé that a source delivered and that was tied to the
	// person. It is the one kind of which the door keeps a tie alone.
	ImportedRecord RecordKind = "imported"
)

// RecordKinds lists them all.
var RecordKinds = []RecordKind{ContactRecord, ResumeRecord, NoteRecord, PaperRecord, SearchRecord, AlertRecord, ImportedRecord}

// A Who is a name and a date of birth, as they stand in a document.
type Who struct {
	Name  string
	Birth string // ISO 8601; a Day does not tell 1970-01-01 from one that is not known
}

// Check refuses what nobody is called, and a date that is none or still to come,
// with a message of defs/messages by its key and the field.
func (w Who) Check(now time.Time) error {
	if name := strings.TrimSpace(w.Name); name == "" || utf8.RuneCountInString(name) > 100 {
		return &Error{Kind: ErrInvalid, Key: "error.who_name", Field: "/person", Message: "write the name as it stands in the document"}
	}
	if d, err := ParseDay(w.Birth); err != nil || d > DayOf(now) || d < firstBirth {
		return &Error{Kind: ErrInvalid, Key: "error.who_birth", Field: "/birth", Message: "write the date of birth as it stands in the document, such as 1968-02-03"}
	}
	return nil
}

// firstBirth is 1890-01-01: nobody alive was born before.
const firstBirth Day = -29219

// A Spell is when somebody did something, by months such as 2026-03; "" = not
// known, or to this day.
type Spell struct {
	Start string `json:"start,omitempty"`
	End   string `json:"end,omitempty"`
}

// An Imported is a résumé that a source delivered, as it is now. It says nothing
// of who it is about.
type Imported struct {
	Source       SourceID        `json:"source"`
	Holder       Text            `json:"holder"`               // of the source: the agency
	Key          string          `json:"key"`                  // the number it has there
	Resume       Resume          `json:"resume"`               // in codes where the source's words were understood
	Occupation   string          `json:"occupation,omitempty"` // last or sought, KECO 2025
	CareerMonths int             `json:"careerMonths,omitempty"`
	LastPay      int64           `json:"lastPay,omitempty"`      // won a year
	Spells       []Spell         `json:"spells,omitempty"`       // when the careers of Resume were, one each
	Competencies []string        `json:"competencies,omitempty"` // list "competencies", read from words that were not kept
	Groups       []string        `json:"groups,omitempty"`       // list "vulnerable-groups": which the source says the person is of
	Titles       map[string]Text `json:"titles"`                 // of the codes
	Updated      Day             `json:"updated,omitzero"`       // as the source says
	Came         time.Time       `json:"came"`                   // with the delivery it is from
	Closed       Day             `json:"closed,omitzero"`        // day from which the source delivered it no more
	Gone         bool            `json:"gone,omitempty"`         // it was erased, and nothing is left of it
}

// A Subject is whom or what somebody wants to do something to.
type Subject struct {
	Owner              AccountID
	Organisation, Site string
	Assigned           bool // to the one who asks
}

// Held is the role somebody acts in.
type Held struct {
	Role               RoleID
	Organisation, Site string // "" = none
}

// A Permission is one thing that a role may allow.
type Permission string

// The permissions, which defs/roles/*.yaml name.
const (
	OwnData        Permission = "own.data"            // see and change what is one's own
	OwnPostings    Permission = "own.postings"        // see and change the postings of one's organisation
	ReadClients    Permission = "clients.read"        // read the data of clients
	WriteClients   Permission = "clients.write"       // change them
	Decide         Permission = "applications.decide" // decide on applications
	ReadStatistics Permission = "statistics.read"     // figures beyond what everybody sees
	Operate        Permission = "operate"             // deliveries, records, quarantine
	MakeAccounts   Permission = "accounts.make"       // make an account and hand over its first link
	HelpAccounts   Permission = "accounts.help"       // let somebody who lost what they sign in with begin anew
	GrantRoles     Permission = "roles.grant"         // propose and confirm roles
	ReadLog        Permission = "log.read"            // who did what
)

// Permissions lists them all.
var Permissions = []Permission{
	OwnData, OwnPostings, ReadClients, WriteClients, Decide, ReadStatistics, Operate, MakeAccounts, HelpAccounts, GrantRoles, ReadLog,
}

// Lang is a language of the interface, such as "ko" or "en".
type Lang string

// Text is a text in Korean and English.
type Text struct {
	KO string `yaml:"ko" json:"ko"`
	EN string `yaml:"en" json:"en"`
}

// In returns the text in a language; Korean where it has no other.
func (t Text) In(l Lang) string {
	if l == "en" && t.EN != "" {
		return t.EN
	}
	return t.KO
}

// Seoul is the zone every date of the platform is in.
var Seoul = time.FixedZone("Asia/Seoul", 9*60*60)

// A Day is a calendar day in Seoul: days since 1970-01-01. The zero Day is
// "not known".
type Day int32

// DayOf returns the day of t in Seoul.
func DayOf(t time.Time) Day {
	y, m, d := t.In(Seoul).Date()
	return Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// ParseDay reads an ISO 8601 date.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("%q is no date of the form 2026-01-31", s)
	}
	return Day(t.Unix() / 86400), nil
}

// Time returns midnight UTC of the day's date.
func (d Day) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// String returns the ISO 8601 date, or "" when not known.
func (d Day) String() string {
	if d == 0 {
		return ""
	}
	return d.Time().Format(time.DateOnly)
}

// MarshalText and UnmarshalText write a day as its ISO 8601 date.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is the inverse of MarshalText.
func (d *Day) UnmarshalText(b []byte) (err error) {
	*d = 0
	if len(b) > 0 {
		*d, err = ParseDay(string(b))
	}
	return err
}

// Scored is a code with its probability.
type Scored struct {
	Code string  `json:"code"`
	P    float64 `json:"p"`
}

// Found is a competency, tool or certificate found in a text. Start and End
// are byte offsets into it (both 0 when there is no span), Words the text
// between them.
type Found struct {
	ID    string  `json:"id"`
	Label string  `json:"label"`
	P     float64 `json:"p"`
	Start int     `json:"start"`
	End   int     `json:"end"`
	Words string  `json:"words,omitempty"`
	Sign  string  `json:"sign,omitempty"` // what sort of mention it is, of the own vocabulary
}

// A Resume is what a person says of themselves, in their words or in codes.
// It is our own JSON form; every field may be missing.
type Resume struct {
	Headline     string   `json:"headline,omitempty"`
	BirthYear    int      `json:"birthYear,omitempty"`
	Region       string   `json:"region,omitempty"`       // code or name of where the person lives
	Education    string   `json:"education,omitempty"`    // code or name, list "education"
	Majors       []string `json:"majors,omitempty"`       // codes or names, list "majors"
	Careers      []Career `json:"careers,omitempty"`      // newest first
	Certificates []string `json:"certificates,omitempty"` // codes or names, list "certificates"
	Skills       []string `json:"skills,omitempty"`       // the person's own words, one competency each
	Text         string   `json:"text,omitempty"`         // anything else: work done, also unpaid
	Wish         Wish     `json:"wish"`
}

// Bounds of what is read of one person, far above what anybody has, so that no
// visitor keeps the server busy for minutes.
const (
	mostEntries = 200     // in each list
	mostText    = 300_000 // bytes of all texts: 100,000 syllables
	mostMonths  = 200 * 12
	mostYear    = 9999
	mostPay     = 1_000_000_000_000 // won a year
)

// Check refuses a résumé that is longer than any person's, or has numbers that nobody's
// has. Whoever reads one that a visitor sent calls it first.
func (r *Resume) Check() error {
	texts := []string{r.Headline, r.Region, r.Education, r.Text}
	fits := upTo(mostYear, r.BirthYear) && upTo(mostPay, r.Wish.Pay)
	for _, c := range r.Careers {
		texts = append(texts, c.Title, c.Occupation, c.Text)
		fits = fits && upTo(mostMonths, c.Months)
	}
	entries := len(r.Careers)
	for _, list := range [][]string{r.Majors, r.Certificates, r.Skills, r.Wish.Occupations, r.Wish.Regions, r.Wish.Employment} {
		entries = max(entries, len(list))
		texts = append(texts, list...)
	}
	bytes := 0
	for _, t := range texts {
		bytes += len(t)
	}
	switch {
	case entries > mostEntries || bytes > mostText:
		return tooLong("/resume")
	case !fits:
		return noNumber("/resume")
	}
	return nil
}

// Check refuses a profile that is longer than any person's, or whose shares and months
// are none.
func (p *Profile) Check() error {
	if max(len(p.Occupations), len(p.Competencies), len(p.Certificates), len(p.Majors)) > mostEntries {
		return tooLong("/profile")
	}
	for _, o := range p.Occupations {
		if !share(o.P) {
			return noShare("/profile/occupations")
		}
	}
	for _, c := range p.Competencies {
		if !share(c.P) {
			return noShare("/profile/competencies")
		}
	}
	if !upTo(mostEntries*mostMonths, p.CareerMonths) {
		return noNumber("/profile/careerMonths")
	}
	return p.Resume.Check()
}

// upTo says whether a number is from 0 to a most.
func upTo[N int | int64](most, n N) bool { return n >= 0 && n <= most }

func noNumber(field string) error {
	return &Error{Kind: ErrInvalid, Key: "error.resume_number", Field: field, Args: map[string]any{"months": mostMonths, "year": mostYear, "pay": Won(mostPay)},
		Message: "months of work are from 0 to 2,400 in each spell, a year of birth from 0 to 9,999, and pay from 0 to 1,000,000,000,000 won a year"}
}

// share says whether something is from 0 to 1, as how likely it is.
func share(p float64) bool { return p >= 0 && p <= 1 }

func noShare(field string) error {
	return &Error{Kind: ErrInvalid, Key: "error.profile_share", Field: field, Message: "how likely something is (p) is a number from 0 to 1"}
}

func tooLong(field string) error {
	return &Error{Kind: ErrInvalid, Key: "error.resume_long", Args: map[string]any{"entries": mostEntries, "text": mostText / 3}, Field: field,
		Message: "the résumé is longer than can be read: at most 200 entries in each list and 300,000 bytes of text; shorten it"}
}

// A Career is one spell of work, paid or not.
type Career struct {
	Title      string `json:"title,omitempty"`
	Occupation string `json:"occupation,omitempty"` // KECO 2025 unit group, when known
	Months     int    `json:"months,omitempty"`
	Text       string `json:"text,omitempty"` // what the person did
	Unpaid     bool   `json:"unpaid,omitempty"`
}

// A Wish is what a person is looking for. Empty means no limit.
type Wish struct {
	Occupations []string `json:"occupations,omitempty"` // KECO 2025 codes, two to four digits
	Regions     []string `json:"regions,omitempty"`     // region codes; a province covers its districts
	Pay         int64    `json:"pay,omitempty"`         // won a year, at least
	Employment  []string `json:"employment,omitempty"`  // list "employment"
}

// Month is Pay as won a month.
func (w Wish) Month() int64 { return w.Pay / 12 }

// A Profile is a résumé as far as it could be read: codes with the words that
// showed them. What could not be read is in Unread, never guessed.
type Profile struct {
	Resume       Resume   `json:"resume"`       // with names replaced by codes where they were understood
	Occupations  []Scored `json:"occupations"`  // what the person has done, most likely first
	Competencies []Found  `json:"competencies"` // list "competencies"
	Certificates []string `json:"certificates"` // list "certificates"
	Majors       []string `json:"majors"`       // list "majors"
	Education    string   `json:"education"`    // list "education"
	Region       string   `json:"region"`       // list "regions"
	CareerMonths int      `json:"careerMonths"`
	Unread       []string `json:"unread,omitempty"` // words no code was found for
}

// A Job is a posting suggested to a person: what it is and why.
type Job struct {
	ID               string   `json:"id"`
	Title            string   `json:"title"`
	Company          string   `json:"company"`
	Occupation       string   `json:"occupation"` // KECO 2025 unit group
	Region           string   `json:"region"`     // code of the list "regions"
	PayMin           int64    `json:"payMin"`     // won a year; 0 = not stated
	PayMax           int64    `json:"payMax"`
	PayBasis         string   `json:"payBasis"` // what pay was stated by, as in Stated
	Opened           Day      `json:"opened"`
	Deadline         Day      `json:"deadline"`                   // last day to apply; "" until filled
	Score            float64  `json:"score"`                      // logarithm of the chance times the wish; the sum of the reasons' points
	Chance           float64  `json:"chance"`                     // probability of a good answer to whoever like the person applies
	Wish             float64  `json:"wish"`                       // probability that whoever like the person looks at the posting applies
	Recommended      bool     `json:"recommended"`                // both are probable enough for that
	LearnedSimulated bool     `json:"learnedSimulated,omitempty"` // chance and wish were learned from simulated people
	Reasons          []Reason `json:"reasons"`                    // largest first, and last where everybody begins
	Sign             string   `json:"sign,omitempty"`             // the first strong sign that it may be stale or false; nothing is ranked by it
	Missing          []string `json:"missing,omitempty"`          // certificates one must have and the person has not
	Unclear          []string `json:"unclear,omitempty"`          // keys of messages: what must hold and could not be checked
	Simulated        bool     `json:"simulated,omitempty"`
}

// Won is an amount of money, which messages show as people of a language do.
type Won int64

// Hours that turn stated pay into pay a year and back. A full-time month is 209
// hours: (40 + 8 paid hours of weekly rest) × 365 ÷ 7 ÷ 12, as the minimum wage
// notice states it (Labour Standards Act art. 50 and 55; its decree art. 6). A
// day is 8 hours. Hourly and daily pay so mean a full-time year.
const (
	MonthHours = 209
	DayHours   = 8
)

// Stated returns won a year as they were stated, rounded to a won: by the hour,
// day or month; on any other basis (year, negotiable, unknown) by the year.
func Stated(year int64, basis string) int64 {
	num, den := int64(1), int64(1)
	switch basis {
	case "hour":
		den = 12 * MonthHours
	case "day":
		num, den = DayHours, 12*MonthHours
	case "month":
		den = 12
	}
	return (year*num + den/2) / den
}

// A Reason is one part of a score. Key names the message that says it to a
// person, Args fill that message: numbers, strings, Won, and a Text where a name
// differs by language.
type Reason struct {
	Part   string         `json:"part"`
	Points float64        `json:"points"`
	Key    string         `json:"key"`
	Text   string         `json:"text,omitempty"` // the message, where it is shown
	Args   map[string]any `json:"args,omitempty"`
	Words  []string       `json:"words,omitempty"` // of the résumé, which show it
	Asked  []string       `json:"asked,omitempty"` // of the posting, which they answer
}
