package simulate

import (
	"context"
	"fmt"
	"strings"
)

// A MoveTruth is one move from a job to the next: within an occupation or
// between two.
type MoveTruth struct {
	Person      int64  `parquet:"person"`
	Month       string `parquet:"month,dict"` // in which the new job began
	From        string `parquet:"from,dict"`
	To          string `parquet:"to,dict"`
	FromLevel   string `parquet:"from_level,dict"` // by what they had worked when it began
	ToLevel     string `parquet:"to_level,dict"`
	Distance    int32  `parquet:"distance"`          // 0 same unit group, 1 same 3-digit, 2 same 2-digit group, 3 other
	Logged      bool   `parquet:"logged"`            // found through the log
	Courses     string `parquet:"courses"`           // numbers in the keys of courses completed between the jobs
	Certificate string `parquet:"certificates,dict"` // codes gained between the jobs
	Competency  string `parquet:"competencies,dict"` // codes learned by those courses and certificates
}

// movesSince is how many months back moves are told of.
const movesSince = 60

// levels of experience, by months worked.
func level(months int) string {
	switch {
	case months < 12:
		return "beginner"
	case months < 48:
		return "junior"
	case months < 120:
		return "senior"
	}
	return "expert"
}

// moves appends what is known of a person's moves, oldest first.
func (c *clerk) moves(id int, out []MoveTruth) []MoveTruth {
	m, p := c.m, &c.person
	m.person(id, p)
	c.run.live(p)
	now := monthOf(m.p.AsOf)
	worked := 0
	var before [mostSpells]int // months worked when each job began
	for i := p.worked - 1; i >= 0; i-- {
		before[i] = worked
		end := p.spells[i].end
		if end == 0 {
			end = now
		}
		worked += max(0, end-p.spells[i].start)
	}
	for i := p.worked - 2; i >= 0; i-- {
		from, to := p.spells[i+1], p.spells[i]
		if to.start < now-movesSince {
			continue
		}
		t := MoveTruth{
			Person: int64(id), Month: m.monthText(to.start), From: m.occupations[from.occupation].code, To: m.occupations[to.occupation].code,
			FromLevel: level(before[i+1]), ToLevel: level(before[i]), Distance: int32(m.distance(from.occupation, to.occupation)), Logged: to.pay > 0,
		}
		c.added(p, from.end, to.start, &t)
		out = append(out, t)
	}
	return out
}

// added writes what a person gained between two jobs of the window.
func (c *clerk) added(p *Person, from, to int, t *MoveTruth) {
	m, run := c.m, c.run
	var courses, certs, skills []string
	for _, k := range p.taken {
		if at := run.monthOf(uint8(k.week)); at < from || at > to {
			continue
		}
		if k.cert >= 0 {
			certs = append(certs, m.certs[k.cert].code)
		}
		if k.kind == training {
			courses = append(courses, fmt.Sprint(k.id))
		}
		for _, s := range m.taught(p, &k) {
			skills = append(skills, m.skills[s].id)
		}
	}
	t.Courses, t.Certificate, t.Competency = strings.Join(courses, "|"), strings.Join(certs, "|"), strings.Join(skills, "|")
}

// several writes what things have in any number of rows: none, one or more.
func several[T any](ctx context.Context, p *plan, name string, at part, c *clerk, rows func(*clerk, int, []T) []T) (err error) {
	file, err := create[T](p.work, fmt.Sprintf("%s-%05d.parquet", name, at.number))
	if err != nil {
		return err
	}
	defer file.done(&err)
	var list []T
	for id := at.from; id < at.to; id++ {
		list = rows(c, id, list)
		if len(list) < batch && id+1 < at.to {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := file.Write(list); err != nil {
			return err
		}
		list = list[:0]
	}
	p.count.add(at.to - at.from)
	return nil
}
