package simulate

import (
	"math"
	"slices"
	"sort"
	"strconv"
	"testing"
)

func TestOrderIsABijection(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 64, 65, 1000, 4097} {
		o := newOrder(5, 1, n)
		seen := make([]bool, n)
		for i := range n {
			x := o.at(i)
			if x < 0 || x >= n || seen[x] {
				t.Fatalf("n = %d: place %d has number %d, which is outside or twice", n, i, x)
			}
			seen[x] = true
			if o.place(x) != i {
				t.Fatalf("n = %d: number %d stands at %d, place says %d", n, x, i, o.place(x))
			}
		}
	}
}

func TestDrawsHaveTheirDistribution(t *testing.T) {
	r := newRNG(1, ofPerson, 1)
	const n = 200_000
	weights := []float64{1, 0, 2, 5, 0.5}
	c := newChoice(weights)
	counts := make([]int, len(weights))
	var sum, squares, waits float64
	for range n {
		counts[c.draw(&r)]++
		z := r.norm()
		sum += z
		squares += z * z
		waits += r.exp()
	}
	for i, w := range weights {
		within(t, "weight "+strconv.FormatFloat(w, 'g', -1, 64), counts[i], n, w/8.5)
	}
	for _, c := range []struct {
		what      string
		got, want float64
	}{{"mean of the normal", sum / n, 0}, {"variance of the normal", squares / n, 1}, {"mean of the exponential", waits / n, 1}} {
		if math.Abs(c.got-c.want) > 0.02 {
			t.Errorf("%s is %.3f, want %g", c.what, c.got, c.want)
		}
	}
}

// sample draws people of given occupations by asking for many.
func sample(m *Market, people int, f func(*Person)) {
	var p Person
	for id := range people {
		m.person(id, &p)
		f(&p)
	}
}

func TestPayHasTheMedianAndSpreadOfItsOccupation(t *testing.T) {
	m := market(t, nil)
	pay := map[int][]float64{}
	sample(m, 150_000, func(p *Person) {
		if p.pay > 0 {
			pay[p.occupation] = append(pay[p.occupation], float64(p.pay))
		}
	})
	tested, off, wide := 0, 0.0, 0
	for at, list := range pay {
		if len(list) < 400 {
			continue
		}
		tested++
		o := &m.occupations[at]
		sort.Float64s(list)
		median := list[len(list)/2]
		if d := math.Abs(median/o.median - 1); d > 0.08 {
			t.Errorf("%s: the median pay is %.0f, the parameter %.0f", o.code, median, o.median)
		} else {
			off += median/o.median - 1
		}
		low := o.median*math.Exp(-0.6745*o.spread) < leastPay*1.03 // the minimum wage cuts the quartile
		got := math.Log(list[3*len(list)/4]/median) / 0.6745
		if !low && (got < 0.75*o.spread || got > 1.25*o.spread) {
			wide++
		}
	}
	if tested < 60 {
		t.Fatalf("only %d occupations had enough people", tested)
	}
	if off /= float64(tested); math.Abs(off) > 0.02 {
		t.Errorf("over %d occupations the medians are off by %.3f on average", tested, off)
	}
	if wide > tested/10 {
		t.Errorf("%d of %d occupations have another upper quartile than their parameter", wide, tested)
	}
}

func TestPeopleAreAsTheTablesSay(t *testing.T) {
	m := market(t, nil)
	const n = 100_000
	var seekers, women, total float64
	for i := range m.occupations {
		o := &m.occupations[i]
		total += o.seekers
		women += o.women * o.seekers
		if o.code == "8212" {
			seekers = o.seekers
		}
	}
	got := map[string]int{}
	var city, people float64
	for _, p := range provinces {
		people += p.people
	}
	sample(m, n, func(p *Person) {
		if m.occupations[p.occupation].code == "8212" {
			got["8212"]++
		}
		if p.woman {
			got["women"]++
		}
		if m.occupations[p.occupation].where == anywhere {
			got["anywhere"]++
			if provinces[m.places.list[p.home].province].code == "11" {
				got["Seoul"]++
			}
		}
	})
	city = provinces[0].people / people
	within(t, "press operators", got["8212"], n, seekers/total)
	within(t, "women", got["women"], n, women/total)
	within(t, "people of Seoul, of those who work anywhere", got["Seoul"], got["anywhere"], city)
}

func TestExperienceBringsCompetencies(t *testing.T) {
	m := market(t, nil)
	var young, old [2]float64 // people, competencies
	sample(m, 40_000, func(p *Person) {
		list := &young
		if p.months > 120 {
			list = &old
		}
		if p.months < 24 || p.months > 120 {
			list[0]++
			list[1] += float64(len(p.skills))
		}
	})
	if a, b := young[1]/young[0], old[1]/old[0]; b < 1.5*a {
		t.Errorf("people with under two years know %.1f things, with over ten %.1f; want half as many more at least", a, b)
	}
}

func TestLicensedOccupationsHoldTheirLicence(t *testing.T) {
	m := market(t, nil)
	nurses, licensed := 0, 0
	sample(m, 60_000, func(p *Person) {
		if m.occupations[p.occupation].code != "3040" {
			return
		}
		nurses++
		if slices.ContainsFunc(p.certs, func(c int) bool { return m.certs[c].name == "간호사" }) {
			licensed++
		}
	})
	if nurses < 50 || float64(licensed) < 0.85*float64(nurses) {
		t.Errorf("%d of %d nurses hold the licence", licensed, nurses)
	}
}
