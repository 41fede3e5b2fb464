package catalogue

import (
	"context"
	"encoding/gob"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ieum/defs"
	"ieum/internal/catalogue/master"
	"ieum/internal/catalogue/occupation"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/table"
	"ieum/internal/snapshot"
)

// A marketRow is a posting and its vacancy; the tests of master read it.
type marketRow struct {
	Title, Body string
	Names       []string
	Numbered    bool
	Facts       master.Facts
	Truth       int
}

// TestWriteMarket writes the postings of a data folder as a build hands them to
// the matcher, with the truth about them, for the tests of master to fit and
// score weights on. IEUM_MASTER_DATA is a data folder that took in the simulated
// market IEUM_MASTER_MARKET; IEUM_MASTER_OUT is the file.
func TestWriteMarket(t *testing.T) {
	data, market := os.Getenv("IEUM_MASTER_DATA"), os.Getenv("IEUM_MASTER_MARKET")
	if data == "" || market == "" {
		t.Skip("set IEUM_MASTER_DATA, IEUM_MASTER_MARKET and IEUM_MASTER_OUT to write a market for the matcher's tests")
	}
	ctx := context.Background()
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	coder, err := occupation.New(set)
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(ctx, dbtest.Open(t, data), nil, set, data, time.Now, coder, nil)
	if err != nil {
		t.Fatal(err)
	}
	to, err := snapshot.Begin(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m := newMaking(c, c.Live, to, &decisions{}, func(Stage) {})
	g, err := m.gather(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer g.close()
	f, err := os.Create(os.Getenv("IEUM_MASTER_OUT"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in, truth, w := m.forMatcher(g), vacancies(t, market), gob.NewEncoder(f)
	keys := make([]string, g.len())
	for i := range g.members.groups {
		x, err := g.members.whole(i)
		if err != nil {
			t.Fatal(err)
		}
		for j, row := range x.Posting.Raw {
			keys[row] = x.Key.At(j)
		}
	}
	for row := range uint32(g.len()) {
		body, err := g.texts.read(row, int(g.texts.body[row]), nil)
		if err != nil {
			t.Fatal(err)
		}
		company := in.Facts[row].Company
		key := keys[row]
		vacancy, ok := truth[key]
		if !ok {
			t.Fatalf("nothing is known of %s", key)
		}
		p := marketRow{Title: in.Title(row), Body: string(body), Facts: in.Facts[row], Truth: int(vacancy)}
		if company != 0 {
			p.Names, p.Numbered = in.Names(company), in.Numbered(company)
		}
		err = w.Encode(p)
		if err != nil {
			t.Fatal(err)
		}
	}
}

// vacancies reads which vacancy each made-up posting shows.
func vacancies(t *testing.T, market string) map[string]int64 {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(market, "truth", "postings-*.parquet"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no truth of postings: %v", market, err)
	}
	out := map[string]int64{}
	for _, f := range files {
		r, err := table.Open(f, table.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for {
			b, err := r.ReadColumns(4096, "id", "vacancy")
			if err != nil {
				break
			}
			for i := range b.Rows {
				out[b.Columns[0].Strings[i]] = b.Columns[1].Ints[i]
			}
		}
		r.Close()
	}
	return out
}
