package journal

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
)

var ctx = context.Background()

// at is the clock of these tests.
type at struct{ time.Time }

func (a *at) now() time.Time { return a.Time }

func noon() *at { return &at{time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)} }

func each2(t *testing.T, f func(t *testing.T, d *db.DB)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := Migrate(ctx, d); err != nil {
			t.Fatal(err)
		}
		f(t, d)
	})
}

func add(t *testing.T, d *db.DB, subjects ...string) {
	t.Helper()
	err := d.Tx(ctx, func(tx *sql.Tx) error {
		for _, s := range subjects {
			if err := Append(ctx, tx, "shop.sold", s, map[string]any{"by": "p1", "n": 3}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func seals(t *testing.T, s *Sealer, want int) {
	t.Helper()
	if n, err := s.Seal(ctx); err != nil || n != want {
		t.Errorf("%s sealed %d, %v; want %d", s.Holder, n, err, want)
	}
}

// seen returns the subjects a follower is shown.
func seen(t *testing.T, d *db.DB, name string) (subjects []string) {
	t.Helper()
	err := Drain(ctx, d, Follower{name, func(_ context.Context, e Entry) error {
		subjects = append(subjects, e.Subject)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return subjects
}

func sound(t *testing.T, d *db.DB, want int64) {
	t.Helper()
	if n, err := Verify(ctx, d); err != nil || n != want {
		t.Errorf("verified %d, %v; want %d", n, err, want)
	}
}

func TestFollowersSeeSealedEntriesOnceInOrder(t *testing.T) {
	each2(t, func(t *testing.T, d *db.DB) {
		clock := noon()
		s := &Sealer{d, "a", clock.now}
		add(t, d, "1", "2")
		if got := seen(t, d, "f"); got != nil {
			t.Errorf("unsealed entries were shown: %q", got)
		}
		seals(t, s, 2)
		seals(t, s, 0)
		add(t, d, "3")
		seals(t, s, 1)
		if got := seen(t, d, "f"); !slices.Equal(got, []string{"1", "2", "3"}) {
			t.Errorf("f saw %q", got)
		}
		if got := seen(t, d, "f"); got != nil {
			t.Errorf("f saw again %q", got)
		}
		if got := seen(t, d, "g"); len(got) != 3 {
			t.Errorf("g saw %q", got)
		}
		entries, err := read(ctx, d, 1, 1)
		if err != nil || len(entries) != 1 || entries[0].Seq != 2 || entries[0].Kind != "shop.sold" || string(entries[0].Data) != `{"by":"p1","n":3}` ||
			!entries[0].Sealed.Equal(clock.Truncate(time.Second)) {
			t.Errorf("got %+v, %v", entries, err)
		}
		sound(t, d, 3)
	})
}

func TestAnEntryGoesWithItsTransaction(t *testing.T) {
	each2(t, func(t *testing.T, d *db.DB) {
		boom := errors.New("boom")
		err := d.Tx(ctx, func(tx *sql.Tx) error {
			return errors.Join(Append(ctx, tx, "shop.sold", "x", nil), boom)
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		seals(t, &Sealer{d, "a", noon().now}, 0)
	})
}

// Whoever can write to the database alone has it swallow an entry: what the entry is of
// does not happen either, and nothing is sealed by halves.
func TestASwallowedEntryIsAnError(t *testing.T) {
	on := func(table, event string) [2]string {
		return [2]string{`CREATE TRIGGER z BEFORE ` + event + ` ON ` + table + ` BEGIN SELECT RAISE(IGNORE); END`,
			`CREATE RULE z AS ON ` + event + ` TO ` + table + ` DO INSTEAD NOTHING`}
	}
	for name, texts := range map[string][2]string{
		"new": on("journal_new", "INSERT"), "sealed": on("journal_entry", "INSERT"), "moved": on("journal_new", "DELETE"),
	} {
		t.Run(name, func(t *testing.T) {
			each2(t, func(t *testing.T, d *db.DB) {
				text := texts[0]
				if strings.HasSuffix(t.Name(), "postgres") {
					text = texts[1]
				}
				add(t, d, "1")
				err := d.Tx(ctx, func(tx *sql.Tx) error {
					_, err := tx.ExecContext(ctx, text)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				if name == "new" {
					err = d.Tx(ctx, func(tx *sql.Tx) error { return Append(ctx, tx, "shop.sold", "2", nil) })
				} else {
					_, err = (&Sealer{d, "a", noon().now}).Seal(ctx)
				}
				if !errors.Is(err, ieum.ErrUnavailable) {
					t.Errorf("a swallowed entry: %v", err)
				}
				sound(t, d, 0)
			})
		})
	}
}

func TestEntriesCarryIDsOnly(t *testing.T) {
	each2(t, func(t *testing.T, d *db.DB) {
		for _, tt := range []struct {
			kind, subject string
			data          any
			ok            bool
		}{
			{"shop.sold", "p1", map[string]any{"ids": []string{"a/1", "b:2"}, "n": 1.5, "yes": true, "none": nil}, true},
			{"shop.sold", "p1", struct{}{}, true},
			{"shop.sold", "", nil, false},
			{"", "p1", nil, false},
			{"shop.sold", "홍길동", nil, false},
			{"shop.sold", "p1", map[string]string{"name": "Hong Gildong"}, false},
			{"shop.sold", "p1", []any{map[string]any{"a": []string{"가상시 어딘가로 1"}}}, false},
			{"shop.sold", "p1", map[string]string{"홍길동": "x"}, false},
			{"shop.sold", "p1", strings.Repeat("x", 129), false},
			{"shop.sold", "p1", make([]int, mostData/2-1), true},
			{"shop.sold", "p1", make([]int, mostData/2), false},
		} {
			err := d.Tx(ctx, func(tx *sql.Tx) error { return Append(ctx, tx, tt.kind, tt.subject, tt.data) })
			if (err == nil) != tt.ok {
				t.Errorf("%q %q %v: %v", tt.kind, tt.subject, tt.data, err)
			}
		}
	})
}

// TestAFollowerThatFails stays at the entry it failed on.
func TestAFollowerThatFails(t *testing.T) {
	each2(t, func(t *testing.T, d *db.DB) {
		add(t, d, "1", "2", "3")
		seals(t, &Sealer{d, "a", noon().now}, 3)
		boom := errors.New("boom")
		var shown []string
		f := Follower{"f", func(_ context.Context, e Entry) error {
			shown = append(shown, e.Subject)
			if e.Subject == "2" && len(shown) == 2 {
				return boom
			}
			return nil
		}}
		if err := Drain(ctx, d, f); !errors.Is(err, boom) || !strings.Contains(err.Error(), "f at entry 2") {
			t.Errorf("got %v", err)
		}
		if err := Drain(ctx, d, f); err != nil {
			t.Error(err)
		}
		if !slices.Equal(shown, []string{"1", "2", "2", "3"}) {
			t.Errorf("shown %q", shown)
		}
	})
}

func TestTheLeaseKeepsOthersOutUntilItEnds(t *testing.T) {
	each2(t, func(t *testing.T, d *db.DB) {
		clock := noon()
		a, b := &Sealer{d, "a", clock.now}, &Sealer{d, "b", clock.now}
		seals(t, a, 0)
		add(t, d, "1")
		seals(t, b, 0)
		clock.Time = clock.Add(lease - time.Second)
		seals(t, b, 0)
		seals(t, a, 1) // and holds it anew
		add(t, d, "2")
		clock.Time = clock.Add(lease - time.Second)
		seals(t, b, 0)
		clock.Time = clock.Add(time.Second)
		seals(t, b, 1)
		seals(t, a, 0)
		sound(t, d, 2)
	})
}

// TestASealerThatDiesHalfWay: whatever it did in the transaction it died in is
// gone, and the next one goes on from there.
func TestASealerThatDiesHalfWay(t *testing.T) {
	each2(t, func(t *testing.T, d *db.DB) {
		clock := noon()
		a, b := &Sealer{d, "a", clock.now}, &Sealer{d, "b", clock.now}
		add(t, d, "1", "2")
		seals(t, a, 2)
		add(t, d, "3", "4", "5")
		died := errors.New("died")
		for after := range 4 { // entries of the batch it gets to
			err := d.Tx(ctx, func(tx *sql.Tx) error {
				ids, entries, err := unsealed(ctx, tx)
				if err != nil {
					return err
				}
				for i, e := range entries[:min(after, len(entries))] {
					e.Seq, e.Hash, e.Sealed = int64(3+i), []byte("half"), clock.now()
					if err := seal(ctx, tx, ids[i:i+1], []Entry{e}); err != nil {
						return err
					}
				}
				return died
			})
			if !errors.Is(err, died) {
				t.Fatal(err)
			}
		}
		clock.Time = clock.Add(lease)
		seals(t, b, 3)
		if got := seen(t, d, "f"); !slices.Equal(got, []string{"1", "2", "3", "4", "5"}) {
			t.Errorf("saw %q", got)
		}
		sound(t, d, 5)
	})
}

// TestManyAtOnce: writers and sealers that ignore the lease of the others,
// because their clocks run far apart, still make one chain without a gap.
func TestManyAtOnce(t *testing.T) {
	each2(t, func(t *testing.T, d *db.DB) {
		const writers, each = 4, 25
		var writing, sealing sync.WaitGroup
		stop := make(chan struct{})
		for s := range 3 {
			sealing.Go(func() {
				clock := noon()
				sealer := &Sealer{d, fmt.Sprint("sealer", s), clock.now}
				for done := false; !done; {
					select {
					case <-stop:
						done = true // once more after the last writer
					default:
					}
					clock.Time = clock.Add(lease)
					if _, err := sealer.Seal(ctx); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for w := range writers {
			writing.Go(func() {
				for i := range each {
					add(t, d, fmt.Sprintf("%d-%02d", w, i))
				}
			})
		}
		writing.Wait()
		close(stop)
		sealing.Wait()
		final := noon()
		final.Time = final.AddDate(1, 0, 0)
		if _, err := (&Sealer{d, "last", final.now}).Seal(ctx); err != nil {
			t.Fatal(err)
		}
		got := seen(t, d, "f")
		for w := range writers {
			var mine []string
			for _, s := range got {
				if strings.HasPrefix(s, fmt.Sprint(w, "-")) {
					mine = append(mine, s)
				}
			}
			if len(mine) != each || !slices.IsSorted(mine) {
				t.Errorf("writer %d: %q", w, mine)
			}
		}
		sound(t, d, writers*each)
	})
}

func TestVerifySeesWhatWasTamperedWith(t *testing.T) {
	for name, tt := range map[string]struct{ change, want string }{
		"data":    {`UPDATE journal_entry SET data = '{}' WHERE seq = 2`, "entry 2 is not as it was sealed"},
		"subject": {`UPDATE journal_entry SET subject = 'x' WHERE seq = 3`, "entry 3 is not as it was sealed"},
		"kind":    {`UPDATE journal_entry SET kind = 'x' WHERE seq = 1`, "entry 1 is not as it was sealed"},
		"time":    {`UPDATE journal_entry SET sealed = sealed + 1 WHERE seq = 4`, "entry 4 is not as it was sealed"},
		"removed": {`DELETE FROM journal_entry WHERE seq = 2`, "entry 2 is missing"},
		"first":   {`DELETE FROM journal_entry WHERE seq = 1`, "entry 1 is missing"},
		"cut off": {`DELETE FROM journal_entry WHERE seq > 2`, "f has seen entry 4, but the last one is 2"},
	} {
		t.Run(name, func(t *testing.T) {
			each2(t, func(t *testing.T, d *db.DB) {
				add(t, d, "1", "2", "3", "4")
				seals(t, &Sealer{d, "a", noon().now}, 4)
				seen(t, d, "f")
				sound(t, d, 4)
				err := d.Tx(ctx, func(tx *sql.Tx) error {
					_, err := tx.ExecContext(ctx, tt.change)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := Verify(ctx, d); err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got %v, want %s", err, tt.want)
				}
			})
		})
	}
}

func TestRunUntilTheEnd(t *testing.T) {
	each2(t, func(t *testing.T, d *db.DB) {
		running, stop := context.WithCancel(ctx)
		shown := make(chan string, 10)
		var done sync.WaitGroup
		report := func(err error) { t.Error(err) }
		done.Go(func() { (&Sealer{d, "a", time.Now}).Run(running, 5*time.Millisecond, report) })
		done.Go(func() {
			Follow(running, d, 5*time.Millisecond, report, Follower{"f", func(_ context.Context, e Entry) error {
				shown <- e.Subject
				return nil
			}})
		})
		add(t, d, "1", "2")
		if a, b := <-shown, <-shown; a != "1" || b != "2" {
			t.Errorf("saw %s, %s", a, b)
		}
		stop()
		done.Wait()
	})
}

// Whom a kind of entry is about is known of each once, also before entries have numbers.
func TestSubjectsOfKinds(t *testing.T) {
	each2(t, func(t *testing.T, d *db.DB) {
		add(t, d, "p2", "p1", "p2")
		seals(t, &Sealer{d, "a", noon().now}, 3)
		add(t, d, "p1", "p3")
		for want, kinds := range map[string][]string{"[p1 p2 p3]": {"shop.lost", "shop.sold"}, "[]": {"shop.lost"}} {
			got, err := Subjects(ctx, d, kinds...)
			if slices.Sort(got); err != nil || fmt.Sprint(got) != want {
				t.Errorf("%v are about %v, %v, want %s", kinds, got, err, want)
			}
		}
	})
}

// Who asks for what came since they last asked is told of each entry, with the number it
// got meanwhile or without.
func TestSubjectsSince(t *testing.T) {
	each2(t, func(t *testing.T, d *db.DB) {
		after := int64(0)
		since := func(want string) {
			t.Helper()
			got, last, err := SubjectsAfter(ctx, d, after, "shop.sold")
			if slices.Sort(got); err != nil || fmt.Sprint(got) != want || last < after {
				t.Errorf("after %d there are %v, up to %d, %v, want %s", after, got, last, err, want)
			}
			after = last
		}
		since("[]")
		add(t, d, "p1", "p2")
		since("[p1 p2]")
		seals(t, &Sealer{d, "a", noon().now}, 2)
		add(t, d, "p3")
		since("[p1 p2 p3]")
		since("[p3]")
		seals(t, &Sealer{d, "a", noon().now}, 1)
		since("[p3]")
		since("[]")
	})
}

// TestWhatIsAboutASubject is read newest first, what has no number yet included,
// and goes on where a page ended.
func TestWhatIsAboutASubject(t *testing.T) {
	each2(t, func(t *testing.T, d *db.DB) {
		s := &Sealer{d, "a", noon().now}
		add(t, d, "p1", "p2", "p1", "p1")
		seals(t, s, 4)
		add(t, d, "p1", "p2")
		got, err := Of(ctx, d, "p1", "shop.sold", 0, 3)
		if err != nil || len(got) != 3 || got[0].Seq != 0 || got[1].Seq != 4 || got[2].Seq != 3 {
			t.Fatalf("got %+v, %v", got, err)
		}
		if got, err = Of(ctx, d, "p1", "", 3, 3); err != nil || len(got) != 1 || got[0].Seq != 1 {
			t.Errorf("then %+v, %v", got, err)
		}
		if got, err = Of(ctx, d, "p1", "shop.lost", 0, 3); err != nil || len(got) != 0 {
			t.Errorf("of another kind %+v, %v", got, err)
		}
		if err := d.Tx(ctx, func(tx *sql.Tx) error {
			return errors.Join(Append(ctx, tx, "shop.sold", "p1", map[string]any{"by": "p3", "of": "p1"}), Append(ctx, tx, "shop.sold", "p1", map[string]any{"n": 1, "by": "p1"}))
		}); err != nil {
			t.Fatal(err)
		}
		for _, wait := range []int{4, 0} { // before it has a number, and then
			if got, err = OfOthers(ctx, d, "p1", "shop.sold", "p1", 0, 3); err != nil || len(got) != 1 || !strings.Contains(string(got[0].Data), "p3") {
				t.Errorf("by others %+v, %v", got, err)
			}
			seals(t, s, wait)
		}
		all, err := After(ctx, d, 2, 2)
		if err != nil || !bytes.Equal(all[1].Hash, all[1].HashAfter(all[0].Hash)) {
			t.Errorf("the hash cannot be told from outside: %v", err)
		}
	})
}
