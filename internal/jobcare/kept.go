package jobcare

import (
	"sync"

	"ieum"
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
