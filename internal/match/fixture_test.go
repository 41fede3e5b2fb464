package match

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/snapshot"
)

// noon is the present of the tests.
var noon = time.Date(2026, 6, 15, 12, 0, 0, 0, ieum.Seoul)

func noonClock() time.Time { return noon }

func day(s string) int32 {
	if s == "" {
		return 0
	}
	d, err := ieum.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return int32(d)
}

// definitions are small lists of codes that these tests own.
func definitions(t testing.TB) *defs.Set {
	t.Helper()
	head := func(id, rest string) string {
		return "id: " + id + "\nversion: test\ntitle: {ko: 시험, en: test}\nsource: made up\n" + rest
	}
	files := fstest.MapFS{}
	add := func(id, rest, table string) {
		files["codes/"+id+".yaml"] = &fstest.MapFile{Data: []byte(head(id, rest))}
		files["codes/"+id+".csv"] = &fstest.MapFile{Data: []byte(table)}
	}
	add("minimum-wage", "", "code,ko,en,since,hour\n2026,2026년,2026,2026-01-01,10320\n")
	add("keco2025", "levels: [1, 2, 3, 4]\n", `code,ko,en,aliases
3,보건·의료직,Health care,
30,보건·의료직 중분류,,
304,간호사 소분류,,
3040,간호사,Registered nurses,RN|Nurse
306,보조,,
3061,간호조무사,Nursing assistants,
8,설치·정비·생산직,Installation and production,
81,기계,,
812,기계 조작,,
8121,용접원,Welders,
8122,프레스기 조작원,Press operators,프레스공
813,공작,,
8131,공작기계 조작원,Machine tool operators,
1,연구직 및 공학 기술직,Research and engineering,
13,정보통신,,
133,소프트웨어,,
1331,웹 개발자,Web developers,
`)
	add("regions", "nested: true\n", `code,parent,ko,en,aliases,since,until,successor
11,,서울특별시,Seoul,서울,,,
11140,11,중구,Jung-gu,,,,
11680,11,강남구,Gangnam-gu,강남,,,
26,,부산광역시,Busan,부산,,,
26110,26,중구,Jung-gu,,,,
41,,경기도,Gyeonggi-do,경기,,,
41110,41,수원시,Suwon-si,수원,,,
42,,강원도,Gangwon-do,,,2023-06-11,51
51,,강원특별자치도,Gangwon,강원,,,
`)
	add("dongs", "", "code,ko\n11680101,역삼동\n11680102,삼성동\n26110101,삼성동\n26110102,우동\n")
	add("education", "", "code,ko,en,rank\nnone,학력무관,Any,0\nhigh,고졸,High school,1\ncollege,전문대졸,College,2\nbachelor,대졸,Bachelor,3\n")
	add("employment", "", "code,ko,en\nregular,정규직,Regular\ncontract,계약직,Contract\n")
	add("majors", "", "code,ko,en\nnursing,간호학,Nursing\nmechanics,기계공학,Mechanical engineering\n")
	add("certificates", "", "code,ko,en\nrn,간호사 면허,Nurse licence\nna,간호조무사 자격,Nursing assistant\nweld,용접기능사,Welding craftsman\npress,프레스금형산업기사,Press tooling\nforklift,지게차운전기능사,Forklift operator\n")
	add("competencies", "", `code,ko,en,aliases
press,프레스 작업,Press work,프레스
weld,용접,Welding,
quality,품질검사,Quality inspection,불량 검사
care,환자 간호,Patient care,
java,Java,Java,자바
talk,의사소통,Communication,
safety,산업안전,Occupational safety,
`)
	add("licences", "", "code,ko,en,occupation,certificate,law\n1,간호사,Nurse,3040,rn,의료법 제7조\n2,간호조무사,Assistant,3061,na,의료법 제80조\n3,간호사도,Or nurse,3061,rn,의료법 제80조\n")
	set, err := defs.LoadFrom(files)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// post is a posting of a fixture; what is not given is not known.
type post struct {
	id                                 uint64 // default its place
	title, company, body               string
	occupation, region                 string
	chance                             uint8 // default 100
	employment, education              string
	least, most                        int // months; -1 not stated
	entry                              bool
	payMin, payMax                     uint32
	basis                              snapshot.PayBasis
	openings                           uint16
	opened, deadline, closed           string
	skills, required, preferred, major []string
	kept                               string // as snapshot.AppendKept writes it
	source, key, url                   string // default "shop", "p" and the id
	also                               []post // further source rows merged into this one: id, source, key
}

// cv is a résumé of a fixture.
type cv struct {
	key, source         string
	occupation, region  string
	wishes, wishRegions []string
	education           string
	months              int
	pay                 uint32
	employment          string
	skills, certs       []string
	careers             []string
	starts, ends        []uint16 // months of the careers, from 1970-01; default all 0
	updated             string
	idle                bool
	record              uint16 // its record key
	events              []event
}

// event is what happened to somebody, in the order of days; posting is a place among the
// posts as they are sorted.
type event struct {
	what    snapshot.Happening
	day     string
	posting int
	place   uint8
}

// dictionary collects values in sorted order, "" first.
func dictionary(values []string) []string {
	all := append([]string{""}, values...)
	slices.Sort(all)
	return slices.Compact(all)
}

// market publishes a snapshot of the postings and résumés and follows it.
func market(t testing.TB, set *defs.Set, posts []post, cvs []cv, items ...application) (*Matcher, *snapshot.Live) {
	t.Helper()
	data := t.TempDir()
	publish(t, set, data, posts, cvs, items...)
	return follow(t, set, data)
}

// follow answers from what is published in a data folder.
func follow(t testing.TB, set *defs.Set, data string) (*Matcher, *snapshot.Live) {
	t.Helper()
	live := snapshot.NewLive(data, Part(set, noonClock))
	t.Cleanup(live.Close)
	if _, err := live.Refresh(); err != nil {
		t.Fatal(err)
	}
	return New(live, set, nil, func() time.Time { return noon }), live
}

// application is a row of the kind application.
type application struct{ resume, posting string }

func publish(t testing.TB, set *defs.Set, data string, posts []post, cvs []cv, items ...application) {
	t.Helper()
	publishOn(t, set, data, dict(set, posts, cvs), snapshot.Meta{}, nil, posts, cvs, items...)
}

// A testLake is what a snapshot of a fixture does not say; it lies beside it.
type testLake struct {
	Resumes map[uint32][]string // keys by delivery
	Applied []struct{ Resume, Posting string }
}

// keepLake gives the résumés of a snapshot the number of a new delivery, and writes
// down their keys and who applied.
func keepLake(t testing.TB, data string, s *snapshot.Snapshot, cvs []cv, items []application) {
	t.Helper()
	path, l := filepath.Join(data, "lake.json"), testLake{Resumes: map[uint32][]string{}}
	if text, err := os.ReadFile(path); err == nil {
		if err := json.Unmarshal(text, &l); err != nil {
			t.Fatal(err)
		}
	}
	delivery := uint32(len(l.Resumes) + 1)
	l.Resumes[delivery] = column(cvs, func(c cv) []string { return []string{c.key} })
	for range cvs {
		s.Resumes.Delivery.Add(delivery)
	}
	for _, a := range items {
		l.Applied = append(l.Applied, struct{ Resume, Posting string }{a.resume, a.posting})
	}
	text, err := json.Marshal(l)
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// lakeOf returns what lies beside the snapshot that a matcher answers from.
func lakeOf(t testing.TB, m *Matcher) *testLake {
	t.Helper()
	s, release, err := m.live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	l := &testLake{}
	text, err := os.ReadFile(filepath.Join(s.Dir, "..", "..", "lake.json"))
	if err == nil {
		err = json.Unmarshal(text, l)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Keys gives the last first: nobody may rely on an order.
func (l *testLake) Keys(_ context.Context, s *snapshot.Snapshot, rows []uint32, f func(i int, key string) error) error {
	for i, row := range slices.Backward(rows) {
		if err := f(i, l.Resumes[s.Resumes.Delivery.At(int(row))][s.Resumes.Row.At(int(row))]); err != nil {
			return err
		}
	}
	return nil
}

func (l *testLake) Applications(_ context.Context, f func(source ieum.SourceID, resume, posting string)) error {
	for _, a := range l.Applied {
		f("shop", a.Resume, a.Posting)
	}
	return nil
}

// publishOn publishes a snapshot with a dictionary: a whole one, or where gone is
// not nil one of changes to the base that m names.
func publishOn(t testing.TB, set *defs.Set, data string, dict snapshot.Dict, m snapshot.Meta, gone *snapshot.Gone, posts []post, cvs []cv, items ...application) {
	t.Helper()
	b, err := snapshot.Begin(data)
	if err != nil {
		t.Fatal(err)
	}
	posts = slices.Clone(posts)
	s := &snapshot.Snapshot{Dict: dict}
	for i := range posts {
		p := &posts[i]
		if p.id == 0 {
			p.id = uint64(i + 1)
		}
		if p.source == "" {
			p.source = "shop"
		}
		if p.key == "" {
			p.key = fmt.Sprintf("p%d", p.id)
		}
		if p.chance == 0 {
			p.chance = 100
		}
	}
	d := &s.Dict
	slices.SortStableFunc(posts, func(a, b post) int {
		if o := snapshot.Find(d.Occupations, a.occupation) - snapshot.Find(d.Occupations, b.occupation); o != 0 {
			return o
		}
		return snapshot.Find(d.Regions, a.region) - snapshot.Find(d.Regions, b.region)
	})
	companies := dictionary(column(posts, func(p post) []string { return []string{p.company} }))
	for i, p := range posts {
		addPosting(s, i, p, snapshot.Find(companies, p.company))
		s.Texts.Body.Add(p.body)
	}
	for _, name := range companies {
		c := &s.Companies
		c.Name.Add(name)
		c.Key.Add(name)
		c.Number.Add("")
		c.Region.Add(0)
		c.Industry.Add(0)
		c.Employees.Add(0)
		c.AvgPay.Add(0)
		var rows []uint32
		for i, p := range posts {
			if name != "" && p.company == name {
				rows = append(rows, uint32(i))
			}
		}
		c.Postings.Add(rows...)
	}
	addMembers(s, posts)
	for i, r := range cvs {
		addResume(s, i, r)
	}
	keepLake(t, data, s, cvs, items)
	s.Postings.Occupations = bounds(s.Postings.Occupation.Raw, len(d.Occupations))
	s.Resumes.Occupations = bounds(s.Resumes.Occupation.Raw, len(d.Occupations))
	var sources []snapshot.Source
	for _, id := range d.Sources[1:] {
		sources = append(sources, snapshot.Source{ID: ieum.SourceID(id), Title: ieum.Text{KO: "가상 출처 " + id, EN: "Made-up source " + id}, Holder: ieum.Text{KO: "가상 기관", EN: "Made-up agency"}, Simulated: strings.HasPrefix(id, "simulated")})
	}
	m.Postings, m.Resumes, m.People, m.Companies, m.Items, m.Events, m.Sources, m.To = len(posts), len(cvs), len(cvs), len(companies), 0, s.Events.Resume.Len(), sources, ieum.DayOf(noon)
	if gone != nil {
		if err := b.WriteGone(gone); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range []error{b.Write(s), b.Describe(m, noon), b.Derive(t.Context(), Part(set, noonClock))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Publish(); err != nil {
		t.Fatal(err)
	}
}

func column[T any](rows []T, f func(T) []string) (out []string) {
	for _, r := range rows {
		out = append(out, f(r)...)
	}
	return out
}

func dict(set *defs.Set, posts []post, cvs []cv) snapshot.Dict {
	all := func(p func(post) []string, c func(cv) []string) []string {
		return dictionary(append(column(posts, p), column(cvs, c)...))
	}
	ranked := func(list string) []string {
		out := []string{""}
		for _, c := range set.Codes[list].Codes {
			out = append(out, c.Code)
		}
		return out
	}
	sources := func(p post) []string {
		out := []string{"shop", p.source}
		for _, a := range p.also {
			out = append(out, a.source)
		}
		return out
	}
	return snapshot.Dict{
		Occupations:  all(func(p post) []string { return []string{p.occupation} }, func(c cv) []string { return append(append(c.wishes, c.careers...), c.occupation) }),
		Regions:      all(func(p post) []string { return []string{p.region} }, func(c cv) []string { return append(c.wishRegions, c.region) }),
		Education:    ranked("education"),
		Employment:   ranked("employment"),
		Industries:   []string{""},
		Sex:          []string{""},
		Kinds:        []string{"", "application"},
		Skills:       all(func(p post) []string { return p.skills }, func(c cv) []string { return c.skills }),
		Certificates: all(func(p post) []string { return append(p.required, p.preferred...) }, func(c cv) []string { return c.certs }),
		Majors:       all(func(p post) []string { return p.major }, func(cv) []string { return nil }),
		Sources:      all(sources, func(c cv) []string { return []string{c.source} }),
	}
}

func bounds(column []uint16, codes int) []uint32 {
	off := make([]uint32, codes+1)
	for _, c := range column {
		off[c+1]++
	}
	sum(off)
	return off
}

func ids(dict, codes []string) []uint16 {
	out := make([]uint16, len(codes))
	for i, c := range codes {
		out[i] = uint16(snapshot.Find(dict, c))
	}
	return out
}

func unset(months int) uint16 {
	if months < 0 {
		return snapshot.Unset
	}
	return uint16(months)
}

func addPosting(s *snapshot.Snapshot, row int, p post, company int) {
	t, d := &s.Postings, &s.Dict
	t.ID.Add(p.id)
	t.Title.Add(p.title)
	t.Company.Add(uint32(company))
	t.Occupation.Add(uint16(snapshot.Find(d.Occupations, p.occupation)))
	t.Chance.Add(p.chance)
	t.Region.Add(uint16(snapshot.Find(d.Regions, p.region)))
	t.Industry.Add(0)
	t.Employment.Add(uint8(snapshot.Find(d.Employment, p.employment)))
	t.Education.Add(uint8(snapshot.Find(d.Education, p.education)))
	t.CareerMin.Add(unset(p.least))
	t.CareerMax.Add(unset(p.most))
	t.PayMin.Add(p.payMin)
	t.PayMax.Add(p.payMax)
	t.PayBasis.Add(uint8(p.basis))
	t.Openings.Add(p.openings)
	t.Opened.Add(day(p.opened))
	t.Deadline.Add(day(p.deadline))
	t.Closed.Add(day(p.closed))
	t.Skills.Add(ids(d.Skills, p.skills)...)
	t.Required.Add(ids(d.Certificates, p.required)...)
	t.Preferred.Add(ids(d.Certificates, p.preferred)...)
	t.Majors.Add(ids(d.Majors, p.major)...)
	flags := uint8(0)
	if p.entry {
		flags |= snapshot.EntryOK
	}
	if p.chance < 100 {
		flags |= snapshot.Coded
	}
	t.Flags.Add(flags)
	t.Kept.Add(p.kept)
}

func addMembers(s *snapshot.Snapshot, posts []post) {
	type member struct {
		post
		row uint32
	}
	var all []member
	for row, p := range posts {
		all = append(all, member{p, uint32(row)})
		for _, a := range p.also {
			all = append(all, member{a, uint32(row)})
		}
	}
	slices.SortFunc(all, func(a, b member) int { return int(a.id) - int(b.id) })
	of := make([][]uint32, len(posts))
	t := &s.Members
	for i, m := range all {
		t.ID.Add(m.id)
		t.Posting.Add(m.row)
		t.Source.Add(uint16(snapshot.Find(s.Dict.Sources, m.source)))
		t.Delivery.Add(1)
		t.Row.Add(uint32(m.id) + 100)
		t.Key.Add(m.key)
		t.URL.Add(m.url)
		of[m.row] = append(of[m.row], uint32(i))
	}
	for _, rows := range of {
		s.Postings.Members.Add(rows...)
	}
	addMerges(s, posts)
}

// addMerges says of rows beside the first why they are one posting.
func addMerges(s *snapshot.Snapshot, posts []post) {
	s.Dict.Rules, s.Dict.Agreements = []string{"", "near"}, []string{"company", "title", "pay"}
	m := &s.Merges
	for _, p := range slices.SortedFunc(slices.Values(posts), func(a, b post) int { return cmp.Compare(a.id, b.id) }) {
		for i, a := range p.also {
			m.Kind.Add(uint8(snapshot.MergedPosting))
			m.A.Add(p.id)
			m.B.Add(a.id)
			m.Rule.Add(1)
			m.Score.Add(90)
			m.Agreed.Add(uint32(3 + 4*(i%2))) // company and title, and of every second the pay
			m.Names.Add("")
		}
	}
}

func addResume(s *snapshot.Snapshot, row int, r cv) {
	t, d := &s.Resumes, &s.Dict
	if r.source == "" {
		r.source = "shop"
	}
	t.Person.Add(uint32(row))
	t.Key.Add(r.record)
	t.BirthYear.Add(0)
	t.Sex.Add(0)
	t.Vulnerable.Add()
	t.Region.Add(uint16(snapshot.Find(d.Regions, r.region)))
	t.Education.Add(uint8(snapshot.Find(d.Education, r.education)))
	t.Occupation.Add(uint16(snapshot.Find(d.Occupations, r.occupation)))
	t.CareerMonths.Add(unset(r.months))
	t.WishPay.Add(r.pay)
	t.LastPay.Add(0)
	t.Updated.Add(day(r.updated))
	t.Wishes.Add(ids(d.Occupations, r.wishes)...)
	t.WishRegions.Add(ids(d.Regions, r.wishRegions)...)
	t.Employment.Add(uint8(snapshot.Find(d.Employment, r.employment)))
	t.Majors.Add()
	t.Skills.Add(ids(d.Skills, r.skills)...)
	t.Certificates.Add(ids(d.Certificates, r.certs)...)
	t.CareerOcc.Add(ids(d.Occupations, r.careers)...)
	if r.starts == nil {
		r.starts, r.ends = make([]uint16, len(r.careers)), make([]uint16, len(r.careers))
	}
	t.CareerStart.Add(r.starts...)
	t.CareerEnd.Add(r.ends...)
	for _, e := range r.events {
		x := &s.Events
		x.Resume.Add(uint32(row))
		x.What.Add(uint8(e.what))
		x.Day.Add(day(e.day))
		x.Posting.Add(uint32(e.posting + 1))
		x.Course.Add(0)
		x.Certificate.Add(0)
		x.Pay.Add(0)
		x.Referred.Add(0)
		x.Aptitude.Add(0)
		x.Motivation.Add(0)
		x.Place.Add(e.place)
		x.Channel.Add(0)
		x.Propensity.Add(0)
	}
	flags := snapshot.Active
	if r.idle {
		flags = 0
	}
	t.Flags.Add(flags)
	t.Source.Add(uint16(snapshot.Find(d.Sources, r.source)))
	t.Row.Add(uint32(row))
}

// pick returns up to n different values.
func pick(rnd *rand.Rand, n int, values []string) []string {
	var out []string
	for range rnd.IntN(n + 1) {
		if v := values[rnd.IntN(len(values))]; !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

func one(rnd *rand.Rand, values ...string) string { return values[rnd.IntN(len(values))] }

var (
	someOccupations  = []string{"", "1331", "3040", "3061", "8121", "8122", "8131"}
	someRegions      = []string{"", "11", "11140", "11680", "26", "26110", "41", "41110", "51"}
	someSkills       = []string{"press", "weld", "quality", "care", "java", "talk", "safety"}
	someCertificates = []string{"rn", "na", "weld", "press", "forklift"}
	someWords        = []string{"간호사", "모집", "프레스", "용접", "품질검사", "사회복지사", "사회", "복지사", "java", "C++", "경력", "신입", "3교대", "병원", "웹", "개발자", "웹개발자", "서울", "중구", "영업", "수영 업체"}
)

// randomPosts makes postings with every field drawn.
func randomPosts(rnd *rand.Rand, n int) []post {
	posts := make([]post, n)
	say := func(n int) string {
		text := ""
		for range rnd.IntN(n + 1) {
			text += one(rnd, someWords...) + one(rnd, " ", " ", "", "·")
		}
		return text
	}
	for i := range posts {
		posts[i] = post{
			title: say(3), company: one(rnd, "", "가상중공업", "없는병원"), body: say(15),
			occupation: one(rnd, someOccupations...), region: one(rnd, someRegions...), chance: uint8(1 + rnd.IntN(100)),
			employment: one(rnd, "", "regular", "contract"), education: one(rnd, "", "none", "high", "college", "bachelor"),
			least: rnd.IntN(150) - 1, most: rnd.IntN(150) - 1, entry: rnd.IntN(4) == 0,
			payMin: uint32(rnd.IntN(5)) * 10_000_000, payMax: uint32(rnd.IntN(6)) * 11_000_000,
			opened: one(rnd, "", "2026-05-01", "2026-06-01", "2026-06-15", "2026-06-20"), deadline: one(rnd, "", "", "2026-06-14", "2026-06-15", "2026-07-01"),
			closed: one(rnd, "", "", "", "2026-06-10", "2026-06-15", "2026-06-16"),
			skills: pick(rnd, 4, someSkills), preferred: pick(rnd, 2, someCertificates), major: pick(rnd, 1, []string{"nursing", "mechanics"}),
		}
		if rnd.IntN(4) == 0 {
			posts[i].required = pick(rnd, 2, someCertificates)
		}
	}
	return posts
}

// randomProfile makes a person with every field drawn.
func randomProfile(rnd *rand.Rand) ieum.Profile {
	p := ieum.Profile{
		Certificates: pick(rnd, 3, someCertificates), Majors: pick(rnd, 1, []string{"nursing", "mechanics"}),
		Education: one(rnd, "", "high", "college", "bachelor"), Region: one(rnd, someRegions...), CareerMonths: rnd.IntN(200),
	}
	for _, o := range pick(rnd, 3, []string{"1331", "3040", "3061", "8121", "8122", "8131"}) {
		p.Occupations = append(p.Occupations, ieum.Scored{Code: o, P: rnd.Float64()})
	}
	for _, c := range pick(rnd, 5, someSkills) {
		p.Competencies = append(p.Competencies, ieum.Found{ID: c, P: rnd.Float64(), Words: "말 " + c})
	}
	p.Resume.Careers = []ieum.Career{{Title: "무언가"}}
	p.Resume.Wish = ieum.Wish{
		Occupations: pick(rnd, 2, []string{"3", "81", "812", "8122", "1331"}), Regions: pick(rnd, 2, []string{"11", "11680", "26110", "41", "42", "강원도", "화성"}),
		Employment: pick(rnd, 1, []string{"regular", "contract"}), Pay: rnd.Int64N(60_000_000),
	}
	return p
}
