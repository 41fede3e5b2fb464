package web

import (
	"encoding"
	"encoding/json"
	"net/http"
	"reflect"
)

// JSON writes v as JSON with a status. A list that is nil is written as [], as
// the OpenAPI document promises.
func JSON(w http.ResponseWriter, status int, v any) error {
	if v != nil {
		v = filled(reflect.ValueOf(v)).Interface()
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	_, err = w.Write(append(b, '\n'))
	return err
}

// filled returns v with every nil list replaced by an empty one. What is behind
// pointers and lists is copied, never changed: handlers may answer with what
// others read.
func filled(v reflect.Value) reflect.Value {
	if !lacking(v) {
		return v
	}
	switch v.Kind() {
	case reflect.Interface:
		return filled(v.Elem())
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		p.Elem().Set(filled(v.Elem()))
		return p
	case reflect.Map:
		m := reflect.MakeMapWithSize(v.Type(), v.Len())
		for it := v.MapRange(); it.Next(); {
			m.SetMapIndex(it.Key(), filled(it.Value()))
		}
		return m
	case reflect.Slice:
		list := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			list.Index(i).Set(filled(v.Index(i)))
		}
		return list
	}
	s := reflect.New(v.Type()).Elem()
	s.Set(v)
	fillStruct(s)
	return s
}

// fillStruct replaces the nil lists of a struct in place.
func fillStruct(s reflect.Value) {
	for i := range s.NumField() {
		switch f, field := s.Type().Field(i), s.Field(i); {
		case f.Anonymous && f.Type.Kind() == reflect.Struct && !ownJSON(f.Type):
			fillStruct(field)
		case field.CanSet():
			field.Set(filled(field))
		}
	}
}

// lacking says whether there is a nil list anywhere in v that JSON would show.
func lacking(v reflect.Value) bool {
	if !v.IsValid() || ownJSON(v.Type()) {
		return false
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return !v.IsNil() && lacking(v.Elem())
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			if lacking(it.Value()) {
				return true
			}
		}
	case reflect.Slice:
		if v.IsNil() {
			return true
		}
		if flat(v.Type().Elem().Kind()) {
			return false
		}
		for i := range v.Len() {
			if lacking(v.Index(i)) {
				return true
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if (f.IsExported() || f.Anonymous) && f.Tag.Get("json") != "-" && lacking(v.Field(i)) {
				return true
			}
		}
	}
	return false
}

// flat says whether values of a kind hold nothing further.
func flat(k reflect.Kind) bool { return k < reflect.Array || k == reflect.String }

// ownJSON says whether a type writes itself.
func ownJSON(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[json.Marshaler]()) || t.Implements(reflect.TypeFor[encoding.TextMarshaler]())
}
