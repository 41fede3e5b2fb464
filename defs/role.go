package defs

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"ieum"
)

var reaches = []Reach{ReachSelf, ReachAssigned, ReachSite, ReachOrganisation, ReachAll}

// Within says whether a reach is no wider than another.
func (r Reach) Within(other Reach) bool {
	return slices.Index(reaches, r) >= 0 && slices.Index(reaches, r) <= slices.Index(reaches, other)
}

// Until returns the moment at which a grant of the role made at now ends at
// the latest.
func (r *Role) Until(now time.Time) time.Time { return after(r.Lasts, now) }

// after returns the moment a duration such as P1Y after now; now for what is none.
func after(lasts string, now time.Time) time.Time {
	m := duration.FindStringSubmatch(lasts)
	if m == nil {
		return now
	}
	var n [3]int
	for i, part := range m[1:] {
		n[i], _ = strconv.Atoi(strings.TrimRight(part, "YMD"))
	}
	return now.AddDate(n[0], n[1], n[2])
}

// Allows says whether a role allows something.
func (r *Role) Allows(p ieum.Permission) bool { return slices.Contains(r.May, p) }

// TakesTwo says whether two people grant the role: who has it works for the service,
// or reaches more than what is their own, as an employer does who opens the résumés of
// candidates.
func (r *Role) TakesTwo() bool {
	return r.Staff || slices.ContainsFunc(r.May, func(p ieum.Permission) bool { return p != ieum.OwnData })
}

// apart are permissions that no role and no person joins: who checks does not
// act, who hands out roles reads nothing about clients.
var apart = [][2]ieum.Permission{
	{ieum.ReadLog, ieum.GrantRoles}, {ieum.ReadLog, ieum.Operate}, {ieum.ReadLog, ieum.Decide}, {ieum.ReadLog, ieum.WriteClients},
	{ieum.GrantRoles, ieum.ReadClients}, {ieum.GrantRoles, ieum.Decide},
	{ieum.ReadStatistics, ieum.ReadClients},
}

// Apart says whether two roles together would join what is kept apart, so that
// one person does not have both.
func Apart(a, b *Role) bool {
	return slices.ContainsFunc(apart, func(pair [2]ieum.Permission) bool {
		return a.Allows(pair[0]) && b.Allows(pair[1]) || a.Allows(pair[1]) && b.Allows(pair[0])
	})
}

// forStaff are the permissions that only those who work for the service have.
func forStaff(p ieum.Permission) bool { return p != ieum.OwnData && p != ieum.OwnPostings }

// role checks a role and adds it to the set.
func (l *loader) role(d *doc) {
	if d.root == nil {
		return
	}
	r := d.value.(*Role)
	d.checkID(string(r.ID))
	if r.ID != "" && !idForm.MatchString(string(r.ID)) {
		d.fault(d.at("id"), "an id is small letters, digits and - between, not %q", r.ID)
	}
	if r.Version < 1 {
		d.fault(d.at("version"), "version is a whole number from 1 on; raise it when what the role may do changes")
	}
	d.checkText(r.Title, "title")
	d.checkText(r.About, "about")
	if !slices.Contains(reaches, r.Reach) {
		d.fault(d.at("reach"), "reach is %s, not %q", strings.Join(texts(reaches), ", "), r.Reach)
	}
	if len(r.Lasts) < 3 || !duration.MatchString(r.Lasts) {
		d.fault(d.at("lasts"), "lasts says how long a grant holds at most: such as P1Y, P6M or P30D; not %q", r.Lasts)
	}
	if r.Staff && !r.TwoFactors {
		d.fault(d.at("two_factors"), "staff sign in with two factors: two_factors must be true")
	}
	r.checkMay(d)
	l.set.Roles[r.ID] = r
}

// checkMay faults permissions that do not exist, are given twice, or do not go
// together.
func (r *Role) checkMay(d *doc) {
	if len(r.May) == 0 {
		d.fault(d.at("may"), "may lists what the role may do, at least one thing")
	}
	for i, p := range r.May {
		switch {
		case !slices.Contains(ieum.Permissions, p):
			d.fault(d.at("may", i), "there is no permission %s%s (known: %s)", p, nearest(string(p), texts(ieum.Permissions)), strings.Join(texts(ieum.Permissions), ", "))
		case slices.Index(r.May, p) < i:
			d.fault(d.at("may", i), "%s is given twice", p)
		case forStaff(p) && !r.Staff:
			d.fault(d.at("may", i), "%s is for staff: staff must be true", p)
		}
		for _, pair := range apart {
			if j := slices.Index(r.May, pair[0]); p == pair[1] && j >= 0 {
				d.fault(d.at("may", i), "%s and %s are not in one role: who has one must not have the other", pair[0], pair[1])
			}
		}
	}
}
