package competency

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// mayStart reports whether a word may begin at a rune: not in the middle of a
// Latin word.
func (d *desk) mayStart(i int) bool {
	return i == 0 || d.flags[i]&blankBefore != 0 || !isLatin(d.runes[i]) || !isLatin(d.runes[i-1])
}

// atBorder reports whether a blank or sign stands before rune i.
func (d *desk) atBorder(i int) bool {
	return i <= 0 || i >= len(d.runes) || d.flags[i]&blankBefore != 0 || !isLetter(d.runes[i-1]) || !isLetter(d.runes[i])
}

// judge returns what sort of mention runes from up to to are, which spell a name;
// ok is false when they are only part of other words.
func (d *desk) judge(from, to int, w *name) (s sign, ok bool) {
	if w.latin {
		return d.judgeLatin(from, to, w)
	}
	if d.partOf(to) {
		return signPart, true
	}
	begins := d.atBorder(from) || isLatin(d.runes[from-1]) != isLatin(d.runes[from])
	length := to - from
	ends := d.atBorder(to) || d.follows(to)
	for i := from + 1; i < to; i++ {
		if d.flags[i]&blankBefore != 0 && (!begins || length == 2 && !d.atBorder(to)) {
			return 0, false // the end of one word and the beginning of the next
		}
	}
	switch {
	case length == 1:
		return signOne, begins && ends
	case length == 2 && ends:
		return signTwo, begins
	case length == 2:
		return signTwoOpen, begins // 광택 in 광택제
	case length == 3:
		return signThree, true
	case begins:
		return signLong, true
	}
	return signInside, true
}

// partOf reports whether at rune i, behind a name, stands what makes of it the
// name of a thing or a place (방수링, 보일러 본체, 인쇄 업체), or says that somebody got
// it (택배를 받고, 특허 받은).
func (d *desk) partOf(i int) bool {
	return d.before(i, partWords) || d.before(i, calledWords) || d.isGot(i)
}

// before reports whether one of some words stands at rune i.
func (d *desk) before(i int, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return d.behind(i, w) && d.wordEndsSoon(i+utf8.RuneCountInString(w)) })
}

// isGot reports whether behind a name that ends at rune i stands that somebody got it.
func (d *desk) isGot(i int) bool {
	for _, p := range []string{"", "을", "를"} {
		if end, ok := d.has(i, []rune(p)); (p == "" || ok) && (d.behind(end, "받은") || d.behind(end, "받고") || d.behind(end, "받았") || d.behind(end, "받는") || d.behind(end, "받아")) {
			return true
		}
	}
	return false
}

// isThere reports whether behind a name that ends at rune i stands that it is there, or
// that a thing for it is: 필라테스가 있는 헬스장, 마사지 기계가 있습니다. A licence that is there is one's own.
func (d *desk) isThere(i int) bool {
	for _, own := range []string{"면허", "자격", "자격증", "경력", "경험"} {
		if d.endsWith(i, own) {
			return false
		}
	}
	for _, w := range fixtures { // the next word, or what is written with the name
		if n := i + utf8.RuneCountInString(w); d.behind(i, w) && n <= d.wordEnd(i+1) {
			return d.isKept(n)
		}
	}
	return d.isKept(i)
}

// isKept reports whether what ends at rune i is said to be there.
func (d *desk) isKept(i int) bool {
	if i < len(d.runes) && strings.ContainsRune("이가도", d.runes[i]) && d.flags[i]&blankBefore == 0 && d.wordEnds(i+1) {
		i++
	}
	return d.before(i, []string{"구비", "완비", "비치"}) || d.behind(i, "있") || d.behind(i, "구비되") || d.behind(i, "비치되") || d.behind(i, "완비되")
}

// fixtures are things that a place has for something.
var fixtures = strings.Fields("기계 기기 기구 의자 침대 머신 시설 룸 실")

func (d *desk) endsWith(i int, w string) bool {
	from := i - utf8.RuneCountInString(w)
	return from >= 0 && d.behind(from, w)
}

// isPerson reports whether the name of a profession that ends at rune i is that
// of somebody met (의사와 협의), or no name of one (의사 결정).
func (d *desk) isPerson(i int) bool {
	if d.runes[i-1] != '사' {
		return false
	}
	for _, w := range []string{"와", "에게", "한테", "들", "의", "결정", "소통"} {
		if d.behind(i, w) {
			return true
		}
	}
	return false
}

// wordEndsSoon reports whether a word ends at rune i, with a particle or without.
func (d *desk) wordEndsSoon(i int) bool {
	_, ok := d.particle(i)
	return ok
}

var partWords = strings.Fields("제 물 링 재 차 품 부품 도구 위치 본체 용품 제품 상품 업체 업계 회사 기업 시장 산업 공장 매장 테스트 시험 문화 대회 학과 학원 협회 잡지 박람회 통")

// calledWords are what is only in a language or of a subject: 영어 닉네임, 요리 책.
var calledWords = strings.Fields("이름 닉네임 별명 명칭 책 영화 드라마")

// judgeLatin is judge for names of Latin letters and signs. Short ones are only
// believed as they are written, and best in a list.
func (d *desk) judgeLatin(from, to int, w *name) (s sign, ok bool) {
	if isLatin(d.runes[to-1]) && to < len(d.runes) && d.flags[to]&blankBefore == 0 && (isLatin(d.runes[to]) || d.runes[to] == '+' || d.runes[to] == '#') {
		return 0, false
	}
	if from > 0 && d.flags[from]&blankBefore == 0 && d.runes[from-1] == '.' && isLatin(d.runes[from]) {
		return 0, false // part of an address or a file name
	}
	if w.ordinary && d.flags[from]&upper == 0 && d.amongEnglish(from, to) {
		return signOrdinary, true // we swift through, access to data
	}
	if to-from > 3 {
		return signLatin, true
	}
	for i := from; i < to; i++ {
		if isLatin(d.runes[i]) && (d.flags[i]&upper != 0) != w.capital[i-from] {
			return signWrongCase, true
		}
	}
	if to-from == 3 || d.runes[to-1] == '+' || d.runes[to-1] == '#' {
		return signShort, true
	}
	before, after := from == 0 || listSign(d.runes[from-1]), to == len(d.runes) || listSign(d.runes[to])
	if before && after {
		return signListed, true
	}
	const joins = "&-.'"
	if to-from == 1 && (to < len(d.runes) && strings.ContainsRune(joins, d.runes[to]) || from > 0 && strings.ContainsRune(joins, d.runes[from-1])) {
		return signJoined, true // R&D, C-level
	}
	return signLoneLetter, true
}

// ordinaryWords are names of tools that are English words as well.
var ordinaryWords = set("access excel word outlook office windows project publisher teams spring react express swift rust dart scala unity flask slack notion sketch blender maya " +
	"pandas spark oracle premiere illustrator creo inventor apache angular puppet visual docker bootstrap ruby amplitude canvas go")

// amongEnglish reports whether a word in small letters stands on either side of runes
// from up to to.
func (d *desk) amongEnglish(from, to int) bool {
	small := func(i int) bool { return isLatin(d.runes[i]) && d.flags[i]&upper == 0 }
	return from > 0 && small(from-1) || to < len(d.runes) && small(to)
}

func listSign(r rune) bool { return strings.ContainsRune(",/·;|()[]\n•", r) }

// follows reports whether at rune i stands an ending that words of work take.
func (d *desk) follows(i int) bool {
	for _, e := range endings {
		if len(d.runes)-i >= len(e) && slices.Equal(d.runes[i:i+len(e)], e) {
			return true
		}
	}
	return false
}

// endings are particles and the words that turn a field into work in it.
var endings = func() (out [][]rune) {
	for _, e := range strings.Fields(`을 를 이 가 은 는 의 에 로 으로 와 과 도 만 및 등 나 이나 하 한 할 했 합 해 되 된
		작업 업무 기술 관리 가능 경험 경력 능력 일 직 사 원 공 기사 기능 조작 제작 제조 담당 자격 보조 설계 분석 개발 운영 교육 실무 지식 전문`) {
		out = append(out, []rune(e))
	}
	return out
}()
