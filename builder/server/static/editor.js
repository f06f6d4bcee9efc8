// The field for queries: Ctrl+Enter asks, prefixes can be put in, and an error leads to its place.
"use strict";

const field = document.querySelector("textarea[data-editor]");

// Columns count characters; a position in the field counts UTF-16 units.
function offsetOf(text, line, column) {
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  return before + Array.from(lines[line - 1] ?? "").slice(0, column - 1).join("").length;
}

function insertPrefix(prefix, space) {
  const declaration = `PREFIX ${prefix}: <${space}>\n`;
  if (field.value.includes(declaration.trim())) return;
  const { selectionStart: start, selectionEnd: end } = field;
  field.setRangeText(declaration, 0, 0);
  field.setSelectionRange(start + declaration.length, end + declaration.length);
  field.focus();
}

if (field) {
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    field.form.requestSubmit();
  });
  for (const link of document.querySelectorAll("a[data-line]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const place = offsetOf(field.value, Number(link.dataset.line), Number(link.dataset.column));
      field.focus();
      field.setSelectionRange(place, place);
    });
  }
  for (const name of document.querySelectorAll("[data-prefix]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    button.textContent = name.textContent;
    button.setAttribute("aria-label", `${name.dataset.label} PREFIX ${name.textContent}`);
    button.addEventListener("click", () => insertPrefix(name.dataset.prefix, name.dataset.space));
    name.replaceChildren(button);
  }
}
