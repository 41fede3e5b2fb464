package catalogue

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"ieum"
)

// mostResume is the longest résumé that is read, in bytes.
const mostResume = 1 << 20

// ReadText reads a résumé of any form into fields: our own JSON, JSON Resume
// (jsonresume.org), or plain text in Korean or English, line by line. Names,
// addresses and numbers that identify a person are left out where the form says
// which they are. An unreadable one is ieum.ErrInvalid.
func (r *Reader) ReadText(text []byte) (ieum.Resume, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	switch trimmed := bytes.TrimSpace(text); {
	case len(text) > mostResume:
		return ieum.Resume{}, badResume("resume_text.long", "the résumé is longer than 1 MB; leave out pictures and attachments")
	case !utf8.Valid(text):
		return ieum.Resume{}, badResume("resume_text.encoding", "the résumé is not UTF-8 text; save it as text (UTF-8) or JSON and try again")
	case len(trimmed) == 0:
		return ieum.Resume{}, badResume("resume_text.empty", "the résumé is empty; write what work you have done, a line each")
	case trimmed[0] == '{':
		return r.readJSON(trimmed)
	default:
		return r.readLines(string(text)), nil
	}
}

func badResume(key, message string) error {
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: key, Message: message}
}

// readJSON reads our own form or JSON Resume, told apart by their fields.
func (r *Reader) readJSON(text []byte) (ieum.Resume, error) {
	var shape map[string]json.RawMessage
	if err := json.Unmarshal(text, &shape); err != nil {
		return ieum.Resume{}, badResume("resume_text.json", "the résumé is not valid JSON: "+err.Error())
	}
	for _, field := range []string{"basics", "work", "volunteer", "$schema"} {
		if _, ok := shape[field]; ok {
			return r.readJSONResume(text)
		}
	}
	if e, ok := shape["education"]; ok && e[0] == '[' {
		return r.readJSONResume(text)
	}
	var out ieum.Resume
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&out); err != nil {
		return ieum.Resume{}, badResume("resume_text.json", "the résumé cannot be read: "+strings.TrimPrefix(err.Error(), "json: "))
	}
	return out, nil
}

// A jsonResume is what is read of a JSON Resume (schema 1.0.0). Fields that only
// identify the person are not among it.
type jsonResume struct {
	Basics struct {
		Label, Summary string
		Location       struct{ City, Region string }
	}
	Work, Volunteer []struct {
		Position, Summary, StartDate, EndDate string
		Highlights                            []string
	}
	Education []struct {
		Area, StudyType string
	}
	Certificates []struct{ Name string }
	Skills       []struct {
		Name     string
		Keywords []string
	}
	Languages []struct{ Language, Fluency string }
	Projects  []struct {
		Name, Description string
		Highlights        []string
		Keywords          []string
	}
}

func (r *Reader) readJSONResume(text []byte) (out ieum.Resume, err error) {
	var in jsonResume
	if err := json.Unmarshal(text, &in); err != nil {
		return out, badResume("resume_text.json", "the résumé is no JSON Resume: "+strings.TrimPrefix(err.Error(), "json: "))
	}
	out.Headline = in.Basics.Label
	out.Region = strings.TrimSpace(in.Basics.Location.Region + " " + in.Basics.Location.City)
	for i, work := range append(in.Work, in.Volunteer...) {
		from, _ := r.readMonth(work.StartDate)
		to, ok := r.readMonth(work.EndDate)
		if !ok {
			to = r.thisMonth()
		}
		c := ieum.Career{Title: work.Position, Unpaid: i >= len(in.Work), Months: from.until(to)}
		c.Text = joinLines(append([]string{work.Summary}, work.Highlights...)...)
		out.Careers = append(out.Careers, c)
	}
	for _, e := range in.Education {
		r.addSchool(&out, e.StudyType+" "+e.Area)
		if e.Area != "" && len(out.Majors) == 0 {
			out.Majors = append(out.Majors, e.Area)
		}
	}
	for _, c := range in.Certificates {
		out.Certificates = append(out.Certificates, c.Name)
	}
	for _, s := range in.Skills {
		out.Skills = append(append(out.Skills, s.Name), s.Keywords...)
	}
	for _, l := range in.Languages {
		out.Skills = append(out.Skills, strings.TrimSpace(l.Language+" "+l.Fluency))
	}
	lines := []string{in.Basics.Summary}
	for _, p := range in.Projects {
		lines = append(lines, p.Name, p.Description)
		lines = append(append(lines, p.Highlights...), p.Keywords...)
	}
	out.Text = joinLines(lines...)
	return out, nil
}

// joinLines joins the lines that say something.
func joinLines(lines ...string) string {
	kept := lines[:0:0]
	for _, l := range lines {
		if l = strings.TrimSpace(l); l != "" {
			kept = append(kept, l)
		}
	}
	return strings.Join(kept, "\n")
}
