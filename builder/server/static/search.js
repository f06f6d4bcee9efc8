// Search without a server: the entries stand in entries.js, since a page that is a file may not fetch another.
"use strict";

{
  const MOST = 50;
  const input = document.getElementById("q");
  const list = document.getElementById("found");
  const status = document.getElementById("status");
  const told = list.dataset;

  function fold(text) {
    return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
  }

  function search(text) {
    const words = fold(text).split(/\s+/).filter(Boolean);
    if (!words.length) return [];
    const whole = words.join(" ");
    const near = (folded) => (folded === whole || folded.endsWith(` ${whole}`) ? 0 : folded.includes(whole) ? 1 : 2);
    const fits = ENTRIES.filter((entry) => words.every((word) => entry[3].includes(word)));
    return fits.sort((one, other) => near(one[3]) - near(other[3])).slice(0, MOST);
  }

  function item([label, kind, file]) {
    const made = document.createElement("li");
    const link = document.createElement("a");
    const note = document.createElement("span");
    link.className = "name";
    link.href = told.root + file;
    link.textContent = label;
    link.lang = "vi";
    note.className = "quiet";
    note.textContent = ` ${told[kind] ?? ""}`;
    made.append(link, note);
    return made;
  }

  function show() {
    const found = search(input.value);
    list.replaceChildren(...found.map(item));
    status.textContent = input.value.trim() ? (found.length ? String(found.length) : told.none) : "";
  }

  input.addEventListener("input", show);
  show();
}
