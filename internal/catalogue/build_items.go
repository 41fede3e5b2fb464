package catalogue

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"ieum"
	"ieum/internal/platform/table"
	"ieum/internal/snapshot"
)

// tabled are the kinds that have tables of their own.
var tabled = []ieum.KindID{"posting", "resume", "company", eventKind}

// items reads the rows of every other kind that tells about nobody, and masters the public services. The body of an item is a JSON
// object of the columns of the lake: pay is pay_min, pay_max and so on.
func (m *making) items(ctx context.Context) error {
	m.progress(StageItems)
	all, services := &snapshot.Items{}, m.newServices()
	for kind := range slices.Values(m.out.Dict.Kinds[1:]) {
		id := ieum.KindID(kind)
		read := func() error { return m.itemsOf(ctx, id, all, services) }
		switch {
		case slices.Contains(tabled, id):
			continue
		case personal(m.c.defs.Kinds[id]):
			read = func() error { return m.count(ctx, id) }
		}
		if err := read(); err != nil {
			return err
		}
	}
	order := make([]uint32, all.Kind.Len())
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int {
		if all.Kind.Raw[a] != all.Kind.Raw[b] {
			return cmp.Compare(all.Kind.Raw[a], all.Kind.Raw[b])
		}
		return cmp.Or(strings.Compare(string(all.Key.Bytes(int(a))), string(all.Key.Bytes(int(b)))), cmp.Compare(a, b))
	})
	rearrange(&m.out.Items, all, order)
	m.masterServices(services, order)
	return nil
}

// count counts the rows of a kind that are not in the snapshot, for they tell about
// people.
func (m *making) count(ctx context.Context, id ieum.KindID) error {
	return m.live(ctx, id, []string{ColumnRow}, func(r *Rows) error {
		m.rows[r.Source] += r.Batch.Rows
		return nil
	})
}

func (m *making) itemsOf(ctx context.Context, id ieum.KindID, all *snapshot.Items, services *services) error {
	var names []string
	raw := map[string]bool{}
	coded := ""
	for _, f := range lakeFields(m.c.defs.Kinds[id]) {
		names = append(names, f.Name)
	}
	for _, f := range m.c.defs.Kinds[id].Fields {
		raw[f.Name] = f.Type == "json"
		if f.Name == "occupation" && f.Codes == "keco2025" {
			coded = f.Name
		}
	}
	kind, declared := m.finder.at["kinds"][string(id)], m.c.defs.Kinds[id].Master
	return m.live(ctx, id, names, func(r *Rows) error {
		c := columnsOf(r, names)
		source := m.finder.at["sources"][string(r.Source)]
		for i := range r.Batch.Rows {
			body, err := itemBody(r.Columns, raw, i)
			if err != nil {
				return err
			}
			occupation := uint16(0)
			if coded != "" {
				occupation = c.code(m.finder, coded, "keco2025", i)
			}
			all.Kind.Add(kind)
			all.Occupation.Add(occupation)
			all.Key.Add(c.text(ColumnKey, i))
			all.Body.Add(string(body))
			all.Source.Add(source)
			all.Delivery.Add(uint32(r.Delivery))
			all.Row.Add(uint32(c.number(ColumnRow, i)))
			all.Service.Add(0)
			services.add(&declared, c, i, all.Kind.Len()-1)
		}
		m.rows[r.Source] += r.Batch.Rows
		return nil
	})
}

// itemBody writes the fields a row has; raw ones are JSON already.
func itemBody(cols []table.Column, raw map[string]bool, row int) ([]byte, error) {
	out := map[string]any{}
	for i := range cols {
		c := &cols[i]
		if strings.HasPrefix(c.Name, "_") || c.IsNull(row) {
			continue
		}
		switch {
		case c.List && c.Type == table.String:
			out[c.Name] = c.Elements(row)
		case c.List:
			out[c.Name] = c.Ints[c.Off[row]:c.Off[row+1]]
		case c.Type == table.Int:
			out[c.Name] = c.Ints[row]
		case c.Type == table.Float:
			out[c.Name] = c.Floats[row]
		case c.Type == table.Bool:
			out[c.Name] = c.Bools[row]
		case c.Type == table.Date:
			out[c.Name] = ieum.Day(c.Ints[row])
		case raw[c.Name] && json.Valid([]byte(c.Strings[row])):
			out[c.Name] = json.RawMessage(c.Strings[row])
		default:
			out[c.Name] = c.Strings[row]
		}
	}
	return json.Marshal(out)
}
