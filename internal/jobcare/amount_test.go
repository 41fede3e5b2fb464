package jobcare

import (
	"strings"
	"testing"
)

func TestPayAsPeopleWriteIt(t *testing.T) {
	const month, unread, year = 12, "error.diagnosis_pay", "error.diagnosis_pay_year"
	for text, want := range map[string]int64{
		"250": 2_500_000 * month, "250만원": 2_500_000 * month, "250 만": 2_500_000 * month, "2,500,000원": 2_500_000 * month,
		"2500000": 2_500_000 * month, "월 250": 2_500_000 * month, "월 250만원": 2_500_000 * month, "한 달에 250만원 이상": 2_500_000 * month,
		"이백오십": 2_500_000 * month, "이백오십만원": 2_500_000 * month, "이백 오십만 원 정도": 2_500_000 * month, "2백50": 2_500_000 * month,
		"백오십": 1_500_000 * month, "삼백": 3_000_000 * month, "삼백이십오만 원": 3_250_000 * month, "2백만원": 2_000_000 * month, "2.5백만": 2_500_000 * month,
		"천만원": 10_000_000 * month, "월급 2,060,740원": 2_060_740 * month, "1억": 100_000_000 * month,
		"연봉 3천": 30_000_000, "연봉 3,500만원": 35_000_000, "연 삼천육백": 36_000_000, "1년에 3천만 원": 30_000_000, "연봉 1억 2천만원": 120_000_000,
		"이백오십은 받아야": 2_500_000 * month, "250은 돼야 해요": 2_500_000 * month, "250 정도면": 2_500_000 * month, "달에 250": 2_500_000 * month,
		"": 0, "0": 0, " ": 0, "상관없음": 0, "협의": 0, "모름": 0, "아무거나": 0,
	} {
		if got, fault := wished(text); got != want || fault != "" {
			t.Errorf("wished(%q) = %d, %q, want %d", text, got, fault, want)
		}
	}
	for text, want := range map[string]string{
		"많이": unread, "-5": unread, "250~300": unread, "만원": unread + "?", "99999999999": unread, "월급": unread, "원": unread,
		"시급 12000": unread, "12,000원": unread, "이오공": unread, "십백": unread, "만억": unread, "250 300만": unread, "2.5.1": unread, "250달러": unread, "250은 안 받아요": unread, "250은 받지 않음": unread,
		"3천": year, "월 3천": year, "삼천": year, "2500": year,
	} {
		want = strings.TrimSuffix(want, "?") // 만원 is 10,000 won: too little for a month
		if got, fault := wished(text); got != 0 || fault != want {
			t.Errorf("wished(%q) = %d, %q, want %q", text, got, fault, want)
		}
	}
}

// Whatever was understood is shown again so that it is understood the same.
func FuzzWished(f *testing.F) {
	for _, s := range []string{"250", "이백오십만원", "월 2,060,740원", "연봉 3천5백", "1억2천만", "2.5백만"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		year, fault := wished(s)
		if year < 0 || year > mostWish || fault != "" && year != 0 {
			t.Fatalf("wished(%q) = %d, %q", s, year, fault)
		}
		r, err := Answers{Pay: s}.Resume()
		if (err != nil) != (fault != "") {
			t.Fatalf("%q: %v", s, err)
		}
		if err == nil {
			if again, fault := wished(answersOf(r).Pay); again != year || fault != "" {
				t.Fatalf("%q is %d, shown as %q and read as %d", s, year, answersOf(r).Pay, again)
			}
		}
	})
}
