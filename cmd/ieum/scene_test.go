package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/snapshot"
)

// killed delivers postings, people with rows of another file, companies and a
// kind that is an item, in one.
const killed = `
id: killed
version: 1
title: {ko: 가상, en: Made up}
holder: {ko: 가상 기관, en: Made-up agency}
basis: {ko: 시험, en: A test}
cycle: daily
files:
  - match: "jobs*.csv"
    kind: posting
    delivery: full
    key: [id]
    map: {title: title, body: body, company: firm, region: place, occupation: {code: [title, body]}}
  - match: "people*.csv"
    kind: resume
    delivery: full
    key: [id]
    joins:
      - {name: licences, match: "licence*.csv", on: id, key: resume}
    map:
      person: {hash: [name, phone]}
      region: place
      text: wish
      certificates: {join: licences, column: licence}
  - match: "licence*.csv"
  - match: "firms*.csv"
    kind: company
    delivery: full
    key: [name]
    map: {name: name, region: place, employees: staff}
  - match: "courses*.csv"
    kind: course
    delivery: change
    key: [id]
    map: {title: title, institution: school, skills: {column: skills, split: "|"}}
`

// writeMade writes the files of a delivery. Those of another number change,
// drop and add rows; some rows of each are bad.
func writeMade(t *testing.T, dir string, number int) {
	t.Helper()
	files := map[string][]string{
		"jobs.csv": {"id,title,body,firm,place"}, "people.csv": {"id,name,phone,place,wish"}, "licence.csv": {"resume,licence"},
		"firms.csv": {"name,place,staff"}, "courses.csv": {"id,title,school,skills"},
	}
	add := func(file, format string, args ...any) {
		files[file] = append(files[file], fmt.Sprintf(format, args...))
	}
	trades := []string{"용접원", "조리원", "지게차 운전원", "간호조무사", "사무원"}
	for i := range 100 {
		trade, title := trades[i%5], fmt.Sprintf("가상 %s %d호 모집", trades[i%5], i/2) // two of each are one posting
		switch {
		case number > 1 && i%7 == number:
			continue
		case i%50 == 3:
			title = ""
		case i%11 == number:
			title = "급구 " + title
		}
		add("jobs.csv", "%d,%s,%s으로 일합니다. 담당자: 홍길동 010-1234-%04d,㈜가상 %d호,서울 강남구", i, title, trade, i, i%20)
		add("people.csv", "r%d,김가상%d,010-5555-%04d,부산,%s", i, i/2, i/2, trade)
		add("licence.csv", "r%d,용접기능사", i)
		add("firms.csv", "㈜가상 %d호,서울 강남구,%d", i%20, number*10+i%20)
		add("courses.csv", "%d,%s 과정 %d,가상훈련원,%s|안전", i, trade, number, trade)
	}
	for name, lines := range files {
		writeFile(t, filepath.Join(dir, name), strings.Join(lines, "\n")+"\n")
	}
}

// A scene is what the commands find before them.
type scene struct {
	name     string
	dir      string   // in, defs and data to begin with
	ingest   []string // as in a fate …
	changes  bool     // … and so is this
	want     string   // what a clean run keeps
	old, new string   // version served before, "" = none, and after a clean run
	keys     string   // folder of the keys that a clean run leaves
	calls    []call
}

// A call is one that a clean run makes.
type call struct {
	scene     *scene
	stage, op string
	n         int           // of the stage, from 0
	gap       time.Duration // to the next call
}

// newScene lets some deliveries be taken in and built, and lays out the next.
func newScene(t *testing.T, name string, deliveries int, changes bool) *scene {
	t.Helper()
	s := &scene{name: name, dir: t.TempDir(), changes: changes}
	writeFile(t, filepath.Join(s.dir, "defs", "sources", "killed.yaml"), killed)
	for n := range deliveries {
		writeMade(t, filepath.Join(s.dir, "in"), n+1)
		(&scene{}).live(t, s.dir)
	}
	writeMade(t, filepath.Join(s.dir, "in"), deliveries+1)
	s.play(t)
	return s
}

// play lets the commands run to their end and returns the folder they leave.
func (s *scene) play(t *testing.T) (clean string) {
	t.Helper()
	s.old = standing(t, s.dir)
	clean = s.copy(t)
	s.trace(s.live(t, clean))
	s.want, s.new, s.keys = keptIn(t, clean), standing(t, clean), filepath.Join(clean, "data", "keys")
	return clean
}

func (s *scene) copy(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	copyFolder(t, dir, s.dir)
	return dir
}

// trace reads the calls of a clean run.
func (s *scene) trace(text string) {
	var last int64
	counts := map[string]int{}
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		at, _ := strconv.ParseInt(f[2], 10, 64)
		if len(s.calls) > 0 {
			s.calls[len(s.calls)-1].gap = time.Duration(at - last)
		}
		last = at
		s.calls = append(s.calls, call{scene: s, stage: f[0], op: f[1], n: counts[f[0]]})
		counts[f[0]]++
	}
}

// start starts a child in dir to meet its fate.
func (s *scene) start(t *testing.T, dir string, f fate) (status syscall.WaitStatus, stdout, stderr string) {
	t.Helper()
	f.Dir, f.Ingest, f.Changes = dir, s.ingest, s.changes
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), fateVariable+"="+string(text)), &out, &errs
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.Sys().(syscall.WaitStatus), out.String(), errs.String()
}

// live runs both commands to their end and returns the calls they made.
func (s *scene) live(t *testing.T, dir string) (trace string) {
	t.Helper()
	status, trace, said := s.start(t, dir, fate{})
	if status != 0 {
		t.Fatalf("ieum ingest && ieum build: %v: %s", status, said)
	}
	return trace
}

// standing is the version of the current snapshot, which with its parts must be
// whole; "" when there is none.
func standing(t *testing.T, dir string) string {
	t.Helper()
	set, err := loadDefinitions()
	if err != nil {
		t.Fatal(err)
	}
	current, err := snapshot.Current(filepath.Join(dir, "data"))
	if errors.Is(err, ieum.ErrUnavailable) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := snapshot.OpenWith(current, parts(set, func() time.Time { return killDay })...)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Verify(), s.Close()); err != nil {
		t.Fatal(err)
	}
	return s.Meta.Version
}

// keptIn is all that a data folder holds: the hash of every file (lake,
// quarantine, snapshots and their parts), and the rows of the database.
func keptIn(t *testing.T, dir string) string {
	t.Helper()
	var out strings.Builder
	data := filepath.Join(dir, "data")
	err := fs.WalkDir(os.DirFS(data), ".", func(path string, d fs.DirEntry, err error) error {
		if path == "ledger" { // a server's, which some tests start and others do not
			return fs.SkipDir
		}
		if err != nil || strings.HasPrefix(path, "ieum.db") || strings.HasSuffix(path, ".lock") || strings.HasPrefix(path, "keys/") && path != "keys/person.key" {
			return err
		}
		if strings.HasSuffix(path, ".sealed") { // other bytes each time; and a server, which lives today, erases those of killDay
			return nil
		}
		if d.IsDir() {
			fmt.Fprintln(&out, path)
			return nil
		}
		text, err := os.ReadFile(filepath.Join(data, path))
		fmt.Fprintf(&out, "%x %s\n", sha256.Sum256(text), path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, from := range []string{"catalogue_delivery", "catalogue_file", "catalogue_segment", "catalogue_state", "catalogue_installation",
		// a build that was killed after the switch is told of again; that a job reads, each time it is begun
		"(SELECT kind, subject, data FROM journal_new UNION SELECT kind, subject, data FROM journal_entry) AS told WHERE kind NOT IN ('catalogue.quarantine.erased', 'door.bulk')"} {
		dump(t, d, &out, from)
	}
	return out.String()
}

// dump writes the rows of a table in order.
func dump(t *testing.T, d *db.DB, out *strings.Builder, from string) {
	t.Helper()
	rows, err := d.QueryContext(t.Context(), "SELECT * FROM "+from)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	values, to := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		to[i] = &values[i]
	}
	var lines []string
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintln(from, values))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	out.WriteString(strings.Join(lines, ""))
}
