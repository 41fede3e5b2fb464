package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// invoke runs one command line on a data folder as a shell would and
// returns its exit status and what it printed and said.
func invoke(data, stdin string, args ...string) (status int, stdout, stderr string) {
	return invokeAt(data, stdin, time.Now, args...)
}

// invokeAt is invoke at another time.
func invokeAt(data, stdin string, now func() time.Time, args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	e := &env{Config: Config{Data: data, Listen: "localhost:0"}, stdin: strings.NewReader(stdin), stdout: &out, stderr: &errs, now: now}
	status = execute(context.Background(), e, args)
	return status, out.String(), errs.String()
}

func TestTheCommandLine(t *testing.T) {
	for _, tt := range []struct {
		name, args string
		status     int
		says       string
	}{
		{"help", "help", 0, ""},
		{"help of a command", "report -h", 0, ""},
		{"help with a command", "help report", 0, ""},
		{"help with no command", "help reprot", 2, `there is no command "reprot"`},
		{"no command", "", 2, "name a command"},
		{"an unknown command", "reprot 8211", 2, `there is no command "reprot"`},
		{"an unknown flag", "report 8211 --regoin 11", 2, "ieum report -h shows what it takes"},
		{"too few arguments", "report", 2, "takes one KECO 2025 unit group"},
		{"flags after arguments", "report 8211 --region 11", 1, "ieum ingest"},
		{"a report without data", "report 8211", 1, "ieum build"},
		{"a diagnosis of no file", "diagnose /nowhere/at/all", 1, "there is no file"},
		{"a level that is none", "diagnose --level boss -", 1, "entry, middle or senior"},
		{"interests that are not six", "diagnose --interests 7,3 -", 1, "R,I,A,S,E,C"},
		{"interests beyond the check", "diagnose --interests 11,0,0,0,0,0 -", 1, "from 0 to 10"},
		{"no such definitions", "check --defs /nowhere/at/all", 1, "there is no folder"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, _, stderr := invoke(t.TempDir(), "", strings.Fields(tt.args)...)
			if status != tt.status || !strings.Contains(stderr, tt.says) {
				t.Errorf("exit %d and %q, want %d and %q", status, stderr, tt.status, tt.says)
			}
		})
	}
}

// The JSON of each command is what its schema in docs/schemas says.
func TestJSONIsAsItsSchemaSays(t *testing.T) {
	data, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	resume := filepath.Join(t.TempDir(), "resume.json")
	text := `{"education":"고졸","careers":[{"title":"프레스 조작원","months":258,"text":"금형을 갈고 지게차를 몰았다"}],"wish":{"pay":24000000}}`
	if err := os.WriteFile(resume, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	schemas := compileSchemas(t)
	for _, tt := range []struct{ schema, args string }{
		{"market.json", "report 8212 --json"},
		{"market.json", "report 0262 --json --region 11 --career 1-3"},
		{"market.json", "report 0111 --json"},
		{"diagnosis.json", "diagnose --json " + resume},
		{"diagnosis.json", "diagnose --json --target 8900 --level senior " + resume},
		{"diagnosis.json", "diagnose --json --target 3040 " + resume},
		{"diagnosis.json", "diagnose --json --goal 8221 --region 11 " + resume},
		{"diagnosis.json", "diagnose --json --goal 3040 --months 6 --cost 0 " + resume},
		{"diagnosis.json", "diagnose --json --interests 9,6,2,4,3,7 " + resume},
		{"diagnosis.json", "diagnose --json --interests 5,5,5,5,5,5 " + resume},
		{"match.json", "match --json --resume " + resume},
		{"build.json", "build --json"},
	} {
		status, stdout, stderr := invoke(data, "", strings.Fields(tt.args)...)
		if status != 0 {
			t.Errorf("%s: exit %d: %s", tt.args, status, stderr)
			continue
		}
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(stdout))
		if err != nil {
			t.Errorf("%s prints no JSON: %v", tt.args, err)
			continue
		}
		if err := schemas[tt.schema].Validate(v); err != nil {
			t.Errorf("%s: %v", tt.args, err)
		}
	}
}

// compileSchemas returns the schemas of docs/schemas by file name.
func compileSchemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	files, err := filepath.Glob("../../docs/schemas/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no schemas: %v", err)
	}
	c := jsonschema.NewCompiler()
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if err := c.AddResource("https://ieum.example/"+filepath.Base(file), doc); err != nil {
			t.Fatal(err)
		}
	}
	out := map[string]*jsonschema.Schema{}
	for _, file := range files {
		s, err := c.Compile("https://ieum.example/" + filepath.Base(file))
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(file)] = s
	}
	return out
}

func TestReportAtATerminal(t *testing.T) {
	data, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := invoke(data, "", "report", "0262")
	if status != 0 {
		t.Fatalf("exit %d: %s", status, stderr)
	}
	for _, want := range []string{"0262", "SIMULATED", "registered here, not the whole labour force", "openings per seeker", "from Simulated labour market (simulated)"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("the report does not say %q", want)
		}
	}
}
