package match

import (
	"slices"
	"strings"
	"testing"

	"ieum"
)

// others are postings that ask for nothing of what the tests' people can do, so
// that this tells something.
func others(n int) []post {
	out := make([]post, n)
	for i := range out {
		out[i] = post{id: uint64(1000 + i), title: "사무원", occupation: "0290", opened: "2024-01-01", skills: []string{"java"}}
	}
	return out
}

func TestALicenceAwayIsOnlyWorkLikeOnesOwn(t *testing.T) {
	nurse := post{id: 1, title: "간호사", occupation: "3040", opened: "2026-06-15", region: "11680", payMin: 60_000_000, skills: []string{"care", "safety", "quality", "talk"}}
	m, _ := market(t, definitions(t), append([]post{nurse}, others(40)...), nil)
	p := ieum.Profile{Occupations: []ieum.Scored{{Code: "8122", P: 1}}, CareerMonths: 240, Region: "11680", Resume: ieum.Resume{Wish: ieum.Wish{Pay: 20_000_000}}}
	for skills, want := range map[string]int{"": 0, "safety": 0, "safety quality": 1} {
		p.Competencies = nil
		for _, id := range strings.Fields(skills) {
			p.Competencies = append(p.Competencies, ieum.Found{ID: id, P: 1})
		}
		r, err := m.Jobs(t.Context(), p, Query{K: 50})
		if err != nil || len(r.Short) != want {
			t.Errorf("who can do %q is one licence away from %d jobs, want %d (%v)", skills, len(r.Short), want, err)
		}
	}
}

func TestOneLicenceIsShownBesideOnesThatComeNear(t *testing.T) {
	m, _ := market(t, definitions(t), append([]post{
		{id: 1, title: "프레스공", occupation: "8122", opened: "2026-06-01", skills: []string{"press", "quality"}},
		{id: 2, title: "프레스 자격자", occupation: "8122", opened: "2026-06-01", skills: []string{"press", "quality"}, required: []string{"press"}},
		{id: 3, title: "지게차 기사", occupation: "1331", opened: "2024-05-01", skills: []string{"press", "quality", "talk"}, required: []string{"forklift"}},
	}, others(40)...), nil)
	p := ieum.Profile{Occupations: []ieum.Scored{{Code: "8122", P: 1}}, Competencies: []ieum.Found{{ID: "press", P: 1}, {ID: "quality", P: 1}}}
	r, err := m.Jobs(t.Context(), p, Query{K: 1})
	if err != nil || len(r.Short) != 2 || r.Short[0].Title != "프레스 자격자" || r.Short[1].Title != "지게차 기사" {
		t.Errorf("one licence away: %+v, %v", r.Short, err)
	}
	if r, _ = m.Jobs(t.Context(), p, Query{K: 1, Short: -1}); len(r.Short) != 0 {
		t.Errorf("none were asked for, but %d came", len(r.Short))
	}
}

func TestWhatIsNotKnownOfThePersonIsSaid(t *testing.T) {
	m, _ := market(t, definitions(t), []post{
		{id: 1, title: "1~5년", occupation: "8122", least: 12, most: 60, education: "bachelor"},
		{id: 2, title: "3년 이상", occupation: "8122", least: 36, most: -1},
		{id: 3, title: "5년까지", occupation: "8122", least: -1, most: 60, entry: true},
		{id: 4, title: "누구나", occupation: "8122", least: 0, most: -1, entry: true},
		{id: 6, title: "신입", occupation: "8122", least: -1, most: 0, entry: true},
		{id: 5, title: "말이 없음", occupation: "8122", least: -1, most: -1},
	}, nil)
	p := ieum.Profile{Occupations: []ieum.Scored{{Code: "8122", P: 1}}, Resume: ieum.Resume{Careers: []ieum.Career{{Title: "프레스 조작원"}}}}
	r, err := m.Jobs(t.Context(), p, Query{})
	if err != nil || len(r.Jobs) != 6 {
		t.Fatal(r, err)
	}
	want := map[string][]string{
		"1~5년":  {"match.why.career.unclear_between", "match.why.education.unclear"},
		"3년 이상": {"match.why.career.unclear"},
		"5년까지":  {"match.why.career.unclear_most"},
		"누구나":   {"match.why.career.anyone"},
		"신입":    {"match.why.career.unclear_beginners"},
	}
	for _, j := range r.Jobs {
		var got []string
		for _, why := range j.Reasons {
			if why.Part == "career" || why.Part == "education" {
				got = append(got, why.Key)
				if (why.Points == 0) != strings.Contains(why.Key, "unclear") {
					t.Errorf("%s: %s has %v points", j.Title, why.Key, why.Points)
				}
			}
		}
		if !slices.Equal(got, want[j.Title]) {
			t.Errorf("%s: %q, want %q", j.Title, got, want[j.Title])
		}
	}
}

// suggest asks for suggestions from the current snapshot.
func suggest(t *testing.T, m *Matcher, p ieum.Profile, k int) (fit, short []ieum.Job, err error) {
	t.Helper()
	s, release, err := m.live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	return m.Suggest(t.Context(), s, p, k)
}

func TestOneLicenceOpensWhatAPersonCanDoElsewhere(t *testing.T) {
	m, _ := market(t, definitions(t), append([]post{
		{id: 1, title: "프레스공", occupation: "8122", opened: "2026-05-01", skills: []string{"press", "quality", "safety"}},
		{id: 2, title: "지게차 기사", occupation: "1331", opened: "2024-05-01", skills: []string{"quality", "safety", "talk"}, required: []string{"forklift"}},
		{id: 3, title: "간호사", occupation: "3040", opened: "2026-05-20", skills: []string{"care", "safety"}},
		{id: 4, title: "지게차와 용접", occupation: "1331", skills: []string{"quality", "safety"}, required: []string{"forklift", "weld"}},
	}, others(40)...), nil)
	p := ieum.Profile{
		Occupations:  []ieum.Scored{{Code: "8122", P: 1}},
		Competencies: []ieum.Found{{ID: "press", P: 1}, {ID: "quality", P: 1}, {ID: "safety", P: 1}},
		CareerMonths: 240,
	}
	fit, short, err := suggest(t, m, p, 1)
	if err != nil || len(fit) != 1 || fit[0].Title != "프레스공" {
		t.Fatalf("jobs %v, %v", fit, err)
	}
	if len(short) != 1 || short[0].Title != "지게차 기사" || len(short[0].Missing) != 1 || short[0].Missing[0] != "forklift" {
		t.Errorf("one licence opens %+v, want the forklift job: the nurse's is of one competency, the last needs two", short)
	}
	p.Certificates = []string{"forklift"}
	if _, short, _ = suggest(t, m, p, 1); len(short) == 0 || short[0].Title != "지게차와 용접" {
		t.Errorf("with the licence held one opens %+v", short)
	}
}

func TestWhatWordsOnlyLookLikeIsNotSaidToHaveBeenDone(t *testing.T) {
	m, _ := market(t, definitions(t), []post{{id: 1, title: "프레스공", occupation: "8122", opened: "2026-05-01"}}, nil)
	for p, want := range map[float64]string{.9: "match.why.occupation.done", .1: "match.why.occupation.maybe"} {
		fit, _, err := suggest(t, m, ieum.Profile{Occupations: []ieum.Scored{{Code: "8122", P: p}}}, 1)
		if err != nil || len(fit) != 1 {
			t.Fatalf("jobs %v, %v", fit, err)
		}
		if i := slices.IndexFunc(fit[0].Reasons, func(r ieum.Reason) bool { return r.Part == "occupation" }); i < 0 || fit[0].Reasons[i].Key != want {
			t.Errorf("at %v the reasons are %+v, want %s", p, fit[0].Reasons, want)
		}
	}
}
