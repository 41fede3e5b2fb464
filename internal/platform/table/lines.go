package table

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxRecord is the length in bytes from which a line or a CSV record is taken
// for broken, so that one quote too many cannot swallow a file.
const maxRecord = 16 << 20

// A line is one line of a text file without its end.
type line struct {
	number int64
	text   string
	fault  string // why it cannot be used, or ""
}

// lines reads a text file line by line. Lines can be given back.
type lines struct {
	in   *bufio.Reader
	text *decoded
	n    int64
	back []line // given back, next last
	long []byte
}

func newLines(in io.Reader, text *decoded) *lines {
	return &lines{in: bufio.NewReaderSize(in, 1<<16), text: text}
}

func (l *lines) giveBack(taken []line) {
	for _, t := range slices.Backward(taken) {
		l.back = append(l.back, t)
	}
}

// next returns the next line; io.EOF after the last.
func (l *lines) next() (line, error) {
	if n := len(l.back); n > 0 {
		first := l.back[n-1]
		l.back[n-1] = line{}
		l.back = l.back[:n-1]
		return first, nil
	}
	raw, tooLong, err := l.read()
	if err != nil && (len(raw) == 0 || !errors.Is(err, io.EOF)) {
		return line{}, err
	}
	l.n++
	out := line{number: l.n}
	if tooLong {
		out.fault = "is longer than 16 MiB"
		return out, nil
	}
	raw = bytes.TrimSuffix(bytes.TrimSuffix(raw, []byte("\n")), []byte("\r"))
	out.text = string(raw)
	switch {
	case l.text.cp949 && strings.ContainsRune(out.text, utf8.RuneError):
		out.fault = "holds bytes that are not CP949"
	case !l.text.cp949 && !utf8.Valid(raw):
		out.fault = "holds bytes that are not UTF-8"
	case bytes.IndexByte(raw, 0) >= 0:
		out.fault = "holds a NUL byte"
	}
	return out, nil
}

// read returns the bytes up to and with the next line end. Of a line that is
// too long it keeps nothing.
func (l *lines) read() (raw []byte, tooLong bool, err error) {
	raw, err = l.in.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return raw, false, err
	}
	l.long = append(l.long[:0], raw...)
	for errors.Is(err, bufio.ErrBufferFull) {
		raw, err = l.in.ReadSlice('\n')
		if len(l.long) <= maxRecord {
			l.long = append(l.long, raw...)
		}
	}
	if len(l.long) > maxRecord {
		l.long = nil
		return []byte{'\n'}, true, nil
	}
	return l.long, false, err
}
