// Package webtest runs scripts of requests and checks against a handler.
//
// A script is a text file of cases set apart by blank lines; lines that start
// with # are comments. A case is a request line followed by what is sent and by
// what must hold of the answer:
//
//	POST /diagnosis
//	header Accept-Language: en
//	form age=58&text=press operator
//	code 200
//	header Content-Type contains text/html
//	body contains press operator
//	body !contains error
//
//	GET /api/v1/postings?limit=2
//	json /total equals 2
//	json /items/0/title equals "용접원"
//
// Before the answer is checked, "header NAME: VALUE" sets a header of the
// request, "form QUERY" and "send JSON" a body, "from ADDRESS" where the request
// comes from (default 127.0.0.1). Of the answer, "code N" is 200 unless said,
// "header NAME contains TEXT", "body contains TEXT", "body !contains TEXT",
// "json POINTER equals VALUE", "json POINTER exists" and "json POINTER !exists"
// must hold. "keep NAME json POINTER" keeps a value for later cases, which say
// {NAME} for it.
package webtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// Run runs every script that matches glob against h, each as a subtest.
func Run(t *testing.T, glob string, h http.Handler) {
	t.Helper()
	files, err := filepath.Glob(glob)
	if err != nil || len(files) == 0 {
		t.Fatalf("no script matches %q (%v)", glob, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			for _, fault := range Script(string(text), h) {
				t.Error(fault)
			}
		})
	}
}

// Script runs one script and returns what did not hold.
func Script(text string, h http.Handler) (faults []string) {
	kept := map[string]string{}
	for c := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		var lines []string
		for l := range strings.SplitSeq(c, "\n") {
			if l = strings.TrimSpace(l); l != "" && !strings.HasPrefix(l, "#") {
				for name, value := range kept {
					l = strings.ReplaceAll(l, "{"+name+"}", value)
				}
				lines = append(lines, l)
			}
		}
		if len(lines) == 0 {
			continue
		}
		for _, f := range run(lines, h, kept) {
			faults = append(faults, lines[0]+": "+f)
		}
	}
	return faults
}

func run(lines []string, h http.Handler, kept map[string]string) (faults []string) {
	r, checks, err := request(lines)
	if err != nil {
		return []string{err.Error()}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	code := 200
	for _, l := range checks {
		if n, ok := strings.CutPrefix(l, "code "); ok {
			code, err = strconv.Atoi(n)
			if err != nil {
				return []string{"no number: " + l}
			}
		}
	}
	if w.Code != code {
		faults = append(faults, fmt.Sprintf("code %d, want %d\n%s", w.Code, code, w.Body))
	}
	for _, l := range checks {
		if fault := check(w, l, kept); fault != "" {
			faults = append(faults, l+": "+fault)
		}
	}
	return faults
}

// request makes the request of a case and returns the lines that remain.
func request(lines []string) (r *http.Request, checks []string, err error) {
	method, target, ok := strings.Cut(lines[0], " ")
	if !ok || !strings.HasPrefix(target, "/") {
		return nil, nil, fmt.Errorf("a case begins with METHOD /PATH")
	}
	header, body, from := http.Header{}, "", "127.0.0.1"
	for _, l := range lines[1:] {
		verb, arg, _ := strings.Cut(l, " ")
		name, value, colon := strings.Cut(arg, ":")
		switch {
		case verb == "header" && colon && !strings.Contains(name, " "):
			header.Set(name, strings.TrimSpace(value))
		case verb == "form":
			form, err := url.ParseQuery(strings.ReplaceAll(arg, " ", "+"))
			if err != nil {
				return nil, nil, err
			}
			body = form.Encode()
			header.Set("Content-Type", "application/x-www-form-urlencoded")
		case verb == "send":
			body = arg
			header.Set("Content-Type", "application/json")
		case verb == "from":
			from = arg
		default:
			checks = append(checks, l)
		}
	}
	u, err := url.Parse(strings.ReplaceAll(target, " ", "+"))
	if err != nil {
		return nil, nil, err
	}
	u.RawQuery = u.Query().Encode()
	r, err = http.NewRequest(method, u.String(), strings.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	r.Header, r.Host, r.RemoteAddr = header, "localhost", from+":1234"
	return r, checks, nil
}

func check(w *httptest.ResponseRecorder, line string, kept map[string]string) string {
	verb, arg, _ := strings.Cut(line, " ")
	first, rest, _ := strings.Cut(arg, " ")
	second, value, _ := strings.Cut(rest, " ")
	switch {
	case verb == "code":
		return ""
	case verb == "header" && second == "contains":
		if got := w.Header().Get(first); !strings.Contains(got, value) {
			return fmt.Sprintf("is %q", got)
		}
		return ""
	case verb == "body" && (first == "contains" || first == "!contains"):
		if strings.Contains(w.Body.String(), rest) != (first == "contains") {
			return "does not hold of\n" + w.Body.String()
		}
		return ""
	case verb == "json":
		return checkJSON(w, first, second, value)
	case verb == "keep" && second == "json":
		got, err := at(w.Body.Bytes(), value)
		kept[first] = fmt.Sprint(got)
		if err != nil {
			return err.Error()
		}
		return ""
	}
	return "no check that is known"
}

func checkJSON(w *httptest.ResponseRecorder, pointer, verb, value string) string {
	got, err := at(w.Body.Bytes(), pointer)
	switch verb {
	case "exists":
		if err != nil {
			return err.Error() + "\n" + w.Body.String()
		}
		return ""
	case "!exists":
		if err == nil {
			return fmt.Sprintf("is %v", got)
		}
		return ""
	case "equals":
		var want any
		if err := json.Unmarshal([]byte(value), &want); err != nil {
			return "no JSON value: " + value
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			return fmt.Sprintf("is %v (%v)\n%s", got, err, w.Body)
		}
		return ""
	}
	return "no check that is known"
}

// at returns the value a JSON pointer (RFC 6901) leads to.
func at(body []byte, pointer string) (v any, err error) {
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		switch in := v.(type) {
		case map[string]any:
			next, ok := in[token]
			if !ok {
				return nil, fmt.Errorf("there is no %s", pointer)
			}
			v = next
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(in) {
				return nil, fmt.Errorf("there is no %s", pointer)
			}
			v = in[i]
		default:
			if token != "" {
				return nil, fmt.Errorf("there is no %s", pointer)
			}
		}
	}
	return v, nil
}
