package snapshot

import (
	"math"
	"testing"
)

// What was measured is kept to a thousandth, and nothing measured is not zero.
func TestMeasuresAreKept(t *testing.T) {
	for _, x := range []float64{0, .25, -.25, 1.234, -3.7, 32.767, -32.767} {
		if got, ok := Measured(MeasureOf(x)); !ok || math.Abs(got-x) > .0005 {
			t.Errorf("%v is kept as %v, %v", x, got, ok)
		}
	}
	if got, ok := Measured(MeasureOf(-1000)); !ok || got != -32.767 {
		t.Errorf("what is too low is kept as %v, %v", got, ok)
	}
	if _, ok := Measured(0); ok {
		t.Error("what is not recorded was measured")
	}
}
