package jobcare

import (
	"slices"
	"strconv"
	"strings"

	"ieum"
	"ieum/internal/platform/pdf"
	"ieum/internal/platform/web"
)

// A sheet is a session on paper: what was shown and agreed, and nothing that came later.
type sheet struct {
	*pdf.Doc
	site *web.Site
	lang ieum.Lang
	of   *keptPage
}

// sheetOf makes a sheet of a session. Asked again it is the same, byte for byte.
func (h *handlers) sheetOf(file string, of *keptPage, lang ieum.Lang) ([]byte, error) {
	s := &sheet{site: h.site, lang: lang, of: of}
	make := map[string]func(){"report.pdf": s.report, "large.pdf": s.large, "plan.pdf": s.plan}[file]
	if make == nil {
		return nil, &ieum.Error{Kind: ieum.ErrNotFound, Key: "session.error.file", Message: "a session has report.pdf, large.pdf and plan.pdf"}
	}
	foot := s.t("session.sheet.foot", "day", s.day(of.Shown.Day), "version", of.Shown.Snapshot)
	if of.Shown.Simulated {
		foot = s.t("session.sheet.simulated") + " " + foot
	}
	s.Doc = pdf.New(s.t("session.sheet."+strings.TrimSuffix(file, ".pdf"))+" "+of.Name, lang, of.At, foot)
	make()
	return s.Bytes()
}

func (s *sheet) t(key string, pairs ...any) string {
	args := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i].(string)] = pairs[i+1]
	}
	return s.site.Text(s.lang, key, args)
}

func (s *sheet) day(d ieum.Day) string { return web.Date(s.lang, d) }

func (s *sheet) won(n int64) string { return web.Won(s.lang, n) }

// code is the name of a code, without what stands above it.
func (s *sheet) code(list, code string) string { return s.site.Name(s.lang, list, code) }

// The types of a sheet.
var (
	title   = pdf.Type{Size: 21, Bold: true, Color: pdf.Ink}
	heading = pdf.Type{Size: 12.5, Bold: true, Color: pdf.Deep}
	strong  = pdf.Type{Size: 10, Bold: true, Color: pdf.Ink}
	plain   = pdf.Type{Size: 10, Color: pdf.Ink}
	small   = pdf.Type{Size: 8.5, Color: pdf.Quiet}
	figure  = pdf.Type{Size: 15, Bold: true, Color: pdf.Deep}
	eyebrow = pdf.Type{Size: 9, Bold: true, Color: pdf.Blue}
)

const gutter = 4.0 // between columns

// head is whose sheet it is, of which day and by whom.
func (s *sheet) head(what string) {
	y := s.Y()
	s.Box(pdf.Left, y, 6, 6, pdf.Blue, nil)
	s.Dot(pdf.Left+2.2, y+3, 1.1, pdf.Paper)
	s.Dot(pdf.Left+4.4, y+3, .7, pdf.Sky)
	s.At(pdf.Left+8.5, y+.6, 80, eyebrow, s.t("session.sheet.of", "what", what))
	s.Right(pdf.Left, y+.6, pdf.Width, small, strings.Join(without("", s.day(s.of.Day()), s.of.By.In(s.lang)), " · "))
	s.Block(10, func(float64) {})
	name := s.of.Name
	if name == "" {
		name = s.t("session.sheet.nobody", "n", s.of.Number)
	}
	s.Say(title, s.t("session.sheet.title", "name", name, "what", what))
	s.Skip(2)
	if s.of.Shown.Simulated {
		s.note(s.t("session.sheet.simulated_long"), pdf.Cream, pdf.Amber)
	}
}

func without(drop string, list ...string) (out []string) {
	for _, one := range list {
		if one != drop {
			out = append(out, one)
		}
	}
	return out
}

// note is a sentence in a box.
func (s *sheet) note(text string, fill, ink pdf.Color) {
	of := pdf.Type{Size: 9.5, Color: ink}
	if s.Height(pdf.Width-8, of, text)+5 > pdf.Room {
		s.Say(of, text) // over pages
		return
	}
	s.Block(s.Height(pdf.Width-8, of, text)+5, func(y float64) {
		s.Box(pdf.Left, y, pdf.Width, s.Height(pdf.Width-8, of, text)+5, fill, nil)
		s.At(pdf.Left+4, y+2.5, pdf.Width-8, of, text)
	})
	s.Skip(2)
}

// section begins one, with room for something below it.
func (s *sheet) section(key string, pairs ...any) {
	s.Skip(5)
	s.Need(24)
	s.Block(8.5, func(y float64) {
		s.Box(pdf.Left, y+.6, 1.2, 5.4, pdf.Blue, nil)
		s.At(pdf.Left+3.5, y, pdf.Width-4, heading, s.t(key, pairs...))
	})
}

// report is one to three pages of what was shown and agreed: strengths first, and last what
// the two will do.
func (s *sheet) report() {
	s.head(s.t("session.sheet.report"))
	if s.of.Text != "" {
		s.note(s.of.Text, pdf.Tint, pdf.Ink)
	}
	s.strengths()
	if f := s.of.Shown.Target; s.of.Goal != nil && f != nil {
		s.goal(f)
		s.beside(f)
		s.way()
	}
	s.agreed()
	s.jobs()
	s.closing()
}

const mostStrengths = 10

// strengths are what the client can do, with the words that show it.
func (s *sheet) strengths() {
	p := s.of.Shown.Profile
	s.section("session.sheet.can")
	if len(p.Competencies) == 0 {
		s.Say(plain, s.t("session.sheet.can_none"))
	}
	var cells []func(x, y, w float64, draw bool) float64
	for _, c := range p.Competencies[:min(len(p.Competencies), mostStrengths)] {
		name, words := s.code("competencies", c.ID), ""
		if c.Words != "" {
			words = "“" + line(c.Words) + "”"
		}
		cells = append(cells, func(x, y, w float64, draw bool) float64 {
			h := s.Height(w-6, strong, name) + s.Height(w-6, small, words)
			if draw {
				s.Dot(x+1.6, y+2.7, 1.1, pdf.Green)
				at := s.At(x+5, y, w-6, strong, name)
				s.At(x+5, y+at, w-6, small, words)
			}
			return h + 2
		})
	}
	s.columns(cells)
	if more := len(p.Competencies) - mostStrengths; more > 0 {
		s.Say(small, s.t("session.sheet.can_more", "n", more))
	}
	var also []string
	switch y, m := p.CareerMonths/12, p.CareerMonths%12; {
	case y > 0 && m > 0:
		also = append(also, s.t("diagnosed.worked", "years", y, "months", m))
	case y > 0:
		also = append(also, s.t("diagnosed.worked_years", "years", y))
	case m > 0:
		also = append(also, s.t("diagnosed.worked_months", "months", m))
	}
	for _, c := range p.Certificates {
		also = append(also, s.code("certificates", c))
	}
	if len(also) > 0 {
		s.Skip(1)
		s.Say(plain, strings.Join(also, " · "))
	}
}

// columns draws cells in two columns, row by row.
func (s *sheet) columns(cells []func(x, y, w float64, draw bool) float64) {
	const w = (pdf.Width - gutter) / 2
	for i := 0; i < len(cells); i += 2 {
		row := cells[i:min(i+2, len(cells))]
		high := 0.0
		for _, c := range row {
			high = max(high, c(0, 0, w, false))
		}
		s.Block(high, func(y float64) {
			for k, c := range row {
				c(pdf.Left+float64(k)*(w+gutter), y, w, true)
			}
		})
	}
}

// goal is what the two chose, with its market in four figures.
func (s *sheet) goal(f *Fit) {
	s.section("session.sheet.goal")
	type tile struct{ value, what string }
	few := s.t("session.sheet.few")
	tiles := []tile{{web.Number(f.Openings.Int()), s.t("session.sheet.openings")}, {few, s.t("session.sheet.per100")}, {few, s.t("session.sheet.offered")},
		{"–", s.t("session.sheet.covered")}}
	if f.Per100.Known() {
		tiles[1].value = web.Number(f.Per100.Int())
	}
	if f.Offered.Known() {
		tiles[2].value = s.won(f.Offered.Month())
	}
	if all := len(f.Have) + len(f.Missing); all > 0 {
		tiles[3].value = s.t("session.sheet.of_all", "n", len(f.Have), "all", all)
	}
	name := f.Name.In(s.lang)
	big := pdf.Type{Size: 16, Bold: true, Color: pdf.Deep}
	high := s.Height(pdf.Width-10, big, name)
	const w = (pdf.Width - 10) / 4
	s.Block(high+26, func(y float64) {
		s.Box(pdf.Left, y, pdf.Width, high+24, pdf.Tint, nil)
		s.At(pdf.Left+5, y+3, pdf.Width-10, big, name)
		for i, t := range tiles {
			x, of := pdf.Left+5+float64(i)*w, figure
			for of.Size > 8 && s.Wide(of, t.value) > w-3 {
				of.Size--
			}
			s.At(x, y+high+6, w-2, of, t.value)
			s.At(x, y+high+14.5, w-2, small, t.what)
		}
	})
	if i := s.of.Instead; i != nil {
		s.Say(plain, s.t("session.sheet.instead", "name", i.Of.Name.In(s.lang), "reason", i.Reason))
	}
}

// beside is what the goal's postings ask for, had and not yet had.
func (s *sheet) beside(f *Fit) {
	if len(f.Have)+len(f.Missing) == 0 {
		return
	}
	s.Skip(1)
	list := func(x, y, w float64, head string, of []Asked, c pdf.Color, draw bool) float64 {
		at := s.Height(w, strong, head)
		if draw {
			s.At(x, y, w, strong, head)
		}
		for _, a := range of {
			name := a.Name.In(s.lang)
			h := s.Height(w-24, plain, name)
			if draw {
				s.At(x, y+at, w-24, plain, name)
				s.Bar(x+w-22, y+at+1.7, 14, a.In100.Float()/100, c)
				s.Right(x+w-8, y+at, 8, small, strconv.FormatInt(a.In100.Int(), 10))
			}
			at += h + .6
		}
		return at
	}
	const w = (pdf.Width - 2*gutter) / 2
	both := func(y float64, draw bool) float64 {
		return max(list(pdf.Left, y, w, s.t("session.sheet.have"), f.Have, pdf.Green, draw),
			list(pdf.Left+w+2*gutter, y, w, s.t("session.sheet.missing"), f.Missing, pdf.Blue, draw))
	}
	s.Block(both(0, false), func(y float64) { both(y, true) })
	s.Say(small, s.t("session.sheet.in100"))
	for _, l := range f.Licences {
		text := s.t("session.sheet.licence", "name", l.Name, "law", l.Law)
		if w := l.Words(); w != "" {
			text += " " + s.t("session.sheet.licence_for", "words", w)
		}
		s.Say(plain, "• "+text)
	}
}

// way is the best way to the goal.
func (s *sheet) way() {
	r := s.of.Shown.Roadmap
	if r == nil {
		return
	}
	s.section("session.sheet.way")
	w := s.of.Way()
	switch {
	case r.There:
		s.Say(plain, s.t("session.sheet.there"))
		return
	case w == nil:
		s.Say(plain, s.t("session.sheet.way_none"))
		return
	}
	for i, step := range w.Steps {
		s.step(step, i == len(w.Steps)-1)
	}
	people := s.t("session.sheet.few_went")
	if w.People.Known() {
		people = s.t("session.sheet.went", "n", w.People.Int())
		if w.Thin {
			people += " " + s.t("session.sheet.thin")
		}
	}
	s.Say(small, people)
}

// step is one move of a way, on a line that leads down.
func (s *sheet) step(step Step, last bool) {
	lines := []string{}
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
	name := step.To.Name.In(s.lang)
	const x = pdf.Left + 8
	high := s.Height(pdf.Width-10, strong, name)
	for _, l := range lines {
		high += s.Height(pdf.Width-10, plain, l)
	}
	s.Block(high+3, func(y float64) {
		if !last {
			s.Stroke(pdf.Left+3, y+2.7, pdf.Left+3, y+high+5.7, pdf.Sky)
		}
		s.Dot(pdf.Left+3, y+2.7, 1.6, pdf.Blue)
		y += s.At(x, y, pdf.Width-10, strong, name)
		for _, l := range lines {
			y += s.At(x, y, pdf.Width-10, plain, l)
		}
	})
}

// agreed is what was done, and what is to be done until when.
func (s *sheet) agreed() {
	if len(s.of.Steps) == 0 {
		return
	}
	s.section("session.sheet.agreed")
	for _, a := range append(s.of.Did(), s.of.Open()...) {
		s.promise(a, plain, 4)
	}
}

// promise is one line with a box to tick and the day.
func (s *sheet) promise(a Agreed, of pdf.Type, box float64) {
	when := pdf.Type{Size: of.Size, Bold: true, Color: pdf.Deep}
	day := s.t("session.sheet.until", "day", s.day(a.By))
	if a.Done {
		day, when.Color = s.t("session.sheet.done"), pdf.Green
	}
	if !a.Done && a.By == 0 {
		day = ""
	}
	wide := s.Wide(when, day) + 4
	w := pdf.Width - box - 5 - wide
	high := s.Height(w, of, a.What) + box*.55
	s.Block(high+.8, func(y float64) {
		s.Box(pdf.Left, y+box*.28, box, box, pdf.Paper, &pdf.Quiet)
		if a.Done {
			s.Stroke(pdf.Left+box*.2, y+box*.8, pdf.Left+box*.45, y+box*1.05, pdf.Green)
			s.Stroke(pdf.Left+box*.45, y+box*1.05, pdf.Left+box*.85, y+box*.5, pdf.Green)
		}
		s.At(pdf.Left+box+4, y+box*.15, w, of, a.What)
		s.Right(pdf.Left, y+box*.15, pdf.Width, when, day)
		s.Rule(y + high)
	})
}

// jobs are those that were looked at.
func (s *sheet) jobs() {
	jobs := s.of.Shown.Jobs
	if len(jobs) == 0 {
		return
	}
	const w = pdf.Width - 4
	var facts []string
	high := 14.0
	for _, j := range jobs {
		of := without("", j.Company, s.code("regions", j.Region))
		if j.PayMin > 0 || j.PayMax > 0 {
			of = append(of, s.site.Pay(s.lang, j.PayMin, j.PayMax, j.PayBasis))
		}
		if j.Deadline != 0 {
			of = append(of, s.t("session.sheet.until", "day", s.day(j.Deadline)))
		} else {
			of = append(of, s.t("diagnosis.until_filled"))
		}
		facts = append(facts, strings.Join(of, " · "))
		high += s.Height(w, strong, j.Title) + s.Height(w, small, facts[len(facts)-1]) + 2
	}
	s.Need(min(high, 100)) // together, as far as that goes
	s.section("session.sheet.jobs")
	for i, j := range jobs {
		s.Block(s.Height(w, strong, j.Title)+s.Height(w, small, facts[i])+2, func(y float64) {
			s.Dot(pdf.Left+1, y+2.7, .8, pdf.Blue)
			y += s.At(pdf.Left+4, y, w, strong, j.Title)
			s.At(pdf.Left+4, y, w, small, facts[i])
		})
	}
}

// closing is the last word: what the client brings, and when the two meet again.
func (s *sheet) closing() {
	s.Skip(4)
	text := s.t("session.sheet.last")
	if names := s.best(3); len(names) > 0 {
		text = s.t("session.sheet.last_can", "list", strings.Join(names, ", "))
	}
	if s.of.Next != 0 {
		text += " " + s.t("session.sheet.next", "day", s.day(s.of.Next))
	}
	s.note(text, pdf.Mint, pdf.Green)
}

// best are what the client can do that the goal asks for most often, else what was found first.
func (s *sheet) best(k int) (out []string) {
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

// large is one page that is read without glasses: the goal, what to do, when the two meet.
func (s *sheet) large() {
	huge := pdf.Type{Size: 25, Bold: true, Color: pdf.Ink}
	big := pdf.Type{Size: 17, Color: pdf.Ink}
	head := pdf.Type{Size: 17, Bold: true, Color: pdf.Blue}
	s.Say(pdf.Type{Size: 13, Bold: true, Color: pdf.Quiet}, strings.Join(without("", s.of.Name, s.day(s.of.Day()), s.of.By.In(s.lang)), " · "))
	if s.of.Shown.Simulated {
		s.Say(pdf.Type{Size: 11, Color: pdf.Amber}, s.t("session.sheet.simulated_long"))
	}
	s.Skip(3)
	if s.of.Goal != nil {
		s.Say(head, s.t("session.sheet.goal"))
		s.Say(huge, s.of.Goal.Name.In(s.lang))
		s.Skip(5)
	}
	if names := s.best(3); len(names) > 0 {
		s.Say(head, s.t("session.sheet.can"))
		s.Say(big, strings.Join(names, ", "))
		s.Skip(5)
	}
	if open := s.of.Open(); len(open) > 0 {
		s.Say(head, s.t("session.sheet.to_do"))
		s.Skip(1)
		for big.Size > 13 && s.high(open, big) > s.Room()-40 { // one page, whatever was agreed
			big.Size--
		}
		for _, a := range open {
			s.promise(a, big, 7)
			s.Skip(1.5)
		}
		s.Skip(3)
	}
	if s.of.Next != 0 {
		s.Say(head, s.t("session.sheet.meet"))
		s.Say(huge, s.day(s.of.Next))
	}
}

// high is how high a list of steps stands.
func (s *sheet) high(list []Agreed, of pdf.Type) (h float64) {
	for _, a := range list {
		h += s.Height(pdf.Width-60, of, a.What) + 9
	}
	return h
}

// plan is the plan of a search for work, to be signed by both.
func (s *sheet) plan() {
	s.head(s.t("session.sheet.plan"))
	row := func(label, text string) {
		const w = 34
		high := max(s.Height(w-4, strong, label), s.Height(pdf.Width-w-4, plain, text)) + 4
		if high > pdf.Room {
			s.Say(strong, label)
			s.Say(plain, text)
			return
		}
		s.Block(high, func(y float64) {
			s.Box(pdf.Left, y, w, high-.3, pdf.Tint, nil)
			s.At(pdf.Left+3, y+2, w-4, strong, label)
			s.At(pdf.Left+w+4, y+2, pdf.Width-w-4, plain, text)
			s.Rule(y + high)
		})
	}
	d := s.of.Shown
	if s.of.Number > 0 {
		row(s.t("session.plan.number"), web.Number(s.of.Number))
	}
	row(s.t("session.plan.day"), s.day(s.of.Day()))
	row(s.t("session.plan.counsellor"), s.of.By.In(s.lang))
	if s.of.Goal != nil {
		row(s.t("session.sheet.goal"), s.of.Goal.Name.In(s.lang)+" ("+s.of.Goal.Code+")")
	}
	if s.of.Instead != nil {
		row(s.t("session.plan.reason"), s.of.Instead.Reason)
	}
	var where []string
	for _, r := range d.Profile.Resume.Wish.Regions {
		where = append(where, s.code("regions", r))
	}
	if len(where) > 0 {
		row(s.t("session.plan.where"), strings.Join(where, ", "))
	}
	if m := d.Profile.Resume.Wish.Month(); m > 0 {
		row(s.t("session.plan.pay"), s.t("session.plan.a_month", "won", s.won(m)))
	}
	if names := s.best(5); len(names) > 0 {
		row(s.t("session.sheet.can"), strings.Join(names, ", "))
	}
	s.section("session.plan.steps")
	if len(s.of.Steps) == 0 {
		s.Say(plain, s.t("session.plan.steps_none"))
	}
	for _, a := range append(s.of.Did(), s.of.Open()...) {
		s.promise(a, plain, 4)
	}
	if s.of.Text != "" {
		s.section("session.text")
		s.Say(plain, s.of.Text)
	}
	if s.of.Next != 0 {
		s.Skip(3)
		s.Say(strong, s.t("session.sheet.next", "day", s.day(s.of.Next)))
	}
	s.Skip(8)
	s.Block(26, func(y float64) {
		s.At(pdf.Left, y, pdf.Width, plain, s.t("session.plan.sign"))
		for i, who := range []string{"session.plan.client", "session.plan.counsellor"} {
			x := pdf.Left + float64(i)*(pdf.Width+gutter)/2
			s.At(x, y+14, 40, strong, s.t(who))
			s.Stroke(x+22, y+20, x+(pdf.Width-gutter)/2, y+20, pdf.Quiet)
		}
	})
}
