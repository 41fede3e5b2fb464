package jobcare

import (
	"encoding/csv"
	"io"
	"strconv"

	"ieum"
	"ieum/internal/platform/table"
)

// A FigureRow is one figure of a report as a file has it. All that a figure carries goes
// with it, so that a row can be cited on its own.
type FigureRow struct {
	Occupation string   `parquet:"occupation,dict"`
	Table      string   `parquet:"table,dict"` // such as skills, or offered
	Code       string   `parquet:"code,dict"`  // of the row of that table; "" for a single figure
	NameKO     string   `parquet:"name_ko,dict"`
	NameEN     string   `parquet:"name_en,dict"`
	Figure     string   `parquet:"figure,dict"` // what of it: value, share, lift, p10, median …
	Value      *float64 `parquet:"value,optional"`
	Withheld   bool     `parquet:"withheld"`
	N          int64    `parquet:"n"`
	Of         int64    `parquet:"of"`
	Basis      string   `parquet:"basis,dict"`
	From       string   `parquet:"from,dict"`
	To         string   `parquet:"to,dict"`
	Sources    string   `parquet:"sources,dict"`
	SourcesKO  string   `parquet:"sources_ko,dict"`
	SourcesEN  string   `parquet:"sources_en,dict"`
	Slice      string   `parquet:"slice,dict"` // what it is limited to, as an address says it
	Snapshot   string   `parquet:"snapshot,dict"`
	Simulated  bool     `parquet:"simulated"`
}

// Rows are all figures of a report, as they are published.
func (m *Market) Rows() []FigureRow {
	l := lister{of: m}
	for _, x := range []struct {
		name string
		f    Figure
	}{
		{"seekers", m.Seekers}, {"people", m.People}, {"openings", m.Openings}, {"postings", m.Postings}, {"openingsUnstated", m.Unstated},
		{"openingsGuessed", m.Guessed}, {"guessedRight", m.Right}, {"tightness", m.Tightness}, {"gap", m.Gap},
	} {
		l.add(x.name, Named{}, "value", x.f)
	}
	l.pay("offered", Named{}, m.Offered)
	l.pay("wished", Named{}, m.Wished)
	for _, x := range []struct {
		name string
		rows []PayRow
	}{{"ByCareer", m.ByCareer}, {"ByEducation", m.ByEducation}} {
		for _, r := range x.rows {
			l.pay("offered"+x.name, r.Named, r.Offered)
			l.pay("wished"+x.name, r.Named, r.Wished)
		}
	}
	for _, x := range []struct {
		name string
		rows []Share
	}{
		{"skills", m.Skills}, {"rising", m.Rising}, {"certificates", m.Certificates}, {"held", m.Held}, {"majors", m.Majors}, {"ages", m.Ages}, {"sexes", m.Sexes},
		{"careers", m.Careers}, {"schooling", m.Schooling}, {"groups", m.Groups}, {"came", m.Came}, {"first", m.First},
	} {
		for _, s := range x.rows {
			l.share(x.name, s)
		}
	}
	for _, p := range m.Regions {
		l.add("regions", p.Named, "seekers", p.Seekers)
		l.add("regions", p.Named, "openings", p.Openings)
		l.add("regions", p.Named, "tightness", p.Tightness)
	}
	for _, x := range m.Months {
		at := Named{x.Month, ieum.Text{KO: x.Month, EN: x.Month}}
		l.add("months", at, "openings", x.Openings)
		l.add("months", at, "adjusted", x.Adjusted)
		l.add("months", at, "seekers", x.Seekers)
		l.add("months", at, "seekersAdjusted", x.SeekersAdjusted)
		l.add("months", at, "open", x.Open)
		l.add("months", at, "tightness", x.Tightness)
	}
	if m.Hires != nil {
		l.hires(m.Hires)
	}
	if m.Effects != nil {
		l.effects(m.Effects)
	}
	if m.Survey != nil {
		for _, j := range m.Survey.Jobs {
			l.add("survey", j.Named, "p25", j.P25)
			l.add("survey", j.Named, "median", j.Median)
			l.add("survey", j.Named, "p75", j.P75)
		}
	}
	for _, s := range m.Similar {
		alike := s.Alike
		l.add("similar", s.Named, "alike", Figure{Value: &alike})
		l.add("similar", s.Named, "moved", s.Moved)
	}
	return l.rows
}

type lister struct {
	of   *Market
	rows []FigureRow
}

func (l *lister) add(name string, of Named, what string, f Figure) {
	b := l.of.Bases[f.Basis]
	row := FigureRow{
		Occupation: l.of.Occupation.Code, Table: name, Code: of.Code, NameKO: of.Name.KO, NameEN: of.Name.EN, Figure: what, Value: f.Value, Withheld: f.Suppressed,
		N: int64(f.N), Of: int64(f.Of), Basis: f.Basis, Slice: l.of.Slice.String(), Snapshot: l.of.Snapshot, Simulated: l.of.Simulated,
	}
	if f.Basis != "" {
		row.From, row.To = b.From.String(), b.To.String()
		for i, s := range b.Sources {
			if i > 0 {
				row.Sources, row.SourcesKO, row.SourcesEN = row.Sources+" ", row.SourcesKO+"; ", row.SourcesEN+"; "
			}
			title := l.of.Title(s)
			row.Sources, row.SourcesKO, row.SourcesEN = row.Sources+string(s), row.SourcesKO+title.KO, row.SourcesEN+title.In("en")
		}
	}
	l.rows = append(l.rows, row)
}

func (l *lister) hires(h *Hires) {
	for _, x := range []struct {
		name string
		f    Figure
	}{{"candidates", h.Candidates}, {"hired", h.Hired}, {"applicationsPerOpening", h.Applications}, {"found", h.Found}, {"firstJob", h.FirstJob}} {
		l.add("hires", Named{}, x.name, x.f)
	}
	l.add("weeksToHire", Named{}, "p25", h.Weeks.P25)
	l.add("weeksToHire", Named{}, "median", h.Weeks.Median)
	l.add("weeksToHire", Named{}, "p75", h.Weeks.P75)
	l.pay("agreed", Named{}, h.Pay)
	for _, c := range h.Certificates {
		l.add("certificatesOfHired", c.Named, "hired", c.Hired)
		l.add("certificatesOfHired", c.Named, "applied", c.Applied)
		if c.Lift != nil {
			for _, x := range []struct {
				name  string
				value float64
			}{{"lift", c.Lift.Value}, {"liftLow", c.Lift.Low}, {"liftHigh", c.Lift.High}} {
				l.add("certificatesOfHired", c.Named, x.name, Figure{Value: &x.value, N: c.Hired.N, Of: c.Hired.Of, Basis: c.Hired.Basis})
			}
		}
	}
	for _, s := range h.Before {
		l.share("beforeHire", s)
	}
	for _, s := range h.Majors {
		l.share("majorsOfHired", s)
	}
}

// effects are those of a group, with the verdict where other tables have what of it.
func (l *lister) effects(e *Effects) {
	for _, x := range e.List {
		for _, f := range []struct {
			name string
			f    Figure
		}{{"value", x.Value}, {"low", x.Low}, {"high", x.High}, {"treated", x.Treated}, {"compared", x.Compared}, {"hidden", x.Hidden}, {"reaching", x.Reaching}} {
			l.add("effects."+x.Treatment+"."+x.Outcome+"."+string(x.Verdict), e.Group, f.name, f.f)
		}
	}
}

func (l *lister) pay(name string, of Named, p Pay) {
	l.add(name, of, "p10", p.P10)
	l.add(name, of, "p25", p.P25)
	l.add(name, of, "median", p.Median)
	l.add(name, of, "p75", p.P75)
	l.add(name, of, "p90", p.P90)
	l.add(name, of, "stated", p.Stated)
}

func (l *lister) share(name string, s Share) {
	at := Named{s.Code, s.Name}
	l.add(name, at, "share", s.Share)
	if s.Before.Known() {
		l.add(name, at, "before", s.Before)
	}
	if s.Lift != nil {
		l.add(name, at, "lift", Figure{Value: s.Lift, N: s.Share.N, Of: s.Share.Of, Basis: s.Share.Basis})
	}
}

// figureNames are the columns of a file of figures.
var figureNames = []string{"occupation", "table", "code", "name_ko", "name_en", "figure", "value", "withheld", "n", "of", "basis", "from", "to", "sources", "sources_ko", "sources_en", "slice", "snapshot", "simulated"}

func (r FigureRow) cells() []any {
	cells := []any{r.Occupation, r.Table, r.Code, r.NameKO, r.NameEN, r.Figure, nil, r.Withheld, r.N, r.Of, r.Basis, r.From, r.To, r.Sources, r.SourcesKO, r.SourcesEN, r.Slice, r.Snapshot, r.Simulated}
	if r.Value != nil {
		cells[6] = *r.Value
	}
	return cells
}

// writeCSV begins with a byte order mark, by which spreadsheets know that it is UTF-8.
func writeCSV(w io.Writer, rows []FigureRow) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	to := csv.NewWriter(w)
	if err := to.Write(figureNames); err != nil {
		return err
	}
	for _, r := range rows {
		var line []string
		for _, c := range r.cells() {
			switch c := c.(type) {
			case string:
				line = append(line, c)
			case bool:
				line = append(line, strconv.FormatBool(c))
			case int64:
				line = append(line, strconv.FormatInt(c, 10))
			case float64:
				line = append(line, strconv.FormatFloat(c, 'g', -1, 64))
			default:
				line = append(line, "")
			}
		}
		if err := to.Write(line); err != nil {
			return err
		}
	}
	to.Flush()
	return to.Error()
}

func writeXLSX(w io.Writer, rows []FigureRow) error {
	var cells [][]any
	for _, r := range rows {
		cells = append(cells, r.cells())
	}
	return table.WriteXLSX(w, "figures", figureNames, cells)
}

func writeParquet(w io.Writer, rows []FigureRow) error {
	to := table.NewStructs[FigureRow](w)
	if err := to.Write(rows); err != nil {
		return err
	}
	return to.Close()
}
