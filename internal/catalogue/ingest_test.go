package catalogue

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/journal"
	"ieum/internal/platform/seal"
	"ieum/internal/platform/table"
)

// shop is a source of postings in CSV: a full delivery, a quality rule of each
// sort, and the coder for rows without an occupation.
const shop = `
id: shop
version: 1
title: {ko: 가상 채용, en: Made-up jobs}
holder: {ko: 가상 기관, en: Made-up agency}
basis: {ko: 시험, en: A test}
cycle: daily
due: 1
files:
  - match: "jobs*.csv"
    kind: posting
    delivery: full
    key: [id]
    map:
      title: title
      body: body
      company: company
      occupation: {column: job, code: [title, body]}
      region: place
      employment: type
      education: school
      career: career
      pay: pay
      openings: people
      opened: {column: opened}
      deadline: deadline
      skills: {column: skills, split: ","}
      url: url
    quality:
      - when: '!("deadline" in missing) && !("opened" in missing) && deadline < opened'
        then: reject
        say: {ko: 마감일이 등록일보다 앞섭니다, en: the deadline is before the day it was opened}
      - when: pay.max > 300000000
        then: warn
        say: {ko: 임금이 매우 높습니다, en: the pay is very high}
`

const shopHeader = "id,title,body,company,job,place,type,school,career,pay,people,opened,deadline,skills,url"

// people is a source of résumés in several files that are joined.
const people = `
id: people
version: 1
title: {ko: 가상 이력서, en: Made-up résumés}
holder: {ko: 가상 기관, en: Made-up agency}
basis: {ko: 시험, en: A test}
cycle: monthly
due: 5
files:
  - match: "resume*.csv"
    kind: resume
    delivery: change
    key: [id]
    joins:
      - {name: licences, match: "licence*.csv", on: id, key: resume}
    map:
      person: {hash: [name+birth, phone, mail]}
      birth_year: {cel: 'row.birth.extract("^[0-9]{4}")'}
      region: home
      groups: {cel: 'row.story == "용접" ? "장애인|고령자" : ""', split: "|"}
      careers: careers
      certificates: {join: licences, column: licence}
      text: story
      updated: day
  - match: "licence*.csv"
`

// loaded keeps definitions, which only are read, from test to test.
var loaded sync.Map

func loadDefs(t testing.TB, sources ...string) *defs.Set {
	t.Helper()
	name := strings.Join(sources, "")
	if set, ok := loaded.Load(name); ok {
		return set.(*defs.Set)
	}
	overlay := fstest.MapFS{}
	for _, s := range sources {
		id := strings.TrimPrefix(strings.SplitN(strings.TrimSpace(s), "\n", 2)[0], "id: ")
		overlay["sources/"+id+".yaml"] = &fstest.MapFile{Data: []byte(s)}
	}
	set, err := defs.Load(overlay)
	if err != nil {
		t.Fatal(err)
	}
	loaded.Store(name, set)
	return set
}

// fakeCoder knows one title.
type fakeCoder struct{}

func (fakeCoder) Code(title, duties string, k int) []ieum.Scored {
	if strings.Contains(title, "용접") {
		return []ieum.Scored{{Code: "8222", P: 0.71}}
	}
	return nil
}

// fakeExtractor finds a word.
type fakeExtractor struct{}

func (fakeExtractor) Extract(text string, k int) []ieum.Found {
	if i := strings.Index(text, "용접"); i >= 0 {
		return []ieum.Found{{ID: "weld", Label: "용접", P: 1, Start: i, End: i + 6}}
	}
	return nil
}

// A bench is a catalogue in a folder of its own, at a time that stands still.
type bench struct {
	*Catalogue
	t      testing.TB
	dir    string
	day    time.Time
	sealer *seal.Keys
}

func newBench(t testing.TB, sources ...string) *bench {
	t.Helper()
	b := &bench{t: t, dir: t.TempDir(), day: time.Date(2026, 3, 2, 9, 0, 0, 0, ieum.Seoul)}
	var err error
	if b.sealer, err = seal.Open(filepath.Join(b.dir, "keys"), seal.NewMaster(filepath.Join(b.dir, "keys", "master.key"))); err != nil {
		t.Fatal(err)
	}
	b.open(dbtest.Open(t, b.dir), loadDefs(t, sources...))
	return b
}

func (b *bench) open(d *db.DB, set *defs.Set) {
	b.t.Helper()
	if err := journal.Migrate(b.t.Context(), d); err != nil {
		b.t.Fatal(err)
	}
	c, err := New(b.t.Context(), d, b.sealer, set, b.dir, func() time.Time { return b.day }, fakeCoder{}, fakeExtractor{})
	if err != nil {
		b.t.Fatal(err)
	}
	b.Catalogue = c
}

// file writes a file of a delivery.
func (b *bench) file(name string, lines ...string) string {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

func (b *bench) ingest(source ieum.SourceID, paths ...string) *Delivery {
	b.t.Helper()
	d, err := b.Ingest(b.t.Context(), source, paths, Options{})
	if err != nil {
		b.t.Fatal(err)
	}
	return d
}

// counts writes the counts of a receipt in one line.
func counts(r Receipt) string {
	return fmt.Sprintf("read %d kept %d unchanged %d quarantined %d closed %d", r.Read, r.Kept, r.Unchanged, r.Quarantined, r.Closed)
}

func (b *bench) expect(d *Delivery, want string) {
	b.t.Helper()
	if got := counts(d.Receipt); got != want {
		b.t.Errorf("delivery %d: %s, want %s (%v)", d.Number, got, want, d.Why)
	}
}

// rows returns the current rows of a kind, each as "column=value …", sorted.
func (b *bench) rows(kind ieum.KindID, columns ...string) []string {
	b.t.Helper()
	var out []string
	err := b.Live(b.t.Context(), kind, columns, func(r *Rows) error {
		for i := range r.Batch.Rows {
			var parts []string
			for _, name := range columns {
				if text, ok := r.Column(name).Text(i); ok {
					parts = append(parts, name+"="+text)
				}
			}
			if r.Closed[i] != 0 {
				parts = append(parts, "closed="+r.Closed[i].String())
			}
			out = append(out, strings.Join(parts, " "))
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func (b *bench) expectRows(kind ieum.KindID, columns []string, want ...string) {
	b.t.Helper()
	if got := b.rows(kind, columns...); !slices.Equal(got, want) {
		b.t.Errorf("%s rows are\n%s\nwant\n%s", kind, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func job(id, title string, more ...string) string {
	fields := map[string]string{"id": id, "title": title}
	for _, m := range more {
		k, v, _ := strings.Cut(m, "=")
		fields[k] = v
	}
	var out []string
	for _, c := range strings.Split(shopHeader, ",") {
		out = append(out, fields[c])
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write(out)
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}

func TestIngestReadsFields(t *testing.T) {
	b := newBench(t, shop)
	d := b.ingest("shop", b.file("jobs.csv", shopHeader,
		job("1", "용접원 모집", "body=CO2 용접 경력자 우대. 담당자: 홍길동 과장 010-1234-5678", "company=가상중공업", "place=경기 성남시 분당구", "type=정규직",
			"school=고졸↑", "career=경력 3~5년", "pay=연봉 3,000 만원 ~ 3,200 만원", "people=00명", "opened=2026/02/01", "deadline=상시채용", "skills=용접, 도면해독", "url=https://example.com/1"),
		job("2", "사무원", "job=가상직", "place=중구", "pay=최저임금", "people=3명", "opened=2026-02-03", "deadline=2026-02-20"),
	))
	b.expect(d, "read 2 kept 2 unchanged 0 quarantined 0 closed 0")
	b.expectRows("posting", []string{"_key", "_row", "title", "occupation", "occupation_p", "region", "employment", "education", "career_min", "career_max", "pay_min", "pay_max", "pay_basis", "openings", "opened", "deadline", "skills", "_competencies"},
		`_key=1 _row=2 title=용접원 모집 occupation=8222 occupation_p=71 region=41135 employment=regular education=high career_min=36 career_max=60 pay_min=30000000 pay_max=32000000 pay_basis=4 opened=2026-02-01 skills=["용접","도면해독"] _competencies=["s0761","s0285","weld"]`,
		`_key=2 _row=3 title=사무원 openings=3 opened=2026-02-03 deadline=2026-02-20`)
	b.expectRows("posting", []string{"body", "region_text", "pay_text", "occupation_text"},
		"body=CO2 용접 경력자 우대. 담당자: [이름] 과장 [전화번호] region_text=경기 성남시 분당구 pay_text=연봉 3,000 만원 ~ 3,200 만원",
		"region_text=중구 pay_text=최저임금 occupation_text=가상직")
	if d.Removed != (Removed{Phone: 1, Name: 1}) {
		t.Errorf("removed %+v", d.Removed)
	}
	if d.From.String() != "2026-02-01" || d.To.String() != "2026-02-03" {
		t.Errorf("the delivery speaks of %s to %s", d.From, d.To)
	}
	unread := map[string]string{}
	for _, u := range d.Unread {
		if u.Rows > 0 {
			unread[u.Field] = u.Texts[0].Text
		}
	}
	if want := map[string]string{"region": "중구", "pay": "최저임금", "occupation": "가상직"}; fmt.Sprint(unread) != fmt.Sprint(want) {
		t.Errorf("not read: %v, want %v", unread, want)
	}
}

// A heading fills the place where the source gives none, and narrows or mends a
// province; a district that the source gives stands.
func TestIngestReadsThePlaceOfAHeading(t *testing.T) {
	b := newBench(t, strings.Replace(shop, "region: place", "region: {column: place, code: [title]}", 1))
	b.ingest("shop", b.file("jobs.csv", shopHeader,
		job("1", "[대전 서구 근무] 주방보조"),
		job("2", "[대전 서구 근무] 주방보조", "place=서울"),
		job("3", "[부산] 주방보조", "place=서울"),
		job("4", "[부산 해운대구] 주방보조", "place=부산"),
		job("5", "[대전 서구 근무] 주방보조", "place=경기 성남시 분당구"),
		job("6", "[부산 근무] 주방보조", "place=전국"),
		job("7", "주방보조"),
	))
	b.expectRows("posting", []string{"_key", "region", "region_text"},
		"_key=1 region=30170", "_key=2 region=30170 region_text=서울", "_key=3 region=11 region_text=서울", "_key=4 region=26350 region_text=부산",
		"_key=5 region=41135 region_text=경기 성남시 분당구", "_key=6 region_text=전국", "_key=7")
}

// An address that people follow leads to a page of the web, and holds no password.
func TestIngestTakesOnlyAddressesOfPages(t *testing.T) {
	b := newBench(t, shop)
	bad := []string{"javascript:alert(1)", "httpjavascript:alert(1)", "data:text/html;x", "http:jobs", "http://", "https://me:secret@example.com/1", "file:///etc/passwd", "https://exa mple.com"}
	rows := []string{shopHeader, job("0", "용접원", "url=HTTPS://example.com/1?a=2"), job("00", "용접원", "url=http://한국.example/일")}
	for i, u := range bad {
		rows = append(rows, job(fmt.Sprint(i+1), "사무원", "url="+u))
	}
	d := b.ingest("shop", b.file("jobs.csv", rows...))
	for _, u := range d.Unread {
		if u.Field == "url" && u.Rows != int64(len(bad)) {
			t.Errorf("%d of %d were taken for no address: %v", u.Rows, len(bad), u.Texts)
		}
	}
	b.expectRows("posting", []string{"url"}, append(make([]string, len(bad)), "url=HTTPS://example.com/1?a=2", "url=http://한국.example/일")...)
}

func TestIngestQuarantine(t *testing.T) {
	b := newBench(t, shop)
	path := b.file("jobs.csv", shopHeader,
		job("1", "용접원"),
		job("2", ""),
		job("", "이름 없는 행"),
		job("4", "사무원", "opened=2026-02-03", "deadline=2026-02-01", "body=문의 010-1234-5678", "place=본사 02-1234-5678"),
		"5,열이 모자란 행",
		job("6", "임원", "pay=연봉 5억"),
		job("7", "요양보호사"),
		job("8", "조리원"),
		job("9", "배관공"),
		job("10", "전기공"),
		job("1", "다른 용접원"))
	d := b.ingest("shop", path)
	b.expect(d, "read 11 kept 6 unchanged 0 quarantined 5 closed 0")
	if d.Warned != 1 {
		t.Errorf("%d rows warned of, want the one with the very high pay", d.Warned)
	}
	f, err := b.Quarantine(t.Context(), d.Number)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows[1:] {
		got = append(got, strings.Join(r[1:4], "|"))
	}
	want := []string{
		"6||읽을 수 없는 행입니다 (has 2 values where the header names 15 columns)",
		"4||행을 구별하는 키가 비어 있습니다",
		"3|title|필수 항목인데 값이 없습니다",
		"5||마감일이 등록일보다 앞섭니다",
		"12||같은 키가 앞의 행에 다른 내용으로 있습니다",
	}
	if !slices.Equal(got, want) {
		t.Errorf("quarantine:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if raw := strings.Join(rows[4], ","); !strings.Contains(raw, "사무원") || !strings.Contains(raw, "2026-02-01") {
		t.Errorf("the refused row is not there as it came: %s", raw)
	}
	b.nothingPersonal("1234-5678")
	if again, err := b.Delivery(t.Context(), d.Number); err != nil || again.Reasons["title: it is required and has no value"] != 1 {
		t.Errorf("reasons of the delivery are %v, %v", again.Reasons, err)
	}
}

// An agency mends the rows in the quarantine file, and they go in.
func TestIngestMendedRows(t *testing.T) {
	b := newBench(t, shop)
	b.ingest("shop", b.file("jobs.csv", shopHeader, job("1", "용접원"), job("2", "", "place=서울 강남구"), job("3", "조리원")))
	f, err := b.Quarantine(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(text[0], "title")
	text[1][at] = "사무원"
	var lines []string
	for _, r := range text {
		lines = append(lines, strings.Join(r, ","))
	}
	d := b.ingest("shop", b.file("jobs-quarantine.csv", lines...))
	b.expect(d, "read 1 kept 1 unchanged 0 quarantined 0 closed 0")
	b.expectRows("posting", []string{"_key", "title", "region"}, "_key=1 title=용접원", "_key=2 title=사무원 region=11680", "_key=3 title=조리원")
}

func TestIngestFullDeliveryCloses(t *testing.T) {
	b := newBench(t, shop)
	b.ingest("shop", b.file("jobs.csv", shopHeader, job("1", "용접원"), job("2", "조리원"), job("3", "배관공")))
	b.day = b.day.AddDate(0, 0, 1)
	d := b.ingest("shop", b.file("jobs.csv", shopHeader, job("1", "용접원"), job("3", "배관공", "place=부산"), job("4", "전기공")))
	b.expect(d, "read 3 kept 2 unchanged 1 quarantined 0 closed 1")
	b.expectRows("posting", []string{"_key", "region"}, "_key=1", "_key=2 closed=2026-03-03", "_key=3 region=26", "_key=4")

	b.day = b.day.AddDate(0, 0, 1)
	d = b.ingest("shop", b.file("jobs.csv", shopHeader, job("1", "용접원"), job("2", "조리원"), job("3", ""), job("4", "전기공")))
	b.expect(d, "read 4 kept 1 unchanged 2 quarantined 1 closed 0")
	b.expectRows("posting", []string{"_key", "region"}, "_key=1", "_key=2", "_key=3 region=26", "_key=4") // a broken row is no reason to close
}

func TestIngestSameTwiceChangesNothing(t *testing.T) {
	b := newBench(t, shop)
	path := b.file("jobs.csv", shopHeader, job("1", "용접원"), job("2", ""), job("3", "조리원"), job("3", "조리원"))
	first := b.ingest("shop", path)
	b.expect(first, "read 4 kept 2 unchanged 1 quarantined 1 closed 0")
	before := b.hash()
	for range 2 {
		again := b.ingest("shop", path)
		b.expect(again, "read 4 kept 0 unchanged 3 quarantined 1 closed 0")
		if b.hash() != before || again.Number != 1 {
			t.Error("the same files changed what is kept")
		}
	}
	// The same rows in another file are read, and change nothing either.
	other := b.ingest("shop", b.file("jobs2.csv", shopHeader, job("3", "조리원"), job("1", "용접원")))
	b.expect(other, "read 2 kept 0 unchanged 2 quarantined 0 closed 0")
	if b.hash() != before {
		t.Error("the same rows changed what is kept")
	}
}

func (b *bench) hash() string {
	b.t.Helper()
	h, err := b.ContentHash(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return h
}

func TestIngestChanges(t *testing.T) {
	changes := strings.Replace(shop, "delivery: full", "delivery: change", 1)
	b := newBench(t, changes)
	b.ingest("shop", b.file("jobs.csv", shopHeader, job("1", "용접원"), job("2", "조리원")))
	d := b.ingest("shop", b.file("jobs.csv", shopHeader, job("2", "조리사"), job("3", "배관공"), job("2", "주방장")))
	b.expect(d, "read 3 kept 2 unchanged 1 quarantined 0 closed 0")
	b.expectRows("posting", []string{"_key", "title"}, "_key=1 title=용접원", "_key=2 title=주방장", "_key=3 title=배관공")
}

func TestIngestDeliveryMostlyBadIsRefusedWhole(t *testing.T) {
	b := newBench(t, shop)
	b.ingest("shop", b.file("jobs.csv", shopHeader, job("1", "용접원"), job("2", "조리원")))
	before := b.hash()
	_, err := b.Ingest(t.Context(), "shop", []string{b.file("jobs.csv", shopHeader, job("1", ""), job("2", ""), job("3", "배관공"))}, Options{})
	if err == nil || !strings.Contains(err.Error(), "2 of 3 rows") || !strings.Contains(err.Error(), "title") {
		t.Errorf("a delivery that is mostly bad gives %v", err)
	}
	if b.hash() != before || len(b.rows("posting", "_key")) != 2 {
		t.Error("the refused delivery changed what is kept")
	}
	if list, err := b.Deliveries(t.Context(), "shop", 0, 10); err != nil || len(list) != 1 {
		t.Errorf("%d deliveries are recorded, %v", len(list), err)
	}
}

func TestIngestResumes(t *testing.T) {
	b := newBench(t, people)
	resumes := b.file("resume.csv", "id,name,birth,phone,mail,home,headline,careers,story,day",
		`r1,홍가상,1968-03-05,010-1111-2222,a@example.com,부산 중구 가상로 1,성실합니다 010-1111-2222,"[{""title"":""용접원"",""start"":""2019-03"",""end"":""2021-02"",""pay"":32000000},{""title"":""\u6c34 조리"",""occupation"":""8222"",""start"":""2015.1"",""end"":null}]",CO2 용접을 했습니다,2026-01-02`,
		`r2,홍 가상,19680305,+82 10 1111 2222,b@example.com,,,[],,2026-01-03`,
		`r3,,,,,,,,,2026-01-04`)
	licences := b.file("licence.csv", "resume,licence", "r1,용접기능사", "r2,조리기능사", "r1,지게차운전기능사")
	d := b.ingest("people", resumes, licences)
	b.expect(d, "read 3 kept 3 unchanged 0 quarantined 0 closed 0")
	b.expectRows("resume", []string{"_key", "birth_year", "region", "careers_title", "careers_occupation", "careers_p", "careers_start", "careers_end", "careers_pay", "certificates", "_competencies", "text", "updated"},
		`_key=r1 birth_year=1968 region=26110 careers_title=["용접원","水 조리"] careers_occupation=["8222","8222"] careers_p=[71,100] careers_start=[590,540] careers_end=[613,65535] careers_pay=[32000000,0] certificates=["용접기능사","지게차운전기능사"] _competencies=["weld"] updated=2026-01-02`,
		`_key=r2 birth_year=1968 certificates=["조리기능사"] updated=2026-01-03`,
		`_key=r3 updated=2026-01-04`)
	people := map[string][]string{}
	err := b.Live(t.Context(), "resume", []string{"_key", "person"}, func(r *Rows) error {
		for i := range r.Batch.Rows {
			people[r.Column("_key").Strings[i]] = slices.Clone(r.Column("person").Elements(i))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(people["r1"]) != 3 || len(people["r2"]) != 3 || people["r1"][0] != people["r2"][0] || people["r1"][1] != people["r2"][1] || people["r1"][2] == people["r2"][2] || len(people["r3"]) != 0 {
		t.Errorf("people are told apart by %v: name with day of birth and telephone are the same, the mail is not", people)
	}
	if d, err := b.Delivery(t.Context(), 1); err != nil || slices.ContainsFunc(d.Unread, func(u Unread) bool { return len(u.Texts) > 0 }) {
		t.Errorf("what people wrote is shown: %+v, %v", d.Unread, err)
	}
	b.nothingPersonal("홍가상", "010-1111-2222", "1111", "a@example.com", "가상로", "했습니다", "성실합니다")
}

// nothingPersonal looks for texts in all that is kept, but for the key.
func (b *bench) nothingPersonal(texts ...string) {
	b.t.Helper()
	err := filepath.WalkDir(b.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.HasSuffix(path, ".parquet") {
			r, err := table.Open(path, table.Options{})
			if err != nil {
				return err
			}
			defer r.Close()
			for {
				row, err := r.Next()
				if err != nil {
					break
				}
				for _, v := range row.All {
					content = append(content, v...)
				}
			}
		}
		for _, text := range texts {
			if strings.Contains(string(content), text) {
				b.t.Errorf("%s holds %q", filepath.Base(path), text)
			}
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func TestIngestErrorsAreSentences(t *testing.T) {
	b := newBench(t, shop, people)
	empty := filepath.Join(t.TempDir(), "jobs.csv")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	good := b.file("jobs.csv", shopHeader, job("1", "용접원"))
	for _, tt := range []struct {
		name   string
		source ieum.SourceID
		paths  []string
		want   string
	}{
		{"an unknown source", "shops", []string{good}, `there is no source "shops"`},
		{"a missing file", "shop", []string{"/nowhere/jobs.csv"}, "there is no file /nowhere/jobs.csv"},
		{"a file of 0 bytes", "shop", []string{empty}, "is empty (0 bytes)"},
		{"a file the source does not speak of", "shop", []string{b.file("other.csv", "a")}, "source shop does not say how a file named other.csv is read (it reads jobs*.csv)"},
		{"a wrong delimiter", "shop", []string{b.file("jobs.csv", strings.ReplaceAll(shopHeader, ",", ";"), "1;용접원")}, "the columns are separated by semicolons"},
		{"a column that is not there", "shop", []string{b.file("jobs.csv", "id,name", "1,용접원")}, `there is no column "title"`},
		{"a folder without a file of the source", "shop", []string{t.TempDir()}, "no file among"},
		{"a header alone", "shop", []string{b.file("jobs.csv", shopHeader)}, "holds no rows"},
		{"a file whose joined file is not there", "people", []string{b.file("resume.csv", "id,name,birth,phone,mail,home,headline,careers,story,day", "1,,,,,,,,,")}, "lacks the file licence*.csv"},
	} {
		_, err := b.Ingest(t.Context(), tt.source, tt.paths, Options{})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s gives %v, want %q", tt.name, err, tt.want)
		}
	}
	if list, err := b.Deliveries(t.Context(), "", 0, 10); err != nil || len(list) != 0 {
		t.Errorf("%d deliveries are recorded, %v", len(list), err)
	}
}

// The examples inside a source run through the very same code.
func TestExamples(t *testing.T) {
	set := loadDefs(t, shop+`
examples:
  - name: a posting
    row: {id: "1", title: 용접원, place: 경기 성남시 분당구, pay: 월급 250만원, career: 경력3년, skills: "용접,도면", opened: 2026.2.1}
    expect: {title: 용접원, region: "41135", region.text: 경기 성남시 분당구, pay.min: "30000000", pay.basis: month, career.min: "36", skills: '["용접","도면"]', opened: "2026-02-01", occupation: "8222"}
  - name: a wrong deadline
    row: {title: 용접원, opened: 2026.2.1, deadline: 2026.1.1}
    reject: the deadline is before
  - name: something else
    row: {title: 용접원}
    expect: {title: 조리원}
`)
	ran, faults := set.RunExamples(ReadRow(&defs.Set{Sources: map[ieum.SourceID]*defs.Source{"shop": set.Sources["shop"]}, Kinds: set.Kinds, Codes: set.Codes}, fakeCoder{}, fakeExtractor{}))
	if ran < 3 || len(faults) == 0 || !strings.Contains(fmt.Sprint(faults), `title became "용접원", not "조리원"`) {
		t.Errorf("%d examples ran; faults: %v", ran, faults)
	}
	for _, f := range faults {
		if strings.Contains(fmt.Sprint(f), "a posting") || strings.Contains(fmt.Sprint(f), "a wrong deadline") {
			t.Error(f)
		}
	}
}

func TestIngestCanBeStopped(t *testing.T) {
	b := newBench(t, shop)
	ctx, stop := context.WithCancel(t.Context())
	lines := []string{shopHeader}
	for i := range 3 * batchRows {
		lines = append(lines, job(fmt.Sprint(i), "용접원"))
	}
	path := b.file("jobs.csv", lines...)
	_, err := b.Ingest(ctx, "shop", []string{path}, Options{Progress: func(int64) { stop() }})
	if err == nil {
		t.Fatal("a stopped ingest went on")
	}
	d := b.ingest("shop", path)
	b.expect(d, fmt.Sprintf("read %d kept %d unchanged 0 quarantined 0 closed 0", 3*batchRows, 3*batchRows))
}

// A delivery says of how many rows the occupation was named, of how many it was read from
// their words, and how likely that is right: a guess is no fact.
func TestADeliverySaysHowItsCodesWereFound(t *testing.T) {
	b := newBench(t, shop)
	d := b.ingest("shop", b.file("jobs.csv", shopHeader, job("1", "용접원", "job=8222"), job("2", "용접원"), job("3", "용접공"), job("4", "알 수 없는 일")))
	if want := []Coding{{Field: "occupation", Named: 1, Likely: 2, None: 1}}; !slices.Equal(d.Coded, want) {
		t.Errorf("codes were found so: %+v, want %+v", d.Coded, want)
	}
	again, err := b.Delivery(t.Context(), d.Number)
	if err != nil || !slices.Equal(again.Coded, d.Coded) {
		t.Errorf("kept: %+v, %v", again, err)
	}
	c := Coding{}
	for _, p := range []int64{100, 99, 50, 49, 1, 0} {
		c.add(p)
	}
	if want := (Coding{Named: 1, Likely: 2, Unlikely: 2, None: 1}); c != want {
		t.Errorf("%+v, want %+v", c, want)
	}
}
