package simulate

import "ieum"

// A twin is a way to write a person's résumé as of another group, with the same
// competencies and jobs.
type twin struct {
	name    string
	proxies bool // sentences that give the group away change with it
	change  func(*Market, *Person)
}

// asThemselves is the twin who is the person, to compare the others with.
const asThemselves = "none"

// twins are those written for each person. The origin shows in sentences and
// in the groups an agency knows of, which nothing is matched by.
var twins = []twin{
	{asThemselves, false, func(*Market, *Person) {}},
	{"sex", false, otherSex}, {"sex", true, otherSex},
	{"age", false, otherAge}, {"age", true, otherAge},
	{"foreign-born", true, func(_ *Market, p *Person) { p.comesFrom(foreignBorn) }},
	{"north-korean", true, func(_ *Market, p *Person) { p.comesFrom(northKorean) }},
	{"region", false, otherRegion},
}

func otherSex(_ *Market, p *Person) {
	p.woman = !p.woman
	p.served = !p.woman && p.origin == native
}

// otherAge makes a person fifteen years older, or eight years younger who is
// past sixty.
func otherAge(m *Market, p *Person) {
	older := 15
	if years(m.p.AsOf-p.born) > 60 {
		older = -8
	}
	p.born = ieum.DayOf(p.born.Time().AddDate(-older, 0, 0))
}

func (p *Person) comesFrom(o origin) {
	if p.origin = o; o != native {
		p.served = false
	}
}

// otherRegion moves somebody of the capital area to the district of the same
// rank elsewhere, and the other way. What they wish stays.
func otherRegion(m *Market, p *Person) {
	inside := m.areaOf(p.home) == capital
	for range m.places.list {
		p.home = (p.home + 1) % len(m.places.list)
		if (m.areaOf(p.home) == capital) != inside {
			return
		}
	}
}

// A TwinTruth is a résumé of somebody as of another group.
type TwinTruth struct {
	Person  int64  `parquet:"person"`
	Twin    string `parquet:"twin,dict"` // none: as they are
	Proxies bool   `parquet:"proxies"`
	ResumeRow
}

// twin writes one of the résumés of the first people as of other groups.
func (c *clerk) twin(n int, out *TwinTruth) {
	person := n / len(twins)
	c.as = &twins[n%len(twins)]
	var truth ResumeTruth
	c.resume(int(c.m.seekerRow(person)), &out.ResumeRow, &truth)
	out.ID = string(appendID(nil, 'T', n)) // a résumé of its own, to whoever takes them in
	out.Person, out.Twin, out.Proxies = int64(person), c.as.name, c.as.proxies
}
