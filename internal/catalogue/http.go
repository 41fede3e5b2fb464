package catalogue

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/web"
	"ieum/internal/snapshot"
)

//go:embed pages/*.html
var files embed.FS

// deliveriesShown is how many deliveries a page lists.
const deliveriesShown = 30

// A Door lets somebody see where a row about a person came from: that they look,
// and what for, is written down before it is shown.
type Door interface {
	Look(ctx context.Context, by *web.Reader, purpose ieum.PurposeID, person ieum.PersonID) error
}

// lineage is the purpose for which operators look at rows about people.
const lineage ieum.PurposeID = "labour-market"

// Routes serves the pages and the API of deliveries, and those that look through a posting
// before it is put up. But for the latter all are for operators (see web.Operators); rows
// about people are behind the door besides.
func (c *Catalogue) Routes(site *web.Site, mux *web.Mux, door Door) {
	h := &handlers{c, site, site.Pages(files), door}
	h.lawfulRoutes(mux)
	mux.Page("GET /deliveries", web.Nothing, web.Operators(h.list))
	mux.Page("GET /deliveries/{number}", web.Nothing, web.Operators(h.one))
	mux.Page("GET /deliveries/{number}/quarantine.csv", web.Nothing, web.Operators(h.quarantine))
	mux.Page("GET /records/{source}/{kind}/{key}", web.Nothing, web.Operators(h.record))
	mux.Page("POST /records", web.Records, web.Operators(h.found))
	mux.API("GET /api/v1/deliveries", web.Nothing, web.Op{
		ID: "listDeliveries", Summary: ieum.Text{KO: "받은 자료 목록 (운영자만)", EN: "Deliveries, newest first (for operators)"},
		Params: listQuery{}, Reply: Listing{}, May: ieum.Operate,
	}, web.Operators(h.list))
	mux.API("GET /api/v1/deliveries/{number}", web.Nothing, web.Op{
		ID: "getDelivery", Summary: ieum.Text{KO: "한 번 받은 자료 (운영자만)", EN: "One delivery (for operators)"},
		Params: oneQuery{}, Reply: Delivery{}, May: ieum.Operate,
	}, web.Operators(h.one))
	mux.API("GET /api/v1/records/{source}/{kind}/{key}", web.Nothing, web.Op{
		ID: "getRecord", Summary: ieum.Text{KO: "사람에 관한 것이 아닌 한 행이 어디에서 왔는지 (운영자만)", EN: "Where one row came from that is not about a person (for operators)"},
		Params: recordQuery{}, Reply: Record{}, May: ieum.Operate,
	}, web.Operators(h.record))
	mux.API("POST /api/v1/records", web.Records, web.Op{
		ID: "findRecord", Summary: ieum.Text{KO: "사람에 관한 것이라도 한 행이 어디에서 왔는지 (운영자만)", EN: "Where one row came from, also one about a person (for operators)"},
		Body: recordAsked{}, Reply: Record{}, May: ieum.Operate,
		Example: recordAsked{Source: "simulated", Kind: "posting", Key: "SIM-P000000001"},
	}, web.Operators(h.find))
}

type handlers struct {
	c     *Catalogue
	site  *web.Site
	pages *web.Pages
	door  Door
}

type listQuery struct {
	Source string `q:"source" doc:"id of a source" ko:"출처의 이름" example:"simulated"`
	Before int64  `q:"before" min:"0" doc:"number of a delivery; only older ones are listed" ko:"수신 번호. 그보다 오래된 것만 나옴"`
}

// A Listing is a page of deliveries, newest first, and how the sources stand.
type Listing struct {
	Source     ieum.SourceID  `json:"source,omitempty"`
	Sources    []SourceStatus `json:"sources"`
	Deliveries []*Delivery    `json:"deliveries"`
	More       int64          `json:"more,omitempty"` // before: of the next page
	Overdue    int            `json:"overdue"`        // rows that the snapshot in use still has of people who were erased more than a day ago
}

// Late are the sources that should have delivered by now.
func (l Listing) Late() []SourceStatus { return l.where(func(s SourceStatus) bool { return s.Late }) }

// Came are the sources that delivered, Awaited those that never did.
func (l Listing) Came() []SourceStatus {
	return l.where(func(s SourceStatus) bool { return s.Last != nil })
}
func (l Listing) Awaited() []SourceStatus {
	return l.where(func(s SourceStatus) bool { return s.Last == nil })
}

func (l Listing) where(f func(SourceStatus) bool) (out []SourceStatus) {
	for _, s := range l.Sources {
		if f(s) {
			out = append(out, s)
		}
	}
	return out
}

func (h *handlers) list(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Read[listQuery](r)
	if err != nil {
		return err
	}
	sources, err := h.c.Sources(r.Context())
	if err != nil {
		return err
	}
	list, err := h.c.Deliveries(r.Context(), ieum.SourceID(q.Source), q.Before, deliveriesShown+1)
	if err != nil {
		return err
	}
	overdue, err := snapshot.Overdue(h.c.data, h.c.now())
	if err != nil {
		return err
	}
	page := Listing{Source: ieum.SourceID(q.Source), Sources: sources, Deliveries: list, Overdue: overdue}
	if len(list) > deliveriesShown {
		page.Deliveries, page.More = list[:deliveriesShown], list[deliveriesShown-1].Number
	}
	return h.pages.Reply(w, r, "deliveries.html", page)
}

type oneQuery struct {
	Number int64 `path:"number" doc:"number of the delivery" ko:"수신 번호" example:"1"`
}

func (h *handlers) one(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Read[oneQuery](r)
	if err != nil {
		return err
	}
	d, err := h.c.Delivery(r.Context(), q.Number)
	if err != nil {
		return err
	}
	held, err := h.c.store.sealed(r.Context(), q.Number)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "delivery.html", deliveryPage{d, h.c.defs, held.id != ""})
}

// A deliveryPage is a delivery with the names of the fields it speaks of.
type deliveryPage struct {
	*Delivery
	defs  *defs.Set
	Ended bool // an older version kept what refused rows say of people
}

// People says whether the source tells about people, of whose refused rows nothing
// but the place and the reason is kept.
func (p deliveryPage) People() bool {
	s := p.defs.Sources[p.Source]
	return s != nil && slices.ContainsFunc(s.Files, func(f defs.File) bool {
		k := p.defs.Kinds[f.Kind]
		return k != nil && personal(k)
	})
}

// Field returns the title of a field of one of the source's kinds.
func (p deliveryPage) Field(name string) ieum.Text {
	if s := p.defs.Sources[p.Source]; s != nil {
		for _, f := range s.Files {
			if k := p.defs.Kinds[f.Kind]; k != nil {
				if field, ok := k.Field(name); ok {
					return field.Title
				}
			}
		}
	}
	return ieum.Text{KO: name, EN: name}
}

// Kinds are those of the rows that were kept.
func (p deliveryPage) Kinds() (kinds []*defs.Kind) {
	for _, s := range p.Segments {
		if k := p.defs.Kinds[s.Kind]; k != nil && !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// MarshalJSON gives programs the delivery alone.
func (p deliveryPage) MarshalJSON() ([]byte, error) { return json.Marshal(p.Delivery) }

func (h *handlers) quarantine(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Read[oneQuery](r)
	if err != nil {
		return err
	}
	f, err := h.c.Quarantine(r.Context(), q.Number)
	if err != nil {
		return err
	}
	defer f.Close()
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="quarantine-%d.csv"`, q.Number))
	_, err = io.Copy(w, f)
	return err
}

type recordQuery struct {
	Source string `path:"source" doc:"id of the source" ko:"출처의 이름" example:"simulated"`
	Kind   string `path:"kind" doc:"id of the information kind" ko:"정보 종류의 이름" example:"posting"`
	Key    string `path:"key" doc:"key of the row in its source" ko:"출처에서 쓰는 행의 열쇠"`
}

// A recordAsked names a row in the body of a request: the key of a row about a
// person is a number that tells who it is, and an address is kept in many places.
type recordAsked struct {
	Source ieum.SourceID `json:"source" q:"source"`
	Kind   ieum.KindID   `json:"kind" q:"kind"`
	Key    string        `json:"key" q:"key"`
}

func (h *handlers) record(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Read[recordQuery](r)
	if err != nil {
		return err
	}
	if k := h.c.defs.Kinds[ieum.KindID(q.Kind)]; k != nil && personal(k) {
		return &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.person_in_address", Message: "rows about people are not asked for by address, which is kept in many places; send POST /api/v1/records, or use the form on the delivery's page"}
	}
	rec, err := h.c.Record(r.Context(), ieum.SourceID(q.Source), ieum.KindID(q.Kind), q.Key)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "record.html", rec)
}

func (h *handlers) found(w http.ResponseWriter, r *http.Request) error {
	asked, err := web.Read[recordAsked](r)
	if err != nil {
		return err
	}
	return h.show(w, r, asked)
}

func (h *handlers) find(w http.ResponseWriter, r *http.Request) error {
	asked, err := web.ReadJSON[recordAsked](r)
	if err != nil {
		return err
	}
	return h.show(w, r, asked)
}

// show answers with a row; that somebody looks at one about a person is written
// down first, be it there or not.
func (h *handlers) show(w http.ResponseWriter, r *http.Request, asked recordAsked) error {
	if k := h.c.defs.Kinds[asked.Kind]; k != nil && personal(k) {
		w.Header().Set("Cache-Control", "no-store")
		by := web.By(r)
		if by == nil {
			return ieum.ErrSignedOut
		}
		person, err := h.c.Whose(r.Context(), asked.Source, asked.Kind, asked.Key)
		if err != nil {
			return err
		}
		if err := h.door.Look(r.Context(), by, lineage, person); err != nil {
			return err
		}
	}
	rec, err := h.c.Record(r.Context(), asked.Source, asked.Kind, asked.Key)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "record.html", rec)
}
