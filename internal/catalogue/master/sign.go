package master

import (
	"cmp"
	"math"
)

// Whether two postings are one is decided by a sum of points, a point being a
// factor of e in the odds: Fellegi and Sunter's model, with the weights of all
// signs fitted together (logistic regression) so that signs which go together
// are not counted twice. weights.go says what they were fitted on.

// A sign is something that speaks for or against two postings being one.
type sign int

const (
	always          sign = iota
	titleShare           // share of what the titles tell that they have in common
	titleSwapped         // one title says something in the place of what the other says
	titleOther           // how much that tells, in 20 bits, at most 4
	titleMore            // what one title says more, the same
	particularOther      // the titles name places, branches or shifts, and none the same
	gradeOther           // one is for beginners, the other for the experienced
	gradeMore            // one says so, the other does not
	rankOther            // they name other ranks
	titleTells           // what equal titles tell, in 30 bits
	bodyKnown            // both have a body
	bodyShare            // weighted Jaccard of the bodies' bigrams
	bodyWithin           // share of the shorter body that the other has
	itemShare            // Jaccard of the items
	figureShare          // of figures as of bigrams
	figureWithin         //
	teaserKnown          // both have a body, one only a fraction of the other
	teaserWithin         // share of the fraction that the other has
	teaserItem           // share of its items
	regionEqual          // the same district
	regionWithin         // one states the province only
	occupationEqual      //
	occupationNear       // the same minor group
	occupationOther      //
	payEqual             //
	payOther             // sums that do not overlap
	employmentEqual      //
	employmentOther      //
	educationEqual       //
	educationOther       //
	careerEqual          //
	careerOther          //
	openingsEqual        //
	openingsOther        //
	openedEqual          // of postings that were up together
	deadlineEqual        //
	deadlineOther        //
	reposted             // one was opened after the other had ended
	rounds               // up together, but the titles name two years or rounds
	companyUnknown       //
	companyOther         // two companies by name that look alike
	signs
)

// threshold is the least number of points at which two postings are one.
const threshold = 0.0

// A verdict is what the signs add up to.
type verdict struct {
	Merge
	points float64
}

// judge adds up what speaks for and against two postings being one.
func (m *matcher) judge(a, b uint32, t pairText) verdict {
	x, y := &m.Facts[a], &m.Facts[b]
	v := verdict{Merge: Merge{A: min(a, b), B: max(a, b), Rule: ByNearText}}
	f := signsOf(x, y, t)
	v.points = points(&f)
	for _, on := range agreeing {
		if f[on.sign] >= on.least {
			v.Agreed |= on.what
		}
	}
	if f[reposted] == 1 {
		v.Rule = ByRepost
	}
	v.Score = float32(1 / (1 + math.Exp(threshold-v.points)))
	return v
}

// points adds up the signs.
func points(f *[signs]float64) (sum float64) {
	for i, value := range f {
		sum += weights[i] * value
	}
	return sum
}

// agreeing says which signs count as agreement in the evidence.
var agreeing = []struct {
	sign  sign
	least float64
	what  Agreed
}{
	{titleShare, 0.9, OnTitle}, {bodyShare, 0.8, OnBody}, {bodyWithin, 0.9, OnBody}, {itemShare, 0.7, OnBody},
	{regionEqual, 1, OnRegion}, {regionWithin, 1, OnRegion}, {occupationEqual, 1, OnOccupation}, {payEqual, 1, OnPay},
	{employmentEqual, 1, OnEmployment}, {educationEqual, 1, OnEducation}, {careerEqual, 1, OnCareer},
	{openingsEqual, 1, OnOpenings}, {openedEqual, 1, OnPeriod}, {deadlineEqual, 1, OnPeriod},
}

// pairText is how the texts of two postings stand to each other.
type pairText struct {
	title           float64 // share of what the titles tell that they have in common
	titleBits       float64 // how much the common part tells, in bits
	other           float64 // bits that stand in each other's place
	more            float64 // bits that only one has
	schedule        bool    // the titles differ in a year or round
	gradeOther      float64 // 0 or 1
	gradeMore       float64
	rankOther       float64
	particularOther float64
	hasBody         bool // both have one; the shares are 0 otherwise
	lopsided        bool // one is a fraction of the other

	body, item, figure struct{ within, both float64 }
}

func signsOf(x, y *Facts, t pairText) (f [signs]float64) {
	f[always] = 1
	f[titleShare] = t.title
	f[titleSwapped], f[particularOther] = b2f(t.other > 4), t.particularOther
	f[titleOther], f[titleMore] = min(4, t.other/20), min(4, t.more/20)
	f[gradeOther], f[gradeMore], f[rankOther] = t.gradeOther, t.gradeMore, t.rankOther
	if t.title == 1 {
		f[titleTells] = min(2, t.titleBits/30)
	}
	switch {
	case !t.hasBody:
	case t.lopsided:
		f[teaserKnown], f[teaserWithin], f[teaserItem] = 1, t.body.within, t.item.within
	default:
		f[bodyKnown] = 1
		f[bodyShare], f[bodyWithin] = t.body.both, t.body.within
		f[itemShare] = t.item.both
		f[figureShare], f[figureWithin] = t.figure.both, t.figure.within
	}
	switch {
	case x.Region != 0 && x.Region == y.Region:
		f[regionEqual] = 1
	case near(x.Region, y.Region) == same:
		f[regionWithin] = 1
	}
	occupationSigns(&f, x, y)
	switch {
	case x.PayMin == 0 || y.PayMin == 0:
	case x.PayMin == y.PayMin && max(x.PayMin, x.PayMax) == max(y.PayMin, y.PayMax):
		f[payEqual] = 1
	case x.PayMin > max(y.PayMin, y.PayMax) || y.PayMin > max(x.PayMin, x.PayMax):
		f[payOther] = 1
	}
	equalOrOther(&f, employmentEqual, x.Employment, y.Employment, 0)
	equalOrOther(&f, educationEqual, x.Education, y.Education, 0)
	equalOrOther(&f, careerEqual, x.CareerMin, y.CareerMin, NoMonths)
	equalOrOther(&f, openingsEqual, x.Openings, y.Openings, 0)
	switch {
	case x.Company == 0 || y.Company == 0:
		f[companyUnknown] = 1
	case x.Company != y.Company:
		f[companyOther] = 1
	}
	periodSigns(&f, x, y, t)
	return f
}

// equalOrOther sets the sign equal or the one after it when both are known.
func equalOrOther[T comparable](f *[signs]float64, equal sign, x, y, unknown T) {
	switch {
	case x == unknown || y == unknown:
	case x == y:
		f[equal] = 1
	default:
		f[equal+1] = 1
	}
}

func occupationSigns(f *[signs]float64, x, y *Facts) {
	switch {
	case x.Occupation == 0 || y.Occupation == 0:
	case x.Occupation == y.Occupation:
		f[occupationEqual] = 1
	case x.Guessed || y.Guessed: // the coder may err on either
	case x.Occupation/10 == y.Occupation/10:
		f[occupationNear] = 1
	default:
		f[occupationOther] = 1
	}
}

func periodSigns(f *[signs]float64, x, y *Facts, t pairText) {
	if later(x, y) || later(y, x) {
		f[reposted] = 1
		return
	}
	if x.Opened != 0 && x.Opened == y.Opened {
		f[openedEqual] = 1
	}
	equalOrOther(f, deadlineEqual, x.Deadline, y.Deadline, 0)
	if t.schedule {
		f[rounds] = 1
	}
}

// ended is the last day a posting was up, as far as it is known; 0 if it is not.
func (f *Facts) ended() int32 {
	if f.Closed != 0 && f.Deadline != 0 {
		return min(f.Closed, f.Deadline)
	}
	return cmp.Or(f.Closed, f.Deadline)
}

// later reports whether y was opened after x had ended.
func later(x, y *Facts) bool {
	return x.ended() != 0 && y.Opened != 0 && y.Opened > x.ended()
}
