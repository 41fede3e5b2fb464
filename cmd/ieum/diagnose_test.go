package main

import (
	"strings"
	"testing"

	"ieum"
	"ieum/defs"
	"ieum/internal/jobcare"
	"ieum/internal/jobcare/effect"
)

// TestTheCommandPutsAPersonBesideThoseHired holds the words of the command: what the person has
// first, each gap with its evidence, a step within reach last.
func TestTheCommandPutsAPersonBesideThoseHired(t *testing.T) {
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	f := func(v float64, n int) jobcare.Figure { return jobcare.Figure{Value: &v, N: n, Of: n} }
	named := func(code, name string) jobcare.Named { return jobcare.Named{Code: code, Name: ieum.Text{KO: name}} }
	high := jobcare.Named{Code: "high", Name: set.Name("education", "high")}
	course := &jobcare.Course{Title: "판금 과정", Institution: "상상직업학교", Months: 3, Cost: 320_000}
	from, _ := ieum.ParseDay("2023-11-02")
	to, _ := ieum.ParseDay("2026-10-31")
	d := &jobcare.Diagnosis{Target: &jobcare.Fit{Named: named("8221", "판금원")}, Standing: &jobcare.Standing{
		Level: "middle", Own: "middle", Of: "middle", Hired: f(76, 76), From: from, To: to, Simulated: true,
		Have:      []jobcare.Beside{{Named: named("s1", "판금"), In100: f(82, 40), Hired: f(.61, 76)}},
		Ahead:     f(35, 76),
		Years:     jobcare.Years{Mine: 36, P25: f(24, 76), Median: f(60, 76), P75: f(90, 76)},
		Schooling: jobcare.Schooling{Mine: "middle", Most: &high, Share: f(.8, 59)},
		Gaps: []jobcare.Gap{
			{Named: named("c1", "행정사"), Kind: "licence", Law: "행정사법 제5조", Evidence: "law"},
			{Named: named("c2", "판금제관기능사"), Kind: "certificate", In100: f(12, 10), Hired: f(.2, 76), Evidence: "effect", Course: course,
				Effects: []jobcare.Effect{{Treatment: "certificate", Outcome: "hired", Verdict: effect.Found, Value: f(.07, 400), Low: f(.02, 400), High: f(.12, 400)},
					{Treatment: "certificate", Outcome: "pay", Verdict: effect.Found, Value: f(-.03, 90), Low: f(-.05, 90), High: f(-.01, 90)}}},
			{Named: named("s2", "용접"), Kind: "competency", In100: f(50, 40), Hired: f(.5, 76), Evidence: "association", Lift: &jobcare.Ratio{Value: 1.31, Low: 1.12, High: 1.55}},
			{Named: named("s3", "도면"), Kind: "competency", In100: f(20, 40), Evidence: "postings", Course: course},
		},
		Next: jobcare.Next{Kind: "learn", What: new(named("c2", "판금제관기능사")), Course: course},
	}}
	var out strings.Builder
	printStanding(&out, set, d)
	want := `Beside those hired for 8221 판금원, level middle: 76 people of this level, 2023-11-02 to 2026-10-31
  who was hired is SIMULATED
  have: 판금; asked for by 82 of 100 postings; 61 of 100 hired have it
  more of what is asked for than about 35 of 100 hired (n 76)
  work: 3 years; half of those hired had 5 years or more (n 76)
  schooling: Middle school; 80 of 100 hired had High school or more (n 59)
  to add, most worth first
    행정사 (licence)
      required by law: 행정사법 제5조
      no course known here leads to it: how long it takes and what it costs is not known
    판금제관기능사 (certificate); asked for by 12 of 100 postings; 20 of 100 hired have it
      effect of such a certificate on hired: +7 of 100 (+2 to +12; n 400)
      effect of such a certificate on pay: -3 % (-5 to -1; n 90)
      learned in 3 months for 32만원: 판금 과정, 상상직업학교
    용접 (competency); asked for by 50 of 100 postings; 50 of 100 hired have it
      those hired have it 1.3 times as often as all who applied (1.1 to 1.6); they may differ in other things
      no course known here leads to it: how long it takes and what it costs is not known
    도면 (competency); asked for by 20 of 100 postings
      not enough evidence of what it does for chance or pay
      learned in 3 months for 32만원: 판금 과정, 상상직업학교
  next: learn 판금제관기능사: 판금 과정, 상상직업학교
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
	out.Reset()
	d.Standing = &jobcare.Standing{Level: "entry", None: &ieum.Text{EN: "No source records who was hired."}, Next: jobcare.Next{Kind: "apply", Openings: f(1, 1)}}
	printStanding(&out, set, d)
	want = `Beside those hired for 8221 판금원, level entry: No source records who was hired.
  next: apply: 1 place of this occupation can be applied for now
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestAResumeThatSaysNothingIsNotDiagnosed(t *testing.T) {
	data, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"{}", `{"basics": {}}`} {
		status, out, said := invoke(data, text, "diagnose", "-")
		if status != 1 || out != "" || !strings.Contains(said, "says nothing of what somebody has done; give a résumé with one thing at least") {
			t.Errorf("of %s it says %d %s %s", text, status, out, said)
		}
	}
}
