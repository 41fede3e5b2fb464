package simulate

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"ieum"
)

// each calls f for every résumé or posting of a market.
func eachResume(m *Market, f func(*clerk, *ResumeRow, *ResumeTruth)) {
	run, err := m.run(context.Background(), nil, nil)
	if err != nil {
		panic(err)
	}
	c := &clerk{m: m, run: run}
	var row ResumeRow
	var truth ResumeTruth
	for i := range m.p.Resumes {
		c.pen.forget()
		c.resume(i, &row, &truth)
		f(c, &row, &truth)
	}
}

func eachPosting(m *Market, f func(*clerk, *PostingRow, *PostingTruth)) {
	c := &clerk{m: m}
	var row PostingRow
	var truth PostingTruth
	for i := range m.p.Postings {
		c.pen.forget()
		c.posting(i, &row, &truth)
		f(c, &row, &truth)
	}
}

// within fails unless a share of n draws is what it should be, give or take
// four standard deviations.
func within(t *testing.T, what string, got, n int, want float64) {
	t.Helper()
	p, slack := float64(got)/float64(n), 4*math.Sqrt(want*(1-want)/float64(n))
	if math.Abs(p-want) > slack+1e-12 {
		t.Errorf("%s: %.4f of %d, want %.4f ± %.4f", what, p, n, want, slack)
	}
}

func TestEveryPersonAndVacancyHasItsRows(t *testing.T) {
	m := market(t, func(p *Params) { p.Resumes, p.Postings = 5000, 4000 })
	resumes := map[int64][]int32{}
	eachResume(m, func(_ *clerk, _ *ResumeRow, k *ResumeTruth) {
		resumes[k.Person] = append(resumes[k.Person], k.Which)
	})
	if len(resumes) != m.People() {
		t.Errorf("%d people have résumés, want all %d", len(resumes), m.People())
	}
	for person, which := range resumes {
		slices.Sort(which)
		for i, w := range which {
			if int(w) != i {
				t.Fatalf("person %d has résumés %v", person, which)
			}
		}
		if got := m.resumesOf(int(person)); got != len(which) {
			t.Fatalf("person %d has %d résumés, the truth says %d", person, len(which), got)
		}
	}
	versions := map[string]int{}
	originals := map[int64]int{}
	eachPosting(m, func(_ *clerk, _ *PostingRow, k *PostingTruth) {
		versions[k.Version]++
		if k.Version == "original" {
			originals[k.Vacancy]++
		}
	})
	if len(originals) != m.vacancies || versions["original"] != m.vacancies {
		t.Errorf("%d vacancies have %d originals, want one each of %d", len(originals), versions["original"], m.vacancies)
	}
	if versions["duplicate"] != 480 || versions["repost"] != 320 {
		t.Errorf("of 4000 postings %d are duplicates and %d re-posts, want 12 %% and 8 %%", versions["duplicate"], versions["repost"])
	}
}

func TestFaultsOccurAtTheirRates(t *testing.T) {
	m := market(t, func(p *Params) { p.Resumes, p.Postings = 20_000, 20_000 })
	rates := m.p.Rates
	count := map[string]int{}
	var contacts, unsaid [7]tally
	tally := func(list, prefix string) {
		for _, s := range strings.Split(list, "|") {
			count[prefix+s]++
		}
	}
	variants, numbers, stated, coded := 0, 0, 0, [2]int{}
	eachPosting(m, func(c *clerk, r *PostingRow, k *PostingTruth) {
		tally(k.Dropped, "p-")
		tally(k.Noise, "p-")
		if r.CompanyNumber == "" {
			numbers++
		}
		if strings.ContainsAny(r.Pay, "0123456789") {
			stated++
		}
		if k.Broken == "pay" && r.Pay != "" {
			count["p-broken"]++
		}
		if f := &c.firm; !slices.Contains([]string{string(f.registered(nil)), string(f.short(nil, "㈜")), string(f.short(nil, "(주)")), string(f.core(nil))}, r.Company) {
			variants++
		}
		if r.Site != "모의일터" && r.Site != "공공모의채용" {
			coded[0]++
			if r.Occupation == "" {
				coded[1]++
			}
		}
		at := slices.IndexFunc(sites, func(s site) bool { return s.name == r.Site })
		if k.Noise == "" && (k.Version == "original" || k.Version == "repost") { // a copy is written as at the first site
			contacts[at].add(strings.Contains(r.Body, "담당자: ") || strings.Contains(r.Body, "☎"), rates.Contacts*[]float64{1, 0.5, 0.5, 0, 1, 1, 0}[at])
		}
		if !strings.Contains(k.Dropped, "pay") {
			unsaid[at].add(!strings.ContainsAny(r.Pay, "0123456789"), []float64{0, 0.96, 0.83, 0.90, 0, 0.35, 0.90}[at])
		}
	})
	n := m.p.Postings
	for _, f := range []string{"address", "employment", "education", "career", "pay", "openings"} {
		within(t, "postings without "+f, count["p-"+f], n, rates.Missing)
	}
	within(t, "postings with typos", count["p-typo"], n, rates.Typos)
	within(t, "postings with wrong spaces", count["p-spacing"], n, rates.Spacing)
	within(t, "decomposed postings", count["p-nfd"], n, rates.Decomposed)
	within(t, "postings with emoji", count["p-emoji"], n, rates.Emoji)
	within(t, "postings without a business number", numbers, n, rates.NoNumber)
	within(t, "uncoded postings where the site asks for no code", coded[1], coded[0], rates.Uncoded)
	within(t, "stated pay in a wrong unit", count["p-broken"], stated, rates.WrongUnit)
	if got := float64(variants) / float64(n); got < 0.5*rates.Variants || got > rates.Variants {
		t.Errorf("%.3f of postings do not write the employer in a form of its name, want at most %.3f and not half as many", got, rates.Variants)
	}
	for i, s := range sites {
		if contacts[i].n > 400 { // enough to say, at all but the smallest
			contacts[i].holds(t, "postings that name whom to turn to at "+s.name)
			unsaid[i].holds(t, "postings that do not say pay at "+s.name)
		}
	}
	eachResume(m, func(c *clerk, r *ResumeRow, k *ResumeTruth) {
		tally(k.Dropped, "r-")
		tally(k.Noise, "r-")
		if k.Broken == "wish_pay" {
			count["r-broken"]++
		}
	})
	n = m.p.Resumes
	for _, f := range []string{"phone", "mail", "sex", "region", "education", "occupation", "headline", "wish_pay"} {
		within(t, "résumés without "+f, count["r-"+f], n, rates.Missing)
	}
	within(t, "résumés with wished pay in a wrong unit", count["r-broken"], n, rates.WrongUnit)
	within(t, "résumés with typos", count["r-typo"], n, rates.Typos/2)
	within(t, "résumés with wrong spaces", count["r-spacing"], n, rates.Spacing/2)
}

func TestExtraResumesDifferAtTheirRates(t *testing.T) {
	m := market(t, func(p *Params) { p.Resumes, p.Rates.ExtraResumes, p.Rates.Missing = 30_000, 0.4, 0 })
	type top struct{ name, phone, mail, born string }
	first := map[int64]top{}
	extra := map[int64][]top{}
	eachResume(m, func(_ *clerk, r *ResumeRow, k *ResumeTruth) {
		v := top{strings.Clone(r.Name), strings.Clone(r.Phone), strings.Clone(r.Mail), strings.Clone(r.BirthDate)}
		if k.Which == 0 {
			first[k.Person] = v
		} else {
			extra[k.Person] = append(extra[k.Person], v)
		}
	})
	n, name, phone, mail := 0, 0, 0, 0
	for person, list := range extra {
		for _, v := range list {
			n++
			f := first[person]
			if f.born != v.born {
				t.Fatalf("person %d is born on %s and %s", person, f.born, v.born)
			}
			for _, c := range []struct {
				differs bool
				count   *int
			}{{f.name != v.name, &name}, {f.phone != v.phone, &phone}, {f.mail != v.mail, &mail}} {
				if c.differs {
					*c.count++
				}
			}
		}
	}
	within(t, "names misspelt", name, n, m.p.Rates.Misspelt)
	within(t, "telephones changed", phone, n, m.p.Rates.NewPhone)
	within(t, "addresses changed", mail, n, m.p.Rates.NewMail)
	shared := map[string]int{}
	for _, f := range first {
		shared[f.phone]++
	}
	two := 0
	for _, bearers := range shared {
		if bearers > 1 {
			two += bearers - 1
		}
	}
	within(t, "people with the telephone of another", two, len(first), m.p.Rates.SharedPhone)
}

func TestWhatIsSaidDirectlyStandsInTheText(t *testing.T) {
	m := market(t, func(p *Params) { p.Resumes, p.Postings = 8000, 8000 })
	if len(m.skills) < 500 {
		t.Fatalf("only %d competencies are known", len(m.skills))
	}
	byID := map[string]*skill{}
	for i := range m.skills {
		byID[m.skills[i].id] = &m.skills[i]
	}
	named := func(id, text string) bool {
		return slices.ContainsFunc(byID[id].words, func(w string) bool { return strings.Contains(text, w) })
	}
	hinted := func(id, text string) bool {
		return slices.ContainsFunc(byID[id].hints, func(h string) bool { return strings.Contains(text, h) })
	}
	count := map[string]int{}
	check := func(id, text, direct, indirect, unsaid, noise string) {
		text = norm.NFC.String(text)
		for _, s := range ids(direct) {
			count["direct"]++
			if !named(s, text) {
				t.Fatalf("%s: %s (%s) should be named in %q", id, s, byID[s].label, text)
			}
		}
		for _, s := range ids(indirect) {
			count["indirect"]++
			if noise == "" && !hinted(s, text) {
				t.Fatalf("%s: %s (%s) should be hinted at in %q", id, s, byID[s].label, text)
			}
			if i := strings.Index(text, byID[s].label); noise == "" && i >= 0 && whole(text, i, i+len(byID[s].label)) {
				t.Errorf("%s: %s (%s) should only be hinted at in %q", id, s, byID[s].label, text)
			}
		}
		count["unsaid"] += len(ids(unsaid))
	}
	eachPosting(m, func(_ *clerk, r *PostingRow, k *PostingTruth) {
		check(k.ID, r.Body, k.Direct, k.Indirect, k.Unsaid, k.Noise)
	})
	eachResume(m, func(_ *clerk, r *ResumeRow, k *ResumeTruth) {
		check(k.ID, r.Text, k.Direct, k.Indirect, k.Unsaid, k.Noise)
	})
	for how, least := range map[string]int{"direct": 40_000, "indirect": 2000, "unsaid": 5000} {
		if count[how] < least {
			t.Errorf("%d competencies are %s, want %d at least", count[how], how, least)
		}
	}
}

func ids(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, "|")
}

func TestNobodyAndNothingIsReal(t *testing.T) {
	m := market(t, func(p *Params) { p.Rates.Resident = 0.1 })
	residents := 0
	phoneOK := func(s string) bool {
		return len(s) == 13 && (strings.HasPrefix(s, "010-0") || strings.HasPrefix(s, "010-1"))
	}
	eachResume(m, func(_ *clerk, r *ResumeRow, k *ResumeTruth) {
		if r.Phone != "" && !phoneOK(r.Phone) {
			t.Fatalf("telephone %q may be somebody's", r.Phone)
		}
		if r.Mail != "" && !strings.HasSuffix(r.Mail, ".example") {
			t.Fatalf("address %q may be somebody's", r.Mail)
		}
		if _, number, ok := strings.Cut(r.Text, "주민등록번호 "); ok && k.Noise == "" {
			residents++
			if number[0] != '9' || number[7] != '3' && number[7] != '4' {
				t.Fatalf("resident number %.14q may be somebody's", number)
			}
		}
		if !slices.ContainsFunc(tense, func(s string) bool { return strings.Contains(r.Name[3:], s) }) && k.Which == 0 {
			t.Fatalf("name %q may be somebody's", r.Name)
		}
	})
	if residents < 100 {
		t.Errorf("only %d texts hold a resident number", residents)
	}
	eachPosting(m, func(_ *clerk, r *PostingRow, _ *PostingTruth) {
		for rest := r.Body; ; {
			i := strings.Index(rest, "010-")
			if i < 0 {
				break
			}
			if !phoneOK(rest[i:min(len(rest), i+13)]) && !strings.Contains(rest[i:min(len(rest), i+16)], " ") {
				t.Fatalf("telephone in %q may be somebody's", r.Body)
			}
			rest = rest[i+4:]
		}
		if d := strings.ReplaceAll(r.CompanyNumber, "-", ""); d != "" {
			nine := []byte(d[:9])
			for i := range nine {
				nine[i] -= '0'
			}
			if len(d) != 10 || checkDigit(nine) == d[9]-'0' {
				t.Fatalf("business number %q may be somebody's", r.CompanyNumber)
			}
		}
	})
}

func TestCheckDigit(t *testing.T) {
	// 124-81-00998 is published by its bearer as its business number.
	if got := checkDigit([]byte{1, 2, 4, 8, 1, 0, 0, 9, 9}); got != 8 {
		t.Errorf("check digit of 124-81-0099 is %d, want 8", got)
	}
}

func TestTwoVacanciesOfAFirmDiffer(t *testing.T) {
	m := market(t, func(p *Params) { p.Postings = 20_000 })
	type slot struct {
		firm, occupation, place int
		label                   string
	}
	seen := map[slot]int{}
	numbers := map[string]int{}
	siblings := 0
	var v vacancy
	var f firm
	for id := range m.vacancies {
		m.vacancy(id, &v, &f)
		k := slot{f.id, v.occupation, v.place, v.label}
		if other, ok := seen[k]; ok {
			t.Fatalf("vacancies %d and %d of firm %d are for one occupation at one place", other, id, f.id)
		}
		seen[k] = id
		if v.sibling {
			siblings++
		}
		n := string(f.number(nil))
		if other, ok := numbers[n]; ok && other != f.id {
			t.Fatalf("firms %d and %d have one number %s", other, f.id, n)
		}
		numbers[n] = f.id
	}
	if siblings == 0 {
		t.Error("no two vacancies differ in shift or grade alone")
	}
}

func TestDaysMakeSense(t *testing.T) {
	m := market(t, func(p *Params) { p.Postings = 10_000 })
	eachPosting(m, func(_ *clerk, r *PostingRow, k *PostingTruth) {
		opened := ieum.Day(r.Opened)
		if opened > m.p.AsOf || opened < m.start() {
			t.Fatalf("%s opened on %s, want within the window before %s", k.ID, opened, m.p.AsOf)
		}
		if r.Deadline != nil && *r.Deadline < r.Opened {
			t.Fatalf("%s opened on %s and closed on %s", k.ID, opened, ieum.Day(*r.Deadline))
		}
	})
	eachResume(m, func(_ *clerk, r *ResumeRow, k *ResumeTruth) {
		last := "9999-99"
		for _, j := range r.Careers {
			if j.End != "" && j.End < j.Start || j.Start > last {
				t.Fatalf("%s: jobs overlap or run backwards: %v", k.ID, r.Careers)
			}
			last = j.Start
		}
		if int(r.BirthYear) != ieum.Day(mustDay(t, r.BirthDate)).Time().Year() {
			t.Fatalf("%s: born %s in %d", k.ID, r.BirthDate, r.BirthYear)
		}
	})
}

func mustDay(t *testing.T, s string) ieum.Day {
	t.Helper()
	d, err := ieum.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestBodiesAreAsLongAsTheDocumentSays(t *testing.T) {
	m := market(t, func(p *Params) { p.Postings = 5000 })
	var sum int
	eachPosting(m, func(_ *clerk, r *PostingRow, _ *PostingTruth) { sum += len(r.Body) })
	if mean := sum / m.p.Postings; mean < 600 || mean > 900 {
		t.Errorf("a body has %d bytes on average, want 600 to 900", mean)
	}
}
