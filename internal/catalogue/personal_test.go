package catalogue

import (
	"strings"
	"testing"
)

// A key that holds a telephone number or mail is kept without it, and two rows
// that differ in nothing else stay two; delivered again, they are known.
func TestKeysHoldNothingPersonal(t *testing.T) {
	b := newBench(t, shop)
	path := b.file("jobs.csv", shopHeader, job("kim@example.com", "용접원"), job("lee@example.com", "사무원"), job("A 010-1234-5678", "조리원"), job("20260101", "배관공"))
	b.expect(b.ingest("shop", path), "read 4 kept 4 unchanged 0 quarantined 0 closed 0")
	var keys []string
	for _, row := range b.rows("posting", "_key") {
		keys = append(keys, strings.TrimPrefix(row, "_key="))
	}
	all := strings.Join(keys, " ")
	for _, personal := range []string{"@", "010-1234", "5678"} {
		if strings.Contains(all, personal) {
			t.Errorf("%s is in %s", personal, all)
		}
	}
	if strings.Count(all, "[전자우편]|") != 2 || !strings.Contains(all, "A [전화번호]|") || !strings.Contains(all, "20260101") || strings.Contains(all, "20260101|") {
		t.Errorf("keys are %s", all)
	}
	b.day = b.day.AddDate(0, 0, 1)
	again := b.file("jobs.csv", shopHeader, job("lee@example.com", "사무원"), job("A 010-1234-5678", "조리원"), job("20260101", "배관공"))
	b.expect(b.ingest("shop", again), "read 3 kept 0 unchanged 3 quarantined 0 closed 1")
}

// What identifies somebody in the address of a page is taken out of it; numbers
// of pages stay, for the address leads nowhere without them.
func TestAddressesHoldNothingPersonal(t *testing.T) {
	for text, want := range map[string]string{
		"https://example.com/1?a=2":                              "https://example.com/1?a=2",
		"https://example.com/list.do?ptIdx=1405&mId=0615080200":  "https://example.com/list.do?ptIdx=1405&mId=0615080200",
		"https://example.com/job/0212345678?token=1763691722886": "https://example.com/job/0212345678?token=1763691722886",
		"https://example.com/1?tel=010-1234-5678&a=2":            "https://example.com/1?a=2",
		"https://example.com/1?a=2&hp=01012345678":               "https://example.com/1?a=2",
		"https://example.com/1?tel=%30%31%30-1234-5678":          "https://example.com/1",
		"https://example.com/1?a=2&to=kim%40example.com&b=3":     "https://example.com/1?a=2&b=3",
		"https://example.com/1?a=2#kim@example.com":              "https://example.com/1?a=2",
		"https://example.com/kim@example.com":                    "",
		"https://example.com/apply/010-1234-5678?a=2":            "",
	} {
		page, removed, ok := address(text)
		if page = map[bool]string{true: page}[ok]; page != want {
			t.Errorf("%s became %q, not %q", text, page, want)
		}
		if (page != text) != removed.Any() {
			t.Errorf("%s: %+v is counted", text, removed)
		}
	}
}
