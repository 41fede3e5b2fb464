package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"ieum/internal/jobcare"
	"ieum/internal/jobcare/effect"
	"ieum/internal/platform/web"
)

var reportCommand = &command{
	name: "report", args: "KECO", about: "the market of one occupation (KECO 2025 unit group)",
	holds: web.Nothing,
	setup: func(fs *flag.FlagSet) run {
		var q jobcare.Query
		fs.StringVar(&q.Region, "region", "", "region code: a province such as 11 or a district such as 11680")
		fs.StringVar(&q.Career, "career", "", "years of experience: 0-1, 1-3, 3-5, 5-10, 10+")
		fs.StringVar(&q.Education, "education", "", "code of the list education")
		fs.StringVar(&q.Age, "age", "", "years of age: -29, 30-39, 40-49, 50-59, 60+")
		fs.StringVar(&q.Sex, "sex", "", "code of the list sex, of the people only")
		fs.StringVar(&q.Employment, "employment", "", "code of the list employment")
		fs.StringVar(&q.Industry, "industry", "", "KSIC section or division, of the postings only")
		fs.StringVar(&q.Size, "size", "", "employees of the employer: -4, 5-29, 30-99, 100-299, 300+, of the postings only")
		fs.StringVar(&q.Group, "group", "", "code of the list vulnerable-groups, of the people only")
		asJSON := fs.Bool("json", false, "print JSON (docs/schemas/market.json)")
		return func(ctx context.Context, e *env, args []string) error {
			if len(args) != 1 {
				return usagef("report takes one KECO 2025 unit group, such as 8211")
			}
			q.Occupation = args[0]
			m, err := openMarket(e)
			if err != nil {
				return err
			}
			defer m.Close()
			r, err := m.adviser.Market(q)
			if err != nil {
				return err
			}
			if *asJSON {
				return writeJSON(e.stdout, r)
			}
			return printMarket(e.stdout, r)
		}
	},
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// printMarket writes a market for a person at a terminal.
func printMarket(out io.Writer, m *jobcare.Market) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "%s %s (%s)\n", m.Occupation.Code, m.Occupation.Name.KO, m.Occupation.Name.EN)
	fmt.Fprintf(w, "as of %s, snapshot %s; registered here, not the whole labour force\n", m.Day, m.Snapshot)
	if m.Simulated {
		fmt.Fprintln(w, "SIMULATED people and postings")
	}
	fmt.Fprintf(w, "\nseekers\t%s\topenings\t%s in %s postings\topenings per seeker\t%s\n", figure(m.Seekers), figure(m.Openings), figure(m.Postings), decimal(m.Tightness))
	fmt.Fprintf(w, "pay offered\t%s\tpay wished\t%s\n", pay(m.Offered), pay(m.Wished))
	if m.Survey != nil {
		fmt.Fprintf(w, "\npay in a survey of %d to %d, not of people here\tmedian\tp25\tp75\tn\n", m.Survey.From, m.Survey.To)
		for _, j := range m.Survey.Jobs {
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%d\n", j.Name.KO, surveyed(j.Median), surveyed(j.P25), surveyed(j.P75), j.Median.N)
		}
	}
	fmt.Fprintf(w, "\npay in the middle\toffered\twished\n")
	for _, r := range append(m.ByCareer, m.ByEducation...) {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", r.Name.KO, won(r.Offered.Median), won(r.Wished.Median))
	}
	for _, t := range []struct {
		title string
		rows  []jobcare.Share
	}{
		{"competencies asked for", m.Skills}, {"asked for more than a year ago", m.Rising}, {"certificates asked for", m.Certificates},
		{"certificates held by seekers", m.Held}, {"majors of seekers", m.Majors},
		{"seekers by age", m.Ages}, {"by sex", m.Sexes}, {"by experience", m.Careers}, {"by schooling", m.Schooling}, {"of groups for whom finding work is harder (one may be in several)", m.Groups},
		{"occupations right before", m.Came}, {"first occupations", m.First},
	} {
		fmt.Fprintf(w, "\n%s\tof 100\tn\ttimes as often as elsewhere\n", t.title)
		for _, r := range t.rows {
			if r.Share.Known() {
				fmt.Fprintf(w, "  %s\t%.0f\t%d\t%s\n", r.Name.KO, r.Share.Float()*100, r.Share.N, lift(r.Lift))
			}
		}
	}
	printHires(w, m)
	printEffects(w, m)
	fmt.Fprintf(w, "\nprovince\tseekers\topenings\topenings per seeker\n")
	for _, r := range m.Regions {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", r.Name.KO, figure(r.Seekers), figure(r.Openings), decimal(r.Tightness))
	}
	for _, key := range []string{"open", "postings", "before", "seekers", "people", "past", "candidates", "hired", "entered", "searches", "counselled", "survey"} {
		b, counted := m.Bases[key]
		if !counted {
			continue
		}
		fmt.Fprintf(w, "\n%s: %s, %s to %s, from %s\n", key, b.About.EN, b.From, b.To, sources(m, b))
	}
	for _, x := range m.Absent {
		fmt.Fprintf(w, "\nnot known: %s\n", x.Why.EN)
	}
	if m.Right.Known() {
		fmt.Fprintf(w, "\noccupation read from their words: %d of 100 open postings; about %d of 100 such are right\n", m.Guessed.Hundred(), m.Right.Hundred())
	}
	return w.Flush()
}

// printHires writes who was hired, and who looked for work in the past, where it is recorded.
func printHires(w io.Writer, m *jobcare.Market) {
	if h := m.Hires; h != nil {
		fmt.Fprintf(w, "\nhired in the year\t%s\tcandidates\t%s\tapplications per opening\t%s\n", figure(h.Hired), figure(h.Candidates), decimal(h.Applications))
		fmt.Fprintf(w, "weeks to hire\t%s (%s to %s)\thired within half a year\t%s\tpay agreed\t%s\n", whole(h.Weeks.Median), whole(h.Weeks.P25), whole(h.Weeks.P75), decimal(h.Found), pay(h.Pay))
		fmt.Fprintf(w, "certificates\tof 100 hired\tof 100 candidates\ttimes as often (95 %% interval)\n")
		for _, c := range h.Certificates {
			times := "not known"
			if c.Lift != nil {
				times = fmt.Sprintf("%.2f (%.2f to %.2f)", c.Lift.Value, c.Lift.Low, c.Lift.High)
			}
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", c.Name.KO, ofHundred(c.Hired), ofHundred(c.Applied), times)
		}
		for _, t := range []struct {
			title string
			rows  []jobcare.Share
		}{{"occupations before the hire", h.Before}, {"majors of the hired", h.Majors}} {
			fmt.Fprintf(w, "%s\tof 100\tn\n", t.title)
			for _, r := range t.rows {
				fmt.Fprintf(w, "  %s\t%s\t%d\n", r.Name.KO, ofHundred(r.Share), r.Share.N)
			}
		}
	}
	if !m.Looked() {
		return
	}
	fmt.Fprintf(w, "\nmonth\tlooked at its end\tseason removed\topenings then\tper seeker\n")
	for _, x := range m.Months {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%d\t%s\n", x.Month, figure(x.Seekers), whole(x.SeekersAdjusted), x.Open.Int(), decimal(x.Tightness))
	}
}

// printEffects writes what courses and examinations did, where it is estimated.
func printEffects(w io.Writer, m *jobcare.Market) {
	if m.Effects == nil {
		return
	}
	fmt.Fprintf(w, "\nwhat courses and examinations did, all of %s %s\tof 100 more, or %% of pay (95 %% interval)\ttook it up\tcompared\ta hidden cause as strong explains all\n", m.Effects.Group.Code, m.Effects.Group.Name.KO)
	for _, x := range m.Effects.List {
		value := effectWords[x.Verdict]
		if !x.Value.Known() {
			fmt.Fprintf(w, "  %s, %s\t%s\n", x.Treatment, x.Outcome, value)
			continue
		}
		if x.Found() {
			value = fmt.Sprintf("%+d", x.Value.Hundred())
		}
		hidden := "-"
		if !x.Unclear() {
			hidden = fmt.Sprintf("%.1f times", x.Hidden.Tenths())
		}
		fmt.Fprintf(w, "  %s, %s\t%s (%+d to %+d)\t%s\t%s\t%s\n", x.Treatment, x.Outcome, value, x.Low.Hundred(), x.High.Hundred(), whole(x.Treated), whole(x.Compared), hidden)
	}
}

// effectWords say why there is not enough evidence for an effect.
var effectWords = map[effect.Verdict]string{
	effect.TooFew: "not enough evidence: too few people", effect.TooUnlike: "not enough evidence: too few comparable people",
	effect.Unclear: "not enough evidence: it may be nothing", effect.Unmeasured: "not enough evidence: aptitude and motivation are not recorded",
}

func surveyed(f jobcare.Figure) string {
	if !f.Known() {
		return "withheld"
	}
	return web.Won("ko", f.Int())
}

// sources names those of a basis.
func sources(m *jobcare.Market, b jobcare.Basis) string {
	var names []string
	for _, id := range b.Sources {
		names = append(names, fmt.Sprintf("%s (%s)", m.Title(id).In("en"), id))
	}
	return strings.Join(names, ", ")
}

func whole(f jobcare.Figure) string {
	if !f.Known() {
		return "withheld"
	}
	return web.Number(f.Int())
}

func ofHundred(f jobcare.Figure) string {
	if !f.Known() {
		return "withheld"
	}
	return fmt.Sprint(f.Hundred())
}

func figure(f jobcare.Figure) string {
	if !f.Known() {
		return "fewer than 5"
	}
	return web.Number(f.Int())
}

func decimal(f jobcare.Figure) string {
	if !f.Known() {
		return "withheld"
	}
	return fmt.Sprintf("%.2f", f.Float())
}

func lift(l *float64) string {
	if l == nil {
		return "not known"
	}
	return fmt.Sprintf("%.1f", *l)
}

func pay(p jobcare.Pay) string {
	if !p.Median.Known() {
		return "fewer than 30 state it"
	}
	return fmt.Sprintf("%s (%s to %s), n %d", web.Won("ko", p.Median.Int()), web.Won("ko", p.P25.Int()), web.Won("ko", p.P75.Int()), p.Median.N)
}
