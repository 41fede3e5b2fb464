package table

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// A leaf is a column of the file.
type leaf struct {
	Field
	column int
	depth  int // definition level of a value that is there
	read   func(c *Column, v *parquet.Value, arena *arena)
	fault  string // why it cannot be read
}

// newLeaf says how a column is named and read.
func newLeaf(schema *parquet.Schema, path []string, l parquet.LeafColumn) leaf {
	out := leaf{column: l.ColumnIndex, depth: l.MaxDefinitionLevel}
	out.Name, out.List = strings.Join(plainPath(schema, path), "."), l.MaxRepetitionLevel > 0
	out.Optional = l.MaxDefinitionLevel > 0
	if l.MaxRepetitionLevel > 1 {
		out.fault = "holds lists of lists"
		return out
	}
	out.Type, out.read = converter(l.Node.Type())
	if out.read == nil {
		out.fault = "is of type " + l.Node.Type().String()
	}
	return out
}

// plainPath leaves out the two levels that Parquet puts between a list and its
// elements.
func plainPath(schema *parquet.Schema, path []string) (plain []string) {
	var node parquet.Node = schema
	skip := 0
	for _, name := range path {
		i := slices.IndexFunc(node.Fields(), func(f parquet.Field) bool { return f.Name() == name })
		node = node.Fields()[i]
		if skip > 0 {
			skip--
			continue
		}
		plain = append(plain, name)
		if _, list := logicalOf(node.Type()).(*format.ListType); list && !node.Leaf() {
			skip = 2
		}
	}
	return plain
}

// logicalOf returns the meaning of a physical type, or nil.
func logicalOf(t parquet.Type) format.LogicalTypeValue {
	if l := t.LogicalType(); l != nil {
		return l.Value
	}
	return nil
}

// converter returns how values of a Parquet type are added to a column; nil
// when they cannot be.
func converter(t parquet.Type) (Type, func(*Column, *parquet.Value, *arena)) {
	logical := logicalOf(t)
	switch t.Kind() {
	case parquet.Boolean:
		return Bool, func(c *Column, v *parquet.Value, _ *arena) { c.Bools = append(c.Bools, v.Boolean()) }
	case parquet.Float:
		return Float, func(c *Column, v *parquet.Value, _ *arena) { c.Floats = append(c.Floats, float64(v.Float())) }
	case parquet.Double:
		return Float, func(c *Column, v *parquet.Value, _ *arena) { c.Floats = append(c.Floats, v.Double()) }
	case parquet.Int32, parquet.Int64:
		return integer(t.Kind() == parquet.Int32, logical)
	case parquet.Int96:
		return String, func(c *Column, v *parquet.Value, _ *arena) { c.Strings = append(c.Strings, int96(v.Int96())) }
	case parquet.FixedLenByteArray:
		if _, ok := logical.(*format.UUIDType); ok {
			return String, func(c *Column, v *parquet.Value, arena *arena) {
				c.Strings = append(c.Strings, arena.hold(fmt.Appendf(nil, "%x", v.ByteArray())))
			}
		}
		return String, nil
	case parquet.ByteArray:
		if _, ok := logical.(*format.DecimalType); ok {
			return String, nil
		}
		return String, func(c *Column, v *parquet.Value, arena *arena) {
			c.Strings = append(c.Strings, arena.hold(v.ByteArray()))
		}
	}
	return String, nil
}

func integer(small bool, logical format.LogicalTypeValue) (Type, func(*Column, *parquet.Value, *arena)) {
	number := func(v *parquet.Value) int64 { return v.Int64() }
	if small {
		number = func(v *parquet.Value) int64 { return int64(v.Int32()) }
	}
	text := func(f func(int64) string) (Type, func(*Column, *parquet.Value, *arena)) {
		return String, func(c *Column, v *parquet.Value, _ *arena) { c.Strings = append(c.Strings, f(number(v))) }
	}
	switch l := logical.(type) {
	case *format.DateType:
		return Date, func(c *Column, v *parquet.Value, _ *arena) { c.Ints = append(c.Ints, number(v)) }
	case *format.TimestampType:
		unit := timeUnit(l.Unit)
		return text(func(n int64) string {
			return time.Unix(n/unit, n%unit*(int64(time.Second)/unit)).UTC().Format("2006-01-02T15:04:05.999999999Z")
		})
	case *format.DecimalType:
		return text(func(n int64) string { return decimal(n, int(l.Scale)) })
	case *format.IntType:
		if !l.IsSigned && small {
			return Int, func(c *Column, v *parquet.Value, _ *arena) { c.Ints = append(c.Ints, int64(v.Uint32())) }
		} else if !l.IsSigned {
			return text(func(n int64) string { return strconv.FormatUint(uint64(n), 10) })
		}
	}
	if small {
		return Int, func(c *Column, v *parquet.Value, _ *arena) { c.Ints = append(c.Ints, int64(v.Int32())) }
	}
	return Int, func(c *Column, v *parquet.Value, _ *arena) { c.Ints = append(c.Ints, v.Int64()) }
}

func timeUnit(u format.TimeUnit) int64 {
	switch u.Value.(type) {
	case *format.MilliSeconds:
		return 1e3
	case *format.MicroSeconds:
		return 1e6
	}
	return 1e9
}

// decimal writes n with the last scale digits after the point.
func decimal(n int64, scale int) string {
	sign, digits := "", strconv.FormatUint(uint64(n), 10)
	if n < 0 {
		sign, digits = "-", strconv.FormatUint(-uint64(n), 10)
	}
	if scale <= 0 {
		return sign + digits
	}
	if len(digits) <= scale {
		digits = strings.Repeat("0", scale-len(digits)+1) + digits
	}
	return sign + digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
}

// int96 is the old form of a time: nanoseconds of the day and Julian day.
func int96(v deprecated.Int96) string {
	nanos := int64(v[1])<<32 | int64(v[0])
	return time.Unix((int64(v[2])-2440588)*86400, nanos).UTC().Format("2006-01-02T15:04:05.999999999Z")
}

// An arena holds the texts of one column of a batch.
type arena struct {
	bytes []byte // being filled; a full one is replaced, never moved
	held  int    // length of all the texts, bytes
}

// hold copies b and returns it as a string.
func (a *arena) hold(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if cap(a.bytes)-len(a.bytes) < len(b) {
		a.bytes = make([]byte, 0, max(len(b), 1<<16, min(2*cap(a.bytes), 1<<20)))
	}
	from := len(a.bytes)
	a.bytes = append(a.bytes, b...)
	a.held += len(b)
	return unsafe.String(&a.bytes[from], len(b))
}
