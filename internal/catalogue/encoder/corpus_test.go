package encoder

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ieum"
)

// An agency trains on its own names of things; a folder without any names is no corpus,
// although the program has words of its own.
func TestACorpusOfOnesOwnNames(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadCorpus(dir, nil); !errors.Is(err, ieum.ErrNotFound) {
		t.Errorf("an empty folder: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "names.tsv"), []byte("가상달빛수확원\t달빛 따는 사람\tmoonlight picker\r\nalone\n\n가상별빛조율사\t별빛 맞추는 사람"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := ReadCorpus(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []group{{"가상달빛수확원", "달빛 따는 사람", "moonlight picker"}, {"가상별빛조율사", "별빛 맞추는 사람"}} {
		if !slices.ContainsFunc(c.groups, func(g group) bool { return slices.Equal(g, want) }) {
			t.Errorf("there is no group %q", want)
		}
	}
	if c.used[0].Names != 5 {
		t.Errorf("the card says %+v", c.used)
	}
}
