package parse

import (
	"testing"

	"ieum"
)

func TestReadDate(t *testing.T) {
	for _, tt := range []struct{ text, layout, want string }{
		{"2024-12-31", "", "2024-12-31"},
		{"2024/12/31", "", "2024-12-31"},
		{"2024.12.31", "", "2024-12-31"},
		{"2024. 12. 31.", "", "2024-12-31"},
		{"2024.1.5", "", "2024-01-05"},
		{"24/12/31", "", "2024-12-31"},
		{"20241231", "", "2024-12-31"},
		{"2024년 12월 31일", "", "2024-12-31"},
		{"2024년12월31일(화) 18:00", "", "2024-12-31"},
		{"~ 2024.12.31(화)", "", "2024-12-31"},
		{"2024-12-31 18시까지", "", "2024-12-31"},
		{"2024-12-31 23:59:59", "", "2024-12-31"},
		{"2024-12-31T23:59:59", "", "2024-12-31"},
		{"2024-12-25T15:00:00.000Z", "", "2024-12-26"}, // midnight in Seoul
		{"2024-12-10T23:19:00.000+09:00", "", "2024-12-10"},
		{"2024-02-29", "", "2024-02-29"},
		{"상시채용", "", ""},
		{"채용시", "", ""},
		{"채용시까지", "", ""},
		{"31.12.2024", "02.01.2006", "2024-12-31"},
		{"20241231153000", "20060102150405", "2024-12-31"},
	} {
		got, ok := ReadDate(tt.text, tt.layout)
		if !ok || got.String() != tt.want {
			t.Errorf("ReadDate(%q) = %s, %v, want %s", tt.text, got, ok, tt.want)
		}
	}
	for _, text := range []string{
		"", "~ 12/31(화)", "12월 31일", "오늘마감", "내일마감", "D-3", "2024-02-30", "2023-02-29", "2024-13-01", "2024", "2024-12",
		"2024.12.01 ~ 2024.12.31", "2024-12-31 2025-01-01", "1231", "1800-01-01", "2024-12-31-1", "10:30",
	} {
		if got, ok := ReadDate(text, ""); ok {
			t.Errorf("ReadDate(%q) = %s, want it left unread", text, got)
		}
	}
}

func TestDateRoundTrip(t *testing.T) {
	from, _ := ieum.ParseDay("1900-01-01")
	to, _ := ieum.ParseDay("2199-12-31")
	for d := from; d <= to; d++ {
		if d == 0 {
			continue
		}
		for _, layout := range []string{"2006-01-02", "2006/1/2", "20060102", "2006년 1월 2일"} {
			if got, ok := ReadDate(d.Time().Format(layout), ""); !ok || got != d {
				t.Fatalf("%s as %s is read %s, %v", d, layout, got, ok)
			}
		}
	}
}

func FuzzReadDate(f *testing.F) {
	for _, s := range []string{"2024-12-31", "24/12/31", "2024년 12월 31일(화) 18:00", "상시채용", "2024-12-25T15:00:00.000Z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, ok := ReadDate(text, "")
		if ok && d != 0 && !inReach(d.Time().Year()) {
			t.Fatalf("%q gives %s", text, d)
		}
	})
}

func TestReadCount(t *testing.T) {
	for text, want := range map[string]int{
		"0명": 0, "00명": 0, "O명": 0, "○○명": 0, "OO 명": 0, "N명": 0, "3명": 3, "3 명": 3, "12인": 12, "총 5명": 5, "10명 이상": 10, "7": 7, "7.0": 7, "1,200명": 1200, "108682": 108682, "": 0, "미정": 0,
	} {
		if got, ok := ReadCount(text); !ok || got != want {
			t.Errorf("ReadCount(%q) = %d, %v, want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"3~5명", "3명 2명", "삼명", "사무직 3명", "-3명", "1.5명"} {
		if got, ok := ReadCount(text); ok {
			t.Errorf("ReadCount(%q) = %d, want it left unread", text, got)
		}
	}
}

func FuzzReadCount(f *testing.F) {
	f.Add("00명")
	f.Add("총 3명")
	f.Fuzz(func(t *testing.T, text string) {
		if n, ok := ReadCount(text); ok && (n < 0 || n > 9_999_999) {
			t.Fatalf("%q gives %d", text, n)
		}
	})
}
