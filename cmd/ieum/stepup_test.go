package main

import (
	"database/sql"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// ages makes every sign-in one of so many minutes ago.
func ages(t *testing.T, a *app, minutes int64) {
	t.Helper()
	err := a.store.db.Tx(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `UPDATE identity_session SET made = ?`, time.Now().Unix()-60*minutes)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestWhatIsSensitiveLeadsToASignInAndBack: a counsellor goes on seeing whom they counsel,
// and their notes within ten minutes of a sign-in; an operator a single row. Each is led
// to the sign-in, and from there to what they asked for.
func TestWhatIsSensitiveLeadsToASignInAndBack(t *testing.T) {
	t.Parallel()
	a, base, _, links := serveDoorOn(t, copyOfDemo(t))
	number, err := a.demoRow(t.Context())
	if err != nil || number == "" {
		t.Fatal(number, err)
	}
	if err := a.demoPeople(t.Context()); err != nil {
		t.Fatal(err)
	}
	counsellor, operator := arrived(t, base, links["counsellor"]), arrived(t, base, links["operator"])
	client := clientPath.FindString(string(by(t, counsellor, "GET", base+"/clients", nil).body))
	const note = "허리 수술을 앞두고 있음"
	if _, status, page := send(t, counsellor, base+client+"/note", url.Values{"text": {note}}); status != http.StatusOK || !strings.Contains(page, note) {
		t.Fatalf("a fresh counsellor does not see their note: %d", status)
	}
	row := url.Values{"source": {"simulated"}, "kind": {"resume"}, "key": {number}}
	for _, tt := range []struct {
		by    *http.Client
		at    string
		form  url.Values // that is sent; nil: none is
		shows string
		leads string // to the sign-in, with what was asked for
	}{
		{counsellor, client, nil, note, `href="/sign-in?next=` + url.QueryEscape(client+"#notes") + `"`},
		{operator, "/records", row, "<code>" + number + "</code>", `name="kept"`},
	} {
		ask := func() (status int, page string) {
			if tt.form == nil {
				got := by(t, tt.by, "GET", base+tt.at, nil)
				return got.status, string(got.body)
			}
			_, status, page = send(t, tt.by, base+tt.at, tt.form)
			return status, page
		}
		ages(t, a, 11)
		_, page := ask()
		page = html.UnescapeString(page)
		if strings.Contains(page, tt.shows) || !strings.Contains(page, tt.leads) {
			t.Errorf("%s after eleven minutes does not lead to the sign-in: %s", tt.at, page)
		}
		ages(t, a, 9)
		if status, page := ask(); status != http.StatusOK || !strings.Contains(page, tt.shows) {
			t.Errorf("%s after a sign-in: %d %s", tt.at, status, page)
		}
	}
	ages(t, a, 11)
	if page := by(t, counsellor, "GET", base+client, nil); page.status != http.StatusOK || !strings.Contains(string(page.body), "상담 기록이 있습니다") {
		t.Errorf("what is not sensitive is not shown: %d", page.status)
	}
	next := by(t, counsellor, "GET", base+"/sign-in?next="+url.QueryEscape(client+"#notes"), nil)
	if !strings.Contains(string(next.body), `name="next" value="`+client+`#notes"`) {
		t.Errorf("the sign-in does not keep what was asked for: %s", next.body)
	}
	if got := by(t, operator, "POST", base+"/api/v1/records", map[string]string{"source": "simulated", "kind": "resume", "key": number}); got.status != http.StatusUnauthorized {
		t.Errorf("a program gets %d", got.status)
	}
}
