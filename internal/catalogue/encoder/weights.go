package encoder

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
)

const magic = "ieumENC1"

// weights are a table of rows, one for each hash of a feature cut to bits. The
// vector of a text is the sum of the rows of its features.
type weights struct {
	bits, dim int
	scale     []float32 // of rows; 0: never trained
	row       []int8    // 2^bits × dim, -7…7; times the row's scale it is a number
	words     words
	card      Card
}

// scaleOf and exponentOf write a scale as an eighth of an octave; 0 is none.
func scaleOf(e uint8) float32 {
	if e == 0 {
		return 0
	}
	return float32(math.Exp2((float64(e) - 160) / 8))
}

func exponentOf(scale float64) uint8 {
	return uint8(min(255, max(1, math.Ceil(math.Log2(max(scale, 1e-9))*8+160))))
}

// quantize turns rows of dim numbers into whole numbers of 4 bits with a scale
// each; those that trained says nothing of are left out.
func quantize(table []float32, trained []bool, bits, dim int) *weights {
	w := &weights{bits: bits, dim: dim, scale: make([]float32, 1<<bits), row: make([]int8, dim<<bits)}
	for r := range w.scale {
		if !trained[r] {
			continue
		}
		from := table[r*dim:][:dim]
		w.scale[r] = scaleOf(bestExponent(from))
		for k, v := range from {
			w.row[r*dim+k] = level(v, w.scale[r])
		}
	}
	return w
}

func level(v, scale float32) int8 {
	return int8(min(7, max(-7, math.Round(float64(v/scale)))))
}

// bestExponent returns the scale that loses least of a row.
func bestExponent(row []float32) uint8 {
	var top float64
	for _, v := range row {
		top = max(top, math.Abs(float64(v)))
	}
	most := exponentOf(top / 7)
	best, least := most, math.Inf(1)
	for e := most; e > 1 && e+8 > most; e-- {
		s := scaleOf(e)
		var loss float64
		for _, v := range row {
			d := float64(v - float32(level(v, s))*s)
			loss += d * d
		}
		if loss < least {
			best, least = e, loss
		}
	}
	return best
}

// words are a set of hashes of words that may hold a few more than were added
// (a Bloom filter with two bits a word: 2 in a hundred at 40,000 words).
type words []byte

const wordBits = 1 << 19

func bitsOf(hash uint32) (a, b uint32) { return hash % wordBits, mix(hash+1) % wordBits }

func (w words) add(hash uint32) {
	a, b := bitsOf(hash)
	w[a/8] |= 1 << (a % 8)
	w[b/8] |= 1 << (b % 8)
}

func (w words) has(hash uint32) bool {
	a, b := bitsOf(hash)
	return w[a/8]>>(a%8)&1 == 1 && w[b/8]>>(b%8)&1 == 1
}

// The stored form: magic, the card as JSON after its length, words, bits and dim, an exponent for each row, two numbers a
// byte for the rows that have one, CRC-32 of it all.
func (w *weights) encode() []byte {
	card, err := json.Marshal(w.card)
	if err != nil {
		panic(err) // a card is strings and numbers
	}
	b := binary.AppendUvarint([]byte(magic), uint64(len(card)))
	b = append(append(append(b, card...), w.words...), byte(w.bits), byte(w.dim/2))
	for _, s := range w.scale {
		e := uint8(0)
		if s > 0 {
			e = uint8(math.Round(math.Log2(float64(s))*8 + 160))
		}
		b = append(b, e)
	}
	for r, s := range w.scale {
		if s == 0 {
			continue
		}
		row := w.row[r*w.dim:][:w.dim]
		for k := 0; k < w.dim; k += 2 {
			b = append(b, byte(row[k]+8)|byte(row[k+1]+8)<<4)
		}
	}
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

var errBroken = errors.New("encoder: the weights are broken; train them again with: ieum train encoder")

// decode reads what encode wrote. Whatever the bytes, it never panics.
func decode(b []byte) (*weights, error) {
	if len(b) < len(magic)+6 || string(b[:len(magic)]) != magic {
		return nil, fmt.Errorf("encoder: these are no weights of this version")
	}
	body, sum := b[:len(b)-4], binary.LittleEndian.Uint32(b[len(b)-4:])
	if crc32.ChecksumIEEE(body) != sum {
		return nil, errBroken
	}
	w := &weights{}
	n, size := binary.Uvarint(body[len(magic):])
	body = body[len(magic):]
	if size <= 0 || n > uint64(len(body)-size) || len(body)-size-int(n) < wordBits/8+2 {
		return nil, errBroken
	}
	if err := json.Unmarshal(body[size:][:n], &w.card); err != nil {
		return nil, errBroken
	}
	body = body[size+int(n):]
	w.words, body = words(body[:wordBits/8]), body[wordBits/8:]
	w.bits, w.dim = int(body[0]), 2*int(body[1])
	body = body[2:]
	if w.bits < 1 || w.bits > 20 || w.dim < 2 || w.dim<<w.bits > 1<<26 || len(body) < 1<<w.bits {
		return nil, errBroken
	}
	return w, w.decodeRows(body)
}

// decodeRows reads the exponents and the rows.
func (w *weights) decodeRows(body []byte) error {
	exponents, body := body[:1<<w.bits], body[1<<w.bits:]
	w.scale, w.row = make([]float32, 1<<w.bits), make([]int8, w.dim<<w.bits)
	for r, e := range exponents {
		if e == 0 {
			continue
		}
		if len(body) < w.dim/2 {
			return errBroken
		}
		w.scale[r] = scaleOf(e)
		to := w.row[r*w.dim:][:w.dim]
		for k, x := range body[:w.dim/2] {
			to[2*k], to[2*k+1] = int8(x&15)-8, int8(x>>4)-8
		}
		body = body[w.dim/2:]
	}
	if len(body) > 0 {
		return errBroken
	}
	return nil
}
