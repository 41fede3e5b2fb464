package match

import (
	"context"
	"errors"
	"fmt"
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
	Count     []uint32 // one number: how many there are
}

// sought is the list of those who seek an occupation, or seek none and worked in it; of 0
// those of no known work. worked is the list of those who worked in it and seek another.
func sought(o int) int { return 2 * o }
func worked(o int) int { return 2*o + 1 }

const seekersFile = "seekers.col"

// writeSeekers makes the lists of a layer: résumés are counted, and then put where they
// belong.
func writeSeekers(ctx context.Context, s *snapshot.Snapshot, dir string) error {
	occupations, certificates := len(s.Dict.Occupations), len(s.Dict.Certificates)
	t := resumeLists{WorkStart: make([]uint32, 2*occupations+1), HeldStart: make([]uint32, certificates+1), Count: []uint32{0}}
	err := eachSeeker(ctx, s, func(_ uint32, work []int, held []uint16) {
		t.Count[0]++
		for _, l := range work {
			t.WorkStart[l+1]++
		}
		for _, c := range held {
			t.HeldStart[c+1]++
		}
	})
	if err != nil {
		return err
	}
	for _, start := range [][]uint32{t.WorkStart, t.HeldStart} {
		for i := 1; i < len(start); i++ {
			start[i] += start[i-1]
		}
	}
	t.Work, t.Held = make([]uint32, t.WorkStart[2*occupations]), make([]uint32, t.HeldStart[certificates])
	work, held := slices.Clone(t.WorkStart), slices.Clone(t.HeldStart)
	err = eachSeeker(ctx, s, func(row uint32, in []int, has []uint16) {
		for _, l := range in {
			t.Work[work[l]] = row
			work[l]++
		}
		for _, c := range has {
			t.Held[held[c]] = row
			held[c]++
		}
	})
	if err != nil {
		return err
	}
	return snapshot.WriteTable(filepath.Join(dir, seekersFile), &t)
}

// eachSeeker calls f for each résumé of somebody who looks for work, with its lists by work
// and its certificates, each once. What f is given is valid during the call.
func eachSeeker(ctx context.Context, s *snapshot.Snapshot, f func(row uint32, work []int, held []uint16)) error {
	const piece = 8192
	r := &s.Resumes
	var flags []uint8
	var occupations, wishes, careers, certs []uint16
	var wished, spells, holds []uint32
	var lists []int
	for from := 0; from < r.Person.Len(); from += piece {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		to := min(from+piece, r.Person.Len())
		flags, occupations = r.Flags.AppendTo(flags[:0], from, to), r.Occupation.AppendTo(occupations[:0], from, to)
		wished, wishes = r.Wishes.AppendTo(wished[:0], wishes[:0], from, to)
		spells, careers = r.CareerOcc.AppendTo(spells[:0], careers[:0], from, to)
		holds, certs = r.Certificates.AppendTo(holds[:0], certs[:0], from, to)
		wish, done, held := wishes, careers, certs
		for i, flag := range flags {
			if flag&snapshot.Active > 0 {
				lists = workLists(lists[:0], occupations[i], wish[:wished[i]], done[:spells[i]])
				own := held[:holds[i]]
				slices.Sort(own)
				f(uint32(from+i), lists, slices.Compact(own))
			}
			wish, done, held = wish[wished[i]:], done[spells[i]:], held[holds[i]:]
		}
	}
	return nil
}

// workLists are the lists by work in which somebody stands, as side.nearness weighs it.
func workLists(to []int, occupation uint16, wishes, careers []uint16) []int {
	list := sought
	for _, o := range wishes {
		to, list = append(to, sought(int(o))), worked
	}
	if occupation > 0 {
		to = append(to, list(int(occupation)))
	}
	for _, o := range careers {
		if o > 0 {
			to = append(to, list(int(o)))
		}
	}
	if len(to) == 0 {
		to = append(to, sought(0))
	}
	slices.Sort(to)
	return slices.Compact(to)
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
		if len(one.WorkStart) != 2*len(s.Dict.Occupations)+1 || len(one.HeldStart) != len(s.Dict.Certificates)+1 || len(one.Count) != 1 {
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
	from int // the layer's first row in the snapshot
	rows []uint32
}

// work returns a list by work, of each layer.
func (l *seekers) work(of int) (out []rowList) {
	for i := range l.layers {
		t := &l.layers[i]
		out = append(out, rowList{t.from, t.Work[t.WorkStart[of]:t.WorkStart[of+1]]})
	}
	return out
}

// heldBy returns those who hold one of some certificates, of each layer; some twice.
func (l *seekers) heldBy(certs []uint16) (out []rowList) {
	for i := range l.layers {
		t := &l.layers[i]
		for _, c := range certs {
			out = append(out, rowList{t.from, t.Held[t.HeldStart[c]:t.HeldStart[c+1]]})
		}
	}
	return out
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
