package jobcare

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path/filepath"

	"ieum"
	"ieum/defs"
	"ieum/internal/jobcare/cellkey"
	"ieum/internal/snapshot"
)

const roadmapPart = "roadmap"

// A Level is a band of experience: months of work of any sort, from From up to
// but without To. The bounds are those of the report's bands of experience
// (Careers), and what postings most often ask for in years: three and ten.
type Level struct {
	Code     string
	From, To int
}

// Levels are the levels of a state: an occupation at a level. Experience counts
// whatever it was in, as it does where a posting asks for years of it.
var Levels = [...]Level{{"entry", 0, 36}, {"middle", 36, 120}, {"senior", 120, 1 << 30}}

const (
	levels   = len(Levels)
	allTaken = levels     // the row of an occupation that counts all levels
	rowsEach = levels + 1 // rows of an occupation in roads
)

// levelOf is the place in Levels of months of experience.
func levelOf(months int) int {
	for l := range Levels {
		if months < Levels[l].To {
			return l
		}
	}
	return levels - 1
}

// thin is the number of people below which evidence is called thin.
const thin = 30

// roads is what the careers of all résumés say of moves from one occupation to
// another, counted once when a snapshot is built. Occupations are positions in
// the Dict; as one that is left, 0 is no work yet. Numbers of people are as they are
// published (figure.go), so that nothing that follows from them tells more. A row is an occupation
// at a level, or at all levels: occupation × rowsEach + level.
type roads struct {
	roadsTable
	mapping *snapshot.Mapping
	moves   []float64    // by occupation: all that led there
	people  float64      // of whom it is known where they work now
	studied []float64    // by major: people who have it
	laws    []bool       // by occupation: a law requires something for it
	weights [][3]float64 // by occupation: what a move to another in each ring around it counts, so that all of them are 1
}

type roadsTable struct {
	Start   []uint32 // by row: where its moves begin, and their end
	To      []uint16 // where a move leads, ascending in a row
	Made    []uint32 // how many made it; a move is not there when that is withheld
	Stay    []uint16 // median months they had worked in what they left; 0 where too few say so
	Left    []uint32 // by row: all moves out of it
	LeftFor []uint16 // by row: the median of the months before; 0 as in Stay
	Here    []uint32 // by row: people who work there now, or did last
	Pay     []uint32 // by row: median of the last pay they state, won a year, to 100,000; 0 where too few do
	PayOf   []uint32 // by row: how many state it
	Majors  []uint32 // by occupation and major: people who work there now, or did last, and have it

	PairFrom []uint32 // by occupation: where the moves out of it are that enough people made last, and their end
	PairTo   []uint16
	PairMade []uint32
	Had      snapshot.Lists[uint16] // by pair: what who made it have more often than who stayed: a competency, or above them a certificate
	HadBy    snapshot.Lists[uint32] // how many of who made it …
	HadStay  snapshot.Lists[uint32] // … and of who stayed

	OpenUntil []int32 // by occupation and region: the last day of any posting there; 0 = none

	CourseOf     snapshot.Lists[uint32] // by occupation: courses that lead to it
	CourseItem   []uint32               // by course: its row of Items
	CourseRegion []uint16
	CourseHours  []uint32
	CourseWon    []uint32 // what the learner pays
	CourseClosed []int32  // ieum.Day; 0 = not said
	CourseSkills snapshot.Lists[uint16]
	CourseCerts  snapshot.Lists[uint16]
}

// Verify reads the file and compares its checksum.
func (r *roads) Verify() error { return r.mapping.Verify() }

// Close gives up the mapping.
func (r *roads) Close() error { return r.mapping.Close() }

// RoadmapPart is what roadmaps are read off. It is built after Part, on which it
// rests.
func RoadmapPart(set *defs.Set) snapshot.Part {
	return snapshot.Part{
		Name: roadmapPart,
		Build: func(ctx context.Context, s *snapshot.Snapshot, dir string) error {
			t, err := newRoads(ctx, s, s.Part(partName).(*base))
			if err == nil {
				err = t.addCourses(s, set)
			}
			if err != nil {
				return err
			}
			return snapshot.WriteTable(filepath.Join(dir, "roadmap.col"), t)
		},
		Open: func(s *snapshot.Snapshot, dir string) (io.Closer, error) {
			r := &roads{}
			var err error
			if r.mapping, err = snapshot.OpenTable(filepath.Join(dir, "roadmap.col"), &r.roadsTable); err != nil {
				return nil, err
			}
			r.spread(s.Dict.Occupations)
			for _, code := range s.Dict.Occupations {
				r.laws = append(r.laws, len(set.Licences(code)) > 0)
			}
			return r, nil
		},
	}
}

// spread adds up where moves lead, and how far, whatever they come from.
func (r *roads) spread(occupations []string) {
	n := len(occupations)
	r.moves, r.weights = make([]float64, n), make([][3]float64, n)
	rings := [3]float64{1, 1, 1} // as if one had been seen in each
	for from := range n {
		row := from*rowsEach + allTaken
		for i := r.Start[row]; i < r.Start[row+1]; i++ {
			to := int(r.To[i])
			r.moves[to] += float64(r.Made[i])
			if from > 0 {
				rings[ring(occupations[from], occupations[to])] += float64(r.Made[i])
			}
		}
	}
	r.studied = make([]float64, len(r.Majors)/n)
	for i, people := range r.Majors {
		r.studied[i%len(r.studied)] += float64(people)
	}
	for row := allTaken; row < len(r.Here); row += rowsEach {
		r.people += float64(r.Here[row])
	}
	for to := 1; to < n; to++ {
		r.moves[to]++ // nobody came yet, and somebody may
	}
	for from := range n {
		var moves [3]float64
		for to := 1; to < n; to++ {
			if to != from {
				moves[ring(occupations[from], occupations[to])] += r.moves[to]
			}
		}
		all := 0.0
		for k := range moves {
			if moves[k] > 0 {
				all += rings[k]
			}
		}
		for k := range moves {
			if moves[k] > 0 {
				r.weights[from][k] = rings[k] / all / moves[k]
			}
		}
	}
}

// ring is how far two unit groups stand from one another: 0 in one minor group,
// 1 in one sub-major group, 2 elsewhere.
func ring(x, y string) int {
	switch k := kinship(x, y); {
	case k >= .6:
		return 0
	case k > 0:
		return 1
	}
	return 2
}

// edge returns the moves from one occupation to another at a level, or allTaken,
// and the median months before them; nothing where there is none.
func (r *roads) edge(from, level, to int) (made uint32, stay int) {
	row := from*rowsEach + level
	lo, hi := r.Start[row], r.Start[row+1]
	for lo < hi {
		mid := (lo + hi) / 2
		if int(r.To[mid]) < to {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == r.Start[row+1] || int(r.To[lo]) != to {
		return 0, 0
	}
	return r.Made[lo], int(r.Stay[lo])
}

// How many moves it takes for what was seen to weigh as much as what it is
// shrunk towards: of an occupation, all moves by how far they lead and how many
// go there; of a level of it, all levels.
const (
	doubtOccupation = 40
	doubtLevel      = 400
)

// chance is how likely somebody who leaves an occupation at a level comes to
// another next: the share of the moves seen, shrunk towards those of all levels,
// and those towards where people move at all (a hierarchical Dirichlet prior:
// MacKay and Peto, A hierarchical Dirichlet language model, 1995).
func (r *roads) chance(occupations []string, from, level, to int) float64 {
	row := from * rowsEach
	p := r.weights[from][ring(occupations[from], occupations[to])] * r.moves[to]
	for _, x := range []struct{ level, doubt int }{{allTaken, doubtOccupation}, {level, doubtLevel}} {
		made, _ := r.edge(from, x.level, to)
		left, doubt := float64(r.Left[row+x.level]), float64(x.doubt)
		p = (steadied(made, left*p) + doubt*p) / (left + doubt)
	}
	return p
}

// steadied estimates a number of people from what is published of it, when so many
// are expected: the linear estimate of least squares, with the variance of what the
// publication adds (docs/market.md) and, of the number itself, that of a Poisson number whose mean is as
// uncertain as it is large.
func steadied(published uint32, expected float64) float64 {
	own := expected + expected*expected
	return expected + (float64(published)-expected)*own/(own+cellkey.Variance)
}

// doubtMajor is how many people of an occupation it takes for their majors to
// weigh as much as those of all.
const doubtMajor = 50

// suits is how much more often people of an occupation have one of some majors
// than all people do: the mean over the majors, 1 without any.
func (r *roads) suits(o int, majors []uint16) float64 {
	sum, n := 0.0, 0
	for _, id := range majors {
		if id == 0 || r.studied[id] == 0 {
			continue
		}
		usual := r.studied[id] / r.people
		people := float64(r.Here[o*rowsEach+allTaken])
		share := (steadied(r.Majors[o*len(r.studied)+int(id)], people*usual) + doubtMajor*usual) / (people + doubtMajor)
		sum += share / usual
		n++
	}
	if n == 0 {
		return 1
	}
	return sum / float64(n)
}

// trodden reports whether a move may be part of a way: people are said to have made it, or
// the two are of one sub-major group.
func (r *roads) trodden(occupations []string, from, to int) bool {
	made, _ := r.edge(from, allTaken, to)
	return made > 0 || ring(occupations[from], occupations[to]) < 2
}

// usualStay is how long people who leave an occupation had worked in it when
// too few say so.
const usualStay = 36

// stay is the median of the months worked in an occupation before going on to
// another from a level: of who did, or else of all who left.
func (r *roads) stay(from, level, to int) int {
	for _, l := range []int{level, allTaken} {
		if _, months := r.edge(from, l, to); months > 0 {
			return months
		}
	}
	for _, l := range []int{level, allTaken} {
		if months := r.LeftFor[from*rowsEach+l]; months > 0 {
			return int(months)
		}
	}
	return usualStay
}

// addCourses lists the training courses and what they lead to.
func (t *roadsTable) addCourses(s *snapshot.Snapshot, set *defs.Set) error {
	kind := snapshot.Find(s.Dict.Kinds, "course")
	leads := make([][]uint32, len(s.Dict.Occupations))
	for i := range s.Meta.Items {
		if kind == 0 || int(s.Items.Kind.At(i)) != kind {
			continue
		}
		var c courseItem
		if err := json.Unmarshal([]byte(s.Items.Body.At(i)), &c); err != nil {
			return fmt.Errorf("jobcare: item %d: %w", i, err)
		}
		id := uint32(len(t.CourseItem))
		for _, code := range c.Occupations {
			if o := snapshot.Find(s.Dict.Occupations, code); o > 0 {
				leads[o] = append(leads[o], id)
			}
		}
		t.CourseItem = append(t.CourseItem, uint32(i))
		t.CourseRegion = append(t.CourseRegion, uint16(snapshot.Find(s.Dict.Regions, c.Region)))
		t.CourseHours = append(t.CourseHours, uint32(max(0, c.Hours)))
		t.CourseWon = append(t.CourseWon, uint32(min(max(0, c.cost()), math.MaxUint32)))
		t.CourseClosed = append(t.CourseClosed, int32(c.Closed))
		t.CourseSkills.Add(idsOf(set.Codes["competencies"], s.Dict.Skills, c.Skills)...)
		t.CourseCerts.Add(idsOf(set.Codes["certificates"], s.Dict.Certificates, c.Certificates)...)
	}
	for _, ids := range leads {
		t.CourseOf.Add(ids...)
	}
	return nil
}

// idsOf finds words of a list in the Dict.
func idsOf(list *defs.CodeList, dict, words []string) (ids []uint16) {
	for _, w := range words {
		if code, ok := list.Lookup(w); ok {
			if id := snapshot.Find(dict, code); id > 0 {
				ids = append(ids, uint16(id))
			}
		}
	}
	return ids
}

// A courseItem is what is read of an item of the kind course.
type courseItem struct {
	Title        string   `json:"title"`
	Institution  string   `json:"institution"`
	Region       string   `json:"region"`
	Occupations  []string `json:"occupations"`
	Certificates []string `json:"certificates"`
	Skills       []string `json:"skills"`
	Opened       ieum.Day `json:"opened"`
	Closed       ieum.Day `json:"closed"`
	Hours        int      `json:"hours"`
	Fee          int64    `json:"fee"`
	Own          *int64   `json:"own_fee"`
	URL          string   `json:"url"`
}

// cost is what the learner pays: their own part where it is said.
func (c *courseItem) cost() int64 {
	if c.Own != nil {
		return *c.Own
	}
	return c.Fee
}
