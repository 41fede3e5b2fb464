package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"ieum"
	"ieum/internal/catalogue"
	"ieum/internal/platform/web"
	"ieum/internal/snapshot"
)

var mergesCommand = &command{
	name: "merges", args: "[WHAT]", about: "why rows were put together, and deciding that they are not one",
	holds: web.Records, through: asStaff, purpose: labourMarket,
	setup: func(fs *flag.FlagSet) run {
		var a asked
		fs.StringVar(&a.kind, "kind", "posting", "posting (WHAT is its public number), company (a piece of its name), person (the key of a résumé) or service (the key of one of its rows)")
		fs.BoolVar(&a.apart, "apart", false, "A B: from the next build on the two are not one")
		fs.StringVar(&a.why, "why", "", "with --apart: why not")
		fs.BoolVar(&a.again, "again", false, "A B: withdraw what was decided; the matcher decides again")
		a.by.flags(fs)
		return func(ctx context.Context, e *env, args []string) error {
			a.what = args
			return a.do(ctx, e)
		}
	},
}

// asked is a command line of ieum merges.
type asked struct {
	kind         string
	apart, again bool
	why          string
	what         []string
	by           asking // where the rows are about people
}

// kindsOfMerges are the words for a snapshot.MergeKind.
var kindsOfMerges = map[string]snapshot.MergeKind{"posting": snapshot.MergedPosting, "company": snapshot.MergedCompany, "person": snapshot.MergedPerson, "service": snapshot.MergedService}

func (a *asked) do(ctx context.Context, e *env) error {
	kind := kindsOfMerges[a.kind]
	switch {
	case kind == 0:
		return usagef("merges: --kind is posting, company, person or service")
	case a.apart && a.again:
		return usagef("merges: give either --apart or --again")
	case (a.apart || a.again) && len(a.what) != 2:
		return usagef("merges: --apart and --again take the two numbers that ieum merges WHAT shows")
	case a.apart && strings.TrimSpace(a.why) == "":
		return usagef("merges: say with --why why the two are not one")
	case a.apart || a.again:
		return a.decide(ctx, e, kind)
	case len(a.what) == 0:
		return listDecisions(ctx, e)
	case len(a.what) > 1:
		return usagef("merges takes one posting, company, résumé or service")
	}
	return a.list(ctx, e, kind)
}

// decide keeps two apart from the next build on, or withdraws that.
func (a *asked) decide(ctx context.Context, e *env, kind snapshot.MergeKind) error {
	var pair [2]uint64
	for i, text := range a.what {
		id, ok := snapshot.ParseID(text)
		if !ok {
			return usagef("merges: %q is no number of 16 hexadecimal digits as ieum merges WHAT shows them", text)
		}
		pair[i] = id
	}
	set, err := e.definitions()
	if err != nil {
		return err
	}
	s, err := openStore(ctx, e, set)
	if err != nil {
		return err
	}
	defer s.Close()
	if a.again {
		if err := s.catalogue.Rejoin(ctx, kind, pair[0], pair[1]); err != nil {
			return err
		}
		e.say("Withdrawn: the matcher decides again. It holds from the next ieum build on.")
		return nil
	}
	if err := inSnapshot(e, kind, pair); err != nil {
		return err
	}
	if err := s.catalogue.Unmerge(ctx, kind, pair[0], pair[1], a.why); err != nil {
		return err
	}
	e.say("Noted: the two are not one. It holds from the next ieum build on.")
	return nil
}

// inSnapshot refuses numbers that nothing in the current snapshot has, so that
// a slip of the pen is no decision.
func inSnapshot(e *env, kind snapshot.MergeKind, pair [2]uint64) error {
	s, err := openSnapshot(e)
	if err != nil {
		return err
	}
	defer s.Close()
	known := map[uint64]bool{}
	for i := range s.Merges.Kind.Len() {
		if snapshot.MergeKind(s.Merges.Kind.At(i)) == kind {
			known[s.Merges.A.At(i)], known[s.Merges.B.At(i)] = true, true
		}
	}
	for _, id := range pair {
		if !known[id] {
			return ieum.Errorf(ieum.ErrNotFound, "nothing with the number %s was put together with another; ieum merges WHAT shows what was", snapshot.FormatID(id))
		}
	}
	return nil
}

func openSnapshot(e *env) (*snapshot.Snapshot, error) {
	dir, err := snapshot.Current(e.Data)
	if err != nil {
		return nil, err
	}
	return snapshot.Open(dir)
}

// list prints the evidence on a posting, a company, a résumé or a service. Who of
// staff looks at that on résumés is written down for each of them before.
func (a *asked) list(ctx context.Context, e *env, kind snapshot.MergeKind) error {
	s, err := openSnapshot(e)
	if err != nil {
		return err
	}
	defer s.Close()
	concerns := concerned
	if kind == snapshot.MergedPerson {
		concerns = func(s *snapshot.Snapshot, _ snapshot.MergeKind, key string) (func(i int) bool, error) {
			return a.look(ctx, e, s, key)
		}
	}
	about, err := concerns(s, kind, a.what[0])
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(e.stdout, 0, 8, 2, ' ', 0)
	rows := s.MergesSaid(kind, about)
	for _, i := range rows {
		printMerge(w, s, i)
	}
	if len(rows) == 0 {
		fmt.Fprintln(w, "Nothing was put together here.")
	}
	return w.Flush()
}

// concerned returns which rows of the merges are about what, which is not a person.
func concerned(s *snapshot.Snapshot, kind snapshot.MergeKind, what string) (func(i int) bool, error) {
	among := map[uint64]bool{}
	switch kind {
	case snapshot.MergedCompany:
		named := map[int]bool{}
		s.Merges.Names.Range(0, s.Merges.Names.Len(), func(i int, names []byte) bool {
			if bytes.Contains(names, []byte(what)) {
				named[i] = true
			}
			return true
		})
		return func(i int) bool { return named[i] }, nil
	case snapshot.MergedPosting:
		id, ok := snapshot.ParseID(what)
		row := 0
		if ok {
			row, ok = s.PostingByID(id)
		}
		if !ok {
			return nil, ieum.Errorf(ieum.ErrNotFound, "there is no posting %s; give the number in the address of its page", what)
		}
		for _, m := range s.Postings.Members.At(row, nil) {
			among[s.Members.ID.At(int(m))] = true
		}
	case snapshot.MergedService:
		rows := rowsOfServices(s, what)
		if len(rows) == 0 {
			return nil, ieum.Errorf(ieum.ErrNotFound, "no row that speaks of a service has the key %s; give the key its source has for it", what)
		}
		for _, row := range rows {
			among[s.ItemID(row)] = true
		}
	}
	return both(s, among), nil
}

// both says of a row of the merges that the two it is about are among some.
func both(s *snapshot.Snapshot, among map[uint64]bool) func(i int) bool {
	return func(i int) bool { return among[s.Merges.A.At(i)] && among[s.Merges.B.At(i)] }
}

// look writes down who looks at the résumés beside the one that was named, and
// returns which rows of the merges are about them.
func (a *asked) look(ctx context.Context, e *env, s *snapshot.Snapshot, key string) (func(i int) bool, error) {
	set, err := e.definitions()
	if err != nil {
		return nil, err
	}
	r, err := a.by.open(ctx, e, set)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if err := e.noteSnapshot(ctx, set, s.Meta); err != nil {
		return nil, err
	}
	rows, err := resumesBeside(ctx, r.catalogue, s, key)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, ieum.Errorf(ieum.ErrNotFound, "there is no résumé with the key %s; give the key its source has for it", key)
	}
	among := map[uint64]bool{}
	return both(s, among), r.catalogue.Keys(ctx, s, rows, func(i int, key string) error {
		source := s.Dict.Sources[s.Resumes.Source.At(int(rows[i]))]
		among[catalogue.ResumeNumber(r.keys, ieum.SourceID(source), key)] = true
		there, err := r.look(ctx, e, ieum.SourceID(source), key)
		if err == nil && !there {
			err = ieum.Errorf(ieum.ErrNotFound, "the person of this résumé was erased")
		}
		return err
	})
}

// resumesBeside returns the rows of all résumés of whoever has one under key.
func resumesBeside(ctx context.Context, c *catalogue.Catalogue, s *snapshot.Snapshot, key string) ([]uint32, error) {
	rows, err := c.Keyed(ctx, s, key)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	persons := map[uint32]bool{}
	for _, i := range rows {
		persons[s.Resumes.Person.At(int(i))] = true
	}
	rows = rows[:0]
	for i := range s.Resumes.Person.Len() {
		if persons[s.Resumes.Person.At(i)] && !s.ResumeGone(i) {
			rows = append(rows, uint32(i))
		}
	}
	return rows, nil
}

// rowsOfServices returns the items that speak of a service of which a source
// has a row under key.
func rowsOfServices(s *snapshot.Snapshot, key string) (out []int) {
	s.Items.Key.Range(0, s.Meta.Items, func(i int, k []byte) bool {
		if string(k) == key {
			rows, _ := s.Service(i)
			out = append(out, rows...)
		}
		return true
	})
	return out
}

func printMerge(w io.Writer, s *snapshot.Snapshot, i int) {
	m := &s.Merges
	var agreed []string
	for bit, name := range s.Dict.Agreements {
		if m.Agreed.At(i)&(1<<bit) != 0 {
			agreed = append(agreed, name)
		}
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%.2f\t%s\t%s\n", snapshot.FormatID(m.A.At(i)), snapshot.FormatID(m.B.At(i)), s.Dict.Rules[m.Rule.At(i)],
		float64(m.Score.At(i))/100, strings.Join(agreed, ", "), strings.ReplaceAll(m.Names.At(i), "\t", " = "))
}

// listDecisions prints what people decided.
func listDecisions(ctx context.Context, e *env) error {
	set, err := e.definitions()
	if err != nil {
		return err
	}
	s, err := openStore(ctx, e, set)
	if err != nil {
		return err
	}
	defer s.Close()
	list, err := s.catalogue.Decisions(ctx)
	if err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b catalogue.Decision) int { return a.At.Compare(b.At) })
	w := tabwriter.NewWriter(e.stdout, 0, 8, 2, ' ', 0)
	for _, d := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", d.At.Format(time.DateOnly), wordOf(d.Kind), snapshot.FormatID(d.A), snapshot.FormatID(d.B), d.Why)
	}
	if len(list) == 0 {
		fmt.Fprintln(w, "Nothing was decided. To see why rows were put together, say which: ieum merges --kind service KEY (ieum merges -h)")
	}
	return w.Flush()
}

func wordOf(kind snapshot.MergeKind) string {
	for word, k := range kindsOfMerges {
		if k == kind {
			return word
		}
	}
	return ""
}
