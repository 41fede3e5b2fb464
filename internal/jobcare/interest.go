package jobcare

import (
	"cmp"
	_ "embed"
	"math"
	"slices"
	"strconv"
	"strings"

	"ieum"
)

// kinds are Holland's six types of interests, in his order: realistic,
// investigative, artistic, social, enterprising, conventional.
const kinds = "RIASEC"

// A Six is one number for each of Holland's types.
type Six struct {
	R float64 `json:"R" doc:"realistic: with hands, tools, machines, plants"`
	I float64 `json:"I" doc:"investigative: to find out"`
	A float64 `json:"A" doc:"artistic: to make and express"`
	S float64 `json:"S" doc:"social: to help and teach"`
	E float64 `json:"E" doc:"enterprising: to lead and sell"`
	C float64 `json:"C" doc:"conventional: to keep things in order"`
}

func (s Six) list() [6]float64 { return [6]float64{s.R, s.I, s.A, s.S, s.E, s.C} }

func six(v [6]float64) Six { return Six{v[0], v[1], v[2], v[3], v[4], v[5]} }

// Most that a type can have: in the short check five activities of 2 each; in the
// official test a standard score.
const (
	mostOwn      = 10
	mostOfficial = 100
)

// The least difference of the highest and the lowest type from which interests
// are told apart. Both are set by hand: there are no norms of the short check,
// and one standard deviation of the official test's scores is 10.
const (
	tellsOwn      = 3
	tellsOfficial = 10
)

// Interests are what somebody likes, by type: of the short check here (0 to 10,
// not validated), or of the official 직업선호도검사 of a day (standard scores).
type Interests struct {
	Scores   Six      `json:"scores"`
	Official ieum.Day `json:"official,omitzero" doc:"day of the official test that the numbers are of; absent for the short check"`
}

// Check refuses numbers that no check gives, and a test of a day to come.
func (in Interests) Check(today ieum.Day) error {
	for _, v := range in.Scores.list() {
		if !(v >= 0 && v <= in.Most()) {
			return &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.interest_range", Args: map[string]any{"most": int(in.Most())}, Field: "/interests",
				Message: "each of the six numbers is from 0 to " + strconv.Itoa(int(in.Most()))}
		}
	}
	if in.Official < 0 || in.Official > today {
		return &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.interest_day", Field: "/official_day", Message: "the official test was on a day before now"}
	}
	return nil
}

// Most is the highest a type can have.
func (in Interests) Most() float64 {
	if in.Official != 0 {
		return mostOfficial
	}
	return mostOwn
}

// Spread is the differentiation: the highest less the lowest (Holland 1997).
func (in Interests) Spread() float64 {
	v := in.Scores.list()
	return slices.Max(v[:]) - slices.Min(v[:])
}

// Flat says that the types are liked about equally, so that nothing follows.
func (in Interests) Flat() bool {
	if in.Official != 0 {
		return in.Spread() < tellsOfficial
	}
	return in.Spread() < tellsOwn
}

// ParseSix reads six numbers of the short check, as in 7,3,5,9,4,2.
func ParseSix(text string) (Interests, error) {
	var v [6]float64
	parts := strings.Split(text, ",")
	for i, part := range parts {
		n, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if len(parts) != len(v) || err != nil {
			return Interests{}, ieum.Errorf(ieum.ErrInvalid, "%q are not six numbers; give them as R,I,A,S,E,C, such as 7,3,5,9,4,2", text)
		}
		v[i] = n
	}
	return Interests{Scores: six(v)}, nil
}

// Considered are interests and what was made of them.
type Considered struct {
	Interests
	Highest   []string `json:"highest"`   // the three liked most, best first; none when flat
	Spread    float64  `json:"spread"`    // the highest less the lowest
	Flat      bool     `json:"flat"`      // liked about equally: the order stays
	Validated bool     `json:"validated"` // false: of the short check, which was not tried on people yet
}

// A Bar is one type of a person's interests, as it is drawn.
type Bar struct {
	Kind  string
	Value float64
}

// Bars are the six types in Holland's order.
func (c *Considered) Bars() (out []Bar) {
	for i, v := range c.Scores.list() {
		out = append(out, Bar{kinds[i : i+1], v})
	}
	return out
}

// A Liking is how an occupation's work stands to somebody's interests.
type Liking struct {
	Kinds    []string `json:"kinds"`    // the two types that stand out most in the occupation, first the one that does more
	Likeness *float64 `json:"likeness"` // -1 to 1: correlation of the two profiles; null when the interests are flat
}

// alike is the likeness from which an occupation is said to be close to what
// somebody likes.
const alike = .5

// Close says that the work is close to what somebody likes.
func (l *Liking) Close() bool { return l.Likeness != nil && *l.Likeness >= alike }

// Consider puts the occupations that fit in the order of somebody's interests,
// as far as they fit about equally: from the best down, those that fit at least
// asNear times as well as the first of them stand together, and among these
// the likest comes first. None is added or left out.
func (d *Diagnosis) Consider(in Interests) {
	d.Interests = &Considered{in, []string{}, in.Spread(), in.Flat(), in.Official != 0}
	if !in.Flat() {
		d.Interests.Highest = highest(in.Scores.list(), 3)
	}
	for i := range d.Fits {
		d.Fits[i].Interest = in.liking(d.Fits[i].Code)
	}
	for _, f := range []*Fit{d.Near, d.Target} {
		if f != nil {
			f.Interest = in.liking(f.Code)
		}
	}
	if in.Flat() {
		return
	}
	for rest := d.Fits; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].Score >= asNear*rest[0].Score {
			n++
		}
		slices.SortStableFunc(rest[:n], func(x, y Fit) int { return cmp.Compare(y.likeness(), x.likeness()) })
		rest = rest[n:]
	}
}

// likeness is that of the fit's liking; of an occupation nothing is known of it
// is 0, neither like nor unlike.
func (f Fit) likeness() float64 {
	if f.Interest == nil || f.Interest.Likeness == nil {
		return 0
	}
	return *f.Interest.Likeness
}

// liking compares interests with an occupation; nil when nothing is known of it.
func (in Interests) liking(occupation string) *Liking {
	profile, ok := profileOf(occupation)
	if !ok {
		return nil
	}
	l := &Liking{Kinds: highest(profile, 2)}
	if !in.Flat() {
		r := math.Round(correlation(in.Scores.list(), profile)*100) / 100
		l.Likeness = &r
	}
	return l
}

// highest returns the n types with most; of equal ones the first in Holland's
// order.
func highest(v [6]float64, n int) (out []string) {
	order := []int{0, 1, 2, 3, 4, 5}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(v[y], v[x]) })
	for _, i := range order[:n] {
		out = append(out, kinds[i:i+1])
	}
	return out
}

// correlation is Pearson's; 0 when either does not vary.
func correlation(x, y [6]float64) float64 {
	mx, my := mean(x), mean(y)
	xy, xx, yy := 0.0, 0.0, 0.0
	for i := range x {
		xy += (x[i] - mx) * (y[i] - my)
		xx += (x[i] - mx) * (x[i] - mx)
		yy += (y[i] - my) * (y[i] - my)
	}
	if xx == 0 || yy == 0 {
		return 0
	}
	return xy / math.Sqrt(xx*yy)
}

func mean(v [6]float64) (sum float64) {
	for _, x := range v {
		sum += x / 6
	}
	return sum
}

// profiles has, for each minor group of KECO 2025 (three digits), by how much
// each type is rated higher there than over all occupations: docs/market.md says
// of what it was fitted.
//
//go:embed interest_profiles.csv
var profiles string

// profileOf returns how an occupation's work stands to the types, by its minor
// group.
func profileOf(occupation string) (v [6]float64, ok bool) {
	if len(occupation) < 3 {
		return v, false
	}
	for line := range strings.Lines(profiles) {
		rest, found := strings.CutPrefix(line, occupation[:3]+",")
		if !found {
			continue
		}
		for i, field := range strings.Split(strings.TrimSpace(rest), ",") {
			v[i], _ = strconv.ParseFloat(field, 64)
		}
		return v, true
	}
	return v, false
}
