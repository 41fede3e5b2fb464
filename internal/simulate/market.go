package simulate

import (
	"fmt"
	"slices"
	"strings"

	"ieum"
	"ieum/defs"
)

// A Market is everything that is drawn from: the tables, and how many people,
// firms and vacancies there are. It is read-only and safe for concurrent use.
type Market struct {
	p           Params
	occupations []occupation
	byCode      map[string]int
	divisions   []division
	places      places
	skills      []skill
	certs       []certificate
	seekers     choice
	calendar    calendar
	fields      int // two-digit groups of occupations
	fieldCodes  []string
	courses     int
	catalogue   catalogue
	effects     [treatments][][jobGroups]effect
	months      []string            // "1970-01" and on
	shows       map[string][]spoken // what the fixed phrases of texts show directly

	people    int // persons behind the résumés
	second    int // persons with a second résumé
	third     int // … and a third
	vacancies int
	copies    int // vacancies with a duplicate
	recopies  int // … and another
	reposts   int
	opens     []uint32 // vacancies of firms 0 to i are opens[0] to opens[i+1]
	day       *nextDay // what is written instead of the market; nil = the market

	resumeOrder, postingOrder, extraOrder, copyOrder, repostOrder, phoneOrder order
}

// New prepares a market from the definitions' code lists.
func New(set *defs.Set, p Params) (*Market, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	m := &Market{p: p, byCode: map[string]int{}}
	m.readOccupations()
	if err := m.sameOccupations(set); err != nil {
		return nil, err
	}
	m.readDivisions()
	var err error
	if m.places, err = readPlaces(set); err != nil {
		return nil, err
	}
	m.readSkills(set)
	m.readCertificates(set)
	m.readPhrases()
	m.seekers = newChoice(m.weights(func(o *occupation) float64 { return o.seekers }))
	for i := range 12 * 80 {
		m.months = append(m.months, fmt.Sprintf("%d-%02d", 1970+i/12, i%12+1))
	}
	m.calendar = newCalendar(m.start())
	m.count()
	m.openFirms()
	m.readEffects()
	m.readCourses()
	if p.daily() {
		m.prepareDay()
	}
	return m, nil
}

// sameOccupations checks that the table and the code list name the same unit
// groups, so that no row carries a code the platform does not know.
func (m *Market) sameOccupations(set *defs.Set) error {
	list, ok := set.Codes["keco2025"]
	if !ok {
		return ieum.Errorf(ieum.ErrInvalid, "the definitions have no code list keco2025")
	}
	var missing []string
	for _, o := range m.occupations {
		if !list.InForce(o.code) {
			missing = append(missing, o.code)
		}
	}
	if len(missing) > 0 {
		return ieum.Errorf(ieum.ErrInvalid, "the code list keco2025 lacks the unit groups %s, which simulate draws; without --defs the built-in list is used", strings.Join(missing, ", "))
	}
	return nil
}

func (m *Market) weights(f func(*occupation) float64) []float64 {
	w := make([]float64, len(m.occupations))
	for i := range m.occupations {
		w[i] = f(&m.occupations[i])
	}
	return w
}

// count says how many rows are whose, so that the shares hold exactly.
func (m *Market) count() {
	extra := share(m.p.Resumes, m.p.Rates.ExtraResumes)
	m.people = m.p.Resumes - extra
	m.third = extra / 6
	m.second = extra - m.third
	if m.second > m.people { // more than one in two rows is an extra one
		m.second, m.third = m.people, extra-m.people
	}
	copies := share(m.p.Postings, m.p.Rates.Duplicates)
	m.reposts = share(m.p.Postings, m.p.Rates.Reposts)
	m.vacancies = m.p.Postings - copies - m.reposts
	m.recopies = copies / 5
	m.copies = copies - m.recopies
	if m.copies > m.vacancies {
		m.copies, m.recopies = m.vacancies, copies-m.vacancies
	}
	seed := m.p.Seed
	m.resumeOrder = newOrder(seed, 1, m.p.Resumes)
	m.postingOrder = newOrder(seed, 2, m.p.Postings)
	m.extraOrder = newOrder(seed, 3, m.people)
	m.copyOrder = newOrder(seed, 4, m.vacancies)
	m.repostOrder = newOrder(seed, 5, m.vacancies)
	m.phoneOrder = newOrder(seed, 6, phones)
}

// share returns a share of n, rounded.
func share(n int, p float64) int { return int(float64(n)*p + 0.5) }

// resumeOf returns the person behind a row and which of their résumés it is.
// Rows beyond the market's are of people beyond its.
func (m *Market) resumeOf(row int) (person, which int) {
	if row >= m.p.Resumes {
		return m.people + row - m.p.Resumes, 0
	}
	k := m.resumeOrder.at(row)
	switch {
	case k < m.people:
		return k, 0
	case k < m.people+m.second:
		return m.extraOrder.at(k - m.people), 1
	}
	return m.extraOrder.at(k - m.people - m.second), 2
}

// resumesOf returns how many résumés a person has.
func (m *Market) resumesOf(person int) int {
	if person >= m.people {
		return 1
	}
	switch at := m.extraOrder.place(person); {
	case at < m.third:
		return 3
	case at < m.second:
		return 2
	}
	return 1
}

// A version is how a posting came about.
type version uint8

const (
	original version = iota
	duplicate
	reduplicate
	repost
)

func (v version) String() string {
	return [...]string{"original", "duplicate", "duplicate", "repost"}[v]
}

// postingOf returns the vacancy behind a row and how the row came about.
func (m *Market) postingOf(row int) (vacancy int, v version) {
	k := m.postingOrder.at(row)
	if k < m.vacancies {
		return k, original
	}
	if k -= m.vacancies; k < m.copies {
		return m.copyOrder.at(k), duplicate
	}
	if k -= m.copies; k < m.recopies {
		return m.copyOrder.at(k), reduplicate
	}
	return m.repostOrder.at(k - m.recopies), repost
}

// openFirms draws how many vacancies each firm has: one for most, many for a
// few (a Pareto distribution with exponent 1.3, cut at 60), until a division
// has its share of all.
func (m *Market) openFirms() {
	var total, done float64
	for i := range m.divisions {
		total += m.divisions[i].share
	}
	m.opens = append(m.opens, 0)
	at := 0
	for i := range m.divisions {
		d := &m.divisions[i]
		done += d.share
		until := int(float64(m.vacancies)*done/total + 0.5)
		d.first = len(m.opens) - 1
		for at < until {
			r := newRNG(m.p.Seed, ofCompany, uint64(len(m.opens)-1))
			at += min(firmVacancies(&r), until-at)
			m.opens = append(m.opens, uint32(at))
		}
		d.firms = len(m.opens) - 1 - d.first
	}
}

// paretoVacancies tables the number of vacancies of a firm.
var paretoVacancies = func() (t [quantiles]uint8) {
	for i := range t {
		p := (float64(i) + 0.5) / quantiles
		t[i] = uint8(min(60, pow(1-p, -1/1.3)))
	}
	return t
}()

func firmVacancies(r *rng) int { return int(paretoVacancies[r.next()>>52]) }

// firmOf returns the firm of a vacancy and which of the firm's it is.
func (m *Market) firmOf(vacancy int) (firm, slot int) {
	if vacancy >= m.vacancies {
		h := m.day.hiring[vacancy-m.vacancies]
		return h.firm, h.slot
	}
	i, found := slices.BinarySearch(m.opens, uint32(vacancy))
	if !found {
		i--
	}
	return i, vacancy - int(m.opens[i])
}

// divisionOf returns the division of a firm.
func (m *Market) divisionOf(firm int) *division {
	i, found := slices.BinarySearchFunc(m.divisions, firm, func(d division, firm int) int { return d.first - firm })
	if !found {
		i--
	}
	for m.divisions[i].firms == 0 { // an empty division begins where the next one does
		i++
	}
	return &m.divisions[i]
}

// Firms returns the number of employers.
func (m *Market) Firms() int { return len(m.opens) - 1 }

// People returns the number of persons behind the résumés.
func (m *Market) People() int { return m.people }

// resumeID, postingID and courseID are the keys of rows.
func resumeID(b []byte, row int) []byte  { return appendID(b, 'R', row) }
func postingID(b []byte, row int) []byte { return appendID(b, 'P', row) }
func courseID(b []byte, row int) []byte  { return appendID(b, 'C', row) }

// appendID writes SIM-R000000123.
func appendID(b []byte, letter byte, n int) []byte {
	b = append(b, 'S', 'I', 'M', '-', letter)
	return appendPadded(b, n, 9)
}

func appendPadded(b []byte, n, digits int) []byte {
	var d [20]byte
	i := len(d)
	for n > 0 || digits > 0 {
		i--
		d[i] = byte('0' + n%10)
		n /= 10
		digits--
	}
	return append(b, d[i:]...)
}
