package simulate

import (
	"slices"

	"ieum"
)

// An origin is where a person comes from, as statistics of the labour market
// tell them apart.
type origin uint8

const (
	native origin = iota
	foreignBorn
	northKorean // 북한이탈주민
)

var originWords = [...]string{"native", "foreign-born", "north-korean"}

// Shares of origins. About one in twenty residents was born abroad; of the
// North Koreans there are fewer in truth (34,000 in 52 million) than here, so
// that a market of demo size has some.
const (
	foreignShare = 0.045
	northShare   = 0.003
)

// group draws what a person is, apart from what they can do: sex, origin, and
// military service, which follows from them.
func (m *Market) group(r *rng, p *Person, age float64) {
	p.woman = r.chance(m.occupations[p.occupation].women)
	switch x := r.float(); {
	case x < northShare:
		p.origin = northKorean
	case x < northShare+foreignShare:
		p.origin = foreignBorn
	}
	fit := r.chance(0.93)
	p.explains = r.chance(0.5)
	p.served = fit && !p.woman && p.origin == native && age > 22
}

// A wish is what a person seeks.
type wish struct {
	occupations [mostWishes]int
	n           int
	province    bool // anywhere in the home province
	other       int  // a second district that they would go to, or home
	pay         int64
	employment  employment
}

// wishes draws what a person seeks: the last occupation mostly, and what is
// near; at home or where one commutes to; a little more than the last pay.
func (m *Market) wishes(p *Person) {
	r := newRNG(m.p.Seed, ofWish, uint64(p.ID))
	w := &p.wish
	w.occupations[0], w.n = p.occupation, 1
	if r.chance(0.15) {
		w.occupations[0] = m.before(&r, p.occupation)
	}
	for w.n < mostWishes && r.chance(0.4) {
		if o := m.before(&r, p.occupation); !slices.Contains(w.occupations[:w.n], o) {
			w.occupations[w.n] = o
			w.n++
		}
	}
	w.other = p.home
	switch x := r.float(); {
	case x < 0.5:
	case x < 0.8:
		w.province = true
	default:
		w.other = m.places.commute(&r, p.home)
	}
	pay := float64(p.pay)
	if luck := r.norm(); pay == 0 {
		pay = m.wage(&m.occupations[p.occupation], 0, p.education, p.home, p.ability, 0, luck)
	}
	w.pay = round(max(pay*(1.03+0.10*r.norm()), leastPay), 1_000_000)
	w.employment = wishedEmployment(&r, years(p.registered-p.born))
}

// years turns days into years.
func years(days ieum.Day) float64 { return float64(days) / 365.25 }

func wishedEmployment(r *rng, age float64) employment {
	x := r.float()
	if age > 60 {
		x *= 0.8
	}
	switch {
	case x < 0.10:
		return partTime
	case x < 0.22:
		return fixedTerm
	case x < 0.25:
		return dayLabour
	}
	return permanent
}
