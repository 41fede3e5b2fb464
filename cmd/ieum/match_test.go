package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"ieum/internal/match"
)

func TestMatchCommands(t *testing.T) {
	data, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	resume := filepath.Join(t.TempDir(), "resume.txt")
	if err := os.WriteFile(resume, []byte("프레스 조작원으로 20년 일했습니다. 금속 프레스를 돌리고 불량을 골라냈습니다.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	status, out, errs := invoke(data, "", "match", "--resume", resume, "-k", "4", "--json")
	if status != 0 {
		t.Fatalf("match: %d %s", status, errs)
	}
	c := jsonschema.NewCompiler()
	schema, err := c.Compile(filepath.Join("..", "..", "docs", "schemas", "match.json"))
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(v); err != nil {
		t.Error(err)
	}
	var found match.Matched
	if err := json.Unmarshal([]byte(out), &found); err != nil || len(found.Jobs) != 4 {
		t.Fatalf("%d jobs, %v", len(found.Jobs), err)
	}
	for _, j := range found.Jobs {
		sum := 0.0
		for _, r := range j.Reasons {
			sum += r.Points
		}
		if math.Abs(sum-j.Score) > 1e-9 {
			t.Errorf("the parts of %s add up to %v, the score is %v", j.ID, sum, j.Score)
		}
	}
	if status, out, _ := invoke(data, "", "match", "--resume", resume); status != 0 || !strings.Contains(out, "in all") || !strings.Contains(out, found.Jobs[0].Title) {
		t.Errorf("match in prose: %d\n%s", status, out)
	}
	status, out, errs = invoke(data, "", "recommend", "-k", "3", "--as-of", "all", "--exclude-applied")
	if lines := strings.Count(out, "\n"); status != 0 || lines < 3*2500 || strings.Count(strings.SplitN(out, "\n", 2)[0], "\t") != 2 || !strings.Contains(errs, "seekers") {
		t.Errorf("recommend: %d, %d lines, %s", status, lines, errs)
	}
}

// Keys are printed of sources that are simulated or anonymous; whoever has them
// learns of nobody. Of others it is said how many seekers there are.
func TestRecommendNamesNobody(t *testing.T) {
	t.Parallel()
	data, own, in := copyOfDemo(t), t.TempDir(), t.TempDir()
	source := filepath.Join(own, "sources", "killed.yaml")
	writeFile(t, source, killed)
	writeFile(t, filepath.Join(in, "people.csv"), "id,name,phone,place,wish\nzq1,홍가상,010-0000-0001,경기 안산시,\nzq2,김가상,010-0000-0002,경기 안산시,\n")
	writeFile(t, filepath.Join(in, "licence.csv"), "resume,licence\nzq1,용접기능사\n")
	ieum := func(status int, says string, args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		e := &env{Config: Config{Data: data, Defs: own}, stdin: strings.NewReader(""), stdout: &out, stderr: &errs, now: time.Now}
		if got := execute(t.Context(), e, args); got != status || !strings.Contains(errs.String(), says) {
			t.Fatalf("ieum %v: exit %d, %s, want %d with %q", args, got, errs.String(), status, says)
		}
		return out.String()
	}
	ieum(0, "", "ingest", "killed", in)
	ieum(0, "", "build")
	says := "2 seekers are left out: they are of sources that are neither simulated nor anonymous; of those two people take something out together, with: ieum export"
	if out := ieum(0, says, "recommend", "-k", "1", "--as-of", "all"); strings.Contains(out, "zq") || strings.Count(out, "\n") < 1000 {
		t.Errorf("%d lines are printed, of nobody who is somebody: %t", strings.Count(out, "\n"), !strings.Contains(out, "zq"))
	}
	if out := ieum(0, "", "recommend", "-k", "1", "--as-of", "all", "--source", "simulated"); strings.Count(out, "\n") < 1000 {
		t.Errorf("of the simulated source %d lines are printed", strings.Count(out, "\n"))
	}
	writeFile(t, filepath.Join(in, "jobs.csv"), "id,title,body,firm,place\nj1,용접원,용접합니다,가나다,경기 안산시\n")
	ieum(0, "", "ingest", "killed", in)
	ieum(0, "", "build")
	if out := ieum(1, says, "recommend", "-k", "1", "--as-of", "all", "--source", "killed"); out != "" {
		t.Errorf("printed: %s", out)
	}
	writeFile(t, source, strings.NewReplacer("cycle:", "anonymous: true\ncycle:", "hash: [name, phone]", "hash: [id]").Replace(killed))
	if out := ieum(0, "", "recommend", "-k", "1", "--as-of", "all", "--source", "killed"); !strings.HasPrefix(out, "zq") || strings.Count(out, "zq") != 2 {
		t.Errorf("of an anonymous source is printed: %s", out)
	}
}

func TestMatchCommandsRefuse(t *testing.T) {
	data, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		data   string
		args   string
		status int
		says   string
	}{
		{data, "match", 2, "--resume FILE"},
		{data, "match --resume nowhere.txt", 1, "no file nowhere.txt"},
		{data, "match --resume x -k 0", 2, "at least 1"},
		{data, "candidates", 2, "--posting ID"},
		{data, "candidates --posting ffffffffffffffff", 1, "say who you are and what for with --as NAME --purpose placement --credential FILE"},
		{data, "recommend here", 2, "no arguments"},
		{data, "recommend --evaluate", 1, "there must be 2000"},
		{data, "recommend --assign fairly", 2, "none, discount or capacity"},
		{data, "recommend --as-of tomorrow", 2, "--as-of"},
		{data, "recommend --source nowhere", 1, "ieum ingest nowhere"},
		{t.TempDir(), "recommend", 1, "ieum build"},
	} {
		status, _, errs := invoke(tt.data, "", strings.Fields(tt.args)...)
		if status != tt.status || !strings.Contains(errs, tt.says) {
			t.Errorf("ieum %s: exit %d, %s", tt.args, status, errs)
		}
	}
}
