package competency

// words are names in a trie over the runes of streams. Its edges are in one
// hash table, so that a step costs one look.
type words struct {
	names []name
	keys  []uint64 // state<<32 | rune+1; 0 = empty
	to    []uint32 // of keys: the next state
	at    [][]int32

	edges map[uint64]uint32 // while names are added
}

// A name is one spelling of a thing; with not it is a word that holds a
// spelling but does not mean the thing.
type name struct {
	thing    int
	not      bool
	latin    bool   // it begins with a Latin letter, digit or sign
	ordinary bool   // it is an English word as well
	capital  []bool // of runes, for short Latin names: whether a capital
}

// add takes in a name of a thing.
func (w *words) add(text string, thing int, not bool) {
	if w.edges == nil {
		w.edges, w.at = map[uint64]uint32{}, [][]int32{nil}
	}
	var s stream
	s.read(text)
	if len(s.runes) == 0 {
		return
	}
	n := name{thing: thing, not: not}
	last := s.runes[len(s.runes)-1]
	if !isHangul(s.runes[0]) && !isHangul(last) {
		n.latin, n.ordinary = true, ordinaryWords[string(s.runes)]
		for _, f := range s.flags {
			n.capital = append(n.capital, f&upper != 0)
		}
	}
	state := uint32(0)
	for _, r := range s.runes {
		k := edge(state, r)
		next, ok := w.edges[k]
		if !ok {
			next = uint32(len(w.at))
			w.edges[k], w.at = next, append(w.at, nil)
		}
		state = next
	}
	w.at[state] = append(w.at[state], int32(len(w.names)))
	w.names = append(w.names, n)
}

func edge(state uint32, r rune) uint64 { return uint64(state)<<32 | uint64(r+1) }

// finish makes the table; no name is added after it.
func (w *words) finish() {
	size := 2
	for size < 3*len(w.edges) {
		size *= 2
	}
	w.keys, w.to = make([]uint64, size), make([]uint32, size)
	for k, next := range w.edges {
		i := w.slot(k)
		for w.keys[i] != 0 {
			i = (i + 1) & uint64(size-1)
		}
		w.keys[i], w.to[i] = k, next
	}
	w.edges = nil
}

func (w *words) slot(k uint64) uint64 {
	k *= 0x9fb21c651e98df25
	return (k >> 32) & uint64(len(w.keys)-1)
}

// step returns the state behind a rune.
func (w *words) step(state uint32, r rune) (uint32, bool) {
	k := edge(state, r)
	for i := w.slot(k); ; i = (i + 1) & uint64(len(w.keys)-1) {
		switch w.keys[i] {
		case k:
			return w.to[i], true
		case 0:
			return 0, false
		}
	}
}

// ends returns the names that end in a state.
func (w *words) ends(state uint32) []int32 { return w.at[state] }
