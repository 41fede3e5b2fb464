package jobcare

import (
	"cmp"
	"context"
	"io"
	"path/filepath"
	"slices"

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

// newBase counts over all occupations.
func newBase(ctx context.Context, s *snapshot.Snapshot) (*base, error) {
	n := len(s.Dict.Occupations)
	b := &base{table: table{
		SkillPostings: make([]uint32, len(s.Dict.Skills)), CertPostings: make([]uint32, len(s.Dict.Certificates)),
		CertPeople: make([]uint32, len(s.Dict.Certificates)), MajorPeople: make([]uint32, len(s.Dict.Majors)),
		Postings: make([]uint32, n), Coded: make([]uint32, n), People: make([]uint32, n), Seekers: make([]uint32, n), Wished: make([]uint32, n),
	}}
	for o := range n {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		b.countPostings(s, o)
		b.countPeople(s, o)
	}
	b.countMoves(s)
	return b, nil
}

func (b *base) countPostings(s *snapshot.Snapshot, o int) {
	p := &s.Postings
	skills, asked := make([]int, len(s.Dict.Skills)), make([]int, len(s.Dict.Certificates))
	for i := p.Occupations[o]; i < p.Occupations[o+1]; i++ {
		if len(p.Skills.At(int(i), nil)) > 0 {
			b.Coded[o]++
		}
		tallyList(skills, p.Skills.At(int(i), nil))
		tallyList(asked, p.Required.At(int(i), nil))
		tallyList(asked, p.Preferred.At(int(i), nil))
	}
	b.Postings[o] = p.Occupations[o+1] - p.Occupations[o]
	var ids []uint16
	for id, n := range skills {
		b.SkillPostings[id] += uint32(n)
		if n >= least && o > 0 {
			ids = append(ids, uint16(id))
		}
	}
	for id, n := range asked {
		b.CertPostings[id] += uint32(n)
	}
	slices.SortFunc(ids, func(x, y uint16) int { return cmp.Or(skills[y]-skills[x], int(x)-int(y)) })
	ids = ids[:min(topSkills, len(ids))]
	counts := make([]uint32, len(ids))
	for i, id := range ids {
		counts[i] = uint32(skills[id])
	}
	b.Skill.Add(ids...)
	b.SkillCount.Add(counts...)
}

func (b *base) countPeople(s *snapshot.Snapshot, o int) {
	if o == 0 {
		return
	}
	t := newTally(s)
	t.countPeople(s, &slice{occupation: uint16(o)})
	b.People[o], b.Seekers[o] = uint32(t.people), uint32(t.seekers)
	b.Wished[o] = uint32(quantile(sorted(t.wished), .5, onSeekers).Int())
	for id, n := range t.held {
		b.CertPeople[id] += uint32(n)
	}
	for id, n := range t.majors {
		b.MajorPeople[id] += uint32(n)
	}
}

func sorted(v []uint32) []uint32 { slices.Sort(v); return v }
