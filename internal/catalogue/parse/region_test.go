package parse

import (
	"strings"
	"testing"

	"ieum"
	"ieum/defs"
)

// someRegions is a list with every sort of difficulty: a name that several
// provinces have, a city with districts of its own, provinces and districts
// that were abolished, a city named like a metropolis.
func someRegions() *Regions {
	list := &defs.CodeList{}
	for _, row := range strings.Fields(`
		11,서울특별시 11110,종로구 11140,중구 11200,성동구 11230,동대문구 11680,강남구 11650,서초구
		26,부산광역시 26110,중구 26440,강서구 28,인천광역시 28140,동구 28177,미추홀구 28170,남구,28177
		29,광주광역시 29170,북구 27,대구광역시 27720,군위군 36,세종특별자치시 36110,세종특별자치시
		41,경기도 41110,수원시 41111,수원시_장안구 41117,수원시_영통구 41130,성남시 41135,성남시_분당구 41610,광주시 41190,부천시 41195,부천시_원미구,41190
		42,강원도,51 51,강원특별자치도 42820,고성군,51820 51820,고성군 42110,춘천시,51110 51110,춘천시
		43,충청북도 43710,청원군,43111 43111,청주시_상당구 43110,청주시 47,경상북도 47720,군위군,27720
		48,경상남도 48820,고성군 48120,창원시 48123,창원시_성산구 45,전라북도,52 52,전북특별자치도 52111,전주시_완산구 50,제주특별자치도 50110,제주시`) {
		f := strings.Split(row, ",")
		c := defs.Code{Code: f[0], Name: ieum.Text{KO: strings.ReplaceAll(f[1], "_", " ")}}
		if len(f) > 2 {
			c.Until, c.Successor = 1, f[2]
		}
		switch f[0] {
		case "11":
			c.Name.EN = "Seoul"
		case "11680":
			c.Name.EN = "Gangnam-gu"
		}
		list.Codes = append(list.Codes, c)
	}
	return NewRegions(list)
}

func TestReadRegion(t *testing.T) {
	r := someRegions()
	for text, want := range map[string]string{
		"서울":      "11",
		"서울시":     "11",
		"서울특별시":   "11",
		"서울전체":    "11",
		"서울 전지역":  "11",
		"경기":      "41",
		"서울 강남구":  "11680",
		"서울  강남구": "11680",
		"경기 성남시 경기도 성남시 분당구 판교로":     "41135",
		"수원 영통구 (가상공장)":              "41117",
		"서울 강남구 외":                   "11680",
		"서울 강남구 외 3곳":                "11680",
		"서울강남구":                      "11680",
		"서울특별시강남구 역삼동":               "11680",
		"서울 강남구 역삼로1길 8, (역삼동) ":     "11680",
		"서울시 관악로 12길 10":             "11",
		"대한민국 서울특별시 강남구 테헤란로27길, 27": "11680",
		"주소 경기도 수원시 영통구 1":           "41117",
		"서울 중구 세종대로 136":             "11140",
		"부산 중구":                      "26110",
		"경기 성남시 분당구":                 "41135",
		"경기도성남시분당구판교로":               "41135",
		"경기 분당구":                     "41135",
		"성남시 분당구 판교로":                "41135",
		"강남구 언주로 533":                "11680",
		"경기 수원":                      "41110",
		"수원":                         "41110",
		"성남시":                        "41130",
		"광주":                         "29",
		"광주 북구":                      "29170",
		"광주시 북구 용봉동":                 "29170",
		"경기 광주시":                     "41610",
		"경기 광주":                      "41610",
		"인천 남구":                      "28177", // 미추홀구 since 2018
		"경북 군위군":                     "27720", // moved to another province in 2023
		"대구 군위군":                     "27720",
		"강원도 춘천시":                    "51110",
		"강원 고성군":                     "51820",
		"경남 고성군":                     "48820",
		"충북 청원군":                     "43111",
		"전라북도 전주시 완산구":               "52111",
		"전북":                         "52",
		"경기 부천시 원미구":                 "41190",
		"세종":                         "36",
		"제주시":                        "50110",
		"서울 강남구, 서초구":                "11",
		"서울 강남구/서울 서초구":              "11",
		"서울, 서울 강남구":                 "11",
		"Gangnam-gu, Seoul":          "11680",
		"11680":                      "11680",
		"4282000000":                 "51820",
		"서울 강남구 서울특별시 강남구 영동대로 85길 34, 6층": "11680",
	} {
		got, ok := r.Read(text)
		if !ok || got != (Region{Code: want}) {
			t.Errorf("Read(%q) = %+v, %v, want %s", text, got, ok, want)
		}
	}
	for text, want := range map[string]Scope{
		"전국": Nationwide, "전국(재택 가능)": Nationwide, "재택근무": Remote, "해외": Overseas, "베트남 하노이": Overseas, "중국·홍콩": Overseas, "미국": Overseas,
	} {
		got, ok := r.Read(text)
		if !ok || got != (Region{Scope: want}) {
			t.Errorf("Read(%q) = %+v, %v, want scope %d", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", "중구", "고성군", "고성", "광주시", "서울, 경기", "판교", "본사", "부산은행", "강남역 5번 출구", "99999", "?", "동대문", "인도네시아어", "중국어 강사",
	} {
		if got, ok := r.Read(text); ok {
			t.Errorf("Read(%q) = %+v, want it left unread", text, got)
		}
	}
}

func FuzzReadRegion(f *testing.F) {
	r := someRegions()
	for _, s := range []string{"서울 강남구 외", "경기 성남시 분당구", "중구", "전국", "서울, 경기", "4282000000", "강원도 고성군(간성읍)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := r.Read(text)
		switch {
		case ok != (got != Region{}):
			t.Fatalf("%q gives %+v, %v", text, got, ok)
		case got.Code != "" && (!r.known[got.Code] || r.Current(got.Code) != got.Code):
			t.Fatalf("%q gives %s, which is not in force", text, got.Code)
		}
	})
}
