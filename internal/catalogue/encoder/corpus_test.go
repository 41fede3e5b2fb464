package encoder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ieum"
)

// An agency trains on its own names of things; a folder without any names is no corpus,
// although the program has words of its own.
func TestACorpusOfOnesOwnNames(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadCorpus(dir, "ours to use", nil); !errors.Is(err, ieum.ErrNotFound) {
		t.Errorf("an empty folder: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "names.tsv"), []byte("가상달빛수확원\t달빛 따는 사람\tmoonlight picker\r\nalone\n\n가상별빛조율사\t별빛 맞추는 사람"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := ReadCorpus(dir, "ours to use", nil)
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

// What an agency trains on its own names says so in its card: its file, its terms, its figures
// of names held back, and nothing of what the encoder in the program was trained on.
func TestTheCardIsOfTheDataItSays(t *testing.T) {
	dir := t.TempDir()
	var names strings.Builder
	for i := range 40 {
		fmt.Fprintf(&names, "가상달빛%[1]d 수확원\t달빛%[1]d 따는 사람\tmoonlight%[1]d picker\n", i)
	}
	if err := os.WriteFile(filepath.Join(dir, "names.tsv"), []byte(names.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := ReadCorpus(dir, "ours to use", nil)
	if err != nil {
		t.Fatal(err)
	}
	if held := []string{"moonlight9 picker", "moonlight19 picker", "moonlight29 picker", "moonlight39 picker"}; !slices.Equal(c.held.queries, held) {
		t.Errorf("%q are held back", c.held.queries)
	}
	for _, g := range c.groups {
		if slices.Contains(g, "moonlight9 picker") {
			t.Error("a name held back is learned")
		}
	}
	_, r := small(t)
	w, _ := train(c, r, 3, nil)
	e := wrap(w)
	stored := e.Stored(e.HeldBack(c, 3))
	read, err := Load(stored)
	if err != nil {
		t.Fatal(err)
	}
	card := read.Card()
	if own := card.Data[0]; own.Files != "names.tsv" || own.Terms != "ours to use" || own.Names != 116 || len(card.Data) != 2 || card.Seed != 3 || card.Bytes == 0 {
		t.Errorf("%+v", card)
	}
	if f := card.Figures; len(f) != len(ways) || f[0].Queries != 4 || f[0].Value == 0 || f[0].Value > 1 || f[0].Low > f[0].High {
		t.Errorf("figures %+v", f)
	}
	for _, untrue := range []string{"English, German", "ESCO", "Korea Employment"} {
		if all := fmt.Sprint(card); strings.Contains(all, untrue) {
			t.Errorf("the card says %q: %s", untrue, all)
		}
	}
	unmeasured := &Encoder{weights: &weights{}}
	if unmeasured.Stored(nil); len(unmeasured.card.Limits) != 1 {
		t.Error("that there are no figures is not said")
	}
}
