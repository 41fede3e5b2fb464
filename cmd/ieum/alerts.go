package main

import (
	"context"
	"log/slog"
	"time"

	"ieum"
	"ieum/internal/door"
	"ieum/internal/match"
	"ieum/internal/snapshot"
)

// How many jobs somebody is told of at once, and how many new ones are counted.
const (
	jobsTold   = 10
	newCounted = 100
)

// Follow reads a search as its address has it.
func (a adverts) Follow(search string) (canonical string, name ieum.Text, err error) {
	canonical, name, _, err = a.m.Follow(a.site, search)
	return canonical, name, err
}

// New finds what is new of a search; what only resembles it is not.
func (a adverts) New(ctx context.Context, search string, since ieum.Day) (newest []ieum.Job, n int, err error) {
	_, _, q, err := a.m.Follow(a.site, search)
	if err != nil {
		return nil, 0, err
	}
	q.Limit = newCounted
	found, err := a.m.Search(ctx, q)
	if err != nil || found.Widened != "" {
		return nil, 0, err
	}
	for _, h := range found.Items {
		if h.Opened < since {
			break
		}
		if n++; n <= jobsTold {
			newest = append(newest, jobOf(h.Posting))
		}
	}
	return newest, n, nil
}

// jobOf is a posting as it is told of.
func jobOf(p match.Posting) ieum.Job {
	j := ieum.Job{ID: p.ID, Title: p.Title, Company: p.Company, Occupation: p.Occupation, Region: p.Region, Opened: p.Opened, Deadline: p.Deadline, Sign: p.Sign, Simulated: p.Simulated}
	if p.Pay != nil {
		j.PayMin, j.PayMax, j.PayBasis = p.Pay.Least, p.Pay.Most, p.Pay.Basis
	}
	return j
}

// Share finds the jobs that fit each of many people.
func (a adverts) Share(ctx context.Context, people []ieum.Resume) (door.Shared, error) {
	profiles := make([]ieum.Profile, len(people))
	for i, r := range people {
		profiles[i] = a.reader.Read(r)
	}
	s, err := a.m.Share(ctx, profiles, jobsTold)
	if err != nil {
		return door.Shared{}, err
	}
	out := door.Shared{Lists: make([][]string, len(people)), Moved: s.Moved, Model: s.Model, Snapshot: s.Snapshot}
	for i, list := range s.Lists {
		for _, j := range list {
			out.Lists[i] = append(out.Lists[i], j.ID)
		}
	}
	return out, nil
}

// mostWork is in how many occupations that somebody has done the newest jobs are looked for.
const mostWork = 3

// Latest finds the newest jobs by occupation and place alone; in what somebody wants to do, or
// else has done most likely. Of whom neither is known there is nothing to go by.
func (a adverts) Latest(ctx context.Context, of ieum.Resume) (ids []string, err error) {
	p := a.reader.Read(of)
	q := match.Search{Regions: p.Resume.Wish.Regions, Occupation: p.Resume.Wish.Occupations, Sort: "newest", Limit: newCounted}
	for i := 0; len(p.Resume.Wish.Occupations) == 0 && i < min(mostWork, len(p.Occupations)); i++ {
		q.Occupation = append(q.Occupation, p.Occupations[i].Code)
	}
	if len(q.Occupation) == 0 {
		return nil, nil
	}
	found, err := a.m.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, h := range found.Items {
		ids = append(ids, h.ID)
	}
	fit, err := a.Among(ctx, of, ids) // one may have a licence too few
	ids = ids[:0]
	for _, j := range fit[:min(jobsTold, len(fit))] {
		ids = append(ids, j.ID)
	}
	return ids, err
}

// Among finds which jobs fit somebody still.
func (a adverts) Among(ctx context.Context, of ieum.Resume, jobs []string) ([]ieum.Job, error) {
	return a.m.Among(ctx, a.reader.Read(of), jobs)
}

// Alerts are looked through from this hour on, in Seoul, and it is looked so often whether they were.
const (
	alertHour  = 4
	alertEvery = 5 * time.Minute
)

// lookThrough looks through what people asked to be told of, once a day, until ctx ends. Of two
// servers on one database the one does it that numbers what happens.
func (a *app) lookThrough(ctx context.Context) {
	for ok := true; ok; ok = wait(ctx, alertEvery) {
		if a.now().In(ieum.Seoul).Hour() < alertHour {
			continue
		}
		if err := a.night(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "door: look through alerts", "err", err)
		}
	}
}

// night looks through alerts where that is due, and there is something to look through.
func (a *app) night(ctx context.Context) error {
	if leads, err := a.sealer.Leads(ctx); err != nil || !leads {
		return err
	}
	if _, err := snapshot.Current(a.data); err != nil {
		return nil // before the first build
	}
	n, ran, err := a.door.LookThrough(ctx, a.registry.TellOfJobs)
	if ran {
		slog.InfoContext(ctx, "door: looked through alerts", "day", n.Day.String(), "people", n.People, "alerts", n.Alerts, "new", n.New, "mails", n.Mails, "moved", n.Moved)
	}
	return err
}
