package catalogue

import (
	"context"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"ieum/defs"
	"ieum/internal/platform/db/dbtest"
)

// TestBuildSpeed says what each stage of a build of an existing data folder
// takes, without the parts of other domains. It runs when IEUM_BUILD_DATA names
// the folder.
func TestBuildSpeed(t *testing.T) {
	data := os.Getenv("IEUM_BUILD_DATA")
	if data == "" {
		t.Skip("set IEUM_BUILD_DATA to a data folder to measure its build")
	}
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(context.Background(), dbtest.Open(t, data), nil, set, data, time.Now, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	began, before, last := time.Now(), processor(), Stage("")
	lap := func(next Stage) {
		var had, live runtime.MemStats
		runtime.ReadMemStats(&had)
		wall, used := time.Since(began), processor()-before
		runtime.GC()
		runtime.ReadMemStats(&live)
		t.Logf("%-10s %6.1f s %6.1f CPU-s, heap %5d MB of which live %5d MB", last, wall.Seconds(), used.Seconds(), had.HeapAlloc>>20, live.HeapAlloc>>20)
		last, began, before = next, time.Now(), processor()
	}
	if _, err := c.Build(context.Background(), lap); err != nil {
		t.Fatal(err)
	}
	lap("")
}

func processor() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
