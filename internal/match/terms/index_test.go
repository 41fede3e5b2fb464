package terms

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// corpus makes n made-up postings out of few syllables, so that terms repeat.
func corpus(n int, seed uint64) []Text {
	rnd := rand.New(rand.NewPCG(seed, 1))
	words := []string{"가나다", "나다", "다라마", "마", "Java", "c++", "가 나", "라마가나", "internationalization", "internationalism", "바"}
	say := func(n int) []byte {
		var b strings.Builder
		for range rnd.IntN(n + 1) {
			b.WriteString(words[rnd.IntN(len(words))] + " ")
		}
		return []byte(b.String())
	}
	texts := make([]Text, n)
	for i := range texts {
		texts[i] = Text{say(3), say(1), say(12)}
	}
	return texts
}

func reader(texts []Text) Reader {
	return func(from, to int, f func(int, Text) error) error {
		for i := from; i < to; i++ {
			if err := f(i, texts[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

func open(t *testing.T, texts []Text, batch int) *Index {
	t.Helper()
	dir := t.TempDir()
	if err := build(context.Background(), dir, len(texts), batch, reader(texts)); err != nil {
		t.Fatal(err)
	}
	x, err := Open(dir, len(texts))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	if err := x.Verify(); err != nil {
		t.Fatal(err)
	}
	return x
}

// lookup says by brute force in which rows a term stands and as what.
func lookup(texts []Text) map[Key]map[uint32]Class {
	all := map[Key]map[uint32]Class{}
	for row, t := range texts {
		for _, f := range []struct {
			text  []byte
			class Class
		}{{t.Title, Title}, {t.Company, Company}, {t.Body, Body}} {
			Keys(Fold(nil, f.text), func(k Key) {
				if all[k] == nil {
					all[k] = map[uint32]Class{}
				}
				before, ok := all[k][uint32(row)]
				switch {
				case !ok:
					all[k][uint32(row)] = f.class
				case before == Body:
					all[k][uint32(row)] = Again
				}
			})
		}
	}
	return all
}

func TestIndexHoldsEveryTermOfEveryRow(t *testing.T) {
	for _, size := range []struct{ rows, batch int }{{0, 8}, {1, 8}, {100, 7}, {1000, 300}, {1000, 4096}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			texts := corpus(size.rows, 7)
			x := open(t, texts, size.batch)
			want := lookup(texts)
			if len(x.Key) != len(want) {
				t.Errorf("the index has %d terms, want %d", len(x.Key), len(want))
			}
			for k, rows := range want {
				l := x.List(k)
				if l.Len() != len(rows) || x.Count(k) != len(rows) {
					t.Errorf("%s stands in %d rows, want %d", k, l.Len(), len(rows))
				}
				last := -1
				for l.Next() != None {
					if c, ok := rows[l.Row]; !ok || c != l.Class || int(l.Row) <= last {
						t.Fatalf("%s is in row %d as %d, want %d, %v", k, l.Row, l.Class, c, ok)
					}
					last = int(l.Row)
				}
			}
			for row, text := range texts {
				title, company, body := x.Fields(row)
				if string(title) != string(Fold(nil, text.Title)) || string(company) != string(Fold(nil, text.Company)) || string(body) != string(Fold(nil, text.Body)) {
					t.Fatalf("row %d reads %q", row, x.Folded(row))
				}
			}
		})
	}
}

func TestSeekFindsWhatNextWould(t *testing.T) {
	texts := corpus(5000, 3)
	x := open(t, texts, 700)
	rnd := rand.New(rand.NewPCG(1, 2))
	for k, rows := range lookup(texts) {
		l, at := x.List(k), uint32(0)
		for at < 5000 {
			at += uint32(rnd.IntN(400))
			want := at
			for ; want < 5000; want++ {
				if _, ok := rows[want]; ok {
					break
				}
			}
			if want >= 5000 {
				want = None
			}
			got := l.Seek(at)
			if got != want || got != None && l.Class != rows[got] {
				t.Fatalf("%s: Seek(%d) = %d, want %d", k, at, got, want)
			}
		}
	}
}

func TestStarting(t *testing.T) {
	x := open(t, []Text{{Title: []byte("가나 가 각나 가힣")}}, 8)
	var got []string
	x.Starting('가', func(k Key) { got = append(got, k.String()) })
	if strings.Join(got, " ") != "가 가나 가힣" {
		t.Errorf("terms that start with 가: %q", got)
	}
}

func TestBrokenIndexIsRefused(t *testing.T) {
	texts := corpus(50, 5)
	dir := t.TempDir()
	if err := Build(context.Background(), dir, len(texts), reader(texts)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, 51); err == nil || !strings.Contains(err.Error(), "is of 50 rows") {
		t.Errorf("the index of another snapshot: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "runs")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the runs are left: %v", err)
	}
	for _, name := range []string{"folded", "lists"} {
		path := filepath.Join(dir, name)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		damaged := append([]byte{}, b...)
		damaged[len(b)/2] ^= 1
		os.WriteFile(path, damaged, 0o600)
		x, err := Open(dir, 50)
		if err != nil {
			t.Fatal(err)
		}
		if err := x.Verify(); err == nil {
			t.Errorf("%s is damaged and passes", name)
		}
		x.Close()
		os.WriteFile(path, b[:len(b)-1], 0o600)
		if _, err := Open(dir, 50); err == nil {
			t.Errorf("%s is cut short and opens", name)
		}
		os.WriteFile(path, b, 0o600)
	}
}

func TestBuildStops(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	texts := corpus(100, 1)
	err := build(ctx, t.TempDir(), len(texts), 5, func(from, to int, f func(int, Text) error) error {
		if from == 50 {
			stop()
		}
		return reader(texts)(from, to, f)
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a stopped build returns %v", err)
	}
	broken := errors.New("broken")
	err = build(context.Background(), t.TempDir(), len(texts), 5, func(from, to int, f func(int, Text) error) error {
		if from == 50 {
			return broken
		}
		return reader(texts)(from, to, f)
	})
	if !errors.Is(err, broken) {
		t.Errorf("a build whose text cannot be read returns %v", err)
	}
}
