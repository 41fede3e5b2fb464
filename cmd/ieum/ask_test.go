package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestASeekerAsksForACounsellor: with records of their own they agree to be counselled by a
// centre, one counsellor takes them on, holds a session and prints the report; they see who,
// and stop, which ends it at once and leaves them what was agreed.
func TestASeekerAsksForACounsellor(t *testing.T) {
	t.Parallel()
	market, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	_, base, _, links := serveDoorOn(t, copied(t, market))
	seeker, mine, other := arrived(t, base, links["seeker"]), arrived(t, base, links["counsellor"]), arrived(t, base, links["counsellor-2"])
	page := func(client *http.Client, at string, want int) string {
		t.Helper()
		got := by(t, client, "GET", base+at, nil)
		if got.status != want {
			t.Errorf("GET %s: %d, want %d", at, got.status, want)
		}
		return words(string(got.body))
	}
	says := func(client *http.Client, at string, want int, texts ...string) {
		t.Helper()
		text := page(client, at, want)
		for _, one := range texts {
			one, not := strings.CutPrefix(one, "!")
			if strings.Contains(text, one) == not {
				t.Errorf("GET %s says %s", at, text)
			}
		}
	}
	for at, body := range map[string]any{"contact": map[string]string{"name": canaryWord}, "resume": map[string]any{"headline": "프레스", "careers": []any{map[string]any{"title": "프레스 조작원", "months": 120}}, "wish": map[string]any{}}} {
		if got := by(t, seeker, "PUT", base+"/api/v1/my/"+at, body); got.status != http.StatusOK {
			t.Fatalf("%s: %d %s", at, got.status, got.body)
		}
	}
	says(mine, "/clients", http.StatusOK, "!상담을 요청한 사람")

	agree := url.Values{"purpose": {"counselling"}, "recipient": {"demo"}}
	send(t, seeker, base+"/my/consents", agree)
	says(seeker, "/my", http.StatusOK, "아직 상담을 맡은 사람이 없습니다")
	says(mine, "/clients", http.StatusOK, "우리 센터에 상담을 요청한 사람", "!"+canaryWord)
	take := regexp.MustCompile(`/clients/p\w+/take`).FindString(string(by(t, mine, "GET", base+"/clients", nil).body))
	client := strings.TrimSuffix(take, "/take")
	page(mine, client, http.StatusForbidden) // before it is theirs
	begun := time.Now()
	if at, status, text := send(t, mine, base+take, nil); status != http.StatusOK || at != client+"?done=take" || !strings.Contains(text, "상담을 맡았습니다") {
		t.Fatalf("taken on: %s %d %s", at, status, words(text))
	}
	if _, status, text := send(t, other, base+take, nil); status != http.StatusUnprocessableEntity || !strings.Contains(text, "그 사이 다른 상담사가 맡았습니다") {
		t.Errorf("the second: %d %s", status, words(text))
	}
	says(other, "/clients", http.StatusOK, "!상담을 요청한 사람")
	if _, status, _ := send(t, arrived(t, base, links["employer"]), base+take, nil); status != http.StatusForbidden {
		t.Errorf("an employer: %d", status)
	}

	kept, status, text := send(t, mine, base+client+"/session", url.Values{"goal": {"8221"}, "reason": {"집에서 가까움"}, "step": {"가상 정밀에 전화하기"}, "by": {time.Now().AddDate(0, 0, 7).Format(time.DateOnly)}})
	if status != http.StatusOK || !strings.Contains(kept, "/sessions/") {
		t.Fatalf("a session: %s %d %s", kept, status, words(text))
	}
	if got := by(t, mine, "GET", base+kept+"/report.pdf", nil); !strings.HasPrefix(string(got.body), "%PDF-") {
		t.Errorf("the report is %d %.20q", got.status, got.body)
	}
	t.Logf("from the list of those who ask to a report: %.1f s", time.Since(begun).Seconds())
	says(seeker, "/my", http.StatusOK, "상담사 3이 상담을 맡고 있습니다")
	says(seeker, "/my/access", http.StatusOK, "상담사를 정했습니다")

	id := regexp.MustCompile(`/my/consents/(c\w+)`).FindStringSubmatch(string(by(t, seeker, "GET", base+"/my", nil).body))[1]
	stopped := time.Now()
	send(t, seeker, base+"/my/consents/stop", url.Values{"id": {id}})
	page(mine, client, http.StatusForbidden)
	if took := time.Since(stopped); took > time.Second {
		t.Errorf("refused %s after the stop", took)
	}
	for at, form := range map[string]url.Values{client + "/session": {"goal": {"8221"}, "again": {"true"}}, client + "/note": {"text": {"x"}}, take: nil} {
		if _, status, _ := send(t, mine, base+at, form); status != http.StatusForbidden {
			t.Errorf("POST %s after the stop: %d", at, status)
		}
	}
	for _, at := range []string{kept, kept + "/report.pdf"} {
		page(mine, at, http.StatusForbidden)
	}
	says(mine, "/clients", http.StatusOK, "동의가 끝난 사람", "!상담을 요청한 사람")
	if list := string(by(t, mine, "GET", base+"/clients", nil).body); strings.Contains(list, `href="`+client+`"`) {
		t.Error("who stopped is still in the list of those who are counselled")
	}
	own := strings.Replace(kept, client, "/my", 1)
	says(seeker, own, http.StatusOK, "가상 정밀에 전화하기")
	says(seeker, "/my", http.StatusOK, "그만둠")

	send(t, seeker, base+"/my/consents", agree)
	page(mine, client, http.StatusForbidden) // until somebody takes them on anew
	if at, status, _ := send(t, other, base+take, nil); status != http.StatusOK || at != client+"?done=take" {
		t.Errorf("taken on anew: %s %d", at, status)
	}
	page(mine, client, http.StatusForbidden)
}
