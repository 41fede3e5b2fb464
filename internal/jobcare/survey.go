package jobcare

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"ieum"
	"ieum/internal/snapshot"
)

// A Published is what a survey of people at work published of the pay in the jobs of an
// occupation. It is the survey's, not counted here, and no limit of a slice changes it.
type Published struct {
	From int            `json:"from"` // first and last year of the survey
	To   int            `json:"to"`
	Jobs []PublishedPay `json:"jobs"` // by the survey's code
}

// A PublishedPay is that of one job, won a year; n is who told their pay.
type PublishedPay struct {
	Named
	P25    Figure `json:"p25"`
	Median Figure `json:"median"`
	P75    Figure `json:"p75"`
}

// onPublished is the basis of the figures that a survey published.
const onPublished = "survey"

// published is a row of the kind occupation-profile.
type published struct {
	Code   string  `json:"know_code"`
	Title  string  `json:"title"`
	Told   int     `json:"pay_answers"`
	Low    float64 `json:"pay_min"`
	Median float64 `json:"median_pay_min"`
	High   float64 `json:"pay_max"`
	From   int     `json:"survey_from"`
	To     int     `json:"survey_to"`

	source ieum.SourceID
}

// readPublished reads a row as an item has it.
func readPublished(s *snapshot.Snapshot, item int, source ieum.SourceID) (p published, err error) {
	if err = json.Unmarshal([]byte(s.Items.Body.At(item)), &p); err != nil {
		err = fmt.Errorf("jobcare: item %d: %w", item, err)
	}
	p.source = source
	return p, err
}

// pay shows what was published, unless too few told theirs.
func (p *published) pay() PublishedPay {
	of := func(won float64) Figure {
		if p.Told < least || won == 0 {
			return withheld
		}
		return known(won, p.Told, 0, onPublished)
	}
	return PublishedPay{Named{p.Code, ieum.Text{KO: p.Title, EN: p.Title}}, of(p.Low), of(p.Median), of(p.High)}
}

// surveyed adds to a report what surveys published of the occupation.
func (m *Market) surveyed(rows []published) {
	if len(rows) == 0 {
		return
	}
	slices.SortFunc(rows, func(a, b published) int { return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.source, b.source)) })
	m.Survey = &Published{From: rows[0].From, To: rows[0].To, Jobs: []PublishedPay{}}
	b := Basis{About: ieum.Text{KO: "재직자 조사에서 임금을 답한 사람. 여기 등록된 사람이 아닙니다", EN: "people at work who told a survey their pay, not people registered here"}, Sources: []ieum.SourceID{}}
	for _, r := range rows {
		m.Survey.From, m.Survey.To = min(m.Survey.From, r.From), max(m.Survey.To, r.To)
		m.Survey.Jobs = append(m.Survey.Jobs, r.pay())
		if r.Told >= least {
			b.Rows += r.Told
		}
		if !slices.Contains(b.Sources, r.source) {
			b.Sources = append(b.Sources, r.source)
		}
	}
	slices.Sort(b.Sources)
	day := func(year int, month time.Month, day int) ieum.Day {
		return ieum.DayOf(time.Date(year, month, day, 0, 0, 0, 0, ieum.Seoul))
	}
	b.From, b.To = day(m.Survey.From, 1, 1), day(m.Survey.To, 12, 31)
	m.Bases[onPublished] = b
}
