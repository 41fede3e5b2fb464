package catalogue

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/table"
)

// A Record is one row that was taken in, and where it came from.
type Record struct {
	Source   ieum.SourceID     `json:"source"`
	Kind     ieum.KindID       `json:"kind"`
	Key      string            `json:"key"`
	Delivery int64             `json:"delivery"`
	File     string            `json:"file"`
	Row      int64             `json:"row"`               // as the quarantine counts
	Closed   ieum.Day          `json:"closed"`            // day from which it was no longer delivered; "" = it still is
	Fields   map[string]string `json:"fields"`            // none in kinds that tell about people
	Names    []Named           `json:"-"`                 // the fields in the order of the kind
	Service  []Alike           `json:"service,omitempty"` // every row of the public service that the row speaks of
	place    uint32            // in its segment
}

// Named is a field of a record with its title.
type Named struct {
	Title ieum.Text
	Text  string
}

// Record returns the row that a source now has under a key, or a number it gave
// out (see Key), and its lineage: the delivery, file and row it came with. It is ieum.ErrNotFound when there is
// none, or it is of somebody who was erased.
func (c *Catalogue) Record(ctx context.Context, source ieum.SourceID, kind ieum.KindID, key string) (*Record, error) {
	r, k, err := c.find(ctx, source, kind, key)
	if err != nil {
		return nil, err
	}
	lies := r.Key
	r.Key = "" // of somebody who was erased nothing is read
	if err := c.readRecord(ctx, r, k); err != nil {
		return nil, err
	}
	if r.Key != lies {
		return nil, errNoRecord(source, kind, key)
	}
	if r.Service, err = c.alike(source, kind, r.Key); err != nil {
		return nil, err
	}
	return r, c.nameFile(ctx, r)
}

// find returns where the row lies that a source now has under a key, or a number it
// gave out, with its kind; nothing of it is read.
func (c *Catalogue) find(ctx context.Context, source ieum.SourceID, kind ieum.KindID, key string) (*Record, *defs.Kind, error) {
	missing := errNoRecord(source, kind, key)
	k := c.defs.Kinds[kind]
	if k == nil {
		return nil, nil, missing
	}
	states, err := c.store.states(ctx, kind)
	if err != nil {
		return nil, nil, err
	}
	at := slices.IndexFunc(states, func(s state) bool { return s.source == source })
	if at < 0 {
		return nil, nil, missing
	}
	present, err := openKeys(c.statePath(states[at]))
	if err != nil {
		return nil, nil, err
	}
	var e entry
	var ok bool
	err = c.naming(source, k, func(n *namer) error {
		if e, ok = present.find(n.key(key)); !ok {
			key = c.Key(key)
			e, ok = present.find(n.key(key))
		}
		return nil
	})
	if err := errors.Join(err, present.close()); err != nil {
		return nil, nil, err
	}
	if !ok {
		return nil, nil, missing
	}
	return &Record{Source: source, Kind: kind, Key: key, Delivery: int64(e.delivery), Closed: e.closed, place: e.place}, k, nil
}

func errNoRecord(source ieum.SourceID, kind ieum.KindID, key string) error {
	return &ieum.Error{Kind: ieum.ErrNotFound, Key: "error.no_record", Message: fmt.Sprintf("source %s has no %s under the key %q", source, kind, key)}
}

// Whose returns the id under which the door knows whom a row is about, which Record
// answers with or not: that there is none says something of them too. Of a row about
// somebody else's résumé, which is not there, it is that of the résumé that its key names.
func (c *Catalogue) Whose(ctx context.Context, source ieum.SourceID, kind ieum.KindID, key string) (ieum.PersonID, error) {
	r, k, err := c.find(ctx, source, kind, key)
	if errors.Is(err, ieum.ErrNotFound) {
		return c.named(ctx, source, kind, c.Key(key))
	}
	if err != nil {
		return "", err
	}
	b, i, err := c.rowAt(ctx, r, func(*segment) []string { return []string{ColumnID} })
	if err != nil {
		return "", err
	}
	if b == nil || !personal(k) {
		return "", errNoRecord(source, kind, key)
	}
	id, _ := b.Columns[0].Text(i)
	return ieum.PersonID(idIn(id).append(nil)), nil
}

// named returns whom the key of a row that is not there speaks of.
func (c *Catalogue) named(ctx context.Context, source ieum.SourceID, kind ieum.KindID, key string) (ieum.PersonID, error) {
	if k := c.defs.Kinds[kind]; k != nil && k.Person != "" {
		for part := range strings.SplitSeq(key, "|") {
			r, _, err := c.find(ctx, source, resumeKind, part)
			if err == nil {
				return RowPerson(c.keys, source, resumeKind, r.Key), nil
			}
			if !errors.Is(err, ieum.ErrNotFound) {
				return "", err
			}
		}
	}
	return RowPerson(c.keys, source, kind, key), nil
}

// readRecord reads what a record says; of somebody who was erased that is nothing.
func (c *Catalogue) readRecord(ctx context.Context, r *Record, k *defs.Kind) error {
	b, i, err := c.rowAt(ctx, r, func(s *segment) []string {
		if personal(k) {
			return []string{ColumnKey, ColumnRow, ColumnFile}
		}
		return s.Columns()
	})
	if err == nil && b != nil {
		fillRecord(r, k, b, i)
	}
	return err
}

// rowAt reads columns of the row that a record is of, which is row i of the batch;
// nil is somebody who was erased.
func (c *Catalogue) rowAt(ctx context.Context, r *Record, names func(*segment) []string) (b *table.Batch, i int, err error) {
	s, err := c.segment(r.Source, r.Kind, r.Delivery)
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	place, of := int64(r.place), names(s)
	for s.skip(place); ; {
		from := s.at
		b, there, err := s.read(ctx, func(at int64) bool { return at == place }, of...)
		switch i := place - from; {
		case err != nil:
			return nil, 0, unread(s.path, err)
		case i >= int64(b.Rows):
		case there[i]:
			return b, int(i), nil
		default:
			return nil, 0, nil
		}
	}
}

func fillRecord(r *Record, k *defs.Kind, b *table.Batch, i int) {
	text := func(name string) string {
		at := slices.IndexFunc(b.Columns, func(c table.Column) bool { return c.Name == name })
		if at < 0 {
			return ""
		}
		s, _ := b.Columns[at].Text(i)
		return s
	}
	r.Key = text(ColumnKey)
	fmt.Sscan(text(ColumnRow), &r.Row)
	r.File = text(ColumnFile) // its place until it is named
	if personal(k) {
		return
	}
	r.Fields = map[string]string{}
	for j := range k.Fields {
		f := &k.Fields[j]
		for _, column := range lakeColumns(k, f) {
			value := text(column.Name)
			if value == "" || column.List && value == "[]" {
				continue
			}
			r.Fields[column.Name] = value
			r.Names = append(r.Names, Named{titleOf(f, column.Name), value})
		}
	}
}

// titleOf returns the title of a column of a field.
func titleOf(f *defs.Field, column string) ieum.Text {
	if column == f.Name {
		return f.Title
	}
	member := " (" + column[len(f.Name)+1:] + ")"
	return ieum.Text{KO: f.Title.KO + member, EN: f.Title.EN + member}
}

// nameFile puts the file's name in place of its number.
func (c *Catalogue) nameFile(ctx context.Context, r *Record) error {
	files, err := c.store.files(ctx, r.Delivery)
	if err != nil {
		return err
	}
	var place int
	if _, err := fmt.Sscan(r.File, &place); err != nil || place >= len(files) {
		return errors.Join(err, fmt.Errorf("catalogue: delivery %d has no file %s", r.Delivery, r.File))
	}
	r.File = files[place].Name
	return nil
}

// People returns how many rows about people there are, and a hash of which they
// are.
func (c *Catalogue) People(ctx context.Context) (rows int64, sum []byte, err error) {
	states, err := c.store.states(ctx, "")
	if err != nil {
		return 0, nil, err
	}
	h := sha256.New()
	for _, s := range states {
		if k := c.defs.Kinds[s.kind]; k != nil && personal(k) {
			rows += s.rows
			fmt.Fprintf(h, "%s %s %d %s\n", s.source, s.kind, s.rows, s.sha256)
		}
	}
	return rows, h.Sum(nil), nil
}

// A SourceStatus says how a source stands: what came last and what is awaited.
type SourceStatus struct {
	ID         ieum.SourceID `json:"source"`
	Title      ieum.Text     `json:"title"`
	Holder     ieum.Text     `json:"holder"`
	Basis      ieum.Text     `json:"basis"`
	Cycle      string        `json:"cycle"`
	Simulated  bool          `json:"simulated"`
	Anonymous  bool          `json:"anonymous"`
	Deliveries int           `json:"deliveries"`
	Last       *Delivery     `json:"last,omitempty"`
	Due        ieum.Day      `json:"due"` // last day on which the next delivery is in time; "" when none is awaited
	Late       bool          `json:"late"`
}

// Sources returns how every source stands: late ones first, then those that
// delivered, newest first, then the rest by name.
func (c *Catalogue) Sources(ctx context.Context) ([]SourceStatus, error) {
	var out []SourceStatus
	today := ieum.DayOf(c.now())
	counts, err := c.store.counts(ctx)
	if err != nil {
		return nil, err
	}
	for id, s := range c.defs.Sources {
		st := SourceStatus{ID: id, Title: s.Title, Holder: s.Holder, Basis: s.Basis, Cycle: s.Cycle, Simulated: s.Simulated, Anonymous: s.Anonymous, Deliveries: counts[id]}
		if st.Deliveries > 0 {
			if st.Last, _, _, err = c.store.last(ctx, id); err != nil {
				return nil, err
			}
			st.Due = dueDay(s.Cycle, ieum.DayOf(st.Last.Seen), s.Due)
			st.Late = st.Due != 0 && today > st.Due
		}
		out = append(out, st)
	}
	slices.SortFunc(out, byNeed)
	return out, nil
}

// byNeed orders sources by what an operator should see first.
func byNeed(a, b SourceStatus) int {
	newest := func(s SourceStatus) int64 {
		switch {
		case s.Last == nil:
			return 0
		case s.Late:
			return math.MaxInt64
		}
		return s.Last.Number
	}
	return cmp.Or(cmp.Compare(newest(b), newest(a)), cmp.Compare(a.ID, b.ID))
}
