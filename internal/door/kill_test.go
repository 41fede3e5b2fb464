package door

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/dying"
	"ieum/internal/platform/journal"
)

// kills is how often a reader is killed.
const kills = 100

func TestMain(m *testing.M) { dying.Main(m, child) }

// child registers people, ties them to rows, reads of them, seals and erases until it
// is killed, and says what it read the moment it has it. It may die at each of its steps and of
// the calls that change files of keys.
func child(f dying.Fate, step func()) {
	durable.Hook = func(durable.Op, string) error { step(); return nil }
	testing.Main(nil, []testing.InternalTest{{Name: "child", F: func(t *testing.T) {
		d, err := db.Open(ctx, f.Dir)
		if err != nil {
			t.Fatal(err)
		}
		b := open(t, d, filepath.Join(f.Dir, "keys")).withRows()
		if _, err := os.Stat(filepath.Join(f.Dir, exporting)); err == nil {
			b.exports(t, step)
		}
		for n := 0; ; n++ {
			step()
			if n%3 == 0 { // nobody comes back with an account that was erased
				b.own = ieum.AccountID("aseeker" + newID("x"))
			}
			p := b.person()
			for i := range 2 {
				step()
				number := fmt.Sprintf("%s-%d", p, i)
				b.rows.of[number] = alice
				*b.clock = monday.AddDate(0, 0, rand.IntN(100_000)) // so that it may go on trying
				if err := b.LinkOwn(ctx, b.seeker(), rowOf(number)); err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(os.Stderr, "\nlinked %s %s\n", p, b.rows.RowPerson("agency", number))
			}
			for range 3 {
				step()
				got, err := b.Read(ctx, b.seeker(), p, "own", ieum.ContactRecord)
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(os.Stderr, "\nread %s %d %s\n", p, got.Access.N, got.Contact.Name)
			}
			step()
			b.seal()
			if n%3 == 2 {
				step()
				if err := b.Erase(ctx, b.seeker()); err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(os.Stderr, "\nerased %s\n", p)
			}
		}
	}}}, nil, nil)
}

// TestKilled: a reader that is killed at any moment leaves no read without its
// record, no record lost, no number missing, a journal that is sound, and of who
// was erased nothing after the next start: nor of the rows they were tied to, which
// are there as long as they are.
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("100 processes are killed")
	}
	rng := dying.Seeded(t)
	dir := t.TempDir()
	var said []string
	for i := range kills {
		f := dying.Fate{Dir: dir, Call: rng.IntN(36)}
		if rng.IntN(2) == 0 {
			f.Wait = 1 + time.Duration(rng.Int64N(int64(4*time.Millisecond)))
		}
		said = append(said, die(t, f)...)
		survive(t, dir, said)
		if t.Failed() {
			t.Fatalf("kill %d, %+v", i, f)
		}
	}
	if len(said) < kills {
		t.Errorf("the children read %d times in all; they are killed too soon to show anything", len(said))
	}
}

// die lets a child meet its fate and returns what it said.
func die(t *testing.T, f dying.Fate) (said []string) {
	t.Helper()
	for line := range strings.Lines(string(dying.Die(t, f))) {
		if strings.HasSuffix(line, "\n") && (strings.HasPrefix(line, "read ") || strings.HasPrefix(line, "linked ") || strings.HasPrefix(line, "erased ")) {
			said = append(said, strings.TrimSpace(line))
		}
	}
	return said
}

// survive opens what a child left and holds it against what all of them said.
func survive(t *testing.T, dir string, said []string) {
	t.Helper()
	d, err := db.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	b := open(t, d, filepath.Join(dir, "keys"))
	if err := b.Replay(ctx, b.keys.Erased()); err != nil {
		t.Fatal(err)
	}
	b.seal()
	if _, err := journal.Verify(ctx, d); err != nil {
		t.Error(err)
	}
	records := map[string]bool{} // "person n"
	counts := map[string]int64{}
	for after := int64(0); ; {
		entries, err := journal.After(ctx, d, after, 500)
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) == 0 {
			break
		}
		for _, e := range entries {
			after = e.Seq
			var a Access
			if e.Kind != "door.read" {
				continue
			}
			if err := json.Unmarshal(e.Data, &a); err != nil {
				t.Fatal(err)
			}
			if counts[e.Subject]++; a.N != counts[e.Subject] {
				t.Errorf("record %d of %s comes after %d others", a.N, e.Subject, counts[e.Subject]-1)
			}
			records[e.Subject+" "+number(a.N)] = true
		}
	}
	for _, line := range said {
		f := strings.Fields(line)
		if f[0] == "read" && !records[f[1]+" "+f[2]] {
			t.Errorf("%s, and there is no record of it", line)
		}
		if f[0] == "erased" && rowsOf(t, d, ieum.PersonID(f[1])) != 0 {
			t.Errorf("%s, and there are rows", line)
		}
	}
	erased := b.keys.Erased()
	for _, line := range said {
		if f := strings.Fields(line); f[0] == "linked" && slices.Contains(erased, f[1]) != slices.Contains(erased, f[2]) {
			t.Errorf("%s, and of the two one is erased", line)
		}
	}
	for person, n := range counts {
		if of, err := b.store.person(ctx, ieum.PersonID(person)); err == nil && of.Reads != n {
			t.Errorf("%s has %d records, and counts %d", person, n, of.Reads)
		}
	}
	for _, id := range b.keys.Erased() {
		if strings.HasPrefix(id, "p") && rowsOf(t, d, ieum.PersonID(id)) != 0 {
			t.Errorf("%s has no key and still rows", id)
		}
	}
}
