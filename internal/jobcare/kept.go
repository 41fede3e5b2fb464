package jobcare

import (
	"sync"

	"ieum"
	"ieum/internal/snapshot"
)

// keptReports is how many reports are kept, of about 60 KB each: twice the unit groups.
const keptReports = 1000

// kept are reports that were asked for, of one snapshot on one day. They are as they are
// published, and must not be changed. Who is erased counts in them until the next snapshot:
// what changed at once would tell whom it was.
type kept struct {
	mu      sync.Mutex
	version string
	day     ieum.Day
	reports map[Query]*Market
}

// report returns a report that is kept, or makes it. One that is asked for twice at once may
// be made twice.
func (k *kept) report(s *snapshot.Snapshot, sl slice, fresh func() *Market) *Market {
	k.mu.Lock()
	k.turn(s, sl.day)
	m := k.reports[sl.Query]
	k.mu.Unlock()
	if m != nil {
		return m
	}
	m = fresh()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.turn(s, sl.day)
	k.reports[sl.Query] = m
	return m
}

// turn drops what is not of a snapshot and of a day; or all, where there is too much.
func (k *kept) turn(s *snapshot.Snapshot, day ieum.Day) {
	if k.version != s.Meta.Version || k.day != day || len(k.reports) >= keptReports {
		k.version, k.day, k.reports = s.Meta.Version, day, map[Query]*Market{}
	}
}
