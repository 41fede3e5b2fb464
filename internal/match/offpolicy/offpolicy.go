// Package offpolicy estimates what pages of things would have come to in other orders than
// the one in which they were shown, from how likely each was drawn for its place: by inverse
// propensities, by those made to sum to one, and doubly robust beside a forecast.
//
// A page is drawn one place after the other, without replacement, with probability
// proportional to weights that nobody wrote down (Plackett and Luce). What is taken for
// granted is that what a thing earns depends on itself and its place (the item-position
// model: Li, Abbasi-Yadkori, Kveton, Muthukrishnan, Vinay and Wen, KDD 2018), and that every
// thing of a page could have been drawn for every place. See Dudík, Langford and Li (ICML
// 2011) for doubly robust, Swaminathan and Joachims (NeurIPS 2015) for self-normalised.
package offpolicy

import "math"

// Most is how many places of a page count; the first ones do, since the start of such a page
// is such a page.
const Most = 10

// A Page is what somebody was shown at once, in its order, and others.
type Page struct {
	Person     uint64    // pages of one person are not independent
	Propensity []float64 // of being drawn for its place, given those above; in (0, 1]
	Earned     []float64 // such as 1 for an application
	Orders     [][]int   // others: which thing comes at each place
	Forecast   func(thing, place int) float64
}

// An Estimate is a mean a page, and from where to where 95 of 100 such intervals hold it.
type Estimate struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// A Value is what pages come to in another order.
type Value struct {
	Pages  int      `json:"pages"`
	People int      `json:"people"`
	Shown  Estimate `json:"shown"`  // what they did come to
	IPS    Estimate `json:"ips"`    // inverse propensities
	SNIPS  Estimate `json:"snips"`  // the same, self-normalised
	DR     Estimate `json:"dr"`     // doubly robust
	Gain   Estimate `json:"gain"`   // of DR over what was shown
	Direct float64  `json:"direct"` // what the forecast says by itself
	// Support is the share of places at which what the other order has there could have been
	// shown. Below Supported nothing is known of the order but what the forecast says.
	Support float64 `json:"support"`
}

// Supported is the least support with which an estimate is one, and possible the least
// probability that counts as such. What was logged as 1 was rounded: anything else could have
// been drawn too, by less than possible.
const (
	Supported = .99
	possible  = 1e-6
	certain   = 1 - 1e-9
)

// Evaluate estimates what pages come to in each of their other orders, of which all have as
// many.
func Evaluate(pages []Page) []Value {
	if len(pages) == 0 {
		return nil
	}
	matches := make([][]matched, len(pages[0].Orders))
	for o := range matches {
		matches[o] = make([]matched, len(pages))
	}
	for i := range pages {
		p := &pages[i]
		p.Propensity = p.Propensity[:min(len(p.Propensity), Most)]
		var at [Most][Most]float64
		marginals(p.Propensity, &at)
		for o, order := range p.Orders {
			matches[o][i] = p.match(order, &at)
		}
	}
	values := make([]Value, len(matches))
	for o := range values {
		values[o] = evaluate(pages, matches[o])
	}
	return values
}

func evaluate(pages []Page, matches []matched) Value {
	var weight, weighted, places [Most]float64
	for i := range pages {
		p := &pages[i]
		for k := range p.Propensity {
			places[k]++
			weight[k] += matches[i].weight[k]
			weighted[k] += matches[i].weight[k] * p.Earned[k]
		}
	}
	var mean [Most]float64 // of what a place earns, self-normalised
	snips := 0.0
	for k := range mean {
		if weight[k] > 0 {
			mean[k] = weighted[k] / weight[k]
			snips += mean[k] * places[k] / float64(len(pages))
		}
	}
	v, all := Value{Pages: len(pages)}, 0.0
	var shown, ips, dr, gain, apart sums
	for i := range pages {
		p, m := &pages[i], &matches[i]
		was, by, both, off := 0.0, 0.0, m.direct, 0.0
		for k, earned := range p.Earned[:len(p.Propensity)] {
			was += earned
			by += m.weight[k] * earned
			if m.weight[k] > 0 {
				both += m.weight[k] * (earned - p.Forecast(k, k))
				off += m.weight[k] * (earned - mean[k]) * places[k] / weight[k]
			}
		}
		v.Direct += m.direct / float64(len(pages))
		v.Support += m.support
		shown.add(p.Person, was)
		ips.add(p.Person, by)
		dr.add(p.Person, both)
		gain.add(p.Person, both-was)
		apart.add(p.Person, snips+off)
	}
	for _, n := range places {
		all += n
	}
	v.Support /= max(all, 1)
	v.People, v.Shown, v.IPS, v.DR, v.Gain = len(shown.of), shown.estimate(), ips.estimate(), dr.estimate(), gain.estimate()
	v.SNIPS = apart.estimate()
	return v
}

// matched is how the order of a page agrees with another.
type matched struct {
	weight  [Most]float64 // by place: 0, or by how much what is there counts
	direct  float64       // what the forecast gives for the other order
	support float64       // places at which what the other order has could have been
}

func (p *Page) match(order []int, at *[Most][Most]float64) (m matched) {
	n, place := len(p.Propensity), 0
	for _, thing := range order {
		if thing >= n {
			continue // beyond the places that count
		}
		if at[place][thing] > possible {
			m.support++
		}
		if thing == place {
			m.weight[place] = 1 / at[place][thing]
		}
		m.direct += p.Forecast(thing, place)
		place++
	}
	return m
}

// marginals sets how likely each thing of a page comes at each place, given that these are
// the things of the page: at[place][thing]. It goes through all sets of things: those drawn
// first, and those drawn after them.
func marginals(propensity []float64, at *[Most][Most]float64) {
	n := len(propensity)
	var share [Most]float64 // of the weight of everything that could have been drawn
	left := 1.0             // and of what is not on the page
	for i, p := range propensity {
		p = min(p, certain)
		share[i] = p * left
		left *= 1 - p
	}
	sets := 1 << n
	var others, first, rest [1 << Most]float64 // weight of all but a set; it is drawn first; the others after it
	first[0], rest[sets-1] = 1, 1
	for a := range sets {
		others[a] = left
		for i := n - 1; i >= 0; i-- { // mostly the smallest first
			if a>>i&1 == 0 {
				others[a] += share[i]
			}
		}
	}
	draw := func(a, i int) float64 { return share[i] / others[a] } // i when a was drawn
	for a := range sets {
		for i := range n {
			if a>>i&1 == 0 {
				first[a|1<<i] += first[a] * draw(a, i)
			}
		}
	}
	for a := sets - 2; a >= 0; a-- {
		for i := range n {
			if a>>i&1 == 0 {
				rest[a] += draw(a, i) * rest[a|1<<i]
			}
		}
	}
	var place [1 << Most]uint8
	for a := 1; a < sets; a++ {
		place[a] = place[a&(a-1)] + 1
	}
	for a := range sets {
		for i := range n {
			if a>>i&1 == 0 {
				at[place[a]][i] += first[a] * draw(a, i) * rest[a|1<<i] / rest[0]
			}
		}
	}
}

// sums are of pages, by person.
type sums struct {
	of    map[uint64]int
	total []float64 // by person
	n     []float64
}

func (s *sums) add(person uint64, x float64) {
	if s.of == nil {
		s.of = map[uint64]int{}
	}
	i, known := s.of[person]
	if !known {
		i = len(s.n)
		s.of[person], s.total, s.n = i, append(s.total, 0), append(s.n, 0)
	}
	s.total[i] += x
	s.n[i]++
}

// estimate takes people for independent, not their pages.
func (s *sums) estimate() (e Estimate) {
	pages, spread := 0.0, 0.0
	for i := range s.n {
		pages += s.n[i]
		e.Value += s.total[i]
	}
	if pages == 0 {
		return e
	}
	e.Value /= pages
	for i := range s.n {
		d := s.total[i] - s.n[i]*e.Value
		spread += d * d
	}
	half := 1.96 * math.Sqrt(spread) / pages
	e.Low, e.High = e.Value-half, e.Value+half
	return e
}
