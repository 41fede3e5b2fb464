package simulate

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"testing"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/table"
)

// definitions loads the built-in definitions once.
var definitions = func() func(testing.TB) *defs.Set {
	var set *defs.Set
	return func(t testing.TB) *defs.Set {
		t.Helper()
		if set == nil {
			s, err := defs.Load()
			if err != nil {
				t.Fatal(err)
			}
			set = s
		}
		return set
	}
}()

func market(t testing.TB, change func(*Params)) *Market {
	t.Helper()
	p := Default()
	p.Resumes, p.Postings, p.PartRows, p.Twins = 3000, 2000, 1000, 50
	if change != nil {
		change(&p)
	}
	m, err := New(definitions(t), p)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func write(t testing.TB, m *Market) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "out")
	if _, err := m.Write(context.Background(), dir, nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

// bytesOf hashes every file of a folder with its name.
func bytesOf(t testing.TB, dir string) string {
	t.Helper()
	h := sha256.New()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		fmt.Fprintln(h, strings.TrimPrefix(path, dir))
		_, err = io.Copy(h, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// rowsOf hashes the rows of the files that fit a pattern, in order, whatever
// file they are in.
func rowsOf(t testing.TB, dir, pattern string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(names) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	sort.Strings(names)
	h := sha256.New()
	for _, name := range names {
		r, err := table.Open(name, table.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for {
			row, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range r.Columns() {
				v, ok := row.Get(c)
				binary.Write(h, binary.LittleEndian, []int64{int64(len(v)), map[bool]int64{true: 1}[ok]})
				io.WriteString(h, v)
			}
		}
		r.Close()
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

func TestSameFilesOnAnyNumberOfCores(t *testing.T) {
	cores := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(cores)
	want := ""
	for _, n := range []int{1, 2, 7} {
		runtime.GOMAXPROCS(n)
		if got := bytesOf(t, write(t, market(t, nil))); want == "" {
			want = got
		} else if got != want {
			t.Errorf("with %d cores the files differ from those with one", n)
		}
	}
	other := market(t, func(p *Params) { p.Seed = 2 })
	if bytesOf(t, write(t, other)) == want {
		t.Error("another seed gives the same files")
	}
}

func TestSameRowsInAnyNumberOfParts(t *testing.T) {
	patterns := []string{"resumes/part-*", "postings/part-*", "truth/resumes-*", "truth/postings-*", "truth/persons-*", "truth/companies-*", "log/part-*", "events/part-*", "truth/applications-*", "truth/effects-*", "truth/shown-*", "truth/vacancies-*", "truth/cells-*", "courses/part-*", "truth/moves-*", "truth/twins-*"}
	want := map[string]string{}
	for _, rows := range []int{1_000_000, 1000, 333} {
		dir := write(t, market(t, func(p *Params) { p.PartRows = rows }))
		for _, pattern := range patterns {
			if got := rowsOf(t, dir, pattern+".parquet"); want[pattern] == "" {
				want[pattern] = got
			} else if got != want[pattern] {
				t.Errorf("%s: other rows in parts of %d", pattern, rows)
			}
		}
	}
}

// TestOnlyOneSortOfFile: what --only writes is what the whole run writes.
func TestOnlyOneSortOfFile(t *testing.T) {
	whole := write(t, market(t, nil))
	seen := map[string]bool{"manifest.json": true}
	for _, only := range []string{onlyPeople, onlyPosts, onlyLog} {
		dir := write(t, market(t, func(p *Params) { p.Only = only }))
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || d.Name() == manifestName {
				return err
			}
			name, _ := filepath.Rel(dir, path)
			a, err1 := os.ReadFile(path)
			b, err2 := os.ReadFile(filepath.Join(whole, name))
			if err1 != nil || err2 != nil || string(a) != string(b) {
				t.Errorf("--only %s: %s is not that of the whole run", only, name)
			}
			if seen[name] {
				t.Errorf("--only %s writes %s, which another does too", only, name)
			}
			seen[name] = true
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	filepath.WalkDir(whole, func(path string, d fs.DirEntry, err error) error {
		if name, _ := filepath.Rel(whole, path); !d.IsDir() && !seen[name] {
			t.Errorf("no --only writes %s", name)
		}
		return nil
	})
}

func TestAnInterruptedRunLeavesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	ctx, stop := context.WithCancel(context.Background())
	_, err := market(t, nil).Write(ctx, dir, func(p Progress) {
		if p.Done > p.Total/2 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("err = %v, want that it was cancelled", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is still there: %v", err)
	}
}

func TestAKilledRunIsBegunAnew(t *testing.T) {
	m := market(t, nil)
	want := bytesOf(t, write(t, m))
	dir := filepath.Join(t.TempDir(), "out")
	for _, left := range []string{".partial/resumes/part-00000.parquet", "postings/part-00009.parquet"} {
		os.MkdirAll(filepath.Dir(filepath.Join(dir, left)), 0o755)
		if err := os.WriteFile(filepath.Join(dir, left), []byte("half"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := m.Write(context.Background(), dir, nil); err != nil {
		t.Fatal(err)
	}
	if bytesOf(t, dir) != want {
		t.Error("the folder differs from that of a clean run")
	}
}

func TestAFullFolderIsRefused(t *testing.T) {
	m := market(t, nil)
	dir := write(t, m)
	if had, err := m.Write(context.Background(), dir, nil); !had || err != nil {
		t.Errorf("the same simulation again: had %v, %v; want true, nil", had, err)
	}
	if _, err := market(t, func(p *Params) { p.Seed = 9 }).Write(context.Background(), dir, nil); !errors.Is(err, ieum.ErrConflict) {
		t.Errorf("another simulation over it: %v, want a conflict", err)
	}
	other := t.TempDir()
	os.WriteFile(filepath.Join(other, "thesis.txt"), []byte("mine"), 0o644)
	if _, err := m.Write(context.Background(), other, nil); !errors.Is(err, ieum.ErrConflict) {
		t.Errorf("a folder with something in it: %v, want a conflict", err)
	}
	if text, _ := os.ReadFile(filepath.Join(other, "thesis.txt")); string(text) != "mine" {
		t.Error("what was in the folder is gone")
	}
}

func TestParametersAreChecked(t *testing.T) {
	for name, change := range map[string]func(*Params){
		"resumes":     func(p *Params) { p.Resumes = -1 },
		"postings":    func(p *Params) { p.Postings = 2e9 },
		"rows":        func(p *Params) { p.PartRows = 0 },
		"day":         func(p *Params) { p.AsOf = 1 },
		"rate":        func(p *Params) { p.Rates.Typos = 1.01 },
		"day more":    func(p *Params) { p.ChangedResumes = p.Resumes + 1 },
		"day less":    func(p *Params) { p.ChangedPostings = -1 },
		"day in part": func(p *Params) { p.ChangedPostings, p.Only = 1, onlyPosts },
		"no share":    func(p *Params) { p.Rates.Duplicates = 0.9 },
	} {
		p := Default()
		change(&p)
		if err := p.Check(); !errors.Is(err, ieum.ErrInvalid) {
			t.Errorf("%s: %v, want that it is invalid", name, err)
		}
	}
}

func TestNothingOfNothing(t *testing.T) {
	for _, n := range [][2]int{{0, 0}, {1, 0}, {0, 1}, {3, 2}} {
		dir := write(t, market(t, func(p *Params) { p.Resumes, p.Postings = n[0], n[1] }))
		if _, err := os.Stat(filepath.Join(dir, "manifest.json")); err != nil {
			t.Errorf("%v: %v", n, err)
		}
	}
}

func BenchmarkResumes(b *testing.B)  { benchmark(b, 400_000, 0) }
func BenchmarkPostings(b *testing.B) { benchmark(b, 0, 200_000) }

// benchmark measures rows a second, from nothing to files on disk.
func benchmark(b *testing.B, resumes, postings int) {
	m := market(b, func(p *Params) { p.Resumes, p.Postings, p.PartRows = resumes, postings, 50_000 })
	for b.Loop() {
		dir := filepath.Join(b.TempDir(), "out")
		if _, err := m.Write(context.Background(), dir, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(resumes+postings)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func TestTheDocsSayEveryRate(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "simulation.md"))
	if err != nil {
		t.Fatal(err)
	}
	p := Default()
	for _, r := range p.List() {
		if line := fmt.Sprintf("| `--%s` | %.2f |", r.Name, r.Default); !strings.Contains(string(text), line) {
			t.Errorf("docs/simulation.md has no line %q", line)
		}
	}
}
