// Package shelf judges and ranks the items of one declared kind for who looks: it
// leaves out what is closed, never bends a condition, says what cannot be told, and
// makes every score a sum of parts. It does no I/O.
//
// Read shelf.go for what is kept of the items, find.go for how they are judged and
// put in order, and like.go for the words that are alike.
package shelf

import (
	"ieum/defs"
	"ieum/internal/match/terms"
)

// A Row is one item: its values by path, in the types that defs.Judge takes, its
// words, and the public service it speaks of; rows of one service are one thing.
type Row struct {
	Fields  map[string]any
	Text    string
	Service uint32 // 0 = none
}

// A Shelf holds all items of a declared kind.
type Shelf struct {
	item  *defs.Item
	rows  []Row
	one   [][]int                  // rows that are one thing; the fullest first
	thing []int                    // of each row
	lists map[terms.Key][]uint32   // things whose words have a term, in order
	names map[string]map[string]at // by fact of type point: titles as they are looked up
}

// New puts items on a shelf. The texts of the rows are not kept.
func New(it *defs.Item, rows []Row) *Shelf {
	s := &Shelf{item: it, rows: rows, lists: map[terms.Key][]uint32{}}
	of := map[uint32]int{}
	for i := range rows {
		service := rows[i].Service
		if g, ok := of[service]; ok && service > 0 {
			s.one[g] = append(s.one[g], i)
			if full := s.one[g]; len(rows[i].Fields) > len(rows[full[0]].Fields) {
				full[0], full[len(full)-1] = i, full[0]
			}
			continue
		}
		of[service] = len(s.one)
		s.one = append(s.one, []int{i})
	}
	s.thing = make([]int, len(rows))
	for g, all := range s.one {
		for _, i := range all {
			s.thing[i] = g
			s.read(uint32(g), rows[i].Text)
			rows[i].Text = ""
		}
	}
	s.names = map[string]map[string]at{}
	for _, f := range it.Facts {
		if f.Type == defs.TypePoint {
			s.names[f.Name] = s.placed()
		}
	}
	return s
}

// Len returns how many things are on the shelf.
func (s *Shelf) Len() int { return len(s.one) }

// Value returns a value of a row by path, and false where it has none.
func (s *Shelf) Value(row int, path string) (any, bool) { return s.rows[row].field(path) }

// field returns the values of a row by path.
func (r *Row) field(path string) (any, bool) {
	v, ok := r.Fields[path]
	return v, ok
}

// An at is a place on a map, in degrees.
type at struct{ lat, lon float64 }

// placed are the titles of items that have a place, folded.
func (s *Shelf) placed() map[string]at {
	all := map[string]at{}
	show := &s.item.Show
	for i := range s.rows {
		title, _ := s.rows[i].Fields[show.Title].(string)
		lat, ok := s.rows[i].Fields[show.Lat].(float64)
		lon, also := s.rows[i].Fields[show.Lon].(float64)
		if key := folded(title); ok && also && key != "" {
			if _, taken := all[key]; !taken {
				all[key] = at{lat, lon}
			}
		}
	}
	return all
}

// Place puts the numbers of a place in place of its name, for facts of type point. It
// returns the name of the fact whose place is not known, "" = all are.
func (s *Shelf) Place(facts defs.Facts) (unknown string) {
	for _, f := range s.item.Facts {
		name, ok := facts["me."+f.Name].(string)
		if f.Type != defs.TypePoint || !ok {
			continue
		}
		place, ok := s.names[f.Name][folded(name)]
		if !ok {
			return f.Name
		}
		delete(facts, "me."+f.Name)
		facts["me."+f.Name+"_lat"], facts["me."+f.Name+"_lon"] = place.lat, place.lon
	}
	return ""
}
