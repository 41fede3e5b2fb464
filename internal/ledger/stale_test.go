package ledger

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ieum"
)

// A ledger that stopped being cosigned is not called sound by who asks since when it must be.
func TestAnAuditAsksWhenALedgerWasCosignedLast(t *testing.T) {
	then := time.Date(2025, 11, 23, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return then }
	data := t.TempDir()
	k, err := openKey(data, "ledger.key", false, false, clock)
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewWitness(t.TempDir(), true, clock, k.Verifier())
	if err != nil {
		t.Fatal(err)
	}
	ws := httptest.NewServer(w)
	defer ws.Close()
	all, err := ParseWitnesses("witness one " + w.Verifier() + " " + ws.URL + "\nquorum one\n")
	if err != nil {
		t.Fatal(err)
	}
	v, err := NewLogVerifier(k.Verifier())
	if err != nil {
		t.Fatal(err)
	}
	m, err := openMemory(filepath.Join(data, "seen"), v)
	if err != nil {
		t.Fatal(err)
	}
	l, err := openTiles(filepath.Join(data, "ledger"), k, all, m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/ledger/", http.StripPrefix("/ledger/", http.FileServer(http.Dir(filepath.Join(data, "ledger")))))
	s := httptest.NewServer(mux)
	defer s.Close()
	for _, tt := range []struct {
		name      string
		witnesses *Witnesses
		since     time.Time
		sound     bool
	}{
		{"at any time", all, time.Time{}, true},
		{"since the day before", all, then.Add(-24 * time.Hour), true},
		{"since a day later", all, then.Add(24 * time.Hour), false},
		{"since a day later, by nobody", nil, then.Add(24 * time.Hour), true},
	} {
		got, err := Audit{Key: k.Verifier(), Witnesses: tt.witnesses, Since: tt.since}.Run(t.Context(), s.URL)
		switch {
		case tt.sound && err != nil:
			t.Errorf("cosigned %s: %v", tt.name, err)
		case !tt.sound && (!errors.Is(err, ieum.ErrConflict) || !strings.Contains(err.Error(), "stands still")):
			t.Errorf("cosigned %s: %+v, %v", tt.name, got, err)
		}
	}
}

func TestCosigned(t *testing.T) {
	at := func(s int64) time.Time { return time.Unix(s, 0) }
	c := Checkpoint{By: []Cosignature{{"a", at(20)}, {"b", at(30)}, {"c", at(10)}}}
	for many, want := range []time.Time{{}, at(30), at(20), at(10), {}} {
		if got := c.Cosigned(many); !got.Equal(want) {
			t.Errorf("%d witnesses cosigned last at %v, want %v", many, got, want)
		}
	}
}
