package main

import (
	"cmp"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"ieum"
)

// TestTheWaysFollowTheDiagnosis goes on from the answer of the diagnosis to the ways
// to a goal, without entering anything again: strengths stand before what is
// missing, and in both languages the page is sound on a phone and a desktop.
func TestTheWaysFollowTheDiagnosis(t *testing.T) {
	t.Parallel()
	b, base := openTab(t), serveSite(t, os.Getenv("IEUM_ROADMAP_SITE"))
	for _, l := range []look{{"ko", "light", 390}, {"ko", "dark", 1280}, {"en", "light", 1280}} {
		b.look(t, l)
		b.answer(t, base)
		b.press(t, `form[action="/roadmap"] button:not([name])`)
		b.until(t, `location.pathname === "/roadmap" && !!document.getElementById("goal")`)
		b.sees(t, l, "moves")
		value[bool](t, b, `document.querySelector('option[value="`+cmp.Or(os.Getenv("IEUM_ROADMAP_GOAL"), "8221")+`"]').selected = true`)
		b.press(t, `form.card[action="/roadmap"] .button`)
		b.until(t, `location.pathname === "/roadmap" && document.querySelectorAll("main h3").length > 0 && document.getElementById("goal").value !== ""`)
		b.sees(t, l, "ways")
		page := value[string](t, b, `document.querySelector("main").innerText`)
		if can, learn := strings.Index(page, "프레스 작업"), strings.Index(page, "배우면 좋은 것"); l.lang == "ko" && (can < 0 || learn >= 0 && learn < can) {
			t.Errorf("what the person can do does not come first:\n%s", page)
		}
		value[bool](t, b, `document.querySelector('option[value="3040"]').selected = document.querySelector('#months option[value="6"]').selected = window.before = true`)
		b.press(t, `form.card[action="/roadmap"] .button`)
		b.until(t, `!window.before && document.readyState === "complete" && document.getElementById("goal").value === "3040" && document.getElementById("months").value === "6"`)
		b.sees(t, l, "limit")
		if n := value[int](t, b, `document.querySelectorAll("main article").length`); n != 0 {
			t.Errorf("%d ways to be a nurse within six months", n)
		}
		if n := value[int](t, b, `document.querySelectorAll("main .card button[name=goal]").length`); n == 0 {
			t.Error("where no way leads, nothing else is proposed")
		}
	}
}

// TestAPlanWithoutACounsellor goes on from the ways to a plan, on a phone: steps are changed, the
// sheets are read as pages and taken as files, and what was written is still there on the way back.
func TestAPlanWithoutACounsellor(t *testing.T) {
	t.Parallel()
	b, base := openTab(t), serveSite(t, "")
	for _, lang := range []string{"en", "ko"} {
		b.look(t, look{lang, "light", 360})
		b.answer(t, base)
		goes := func(button, path string) {
			t.Helper()
			value[bool](t, b, `window.asking = true`)
			b.press(t, button)
			b.until(t, `!window.asking && document.readyState === "complete" && location.pathname === "`+path+`"`)
			b.sound(t, path+" "+lang)
			if at := value[string](t, b, `location.href`); at != base+path {
				t.Errorf("the address tells %q", at)
			}
		}
		goes(`form[action="/roadmap"] button:not([name])`, "/roadmap")
		goes(`main form[action="/plan"] button`, "/plan")
		b.do(t, chromedp.SetValue(chromedp.ID("step"), "학원에 전화하기"), chromedp.SetValue(chromedp.ID("by-1"), "2001-01-01"))
		goes(`button[name="sheet"][value="plan"]`, "/plan")
		if value[int](t, b, `document.querySelectorAll("#faults, #step-fault").length`) != 2 {
			t.Error("nothing is said of a day that is gone")
		}
		b.do(t, chromedp.SetValue(chromedp.ID("by-1"), (ieum.DayOf(time.Now())+5).String()))
		for _, kind := range []string{"report", "large", "plan"} {
			goes(`button[name="sheet"][value="`+kind+`"]`, "/plan")
			if text := b.says(t); !strings.Contains(text, "학원에 전화하기") {
				t.Errorf("%s does not say what is to be done: %s", kind, text)
			}
			file := value[string](t, b, `(async () => { const form = document.querySelector('main form[action="/plan"]');
				return (await (await fetch("/plan/`+kind+`.pdf", {method: "POST", body: new URLSearchParams(new FormData(form))})).text()).slice(0, 5); })()`)
			if file != "%PDF-" {
				t.Errorf("%s as a file is %q", kind, file)
			}
			goes(`main form[action="/plan"] button:not([formaction]):not([data-print])`, "/plan")
			if got := value[string](t, b, `document.getElementById("step").value`); got != "학원에 전화하기" {
				t.Errorf("on the way back the step is %q", got)
			}
		}
		goes(`button[form="other-goal"]`, "/roadmap")
	}
}

// sees holds a page to axe, the policy, the console and its width; IEUM_SHOTS
// names a folder for pictures.
func (b *tab) sees(t *testing.T, l look, what string) {
	t.Helper()
	for _, v := range append(b.violations(t), b.complaints()...) {
		t.Errorf("%s (%s): %s", what, l.lang, v)
	}
	if wide := value[int64](t, b, `document.scrollingElement.scrollWidth`); wide > l.width {
		t.Errorf("%s is %d px wide at %d", what, wide, l.width)
	}
	if dir := os.Getenv("IEUM_SHOTS"); dir != "" {
		b.shoot(t, dir, "roadmap-"+what+"-"+l.lang+"-"+l.scheme)
	}
}
