package snapshot

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

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
		{"members", &s.Members, len(s.Members.ID)},
		{"resumes", &s.Resumes, s.Meta.Resumes},
		{"companies", &s.Companies, s.Meta.Companies},
		{"items", &s.Items, s.Meta.Items},
		{"merges", &s.Merges, len(s.Merges.Kind)},
	} {
		if err := checkTable(t.name, t.table, t.rows); err != nil {
			return err
		}
	}
	if s.Text.Len() != s.Meta.Postings {
		return fmt.Errorf("snapshot: %d texts for %d postings", s.Text.Len(), s.Meta.Postings)
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
		below("postings.Occupation", p.Occupation, len(d.Occupations)),
		below("postings.Region", p.Region, len(d.Regions)),
		below("postings.Company", p.Company, max(1, s.Companies.Name.Len())),
		below("postings.Skills", p.Skills.Val, len(d.Skills)),
		below("postings.Required", p.Required.Val, len(d.Certificates)),
		below("postings.Preferred", p.Preferred.Val, len(d.Certificates)),
		below("postings.Majors", p.Majors.Val, len(d.Majors)),
		below("postings.Industry", p.Industry, len(d.Industries)),
		below("postings.Education", p.Education, len(d.Education)),
		below("postings.Employment", p.Employment, len(d.Employment)),
		below("postings.PayBasis", p.PayBasis, int(PayNegotiable)+1),
		below("postings.Members", p.Members.Val, len(s.Members.ID)),
		below("members.Posting", s.Members.Posting, s.Meta.Postings),
		below("members.Source", s.Members.Source, len(d.Sources)),
		below("resumes.Occupation", r.Occupation, len(d.Occupations)),
		below("resumes.Wishes", r.Wishes.Val, len(d.Occupations)),
		below("resumes.CareerOcc", r.CareerOcc.Val, len(d.Occupations)),
		below("resumes.Region", r.Region, len(d.Regions)),
		below("resumes.WishRegions", r.WishRegions.Val, len(d.Regions)),
		below("resumes.Skills", r.Skills.Val, len(d.Skills)),
		below("resumes.Certificates", r.Certificates.Val, len(d.Certificates)),
		below("resumes.Majors", r.Majors.Val, len(d.Majors)),
		below("resumes.Education", r.Education, len(d.Education)),
		below("resumes.Employment", r.Employment, len(d.Employment)),
		below("resumes.Sex", r.Sex, len(d.Sex)),
		below("resumes.Source", r.Source, len(d.Sources)),
		below("resumes.Person", r.Person, max(1, s.Meta.People)),
		below("companies.Region", s.Companies.Region, len(d.Regions)),
		below("companies.Industry", s.Companies.Industry, len(d.Industries)),
		below("companies.Postings", s.Companies.Postings.Val, s.Meta.Postings),
		below("merges.Rule", s.Merges.Rule, len(d.Rules)),
		below("items.Kind", s.Items.Kind, len(d.Kinds)),
		below("items.Service", s.Items.Service, s.Meta.Services+1),
		below("items.Source", s.Items.Source, len(d.Sources)),
		below("items.Occupation", s.Items.Occupation, len(d.Occupations)),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// checkTable holds that every column has the rows and every list rises.
func checkTable(name string, table any, rows int) error {
	v := reflect.ValueOf(table).Elem()
	for i := range v.NumField() {
		column, field := name+"."+v.Type().Field(i).Name, v.Field(i)
		if strings.HasSuffix(column, ".Occupations") {
			continue
		}
		if field.Kind() == reflect.Slice {
			if field.Len() != rows {
				return fmt.Errorf("snapshot: %s has %d rows, want %d", column, field.Len(), rows)
			}
			continue
		}
		off := field.Field(0).Interface().([]uint64)
		if rows == 0 && len(off) == 0 {
			continue
		}
		if len(off) != rows+1 || off[0] != 0 || !slices.IsSorted(off) || off[rows] != uint64(field.Field(1).Len()) {
			return fmt.Errorf("snapshot: %s has broken offsets", column)
		}
	}
	return nil
}

func below[T uint8 | uint16 | uint32](name string, column []T, limit int) error {
	for i, v := range column {
		if int(v) >= limit {
			return fmt.Errorf("snapshot: %s[%d] is %d, the limit is %d", name, i, v, limit)
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
