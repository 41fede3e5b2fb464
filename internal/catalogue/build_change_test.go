package catalogue

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ieum"
	"ieum/internal/snapshot"
)

// open opens the current snapshot.
func (b *bench) current() *snapshot.Snapshot {
	b.t.Helper()
	dir, err := snapshot.Current(b.Catalogue.data)
	if err != nil {
		b.t.Fatal(err)
	}
	s, err := snapshot.Open(dir)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { s.Close() })
	return s
}

func (b *bench) build(changes bool) *snapshot.Snapshot {
	b.t.Helper()
	build := b.Build
	if changes {
		build = b.BuildChanges
	}
	if _, err := build(b.t.Context(), nil); err != nil {
		b.t.Fatal(err)
	}
	return b.current()
}

// picture says all that a snapshot holds in words that do not depend on how its
// rows are numbered: a line each posting and each person of an occupation.
func picture(t testing.TB, c *Catalogue, s *snapshot.Snapshot) []string {
	t.Helper()
	var lines []string
	d, p, r := &s.Dict, &s.Postings, &s.Resumes
	for row := range p.ID.Len() {
		if s.PostingGone(row) {
			continue
		}
		var members []string
		for _, m := range p.Members.At(row, nil) {
			members = append(members, s.Members.Key.At(int(m)))
			if at, ok := s.PostingByID(s.Members.ID.At(int(m))); !ok || at != row {
				t.Errorf("the number of member %s leads to row %d, %v, want %d", members[0], at, ok, row)
			}
		}
		slices.Sort(members)
		c := int(p.Company.At(row))
		if !slices.Contains(s.Companies.Postings.At(c, nil), uint32(row)) && c > 0 {
			t.Errorf("the company of posting %d does not list it", row)
		}
		lines = append(lines, fmt.Sprintf("posting %s %q %q %s %s closed %d deadline %d pay %d body %q skills %v company %q %q members %v merges %d",
			snapshot.FormatID(p.ID.At(row)), p.Title.At(row), s.Texts.Body.At(row), d.Occupations[p.Occupation.At(row)], d.Regions[p.Region.At(row)],
			p.Closed.At(row), p.Deadline.At(row), p.PayMin.At(row), s.Texts.Body.At(row), p.Skills.At(row, nil), s.Companies.Name.At(c), s.Companies.Number.At(c), members, len(s.MergesOf(row))))
	}
	people, keys := map[uint32][]string{}, keysIn(t, c, s)
	for row := range r.Person.Len() {
		if s.ResumeGone(row) {
			continue
		}
		people[r.Person.At(row)] = append(people[r.Person.At(row)], fmt.Sprintf("%s %s born %d updated %d careers %v flags %b",
			keys[row], d.Occupations[r.Occupation.At(row)], r.BirthYear.At(row), r.Updated.At(row), r.CareerOcc.At(row, nil), r.Flags.At(row)))
	}
	for rows := range maps.Values(people) {
		slices.Sort(rows)
		lines = append(lines, "person "+strings.Join(rows, "; "))
	}
	lines = append(lines, fmt.Sprintf("%d postings, %d résumés, %d people, %d companies, %d items", s.Meta.Postings, s.Meta.Resumes, s.Meta.People, s.Meta.Companies, s.Meta.Items))
	for _, src := range s.Meta.Sources {
		lines = append(lines, fmt.Sprintf("%s: %d rows, %d deliveries, %s to %s", src.ID, src.Rows, src.Deliveries, src.From, src.To))
	}
	slices.Sort(lines)
	return lines
}

// keysIn returns the keys of the résumés of a snapshot.
func keysIn(t testing.TB, c *Catalogue, s *snapshot.Snapshot) []string {
	t.Helper()
	rows := make([]uint32, s.Resumes.Person.Len())
	for i := range rows {
		rows[i] = uint32(i)
	}
	keys := make([]string, len(rows))
	err := c.Keys(t.Context(), s, rows, func(i int, key string) error {
		keys[i] = key
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// different lists what is in only one of two pictures.
func different(a, b []string) (out []string) {
	for _, l := range a {
		if !slices.Contains(b, l) {
			out = append(out, "- "+l)
		}
	}
	for _, l := range b {
		if !slices.Contains(a, l) {
			out = append(out, "+ "+l)
		}
	}
	return out
}

func twoShops() []string {
	change := strings.Replace(shop, "delivery: full", "delivery: change", 1)
	return []string{change, strings.Replace(strings.Replace(shop, "id: shop", "id: mall", 1), "가상 채용", "가상 장터", 1), people}
}

// workOf is the body of a posting that no other resembles.
func workOf(n int) string {
	return fmt.Sprintf("우리 공장 %d호에서 배관 %d개를 날마다 용접하고 도면 %d장을 살핍니다. 기숙사 %d동이 있고 통근버스 %d대가 다닙니다.", n, n*7+3, n*13+5, n%9+1, n%5+1)
}

func shopJob(n int, more ...string) string {
	return job(fmt.Sprintf("s%d", n), fmt.Sprintf("용접원 %d조 모집", n), append([]string{"body=" + workOf(n), fmt.Sprintf("company=가상기업%d", n/3), "place=부산",
		"opened=2026-02-01", "deadline=2026-05-01", "pay=연봉 3,000만원"}, more...)...)
}

func resume(n int, more string) string {
	return fmt.Sprintf(`r%d,가상%d,19%02d-03-05,010-1111-%04d,a%d@example.com,부산 중구 가상로 1,성실합니다,"[{""title"":""용접원"",""start"":""2019-03"",""end"":""2021-02""}]",%s,2026-01-02`, n, n, 50+n%40, n, n, more)
}

const resumeHeader = "id,name,birth,phone,mail,home,headline,careers,story,day"

func TestChangesGiveWhatAWholeBuildGives(t *testing.T) {
	b := newBench(t, twoShops()...)
	var jobs, resumes []string
	copies := []string{strings.Replace(shopJob(300), "s300,", "m300,", 1)} // which the other shop alone has
	for n := range 60 {
		jobs = append(jobs, shopJob(n))
		if n%4 == 0 { // the other shop has it too
			copies = append(copies, strings.Replace(shopJob(n), fmt.Sprintf("s%d,", n), fmt.Sprintf("m%d,", n), 1))
		}
		resumes = append(resumes, resume(n, "용접"))
	}
	b.ingest("shop", b.file("jobs.csv", append([]string{shopHeader}, jobs...)...))
	b.ingest("mall", b.file("jobs.csv", append([]string{shopHeader}, copies...)...))
	second := strings.ReplaceAll(resume(3, "배관"), "r3,", "q3,") // a second résumé of the same person
	b.ingest("people", b.file("resume.csv", append([]string{resumeHeader, second}, resumes...)...), b.file("licence.csv", "resume,licence", "r1,용접기능사"))
	base := b.build(false)
	if base.Meta.Postings != 61 || base.Meta.Resumes != 61 || base.Meta.People != 60 {
		t.Fatalf("the base has %d postings and %d résumés of %d people", base.Meta.Postings, base.Meta.Resumes, base.Meta.People)
	}

	b.day = b.day.AddDate(0, 0, 1)
	b.ingest("shop", b.file("jobs.csv", shopHeader,
		shopJob(0, "pay=연봉 3,500만원"),                   // one of two members anew
		shopJob(1, "title=조리원 모집"),                     // known, otherwise
		shopJob(100),                                   // new
		strings.Replace(shopJob(5), "s5,", "s105,", 1), // a copy of one in the base
	))
	b.ingest("mall", b.file("jobs.csv", append([]string{shopHeader}, copies[3:]...)...)) // m300, m0 and m4 are taken down
	b.ingest("people", b.file("resume.csv", resumeHeader, resume(3, "조리"), resume(70, "용접")), b.file("licence.csv", "resume,licence", "r1,용접기능사"))
	changed := b.build(true)
	if changed.Meta.Base == nil || changed.Meta.Base.Hash != base.Meta.Hash {
		t.Fatalf("the changes go on from %+v, want %s", changed.Meta.Base, base.Meta.Hash)
	}
	if n := changed.Layers()[1].Meta; n.Postings > 10 || n.Resumes != 3 {
		t.Errorf("the changes hold %d postings and %d résumés, which is not only what changed", n.Postings, n.Resumes)
	}
	if got := different(picture(t, b.Catalogue, base), picture(t, b.Catalogue, changed)); len(got) < 8 {
		t.Errorf("the changes change little:\n%s", strings.Join(got, "\n"))
	}
	again := b.build(true)
	if again.Meta.Hash != changed.Meta.Hash {
		t.Errorf("the same changes give %s and %s", changed.Meta.Hash, again.Meta.Hash)
	}
	whole := b.build(false)
	if diff := different(picture(t, b.Catalogue, whole), picture(t, b.Catalogue, changed)); len(diff) > 0 {
		t.Errorf("a whole build (-) and one of changes (+) differ:\n%s", strings.Join(diff, "\n"))
	}
}

// Day after day, drawn at random: changes are always against the last whole
// build.
func TestManyChanges(t *testing.T) {
	b := newBench(t, twoShops()...)
	rng := rand.New(rand.NewPCG(7, 7))
	pay := map[int]int{}
	deliver := func(ns ...int) {
		var jobs, resumes []string
		for _, n := range ns {
			pay[n]++
			jobs = append(jobs, shopJob(n, fmt.Sprintf("pay=연봉 %d만원", 3000+100*pay[n])))
			resumes = append(resumes, resume(n, strings.Repeat("용접 ", pay[n])))
		}
		b.ingest("shop", b.file("jobs.csv", append([]string{shopHeader}, jobs...)...))
		b.ingest("people", b.file("resume.csv", append([]string{resumeHeader}, resumes...)...), b.file("licence.csv", "resume,licence", "r1,용접기능사"))
	}
	all := rng.Perm(80)
	deliver(all[:50]...)
	base := b.build(false)
	for day := range 4 {
		b.day = b.day.AddDate(0, 0, 1)
		deliver(rng.Perm(80)[:10]...)
		changed := b.build(true)
		if changed.Meta.Base.Folder != base.Meta.Version {
			t.Fatalf("day %d goes on from %s, want %s", day, changed.Meta.Base.Folder, base.Meta.Version)
		}
		if changed.Meta.Postings != len(pay) || changed.Meta.People != len(pay) {
			t.Errorf("day %d: %d postings and %d people, want %d", day, changed.Meta.Postings, changed.Meta.People, len(pay))
		}
	}
	changed := picture(t, b.Catalogue, b.current())
	if diff := different(picture(t, b.Catalogue, b.build(false)), changed); len(diff) > 0 {
		t.Errorf("a whole build (-) and the changes (+) differ:\n%s", strings.Join(diff, "\n"))
	}
}

// A résumé that its source no longer delivers is of nobody who looks for work
// until it comes again.
func TestWhoIsNoLongerDeliveredLooksForNoWork(t *testing.T) {
	full := strings.Replace(people, "delivery: change", "delivery: full", 1)
	b := newBench(t, full)
	deliver := func(ns ...int) {
		lines := []string{resumeHeader}
		for _, n := range ns {
			lines = append(lines, resume(n, "용접"))
		}
		b.ingest("people", b.file("resume.csv", lines...), b.file("licence.csv", "resume,licence", "r1,용접기능사"))
		b.day = b.day.AddDate(0, 0, 1)
	}
	seekers := func(s *snapshot.Snapshot) (keys []string) {
		all := keysIn(t, b.Catalogue, s)
		for row := range s.Resumes.Person.Len() {
			if !s.ResumeGone(row) && s.Resumes.Flags.At(row)&snapshot.Active != 0 {
				keys = append(keys, all[row])
			}
		}
		slices.Sort(keys)
		return keys
	}
	deliver(1, 2, 3)
	b.build(false)
	for _, now := range [][]int{{1, 3}, {1, 2}} {
		deliver(now...)
		changed := b.build(true)
		got, shown := seekers(changed), picture(t, b.Catalogue, changed)
		if want := []string{fmt.Sprintf("r%d", now[0]), fmt.Sprintf("r%d", now[1])}; !slices.Equal(got, want) {
			t.Errorf("%v look for work, want %v", got, want)
		}
		current := filepath.Join(b.dir, "snapshots", "CURRENT")
		if diff := different(picture(t, b.Catalogue, b.build(false)), shown); len(diff) > 0 {
			t.Errorf("a whole build (-) and one of changes (+) differ:\n%s", strings.Join(diff, "\n"))
		}
		if err := os.WriteFile(current, []byte(filepath.Base(changed.Dir)+"\n"), 0o600); err != nil { // go on from the first whole one
			t.Fatal(err)
		}
	}
}

// Who was one person in the base is one, unless it was decided otherwise or a
// résumé came anew that says of another birth year.
func TestChangesPartPeople(t *testing.T) {
	for what, part := range map[string]func(b *bench) string{
		"decided": func(b *bench) string {
			if err := b.Unmerge(t.Context(), snapshot.MergedPerson, ResumeNumber(b.keys, "people", "r3"), ResumeNumber(b.keys, "people", "q3"), "가상 두 사람"); err != nil {
				t.Fatal(err)
			}
			return resume(3, "조리")
		},
		"born in another year": func(*bench) string { return strings.Replace(resume(4, "조리"), "r4,", "r3,", 1) },
	} {
		b := newBench(t, twoShops()...)
		licences := b.file("licence.csv", "resume,licence", "r1,용접기능사")
		other := func(key string) string { return strings.Replace(resume(3, "배관"), "r3,", key+",", 1) }
		b.ingest("people", b.file("resume.csv", resumeHeader, resume(1, "용접"), resume(3, "용접"), other("q3"), other("s3")), licences)
		if base := b.build(false); base.Meta.People != 2 {
			t.Fatalf("%d people in the base, want 2", base.Meta.People)
		}
		b.ingest("people", b.file("resume.csv", resumeHeader, part(b)), licences)
		changed := b.build(true)
		shown := picture(t, b.Catalogue, changed)
		if diff := different(picture(t, b.Catalogue, b.build(false)), shown); changed.Meta.People != 3 || len(diff) > 0 {
			t.Errorf("%s: a whole build (-) and one of changes (+) differ:\n%s", what, strings.Join(diff, "\n"))
		}
	}
}

// A base whose texts cannot be read any more is a sentence, and what is served
// stays.
func TestChangesOverADamagedBaseAreRefused(t *testing.T) {
	b := newBench(t, twoShops()...)
	b.ingest("shop", b.file("jobs.csv", shopHeader, shopJob(1)))
	base := b.build(false)
	path := filepath.Join(base.Dir, "members.col")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	keys := bytes.Index(text, []byte("\x28\xb5\x2f\xfd")) // where a frame of Zstandard begins
	text[keys+4] = 0xff
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := b.BuildChanges(t.Context(), nil); !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), "ieum build") {
		t.Errorf("the error is %v", err)
	}
	if now, err := snapshot.Current(b.Catalogue.data); err != nil || now != base.Dir {
		t.Errorf("the current snapshot is %s, %v", now, err)
	}
}

func TestChangesNeedABaseOfTheSameDefinitions(t *testing.T) {
	b := newBench(t, twoShops()...)
	b.ingest("shop", b.file("jobs.csv", shopHeader, shopJob(1)))
	if _, err := b.BuildChanges(t.Context(), nil); !errors.Is(err, ieum.ErrUnavailable) {
		t.Errorf("without a snapshot the error is %v", err)
	}
	b.build(false)
	b.Catalogue.defs = loadDefs(t, append(twoShops(), strings.Replace(shop, "id: shop", "id: third", 1))...)
	if _, err := b.BuildChanges(t.Context(), nil); !errors.Is(err, ieum.ErrConflict) || !strings.Contains(err.Error(), "ieum build") {
		t.Errorf("with other definitions the error is %v", err)
	}
}
