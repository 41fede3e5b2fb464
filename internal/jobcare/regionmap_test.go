package jobcare

import "testing"

// TestMapHasAllProvinces: each province of today once, none upon another, shaded by openings
// per seeker beside those of all, and no map where these are not known.
func TestMapHasAllProvinces(t *testing.T) {
	set, err := loadDefs()
	if err != nil {
		t.Fatal(err)
	}
	rows, at := []Place{}, map[[2]int]bool{}
	for _, c := range set.Codes["regions"].Codes {
		if len(c.Code) == 2 && c.Until == 0 {
			rows = append(rows, Place{Named: Named{c.Code, c.Name}, Tightness: withheld})
		}
	}
	if got := mapOf(rows, withheld); got != nil {
		t.Errorf("a map of nothing: %v", got)
	}
	for i, v := range []float64{0, .19, .2, .33, .6, .9, 5} {
		rows[i].Tightness = known(v, 100, 0, onSeekers)
	}
	got := mapOf(rows, known(.4, 100, 0, onSeekers))
	if len(got) != len(rows) {
		t.Fatalf("%d squares of %d provinces", len(got), len(rows))
	}
	for i, row := range rows {
		for _, s := range got {
			if s.Code != row.Code {
				continue
			}
			if at[[2]int{s.X, s.Y}] {
				t.Errorf("%s stands upon another", s.Name.KO)
			}
			at[[2]int{s.X, s.Y}] = true
			if want := []int{0, 0, 1, 2, 3, 4, 4}; i < len(want) && s.Shade != want[i] {
				t.Errorf("%s of %v is shaded %d, want %d", s.Name.KO, *row.Tightness.Value, s.Shade, want[i])
			}
		}
	}
	if len(at) != len(rows) {
		t.Errorf("%d of %d provinces are on the map", len(at), len(rows))
	}
}
