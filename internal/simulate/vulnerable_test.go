package simulate

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// Groups have the shares of the document, and the correlations with age, sex and origin that
// follow from it.
func TestVulnerableGroupsHaveTheirShares(t *testing.T) {
	m := usual(t).m
	c := &clerk{m: m, run: usual(t).run}
	n, in := map[string]float64{}, map[string]float64{}
	var row ResumeRow
	var truth ResumeTruth
	several := 0
	for i := range m.p.Resumes {
		c.pen.forget()
		c.resume(i, &row, &truth)
		if truth.Which > 0 {
			continue
		}
		var groups []string
		if row.Groups != "" {
			groups = strings.Split(row.Groups, "|")
		}
		if len(groups) > 1 {
			several++
		}
		p, s := &c.person, m.lotOf(&c.person)
		tell := func(what string, of bool, code string) {
			if of {
				n[what]++
				if slices.Contains(groups, code) {
					in[what]++
				}
			} else if slices.Contains(groups, code) && !strings.HasPrefix(what, "some") {
				t.Fatalf("a person of %.1f is %s and not of those with %s", s.age, code, what)
			}
		}
		tell("55 years", s.age >= 55, "older")
		tell("some under 60", s.age < 60, "basic-livelihood")
		tell("some from 60", s.age >= 60, "basic-livelihood")
		tell("some livelihood", slices.Contains(groups, "basic-livelihood"), "low-income")
		tell("some without it", !slices.Contains(groups, "basic-livelihood"), "low-income")
		tell("some men under 30", !p.woman && s.age < 30, "disabled")
		tell("some women under 30", p.woman && s.age < 30, "disabled")
		tell("some men of 50 to 60", !p.woman && s.age >= 50 && s.age < 60, "disabled")
		tell("under 30 without work", s.age < 30 && p.worked == 0, "youth")
		tell("women of 30 with a gap", p.woman && s.age >= 30 && s.gap >= 24, "career-break")
		tell("North Koreans", p.origin == northKorean, "north-korean")
		tell("some women of 25 to 59", p.woman && s.age >= 25 && s.age < 60, "single-parent")
		tell("some men of 25 to 59", !p.woman && s.age >= 25 && s.age < 60, "single-parent")
		tell("some foreign women", p.woman && p.origin == foreignBorn && s.age >= 20, "marriage-migrant")
		tell("some foreign men", !p.woman && p.origin == foreignBorn && s.age >= 20, "marriage-migrant")
		tell("a year without work", s.idle >= 12, "long-term")
	}
	for what, want := range map[string]float64{
		"55 years": .9, "some under 60": .03, "some from 60": .07, "some livelihood": 1, "some without it": .08, "some men under 30": .02, "some women under 30": .014,
		"some men of 50 to 60": .045, "under 30 without work": .3, "women of 30 with a gap": .9, "North Koreans": .9, "some women of 25 to 59": .04,
		"some men of 25 to 59": .015, "some foreign women": .35, "some foreign men": .05, "a year without work": .9,
	} {
		share, sd := in[what]/n[what], math.Sqrt(want*(1-want)/n[what])
		if n[what] < 20 || math.Abs(share-want) > 4*sd+.001 {
			t.Errorf("of %.0f with %s are %.4f, want %.4f", n[what], what, share, want)
		}
	}
	if several == 0 {
		t.Error("nobody is of several groups")
	}
}
