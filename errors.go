package ieum

import (
	"errors"
	"fmt"
)

// The kinds of failure a caller may act on. Anything else is internal: it is
// logged in full and shown to people only as "something went wrong".
var (
	ErrNotFound    = errors.New("not found")
	ErrInvalid     = errors.New("invalid")
	ErrDenied      = errors.New("denied")
	ErrConflict    = errors.New("conflict")
	ErrUnavailable = errors.New("unavailable")
	ErrBusy        = errors.New("busy")       // too much is asked at once: again later
	ErrSignedOut   = errors.New("signed out") // for somebody who has signed in
	ErrErased      = errors.New("erased")     // nobody can read it any more
)

// An Error is a failure that may be shown to the person who caused it. Key
// names a message of defs/messages and Args fill it; Message is the same in
// English, for logs and the command line.
type Error struct {
	Kind    error
	Key     string
	Args    map[string]any
	Field   string // the field at fault, as a JSON pointer, or ""
	Message string
}

func (e *Error) Error() string { return e.Message }

// Unwrap returns the kind of failure.
func (e *Error) Unwrap() error { return e.Kind }

// Errorf returns an *Error of the given kind for the command line and logs.
func Errorf(kind error, format string, args ...any) error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}
