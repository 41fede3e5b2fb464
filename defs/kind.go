package defs

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// Field returns the field of a name.
func (k *Kind) Field(name string) (*Field, bool) {
	i, ok := k.byName[name]
	if !ok {
		return nil, false
	}
	return &k.Fields[i], true
}

// fieldNames returns the names of all fields, in order.
func (k *Kind) fieldNames() []string {
	names := make([]string, len(k.Fields))
	for i, f := range k.Fields {
		names[i] = f.Name
	}
	return names
}

// Several says whether a value of the type is a list.
func (t Type) Several() bool {
	return t == TypeCodes || t == TypeStrings || t == TypeCareers
}

// coded says whether a value of the type is a code or several.
func (t Type) coded() bool { return t == TypeCode || t == TypeCodes }

var (
	fieldTypes = []Type{
		TypeString, TypeText, TypeInt, TypeNumber, TypeBool, TypeDate, TypeCode, TypeCodes, TypeStrings,
		TypeURL, TypePay, TypeCareer, TypeRegion, TypeCareers, TypePerson, TypeJSON,
	}
	sensitivities = []Sensitivity{None, Personal, Identifying}

	idForm    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	fieldForm = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	duration  = regexp.MustCompile(`^P([1-9][0-9]*Y)?([1-9][0-9]*M)?([1-9][0-9]*D)?$`)
)

// reserved are the names that mean something else in rules.
var reserved = []string{
	"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop",
	"missing", "namespace", "null", "package", "return", "true", "var", "void", "while",
	"bool", "bytes", "double", "duration", "dyn", "int", "list", "map", "string", "timestamp", "type", "uint",
}

// kind checks an information kind and adds it to the set.
func (l *loader) kind(d *doc) {
	if d.root == nil {
		return
	}
	k := d.value.(*Kind)
	d.checkID(string(k.ID))
	if k.ID != "" && !idForm.MatchString(string(k.ID)) {
		d.fault(d.at("id"), "an id is small letters, digits and - between, not %q", k.ID)
	}
	if k.Version < 1 {
		d.fault(d.at("version"), "version is a whole number from 1 on; raise it when the fields change")
	}
	d.checkText(k.Title, "title")
	d.checkText(k.Holder, "holder")
	d.checkText(k.About, "about")
	if k.Keep != "forever" && (len(k.Keep) < 3 || !duration.MatchString(k.Keep)) {
		d.fault(d.at("keep"), "keep says how long a row is kept: such as P5Y, P18M, P90D, or forever; not %q", k.Keep)
	}
	if len(k.Fields) == 0 {
		d.fault(d.at("fields"), "a kind has fields")
	}
	k.byName = make(map[string]int, len(k.Fields))
	for i := range k.Fields {
		l.field(d, k, i)
	}
	for i, name := range k.Identity {
		if _, ok := k.byName[name]; !ok {
			d.fault(d.at("identity", i), "identity names %s, which is no field of the kind%s", name, nearest(name, k.fieldNames()))
		}
	}
	d.people(k)
	if d.has("master") {
		k.Master.check(d, k)
	}
	l.set.Kinds[k.ID] = k
}

// resumeKind is the kind whose rows each stand for a person.
const resumeKind = "resume"

// Personal says whether rows of the kind tell about people.
func (k *Kind) Personal() bool {
	return slices.ContainsFunc(k.Fields, func(f Field) bool { return f.Sensitivity != None })
}

// people checks that rows about people are kept as such, and for whom: what is not
// sealed, or sealed for nobody, no erasure reaches.
func (d *doc) people(k *Kind) {
	f, ok := k.Field(k.Person)
	switch {
	case k.ID == resumeKind && (k.Person != "" || !k.Personal()):
		d.fault(d.at("fields"), "a resume tells about a person and stands for them: it has a field with sensitivity: personal, and no person")
	case k.Person != "" && (!ok || f.Type != TypeString || !f.Required):
		d.fault(d.at("person"), "person names a string field that is required: the key of a résumé; not %q", k.Person)
	case k.Person != "" && f.Sensitivity == None:
		d.fault(d.at("person"), "field %s says whom a row is about: give it sensitivity: personal", k.Person)
	case k.Person == "" && k.Personal() && k.ID != resumeKind:
		d.fault(d.at("fields"), "rows of the kind tell about people: say in person which field has the key of the résumé, of the same source, with which they are erased")
	}
	d.keepsFields(k)
}

// keepsFields faults a kind that takes back what the one beneath says: a field that
// a build reads, or that it tells about people, for rows that came before are sealed,
// and others would lie open beside them.
func (d *doc) keepsFields(k *Kind) {
	for _, f := range d.below {
		below := newDoc(f, new(Faults))
		if below.root == nil {
			continue
		}
		was := new(Kind)
		below.decode(below.root, reflect.ValueOf(was).Elem(), "")
		if k.Person != was.Person {
			d.fault(d.at("person"), "person is %q in %s, and stays so", was.Person, f.name)
		}
		for _, old := range was.Fields {
			i, ok := k.byName[old.Name]
			switch {
			case !ok:
				d.fault(d.at("fields"), "field %s of %s is missing; a definition over it keeps its fields: one that no source maps has no value", old.Name, f.name)
			case k.Fields[i].Type != old.Type:
				d.fault(d.at("fields", i), "field %s is of type %s in %s, and stays so", old.Name, old.Type, f.name)
			case slices.Index(sensitivities, k.Fields[i].Sensitivity) < slices.Index(sensitivities, old.Sensitivity):
				d.fault(d.at("fields", i), "field %s is %s in %s; a definition over it may not take that back", old.Name, old.Sensitivity, f.name)
			}
		}
	}
}

func (l *loader) field(d *doc, k *Kind, i int) {
	f := &k.Fields[i]
	switch {
	case !fieldForm.MatchString(f.Name):
		d.fault(d.at("fields", i, "name"), "a field's name is small letters, digits and _, not %q", f.Name)
	case slices.Contains(reserved, f.Name):
		d.fault(d.at("fields", i, "name"), "%s is a word of the rules' language; choose another name", f.Name)
	}
	if first, ok := k.byName[f.Name]; ok {
		d.fault(d.at("fields", i, "name"), "field %s is given twice, first in line %d", f.Name, d.at("fields", first).Line)
	} else {
		k.byName[f.Name] = i
	}
	if !slices.Contains(fieldTypes, f.Type) {
		d.fault(d.at("fields", i, "type"), "field %s has type %q%s (known: %s)", f.Name, f.Type, nearest(string(f.Type), texts(fieldTypes)), strings.Join(texts(fieldTypes), ", "))
	}
	d.checkText(f.Title, "fields", i, "title")
	if f.Sensitivity == "" {
		f.Sensitivity = None
	}
	if !slices.Contains(sensitivities, f.Sensitivity) {
		d.fault(d.at("fields", i, "sensitivity"), "sensitivity is %s, not %q", strings.Join(texts(sensitivities), ", "), f.Sensitivity)
	}
	if f.Type == TypePerson && f.Sensitivity == None {
		d.fault(d.at("fields", i), "field %s tells people apart: give it sensitivity: personal", f.Name)
	}
	l.fieldCodes(d, f, i)
}

// fieldCodes checks that the field names a list when its type needs one.
func (l *loader) fieldCodes(d *doc, f *Field, i int) {
	coded := f.Type.coded()
	if f.Type == TypeRegion && f.Codes == "" {
		f.Codes = "regions"
	}
	switch {
	case f.Codes == "" && coded:
		d.fault(d.at("fields", i), "field %s is a %s: codes says of which list", f.Name, f.Type)
	case f.Codes != "" && !coded && f.Type != TypeRegion:
		d.fault(d.at("fields", i, "codes"), "field %s is a %s and has no codes", f.Name, f.Type)
	case f.Codes != "" && l.set.Codes[f.Codes] == nil && !l.broken[f.Codes] && d.has("fields", i, "codes"):
		d.fault(d.at("fields", i, "codes"), "there is no code list %s%s", f.Codes, nearest(f.Codes, keys(l.set.Codes)))
	}
}

// texts returns typed words as plain ones.
func texts[T ~string](words []T) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}

// keys returns the keys of a map, sorted.
func keys[K ~string, V any](m map[K]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, string(k))
	}
	slices.Sort(out)
	return out
}
