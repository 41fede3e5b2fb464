package jobcare

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"

	"ieum"
	"ieum/internal/platform/web"
)

// liked are the answers to the thirty activities of the short check, five for
// each type: 2 would like it, 1 neither, 0 would not; "" = not answered.
type liked struct {
	R1 string `q:"r1" enum:"0|1|2"`
	I1 string `q:"i1" enum:"0|1|2"`
	A1 string `q:"a1" enum:"0|1|2"`
	S1 string `q:"s1" enum:"0|1|2"`
	E1 string `q:"e1" enum:"0|1|2"`
	C1 string `q:"c1" enum:"0|1|2"`
	R2 string `q:"r2" enum:"0|1|2"`
	I2 string `q:"i2" enum:"0|1|2"`
	A2 string `q:"a2" enum:"0|1|2"`
	S2 string `q:"s2" enum:"0|1|2"`
	E2 string `q:"e2" enum:"0|1|2"`
	C2 string `q:"c2" enum:"0|1|2"`
	R3 string `q:"r3" enum:"0|1|2"`
	I3 string `q:"i3" enum:"0|1|2"`
	A3 string `q:"a3" enum:"0|1|2"`
	S3 string `q:"s3" enum:"0|1|2"`
	E3 string `q:"e3" enum:"0|1|2"`
	C3 string `q:"c3" enum:"0|1|2"`
	R4 string `q:"r4" enum:"0|1|2"`
	I4 string `q:"i4" enum:"0|1|2"`
	A4 string `q:"a4" enum:"0|1|2"`
	S4 string `q:"s4" enum:"0|1|2"`
	E4 string `q:"e4" enum:"0|1|2"`
	C4 string `q:"c4" enum:"0|1|2"`
	R5 string `q:"r5" enum:"0|1|2"`
	I5 string `q:"i5" enum:"0|1|2"`
	A5 string `q:"a5" enum:"0|1|2"`
	S5 string `q:"s5" enum:"0|1|2"`
	E5 string `q:"e5" enum:"0|1|2"`
	C5 string `q:"c5" enum:"0|1|2"`
}

// fields are the answers in the order in which they are asked: type after type.
func (l *liked) fields() (out []*string) {
	v := reflect.ValueOf(l).Elem()
	for i := range v.NumField() {
		out = append(out, v.Field(i).Addr().Interface().(*string))
	}
	return out
}

// score sums the answers of each type, and counts the activities that were not
// answered.
func (l liked) score() (in Interests, open int) {
	var sums [6]float64
	for i, answer := range l.fields() {
		if *answer == "" {
			open++
			continue
		}
		sums[i%6] += float64((*answer)[0] - '0')
	}
	return Interests{Scores: six(sums)}, open
}

// An activity is one of the thirty, as the page asks it.
type activity struct {
	Name   string // of its field, and of its message
	Answer string
}

// official are the six numbers of the official test, which staff enter.
type official struct {
	R   *float64 `q:"official_r" min:"0" max:"100" label:"interest.name.R"`
	I   *float64 `q:"official_i" min:"0" max:"100" label:"interest.name.I"`
	A   *float64 `q:"official_a" min:"0" max:"100" label:"interest.name.A"`
	S   *float64 `q:"official_s" min:"0" max:"100" label:"interest.name.S"`
	E   *float64 `q:"official_e" min:"0" max:"100" label:"interest.name.E"`
	C   *float64 `q:"official_c" min:"0" max:"100" label:"interest.name.C"`
	Day ieum.Day `q:"official_day" label:"interest.official_day"`
}

// A Number is one of the six as the form shows it.
type Number struct {
	Kind  string
	Value *float64
}

// ID is the name of its field.
func (n Number) ID() string { return "official_" + strings.ToLower(n.Kind) }

// Numbers are the six in Holland's order.
func (o official) Numbers() (out []Number) {
	for i, v := range []*float64{o.R, o.I, o.A, o.S, o.E, o.C} {
		out = append(out, Number{kinds[i : i+1], v})
	}
	return out
}

// entered is official of numbers that were entered before.
func entered(in Interests) official {
	v := in.Scores
	return official{&v.R, &v.I, &v.A, &v.S, &v.E, &v.C, in.Official}
}

// interests are the six numbers with their day; nil when none was entered.
// Some without the others are ieum.ErrInvalid.
func (o official) interests() (*Interests, error) {
	var v [6]float64
	given := 0
	for i, n := range o.Numbers() {
		if n.Value != nil {
			given++
			v[i] = *n.Value
		}
	}
	switch {
	case given == 0 && o.Day == 0:
		return nil, nil
	case given < len(v) || o.Day == 0:
		return nil, &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.interest_official", Field: "/official_day", Message: "enter all six numbers of the official test and its day"}
	}
	return &Interests{six(v), o.Day}, nil
}

// carried is what travels with the pages beside the résumé and is kept nowhere:
// the answers as they were given, and what the person likes.
type carried struct {
	Answers   *Answers   `json:"answers,omitempty"`
	Interests *Interests `json:"interests,omitempty"`
}

// carriedFrom reads what a page carried; what cannot be read is an error.
func carriedFrom(text string) (c carried, err error) {
	if strings.TrimSpace(text) == "" {
		return c, nil
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return c, &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.interest_carried", Field: "/told", Message: "what the page carried cannot be read; begin again"}
	}
	return c, nil
}

// text is carried as a page carries it; "" when there is nothing.
func (c carried) text() string {
	if c == (carried{}) || c.Interests == nil && *c.Answers == (Answers{}) {
		return ""
	}
	text, err := json.Marshal(c)
	if err != nil {
		panic("jobcare: " + err.Error()) // numbers and texts always can
	}
	return string(text)
}

// interestPage is the page of the thirty activities, or what they came to for
// somebody who told nothing else yet.
type interestPage struct {
	liked
	Activities []activity
	Carried    carriedForm
	Result     *Considered
	Staff      bool
}

// Answers are the values of an answer, as the page offers them.
func (interestPage) Answers() []string { return []string{"2", "1", "0"} }

func (h *handlers) interestsPage(r *http.Request, l liked, c carriedForm) interestPage {
	page := interestPage{liked: l, Carried: c, Staff: web.Allowed(r, ieum.WriteClients)}
	t := reflect.TypeOf(l)
	for i, answer := range page.fields() {
		page.Activities = append(page.Activities, activity{strings.ToLower(t.Field(i).Name), *answer})
	}
	return page
}

// liked shows what somebody likes who told nothing else yet.
func (h *handlers) liked(w http.ResponseWriter, r *http.Request, f diagnosisForm, in Interests) error {
	d := &Diagnosis{}
	d.Consider(in)
	page := h.interestsPage(r, f.liked, carriedForm{Told: carried{Interests: &in}.text(), Client: f.Client})
	page.Result = d.Interests
	return h.pages.Reply(w, r, "interests.html", page)
}

// interests asks what somebody likes, who told nothing yet.
func (h *handlers) interests(w http.ResponseWriter, r *http.Request) error {
	client, err := h.asked(r)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "interests.html", h.interestsPage(r, liked{}, carriedForm{Client: client}))
}

// interestsOf asks it of somebody whose result is shown, or who is at the
// questions: what they told is carried along.
func (h *handlers) interestsOf(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Read[diagnosisForm](r)
	if err != nil {
		return h.mend(w, r, f, err)
	}
	likes, err := h.likes(r, f)
	if err != nil {
		return h.mend(w, r, f, err)
	}
	c, err := f.carry(likes)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return h.pages.Reply(w, r, "interests.html", h.interestsPage(r, liked{}, carriedForm{f.Resume, c.text(), f.Client}))
}

// likes returns what somebody likes by the form of a diagnosis: the official
// numbers that staff enter, else the activities answered, else what the page
// carried; nil when nothing is known.
func (h *handlers) likes(r *http.Request, f diagnosisForm) (in *Interests, err error) {
	if web.Allowed(r, ieum.WriteClients) {
		if in, err = f.official.interests(); err != nil {
			return nil, err
		}
	}
	answered, open := f.liked.score()
	switch {
	case in != nil:
	case open == 0:
		in = &answered
	case open < len(f.liked.fields()):
		return nil, &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.interest_open", Args: map[string]any{"n": open}, Field: "/" + f.liked.firstOpen(), Message: "answer each of the thirty activities"}
	default:
		c, err := carriedFrom(f.Told)
		if err != nil || c.Interests == nil {
			return nil, err
		}
		in = c.Interests
	}
	return in, in.Check(ieum.DayOf(h.a.now()))
}

// firstOpen is the field of the first activity that was not answered.
func (l liked) firstOpen() string {
	for i, answer := range l.fields() {
		if *answer == "" {
			return strings.ToLower(reflect.TypeOf(l).Field(i).Name)
		}
	}
	return ""
}
