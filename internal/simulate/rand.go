package simulate

import (
	"math"
	"math/bits"
)

// An entity is a sort of thing that random numbers are drawn for. Every thing
// has a stream of its own, given by seed, entity and number alone, so that who
// draws when and on which core does not matter.
type entity uint64

const (
	ofPerson entity = 1 + iota
	ofResume
	ofCompany
	ofVacancy
	ofPosting
	ofHousehold
	ofOrder
	ofField
	ofGroup   // of a person: sex, origin and what follows from them
	ofHistory // of a person: jobs before they registered
	ofLearning
	ofSearch // of a person: when and how hard they look
	ofWish
	ofWording   // of a résumé: sentences by which a group shows
	ofPeriod    // of a vacancy: how it ends
	ofBehaviour // of a firm: how it chooses
	ofCourse
	ofWeek     // of a person in a week of the log
	ofDecision // of a vacancy and an applicant
	ofTest     // of a person: aptitude and motivation as measured
	ofCareer   // of a person: what a job of the log brings
	ofNews     // of a person, vacancy or firm: what the day after brings
	ofStanding // of a person: vulnerable groups
)

// A rng is a stream of random numbers (SplitMix64: Steele, Lea and Flood, Fast
// splittable pseudorandom number generators, OOPSLA 2014).
type rng struct{ state uint64 }

func newRNG(seed uint64, e entity, id uint64) rng {
	return rng{mix(mix(seed+uint64(e)*0x9E3779B97F4A7C15) + id*0xD1B54A32D192ED03)}
}

// mix is the finaliser of SplitMix64: a bijection of 64 bits.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

func (r *rng) next() uint64 {
	r.state += 0x9E3779B97F4A7C15
	return mix(r.state)
}

// float returns a number from [0, 1).
func (r *rng) float() float64 { return float64(r.next()>>11) / (1 << 53) }

func (r *rng) chance(p float64) bool { return r.float() < p }

// intn returns a number from [0, n).
func (r *rng) intn(n int) int {
	hi, _ := bits.Mul64(r.next(), uint64(n))
	return int(hi)
}

// between returns a number from [a, b].
func (r *rng) between(a, b int) int { return a + r.intn(b-a+1) }

// quantiles is the number of steps in which the normal and the exponential
// distribution are tabled; so the tails end at ±3.7 and at 9.0.
const quantiles = 4096

var normal, exponential = func() (n, e [quantiles]float32) {
	for i := range n {
		p := (float64(i) + 0.5) / quantiles
		n[i] = float32(math.Sqrt2 * math.Erfinv(2*p-1))
		e[i] = float32(-math.Log(1 - p))
	}
	return n, e
}()

// norm returns a standard normal number.
func (r *rng) norm() float64 { return float64(normal[r.next()>>52]) }

// exp returns an exponential number of mean 1.
func (r *rng) exp() float64 { return float64(exponential[r.next()>>52]) }

// pick returns one of list.
func pick[T any](r *rng, list []T) T { return list[r.intn(len(list))] }

// first returns one of list, an earlier one more often than a later one: the
// k-th with weight 1/k (Zipf's law with exponent 1), by inversion of its
// continuous form.
func first[T any](r *rng, list []T) T {
	k := int(math.Pow(float64(len(list)+1), r.float())) - 1
	return list[min(k, len(list)-1)]
}

// A choice draws places of a list of weights in constant time (Walker's alias
// method in Vose's form).
type choice struct {
	cut   []uint32
	other []uint32
}

func newChoice(weights []float64) choice {
	n := len(weights)
	c := choice{cut: make([]uint32, n), other: make([]uint32, n)}
	var sum float64
	for _, w := range weights {
		sum += w
	}
	scaled := make([]float64, n)
	var small, large []int
	for i, w := range weights {
		scaled[i] = w / sum * float64(n)
		if scaled[i] < 1 {
			small = append(small, i)
		} else {
			large = append(large, i)
		}
	}
	for len(small) > 0 && len(large) > 0 {
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		c.cut[s], c.other[s] = uint32(scaled[s]*(1<<32-1)), uint32(l)
		if scaled[l] += scaled[s] - 1; scaled[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	for _, i := range append(small, large...) { // 1 but for rounding
		c.cut[i], c.other[i] = math.MaxUint32, uint32(i)
	}
	return c
}

func (c choice) draw(r *rng) int {
	x := r.next()
	hi, lo := bits.Mul64(x, uint64(len(c.cut)))
	if uint32(lo>>32) <= c.cut[hi] {
		return int(hi)
	}
	return int(c.other[hi])
}

// An order is a random order of the numbers below n: a bijection computed one
// number at a time, so that no list of it is kept (a balanced Feistel network
// over the next power of four, walked until it falls below n).
type order struct {
	n    uint64
	half uint // bits of each half
	keys [4]uint64
}

func newOrder(seed, which uint64, n int) order {
	r := newRNG(seed, ofOrder, which)
	o := order{n: uint64(n), half: uint(bits.Len64(uint64(max(n, 2)-1))+1) / 2}
	for i := range o.keys {
		o.keys[i] = r.next()
	}
	return o
}

// at returns the number at place i, 0 ≤ i < n.
func (o *order) at(i int) int {
	mask := uint64(1)<<o.half - 1
	for x := uint64(i); ; {
		l, r := x>>o.half, x&mask
		for _, k := range o.keys {
			l, r = r, l^(mix(r+k)&mask)
		}
		if x = l<<o.half | r; x < o.n {
			return int(x)
		}
	}
}

// place returns where the number x stands: the inverse of at.
func (o *order) place(x int) int {
	mask := uint64(1)<<o.half - 1
	for y := uint64(x); ; {
		l, r := y>>o.half, y&mask
		for k := len(o.keys) - 1; k >= 0; k-- {
			l, r = r^(mix(l+o.keys[k])&mask), l
		}
		if y = l<<o.half | r; y < o.n {
			return int(y)
		}
	}
}
