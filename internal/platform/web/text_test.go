package web

import (
	"testing"

	"ieum"
	"ieum/defs"
)

func TestParticlesFitTheLastSound(t *testing.T) {
	for _, tt := range []struct{ word, pair, want string }{
		{"간호사", "을/를", "를"}, {"직업", "을/를", "을"}, {"서울", "으로/로", "로"}, {"부산", "으로/로", "으로"},
		{"제주", "으로/로", "로"}, {"3", "이/가", "이"}, {"2", "이/가", "가"}, {"1", "으로/로", "로"}, {"(서울)", "은/는", "은"},
		{"SQL", "을/를", "을"}, {"Java", "을/를", "를"}, {"", "을/를", "를"}, {"직업", "", ""},
	} {
		if got := particle(tt.word, tt.pair); got != tt.want {
			t.Errorf("%s + %s = %s, want %s", tt.word, tt.pair, got, tt.want)
		}
	}
}

func TestTextFillsPlaces(t *testing.T) {
	s := &Site{defs: &defs.Set{Messages: map[ieum.Lang]map[string]string{
		"ko": {"a": "{n}건 {name:을/를} 찾음", "only": "한국어"},
		"en": {"a": "{n: job/ jobs} for {name}"},
	}}}
	for _, tt := range []struct {
		lang ieum.Lang
		n    int
		want string
	}{{"ko", 1234, "1,234건 간호사를 찾음"}, {"en", 1, "1 job for 간호사"}, {"en", 1234, "1,234 jobs for 간호사"}} {
		if got := s.Text(tt.lang, "a", map[string]any{"n": tt.n, "name": "간호사"}); got != tt.want {
			t.Errorf("%s %d: %q, want %q", tt.lang, tt.n, got, tt.want)
		}
	}
	if got := s.Text("en", "only", nil); got != "한국어" {
		t.Errorf("a missing text is %q, want the default language's", got)
	}
}

func TestAmountsReadAsPeopleSayThem(t *testing.T) {
	for _, tt := range []struct {
		won    int64
		ko, en string
	}{
		{0, "0원", "KRW 0"}, {11_000, "11,000원", "KRW 11,000"}, {32_000_000, "3,200만원", "KRW 32,000,000"},
		{32_456_789, "3,246만원", "KRW 32,456,789"}, {100_000_000, "1억원", "KRW 100,000,000"},
		{125_000_000, "1억 2,500만원", "KRW 125,000,000"}, {99_999_999, "1억원", "KRW 99,999,999"},
	} {
		if got := Won("ko", tt.won); got != tt.ko {
			t.Errorf("%d: %q, want %q", tt.won, got, tt.ko)
		}
		if got := Won("en", tt.won); got != tt.en {
			t.Errorf("%d: %q, want %q", tt.won, got, tt.en)
		}
	}
}

func TestNumbersHaveSeparators(t *testing.T) {
	for _, tt := range []struct {
		v    any
		want string
	}{{7, "7"}, {1234567, "1,234,567"}, {-1234, "-1,234"}, {int64(999), "999"}, {1234.56, "1,234.6"}, {2.0, "2"}, {uint32(1000), "1,000"}} {
		if got := Number(tt.v); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.v, got, tt.want)
		}
	}
}

func TestTimesReadAsPeopleSayThem(t *testing.T) {
	for n, want := range map[int][2]string{0: {"0개월", "0 months"}, 1: {"1개월", "1 month"}, 6: {"6개월", "6 months"}, 12: {"1년", "1 year"}, 13: {"1년 1개월", "1 year 1 month"}, 30: {"2년 6개월", "2 years 6 months"}} {
		if got := [2]string{Months("ko", n), Months("en", n)}; got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestAcceptLanguage(t *testing.T) {
	langs := []ieum.Lang{"ko", "en"}
	for header, want := range map[string]ieum.Lang{"": "ko", "en": "en", "en-US,en;q=0.9,ko;q=0.8": "en", "fr,ko;q=0.2,en;q=0.1": "ko", "fr": "ko", "en;q=x": "ko", "en;q=0": "ko"} {
		if got := acceptable(header, langs); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

// Pay is in won a year wherever it is kept, and is shown as it was stated: an
// hour's pay is no year's to somebody who works part-time.
func TestPayIsShownAsItWasStated(t *testing.T) {
	s, _ := testSite(t, false)
	for _, tt := range []struct {
		least, most int64
		basis       string
		ko, en      string
	}{
		{11_000 * 209 * 12, 11_000 * 209 * 12, "hour", "시급 11,000원", "KRW 11,000 an hour"},
		{11_000 * 209 * 12, 13_500 * 209 * 12, "hour", "시급 11,000원 ~ 13,500원", "KRW 11,000 to KRW 13,500 an hour"},
		{150_000 * 209 * 12 / 8, 0, "day", "일당 15만원 이상", "KRW 150,000 or more a day"},
		{30_000_000, 36_000_000, "month", "월급 250만원 ~ 300만원", "KRW 2,500,000 to KRW 3,000,000 a month"},
		{32_000_000, 32_000_000, "year", "연봉 3,200만원", "KRW 32,000,000 a year"},
		{0, 120_000_000, "year", "연봉 최대 1억 2,000만원", "up to KRW 120,000,000 a year"},
		{32_000_000, 0, "negotiable", "연봉 3,200만원 이상", "KRW 32,000,000 or more a year"},
		{32_000_000, 0, "unknown", "연봉 3,200만원 이상", "KRW 32,000,000 or more a year"},
	} {
		if got := s.Pay("ko", tt.least, tt.most, tt.basis); got != tt.ko {
			t.Errorf("%+v is shown as %q", tt, got)
		}
		if got := s.Pay("en", tt.least, tt.most, tt.basis); got != tt.en {
			t.Errorf("%+v is shown as %q", tt, got)
		}
	}
}
