package simulate

import (
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// A pen writes the texts of one batch of rows. What it wrote is kept until
// forget and shares its memory.
type pen struct {
	b    []byte // the text being written
	done []byte // texts kept
	tmp  []byte
	ints []int32
	jobs []CareerRow
}

// forget gives back what was kept.
func (p *pen) forget() { p.done, p.ints, p.jobs = p.done[:0], p.ints[:0], p.jobs[:0] }

// number keeps a number that may be missing.
func (p *pen) number(n int32) *int32 {
	if len(p.ints) == cap(p.ints) {
		p.ints = make([]int32, 0, 2*batch) // what was kept stays where it is
	}
	p.ints = append(p.ints, n)
	return &p.ints[len(p.ints)-1]
}

// keep returns what b holds, and empties b.
func (p *pen) keep() string {
	s := p.hold(p.b)
	p.b = p.b[:0]
	return s
}

// hold returns a copy of b.
func (p *pen) hold(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if cap(p.done)-len(p.done) < len(b) {
		p.done = make([]byte, 0, max(4*cap(p.done), len(b), 1<<18)) // what was kept stays where it is
	}
	from := len(p.done)
	p.done = append(p.done, b...)
	return unsafe.String(&p.done[from], len(b))
}

// room makes sure that n jobs fit in behind those kept.
func (p *pen) room(n int) {
	if cap(p.jobs)-len(p.jobs) < n {
		p.jobs = make([]CareerRow, 0, batch*mostSpells) // what was kept stays where it is
	}
}

func (p *pen) str(s ...string) {
	for _, s := range s {
		p.b = append(p.b, s...)
	}
}

func (p *pen) int(n int) { p.b = strconv.AppendInt(p.b, int64(n), 10) }

// comma writes 12,345.
func (p *pen) comma(n int64) {
	if n >= 1000 {
		p.comma(n / 1000)
		p.b = append(p.b, ',')
		p.b = appendPadded(p.b, int(n%1000), 3)
		return
	}
	p.b = strconv.AppendInt(p.b, n, 10)
}

// fill writes a template: each % is the next argument, and a particle right
// behind a % takes the form that fits the argument's last syllable.
func (p *pen) fill(template string, args ...string) {
	for {
		i := strings.IndexByte(template, '%')
		if i < 0 || len(args) == 0 {
			p.str(template)
			return
		}
		p.str(template[:i], args[0])
		template = template[i+1:]
		for _, t := range particles {
			if rest, ok := strings.CutPrefix(template, t.closed); ok {
				if closed, rieul := ending(args[0]); closed && !(rieul && t.rieul) {
					p.str(t.closed)
				} else {
					p.str(t.open)
				}
				template = rest
				break
			}
		}
		args = args[1:]
	}
}

// particles by the form behind a closed syllable; rieul: behind ㄹ as if open.
var particles = []struct {
	closed, open string
	rieul        bool
}{{"으로", "로", true}, {"을", "를", false}, {"이 ", "가 ", false}, {"은 ", "는 ", false}, {"과", "와", false}}

// ending says whether a text ends in a closed syllable, and in one on ㄹ. What
// is no Hangul counts as open.
func ending(s string) (closed, rieul bool) {
	r, _ := utf8.DecodeLastRuneInString(s)
	if r < '가' || r > '힣' {
		return false, false
	}
	final := (r - '가') % 28
	return final != 0, final == 8
}

// join writes parts with a separator between.
func (p *pen) join(separator string, parts ...string) {
	for i, s := range parts {
		if i > 0 {
			p.str(separator)
		}
		p.str(s)
	}
}
