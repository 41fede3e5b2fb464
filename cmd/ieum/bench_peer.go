package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	"ieum/internal/jobcare"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/table"
	"ieum/internal/snapshot"
)

// A peerResume is a résumé as bench/duckdb counts it: codes in place of positions in the
// Dict, and nothing of whom it is about.
type peerResume struct {
	Row          int64    `parquet:"row"`
	Occupation   string   `parquet:"occupation,dict"`
	Person       int64    `parquet:"person"`
	Updated      int32    `parquet:"updated"` // days since 1970
	Active       bool     `parquet:"active"`
	Region       string   `parquet:"region,dict"`
	Born         *int32   `parquet:"born,optional"`
	Sex          string   `parquet:"sex,dict"`
	Education    string   `parquet:"education,dict"`
	Employment   string   `parquet:"employment,dict"`
	Months       *int32   `parquet:"months,optional"`
	Wish         *int64   `parquet:"wish,optional"`
	Certificates []string `parquet:"certificates,dict"`
	Majors       []string `parquet:"majors,dict"`
	Works        []string `parquet:"works,dict"` // occupations of the careers, newest first; "" where it is not known
	Starts       []int32  `parquet:"starts"`     // their first months since 1970; snapshot.Unset where that is not known
}

// A peerPosting is a posting so.
type peerPosting struct {
	Row          int64    `parquet:"row"`
	Occupation   string   `parquet:"occupation,dict"`
	Region       string   `parquet:"region,dict"`
	Education    string   `parquet:"education,dict"`
	Employment   string   `parquet:"employment,dict"`
	Entry        bool     `parquet:"entry"`
	CareerMin    *int32   `parquet:"career_min,optional"`
	CareerMax    *int32   `parquet:"career_max,optional"`
	PayMin       *int64   `parquet:"pay_min,optional"`
	PayMax       *int64   `parquet:"pay_max,optional"`
	Openings     int32    `parquet:"openings"`
	Opened       int32    `parquet:"opened"`
	Deadline     int32    `parquet:"deadline"`
	Closed       int32    `parquet:"closed"`
	Skills       []string `parquet:"skills,dict"`
	Certificates []string `parquet:"certificates,dict"` // asked for or liked
}

// A peerSearch is a search for work so; days are since 1970.
type peerSearch struct {
	Resume int64 `parquet:"resume"` // row
	From   int32 `parquet:"from"`
	Until  int32 `parquet:"until"`
	Hired  int32 `parquet:"hired"` // 0 = no
}

// A peerCandidacy is an application or a hire so.
type peerCandidacy struct {
	Resume  int64 `parquet:"resume"`
	Posting int64 `parquet:"posting"`
	Applied int32 `parquet:"applied"`
	Hired   int32 `parquet:"hired"`
	Pay     int64 `parquet:"pay"`
	Began   int32 `parquet:"began"`
}

// writePeer writes what the peer counts, and what we count of it before counts of people
// are perturbed.
func writePeer(ctx context.Context, m *market, dir string) error {
	s, release, err := m.live.Acquire()
	if err != nil {
		return err
	}
	defer release()
	if err := durable.MkdirAll(dir); err != nil {
		return err
	}
	searches, searchAt := jobcare.Searches(s)
	candidacies, candidacyAt := jobcare.Candidacies(s)
	return errors.Join(
		writeRows(ctx, filepath.Join(dir, "searches.parquet"), searches, func(i int) (peerSearch, bool) {
			x := searchAt(i)
			return peerSearch{int64(x.Resume), int32(x.From), int32(x.Until), int32(x.Hired)}, true
		}),
		writeRows(ctx, filepath.Join(dir, "candidacies.parquet"), candidacies, func(i int) (peerCandidacy, bool) {
			x := candidacyAt(i)
			return peerCandidacy{int64(x.Resume), int64(x.Posting), int32(x.Applied), int32(x.Hired), int64(x.Pay), int32(x.Began)}, true
		}),
		writeRows(ctx, filepath.Join(dir, "resumes.parquet"), s.Resumes.Person.Len(), func(row int) (peerResume, bool) { return resumeRow(s, row), !s.ResumeGone(row) }),
		writeRows(ctx, filepath.Join(dir, "postings.parquet"), s.Postings.ID.Len(), func(row int) (peerPosting, bool) { return postingRow(s, row), !s.PostingGone(row) }),
		writeExact(ctx, filepath.Join(dir, "reports.jsonl"), m),
	)
}

func writeRows[T any](ctx context.Context, path string, n int, row func(int) (T, bool)) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := table.NewStructs[T](f)
	rows := make([]T, 0, 1<<13)
	for i := 0; i < n; {
		rows = rows[:0]
		for ; i < n && len(rows) < cap(rows); i++ {
			if r, there := row(i); there {
				rows = append(rows, r)
			}
		}
		if err := errors.Join(w.Write(rows), ctx.Err()); err != nil {
			return err
		}
	}
	return w.Close()
}

func resumeRow(s *snapshot.Snapshot, i int) peerResume {
	r, d := &s.Resumes, &s.Dict
	return peerResume{
		Row: int64(i), Occupation: d.Occupations[r.Occupation.At(i)], Person: int64(r.Person.At(i)), Updated: r.Updated.At(i), Active: r.Flags.At(i)&snapshot.Active != 0,
		Region: d.Regions[r.Region.At(i)], Born: stated[int32](int64(r.BirthYear.At(i)), 0), Sex: d.Sex[r.Sex.At(i)], Education: d.Education[r.Education.At(i)],
		Employment: d.Employment[r.Employment.At(i)], Months: stated[int32](int64(r.CareerMonths.At(i)), snapshot.Unset), Wish: stated[int64](int64(r.WishPay.At(i)), 0),
		Certificates: named(d.Certificates, r.Certificates.At(i, nil)), Majors: named(d.Majors, r.Majors.At(i, nil)),
		Works: named(d.Occupations, r.CareerOcc.At(i, nil)), Starts: monthsOf(r.CareerStart.At(i, nil)),
	}
}

func postingRow(s *snapshot.Snapshot, i int) peerPosting {
	p, d := &s.Postings, &s.Dict
	return peerPosting{
		Row: int64(i), Occupation: d.Occupations[p.Occupation.At(i)], Region: d.Regions[p.Region.At(i)], Education: d.Education[p.Education.At(i)], Employment: d.Employment[p.Employment.At(i)],
		Entry: p.Flags.At(i)&snapshot.EntryOK != 0, CareerMin: stated[int32](int64(p.CareerMin.At(i)), snapshot.Unset), CareerMax: stated[int32](int64(p.CareerMax.At(i)), snapshot.Unset),
		PayMin: stated[int64](int64(p.PayMin.At(i)), 0), PayMax: stated[int64](int64(p.PayMax.At(i)), 0), Openings: int32(p.Openings.At(i)),
		Opened: p.Opened.At(i), Deadline: p.Deadline.At(i), Closed: p.Closed.At(i),
		Skills: named(d.Skills, p.Skills.At(i, nil)), Certificates: append(named(d.Certificates, p.Required.At(i, nil)), named(d.Certificates, p.Preferred.At(i, nil))...),
	}
}

// stated is a number, or nil where it is the one that says nothing is.
func stated[T int32 | int64](v, unset int64) *T {
	if v == unset {
		return nil
	}
	t := T(v)
	return &t
}

func monthsOf(starts []uint16) []int32 {
	out := []int32{}
	for _, m := range starts {
		out = append(out, int32(m))
	}
	return out
}

func named(dict []string, ids []uint16) []string {
	out := []string{}
	for _, id := range ids {
		out = append(out, dict[id])
	}
	return out
}

func writeExact(ctx context.Context, path string, m *market) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f)
	enc := json.NewEncoder(w)
	for _, code := range unitGroups(m.set) {
		r, err := m.adviser.Exact(jobcare.Query{Occupation: code}, func(snapshot.Meta) error { return nil })
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	return w.Flush()
}
