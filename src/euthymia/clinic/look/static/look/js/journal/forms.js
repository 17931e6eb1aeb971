// Reads, fills and marks forms, for the journal.

const NOT_CONTENT = new Set(["csrfmiddlewaretoken", "key"]);

function labelOf(input) {
  const legend = input.type === "radio" ? input.closest("fieldset")?.querySelector("legend") : null;
  const place = legend || input.labels?.[0];
  return [...(place?.childNodes ?? [])].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent).join(" ").trim();
}

// What goes to the server, and the same in words for the strip.
export function readForm(form, submitter) {
  const fields = [...new FormData(form, submitter)].filter(([name, value]) => !NOT_CONTENT.has(name) && typeof value === "string");
  const shown = [];
  for (const [name, value] of fields) {
    const input = [...form.elements].find((one) => one.name === name && (one.type !== "radio" || one.checked));
    if (!value || !input || input.type === "hidden") continue;
    shown.push(input.type === "radio" ? input.labels?.[0]?.textContent.trim() || value : `${labelOf(input)} ${value}`.trim());
  }
  return { fields, shown: shown.join(", ") };
}

export function putValues(form, fields) {
  form.reset();
  for (const [name, value] of fields) {
    for (const input of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (input.type === "radio" || input.type === "checkbox") input.checked = input.value === value;
      else input.value = value;
    }
  }
}

export function isDirty(form) {
  return [...form.elements].some((one) => {
    if (!one.name || one.type === "hidden" || one.type === "submit") return false;
    if (one.type === "radio" || one.type === "checkbox") return one.checked !== one.defaultChecked;
    if (one.tagName === "SELECT") return [...one.options].some((option) => option.selected !== option.defaultSelected && option.index > 0);
    return one.value !== one.defaultValue;
  });
}

// What is being typed on the page, to be put back into its successor.
export function dirtyValues(root) {
  const kept = [...root.querySelectorAll("form")].filter(isDirty).map((form) => ({
    action: form.getAttribute("action"),
    place: placeOf(root, form),
    replaces: form.dataset.replaces,
    values: [...form.elements].filter((one) => one.name && one.type !== "hidden" && one.type !== "submit")
      .map((one) => [one.name, one.value, one.checked]),
  }));
  return {
    restore(fresh) {
      for (const { action, place, replaces, values } of kept) {
        const form = [...fresh.querySelectorAll("form")].filter((one) => one.getAttribute("action") === action)[place];
        if (!form) continue;
        if (replaces) form.dataset.replaces = replaces;
        for (const [name, value, checked] of values) {
          for (const input of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
            if (input.type === "radio" || input.type === "checkbox") { if (input.value === value) input.checked = checked; }
            else input.value = value;
          }
        }
      }
    },
  };
}

// Where the focus is, by its id or as the button of its form; given the successor, it goes there again.
export function focusOf(root) {
  const active = document.activeElement;
  if (!root.contains(active)) return () => {};
  const form = active.closest("form");
  const action = form?.getAttribute("action");
  const place = form ? placeOf(root, form) : 0;
  return (fresh) => {
    const twin = form && [...fresh.querySelectorAll("form")].filter((one) => one.getAttribute("action") === action)[place];
    const target = active.id ? fresh.querySelector(`#${CSS.escape(active.id)}`) : twin?.querySelector("button[type=submit]");
    (target || fresh.querySelector("h2"))?.focus({ preventScroll: true });
  };
}

function placeOf(root, form) {
  return [...root.querySelectorAll("form")].filter((one) => one.getAttribute("action") === form.getAttribute("action")).indexOf(form);
}

export function clearReasons(form) {
  for (const mark of form.querySelectorAll("[data-reason]")) mark.remove();
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  for (const field of form.querySelectorAll(".field--error")) field.classList.remove("field--error");
}

// Each reason by its field, what belongs to no field on top; the first is given the focus.
export function showReasons(form, reasons) {
  clearReasons(form);
  let first = null;
  for (const { field, sentence } of reasons) {
    const input = field ? form.querySelector(`[name="${CSS.escape(field)}"]:not([type=hidden])`) : null;
    const place = input?.closest(".field");
    const mark = document.createElement("p");
    mark.className = "field__error";
    mark.dataset.reason = "";
    mark.setAttribute("role", "alert");
    mark.textContent = sentence;
    if (place) {
      place.classList.add("field--error");
      input.setAttribute("aria-invalid", "true");
      mark.id = `${input.id}_reason`;
      input.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby") || ""} ${mark.id}`.trim());
      place.querySelector(".field__label")?.after(mark);
      first ??= input;
    } else {
      form.prepend(mark);
    }
  }
  (first || form.querySelector("input:not([type=hidden]), button"))?.focus();
}
