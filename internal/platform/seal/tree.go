package seal

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// Keys are the leaves of a binary tree of seeds, 64 deep: each seed gives those
// of its two children, and none gives its parent (Goldreich, Goldwasser, Micali:
// How to Construct Random Functions, J. ACM 33, 1986). Whoever holds a set of
// seeds that cover all leaves but some can derive every key but those.

// depth is how long the path of an id is. Among 20 million ids two share one
// with probability 1e-5; they would be erased together.
const depth = 64

const seedBytes = sha256.Size

type seed = [seedBytes]byte

// A node is a seed that is held.
type node struct {
	start uint64 // path of the first leaf under it
	depth int    // 0 is the root
	seed  seed
}

// covers reports whether the leaf is under n.
func (n *node) covers(path uint64) bool {
	return path>>(depth-n.depth) == n.start>>(depth-n.depth)
}

// last returns the path of the last leaf under n.
func (n *node) last() uint64 { return n.start | ^uint64(0)>>n.depth }

// child returns the seed below s on the side of bit, 0 or 1.
func child(s *seed, bit byte) seed {
	const domain = "ieum/ggm/1"
	var b [len(domain) + seedBytes + 1]byte
	copy(b[:], domain)
	copy(b[len(domain):], s[:])
	b[len(b)-1] = bit
	return sha256.Sum256(b[:])
}

// pathOf returns where an id's leaf is.
func pathOf[T text](id T) uint64 {
	h := sha256.Sum256([]byte(id))
	return binary.BigEndian.Uint64(h[:])
}

// leaf returns the seed at the end of a path, from nodes in their order; ok is
// false when it was erased.
func leaf(nodes []node, path uint64) (s seed, ok bool) {
	i, found := slices.BinarySearchFunc(nodes, path, func(n node, p uint64) int { return cmp.Compare(n.start, p) })
	if !found {
		i--
	}
	if i < 0 || !nodes[i].covers(path) {
		return s, false
	}
	s = nodes[i].seed
	for d := nodes[i].depth; d < depth; d++ {
		s = child(&s, byte(path>>(depth-1-d)&1))
	}
	return s, true
}

// puncture returns nodes that cover what the given ones do, but for the leaves
// at paths, which are in order and differ.
func puncture(nodes []node, paths []uint64) []node {
	out := make([]node, 0, len(nodes)+depth*len(paths))
	for _, n := range nodes {
		from, _ := slices.BinarySearch(paths, n.start)
		to := from
		for to < len(paths) && paths[to] <= n.last() {
			to++
		}
		out = without(out, n, paths[from:to])
	}
	return out
}

// without appends n, or what is under it but for the leaves at paths.
func without(out []node, n node, paths []uint64) []node {
	switch {
	case len(paths) == 0:
		return append(out, n)
	case n.depth == depth:
		return out
	}
	right := n.start | 1<<(depth-1-n.depth)
	at, _ := slices.BinarySearch(paths, right)
	out = without(out, node{n.start, n.depth + 1, child(&n.seed, 0)}, paths[:at])
	return without(out, node{right, n.depth + 1, child(&n.seed, 1)}, paths[at:])
}

// shape returns the nodes, without their seeds, that are held when the leaves
// at paths, in order and different, are erased.
func shape(out []node, n node, paths []uint64) []node {
	switch {
	case len(paths) == 0:
		return append(out, n)
	case n.depth == depth:
		return out
	}
	right := n.start | 1<<(depth-1-n.depth)
	at, _ := slices.BinarySearch(paths, right)
	out = shape(out, node{start: n.start, depth: n.depth + 1}, paths[:at])
	return shape(out, node{start: right, depth: n.depth + 1}, paths[at:])
}

// pathsOf returns the paths of ids, in order, each once.
func pathsOf(ids []string) []uint64 {
	paths := make([]uint64, len(ids))
	for i, id := range ids {
		paths[i] = pathOf(id)
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}
