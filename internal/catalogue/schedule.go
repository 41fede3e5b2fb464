package catalogue

import (
	"time"

	"ieum"
)

// dueDay returns the last day on which the next delivery is in time, after one
// that came on a day: the end of the cycle that day lies in, and due days more.
// A source that delivers once has none (0).
func dueDay(cycle string, last ieum.Day, due int) ieum.Day {
	t := last.Time()
	y, m, _ := t.Date()
	switch cycle {
	case "daily":
	case "weekly": // weeks end on Sunday
		t = t.AddDate(0, 0, (7-int(t.Weekday()))%7)
	case "monthly":
		t = time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC)
	case "yearly":
		t = time.Date(y, 12, 31, 0, 0, 0, 0, time.UTC)
	default:
		return 0
	}
	return ieum.Day(t.Unix()/86400) + ieum.Day(due)
}
