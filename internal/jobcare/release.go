package jobcare

import (
	"crypto/sha256"
	"encoding/binary"
	"runtime"
	"sync"

	"ieum/internal/jobcare/cellkey"
	"ieum/internal/snapshot"
)

// begin draws the secret of what is published, by all that people are counted by, the year
// that makes an age of a birth among it, and their record keys, in any order: it is another once anybody comes, goes or is told otherwise of,
// so that all numbers are others then, and not those alone that this person is in. It says
// which sources the people come from, too.
func (b *base) begin(s *snapshot.Snapshot) {
	rows, searched := s.Resumes.Person.Len(), b.past.searched(s.Resumes.Person.Len())
	parts := make([]told, runtime.GOMAXPROCS(0))
	var wait sync.WaitGroup
	for i := range parts {
		wait.Go(func() { parts[i].people(s, b.Speaks, searched, i*rows/len(parts), (i+1)*rows/len(parts)) })
	}
	wait.Wait()
	from, all := make([]bool, len(s.Dict.Sources)), told{}
	all.add(binary.LittleEndian.AppendUint16(nil, uint16(agesBy(s))))
	all.past(s, b.past)
	for _, part := range parts {
		all.sum[0] += part.sum[0]
		all.sum[1] += part.sum[1]
		for source, is := range part.from {
			from[source] = from[source] || is
		}
	}
	b.Release, b.From, b.Offering = all.sum[:], those(from), offering(s)
}

func (b *base) release() cellkey.Release {
	var buf []byte
	for _, v := range b.Release {
		buf = binary.LittleEndian.AppendUint64(buf, v)
	}
	return sha256.Sum256(buf)
}

// told is the sum of what is told of people, and the sources of those who speak.
type told struct {
	sum  [2]uint64
	from []bool
}

func (t *told) add(what []byte) {
	sum := sha256.Sum256(what)
	t.sum[0] += binary.LittleEndian.Uint64(sum[:])
	t.sum[1] += binary.LittleEndian.Uint64(sum[8:])
}

// people adds the résumés in the rows from from to below to. Those that are gone count only
// where a search is recorded of them.
func (t *told) people(s *snapshot.Snapshot, speaks, searched []uint64, from, to int) {
	r, x := &s.Resumes, newResumeRows(&s.Resumes)
	var occupation column[uint16]
	var paid column[uint32]
	var updated column[int32]
	var careers, starts, ends, skills lists
	of(&x.stretches, &occupation, &r.Occupation)
	of(&x.stretches, &paid, &r.LastPay)
	of(&x.stretches, &updated, &r.Updated)
	x.list(&careers, &r.CareerOcc)
	x.list(&starts, &r.CareerStart)
	x.list(&ends, &r.CareerEnd)
	x.list(&skills, &r.Skills)
	is := func(bits []uint64, row int) bool { return bits[row/64]>>(row%64)&1 == 1 }
	t.from = make([]bool, len(s.Dict.Sources))
	var row []byte
	for at := from; at < to; at += stretch {
		x.begin(at, min(at+stretch, to), func(row int) bool { return !s.ResumeGone(row) || is(searched, row) })
		for _, c := range x.chosen {
			i := int(c)
			if is(speaks, at+i) {
				t.from[r.Source.At(at+i)] = true
			}
			row = append(row[:0], x.sex.at(i), x.education.at(i), x.employment.at(i), x.flags.at(i))
			for _, n := range [...]uint32{x.wish.at(i), paid.at(i), uint32(updated.at(i))} {
				row = binary.LittleEndian.AppendUint32(row, n)
			}
			for _, n := range [...]uint16{x.key.at(i), occupation.at(i), x.born.at(i), x.region.at(i), x.months.at(i)} {
				row = binary.LittleEndian.AppendUint16(row, n)
			}
			for _, list := range [...][]uint16{x.certs.at(i), x.majors.at(i), x.groups.at(i), careers.at(i), starts.at(i), ends.at(i), skills.at(i)} {
				for _, n := range list {
					row = binary.LittleEndian.AppendUint16(row, n)
				}
				row = append(row, byte(len(list)))
			}
			t.add(row)
		}
	}
}

// past adds searches and candidacies, with the record keys of whose they are and what they
// are counted by of a posting or course.
func (t *told) past(s *snapshot.Snapshot, p *past) {
	var row []byte
	say := func(key uint16, numbers ...uint32) {
		row = binary.LittleEndian.AppendUint16(row[:0], key)
		for _, n := range numbers {
			row = binary.LittleEndian.AppendUint32(row, n)
		}
	}
	x, c, key, courses := &p.searches, &p.candidacies, &s.Resumes.Key, coursesOf(s)
	for i := range x.Resume.Len() {
		say(key.At(int(x.Resume.At(i))), uint32(x.From.At(i)), uint32(x.To.At(i)), uint32(x.Last.At(i)), uint32(x.End.At(i)),
			uint32(x.Counselled.At(i)), x.Course.At(i), uint32(x.Certificate.At(i)), uint32(x.Referred.At(i)), uint32(x.Taken.At(i)), uint32(x.Aptitude.At(i)), uint32(x.Motivation.At(i)))
		if course := x.Course.At(i); course > 0 {
			for _, o := range courses[course-1].leads {
				row = binary.LittleEndian.AppendUint16(row, o)
			}
		}
		t.add(row)
	}
	o := &s.Postings
	for i := range c.Resume.Len() {
		at, began := int(c.Posting.At(i)), int32(0)
		if search := c.Search.At(i); search > 0 {
			began = x.From.At(int(search) - 1)
		}
		id := o.ID.At(at)
		say(key.At(int(c.Resume.At(i))), uint32(id>>32), uint32(id), uint32(c.Applied.At(i)), uint32(c.Answered.At(i)), uint32(c.Offered.At(i)), uint32(c.Hired.At(i)), c.Pay.At(i), uint32(began),
			uint32(o.Occupation.At(at)), uint32(o.Region.At(at)), uint32(o.Industry.At(at)), s.Companies.Employees.At(int(o.Company.At(at))),
			uint32(o.Education.At(at)), uint32(o.CareerMin.At(at)), o.PayMin.At(at), o.PayMax.At(at))
		t.add(row)
	}
}
