package jobcare

import (
	"testing"

	"ieum"
)

func TestAnOccupationIsFoundByWhatItsWorkIsCalled(t *testing.T) {
	a := two(t)
	a.reader = reader{ieum.Profile{Occupations: []ieum.Scored{{Code: "8221", P: .9}, {Code: "8211", P: .1}}}}
	named, err := a.Occupations("8211")
	if err != nil || len(named.Groups) != 1 || named.Meant || named.Groups[0].Units[0].Code != "8211" {
		t.Errorf("by its code: %+v, %v", named, err)
	}
	called, err := a.Occupations("주방이모")
	if err != nil || len(called.Groups) != 1 || !called.Meant || len(called.Groups[0].Units) != 1 || called.Groups[0].Units[0].Code != "8221" {
		t.Errorf("by what people call it: %+v, %v; want 8221 alone", called, err)
	}
	a.reader = reader{}
	if none, err := a.Occupations("?!"); err != nil || len(none.Groups) != 0 || none.Meant {
		t.Errorf("nothing is like it: %+v, %v", none, err)
	}
}
