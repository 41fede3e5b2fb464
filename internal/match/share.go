package match

import (
	"context"
	"slices"

	"ieum"
	"ieum/internal/match/rank"
	"ieum/internal/snapshot"
)

// Shared are lists of jobs that were made for many people at once.
type Shared struct {
	Lists    [][]ieum.Job // of each person, best first
	Moved    int          // people who got another list than they would have alone, so that not all are sent to the same postings
	Model    string       // SHA-256 of the file that chances and wishes are made of
	Snapshot string       // its version
}

// perOpening is to how many people an opening may be sent whatever else there is: about as many
// as read of a posting for each place before it is filled. Below that nobody's list is touched.
const perOpening = 10

// Share returns the k best jobs for each of some people, as Jobs does, shared out by the places
// that postings have: one that very many would be sent to is sent to those whom it suits
// better than what else they have. Hard constraints hold as ever. It holds k·40 postings of each
// person, 24 bytes each: for 10,000 people and 10 jobs 96 MB.
func (m *Matcher) Share(ctx context.Context, people []ieum.Profile, k int) (*Shared, error) {
	x, day, release, err := m.acquire()
	if err != nil {
		return nil, err
	}
	defer release()
	j := &job{x: x, b: Batch{K: k}, v: x.openOn(day), seekers: make([]uint32, len(people)), spare: perOpening}
	readers := make([]*seeker, len(people))
	lists, err := j.wished(ctx, len(people), func(ctx context.Context) func(i int) ([]scored, error) {
		h := newHunt(x, j.v)
		return func(i int) ([]scored, error) {
			readers[i] = x.seeker(&people[i])
			h.reset(readers[i], k*wishes, 0)
			err := h.run(ctx)
			list, _ := h.results()
			return list, err
		}
	})
	if err != nil {
		return nil, err
	}
	out := &Shared{Lists: make([][]ieum.Job, len(people)), Model: x.model.hash, Snapshot: x.s.Meta.Version}
	for i, list := range j.shared(lists) {
		moved := false
		for n, f := range list {
			moved = moved || f.row != lists[i][n].row
			job := x.explain(readers[i], &people[i], f.row, day)
			job.Sign = x.mark(int(f.row), day)
			out.Lists[i] = append(out.Lists[i], job)
		}
		if moved {
			out.Moved++
		}
	}
	return out, nil
}

// shared are the best of what each wished for, at the prices that share postings out.
func (j *job) shared(lists [][]scored) [][]scored {
	prices, out := j.haggle(lists), make([][]scored, len(lists))
	best := rank.Best[scored]{K: j.b.K, Above: above}
	for i, list := range lists {
		for _, f := range list {
			f.score -= float64(prices[f.row])
			best.Offer(f)
		}
		out[i] = slices.Clone(best.Sorted())
	}
	return out
}

// Among returns those of some postings that are open and fit a person still, in their order, as
// Jobs explains them.
func (m *Matcher) Among(ctx context.Context, p ieum.Profile, ids []string) ([]ieum.Job, error) {
	x, day, release, err := m.acquire()
	if err != nil {
		return nil, err
	}
	defer release()
	v := x.openOn(day)
	h := v.hunt(x)
	defer v.done(h)
	s := x.seeker(&p)
	h.reset(s, max(1, len(ids)), 0)
	var rows []uint32
	for _, id := range ids {
		n, _ := snapshot.ParseID(id)
		row, ok := x.s.PostingByID(n)
		if ok && v.contains(uint32(row)) && !slices.Contains(rows, uint32(row)) && (s.reach == nil || s.reach[x.s.Postings.Region.At(row)] != outside) {
			rows = append(rows, uint32(row))
			h.judge(v.at(uint32(row)))
		}
	}
	fit, _ := h.results()
	jobs := make([]ieum.Job, 0, len(fit))
	for _, row := range rows {
		if slices.ContainsFunc(fit, func(f scored) bool { return f.row == row }) {
			j := x.explain(s, &p, row, day)
			j.Sign = x.mark(int(row), day)
			jobs = append(jobs, j)
		}
	}
	return jobs, nil
}
