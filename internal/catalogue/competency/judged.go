package competency

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"ieum"
)

// A Verdict says of a mention in a text whether it is meant there.
type Verdict struct {
	sign   sign
	meant  bool
	weight float64 // how many mentions of its sign it stands for
	other  string  // what another reader says, 1 or 0 as meant; "" where only one has read
}

// ReadVerdicts reads a table with the columns sign (as `ieum extract` names it), meant (0 or
// 1) and, where signs were not judged in the proportion in which they come, weight: how
// many mentions each row stands for. A column other may have the verdicts of another
// reader on some of them, 0 or 1. Further columns are passed over.
func ReadVerdicts(r io.Reader) ([]Verdict, error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, ieum.Errorf(ieum.ErrInvalid, "verdicts: %v", err)
	}
	if len(rows) == 0 {
		return nil, ieum.Errorf(ieum.ErrInvalid, "verdicts: the table is empty")
	}
	column, meant, weight := slices.Index(rows[0], "sign"), slices.Index(rows[0], "meant"), slices.Index(rows[0], "weight")
	other := slices.Index(rows[0], "other")
	if column < 0 || meant < 0 {
		return nil, ieum.Errorf(ieum.ErrInvalid, "verdicts: the table has no columns sign and meant")
	}
	var out []Verdict
	for i, row := range rows[1:] {
		v := Verdict{weight: 1, meant: row[meant] == "1"}
		s := slices.Index(signNames[:], row[column])
		if weight >= 0 {
			v.weight, err = strconv.ParseFloat(row[weight], 64)
		}
		if other >= 0 {
			v.other = row[other]
		}
		if s < 0 || v.other != "" && v.other != "0" && v.other != "1" || !v.meant && row[meant] != "0" || err != nil || !(v.weight > 0) || math.IsInf(v.weight, 0) {
			return nil, ieum.Errorf(ieum.ErrInvalid, "verdicts: row %d: %q is no verdict", i+2, row)
		}
		v.sign = sign(s)
		out = append(out, v)
	}
	return out, nil
}

// guesses are the probabilities that were set by hand before mentions were judged.
var guesses = chances{signPart: .4, signOne: .5, signTwo: .8, signTwoOpen: .45, signThree: .9, signLong: .95, signInside: .85, signLatin: .9, signOrdinary: .2, signWrongCase: .2,
	signShort: .8, signListed: .8, signLoneLetter: .5, signJoined: .1, signPhrase: .85, signWord: .75, signAbout: .7, signGeneral: .3, signDone: .75,
	signSaid: .75, signLoose: .65, signDuty: .5, signAdvert: .3, signBoth: .95, signDenied: .3, signWished: .4}

// guessed is how many judged mentions a guess is worth.
const guessed = 4

// fit returns the share of mentions of each sign that are meant, drawn to the guess.
func fit(verdicts []Verdict) (c chances) {
	var meant, n chances
	for _, v := range verdicts {
		n[v.sign]++
		if v.meant {
			meant[v.sign]++
		}
	}
	for s := range c {
		c[s] = math.Round((meant[s]+guessed*guesses[s])/(n[s]+guessed)*1000) / 1000
	}
	return c
}

// AddMentions returns weights of ESCO's skills with the probabilities of mentions that
// verdicts teach, as Load reads them.
func AddMentions(stored []byte, verdicts []Verdict) ([]byte, error) {
	all := map[string]any{}
	d := json.NewDecoder(bytes.NewReader(stored))
	d.UseNumber()
	if err := d.Decode(&all); err != nil {
		return nil, err
	}
	mentions := map[string]float64{}
	for s, p := range fit(verdicts) {
		mentions[signNames[s]] = p
	}
	all["mentions"], all["mentions_report"] = mentions, Evaluate(verdicts)
	b, err := json.MarshalIndent(all, "", "  ")
	return append(b, '\n'), err
}

// ReportOf returns the figures that probabilities of mentions came with: those of stored
// weights, or of the program's where they have none.
func ReportOf(stored []byte) (Report, error) {
	for _, b := range [][]byte{stored, weightsJSON} {
		var w struct {
			Report *Report `json:"mentions_report"`
		}
		if len(b) == 0 {
			continue
		}
		if err := json.Unmarshal(b, &w); err != nil {
			return Report{}, ieum.Errorf(ieum.ErrInvalid, "the weights are broken: %v", err)
		}
		if w.Report != nil {
			return *w.Report, nil
		}
	}
	return Report{}, nil
}

// A Report says how well probabilities of mentions are calibrated: each verdict is
// compared with what verdicts of other folds teach.
type Report struct {
	Judged   int        `json:"judged"`
	Meant    float64    `json:"meant"`     // share of mentions at even odds or better that are meant, by weight
	ECE      float64    `json:"ece"`       // 15 equal bins, by weight
	ECERange [2]float64 `json:"ece_range"` // 95 %, bootstrap over verdicts
	Guesses  float64    `json:"ece_of_guesses"`
	Readers  *Readers   `json:"readers,omitempty"` // where another has judged some of them
	Signs    []SignOf   `json:"signs"`
}

// Readers say how far two readers agree who did not see one another's verdicts, and how well
// calibrated probabilities fitted to the first's are by either's, on what both judged.
type Readers struct {
	Judged int     `json:"judged"`
	Agree  float64 `json:"agree"`
	Kappa  float64 `json:"kappa"` // Cohen's
	First  float64 `json:"ece_of_first"`
	Other  float64 `json:"ece_of_other"`
}

// SignOf is what was judged of a sort of mention.
type SignOf struct {
	Sign   string  `json:"sign"`
	Judged int     `json:"judged"`
	Meant  int     `json:"meant"`
	P      float64 `json:"p"`
}

const (
	folds  = 10
	rounds = 20 // drawings of the folds
)

// heldOut returns what is claimed of each verdict by a fit to the others but those of its
// fold, for each drawing of the folds.
func heldOut(verdicts []Verdict) [rounds][]float64 {
	rng := rand.New(rand.NewPCG(1, 2))
	var out [rounds][]float64
	for r := range out {
		out[r] = make([]float64, len(verdicts))
		order := rng.Perm(len(verdicts))
		for fold := range folds {
			var others []Verdict
			for i, at := range order {
				if i%folds != fold {
					others = append(others, verdicts[at])
				}
			}
			c := fit(others)
			for i := fold; i < len(order); i += folds {
				out[r][order[i]] = c[verdicts[order[i]].sign]
			}
		}
	}
	return out
}

// Evaluate scores the fit to verdicts by cross-validation, the mean of 20 drawings of its
// folds. It depends on nothing but them.
func Evaluate(verdicts []Verdict) Report {
	claims := heldOut(verdicts)
	all := make([]int, len(verdicts))
	guess := make([]float64, len(verdicts))
	r := Report{Judged: len(verdicts)}
	var sure float64
	for i, v := range verdicts {
		all[i], guess[i] = i, guesses[v.sign]
		for _, p := range claims {
			if p[i] >= Sure {
				sure += v.weight
				if v.meant {
					r.Meant += v.weight
				}
			}
		}
	}
	r.Meant /= max(1, sure)
	r.ECE, r.Guesses = meanError(verdicts, claims, all), calibrationError(verdicts, guess, all)
	r.ECERange = errorRange(verdicts, claims)
	r.Readers = compare(verdicts, claims)
	for s, chance := range fit(verdicts) {
		of := SignOf{Sign: signNames[s], P: chance}
		for _, v := range verdicts {
			if int(v.sign) == s {
				of.Judged++
				if v.meant {
					of.Meant++
				}
			}
		}
		r.Signs = append(r.Signs, of)
	}
	return r
}

// meanError is the calibration error over the drawings of folds.
func meanError(verdicts []Verdict, claims [rounds][]float64, of []int) (mean float64) {
	for _, p := range claims {
		mean += calibrationError(verdicts, p, of) / rounds
	}
	return mean
}

// compare returns how two readers agree; nil when there is only one.
func compare(verdicts []Verdict, claims [rounds][]float64) *Readers {
	var both []int
	others := slices.Clone(verdicts)
	var same, first, other float64
	for i, v := range verdicts {
		if v.other == "" {
			continue
		}
		both, others[i].meant = append(both, i), v.other == "1"
		if v.meant {
			first++
		}
		if others[i].meant {
			other++
		}
		if v.meant == others[i].meant {
			same++
		}
	}
	if both == nil {
		return nil
	}
	n := float64(len(both))
	chance := (first*other + (n-first)*(n-other)) / (n * n)
	r := &Readers{Judged: len(both), Agree: same / n, Kappa: 1}
	if chance < 1 {
		r.Kappa = (same/n - chance) / (1 - chance)
	}
	r.First, r.Other = meanError(verdicts, claims, both), meanError(others, claims, both)
	return r
}

// calibrationError is the mean distance between what some mentions claim and how often they
// are meant.
func calibrationError(verdicts []Verdict, p []float64, of []int) float64 {
	var claimed, meant [15]float64
	var sum, all float64
	for _, i := range of {
		b := min(len(claimed)-1, int(p[i]*float64(len(claimed))))
		w := verdicts[i].weight
		all += w
		claimed[b] += w * p[i]
		if verdicts[i].meant {
			meant[b] += w
		}
	}
	for b := range claimed {
		sum += math.Abs(claimed[b] - meant[b])
	}
	return sum / max(1e-9, all)
}

// errorRange returns the bounds that hold 95 of 100 of 1,000 samples of verdicts.
func errorRange(verdicts []Verdict, claims [rounds][]float64) [2]float64 {
	if len(verdicts) == 0 {
		return [2]float64{}
	}
	rng := rand.New(rand.NewPCG(1, 3))
	of := make([]int, len(verdicts))
	var all []float64
	for n := range 1000 {
		for i := range of {
			of[i] = rng.IntN(len(of))
		}
		all = append(all, calibrationError(verdicts, claims[n%rounds], of))
	}
	slices.Sort(all)
	return [2]float64{all[25], all[974]}
}
