// Enhancements of a brief: evidence on hover, Escape closes it, polling if no stream arrives.

"use strict";

const HOVER = window.matchMedia("(hover: hover) and (min-width: 64rem)");
let pinned = null;
let soon = 0;

function evidenceOf(target) {
  return target.closest?.(".sentence details.facts");
}

document.addEventListener("pointerover", (event) => {
  const details = evidenceOf(event.target);
  if (!HOVER.matches || pinned || !details || details.open) return;
  clearTimeout(soon);
  soon = setTimeout(() => {
    details.open = true;
    details.dataset.hovered = "";
  }, 350);
});

document.addEventListener("pointerout", (event) => {
  const details = evidenceOf(event.target);
  if (!details || details.contains(event.relatedTarget)) return;
  clearTimeout(soon);
  if ("hovered" in details.dataset) {
    // Time to move the pointer from the sentence to its evidence.
    soon = setTimeout(() => close(details), 300);
  }
});

function close(details) {
  details.open = false;
  delete details.dataset.hovered;
}

document.addEventListener("click", (event) => {
  const details = event.target.closest?.("summary") && evidenceOf(event.target);
  if (!details) return;
  clearTimeout(soon);
  if ("hovered" in details.dataset) {
    delete details.dataset.hovered; // it was already open, and stays open
    pinned = details;
    event.preventDefault();
  }
});

document.addEventListener("toggle", (event) => {
  if (event.target === pinned && !pinned.open) pinned = null;
}, true);

// Escape closes open facts first, then the line around the focus.
function listOpen() {
  const facts = document.querySelectorAll(".sentence details.facts[open]");
  const line = document.activeElement?.closest(".sentence details.sum[open]");
  return facts.length || !line ? facts : [line];
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const details of listOpen()) {
    const wasInside = details.contains(document.activeElement);
    close(details);
    if (wasInside) details.querySelector("summary").focus();
  }
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A proxy that buffers streams, or no stream at all: reload the page instead.
if (document.querySelector("[data-live]")) {
  let isStreaming = false;
  document.addEventListener("htmx:sse:after:connection", () => { isStreaming = true; });
  document.addEventListener("htmx:sse:error", () => { isStreaming = false; });
  setInterval(() => {
    // Not reload(): it has no same-page referrer and would count as user activity.
    if (!isStreaming && !document.hidden) window.location.replace(window.location.pathname + window.location.search);
  }, 2000);
}
