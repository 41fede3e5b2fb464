package catalogue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ieum"
	"ieum/defs"
	"ieum/internal/catalogue/master"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/journal"
	"ieum/internal/platform/table"
	"ieum/internal/snapshot"
)

// A lakeOf is a lake made by hand: rows by kind, of one source and delivery
// each. A row holds only the columns it has.
type lakeOf struct {
	kind     ieum.KindID
	source   ieum.SourceID
	delivery int64
	rows     []map[string]any
}

// live serves lakes as Catalogue.Live does the real one.
func live(set *defs.Set, lakes ...lakeOf) liveFunc {
	return func(_ context.Context, kind ieum.KindID, columns []string, f func(*Rows) error) error {
		fields, err := pickFields(set.Kinds[kind], columns)
		if err != nil {
			return err
		}
		for _, l := range lakes {
			if l.kind != kind {
				continue
			}
			b := table.NewBatch(fields...)
			r := &Rows{Source: l.source, Delivery: l.delivery, Batch: b}
			for i, row := range l.rows {
				b.Rows++
				closed, _ := row["closed"].(int)
				r.Closed = append(r.Closed, ieum.Day(closed))
				r.Place = append(r.Place, uint32(i))
				for j := range b.Columns {
					addValue(&b.Columns[j], row, i)
				}
			}
			if err := f(r); err != nil {
				return err
			}
		}
		return nil
	}
}

func addValue(c *table.Column, row map[string]any, at int) {
	v, ok := row[c.Name]
	switch {
	case c.Name == ColumnRow && !ok:
		c.AddInt(int64(at + 1))
	case !ok:
		c.AddNull()
	default:
		switch v := v.(type) {
		case string:
			c.AddString(v)
		case int:
			c.AddInt(int64(v))
		case bool:
			c.AddBool(v)
		case []string:
			c.AddStrings(v...)
		case []int64:
			c.AddInts(v...)
		default:
			panic(fmt.Sprintf("column %s: %T", c.Name, v))
		}
	}
}

var buildDay = time.Date(2026, 3, 2, 9, 0, 0, 0, ieum.Seoul)

func newTestCatalogue(t *testing.T, d *db.DB) *Catalogue {
	t.Helper()
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if err := journal.Migrate(ctx, d); err != nil {
		t.Fatal(err)
	}
	c, err := New(ctx, d, nil, set, t.TempDir(), func() time.Time { return buildDay }, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustBuild(t *testing.T, c *Catalogue, from liveFunc) *snapshot.Snapshot {
	t.Helper()
	if _, err := c.build(context.Background(), from, nil, func(Stage) {}, nil); err != nil {
		t.Fatal(err)
	}
	dir, err := snapshot.Current(c.data)
	if err != nil {
		t.Fatal(err)
	}
	s, err := snapshot.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

const careBody = "어르신의 식사와 목욕을 돕고 하루 활동을 살피며 가족에게 알립니다. 3교대로 일하고 통근버스가 있습니다. 장기요양기관 경험을 반깁니다."

// care is a posting as one site has it; change says what another has otherwise.
func care(key string, change map[string]any) map[string]any {
	row := map[string]any{ColumnKey: key, "title": "요양보호사 모집", "body": careBody, "company": "(주)가상요양원", "region": "11680",
		"occupation": "5501", "employment": "regular", "education": "none", "career_min": 0, "career_max": 0, "career_entry": true,
		"pay_min": 28_000_000, "pay_max": 30_000_000, "pay_basis": int(snapshot.PayAnnual), "openings": 2, "opened": 20500, "deadline": 20530}
	for k, v := range change {
		if v == nil {
			delete(row, k)
		} else {
			row[k] = v
		}
	}
	return row
}

func careLakes() []lakeOf {
	return []lakeOf{
		{"posting", "simulated", 1, []map[string]any{
			care("a1", nil),
			care("a2", map[string]any{"region": "26350"}), // the other branch
			care("a3", map[string]any{"title": "조리사 모집", "occupation": "5313", "body": "어르신의 세 끼를 짓고 식단과 재고를 살핍니다. 조리기능사가 있으면 좋습니다. 주 5일 일합니다."}),
		}},
		{"posting", "simulated", 2, []map[string]any{
			care("b1", map[string]any{"title": "[가상요양원] 요양 보호사 모집", "company": "가상요양원 주식회사", "company_number": "111-22-33333", "pay_min": nil, "pay_max": nil, "url": "https://example.org/b1"}),
			care("b2", map[string]any{"opened": 20560, "deadline": 20590, "pay_min": 29_000_000, "pay_max": 30_000_000}), // posted again
		}},
	}
}

func TestPostingsOfTwoSourcesBecomeOne(t *testing.T) {
	c := newTestCatalogue(t, dbtest.Open(t, t.TempDir()))
	s := mustBuild(t, c, live(c.defs, careLakes()...))
	if err := s.Verify(); err != nil {
		t.Fatal(err)
	}
	id := func(key string) uint64 { return snapshot.RowID("simulated", key) }
	if s.Postings.ID.Len() != 3 {
		t.Fatalf("%d postings of 3: %v", s.Postings.ID.Len(), s.Postings.Title)
	}
	row, ok := s.PostingByID(id("a1"))
	if !ok {
		t.Fatal("a1 is not to be found")
	}
	for _, key := range []string{"b1", "b2"} {
		if got, ok := s.PostingByID(id(key)); !ok || got != row {
			t.Errorf("%s is posting %d, %v, want %d", key, got, ok, row)
		}
	}
	for _, key := range []string{"a2", "a3"} {
		if got, _ := s.PostingByID(id(key)); got == row {
			t.Errorf("%s became one with a1", key)
		}
	}
	var keys []string
	for _, m := range s.Postings.Members.At(row, nil) {
		keys = append(keys, s.Members.Key.At(int(m)))
	}
	p := &s.Postings
	if !slices.Equal(keys[2:], []string{"b2"}) || len(keys) != 3 {
		t.Errorf("members are %v, want the newest last", keys)
	}
	if p.PayMin.At(row) != 29_000_000 || p.Opened.At(row) != 20560 || p.Deadline.At(row) != 20590 {
		t.Errorf("it speaks as it was first posted: pay %d, opened %d, deadline %d", p.PayMin.At(row), p.Opened.At(row), p.Deadline.At(row))
	}
	if p.ID.At(row) != min(id("a1"), id("b1")) {
		t.Error("the address changed when it was posted again")
	}
	if text := s.Texts.Body.At(row); text != careBody {
		t.Errorf("body is %q", text)
	}
	reposts := 0
	merges := s.MergesOf(row)
	for _, m := range merges {
		if m.Rule == "repost" {
			reposts++
		}
		if !slices.Contains(m.Agreed, "title") || m.Score < 0.5 {
			t.Errorf("evidence is %+v", m)
		}
	}
	if len(merges) != 2 || reposts != 1 {
		t.Errorf("merges are %+v", merges)
	}
	if row := int(p.Company.At(row)); s.Companies.Number.At(row) != "1112233333" || s.Companies.Key.At(row) != "가상요양원" || len(s.Companies.Postings.At(row, nil)) != 3 {
		t.Errorf("company is %s %s with postings %v", s.Companies.Key.At(row), s.Companies.Number.At(row), s.Companies.Postings.At(row, nil))
	}
	if !slices.IsSorted(p.Occupation.AppendTo(nil, 0, p.Occupation.Len())) {
		t.Error("not in order of occupation")
	}
	if want := (snapshot.Source{ID: "simulated", Rows: 5, Simulated: true}); !s.Meta.Simulated || len(s.Meta.Sources) != 1 || s.Meta.Sources[0].Rows != want.Rows {
		t.Errorf("sources are %+v", s.Meta.Sources)
	}
}

func TestWhatCouldNotBeReadIsKeptAsItWasWritten(t *testing.T) {
	c := newTestCatalogue(t, dbtest.Open(t, t.TempDir()))
	s := mustBuild(t, c, live(c.defs, lakeOf{"posting", "simulated", 1, []map[string]any{
		care("read", map[string]any{"pay_text": "연봉 2,800만원 ~ 3,000만원", "career_text": "신입", "region_text": "서울 강남구", "education_text": "무관"}),
		care("not", map[string]any{"title": "야간 조리사", "company": "없는식당", "body": "", "region": nil, "region_text": "어느\n골목", "deadline": nil, "deadline_text": "뽑을 때까지", "pay_min": nil, "pay_max": nil,
			"pay_basis": nil, "pay_text": "일한 만큼", "career_min": nil, "career_max": nil, "career_entry": nil, "career_text": "눈썰미"}),
		care("address", map[string]any{"title": "주말 요양보호사", "region": "41390", "region_text": "경기 시흥시 정왕동 12"}),
	}}))
	for key, want := range map[string][]snapshot.KeptText{
		"read":    nil,
		"not":     {{Field: "pay", Text: "일한 만큼"}, {Field: "career", Text: "눈썰미"}, {Field: "deadline", Text: "뽑을 때까지"}, {Field: "region", Text: "어느 골목"}},
		"address": {{Field: "region", Text: "경기 시흥시 정왕동 12"}},
	} {
		row, ok := s.PostingByID(snapshot.RowID("simulated", key))
		if got := s.Postings.KeptTexts(row); !ok || !slices.Equal(got, want) {
			t.Errorf("of %s is kept %q, want %q", key, got, want)
		}
	}
}

func TestWhatPeopleKeepApartStaysApart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newTestCatalogue(t, d)
		ctx := context.Background()
		from := live(c.defs, careLakes()...)
		a, b := snapshot.RowID("simulated", "a1"), snapshot.RowID("simulated", "b2")
		for _, tt := range []struct {
			kind snapshot.MergeKind
			a, b uint64
			why  string
		}{{snapshot.MergedPosting, a, a, "x"}, {snapshot.MergedPosting, a, b, " "}, {0, a, b, "x"}} {
			if err := c.Unmerge(ctx, tt.kind, tt.a, tt.b, tt.why); !errors.Is(err, ieum.ErrInvalid) {
				t.Errorf("%+v: %v", tt, err)
			}
		}
		for _, why := range []string{"the house told us", "asked twice"} {
			if err := c.Unmerge(ctx, snapshot.MergedPosting, b, a, why); err != nil {
				t.Fatal(err)
			}
		}
		got, err := c.Decisions(ctx)
		if err != nil || len(got) != 1 || got[0].A != min(a, b) || got[0].B != max(a, b) || got[0].Why != "asked twice" || !got[0].At.Equal(buildDay) {
			t.Fatalf("decisions are %+v, %v", got, err)
		}
		s := mustBuild(t, c, from)
		ra, _ := s.PostingByID(a)
		rb, _ := s.PostingByID(b)
		if ra == rb {
			t.Error("the matcher put together what people keep apart")
		}
		if err := c.Rejoin(ctx, snapshot.MergedPosting, a, b); err != nil {
			t.Fatal(err)
		}
		if err := c.Rejoin(ctx, snapshot.MergedPosting, a, b); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("withdrawn twice: %v", err)
		}
		s = mustBuild(t, c, from)
		ra, _ = s.PostingByID(a)
		rb, _ = s.PostingByID(b)
		if ra != rb {
			t.Error("a withdrawn decision still holds")
		}
		kinds := map[string]int{}
		rows, err := d.QueryContext(ctx, `SELECT kind FROM journal_new`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var k string
			if err := rows.Scan(&k); err != nil {
				t.Fatal(err)
			}
			kinds[k]++
		}
		if kinds["catalogue.unmerged"] != 2 || kinds["catalogue.rejoined"] != 1 || kinds["catalogue.built"] != 2 {
			t.Errorf("journal has %v", kinds)
		}
	})
}

func TestResumesAndPeople(t *testing.T) {
	c := newTestCatalogue(t, dbtest.Open(t, t.TempDir()))
	person := func(who, phone uint64) []int64 {
		return []int64{int64(master.Token(master.TokenWho, who<<20)), int64(master.Token(master.TokenReach, phone<<20))}
	}
	s := mustBuild(t, c, live(c.defs, lakeOf{"resume", "simulated", 3, []map[string]any{
		{ColumnKey: "r2", "person": person(1, 7), "birth_year": 1968, "sex": "f", "region": "11680", "wishes": []string{"5501", "5313"}, "wish_pay_min": 26_000_000, "active": true},
		{ColumnKey: "r1", "person": person(1, 7), "birth_year": 1968, "sex": "f", "region": "11680", "occupation": "5501", "active": false,
			"careers_occupation": []string{"5501", ""}, "careers_start": []int64{600, 500}, "careers_end": []int64{snapshot.Unset, 511}, "careers_pay": []int64{0, 24_000_000}},
		{ColumnKey: "r3", "person": person(2, 7), "birth_year": 1995, "region": "11680", "occupation": "5313", "career_months": 30},
	}}))
	r, d := &s.Resumes, &s.Dict
	if s.Meta.Resumes != 3 || s.Meta.People != 2 {
		t.Fatalf("%d résumés of %d people, want 3 of 2", s.Meta.Resumes, s.Meta.People)
	}
	at := map[string]int{}
	for i := range 3 {
		at[[]string{"r2", "r1", "r3"}[r.Row.At(i)]] = i // as they were delivered
	}
	one, two, other := at["r1"], at["r2"], at["r3"]
	if r.Person.At(one) != r.Person.At(two) || r.Person.At(one) == r.Person.At(other) {
		t.Errorf("people are %v", r.Person)
	}
	if d.Occupations[r.Occupation.At(two)] != "5501" || d.Occupations[r.Occupation.At(other)] != "5313" || one != two+1 {
		t.Errorf("not by occupation sought, person and place: %v", at)
	}
	if r.CareerMonths.At(one) != 12 || r.CareerMonths.At(two) != snapshot.Unset || r.CareerMonths.At(other) != 30 {
		t.Errorf("months are %v", r.CareerMonths)
	}
	if r.LastPay.At(one) != 24_000_000 || r.WishPay.At(two) != 26_000_000 {
		t.Errorf("pay is %v and %v", r.LastPay, r.WishPay)
	}
	if got := r.CareerOcc.At(one, nil); len(got) != 2 || d.Occupations[got[0]] != "5501" || got[1] != 0 || r.CareerEnd.At(one, nil)[0] != snapshot.Unset {
		t.Errorf("spells are %v", got)
	}
	if r.Flags.At(one)&snapshot.Active != 0 || r.Flags.At(two)&snapshot.Active == 0 || r.Flags.At(other)&snapshot.Active == 0 {
		t.Errorf("flags are %v", r.Flags)
	}
}

func TestCompaniesAndItems(t *testing.T) {
	c := newTestCatalogue(t, dbtest.Open(t, t.TempDir()))
	s := mustBuild(t, c, live(c.defs,
		lakeOf{"posting", "simulated", 1, []map[string]any{care("a1", nil)}},
		lakeOf{"company", "simulated", 2, []map[string]any{
			{ColumnKey: "c1", "name": "가상요양원", "employees": 40, "average_pay_min": 31_000_000},
			{ColumnKey: "c2", "name": "㈜지어낸푸드", "employees": 7},
		}},
		lakeOf{"place", "simulated", 3, []map[string]any{{ColumnKey: "p2", "title": "없는 섬"}, {ColumnKey: "p1", "title": "없는 산"}}},
	))
	co := &s.Companies
	if co.Name.Len() != 3 || co.Name.At(0) != "" || co.Key.At(1) != "가상요양원" || co.Employees.At(1) != 40 || co.AvgPay.At(1) != 31_000_000 || co.Employees.At(2) != 7 {
		t.Errorf("companies are %q, employees %v, pay %v", co.Key.Data, co.Employees, co.AvgPay)
	}
	if int(s.Postings.Company.At(0)) != 1 {
		t.Errorf("the posting is of company %d", s.Postings.Company.At(0))
	}
	it := &s.Items
	if it.Kind.Len() != 2 || s.Dict.Kinds[it.Kind.At(0)] != "place" || it.Key.At(0) != "p1" || it.Delivery.At(0) != 3 || it.Row.At(0) != 2 {
		t.Fatalf("items are %+v", it)
	}
	var body map[string]any
	if err := json.Unmarshal(it.Body.Bytes(0), &body); err != nil || body["title"] != "없는 산" || len(body) != 1 {
		t.Errorf("body is %s, %v", it.Body.Bytes(0), err)
	}
}

// market makes many rows, some of them alike.
func marketLakes(n int) []lakeOf {
	var postings, resumes []map[string]any
	jobs := []string{"요양보호사", "조리사", "용접원", "경리", "배송기사", "간호조무사", "바리스타"}
	codes := []string{"5501", "5313", "8240", "0261", "6222", "3075", "5321"}
	for i := range n {
		j := i * 3 % len(jobs)
		change := map[string]any{"title": jobs[j] + " 모집", "occupation": codes[j], "company": fmt.Sprintf("지어낸%d상사", i%97), "body": strings.Repeat(fmt.Sprintf("%s 일을 %d번째로 합니다. ", jobs[j], i%500), 5),
			"region": []string{"11680", "26350", "41135"}[i%3], "opened": 20000 + i%300, "deadline": 20030 + i%300}
		postings = append(postings, care(fmt.Sprintf("k%d", i), change))
		resumes = append(resumes, map[string]any{ColumnKey: fmt.Sprintf("r%d", i), "occupation": codes[j], "birth_year": 1960 + i%700%40, "sex": []string{"f", "m"}[i%700%2],
			"person": []int64{int64(master.Token(0, uint64(i%700+1)<<24)), int64(master.Token(1, uint64(i%700+9999)<<24))}})
	}
	half := n / 2
	return []lakeOf{{"posting", "simulated", 1, postings[:half]}, {"posting", "simulated", 2, postings[half:]}, {"resume", "simulated", 2, resumes}}
}

func TestTheSameLakeGivesTheSameHashOnAnyCores(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var first snapshot.Meta
	for i, cores := range []int{1, 2, 5} {
		runtime.GOMAXPROCS(cores)
		c := newTestCatalogue(t, dbtest.Open(t, t.TempDir()))
		s := mustBuild(t, c, live(c.defs, marketLakes(3000)...))
		if i == 0 {
			first = s.Meta
			if first.Postings == 3000 || first.Postings < 500 || first.People != 700 {
				t.Errorf("%d postings, %d people of 3,000 rows", first.Postings, first.People)
			}
		}
		if s.Meta.Hash != first.Hash {
			t.Errorf("on %d cores the hash is %s, on one %s", cores, s.Meta.Hash, first.Hash)
		}
	}
}

// However many rows a build holds at once, and so however often it puts rows
// aside and an occupation once more in parts, the snapshot is the same.
func TestTheSameLakeGivesTheSameHashInAnyMemory(t *testing.T) {
	hash := func(held, stretch int) string {
		c := newTestCatalogue(t, dbtest.Open(t, t.TempDir()))
		if held > 0 {
			c.held, c.stretch = held, stretch
		}
		s := mustBuild(t, c, live(c.defs, marketLakes(1500)...))
		if err := s.Verify(); err != nil {
			t.Fatal(err)
		}
		if !slices.IsSorted(s.Members.ID.AppendTo(nil, 0, s.Members.ID.Len())) {
			t.Error("members are not in the order of their IDs")
		}
		return s.Meta.Hash
	}
	want := hash(0, 0)
	for _, tt := range [][2]int{{1 << 20, 3}, {7, 1 << 20}, {100, 50}, {1, 1}} {
		if got := hash(tt[0], tt[1]); got != want {
			t.Errorf("with %d rows gathered and %d read back at once the hash is %s, else %s", tt[0], tt[1], got, want)
		}
	}
}

func TestABuildThatEndsEarlyChangesNothing(t *testing.T) {
	c := newTestCatalogue(t, dbtest.Open(t, t.TempDir()))
	mustBuild(t, c, live(c.defs, careLakes()...))
	before, _ := snapshot.Current(c.data)
	for _, at := range []Stage{StagePostings, StageCompanies, StageMerge, StageResumes, StageItems, StageWrite, StageParts, StageVerify} {
		ctx, cancel := context.WithCancel(context.Background())
		_, err := c.build(ctx, live(c.defs, marketLakes(200)...), nil, func(s Stage) {
			if s == at {
				cancel()
			}
		}, nil)
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("stopped at %s: %v", at, err)
		}
		if now, err := snapshot.Current(c.data); err != nil || now != before {
			t.Errorf("stopped at %s: current is %s, %v", at, now, err)
		}
		if left, _ := filepath.Glob(filepath.Join(c.data, "snapshots", "making-*")); len(left) > 0 {
			t.Errorf("stopped at %s: left %v", at, left)
		}
	}
}

func TestAPartThatFailsLeavesTheOldSnapshot(t *testing.T) {
	c := newTestCatalogue(t, dbtest.Open(t, t.TempDir()))
	mustBuild(t, c, live(c.defs, careLakes()...))
	before, _ := snapshot.Current(c.data)
	full := &os.PathError{Op: "write", Path: filepath.Join(c.data, "x"), Err: unix.ENOSPC}
	broken := errors.New("broken")
	for _, p := range []snapshot.Part{
		{Name: "p", Build: func(context.Context, *snapshot.Snapshot, string) error { return full }, Open: func(*snapshot.Snapshot, string) (io.Closer, error) { return nil, nil }},
		{Name: "p", Open: func(*snapshot.Snapshot, string) (io.Closer, error) { return nil, broken }},
	} {
		_, err := c.build(context.Background(), live(c.defs, marketLakes(50)...), nil, func(Stage) {}, []snapshot.Part{p})
		err = durable.Fault(err)
		if !errors.Is(err, broken) && !(errors.Is(err, ieum.ErrUnavailable) && strings.Contains(err.Error(), "make room")) {
			t.Errorf("got %v", err)
		}
		if now, _ := snapshot.Current(c.data); now != before {
			t.Errorf("current is %s", now)
		}
	}
}

func TestAnEmptyLakeIsASnapshot(t *testing.T) {
	c := newTestCatalogue(t, dbtest.Open(t, t.TempDir()))
	s := mustBuild(t, c, live(c.defs))
	if err := s.Verify(); err != nil || s.Meta.Postings != 0 || s.Meta.Companies != 1 {
		t.Errorf("%+v, %v", s.Meta, err)
	}
}

func TestCompaniesAndPeopleCanBeKeptApartToo(t *testing.T) {
	c := newTestCatalogue(t, dbtest.Open(t, t.TempDir()))
	who := []int64{int64(master.Token(master.TokenWho, 5<<20)), int64(master.Token(master.TokenReach, 6<<20))}
	from := live(c.defs,
		lakeOf{"posting", "simulated", 1, []map[string]any{care("a1", map[string]any{"company": "가상요양원"}), care("a2", map[string]any{"company": "㈜가상 요양원", "title": "조리사", "occupation": "5313"})}},
		lakeOf{"resume", "simulated", 1, []map[string]any{{ColumnID: "the id of one row", "person": who, "birth_year": 1970}, {ColumnID: "and that of two", "person": who, "birth_year": 1970}}})
	s := mustBuild(t, c, from)
	if s.Meta.Companies != 2 || s.Meta.People != 1 {
		t.Fatalf("%d companies and %d people, want one of each (and the unknown company)", s.Meta.Companies, s.Meta.People)
	}
	for i, kind := range s.Merges.Kind.AppendTo(nil, 0, s.Merges.Kind.Len()) {
		if err := c.Unmerge(context.Background(), snapshot.MergeKind(kind), s.Merges.A.At(i), s.Merges.B.At(i), "not so"); err != nil {
			t.Fatal(err)
		}
		if names := s.Merges.Names.At(i); (snapshot.MergeKind(kind) == snapshot.MergedCompany) != strings.Contains(names, "\t") {
			t.Errorf("merge of kind %d names %q", kind, names)
		}
	}
	if s = mustBuild(t, c, from); s.Meta.Companies != 3 || s.Meta.People != 2 {
		t.Errorf("%d companies and %d people after deciding, want 3 and 2", s.Meta.Companies, s.Meta.People)
	}
}

// serviceLakes hold one benefit as two sources have it, its details, its next
// edition and the same benefit of another city.
func serviceLakes() []lakeOf {
	return []lakeOf{
		{"policy", "youth-policies", 1, []map[string]any{
			{ColumnKey: "OY-1", "title": "(나나시) 가상 급식 지원", "provider": "경기도 수원시", "regions": []string{"41"}, "number": "20250101005400110001"},
			{ColumnKey: "OY-2", "title": "2027년 가상 급식 지원", "provider": "경기도 수원시", "regions": []string{"41"}, "number": "20270101005400110002"},
		}},
		{"welfare-service", "bokjiro", 2, []map[string]any{
			{ColumnKey: "WLF90000001", "title": "2026년 가상급식 지원사업", "agency": "경기도 수원시 복지과", "region": "41110", "number": "WLF90000001"},
			{ColumnKey: "WLF90000002", "title": "가상 급식 지원", "agency": "경기도 용인시 복지과", "region": "41460", "number": "WLF90000002"},
		}},
		{"policy-detail", "bokjiro", 2, []map[string]any{{ColumnKey: "WLF90000001", "service": "WLF90000001", "content": "밥"}}},
	}
}

// servicesOf lists the keys of the items of each service, services apart.
func servicesOf(s *snapshot.Snapshot) string {
	by := make([][]string, s.Meta.Services)
	for row := range s.Meta.Items {
		if of := s.Items.Service.At(row); of > 0 {
			by[of-1] = append(by[of-1], s.Dict.Kinds[s.Items.Kind.At(row)]+" "+s.Items.Key.At(row))
		}
	}
	var out []string
	for _, keys := range by {
		out = append(out, strings.Join(keys, " = "))
	}
	return strings.Join(out, "; ")
}

// A service that several sources have is one, and shows them all; its other
// edition and that of another city are not it.
func TestServicesOfTwoSourcesBecomeOne(t *testing.T) {
	c := newTestCatalogue(t, dbtest.Open(t, t.TempDir()))
	lakes := serviceLakes()
	s := mustBuild(t, c, live(c.defs, lakes...))
	want := "policy OY-1 = policy-detail WLF90000001 = welfare-service WLF90000001; policy OY-2; welfare-service WLF90000002"
	if got := servicesOf(s); got != want {
		t.Fatalf("the services are %s\nwant             %s", got, want)
	}
	row, ok := s.Item("bokjiro", "welfare-service", "WLF90000001")
	if !ok || s.Items.Key.At(row) != "WLF90000001" || s.Dict.Kinds[s.Items.Kind.At(row)] != "welfare-service" {
		t.Fatalf("the row is %d, %v", row, ok)
	}
	rows, merges := s.Service(row)
	if len(rows) != 3 || len(merges) != 2 {
		t.Errorf("the service has the rows %v by %+v", rows, merges)
	}
	if rules := merges[0].Rule + merges[1].Rule; rules != "numbernear-title" && rules != "near-titlenumber" {
		t.Errorf("the rules are %s", rules)
	}
	if _, ok := s.Item("youth-policies", "welfare-service", "WLF90000001"); ok {
		t.Error("another source has the row as well")
	}
	slices.Reverse(lakes)
	for _, l := range lakes {
		slices.Reverse(l.rows)
	}
	if again := mustBuild(t, c, live(c.defs, lakes...)); servicesOf(again) != want {
		t.Errorf("in another order the services are %s", servicesOf(again))
	}
}

// A kind says by itself that its rows speak of services.
func TestServicesAreDeclared(t *testing.T) {
	c := newTestCatalogue(t, dbtest.Open(t, t.TempDir()))
	course := *c.defs.Kinds["course"]
	course.Master = defs.Master{As: "service", Title: "title"}
	c.defs.Kinds["course"] = &course
	row := map[string]any{ColumnKey: "k", "title": "가상 급식 지원"}
	s := mustBuild(t, c, live(c.defs, lakeOf{"course", "simulated", 1, []map[string]any{row}}, lakeOf{"place", "simulated", 1, []map[string]any{row}}))
	if got := servicesOf(s); got != "course k" {
		t.Errorf("the services are %s", got)
	}
}

// What people decided to be two services stays two over every build, whatever
// lies between them, until they withdraw it.
func TestServicesStayApart(t *testing.T) {
	c := newTestCatalogue(t, dbtest.Open(t, t.TempDir()))
	ctx, from := context.Background(), live(c.defs, serviceLakes()...)
	a, b := snapshot.ItemID("youth-policies", "policy", "OY-1"), snapshot.ItemID("bokjiro", "welfare-service", "WLF90000001")
	if err := c.Unmerge(ctx, snapshot.MergedService, b, a, "two benefits"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := servicesOf(mustBuild(t, c, from)); strings.Contains(got, "OY-1 =") || !strings.Contains(got, "policy-detail WLF90000001 = welfare-service WLF90000001") {
			t.Errorf("the services are %s", got)
		}
	}
	if err := c.Rejoin(ctx, snapshot.MergedService, a, b); err != nil {
		t.Fatal(err)
	}
	if got := servicesOf(mustBuild(t, c, from)); !strings.Contains(got, "OY-1 =") {
		t.Errorf("after the decision was withdrawn the services are %s", got)
	}
}
