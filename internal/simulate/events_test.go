package simulate

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"ieum/internal/platform/table"
)

// TestAnAgencyRecordsWhatHappened: the events are the log in its order, under the keys of the
// other files, what was shown and read of the people sampled alone.
func TestAnAgencyRecordsWhatHappened(t *testing.T) {
	dir := write(t, market(t, func(p *Params) { p.Only = onlyLog }))
	var want, got []string
	key := func(letter byte, number int64) string {
		if number < 0 {
			return ""
		}
		return fmt.Sprintf("SIM-%c%09d", letter, number)
	}
	eachRow(t, filepath.Join(dir, "log/part-*.parquet"), func(b *table.Batch, i int) {
		c := b.Columns
		want = append(want, fmt.Sprint(key('R', c[2].Ints[i]), c[1].Strings[i], c[0].Ints[i], key('P', c[3].Ints[i]), key('C', c[5].Ints[i]), c[6].Strings[i], c[4].Ints[i], c[7].Bools[i], measure(&c[8], i), measure(&c[9], i), c[10].Ints[i], c[11].Strings[i], c[12].Floats[i]))
	}, "day", "event", "seeker", "posting", "pay", "course", "certificate", "referred", "aptitude", "motivation", "position", "channel", "propensity")
	eachRow(t, filepath.Join(dir, "events/part-*.parquet"), func(b *table.Batch, i int) {
		c := b.Columns
		got = append(got, fmt.Sprint(c[2].Strings[i], c[1].Strings[i], c[0].Ints[i], c[3].Strings[i], c[5].Strings[i], c[6].Strings[i], c[4].Ints[i]*10_000, c[7].Bools[i], measure(&c[8], i), measure(&c[9], i), c[10].Ints[i], c[11].Strings[i], c[12].Floats[i]))
	}, "day", "event", "resume", "posting", "pay", "course", "certificate", "referred", "aptitude", "motivation", "place", "channel", "propensity")
	if !slices.Equal(got, want) || len(got) < 1000 {
		t.Errorf("%d events are recorded and %d happened", len(got), len(want))
	}
}

// TestWhatIsShownIsRecordedOfASample: of the others, what they did.
func TestWhatIsShownIsRecordedOfASample(t *testing.T) {
	for kind := registered; kind <= left; kind++ {
		in, beyond := recorded(&event{kind: kind, seeker: sampled - 1}), recorded(&event{kind: kind, seeker: sampled})
		if shown := kind == impression || kind == viewed; !in || beyond == shown {
			t.Errorf("%s: recorded of one sampled %t, of another %t", happeningWords[kind], in, beyond)
		}
	}
}

func measure(c *table.Column, i int) string {
	if c.IsNull(i) {
		return "-"
	}
	return fmt.Sprint(c.Floats[i])
}

// eachRow calls f for the rows of files, in the order of their names.
func eachRow(t *testing.T, pattern string, f func(b *table.Batch, i int), columns ...string) {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	for _, name := range names {
		r, err := table.Open(name, table.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for {
			b, err := r.ReadColumns(1000, columns...)
			if err != nil {
				break
			}
			for i := range b.Rows {
				f(b, i)
			}
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
