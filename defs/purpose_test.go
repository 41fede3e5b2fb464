package defs

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"ieum"
)

const visit = `id: visit
version: 1
title: {ko: 방문 상담, en: Visits}
about: {ko: 집으로 찾아갑니다., en: Somebody comes by.}
may: clients.read
records: [contact, resume]
bases: [consent, law]
law: {title: {ko: 가상법, en: Made-up Act}, article: 제1조}
lasts: P6M
`

func TestBuiltInPurposes(t *testing.T) {
	set := builtIn(t)
	for _, id := range []ieum.PurposeID{"own", "counselling", "registration", "hiring", "statistics", "notices"} {
		if set.Purposes[id] == nil {
			t.Errorf("there is no purpose %s", id)
		}
	}
	for id, p := range set.Purposes {
		if p.On(BasisSelf) != (id == "own" || id == "alerts") {
			t.Errorf("%s rests on self: %v", id, p.On(BasisSelf))
		}
	}
}

// TestWhatTakesAFreshSignIn: what may tell of health or a disability, wherever others
// read it; and single rows of people whom nobody assigned to who looks.
func TestWhatTakesAFreshSignIn(t *testing.T) {
	set := builtIn(t)
	want := map[ieum.PurposeID]string{"counselling": "[note]", "papers": "[paper]", "oversight": "[paper]", "registration": "[paper]", "labour-market": "[resume]", "placement": "[resume]", "exact-figures": "[resume]"}
	for id, p := range set.Purposes {
		if got := fmt.Sprint(p.StepUp); got != cmp.Or(want[id], "[]") {
			t.Errorf("%s takes a fresh sign-in for %s, want %s", id, got, want[id])
		}
	}
	if p := set.Purposes["counselling"]; !p.TakesFresh([]ieum.RecordKind{ieum.ContactRecord, ieum.NoteRecord}) || p.TakesFresh([]ieum.RecordKind{ieum.ContactRecord, ieum.ResumeRecord}) {
		t.Error("to counsel takes a fresh sign-in for notes alone")
	}
}

func TestPurposesAreLaidOver(t *testing.T) {
	layer := files()
	layer["purposes/visit.yaml"] = text(visit)
	set, err := LoadFrom(layer)
	if err != nil {
		t.Fatal(err)
	}
	p := set.Purposes["visit"]
	if p == nil || !p.On(BasisLaw) || p.On(BasisMandate) || !p.Reads(ieum.ContactRecord) || p.Reads(ieum.NoteRecord) || p.TakesFresh(p.Records) {
		t.Fatalf("the purpose is %+v", p)
	}
	if until := p.Until(time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC)); until != time.Date(2026, 7, 15, 0, 0, 0, 0, time.UTC) {
		t.Errorf("a consent ends %s", until)
	}
}

// People consent to a version of a purpose: what is laid over it says so when it is
// another, and takes no limit back.
func TestAPurposeLaidOverKeepsItsLimits(t *testing.T) {
	const own = visit + "step_up: [contact]\nmost: 30\n"
	for _, tt := range []struct{ old, now, want string }{
		{"", "", ""},
		{"집으로 찾아갑니다.", "댁으로 찾아갑니다.", ""},
		{"may: clients.read", "may: statistics.read", "it takes clients.read in "},
		{"version: 1\ntitle: {ko: 방문 상담, en: Visits}\nabout: {ko: 집으로 찾아갑니다., en: Somebody comes by.}\nmay: clients.read", "version: 2\ntitle: {ko: 방문 상담, en: Visits}\nabout: {ko: 집으로 찾아갑니다., en: Somebody comes by.}\nmay: own.data", "it takes clients.read in "},
		{"[contact, resume]", "[contact, resume, account]", "give it a version above 1"},
		{"[consent, law]", "[law, consent]", "give it a version above 1"},
		{"P6M", "P1Y", "give it a version above 1"},
		{"제1조", "제2조", "give it a version above 1"},
		{"version: 1\n", "version: 2\n", ""},
		{"step_up: [contact]\n", "", "name contact in step_up"},
		{"most: 30\n", "", "one account may read 30 in an hour in "},
		{"most: 30", "most: 31", "one account may read 30 in an hour in "},
		{"most: 30", "most: 3", ""},
	} {
		below, layer := files(), fstest.MapFS{}
		below["purposes/visit.yaml"] = text(own)
		layer["purposes/visit.yaml"] = text(strings.Replace(own, tt.old, tt.now, 1))
		_, err := LoadFrom(below, layer)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%q for %q: %v", tt.now, tt.old, err)
		}
	}
}

// What is laid over a built-in purpose, of whatever version, is for who has the same
// permission, and reads nothing without the fresh sign-in that it takes.
func TestNoBuiltInPurposeIsWeakened(t *testing.T) {
	set, paths := builtIn(t), map[string]string{}
	names, err := fs.Glob(Files, "purposes/*.yaml")
	if err != nil || len(names) != len(set.Purposes) {
		t.Fatalf("the files of %d purposes are %q, %v", len(set.Purposes), names, err)
	}
	for _, name := range names {
		old, err := fs.ReadFile(Files, name)
		if err != nil {
			t.Fatal(err)
		}
		paths[name] = regexp.MustCompile(`(?m)^version: \d+$`).ReplaceAllString(string(old), "version: 99")
	}
	// lay returns the faults of the purposes over which one is laid that lacks or changes what a pattern finds.
	lay := func(pattern, with string) map[string]string {
		layer, faults := fstest.MapFS{}, map[string]string{}
		for name, now := range paths {
			layer[name] = text(regexp.MustCompile(pattern).ReplaceAllString(now, with))
		}
		_, err := Load(layer)
		found, _ := errors.AsType[Faults](err)
		for _, f := range found {
			faults[f.File] += f.Text + "\n"
		}
		return faults
	}
	another := func(p *Purpose) string {
		if p.May == ieum.OwnData {
			return ""
		}
		return "it takes " + string(p.May) + " in "
	}
	for what, tt := range map[string]struct {
		faults map[string]string
		want   func(p *Purpose) string
	}{
		"as it is":      {lay(`none`, ""), func(*Purpose) string { return "" }},
		"for everybody": {lay(`(?m)^may: .*$`, "may: own.data"), another},
		"without a fresh sign-in": {lay(`(?m)^step_up: .*\n`, ""), func(p *Purpose) string {
			if len(p.StepUp) > 0 {
				return "name " + string(p.StepUp[0]) + " in step_up"
			}
			return ""
		}},
		"of other records": {lay(`(?m)^records: \[(resume|paper)\]((?:\n.*)*)\nstep_up: .*`, "records: [contact]$2"), func(p *Purpose) string {
			if len(p.StepUp) == len(p.Records) {
				return "name contact in step_up"
			}
			return ""
		}},
	} {
		for id, p := range set.Purposes {
			want, got := tt.want(p), tt.faults["purposes/"+string(id)+".yaml"]
			if want == "" && got != "" || !strings.Contains(got, want) {
				t.Errorf("%s %s has the faults %q, want %q", id, what, got, want)
			}
		}
	}
}

func TestFaultsOfPurposes(t *testing.T) {
	for _, tt := range []struct{ old, new, want string }{
		{"id: visit", "id: visits", `purposes/visit.yaml:1: id is "visits", but the file's name says "visit"`},
		{"version: 1", "version: 0", "purposes/visit.yaml:2: version is a whole number"},
		{", en: Visits}", "}", "purposes/visit.yaml:3: title needs a text in ko and in en"},
		{"clients.read", "client.read", "purposes/visit.yaml:5: there is no permission client.read; did you mean clients.read?"},
		{"[contact, resume]", "[]", "purposes/visit.yaml:6: records lists at least one of"},
		{"[contact, resume]", "[contact, pulse]", `purposes/visit.yaml:6: records are contact, resume, note, paper, search, alert, imported, not "pulse"`},
		{"[contact, resume]", "[contact, contact]", "purposes/visit.yaml:6: contact is given twice"},
		{"[consent, law]", "[whim]", `purposes/visit.yaml:7: bases are self, consent, law, mandate, not "whim"`},
		{"article: 제1조", "article: ''", "purposes/visit.yaml:8: law.article names the article"},
		{"[consent, law]", "[consent]", "purposes/visit.yaml:8: law is for purposes whose bases include law"},
		{"lasts: P6M", "lasts: forever", "purposes/visit.yaml:9: lasts says how long a consent holds"},
		{"[consent, law]", "[law]", "purposes/visit.yaml:9: lasts is for purposes whose bases include consent"},
		{"records:", "fields:", "purposes/visit.yaml:6: fields is no field here"},
		{"lasts: P6M", "lasts: P6M\nstep_up: [note]", "purposes/visit.yaml:10: step_up are contact, resume, not \"note\""},
		{"lasts: P6M", "lasts: P6M\nstep_up: []", "purposes/visit.yaml:10: step_up lists at least one of contact, resume"},
		{"[contact, resume]", "[contact, note]", "purposes/visit.yaml:6: note may tell of somebody's health or disability"},
		{"[contact, resume]", "[paper]", "purposes/visit.yaml:6: paper may tell of somebody's health or disability"},
	} {
		layer := files()
		changed := strings.Replace(visit, tt.old, tt.new, 1)
		if changed == visit {
			t.Fatalf("the purpose does not hold %q", tt.old)
		}
		layer["purposes/visit.yaml"] = text(changed)
		if _, err := LoadFrom(layer); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q for %q: %v; want %s", tt.new, tt.old, err, tt.want)
		}
	}
}
