package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"ieum"
	"ieum/internal/catalogue"
	"ieum/internal/platform/web"
)

var ingestCommand = &command{
	name: "ingest", args: "SOURCE PATH…", about: "take in a delivery: files, or a folder of them, as defs/sources/SOURCE.yaml says",
	holds: web.Records, through: asJob, purpose: labourMarket, begins: true,
	setup: func(fs *flag.FlagSet) run {
		change := fs.Bool("change", false, "the files hold only what changed, whatever the source says")
		asJSON := fs.Bool("json", false, "print the receipt as JSON")
		return func(ctx context.Context, e *env, args []string) error {
			if len(args) < 2 {
				return usagef("ingest takes a source and the files it delivered; ieum check lists what is wrong with a source")
			}
			return ingest(ctx, e, ieum.SourceID(args[0]), args[1:], *change, *asJSON)
		}
	},
}

func ingest(ctx context.Context, e *env, source ieum.SourceID, paths []string, change, asJSON bool) error {
	set, err := e.definitions()
	if err != nil {
		return err
	}
	s, done, err := openToWrite(ctx, e, set)
	if err != nil {
		return err
	}
	defer done()
	if err := e.noteLake(ctx, set, s); err != nil {
		return err
	}
	leaveRoom("/")
	e.giveWay()
	bar := newProgress(e)
	d, err := s.catalogue.Ingest(ctx, source, paths, catalogue.Options{Change: change, Progress: countRows(e, bar)})
	bar.end()
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(e.stdout, d.Receipt)
	}
	return printDelivery(e.stdout, d)
}

// countRows returns what shows on a terminal how many rows were read.
func countRows(e *env, bar *progress) func(rows int64) {
	return func(rows int64) {
		if now := e.now(); bar.on && now.After(bar.next) {
			bar.next = now.Add(100 * time.Millisecond)
			fmt.Fprintf(e.stderr, "\r%s rows read", web.Number(rows))
		}
	}
}

// printDelivery writes what became of a delivery for a person at a terminal.
func printDelivery(out io.Writer, d *catalogue.Delivery) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "delivery %d of %s, %s\n", d.Number, d.Source, d.At.Format("2006-01-02 15:04"))
	for _, n := range []struct {
		name, about string
		rows        int64
	}{
		{"read", "", d.Read}, {"kept", "new or changed", d.Kept}, {"unchanged", "as before", d.Unchanged},
		{"quarantined", "not usable", d.Quarantined}, {"closed", "no longer delivered", d.Closed},
	} {
		fmt.Fprintf(w, "  %s\t%12s\t%s\n", n.name, web.Number(n.rows), n.about)
	}
	for _, r := range d.Why {
		word := "refused"
		if r.Warn {
			word = "warned"
		}
		fmt.Fprintf(w, "  %s\t%12s\t%s\n", word, web.Number(r.Rows), r)
	}
	printUnread(w, d.Unread)
	for _, c := range d.Coded {
		fmt.Fprintf(w, "  %s\t%12s\tnamed by the source; read from words: %s likely right, %s unlikely; %s have none\n", c.Field, web.Number(c.Named), web.Number(c.Likely), web.Number(c.Unlikely), web.Number(c.None))
	}
	if r := d.Removed; r != (catalogue.Removed{}) {
		fmt.Fprintf(w, "removed from texts: %s phone numbers, %s e-mail addresses, %s names of contact persons, %s resident numbers\n",
			web.Number(r.Phone), web.Number(r.Email), web.Number(r.Name), web.Number(r.Resident))
	}
	if d.Late {
		fmt.Fprintln(w, "LATE: it came after its due day")
	}
	if d.Shrunk {
		fmt.Fprintln(w, "SHRUNK: it holds far fewer rows than the delivery before")
	}
	fmt.Fprintf(w, "%.1f s", d.Seconds)
	if d.Quarantined > 0 {
		fmt.Fprintf(w, "; the rows that were refused: /deliveries/%d", d.Number)
	}
	fmt.Fprintln(w)
	return w.Flush()
}

// printUnread writes the fields of which not every value could be read.
func printUnread(w io.Writer, fields []catalogue.Unread) {
	for _, u := range fields {
		if u.Rows == 0 {
			continue
		}
		fmt.Fprintf(w, "  kept as text\t%12s\t%s", web.Number(u.Rows), u.Field)
		for i, s := range u.Texts[:min(3, len(u.Texts))] {
			fmt.Fprintf(w, "%s%q", []string{": ", ", "}[min(i, 1)], s.Text)
		}
		fmt.Fprintln(w)
	}
}
