package defs

import (
	"math"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// factCEL are the types of facts in expressions.
var factCEL = map[Type]*cel.Type{
	TypeInt: cel.IntType, TypeNumber: cel.DoubleType, TypeBool: cel.BoolType, TypeDate: cel.IntType,
	TypeCode: cel.StringType, TypeCodes: cel.ListType(cel.StringType), TypeText: cel.StringType,
}

// itemEnv returns the environment of an item's expressions, and what they may name.
func (l *loader) itemEnv(it *Item, k *Kind) (*cel.Env, *scope) {
	s := k.scope()
	s.what = "item " + it.ID
	me := map[string]*cel.Type{}
	for _, f := range it.Facts {
		if f.Type == TypePoint {
			me[f.Name+"_lat"], me[f.Name+"_lon"] = cel.DoubleType, cel.DoubleType
			continue
		}
		me[f.Name] = factCEL[f.Type]
	}
	s.parts["me"], s.parts["today"] = me, nil
	for name, kind := range it.With {
		parts := map[string]*cel.Type{}
		for _, f := range l.set.Kinds[kind].Fields {
			if t, ok := celTypes[f.Type]; ok && memberTypes[f.Type] == nil && f.Type != TypeCareers {
				parts[f.Name] = t
			}
		}
		s.parts[name] = parts
	}
	all := map[string]map[string]*cel.Type{}
	for name, parts := range objects {
		all[name] = parts
	}
	opts := append(k.variables(), missingVariable, cel.Variable("today", cel.IntType))
	for _, name := range append(keys(it.With), "me") {
		s.names = append(s.names, name)
		all["ieum."+name] = s.parts[name]
		opts = append(opts, cel.Variable(name, cel.ObjectType("ieum."+name)))
	}
	opts = append(opts, cel.CustomTypeProvider(provider{baseEnv.CELTypeProvider(), all}))
	env, err := ruleBase.Extend(append(opts, l.places()...)...)
	if err != nil {
		panic(err) // the names were checked before
	}
	return env, s
}

// places are the functions of items over codes that lie within others, and over places
// on a map:
//
//	within("regions", code, codes)   code is one of codes, or lies within one
//	around("regions", code, codes)   one of codes lies within code
//	km(lat, lon, lat, lon)           between two places, in kilometres
func (l *loader) places() []cel.EnvOption {
	texts := cel.ListType(cel.StringType)
	some := func(holds func(list *CodeList, code, one string) bool) func(...ref.Val) ref.Val {
		return func(args ...ref.Val) ref.Val {
			list := l.set.Codes[string(args[0].(types.String))]
			if list == nil {
				return types.NewErr("there is no list of codes %s", args[0])
			}
			codes, err := args[2].ConvertToNative(stringsType)
			if err != nil {
				return types.WrapErr(err)
			}
			for _, one := range codes.([]string) {
				if holds(list, list.Current(string(args[1].(types.String))), list.Current(one)) {
					return types.True
				}
			}
			return types.False
		}
	}
	return []cel.EnvOption{
		cel.Function("within", cel.Overload("within_string_string_list", []*cel.Type{cel.StringType, cel.StringType, texts}, cel.BoolType,
			cel.FunctionBinding(some(func(list *CodeList, code, one string) bool { return list.Within(code, one) })))),
		cel.Function("around", cel.Overload("around_string_string_list", []*cel.Type{cel.StringType, cel.StringType, texts}, cel.BoolType,
			cel.FunctionBinding(some(func(list *CodeList, code, one string) bool { return list.Within(one, code) })))),
		cel.Function("km", cel.Overload("km_double_double_double_double", []*cel.Type{cel.DoubleType, cel.DoubleType, cel.DoubleType, cel.DoubleType}, cel.DoubleType,
			cel.FunctionBinding(func(args ...ref.Val) ref.Val {
				var v [4]float64
				for i, a := range args {
					v[i] = float64(a.(types.Double))
				}
				return types.Double(Kilometres(v[0], v[1], v[2], v[3]))
			}))),
	}
}

// earth is the mean radius of the earth, in kilometres (IUGG R1).
const earth = 6371.0088

// Kilometres is the distance between two places given in degrees, along a great circle.
func Kilometres(lat1, lon1, lat2, lon2 float64) float64 {
	const rad = math.Pi / 180
	a, b := math.Sin((lat2-lat1)*rad/2), math.Sin((lon2-lon1)*rad/2)
	return 2 * earth * math.Asin(math.Sqrt(min(1, a*a+math.Cos(lat1*rad)*math.Cos(lat2*rad)*b*b)))
}
