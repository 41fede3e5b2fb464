package jobcare

import (
	"cmp"
	"context"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"ieum/internal/snapshot"
)

const partName = "jobcare"

// topSkills is how many competencies are kept of what an occupation asks for.
const topSkills = 60

// base is what is counted once over all occupations when a snapshot is built.
// Occupations are positions in the Dict.
type base struct {
	table
	mapping *snapshot.Mapping
}

// table is the columns of base.
type table struct {
	SkillPostings []uint32 // postings that ask for a competency, by position in the Dict
	CertPostings  []uint32
	CertPeople    []uint32 // seekers who hold a certificate
	MajorPeople   []uint32
	Postings      []uint32               // by occupation: all postings
	Coded         []uint32               // by occupation: postings that ask for any competency
	People        []uint32               // by occupation: people with a résumé
	Seekers       []uint32               // by occupation: people looking for work
	Wished        []uint32               // by occupation: median pay wished, won a year; 0 when fewer than 5 state it
	Skill         snapshot.Lists[uint16] // by occupation: what its postings ask for, most often first
	SkillCount    snapshot.Lists[uint32] // in how many of them
	MovedTo       snapshot.Lists[uint16] // by occupation: where people who left it went next
	Moves         snapshot.Lists[uint32] // how many of them
}

// Verify reads the file and compares its checksum.
func (b *base) Verify() error { return b.mapping.Verify() }

// Close gives up the mapping.
func (b *base) Close() error { return b.mapping.Close() }

// seekers returns the number of people looking for work, counted once in each
// occupation they seek.
func (b *base) seekers() int {
	n := 0
	for _, s := range b.Seekers {
		n += int(s)
	}
	return n
}

// Part is what jobcare derives from a snapshot.
func Part() snapshot.Part {
	return snapshot.Part{
		Name: partName,
		Build: func(ctx context.Context, s *snapshot.Snapshot, dir string) error {
			b, err := newBase(ctx, s)
			if err != nil {
				return err
			}
			return snapshot.WriteTable(filepath.Join(dir, "base.col"), &b.table)
		},
		Open: func(_ *snapshot.Snapshot, dir string) (io.Closer, error) {
			b := &base{}
			var err error
			b.mapping, err = snapshot.OpenTable(filepath.Join(dir, "base.col"), &b.table)
			return b, err
		},
	}
}

// newBase counts over all occupations, on every core.
func newBase(ctx context.Context, s *snapshot.Snapshot) (*base, error) {
	n := len(s.Dict.Occupations)
	b := &base{table: table{
		SkillPostings: make([]uint32, len(s.Dict.Skills)), CertPostings: make([]uint32, len(s.Dict.Certificates)),
		CertPeople: make([]uint32, len(s.Dict.Certificates)), MajorPeople: make([]uint32, len(s.Dict.Majors)),
		Postings: make([]uint32, n), Coded: make([]uint32, n), People: make([]uint32, n), Seekers: make([]uint32, n), Wished: make([]uint32, n),
	}}
	var adding sync.Mutex
	most, counts := make([][]uint16, n), make([][]uint32, n)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	group.Go(func() error { b.countMoves(s); return nil }) // the longest, so it begins first
	for o := range n {
		group.Go(func() error {
			asked, people := countAsked(s, o), newTally(s)
			if o > 0 {
				most[o], counts[o] = asked.most()
			}
			people.countPeople(s, &slice{occupation: uint16(o)})
			adding.Lock()
			defer adding.Unlock()
			b.add(o, asked, people)
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for o := range n {
		b.Skill.Add(most[o]...)
		b.SkillCount.Add(counts[o]...)
	}
	return b, nil
}

// demand is what the postings of an occupation ask for.
type demand struct {
	postings, coded int   // all, and those that ask for any competency
	skills, certs   []int // postings, by position in the Dict
}

func countAsked(s *snapshot.Snapshot, o int) *demand {
	p, a := &s.Postings, &demand{skills: make([]int, len(s.Dict.Skills)), certs: make([]int, len(s.Dict.Certificates))}
	var buf [32]uint16
	for _, in := range s.PostingsOf(o) {
		for i := in.From; i < in.To; i++ {
			if s.PostingGone(i) {
				continue
			}
			a.postings++
			skills := p.Skills.At(i, buf[:])
			if len(skills) > 0 {
				a.coded++
			}
			tallyList(a.skills, skills)
			tallyList(a.certs, p.Required.At(i, buf[:]))
			tallyList(a.certs, p.Preferred.At(i, buf[:]))
		}
	}
	return a
}

// most returns the competencies asked for most often, at most topSkills, and in
// how many postings each is.
func (a *demand) most() (ids []uint16, counts []uint32) {
	for id, n := range a.skills {
		if n >= least {
			ids = append(ids, uint16(id))
		}
	}
	slices.SortFunc(ids, func(x, y uint16) int { return cmp.Or(a.skills[y]-a.skills[x], int(x)-int(y)) })
	ids = ids[:min(topSkills, len(ids))]
	for _, id := range ids {
		counts = append(counts, uint32(a.skills[id]))
	}
	return ids, counts
}

// add adds what was counted of an occupation.
func (b *base) add(o int, a *demand, people *tally) {
	b.Postings[o], b.Coded[o] = uint32(a.postings), uint32(a.coded)
	b.People[o], b.Seekers[o] = uint32(people.people), uint32(people.seekers)
	b.Wished[o] = uint32(quantile(sorted(people.wished), .5, onSeekers).Int())
	for _, x := range []struct {
		to   []uint32
		from []int
	}{{b.SkillPostings, a.skills}, {b.CertPostings, a.certs}, {b.CertPeople, people.held}, {b.MajorPeople, people.majors}} {
		for id, n := range x.from {
			x.to[id] += uint32(n)
		}
	}
}

func sorted(v []uint32) []uint32 { slices.Sort(v); return v }
