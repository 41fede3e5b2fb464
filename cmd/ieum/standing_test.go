package main

import (
	"os"
	"strings"
	"testing"
)

// TestAPersonBesideThoseHiredOnThePage goes on from a diagnosis to another level: the section is
// sound on a phone and a desktop, in both languages, begins with what the person has and ends
// with a step within reach.
func TestAPersonBesideThoseHiredOnThePage(t *testing.T) {
	t.Parallel()
	b, base := openTab(t), serveSite(t, os.Getenv("IEUM_STANDING_DATA"))
	for _, l := range []look{{"ko", "light", 390}, {"ko", "dark", 1280}, {"en", "light", 390}} {
		b.look(t, l)
		b.answer(t, base)
		b.until(t, `!!document.querySelector("#standing form")`)
		if target := os.Getenv("IEUM_STANDING_TARGET"); target != "" {
			value[bool](t, b, `(() => { const o = document.querySelector("#target option"); o.value = "`+target+`"; return o.selected = true })()`)
		}
		value[bool](t, b, `document.querySelector('#level option[value="middle"]').selected = true`)
		b.press(t, `#standing form .button`)
		b.until(t, `document.readyState === "complete" && document.querySelector('#level option[selected]')?.value === "middle"`)
		if top := value[float64](t, b, `document.getElementById("standing").getBoundingClientRect().top`); top > 300 {
			t.Errorf("the section is %.0f px down", top)
		}
		b.sees(t, l, "standing")
		said := value[string](t, b, `[...document.querySelectorAll("#standing > *")].map(e => e.innerText).join("\n")`)
		have, gaps, next := "이미 갖춘 것", "더하면 좋은 것", "지금 닿는 한 걸음"
		if l.lang == "en" {
			have, gaps, next = "have already", "Good to add", "A step within reach"
		}
		at := func(words string) int { return strings.Index(said, words) }
		if at(next) < 0 || strings.LastIndex(said, gaps) > at(next) || at(gaps) >= 0 && at(have) > at(gaps) {
			t.Errorf("what the person has is not first, or a gap last:\n%s", said)
		}
		if n := value[int](t, b, `document.querySelectorAll("#standing > :last-child.notice.good").length`); n != 1 {
			t.Errorf("the last word is another:\n%s", said)
		}
		if !strings.Contains(said, map[string]string{"ko": "출처: 가상 노동시장", "en": "Sources: Simulated labour market"}[l.lang]) {
			t.Errorf("the source is not named by its title:\n%s", said)
		}
		value[bool](t, b, `(addEventListener("unload", () => {}), true)`) // so that it is made anew
		b.press(t, ".job h3 a")
		b.until(t, `location.pathname.startsWith("/jobs/")`)
		value[bool](t, b, `(setTimeout(() => history.back()), true)`)
		b.until(t, `location.pathname === "/diagnosis" && !!document.querySelector("#standing form")`)
		if back := value[string](t, b, `[...document.querySelectorAll("#standing > *")].map(e => e.innerText).join("\n")`); back != said || value[string](t, b, `document.querySelector("#level option[selected]").value`) != "middle" {
			t.Errorf("on the way back it stands beside others:\n%s", back)
		}
	}
}
