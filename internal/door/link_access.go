package door

import (
	"context"
	"encoding/json"
	"slices"

	"ieum"
	"ieum/internal/platform/journal"
)

// This file puts together who looked at a person's records and at the rows that
// sources delivered about them, whose reads are numbered under ids of their own.

// RowReads says how a row was read that a person is tied to, or was: until the last
// link ended. A read by such a link has a record of the row's, too, and is shown once:
// as that of the person.
type RowReads struct {
	Link  Link    `json:"link"`           // the last
	Total int64   `json:"total"`          // access records of the row
	Gaps  []int64 `json:"gaps,omitempty"` // numbers that are missing within the stretch
}

// a history is a stretch of the reads under one id, newest first. With more, its
// last line is only looked at, not shown, and others come after it.
type history struct {
	link   *Link // nil: of the person's own records
	lines  []Line
	total  int64
	newest bool // it begins with the newest there is
	more   bool
	shown  int
}

// next is the newest line that was not shown, nil when none is left.
func (h *history) next() *Line {
	left := len(h.lines)
	if h.more {
		left--
	}
	if h.shown >= left {
		return nil
	}
	return &h.lines[h.shown]
}

// gaps lists the numbers that are missing in what was shown, and up to what follows.
func (h *history) gaps() []int64 {
	upTo := min(h.shown+1, len(h.lines))
	return gaps(h.lines[:upTo], h.newest, !h.more && h.shown == len(h.lines), h.total)
}

// histories returns the reads of a person's records, then those of each row.
func (d *Door) histories(ctx context.Context, p Person, before int64) ([]*history, error) {
	own, err := d.history(ctx, p.ID, nil, p.Reads, before)
	if err != nil {
		return nil, err
	}
	all, err := d.Links(ctx, p.ID)
	out := []*history{own}
	mine := map[string]bool{}
	for _, l := range all {
		mine[l.ID] = true
	}
	for _, l := range lastLinks(all) {
		total, err := d.store.readsOf(ctx, l.row)
		if err != nil {
			return nil, err
		}
		h, err := d.history(ctx, l.row, &l, total, before)
		if err != nil {
			return nil, err
		}
		for i := range h.lines {
			h.lines[i].told = mine[h.lines[i].Via]
		}
		out = append(out, h)
	}
	return out, err
}

// lastLinks are the links of each row that ended last, or not: the reads of the others
// are among theirs.
func lastLinks(all []Link) (last []Link) {
	for _, l := range all {
		i := slices.IndexFunc(last, func(o Link) bool { return o.row == l.row })
		switch {
		case i < 0:
			last = append(last, l)
		case !last[i].Ended.IsZero() && (l.Ended.IsZero() || l.Ended.After(last[i].Ended)):
			last[i] = l
		}
	}
	return last
}

// history returns reads under an id from before an entry on; of a link that ended,
// those until then.
func (d *Door) history(ctx context.Context, id ieum.PersonID, l *Link, total, before int64) (*history, error) {
	h := &history{link: l, total: total, newest: before == 0}
	for {
		entries, err := d.store.accesses(ctx, id, before, stretch+1)
		if err != nil {
			return nil, err
		}
		if h.lines, err = lines(entries); err != nil {
			return nil, err
		}
		h.more = len(entries) > stretch
		if l == nil || l.Ended.IsZero() {
			break
		}
		h.lines = slices.DeleteFunc(h.lines, func(r Line) bool { return !l.saw(r.Access) })
		if h.newest = false; len(h.lines) > 0 {
			h.total = h.lines[0].N
		}
		if !h.more || len(h.lines) > 1 {
			break
		}
		before = entries[len(entries)-1].Seq
	}
	if l != nil {
		for i := range h.lines {
			h.lines[i].Link = l.ID
		}
	}
	return h, nil
}

// saw says whether a read of the row was while the link was there, or before.
func (l Link) saw(a Access) bool { return l.Ended.IsZero() || a.At <= l.Ended.Unix() }

// weave puts the newest lines of all histories together, without those that stand in
// another of them; next is from where to go on.
func weave(all []*history, most int) (lines []Line, next int64) {
	last := int64(0)
	more := false
	for len(lines) < most && !more {
		var newest *history
		for _, h := range all {
			switch line := h.next(); {
			case line == nil:
				more = more || h.more
			case newest == nil || newer(line, newest.next()):
				newest = h
			}
		}
		if newest == nil || more {
			break
		}
		if line := newest.next(); !line.told {
			lines = append(lines, *line)
		}
		last = newest.next().Seq
		newest.shown++
	}
	more = more || slices.ContainsFunc(all, func(h *history) bool { return h.more || h.next() != nil })
	if more {
		next = last
	}
	return lines, next
}

// newer says whether a was written down after b; those without a number were last.
func newer(a, b *Line) bool {
	switch {
	case a.Seq == 0 && b.Seq == 0:
		return a.At > b.At
	case a.Seq == 0 || b.Seq == 0:
		return a.Seq == 0
	}
	return a.Seq > b.Seq
}

// subjectOf returns under which id an entry of the journal concerns a person: their
// own, or that of a row whose reads they see; ErrNotFound when it does not.
func (d *Door) subjectOf(ctx context.Context, person ieum.PersonID, e journal.Entry) (ieum.PersonID, error) {
	if e.Subject == string(person) {
		return person, nil
	}
	all, err := d.Links(ctx, person)
	if err != nil {
		return "", err
	}
	for _, l := range all {
		var a Access
		if string(l.row) == e.Subject && e.Kind == "door.read" && json.Unmarshal(e.Data, &a) == nil && l.saw(a) {
			return l.row, nil
		}
	}
	return "", ieum.ErrNotFound
}
