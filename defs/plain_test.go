package defs

import (
	"strings"
	"testing"
)

func TestPlainText(t *testing.T) {
	for in, want := range map[string]string{
		"## **저희는**\r\n<br>\r\n\\- 서버를 만듭니다\\.":                           "저희는\n\n- 서버를 만듭니다.",
		`<span class="colour" style="color:rgb(1, 2, 3)">가</span>나`:       "가나",
		"<p>가</p><p>나 &amp; 다&nbsp;</p>":                                  "가\n나 & 다",
		"* 하나\n* 둘":                                                       "* 하나\n* 둘",
		"a < b, C<T> x, List<String>":                                     "a < b, C<T> x, List<String>",
		"###\n\n\n\n가":                                                    "가",
		"[글](https://a.example/x) [https://b.example](https://b.example)": "글 https://a.example/x https://b.example",
		"#1 회사 C# 개발":                                                     "#1 회사 C# 개발",
		"":                                                                "",
	} {
		if got := plainText(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func FuzzPlainText(f *testing.F) {
	f.Add("## <br>\\-[a](https://x.example)")
	f.Fuzz(func(t *testing.T, s string) {
		if got := plainText(s); strings.Contains(got, "\n\n\n") || strings.Contains(strings.ToLower(got), "<br>") && !strings.ContainsAny(s, "&\\*_#[") {
			t.Errorf("%q became %q", s, got)
		}
	})
}
