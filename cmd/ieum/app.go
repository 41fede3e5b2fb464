package main

import (
	"context"
	"net/http"
	"time"

	"ieum/internal/snapshot"
)

// app is the whole platform, wired. This is the one place that knows all the
// domains; read it top to bottom to see who needs whom.
type app struct {
	handler http.Handler
	live    *snapshot.Live
}

func newApp(ctx context.Context, e *env) (*app, error) {
	live := snapshot.NewLive(e.Data)
	if _, err := live.Refresh(); err != nil {
		return nil, err
	}
	return &app{handler: http.NotFoundHandler(), live: live}, nil
}

// follow moves to new snapshots until ctx ends.
func (a *app) follow(ctx context.Context) { a.live.Follow(ctx, time.Second) }

// Close gives back what the app holds.
func (a *app) Close() { a.live.Close() }

func bringDemo(ctx context.Context, e *env) error { return nil }
