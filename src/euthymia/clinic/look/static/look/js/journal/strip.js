// The strip that says what is kept on this device: a shape and a word, the count, the age; what was refused, with why.
import { heldBack } from "./journal.js";

const SPRITE = new URL("../../icons.svg", import.meta.url).pathname;
const SVG = "http://www.w3.org/2000/svg";

export function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${SPRITE}#${name}`);
  svg.append(use);
  return svg;
}

export function count(number) {
  return number === 1 ? "1 entry" : `${number} entries`;
}

function age(milliseconds) {
  const minutes = Math.max(0, Math.floor(milliseconds / 60000));
  if (minutes < 1) return "under 1 min";
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

export function timeOf(milliseconds) {
  return new Date(milliseconds).toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" }).toLowerCase();
}

// The one sentence of the strip, with its shape; null when there is nothing to say.
export function headline({ entries, others, status, nowMs }) {
  const waiting = entries.filter((entry) => entry.state === "waiting");
  const held = heldBack(entries).length;
  if (waiting.length && status === "signed_out") return { kind: "attention", shape: "lock", text: `Sign in again to send ${count(waiting.length)}`, link: true };
  if (waiting.length && status === "someone_else") return { kind: "attention", shape: "user", text: `${count(waiting.length)} of the one who was signed in before ${waiting.length === 1 ? "waits" : "wait"} for that person` };
  if (waiting.length > held) {
    const oldest = Math.min(...waiting.map((entry) => entry.deviceMs));
    const kept = `${count(waiting.length)} kept on this tablet, oldest ${age(nowMs - oldest)}`;
    if (status === "clear") return { kind: "moving", shape: "loader-circle", text: `Sending: ${kept}` };
    if (status === "trouble") return { kind: "attention", shape: "triangle-alert", text: `The server cannot take entries now: ${kept}` };
    return { kind: "attention", shape: "wifi-off", text: `Offline: ${kept}` };
  }
  const refused = entries.length - waiting.length;
  if (refused) return { kind: "stop", shape: "octagon-x", text: `Not taken: ${count(refused)}${held ? `; ${count(held)} after it ${held === 1 ? "waits" : "wait"}` : ""}` };
  if (others) return { kind: "attention", shape: "user", text: `${count(others)} of somebody else ${others === 1 ? "waits" : "wait"} on this tablet, to be sent when that person signs in here` };
  return null;
}

function refusedRow(entry, { onAgain, onDelete }) {
  const row = element("li", "kept__row");
  const words = element("div", "kept__words");
  words.append(element("strong", "", `${entry.label}${entry.deviceMs ? `, ${timeOf(entry.deviceMs)}` : ""}`));
  if (entry.shown) words.append(` ${entry.shown}`);
  for (const reason of entry.reasons) {
    words.append(element("p", "field__error", reason.label ? `${reason.label}: ${reason.sentence}` : reason.sentence));
  }
  row.append(words);
  if (onAgain) {
    const again = element("button", "button button--small", "Put right");
    again.type = "button";
    again.addEventListener("click", () => onAgain(entry));
    row.append(again);
  }
  const away = element("button", "button button--small button--quiet", "Delete");
  away.type = "button";
  away.setAttribute("aria-label", `Delete the entry ${entry.label}, which was not taken`);
  away.addEventListener("click", () => onDelete(entry));
  row.append(away);
  return row;
}

function waitingRow(entry) {
  const row = element("li", "kept__row");
  row.append(element("span", "kept__words", `${timeOf(entry.deviceMs)} ${entry.label} ${entry.shown}`.trim()));
  row.append(element("span", "soft", "Kept on this tablet"));
  return row;
}

// Draws the strip anew into `place`. `formFor` says whether an entry can be put right on this page.
export function draw(place, state, { formFor, onAgain, onDelete, signInUrl }) {
  const words = headline(state);
  place.dataset.waiting = state.entries.filter((entry) => entry.state === "waiting").length;
  if (!words) {
    place.hidden = true;
    place.replaceChildren();
    return;
  }
  const status = element("p", `kept__status status status--${words.kind}`);
  status.append(icon(words.shape), element("span", "", words.text));
  const parts = [status];
  if (words.link) {
    const link = element("a", "button button--small", "Sign in");
    link.href = signInUrl;
    parts.push(link);
  }
  const list = element("ul", "kept__list");
  for (const entry of state.entries) {
    list.append(entry.state === "refused" ? refusedRow(entry, { onAgain: formFor(entry) ? onAgain : null, onDelete }) : waitingRow(entry));
  }
  if (list.children.length) parts.push(list);
  // Redrawn only when it says something else: a screen reader is not told the same thing twice.
  const fresh = element("div");
  fresh.append(...parts);
  if (place.dataset.drawn === fresh.textContent && !place.hidden) return;
  place.dataset.drawn = fresh.textContent;
  place.className = `kept kept--${words.kind}`;
  place.hidden = false;
  place.replaceChildren(...parts);
}
