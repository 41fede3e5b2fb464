package encoder

import (
	"strings"
	"testing"
)

func TestTheGistIsTheWorkAlone(t *testing.T) {
	for title, want := range map[string]string{
		"Kitchen Assistant (Bangi) [urgent]":                     "kitchen assistant",
		"Koch/Köchin":                                            "koch",
		"Technischer Assistent/Technische Assistentin - Bühne":   "technischer assistent buhne",
		"Kaufmann/Kauffrau für IT-System-Management":             "kaufmann fur it system management",
		"Fahrtrainer/in":                                         "fahrtrainer",
		"operador/a de grúa":                                     "operador de grua",
		"waiter / waitress":                                      "waiter",
		"Gartengestalter/Landschaftsgestalter":                   "gartengestalter landschaftsgestalter",
		"Orthopedic Surgeons, Except Pediatric":                  "orthopedic surgeon",
		"Except":                                                 "except",
		"Firemen, Watch Repairers, Coaches and Boss of Bus Cabs": "fireman watch repairer coach and boss of bus cab",
		"간호사 (3교대)":                                              "간호사",
		"(m/w/d)":                                                "",
		"/":                                                      "",
		"a/":                                                     "a",
		"\xff(/":                                                 "",
	} {
		if got := gist(title); got != want {
			t.Errorf("%q: %q, want %q", title, got, want)
		}
	}
	if n := len(gist(strings.Repeat("nurse/", 100_000))); n > maxText {
		t.Errorf("a gist of %d bytes", n)
	}
}

func TestTheGistFindsWhatTheTitleIsAbout(t *testing.T) {
	x := builtIn(t).Index([]string{"cooking in Bangi", "kitchen assistant", "pediatric surgeon", "orthopedic surgeon"})
	for title, line := range map[string]int{"kitchen assistant (Bangi)": 1, "Orthopedic Surgeons, Except Pediatric": 3} {
		if got := x.Rank(title, 1)[0].Line; got != line {
			t.Errorf("%s is like line %d", title, got)
		}
	}
}

// TestTheSameWordsStandFirst: whatever the gist says, a title is likest to itself.
func TestTheSameWordsStandFirst(t *testing.T) {
	lines := []string{"dancer", "Dancers", "Koch", "Koch/Köchin", "surgeon", "Surgeons, Except Pediatric"}
	x := builtIn(t).Index(lines)
	for _, i := range []int{1, 3, 5} {
		got := x.Rank(strings.ToUpper(lines[i]), 2)
		if got[0].Line != i || got[0].Score < 0.9999 || got[0].Score > 1.0001 || got[1].Score > got[0].Score {
			t.Errorf("%s finds %v", lines[i], got)
		}
	}
}
