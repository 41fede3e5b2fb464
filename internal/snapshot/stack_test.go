package snapshot

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ieum"
	"ieum/internal/platform/durable"
)

// publishOn makes the current snapshot one of changes over a base.
func publishOn(t *testing.T, data string, base *Base, gone *Gone) Meta {
	t.Helper()
	b, err := Begin(data)
	if err != nil {
		t.Fatal(err)
	}
	meta := smallMeta
	meta.Base = base
	for _, err := range []error{b.WriteGone(gone), b.Write(small("changes")), b.Describe(meta, now)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	m, err := b.Publish()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func baseOf(m Meta) *Base { return &Base{Folder: m.Version, Hash: m.Hash} }

// A whole build that gives what the base was, as after changes that were
// withdrawn, leaves at every step something to serve from.
func TestABaseBuiltAgainIsNotRemoved(t *testing.T) {
	defer func() { durable.Hook = nil }()
	crash := errors.New("crash")
	data := t.TempDir()
	base := publish(t, data, "later")
	changes := publishOn(t, data, baseOf(base), &Gone{})
	for at := 0; ; at++ {
		n := 0
		durable.Hook = func(op durable.Op, _ string) error {
			if op != durable.OpRemove && op != durable.OpRename {
				return nil
			}
			if n++; n > at {
				return crash
			}
			return nil
		}
		_, err := makeAnother(data)
		durable.Hook = nil
		dir, e := Current(data)
		if e != nil {
			t.Fatal(e)
		}
		s, e := Open(dir)
		if e != nil {
			t.Fatalf("after %d steps: %v", at, e)
		}
		if got := s.Meta.Version; err != nil && got != changes.Version && got != base.Version || err == nil && got != base.Version {
			t.Errorf("after %d steps and %v the current one is %s", at, err, got)
		}
		if e := errors.Join(s.Verify(), s.Close()); e != nil {
			t.Errorf("after %d steps: %v", at, e)
		}
		if err == nil {
			return
		}
	}
}

// A base that was damaged by hand is built again beside what is left of it.
func TestADamagedBaseIsBuiltAgain(t *testing.T) {
	data := t.TempDir()
	base := publish(t, data, "")
	publishOn(t, data, baseOf(base), &Gone{})
	if err := os.Truncate(filepath.Join(data, "snapshots", base.Version, "postings.col"), 100); err != nil {
		t.Fatal(err)
	}
	publish(t, data, "")
	dir, err := Current(data)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Verify(), s.Close()); err != nil || s.Meta.Version != base.Version {
		t.Errorf("%s is current, %v", s.Meta.Version, err)
	}
}

// A folder that says it goes on from another than a whole snapshot beside it is
// refused with one sentence.
func TestABaseIsAWholeSnapshotBesideIt(t *testing.T) {
	data := t.TempDir()
	base := publish(t, data, "")
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.CopyFS(elsewhere, os.DirFS(filepath.Join(data, "snapshots", base.Version))); err != nil {
		t.Fatal(err)
	}
	out, err := filepath.Rel(filepath.Join(data, "snapshots"), elsewhere)
	if err != nil {
		t.Fatal(err)
	}
	changes := publishOn(t, data, baseOf(base), &Gone{})
	dir := filepath.Join(data, "snapshots", changes.Version)
	for _, folder := range []string{out, elsewhere, "../snapshots/" + base.Version, "", ".", "..", changes.Version, "gone"} {
		meta := changes
		meta.Base = &Base{Folder: folder, Hash: base.Hash}
		b, err := json.Marshal(meta)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "meta.json"), b)
		s, err := Open(dir)
		if !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), "ieum build") {
			t.Errorf("base %q: the error is %v", folder, err)
		}
		if err == nil {
			s.Close()
		}
	}
}
