package master

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"ieum"
)

func day(s string) int32 {
	if s == "" {
		return 0
	}
	d, err := ieum.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return int32(d)
}

// benefit is what a made-up service gives, long enough to tell something.
const benefit = "가상의 도시에 사는 사람에게 가상의 물건을 한 해에 한 번 나누어 주어 살림에 보탬이 되게 합니다"

// Each pair of made-up services is one service, or two.
func TestServicePairs(t *testing.T) {
	for _, tt := range []struct {
		name string
		a, b Service
		one  bool
	}{
		{"one number, whatever the words", Service{Number: "WLF00000001", Title: "가상 급식 지원"}, Service{Number: "WLF00000001"}, true},
		{"a number that is none", Service{Number: "0000", Title: "가상 급식"}, Service{Number: "0000", Title: "지어낸 수당"}, false},
		{"title and district, other spacing and brackets", Service{Title: "가상 급식 지원", Region: 41999}, Service{Title: "「가상급식」 지원", Region: 41999}, true},
		{"the same title in another district", Service{Title: "가상 급식 지원", Region: 41999}, Service{Title: "가상 급식 지원", Region: 41998}, false},
		{"the same title in another province", Service{Title: "가상 급식 지원", Region: 41, Office: "복지과"}, Service{Title: "가상 급식 지원", Region: 42, Office: "복지과"}, false},
		{"a province and one of its districts", Service{Title: "가상 급식 지원", Region: 41, Office: "가상도 복지과"}, Service{Title: "가상 급식 지원", Region: 41999, Office: "가상도 나나시"}, false},
		{"a title alone", Service{Title: "가상 급식 지원"}, Service{Title: "가상 급식 지원"}, false},
		{"title and office", Service{Title: "가상 급식 지원", Office: "가상부"}, Service{Title: "가상 급식 지원", Office: "가상부 급식과"}, true},
		{"title, another office", Service{Title: "가상 급식 지원", Office: "가상부"}, Service{Title: "가상 급식 지원", Office: "지어낸부"}, false},
		{"title and what it gives", Service{Title: "가상 급식 지원", Text: benefit}, Service{Title: "가상 급식 지원", Text: "○ " + benefit + "."}, true},
		{"words that say nothing", Service{Title: "가상 급식 지원 사업", Region: 41999}, Service{Title: "가상 급식 지원", Region: 41999}, true},
		{"the place of the office in the title", Service{Title: "나나시 가상 급식 지원", Office: "가상도 나나시 복지과", Region: 41999}, Service{Title: "가상 급식 지원", Office: "나나시", Region: 41999}, true},
		{"another object", Service{Title: "영아 가상 급식 지원", Office: "나나시", Region: 41999}, Service{Title: "유아 가상 급식 지원", Office: "나나시", Region: 41999}, false},
		{"other figures", Service{Title: "가상 연금 80세", Office: "나나시", Region: 41999, Text: benefit}, Service{Title: "가상 연금 90세", Office: "나나시", Region: 41999, Text: benefit}, false},
		{"a slip, with the same text", Service{Title: "가상 어린이 급식 꾸러미", Office: "나나시", Region: 41999, Text: benefit}, Service{Title: "가상 어린이 급식 꾸러기", Office: "나나시", Region: 41999, Text: benefit}, true},
		{"another year", Service{Title: "2024년 가상 급식 지원", Office: "나나시", Region: 41999}, Service{Title: "2025년 가상 급식 지원", Office: "나나시", Region: 41999}, false},
		{"a year in one title", Service{Title: "2025년 가상 급식 지원", Office: "나나시", Region: 41999}, Service{Title: "가상 급식 지원", Office: "나나시", Region: 41999}, true},
		{"a year in one title, another period", Service{Title: "2024년 가상 급식 지원", Office: "나나시", Region: 41999}, Service{Title: "가상 급식 지원", Office: "나나시", Region: 41999, From: day("2026-01-02"), To: day("2026-02-01")}, false},
		{"another round", Service{Title: "가상 급식 1차 모집", Office: "나나시", Region: 41999}, Service{Title: "가상 급식 제2차 모집", Office: "나나시", Region: 41999}, false},
		{"another half of the year", Service{Title: "가상 급식(상반기)", Office: "나나시", Region: 41999}, Service{Title: "가상 급식(하반기)", Office: "나나시", Region: 41999}, false},
		{"a figure that is no round", Service{Title: "2차전지 가상 급식", Office: "나나시", Region: 41999}, Service{Title: "3차전지 가상 급식", Office: "나나시", Region: 41999}, false},
		{"periods that do not meet", Service{Title: "가상 급식 지원", Office: "나나시", Region: 41999, From: day("2025-01-01"), To: day("2025-12-31")}, Service{Title: "가상 급식 지원", Office: "나나시", Region: 41999, From: day("2026-01-01"), To: day("2026-12-31")}, false},
		{"two numbers of one register", Service{Number: "WLF00000001", Title: "가상 급식 지원", Region: 41999}, Service{Number: "WLF00000002", Title: "가상 급식 지원", Region: 41999}, false},
		{"one register has it twice", Service{Number: "WLF00000001", Title: "가상 급식 지원", Region: 41999, Office: "나나시 복지과"}, Service{Number: "WLF00000002", Title: "가상급식지원", Region: 41999, Office: "나나시 복지과"}, true},
		{"numbers of two registers", Service{Number: "WLF00000001", Title: "가상 급식 지원", Region: 41999}, Service{Number: "20250101005400110001", Title: "가상 급식 지원", Region: 41999}, true},
		{"the other's number in the address", Service{Number: "WLF00000012", Title: "가상 급식 지원"}, Service{Title: "가상급식", URL: "https://welfare.example/info?id=WLF00000012&x=1"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, in := range [][]Service{{tt.a, tt.b}, {tt.b, tt.a}} {
				r := Services(in, nil)
				if one := r.Clusters == 1; one != tt.one {
					t.Errorf("one service: %v, want %v (%+v)", one, tt.one, r.Merges)
				}
				if tt.one && (len(r.Merges) != 1 || r.Merges[0].A != 0 || r.Merges[0].B != 1) {
					t.Errorf("the evidence is %+v", r.Merges)
				}
			}
		})
	}
}

// Two editions stay two also where a row that names none is like both.
func TestServicesDoNotChainEditions(t *testing.T) {
	in := []Service{
		{Title: "2024년 가상 급식 지원", Region: 41999}, {Title: "2025년 가상 급식 지원", Region: 41999}, {Title: "가상 급식 지원", Region: 41999},
	}
	if r := Services(in, nil); r.Clusters != 2 || r.Of[0] == r.Of[1] {
		t.Errorf("the editions are in the clusters %v", r.Of)
	}
}

// What people decided to be two is never one, on no way.
func TestServicesStayApart(t *testing.T) {
	in := []Service{{Number: "WLF00000001"}, {Number: "WLF00000001"}, {Number: "WLF00000001"}}
	if r := Services(in, [][2]uint32{{0, 2}}); r.Clusters != 2 || r.Of[0] == r.Of[2] {
		t.Errorf("the clusters are %v", r.Of)
	}
}

// What a row is worth does not depend on where it stands in the input.
func TestServicesInAnyOrder(t *testing.T) {
	in, _ := madeServices(7, 300)
	want := Services(in, nil)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		order := rng.Perm(len(in))
		mixed := make([]Service, len(in))
		for i, row := range order {
			mixed[i] = in[row]
		}
		got := Services(mixed, nil)
		to := map[uint32]uint32{}
		for i, row := range order {
			c, ok := to[got.Of[i]]
			if !ok {
				c = want.Of[row]
				to[got.Of[i]] = c
			}
			if c != want.Of[row] || got.Clusters != want.Clusters {
				t.Fatalf("in another order %q is with others", in[row].Title)
			}
		}
	}
}

// On made-up duplicates of which the rules know nothing the matcher is precise
// and finds most.
func TestServicesOnMadeUpDuplicates(t *testing.T) {
	for _, seed := range []uint64{1, 2, 3} {
		in, truth := madeServices(seed, 3000)
		r := Services(in, nil)
		precision, recall, f := f1(r.Of, truth)
		t.Logf("seed %d: %d rows of %d services; precision %.4f recall %.4f F1 %.4f", seed, len(in), 1+slices.Max(truth), precision, recall, f)
		if precision < 0.98 || f < 0.95 {
			t.Errorf("seed %d: precision %.3f, F1 %.3f", seed, precision, f)
		}
	}
}

// Any title and address can be read, and a title is like itself.
func FuzzServiceForm(f *testing.F) {
	f.Add("(나나시) 2025년 가상 급식 제2차 추가모집", "https://welfare.example/?id=WLF00000012")
	f.Add("’26년 \xff 2차전지", "://")
	f.Fuzz(func(t *testing.T, title, url string) {
		x := newServiceForm(&Service{Title: title, URL: url, Office: title, Number: url})
		if x.key != "" && x.titles(&x) != sameTitles {
			t.Errorf("%q is not like itself", title)
		}
		if x.edition.apart(x.edition) {
			t.Errorf("%q is another edition than itself: %+v", title, x.edition)
		}
		if _, again := takeEdition(title); again != x.edition {
			t.Errorf("%q has the editions %+v and %+v", title, x.edition, again)
		}
	})
}

// A register that enters one service under thousands of numbers, by mistake or to
// do harm, does not make it take hours, nor one service of them all.
func TestThousandsOfNumbersForOneServiceTakeNoTimeToSpeakOf(t *testing.T) {
	var in []Service
	for i := range 20_000 {
		in = append(in, Service{Number: fmt.Sprintf("WLF%08d", i), Title: "가상 교통비 지원", Office: "가상도 나나시 복지과", Region: 11110})
		in = append(in, Service{Number: fmt.Sprintf("A%07d다%dX", i, i), Title: "가상 난방비 지원", Office: "가상도 나나시 복지과", Region: 11110})
	}
	r := Services(in, nil)
	if least := len(in) / mostNumbers; r.Clusters < least {
		t.Errorf("%d rows with a number each are %d services, want at least %d", len(in), r.Clusters, least)
	}
}
