// Command duckdb computes the reports of the market of every occupation by SQL in DuckDB,
// on the rows that ieum bench market --out wrote, compares them with ours figure by figure,
// and says how long both take. It is a module of its own, for it needs cgo:
//
//	cd bench/duckdb && CGO_ENABLED=1 go run . --ieum ../../bin/ieum --data DIR
package main

import (
	"bufio"
	"cmp"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
)

func main() {
	log.SetFlags(0)
	ieum := flag.String("ieum", "../../bin/ieum", "our `program`")
	data := flag.String("data", "", "a data `folder` with a snapshot")
	threads := flag.Int("threads", 2, "threads of DuckDB")
	flag.Parse()
	dir, err := os.MkdirTemp("", "duckdb-")
	if err != nil {
		log.Fatal(err)
	}
	r, err := run(*ieum, *data, dir, *threads)
	if err := cmp.Or(err, os.RemoveAll(dir)); err != nil {
		log.Fatal(err)
	}
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent("", "  ")
	if err := enc.Encode(r); err != nil {
		log.Fatal(err)
	}
	if len(r.Differ) > 0 {
		os.Exit(1)
	}
}

// A Result is what this command prints. Seconds are of the whole, with nothing else asked
// meanwhile; ours are of writing all reports.
type Result struct {
	DuckDB   string             `json:"duckdb"`
	Resumes  int                `json:"resumes"`
	Postings int                `json:"postings"`
	Load     float64            `json:"loadSeconds"`
	Unsorted map[string]float64 `json:"seconds"` // by table, rows as they were loaded
	Sorted   map[string]float64 `json:"sortedSeconds"`
	Sum      float64            `json:"sumSeconds"`
	SumOf    float64            `json:"sumSortedSeconds"`
	Ours     float64            `json:"oursSeconds"`
	Ratio    float64            `json:"ratioSorted"` // DuckDB's sum, sorted, by ours
	Compared int                `json:"figuresCompared"`
	Differ   []string           `json:"differ"` // the first twenty
}

func run(ieum, data, dir string, threads int) (*Result, error) {
	if err := command(nil, ieum, "bench", "market", "--data", data, "--out", dir); err != nil {
		return nil, err
	}
	var ours struct {
		Resumes, Postings int
		All               struct{ Seconds float64 }
	}
	if err := command(&ours, ieum, "bench", "market", "--data", data); err != nil {
		return nil, err
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	r := &Result{Resumes: ours.Resumes, Postings: ours.Postings, Ours: ours.All.Seconds, Differ: []string{}}
	if err := db.QueryRow(`SELECT version()`).Scan(&r.DuckDB); err != nil {
		return nil, err
	}
	reports, err := read(filepath.Join(dir, "reports.jsonl"))
	if err != nil {
		return nil, err
	}
	day, err := time.Parse("2006-01-02", reports[0].Day)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	for _, stmt := range []string{
		fmt.Sprintf(`SET threads = %d`, threads),
		fmt.Sprintf(`CREATE TABLE resumes AS SELECT * FROM read_parquet('%s')`, filepath.Join(dir, "resumes.parquet")),
		fmt.Sprintf(`CREATE TABLE postings AS SELECT * FROM read_parquet('%s')`, filepath.Join(dir, "postings.parquet")),
		fmt.Sprintf(`CREATE TABLE searches AS SELECT * FROM read_parquet('%s')`, filepath.Join(dir, "searches.parquet")),
		fmt.Sprintf(`CREATE TABLE candidacies AS SELECT * FROM read_parquet('%s')`, filepath.Join(dir, "candidacies.parquet")),
	} {
		if _, err := db.Exec(stmt); err != nil {
			return nil, fmt.Errorf("%s: %w", stmt, err)
		}
	}
	r.Load = time.Since(began).Seconds()
	past := day
	if b, ok := reports[0].Bases["candidates"]; ok {
		if past, err = time.Parse("2006-01-02", b.To); err != nil {
			return nil, err
		}
	}
	p := &peer{db: db, day: int(day.Unix() / 86400), past: int(past.Unix() / 86400), year: day.Year()}
	if r.Unsorted, r.Sum, err = p.all(); err != nil {
		return nil, err
	}
	r.compare(p, reports)
	for _, t := range []string{"resumes", "postings"} {
		if _, err := db.Exec(fmt.Sprintf(`CREATE TABLE sorted AS SELECT * FROM %[1]s ORDER BY occupation, row; DROP TABLE %[1]s; ALTER TABLE sorted RENAME TO %[1]s`, t)); err != nil {
			return nil, err
		}
	}
	if r.Sorted, r.SumOf, err = p.all(); err != nil {
		return nil, err
	}
	r.Ratio = r.SumOf / r.Ours
	return r, nil
}

// command runs ours, and reads what it prints into to.
func command(to any, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil || to == nil {
		return err
	}
	return json.Unmarshal(out, to)
}

// A peer computes tables by SQL: figures by occupation, table and code.
type peer struct {
	db              *sql.DB
	day, past, year int // past is the day that hires and searches are counted on
	figures         map[string]float64
}

// speaking says once who speaks for whom, of whom all other tables are.
const speaking = `CREATE OR REPLACE TEMP TABLE speak AS
	SELECT * FROM resumes QUALIFY row_number() OVER (PARTITION BY occupation, person ORDER BY updated DESC, row) = 1;
	CREATE OR REPLACE TEMP TABLE seekers AS SELECT * FROM speak WHERE active`

// trying says once who applied for the work of an occupation or was hired for it in a year,
// as hires in internal/jobcare are: by the last résumé of theirs and the last hire.
const trying = `CREATE OR REPLACE TEMP TABLE tried AS
	SELECT occupation, person, least(count(*) FILTER (tried), 64) AS times, max(resume) AS resume,
		max(hired) FILTER (got) AS hired, arg_max(pay, (hired, -place)) FILTER (got) AS pay, arg_max(began, (hired, -place)) FILTER (got) AS began
	FROM (SELECT p.occupation, r.person, c.*, c.rowid AS place,
			c.applied > {past} - 365 AND c.applied <= {past} AS tried, c.hired > {past} - 365 AND c.hired <= {past} AS got
		FROM candidacies c JOIN postings p ON p.row = c.posting JOIN resumes r ON r.row = c.resume)
	WHERE tried OR got GROUP BY 1, 2;
	CREATE OR REPLACE TEMP TABLE trials AS SELECT t.*, r.certificates, r.majors, r.works, r.starts,
			12 * (year(DATE '1970-01-01' + t.hired) - 1970) + month(DATE '1970-01-01' + t.hired) - 1 AS month
		FROM tried t JOIN resumes r ON r.row = t.resume;
	CREATE OR REPLACE TEMP TABLE looks AS SELECT r.occupation, r.person, s.* FROM searches s JOIN resumes r ON r.row = s.resume`

// tables are the queries; each gives occupation, code and a number. {day}, {past} and
// {year} are filled in.
var tables = []struct{ name, query string }{
	{"people", `SELECT occupation, '', count(*) FROM speak GROUP BY 1`},
	{"seekers", `SELECT occupation, '', count(*) FROM seekers GROUP BY 1`},
	{"seekers by province", `SELECT occupation, substr(region, 1, 2), count(*) FROM seekers GROUP BY 1, 2`},
	{"ages", `SELECT occupation, CASE WHEN a < 30 THEN '-29' WHEN a < 40 THEN '30-39' WHEN a < 50 THEN '40-49' WHEN a < 60 THEN '50-59' WHEN a < 200 THEN '60+' END, count(*)
		FROM (SELECT *, {year} - born AS a FROM seekers WHERE born IS NOT NULL) GROUP BY 1, 2`},
	{"sexes", `SELECT occupation, sex, count(*) FROM seekers WHERE sex <> '' GROUP BY 1, 2`},
	{"schooling", `SELECT occupation, education, count(*) FROM seekers WHERE education <> '' GROUP BY 1, 2`},
	{"careers", `SELECT occupation, CASE WHEN months < 12 THEN '0-1' WHEN months < 36 THEN '1-3' WHEN months < 60 THEN '3-5' WHEN months < 120 THEN '5-10' ELSE '10+' END, count(*)
		FROM seekers WHERE months IS NOT NULL GROUP BY 1, 2`},
	{"held", `SELECT occupation, c, count(*) FROM (SELECT occupation, unnest(list_distinct(certificates)) AS c FROM seekers) GROUP BY 1, 2`},
	{"majors", `SELECT occupation, c, count(*) FROM (SELECT occupation, unnest(list_distinct(majors)) AS c FROM seekers) GROUP BY 1, 2`},
	{"wished", quantiles(`wish`, `seekers WHERE wish IS NOT NULL`)},
	{"wished by schooling", medians(`wish`, `education`, `seekers WHERE wish IS NOT NULL`)},
	{"openings", `SELECT occupation, '', sum(greatest(openings, 1)) FROM postings WHERE ` + within("{day}", "{day}") + ` GROUP BY 1`},
	{"open", `SELECT occupation, '', count(*) FROM postings WHERE ` + within("{day}", "{day}") + ` GROUP BY 1`},
	{"openings by province", `SELECT occupation, substr(region, 1, 2), sum(greatest(openings, 1)) FROM postings WHERE ` + within("{day}", "{day}") + ` GROUP BY 1, 2`},
	{"postings", `SELECT occupation, '', count(*) FROM postings WHERE ` + lastYear + ` GROUP BY 1`},
	{"skills", `SELECT occupation, c, count(*) FROM (SELECT occupation, unnest(list_distinct(skills)) AS c FROM postings WHERE ` + lastYear + `) GROUP BY 1, 2`},
	{"skills before", `SELECT occupation, c, count(*) FROM (SELECT occupation, unnest(list_distinct(skills)) AS c FROM postings WHERE ` + within("{day} - 730", "{day} - 366") + `) GROUP BY 1, 2`},
	{"skills anywhere", `SELECT '', c, count(*) FROM (SELECT unnest(list_distinct(skills)) AS c FROM postings) GROUP BY 1, 2`},
	{"certificates", `SELECT occupation, c, count(*) FROM (SELECT occupation, unnest(list_distinct(certificates)) AS c FROM postings WHERE ` + lastYear + `) GROUP BY 1, 2`},
	{"offered", quantiles(pay, `postings WHERE `+lastYear+` AND `+pay+` > 0`)},
	{"offered by experience", medians(pay, `CASE WHEN entry OR career_min < 12 THEN '0-1' WHEN career_min < 36 THEN '1-3' WHEN career_min < 60 THEN '3-5' WHEN career_min < 120 THEN '5-10' ELSE '10+' END`,
		`postings WHERE `+lastYear+` AND `+pay+` > 0 AND (entry OR career_min IS NOT NULL)`)},
	{"offered by schooling", medians(pay, `education`, `postings WHERE `+lastYear+` AND `+pay+` > 0`)},
	{"months", `SELECT occupation, strftime(DATE '1970-01-01' + opened, '%Y-%m'), sum(greatest(openings, 1)) FROM postings WHERE opened <> 0 AND opened <= {day} GROUP BY 1, 2`},
	{"wanted", `SELECT occupation, '', sum(greatest(openings, 1)) FROM postings WHERE ` + lastYear + ` GROUP BY 1`},
	{"candidates", `SELECT occupation, '', count(*) FROM trials GROUP BY 1`},
	{"hired", `SELECT occupation, '', count(hired) FROM trials GROUP BY 1`},
	{"applications", `SELECT occupation, '', sum(times) FROM trials GROUP BY 1`},
	{"agreed", quantiles(`pay`, `trials WHERE pay > 0`)},
	{"weeks", `SELECT occupation, unnest(['p25', 'median', 'p75']), unnest(quantile_disc((hired - began + 3) // 7, [.25, .5, .75])) FROM trials WHERE began > 0 AND began <= hired GROUP BY 1 HAVING count(*) >= 30`},
	{"certificates of candidates", `SELECT occupation, c, count(*) FROM (SELECT occupation, unnest(list_distinct(certificates)) AS c FROM trials) GROUP BY 1, 2`},
	{"certificates of hired", `SELECT occupation, c, count(*) FROM (SELECT occupation, unnest(list_distinct(certificates)) AS c FROM trials WHERE hired IS NOT NULL) GROUP BY 1, 2`},
	{"majors of hired", `SELECT occupation, c, count(*) FROM (SELECT occupation, unnest(list_distinct(majors)) AS c FROM trials WHERE hired IS NOT NULL) GROUP BY 1, 2`},
	{"before", `SELECT occupation, last.work, count(*) FROM (SELECT occupation, list_filter(list_transform(works, lambda w, i: {'work': w, 'start': starts[i]}), lambda x: x.start < month)[1] AS last
		FROM trials WHERE hired IS NOT NULL) WHERE last.work <> '' GROUP BY 1, 2`},
	{"first", `SELECT occupation, '', count(*) FROM trials WHERE hired IS NOT NULL AND len(list_filter(starts, lambda x: x < month)) = 0 AND coalesce(starts[-1], 0) <> 65535 GROUP BY 1`},
	{"entered", `SELECT occupation, '', count(DISTINCT person) FROM looks WHERE ` + entered + ` GROUP BY 1`},
	{"found", `SELECT occupation, '', count(DISTINCT person) FROM looks WHERE ` + entered + ` AND hired > 0 AND hired - "from" <= 182 GROUP BY 1`},
	{"looked", `SELECT occupation, m.name, count(DISTINCT person) FROM looks JOIN
		(SELECT strftime(e, '%Y-%m') AS name, least(date_diff('day', DATE '1970-01-01', e), {past}) AS last
			FROM (SELECT last_day(CAST(DATE '1970-01-01' + {past} - to_months(CAST(unnest(range(36)) AS INTEGER)) AS DATE)) AS e)) m
		ON "from" <= m.last AND until >= m.last GROUP BY 1, 2`},
}

const entered = `{past} - "from" >= 182 AND {past} - "from" < 182 + 365`

const pay = `coalesce((pay_min + pay_max) // 2, pay_min, pay_max, 0)`

var lastYear = within("{day} - 365", "{day}")

// within says that one could apply on any day from from to to.
func within(from, to string) string {
	return fmt.Sprintf(`opened <= %s AND (closed = 0 OR closed > %s) AND (deadline = 0 OR deadline >= %s)`, to, from, from)
}

// quantiles are those of 30 values at least, to 100,000 won.
func quantiles(of, from string) string {
	return fmt.Sprintf(`SELECT occupation, unnest(['p10', 'p25', 'median', 'p75', 'p90']), unnest(quantile_disc(round(%s / 100000.0) * 100000, [.1, .25, .5, .75, .9])) FROM %s GROUP BY 1 HAVING count(*) >= 30`, of, from)
}

func medians(of, by, from string) string {
	return fmt.Sprintf(`SELECT occupation, %s AS part, quantile_disc(round(%s / 100000.0) * 100000, .5) FROM %s GROUP BY 1, 2 HAVING count(*) >= 30`, by, of, from)
}

// all computes all tables, and returns the seconds of each and of all.
func (p *peer) all() (seconds map[string]float64, sum float64, err error) {
	p.figures, seconds = map[string]float64{}, map[string]float64{}
	began := time.Now()
	fill := strings.NewReplacer("{day}", fmt.Sprint(p.day), "{past}", fmt.Sprint(p.past), "{year}", fmt.Sprint(p.year))
	if _, err := p.db.Exec(fill.Replace(speaking)); err != nil {
		return nil, 0, err
	}
	sum = time.Since(began).Seconds()
	seconds["who speaks"] = math.Round(sum*1000) / 1000
	began = time.Now()
	if _, err := p.db.Exec(fill.Replace(trying)); err != nil {
		return nil, 0, err
	}
	seconds["who tried"] = math.Round(time.Since(began).Seconds()*1000) / 1000
	sum += time.Since(began).Seconds()
	for _, t := range tables {
		began := time.Now()
		rows, err := p.db.Query(fill.Replace(t.query))
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %w", t.name, err)
		}
		for rows.Next() {
			var occupation string
			var code sql.NullString
			var v float64
			if err := rows.Scan(&occupation, &code, &v); err != nil {
				return nil, 0, fmt.Errorf("%s: %w", t.name, err)
			}
			p.figures[key(t.name, occupation, code.String)] = v
		}
		if err := cmp.Or(rows.Err(), rows.Close()); err != nil {
			return nil, 0, fmt.Errorf("%s: %w", t.name, err)
		}
		seconds[t.name] = math.Round(time.Since(began).Seconds()*1000) / 1000
		sum += time.Since(began).Seconds()
	}
	return seconds, sum, nil
}

func key(table, occupation, code string) string { return table + "/" + occupation + "/" + code }

// What of a report is compared.
type (
	figure struct {
		Value *float64
		N     int
	}
	payOf struct{ P10, P25, Median, P75, P90 figure }
	row   struct {
		Code            string
		Share, Before   figure
		Lift            *float64
		Seekers         figure
		Openings        figure
		Offered, Wished payOf
	}
	chance struct {
		Code           string
		Hired, Applied figure
	}
	hires struct {
		Candidates, Hired, Found, FirstJob figure
		Applications                       figure `json:"applicationsPerOpening"`
		Weeks                              payOf
		Pay                                payOf
		Certificates                       []chance
		Before, Majors                     []row
	}
	report struct {
		Occupation                          struct{ Code string }
		Day                                 string
		People, Seekers, Openings, Postings figure
		Hires                               *hires
		Bases                               map[string]struct {
			Rows int
			To   string
		}
		Offered, Wished                          payOf
		PayByCareer, PayByEducation              []row
		Skills, Certificates, Held, Majors       []row
		Ages, Sexes, Careers, Schooling, Regions []row
		Months                                   []struct {
			Month             string
			Openings, Seekers figure
		}
	}
)

func read(path string) (all []report, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	dec := json.NewDecoder(bufio.NewReader(f))
	for dec.More() {
		var r report
		if err := dec.Decode(&r); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// compare holds every figure of the reports against the peer's.
func (r *Result) compare(p *peer, reports []report) {
	for _, m := range reports {
		o := m.Occupation.Code
		is := func(table, code string, ours float64) {
			r.Compared++
			if theirs := p.figures[key(table, o, code)]; math.Abs(ours-theirs) > 1e-9*math.Abs(theirs) && len(r.Differ) < 20 {
				r.Differ = append(r.Differ, fmt.Sprintf("%s of %s: %v, by SQL %v", key(table, o, code), o, ours, theirs))
			}
		}
		value := func(f figure) float64 {
			if f.Value == nil {
				return 0 // withheld: by the same number of rows the peer has none
			}
			return *f.Value
		}
		is("people", "", value(m.People))
		is("seekers", "", value(m.Seekers))
		is("openings", "", value(m.Openings))
		is("open", "", value(m.Postings))
		is("postings", "", float64(m.Bases["postings"].Rows))
		for table, of := range map[string]payOf{"offered": m.Offered, "wished": m.Wished} {
			for code, f := range map[string]figure{"p10": of.P10, "p25": of.P25, "median": of.Median, "p75": of.P75, "p90": of.P90} {
				is(table, code, value(f))
			}
		}
		for _, x := range m.PayByCareer {
			is("offered by experience", x.Code, value(x.Offered.Median))
		}
		for _, x := range m.PayByEducation {
			is("offered by schooling", x.Code, value(x.Offered.Median))
			is("wished by schooling", x.Code, value(x.Wished.Median))
		}
		for _, x := range m.Skills {
			is("skills", x.Code, float64(x.Share.N))
			if x.Before.Value != nil {
				is("skills before", x.Code, float64(x.Before.N))
			}
			if all := p.figures[key("skills anywhere", "", x.Code)]; x.Lift != nil {
				theirs := math.Round(p.figures[key("skills", o, x.Code)]/p.figures[key("postings", o, "")]/(all/float64(r.Postings))*100) / 100
				p.figures[key("lift", o, x.Code)] = theirs
				is("lift", x.Code, *x.Lift)
			}
		}
		for _, x := range m.Regions {
			is("seekers by province", x.Code, value(x.Seekers))
			is("openings by province", x.Code, value(x.Openings))
		}
		for _, x := range m.Months {
			is("months", x.Month, value(x.Openings))
			if m.Hires != nil && x.Month <= m.Bases["candidates"].To[:7] {
				is("looked", x.Month, value(x.Seekers))
			}
		}
		if m.Hires != nil {
			r.hires(p, o, m.Hires, is, value)
		}
		for table, rows := range map[string][]row{"certificates": m.Certificates, "held": m.Held, "majors": m.Majors, "ages": m.Ages, "sexes": m.Sexes, "careers": m.Careers, "schooling": m.Schooling} {
			for _, x := range rows {
				if x.Share.Value != nil { // shares below five are withheld also exact
					is(table, x.Code, float64(x.Share.N))
				}
			}
		}
	}
}

// hires holds what is counted of who applied and was hired against the peer's.
func (r *Result) hires(p *peer, o string, h *hires, is func(table, code string, ours float64), value func(figure) float64) {
	is("candidates", "", value(h.Candidates))
	is("hired", "", value(h.Hired))
	for table, of := range map[string]payOf{"agreed": h.Pay, "weeks": h.Weeks} {
		for code, f := range map[string]figure{"p25": of.P25, "median": of.Median, "p75": of.P75} {
			is(table, code, value(f))
		}
	}
	if h.Applications.Value != nil {
		p.figures[key("applications for an opening", o, "")] = math.Round(p.figures[key("applications", o, "")]/p.figures[key("wanted", o, "")]*100) / 100
		is("applications for an opening", "", *h.Applications.Value)
	}
	for table, f := range map[string]figure{"found": h.Found, "first": h.FirstJob} {
		if f.Value != nil {
			is(table, "", float64(f.N))
		}
	}
	for _, x := range h.Certificates {
		if x.Hired.Value != nil {
			is("certificates of hired", x.Code, float64(x.Hired.N))
		}
		if x.Applied.Value != nil {
			is("certificates of candidates", x.Code, float64(x.Applied.N))
		}
	}
	for table, rows := range map[string][]row{"before": h.Before, "majors of hired": h.Majors} {
		for _, x := range rows {
			if x.Share.Value != nil {
				is(table, x.Code, float64(x.Share.N))
			}
		}
	}
}
