package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"ieum"
	"ieum/internal/platform/durable"
)

// Witnesses are those who cosign a log, and how many of them must before a
// checkpoint is published. The zero value asks nobody.
type Witnesses struct {
	Need int // of List
	List []*Witnessing
}

// A Witnessing is a witness as the log knows it.
type Witnessing struct {
	Name     string // as the file calls it
	URL      string // its address; "" when it is known to auditors only
	Verifier note.Verifier

	mu   sync.Mutex
	seen int64 // entries of the checkpoint it cosigned last, as far as is known
}

// ReadWitnesses reads the file that names the witnesses; none is no witness.
func ReadWitnesses(path string) (*Witnesses, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &Witnesses{}, nil
	}
	if err != nil {
		return nil, durable.Fault(err)
	}
	w, err := ParseWitnesses(string(b))
	if err != nil {
		return nil, ieum.Errorf(ieum.ErrInvalid, "%s: %v", path, err)
	}
	return w, nil
}

// ParseWitnesses reads a policy (https://c2sp.org/tlog-policy) of the forms
//
//	witness NAME KEY [URL]
//	group NAME any|all|K WITNESS…
//	quorum NAME|none
//
// in which a group has no groups in it. Lines that begin with # are comments.
func ParseWitnesses(text string) (*Witnesses, error) {
	w := &Witnesses{}
	groups := map[string]group{}
	quorum := ""
	for i, line := range strings.Split(text, "\n") {
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasPrefix(f[0], "#") || f[0] == "log" {
			continue
		}
		var err error
		switch {
		case f[0] == "witness" && (len(f) == 3 || len(f) == 4):
			err = w.add(f[1:])
		case f[0] == "group" && len(f) > 3:
			groups[f[1]], err = w.group(f[2], f[3:])
		case f[0] == "quorum" && len(f) == 2 && quorum == "":
			quorum = f[1]
		default:
			err = errors.New(`a line is "witness NAME KEY URL", "group NAME K WITNESS…" or, once, "quorum NAME"`)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return w, w.settle(quorum, groups)
}

// A group is some witnesses and how many of them are enough.
type group struct {
	need    int
	members []string
}

func (w *Witnesses) add(f []string) error {
	v, err := NewWitnessVerifier(f[1])
	if err != nil {
		return err
	}
	one := &Witnessing{Name: f[0], Verifier: v}
	if len(f) == 3 {
		u, err := url.Parse(f[2])
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return fmt.Errorf("%q is no address of a witness", f[2])
		}
		one.URL = strings.TrimSuffix(f[2], "/")
	}
	for _, other := range w.List {
		if other.Name == one.Name || other.Verifier.Name() == v.Name() || bytes.Equal(other.Verifier.(*witnessKey).public, v.(*witnessKey).public) {
			return fmt.Errorf("the witness %s is there twice", f[0])
		}
	}
	w.List = append(w.List, one)
	return nil
}

func (w *Witnesses) group(need string, members []string) (group, error) {
	for i, m := range members {
		if !slices.ContainsFunc(w.List, func(o *Witnessing) bool { return o.Name == m }) || slices.Contains(members[:i], m) {
			return group{}, fmt.Errorf("%s is no witness named above, or is there twice", m)
		}
	}
	n, err := strconv.Atoi(need)
	switch {
	case need == "any":
		n = 1
	case need == "all":
		n = len(members)
	case err != nil || n < 1 || n > len(members):
		return group{}, fmt.Errorf("%s of %d witnesses cannot be", need, len(members))
	}
	return group{n, members}, nil
}

// settle keeps the witnesses of the quorum.
func (w *Witnesses) settle(quorum string, groups map[string]group) error {
	g, ok := groups[quorum]
	switch {
	case quorum == "none" || quorum == "" && len(w.List) == 0:
		return nil
	case ok:
		w.Need = g.need
		w.List = slices.DeleteFunc(w.List, func(o *Witnessing) bool { return !slices.Contains(g.members, o.Name) })
		return nil
	}
	for _, one := range w.List {
		if one.Name == quorum {
			w.Need, w.List = 1, []*Witnessing{one}
			return nil
		}
	}
	return errors.New(`say with "quorum NAME" which group must cosign, or "quorum none"`)
}

func (w *Witnesses) verifiers() []note.Verifier {
	var list []note.Verifier
	for _, one := range w.List {
		list = append(list, one.Verifier)
	}
	return list
}

const (
	// patience is how long a witness may take when it is needed …
	patience = 5 * time.Second
	// … and grace how long when there are enough without it.
	grace = 100 * time.Millisecond
)

// cosign has witnesses cosign c, all at once. It fails if fewer than needed do.
func (w *Witnesses) cosign(ctx context.Context, l *tiles, c *Checkpoint) error {
	if len(w.List) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	type answer struct {
		line []byte
		err  error
	}
	answers := make(chan answer, len(w.List))
	asked := *c // who answers late still reads it
	for _, one := range w.List {
		go func() {
			line, err := one.cosign(ctx, l, asked)
			answers <- answer{line, err}
		}()
	}
	var lines [][]byte
	var refused []error
	var enough <-chan time.Time
	for open := true; open && len(lines)+len(refused) < len(w.List); {
		if len(lines) >= w.Need && enough == nil {
			t := time.NewTimer(grace)
			defer t.Stop()
			enough = t.C
		}
		select {
		case a := <-answers:
			if a.err != nil {
				refused = append(refused, a.err)
			} else {
				lines = append(lines, a.line)
			}
		case <-enough:
			open = false
		}
	}
	if len(lines) < w.Need {
		return fmt.Errorf("%w: %w", ieum.Errorf(ieum.ErrUnavailable, "the checkpoint over %d entries is not published: %d of %d witnesses cosigned it and %d must; %v",
			c.Tree.N, len(lines), len(w.List), w.Need, errors.Join(refused...)), errors.Join(refused...))
	}
	slices.SortFunc(lines, bytes.Compare)
	v, err := NewLogVerifier(l.signer.Verifier())
	if err != nil {
		return err
	}
	*c, err = OpenCheckpoint(addSignatures(c.Signed, lines), v, w.verifiers()...)
	return err
}

// cosign asks one witness. It is told what it saw last, and asked anew when it
// knows better.
func (w *Witnessing) cosign(ctx context.Context, l *tiles, c Checkpoint) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for range 2 {
		req := request{old: w.seen, checkpoint: c.Signed}
		if w.seen > 0 && w.seen < c.Tree.N {
			proof, err := l.Consistency(ctx, w.seen, c.Tree.N)
			if err != nil {
				return nil, err
			}
			req.proof = proof
		}
		a, err := w.ask(ctx, req)
		if err != nil {
			return nil, err
		}
		switch {
		case a.cosignature != nil:
			return w.check(l, c, a.cosignature)
		case a.size > c.Tree.N:
			return nil, ieum.Errorf(ieum.ErrConflict, "the witness %s has seen %d entries of this ledger, which has %d: an older copy of database and ledger was put back", w.Name, a.size, c.Tree.N)
		case a.size == w.seen:
			return nil, w.disagrees("it has seen another tree of this size")
		}
		w.seen = a.size
	}
	return nil, w.disagrees("it changes its mind about what it saw")
}

// check takes the cosignature of a witness only if its key made it.
func (w *Witnessing) check(l *tiles, c Checkpoint, line []byte) ([]byte, error) {
	v, err := NewLogVerifier(l.signer.Verifier())
	if err != nil {
		return nil, err
	}
	got, err := OpenCheckpoint(addSignatures(c.Signed, [][]byte{line}), v, w.Verifier)
	if err != nil || len(got.By) != 1 {
		return nil, w.disagrees("its answer is not signed by the key named for it")
	}
	w.seen = c.Tree.N
	return line, nil
}

func (w *Witnessing) disagrees(why string) error {
	return ieum.Errorf(ieum.ErrConflict, "the witness %s disagrees: %s; find out which of the two was changed before anything else", w.Name, why)
}
