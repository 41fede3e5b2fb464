package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ieum"
	"ieum/internal/platform/durable"
)

// A Witness cosigns the checkpoints of other installations' logs
// (https://c2sp.org/tlog-witness). It keeps the last one it cosigned of each,
// and cosigns a later one only with proof that it goes on from there. Its file
// begun says when it began and, a line each, of which logs it keeps one.
type Witness struct {
	dir  string
	key  *key
	logs map[string]note.Verifier // by origin
	mu   sync.Mutex
}

// NewWitness returns a witness that keeps its state and its key in a data
// folder and knows the logs with the given verifier keys. One that begins anew
// makes the key, where there is none, and must not have a state yet; any other
// must have both: without its state, or a log's part of it, it would cosign another
// history than it saw.
func NewWitness(data string, anew bool, now func() time.Time, logs ...string) (*Witness, error) {
	w := &Witness{dir: filepath.Join(data, "witness"), logs: map[string]note.Verifier{}}
	for _, vkey := range logs {
		v, err := NewLogVerifier(vkey)
		if err != nil {
			return nil, err
		}
		w.logs[v.Name()] = v
	}
	if err := w.begun(data, anew); err != nil {
		return nil, err
	}
	var err error
	if w.key, err = openKey(data, "witness.key", !anew, true, now); err != nil || !anew {
		return w, err
	}
	if err := durable.MkdirAll(w.dir); err != nil {
		return nil, err
	}
	return w, durable.WriteFile(w.list(), []byte(now().UTC().Format(time.RFC3339)+"\n"))
}

// begun refuses a witness whose state is not what it is said to be.
func (w *Witness) begun(data string, anew bool) error {
	kept, err := os.ReadDir(w.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return durable.Fault(err)
	}
	_, none := os.Stat(filepath.Join(data, "keys", "witness.key"))
	_, lost := os.Stat(w.list())
	switch {
	case anew && len(kept) > 0:
		return ieum.Errorf(ieum.ErrConflict, "%s holds what this witness saw; leave out --anew", w.dir)
	case anew || lost == nil:
		return nil
	case none != nil && len(kept) == 0:
		return ieum.Errorf(ieum.ErrNotFound, "there is no witness in %s; give its data folder with --data or IEUM_DATA, or begin one there with --anew", data)
	}
	return ieum.Errorf(ieum.ErrInvalid, "%s is missing or not whole, so that nobody knows what this witness saw; put back the newest copy of it, or, if there is none, tell those whose ledgers it cosigns, remove what is left of it, and begin with --anew", w.dir)
}

// Verifier returns the witness's verifier key.
func (w *Witness) Verifier() string { return w.key.Verifier() }

// A request asks for a cosignature.
type request struct {
	old        int64 // entries of the checkpoint that was cosigned last
	proof      tlog.TreeProof
	checkpoint []byte
}

// An answer is a cosignature line, or the size the witness has seen instead of
// old.
type answer struct {
	cosignature []byte
	size        int64
}

// maxProof is how many hashes a proof may have, as tlog-witness says.
const maxProof = 63

// text and parseRequest are the form of a request on the wire.
func (r request) text() []byte {
	b := fmt.Appendf(nil, "old %d\n", r.old)
	for _, h := range r.proof {
		b = append(b, base64.StdEncoding.EncodeToString(h[:])+"\n"...)
	}
	return append(append(b, '\n'), r.checkpoint...)
}

func parseRequest(b []byte) (r request, err error) {
	head, checkpoint, ok := bytes.Cut(b, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	size, isOld := strings.CutPrefix(lines[0], "old ")
	old, err := strconv.ParseInt(size, 10, 64)
	if !ok || !isOld || err != nil || old < 0 || len(lines) > 1+maxProof {
		return r, ieum.Errorf(ieum.ErrInvalid, "this is no request to cosign a checkpoint")
	}
	r.old, r.checkpoint = old, checkpoint
	for _, line := range lines[1:] {
		h, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(h) != tlog.HashSize {
			return r, ieum.Errorf(ieum.ErrInvalid, "%q is no hash of a proof", line)
		}
		r.proof = append(r.proof, tlog.Hash(h))
	}
	return r, nil
}

// What a witness refuses for; each has a status of its own in tlog-witness.
var (
	errUnknownLog = errors.New("this witness does not know the log")
	errSignature  = errors.New("the log's key did not sign this checkpoint")
	errProof      = errors.New("the proof does not lead from the tree that was seen to this one")
	errOld        = errors.New("the checkpoint is smaller than what it is said to go on from")
)

// cosign cosigns a checkpoint, once it is kept as the last that was seen.
func (w *Witness) cosign(_ context.Context, r request) (answer, error) {
	origin, _, _ := strings.Cut(string(r.checkpoint), "\n")
	log, ok := w.logs[origin]
	if !ok {
		return answer{}, errUnknownLog
	}
	c, err := OpenCheckpoint(r.checkpoint, log)
	if err != nil {
		return answer{}, errSignature
	}
	if r.old > c.Tree.N {
		return answer{}, errOld
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	last, err := w.last(log)
	if err != nil {
		return answer{}, err
	}
	if r.old != last.N || c.Tree.N == last.N && c.Tree.Hash != last.Hash && last.N > 0 {
		return answer{size: last.N}, nil
	}
	if last.N > 0 && c.Tree.N > last.N {
		if err := tlog.CheckTree(r.proof, c.Tree.N, c.Tree.Hash, last.N, last.Hash); err != nil {
			return answer{}, errProof
		}
	} else if len(r.proof) > 0 {
		return answer{}, errProof
	}
	if err := durable.WriteFile(w.path(origin), c.Signed); err != nil {
		return answer{}, err
	}
	if err := w.note(origin); err != nil {
		return answer{}, err
	}
	return w.sign(c)
}

func (w *Witness) sign(c Checkpoint) (answer, error) {
	sig, err := w.key.Sign([]byte(c.text))
	if err != nil {
		return answer{}, err
	}
	b := append(binary.BigEndian.AppendUint32(nil, w.key.KeyHash()), sig...)
	return answer{cosignature: fmt.Appendf(nil, "— %s %s\n", w.key.Name(), base64.StdEncoding.EncodeToString(b))}, nil
}

// last returns the tree of a log that was cosigned last; of size 0 when none was.
func (w *Witness) last(log note.Verifier) (tlog.Tree, error) {
	path := w.path(log.Name())
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, seen, err := w.seen(log.Name()); err != nil || !seen {
			return tlog.Tree{}, err
		}
		return tlog.Tree{}, ieum.Errorf(ieum.ErrInvalid, "%s is missing, so that nobody knows what this witness saw of %s; put back the newest copy of it, or, if there is none, tell those whose ledger it is, and take its line out of %s", path, log.Name(), w.list())
	}
	if err != nil {
		return tlog.Tree{}, durable.Fault(err)
	}
	c, err := OpenCheckpoint(b, log)
	if err != nil {
		return tlog.Tree{}, ieum.Errorf(ieum.ErrInvalid, "%s is damaged; put back the copy that was kept of it: without it nobody knows what was seen", path)
	}
	return c.Tree, nil
}

// list is the file of the logs that were seen.
func (w *Witness) list() string { return filepath.Join(w.dir, "begun") }

// seen says whether the list has a log, and returns the list.
func (w *Witness) seen(origin string) (list []byte, seen bool, err error) {
	if list, err = os.ReadFile(w.list()); err != nil {
		return nil, false, durable.Fault(err)
	}
	return list, bytes.Contains(list, []byte("\n"+origin+"\n")), nil
}

// note puts a log on the list, after its checkpoint is kept and before it is cosigned:
// one that was killed between the two cosigned nothing.
func (w *Witness) note(origin string) error {
	list, seen, err := w.seen(origin)
	if err != nil || seen {
		return err
	}
	return durable.WriteFile(w.list(), append(list, origin+"\n"...))
}

func (w *Witness) path(origin string) string {
	sum := sha256.Sum256([]byte(origin))
	return filepath.Join(w.dir, hex.EncodeToString(sum[:]))
}
