package master

import (
	"math"
	"math/bits"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Texts are compared by the pairs of neighbouring letters (bigrams) they have,
// without spaces and marks, as Korean spacing is free in practice.

const (
	sketchBins  = 32
	titleCounts = 1 << 16
	bodyCounts  = 1 << 20
	shortBody   = 30 // runes; a body below that says too little to be compared
)

// A Print is what is kept of a posting's text while all are read: enough to
// find which could be near each other, in 72 bytes.
type Print struct {
	Exact  uint64            // of the normalised title and body
	Title  uint64            // of the normalised title
	Bits   [2]uint64         // one bit a bigram of the title
	Sketch [sketchBins]uint8 // one-permutation MinHash of the body's bigrams; 0 = empty bin
	Length uint32            // runes of the normalised body
}

// Counts says in how many titles and bodies each bigram stands, and in how many
// bodies each item.
type Counts struct {
	docs                       int
	title, body, item          []uint32
	titleBit, bodyBit, itemBit []float32 // how much each tells, in bits
}

// A Reader makes Prints and counts bigrams. It is for one goroutine; the counts
// of several are put together by Merge.
type Reader struct {
	counts Counts
	runes  []rune
	mark   []uint32 // of body bigrams: the number of the last text that had it
	text   uint32
}

// NewReader returns an empty reader.
func NewReader() *Reader {
	return &Reader{
		counts: Counts{title: make([]uint32, titleCounts), body: make([]uint32, bodyCounts), item: make([]uint32, itemCounts)},
		mark:   make([]uint32, bodyCounts),
	}
}

// MergeCounts adds up what several readers counted.
func MergeCounts(readers []*Reader) *Counts {
	c := &Counts{title: make([]uint32, titleCounts), body: make([]uint32, bodyCounts), item: make([]uint32, itemCounts)}
	for _, r := range readers {
		c.docs += r.counts.docs
		for i, n := range r.counts.title {
			c.title[i] += n
		}
		for i, n := range r.counts.body {
			c.body[i] += n
		}
		for i, n := range r.counts.item {
			c.item[i] += n
		}
	}
	c.titleBit, c.bodyBit, c.itemBit = tells(c.docs, c.title), tells(c.docs, c.body), tells(c.docs, c.item)
	return c
}

// Print reads one posting. The names of its employer (Name.All) do not count as
// part of the title.
func (r *Reader) Print(title string, names []string, body []byte) (p Print) {
	r.counts.docs++
	t := titleRunes(r.runes[:0], title, names)
	p.Title = hashRunes(14695981039346656037, t)
	for i := 1; i < len(t); i++ {
		h := bigram(t[i-1], t[i])
		r.counts.title[h>>16]++ // a bigram twice in one title is rare
		p.Bits[h>>31] |= 1 << (h >> 25 & 63)
	}
	t = items(body, t, func(item []rune) {
		h := hashRunes(14695981039346656037, item)
		r.counts.item[uint32(h>>32^h)%itemCounts]++
	})
	b := appendNormal(t[:0], body)
	p.Length = uint32(len(b))
	p.Exact = hashRunes(p.Title, b)
	p.Sketch = r.sketch(b)
	r.runes = b
	return p
}

// sketch counts the bigrams of a body and keeps the least of each bin.
func (r *Reader) sketch(b []rune) (out [sketchBins]uint8) {
	r.text++
	var least [sketchBins]uint32
	for i := range least {
		least[i] = math.MaxUint32
	}
	for i := 1; i < len(b); i++ {
		h := bigram(b[i-1], b[i])
		if at := h >> 12; r.mark[at] != r.text {
			r.mark[at] = r.text
			r.counts.body[at]++
		}
		if bin, v := h>>27, h<<5; v < least[bin] {
			least[bin] = v
		}
	}
	for i, v := range least {
		if v != math.MaxUint32 {
			out[i] = uint8((v*0x9E3779B1)>>24) | 1
		}
	}
	return out
}

// bigram hashes two neighbouring runes; all its bits are good.
func bigram(a, b rune) uint32 {
	h := uint64(uint32(a)<<16^uint32(b)) * 0x9E3779B97F4A7C15
	return uint32(h>>32 ^ h>>13)
}

// appendNormal appends the lower-case letters and digits of a text, NFKC.
func appendNormal[T string | []byte](out []rune, s T) []rune {
	from := len(out)
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
				out = append(out, rune(c))
			case 'A' <= c && c <= 'Z':
				out = append(out, rune(c+'a'-'A'))
			}
			continue
		}
		// Three bytes of Hangul are most of a Korean text.
		if c >= 0xEA && c <= 0xED && i+2 < len(s) {
			if r := rune(c&0x0F)<<12 | rune(s[i+1]&0x3F)<<6 | rune(s[i+2]&0x3F); r >= 0xAC00 && r <= 0xD7A3 {
				out = append(out, r)
				i += 3
				continue
			}
		}
		r, n := utf8.DecodeRuneInString(string(s[i:min(i+4, len(s))]))
		i += n
		if folds(r) {
			return appendFolded(out[:from], string(s))
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			out = append(out, unicode.ToLower(r))
		}
	}
	return out
}

// folds reports whether NFKC may change r.
func folds(r rune) bool {
	return r >= 0x1100 && r <= 0x11FF || r >= 0x2460 && r <= 0x24FF || r >= 0x3130 && r <= 0x33FF && r < 0x3400 ||
		r >= 0xFF00 && r <= 0xFFEF || r >= 0x300 && r <= 0x36F || r >= 0x2100 && r <= 0x218F || r >= 0xF900 && r <= 0xFAFF
}

func appendFolded(out []rune, s string) []rune {
	for _, r := range norm.NFKC.String(s) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			out = append(out, unicode.ToLower(r))
		}
	}
	return out
}

// titleRunes normalises a title and leaves the employer's names out of it,
// unless nothing but that is there.
func titleRunes(out []rune, title string, names []string) []rune {
	from := len(out)
	out = appendNormal(out, title)
	for _, name := range names {
		out = cutRunes(out, from, "주"+name) // (주)
		out = cutRunes(out, from, name)
	}
	return undecorated(out, from)
}

// decorations are what a title says of recruiting rather than of the job, by
// their first rune, longest first. What they say of career and employment is
// known from other fields.
var decorations = byFirst("신입및경력 신입경력 경력신입 신입사원 신입직원 신입 경력사원 경력직원 경력직 경력무관 경력 정규직 계약직 " +
	"재공고 추가모집 추가채용 상시모집 상시채용 수시모집 수시채용 신규채용 신규모집 신규 공개채용 공개모집 특별채용 " +
	"모집합니다 모집중 모집공고 모집 채용합니다 채용공고 채용중 채용 구인중 구인 구합니다 구함 모십니다 찾습니다 " +
	"을구합니다 를구합니다 을모십니다 를모십니다 을찾습니다 를찾습니다 을모집합니다 를모집합니다 을채용합니다 를채용합니다 " +
	"즉시출근가능 즉시출근 즉시채용 초보가능 초보환영 경력자우대 주5일근무 주5일 4대보험 면접비지급 식사제공 숙식제공 합격축하금 억투자 투자 " +
	"인재를모십니다 인재모집 인재 급구 긴급 각부문별 각부문 부문별 부문 담당자 담당 사원 직원 함께할 함께하실 분을 우대 무관")

func byFirst(words string) map[rune][][]rune {
	out := map[rune][][]rune{}
	for w := range strings.FieldsSeq(words) {
		r := []rune(w)
		out[r[0]] = append(out[r[0]], r)
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b []rune) int { return len(b) - len(a) })
	}
	return out
}

// undecorated takes decorations out of x[from:], unless hardly anything else
// is there.
func undecorated(x []rune, from int) []rune {
	t, to, left := x[from:], 0, len(x)-from
	for i := 0; i < len(t); {
		n := 0
		for _, w := range decorations[t[i]] {
			if len(w) <= len(t)-i && slices.Equal(t[i:i+len(w)], w) {
				n = len(w)
				break
			}
		}
		if n > 0 && left-n >= 2 {
			left -= n
			i += n
			continue
		}
		t[to] = t[i]
		to++
		i++
	}
	return x[:from+to]
}

// cutRunes takes name out of x[from:].
func cutRunes(x []rune, from int, name string) []rune {
	n := utf8.RuneCountInString(name)
	for i := from; n >= 2 && i+n <= len(x) && len(x)-from >= n+2; i++ {
		if !startsWith(x[i:], name) {
			continue
		}
		x = append(x[:i], x[i+n:]...)
		i--
	}
	return x
}

func startsWith(x []rune, s string) bool {
	i := 0
	for _, r := range s {
		if x[i] != r {
			return false
		}
		i++
	}
	return true
}

func hashRunes(h uint64, runes []rune) uint64 {
	for _, r := range runes {
		h = (h ^ uint64(uint32(r))) * 0x100000001B3
		h ^= h >> 29
	}
	return h
}

func hashString(s string) uint64 { return hashRunes(14695981039346656037, []rune(s)) }
func hashStrings(a, b string) uint64 {
	return hashRunes(hashRunes(14695981039346656037, []rune(a)), []rune(b))
}

// alike estimates the Jaccard similarity of two bodies from their sketches;
// ok is false when one has none.
func (p *Print) alike(q *Print) (j float64, ok bool) {
	equal, used := 0, 0
	for i, v := range p.Sketch {
		w := q.Sketch[i]
		if v|w == 0 {
			continue
		}
		used++
		if v == w {
			equal++
		}
	}
	if p.Length < shortBody || q.Length < shortBody {
		return 0, false
	}
	return float64(equal) / float64(used), true
}

// titleAlike estimates the share of the shorter title's bigrams that the other
// has too.
func (p *Print) titleAlike(q *Print) float64 {
	both := bits.OnesCount64(p.Bits[0]&q.Bits[0]) + bits.OnesCount64(p.Bits[1]&q.Bits[1])
	a := bits.OnesCount64(p.Bits[0]) + bits.OnesCount64(p.Bits[1])
	b := bits.OnesCount64(q.Bits[0]) + bits.OnesCount64(q.Bits[1])
	if min(a, b) == 0 {
		return 0
	}
	return float64(both) / float64(min(a, b))
}

// tells is how much it tells, in bits, that something stands in a text when it
// stands in n of docs texts. Beyond one in a few thousand a rare bigram is more
// likely a slip than a word.
func tells(docs int, n []uint32) []float32 {
	out := make([]float32, len(n))
	for i, n := range n {
		out[i] = float32(min(12, max(0.2, math.Log2(float64(docs+1)/float64(n+1)))))
	}
	return out
}

// bigramSet returns the bigrams of a text as places in Counts.body, sorted,
// each once. Scratch is used and returned for the next.
func bigramSet(b []rune, scratch []uint32) (set, kept []uint32) {
	n := max(0, len(b)-1)
	if cap(scratch) < 2*n {
		scratch = make([]uint32, 4*n)
	}
	x, y := scratch[:n], scratch[n:2*n]
	for i := range x {
		x[i] = bigram(b[i], b[i+1]) >> 12
	}
	for shift := 0; shift < 20; shift += 7 { // radix sort: 20 bits in three rounds
		var from [128 + 1]uint32
		for _, v := range x {
			from[v>>shift&127+1]++
		}
		for i := range 127 {
			from[i+1] += from[i]
		}
		for _, v := range x {
			k := v >> shift & 127
			y[from[k]] = v
			from[k]++
		}
		x, y = y, x
	}
	return slices.Clone(slices.Compact(x)), scratch
}

// parallel calls f for 0 to n-1 on all cores, in runs of step; f writes to its
// own place only.
func parallel(n, step int, f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+step-1)/step) {
		wg.Go(func() {
			for {
				from := int(next.Add(int64(step))) - step
				if from >= n {
					return
				}
				for i := from; i < min(n, from+step); i++ {
					f(i)
				}
			}
		})
	}
	wg.Wait()
}
