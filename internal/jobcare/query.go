package jobcare

import (
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
	Age        string `json:"age,omitempty"`
}

// A Band is a range of months of experience or of years of age, from From up
// to but without To.
type Band struct {
	Code     string
	From, To int
}

// Careers are the bands of experience, in months; Ages those of age, in years.
var (
	Careers = []Band{{"0-1", 0, 12}, {"1-3", 12, 36}, {"3-5", 36, 60}, {"5-10", 60, 120}, {"10+", 120, 1 << 30}}
	Ages    = []Band{{"-29", 0, 30}, {"30-39", 30, 40}, {"40-49", 40, 50}, {"50-59", 50, 60}, {"60+", 60, 200}}
)

// slice is a Query in the snapshot's numbers.
type slice struct {
	Query
	occupation uint16
	regions    []bool // by position in the Dict; nil = all
	career     *Band
	education  uint8
	age        *Band
	day        ieum.Day
}

func (a *Adviser) slice(s *snapshot.Snapshot, q Query) (slice, error) {
	sl := slice{Query: q, day: s.Today(a.now())}
	if err := a.unitGroup(q.Occupation, "/occupation"); err != nil {
		return sl, err
	}
	sl.occupation = uint16(snapshot.Find(s.Dict.Occupations, q.Occupation))
	if q.Region != "" {
		list := a.set.Codes["regions"]
		if _, ok := list.Find(q.Region); !ok {
			return sl, unknown("region", q.Region, "a region code such as 11 or 11680")
		}
		sl.regions = regionsIn(list, s.Dict.Regions, list.Current(q.Region))
	}
	if q.Education != "" {
		i := snapshot.Find(s.Dict.Education, q.Education)
		if i == 0 {
			return sl, unknown("education", q.Education, "a code of the list education: "+strings.Join(s.Dict.Education[min(1, len(s.Dict.Education)):], ", "))
		}
		sl.education = uint8(i)
	}
	var err error
	if sl.career, err = band("career", Careers, q.Career); err != nil {
		return sl, err
	}
	sl.age, err = band("age", Ages, q.Age)
	return sl, err
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

// regionsIn marks a region and everything in it.
func regionsIn(list *defs.CodeList, dict []string, code string) []bool {
	in := make([]bool, len(dict))
	for i, c := range dict {
		in[i] = list.Within(c, code)
	}
	return in
}

// posting reports whether row p of the postings belongs to the slice. Age says
// nothing of a posting.
func (sl *slice) posting(t *snapshot.Postings, p int) bool {
	switch {
	case sl.regions != nil && !sl.regions[t.Region.At(p)]:
		return false
	case sl.education != 0 && t.Education.At(p) != sl.education:
		return false
	case sl.career != nil:
		from, to := int(t.CareerMin.At(p)), int(t.CareerMax.At(p))
		if from == snapshot.Unset {
			return t.Flags.At(p)&snapshot.EntryOK != 0 && sl.career.From == 0
		}
		if t.Flags.At(p)&snapshot.EntryOK != 0 {
			from = 0
		}
		return from < sl.career.To && (to >= sl.career.From) // Unset as an upper end is beyond every band
	}
	return true
}

// resume reports whether row r of the résumés belongs to the slice.
func (sl *slice) resume(t *snapshot.Resumes, r int) bool {
	switch {
	case sl.regions != nil && !sl.regions[t.Region.At(r)]:
		return false
	case sl.education != 0 && t.Education.At(r) != sl.education:
		return false
	case sl.career != nil && (t.CareerMonths.At(r) == snapshot.Unset || !sl.career.has(int(t.CareerMonths.At(r)))):
		return false
	case sl.age != nil:
		return t.BirthYear.At(r) != 0 && sl.age.has(sl.day.Time().Year()-int(t.BirthYear.At(r)))
	}
	return true
}

func (b Band) has(v int) bool { return v >= b.From && v < b.To }
