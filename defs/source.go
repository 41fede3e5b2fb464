package defs

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/unicode/norm"

	"ieum"
)

// FileFor returns how a file is read: the first entry of files whose match fits
// its path.
func (s *Source) FileFor(name string) (*File, bool) {
	for i := range s.Files {
		if Matches(s.Files[i].Match, name) {
			return &s.Files[i], true
		}
	}
	return nil, false
}

// Matches says whether a file's path, without .gz or .zst, fits a pattern of a
// source's files or joins. A pattern is of the base name; one with slashes is
// of that many more folders above it: resumes/*.parquet.
func Matches(pattern, name string) bool {
	parts := strings.Split(norm.NFC.String(strings.ReplaceAll(name, `\`, "/")), "/")
	parts = parts[max(0, len(parts)-1-strings.Count(pattern, "/")):]
	last := &parts[len(parts)-1]
	*last = strings.TrimSuffix(strings.TrimSuffix(*last, ".gz"), ".zst")
	ok, err := path.Match(norm.NFC.String(pattern), strings.Join(parts, "/"))
	return ok && err == nil
}

// join returns the join of a name.
func (f *File) join(name string) (*Join, bool) {
	for i := range f.Joins {
		if f.Joins[i].Name == name {
			return &f.Joins[i], true
		}
	}
	return nil, false
}

// The defaults of a source.
const (
	defaultShrink = 0.5
	defaultLimit  = 0.5
)

// oneOf faults a word that is none of those known; "" is allowed when it is
// among them.
func (d *doc) oneOf(word string, known []string, at ...any) {
	if !slices.Contains(known, word) {
		d.fault(d.at(at...), "%s is one of %s, not %q", pathText(at), strings.Join(known, ", "), word)
	}
}

// keyedPeople says whether the source's résumés are known by one column each.
func (s *Source) keyedPeople() (keyed bool) {
	for _, f := range s.Files {
		if f.Kind == resumeKind {
			if keyed = len(f.Key) == 1; !keyed {
				return false
			}
		}
	}
	return keyed
}

// share faults a number that is no share of 1.
func (d *doc) share(x float64, at ...any) {
	if !(x >= 0 && x <= 1) {
		d.fault(d.at(at...), "%s is a share between 0 and 1, not %v", pathText(at), x)
	}
}

// source checks a source, compiles its expressions and adds it to the set.
func (l *loader) source(d *doc) {
	if d.root == nil {
		return
	}
	s := d.value.(*Source)
	s.file = d.file
	d.checkID(string(s.ID))
	if s.ID != "" && !idForm.MatchString(string(s.ID)) {
		d.fault(d.at("id"), "an id is small letters, digits and - between, not %q", s.ID)
	}
	if s.Version < 1 {
		d.fault(d.at("version"), "version is a whole number from 1 on; raise it when the mapping changes")
	}
	d.checkText(s.Title, "title")
	d.checkText(s.Holder, "holder")
	d.checkText(s.Basis, "basis")
	d.oneOf(s.Cycle, []string{"once", "daily", "weekly", "monthly", "yearly"}, "cycle")
	if s.Due < 0 {
		d.fault(d.at("due"), "due is a number of days after the end of a cycle, not %d", s.Due)
	}
	if !d.has("shrink") {
		s.Shrink = defaultShrink
	}
	d.share(s.Shrink, "shrink")
	if len(s.Files) == 0 {
		d.fault(d.at("files"), "a source says in files how its files are read")
	}
	for i := range s.Files {
		l.file(d, &s.Files[i], i)
	}
	for i, f := range s.Files {
		if k := l.set.Kinds[f.Kind]; k != nil && k.Person != "" && !s.keyedPeople() {
			d.fault(d.at("files", i, "kind"), "rows of kind %s are erased with a résumé of the same source, by its key: the source needs a file of kind resume, and each such file one column in key", f.Kind)
		}
	}
	if s.Anonymous {
		d.anonymous(s)
	}
	for i := range s.Examples {
		l.example(d, s, i)
	}
	l.set.Sources[s.ID] = s
}

// file checks how one sort of file is read.
func (l *loader) file(d *doc, f *File, i int) {
	at := func(p ...any) []any { return append([]any{"files", i}, p...) }
	f.Match, f.Encoding = cmp.Or(f.Match, "*"), cmp.Or(f.Encoding, "auto")
	if !d.has(at("limit")...) {
		f.Limit = defaultLimit
	}
	d.pattern(f.Match, at("match")...)
	d.oneOf(f.Format, []string{"", "csv", "tsv", "json", "jsonl", "xlsx", "parquet"}, at("format")...)
	d.oneOf(f.Encoding, []string{"auto", "utf-8", "cp949"}, at("encoding")...)
	d.share(f.Limit, at("limit")...)
	if f.Records != "" && !slices.Contains([]string{"", "json"}, f.Format) {
		d.fault(d.at(at("records")...), "records is for JSON files, not %s", f.Format)
	}
	if f.Sheet != "" && !slices.Contains([]string{"", "xlsx"}, f.Format) {
		d.fault(d.at(at("sheet")...), "sheet is for XLSX files, not %s", f.Format)
	}
	if f.Kind == "" {
		for _, name := range []string{"map", "quality", "key", "delivery", "absent", "joins"} {
			if d.has(at(name)...) {
				d.fault(d.at(at(name)...), "a file without a kind is only joined by others and has no %s", name)
			}
		}
		return
	}
	d.oneOf(f.Delivery, []string{"full", "change"}, at("delivery")...)
	f.Absent = cmp.Or(f.Absent, "close")
	d.oneOf(f.Absent, []string{"close", "keep"}, at("absent")...)
	for j := range f.Joins {
		l.join(d, f, i, j)
	}
	k := l.set.Kinds[f.Kind]
	if k == nil && l.broken[string(f.Kind)] {
		return
	}
	if k == nil {
		d.fault(d.at(at("kind")...), "there is no kind %s%s", f.Kind, nearest(string(f.Kind), keys(l.set.Kinds)))
		return
	}
	l.mapping(d, f, k, i)
	for j := range f.Quality {
		l.rule(d, k, &f.Quality[j], at("quality", j))
	}
}

func (d *doc) pattern(p string, at ...any) {
	if _, err := path.Match(p, "x"); err != nil {
		d.fault(d.at(at...), "%s: %q is no pattern of file names (* any letters, ? one, [a-z] a choice)", pathText(at), p)
	}
}

func (l *loader) join(d *doc, f *File, i, j int) {
	jn := &f.Joins[j]
	at := []any{"files", i, "joins", j}
	jn.Key = cmp.Or(jn.Key, jn.On)
	if jn.Name == "" || jn.Match == "" || jn.On == "" {
		d.fault(d.at(at...), "a join has a name, a match and the column it is on")
	}
	d.pattern(jn.Match, append(at, "match")...)
	if first, _ := f.join(jn.Name); first != jn {
		d.fault(d.at(append(at, "name")...), "join %s is given twice", jn.Name)
	}
}

// mapping checks where each field of a kind comes from.
func (l *loader) mapping(d *doc, f *File, k *Kind, i int) {
	for _, name := range keys(f.Map) {
		field, ok := k.Field(name)
		if !ok {
			d.fault(d.keyAt(name, "files", i, "map"), "kind %s has no field %s%s (known: %s)", k.ID, name, nearest(name, k.fieldNames()), strings.Join(k.fieldNames(), ", "))
			continue
		}
		if field.Sensitivity == Identifying {
			d.fault(d.keyAt(name, "files", i, "map"), "field %s identifies a person: only de-identified rows are loaded; take it out of map (hash tells people apart)", name)
			continue
		}
		f.Map[name] = l.value(d, f, k, field, []any{"files", i, "map", name})
	}
	for _, field := range k.Fields {
		if _, ok := f.Map[field.Name]; field.Required && !ok {
			d.fault(d.at("files", i, "map"), "field %s of kind %s is required: say in map where it comes from", field.Name, k.ID)
		}
	}
}

// keyAt returns the node of a key itself in the mapping at a path.
func (d *doc) keyAt(key string, path ...any) *yaml.Node {
	m := d.at(path...)
	for i := 0; m != nil && i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i]
		}
	}
	return m
}

// value checks one mapped value and returns it ready for use.
func (l *loader) value(d *doc, f *File, k *Kind, field *Field, at []any) Value {
	v := f.Map[field.Name]
	v.several = field.Type.Several()
	fault := func(format string, args ...any) { d.fault(d.at(at...), field.Name+": "+format, args...) }
	v.checkForm(field, fault)
	d.oneOf(v.Unit, []string{"", "won", "thousand", "manwon"}, append(at, "unit")...)
	d.oneOf(v.Per, []string{"", "year", "month", "day", "hour"}, append(at, "per")...)
	if v.Join != "" {
		if _, ok := f.join(v.Join); !ok {
			fault("there is no join %s in this file's joins", v.Join)
		}
	}
	for _, name := range v.Code {
		if _, ok := f.Map[name]; !ok {
			fault("the coder reads field %s, which is not mapped", name)
		}
	}
	if v.From != "" {
		v.from = l.set.Codes[v.From]
		if v.from == nil || v.from.Into != field.Codes {
			fault("from names %s, which is no list that %s replaced", v.From, cmp.Or(field.Codes, "a list"))
			v.from = nil
		}
	}
	if list := l.set.Codes[field.Codes]; list != nil && field.Type.coded() && v.From == "" {
		l.knownWords(d, v, list, at)
	}
	if v.CEL != "" {
		v.program = l.mappingProgram(d, v.CEL, append(at, "cel"))
	}
	return v
}

// checkForm faults a value that is given in no form or several, and what does
// not fit the field's type.
func (v Value) checkForm(field *Field, fault func(format string, args ...any)) {
	given := 0
	for _, set := range []bool{v.Column != "", v.Const != "", v.CEL != "", len(v.Hash) > 0} {
		if set {
			given++
		}
	}
	if given != 1 && (given > 1 || len(v.Code) == 0) { // the coder may stand alone, or behind a column for rows without one
		fault("give exactly one of column, const, cel, code and hash, not %d of them (code may stand beside a column, for rows that lack it)", given)
	}
	for _, c := range []struct {
		set, fits bool
		text      string
	}{
		{len(v.Hash) > 0, field.Type == TypePerson, "hash is for fields of type person"},
		{field.Type == TypePerson, len(v.Hash) > 0, "a person is told apart by hash: the columns that identify"},
		{len(v.Code) > 0, field.Type.coded() && field.Codes == codedList || field.Type == TypeRegion, "code is for fields of type code or codes of the list " + codedList + " and of type region"},
		{v.Split != "", v.several, "split is for fields that hold several: codes, strings, careers"},
		{v.Layout != "", field.Type == TypeDate, "layout is for fields of type date"},
		{v.Unit != "" || v.Per != "", field.Type == TypePay || field.Type == TypeCareers, "unit and per are for fields of type pay or careers"},
	} {
		if c.set && !c.fits {
			fault("%s, and this is %s", c.text, field.Type)
		}
	}
}

// codedList is the list whose codes the coder gives.
const codedList = "keco2025"

// knownWords faults constants and words that name no code of the field's list.
func (l *loader) knownWords(d *doc, v Value, list *CodeList, at []any) {
	if v.Const != "" && v.Split == "" {
		if _, ok := list.Lookup(v.Const); !ok {
			d.fault(d.at(append(at, "const")...), "%q names no code of list %s", v.Const, list.ID)
		}
	}
	for _, from := range keys(v.Words) {
		if to := v.Words[from]; to != "" {
			if _, ok := list.Lookup(to); !ok {
				d.fault(d.at(append(at, "words", from)...), "%q names no code of list %s", to, list.ID)
			}
		}
	}
}

// rule checks and compiles one quality rule.
func (l *loader) rule(d *doc, k *Kind, r *Rule, at []any) {
	d.oneOf(r.Then, []string{"reject", "warn"}, append(at, "then")...)
	d.checkText(r.Say, append(at, "say")...)
	r.program = l.ruleProgram(d, k, r.When, append(at, "when"))
}

// example checks that an example speaks of files and fields there are.
func (l *loader) example(d *doc, s *Source, i int) {
	e := &s.Examples[i]
	e.line = d.at("examples", i).Line
	if e.Name == "" || len(e.Row) == 0 {
		d.fault(d.at("examples", i), "an example has a name and a row")
	}
	if (len(e.Expect) == 0) == (e.Reject == "") {
		d.fault(d.at("examples", i), "example %q says either in expect what the row becomes or in reject why it is refused", e.Name)
	}
	f, ok := s.fileOf(e)
	if !ok {
		d.fault(d.at("examples", i, "file"), "no entry of files fits the name %q", e.File)
		return
	}
	k := l.set.Kinds[f.Kind]
	if k == nil {
		return // said of the file already
	}
	for _, name := range keys(e.Expect) {
		field, _, _ := strings.Cut(name, ".")
		if _, ok := k.Field(field); !ok {
			d.fault(d.keyAt(name, "examples", i, "expect"), "kind %s has no field %s%s", k.ID, field, nearest(field, k.fieldNames()))
		}
	}
}

// fileOf returns the file an example's row is of.
func (s *Source) fileOf(e *Example) (*File, bool) {
	if e.File != "" {
		return s.FileFor(e.File)
	}
	if len(s.Files) == 0 {
		return nil, false
	}
	return &s.Files[0], true
}

// A RowReader turns a raw row into the fields of its kind as an ingest does, or
// says in Korean and English why it is refused. Fields are texts: a day as ISO
// 8601, a list as a JSON list, true or false, compounds by member ("pay.min",
// "career.entry"); a field without a value is not there. Without joins a joined
// column is looked for in the row itself.
type RowReader func(s *Source, f *File, row map[string]string) (fields map[string]string, refused string, err error)

// RunExamples reads the row of every example of every source and returns what
// came out differently; each missing or different field is a Fault.
func (set *Set) RunExamples(read RowReader) (ran int, faults Faults) {
	for _, id := range keys(set.Sources) {
		s := set.Sources[ieum.SourceID(id)]
		for i := range s.Examples {
			e := &s.Examples[i]
			f, ok := s.fileOf(e)
			if !ok {
				continue
			}
			ran++
			for _, text := range e.run(s, f, read) {
				faults.add(s.file, e.line, "example %q: %s", e.Name, text)
			}
		}
	}
	return ran, faults
}

// emptyList is how an example may say that a field that holds several has none.
const emptyList = "[]"

// run returns how what the reader makes of an example differs from it.
func (e *Example) run(s *Source, f *File, read RowReader) (differs []string) {
	fields, refused, err := read(s, f, e.Row)
	switch {
	case err != nil:
		return []string{err.Error()}
	case e.Reject != "" && refused == "":
		return []string{fmt.Sprintf("was taken, but should be refused because %q", e.Reject)}
	case e.Reject != "" && !strings.Contains(refused, e.Reject):
		return []string{fmt.Sprintf("was refused because %q, which does not say %q", refused, e.Reject)}
	case e.Reject != "":
		return nil
	case refused != "":
		return []string{fmt.Sprintf("was refused because %q", refused)}
	}
	for _, name := range keys(e.Expect) {
		if got, want := fields[name], e.Expect[name]; got != want && (got != "" || want != emptyList) {
			differs = append(differs, fmt.Sprintf("%s became %q, not %q", name, got, want))
		}
	}
	return differs
}
