package match

import (
	"cmp"
	"strings"

	"ieum"
)

// An object is a node of linked data.
type object = map[string]any

// employmentTypes turns codes of the list employment into those that schema.org
// names (https://schema.org/employmentType).
var employmentTypes = map[string]string{"regular": "FULL_TIME", "permanent-contract": "FULL_TIME", "contract": "TEMPORARY", "part-time": "PART_TIME",
	"intern": "INTERN", "dispatch": "TEMPORARY", "daily": "PER_DIEM", "freelance": "CONTRACTOR", "trainee": "OTHER"}

// payUnits are the bases of pay as schema.org calls them, other than the year.
var payUnits = map[string]string{"hour": "HOUR", "day": "DAY", "month": "MONTH"}

// credentials turns codes of the list education into the categories that job
// search engines know.
var credentials = map[string]string{"high": "high school", "associate": "associate degree", "bachelor": "bachelor degree",
	"master": "postgraduate degree", "doctor": "postgraduate degree"}

// schemaOrg writes a posting as a schema.org JobPosting (version 29).
func (m *Matcher) schemaOrg(d *Detail) object {
	o := object{
		"@context": "https://schema.org", "@type": "JobPosting", "title": d.Title, "description": d.Body,
		"hiringOrganization": object{"@type": "Organization", "name": d.Company}, "directApply": false,
		"jobLocation": object{"@type": "Place", "address": m.address(d.Region)},
	}
	set := func(name string, value any, known bool) {
		if known {
			o[name] = value
		}
	}
	set("datePosted", d.Opened.String(), d.Opened != 0)
	set("validThrough", d.Deadline.String()+"T23:59:59+09:00", d.Deadline != 0)
	set("employmentType", employmentTypes[d.Employment], employmentTypes[d.Employment] != "")
	set("totalJobOpenings", d.Openings, d.Openings > 0)
	set("occupationalCategory", m.set.Name("keco2025", d.Occupation).KO, d.Occupation != "")
	set("industry", m.set.Name("industries", d.Industry).KO, d.Industry != "")
	set("skills", m.names("competencies", d.Skills), len(d.Skills) > 0)
	set("qualifications", m.qualifications(d), len(d.Required) > 0)
	set("disambiguatingDescription", "Simulated: made up for a demonstration", d.Simulated)
	if s := d.Sources; len(s) > 0 {
		o["identifier"] = object{"@type": "PropertyValue", "name": string(s[0].Source), "value": s[0].Key}
		set("sameAs", s[0].URL, s[0].URL != "")
	}
	if c := credentials[d.Education]; c != "" {
		o["educationRequirements"] = object{"@type": "EducationalOccupationalCredential", "credentialCategory": c}
	}
	if c := d.Career; c != nil && c.Least != nil {
		o["experienceRequirements"] = object{"@type": "OccupationalExperienceRequirements", "monthsOfExperience": *c.Least}
	}
	if p := d.Pay; p != nil && p.Least+p.Most > 0 {
		value := object{"@type": "QuantitativeValue", "unitText": cmp.Or(payUnits[p.Basis], "YEAR")}
		if p.Least > 0 {
			value["minValue"] = ieum.Stated(p.Least, p.Basis)
		}
		if p.Most > 0 {
			value["maxValue"] = ieum.Stated(p.Most, p.Basis)
		}
		o["baseSalary"] = object{"@type": "MonetaryAmount", "currency": "KRW", "value": value}
	}
	return o
}

// address is a region as a postal address: the province, and the rest.
func (m *Matcher) address(region string) object {
	a := object{"@type": "PostalAddress", "addressCountry": "KR"}
	list := m.set.Codes["regions"]
	if region == "" || list == nil {
		return a
	}
	path := append([]string{region}, list.Ancestors(region)...)
	a["addressRegion"] = list.Name(path[len(path)-1], "ko")
	if len(path) > 1 {
		a["addressLocality"] = list.Name(region, "ko")
	}
	return a
}

func (m *Matcher) names(list string, codes []string) string {
	var names []string
	for _, c := range codes {
		names = append(names, m.set.Name(list, c).KO)
	}
	return strings.Join(names, ", ")
}

// qualifications names the certificates one must have, alternatives with 또는.
func (m *Matcher) qualifications(d *Detail) string {
	var all []string
	for _, r := range d.Required {
		all = append(all, strings.ReplaceAll(m.names("certificates", r.Any), ", ", " 또는 "))
	}
	return strings.Join(all, ", ")
}
