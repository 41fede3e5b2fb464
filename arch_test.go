package ieum_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "ieum"

// platform is the plumbing in internal. Every other folder there is a domain,
// and domains are siblings: none may import another.
const platform = "platform"

// shared lists the packages in internal that are no domain but may be imported
// by the domains named.
var shared = map[string][]string{
	"snapshot": {"catalogue", "jobcare", "match"},
}

// pure lists the packages that only judge: what is given in decides what comes
// out.
var pure = []string{"internal/catalogue/competency", "internal/catalogue/lawful", "internal/catalogue/master", "internal/catalogue/parse", "internal/jobcare/effect", "internal/match/alike", "internal/match/offpolicy", "internal/match/rank", "internal/match/shelf"}

// doing lists what a judgement does without: files, the network, waiting.
var doing = []string{"context", "io/fs", "log", "log/slog", "net", "os", "os/exec", module + "/internal/platform/table"}

// outside lists the modules that may be used, and in which folders. Everything
// else is the standard library or ours.
var outside = map[string][]string{
	"cel.dev/cel-go":                  {"defs"},
	"go.yaml.in/yaml":                 {"defs"},
	"modernc.org/sqlite":              {"internal/platform/db"},
	"github.com/jackc/pgx":            {"internal/platform/db"},
	"github.com/parquet-go":           {"internal/platform/table"},
	"github.com/xuri/excelize":        {"internal/platform/table"},
	"github.com/prometheus/":          {"cmd/ieum"},
	"filippo.io/age":                  {"internal/platform/backup"},
	"codeberg.org/go-pdf/fpdf":        {"internal/platform/pdf"},
	"github.com/klauspost/compress":   {"internal/platform/table", "internal/snapshot"},
	"github.com/go-webauthn/webauthn": {"internal/identity"},
	"github.com/pquerna/otp":          {"internal/identity"},
	"github.com/coreos/go-oidc":       {"internal/identity"},
	"golang.org/x/oauth2":             {"internal/identity"},
	"golang.org/x/crypto/acme":        {"cmd/ieum"},
	"golang.org/x/crypto/argon2":      {"internal/identity"},
	"golang.org/x/text/encoding":      {"internal/platform/table"},
	"golang.org/x/text/transform":     {"internal/platform/table"},
	"golang.org/x/text/unicode/norm":  {"*"},
	"golang.org/x/sys":                {"*"},
	"golang.org/x/sync":               {"*"},
	"golang.org/x/mod/sumdb":          {"internal/ledger"},
}

// TestArchitecture holds the import rules that docs/architecture.md explains.
func TestArchitecture(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "bench/") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			if why := forbidden(filepath.ToSlash(path), name); why != "" {
				t.Errorf("%s imports %s: %s", path, name, why)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// domain returns the domain a folder of the module belongs to, or "".
func domain(dir string) string {
	rest, ok := strings.CutPrefix(dir, "internal/")
	name, _, _ := strings.Cut(rest, "/")
	if !ok || name == platform {
		return ""
	}
	return name
}

// role says whether a file plays a role by its name: http.go or http_account.go.
func role(base, name string) bool {
	return base == name+".go" || strings.HasPrefix(base, name+"_") && strings.HasSuffix(base, ".go")
}

// forbidden says why the file may not import name, or "" if it may.
func forbidden(file, name string) string {
	dir, base := filepath.ToSlash(filepath.Dir(file)), filepath.Base(file)
	from := domain(dir)
	ours, isOurs := strings.CutPrefix(name, module+"/")
	to := domain(ours)
	host, _, _ := strings.Cut(name, "/")
	isOutside := strings.Contains(host, ".") && !isOurs && name != module
	switch {
	case dir == "." && (isOurs || isOutside):
		return "the shared vocabulary stands on the standard library alone"
	case from != "" && shared[to] != nil && to != from:
		if !slices.Contains(shared[to], from) {
			return "only " + strings.Join(shared[to], ", ") + " read the snapshot"
		}
	case from != "" && to != "" && to != from:
		return "domains do not import one another; declare the interface you need and let cmd/ieum wire it"
	case from != "" && strings.Count(dir, "/") >= 2 && to == from && ours == "internal/"+from:
		return "a private child does not know its domain"
	case slices.Contains(pure, dir) && slices.Contains(doing, name):
		return "a judgement does no I/O and waits for nothing; let who asks read and write"
	case (strings.HasPrefix(dir, "internal/"+platform) || dir == "defs") && to != "":
		return "plumbing does not know the domains"
	case from != "" && name == "database/sql" && !role(base, "store"):
		return "SQL lives in store.go and store_*.go"
	case from != "" && (name == "net/http" || ours == "internal/platform/web") && !role(base, "http") && !strings.HasSuffix(base, "_client.go"):
		return "HTTP lives in http.go and http_*.go"
	case isOutside && !allowed(dir, name):
		return "not a module this folder may use; see outside in arch_test.go"
	}
	return ""
}

// TestTablesBearTheirOwnersName holds that every table is known to be its
// domain's by its name, so that no other writes it.
func TestTablesBearTheirOwnersName(t *testing.T) {
	files, err := filepath.Glob("internal/*/schema/*.sql")
	more, err2 := filepath.Glob("internal/platform/*/schema/*.sql")
	if files = append(files, more...); err != nil || err2 != nil || len(files) == 0 {
		t.Fatal("no schema", err, err2)
	}
	table := regexp.MustCompile(`(?i)\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		owner := filepath.Base(filepath.Dir(filepath.Dir(file)))
		for _, m := range table.FindAllStringSubmatch(string(text), -1) {
			if !strings.HasPrefix(m[1], owner+"_") {
				t.Errorf("%s makes the table %s; call it %s_%s", file, m[1], owner, m[1])
			}
		}
	}
}

func allowed(dir, name string) bool {
	for prefix, at := range outside {
		if strings.HasPrefix(name, prefix) && (at[0] == "*" || slices.Contains(at, dir)) {
			return true
		}
	}
	return false
}

func TestForbidden(t *testing.T) {
	for _, tt := range []struct {
		file, name string
		ok         bool
	}{
		{"internal/catalogue/catalogue.go", module, true},
		{"internal/catalogue/catalogue.go", module + "/defs", true},
		{"internal/catalogue/catalogue.go", module + "/internal/match", false},
		{"internal/catalogue/catalogue.go", module + "/internal/catalogue/parse", true},
		{"internal/catalogue/parse/parse.go", module + "/internal/catalogue", false},
		{"internal/catalogue/parse/pay.go", "os", false},
		{"internal/match/rank/rank.go", "context", false},
		{"internal/match/index.go", module + "/internal/snapshot", true},
		{"internal/simulate/simulate.go", module + "/internal/snapshot", false},
		{"internal/match/rank/rank.go", module + "/internal/jobcare", false},
		{"internal/catalogue/store.go", "database/sql", true},
		{"internal/catalogue/ingest.go", "database/sql", false},
		{"internal/identity/store_grant.go", "database/sql", true},
		{"internal/identity/storey.go", "database/sql", false},
		{"internal/match/match.go", "net/http", false},
		{"internal/match/http.go", "net/http", true},
		{"internal/platform/web/web.go", module + "/internal/match", false},
		{"ieum.go", module + "/defs", false},
		{"internal/match/rank/rank.go", "github.com/samber/lo", false},
		{"internal/catalogue/ingest.go", "github.com/parquet-go/parquet-go", false},
		{"cmd/ieum/app.go", module + "/internal/match", true},
	} {
		if got := forbidden(tt.file, tt.name) == ""; got != tt.ok {
			t.Errorf("%s importing %s: allowed=%v, want %v", tt.file, tt.name, got, tt.ok)
		}
	}
}
