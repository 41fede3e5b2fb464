package encoder

import (
	"math"
	"math/bits"
)

// Groups tell how like a title is to each of several groups of names: a short list that
// many titles are compared with. They are safe for use by several goroutines.
//
// Most names are nothing like a title, so all are guessed at first, by the signs of their
// vectors alone, and only those that may matter are compared number by number.
type Groups struct {
	*Index
	share  float32               // of the cosine in a likeness; the rest is of letters
	of     []int16               // of names: their group
	n      int                   // groups
	middle []int8                // what an element's sign is taken about
	signs  []signs               // of names
	cosine [sketched + 1]float32 // by how many signs are apart
	packed []block               // of names, as many each as a vector fills
}

// signs say of the first elements of a vector which are above the middle.
type signs [4]uint64

const sketched = 256

// compared is how many names are compared number by number, or a few more. Of 5,000 titles
// of ESCO and O*NET the likeliest unit group is the same as if all were for 99.5 of 100.
const compared = 256

// Group prepares names; of says which of n groups each is of.
func (e *Encoder) Group(names []string, of []int16, n int) *Groups {
	g := &Groups{Index: e.Index(names), of: of, n: n, middle: make([]int8, e.dim)}
	g.share = 1 / (1 + g.weight)
	for k := range g.middle {
		sum := 0
		for _, v := range g.vectors {
			sum += int(v.Elements[k])
		}
		g.middle[k] = int8(sum / max(1, len(names)))
	}
	for _, v := range g.vectors {
		g.signs = append(g.signs, g.sketch(v.Elements))
		g.packed = pack(g.packed, v.Elements, true)
	}
	for apart := range g.cosine {
		g.cosine[apart] = float32(math.Cos(math.Pi * float64(apart) / float64(min(sketched, e.dim))))
	}
	return g
}

func (g *Groups) sketch(v []int8) (s signs) {
	for k, x := range v[:min(len(v), sketched)] {
		s[k/64] |= uint64(uint16(int16(g.middle[k])-int16(x))>>15) << (k % 64)
	}
	return s
}

// A bench is what comparing a title needs room for.
type bench struct {
	letters, like []float32 // of names
	rank          []uint8   // of names
	packed        []block
}

// Likeness returns how like a title is to the likest name of each group, at most 1, or nil for a
// title without a letter or digit. bonus says of each group how much more than others it is worth
// whatever its names, in the same measure, so that no name that matters goes unseen.
func (g *Groups) Likeness(title string, bonus []float32) []float32 {
	d := g.encoder.desks.Get().(*desk)
	defer g.encoder.desks.Put(d)
	gist := gist(title)
	q := g.encoder.ask(d, title, gist)
	if q.Words == 0 {
		return nil
	}
	same := g.same[string(d.text)]
	d.fit(len(g.of))
	g.lexicon.score(&d.featurer, title+" "+gist, d.letters)
	least := g.guess(&d.bench, q, bonus)
	d.packed = pack(d.packed[:0], q.Elements, false)
	for i, r := range d.rank {
		if r >= least {
			d.like[i] = g.fuse(g.dot(d.packed, i)*q.inverse*g.vectors[i].inverse, d.letters[i])
		}
	}
	most := make([]float32, g.n)
	for i := range most {
		most[i] = -1
	}
	for i, like := range d.like {
		most[g.of[i]] = max(most[g.of[i]], like)
	}
	for _, i := range same { // the gist would lower them
		most[g.of[i]] = 1
	}
	return most
}

func (b *bench) fit(names int) {
	if len(b.like) != names {
		b.letters, b.like, b.rank = make([]float32, names), make([]float32, names), make([]uint8, names)
	}
}

// guess fills like with what signs say of the names, and rank with what that is worth, in steps;
// it returns the step from which on names are to be compared.
func (g *Groups) guess(b *bench, q Vector, bonus []float32) uint8 {
	var count [256]int
	s := g.sketch(q.Elements)
	like, letters, rank, of := b.like, b.letters[:len(b.like)], b.rank[:len(b.like)], g.of[:len(b.like)]
	for i := range like {
		n := &g.signs[i]
		apart := bits.OnesCount64(n[0]^s[0]) + bits.OnesCount64(n[1]^s[1]) + bits.OnesCount64(n[2]^s[2]) + bits.OnesCount64(n[3]^s[3])
		like[i] = g.fuse(g.cosine[apart], letters[i])
		step := uint8(min(255, max(0, int((like[i]+bonus[of[i]]+0.5)*170))))
		rank[i] = step
		count[step]++
	}
	least := uint8(255)
	for n := count[255]; n < compared && least > 0; n += count[least] {
		least--
	}
	return least
}

// dot returns the product of a packed vector and that of a name.
func (g *Groups) dot(q []block, name int) float32 {
	var sum int32
	of := g.packed[name*len(q):][:len(q)]
	for k := range q {
		sum += q[k].times(&of[k])
	}
	return float32(sum)
}

func (g *Groups) fuse(cosine, letters float32) float32 {
	return cosine*g.share + letters*(1-g.share)
}

// A block holds 64 elements of a vector, three in a word of 21 bits each. Two words
// multiplied, one of them filled backwards, have in their third field the three products'
// sum; those of 64 of the largest elements fit in it.
type block [22]int64

const blockElements, fieldBits = 64, 21

// pack appends the blocks of a vector.
func pack(dst []block, v []int8, backwards bool) []block {
	for from := 0; from < len(v); from += blockElements {
		var b block
		for k, x := range v[from:min(len(v), from+blockElements)] {
			field := k % 3
			if backwards {
				field = 2 - field
			}
			b[k/3] += int64(x) << (field * fieldBits)
		}
		dst = append(dst, b)
	}
	return dst
}

// times returns the product of the elements that a and, backwards, b were packed from.
func (a *block) times(b *block) int32 {
	var s, t int64
	for i := 0; i < len(a); i += 2 {
		s += a[i] * b[i]
		t += a[i+1] * b[i+1]
	}
	s += t + 1<<(2*fieldBits-1) // the fields below are signed
	return int32(s << 1 >> (2*fieldBits + 1))
}
