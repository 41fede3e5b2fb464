package identity

import (
	"sync"
	"time"
)

// A limiter lets each key do something so often: Burst times at once, then once
// every so often. It forgets whoever has all tries left, and lets no other key in
// while it knows too many of which none has.
type limiter struct {
	burst int
	every time.Duration
	most  int

	mu    sync.Mutex
	keys  map[string]*bucket
	swept time.Time
}

type bucket struct {
	left float64
	at   time.Time
}

func newLimiter(burst int, every time.Duration) *limiter {
	return &limiter{burst: burst, every: every, most: 100_000, keys: map[string]*bucket{}}
}

// take uses up one try of a key; ok is false when none is left, and wait how
// long it is until one is.
func (l *limiter) take(key string, now time.Time) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.keys[key]
	if b == nil {
		if len(l.keys) >= l.most && !l.sweep(now) {
			return l.every, false
		}
		b = &bucket{float64(l.burst), now}
		l.keys[key] = b
	}
	l.fill(b, now)
	if b.left < 1 {
		return time.Duration((1 - b.left) * float64(l.every)), false
	}
	b.left--
	return 0, true
}

// fill gives a key the tries back that have come up.
func (l *limiter) fill(b *bucket, now time.Time) {
	if past := now.Sub(b.at); past > 0 {
		b.left = min(float64(l.burst), b.left+float64(past)/float64(l.every))
		b.at = now
	}
}

// sweep forgets the keys that have all tries left, once a second at most, and says whether
// there is room.
func (l *limiter) sweep(now time.Time) bool {
	if since := now.Sub(l.swept); since >= 0 && since < time.Second {
		return false
	}
	l.swept = now
	for key, b := range l.keys {
		if l.fill(b, now); b.left >= float64(l.burst) {
			delete(l.keys, key)
		}
	}
	return len(l.keys) < l.most
}

// back gives a try back that was none.
func (l *limiter) back(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.keys[key]; b != nil {
		if b.left++; b.left >= float64(l.burst) {
			delete(l.keys, key)
		}
	}
}

// forget gives a key all its tries back.
func (l *limiter) forget(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.keys, key)
}

// counters are keys that a try counts for, each of a limiter.
type counters []struct {
	of  *limiter
	key string
}

// take uses up a try of each, or of none when one has none left.
func (c counters) take(now time.Time) (wait time.Duration, ok bool) {
	for i, one := range c {
		if wait, ok := one.of.take(one.key, now); !ok {
			c[:i].back()
			return wait, false
		}
	}
	return 0, true
}

// back gives a try of each back.
func (c counters) back() {
	for _, one := range c {
		one.of.back(one.key)
	}
}
