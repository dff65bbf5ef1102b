// Progressive enhancement: keyboard shortcuts, and forms that submit without a click.

"use strict";

const IN_FIELD = "input, textarea, select, [contenteditable]";
let afterG = 0;

function help() {
  const dialog = document.getElementById("keys");
  if (dialog && !dialog.open) dialog.showModal();
}

function search() {
  const field = document.querySelector("input[type=search]");
  if (!field) return false;
  field.focus();
  field.select();
  return true;
}

function go(letter) {
  const link = document.querySelector(`[data-go="${CSS.escape(letter)}"]`);
  if (link) link.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(IN_FIELD)) return;
  if (document.querySelector("dialog[open]") || document.documentElement.dataset.keys === "off") return;
  if (afterG && event.timeStamp - afterG < 1500) {
    afterG = 0;
    go(event.key);
    event.preventDefault();
  } else if (event.key === "g") {
    afterG = event.timeStamp;
  } else if (event.key === "/") {
    if (search()) event.preventDefault();
  } else if (event.key === "?") {
    help();
    event.preventDefault();
  }
});

// Closes a menu on a click outside of it.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.dropdown[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.dropdown[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Asks for confirmation before an action that cannot be undone.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.ask ?? event.target.dataset.ask;
  if (question && !window.confirm(question)) event.preventDefault();
});

// Signed out on another device: an open page must not continue to show private data.
document.addEventListener("htmx:sse:error", (event) => {
  if (event.detail?.status === 401) window.location.reload();
});

// Too many streams are open: the page stays as it is, and subscribes again after the time that the server named.
document.addEventListener("htmx:response:error", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  const address = sourceElement.getAttribute("hx-sse:connect");
  if (!address || ![429, 503].includes(response.status)) return;
  const seconds = Number(response.headers.get("Retry-After")) || 10;
  setTimeout(() => {
    if (sourceElement.isConnected) htmx.ajax("GET", address, { source: sourceElement });
  }, seconds * 1000);
});

for (const form of document.querySelectorAll("form[data-send-at-once]")) form.requestSubmit();

for (const field of document.querySelectorAll("input[data-select]")) field.addEventListener("focus", () => field.select());
