package jobcare

import (
	"bytes"
	"encoding/csv"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"

	"ieum"
)

// Every figure of a report is in each file, with what it stands on; a withheld one has no
// value there either.
func TestFilesOfFigures(t *testing.T) {
	a := market(t, repeat(40, func(int) posting { p := press(); p.skills = []uint16{1}; return p }), repeat(60, func(i int) resume { return seeker(uint32(i)) }))
	m, err := a.Market(Query{Occupation: "8211", Region: "11"})
	if err != nil {
		t.Fatal(err)
	}
	rows := m.Rows()
	named, withheld := map[string]FigureRow{}, 0
	for _, r := range rows {
		key := r.Table + "/" + r.Code + "/" + r.Figure
		if _, twice := named[key]; twice {
			t.Errorf("%s is there twice", key)
		}
		named[key] = r
		if r.Withheld {
			withheld++
		}
		if r.Withheld == (r.Value != nil) || r.Slice != "region=11" || r.Snapshot != m.Snapshot || !r.Simulated || r.Basis != "" && (r.From == "" || r.To == "") {
			t.Errorf("%+v", r)
		}
	}
	for key, want := range map[string]float64{"seekers//value": m.Seekers.Float(), "offered//median": 32_000_000, "skills/" + m.Skills[0].Code + "/share": 1, "months/2026-06/openings": 80} {
		if r := named[key]; r.Value == nil || *r.Value != want || r.Sources != "made-up" {
			t.Errorf("%s is %+v, want %v", key, r, want)
		}
	}
	if withheld == 0 {
		t.Error("nothing is withheld")
	}
	var file bytes.Buffer
	if err := writeCSV(&file, rows); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.String(), "\uFEFF"))).ReadAll()
	if err != nil || len(lines) != len(rows)+1 || len(lines[0]) != len(figureNames) || !utf8.Valid(file.Bytes()) {
		t.Errorf("%d lines of %d rows, %v", len(lines), len(rows), err)
	}
	file.Reset()
	if err := writeParquet(&file, rows); err != nil {
		t.Fatal(err)
	}
	back, err := parquet.Read[FigureRow](bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil || len(back) != len(rows) || back[0].Table != rows[0].Table {
		t.Errorf("%d rows of %d, %v", len(back), len(rows), err)
	}
	file.Reset()
	if err := writeXLSX(&file, rows); err != nil || file.Len() < 1000 {
		t.Errorf("%d bytes, %v", file.Len(), err)
	}
}

// Whoever finds a file among others sees by its name whether it may be passed on.
func TestAFileOfExactFiguresSaysSo(t *testing.T) {
	m, err := market(t, []posting{press()}, nil).Market(Query{Occupation: "8211"})
	if err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[string]string{"": "ieum-8211-figures.csv", "exact-": "ieum-8211-exact-figures.csv"} {
		to := httptest.NewRecorder()
		if err := (&handlers{}).send(to, downloadQuery{marketQuery{Code: "8211"}, "figures.csv"}, m, kind); err != nil {
			t.Fatal(err)
		}
		if got := to.Header().Get("Content-Disposition"); got != `attachment; filename="`+want+`"` {
			t.Errorf("the file is sent as %s", got)
		}
	}
}

// Sources are named by their titles, and an id without one names itself.
func TestSourcesAreNamedByTheirTitles(t *testing.T) {
	m := &Market{Bases: map[string]Basis{onSeekers: {Sources: []ieum.SourceID{"one", "two"}}}, Titles: map[ieum.SourceID]ieum.Text{"one": {KO: "하나", EN: "The first"}}}
	l := lister{of: m}
	l.add("seekers", Named{}, "value", known(7, 7, 0, onSeekers))
	if r := l.rows[0]; r.Sources != "one two" || r.SourcesKO != "하나; two" || r.SourcesEN != "The first; two" {
		t.Errorf("sources are %q, %q, %q", r.Sources, r.SourcesKO, r.SourcesEN)
	}
}
