package encoder

import (
	"bufio"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ieum"
	"ieum/defs"
)

// wordsCSV are words of occupations in seven languages, a row for each meaning.
//
//go:embed words.csv
var wordsCSV string

// A group is the names of one thing. Any two of them are a pair that training
// draws together.
type group []string

// A Corpus is what an encoder is trained on.
type Corpus struct {
	groups []group
	used   []Source
	held   *benchmark // of an agency's own names: some that are not learned
}

// A Source says what of a folder was used for training.
type Source struct {
	Name  string `json:"name"`
	Terms string `json:"terms"`
	Files string `json:"files"`
	Names int    `json:"names"` // distinct names of one group, summed over groups
}

// String says what the corpus holds.
func (c *Corpus) String() string {
	names := 0
	for _, g := range c.groups {
		names += len(g)
	}
	return fmt.Sprintf("%d things with %d names", len(c.groups), names)
}

// The names of sources, in the forms of their publishers, and of an agency's own.
const (
	sourceESCO = "ESCO 1.2 occupations in English, German and Spanish, further German and Spanish names of them in the training part of TalentCLEF 2025 task A, and ISCO-08 groups"
	sourceONET = "O*NET occupations with alternate and reported titles"
	sourceOwn  = "names of one thing"
	sourceJobs = "titles and other names of jobs"
)

// ReadCorpus reads what a folder has of names.tsv, esco/, onet/, kdot/ and
// talentclef/training/, and the lists "keco2018", "keco2025" and "competencies"
// of the definitions. Terms are those under which the owner of names.tsv and kdot/ gives them.
func ReadCorpus(dir, terms string, set *defs.Set) (*Corpus, error) {
	c := &Corpus{}
	for _, s := range []struct {
		Source
		read func(*Corpus, string) error
	}{
		{Source{Name: sourceESCO, Terms: "ESCO: free re-use with attribution to the European Commission; TalentCLEF: CC BY 4.0 at its source", Files: "esco/, talentclef/training/"}, (*Corpus).readESCO},
		{Source{Name: sourceONET, Terms: "CC BY 4.0, U.S. Department of Labor/ETA", Files: "onet/"}, (*Corpus).readONET},
		{Source{Name: sourceOwn, Terms: terms, Files: "names.tsv"}, (*Corpus).readOwn},
		{Source{Name: sourceJobs, Terms: terms, Files: "kdot/train.jsonl"}, (*Corpus).readKDOT},
	} {
		before := len(c.groups)
		err := s.read(c, dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		c.use(s.Source, before)
	}
	if len(c.used) == 0 {
		return nil, ieum.Errorf(ieum.ErrNotFound, "%s has nothing to train on: no names.tsv (names of one thing a line, with tabs between), and no esco, onet or kdot folder", dir)
	}
	if set != nil {
		before := len(c.groups)
		c.readDefinitions(set)
		c.use(Source{Name: "Names of KECO 2018 and 2025 and of competencies, Korean and English", Terms: "government names; English by this project", Files: "defs/codes"}, before)
	}
	before := len(c.groups)
	if err := c.readWords(); err != nil {
		return nil, err
	}
	c.use(Source{Name: "Words of occupations in seven languages, set down by hand", Terms: "this project", Files: "words.csv"}, before)
	return c, nil
}

// heldEvery: of one in so many things with three names or more the last is held back.
const heldEvery = 10

// readOwn reads names that an agency has for one thing, a thing a line. The last name of some
// is held back.
func (c *Corpus) readOwn(dir string) error {
	b, err := os.ReadFile(filepath.Join(dir, "names.tsv"))
	if err != nil {
		return err
	}
	c.held = &benchmark{name: "names.tsv, names held back", metric: "mrr", unit: []int32{}}
	rich := 0
	for line := range strings.Lines(string(b)) {
		names := distinct(strings.Split(strings.TrimRight(line, "\r\n"), "\t"))
		if len(names) < 2 {
			continue
		}
		if len(names) > 2 {
			if rich%heldEvery == heldEvery-1 {
				c.held.queries = append(c.held.queries, names[len(names)-1])
				c.held.relevant = append(c.held.relevant, []int32{int32(c.held.units)})
				names = names[:len(names)-1]
			}
			rich++
		}
		for _, n := range names {
			c.held.corpus, c.held.unit = append(c.held.corpus, n), append(c.held.unit, int32(c.held.units))
		}
		c.held.units++
		c.groups = append(c.groups, names)
	}
	return nil
}

// readWords reads the words set down by hand, which tie languages that no other
// list has to those that some has.
func (c *Corpus) readWords() error {
	rows, err := csv.NewReader(strings.NewReader(wordsCSV)).ReadAll()
	if err != nil {
		return err
	}
	for _, r := range rows[1:] {
		c.groups = append(c.groups, strings.Split(strings.Join(r, "|"), "|"))
	}
	return nil
}

// use tidies the groups read since before and counts them as a source.
func (c *Corpus) use(s Source, before int) {
	for i := before; i < len(c.groups); i++ {
		c.groups[i] = distinct(c.groups[i])
		s.Names += len(c.groups[i])
	}
	c.used = append(c.used, s)
}

// distinct drops blank and repeated names and keeps the order.
func distinct(names []string) []string {
	seen := map[string]bool{}
	out := names[:0:0]
	for _, n := range names {
		n = strings.Join(strings.Fields(n), " ")
		if n != "" && !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	return out
}

// rows reads a file with a line of headings; each row is a map by heading.
func rows(path string, comma rune, each func(row map[string]string) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := csv.NewReader(bufio.NewReader(skipMark(f)))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = comma, comma == '\t', -1
	heads, err := r.Read()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		row := make(map[string]string, len(heads))
		for i, h := range heads {
			if i < len(fields) {
				row[h] = fields[i]
			}
		}
		if err := each(row); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
}

// skipMark leaves out a byte order mark.
func skipMark(f io.Reader) io.Reader {
	b := bufio.NewReader(f)
	if mark, _ := b.Peek(3); string(mark) == "\ufeff" {
		b.Discard(3)
	}
	return b
}

func (c *Corpus) readESCO(dir string) error {
	at := map[string]int{}
	for _, lang := range []string{"en", "de", "es"} {
		err := rows(filepath.Join(dir, "esco", "occupations_"+lang+".csv"), ',', func(r map[string]string) error {
			uri := r["conceptUri"]
			i, ok := at[uri]
			if !ok {
				i = len(c.groups)
				at[uri] = i
				c.groups = append(c.groups, nil)
			}
			g := append(c.groups[i], r["preferredLabel"])
			g = append(g, strings.Split(r["preferredLabel"], "/")...)
			g = append(g, strings.Split(r["altLabels"], "\n")...)
			c.groups[i] = append(g, strings.Split(r["hiddenLabels"], "\n")...)
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, lang := range []string{"german/taskA_training_de", "spanish/taskA_training_es"} {
		c.readPairs(filepath.Join(dir, "talentclef", "training", lang+".tsv"), at)
	}
	return rows(filepath.Join(dir, "esco", "ISCOGroups_en.csv"), ',', func(r map[string]string) error {
		c.groups = append(c.groups, append(strings.Split(r["altLabels"], "\n"), r["preferredLabel"]))
		return nil
	})
}

// readPairs adds names of ESCO occupations that only the training pairs of
// TalentCLEF 2025 have, when they are there.
func (c *Corpus) readPairs(path string, at map[string]int) {
	b, err := os.ReadFile(path)
	if err != nil {
		return
	}
	for line := range strings.Lines(string(b)) {
		f := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if len(f) < 4 {
			continue
		}
		if i, ok := at[f[1]]; ok {
			c.groups[i] = append(c.groups[i], f[2], f[3])
		}
	}
}

func (c *Corpus) readONET(dir string) error {
	at := map[string]int{}
	dir = filepath.Join(dir, "onet")
	err := rows(filepath.Join(dir, "Occupation Data.txt"), '\t', func(r map[string]string) error {
		code := r["O*NET-SOC Code"]
		at[code] = len(c.groups)
		c.groups = append(c.groups, group{r["Title"]})
		return nil
	})
	if err != nil {
		return err
	}
	add := func(file string, comma rune, columns ...string) error {
		return rows(filepath.Join(dir, file), comma, func(r map[string]string) error {
			if i, ok := at[r["O*NET-SOC Code"]]; ok {
				for _, col := range columns {
					if v := r[col]; v != "n/a" {
						c.groups[i] = append(c.groups[i], v)
					}
				}
			}
			return nil
		})
	}
	return errors.Join(
		add("Alternate Titles.csv", ',', "Alternate Title", "Short Title"),
		add("Sample of Reported Titles.txt", '\t', "Reported Job Title"))
}

func (c *Corpus) readKDOT(dir string) error {
	f, err := os.Open(filepath.Join(dir, "kdot", "train.jsonl"))
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)

	for lines.Scan() {
		var j struct {
			Title   string
			Aliases []string
		}
		if err := json.Unmarshal(lines.Bytes(), &j); err != nil {
			return err
		}
		c.groups = append(c.groups, append(group{j.Title}, j.Aliases...))

	}
	return lines.Err()
}

func (c *Corpus) readDefinitions(set *defs.Set) {
	for _, list := range []string{"keco2018", "keco2025", "competencies"} {
		l := set.Codes[list]
		if l == nil {
			continue
		}
		for _, k := range l.Codes {
			c.groups = append(c.groups, append(group{k.Name.KO, k.Name.EN}, k.Aliases...))
		}
	}
}
