package match

import (
	"fmt"
	"strings"
	"testing"

	"ieum"
	"ieum/internal/snapshot"
)

const wording = "프레스로 자동차 부품을 찍습니다. 지게차를 몰 줄 알면 좋습니다. 주간 근무이고 통근 버스가 있습니다. 점심을 드립니다. 이력서를 보내 주세요."

// TestSignsSayWhatWasCounted: each posting has the signs that the others and its own
// figures give, and no more.
func TestSignsSayWhatWasCounted(t *testing.T) {
	job := func(company, body, opened, closed string, payMin, payMax uint32) post {
		return post{title: "프레스 조작원", company: company, body: body, occupation: "8122", region: "11110", least: -1, most: -1, opened: opened, closed: closed, payMin: payMin, payMax: payMax, basis: snapshot.PayAnnual}
	}
	posts := []post{
		job("가상중공업", wording, "2026-06-01", "", 30_000_000, 32_000_000),                                                                     // 0: nothing
		job("없는병원", wording+" 다릅니다.", "2025-06-01", "", 0, 0),                                                                               // 1: old
		job("없는병원", wording+" 낮습니다.", "2026-06-01", "", 20_000_000, 0),                                                                      // 2: low
		job("없는병원", wording+" 높습니다.", "2026-06-01", "", 30_000_000, 320_000_000),                                                            // 3: high
		job("없는병원", wording+" 뒤바뀜.", "2026-06-01", "", 33_000_000, 31_000_000),                                                              // 4: inverted
		job("첫째산업", "한 글. "+wording, "2026-06-01", "", 0, 0),                                                                                // 5: copied by one
		job("둘째산업", "한 글.  "+strings.ToUpper(wording), "2026-06-02", "", 0, 0),                                                              // 6: copied, but for spaces
		job("셋째산업", "또 글. "+wording, "2026-01-01", "2026-02-01", 0, 0),                                                                      // 7
		job("셋째산업", "또 글. "+wording, "2026-03-01", "2026-04-01", 0, 0),                                                                      // 8
		job("셋째산업", "또 글. "+wording, "2026-06-01", "", 0, 0),                                                                                // 9: third time in a year
		job("넷째산업", "짧은 글", "2026-06-01", "", 0, 0),                                                                                         // 10: too short
		job("다섯째산업", "짧은 글", "2026-06-01", "", 0, 0),                                                                                        // 11
		{title: "간호사", company: "여섯째의원", body: wording, occupation: "3040", opened: "2020-01-01", least: -1, most: -1, payMax: 900_000_000}, // 12: too few to know what is usual
	}
	for i := range 40 { // what is usual: 20 to 59 days, 30 million
		p := job(fmt.Sprintf("보통산업%d", i), fmt.Sprintf("%s %d번째", wording, i), "2026-01-01", (ieum.Day(day("2026-01-01")) + ieum.Day(20+i)).String(), 30_000_000, 30_000_000)
		posts = append(posts, p)
	}
	posts[0].also = []post{{id: 9_000_001, source: "other", key: "the-same"}}
	_, live := market(t, definitions(t), posts, nil)
	x := indexOf(t, live)
	want := map[int]string{1: "old!", 2: "low", 3: "high!", 4: "inverted", 5: "copied!", 6: "copied!", 9: "reposted"}
	for row := range posts {
		got := ""
		for _, s := range x.signsOf(row, ieum.DayOf(noon)) {
			got += s.Kind
			if s.Strong {
				got += "!"
			}
		}
		at := int(x.s.Postings.ID.At(row)) - 1
		if posts[at].closed == "" && got != want[at] {
			t.Errorf("posting %d: %q, want %q: %+v", at, got, want[at], x.signsOf(row, ieum.DayOf(noon)))
		}
	}
}

// TestEmployersWhoDoNotAnswer: of applications long enough ago those answered in time count,
// whatever the answer.
func TestEmployersWhoDoNotAnswer(t *testing.T) {
	posts := []post{
		{title: "가", company: "가상중공업", body: wording, occupation: "8122", opened: "2026-05-01"},
		{title: "나", company: "없는병원", body: wording, occupation: "8122", opened: "2026-05-01"},
		{title: "다", company: "적은산업", body: wording, occupation: "8122", opened: "2026-05-01"},
	}
	var cvs []cv
	for i := range 12 {
		c := cv{key: fmt.Sprintf("r%d", i), occupation: "8122", record: uint16(i), events: []event{{snapshot.Applied, "2026-05-02", 0, 0}, {snapshot.Applied, "2026-05-02", 1, 0}}}
		if i < 2 {
			c.events = append(c.events, event{snapshot.Applied, "2026-05-02", 2, 0})
		}
		switch {
		case i == 0:
			c.events = append(c.events, event{snapshot.Answered, "2026-05-16", 0, 0}) // the last day
		case i == 1:
			c.events = append(c.events, event{snapshot.Answered, "2026-05-17", 0, 0}) // a day late
		}
		if i < 9 {
			c.events = append(c.events, event{snapshot.Rejected, "2026-05-04", 1, 0})
		}
		if i == 11 {
			c.events = append(c.events, event{snapshot.Applied, "2026-06-01", 1, 0}) // too late to tell
		}
		cvs = append(cvs, c)
	}
	_, live := market(t, definitions(t), posts, cvs)
	x := indexOf(t, live)
	for row := range posts {
		asked, replied := x.replies(row)
		kinds := ""
		for _, s := range x.signsOf(row, ieum.DayOf(noon)) {
			kinds += s.Kind
		}
		switch x.s.Postings.Title.At(row) {
		case "가":
			if asked != 12 || replied != 1 || kinds != "silent" || x.repliesOf(row).Of10 != 1 {
				t.Errorf("%d of %d, %q", replied, asked, kinds)
			}
		case "나":
			if asked != 12 || replied != 9 || kinds != "" {
				t.Errorf("%d of %d, %q", replied, asked, kinds)
			}
		case "다":
			if asked != 2 || x.repliesOf(row) != nil {
				t.Errorf("%d are told of", asked)
			}
		}
	}
}
