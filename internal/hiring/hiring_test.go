package hiring

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/journal"
)

// A desk is a board with a clock, and two firms: one is looked after by ours, both by all.
type desk struct {
	*Board
	t         *testing.T
	db        *db.DB
	clock     time.Time
	shut      []string // what was said to be closed, last
	wished    [5]int64 // pay that people hope for
	dir       string
	ours, all Asker
}

func looksAfter(firms ...string) func(ieum.Permission, ieum.Subject) (ieum.Held, bool) {
	return func(may ieum.Permission, of ieum.Subject) (ieum.Held, bool) {
		return ieum.Held{}, may == ieum.OwnPostings && slices.Contains(firms, of.Organisation)
	}
}

func each(t *testing.T, f func(t *testing.T, b *desk)) {
	set, err := defs.LoadFrom(defs.Files)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := journal.Migrate(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		b := &desk{t: t, db: d, dir: t.TempDir(), clock: time.Date(2026, 6, 15, 12, 0, 0, 0, ieum.Seoul),
			ours: Asker{"a1", looksAfter("works")}, all: Asker{"a2", looksAfter("works", "yard")}}
		b.Board, err = New(t.Context(), d, set, func() time.Time { return b.clock }, Needs{
			Organisations: func(context.Context) (map[string]string, error) {
				return map[string]string{"works": "가상정밀", "yard": "가상조선"}, nil
			},
			Look: func(_ ieum.Lang, text string) (found []Warning) {
				if strings.Contains(text, "용모단정") {
					found = append(found, Warning{Kind: "looks", Words: "용모단정"})
				}
				return found
			},
			Read: func(title, _ string) (string, float64) {
				if !strings.Contains(title, "조작원") {
					return "", 0
				}
				return "8211", .824
			},
			Crowd: func(occupation, region, career string) (Crowd, error) {
				c := Crowd{N: map[string]int{"": 130, "0-1": 10, "1-3": 20, "3-5": 0, "5-10": 40, "10+": 50}[career], Hidden: career == "3-5", Told: 80, Snapshot: "v", Wished: b.wished}
				if occupation != "8211" || region != "41" && region != "" {
					return c, errCut
				}
				if region == "" {
					c.N *= 10
				}
				return c, nil
			},
			Public: func(id string) string { return "public-" + id },
			Shut:   func(ctx context.Context) (err error) { b.shut, err = b.Closed(ctx); return err },
		})
		if err != nil {
			t.Fatal(err)
		}
		f(t, b)
	})
}

// fit are words with which a posting can be put up.
var fit = Words{Title: "프레스 조작원", Body: "프레스 조작, 주 5일", Place: "경기 안산시 단원구", Career: "any", Basis: "month", Least: "270만"}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// keys are why something was refused, with the fields: "hiring.error.title /title".
func keys(err error) (all []string) {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range many.Unwrap() {
			all = append(all, keys(one)...)
		}
		return all
	}
	if e, ok := errors.AsType[*ieum.Error](err); ok {
		return []string{strings.TrimPrefix(e.Key, "hiring.error.") + " " + e.Field}
	}
	return nil
}

func refused(t *testing.T, err error, want ...string) {
	t.Helper()
	if got := keys(err); !slices.Equal(got, want) {
		t.Errorf("refused for %q (%v), want %q", got, err, want)
	}
}

func TestWhatAPostingMustSay(t *testing.T) {
	set := must[*defs.Set](t)(defs.LoadFrom(defs.Files))
	b := &Board{set: set}
	today := must[ieum.Day](t)(ieum.ParseDay("2026-06-15"))
	for name, tt := range map[string]struct {
		change func(*Words)
		want   []string
	}{
		"enough":                     {func(*Words) {}, nil},
		"nothing":                    {func(w *Words) { *w = Words{} }, []string{"title /title", "body /body", "place /place", "basis /basis", "career /career"}},
		"spaces are nothing":         {func(w *Words) { w.Title, w.Body = " ", "\n\t" }, []string{"title /title", "body /body"}},
		"a place that is none":       {func(w *Words) { w.Place = "없는시 없는구" }, []string{"place /place"}},
		"a code that is none":        {func(w *Words) { w.Employment, w.Education = "forever", "x" }, []string{"code /employment", "code /education"}},
		"no pay":                     {func(w *Words) { w.Least = "" }, []string{"least /least"}},
		"pay in words":               {func(w *Words) { w.Least, w.Most = "많이", "더" }, []string{"least /least"}},
		"the most is less":           {func(w *Words) { w.Most = "2,000,000" }, []string{"most_less /most"}},
		"the most in words":          {func(w *Words) { w.Most = "협의" }, []string{"most /most"}},
		"agreed on later":            {func(w *Words) { w.Basis, w.Least = talk, "" }, nil},
		"years without a number":     {func(w *Words) { w.Career = "years" }, []string{"years /years"}},
		"years beyond a life":        {func(w *Words) { w.Career, w.Years = "years", "41" }, []string{"years /years"}},
		"years":                      {func(w *Words) { w.Career, w.Years = "years", "3년" }, nil},
		"openings in words":          {func(w *Words) { w.Openings = "약간" }, []string{"openings /openings"}},
		"openings":                   {func(w *Words) { w.Openings = "3명" }, nil},
		"a last day that is over":    {func(w *Words) { w.Deadline = "2026-06-14" }, []string{"deadline /deadline"}},
		"a last day in two years":    {func(w *Words) { w.Deadline = "2028-06-14" }, []string{"deadline /deadline"}},
		"no day at all":              {func(w *Words) { w.Deadline = "상시" }, []string{"deadline /deadline"}},
		"today":                      {func(w *Words) { w.Deadline = "2026-06-15" }, nil},
		"a certificate of no name":   {func(w *Words) { w.Certificates, w.Preferred = "용접기능사, 없는자격", "없는 것" }, []string{"certificate /certificates", "certificate /preferred"}},
		"a link that runs":           {func(w *Words) { w.Link = "javascript:alert(1)" }, []string{"link /link"}},
		"a link with a password":     {func(w *Words) { w.Link = "https://a:b@firm.example/" }, []string{"link /link"}},
		"a link":                     {func(w *Words) { w.Link = "https://firm.example/jobs/1" }, nil},
		"all that is wrong, at once": {func(w *Words) { w.Title, w.Link, w.Career = "", "x", "" }, []string{"title /title", "career /career", "link /link"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := fit
			tt.change(&w)
			refused(t, b.check(w, today), tt.want...)
		})
	}
}

func TestPayAsPeopleWriteIt(t *testing.T) {
	for text, want := range map[string]int64{"": 0, "2,700,000": 2_700_000, "270만": 2_700_000, "270만원": 2_700_000, " 11 000 원": 11_000, "-5": -1, "2.7만": -1,
		"약 300만": -1, "9999999999999": -1, "99999999만": -1, "3명": 3, "5년": 5, "0": 0, "만": -1} {
		if got := number(text); got != want {
			t.Errorf("%q is %d, want %d", text, got, want)
		}
	}
	for w, want := range map[Words]string{
		{Basis: "month", Least: "270만"}:                        "월급 2700000원",
		{Basis: "hour", Least: "11,000", Most: "12,000"}:       "시급 11000원 ~ 12000원",
		{Basis: "year", Most: "4000만"}:                         "연봉 40000000원",
		{Basis: "year", Least: "40000000", Most: "4000만"}:      "연봉 40000000원",
		{Basis: talk, Least: "270만"}:                           "면접 후 결정",
		{Basis: "", Least: "270만"}:                             "",
		{Basis: "month", Least: "많이"}:                          "",
		{Basis: "fortnight", Least: "270만", Most: "2,800,000"}: "",
	} {
		if got := w.pay(); got != want {
			t.Errorf("%+v reads %q, want %q", w, got, want)
		}
	}
}

func FuzzNumber(f *testing.F) {
	f.Add("270만 원")
	f.Fuzz(func(t *testing.T, text string) {
		if n := number(text); n < -1 || n > 100_000_000_000 {
			t.Errorf("%q is %d", text, n)
		}
		w := Words{Basis: "month", Least: text, Most: text, Skills: text}
		if n := number(text); n > 0 && w.pay() == "" {
			t.Errorf("%q is %d and reads as no pay", text, n)
		}
		for _, s := range list(text) {
			if s == "" || strings.ContainsAny(s, ",\n") {
				t.Errorf("%q is cut into %q", text, s)
			}
		}
	})
}

// A draft is kept whatever it says, is nobody else's, and is written over by nobody who did
// not see it.
func TestADraftIsKept(t *testing.T) {
	each(t, func(t *testing.T, b *desk) {
		ctx := t.Context()
		p := must[*Posting](t)(b.Begin(ctx, b.ours, "", Words{Least: "아직 모름"}))
		if p.Organisation != "works" || p.Company != "가상정밀" || p.State != Draft || p.Revision != 1 || p.Public != "" {
			t.Fatalf("%+v", p)
		}
		_, err := b.Begin(ctx, b.all, "", Words{})
		refused(t, err, "firm /organisation")
		_, err = b.Begin(ctx, b.ours, "yard", Words{})
		refused(t, err, "firm /organisation")
		_, err = b.Begin(ctx, Asker{"a3", looksAfter()}, "works", Words{})
		refused(t, err, "firm /organisation")

		p = must[*Posting](t)(b.Save(ctx, b.ours, p.ID, 1, fit))
		if p.Revision != 2 || p.Words != fit {
			t.Fatalf("%+v", p)
		}
		if same := must[*Posting](t)(b.Save(ctx, b.all, p.ID, 2, fit)); same.Revision != 2 {
			t.Error("the same words are another revision")
		}
		late := fit
		late.Title = "늦은 제목"
		if _, err := b.Save(ctx, b.all, p.ID, 1, late); !errors.Is(err, ieum.ErrConflict) {
			t.Errorf("words of a revision before: %v", err)
		}
		if got := must[*Posting](t)(b.Get(ctx, b.ours, p.ID)); got.Words != fit || got.Said != nil {
			t.Errorf("%+v", got)
		}
		long := fit
		long.Body = strings.Repeat("가", longestBody+1)
		_, err = b.Save(ctx, b.ours, p.ID, 0, long)
		refused(t, err, "long /body")

		other := Asker{"a4", looksAfter("yard")}
		for what, do := range map[string]func() error{
			"get":      func() error { _, err := b.Get(ctx, other, p.ID); return err },
			"save":     func() error { _, err := b.Save(ctx, other, p.ID, 0, late); return err },
			"put up":   func() error { _, err := b.PutUp(ctx, other, p.ID, 0, late, true); return err },
			"close":    func() error { _, err := b.Close(ctx, other, p.ID); return err },
			"drop":     func() error { _, err := b.Drop(ctx, other, p.ID); return err },
			"restore":  func() error { _, err := b.Restore(ctx, other, p.ID); return err },
			"revert":   func() error { _, err := b.Revert(ctx, other, p.ID, 1); return err },
			"editions": func() error { _, err := b.Editions(ctx, other, p.ID); return err },
			"no such":  func() error { _, err := b.Get(ctx, b.all, "e0"); return err },
		} {
			if err := do(); !errors.Is(err, ieum.ErrNotFound) {
				t.Errorf("%s of another's: %v", what, err)
			}
		}
		if list, in, err := b.List(ctx, other, "", 0, 10); err != nil || len(list) != 0 || len(in) != 0 {
			t.Errorf("another is listed %v %v %v", list, in, err)
		}
		if got := must[*Posting](t)(b.Get(ctx, b.ours, p.ID)); got.Words != fit || got.State != Draft {
			t.Errorf("others changed it: %+v", got)
		}
	})
}

// What was put up is an edition each time; closing, opening anew, throwing away and taking
// back go one way only, and each public change is told to the journal once.
func TestFromADraftToTheEnd(t *testing.T) {
	each(t, func(t *testing.T, b *desk) {
		ctx := t.Context()
		p := must[*Posting](t)(b.Begin(ctx, b.ours, "works", Words{}))
		_, err := b.Close(ctx, b.ours, p.ID)
		refused(t, err, "not_open /do")

		// what is to be mended is kept
		half := Words{Title: "반쯤 쓴 글"}
		_, err = b.PutUp(ctx, b.ours, p.ID, 1, half, false)
		refused(t, err, "body /body", "place /place", "basis /basis", "career /career")
		if got := must[*Posting](t)(b.Get(ctx, b.ours, p.ID)); got.Words != half || got.State != Draft {
			t.Fatalf("what could not be put up is %+v", got)
		}
		// as is what the law may forbid
		looks := fit
		looks.Body = "용모단정한 분"
		_, err = b.PutUp(ctx, b.ours, p.ID, 0, looks, false)
		refused(t, err, "sure /sure")
		p = must[*Posting](t)(b.PutUp(ctx, b.ours, p.ID, 0, looks, true))
		if p.State != Open || !p.Waits || p.Public != "public-"+p.ID || p.Opened.String() != "2026-06-15" || p.Ahead() {
			t.Fatalf("%+v", p)
		}
		_, err = b.Drop(ctx, b.ours, p.ID)
		refused(t, err, "not_draft /do")

		// corrected: nobody sees that before it is put up
		p = must[*Posting](t)(b.Save(ctx, b.ours, p.ID, p.Revision, fit))
		if !p.Ahead() || *p.Said != looks {
			t.Errorf("%+v", p)
		}
		b.clock = b.clock.Add(24 * time.Hour)
		p = must[*Posting](t)(b.PutUp(ctx, b.ours, p.ID, p.Revision, fit, false))
		if p.Ahead() || p.Opened.String() != "2026-06-15" {
			t.Errorf("corrected it is %+v", p)
		}
		if len(b.shut) != 0 {
			t.Errorf("shut is %v", b.shut)
		}
		p = must[*Posting](t)(b.Close(ctx, b.ours, p.ID))
		if p.State != Closed || p.Closed.String() != "2026-06-16" || !slices.Equal(b.shut, []string{p.Public}) {
			t.Errorf("closed it is %+v, shut is %v", p, b.shut)
		}
		_, err = b.Close(ctx, b.ours, p.ID)
		refused(t, err, "not_open /do")

		editions := must[[]Edition](t)(b.Editions(ctx, b.ours, p.ID))
		if len(editions) != 3 || editions[0].State != Closed || editions[2].Words != looks || editions[1].Words != fit {
			t.Errorf("%+v", editions)
		}
		p = must[*Posting](t)(b.Revert(ctx, b.ours, p.ID, 1))
		if p.Words != looks || *p.Said != fit || p.State != Closed {
			t.Errorf("reverted it is %+v", p)
		}
		_, err = b.Revert(ctx, b.ours, p.ID, 9)
		refused(t, err, "edition /edition")

		b.clock = b.clock.Add(24 * time.Hour)
		p = must[*Posting](t)(b.PutUp(ctx, b.ours, p.ID, 0, fit, false))
		if p.Opened.String() != "2026-06-17" || p.Closed != 0 || len(b.shut) != 0 {
			t.Errorf("opened anew it is %+v, shut is %v", p, b.shut)
		}
		var kinds []string
		rows := must[interface {
			Next() bool
			Scan(...any) error
			Close() error
		}](t)(b.db.QueryContext(ctx, `SELECT kind FROM journal_new ORDER BY id`))
		for rows.Next() {
			var kind string
			if err := rows.Scan(&kind); err != nil {
				t.Fatal(err)
			}
			kinds = append(kinds, strings.TrimPrefix(kind, "hiring."))
		}
		rows.Close()
		if want := []string{"opened", "opened", "closed", "opened"}; !slices.Equal(kinds, want) {
			t.Errorf("the journal was told %v, want %v", kinds, want)
		}

		q := must[*Posting](t)(b.Begin(ctx, b.ours, "works", half))
		must[*Posting](t)(b.Drop(ctx, b.ours, q.ID))
		list, in, err := b.List(ctx, b.ours, "", 0, 10)
		if err != nil || len(list) != 1 || list[0].ID != p.ID || in[Dropped] != 1 || in[Open] != 1 {
			t.Errorf("%v %v %v", list, in, err)
		}
		if list, _, _ = b.List(ctx, b.ours, Dropped, 0, 10); len(list) != 1 || list[0].ID != q.ID {
			t.Errorf("thrown away are %v", list)
		}
		if q = must[*Posting](t)(b.Restore(ctx, b.ours, q.ID)); q.State != Draft || q.Words != half {
			t.Errorf("taken back it is %+v", q)
		}
		if p = must[*Posting](t)(b.Restore(ctx, b.ours, p.ID)); p.State != Open {
			t.Errorf("what was not thrown away is %s", p.State)
		}
		must[*Posting](t)(b.Drop(ctx, b.ours, q.ID))
		b.clock = b.clock.Add(dropped + time.Hour)
		must[*Posting](t)(b.Begin(ctx, b.ours, "works", half))
		if _, err := b.Get(ctx, b.ours, q.ID); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("after a month it is still kept: %v", err)
		}
	})
}

// A carrier takes deliveries in, and fails where it is told to.
type carrier struct {
	fails string
	got   []row
	built int
}

var errCut = errors.New("cut off")

func (c *carrier) Deliver(_ context.Context, dir string) error {
	if c.fails == "before delivery" {
		return errCut
	}
	text, err := os.ReadFile(filepath.Join(dir, Outbox, "changes.jsonl"))
	if err != nil {
		return err
	}
	c.got = nil
	for line := range strings.Lines(string(text)) {
		var r row
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			return err
		}
		c.got = append(c.got, r)
	}
	if c.fails == "after delivery" {
		return errCut
	}
	return nil
}

func (c *carrier) Build(context.Context) error {
	if c.fails == "at the build" {
		return errCut
	}
	c.built++
	return nil
}

// What was put up reaches everybody wherever it was cut off, as it was when it was taken;
// what is closed is shut until a snapshot has it so, and for a while after.
func TestWhatIsPutUpArrives(t *testing.T) {
	each(t, func(t *testing.T, b *desk) {
		ctx := t.Context()
		c := &carrier{}
		pass := func() bool {
			t.Helper()
			return must[bool](t)(b.Pass(ctx, b.dir, c))
		}
		if p := must[*Posting](t)(b.Begin(ctx, b.ours, "works", fit)); pass() || p.Waits {
			t.Error("a draft is delivered")
		}
		w := fit
		w.Career, w.Years, w.Openings, w.Skills, w.Most, w.Deadline = "years", "3년", "2명", "금형 교환, 프레스", "3,000,000", "2026-07-31"
		p := must[*Posting](t)(b.Begin(ctx, b.ours, "works", w))
		p = must[*Posting](t)(b.PutUp(ctx, b.ours, p.ID, 0, w, false))
		for _, c.fails = range []string{"before delivery", "after delivery", "at the build"} {
			if done, err := b.Pass(ctx, b.dir, c); !done || !errors.Is(err, errCut) {
				t.Errorf("cut off %s: %v %v", c.fails, done, err)
			}
			if got := must[*Posting](t)(b.Get(ctx, b.ours, p.ID)); !got.Waits {
				t.Errorf("cut off %s it is said to be found", c.fails)
			}
		}
		c.fails, c.got = "", nil
		if !pass() || c.built != 1 || c.got != nil || pass() {
			t.Errorf("after it was delivered and not built: %+v", c)
		}
		if got := must[*Posting](t)(b.Get(ctx, b.ours, p.ID)); got.Waits {
			t.Error("it is not said to be found")
		}
		p = must[*Posting](t)(b.Close(ctx, b.ours, p.ID))
		if !slices.Equal(b.shut, []string{p.Public}) {
			t.Errorf("shut is %v", b.shut)
		}
		b.clock = b.clock.Add(72 * time.Hour) // nobody built for days
		if got := must[[]string](t)(b.Closed(ctx)); len(got) != 1 {
			t.Errorf("closed and in no snapshot is %v", got)
		}
		if !pass() || len(c.got) != 1 {
			t.Fatalf("%+v", c)
		}
		if got := must[[]string](t)(b.Closed(ctx)); len(got) != 0 {
			t.Errorf("closed long ago, and in the snapshot so, is %v", got)
		}
		want := row{ID: p.ID, Company: "가상정밀", Title: "프레스 조작원", Body: "프레스 조작, 주 5일", Place: "경기 안산시 단원구", Career: "경력 3년 이상",
			Pay: "월급 2700000원 ~ 3000000원", Openings: "2명", Opened: "2026-06-15", Deadline: "2026-07-31", Closed: "2026-06-15", Skills: "금형 교환|프레스"}
		if c.got[0] != want {
			t.Errorf("delivered is\n%+v, want\n%+v", c.got[0], want)
		}
	})
}
