package match

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/web"
)

// itemRoutes recommend things that definitions declare. What somebody tells of themselves
// is sent with the question and kept nowhere.
func (h *handlers) itemRoutes(mux *web.Mux) {
	mux.Page("GET /items", web.Nothing, h.items)
	mux.Page("GET /items/{item}", web.Sent, h.askItem)
	mux.Page("POST /items/{item}", web.Sent, h.findItem)
	mux.Page("GET /items/{item}/{id}", web.Nothing, h.offer)
	mux.API("GET /api/v1/items", web.Nothing, web.Op{
		ID: "listItems", Summary: ieum.Text{KO: "추천하는 것들과 각각에 대해 묻는 것", EN: "What is recommended, and what is asked for each"}, Reply: declaredItems{},
	}, h.items)
	mux.API("POST /api/v1/items/{item}", web.Sent, web.Op{
		ID: "findOffers", Summary: ieum.Text{KO: "말한 사실에 맞는 것과 그 까닭. 아무것도 저장하지 않음", EN: "What fits the facts that are told, with reasons; nothing is stored"},
		Params: itemPath{}, Body: offersBody{}, Example: offersBody{Facts: map[string]any{"skills": "용접, 도면", "fee": 1000000}, K: 5}, Reply: Offers{},
	}, h.findItemByAPI)
	mux.API("GET /api/v1/items/{item}/{id}", web.Nothing, web.Op{
		ID: "getOffer", Summary: ieum.Text{KO: "추천하는 것 하나", EN: "One thing that is recommended"}, Params: offerPath{}, Reply: OfferDetail{},
	}, h.offer)
}

type itemPath struct {
	Item string `path:"item" doc:"id of what is recommended, from /api/v1/items" ko:"추천하는 것의 id. /api/v1/items에 있음" example:"courses"`
}

type offerPath struct {
	Item string `path:"item" doc:"id of what is recommended, from /api/v1/items" ko:"추천하는 것의 id. /api/v1/items에 있음" example:"courses"`
	ID   string `path:"id" doc:"id of the thing: 16 hexadecimal digits" ko:"것의 id. 16진수 16자리"`
}

type offersBody struct {
	Facts map[string]any `json:"facts"`       // by name, as /api/v1/items lists them: text, number, true or false, or a list
	K     int            `json:"k,omitempty"` // how many of each sort; 20
}

// declaredItems is what programs get of all that is recommended.
type declaredItems struct {
	Items []DeclaredItem `json:"items"`
}

// A DeclaredItem is one sort of thing that is recommended.
type DeclaredItem struct {
	ID     string     `json:"id"`
	Title  ieum.Text  `json:"title"`
	About  ieum.Text  `json:"about"`
	Kind   string     `json:"kind"`
	Things int        `json:"things"` // rows of its kind, closed ones too
	Facts  []AskedFor `json:"facts"`
}

// AskedFor is one fact that may be told.
type AskedFor struct {
	Name    string        `json:"name"`
	Type    string        `json:"type"` // int, number, bool, date, code, codes, text or point
	Title   ieum.Text     `json:"title"`
	Help    ieum.Text     `json:"help"`
	Unit    ieum.Text     `json:"unit"`
	Codes   string        `json:"codes,omitempty"`   // a list of codes, by whose codes or names one answers
	Options []defs.Option `json:"options,omitempty"` // or the answers
}

// Declared lists what is recommended, by id.
func (m *Matcher) Declared() ([]DeclaredItem, error) {
	x, _, release, err := m.acquire()
	if err != nil {
		return nil, err
	}
	defer release()
	out := []DeclaredItem{}
	for _, id := range slices.Sorted(maps.Keys(m.set.Items)) {
		it := m.set.Items[id]
		from, to := x.itemsOf(it.Kind)
		d := DeclaredItem{ID: id, Title: it.Title, About: it.About, Kind: string(it.Kind), Things: to - from}
		for _, f := range it.Facts {
			d.Facts = append(d.Facts, AskedFor{f.Name, string(f.Type), f.Title, f.Help, f.Unit, f.Codes, f.Options})
		}
		out = append(out, d)
	}
	return out, nil
}

func (h *handlers) items(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Read[struct{}](r); err != nil {
		return err
	}
	all, err := h.m.Declared()
	if errors.Is(err, ieum.ErrUnavailable) && !strings.HasPrefix(r.URL.Path, "/api/") {
		return h.pages.Reply(w, r, "items.html", declaredItems{})
	}
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "items.html", declaredItems{all})
}

// An itemPage is what item.html shows.
type itemPage struct {
	*defs.Item
	Asked  []askedFor
	Offers *Offers // nil before anything was asked
}

// An askedFor is one question with the answers given.
type askedFor struct {
	defs.Fact
	Answers []string
}

// Answer is the one answer to a question.
func (a askedFor) Answer() string { return strings.Join(a.Answers, ", ") }

// Has says whether an option was chosen.
func (a askedFor) Has(code string) bool { return slices.Contains(a.Answers, code) }

// itemPage makes the page of what is declared, with the answers in values.
func (h *handlers) itemPage(it *defs.Item, values url.Values) *itemPage {
	p := &itemPage{Item: it}
	for _, f := range it.Facts {
		p.Asked = append(p.Asked, askedFor{f, values[f.Name]})
	}
	return p
}

// asked reads the answers of a request by the facts of what is declared.
func (h *handlers) asked(r *http.Request) (*defs.Item, url.Values, error) {
	it, err := h.m.declared(r.PathValue("item"))
	if err != nil {
		return nil, nil, err
	}
	var names []string
	for _, f := range it.Facts {
		names = append(names, f.Name)
	}
	values, err := web.ReadNamed(r, names)
	return it, values, err
}

// askItem shows the questions, with answers that a link brings along.
func (h *handlers) askItem(w http.ResponseWriter, r *http.Request) error {
	it, values, err := h.asked(r)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "item.html", h.itemPage(it, values))
}

// onePage is how many things of each sort a page shows.
const onePage = 20

func (h *handlers) findItem(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store") // it shows what somebody told of themselves
	it, values, err := h.asked(r)
	if err != nil {
		return err
	}
	page := h.itemPage(it, values)
	facts, err := readFacts(h.m.set, it, values)
	if err == nil {
		page.Offers, err = h.m.Offers(r.Context(), it.ID, facts, onePage)
	}
	if err != nil {
		return h.pages.Again(w, r, "item.html", page, h.named(it, web.Lang(r), err))
	}
	SayOffers(h.site, web.Lang(r), page.Offers)
	return h.pages.Reply(w, r, "item.html", page)
}

// readFacts reads answers, all faults at once.
func readFacts(set *defs.Set, it *defs.Item, values url.Values) (defs.Facts, error) {
	facts, faults := defs.Facts{}, []error{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		some, err := it.ReadFact(set, name, values[name])
		faults = append(faults, err)
		maps.Copy(facts, some)
	}
	return facts, errors.Join(faults...)
}

// named puts the words that people know a fact by in place of its name.
func (h *handlers) named(it *defs.Item, lang ieum.Lang, err error) error {
	for _, e := range joinedErrors(err) {
		if f, ok := it.Fact(strings.TrimPrefix(e.Field, "/")); ok && e.Args != nil {
			e.Args["name"] = f.Title.In(lang)
		}
	}
	return err
}

// joinedErrors are the faults that errors.Join put together.
func joinedErrors(err error) (all []*ieum.Error) {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range many.Unwrap() {
			all = append(all, joinedErrors(one)...)
		}
		return all
	}
	if e, ok := errors.AsType[*ieum.Error](err); ok {
		all = append(all, e)
	}
	return all
}

func (h *handlers) findItemByAPI(w http.ResponseWriter, r *http.Request) error {
	body, err := web.ReadJSON[offersBody](r)
	if err != nil {
		return err
	}
	it, err := h.m.declared(r.PathValue("item"))
	if err != nil {
		return err
	}
	values, err := answers(body.Facts)
	if err != nil {
		return err
	}
	facts, err := readFacts(h.m.set, it, values)
	if err != nil {
		return err
	}
	if body.K == 0 {
		body.K = onePage
	}
	found, err := h.m.Offers(r.Context(), it.ID, facts, body.K)
	if err != nil {
		return err
	}
	SayOffers(h.site, web.Lang(r), found)
	return web.JSON(w, http.StatusOK, found)
}

// answers turns the facts of JSON into texts, as forms send them.
func answers(facts map[string]any) (url.Values, error) {
	values := url.Values{}
	for name, v := range facts {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		for _, one := range list {
			switch one := one.(type) {
			case nil:
			case string:
				values.Add(name, one)
			case bool, float64:
				text, _ := json.Marshal(one)
				values.Add(name, string(text))
			default:
				return nil, &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.json.value", Args: map[string]any{"name": name}, Field: "/facts/" + name, Message: fmt.Sprintf("%s is a text, a number, true or false, or a list of these", name)}
			}
		}
	}
	return values, nil
}

func (h *handlers) offer(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Read[offerPath](r)
	if err != nil {
		return err
	}
	one, err := h.m.Offer(r.Context(), q.Item, q.ID, nil)
	if err != nil {
		return err
	}
	lang := web.Lang(r)
	sayOffer(h.site, lang, &one.Offer)
	for i := range one.Fields {
		one.Fields[i].say(h.site, lang)
	}
	if strings.HasPrefix(r.URL.Path, "/api/") {
		return web.JSON(w, http.StatusOK, one)
	}
	return h.pages.Reply(w, r, "offer.html", offerPage{one, h.m.set.Items[q.Item], h.m})
}

// An offerPage is what offer.html shows.
type offerPage struct {
	*OfferDetail
	Kind *defs.Item
	m    *Matcher
}

// Source is the title of a source.
func (p offerPage) Source(id ieum.SourceID) ieum.Text { return p.m.sourceTitle(id) }

// sourceTitle is what people call a source.
func (m *Matcher) sourceTitle(id ieum.SourceID) ieum.Text {
	if s := m.set.Sources[id]; s != nil {
		return s.Title
	}
	return ieum.Text{KO: string(id), EN: string(id)}
}

// SayOffers fills in the sentences of what was found in a language.
func SayOffers(site *web.Site, lang ieum.Lang, o *Offers) {
	for _, all := range [][]Offer{o.Best, o.Maybe} {
		for i := range all {
			sayOffer(site, lang, &all[i])
		}
	}
}

func sayOffer(site *web.Site, lang ieum.Lang, o *Offer) {
	for i := range o.Reasons {
		o.Reasons[i].say(site, lang)
	}
	for i := range o.Conditions {
		o.Conditions[i].say(site, lang)
	}
}

func (s *Said) say(site *web.Site, lang ieum.Lang) { s.Text = site.Fill(lang, s.words, s.args) }
