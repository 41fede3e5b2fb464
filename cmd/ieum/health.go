package main

import (
	"context"
	"net/http"
	"time"

	"ieum/internal/platform/web"
)

// checkWait is how long a probe waits for the database.
const checkWait = 2 * time.Second

// healthRoutes serves what a supervisor on this machine asks: whether the
// process lives, and whether it can answer.
func (a *app) healthRoutes(mux *web.Mux) {
	mux.Page("GET /healthz", web.Nothing, web.Loopback(func(w http.ResponseWriter, _ *http.Request) error {
		return web.JSON(w, http.StatusOK, map[string]string{"status": "alive"})
	}))
	mux.Page("GET /readyz", web.Nothing, web.Loopback(func(w http.ResponseWriter, r *http.Request) error {
		status, is := http.StatusOK, a.readiness(r.Context())
		if !is.Ready {
			status = http.StatusServiceUnavailable
		}
		return web.JSON(w, status, is)
	}))
}

// A Readiness is what /readyz answers.
type Readiness struct {
	Ready    bool   `json:"ready"`             // nothing is missing
	Snapshot string `json:"snapshot"`          // "ok", or why there is none
	Database string `json:"database"`          // "ok", or why it does not answer
	Keys     string `json:"keys"`              // "ok", or why what is kept of people does not open
	Version  string `json:"version,omitempty"` // of the snapshot in use
}

// readiness says whether a snapshot is open, the database answers and the key store is in
// order.
func (a *app) readiness(ctx context.Context) Readiness {
	is := Readiness{Ready: true, Snapshot: "ok", Database: "ok", Keys: "ok"}
	if meta, err := metaOf(a.live); err != nil {
		is.Ready, is.Snapshot = false, sentence(err).Error()
	} else {
		is.Version = meta.Version
	}
	if err := a.store.keys.Expect(nil); err != nil {
		is.Ready, is.Keys = false, sentence(err).Error()
	}
	ctx, cancel := context.WithTimeout(ctx, checkWait)
	defer cancel()
	if err := a.store.db.Ping(ctx); err != nil {
		is.Ready, is.Database = false, sentence(err).Error()
	}
	return is
}
