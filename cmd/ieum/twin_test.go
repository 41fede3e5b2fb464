package main

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"ieum"
	"ieum/internal/door"
)

// TestTwinsAreToldInSight: who ticks that it is another before being asked, on a form that
// fails for something else, is told the twins, and the client sees that.
func TestTwinsAreToldInSight(t *testing.T) {
	a, base, _, links := serveDoor(t)
	clerk := arrived(t, base, links["counsellor"])
	form := url.Values{"name": {"가상 자매"}, "birth": {"1968-05-06"}, "basis": {"law"}}
	send(t, clerk, base+"/desk", form)
	var person string
	if err := a.store.db.QueryRowContext(t.Context(), `SELECT id FROM door_person WHERE who <> ''`).Scan(&person); err != nil {
		t.Fatal(err)
	}
	form.Set("other", "true")
	form.Set("basis", "consent") // and no paper, so that nobody is registered
	_, status, page := send(t, clerk, base+"/desk", form)
	list, err := a.door.Changes(t.Context(), ieum.PersonID(person))
	if err != nil {
		t.Fatal(err)
	}
	seen := slices.ContainsFunc(list, func(c door.Change) bool { return c.What == "matched" })
	if told := strings.Contains(page, `id="twins"`); !told || !seen {
		t.Errorf("%d: told %t, and the client sees it: %t", status, told, seen)
	}
}
