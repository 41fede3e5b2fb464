package simulate

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
)

// quartiles returns the three quartiles of a sample.
func quartiles(s []weighted) (q [3]float64) {
	for i := range q {
		q[i] = quantile(s, float64(i+1)/4)
	}
	return q
}

// correlation returns that of the pairs.
func correlation(pairs [][2]float64) (r float64) {
	var x, y, xx, yy, xy float64
	n := float64(len(pairs))
	for _, p := range pairs {
		x, y, xx, yy, xy = x+p[0]/n, y+p[1]/n, xx+p[0]*p[0]/n, yy+p[1]*p[1]/n, xy+p[0]*p[1]/n
	}
	return (xy - x*y) / math.Sqrt((xx-x*x)*(yy-y*y))
}

// gap returns by how much the first of the pairs is higher where the second is
// above 0.
func gap(pairs [][2]float64) float64 {
	var sum, n [2]float64
	for _, p := range pairs {
		k := int(yes(p[1] > 0))
		sum[k], n[k] = sum[k]+p[0], n[k]+1
	}
	return sum[1]/n[1] - sum[0]/n[0]
}

// TestWhatFollowsIsInTheDocs compares what follows from the equations with the
// table in the docs. It writes the table:
//
//	go test -run WhatFollows -v ./internal/simulate
func TestWhatFollowsIsInTheDocs(t *testing.T) {
	h := usual(t)
	text := document(t)
	row := func(what, format string, x ...any) {
		t.Helper()
		line := fmt.Sprintf("| %s | %s |", what, strings.ReplaceAll(fmt.Sprintf(format, x...), "-", "−"))
		t.Log(line)
		// Another processor may round otherwise, which changes a last digit.
		if runtime.GOARCH == "amd64" && !strings.Contains(text, line) {
			t.Errorf("docs/simulation.md lacks the line %s", line)
		}
	}
	h.followsOfPages(t, row)
	h.followsOfApplications(row)
	h.followsOfCounsels(row)
}

type writeRow = func(what, format string, x ...any)

// followsOfPages: how far what is shown is from what is wished, and what of a
// page is opened.
func (h *history) followsOfPages(t *testing.T, row writeRow) {
	var p Person
	wish := map[uint32]float64{}
	var shown, sent []weighted
	var pages, whole, single, beyond float64
	var lines, opens [slateSize]float64
	last := 0
	count := func() {
		whole, single = whole+yes(last == slateSize), single+yes(last == 1)
	}
	for _, e := range h.events {
		if e.kind != impression && e.kind != viewed && e.kind != applied {
			continue
		}
		if _, ok := wish[e.seeker]; !ok {
			h.m.person(int(e.seeker), &p)
			wish[e.seeker] = float64(p.wish.pay)
		}
		x := math.Log(float64(h.run.posts[e.vacancy-1].pay) * 1e4 / wish[e.seeker])
		switch e.kind {
		case impression:
			if e.position == 1 {
				count()
				pages++
			}
			last = int(e.position)
			lines[e.position-1]++
			shown, beyond = append(shown, weighted{x, 1}), beyond+yes(math.Abs(x) > 0.5)
		case viewed:
			opens[e.position-1]++
		case applied:
			sent = append(sent, weighted{x, 1})
		}
	}
	count()
	q, a := quartiles(shown), quartiles(sent)
	row("wish and offer: ln(pay offered / pay wished), quartiles, of the impressions", "%.2f, %.2f, %.2f, of %d; beyond ±0.5 in %.2f", q[0], q[1], q[2], len(shown), beyond/float64(len(shown)))
	row("… of the applications", "%.2f, %.2f, %.2f, of %d", a[0], a[1], a[2], len(sent))
	// (5) cuts the term at ±0.5, and (7) lets who is offered more apply oftener.
	if beyond/float64(len(shown)) > 0.25 || a[1] < q[1]+0.1 {
		t.Errorf("the wage gap is beyond ±0.5 in %.2f of impressions; it is %.2f in the middle of applications, %.2f of impressions", beyond/float64(len(shown)), a[1], q[1])
	}
	row("pages of eight; of one posting only, for the market is small", "%.2f and %.2f of %.0f", whole/pages, single/pages, pages)
	var by []string
	for i := range opens {
		by = append(by, fmt.Sprintf("%.2f", opens[i]/lines[i]))
	}
	row("impressions that are opened, by place from 1 to 8", "%s", strings.Join(by, ", "))
}

// followsOfApplications: what comes of applications, and when.
func (h *history) followsOfApplications(row writeRow) {
	type pair struct{ seeker, vacancy uint32 }
	sent, got, since := map[pair]int{}, map[pair]map[happening]bool{}, map[uint32]int{}
	var fromSent, fromLooking []weighted
	for _, e := range h.events {
		at, day := pair{e.seeker, e.vacancy}, 7*int(e.week)+int(e.day)
		switch e.kind {
		case registered:
			since[e.seeker] = day
		case applied:
			sent[at], got[at] = day, map[happening]bool{}
		case offered, rejected, replied, declined, hired:
			got[at][e.kind] = true
		}
		if e.kind == hired {
			fromSent = append(fromSent, weighted{float64(day - sent[at]), 1})
			fromLooking = append(fromLooking, weighted{float64(day - since[e.seeker]), 1})
		}
	}
	n := float64(len(sent))
	var silent float64
	var came [left + 1]float64
	for _, list := range got {
		silent += yes(len(list) == 0)
		for k := range list {
			came[k]++
		}
	}
	q, s := quartiles(fromSent), quartiles(fromLooking)
	row("days from application to hire, quartiles", "%.0f, %.0f, %.0f, of %d hires", q[0], q[1], q[2], len(fromSent))
	row("days from registration to hire", "%.0f, %.0f, %.0f", s[0], s[1], s[2])
	row("applications offered the job, hired, rejected, of which nothing was heard", "%.2f, %.2f, %.2f, %.2f", came[offered]/n, came[hired]/n, came[rejected]/n, silent/n)
}

// followsOfCounsels: who takes up what they are counselled to.
func (h *history) followsOfCounsels(row writeRow) {
	people := h.personOfRow()
	var n, taken [treatments]float64
	var ability, rest, referred, lot [][2]float64
	for _, e := range h.effects {
		k := int(yes(e.Treatment == treatmentWords[examination]))
		n[k], taken[k] = n[k]+1, taken[k]+yes(e.Taken)
		_, a, _ := h.m.latent(people[e.Seeker])
		ability = append(ability, [2]float64{a, yes(e.Taken)})
		rest = append(rest, [2]float64{a, yes(e.Taken) - float64(e.Propensity)})
		referred = append(referred, [2]float64{yes(e.Taken), yes(e.Referred)})
		lot = append(lot, [2]float64{a, yes(e.Referred)})
	}
	row("counselled, of whom took it up: course, examination", "%.0f and %.2f; %.0f and %.2f", n[0], taken[0]/n[0], n[1], taken[1]/n[1])
	row("ability of those who took it up, above that of those who did not; its correlation with the take-up less its propensity", "%.2f; %.3f", gap(ability), correlation(rest))
	row("take-up of those referred, above that of the others; correlation of the lot with ability", "%.2f; %.3f", gap(referred), correlation(lot))
}
