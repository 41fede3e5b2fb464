package table

import (
	"bufio"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/transform"

	"ieum"
)

// window is how much after the first byte that is not ASCII is looked at to
// tell UTF-8 from CP949.
const window = 1 << 16

// decoded turns text in UTF-8 or CP949 into UTF-8. Which it is shows at the
// first byte that is not ASCII, however far into the file that is.
type decoded struct {
	in    *bufio.Reader
	out   io.Reader // once decided
	cp949 bool
}

func newDecoded(in *bufio.Reader, encoding string) (*decoded, error) {
	d := &decoded{in: bufio.NewReaderSize(in, window)}
	switch encoding {
	case "", "auto":
	case "utf-8":
		d.decide(false)
	case "cp949":
		d.decide(true)
	default:
		return nil, ieum.Errorf(ieum.ErrInvalid, "there is no encoding %q; use auto, utf-8 or cp949", encoding)
	}
	return d, nil
}

func (d *decoded) decide(cp949 bool) {
	d.cp949, d.out = cp949, d.in
	if cp949 { // Go's EUC-KR is the WHATWG one, which is CP949
		d.out = transform.NewReader(d.in, korean.EUCKR.NewDecoder())
	}
}

func (d *decoded) Read(p []byte) (int, error) {
	if d.out != nil {
		return d.out.Read(p)
	}
	if _, err := d.in.Peek(1); err != nil {
		return 0, err
	}
	head, _ := d.in.Peek(d.in.Buffered())
	n := 0
	for n < len(head) && n < len(p) && head[n] < utf8.RuneSelf {
		n++
	}
	if n == 0 && len(p) > 0 {
		head, err := d.in.Peek(window)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return 0, err
		}
		d.decide(!looksUTF8(head))
		return d.out.Read(p)
	}
	return d.in.Read(p[:n])
}

// looksUTF8 reports whether b is UTF-8 but for a few damaged bytes. Korean in
// CP949 makes about two bad bytes for each that could be UTF-8 and more,
// so the margin is wide.
func looksUTF8(b []byte) bool {
	good, bad := 0, 0
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		r, n := utf8.DecodeRune(b)
		switch {
		case r != utf8.RuneError || n > 1:
			good++
		case !utf8.FullRune(b): // cut by the end of the window
		default:
			bad++
		}
		b = b[n:]
	}
	return bad*2 <= good
}
