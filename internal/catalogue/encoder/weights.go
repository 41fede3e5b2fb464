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
	at        []uint32  // of rows: where their numbers begin
	packed    []byte    // of trained rows, two numbers a byte: -7…7 and 8; times the row's scale it is a number
	words     words
	card      Card
}

// addRow adds a row, times a weight, to a sum. A number is one of 16, so each is made once.
func (w *weights) addRow(sum []float32, r int, weight float32) {
	s := w.scale[r] * weight
	if s == 0 {
		return
	}
	var number [16]float32
	for n := range number {
		number[n] = s * float32(n-8)
	}
	for k, x := range w.packed[w.at[r]:][:w.dim/2] {
		two := sum[2*k:][:2]
		two[0] += number[x&15]
		two[1] += number[x>>4]
	}
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
	w := &weights{bits: bits, dim: dim, scale: make([]float32, 1<<bits), at: make([]uint32, 1<<bits)}
	for r := range w.scale {
		if !trained[r] {
			continue
		}
		from := table[r*dim:][:dim]
		w.scale[r] = scaleOf(bestExponent(from))
		w.at[r] = uint32(len(w.packed))
		for k := 0; k < dim; k += 2 {
			w.packed = append(w.packed, byte(level(from[k], w.scale[r])+8)|byte(level(from[k+1], w.scale[r])+8)<<4)
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
	b = append(b, w.packed...)
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

var errBroken = errors.New("encoder: the weights are broken; train them again with: ieum train encoder")

// decode reads what encode wrote, and keeps b. Whatever the bytes, it never panics.
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

// decodeRows reads the exponents and the rows, which stay where they are in body.
func (w *weights) decodeRows(body []byte) error {
	exponents := body[:1<<w.bits]
	w.scale, w.at, w.packed = make([]float32, 1<<w.bits), make([]uint32, 1<<w.bits), body[1<<w.bits:]
	from := 0
	for r, e := range exponents {
		if e > 0 {
			w.scale[r], w.at[r] = scaleOf(e), uint32(from)
			from += w.dim / 2
		}
	}
	if from != len(w.packed) {
		return errBroken
	}
	return nil
}
