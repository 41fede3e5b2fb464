package defs

import (
	"testing"

	"ieum"
)

// TestTheMinimumWage: each holds from its day on, and before the first there is none.
func TestTheMinimumWage(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]int64{"2023-12-31": 0, "2024-01-01": 9860, "2025-12-31": 10030, "2026-01-01": 10320, "2026-12-31": 10320} {
		d, err := ieum.ParseDay(day)
		if err != nil {
			t.Fatal(err)
		}
		got, since, ok := set.MinimumWage(d)
		if got != want || ok != (want > 0) || since > d {
			t.Errorf("on %s it is %d since %s (%v), want %d", day, got, since, ok, want)
		}
	}
	if _, _, ok := new(Set).MinimumWage(0); ok {
		t.Error("without the list there is one")
	}
}
