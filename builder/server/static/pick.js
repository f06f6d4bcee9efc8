// A list that can be searched in by typing, with or without diacritics, in place of select[data-pick].
// Combobox with list autocomplete by the WAI-ARIA Authoring Practices; the select stays and holds the value.
"use strict";

const MOST = 200;

function fold(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
}

function readOptions(select) {
  return Array.from(select.options, (option, index) => ({
    index,
    label: option.label.trim(),
    folded: fold(option.label),
    group: option.parentElement instanceof HTMLOptGroupElement ? option.parentElement.label : "",
  }));
}

function search(options, text) {
  const words = fold(text).split(/\s+/).filter(Boolean);
  return options.filter((option) => words.every((word) => option.folded.includes(word)));
}

function element(name, attributes, text) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function enhance(select) {
  const options = readOptions(select);
  const key = select.id;
  select.id = `${key}-value`;
  const label = document.querySelector(`label[for="${CSS.escape(key)}"]`);
  const input = element("input", {
    type: "text", id: key, role: "combobox", autocomplete: "off", spellcheck: "false", placeholder: select.dataset.pick,
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${key}-list`, "aria-haspopup": "listbox",
  });
  for (const name of ["aria-invalid", "aria-describedby"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  const list = element("ul", { id: `${key}-list`, role: "listbox" });
  const box = element("span", { class: "pick" });
  list.hidden = true;
  if (label) {
    label.id = label.id || `${key}-label`;
    list.setAttribute("aria-labelledby", label.id);
  }
  select.hidden = true;
  select.after(box);
  box.append(input, list);
  let found = [];
  let active = -1;

  const isOpen = () => !list.hidden;
  const chosen = () => options[select.selectedIndex]?.label ?? "";

  function activate(place) {
    active = place;
    for (const item of list.querySelectorAll(".active")) item.classList.remove("active");
    const item = found[active] && document.getElementById(`${key}-${found[active].index}`);
    if (!item) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    item.classList.add("active");
    item.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", item.id);
  }

  function fill() {
    list.replaceChildren();
    let group = "";
    let within = list;
    for (const option of found) {
      if (option.group !== group) {
        group = option.group;
        const head = element("li", { role: "presentation", class: "quiet", id: `${key}-group-${option.index}` }, group);
        const inner = element("ul", { role: "group", "aria-labelledby": head.id });
        inner.prepend(head);
        const holder = element("li", { role: "presentation" });
        holder.append(inner);
        list.append(holder);
        within = inner;
      }
      const item = element("li", { role: "option", id: `${key}-${option.index}`, "aria-selected": String(option.index === select.selectedIndex) }, option.label);
      item.addEventListener("mousedown", (event) => event.preventDefault());
      item.addEventListener("click", () => choose(option));
      within.append(item);
    }
    if (!found.length) {
      list.append(element("li", { role: "option", "aria-disabled": "true", "aria-selected": "false", class: "quiet" }, select.dataset.none || "–"));
    }
  }

  function open(text) {
    found = search(options, text).slice(0, MOST);
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    fill();
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    activate(-1);
  }

  function restore() {
    input.value = chosen();
    close();
  }

  function choose(option) {
    select.selectedIndex = option.index;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    restore();
  }

  function step(distance) {
    if (!isOpen()) {
      open("");
      const here = found.findIndex((option) => option.index === select.selectedIndex);
      activate(here < 0 ? 0 : here);
    } else if (found.length) {
      activate(active < 0 && distance < 0 ? found.length - 1 : (active + distance + found.length) % found.length);
    }
  }

  input.addEventListener("input", () => {
    open(input.value);
    activate(found.length && input.value.trim() ? 0 : -1);
  });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => {
    if (!isOpen()) step(0);
  });
  input.addEventListener("blur", () => {
    if (isOpen() && input.value !== chosen() && active >= 0) choose(found[active]);
    else restore();
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && isOpen() && active >= 0) {
      choose(found[active]);
    } else if (event.key === "Escape" && isOpen()) {
      restore();
    } else {
      return;
    }
    event.preventDefault();
  });
  input.value = chosen();
}

for (const select of document.querySelectorAll("select[data-pick]")) enhance(select);
