package catalogue

import (
	"strings"
	"testing"
	"time"
)

// Reading a résumé is no more than some times the work in one piece that it is in sixteen,
// whatever its lines repeat.
func TestReadingGrowsWithTheResume(t *testing.T) {
	r := resumeReader(t)
	units := strings.Split("+|(|1|1 |1년|1년 |a 1년,|- a\n|- 가 \n|경력\n|a\n|1년\n|2001~2002 |2001-|'01~'22 |십 년 |학과 |경영학과 |고등학교 |○ |,|2020 |(2020)|취득|취득 |취득 1|( , )|[ ]|중퇴|집은 |에 살|\n\n|：|용접|간|약 |년 반|\u0301|가나다라 ", "|")
	for _, begins := range []string{"", "경력\n", "경력: 가 1년\n", "자격증: ", "학력: ", "기술: ", "희망연봉: "} {
		for _, unit := range units {
			took := func(size, times int) float64 {
				text := []byte(begins + strings.Repeat(unit, size/len(unit)))
				start := time.Now()
				for range times {
					r.ReadText(text) // one that is empty is refused
				}
				return float64(time.Since(start))
			}
			const size, pieces, most = 64_000, 16, 6
			least := 0.0
			for try := 0; try < 4 && (try == 0 || least > most); try++ { // others work on this machine, too
				if ratio := took(size, 1) / took(size/pieces, pieces); try == 0 || ratio < least {
					least = ratio
				}
			}
			if least > most {
				t.Errorf("%q, then %q over and over: in one piece it is %.1f times the work", begins, unit, least)
			}
		}
	}
}
