package match

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"ieum"
	"ieum/defs"
	"ieum/internal/match/shelf"
	"ieum/internal/snapshot"
)

// Things that defs/items declares are judged and ranked by a shelf, which is made of
// the snapshot's items when somebody first asks for them.

// A stand is the shelf of a declared kind, and where its rows stand in the snapshot.
type stand struct {
	once  sync.Once
	shelf *shelf.Shelf
	rows  []int          // of Items, by row of the shelf
	ids   map[uint64]int // rows of the shelf by public number
	err   error
}

// Offers are what comes of the things of one declared kind for who looks. Things =
// Closed + Refused + Unclear + Fits.
type Offers struct {
	Item     string   `json:"item"`
	Day      ieum.Day `json:"day"`
	Snapshot string   `json:"snapshot"`
	Things   int      `json:"things"`
	Closed   int      `json:"closed"`
	Refused  int      `json:"refused"` // a condition does not hold
	Unclear  int      `json:"unclear"` // none is broken, and of some it cannot be told
	Fits     int      `json:"fits"`
	Broken   []Broken `json:"broken"` // why things were left out, most first
	Ask      []Ask    `json:"ask"`    // what would tell of most unclear ones, first
	Best     []Offer  `json:"best"`   // of those that fit, best first
	Maybe    []Offer  `json:"maybe"`  // of the unclear ones, best first
}

// Broken counts what was left out for one condition.
type Broken struct {
	Condition int       `json:"condition"` // place in the declaration, from 1
	Title     ieum.Text `json:"title"`
	Items     int       `json:"items"`
	Alone     int       `json:"alone"` // for which it is the only one: so many more there would be
}

// Ask is a fact that was not told.
type Ask struct {
	Fact  string    `json:"fact"`
	Title ieum.Text `json:"title"`
	Items int       `json:"items"` // unclear things that turn on it
}

// An Offer is one thing, with all that was found of it.
type Offer struct {
	ID         string       `json:"id"`
	Title      string       `json:"title"`
	By         string       `json:"by,omitempty"`
	About      string       `json:"about,omitempty"`
	Place      string       `json:"place,omitempty"` // code of the list "regions", of one place
	URL        string       `json:"url,omitempty"`
	From       ieum.Day     `json:"from,omitzero"`
	Until      ieum.Day     `json:"until,omitzero"`
	Simulated  bool         `json:"simulated,omitempty"`
	Verdict    defs.Verdict `json:"verdict"`            // fits, unclear, refused or closed
	Disagree   bool         `json:"disagree,omitempty"` // its sources say different things of a condition
	Past       bool         `json:"past,omitempty"`     // one source says it is closed, and no other until when it is open
	Score      float64      `json:"score"`
	Reasons    []Speaks     `json:"reasons"` // their values sum to the score
	Conditions []Condition  `json:"conditions"`
	Unchecked  []string     `json:"unchecked,omitempty"` // conditions in prose that nothing here looks at
}

// Speaks is one thing that speaks for an offer, or against.
type Speaks struct {
	Said
	Value float64 `json:"value"`
}

// A Condition is whether one of the declared conditions holds.
type Condition struct {
	Said
	Title ieum.Text `json:"title"`
	Holds string    `json:"holds"`         // yes, no or unclear
	Ask   []string  `json:"ask,omitempty"` // facts that would tell
}

// Said is declared words with what stands in their places; Text is filled in when the
// language is known.
type Said struct {
	Text string `json:"text"`

	words ieum.Text
	args  map[string]any
}

// mostOffers is how many things are returned at most, of those that fit and of the others.
const mostOffers = 1000

// Offers judges all things of a declared kind for who told facts, and returns the best k of
// those that fit and of those that are unclear. An unknown kind is ieum.ErrNotFound.
func (m *Matcher) Offers(ctx context.Context, id string, facts defs.Facts, k int) (*Offers, error) {
	it, err := m.declared(id)
	if err != nil {
		return nil, err
	}
	x, day, release, err := m.acquire()
	if err != nil {
		return nil, err
	}
	defer release()
	st, err := x.stand(it)
	if err != nil {
		return nil, err
	}
	facts = maps.Clone(facts)
	if name := st.shelf.Place(facts); name != "" {
		return nil, &ieum.Error{Kind: ieum.ErrInvalid, Key: "items.error.place", Field: "/" + name, Args: map[string]any{"place": facts["me."+name]}, Message: "there is no such place in the list; give latitude,longitude"}
	}
	f, err := st.shelf.Find(facts, day, min(max(k, 1), mostOffers))
	if err != nil {
		return nil, err
	}
	s := saying{it, x, st, facts}
	out := &Offers{Item: id, Day: day, Snapshot: x.s.Meta.Version, Things: f.Things, Closed: f.Closed, Refused: f.Refused, Unclear: f.Unsure, Fits: f.Fits,
		Broken: s.broken(f), Ask: s.ask(f)}
	if out.Best, err = s.offers(f.Best); err != nil {
		return nil, err
	}
	if out.Maybe, err = s.offers(f.Maybe); err != nil {
		return nil, err
	}
	return out, ctx.Err()
}

// declared returns what is declared under an id.
func (m *Matcher) declared(id string) (*defs.Item, error) {
	if it := m.set.Items[id]; it != nil {
		return it, nil
	}
	return nil, &ieum.Error{Kind: ieum.ErrNotFound, Key: "items.error.none", Args: map[string]any{"id": id}, Message: "nothing is declared as " + id + "; known: " + strings.Join(slices.Sorted(maps.Keys(m.set.Items)), ", ")}
}

// stand returns the shelf of a declared kind, and makes it when it is first asked for.
func (x *index) stand(it *defs.Item) (*stand, error) {
	made, _ := x.stands.LoadOrStore(it.ID, &stand{})
	st := made.(*stand)
	st.once.Do(func() { st.err = x.fill(st, it) })
	return st, st.err
}

// fill reads the items of a kind, and what is joined to them.
func (x *index) fill(st *stand, it *defs.Item) error {
	own, others := []string{it.Show.Title, it.Show.Lat, it.Show.Lon}, []string{}
	for _, path := range it.Reads() {
		if name, _, _ := strings.Cut(path, "."); it.With[name] != "" {
			others = append(others, path)
		} else {
			own = append(own, path)
		}
	}
	joined, err := x.joined(it, others)
	if err != nil {
		return err
	}
	from, to := x.itemsOf(it.Kind)
	rows := make([]shelf.Row, 0, to-from)
	st.ids = make(map[uint64]int, to-from)
	for i := from; i < to; i++ {
		body, err := x.body(i)
		if err != nil {
			return err
		}
		row := shelf.Row{Fields: map[string]any{}, Service: x.s.Items.Service.At(i), Text: textOf(body, it.Text)}
		maps.Copy(row.Fields, joined[row.Service])
		for _, path := range own {
			if v, ok := valueOf(body, path, it.Type(path)); ok {
				row.Fields[path] = v
			}
		}
		st.ids[x.s.ItemID(i)] = len(rows)
		rows, st.rows = append(rows, row), append(st.rows, i)
	}
	st.shelf = shelf.New(it, rows)
	return nil
}

// itemsOf returns where the rows of a kind begin and end.
func (x *index) itemsOf(kind ieum.KindID) (from, to int) {
	n := slices.Index(x.s.Dict.Kinds, string(kind))
	if n < 1 {
		return 0, 0
	}
	return x.s.ItemsOf(uint16(n))
}

// joined reads the rows of other kinds that are read beside an item's own, by service: of
// several of one service the first.
func (x *index) joined(it *defs.Item, paths []string) (map[uint32]map[string]any, error) {
	all := map[uint32]map[string]any{}
	for name, kind := range it.With {
		from, to := x.itemsOf(kind)
		for i := from; i < to; i++ {
			service := x.s.Items.Service.At(i)
			if service == 0 {
				continue
			}
			body, err := x.body(i)
			if err != nil {
				return nil, err
			}
			fields := all[service]
			if fields == nil {
				fields = map[string]any{}
				all[service] = fields
			}
			for _, path := range paths {
				under, ok := strings.CutPrefix(path, name+".")
				if v, known := valueOf(body, under, it.Type(path)); ok && known {
					if _, taken := fields[path]; !taken {
						fields[path] = v
					}
				}
			}
		}
	}
	return all, nil
}

// body returns the fields of an item as JSON has them, numbers as json.Number.
func (x *index) body(row int) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(x.s.Items.Body.Bytes(row)))
	d.UseNumber()
	var body map[string]any
	return body, d.Decode(&body)
}

// valueOf returns an item's value by path in the type that rules take, and false where it
// has none. A part stands in the lake behind a line: pay.min as pay_min; a region's code
// under the field's own name.
func valueOf(body map[string]any, path string, t defs.Type) (any, bool) {
	name := strings.TrimSuffix(path, ".code")
	v, ok := body[strings.ReplaceAll(name, ".", "_")]
	if !ok || v == nil {
		return nil, false
	}
	switch v := v.(type) {
	case json.Number:
		if t == defs.TypeNumber {
			f, err := v.Float64()
			return f, err == nil
		}
		n, err := v.Int64()
		return n, err == nil
	case []any:
		list := make([]string, 0, len(v))
		for _, e := range v {
			if s, ok := e.(string); ok {
				list = append(list, s)
			}
		}
		return list, len(list) > 0
	case string:
		if t == defs.TypeDate {
			d, err := ieum.ParseDay(v)
			return d, err == nil && d != 0
		}
		return v, v != ""
	case bool:
		return v, true
	}
	return v, t == defs.TypeJSON
}

// textOf joins the words of some fields.
func textOf(body map[string]any, fields []string) string {
	var b strings.Builder
	for _, name := range fields {
		switch v := body[name].(type) {
		case string:
			b.WriteString(v + "\n")
		case []any:
			for _, e := range v {
				if s, ok := e.(string); ok {
					b.WriteString(s + "\n")
				}
			}
		}
	}
	return b.String()
}

// An OfferDetail is all that is known of one thing.
type OfferDetail struct {
	Item string `json:"item"`
	Offer
	Open    bool            `json:"open"` // on Day
	Fields  []OfferField    `json:"fields"`
	Sources []ieum.SourceID `json:"sources"`
	Day     ieum.Day        `json:"day"`
}

// An OfferField is one field as the source gave it.
type OfferField struct {
	Name  string    `json:"name"`
	Title ieum.Text `json:"title"`
	Said
}

// Offer returns all that is known of one thing, closed or not, and how its conditions hold for
// facts. An unknown one is ieum.ErrNotFound.
func (m *Matcher) Offer(_ context.Context, id, number string, facts defs.Facts) (*OfferDetail, error) {
	it, err := m.declared(id)
	if err != nil {
		return nil, err
	}
	x, day, release, err := m.acquire()
	if err != nil {
		return nil, err
	}
	defer release()
	st, err := x.stand(it)
	if err != nil {
		return nil, err
	}
	n, _ := snapshot.ParseID(number)
	row, ok := st.ids[n]
	if !ok {
		return nil, &ieum.Error{Kind: ieum.ErrNotFound, Key: "items.error.gone", Message: "there is no such thing any more"}
	}
	p, err := st.shelf.One(row, facts, day)
	if err != nil {
		return nil, err
	}
	s := saying{it, x, st, facts}
	out := &OfferDetail{Item: id, Open: p.Verdict != defs.Closed, Day: day}
	if out.Offer, err = s.offer(p); err != nil {
		return nil, err
	}
	if out.Fields, err = s.fields(st.rows[p.Row]); err != nil {
		return nil, err
	}
	for _, row := range append([]int{p.Row}, p.Others...) {
		out.Sources = append(out.Sources, ieum.SourceID(x.s.Dict.Sources[x.s.Items.Source.At(st.rows[row])]))
	}
	slices.Sort(out.Sources)
	out.Sources = slices.Compact(out.Sources)
	return out, nil
}

// Field returns what an offer says in a field, as its text; "" where it says nothing.
func (o *OfferDetail) Field(name string) string {
	for _, f := range o.Fields {
		if f.Name == name {
			return fmt.Sprint(f.args["v"])
		}
	}
	return ""
}
