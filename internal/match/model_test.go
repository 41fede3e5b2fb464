package match

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ieum"
	"ieum/internal/match/rank"
	"ieum/internal/snapshot"
)

// What happened to somebody is put together as what they were shown, read, applied for and
// heard, with what they were then.
func TestLessonsAreWhatHappened(t *testing.T) {
	month := func(s string) uint16 { return month(ieum.Day(day(s))) }
	posts := []post{{occupation: "8122", region: "41110", skills: []string{"press"}, least: 12, most: -1, opened: "2026-01-01"}, {occupation: "8131", region: "41110", least: -1, most: -1, opened: "2026-01-01"}}
	_, live := market(t, definitions(t), posts, []cv{
		{key: "r0", occupation: "8131", careers: []string{"8131", "8122"}, starts: []uint16{month("2026-03-01"), month("2025-01-01")}, ends: []uint16{snapshot.Unset, month("2025-10-01")},
			months: 14, updated: "2026-06-01", record: 1, events: []event{
				{snapshot.Registered, "2026-02-01", -1, 0},
				{snapshot.Shown, "2026-02-03", 0, 1}, {snapshot.Viewed, "2026-02-03", 0, 0}, {snapshot.Shown, "2026-02-03", 1, 2},
				{snapshot.Applied, "2026-02-03", 0, 1}, {snapshot.Shown, "2026-02-10", 1, 1}, {snapshot.Applied, "2026-02-10", 1, 1}, {snapshot.Answered, "2026-02-20", 0, 0}, {snapshot.Hired, "2026-02-25", 1, 0},
			}},
		{key: "r1", occupation: "8122", record: 2, events: []event{{snapshot.Applied, "2026-05-20", 0, 0}}},
		{key: "r2", occupation: "8122", record: 4, events: []event{{snapshot.Shown, "2026-06-01", 0, 3}}},
	})
	x := indexOf(t, live)
	all, err := x.lessons(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range all {
		if !l.drawn {
			text, _ := json.Marshal([]any{l.resume, l.posting, l.day, l.place, l.viewed, l.applied, l.answered, l.settled})
			got = append(got, string(text))
		}
	}
	want := []string{
		`[0,0,"2026-02-03",1,true,true,true,true]`, `[0,1,"2026-02-03",2,false,false,false,true]`, `[0,1,"2026-02-10",1,false,true,true,true]`,
		`[1,0,"2026-05-20",0,false,true,false,false]`, // nobody can have answered yet
	}
	if !slices.Equal(got, want) {
		t.Errorf("lessons are\n%v\nwant\n%v", got, want)
	}
	// In February the job that began in March and its months were to come.
	rr := x.resumes()
	then, now := *rr.readOn(0, ieum.Day(day("2026-02-03"))), 0
	near := slices.Clone(then.near)
	now = rr.read(0).months
	if then.months != 10 || now != 14 || slices.Equal(near, rr.s.near) {
		t.Errorf("they had worked %d months in February and %d now", then.months, now)
	}
	others, err := x.lessons(t.Context(), true)
	if err != nil || len(others) == 0 || others[0].resume != 2 {
		t.Errorf("of those put aside %+v, %v", others, err)
	}
}

// lessonsOf draws lessons in which pay is what people want, and competencies what they are
// answered for.
func lessonsOf(rnd *rand.Rand, n int) (all []lesson) {
	for i := range n {
		l := lesson{resume: uint32(i / 8 % 2), day: 20600, place: 1 + i%8, settled: true}
		l.parts[rank.Pay], l.parts[rank.Competencies] = 6*rnd.Float64(), 26*rnd.Float64()
		l.viewed = rnd.Float64() < 1/float64(l.place)
		l.applied = l.viewed && rnd.Float64() < rank.Probability(l.parts[rank.Pay]-4)
		l.answered = l.applied && rnd.Float64() < rank.Probability(l.parts[rank.Competencies]/5-3)
		all = append(all, l)
	}
	return all
}

func TestAModelIsLearnedOfEnough(t *testing.T) {
	_, live := market(t, definitions(t), randomPosts(rand.New(rand.NewPCG(1, 1)), 3), []cv{{key: "a"}, {key: "b"}})
	x := indexOf(t, live)
	usual, err := parseModel(usual)
	if err != nil || usual.WishFrom.Own || usual.ChanceFrom.Own || !usual.WishFrom.Simulated || usual.WishFrom.Cases < leastShown {
		t.Fatalf("the model that comes with the program: %+v, %v", usual, err)
	}
	all := lessonsOf(rand.New(rand.NewPCG(3, 3)), 40_000)
	for _, tt := range []struct {
		name         string
		of           []lesson
		wish, chance bool
	}{
		{"nothing", nil, false, false},
		{"too little", all[:leastShown-1], false, false},
		{"enough shown, too few answered", all[:leastShown+2000], true, false},
		{"enough", all, true, true},
	} {
		m := *usual
		m.learn(x.s, tt.of)
		if m.WishFrom.Own != tt.wish || m.ChanceFrom.Own != tt.chance || (m.Wish != usual.Wish) != tt.wish || (m.Chance != usual.Chance) != tt.chance {
			t.Errorf("%s: wish %+v, chance %+v", tt.name, m.WishFrom, m.ChanceFrom)
		}
	}
	m := *usual
	m.learn(x.s, all)
	if w, c := m.Wish.Of, m.Chance.Of; math.Abs(w[rank.Pay]-1) > .1 || w[rank.Competencies] > .02 || math.Abs(c[rank.Competencies]-.2) > .03 {
		t.Errorf("wish %v, chance %v", w, c)
	}
	// From the least probability on, recommending tells best who applies.
	f1 := func(least float64) float64 {
		hit, said, all1 := 0.0, 0.0, 0.0
		for _, l := range all {
			if l.applied {
				all1++
			}
			if m.both(&l.parts) >= least {
				said++
				if l.applied {
					hit++
				}
			}
		}
		return 2 * hit / (said + all1)
	}
	for _, other := range []float64{m.Least / 2, m.Least * .9, m.Least * 1.1, m.Least * 2} {
		if f1(other) > f1(m.Least) {
			t.Errorf("from %v on F1 is %v, from %v on %v", m.Least, f1(m.Least), other, f1(other))
		}
	}
}

// A model that could mislead the search is refused: weights below 0, and no places.
func TestABadModelIsRefused(t *testing.T) {
	var good map[string]any
	if err := json.Unmarshal(usual, &good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(m map[string]any){
		"a weight below 0": func(m map[string]any) { m["wish"].(map[string]any)["of"].([]any)[3] = -.1 },
		"no least":         func(m map[string]any) { m["least"] = 0 },
		"no answers":       func(m map[string]any) { m["answers"] = 0 },
		"no places":        func(m map[string]any) { m["looked"] = []float64{} },
	} {
		text, _ := json.Marshal(good)
		var bad map[string]any
		if err := json.Unmarshal(text, &bad); err != nil {
			t.Fatal(err)
		}
		change(bad)
		text, _ = json.Marshal(bad)
		if _, err := parseModel(text); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// The file in the snapshot is the model that scores are made of.
func TestTheModelInTheSnapshotIsServed(t *testing.T) {
	_, live := market(t, definitions(t), town, nil)
	x := indexOf(t, live)
	text, err := os.ReadFile(filepath.Join(x.s.Dir, partName, modelFile))
	if err != nil {
		t.Fatal(err)
	}
	m, err := parseModel(text)
	if err != nil || m.hash != x.model.hash || m.Wish != x.model.Wish {
		t.Errorf("the file is %v, served is %v, %v", m, x.model, err)
	}
}
