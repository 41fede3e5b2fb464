package parse

import (
	"math/rand/v2"
	"testing"

	"ieum/internal/snapshot"
)

func TestReadCareer(t *testing.T) {
	const none = snapshot.Unset
	for _, tt := range []struct {
		text     string
		min, max int
		entry    bool
	}{
		{"경력3년", 36, none, false},
		{"경력 3년 이상", 36, none, false},
		{"3년 이상", 36, none, false},
		{"5년↑", 60, none, false},
		{"경력5년↑", 60, none, false},
		{"경력 5-7년", 60, 84, false},
		{"경력 3~10년", 36, 120, false},
		{"경력 3년 ~ 5년", 36, 60, false},
		{"경력 6개월 이상", 6, none, false},
		{"경력 1년 6개월", 18, none, false},
		{"경력 1.5년 이상", 18, none, false},
		{"3년차 이상", 36, none, false},
		{"경력 10년 이하", none, 120, false},
		{"경력(3년 이상)", 36, none, false},
		{"경력 0~3년", 0, 36, true},
		{"신입", 0, 0, true},
		{"신입·경력", 0, none, true},
		{"신입ㆍ경력", 0, none, true},
		{"신입/경력", 0, none, true},
		{"신입·경력1년↑", 0, none, true},
		{"신입·경력 1~3년", 0, 36, true},
		{"신입-3년", 0, 36, true},
		{"신입 ~ 5년", 0, 60, true},
		{"신입-경력 99년", 0, none, true},
		{"경력 3-99년", 36, none, false},
		{"경력무관", 0, none, true},
		{"경력 무관", 0, none, true},
		{"관계없음", 0, none, true},
		{"경력", none, none, false},
		{"경력직", none, none, false},
		{"경력자", none, none, false},
	} {
		got, ok := ReadCareer(tt.text)
		if want := (Career{tt.min, tt.max, tt.entry}); !ok || got != want {
			t.Errorf("ReadCareer(%q) = %+v, %v, want %+v", tt.text, got, ok, want)
		}
	}
}

func TestReadCareerDoesNotGuess(t *testing.T) {
	for _, text := range []string{
		"", "3", "경력 3", "학사 경력 3년 석사 경력 1년", "3년 또는 5년", "경력 10~3년", "경력 900개월 이상", "경력무관(3년 우대)",
		"관련 학과 졸업", "정보 없음", "년", "3~", "1년2년", "우대",
	} {
		if got, ok := ReadCareer(text); ok {
			t.Errorf("ReadCareer(%q) = %+v, want it left unread", text, got)
		}
	}
}

func TestCareerRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		c := Career{Min: snapshot.Unset, Max: snapshot.Unset}
		switch a, b := 1+r.IntN(mostMonths), 1+r.IntN(mostMonths); r.IntN(6) {
		case 0:
			c = Career{0, 0, true}
		case 1:
			c = Career{0, snapshot.Unset, true}
		case 2:
			c.Min = a
		case 3:
			c.Max = a
		case 4:
			c.Min, c.Max = min(a, b), max(a, b)
		}
		got, ok := ReadCareer(c.String())
		if !ok || got != c {
			t.Fatalf("%+v is written %q and read %+v, %v", c, c, got, ok)
		}
	}
}

func FuzzReadCareer(f *testing.F) {
	for _, s := range []string{"경력3년", "신입·경력", "경력 5-7년", "경력무관", "신입~3년", "1년6개월↑"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, ok := ReadCareer(text)
		if !ok {
			return
		}
		in := func(m int) bool { return m == snapshot.Unset || m >= 0 && m <= mostMonths }
		if !in(c.Min) || !in(c.Max) || c.Max != snapshot.Unset && c.Min != snapshot.Unset && c.Min > c.Max {
			t.Fatalf("%q gives %+v", text, c)
		}
		if c.Entry && c.Min != 0 && c.Min != snapshot.Unset {
			t.Fatalf("%q lets people in without experience, and asks for it: %+v", text, c)
		}
	})
}
