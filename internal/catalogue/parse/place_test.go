package parse

import (
	"testing"

	"ieum/defs"
)

func placeReader(t testing.TB) *Regions {
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	return NewRegions(set.Codes["regions"])
}

// What a heading says of the place of work; "" is that it says nothing, "!"
// behind a code that it says the work is there.
func TestAHeadingNamesThePlaceOfWork(t *testing.T) {
	r := placeReader(t)
	for title, want := range map[string]string{
		"[대전 서구 근무] 가온식품 주방보조":  "30170!",
		"주방보조 (부산 근무, 정규직)":     "26!",
		"사무원 모집 - 인천 근무 가능자":    "28!",
		"[대전근무자] 개발자 채용":        "30!",
		"직군별 모집(근무지:서울)":        "11!",
		"[부산] 주방보조":             "26",
		"백엔드 개발자 (서울 강남구)":      "11680",
		"[경기 과천] 하드웨어 개발":       "41290",
		"개발자[경기/안양]":            "41170",
		"【부산 해운대구】 조리원":         "26350",
		"[부산본사, 서울지사 근무] 영업":    "",
		"[부산] 영업 / 서울 근무":       "", // which of the two?
		"강남구 역삼동에서 상주근무":        "", // staying at a customer's
		"[음성] 인식 연구원":           "", // speech
		"[서울대병원] 간호사":           "",
		"[대구은행] 창구":             "",
		"[재택근무] 상담원":            "",
		"[중구] 경비원":              "", // of six cities
		"부산 지사 설립 영업 담당":        "",
		"[도쿄근무] 개발자":            "",
		"주방보조 [":                "",
		"":                      "",
		"[인천 서구 근무][인천] 프레스 조작": "28260!",
	} {
		place, told, ok := r.Heading(title)
		got := place.Code
		if told && ok {
			got += "!"
		}
		if got != want {
			t.Errorf("%q gives %q, want %q", title, got, want)
		}
	}
}

func FuzzHeading(f *testing.F) {
	r := placeReader(f)
	f.Add("[대전 서구 근무] 주방보조 (부산)")
	f.Fuzz(func(t *testing.T, title string) {
		if place, _, ok := r.Heading(title); ok != (place.Code != "") || ok && !r.known[place.Code] {
			t.Errorf("%q gives %+v, %v", title, place, ok)
		}
	})
}
