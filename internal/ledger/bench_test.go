package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/journal"
)

// on runs a benchmark on both databases.
func on(b *testing.B, f func(b *testing.B, d *db.DB)) {
	b.Run("sqlite", func(b *testing.B) { f(b, dbtest.Open(b, b.TempDir())) })
	b.Run("postgres", func(b *testing.B) { f(b, dbtest.Open(b, dbtest.Postgres(b))) })
}

// write appends n entries to the journal in one transaction.
func write(b *bench, n int) {
	err := b.db.Tx(context.Background(), func(tx *sql.Tx) error {
		for i := range n {
			if err := journal.Append(context.Background(), tx, "door.opened", fmt.Sprint("p", i), map[string]any{"by": "c1", "n": i}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkSeal takes 20,000 entries that wait from the journal to a public
// checkpoint, as fast as it goes. Writing them is not counted.
func BenchmarkSeal(b *testing.B) {
	const entries = 20000
	on(b, func(b *testing.B, d *db.DB) {
		l := newBench(b, d)
		l.open()
		for b.Loop() {
			b.StopTimer()
			for range entries / 100 {
				write(l, 100)
			}
			b.StartTimer()
			if _, err := l.sealer.Seal(context.Background()); err != nil {
				b.Fatal(err)
			}
			l.log()
		}
		b.ReportMetric(entries*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
		if err := l.fsck(); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkPublish writes 8,000 entries a second for a while, 80 in a
// transaction, with sealer and ledger running as they do in a server, and
// measures from each commit to the public checkpoint over it.
func BenchmarkPublish(b *testing.B) {
	const rate, each, ticks = 8000, 80, 600
	on(b, func(b *testing.B, d *db.DB) {
		for b.Loop() {
			l := newBench(b, d)
			l.sealer.Now = time.Now
			l.open()
			ctx, stop := context.WithCancel(context.Background())
			var running sync.WaitGroup
			report := func(err error) { b.Error(err) }
			running.Go(func() { l.sealer.Run(ctx, 100*time.Millisecond, report) })
			running.Go(func() { l.l.Follow(ctx, 100*time.Millisecond, report) })
			var waits []time.Duration
			var mu sync.Mutex
			var watching sync.WaitGroup
			began := time.Now()
			for i := range ticks {
				time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second * each / rate)))
				write(l, each)
				at := time.Now()
				watching.Go(func() {
					if _, err := l.l.Watch(ctx, int64((i+1)*each)); err != nil {
						b.Error(err)
					}
					mu.Lock()
					defer mu.Unlock()
					waits = append(waits, time.Since(at))
				})
			}
			written := time.Since(began)
			watching.Wait()
			all := time.Since(began)
			stop()
			running.Wait()
			l.close()
			slices.Sort(waits)
			b.ReportMetric(ticks*each/written.Seconds(), "written/s")
			b.ReportMetric(ticks*each/all.Seconds(), "published/s")
			b.ReportMetric(float64(waits[len(waits)/2].Milliseconds()), "p50-ms")
			b.ReportMetric(float64(waits[len(waits)*99/100].Milliseconds()), "p99-ms")
		}
	})
}
