package defs

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"
	"cel.dev/cel-go/interpreter"

	"ieum"
)

// memberTypes are the parts of the compound types, as rules name them.
//
// Pay is in won a year; career in months. A basis is hour, day, month, year or
// negotiable: how pay was stated.
var memberTypes = map[Type]map[string]*cel.Type{
	TypePay:    {"min": cel.IntType, "max": cel.IntType, "basis": cel.StringType, "text": cel.StringType},
	TypeCareer: {"min": cel.IntType, "max": cel.IntType, "entry": cel.BoolType, "text": cel.StringType},
	TypeRegion: {"code": cel.StringType, "text": cel.StringType},
}

// spellType is one spell of work: months counted from 1970-01, pay in won a year.
const spellType = "ieum.Spell"

var spell = map[string]*cel.Type{
	"title": cel.StringType, "occupation": cel.StringType, "start": cel.IntType, "end": cel.IntType, "pay": cel.IntType,
}

// celTypes are the types of a kind's fields in rules. A date is a number of
// days since 1970-01-01; what a person is told apart by cannot be read.
var celTypes = map[Type]*cel.Type{
	TypeString:  cel.StringType,
	TypeText:    cel.StringType,
	TypeURL:     cel.StringType,
	TypeInt:     cel.IntType,
	TypeNumber:  cel.DoubleType,
	TypeBool:    cel.BoolType,
	TypeDate:    cel.IntType,
	TypeCode:    cel.StringType,
	TypeCodes:   cel.ListType(cel.StringType),
	TypeStrings: cel.ListType(cel.StringType),
	TypePay:     cel.ObjectType(objectName(TypePay)),
	TypeCareer:  cel.ObjectType(objectName(TypeCareer)),
	TypeRegion:  cel.ObjectType(objectName(TypeRegion)),
	TypeCareers: cel.ListType(cel.ObjectType(spellType)),
	TypeJSON:    cel.DynType,
}

func objectName(t Type) string { return "ieum." + string(t) }

// objects are the compound types by name.
var objects = func() map[string]map[string]*cel.Type {
	all := map[string]map[string]*cel.Type{spellType: spell}
	for t, members := range memberTypes {
		all[objectName(t)] = members
	}
	return all
}()

// provider tells the checker the parts of compound types.
type provider struct {
	types.Provider
	objects map[string]map[string]*cel.Type
}

// FindStructType implements types.Provider.
func (p provider) FindStructType(name string) (*types.Type, bool) {
	if p.objects[name] != nil {
		return types.NewTypeTypeWithParam(cel.ObjectType(name)), true
	}
	return p.Provider.FindStructType(name)
}

// FindStructFieldNames implements types.Provider.
func (p provider) FindStructFieldNames(name string) ([]string, bool) {
	if m := p.objects[name]; m != nil {
		return keys(m), true
	}
	return p.Provider.FindStructFieldNames(name)
}

// FindStructFieldType implements types.Provider.
func (p provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if m := p.objects[name]; m != nil {
		t, ok := m[field]
		return &types.FieldType{Type: t}, ok
	}
	return p.Provider.FindStructFieldType(name, field)
}

// baseEnv holds the functions of mappings and rules: CEL's own, its extensions
// for strings, lists and math, and ours.
var baseEnv = mustEnv(
	ext.Strings(), ext.Lists(), ext.Math(),
	cel.Function("extract", cel.MemberOverload("string_extract_string",
		[]*cel.Type{cel.StringType, cel.StringType}, cel.StringType, cel.BinaryBinding(extract))),
	cel.Function("items", cel.Overload("items_string",
		[]*cel.Type{cel.StringType}, cel.ListType(cel.StringType), cel.UnaryBinding(items))),
	cel.Function("member", cel.Overload("member_string_string",
		[]*cel.Type{cel.StringType, cel.StringType}, cel.StringType, cel.BinaryBinding(member))),
	cel.Function("plain", cel.Overload("plain_string",
		[]*cel.Type{cel.StringType}, cel.StringType, cel.UnaryBinding(plain))),
	cel.Function("day", cel.Overload("day_string",
		[]*cel.Type{cel.StringType}, cel.IntType, cel.UnaryBinding(day))),
)

// ruleBase is baseEnv with the compound types.
var ruleBase = func() *cel.Env {
	e, err := baseEnv.Extend(cel.CustomTypeProvider(provider{baseEnv.CELTypeProvider(), objects}))
	if err != nil {
		panic(err)
	}
	return e
}()

func mustEnv(opts ...cel.EnvOption) *cel.Env {
	e, err := cel.NewEnv(opts...)
	if err != nil {
		panic(err)
	}
	return e
}

// extract returns the first group of the first match of an RE2 pattern, the
// whole match when there is no group, "" when there is no match.
func extract(text, pattern ref.Val) ref.Val {
	re, err := regexp.Compile(string(pattern.(types.String)))
	if err != nil {
		return types.NewErr("%v", err)
	}
	return extractBy(re, text)
}

func extractBy(re *regexp.Regexp, text ref.Val) ref.Val {
	s, ok := text.Value().(string)
	if !ok {
		return types.MaybeNoSuchOverloadErr(text)
	}
	m := re.FindStringSubmatch(s)
	if m == nil {
		return types.String("")
	}
	return types.String(m[min(1, len(m)-1)])
}

// extractOnce compiles a pattern that is written in the expression when that is
// loaded, not each time it is worked out.
var extractOnce = &interpreter.RegexOptimization{
	Function:   "extract",
	RegexIndex: 1,
	Factory: func(call interpreter.InterpretableCall, pattern string) (interpreter.InterpretableCall, error) {
		re, err := regexp.Compile(pattern)
		if err != nil {
			return nil, err
		}
		return interpreter.NewCall(call.ID(), call.Function(), call.OverloadID(), call.Args(), func(values ...ref.Val) ref.Val {
			return extractBy(re, values[0])
		}), nil
	},
}

// items returns the elements of a JSON list as texts. What is no list is one
// element, nothing is none.
func items(text ref.Val) ref.Val {
	s := strings.TrimSpace(string(text.(types.String)))
	out, ok := jsonList(s)
	if !ok && s != "" {
		out = []string{s}
	}
	return types.DefaultTypeAdapter.NativeToValue(out)
}

// jsonList returns the elements of a JSON list as texts.
func jsonList(s string) ([]string, bool) {
	var raw []json.RawMessage
	if !strings.HasPrefix(s, "[") || json.Unmarshal([]byte(s), &raw) != nil {
		return nil, false
	}
	out := []string{}
	for _, r := range raw {
		if t := jsonText(r); t != "" {
			out = append(out, t)
		}
	}
	return out, true
}

// jsonText returns a JSON string's content, "" for null, and anything else as
// it is written.
func jsonText(r json.RawMessage) string {
	var s string
	if string(r) == "null" || json.Unmarshal(r, &s) == nil {
		return s
	}
	return string(r)
}

// member returns a member of a JSON object as text, "" when there is none.
func member(text, name ref.Val) ref.Val {
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(text.(types.String)), &object) != nil {
		return types.String("")
	}
	r, ok := object[string(name.(types.String))]
	if !ok {
		return types.String("")
	}
	return types.String(jsonText(r))
}

// plain returns a text without the markup of HTML and Markdown.
func plain(text ref.Val) ref.Val { return types.String(plainText(string(text.(types.String)))) }

// day returns an ISO 8601 date as days since 1970-01-01.
func day(text ref.Val) ref.Val {
	d, err := ieum.ParseDay(string(text.(types.String)))
	if err != nil {
		return types.WrapErr(fmt.Errorf("day: %w", err))
	}
	return types.Int(d)
}
