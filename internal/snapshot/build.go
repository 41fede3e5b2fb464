package snapshot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"ieum"
	"ieum/internal/platform/durable"
)

// A Build is a snapshot in the making: a folder of its own that no reader
// looks at until Publish.
type Build struct {
	root string // data/snapshots
	Dir  string // where files are written

	early map[string]bool // table files that are written already
}

// Begin makes an empty folder for a new snapshot in the data folder, and
// removes what an interrupted build left. A current snapshot of a newer format
// is not replaced (ieum.ErrConflict). The caller holds build.lock.
func Begin(data string) (*Build, error) {
	root := filepath.Join(data, "snapshots")
	if err := durable.MkdirAll(root); err != nil {
		return nil, err
	}
	if now, err := current(root); err == nil {
		if err := checkFormat(filepath.Join(root, now)); errors.Is(err, ieum.ErrConflict) {
			return nil, err
		}
	}
	if err := startHidden(root); err != nil {
		return nil, err
	}
	left, err := filepath.Glob(filepath.Join(root, "making-*"))
	if err != nil {
		return nil, err
	}
	for _, dir := range left {
		if err := durable.Remove(dir); err != nil {
			return nil, err
		}
	}
	dir, err := os.MkdirTemp(root, "making-")
	if err != nil {
		return nil, err
	}
	return &Build{root, dir, map[string]bool{}}, nil
}

// Discard removes the folder; after Publish it does nothing.
func (b *Build) Discard() error { return os.RemoveAll(b.Dir) }

// Write writes the tables and the dictionary of s, but not its parts. Tables
// that WriteEarly wrote are done.
func (b *Build) Write(s *Snapshot) error {
	for _, t := range s.tables() {
		if b.early[t.file] {
			continue
		}
		if err := WriteTable(b.Path(t.file), t.table); err != nil {
			return err
		}
	}
	return writeJSON(b.Path("dict.json"), s.Dict)
}

// WriteEarly writes tables of s, such as &s.Postings, and empties them, so that
// they need not be in memory together with the others.
func (b *Build) WriteEarly(s *Snapshot, tables ...any) error {
	for _, t := range s.tables() {
		if !slices.Contains(tables, t.table) {
			continue
		}
		if err := WriteTable(b.Path(t.file), t.table); err != nil {
			return err
		}
		b.early[t.file] = true
		reflect.ValueOf(t.table).Elem().SetZero()
	}
	return nil
}

// Writer writes a table of s, such as &s.Texts, row group by row group. It is
// done before Write is called.
func (b *Build) Writer(s *Snapshot, table any) (*TableWriter, error) {
	for _, t := range s.tables() {
		if t.table == table {
			b.early[t.file] = true
			return NewTableWriter(b.Path(t.file), table)
		}
	}
	panic(fmt.Sprintf("snapshot: %T is no table of a snapshot", table))
}

// Path returns the path of a file of the snapshot.
func (b *Build) Path(name string) string { return filepath.Join(b.Dir, name) }

// Describe writes meta.json, after which Open works on b.Dir: parts are built
// from it. It fills in the format, version, hash and time.
func (b *Build) Describe(m Meta, now time.Time) error {
	hash, err := layerHash(b.Dir, m.Base)
	if err != nil {
		return err
	}
	m.Format, m.Hash, m.Version, m.Built = Format, hash, hash[:16], now.UTC().Truncate(time.Second)
	return writeJSON(b.Path("meta.json"), m)
}

// Publish verifies the snapshot and its parts and makes it the current one,
// durably and in one step, which is the last: a crash before it leaves the old
// one current. Snapshots older than that are removed first; a server that still
// reads one keeps its mapping.
func (b *Build) Publish() (Meta, error) {
	s, err := Open(b.Dir)
	if err != nil {
		return Meta{}, err
	}
	meta := s.Meta
	err = errors.Join(s.Verify(), s.Close())
	if err != nil {
		return meta, err
	}
	before, err := current(b.root)
	if err != nil && !errors.Is(err, ieum.ErrUnavailable) && !errors.Is(err, ieum.ErrInvalid) {
		return meta, err
	}
	to, same, err := b.place(meta.Version, before)
	if err == nil && same {
		err = b.Discard()
	} else if err == nil {
		err = b.move(to)
	}
	if err != nil || to == before {
		return meta, err
	}
	if err := b.prune(to, before); err != nil { // not after the switch: a run after a crash finds nothing to do
		return meta, err
	}
	return meta, durable.WriteFile(filepath.Join(b.root, "CURRENT"), []byte(to+"\n"))
}

// place says which folder a version goes to, and whether that holds the same
// already, parts and all. What the current snapshot is read from is never
// replaced: where a newer program made other parts of the same content, or a
// folder was damaged, the version goes to a folder of another name.
func (b *Build) place(version, before string) (to string, same bool, err error) {
	for _, used := range b.withBases(before) {
		if name, _, _ := strings.Cut(used, "-"); name != version {
			continue
		}
		if old := filepath.Join(b.root, used); sound(old) {
			if same, err = sameParts(b.Dir, old); same || err != nil {
				return used, same, err
			}
		}
		if used == version {
			return version + "-2", false, nil
		}
	}
	return version, false, nil
}

// move gives the folder its name.
func (b *Build) move(to string) error {
	to = filepath.Join(b.root, to)
	if err := durable.Remove(to); err != nil { // left by a crash between the two renames
		return err
	}
	if err := durable.SyncDir(b.Dir); err != nil {
		return err
	}
	return durable.Rename(b.Dir, to)
}

// sound reports whether a snapshot's own files are as they were written.
func sound(dir string) bool {
	s, err := Open(dir)
	if err != nil {
		return false
	}
	defer s.Close()
	return s.Verify() == nil
}

func sameParts(x, y string) (bool, error) {
	var hashes [2][]string
	for i, dir := range []string{x, y} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return false, err
		}
		for _, e := range entries {
			if e.IsDir() {
				h, err := contentHash(filepath.Join(dir, e.Name()))
				if err != nil {
					return false, err
				}
				hashes[i] = append(hashes[i], e.Name()+" "+h)
			}
		}
	}
	return slices.Equal(hashes[0], hashes[1]), nil
}

// withBases appends to names of folders those of their bases.
func (b *Build) withBases(names ...string) []string {
	for _, name := range names {
		var m Meta
		if err := readJSON(filepath.Join(b.root, name, "meta.json"), &m); err == nil && m.Base != nil {
			names = append(names, m.Base.Folder)
		}
	}
	return names
}

// prune removes snapshots other than those to keep and their bases.
func (b *Build) prune(keep ...string) error {
	keep = b.withBases(keep...)
	entries, err := os.ReadDir(b.root)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() && !slices.Contains(keep, e.Name()) && !strings.HasPrefix(e.Name(), "making-") {
			if err := durable.Remove(filepath.Join(b.root, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// Current returns the folder of the current snapshot; ieum.ErrUnavailable when
// there is none yet.
func Current(data string) (string, error) {
	root := filepath.Join(data, "snapshots")
	v, err := current(root)
	return filepath.Join(root, v), err
}

func current(root string) (string, error) {
	b, err := os.ReadFile(filepath.Join(root, "CURRENT"))
	if errors.Is(err, os.ErrNotExist) {
		return "", &ieum.Error{Kind: ieum.ErrUnavailable, Key: "error.no_snapshot",
			Message: "there is no snapshot yet; bring data with: ieum ingest SOURCE FILE…, then: ieum build"}
	}
	if err != nil {
		return "", err
	}
	v := strings.TrimSpace(string(b))
	if !isFolder(v) {
		return "", ieum.Errorf(ieum.ErrInvalid, "%s is damaged; build the snapshot again with: ieum build", filepath.Join(root, "CURRENT"))
	}
	return v, nil
}

// isFolder says whether a name is one of a folder beside CURRENT, and leads
// nowhere else.
func isFolder(name string) bool { return name != "" && !strings.ContainsAny(name, "/\\.") }

// layerHash is the hash of a snapshot over its base, nil when there is none.
func layerHash(dir string, base *Base) (string, error) {
	hash, err := contentHash(dir)
	if err != nil || base == nil {
		return hash, err
	}
	sum := sha256.Sum256([]byte(base.Hash + hash))
	return hex.EncodeToString(sum[:]), nil
}

// contentHash hashes the tables, texts and dictionary, in name order.
func contentHash(dir string) (string, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return "", err
	}
	slices.Sort(names)
	h := sha256.New()
	for _, name := range names {
		if filepath.Base(name) == "meta.json" {
			continue
		}
		info, err := os.Stat(name)
		if err != nil {
			return "", err
		}
		if info.IsDir() { // parts are functions of the rest
			continue
		}
		fmt.Fprintf(h, "%s %d\n", filepath.Base(name), info.Size())
		f, err := os.Open(name)
		if err != nil {
			return "", err
		}
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func writeJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	f, err := durable.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

// FormatID writes the public number of a posting as it stands in addresses.
func FormatID(id uint64) string { return fmt.Sprintf("%016x", id) }

// ParseID reads what FormatID wrote.
func ParseID(s string) (id uint64, ok bool) {
	if len(s) != 16 {
		return 0, false
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		return 0, false
	}
	for _, c := range b {
		id = id<<8 | uint64(c)
	}
	return id, true
}

// Derive builds the parts of a described snapshot into folders of their own
// and opens each as a check.
func (b *Build) Derive(ctx context.Context, parts ...Part) error {
	s, err := Open(b.Dir)
	if err != nil {
		return err
	}
	defer s.Close()
	for _, p := range parts {
		dir := b.Path(p.Name)
		if p.Build != nil {
			if err := os.Mkdir(dir, 0o700); err != nil {
				return err
			}
			if err := p.Build(ctx, s, dir); err != nil {
				return fmt.Errorf("snapshot: build %s: %w", p.Name, err)
			}
			if err := durable.SyncDir(dir); err != nil {
				return err
			}
		}
		c, err := p.Open(s, dir)
		if err != nil {
			return fmt.Errorf("snapshot: open %s: %w", p.Name, err)
		}
		s.parts[p.Name] = c
	}
	return nil
}
