package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func corpusFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "corpus")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSimilarAnswersEachLineInOrder(t *testing.T) {
	corpus := corpusFile(t, "welder\r\n\nregistered nurse\n간호사\nnurse\nnurse\n사회복지사")
	got := lines(t, "nurse\n\n😀\n요양보호사\r\n용접원", "similar", "--corpus", corpus, "-k", "0", "--lang", "xx")
	if len(got) != 5 {
		t.Fatalf("5 lines in, %d out:\n%s", len(got), strings.Join(got, "\n"))
	}
	for i, want := range []struct {
		matches int
		first   []int
	}{{7, []int{4, 5, 2}}, {0, nil}, {0, nil}, {7, nil}, {7, []int{0}}} {
		var l struct {
			Matches []struct {
				Line  int
				Score float64
			}
		}
		if err := json.Unmarshal([]byte(got[i]), &l); err != nil {
			t.Fatalf("line %d: %v", i, err)
		}
		if len(l.Matches) != want.matches {
			t.Errorf("line %d has %d matches, want %d: %s", i, len(l.Matches), want.matches, got[i])
			continue
		}
		for j, line := range want.first {
			if l.Matches[j].Line != line {
				t.Errorf("line %d: match %d is line %d, want %d: %s", i, j, l.Matches[j].Line, line, got[i])
			}
		}
		for j := 1; j < len(l.Matches); j++ {
			if a, b := l.Matches[j-1], l.Matches[j]; b.Score > a.Score || a.Score == b.Score && b.Line < a.Line {
				t.Errorf("line %d is not in order: %s", i, got[i])
			}
		}
	}
	if got[1] != `{"matches":[]}` {
		t.Errorf("a blank line gives %s", got[1])
	}
	if got := lines(t, "nurse", "similar", "--corpus", corpus); strings.Count(got[0], `"line"`) != 7 {
		t.Errorf("ten are asked for by default: %s", got[0])
	}
}

func TestSimilarRefusesWhatItCannotUse(t *testing.T) {
	dir, corpus := filepath.Join(t.TempDir(), "data"), corpusFile(t, "nurse\n")
	for _, args := range [][]string{{"similar"}, {"similar", "--corpus", corpus, "-k", "-1"}, {"similar", "--corpus", corpus, "more"}} {
		if status, _, _ := invoke(dir, "", args...); status != 2 {
			t.Errorf("%q: status %d, want 2", args, status)
		}
	}
	for _, args := range [][]string{{"similar", "--corpus", corpus + "none"}, {"similar", "--corpus", corpus, "--weights", corpus}, {"similar", "--corpus", corpus, "--weights", corpus + "none"}} {
		if status, _, _ := invoke(dir, "", args...); status != 1 {
			t.Errorf("%q: status %d, want 1", args, status)
		}
	}
}

func TestWeightsInTheDataFolderReplaceTheBuiltInOnes(t *testing.T) {
	dir, corpus := filepath.Join(t.TempDir(), "data"), corpusFile(t, "nurse\n")
	if err := os.MkdirAll(filepath.Join(dir, "learned"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "learned", "encoder.bin"), []byte("no weights"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, said := invoke(dir, "nurse", "similar", "--corpus", corpus); status != 1 || !strings.Contains(said, "weights") {
		t.Errorf("status %d: %s", status, said)
	}
}
