package hiring

import (
	"context"
	"slices"
	"strings"

	"ieum"
)

// A Crowd is who looks for work in a slice of the market, as it is published: perturbed, and
// hidden where few are counted.
type Crowd struct {
	N      int      `json:"n"`
	Hidden bool     `json:"hidden,omitempty"` // fewer than are told; N is 0
	Wished [5]int64 `json:"-"`                // pay hoped for, won a year: a tenth, a quarter, half, three quarters and nine tenths hope for at most so much; 0 = not told
	Told   int      `json:"-"`                // who say what they hope for

	Day       ieum.Day `json:"-"`
	Snapshot  string   `json:"-"`
	Simulated bool     `json:"-"`
}

// A Pool is who could apply for a posting as it is written, and if it asked for something else.
type Pool struct {
	Occupation string   `json:"occupation"` // KECO 2025 unit group that its words are read as
	Chance     int      `json:"chance"`     // per cent that this is right
	Region     string   `json:"region"`     // province of the place of work
	Asked      string   `json:"asked"`      // experience: any, entry or years
	Years      int      `json:"years,omitempty"`
	Ways       []Way    `json:"ways"` // as it is written, and otherwise
	Pay        *PoolPay `json:"pay,omitempty"`

	Day       ieum.Day `json:"day"`
	Snapshot  string   `json:"snapshot"`
	Simulated bool     `json:"simulated"`
}

// A Way is how many look for such work under some conditions.
type Way struct {
	Key  string `json:"key"` // written, fewer, any, country
	N    int    `json:"n"`
	Less bool   `json:"less,omitempty"` // some are not counted, of bands with too few to tell
}

// A PoolPay says what pay does: how many of a hundred who say what they hope for would be content
// with it, and with a tenth more.
type PoolPay struct {
	Year   int64 `json:"year"`   // offered at most, won a year
	Share  int   `json:"share"`  // per cent, between 10 and 90: outside of that no more is told
	More   int   `json:"more"`   // with a tenth more
	Median int64 `json:"median"` // half hope for at most this, won a year
	N      int   `json:"n"`      // who say so
}

// bands of experience in which people are counted, by their least months.
var bands = []struct {
	code string
	from int
}{{"0-1", 0}, {"1-3", 12}, {"3-5", 36}, {"5-10", 60}, {"10+", 120}}

// Pool counts who could apply for a posting as it is being written, by work, province, experience
// and pay. Words that name no work or no place are faults, as in PutUp. What it says is made of
// published figures alone, so that nobody can be told apart by asking otherwise.
func (b *Board) Pool(ctx context.Context, by Asker, id string) (*Pool, error) {
	p, err := b.Get(ctx, by, id)
	if err != nil {
		return nil, err
	}
	w := p.Words
	out := &Pool{Asked: w.Career, Years: int(max(0, number(w.Years)))}
	place, ok := b.set.Codes["regions"].Lookup(w.Place)
	if !ok {
		return nil, fault("place", "place", "say in which district the work is, such as 경기 안산시 단원구")
	}
	out.Region = place[:2]
	chance := 0.
	if out.Occupation, chance = b.Read(strings.TrimSpace(w.Title), w.Body); out.Occupation == "" {
		return nil, fault("work", "title", "it is not clear from the words what work this is; say it in the title")
	}
	out.Chance = int(chance*100 + .5)
	least := 0
	if w.Career == "years" {
		least = 12 * out.Years
	}
	here, err := b.crowds(out, out.Region)
	if err != nil {
		return nil, err
	}
	country, err := b.crowds(out, "")
	if err != nil {
		return nil, err
	}
	at := 0
	for i, band := range bands {
		if least >= band.from {
			at = i
		}
	}
	out.Ways = append(out.Ways, from(here, at, "written"))
	if at > 1 {
		out.Ways = append(out.Ways, from(here, at-1, "fewer"))
	}
	if at > 0 {
		out.Ways = append(out.Ways, from(here, 0, "any"))
	}
	out.Ways = append(out.Ways, from(country, at, "country"))
	all := here.all
	out.Day, out.Snapshot, out.Simulated = all.Day, all.Snapshot, all.Simulated
	out.Pay = all.pay(w)
	return out, nil
}

// crowds are those of a region, all together and by band of experience.
type crowds struct {
	all  Crowd
	band []Crowd
}

func (b *Board) crowds(p *Pool, region string) (c crowds, err error) {
	if c.all, err = b.Crowd(p.Occupation, region, ""); err != nil {
		return c, err
	}
	for _, band := range bands {
		one, err := b.Crowd(p.Occupation, region, band.code)
		if err != nil {
			return c, err
		}
		c.band = append(c.band, one)
	}
	return c, nil
}

// from counts those of a band of experience and above: of the first on they are all, also whose
// experience is not known.
func from(c crowds, at int, key string) Way {
	if at == 0 {
		return Way{key, c.all.N, c.all.Hidden}
	}
	w := Way{Key: key}
	for _, one := range c.band[at:] {
		w.N += one.N
		w.Less = w.Less || one.Hidden
	}
	return w
}

// hours and months that turn stated pay into pay a year.
func (w Words) year() int64 {
	amount := max(number(w.Least), number(w.Most))
	switch {
	case amount <= 0:
		return 0
	case w.Basis == "hour":
		return amount * 12 * ieum.MonthHours
	case w.Basis == "day":
		return amount * 12 * ieum.MonthHours / ieum.DayHours
	case w.Basis == "month":
		return amount * 12
	case w.Basis == "year":
		return amount
	}
	return 0
}

// pay says what is offered beside what people hope for; nil where one of them is not told.
func (c Crowd) pay(w Words) *PoolPay {
	year := w.year()
	if year == 0 || slices.Contains(c.Wished[:], 0) {
		return nil
	}
	return &PoolPay{Year: year, Share: c.content(year), More: c.content(year + year/10), Median: c.Wished[2], N: c.Told}
}

// content is how many of a hundred hope for at most so much: straight between the quantiles that
// are published, and no less than 10 or more than 90.
func (c Crowd) content(year int64) int {
	shares := [5]float64{10, 25, 50, 75, 90}
	if year <= c.Wished[0] {
		return 10
	}
	for i := 1; i < len(shares); i++ {
		if low, high := c.Wished[i-1], c.Wished[i]; year < high {
			return int(shares[i-1] + (shares[i]-shares[i-1])*float64(year-low)/float64(high-low) + .5)
		}
	}
	return 90
}
