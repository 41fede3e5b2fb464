package jobcare

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strconv"

	"ieum"
	"ieum/internal/jobcare/cellkey"
	"ieum/internal/jobcare/effect"
	"ieum/internal/snapshot"
)

const (
	// horizon is within how many days of being counselled what came of it counts.
	horizon = 365
	// mostApart is by how much the logarithms of pay agreed and offered differ at most: beyond
	// that the posting's pay is taken to be in a wrong unit.
	mostApart = .5
	// mostUnmeasured is the share of people of whom aptitude or motivation may be missing; from
	// there on neither counts as recorded.
	mostUnmeasured = .1
	// mostOfCell is how many people a cell is estimated from at most, so that a nation takes no
	// more memory than its groups.
	mostOfCell = 10_000
)

// What is estimated of each treatment, in the order of the tables.
var (
	treatments = []string{"course", "certificate"}
	outcomes   = []string{"hired", "pay", "interest"}
	verdicts   = []effect.Verdict{effect.TooFew, effect.TooUnlike, effect.Unclear, effect.Unmeasured, effect.Found}
)

// effects is what is published of effects, counted once when a snapshot is built: a row for
// each treatment, group and outcome of which there is more to say than that people are too few.
// Nothing exact is in it.
type effects struct {
	effectColumns
	mapping *snapshot.Mapping
}

type effectColumns struct {
	Estimated []uint8  // by outcome: 1 where it is recorded
	Simulated []uint8  // 1 where the people are made up
	Group     []uint16 // two digits of KECO, as a number
	Treatment []uint8
	Outcome   []uint8
	Verdict   []uint8
	Effect    []int16 // hundredths, as are its interval's ends
	Low       []int16
	High      []int16
	All       []uint16 // E-values, in tenths
	Bound     []uint16
	Treated   []uint32 // people, as published
	Compared  []uint32
}

// Verify reads the file and compares its checksum.
func (e *effects) Verify() error {
	if e == nil {
		return nil
	}
	return e.mapping.Verify()
}

// Close gives up the mapping.
func (e *effects) Close() error {
	if e == nil {
		return nil
	}
	return e.mapping.Close()
}

// writeEffects estimates and writes. A snapshot of changes has what its base has.
func writeEffects(ctx context.Context, s *snapshot.Snapshot, b *base, dir string) error {
	if len(s.Layers()) > 1 || ctx.Err() != nil {
		return ctx.Err()
	}
	st := newStudy(s, b.past, mostOfCell)
	lists, err := effect.Of(st.tables[:]...)
	if err != nil {
		return err
	}
	release := b.release()
	return snapshot.WriteTable(filepath.Join(dir, "effects.col"), st.publish(&release, lists))
}

func openEffects(s *snapshot.Snapshot, dir string) (*effects, error) {
	if layers := s.Layers(); len(layers) > 1 {
		dir = filepath.Join(layers[0].Dir, partName)
	}
	e := &effects{}
	var err error
	e.mapping, err = snapshot.OpenTable(filepath.Join(dir, "effects.col"), &e.effectColumns)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return e, err
}

// anySchooling is the code of a posting that asks for no schooling; nobody's own.
const anySchooling = "none"

// A study is the tables that effects are estimated from, with whom their cells count.
type study struct {
	s      *snapshot.Snapshot
	tables [3]*effect.Table // by outcome
	cells  []studied
	arms   [3][][2]cellkey.Cell // by outcome and cell: people who did not take it up, and who did
	seen   [3]map[armOf]bool

	recorded     [3]bool
	anySchooling uint8 // that of a posting that asks for none
	occs, starts [64]uint16
	ends         [64]uint16
}

// studied is what a cell is of.
type studied struct{ treatment, group int }

type armOf struct {
	person uint32
	cell   uint16
	taken  bool
}

// newStudy makes the tables of a snapshot, of at most so many people a cell.
func newStudy(s *snapshot.Snapshot, p *past, most int) *study {
	all := counsels(s, p, horizon)
	all = slices.DeleteFunc(all, func(d decision) bool { return d.group(s) < 0 })
	st := &study{s: s, anySchooling: uint8(snapshot.Find(s.Dict.Education, anySchooling))}
	of := st.divide(all)
	all = sample(all, func(d *decision) int { return of[d.cell(s)] }, len(st.cells), most)
	follow(s, p, all, horizon)
	unmeasured := 0
	for i := range all {
		if math.IsNaN(all[i].aptitude) || math.IsNaN(all[i].motivation) {
			unmeasured++
		}
	}
	for k := range outcomes {
		st.tables[k] = &effect.Table{Cells: len(st.cells), Binary: outcomes[k] != "pay", Unmeasured: float64(unmeasured) > mostUnmeasured*float64(len(all))}
		st.arms[k], st.seen[k] = make([][2]cellkey.Cell, len(st.cells)), map[armOf]bool{}
	}
	for i := range all {
		st.add(&all[i], of[all[i].cell(s)])
	}
	some := p.records(snapshot.Hired) && len(all) > 0
	st.recorded = [3]bool{some, some && len(st.tables[1].Units) > 0, some && p.records(snapshot.Answered)}
	for k, is := range st.recorded {
		if !is {
			st.tables[k].Units, st.tables[k].X = nil, nil
		}
	}
	return st
}

// group is the 2-digit group that a treatment leads to, and −1 where that is not known: that of
// the first occupation that a course is for, or of the one sought with an examination.
func (d *decision) group(s *snapshot.Snapshot) int {
	o := d.sought
	if d.certificate == 0 {
		if len(d.leads) == 0 {
			return -1
		}
		o = d.leads[0]
	}
	return groupOf(s.Dict.Occupations[o])
}

// groupOf reads the first two digits of a unit group.
func groupOf(code string) int {
	if len(code) < 2 {
		return -1
	}
	n, err := strconv.Atoi(code[:2])
	if err != nil {
		return -1
	}
	return n
}

func (d *decision) cell(s *snapshot.Snapshot) studied {
	c := studied{group: d.group(s)}
	if d.certificate != 0 {
		c.treatment = 1
	}
	return c
}

// divide numbers the cells.
func (st *study) divide(all []decision) map[studied]int {
	of := map[studied]int{}
	for i := range all {
		of[all[i].cell(st.s)] = 0
	}
	for c := range of {
		st.cells = append(st.cells, c)
	}
	slices.SortFunc(st.cells, func(a, b studied) int { return (a.group-b.group)*len(treatments) + a.treatment - b.treatment })
	for i, c := range st.cells {
		of[c] = i
	}
	return of
}

// sample keeps the decisions of so many people of each cell, the same ones whenever it is asked.
func sample(all []decision, cell func(*decision) int, cells, most int) []decision {
	drawn := make([][]uint64, cells)
	for i := range all {
		c := cell(&all[i])
		drawn[c] = append(drawn[c], scatter(all[i].person))
	}
	last := make([]uint64, cells)
	for c, d := range drawn {
		slices.Sort(d)
		d = slices.Compact(d)
		last[c] = d[min(most, len(d))-1]
	}
	return slices.Clone(slices.DeleteFunc(all, func(d decision) bool { return scatter(d.person) > last[cell(&d)] }))
}

// scatter is a permutation of numbers without pattern (SplitMix64: Steele, Lea and Flood,
// OOPSLA 2014).
func scatter(person uint32) uint64 {
	x := uint64(person)*0x9e3779b97f4a7c15 + 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// add adds the units of a decision. Only applications for work in the 1-digit group that the
// treatment leads to count.
func (st *study) add(d *decision, cell int) {
	exam := 0.0
	if d.certificate != 0 {
		exam = 1
	}
	years, _ := st.years(d, d.sought)
	row := []float64{d.age, d.education, d.looked, float64(d.day), exam, years, d.aptitude, d.motivation}
	if d.whole {
		st.unit(0, d, cell, yes(d.hired), row)
	}
	p := &st.s.Postings
	for _, x := range d.tries {
		if group := groupOf(st.s.Dict.Occupations[x.occupation]); !x.same || group < 0 || group/10 != st.cells[cell].group/10 {
			continue
		}
		beside := st.beside(d, x, row)
		st.unit(2, d, cell, yes(x.answered), beside)
		low, high := float64(p.PayMin.At(int(x.posting))), float64(p.PayMax.At(int(x.posting)))
		if offered := (low + max(low, high)) / 2; x.pay > 0 && low > 0 {
			if over := math.Log(float64(x.pay) / offered); math.Abs(over) <= mostApart {
				st.unit(1, d, cell, over, beside)
			}
		}
	}
}

func yes(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func (st *study) unit(outcome int, d *decision, cell int, y float64, x []float64) {
	t := st.tables[outcome]
	t.Units, t.X = append(t.Units, effect.Unit{Person: int(d.person), Cell: cell, Treated: d.taken, Outcome: y}), append(t.X, x)
	if who := (armOf{d.person, uint16(cell), d.taken}); !st.seen[outcome][who] {
		st.seen[outcome][who] = true
		st.arms[outcome][cell][int(yes(d.taken))].Add(d.key)
	}
}

// beside adds to what is known of somebody what sets them apart from what a posting asks for.
func (st *study) beside(d *decision, x try, row []float64) []float64 {
	p, at := &st.s.Postings, int(x.posting)
	years, last := st.years(d, x.occupation)
	over, levels := math.NaN(), math.NaN()
	if m := p.CareerMin.At(at); m != snapshot.Unset {
		over = years - float64(m)/12
	}
	switch asked := p.Education.At(at); {
	case asked == 0:
	case asked == st.anySchooling:
		levels = 0
	default:
		levels = d.education - float64(asked)
	}
	out := make([]float64, len(row), len(row)+7)
	copy(out, row)
	return append(out, max(-5, min(over, 0)), max(0, min(over, 5)), min(levels, 0), max(0, levels), yes(last == 0), yes(last == 1), yes(last == 2))
}

// years are those of work before being counselled in the 3-digit group of an occupation and half
// of those in its 2-digit group; last says how near the last work was: 0 the same occupation, 1
// and 2 those groups, 3 none of them.
func (st *study) years(d *decision, occupation uint16) (years float64, last int) {
	r, dict := &st.s.Resumes, st.s.Dict.Occupations
	occs, starts, ends := r.CareerOcc.At(int(d.row), st.occs[:]), r.CareerStart.At(int(d.row), st.starts[:]), r.CareerEnd.At(int(d.row), st.ends[:])
	at := d.day.Time()
	began, newest, to := uint16((at.Year()-1970)*12+int(at.Month())-1), uint16(0), dict[occupation]
	last = 3
	for i, o := range occs {
		if i >= len(starts) || i >= len(ends) || starts[i] >= began || o == 0 || to == "" {
			continue
		}
		k, end := 3, min(ends[i], began) // one that goes on has snapshot.Unset
		for digits := 4; digits >= 2; digits-- {
			if dict[o][:digits] == to[:digits] {
				k = 4 - digits
				break
			}
		}
		if end > starts[i] && k < 3 {
			worked := float64(end-starts[i]) / 12
			if k == 2 {
				worked /= 2
			}
			years += worked
		}
		if starts[i] > newest {
			newest, last = starts[i], k
		}
	}
	return years, last
}

// publish keeps what may be shown of estimates. Of people there are thirty in each arm beyond
// doubt, whatever is added to their numbers. An interval's ends are rounded outwards.
func (st *study) publish(r *cellkey.Release, lists [][]effect.Estimate) *effectColumns {
	c := &effectColumns{Estimated: make([]uint8, len(outcomes)), Simulated: []uint8{uint8(yes(!anyReal(st.s)))}}
	for k, list := range lists {
		c.Estimated[k] = uint8(yes(st.recorded[k]))
		for i := range list {
			e, of := &list[i], st.cells[i]
			name := func(arm string) string {
				return "effects|" + treatments[of.treatment] + "|" + strconv.Itoa(of.group) + "|" + outcomes[k] + "|" + arm
			}
			compared, treated := r.Published(st.arms[k][i][0], name("compared")), r.Published(st.arms[k][i][1], name("treated"))
			if e.Verdict == effect.TooFew || min(compared, treated)-cellkey.Most < quantiles {
				continue
			}
			x := *e
			if outcomes[k] == "pay" { // a logarithm
				x.Effect, x.Low, x.High = math.Expm1(x.Effect), math.Expm1(x.Low), math.Expm1(x.High)
			}
			if !e.Shown() {
				x, compared, treated = effect.Estimate{}, 0, 0
			}
			c.Group, c.Treatment, c.Outcome = append(c.Group, uint16(of.group)), append(c.Treatment, uint8(of.treatment)), append(c.Outcome, uint8(k))
			c.Verdict = append(c.Verdict, uint8(slices.Index(verdicts, e.Verdict)))
			c.Effect, c.Low, c.High = append(c.Effect, hundredths(math.Round, x.Effect)), append(c.Low, hundredths(math.Floor, x.Low)), append(c.High, hundredths(math.Ceil, x.High))
			c.All, c.Bound = append(c.All, tenths(x.Hidden.All)), append(c.Bound, tenths(x.Hidden.Bound))
			c.Treated, c.Compared = append(c.Treated, uint32(treated)), append(c.Compared, uint32(compared))
		}
	}
	return c
}

func hundredths(round func(float64) float64, x float64) int16 {
	return int16(max(-100, min(100, round(100*x))))
}

func tenths(x float64) uint16 { return uint16(math.Round(10 * x)) }

// Effects are what courses and examinations for certificates did for those who took them up, in
// the 2-digit group of an occupation, whatever a slice is limited to. docs/market.md has how.
type Effects struct {
	Group     Named    `json:"group"`
	Simulated bool     `json:"simulated"` // the people are made up: beside anybody real they would not count
	List      []Effect `json:"list"`      // by treatment, then by outcome
}

// Treatments are the list by treatment.
func (e *Effects) Treatments() (by []TreatmentEffects) {
	for _, code := range treatments {
		by = append(by, TreatmentEffects{code, slices.DeleteFunc(slices.Clone(e.List), func(x Effect) bool { return x.Treatment != code })})
	}
	return by
}

// TreatmentEffects are the effects of one treatment.
type TreatmentEffects struct {
	Code string
	List []Effect
}

// An Effect is what may be said of one treatment and outcome. Of too few or too unlike people
// nothing but the verdict is.
type Effect struct {
	Treatment string         `json:"treatment"` // course, certificate
	Outcome   string         `json:"outcome"`   // hired, pay, interest
	Verdict   effect.Verdict `json:"verdict"`
	Value     Figure         `json:"value"` // a share of people, of pay or of applications; n: people of both arms
	Low       Figure         `json:"low"`   // of its 95 % interval
	High      Figure         `json:"high"`
	Treated   Figure         `json:"treated"`  // people
	Compared  Figure         `json:"compared"` // people
	// Hidden and Reaching are E-values: how strong a hidden cause would have to be to explain all
	// of it, or so much that the interval reaches 0.
	Hidden   Figure `json:"hidden"`
	Reaching Figure `json:"reaching"`
}

// Found says whether it may be called an effect, and Unclear whether it may be nothing.
func (e Effect) Found() bool   { return e.Verdict == effect.Found }
func (e Effect) Unclear() bool { return e.Verdict == effect.Unclear }

// Says is what of the effect's verdict is said: few, unlike, unclear, unmeasured, or of one that
// is found whether there was more or less.
func (e Effect) Says() string {
	switch {
	case !e.Found():
		return string(e.Verdict)
	case e.Value.Float() < 0:
		return "less"
	}
	return "more"
}

// Size is how many of a hundred it is, either way.
func (e Effect) Size() int64 { return int64(math.Abs(float64(e.Value.Hundred()))) }

// any says whether any outcome is estimated.
func (e *effects) any() bool { return e != nil && slices.Contains(e.Estimated, 1) }

// effects shows those of an occupation's group; nil where none could be estimated.
func (v *view) effects(occupation string) *Effects {
	e := v.b.effects
	if !e.any() {
		return nil
	}
	group := groupOf(occupation)
	out := &Effects{Group: Named{occupation[:2], v.set.Name("keco2025", occupation[:2])}, Simulated: e.Simulated[0] == 1, List: []Effect{}}
	for _, treatment := range treatments {
		for k, outcome := range outcomes {
			if e.Estimated[k] == 0 {
				continue
			}
			out.List = append(out.List, e.of(group, treatment, outcome))
		}
	}
	return out
}

// of is what is said of one treatment and outcome in a group.
func (e *effects) of(group int, treatment, outcome string) Effect {
	x := Effect{Treatment: treatment, Outcome: outcome, Verdict: effect.TooFew, Value: withheld, Low: withheld, High: withheld, Treated: withheld, Compared: withheld, Hidden: withheld, Reaching: withheld}
	for i := range e.Group {
		if int(e.Group[i]) == group && treatments[e.Treatment[i]] == treatment && outcomes[e.Outcome[i]] == outcome {
			x.fill(e, i)
		}
	}
	return x
}

func (x *Effect) fill(e *effects, i int) {
	x.Verdict = verdicts[e.Verdict[i]]
	if e.Treated[i] == 0 {
		return
	}
	treated, compared := int(e.Treated[i]), int(e.Compared[i])
	of := func(v float64) Figure { return known(v, treated+compared, 0, onCounselled) }
	x.Value, x.Low, x.High = of(float64(e.Effect[i])/100), of(float64(e.Low[i])/100), of(float64(e.High[i])/100)
	x.Treated, x.Compared = known(float64(treated), treated, 0, onCounselled), known(float64(compared), compared, 0, onCounselled)
	x.Hidden, x.Reaching = of(float64(e.All[i])/10), of(float64(e.Bound[i])/10)
}

// effectsBasis says what effects stand on.
func (v *view) effectsBasis(m *Market, day ieum.Day) {
	if m.Effects != nil {
		m.Bases[onCounselled] = Basis{ieum.Text{
			KO: "상담에서 훈련이나 자격시험을 권유받은 사람. 직업 중분류와 종류마다 많아야 10,000명을 뽑아 셌고, 조건을 골라도 달라지지 않습니다",
			EN: "people offered a course or an examination in counselling: of each sort and 2-digit group 10,000 drawn at most, however the slice is limited",
		}, v.s.Meta.From, day, 0, v.b.past.sources(v.s)}
	}
}
