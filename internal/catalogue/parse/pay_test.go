package parse

import (
	"math/rand/v2"
	"testing"

	"ieum/internal/snapshot"
)

func TestReadPay(t *testing.T) {
	const man = 10_000
	manwon := PayUnit{Won: man, Basis: snapshot.PayAnnual}
	for _, tt := range []struct {
		text     string
		unit     PayUnit
		min, max int64
		basis    snapshot.PayBasis
	}{
		{"연봉 3,000 만원 ~ 3,200 만원", PayUnit{}, 3000 * man, 3200 * man, snapshot.PayAnnual},
		{"연봉 3,000만원", PayUnit{}, 3000 * man, 3000 * man, snapshot.PayAnnual},
		{"연 2,400~3,600만원", PayUnit{}, 2400 * man, 3600 * man, snapshot.PayAnnual},
		{"연봉 3000-3500만원", PayUnit{}, 3000 * man, 3500 * man, snapshot.PayAnnual},
		{"연봉 3,000만원～3,500", PayUnit{}, 3000 * man, 3500 * man, snapshot.PayAnnual},
		{"3000만원", PayUnit{}, 3000 * man, 3000 * man, snapshot.PayAnnual},
		{"4,000만원 이상", PayUnit{}, 4000 * man, 0, snapshot.PayAnnual},
		{"연봉 3,000만원↑", PayUnit{}, 3000 * man, 0, snapshot.PayAnnual},
		{"연봉 3,000만원 이상 ~ 4,000만원 이하", PayUnit{}, 3000 * man, 4000 * man, snapshot.PayAnnual},
		{"연봉 최대 5,000만원", PayUnit{}, 0, 5000 * man, snapshot.PayAnnual},
		{"~ 4,000만원", PayUnit{}, 0, 4000 * man, snapshot.PayAnnual},
		{"3,000만원 ~", PayUnit{}, 3000 * man, 0, snapshot.PayAnnual},
		{"연봉 1억 2,000만원", PayUnit{}, 12000 * man, 12000 * man, snapshot.PayAnnual},
		{"연봉 1억~1억2천", PayUnit{}, 10000 * man, 12000 * man, snapshot.PayAnnual},
		{"연봉 1.5억", PayUnit{}, 15000 * man, 15000 * man, snapshot.PayAnnual},
		{"연봉 3천5백만원", PayUnit{}, 3500 * man, 3500 * man, snapshot.PayAnnual},
		{"연봉 2~3천만원", PayUnit{}, 2000 * man, 3000 * man, snapshot.PayAnnual},
		{"연봉 3천~5천만원", PayUnit{}, 3000 * man, 5000 * man, snapshot.PayAnnual},
		{"연봉 35,000천원", PayUnit{}, 3500 * man, 3500 * man, snapshot.PayAnnual},
		{"연봉 35000000", PayUnit{}, 3500 * man, 3500 * man, snapshot.PayAnnual},
		{"(연봉) ３，０００만원", PayUnit{}, 3000 * man, 3000 * man, snapshot.PayAnnual},
		{"3,000만원(연봉)", PayUnit{}, 3000 * man, 3000 * man, snapshot.PayAnnual},
		{"시급 11,000원", PayUnit{}, 11000 * 209 * 12, 11000 * 209 * 12, snapshot.PayHourly},
		{"시급 10030", PayUnit{}, 10030 * 209 * 12, 10030 * 209 * 12, snapshot.PayHourly},
		{"시급 10,030원 이상 (주 40시간)", PayUnit{}, 10030 * 209 * 12, 0, snapshot.PayHourly},
		{"일급 15만원", PayUnit{}, 15 * man * 209 * 12 / 8, 15 * man * 209 * 12 / 8, snapshot.PayDaily},
		{"월급 250만원 이상", PayUnit{}, 3000 * man, 0, snapshot.PayMonthly},
		{"월 250만~300만원", PayUnit{}, 3000 * man, 3600 * man, snapshot.PayMonthly},
		{"월 2,500천원", PayUnit{}, 3000 * man, 3000 * man, snapshot.PayMonthly},
		{"월급 2,060,740원", PayUnit{}, 2060740 * 12, 2060740 * 12, snapshot.PayMonthly},
		{"250만원/월", PayUnit{}, 3000 * man, 3000 * man, snapshot.PayMonthly},
		{"240만원 이상(월)", PayUnit{}, 2880 * man, 0, snapshot.PayMonthly},
		{"연봉 3,000만원 (면접 후 협의)", PayUnit{}, 3000 * man, 3000 * man, snapshot.PayAnnual},
		{"3500.0", manwon, 3500 * man, 3500 * man, snapshot.PayAnnual},
		{"3,400 ~ 3,600", manwon, 3400 * man, 3600 * man, snapshot.PayAnnual},
		{"0.0", manwon, 0, 0, snapshot.PayUnknown},
		{"250", PayUnit{Won: man, Basis: snapshot.PayMonthly}, 3000 * man, 3000 * man, snapshot.PayMonthly},
		{"면접 후 결정", PayUnit{}, 0, 0, snapshot.PayNegotiable},
		{"회사내규에 따름", PayUnit{}, 0, 0, snapshot.PayNegotiable},
		{"협의", PayUnit{}, 0, 0, snapshot.PayNegotiable},
		{"정보 없음", PayUnit{}, 0, 0, snapshot.PayUnknown},
		{"", PayUnit{}, 0, 0, snapshot.PayUnknown},
	} {
		got, ok := ReadPay(tt.text, tt.unit)
		if want := (Pay{tt.min, tt.max, tt.basis}); !ok || got != want {
			t.Errorf("ReadPay(%q) = %+v, %v, want %+v", tt.text, got, ok, want)
		}
	}
}

func TestReadPayDoesNotGuess(t *testing.T) {
	for _, text := range []string{
		"226 만원",               // by the month or by the year?
		"100,000 만원",           // a slip for 10,000
		"월급 250",               // 250 of what?
		"연봉 3,600만원 ~ 3,000만원", // the wrong way round
		"4,55만원",               // broken thousands
		"월급 250만원 (식대 20만원 별도)",    // which of the two?
		"월급 세후 300만원", "실수령 300만원", // net
		"주급 50만원", "건당 3,000원", "총액 240만원", // no such basis
		"연봉 5만 달러", "USD 50,000",
		"연봉 3 000만원", // 3 or 3000?
		"연봉 2024년 3000만원",
		"최저임금", "우대", "?",
		"시급 11원",
		"연봉 3,000만원 이상 이하 4,000만원",
	} {
		if got, ok := ReadPay(text, PayUnit{}); ok {
			t.Errorf("ReadPay(%q) = %+v, want it left unread", text, got)
		}
	}
	if got, ok := ReadPay("220", PayUnit{Won: 10_000, Basis: snapshot.PayAnnual}); ok {
		t.Errorf("2,200,000 won a year was read as %+v, though nobody is paid that", got)
	}
}

// Pay written in its usual form is read back as it was.
func TestPayRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		p := Pay{Basis: snapshot.PayBasis(1 + r.IntN(4))}
		num, den := yearly(p.Basis)
		stated := func() int64 { return (PayLeast*den/num + 1) + r.Int64N(40_000_000*den/num) }
		year := func(v int64) int64 { return (v*num + den/2) / den }
		a, b := stated(), stated()
		p.Min, p.Max = year(min(a, b)), year(max(a, b))
		switch r.IntN(4) {
		case 0:
			p.Max = 0
		case 1:
			p.Min = 0
		case 2:
			p.Max = p.Min
		}
		got, ok := ReadPay(p.String(), PayUnit{})
		if !ok || got != p {
			t.Fatalf("%+v is written %q and read %+v, %v", p, p, got, ok)
		}
	}
}

func FuzzReadPay(f *testing.F) {
	for _, s := range []string{"연봉 3,000 만원 ~ 3,200 만원", "시급 11,000원", "면접 후 결정", "1억2천~2억", "250만원/월", "3천5백만원↑"} {
		f.Add(s, int64(0))
		f.Add(s, int64(10_000))
	}
	f.Fuzz(func(t *testing.T, text string, won int64) {
		p, ok := ReadPay(text, PayUnit{Won: won % 1_000_000})
		switch {
		case !ok && p != (Pay{}):
			t.Fatalf("%q is not read but gives %+v", text, p)
		case p.Min < 0 || p.Max < 0 || p.Max >= PayMost || p.Min > 0 && p.Max > 0 && p.Min > p.Max:
			t.Fatalf("%q gives %+v", text, p)
		case (p.Min > 0 || p.Max > 0) && (p.Basis == snapshot.PayUnknown || p.Basis == snapshot.PayNegotiable):
			t.Fatalf("%q gives an amount without a basis: %+v", text, p)
		}
		if ok && (p.Min > 0 || p.Max > 0) && p.Min%12 == 0 && p.Max%12 == 0 && p.Basis != snapshot.PayDaily && p.Basis != snapshot.PayHourly {
			if again, ok := ReadPay(p.String(), PayUnit{}); !ok || again != p {
				t.Fatalf("%q gives %+v, which is written %q and read %+v", text, p, p, again)
			}
		}
	})
}
