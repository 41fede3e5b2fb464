package jobcare

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"ieum"
	"ieum/internal/snapshot"
)

// mostKept is how many of a sort are kept, a report or a page of about 60 KB each: twice
// the unit groups.
const mostKept = 1000

// kept is what was asked for and is the same for all, of one snapshot on one day. It is as
// it is published, and must not be changed. Who is erased counts in it until the next
// snapshot: what changed at once would tell whom it was.
type kept[K comparable, V any] struct {
	mu      sync.Mutex
	version string
	day     ieum.Day
	of      map[K]func() (V, error)
}

// get returns what is kept, or makes it: once, also for those who ask meanwhile.
func (k *kept[K, V]) get(version string, day ieum.Day, key K, make func() (V, error)) (v V, err error) {
	k.mu.Lock()
	k.turn(version, day)
	once, ok := k.of[key]
	if !ok {
		once = sync.OnceValues(make)
		k.of[key] = once
	}
	k.mu.Unlock()
	made := false
	defer func() {
		if !made { // it failed, or has a fault
			k.mu.Lock()
			delete(k.of, key)
			k.mu.Unlock()
		}
	}()
	v, err = once()
	made = err == nil
	return v, err
}

// turn drops what is not of a snapshot and of a day; or all, where there is too much.
func (k *kept[K, V]) turn(version string, day ieum.Day) {
	if k.version != version || k.day != day || len(k.of) >= mostKept {
		k.version, k.day, k.of = version, day, map[K]func() (V, error){}
	}
}

// manyRows is from how many people and postings on an occupation is worth keeping what was
// counted of it, about 150 KB: to count fewer takes some milliseconds.
const manyRows = 1 << 15

// Follow makes the reports of whole occupations that are large before anybody asks, until
// ctx ends: of each snapshot that comes into use and of each day, one after another, the
// largest first. Whoever asks for one that is being made waits for it, and for no other. One
// that fails is reported and left out until the next snapshot or day: what was made stays.
func (a *Adviser) Follow(ctx context.Context, every time.Duration, report func(error)) {
	var made, now edition
	for ctx.Err() == nil {
		codes := []string{}
		if s, release, err := a.live.Acquire(); err == nil {
			if now = (edition{s.Meta.Version, s.Today(a.now())}); now != made {
				codes = s.Part(partName).(*base).largest(s, a.many)
			}
			release()
		}
		for _, code := range codes {
			m, err := a.ahead(code)
			if err != nil {
				report(err)
			}
			if ctx.Err() != nil || err == nil && (edition{m.Snapshot, m.Day}) != now {
				break // of what comes into use meanwhile it begins anew
			}
		}
		made = now
		select {
		case <-ctx.Done():
		case <-time.After(every):
		}
	}
}

// ahead makes the report of a whole occupation. A fault in it is an error: nobody asked, and
// all else is to be served.
func (a *Adviser) ahead(code string) (m *Market, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("jobcare: report of %s: %v\n%s", code, v, debug.Stack())
		}
	}()
	m, err = a.Market(Query{Occupation: code})
	if err != nil {
		err = fmt.Errorf("jobcare: report of %s: %w", code, err)
	}
	return m, err
}

// An edition of reports is of a snapshot on a day.
type edition struct {
	version string
	day     ieum.Day
}

// rows is how many people and postings an occupation has.
func (b *base) rows(o uint16) uint32 { return b.People[o] + b.Postings[o] }

// largest are the occupations of a snapshot that have so many rows, the one with most first.
func (b *base) largest(s *snapshot.Snapshot, rows uint32) (codes []string) {
	list := []uint16{}
	for o := range s.Dict.Occupations {
		if o > 0 && b.rows(uint16(o)) >= rows {
			list = append(list, uint16(o))
		}
	}
	slices.SortStableFunc(list, func(x, y uint16) int { return cmp.Compare(b.rows(y), b.rows(x)) })
	for _, o := range list {
		codes = append(codes, s.Dict.Occupations[o])
	}
	return codes
}
