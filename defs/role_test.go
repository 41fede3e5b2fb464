package defs

import (
	"strings"
	"testing"
	"time"

	"ieum"
)

const night = `id: night
version: 1
title: {ko: 야간 상담사, en: Night counsellor}
about: {ko: 밤에 상담하는 사람, en: Counsels at night.}
staff: true
two_factors: true
reach: assigned
lasts: P6M
may: [own.data, clients.read]
`

func TestBuiltInRoles(t *testing.T) {
	set := builtIn(t)
	for _, id := range []ieum.RoleID{"officer", "counsellor", "analyst", "operator", "auditor", "seeker", "employer"} {
		if set.Roles[id] == nil {
			t.Errorf("there is no role %s", id)
		}
	}
	for id, r := range set.Roles {
		if r.Allows(ieum.GrantRoles) && id != "operator" {
			t.Errorf("%s may grant roles", id)
		}
	}
}

// A role of one's own stands beside the built-in ones, or in place of one.
func TestRolesAreLaidOver(t *testing.T) {
	layer := files()
	layer["roles/night.yaml"] = text(night)
	set, err := LoadFrom(layer)
	if err != nil {
		t.Fatal(err)
	}
	if r := set.Roles["night"]; r == nil || r.Reach != ReachAssigned || !r.Allows(ieum.ReadClients) || r.Allows(ieum.WriteClients) {
		t.Errorf("the role is %+v", r)
	}
	at := time.Date(2026, 8, 31, 0, 0, 0, 0, time.UTC)
	if until := set.Roles["night"].Until(at); until != time.Date(2027, 3, 3, 0, 0, 0, 0, time.UTC) {
		t.Errorf("six months from %s is %s", at, until)
	}
}

func TestFaultsOfRoles(t *testing.T) {
	for _, tt := range []struct{ old, new, want string }{
		{"id: night", "id: nights", `roles/night.yaml:1: id is "nights", but the file's name says "night"`},
		{"version: 1", "version: 0", "roles/night.yaml:2: version is a whole number"},
		{", en: Night counsellor}", "}", "roles/night.yaml:3: title needs a text in ko and in en"},
		{"two_factors: true", "two_factors: false", "roles/night.yaml:6: staff sign in with two factors"},
		{"reach: assigned", "reach: everybody", `roles/night.yaml:7: reach is self, assigned, site, organisation, all, not "everybody"`},
		{"lasts: P6M", "lasts: forever", "roles/night.yaml:8: lasts says how long"},
		{"may: [own.data, clients.read]", "may: []", "roles/night.yaml:9: may lists what the role may do"},
		{"clients.read]", "client.read]", "roles/night.yaml:9: there is no permission client.read; did you mean clients.read?"},
		{"clients.read]", "own.data]", "roles/night.yaml:9: own.data is given twice"},
		{"staff: true", "staff: false", "roles/night.yaml:9: clients.read is for staff"},
		{"clients.read]", "clients.read, roles.grant]", ""},
		{"clients.read]", "clients.read, statistics.read]", ""},
		{"clients.read]", "log.read, roles.grant]", "roles/night.yaml:9: log.read and roles.grant are not in one role"},
		{"reach:", "extent:", "roles/night.yaml:7: "},
	} {
		layer := files()
		edited := strings.Replace(night, tt.old, tt.new, 1)
		if edited == night {
			t.Fatalf("the role does not hold %q", tt.old)
		}
		layer["roles/night.yaml"] = text(edited)
		_, err := LoadFrom(layer)
		if tt.want == "" {
			tt.want = "are not in one role"
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q for %q: %v; want %s", tt.new, tt.old, err, tt.want)
		}
	}
}
