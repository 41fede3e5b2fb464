package snapshot

import "strings"

// A KeptText is the value of a field as the source wrote it: one that could not
// be read, or an address that says more than its district.
type KeptText struct {
	Field string `json:"field"` // of the kind posting: pay, career, deadline, region, education, employment
	Text  string `json:"text"`
}

// AppendKept appends a text to those of a row in the form of the column Kept: a
// line each, the field and a tab before it.
func AppendKept(to []byte, field, text string) []byte {
	if len(to) > 0 {
		to = append(to, '\n')
	}
	to = append(append(to, field...), '\t')
	return append(to, strings.Join(strings.Fields(text), " ")...)
}

// KeptTexts returns what is kept of a posting as its source wrote it.
func (p *Postings) KeptTexts(row int) []KeptText { return ReadKept(p.Kept.At(row)) }

// ReadKept reads what AppendKept wrote.
func ReadKept(kept string) (out []KeptText) {
	for line := range strings.Lines(kept) {
		field, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		out = append(out, KeptText{field, text})
	}
	return out
}

// KeptOf returns what is kept of one field; "" when nothing is.
func KeptOf(kept, field string) string {
	for _, k := range ReadKept(kept) {
		if k.Field == field {
			return k.Text
		}
	}
	return ""
}
