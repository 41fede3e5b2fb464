package competency

import "strings"

// A tail is what must stand behind a form of a verb, so that 재다 is found in
// 재고 and 쟀다 but not in 재료.
type tail uint8

const (
	anything  tail = iota // the form is long or bound enough to be the verb
	ending                // an ending of a verb: 고, 는, 기 …
	softened              // an ending before which ㄹ falls: 는, 니, 시 …
	adnominal             // the end of the word, or what goes on from ㄴ, ㄹ, ㅂ: 다, 니 …
	joined                // the end of the word, or what goes on from 아/어: 서, 요, 주 …
	nominal               // the noun of a 하다 verb: its end, a particle, 하, 작업 …
)

// A form is a beginning that words of a verb have, and what must follow it.
type form struct {
	text string
	tail tail
}

// forms returns the beginnings of all words of a verb in its dictionary form
// (고르다: 고르, 고른, 골라, 골랐 …), regular or not. A word that is no verb is
// taken for the noun of one with 하다, such as 교체.
func forms(verb string) []form {
	stem, ok := strings.CutSuffix(verb, "다")
	if !ok || stem == "" {
		return []form{{verb, nominal}}
	}
	r := []rune(stem)
	head, last := string(r[:len(r)-1]), r[len(r)-1]
	c := &conjugation{long: len(r) > 1, head: head}
	initial, vowel, final := apart(last)
	switch {
	case last == '하':
		c.long = false
		c.vowelStem(initial, vowel)
		c.add(anything, "하여", "하였", "했")
		c.add(joined, "해")
	case final == 0 && last == '르' && head != "" && !strings.ContainsRune("따치들", r[len(r)-2]):
		c.vowelStem(initial, vowel)
		before := r[len(r)-2]
		i, v, _ := apart(before)
		c.head = string(r[:len(r)-2])
		c.open(together(i, v, rieul), bright(v), "라", "러")
	case final == 0:
		c.vowelStem(initial, vowel)
		c.contract(r, initial, vowel)
	case final == rieul:
		bare := together(initial, vowel, 0)
		c.add(ending, string(last))
		c.add(softened, string(bare))
		c.fuse(initial, vowel)
		c.open(last, bright(vowel), "아", "어")
	default:
		c.add(ending, string(last))
		c.closedStem(verb, last)
	}
	return c.out
}

// Jamo as indices of the Unicode Hangul syllable block.
const (
	nieun, digeut, rieul, mieum, bieup, siot, ssangsiot = 4, 7, 8, 16, 17, 19, 20

	a, ae, eo, e, yeo, o, wa, wae, oe, u, wo, eu, i = 0, 1, 4, 5, 6, 8, 9, 10, 11, 13, 14, 18, 20
)

func apart(r rune) (initial, vowel, final int) {
	n := int(r - '가')
	return n / 588, n % 588 / 28, n % 28
}

func together(initial, vowel, final int) rune { return rune('가' + initial*588 + vowel*28 + final) }

// bright reports whether a vowel takes 아 rather than 어.
func bright(vowel int) bool { return vowel == a || vowel == o || vowel == 2 }

// irregular are verbs whose last consonant changes before a vowel.
var irregular = strings.Fields("굽다 줍다 돕다 눕다 깁다 짓다 잇다 붓다 긋다 젓다 싣다 듣다 걷다 긷다 일컫다")

type conjugation struct {
	head string
	long bool // the stem has more than one syllable
	out  []form
}

func (c *conjugation) add(t tail, texts ...string) {
	for _, s := range texts {
		c.out = append(c.out, form{c.head + s, t})
	}
}

// vowelStem adds the stem and what melts with it: 재고, 잰, 잴, 잽, 잼.
func (c *conjugation) vowelStem(initial, vowel int) {
	c.add(ending, string(together(initial, vowel, 0)))
	c.fuse(initial, vowel)
}

func (c *conjugation) fuse(initial, vowel int) {
	for _, f := range []int{nieun, rieul, mieum, bieup} {
		c.add(adnominal, string(together(initial, vowel, f)))
	}
}

// open adds the forms with 아/어 and 았/었 behind a syllable.
func (c *conjugation) open(syllable rune, isBright bool, aForm, eoForm string) {
	s := []rune(eoForm)[0]
	if isBright {
		s = []rune(aForm)[0]
	}
	initial, vowel, _ := apart(s)
	c.add(anything, string(syllable)+string(s), string(syllable)+string(together(initial, vowel, ssangsiot)))
}

// contract adds the forms with 아/어 of a stem that ends in a vowel.
func (c *conjugation) contract(r []rune, initial, vowel int) {
	to := vowel
	switch vowel {
	case i:
		to = yeo
		c.add(anything, string(r[len(r)-1])+"어", string(r[len(r)-1])+"었")
	case o:
		to = wa
		c.add(anything, string(r[len(r)-1])+"아", string(r[len(r)-1])+"았")
	case u:
		to = wo
		c.add(anything, string(r[len(r)-1])+"어", string(r[len(r)-1])+"었")
	case oe:
		to = wae
	case eu:
		to = eo
		if len(r) > 1 {
			if _, v, _ := apart(r[len(r)-2]); bright(v) {
				to = a
			}
		}
	case a, ae, eo, e, yeo:
	default: // 쉬다, 뛰다
		c.add(anything, string(r[len(r)-1])+"어", string(r[len(r)-1])+"었")
		return
	}
	c.add(anything, string(together(initial, to, ssangsiot)))
	if c.long && to != vowel {
		c.add(anything, string(together(initial, to, 0)))
	} else {
		c.add(joined, string(together(initial, to, 0)))
	}
}

// closedStem adds what a stem with a final consonant has before a vowel.
func (c *conjugation) closedStem(verb string, last rune) {
	initial, vowel, final := apart(last)
	open := together(initial, vowel, 0)
	changes := false
	for _, v := range irregular {
		changes = changes || strings.HasSuffix(verb, v)
	}
	switch {
	case changes && final == bieup:
		c.add(anything, string(open)+"우", string(open)+"워", string(open)+"웠", string(open)+"운", string(open)+"울", string(open)+"와", string(open)+"왔")
	case changes && final == siot:
		c.open(open, bright(vowel), "아", "어")
		c.add(anything, string(open)+"으", string(open)+"은", string(open)+"을")
	case changes && final == digeut:
		soft := together(initial, vowel, rieul)
		c.open(soft, bright(vowel), "아", "어")
		c.add(anything, string(soft)+"으", string(soft)+"은", string(soft)+"을")
	default:
		c.open(last, bright(vowel), "아", "어")
		c.add(anything, string(last)+"으", string(last)+"은", string(last)+"을", string(last)+"음")
	}
}
