package identity

import (
	"sync"
	"time"
)

// A limiter lets each key do something so often: Burst times at once, then once
// every so often. It forgets whoever has been quiet, and when it knows too many
// keys, whoever it heard of first.
type limiter struct {
	burst int
	every time.Duration
	most  int

	mu    sync.Mutex
	keys  map[string]*bucket
	order []string
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
		if len(l.keys) >= l.most {
			delete(l.keys, l.order[0])
			l.order = l.order[1:]
		}
		b = &bucket{float64(l.burst), now}
		l.keys[key] = b
		l.order = append(l.order, key)
	}
	if past := now.Sub(b.at); past > 0 {
		b.left = min(float64(l.burst), b.left+float64(past)/float64(l.every))
		b.at = now
	}
	if b.left < 1 {
		return time.Duration((1 - b.left) * float64(l.every)), false
	}
	b.left--
	return 0, true
}

// back gives a try back that was none.
func (l *limiter) back(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.keys[key]; b != nil {
		b.left = min(float64(l.burst), b.left+1)
	}
}

// forget gives a key all its tries back.
func (l *limiter) forget(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.keys[key]; b != nil {
		b.left = float64(l.burst)
	}
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
