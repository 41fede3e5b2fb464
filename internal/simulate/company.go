package simulate

import (
	"math"
	"strconv"
)

// Sorts of employers, as in industries.csv.
const (
	agency   sortOf = 'S' // cleaning, security, staffing, rental
	arts     sortOf = 'A'
	building sortOf = 'C'
	care     sortOf = 'K' // hospitals, nursing homes, day care
	school   sortOf = 'E'
	eating   sortOf = 'F'
	farming  sortOf = 'G'
	tech     sortOf = 'I'
	leisure  sortOf = 'L'
	plant    sortOf = 'M'
	office   sortOf = 'O'
	public   sortOf = 'P'
	haulage  sortOf = 'R'
	trade    sortOf = 'T'
	utility  sortOf = 'U'
)

// region returns the pattern of where employers of a sort sit.
func (s sortOf) region() region {
	switch s {
	case tech, office, arts:
		return offices
	case plant:
		return plants
	case farming:
		return farms
	}
	return anywhere
}

// namePrefixes begin the names of firms: words for what is not real.
var namePrefixes = [][2]string{
	{"가상", "Gasang"}, {"모의", "Moui"}, {"허구", "Heogu"}, {"시험", "Siheom"}, {"견본", "Gyeonbon"}, {"예시", "Yesi"}, {"임시", "Imsi"}, {"상상", "Sangsang"}, {"대역", "Daeyeok"}, {"공상", "Gongsang"},
}

// A legalForm is how a firm is registered.
type legalForm uint8

const (
	noForm      legalForm = iota
	stockBefore           // 주식회사 가상정밀
	stockBehind           // 가상정밀 주식회사
	limited               // 유한회사
	foundation            // 재단법인, 의료법인, 사회복지법인
)

// A firm is an employer.
type firm struct {
	id        int
	division  *division
	stem      [2]string // "가상정밀", "Gasang Precision"
	index     int       // 17 in "가상정밀 17호"; 1 is not written
	form      legalForm
	legal     string
	place     int
	employees int
	homonym   bool
	vacancies int
	drawn     [8]int // occupations it hires for
	kinds     int
	behaviour behaviour
}

// behaviour is how an employer treats applicants; made up.
type behaviour struct {
	effect float64 // on pay, in the wage equation: size and a persistent part of its own
	reply  float64 // share of those turned down who are told
	delay  int     // weeks from the first application to a decision
	picky  float64 // on the logit of a candidacy
	bias   float64 // multiplies group penalties; 1 on average
}

// firm draws an employer anew into f.
func (m *Market) firm(id int, f *firm) {
	r := newRNG(m.p.Seed, ofCompany, uint64(id))
	firmVacancies(&r) // drawn when the firms were counted
	f.id, f.vacancies = id, 1
	var d *division
	var at int
	if id < m.Firms() {
		f.vacancies = int(m.opens[id+1] - m.opens[id])
		d = m.divisionOf(id)
		at = id - d.first
	} else {
		d, at = m.newcomer(id)
	}
	f.division = d
	f.homonym = d.firms > 1 && r.chance(m.p.Rates.Homonyms)
	if f.homonym {
		at = (at + 1 + r.intn(d.firms-1)) % d.firms
	}
	stem, prefix := d.names[at%len(d.names)], namePrefixes[at/len(d.names)%len(namePrefixes)]
	f.stem = [2]string{prefix[0] + stem[0], prefix[1] + " " + stem[1]}
	f.index = at/(len(d.names)*len(namePrefixes)) + 1
	f.form, f.legal = form(&r, d.sort)
	f.place = m.places.draw[d.sort.region()].draw(&r)
	size := math.Exp(2.3 + 0.5*math.Log(float64(f.vacancies)) + 1.1*r.norm())
	f.employees = max(1, int(size))
	f.behaviour = m.behaviour(id, f.employees)
	f.kinds = 0
	for tries := 0; tries < 24 && f.kinds < min(len(f.drawn), f.vacancies); tries++ {
		o := d.occupations[d.draw.draw(&r)]
		known := false
		for _, have := range f.drawn[:f.kinds] {
			known = known || have == o
		}
		if !known {
			f.drawn[f.kinds] = o
			f.kinds++
		}
	}
}

// behaviour draws how an employer of a number of employees behaves.
func (m *Market) behaviour(id, employees int) behaviour {
	r := newRNG(m.p.Seed, ofBehaviour, uint64(id))
	size := clamp((math.Log(float64(employees))-3)/1.5, 1.5)
	return behaviour{
		effect: clamp(0.6*size+0.8*r.norm(), 2),
		reply:  r.float() * r.float() * 1.6,
		delay:  1 + min(int(r.exp()*1.2), 5),
		picky:  0.4 * r.norm(),
		bias:   r.exp(),
	}
}

// form draws the legal form of a sort of employer.
func form(r *rng, s sortOf) (legalForm, string) {
	x := r.float()
	switch s {
	case public, school, farming:
		return noForm, ""
	case care:
		switch {
		case x < 0.15:
			return foundation, "의료법인"
		case x < 0.35:
			return foundation, "사회복지법인"
		}
		return noForm, ""
	case eating, leisure, agency:
		x = 1 - (1-x)*0.6 // many have no form
	}
	switch {
	case x < 0.55:
		return stockBefore, "주식회사"
	case x < 0.85:
		return stockBehind, "주식회사"
	case x < 0.90:
		return limited, "유한회사"
	}
	return noForm, ""
}

// core writes the name without its legal form.
func (f *firm) core(b []byte) []byte {
	b = append(b, f.stem[0]...)
	if f.index > 1 {
		b = append(b, ' ')
		b = strconv.AppendInt(b, int64(f.index), 10)
		b = append(b, "호"...)
	}
	return b
}

// registered writes the name as it is registered.
func (f *firm) registered(b []byte) []byte {
	switch f.form {
	case stockBefore, limited, foundation:
		return f.core(append(append(b, f.legal...), ' '))
	case stockBehind:
		return append(f.core(b), " 주식회사"...)
	}
	return f.core(b)
}

// short writes the name with the short sign of its form, before or behind it.
func (f *firm) short(b []byte, sign string) []byte {
	switch f.form {
	case stockBefore:
		return f.core(append(b, sign...))
	case stockBehind:
		return append(f.core(b), sign...)
	case limited:
		return f.core(append(b, "(유)"...))
	}
	return f.registered(b)
}

// variant writes the name in a way that the firm does not register: in English,
// without the form, with wrong spaces, with a branch.
func (f *firm) variant(b []byte, r *rng, place string) []byte {
	switch x := r.float(); {
	case x < 0.20:
		b = append(b, f.stem[1]...)
		if f.index > 1 {
			b = append(b, " No."...)
			b = strconv.AppendInt(b, int64(f.index), 10)
		}
		if f.form == stockBefore || f.form == stockBehind {
			b = append(b, " Co., Ltd."...)
		}
		return b
	case x < 0.45:
		return f.core(b)
	case x < 0.65: // no space before the number
		for _, c := range f.short(nil, "(주)") {
			if c != ' ' {
				b = append(b, c)
			}
		}
		return b
	case x < 0.80: // a space in the middle of the name
		return append(append(append(b, f.stem[0][:6]...), ' '), f.core(nil)[6:]...)
	}
	return append(append(append(f.short(b, "㈜"), '('), place...), "지점)"...)
}

// number writes the business registration number: ten digits of which the last
// is not the check digit that the first nine call for, so that no business has
// it. (The check digit is 10 − (Σ weightᵢ·digitᵢ + ⌊5·digit₉÷10⌋) mod 10 with
// the weights 1 3 7 1 3 7 1 3 5; National Tax Service.)
func (f *firm) number(b []byte) []byte {
	nine := (uint64(f.id)*618_033_989 + 100_000_007) % 1_000_000_000
	var digits [10]byte
	for i := 8; i >= 0; i-- {
		digits[i] = byte(nine % 10)
		nine /= 10
	}
	digits[9] = (checkDigit(digits[:9]) + 1 + byte(f.id%9)) % 10
	for i, d := range digits {
		if i == 3 || i == 5 {
			b = append(b, '-')
		}
		b = append(b, '0'+d)
	}
	return b
}

// checkDigit is the last digit of a real business registration number.
func checkDigit(nine []byte) byte {
	sum := 0
	for i, w := range [9]int{1, 3, 7, 1, 3, 7, 1, 3, 5} {
		sum += w * int(nine[i])
	}
	sum += 5 * int(nine[8]) / 10
	return byte((10 - sum%10) % 10)
}
