package simulate

import (
	"slices"
	"strconv"

	"ieum"
)

// An origin is where a person comes from, as statistics of the labour market
// tell them apart.
type origin uint8

const (
	native origin = iota
	foreignBorn
	northKorean // 북한이탈주민
)

var originWords = [...]string{"native", "foreign-born", "north-korean"}

// Shares of origins. About one in twenty residents was born abroad; of the
// North Koreans there are fewer in truth (34,000 in 52 million) than here, so
// that a market of demo size has some.
const (
	foreignShare = 0.045
	northShare   = 0.003
)

// group draws what a person is, apart from what they can do: sex, origin, and
// military service, which follows from them.
func (m *Market) group(r *rng, p *Person, age float64) {
	p.woman = r.chance(m.occupations[p.occupation].women)
	switch x := r.float(); {
	case x < northShare:
		p.origin = northKorean
	case x < northShare+foreignShare:
		p.origin = foreignBorn
	}
	fit := r.chance(0.93)
	p.explains = r.chance(0.5)
	p.served = fit && !p.woman && p.origin == native && age > 22
}

// A wish is what a person seeks.
type wish struct {
	occupations [mostWishes]int
	n           int
	home        int  // where they live
	province    bool // anywhere in the home province
	other       int  // a second district that they would go to, or home
	pay         int64
	employment  employment
}

// wishes draws what a person seeks: the last occupation mostly, and what is
// near; at home or where one commutes to; a little more than the last pay.
func (m *Market) wishes(p *Person) {
	r := newRNG(m.p.Seed, ofWish, uint64(p.ID))
	w := &p.wish
	w.occupations[0], w.n = p.occupation, 1
	if r.chance(0.15) {
		w.occupations[0] = m.before(&r, p.occupation)
	}
	for w.n < mostWishes && r.chance(0.4) {
		if o := m.before(&r, p.occupation); !slices.Contains(w.occupations[:w.n], o) {
			w.occupations[w.n] = o
			w.n++
		}
	}
	w.home, w.other = p.home, p.home
	switch x := r.float(); {
	case x < 0.5:
	case x < 0.8:
		w.province = true
	default:
		w.other = m.places.commute(&r, p.home)
	}
	pay := float64(p.pay)
	if luck := r.norm(); pay == 0 {
		pay = m.wage(&m.occupations[p.occupation], 0, p.education, p.home, p.ability, 0, luck)
	}
	w.pay = round(max(pay*(1.03+0.10*r.norm()), leastPay), 1_000_000)
	w.employment = wishedEmployment(&r, years(p.registered-p.born))
}

// years turns days into years.
func years(days ieum.Day) float64 { return float64(days) / 365.25 }

func wishedEmployment(r *rng, age float64) employment {
	x := r.float()
	if age > 60 {
		x *= 0.8
	}
	switch {
	case x < 0.10:
		return partTime
	case x < 0.22:
		return fixedTerm
	case x < 0.25:
		return dayLabour
	}
	return permanent
}

// wording is what the sentences of a résumé that give a group away speak of.
type wording struct {
	woman, served, serves bool // serves: is asked about military service
	origin                origin
	graduated             int // year
	gap                   int // whole years out of work that are explained, 0 = none
}

func (m *Market) wordingOf(p *Person) wording {
	w := wording{woman: p.woman, served: p.served, origin: p.origin, graduated: p.born.Time().Year() + educations[p.education].entry - 1}
	w.serves = !p.woman && p.origin == native && years(m.p.AsOf-p.born) > 22
	if p.explains {
		now := monthOf(m.p.AsOf)
		for _, s := range p.spells[:p.worked] {
			if s.end != 0 {
				w.gap = max(w.gap, (now-s.end)/12)
			}
			now = s.start
		}
	}
	return w
}

// Sentences that give a group away, and words of foreign languages that anybody
// uses; made up.
var (
	servedWords  = []string{"병역: 군필(육군 병장 만기전역). ", "군필입니다. ", "병역사항: 해군 만기제대\n"}
	exemptWords  = []string{"병역: 면제. ", "병역사항: 미필\n"}
	careWords    = []string{"육아로 %년 쉬었습니다. ", "출산과 육아로 경력단절 %년이 있습니다. ", "가족 돌봄으로 %년 일을 쉬었습니다. "}
	restWords    = []string{"건강 문제로 %년 쉬었으나 지금은 다 나았습니다. ", "시험 준비로 %년 공백이 있습니다. ", "자영업을 %년 하다가 접었습니다. "}
	graduation   = []string{"%년 2월 졸업. ", "%년에 학교를 마쳤습니다. "}
	foreignWords = []string{"한국어 의사소통 가능합니다(TOPIK 4급). ", "재외동포(F-4) 비자입니다. ", "결혼이민으로 한국에 살고 있습니다. ", "한국어가 조금 서툴지만 성실합니다. "}
	northWords   = []string{"북한이탈주민입니다. ", "하나원을 수료했습니다. ", "북한에서 학교를 다녔습니다. "}
	womenWords   = []string{"꼼꼼하고 세심합니다. ", "상냥하게 응대합니다. ", "엄마의 마음으로 일합니다. "}
	menWords     = []string{"체력에는 자신 있습니다. ", "힘쓰는 일도 마다하지 않습니다. ", "군대에서 배운 책임감이 있습니다. "}
	loanWords    = []string{"Team player입니다. ", "커뮤니케이션 스킬이 좋습니다. ", "self-motivated 성격입니다. ", "멀티태스킹에 강합니다. "}
)

// groupSentences writes what gives the groups of a person away. Its numbers are
// from a stream of its own, and as many whoever the person is, so that a twin's
// text differs in these sentences alone.
func (c *clerk) groupSentences(which int) {
	r := newRNG(c.m.p.Seed, ofWording, uint64(c.person.ID)<<2|uint64(which))
	w, pen := &c.words, &c.pen
	say := func(p float64, when bool, list []string, number int) {
		x, k := r.float(), r.next()
		if !when || x >= p {
			return
		}
		s := list[k%uint64(len(list))]
		c.sayPhrase(s)
		pen.tmp = strconv.AppendInt(pen.tmp[:0], int64(number), 10)
		pen.fill(s, pen.hold(pen.tmp))
	}
	say(0.35, w.serves && w.served, servedWords, 0)
	say(0.35, w.serves && !w.served, exemptWords, 0)
	say(0.25, true, graduation, w.graduated)
	say(1, w.gap > 0 && w.woman, careWords, w.gap)
	say(1, w.gap > 0 && !w.woman, restWords, w.gap)
	say(0.6, w.origin == foreignBorn, foreignWords, 0)
	say(0.6, w.origin == northKorean, northWords, 0)
	say(0.12, w.woman, womenWords, 0)
	say(0.12, !w.woman, menWords, 0)
	say(0.10, true, loanWords, 0)
}
