package occupation

import (
	"bufio"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ieum"
	"ieum/defs"
)

// crosswalkCSV are the units: pairs of KECO 2025 and 2018 codes as the official
// crosswalk has them. Where one code of 2018 became several, words say which of
// its titles went where; the one without words takes the rest.
//
//go:embed crosswalk.csv
var crosswalkCSV string

// titlesCSV are job titles as postings write them, with their KECO 2025 code,
// set down by hand: the dictionary of occupations lacks many of today's.
//
//go:embed titles.csv
var titlesCSV string

// A Corpus is what a coder is trained on.
type Corpus struct {
	units []unit
	words [][]string // of units: see crosswalkCSV
	names []name     // official names and titles set down by hand
	jobs  []job

	byHand map[string]bool // titles set down by hand
	file   string          // that the jobs are of, within the folder
}

// String says what the corpus holds.
func (c *Corpus) String() string {
	titles := 0
	for _, j := range c.jobs {
		titles += len(j.titles)
	}
	return fmt.Sprintf("%d jobs of %s with %d titles, and %d names", len(c.jobs), c.file, titles, len(c.names))
}

// A name is a title without a description.
type name struct {
	text string
	unit int
	list int // official or byHand
}

// A job is an entry of the dictionary of occupations.
type job struct {
	titles          []string // the title, then its aliases
	summary, duties string
	unit            int
}

// ReadCorpus reads the dictionary of occupations from train.jsonl in a folder,
// or its subfolder kdot: one object a line with title, aliases, summary, duties
// and keco4 (KECO 2018). Official names come from the lists "keco2025" and
// "keco2018" of the definitions.
func ReadCorpus(dir string, set *defs.Set) (*Corpus, error) {
	c := &Corpus{file: "train.jsonl"}
	if err := c.readUnits(); err != nil {
		return nil, err
	}
	if err := c.readNames(set); err != nil {
		return nil, err
	}
	f, err := os.Open(filepath.Join(dir, c.file))
	if errors.Is(err, fs.ErrNotExist) {
		c.file = "kdot/train.jsonl"
		f, err = os.Open(filepath.Join(dir, c.file))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ieum.Errorf(ieum.ErrNotFound, "%s has no train.jsonl (the dictionary of occupations, one JSON object a line)", dir)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		if err := c.addJob(lines.Bytes()); err != nil {
			return nil, ieum.Errorf(ieum.ErrInvalid, "%s, line %d: %v", f.Name(), n, err)
		}
	}
	return c, lines.Err()
}

func (c *Corpus) readUnits() error {
	rows, err := csv.NewReader(strings.NewReader(crosswalkCSV)).ReadAll()
	if err != nil {
		return err
	}
	for _, r := range rows[1:] {
		c.units = append(c.units, unit{r[0], r[1]})
		var words []string
		if r[2] != "" {
			words = strings.Split(r[2], "|")
		}
		c.words = append(c.words, words)
	}
	return nil
}

func (c *Corpus) readNames(set *defs.Set) error {
	for i, u := range c.units {
		if l := set.Codes[KECO2025]; l != nil {
			if k, ok := l.Find(u.code2025); ok {
				c.names = append(c.names, name{k.Name.KO, i, official})
				if k.Name.EN != "" {
					c.names = append(c.names, name{k.Name.EN, i, official})
				}
			}
		}
		if l := set.Codes[KECO2018]; l != nil {
			if k, ok := l.Find(u.code2018); ok && c.unitOf(u.code2018, k.Name.KO) == i {
				c.names = append(c.names, name{k.Name.KO, i, official})
			}
		}
	}
	rows, err := csv.NewReader(strings.NewReader(titlesCSV)).ReadAll()
	if err != nil {
		return err
	}
	c.byHand = map[string]bool{}
	first := map[string]int{}
	for i := len(c.units) - 1; i >= 0; i-- {
		first[c.units[i].code2025] = i
	}
	for _, r := range rows[1:] {
		i, ok := first[r[0]]
		if !ok {
			return fmt.Errorf("titles.csv: there is no unit group %s", r[0])
		}
		for _, t := range strings.Split(r[1], "|") {
			c.names = append(c.names, name{t, i, byHand})
			c.byHand[t] = true
		}
	}
	return nil
}

func (c *Corpus) addJob(line []byte) error {
	var j struct {
		Title, Summary, Duties string
		Aliases                []string
		Keco4                  string
	}
	if err := json.Unmarshal(line, &j); err != nil {
		return err
	}
	u := c.unitOf(j.Keco4, j.Title)
	if u < 0 {
		return fmt.Errorf("there is no KECO 2018 unit group %q", j.Keco4)
	}
	c.jobs = append(c.jobs, job{append([]string{j.Title}, j.Aliases...), j.Summary, j.Duties, u})
	return nil
}

// unitOf returns the unit of a KECO 2018 code that a job belongs to by its title, or -1.
// Its other names do not tell: one who delivers parcels is called 택배배달원 too, and is not
// one of those who deliver meals.
func (c *Corpus) unitOf(code2018, title string) int {
	rest := -1
	for i, u := range c.units {
		if u.code2018 != code2018 || code2018 == "" {
			continue
		}
		if c.words[i] == nil {
			rest = i
		}
		for _, w := range c.words[i] {
			if strings.Contains(title, w) {
				return i
			}
		}
	}
	return rest
}
