package catalogue

import (
	"strings"
	"unicode"
)

// Driving licences in the list "certificates".
const (
	licenceLarge   = "c0619" // 제1종 대형
	licenceFirst   = "c0620" // 제1종 보통
	licenceSpecial = "c0621" // 제1종 특수
	licenceSecond  = "c0623" // 제2종 보통
	licenceSmall   = "c0624" // 제2종 소형
)

// around are words of a driving licence that do not tell its class.
var around = strings.NewReplacer("자동차", "", "운전", "", "면허증", "", "면허", "", "자격증", "", "소지자", "", "소지", "", "보유", "", "있음", "", "취득", "", "자동", "", "수동", "", "제", "")

// drivingLicences are the classes by what is left of their names, in either order.
// A first-class licence of which no more is said is an ordinary one; one without
// a class is at least what every licence to drive a car allows: second-class
// ordinary, never more.
var drivingLicences = map[string]string{
	"": licenceSecond, "보통": licenceSecond, "2종": licenceSecond, "2종보통": licenceSecond, "보통2종": licenceSecond,
	"1종": licenceFirst, "1종보통": licenceFirst, "보통1종": licenceFirst,
	"대형": licenceLarge, "1종대형": licenceLarge, "대형1종": licenceLarge,
	"1종특수": licenceSpecial, "특수1종": licenceSpecial, "2종소형": licenceSmall, "소형2종": licenceSmall,
}

// drivingLicence returns the code of a driving licence as people write it
// ("운전면허 1종", "면허 1종보통", "자동차운전면허"), or "" when it is none.
func drivingLicence(text string) string {
	word := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
	class := around.Replace(strings.NewReplacer("일종", "1종", "이종", "2종").Replace(word))
	if class == "" && !strings.Contains(word, "운전면허") && word != "자동차면허" {
		return "" // 면허 alone, or nothing
	}
	return drivingLicences[class]
}
