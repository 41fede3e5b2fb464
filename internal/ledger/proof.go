package ledger

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"ieum"
)

// CheckProof holds a proof in the format of c2sp.org/tlog-proof against the
// log's verifier key and what opens its entry, and asks nobody. It returns the
// checkpoint that the proof leads to. An error of kind ErrConflict says what
// does not hold; ErrInvalid, that it is no proof.
func CheckProof(text []byte, o Opening, key string) (Checkpoint, error) {
	log, err := NewLogVerifier(key)
	if err != nil {
		return Checkpoint{}, err
	}
	index, hashes, signed, err := parseProof(string(text))
	if err != nil {
		return Checkpoint{}, ieum.Errorf(ieum.ErrInvalid, "this is no proof as c2sp.org/tlog-proof has it: %v", err)
	}
	c, err := OpenCheckpoint([]byte(signed), log)
	if err != nil {
		return c, found("the checkpoint is not signed by the log's key: %v", err)
	}
	if index != o.Index {
		return c, found("the proof is of entry %d, and what it shows is entry %d", index, o.Index)
	}
	leaf := tlog.RecordHash(Commitment(o.Salt, o.Index, o.Hash))
	if err := tlog.CheckRecord(hashes, c.Tree.N, c.Tree.Hash, index, leaf); err != nil {
		return c, found("entry %d is not in the tree that is signed", index)
	}
	return c, nil
}

// parseProof reads what Proof.Text writes; lines of extra data are passed over.
func parseProof(s string) (index int64, hashes tlog.RecordProof, checkpoint string, err error) {
	head, checkpoint, ok := strings.Cut(s, "\n\n")
	lines := strings.Split(head, "\n")
	if !ok || lines[0] != "c2sp.org/tlog-proof@v1" {
		return 0, nil, "", errors.New("it has not its first line")
	}
	if lines = lines[1:]; len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 {
		return 0, nil, "", errors.New("it names no entry")
	}
	text, ok := strings.CutPrefix(lines[0], "index ")
	index, err = strconv.ParseInt(text, 10, 64)
	if !ok || err != nil || index < 0 || text != strconv.FormatInt(index, 10) {
		return 0, nil, "", errors.New("it names no entry")
	}
	if len(lines) > 64 {
		return 0, nil, "", errors.New("it is too long")
	}
	for _, line := range lines[1:] {
		h, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(h) != sha256.Size {
			return 0, nil, "", errors.New("a line is no hash")
		}
		hashes = append(hashes, tlog.Hash(h))
	}
	return index, hashes, checkpoint, nil
}
