// Everything here is an addition: each page works without it.
import { startAutosave } from "./autosave.js";
import { startClocks } from "./clock.js";
import { startDialogs } from "./dialogs.js";
import { startJournal } from "./journal/page.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startNear } from "./near.js";
import { startOnce } from "./once.js";
import { startPads } from "./pad.js";
import { startToasts } from "./toasts.js";

startJournal();
startKeys();
startOnce();
startDialogs();
startToasts();
startClocks();
startLive();

function enhance(root) {
  startPads(root);
  startNear(root);
  startAutosave(root);
  root.querySelector("[data-focus]")?.focus();
}

enhance(document);
// What htmx or the live stream puts on the page later is given the same additions.
document.addEventListener("htmx:load", (event) => enhance(event.detail.elt));
document.addEventListener("look:added", (event) => enhance(event.target));
