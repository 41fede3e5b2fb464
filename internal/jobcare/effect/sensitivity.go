package effect

import "math"

// Hidden says how strong a hidden cause would have to be: the E-value (VanderWeele and Ding,
// Annals of Internal Medicine 167, 2017). A cause that nothing recorded stands for would have
// to be so many times as frequent among those who took it up as among those who did not, and
// make the outcome so many times as likely, both, to explain what was found. It is 1 where
// nothing is to be explained.
type Hidden struct {
	All   float64 `json:"all"`   // all of the effect
	Bound float64 `json:"bound"` // so much of it that the interval would reach 0
}

// hidden returns the E-values of an estimate. A difference of means counts as the risk ratio
// exp(0.91 d), d in standard deviations of the outcome (the same paper).
func hidden(e *Estimate, binary bool, sd float64) Hidden {
	ratio := func(effect float64) float64 {
		if !binary {
			return math.Exp(0.91 * effect / sd)
		}
		return max(e.Without+effect, 0) / e.Without
	}
	near := 0.0
	switch {
	case e.Low > 0:
		near = e.Low
	case e.High < 0:
		near = e.High
	}
	return Hidden{EValue(ratio(e.Effect)), EValue(ratio(near))}
}

// EValue is how many times as frequent and as likely a hidden cause of a risk ratio would have
// to make take-up and outcome.
func EValue(ratio float64) float64 {
	if ratio < 1 {
		ratio = 1 / ratio
	}
	if !(ratio < 1e3) { // to nothing from something: no cause is that strong
		return 1e3
	}
	return ratio + math.Sqrt(ratio*(ratio-1))
}
