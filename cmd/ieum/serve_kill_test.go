package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ieum"
	"ieum/internal/door"
	"ieum/internal/identity"
	"ieum/internal/ledger"
	"ieum/internal/platform/db"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/dying"
	"ieum/internal/platform/journal"
)

// serveKills is how often TestServeKilled kills; IEUM_TEST_KILLS is another number.
const serveKills = 30

// dieAtVariable is at which call that changes a file ieum serve kills itself, from 1.
const dieAtVariable = "IEUM_TEST_DIE_AT"

// dieAt lets this process die at a call.
func dieAt(text string) {
	at, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	var mu sync.Mutex
	durable.Hook = func(durable.Op, string) error {
		mu.Lock()
		defer mu.Unlock()
		if at--; at == 0 {
			kill()
		}
		return nil
	}
}

// A killing is a data folder on which servers run, one after the other, each until it
// is killed, and people who read what is kept of them.
type killing struct {
	*bench
	people []*owner
	kept   string // a checkpoint that was seen outside, the last one
}

// An owner reads what is kept of them.
type owner struct {
	person ieum.PersonID
	cookie string
	told   int // answers that had something of the records in them
}

// newKilling makes a folder with people who are signed in.
func newKilling(t *testing.T) *killing {
	t.Helper()
	k := &killing{bench: newBench(t)}
	e := &env{Config: Config{Data: k.data, Defs: filepath.Join(k.root, "defs")}, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: time.Now, cost: weak}
	a, err := newApp(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	w := &walk{T: t, a: a}
	for i := range 4 {
		token, _, err := a.registry.Add(t.Context(), nil, fmt.Sprintf("made-up-%d", i), identity.Grant{Role: "seeker"})
		w.must(err)
		by, p := w.enter(token, true)
		kept, err := a.door.Begin(t.Context(), asks(p))
		w.must(err)
		w.must(a.door.KeepContact(t.Context(), asks(p), kept.ID, door.Contact{Name: canaryWord}))
		k.people = append(k.people, &owner{person: kept.ID, cookie: by.cookie})
	}
	return k
}

// read asks for the records until the server is gone. What began to arrive counts as
// told, whatever became of the rest.
func (o *owner) read(ctx context.Context, base string) {
	for ctx.Err() == nil {
		r, _ := http.NewRequestWithContext(ctx, "GET", base+"/api/v1/my/records", nil)
		r.AddCookie(&http.Cookie{Name: "session", Value: o.cookie})
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			return
		}
		text, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode == http.StatusOK && len(text) > 0 {
			o.told++
		}
	}
}

// live lets a server run until it is killed: at a call that changes a file, or, when
// at is 0, some time after people began to read.
func (k *killing) live(at int, after time.Duration) {
	k.t.Helper()
	cmd := child("serve", "--data", k.data, "--defs", filepath.Join(k.root, "defs"), "--listen", "127.0.0.1:0")
	if at > 0 {
		cmd.Env = append(cmd.Env, dieAtVariable+"="+strconv.Itoa(at))
	}
	said, err := cmd.StderrPipe()
	if err != nil {
		k.t.Fatal(err)
	}
	started(k.t, cmd)
	base, log := "", bytes.Buffer{}
	lines := bufio.NewScanner(io.TeeReader(said, &log))
	for base == "" && lines.Scan() {
		_, base, _ = strings.Cut(lines.Text(), "Ieum serves on ")
	}
	if base == "" && at == 0 {
		k.t.Fatalf("the server did not start: %s", &log)
	}
	ctx, stop := context.WithTimeout(k.t.Context(), time.Minute)
	var all sync.WaitGroup
	if base != "" {
		go io.Copy(io.Discard, said)
		for _, o := range k.people {
			all.Go(func() { o.read(ctx, base) })
		}
		all.Go(func() { k.watch(ctx, base) })
	}
	if at == 0 {
		time.Sleep(after)
		cmd.Process.Kill()
	}
	cmd.Wait()
	stop()
	all.Wait()
}

// watch keeps the last checkpoint that the server gives out.
func (k *killing) watch(ctx context.Context, base string) {
	for ctx.Err() == nil {
		r, _ := http.NewRequestWithContext(ctx, "GET", base+"/ledger/checkpoint", nil)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			return
		}
		text, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err == nil && res.StatusCode == http.StatusOK {
			k.kept = string(text)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// survives holds what the killed server left against what was seen of it.
func (k *killing) survives() {
	k.t.Helper()
	ctx := k.t.Context()
	d, err := db.Open(ctx, k.data)
	if err != nil {
		k.t.Fatal(err)
	}
	defer d.Close()
	for _, o := range k.people {
		numbers := k.records(d, o.person)
		for i, n := range numbers {
			if n != int64(i+1) {
				k.t.Fatalf("the records of %s are numbered %v", o.person, numbers)
			}
		}
		if len(numbers) < o.told {
			k.t.Errorf("%s was told %d times, with %d records", o.person, o.told, len(numbers))
		}
	}
	if _, err := journal.Verify(ctx, d); err != nil {
		k.t.Error(err)
	}
	// Nobody waits for the lease of the sealer that was killed.
	if err := d.Tx(ctx, func(tx *sql.Tx) error { _, err := tx.Exec(`UPDATE journal_sealer SET until = 0`); return err }); err != nil {
		k.t.Fatal(err)
	}
	l, err := ledger.New(ctx, d, k.data, time.Now)
	if err != nil {
		k.t.Fatal(err)
	}
	defer l.Close()
	if k.kept != "" {
		if v, err := l.Compare(ctx, []byte(k.kept)); err != nil || !v.Holds {
			k.t.Errorf("what was seen outside does not hold: %v\n%s", err, k.kept)
		}
	}
	k.tied(d, l)
}

// tied holds that the newest entries of the log are those of the journal.
func (k *killing) tied(d *db.DB, l *ledger.Ledger) {
	k.t.Helper()
	rows, err := d.QueryContext(k.t.Context(), `SELECT seq, leaf FROM ledger_leaf ORDER BY seq DESC LIMIT 50`)
	if err != nil {
		k.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var seq int64
		var leaf []byte
		if err := rows.Scan(&seq, &leaf); err != nil {
			k.t.Fatal(err)
		}
		if o, err := l.Open(k.t.Context(), seq); err != nil || !o.Opens(leaf) {
			k.t.Errorf("entry %d of the log is not the journal's: %v", seq, err)
		}
	}
	if err := rows.Err(); err != nil {
		k.t.Fatal(err)
	}
}

// records are the numbers of a person's access records, in order.
func (k *killing) records(d *db.DB, person ieum.PersonID) (numbers []int64) {
	k.t.Helper()
	rows, err := d.QueryContext(k.t.Context(), `SELECT data FROM journal_new WHERE kind = 'door.read' AND subject = ?
		UNION ALL SELECT data FROM journal_entry WHERE kind = 'door.read' AND subject = ?`, string(person), string(person))
	if err != nil {
		k.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var data string
		var a door.Access
		if err := rows.Scan(&data); err != nil {
			k.t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(data), &a); err != nil {
			k.t.Fatal(err)
		}
		numbers = append(numbers, a.N)
	}
	if err := rows.Err(); err != nil {
		k.t.Fatal(err)
	}
	slices.Sort(numbers)
	return numbers
}

// TestServeKilled kills the whole, while people read through the door and what is read
// is sealed and published: at calls that change files, and at any time between. What was
// answered has its record, none is lost or there twice, the journal is sound, and the
// ledger, which has an entry for each of the journal's and no other, goes on from what
// was seen of it outside.
func TestServeKilled(t *testing.T) {
	t.Parallel()
	kills := serveKills
	if text := os.Getenv("IEUM_TEST_KILLS"); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	k, rng := newKilling(t), dying.Seeded(t)
	seen := 0
	for i := range kills {
		at, after := 1+rng.IntN(60), time.Duration(0)
		if rng.IntN(2) == 0 {
			at, after = 0, time.Duration(rng.Int64N(int64(250*time.Millisecond)))
		}
		k.live(at, after)
		if k.survives(); t.Failed() {
			t.Fatalf("kill %d, at call %d or after %v", i, at, after)
		}
	}
	s := k.start(k.data)
	for _, o := range k.people {
		seen += o.told
	}
	if seen < kills || k.kept == "" {
		t.Errorf("%d answers and the checkpoint %q were seen, so that little was tried", seen, k.kept)
	}
	d, err := db.Open(t.Context(), k.data)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	await(t, "all is sealed", func() bool {
		var n int
		return d.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM journal_new`).Scan(&n) == nil && n == 0
	})
	sound, err := journal.Verify(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	s.awaitSize(sound + 1)
	checkpoint := filepath.Join(t.TempDir(), "checkpoint.txt")
	writeFile(t, checkpoint, k.kept)
	newer := k.succeed("audit", "ledger", s.base, "--checkpoint", checkpoint)
	if size := strings.Split(newer, "\n")[1]; size != fmt.Sprint(sound+1) {
		t.Errorf("the journal has %d entries and the log %s", sound, size)
	}
	s.stop()
	if found := k.succeed("fsck"); !strings.Contains(found, "0 faults") {
		t.Error(found)
	}
	t.Logf("%d kills, %d answers, %d entries", kills, seen, sound)
}
