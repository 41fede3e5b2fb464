package jobcare

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ieum"
)

// A Session is what was shown to a client and agreed with them. It is kept as it was, so that
// its sheets can be made again.
type Session struct {
	By      ieum.Text  `json:"by"` // who held it, as people knew them then
	Goal    *Named     `json:"goal,omitempty"`
	Shown   *Diagnosis `json:"shown"` // measured against the goal, with the ways to it; without what the client wrote
	Steps   []Agreed   `json:"steps"`
	Instead *Instead   `json:"instead,omitempty"`
	Next    ieum.Day   `json:"next,omitzero"` // when the two meet again
}

// Agreed is something the client will do, or has done.
type Agreed struct {
	What string   `json:"what"`
	By   ieum.Day `json:"by,omitzero"`
	Done bool     `json:"done,omitempty"`
}

// Instead is what was proposed in place of the goal, and why the two went for another.
type Instead struct {
	Of     Named  `json:"of"`
	Reason string `json:"reason"`
}

// Bounds of what is agreed: a plan is read at a glance, and no longer than a sheet.
const (
	mostSteps   = 6
	longestStep = 120
	longestWhy  = 500
	farthest    = 3 * 366 // days to come
)

// counsel is a diagnosis measured against a goal, with the ways to it.
func (a *Adviser) counsel(ctx context.Context, of ieum.Resume, goal Goal) (*Diagnosis, error) {
	d, err := a.Diagnose(ctx, of, Aim{Occupation: goal.Occupation})
	if err != nil {
		return nil, err
	}
	d.Roadmap, err = a.Roadmap(ctx, of, goal)
	return d, err
}

// Begin is a session as it begins with somebody who brings no goal: measured against what is
// proposed first, with nothing agreed yet.
func (a *Adviser) Begin(ctx context.Context, of ieum.Resume) (s Session, err error) {
	if s.Shown, err = a.counsel(ctx, of, Goal{}); err != nil {
		return s, err
	}
	if first := s.Shown.proposal(); first != nil {
		s.Goal = first
		s.Shown, err = a.counsel(ctx, of, Goal{Occupation: first.Code})
	}
	if err != nil {
		return s, err
	}
	s.Shown = s.Shown.without()
	return s, nil
}

// Open are the steps that are still to be done, and Did those that are done.
func (s *Session) Open() []Agreed { return s.steps(false) }

// Did are the steps that are done.
func (s *Session) Did() []Agreed { return s.steps(true) }

func (s *Session) steps(done bool) (out []Agreed) {
	for _, a := range s.Steps {
		if a.Done == done {
			out = append(out, a)
		}
	}
	return out
}

// Late says whether a step should have been done before a day.
func (a Agreed) Late(today ieum.Day) bool { return !a.Done && a.By != 0 && a.By < today }

// Way is the best way to the goal as it was shown; nil when there is none, or the client is there.
func (s *Session) Way() *Way {
	if s.Shown.Roadmap == nil || len(s.Shown.Roadmap.Ways) == 0 {
		return nil
	}
	return &s.Shown.Roadmap.Ways[0]
}

// proposes says whether an occupation is among those that a diagnosis proposes, or that
// people like this went to.
func (d *Diagnosis) proposes(code string) bool {
	is := func(f Fit) bool { return f.Code == code }
	return slices.ContainsFunc(d.Fits, is) || d.Near != nil && is(*d.Near) ||
		d.Roadmap != nil && slices.ContainsFunc(d.Roadmap.Moves, func(m Move) bool { return m.To.Code == code })
}

// proposal is the occupation that a diagnosis proposes first; nil when it proposes none.
func (d *Diagnosis) proposal() *Named {
	switch {
	case len(d.Fits) > 0:
		return &d.Fits[0].Named
	case d.Near != nil:
		return &d.Near.Named
	}
	return nil
}

// without returns what a session keeps of a diagnosis: not the words of the résumé but those
// that show something, and of the ways those that were shown.
func (d Diagnosis) without() *Diagnosis {
	d.Profile.Resume = ieum.Resume{Wish: d.Profile.Resume.Wish}
	d.Profile.Unread = nil
	if d.Roadmap != nil {
		r := *d.Roadmap
		r.Profile, r.Moves = ieum.Profile{}, []Move{}
		d.Roadmap = &r
	}
	return &d
}

// check refuses what cannot be agreed on a day: what cannot be planned, a goal without a
// reason that it takes, a visit that is gone or too far.
func (s *Session) check(today ieum.Day) error {
	switch {
	case s.Goal != nil && s.Shown.proposal() != nil && !s.Shown.proposes(s.Goal.Code) && s.Instead == nil:
		return sessionFault("reason", "/reason", "this goal was not proposed: say why the two of you chose it")
	case s.Instead != nil && utf8.RuneCountInString(s.Instead.Reason) > longestWhy:
		return sessionFault("reason_long", "/reason", "the reason is longer than 500 characters")
	case s.Next != 0 && (s.Next < today || s.Next > today+farthest):
		return sessionFault("next", "/next", "the next visit is today or later, within three years")
	}
	return s.possible(today)
}

// possible refuses what cannot be planned on a day: nothing at all, a step without a day, a day
// that is gone or too far, words nobody reads.
func (s *Session) possible(today ieum.Day) error {
	switch {
	case s.Goal == nil && len(s.Steps) == 0:
		return sessionFault("nothing", "/goal", "choose a goal, or agree on a step")
	case len(s.Steps) > mostSteps:
		return sessionFault("steps", "/step", "agree on at most six steps at once")
	}
	for _, a := range s.Steps {
		switch {
		case utf8.RuneCountInString(a.What) > longestStep:
			return sessionFault("step_long", "/step", "a step is longer than 120 characters")
		case !a.Done && a.By == 0:
			return sessionFault("step_day", "/step", "say until when each step is to be done")
		case !a.Done && (a.By < today || a.By > today+farthest):
			return sessionFault("step_when", "/step", "a step is to be done today or later, within three years")
		}
	}
	return nil
}

func sessionFault(why, field, message string) error {
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "session.error." + why, Field: field, Message: message}
}

// A Kept is a session as it is kept of a client.
type Kept struct {
	Item string
	At   time.Time
	Text string // what the counsellor says to the client
	Session
}

// Take adds what is kept of a session to those of a client. One that cannot be read, as of a
// later version, is in nobody's way.
func (c *Client) Take(k Kept, session json.RawMessage) {
	if err := json.Unmarshal(session, &k.Session); err != nil || k.Shown == nil {
		c.Unread = append(c.Unread, k.Item)
		return
	}
	c.Sessions = append(c.Sessions, k)
	slices.SortStableFunc(c.Sessions, func(a, b Kept) int { return b.At.Compare(a.At) })
}

// Day is when it was.
func (k Kept) Day() ieum.Day { return ieum.DayOf(k.At) }

// A Client is what is kept of somebody, as far as counselling goes.
type Client struct {
	Person   ieum.PersonID
	Number   int64  // by which staff know them; 0 = none
	Name     string // "" = not to be read
	Mine     bool   // the reader counsels them, and may agree things
	Resume   *ieum.Resume
	Sessions []Kept   // newest first
	Notes    bool     // the reader may read sessions
	Locked   bool     // they take a sign-in a short while ago
	Unread   []string // items of sessions that this version cannot read
}

// Last is the session before; nil when there is none.
func (c *Client) Last() *Kept {
	if len(c.Sessions) == 0 {
		return nil
	}
	return &c.Sessions[0]
}

// session returns one of a client's.
func (c *Client) session(item string) (*Kept, error) {
	i := slices.IndexFunc(c.Sessions, func(k Kept) bool { return k.Item == item })
	switch {
	case i >= 0:
		return &c.Sessions[i], nil
	case c.Locked:
		return nil, ieum.ErrSignedOut // who signs in once more sees them
	case slices.Contains(c.Unread, item):
		return nil, &ieum.Error{Kind: ieum.ErrUnavailable, Key: "session.error.unread", Message: "this session cannot be read by this version of the program"}
	}
	return nil, &ieum.Error{Kind: ieum.ErrNotFound, Key: "session.error.none", Message: "there is no such session"}
}

// A Change is something that is another than at the last session: the key of a message and
// what it says.
type Change struct {
	Key  string
	Args map[string]any
}

// changes says what is another since a session: what the client can do, and what the market
// of its goal is like. now is measured against the same goal.
func changes(since *Session, now *Diagnosis) (out []Change) {
	before := since.Shown
	add := func(key string, args map[string]any) { out = append(out, Change{"session.change." + key, args}) }
	for _, c := range now.Profile.Competencies {
		if !slices.ContainsFunc(before.Profile.Competencies, func(f ieum.Found) bool { return f.ID == c.ID }) {
			add("competency", map[string]any{"code": c.ID})
		}
	}
	for _, c := range now.Profile.Certificates {
		if !slices.Contains(before.Profile.Certificates, c) {
			add("certificate", map[string]any{"code": c})
		}
	}
	if more := now.Profile.CareerMonths - before.Profile.CareerMonths; more > 0 {
		add("worked", map[string]any{"months": more})
	}
	if before.Target == nil || now.Target == nil || before.Target.Code != now.Target.Code || before.Snapshot == now.Snapshot {
		return out
	}
	a, b := before.Target, now.Target
	name := map[string]any{"name": b.Name}
	of := func(x, y any) map[string]any {
		return map[string]any{"name": name["name"], "before": x, "now": y}
	}
	if x, y := a.Openings.Int(), b.Openings.Int(); cmp.Compare(x, y) != 0 {
		add("openings", of(x, y))
	}
	if x, y := a.Offered.Month(), b.Offered.Month(); a.Offered.Known() && b.Offered.Known() && x != y {
		add("pay", of(ieum.Won(x), ieum.Won(y)))
	}
	return out
}

// A Suggestion is a step that a way leads over: the key of a message and what it says.
type Suggestion = Change

// suggestions are the steps that the best way to a goal, or a diagnosis, leads over: what a law
// asks for first, then where it can be learned, then jobs.
func suggestions(d *Diagnosis) (out []Suggestion) {
	add := func(key string, args map[string]any) { out = append(out, Suggestion{"session.suggest." + key, args}) }
	if d.Roadmap != nil && len(d.Roadmap.Ways) > 0 {
		for _, s := range d.Roadmap.Ways[0].Steps {
			for _, l := range s.Licences {
				if len(l.For) == 0 {
					add("licence", map[string]any{"name": l.Name})
				}
			}
			for _, c := range s.Courses {
				add("course", map[string]any{"title": c.Title, "institution": c.Institution})
			}
		}
	}
	if n := len(d.Jobs); n > 0 {
		add("jobs", map[string]any{"n": n})
	}
	return out[:min(len(out), mostSteps)]
}

// line is a text of one line, as a step is.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }
