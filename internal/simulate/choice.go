package simulate

import "math"

// logistic is the distribution function of the logistic distribution.
func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
