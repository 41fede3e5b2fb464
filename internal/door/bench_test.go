package door

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/web"
)

// BenchmarkRead is one read through the door, from the decision to the opened
// record; p99 is of all of them. With IEUM_BENCH_DIR the database lies there.
func BenchmarkRead(b *testing.B) {
	bench := open(b, dbtest.Open(b, benchDir(b)), b.TempDir())
	p := bench.registered("law")
	by := bench.counsellor()
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		if _, err := bench.Read(ctx, by, p, counselling, ieum.ContactRecord); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	report(b, took)
}

// BenchmarkLookedAt is the page of who looked at somebody, among as many access
// records as IEUM_BENCH_RECORDS says (100,000), a hundred each of so many people.
func BenchmarkLookedAt(b *testing.B) {
	records, dir := benchRecords(), benchDir(b)
	d := dbtest.Open(b, dir)
	bench := open(b, d, b.TempDir())
	fill(b, d, records)
	var took []time.Duration
	for n := 0; b.Loop(); n++ {
		began := time.Now()
		a, err := bench.LookedAt(ctx, ieum.PersonID(fmt.Sprintf("p%026d", n*7919%(records/100))), 0)
		if err != nil || len(a.Lines) != stretch || a.Gaps != nil {
			b.Fatalf("%+v %v", a, err)
		}
		took = append(took, time.Since(began))
	}
	report(b, took)
}

// BenchmarkAccessPage is the same as a request for the page, made whole, of who is signed
// in and has those records.
func BenchmarkAccessPage(b *testing.B) {
	records := benchRecords()
	d := dbtest.Open(b, benchDir(b))
	bench := open(b, d, b.TempDir())
	set, err := defs.LoadFrom(defs.Files)
	if err != nil {
		b.Fatal(err)
	}
	bench.Door.set = set
	fill(b, d, records)
	site := web.NewSite(set, bench.now, func() bool { return false })
	site.Log = slog.New(slog.DiscardHandler)
	var reader ieum.AccountID
	site.Reader = func(*http.Request) (*web.Reader, error) {
		by := bench.as(reader, "seeker", "", "", "")
		return &web.Reader{ID: reader, Fresh: true, Left: time.Hour, May: by.May, Over: by.Over}, nil
	}
	mux := web.NewMux(site)
	bench.Routes(site, mux)
	var took []time.Duration
	for n := 0; b.Loop(); n++ {
		reader = ieum.AccountID(fmt.Sprintf("a%026d", n*7919%(records/100)))
		r, w := httptest.NewRequestWithContext(ctx, http.MethodGet, "/my/access", nil), httptest.NewRecorder()
		began := time.Now()
		mux.ServeHTTP(w, r)
		took = append(took, time.Since(began))
		if page := w.Body.String(); w.Code != http.StatusOK || strings.Count(page, `id="entry-`) != stretch {
			b.Fatal(w.Code, page)
		}
	}
	report(b, took)
}

// benchRecords is how many access records there are.
func benchRecords() int {
	if n, err := strconv.Atoi(os.Getenv("IEUM_BENCH_RECORDS")); err == nil {
		return n
	}
	return 100_000
}

func benchDir(b *testing.B) string {
	if dir := os.Getenv("IEUM_BENCH_DIR"); dir != "" {
		dir = filepath.Join(dir, "door")
		b.Cleanup(func() { os.RemoveAll(dir) })
		return dir
	}
	return b.TempDir()
}

func report(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
}

// fill writes sealed access records, spread over people as they come in.
func fill(b *testing.B, d *db.DB, records int) {
	b.Helper()
	people := records / 100
	const data = `{"n":%d,"at":1772400000,"by":"aabcdefghijklmnopqrstuvwxyz","role":"counsellor","organisation":"center","site":"north","purpose":"counselling","version":1,"basis":"law","ref":"12","kinds":["contact","note","resume"],"flags":null}`
	for at := 0; at < records; at += 50_000 {
		err := d.Tx(context.Background(), func(tx *sql.Tx) error {
			add, err := tx.PrepareContext(ctx, `INSERT INTO journal_entry (seq, sealed, kind, subject, data, hash) VALUES (?, 1772400000, 'door.read', ?, ?, ?)`)
			if err != nil {
				return err
			}
			defer add.Close()
			for i := at; i < min(at+50_000, records); i++ {
				n := i/people + 1
				if _, err := add.ExecContext(ctx, i+1, fmt.Sprintf("p%026d", i%people), fmt.Sprintf(data, n), make([]byte, 32)); err != nil {
					return err
				}
				if n == 1 {
					if _, err := tx.ExecContext(ctx, `INSERT INTO door_person (id, account, organisation, site, made, reads, erased) VALUES (?, ?, '', '', 0, 100, 0)`, fmt.Sprintf("p%026d", i), fmt.Sprintf("a%026d", i)); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
