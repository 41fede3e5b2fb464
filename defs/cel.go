package defs

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"go.yaml.in/yaml/v3"
)

// costLimit bounds the work of one evaluation, in CEL's units of about one
// operation or ten characters looked at: milliseconds at the very most.
const costLimit = 1_000_000

// A program is a compiled expression that knows what it reads, so that its
// results can be kept by those values.
type program struct {
	whole   cel.Program // when all it reads is known
	partial cel.Program // rules only: when something is missing
	reads   []string    // columns of the row, or fields and members such as pay.min; sorted
	cache   cache
}

// A ruleEnv holds the environments expressions are checked in.
type ruleEnv struct {
	row   *cel.Env            // for mappings
	kinds map[string]*cel.Env // for the rules of each kind
}

func (l *loader) env() *ruleEnv {
	if l.rules == nil {
		row, err := baseEnv.Extend(cel.Variable("row", cel.MapType(cel.StringType, cel.StringType)))
		if err != nil {
			panic(err) // the declarations above are at fault, not a file
		}
		l.rules = &ruleEnv{row: row, kinds: map[string]*cel.Env{}}
	}
	return l.rules
}

// A scope is what a rule may name: variables, and of those that have parts the parts.
type scope struct {
	what  string                          // for faults: what has the variables
	names []string                        // of the variables, in order
	parts map[string]map[string]*cel.Type // by variable; nil for one without parts
}

// scope returns what the rules of a kind may name.
func (k *Kind) scope() *scope {
	s := &scope{what: "kind " + string(k.ID), names: k.fieldNames(), parts: map[string]map[string]*cel.Type{}}
	for _, f := range k.Fields {
		s.parts[f.Name] = memberTypes[f.Type]
	}
	return s
}

// variables are the fields of a kind as its rules have them.
func (k *Kind) variables() (opts []cel.EnvOption) {
	for _, f := range k.Fields {
		if t, ok := celTypes[f.Type]; ok && fieldForm.MatchString(f.Name) && !slices.Contains(reserved, f.Name) {
			opts = append(opts, cel.Variable(f.Name, t))
		}
	}
	return opts
}

// missingVariable holds the names of what has no value.
var missingVariable = cel.Variable("missing", cel.ListType(cel.StringType))

// kindEnv returns the environment of a kind's rules: each field a variable of
// its type, and missing.
func (l *loader) kindEnv(k *Kind) *cel.Env {
	r := l.env()
	if e, ok := r.kinds[string(k.ID)]; ok {
		return e
	}
	e, err := ruleBase.Extend(append(k.variables(), missingVariable)...)
	if err != nil {
		panic(err)
	}
	r.kinds[string(k.ID)] = e
	return e
}

// mappingProgram compiles the CEL of a mapped value.
func (l *loader) mappingProgram(d *doc, text string, at []any) *program {
	env := l.env().row
	ast, ok := compile(d, env, text, at)
	if !ok {
		return nil
	}
	if !textual(ast.OutputType()) {
		d.fault(d.at(at...), "a mapping gives text, a number, true or false, or a list of texts, not %s", ast.OutputType())
		return nil
	}
	reads, ok := d.reads(ast, at, columnOf)
	if !ok {
		return nil
	}
	return d.newProgram(env, ast, reads, false, at)
}

// textual says whether a value of type t can be written as texts.
func textual(t *cel.Type) bool {
	if t.Kind() == types.ListKind {
		return t.Parameters()[0].Kind() == types.StringKind
	}
	return slices.Contains([]types.Kind{types.StringKind, types.IntKind, types.DoubleKind, types.BoolKind}, t.Kind())
}

// ruleProgram compiles a rule over the fields of a kind.
func (l *loader) ruleProgram(d *doc, k *Kind, text string, at []any) *program {
	return d.ruleIn(l.kindEnv(k), k.scope(), text, at)
}

// ruleIn compiles a rule over what a scope names.
func (d *doc) ruleIn(env *cel.Env, s *scope, text string, at []any) *program {
	return d.programIn(env, s, text, at, "a rule says when it holds", "a rule is true or false", types.BoolKind)
}

// programIn compiles an expression over what a scope names, whose result is of one
// of some kinds. empty and wrong say what is expected of it.
func (d *doc) programIn(env *cel.Env, s *scope, text string, at []any, empty, wrong string, kinds ...types.Kind) *program {
	if text == "" {
		d.fault(d.at(at...), "%s", empty)
		return nil
	}
	ast, ok := compile(d, env, text, at)
	if !ok {
		return nil
	}
	if !slices.Contains(kinds, ast.OutputType().Kind()) {
		d.fault(d.at(at...), "%s, not %s", wrong, ast.OutputType())
		return nil
	}
	reads, ok := d.reads(ast, at, func(e celast.NavigableExpr) (string, bool) { return fieldOf(e, s) })
	if !ok {
		return nil
	}
	return d.newProgram(env, ast, reads, true, at)
}

// newProgram plans an expression. What the checker cannot see, a pattern that
// is none, is a fault.
func (d *doc) newProgram(env *cel.Env, ast *cel.Ast, reads []string, rule bool, at []any) *program {
	p := &program{reads: reads}
	var err error
	if p.whole, err = env.Program(ast, cel.EvalOptions(cel.OptOptimize), cel.OptimizeRegex(extractOnce), cel.CostLimit(costLimit)); err != nil {
		d.fault(d.at(at...), "%s: %v", pathText(at[len(at)-1:]), err)
		return nil
	}
	if rule {
		if p.partial, err = env.Program(ast, cel.EvalOptions(cel.OptPartialEval), cel.CostLimit(costLimit)); err != nil {
			panic(err) // a checked expression always has a program
		}
	}
	return p
}

// compile parses and checks an expression and adds a fault, with its line in
// the file, for all that is wrong in it.
func compile(d *doc, env *cel.Env, text string, at []any) (*cel.Ast, bool) {
	ast, issues := env.Compile(text)
	if issues.Err() == nil {
		return ast, true
	}
	n := d.at(at...)
	for _, e := range issues.Errors() {
		d.faults.add(d.file, lineIn(n, e.Location.Line()), "%s: %s, at character %d of: %s",
			pathText(at[len(at)-1:]), e.Message, e.Location.Column()+1, lineOf(text, e.Location.Line()))
	}
	return nil, false
}

// lineIn returns the line of the file on which line i (from 1) of the
// scalar n stands.
func lineIn(n *yaml.Node, i int) int {
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return n.Line + max(i, 1)
	}
	return n.Line
}

func lineOf(text string, i int) string {
	lines := strings.Split(text, "\n")
	if i < 1 || i > len(lines) {
		return text
	}
	return strings.TrimSpace(lines[i-1])
}

// reads returns the names an expression reads, as name gives them for each
// variable used; a use it cannot name is a fault.
func (d *doc) reads(ast *cel.Ast, at []any, name func(celast.NavigableExpr) (string, bool)) ([]string, bool) {
	refs := ast.NativeRep().ReferenceMap()
	var reads []string
	ok := true
	root := celast.NavigateAST(ast.NativeRep())
	for _, e := range celast.MatchDescendants(root, celast.KindMatcher(celast.IdentKind)) {
		if ref := refs[e.ID()]; ref == nil || ref.Value != nil || len(ref.OverloadIDs) > 0 || bound(e) {
			continue
		}
		read, fits := name(e)
		if !fits {
			d.fault(d.at(at...), "%s", read)
			ok = false
			continue
		}
		if read != "" {
			reads = append(reads, read)
		}
	}
	slices.Sort(reads)
	return slices.Compact(reads), ok
}

// bound says whether an identifier is the variable of a macro such as map.
func bound(e celast.NavigableExpr) bool {
	name := e.AsIdent()
	for p, ok := e.Parent(); ok; p, ok = p.Parent() {
		if p.Kind() == celast.ComprehensionKind {
			c := p.AsComprehension()
			if c.IterVar() == name || c.IterVar2() == name || c.AccuVar() == name {
				return true
			}
		}
	}
	return false
}

// columnOf returns the column that the use e of the variable row reads, or what
// is wrong with it.
func columnOf(e celast.NavigableExpr) (string, bool) {
	const wrong = `name the column itself, as row.title or row["회사 이름"]: what an expression reads must be known beforehand`
	if e.AsIdent() != "row" {
		return "", true // a name of a type, such as string
	}
	p, ok := e.Parent()
	if !ok {
		return wrong, false
	}
	switch p.Kind() {
	case celast.SelectKind:
		if p.AsSelect().IsTestOnly() {
			return `a column that is not there reads as "": compare with that in place of has()`, false
		}
		return p.AsSelect().FieldName(), true
	case celast.CallKind:
		call := p.AsCall()
		if call.FunctionName() == operators.Index && call.Args()[1].Kind() == celast.LiteralKind && call.Args()[0].ID() == e.ID() {
			if s, ok := call.Args()[1].AsLiteral().Value().(string); ok {
				return s, true
			}
		}
	}
	return wrong, false
}

// fieldOf returns the field or member that the use e of a variable reads, or
// what is wrong with it.
func fieldOf(e celast.NavigableExpr, s *scope) (string, bool) {
	name := e.AsIdent()
	p, hasParent := e.Parent()
	if name == "missing" {
		return missingOf(p, hasParent, s)
	}
	members, ok := s.parts[name]
	if !ok {
		return "", true // a name of a type
	}
	if members == nil {
		return name, true
	}
	if !hasParent || p.Kind() != celast.SelectKind {
		return name + " has parts; name one: " + name + "." + strings.Join(keys(members), ", "+name+"."), false
	}
	if p.AsSelect().IsTestOnly() {
		return `write "` + name + "." + p.AsSelect().FieldName() + `" in missing in place of has()`, false
	}
	return name + "." + p.AsSelect().FieldName(), true
}

// missingOf returns the field asked for in `"field" in missing`.
func missingOf(p celast.NavigableExpr, hasParent bool, s *scope) (string, bool) {
	const wrong = `missing is asked for one field: "deadline" in missing`
	if !hasParent || p.Kind() != celast.CallKind || p.AsCall().FunctionName() != operators.In || p.AsCall().Args()[0].Kind() != celast.LiteralKind {
		return wrong, false
	}
	name, ok := p.AsCall().Args()[0].AsLiteral().Value().(string)
	if !ok {
		return wrong, false
	}
	if fault := s.fault(name); fault != "" {
		return fault, false
	}
	return name, true
}

// fault says what is wrong with the path of a field or part; "" = nothing.
func (s *scope) fault(path string) string {
	field, member, _ := strings.Cut(path, ".")
	members, ok := s.parts[field]
	if !ok {
		return s.what + " has no field " + field + nearest(field, s.names)
	}
	if _, ok := members[member]; member != "" && !ok {
		return field + " has no part " + member + nearest(member, keys(members))
	}
	return ""
}
