package snapshot

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
)

// A snapshot is whole, or it says only what changed since a whole one was built,
// its base: the rows of the base that no longer hold, and small tables of those
// that hold instead or are new. Open puts the two together: the tables of the
// changes go on where those of the base end, so that a row is a number as ever.
// Whoever walks over postings or résumés passes over those that are gone.

// A Base is what a snapshot of changes goes on from.
type Base struct {
	Folder string `json:"folder"`       // beside the snapshot's own
	Hash   string `json:"hash"`         // of its content
	People int    `json:"peopleGone"`   // people of the base of whom no row holds
	Known  int    `json:"knownCompany"` // companies of the changes that are in the base as well
}

// Gone are the rows of a base that no longer hold, sorted.
type Gone struct {
	Postings Column[uint32]
	Resumes  Column[uint32]
}

const goneFile = "gone.col"

// AsBase returns what a snapshot says that goes on from this one.
func (s *Snapshot) AsBase(people, known int) *Base {
	return &Base{filepath.Base(s.Dir), s.Meta.Hash, people, known}
}

// WriteGone writes which rows of the base no longer hold.
func (b *Build) WriteGone(gone *Gone) error { return WriteTable(b.Path(goneFile), gone) }

// A Stretch is the rows of a table from From up to To.
type Stretch struct{ From, To int }

// Layers returns the base and the changes, each on its own, or the snapshot
// itself where it is whole. They are open as long as it is.
func (s *Snapshot) Layers() []*Snapshot {
	if s.layers == nil {
		return []*Snapshot{s}
	}
	return s.layers
}

// stretches cuts the rows of a table by layer.
func (s *Snapshot) stretches(rows func(*Snapshot) int) (out []Stretch) {
	at := 0
	for _, l := range s.Layers() {
		out = append(out, Stretch{at, at + rows(l)})
		at += rows(l)
	}
	return out
}

// memberStretches are the stretches in which Members are sorted, the newer first.
func (s *Snapshot) memberStretches() []Stretch {
	in := s.stretches(func(l *Snapshot) int { return l.Members.ID.Len() })
	if len(in) == 2 {
		in[0], in[1] = in[1], in[0]
	}
	return in
}

// PostingsOf returns the rows of the postings of an occupation, a position in
// the Dict: one stretch for each layer, each sorted by region. Some may be gone.
func (s *Snapshot) PostingsOf(occupation int) (out []Stretch) {
	at := 0
	for _, l := range s.Layers() {
		o := l.Postings.Occupations
		out = append(out, Stretch{at + int(o[occupation]), at + int(o[occupation+1])})
		at += l.Postings.ID.Len()
	}
	return out
}

// ResumesOf returns the rows of the résumés of an occupation as PostingsOf does,
// each stretch sorted by person. All rows of a person are in one layer.
func (s *Snapshot) ResumesOf(occupation int) (out []Stretch) {
	at := 0
	for _, l := range s.Layers() {
		o := l.Resumes.Occupations
		out = append(out, Stretch{at + int(o[occupation]), at + int(o[occupation+1])})
		at += l.Resumes.Person.Len()
	}
	return out
}

// PostingGone says that a row of Postings no longer holds.
func (s *Snapshot) PostingGone(row int) bool { return isSet(s.gone[0], row) }

// ResumeGone says that a row of Resumes no longer holds, or is of somebody who
// was erased.
func (s *Snapshot) ResumeGone(row int) bool { return isSet(s.gone[1], row) || s.ResumeHidden(row) }

// ResumeHidden says that a row of Resumes is of somebody who was erased.
func (s *Snapshot) ResumeHidden(row int) bool {
	hidden := s.hidden.Load()
	return hidden != nil && isSet(*hidden, row)
}

func isSet(bits []uint64, i int) bool { return i>>6 < len(bits) && bits[i>>6]>>(i&63)&1 == 1 }

// Persons is one more than the highest number of a person; Meta.People is how
// many there are.
func (s *Snapshot) Persons() (n int) {
	for _, l := range s.Layers() {
		n += l.Meta.People
	}
	return n
}

// stack puts changes on top of their base.
func stack(under, over *Snapshot) (*Snapshot, error) {
	base := over.Meta.Base
	switch {
	case under.Meta.Base != nil || under.Meta.Hash != base.Hash:
		return nil, fmt.Errorf("snapshot: %s goes on from another snapshot than %s", over.Dir, under.Dir)
	case !reflect.DeepEqual(under.Dict, over.Dict):
		return nil, fmt.Errorf("snapshot: %s has another dictionary than %s", over.Dir, under.Dir)
	}
	var gone Gone
	m, err := OpenTable(filepath.Join(over.Dir, goneFile), &gone)
	if err != nil {
		return nil, err
	}
	over.closers = append(over.closers, m)
	s := &Snapshot{Dir: over.Dir, Meta: together(&under.Meta, &over.Meta, &gone), Dict: over.Dict,
		Postings: under.Postings, Texts: under.Texts, Members: under.Members, Resumes: under.Resumes, Companies: under.Companies,
		Merges: under.Merges, Items: over.Items, Events: under.Events,
		layers: []*Snapshot{under, over}, parts: map[string]io.Closer{}}
	s.Postings.Occupations, s.Resumes.Occupations = nil, nil
	for _, err := range []error{
		mark(&s.gone[0], &gone.Postings, under.Postings.ID.Len()), mark(&s.gone[1], &gone.Resumes, under.Resumes.Person.Len()),
	} {
		if err != nil {
			return nil, err
		}
	}
	s.goOn(under, over)
	return s, nil
}

// goOn lets the tables of s, which are the base's, go on with those of the
// changes, but for the items, which the changes hold all, and the events, of which
// they hold none.
func (s *Snapshot) goOn(under, over *Snapshot) {
	plus := map[string]int{"Postings.Company": under.Companies.Name.Len(), "Postings.Members": under.Members.ID.Len(),
		"Members.Posting": under.Postings.ID.Len(), "Companies.Postings": under.Postings.ID.Len(), "Resumes.Person": under.Meta.People}
	for i, t := range s.tables() {
		if t.table == &s.Items || t.table == &s.Events {
			continue
		}
		on := reflect.ValueOf(over.tables()[i].table).Elem()
		visit(t.table, func(i int, name string, _ reflect.Value, c field) error {
			if c != nil {
				c.goOn(on.Field(i).Addr().Interface().(field), uint64(plus[on.Type().Name()+"."+name]))
			}
			return nil
		})
	}
}

// mark sets the bits of the rows that are gone.
func mark(bits *[]uint64, rows *Column[uint32], n int) error {
	*bits = make([]uint64, n/64+1)
	for i := range rows.Len() {
		row := int(rows.At(i))
		if row >= n {
			return fmt.Errorf("snapshot: row %d of %d is gone", row, n)
		}
		(*bits)[row>>6] |= 1 << (row & 63)
	}
	return nil
}

// together is what the two say as one.
func together(under, over *Meta, gone *Gone) Meta {
	m := *over
	m.Postings += under.Postings - gone.Postings.Len()
	m.Resumes += under.Resumes - gone.Resumes.Len()
	m.People += under.People - over.Base.People
	m.Companies += under.Companies - over.Base.Known
	m.Events = under.Events
	m.Simulated = m.Simulated || under.Simulated
	return m
}

func (c *Column[T]) goOn(after field, plus uint64) { c.after, c.plus = after.(*Column[T]), T(plus) }
func (l *Lists[T]) goOn(after field, plus uint64)  { l.after, l.plus = after.(*Lists[T]), T(plus) }
func (s *Strings) goOn(after field, _ uint64)      { s.after = after.(*Strings) }

// closeLayers closes the layers of a stacked snapshot.
func (s *Snapshot) closeLayers() error {
	var errs []error
	for _, l := range s.layers {
		errs = append(errs, l.Close())
	}
	s.layers = nil
	return errors.Join(errs...)
}
