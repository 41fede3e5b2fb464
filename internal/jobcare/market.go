package jobcare

import (
	"fmt"
	"slices"

	"ieum"
	"ieum/defs"
	"ieum/internal/jobcare/cellkey"
	"ieum/internal/snapshot"
)

// What a figure was counted on: a key of Market.Bases.
const (
	onOpen     = "open"       // postings open on the day of the report
	onPostings = "postings"   // postings that were open at any time in the year up to it
	onSeekers  = "seekers"    // people looking for work
	onBefore   = "before"     // postings that were open in the year before that
	onPeople   = "people"     // people with a résumé here
	onPast     = "past"       // changes of occupation in the careers of résumés
	onTried    = "candidates" // people who applied for a posting of the year or were hired
	onHired    = "hired"      // those of them who were hired
	onEntered  = "entered"    // people who began to look half a year ago or up to a year before that
	onSearches = "searches"   // people who are recorded as looking for work

	onHiredLately = "hired36" // people hired within three years

	onCounselled = "counselled" // people who were offered a course or an examination
)

// yearDays is how far back postings are counted for what is asked and offered.
const yearDays = 365

// A Basis says what figures were counted on.
type Basis struct {
	About   ieum.Text       `json:"about"`
	From    ieum.Day        `json:"from"`
	To      ieum.Day        `json:"to"`
	Rows    int             `json:"rows"` // postings or people in the slice
	Sources []ieum.SourceID `json:"sources"`
}

// A Named is a code with its name.
type Named struct {
	Code string    `json:"code"`
	Name ieum.Text `json:"name"`
}

// A Place is one province's part of the market.
type Place struct {
	Named
	Seekers   Figure `json:"seekers"`
	Openings  Figure `json:"openings"`
	Tightness Figure `json:"tightness"`
}

// A Month is how many places were newly offered in a month.
type Month struct {
	Month    string `json:"month"` // 2026-01
	Openings Figure `json:"openings"`
	Adjusted Figure `json:"adjusted"` // the season removed; withheld where the course has too few postings for that
	// Seekers are who looked for work on the month's last day, Open the places one could apply
	// for then. Withheld where no source records who looked.
	Seekers         Figure `json:"seekers"`
	SeekersAdjusted Figure `json:"seekersAdjusted"`
	Open            Figure `json:"open"`
	Tightness       Figure `json:"tightness"` // the one by the other
}

// A PayRow is pay by one band of experience or level of schooling.
type PayRow struct {
	Named
	Offered Pay `json:"offered"`
	Wished  Pay `json:"wished"`
}

// An Absence is what is asked for of a market and not known, with the reason.
type Absence struct {
	What string    `json:"what"` // hires, applications, effects, groups, history
	Why  ieum.Text `json:"why"`
}

// A Market is the report on one slice: people and openings registered here,
// not the whole labour force.
type Market struct {
	Occupation   Named            `json:"occupation"`
	Slice        Query            `json:"slice"`
	Exact        bool             `json:"exact"` // counts of people are not perturbed: for staff on a basis alone
	Day          ieum.Day         `json:"day"`   // what "now" means
	Snapshot     string           `json:"snapshot"`
	Simulated    bool             `json:"simulated"`
	Bases        map[string]Basis `json:"bases"`
	Seekers      Figure           `json:"seekers"`
	People       Figure           `json:"people"`
	Openings     Figure           `json:"openings"`
	Postings     Figure           `json:"postings"`
	Unstated     Figure           `json:"openingsUnstated"` // share of open postings that do not say how many people they want
	Guessed      Figure           `json:"openingsGuessed"`  // share of open postings whose occupation was read from their words
	Right        Figure           `json:"guessedRight"`     // share of those expected to be right: the mean of the coder's probabilities
	Tightness    Figure           `json:"tightness"`        // openings per seeker
	Offered      Pay              `json:"offered"`
	Wished       Pay              `json:"wished"`
	Gap          Figure           `json:"gap"` // median wished less median offered
	ByCareer     []PayRow         `json:"payByCareer"`
	ByEducation  []PayRow         `json:"payByEducation"`
	Skills       []Share          `json:"skills"`
	Rising       []Share          `json:"rising"` // of the skills, those asked for clearly more often than in the year before
	Certificates []Share          `json:"certificates"`
	Held         []Share          `json:"held"` // certificates of the seekers
	Majors       []Share          `json:"majors"`
	Ages         []Share          `json:"ages"` // of the seekers, as are the next three; without lift
	Sexes        []Share          `json:"sexes"`
	Careers      []Share          `json:"careers"`
	Schooling    []Share          `json:"schooling"`
	Groups       []Share          `json:"groups"` // of the seekers, who may be in several; none where no source says so: see Absent
	Came         []Share          `json:"came"`   // occupations from which people came to this one, in all of the market
	First        []Share          `json:"first"`  // first occupations of those people
	Similar      []Similar        `json:"similar"`
	Regions      []Place          `json:"regions"`
	Months       []Month          `json:"months"`
	Hires        *Hires           `json:"hires"`   // null where no source records hires: see Absent
	Effects      *Effects         `json:"effects"` // null where none can be estimated
	Survey       *Published       `json:"survey"`  // null where no source has one
	// Titles are those of the sources by their ids.
	Titles map[ieum.SourceID]ieum.Text `json:"sourceTitles"`
	Absent []Absence                   `json:"absent"`

	declared []Named // groups that a slice may be limited to
}

// Looked says whether it is known of any month who looked for work.
func (m *Market) Looked() bool {
	return slices.ContainsFunc(m.Months, func(x Month) bool { return x.Seekers.Known() })
}

func (a *Adviser) report(s *snapshot.Snapshot, sl slice, r rule, w *Work) *Market {
	b := s.Part(partName).(*base)
	o, c, t := a.count(s, &sl, b, r.exact())
	v := view{a.set, s, b, r, len(sl.limits()) < mostLimits, r.n(c.seekers, whoSeek, part{})}
	m := &Market{
		Occupation: Named{sl.Occupation, a.set.Name("keco2025", sl.Occupation)},
		Slice:      sl.Query, Exact: r.exact(), Day: sl.day, Snapshot: s.Meta.Version, Simulated: s.Meta.Simulated,
		Seekers: r.people(c.seekers, whoSeek, part{}, onSeekers), People: r.people(c.people, whoAre, part{}, onPeople),
		Openings: places(o.openPlaces, o.open, onOpen), Postings: places(o.open, o.open, onOpen),
		Unstated: share(o.unstated, o.open, onOpen), Guessed: share(o.guessed, o.open, onOpen), Right: o.right(), Tightness: ratio(o.openPlaces, v.seekers),
		Offered: offers(o.offered, o.postings), Wished: r.pay(c.wished, part{}, v.seekers),
		ByCareer: v.byCareer(o, c), ByEducation: v.byEducation(o, c),
		Regions: v.regions(o, c), Months: o.course(sl.day), Bases: v.bases(o, c, sl.day), Absent: v.absences(), declared: v.declared(), Titles: titles(s),
	}
	m.Gap = gap(m.Wished.Median, m.Offered.Median)
	v.postings(m, o)
	v.people(m, c)
	v.histories(m, sl.occupation)
	m.Similar = v.similar(sl.occupation)
	m.Hires = v.hires(t, o.wanted)
	v.past(m.Months, t, o.atEnd)
	v.pastBases(m, t)
	m.Effects = v.effects(sl.Occupation)
	v.effectsBasis(m, ieum.Day(t.day))
	m.surveyed(w.published)
	return m
}

// count counts what a report is made of. A limit that says nothing of postings leaves all of
// the occupation, and one that says nothing of people all of those: they are counted once for
// all such slices of a large one, unless now. (Who is erased counts in them until the next snapshot, as in
// what is kept.)
func (a *Adviser) count(s *snapshot.Snapshot, sl *slice, b *base, now bool) (o *offer, c *crowd, t *trial) {
	t = newTrial(s, sl, b.past.day(s))
	if sl.occupation == 0 {
		return newOffer(s, len(b.Offering)), newCrowd(s), t
	}
	whole, keep := Query{Occupation: sl.Occupation}, !now && b.rows(sl.occupation) >= a.many
	postings, people := keep && sl.ofPostings() == whole, keep && sl.ofPeople() == whole
	o = shared(&a.offers, s, sl, postings, func() *offer {
		o := newOffer(s, len(b.Offering))
		o.count(s, sl)
		return o
	})
	c = shared(&a.crowds, s, sl, people, func() *crowd {
		c := newCrowd(s)
		c.count(s, sl, b.Speaks, a.rows(s, sl, b), newSearchRows(s, b.past, sl, now), now)
		return c
	})
	t.seeking = &c.seeking
	t.count(b.past, shared(&a.tries, s, sl, b.rows(sl.occupation) >= a.many, func() *tries { return newTries(s, b.past, sl.occupation) }), sl, now)
	return o, c, t
}

// rows are those of an occupation's people: of a large one they are unpacked once, 20 bytes each.
func (a *Adviser) rows(s *snapshot.Snapshot, sl *slice, b *base) *resumeRows {
	x := newResumeRows(&s.Resumes)
	if b.rows(sl.occupation) >= a.many {
		in := s.ResumesOf(int(sl.occupation))[0]
		x.share(&shared(&a.people, s, sl, true, func() *resumeRows {
			all := newResumeRows(&s.Resumes)
			all.unpack(in.From, in.To)
			return all
		}).stretches)
	}
	return x
}

// shared is what make counts; where it is of a whole occupation, what was counted before.
func shared[V any](k *kept[uint16, V], s *snapshot.Snapshot, sl *slice, whole bool, make func() V) V {
	if !whole {
		return make()
	}
	v, _ := k.get(s.Meta.Version, sl.day, sl.occupation, func() (V, error) { return make(), nil })
	return v
}

// titles are those of the sources of a snapshot.
func titles(s *snapshot.Snapshot) map[ieum.SourceID]ieum.Text {
	of := map[ieum.SourceID]ieum.Text{}
	for _, source := range s.Meta.Sources {
		of[source.ID] = source.Title
	}
	return of
}

// Title is that of a source, or its id where the snapshot has none.
func (m *Market) Title(id ieum.SourceID) ieum.Text {
	if t, ok := m.Titles[id]; ok {
		return t
	}
	return ieum.Text{KO: string(id), EN: string(id)}
}

// right is the share of the occupations read by the coder that it expects to be right.
func (t *offer) right() Figure {
	if t.guessed < least {
		return withheld
	}
	return known(float64(t.chance)/100/float64(t.guessed), t.guessed, t.open, onOpen)
}

func gap(wished, offered Figure) Figure {
	if !wished.Known() || !offered.Known() {
		return withheld
	}
	return known(wished.Float()-offered.Float(), min(wished.N, offered.N), 0, onSeekers)
}

// A view is how what was counted is shown.
type view struct {
	set   *defs.Set
	s     *snapshot.Snapshot
	b     *base
	rule  rule
	parts bool // people may be told apart by one thing more

	seekers int // as shown
}

func (v *view) named(list string, dict []string, i int) Named {
	return Named{dict[i], v.set.Name(list, dict[i])}
}

// postings shows what postings ask for.
func (v *view) postings(m *Market, o *offer) {
	d := &v.s.Dict
	m.Skills, m.Rising, m.Certificates = []Share{}, []Share{}, []Share{}
	shareOf := func(n Named, count, before int) Share {
		return Share{Code: n.Code, Name: n.Name, Share: share(count, o.postings, onPostings), Before: share(before, o.before, onBefore)}
	}
	for _, id := range most(len(d.Skills), 15, func(id int) int { return o.skills[id] }) {
		x := shareOf(v.named("competencies", d.Skills, id), o.skills[id], o.skillsBefore[id])
		m.Skills = append(m.Skills, x.lifted(v.b.SkillPostings[id], v.s.Meta.Postings))
	}
	for _, id := range o.rising() {
		x := shareOf(v.named("competencies", d.Skills, id), o.skills[id], o.skillsBefore[id])
		m.Rising = append(m.Rising, x.lifted(v.b.SkillPostings[id], v.s.Meta.Postings))
	}
	for _, id := range most(len(d.Certificates), 10, func(id int) int { return o.asked[id] }) {
		x := shareOf(v.named("certificates", d.Certificates, id), o.asked[id], 0)
		x.Before = withheld
		m.Certificates = append(m.Certificates, x.lifted(v.b.CertPostings[id], v.s.Meta.Postings))
	}
}

// people shows who looks for the work.
func (v *view) people(m *Market, c *crowd) {
	m.Held, m.Majors, m.Ages, m.Sexes, m.Careers, m.Schooling, m.Groups = []Share{}, []Share{}, []Share{}, []Share{}, []Share{}, []Share{}, []Share{}
	if !v.parts {
		return
	}
	d, all := &v.s.Dict, v.b.seekers()
	of := func(field string, n Named, c cellkey.Cell) Share {
		return Share{Code: n.Code, Name: n.Name, Share: v.rule.share(v.rule.n(c, whoSeek, part{field, n.Code}), v.seekers, onSeekers), Before: withheld}
	}
	have := func(field string, list string, dict []string, cells []cellkey.Cell, everywhere []uint32) []Share {
		shares := []Share{}
		for _, id := range most(len(dict), 10, func(id int) int { return v.rule.n(cells[id], whoSeek, part{field, dict[id]}) }) {
			shares = append(shares, of(field, v.named(list, dict, id), cells[id]).lifted(everywhere[id], all))
		}
		return shares
	}
	m.Held = have("certificate", "certificates", d.Certificates, c.held, v.b.CertPeople)
	m.Majors = have("major", "majors", d.Majors, c.majors, v.b.MajorPeople)
	for i, b := range Ages {
		m.Ages = append(m.Ages, of("age", Named{b.Code, b.Name}, c.ages[i]))
	}
	for i, b := range Careers {
		m.Careers = append(m.Careers, of("career", Named{b.Code, b.Name}, c.careers[i]))
	}
	for i := 1; i < len(d.Sex); i++ {
		m.Sexes = append(m.Sexes, of("sex", v.named("sex", d.Sex, i), c.sexes[i]))
	}
	for i := 1; i < len(d.Education); i++ {
		if d.Education[i] == anySchooling {
			continue
		}
		m.Schooling = append(m.Schooling, of("education", v.named("education", d.Education, i), c.schooling[i]))
	}
	for _, n := range v.declared() {
		i := snapshot.Find(d.Vulnerable, n.Code)
		m.Groups = append(m.Groups, of("group", n, c.groups[i]).lifted(v.b.GroupPeople[i], all))
	}
}

// declared are the groups that a source says of some seekers that they are of.
func (v *view) declared() (groups []Named) {
	for i, n := range v.b.GroupPeople {
		if n > 0 {
			groups = append(groups, v.named("vulnerable-groups", v.s.Dict.Vulnerable, i))
		}
	}
	return groups
}

// histories shows from where people came to an occupation: of all of the market, for who
// came is not who looks for it now.
func (v *view) histories(m *Market, occupation uint16) {
	m.Came, m.First = []Share{}, []Share{}
	for _, x := range []struct {
		from *snapshot.Lists[uint16]
		n    *snapshot.Lists[uint32]
		to   *[]Share
	}{{&v.b.Came, &v.b.CameN, &m.Came}, {&v.b.First, &v.b.FirstN, &m.First}} {
		if int(occupation) >= x.from.Len() {
			continue
		}
		n, all := x.n.At(int(occupation), nil), 0
		for _, k := range n {
			all += int(k)
		}
		for i, from := range x.from.At(int(occupation), nil) {
			if len(*x.to) < 5 && int(n[i]) >= least && all >= shareBase {
				name := v.named("keco2025", v.s.Dict.Occupations, int(from))
				*x.to = append(*x.to, Share{Code: name.Code, Name: name.Name, Share: known(float64(n[i])/float64(all), int(n[i]), all, onPast), Before: withheld})
			}
		}
	}
}

func (v *view) byCareer(o *offer, c *crowd) []PayRow {
	rows := []PayRow{}
	for i, b := range Careers {
		rows = append(rows, v.payRow("career", Named{b.Code, b.Name}, o.byCareer[i], c.byCareer[i], c.careers[i]))
	}
	return rows
}

func (v *view) byEducation(o *offer, c *crowd) []PayRow {
	rows := []PayRow{}
	for i := 1; i < len(v.s.Dict.Education); i++ {
		rows = append(rows, v.payRow("education", v.named("education", v.s.Dict.Education, i), o.byEducation[i], c.byEducation[i], c.schooling[i]))
	}
	return rows
}

// payRow is pay in a part of the slice. How many postings of the part state none is not
// counted.
func (v *view) payRow(field string, n Named, offered spread, w wishes, of cellkey.Cell) PayRow {
	row := PayRow{n, distribution(offered, offered.n, offered.n, withheld, onPostings), Pay{withheld, withheld, withheld, withheld, withheld, withheld}}
	if v.parts {
		p := part{field, n.Code}
		row.Wished = v.rule.pay(w, p, v.rule.n(of, whoSeek, p))
	}
	return row
}

func (v *view) regions(o *offer, c *crowd) []Place {
	type province struct {
		seekers      cellkey.Cell
		wanted, open int
	}
	of := map[string]province{}
	for i, r := range v.s.Dict.Regions {
		if len(r) >= 2 {
			p := of[r[:2]]
			p.seekers.Join(c.in[i])
			p.wanted, p.open = p.wanted+o.placesIn[i], p.open+o.openIn[i]
			of[r[:2]] = p
		}
	}
	rows := []Place{}
	for _, code := range v.set.Codes["regions"].Codes {
		if len(code.Code) != 2 || code.Until != 0 {
			continue
		}
		in := of[code.Code]
		row := Place{Named{code.Code, code.Name}, withheld, places(in.wanted, in.open, onOpen), withheld}
		if v.parts {
			p := part{"region", code.Code}
			row.Seekers, row.Tightness = v.rule.people(in.seekers, whoSeek, p, onSeekers), ratio(in.wanted, v.rule.n(in.seekers, whoSeek, p))
		}
		rows = append(rows, row)
	}
	return rows
}

// course returns the months up to day, those without a posting too.
func (t *offer) course(day ieum.Day) []Month {
	var wanted [courseMonths]float64
	for i, m := range t.months {
		wanted[i] = float64(m[0])
	}
	adjusted, ok := seasonless(wanted[:])
	months := make([]Month, courseMonths)
	for i, name := range courseOf(day) {
		months[i] = Month{name, places(t.months[i][0], t.months[i][1], onPostings), withheld, withheld, withheld, withheld, withheld}
		if ok {
			months[i].Adjusted = known(adjusted[i], t.months[i][1], 0, onPostings)
		}
	}
	return months
}

// courseOf names the months up to a day.
func courseOf(day ieum.Day) (names []string) {
	y, m, _ := day.Time().Date()
	for i := range courseMonths {
		at := y*12 + int(m) - 1 - (courseMonths - 1 - i)
		names = append(names, fmt.Sprintf("%04d-%02d", at/12, at%12+1))
	}
	return names
}

func (v *view) bases(o *offer, c *crowd, day ieum.Day) map[string]Basis {
	of := func(used []bool) []ieum.SourceID {
		ids := []ieum.SourceID{}
		for i, is := range used {
			if is {
				ids = append(ids, ieum.SourceID(v.s.Dict.Sources[i]))
			}
		}
		slices.Sort(ids)
		return ids
	}
	from, people := v.s.Meta.From, v.b.peopleFrom(v.s) // whatever the slice: else they would tell whether there is anybody
	return map[string]Basis{
		onOpen:     {ieum.Text{KO: "이 날 모집 중인 공고", EN: "postings open on this day"}, day, day, o.open, of(o.sources)},
		onPostings: {ieum.Text{KO: "지난 1년 동안 모집한 공고", EN: "postings open in the year up to this day"}, day - yearDays, day, o.postings, of(o.sources)},
		onBefore:   {ieum.Text{KO: "그 전 1년 동안 모집한 공고", EN: "postings open in the year before that"}, day - 2*yearDays, day - yearDays - 1, o.before, of(o.sources)},
		onSeekers:  {ieum.Text{KO: "여기 등록하고 일자리를 찾는 사람", EN: "people registered here who are looking for work"}, from, day, v.seekers, people},
		onPeople:   {ieum.Text{KO: "여기 이력서가 있는 사람", EN: "people with a résumé here"}, from, day, v.rule.n(c.people, whoAre, part{}), people},
		onPast:     {ieum.Text{KO: "여기 이력서에 적힌 직업 이동. 범위를 좁혀도 전체를 셉니다", EN: "changes of occupation in all résumés here, however the slice is limited"}, from, day, 0, people},
	}
}

// pastBases says what figures of hires and of past months stand on.
func (v *view) pastBases(m *Market, t *trial) {
	r, day, sources := v.rule, ieum.Day(t.day), v.b.past.sources(v.s)
	if v.b.past.records(snapshot.Registered) {
		m.Bases[onSearches] = Basis{ieum.Text{KO: "이 일을 찾은 기록이 있는 사람", EN: "people who are recorded as looking for this work"}, v.s.Meta.From, day, 0, sources}
	}
	if m.Hires == nil {
		return
	}
	m.Bases[onTried] = Basis{ieum.Text{KO: "지난 1년 동안 이 일에 지원했거나 취업한 사람", EN: "people who applied for this work or were hired in the year up to this day"}, day - yearDays + 1, day, r.n(t.candidates, whoTried, part{}), sources}
	m.Bases[onHired] = Basis{ieum.Text{KO: "지난 1년 동안 이 일에 취업한 사람", EN: "people who were hired for this work in the year up to this day"}, day - yearDays + 1, day, r.n(t.hired, whoHired, part{}), sources}
	m.Bases[onEntered] = Basis{ieum.Text{KO: "이 일을 찾기 시작한 지 반년이 지난 사람 (1년 동안 시작한 사람)", EN: "people who began to look for this work half a year ago or in the year before that"}, day - within - yearDays + 1, day - within, r.n(t.entered, whoEntered, part{}), sources}
}

// absences are what nobody can say of any market here.
func (v *view) absences() []Absence {
	list := []Absence{}
	add := func(is bool, what, ko, en string) {
		if is {
			list = append(list, Absence{what, ieum.Text{KO: ko, EN: en}})
		}
	}
	p := v.b.past
	hires := p.records(snapshot.Hired)
	add(!hires, "hires", "채용 수, 채용까지 걸린 기간, 공고당 지원자 수는 채용 결과를 보내는 기관이 없어서 알 수 없습니다.", "Hires, time to hire and applications per opening: no source records who was hired.")
	add(hires && !p.records(snapshot.Applied), "applications", "공고당 지원자 수는 지원 기록을 보내는 기관이 없어서 알 수 없습니다.", "Applications per opening: no source records who applied.")
	add(!hires, "effects", "훈련과 자격증이 취업과 임금에 미친 효과는 채용 기록이 있어야 추정할 수 있습니다.", "Effects of courses and certificates on being hired and on pay: they need a record of hires.")
	add(hires && !p.records(snapshot.Counselled), "effects", "훈련과 자격증이 취업과 임금에 미친 효과는 상담에서 권한 훈련과 자격시험을 기록하는 기관이 없어서 알 수 없습니다.", "Effects of courses and certificates on being hired and on pay: no source records what was offered in counselling.")
	add(hires && p.records(snapshot.Counselled) && !v.b.effects.any(), "effects", "훈련과 자격증이 취업과 임금에 미친 효과는 자료를 다음에 새로 만들 때 추정합니다.", "Effects of courses and certificates on being hired and on pay are estimated when the data are next built.")
	add(len(v.declared()) == 0, "groups", "취업취약계층별 숫자는 누가 해당하는지 보내는 기관이 없어서 알 수 없습니다.", "Figures of groups for whom finding work is harder: no source says who is of one.")
	add(!p.records(snapshot.Registered), "history", "지난달까지의 구직자 수는 등록 이력을 보내는 기관이 없어서 알 수 없습니다.", "Seekers in past months: no source records when people began and ended looking.")
	return list
}
