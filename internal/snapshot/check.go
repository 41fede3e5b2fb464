package snapshot

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// Audit reads the snapshot in dir and its parts, and compares every checksum
// and the hash that its version is of. What is damaged is ieum.ErrInvalid. A base is
// a snapshot of its own.
func Audit(dir string, parts ...Part) error {
	s, err := OpenWith(dir, parts...)
	if err != nil {
		return err
	}
	err = s.Verify()
	for _, c := range s.parts {
		if v, ok := c.(interface{ Verify() error }); ok {
			err = errors.Join(err, v.Verify())
		}
	}
	if err == nil {
		hash, wrong := layerHash(dir, s.Meta.Base)
		if err = wrong; err == nil && hash != s.Meta.Hash {
			err = errors.New("snapshot: the content is not that of the version")
		}
	}
	if err = errors.Join(err, s.Close()); err != nil {
		err = damaged(dir, err)
	}
	return err
}

// check compares lengths and bounds within and between the tables, so that a
// reader never needs to.
func (s *Snapshot) check() error {
	if err := s.checkLengths(); err != nil {
		return err
	}
	return s.checkBounds()
}

func (s *Snapshot) checkLengths() error {
	for _, t := range []struct {
		name  string
		table any
		rows  int
	}{
		{"postings", &s.Postings, s.Meta.Postings},
		{"texts", &s.Texts, s.Meta.Postings},
		{"members", &s.Members, s.Members.ID.Len()},
		{"resumes", &s.Resumes, s.Meta.Resumes},
		{"companies", &s.Companies, s.Meta.Companies},
		{"items", &s.Items, s.Meta.Items},
		{"merges", &s.Merges, s.Merges.Kind.Len()},
		{"events", &s.Events, s.Meta.Events},
	} {
		if err := checkTable(t.name, t.table, t.rows); err != nil {
			return err
		}
	}
	return nil
}

// checkBounds holds that every number in a column that stands for a row or a
// code stands for one that is there.
func (s *Snapshot) checkBounds() error {
	p, r, d := &s.Postings, &s.Resumes, &s.Dict
	for _, err := range []error{
		ranges("postings.Occupations", p.Occupations, len(d.Occupations), s.Meta.Postings),
		ranges("resumes.Occupations", r.Occupations, len(d.Occupations), s.Meta.Resumes),
		below("postings.Occupation", &p.Occupation, len(d.Occupations)),
		below("postings.Region", &p.Region, len(d.Regions)),
		below("postings.Company", &p.Company, max(1, s.Companies.Name.Len())),
		below("postings.Skills", p.Skills.all(), len(d.Skills)),
		below("postings.Required", p.Required.all(), len(d.Certificates)),
		below("postings.Preferred", p.Preferred.all(), len(d.Certificates)),
		below("postings.Majors", p.Majors.all(), len(d.Majors)),
		below("postings.Industry", &p.Industry, len(d.Industries)),
		below("postings.Education", &p.Education, len(d.Education)),
		below("postings.Employment", &p.Employment, len(d.Employment)),
		below("postings.PayBasis", &p.PayBasis, int(PayNegotiable)+1),
		below("postings.Members", p.Members.all(), s.Members.ID.Len()),
		below("members.Posting", &s.Members.Posting, s.Meta.Postings),
		below("members.Source", &s.Members.Source, len(d.Sources)),
		below("resumes.Occupation", &r.Occupation, len(d.Occupations)),
		below("resumes.Wishes", r.Wishes.all(), len(d.Occupations)),
		below("resumes.CareerOcc", r.CareerOcc.all(), len(d.Occupations)),
		below("resumes.Region", &r.Region, len(d.Regions)),
		below("resumes.WishRegions", r.WishRegions.all(), len(d.Regions)),
		below("resumes.Skills", r.Skills.all(), len(d.Skills)),
		below("resumes.Certificates", r.Certificates.all(), len(d.Certificates)),
		below("resumes.Majors", r.Majors.all(), len(d.Majors)),
		below("resumes.Education", &r.Education, len(d.Education)),
		below("resumes.Employment", &r.Employment, len(d.Employment)),
		below("resumes.Sex", &r.Sex, len(d.Sex)),
		below("resumes.Vulnerable", r.Vulnerable.all(), len(d.Vulnerable)),
		below("resumes.Source", &r.Source, len(d.Sources)),
		below("resumes.Person", &r.Person, max(1, s.Meta.People)),
		below("companies.Region", &s.Companies.Region, len(d.Regions)),
		below("companies.Industry", &s.Companies.Industry, len(d.Industries)),
		below("companies.Postings", s.Companies.Postings.all(), s.Meta.Postings),
		below("events.Resume", &s.Events.Resume, s.Meta.Resumes),
		below("events.What", &s.Events.What, len(Happenings)),
		below("events.Channel", &s.Events.Channel, len(Channels)),
		below("events.Posting", &s.Events.Posting, s.Meta.Postings+1),
		below("events.Course", &s.Events.Course, s.Meta.Items+1),
		below("events.Certificate", &s.Events.Certificate, len(d.Certificates)),
		below("merges.Rule", &s.Merges.Rule, len(d.Rules)),
		below("items.Kind", &s.Items.Kind, len(d.Kinds)),
		below("items.Service", &s.Items.Service, s.Meta.Services+1),
		below("items.Source", &s.Items.Source, len(d.Sources)),
		below("items.Occupation", &s.Items.Occupation, len(d.Occupations)),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// checkTable holds that every column has the rows, and that lists and texts fill
// what they are cut from.
func checkTable(name string, table any, rows int) error {
	return visit(table, func(_ int, column string, v reflect.Value, c field) error {
		if c == nil { // ranges has looked at it
			return nil
		}
		if c.Len() != rows {
			return fmt.Errorf("snapshot: %s.%s has %d rows, want %d", name, column, c.Len(), rows)
		}
		if l, ok := c.(interface{ check() error }); ok {
			if err := l.check(); err != nil {
				return fmt.Errorf("snapshot: %s.%s %w", name, column, err)
			}
		}
		return nil
	})
}

// below holds that every number of a column is below a limit.
func below[T Number](name string, column *Column[T], limit int) error {
	buf := make([]T, 0, blockRows)
	for from := 0; from < column.Len(); from += blockRows {
		buf = column.AppendTo(buf[:0], from, min(from+blockRows, column.Len()))
		for i, v := range buf {
			if uint64(v) >= uint64(limit) {
				return fmt.Errorf("snapshot: %s[%d] is %d, the limit is %d", name, from+i, v, limit)
			}
		}
	}
	return nil
}

func ranges(name string, off []uint32, codes, rows int) error {
	if len(off) != codes+1 || !slices.IsSorted(off) || off[0] != 0 || int(off[codes]) != rows {
		return fmt.Errorf("snapshot: %s does not divide the %d rows", name, rows)
	}
	return nil
}
