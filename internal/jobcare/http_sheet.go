package jobcare

import (
	"slices"
	"strings"

	"ieum"
	"ieum/internal/platform/pdf"
	"ieum/internal/platform/web"
)

// The sheets of a session, and of a plan that somebody made alone.
const (
	reportSheet = "report"
	largeSheet  = "large"
	planSheet   = "plan"
)

var sheets = []string{reportSheet, largeSheet, planSheet}

// A sheet is a session on paper: what was shown and agreed, and nothing that came later. What
// it says is here, in words; http_pdf.go draws them, and sheet.html says them to those who
// read with their ears, which a PDF without tags does not.
type sheet struct {
	*pdf.Doc // while it is drawn
	site     *web.Site
	lang     ieum.Lang
	of       *keptPage
	Kind     string
}

func (h *handlers) newSheet(kind string, of *keptPage, lang ieum.Lang) (*sheet, error) {
	if !slices.Contains(sheets, kind) {
		return nil, errNoSheet()
	}
	return &sheet{site: h.site, lang: lang, of: of, Kind: kind}, nil
}

func errNoSheet() error {
	return &ieum.Error{Kind: ieum.ErrNotFound, Key: "session.error.file", Message: "the sheets are report.pdf, large.pdf and plan.pdf"}
}

func (s *sheet) t(key string, pairs ...any) string {
	args := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i].(string)] = pairs[i+1]
	}
	return s.site.Text(s.lang, key, args)
}

// own is a message that is another where nobody counselled.
func (s *sheet) own(key string) string {
	if s.of.Draft {
		return s.t("plan.sheet." + key)
	}
	return s.t("session.sheet." + key)
}

func (s *sheet) day(d ieum.Day) string { return web.Date(s.lang, d) }

func (s *sheet) won(n int64) string { return web.Won(s.lang, n) }

// code is the name of a code, without what stands above it.
func (s *sheet) code(list, code string) string { return s.site.Name(s.lang, list, code) }

// Of is what the sheet is of, as a whole.
func (s *sheet) Of() *keptPage { return s.of }

// What is the sheet called.
func (s *sheet) What() string { return s.own(s.Kind) }

// Title is whose it is.
func (s *sheet) Title() string {
	name := s.of.Name
	switch {
	case s.of.Draft:
		return s.What()
	case name == "":
		name = s.t("session.sheet.nobody", "n", s.of.Number)
	}
	return s.t("session.sheet.title", "name", name, "what", s.What())
}

// When is of which day it is, and by whom.
func (s *sheet) When() string {
	return strings.Join(without("", s.day(s.of.Day()), s.of.By.In(s.lang)), " · ")
}

// Draft says that nobody but its owner agreed to it; "" of a session.
func (s *sheet) Draft() string {
	if !s.of.Draft {
		return ""
	}
	return s.t("plan.sheet.draft")
}

// Simulated says that it is of made-up data; "" when it is not.
func (s *sheet) Simulated() string {
	if !s.of.Shown.Simulated {
		return ""
	}
	return s.t("session.sheet.simulated_long")
}

// Foot is where its figures come from.
func (s *sheet) Foot() string {
	foot := s.t("session.sheet.foot", "day", s.day(s.of.Shown.Day), "version", s.of.Shown.Snapshot)
	if s.of.Shown.Simulated {
		foot = s.t("session.sheet.simulated") + " " + foot
	}
	return foot
}

func without(drop string, list ...string) (out []string) {
	for _, one := range list {
		if one != drop {
			out = append(out, one)
		}
	}
	return out
}

// A strength is what a client can do, with the words that show it.
type strength struct{ Name, Words string }

const mostStrengths = 10

// Strengths are those that have room.
func (s *sheet) Strengths() (out []strength) {
	all := s.of.Shown.Profile.Competencies
	for _, c := range all[:min(len(all), mostStrengths)] {
		out = append(out, strength{s.code("competencies", c.ID), line(c.Words)})
	}
	return out
}

// MoreStrengths is how many there are beside them.
func (s *sheet) MoreStrengths() int {
	return max(len(s.of.Shown.Profile.Competencies)-mostStrengths, 0)
}

// Also is how long the client worked, and their certificates.
func (s *sheet) Also() string {
	p := s.of.Shown.Profile
	var also []string
	if p.CareerMonths > 0 {
		also = append(also, s.t("diagnosed.worked", "time", web.Months(s.lang, p.CareerMonths)))
	}
	for _, c := range p.Certificates {
		also = append(also, s.code("certificates", c))
	}
	return strings.Join(also, " · ")
}

// Target is the goal as it was measured; nil without one.
func (s *sheet) Target() *Fit {
	if s.of.Goal == nil {
		return nil
	}
	return s.of.Shown.Target
}

// A shownFigure is a figure and what it is of.
type shownFigure struct{ Value, What string }

// Tiles are the market of the goal in four figures.
func (s *sheet) Tiles() []shownFigure {
	f, few := s.Target(), s.t("session.sheet.few")
	tiles := []shownFigure{{web.Number(f.Openings.Int()), s.t("session.sheet.openings")}, {few, s.t("session.sheet.per100")}, {few, s.t("session.sheet.offered")},
		{"–", s.t("session.sheet.covered")}}
	if f.Per100.Known() {
		tiles[1].Value = web.Number(f.Per100.Int())
	}
	if f.Offered.Known() {
		tiles[2].Value = s.won(f.Offered.Month())
	}
	if all := len(f.Have) + len(f.Missing); all > 0 {
		tiles[3].Value = s.t("session.sheet.of_all", "n", len(f.Have), "all", all)
	}
	return tiles
}

// Instead is why the goal is another than the one proposed; "" when it is not.
func (s *sheet) Instead() string {
	i := s.of.Instead
	if i == nil {
		return ""
	}
	return s.t("session.sheet.instead", "name", i.Of.Name.In(s.lang), "reason", i.Reason)
}

// Licence is what a law asks for.
func (s *sheet) Licence(l Licence) string {
	text := s.t("session.sheet.licence", "name", l.Name, "law", l.Law)
	if w := l.Words(); w != "" {
		text += " " + s.t("session.sheet.licence_for", "words", w)
	}
	return text
}

// Steps are those of the best way to the goal.
func (s *sheet) Steps() []Step {
	if w := s.of.Way(); w != nil && !s.of.Shown.Roadmap.There {
		return w.Steps
	}
	return nil
}

// Trodden is how many people went the way, or why there is none.
func (s *sheet) Trodden() string {
	w := s.of.Way()
	switch {
	case s.of.Shown.Roadmap.There:
		return s.t("session.sheet.there")
	case w == nil:
		return s.t("session.sheet.way_none")
	case !w.People.Known():
		return s.t("session.sheet.few_went")
	case w.Thin:
		return s.t("session.sheet.went", "n", w.People.Int()) + " " + s.t("session.sheet.thin")
	}
	return s.t("session.sheet.went", "n", w.People.Int())
}

// Over is what a step of a way leads over.
func (s *sheet) Over(step Step) (lines []string) {
	if step.Wait > 0 {
		lines = append(lines, s.t("session.sheet.wait", "months", step.Wait))
	}
	for _, l := range step.Licences {
		lines = append(lines, s.t("session.sheet.licence", "name", l.Name, "law", l.Law))
	}
	var learn []string
	for _, a := range step.Learn[:min(len(step.Learn), 5)] {
		learn = append(learn, a.Name.In(s.lang))
	}
	if len(learn) > 0 {
		lines = append(lines, s.t("session.sheet.learn", "list", strings.Join(learn, ", ")))
	}
	for _, c := range step.Courses {
		cost := s.t("roadmap.free")
		if c.Cost > 0 {
			cost = s.t("roadmap.course_cost", "won", s.won(c.Cost))
		}
		lines = append(lines, s.t("session.sheet.course", "title", c.Title, "institution", c.Institution, "hours", c.Hours, "cost", cost))
	}
	return lines
}

// Agreed is the heading of what is to be done, Promises those that were done and then the others.
func (s *sheet) Agreed() string { return s.own("agreed") }

// Promises are what was done and what is to be done.
func (s *sheet) Promises() []Agreed { return append(s.of.Did(), s.of.Open()...) }

// Until is when a promise is due, or that it was kept.
func (s *sheet) Until(a Agreed) string {
	switch {
	case a.Done:
		return s.t("session.sheet.done")
	case a.By == 0:
		return ""
	}
	return s.t("session.sheet.until", "day", s.day(a.By))
}

// JobsHead is the heading of the jobs.
func (s *sheet) JobsHead() string { return s.own("jobs") }

// Facts are those of a job, in one line.
func (s *sheet) Facts(j ieum.Job) string {
	of := without("", j.Company, s.code("regions", j.Region))
	if j.PayMin > 0 || j.PayMax > 0 {
		of = append(of, s.site.Pay(s.lang, j.PayMin, j.PayMax, j.PayBasis))
	}
	if j.Deadline != 0 {
		of = append(of, s.t("session.sheet.until", "day", s.day(j.Deadline)))
	} else {
		of = append(of, s.t("diagnosis.until_filled"))
	}
	return strings.Join(of, " · ")
}

// Closing is the last word: what the client brings, and when the two meet again.
func (s *sheet) Closing() string {
	text := s.own("last")
	if names := s.Best(3); len(names) > 0 {
		text = s.t("session.sheet.last_can", "list", strings.Join(names, ", "))
	}
	if next := s.Next(); next != "" {
		text += " " + next
	}
	return text
}

// Next is when the two meet again; "" when it was not agreed.
func (s *sheet) Next() string {
	if s.of.Next == 0 {
		return ""
	}
	return s.t("session.sheet.next", "day", s.day(s.of.Next))
}

// Best are what the client can do that the goal asks for most often, else what was found first.
func (s *sheet) Best(k int) (out []string) {
	if f := s.of.Shown.Target; f != nil {
		for _, a := range f.Have[:min(k, len(f.Have))] {
			out = append(out, a.Name.In(s.lang))
		}
	}
	for _, c := range s.of.Shown.Profile.Competencies {
		if len(out) == 0 || len(out) < k {
			if name := s.code("competencies", c.ID); !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out[:min(k, len(out))]
}

// BestList is Best in one line.
func (s *sheet) BestList(k int) string { return strings.Join(s.Best(k), ", ") }

// An entry is a line of the plan's table.
type entry struct{ Label, Text string }

// Table is what the plan of a search rests on.
func (s *sheet) Table() (rows []entry) {
	row := func(label, text string) {
		if text != "" {
			rows = append(rows, entry{s.t(label), text})
		}
	}
	d := s.of.Shown
	if s.of.Client != nil && s.of.Number > 0 {
		row("session.plan.number", web.Number(s.of.Number))
	}
	row("session.plan.day", s.day(s.of.Day()))
	row("session.plan.counsellor", s.of.By.In(s.lang))
	if s.of.Goal != nil {
		row("session.sheet.goal", s.of.Goal.Name.In(s.lang)+" ("+s.of.Goal.Code+")")
	}
	if s.of.Instead != nil {
		row("session.plan.reason", s.of.Instead.Reason)
	}
	var where []string
	for _, r := range d.Profile.Resume.Wish.Regions {
		where = append(where, s.code("regions", r))
	}
	row("session.plan.where", strings.Join(where, ", "))
	if m := d.Profile.Resume.Wish.Month(); m > 0 {
		row("session.plan.pay", s.t("session.plan.a_month", "won", s.won(m)))
	}
	row("session.sheet.can", s.BestList(5))
	return rows
}

// Sign is what is signed.
func (s *sheet) Sign() string {
	if s.of.Draft {
		return s.t("plan.sheet.sign")
	}
	return s.t("session.plan.sign")
}

// Whose is the sheet in large print.
func (s *sheet) Whose() string {
	return strings.Join(without("", s.of.Name, s.When()), " · ")
}
