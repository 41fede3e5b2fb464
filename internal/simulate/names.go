package simulate

import (
	"unicode/utf8"

	"ieum"
)

// Names of made-up people: a common family name and a given name that nobody
// has, for each holds a syllable with a tense consonant (까, 뚜, 쏘 …), which
// given names do not.
var (
	families = []string{"김", "이", "박", "최", "정", "강", "조", "윤", "장", "임", "한", "오", "서", "신", "권", "황", "안", "송", "류", "전", "홍", "고", "문", "양", "손", "배", "백", "허", "남", "노"}
	tense    = []string{"까", "꺼", "꼬", "꾸", "끄", "끼", "따", "떠", "또", "뚜", "뜨", "띠", "빠", "뻐", "뽀", "뿌", "쁘", "삐", "싸", "써", "쏘", "쑤", "쓰", "씨", "짜", "쩌", "쪼", "쭈", "쯔", "찌"}
	plain    = []string{"가", "거", "고", "구", "그", "기", "나", "너", "노", "누", "느", "니", "다", "더", "도", "두", "드", "디", "라", "러", "로", "루", "르", "리", "마", "머", "모", "무", "므", "미",
		"바", "버", "보", "부", "브", "비", "사", "서", "소", "수", "스", "시", "아", "어", "오", "우", "으", "이", "자", "저", "조", "주", "즈", "지", "하", "허", "호", "후", "흐", "히"}
)

// personName writes a name of three syllables. Family names are drawn by
// Zipf's law: the commonest is a fifth of all, as in Korea.
func personName(b []byte, r *rng) []byte {
	b = append(b, first(r, families)...)
	if r.chance(0.5) {
		return append(append(b, pick(r, tense)...), pick(r, plain)...)
	}
	return append(append(b, pick(r, plain)...), pick(r, tense)...)
}

// phones is how many telephone numbers there are: 010-0000-0000 to
// 010-1999-9999. No mobile number in Korea begins so: behind 010 the numbers
// from 0000 to 1999 are kept free, because a call within 010 may leave the
// prefix out and 112 or 070 would then be dialled.
const phones = 20_000_000

// phone writes the n-th telephone number.
func phone(b []byte, n int) []byte {
	n %= phones
	b = append(b, "010-"...)
	b = appendPadded(b, n/10_000, 4)
	b = append(b, '-')
	return appendPadded(b, n%10_000, 4)
}

// Mail is at domains of the top level .example, which RFC 2606 keeps from ever
// being given to anybody.
var mailDomains = []string{"@mail.example", "@post.example", "@inbox.example", "@letter.example"}

func mail(b []byte, n uint64) []byte {
	b = append(b, "sim"...)
	b = appendPadded(b, int(n>>2%1_000_000_000_000), 1)
	return append(b, mailDomains[n&3]...)
}

// residentNumber writes a resident registration number of somebody who will be
// born from 2090 to 2099: the digit behind the hyphen says which century.
func residentNumber(b []byte, r *rng) []byte {
	b = append(b, '9')
	b = appendPadded(b, r.intn(10), 1)
	b = appendPadded(b, r.between(1, 12), 2)
	b = appendPadded(b, r.between(1, 28), 2)
	b = append(b, '-')
	b = appendPadded(b, r.between(3, 4), 1)
	return appendPadded(b, r.intn(1_000_000), 6)
}

// identity is what a person writes at the top of a résumé.
type identity struct {
	name, phone, mail []byte
	born              ieum.Day
}

// identify draws how the person is written in one of their résumés: as in the
// first one, but for what has changed since and what is misspelt.
func (m *Market) identify(p *Person, which int, r *rng, id *identity) {
	own := newRNG(m.p.Seed, ofPerson, uint64(p.ID)|1<<62)
	id.name = personName(id.name[:0], &own)
	number, address := p.household, uint64(p.ID)
	if which > 0 {
		if r.chance(m.p.Rates.NewPhone) {
			number = p.ID + which*7_000_003
		}
		if r.chance(m.p.Rates.NewMail) {
			address = mix(address + uint64(which))
		}
		if r.chance(m.p.Rates.Misspelt) {
			slip(id.name[3:], r)
		}
	}
	id.phone = phone(id.phone[:0], m.phoneOrder.at(number%phones))
	id.mail = mail(id.mail[:0], address*4+mix(uint64(p.ID))&3)
	id.born = p.born
}

// slip changes one vowel of a name of open syllables in place.
func slip(name []byte, r *rng) {
	syllable := r.intn(len(name) / 3)
	at := name[3*syllable : 3*syllable+3]
	code := rune(at[0]&0x0F)<<12 | rune(at[1]&0x3F)<<6 | rune(at[2]&0x3F)
	index := int(code - '가')
	consonant, vowel := index/588, index/28%21
	vowel = (vowel + 1 + r.intn(20)) % 21
	utf8.EncodeRune(at, rune('가'+consonant*588+vowel*28))
}
