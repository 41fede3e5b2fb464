package match

import (
	"bytes"
	"math"
	"slices"

	"ieum"
	"ieum/internal/snapshot"
)

// Signs that a posting may be stale or false. A sign is no proof: it says what was counted,
// and of how many; nothing is ranked by it. What they are counted from is in signs_table.go,
// who is told of them in signs_list.go.

// A Sign is one thing about a posting that is worth a look.
type Sign struct {
	Kind   string         `json:"kind"`             // one of SignKinds
	Strong bool           `json:"strong,omitempty"` // lists mark the posting
	Args   map[string]any `json:"args"`             // the numbers of the text: days, n, won
	Text   string         `json:"text"`

	said string // of the kind, which of its texts; "" the one there is
}

// SignKinds are the kinds of signs, in the order in which they are told.
var SignKinds = []string{"low", "high", "inverted", "basis", "copied", "near", "reposted", "varied", "old", "silent"}

const (
	leastBody   = 120 // folded bytes of a text that is long enough to be told from another
	muchAlike   = .9  // share of their wording that near copies have in common, of what either has
	leastUsual  = 30  // postings from which what is usual is known
	likelyCoded = 50  // per cent from which on an occupation that the coder gave counts as the posting's
	farAbove    = 3   // times the 95th percentile of pay that is hardly meant
	farBelow    = 4   // a year's pay below the minimum by this factor is hardly a year's
	farHourly   = 10  // times the minimum wage that is hardly an hour's
	leastAsked  = 10  // applications from which an employer's answers are told
	answersIn   = 14  // days
	fewAnswers  = 0.2 // share of answers below which that is a sign
	repostsFrom = 3   // times in a year
	year        = 365
)

// customary is what is usual among the postings of an occupation.
type customary struct {
	stays         int      // postings that were closed, of which it is known how long they stayed
	median, ninth int      // days: half stayed no longer, and nine of ten
	from, to      ieum.Day // on which the first and the last of them was put up
	paid          int      // postings that say what they pay
	pay           int64
}

// usualOf counts what is usual in an occupation, once. Of an unknown one nothing is.
func (x *index) usualOf(occupation uint16, day ieum.Day) customary {
	if occupation == 0 {
		return customary{}
	}
	if u, ok := x.usuals.Load(occupation); ok {
		return u.(customary)
	}
	p, u := &x.s.Postings, customary{from: math.MaxInt32}
	var stays, pays []int
	for _, in := range x.s.PostingsOf(int(occupation)) {
		for row := in.From; row < in.To; row++ {
			if x.s.PostingGone(row) || p.Chance.At(row) < likelyCoded {
				continue
			}
			end := p.Closed.At(row)
			if end == 0 {
				end = p.Deadline.At(row)
			}
			if opened := p.Opened.At(row); opened > 0 && end > opened && ieum.Day(end) < day {
				stays = append(stays, int(end-opened))
				u.from, u.to = min(u.from, ieum.Day(opened)), max(u.to, ieum.Day(opened))
			}
			if most := max(p.PayMin.At(row), p.PayMax.At(row)); most > 0 {
				pays = append(pays, int(most))
			}
		}
	}
	slices.Sort(stays)
	slices.Sort(pays)
	if u.stays = len(stays); u.stays > 0 {
		u.median, u.ninth = stays[len(stays)/2], stays[len(stays)*9/10]
	}
	if u.paid = len(pays); u.paid > 0 {
		u.pay = int64(pays[len(pays)*95/100])
	}
	x.usuals.Store(occupation, u)
	return u
}

// usualFor is what is usual where a posting's occupation is known well enough.
func (x *index) usualFor(row int, day ieum.Day) customary {
	if x.s.Postings.Chance.At(row) < likelyCoded {
		return customary{}
	}
	return x.usualOf(x.s.Postings.Occupation.At(row), day)
}

// signsOf are the signs of a posting that is open on a day, in the order of SignKinds.
func (x *index) signsOf(row int, day ieum.Day) []Sign {
	out := x.paySigns(row, day)
	own := x.employerOf(row)
	copied, again := x.textSigns(row, own)
	out = append(out, copied...)
	if others := x.nearText(row, own); own > 0 && len(others) > 0 {
		out = append(out, Sign{Kind: "near", Args: map[string]any{"n": len(others), "share": int(100 * muchAlike)}})
	}
	out = append(append(out, again...), x.ageSigns(row, day)...)
	if r := x.repliesOf(row); r != nil && r.rare {
		s := Sign{Kind: "silent", Args: map[string]any{"n": r.N, "of10": r.Of10, "days": r.Days, "from": r.From, "to": r.To}}
		if r.Simulated {
			s.said = "made"
		}
		out = append(out, s)
	}
	return out
}

// mark is the kind of the first strong sign of an open posting; "" = none. Near copies are
// never strong: lists do not look for them.
func (x *index) mark(row int, day ieum.Day) string {
	for _, of := range []func() []Sign{
		func() []Sign { return x.paySigns(row, day) },
		func() []Sign { copied, _ := x.textSigns(row, x.employerOf(row)); return copied },
		func() []Sign { return x.ageSigns(row, day) },
	} {
		for _, s := range of() {
			if s.Strong {
				return s.Kind
			}
		}
	}
	return ""
}

// ageSigns compares how long a posting is up with how long others were.
func (x *index) ageSigns(row int, day ieum.Day) []Sign {
	u, opened := x.usualFor(row, day), ieum.Day(x.s.Postings.Opened.At(row))
	age := int(day - opened)
	if opened <= 0 || u.stays < leastUsual || age <= u.ninth {
		return nil
	}
	return []Sign{{Kind: "old", Strong: age > 2*u.ninth,
		Args: map[string]any{"days": age, "median": u.median, "ninth": u.ninth, "n": u.stays, "from": u.from, "to": u.to}}}
}

// paySigns are about what the posting says it pays.
func (x *index) paySigns(row int, day ieum.Day) (out []Sign) {
	p := &x.s.Postings
	least, most := int64(p.PayMin.At(row)), int64(p.PayMax.At(row))
	top := max(least, most)
	if top == 0 {
		return nil
	}
	basis, doubtful := snapshot.PayBasis(p.PayBasis.At(row)), Sign{}
	if wage, since, ok := x.set.MinimumWage(day); ok {
		hour := top / (ieum.MonthHours * 12)
		args := map[string]any{"hour": hour, "wage": wage, "since": since}
		switch {
		case basis == snapshot.PayAnnual && hour < wage/farBelow, basis == snapshot.PayHourly && hour > farHourly*wage:
			doubtful = Sign{Kind: "basis", Args: args, said: bases[basis]}
		case hour < wage && basis == snapshot.PayHourly:
			out = append(out, Sign{Kind: "low", Strong: most > 0, Args: args, said: "hour"})
		case hour < wage && !x.short(row):
			s := Sign{Kind: "low", Args: args}
			if most == 0 { // "at least so much": it may be more
				s.said = "least"
			}
			out = append(out, s)
		}
	}
	if u := x.usualFor(row, day); u.paid >= leastUsual && top > farAbove*u.pay {
		out = append(out, Sign{Kind: "high", Strong: true, Args: map[string]any{"pay": ieum.Won(top), "usual": ieum.Won(u.pay), "n": u.paid, "times": farAbove}})
	}
	if least > most && most > 0 {
		out = append(out, Sign{Kind: "inverted", Args: map[string]any{"least": ieum.Won(least), "most": ieum.Won(most)}})
	}
	if doubtful.Kind != "" {
		out = append(out, doubtful)
	}
	return out
}

// shortWeeks are words by which a posting is for less than a full week, as folded; pay by the
// month says nothing of an hour there.
var shortWeeks = [][]byte{[]byte("시간제"), []byte("시간 선택"), []byte("시간선택"), []byte("단시간"), []byte("파트"), []byte("아르바이트"), []byte("알바"),
	[]byte("주말"), []byte("격일"), []byte("오전만"), []byte("오후만"), []byte("주 1일"), []byte("주 2일"), []byte("주 3일"), []byte("주 4일"), []byte("part time")}

// short says whether a posting may be for less than a full week.
func (x *index) short(row int) bool {
	switch x.s.Dict.Employment[x.s.Postings.Employment.At(row)] {
	case "part-time", "daily", "freelance", "trainee":
		return true
	}
	title, _, body := x.terms.Fields(row)
	return slices.ContainsFunc(shortWeeks, func(w []byte) bool { return bytes.Contains(title, w) || bytes.Contains(body, w) })
}

// textSigns are about other postings with the same words, by other employers and by the same
// one. Rows that were put together are one posting, and no copies of each other.
func (x *index) textSigns(row, own int) (copied, again []Sign) {
	if own == 0 {
		return nil, nil
	}
	p := &x.s.Postings
	opened, first := p.Opened.At(row), p.Opened.At(row)
	times, varied, others := 1, 0, map[int]bool{}
	rows, more := x.sameText(row)
	for _, other := range rows {
		switch at := p.Opened.At(other); x.employerOf(other) {
		case own:
			if at > 0 && at < opened && at >= opened-year {
				times, first = times+1, min(first, at)
			}
			if x.besides(row, other) {
				varied++
			}
		case 0:
		default:
			others[x.employerOf(other)] = true
		}
	}
	if len(others) > 0 {
		s := Sign{Kind: "copied", Strong: true, Args: map[string]any{"n": len(others)}}
		if more {
			s.said = "more"
		}
		copied = append(copied, s)
	}
	if times >= repostsFrom {
		again = append(again, Sign{Kind: "reposted", Args: map[string]any{"n": times, "from": ieum.Day(first), "to": ieum.Day(opened)}})
	}
	if varied > 0 {
		again = append(again, Sign{Kind: "varied", Args: map[string]any{"n": varied}})
	}
	return copied, again
}

// besides says whether another posting was up while one is, for other pay or elsewhere.
func (x *index) besides(row, other int) bool {
	p := &x.s.Postings
	if p.PayMin.At(row) == p.PayMin.At(other) && p.PayMax.At(row) == p.PayMax.At(other) && p.Region.At(row) == p.Region.At(other) {
		return false
	}
	from := ieum.Day(max(p.Opened.At(row), p.Opened.At(other)))
	return p.OpenWithin(row, from, from) && p.OpenWithin(other, from, from)
}

// Replies are an employer's answers, where enough people applied for it to be told.
type Replies struct {
	Of10      int      `json:"of10"` // of ten applications so many were answered in time, rounded
	N         int      `json:"n"`    // applications that could have been
	Days      int      `json:"days"` // in which an answer is in time
	From      ieum.Day `json:"from"` // of the first of them
	To        ieum.Day `json:"to"`
	Simulated bool     `json:"simulated,omitempty"` // some of them are made up

	rare bool
}

// repliesOf counts the answers of a posting's employer; nil where too few are known.
func (x *index) repliesOf(row int) *Replies {
	c, base := x.employerOf(row), &x.signs.tables[0]
	if c == 0 || c >= len(base.Asked) || base.Asked[c] < leastAsked {
		return nil
	}
	asked, replied := int(base.Asked[c]), int(base.Replied[c])
	return &Replies{Of10: (10*replied + asked/2) / asked, N: asked, Days: answersIn, From: ieum.Day(base.First[c]), To: ieum.Day(base.Last[c]),
		Simulated: base.Made[c] > 0, rare: float64(replied) < fewAnswers*float64(asked)}
}
