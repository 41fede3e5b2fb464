package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ieum/internal/jobcare"
	"ieum/internal/platform/web"
)

// What a survey published of pay in an occupation comes out as it was published, on page, API,
// command and in files; of fewer than five people nothing does.
func TestSurveyComesOutAsPublished(t *testing.T) {
	t.Parallel()
	file := filepath.Join(cmp.Or(os.Getenv("IEUM_SHARED"), filepath.Join("..", "..", "..", "shared")), "data", "know", "occupation_profile.csv")
	if _, err := os.Stat(file); err != nil {
		t.Skip("the survey is not there (IEUM_SHARED names the folder of shared data)")
	}
	e := &env{Config: Config{Data: t.TempDir(), Listen: "localhost:0"}, stdin: strings.NewReader(""), stdout: new(bytes.Buffer), stderr: new(bytes.Buffer), now: time.Now}
	run := func(args ...string) string {
		t.Helper()
		out := new(bytes.Buffer)
		e.stdout = out
		if status := execute(t.Context(), e, args); status != 0 {
			t.Fatalf("ieum %v: exit %d: %s", args, status, e.stderr)
		}
		return out.String()
	}
	run("ingest", "know", file)
	run("build")
	m, err := openMarket(e)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	shown := map[string]jobcare.PublishedPay{}
	of := map[string]string{} // the unit group of a job
	for _, code := range m.set.Codes["keco2025"].Codes {
		if len(code.Code) != 4 {
			continue
		}
		r, err := m.adviser.Market(jobcare.Query{Occupation: code.Code})
		if err != nil {
			t.Fatal(err)
		}
		if r.Survey == nil {
			continue
		}
		if b := r.Bases["survey"]; r.Survey.From != 2017 || r.Survey.To != 2019 || fmt.Sprint(b.Sources) != "[know]" || b.From.String() != "2017-01-01" || b.To.String() != "2019-12-31" {
			t.Errorf("%s: the survey is of %d to %d, its basis %+v", code.Code, r.Survey.From, r.Survey.To, b)
		}
		rows := map[string]jobcare.FigureRow{}
		for _, row := range r.Rows() {
			if row.Table == "survey" {
				rows[row.Code+row.Figure] = row
			}
		}
		for _, j := range r.Survey.Jobs {
			shown[j.Code], of[j.Code] = j, code.Code
			row := rows[j.Code+"median"]
			if row.Withheld == j.Median.Known() || j.Median.Known() && (row.Value == nil || *row.Value != j.Median.Float() || row.N != int64(j.Median.N) || row.Sources != "know" || row.SourcesEN == "") {
				t.Errorf("%s: files have %+v", j.Code, row)
			}
		}
	}
	few, compared, nowhere := 0, 0, 0
	for _, row := range profileRows(t, file) {
		j, ok := shown[row["knowcode"]]
		if !ok {
			nowhere++
			continue
		}
		told, _ := strconv.ParseFloat(row["n_pay"], 64)
		for column, f := range map[string]jobcare.Figure{"median_pay_all": j.Median, "p25_pay_all": j.P25, "p75_pay_all": j.P75} {
			want, err := strconv.ParseFloat(row[column], 64)
			switch {
			case told < 5 || err != nil:
				if f.Known() || !f.Suppressed || f.N != 0 {
					t.Errorf("%s: %s of %.0f people is %+v", j.Code, column, told, f)
				}
				few++
			case !f.Known() || math.Abs(f.Float()-want*10_000) > .5 || f.N != int(told):
				t.Errorf("%s: %s is %+v, published %v of %.0f", j.Code, column, f, want, told)
			default:
				compared++
			}
		}
	}
	t.Logf("%d figures as published, %d of too few withheld, %d occupations are in no market", compared, few, nowhere)
	if compared < 1_650 || few < 9 || nowhere > 20 {
		t.Errorf("%d figures as published, %d withheld, %d occupations in no market", compared, few, nowhere)
	}
	surveyEverywhere(t, e, run, of, shown)
}

// surveyEverywhere compares what page, API and command say of an occupation of which one job
// has too few people.
func surveyEverywhere(t *testing.T, e *env, run func(...string) string, of map[string]string, shown map[string]jobcare.PublishedPay) {
	t.Helper()
	out := run("report", of["013304"], "--json")
	app, err := newApp(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	defer app.Close()
	get := func(path string) string {
		w := httptest.NewRecorder()
		app.handler.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w.Body.String()
	}
	for job, withheld := range map[string]bool{"013304": true, "013305": false} {
		code, want := of[job], shown[job]
		if code != of["013304"] {
			t.Fatalf("the job %s is of %s", job, code)
		}
		for where, body := range map[string]string{"command": out, "API": get("/api/v1/occupations/" + code + "/market")} {
			var m jobcare.Market
			if err := json.Unmarshal([]byte(body), &m); err != nil || m.Survey == nil {
				t.Fatalf("%s: %v: %.300s", where, err, body)
			}
			for _, j := range m.Survey.Jobs {
				if j.Code == job && (j.Median.Known() == withheld || j.Median.Float() != want.Median.Float() || j.Median.N != want.Median.N) {
					t.Errorf("%s says of %s %+v", where, job, j.Median)
				}
			}
		}
		page := get("/occupations/" + code)
		if won := web.Won("ko", want.Median.Int()); !withheld && !strings.Contains(page, won) {
			t.Errorf("the page of %s lacks %s", code, won)
		}
		if !strings.Contains(page, want.Name.KO) || !strings.Contains(page, "한국직업정보 재직자 조사") || !strings.Contains(page, "2017년부터 2019년까지") || strings.Contains(page, web.Won("ko", 70_000_000)) {
			t.Errorf("the page of %s does not say what it should of %s", code, want.Name.KO)
		}
	}
}

func profileRows(t *testing.T, path string) (rows []map[string]string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\uFEFF")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}
