package main

import (
	"strings"
	"testing"
	"time"

	"ieum/internal/catalogue"
	"ieum/internal/snapshot"
)

// TestAnOverdueErasureIsSeen by who watches the metrics and by operators, a day after
// somebody was erased whose row is in the snapshot in use still; not before.
func TestAnOverdueErasureIsSeen(t *testing.T) {
	a, base, data, _ := serveDoorOn(t, copyOfDemo(t))
	number, err := a.demoRow(t.Context())
	if err != nil || number == "" {
		t.Fatal(number, err)
	}
	if err := a.store.keys.Erase(string(catalogue.RowPerson(a.store.keys, "simulated", "resume", number))); err != nil {
		t.Fatal(err)
	}
	if err := a.forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	for hours, says := range map[time.Duration]string{23: "ieum_erasures_overdue 0\n", 25: "ieum_erasures_overdue 1\n"} {
		h, err := snapshot.ReadHidden(data)
		if err != nil || len(h.Rows) != 1 {
			t.Fatal(h, err)
		}
		for place := range h.Rows {
			h.Rows[place] = time.Now().Add(-hours * time.Hour)
		}
		if err := h.Write(data); err != nil {
			t.Fatal(err)
		}
		if got := string(request(t, "GET", base+"/metrics", nil).body); !strings.Contains(got, says) {
			t.Errorf("after %d hours the metrics do not say %q", hours, says)
		}
		if page := string(request(t, "GET", base+"/deliveries", nil).body); strings.Contains(page, "지운 지 하루가 넘은") != (hours > 24) {
			t.Errorf("after %d hours an operator sees %s", hours, page)
		}
	}
}
