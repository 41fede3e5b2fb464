package simulate

// A register is a way to write a body.
type register uint8

const (
	labelled register = iota // fields of a form, as employment services print them
	sections                 // ■ headings, as large sites have them
	terse                    // a few lines, as plants write
	friendly                 // an invitation, as shops and homes write
	techno                   // we and you at length, as start-ups write
	markup                   // longer still, as at the site of developers
	official                 // 1. 가. as authorities write
	staffing                 // what it pays first, as agencies write
)

// registerOf draws how an employer writes at a site.
func registerOf(r *rng, h habit, s sortOf) register {
	x := r.float()
	switch {
	case h == agencyForm && x < 0.6:
		return labelled
	case h == startups:
		return techno
	case h == developers:
		return markup
	case h == authority:
		return official
	}
	switch s {
	case plant, building, farming, haulage:
		if x < 0.75 {
			return terse
		}
	case eating, trade, leisure, care:
		if x < 0.75 {
			return friendly
		}
	case agency:
		return staffing
	case tech, arts:
		if x < 0.4 {
			return techno
		}
	case public, school:
		return official
	}
	return sections
}

// verbatim draws whether a posting is written as the original was.
func (c *clerk) verbatim(r *rng, v version) bool {
	switch v {
	case duplicate, reduplicate:
		return r.chance(c.m.p.Rates.Verbatim)
	case repost:
		return r.chance(0.6)
	}
	return true
}

// write writes the body as at the site number at, and with it what it shows of
// the competencies. A verbatim copy is written as the original was, at the site
// number first.
func (c *clerk) write(r *rng, first, at int, v version, same bool, out *PostingRow) {
	m, pen := c.m, &c.pen
	body := newRNG(m.p.Seed, ofPosting, uint64(c.vac.id)<<2|1<<62)
	if !same {
		body = newRNG(m.p.Seed, ofPosting, uint64(c.vac.id)<<2|1<<62|uint64(v))
	}
	c.columnSkills(&body, out)
	b := writer{clerk: c, r: &body, site: &sites[at]}
	switch registerOf(&body, sites[at].habit, c.firm.division.sort) {
	case labelled:
		b.labelled()
	case sections:
		b.sections()
	case terse:
		b.terse()
	case friendly:
		b.friendly()
	case techno:
		b.long(startupLayout(b.r))
	case markup:
		b.long(developerLayout(b.r))
	case official:
		b.official()
	case staffing:
		b.staffing()
	}
	c.telltale()
	if c.news == revised {
		pen.str("\n", revisedWords)
	}
	if (v == duplicate || v == reduplicate) && same && r.chance(0.5) {
		pen.str("\n\n※ 출처: ", sites[first].name)
	}
	c.distort(r, 1)
	out.Body = pen.keep()
}

// telltale writes what vacancies that hire nobody, and agencies' copies, often
// say. Its numbers are from a stream of their own.
func (c *clerk) telltale() {
	r := newRNG(c.m.p.Seed, ofPeriod, uint64(c.vac.id)|1<<62)
	switch {
	case c.vac.bogus && r.chance(0.6):
		c.pen.str("\n", pick(&r, luringWords))
	case c.vac.copied && r.chance(0.8):
		c.pen.str("\n", pick(&r, agencyWords))
	}
}

// columnSkills draws which word names each competency that the text shows, and
// fills the column of keywords that sites have.
func (c *clerk) columnSkills(r *rng, out *PostingRow) {
	m, pen, v := c.m, &c.pen, &c.vac
	for i := range v.asked[:v.asks] {
		h := &v.asked[i]
		s := &m.skills[h.skill]
		switch h.shown {
		case direct:
			h.phrase = m.wordOf(r, s)
			c.sayPhrase(s.words[h.phrase])
			if r.chance(0.5) {
				if len(pen.b) > 0 {
					pen.b = append(pen.b, '|')
				}
				pen.str(s.words[h.phrase])
			}
		case indirect:
			h.phrase = r.intn(len(s.hints))
			c.said.list[indirect] = append(c.said.list[indirect], h.skill)
		case unsaid:
			c.said.list[unsaid] = append(c.said.list[unsaid], h.skill)
		}
	}
	out.Skills = pen.keep()
}

// A writer writes one body.
type writer struct {
	*clerk
	r    *rng
	site *site
}

// job returns what the job is called, which may name a competency.
func (w *writer) job() string {
	title := w.m.occupations[w.vac.occupation].titles[w.vac.title]
	w.sayPhrase(title)
	return title
}

// employer returns the firm's name without its legal form.
func (w *writer) employer() string {
	w.pen.tmp = w.firm.core(w.pen.tmp[:0])
	return w.pen.hold(w.pen.tmp)
}

// tasks writes what is to be done: duties, and competencies that are only
// hinted at.
func (w *writer) tasks(before, behind string) {
	o := &w.m.occupations[w.vac.occupation]
	for i, d := range w.vac.duties[:w.vac.tasks] {
		if i > 1 && w.r.chance(0.15) { // not every posting tells everything
			continue
		}
		w.pen.str(before, o.duties[d], behind)
		w.sayPhrase(o.duties[d])
	}
	for _, h := range w.vac.asked[:w.vac.asks] {
		if h.shown == indirect {
			hint := w.m.skills[h.skill].hints[h.phrase]
			w.pen.str(before, hint, behind)
			w.sayPhrase(hint)
		}
	}
}

// needs writes the competencies named, each in one of the templates.
func (w *writer) needs(before, behind string, templates []string) {
	for _, h := range w.vac.asked[:w.vac.asks] {
		if h.shown == direct {
			w.pen.str(before)
			w.pen.fill(pick(w.r, templates), w.m.skills[h.skill].words[h.phrase])
			w.pen.str(behind)
		}
	}
}

// formal writes what schooling, experience and certificates are asked for.
func (w *writer) formal(before, behind string) {
	v, pen := &w.vac, &w.pen
	pen.str(before, "경력: ")
	w.career(w.site)
	pen.str(behind)
	if v.education >= 0 {
		pen.str(before, "학력: ", educations[v.education].posting, behind)
	} else {
		pen.str(before, "학력무관", behind)
	}
	if v.major != "" {
		pen.str(before, v.major, " 전공자", behind)
	}
	if v.required >= 0 {
		pen.str(before, w.m.certs[v.required].name, " 자격 소지자(필수)", behind)
	}
}

func (w *writer) preferred(before, behind string) {
	if k := w.vac.helps; k >= 0 {
		w.pen.str(before, w.m.certs[k].name, " 소지자 우대", behind)
	}
	for range 1 + w.r.intn(2) {
		p := pick(w.r, preferences)
		w.pen.str(before, p, behind)
		w.sayPhrase(p)
	}
}

// welfare writes the benefits in one line.
func (w *writer) welfare(separator string) {
	n := 0
	for i, b := range benefits {
		if w.vac.welfare>>i&1 == 1 && n < 9 {
			if n > 0 {
				w.pen.str(separator)
			}
			w.pen.str(b)
			n++
		}
	}
	if n == 0 {
		w.pen.str("4대보험")
	}
}

func (w *writer) number() { w.pen.int(w.vac.openings) }

// contact writes whom to turn to, in the share of the site's texts that name
// somebody.
func (w *writer) contact(before string) {
	if !w.r.chance(w.m.p.Rates.Contacts * w.site.contact) {
		w.pen.str(before, pick(w.r, applyOnline))
		return
	}
	people := rng{w.vac.contact} // the same person in every posting of the vacancy
	pen := &w.pen
	pen.str(before, "담당자: ")
	pen.b = personName(pen.b, &people)
	pen.str(pick(&people, []string{" 과장", " 대리", " 팀장", " 실장", ""}))
	number := w.m.phoneOrder.at(int(w.vac.contact % phones))
	switch w.r.intn(3) {
	case 0:
		pen.str(", 연락처: ")
		pen.b = phone(pen.b, number)
	case 1:
		pen.str(", 이메일: ")
		pen.b = mail(pen.b, w.vac.contact>>20)
	default:
		pen.str(" (☎ ")
		pen.b = phone(pen.b, number)
		pen.str(", ")
		pen.b = mail(pen.b, w.vac.contact>>20)
		pen.str(")")
	}
}

func (w *writer) labelled() {
	pen, v := &w.pen, &w.vac
	pen.str("[모집직종] ", w.job(), "\n[직무내용]\n")
	w.tasks("- ", "\n")
	w.needs("- ", "\n", needTemplates)
	pen.str("[모집인원] ")
	w.number()
	pen.str("명\n[고용형태] ", employmentWords[v.employment], "\n[임금조건] ")
	w.pay(w.r, w.site, false)
	pen.str("\n[근무시간] ", dayWords[v.days], " ", hourWords[v.hours], "\n[지원자격]\n")
	w.formal("- ", "\n")
	w.preferred("- ", "\n")
	pen.str("[복리후생] ")
	w.welfare(", ")
	w.contact("\n[접수방법] ")
}

func (w *writer) sections() {
	pen := &w.pen
	pen.fill(pick(w.r, greetings), w.employer())
	pen.str("\n\n■ 담당업무 (", w.job(), " ")
	w.number()
	pen.str("명)\n")
	w.tasks("- ", "\n")
	pen.str("\n■ 자격요건\n")
	w.formal("- ", "\n")
	w.needs("- ", "\n", needTemplates)
	pen.str("\n■ 우대사항\n")
	w.preferred("- ", "\n")
	pen.str("\n■ 근무조건\n- 고용형태: ", employmentWords[w.vac.employment], "\n- 근무지: ", w.m.places.list[w.vac.place].name,
		"\n- 근무시간: ", dayWords[w.vac.days], " ", hourWords[w.vac.hours], "\n- 급여: ")
	w.pay(w.r, w.site, false)
	pen.str("\n\n■ 복리후생\n- ")
	w.welfare(", ")
	pen.str("\n\n■ 전형절차\n- ", pick(w.r, steps))
	w.contact("\n- ")
}

func (w *writer) terse() {
	pen := &w.pen
	pen.str("○ 모집분야 : ", w.job(), " ")
	w.number()
	pen.str("명\n○ 하는일 : ")
	w.tasks("", " / ")
	w.needs("", " / ", terseNeeds)
	pen.str("\n○ 근무시간 : ", hourWords[w.vac.hours], " (", dayWords[w.vac.days], ")\n○ 급여 : ")
	w.pay(w.r, w.site, false)
	pen.str(pick(w.r, overtime), "\n○ 근무지 : ", w.m.places.list[w.vac.place].name, " (", pick(w.r, commutes), ")\n○ 자격 : ")
	w.formal("", ", ")
	w.preferred("", ", ")
	pen.str("\n○ 복지 : ")
	w.welfare("/")
	w.contact("\n○ 문의 : ")
	pen.str("\n", pick(w.r, callings))
}

func (w *writer) friendly() {
	pen := &w.pen
	pen.fill(pick(w.r, invitations), w.employer(), w.job())
	pen.str("\n\n* 하시는 일\n")
	w.tasks(" · ", "\n")
	w.needs(" · ", "\n", friendlyNeeds)
	pen.str("* 근무: ", dayWords[w.vac.days], ", ", hourWords[w.vac.hours], "\n* 급여: ")
	w.pay(w.r, w.site, false)
	pen.str(" (", pick(w.r, probation), ")\n* 이런 분이면 좋아요\n")
	w.formal(" · ", "\n")
	w.preferred(" · ", "\n")
	pen.str("* 혜택: ")
	w.welfare(", ")
	w.contact("\n* 연락: ")
	pen.str("\n", pick(w.r, callings))
}

func (w *writer) official() {
	pen := &w.pen
	pen.str("1. 채용분야 및 인원: ", w.job(), " ")
	w.number()
	pen.str("명\n2. 담당업무\n")
	w.tasks("  가. ", "\n")
	pen.str("3. 응시자격\n")
	w.formal("  ○ ", "\n")
	w.needs("  ○ ", "\n", needTemplates)
	pen.str("4. 우대사항\n")
	w.preferred("  ○ ", "\n")
	pen.str("5. 근무조건\n  ○ ", employmentWords[w.vac.employment], ", ", dayWords[w.vac.days], " ", hourWords[w.vac.hours], "\n  ○ 보수: ")
	w.pay(w.r, w.site, false)
	pen.str("\n6. 제출서류: 응시원서, 자기소개서, 자격증 사본\n7. 전형방법: ", pick(w.r, steps))
	w.contact("\n8. 문의: ")
	pen.str("\n※ ", pick(w.r, officialNotes))
}

func (w *writer) staffing() {
	pen := &w.pen
	pen.str("★ ", w.job(), " ", pick(w.r, staffingCalls), " ★\n▶ 급여: ")
	w.pay(w.r, w.site, false)
	pen.str(pick(w.r, overtime), "\n▶ 시간: ", hourWords[w.vac.hours], " / ", dayWords[w.vac.days], "\n▶ 업무\n")
	w.tasks(" - ", "\n")
	w.needs(" - ", "\n", terseNeeds)
	pen.str("▶ 근무지: ", w.m.places.list[w.vac.place].name, ", ", pick(w.r, commutes), "\n▶ 조건: ")
	w.formal("", " / ")
	w.preferred("", " / ")
	pen.str("\n▶ 혜택: ")
	w.welfare(", ")
	w.contact("\n▶ ")
	pen.str("\n", pick(w.r, callings))
}
