package simulate

import "math"

// The equations of choice, pure: what a seeker thinks of a posting, what an
// employer thinks of an applicant, and the chances that follow. Parameters are
// made up unless docs/simulation.md names a source; the logit scale is that of
// the logistic distribution.

// logistic is the distribution function of the logistic distribution.
func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// A view is a posting as a seeker sees it.
type view struct {
	pay      float64 // logarithm of the pay offered over that wished
	distance int     // 0 the home district, 1 its province, 2 its area, 3 beyond
	order    int     // place of the occupation among the wishes; mostWishes = only near one
	unlike   bool    // another employment than wished
	shifts   bool    // nights, weekends or shifts
}

// What a seeker minds.
const (
	payWeight    = 3.0
	unlikeWeight = -0.8
	shiftsWeight = -0.3
)

var (
	distanceWeight = [4]float64{0, -0.4, -0.9, -1.8}
	orderWeight    = [mostWishes + 1]float64{0, -0.3, -0.5, -1.2}
)

// utility is how much a seeker wants the job (equation 5).
func (v view) utility() float64 {
	u := payWeight*clamp(v.pay, 0.5) + distanceWeight[v.distance] + orderWeight[v.order]
	if v.unlike {
		u += unlikeWeight
	}
	if v.shifts {
		u += shiftsWeight
	}
	return u
}

// slateSize is how many postings a page shows, and examined with what
// probability each place on it is looked at: about the shares of looks that
// Joachims, Granka, Pan, Hembrooke and Gay (SIGIR 2005) measured on results of
// a search engine.
const slateSize = 8

var examined = [slateSize]float64{0.82, 0.76, 0.62, 0.50, 0.42, 0.36, 0.32, 0.28}

// opened is the probability that somebody who looks at a line opens it.
func opened(utility float64) float64 { return logistic(1.0 + 0.8*utility) }

// applies is the probability that somebody who read a posting applies, from
// what they want and what they think their chance is, as a logit (equation 7).
func applies(utility, perceived float64) float64 {
	return logistic(0.5 + 1.0*utility + 0.5*clamp(perceived, 3))
}

// perception is the standard deviation of what people think of their chance,
// on the logit scale, around the true one without group penalties.
const perception = 0.7

// A channel is a way in which postings come before a seeker.
type channel uint8

const (
	noChannel channel = iota
	search
	recommender
)

var channelWords = [...]string{"", "search", "recommender"}

// recommended is the probability that a session comes through the recommender:
// drawn for each session, so that the channels can be compared.
const recommended = 0.5

// searchWeight is the weight of a posting in a search: newer and better paid
// ones stand higher (equation 6a). Days since it opened; pay over the
// occupation's median as a logarithm.
func searchWeight(days, pay float64) float64 {
	return math.Exp(-days/20 + 1.0*clamp(pay, 1))
}

// recommendedWeight is the weight in the historical recommender: what it makes
// of the wish, noise of its own, and what others clicked (equation 6b).
func recommendedWeight(utility, noise float64, applications int) float64 {
	return math.Exp(0.7*clamp(utility, 3) + 0.7*noise + 0.5*math.Log1p(float64(applications)))
}

// slate draws places of weights without replacement, one after the other with
// probability proportional to the weights left (Plackett and Luce). It writes
// the places to chosen and the conditional probability of each draw to
// propensity, and returns how many there are. Drawn weights become 0.
func slate(r *rng, weights []float64, chosen *[slateSize]int, propensity *[slateSize]float64) int {
	var left float64
	for _, w := range weights {
		left += w
	}
	n := min(len(weights), slateSize)
	for i := range n {
		x, at := r.float()*left, -1
		for k, w := range weights {
			if w == 0 {
				continue
			}
			at = k // the last one if rounding leaves a rest
			if x -= w; x < 0 {
				break
			}
		}
		chosen[i], propensity[i] = at, min(1, weights[at]/left)
		left -= weights[at]
		weights[at] = 0
		if left < 1e-9 { // summed anew where subtraction has eaten the digits
			left = 0
			for _, w := range weights {
				left += w
			}
		}
	}
	return n
}

// A candidacy is an applicant as an employer sees them for a vacancy, apart
// from the groups they belong to.
type candidacy struct {
	fit       float64 // share of the competencies asked for that they hold
	licence   int     // required certificate: −1 lacking, 0 none is asked for, 1 held
	helps     bool    // holds the preferred certificate
	years     float64 // of work
	least     int     // years asked for
	most      int     // 0 = no limit
	onlyNew   bool    // beginners sought
	schooling int     // levels above (below: negative) what is asked for
	near      int     // last job: 0 same unit group, 1 same 3-digit, 2 same 2-digit group, 3 other, 4 none
	ability   float64
	scarcity  float64 // logarithm of postings over seekers in the occupation
	picky     float64 // of the firm
	effect    float64 // Σ τ of courses and certificates gained in the window
}

var nearWeight = [5]float64{0.5, 0.25, 0, -0.4, -0.2}

// logit is the logarithm of the odds that the employer finds the applicant
// good enough (equation 8), before group penalties.
func (c candidacy) logit() float64 {
	x := -1.1 + 2.0*(c.fit-0.5) + nearWeight[c.near] + 0.5*clamp(c.ability, 3) + 0.4*clamp(c.scarcity, 1.5) - c.picky + c.effect
	switch {
	case c.licence < 0:
		x -= 3
	case c.licence > 0:
		x += 0.3
	}
	if c.helps {
		x += 0.4
	}
	x -= 0.5 * min(max(float64(c.least)-c.years, 0), 5)
	x += 0.05 * min(max(c.years-float64(c.least), 0), 5)
	if c.onlyNew && c.years > 2 || c.most > 0 && c.years > float64(c.most)+1 {
		x -= 0.6
	}
	if c.schooling < 0 {
		x += 0.8 * float64(c.schooling)
	} else {
		x += 0.1 * float64(min(c.schooling, 2))
	}
	return x
}

// A standing is what of an applicant ought not to count, and what gives it
// away.
type standing struct {
	woman    bool
	women    float64 // share of women in the occupation
	age      float64
	origin   origin
	outside  bool    // lives outside the capital area, the job is in it
	gap      float64 // years out of work behind the last job, not explained
	unserved bool    // a man past 24 of native origin without military service
}

// penalty is how much the historical employers held against a group and its
// proxies, as a logit, for a firm of weight 1 (equation 9); 0 at most.
func (s standing) penalty() float64 {
	x := 0.0
	if s.woman {
		x -= 0.15 + 0.5*max(0.5-s.women, 0)
	} else if s.women > 0.5 {
		x -= 0.3 * (s.women - 0.5)
	}
	x -= 0.04 * min(max(s.age-45, 0), 20)
	x -= [...]float64{native: 0, foreignBorn: 0.5, northKorean: 0.6}[s.origin]
	if s.outside {
		x -= 0.2
	}
	x -= 0.2 * min(max(s.gap-0.5, 0), 3)
	if s.unserved {
		x -= 0.25
	}
	return x
}

// accepts is the probability that an offer is taken up: the reservation falls
// with the weeks of looking (equation 10).
func accepts(utility float64, weeksLooking int) float64 {
	return logistic(2.2 + 1.2*utility + 0.02*float64(min(weeksLooking, 52)))
}

// hiredPay is the pay a year in won that is agreed on: the pay offered, moved by
// what sets the applicant apart from the typical one, in shares as in the wage
// equation, and by the effects of courses and certificates on log pay
// (equation 11).
func hiredPay(offered, spread, apart, effect, luck float64) float64 {
	return math.Exp(math.Log(offered) + 0.35*spread*clamp(apart, 2) + effect + 0.05*luck)
}

// lossHazard is the rate a week at which jobs end, of an occupation whose
// people are so old on average, at a firm of an effect on pay, by the macro
// state (equation 12).
func lossHazard(age, firm, macro float64) float64 {
	return 0.008 * math.Exp(-0.02*(age-42)-0.2*firm) * macro
}

// elsewhereHazard and gaveUpHazard are the rates a week at which a seeker finds
// something that the log does not see, or gives up (equation 13).
func elsewhereHazard(ability float64, day int) float64 {
	h := 0.6 / patience * math.Exp(0.2*clamp(ability, 2))
	if recession(day) {
		h *= fewerVacancies
	}
	return h
}

const gaveUpHazard = 0.4 / patience

// visits is the probability of a session in a week.
func visits(drive float64) float64 { return min(0.9, intensity*math.Exp(0.3*drive)) }

// intensity is tuned so that 19,000,000 résumés give 200 million events.
const intensity = 0.13
