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
	for _, begins := range []string{"", "경력\n", "경력\n가 1년\n", "자격증: ", "학력: ", "기술: ", "희망연봉: "} {
		for _, unit := range units {
			for _, size := range []int{6_000, 64_000} { // what fails does so before it takes hours
				if grows := growth(r, begins, unit, size); grows > 6 {
					t.Fatalf("%q, then %q over and over, %d bytes: in one piece it is %.1f times the work", begins, unit, size, grows)
				}
			}
		}
	}
	if grows := growth(r, "경력\n가 1년\n", "- a\n", 100_000); grows > 6 {
		t.Errorf("lines of a career: in one piece they are %.1f times the work", grows)
	}
}

// growth is how much longer it takes to read a résumé in one piece than in sixteen: the least
// of a few tries, for others work on this machine, too.
func growth(r *Reader, begins, unit string, size int) (least float64) {
	const pieces = 16
	took := func(size, times int) float64 {
		text := []byte(begins + strings.Repeat(unit, size/len(unit)))
		start := time.Now()
		for range times {
			r.ReadText(text) // one that is empty is refused
		}
		return float64(time.Since(start))
	}
	for try := 0; try < 12 && (try == 0 || least > 6); try++ {
		if ratio := took(size, 1) / (took(size/pieces, pieces) + 1); try == 0 || ratio < least {
			least = ratio
		}
	}
	return least
}
