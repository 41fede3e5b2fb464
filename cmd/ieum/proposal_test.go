package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"ieum"
	"ieum/internal/identity"
)

// TestAProposedAccountReadsAsOne, and not as somebody who acts for the client, where it
// waits, where it can be stopped and where it was taken back. An officer, who has no
// clients of their own, is not led back to such.
func TestAProposedAccountReadsAsOne(t *testing.T) {
	a, base, _, links := serveDoor(t)
	if err := a.demoPeople(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := a.registry.Prove(t.Context(), signedIn(t, a, links["operator"]), "demo-employer", identity.AtDesk, ieum.Who{Name: "이가상", Birth: "1970-02-03"},
		identity.Shown{Kind: "passport", Number: documentWord}, identity.Shown{Kind: "resident-card", Number: documentWord})
	if err != nil {
		t.Fatal(err)
	}
	clerk, officer := arrived(t, base, links["counsellor"]), arrived(t, base, links["officer"])
	client := clientPath.FindString(string(by(t, clerk, "GET", base+"/clients", nil).body))
	send(t, clerk, base+client+"/link", url.Values{"account": {"demo-employer"}})
	for _, tt := range []struct {
		who       *http.Client
		at        string
		says, not string
	}{
		{clerk, client, "제안 거두기", "대리 그만두기"},
		{clerk, client + "/papers", "제안된 본인 계정", "대리: 본인 계정"},
		{clerk, "/mandates", "내가 맡은 구직자", "대리 그만두기"},
		{officer, "/mandates", "확인 기한", "내가 맡은 구직자"},
	} {
		page := words(string(by(t, tt.who, "GET", base+tt.at, nil).body))
		if !strings.Contains(page, tt.says) || strings.Contains(page, tt.not) {
			t.Errorf("%s says %s", tt.at, page)
		}
	}
	page := string(by(t, clerk, "GET", base+client, nil).body)
	id := regexp.MustCompile(`link-end"><input type="hidden" name="id" value="([^"]+)"`).FindStringSubmatch(page)
	if id == nil {
		t.Fatalf("nothing takes it back: %s", words(page))
	}
	if at, _, page := send(t, clerk, base+client+"/link-end", url.Values{"id": {id[1]}}); at != client+"?done=link-end" || !strings.Contains(page, "본인 계정의 제안을 거두었습니다") {
		t.Errorf("taken back: %s %s", at, words(page))
	}
}

// TestOneLookSaysItsTimeOnce on the page of who looked.
func TestOneLookSaysItsTimeOnce(t *testing.T) {
	a, base, _, links := serveDoor(t)
	if err := a.demoPeople(t.Context()); err != nil {
		t.Fatal(err)
	}
	page := string(by(t, arrived(t, base, links["seeker"]), "GET", base+"/my/access", nil).body)
	cards := regexp.MustCompile(`(?s)<li class="card"><h3>.*?</dl>.*?</li>`).FindAllString(page, -1)
	if len(cards) == 0 {
		t.Fatalf("nobody looked: %s", words(page))
	}
	for _, card := range cards {
		if n := len(regexp.MustCompile(`20\d\d\. \d+\. \d+\.`).FindAllString(card, -1)); n != 1 {
			t.Errorf("%d times in %s", n, words(card))
		}
	}
}
