package catalogue

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"ieum"
	"ieum/internal/platform/durable"
	"ieum/internal/snapshot"
)

// Who is erased of whom a source delivered a résumé. The tombstone is the rowID
// among the erased ids of the key store: it lies outside the database and its
// backups, and says nothing without the store. With it the key of the row is
// destroyed: of what lies in the lake, and in backups of it, nothing opens any
// more. Snapshots were made before; from the tombstone follows which of their rows
// these are, which stands beside them, so that whoever answers from one passes over
// them. A row that comes again under its key is kept without what it tells, and
// left out again.

// tombs returns the erased ids of rows.
func tombs(keys Sealer) (ids []string) {
	for _, text := range keys.Erased() {
		if _, ok := parseID(text); ok {
			ids = append(ids, text)
		}
	}
	return ids
}

// nameOf returns a name for erased ids, "none" for no one.
func nameOf(ids []string) string {
	if len(ids) == 0 {
		return "none"
	}
	sum := sha256.Sum256([]byte(strings.Join(slices.Sorted(slices.Values(ids)), "\n")))
	return hex.EncodeToString(sum[:8])
}

// Forget erases the résumé that a source has under a key, or a number it gave out
// (see Key), by whom of staff: from now on nobody is shown it, the next build leaves
// it out, and so does any later one, also when it is delivered again. It cannot be
// undone. Rows of other kinds about the same person go with it, also where the résumé is not
// here. Without any such row it is ieum.ErrNotFound, having gone on with an erasure of it
// that was cut off.
func (c *Catalogue) Forget(ctx context.Context, source ieum.SourceID, key string, by ieum.AccountID) error {
	r, err := c.Record(ctx, source, resumeKind, key)
	var now []snapshot.Place
	switch {
	case errors.Is(err, ieum.ErrNotFound):
		told, failed := c.tells(ctx, source, key)
		if failed != nil || !told {
			return cmp.Or(c.Hide(ctx), failed, err)
		}
	case err != nil:
		return err
	default:
		key, now = r.Key, []snapshot.Place{{Delivery: uint32(r.Delivery), Row: r.place}}
	}
	if err := c.Hide(ctx); err != nil { // so that what follows need look for one key alone
		return err
	}
	id := string(RowPerson(c.keys, source, resumeKind, key))
	if err := c.store.forgot(ctx, []string{id}, by, func() error { return c.keys.Erase(id) }); err != nil {
		return err
	}
	return c.erased(ctx, []string{id}, now)
}

// tells says whether rows of other kinds than résumés are about the person of one, who was
// not erased.
func (c *Catalogue) tells(ctx context.Context, source ieum.SourceID, key string) (is bool, err error) {
	whose := idOf(c.keys, source, resumeKind, key)
	if slices.Contains(c.keys.Erased(), string(RowPerson(c.keys, source, resumeKind, key))) {
		return false, nil
	}
	states, err := c.store.states(ctx, "")
	for _, st := range states {
		if k := c.defs.Kinds[st.kind]; err != nil || is || st.source != source || k == nil || k.Person == "" {
			continue
		}
		segments, failed := c.store.segments(ctx, st.source, st.kind)
		err = failed
		for number := range segments {
			err = errors.Join(err, c.eachID(ctx, st.source, st.kind, number, func(_ uint32, id rowID) { is = is || id == whose }))
		}
	}
	return is, err
}

// erased goes on with rows whose ids were erased, as the journal says: it hides them,
// at once where each lies now, then in all deliveries they came with. Cut off in
// between it is gone on with by Hide.
func (c *Catalogue) erased(ctx context.Context, ids []string, now []snapshot.Place) error {
	if err := c.hide(now, looked{}); err != nil {
		return err
	}
	all := tombs(c.keys)
	before := slices.DeleteFunc(slices.Clone(all), func(id string) bool { return slices.Contains(ids, id) })
	return c.look(ctx, 0, ids, looked{before: nameOf(before), after: nameOf(all), only: len(before) > 0})
}

// Behind says whether Hide has to go through keys.
func (c *Catalogue) Behind(ctx context.Context) (bool, error) {
	list := tombs(c.keys)
	h, err := c.readHidden()
	if err != nil || len(list) == 0 {
		return h != nil && h.Erased == snapshot.Damaged, err
	}
	states, err := c.store.states(ctx, resumeKind)
	return h.Erased != nameOf(list) || slices.ContainsFunc(states, func(st state) bool { return st.delivery > h.Through }), err
}

// Hide brings what is hidden in line with who was erased: it looks through what
// was delivered since it last did, and through all when the tombstones are others, as
// after a restore or an erasure that was cut off; it writes down those of whom nothing
// says yet that they were erased. What cannot be read is told when the rest is hidden.
// Without tombstones it reads nothing.
func (c *Catalogue) Hide(ctx context.Context) error {
	if c.keys == nil {
		return nil
	}
	list := tombs(c.keys)
	h, err := c.readHidden()
	switch {
	case err != nil || len(list) == 0 && h.Erased != snapshot.Damaged:
		return err
	case len(list) == 0:
		return c.hide(nil, looked{before: snapshot.Damaged, after: nameOf(nil)})
	}
	from, name := h.Through, nameOf(list)
	if h.Erased != name {
		from = 0
		if err := c.store.forgot(ctx, list, "", destroyed); err != nil {
			return err
		}
	}
	return c.look(ctx, from, list, looked{before: h.Erased, after: name})
}

// look looks for people in the deliveries after a number, and hides those it finds.
func (c *Catalogue) look(ctx context.Context, after int64, of []string, l looked) error {
	found, through, fault := c.places(ctx, after, of)
	switch {
	case fault != nil:
		l = looked{} // what was not read is looked for the next time
	case l.before == l.after && through == after:
		return nil
	case !l.only:
		l.through = through
	}
	return errors.Join(c.hide(found, l), fault)
}

// readHidden is snapshot.ReadHidden; a damaged file says nothing, and all is looked
// through.
func (c *Catalogue) readHidden() (*snapshot.Hidden, error) {
	h, err := snapshot.ReadHidden(c.data)
	if errors.Is(err, ieum.ErrInvalid) {
		return &snapshot.Hidden{Erased: snapshot.Damaged, Rows: map[snapshot.Place]time.Time{}}, nil
	}
	return h, err
}

// places looks for résumés of people in the deliveries after a number, and returns
// where they are and the last number there is, with the faults of files that could
// not be read.
func (c *Catalogue) places(ctx context.Context, after int64, of []string) (found []snapshot.Place, through int64, err error) {
	ids := map[rowID]bool{}
	for _, text := range of {
		id, _ := parseID(text)
		ids[id] = true
	}
	states, err := c.store.states(ctx, resumeKind)
	if err != nil {
		return nil, 0, err
	}
	var faults []error
	for _, st := range states {
		through = max(through, st.delivery)
	}
	for _, st := range states {
		segments, err := c.store.segments(ctx, st.source, st.kind)
		if err != nil {
			return nil, 0, err
		}
		for number := range segments {
			if number <= after {
				continue
			}
			err := c.eachID(ctx, st.source, resumeKind, number, func(place uint32, id rowID) {
				if ids[id] {
					found = append(found, snapshot.Place{Delivery: uint32(number), Row: place})
				}
			})
			if err != nil {
				faults = append(faults, err)
			}
		}
	}
	return found, through, errors.Join(faults...)
}

// looked says that somebody who found the tombstones called before looked for
// those called after; the zero value that nobody did.
type looked struct {
	before, after string
	only          bool  // for those who were called after and not before, not for the others
	through       int64 // the last delivery that was looked through; 0 = no further than before
}

// hide adds places to those that are hidden. It notes what was looked for, unless
// another did meanwhile: then all is looked through the next time.
func (c *Catalogue) hide(found []snapshot.Place, l looked) error {
	dir := filepath.Join(c.data, "snapshots")
	if err := durable.MkdirAll(dir); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(dir, "hidden.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return durable.Fault(err)
	}
	defer f.Close()
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		return durable.Fault(err)
	}
	h, err := c.readHidden()
	if err != nil {
		return err
	}
	for _, p := range found {
		if _, is := h.Rows[p]; !is {
			h.Rows[p] = c.now()
		}
	}
	if l.after != "" && h.Erased == l.before {
		h.Erased, h.Through = l.after, max(h.Through, l.through)
	}
	return h.Write(c.data)
}

// forgotten returns what is hidden of a kind's rows, nil when nothing is.
func (c *Catalogue) forgotten(kind ieum.KindID) (map[snapshot.Place]bool, error) {
	if kind != resumeKind {
		return nil, nil
	}
	h, err := snapshot.ReadHidden(c.data)
	if err != nil || len(h.Rows) == 0 {
		return nil, err
	}
	out := map[snapshot.Place]bool{}
	for p := range h.Rows {
		out[p] = true
	}
	return out, nil
}
