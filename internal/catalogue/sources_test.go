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

// real names the files of each source in the shared folder, and how many of
// their rows come in: read = kept + unchanged + quarantined.
var real = []struct {
	source ieum.SourceID
	paths  []string
	want   string
}{
	{"saramin-search", []string{"postings/cha0910_saramin_1000.csv"}, "read 1000 kept 1000 unchanged 0 quarantined 0 closed 0"},
	{"saramin-cards", []string{"postings/pervin_saramin_800.csv"}, "read 800 kept 800 unchanged 0 quarantined 0 closed 0"},
	{"jobkorea-cards", []string{"postings/pervin_jobkorea_489.csv"}, ""},
	{"wanted-cards", []string{"postings/pervin_wanted_1194.csv"}, ""},
	{"saramin-developers", []string{"postings/chathong_saramin_400.json"}, ""},
	{"wanted-export", []string{"postings/wanted_taba_dajoba.jsonl"}, ""},
	{"wanted-it", []string{"postings/team1_wanted_349_it.csv"}, ""},
	{"programmers", []string{"postings/team1_programmers_109.csv"}, ""},
	{"jobkorea-company-pay", []string{"postings/jann_jobkorea_company_avg_salary_21961.csv"}, ""},
	{"scout", []string{"scout"}, ""},
	{"kdot", []string{"kdot"}, ""},
	{"know", []string{"know"}, ""},
	{"keco", []string{"keco"}, ""},
	{"legal-dong", []string{"regions"}, ""},
	{"youth-policy-api", []string{"policies/ontong_api_raw_20251231.csv"}, ""},
	{"youth-policies", []string{"policies/ace0910_policies_real_20260806.json"}, ""},
	{"bokjiro", []string{"policies"}, ""},
	{"g2b-bids", []string{"bids/emtech_g2b_bids_5315.json"}, ""},
	{"g2b-research", []string{"bids/research_bid_alert_783.json"}, ""},
	{"visit-jeju", []string{"tourism"}, ""},
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
	for _, tt := range real {
		t.Run(string(tt.source), func(t *testing.T) {
			t.Parallel()
			b := builtIn(t)
			var paths []string
			for _, p := range tt.paths {
				paths = append(paths, filepath.Join(shared, "data", p))
			}
			d := b.ingest(tt.source, paths...)
			b.expect(d, tt.want)
			t.Log(b.coverage(d))
		})
	}
}

// coverage writes what share of the rows has a value in each column, and what
// could not be read.
func (b *bench) coverage(d *Delivery) string {
	b.t.Helper()
	var out strings.Builder
	fmt.Fprintf(&out, "%s in %.1f s\n", counts(d.Receipt), d.Seconds)
	for _, r := range d.Why {
		fmt.Fprintf(&out, "  why %s: %s (%d, warn %v)\n", r.Field, r.Text.EN, r.Rows, r.Warn)
	}
	for _, segment := range d.Segments {
		columns := fieldColumns(b.defs.Kinds[segment.Kind])
		known, rows := make([]int, len(columns)), 0
		err := b.Live(b.t.Context(), segment.Kind, columns, func(r *Rows) error {
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
		fmt.Fprintf(&out, "  %s, %d rows:", segment.Kind, rows)
		for i, name := range columns {
			fmt.Fprintf(&out, " %s %.1f%%", name, 100*float64(known[i])/float64(max(rows, 1)))
		}
		fmt.Fprintln(&out)
	}
	for _, u := range d.Unread {
		if u.Rows > 0 {
			var texts []string
			for _, s := range u.Texts[:min(5, len(u.Texts))] {
				texts = append(texts, fmt.Sprintf("%s ×%d", s.Text, s.Rows))
			}
			fmt.Fprintf(&out, "  unread %s: %d of %d: %q\n", u.Field, u.Rows, u.Rows+u.Read, texts)
		}
	}
	if d.Removed != (Removed{}) {
		fmt.Fprintf(&out, "  removed %+v\n", d.Removed)
	}
	return out.String()
}
