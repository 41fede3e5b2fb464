package main

import (
	"embed"
	"errors"
	"net/http"
	"slices"

	"ieum"
	"ieum/internal/platform/web"
	"ieum/internal/snapshot"
)

//go:embed all:pages
var homeFiles embed.FS

// home serves the pages that belong to no domain.
type home struct {
	live  *snapshot.Live
	open  func(*snapshot.Snapshot) int // postings one can apply to today
	pages *web.Pages
}

// homeRoutes serves them, and gives every page its navigation.
func homeRoutes(site *web.Site, mux *web.Mux, live *snapshot.Live, open func(*snapshot.Snapshot) int) {
	site.Nav = []web.Link{
		{Path: "/jobs", Key: "layout.nav.jobs"}, {Path: "/occupations", Key: "layout.nav.occupations"},
		{Path: "/diagnosis", Key: "layout.nav.diagnosis"}, {Path: "/items", Key: "layout.nav.items"}, {Path: "/about", Key: "layout.nav.about"},
		{Path: "/clients", Key: "layout.nav.clients", May: ieum.WriteClients}, {Path: "/desk", Key: "layout.nav.desk", May: ieum.WriteClients},
		{Path: "/mandates", Key: "layout.nav.mandates", May: ieum.ReadClients},
		{Path: "/hiring", Key: "layout.nav.hiring", May: ieum.OwnPostings}, {Path: "/statistics", Key: "identity.statistics.title", May: ieum.ReadStatistics},
		{Path: "/oversight", Key: "layout.nav.oversight", May: ieum.ReadLog},
		{Path: "/deliveries", Key: "deliveries.all", May: ieum.Operate}, {Path: "/signs", Key: "signs.title", May: ieum.Operate}, {Path: "/accounts", Key: "identity.accounts.title", May: ieum.HelpAccounts},
		{Path: "/my", Key: "door.my.title", May: ieum.OwnData},
	}
	h := &home{live, open, site.Pages(homeFiles)}
	mux.Page("GET /{$}", web.Nothing, h.page("home.html"))
	mux.Page("GET /about", web.Nothing, h.page("about.html"))
	mux.API("GET /api/v1/snapshot", web.Nothing, web.Op{
		ID: "getSnapshot", Summary: ieum.Text{KO: "지금 쓰고 있는 자료의 판과 출처", EN: "The version and the sources of the data in use"},
		Reply: snapshot.Meta{},
	}, h.meta)
}

// page shows what the snapshot in use was made of; without one, how to bring
// data in.
func (h *home) page(name string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, err := web.Read[struct{}](r); err != nil {
			return err
		}
		s, release, err := h.live.Acquire()
		switch {
		case errors.Is(err, ieum.ErrUnavailable):
			return h.pages.Reply(w, r, name, nil)
		case err != nil:
			return err
		}
		defer release()
		return h.pages.Reply(w, r, name, homeData{about(s.Meta), h.open(s)})
	}
}

// hundred is what numbers of people are said to: how many came and went since the snapshot
// before is nobody's to know who may ask about single markets.
const hundred = 100

// about is what everybody may know of a snapshot.
func about(m snapshot.Meta) snapshot.Meta {
	to := func(n int) int { return (n + hundred/2) / hundred * hundred }
	m.Resumes, m.People, m.Sources = to(m.Resumes), to(m.People), slices.Clone(m.Sources)
	for i := range m.Sources {
		m.Sources[i].Rows = to(m.Sources[i].Rows)
	}
	return m
}

// homeData is what a page says of the snapshot in use.
type homeData struct {
	snapshot.Meta
	Open int
}

func (h *home) meta(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Read[struct{}](r); err != nil {
		return err
	}
	meta, err := metaOf(h.live)
	if err == nil {
		*meta = about(*meta)
	}
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "", meta)
}

// metaOf returns what the snapshot in use says of itself, or nil and
// ieum.ErrUnavailable when there is none.
func metaOf(live *snapshot.Live) (*snapshot.Meta, error) {
	s, release, err := live.Acquire()
	if err != nil {
		return nil, err
	}
	defer release()
	meta := s.Meta
	return &meta, nil
}
