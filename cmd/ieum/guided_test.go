package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// Each situation is asked its own questions, without a script of ours, and who
// changes the answers finds them under the questions they were given to.
func TestEachSituationIsAskedItsOwn(t *testing.T) {
	t.Parallel()
	b, base := openTab(t), serveSite(t, "")
	b.look(t, look{"ko", "light", 360})
	b.visit(t, base+"/diagnosis")
	const asked = `[...document.querySelectorAll("form.situations textarea")].filter((e) => e.checkVisibility()).map((e) => e.name)`
	for situation, want := range map[string][]string{
		"": {"work", "tasks", "certificates"}, "worked": {"work", "tasks", "certificates"},
		"first":  {"school", "parttime", "clubs", "military", "help", "certificates"},
		"return": {"home", "neighbourhood", "work", "tasks", "certificates"},
		"late":   {"best", "taught", "body", "work", "tasks", "certificates"},
	} {
		b.press(t, fmt.Sprintf(`[name="situation"][value="%s"]`, situation))
		if got := value[[]string](t, b, asked); !slices.Equal(got, want) {
			t.Errorf("situation %q is asked %v, want %v", situation, got, want)
		}
		b.sound(t, "the questions of "+situation)
	}
	b.press(t, `[name="situation"][value="return"]`)
	b.do(t, chromedp.SetValue(chromedp.ID("home"), "시어머니 병간호 5년\n밥을 하고, 장을 봤습니다"), chromedp.SetValue(chromedp.ID("neighbourhood"), "학교 운영위원회에서 회계를 맡았습니다"))
	b.submit(t)
	b.sound(t, "the result of a return")
	if text := b.says(t); !strings.Contains(text, "회계를 맡았습니다") || !strings.Contains(text, "병간호") || !strings.Contains(text, "5년") {
		t.Errorf("what was done unpaid is not in the result:\n%s", text)
	}
	b.press(t, `form[action="/diagnosis/answers"] button`)
	b.arrives(t, "/diagnosis/answers")
	if got := value[string](t, b, `document.querySelector("[name=situation]:checked").value + document.getElementById("home").value`); got != "return시어머니 병간호 5년\n밥을 하고, 장을 봤습니다" {
		t.Errorf("the answers to change are %q", got)
	}
}

// The thirty activities come to six bars beside a result, go with it where it is
// changed, and stay when one goes back; without a result they lead to the questions.
func TestInterestsBesideAResult(t *testing.T) {
	t.Parallel()
	b, base := openTab(t), serveSite(t, "")
	b.look(t, look{"ko", "light", 360})
	b.answer(t, base)
	b.press(t, `form[action="/interests"] button`)
	b.until(t, `document.querySelectorAll("#interests fieldset").length === 30`)
	b.sound(t, "the thirty activities")
	choose := `document.querySelectorAll("#interests fieldset").forEach((f, i) => f.querySelectorAll("input")[i % 6 === 0 ? 0 : i % 6 === 1 ? 1 : 2].click()), true`
	value[bool](t, b, choose)
	b.submit(t)
	b.sound(t, "the result with interests")
	if text := b.says(t); !strings.Contains(text, "시험해 보지 않았습니다") || !strings.Contains(text, "현실형") {
		t.Errorf("the result does not say what is liked:\n%s", text)
	}
	value[bool](t, b, `(history.back(), true)`)
	b.until(t, `location.pathname === "/interests" && document.querySelectorAll("#interests input:checked").length === 30`)
	value[bool](t, b, `(history.forward(), true)`)
	b.until(t, `location.pathname === "/diagnosis" && document.querySelector("main").innerText.includes("현실형")`)

	b.visit(t, base+"/") // else the browser takes it for the entry with the result
	b.visit(t, base+"/diagnosis")
	b.do(t, chromedp.SetValue(chromedp.ID("work"), "용접원"))
	b.press(t, `button[formaction="/interests"]`)
	b.until(t, `document.querySelectorAll("#interests fieldset").length === 30`)
	value[bool](t, b, choose)
	b.submit(t)
	if text := b.says(t); !strings.Contains(text, "현실형") || !strings.Contains(text, "용접원") {
		t.Errorf("what was answered before the activities is lost:\n%s", text)
	}

	b.visit(t, base+"/interests")
	value[bool](t, b, choose)
	b.submit(t)
	b.sound(t, "what is liked alone")
	b.press(t, `form[action="/diagnosis/answers"] button`)
	b.arrives(t, "/diagnosis/answers")
	b.do(t, chromedp.SetValue(chromedp.ID("work"), "프레스 조작"))
	b.submit(t)
	if text := b.says(t); !strings.Contains(text, "현실형") {
		t.Errorf("what was liked before the questions is lost:\n%s", text)
	}
}

// Without a script every activity is asked for again, with what was chosen; six
// numbers of the official test are read from staff alone.
func TestInterestsByForm(t *testing.T) {
	base := serveSite(t, "")
	post := func(form url.Values) (int, string) {
		t.Helper()
		resp, err := http.PostForm(base+"/diagnosis?lang=ko", form)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(text)
	}
	if status, text := post(url.Values{"r1": {"2"}, "resume": {`{"careers":[{"title":"용접원"}]}`}}); status != http.StatusUnprocessableEntity || !strings.Contains(text, "29개") ||
		!strings.Contains(text, `name="r1" value="2" required checked`) || !strings.Contains(text, "용접원") {
		t.Errorf("one activity of thirty: %d\n%s", status, words(text))
	}
	official := url.Values{"work": {"용접원"}, "official_day": {"2026-05-04"}}
	for i, kind := range "riasec" {
		official.Set("official_"+string(kind), fmt.Sprint(40+5*i))
	}
	if status, text := post(official); status != http.StatusOK || strings.Contains(text, "관습형") {
		t.Errorf("a visitor enters results of the official test: %d", status)
	}
}
