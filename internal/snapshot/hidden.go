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

// ReadHidden returns what is hidden in a data folder. Where the file is damaged, or
// gone though there is a snapshot, the error is ieum.ErrInvalid: Begin makes one, so
// that none is no word that nobody was erased.
func ReadHidden(data string) (*Hidden, error) {
	root := filepath.Join(data, "snapshots")
	if _, err := os.Stat(filepath.Join(root, hiddenFile)); errors.Is(err, fs.ErrNotExist) {
		if _, err := current(root); errors.Is(err, ieum.ErrUnavailable) {
			return nobody(), nil
		}
	}
	return readHidden(root)
}

// nobody is hidden, as far as anybody looked.
func nobody() *Hidden { return &Hidden{Erased: "none", Rows: map[Place]time.Time{}} }

func readHidden(root string) (*Hidden, error) {
	h, path := nobody(), filepath.Join(root, hiddenFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, unknown(path, "missing")
	}
	if err != nil {
		return nil, err
	}
	bad := unknown(path, "damaged")
	sum, said, _ := bytes.Cut(text, []byte("\n"))
	if string(sum) != sumOf(said) { // cut or edited: whoever is missing would be shown
		return nil, bad
	}
	in := bufio.NewScanner(bytes.NewReader(said))
	if !in.Scan() {
		return nil, bad
	}
	if n, err := fmt.Sscanf(in.Text(), "erased %s through %d", &h.Erased, &h.Through); n != 2 || err != nil || h.Erased == Damaged {
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

func unknown(path, why string) error {
	return ieum.Errorf(ieum.ErrInvalid, "%s is %s, so that nobody knows who is to be hidden; find it out anew with: ieum build", path, why)
}

// Write makes what is hidden last. The caller keeps others from writing.
func (h *Hidden) Write(data string) error {
	root := filepath.Join(data, "snapshots")
	if err := durable.MkdirAll(root); err != nil {
		return err
	}
	return durable.WriteFile(filepath.Join(root, hiddenFile), h.text())
}

// text is what the file says: the sum of all that follows, and that.
func (h *Hidden) text() []byte {
	places := make([]Place, 0, len(h.Rows))
	for p := range h.Rows {
		places = append(places, p)
	}
	slices.SortFunc(places, func(a, b Place) int {
		return cmp.Or(cmp.Compare(a.Delivery, b.Delivery), cmp.Compare(a.Row, b.Row))
	})
	said := fmt.Appendf(nil, "erased %s through %d\n", h.Erased, h.Through)
	for _, p := range places {
		said = fmt.Appendf(said, "%d %d %d\n", p.Delivery, p.Row, h.Rows[p].Unix())
	}
	return append([]byte(sumOf(said)+"\n"), said...)
}

func sumOf(said []byte) string { return fmt.Sprintf("sha256 %x", sha256.Sum256(said)) }

// startHidden says of a data folder that had no snapshot that nobody is hidden, unless
// something is said already. What a kill left of it is removed.
func startHidden(root string) error {
	if _, err := current(root); !errors.Is(err, ieum.ErrUnavailable) {
		return nil
	}
	left, err := filepath.Glob(filepath.Join(root, hiddenFile+".*.new"))
	if err != nil {
		return err
	}
	for _, path := range left {
		if err := durable.Remove(path); err != nil {
			return err
		}
	}
	err = durable.WriteNew(filepath.Join(root, hiddenFile), nobody().text())
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

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
// the one that was read before. On an error, also of a file that is gone, what was
// hidden stays.
func (s *Snapshot) hideAnew(before fs.FileInfo) (fs.FileInfo, error) {
	root := filepath.Dir(s.Dir)
	now, err := statHidden(root)
	if err != nil || now != nil && sameFile(before, now) {
		return before, err
	}
	h, err := readHidden(root)
	if err != nil {
		return before, err
	}
	s.hide(h)
	return now, nil
}

// statHidden returns nil where there is no file.
func statHidden(root string) (fs.FileInfo, error) {
	f, err := os.Stat(filepath.Join(root, hiddenFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return f, err
}

func sameFile(x, y fs.FileInfo) bool {
	if x == nil || y == nil {
		return x == y
	}
	return os.SameFile(x, y) && x.ModTime().Equal(y.ModTime()) && x.Size() == y.Size()
}

// A HiddenWatch looks now and then at the file of a data folder that says who is to be
// hidden.
type HiddenWatch struct {
	Data   string
	looked bool
	file   fs.FileInfo // when it looked last; nil = none
}

// Changed says whether the file is another than when it was looked last: damaged, gone,
// or put back from before an erasure, for all that one knows.
func (w *HiddenWatch) Changed() bool {
	now, err := statHidden(filepath.Join(w.Data, "snapshots"))
	if err != nil || w.looked && sameFile(w.file, now) {
		return false
	}
	w.looked, w.file = true, now
	return true
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
