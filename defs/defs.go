// Package defs is everything the platform is told rather than programmed to
// do: the kinds of information it keeps, the sources they come from, the lists
// of codes they are written in, the roles people have, the purposes for which
// personal records may be read, the things that are recommended and the messages they read. Each is one file
// in a folder beside this one. To add one, add a file; `ieum check` says
// whether all hold together, with the line of each fault.
//
// Read types.go for what a file may say, defs.go for how the files are loaded,
// decode.go and fault.go for how strictly, kind.go, role.go, purpose.go, source.go,
// item.go, messages.go and codetable.go for one sort of file each, codes.go and codeindex.go for what a
// list of codes answers, licences.go for what laws require, and cel.go, celenv.go
// and eval.go for the language of mappings and rules, itemenv.go and judge.go for that of items; plain.go is one function
// of it.
package defs

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"

	"ieum"
)

// Files are the definitions built into the binary.
//
//go:embed codes items kinds messages purposes roles sources
var Files embed.FS

// folders are the sorts of definitions.
var folders = []string{"codes", "items", "kinds", "messages", "purposes", "roles", "sources"}

// Load reads the built-in definitions with the overlays laid over them: a file
// of the same path replaces the one beneath, another adds to them; messages
// are laid over key by key. The error is a Faults with every fault found.
func Load(overlays ...fs.FS) (*Set, error) {
	return LoadFrom(append([]fs.FS{Files}, overlays...)...)
}

// LoadFrom is Load with nothing built in: the first layer is the lowest.
func LoadFrom(layers ...fs.FS) (*Set, error) {
	l := &loader{broken: map[string]bool{}, set: &Set{
		Kinds:    map[ieum.KindID]*Kind{},
		Sources:  map[ieum.SourceID]*Source{},
		Roles:    map[ieum.RoleID]*Role{},
		Purposes: map[ieum.PurposeID]*Purpose{},
		Codes:    map[string]*CodeList{},
		Items:    map[string]*Item{},
		Messages: map[ieum.Lang]map[string]string{},
	}}
	files := map[string]layered{}
	for _, fsys := range layers {
		l.gather(fsys, files)
	}
	var items, kinds, purposes, roles, sources []*doc
	for _, name := range keys(files) {
		f, ext := files[name], path.Ext(name)
		switch folder := path.Dir(name); {
		case folder == "messages" && ext == ".yaml":
			l.messages(name, f)
		case folder == "codes" && ext == ".yaml":
			table, ok := files[strings.TrimSuffix(name, ".yaml")+".csv"]
			l.codes(f, table, ok)
		case folder == "codes" && ext == ".csv":
			if head := strings.TrimSuffix(name, ".csv") + ".yaml"; files[head].text == nil {
				l.faults.add(f.name, 0, "a table of codes needs a head beside it: %s", path.Base(head))
			}
		case folder == "items" && ext == ".yaml":
			items = append(items, l.parse(f, new(Item)))
		case folder == "kinds" && ext == ".yaml":
			kinds = append(kinds, l.parse(f, new(Kind)))
		case folder == "purposes" && ext == ".yaml":
			purposes = append(purposes, l.parse(f, new(Purpose)))
		case folder == "roles" && ext == ".yaml":
			roles = append(roles, l.parse(f, new(Role)))
		case folder == "sources" && ext == ".yaml":
			sources = append(sources, l.parse(f, new(Source)))
		default:
			l.faults.add(f.name, 0, "definitions are .yaml files (code lists also .csv)")
		}
	}
	return l.check(items, kinds, purposes, roles, sources)
}

// check holds what was read against each other.
func (l *loader) check(items, kinds, purposes, roles, sources []*doc) (*Set, error) {
	l.checkMessages()
	l.addLists()
	l.linkLists()
	for _, d := range kinds {
		l.kind(d)
	}
	for _, d := range purposes {
		l.purpose(d)
	}
	for _, d := range roles {
		l.role(d)
	}
	for _, d := range sources {
		l.source(d)
	}
	for _, d := range items {
		l.item(d)
	}
	if err := l.faults.err(); err != nil {
		return nil, err
	}
	return l.set, nil
}

// layered is a file with the layers it was found in, lowest first.
type layered struct {
	name  string // for people
	text  []byte // of the topmost layer
	below []layered
}

// A loader carries what Load has found so far.
type loader struct {
	set    *Set
	faults Faults
	said   map[ieum.Lang]map[string]message
	rules  *ruleEnv
	lists  []coded
	broken map[string]bool // ids of files that are no YAML: what names them is not at fault too
}

// gather adds the definitions in one layer to files.
func (l *loader) gather(fsys fs.FS, files map[string]layered) {
	label := label(fsys)
	top, err := fs.ReadDir(fsys, ".")
	if err != nil {
		l.faults.add(strings.TrimSuffix(label, "/"), 0, "the folder of definitions cannot be read: %v", errors.Unwrap(err))
		return
	}
	for _, e := range top {
		name := e.Name()
		switch {
		case slices.Contains(folders, name):
			l.gatherFolder(fsys, label, name, files)
		case e.IsDir() && name != "testdata" && !strings.HasPrefix(name, "."):
			l.faults.add(label+name, 0, "a folder of definitions is one of %s", strings.Join(folders, ", "))
		}
	}
}

func (l *loader) gatherFolder(fsys fs.FS, label, folder string, files map[string]layered) {
	entries, err := fs.ReadDir(fsys, folder)
	if err != nil {
		l.faults.add(label+folder, 0, "cannot be read: %v", err)
		return
	}
	for _, e := range entries {
		name := path.Join(folder, e.Name())
		if strings.HasPrefix(e.Name(), ".") || e.Name() == "README.md" {
			continue
		}
		if e.IsDir() {
			l.faults.add(label+name, 0, "definitions lie in %s itself, not in folders within it", folder)
			continue
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			l.faults.add(label+name, 0, "cannot be read: %v", err)
			continue
		}
		f := layered{name: label + name, text: text}
		if old, ok := files[name]; ok {
			f.below = append(old.below, layered{name: old.name, text: old.text})
		}
		files[name] = f
	}
}

// label returns what people call the files of a layer by: the folder of an
// os.DirFS, "defs/" for what is built in.
func label(fsys fs.FS) string {
	if _, ok := fsys.(embed.FS); ok {
		return "defs/"
	}
	if v := reflect.ValueOf(fsys); v.Kind() == reflect.String { // os.DirFS keeps its folder so
		return path.Clean(v.String()) + "/"
	}
	return ""
}

// parse reads a YAML file into v, a pointer to an Item, Kind, Purpose, Role, Source or CodeList.
func (l *loader) parse(f layered, v any) *doc {
	d := newDoc(f, &l.faults)
	if d.root == nil {
		l.broken[strings.TrimSuffix(path.Base(f.name), ".yaml")] = true
	} else {
		d.decode(d.root, reflect.ValueOf(v).Elem(), "")
	}
	d.value = v
	return d
}

// checkID faults a definition whose id is not its file's name.
func (d *doc) checkID(id string) {
	want := strings.TrimSuffix(path.Base(d.file), ".yaml")
	if id != want {
		d.fault(d.at("id"), "id is %q, but the file's name says %q", id, want)
	}
}

// checkText faults a text that lacks a language people read.
func (d *doc) checkText(t ieum.Text, at ...any) {
	if t.KO == "" || t.EN == "" {
		d.fault(d.at(at...), "%s needs a text in ko and in en", pathText(at))
	}
}

func pathText(at []any) string {
	var b strings.Builder
	for _, a := range at {
		switch a := a.(type) {
		case int:
			fmt.Fprintf(&b, "[%d]", a+1)
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			fmt.Fprint(&b, a)
		}
	}
	return b.String()
}
