// Numbers by one tap each: the values near the last one, in a sheet at the thumb, for fields marked data-near.
// On a touch screen only. Without this file, and at a keyboard, the field is a plain number field.
import { padFor } from "./pad.js";

const touch = matchMedia("(pointer: coarse)");
const numbers = (form) => [...form.querySelectorAll("input[data-near]")];

function valuesFor(input, most) {
  const low = Number(input.dataset.least);
  const high = Number(input.dataset.most);
  const middle = Number(input.value || input.dataset.near);
  const first = Math.max(low, Math.min(middle - Math.floor(most / 2), high - most + 1));
  const last = Math.min(high, first + most - 1);
  return Array.from({ length: last - first + 1 }, (_, k) => first + k);
}

function button(words, name, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = name;
  made.textContent = words;
  // The field keeps the focus: the sheet belongs to it.
  made.addEventListener("pointerdown", (event) => event.preventDefault());
  made.addEventListener("click", press);
  return made;
}

function put(input, value) {
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function goOn(form, input) {
  const all = numbers(form);
  const next = all.slice(all.indexOf(input) + 1).find((field) => !field.value);
  if (next) next.focus();
  else close(form);
}

function close(form) {
  form.querySelector(".near")?.remove();
  document.documentElement.classList.remove("has-sheet");
}

function quiet(form) {
  const fields = numbers(form).filter((field) => field.dataset.quiet !== undefined);
  for (const field of fields) if (!field.value) put(field, field.dataset.quiet);
}

function open(form, input) {
  close(form);
  const label = form.querySelector(`label[for="${input.id}"]`).firstChild.textContent.trim();
  const sheet = document.createElement("div");
  sheet.className = "near";
  sheet.setAttribute("role", "group");
  sheet.setAttribute("aria-label", `${label}: values near the last one`);
  const head = document.createElement("div");
  head.className = "near__head";
  const title = document.createElement("p");
  title.className = "near__title";
  title.textContent = label;
  head.append(title);
  const grid = document.createElement("div");
  grid.className = "near__grid";
  const wide = matchMedia("(min-width: 700px)").matches;
  const values = valuesFor(input, wide ? 36 : 20);
  for (const value of values) {
    const key = button(String(value), "near__key", () => {
      put(input, value);
      goOn(form, input);
    });
    if (value === Number(input.dataset.near)) key.classList.add("near__key--last");
    grid.append(key);
  }
  head.append(
    button("Other number", "button", () => grid.replaceWith(padFor(input))),
    button("Skip", "button", () => goOn(form, input)),
  );
  const send = form.querySelector("button[type=submit]");
  if (input.dataset.quiet !== undefined) {
    head.append(
      button(form.dataset.quiet, "button", () => {
        quiet(form);
        close(form);
        send.focus();
      }),
    );
  }
  sheet.append(head, grid);
  input.closest(".field").after(sheet);
  document.documentElement.classList.add("has-sheet");
  input.scrollIntoView({ block: "center" });
}

export function startNear(root) {
  if (!touch.matches) return;
  for (const form of root.querySelectorAll("form[data-quiet]:not([data-near-ready])")) {
    form.dataset.nearReady = "yes";
    for (const input of numbers(form)) {
      input.setAttribute("inputmode", "none");
      input.addEventListener("focus", () => open(form, input));
    }
    form.addEventListener("focusout", (event) => {
      if (!form.contains(event.relatedTarget)) close(form);
    });
    form.addEventListener("focusin", (event) => {
      if (!event.target.closest(".near") && !event.target.matches("[data-near]")) close(form);
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close(form);
    });
    form.addEventListener("submit", () => close(form));
  }
}
