package snapshot

import "math"

// Events are what happened to people in their search for work, sorted by résumé and
// day, those of one day as they were delivered. They are read in whole builds alone:
// a snapshot of changes has those of its base, and their rows are rows of the base,
// also where these are gone by now.
type Events struct {
	Resume      Column[uint32] // row of Resumes
	What        Column[uint8]  // a Happening
	Day         Column[int32]  // ieum.Day
	Posting     Column[uint32] // row of Postings and one; 0 = none, or not here
	Course      Column[uint32] // row of Items of the base and one; 0 = none, or not here
	Certificate Column[uint16]
	Pay         Column[uint32] // won a year, of a hire; 0 when not stated
	Referred    Column[uint8]  // of counselling: 1 = to it
	Aptitude    Column[uint16] // of a registration: see Measured
	Motivation  Column[uint16]
	Place       Column[uint8]  // on the page that led to it, from 1 on; 0 when not recorded
	Channel     Column[uint8]  // a position in Channels
	Propensity  Column[uint16] // of what is shown: see Probable
}

// A Happening is what an event is: a position in Happenings.
type Happening uint8

// Happenings are the codes of the list search-events that are known here.
var Happenings = [...]string{"", "registered", "applied", "answered", "rejected", "offered", "declined", "hired", "separated",
	"counselled", "enrolled", "completed", "certified", "left", "shown", "viewed"}

// Channels are the codes of the list channels that are known here.
var Channels = [...]string{"", "search", "recommender"}

// What happens in a search.
const (
	Registered Happening = iota + 1
	Applied
	Answered // as one hopes
	Rejected
	Offered
	Declined
	Hired
	Separated
	Counselled
	Enrolled
	Completed
	Certified
	Left
	Shown  // a posting
	Viewed // one that was shown
)

// ProbableOf keeps a probability, to 1/65535; 0 is not recorded.
func ProbableOf(p float64) uint16 {
	if !(p > 0) {
		return 0
	}
	return uint16(min(max(math.Round(p*math.MaxUint16), 1), math.MaxUint16))
}

// Probable returns a probability; it is not ok where none was recorded.
func Probable(kept uint16) (p float64, ok bool) {
	return float64(kept) / math.MaxUint16, kept != 0
}

// measureGrain is how finely a measure is kept; 0 is not recorded.
const measureGrain, measureZero = 1000, 1 << 15

// MeasureOf keeps what was measured, to a thousandth, from −32.767 to 32.767.
func MeasureOf(x float64) uint16 {
	return uint16(measureZero + min(max(math.Round(x*measureGrain), 1-measureZero), measureZero-1))
}

// Measured returns what was measured; it is not ok where nothing was.
func Measured(kept uint16) (x float64, ok bool) {
	return (float64(kept) - measureZero) / measureGrain, kept != 0
}
