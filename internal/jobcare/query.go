package jobcare

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"ieum"
	"ieum/defs"
	"ieum/internal/snapshot"
)

// A Query names a slice of the market: an occupation and at most the limits
// that are not empty.
type Query struct {
	Occupation string `json:"occupation"` // KECO 2025 unit group
	Region     string `json:"region,omitempty"`
	Career     string `json:"career,omitempty"` // a Band's code
	Education  string `json:"education,omitempty"`
	Age        string `json:"age,omitempty"` // of people only, as is Sex
	Sex        string `json:"sex,omitempty"`
	Employment string `json:"employment,omitempty"` // offered, and wished
	Industry   string `json:"industry,omitempty"`   // of postings only, as is Size
	Size       string `json:"size,omitempty"`       // of the employer, a Band's code
	Group      string `json:"group,omitempty"`      // of people only: code of the list vulnerable-groups
}

// most of what a slice is limited to, beside its occupation.
const mostLimits = 3

// limits names them.
func (q Query) limits() (fields []string) {
	for _, l := range q.fields() {
		if l[1] != "" {
			fields = append(fields, l[0])
		}
	}
	return fields
}

// ofPostings is what of a slice limits postings, ofPeople what limits people.
func (q Query) ofPostings() Query {
	q.Age, q.Sex, q.Group = "", "", ""
	return q
}

func (q Query) ofPeople() Query {
	q.Industry, q.Size = "", ""
	return q
}

func (q Query) fields() [][2]string {
	return [][2]string{{"region", q.Region}, {"career", q.Career}, {"education", q.Education}, {"age", q.Age}, {"sex", q.Sex}, {"employment", q.Employment}, {"industry", q.Industry}, {"size", q.Size}, {"group", q.Group}}
}

// String is what the slice is limited to, as an address says it; "" for nothing.
func (q Query) String() string { return q.values().Encode() }

func (q Query) values() url.Values {
	v := url.Values{}
	for _, l := range q.fields() {
		if l[1] != "" {
			v.Set(l[0], l[1])
		}
	}
	return v
}

// name is what a part of the slice is limited to. A part of what the slice is limited to
// already is another than that; who is of two groups is one person, whichever was named first.
func (q Query) name(p part) string {
	v := q.values()
	if at := v.Get(p.field); p.field != "" && at != p.value && !(p.field == "region" && strings.HasPrefix(at, p.value)) { // what a slice is in is the slice
		both := []string{at, p.value}
		if p.field == "group" {
			slices.Sort(both)
		}
		v.Set(p.field, strings.TrimPrefix(strings.Join(both, "/"), "/"))
	}
	return v.Encode()
}

// A Band is a range of months of experience or of years of age, from From up
// to but without To.
type Band struct {
	Code     string
	From, To int
	Name     ieum.Text
}

// Careers are the bands of experience, in months; Ages those of age, in years; Sizes those
// of employers, in employees.
var (
	Careers = []Band{
		{"0-1", 0, 12, ieum.Text{KO: "1년 미만", EN: "under 1 year"}}, {"1-3", 12, 36, ieum.Text{KO: "1~3년", EN: "1–3 years"}},
		{"3-5", 36, 60, ieum.Text{KO: "3~5년", EN: "3–5 years"}}, {"5-10", 60, 120, ieum.Text{KO: "5~10년", EN: "5–10 years"}},
		{"10+", 120, 1 << 30, ieum.Text{KO: "10년 이상", EN: "10 years and more"}},
	}
	Ages = []Band{
		{"-29", 0, 30, ieum.Text{KO: "29세 이하", EN: "29 and younger"}}, {"30-39", 30, 40, ieum.Text{KO: "30대", EN: "30–39"}},
		{"40-49", 40, 50, ieum.Text{KO: "40대", EN: "40–49"}}, {"50-59", 50, 60, ieum.Text{KO: "50대", EN: "50–59"}},
		{"60+", 60, 200, ieum.Text{KO: "60세 이상", EN: "60 and older"}},
	}
	Sizes = []Band{
		{"-4", 1, 5, ieum.Text{KO: "5인 미만", EN: "fewer than 5"}}, {"5-29", 5, 30, ieum.Text{KO: "5~29인", EN: "5–29"}},
		{"30-99", 30, 100, ieum.Text{KO: "30~99인", EN: "30–99"}}, {"100-299", 100, 300, ieum.Text{KO: "100~299인", EN: "100–299"}},
		{"300+", 300, 1 << 31, ieum.Text{KO: "300인 이상", EN: "300 and more"}},
	}
)

// slice is a Query in the snapshot's numbers.
type slice struct {
	Query
	named      Query // with the limits as numbers are called by: see canonical
	occupation uint16
	regions    []bool // by position in the Dict; nil = all
	career     *Band
	education  uint8
	age        *Band
	sex        uint8
	employment uint8
	industries []bool
	size       *Band
	group      uint16
	day        ieum.Day
	year       int // by which ages go
}

func (a *Adviser) slice(s *snapshot.Snapshot, q Query) (slice, error) {
	// By a code of before as by that of now: the same people have one number.
	q.Region, q.Industry = a.set.Codes["regions"].Current(q.Region), a.set.Codes["industries"].Current(q.Industry)
	sl := sliceOf(s, 0, s.Today(a.now()))
	sl.Query, sl.named = q, q
	sl.named.Region, sl.named.Industry = canonical(a.set.Codes["regions"], q.Region), canonical(a.set.Codes["industries"], q.Industry)
	if err := a.unitGroup(q.Occupation, "/occupation"); err != nil {
		return sl, err
	}
	sl.occupation = uint16(snapshot.Find(s.Dict.Occupations, q.Occupation))
	if limits := q.limits(); len(limits) > mostLimits {
		return sl, &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.slice_deep", Args: map[string]any{"most": mostLimits}, Field: "/" + limits[mostLimits],
			Message: fmt.Sprintf("a slice is limited by at most %d things beside its occupation, so that nobody can be told apart in it; leave one out", mostLimits)}
	}
	var errs [9]error
	sl.regions, errs[0] = a.within("region", "regions", s.Dict.Regions, q.Region, "a region code such as 11 or 11680")
	sl.industries, errs[1] = a.within("industry", "industries", s.Dict.Industries, q.Industry, "a KSIC code such as C or 25")
	sl.education, errs[2] = position("education", s.Dict.Education, q.Education)
	sl.sex, errs[3] = position("sex", s.Dict.Sex, q.Sex)
	sl.employment, errs[4] = position("employment", s.Dict.Employment, q.Employment)
	sl.career, errs[5] = band("career", Careers, q.Career)
	sl.age, errs[6] = band("age", Ages, q.Age)
	sl.size, errs[7] = band("size", Sizes, q.Size)
	group, err := position("group", s.Dict.Vulnerable, q.Group)
	sl.group, errs[8] = uint16(group), err
	if sl.industries != nil && sl.leavesNone(s, slice{industries: sl.industries}) {
		sl.named.Industry = ""
	}
	if sl.size != nil && sl.leavesNone(s, slice{size: sl.size}) {
		sl.named.Size = ""
	}
	return sl, errors.Join(errs[:]...)
}

// leavesNone says whether a limit of employers leaves out no posting of the occupation, and so,
// as everybody can see, nobody who applied: the same people have one number, or many numbers
// of them could be averaged.
func (sl *slice) leavesNone(s *snapshot.Snapshot, limit slice) bool {
	for _, in := range s.PostingsOf(int(sl.occupation)) {
		for row := in.From; row < in.To; row++ {
			if !limit.posting(s, row) {
				return false
			}
		}
	}
	return true
}

// agesBy is the year by which ages go: that in which the snapshot was made, whatever the clock
// says. Ages that a new year moves are those of a new release.
func agesBy(s *snapshot.Snapshot) int { return s.Today(s.Meta.Built).Time().Year() }

// sliceOf is a whole occupation, a position in the Dict, on a day.
func sliceOf(s *snapshot.Snapshot, occupation int, day ieum.Day) slice {
	return slice{Query: Query{Occupation: s.Dict.Occupations[occupation]}, occupation: uint16(occupation), day: day, year: agesBy(s)}
}

// within marks the codes of a list that lie in one; nil for "", which is all.
func (a *Adviser) within(field, list string, dict []string, code, want string) ([]bool, error) {
	if code == "" {
		return nil, nil
	}
	l := a.set.Codes[list]
	if _, ok := l.Find(code); !ok {
		return nil, unknown(field, code, want)
	}
	return allIn(l, dict, canonical(l, l.Current(code))), nil
}

// canonical is the code by which limits to a code and to the only part of it are one: Sejong is
// its one district, and who is known to be in either is in both. Codes that became others
// are no part.
func canonical(l *defs.CodeList, code string) string {
	for up := l.Parent(code); up != ""; up = l.Parent(code) {
		parts := slices.DeleteFunc(l.Children(up), func(c string) bool { return l.Current(c) != c })
		if len(parts) != 1 || parts[0] != code {
			break
		}
		code = up
	}
	return code
}

// position is that of a code in the Dict; 0 for "".
func position(field string, dict []string, code string) (uint8, error) {
	i := snapshot.Find(dict, code)
	if code != "" && i == 0 {
		return 0, unknown(field, code, "one of "+strings.Join(dict[min(1, len(dict)):], ", "))
	}
	return uint8(i), nil
}

// unitGroup refuses a code that is no KECO 2025 unit group.
func (a *Adviser) unitGroup(code, field string) error {
	if _, ok := a.set.Codes["keco2025"].Find(code); ok && len(code) == 4 {
		return nil
	}
	return &ieum.Error{Kind: ieum.ErrNotFound, Key: "error.occupation_unknown", Args: map[string]any{"code": code}, Field: field,
		Message: "there is no KECO 2025 unit group " + code + "; unit groups have four digits, such as 8211"}
}

func band(field string, bands []Band, code string) (*Band, error) {
	if code == "" {
		return nil, nil
	}
	i := slices.IndexFunc(bands, func(b Band) bool { return b.Code == code })
	if i < 0 {
		var codes []string
		for _, b := range bands {
			codes = append(codes, b.Code)
		}
		return nil, unknown(field, code, "one of "+strings.Join(codes, ", "))
	}
	return &bands[i], nil
}

func unknown(field, value, want string) error {
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.slice_unknown", Args: map[string]any{"field": field, "value": value}, Field: "/" + field,
		Message: field + " " + value + " is not known; give " + want}
}

// allIn marks a code and everything in it.
func allIn(list *defs.CodeList, dict []string, code string) []bool {
	in := make([]bool, len(dict))
	for i, c := range dict {
		in[i] = list.Within(c, code)
	}
	return in
}

// postings keeps of the rows chosen those that belong to the slice. Age, sex and group
// say nothing of a posting.
func (sl *slice) postings(s *snapshot.Snapshot, x *postingRows) {
	if sl.regions != nil {
		keep(&x.stretches, &x.region, func(v uint16) bool { return sl.regions[v] })
	}
	if sl.industries != nil {
		keep(&x.stretches, &x.industry, func(v uint16) bool { return sl.industries[v] })
	}
	if sl.education != 0 {
		keep(&x.stretches, &x.education, func(v uint8) bool { return v == sl.education })
	}
	if sl.employment != 0 {
		keep(&x.stretches, &x.employment, func(v uint8) bool { return v == sl.employment })
	}
	if sl.size != nil {
		keep(&x.stretches, &x.company, func(v uint32) bool { return sl.size.has(int(s.Companies.Employees.At(int(v)))) })
	}
	if sl.career != nil {
		x.chosen = slices.DeleteFunc(x.chosen, func(i int32) bool { return !sl.asked(x, int(i)) })
	}
}

// asked says whether the experience a posting asks for meets that of the slice.
func (sl *slice) asked(x *postingRows, i int) bool {
	from, to, entry := int(x.careerMin.at(i)), int(x.careerMax.at(i)), x.flags.at(i)&snapshot.EntryOK != 0
	if from == snapshot.Unset {
		return entry && sl.career.From == 0
	}
	if entry {
		from = 0
	}
	return from < sl.career.To && to >= sl.career.From // Unset as an upper end is beyond every band
}

// people keeps of the rows chosen those that belong to the slice. Industry and size say
// nothing of a person.
func (sl *slice) people(x *resumeRows) {
	if sl.regions != nil {
		keep(&x.stretches, &x.region, func(v uint16) bool { return sl.regions[v] })
	}
	if sl.age != nil {
		keep(&x.stretches, &x.born, func(v uint16) bool { return v != 0 && sl.age.has(sl.year-int(v)) })
	}
	if sl.education != 0 {
		keep(&x.stretches, &x.education, func(v uint8) bool { return v == sl.education })
	}
	if sl.employment != 0 {
		keep(&x.stretches, &x.employment, func(v uint8) bool { return v == sl.employment })
	}
	if sl.career != nil {
		keep(&x.stretches, &x.months, func(v uint16) bool { return v != snapshot.Unset && sl.career.has(int(v)) })
	}
	if sl.sex != 0 {
		keep(&x.stretches, &x.sex, func(v uint8) bool { return v == sl.sex })
	}
	if sl.group != 0 {
		x.chosen = slices.DeleteFunc(x.chosen, func(i int32) bool { return !slices.Contains(x.groups.at(int(i)), sl.group) })
	}
}

func (b Band) has(v int) bool { return v >= b.From && v < b.To }

// bandOf is the position of the band that has a number; -1 for none.
func bandOf(bands []Band, v int) int {
	for i := range bands {
		if bands[i].has(v) {
			return i
		}
	}
	return -1
}
