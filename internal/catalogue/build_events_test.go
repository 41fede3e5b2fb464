package catalogue

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ieum"
	"ieum/internal/snapshot"
)

// searching delivers, with the résumés of people, postings, courses and what happened
// in searches.
var searching = strings.Replace(people, "  - match: \"licence*.csv\"\n", `  - match: "licence*.csv"
  - match: "jobs*.csv"
    kind: posting
    delivery: change
    key: [id]
    map: {title: title, opened: opened}
  - match: "courses*.csv"
    kind: course
    delivery: change
    key: [id]
    map: {title: title}
  - match: "events*.csv"
    kind: search-event
    delivery: change
    map:
      resume: resume
      what: what
      day: day
      posting: posting
      course: course
      certificate: certificate
      pay: {column: pay, unit: won, per: year}
      referred: referred
      aptitude: aptitude
      place: place
      channel: channel
      propensity: propensity
`, 1)

const eventHeader = "resume,what,day,posting,course,certificate,pay,referred,aptitude,place,channel,propensity"

// newSearches is a bench of three people, two of whom look for work.
func newSearches(t *testing.T) *bench {
	t.Helper()
	b := newBench(t, searching)
	b.ingest("people", b.file("resume.csv", resumeHeader, resume(1, "용접"), resume(2, "용접"), resume(3, "조리")),
		b.file("licence.csv", "resume,licence", "r1,용접기능사"),
		b.file("jobs.csv", "id,title,opened", "j1,용접원 모집,2026-01-05", "j2,조리원 모집,2026-01-06"),
		b.file("courses.csv", "id,title", "c1,용접 배우기"),
		b.file("events.csv", eventHeader,
			"r2,취업,2026-02-09,j1,,,36000000,,,,,",
			"r2,입사지원,2026-02-01,j1,,,,,,3,search,",
			"r2,노출,2026-01-31,j1,,,,,,3,추천,0.25",
			"r2,registered,2026-01-10,,,,,,-0.25,,,",
			"r1,상담,2026-01-20,,c1,,,Y,,,,",
			"r1,자격 취득,2026-02-20,,,용접기능사,,,,,,",
			"r9,registered,2026-01-10,,,,,,,,,",
			"r1,입사지원,2026-02-21,j9,,,,,,,,"))
	return b
}

// eventsOf writes the events of a snapshot, by the keys of their résumés.
func eventsOf(t *testing.T, b *bench, s *snapshot.Snapshot) (lines []string) {
	t.Helper()
	e, keys := &s.Events, keysIn(t, b.Catalogue, s)
	for i := range e.Resume.Len() {
		line := fmt.Sprintf("%s %s %s", keys[e.Resume.At(i)], snapshot.Happenings[e.What.At(i)], ieum.Day(e.Day.At(i)))
		if p := e.Posting.At(i); p > 0 {
			line += " " + s.Postings.Title.At(int(p)-1)
		}
		if c := e.Course.At(i); c > 0 {
			line += " " + s.Items.Key.At(int(c)-1)
		}
		if c := e.Certificate.At(i); c > 0 {
			line += " " + s.Dict.Certificates[c]
		}
		if pay := e.Pay.At(i); pay > 0 {
			line += fmt.Sprint(" ", pay)
		}
		if e.Referred.At(i) == 1 {
			line += " referred"
		}
		if x, ok := snapshot.Measured(e.Aptitude.At(i)); ok {
			line += fmt.Sprint(" ", x)
		}
		if place := e.Place.At(i); place > 0 {
			line += fmt.Sprintf(" %s %d", snapshot.Channels[e.Channel.At(i)], place)
		}
		if p, ok := snapshot.Probable(e.Propensity.At(i)); ok {
			line += fmt.Sprintf(" %.4f", p)
		}
		lines = append(lines, line)
	}
	return lines
}

// What a source says of searches is in the snapshot beside the people and postings it
// is about: in the order of the days, without whom nobody knows, and with no key.
func TestSearchesAreInTheSnapshot(t *testing.T) {
	b := newSearches(t)
	s := b.build(false)
	set := loadDefs(t, searching)
	cert, _ := set.Codes["certificates"].Lookup("용접기능사")
	want := []string{
		"r1 applied 2026-02-21", "r1 certified 2026-02-20 " + cert, "r1 counselled 2026-01-20 c1 referred",
		"r2 applied 2026-02-01 용접원 모집 search 3", "r2 hired 2026-02-09 용접원 모집 36000000", "r2 registered 2026-01-10 -0.25", "r2 shown 2026-01-31 용접원 모집 recommender 3 0.2500",
	}
	got := eventsOf(t, b, s)
	byPerson := slices.Clone(got)
	slices.Sort(byPerson)
	if !slices.Equal(byPerson, want) || s.Meta.Events != len(want) {
		t.Errorf("of %d events the snapshot has\n%s\nwant\n%s", s.Meta.Events, strings.Join(byPerson, "\n"), strings.Join(want, "\n"))
	}
	e := &s.Events
	for i := 1; i < e.Resume.Len(); i++ {
		if e.Resume.At(i) < e.Resume.At(i-1) || e.Resume.At(i) == e.Resume.At(i-1) && e.Day.At(i) < e.Day.At(i-1) {
			t.Errorf("event %d stands in the wrong place: %q", i, got)
		}
	}
	if again := eventsOf(t, b, b.build(false)); !slices.Equal(again, got) {
		t.Errorf("built again: %q, want %q", again, got)
	}
}

// Who is erased is hidden at once, and nothing that happened to them is in the next
// snapshot.
func TestNothingOfAnErasedSearchIsBuilt(t *testing.T) {
	b := newSearches(t)
	b.build(false)
	if err := b.Forget(t.Context(), "people", "r2", "aofficer"); err != nil {
		t.Fatal(err)
	}
	s := b.current()
	for i := range s.Events.Resume.Len() {
		row := int(s.Events.Resume.At(i))
		if hidden, of := s.ResumeHidden(row), s.Events.What.At(i) == uint8(snapshot.Hired); of && !hidden {
			t.Error("who was hired and erased is shown")
		}
	}
	for _, line := range eventsOf(t, b, b.build(false)) {
		if !strings.HasPrefix(line, "r1 ") {
			t.Errorf("the next snapshot has %q", line)
		}
	}
}

// What a source tells of somebody whose résumé it did not deliver is erased like the rest, once,
// and nobody is erased of whom nothing is here.
func TestASearchWithoutAResumeIsErased(t *testing.T) {
	b := newSearches(t)
	id := string(RowPerson(b.keys, "people", resumeKind, "r9"))
	b.ingest("people", b.file("events.csv", eventHeader, "r9,registered,2026-02-27,,,,,,,,,"))
	if err := b.Forget(t.Context(), "people", "r9", "aofficer"); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"r9", "r10"} {
		if err := b.Forget(t.Context(), "people", key, "aofficer"); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("erasing %s: %v", key, err)
		}
	}
	if got := b.keys.Erased(); !slices.Equal(got, []string{id}) {
		t.Errorf("erased are %q, not the key of r9 alone", got)
	}
}

// A build of changes has the searches of its base, also of people whose résumé is
// another by now.
func TestChangesKeepTheSearchesOfTheirBase(t *testing.T) {
	b := newSearches(t)
	want := eventsOf(t, b, b.build(false))
	b.ingest("people", b.file("resume.csv", resumeHeader, resume(2, "배관")), b.file("licence.csv", "resume,licence", "r1,용접기능사"), b.file("events.csv", eventHeader, "r3,registered,2026-02-27,,,,,,,,,"))
	changed := b.build(true)
	if got := eventsOf(t, b, changed); !slices.Equal(got, want) || changed.Meta.Events != len(want) {
		t.Errorf("with changes %q, want %q", got, want)
	}
	if got := b.build(false); got.Meta.Events != len(want)+1 {
		t.Errorf("a whole build has %d events, want %d", got.Meta.Events, len(want)+1)
	}
}

// The codes that a build knows are those of the list that people declare with.
func TestEveryCodeOfAnEventIsKnown(t *testing.T) {
	var codes []string
	for _, c := range loadDefs(t, searching).Codes["search-events"].Codes {
		codes = append(codes, c.Code)
	}
	if !slices.Equal(codes, snapshot.Happenings[1:]) {
		t.Errorf("the list has %q and a build knows %q", codes, snapshot.Happenings[1:])
	}
}

// A number leads to what belongs to it, whatever others are there.
func TestAnIndexFindsWhatIsThere(t *testing.T) {
	for _, n := range []int{0, 1, 3, 4, 5, 1000} {
		var numbers []uint64
		var at []uint32
		for i := range n {
			numbers, at = append(numbers, mix(uint64(i))), append(at, uint32(i))
		}
		x := newIndex(numbers, at)
		for i := range n + 5 {
			if got, is := x.find(mix(uint64(i))); is != (i < n) || is && got != uint32(i) {
				t.Errorf("of %d numbers number %d leads to %d, %v", n, i, got, is)
			}
		}
	}
}
