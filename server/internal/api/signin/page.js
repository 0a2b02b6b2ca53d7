// Takes the one-time code from behind '#', and takes it off the address so that it stays in no history.
"use strict";
const field = document.getElementById("token");
if (field && location.hash.length > 1) {
  field.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  document.getElementById("name").focus();
}
