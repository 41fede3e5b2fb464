package web

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"ieum"
	"ieum/defs"
)

// An Upload is a file that came with a form.
type Upload struct {
	Name string // as the visitor's device called it; "" when the text came as a plain field
	Data []byte
}

// Read fills a struct from the query, the form and the path of a request, by
// the tags of its fields:
//
//	q:"name"            a parameter; q:"name,required" one that must not be empty;
//	                    q:"name,rows" a list that keeps empty values in their places
//	path:"id"           a place of the pattern
//	default:"20"        what it is when absent
//	enum:"a|b"          the values it may have
//	min:"1" max:"100"   bounds of a number; max of a text is in characters (500 when not said)
//	label:"KEY"         the message that people know the field by
//	doc:"…" ko:"…" example:"…" for the OpenAPI document; ko says in Korean what doc says
//
// Fields are strings, whole and decimal numbers, bools, types that read text
// (such as ieum.Day), Uploads, pointers to these (nil when absent) and lists of
// these (repeated parameters). Empty values count as absent. A parameter that
// no field names is refused, and the error says which one may have been meant.
// The error joins one *ieum.Error of kind ErrInvalid for every Field at fault;
// a text that is too long is read all the same, so that a form can show it, and so is
// the rest of a form whose file is too large.
func Read[T any](r *http.Request) (T, error) {
	var into T
	large := parseForm(r)
	if e, ok := errors.AsType[*ieum.Error](large); large != nil && (!ok || e.Field == "") {
		return into, large
	}
	v := reflect.ValueOf(&into).Elem()
	known := []string{}
	faults := []error{large}
	for _, f := range reflect.VisibleFields(v.Type()) {
		p, ok := parameterOf(f)
		if !ok {
			continue
		}
		known = append(known, p.name)
		err := p.read(r, v.FieldByIndex(f.Index))
		if err != nil && !errors.Is(err, ieum.ErrInvalid) {
			return into, err
		}
		faults = append(faults, err)
	}
	said := 0
	for _, name := range names(r) {
		if !slices.Contains(known, name) && said < mostUnknown {
			faults = append(faults, unknown(name, known))
			said++
		}
	}
	return into, errors.Join(faults...)
}

// ReadNamed returns the parameters of a request by name, for forms whose fields a
// definition says. Empty values count as absent; a name that is not known is refused as
// Read does.
func ReadNamed(r *http.Request, known []string) (url.Values, error) {
	if err := parseForm(r); err != nil {
		return nil, err
	}
	values, faults := url.Values{}, []error{}
	for _, name := range names(r) {
		if !slices.Contains(known, name) {
			if len(faults) < mostUnknown {
				faults = append(faults, unknown(name, known))
			}
			continue
		}
		for _, v := range r.Form[name] {
			if strings.TrimSpace(v) != "" && len(values[name]) < mostValues {
				values.Add(name, strings.ReplaceAll(v, "\r\n", "\n"))
			}
		}
	}
	return values, errors.Join(faults...)
}

// mostValues is how many values of one parameter are read.
const mostValues = 100

// mostUnknown is of how many parameters it is said that nobody knows them.
const mostUnknown = 20

// names are those of all parameters of a request, in order.
func names(r *http.Request) []string {
	list := slices.Collect(maps.Keys(r.Form))
	if r.MultipartForm != nil {
		list = slices.AppendSeq(list, maps.Keys(r.MultipartForm.File))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// parseForm reads query and body, and refuses either when broken.
func parseForm(r *http.Request) error {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	if u, ok := r.Body.(*upload); ok {
		err = u.parse(r)
	} else if kind == "multipart/form-data" {
		err = r.ParseMultipartForm(maxBody)
	} else {
		err = r.ParseForm()
	}
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return err
	}
	if _, ok := errors.AsType[*ieum.Error](err); ok {
		return err
	}
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.form", Message: "the query or form cannot be read: " + err.Error()}
}

// A parameter is how one field of a struct is read.
type parameter struct {
	name, fallback string
	label          string // key of the message that people know it by; "" = name
	required, path bool
	rows           bool // empty values of a list stay in their places
	enum           []string
	min, max       string
}

func parameterOf(f reflect.StructField) (parameter, bool) {
	p := parameter{fallback: f.Tag.Get("default"), label: f.Tag.Get("label"), min: f.Tag.Get("min"), max: f.Tag.Get("max")}
	if e := f.Tag.Get("enum"); e != "" {
		p.enum = strings.Split(e, "|")
	}
	if name, ok := f.Tag.Lookup("path"); ok {
		p.name, p.path, p.required = name, true, true
		return p, true
	}
	tag, ok := f.Tag.Lookup("q")
	name, option, _ := strings.Cut(tag, ",")
	p.name, p.required, p.rows = name, option == "required", option == "rows"
	return p, ok
}

func (p parameter) read(r *http.Request, v reflect.Value) error {
	if v.Type() == reflect.TypeFor[Upload]() {
		return p.upload(r, v)
	}
	var values []string
	if p.path {
		values = []string{r.PathValue(p.name)}
	} else {
		values = slices.DeleteFunc(slices.Clone(r.Form[p.name]), func(s string) bool { return !p.rows && strings.TrimSpace(s) == "" })
	}
	if len(values) == 0 && p.fallback != "" {
		values = []string{p.fallback}
	}
	if len(values) == 0 {
		if p.required {
			return p.error("required", nil, "is missing")
		}
		return nil
	}
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8 {
		if len(values) > 100 {
			return p.error("too_many", map[string]any{"most": 100}, "is given more than 100 times")
		}
		list := reflect.MakeSlice(v.Type(), len(values), len(values))
		for i, s := range values {
			if err := p.set(list.Index(i), s); err != nil {
				return err
			}
		}
		v.Set(list)
		return nil
	}
	if len(values) > 1 {
		return p.error("once", nil, "is given more than once")
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	return p.set(v, values[0])
}

func (p parameter) set(v reflect.Value, s string) error {
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return p.error("text", nil, "is no valid UTF-8 text")
	}
	if len(p.enum) > 0 && !slices.Contains(p.enum, s) {
		return p.error("enum", map[string]any{"allowed": strings.Join(p.enum, ", ")}, "must be one of "+strings.Join(p.enum, ", "))
	}
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if err := u.UnmarshalText([]byte(s)); err != nil {
			return p.error("form", map[string]any{"value": s}, err.Error())
		}
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		most := 500
		if n, err := strconv.Atoi(p.max); err == nil {
			most = n
		}
		s = strings.ReplaceAll(s, "\r\n", "\n") // browsers send two characters for the one they counted
		v.SetString(s)
		if utf8.RuneCountInString(s) > most {
			return p.error("long", map[string]any{"most": most}, fmt.Sprintf("is longer than %d characters", most))
		}
	case reflect.Bool:
		b, err := strconv.ParseBool(s)
		if err != nil && s != "on" {
			return p.error("bool", nil, "must be true or false")
		}
		v.SetBool(b || s == "on")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(s, 10, v.Type().Bits())
		if err != nil {
			return p.error("whole", nil, "must be a whole number")
		}
		v.SetInt(n)
		return p.bounds(float64(n))
	case reflect.Float32, reflect.Float64:
		n, err := strconv.ParseFloat(s, 64)
		if err != nil || n-n != 0 {
			return p.error("number", nil, "must be a number")
		}
		v.SetFloat(n)
		return p.bounds(n)
	default:
		return fmt.Errorf("web: parameter %s: fields of type %s cannot be read", p.name, v.Type())
	}
	return nil
}

func (p parameter) bounds(n float64) error {
	if least, err := strconv.ParseFloat(p.min, 64); err == nil && n < least {
		return p.error("least", map[string]any{"least": p.min}, "must be at least "+p.min)
	}
	if most, err := strconv.ParseFloat(p.max, 64); err == nil && n > most {
		return p.error("most", map[string]any{"most": p.max}, "must be at most "+p.max)
	}
	return nil
}

func (p parameter) upload(r *http.Request, v reflect.Value) error {
	if r.MultipartForm == nil || len(r.MultipartForm.File[p.name]) == 0 {
		text := r.PostForm.Get(p.name)
		if p.required && text == "" {
			return p.error("required", nil, "is missing")
		}
		v.Set(reflect.ValueOf(Upload{"", []byte(text)}))
		return nil
	}
	head := r.MultipartForm.File[p.name][0]
	data, err := contents(head)
	v.Set(reflect.ValueOf(Upload{head.Filename, data}))
	return err
}

func contents(head *multipart.FileHeader) ([]byte, error) {
	f, err := head.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// secrets are the fields that no page shows again: what somebody signs in with.
var secrets = []string{"password", "code", "mailed-code", "answer"}

// Posted returns the fields of a form that was sent, files of text among them
// as plain fields, which Read takes just as well. Fields with which somebody
// signs in are left out.
func Posted(r *http.Request) url.Values {
	form := url.Values{}
	maps.Copy(form, r.PostForm)
	for _, name := range secrets {
		delete(form, name)
	}
	if r.MultipartForm == nil {
		return form
	}
	for name, heads := range r.MultipartForm.File {
		for _, head := range heads {
			if data, err := contents(head); err == nil && utf8.Valid(data) {
				form.Add(name, string(data))
			}
		}
	}
	return form
}

// error says what is wrong with the parameter: the message error.param.WHY,
// which may use {name}.
func (p parameter) error(why string, args map[string]any, message string) error {
	if args == nil {
		args = map[string]any{}
	}
	args["name"] = p.name
	if p.label != "" {
		args["name"] = label(p.label)
	}
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.param." + why, Args: args, Field: "/" + p.name, Message: p.name + " " + message}
}

// A label is the key of a message that stands in another.
type label string

// longestName is what is shown of a name that nobody knows, and for how long a
// one it is worth looking what was meant.
const longestName = 60

func unknown(name string, known []string) error {
	if len(name) > longestName {
		name, known = strings.ToValidUTF8(name[:longestName], "")+"…", nil
	}
	e := &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.param.unknown", Args: map[string]any{"name": name}, Field: "/" + name,
		Message: fmt.Sprintf("there is no parameter %q", name)}
	if meant := defs.Meant(name, known); meant != "" && meant != name { // one of the same name stands elsewhere in JSON
		e.Key, e.Args["meant"] = "error.param.meant", meant
		e.Message += fmt.Sprintf("; did you mean %q?", meant)
	}
	return e
}

// ReadJSON fills a T from the JSON body of a request, strictly: a member that T
// lacks is refused, and the error says which one may have been meant.
func ReadJSON[T any](r *http.Request) (T, error) {
	var into T
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		return into, &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.json.type", Message: "send JSON with the header Content-Type: application/json"}
	}
	if len(r.URL.Query()) > 0 {
		for name := range r.URL.Query() {
			return into, unknown(name, nil)
		}
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	err := d.Decode(&into)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.New("something follows the JSON value")
		}
	}
	if err == nil {
		return into, nil
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return into, err
	}
	return into, jsonError(err, reflect.TypeFor[T]())
}

func jsonError(err error, into reflect.Type) error {
	e := &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.json.syntax", Args: map[string]any{}, Message: "the JSON cannot be read: " + err.Error()}
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		e.Field = "/" + strings.ReplaceAll(t.Field, ".", "/")
		e.Key, e.Args["name"] = "error.json.value", t.Field
		e.Message = t.Field + " has the wrong type"
	} else if rest, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		name, _ := strconv.Unquote(rest)
		return unknown(name, members(into, map[reflect.Type]bool{}))
	}
	return e
}

// members lists the JSON names anywhere within a type.
func members(t reflect.Type, seen map[reflect.Type]bool) (names []string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || seen[t] {
		return nil
	}
	seen[t] = true
	for _, f := range reflect.VisibleFields(t) {
		if name, _, ok := jsonName(f); ok {
			names = append(names, name)
			names = append(names, members(f.Type, seen)...)
		}
	}
	return names
}

// jsonName returns the name of a field in JSON and whether it may be left out.
func jsonName(f reflect.StructField) (name string, optional, ok bool) {
	tag := f.Tag.Get("json")
	name, options, _ := strings.Cut(tag, ",")
	if tag == "-" || !f.IsExported() || f.Anonymous && name == "" {
		return "", false, false
	}
	if name == "" {
		name = f.Name
	}
	return name, strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero"), true
}
