package door

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"ieum"
	"ieum/internal/platform/journal"
)

// A Change is something that others did to what is kept of a person, or to who reads
// it: an entry of the journal, of ids alone.
type Change struct {
	Seq          int64           `json:"seq"`  // in journal and ledger; 0 = it gets one within a second
	What         string          `json:"what"` // one of changeKinds, without door.
	At           int64           `json:"at"`   // unix seconds
	By           string          `json:"by"`   // an account
	Role         ieum.RoleID     `json:"role"`
	Organisation string          `json:"organisation"`
	Kind         ieum.RecordKind `json:"kind,omitempty"` // of the record that was kept or removed
	Counsellor   ieum.AccountID  `json:"counsellor,omitempty"`
	Heard        ieum.AccountID  `json:"heard,omitempty"` // who heard somebody stop something; "" = they signed
	Why          string          `json:"why,omitempty"`   // of CorrectionReasons, for which who the person is was corrected
	Birth        bool            `json:"birth,omitempty"` // the birth date was, not the name alone
	Drawn        string          `json:"drawn"`           // in each entry anew
}

// Time is when it was.
func (c Change) Time() time.Time { return time.Unix(c.At, 0) }

// changeKinds are the entries that tell of changes.
var changeKinds = []string{"door.kept", "door.forgotten", "door.assigned", "door.released", "door.linked", "door.link_ended", corrected, "door.mandate", "door.mandate_ended", "door.withdrawn", "door.found", "door.matched", "door.row_linked", "door.row_unlinked", "door.row_moved"}

// Changes lists the newest changes that others made, the newest first: a stretch of each
// kind, so that many of one hide none of another.
func (d *Door) Changes(ctx context.Context, person ieum.PersonID) (list []Change, err error) {
	for _, kind := range changeKinds {
		some, err := d.changesOf(ctx, person, kind, 0)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	slices.SortStableFunc(list, func(a, b Change) int { return int(b.At - a.At) })
	return list, nil
}

// Older lists a stretch more of one kind of changes, from before an entry on; of kind
// ErrNotFound where there is no such kind.
func (d *Door) Older(ctx context.Context, person ieum.PersonID, what string, before int64) ([]Change, error) {
	if !slices.Contains(changeKinds, "door."+what) {
		return nil, ieum.ErrNotFound
	}
	return d.changesOf(ctx, person, "door."+what, before)
}

// changesOf lists a stretch of one kind, from before an entry on (0 = the newest), however
// many entries of the person's own lie between.
func (d *Door) changesOf(ctx context.Context, person ieum.PersonID, kind string, before int64) (list []Change, err error) {
	for more := true; more; {
		entries, err := journal.OfOthers(ctx, d.store.db, string(person), kind, bySelf, before, stretch)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			c := Change{Seq: e.Seq, What: kind[len("door."):]}
			if err := json.Unmarshal(e.Data, &c); err != nil {
				return nil, err
			}
			if c.At == 0 {
				c.At = e.Sealed.Unix() // an entry of before said no time
			}
			twice := func(o Change) bool { return o.Drawn == c.Drawn } // it got its number while it was read
			if c.By != bySelf && len(list) < stretch && !slices.ContainsFunc(list, twice) {
				list = append(list, c)
			}
			before = e.Seq
		}
		more = len(list) < stretch && len(entries) == stretch && before > 0
	}
	return list, nil
}

// toldToday says whether a person's list has an entry of a kind by somebody of this day:
// a look is told once a day and reader. Of two looks at once both may be told.
func (d *Door) toldToday(ctx context.Context, person ieum.PersonID, kind string, by Asker, now time.Time) (bool, error) {
	entries, err := journal.Of(ctx, d.store.db, string(person), kind, 0, stretch)
	for _, e := range entries {
		var c Change
		if err := json.Unmarshal(e.Data, &c); err != nil {
			return false, err
		}
		if c.By == string(by.ID) && ieum.DayOf(c.Time()) == ieum.DayOf(now) {
			return true, nil
		}
	}
	return false, err
}
