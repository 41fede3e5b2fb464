package catalogue

import (
	"time"

	"ieum"
)

// A Delivery is what a source handed over at one time, and what came of it.
type Delivery struct {
	Number  int64         `json:"number"` // from 1, over all sources
	Source  ieum.SourceID `json:"source"`
	Version int           `json:"version"` // of the source's definition
	At      time.Time     `json:"at"`      // when it was taken in
	Seen    time.Time     `json:"seen"`    // when the very same files came last
	From    ieum.Day      `json:"from"`    // first and last day its rows speak of
	To      ieum.Day      `json:"to"`
	Receipt
	Warned   int64           `json:"warned"` // kept rows that a quality rule warns of
	Late     bool            `json:"late"`   // it came after its due day
	Shrunk   bool            `json:"shrunk"` // far fewer rows than in the one before
	Why      []Reason        `json:"why"`    // of quarantine and warnings, most frequent first
	Unread   []Unread        `json:"unread"` // values kept as text only, by field
	Coded    []Coding        `json:"coded"`  // where the codes of fields came from that the coder may fill
	Removed  Removed         `json:"removed"`
	Files    []DeliveredFile `json:"files"`
	Segments []Segment       `json:"segments"`
}

// A Receipt says what became of the rows of a delivery: Read = Kept +
// Unchanged + Quarantined.
type Receipt struct {
	Read        int64            `json:"read"`
	Kept        int64            `json:"kept"`
	Unchanged   int64            `json:"unchanged"`
	Quarantined int64            `json:"quarantined"`
	Reasons     map[string]int64 `json:"reasons"` // of the quarantine, in English
	Merged      int64            `json:"merged"`  // of those kept; known once a snapshot is built
	Closed      int64            `json:"closed"`  // rows kept earlier that are no longer delivered
	Seconds     float64          `json:"seconds"`
}

// A Reason is why rows were refused, or warned of.
type Reason struct {
	Field string    `json:"field"`
	Text  ieum.Text `json:"text"`
	Warn  bool      `json:"warn,omitempty"`
	Rows  int64     `json:"rows"`
}

// Unread counts the values of a field that could not be read, with the most
// frequent of them. Fields that tell about a person show none.
type Unread struct {
	Field string `json:"field"`
	Read  int64  `json:"read"`
	Rows  int64  `json:"rows"` // not read
	Texts []Seen `json:"texts,omitempty"`
}

// Coding counts the rows of a field by where their code came from.
type Coding struct {
	Field    string `json:"field"`
	Named    int64  `json:"named"`    // the source names it
	Likely   int64  `json:"likely"`   // the coder read it from the row's words, at even odds or better
	Unlikely int64  `json:"unlikely"` // or worse
	None     int64  `json:"none"`
}

// Seen is a text and how often it was seen.
type Seen struct {
	Text string `json:"text"`
	Rows int64  `json:"rows"`
}

// Removed counts what was taken out of texts.
type Removed struct {
	Resident int64 `json:"resident"` // resident registration numbers
	Phone    int64 `json:"phone"`
	Email    int64 `json:"email"`
	Name     int64 `json:"name"` // of contact persons
}

// A DeliveredFile is one file of a delivery.
type DeliveredFile struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	Rows   int64  `json:"rows"`
}

// A Segment is the file of the lake that holds what a delivery brought of a
// kind.
type Segment struct {
	Kind   ieum.KindID `json:"kind"`
	Rows   int64       `json:"rows"`
	Bytes  int64       `json:"bytes"`
	SHA256 string      `json:"sha256"`
}
