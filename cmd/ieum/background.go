package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"ieum"
	"ieum/internal/door"
	"ieum/internal/platform/journal"
	"ieum/internal/platform/web"
	"ieum/internal/snapshot"
)

// A task runs beside what is answered, for as long as the program serves. It says
// what it has to do with people as a command does.
type task struct {
	name    string
	holds   web.Holds
	through through
	purpose ieum.PurposeID
	run     func(a *app, ctx context.Context) // returns once ctx ends
}

// schedule returns tasks, all of which say what they hold about people.
func schedule(list ...*task) []*task {
	for _, t := range list {
		mustDeclare("task "+t.name, t.holds, t.through, t.purpose)
	}
	return list
}

// sealing is how often what happened is sealed and put into the ledger, telling how
// often notices that are to be sent are looked for.
const sealing, telling = 100 * time.Millisecond, 5 * time.Second

// tasks are all that runs beside what is answered. Journal and ledger name nobody.
var tasks = schedule(
	&task{name: "move to new snapshots", holds: web.Nothing, run: func(a *app, ctx context.Context) { a.live.Follow(ctx, time.Second) }},
	&task{name: "make the reports of large occupations before anybody asks", holds: web.Nothing, run: func(a *app, ctx context.Context) {
		a.adviser.Follow(ctx, 100*time.Millisecond, failing(ctx, "jobcare: make reports"))
	}},
	&task{name: "seal the journal", holds: web.Nothing, run: func(a *app, ctx context.Context) {
		a.sealer.Run(ctx, sealing, failing(ctx, "journal: seal"))
	}},
	&task{name: "put the journal into the ledger", holds: web.Nothing, run: func(a *app, ctx context.Context) {
		a.ledger.Follow(ctx, sealing, failing(ctx, "ledger"))
	}},
	&task{name: "cut off who was erased", holds: web.Records, through: asSealed, run: func(a *app, ctx context.Context) {
		say := failing(ctx, "door: follow")
		journal.Follow(ctx, a.store.db, time.Second, func(err error) {
			if !door.NotYet(err) {
				say(err)
			}
		}, a.door.Follower())
	}},
	&task{name: "look through what people asked to be told of", holds: web.Records, through: asJob, purpose: jobAlerts, run: (*app).lookThrough},
	&task{name: "hide what employers closed", holds: web.Nothing, run: func(a *app, ctx context.Context) { a.shut(ctx, time.Second) }},
	&task{name: "deliver what employers put up", holds: web.Nothing, run: (*app).deliver},
	&task{name: "leave the database to a newer version", holds: web.Nothing, run: func(a *app, ctx context.Context) {
		a.store.db.Follow(ctx, time.Second, failing(ctx, "database"))
	}},
	&task{name: "send notices", holds: web.Own, run: func(a *app, ctx context.Context) {
		a.registry.Notify(ctx, telling, failing(ctx, "identity: notice"))
	}},
	&task{name: "erase what was kept long enough", holds: web.Records, through: asJob, purpose: safekeeping, run: (*app).tidy},
	&task{name: "expect who was erased in the key store", holds: web.Nothing, run: (*app).expect},
	&task{name: "hide who was erased elsewhere", holds: web.Records, through: asJob, purpose: safekeeping, run: func(a *app, ctx context.Context) {
		a.hideElsewhere(ctx, a.erased)
	}},
)

// failing writes failures of a task to the log.
func failing(ctx context.Context, what string) func(error) {
	return func(err error) { slog.ErrorContext(ctx, what, "err", err) }
}

// follow runs the tasks until ctx ends.
func (a *app) follow(ctx context.Context) {
	var all sync.WaitGroup
	for _, t := range tasks {
		all.Go(func() { t.run(a, ctx) })
	}
	all.Wait()
}

// tidying is how often what is kept for a time only is looked for.
const tidying = time.Hour

// tidy erases what was kept long enough, at once and then so often until ctx
// ends. While something is taken in it waits for the next time.
func (a *app) tidy(ctx context.Context) {
	every := time.NewTicker(tidying)
	defer every.Stop()
	for {
		if err := a.expire(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "catalogue: erase what was kept long enough", "err", err)
		}
		if err := a.forget(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "snapshot: remove who was erased", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// expire takes build.lock only when there is something to erase, so that it is in
// nobody's way.
func (a *app) expire(ctx context.Context) error {
	if due, err := a.store.catalogue.Due(ctx); err != nil || !due {
		return err
	}
	unlock, err := lockBuild(a.data)
	if errors.Is(err, ieum.ErrConflict) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unlock()
	return a.store.catalogue.Expire(ctx)
}

// forget hides whom a restore brought back, and removes the snapshots that are not
// in use and hold rows of people who were erased.
func (a *app) forget(ctx context.Context) error {
	if err := a.store.hide(ctx, a.set, a.now()); err != nil {
		return err
	}
	h, err := snapshot.ReadHidden(a.data)
	if err != nil || len(h.Rows) == 0 {
		return err
	}
	unlock, err := lockBuild(a.data)
	if errors.Is(err, ieum.ErrConflict) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unlock()
	overdue, err := snapshot.DropHidden(a.data, a.now())
	if overdue > 0 {
		slog.WarnContext(ctx, "snapshot: people who were erased more than a day ago are still in the one in use; build it anew, whole, with: ieum build", "rows", overdue)
	}
	return err
}

// hiding is how often it is looked whether somebody was erased.
const hiding = time.Second / 4

// hidingAgain is how long after a failure it is tried again: what cannot be read now may
// take minutes to be looked through.
const hidingAgain = time.Minute

// expect lets the key store open nothing while the journal speaks of an erasure that it
// does not know of, until ctx ends: of one into a copy of the store, which a command with
// another IEUM_KEYS took, or after an older file was put back.
func (a *app) expect(ctx context.Context) {
	every := time.NewTicker(hiding)
	defer every.Stop()
	var through int64
	var told error
	for {
		erased, last, err := journal.SubjectsAfter(ctx, a.store.db, through, erasures...)
		if err == nil { // what the database cannot tell now it tells later
			through, err = last, a.store.keys.Expect(erased)
		}
		if ctx.Err() == nil && fmt.Sprint(err) != fmt.Sprint(told) {
			if told = err; err != nil {
				slog.ErrorContext(ctx, "keys: compare with the database", "err", err)
			} else {
				slog.InfoContext(ctx, "keys: what is kept of people opens again")
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// hideElsewhere hides whom a server or command with another data folder erased, of
// which nothing but the key store tells here, until ctx ends; done is how many
// were erased before. Who erases hides as well, so it lets a quarter of a second pass.
// Where the file that says who is hidden became another, as by a copy of an older one, it
// looks whether that is so. What failed is tried again later.
func (a *app) hideElsewhere(ctx context.Context, done int) {
	every := time.NewTicker(hiding)
	defer every.Stop()
	file := snapshot.HiddenWatch{Data: a.data}
	failed := time.Time{}
	for before := done; ; {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		erased := len(a.store.keys.Erased())
		if file.Changed() || erased == before && erased != done || !failed.IsZero() && time.Since(failed) > hidingAgain {
			failed = time.Time{}
			if err := a.store.hide(ctx, a.set, a.now()); err != nil && ctx.Err() == nil {
				slog.ErrorContext(ctx, "catalogue: hide who was erased", "err", err)
				failed = time.Now()
				file.Changed() // what this wrote is not tried at once
			}
			done = erased
		}
		before = erased
	}
}
