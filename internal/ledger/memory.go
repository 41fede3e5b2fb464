package ledger

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ieum"
	"ieum/internal/platform/durable"
)

// A memory is the newest checkpoint that was published, kept beside the keys:
// outside the database, its backups and the log. So an older database that was
// put back is known as such, also when the log was lost.
type memory struct {
	path  string
	tree  tlog.Tree // the zero tree before anything was published
	found bool      // the log was found to begin with it
}

// openMemory reads what was kept. What is not of the key is refused.
func openMemory(path string, v note.Verifier) (*memory, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &memory{path: path}, nil
	}
	if err != nil {
		return nil, durable.Fault(err)
	}
	c, err := OpenCheckpoint(b, v)
	if err != nil {
		return nil, ieum.Errorf(ieum.ErrInvalid, "%s is damaged, or of another ledger; put back the copy that was kept of it", path)
	}
	return &memory{path: path, tree: c.Tree}, nil
}

// keep notes what is about to be public.
func (m *memory) keep(c Checkpoint) error {
	if err := durable.WriteFile(m.path, c.Signed); err != nil {
		return err
	}
	m.tree, m.found = c.Tree, true
	return nil
}

// holds says whether a tree of the log begins with what was published.
func (m *memory) holds(l *tiles, tree tlog.Tree) error {
	if m.found || m.tree.N == 0 {
		return nil
	}
	root, err := tlog.TreeHash(m.tree.N, l.hashes(tree))
	if err != nil {
		return l.tampered(err)
	}
	if root != m.tree.Hash {
		return errOther(l.dir, m.tree.N-1)
	}
	return nil
}
