package catalogue

import (
	"fmt"

	"ieum"
	"ieum/defs"
)

// Why rows are refused, beside the rules of their source.

var reasonNoKey = Reason{Text: ieum.Text{KO: "행을 구별하는 키가 비어 있습니다", EN: "the key that names the row is empty"}}

func reasonMissing(f *defs.Field) *Reason {
	return &Reason{Field: f.Name, Text: ieum.Text{KO: "필수 항목인데 값이 없습니다", EN: "it is required and has no value"}}
}

// reasonRepeated is of a row whose key stood on an earlier row with other
// content.
var reasonRepeated = Reason{Text: ieum.Text{KO: "같은 키가 앞의 행에 다른 내용으로 있습니다", EN: "its key stands on an earlier row with other content"}}

// reasonUnsaid is of a row about people that could not be read: the reader's words
// may quote it.
var reasonUnsaid = Reason{Text: ieum.Text{KO: "읽을 수 없는 행입니다", EN: "the row cannot be read"}}

// broken is of a row that could not be read, in the reader's words, which are
// English, but of people.
func (m *mapper) broken(why string) Reason {
	if m.plan.personal {
		return reasonUnsaid
	}
	return Reason{Text: ieum.Text{KO: fmt.Sprintf("읽을 수 없는 행입니다 (%s)", why), EN: why}}
}

// reasonExpression is of a row for which a mapping or a rule cannot be worked
// out.
func (m *mapper) reasonExpression(f *defs.Field, err error) Reason {
	r := m.broken(err.Error())
	if f != nil {
		r.Field = f.Name
	}
	return r
}

func (r Reason) pointer() *Reason { return &r }
