package main

import (
	"encoding/json"
	"strings"
	"testing"

	"ieum/internal/match"
)

// What a source could be told of is counted and noted at each build, whole or of changes, and
// listed for it by its own keys; the journal has numbers alone.
func TestSignsAreNoted(t *testing.T) {
	data := newTown(t)
	noted := told(t, data, "source.signs")
	succeed(t, "build", "--changes", "--data", data)
	if again := told(t, data, "source.signs"); len(again) != len(noted)*2 || len(noted) == 0 {
		t.Fatalf("noted at a build %q, and after one of changes %q", noted, again)
	}
	var by match.SignsBy
	if err := json.Unmarshal([]byte(succeed(t, "signs", "--json", "--data", data)), &by); err != nil {
		t.Fatal(err)
	}
	said := entries(t, data, "source.signs")
	for i, c := range by.Sources {
		e := said[len(noted)+i]
		if e["open"] != float64(c.Open) || e["signed"] != float64(c.Signed) || e["day"] != by.Day.String() || e["snapshot"] != by.Snapshot || c.Open == 0 {
			t.Errorf("counted %+v, noted %v", c, e)
		}
		for kind, n := range c.Counts {
			if e[kind] != float64(n) {
				t.Errorf("%d with %s, noted %v", n, kind, e)
			}
		}
	}
	list := succeed(t, "signs", "--csv", "--data", data)
	signs := 0
	for _, c := range by.Sources {
		for _, n := range c.Counts {
			signs += n
		}
	}
	if n := strings.Count(list, "\nsimulated,"); n != signs || !strings.HasPrefix(list, "source,key,posting,sign,text\n") {
		t.Errorf("%d signs are listed of %d: %.400s", n, signs, list)
	}
	if table := succeed(t, "signs", "--data", data); !strings.Contains(table, "simulated") {
		t.Errorf("%s", table)
	}
	for _, tt := range []struct {
		args   []string
		status int
	}{{[]string{"--csv", "--source", "nowhere"}, 1}, {[]string{"--csv", "--json"}, 2}, {[]string{"--source", "simulated"}, 2}, {[]string{"more"}, 2}} {
		if status, _, said := invoke(data, "", append([]string{"signs"}, tt.args...)...); status != tt.status || said == "" {
			t.Errorf("%q: exit %d, %s", tt.args, status, said)
		}
	}
}
