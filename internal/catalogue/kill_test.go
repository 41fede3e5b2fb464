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
	"ieum/internal/snapshot"
)

// A child of TestKilled is this test binary, started again with what to
// do in its environment.
const (
	killDo    = "IEUM_TEST_KILL" // folder of a data folder and of the files of a delivery
	killWhat  = "IEUM_TEST_WHAT" // ingest or build
	killAt    = "IEUM_KILL_AT"   // step before which it kills itself; 0 = it writes its steps to stdout
	killPoint = 50
	killEach  = 5 // of each stage, at least
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(killDo); dir != "" {
		os.Exit(doToDie(dir))
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

// doToDie takes the delivery in dir/in into dir/data, or builds a snapshot
// there, and kills itself before a certain step.
func doToDie(dir string) int {
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
	switch {
	case err != nil:
	case os.Getenv(killWhat) == "build":
		_, err = c.Build(t.Context(), nil)
	default:
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

// A scene is what an ingest or a build finds before it.
type scene struct {
	name   string
	what   string // ingest or build
	before string // data folder to begin with; "" = none
	in     string // folder of the delivery
	key    bool   // the key of people is there already, the same in every run
	want   string // what a clean run keeps
	steps  []durable.Op
}

// TestKilled kills ingests and builds before steps of every sort, and holds
// that the same command then gives what one clean run gives.
func TestKilled(t *testing.T) {
	var scenes []*scene
	bare := &scene{name: "bare", what: "ingest", in: t.TempDir()}
	first := &scene{name: "first", what: "ingest", in: bare.in, key: true}
	next := &scene{name: "next", what: "ingest", before: filepath.Join(t.TempDir(), "data"), in: t.TempDir(), key: true}
	writeDelivery(t, first.in, false)
	writeDelivery(t, next.in, true)
	writeKey(t, next.before)
	b, done := openAt(t, next.before, 1)
	b.ingest("both", first.in)
	done()
	built := &scene{name: "build", what: "build", before: filepath.Join(t.TempDir(), "data"), in: next.in, key: true}
	built.prepare(t, next.before)
	anew := &scene{name: "anew", what: "build", before: next.before, in: next.in, key: true}
	scenes = append(scenes, bare, first, next, built, anew)
	for _, s := range scenes {
		s.clean(t)
	}
	hit := map[stage]int{}
	for _, p := range killPoints(scenes) {
		hit[p.stage()]++
		t.Run(fmt.Sprintf("%s/%d-%s", p.scene.name, p.step, p.stage().op), func(t *testing.T) {
			t.Parallel()
			p.scene.kill(t, p.step)
		})
	}
	total := 0
	for _, st := range stages {
		if hit[st] < killEach {
			t.Errorf("%s of an %s was hit %d times, want %d at least", st.op, st.what, hit[st], killEach)
		}
		total += hit[st]
	}
	if total < killPoint {
		t.Errorf("%d kill points, want %d", total, killPoint)
	}
}

// A stage is one sort of step of an ingest or a build.
type stage struct {
	what string
	op   durable.Op
}

var stages = func() (out []stage) {
	for _, what := range []string{"ingest", "build"} {
		for _, op := range []durable.Op{durable.OpCreate, durable.OpWrite, durable.OpSync, durable.OpRename, durable.OpRemove} {
			out = append(out, stage{what, op})
		}
	}
	return out
}()

// prepare makes the data folder a build begins with: that of another scene with
// a snapshot, and one delivery that is not in it yet.
func (s *scene) prepare(t *testing.T, from string) {
	if err := os.CopyFS(s.before, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	b, done := openAt(t, s.before, 1)
	defer done()
	if _, err := b.Build(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	b.ingest("both", s.in)
}

type killing struct {
	scene *scene
	step  int
}

func (k killing) stage() stage { return stage{k.scene.what, k.scene.steps[k.step-1]} }

// killPoints spreads kill points evenly over the steps of each stage.
func killPoints(scenes []*scene) (out []killing) {
	by := map[stage][]killing{}
	for _, s := range scenes {
		for i := range s.steps {
			k := killing{s, i + 1}
			by[k.stage()] = append(by[k.stage()], k)
		}
	}
	for _, st := range stages {
		all := by[st]
		for i := range killEach { // a stage of fewer steps is hit again at the same ones
			out = append(out, all[i*max(len(all), killEach)/killEach%len(all)])
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
	cmd.Env = append(os.Environ(), killDo+"="+dir, killWhat+"="+s.what, killAt+"="+strconv.Itoa(at))
	return cmd
}

func (s *scene) kill(t *testing.T, at int) {
	dir := s.setUp(t)
	err := s.command(dir, at).Run()
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the %s was not killed: %v", s.what, err)
	}
	b, done := openAt(t, filepath.Join(dir, "data"), 2)
	if s.what == "build" {
		s.openable(b)
		if _, err := b.Build(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	} else {
		b.ingest("both", filepath.Join(dir, "in"))
	}
	done()
	if got := s.result(t, dir); got != s.want {
		t.Errorf("after the kill and a second run:\n%s\nwant\n%s", got, s.want)
	}
}

// openable holds that there is a whole snapshot, the old or the new one, unless
// there was none before.
func (s *scene) openable(b *bench) {
	b.t.Helper()
	dir, err := snapshot.Current(b.dir)
	if errors.Is(err, ieum.ErrUnavailable) && s.name == "anew" {
		return
	}
	if err != nil {
		b.t.Fatal(err)
	}
	snap, err := snapshot.Open(dir)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := errors.Join(snap.Verify(), snap.Close()); err != nil {
		b.t.Error(err)
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
