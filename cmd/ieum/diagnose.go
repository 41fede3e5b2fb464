package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"ieum"
	"ieum/defs"
	"ieum/internal/jobcare"
	"ieum/internal/platform/web"
)

var diagnoseCommand = &command{
	name: "diagnose", args: "FILE", about: "what a person can do and where that leads, from a résumé (our JSON, JSON Resume, text)",
	holds: web.Sent,
	setup: func(fs *flag.FlagSet) run {
		target := fs.String("target", "", "a KECO 2025 unit group to be measured against")
		var goal jobcare.Goal
		fs.StringVar(&goal.Occupation, "goal", "", "a KECO 2025 unit group to come to: the ways there")
		fs.IntVar(&goal.Months, "months", 0, "at most so many months for it; 0 = no limit")
		cost := fs.Int64("cost", -1, "learning may cost so much, in won; -1 = no limit")
		fs.StringVar(&goal.Region, "region", "", "a region code; there must be openings in it")
		interests := fs.String("interests", "", "what the person likes, R,I,A,S,E,C, each 0 to 10: orders occupations that fit about equally")
		asJSON := fs.Bool("json", false, "print JSON (docs/schemas/diagnosis.json)")
		return func(ctx context.Context, e *env, args []string) error {
			if len(args) != 1 {
				return usagef("diagnose takes one file, or - for standard input")
			}
			likes, err := readInterests(*interests)
			if err != nil {
				return err
			}
			m, err := openMarket(e)
			if err != nil {
				return err
			}
			defer m.Close()
			r, err := readResume(e, m, args[0])
			if err != nil {
				return err
			}
			d, err := m.adviser.Diagnose(ctx, r, *target)
			if err != nil {
				return err
			}
			if *cost >= 0 {
				goal.Cost = cost
			}
			if goal != (jobcare.Goal{}) {
				if d.Roadmap, err = m.adviser.Roadmap(ctx, r, goal); err != nil {
					return err
				}
			}
			if likes != nil {
				d.Consider(*likes)
			}
			if *asJSON {
				return writeJSON(e.stdout, d)
			}
			printDiagnosis(e.stdout, m.set, d)
			printRoadmap(e.stdout, d.Roadmap)
			return nil
		}
	},
}

// readInterests reads the numbers of --interests; nil without them.
func readInterests(text string) (*jobcare.Interests, error) {
	if text == "" {
		return nil, nil
	}
	in, err := jobcare.ParseSix(text)
	if err == nil {
		err = in.Check(0)
	}
	return &in, err
}

// readResume reads a résumé from a file, or from standard input for "-".
func readResume(e *env, m *market, path string) (ieum.Resume, error) {
	var text []byte
	var err error
	if path == "-" {
		text, err = io.ReadAll(io.LimitReader(e.stdin, 4<<20))
	} else {
		text, err = os.ReadFile(path)
	}
	if os.IsNotExist(err) {
		return ieum.Resume{}, ieum.Errorf(ieum.ErrNotFound, "there is no file %s; check the name", path)
	}
	if err != nil {
		return ieum.Resume{}, ieum.Errorf(ieum.ErrInvalid, "%s cannot be read (%v); give a file with a résumé, or - for standard input", path, errors.Unwrap(err))
	}
	return m.reader.ReadText(text)
}

// printDiagnosis writes a diagnosis for a person at a terminal.
func printDiagnosis(w io.Writer, set *defs.Set, d *jobcare.Diagnosis) {
	if d.Simulated {
		fmt.Fprintln(w, "SIMULATED people and postings")
	}
	fmt.Fprintln(w, "What you can do")
	for _, c := range d.Profile.Competencies {
		fmt.Fprintf(w, "  %s  “%s”\n", set.Codes["competencies"].Name(c.ID, "ko"), c.Words)
	}
	printInterests(w, d.Interests)
	fmt.Fprintln(w, "Occupations that fit")
	for _, f := range d.Fits {
		fmt.Fprintf(w, "  %s %s: fit %.2f, %s openings for 100 seekers, pay offered %s, wished %s\n",
			f.Code, f.Name.KO, f.Score, figure(f.Per100), won(f.Offered), won(f.Wished))
		for _, l := range f.Licences {
			fmt.Fprintf(w, "    licence missing: %s (%s)\n", l.Name.KO, l.Law)
		}
	}
	if d.Near != nil {
		fmt.Fprintf(w, "Near: %s %s\n", d.Near.Code, d.Near.Name.KO)
	}
	fmt.Fprintln(w, "Jobs")
	for _, j := range d.Jobs {
		fmt.Fprintf(w, "  %s %s, %s: %.2f\n", j.ID, j.Title, j.Company, j.Score)
	}
	for _, text := range d.Profile.Unread {
		fmt.Fprintf(w, "Not understood: %s\n", text)
	}
}

// printInterests says what was made of what the person likes.
func printInterests(w io.Writer, in *jobcare.Considered) {
	switch {
	case in == nil:
	case in.Flat:
		fmt.Fprintln(w, "Interests: about equal, so the order of the occupations stays")
	default:
		fmt.Fprintf(w, "Interests: %s; of occupations that fit about equally, the closest come first (the check is not validated yet)\n", strings.Join(in.Highest, ", "))
	}
}

func won(f jobcare.Figure) string {
	if !f.Known() {
		return "fewer than 30 state it"
	}
	return web.Won("ko", f.Int())
}
