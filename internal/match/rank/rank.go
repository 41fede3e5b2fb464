// Package rank judges how well a person and a posting fit: pure arithmetic on
// what is known of both, the same from either side.
//
// Read rank.go for the score and its parts, text.go for the relevance of a
// posting to words searched for, and best.go for keeping the best of many.
package rank

import "math"

// A Part is one addend of a score.
type Part uint8

// The parts, in the order they are added up.
const (
	Occupation   Part = iota // how near the posting's occupation is to those done or sought
	Competencies             // what the posting asks for and the person can do
	Gaps                     // what it asks for and the person's résumé does not show; never positive
	Certificates             // certificates asked for or preferred that the person holds
	Career                   // months of experience against the range asked for
	Education                // level of education against the least asked for
	Major                    // a field of study the posting names
	Pay                      // pay offered against pay sought
	Employment               // form of employment against that sought
	Region                   // where the work is against where the person lives or would work
	Recency                  // how new the posting is
	Field                    // work of another field than any done or sought; never positive
	Count        = iota
)

var names = [Count]string{"occupation", "competencies", "gaps", "certificates", "career", "education", "major", "pay", "employment", "region", "recency", "field"}

// String returns the name of a part as it stands in JSON and message keys.
func (p Part) String() string { return names[p] }

// The most points each part gives; together they are 100. A part that can take
// points away takes at most its least.
var (
	Most  = [Count]float64{34, 26, 0, 8, 6, 2, 3, 6, 3, 7, 5, 0}
	Least = [Count]float64{0, 0, -8, 0, -10, -6, 0, -8, -3, 0, 0, -10}
)

// Nearness of two KECO unit groups by the deepest level they share: none,
// major group, sub-major group, minor group, unit group.
var Nearness = [5]float64{0, .1, .3, .6, 1}

// Near returns the nearness of two occupation codes of two to four digits. A
// code of fewer than four digits stands for all it holds.
func Near(a, b string) float64 {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	if n > 0 && n == min(len(a), len(b)) {
		n = 4
	}
	return Nearness[n]
}

// Unknown marks a number that is not stated.
const Unknown = -1

// Facts are what is known of a person and a posting together. Amounts are in
// won a year, spells in months; Unknown is not stated, except where 0 is.
type Facts struct {
	Known   float64 // how surely any work done or sought is known, 0 to 1
	Near    float64 // nearness of the occupations, 0 to 1, times how sure both are
	Matched float64 // weight of the competencies asked for that the person has
	Missing float64 // weight of those the person's résumé does not show
	Asked   float64 // weight of all that are asked for
	Skilled bool    // any competency is known of the person

	Required  int // certificates that must be held and are
	Preferred int // certificates that help and are held

	Months       int // experience
	Least, Most  int // experience asked for
	Entry        bool
	Schooling    int // rank of the person's level of education; 0 unknown
	Asks         int // rank of the least level asked for; 0 none or unknown
	Major        bool
	Wish         int64 // least pay sought; 0 none
	PayMin       int64 // pay offered; 0 not stated
	PayMax       int64
	Wanted, Kind bool // a form of employment is sought and the posting's known; they agree
	Closeness    int  // 2 same district, 1 same province, 0 elsewhere or unknown
	Age          int  // days since the posting opened; Unknown when it does not say
}

// Parts are the addends of a score in the order of the constants.
type Parts [Count]float64

// Sum returns the score: the parts added up in order, so that what is shown
// adds up to what was ranked by.
func (p *Parts) Sum() float64 {
	s := 0.0
	for _, v := range p {
		s += v
	}
	return s
}

// smooth keeps a posting that names one competency from looking like a perfect
// fit: it counts as this much weight asked for that nobody has.
const smooth = 4

// Covered returns the points of the competencies of a posting that asks for
// weight asked and is matched with weight matched.
func Covered(matched, asked float64) float64 {
	if asked <= 0 {
		return 0
	}
	return Most[Competencies] * matched / (asked + smooth)
}

// Score returns the parts of the score.
func Score(f *Facts) (p Parts) {
	p[Occupation] = Most[Occupation] * f.Near
	p[Field] = Afield(f.Near, f.Known)
	p[Competencies] = Covered(f.Matched, f.Asked)
	if f.Skilled && f.Asked > 0 {
		p[Gaps] = Least[Gaps] * f.Missing / (f.Asked + smooth)
	}
	if f.Required > 0 {
		p[Certificates] = Most[Certificates] / 2
	}
	p[Certificates] += Most[Certificates] / 4 * float64(min(f.Preferred, 2))
	p[Career] = Experience(f.Months, f.Least, f.Most, f.Entry)
	p[Education] = Taught(f.Schooling, f.Asks)
	if f.Major {
		p[Major] = Most[Major]
	}
	p[Pay] = Paid(f.Wish, f.PayMin, f.PayMax)
	if f.Wanted {
		p[Employment] = Least[Employment]
		if f.Kind {
			p[Employment] = Most[Employment]
		}
	}
	p[Region] = Nearby(f.Closeness)
	p[Recency] = Aged(f.Age)
	return p
}

// Taught returns the points of a level of education against the least asked for; 0 unknown.
func Taught(schooling, asks int) float64 {
	switch below := asks - schooling; {
	case schooling <= 0 || asks <= 0:
		return 0
	case below > 0:
		return max(Least[Education], -3*float64(below))
	}
	return Most[Education]
}

// Aged returns the points of a posting that is so many days old.
func Aged(days int) float64 {
	if days < 0 {
		return 0
	}
	return recency[min(days, len(recency)-1)]
}

// Afield takes points for work that is not of a field done or sought, the less it has to do
// with one and the surer these are the more. Of a field are occupations of one sub-major group.
func Afield(near, known float64) float64 { return Least[Field] * max(0, known-near/Nearness[2]) }

// recency is the points by age in days: half after each thirty.
var recency = func() (points [1000]float64) {
	for age := range points {
		points[age] = Most[Recency] * math.Exp2(-float64(age)/30)
	}
	return points
}()

// Nearby returns the points of a posting's place by closeness.
func Nearby(closeness int) float64 { return Most[Region] / 2 * float64(closeness) }

// Experience gives full points for months within the range asked for, takes three and two
// more a year short of it, and one a year beyond it. Experience that is not known
// is neither, but where none is asked for it fits.
func Experience(months, least, most int, entry bool) float64 {
	const year = 12
	if entry || least == Unknown && most != Unknown {
		least = 0
	}
	switch {
	case least == Unknown:
		return 0
	case months == Unknown && (least > 0 || most != Unknown):
		return 0
	case months == Unknown: // anyone may apply
	case months < least:
		return max(Least[Career], -3-2*float64(least-months)/year)
	case most != Unknown && months > most:
		return max(Least[Career]/2, Most[Career]/2-float64(months-most)/year)
	}
	return Most[Career]
}

// Paid gives most points for pay a fifth above what is sought, and takes most
// for pay a third below it; 0 is not stated.
func Paid(sought, payMin, payMax int64) float64 {
	least, most := payMin, max(payMin, payMax)
	if least == 0 {
		least = most
	}
	wish := float64(sought)
	switch {
	case sought <= 0, most <= 0:
		return 0
	case most < sought:
		return Least[Pay] * min(1, 3*(wish-float64(most))/wish)
	case least < sought:
		return Most[Pay] / 3
	}
	return Most[Pay] * (2 + min(1, 5*(float64(least)-wish)/wish)) / 3
}
