// Keeps a diagnosis within reach of back and forward. A browser keeps no page that
// answers a form, and asks to send the form again. Here the result becomes a page
// that is kept in memory; its entry in the history of the tab holds the résumé, as
// that of the questions holds the answers, which no address and no server sees, so
// that a page the browser let go of is made anew. Without this script the browser
// asks.
"use strict";
(() => {
  const shown = document.querySelector('form[action="/diagnosis/file"] input[name="resume"]');
  if (shown) {
    history.replaceState({ resume: shown.value }, "", "/diagnosis");
    return;
  }
  const { resume, answers } = history.state ?? {};
  const questions = document.getElementById("work").form;
  if (resume) {
    const form = Object.assign(document.createElement("form"), { method: "post", action: "/diagnosis", hidden: true });
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "resume", value: resume }));
    document.body.append(form);
    form.submit(); // before the page is loaded, so that it takes its place in the history
    return;
  }
  for (const [name, value] of Object.entries(answers ?? {})) questions.elements[name].value = value;
  questions.addEventListener("submit", () => history.replaceState({ answers: Object.fromEntries(new FormData(questions)) }, ""));
})();
