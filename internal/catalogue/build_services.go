package catalogue

import (
	"cmp"
	"strconv"
	"strings"

	"ieum/defs"
	"ieum/internal/catalogue/master"
	"ieum/internal/catalogue/parse"
	"ieum/internal/snapshot"
)

// services are the rows that speak of public services, as their kinds declare.
type services struct {
	list    []master.Service
	items   []uint32 // the item of each, as they were read
	regions *parse.Regions
	places  map[string]string // office → code of the region it names, or ""
}

func (m *making) newServices() *services {
	list := m.c.defs.Codes["regions"]
	if list == nil {
		list = &defs.CodeList{}
	}
	return &services{regions: parse.NewRegions(list), places: map[string]string{}}
}

// add takes a row of a kind that speaks of services; others it passes over.
func (s *services) add(kind *defs.Master, c columns, row, item int) {
	if kind.As == "" {
		return
	}
	text := func(fields ...string) (text string) {
		for _, f := range fields {
			if f != "" {
				text = cmp.Or(text, c.text(f, row))
			}
		}
		return text
	}
	day := func(field string) int32 {
		if field == "" {
			return 0
		}
		return int32(c.number(field, row))
	}
	x := master.Service{Number: text(kind.Number), Title: text(kind.Title), Office: text(kind.Office...), From: day(kind.From), To: day(kind.To),
		URL: text(kind.URL), Text: text(kind.Text...)}
	if kind.Region != "" {
		x.Region = s.region(c, kind.Region, row, x.Office)
	}
	s.list, s.items = append(s.list, x), append(s.items, uint32(item))
}

// region returns where a service is for: the district, or the province its
// districts share; 0 for several provinces. A source that states only the
// province often names the district in the office.
func (s *services) region(c columns, field string, row int, office string) uint32 {
	stated := ""
	if col := c[field]; col.List {
		stated = sharedRegion(c.texts(field, row))
	} else {
		stated = c.text(field, row)
	}
	place, ok := s.places[office]
	if !ok {
		if r, read := s.regions.Read(office); read {
			place = r.Code
		}
		s.places[office] = place
	}
	if len(place) > len(stated) && strings.HasPrefix(place, stated) {
		stated = place
	}
	code, _ := strconv.ParseUint(stated, 10, 32)
	return uint32(code)
}

// sharedRegion returns the region that all of several are or lie in.
func sharedRegion(codes []string) (shared string) {
	for i, code := range codes {
		switch {
		case i == 0 || code == shared:
			shared = code
		case len(code) >= 2 && len(shared) >= 2 && code[:2] == shared[:2]:
			shared = shared[:2]
		default:
			return ""
		}
	}
	return shared
}

// masterServices finds which items speak of one service and numbers the
// services in the order of the items. Order says which item stands in each row.
func (m *making) masterServices(s *services, order []uint32) {
	from := make([]int, len(order)) // item → its place in the list, from 1
	for i, item := range s.items {
		from[item] = i + 1
	}
	var rows []uint32
	var ids []uint64
	var in []master.Service
	for row, item := range order {
		if i := from[item]; i > 0 {
			rows, ids, in = append(rows, uint32(row)), append(ids, m.out.ItemID(row)), append(in, s.list[i-1])
		}
	}
	found := master.Services(in, m.decided.rows(snapshot.MergedService, ids))
	for i, row := range rows {
		m.out.Items.Service.Raw[row] = found.Of[i] + 1
	}
	m.evidence.services(ids, in, found)
	m.counts.Services = found.Clusters
}
