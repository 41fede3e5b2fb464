package snapshot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ieum"
	"ieum/internal/platform/durable"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, ieum.Seoul)

// small returns a snapshot of two postings, three source rows, two résumés,
// one company and one item. Salt makes its content differ.
func small(salt string) *Snapshot {
	s := &Snapshot{Dict: Dict{
		Occupations: []string{"", "2221", "5311"}, Regions: []string{"", "11", "11680"}, Industries: []string{""},
		Education: []string{""}, Employment: []string{""}, Sex: []string{""}, Skills: []string{"", "a"},
		Certificates: []string{""}, Majors: []string{""}, Kinds: []string{"", "policy"}, Sources: []string{"", "made"},
	}}
	p := &s.Postings
	p.ID, p.Company, p.Occupation, p.Chance = Of[uint64](7, 3), Of[uint32](1, 0), Of[uint16](1, 2), Of[uint8](100, 60)
	p.Region, p.Industry, p.Employment, p.Education = Of[uint16](2, 1), Of[uint16](0, 0), Of[uint8](0, 0), Of[uint8](0, 0)
	p.CareerMin, p.CareerMax = Of[uint16](0, Unset), Of[uint16](24, Unset)
	p.PayMin, p.PayMax, p.PayBasis = Of[uint32](30_000_000, 0), Of[uint32](32_000_000, 0), Of(uint8(PayAnnual), 0)
	p.Openings, p.Opened, p.Deadline, p.Closed = Of[uint16](0, 0), Of[int32](20000, 20001), Of[int32](0, 0), Of[int32](0, 0)
	p.Flags, p.Occupations = Of(Simulated, 0), []uint32{0, 0, 1, 2}
	for _, body := range []string{"본문 하나", ""} {
		s.Texts.Body.Add(body)
		p.Kept.Add("")
	}
	for i, title := range []string{"프론트 개발자" + salt, ""} {
		p.Title.Add(title)
		p.Skills.Add(uint16(1 - i))
		p.Required.Add()
		p.Preferred.Add()
		p.Majors.Add()
	}
	p.Members.Add(0, 2)
	p.Members.Add(1)
	m := &s.Members
	m.ID, m.Posting, m.Source = Of[uint64](3, 5, 7), Of[uint32](0, 1, 0), Of[uint16](1, 1, 1)
	m.Delivery, m.Row = Of[uint32](1, 1, 2), Of[uint32](1, 2, 1)
	for _, k := range []string{"c", "b", "a"} {
		m.Key.Add(k)
		m.URL.Add("")
	}
	fill(&s.Resumes, 2)
	s.Resumes.Occupations = []uint32{0, 2, 2, 2}
	fill(&s.Companies, 2)
	fill(&s.Items, 1)
	s.Items.Kind.Raw[0] = 1
	s.Dict.Rules, s.Dict.Agreements = []string{"", "text", "repost"}, []string{"title", "body"}
	g := &s.Merges
	g.Kind, g.A, g.B = Of[uint8](1, 1, 2), Of[uint64](3, 5, 3), Of[uint64](7, 9, 4)
	g.Rule, g.Agreed, g.Score = Of[uint8](2, 1, 1), Of[uint32](2, 0, 0), Of[uint8](97, 100, 100)
	for range 3 {
		g.Names.Add("")
	}
	return s
}

// fill gives every column of a table rows empty rows.
func fill(table any, rows int) {
	v := reflect.ValueOf(table).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); {
		case f.Kind() == reflect.Slice:
		case f.FieldByName("Raw").IsValid():
			f.Field(0).Set(reflect.MakeSlice(f.Field(0).Type(), rows, rows))
		default:
			f.Field(0).Set(reflect.ValueOf(make([]uint64, rows+1)))
		}
	}
}

// unpacked lists the rows of every column of a table, as text.
func unpacked(table any) map[string][]string {
	rows := map[string][]string{}
	visit(table, func(_ int, name string, v reflect.Value, c field) error {
		if c == nil {
			rows[name] = append(rows[name], fmt.Sprint(v.Interface()))
			return nil
		}
		for i := range c.Len() {
			at, args := reflect.ValueOf(c).MethodByName("At"), []reflect.Value{reflect.ValueOf(i)}
			if at.Type().NumIn() == 2 {
				args = append(args, reflect.Zero(at.Type().In(1)))
			}
			rows[name] = append(rows[name], fmt.Sprint(at.Call(args)[0]))
		}
		return nil
	})
	return rows
}

var smallMeta = Meta{Postings: 2, Resumes: 2, People: 1, Companies: 2, Items: 1, Services: 1}

// begin writes a snapshot up to Describe.
func begin(t *testing.T, data, salt string) *Build {
	t.Helper()
	b, err := Begin(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Write(small(salt)); err != nil {
		t.Fatal(err)
	}
	if err := b.Describe(smallMeta, now); err != nil {
		t.Fatal(err)
	}
	return b
}

func publish(t *testing.T, data, salt string, parts ...Part) Meta {
	t.Helper()
	b := begin(t, data, salt)
	if err := b.Derive(context.Background(), parts...); err != nil {
		t.Fatal(err)
	}
	m, err := b.Publish()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	data := t.TempDir()
	meta := publish(t, data, "")
	dir, err := Current(data)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Verify(); err != nil {
		t.Fatal(err)
	}
	if got := s.Postings.Title.At(0); got != "프론트 개발자" {
		t.Errorf("title is %q", got)
	}
	if got := s.Postings.Members.At(0, nil); !reflect.DeepEqual(got, []uint32{0, 2}) {
		t.Errorf("members are %v", got)
	}
	if got := s.Texts.Body.At(0); got != "본문 하나" {
		t.Errorf("text is %q", got)
	}
	if s.Meta.Hash != meta.Hash || !s.Meta.Built.Equal(now) || len(s.Meta.Version) != 16 {
		t.Errorf("meta is %+v", s.Meta)
	}
	want := small("")
	if !reflect.DeepEqual(unpacked(&s.Postings), unpacked(&want.Postings)) || !reflect.DeepEqual(unpacked(&s.Members), unpacked(&want.Members)) || !reflect.DeepEqual(s.Dict, want.Dict) {
		t.Error("columns changed on their way through the files")
	}
	if got, want := s.MergesOf(0), []Merge{{3, 7, "repost", []string{"body"}, 0.97}}; !reflect.DeepEqual(got, want) {
		t.Errorf("merges are %+v, want %+v", got, want)
	}
	for _, tt := range []struct {
		id  uint64
		row int
		ok  bool
	}{{3, 0, true}, {5, 1, true}, {7, 0, true}, {4, 0, false}, {8, 0, false}} {
		if row, ok := s.PostingByID(tt.id); row != tt.row || ok != tt.ok {
			t.Errorf("posting %d is row %d, %v", tt.id, row, ok)
		}
	}
}

func TestDamageIsFound(t *testing.T) {
	data := t.TempDir()
	publish(t, data, "")
	dir, _ := Current(data)
	for _, name := range []string{"postings.col", "members.col", "resumes.col", "companies.col", "items.col", "merges.col", "texts.col"} {
		path := filepath.Join(dir, name)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for what, b := range map[string][]byte{
			"a bit turned":  turned(whole, len(magic)+1),
			"cut short":     whole[:len(whole)-1],
			"cut in half":   whole[:len(whole)/2],
			"nothing in it": nil,
			"grown":         append(bytes.Clone(whole), 0),
		} {
			write(t, path, b)
			s, err := Open(dir)
			if err == nil {
				err = s.Verify()
				s.Close()
			}
			if err == nil {
				t.Errorf("%s: %s was not noticed", name, what)
			}
		}
		write(t, path, whole)
	}
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Verify(); err != nil {
		t.Errorf("mended, but: %v", err)
	}
}

func turned(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 0x10
	return b
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTablesThatDisagreeAreRefused(t *testing.T) {
	for what, spoil := range map[string]func(*Snapshot, *Meta){
		"a code beyond the dictionary":  func(s *Snapshot, _ *Meta) { s.Postings.Region.Raw[0] = 3 },
		"a posting of no company":       func(s *Snapshot, _ *Meta) { s.Postings.Company.Raw[0] = 2 },
		"a member of no posting":        func(s *Snapshot, _ *Meta) { s.Members.Posting.Raw[0] = 2 },
		"a column too short":            func(s *Snapshot, _ *Meta) { s.Postings.Flags = Of[uint8](0) },
		"a list too few":                func(s *Snapshot, _ *Meta) { s.Postings.Skills = Lists[uint16]{} },
		"a text too many":               func(s *Snapshot, _ *Meta) { s.Texts.Body.Add("") },
		"occupations not over all rows": func(s *Snapshot, _ *Meta) { s.Postings.Occupations[3] = 1 },
		"a person beyond the last":      func(s *Snapshot, _ *Meta) { s.Resumes.Person.Raw[1] = 1 },
		"more postings than there are":  func(_ *Snapshot, m *Meta) { m.Postings = 3 },
		"a company with a lost posting": func(s *Snapshot, _ *Meta) {
			s.Companies.Postings = Lists[uint32]{Off: []uint64{0, 1, 1}, Val: []uint32{2}}
		},
		"a résumé of no source":          func(s *Snapshot, _ *Meta) { s.Resumes.Source.Raw[0] = 9 },
		"an item of no source":           func(s *Snapshot, _ *Meta) { s.Items.Source.Raw[0] = 9 },
		"a company in no region":         func(s *Snapshot, _ *Meta) { s.Companies.Region.Raw[1] = 9 },
		"a company of no industry":       func(s *Snapshot, _ *Meta) { s.Companies.Industry.Raw[1] = 9 },
		"pay stated in no known way":     func(s *Snapshot, _ *Meta) { s.Postings.PayBasis.Raw[0] = 9 },
		"an item of no service":          func(s *Snapshot, _ *Meta) { s.Items.Service.Raw[0] = 2 },
		"an item of a kind never listed": func(s *Snapshot, _ *Meta) { s.Items.Kind.Raw[0] = 2 },
	} {
		data := t.TempDir()
		b, err := Begin(data)
		if err != nil {
			t.Fatal(err)
		}
		s, m := small(""), smallMeta
		spoil(s, &m)
		if err := errors.Join(b.Write(s), b.Describe(m, now)); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Publish(); err == nil {
			t.Errorf("%s: published", what)
		}
		if _, err := Current(data); !errors.Is(err, ieum.ErrUnavailable) {
			t.Errorf("%s: CURRENT is there: %v", what, err)
		}
	}
}

func TestSameContentHasTheSameVersion(t *testing.T) {
	a, b := publish(t, t.TempDir(), ""), publish(t, t.TempDir(), "")
	if a.Hash != b.Hash || a.Version != b.Version {
		t.Errorf("%s and %s", a.Hash, b.Hash)
	}
	if c := publish(t, t.TempDir(), "!"); c.Hash == a.Hash {
		t.Error("other content has the same hash")
	}
}

// noted is a part that writes what it is told, and fails to open when told.
type noted struct{ text string }

func (n noted) Close() error { return nil }

func (n noted) part() Part {
	return Part{Name: "noted",
		Build: func(_ context.Context, _ *Snapshot, dir string) error {
			return os.WriteFile(filepath.Join(dir, "note"), []byte(n.text), 0o600)
		},
		Open: func(_ *Snapshot, dir string) (io.Closer, error) {
			b, err := os.ReadFile(filepath.Join(dir, "note"))
			if string(b) == "bad" {
				return nil, errors.New("this part is bad")
			}
			return noted{string(b)}, err
		}}
}

func TestNewPartsOfTheSameContentAreTakenUp(t *testing.T) {
	data := t.TempDir()
	part := noted{"one"}.part()
	live := NewLive(data, part)
	defer live.Close()
	for i, text := range []string{"one", "two", "three", "three"} {
		publish(t, data, "", noted{text}.part())
		moved, err := live.Refresh()
		if err != nil || moved != (i < 3) {
			t.Fatalf("%s: moved %v, %v", text, moved, err)
		}
		s, release, err := live.Acquire()
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Part("noted").(noted).text; got != text {
			t.Errorf("part says %q, want %q", got, text)
		}
		release()
	}
	dirs, _ := filepath.Glob(filepath.Join(data, "snapshots", "*-*"))
	if len(dirs) > 2 {
		t.Errorf("folders pile up: %v", dirs)
	}
}

func TestAnInterruptedBuildChangesNothing(t *testing.T) {
	data := t.TempDir()
	first := publish(t, data, "")
	root := filepath.Join(data, "snapshots")
	stages := map[string]func(){
		"before the tables":     func() { Begin(data) },
		"before it is verified": func() { begin(t, data, "later") },
		"between the two renames": func() {
			b := begin(t, data, "later")
			os.Rename(b.Dir, filepath.Join(root, "0123456789abcdef"))
		},
		"while CURRENT is replaced": func() {
			begin(t, data, "later")
			write(t, filepath.Join(root, "CURRENT.new"), []byte("0123"))
		},
		"a part that can't be opened": func() {
			b := begin(t, data, "later")
			if err := b.Derive(context.Background(), noted{"bad"}.part()); err == nil {
				t.Error("the bad part was taken")
			}
		},
	}
	for what, stop := range stages {
		stop()
		dir, err := Current(data)
		if err != nil || filepath.Base(dir) != first.Version {
			t.Fatalf("%s: current is %s, %v", what, dir, err)
		}
		s, err := Open(dir)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if err := s.Verify(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		s.Close()
	}
	second := publish(t, data, "later")
	entries, _ := os.ReadDir(root)
	if len(entries) != 4 { // CURRENT, HIDDEN, the last and this one
		t.Errorf("left over: %v", entries)
	}
	if dir, _ := Current(data); filepath.Base(dir) != second.Version {
		t.Errorf("current is %s", dir)
	}
}

// A crash before any step of a publication leaves the old snapshot or, after
// the last rename, the new one; both whole.
func TestACrashBeforeAnyStep(t *testing.T) {
	defer func() { durable.Hook = nil }()
	crash := errors.New("crash")
	data := t.TempDir()
	first := publish(t, data, "")
	for at := 0; ; at++ {
		n := 0
		durable.Hook = func(durable.Op, string) error {
			if n++; n > at {
				return crash
			}
			return nil
		}
		second, err := makeAnother(data)
		durable.Hook = nil
		if err != nil && !errors.Is(err, crash) {
			t.Fatal(err)
		}
		dir, e := Current(data)
		if e != nil {
			t.Fatal(e)
		}
		if v := filepath.Base(dir); v != first.Version && v != second.Version {
			t.Errorf("after %d steps current is %s", at, v)
		}
		s, e := Open(dir)
		if e != nil {
			t.Fatalf("after %d steps: %v", at, e)
		}
		if e := errors.Join(s.Verify(), s.Close()); e != nil {
			t.Errorf("after %d steps: %v", at, e)
		}
		if err == nil {
			if at < 40 {
				t.Errorf("only %d steps", at)
			}
			return
		}
	}
}

func makeAnother(data string) (Meta, error) {
	b, err := Begin(data)
	if err != nil {
		return Meta{}, err
	}
	if err := errors.Join(b.Write(small("later")), b.Describe(smallMeta, now)); err != nil {
		return Meta{}, err
	}
	m, err := b.Publish()
	return m, err
}

func TestAFullDiskIsOneSentence(t *testing.T) {
	defer func() { durable.Hook = nil }()
	data := t.TempDir()
	first := publish(t, data, "")
	durable.Hook = func(op durable.Op, path string) error {
		if op == durable.OpWrite && strings.HasSuffix(path, "resumes.col") {
			return &os.PathError{Op: "write", Path: path, Err: unix.ENOSPC}
		}
		return nil
	}
	_, err := makeAnother(data)
	if !errors.Is(err, ieum.ErrUnavailable) || !strings.Contains(err.Error(), "is full; make room") || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %q", err)
	}
	if dir, _ := Current(data); filepath.Base(dir) != first.Version {
		t.Errorf("current is %s", dir)
	}
}

// A snapshot of a newer program is neither read nor replaced; one of an older
// program is built again.
func TestOtherFormatIsRefused(t *testing.T) {
	for _, tt := range []struct {
		format int
		says   string
		kind   error
	}{
		{Format + 1, "made by a newer version of ieum; use that version", ieum.ErrConflict},
		{Format - 1, "made by an older version of ieum; build it again with: ieum build", ieum.ErrInvalid},
	} {
		data := t.TempDir()
		publish(t, data, "")
		dir, _ := Current(data)
		path := filepath.Join(dir, "meta.json")
		b, _ := os.ReadFile(path)
		write(t, path, bytes.Replace(b, fmt.Appendf(nil, `"format": %d`, Format), fmt.Appendf(nil, `"format": %d`, tt.format), 1))
		if _, err := Open(dir); !errors.Is(err, tt.kind) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("format %d: %v", tt.format, err)
		}
		_, err := makeAnother(data)
		if newer := tt.kind == ieum.ErrConflict; (err != nil) != newer {
			t.Errorf("a build over format %d: %v", tt.format, err)
		}
	}
}

// What the sentence about a damaged snapshot asks for helps: the same content
// built again replaces it, whatever the damage.
func TestADamagedSnapshotIsBuiltAgain(t *testing.T) {
	for _, tt := range []struct {
		name string
		harm func(t *testing.T, data, dir string)
	}{
		{"a table cut off", func(t *testing.T, _, dir string) { write(t, filepath.Join(dir, "postings.col"), []byte(magic)) }},
		{"no description", func(t *testing.T, _, dir string) { write(t, filepath.Join(dir, "meta.json"), nil) }},
		{"no texts", func(t *testing.T, _, dir string) { write(t, filepath.Join(dir, "texts.col"), nil) }},
		{"no such current one", func(t *testing.T, data, _ string) {
			write(t, filepath.Join(data, "snapshots", "CURRENT"), []byte("nothing\n"))
		}},
		{"no word in CURRENT", func(t *testing.T, data, _ string) {
			write(t, filepath.Join(data, "snapshots", "CURRENT"), []byte("../x\n"))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := t.TempDir()
			first := publish(t, data, "")
			dir, _ := Current(data)
			tt.harm(t, data, dir)
			live := NewLive(data)
			defer live.Close()
			_, err := live.Refresh()
			if !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), "again with: ieum build") {
				t.Errorf("the damage gives %v", err)
			}
			if again := publish(t, data, ""); again.Hash != first.Hash {
				t.Errorf("built again it is %s, want %s", again.Hash, first.Hash)
			}
			if moved, err := live.Refresh(); !moved || err != nil {
				t.Errorf("after building again: %v, %v", moved, err)
			}
		})
	}
}

func TestLiveMovesWithoutDroppingAReader(t *testing.T) {
	data := t.TempDir()
	live := NewLive(data)
	defer live.Close()
	if _, _, err := live.Acquire(); !errors.Is(err, ieum.ErrUnavailable) {
		t.Fatalf("without a snapshot: %v", err)
	}
	publish(t, data, "0")
	if moved, err := live.Refresh(); err != nil || !moved {
		t.Fatal(moved, err)
	}
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				s, release, err := live.Acquire()
				if err != nil {
					t.Error(err)
					return
				}
				if got := s.Postings.Title.At(0); !strings.HasPrefix(got, "프론트 개발자") {
					t.Errorf("read %q", got)
				}
				if got := s.Texts.Body.At(0); got != "본문 하나" {
					t.Errorf("read %q", got)
				}
				release()
			}
		})
	}
	held, release, err := live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	for i := range 8 {
		publish(t, data, fmt.Sprint(i+1))
		if moved, err := live.Refresh(); err != nil || !moved {
			t.Fatal(moved, err)
		}
	}
	close(stop)
	readers.Wait()
	if got := held.Postings.Title.At(0); got != "프론트 개발자0" {
		t.Errorf("the held snapshot changed to %q", got)
	}
	release()
	release() // bears repeating
	if len(held.closers) != 0 {
		t.Error("the old snapshot was not closed when its last reader left")
	}
}

func TestABrokenNewOneLeavesTheOldInUse(t *testing.T) {
	data := t.TempDir()
	publish(t, data, "")
	live := NewLive(data, noted{}.part())
	defer live.Close()
	if _, err := live.Refresh(); err == nil {
		t.Fatal("a snapshot without its part was opened")
	}
	faulty := noted{}.part()
	faulty.Open = func(*Snapshot, string) (io.Closer, error) { panic("a fault") }
	if _, err := NewLive(data, faulty).Refresh(); err == nil || !strings.Contains(err.Error(), "is damaged") || !strings.Contains(err.Error(), "a fault") {
		t.Errorf("a part that has a fault: %v", err)
	}
	live = NewLive(data)
	live.Refresh()
	publish(t, data, "new")
	dir, _ := Current(data)
	write(t, filepath.Join(dir, "postings.col"), nil)
	if moved, err := live.Refresh(); moved || err == nil {
		t.Errorf("moved to a broken snapshot (%v)", err)
	}
	s, release, err := live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if got := s.Postings.Title.At(0); got != "프론트 개발자" {
		t.Errorf("read %q", got)
	}
}

func TestIDsAreWrittenAndRead(t *testing.T) {
	for _, id := range []uint64{0, 1, 1<<64 - 1, 0x0123456789abcdef} {
		if got, ok := ParseID(FormatID(id)); !ok || got != id {
			t.Errorf("%d became %s became %d", id, FormatID(id), got)
		}
	}
	for _, s := range []string{"", "12", "0123456789abcdeg", "0123456789abcdef0"} {
		if _, ok := ParseID(s); ok {
			t.Errorf("%q is no number", s)
		}
	}
}

// FuzzOpenTable holds that no file, however broken, does more than be refused.
func FuzzOpenTable(f *testing.F) {
	dir := f.TempDir()
	path := filepath.Join(dir, "seed")
	if err := WriteTable(path, &small("").Members); err != nil {
		f.Fatal(err)
	}
	b, _ := os.ReadFile(path)
	f.Add(b)
	f.Add(b[:len(b)-tail])
	f.Add(bytes.ReplaceAll(b, []byte(`"start":64`), []byte(`"start":-4`)))
	f.Add([]byte(magic + magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "table")
		write(t, path, b)
		var m Members
		mapping, err := OpenTable(path, &m)
		if err != nil {
			return
		}
		defer mapping.Close()
		mapping.Verify()
		if checkTable("members", &m, m.ID.Len()) == nil {
			for i := range m.ID.Len() {
				_, _ = m.ID.At(i), m.Key.At(i)
			}
		}
	})
}

func TestAMarketThatIsMadeUpStandsStill(t *testing.T) {
	now := time.Date(2026, 6, 15, 12, 0, 0, 0, ieum.Seoul)
	today := ieum.DayOf(now)
	made, real := Source{Simulated: true}, Source{}
	for _, tt := range []struct {
		name    string
		sources []Source
		to      ieum.Day
		want    ieum.Day
	}{
		{"made up, a month ago", []Source{made, made}, today - 30, today - 30},
		{"made up, with days to come", []Source{made}, today + 30, today},
		{"some of it real", []Source{made, real}, today - 30, today},
		{"real", []Source{real}, today - 30, today},
		{"of no source", nil, today - 30, today},
	} {
		s := &Snapshot{Meta: Meta{Sources: tt.sources, To: tt.to}}
		if got := s.Today(now); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
