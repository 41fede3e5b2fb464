package match

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"ieum/internal/match/als"
	"ieum/internal/match/rank"
	"ieum/internal/snapshot"
)

// leastApplications is how many applications there must be before anything is learned
// from them.
const leastApplications = 1000

// tastes are what is learned from who applied for what: how much the postings of a view
// suit each of some seekers beyond what is written of both.
type tastes struct {
	model *als.Model // of the seekers, in their order
	place []int32    // of each posting in the model; -1 = not there
	worth []float64  // what a product of 1 adds to the score of each seeker
	most  float64    // the longest vector of a posting
}

// follow lets a hunt rank by what the i-th seeker likes, too.
func (h *hunt) follow(t *tastes, i int) {
	h.tastes, h.liking, h.worth = t, t.model.Person(i), t.worth[i]
	h.beyond += h.worth * t.most * norm(h.liking) // no product is greater
}

// liked is what a posting scores by what others chose.
func (h *hunt) liked(row uint32) float64 {
	if h.tastes == nil || h.tastes.place[row] < 0 {
		return 0
	}
	return h.worth * float64(als.Dot(h.liking, h.tastes.model.Posting(int(h.tastes.place[row]))))
}

func norm(v []float32) float64 { return math.Sqrt(float64(als.Dot(v, v))) }

// learn learns from what the seekers applied for, if that is enough.
func (j *job) learn(ctx context.Context) error {
	n := 0
	for _, rows := range j.applied {
		n += len(rows)
	}
	if n < leastApplications {
		return nil
	}
	t := &tastes{place: j.places(), worth: make([]float64, len(j.seekers))}
	log := j.log(t.place)
	points, err := j.worth(ctx, t, log)
	if err != nil {
		return err
	}
	for i, rows := range j.applied {
		t.worth[i] = points[min(1, len(rows))]
	}
	if t.model, err = als.Fit(ctx, log, als.Usual); err != nil {
		return err
	}
	if j.b.Assign == AssignDiscount {
		t.discount(j.applied)
	}
	for _, row := range j.v.rows {
		t.most = max(t.most, norm(t.model.Posting(int(t.place[row]))))
	}
	j.tastes, j.counts.Applications = t, n
	return nil
}

// places numbers the postings that are candidates or were applied for.
func (j *job) places() []int32 {
	place := slices.Repeat([]int32{-1}, j.x.s.Postings.ID.Len())
	n := int32(0)
	put := func(row uint32) {
		if place[row] < 0 {
			place[row] = n
			n++
		}
	}
	for _, row := range j.v.rows {
		put(row)
	}
	for _, rows := range j.applied {
		for _, row := range rows {
			put(row)
		}
	}
	return place
}

// log is who applied for what, with what the snapshot says of both but for what must not
// count: sex, age and the groups one is of.
func (j *job) log(place []int32) als.Log {
	s, log := j.x.s, als.Log{Applied: make([][]uint32, len(j.seekers))}
	for i, rows := range j.applied {
		for _, row := range rows {
			log.Applied[i] = append(log.Applied[i], uint32(place[row]))
		}
	}
	people, offers := traits{}, traits{}
	for _, row := range j.seekers {
		log.People.Of = append(log.People.Of, people.of(traitsOfResume(s, int(row))))
	}
	for _, p := range place {
		log.Postings += min(1, int(p)+1)
	}
	log.Offers.Of = make([][]uint32, log.Postings)
	for row, p := range place {
		if p >= 0 {
			log.Offers.Of[p] = offers.of(traitsOfPosting(s, row))
		}
	}
	log.People.N, log.Offers.N = len(people), len(offers)
	return log
}

// A trait is a code of a field.
type trait struct {
	field uint8
	code  uint32
}

// traits numbers traits.
type traits map[trait]uint32

// of returns the numbers of some traits, each once.
func (t traits) of(all []trait) []uint32 {
	ids := make([]uint32, 0, len(all))
	for _, x := range all {
		id, ok := t[x]
		if !ok {
			id = uint32(len(t))
			t[x] = id
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// The fields of traits.
const (
	ofSkill = iota
	ofOccupation
	ofWish
	ofCertificate
	ofMajor
	ofRegion
	ofEducation
	ofEmployment
	ofCareer
	ofPay
	ofIndustry
	ofCompany
)

// payStep is how finely pay is told apart, in won a year.
const payStep = 4_000_000

// coded adds the traits of a field, without what is not known.
func coded(all []trait, field uint8, ids ...uint16) []trait {
	for _, id := range ids {
		if id > 0 {
			all = append(all, trait{field, uint32(id)})
		}
	}
	return all
}

func career(all []trait, months uint16) []trait {
	if months == snapshot.Unset {
		return all
	}
	return append(all, trait{ofCareer, uint32(math.Log2(1 + float64(months)/6))})
}

func traitsOfResume(s *snapshot.Snapshot, row int) []trait {
	r := &s.Resumes
	all := coded(nil, ofSkill, r.Skills.At(row, nil)...)
	all = coded(all, ofOccupation, r.Occupation.At(row))
	all = coded(all, ofOccupation, r.CareerOcc.At(row, nil)...)
	all = coded(all, ofWish, r.Wishes.At(row, nil)...)
	all = coded(all, ofCertificate, r.Certificates.At(row, nil)...)
	all = coded(all, ofMajor, r.Majors.At(row, nil)...)
	all = coded(all, ofRegion, r.Region.At(row))
	all = coded(all, ofRegion, r.WishRegions.At(row, nil)...)
	all = coded(all, ofEducation, uint16(r.Education.At(row)))
	all = coded(all, ofEmployment, uint16(r.Employment.At(row)))
	if pay := r.WishPay.At(row); pay > 0 {
		all = append(all, trait{ofPay, pay / payStep})
	}
	return career(all, r.CareerMonths.At(row))
}

func traitsOfPosting(s *snapshot.Snapshot, row int) []trait {
	p := &s.Postings
	all := coded(nil, ofSkill, p.Skills.At(row, nil)...)
	all = coded(all, ofOccupation, p.Occupation.At(row))
	all = coded(all, ofCertificate, p.Required.At(row, nil)...)
	all = coded(all, ofCertificate, p.Preferred.At(row, nil)...)
	all = coded(all, ofMajor, p.Majors.At(row, nil)...)
	all = coded(all, ofRegion, p.Region.At(row))
	all = coded(all, ofEducation, uint16(p.Education.At(row)))
	all = coded(all, ofEmployment, uint16(p.Employment.At(row)))
	all = coded(all, ofIndustry, p.Industry.At(row))
	if company := p.Company.At(row); company > 0 {
		all = append(all, trait{ofCompany, company})
	}
	if pay := max(p.PayMin.At(row), p.PayMax.At(row)); pay > 0 {
		all = append(all, trait{ofPay, pay / payStep})
	}
	return career(all, p.CareerMin.At(row))
}

// How what others chose is weighed against what is written.
const (
	asideOf = 4   // of so many seekers one has applications put aside
	drawn   = 20  // postings that one put aside is compared with
	mostFor = 1e4 // at most, with which what is written but breaks ties
)

// worth is how much a product of 1 adds to a score, of who never applied and of who did:
// what best tells, with the points of what is written, applications that were put aside
// from other postings (logistic regression: the weight of the product by that of the
// score). Of half of those asked all applications are put aside, of the others one.
func (j *job) worth(ctx context.Context, t *tastes, log als.Log) (by [2]float64, err error) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var asked []int
	kept, aside := log, make([][]uint32, len(log.Applied))
	kept.Applied = slices.Clone(log.Applied)
	for i, rows := range j.applied {
		if len(rows) < 2 || rnd.IntN(asideOf) > 0 {
			continue
		}
		asked = append(asked, i)
		k, n := rnd.IntN(len(rows)), 1
		if rnd.IntN(2) == 0 {
			k, n = 0, len(rows)
		}
		aside[i] = rows[k : k+n]
		kept.Applied[i] = slices.Delete(slices.Clone(log.Applied[i]), k, k+n)
	}
	m, err := als.Fit(ctx, kept, als.Usual)
	if err != nil {
		return by, err
	}
	fits := [2]*rank.Logistic{rank.NewLogistic(2, false), rank.NewLogistic(2, false)}
	rr := j.x.resumes()
	for _, i := range asked {
		s, fit := rr.read(int(j.seekers[i])), fits[min(1, len(kept.Applied[i]))]
		add := func(posting uint32, chosen float64) {
			f := j.x.facts(s, int(posting), j.v.day)
			fit.Add(chosen, j.x.score(&f), float64(als.Dot(m.Person(i), m.Posting(int(t.place[posting])))))
		}
		for _, row := range aside[i] {
			add(row, 1)
			for range drawn {
				if other := j.v.rows[rnd.IntN(len(j.v.rows))]; !slices.Contains(j.applied[i], other) {
					add(other, 0)
				}
			}
		}
	}
	for k := range fits {
		_, of := fits[k].Weights()
		if written, chosen := of[0], of[1]; chosen > 0 {
			by[k] = chosen / max(written, chosen/mostFor)
		}
	}
	return by, nil
}
