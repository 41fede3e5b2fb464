// Keeps what is written into a form while it is written, so that a closed lid or an empty
// battery loses at most a few seconds. Without this script the button does it.
"use strict";
{
  const form = document.querySelector("form[data-draft]");
  const said = document.getElementById("kept");
  const words = () => {
    const all = Object.fromEntries([...new FormData(form)].filter(([, v]) => typeof v === "string" && v !== ""));
    for (const name of ["revision", "do", "sure"]) delete all[name];
    return all;
  };
  let kept = JSON.stringify(words());
  let timer = 0;
  let busy = Promise.resolve();
  const keep = async () => {
    const now = JSON.stringify(words());
    if (now === kept) return;
    try {
      const answer = await fetch(form.dataset.draft, {
        method: "PUT",
        headers: { "Content-Type": "application/json" },
        body: `{"words":${now},"revision":${form.revision.value}}`,
        keepalive: now.length < 60000,
      });
      if (!answer.ok) throw answer.status;
      form.revision.value = (await answer.json()).revision;
      kept = now;
      said.textContent = form.dataset.saved;
    } catch {
      said.textContent = form.dataset.unsaved;
    }
  };
  const soon = () => (busy = busy.then(keep));
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(soon, 2000);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && soon());
}
