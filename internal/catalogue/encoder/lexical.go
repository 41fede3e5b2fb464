package encoder

import (
	"math"
	"slices"
)

// A lexicon compares texts by the runs of letters they share, weighed by how
// rare they are in a corpus (TF-IDF): runs of 2 to 5 letters within words, or
// of 1 to 3 where letters are syllables, and words.
type lexicon struct {
	term map[uint32]int32
	idf  []float32
	post [][]posting // of terms
	none float32     // the idf of a term the corpus does not have
}

type posting struct {
	doc    int32
	weight float32
}

// A counted is a feature and its weight in a text.
type counted struct {
	hash   uint32
	weight float32
}

// terms appends the terms of a text to out, rising, with 1 + log of how often each is there.
func terms(out []counted, f *featurer, s string) []counted {
	f.text = fold(f.text, s)
	t, all := f.text, f.runs[:0]
	for from := 1; from < len(t); {
		to := from
		for t[to] != ' ' {
			to++
		}
		word := t[from-1 : to+1]
		all = append(all, hash(sortWord, word))
		if dense(word[1]) {
			all = grams(all, word, 1, 3)
		} else {
			all = grams(all, word, 2, 5)
		}
		from = to + 1
	}
	slices.Sort(all)
	f.runs = all
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j] == all[i] {
			j++
		}
		out = append(out, counted{all[i], 1 + float32(math.Log(float64(j-i)))})
		i = j
	}
	return out
}

func newLexicon(corpus []string) *lexicon {
	l := &lexicon{term: map[uint32]int32{}}
	var f featurer
	docs := make([][]counted, len(corpus))
	var df []int
	var room []counted // of many texts: a list that grows would leave as much again behind
	for i, s := range corpus {
		if cap(room)-len(room) < 5*maxText { // more than a text has
			room = make([]counted, 0, 1<<15)
		}
		from := len(room)
		room = terms(room, &f, s)
		docs[i] = room[from:len(room):len(room)]
		for _, c := range docs[i] {
			t, ok := l.term[c.hash]
			if !ok {
				t = int32(len(df))
				l.term[c.hash] = t
				df = append(df, 0)
			}
			df[t]++
		}
	}
	n := float64(len(corpus))
	l.none = float32(math.Log(1+n)) + 1
	l.idf, l.post = make([]float32, len(df)), make([][]posting, len(df))
	for t, d := range df {
		l.idf[t] = float32(math.Log((1+n)/(1+float64(d)))) + 1
		l.post[t] = make([]posting, 0, d)
	}
	for i, d := range docs {
		var sq float32
		for j, c := range d {
			d[j].weight *= l.idf[l.term[c.hash]]
			sq += d[j].weight * d[j].weight
		}
		length := float32(math.Sqrt(float64(sq)))
		for _, c := range d {
			t := l.term[c.hash]
			l.post[t] = append(l.post[t], posting{int32(i), c.weight / length})
		}
	}
	return l
}

// score fills out with the cosine of s and each text of the corpus.
func (l *lexicon) score(f *featurer, s string, out []float32) {
	clear(out)
	var sq float32
	q := terms(nil, f, s)
	known := 0
	for _, c := range q {
		idf := l.none
		t, ok := l.term[c.hash]
		if ok {
			idf = l.idf[t]
		}
		w := c.weight * idf
		sq += w * w
		if ok {
			q[known] = counted{uint32(t), w}
			known++
		}
	}
	if sq == 0 {
		return
	}
	length := float32(math.Sqrt(float64(sq)))
	for _, c := range q[:known] {
		w := c.weight / length
		for _, p := range l.post[c.hash] {
			out[p.doc] += w * p.weight
		}
	}
}
