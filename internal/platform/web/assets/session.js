// Warns before a session ends for want of use, and puts the end off. Without
// this script a form that is sent too late is kept all the same.
"use strict";
(() => {
  const dialog = document.getElementById("leaving");
  const warning = 5 * 60; // seconds before the end
  let end = 0, timer = 0;
  const wait = (left) => {
    end = Date.now() + left * 1000;
    clearTimeout(timer);
    timer = setTimeout(() => dialog.showModal(), Math.max(0, left - warning) * 1000);
  };
  dialog.addEventListener("click", async (event) => {
    const choice = event.target.closest("button");
    if (!choice) return;
    dialog.close();
    if (choice.value !== "stay" || Date.now() > end) return;
    try {
      const reply = await fetch("/session", { method: "POST", headers: { Accept: "application/json" } });
      if (reply.ok) wait((await reply.json()).left);
    } catch { /* the network is away: the form is kept when it is sent */ }
  });
  wait(Number(dialog.dataset.left));
})();
