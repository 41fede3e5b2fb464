package door

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"slices"
)

// activeNames are what a PDF has that does something, carries other files, or is locked
// (ISO 32000-1, 7.6, 7.11.4, 12.6.4, 12.7.8, 13): a scan has none of it.
var activeNames = []string{"JavaScript", "Launch", "SubmitForm", "ImportData", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "Encrypt",
	"FileAttachment", "Rendition", "GoToR", "GoToE", "Movie"}

// shortNames are more of them with how their values begin: a picture's bytes have three
// letters by chance.
var shortNames = map[string]*regexp.Regexp{
	"JS": regexp.MustCompile(`^(\(|<|\d+[\s\x00%])`), "XFA": regexp.MustCompile(`^(\[|\d+[\s\x00%])`),
	"AA": regexp.MustCompile(`^(<<|\d+[\s\x00%])`), "EF": regexp.MustCompile(`^(<<|\d+[\s\x00%])`),
}

// startedKinds are actions that are harmless when somebody clicks, not when a file opens.
var startedKinds = []string{"URI", "Named", "Sound", "Thread", "Hide", "ResetForm"}

// objectHead is what real writers put before a stream of objects, objectStart what such a
// stream begins with.
var (
	objectHead  = regexp.MustCompile(`^\d+\s+\d+\s+obj\s*<<[^()%]*>>\s*$`)
	objectAt    = regexp.MustCompile(`\d+\s+\d+\s+obj`)
	objectStart = regexp.MustCompile(`^\s*\d+\s+\d+\s`)
	objectNames = []string{"Type", "ObjStm", "N", "First", "Length", "Filter", "FlateDecode", "Extends"}
)

// How far is looked around a name, in bytes, and how many streams of objects are opened
// in one file, to how many bytes in all.
const (
	nearby      = 512
	mostStreams = 20_000
	mostObjects = 16 << 20
)

// pdfLook is one look through a PDF.
type pdfLook struct {
	streams       int  // opened
	packed, left  int  // bytes that may still be opened, and that may still come out
	opens, starts bool // it does something when opened; it has an action of startedKinds
}

// activePDF says whether a PDF does more than show pages, or hides whether it does. Names
// are found however they are written, and in compressed streams of objects as well; a
// stream of objects that is not as real writers write it is taken for one that hides
// something. The time it takes grows with the file, not faster.
func activePDF(data []byte) bool {
	l := &pdfLook{packed: len(data), left: mostObjects}
	return l.does(data, true) || l.opens && l.starts
}

// does says whether a piece of a PDF has an active name, and follows streams of objects
// when the piece is the file.
func (l *pdfLook) does(data []byte, file bool) bool {
	for at := 0; ; {
		i := bytes.IndexByte(data[at:], '/')
		if i < 0 {
			return false
		}
		at += i + 1
		name, end := nameAt(data, at)
		switch {
		case name == "":
		case slices.Contains(activeNames, name):
			return true
		case shortNames[name] != nil:
			if v := value(data, end); len(v) == 0 || shortNames[name].Match(v) {
				return true
			}
		case name == "OpenAction":
			l.opens = l.opens || !bytes.HasPrefix(value(data, end), []byte("["))
		case name == "S":
			l.starts = l.starts || startedKind(value(data, end))
		case name == "ObjStm" && file:
			if l.hides(data, at, end) {
				return true
			}
		}
	}
}

// startedKind says whether the value of /S is one of startedKinds, or too far off to tell.
func startedKind(v []byte) bool {
	if len(v) == 0 || v[0] != '/' {
		return len(v) == 0
	}
	kind, _ := nameAt(v, 1)
	return slices.Contains(startedKinds, kind)
}

// hides says whether a stream of objects, whose type stands from at to end, has an active
// name or cannot be looked through.
func (l *pdfLook) hides(data []byte, at, end int) bool {
	from := max(0, at-nearby)
	begins := bytes.Index(data[end:min(len(data), end+nearby)], []byte("stream"))
	starts := objectAt.FindAllIndex(data[from:at], -1)
	if l.streams++; l.streams > mostStreams || begins < 0 || len(starts) == 0 {
		return true
	}
	head := data[from+starts[len(starts)-1][0] : end+begins]
	if !plainHead(head) {
		return true
	}
	body := bytes.TrimPrefix(data[end+begins+len("stream"):], []byte("\r"))
	objects, ok := l.inflate(bytes.TrimPrefix(body, []byte("\n")))
	return !ok || !objectStart.Match(objects) || l.does(objects, false)
}

// inflate opens what begins with a compressed stream. Streams that lie in one another,
// which no writer makes, use up more than the file has: that is not ok.
func (l *pdfLook) inflate(body []byte) (objects []byte, ok bool) {
	packed := bytes.NewReader(body[:min(len(body), l.packed)])
	before := packed.Len()
	r, err := zlib.NewReader(packed)
	if err != nil {
		return nil, false
	}
	objects, err = io.ReadAll(io.LimitReader(r, int64(l.left)+1))
	l.packed -= before - packed.Len()
	l.left -= len(objects)
	return objects, err == nil && l.left >= 0
}

// plainHead says whether a stream of objects is compressed once and has nothing unusual.
func plainHead(head []byte) bool {
	seen := map[string]bool{}
	for at := 0; ; {
		i := bytes.IndexByte(head[at:], '/')
		if i < 0 {
			return seen["Filter"] && seen["FlateDecode"] && objectHead.Match(head)
		}
		at += i + 1
		name, _ := nameAt(head, at)
		if seen[name] || !slices.Contains(objectNames, name) {
			return false
		}
		seen[name] = true
	}
}

// longestName is how many bytes a name of interest takes at most, each written as #4A.
const longestName = 3 * len("FileAttachment")

// nameAt is the name that begins at a place, as it is meant, and where it ends; "" for one
// too long to be of interest.
func nameAt(data []byte, at int) (string, int) {
	end := at
	for end < len(data) && end-at <= longestName && !endsName(data[end]) {
		end++
	}
	if end-at > longestName {
		return "", end
	}
	return string(unescaped(data[at:end])), end
}

func endsName(c byte) bool {
	switch c {
	case 0, '\t', '\n', '\f', '\r', ' ', '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

// value is the beginning of what follows a name; nothing when it is not nearby or there is
// a remark before it, which no writer makes.
func value(data []byte, at int) []byte {
	v := bytes.TrimLeft(data[at:min(len(data), at+nearby)], "\x00\t\n\f\r ")
	if bytes.HasPrefix(v, []byte("%")) {
		return nil
	}
	return v
}

// unescaped writes names as they are meant, which may have #4A for J.
func unescaped(data []byte) []byte {
	if bytes.IndexByte(data, '#') < 0 {
		return data
	}
	out := make([]byte, 0, len(data))
	for i := 0; i < len(data); i++ {
		if data[i] == '#' && i+2 < len(data) {
			high, low := hexDigit(data[i+1]), hexDigit(data[i+2])
			if high >= 0 && low >= 0 {
				out = append(out, byte(high<<4|low))
				i += 2
				continue
			}
		}
		out = append(out, data[i])
	}
	return out
}

// hexDigit is what a digit is worth, -1 for what is none.
func hexDigit(c byte) int { return bytes.IndexByte([]byte("0123456789abcdef"), lower(c)) }

func lower(c byte) byte {
	if c >= 'A' && c <= 'F' {
		return c + 'a' - 'A'
	}
	return c
}
