// Makes and uses passkeys. A form with data-passkey names where to ask what; the
// answer goes with the form, so that a page follows as after any other.
"use strict";
(() => {
  const able = window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!able) continue;
    form.closest("[data-needs-passkey]").hidden = false;
    const fault = form.querySelector("[role=alert]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      fault.hidden = true;
      try {
        const reply = await fetch(form.dataset.passkey, { method: "POST", headers: { Accept: "application/json" } });
        if (!reply.ok) throw new Error(String(reply.status));
        const question = await reply.json();
        const credential = form.dataset.passkey === "/sign-in/ask"
          ? await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(question.options) })
          : await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(question.options) });
        form.elements.id.value = question.id;
        form.elements.answer.value = JSON.stringify(credential.toJSON());
        form.submit();
      } catch {
        fault.hidden = false;
      }
    });
  }
})();
