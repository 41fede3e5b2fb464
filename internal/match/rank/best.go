package rank

import "slices"

// Best keeps the K best of what it is offered, by a strict order.
type Best[T any] struct {
	K     int
	Above func(a, b T) bool // whether a stands before b

	heap []T // the worst on top
}

// Full says whether K are kept.
func (b *Best[T]) Full() bool { return len(b.heap) >= b.K }

// Worst returns the worst that is kept; there must be one.
func (b *Best[T]) Worst() T { return b.heap[0] }

// Offer keeps v if it is among the K best so far.
func (b *Best[T]) Offer(v T) {
	switch {
	case b.K <= 0:
	case len(b.heap) < b.K:
		b.heap = append(b.heap, v)
		b.up(len(b.heap) - 1)
	case b.Above(v, b.heap[0]):
		b.heap[0] = v
		b.down()
	}
}

// Sorted returns what is kept, best first, and empties b.
func (b *Best[T]) Sorted() []T {
	out := b.heap
	b.heap = nil
	slices.SortFunc(out, func(x, y T) int {
		switch {
		case b.Above(x, y):
			return -1
		case b.Above(y, x):
			return 1
		}
		return 0
	})
	return out
}

func (b *Best[T]) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if !b.Above(b.heap[parent], b.heap[i]) {
			return
		}
		b.heap[parent], b.heap[i] = b.heap[i], b.heap[parent]
		i = parent
	}
}

func (b *Best[T]) down() {
	for i := 0; ; {
		worst := i
		for _, c := range []int{2*i + 1, 2*i + 2} {
			if c < len(b.heap) && b.Above(b.heap[worst], b.heap[c]) {
				worst = c
			}
		}
		if worst == i {
			return
		}
		b.heap[i], b.heap[worst] = b.heap[worst], b.heap[i]
		i = worst
	}
}
