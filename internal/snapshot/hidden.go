package snapshot

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"ieum"
	"ieum/internal/platform/durable"
)

// hiddenFile lies beside the snapshots and says which résumés are of people who
// were erased. What it says is not in them, so that it holds at once; the next
// whole build leaves the rows out.
const hiddenFile = "HIDDEN"

// Damaged is the name of erasures by which a file says that those of before are not
// known: it hides nobody wrongly, and opens nothing.
const Damaged = "damaged"

// A Place is where a résumé lies in the lake, as Delivery and Row of Resumes say.
type Place struct{ Delivery, Row uint32 }

// Hidden are the résumés that nobody is shown. Where each lies says nothing of
// whose it was.
type Hidden struct {
	Erased  string // which erasures were looked for, as who looked names them; "none" before anybody did
	Through int64  // the last delivery that was looked through
	Rows    map[Place]time.Time
}

// ReadHidden returns what is hidden in a data folder: nothing where no file says so.
func ReadHidden(data string) (*Hidden, error) { return readHidden(filepath.Join(data, "snapshots")) }

func readHidden(root string) (*Hidden, error) {
	h, path := &Hidden{Erased: "none", Rows: map[Place]time.Time{}}, filepath.Join(root, hiddenFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return h, nil
	}
	if err != nil {
		return nil, err
	}
	bad := ieum.Errorf(ieum.ErrInvalid, "%s is damaged, so that nobody knows who is to be hidden; find it out anew with: ieum build", path)
	in := bufio.NewScanner(bytes.NewReader(text))
	if !in.Scan() {
		return nil, bad
	}
	var sum string
	if n, err := fmt.Sscanf(in.Text(), "erased %s through %d sha256 %s", &h.Erased, &h.Through, &sum); n != 3 || err != nil || h.Erased == Damaged {
		return nil, bad
	}
	if _, places, _ := bytes.Cut(text, []byte("\n")); sumOf(places) != sum { // cut or edited: whoever is missing would be shown
		return nil, bad
	}
	for in.Scan() {
		var p Place
		var at int64
		if n, err := fmt.Sscanf(in.Text(), "%d %d %d", &p.Delivery, &p.Row, &at); n != 3 || err != nil {
			return nil, bad
		}
		h.Rows[p] = time.Unix(at, 0)
	}
	return h, in.Err()
}

// Write makes what is hidden last. The caller keeps others from writing.
func (h *Hidden) Write(data string) error {
	places := make([]Place, 0, len(h.Rows))
	for p := range h.Rows {
		places = append(places, p)
	}
	slices.SortFunc(places, func(a, b Place) int {
		return cmp.Or(cmp.Compare(a.Delivery, b.Delivery), cmp.Compare(a.Row, b.Row))
	})
	var b bytes.Buffer
	for _, p := range places {
		fmt.Fprintf(&b, "%d %d %d\n", p.Delivery, p.Row, h.Rows[p].Unix())
	}
	text := fmt.Appendf(nil, "erased %s through %d sha256 %s\n%s", h.Erased, h.Through, sumOf(b.Bytes()), b.Bytes())
	root := filepath.Join(data, "snapshots")
	if err := durable.MkdirAll(root); err != nil {
		return err
	}
	return durable.WriteFile(filepath.Join(root, hiddenFile), text)
}

func sumOf(places []byte) string { return fmt.Sprintf("%x", sha256.Sum256(places)) }

// In returns the rows of a snapshot that are hidden, those too that are gone.
func (h *Hidden) In(s *Snapshot) (rows []uint32) {
	if len(h.Rows) == 0 {
		return nil
	}
	deliveries := map[uint32]bool{}
	for p := range h.Rows {
		deliveries[p.Delivery] = true
	}
	r := &s.Resumes
	var buf []uint32
	const piece = 1 << 16
	for from := 0; from < r.Person.Len(); from += piece {
		buf = r.Delivery.AppendTo(buf[:0], from, min(from+piece, r.Person.Len()))
		for i, d := range buf {
			if !deliveries[d] {
				continue
			}
			if _, is := h.Rows[Place{d, r.Row.At(from + i)}]; is {
				rows = append(rows, uint32(from+i))
			}
		}
	}
	return rows
}

// hide lets the rows that are hidden be gone, while the snapshot is read.
func (s *Snapshot) hide(h *Hidden) {
	bits := make([]uint64, s.Resumes.Person.Len()/64+1)
	for _, row := range h.In(s) {
		bits[row>>6] |= 1 << (row & 63)
	}
	s.hidden.Store(&bits)
}

// hideAnew is hide for what the file beside the snapshot says, unless the file is
// the one that was read before.
func (s *Snapshot) hideAnew(before fs.FileInfo) (fs.FileInfo, error) {
	root := filepath.Dir(s.Dir)
	now, err := os.Stat(filepath.Join(root, hiddenFile))
	switch {
	case errors.Is(err, fs.ErrNotExist) && before == nil:
		return nil, nil
	case errors.Is(err, fs.ErrNotExist):
		s.hide(&Hidden{})
		return nil, nil
	case err != nil:
		return before, err
	case before != nil && os.SameFile(before, now) && before.ModTime().Equal(now.ModTime()) && before.Size() == now.Size():
		return before, nil
	}
	h, err := readHidden(root)
	if err != nil {
		return before, err
	}
	s.hide(h)
	return now, nil
}

// holds counts the rows of a snapshot's layers that are hidden, since before a
// moment.
func (h *Hidden) holds(s *Snapshot, before time.Time) (n int) {
	for _, l := range s.Layers() {
		for _, row := range h.In(l) {
			if h.Rows[Place{l.Resumes.Delivery.At(int(row)), l.Resumes.Row.At(int(row))}].Before(before) {
				n++
			}
		}
	}
	return n
}

// DropHidden removes the snapshots that hold rows of people who were erased, but
// for the one in use and its base, and returns how many such rows that still has
// since more than a day before now. The caller keeps builds away.
func DropHidden(data string, now time.Time) (overdue int, err error) {
	h, err := ReadHidden(data)
	if err != nil || len(h.Rows) == 0 {
		return 0, err
	}
	root := filepath.Join(data, "snapshots")
	used, err := current(root)
	if err != nil {
		return 0, err
	}
	folders, err := filepath.Glob(filepath.Join(root, "*", "meta.json"))
	if err != nil {
		return 0, err
	}
	keep := (&Build{root: root}).withBases(used)
	for _, meta := range folders {
		dir := filepath.Dir(meta)
		if slices.Contains(keep, filepath.Base(dir)) {
			continue
		}
		s, err := openLayers(dir)
		if err == nil {
			n := h.holds(s, now.Add(time.Second))
			if err := s.Close(); err != nil {
				return 0, err
			}
			if n == 0 {
				continue
			}
		} // what cannot be read may hold them
		if err := durable.Remove(dir); err != nil {
			return 0, err
		}
	}
	return Overdue(data, now)
}

// Overdue counts the rows that the snapshot in use has of people who were erased
// more than a day before now.
func Overdue(data string, now time.Time) (n int, err error) {
	h, err := ReadHidden(data)
	if err != nil || len(h.Rows) == 0 {
		return 0, err
	}
	dir, err := Current(data)
	if errors.Is(err, ieum.ErrUnavailable) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	s, err := openLayers(dir)
	if err != nil {
		return 0, err
	}
	return h.holds(s, now.Add(-24*time.Hour)), s.Close()
}
