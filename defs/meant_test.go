package defs

import "testing"

func TestTheMeantNameIsNear(t *testing.T) {
	known := []string{"region", "occupation", "q", "limit"}
	for name, want := range map[string]string{"regoin": "region", "Region": "region", "occupaton": "occupation", "limt": "limit", "colour": "", "x": "q"} {
		if got := Meant(name, known); got != want {
			t.Errorf("%s: meant %q, want %q", name, got, want)
		}
	}
}
