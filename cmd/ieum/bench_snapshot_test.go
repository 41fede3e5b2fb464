package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"ieum/internal/snapshot"
)

// What bench snapshot says of the columns adds up to the files of the snapshot,
// but for what frames them.
func TestBenchSnapshotAddsUp(t *testing.T) {
	data, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := invoke(data, "", "bench", "snapshot")
	var b SnapshotBench
	if err := json.Unmarshal([]byte(stdout), &b); err != nil || status != 0 {
		t.Fatalf("exit %d, %v: %s", status, err, stderr)
	}
	dir, err := snapshot.Current(data)
	if err != nil {
		t.Fatal(err)
	}
	files, sum := int64(0), int64(0)
	paths, _ := filepath.Glob(filepath.Join(dir, "*.col"))
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		files += info.Size()
	}
	for _, c := range b.Columns {
		sum += c.Bytes
	}
	if frame := files - b.Total.Bytes; sum != b.Total.Bytes || frame < 0 || frame > 20_000 {
		t.Errorf("columns have %d bytes, all %d, the files %d", sum, b.Total.Bytes, files)
	}
	if len(b.Columns) < 60 || b.Total.Ratio < 0.1 || b.Total.Ratio > 10 {
		t.Errorf("%d columns, ratio %.2f", len(b.Columns), b.Total.Ratio)
	}
}
