// A number pad under a field marked data-pad. Without this file the field is a plain number field.
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "0", "delete"];

function press(input, key) {
  if (key === "delete") input.value = input.value.slice(0, -1);
  else if (key !== "." || !input.value.includes(".")) input.value += key;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

export function padFor(input) {
  const pad = document.createElement("div");
  pad.className = "pad";
  pad.setAttribute("role", "group");
  pad.setAttribute("aria-label", "Number pad");
  const whole = input.inputMode === "numeric";
  for (const key of KEYS) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "pad__key";
    button.textContent = key === "delete" ? "⌫" : key;
    if (key === "delete") button.setAttribute("aria-label", "Delete the last digit");
    if (key === "." && whole) button.disabled = true;
    button.addEventListener("click", () => press(input, key));
    pad.append(button);
  }
  return pad;
}

export function startPads(root) {
  for (const place of root.querySelectorAll("[data-pad]:not([data-pad-ready])")) {
    const input = place.querySelector("input");
    if (!input) continue;
    place.dataset.padReady = "yes";
    place.append(padFor(input));
    // On a touch screen the pad takes the place of the keyboard that would cover it.
    if (matchMedia("(pointer: coarse)").matches) input.setAttribute("inputmode", "none");
  }
}
