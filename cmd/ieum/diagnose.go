package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"reflect"
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
		var aim jobcare.Aim
		fs.StringVar(&aim.Occupation, "target", "", "a KECO 2025 unit group to be measured against")
		fs.StringVar(&aim.Level, "level", "", "beside those hired at this level: entry (under 3 years of work), middle (under 10) or senior; \"\" = the résumé's own")
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
			if err := aim.Check(); err != nil {
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
			d, err := m.adviser.Diagnose(ctx, r, aim)
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
	r, err := m.reader.ReadText(text)
	if err == nil && reflect.DeepEqual(r, ieum.Resume{}) {
		err = ieum.Errorf(ieum.ErrInvalid, "%s says nothing of what somebody has done; give a résumé with one thing at least, also unpaid", path)
	}
	return r, err
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
	printStanding(w, set, d)
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

// printStanding puts a person beside those hired: what they have first, a step within reach last.
func printStanding(w io.Writer, set *defs.Set, d *jobcare.Diagnosis) {
	st := d.Standing
	if st == nil {
		return
	}
	fmt.Fprintf(w, "Beside those hired for %s %s, level %s", d.Target.Code, d.Target.Name.KO, st.Level)
	switch {
	case st.None != nil:
		fmt.Fprintf(w, ": %s\n", st.None.EN)
	default:
		fmt.Fprintf(w, ": %s of %s, %s to %s\n", plural(st.Hired.Int(), "person", "people"), whom(st.Of), st.From, st.To)
	}
	if st.Simulated {
		fmt.Fprintln(w, "  who was hired is SIMULATED")
	}
	for _, b := range st.Have {
		fmt.Fprintf(w, "  have: %s%s%s\n", b.Name.KO, often("; asked for by %d of 100 postings", b.In100, 1), often("; %d of 100 hired have it", b.Hired, 100))
	}
	if st.Ahead.Known() {
		fmt.Fprintf(w, "  more of what is asked for than about %d of 100 hired (n %d)\n", st.Ahead.Int(), st.Ahead.N)
	}
	if y := st.Years; y.Median.Known() {
		fmt.Fprintf(w, "  work: %s; half of those hired had %s or more (n %d)\n", years(y.Mine), years(int(y.Median.Int())), y.Median.N)
	}
	if s := st.Schooling; s.Most != nil {
		mine := "not told"
		if s.Mine != "" {
			mine = set.Name("education", s.Mine).EN
		}
		fmt.Fprintf(w, "  schooling: %s; %d of 100 hired had %s or more (n %d)\n", mine, s.Share.Hundred(), s.Most.Name.EN, s.Share.Of)
	}
	for i, g := range st.Gaps {
		if i == 0 {
			fmt.Fprintln(w, "  to add, most worth first")
		}
		printGap(w, g)
	}
	fmt.Fprintf(w, "  next: %s\n", nextStep(st.Next))
}

// printGap says what is missing and on which evidence it stands there.
func printGap(w io.Writer, g jobcare.Gap) {
	fmt.Fprintf(w, "    %s (%s)%s%s\n", g.Name.KO, g.Kind, often("; asked for by %d of 100 postings", g.In100, 1), often("; %d of 100 hired have it", g.Hired, 100))
	switch g.Evidence {
	case "law":
		fmt.Fprintf(w, "      required by law: %s\n", g.Law)
	case "association":
		fmt.Fprintf(w, "      those hired have it %.1f times as often as all who applied (%.1f to %.1f); they may differ in other things\n", g.Lift.Times(), g.Lift.From(), g.Lift.UpTo())
	case "postings":
		fmt.Fprintln(w, "      not enough evidence of what it does for chance or pay")
	}
	for _, e := range g.Effects {
		unit := "of 100"
		if e.Outcome == "pay" {
			unit = "%"
		}
		fmt.Fprintf(w, "      effect of such a %s on %s: %+d %s (%+d to %+d; n %d)\n", e.Treatment, e.Outcome, e.Value.Hundred(), unit, e.Low.Hundred(), e.High.Hundred(), e.Value.N)
	}
	if c := g.Course; c != nil {
		fmt.Fprintf(w, "      learned in %s for %s: %s, %s\n", plural(int64(c.Months), "month", "months"), web.Won("ko", c.Cost), c.Title, c.Institution)
	} else {
		fmt.Fprintln(w, "      no course known here leads to it: how long it takes and what it costs is not known")
	}
}

// nextStep says what is within reach.
func nextStep(n jobcare.Next) string {
	switch n.Kind {
	case "learn":
		return fmt.Sprintf("learn %s: %s, %s", n.What.Name.KO, n.Course.Title, n.Course.Institution)
	case "apply":
		return fmt.Sprintf("apply: %s of this occupation can be applied for now", plural(n.Openings.Int(), "place", "places"))
	case "near":
		return fmt.Sprintf("look at %s %s, which is near", n.What.Code, n.What.Name.KO)
	}
	return "ask a counsellor: together you find what fits"
}

// whom says of which level people are.
func whom(level string) string {
	if level == "all" {
		return "all levels (too few of this one)"
	}
	return "this level"
}

// often is a figure of a hundred in words, and nothing where it is not known; times is what its
// value is multiplied by for that.
func often(words string, f jobcare.Figure, times float64) string {
	if !f.Known() {
		return ""
	}
	return fmt.Sprintf(words, int64(math.Round(f.Float()*times)))
}

// years writes months as years and months.
func years(months int) string {
	switch y, m := months/12, months%12; {
	case y == 0:
		return plural(int64(m), "month", "months")
	case m == 0:
		return plural(int64(y), "year", "years")
	default:
		return plural(int64(y), "year", "years") + " " + plural(int64(m), "month", "months")
	}
}

func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
