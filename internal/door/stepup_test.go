package door

import (
	"errors"
	"testing"

	"ieum"
)

// away is somebody who signed in too long ago for what is sensitive.
func away(by Asker) Asker {
	by.Fresh = false
	return by
}

// TestSensitiveRecordsTakeAFreshSignIn: notes, papers and single rows of people whom
// nobody assigned; what else the same purpose reads does not. Who signed in too long ago
// reads nothing, and no record says they did.
func TestSensitiveRecordsTakeAFreshSignIn(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		const row = ieum.PersonID("pofarow")
		p, officer := b.registered("law"), b.as("asecond", "officer", "center", "north", "")
		read := func(by Asker, purpose ieum.PurposeID, kinds ...ieum.RecordKind) error {
			return second(b.Read(ctx, by, p, purpose, kinds...))
		}
		for _, tt := range []struct {
			what  string
			read  func(by Asker) error
			by    Asker
			stale bool // is enough
		}{
			{"how to reach a client, and their work", func(by Asker) error { return read(by, counselling, ieum.ContactRecord, ieum.ResumeRecord) }, b.counsellor(), true},
			{"notes", func(by Asker) error { return read(by, counselling, ieum.ContactRecord, ieum.NoteRecord) }, b.counsellor(), false},
			{"a client at the desk", func(by Asker) error { return read(by, "registration", ieum.ContactRecord) }, b.counsellor(), true},
			{"papers at the desk", func(by Asker) error { return read(by, "registration", ieum.PaperRecord) }, b.counsellor(), false},
			{"a row", func(by Asker) error { return second(b.ReadImported(ctx, by, row, "placement")) }, officer, false},
			{"one's own notes and papers", func(by Asker) error {
				return second(b.Read(ctx, by, b.person(), "own", ieum.NoteRecord, ieum.PaperRecord))
			}, b.seeker(), true},
		} {
			var before, after int64
			count := func(n *int64) error {
				return b.d.QueryRowContext(ctx, `SELECT COALESCE(SUM(reads), 0) FROM door_person`).Scan(n)
			}
			failed := count(&before)
			err := tt.read(away(tt.by))
			if stale := err == nil; errors.Join(failed, count(&after)) != nil || stale != tt.stale || !stale && (!errors.Is(err, ieum.ErrSignedOut) || before != after) {
				t.Errorf("%s, after a while: %v and %d records", tt.what, err, after-before)
			}
			if err := tt.read(tt.by); err != nil {
				t.Errorf("%s, after a fresh sign-in: %v", tt.what, err)
			}
		}
	})
}
