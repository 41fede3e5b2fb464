package master

// People who leave résumés over fifteen years, in a family and a town: what
// happens to a person (a new number, a move, a school finished, a name changed
// by court, a mail account lost) is drawn by year, and each résumé says what
// held in its year, as the site asks and the hand writes. It was written and
// committed before any matcher was run on it.

import (
	"math/rand/v2"
)

// A seeker is what is true of a person in a year.
type seeker struct {
	name, phone, mail, work uint64 // work is a second mail, or an account of a site
	sex                     uint8
	born                    uint16
	birthday                uint64
	region                  uint32
	education               uint8
}

func (s sites) people(n int) (out []madePerson) {
	for truth := 0; truth < n; {
		home := s.Uint64() // the telephone at home, which the old and the young give
		desk := [2]uint64{s.Uint64(), s.Uint64()}
		family := 1
		if s.chance(.12) {
			family = 2 + s.IntN(3)
		}
		region, surname := siteRegions[s.IntN(len(siteRegions))].code, s.Uint64N(60)
		born := uint16(1948 + s.IntN(56))
		var first seeker
		for k := range family {
			p := seeker{name: surname<<32 | (1 + s.Uint64N(3000)), phone: s.Uint64(), mail: s.Uint64(), work: s.Uint64(), sex: uint8(1 + s.IntN(2)), region: region,
				born: born + uint16(k/2*26+s.IntN(6)), birthday: s.Uint64N(365), education: uint8(1 + s.IntN(4))}
			if k == 0 {
				first = p
			} else if s.chance(.05) { // twins
				p.born, p.birthday = first.born, first.birthday
			}
			if family > 1 && s.chance(.5) {
				p.phone = home
			}
			out = s.resumes(out, p, truth, desk)
			truth++
		}
	}
	s.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// resumes lives a person's years and appends what they left behind.
func (s sites) resumes(out []madePerson, p seeker, truth int, desk [2]uint64) []madePerson {
	const years, aYear = 15, 0.13
	if s.chance(.3) { // one who seeks once
		return append(out, s.resume(p, truth, desk))
	}
	for range years {
		if s.chance(.05) {
			p.phone = s.Uint64()
		}
		if s.chance(.04) {
			p.mail = s.Uint64()
		}
		if s.chance(.06) {
			p.region = siteRegions[s.IntN(len(siteRegions))].code
		}
		if s.chance(.02) && p.education < 5 {
			p.education++
		}
		if s.chance(.001) {
			p.name = s.Uint64N(60)<<32 | (1 + s.Uint64N(3000))
		}
		for s.chance(aYear) {
			out = append(out, s.resume(p, truth, desk))
			if s.chance(.3) { // on another site in the same month
				out = append(out, s.resume(p, truth, desk))
			}
		}
	}
	return out
}

// helpDesk is the telephone and mail of a welfare centre that writes résumés.
var helpDesk = [2]uint64{0xC0FFEE00, 0xC0FFEE80}

func (s sites) resume(p seeker, truth int, desk [2]uint64) madePerson {
	r := madePerson{sex: p.sex, born: p.born, region: p.region, education: p.education, truth: truth}
	name, birthday := p.name, p.birthday
	switch x := s.Float64(); {
	case x < .01: // a wrong key in the name or the day
		name ^= 1 << 20
	case x < .015:
		birthday = (birthday + 1) % 365
	case x < .018:
		r.born++
	}
	who := rand.New(rand.NewPCG(name, uint64(r.born)<<16|birthday)).Uint64()
	if !s.chance(.03) { // some sites keep no full name
		r.tokens = append(r.tokens, Token(TokenWho, who))
	}
	phone, mail := p.phone, p.mail
	if s.chance(.15) {
		mail = p.work
	}
	switch x := s.Float64(); {
	case x < .01:
		phone, mail = helpDesk[0], helpDesk[1]
	case x < .02:
		phone = desk[0] // of a neighbour
	}
	if s.chance(.92) {
		r.tokens = append(r.tokens, Token(TokenReach, phone))
	}
	if s.chance(.8) {
		r.tokens = append(r.tokens, Token(TokenReach2, mail))
	}
	if s.chance(.15) {
		r.sex = 0
	}
	switch x := s.Float64(); {
	case x < .08:
		r.region = 0
	case x < .2:
		r.region = province(r.region)
	}
	if s.chance(.2) {
		r.education = 0
	}
	return r
}
