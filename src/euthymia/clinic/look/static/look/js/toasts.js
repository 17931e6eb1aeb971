// Shows a short note in the corner: the event look:toast with {text}, which a reply may send by HX-Trigger.
const STAYS_MS = 6000;

export function toast(text) {
  const place = document.getElementById("toasts");
  if (!place) return;
  const note = document.createElement("div");
  note.className = "toast";
  note.textContent = text;
  place.append(note);
  setTimeout(() => note.remove(), STAYS_MS);
}

export function startToasts() {
  document.addEventListener("look:toast", (event) => toast(event.detail.text));
}
