package parse

import (
	"strings"
	"testing"
	"time"

	"ieum/defs"
)

// hostile are what somebody may write over and over: signs at which a reader looks
// closer, alone, in pairs, and words that are looked for.
var hostile = strings.Split("+|(|(+|+(|-+|)|-|1|1-|1,|1.|0|01|010|010 |010-1234-5678 |82|82-|82-(|(02)|0(|１|０１|+１|＠|@|a@|a.@|a.|@.|a@b.c|.|_|%|[|[[|가[|[이름]|[전화번호]|[전자우편]|[주민번호]|"+
	"담당|담당:|담당자:|담당자: |담 당 자 |다당자|홍길동|홍 길 동 |담당자 홍길동 과장 |과장 |과장|님|김○|김O |○|○○|*|: |:| |\t|\n|\r\n|,|/|·|~|~1|~~|900101-|900101-1|9001011|x|X*|주민|법인|"+
	"년|년 |1년|3년 |개월|십|십 |이십|열|2026-01-01 |2026|2026.|만|원|만원 |월 |월급 200만원 |연봉 |시급 |서울|서울 |중구 |구 |시|읍|동 |세종 |강원도 |전국|이상|경력|신입|무관|명|O|제|대학교|졸업|학과|자격증|약|총|약 |간|\u1103|\u1103\u1161\u11b7|\u0301|\u200b|\u00a0|\U0001f600", "|")

// Nothing that somebody may write keeps a reader busy out of all proportion to its
// length: in one piece it is not many times the work that it is in sixteen.
func TestWorkGrowsWithTheText(t *testing.T) {
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	regions := NewRegions(set.Codes["regions"])
	scrubbers := map[string]func(string){"scrub": func(s string) { Scrub(s) }, "line": func(s string) { ScrubLine(s) }}
	readers := map[string]func(string){
		"career": func(s string) { ReadCareer(s) }, "count": func(s string) { ReadCount(s) }, "pay": func(s string) { ReadPay(s, PayUnit{}) },
		"region": func(s string) { regions.Read(s) }, "day": func(s string) { ReadDate(s, "auto") },
	}
	for _, list := range []string{"regions", "education", "majors", "certificates"} {
		if codes := set.Codes[list]; codes != nil {
			readers[list] = func(s string) { ReadCode(codes, s) }
			readers[list+", several"] = func(s string) { ReadCodes(codes, s) }
		}
	}
	try := func(name, unit, tail string, read func(string), sizes ...int) {
		for _, size := range sizes { // what fails does so before it takes hours
			if grows := growth(unit, tail, size, read); grows > most {
				t.Fatalf("%s of %q … %q, %d bytes: in one piece it is %.1f times the work", name, unit, tail, size, grows)
			}
		}
	}
	for _, unit := range hostile {
		for _, tail := range []string{"", "@x.kr", "[전화번호]"} {
			for name, read := range scrubbers {
				try(name, unit, tail, read, 60_000, 300_000)
			}
		}
		for name, read := range readers {
			try(name, unit, "", read, 20_000)
		}
	}
}

// pieces is in how many a text is read to see what its length alone costs, and most
// what that may be: with the square of the length it would be as many as there are pieces.
const pieces, most = 16, 5

// growth is how much longer a reader takes over a text in one piece than in sixteen: the
// least of a few tries, for others work on this machine, too.
func growth(unit, tail string, size int, read func(string)) (least float64) {
	whole, piece := strings.Repeat(unit, size/len(unit))+tail, strings.Repeat(unit, size/pieces/len(unit))+tail
	took := func(text string, times int) float64 {
		start := time.Now()
		for range times {
			read(text)
		}
		return float64(time.Since(start))
	}
	for try := 0; try < 12 && (try == 0 || least > most); try++ {
		ratio := took(whole, 1) / (took(piece, pieces) + 1)
		if try == 0 || ratio < least {
			least = ratio
		}
	}
	return least
}
