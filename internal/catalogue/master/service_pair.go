package master

import "slices"

// A serviceSign is how two rows stand to each other, in points.
type serviceSign struct {
	titles           titles
	points           float32
	agreed           Agreed
	sameText, linked bool
	otherText        bool
}

// titles says how alike two titles are.
type titles uint8

const (
	otherTitles titles = iota
	likeTitles         // most pairs of letters
	stemTitles         // all but words that say nothing, such as 지원 and 사업
	sameTitles
)

// The points for what two services agree on, and how many make them one. They
// were set by hand: the same title in one district is enough, in one province
// or in the whole country something must be added.
const (
	pointsTitle    = 2
	pointsStem     = 1.5
	pointsDistrict = 1.5
	pointsProvince = 1
	pointsBroader  = -1 // one is of a province, the other of a district in it
	pointsOffice   = 1.5
	pointsOther    = -0.5 // of offices, and of texts
	pointsPeriod   = 1
	pointsPage     = 2
	pointsText     = 1.5
	pointsOne      = 3
)

// compare looks at two rows; that they contradict each other is for fits.
func (m *services) compare(a, b uint32) (s serviceSign) {
	x, y := &m.rows[a], &m.rows[b]
	s.titles = x.titles(y)
	switch s.titles {
	case sameTitles:
		s.add(OnTitle, pointsTitle)
	case stemTitles:
		s.add(OnTitle, pointsStem)
	}
	switch {
	case x.Region != 0 && x.Region == y.Region && x.Region > 99:
		s.add(OnRegion, pointsDistrict)
	case x.Region != 0 && x.Region == y.Region:
		s.add(OnRegion, pointsProvince)
	case x.Region != 0 && y.Region != 0:
		s.points += pointsBroader
	}
	switch {
	case len(x.office) == 0 || len(y.office) == 0:
	case sameOffice(x, y):
		s.add(OnOffice, pointsOffice)
	case !common(x.office, y.office):
		s.points += pointsOther
	}
	if x.From != 0 && x.From == y.From || x.To != 0 && x.To == y.To {
		s.add(OnPeriod, pointsPeriod)
	}
	if s.linked = x.page != "" && x.page == y.page || x.number != "" && slices.Contains(y.links, x.number) || y.number != "" && slices.Contains(x.links, y.number); s.linked {
		s.add(OnAddress, pointsPage)
	}
	if x.number != "" && x.number == y.number {
		s.agreed |= OnNumber
	}
	s.texts(x, y)
	return s
}

func (s *serviceSign) texts(x, y *serviceForm) {
	if min(len(x.text), len(y.text)) < shortText {
		return
	}
	within, _ := shared(x.text, y.text, one)
	switch {
	case within >= 0.6:
		s.add(OnBody, pointsText)
		s.sameText = true
	case within < 0.15:
		s.points += pointsOther
		s.otherText = true
	}
}

func one(uint32) float32 { return 1 }

func (s *serviceSign) add(on Agreed, points float32) {
	s.agreed |= on
	s.points += points
}

// judge decides whether two rows speak of one service.
func (m *services) judge(a, b uint32) (f Merge, ok bool) {
	x, y := &m.rows[a], &m.rows[b]
	if x.number != "" && x.number == y.number || x.titles(y) == otherTitles || !m.known[a].fits(&m.known[b]) {
		return f, false
	}
	s := m.compare(a, b)
	f = Merge{A: a, B: b, Agreed: s.agreed, Score: min(0.99, s.points/(2*pointsOne))}
	switch {
	case x.number != "" && y.number != "" && register(x.number) == register(y.number):
		f.Rule = ByTwice
		return f, twice(x, y, s)
	case s.titles == sameTitles:
		f.Rule = ByTitle
	case s.titles == stemTitles, s.titles == likeTitles && (s.sameText || s.linked):
		f.Rule = ByNearTitle
	default:
		return f, false
	}
	return f, s.points >= pointsOne
}

// twice reports whether one register has a service under two numbers, as when
// it is entered again each year: in one place, by one office or in the same
// words. Where both state a time it must be the same.
func twice(x, y *serviceForm, s serviceSign) bool {
	dated := (x.From != 0 || x.To != 0) && (y.From != 0 || y.To != 0)
	return s.titles >= stemTitles && !s.otherText && x.edition == y.edition && x.Region == y.Region &&
		(!dated || x.From == y.From && x.To == y.To) &&
		(s.sameText || len(x.office) > 0 && s.agreed&OnOffice != 0)
}

// sameOffice reports whether one of two offices is named within the other: a
// department of it, but not the city of a province.
func sameOffice(x, y *serviceForm) bool {
	if len(x.office) > len(y.office) {
		x, y = y, x
	}
	return partOf(x.office, y.office) && (x.Region == y.Region || !slices.ContainsFunc(y.office, func(w string) bool {
		return placeOf(w) != "" && !slices.Contains(x.office, w)
	}))
}

// partOf reports whether y has all of x; both are sorted.
func partOf(x, y []string) bool {
	for _, w := range x {
		if _, ok := slices.BinarySearch(y, w); !ok {
			return false
		}
	}
	return true
}

func common(x, y []string) bool {
	return slices.ContainsFunc(x, func(w string) bool { _, ok := slices.BinarySearch(y, w); return ok })
}
