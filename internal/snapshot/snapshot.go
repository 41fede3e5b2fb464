// Package snapshot is the immutable, versioned picture of the market that
// catalogue writes and jobcare and match read: plain columns in memory-mapped
// files, physically grouped by occupation, so that one occupation is one range.
//
// Read snapshot.go for what it holds, table.go for how a file looks, build.go
// for how a new one comes into being without a crash ever showing a half of it,
// stack.go for one that says only what changed since another, and live.go for
// how a running server moves to it without dropping a request.
package snapshot

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"sync/atomic"
	"time"

	"ieum"
	"ieum/internal/platform/durable"
)

// Format is the version of the files' shape. A folder of a newer format is
// refused, one of an older format is built again.
//
// Format 2 packs the columns and has Items.Service and Postings.Kept. Format 3
// packs rows that are mostly alike, and where lists begin, in fewer bits, and has no
// key of a résumé and no item about people. Format 4 has Resumes.Key, format 5 Events,
// format 6 Resumes.Vulnerable, format 7 what was shown among the Events, format
// 8 the lists of résumés in the part of match, format 9 what signs are counted from there.
const Format = 9

// Unset marks a number of months that is not stated.
const Unset = 0xFFFF

// A PayBasis says how pay was stated; pay itself is always in won a year.
type PayBasis uint8

// The pay bases.
const (
	PayUnknown    PayBasis = iota // not stated
	PayHourly                     // stated by the hour
	PayDaily                      // by the day
	PayMonthly                    // by the month
	PayAnnual                     // by the year
	PayNegotiable                 // stated to be agreed later or by the company's rules
)

// Flags of a row.
const (
	Simulated uint8 = 1 << iota // the row was made by ieum simulate
	EntryOK                     // posting: people without experience may apply
	Coded                       // occupation was found by the coder, not given by the source
	Active                      // résumé: the person is looking for work
)

// Postings are the postings, one row each after merging, sorted by occupation,
// region, opening day and ID. Codes are positions in the Dict; 0 is unknown.
type Postings struct {
	ID          Column[uint64] // public number; written by FormatID
	Title       Strings
	Company     Column[uint32] // row of Companies; 0 is unknown
	Occupation  Column[uint16]
	Chance      Column[uint8] // per cent the coder gives the occupation; 100 when the source gave it
	Region      Column[uint16]
	Industry    Column[uint16]
	Employment  Column[uint8]
	Education   Column[uint8]  // least level asked for
	CareerMin   Column[uint16] // months; Unset when not stated
	CareerMax   Column[uint16]
	PayMin      Column[uint32] // won a year; 0 when not stated
	PayMax      Column[uint32]
	PayBasis    Column[uint8]  // a PayBasis
	Openings    Column[uint16] // people wanted; 0 when not stated, counted as one
	Opened      Column[int32]  // ieum.Day
	Deadline    Column[int32]  // last day to apply; 0 = until filled
	Closed      Column[int32]  // day it was taken down; 0 = still up
	Skills      Lists[uint16]
	Required    Lists[uint16] // certificates one must have, by law or by the posting
	Preferred   Lists[uint16] // certificates that help
	Majors      Lists[uint16]
	Flags       Column[uint8]
	Kept        Strings       // as the source wrote it; see KeptTexts
	Members     Lists[uint32] // rows of Members: all the source rows merged into this posting, oldest first
	Occupations []uint32      // rows of code c are Occupations[c] to Occupations[c+1]; len(Dict.Occupations)+1
}

// OpenWithin says whether one could apply to the posting in row on any day from
// from to to. One without a first day counts as open from the beginning.
func (p *Postings) OpenWithin(row int, from, to ieum.Day) bool {
	closed, deadline := ieum.Day(p.Closed.At(row)), ieum.Day(p.Deadline.At(row))
	return ieum.Day(p.Opened.At(row)) <= to && (closed == 0 || closed > from) && (deadline == 0 || deadline >= from)
}

// Texts are the long texts of the postings, in their order.
type Texts struct {
	Body Strings
}

// Members are the source rows behind the postings, sorted by ID: the ID of
// every row that was ever served as a posting leads to the row that holds it.
type Members struct {
	ID       Column[uint64]
	Posting  Column[uint32] // row of Postings
	Source   Column[uint16]
	Delivery Column[uint32] // number of the delivery
	Row      Column[uint32] // row number in the delivery, as the quarantine counts
	Key      Strings        // key in the source
	URL      Strings        // the posting at its source; "" when none
}

// Resumes are the de-identified résumés, sorted by occupation, person and place.
// Whose they are is not said here: the key a source has for one lies in the lake,
// and who needs it asks catalogue.
type Resumes struct {
	Person       Column[uint32] // people are numbered from 0; several résumés may be one person's
	Key          Column[uint16] // record key of the person: uniform, secret, the same in each snapshot
	BirthYear    Column[uint16] // 0 unknown
	Sex          Column[uint8]
	Vulnerable   Lists[uint16] // groups of Dict.Vulnerable that a source says the person is of
	Region       Column[uint16]
	Education    Column[uint8]
	Occupation   Column[uint16] // the one sought first, or else the last one worked in
	CareerMonths Column[uint16] // Unset when not stated
	WishPay      Column[uint32] // won a year; 0 when not stated
	LastPay      Column[uint32]
	Updated      Column[int32] // ieum.Day
	Wishes       Lists[uint16] // occupations sought
	WishRegions  Lists[uint16]
	Employment   Column[uint8] // sought
	Majors       Lists[uint16]
	Skills       Lists[uint16]
	Certificates Lists[uint16]
	CareerOcc    Lists[uint16] // spells, newest first: occupation …
	CareerStart  Lists[uint16] // … first month, counted from 1970-01
	CareerEnd    Lists[uint16] // … last month; Unset = to the present
	Flags        Column[uint8]
	Source       Column[uint16]
	Delivery     Column[uint32]
	Row          Column[uint32] // of what the delivery brought of résumés, from 0
	Occupations  []uint32       // as in Postings
}

// Companies are the employers after merging; row 0 is "unknown".
type Companies struct {
	Name      Strings // as most often written
	Key       Strings // normal form; sorted by it
	Number    Strings // business registration number, "" when not given
	Region    Column[uint16]
	Industry  Column[uint16]
	Employees Column[uint32] // 0 unknown
	AvgPay    Column[uint32] // won a year, as the source published it; 0 unknown
	Postings  Lists[uint32]
}

// Items are rows of every other kind that tells about nobody, as JSON, for what
// shows or ranks them: policies, tenders, places, what an occupation is. Sorted by
// kind and key.
type Items struct {
	Kind       Column[uint16]
	Key        Strings
	Occupation Column[uint16] // when the row is about one
	Body       Strings        // the kind's fields as a JSON object
	Service    Column[uint32] // the public service it speaks of, numbered from 1; 0 = of none
	Source     Column[uint16]
	Delivery   Column[uint32]
	Row        Column[uint32]
}

// A Dict turns the numbers in the columns into codes. Position 0 is "".
// Education, Employment and the like are in the order of their lists' ranks.
type Dict struct {
	Occupations  []string `json:"occupations"` // KECO 2025 unit groups, sorted
	Regions      []string `json:"regions"`     // provinces (2 digits) and districts (5), sorted
	Industries   []string `json:"industries"`
	Education    []string `json:"education"`
	Employment   []string `json:"employment"`
	Sex          []string `json:"sex"`
	Vulnerable   []string `json:"vulnerable"` // list "vulnerable-groups"
	Skills       []string `json:"skills"`     // list "competencies"
	Certificates []string `json:"certificates"`
	Majors       []string `json:"majors"`
	Kinds        []string `json:"kinds"`
	Sources      []string `json:"sources"`
	Rules        []string `json:"rules,omitempty"`      // of Merges
	Agreements   []string `json:"agreements,omitempty"` // of Merges; no "" at position 0
}

// Find returns the position of code in list, or 0.
func Find(list []string, code string) int {
	if code == "" {
		return 0
	}
	if i := sort.SearchStrings(list, code); i < len(list) && list[i] == code {
		return i
	}
	for i, c := range list { // education and employment are in rank order
		if c == code {
			return i
		}
	}
	return 0
}

// A Source is what the snapshot says of one source it was built from.
type Source struct {
	ID         ieum.SourceID `json:"id"`
	Title      ieum.Text     `json:"title"`
	Holder     ieum.Text     `json:"holder"`
	Simulated  bool          `json:"simulated,omitempty"`
	Deliveries int           `json:"deliveries"`
	Rows       int           `json:"rows"`
	From       ieum.Day      `json:"from"` // first and last day the rows speak of
	To         ieum.Day      `json:"to"`
}

// Meta says what a snapshot was built from.
type Meta struct {
	Format    int       `json:"format"`
	Version   string    `json:"version"` // the first 16 hexadecimal digits of Hash
	Hash      string    `json:"hash"`    // SHA-256 over the files: equal content, equal hash
	Built     time.Time `json:"built"`
	Postings  int       `json:"postings"`
	Resumes   int       `json:"resumes"`
	People    int       `json:"people"`
	Companies int       `json:"companies"`
	Items     int       `json:"items"`
	Services  int       `json:"services"` // public services that items speak of
	Events    int       `json:"events"`   // of searches for work
	Base      *Base     `json:"base,omitempty"`
	Simulated bool      `json:"simulated"` // any row is
	From      ieum.Day  `json:"from"`
	To        ieum.Day  `json:"to"` // the last day data speaks of
	Sources   []Source  `json:"sources"`
}

// A Snapshot is one open snapshot. Its columns are read-only and must not be
// used after it is released (see Live).
type Snapshot struct {
	Dir       string
	Meta      Meta
	Dict      Dict
	Postings  Postings
	Texts     Texts
	Members   Members
	Resumes   Resumes
	Companies Companies
	Items     Items
	Merges    Merges
	Events    Events

	file    fs.FileInfo              // of what is hidden, when it was read; Live's
	layers  []*Snapshot              // the base and the changes; nil for a whole snapshot
	gone    [2][]uint64              // a bit for each row of the base's postings and résumés
	hidden  atomic.Pointer[[]uint64] // a bit for each résumé
	parts   map[string]io.Closer
	closers []io.Closer
}

// Part returns what the opener of that name made of this snapshot (see Live).
func (s *Snapshot) Part(name string) any { return s.parts[name] }

// tables lists the tables of a snapshot and their files.
func (s *Snapshot) tables() []struct {
	file  string
	table any
} {
	return []struct {
		file  string
		table any
	}{
		{"postings.col", &s.Postings},
		{"texts.col", &s.Texts},
		{"members.col", &s.Members},
		{"resumes.col", &s.Resumes},
		{"companies.col", &s.Companies},
		{"items.col", &s.Items},
		{"merges.col", &s.Merges},
		{"events.col", &s.Events},
	}
}

// Open maps the snapshot in dir, and the base it goes on from. One of a newer
// format is ieum.ErrConflict, one that must be built again, for its age or a
// damage, ieum.ErrInvalid.
func Open(dir string) (*Snapshot, error) {
	s, err := openLayers(dir)
	if err != nil {
		return nil, err
	}
	if s.file, err = s.hideAnew(nil); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func openLayers(dir string) (*Snapshot, error) {
	s, err := openLayer(dir)
	if err != nil || s.Meta.Base == nil {
		return s, err
	}
	if !isFolder(s.Meta.Base.Folder) {
		return nil, damaged(dir, errors.Join(fmt.Errorf("snapshot: %q is no folder of a base", s.Meta.Base.Folder), s.Close()))
	}
	under, err := openLayer(filepath.Join(filepath.Dir(dir), s.Meta.Base.Folder))
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	stacked, err := stack(under, s)
	if err != nil {
		return nil, damaged(dir, errors.Join(err, under.Close(), s.Close()))
	}
	return stacked, nil
}

// openLayer maps the tables of one folder.
func openLayer(dir string) (_ *Snapshot, err error) {
	s := &Snapshot{Dir: dir, parts: map[string]io.Closer{}}
	defer func() {
		if err != nil {
			s.Close()
			err = damaged(dir, err)
		}
	}()
	if err := checkFormat(dir); err != nil {
		return nil, err
	}
	if err := readJSON(filepath.Join(dir, "meta.json"), &s.Meta); err != nil {
		return nil, err
	}
	if err := readJSON(filepath.Join(dir, "dict.json"), &s.Dict); err != nil {
		return nil, err
	}
	for _, t := range s.tables() {
		m, err := OpenTable(filepath.Join(dir, t.file), t.table)
		if err != nil {
			return nil, err
		}
		s.closers = append(s.closers, m)
	}
	return s, nil
}

// checkFormat refuses a snapshot of a newer format (ieum.ErrConflict) or an
// older one.
func checkFormat(dir string) error {
	var m struct{ Format int }
	err := readJSON(filepath.Join(dir, "meta.json"), &m)
	switch {
	case err == nil && m.Format > Format:
		return ieum.Errorf(ieum.ErrConflict, "the snapshot %s was made by a newer version of ieum; use that version or a later one", dir)
	case err == nil && m.Format < Format:
		return ieum.Errorf(ieum.ErrInvalid, "the snapshot %s was made by an older version of ieum; build it again with: ieum build", dir)
	}
	return err
}

// Outdated says that the snapshot in dir is of an older format.
func Outdated(dir string) bool { return errors.Is(checkFormat(dir), ieum.ErrInvalid) }

// damaged turns what is wrong with the files of a snapshot into a sentence.
func damaged(dir string, err error) error {
	err = durable.Fault(err)
	if _, said := errors.AsType[*ieum.Error](err); said {
		return err
	}
	return fmt.Errorf("%w (%v)", ieum.Errorf(ieum.ErrInvalid, "the snapshot %s is damaged; build it again with: ieum build", dir), err)
}

// Close unmaps the snapshot and closes its parts.
func (s *Snapshot) Close() error {
	var errs []error
	for _, p := range s.parts {
		errs = append(errs, p.Close())
	}
	for _, c := range s.closers {
		errs = append(errs, c.Close())
	}
	s.parts, s.closers = nil, nil
	return errors.Join(append(errs, s.closeLayers())...)
}

// Verify reads the whole snapshot and compares every checksum and length; a base
// was looked at when it was built.
func (s *Snapshot) Verify() error {
	if s.layers != nil {
		return s.layers[1].Verify()
	}
	for _, c := range s.closers {
		if v, ok := c.(interface{ Verify() error }); ok {
			if err := v.Verify(); err != nil {
				return err
			}
		}
	}
	return s.check()
}

// Today returns the day that "now" means: the present one. A market of nothing
// but made-up rows stands still at its last day, so that a demo does not empty
// as the days go by.
func (s *Snapshot) Today(now time.Time) ieum.Day {
	day := ieum.DayOf(now)
	real := slices.ContainsFunc(s.Meta.Sources, func(src Source) bool { return !src.Simulated })
	if real || len(s.Meta.Sources) == 0 || s.Meta.To == 0 {
		return day
	}
	return min(day, s.Meta.To)
}

// PostingByID returns the row of the posting that holds the source row id.
func (s *Snapshot) PostingByID(id uint64) (row int, ok bool) {
	for _, in := range s.memberStretches() {
		i := in.From + sort.Search(in.To-in.From, func(i int) bool { return s.Members.ID.At(in.From+i) >= id })
		if i == in.To || s.Members.ID.At(i) != id {
			continue
		}
		if row = int(s.Members.Posting.At(i)); !s.PostingGone(row) {
			return row, true
		}
	}
	return 0, false
}

func readJSON(path string, v any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}
