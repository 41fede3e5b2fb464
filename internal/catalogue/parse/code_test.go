package parse

import (
	"slices"
	"testing"

	"ieum/defs"
)

func TestReadCode(t *testing.T) {
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ list, text, want string }{
		{"education", "대졸↑", "bachelor"},
		{"education", "초대졸 이상", "associate"},
		{"education", "학력무관", "none"},
		{"education", "고졸·대졸", "high"},
		{"education", "대학교 졸업예정", "bachelor"},
		{"education", "알 수 없음", ""},
		{"education", "", ""},
		{"employment", "정규직", "regular"},
		{"employment", "정규직 외", "regular"},
		{"employment", "계약직·정규직", "contract"},
		{"employment", "정규직·전문연구요원", "regular"},
		{"employment", "[계약직]", "contract"},
		{"keco2025", "0111", "0111"},
	} {
		if got, _ := ReadCode(set.Codes[tt.list], tt.text); got != tt.want {
			t.Errorf("ReadCode(%s, %q) = %q, want %q", tt.list, tt.text, got, tt.want)
		}
	}
	codes, rest := ReadCodes(set.Codes["employment"], "정규직, 알 수 없음 / 계약직")
	if !slices.Equal(codes, []string{"regular", "contract"}) || !slices.Equal(rest, []string{"알 수 없음"}) {
		t.Errorf("ReadCodes gives %v and %v", codes, rest)
	}
}

func FuzzReadCode(f *testing.F) {
	set, err := defs.Load()
	if err != nil {
		f.Fatal(err)
	}
	list := set.Codes["education"]
	for _, s := range []string{"대졸↑", "고졸·대졸", "[석사] 이상", "((", "·,·"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if code, ok := ReadCode(list, text); ok != list.InForce(code) {
			t.Fatalf("%q gives %q, %v", text, code, ok)
		}
	})
}
