package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"ieum"
	"ieum/defs"
	"ieum/internal/catalogue"
	"ieum/internal/door"
	"ieum/internal/jobcare"
	"ieum/internal/platform/backup"
	"ieum/internal/platform/web"
)

// counting is what exports are for.
const counting ieum.PurposeID = "statistics"

var exportCommand = &command{
	name: "export", args: "", about: "write out the résumés of those who agreed to be counted, in coarse codes, encrypted; takes two people",
	holds: web.Records, through: asStaff, purpose: counting,
	setup: func(fs *flag.FlagSet) run {
		var x export
		x.by.flags(fs)
		fs.StringVar(&x.agreement, "agreement", "", "the `file` by which a second person agreed to this")
		fs.StringVar(&x.agreeing, "agree", "", "agree to one export by somebody else: the agreement `file` to write, which they give as --agreement within an hour")
		fs.StringVar(&x.asks, "for", "", "with --agree: the sign-in `name` of who exports")
		fs.StringVar(&x.out, "out", "", "the `file` to write, where there is none yet")
		fs.StringVar(&x.recipient, "recipient", "", "the public `key` (age1…) whose owner opens the file with age")
		return func(ctx context.Context, e *env, args []string) error {
			agrees := x.agreeing != "" && x.asks != ""
			switch {
			case len(args) > 0 || x.out == "" || x.recipient == "" || agrees == (x.agreement != ""):
				return usagef("export takes --as NAME --credential FILE --agreement FILE --purpose %s --recipient age1… --out FILE; the second person makes the agreement before with the same --purpose, --recipient and --out, and --agree FILE --for NAME in the place of --agreement", counting)
			case agrees:
				return x.agree(ctx, e)
			}
			return x.run(ctx, e)
		}
	},
}

// An export is what the command was asked for.
type export struct {
	by                        asking
	agreement, agreeing, asks string
	out, recipient            string
}

// wanted is what the second person agrees to.
func (x *export) wanted() door.Export {
	return door.Export{Purpose: counting, Recipient: x.recipient, File: filepath.Base(x.out)}
}

// run writes the file. Killed before its end it leaves none, and the records of
// what it read.
func (x *export) run(ctx context.Context, e *env) error {
	set, err := e.definitions()
	if err != nil {
		return err
	}
	keys, err := backup.Recipient(x.recipient)
	if err != nil {
		return err
	}
	token, err := x.token()
	if err != nil {
		return err
	}
	r, err := x.by.open(ctx, e, set)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := r.imported.door.Replay(ctx, r.keys.Erased()); err != nil {
		return err
	}
	coder, err := e.coder(set, "")
	if err != nil {
		return err
	}
	extractor, err := e.extractor(set, "")
	if err != nil {
		return err
	}
	c := coarse{set, catalogue.NewReader(set, coder, extractor, e.now), e.now().In(ieum.Seoul).Year()}
	f, err := backup.CreateFile(x.out, keys)
	if err != nil {
		return err
	}
	n, err := x.write(ctx, e, c, r, token, f)
	if err != nil {
		return errors.Join(err, f.Abandon())
	}
	if err := f.Close(); err != nil {
		return err
	}
	e.say("%s: %d people, each of whom sees at /my/access that you asked; open it with: age -d -i KEY %s", x.out, n, x.out)
	return nil
}

// write writes the lines of all who may be read, in an order that says nothing of
// who they are or when they agreed.
func (x *export) write(ctx context.Context, e *env, c coarse, r *rowReader, token string, to *backup.File) (people int, err error) {
	var lines []string
	b, err := r.imported.door.Export(ctx, askerOf(r.by), token, x.wanted(), func(of ieum.Resume) error {
		lines = append(lines, line(c.cells(of)))
		return ctx.Err()
	})
	if err != nil {
		return 0, inTime(err)
	}
	made, err := r.registry.Demo(ctx)
	if err != nil {
		return 0, err
	}
	slices.Sort(lines)
	text := bytes.NewBufferString("\ufeff") // without it spreadsheets take Korean for something else
	for _, note := range notes(b, len(lines), ieum.DayOf(e.now()), c.set.Purposes[counting], made) {
		text.WriteString("# " + note + "\n")
	}
	text.WriteString(line(columns) + strings.Join(lines, ""))
	_, err = text.WriteTo(to)
	return len(lines), err
}

// notes are what stands above the lines, in both languages.
func notes(b *door.Bulk, people int, day ieum.Day, p *defs.Purpose, simulated bool) []string {
	list := []string{
		fmt.Sprintf("사람 %d명, 한 줄에 한 사람 · %d people, one a line", people, people),
		fmt.Sprintf("기준일 · as of %s", day),
		fmt.Sprintf("출처: %s에 동의하고 이력을 스스로 남긴 사람. 전체를 대표하지 않음 · source: people who keep a résumé here and agreed to this; they stand for nobody else", p.Title.KO),
		fmt.Sprintf("목적 · purpose: %s (%s), version %d", p.ID, p.Title.In("en"), p.Version),
		fmt.Sprintf("기록 · record: %s, 공개 원장의 해시 · root in the ledger %s", b.ID, b.Root),
		"누구인지 알아보려 하거나 다른 자료와 이어 붙이지 말 것. 다섯 명 미만의 칸은 공개하지 말 것 · find out about nobody, join with nothing, publish no cell of fewer than five",
		"직종은 글에서 추정한 것 · occupations and competencies are read from texts, and may be wrong",
	}
	if simulated {
		list = slices.Insert(list, 0, "가상: 꾸며 낸 사람들 · SIMULATED: these people are made up")
	}
	return list
}

// columns are the names of what stands in a line.
var columns = []string{"age", "region", "region_name", "occupation", "occupation_name", "education", "career_years", "competencies", "competency_names"}

// coarse makes of a résumé codes that say little of a person.
type coarse struct {
	set    *defs.Set
	reader *catalogue.Reader
	year   int // now, in Seoul
}

// cells are the columns of a résumé; what it does not say is empty. Nothing of its
// own words is among them, only codes and the names that lists have for them.
func (c coarse) cells(of ieum.Resume) []string {
	p := c.reader.Read(of)
	region, job := "", ""
	if len(p.Region) >= 2 {
		region = p.Region[:2]
	}
	if len(p.Occupations) > 0 {
		job = p.Occupations[0].Code
	}
	age := ""
	if of.BirthYear > 0 {
		age = within(jobcare.Ages, c.year-of.BirthYear)
	}
	var ids, names []string
	for _, found := range p.Competencies {
		ids = append(ids, found.ID)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	for _, id := range ids {
		names = append(names, c.set.Name("competencies", id).KO)
	}
	career := ""
	if len(of.Careers) > 0 {
		career = within(jobcare.Careers, p.CareerMonths)
	}
	return []string{age, region, c.set.Name("regions", region).KO, job, c.set.Name("keco2025", job).KO, p.Education, career, strings.Join(ids, " "), strings.Join(names, "; ")}
}

// within returns the code of the band that a number is in, such as 3~5: 3-5 is a
// day to a spreadsheet.
func within(bands []jobcare.Band, n int) string {
	for _, b := range bands {
		if b.From <= n && n < b.To {
			return strings.ReplaceAll(b.Code, "-", "~")
		}
	}
	return ""
}

// line is a line of CSV, every cell quoted.
func line(cells []string) string {
	quoted := make([]string, len(cells))
	for i, cell := range cells {
		quoted[i] = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
	}
	return strings.Join(quoted, ",") + "\n"
}
