package match

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"

	"ieum"
	"ieum/internal/match/rank"
	"ieum/internal/snapshot"
)

// A Model is what scores are made of. It is a file of the snapshot, learned as this is
// built from what people did where enough is recorded, and else what comes with the
// program. What is judged is the file that is served.
type Model struct {
	rank.Model
	Looked []float64 `json:"looked"` // probability of looking at each place of a page, by that of the first
	Least  float64   `json:"least"`  // probability of applying and being answered, from which a job is recommended

	WishFrom   Learned `json:"wishFrom"`
	ChanceFrom Learned `json:"chanceFrom"`

	hash string // SHA-256 of the file
}

// Learned is what something was learned from.
type Learned struct {
	Own       bool     `json:"own"` // events of this snapshot; else of a market that comes with no snapshot
	Simulated bool     `json:"simulated"`
	From      ieum.Day `json:"from"`
	To        ieum.Day `json:"to"`
	People    int      `json:"people"` // résumés
	Cases     int      `json:"cases"`  // postings shown, or applications
	Of        int      `json:"of"`     // those that were applied for, or answered as hoped

	last uint32 // résumé counted
}

// modelFile is the name of a model in the snapshot's folder of match.
const modelFile = "model.json"

// usual is the model that comes with the program: what a snapshot of a simulated market
// learned (docs/quality.md).
//
//go:embed usual.json
var usual []byte

// Fewest cases, and cases that came about, that are learned from.
const (
	leastShown, leastChosen     = 5000, 500
	leastSettled, leastAnswered = 1000, 100
)

// writeModel learns a model of a snapshot, and writes it to dir. A snapshot that goes on
// from a base has that of its base.
func (x *index) writeModel(ctx context.Context, dir string) error {
	path := filepath.Join(dir, modelFile)
	if layers := x.s.Layers(); len(layers) > 1 {
		text, err := os.ReadFile(filepath.Join(layers[0].Dir, partName, modelFile))
		if err != nil {
			return err
		}
		return os.WriteFile(path, text, 0o644)
	}
	m, err := parseModel(usual)
	if err != nil {
		return err
	}
	all, err := x.lessons(ctx, false)
	if err != nil {
		return err
	}
	m.learn(x.s, all)
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

// learn takes from lessons what there is enough of.
func (m *Model) learn(s *snapshot.Snapshot, all []lesson) {
	m.WishFrom.Own, m.ChanceFrom.Own = false, false
	var shown []rank.Shown
	var applied []rank.Parts
	var answered []bool
	var wish, chance Learned
	for i := range all {
		l := &all[i]
		if l.drawn { // people choose, too, what they look for
			shown = append(shown, rank.Shown{Parts: l.parts})
			continue
		}
		if l.place > 0 {
			shown = append(shown, rank.Shown{Parts: l.parts, Place: l.place, Viewed: l.viewed, Chosen: l.applied})
			wish.count(s, l, l.applied)
		}
		if l.applied && l.settled {
			applied, answered = append(applied, l.parts), append(answered, l.answered)
			chance.count(s, l, l.answered)
		}
	}
	if chance.Cases >= leastSettled && chance.Of >= leastAnswered {
		m.Chance, m.Answers = rank.FitChance(applied, answered)
		m.ChanceFrom = chance
	}
	if wish.Cases >= leastShown && wish.Of >= leastChosen {
		m.Wish, m.Looked = rank.FitShown(shown)
		m.WishFrom, m.Least = wish, m.least(shown)
	}
}

// count counts a lesson; those of one résumé follow one another.
func (l *Learned) count(s *snapshot.Snapshot, of *lesson, came bool) {
	if l.Cases == 0 || of.day < l.From {
		l.From = of.day
	}
	l.To, l.Own = max(l.To, of.day), true
	l.Simulated = l.Simulated || s.Resumes.Flags.At(int(of.resume))&snapshot.Simulated != 0
	if of.resume != l.last || l.Cases == 0 {
		l.People++
	}
	l.last = of.resume
	l.Cases++
	if came {
		l.Of++
	}
}

// least is the probability from which recommending tells best who applies: where twice
// those recommended who applied, by all recommended and all who applied, is most (F1).
func (m *Model) least(shown []rank.Shown) float64 {
	type case_ struct {
		p      float64
		chosen bool
	}
	cases, all := make([]case_, len(shown)), 0.0
	for i := range shown {
		cases[i] = case_{m.both(&shown[i].Parts), shown[i].Chosen}
		if shown[i].Chosen {
			all++
		}
	}
	slices.SortFunc(cases, func(a, b case_) int {
		switch {
		case a.p > b.p:
			return -1
		case a.p < b.p:
			return 1
		}
		return 0
	})
	best, least, hit := 0.0, 1.0, 0.0
	for i, c := range cases {
		if c.chosen {
			hit++
		}
		if i+1 < len(cases) && cases[i+1].p == c.p {
			continue
		}
		if f := 2 * hit / (float64(i+1) + all); f > best {
			best, least = f, c.p
		}
	}
	return least
}

// both is the probability of applying and being answered.
func (m *Model) both(p *rank.Parts) float64 {
	return math.Exp(m.Score(m.Odds(p)))
}

func parseModel(text []byte) (*Model, error) {
	m := &Model{}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	m.hash = hex.EncodeToString(sum[:])
	return m, m.check()
}

// check holds what pruning relies on: no weight is below 0.
func (m *Model) check() error {
	for _, w := range []*rank.Weights{&m.Chance, &m.Wish} {
		for i, v := range w.Of {
			if !(v >= 0) {
				return ieum.Errorf(ieum.ErrInvalid, "match: the weight %g of %s", v, rank.Part(i))
			}
		}
	}
	if !(m.Answers > 0 && m.Answers <= 1) {
		return ieum.Errorf(ieum.ErrInvalid, "match: a probability of an answer of %g", m.Answers)
	}
	if !(m.Least > 0 && m.Least < 1) || len(m.Looked) == 0 {
		return ieum.Errorf(ieum.ErrInvalid, "match: the least probability is %g, and %d places are known", m.Least, len(m.Looked))
	}
	return nil
}

func openModel(dir string) (*Model, error) {
	text, err := os.ReadFile(filepath.Join(dir, modelFile))
	if err != nil {
		return nil, err
	}
	return parseModel(text)
}

// score is what the model makes of a person and a posting.
func (x *index) score(f *rank.Facts) float64 {
	parts := rank.Score(f)
	return x.model.Score(x.model.Odds(&parts))
}
