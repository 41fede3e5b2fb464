package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	f_note "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"k8s.io/klog/v2"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/dying"
	"ieum/internal/platform/journal"
)

var noon = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func clock() time.Time { return noon }

// TestMain runs the tests, or a child of TestKilled. It keeps fsck from telling
// of every log it reads.
func TestMain(m *testing.M) {
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	dying.Main(m, child)
}

// A bench is a database with a journal, and a data folder.
type bench struct {
	testing.TB
	db     *db.DB
	data   string
	sealer *journal.Sealer
	l      *Ledger
}

func newBench(t testing.TB, d *db.DB) *bench {
	t.Helper()
	b := &bench{t, d, t.TempDir(), &journal.Sealer{DB: d, Holder: "a", Now: clock}, nil}
	if err := journal.Migrate(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.close)
	return b
}

func each(t *testing.T, f func(b *bench)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(newBench(t, d)) })
}

func (b *bench) open() {
	b.Helper()
	b.close()
	var err error
	if b.l, err = New(b.Context(), b.db, b.data, clock); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) close() {
	if b.l != nil {
		b.l.Close()
		b.l = nil
	}
}

// happen seals n entries more.
func (b *bench) happen(n int) {
	b.Helper()
	err := b.db.Tx(context.Background(), func(tx *sql.Tx) error {
		for i := range n {
			if err := journal.Append(context.Background(), tx, "shop.sold", fmt.Sprint("p", i), map[string]int{"n": i}); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		_, err = b.sealer.Seal(context.Background())
	}
	if err != nil {
		b.Fatal(err)
	}
}

// log appends and publishes.
func (b *bench) log() Checkpoint {
	b.Helper()
	if err := b.l.Append(context.Background()); err != nil {
		b.Fatal(err)
	}
	if _, err := b.tiles().publish(context.Background()); err != nil {
		b.Fatal(err)
	}
	c, err := b.l.engine.Checkpoint()
	if err != nil {
		b.Fatal(err)
	}
	return c
}

func (b *bench) tiles() *tiles { return b.l.engine.(*tiles) }

func (b *bench) verifier() note.Verifier {
	v, err := NewLogVerifier(b.l.key)
	if err != nil {
		b.Fatal(err)
	}
	return v
}

func (b *bench) exec(statement string) {
	b.Helper()
	err := b.db.Tx(context.Background(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(context.Background(), statement)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

// refused holds that an error is of a kind and its sentence says want.
func refused(t testing.TB, err, kind error, want string) {
	t.Helper()
	said, ok := errors.AsType[*ieum.Error](err)
	if !ok || !errors.Is(err, kind) || !strings.Contains(said.Message, want) {
		t.Errorf("got %v, want %v with the sentence …%s…", err, kind, want)
	}
}

// A fetched is a log as Tessera's fsck reads it.
type fetched struct{ l *tiles }

func (f fetched) ReadCheckpoint(context.Context) ([]byte, error) {
	return os.ReadFile(filepath.Join(f.l.dir, "checkpoint"))
}

func (f fetched) tile(level int, n uint64, part uint8) ([]byte, error) {
	t := tlog.Tile{H: height, L: level, N: int64(n), W: int(part)}
	if part == 0 {
		t.W = width
	}
	b, err := f.l.read(t) // as it lies on disk
	if err != nil && part > 0 {
		t.W = width
		b, err = f.l.read(t)
	}
	return b, err
}

func (f fetched) ReadTile(_ context.Context, level, n uint64, part uint8) ([]byte, error) {
	return f.tile(int(level), n, part)
}

func (f fetched) ReadEntryBundle(_ context.Context, n uint64, part uint8) ([]byte, error) {
	return f.tile(entriesLevel, n, part)
}

// fsck has Tessera's own check read the log: entries, every tile, root, signature.
func (b *bench) fsck() error {
	hash := func(raw []byte) ([][]byte, error) {
		var e api.EntryBundle
		if err := e.UnmarshalText(raw); err != nil {
			return nil, err
		}
		var list [][]byte
		for _, one := range e.Entries {
			list = append(list, rfc6962.DefaultHasher.HashLeaf(one))
		}
		return list, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // it can hang on what was tampered with
	defer cancel()
	done := make(chan error, 1)
	v := b.verifier()
	go func() { done <- fsck.New(v.Name(), v, fetched{b.tiles()}, hash, fsck.Opts{N: 2}).Check(ctx) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return errors.New("fsck hangs")
	}
}

// The log has the journal's entries under their numbers, whatever the sizes of
// the batches, and Tessera's fsck finds it sound.
func TestTheLogIsTheJournal(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		var all int64
		for _, n := range []int{1, 0, 2, 250, 3, 256, 700, 1} {
			b.happen(n)
			all += int64(n)
			c := b.log()
			if c.Tree.N != all+1 {
				b.Fatalf("the log has %d entries after %d", c.Tree.N, all)
			}
		}
		entries, err := journal.After(b.Context(), b.db, 0, 5000)
		if err != nil || int64(len(entries)) != all {
			b.Fatal(len(entries), err)
		}
		for _, e := range entries {
			kept, err := b.l.engine.Entry(b.Context(), e.Seq)
			if err != nil {
				b.Fatal(err)
			}
			o, err := b.l.Open(b.Context(), e.Seq)
			if err != nil || !o.Opens(kept) || !bytes.Equal(o.Hash, e.Hash) {
				b.Fatalf("entry %d of the log is not that of the journal: %v", e.Seq, err)
			}
		}
		if err := b.fsck(); err != nil {
			b.Error(err)
		}
		b.open() // again
		if b.l.engine.Next() != all+1 {
			b.Errorf("opened again it goes on with %d", b.l.engine.Next())
		}
	})
}

// What is public is read by the format's own library, and proofs hold at every
// place of a tree with three levels of tiles.
func TestProofs(t *testing.T) {
	b := newBench(t, dbtest.Open(t, t.TempDir()))
	b.open()
	leaves := make([][]byte, 66000) // the third level begins at 65,536
	for i := range leaves {
		leaves[i] = Commitment([]byte("salt"), int64(i+1), nil)
	}
	for at := 0; at < len(leaves); at += 30000 {
		if err := b.tiles().Append(t.Context(), int64(at+1), leaves[at:min(at+30000, len(leaves))]); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.tiles().publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, err := b.l.engine.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int64{0, 1, 255, 256, 65535, 65536, 66000} {
		p, err := b.l.Prove(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		var read proof.TLogProof
		if err := read.Unmarshal(p.Text()); err != nil {
			t.Fatal(err)
		}
		var hashes tlog.RecordProof
		for _, h := range read.Hashes {
			hashes = append(hashes, h)
		}
		entry, err := b.l.engine.Entry(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckRecord(hashes, c.Tree.N, c.Tree.Hash, n, tlog.RecordHash(entry)); err != nil || read.Index != uint64(n) || !bytes.Equal(read.Checkpoint, c.Signed) {
			t.Errorf("the proof of %d: %v", n, err)
		}
		if n == 0 {
			continue
		}
		change, err := b.l.engine.Consistency(t.Context(), n, c.Tree.N)
		root, err2 := tlog.TreeHash(n, b.tiles().hashes(c.Tree))
		if err := errors.Join(err, err2, tlog.CheckTree(change, c.Tree.N, c.Tree.Hash, n, root)); err != nil {
			t.Errorf("the consistency with %d: %v", n, err)
		}
	}
	if err := b.fsck(); err != nil {
		t.Error(err)
	}
	_, err = b.l.Prove(t.Context(), 66001)
	refused(t, err, ieum.ErrNotFound, "entries 0 to 66000")
}

// Appending what is there does nothing; anything else at its place, or a gap,
// is refused.
func TestAppendIsIdempotent(t *testing.T) {
	b := newBench(t, dbtest.Open(t, t.TempDir()))
	b.open()
	e := func(n int) []byte { return Commitment(nil, int64(n), nil) }
	for _, tt := range []struct {
		first   int64
		entries [][]byte
		next    int64
		want    string
	}{
		{1, [][]byte{e(1), e(2)}, 3, ""},
		{1, [][]byte{e(1), e(2)}, 3, ""},
		{2, [][]byte{e(2), e(3)}, 4, ""},
		{3, nil, 4, ""},
		{5, [][]byte{e(5)}, 4, "has 4 entries and cannot go on with number 5"},
		{3, [][]byte{e(9), e(4)}, 4, "entry 3 of the ledger"},
		{0, [][]byte{e(0)}, 4, "entry 0 of the ledger"},
	} {
		err := b.tiles().Append(t.Context(), tt.first, tt.entries)
		if tt.want == "" && err != nil {
			t.Errorf("%d: %v", tt.first, err)
		} else if tt.want != "" {
			refused(t, err, ieum.ErrConflict, tt.want)
		}
		if b.l.engine.Next() != tt.next {
			t.Errorf("goes on with %d, want %d", b.l.engine.Next(), tt.next)
		}
	}
}

// An erased entry stays in the log, and nothing ties it to the journal.
func TestErase(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		b.happen(3)
		before := b.log()
		if err := b.l.Erase(b.Context(), 2); err != nil {
			b.Fatal(err)
		}
		_, err := b.l.Open(b.Context(), 2)
		refused(b, err, ieum.ErrNotFound, "was erased")
		if _, err := b.l.Open(b.Context(), 3); err != nil {
			b.Error(err)
		}
		b.happen(1)
		if after := b.log(); after.Tree.N != before.Tree.N+1 {
			b.Errorf("the log does not go on: %d", after.Tree.N)
		}
		// The folder is lost: what was erased is made again as well, to the same root.
		kept, _ := b.tiles().Head()
		b.close()
		if err := os.RemoveAll(filepath.Join(b.data, "ledger")); err != nil {
			b.Fatal(err)
		}
		b.open()
		if again := b.log(); again.Tree != kept {
			b.Errorf("made again from the database it is %v, was %v", again.Tree, kept)
		}
	})
}

// The log's files hold nothing that is in the journal.
func TestNothingOfTheJournalIsInTheLog(t *testing.T) {
	b := newBench(t, dbtest.Open(t, t.TempDir()))
	b.open()
	b.happen(300)
	b.log()
	entries, err := journal.After(t.Context(), b.db, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var known [][]byte
	for _, e := range entries {
		o, err := b.l.Open(t.Context(), e.Seq)
		if err != nil {
			t.Fatal(err)
		}
		plain := tlog.RecordHash(e.Hash)
		known = append(known, e.Hash, o.Salt, plain[:], []byte(e.Subject+`"`), e.Data)
	}
	err = filepath.Walk(filepath.Join(b.data, "ledger"), func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		for _, k := range known {
			if bytes.Contains(text, k) {
				t.Errorf("%s holds %q", path, k)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What was put back from copies that do not belong together is refused, by a
// sentence; so are lost, open and foreign keys, and a second server.
func TestWhatDoesNotBelongTogether(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(b *bench)
		kind   error
		want   string
	}{
		"key missing": {func(b *bench) { os.Remove(filepath.Join(b.data, "keys", "ledger.key")) }, ieum.ErrInvalid, "ledger.key is missing; put back the copy"},
		"key open":    {func(b *bench) { os.Chmod(filepath.Join(b.data, "keys", "ledger.key"), 0o644) }, ieum.ErrDenied, "chmod 600"},
		"key damaged": {func(b *bench) { os.WriteFile(filepath.Join(b.data, "keys", "ledger.key"), []byte("x"), 0o600) }, ieum.ErrInvalid, "is damaged"},
		"another key": {func(b *bench) {
			os.RemoveAll(filepath.Join(b.data, "keys"))
			if _, err := openKey(b.data, "ledger.key", false, false, clock); err != nil {
				b.Fatal(err)
			}
		}, ieum.ErrConflict, "this database belongs to the ledger ieum/log/"},
		"older database": {func(b *bench) {
			b.exec(`DELETE FROM journal_entry WHERE seq > 5`)
			b.exec(`DELETE FROM ledger_leaf WHERE seq > 5`)
		}, ieum.ErrConflict, "an older copy of the database was put back: its ledger had 301 entries"},
		"older database, the log was lost": {func(b *bench) {
			b.exec(`DELETE FROM journal_entry WHERE seq > 5`)
			b.exec(`DELETE FROM ledger_leaf WHERE seq > 5`)
			os.RemoveAll(filepath.Join(b.data, "ledger"))
		}, ieum.ErrConflict, "an older copy of the database was put back: its ledger had 301 entries"},
		"older database that went on, the log was lost": {func(b *bench) {
			b.exec(`DELETE FROM journal_entry WHERE seq > 5`)
			b.exec(`DELETE FROM ledger_leaf WHERE seq > 5`)
			os.RemoveAll(filepath.Join(b.data, "ledger"))
			b.happen(400)
		}, ieum.ErrConflict, "entry 300 of the ledger"},
		"another memory": {func(b *bench) { edit(b, "../keys/ledger.seen") }, ieum.ErrInvalid, "ledger.seen is damaged, or of another ledger"},
		"older database that went on": {func(b *bench) {
			b.exec(`DELETE FROM journal_entry WHERE seq > 5`)
			b.exec(`DELETE FROM ledger_leaf WHERE seq > 5`)
			b.happen(400)
		}, ieum.ErrConflict, "entry 300 of the ledger"},
		"rewritten journal": {func(b *bench) {
			b.exec(`UPDATE journal_entry SET hash = salt FROM ledger_leaf WHERE journal_entry.seq = 300 AND ledger_leaf.seq = 300`)
		},
			ieum.ErrConflict, "entry 300 of the journal is not the one"},
		"tampered signed": {func(b *bench) { edit(b, "signed") }, ieum.ErrInvalid, "was changed, or signed by another key"},
		"signed missing":  {func(b *bench) { os.Remove(filepath.Join(b.data, "ledger", "signed")) }, ieum.ErrInvalid, "signed is missing"},
		"tampered tile":   {func(b *bench) { edit(b, "tile/0/001.p/45") }, ieum.ErrInvalid, "a tile of the ledger"},
		"tile missing":    {func(b *bench) { os.Remove(filepath.Join(b.data, "ledger/tile/0/001.p/45")) }, ieum.ErrInvalid, "a tile of the ledger"},
		"tampered entry":  {func(b *bench) { edit(b, "tile/entries/001.p/45") }, ieum.ErrInvalid, "a tile of the ledger"},
		"older checkpoint of another log": {func(b *bench) { os.WriteFile(filepath.Join(b.data, "ledger", "checkpoint"), []byte("x"), 0o600) },
			ieum.ErrInvalid, "is not of the log beside it"},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(b *bench) {
				b.open()
				b.happen(300)
				b.log()
				b.close()
				tt.change(b)
				l, err := New(b.Context(), b.db, b.data, clock)
				if err == nil {
					defer l.Close()
					b.happen(1)
					err = l.Append(b.Context())
					if err == nil {
						_, err = l.engine.(*tiles).publish(b.Context())
					}
				}
				refused(b, err, tt.kind, tt.want)
			})
		})
	}
}

// An older database is gone on from when the operator moved away what remembers
// the newer one; the log is then made again from the database.
func TestAnOlderDatabaseOnPurpose(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		b.happen(300)
		b.log()
		b.close()
		b.exec(`DELETE FROM journal_entry WHERE seq > 5`)
		b.exec(`DELETE FROM ledger_leaf WHERE seq > 5`)
		for _, name := range []string{"ledger", "keys/ledger.seen"} {
			if err := os.Rename(filepath.Join(b.data, name), filepath.Join(b.TempDir(), "kept")); err != nil {
				b.Fatal(err)
			}
		}
		b.open()
		if c := b.log(); c.Tree.N != 6 {
			b.Errorf("the log has %d entries, want 6", c.Tree.N)
		}
	})
}

// A log that was lost is made again, and nothing shorter than what was public is
// public meanwhile.
func TestALostLogIsNotPublishedHalf(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		b.happen(300)
		was := b.log()
		b.close()
		if err := os.RemoveAll(filepath.Join(b.data, "ledger")); err != nil {
			b.Fatal(err)
		}
		b.open()
		if c, err := b.l.engine.Checkpoint(); err == nil {
			b.Errorf("a checkpoint over %d entries is public", c.Tree.N)
		}
		if now := b.log(); now.Tree != was.Tree {
			b.Errorf("it is %v, was %v", now.Tree, was.Tree)
		}
	})
}

// edit turns a bit in the middle of a file.
func edit(b *bench, file string) {
	b.Helper()
	path := filepath.Join(b.data, "ledger", filepath.FromSlash(file))
	text, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	text[len(text)/2] ^= 1
	if err := os.WriteFile(path, text, 0o600); err != nil {
		b.Fatal(err)
	}
}

func TestTwoServersOnOneLog(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		_, err := New(b.Context(), b.db, b.data, clock)
		refused(b, err, ieum.ErrConflict, "another server writes the ledger")
		// With a copy of the folder, on the same database, they make one history.
		b.happen(10)
		b.log()
		copied := b.TempDir()
		if err := os.CopyFS(filepath.Join(copied, "keys"), os.DirFS(filepath.Join(b.data, "keys"))); err != nil {
			b.Fatal(err)
		}
		os.Chmod(filepath.Join(copied, "keys", "ledger.key"), 0o600)
		other, err := New(b.Context(), b.db, copied, clock)
		if err != nil {
			b.Fatal(err)
		}
		defer other.Close()
		for range 3 {
			b.happen(7)
			if err := errors.Join(other.Append(b.Context()), b.l.Append(b.Context())); err != nil {
				b.Fatal(err)
			}
			mine, _ := b.tiles().Head()
			theirs, _ := other.engine.(*tiles).Head()
			if mine != theirs {
				b.Errorf("two histories: %v and %v", mine, theirs)
			}
		}
	})
}

// Cosignatures and keys are those of the format's own library.
func TestCosignaturesAreOfTheFormat(t *testing.T) {
	k := newKey(true, clock)
	v, err := f_note.NewVerifierForCosignatureV1(k.Verifier())
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: text("example/log", tlog.Tree{N: 3})}, k)
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		t.Fatal(err)
	}
	at, err := f_note.CoSigV1Timestamp(n.Sigs[0])
	if err != nil || !at.Equal(noon) || !cosignedAt(n.Sigs[0]).Equal(noon) {
		t.Errorf("signed at %v, %v", at, err)
	}
}

func FuzzParseTilePath(f *testing.F) {
	for _, s := range []string{"tile/0/000", "tile/entries/x001/x234/067.p/9", "tile/1/x000/000", "tile/8/000", "tile/0/000.p/256", "tile/-1/000", "tile/0/../x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if tile, ok := parseTilePath(s); ok && (tilePath(tile) != s || strings.Contains(s, "..")) {
			t.Errorf("%q is read as %v", s, tile)
		}
	})
}

func FuzzParseRequest(f *testing.F) {
	f.Add([]byte("old 3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\nx\n1\n"))
	f.Add([]byte("old -1\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := parseRequest(b)
		if err != nil {
			return
		}
		again, err := parseRequest(r.text())
		if err != nil || again.old != r.old || len(again.proof) != len(r.proof) || !bytes.Equal(again.checkpoint, r.checkpoint) {
			t.Errorf("%q is read as %v and then %v, %v", b, r, again, err)
		}
	})
}

func FuzzParseBundle(f *testing.F) {
	f.Add(appendEntry(appendEntry(nil, []byte("one")), nil), 2)
	f.Fuzz(func(t *testing.T, b []byte, w int) {
		list, err := parseBundle(b, w)
		if err != nil {
			return
		}
		var again []byte
		for _, e := range list {
			again = appendEntry(again, e)
		}
		if !bytes.Equal(again, b) {
			t.Errorf("%q is read as %q", b, list)
		}
	})
}

func FuzzParseCheckpoint(f *testing.F) {
	f.Add(text("a", tlog.Tree{N: 5}))
	f.Add("a\n05\nAAAA\n")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := parseText(s)
		if err == nil && !strings.HasPrefix(s, c.Origin+"\n"+fmt.Sprint(c.Tree.N)+"\n") {
			t.Errorf("%q is read as %v", s, c)
		}
	})
}
