package encoder

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
)

// A recipe says how an encoder is trained.
type recipe struct {
	bits, dim   int     // 2^bits rows of dim numbers; dim is a multiple of 8
	members     int     // encoders that differ by their chance numbers
	merged      int     // numbers a row of what they are merged into, a multiple of 8
	batch       int     // pairs a step; a multiple of 4
	epochs      int     // passes: steps enough to see each name once
	rate        float32 // of Adagrad at the start; it falls to 0
	temperature float32
	dropout     float32 // share of features not seen in a step
	power       float64 // groups are drawn by their number of names to this power
	workers     int     // at once; it changes nothing else
}

// shipped is the recipe of the weights in the program; docs/quality.md has what
// else was tried.
var shipped = recipe{bits: 17, dim: 192, members: 3, merged: 256, batch: 512, epochs: 8, rate: 0.5, temperature: 0.12, dropout: 0.2, power: 0.75, workers: 2}

// A text is a name as training sees it: rows of features, rising.
type text []uint32

type trainer struct {
	recipe
	rng   *rand.Rand
	texts []text
	names [][]int32 // of groups: indexes into texts
	cum   []float64 // of groups: how likely those up to each are drawn

	table []float32 // rows × dim
	sum   []float32 // of rows: Adagrad's sum of squares
	seen  []bool    // rows that a text has

	// of a batch: the left texts of all pairs, then the right ones
	in        []text
	id        []int32 // of texts
	group     []int   // of pairs
	vec, grad []float32
	length    []float32 // of vectors before they were made unit vectors
	sim, left []float32 // batch × batch
	slot      []int32   // of rows: index into rows, -1 when not in the batch
	rows      []uint32
	rowGrad   []float32
	loss      float64
}

func newTrainer(c *Corpus, r recipe, seed uint64) *trainer {
	n := 1 << r.bits
	t := &trainer{
		recipe: r, rng: rand.New(rand.NewPCG(seed, 5)),
		table: make([]float32, n*r.dim), sum: make([]float32, n), seen: make([]bool, n), slot: make([]int32, n),
		vec: make([]float32, 2*r.batch*r.dim), grad: make([]float32, 2*r.batch*r.dim), length: make([]float32, 2*r.batch),
		sim: make([]float32, r.batch*r.batch), left: make([]float32, r.batch*r.batch),
	}
	t.read(c)
	t.start()
	return t
}

// read turns names into texts; equal words are one text.
func (t *trainer) read(c *Corpus) {
	known := map[string]int32{}
	var f featurer
	var hashes []uint32
	total := 0.0
	for _, g := range c.groups {
		var names []int32
		for _, s := range g {
			hashes = f.features(hashes[:0], s)
			key := string(f.text)
			i, ok := known[key]
			if !ok && len(hashes) > 0 {
				i = int32(len(t.texts))
				known[key] = i
				x := make(text, len(hashes))
				for k, h := range hashes {
					x[k] = h >> (32 - t.bits)
				}
				slices.Sort(x)
				t.texts = append(t.texts, x)
			}
			if len(hashes) > 0 && !slices.Contains(names, i) {
				names = append(names, i)
			}
		}
		if len(names) < 2 {
			continue
		}
		total += math.Pow(float64(len(names)), t.power)
		t.names, t.cum = append(t.names, names), append(t.cum, total)
	}
}

// start fills the table with chance numbers: rows are as long as the inverse
// document frequency of what is hashed to them.
func (t *trainer) start() {
	count := make([]int, len(t.sum))
	for _, x := range t.texts {
		for i, row := range x {
			if i == 0 || row != x[i-1] {
				count[row]++
			}
		}
	}
	for row, n := range count {
		t.slot[row] = -1
		length := math.Log(float64(len(t.texts)+1)/float64(n+1)) / math.Sqrt(float64(t.dim))
		for i := range t.dim {
			t.table[row*t.dim+i] = float32(length * t.rng.NormFloat64())
		}
	}
}

// Train learns an encoder from a corpus. The same corpus and seed give the same
// weights on any number of cores. Progress is told the mean loss after each pass.
func Train(c *Corpus, seed uint64, progress func(pass, passes int, loss float64)) *Encoder {
	w, _ := train(c, shipped, seed, progress)
	return wrap(w)
}

// train also returns the mean loss of each pass of each member.
func train(c *Corpus, r recipe, seed uint64, progress func(pass, passes int, loss float64)) (*weights, []float64) {
	var members []*weights
	var losses []float64
	var texts []text
	for m := range r.members {
		t := newTrainer(c, r, (seed-1)*uint64(r.members)+uint64(m)+1)
		losses = append(losses, t.run(func(pass int, loss float64) {
			if progress != nil {
				progress(m*r.epochs+pass, r.members*r.epochs, loss)
			}
		})...)
		members, texts = append(members, quantize(t.table, t.seen, t.bits, t.dim)), t.texts
	}
	w := merge(members, texts, r.merged)
	w.words = wordsOf(c)
	w.card = Card{Part: "encoder", Data: c.used, Seed: seed, Members: r.members, Epochs: r.epochs, Rows: 1 << r.bits, Dim: w.dim, Limits: limits(c)}
	for _, s := range w.scale {
		if s > 0 {
			w.card.Trained++
		}
	}
	w.card.Bytes = wordBits/8 + w.card.Rows + w.card.Trained*w.dim/2
	return w, losses
}

// run trains, and returns the mean loss of each pass.
func (t *trainer) run(progress func(pass int, loss float64)) []float64 {
	steps := max(1, len(t.texts)/2/t.batch)
	var losses []float64
	for n := range steps * t.epochs {
		t.draw()
		t.step(t.rate * (1 - float32(n)/float32(steps*t.epochs)))
		if (n+1)%steps > 0 {
			continue
		}
		losses = append(losses, t.loss/float64(steps))
		t.loss = 0
		progress(len(losses), losses[len(losses)-1])
	}
	return losses
}

// wordsOf returns the words of all names.
func wordsOf(c *Corpus) words {
	w := make(words, wordBits/8)
	var f featurer
	for _, g := range c.groups {
		for _, name := range g {
			f.features(nil, name)
			for _, h := range f.words {
				w.add(h)
			}
		}
	}
	return w
}

// draw fills a batch with pairs of names, each of another group.
func (t *trainer) draw() {
	t.in, t.id, t.group = t.in[:0], t.id[:0], t.group[:0]
	taken := map[int]bool{}
	var right []int32
	for len(t.group) < t.batch {
		g, _ := slices.BinarySearch(t.cum, t.rng.Float64()*t.cum[len(t.cum)-1])
		if taken[g] && len(taken) < len(t.names) {
			continue
		}
		taken[g] = true
		names := t.names[g]
		i, j := t.rng.IntN(len(names)), t.rng.IntN(len(names)-1)
		if j >= i {
			j++
		}
		t.group, t.id, right = append(t.group, g), append(t.id, names[i]), append(right, names[j])
	}
	t.id = append(t.id, right...)
	for _, i := range t.id {
		t.in = append(t.in, t.drop(t.texts[i]))
	}
}

// drop returns a text without some of its features.
func (t *trainer) drop(x text) text {
	out := make(text, 0, len(x))
	for _, row := range x {
		if t.rng.Float32() >= t.dropout {
			out = append(out, row)
		}
	}
	if len(out) == 0 {
		return x
	}
	return out
}

// share runs f on each of the worker's parts of n things.
func (t *trainer) share(n int, f func(from, to int)) {
	if t.workers <= 1 {
		f(0, n)
		return
	}
	var wait sync.WaitGroup
	for w := range t.workers {
		wait.Go(func() { f(n*w/t.workers, n*(w+1)/t.workers) })
	}
	wait.Wait()
}

func (t *trainer) step(rate float32) {
	n, d := t.batch, t.dim
	t.share(2*n, func(from, to int) {
		for i := from; i < to; i++ {
			v := t.vec[i*d:][:d]
			clear(v)
			for _, row := range t.in[i] {
				addTo(v, t.table[int(row)*d:][:d])
			}
			var s float32
			for _, x := range v {
				s += x * x
			}
			l := float32(math.Sqrt(float64(s))) + 1e-6
			t.length[i] = l
			for k := range v {
				v[k] /= l
			}
		}
	})
	a, b := t.vec[:n*d], t.vec[n*d:]
	t.share(n, func(from, to int) { product(t.sim, a, b, from, to, n, d, 1/t.temperature) })
	t.softmax()
	ga, gb := t.grad[:n*d], t.grad[n*d:]
	t.share(n, func(from, to int) {
		for i := from; i < to; i++ {
			g := ga[i*d:][:d]
			clear(g)
			addRows(g, t.sim[i*n:][:n], b, d)
		}
	})
	t.share(n, func(from, to int) {
		col := make([]float32, n)
		for j := from; j < to; j++ {
			for i := range n {
				col[i] = t.sim[i*n+j]
			}
			g := gb[j*d:][:d]
			clear(g)
			addRows(g, col, a, d)
		}
	})
	t.share(2*n, func(from, to int) { // through the division by the length
		for i := from; i < to; i++ {
			v, g := t.vec[i*d:][:d], t.grad[i*d:][:d]
			var dot float32
			for k := range v {
				dot += v[k] * g[k]
			}
			for k := range v {
				g[k] = (g[k] - dot*v[k]) / t.length[i]
			}
		}
	})
	t.update(rate)
}

// softmax turns similarities into the gradient of the loss by them, of both
// directions, over the temperature.
func (t *trainer) softmax() {
	n := t.batch
	same := func(i, j int) bool { // are i's left and j's right names of one thing, or the same?
		return t.group[i] == t.group[j] || t.id[i] == t.id[n+j]
	}
	for i := range n {
		for j := range n {
			if i != j && same(i, j) {
				t.sim[i*n+j] = -1e9
			}
		}
	}
	scale := 1 / (2 * float32(n) * t.temperature)
	var loss float64
	for i := range n {
		s := t.sim[i*n:][:n]
		top := slices.Max(s)
		var z float32
		for j, x := range s {
			e := exp(x - top)
			t.left[i*n+j] = e
			z += e
		}
		loss -= math.Log(float64(t.left[i*n+i]/z) + 1e-12)
		for j := range s {
			t.left[i*n+j] /= z
		}
	}
	top, z := make([]float32, n), make([]float32, n)
	for j := range top {
		top[j] = -1e30
	}
	for i := range n {
		for j, x := range t.sim[i*n:][:n] {
			top[j] = max(top[j], x)
		}
	}
	for i := range n {
		s := t.sim[i*n:][:n]
		for j, x := range s {
			s[j] = exp(x - top[j])
			z[j] += s[j]
		}
	}
	for i := range n {
		s := t.sim[i*n:][:n]
		for j := range s {
			p := s[j] / z[j]
			if i == j {
				loss -= math.Log(float64(p) + 1e-12)
				s[j] = (t.left[i*n+j] + p - 2) * scale
			} else {
				s[j] = (t.left[i*n+j] + p) * scale
			}
		}
	}
	t.loss += loss / float64(2*n)
}

// update adds up the gradients of each row and takes a step of Adagrad, with
// one sum of squares a row.
func (t *trainer) update(rate float32) {
	d := t.dim
	t.rows = t.rows[:0]
	for _, x := range t.in {
		for _, row := range x {
			if t.slot[row] < 0 {
				t.slot[row] = int32(len(t.rows))
				t.rows = append(t.rows, row)
			}
		}
	}
	if need := len(t.rows) * d; len(t.rowGrad) < need {
		t.rowGrad = make([]float32, need)
	}
	var wait sync.WaitGroup
	for w := range t.workers {
		wait.Go(func() {
			for s := w; s < len(t.rows); s += t.workers {
				clear(t.rowGrad[s*d:][:d])
			}
			for i, x := range t.in {
				g := t.grad[i*d:][:d]
				for _, row := range x {
					s := int(t.slot[row])
					if s%t.workers != w {
						continue
					}
					addTo(t.rowGrad[s*d:][:d], g)
				}
			}
			for s := w; s < len(t.rows); s += t.workers {
				row := t.rows[s]
				rg := t.rowGrad[s*d:][:d]
				var sq float32
				for _, v := range rg {
					sq += v * v
				}
				t.sum[row] += sq / float32(d)
				f := rate / (float32(math.Sqrt(float64(t.sum[row]))) + 1e-9)
				e := t.table[int(row)*d:][:d]
				for k, v := range rg {
					e[k] -= f * v
				}
			}
		})
	}
	wait.Wait()
	for _, row := range t.rows {
		t.slot[row], t.seen[row] = -1, true
	}
}
