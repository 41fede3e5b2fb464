package catalogue

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/bits"
	"os"
	"sort"

	"golang.org/x/sys/unix"

	"ieum"
)

// An entry says of one key of a source and kind where its row lies and whether
// it is still delivered. A state file is entries sorted by key.
//
// A key is known by the first 64 bits of its SHA-256: among 19 million keys two
// are taken for one with a chance of 1 in 100,000.
type entry struct {
	key      uint64
	hash     uint64 // of what the source delivered
	delivery uint32
	place    uint32   // row of the delivery's segment, from 0
	closed   ieum.Day // day it was no longer delivered; 0 = it still is
	part     uint32   // file entry of the source's definition it came by
}

const entrySize = 32

func (e *entry) put(b []byte) {
	le := binary.LittleEndian
	le.PutUint64(b, e.key)
	le.PutUint64(b[8:], e.hash)
	le.PutUint32(b[16:], e.delivery)
	le.PutUint32(b[20:], e.place)
	le.PutUint32(b[24:], uint32(e.closed))
	le.PutUint32(b[28:], e.part)
}

func (e *entry) get(b []byte) {
	le := binary.LittleEndian
	e.key, e.hash = le.Uint64(b), le.Uint64(b[8:])
	e.delivery, e.place = le.Uint32(b[16:]), le.Uint32(b[20:])
	e.closed, e.part = ieum.Day(le.Uint32(b[24:])), le.Uint32(b[28:])
}

// Keys are an open state file, mapped into memory; the zero value has none.
type keys struct {
	data []byte
	n    int
}

func openKeys(path string) (*keys, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, lost(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size()%entrySize != 0 {
		return nil, lost(path, errChanged)
	}
	if info.Size() == 0 {
		return &keys{}, nil
	}
	data, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("catalogue: map %s: %w", path, err)
	}
	return &keys{data, len(data) / entrySize}, nil
}

// openState opens the present keys of a source's kind, if they are as they were
// written.
func (c *Catalogue) openState(ctx context.Context, st state) (*keys, error) {
	if err := whole(ctx, c.statePath(st), st.sha256); err != nil {
		return nil, err
	}
	return openKeys(c.statePath(st))
}

// whole returns an error when a file of the lake is not as it was written.
func whole(ctx context.Context, path, sha string) error {
	is, err := os.Stat(path)
	if err == nil && !is.Mode().IsRegular() { // a pipe would never answer
		err = errors.New("it is no file")
	}
	if err != nil {
		return lost(path, err)
	}
	f, err := os.Open(path)
	if err != nil {
		return lost(path, err)
	}
	defer f.Close()
	_, sum, err := digest(ctx, f)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return lost(path, err)
	case sum != sha:
		return lost(path, errChanged)
	}
	return nil
}

var errChanged = errors.New("it is not what was written")

// lost says what to do about a file of the lake that cannot be read. Its rows
// are nowhere else: what was delivered once more would be known and not kept.
func lost(path string, why error) error {
	switch {
	case errors.Is(why, fs.ErrNotExist) || errors.Is(why, ieum.ErrNotFound): // the latter of table.Open
		return ieum.Errorf(ieum.ErrInvalid, "%s is missing; put back this file from a backup, or take all deliveries in again into a new data folder; the snapshot that is there serves on", path)
	case errors.Is(why, fs.ErrPermission):
		return ieum.Errorf(ieum.ErrInvalid, "%s may not be read by this user; change its permissions", path)
	}
	return ieum.Errorf(ieum.ErrInvalid, "%s is damaged (%v); put back this file from a backup, or take all deliveries in again into a new data folder; the snapshot that is there serves on", path, why)
}

func (k *keys) close() error {
	if k.data == nil {
		return nil
	}
	err := unix.Munmap(k.data)
	k.data, k.n = nil, 0
	return err
}

func (k *keys) at(i int) (e entry) {
	e.get(k.data[i*entrySize:])
	return e
}

func (k *keys) keyAt(i int) uint64 { return binary.LittleEndian.Uint64(k.data[i*entrySize:]) }

// find returns the entry of a key.
func (k *keys) find(key uint64) (e entry, ok bool) {
	i := k.first(key)
	if i == k.n || k.keyAt(i) != key {
		return e, false
	}
	return k.at(i), true
}

// first returns the place of the first entry whose key is not less than key.
// Keys are hashes and so spread evenly: the search begins where a key of that
// size should lie, within a distance that it seldom exceeds.
func (k *keys) first(key uint64) int {
	share, _ := bits.Mul64(key, uint64(k.n))
	guess := int(share)
	reach := 4*int(math.Sqrt(float64(k.n))) + 8
	from, to := max(0, guess-reach), min(k.n, guess+reach)
	if from > 0 && k.keyAt(from) >= key {
		from = 0
	}
	if to < k.n && k.keyAt(to-1) < key {
		to = k.n
	}
	return from + sort.Search(to-from, func(i int) bool { return k.keyAt(from+i) >= key })
}

// keyHash returns what a key is known by.
func keyHash(key string) uint64 {
	sum := sha256.Sum256([]byte(key))
	return binary.BigEndian.Uint64(sum[:])
}

// An arrival is a row of the delivery under way, on its way to the state.
type arrival struct {
	key, hash uint64
	row       uint32 // in its file, as the quarantine counts
	place     uint32 // in the new segment; for kept rows
	file      uint16 // position among the delivery's files
	part      uint8  // position among the delivery's parts
	fate      fate
}

// A fate is what became of a delivered row.
type fate uint8

const (
	kept  fate = iota // written to the segment
	same              // as it was delivered before; nothing was written
	unfit             // quarantined; what was kept earlier under its key stays
)

const arrivalSize = 32

func (a *arrival) put(b []byte) {
	le := binary.LittleEndian
	le.PutUint64(b, a.key)
	le.PutUint64(b[8:], a.hash)
	le.PutUint32(b[16:], a.row)
	le.PutUint32(b[20:], a.place)
	le.PutUint16(b[24:], a.file)
	b[26], b[27] = a.part, byte(a.fate)
	le.PutUint32(b[28:], 0)
}

func (a *arrival) get(b []byte) {
	le := binary.LittleEndian
	a.key, a.hash = le.Uint64(b), le.Uint64(b[8:])
	a.row, a.place, a.file = le.Uint32(b[16:]), le.Uint32(b[20:]), le.Uint16(b[24:])
	a.part, a.fate = b[26], fate(b[27])
}

// compare orders arrivals by key, and those of one key as they came.
func (a *arrival) compare(b *arrival) int {
	return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.file, b.file), cmp.Compare(a.row, b.row))
}

// A feed is one file entry of the source within a delivery.
type feed struct {
	id    uint32 // of the entry, stable when others come or go
	full  bool   // the delivery is everything there is
	close bool   // what is not in it is closed
}

// A turnover makes the next state out of the present one and what arrived.
type turnover struct {
	delivery uint32
	parts    []feed // by arrival.part
	today    ieum.Day
	repeated func(a *arrival) error // a row whose key stood before it in a full delivery, with other content

	kept, unchanged, closed int64
	rows, shut              int64 // entries of the new state, and how many are closed
}

// run merges both, sorted by key, into w and returns the hash of what it wrote.
func (t *turnover) run(present *keys, arrived func() (*arrival, error), w io.Writer) (sum []byte, err error) {
	h := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(w, h), 1<<18)
	i := 0
	next, err := arrived()
	for err == nil && (i < present.n || next != nil) {
		var now *entry
		switch {
		case next == nil || i < present.n && present.keyAt(i) < next.key:
			e := t.absent(present.at(i))
			now, i = &e, i+1
		default:
			var had *entry
			if i < present.n && present.keyAt(i) == next.key {
				e := present.at(i)
				had, i = &e, i+1
			}
			now, next, err = t.key(had, next, arrived)
		}
		if err == nil && now != nil {
			err = t.emit(out, now)
		}
	}
	if err == nil {
		err = out.Flush()
	}
	return h.Sum(nil), err
}

func (t *turnover) emit(w io.Writer, e *entry) error {
	t.rows++
	if e.closed != 0 {
		t.shut++
	}
	var b [entrySize]byte
	e.put(b[:])
	_, err := w.Write(b[:])
	return err
}

// absent returns what becomes of an entry whose key did not arrive.
func (t *turnover) absent(e entry) entry {
	for _, p := range t.parts {
		if p.id == e.part && p.full && p.close && e.closed == 0 {
			e.closed = t.today
			t.closed++
			break
		}
	}
	return e
}

// key decides on all arrivals under one key, of which a is the first, and
// returns the entry it has now, nil if none, and the first arrival after them.
func (t *turnover) key(had *entry, a *arrival, arrived func() (*arrival, error)) (now *entry, next *arrival, err error) {
	now = had
	var claimed *arrival // the row that holds the key by now
	for key := a.key; err == nil && a != nil && a.key == key; {
		switch {
		case a.fate == unfit:
		case claimed != nil && a.hash == claimed.hash:
			t.unchanged++
		case claimed != nil && t.parts[a.part].full:
			err = t.repeated(a)
		default:
			if claimed != nil && claimed.fate == kept { // a later change replaces it
				t.kept--
				t.unchanged++
			}
			now = t.take(had, a)
			b := *a
			claimed = &b
		}
		if err == nil {
			a, err = arrived()
		}
	}
	return now, a, err
}

// take lets a row have the key.
func (t *turnover) take(had *entry, a *arrival) *entry {
	if a.fate == same {
		t.unchanged++
		return had
	}
	t.kept++
	return &entry{key: a.key, hash: a.hash, delivery: t.delivery, place: a.place, part: t.parts[a.part].id}
}
