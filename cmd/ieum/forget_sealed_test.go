package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/internal/catalogue"
)

// told7001 are the words of a row about a person that lie nowhere in the open, and
// what an unkeyed number of it would be.
var told7001 = []string{"가상열쇠7001", "가상칠", "010-7001-7001", "가상등대면허"}

// A person whose row came by a delivery is erased while a backup of before lies
// elsewhere: no file of the data folder and nothing of the backup tells anything of
// the row, and with the keys as they are now it opens in neither. It did not lie open
// before either, and all other rows are there.
func TestNothingIsLeftOfWhoWasErased(t *testing.T) {
	t.Parallel()
	data, defs, in := filepath.Join(t.TempDir(), "data"), t.TempDir(), t.TempDir()
	writeFile(t, filepath.Join(defs, "sources", "killed.yaml"), killed)
	writeMade(t, in, 1)
	writeFile(t, filepath.Join(in, "people.csv"), "id,name,phone,place,wish\n가상열쇠7001,가상칠,010-7001-7001,제주 서귀포시,배를 봅니다\nr2,가상이,010-7002-7002,서울 강남구,배관을 합니다\n")
	writeFile(t, filepath.Join(in, "licence.csv"), "resume,licence\n가상열쇠7001,가상등대면허\nr2,용접기능사\n")
	at := func(data string) *env {
		return &env{Config: Config{Data: data, Defs: defs}, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: time.Now, demo: true, cost: weak}
	}
	ieum := func(data string, args ...string) {
		t.Helper()
		e, said := at(data), &bytes.Buffer{}
		e.stderr = said
		if status := execute(t.Context(), e, args); status != 0 {
			t.Fatalf("ieum %v: exit %d, %s", args, status, said)
		}
	}
	s := newSafe(t)
	ieum(data, "ingest", "killed", in)
	ieum(data, "build")
	ieum(data, "backup", s.path("before"), "--recipients", s.public, "--and", s.publicTwo)
	traces := traces7001(t, at(data))
	silent(t, data, traces)
	ieum(data, "forget", "killed", "가상열쇠7001", "--as", "demo-operator", "--purpose", "labour-market", "--credential", credentials(t, data)["operator"])
	ieum(data, "build")
	ieum(data, "fsck")
	silent(t, data, traces)

	back := filepath.Join(t.TempDir(), "data")
	ieum(back, "restore", s.path("before"), "--identity", s.secret, "--and", s.secretTwo)
	silent(t, back, traces)
	copyFolder(t, filepath.Join(back, "keys"), filepath.Join(data, "keys"))
	ieum(back, "build")
	ieum(back, "fsck")
	silent(t, back, traces)
	for _, dir := range []string{data, back} {
		onlyOf(t, at(dir), "r2")
	}
}

// onlyOf holds that rows of a key alone open.
func onlyOf(t *testing.T, e *env, key string) {
	t.Helper()
	set, err := e.definitions()
	if err != nil {
		t.Fatal(err)
	}
	s, err := openStore(t.Context(), e, set)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.catalogue.Record(t.Context(), "killed", "resume", "가상열쇠7001"); !errors.Is(err, ieum.ErrNotFound) {
		t.Errorf("its lineage is %v", err)
	}
	var keys []string
	err = s.catalogue.Live(t.Context(), "resume", []string{catalogue.ColumnKey, "certificates"}, func(r *catalogue.Rows) error {
		keys = append(keys, r.Column(catalogue.ColumnKey).Strings...)
		return nil
	})
	if err != nil || !slices.Equal(keys, []string{key}) {
		t.Errorf("rows of %q open, %v", keys, err)
	}
}

// traces7001 are the words of the row, and its tokens of the person as they would lie
// in a file.
func traces7001(t *testing.T, e *env) (traces [][]byte) {
	t.Helper()
	for _, word := range told7001 {
		traces = append(traces, []byte(word))
	}
	set, err := e.definitions()
	if err != nil {
		t.Fatal(err)
	}
	s, err := openStore(t.Context(), e, set)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.catalogue.Live(t.Context(), "resume", []string{catalogue.ColumnKey, "person"}, func(r *catalogue.Rows) error {
		c := r.Column("person")
		for i, key := range r.Column(catalogue.ColumnKey).Strings {
			if key == told7001[0] {
				for _, token := range c.Ints[c.Off[i]:c.Off[i+1]] {
					traces = append(traces, binary.LittleEndian.AppendUint64(nil, uint64(token)))
				}
			}
		}
		return nil
	})
	if err != nil || len(traces) <= len(told7001) {
		t.Fatalf("the row has no tokens: %v", err)
	}
	return traces
}

// silent holds that no file of a folder has any of the traces in it.
func silent(t *testing.T, dir string, traces [][]byte) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.HasSuffix(path, ".parquet") && err == nil {
			text, err = cells(path)
		}
		for _, trace := range traces {
			if bytes.Contains(text, trace) {
				t.Errorf("%s holds %q", path, trace)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
