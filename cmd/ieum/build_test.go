package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ieum/internal/catalogue"
	"ieum/internal/platform/table"
	"ieum/internal/snapshot"
)

// lakeOf returns the catalogue of a data folder.
func lakeOf(t *testing.T, data string) *catalogue.Catalogue {
	t.Helper()
	set, err := loadDefinitions()
	if err != nil {
		t.Fatal(err)
	}
	s, err := openStore(t.Context(), &env{Config: Config{Data: data}, now: time.Now}, set)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s.catalogue
}

// Mastering is measured on simulated rows that know nothing of the matcher, and
// that its weights were not fitted on.
func TestMasteringFindsTheTruth(t *testing.T) {
	t.Parallel()
	for _, seed := range []int{2, 3} {
		dir := t.TempDir()
		market, data := filepath.Join(dir, "market"), filepath.Join(dir, "data")
		succeed(t, "simulate", "--resumes", "8000", "--postings", "8000", "--seed", fmt.Sprint(seed), "--out", market)
		succeed(t, "ingest", "simulated", market, "--data", data)
		succeed(t, "build", "--data", data)
		where, err := snapshot.Current(data)
		if err != nil {
			t.Fatal(err)
		}
		s, err := snapshot.Open(where)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		postings := truthOf(t, market, "postings", "vacancy")
		companies := truthOf(t, market, "postings", "company")
		persons := truthOf(t, market, "resumes", "person")
		found, employers := map[string]int{}, map[string]int{}
		for i := range s.Members.ID.Len() {
			key, row := s.Members.Key.At(i), int(s.Members.Posting.At(i))
			found[key] = row
			if c := s.Postings.Company.At(row); c != 0 {
				employers[key] = int(c)
			}
		}
		people, rows := map[string]int{}, make([]uint32, s.Meta.Resumes)
		for i := range rows {
			rows[i] = uint32(i)
		}
		err = lakeOf(t, data).Keys(t.Context(), s, rows, func(i int, key string) error {
			people[key] = int(s.Resumes.Person.At(i))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range []struct {
			what         string
			found, truth map[string]int
			rows         int
			least        float64
		}{
			{"postings", found, postings, 8000, 0.95}, {"companies", employers, companies, 7000, 0.97}, {"persons", people, persons, 8000, 0.98},
		} {
			p, r, f := pairwise(m.found, m.truth)
			t.Logf("seed %d: %s precision %.4f recall %.4f F1 %.4f over %d rows", seed, m.what, p, r, f, len(m.found))
			if f < m.least || len(m.found) < m.rows {
				t.Errorf("seed %d: F1 of %s is %.4f over %d rows, want %.2f over %d", seed, m.what, f, len(m.found), m.least, m.rows)
			}
		}
	}
}

// succeed runs a command line that must not fail.
func succeed(t *testing.T, args ...string) (stdout string) {
	t.Helper()
	status, stdout, stderr := invoke("", "", args...)
	if status != 0 {
		t.Fatalf("ieum %v: status %d\n%s", args, status, stderr)
	}
	return stdout
}

// truthOf reads a column of the truth by ID.
func truthOf(t *testing.T, dir, kind, column string) map[string]int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "truth", kind+"-*.parquet"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no truth of %s: %v", kind, err)
	}
	out := map[string]int{}
	for _, f := range files {
		r, err := table.Open(f, table.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for {
			b, err := r.ReadColumns(4096, "id", column)
			if err != nil {
				break
			}
			for i := range b.Rows {
				out[b.Columns[0].Strings[i]] = int(b.Columns[1].Ints[i])
			}
		}
		r.Close()
	}
	return out
}

// pairwise compares clusters with the truth over all pairs of rows in both.
func pairwise(found, truth map[string]int) (precision, recall, f1 float64) {
	pairs := func(sizes map[[2]int]int) (n float64) {
		for _, k := range sizes {
			n += float64(k) * float64(k-1) / 2
		}
		return n
	}
	f, r, both := map[[2]int]int{}, map[[2]int]int{}, map[[2]int]int{}
	for key, c := range found {
		of := truth[key]
		f[[2]int{c}]++
		r[[2]int{of}]++
		both[[2]int{c, of}]++
	}
	precision, recall = pairs(both)/pairs(f), pairs(both)/pairs(r)
	return precision, recall, 2 * precision * recall / (precision + recall)
}

func TestBuildSaysWhatItMade(t *testing.T) {
	dir := t.TempDir()
	market, data := filepath.Join(dir, "market"), filepath.Join(dir, "data")
	succeed(t, "simulate", "--resumes", "300", "--postings", "200", "--seed", "7", "--out", market)
	succeed(t, "ingest", "simulated", market, "--data", data)
	var first, again Built
	for _, to := range []*Built{&first, &again} {
		if err := json.Unmarshal([]byte(succeed(t, "build", "--json", "--data", data)), to); err != nil {
			t.Fatal(err)
		}
	}
	if first.Hash != again.Hash || first.Version != first.Hash[:16] || first.Bytes < 1000 || !first.Simulated {
		t.Errorf("first %+v, again %+v", first, again)
	}
	if r := first.Rows; r.Resumes != 300 || r.Items != 40 || r.Sources != 908 || r.Postings < 100 || r.Postings > 200 || r.People > 300 || r.Companies == 0 {
		t.Errorf("rows are %+v", r)
	}
	if status, _, stderr := invoke(data, "", "build", "extra"); status != 2 || stderr == "" {
		t.Errorf("an argument too many: status %d, %q", status, stderr)
	}
}

// TestTruthIsNeverRead: a delivery without the truth and the log gives the same
// snapshot.
func TestTruthIsNeverRead(t *testing.T) {
	dir := t.TempDir()
	market := filepath.Join(dir, "market")
	succeed(t, "simulate", "--resumes", "300", "--postings", "200", "--seed", "7", "--out", market)
	var built [2]Built
	for i := range built {
		data := filepath.Join(dir, fmt.Sprint("data", i))
		if i == 1 {
			for _, sub := range []string{"truth", "log"} {
				if err := os.RemoveAll(filepath.Join(market, sub)); err != nil {
					t.Fatal(err)
				}
			}
			copyFolder(t, filepath.Join(data, "keys"), filepath.Join(dir, "data0", "keys"))
		}
		succeed(t, "ingest", "simulated", market, "--data", data)
		if err := json.Unmarshal([]byte(succeed(t, "build", "--json", "--data", data)), &built[i]); err != nil {
			t.Fatal(err)
		}
	}
	if built[0].Hash != built[1].Hash {
		t.Errorf("with the truth the snapshot is %+v, without it %+v", built[0], built[1])
	}
}
