package match

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"ieum/internal/snapshot"
)

// A resumeLists table names, of one layer of a snapshot, the résumés of people who look for
// work by what tells most of whom a posting is for. Rows are of the layer, in order.
type resumeLists struct {
	WorkStart []uint32 // where each list of Work begins, and where the last ends; see sought and worked
	Work      []uint32
	HeldStart []uint32 // by certificate
	Held      []uint32
	CanStart  []uint32 // by competency
	Can       []uint32
	Works     []uint64 // by row, of who looks for work: lists of Work they stand in, four of 16 bits
	Wishes    []uint64 // by row: regions they would work in, four of 16 bits
	Skills    []uint64 // by row: a bit for each competency, see bit
	Count     []uint32 // one number: how many there are
}

// pack packs up to four codes above 0, the first lowest; of more than four, or of none, it
// says so.
func pack(codes []uint16) (packed uint64) {
	if len(codes) > 4 {
		return manyCodes
	}
	for i, c := range codes {
		packed |= uint64(c) << (16 * i)
	}
	return packed
}

// bit is that of a competency among 64; several share one.
func bit(skill uint16) uint64 { return 1 << (skill % 64) }

// manyCodes stands for codes that do not fit: no code is as high as its first.
const manyCodes = math.MaxUint64

// sought is the list of those who seek an occupation, or seek none and worked in it; of 0
// those of no known work. worked is the list of those who worked in it and seek another.
func sought(o int) int { return 2 * o }
func worked(o int) int { return 2*o + 1 }

const seekersFile = "seekers.col"

// writeSeekers makes the lists of a layer: résumés are counted, and then put where they
// belong.
func writeSeekers(ctx context.Context, s *snapshot.Snapshot, dir string) error {
	t := resumeLists{WorkStart: make([]uint32, 2*len(s.Dict.Occupations)+1), HeldStart: make([]uint32, len(s.Dict.Certificates)+1), CanStart: make([]uint32, len(s.Dict.Skills)+1), Count: []uint32{0}}
	starts := [...][]uint32{t.WorkStart, t.HeldStart, t.CanStart}
	rows := s.Resumes.Person.Len()
	t.Works, t.Wishes, t.Skills = make([]uint64, rows), make([]uint64, rows), make([]uint64, rows)
	var regions [16]uint16
	err := eachSeeker(ctx, s, func(row uint32, in [3][]uint16) {
		t.Count[0]++
		t.Works[row], t.Wishes[row] = pack(in[0]), pack(s.Resumes.WishRegions.At(int(row), regions[:]))
		for _, id := range in[2] {
			t.Skills[row] |= bit(id)
		}
		for kind, lists := range in {
			for _, l := range lists {
				starts[kind][l+1]++
			}
		}
	})
	if err != nil {
		return err
	}
	var in, next [3][]uint32
	for kind, start := range starts {
		for i := 1; i < len(start); i++ {
			start[i] += start[i-1]
		}
		in[kind], next[kind] = make([]uint32, start[len(start)-1]), slices.Clone(start)
	}
	err = eachSeeker(ctx, s, func(row uint32, of [3][]uint16) {
		for kind, lists := range of {
			for _, l := range lists {
				in[kind][next[kind][l]] = row
				next[kind][l]++
			}
		}
	})
	if err != nil {
		return err
	}
	t.Work, t.Held, t.Can = in[0], in[1], in[2]
	return snapshot.WriteTable(filepath.Join(dir, seekersFile), &t)
}

// eachSeeker calls f for each résumé of somebody who looks for work, with its lists by
// work, its certificates and its competencies, each once. What f is given is valid during
// the call.
func eachSeeker(ctx context.Context, s *snapshot.Snapshot, f func(row uint32, in [3][]uint16)) error {
	const piece = 8192
	r := &s.Resumes
	var flags []uint8
	var occupations, work []uint16
	var many [4][]uint32 // of each list how many a résumé has
	var flat [4][]uint16
	for from := 0; from < r.Person.Len(); from += piece {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		to := min(from+piece, r.Person.Len())
		flags, occupations = r.Flags.AppendTo(flags[:0], from, to), r.Occupation.AppendTo(occupations[:0], from, to)
		left := flat
		for k, l := range []*snapshot.Lists[uint16]{&r.Wishes, &r.CareerOcc, &r.Certificates, &r.Skills} {
			many[k], flat[k] = l.AppendTo(many[k][:0], flat[k][:0], from, to)
			left[k] = flat[k]
		}
		for i, flag := range flags {
			var own [4][]uint16
			for k := range own {
				own[k], left[k] = left[k][:many[k][i]], left[k][many[k][i]:]
			}
			if flag&snapshot.Active > 0 {
				work = workLists(work[:0], occupations[i], own[0], own[1])
				f(uint32(from+i), [3][]uint16{work, once(own[2]), once(own[3])})
			}
		}
	}
	return nil
}

// once sorts codes and leaves out those given twice.
func once(codes []uint16) []uint16 {
	slices.Sort(codes)
	return slices.Compact(codes)
}

// workLists are the lists by work in which somebody stands, as side.nearness weighs it.
func workLists(to []uint16, occupation uint16, wishes, careers []uint16) []uint16 {
	list := sought
	for _, o := range wishes {
		to, list = append(to, uint16(sought(int(o)))), worked
	}
	if occupation > 0 {
		to = append(to, uint16(list(int(occupation))))
	}
	for _, o := range careers {
		if o > 0 {
			to = append(to, uint16(list(int(o))))
		}
	}
	if len(to) == 0 {
		to = append(to, uint16(sought(0)))
	}
	return once(to)
}

// seekers are the lists of all layers of a snapshot.
type seekers struct {
	layers []layerLists
	count  int // people's résumés that hold; who was erased since counts until the next snapshot
}

type layerLists struct {
	resumeLists
	from  int // the layer's first row in the snapshot
	table *snapshot.Mapping
}

// openSeekers maps the lists of a snapshot whose part is in dir.
func openSeekers(s *snapshot.Snapshot, dir string) (*seekers, error) {
	all, at := &seekers{}, 0
	layers := s.Layers()
	for i, l := range layers {
		path := filepath.Join(l.Dir, partName, seekersFile)
		if i == len(layers)-1 {
			path = filepath.Join(dir, seekersFile)
		}
		one := layerLists{from: at}
		var err error
		if one.table, err = snapshot.OpenTable(path, &one.resumeLists); err != nil {
			return nil, errors.Join(err, all.Close())
		}
		all.layers = append(all.layers, one)
		if len(one.WorkStart) != 2*len(s.Dict.Occupations)+1 || len(one.HeldStart) != len(s.Dict.Certificates)+1 || len(one.CanStart) != len(s.Dict.Skills)+1 || len(one.Count) != 1 || len(one.Works) != l.Resumes.Person.Len() || len(one.Wishes) != len(one.Works) || len(one.Skills) != len(one.Works) {
			return nil, errors.Join(fmt.Errorf("match: %s is of another snapshot", path), all.Close())
		}
		all.count += int(one.Count[0])
		at += l.Resumes.Person.Len()
	}
	if len(layers) > 1 {
		all.count -= seekersGone(s)
	}
	return all, nil
}

// seekersGone counts those of the base who changed or are gone.
func seekersGone(s *snapshot.Snapshot) (n int) {
	for row := range s.Layers()[0].Resumes.Person.Len() {
		if s.ResumeGone(row) && !s.ResumeHidden(row) && s.Resumes.Flags.At(row)&snapshot.Active > 0 {
			n++
		}
	}
	return n
}

// A rowList is rows of a layer.
type rowList struct {
	*layerLists
	rows []uint32
}

// work returns a list by work, of each layer.
func (l *seekers) work(of int) (out []rowList) {
	for i := range l.layers {
		t := &l.layers[i]
		out = append(out, rowList{t, t.Work[t.WorkStart[of]:t.WorkStart[of+1]]})
	}
	return out
}

// heldBy returns those who hold one of some certificates, of each layer; some twice.
func (l *seekers) heldBy(certs []uint16) (out []rowList) {
	for i := range l.layers {
		t := &l.layers[i]
		for _, c := range certs {
			out = append(out, rowList{t, t.Held[t.HeldStart[c]:t.HeldStart[c+1]]})
		}
	}
	return out
}

// can returns those who have a competency, of each layer, and how many.
func (l *seekers) can(skill uint16) (out []rowList, n int) {
	for i := range l.layers {
		t := &l.layers[i]
		rows := t.Can[t.CanStart[skill]:t.CanStart[skill+1]]
		out, n = append(out, rowList{t, rows}), n+len(rows)
	}
	return out, n
}

// Verify reads the lists and compares their checksums.
func (l *seekers) Verify() (err error) {
	for i := range l.layers {
		err = errors.Join(err, l.layers[i].table.Verify())
	}
	return err
}

// Close unmaps the lists.
func (l *seekers) Close() (err error) {
	for i := range l.layers {
		err = errors.Join(err, l.layers[i].table.Close())
	}
	return err
}

// rarest returns the certificates of what must be held that the fewest people have; nil
// where nothing must.
func (x *index) rarest(list []asked) (certs []uint16) {
	fewest := -1
	for _, a := range list {
		if !a.sure {
			continue
		}
		any := []uint16{a.id}
		if a.law != nil {
			any = a.law.any
		}
		n := 0
		for _, l := range x.seekers.heldBy(any) {
			n += len(l.rows)
		}
		if fewest < 0 || n < fewest {
			certs, fewest = any, n
		}
	}
	return certs
}
