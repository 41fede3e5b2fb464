package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"ieum"
	"ieum/internal/door"
	"ieum/internal/ledger"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/web"
)

var auditCommand = &command{
	name: "audit", args: "ledger URL | proof FILE | recommender", about: "check an installation's ledger from its public files alone, a proof that somebody was given, or what is recommended against what people did (JSON)",
	holds: web.Records, through: asJob, purpose: placement,
	setup: func(fs *flag.FlagSet) run {
		kept := fs.String("checkpoint", "", "a file with a checkpoint kept from before")
		key := fs.String("key", "", "the ledger's verifier key, from another way than its own site")
		witnesses := fs.String("witnesses", "", "a file that names the witnesses that must have cosigned")
		age := fs.Duration("max-age", 24*time.Hour, "with --witnesses: how long ago they may have cosigned last; 0 = however long")
		var of ofRecommender
		of.flags(fs)
		return func(ctx context.Context, e *env, args []string) error {
			if len(args) == 1 && args[0] == "recommender" {
				return auditRecommender(ctx, e, of)
			}
			if len(args) == 2 && args[0] == "proof" {
				if *kept != "" || *witnesses != "" {
					return usagef("a proof is checked with --key alone")
				}
				return auditProof(e, args[1], *key)
			}
			if len(args) != 2 || args[0] != "ledger" {
				return usagef("give what to audit and where: ieum audit ledger URL, ieum audit proof FILE, or ieum audit recommender")
			}
			if *age < 0 {
				return usagef("audit: --max-age is a duration such as 24h, or 0")
			}
			return audit(ctx, e, args[1], *key, *kept, *witnesses, *age)
		}
	},
}

func audit(ctx context.Context, e *env, address, key, kept, witnesses string, age time.Duration) (err error) {
	a := ledger.Audit{Key: key}
	if age > 0 {
		a.Since = e.now().Add(-age)
	}
	if kept != "" {
		if a.Kept, err = os.ReadFile(kept); errors.Is(err, os.ErrNotExist) {
			return ieum.Errorf(ieum.ErrNotFound, "there is no file %s; --checkpoint names one that was kept from an earlier audit", kept)
		}
		if err != nil {
			return durable.Fault(err)
		}
	}
	if witnesses != "" {
		if a.Witnesses, err = ledger.ReadWitnesses(witnesses); err != nil {
			return err
		}
		if len(a.Witnesses.List) == 0 {
			return ieum.Errorf(ieum.ErrInvalid, "%s names no witness", witnesses)
		}
	}
	c, err := a.Run(ctx, address)
	if errors.Is(err, ieum.ErrConflict) {
		return ieum.Errorf(ieum.ErrConflict, "the ledger of %s is not sound: %v; keep the checkpoint you have, and ask who runs it", address, err)
	}
	if err != nil {
		return err
	}
	e.say("sound: %d entries of %s, %d witnesses", c.Tree.N, c.Origin, len(c.By))
	for _, by := range c.By {
		e.say("%s cosigned it at %s", by.Witness, by.At.In(ieum.Seoul).Format("2006-01-02 15:04:05"))
	}
	if key == "" {
		e.say("the key is the one the site shows; compare it with one you know, or give it with --key: %s", c.Key)
	}
	if kept == "" {
		e.say("what was there before is not compared with anything; keep what is printed now and give it next time with --checkpoint FILE")
	}
	_, err = e.stdout.Write(c.Signed)
	return err
}

// auditProof checks a proof that somebody was given of an entry about them: that
// the entry has the hash it is said to have, and that the log commits to it. Whether it
// is about them they tell by its subject.
func auditProof(e *env, path, key string) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return ieum.Errorf(ieum.ErrNotFound, "there is no file %s; the page of who looked at one's records gives the proof of each", path)
	}
	if err != nil {
		return durable.Fault(err)
	}
	if key == "" {
		return usagef("give the ledger's verifier key, from another way than its own site: --key KEY")
	}
	var p door.Proof
	if err := json.Unmarshal(text, &p); err != nil {
		return ieum.Errorf(ieum.ErrInvalid, "%s is no proof: %v", path, err)
	}
	opening, err := p.Opened()
	if err != nil {
		return err
	}
	c, err := ledger.CheckProof([]byte(p.Ledger), ledger.Opening{Index: opening.Seq, Hash: opening.Hash, Salt: opening.Salt}, key)
	if errors.Is(err, ieum.ErrConflict) {
		return ieum.Errorf(ieum.ErrConflict, "the proof does not hold: %v; keep it, and ask who runs the installation", err)
	}
	if err != nil {
		return err
	}
	e.say("sound: entry %d of %s, sealed %s, is in the tree of %d entries that is signed", p.Entry.Seq, c.Origin, p.Entry.Sealed.In(ieum.Seoul).Format("2006-01-02 15:04:05"), c.Tree.N)
	e.say("it says %s about %s, and not whose id that is: it is about you when a proof that you took at /my/access yourself names the same; another person's entry is as sound", p.Entry.Kind, p.Entry.Subject)
	_, err = fmt.Fprintf(e.stdout, "%s\n", opening.Data)
	return err
}
