package door

import (
	"bytes"
	"compress/zlib"
	"io"
)

// activeNames are what a PDF has that does something, carries other files, or is locked
// (ISO 32000-1, 7.6, 7.11.4, 12.6.4, 13.6): a scan has none of it.
var activeNames = [][]byte{[]byte("/JavaScript"), []byte("/Launch"), []byte("/SubmitForm"), []byte("/ImportData"), []byte("/EmbeddedFile"), []byte("/RichMedia"), []byte("/Encrypt")}

// mostObjects is how much of one stream of objects is looked through, in bytes.
const mostObjects = 8 << 20

// activePDF says whether a PDF does more than show pages, or hides whether it does. Names
// are found however they are written, and in compressed streams of objects as well; a
// stream of objects that does not open is taken for one that hides something.
func activePDF(data []byte) bool {
	if does(data) {
		return true
	}
	for at := 0; ; {
		i := bytes.Index(data[at:], []byte("stream"))
		if i < 0 {
			return false
		}
		begins, head := at+i+len("stream"), data[:at+i]
		at = begins
		of := unescaped(head[max(0, bytes.LastIndex(head, []byte("obj"))):])
		if bytes.HasSuffix(head, []byte("end")) || !bytes.Contains(of, []byte("/ObjStm")) {
			continue
		}
		r, err := zlib.NewReader(bytes.NewReader(bytes.TrimLeft(data[begins:], "\r\n")))
		if err != nil {
			return true
		}
		objects, err := io.ReadAll(io.LimitReader(r, mostObjects+1))
		if err != nil || len(objects) > mostObjects || does(objects) {
			return true
		}
	}
}

// does says whether one of activeNames stands in a piece of a PDF.
func does(data []byte) bool {
	data = unescaped(data)
	for _, name := range activeNames {
		if bytes.Contains(data, name) {
			return true
		}
	}
	return false
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
