package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

//go:embed testdata/axe.min.js
var axe string

// A tab is one tab of a real Chromium, and what went on in it.
type tab struct {
	ctx context.Context

	mu     sync.Mutex
	faults []string                     // errors of the console, broken policies, failed loads
	bytes  float64                      // received since the last visit began, compressed
	loads  []string                     // what they were
	urls   map[network.RequestID]string // asked for since the last visit began
}

// openTab starts a Chromium of its own for the test, or skips it.
func openTab(t *testing.T) *tab {
	t.Helper()
	bin := os.Getenv("CHROMIUM")
	if bin == "" {
		bin = "chromium"
	}
	bin, err := exec.LookPath(bin)
	if err != nil {
		t.Skip("no Chromium: put chromium in PATH or name it in CHROMIUM to run the browser tests")
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(bin), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.Headless, chromedp.NoFirstRun,
		chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.WSURLReadTimeout(time.Minute),
	}
	allocator, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	t.Cleanup(func() { // a Chromium that is killed leaves files of its own in the folder for temporary ones
		late, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		chromedp.Cancel(late)
	})
	b := &tab{ctx: ctx, urls: map[network.RequestID]string{}}
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	devtools(t, b, network.Enable, network.EnableParams{})
	devtools(t, b, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true})
	devtools(t, b, log.Enable, cdp.Empty{})
	return b
}

// devtools sends a command of the DevTools protocol to the tab.
func devtools[P, R any](t *testing.T, b *tab, c cdp.Command[P, R], params P) {
	t.Helper()
	if _, err := chromedp.Call(b.ctx, c, params); err != nil {
		t.Fatal(err)
	}
}

// value runs a script in the page, waits if it is a promise, and returns what
// it comes to.
func value[T any](t *testing.T, b *tab, script string) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.faults = append(b.faults, fmt.Sprintf("exception: %s %s", e.ExceptionDetails.Text, e.ExceptionDetails.URL))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			b.faults = append(b.faults, fmt.Sprintf("console: %s", e.Args[0].Value))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			b.faults = append(b.faults, e.Entry.Text+" "+e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		b.urls[e.RequestID] = e.Request.URL
	case *network.EventLoadingFinished:
		if url, ok := b.urls[e.RequestID]; ok { // else a late one of the page before
			b.bytes += e.EncodedDataLength
			b.loads = append(b.loads, fmt.Sprintf("%.0f %s", e.EncodedDataLength, url))
		}
	}
}

func (b *tab) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// look says how a page is looked at.
type look struct {
	lang, scheme string // ko or en; light or dark
	width        int64
}

func (b *tab) look(t *testing.T, l look) {
	t.Helper()
	devtools(t, b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: l.width, Height: 800, DeviceScaleFactor: 1})
	devtools(t, b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: l.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
	devtools(t, b, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": l.lang}})
}

// visit opens a page and waits for its fonts.
func (b *tab) visit(t *testing.T, address string) {
	t.Helper()
	b.mu.Lock()
	b.bytes, b.loads, b.faults = 0, nil, nil
	clear(b.urls)
	b.mu.Unlock()
	b.do(t, chromedp.Navigate(address))
	value[bool](t, b, `document.fonts.ready.then(() => true)`)
}

// complaints are the faults since the visit began; the status of the page
// itself is none of them.
func (b *tab) complaints() (list []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.faults {
		if !strings.Contains(f, "the server responded with a status of") {
			list = append(list, f)
		}
	}
	return list
}

// violations runs axe-core against WCAG 2.0 to 2.2, levels A and AA.
func (b *tab) violations(t *testing.T) (list []string) {
	t.Helper()
	if !value[bool](t, b, `"axe" in window`) {
		value[bool](t, b, axe+"; true")
	}
	text := value[string](t, b, `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"], resultTypes: ["violations"]})
		.then((r) => JSON.stringify(r.violations.map((v) => ({id: v.id, help: v.help, nodes: v.nodes.map((n) => n.html.slice(0, 160) + " — " + n.failureSummary)}))))`)
	var found []struct {
		ID, Help string
		Nodes    []string
	}
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		t.Fatal(err)
	}
	for _, v := range found {
		list = append(list, fmt.Sprintf("%s: %s (%d)\n\t%s", v.ID, v.Help, len(v.Nodes), strings.Join(v.Nodes[:min(2, len(v.Nodes))], "\n\t")))
	}
	return list
}

// sample are addresses of pages, two of each route.
func sample(t *testing.T, base string) (list []string) {
	t.Helper()
	for _, s := range crawl(t, base, "ko", 1, seeds...) {
		if strings.HasPrefix(s.text, "<!DOCTYPE html>") && !strings.Contains(s.at, "lang=") && !strings.Contains(s.at, "theme=") && !strings.Contains(s.at, "text=") {
			list = append(list, s.at)
		}
	}
	return append(list, "/nowhere", "/jobs?limt=1")
}

// TestEveryPageIsAccessible runs axe-core on every kind of page, in both
// languages, light and dark, with data and without; nor may the console
// complain, the policy be broken, or a page be heavy. A page is loaded once in
// each language, one in light and one in dark, and turned to the other.
func TestEveryPageIsAccessible(t *testing.T) {
	for _, state := range []struct {
		name, data string
	}{{"with data", ""}, {"empty", t.TempDir()}} {
		t.Run(state.name, func(t *testing.T) {
			base := serveSite(t, state.data)
			pages := sample(t, base)
			for lang, schemes := range map[string][]string{"ko": {"light", "dark"}, "en": {"dark", "light"}} {
				t.Run(lang, func(t *testing.T) {
					t.Parallel()
					b := openTab(t)
					for _, at := range pages {
						b.inspect(t, base, at, lang, schemes)
					}
				})
			}
		})
	}
}

// TestTheChecksCanFail breaks a page in each way that the checks look for.
func TestTheChecksCanFail(t *testing.T) {
	t.Parallel()
	b, base := openTab(t), serveSite(t, t.TempDir())
	b.look(t, look{"ko", "light", 1280})
	b.visit(t, base+"/about")
	if v, c := b.violations(t), b.complaints(); len(v)+len(c) > 0 {
		t.Fatalf("the page is not sound to begin with: %v %v", v, c)
	}
	value[bool](t, b, `document.querySelector("main").insertAdjacentHTML("beforeend", '<button></button><p style="color: red">x</p>'); console.error("x"); true`)
	if len(b.violations(t)) == 0 {
		t.Error("axe finds nothing wrong with a button without a name")
	}
	if c := b.complaints(); len(c) < 2 {
		t.Errorf("an inline style and an error in the console go unnoticed: %v", c)
	}
}

const weight = 200_000 // bytes a page without charts may take, fonts and all

func (b *tab) inspect(t *testing.T, base, at, lang string, schemes []string) {
	t.Helper()
	b.look(t, look{lang, schemes[0], 1280})
	b.visit(t, base+at)
	charts := value[int](t, b, `document.querySelectorAll("[data-chart]").length`)
	for _, scheme := range schemes {
		b.look(t, look{lang, scheme, 1280})
		for _, v := range b.violations(t) {
			t.Errorf("%s (%s %s) %s", at, lang, scheme, v)
		}
	}
	b.mu.Lock()
	bytes, loads := b.bytes, b.loads
	b.mu.Unlock()
	if charts == 0 && bytes > weight {
		t.Errorf("%s (%s) takes %.0f bytes, the limit is %d:\n%s", at, lang, bytes, weight, strings.Join(loads, "\n"))
	}
	if testing.Verbose() { // a line for each page would hide a failure
		t.Logf("%s (%s): %.0f bytes, %d loads, %d charts", at, lang, bytes, len(loads), charts)
	}
	for _, c := range b.complaints() {
		t.Errorf("%s (%s): %s", at, lang, c)
	}
}

// TestPagesReflow holds that nothing needs scrolling sideways at 320 CSS
// pixels, which is 400 % zoom on a screen of 1280; nor in large print.
func TestPagesReflow(t *testing.T) {
	t.Parallel()
	b, base := openTab(t), serveSite(t, "")
	pages := sample(t, base)
	for _, size := range []string{"normal", "large"} {
		b.look(t, look{"ko", "light", 320})
		b.visit(t, base+"/?text="+size)
		for _, at := range pages {
			b.visit(t, base+at)
			wide := value[struct {
				Width int
				Which string
			}](t, b, `(() => {
				const width = document.scrollingElement.scrollWidth;
				const inside = (e) => e.closest(".scroll, .canvas, .skip, .hidden-visually, [hidden]");
				const which = [...document.querySelectorAll("body *")].find((e) => e.getBoundingClientRect().right > 321 && !inside(e));
				return {Width: width, Which: width > 320 && which ? which.outerHTML.slice(0, 200) : ""};
			})()`)
			if wide.Width > 320 {
				t.Errorf("%s (text %s) is %d px wide at 320: %s", at, size, wide.Width, wide.Which)
			}
		}
	}
}

// TestKeyboardReachesEverything walks each kind of page with the tab key: what
// can be used is reached, in order, with a visible focus, and the walk comes
// out at the end.
func TestKeyboardReachesEverything(t *testing.T) {
	t.Parallel()
	b, base := openTab(t), serveSite(t, "")
	b.look(t, look{"ko", "light", 1280})
	for _, at := range sample(t, base) {
		b.visit(t, base+at)
		usable := value[int](t, b, usableScript)
		reached, trapped := 0, true
		for range 2*usable + 20 {
			b.do(t, chromedp.KeyEvent(kb.Tab))
			now := value[struct {
				Body, Fresh, Visible bool
				What                 string
			}](t, b, focusScript)
			if now.Body {
				trapped = false
				break
			}
			if now.Fresh {
				reached++
			}
			if !now.Visible {
				t.Errorf("%s: focus cannot be seen on %s", at, now.What)
			}
		}
		if trapped {
			t.Errorf("%s: the tab key does not come out at the end", at)
		}
		if reached < usable {
			t.Errorf("%s: the tab key reaches %d of %d controls", at, reached, usable)
		}
	}
}

// usableScript counts what the tab key should reach; of a group of radio
// buttons that is one.
const usableScript = `(() => {
	const groups = new Set();
	window.usable = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
	return [...document.querySelectorAll(usable)].filter((e) => {
		if (!e.checkVisibility({visibilityProperty: true}) || e.disabled) return false;
		if (e.type !== "radio") return true;
		const known = groups.has(e.name);
		groups.add(e.name);
		return !known;
	}).length;
})()`

const focusScript = `(() => {
	const e = document.activeElement;
	if (!e || e === document.body || e === document.documentElement) return {Body: true};
	const fresh = e.matches(usable) && !e.dataset.walked;
	e.dataset.walked = "yes";
	const seen = (s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2;
	const r = e.getBoundingClientRect();
	return {Body: false, Fresh: fresh, What: e.outerHTML.slice(0, 120),
		Visible: (seen(getComputedStyle(e)) || seen(getComputedStyle(e, "::after"))) && r.width > 0 && r.bottom > 0 && r.top < innerHeight};
})()`

// TestChartsAreDrawn holds that a chart is drawn where there is
// one, and that its table stays within reach.
func TestChartsAreDrawn(t *testing.T) {
	t.Parallel()
	b, base := openTab(t), serveSite(t, "")
	b.look(t, look{"ko", "light", 1280})
	charted := ""
	for _, s := range crawl(t, base, "ko", 3, seeds...) {
		if strings.Contains(s.text, "data-chart=") {
			charted = s.at
			if !regexp.MustCompile(`(?s)<figure[^>]*data-chart=.*?<table`).MatchString(s.text) {
				t.Errorf("%s has a chart without a table", s.at)
			}
		}
	}
	if charted == "" {
		t.Fatal("no page has a chart")
	}
	b.visit(t, base+charted)
	drawn := value[int](t, b, drawScript)
	tables := value[int](t, b, `document.querySelectorAll("figure[data-chart] details table").length`)
	if charts := value[int](t, b, `document.querySelectorAll("figure[data-chart]").length`); drawn < charts || tables < charts {
		t.Errorf("%s: of %d charts %d are drawn, and %d have a table behind them", charted, charts, drawn, tables)
	}
	for _, c := range b.complaints() {
		t.Errorf("%s: %s", charted, c)
	}
}

// drawScript brings every chart into view and waits until all are drawn, at
// most 50 seconds; it returns how many are.
const drawScript = `(async () => {
	const charts = document.querySelectorAll("figure[data-chart]");
	let drawn = 0;
	for (const end = performance.now() + 50000; performance.now() < end && drawn < charts.length;) {
		charts.forEach((f) => f.scrollIntoView());
		await new Promise((r) => setTimeout(r, 50));
		drawn = document.querySelectorAll("figure[data-chart]:has(canvas)").length;
	}
	scrollTo(0, 0);
	return drawn;
})()`

// tour are the answers of a made-up press operator of 58 without a résumé.
var tour = map[string]string{
	"work": "프레스 조작", "years": "25년",
	"tasks":        "금형을 갈아 끼우고 프레스를 돌렸어요. 치수를 재서 불량을 골라내고 새로 온 사람들을 가르쳤어요. 지게차로 자재도 날랐어요.",
	"certificates": "지게차운전기능사", "pay": "250",
}

// answer fills in the questions and sends them.
func (b *tab) answer(t *testing.T, base string) {
	t.Helper()
	b.visit(t, base+"/diagnosis")
	for name, text := range tour {
		b.do(t, chromedp.SetValue(chromedp.ID(name), text))
	}
	b.submit(t)
}

// TestSevenAnswersGetAnAnswer goes the way the README shows: seven
// plain questions, then what the person can do in their own words, occupations,
// jobs with reasons; in both languages without entering anything again.
func TestSevenAnswersGetAnAnswer(t *testing.T) {
	t.Parallel()
	b, base := openTab(t), serveSite(t, "")
	for _, scheme := range []string{"light", "dark"} {
		b.look(t, look{"ko", scheme, 1280})
		b.answer(t, base)
		page := value[string](t, b, `document.querySelector("main").innerText`)
		for _, want := range []string{"프레스 조작", "지게차운전기능사"} {
			if !strings.Contains(page, want) {
				t.Errorf("the answer does not quote %q:\n%s", want, page)
			}
		}
		if n := value[int](t, b, `document.querySelectorAll("main a[href^='/occupations/']").length`); n == 0 {
			t.Error("the answer names no occupation")
		}
		if n := value[int](t, b, `document.querySelectorAll("main .reasons").length`); n < 3 {
			t.Errorf("the answer has %d jobs with reasons, want 3", n)
		}
		for _, v := range b.violations(t) {
			t.Errorf("answer (%s): %s", scheme, v)
		}
		b.do(t, chromedp.Click(chromedp.CSS(".display summary")))
		if _, err := chromedp.RunResponse(b.ctx, chromedp.Click(chromedp.CSS(`button[formaction$="lang=en"]`))); err != nil {
			t.Fatal(err)
		}
		if lang := value[string](t, b, `document.documentElement.lang`); lang != "en" {
			t.Errorf("the answer is in %q after asking for English", lang)
		}
		if page := value[string](t, b, `document.querySelector("main").innerText`); !strings.Contains(page, "프레스 조작") {
			t.Errorf("the answer in English has lost what was entered:\n%s", page)
		}
		for _, v := range b.violations(t) {
			t.Errorf("answer in English (%s): %s", scheme, v)
		}
		if faults := b.complaints(); len(faults) > 0 {
			t.Error(faults)
		}
		b.visit(t, base+"/?lang=ko")
	}
}

// TestBackAndForwardKeepTheAnswer leaves the result for a job and comes back,
// from the browser's memory and from an entry of the history alone; then goes
// back to the questions, where the answers are still written, and forward again.
// Nothing is kept by the server, and nothing by the browser's cache.
func TestBackAndForwardKeepTheAnswer(t *testing.T) {
	t.Parallel()
	b, base := openTab(t), serveSite(t, "")
	devtools(t, b, network.SetCacheDisabled, network.SetCacheDisabledParams{}) // as people have it
	b.look(t, look{"ko", "light", 390})
	b.answer(t, base)
	const answer = `document.querySelector("main").innerText`
	first, entries := value[string](t, b, answer), value[int](t, b, `history.length`)
	if !strings.Contains(first, tour["work"]) {
		t.Fatalf("no answer:\n%s", first)
	}
	same := func(how string) {
		t.Helper()
		b.until(t, `!!document.querySelector("main .reasons")`)
		if now := value[string](t, b, answer); now != first {
			t.Errorf("%s shows another answer:\n%s", how, now)
		}
		if n := value[int](t, b, `history.length`); n != entries+1 {
			t.Errorf("%s: the history has %d entries, want %d", how, n, entries+1)
		}
	}
	for _, memory := range []bool{true, false} {
		if !memory { // who listens to unload is not kept in memory
			value[bool](t, b, `(addEventListener("unload", () => {}), true)`)
		}
		value[bool](t, b, `window.kept = true`)
		b.press(t, ".job h3 a")
		b.until(t, `location.pathname.startsWith("/jobs/")`)
		value[bool](t, b, `(setTimeout(() => history.back()), true)`)
		b.until(t, `location.pathname + location.search === "/diagnosis"`)
		same("back from a job")
		if kept := value[bool](t, b, `!!window.kept`); kept != memory {
			t.Errorf("the page came back from memory: %t, want %t", kept, memory)
		}
	}
	value[bool](t, b, `(setTimeout(() => history.back()), true)`)
	b.until(t, `!!document.querySelector("form #tasks")`)
	for name, text := range tour {
		if got := value[string](t, b, fmt.Sprintf(`document.getElementById(%q).value`, name)); got != text {
			t.Errorf("back at the questions %s is %q, want %q", name, got, text)
		}
	}
	value[bool](t, b, `(setTimeout(() => history.forward()), true)`)
	same("forward from the questions")
	if faults := b.complaints(); len(faults) > 0 {
		t.Error(faults)
	}
}

// until waits until a page is there of which something holds.
func (b *tab) until(t *testing.T, holds string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		if there, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.readyState === "complete" && (`+holds+`)`)); err == nil && there {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("%s does not come to hold; the tab is at %s:\n%s", holds, value[string](t, b, `location.href`), value[string](t, b, `document.body.innerText`))
}

// TestARefusedFormIsMended sends answers that cannot be read: the page comes back
// with all there is to mend, each a link to its field, which says so too; what
// was written stays, and mending it gives the answer. No script is needed.
func TestARefusedFormIsMended(t *testing.T) {
	t.Parallel()
	b, base := openTab(t), serveSite(t, "")
	b.look(t, look{"ko", "light", 360})
	b.visit(t, base+"/diagnosis")
	b.do(t, chromedp.SetValue(chromedp.ID("tasks"), tour["tasks"]), chromedp.SetValue(chromedp.ID("years"), "오래"), chromedp.SetValue(chromedp.ID("pay"), "많이"))
	b.submit(t)
	b.do(t, chromedp.WaitVisible(chromedp.CSS("#faults:focus"))) // focus comes after the load
	got := value[struct {
		Title, Focus, Tasks, Years string
		Links, Marked, Beside      []string
	}](t, b, `({
		Title: document.title, Focus: document.activeElement.id,
		Tasks: document.getElementById("tasks").value, Years: document.getElementById("years").value,
		Links: [...document.querySelectorAll("#faults a")].map((a) => a.getAttribute("href")),
		Marked: [...document.querySelectorAll("[aria-invalid=true]")].map((e) => e.id),
		Beside: [...document.querySelectorAll("[aria-invalid=true]")].map((e) => document.getElementById(e.getAttribute("aria-describedby").split(" ")[0]).innerText.trim()),
	})`)
	if n := value[int](t, b, `document.scripts.length`); n > 0 {
		t.Errorf("the page has %d scripts", n)
	}
	if strings.Join(got.Links, " ") != "#years #pay" || strings.Join(got.Marked, " ") != "years pay" {
		t.Errorf("to mend are %q, marked are %q", got.Links, got.Marked)
	}
	if got.Focus != "faults" || !strings.HasPrefix(got.Title, "고칠 곳 있음") {
		t.Errorf("focus is on %q, the title is %q", got.Focus, got.Title)
	}
	if got.Tasks != tour["tasks"] || got.Years != "오래" {
		t.Errorf("what was written is lost: %q, %q", got.Tasks, got.Years)
	}
	if len(got.Beside) != 2 || !strings.Contains(got.Beside[0], "3년 6개월") || !strings.Contains(got.Beside[1], "이백오십만원") {
		t.Errorf("the fields say %q, without an example", got.Beside)
	}
	for _, v := range b.violations(t) {
		t.Error(v)
	}
	b.do(t, chromedp.Click(chromedp.CSS(`#faults a[href="#pay"]`)))
	if at := value[string](t, b, `location.hash`); at != "#pay" {
		t.Errorf("the link leads to %q", at)
	}
	b.do(t, chromedp.SetValue(chromedp.ID("years"), "이십년"), chromedp.SetValue(chromedp.ID("pay"), "월 이백오십"))
	b.submit(t)
	if n := value[int](t, b, `document.querySelectorAll("main .reasons").length`); n == 0 {
		t.Error("mended, the form gives no answer")
	}
}

func (b *tab) submit(t *testing.T) {
	t.Helper()
	value[bool](t, b, `window.asking = true`)
	b.do(t, chromedp.Click(chromedp.CSS(`form[action="/diagnosis"] .button`)))
	b.until(t, `!window.asking && !!document.querySelector("main")`)
}

// TestNoAddressCarriesWhatAPersonWrote holds that the answer leads on by codes:
// a word in an address stays in the browser's history and in others' logs.
func TestNoAddressCarriesWhatAPersonWrote(t *testing.T) {
	t.Parallel()
	b, base := openTab(t), serveSite(t, "")
	b.look(t, look{"ko", "light", 1280})
	b.answer(t, base)
	hrefs := value[[]string](t, b, `[location.href, ...[...document.querySelectorAll("a[href], form")].map((e) => e.href || e.action)].map((u) => decodeURIComponent(u))`)
	codes := 0
	for _, at := range hrefs {
		for word := range strings.FieldsSeq(tour["work"] + " " + tour["tasks"] + " " + tour["certificates"]) {
			if strings.Contains(at, word) {
				t.Errorf("%s has %q, which the person wrote", at, word)
			}
		}
		if strings.Contains(at, "/jobs?occupation=") {
			codes++
		}
	}
	if codes == 0 {
		t.Error("no link leads on to jobs of the occupation")
	}
}

// TestTheAnswerIsOfUseOnPaper holds that what is printed is short, and says
// where each job is found again.
func TestTheAnswerIsOfUseOnPaper(t *testing.T) {
	t.Parallel()
	b, base := openTab(t), serveSite(t, "")
	b.look(t, look{"ko", "light", 1280})
	b.answer(t, base)
	jobs := value[[]string](t, b, `[...document.querySelectorAll(".job h3 a")].map((a) => a.getAttribute("href"))`)
	devtools(t, b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	text := value[string](t, b, `document.querySelector("main").innerText`)
	for _, at := range jobs {
		if !strings.Contains(text, strings.TrimPrefix(base, "http://")+at) {
			t.Errorf("the paper does not say where %s is", at)
		}
	}
	learn := value[[]bool](t, b, `[...document.querySelectorAll("main :is(summary, h3, h4, p)")].filter((e) => e.textContent.includes("더 배우면 좋은 것")).map((e) => e.getClientRects().length > 0)`)
	if len(jobs) < 3 || len(learn) == 0 || slices.Contains(learn, true) {
		t.Errorf("%d jobs; lists of what to learn, which nobody needs on paper, that are printed: %v", len(jobs), learn)
	}
	if !strings.Contains(text, tour["tasks"]) {
		t.Error("the paper lacks what the result rests on")
	}
	pdf, err := chromedp.Call(b.ctx, page.PrintToPDF, page.PrintToPDFParams{})
	if err != nil {
		t.Fatal(err)
	}
	if pages := len(regexp.MustCompile(`/Type /Page\b`).FindAllString(string(pdf.Data), -1)); pages < 1 || pages > 5 {
		t.Errorf("the paper has %d pages", pages)
	}
}

// TestLargePrintLeavesRoomToType holds that a search field shows what is typed
// into it on a phone, in large print and with the letters of the browser at twice
// their size.
func TestLargePrintLeavesRoomToType(t *testing.T) {
	t.Parallel()
	b, base := openTab(t), serveSite(t, "")
	b.look(t, look{"ko", "light", 360})
	for _, size := range []string{"normal", "large", "double"} {
		for _, at := range []string{"/", "/jobs", "/occupations"} {
			b.visit(t, base+at+"?text="+strings.Replace(size, "double", "normal", 1))
			if size == "double" {
				value[bool](t, b, `(document.documentElement.style.fontSize = "200%", true)`)
			}
			got := value[struct {
				Field, Page float64
				Letters     float64
			}](t, b, `(() => { const q = document.querySelector("main input[type=search]"), s = getComputedStyle(q);
				return {Field: q.clientWidth, Page: document.scrollingElement.scrollWidth, Letters: (q.clientWidth - 2 * parseFloat(s.paddingLeft)) / parseFloat(s.fontSize)}; })()`)
			if got.Letters < 5 || got.Page > 360 {
				t.Errorf("%s (%s): room for %.1f letters in a page of %.0f px", at, size, got.Letters, got.Page)
			}
		}
	}
}

// TestShots takes pictures of every kind of page into the folder that
// IEUM_SHOTS names, for people to look at.
func TestShots(t *testing.T) {
	dir := os.Getenv("IEUM_SHOTS")
	if dir == "" {
		t.Skip("set IEUM_SHOTS=DIR for pictures of every kind of page")
	}
	for _, state := range []struct {
		name, data string
	}{{"data", ""}, {"empty", t.TempDir()}} {
		b, base := openTab(t), serveSite(t, state.data)
		pages := sample(t, base)
		for _, l := range []look{{"ko", "light", 1280}, {"ko", "light", 360}, {"ko", "dark", 1280}, {"en", "light", 1280}} {
			b.look(t, l)
			if state.data == "" {
				b.answer(t, base)
				b.shoot(t, dir, fmt.Sprintf("tour-%s-%s-%d", l.lang, l.scheme, l.width))
			}
			for _, at := range pages {
				b.visit(t, base+at)
				value[int](t, b, drawScript)
				b.shoot(t, dir, fmt.Sprintf("%s-%s-%s-%d%s", state.name, l.lang, l.scheme, l.width, strings.NewReplacer("/", "_", "?", "_", "=", "_", "&", "_").Replace(at)))
			}
		}
	}
}

func (b *tab) shoot(t *testing.T, dir, name string) {
	t.Helper()
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestThingsAreLookedForInABrowser: the questions and the answer of what is declared are
// within reach of everybody, on a phone too.
func TestThingsAreLookedForInABrowser(t *testing.T) {
	t.Parallel()
	b, base := openTab(t), serveSite(t, "")
	b.look(t, look{"ko", "light", 360})
	b.visit(t, base+"/items/courses?skills=용접")
	b.do(t, chromedp.Click(chromedp.CSS(`form[action="/items/courses"] .button`)))
	b.until(t, `!!document.querySelector("#found")`)
	if v := b.violations(t); len(v) > 0 {
		t.Error(strings.Join(v, "\n"))
	}
	if got := value[string](t, b, `document.getElementById("skills").value`); got != "용접" {
		t.Errorf("the question is lost: %q", got)
	}
	if wide := value[int](t, b, `document.scrollingElement.scrollWidth`); wide > 360 {
		t.Errorf("%d px wide at 360", wide)
	}
	if faults := b.complaints(); len(faults) > 0 {
		t.Error(faults)
	}
}
