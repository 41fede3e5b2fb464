package occupation

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
)

// weightsBin is what `ieum train coder` made; see NOTICE for what from.
//
//go:embed weights.bin
var weightsBin []byte

// magic begins the stored form; its last letter is the form's version.
const magic = "ieumOCC3"

// A unit is what the model tells apart: a unit group of KECO 2025 together with
// the one of KECO 2018 it came from. Neither classification is a function of
// the other, both are functions of units.
type unit struct{ code2025, code2018 string }

// inner is how many numbers stand for an n-gram and for a unit. Those that tell most come
// first: of an n-gram's, the first fine have four bits and the others two.
const (
	inner  = 176
	fine   = 48
	stride = fine/2 + (inner-fine)/4 // bytes of an n-gram
)

// most is the largest of the whole numbers in the fine part of n-grams' rows.
const most = 7

// A row is what the n-grams and the units are to each other: the logit of a unit
// is its bias and the product of its row with the sum of those of a text.
type row [inner]float32

// weights are a linear model over n-grams, whose matrix is the product of two thin
// ones, and a dictionary of titles.
type weights struct {
	units []unit
	bias  []float32 // of units: logits
	out   []row     // of units

	// The inverse document frequency of an n-gram never seen, in titles and in
	// texts. It makes a title of unknown words weigh little.
	unseenTitle, unseenText float32

	features []feature
	packed   []byte   // rows of features: fine numbers of -most … most, two a byte, then coarse ones of -2 … 1, four a byte
	table    []uint32 // open addressing over features' hashes: index+1, 0 = empty

	keys  []uint64 // dictionary: open addressing over keys of titles, 0 = empty
	means []uint32 // of keys: first index into entry
	entry []meaning

	calibration [inputs]calibration
}

// A calibration makes logits into probabilities that hold on titles the model
// never saw. Logits are divided by the temperature; then the odds of the likeliest
// unit become odds^slope · e^offset, and the others share what is left. When the whole
// title is in a list of titles, trust of the probability goes to what the list says.
type calibration struct{ temperature, slope, offset, trust float32 }

// The three sorts of input, each with its own calibration.
const (
	titleOnly = iota
	titleAndDuties
	dutiesOnly
	inputs
)

type feature struct {
	hash   uint32
	idf    float32 // inverse document frequency, in sixteenths
	scale  float32 // of the fine numbers
	coarse float32 // of the coarse numbers, which stand for one half more than they are
	at     uint32  // where its row begins
}

// A meaning is one unit a title is a name of, and how often of all it is.
type meaning struct {
	unit uint16
	last bool // of its title
	p    float32
}

// find returns the index of the feature with a hash, or -1.
func (w *weights) find(hash uint32) int {
	mask := uint32(len(w.table) - 1)
	for i := (hash * 0x9e3779b1) & mask; ; i = (i + 1) & mask {
		f := w.table[i]
		if f == 0 {
			return -1
		}
		if w.features[f-1].hash == hash {
			return int(f - 1)
		}
	}
}

// lookup returns the meanings of a title's key; nil when it is in no list.
func (w *weights) lookup(k uint64) []meaning {
	if k == 0 {
		return nil
	}
	mask := uint64(len(w.keys) - 1)
	for i := k & mask; ; i = (i + 1) & mask {
		switch w.keys[i] {
		case 0:
			return nil
		case k:
			from := w.means[i]
			to := from
			for !w.entry[to].last {
				to++
			}
			return w.entry[from : to+1]
		}
	}
}

// index fills the tables that are not stored.
func (w *weights) index() {
	size := 1
	for size < 2*len(w.features)+2 {
		size *= 2
	}
	w.table = make([]uint32, size)
	mask := uint32(size - 1)
	for n := range w.features {
		f := &w.features[n]
		i := (f.hash * 0x9e3779b1) & mask
		for w.table[i] != 0 {
			i = (i + 1) & mask
		}
		w.table[i] = uint32(n + 1)
	}
}

// setDictionary replaces the dictionary; names maps keys of titles to how often
// each unit bears it.
func (w *weights) setDictionary(keys []uint64, names map[uint64][]meaning) {
	size := 1
	for size < 2*len(keys)+2 {
		size *= 2
	}
	w.keys, w.means, w.entry = make([]uint64, size), make([]uint32, size), nil
	mask := uint64(size - 1)
	for _, k := range keys {
		i := k & mask
		for w.keys[i] != 0 {
			i = (i + 1) & mask
		}
		w.keys[i], w.means[i] = k, uint32(len(w.entry))
		all := names[k]
		for j, m := range all {
			m.last = j == len(all)-1
			w.entry = append(w.entry, m)
		}
	}
}

// scaleOf and exponentOf write a scale as an eighth of an octave.
func scaleOf(e uint8) float32 { return float32(math.Exp2((float64(e) - 160) / 8)) }

func exponentOf(scale float64) uint8 {
	return uint8(min(255, max(0, math.Ceil(math.Log2(max(scale, 1e-9))*8+160))))
}

// The stored form: magic, the parts below, CRC-32 of it all. Numbers are
// uvarints but where said; scales are in eighths of an octave.
func (w *weights) encode() []byte {
	b := []byte(magic)
	b = binary.AppendUvarint(b, uint64(len(w.units)))
	for i, u := range w.units {
		b = append(b, u.code2025...)
		b = append(b, (u.code2018 + "    ")[:4]...)
		b = appendFloat(b, w.bias[i])
		for _, v := range w.out[i] {
			b = appendFloat(b, v)
		}
	}
	b = appendFloat(appendFloat(b, w.unseenTitle), w.unseenText)
	for _, c := range w.calibration {
		for _, f := range [...]float32{c.temperature, c.slope, c.offset, c.trust} {
			b = appendFloat(b, f)
		}
	}
	b = binary.AppendUvarint(b, uint64(len(w.features)))
	last := uint32(0)
	for _, f := range w.features {
		b = binary.AppendUvarint(b, uint64(f.hash-last))
		last = f.hash
		b = append(b, uint8(math.Round(float64(f.idf)*16)), exponentOf(float64(f.scale)), exponentOf(float64(f.coarse)))
		b = append(b, w.packed[f.at:][:stride]...)
	}
	b = w.encodeDictionary(b)
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

func (w *weights) encodeDictionary(b []byte) []byte {
	n := 0
	for _, k := range w.keys {
		if k != 0 {
			n++
		}
	}
	b = binary.AppendUvarint(b, uint64(n))
	for _, k := range w.keys {
		if k == 0 {
			continue
		}
		b = binary.LittleEndian.AppendUint64(b, k)
		all := w.lookup(k)
		b = binary.AppendUvarint(b, uint64(len(all)))
		for _, m := range all {
			b = binary.AppendUvarint(b, uint64(m.unit))
			b = append(b, uint8(m.p*255))
		}
	}
	return b
}

func appendFloat(b []byte, f float32) []byte {
	return binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
}

var (
	errBroken = errors.New("occupation: the weights are broken; train them again with: ieum train coder")
	errOther  = errors.New("occupation: these are no weights of this version; train them again with: ieum train coder, or remove learned/coder.bin from the data folder to use those in the program")
)

// decode reads what encode wrote, and keeps b.
func decode(b []byte) (*weights, error) {
	if len(b) < len(magic)+4 || string(b[:len(magic)]) != magic {
		return nil, errOther
	}
	body, sum := b[:len(b)-4], binary.LittleEndian.Uint32(b[len(b)-4:])
	if crc32.ChecksumIEEE(body) != sum {
		return nil, errBroken
	}
	return parse(body[len(magic):])
}

// parse reads the parts. Whatever the bytes, it never panics, and what it
// returns can be used.
func parse(b []byte) (*weights, error) {
	r := &reader{b: b}
	w := &weights{}
	for range r.count(12 + 4*inner) {
		w.units = append(w.units, unit{string(r.bytes(4)), trim(string(r.bytes(4)))})
		w.bias = append(w.bias, r.float())
		var out row
		for k := range out {
			out[k] = r.float()
		}
		w.out = append(w.out, out)
	}
	w.unseenTitle, w.unseenText = r.float(), r.float()
	for i := range w.calibration {
		w.calibration[i] = calibration{max(0.01, r.float()), r.float(), r.float(), min(1, max(0, r.float()))}
	}
	if len(w.units) == 0 || len(w.units) > math.MaxInt16 {
		return nil, errBroken
	}
	r.features(w)
	r.dictionary(w)
	if r.bad || len(r.b) > 0 {
		return nil, errBroken
	}
	w.index()
	return w, nil
}

func trim(s string) string {
	if s == "    " {
		return ""
	}
	return s
}

// A reader takes numbers off the front of b; bad says that b was too short.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.b) {
		r.bad, r.b = true, nil
		return make([]byte, n)
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

// count reads how many things of at least size bytes follow.
func (r *reader) count(size int) int {
	n := r.uint()
	if n > uint64(len(r.b)/size) {
		r.bad, r.b = true, nil
		return 0
	}
	return int(n)
}

// float reads a number; one that no training gives is bad.
func (r *reader) float() float32 {
	f := math.Float32frombits(binary.LittleEndian.Uint32(r.bytes(4)))
	if !(f > -1e6 && f < 1e6) {
		r.bad = true
		return 0
	}
	return f
}

// features reads the features; their rows stay where they are.
func (r *reader) features(w *weights) {
	hash := uint32(0)
	n := r.count(4 + stride)
	w.features, w.packed = make([]feature, 0, n), r.b
	for range n {
		hash += uint32(r.uint())
		f := feature{hash: hash, idf: float32(r.bytes(1)[0]) / 16, scale: scaleOf(r.bytes(1)[0]), coarse: scaleOf(r.bytes(1)[0])}
		f.at = uint32(len(w.packed) - len(r.b))
		r.bytes(stride)
		w.features = append(w.features, f)
	}
}

// add adds the row of a feature, times a weight, to r. A number is one of 16, or of four,
// so each is made once.
func (w *weights) add(r *row, f *feature, weight float32) {
	var number [16]float32
	for n := range number {
		number[n] = weight * f.scale * float32(int8(n<<4)>>4)
	}
	packed := w.packed[f.at:][:stride]
	for k, x := range packed[:fine/2] {
		r[2*k] += number[x&15]
		r[2*k+1] += number[x>>4]
	}
	var quarter [4]float32
	for n := range quarter {
		quarter[n] = weight * f.coarse * (float32(n) - 1.5)
	}
	for k, x := range packed[fine/2:] {
		four := r[fine+4*k:][:4]
		four[0] += quarter[x&3]
		four[1] += quarter[x>>2&3]
		four[2] += quarter[x>>4&3]
		four[3] += quarter[x>>6]
	}
}

// pack appends the whole numbers of a row.
func pack(b []byte, in *[inner]int8) []byte {
	for k := 0; k < fine; k += 2 {
		b = append(b, uint8(in[k]&15|in[k+1]<<4))
	}
	for k := fine; k < inner; k += 4 {
		b = append(b, uint8(in[k]+2)|uint8(in[k+1]+2)<<2|uint8(in[k+2]+2)<<4|uint8(in[k+3]+2)<<6)
	}
	return b
}

func (r *reader) dictionary(w *weights) {
	names := map[uint64][]meaning{}
	var keys []uint64
	for range r.count(11) {
		k := binary.LittleEndian.Uint64(r.bytes(8))
		var all []meaning
		for range r.count(2) {
			m := meaning{unit: uint16(r.uint()), p: float32(r.bytes(1)[0]) / 255}
			if int(m.unit) >= len(w.units) {
				r.bad = true
				return
			}
			all = append(all, m)
		}
		if k == 0 || all == nil || names[k] != nil {
			r.bad = true
			return
		}
		keys, names[k] = append(keys, k), all
	}
	w.setDictionary(keys, names)
}
