package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ieum/internal/door"
	"ieum/internal/platform/table"
	"ieum/internal/platform/web"
)

// The words of the canary, none of which stands anywhere else: what the door
// keeps of a person, the name they sign in with, and what rows of a delivery said.
var (
	keptWords = []string{"카나리아한별", "070-9182-7364", "canary.mail@canary.example", "카나리아머리글", "카나리아직함", "카나리아업무", "카나리아전공", "카나리아솜씨",
		"카나리아면허", "카나리아자유글", "카나리아쪽지", "CanaryOnPaper", "카나리아지원처"}
	signInWord    = "zqcanary"
	addressWord   = "zq.canary@post.example" // of the account
	documentWord  = "M98765432"
	birthWord     = "1970-02-03"
	linkedWord    = "카나리아기능사" // stands in the row that the canary is tied to, plain in the lake
	importedWords = []string{"카나리아홍길동", "010-9876-1234", "카나리아동네", "카나리아소원", "카나리아버린행"}
)

// flown lists the words of a canary that stand in a text, however written.
func flown(text string, words ...string) (found []string) {
	plain, _ := url.PathUnescape(text)
	query, _ := url.QueryUnescape(text)
	for _, w := range words {
		if escaped, _ := json.Marshal(w); strings.Contains(text, w) || strings.Contains(plain, w) || strings.Contains(query, w) || strings.Contains(text, strings.Trim(string(escaped), `"`)) {
			found = append(found, w)
		}
	}
	return found
}

func allWords() []string {
	return slices.Concat(keptWords, []string{signInWord, addressWord, documentWord}, importedWords)
}

// A log is what the program wrote to its log.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// A watched answer counts the records that are there when its first byte is
// written.
type watched struct {
	*httptest.ResponseRecorder
	count func()
	begun bool
}

func (a *watched) WriteHeader(status int) { a.begin(); a.ResponseRecorder.WriteHeader(status) }

func (a *watched) Write(b []byte) (int, error) { a.begin(); return a.ResponseRecorder.Write(b) }

func (a *watched) begin() {
	if !a.begun {
		a.begun = true
		a.count()
	}
}

// ask asks as somebody on this machine does, who may do most.
func (w *walk) ask(by reader, method, path, sent string) *watched {
	return w.askCounting(by, method, path, sent, func() {})
}

func (w *walk) askCounting(by reader, method, path, sent string, count func()) *watched {
	r := httptest.NewRequest(method, (&url.URL{}).ResolveReference(address(path)).String(), strings.NewReader(sent))
	r.RemoteAddr, r.Host = "127.0.0.1:5000", "localhost"
	switch {
	case strings.HasPrefix(sent, "{"):
		r.Header.Set("Content-Type", "application/json")
	case method != "GET":
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if by.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "session", Value: by.cookie})
	}
	if by.key != "" {
		r.Header.Set("Authorization", "Bearer "+by.key)
	}
	a := &watched{ResponseRecorder: httptest.NewRecorder(), count: count}
	w.a.handler.ServeHTTP(a, r)
	return a
}

func address(path string) *url.URL {
	at, query, _ := strings.Cut(path, "?")
	return &url.URL{Path: at, RawQuery: strings.ReplaceAll(url.QueryEscape(query), "%3D", "=")}
}

// reads returns the access records of the canary.
func (w *walk) reads() (list []door.Access) {
	w.Helper()
	rows, err := w.a.store.db.QueryContext(w.Context(), `SELECT data FROM journal_new WHERE kind = 'door.read' AND subject = ?
		UNION ALL SELECT data FROM journal_entry WHERE kind = 'door.read' AND subject = ?`, w.person, w.person)
	w.must(err)
	defer rows.Close()
	for rows.Next() {
		var data string
		w.must(rows.Scan(&data))
		var a door.Access
		w.must(json.Unmarshal([]byte(data), &a))
		list = append(list, a)
	}
	w.must(rows.Err())
	slices.SortFunc(list, func(a, b door.Access) int { return int(a.N - b.N) })
	return list
}

// looks counts the records of somebody's looks for the canary by its name.
func (w *walk) looks(by reader) (n int) {
	w.Helper()
	for _, table := range []string{"journal_new", "journal_entry"} {
		rows, err := w.a.store.db.QueryContext(w.Context(), `SELECT data FROM `+table+` WHERE kind = 'identity.name_looked_up' AND subject = ?`, string(w.readers[len(w.readers)-1].id))
		w.must(err)
		defer rows.Close()
		for rows.Next() {
			var data string
			w.must(rows.Scan(&data))
			if by.id != "" && strings.Contains(data, string(by.id)) {
				n++
			}
		}
		w.must(rows.Err())
	}
	return n
}

// A step is one line of testdata/canary.txt.
type step struct{ pattern, path, sent string }

// steps reads the lines.
func steps(t *testing.T) (routes []step, lines []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "canary.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if args, ok := strings.CutPrefix(line, "ieum "); ok {
			lines = append(lines, args)
		} else if line != "" && !strings.HasPrefix(line, "#") {
			part := append(strings.SplitN(line, "|", 3), "", "")
			s := step{strings.TrimSpace(part[0]), strings.TrimSpace(part[1]), strings.TrimSpace(part[2])}
			if s.path == "" {
				_, s.path, _ = strings.Cut(s.pattern, " ")
			}
			routes = append(routes, s)
		}
	}
	return routes, lines
}

// TestTheCanary asks every route as everybody, and runs every command. What is
// kept of the canary comes out where the door let somebody in and wrote it down
// before, and nowhere else: no other answer, header, log line, metric, file. A
// route or a command that is new fails it until it stands in testdata/canary.txt.
func TestTheCanary(t *testing.T) {
	w := newWalk(t)
	routes, lines := steps(t)
	holds := w.a.handler.(*web.Mux).Holds()
	running, stop := context.WithCancel(t.Context())
	followed := make(chan struct{})
	go func() { defer close(followed); w.a.follow(running) }()
	w.settle()
	shown := map[string]int{}
	for _, by := range w.readers {
		for _, s := range routes {
			w.visit(by, s, holds[s.pattern], shown)
		}
	}
	stop()
	<-followed
	w.a.Close()
	for pattern := range holds {
		if !slices.ContainsFunc(routes, func(s step) bool { return s.pattern == pattern }) {
			t.Errorf("%s is not walked: add a line to testdata/canary.txt", pattern)
		}
	}
	for _, s := range routes {
		if holds[s.pattern] == "" {
			t.Errorf("there is no route %s", s.pattern)
		}
	}
	for _, who := range []string{signInWord, "demo-counsellor", "demo-officer", "demo-employer", "demo-auditor", "the row, to " + signInWord, "the row, to demo-counsellor", "a name, to demo-operator"} {
		if shown[who] == 0 {
			t.Errorf("%s was shown nothing, so that nothing was tried: %v", who, shown)
		}
	}
	if found := flown(w.log.String(), allWords()...); len(found) > 0 || !strings.Contains(w.log.String(), "/clients/{person}") {
		t.Errorf("the log holds %q", found)
	}
	w.sent()
	w.commands(lines)
	w.files()
}

// settle waits until the canary's first access record is in the ledger.
func (w *walk) settle() {
	for range 200 {
		page, err := w.a.door.LookedAt(w.Context(), w.person, 0)
		w.must(err)
		if seq := page.Lines[len(page.Lines)-1].Seq; seq > 0 {
			w.values["seq"] = fmt.Sprint(seq)
			if _, err := w.a.door.Prove(w.Context(), w.person, seq); err == nil {
				break
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	dir := w.TempDir()
	for _, name := range []string{"resume", "out", "market", "backup", "restored", "agreement", "export", "none"} {
		w.values[name] = filepath.Join(dir, name)
	}
	writeFile(w.T, w.values["resume"], "프레스 조작원 5년\n")
	at := newSafe(w.T)
	w.values["public"], w.values["secret"], w.values["public-two"], w.values["secret-two"] = at.public, at.secret, at.publicTwo, at.secretTwo
	w.values["recipient"] = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
	w.values["key"] = strings.TrimSpace(w.ask(reader{}, "GET", "/ledger/key", "").Body.String())
	w.fill = w.replacer()
}

func (w *walk) replacer() *strings.Replacer {
	var pairs []string
	for name, value := range w.values {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...)
}

// visit asks one route as one reader, and holds the answer to the rules.
func (w *walk) visit(by reader, s step, holds web.Holds, shown map[string]int) {
	method, _, _ := strings.Cut(s.pattern, " ")
	path := w.fill.Replace(s.path)
	if s.path == "/{$}" {
		path = "/"
	}
	before := w.reads()
	var then []door.Access
	var thenLooked int
	looked := w.looks(by)
	sent := w.fill.Replace(s.sent)
	a := w.askCounting(by, method, path, sent, func() { then = w.reads(); thenLooked = w.looks(by) })
	what := fmt.Sprintf("%s %s, asked by %s (%d)", method, path, by.name, a.Code)
	if a.Code >= 500 && a.Code != http.StatusServiceUnavailable {
		w.Errorf("%s fails: %s", what, a.Body)
	}
	said := a.Body.String()
	for name, values := range a.Header() {
		said += "\n" + name + ": " + strings.Join(values, " ")
	}
	if strings.Contains(sent, "name="+signInWord) { // a form shows again what was typed into it
		said = strings.ReplaceAll(said, `value="`+signInWord+`"`, "")
	}
	finds := s.pattern == "POST /accounts" && strings.HasSuffix(by.name, "operator") // by the name, on record
	if finds && sent == "name="+signInWord {
		shown["a name, to "+by.name]++
		if thenLooked != looked+1 || !strings.Contains(said, signInWord) {
			w.Errorf("%s finds the canary with %d records before and %d then", what, looked, thenLooked)
		}
	}
	letter := s.pattern == "GET /accounts/letters" && strings.HasSuffix(by.name, "operator") // which needs the name it goes to
	if found := flown(said, signInWord, addressWord); len(found) > 0 && by.name != signInWord && !letter && !finds && !(holds == web.Records && by.may) {
		w.Errorf("%s tells how the canary signs in", what)
	}
	if found := flown(said, importedWords...); len(found) > 0 {
		w.Errorf("%s tells %q of a row", what, found)
	}
	found := flown(said, append([]string{linkedWord, birthWord}, keptWords...)...)
	if len(found) == 0 {
		return
	}
	shown[by.name]++
	if strings.Contains(said, linkedWord) {
		shown["the row, to "+by.name]++
	}
	audited := by.name == "demo-auditor" && strings.HasPrefix(path, "/oversight/papers/")
	if !by.may && !audited || holds != web.Records {
		w.Errorf("%s, which holds %s, tells %q", what, holds, found)
		return
	}
	reader := string(by.id)
	if by.name == signInWord {
		reader = "self"
	}
	if len(then) <= len(before) {
		w.Errorf("%s tells %q, and no record was there before its first byte", what, found)
	} else if last := then[len(then)-1]; last.By != reader || last.Purpose == "" || last.Basis == "" || last.N != int64(len(then)) {
		w.Errorf("%s tells %q, and the record is %+v", what, found, last)
	}
}

// commands runs every command of the registry; none of them tells anything.
func (w *walk) commands(lines []string) {
	maps.Copy(w.values, credentials(w.T, w.data)) // the walk ended the sessions it had
	w.fill = w.replacer()
	run := map[string]bool{"help": true}
	for _, line := range lines {
		args := strings.Fields(w.fill.Replace(line))
		run[args[0]] = true
		job := !strings.HasPrefix(line, "audit proof") && slices.ContainsFunc(commands, func(c *command) bool { return c.name == args[0] && c.through == asJob })
		before := len(told(w.T, w.data, "door.bulk"))
		status, out, said := w.command("프레스 조작원\n", args...)
		if found := flown(out+said, allWords()...); len(found) > 0 {
			w.Errorf("ieum %s (exit %d) tells %q", line, status, found)
		}
		if job && len(told(w.T, w.data, "door.bulk")) != before+1 {
			w.Errorf("ieum %s reads of people, and nothing says so", line)
		}
		if seekers := args[0] == "recommend"; seekers && (status != 1 || out != "") {
			w.Errorf("ieum %s: exit %d, %s, and the canary's source is of somebody", line, status, out)
		} else if status != 0 && !seekers && !strings.Contains(line, "{none}") && !strings.HasPrefix(line, "audit") && line != "hash" && (!strings.Contains(line, "candidates") && !strings.Contains(line, "person r1") || strings.Contains(line, "--as")) {
			w.Errorf("ieum %s: exit %d, %s", line, status, said)
		}
	}
	for _, role := range []string{"officer", "operator", "analyst"} {
		if list := strings.Join(told(w.T, w.data, "door.read"), "\n"); !strings.Contains(list, `"role":"`+role+`"`) {
			w.Errorf("a command showed people to the %s, and no record says so", role)
		}
	}
	for _, c := range commands {
		if !run[c.name] {
			w.Errorf("ieum %s is not walked: add a line to testdata/canary.txt", c.name)
		}
	}
	for name := range maps.Keys(run) {
		if name != "help" && !slices.ContainsFunc(commands, func(c *command) bool { return c.name == name }) {
			w.Errorf("there is no command %s", name)
		}
	}
}

// files looks through the data folder with its database, lake, snapshots and
// ledger, and through what came back of a backup; columns of the lake are read
// as they were written.
func (w *walk) files() {
	for _, dir := range []string{w.data, w.values["restored"], filepath.Dir(w.values["backup"])} {
		n := 0
		w.must(filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			n++
			text, err := os.ReadFile(path)
			if strings.HasSuffix(path, ".parquet") && err == nil {
				text, err = cells(path)
			}
			for _, word := range allWords() {
				if bytes.Contains(text, []byte(word)) {
					w.Errorf("%s holds %s", path, word)
				}
			}
			return err
		}))
		if n == 0 {
			w.Errorf("%s holds nothing that could be looked through", dir)
		}
	}
}

// cells returns all that a Parquet file says.
func cells(path string) ([]byte, error) {
	r, err := table.Open(path, table.Options{})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var out bytes.Buffer
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out.Bytes(), nil
		}
		if err != nil {
			return nil, err
		}
		for _, name := range r.Columns() {
			value, _ := row.Get(name)
			out.WriteString(value + "\n")
		}
	}
}
