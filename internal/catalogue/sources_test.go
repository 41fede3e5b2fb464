package catalogue

import (
	"cmp"
	"flag"
	"fmt"

	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ieum"
	"ieum/defs"
)

var update = flag.Bool("update", false, "write the golden files of TestSourcesOnMadeUpFiles anew")

// root returns the folder of the project.
func root(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs(".")
	for ; err == nil && dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
	}
	t.Fatal("there is no go.mod above this folder")
	return ""
}

// builtIn returns a bench with the built-in definitions only.
func builtIn(t testing.TB) *bench {
	t.Helper()
	return newBench(t)
}

// fieldColumns returns the columns of a kind's fields in the lake.
func fieldColumns(k *defs.Kind) (names []string) {
	for _, c := range lakeFields(k)[len(systemFields):] {
		names = append(names, c.Name)
	}
	return names
}

// story writes all that became of a delivery, for a golden file.
func (b *bench) story(d *Delivery) string {
	b.t.Helper()
	var out strings.Builder
	fmt.Fprintln(&out, counts(d.Receipt))
	for _, r := range d.Why {
		fmt.Fprintf(&out, "why %s: %s (%d, warn %v)\n", r.Field, r.Text.EN, r.Rows, r.Warn)
	}
	for _, u := range d.Unread {
		if u.Rows == 0 {
			continue
		}
		var texts []string
		for _, s := range u.Texts {
			texts = append(texts, s.Text)
		}
		fmt.Fprintf(&out, "unread %s: %q\n", u.Field, texts)
	}
	if d.Removed != (Removed{}) {
		fmt.Fprintf(&out, "removed %+v\n", d.Removed)
	}
	for _, kind := range slices.Sorted(maps.Keys(b.defs.Kinds)) {
		columns := slices.DeleteFunc(fieldColumns(b.defs.Kinds[kind]), func(c string) bool { return c == "person" })
		for _, row := range b.rows(kind, columns...) {
			fmt.Fprintf(&out, "\n%s\n", kind)
			row = strings.ReplaceAll(row, "\n", `\n`)
			for _, c := range columns {
				row = strings.Replace(row, " "+c+"=", "\n  "+c+"=", 1)
			}
			fmt.Fprintf(&out, "  %s\n", row)
		}
	}
	return out.String()
}

// TestSourcesOnMadeUpFiles takes in the made-up files of each built-in source:
// what becomes of every value is in a golden file, and the same files again
// change nothing.
func TestSourcesOnMadeUpFiles(t *testing.T) {
	made := filepath.Join(root(t), "defs", "testdata")
	for _, source := range slices.Sorted(maps.Keys(builtIn(t).defs.Sources)) {
		if source == "simulated" { // its files are made by ieum simulate
			continue
		}
		t.Run(string(source), func(t *testing.T) {
			b := builtIn(t)
			dir := filepath.Join(made, string(source))
			d := b.ingest(source, dir)
			if d.Read == 0 || d.Read != d.Kept+d.Unchanged+d.Quarantined {
				t.Errorf("the counts do not add up: %s", counts(d.Receipt))
			}
			got := b.story(d)
			golden := filepath.Join("testdata", "sources", string(source)+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant (see %s)\n%s", got, golden, want)
			}
			before := b.hash()
			again := b.ingest(source, dir)
			if again.Number != d.Number && (again.Kept != 0 || again.Closed != 0) {
				t.Errorf("the same files again: %s", counts(again.Receipt))
			}
			if b.hash() != before {
				t.Error("the same files again changed the content")
			}
		})
	}
}

// realFiles names the files of each source in the shared folder, what becomes
// of their rows, and which share of them must have a value in some columns.
var realFiles = []struct {
	source ieum.SourceID
	paths  []string
	want   string
	least  map[string]float64
}{
	{"saramin-search", []string{"postings/cha0910_saramin_1000.csv"}, "read 1000 kept 1000 unchanged 0 quarantined 0 closed 0",
		map[string]float64{"region": .999, "career_entry": .999, "education": .999, "employment": .99, "opened": .999, "deadline": .85}},
	{"saramin-cards", []string{"postings/pervin_saramin_800.csv"}, "read 800 kept 800 unchanged 0 quarantined 0 closed 0",
		map[string]float64{"career_entry": .999, "education": .999, "employment": .99, "pay_min": .02}},
	{"jobkorea-cards", []string{"postings/pervin_jobkorea_489.csv"}, "read 489 kept 489 unchanged 0 quarantined 0 closed 0",
		map[string]float64{"region": .99, "career_entry": .999, "education": .99, "employment": .9, "pay_min": .16}},
	{"wanted-cards", []string{"postings/pervin_wanted_1194.csv"}, "read 1194 kept 1194 unchanged 0 quarantined 0 closed 0",
		map[string]float64{"region": .999, "career_entry": .999, "body": .999}},
	{"saramin-developers", []string{"postings/chathong_saramin_400.json"}, "read 400 kept 398 unchanged 2 quarantined 0 closed 0",
		map[string]float64{"region": .99, "career_entry": .999, "education": .999, "employment": .99, "pay_basis": .999, "deadline": .74}},
	{"wanted-export", []string{"postings/wanted_taba_dajoba.jsonl"}, "read 4061 kept 4061 unchanged 0 quarantined 0 closed 0",
		map[string]float64{"region": .9, "career_entry": .38, "education": .11, "body": .999}},
	{"wanted-it", []string{"postings/team1_wanted_349_it.csv"}, "read 349 kept 349 unchanged 0 quarantined 0 closed 0",
		map[string]float64{"region": .999, "career_entry": .08, "body": .999, "skills": .5}},
	{"programmers", []string{"postings/team1_programmers_109.csv"}, "read 109 kept 109 unchanged 0 quarantined 0 closed 0",
		map[string]float64{"region": .999, "body": .999, "skills": .75}},
	{"jobkorea-company-pay", []string{"postings/jann_jobkorea_company_avg_salary_21961.csv"}, "read 21961 kept 21961 unchanged 0 quarantined 0 closed 0",
		map[string]float64{"industry": .88, "employees": .999, "average_pay_min": .999}},
	{"scout", []string{"scout"}, "read 70123 kept 70123 unchanged 0 quarantined 0 closed 0",
		map[string]float64{"posting": .999, "certificates": .7, "majors": .2, "last_pay_min": .7}},
	{"kdot", []string{"kdot"}, "read 6182 kept 6182 unchanged 0 quarantined 0 closed 0",
		map[string]float64{"occupation": .999, "occupations": .999, "duties": .999}},
	{"know", []string{"know"}, "read 27698 kept 27659 unchanged 0 quarantined 39 closed 0",
		map[string]float64{"occupation": .98, "pay_min": .85, "satisfaction": .999, "hours": .64, "median_pay_min": .98}},
	{"keco", []string{"keco"}, "read 1603 kept 1584 unchanged 0 quarantined 19 closed 0",
		map[string]float64{"code": .999, "majors": .999}},
	{"legal-dong", []string{"regions"}, "read 49876 kept 49876 unchanged 0 quarantined 0 closed 0",
		map[string]float64{"name": .999, "parent": .999, "since": .97}},
	{"youth-policy-api", []string{"policies/ontong_api_raw_20251231.csv"}, "read 1604 kept 1604 unchanged 0 quarantined 0 closed 0",
		map[string]float64{"regions": .999, "age_max": .7, "deadline": .48, "url": .66}},
	{"youth-policies", []string{"policies/ace0910_policies_real_20260806.json"}, "read 3987 kept 3987 unchanged 0 quarantined 0 closed 0",
		map[string]float64{"regions": .58, "age_max": .51, "deadline": .62, "amount": .47}},
	{"bokjiro", []string{"policies"}, "read 7955 kept 7955 unchanged 0 quarantined 0 closed 0",
		map[string]float64{"region": .9, "groups": .999, "phones": .9, "documents": .3, "standard": .999}},
	{"g2b-bids", []string{"bids/emtech_g2b_bids_5315.json"}, "read 5315 kept 5315 unchanged 0 quarantined 0 closed 0",
		map[string]float64{"region": .96, "amount": .98, "deadline": .96, "award": .59}},
	{"g2b-research", []string{"bids/research_bid_alert_783.json"}, "read 783 kept 783 unchanged 0 quarantined 0 closed 0",
		map[string]float64{"amount": .999, "deadline": .84}},
	{"visit-jeju", []string{"tourism"}, "read 3144 kept 3144 unchanged 0 quarantined 0 closed 0",
		map[string]float64{"region": .99, "latitude": .999, "tags": .999}},
}

// TestSourcesOnRealFiles takes in the real files where they are there, and logs
// what share of each field was understood.
func TestSourcesOnRealFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 60 MB")
	}
	shared := cmp.Or(os.Getenv("IEUM_SHARED"), filepath.Join(root(t), "..", "shared"))
	if _, err := os.Stat(filepath.Join(shared, "data")); err != nil {
		t.Skip("the real files are not there (IEUM_SHARED names their folder)")
	}
	for _, tt := range realFiles {
		t.Run(string(tt.source), func(t *testing.T) {
			t.Parallel()
			b := builtIn(t)
			var paths []string
			for _, p := range tt.paths {
				paths = append(paths, filepath.Join(shared, "data", p))
			}
			d := b.ingest(tt.source, paths...)
			b.expect(d, tt.want)
			known := b.coverage(d)
			for column, least := range tt.least {
				if known[column] < least {
					t.Errorf("%s is known in %.1f%% of the rows, want %.1f%%", column, 100*known[column], 100*least)
				}
			}
		})
	}
}

// coverage logs what share of the rows has a value in each column and what
// could not be read. It returns the shares; of a column that several kinds have,
// the greatest.
func (b *bench) coverage(d *Delivery) map[string]float64 {
	b.t.Helper()
	b.t.Logf("%s in %.1f s", counts(d.Receipt), d.Seconds)
	for _, r := range d.Why {
		b.t.Logf("why %s: %s (%d, warn %v)", r.Field, r.Text.EN, r.Rows, r.Warn)
	}
	shares := map[string]float64{}
	for _, segment := range d.Segments {
		columns := fieldColumns(b.defs.Kinds[segment.Kind])
		known, rows := b.known(segment.Kind, columns)
		text := ""
		for i, name := range columns {
			share := float64(known[i]) / float64(max(rows, 1))
			shares[name] = max(shares[name], share)
			if share > 0 {
				text += fmt.Sprintf(" %s %.1f%%", name, 100*share)
			}
		}
		b.t.Logf("%s, %d rows:%s", segment.Kind, rows, text)
	}
	for _, u := range d.Unread {
		if u.Rows > 0 {
			b.t.Logf("unread %s: %d of %d: %v", u.Field, u.Rows, u.Rows+u.Read, u.Texts[:min(5, len(u.Texts))])
		}
	}
	b.t.Logf("removed %+v", d.Removed)
	return shares
}

// known counts the rows of a kind, and those that have a value in each column.
func (b *bench) known(kind ieum.KindID, columns []string) (known []int, rows int) {
	b.t.Helper()
	known = make([]int, len(columns))
	err := b.Live(b.t.Context(), kind, columns, func(r *Rows) error {
		rows += r.Batch.Rows
		for i, name := range columns {
			for row := range r.Batch.Rows {
				if !r.Column(name).IsNull(row) {
					known[i]++
				}
			}
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return known, rows
}
