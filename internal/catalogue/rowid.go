package catalogue

import (
	"encoding/binary"
	"encoding/hex"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/seal"
)

// A rowID says whom a row is about, of whom nothing else is known: a keyed hash
// of its source and key, which nobody can try keys against without the key store.
type rowID [16]byte

// rowPrefix and rowDigits are the form of a rowID in text, which no drawn id has.
const (
	rowPrefix = "p"
	rowDigits = 32
)

// append appends the id under which the door knows whom a row is about, and under
// which the row is sealed.
func (id rowID) append(b []byte) []byte { return hex.AppendEncode(append(b, rowPrefix...), id[:]) }

// idIn returns the rowID that a text of ColumnID is.
func idIn(text string) (id rowID) {
	copy(id[:], text)
	return id
}

// number is what a row about people is known by, where it takes eight bytes.
func (id rowID) number() uint64 { return binary.BigEndian.Uint64(id[:]) }

// idPlace is where rowIDs of a kind are blinded for, idValue what is blinded.
func idPlace(kind ieum.KindID) string { return "catalogue/" + string(kind) }

func idValue(b []byte, source ieum.SourceID, key string) []byte {
	return append(append(append(b, source...), '\n'), key...)
}

// RowPerson returns the id under which the door knows whom a row is about, of whom
// nothing else is known.
func RowPerson(keys Sealer, source ieum.SourceID, kind ieum.KindID, key string) ieum.PersonID {
	return ieum.PersonID(idOf(keys, source, kind, key).append(nil))
}

// idOf is RowPerson as it lies in the lake.
func idOf(keys Sealer, source ieum.SourceID, kind ieum.KindID, key string) rowID {
	return keys.BlindSum(idPlace(kind), idValue(nil, source, key))
}

// parseID is the inverse of rowID.append; ok is false for the id of somebody else.
func parseID(text string) (id rowID, ok bool) {
	if len(text) != len(rowPrefix)+rowDigits || text[:len(rowPrefix)] != rowPrefix {
		return id, false
	}
	_, err := hex.Decode(id[:], []byte(text[len(rowPrefix):]))
	return id, err == nil
}

// ResumeNumber returns the number by which the evidence of merges and decisions
// about them name a résumé.
func ResumeNumber(keys Sealer, source ieum.SourceID, key string) uint64 {
	return idOf(keys, source, resumeKind, key).number()
}

// resumeKind is the kind whose rows stand for people.
const resumeKind ieum.KindID = "resume"

// A namer gives rows of a source and kind the numbers by which they are known:
// keyed hashes where they tell about people. It is for one goroutine and for the
// time of the call that gave it.
type namer struct {
	bulk   *seal.Bulk // nil where they do not
	source ieum.SourceID
	place  string
	buf    []byte
}

// namingFunc calls f with the namer of a source's kind.
type namingFunc func(source ieum.SourceID, k *defs.Kind, f func(*namer) error) error

// unkeyed is the namingFunc of rows that are not kept.
func unkeyed(source ieum.SourceID, k *defs.Kind, f func(*namer) error) error {
	return f(&namer{source: source, place: idPlace(k.ID)})
}

// naming is a namingFunc.
func (c *Catalogue) naming(source ieum.SourceID, k *defs.Kind, f func(*namer) error) error {
	if !personal(k) {
		return unkeyed(source, k, f)
	}
	return c.keys.Bulk(func(b *seal.Bulk) error { return f(&namer{bulk: b, source: source, place: idPlace(k.ID)}) })
}

func (n *namer) id(place, key string) rowID {
	n.buf = idValue(n.buf[:0], n.source, key)
	return n.bulk.Blind(place, n.buf)
}

// key returns what a key is known by in the index.
func (n *namer) key(key string) uint64 {
	if n.bulk == nil {
		return keyHash(key)
	}
	return n.id(n.place, key).number()
}

// content returns what the content of a row is known by in the index, of its
// SHA-256.
func (n *namer) content(sum []byte) uint64 {
	if n.bulk == nil {
		return binary.BigEndian.Uint64(sum)
	}
	return rowID(n.bulk.Blind("catalogue_row", sum)).number()
}
