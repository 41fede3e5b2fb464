// Package simulate makes a labour market whose truth is known: people with
// histories, competencies and wishes, employers, postings with Korean texts,
// three years in which people look, apply, are hired, learn and leave, and the
// faults that real deliveries have. Names, numbers and texts are obviously made
// up; docs/simulation.md has every equation, parameter and source.
//
// Read simulate.go for the parameters, rand.go for why the same seed gives the
// same market on any number of cores, market.go for what it is drawn from, with
// tables.go, places.go, skills.go and certificates.go for the tables, macro.go
// for time, people.go, group.go and resume.go for the supply side, company.go,
// vacancy.go, posting.go, sites.go, body.go and long.go for the demand side.
// choice.go has the equations of the run, pure; run.go is the week, session.go
// what people do in it, judge.go how people and employers see one another,
// hiring.go what employers decide, course.go and effects.go what treatments do,
// state.go what is kept, log.go what is told. moves.go and twins.go are truth
// drawn from that. daily.go is the day after: what is delivered on top of a
// market.
// names.go, words.go and pen.go say how texts are written, noise.go the faults,
// rows.go the columns of the files, and write.go how they come to disk.
package simulate

import (
	"ieum"
)

// Version is the version of the generator: a change of what a seed gives
// raises it.
const Version = 7

// Params say which market is made. The same Params give the same rows.
type Params struct {
	Seed     uint64   `json:"seed"`
	Resumes  int      `json:"resumes"`  // rows
	Postings int      `json:"postings"` // rows
	AsOf     ieum.Day `json:"asOf"`     // the last day the data speaks of
	PartRows int      `json:"partRows"` // rows a file; changes the files, not the rows
	Rates    Rates    `json:"rates"`

	Confounding    string  `json:"confounding"`    // observed or partial: whether the log has what confounds
	Discrimination float64 `json:"discrimination"` // 0 none, 1 as in history
	Twins          int     `json:"twins"`          // people who are written anew as of other groups
	Only           string  `json:"only,omitempty"` // people, postings or log; empty = all

	// Rows of the day after the market, which is written instead of it if there are any.
	ChangedResumes  int `json:"changedResumes,omitempty"`
	ChangedPostings int `json:"changedPostings,omitempty"`
}

// What Confounding and Only may be.
const (
	observed   = "observed"
	partly     = "partial"
	everything = ""
	onlyPeople = "people"
	onlyPosts  = "postings"
	onlyLog    = "log"
)

// Default returns the parameters that hold unless others are given.
func Default() Params {
	asOf, _ := ieum.ParseDay("2026-10-31")
	p := Params{Seed: 1, Resumes: 100_000, Postings: 30_000, AsOf: asOf, PartRows: 100_000, Confounding: observed, Discrimination: 1}
	for _, r := range p.Rates.list() {
		*r.Value = r.Default
	}
	return p
}

// Check says what is wrong with the parameters.
func (p *Params) Check() error {
	switch {
	case p.Resumes < 0 || p.Resumes > 1e9:
		return ieum.Errorf(ieum.ErrInvalid, "--resumes is a number from 0 to 1,000,000,000, not %d", p.Resumes)
	case p.Postings < 0 || p.Postings > 1e9:
		return ieum.Errorf(ieum.ErrInvalid, "--postings is a number from 0 to 1,000,000,000, not %d", p.Postings)
	case p.PartRows < 1:
		return ieum.Errorf(ieum.ErrInvalid, "--part-rows is a number of rows from 1 on, not %d", p.PartRows)
	case p.AsOf < firstAsOf || p.AsOf > lastAsOf:
		return ieum.Errorf(ieum.ErrInvalid, "--as-of is a day from %s to %s, not %q", firstAsOf, lastAsOf, p.AsOf)
	case p.Confounding != observed && p.Confounding != partly:
		return ieum.Errorf(ieum.ErrInvalid, "--confounding is observed or partial, not %q", p.Confounding)
	case !(p.Discrimination >= 0 && p.Discrimination <= 1):
		return ieum.Errorf(ieum.ErrInvalid, "--discrimination is a number from 0 to 1, not %g", p.Discrimination)
	case p.Twins < 0:
		return ieum.Errorf(ieum.ErrInvalid, "--twins is a number of people, not %d", p.Twins)
	case p.Only != everything && p.Only != onlyPeople && p.Only != onlyPosts && p.Only != onlyLog:
		return ieum.Errorf(ieum.ErrInvalid, "--only is people, postings or log, not %q", p.Only)
	}
	if err := p.checkDaily(); err != nil {
		return err
	}
	for _, r := range p.Rates.list() {
		if !(*r.Value >= 0 && *r.Value <= r.Most) {
			return ieum.Errorf(ieum.ErrInvalid, "--%s is a share from 0 to %g, not %g", r.Name, r.Most, *r.Value)
		}
	}
	return nil
}

// daily says whether the day after a market is asked for.
func (p *Params) daily() bool { return p.ChangedResumes != 0 || p.ChangedPostings != 0 }

func (p *Params) checkDaily() error {
	if !p.daily() {
		return nil
	}
	if p.ChangedResumes < 0 || p.ChangedResumes > p.Resumes || p.ChangedPostings < 0 || p.ChangedPostings > p.Postings {
		return ieum.Errorf(ieum.ErrInvalid, "--changes is at most as many résumés and postings as the market has, %d,%d, not %d,%d", p.Resumes, p.Postings, p.ChangedResumes, p.ChangedPostings)
	}
	if p.Only != everything || p.Twins > 0 {
		return ieum.Errorf(ieum.ErrInvalid, "--changes goes without --only and --twins")
	}
	return nil
}

// The market's figures are of 2026 (minimum wage, pay level); some years before
// and after they still make sense.
const (
	firstAsOf ieum.Day = 18262 // 2020-01-01
	lastAsOf  ieum.Day = 25567 // 2040-01-01
)

// Rates are the shares at which duplicates and faults occur.
type Rates struct {
	ExtraResumes float64 `json:"extraResumes"`
	NewPhone     float64 `json:"newPhone"`
	NewMail      float64 `json:"newMail"`
	Misspelt     float64 `json:"misspelt"`
	SharedPhone  float64 `json:"sharedPhone"`
	Duplicates   float64 `json:"duplicates"`
	Verbatim     float64 `json:"verbatim"`
	Reposts      float64 `json:"reposts"`
	Siblings     float64 `json:"siblings"`
	Homonyms     float64 `json:"homonyms"`
	NoNumber     float64 `json:"noNumber"`
	Variants     float64 `json:"variants"`
	Uncoded      float64 `json:"uncoded"`
	Indirect     float64 `json:"indirect"`
	Unsaid       float64 `json:"unsaid"`
	Missing      float64 `json:"missing"`
	WrongUnit    float64 `json:"wrongUnit"`
	Typos        float64 `json:"typos"`
	Spacing      float64 `json:"spacing"`
	Decomposed   float64 `json:"decomposed"`
	Emoji        float64 `json:"emoji"`
	Contacts     float64 `json:"contacts"`
	Resident     float64 `json:"resident"`
}

// A Rate is one rate with its name on the command line, its default and what
// it is the share of.
type Rate struct {
	Name, About   string
	Default, Most float64
	Value         *float64
}

// List returns the rates, to be set from a command line.
func (p *Params) List() []Rate { return p.Rates.list() }

func (r *Rates) list() []Rate {
	return []Rate{
		{"extra-resumes", "résumés that are a person's second or third", 0.10, 0.6, &r.ExtraResumes},
		{"new-phone", "extra résumés with another telephone number", 0.30, 1, &r.NewPhone},
		{"new-mail", "extra résumés with another e-mail address", 0.25, 1, &r.NewMail},
		{"misspelt", "extra résumés with a slip in the name", 0.04, 1, &r.Misspelt},
		{"shared-phone", "people whose telephone is another's of the household too", 0.02, 1, &r.SharedPhone},
		{"duplicates", "postings that repeat another source's", 0.12, 0.3, &r.Duplicates},
		{"verbatim", "duplicates whose body is copied rather than rewritten", 0.40, 1, &r.Verbatim},
		{"reposts", "postings that are an earlier one, posted again", 0.08, 0.3, &r.Reposts},
		{"siblings", "vacancies that differ from another of the same employer, occupation and place only in shift or grade", 0.02, 0.5, &r.Siblings},
		{"homonyms", "employers that bear another's name", 0.01, 0.5, &r.Homonyms},
		{"no-number", "postings without the business registration number", 0.30, 1, &r.NoNumber},
		{"variants", "postings whose employer is not written as it registered", 0.25, 1, &r.Variants},
		{"uncoded", "postings and past jobs without an occupation code", 0.30, 1, &r.Uncoded},
		{"indirect", "competencies behind a text that it shows only indirectly, where there is a way to", 0.20, 1, &r.Indirect},
		{"unsaid", "competencies behind a text that it does not show", 0.20, 1, &r.Unsaid},
		{"missing", "fields left out, each", 0.05, 1, &r.Missing},
		{"wrong-unit", "stated pay in a wrong unit", 0.01, 1, &r.WrongUnit},
		{"typos", "texts with slips of the keyboard", 0.10, 1, &r.Typos},
		{"spacing", "texts with wrong spaces", 0.15, 1, &r.Spacing},
		{"decomposed", "texts in decomposed Unicode (NFD)", 0.02, 1, &r.Decomposed},
		{"emoji", "texts with emoji", 0.06, 1, &r.Emoji},
		{"contacts", "texts with a telephone number, an address or a person's name", 0.50, 1, &r.Contacts},
		{"resident", "résumés whose text holds a resident registration number", 0.01, 1, &r.Resident},
	}
}
