package match

import (
	"slices"
	"testing"

	"ieum"
)

func TestOneLicenceOpensWhatAPersonCanDoElsewhere(t *testing.T) {
	m, _ := market(t, definitions(t), []post{
		{id: 1, title: "프레스공", occupation: "8122", opened: "2026-05-01", skills: []string{"press", "quality", "safety"}},
		{id: 2, title: "지게차 기사", occupation: "1331", opened: "2024-05-01", skills: []string{"quality", "safety", "talk"}, required: []string{"forklift"}},
		{id: 3, title: "간호사", occupation: "3040", opened: "2026-05-20", skills: []string{"care", "safety"}},
		{id: 4, title: "지게차와 용접", occupation: "1331", skills: []string{"quality", "safety"}, required: []string{"forklift", "weld"}},
	}, nil)
	p := ieum.Profile{
		Occupations:  []ieum.Scored{{Code: "8122", P: 1}},
		Competencies: []ieum.Found{{ID: "press", P: 1}, {ID: "quality", P: 1}, {ID: "safety", P: 1}},
		CareerMonths: 240,
	}
	fit, short, err := m.Suggest(t.Context(), p, 1)
	if err != nil || len(fit) != 1 || fit[0].Title != "프레스공" {
		t.Fatalf("jobs %v, %v", fit, err)
	}
	if len(short) != 1 || short[0].Title != "지게차 기사" || len(short[0].Missing) != 1 || short[0].Missing[0] != "forklift" {
		t.Errorf("one licence opens %+v, want the forklift job: the nurse's is of one competency, the last needs two", short)
	}
	p.Certificates = []string{"forklift"}
	if _, short, _ = m.Suggest(t.Context(), p, 1); len(short) == 0 || short[0].Title != "지게차와 용접" {
		t.Errorf("with the licence held one opens %+v", short)
	}
}

func TestWhatWordsOnlyLookLikeIsNotSaidToHaveBeenDone(t *testing.T) {
	m, _ := market(t, definitions(t), []post{{id: 1, title: "프레스공", occupation: "8122", opened: "2026-05-01"}}, nil)
	for p, want := range map[float64]string{.9: "match.why.occupation.done", .1: "match.why.occupation.maybe"} {
		fit, _, err := m.Suggest(t.Context(), ieum.Profile{Occupations: []ieum.Scored{{Code: "8122", P: p}}}, 1)
		if err != nil || len(fit) != 1 {
			t.Fatalf("jobs %v, %v", fit, err)
		}
		if i := slices.IndexFunc(fit[0].Reasons, func(r ieum.Reason) bool { return r.Part == "occupation" }); i < 0 || fit[0].Reasons[i].Key != want {
			t.Errorf("at %v the reasons are %+v, want %s", p, fit[0].Reasons, want)
		}
	}
}
