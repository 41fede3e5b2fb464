package main

import (
	"context"
	"net/http"
	"time"

	"ieum/internal/jobcare"
	"ieum/internal/match"
	"ieum/internal/platform/web"
	"ieum/internal/snapshot"
)

// app is the whole platform, wired. This is the one place that knows all the
// domains; read it top to bottom to see who needs whom.
type app struct {
	handler http.Handler
	live    *snapshot.Live
	matcher *match.Matcher
	adviser *jobcare.Adviser
}

func newApp(ctx context.Context, e *env) (*app, error) {
	set, err := e.definitions()
	if err != nil {
		return nil, err
	}
	live := snapshot.NewLive(e.Data, jobcare.Part())
	if _, err := live.Refresh(); err != nil {
		return nil, err
	}
	a := &app{live: live}

	// The domains, each after those it needs.
	a.matcher = match.New(live, set, nil, e.now)
	a.adviser = jobcare.New(live, set, nil, a.matcher, e.now)

	// The pages and the API.
	site := web.NewSite(set, e.now, a.simulated)
	mux := web.NewMux(site)
	homeRoutes(site, mux, live)
	a.adviser.Routes(site, mux)
	a.handler = mux
	return a, nil
}

// simulated says whether what is served holds rows that were made up.
func (a *app) simulated() bool {
	s, release, err := a.live.Acquire()
	if err != nil {
		return false
	}
	defer release()
	return s.Meta.Simulated
}

// follow moves to new snapshots until ctx ends.
func (a *app) follow(ctx context.Context) { a.live.Follow(ctx, time.Second) }

// Close gives back what the app holds.
func (a *app) Close() { a.live.Close() }

func bringDemo(ctx context.Context, e *env) error { return nil }
