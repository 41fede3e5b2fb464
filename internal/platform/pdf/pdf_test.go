package pdf

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"ieum/defs"
)

// TestEveryMessageCanBePrinted: the fonts have all that pages say.
func TestEveryMessageCanBePrinted(t *testing.T) {
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	for lang, all := range set.Messages {
		for key, text := range all {
			if got := clean(text); strings.Contains(got, "□") && !strings.Contains(text, "□") {
				t.Errorf("%s in %s: the fonts lack a sign of %q", key, lang, text)
			}
		}
	}
}

// TestClean: what people write comes out as far as there are signs for it.
func TestClean(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"홍길동 ABC 1,234만원", "홍길동 ABC 1,234만원"},
		{"\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"}, // decomposed
		{"金 사장 🙂", "□ 사장 □"},                           // no hanja, no emoji
		{"한\u200b글\x00\ufeff", "한글"},                   // nothing that is not seen
		{"가\t나\u3000다\n라", "가 나 다\n라"},
	} {
		if got := clean(tt.in); got != tt.want {
			t.Errorf("clean(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// TestDocument: text flows from page to page, what belongs together stays so, and the same
// calls give the same bytes.
func TestDocument(t *testing.T) {
	made := time.Date(2026, 6, 15, 3, 0, 0, 0, time.UTC)
	write := func() ([]byte, int) {
		d := New(About{Title: "시험", Author: "상담사 3", Lang: "ko", Made: made, Foot: "출처"})
		of := Type{Size: 10, Color: Ink}
		d.Mark("첫머리")
		for range 80 {
			d.Say(of, "한 줄씩 이어집니다. 쪽이 차면 다음 쪽으로 넘어갑니다. 🙂")
		}
		page := d.Pages()
		d.Block(d.Room()+1, func(y float64) {
			if d.Pages() != page+1 || y > 30 {
				t.Errorf("what does not fit is on page %d at %.0f mm", d.Pages(), y)
			}
		})
		d.Box(Left, 20, 40, 10, Tint, &Line)
		d.Bar(Left, 40, 40, .5, Blue)
		b, err := d.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		return b, d.Pages()
	}
	first, pages := write()
	second, _ := write()
	if pages != 3 || !bytes.HasPrefix(first, []byte("%PDF-")) {
		t.Errorf("%d pages of %.20q", pages, first)
	}
	if !bytes.Equal(first, second) {
		t.Error("the same calls gave other bytes")
	}
	if !bytes.Contains(first, []byte("/FontFile2")) {
		t.Error("no font is embedded")
	}
	for what, want := range map[string]string{"the title": "/Title (" + utf16be("시험"), "the author": "/Author (" + utf16be("상담사 3"), "the language": "/Lang (ko)", "the outline": "/Title (" + utf16be("첫머리")} {
		if !bytes.Contains(first, []byte(want)) {
			t.Errorf("the document does not say %s", what)
		}
	}
}

// utf16be is text as a PDF has it.
func utf16be(text string) string {
	out := "\xfe\xff"
	for _, u := range utf16.Encode([]rune(text)) {
		out += string([]byte{byte(u >> 8), byte(u)})
	}
	return out
}

// TestLongWords: what has no space is cut rather than running off the page.
func TestLongWords(t *testing.T) {
	d := New(About{Title: "시험", Lang: "ko"})
	of := Type{Size: 10}
	for _, text := range []string{strings.Repeat("가", 400), strings.Repeat("a", 900), "짧은 " + strings.Repeat("나", 300)} {
		for _, line := range d.lines(Width, of, text) {
			if w := d.Wide(of, line); w > Width+.5 {
				t.Errorf("a line of %.20q is %.0f mm wide", text, w)
			}
		}
	}
}
