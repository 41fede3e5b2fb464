package jobcare

import (
	"strconv"

	"ieum"
	"ieum/internal/platform/pdf"
	"ieum/internal/platform/turns"
)

// drawing are the sheets that are made at a moment: each takes 24 MB and a tenth of a second.
// Anybody may ask for one of a plan: those are made one by one, and keep no session waiting.
var drawing, drafting = turns.New(2, 16), turns.New(1, 16)

// sheetOf makes a sheet of a session as a PDF. Asked again it is the same, byte for byte.
func (h *handlers) sheetOf(kind string, of *keptPage, lang ieum.Lang) ([]byte, error) {
	s, err := h.newSheet(kind, of, lang)
	if err != nil {
		return nil, err
	}
	s.Doc = pdf.New(pdf.About{Title: s.Title(), Author: of.By.In(lang), Lang: lang, Made: of.At, Foot: s.Foot()})
	map[string]func(){reportSheet: s.report, largeSheet: s.large, planSheet: s.plan}[kind]()
	return s.Bytes()
}

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
func (s *sheet) head() {
	y := s.Y()
	s.Box(pdf.Left, y, 6, 6, pdf.Blue, nil)
	s.Dot(pdf.Left+2.2, y+3, 1.1, pdf.Paper)
	s.Dot(pdf.Left+4.4, y+3, .7, pdf.Sky)
	s.At(pdf.Left+8.5, y+.6, 80, eyebrow, s.t("session.sheet.of", "what", s.What()))
	s.Right(pdf.Left, y+.6, pdf.Width, small, s.When())
	s.Block(10, func(float64) {})
	s.Say(title, s.Title())
	s.Skip(2)
	if text := s.Draft(); text != "" {
		s.note(text, pdf.Tint, pdf.Ink)
	}
	if text := s.Simulated(); text != "" {
		s.note(text, pdf.Cream, pdf.Amber)
	}
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
func (s *sheet) section(heads string) {
	s.Skip(5)
	s.Need(24)
	s.Mark(heads)
	s.Block(8.5, func(y float64) {
		s.Box(pdf.Left, y+.6, 1.2, 5.4, pdf.Blue, nil)
		s.At(pdf.Left+3.5, y, pdf.Width-4, heading, heads)
	})
}

// report is one to three pages of what was shown and agreed: strengths first, and last what
// the two will do.
func (s *sheet) report() {
	s.head()
	if s.of.Text != "" {
		s.note(s.of.Text, pdf.Tint, pdf.Ink)
	}
	s.strengths()
	if f := s.Target(); f != nil {
		s.goal(f)
		s.beside(f)
		s.way()
	}
	s.agreed()
	s.jobs()
	s.closing()
}

// strengths are what the client can do, with the words that show it.
func (s *sheet) strengths() {
	s.section(s.t("session.sheet.can"))
	var cells []func(x, y, w float64, draw bool) float64
	for _, c := range s.Strengths() {
		words := c.Words
		if words != "" {
			words = "“" + words + "”"
		}
		cells = append(cells, func(x, y, w float64, draw bool) float64 {
			h := s.Height(w-6, strong, c.Name) + s.Height(w-6, small, words)
			if draw {
				s.Dot(x+1.6, y+2.7, 1.1, pdf.Green)
				at := s.At(x+5, y, w-6, strong, c.Name)
				s.At(x+5, y+at, w-6, small, words)
			}
			return h + 2
		})
	}
	if len(cells) == 0 {
		s.Say(plain, s.t("session.sheet.can_none"))
	}
	s.columns(cells)
	if more := s.MoreStrengths(); more > 0 {
		s.Say(small, s.t("session.sheet.can_more", "n", more))
	}
	if also := s.Also(); also != "" {
		s.Skip(1)
		s.Say(plain, also)
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
	s.section(s.t("session.sheet.goal"))
	name := f.Name.In(s.lang)
	big := pdf.Type{Size: 16, Bold: true, Color: pdf.Deep}
	high := s.Height(pdf.Width-10, big, name)
	const w = (pdf.Width - 10) / 4
	s.Block(high+26, func(y float64) {
		s.Box(pdf.Left, y, pdf.Width, high+24, pdf.Tint, nil)
		s.At(pdf.Left+5, y+3, pdf.Width-10, big, name)
		for i, t := range s.Tiles() {
			x, of := pdf.Left+5+float64(i)*w, figure
			for of.Size > 8 && s.Wide(of, t.Value) > w-3 {
				of.Size--
			}
			s.At(x, y+high+6, w-2, of, t.Value)
			s.At(x, y+high+14.5, w-2, small, t.What)
		}
	})
	if text := s.Instead(); text != "" {
		s.Say(plain, text)
	}
}

// beside is what the goal's postings ask for, had and not yet had.
func (s *sheet) beside(f *Fit) {
	if len(f.Have)+len(f.Missing) == 0 {
		return
	}
	s.Skip(1)
	list := func(x, y, w float64, head string, of []Asked, c pdf.Color, draw bool) float64 {
		if len(of) == 0 {
			return 0
		}
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
		right := pdf.Left
		if len(f.Have) > 0 {
			right += w + 2*gutter
		}
		return max(list(pdf.Left, y, w, s.t("session.sheet.have"), f.Have, pdf.Green, draw),
			list(right, y, w, s.t("session.sheet.missing"), f.Missing, pdf.Blue, draw))
	}
	s.Block(both(0, false), func(y float64) { both(y, true) })
	s.Say(small, s.t("session.sheet.in100"))
	for _, l := range f.Licences {
		s.Say(plain, "• "+s.Licence(l))
	}
}

// way is the best way to the goal.
func (s *sheet) way() {
	if s.of.Shown.Roadmap == nil {
		return
	}
	s.section(s.t("session.sheet.way"))
	steps, of := s.Steps(), plain
	for i, step := range steps {
		s.step(step, i == len(steps)-1)
		of = small
	}
	s.Say(of, s.Trodden())
}

// step is one move of a way, on a line that leads down.
func (s *sheet) step(step Step, last bool) {
	lines := s.Over(step)
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
	s.section(s.Agreed())
	for _, a := range s.Promises() {
		s.promise(a, plain, 4)
	}
}

// promise is one line with a box to tick and the day.
func (s *sheet) promise(a Agreed, of pdf.Type, box float64) {
	when := pdf.Type{Size: of.Size, Bold: true, Color: pdf.Deep}
	day := s.Until(a)
	if a.Done {
		when.Color = pdf.Green
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
		facts = append(facts, s.Facts(j))
		high += s.Height(w, strong, j.Title) + s.Height(w, small, facts[len(facts)-1]) + 2
	}
	s.Need(min(high, 100)) // together, as far as that goes
	s.section(s.JobsHead())
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
	s.note(s.Closing(), pdf.Mint, pdf.Green)
}

// large is one page that is read without glasses: the goal, what to do, when the two meet.
func (s *sheet) large() {
	huge := pdf.Type{Size: 25, Bold: true, Color: pdf.Ink}
	big := pdf.Type{Size: 17, Color: pdf.Ink}
	head := pdf.Type{Size: 17, Bold: true, Color: pdf.Blue}
	s.Say(pdf.Type{Size: 13, Bold: true, Color: pdf.Quiet}, s.Whose())
	if text := s.Simulated(); text != "" {
		s.Say(pdf.Type{Size: 11, Color: pdf.Amber}, text)
	}
	s.Skip(3)
	if s.of.Goal != nil {
		s.Say(head, s.t("session.sheet.goal"))
		s.Say(huge, s.of.Goal.Name.In(s.lang))
		s.Skip(5)
	}
	if names := s.BestList(3); names != "" {
		s.Say(head, s.t("session.sheet.can"))
		s.Say(big, names)
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
	s.head()
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
	for _, e := range s.Table() {
		row(e.Label, e.Text)
	}
	s.section(s.t("session.plan.steps"))
	if len(s.of.Steps) == 0 {
		s.Say(plain, s.t("session.plan.steps_none"))
	}
	for _, a := range s.Promises() {
		s.promise(a, plain, 4)
	}
	if s.of.Text != "" {
		s.section(s.t("session.text"))
		s.Say(plain, s.of.Text)
	}
	if next := s.Next(); next != "" {
		s.Skip(3)
		s.Say(strong, next)
	}
	s.Skip(8)
	s.Block(26, func(y float64) {
		s.At(pdf.Left, y, pdf.Width, plain, s.Sign())
		for i, who := range []string{"session.plan.client", "session.plan.counsellor"} {
			x := pdf.Left + float64(i)*(pdf.Width+gutter)/2
			s.At(x, y+14, 40, strong, s.t(who))
			s.Stroke(x+22, y+20, x+(pdf.Width-gutter)/2, y+20, pdf.Quiet)
		}
	})
}
