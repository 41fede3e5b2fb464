package simulate

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// theDay is the day after the usual history's market.
func theDay(t testing.TB, change func(*Params)) *Market {
	t.Helper()
	return market(t, func(p *Params) {
		p.Resumes, p.Postings, p.Twins, p.ChangedResumes, p.ChangedPostings = 20_000, 6_000, 0, 1000, 600
		if change != nil {
			change(p)
		}
	})
}

func TestADayIsTheSameOnAnyCoresAndInAnyParts(t *testing.T) {
	cores := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(cores)
	want := ""
	for _, n := range []int{1, 2, 7} {
		runtime.GOMAXPROCS(n)
		if got := bytesOf(t, write(t, theDay(t, nil))); want == "" {
			want = got
		} else if got != want {
			t.Errorf("with %d cores the files differ from those with one", n)
		}
	}
	whole, parts := write(t, theDay(t, nil)), write(t, theDay(t, func(p *Params) { p.PartRows = 77 }))
	for _, pattern := range []string{"resumes/part-*.parquet", "postings/part-*.parquet", "truth/resumes-*.parquet", "truth/postings-*.parquet", "truth/persons-*.parquet", "truth/companies-*.parquet"} {
		if rowsOf(t, whole, pattern) != rowsOf(t, parts, pattern) {
			t.Errorf("%s: other rows in parts of 77", pattern)
		}
	}
	if bytesOf(t, write(t, theDay(t, func(p *Params) { p.Seed = 2 }))) == want {
		t.Error("another seed gives the same files")
	}
}

// People deliver again what they are known by, a day after the market's last
// one, and nothing that is known of them is lost.
func TestADaysRésumésAreOfKnownAndNewPeople(t *testing.T) {
	h, m := usual(t), theDay(t, nil)
	was, is := &clerk{m: h.m, run: h.run}, &clerk{m: m, run: &Run{m: m}}
	keys, people, known, open, jobs, pay, places := map[string]bool{}, map[int64]bool{}, 0, 0, 0, 0, 0
	for k := range m.p.ChangedResumes {
		was.pen.forget()
		is.pen.forget()
		var before, now ResumeRow
		var truthBefore, truth ResumeTruth
		is.dailyResume(k, &now, &truth)
		if keys[now.ID] {
			t.Fatalf("%s comes twice", now.ID)
		}
		keys[strings.Clone(now.ID)] = true
		if now.Updated != int32(m.p.AsOf)+1 {
			t.Fatalf("%s was last changed on day %d", now.ID, now.Updated)
		}
		if int(truth.Person) >= h.m.people {
			if people[truth.Person] || now.ID <= string(resumeID(nil, m.p.Resumes-1)) || !now.Active {
				t.Fatalf("person %d is new: %s, open: %t", truth.Person, now.ID, now.Active)
			}
			people[truth.Person] = true
			continue
		}
		known++
		was.resume(int(m.day.known[k]), &before, &truthBefore)
		if now.ID != before.ID || truth.Person != truthBefore.Person || now.Name != before.Name || now.BirthDate != before.BirthDate {
			t.Fatalf("%s of %s is now %s of %s", before.ID, before.Name, now.ID, now.Name)
		}
		begun := len(now.Careers) - len(before.Careers)
		if begun != 0 && begun != 1 || begun == 1 && now.Careers[0].Start != "2026-11" {
			t.Fatalf("%s: the history %v became %v", now.ID, before.Careers, now.Careers)
		}
		for i, s := range before.Careers {
			if is := now.Careers[i+begun]; s.Start != is.Start || s.Title != is.Title || s.Pay != is.Pay {
				t.Fatalf("%s: the history %v became %v", now.ID, before.Careers, now.Careers)
			}
		}
		ended := begun == 0 && len(now.Careers) > 0 && before.Careers[0].End != now.Careers[0].End
		if ended && (before.Careers[0].End != "" || now.Careers[0].End != "2026-11") {
			t.Fatalf("%s: a job ended in %q, now in %q", now.ID, before.Careers[0].End, now.Careers[0].End)
		}
		switch {
		case begun == 1 || ended:
			jobs++
		case now.WishRegions != before.WishRegions && now.WishRegions != "" && before.WishRegions != "":
			places++
		case now.WishPay != before.WishPay:
			pay++
		}
		if now.Active {
			open++
		}
	}
	if want := 700; known != want || len(people) != m.p.ChangedResumes-want {
		t.Errorf("%d known résumés and %d new people, want %d and the rest", known, len(people), want)
	}
	within(t, "known people whose job began or ended", jobs, known, jobNews)
	if share := float64(open) / float64(known); places < known/10 || pay < known/5 || share < 0.70 || share > 0.85 {
		t.Errorf("of %d known people %d seek work in other places, %d for other pay; %d are open to employers", known, places, pay, open)
	}
}

// Some postings are known ones with something changed or taken down; the others
// are new, of known employers mostly, and some of those copies or re-posts.
func TestADaysPostingsAreKnownAndNew(t *testing.T) {
	m := theDay(t, nil)
	base := market(t, func(p *Params) { p.Resumes, p.Postings, p.Twins = 20_000, 6_000, 0 })
	was, is := &clerk{m: base}, &clerk{m: m}
	keys, count, versions, unknown := map[string]bool{}, map[news]int{}, map[string]int{}, 0
	jobs := map[[3]int]bool{} // firm, occupation and place of new vacancies
	for k := range m.p.ChangedPostings {
		was.pen.forget()
		is.pen.forget()
		var before, now PostingRow
		var truthBefore, truth PostingTruth
		is.dailyPosting(k, &now, &truth)
		n := m.day.postings[k]
		if keys[now.ID] {
			t.Fatalf("%s comes twice", now.ID)
		}
		keys[strings.Clone(now.ID)] = true
		count[n.news]++
		if n.news == fresh {
			versions[truth.Version]++
			isNew := truth.Vacancy >= int64(base.vacancies)
			if now.ID <= string(postingID(nil, m.p.Postings-1)) || now.Opened != int32(m.tomorrow()) || now.Deadline != nil && *now.Deadline < now.Opened {
				t.Fatalf("%s is new: opened on day %d, deadline %v", now.ID, now.Opened, now.Deadline)
			}
			if at := [3]int{is.firm.id, is.vac.occupation, is.vac.place}; isNew && truth.Version == "original" {
				if jobs[at] && !truth.Sibling {
					t.Fatalf("%s: the firm, occupation and place %v of another new vacancy", now.ID, at)
				}
				jobs[at] = true
				if truth.Company >= int64(base.Firms()) {
					unknown++
				}
			}
			continue
		}
		was.posting(n.row, &before, &truthBefore)
		if now.ID != before.ID || truth.Vacancy != truthBefore.Vacancy || now.Opened != before.Opened || truth.Company != truthBefore.Company {
			t.Fatalf("%s of vacancy %d became %s of %d", before.ID, truthBefore.Vacancy, now.ID, truth.Vacancy)
		}
		if is.vac.shown <= m.p.AsOf {
			t.Fatalf("%s was off the site before", now.ID)
		}
		switch n.news {
		case takenDown:
			if now.Deadline == nil || *now.Deadline != int32(m.p.AsOf) || now.Body != before.Body {
				t.Fatalf("%s was taken down; its deadline is %v", now.ID, now.Deadline)
			}
		case revised:
			if now.Body == before.Body {
				t.Fatalf("%s: nothing changed", now.ID)
			}
		}
	}
	if count[revised] != 60 || count[takenDown] != 30 || count[fresh] != 510 {
		t.Errorf("%d changed, %d taken down, %d new", count[revised], count[takenDown], count[fresh])
	}
	// A market this small has few vacancies of the week before; the rest are originals.
	if versions["repost"] != 41 || versions["duplicate"] < 31 || versions["duplicate"] > 61 {
		t.Errorf("new postings: %v", versions)
	}
	if rate := float64(unknown) / float64(len(jobs)); math.Abs(rate-newEmployers) > 0.05 {
		t.Errorf("%.2f of new vacancies are of new employers", rate)
	}
}

func TestADayOfAMarketTooSmallForItIsFilledWithNewRows(t *testing.T) {
	for _, n := range [][2]int{{1, 1}, {5, 0}, {0, 5}, {40, 40}} {
		m := market(t, func(p *Params) {
			p.Resumes, p.Postings, p.Twins, p.ChangedResumes, p.ChangedPostings = n[0], n[1], 0, n[0], n[1]
		})
		write(t, m)
		rows := []int{}
		for _, p := range m.day.postings {
			rows = append(rows, p.row)
		}
		slices.Sort(rows)
		if len(rows) != n[1] || len(slices.Compact(rows)) != n[1] {
			t.Errorf("%v: rows %v", n, rows)
		}
	}
}
