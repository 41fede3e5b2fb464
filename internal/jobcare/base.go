package jobcare

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"ieum"
	"ieum/internal/jobcare/cellkey"
	"ieum/internal/snapshot"
)

const partName = "jobcare"

// topSkills is how many competencies are kept of what an occupation asks for.
const topSkills = 60

// base is what is counted once over all occupations when a snapshot is built.
// Occupations are positions in the Dict.
type base struct {
	columns
	mapping *snapshot.Mapping
	past    *past
	effects *effects // nil in a snapshot of before they were estimated
	hired   *hired   // nil in a snapshot of before they were counted

	askedCerts [][]uint16 // by occupation: see demand.fairly; only while it is built
}

// columns are those of base. Numbers of people are those that are published.
type columns struct {
	Release       []uint64 // the secret of what is published of this snapshot
	From          []uint16 // sources of résumés, positions in the Dict
	Offering      []uint16 // sources of postings, likewise
	Speaks        []uint64 // a bit for each résumé that speaks for its person
	SkillPostings []uint32 // postings that ask for a competency, by position in the Dict
	CertPostings  []uint32
	CertPeople    []uint32 // seekers who hold a certificate
	MajorPeople   []uint32
	GroupPeople   []uint32               // of whom a source says that they are of a group
	Postings      []uint32               // by occupation: all postings
	Coded         []uint32               // by occupation: postings that ask for any competency
	People        []uint32               // by occupation: people with a résumé
	Seekers       []uint32               // by occupation: people looking for work
	Wished        []uint32               // by occupation: median pay wished, won a year; 0 when too few state it
	Skill         snapshot.Lists[uint16] // by occupation: what its postings ask for, most often first
	SkillCount    snapshot.Lists[uint32] // in how many of them
	MovedTo       snapshot.Lists[uint16] // by occupation: where people who left it went next
	Moves         snapshot.Lists[uint32] // how many of them
	Came          snapshot.Lists[uint16] // by occupation: from where people came to it, most first
	CameN         snapshot.Lists[uint32] // how many of them
	First         snapshot.Lists[uint16] // by occupation: what those people did first of all
	FirstN        snapshot.Lists[uint32]
	Left          []uint32               // by occupation: how many people left it, as far as it is published where to
	Like          snapshot.Lists[uint16] // by occupation: those most like it, the most first
	LikeAlike     snapshot.Lists[uint16] // how alike what is asked for is, of a hundred
	LikeWent      snapshot.Lists[uint32] // how many went there
}

// Verify reads the files and compares their checksums.
func (b *base) Verify() error {
	return errors.Join(b.mapping.Verify(), b.past.Verify(), b.effects.Verify(), b.hired.Verify())
}

// Close gives up the mappings.
func (b *base) Close() error {
	return errors.Join(b.mapping.Close(), b.past.Close(), b.effects.Close(), b.hired.Close())
}

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
			if err := writePast(ctx, s, dir); err != nil {
				return err
			}
			p, err := openPast(s, dir)
			if err != nil {
				return err
			}
			b, err := newBase(ctx, s, p)
			if err == nil {
				err = writeEffects(ctx, s, b, dir)
			}
			if err == nil {
				err = writeHired(ctx, s, b, dir)
			}
			if err := errors.Join(err, p.Close()); err != nil {
				return err
			}
			return snapshot.WriteTable(filepath.Join(dir, "base.col"), &b.columns)
		},
		Open: func(s *snapshot.Snapshot, dir string) (io.Closer, error) {
			p, err := openPast(s, dir)
			if err != nil {
				return nil, err
			}
			b := &base{past: p}
			if b.mapping, err = snapshot.OpenTable(filepath.Join(dir, "base.col"), &b.columns); err != nil {
				return nil, errors.Join(err, p.Close())
			}
			if b.effects, err = openEffects(s, dir); err != nil {
				return nil, errors.Join(err, b.mapping.Close(), p.Close())
			}
			if b.hired, err = openHired(s, dir); err != nil {
				return nil, errors.Join(err, b.effects.Close(), b.mapping.Close(), p.Close())
			}
			return b, nil
		},
	}
}

// newBase counts over all occupations, on every core.
func newBase(ctx context.Context, s *snapshot.Snapshot, p *past) (*base, error) {
	n := len(s.Dict.Occupations)
	b := &base{past: p, askedCerts: make([][]uint16, n), columns: columns{
		SkillPostings: make([]uint32, len(s.Dict.Skills)), CertPostings: make([]uint32, len(s.Dict.Certificates)),
		Postings: make([]uint32, n), Coded: make([]uint32, n), People: make([]uint32, n), Seekers: make([]uint32, n), Wished: make([]uint32, n),
	}}
	b.Speaks = speaking(s)
	b.begin(s)
	release := b.release()
	all := everywhere{certs: make([]cellkey.Cell, len(s.Dict.Certificates)), majors: make([]cellkey.Cell, len(s.Dict.Majors)), groups: make([]cellkey.Cell, len(s.Dict.Vulnerable))}
	var adding sync.Mutex
	most, counts := make([][]uint16, n), make([][]uint32, n)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	group.Go(func() error { b.countMoves(s, &release); return nil }) // the longest, so it begins first
	for o := range n {
		group.Go(func() error {
			asked, who := countAsked(s, o), newCrowd(s)
			if o > 0 {
				most[o], counts[o] = asked.most()
			}
			sl := sliceOf(s, o, 0)
			who.count(s, &sl, b.Speaks, newResumeRows(&s.Resumes), nil, true)
			adding.Lock()
			defer adding.Unlock()
			b.add(o, asked, who, rule{&release, sl.Query})
			all.add(who)
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
	b.compare(s)
	b.CertPeople, b.MajorPeople = publishedOf(&release, "certificate", s.Dict.Certificates, all.certs), publishedOf(&release, "major", s.Dict.Majors, all.majors)
	b.GroupPeople = publishedOf(&release, "group", s.Dict.Vulnerable, all.groups)
	return b, nil
}

// everywhere is what seekers of all occupations have; who seeks two counts twice.
type everywhere struct{ certs, majors, groups []cellkey.Cell }

func (e *everywhere) add(c *crowd) {
	for id, x := range c.held {
		e.certs[id].Join(x)
	}
	for id, x := range c.majors {
		e.majors[id].Join(x)
	}
	for id, x := range c.groups {
		e.groups[id].Join(x)
	}
}

// publishedOf publishes how many seekers of all occupations have each code of a list.
func publishedOf(r *cellkey.Release, field string, codes []string, cells []cellkey.Cell) (n []uint32) {
	for i, c := range cells {
		n = append(n, uint32(rule{release: r}.n(c, whoSeek, part{field, codes[i]})))
	}
	return n
}

// offering are the sources that postings come from.
func offering(s *snapshot.Snapshot) []uint16 {
	from, m := make([]bool, len(s.Dict.Sources)), &s.Members.Source
	var buf []uint16
	for at := 0; at < m.Len(); at += stretch {
		buf = m.AppendTo(buf[:0], at, min(at+stretch, m.Len()))
		for _, source := range buf {
			from[source] = true
		}
	}
	return those(from)
}

// those are the positions of what is.
func those(is []bool) []uint16 {
	at := []uint16{}
	for i, yes := range is {
		if yes {
			at = append(at, uint16(i))
		}
	}
	return at
}

// peopleFrom are the sources that people are counted of, in any slice.
func (b *base) peopleFrom(s *snapshot.Snapshot) []ieum.SourceID {
	ids := []ieum.SourceID{}
	for _, i := range b.From {
		ids = append(ids, ieum.SourceID(s.Dict.Sources[i]))
	}
	slices.Sort(ids)
	return ids
}

// demand is what the postings of an occupation ask for.
type demand struct {
	postings, coded int   // all, and those that ask for any competency
	skills, certs   []int // postings, by position in the Dict
}

func countAsked(s *snapshot.Snapshot, o int) *demand {
	a := &demand{skills: make([]int, len(s.Dict.Skills)), certs: make([]int, len(s.Dict.Certificates))}
	x := newPostingRows(&s.Postings)
	for _, in := range s.PostingsOf(o) {
		for from := in.From; from < in.To; from += stretch {
			x.begin(from, min(from+stretch, in.To), func(row int) bool { return !s.PostingGone(row) })
			for _, i := range x.chosen {
				a.postings++
				skills := x.skills.at(int(i))
				if len(skills) > 0 {
					a.coded++
				}
				tallyList(a.skills, skills)
				tallyEither(a.certs, x.required.at(int(i)), x.preferred.at(int(i)))
			}
		}
	}
	return a
}

// most returns the competencies asked for most often, at most topSkills, and in
// how many postings each is.
func (a *demand) most() (ids []uint16, counts []uint32) {
	for _, id := range most(len(a.skills), topSkills, func(id int) int { return a.skills[id] }) {
		ids, counts = append(ids, uint16(id)), append(counts, uint32(a.skills[id]))
	}
	return ids, counts
}

// add adds what was counted of an occupation.
func (b *base) add(o int, a *demand, c *crowd, r rule) {
	b.Postings[o], b.Coded[o] = uint32(a.postings), uint32(a.coded)
	b.People[o], b.Seekers[o] = uint32(r.n(c.people, whoAre, part{})), uint32(r.n(c.seekers, whoSeek, part{}))
	b.Wished[o] = uint32(r.pay(c.wished, part{}, int(b.Seekers[o])).Median.Int())
	b.askedCerts[o] = a.fairly()
	for id, n := range a.skills {
		b.SkillPostings[id] += uint32(n)
	}
	for id, n := range a.certs {
		b.CertPostings[id] += uint32(n)
	}
}
