package main

import (
	"io"
	"strings"
	"testing"
	"time"

	"ieum/internal/platform/webtest"
)

// TestJourneys tells what people and programs do, as scripts of requests to
// the whole platform on a small simulated market.
func TestJourneys(t *testing.T) {
	data, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	e := &env{Config: Config{Data: data}, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: time.Now}
	a, err := newApp(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	webtest.Run(t, "testdata/journeys/*.txt", a.handler)
}
