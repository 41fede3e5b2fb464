// Package match finds jobs: for words somebody searches for, for a person with
// a résumé, for everybody at once, and people for a posting. What is closed is
// never shown, what a person must not be sent is never sent, and every score is
// a sum of parts that are shown.
//
// Read match.go for what it needs, index.go for what is derived from a
// snapshot. For a person: seeker.go (in numbers), limits.go (what they exclude),
// jobs.go (the best jobs found exactly without looking at all), explain.go (the
// reasons), model.go and lessons.go (what scores are made of, and what that is learned
// from). For words: query.go, words.go and pattern.go (what they may mean),
// search.go, collect.go and facets.go (what is found). Then posting.go for one
// posting, shut.go for those closed since the snapshot, signs.go for what speaks against it, people.go, seekers.go and batch.go for the other directions, resume.go for
// people of the snapshot, items.go and items_say.go for things that definitions declare (judged and ranked by shelf), taste.go for what is learned from applications (by als),
// assign.go and share.go for sharing postings out, evaluate.go and audit.go for how good that is,
// http.go, http_audit.go, http_feed.go, http_items.go, http_signs.go and linked.go for pages and programs. The score is made in rank, the text index in terms.
package match

import (
	"context"
	"sync/atomic"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/snapshot"
)

// Reader understands a résumé: codes with the words that show them.
type Reader interface {
	Read(ieum.Resume) ieum.Profile
}

// Lake tells what a snapshot does not: whose a row is.
type Lake interface {
	// Keys calls f with the keys in their sources of some of the snapshot's résumés;
	// i is a place in rows.
	Keys(ctx context.Context, s *snapshot.Snapshot, rows []uint32, f func(i int, key string) error) error
	// Applications calls f for each application, with the keys that its source has
	// for the résumé and the posting.
	Applications(ctx context.Context, f func(source ieum.SourceID, resume, posting string)) error
}

// A Matcher answers from the current snapshot.
type Matcher struct {
	live   *snapshot.Live
	set    *defs.Set
	reader Reader
	now    func() time.Time

	shut atomic.Pointer[[]uint64] // see Shut

	Audits string // the file that holds the last audit; "" = none is kept
	// Here says whether one can apply here for what a row of a source stands for; nil: for none.
	Here func(ctx context.Context, source ieum.SourceID, key string) bool
}

// New returns a matcher. Its snapshots must be opened with Part. The reader is
// needed only where a résumé comes in over HTTP.
func New(live *snapshot.Live, set *defs.Set, reader Reader, now func() time.Time) *Matcher {
	return &Matcher{live: live, set: set, reader: reader, now: now}
}

// acquire returns the index of the current snapshot and the day whose open
// postings count.
func (m *Matcher) acquire() (x *index, day ieum.Day, release func(), err error) {
	s, release, err := m.live.Acquire()
	if err != nil {
		return nil, 0, nil, err
	}
	x, day = m.indexOf(s)
	return x, day, release, nil
}

func (m *Matcher) indexOf(s *snapshot.Snapshot) (x *index, day ieum.Day) {
	x = s.Part(partName).(*index)
	x.shutBy(m.shut.Load())
	return x, s.Today(m.now())
}

// Open counts the postings of a snapshot that one can apply to today.
func (m *Matcher) Open(s *snapshot.Snapshot) int {
	x, day := m.indexOf(s)
	return x.openings(x.openOn(day))
}
