package hiring

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ieum"
)

// Closed lists the postings, by the numbers under which they are found, that nobody can apply
// to any more though a snapshot may show them: all that were closed within two days, as a
// server may stand behind, and those that no snapshot has as closed.
func (b *Board) Closed(ctx context.Context) ([]string, error) {
	ids, err := b.store.closed(ctx, b.now().Add(-48*time.Hour))
	for i, id := range ids {
		ids[i] = b.Public(id)
	}
	return ids, err
}

// A Courier takes what employers wrote into the lake, and makes a snapshot of it.
type Courier interface {
	// Deliver takes a folder of files in, in which are the postings that changed.
	Deliver(ctx context.Context, dir string) error
	// Build makes a snapshot of what was taken in.
	Build(ctx context.Context) error
}

// mostAtOnce is how many postings one delivery has.
const mostAtOnce = 10_000

// Pass brings what was put up, corrected or closed to everybody: it writes the postings that
// changed into a folder, has it delivered, and has a snapshot made of that. done says whether
// there was anything to do. Cut off anywhere, the next one goes on: a delivery that was taken
// in already changes nothing.
func (b *Board) Pass(ctx context.Context, dir string, c Courier) (done bool, err error) {
	list, err := b.store.waiting(ctx, mostAtOnce)
	if err != nil {
		return false, err
	}
	if len(list) > 0 {
		if err := b.write(ctx, dir, list); err != nil {
			return true, err
		}
		if err := c.Deliver(ctx, dir); err != nil {
			return true, err
		}
		if err := b.store.delivered(ctx, list); err != nil {
			return true, err
		}
	}
	at, err := b.store.reached(ctx)
	if err != nil || len(at) == 0 {
		return len(list) > 0, err
	}
	if err := c.Build(ctx); err != nil {
		return true, err
	}
	return true, b.store.built(ctx, at)
}

// A row is a posting as the source of employers' postings reads it.
type row struct {
	ID           string `json:"id"`
	Company      string `json:"company"`
	Title        string `json:"title"`
	Body         string `json:"body"`
	Place        string `json:"place"`
	Employment   string `json:"employment"`
	Education    string `json:"education"`
	Career       string `json:"career"`
	Pay          string `json:"pay"`
	Openings     string `json:"openings"`
	Opened       string `json:"opened"`
	Deadline     string `json:"deadline"`
	Closed       string `json:"closed"`
	Skills       string `json:"skills"`
	Certificates string `json:"certificates"`
	Preferred    string `json:"preferred"`
	Link         string `json:"link"`
}

// Outbox is the folder, in that of Pass, whose files are delivered.
const Outbox = "employers"

// write puts postings into the one file of a folder.
func (b *Board) write(ctx context.Context, dir string, list []Posting) error {
	names, err := b.Organisations(ctx)
	if err != nil {
		return err
	}
	dir = filepath.Join(dir, Outbox)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(dir, "changes.jsonl"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	out := json.NewEncoder(w)
	for _, p := range list {
		if p.Said == nil {
			continue
		}
		if err := out.Encode(rowOf(&p, names[p.Organisation])); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

func rowOf(p *Posting, company string) row {
	w := p.Said
	r := row{ID: p.ID, Company: company, Title: strings.TrimSpace(w.Title), Body: w.Body, Place: w.Place, Employment: w.Employment, Education: w.Education, Pay: w.pay(),
		Opened: day(p.Opened), Deadline: w.Deadline, Closed: day(p.Closed), Skills: strings.Join(list(w.Skills), "|"), Certificates: strings.Join(list(w.Certificates), "|"), Preferred: strings.Join(list(w.Preferred), "|"), Link: w.Link}
	switch w.Career {
	case "any":
		r.Career = "경력무관"
	case "entry":
		r.Career = "신입"
	case "years":
		r.Career = "경력 " + strings.TrimSpace(strings.TrimSuffix(w.Years, "년")) + "년 이상"
	}
	if n := number(w.Openings); n > 0 {
		r.Openings = w.Openings
	}
	return r
}

func day(d ieum.Day) string {
	if d == 0 {
		return ""
	}
	return d.String()
}
