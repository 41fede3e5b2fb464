package catalogue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ieum"
	"ieum/internal/catalogue/master"
	"ieum/internal/platform/table"
	"ieum/internal/snapshot"
)

// This file is for who was proved to be somebody and asks for the résumé that a
// source has of them. The row's token of name and date of birth is compared here
// and never given out.

// Who returns the token by which rows about somebody are known, as text: a keyed
// hash of name and date of birth. Of kind ErrInvalid where either
// is none.
func (c *Catalogue) Who(ctx context.Context, who ieum.Who) (string, error) {
	states, err := c.store.states(ctx, resumeKind)
	if err != nil {
		return "", err
	}
	key, err := personKey(c.data, len(states) > 0)
	if err != nil {
		return "", err
	}
	if err := who.Check(c.now()); err != nil {
		return "", err
	}
	tokens := newHasher(key).tokens(nil, [][]string{{who.Name, who.Birth}})
	if len(tokens) == 0 { // a name of marks alone
		return "", ieum.Who{Birth: who.Birth}.Check(c.now())
	}
	return strconv.FormatUint(uint64(tokens[0]), 16), nil
}

// Agencies lists the sources of résumés that can be known by name and date of
// birth, by id, with who answers for each.
func (c *Catalogue) Agencies() map[ieum.SourceID]ieum.Text {
	out := map[ieum.SourceID]ieum.Text{}
	for id, s := range c.defs.Sources {
		for _, f := range s.Files {
			if f.Kind == resumeKind && slices.ContainsFunc(f.Map["person"].Hash, func(g string) bool { return strings.Contains(g, personJoin) }) {
				out[id] = s.Holder
			}
		}
	}
	return out
}

// Key returns the key under which a row lies whose number its source gave out so:
// without what looks like a telephone number or an address.
func (c *Catalogue) Key(number string) string { return impersonal(strings.TrimSpace(number)) }

// IsOf says whether a source has a résumé under a key that is about whom a token
// of Who stands for. For a key that it has not it reads some other row, and takes
// about as long.
func (c *Catalogue) IsOf(ctx context.Context, source ieum.SourceID, key, who string) (bool, error) {
	token, err := strconv.ParseUint(who, 16, 64)
	if err != nil || token&7 != master.TokenWho {
		return false, nil
	}
	r, err := c.Record(ctx, source, resumeKind, key)
	if errors.Is(err, ieum.ErrNotFound) {
		return false, c.readAny(ctx, source)
	}
	if err != nil {
		return false, err
	}
	row, at, err := c.row(ctx, r, "person")
	if errors.Is(err, ieum.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return slices.Contains(row.list("person", at), int64(token)), nil
}

// readAny reads a row of a source's newest state, if it has one.
func (c *Catalogue) readAny(ctx context.Context, source ieum.SourceID) error {
	states, err := c.store.states(ctx, resumeKind)
	i := slices.IndexFunc(states, func(s state) bool { return s.source == source && s.rows > 0 })
	if err != nil || i < 0 {
		return err
	}
	present, err := openKeys(c.statePath(states[i]))
	if err != nil {
		return err
	}
	e := present.at(0)
	if err := present.close(); err != nil {
		return err
	}
	r := &Record{Source: source, Kind: resumeKind, Delivery: int64(e.delivery), place: e.place}
	for _, name := range []string{ColumnKey, "person"} { // as IsOf does
		if _, _, err := c.row(ctx, r, name); err != nil && !errors.Is(err, ieum.ErrNotFound) {
			return err
		}
	}
	return nil
}

// row reads columns of the row that a record is of; at is its place in them. Of
// somebody who was erased it is ieum.ErrNotFound.
func (c *Catalogue) row(ctx context.Context, r *Record, names ...string) (row columns, at int, err error) {
	fields, err := pickFields(c.defs.Kinds[r.Kind], names)
	if err != nil {
		return nil, 0, err
	}
	b, at, err := c.rowAt(ctx, r, func(s *segment) (there []string) {
		for _, f := range fields {
			if s.has(f.Name) {
				there = append(there, f.Name)
			}
		}
		return append(there, ColumnKey) // none is there of somebody who was erased
	})
	switch {
	case err != nil:
		return nil, 0, err
	case b == nil:
		return nil, 0, fmt.Errorf("catalogue: row %d of delivery %d: %w", r.place, r.Delivery, ieum.ErrNotFound)
	}
	return padded(b, fields, at), at, nil
}

// padded returns columns of a batch up to a row; those it does not have hold
// nothing.
func padded(b *table.Batch, fields []table.Field, last int) columns {
	out := columns{}
	for _, f := range fields {
		if i := slices.IndexFunc(b.Columns, func(c table.Column) bool { return c.Name == f.Name }); i >= 0 {
			out[f.Name] = &b.Columns[i]
			continue
		}
		empty := &table.Column{Field: f}
		for range last + 1 {
			empty.AddNull()
		}
		out[f.Name] = empty
	}
	return out
}

var importedColumns = []string{ColumnCompetencies, "birth_year", "groups", "region", "education", "majors", "occupation", "wishes", "wish_regions", "wish_pay_min",
	"wish_employment", "last_pay_min", "career_months", "careers_title", "careers_occupation", "careers_start", "careers_end", "skills", "certificates", "updated"}

// Imported returns the résumé that a source has under a key, as its newest
// delivery says it. It is ieum.ErrNotFound when there is none (any more), or it is
// of somebody who was erased. Whoever asks has written down before that it is read.
func (c *Catalogue) Imported(ctx context.Context, source ieum.SourceID, key string) (*ieum.Imported, error) {
	r, err := c.Record(ctx, source, resumeKind, key)
	if err != nil {
		return nil, err
	}
	d, err := c.store.delivery(ctx, r.Delivery)
	if err != nil {
		return nil, err
	}
	row, at, err := c.row(ctx, r, importedColumns...)
	if err != nil {
		return nil, err
	}
	out := &ieum.Imported{Source: source, Key: key, Came: d.At, Closed: r.Closed, Titles: map[string]ieum.Text{}}
	if s := c.defs.Sources[source]; s != nil {
		out.Holder = s.Holder
	}
	fillImported(out, row, at)
	c.title(out)
	return out, nil
}

func fillImported(out *ieum.Imported, row columns, at int) {
	out.Occupation, out.Competencies = row.text("occupation", at), slices.Clone(row.texts(ColumnCompetencies, at))
	out.Groups = slices.Clone(row.texts("groups", at))
	out.CareerMonths, out.LastPay = int(row.number("career_months", at)), row.number("last_pay_min", at)
	out.Updated = ieum.Day(row.number("updated", at))
	r := &out.Resume
	r.BirthYear, r.Region, r.Education = int(row.number("birth_year", at)), row.text("region", at), row.text("education", at)
	r.Majors, r.Skills, r.Certificates = slices.Clone(row.texts("majors", at)), slices.Clone(row.texts("skills", at)), slices.Clone(row.texts("certificates", at))
	r.Wish = ieum.Wish{Occupations: slices.Clone(row.texts("wishes", at)), Regions: slices.Clone(row.texts("wish_regions", at)), Pay: row.number("wish_pay_min", at)}
	if e := row.text("wish_employment", at); e != "" {
		r.Wish.Employment = []string{e}
	}
	titles, occupations := row.texts("careers_title", at), row.texts("careers_occupation", at)
	starts, ends := row.list("careers_start", at), row.list("careers_end", at)
	for i, t := range titles {
		career, spell := ieum.Career{Title: t}, ieum.Spell{}
		if i < len(occupations) {
			career.Occupation = occupations[i]
		}
		if i < len(starts) && i < len(ends) {
			spell = ieum.Spell{Start: monthOf(starts[i]), End: monthOf(ends[i])}
			if spell.Start != "" && spell.End != "" {
				career.Months = int(max(ends[i]-starts[i]+1, 0))
			}
		}
		r.Careers, out.Spells = append(r.Careers, career), append(out.Spells, spell)
	}
}

// monthOf writes a month of the lake, such as 2026-03; "" for one that is not known.
func monthOf(m int64) string {
	if m < 0 || m >= snapshot.Unset {
		return ""
	}
	return fmt.Sprintf("%04d-%02d", 1970+m/12, m%12+1)
}

// title adds the titles of the codes.
func (c *Catalogue) title(out *ieum.Imported) {
	add := func(list string, codes ...string) {
		l := c.defs.Codes[list]
		for _, code := range codes {
			if l != nil && code != "" {
				if _, ok := l.Find(code); ok {
					out.Titles[list+"/"+code] = ieum.Text{KO: l.Name(code, "ko"), EN: l.Name(code, "en")}
				}
			}
		}
	}
	r := &out.Resume
	add("keco2025", out.Occupation)
	add("keco2025", r.Wish.Occupations...)
	add("regions", r.Region)
	add("regions", r.Wish.Regions...)
	add("education", r.Education)
	add("employment", r.Wish.Employment...)
	add("competencies", out.Competencies...)
	add("vulnerable-groups", out.Groups...)
	for _, career := range r.Careers {
		add("keco2025", career.Occupation)
	}
}

// HideErased hides rows whose ids were erased a moment ago, of one person who wished
// so, in what is served.
func (c *Catalogue) HideErased(ctx context.Context, by ieum.AccountID, rows map[ieum.SourceID][]string) error {
	var ids []string
	var now []snapshot.Place
	for source, keys := range rows {
		for _, key := range keys {
			id := string(RowPerson(c.keys, source, resumeKind, key))
			if !slices.Contains(c.keys.Erased(), id) {
				return fmt.Errorf("catalogue: row %s is to be hidden and was not erased", id)
			}
			at, err := c.placeNow(ctx, source, key)
			if err != nil {
				return err
			}
			ids, now = append(ids, id), append(now, at...)
		}
	}
	if err := c.store.forgot(ctx, ids, by, destroyed); err != nil {
		return err
	}
	return c.erased(ctx, ids, now)
}

// placeNow returns where the row lies that a source has under a key, none when it
// has no such row.
func (c *Catalogue) placeNow(ctx context.Context, source ieum.SourceID, key string) ([]snapshot.Place, error) {
	states, err := c.store.states(ctx, resumeKind)
	i := slices.IndexFunc(states, func(s state) bool { return s.source == source })
	if err != nil || i < 0 {
		return nil, err
	}
	present, err := openKeys(c.statePath(states[i]))
	if err != nil {
		return nil, err
	}
	e, ok := present.find(idOf(c.keys, source, resumeKind, key).number())
	if err := present.close(); err != nil || !ok {
		return nil, err
	}
	return []snapshot.Place{{Delivery: e.delivery, Row: e.place}}, nil
}
