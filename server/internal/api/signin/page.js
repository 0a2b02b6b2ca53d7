// Takes the one-time code from behind '#', and takes it off the address so that it stays in no history. It is kept for
// this tab while the form is corrected. Of a link that can't be used any more that is said at once.
"use strict";
const field = document.getElementById("token");
const first = document.getElementById("first");
const known = document.getElementById("known");
const kept = "purlieu.link";

async function check(token) {
  const ask = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ token }) };
  const answer = await fetch("/signin/v1/link", ask);
  if (answer.status !== 403) return; // what else may be wrong the form says
  const { error } = await answer.json();
  sessionStorage.removeItem(kept);
  const used = document.getElementById("used");
  used.firstChild.textContent = error.message[0].toUpperCase() + error.message.slice(1) + ".";
  used.hidden = false;
  first.hidden = true;
  if (!known) return;
  known.hidden = false;
  document.getElementById("known-name").focus();
}

if (field) {
  if (location.hash.length > 1) {
    sessionStorage.setItem(kept, location.hash.slice(1));
    history.replaceState(null, "", location.pathname + location.search);
    if (known) known.hidden = true;
    first.hidden = false;
    check(sessionStorage.getItem(kept)).catch(() => undefined); // the form says it, later
  }
  const token = sessionStorage.getItem(kept);
  if (!first.hidden && token) {
    field.value = token;
    document.getElementById("code").hidden = true;
    document.getElementById("name").focus();
  }
} else {
  sessionStorage.removeItem(kept);
}
