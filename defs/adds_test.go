package defs

import (
	"strings"
	"testing"
	"testing/fstest"
)

// own is an agency's definitions with one list.
func own(head, table string) fstest.MapFS {
	return fstest.MapFS{
		"codes/ncs.yaml": {Data: []byte("id: ncs\nversion: \"1\"\ntitle: {ko: 능력단위, en: Units}\nsource: x\n" + head)},
		"codes/ncs.csv":  {Data: []byte(table)},
	}
}

func TestAListAddsItsCodesToAnother(t *testing.T) {
	before := len(builtIn(t).Codes["competencies"].Codes)
	set, err := Load(own("adds: competencies\n", "code,ko,aliases\n1501,구름 뜨개,뭉게 뜨기|구름 짜기\n"))
	if err != nil {
		t.Fatal(err)
	}
	l := set.Codes["competencies"]
	if len(l.Codes) != before+1 || l.Name("1501", "ko") != "구름 뜨개" || l.Name("s0001", "ko") == "s0001" {
		t.Errorf("%d codes, were %d", len(l.Codes), before)
	}
	if code, ok := l.Lookup("구름짜기"); !ok || code != "1501" {
		t.Errorf("its alias leads to %q", code)
	}
}

func TestACodeThatIsThereCannotBeAdded(t *testing.T) {
	for _, tt := range []struct{ head, table, want string }{
		{"adds: competencies\n", "code,ko\n1501,구름 뜨개\ns0001,안개 뜨개\n", "codes/ncs.csv:3: code s0001 is given twice"},
		{"adds: nothing\n", "code,ko\n1501,구름 뜨개\n", "adds names the list nothing"},
		{"adds: ncs\n", "code,ko\n1501,구름 뜨개\n", "adds names the list ncs"},
	} {
		_, err := Load(own(tt.head, tt.table))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %q", tt.head, err, tt.want)
		}
	}
}
