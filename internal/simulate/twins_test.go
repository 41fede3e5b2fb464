package simulate

import (
	"context"
	"math"
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
		"sex": {"Sex", "Groups"}, "age": {"BirthDate", "BirthYear", "Groups"}, "region": {"Region"}, "foreign-born": {"Groups"}, "north-korean": {"Groups"}, asThemselves: nil,
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
				if name == "ID" || reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
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
// twin as of the person, and the penalty differs by what (9) says of the group.
func TestEmployersSeeTwinsAlike(t *testing.T) {
	h := usual(t)
	m := h.m
	var p, q Person
	differ := map[string]int{}
	for id := range 500 {
		for k := range twins {
			m.person(id, &p)
			m.person(id, &q)
			twins[k].change(m, &q)
			v := &h.run.posts[id%len(h.run.posts)]
			if a, b := m.candidacy(&p, v), m.candidacy(&q, v); a != b {
				t.Fatalf("person %d as of another %s: %+v, was %+v", id, twins[k].name, b, a)
			}
			a, b := m.standing(&p, v, 0), m.standing(&q, v, 0)
			got, want := b.penalty()-a.penalty(), costOf(m, twins[k].name, &p, &q, v, a.age)
			if math.Abs(got-want) > 1e-9 {
				t.Fatalf("person %d as of another %s: g of a firm of weight 1 is %.4f more, (9) says %.4f", id, twins[k].name, got, want)
			}
			differ[twins[k].name] += int(yes(got != 0))
		}
	}
	if differ[asThemselves] != 0 {
		t.Errorf("%d people are penalised otherwise than themselves", differ[asThemselves])
	}
	for name, least := range map[string]int{"sex": 900, "age": 400, "region": 150, "foreign-born": 450, "north-korean": 450} {
		if differ[name] < least {
			t.Errorf("the penalty of %d twins of another %s differs, want %d at least", differ[name], name, least)
		}
	}
}

// costOf is what (9) says that a twin is held to be worth more than the person,
// who is of an age, with its numbers.
func costOf(m *Market, twin string, p, q *Person, v *post, age float64) float64 {
	women := m.occupations[v.occupation].women
	sex := func(woman bool) float64 {
		if woman {
			return 0.15 + 0.5*math.Max(0.5-women, 0)
		}
		return 0.3 * math.Max(women-0.5, 0)
	}
	old := func(age float64) float64 { return 0.04 * math.Min(math.Max(age-45, 0), 20) }
	unserved := func(p *Person, age float64) float64 {
		return 0.25 * yes(!p.woman && p.origin == native && !p.served && age > 24)
	}
	outside := func(p *Person) float64 {
		inCapital := func(place int) bool {
			return strings.Contains("서울 인천 경기", provinces[m.places.list[place].province].short)
		}
		return 0.2 * yes(inCapital(int(v.place)) && !inCapital(p.home))
	}
	origins := [...]float64{0, 0.5, 0.6}
	then := age
	if twin == "age" {
		then += float64(p.born-q.born) / 365.25
	}
	cost := origins[q.origin] - origins[p.origin] + unserved(q, then) - unserved(p, age)
	switch twin {
	case "sex":
		cost += sex(q.woman) - sex(p.woman)
	case "age":
		cost += old(then) - old(age)
	case "region":
		cost += outside(q) - outside(p)
	}
	return -cost
}
