package main

import (
	"fmt"
	"io"

	"ieum/internal/jobcare"
	"ieum/internal/platform/web"
)

// printRoadmap writes the ways to a goal for a person at a terminal.
func printRoadmap(w io.Writer, m *jobcare.Roadmap) {
	if m == nil {
		return
	}
	if m.Goal != nil {
		fmt.Fprintf(w, "Ways to %s %s\n", m.Goal.Code, m.Goal.Name.KO)
	}
	if m.There {
		fmt.Fprintln(w, "  you have done this work already")
	}
	for i, way := range m.Ways {
		fmt.Fprintf(w, "  %d. %d months, %s; gone by %s (the rarest of its moves)%s\n", i+1, way.Months, web.Won("ko", way.Cost), figure(way.People), thinness(way.Thin))
		for _, s := range way.Steps {
			printStep(w, &s)
		}
	}
	if o := m.Obstacle; o != nil {
		printObstacle(w, o)
	}
	fmt.Fprintln(w, "Where people like this went")
	for _, move := range m.Moves {
		printMove(w, &move)
	}
}

func printStep(w io.Writer, s *jobcare.Step) {
	printMove(w, &s.Move)
	if s.Wait > 0 {
		fmt.Fprintf(w, "      after %d months in the work before\n", s.Wait)
	}
	for _, l := range s.Licences {
		fmt.Fprintf(w, "      licence: %s (%s)\n", l.Name.KO, l.Law)
	}
	for _, a := range s.Learn {
		fmt.Fprintf(w, "      learn: %s, asked for by %s of 100\n", a.Name.KO, figure(a.In100))
	}
	for _, c := range s.Courses {
		fmt.Fprintf(w, "      course: %s, %s: %d hours, %s\n", c.Title, c.Institution, c.Hours, web.Won("ko", c.Cost))
	}
	fmt.Fprintf(w, "      openings: %s\n", figure(s.Openings))
}

func printMove(w io.Writer, m *jobcare.Move) {
	fmt.Fprintf(w, "    %s → %s %s: %s made it%s", m.From.Name.KO, m.To.Code, m.To.Name.KO, figure(m.People), thinness(m.Thin))
	if m.Before.Known() {
		fmt.Fprintf(w, ", half of them after %d months", m.Before.Int())
	}
	if d := m.Worth.Difference; d != nil {
		sign := "more"
		if *d < 0 {
			sign = "less"
		}
		fmt.Fprintf(w, ", last pay there is %s %s a year", web.Won("ko", max(*d, -*d)), sign)
	}
	fmt.Fprintln(w)
}

func printObstacle(w io.Writer, o *jobcare.Obstacle) {
	switch o.Limit {
	case "months":
		fmt.Fprintf(w, "  no way within that time: the shortest takes %d months\n", o.Months)
	case "cost":
		fmt.Fprintf(w, "  no way at that cost: the cheapest takes %s\n", web.Won("ko", o.Cost))
	case "region":
		fmt.Fprintln(w, "  no openings there at present")
	case "licence":
		fmt.Fprintln(w, "  a licence is required, and how long it takes is not known here")
	case "several":
		fmt.Fprintln(w, "  no way within these limits together")
	default:
		fmt.Fprintln(w, "  nobody here has gone there from like work")
	}
	for _, p := range o.Regions {
		fmt.Fprintf(w, "    openings in %s: %s\n", p.Name.KO, figure(p.Openings))
	}
	fmt.Fprintln(w, "  nearest that can be reached")
	for _, m := range o.Instead {
		printMove(w, &m)
	}
}

func thinness(thin bool) string {
	if thin {
		return " (thin evidence)"
	}
	return ""
}
