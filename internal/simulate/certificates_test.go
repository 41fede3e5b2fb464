package simulate

import (
	"math"
	"slices"
	"testing"
)

func TestCertificatesFallAlongTheList(t *testing.T) {
	m := market(t, nil)
	r := newRNG(2, ofPerson, 1)
	at := slices.IndexFunc(m.occupations, func(o occupation) bool { return len(o.licences) == 0 && len(o.certs) >= 3 })
	var held [3]tally
	var licensed tally
	for range 20_000 {
		p := Person{occupation: at}
		m.certify(&r, &p)
		for k := range held {
			held[k].add(slices.Contains(p.certs, m.occupations[at].certs[k].id), 0.35/float64(k+1))
		}
		p = Person{occupation: m.byCode["3040"]} // nurses
		m.certify(&r, &p)
		licensed.add(slices.ContainsFunc(p.certs, func(c int) bool { return m.certs[c].name == "간호사" }), 0.97)
	}
	for k := range held {
		held[k].holds(t, "people who hold a certificate usual in their occupation")
	}
	licensed.holds(t, "nurses with the licence")
}

// TestCertificatesTeachByTheirEquation: what a certificate stands for is known
// with 0.80 exp(−m/240), m months since it was taken.
func TestCertificatesTeachByTheirEquation(t *testing.T) {
	m := market(t, nil)
	for i, c := range m.certs {
		weight := map[int]float64{} // as the document says, of what stands in the lists
		for _, o := range m.occupations {
			share := 0.0
			for _, held := range o.certs {
				share += held.share * yes(held.id == i)
			}
			for _, l := range o.licences {
				share += 0.97 * yes(slices.Contains(l.certs, i))
			}
			for _, s := range o.skills {
				weight[s.id] += share * s.share
			}
		}
		least := math.Inf(1)
		for _, s := range c.proves {
			least = math.Min(least, weight[s])
			delete(weight, s)
		}
		for s, w := range weight {
			if w > least+1e-12 {
				t.Fatalf("%s does not stand for %s, which is likelier than another", c.name, m.skills[s].label)
			}
		}
		if len(c.proves) != 3 {
			t.Fatalf("%s stands for %d competencies, want 3", c.name, len(c.proves))
		}
	}
	job, cert := m.byCode["8212"], 0
	for slices.ContainsFunc(m.occupations[job].skills, func(s typical) bool { return slices.Contains(m.certs[cert].proves, s.id) }) {
		cert++
	}
	now := monthOf(m.p.AsOf)
	for _, months := range []int{0, 60, 400} {
		mean := 0.0 // over the months since the first job, in which it may have been taken
		for k := range months + 1 {
			mean += 0.80 * math.Exp(-float64(k)/240) / float64(months+1)
		}
		var before, after tally
		for id := range 4000 {
			p := Person{ID: id, registered: m.p.AsOf, occupation: job, certs: []int{cert}}
			if months > 0 {
				p.worked, p.spells[0] = 1, spell{occupation: job, start: now - months, end: now}
			}
			m.learn(&p)
			for _, s := range m.certs[cert].proves {
				before.add(p.has(s), mean)
			}
			p = Person{ID: id, taken: []taken{{kind: examination, cert: cert, week: weeks - min(months, 150)}}}
			m.show(&p)
			for _, s := range m.certs[cert].proves {
				after.add(p.has(s), 0.80*math.Exp(-math.Floor(math.Min(float64(months), 150)*12/52)/240))
			}
		}
		before.holds(t, "what certificates held stand for and people know")
		after.holds(t, "what certificates of the window stand for and people know")
	}
}
