package catalogue

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/catalogue/parse"
)

// A Finder finds names of the lists "competencies" and "certificates" in a text,
// with the probability that they are meant.
type Finder interface {
	Extractor
	Certificates(text string, k int) []ieum.Found
}

// A Reader reads résumés: texts into fields, and fields into codes. What it
// cannot read it lists; it never guesses. It keeps nothing of what it reads, and
// is safe for concurrent use.
type Reader struct {
	defs    *defs.Set
	regions *parse.Regions
	coder   Coder
	finder  Finder
	now     func() time.Time
}

// NewReader returns a reader of résumés by the code lists of set. Now is the end
// of careers that last.
func NewReader(set *defs.Set, coder Coder, finder Finder, now func() time.Time) *Reader {
	return &Reader{set, newTools(set, coder, finder).regions, coder, finder, now}
}

// Limits on what is read of a résumé, so that a page of it stays one.
const (
	likely        = 0.5 // probability from which what was found is taken as said
	mostFound     = 60  // competencies of one résumé
	mostCandidate = 10  // occupations of one title
	mostUnread    = 100 // lines that could not be read
	usualSpell    = 12  // months a career counts that does not say how long it was
)

// Read returns a résumé in codes, as far as it could be read. Work counts
// whether it was paid or not.
func (r *Reader) Read(resume ieum.Resume) ieum.Profile {
	x := &reading{Reader: r, p: ieum.Profile{Resume: resume}}
	x.p.Education = x.code("education", resume.Education)
	x.p.Region = x.region(resume.Region)
	x.p.Majors = x.codes("majors", resume.Majors)
	x.p.Certificates = x.certificates(resume.Certificates)
	x.careers()
	x.occupations()
	x.competencies()
	x.wish()
	x.p.Resume.Education, x.p.Resume.Region = cmp.Or(x.p.Education, resume.Education), cmp.Or(x.p.Region, resume.Region)
	if x.p.Resume.Majors = resume.Majors; len(x.p.Majors) == len(resume.Majors) {
		x.p.Resume.Majors = x.p.Majors
	}
	x.p.Unread = x.unread
	return x.p
}

// A reading is one résumé being read.
type reading struct {
	*Reader
	p      ieum.Profile
	unread []string
}

// miss lists words no code was found for.
func (x *reading) miss(words string) {
	words = strings.TrimSpace(words)
	if words != "" && len(x.unread) < mostUnread && !slices.Contains(x.unread, words) {
		x.unread = append(x.unread, words)
	}
}

// code returns the code of a list that a text names, or "".
func (x *reading) code(list, text string) string {
	if text == "" || x.defs.Codes[list] == nil {
		x.miss(text)
		return ""
	}
	code, ok := parse.ReadCode(x.defs.Codes[list], text)
	if !ok {
		x.miss(text)
	}
	return code
}

// codes is code for several texts; each code comes once.
func (x *reading) codes(list string, texts []string) (found []string) {
	for _, text := range texts {
		code := x.code(list, text)
		if code != "" && !slices.Contains(found, code) {
			found = append(found, code)
		}
	}
	return found
}

// certificates is codes for certificates, which also knows driving licences in
// the words of those who hold one.
func (x *reading) certificates(texts []string) (found []string) {
	for _, text := range texts {
		code := drivingLicence(text)
		if code == "" {
			code = x.code("certificates", text)
		}
		if code != "" && !slices.Contains(found, code) {
			found = append(found, code)
		}
	}
	return found
}

func (x *reading) region(text string) string {
	if text == "" {
		return ""
	}
	place, ok := x.regions.Read(text)
	if !ok || place.Code == "" {
		x.miss(text)
	}
	return place.Code
}

// careers adds up the months and finds the occupation of each spell.
func (x *reading) careers() {
	x.p.Resume.Careers = slices.Clone(x.p.Resume.Careers)
	for i := range x.p.Resume.Careers {
		c := &x.p.Resume.Careers[i]
		if c.Months == 0 { // "프레스 조작원 21년"
			if s, title, ok := x.readSpell(c.Title); ok && title != "" {
				c.Title, c.Months = title, s.months
			}
		}
		x.p.CareerMonths += c.Months
		if c.Occupation != "" {
			text := c.Occupation
			if c.Occupation = x.code(occupations, text); c.Occupation != "" {
				continue
			}
		}
		if codes := x.coder.Code(c.Title, c.Text, 1); len(codes) > 0 && codes[0].P >= likely {
			c.Occupation = codes[0].Code
		}
	}
}

// occupations says what the person has done: the probabilities of all spells,
// each by its months; without any, those of the headline and the text.
func (x *reading) occupations() {
	share := map[string]float64{}
	var months float64
	add := func(weight float64, codes []ieum.Scored) {
		for _, c := range codes {
			share[c.Code] += weight * c.P
		}
		if len(codes) > 0 {
			months += weight
		}
	}
	for _, c := range x.p.Resume.Careers {
		weight := float64(cmp.Or(c.Months, usualSpell))
		if c.Occupation != "" {
			add(weight, []ieum.Scored{{Code: c.Occupation, P: 1}})
		} else {
			add(weight, x.coder.Code(c.Title, c.Text, mostCandidate))
		}
	}
	if months == 0 {
		add(usualSpell, x.coder.Code(x.p.Resume.Headline, x.p.Resume.Text, mostCandidate))
	}
	for code, s := range share {
		x.p.Occupations = append(x.p.Occupations, ieum.Scored{Code: code, P: s / months})
	}
	slices.SortFunc(x.p.Occupations, func(a, b ieum.Scored) int {
		return cmp.Or(-cmp.Compare(a.P, b.P), cmp.Compare(a.Code, b.Code))
	})
	x.p.Occupations = x.p.Occupations[:min(len(x.p.Occupations), mostCandidate)]
}

// competencies looks for names in everything the person wrote: skills first,
// which are meant as such, then careers and the rest.
func (x *reading) competencies() {
	best := map[string]ieum.Found{}
	look := func(text string) (found bool) {
		for _, f := range x.finder.Extract(text, mostFound) {
			if f.P < likely {
				break
			}
			found = true
			if old, ok := best[f.ID]; !ok || f.P > old.P {
				f.Start, f.End = 0, 0 // they would be offsets into one of many texts
				best[f.ID] = f
			}
		}
		for _, f := range x.finder.Certificates(text, mostFound) {
			if f.P < likely {
				break
			}
			found = true
			if !slices.Contains(x.p.Certificates, f.ID) && !denied(text[f.End:]) {
				x.p.Certificates = append(x.p.Certificates, f.ID)
			}
		}
		return found
	}
	for _, s := range x.p.Resume.Skills {
		if !look(s) {
			x.miss(s)
		}
	}
	for _, c := range x.p.Resume.Careers {
		if title, text := look(c.Title), look(c.Text); !title && !text && c.Occupation == "" {
			x.miss(c.Title)
		}
	}
	for _, c := range x.p.Resume.Certificates { // who may drive a lorry can
		if _, ok := parse.ReadCode(x.defs.Codes["certificates"], c); ok {
			look(c)
		}
	}
	look(x.p.Resume.Headline)
	for line := range strings.Lines(x.p.Resume.Text) {
		if !look(line) {
			x.miss(line)
		}
	}
	for _, f := range best {
		x.p.Competencies = append(x.p.Competencies, f)
	}
	slices.SortFunc(x.p.Competencies, func(a, b ieum.Found) int {
		return cmp.Or(-cmp.Compare(a.P, b.P), cmp.Compare(a.ID, b.ID))
	})
}

// denied reports whether what follows a certificate's name says that the person
// does not have it.
func denied(after string) bool {
	after = firstLine(after)
	for _, word := range []string{"없", "준비", "취득 예정", "취득예정", "따고 싶", "공부", "not yet", "in progress"} {
		if strings.Contains(after, word) {
			return true
		}
	}
	return false
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// wish turns names of the wish into codes; what names none is left out, because
// a wish limits what is found.
func (x *reading) wish() {
	w := &x.p.Resume.Wish
	var regions, jobs []string
	for _, text := range w.Regions {
		if code := x.region(text); code != "" && !slices.Contains(regions, code) {
			regions = append(regions, code)
		}
	}
	for _, text := range w.Occupations {
		code := ""
		if list := x.defs.Codes[occupations]; list != nil {
			code, _ = parse.ReadCode(list, text)
		}
		if code == "" {
			if codes := x.coder.Code(text, "", 1); len(codes) > 0 && codes[0].P >= likely {
				code = codes[0].Code
			}
		}
		if code == "" {
			x.miss(text)
		} else if !slices.Contains(jobs, code) {
			jobs = append(jobs, code)
		}
	}
	w.Regions, w.Occupations, w.Employment = regions, jobs, x.codes("employment", w.Employment)
}
