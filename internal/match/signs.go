package match

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"path/filepath"
	"slices"

	"ieum"
	"ieum/internal/snapshot"
)

// Signs that a posting may be stale or false. A sign is no proof: it says what was counted,
// and of how many; nothing is ranked by it.

// A Sign is one thing about a posting that is worth a look.
type Sign struct {
	Kind   string         `json:"kind"`             // old, reposted, copied, low, high, inverted or silent
	Strong bool           `json:"strong,omitempty"` // lists mark the posting
	Args   map[string]any `json:"args"`             // the numbers of the text: days, n, won
	Text   string         `json:"text"`
}

// SignKinds are the kinds of signs, in the order in which they are told.
var SignKinds = []string{"low", "high", "inverted", "copied", "reposted", "old", "silent"}

const (
	leastBody   = 120 // folded bytes of a text that is long enough to be told from another
	leastUsual  = 30  // postings from which what is usual is known
	farAbove    = 3   // times the 95th percentile of pay that is hardly meant
	leastAsked  = 10  // applications from which an employer's answers are told
	answersIn   = 14  // days
	fewAnswers  = 0.2 // share of answers below which that is a sign
	repostsFrom = 3   // times in a year
)

// A signTable is what is counted of a layer for signs.
type signTable struct {
	Text    []uint64 // hashes of the texts of postings that are long enough, in order
	Posting []uint32 // row of the layer of each
	Asked   []uint32 // by company of a base: applications to its postings that could have been answered in time
	Replied []uint32 // of those that were, whatever the answer
}

const signsFile = "signs.col"

// writeSigns counts what signs are made of, of the newest layer. The index's terms are open.
func (x *index) writeSigns(ctx context.Context, dir string) error {
	layers := x.s.Layers()
	top, under := layers[len(layers)-1], 0
	if len(layers) > 1 {
		under = layers[0].Postings.ID.Len()
	}
	var t signTable
	type text struct {
		hash uint64
		row  uint32
	}
	var all []text
	for row := range top.Postings.ID.Len() {
		if row&0xFFFF == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if hash, ok := x.textHash(under + row); ok {
			all = append(all, text{hash, uint32(row)})
		}
	}
	slices.SortFunc(all, func(a, b text) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.row, b.row)) })
	for _, one := range all {
		t.Text, t.Posting = append(t.Text, one.hash), append(t.Posting, one.row)
	}
	t.Asked, t.Replied = make([]uint32, top.Companies.Name.Len()), make([]uint32, top.Companies.Name.Len())
	if len(layers) == 1 {
		t.countReplies(top)
	}
	return snapshot.WriteTable(filepath.Join(dir, signsFile), &t)
}

// textHash is that of a posting's title and text, as folded; false for a short one.
func (x *index) textHash(row int) (uint64, bool) {
	title, _, body := x.terms.Fields(row)
	if len(body) < leastBody {
		return 0, false
	}
	h := fnv.New64a()
	h.Write(title)
	h.Write([]byte{'\n'})
	h.Write(body)
	return h.Sum64(), true
}

// countReplies counts, by company, applications whose answer could have come in time, and
// those for which one did.
func (t *signTable) countReplies(s *snapshot.Snapshot) {
	e, n, last := &s.Events, s.Events.Resume.Len(), int32(0)
	for i := range n {
		last = max(last, e.Day.At(i))
	}
	type waits struct {
		posting uint32
		day     int32
	}
	var open []waits
	for i := 0; i < n; {
		row := e.Resume.At(i)
		open = open[:0]
		for ; i < n && e.Resume.At(i) == row; i++ {
			posting, day := e.Posting.At(i), e.Day.At(i)
			if posting == 0 {
				continue
			}
			switch snapshot.Happening(e.What.At(i)) {
			case snapshot.Applied:
				if day+answersIn <= last {
					open = append(open, waits{posting, day})
					t.Asked[s.Postings.Company.At(int(posting-1))]++
				}
			case snapshot.Answered, snapshot.Rejected, snapshot.Offered, snapshot.Hired:
				if at := slices.IndexFunc(open, func(w waits) bool { return w.posting == posting }); at >= 0 {
					if day <= open[at].day+answersIn {
						t.Replied[s.Postings.Company.At(int(posting-1))]++
					}
					open = slices.Delete(open, at, at+1)
				}
			}
		}
	}
}

// signLayers are the tables of all layers.
type signLayers struct {
	tables []signTable
	maps   []*snapshot.Mapping
	from   []int // first posting of each layer
}

func openSigns(s *snapshot.Snapshot, dir string) (*signLayers, error) {
	l, at := &signLayers{}, 0
	layers := s.Layers()
	for i, layer := range layers {
		path := filepath.Join(layer.Dir, partName, signsFile)
		if i == len(layers)-1 {
			path = filepath.Join(dir, signsFile)
		}
		var t signTable
		m, err := snapshot.OpenTable(path, &t)
		if err != nil {
			return nil, errors.Join(err, l.Close())
		}
		l.maps = append(l.maps, m)
		if len(t.Text) != len(t.Posting) || len(t.Asked) != layer.Companies.Name.Len() || len(t.Replied) != len(t.Asked) {
			return nil, errors.Join(fmt.Errorf("match: %s is of another snapshot", path), l.Close())
		}
		l.tables, l.from = append(l.tables, t), append(l.from, at)
		at += layer.Postings.ID.Len()
	}
	return l, nil
}

// Verify reads the tables and compares their checksums.
func (l *signLayers) Verify() (err error) {
	for _, m := range l.maps {
		err = errors.Join(err, m.Verify())
	}
	return err
}

// Close unmaps the tables.
func (l *signLayers) Close() (err error) {
	for _, m := range l.maps {
		err = errors.Join(err, m.Close())
	}
	return err
}

// sameText lists the postings whose text is that of row, without it.
func (x *index) sameText(row int) (rows []int) {
	hash, ok := x.textHash(row)
	if !ok {
		return nil
	}
	for i, t := range x.signs.tables {
		at, _ := slices.BinarySearch(t.Text, hash)
		for ; at < len(t.Text) && t.Text[at] == hash; at++ {
			other := x.signs.from[i] + int(t.Posting[at])
			if other != row && !x.s.PostingGone(other) {
				rows = append(rows, other)
			}
		}
	}
	return rows
}

// customary is what is usual among the postings of an occupation.
type customary struct {
	stays         int // postings that were closed, of which it is known how long they stayed
	median, ninth int // days: half stayed no longer, and nine of ten
	paid          int // postings that say what they pay
	pay           int64
}

// usualOf counts what is usual in an occupation, once.
func (x *index) usualOf(occupation uint16, day ieum.Day) customary {
	if u, ok := x.usuals.Load(occupation); ok {
		return u.(customary)
	}
	p := &x.s.Postings
	var stays []int
	var pays []int64
	for _, in := range x.s.PostingsOf(int(occupation)) {
		for row := in.From; row < in.To; row++ {
			if x.s.PostingGone(row) {
				continue
			}
			end := p.Closed.At(row)
			if end == 0 {
				end = p.Deadline.At(row)
			}
			if opened := p.Opened.At(row); opened > 0 && end > opened && ieum.Day(end) < day {
				stays = append(stays, int(end-opened))
			}
			if most := max(p.PayMin.At(row), p.PayMax.At(row)); most > 0 {
				pays = append(pays, int64(most))
			}
		}
	}
	u := customary{stays: len(stays), paid: len(pays)}
	slices.Sort(stays)
	slices.Sort(pays)
	if len(stays) > 0 {
		u.median, u.ninth = stays[len(stays)/2], stays[len(stays)*9/10]
	}
	if len(pays) > 0 {
		u.pay = pays[len(pays)*95/100]
	}
	x.usuals.Store(occupation, u)
	return u
}

// signsOf are the signs of a posting on a day, in the order of SignKinds.
func (x *index) signsOf(row int, day ieum.Day) []Sign {
	var out []Sign
	out = append(out, x.paySigns(row, day)...)
	out = append(out, x.textSigns(row)...)
	p := &x.s.Postings
	u := x.usualOf(p.Occupation.At(row), day)
	if opened := ieum.Day(p.Opened.At(row)); opened > 0 && x.isOpen(row, day) && u.stays >= leastUsual {
		if age := int(day - opened); age > u.ninth {
			out = append(out, Sign{Kind: "old", Strong: age > 2*u.ninth, Args: map[string]any{"days": age, "median": u.median, "ninth": u.ninth, "n": u.stays}})
		}
	}
	if asked, replied := x.replies(row); asked >= leastAsked && float64(replied) < fewAnswers*float64(asked) {
		out = append(out, Sign{Kind: "silent", Args: map[string]any{"n": asked, "of10": (10*replied + asked/2) / asked, "days": answersIn}})
	}
	return out
}

// mark is the kind of the first strong sign of a posting; "" = none.
func (x *index) mark(row int, day ieum.Day) string {
	for _, s := range x.signsOf(row, day) {
		if s.Strong {
			return s.Kind
		}
	}
	return ""
}

// paySigns are about what the posting says it pays.
func (x *index) paySigns(row int, day ieum.Day) (out []Sign) {
	p := &x.s.Postings
	least, most := int64(p.PayMin.At(row)), int64(p.PayMax.At(row))
	top := max(least, most)
	if top == 0 {
		return nil
	}
	if wage, since, ok := x.set.MinimumWage(day); ok {
		if hour := top / (ieum.MonthHours * 12); hour < wage {
			out = append(out, Sign{Kind: "low", Strong: snapshot.PayBasis(p.PayBasis.At(row)) == snapshot.PayHourly, Args: map[string]any{"hour": hour, "wage": wage, "since": since}})
		}
	}
	if u := x.usualOf(p.Occupation.At(row), day); u.paid >= leastUsual && p.Occupation.At(row) > 0 && top > farAbove*u.pay {
		out = append(out, Sign{Kind: "high", Strong: true, Args: map[string]any{"pay": ieum.Won(top), "usual": ieum.Won(u.pay), "n": u.paid}})
	}
	if least > most && most > 0 {
		out = append(out, Sign{Kind: "inverted", Args: map[string]any{"least": ieum.Won(least), "most": ieum.Won(most)}})
	}
	return out
}

// textSigns are about other postings with the same words. Rows that were put together are
// one posting, and no copies of each other.
func (x *index) textSigns(row int) (out []Sign) {
	p := &x.s.Postings
	company, opened := p.Company.At(row), p.Opened.At(row)
	again, others := 0, map[uint32]bool{}
	own := x.company(int(company))
	for _, other := range x.sameText(row) {
		c := p.Company.At(other)
		switch {
		case company > 0 && slices.Contains(own, int(c)):
			if at := p.Opened.At(other); at > 0 && at < opened && at >= opened-365 {
				again++
			}
		case company > 0 && c > 0:
			others[c] = true
		}
	}
	if len(others) > 0 {
		out = append(out, Sign{Kind: "copied", Strong: true, Args: map[string]any{"n": len(others)}})
	}
	if again >= repostsFrom-1 {
		out = append(out, Sign{Kind: "reposted", Args: map[string]any{"n": again + 1}})
	}
	return out
}

// replies are the applications to an employer's postings that could have been answered in
// time, and how many were.
func (x *index) replies(row int) (asked, replied int) {
	c := x.s.Postings.Company.At(row)
	if c == 0 {
		return 0, 0
	}
	base := &x.signs.tables[0]
	for _, of := range x.company(int(c)) {
		if of < len(base.Asked) {
			asked, replied = asked+int(base.Asked[of]), replied+int(base.Replied[of])
		}
	}
	return asked, replied
}

// Replies are an employer's answers, where enough people applied for it to be told.
type Replies struct {
	Of10 int `json:"of10"` // of ten applications so many were answered in time, rounded
	N    int `json:"n"`    // applications that could have been
	Days int `json:"days"` // in which an answer is in time
}

func (x *index) repliesOf(row int) *Replies {
	asked, replied := x.replies(row)
	if asked < leastAsked {
		return nil
	}
	return &Replies{(10*replied + asked/2) / asked, asked, answersIn}
}

// A Signed is a source's row behind an open posting with a sign.
type Signed struct {
	Source  ieum.SourceID `json:"source"`
	Key     string        `json:"key"` // in the source
	Posting string        `json:"posting"`
	Title   string        `json:"title"`
	Sign
}

// Signs lists what may be stale or false among the open postings, by source and key, for
// whoever answers for the source.
func (m *Matcher) Signs(ctx context.Context) (all []Signed, open int, err error) {
	x, day, release, err := m.acquire()
	if err != nil {
		return nil, 0, err
	}
	defer release()
	rows := x.openOn(day).rows
	for i, row := range rows {
		if i&0xFFF == 0 && ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		for _, s := range x.signsOf(int(row), day) {
			for _, o := range x.origins(int(row)) {
				all = append(all, Signed{o.Source, o.Key, snapshot.FormatID(x.s.Postings.ID.At(int(row))), x.s.Postings.Title.At(int(row)), s})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Signed) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(slices.Index(SignKinds, a.Kind), slices.Index(SignKinds, b.Kind)), cmp.Compare(a.Key, b.Key))
	})
	return all, len(rows), nil
}
