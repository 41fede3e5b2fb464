package ledger

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// saltBytes is the length of a salt: as hard to guess as a key.
const saltBytes = 16

// genesis is entry 0 of a log. It makes the entry of the journal's number n
// the log's entry n.
func genesis(origin string) []byte {
	return fmt.Appendf(nil, "ieum.ledger/v1\n%s\n", origin)
}

// Commitment returns what the log holds of a journal entry: SHA-256 over its
// salt, its number and its hash. Without the salt nobody can try entries until
// one fits.
func Commitment(salt []byte, index int64, hash []byte) []byte {
	h := sha256.New()
	h.Write([]byte("ieum.ledger/v1 entry\n"))
	for _, part := range [][]byte{salt, binary.BigEndian.AppendUint64(nil, uint64(index)), hash} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		h.Write(part)
	}
	return h.Sum(nil)
}

// An Opening shows that an entry of the log is one of the journal. It is for
// whom the entry concerns, never public.
type Opening struct {
	Index int64
	Hash  []byte // of the journal entry
	Salt  []byte
}

// Opens says whether o opens an entry of the log.
func (o Opening) Opens(entry []byte) bool {
	return subtle.ConstantTimeCompare(entry, Commitment(o.Salt, o.Index, o.Hash)) == 1
}

// A span computes the roots of a tree that grows by one hash at a time, in
// memory that grows with the logarithm of its size.
type span struct {
	n     int64
	roots []tlog.Hash // of the perfect subtrees, the largest first
}

func (s *span) add(h tlog.Hash) {
	s.roots = append(s.roots, h)
	for n := s.n; n&1 == 1; n >>= 1 {
		last := len(s.roots) - 1
		s.roots[last-1] = tlog.NodeHash(s.roots[last-1], s.roots[last])
		s.roots = s.roots[:last]
	}
	s.n++
}

func (s *span) root() tlog.Hash {
	if s.n == 0 {
		return sha256.Sum256(nil)
	}
	last := len(s.roots) - 1
	r := s.roots[last]
	for i := last - 1; i >= 0; i-- {
		r = tlog.NodeHash(s.roots[i], r)
	}
	return r
}
