package catalogue

import (
	"encoding/json"
	"strings"

	"ieum/defs"
	"ieum/internal/platform/table"
	"ieum/internal/snapshot"
)

// ReadRow returns what reads the examples of sources: a raw row becomes the
// fields of its kind just as Ingest makes them. Compounds come by member, such
// as pay.min; lists as JSON. Joined rows there are none.
func ReadRow(set *defs.Set, coder Coder, extractor Extractor) defs.RowReader {
	tools := newTools(set, coder, extractor)
	tools.key = make([]byte, keyBytes)
	for id := range set.Kinds {
		tools.present[id] = &keys{}
	}
	return func(s *defs.Source, f *defs.File, row map[string]string) (map[string]string, string, error) {
		p, err := newPlan(set, s, f, nil)
		if err != nil {
			return nil, "", err
		}
		out := &parcel{plan: p, raw: oneRow(p, row)}
		if err := newMapper(tools, p).run(out); err != nil {
			return nil, "", err
		}
		if len(out.refused) > 0 {
			why := out.refused[0].reason
			return nil, why.String() + " / " + why.Text.KO, nil
		}
		return fieldsOf(p.kind, out.batch), "", nil
	}
}

// oneRow returns a row as a reader would. A key that is not given is made up.
func oneRow(p *plan, row map[string]string) *table.Batch {
	b := &table.Batch{Rows: 1, Numbers: []int64{1}}
	for at, name := range p.columns {
		c := table.Column{Field: table.Field{Name: name, Optional: true}}
		text, ok := row[name]
		for _, k := range p.key {
			if k == at && text == "" {
				text, ok = "example", true
			}
		}
		if ok && text != "" {
			c.AddString(text)
		} else {
			c.AddNull()
		}
		b.Columns = append(b.Columns, c)
	}
	return b
}

// fieldsOf returns the first row of a batch of a kind by field and member.
func fieldsOf(k *defs.Kind, b *table.Batch) map[string]string {
	out := map[string]string{}
	at := len(systemFields)
	for i := range k.Fields {
		f := &k.Fields[i]
		if f.Type == defs.TypeCareers {
			if spells, ok := spellsOf(at)(b, 0); ok {
				text, _ := json.Marshal(spells)
				out[f.Name] = string(text)
			}
		}
		for range lakeColumns(k, f) {
			c := &b.Columns[at]
			at++
			text, ok := c.Text(0)
			if !ok || f.Type == defs.TypeCareers {
				continue
			}
			member := strings.TrimPrefix(strings.TrimPrefix(c.Name, f.Name), "_")
			switch {
			case member == "":
				out[f.Name] = text
				if f.Type == defs.TypeRegion {
					out[f.Name+".code"] = text
				}
				continue
			case f.Type == defs.TypePay && member == "basis":
				text = bases[snapshot.PayBasis(c.Ints[0])]
			}
			out[f.Name+"."+member] = text
		}
	}
	return out
}
