package ledger

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ieum"
)

// A Checkpoint is a state of a log that its key signed
// (https://c2sp.org/tlog-checkpoint).
type Checkpoint struct {
	Origin string
	Tree   tlog.Tree // number of entries and root
	Signed []byte    // the note, with all its signatures
	By     []Cosignature
	At     time.Time // when it was published; zero when that is not known
	text   string    // that is signed
}

// A Cosignature says that a witness had seen nothing that contradicts a
// checkpoint.
type Cosignature struct {
	Witness string // the name of its key
	At      time.Time
}

// text returns the text of a checkpoint that is to be signed.
func text(origin string, tree tlog.Tree) string {
	return fmt.Sprintf("%s\n%d\n%s\n", origin, tree.N, base64.StdEncoding.EncodeToString(tree.Hash[:]))
}

// parseText reads the text of a checkpoint.
func parseText(s string) (c Checkpoint, err error) {
	lines := strings.Split(s, "\n")
	if len(lines) < 4 || lines[0] == "" || lines[len(lines)-1] != "" {
		return c, errors.New("it has not the three lines of a checkpoint")
	}
	n, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || n < 0 || lines[1] != strconv.FormatInt(n, 10) {
		return c, errors.New("its second line is no number of entries")
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return c, errors.New("its third line is no root")
	}
	return Checkpoint{Origin: lines[0], Tree: tlog.Tree{N: n, Hash: tlog.Hash(root)}}, nil
}

// maxCheckpoint is how long a checkpoint may be, in bytes.
const maxCheckpoint = 64 << 10

// OpenCheckpoint reads a checkpoint that the log's key must have signed, and
// notes which of the witnesses cosigned it. Signatures by others are passed
// over. An error is of kind ErrInvalid.
func OpenCheckpoint(signed []byte, log note.Verifier, witnesses ...note.Verifier) (Checkpoint, error) {
	refuse := func(why any) (Checkpoint, error) {
		return Checkpoint{}, &ieum.Error{Kind: ieum.ErrInvalid, Key: "ledger.error.checkpoint", Field: "/checkpoint",
			Message: fmt.Sprintf("this is no checkpoint that %s signed: %v", log.Name(), why)}
	}
	if len(signed) > maxCheckpoint {
		return refuse("it is too long")
	}
	n, err := note.Open(signed, note.VerifierList(append([]note.Verifier{log}, witnesses...)...))
	if err != nil {
		return refuse(err)
	}
	c, err := parseText(n.Text)
	if err != nil {
		return refuse(err)
	}
	byLog := false
	for _, s := range n.Sigs {
		if s.Name == log.Name() && s.Hash == log.KeyHash() {
			byLog = true
			continue
		}
		c.By = append(c.By, Cosignature{s.Name, cosignedAt(s)})
	}
	if !byLog || c.Origin != log.Name() {
		return refuse("another key signed it")
	}
	c.Signed, c.text = signed, n.Text
	return c, nil
}

// Cosigned returns the last time by which so many witnesses had cosigned, the latest first;
// zero when fewer did.
func (c *Checkpoint) Cosigned(many int) time.Time {
	var at []time.Time
	for _, by := range c.By {
		at = append(at, by.At)
	}
	slices.SortFunc(at, func(a, b time.Time) int { return b.Compare(a) })
	if many < 1 || many > len(at) {
		return time.Time{}
	}
	return at[many-1]
}

// The sorts of Ed25519 keys: of logs, and of witnesses
// (https://c2sp.org/signed-note, https://c2sp.org/tlog-cosignature).
const (
	algLog     = 1
	algWitness = 4
)

// A key signs checkpoints, as a log or as a witness.
type key struct {
	name    string
	private ed25519.PrivateKey
	witness bool
	now     func() time.Time // of a witness: says when it saw the checkpoint
}

func (k *key) public() []byte {
	alg := byte(algLog)
	if k.witness {
		alg = algWitness
	}
	return append([]byte{alg}, k.private.Public().(ed25519.PublicKey)...)
}

// Name and KeyHash, with Sign, make a key a note.Signer.
func (k *key) Name() string { return k.name }

// KeyHash is the number by which signatures name their key.
func (k *key) KeyHash() uint32 { return keyHash(k.name, k.public()) }

// Sign signs the text of a note.
func (k *key) Sign(msg []byte) ([]byte, error) {
	if !k.witness {
		return ed25519.Sign(k.private, msg), nil
	}
	at := uint64(k.now().Unix())
	return append(binary.BigEndian.AppendUint64(nil, at), ed25519.Sign(k.private, cosigned(at, msg))...), nil
}

// Verifier returns the key's public half as text (a vkey of c2sp.org/signed-note).
func (k *key) Verifier() string {
	return fmt.Sprintf("%s+%08x+%s", k.name, k.KeyHash(), base64.StdEncoding.EncodeToString(k.public()))
}

// cosigned is what a witness signs for a note at unix second at.
func cosigned(at uint64, msg []byte) []byte {
	return append(fmt.Appendf(nil, "cosignature/v1\ntime %d\n", at), msg...)
}

// cosignedAt returns when a signature that was verified was made.
func cosignedAt(s note.Signature) time.Time {
	b, err := base64.StdEncoding.DecodeString(s.Base64)
	if err != nil || len(b) < 4+8 {
		return time.Time{}
	}
	return time.Unix(int64(binary.BigEndian.Uint64(b[4:])), 0).UTC()
}

func keyHash(name string, public []byte) uint32 {
	sum := sha256.Sum256(append([]byte(name+"\n"), public...))
	return binary.BigEndian.Uint32(sum[:])
}

// A witnessKey verifies cosignatures.
type witnessKey struct {
	name   string
	hash   uint32
	public ed25519.PublicKey
}

// NewWitnessVerifier reads the verifier key of a witness.
func NewWitnessVerifier(vkey string) (note.Verifier, error) {
	name, rest, _ := strings.Cut(vkey, "+")
	hash, b64, _ := strings.Cut(rest, "+")
	public, err := base64.StdEncoding.DecodeString(b64)
	if err != nil || len(public) != 1+ed25519.PublicKeySize || public[0] != algWitness || name == "" ||
		hash != fmt.Sprintf("%08x", keyHash(name, public)) {
		return nil, ieum.Errorf(ieum.ErrInvalid, "%q is no key of a witness; ieum witness prints its own when it starts", vkey)
	}
	return &witnessKey{name, keyHash(name, public), public[1:]}, nil
}

// NewLogVerifier reads the verifier key of a log.
func NewLogVerifier(vkey string) (note.Verifier, error) {
	v, err := note.NewVerifier(strings.TrimSpace(vkey))
	if err != nil {
		return nil, ieum.Errorf(ieum.ErrInvalid, "%q is no key of a log; the page /ledger/key of its installation shows it", vkey)
	}
	return v, nil
}

// Name, KeyHash and Verify make a witnessKey a note.Verifier.
func (w *witnessKey) Name() string { return w.name }

// KeyHash is the number by which signatures name their key.
func (w *witnessKey) KeyHash() uint32 { return w.hash }

// Verify says whether the witness cosigned msg.
func (w *witnessKey) Verify(msg, sig []byte) bool {
	return len(sig) == 8+ed25519.SignatureSize &&
		ed25519.Verify(w.public, cosigned(binary.BigEndian.Uint64(sig), msg), sig[8:])
}

// addSignatures adds the signature lines of cosignatures to a note.
func addSignatures(signed []byte, lines [][]byte) []byte {
	return append(bytes.Clone(signed), bytes.Join(lines, nil)...)
}
