package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"log"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"time"

	"ieum"
	"ieum/internal/platform/web"
	"ieum/internal/simulate"
)

var serveCommand = &command{
	name: "serve", about: "run the service; an empty folder will do",
	holds: web.Records, through: byRoutes, begins: true,
	setup: func(fs *flag.FlagSet) run {
		demo := fs.Bool("demo", false, "bring simulated people and postings first, if there are no data")
		listen := fs.String("listen", "", "the address to serve on (default localhost:8080)")
		cert := fs.String("tls-cert", "", "serve over TLS with the certificate chain in this PEM file; read anew when it changes")
		key := fs.String("tls-key", "", "the PEM file of its key")
		return func(ctx context.Context, e *env, args []string) error {
			if len(args) > 0 {
				return usagef("serve takes no arguments")
			}
			if *listen != "" {
				e.Listen = *listen
			}
			secure, err := e.secured(ctx, *cert, *key)
			if err != nil {
				return err
			}
			return serve(ctx, e, *demo, secure)
		}
	},
}

// serve runs the platform until ctx ends, over TLS when secure is not nil.
func serve(ctx context.Context, e *env, demo bool, secure *tls.Config) error {
	unlock, err := lock(e.Data, "serve.lock", "another ieum serve is running on this folder; stop it, or give this one another folder with --data DIR")
	if err != nil {
		return err
	}
	defer unlock()
	ln, err := net.Listen("tcp", e.Listen)
	if err != nil {
		return listenFault(e.Listen, err)
	}
	defer ln.Close()
	if demo {
		if err := bringDemo(ctx, e, simulate.Default()); err != nil {
			return err
		}
	}
	e.demo = demo
	done, err := e.hashApart()
	if err != nil {
		return err
	}
	defer done()
	a, err := newApp(ctx, e)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.demoAccounts(ctx, e, ln.Addr().String()); err != nil {
		return err
	}
	return a.serve(ctx, e, ln, secure)
}

// listenFault says why an address cannot be served on and what to do.
func listenFault(address string, err error) error {
	_, wrong := errors.AsType[*net.AddrError](err)
	switch {
	case wrong:
		return usagef("%q is no address to serve on; give a name and a port, such as --listen localhost:8080", address)
	case errors.Is(err, syscall.EADDRINUSE):
		return ieum.Errorf(ieum.ErrConflict, "%s is in use by another program; choose another address with --listen localhost:8081", address)
	case errors.Is(err, syscall.EACCES):
		return ieum.Errorf(ieum.ErrDenied, "this user may not serve on %s, for ports below 1024 are the system's; choose another with --listen localhost:8080", address)
	}
	return ieum.Errorf(ieum.ErrInvalid, "%s is no address of this machine; give one such as --listen localhost:8080", address)
}

// newServer is a server that no client can hold up.
func newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(unnamed{}, "", 0),
	}
}

// unnamed writes what net/http says to the log, without the addresses of
// visitors, which it puts into failures of their connections.
type unnamed struct{}

var visitor = regexp.MustCompile(`\b(from|serving) \S+:\d+`)

func (unnamed) Write(line []byte) (int, error) {
	slog.Warn(strings.TrimSpace(visitor.ReplaceAllString(string(line), "$1 a visitor")))
	return len(line), nil
}

// serve answers requests until ctx ends, then lets those under way finish.
func (a *app) serve(ctx context.Context, e *env, ln net.Listener, secure *tls.Config) error {
	s := newServer(a.handler)
	done := make(chan struct{})
	context.AfterFunc(ctx, func() {
		defer close(done)
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		s.Shutdown(late)
	})
	followed := make(chan struct{})
	go func() { defer close(followed); a.follow(ctx) }()
	var err error
	if secure != nil {
		s.TLSConfig = secure
		e.say("Ieum serves on https://%s", ln.Addr())
		err = s.ServeTLS(ln, "", "")
	} else {
		e.say("Ieum serves on http://%s", ln.Addr())
		err = s.Serve(ln)
	}
	if !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-done
	<-followed // nothing uses the database or the snapshot after this
	return nil
}
