package web

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"ieum"
)

// A Problem is an error as programs get it (RFC 9457). Type is about:blank:
// Status and Code say all there is.
type Problem struct {
	Type     string    `json:"type"`
	Title    string    `json:"title"`
	Status   int       `json:"status"`
	Detail   string    `json:"detail"`             // one sentence for people, in the language asked for; of several faults the first
	Instance string    `json:"instance,omitempty"` // number of the request, as the log has it
	Code     string    `json:"code,omitempty"`     // the key of the message, the same in every language
	Errors   []Pointer `json:"errors,omitempty"`   // the fields at fault
}

// A Pointer names a field at fault and why.
type Pointer struct {
	Pointer string `json:"pointer"` // JSON pointer; a parameter's name for queries
	Detail  string `json:"detail"`
}

// statuses say which status and which messages (error.NAME.title, error.NAME.help
// and, for an error without a key of its own, error.NAME.detail) a kind of
// failure has. The first that fits counts; the last fits everything.
var statuses = []struct {
	kind   error
	status int
	name   string
}{
	{ieum.ErrNotFound, http.StatusNotFound, "not_found"},
	{ieum.ErrInvalid, http.StatusUnprocessableEntity, "invalid"},
	{ieum.ErrDenied, http.StatusForbidden, "denied"},
	{ieum.ErrConflict, http.StatusConflict, "conflict"},
	{ieum.ErrUnavailable, http.StatusServiceUnavailable, "unavailable"},
	{ieum.ErrBusy, http.StatusTooManyRequests, "busy"},
	{ieum.ErrSignedOut, http.StatusUnauthorized, "signed_out"},
	{ieum.ErrErased, http.StatusGone, "erased"},
	{errMethod, http.StatusMethodNotAllowed, "method"},
	{errTooLarge, http.StatusRequestEntityTooLarge, "too_large"},
	{nil, http.StatusInternalServerError, "internal"},
}

var (
	errMethod   = errors.New("method not allowed")
	errTooLarge = errors.New("too large")
	errNoPage   = fmt.Errorf("no such page: %w", ieum.ErrNotFound)
)

// fault is what the page error.html is given.
type fault struct {
	Problem
	Name string // of statuses
}

// fail answers a request that could not be answered otherwise.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, err error) {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		err = errTooLarge
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("%w: %w", ieum.ErrUnavailable, err)
	}
	at := statuses[len(statuses)-1]
	for _, row := range statuses {
		if row.kind != nil && errors.Is(err, row.kind) {
			at = row
			break
		}
	}
	if at.kind == nil {
		s.Log.ErrorContext(r.Context(), "web: request failed", "request", requestID(r), "pattern", r.Pattern, "err", err)
	}
	if started(w) {
		panic(http.ErrAbortHandler) // a reply cut short must not look whole
	}
	f := fault{s.problem(r, err, at.status, at.name), at.name}
	if isAPI(r) {
		w.Header().Set("Content-Type", "application/problem+json")
		err = JSON(w, f.Status, f.Problem)
	} else {
		err = s.own.reply(w, r, f.Status, "error.html", s.view(r, f))
	}
	if err != nil {
		s.Log.ErrorContext(r.Context(), "web: no page for the failure", "request", requestID(r), "err", err)
		if !started(w) {
			http.Error(w, http.StatusText(f.Status), f.Status) // an empty reply would look like success
		}
	}
}

func (s *Site) problem(r *http.Request, err error, status int, name string) Problem {
	lang := Lang(r)
	p := Problem{Type: "about:blank", Status: status, Title: s.Text(lang, "error."+name+".title", nil),
		Detail: s.Text(lang, "error."+name+".detail", nil), Instance: requestID(r)}
	for i, e := range all(err) {
		detail := p.Detail
		switch {
		case e.Key != "":
			detail = s.Text(lang, e.Key, s.labelled(lang, e.Args))
		case e.Message != "":
			detail = e.Message
		}
		if i == 0 {
			p.Code, p.Detail = e.Key, detail
		}
		if e.Field != "" && !slices.ContainsFunc(p.Errors, func(f Pointer) bool { return f.Pointer == e.Field }) {
			p.Errors = append(p.Errors, Pointer{e.Field, detail})
		}
	}
	return p
}

// all lists the errors that one joins.
func all(err error) (list []*ieum.Error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			list = append(list, all(one)...)
		}
	} else if e, ok := errors.AsType[*ieum.Error](err); ok {
		list = append(list, e)
	}
	return list
}

// labelled puts the words of a language in place of labels.
func (s *Site) labelled(l ieum.Lang, args map[string]any) map[string]any {
	out := maps.Clone(args)
	for name, v := range args {
		if key, ok := v.(label); ok {
			out[name] = s.Text(l, string(key), nil)
		}
	}
	return out
}
