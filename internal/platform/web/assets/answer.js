// Keeps a diagnosis, and the page of interests, within reach of back and forward. A browser keeps no page that
// answers a form, and asks to send the form again. Here the result becomes a page
// that is kept in memory; its entry in the history of the tab holds the résumé, as
// that of the questions holds the answers, which no address and no server sees, so
// that a page the browser let go of is made anew. Without this script the browser
// asks.
"use strict";
(() => {
  const shown = document.querySelector('form[action="/diagnosis/file"] input[name="resume"]');
  if (shown) {
    const told = document.querySelector('form[action="/diagnosis/answers"] input[name="told"]');
    const chosen = (id) => document.getElementById(id)?.value ?? "";
    history.replaceState({ resume: shown.value, told: told?.value ?? "", target: chosen("target"), level: chosen("level") }, "", "/diagnosis" + location.hash);
    return;
  }
  const { resume, answers, ...more } = history.state ?? {};
  const interests = document.getElementById("interests"); // carries the résumé of the result it was opened from
  const questions = interests ?? document.getElementById("work")?.form;
  if (!questions) return;
  if (resume) {
    const form = Object.assign(document.createElement("form"), { method: "post", action: "/diagnosis" + location.hash, hidden: true });
    for (const [name, value] of Object.entries({ resume, ...more })) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    document.body.append(form);
    form.submit(); // before the page is loaded, so that it takes its place in the history
    return;
  }
  for (const [name, value] of Object.entries(answers ?? {})) questions.elements[name].value = value;
  const keep = () => history.replaceState({ answers: Object.fromEntries(new FormData(questions)) }, "", interests ? "/interests" : undefined);
  if (interests) keep();
  questions.addEventListener("submit", keep);
})();
