package catalogue

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ieum"
	"ieum/internal/snapshot"
)

// textsOf lists every text of a snapshot's tables.
func textsOf(s *snapshot.Snapshot) (out []string) {
	v := reflect.ValueOf(s).Elem()
	for i := range v.NumField() {
		if v.Field(i).Kind() != reflect.Struct {
			continue
		}
		for j := range v.Field(i).NumField() {
			if !v.Field(i).Field(j).CanAddr() || !v.Field(i).Type().Field(j).IsExported() {
				continue
			}
			if c, ok := v.Field(i).Field(j).Addr().Interface().(*snapshot.Strings); ok {
				c.Range(0, c.Len(), func(_ int, b []byte) bool {
					out = append(out, string(b))
					return true
				})
			}
		}
	}
	return out
}

// No text of a snapshot, whole or of changes, has the key of a résumé in it; the
// lake tells it, of as many as are asked for, in whatever order.
func TestASnapshotDoesNotSayWhoseARowIs(t *testing.T) {
	b := newBench(t, twoShops()...)
	licences := b.file("licence.csv", "resume,licence", "r1,용접기능사")
	b.ingest("shop", b.file("jobs.csv", shopHeader, shopJob(1)))
	b.ingest("people", b.file("resume.csv", resumeHeader, resume(7001, "용접"), resume(7002, "조리"), resume(7003, "용접")), licences)
	whole := b.build(false)
	b.ingest("people", b.file("resume.csv", resumeHeader, resume(7002, "용접"), resume(7004, "배관")), licences)
	changed := b.build(true)
	for _, s := range []*snapshot.Snapshot{whole, changed} {
		all := textsOf(s)
		if !slices.Contains(all, "s1") {
			t.Fatalf("the texts of a snapshot are %q, without the key of its posting", all)
		}
		for _, text := range all {
			if strings.Contains(text, "r700") {
				t.Errorf("a snapshot says %q", text)
			}
		}
	}
	keys := keysIn(t, b.Catalogue, changed)
	if want := []string{"r7001", "r7002", "r7002", "r7003", "r7004"}; !slices.Equal(slices.Sorted(slices.Values(keys)), want) {
		t.Fatalf("the keys are %q, want %q with what changed twice", keys, want)
	}
	for row, key := range keys {
		rows, err := b.Keyed(t.Context(), changed, key)
		if gone := changed.ResumeGone(row); err != nil || len(rows) != 1 || slices.Contains(rows, uint32(row)) == gone {
			t.Errorf("row %d, gone %v, has the key %s; asked for that are rows %d, %v", row, gone, key, rows, err)
		}
		again := []uint32{uint32(row), uint32(row)}
		var got []string
		err = b.Keys(t.Context(), changed, again, func(i int, k string) error { got = append(got, fmt.Sprint(i, k)); return nil })
		if want := []string{fmt.Sprint(0, key), fmt.Sprint(1, key)}; err != nil || !slices.Equal(got, want) {
			t.Errorf("asked twice, row %d has the keys %q, %v, want %q", row, got, err, want)
		}
	}
	if rows, err := b.Keyed(t.Context(), changed, "r9"); err != nil || len(rows) > 0 {
		t.Errorf("rows of a key that nobody has: %d, %v", rows, err)
	}
	stop := errors.New("stop")
	if err := b.Keys(t.Context(), changed, []uint32{0, 1}, func(int, string) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("who stops gets %v", err)
	}
}

// Keys of a delivery whose file is damaged, or not there, are a sentence.
func TestKeysOfADamagedLake(t *testing.T) {
	b := newBench(t, twoShops()...)
	b.ingest("people", b.file("resume.csv", resumeHeader, resume(1, "용접")), b.file("licence.csv", "resume,licence", "r1,용접기능사"))
	s := b.build(false)
	path := b.segmentPath("people", "resume", 1)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for what, damage := range map[string]func() error{
		"missing":   func() error { return os.Remove(path) },
		"cut short": func() error { return os.WriteFile(path, text[:len(text)/2], 0o600) },
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		err := b.Keys(t.Context(), s, []uint32{0}, func(int, string) error { return nil })
		if !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := b.Keyed(t.Context(), s, "r1"); !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
