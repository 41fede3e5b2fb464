package rank

import "math"

// Weights make log odds of points.
type Weights struct {
	Base float64        `json:"base"` // where nothing is known
	Of   [Count]float64 `json:"of"`   // for each point of a part; none is negative, so that no fit is held against anybody
}

// Of returns the log odds.
func (w *Weights) odds(p *Parts) float64 {
	sum := w.Base
	for i, points := range p {
		sum += w.Of[i] * points
	}
	return sum
}

// A Model says how probable it is that somebody who applies is answered as they hope, and
// that somebody who looks at a posting applies. Who is good enough is not always answered.
type Model struct {
	Chance  Weights `json:"chance"`  // of being good enough
	Answers float64 `json:"answers"` // probability that whoever is good enough is answered
	Wish    Weights `json:"wish"`
}

// Leaning is the model with what somebody can do (from 0 on: that alone) and what they have
// done (up to 1: that alone) counting for less: halfway both count as learned. What is
// about neither, such as the place, counts as ever. No weight becomes negative.
func (m Model) Leaning(lean float64) Model {
	skills, experience := min(1, 2*(1-lean)), min(1, 2*lean)
	for _, w := range []*Weights{&m.Chance, &m.Wish} {
		for _, part := range []Part{Competencies, Gaps, Certificates} {
			w.Of[part] *= skills
		}
		for _, part := range []Part{Occupation, Field, Career} {
			w.Of[part] *= experience
		}
	}
	return m
}

// Odds are the log odds of both.
type Odds struct{ Chance, Wish float64 }

// Odds returns those of a person and a posting.
func (m *Model) Odds(p *Parts) Odds { return Odds{m.Chance.odds(p), m.Wish.odds(p)} }

// Of returns by how much points of a part move the odds.
func (m *Model) Of(part Part, points float64) Odds {
	return Odds{m.Chance.Of[part] * points, m.Wish.Of[part] * points}
}

// Base is what the odds are where nothing is known.
func (m *Model) Base() Odds { return Odds{m.Chance.Base, m.Wish.Base} }

// Plus adds odds up.
func (o Odds) Plus(p Odds) Odds { return Odds{o.Chance + p.Chance, o.Wish + p.Wish} }

// Score is the logarithm of the probability that somebody applies times that of a good
// answer: what postings and people are ranked by.
func (m *Model) Score(o Odds) float64 {
	return -math.Log((1 + math.Exp(-o.Chance)) * (1 + math.Exp(-o.Wish)) / m.Answers)
}

// Chances are the two probabilities.
func (m *Model) Chances(o Odds) (chance, wish float64) {
	return m.Answers * Probability(o.Chance), Probability(o.Wish)
}

// Bound is no less than the score would be if everybody good enough were answered, and known
// at once.
func (o Odds) Bound() float64 { return min(o.Chance, 0) + min(o.Wish, 0) }

// Probability is what log odds stand for.
func Probability(odds float64) float64 { return 1 / (1 + math.Exp(-odds)) }

// Explain divides the score among the parts: base is what it would be if nothing were
// known, and with the parts it adds up to the score. Of each logarithm the parts have what
// it gains along the straight way from nothing known to all of it, in proportion to their
// share of the log odds (Aumann and Shapley, Values of Non-Atomic Games, 1974).
func (m *Model) Explain(p *Parts) (base float64, parts Parts) {
	base = math.Log(m.Answers)
	for _, w := range []*Weights{&m.Chance, &m.Wish} {
		none, all := logProbability(w.Base), w.odds(p)
		base += none
		per := Probability(-w.Base) // of the logarithm for log odds, where they hardly move
		if gain := all - w.Base; math.Abs(gain) > 1e-6 {
			per = (logProbability(all) - none) / gain
		}
		for i, points := range p {
			parts[i] += per * w.Of[i] * points
		}
	}
	return base, parts
}

func logProbability(odds float64) float64 { return -math.Log1p(math.Exp(-odds)) }
