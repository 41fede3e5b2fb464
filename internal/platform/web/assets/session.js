// Warns before a session ends, and puts the end off where it can be. At the end that
// cannot be put off it leads to a new sign-in in this window, over which the fields of the
// page wait in the tab. Without this script a form that is sent too late is kept all the same.
"use strict";
(() => {
  if (location.pathname.startsWith("/sign-in")) return; // on the way to a new session
  const leaving = document.getElementById("leaving"), ending = document.getElementById("ending");
  const warning = 5 * 60; // seconds before the end
  const waits = 10 * 60 * 1000; // how long fields wait, in ms
  const key = "fields"; // in the storage of this tab
  let end = 0, timer = 0;
  const wait = (left, final) => {
    end = Date.now() + left * 1000;
    clearTimeout(timer);
    timer = setTimeout(() => (final ? ending : leaving).showModal(), Math.max(0, left - warning) * 1000);
  };

  const fields = () => [...document.querySelectorAll('main form[method="post"] :is(input, textarea, select)')]
    .filter((e) => e.name && !["hidden", "password", "file"].includes(e.type));
  const ticks = (e) => e.type === "checkbox" || e.type === "radio";
  const page = () => location.pathname + location.search;
  const put = () => {
    const list = fields().map((e) => [e.name, ticks(e) ? e.checked : e.value]);
    sessionStorage.setItem(key, JSON.stringify({ page: page(), name: leaving.dataset.name, at: Date.now(), list }));
  };
  const take = () => {
    const text = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    if (!text) return;
    const kept = JSON.parse(text);
    if (kept.page !== page() || kept.name !== leaving.dataset.name || Date.now() - kept.at > waits) return;
    for (const [i, e] of fields().entries()) {
      const [name, value] = kept.list[i] ?? [];
      if (name !== e.name || value === (ticks(e) ? e.checked : e.value)) continue;
      if (ticks(e)) e.checked = value; else e.value = value;
      e.dispatchEvent(new Event("input", { bubbles: true }));
      e.dispatchEvent(new Event("change", { bubbles: true }));
      e.closest("details")?.setAttribute("open", "");
    }
  };

  leaving.addEventListener("click", async (event) => {
    const choice = event.target.closest("button");
    if (!choice) return;
    leaving.close();
    if (choice.value !== "stay" || Date.now() > end) return;
    try {
      const reply = await fetch("/session", { method: "POST", headers: { Accept: "application/json" } });
      if (!reply.ok) return;
      const { left, final } = await reply.json();
      wait(left, final);
    } catch { /* the network is away: the form is kept when it is sent */ }
  });
  ending.addEventListener("click", (event) => {
    if (event.target.closest("a")) put();
    else if (event.target.closest("button")) ending.close();
  });
  take();
  wait(Number(leaving.dataset.left), "final" in leaving.dataset);
})();
