package encoder

import (
	"math/rand/v2"
	"testing"
)

func TestPackedVectorsMultiplyAsTheyWere(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	a, b := make([]int8, 152), make([]int8, 152)
	for n := range 1000 {
		for i := range a {
			switch n { // the largest sums there are
			case 0:
				a[i], b[i] = 127, 127
			case 1:
				a[i], b[i] = 127, -127
			case 2:
				a[i], b[i] = -127, -127
			default:
				a[i], b[i] = int8(rng.IntN(255)-127), int8(rng.IntN(255)-127)
			}
		}
		g := Groups{packed: pack(nil, b, true)}
		if got, want := g.dot(pack(nil, a, false), 0), float32(product8(a, b)); got != want {
			t.Fatalf("draw %d: %v, not %v", n, got, want)
		}
	}
}

func TestGroupsAreAsLikeAsTheirLikestName(t *testing.T) {
	e := builtIn(t)
	names := []string{"registered nurse", "cook", "chef", "welder", "간호사", "software developer", "lorry driver", "waiters (night shift)"}
	of := []int16{0, 1, 1, 2, 0, 3, 4, 5}
	g, x := e.Group(names, of, 6), e.Index(names)
	for _, title := range []string{"chef", "Senior Nurse (night shift)", "java developers", "truck driver", "soldador", "waiters (night shift)"} {
		want := []float32{-1, -1, -1, -1, -1, -1}
		for _, m := range x.Rank(title, 0) {
			want[of[m.Line]] = max(want[of[m.Line]], float32(m.Score))
		}
		for i, like := range g.Likeness(title, make([]float32, 6)) {
			if d := like - want[i]; d > 1e-5 || d < -1e-5 {
				t.Errorf("%s: group %d is like it by %v, not %v", title, i, like, want[i])
			}
		}
	}
	if got := g.Likeness("🙂", make([]float32, 6)); got != nil {
		t.Errorf("no word is like %v", got)
	}
}

// TestNamesThatMatterAreCompared holds that a bonus brings a group's names among those compared, and
// that guesses rank no other name first.
func TestNamesThatMatterAreCompared(t *testing.T) {
	e := builtIn(t)
	var names []string
	var of []int16
	for i, a := range []string{"senior", "junior", "chief", "assistant", "night", "temporary", "lead", "retired", "rural", "naval"} {
		for j, b := range []string{"nurse", "cook", "welder", "driver", "teacher", "painter", "baker", "judge", "actor", "miner", "tailor",
			"butcher", "barber", "pilot", "clerk", "farmer", "plumber", "dentist", "engineer", "lawyer", "tutor", "sailor", "potter", "weaver",
			"dancer", "singer", "writer", "editor", "broker", "banker", "mason", "roofer", "glazier", "printer", "jeweller", "surveyor"} {
			names, of = append(names, a+" "+b), append(of, int16(36*i+j))
		}
	}
	g, x := e.Group(names, of, len(names)), e.Index(names)
	if len(names) <= compared {
		t.Fatal("all names are compared")
	}
	bonus := make([]float32, len(names))
	right := 0
	for i, name := range names {
		title := name + " in Busan"
		like := g.Likeness(title, bonus)
		top := 0
		for k := range like {
			if like[k] > like[top] {
				top = k
			}
		}
		if top == x.Rank(title, 1)[0].Line {
			right++
		}
		all := x.Rank(title, 0)
		far, exact := all[len(all)-1-i%50].Line, float32(all[len(all)-1-i%50].Score)
		bonus[far] = 1
		if d := g.Likeness(title, bonus)[far] - exact; d > 1e-5 || d < -1e-5 {
			t.Errorf("%s: %s is like it by %v, not %v", title, names[far], exact+d, exact)
		}
		bonus[far] = 0
	}
	if right < len(names)*99/100 {
		t.Errorf("of %d titles %d have the same likest name", len(names), right)
	}
}
