package catalogue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/journal"
)

// A child of TestIngestKilled is this test binary, started again with what to
// do in its environment.
const (
	killDo    = "IEUM_TEST_INGEST" // folder of a data folder and of the files of a delivery
	killAt    = "IEUM_KILL_AT"     // step before which it kills itself; 0 = it writes its steps to stdout
	killPoint = 50
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(killDo); dir != "" {
		os.Exit(ingestToDie(dir))
	}
	os.Exit(m.Run())
}

// both delivers postings and people in one.
const both = `
id: both
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
    map: {title: title, body: body, region: place}
  - match: "people*.csv"
    kind: resume
    delivery: full
    key: [id]
    joins:
      - {name: licences, match: "licence*.csv", on: id, key: resume}
    map:
      person: {hash: [name, phone]}
      region: place
      certificates: {join: licences, column: licence}
  - match: "licence*.csv"
`

// delivery writes the files of one of two deliveries, of which the second
// changes, drops and adds rows; some rows of each are bad.
func writeDelivery(t testing.TB, dir string, second bool) []string {
	t.Helper()
	jobs, folk, licences := []string{"id,title,body,place"}, []string{"id,name,phone,place"}, []string{"resume,licence"}
	for i := range 600 {
		if second && i%7 == 0 {
			continue
		}
		title := fmt.Sprintf("용접원 %d호", i)
		if i%50 == 3 {
			title = ""
		}
		if second && i%5 == 0 {
			title = "새 " + title
		}
		jobs = append(jobs, fmt.Sprintf("%d,%s,담당자: 홍길동 010-1234-%04d,서울 강남구", i, title, i))
		folk = append(folk, fmt.Sprintf("r%d,김가상%d,010-5555-%04d,부산", i, i/2, i/2))
		licences = append(licences, fmt.Sprintf("r%d,용접기능사", i))
	}
	if second {
		jobs = append(jobs, "1000,조리원,,부산")
	}
	var paths []string
	for name, lines := range map[string][]string{"jobs.csv": jobs, "people.csv": folk, "licence.csv": licences} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}

// open returns the catalogue of a data folder on a certain day.
func openAt(t testing.TB, dir string, day int) (*bench, func()) {
	b := &bench{t: t, dir: dir, day: time.Date(2026, 3, day, 9, 0, 0, 0, ieum.Seoul)}
	d, err := db.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	b.open(d, loadDefs(t, both))
	return b, func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}

// ingestToDie takes in the delivery in dir/in, into dir/data, and kills itself
// before a certain step.
func ingestToDie(dir string) int {
	at, err := strconv.Atoi(os.Getenv(killAt))
	if err != nil {
		panic(err)
	}
	var mu sync.Mutex
	step := 0
	durable.Hook = func(op durable.Op, path string) error {
		mu.Lock()
		defer mu.Unlock()
		step++
		if at == 0 {
			fmt.Println(string(op))
		}
		if step == at {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			time.Sleep(time.Minute)
		}
		return nil
	}
	t := dying{}
	set := loadDefs(t, both)
	d, err := db.Open(t.Context(), filepath.Join(dir, "data"))
	if err == nil {
		err = journal.Migrate(t.Context(), d)
	}
	var c *Catalogue
	if err == nil {
		c, err = New(t.Context(), d, set, filepath.Join(dir, "data"), func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, ieum.Seoul) }, fakeCoder{}, nil)
	}
	if err == nil {
		_, err = c.Ingest(t.Context(), "both", []string{filepath.Join(dir, "in")}, Options{})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// dying stands for the test in a child.
type dying struct{ testing.TB }

func (dying) Helper()                  {}
func (dying) Context() context.Context { return context.Background() }
func (dying) Fatal(args ...any)        { panic(fmt.Sprint(args...)) }

// A scene is what an ingest finds before it.
type scene struct {
	name   string
	before string // data folder to begin with; "" = none
	in     string // folder of the delivery
	key    bool   // the key of people is there already, the same in every run
	want   string // what a clean run keeps
	steps  []durable.Op
}

// TestIngestKilled kills an ingest before steps of every sort, and holds that
// the same command then gives what one clean run gives.
func TestIngestKilled(t *testing.T) {
	var scenes []*scene
	bare := &scene{name: "bare", in: t.TempDir()}
	first := &scene{name: "first", in: bare.in, key: true}
	next := &scene{name: "next", before: filepath.Join(t.TempDir(), "data"), in: t.TempDir(), key: true}
	writeDelivery(t, first.in, false)
	writeDelivery(t, next.in, true)
	writeKey(t, next.before)
	b, done := openAt(t, next.before, 1)
	b.ingest("both", first.in)
	done()
	scenes = append(scenes, bare, first, next)
	for _, s := range scenes {
		s.clean(t)
	}
	hit := map[durable.Op]int{}
	total := 0
	for _, p := range killPoints(scenes) {
		s, at := p.scene, p.step
		op := s.steps[at-1]
		hit[op]++
		total++
		t.Run(fmt.Sprintf("%s/%d-%s", s.name, at, op), func(t *testing.T) {
			t.Parallel()
			s.kill(t, at)
		})
	}
	for _, op := range []durable.Op{durable.OpCreate, durable.OpWrite, durable.OpSync, durable.OpRename, durable.OpRemove} {
		if hit[op] < 5 {
			t.Errorf("%s was hit %d times, want 5 at least", op, hit[op])
		}
	}
	if total < killPoint {
		t.Errorf("%d kill points, want %d", total, killPoint)
	}
}

type killing struct {
	scene *scene
	step  int
}

// killPoints spreads kill points over the steps of each sort.
func killPoints(scenes []*scene) (out []killing) {
	by := map[durable.Op][]killing{}
	for _, s := range scenes {
		for i, op := range s.steps {
			by[op] = append(by[op], killing{s, i + 1})
		}
	}
	for len(out) < killPoint {
		took := false
		for _, op := range []durable.Op{durable.OpCreate, durable.OpWrite, durable.OpSync, durable.OpRename, durable.OpRemove} {
			if all := by[op]; len(all) > 0 {
				i := (len(out) * 7) % len(all)
				out = append(out, all[i])
				by[op] = slices.Delete(slices.Clone(all), i, i+1)
				took = true
			}
		}
		if !took {
			return out
		}
	}
	return out
}

// setUp makes the folder of one run.
func (s *scene) setUp(t *testing.T) string {
	dir := t.TempDir()
	if s.before != "" {
		if err := os.CopyFS(filepath.Join(dir, "data"), os.DirFS(s.before)); err != nil {
			t.Fatal(err)
		}
	}
	if s.key {
		writeKey(t, filepath.Join(dir, "data"))
	}
	if err := os.CopyFS(filepath.Join(dir, "in"), os.DirFS(s.in)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// writeKey makes the key of people the same in every folder, so that contents
// can be compared by hash.
func writeKey(t *testing.T, data string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(data, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "keys", "person.key"), make([]byte, keyBytes), 0o600); err != nil {
		t.Fatal(err)
	}
}

// clean runs the scene without a kill and notes its steps and its result.
func (s *scene) clean(t *testing.T) {
	dir := s.setUp(t)
	out, err := s.command(dir, 0).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Fields(string(out)) {
		s.steps = append(s.steps, durable.Op(line))
	}
	s.want = s.result(t, dir)
}

func (s *scene) command(dir string, at int) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), killDo+"="+dir, killAt+"="+strconv.Itoa(at))
	return cmd
}

func (s *scene) kill(t *testing.T, at int) {
	dir := s.setUp(t)
	err := s.command(dir, at).Run()
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the ingest was not killed: %v", err)
	}
	b, done := openAt(t, filepath.Join(dir, "data"), 2)
	b.ingest("both", filepath.Join(dir, "in"))
	done()
	if got := s.result(t, dir); got != s.want {
		t.Errorf("after the kill and a second run:\n%s\nwant\n%s", got, s.want)
	}
}

// result is all that an ingest leaves behind: content, quarantine, deliveries,
// names of files.
func (s *scene) result(t *testing.T, dir string) string {
	b, done := openAt(t, filepath.Join(dir, "data"), 2)
	defer done()
	var out strings.Builder
	if s.key {
		fmt.Fprintln(&out, b.hash())
	}
	for _, kind := range []ieum.KindID{"posting", "resume"} {
		columns := []string{"_key", "_row", "region"}
		if kind == "posting" {
			columns = append(columns, "title", "body")
		}
		for _, row := range b.rows(kind, columns...) {
			fmt.Fprintln(&out, kind, row)
		}
	}
	list, err := b.Deliveries(t.Context(), "", 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		d.Seconds, d.Seen = 0, d.At
		text, _ := json.Marshal(d)
		fmt.Fprintln(&out, string(text))
	}
	err = filepath.WalkDir(b.dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasPrefix(d.Name(), "ieum.db") {
			rel, _ := filepath.Rel(b.dir, path)
			fmt.Fprintln(&out, rel)
			if strings.HasSuffix(path, ".csv") {
				content, _ := os.ReadFile(path)
				out.Write(content)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}
