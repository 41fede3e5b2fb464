// Keeps the last checkpoint of the ledger that this browser saw, and says loudly
// when the present one does not go on from it: so nobody can rewrite what
// happened for those who only visit. Formats: c2sp.org/tlog-checkpoint and
// signed-note; the proof is that of RFC 9162, 2.1.4.2. Nothing of who asks is
// sent. Without this script, /ledger compares a checkpoint that was kept.
"use strict";
(() => {
  const box = document.getElementById("ledger-watch");
  const name = "ieum.ledger"; // {key, checkpoint, at}; at: milliseconds
  if (!crypto.subtle) return; // not over TLS
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
  const node = async (left, right) => new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array([1, ...left, ...right])));
  const ask = async (path) => {
    const reply = await fetch(path, { cache: "no-store", credentials: "omit" });
    if (reply.status >= 500) throw new Error(String(reply.status));
    return reply.ok ? reply.text() : "";
  };
  const parse = (checkpoint) => {
    const [origin, size, root] = checkpoint.split("\n");
    return { origin, size: Number(size), root: bytes(root) };
  };

  // signed says whether the key (name+hash+base64) signed the checkpoint. A
  // browser without Ed25519 cannot tell, and goes by the proof alone.
  const signed = async (checkpoint, key) => {
    const [who, , ...rest] = key.trim().split("+");
    const line = checkpoint.split("\n").find((l) => l.startsWith(`— ${who} `));
    if (!line) return false;
    let verifier;
    try {
      verifier = await crypto.subtle.importKey("raw", bytes(rest.join("+")).slice(1), "Ed25519", false, ["verify"]);
    } catch {
      return true;
    }
    const text = new TextEncoder().encode(checkpoint.slice(0, checkpoint.indexOf("\n\n") + 1));
    return crypto.subtle.verify("Ed25519", verifier, bytes(line.split(" ")[2]).slice(4), text);
  };

  // follows says whether the tree now begins with the tree old, by the proof.
  const follows = async (old, now, proof) => {
    if (proof.length === 0) return false;
    let a = old.size - 1, b = now.size - 1; // numbers of the last entries, whose bits lead to the roots
    const up = () => { a = Math.floor(a / 2); b = Math.floor(b / 2); };
    while (a % 2 === 1) up();
    const path = a === 0 ? [old.root, ...proof] : proof; // a whole tree is itself a node of the new one
    let before = path[0], after = path[0];
    for (const hash of path.slice(1)) {
      if (b === 0) return false;
      if (a % 2 === 1 || a === b) {
        before = await node(hash, before);
        after = await node(hash, after);
        while (a % 2 === 0 && a !== 0) up();
      } else {
        after = await node(after, hash);
      }
      up();
    }
    return b === 0 && same(before, old.root) && same(after, now.root);
  };

  // fault says what is wrong with a checkpoint after the one kept, or "".
  const fault = async (kept, checkpoint, key) => {
    if (kept.key !== key) return "key";
    if (!await signed(checkpoint, key)) return "signature";
    const old = parse(kept.checkpoint), now = parse(checkpoint);
    if (old.origin !== now.origin) return "key";
    if (now.size < old.size) return "rollback";
    if (now.size === old.size) return same(old.root, now.root) ? "" : "fork";
    const proof = await ask(`/api/v1/ledger/consistency?from=${old.size}&to=${now.size}`);
    if (proof === "") return "fork"; // a proof that is refused is none
    const change = JSON.parse(proof);
    return await follows(old, now, (change.hashes || []).map(bytes)) ? "" : "fork";
  };

  const keep = (key, checkpoint) => localStorage.setItem(name, JSON.stringify({ key, checkpoint, at: Date.now() }));

  const announce = (why, kept, checkpoint, key) => {
    for (const [id, text] of [["kept", kept.key + kept.checkpoint], ["now", key + checkpoint]]) {
      const link = box.querySelector(`[data-save=${id}]`);
      link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    }
    box.querySelector("button").addEventListener("click", () => {
      keep(key, checkpoint);
      box.hidden = true;
    });
    box.dataset.found = why;
    box.hidden = false;
  };

  const watch = async () => {
    const kept = JSON.parse(localStorage.getItem(name)); // read first: what is public later is never less
    if (kept && Date.now() - kept.at < Number(box.dataset.every) * 1000) return "early";
    const checkpoint = await ask("/ledger/checkpoint"), key = await ask("/ledger/key");
    const why = kept ? await fault(kept, checkpoint, key) : await signed(checkpoint, key) ? "" : "signature";
    if (why === "") keep(key, checkpoint);
    else announce(why, kept || { key, checkpoint }, checkpoint, key);
    return why || "sound";
  };
  watch().then((how) => { box.dataset.watched = how; }, () => { box.dataset.watched = "unknown"; }); // the network or the server is away: next time
})();
