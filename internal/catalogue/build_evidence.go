package catalogue

import (
	"cmp"
	"slices"

	"ieum/internal/catalogue/master"
	"ieum/internal/snapshot"
)

// evidence gathers the merges of all kinds.
type evidence struct{ list []proof }

type proof struct {
	a, b   uint64
	names  string
	agreed master.Agreed
	kind   snapshot.MergeKind
	rule   master.Rule
	score  uint8 // per cent
}

// add adds the merges of rows with these ids.
func (e *evidence) add(kind snapshot.MergeKind, ids []uint64, r master.Result) {
	e.list = slices.Grow(e.list, len(r.Merges))
	for _, m := range r.Merges {
		e.one(kind, ids[m.A], ids[m.B], "", m)
	}
}

func (e *evidence) one(kind snapshot.MergeKind, a, b uint64, names string, m master.Merge) {
	e.list = append(e.list, proof{min(a, b), max(a, b), names, m.Agreed, kind, m.Rule, uint8(m.Score*100 + 0.5)})
}

// services keeps with each merge how the two are called.
func (e *evidence) services(ids []uint64, in []master.Service, r master.Result) {
	for _, m := range r.Merges {
		x, y := m.A, m.B
		if ids[x] > ids[y] {
			x, y = y, x
		}
		names := ""
		if in[x].Title+in[y].Title != "" {
			names = in[x].Title + "\t" + in[y].Title
		}
		e.one(snapshot.MergedService, ids[x], ids[y], names, m)
	}
}

// companies leaves out what is written alike: there is nothing to undo.
func (e *evidence) companies(in []master.Company, r master.Result) {
	for _, m := range r.Merges {
		a, b := companyID(in[m.A]), companyID(in[m.B])
		x, y := m.A, m.B
		if a == b {
			continue
		}
		if a > b {
			x, y = y, x
		}
		e.one(snapshot.MergedCompany, a, b, in[x].Name+"\t"+in[y].Name, m)
	}
}

// companyID is the number of a way to write a company, in evidence and in
// decisions.
func companyID(c master.Company) uint64 {
	return snapshot.RowID(c.Name, master.CleanNumber(c.Number))
}

// sorted lays the evidence out as a table, and lets go of it.
func (e *evidence) sorted() (t snapshot.Merges) {
	slices.SortFunc(e.list, func(x, y proof) int {
		return cmp.Or(cmp.Compare(x.kind, y.kind), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b), cmp.Compare(x.rule, y.rule))
	})
	for _, p := range e.list {
		t.Kind.Add(uint8(p.kind))
		t.A.Add(p.a)
		t.B.Add(p.b)
		t.Rule.Add(uint8(p.rule))
		t.Agreed.Add(uint32(p.agreed))
		t.Score.Add(p.score)
		t.Names.Add(p.names)
	}
	e.list = nil
	return t
}

// decisions are the pairs that people said are two things.
type decisions struct{ list []Decision }

// rows returns the decided pairs of a kind as rows of ids.
func (d *decisions) rows(kind snapshot.MergeKind, ids []uint64) [][2]uint32 {
	return d.rowsBy(kind, len(ids), func(row uint32) uint64 { return ids[row] })
}

// rowsBy is rows for ids that are made when they are asked for.
func (d *decisions) rowsBy(kind snapshot.MergeKind, n int, id func(uint32) uint64) (out [][2]uint32) {
	wanted := map[uint64][]uint32{}
	for _, x := range d.list {
		if x.Kind == kind {
			wanted[x.A], wanted[x.B] = nil, nil
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	for row := range uint32(n) {
		if at := id(row); hasKey(wanted, at) {
			wanted[at] = append(wanted[at], row)
		}
	}
	for _, x := range d.list {
		if x.Kind != kind {
			continue
		}
		for _, a := range wanted[x.A] {
			for _, b := range wanted[x.B] {
				out = append(out, [2]uint32{a, b})
			}
		}
	}
	return out
}

func hasKey[K comparable, V any](m map[K]V, k K) bool { _, ok := m[k]; return ok }

func (d *decisions) companies(in []master.Company) [][2]uint32 {
	return d.rowsBy(snapshot.MergedCompany, len(in), func(row uint32) uint64 { return companyID(in[row]) })
}
