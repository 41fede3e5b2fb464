package competency

import (
	"testing"

	"ieum/defs"
	"ieum/internal/catalogue/competency/esco"
)

func TestKoreanTextsNameSkillsOfESCOWhereTheyAreTheSameThing(t *testing.T) {
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := esco.New()
	if err != nil {
		t.Fatal(err)
	}
	l := Link(New(set), theirs, set)
	t.Logf("%d of %d competencies are linked", len(l.skill), len(set.Codes["competencies"].Codes))
	for code, s := range l.skill {
		if !theirs.Has(s.Label) {
			t.Errorf("%s is linked to %q, which ESCO does not have", code, s.Label)
		}
	}
	text := "파이썬과 MySQL로 서비스를 만들고 team player 입니다"
	found := map[string]string{}
	got := l.Extract(text, 10)
	for i, f := range got {
		if found[f.Label] != "" || i > 0 && f.P > got[i-1].P {
			t.Errorf("%+v comes twice or too late", f)
		}
		found[f.Label] = text[f.Start:f.End]
	}
	for label, words := range map[string]string{"Python (computer programming)": "파이썬", "MySQL": "MySQL", "work in teams": "team player"} {
		if found[label] != words {
			t.Errorf("%s stands at %q, want %q: %v", label, found[label], words, found)
		}
	}
	if got := l.Extract(text, 1); len(got) != 1 {
		t.Errorf("one was asked for: %v", got)
	}
	if got := Link(New(set), theirs, &defs.Set{}).Extract("파이썬", 5); len(got) != 0 {
		t.Errorf("without a list nothing is linked: %v", got)
	}
}
