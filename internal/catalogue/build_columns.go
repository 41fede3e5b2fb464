package catalogue

import (
	"fmt"
	"reflect"

	"ieum/internal/snapshot"
)

// A build gathers rows in tables of the snapshot's own shape, in the order in
// which they come, and puts them in their final order a stretch at a time.

// rearrange fills dst, a pointer to a table, with the rows of src named by
// order, and releases each column of src when it is done with it. Columns that
// src lacks stay as they are.
func rearrange(dst, src any, rows []uint32) {
	d, s := reflect.ValueOf(dst).Elem(), reflect.ValueOf(src).Elem()
	for i := range s.NumField() {
		name := s.Type().Field(i).Name
		switch from := s.Field(i).Addr().Interface().(type) {
		case *snapshot.Strings:
			if from.Len() > 0 {
				d.Field(i).Set(reflect.ValueOf(pickStrings(*from, rows)))
			}
		case *snapshot.Lists[uint16]:
			if from.Len() > 0 {
				d.Field(i).Set(reflect.ValueOf(pickLists(*from, rows)))
			}
		case *snapshot.Lists[uint32]:
			if from.Len() > 0 {
				d.Field(i).Set(reflect.ValueOf(pickLists(*from, rows)))
			}
		case *snapshot.Column[uint8]:
			rearrangeColumn(d.Field(i), from, rows)
		case *snapshot.Column[uint16]:
			rearrangeColumn(d.Field(i), from, rows)
		case *snapshot.Column[uint32]:
			rearrangeColumn(d.Field(i), from, rows)
		case *snapshot.Column[uint64]:
			rearrangeColumn(d.Field(i), from, rows)
		case *snapshot.Column[int32]:
			rearrangeColumn(d.Field(i), from, rows)
		case *[]uint32: // where the rows of each occupation are, made in the end
		default:
			panic(fmt.Sprintf("catalogue: column %s is a %T", name, from))
		}
		s.Field(i).SetZero()
	}
}

func rearrangeColumn[T snapshot.Number](dst reflect.Value, from *snapshot.Column[T], rows []uint32) {
	if len(from.Raw) > 0 {
		dst.Set(reflect.ValueOf(snapshot.Column[T]{Raw: pick(from.Raw, rows)}))
	}
}

func pick[T any](from []T, rows []uint32) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = from[r]
	}
	return out
}

func pickStrings(from snapshot.Strings, rows []uint32) (out snapshot.Strings) {
	out.Off = make([]uint64, len(rows)+1)
	for i, r := range rows {
		out.Off[i+1] = out.Off[i] + from.Off[r+1] - from.Off[r]
	}
	out.Data = make([]byte, 0, out.Off[len(rows)])
	for _, r := range rows {
		out.Data = append(out.Data, from.Bytes(int(r))...)
	}
	return out
}

func pickLists[T uint16 | uint32](from snapshot.Lists[T], rows []uint32) (out snapshot.Lists[T]) {
	out.Off = make([]uint64, len(rows)+1)
	for i, r := range rows {
		out.Off[i+1] = out.Off[i] + from.Off[r+1] - from.Off[r]
	}
	out.Val = make([]T, 0, out.Off[len(rows)])
	for _, r := range rows {
		out.Val = append(out.Val, from.Val[from.Off[r]:from.Off[r+1]]...)
	}
	return out
}

// ranges returns where the rows of each code begin in a sorted column, and
// their number at the end: codes+1 places.
func ranges(column []uint16, codes int) []uint32 {
	out := make([]uint32, codes+1)
	for _, c := range column {
		out[c+1]++
	}
	for i := range codes {
		out[i+1] += out[i]
	}
	return out
}

// appendTable appends the rows of src to dst, column by column.
func appendTable(dst, src any) {
	d, s := reflect.ValueOf(dst).Elem(), reflect.ValueOf(src).Elem()
	for i := range s.NumField() {
		to := d.Field(i)
		switch from := s.Field(i).Addr().Interface().(type) {
		case *snapshot.Strings:
			appendStrings(to.Addr().Interface().(*snapshot.Strings), from)
		case *snapshot.Lists[uint16]:
			appendLists(to.Addr().Interface().(*snapshot.Lists[uint16]), from)
		case *snapshot.Lists[uint32]:
			appendLists(to.Addr().Interface().(*snapshot.Lists[uint32]), from)
		case *[]uint32:
		default: // a Column
			to.Field(0).Set(reflect.AppendSlice(to.Field(0), s.Field(i).Field(0)))
		}
	}
}

func appendStrings(to, from *snapshot.Strings) {
	to.Off = appendOffsets(to.Off, from.Off)
	to.Data = append(to.Data, from.Data...)
}

func appendLists[T uint16 | uint32](to, from *snapshot.Lists[T]) {
	to.Off = appendOffsets(to.Off, from.Off)
	to.Val = append(to.Val, from.Val...)
}

func appendOffsets(to, from []uint64) []uint64 {
	if len(from) == 0 {
		return to
	}
	if len(to) == 0 {
		to = append(to, 0)
	}
	last := to[len(to)-1]
	for _, o := range from[1:] {
		to = append(to, last+o)
	}
	return to
}
