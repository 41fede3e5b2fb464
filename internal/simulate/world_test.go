package simulate

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// A weighted number is one of a sample.
type weighted struct{ x, w float64 }

// wasserstein returns the first Wasserstein distance between two weighted
// samples: the area between their distribution functions, in the unit of x.
func wasserstein(a, b []weighted) (d float64) {
	byValue := func(s []weighted) (total float64) {
		slices.SortFunc(s, func(p, q weighted) int { return int(math.Copysign(1, p.x-q.x)) })
		for _, p := range s {
			total += p.w
		}
		return total
	}
	na, nb := byValue(a), byValue(b)
	var fa, fb, last float64
	for i, j := 0, 0; i < len(a) || j < len(b); {
		x := math.Inf(1)
		if i < len(a) {
			x = a[i].x
		}
		if j < len(b) {
			x = min(x, b[j].x)
		}
		if i+j > 0 {
			d += math.Abs(fa-fb) * (x - last)
		}
		for ; i < len(a) && a[i].x == x; i++ {
			fa += a[i].w / na
		}
		for ; j < len(b) && b[j].x == x; j++ {
			fb += b[j].w / nb
		}
		last = x
	}
	return d
}

func quantile(s []weighted, p float64) float64 {
	s = slices.Clone(s)
	slices.SortFunc(s, func(p, q weighted) int { return int(math.Copysign(1, p.x-q.x)) })
	var total, sum float64
	for _, v := range s {
		total += v.w
	}
	for _, v := range s {
		if sum += v.w; sum >= p*total {
			return v.x
		}
	}
	return math.NaN()
}

func TestWasserstein(t *testing.T) {
	a := []weighted{{0, 1}, {1, 1}}
	for _, tt := range []struct {
		b    []weighted
		want float64
	}{{[]weighted{{0, 2}, {1, 2}}, 0}, {[]weighted{{2, 1}, {3, 1}}, 2}, {[]weighted{{0, 1}}, 0.5}} {
		if got := wasserstein(slices.Clone(a), tt.b); math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("distance to %v is %g, want %g", tt.b, got, tt.want)
		}
	}
}

// A world holds what is compared of a group of occupations: simulated and as
// published.
type world struct {
	pay, payThere, age, ageThere []weighted
	school, schoolThere          [5]float64
	people, women, womenThere    float64
	openings, seekers            float64
	running                      []weighted // months in the job held
}

// observe fills the worlds of the ten groups and of all.
func observe(m *Market) (worlds [jobGroups + 1]world) {
	each := func(o *occupation, f func(*world)) {
		f(&worlds[o.code[0]-'0'])
		f(&worlds[jobGroups])
	}
	var p Person
	for id := range m.people {
		m.person(id, &p)
		each(&m.occupations[p.occupation], func(w *world) {
			w.people++
			if p.pay > 0 {
				w.pay = append(w.pay, weighted{math.Log(float64(p.pay)), 1})
			}
			w.age = append(w.age, weighted{years(p.registered - p.born), 1})
			w.school[p.education]++
			if p.woman {
				w.women++
			}
			if p.looks {
				w.seekers++
			}
			if p.worked > 0 && p.spells[0].end == 0 {
				w.running = append(w.running, weighted{float64(monthOf(p.registered) - p.spells[0].start), 1})
			}
		})
	}
	var v vacancy
	var f firm
	for id := range m.vacancies {
		m.vacancy(id, &v, &f)
		each(&m.occupations[v.occupation], func(w *world) { w.openings += float64(v.openings) })
	}
	for i := range m.occupations {
		o := &m.occupations[i]
		each(o, func(w *world) {
			const steps = 200
			for k := range steps {
				z := math.Sqrt2 * math.Erfinv(2*(float64(k)+0.5)/steps-1)
				w.payThere = append(w.payThere, weighted{math.Log(max(o.median*math.Exp(o.spread*z), leastPay)), o.seekers})
				w.ageThere = append(w.ageThere, weighted{o.age + o.ageSD*z, o.seekers})
			}
			for level, s := range o.schooling {
				w.schoolThere[level] += s * o.seekers
			}
			w.womenThere += o.women * o.seekers
		})
	}
	return worlds
}

var groupNames = [jobGroups + 1]string{"management, offices, finance", "research, engineering, IT", "education, law, welfare, public order", "health", "arts, media, sports",
	"beauty, travel, food, cleaning, security", "sales, driving", "construction, mining", "plants, repair", "farming, fishing", "all"}

// row writes a group's line of the table in docs/simulation.md.
func (w *world) row(name string) string {
	variation, total := 0.0, 0.0
	for _, s := range w.schoolThere {
		total += s
	}
	for i := range w.school {
		variation += math.Abs(w.school[i]/w.people-w.schoolThere[i]/total) / 2
	}
	won := func(s []weighted, p float64) float64 { return math.Exp(quantile(s, p)) / 1e4 }
	return fmt.Sprintf("| %s | %.0f, %.0f, %.0f | %.0f, %.0f, %.0f | %.3f | %.1f / %.1f | %.1f | %.2f / %.2f | %.2f | %.1f, %.2f, %.2f | %.2f |", name,
		won(w.pay, .25), won(w.pay, .5), won(w.pay, .75), won(w.payThere, .25), won(w.payThere, .5), won(w.payThere, .75), wasserstein(w.pay, w.payThere),
		mean(w.age), mean(w.ageThere), wasserstein(w.age, w.ageThere), w.women/w.people, w.womenThere/total, variation,
		mean(w.running)/12, under(w.running, 12), 1-under(w.running, 120), w.openings/w.seekers)
}

// TestTheWorldCheckInTheDocs compares the market with what the survey says, by
// group of occupations, and with the table in the docs. It writes the table:
//
//	go test -run WorldCheck -v ./internal/simulate
func TestTheWorldCheckInTheDocs(t *testing.T) {
	m := market(t, func(p *Params) { p.Resumes, p.Postings = 100_000, 30_000 })
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "simulation.md"))
	if err != nil {
		t.Fatal(err)
	}
	worlds := observe(m)
	for g := range worlds {
		w := &worlds[g]
		line := w.row(groupNames[g])
		t.Log(line)
		// Another processor may round otherwise, which changes a last digit.
		if runtime.GOARCH == "amd64" && !strings.Contains(string(text), line) {
			t.Errorf("docs/simulation.md lacks the line %s", line)
		}
		if w.people < 1000 {
			continue
		}
		if d := wasserstein(w.pay, w.payThere); d > 0.08 {
			t.Errorf("%s: pay is off by %.3f on the logarithm", groupNames[g], d)
		}
		if d := wasserstein(w.age, w.ageThere); d > 3.5 {
			t.Errorf("%s: age is off by %.1f years", groupNames[g], d)
		}
		if d := w.women/w.people - w.womenThere/sum(w.schoolThere[:]); math.Abs(d) > 0.05 {
			t.Errorf("%s: the share of women is off by %.3f", groupNames[g], d)
		}
	}
}

// TestTenureAndTightnessInTheDocs compares how long jobs have been held and how
// many openings there are for a person who looks with what is published, and
// with the tables in the docs. It writes the tables:
//
//	go test -run TenureAndTightness -v ./internal/simulate
func TestTenureAndTightnessInTheDocs(t *testing.T) {
	m := market(t, func(p *Params) { p.Resumes, p.Postings = 100_000, 30_000 })
	text := document(t)
	compare := func(what string, format string, x, least, most float64) {
		t.Helper()
		line := fmt.Sprintf("| %s | "+format+" |", what, x)
		t.Log(line)
		if runtime.GOARCH == "amd64" && !strings.Contains(text, line) {
			t.Errorf("docs/simulation.md lacks the line %s", line)
		}
		if x < least || x > most {
			t.Errorf("%s: %.3f is not from %g to %g", what, x, least, most)
		}
	}
	run := observe(m)[jobGroups].running
	compare("years in the job held, mean", "%.1f", mean(run)/12, 5.5, 6.5)
	compare("… under a year", "%.3f", under(run, 12), 0.28, 0.371)
	compare("… under three years", "%.3f", under(run, 36), 0.49, 0.56)
	compare("… ten years or more", "%.3f", 1-under(run, 120), 0.17, 0.25)

	r, err := m.run(context.Background(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var openings, few, left, shown, looks, ever float64
	for id := range r.posts {
		p, o := &r.posts[id], &r.openings[id]
		openings += float64(p.openings)
		few += yes(p.openings <= 2)
		if int(p.shown) >= windowDays-1 && (o.left > 0 || p.stale) {
			shown++
			left += float64(o.left)
		}
	}
	for i := range r.people {
		looks += yes(r.people[i].state == looking)
		ever += yes(r.people[i].seen > 0)
	}
	compare("openings a vacancy", "%.2f", openings/float64(m.vacancies), 1, 1.6)
	compare("vacancies for one or two", "%.2f", few/float64(m.vacancies), 0.8, 1)
	compare("openings announced, over people who look, three years", "%.2f", openings/ever, 0.36, 0.67)
	compare("openings announced, over all who register, three years", "%.2f", openings/float64(m.people), 0.3, 0.67)
	compare("openings on the sites, over people who look, the last day", "%.2f", left/looks, 0.3, 0.6)
	compare("vacancies on the sites, the last day, of 24,000", "%.0f", shown, 1368, 3000)
}

func sum(list []float64) (s float64) {
	for _, x := range list {
		s += x
	}
	return s
}

func mean(s []weighted) float64 {
	var x, n float64
	for _, v := range s {
		x, n = x+v.x*v.w, n+v.w
	}
	return x / n
}

func under(s []weighted, limit float64) (share float64) {
	for _, v := range s {
		if v.x < limit {
			share += 1 / float64(len(s))
		}
	}
	return share
}
