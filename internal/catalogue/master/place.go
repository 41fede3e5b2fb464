package master

import (
	"slices"
	"strings"
	"unicode"
)

// Provinces, cities and districts that stand in titles. A posting without a
// region of its own is told from its like elsewhere by them.
var placeNames = func() map[string]bool {
	out := map[string]bool{}
	for name := range strings.FieldsSeq("서울 부산 대구 인천 광주 대전 울산 세종 경기 강원 충북 충남 전북 전남 경북 경남 제주 " +
		"수원 성남 분당 판교 용인 수지 고양 일산 화성 동탄 부천 안산 안양 평창 평택 시흥 김포 파주 의정부 광명 하남 남양주 구리 오산 이천 안성 여주 양주 포천 군포 의왕 " +
		"춘천 원주 강릉 속초 청주 충주 제천 천안 아산 서산 당진 공주 논산 전주 군산 익산 정읍 여수 순천 목포 광양 나주 포항 구미 경산 경주 안동 김천 영주 " +
		"창원 김해 진주 양산 거제 통영 사천 밀양 서귀포 강남 서초 송파 강동 마포 영등포 구로 금천 가산 성수 종로 여의도 잠실 홍대 신촌 해운대 송도 부평") {
		out[name] = true
	}
	return out
}()

// placeEndings end the names of branches, and of places written in full.
var placeEndings = []string{"지점", "호점", "점", "센터", "캠퍼스", "공장", "사업장", "시", "구", "군", "도", "권", "역"}

// placesOf lists the places and branches that a title names, sorted.
func placesOf(title string) (places []string) {
	for word := range strings.FieldsFuncSeq(title, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		stem := word
		for _, e := range placeEndings {
			if s, ok := strings.CutSuffix(word, e); ok {
				stem = s
				break
			}
		}
		branch := stem != word && (strings.HasSuffix(word, "점") || strings.HasSuffix(word, "센터") || strings.HasSuffix(word, "캠퍼스"))
		if placeNames[stem] || branch && stem != "" {
			places = append(places, stem)
		}
	}
	slices.Sort(places)
	return slices.Compact(places)
}

// shifts are words for when one works.
var shifts = []string{"주간", "야간", "주말", "평일", "오전", "오후", "새벽", "심야", "격일", "2교대", "3교대"}

// terms are words for how one is employed.
var terms = []string{"정규직", "계약직", "파견직", "프리랜서", "파트타임", "아르바이트"}

// particulars are where and when the job of a title is, and on what terms.
type particulars struct{ places, shifts, terms []string }

func particularsOf(title string) (p particulars) {
	p.places = placesOf(title)
	p.shifts, p.terms = contained(title, shifts), contained(title, terms)
	return p
}

func contained(title string, words []string) (in []string) {
	for _, w := range words {
		if strings.Contains(title, w) {
			in = append(in, w)
		}
	}
	return in
}

// apart reports whether both name places, shifts or terms, and none the same.
func (p particulars) apart(q particulars) bool {
	return disjoint(p.places, q.places) || disjoint(p.shifts, q.shifts) || disjoint(p.terms, q.terms)
}

func disjoint(x, y []string) bool {
	return len(x) > 0 && len(y) > 0 && !slices.ContainsFunc(x, func(p string) bool { return slices.Contains(y, p) })
}
