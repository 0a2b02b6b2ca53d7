// Takes the one-time code from behind '#', and takes it off the address so that it stays in no history. It is kept for
// this tab while the form is corrected.
"use strict";
const field = document.getElementById("token");
const first = document.getElementById("first");
const kept = "purlieu.link";
if (field) {
  if (location.hash.length > 1) {
    sessionStorage.setItem(kept, location.hash.slice(1));
    history.replaceState(null, "", location.pathname + location.search);
    const known = document.getElementById("known");
    if (known) known.hidden = true;
    first.hidden = false;
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
