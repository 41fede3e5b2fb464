package door

import (
	"fmt"
	"slices"

	"ieum"
)

// A JSONResume is a résumé in the form of jsonresume.org, which other services
// read. Meta has it in our own form, whole, and beside it
// those that agencies have.
type JSONResume struct {
	Schema       string          `json:"$schema"`
	Basics       JSONBasics      `json:"basics"`
	Work         []JSONWork      `json:"work,omitempty"`
	Education    []JSONEducation `json:"education,omitempty"`
	Certificates []JSONNamed     `json:"certificates,omitempty"`
	Skills       []JSONNamed     `json:"skills,omitempty"`
	Meta         map[string]any  `json:"meta"`
}

// JSONBasics, JSONWork, JSONEducation and JSONNamed are its parts.
type JSONBasics struct {
	Name    string `json:"name,omitempty"`
	Label   string `json:"label,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Email   string `json:"email,omitempty"`
	Summary string `json:"summary,omitempty"`
}

// JSONWork is one spell of work.
type JSONWork struct {
	Position string `json:"position,omitempty"`
	Summary  string `json:"summary,omitempty"`
}

// JSONEducation is what somebody studied.
type JSONEducation struct {
	Area      string `json:"area,omitempty"`
	StudyType string `json:"studyType,omitempty"`
}

// JSONNamed is a certificate or a skill.
type JSONNamed struct {
	Name string `json:"name"`
}

// jsonResume turns records into it. named gives codes their names.
func jsonResume(r Records, named func(list, code string) string) JSONResume {
	out := JSONResume{Schema: "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json", Meta: map[string]any{}}
	if c := r.Contact; c != nil {
		out.Basics.Name, out.Basics.Phone, out.Basics.Email = c.Name, c.Phone, c.Mail
	}
	of := r.Resume
	if of == nil {
		of = &ieum.Resume{}
	}
	out.Basics.Label, out.Basics.Summary, out.Meta["ieum"] = of.Headline, of.Text, of
	if len(r.Imported) > 0 {
		rows := slices.Clone(r.Imported)
		for i := range rows {
			rows[i].Groups = nil // the file is handed on to employers and other services
		}
		out.Meta["imported"] = rows
	}
	for _, c := range of.Careers {
		w := JSONWork{Position: c.Title, Summary: c.Text}
		if c.Months > 0 {
			w.Summary = fmt.Sprintf("%s (P%dM)", c.Text, c.Months) // of spells we know how long, not when
		}
		out.Work = append(out.Work, w)
	}
	for _, m := range of.Majors {
		out.Education = append(out.Education, JSONEducation{named("majors", m), named("education", of.Education)})
	}
	if len(of.Majors) == 0 && of.Education != "" {
		out.Education = []JSONEducation{{"", named("education", of.Education)}}
	}
	for _, c := range of.Certificates {
		out.Certificates = append(out.Certificates, JSONNamed{named("certificates", c)})
	}
	for _, s := range of.Skills {
		out.Skills = append(out.Skills, JSONNamed{s})
	}
	return out
}
