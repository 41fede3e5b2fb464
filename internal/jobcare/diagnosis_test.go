package jobcare

import (
	"errors"
	"testing"

	"ieum"
)

// reader is a Reader that understands nothing: tests give profiles.
type reader struct{ ieum.Profile }

func (r reader) Read(ieum.Resume) ieum.Profile        { return r.Profile }
func (r reader) ReadText([]byte) (ieum.Resume, error) { return ieum.Resume{}, nil }

// two is a market of two occupations of one group: 8211, where nobody asks for
// anything in particular, and 8221, which asks for the first competency in
// every posting and for the second in half of them.
func two(t *testing.T) *Adviser {
	postings := repeat(20, func(int) posting { return press() })
	for i := range 40 {
		p := press()
		p.occupation, p.skills = 2, []uint16{1}
		if i%2 == 0 {
			p.skills = []uint16{1, 2}
		}
		postings = append(postings, p)
	}
	resumes := repeat(10, func(i int) resume { return seeker(uint32(i)) })
	for i := range 10 {
		r := seeker(uint32(10 + i))
		r.occupation = 2
		resumes = append(resumes, r)
	}
	return market(t, postings, resumes)
}

func diagnose(t *testing.T, a *Adviser, p ieum.Profile, target string) *Diagnosis {
	t.Helper()
	a.reader = reader{p}
	d, err := a.Diagnose(t.Context(), ieum.Resume{}, Aim{Occupation: target})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestADiagnosisShowsWhatIsAskedForAndShownByTheWords(t *testing.T) {
	a := two(t)
	first := a.set.Codes["competencies"].Codes[0].Code
	d := diagnose(t, a, ieum.Profile{
		Occupations:  []ieum.Scored{{Code: "8211", P: .9}},
		Competencies: []ieum.Found{{ID: first, Words: "금형을 갈았다", P: .9}},
	}, "")
	if d.Near == nil || d.Near.Code != "8221" || d.Near.Done {
		t.Fatalf("near is %+v, want 8221", d.Near)
	}
	if len(d.Near.Have) != 1 || d.Near.Have[0].Words != "금형을 갈았다" || d.Near.Have[0].In100.Int() != 100 {
		t.Errorf("have %+v", d.Near.Have)
	}
	if len(d.Near.Missing) != 1 || d.Near.Missing[0].In100.Int() != 50 {
		t.Errorf("missing %+v", d.Near.Missing)
	}
	if n := d.Near.Seekers.Int(); n < 5 || n > 18 || d.Near.Per100.Int() != (8000+n/2)/n || d.Near.Openings.Int() != 80 {
		t.Errorf("openings per 100 seekers %d, openings %d, seekers %d; want 80 openings, and of 10 seekers what is published", d.Near.Per100.Int(), d.Near.Openings.Int(), n)
	}
	if len(d.Fits) != 2 || d.Target != &d.Fits[0] || !d.Simulated {
		t.Errorf("fits %+v", d.Fits)
	}
}

func TestAnOccupationWorkedInIsNotNear(t *testing.T) {
	a := two(t)
	d := diagnose(t, a, ieum.Profile{Occupations: []ieum.Scored{{Code: "8221", P: .8}, {Code: "8211", P: .5}}}, "")
	if d.Near != nil {
		t.Errorf("near is %s, which the person has done", d.Near.Code)
	}
}

func TestNothingKnownIsSaidNotGuessed(t *testing.T) {
	d := diagnose(t, two(t), ieum.Profile{Unread: []string{"?"}}, "")
	if len(d.Fits) != 0 || d.Near != nil || d.Target != nil {
		t.Errorf("nothing was said, but %+v fits", d.Fits)
	}
}

func TestAResumeLongerThanAnyPersonsIsRefused(t *testing.T) {
	r := ieum.Resume{Careers: make([]ieum.Career, 201)}
	if _, err := two(t).Diagnose(t.Context(), r, Aim{}); !errors.Is(err, ieum.ErrInvalid) {
		t.Errorf("201 careers give %v", err)
	}
}

func TestATargetOfOnesOwn(t *testing.T) {
	a := two(t)
	d := diagnose(t, a, ieum.Profile{}, "8221")
	if d.Target == nil || d.Target.Code != "8221" || len(d.Target.Missing) != 2 {
		t.Errorf("target %+v", d.Target)
	}
	if _, err := a.Diagnose(t.Context(), ieum.Resume{}, Aim{Occupation: "9999"}); err == nil {
		t.Error("an unknown target is taken")
	}
}
