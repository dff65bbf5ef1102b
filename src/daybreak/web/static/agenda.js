// Drag and drop of folders and files onto the agenda pages.

"use strict";

async function filesOf(entry, path) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [[path + entry.name, file]];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    for (const one of some) {
      if (!one.name.startsWith(".")) found.push(...(await filesOf(one, path + entry.name + "/")));
    }
  }
}

async function send(form, items) {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const body = new FormData();
  for (const entry of entries) {
    for (const [path, file] of await filesOf(entry, "")) body.append("files", file, path);
  }
  form.setAttribute("aria-busy", "true");
  const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
  if (response.redirected) {
    location.assign(response.url);
  } else {
    document.documentElement.innerHTML = await response.text();
    document.querySelector("[role=alert]")?.scrollIntoView();
  }
}

for (const form of document.querySelectorAll("[data-drop]")) {
  const hint = form.querySelector("[data-drop-hint]");
  if (hint) hint.hidden = false;
  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      form.classList.add("over");
    });
  }
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) form.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.items.length) return;
    event.preventDefault();
    form.classList.remove("over");
    send(form, event.dataTransfer.items);
  });
  form.addEventListener("submit", () => {
    // A file field without files would be submitted as an empty file.
    for (const field of form.querySelectorAll("input[type=file]")) field.disabled = !field.files.length;
  });
}

// Preselects the time zone of this machine for a new user.
const guess = document.querySelector("[data-guess-zone] select");
if (guess) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...guess.options].some((option) => option.value === zone)) guess.value = zone;
}

// A followed element ends with a link to the next page.
for (const followed of document.querySelectorAll("[data-follow]")) {
  const openNext = () => followed.querySelector("[data-continue]") && location.replace(followed.querySelector("[data-continue]").href);
  new MutationObserver(openNext).observe(followed, { childList: true, subtree: true });
}
