package jobcare

import (
	"encoding/csv"
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var fitAnew = flag.Bool("fit-interests", false, "write interest_profiles.csv anew from the survey")

// A rating is how well each type suits somebody's work, 1 to 5, as they said in
// the survey, and the minor groups the work may be in.
type rating struct {
	minors []string
	v      [6]float64
}

// rowsOf reads a CSV file with a header into rows by column.
func rowsOf(t *testing.T, path string) (rows []map[string]string) {
	t.Helper()
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		t.Skipf("no %s: set IEUM_SHARED to the folder of shared data to fit the profiles again", filepath.Base(path))
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all[0][0] = strings.TrimPrefix(all[0][0], "\ufeff")
	for _, line := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// ratings reads the survey of 2018, the year that asked for the six types.
func ratings(t *testing.T) (out []rating) {
	shared := os.Getenv("IEUM_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	minors := map[string][]string{}
	for _, r := range rowsOf(t, filepath.Join(shared, "data/keco/keco2025_to_2018.csv")) {
		if old, now := r["keco2018"], r["keco2025"]; old != "" && len(now) == 4 && !slices.Contains(minors[old], now[:3]) {
			minors[old] = append(minors[old], now[:3])
		}
	}
	for _, r := range rowsOf(t, filepath.Join(shared, "data/know/train_KNOW_2018_clean0104.csv")) {
		code, _ := strconv.Atoi(r["knowcode"])
		x := rating{minors: minors[fmt.Sprintf("%06d", code)[:4]]}
		said := len(x.minors) > 0
		for i := range x.v {
			n, err := strconv.Atoi(r["iq"+strconv.Itoa(i+1)])
			said = said && err == nil && n >= 1 && n <= 5
			x.v[i] = float64(n)
		}
		if said {
			out = append(out, x)
		}
	}
	return out
}

// fitted are the profiles of minor groups: the mean rating of each type less
// that over all groups, drawn towards the profile of the sub-major group by how
// far chance alone would carry a mean of so many people.
func fitted(rows []rating) map[string][6]float64 {
	n, sum, squares := map[string]float64{}, map[string][6]float64{}, [6]float64{}
	add := func(group string, w float64, v [6]float64) {
		s := sum[group]
		for i := range v {
			s[i] += w * v[i]
		}
		sum[group], n[group] = s, n[group]+w
	}
	for _, r := range rows {
		w := 1 / float64(len(r.minors))
		for _, m := range r.minors {
			add(m, w, r.v)
			add(m[:2], w, r.v)
			add("", w, r.v)
			for i, x := range r.v {
				squares[i] += w * x * x
			}
		}
	}
	part := func(group string, i int) float64 { return sum[group][i]/n[group] - sum[""][i]/n[""] }
	groups := slices.DeleteFunc(slices.Sorted(maps.Keys(n)), func(g string) bool { return len(g) != 3 })
	out := map[string][6]float64{}
	for i := range 6 {
		within, between, chance := squares[i], 0.0, 0.0
		for _, g := range groups {
			within -= sum[g][i] * sum[g][i] / n[g]
		}
		within /= n[""] - float64(len(groups)) // variance of one answer in a minor group
		for _, g := range groups {
			between += math.Pow(part(g, i)-part(g[:2], i), 2) / float64(len(groups))
			chance += within / n[g] / float64(len(groups))
		}
		between = max(0, between-chance) // variance of minor groups about their sub-major group
		for _, g := range groups {
			v, b := out[g], between/(between+within/n[g])
			v[i] = math.Round((part(g[:2], i)+b*(part(g, i)-part(g[:2], i)))*100) / 100
			out[g] = v
		}
	}
	return out
}

// The profiles are what the fit gives, and two halves of the people surveyed
// give much the same.
func TestProfilesAreFittedToTheSurvey(t *testing.T) {
	rows := ratings(t)
	all := fitted(rows)
	var b strings.Builder
	for _, g := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprint(&b, g)
		for _, x := range all[g] {
			fmt.Fprintf(&b, ",%.2f", x+0) // no minus before a zero
		}
		fmt.Fprintln(&b)
	}
	if *fitAnew {
		if err := os.WriteFile("interest_profiles.csv", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if b.String() != profiles {
		t.Error("interest_profiles.csv is not what the survey gives; write it with -fit-interests")
	}
	halves := [2][]rating{}
	for i, r := range rows {
		halves[i%2] = append(halves[i%2], r)
	}
	x, y := fitted(halves[0]), fitted(halves[1])
	var same []float64
	for g := range x {
		if _, both := y[g]; both {
			same = append(same, correlation(x[g], y[g]))
		}
	}
	slices.Sort(same)
	t.Logf("%d people, %d minor groups; halves correlate by %.2f in the middle group, %.2f at the lower quarter", len(rows), len(all), same[len(same)/2], same[len(same)/4])
	if len(rows) < 9000 || len(all) < 130 || same[len(same)/2] < .8 {
		t.Errorf("%d people in %d groups whose halves correlate by %.2f in the middle", len(rows), len(all), same[len(same)/2])
	}
}

// No activity is an item of the O*NET Interest Profiler.
func TestActivitiesAreOurOwn(t *testing.T) {
	shared := os.Getenv("IEUM_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	text, err := os.ReadFile(filepath.Join(shared, "data/onet/interest_profiler_short_form_60.json"))
	if err != nil {
		t.Skip("no items to compare with: set IEUM_SHARED to the folder of shared data")
	}
	theirs := strings.ToLower(string(text))
	messages, err := os.ReadFile("../../defs/messages/en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(messages), "\ninterest:\n")
	_, rest, _ = strings.Cut(rest, "  item:\n")
	n := 0
	for line := range strings.Lines(rest) {
		if !strings.HasPrefix(line, "    ") {
			break
		}
		_, item, _ := strings.Cut(strings.TrimSpace(line), ": ")
		_, what, _ := strings.Cut(strings.ToLower(strings.Trim(item, "'")), " ") // their verbs have no -ing
		if n++; strings.Contains(theirs, what) {
			t.Errorf("%q is in theirs", item)
		}
	}
	if n != 30 {
		t.Errorf("%d activities, want 30", n)
	}
}
