package main

import (
	"context"
	"errors"
	"flag"
	"net"
	"net/http"
	"time"

	"ieum/internal/ledger"
	"ieum/internal/platform/web"
)

var witnessCommand = &command{
	name: "witness", args: "KEY…", about: "cosign the ledgers of other installations; KEY is what their page /ledger/key shows",
	holds: web.Nothing,
	setup: func(fs *flag.FlagSet) run {
		anew := fs.Bool("anew", false, "begin a witness: make its key, where there is none, and know of no ledger what it was")
		listen := fs.String("listen", "localhost:8081", "the address to answer on")
		return func(ctx context.Context, e *env, args []string) error {
			if len(args) == 0 {
				return usagef("name the verifier key of each ledger to cosign; its page /ledger/key shows it")
			}
			e.needs = !*anew
			return witness(ctx, e, *listen, *anew, args)
		}
	},
}

func witness(ctx context.Context, e *env, listen string, anew bool, keys []string) error {
	if err := e.mustHold(", or begin a witness there with --anew", "keys", "witness"); err != nil {
		return err
	}
	unlock, err := lock(e.Data, "witness.lock", "another ieum witness is running on this folder; stop it, or give this one another folder with --data DIR")
	if err != nil {
		return err
	}
	defer unlock()
	w, err := ledger.NewWitness(e.Data, anew, e.now, keys...)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", listen)
	if err != nil {
		return listenFault(listen, err)
	}
	s := &http.Server{
		Handler:           w,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
	done := make(chan struct{})
	context.AfterFunc(ctx, func() {
		defer close(done)
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		s.Shutdown(late)
	})
	e.say("The witness answers on http://%s; name it in a file witnesses in the data folder of the ledger:\nwitness NAME %s http://%s\nquorum NAME", ln.Addr(), w.Verifier(), ln.Addr())
	if err := s.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-done
	return nil
}
