package simulate

import (
	"context"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// neutral returns a text without the sentences that give a group away.
func neutral(text string) string {
	for _, list := range [][]string{servedWords, exemptWords, careWords, restWords, graduation, foreignWords, northWords, womenWords, menWords} {
		for _, sentence := range list {
			pattern := strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(sentence)), "%", "[0-9]+") + `\s?`
			text = regexp.MustCompile(pattern).ReplaceAllString(text, "")
		}
	}
	return strings.TrimSpace(text)
}

func TestTwinsDifferInTheirGroupAlone(t *testing.T) {
	m := market(t, func(p *Params) {
		p.Resumes, p.Postings = 4000, 1000
		p.Rates.Missing, p.Rates.Typos, p.Rates.Spacing, p.Rates.Emoji, p.Rates.Decomposed = 0, 0, 0, 0, 0
	})
	run, err := m.run(context.Background(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &clerk{m: m, run: run}
	may := map[string][]string{
		"sex": {"Sex"}, "age": {"BirthDate", "BirthYear"}, "region": {"Region"}, "foreign-born": nil, "north-korean": nil, asThemselves: nil,
	}
	changed := map[string]int{}
	for person := range 300 {
		c.pen.forget()
		var self TwinTruth
		for k := range twins {
			var out TwinTruth
			c.twin(person*len(twins)+k, &out)
			if k == 0 {
				self = out
				continue
			}
			a, b := reflect.ValueOf(self.ResumeRow), reflect.ValueOf(out.ResumeRow)
			for i := range a.NumField() {
				name := a.Type().Field(i).Name
				if reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
					continue
				}
				changed[out.Twin+" "+name]++
				if name == "Text" && out.Proxies && neutral(out.Text) == neutral(self.Text) {
					continue
				}
				if !strings.Contains(strings.Join(may[out.Twin], " "), name) {
					t.Fatalf("person %d as of another %s (proxies %t): %s is %v, was %v", person, out.Twin, out.Proxies, name, b.Field(i), a.Field(i))
				}
			}
			if out.Twin == "sex" && out.Sex == self.Sex {
				t.Fatalf("person %d as of the other sex is not", person)
			}
		}
	}
	for what, least := range map[string]int{"sex Sex": 600, "age BirthYear": 600, "region Region": 290, "sex Text": 50, "age Text": 40, "foreign-born Text": 80, "north-korean Text": 80} {
		if changed[what] < least {
			t.Errorf("%s changes for %d twins, want %d at least", what, changed[what], least)
		}
	}
}

// TestEmployersSeeTwinsAlike: apart from the penalty, an employer thinks of a
// twin as of the person, and the penalty is what the group costs.
func TestEmployersSeeTwinsAlike(t *testing.T) {
	h := usual(t)
	m := h.m
	var p, q Person
	worse := 0
	for id := range 500 {
		for k := range twins {
			m.person(id, &p)
			m.person(id, &q)
			twins[k].change(m, &q)
			v := &h.run.posts[id%len(h.run.posts)]
			if a, b := m.candidacy(&p, v), m.candidacy(&q, v); a != b {
				t.Fatalf("person %d as of another %s: %+v, was %+v", id, twins[k].name, b, a)
			}
			if twins[k].name == "foreign-born" && p.origin == native && m.standing(&q, v, 0).penalty() < m.standing(&p, v, 0).penalty() {
				worse++
			}
		}
	}
	if worse < 400 {
		t.Errorf("only %d of 500 would be penalised for another origin", worse)
	}
}
