package jobcare

import (
	"sync"

	"ieum"
	"ieum/internal/snapshot"
)

// keptReports is how many reports are kept, of about 60 KB each: twice the unit groups.
const keptReports = 1000

// kept are reports that were asked for, of one snapshot on one day. They are as they are
// published, and must not be changed.
type kept struct {
	mu      sync.Mutex
	version string
	hiding  any
	day     ieum.Day
	reports map[Query]*Market
}

// report returns a report that is kept, or makes it. One that is asked for twice at once may
// be made twice.
func (k *kept) report(s *snapshot.Snapshot, sl slice, make func() *Market) *Market {
	hiding := s.Hiding()
	k.mu.Lock()
	k.turn(s, hiding, sl.day)
	m := k.reports[sl.Query]
	k.mu.Unlock()
	if m != nil {
		return m
	}
	m = make()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.turn(s, hiding, sl.day); s.Hiding() == hiding { // else somebody may be in it who is hidden by now
		k.reports[sl.Query] = m
	}
	return m
}

// turn drops what is not of a snapshot, of what is hidden in it and of a day; or something,
// where there is too much.
func (k *kept) turn(s *snapshot.Snapshot, hiding any, day ieum.Day) {
	if k.version != s.Meta.Version || k.hiding != hiding || k.day != day || len(k.reports) >= keptReports {
		k.version, k.hiding, k.day, k.reports = s.Meta.Version, hiding, day, map[Query]*Market{}
	}
}
