package jobcare

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"ieum"
)

// The scoring of the short check: dislike 0, neither 1, like 2, summed over the
// five activities of a type.
func TestTheShortCheckIsScoredAsSumsPerType(t *testing.T) {
	all := func(answer string) (a liked) {
		for _, f := range a.fields() {
			*f = answer
		}
		return a
	}
	own := all("1")
	own.R1, own.R2, own.R3, own.R4, own.R5 = "2", "2", "2", "2", "2"
	own.A1, own.A2 = "0", "0"
	own.C5 = "2"
	for name, tt := range map[string]struct {
		answers liked
		want    Six
		spread  float64
		flat    bool
		highest []string
	}{
		"likes all":        {all("2"), Six{10, 10, 10, 10, 10, 10}, 0, true, []string{}},
		"likes none":       {all("0"), Six{}, 0, true, []string{}},
		"neither":          {all("1"), Six{5, 5, 5, 5, 5, 5}, 0, true, []string{}},
		"hands and papers": {own, Six{10, 5, 3, 5, 5, 6}, 7, false, []string{"R", "C", "I"}},
	} {
		in, open := tt.answers.score()
		if open != 0 || in.Scores != tt.want || in.Spread() != tt.spread || in.Flat() != tt.flat {
			t.Errorf("%s: %+v, spread %v, flat %v, %d open", name, in.Scores, in.Spread(), in.Flat(), open)
		}
		d := &Diagnosis{}
		d.Consider(in)
		if !slices.Equal(d.Interests.Highest, tt.highest) || d.Interests.Validated {
			t.Errorf("%s: %+v", name, d.Interests)
		}
	}
	for _, in := range []Interests{{Scores: Six{R: 3}}, {Six{R: 60, I: 50, A: 50, S: 50, E: 50, C: 50}, 20000}} {
		told := in
		told.Scores.R -= .5
		if in.Flat() || !told.Flat() {
			t.Errorf("%+v is flat: %t, with half less: %t", in, in.Flat(), told.Flat())
		}
	}
	own.S4 = ""
	if _, open := own.score(); open != 1 {
		t.Errorf("one answer is missing, %d are said to", open)
	}
}

func fit(code string, score float64) Fit { return Fit{Named: Named{Code: code}, Score: score} }

func order(d *Diagnosis) string {
	var codes []string
	for _, f := range d.Fits {
		codes = append(codes, f.Code)
	}
	return strings.Join(codes, " ")
}

// Interests move an occupation only among those that fit about as well, and
// leave none out. 4141 is a painter's, 8231 a foundry's, 3011 a doctor's and 0271 an
// office's.
func TestInterestsOrderOnlyWhatFitsAboutEqually(t *testing.T) {
	artist, clerk := Six{A: 10, I: 6, R: 3}, Six{C: 10, E: 6}
	for name, tt := range map[string]struct {
		likes Six
		fits  []Fit
		want  string
	}{
		"about equal: the likest first":            {artist, []Fit{fit("8231", .50), fit("0271", .45), fit("4141", .40)}, "4141 8231 0271"},
		"another likes the office":                 {clerk, []Fit{fit("8231", .50), fit("4141", .45), fit("0271", .40)}, "0271 8231 4141"},
		"one that fits clearly less stays behind":  {artist, []Fit{fit("8231", .50), fit("4141", .39)}, "8231 4141"},
		"what is near the second is not the first": {artist, []Fit{fit("8231", .50), fit("0271", .41), fit("4141", .39)}, "8231 0271 4141"},
		"each group by itself":                     {artist, []Fit{fit("8231", .90), fit("0271", .50), fit("4141", .48)}, "8231 4141 0271"},
		"liked about equally: the order stays":     {Six{5, 5, 7, 5, 5, 5}, []Fit{fit("8231", .50), fit("4141", .50)}, "8231 4141"},
		"an occupation of which nothing is known":  {artist, []Fit{fit("8231", .50), fit("1999", .50), fit("4141", .50)}, "4141 1999 8231"},
	} {
		d := &Diagnosis{Fits: tt.fits}
		d.Consider(Interests{Scores: tt.likes})
		if got := order(d); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// The occupation to be measured against by default is the one shown first.
func TestTheFirstStaysTheTarget(t *testing.T) {
	d := &Diagnosis{Fits: []Fit{fit("8231", .50), fit("4141", .49)}}
	d.Target = &d.Fits[0]
	d.Consider(Interests{Scores: Six{A: 10, I: 6, R: 3}})
	if d.Target.Code != "4141" || d.Target.Interest == nil || !d.Target.Interest.Close() || d.Fits[1].Interest.Close() {
		t.Errorf("the target is %+v", d.Target)
	}
	if kinds := d.Fits[0].Interest.Kinds; !slices.Equal(kinds, []string{"A", "I"}) {
		t.Errorf("the work of a painter is %v", kinds)
	}
}

func TestNumbersOfNoCheckAreRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		in   Interests
		fine bool
	}{
		"of the short check":        {Interests{Scores: Six{R: 10}}, true},
		"more than five activities": {Interests{Scores: Six{R: 11}}, false},
		"less than nothing":         {Interests{Scores: Six{R: -1}}, false},
		"no number":                 {Interests{Scores: Six{R: math.NaN()}}, false},
		"a standard score":          {Interests{Six{R: 62}, 20000}, true},
		"the test is of today":      {Interests{Six{R: 62}, 20500}, true},
		"the test is of tomorrow":   {Interests{Six{R: 62}, 20501}, false},
		"more than a score":         {Interests{Six{R: 101}, 20000}, false},
	} {
		if err := tt.in.Check(20500); (err == nil) != tt.fine || err != nil && !errors.Is(err, ieum.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for text, fine := range map[string]bool{"7,3,5,9,4,2": true, " 7, 3,5,9,4,2.5 ": true, "7,3,5": false, "": false, "7,3,5,9,4,x": false, "1,2,3,4,5,6,7": false} {
		if in, err := ParseSix(text); (err == nil) != fine || fine && in.Scores.R != 7 {
			t.Errorf("%q: %+v, %v", text, in, err)
		}
	}
}

// Every occupation of the classification but those the survey did not reach has a
// profile, and the profiles say what anybody would of plain cases.
func TestProfilesOfOccupations(t *testing.T) {
	for code, want := range map[string]string{"4141": "A", "3011": "S", "1211": "I", "0271": "C", "8121": "R", "0311": "E"} {
		if v, ok := profileOf(code); !ok || highest(v, 1)[0] != want {
			t.Errorf("%s is %v", code, v)
		}
	}
	a, without := two(t), []string{}
	for _, c := range a.set.Codes["keco2025"].Codes {
		if _, ok := profileOf(c.Code); !ok && len(c.Code) == 3 {
			without = append(without, c.Code)
		}
	}
	if len(without) > 3 {
		t.Errorf("no profile of %v", without)
	}
	t.Logf("no profile of %v", without)
}
