package defs

import (
	"slices"
	"strings"

	"ieum"
)

// ownMasters are the kinds whose rows the program masters by itself.
var ownMasters = []ieum.KindID{"posting", "company", "resume"}

// check holds that each part names a field that can be it.
func (m *Master) check(d *doc, k *Kind) {
	switch {
	case slices.Contains(ownMasters, k.ID):
		d.fault(d.at("master"), "rows of the kind %s are mastered without a declaration; take out master", k.ID)
	case m.As != "service":
		d.fault(d.at("master", "as"), "master says as: service, not %q", m.As)
	case m.Title == "" && m.Number == "":
		d.fault(d.at("master"), "master names the field that holds the title of a service, or its number")
	}
	one := func(part, field string, types ...Type) { checkPart(d, k, field, types, "master", part) }
	one("number", m.Number, TypeString)
	one("title", m.Title, TypeString)
	one("region", m.Region, TypeRegion, TypeCodes)
	one("from", m.From, TypeDate)
	one("to", m.To, TypeDate)
	one("url", m.URL, TypeURL)
	for i, f := range m.Office {
		checkPart(d, k, f, []Type{TypeString}, "master", "office", i)
	}
	for i, f := range m.Text {
		checkPart(d, k, f, []Type{TypeString, TypeText}, "master", "text", i)
	}
	if f, ok := k.Field(m.Region); ok && f.Codes != "regions" && f.Codes != "" {
		d.fault(d.at("master", "region"), "master names %s as region, whose codes are those of %s", m.Region, f.Codes)
	}
}

// checkPart holds that a named field is there, of one of types, and tells
// nothing about a person.
func checkPart(d *doc, k *Kind, field string, types []Type, path ...any) {
	if field == "" && !d.has(path...) {
		return
	}
	f, ok := k.Field(field)
	switch {
	case !ok:
		d.fault(d.at(path...), "master names %q, which is no field of the kind%s", field, nearest(field, k.fieldNames()))
	case !slices.Contains(types, f.Type):
		d.fault(d.at(path...), "master names %s, a %s; here it takes a %s", field, f.Type, strings.Join(texts(types), " or "))
	case f.Sensitivity != None:
		d.fault(d.at(path...), "master names %s, which tells about a person", field)
	}
}
