package simulate

import (
	"math"
	"testing"
)

// The equations of docs/simulation.md, written down a second time from its
// text, with its numbers and not the constants of the code: a number changed in
// the code alone makes one of these tests fail.

func Λ(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// cut is "x cut at ±a".
func cut(x, a float64) float64 { return math.Max(-a, math.Min(a, x)) }

func yes(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// same fails unless two numbers are one but for rounding.
func same(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9*math.Max(1, math.Abs(want)) {
		t.Fatalf("%s is %.12g, the document says %.12g", what, got, want)
	}
}

// cases calls f with random numbers.
func cases(f func(r *rng)) {
	r := newRNG(1, ofDecision, 1)
	for range 2000 {
		f(&r)
	}
}

// of returns a number from [a, b).
func of(r *rng, a, b float64) float64 { return a + (b-a)*r.float() }

func TestPayFollowsItsEquation(t *testing.T) {
	m := market(t, nil)
	table := read("occupations.csv")
	cases(func(r *rng) {
		at := r.intn(len(m.occupations))
		o, row := &m.occupations[at], table[at]
		entry, mean, square := 0.0, 0.0, 0.0
		for i, age := range []float64{17, 19, 21, 24, 27} {
			entry += o.schooling[i] * age
			mean += o.schooling[i] * float64(i)
			square += o.schooling[i] * float64(i*i)
		}
		median := max(row.number("pay50")*1e4*1.28, 10_320*209*12*1.02)
		s := max(0.1, math.Log(row.number("pay75")/row.number("pay25"))/1.349)
		years, level, home := of(r, 0, 45), r.intn(5), r.intn(len(m.places.list))
		ability, firm, luck := r.norm(), of(r, -2, 2), r.norm()
		// Ages of a unit group: those of its people less 2, spread by 2 more.
		x := (years - (row.number("age") - 2 - entry)) / (row.number("age_sd") + 2)
		e := (float64(level) - mean) / max(math.Sqrt(square-mean*mean), 0.5)
		var office, weights float64
		for i, w := range chances(m.places.draw[o.where]) {
			office += w * provinces[m.places.list[i].province].office
			weights += w
		}
		p := 2 * (provinces[m.places.list[home].province].office - office/weights)
		want := max(math.Log(median)+s*(0.50*cut(x, 2)+0.25*cut(e, 2)+0.15*p+0.20*ability+0.30*firm+0.75*luck), math.Log(10_320*209*12))
		// 1.349 is rounded, and the chances of places are of 32 bits.
		if got := math.Log(m.wage(o, years, level, home, ability, firm, luck)); math.Abs(got-want) > 1e-4 {
			t.Fatalf("%s: ln pay is %g, equation (3) says %g", o.code, got, want)
		}
	})
}

func TestAPostingIsWorthWhatItsEquationSays(t *testing.T) {
	cases(func(r *rng) {
		v := view{pay: of(r, -1, 1), distance: r.intn(4), order: r.intn(4), unlike: r.chance(0.5), shifts: r.chance(0.5)}
		same(t, "U", v.utility(), 3*cut(v.pay, 0.5)+[]float64{0, -0.4, -0.9, -1.8}[v.distance]+[]float64{0, -0.3, -0.5, -1.2}[v.order]-0.8*yes(v.unlike)-0.3*yes(v.shifts))
	})
}

func TestWeightsOfPagesFollowTheirEquations(t *testing.T) {
	cases(func(r *rng) {
		days, pay, u, ε, n := of(r, 0, 90), of(r, -2, 2), of(r, -6, 2), r.norm(), r.intn(200)
		same(t, "weight in a search", searchWeight(days, pay), math.Exp(-days/20+cut(pay, 1)))
		same(t, "weight in the recommender", recommendedWeight(u, ε, n), math.Exp(0.7*cut(u, 3)+0.7*ε+0.5*math.Log(1+float64(n))))
	})
}

func TestPlacesOnAPageAreLookedAtAsTheTableSays(t *testing.T) {
	for i, want := range []float64{0.82, 0.76, 0.62, 0.50, 0.42, 0.36, 0.32, 0.28} {
		same(t, "looked at", examined[i], want)
	}
}

func TestOpeningApplyingAndAcceptingFollowTheirEquations(t *testing.T) {
	same(t, "the error of what people think of their chance", perception, 0.7)
	cases(func(r *rng) {
		u, perceived, weeks := of(r, -6, 2), of(r, -8, 8), r.intn(150)
		same(t, "P(open)", opened(u), Λ(1+0.8*u))
		same(t, "P(apply)", applies(u, perceived), Λ(0.5+u+0.5*cut(perceived, 3)))
		same(t, "P(accept)", accepts(u, weeks), Λ(2.2+1.2*u+0.02*math.Min(float64(weeks), 52)))
	})
}

func TestApplicantsAreJudgedByTheirEquation(t *testing.T) {
	cases(func(r *rng) {
		c := candidacy{
			fit: r.float(), licence: r.between(-1, 1), helps: r.chance(0.5), years: of(r, 0, 30), least: r.intn(11), onlyNew: r.chance(0.2),
			schooling: r.between(-4, 4), near: r.intn(5), ability: 2 * r.norm(), scarcity: 2 * r.norm(), picky: 0.4 * r.norm(), effect: r.float(),
		}
		if r.chance(0.3) {
			c.most = c.least + r.between(1, 7)
		}
		lacking, beyond := float64(c.least)-c.years, c.years-float64(c.least)
		ℓ := -1.1 + 2*(c.fit-0.5) + []float64{0.5, 0.25, 0, -0.4, -0.2}[c.near] + 0.5*cut(c.ability, 3) + 0.4*cut(c.scarcity, 1.5) - c.picky + c.effect
		ℓ += -0.5*math.Min(math.Max(lacking, 0), 5) + 0.05*math.Min(math.Max(beyond, 0), 5)
		ℓ -= 0.6 * yes(c.onlyNew && c.years > 2 || c.most > 0 && c.years > float64(c.most+1))
		ℓ += 0.8*math.Min(float64(c.schooling), 0) + 0.1*math.Min(math.Max(float64(c.schooling), 0), 2)
		ℓ += []float64{-3, 0, 0.3}[c.licence+1] + 0.4*yes(c.helps)
		same(t, "ℓ", c.logit(), ℓ)
	})
}

func TestPenaltiesFollowTheirEquation(t *testing.T) {
	cases(func(r *rng) {
		s := standing{woman: r.chance(0.5), women: r.float(), age: of(r, 17, 77), origin: origin(r.intn(3)), outside: r.chance(0.5), gap: of(r, -1, 9), unserved: r.chance(0.5)}
		g := 0.3 * math.Max(s.women-0.5, 0)
		if s.woman {
			g = 0.15 + 0.5*math.Max(0.5-s.women, 0)
		}
		g += 0.04*math.Min(math.Max(s.age-45, 0), 20) + []float64{0, 0.5, 0.6}[s.origin] + 0.2*yes(s.outside)
		g += 0.2*math.Min(math.Max(s.gap-0.5, 0), 3) + 0.25*yes(s.unserved)
		same(t, "g of a firm of weight 1", s.penalty(), -g)
	})
}

func TestAgreedPayFollowsItsEquation(t *testing.T) {
	cases(func(r *rng) {
		offered, s, apart, δ, z := of(r, 2e7, 9e7), of(r, 0.1, 0.5), 3*r.norm(), of(r, 0, 0.2), r.norm()
		same(t, "ln pay agreed", math.Log(hiredPay(offered, s, apart, δ, z)), math.Log(offered)+0.35*s*cut(apart, 2)+δ+0.05*z)
	})
}

func TestHazardsFollowTheirEquations(t *testing.T) {
	cases(func(r *rng) {
		age, ψ, ability, day := of(r, 20, 65), of(r, -2, 2), 2*r.norm(), r.intn(windowDays)
		loss, found := 1.0, 1.0
		if day >= 426 && day <= 699 {
			loss, found = 1.4, 0.65
		}
		same(t, "h", lossHazard(age, ψ, losses(day)), 0.008*math.Exp(-0.02*(age-42)-0.2*ψ)*loss)
		same(t, "found elsewhere", elsewhereHazard(ability, day), 0.6/14*math.Exp(0.2*cut(ability, 2))*found)
		same(t, "sessions a week", visits(ability), math.Min(0.9, 0.13*math.Exp(0.3*ability)))
	})
	same(t, "given up", gaveUpHazard, 0.4/14)
}

func TestTakeUpFollowsItsEquation(t *testing.T) {
	cases(func(r *rng) {
		kind, aptitude, motivation := treatment(r.intn(2)), 2*r.norm(), 2*r.norm()
		level, age, looked, referred := r.intn(5), of(r, 17, 77), r.intn(60), r.chance(0.5)
		x := -1.5 + 0.5*cut(aptitude, 3) + 0.4*cut(motivation, 3) + 0.15*float64(level-1) - 0.02*(age-40) + 0.05*math.Min(float64(looked), 26)
		x += 0.9*yes(referred) - 0.5*yes(kind == examination)
		same(t, "P(take up)", enrols(kind, aptitude, motivation, level, age, looked, referred), Λ(x))
	})
}
