package table

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"

	"ieum"
)

var errLongJSON = errors.New("record too long")

// A scanner finds where JSON values begin and end. What is inside is checked
// by who parses them.
type scanner struct {
	in   *bufio.Reader
	at   int64
	head byte // the byte peek saw
	buf  []byte
}

// peek passes over white space and returns the next byte without taking it.
// The end of the file is io.ErrUnexpectedEOF.
func (s *scanner) peek() (byte, error) {
	for {
		b, err := s.in.ReadByte()
		if errors.Is(err, io.EOF) {
			return 0, io.ErrUnexpectedEOF
		}
		if err != nil {
			return 0, err
		}
		if b != ' ' && b != '\n' && b != '\t' && b != '\r' {
			s.head = b
			return b, s.in.UnreadByte()
		}
		s.at++
	}
}

// take takes the next byte, which must be c.
func (s *scanner) take(c byte) error {
	b, err := s.peek()
	if err != nil {
		return err
	}
	if b != c {
		return s.broken()
	}
	s.at++
	_, err = s.in.Discard(1)
	return err
}

func (s *scanner) broken() error {
	return ieum.Errorf(ieum.ErrInvalid, "this is no valid JSON from byte %d on; fetch it again", s.at+1)
}

// element moves to the next element of an array, or takes its end.
func (s *scanner) element(later bool) (end bool, err error) {
	c, err := s.peek()
	if err != nil {
		return false, err
	}
	if c == ']' {
		return true, s.take(']')
	}
	if later {
		if err := s.take(','); err != nil {
			return false, err
		}
		_, err = s.peek()
	}
	return false, err
}

// member moves to the value of the next member of an object and returns its
// name, or takes the object's end.
func (s *scanner) member(later bool) (name string, end bool, err error) {
	c, err := s.peek()
	if err != nil {
		return "", false, err
	}
	if c == '}' {
		return "", true, s.take('}')
	}
	if later {
		if err := s.take(','); err != nil {
			return "", false, err
		}
	}
	if c, err = s.peek(); err != nil {
		return "", false, err
	}
	if c != '"' {
		return "", false, s.broken()
	}
	text, err := s.value(true)
	if err != nil {
		return "", false, err
	}
	if json.Unmarshal(text, &name) != nil {
		return "", false, s.broken()
	}
	return name, false, s.take(':')
}

// value takes the next value and returns its text, valid until the next call,
// if keep is set. errLongJSON is for a text longer than maxJSON.
func (s *scanner) value(keep bool) ([]byte, error) {
	if _, err := s.peek(); err != nil {
		return nil, err
	}
	s.buf = s.buf[:0]
	var depth int
	var quoted, escaped bool
	for {
		b, err := s.in.ReadByte()
		if errors.Is(err, io.EOF) {
			return nil, io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
		if !quoted && depth == 0 && (b == ',' || b == ']' || b == '}' || b == ':') {
			if len(s.buf) == 0 && keep {
				return nil, s.broken()
			}
			return s.buf, s.in.UnreadByte()
		}
		s.at++
		if keep {
			if len(s.buf) >= maxJSON {
				return nil, errLongJSON
			}
			s.buf = append(s.buf, b)
		}
		switch {
		case escaped:
			escaped = false
		case quoted && b == '\\':
			escaped = true
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '{' || b == '[':
			depth++
			continue
		case b == '}' || b == ']':
			depth--
		}
		if depth == 0 && !quoted && (b == '"' || b == '}' || b == ']') {
			return s.buf, nil
		}
	}
}
