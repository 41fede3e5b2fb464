package jobcare

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"ieum"
	"ieum/internal/snapshot"
)

// Work is what an occupation is, as far as a source says so.
type Work struct {
	Descriptions []Description `json:"descriptions"` // at most 6
	More         int           `json:"more"`         // how many further ones there are
	Licences     []Licence     `json:"licences"`     // required by law
	Survey       *Survey       `json:"survey,omitempty"`

	published []published
}

// A Description is one job of the occupation in the words of its source.
type Description struct {
	Title        string        `json:"title"`
	Summary      string        `json:"summary"`
	Duties       string        `json:"duties"`
	Certificates []string      `json:"certificates"`
	Source       ieum.SourceID `json:"source"`
}

// A Survey is what people who do the work answered.
type Survey struct {
	From       int             `json:"from"` // first and last year of the survey
	To         int             `json:"to"`
	N          int             `json:"n"`
	Hours      Figure          `json:"hours"`     // median, a week
	Pay        Figure          `json:"pay"`       // median, won a year
	Satisfied  Figure          `json:"satisfied"` // of 100, those who answered 4 or 5 of 5
	Growing    Figure          `json:"growing"`   // of 100, those who expect more jobs
	Shrinking  Figure          `json:"shrinking"` // of 100, those who expect fewer
	MiddleAged Figure          `json:"middleAged"`
	Conditions []Condition     `json:"conditions"` // most frequent first
	Sources    []ieum.SourceID `json:"sources"`
}

// A Condition is how many of 100 have it often: 4 or 5 of 5.
type Condition struct {
	Name  string `json:"name"` // field of the kind occupation-survey
	In100 Figure `json:"in100"`
}

// conditions are the survey's fields about the surroundings.
var conditions = []string{"indoors", "outdoors", "noise", "temperature", "pollutants", "danger", "sitting", "standing", "bending", "customers", "deadlines", "weekends"}

// onSurvey is the basis of the survey's figures.
const onSurvey = "survey"

// work says what an occupation is.
func (a *Adviser) work(s *snapshot.Snapshot, occupation string) (*Work, error) {
	w := &Work{Descriptions: []Description{}, Licences: []Licence{}}
	for _, l := range a.set.Licences(occupation) {
		w.Licences = append(w.Licences, a.licence(l))
	}
	o := snapshot.Find(s.Dict.Occupations, occupation)
	if o == 0 {
		return w, nil
	}
	answers, sources := []map[string]float64{}, []ieum.SourceID{}
	for i := range s.Meta.Items {
		if int(s.Items.Occupation.At(i)) != o {
			continue
		}
		source := ieum.SourceID(s.Dict.Sources[s.Items.Source.At(i)])
		switch s.Dict.Kinds[s.Items.Kind.At(i)] {
		case "occupation-description":
			d := Description{Source: source}
			if err := json.Unmarshal([]byte(s.Items.Body.At(i)), &d); err != nil {
				return nil, fmt.Errorf("jobcare: item %d: %w", i, err)
			}
			w.Descriptions = append(w.Descriptions, d)
		case "occupation-profile":
			p, err := readPublished(s, i, source)
			if err != nil {
				return nil, err
			}
			w.published = append(w.published, p)
		case "occupation-survey":
			answer, err := numbers([]byte(s.Items.Body.At(i)))
			if err != nil {
				return nil, fmt.Errorf("jobcare: item %d: %w", i, err)
			}
			answers = append(answers, answer)
			if !slices.Contains(sources, source) {
				sources = append(sources, source)
			}
		}
	}
	slices.SortStableFunc(w.Descriptions, func(x, y Description) int { return cmp.Compare(len(y.Summary), len(x.Summary)) })
	w.More = max(0, len(w.Descriptions)-6)
	w.Descriptions = w.Descriptions[:len(w.Descriptions)-w.More]
	if len(answers) >= least {
		w.Survey = survey(answers)
		w.Survey.Sources = sources
	}
	return w, nil
}

// numbers returns the fields of a row that are numbers.
func numbers(row []byte) (map[string]float64, error) {
	var fields map[string]any
	if err := json.Unmarshal(row, &fields); err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for name, v := range fields {
		if n, ok := v.(float64); ok {
			out[name] = n
		}
	}
	return out, nil
}

func survey(answers []map[string]float64) *Survey {
	y := &Survey{N: len(answers), From: 9999}
	for _, a := range answers {
		y.From, y.To = min(y.From, int(a["year"])), max(y.To, int(a["year"]))
	}
	y.Hours, y.Pay = middle(answers, "hours"), middle(answers, "pay_min")
	y.Satisfied = often(answers, "satisfaction", 4, 5)
	y.Growing, y.Shrinking = often(answers, "outlook", 4, 5), often(answers, "outlook", 1, 2)
	y.MiddleAged = often(answers, "later_entry", 4, 5)
	for _, name := range conditions {
		if f := often(answers, name, 4, 5); f.Known() {
			y.Conditions = append(y.Conditions, Condition{name, f})
		}
	}
	slices.SortStableFunc(y.Conditions, func(a, b Condition) int { return cmp.Compare(b.In100.Float(), a.In100.Float()) })
	return y
}

// often is how many of 100 answered between low and high, of those who did.
func often(answers []map[string]float64, name string, low, high float64) Figure {
	n, of := 0, 0
	for _, a := range answers {
		if v, ok := a[name]; ok && v > 0 {
			of++
			if v >= low && v <= high {
				n++
			}
		}
	}
	if of < least {
		return withheld
	}
	v := float64((n*100 + of/2) / of)
	return Figure{Value: &v, N: n, Of: of, Basis: onSurvey}
}

// middle is the median of those who answered.
func middle(answers []map[string]float64, name string) Figure {
	var values []float64
	for _, a := range answers {
		if v, ok := a[name]; ok && v > 0 {
			values = append(values, v)
		}
	}
	if len(values) < least {
		return withheld
	}
	slices.Sort(values)
	v := values[(len(values)-1)/2]
	return Figure{Value: &v, N: len(values), Of: len(answers), Basis: onSurvey}
}
