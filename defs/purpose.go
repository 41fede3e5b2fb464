package defs

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"ieum"
)

var bases = []Basis{BasisSelf, BasisConsent, BasisLaw, BasisMandate}

// On says whether a purpose may rest on a basis.
func (p *Purpose) On(b Basis) bool { return slices.Contains(p.Bases, b) }

// Reads says whether a purpose may read a kind of records.
func (p *Purpose) Reads(kind ieum.RecordKind) bool { return slices.Contains(p.Records, kind) }

// TakesFresh says whether somebody who reads kinds of records for a purpose must have
// signed in a short while ago.
func (p *Purpose) TakesFresh(kinds []ieum.RecordKind) bool {
	return slices.ContainsFunc(kinds, func(k ieum.RecordKind) bool { return slices.Contains(p.StepUp, k) })
}

// sensitive are records in which may stand what the Personal Information Protection Act
// (개인정보 보호법) art. 23 calls sensitive, such as health or a disability, whatever
// they were asked for: a counsellor writes freely, and people sign with a disability
// card or a court's order in hand. Of imported rows only groups of kind resume tells of a
// disability, which is shown to whose it is and to nobody else.
var sensitive = []ieum.RecordKind{ieum.NoteRecord, ieum.PaperRecord}

// Until returns the moment at which a consent given at now ends at the latest.
func (p *Purpose) Until(now time.Time) time.Time { return after(p.Lasts, now) }

// purpose checks a purpose and adds it to the set.
func (l *loader) purpose(d *doc) {
	if d.root == nil {
		return
	}
	p := d.value.(*Purpose)
	d.checkID(string(p.ID))
	if p.ID != "" && !idForm.MatchString(string(p.ID)) {
		d.fault(d.at("id"), "an id is small letters, digits and - between, not %q", p.ID)
	}
	if p.Version < 1 {
		d.fault(d.at("version"), "version is a whole number from 1 on; raise it when what the purpose may read changes")
	}
	d.checkText(p.Title, "title")
	d.checkText(p.About, "about")
	if !slices.Contains(ieum.Permissions, p.May) {
		d.fault(d.at("may"), "there is no permission %s%s (known: %s)", p.May, nearest(string(p.May), texts(ieum.Permissions)), strings.Join(texts(ieum.Permissions), ", "))
	}
	d.eachOnce("records", texts(p.Records), texts(ieum.RecordKinds))
	d.eachOnce("bases", texts(p.Bases), texts(bases))
	p.checkBases(d)
	p.checkStepUp(d)
	if p.Most < 0 {
		d.fault(d.at("most"), "most is how often one account may read in an hour, not %d; leave it out for any number", p.Most)
	}
	d.keepsLimits(p)
	l.set.Purposes[p.ID] = p
}

// keepsLimits faults a purpose that changes what the one beneath says and keeps its
// version, for consents that people gave are to that version; and one that takes a limit
// back: another permission, which others have; a read without the fresh sign-in that it
// took beneath, also by reading other kinds where all took one; more reads in an hour.
func (d *doc) keepsLimits(p *Purpose) {
	for _, f := range d.below {
		below := newDoc(f, new(Faults))
		if below.root == nil {
			continue
		}
		was := new(Purpose)
		below.decode(below.root, reflect.ValueOf(was).Elem(), "")
		if p.May != was.May {
			d.fault(d.at("may"), "it takes %s in %s, and so does a definition over it: say in roles who has that, or declare a purpose of your own", was.May, f.name)
		}
		same := p.Lasts == was.Lasts && p.Law.Article == was.Law.Article && slices.Equal(p.Records, was.Records) && slices.Equal(p.Bases, was.Bases)
		if !same && p.Version <= was.Version {
			d.fault(d.at("version"), "what the purpose may read, on what basis or for how long is not as in %s: give it a version above %d, so that nobody's consent to that one counts for this", f.name, was.Version)
		}
		all := len(was.Records) > 0 && len(was.StepUp) == len(was.Records)
		for _, k := range p.Records {
			if (all || slices.Contains(was.StepUp, k)) && !slices.Contains(p.StepUp, k) {
				d.fault(d.at("step_up"), "what is read takes a fresh sign-in in %s; a definition over it may not take that back: name %s in step_up", f.name, k)
			}
		}
		if was.Most > 0 && (p.Most == 0 || p.Most > was.Most) {
			d.fault(d.at("most"), "one account may read %d in an hour in %s; a definition over it may say fewer", was.Most, f.name)
		}
	}
}

// eachOnce faults a list that is empty, or has what is not known or a thing twice.
func (d *doc) eachOnce(name string, list, known []string) {
	if len(list) == 0 {
		d.fault(d.at(name), "%s lists at least one of %s", name, strings.Join(known, ", "))
	}
	for i, v := range list {
		if !slices.Contains(known, v) {
			d.fault(d.at(name, i), "%s are %s, not %q", name, strings.Join(known, ", "), v)
		} else if slices.Index(list, v) < i {
			d.fault(d.at(name, i), "%s is given twice", v)
		}
	}
}

// checkBases faults a law without its article, and a consent without an end.
func (p *Purpose) checkBases(d *doc) {
	if p.On(BasisLaw) {
		d.checkText(p.Law.Title, "law", "title")
		if p.Law.Article == "" {
			d.fault(d.at("law"), "law.article names the article the purpose rests on, such as 제14조")
		}
	} else if d.has("law") {
		d.fault(d.at("law"), "law is for purposes whose bases include law")
	}
	if p.On(BasisConsent) {
		if len(p.Lasts) < 3 || !duration.MatchString(p.Lasts) {
			d.fault(d.at("lasts"), "lasts says how long a consent holds at most: such as P1Y, P6M or P30D; not %q", p.Lasts)
		}
	} else if d.has("lasts") {
		d.fault(d.at("lasts"), "lasts is for purposes whose bases include consent")
	}
}

// checkStepUp faults a fresh sign-in for what is not read, and none for what may tell of
// somebody's health to others.
func (p *Purpose) checkStepUp(d *doc) {
	if d.has("step_up") {
		d.eachOnce("step_up", texts(p.StepUp), texts(p.Records))
	}
	for i, k := range p.Records {
		if (p.On(BasisConsent) || p.On(BasisLaw)) && slices.Contains(sensitive, k) && !slices.Contains(p.StepUp, k) {
			d.fault(d.at("records", i), "%s may tell of somebody's health or disability (Personal Information Protection Act art. 23): name it in step_up", k)
		}
	}
}
