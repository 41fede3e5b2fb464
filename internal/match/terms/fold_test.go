package terms

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestFold(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{"  간호사  모집 ", "간호사 모집"},
		{"Java개발자", "java 개발자"},
		{"JAVA 개발자", "java 개발자"},
		{"C++/C# (Python)", "c++ c# python"},
		{"# 긴급", "긴급"},
		{"㈜가나다", "주 가나다"},
		{"ＪＡＶＡ", "java"},
		{"1종보통·2종", "1 종보통 2 종"},
		{"생산ㆍ포장", "생산 포장"},
		{"①생산ㆍ포장", "1 생산 포장"},
		{norm.NFD.String("용접공"), "용접공"},
		{"front-end", "front end"},
		{"■ 급여: 3,000만원", "급여 3 000 만원"},
		{"İstanbul", "istanbul"},
		{"日本語 강사", "日本語 강사"},
		{"\xff가\xfe", "가"},
	} {
		if got := string(Fold(nil, []byte(tt.in))); got != tt.want {
			t.Errorf("Fold(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
	if got := string(Fold([]byte("a"), []byte("b"))); got != "ab" {
		t.Errorf("Fold onto %q = %q", "a", got)
	}
}

func TestKeysOfText(t *testing.T) {
	for in, want := range map[string]string{
		"":                 "",
		"간호사 모집":           "간호 호사 모집",
		"웹 개발":             "웹 개발",
		"java 개발자":         "java 개발 발자",
		"3 교대\n주\nc++":     "3 교대 주 c++",
		"internationalize": "internatio",
	} {
		var got []string
		Keys([]byte(in), func(k Key) { got = append(got, k.String()) })
		if strings.Join(got, " ") != want {
			t.Errorf("Keys(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestKeysAreInTheOrderOfTheirText(t *testing.T) {
	var keys []Key
	for _, w := range []string{"c", "c#", "c++", "c2", "css", "java", "javascript"} {
		keys = append(keys, Word([]byte(w)))
	}
	keys = append(keys, Pair('가', 0), Pair('가', '가'), Pair('가', '힣'), Pair('각', 0))
	if !slices.IsSorted(keys) {
		t.Errorf("keys are not in order: %v", keys)
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"간호사 Java개발자 ㈜①Ⅱ", "\xff\x00", "c++#", norm.NFD.String("한글"), "K İ ǅ ﬁ ㆍ"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		once := Fold(nil, text)
		if !utf8.Valid(once) {
			t.Fatalf("%q folds to broken %q", text, once)
		}
		if bytes.Contains(once, []byte("  ")) || bytes.HasPrefix(once, []byte(" ")) || bytes.HasSuffix(once, []byte(" ")) || bytes.ContainsAny(once, "\n\t") {
			t.Fatalf("%q folds to %q, with loose spaces", text, once)
		}
		n := 0
		Keys(once, func(k Key) {
			n++
			if k.String() == "" {
				t.Fatalf("%q has the empty term", once)
			}
		})
		if (n == 0) != (len(once) == 0) {
			t.Fatalf("%q has %d terms", once, n)
		}
	})
}

func TestDistance(t *testing.T) {
	letters := func(s string) []rune { return Letters(nil, []byte(s)) }
	for _, tt := range []struct {
		word, text string
		whole      bool
		want       int
	}{
		{"간호사", "간호사", true, 0},
		{"간호샤", "간호사", true, 1},
		{"간호사", "요양병원 간호사 모집", false, 0},
		{"사회복지사", "사회 복지사", true, 0},
		{"용접공", "용접", true, 3},
		{"kubernets", "kubernetes", true, 1},
		{"용접", "", false, 6},
	} {
		if got := Distance(letters(tt.word), letters(tt.text), tt.whole); got != tt.want {
			t.Errorf("Distance(%s, %s, %v) = %d, want %d", tt.word, tt.text, tt.whole, got, tt.want)
		}
	}
}

func TestNeighboursDifferInOneJamo(t *testing.T) {
	seen := map[rune]bool{}
	Neighbours('신', func(r rune) {
		a, b := Letters(nil, []byte("신")), Letters(nil, []byte(string(r)))
		if Distance(a, b, true) != 1 || seen[r] {
			t.Errorf("%c", r)
		}
		seen[r] = true
	})
	if len(seen) != 18+20+27 || !seen['진'] || !seen['산'] || !seen['시'] || !seen['십'] {
		t.Errorf("%d neighbours", len(seen))
	}
	Neighbours('a', func(r rune) { t.Errorf("%c is a neighbour of a Latin letter", r) })
}
