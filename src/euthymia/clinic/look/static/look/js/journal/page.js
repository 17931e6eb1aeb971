// Brings the journal to a page: forms with data-journal go through it, the strip says how it stands.
// Without a secure context, a database or scripts each form is sent as it is.
import { Journal } from "./journal.js";
import { Sender } from "./send.js";
import { Store } from "./store.js";
import { draw, element, count, timeOf } from "./strip.js";
import { dirtyValues, focusOf, isDirty, putValues, readForm, showReasons, clearReasons } from "./forms.js";

const RETRY_MS = [2000, 4000, 8000, 15000, 30000];
const SIGN_IN_LOOK_MS = 15000;
const SECOND_TAP_MS = 800;
const SHELL_LOOK_MS = 4000;
const IN_TOUCH_MS = 10000; // three heartbeats
let pressed = false;

class JournalPage {
  status = "clear";
  tries = 0;
  timer = null;

  constructor(store, person) {
    this.store = store;
    this.sender = new Sender({ hello: document.body.dataset.hello, person });
    this.journal = new Journal({
      store,
      person,
      send: (entry) => this.sender.send(entry),
      alone: (work) => (navigator.locks ? navigator.locks.request("euthymia journal", work) : work()),
    });
    this.sender.onContact = (serverMs) => this.journal.contact(serverMs);
    this.strip = element("section", "kept");
    this.strip.hidden = true;
    this.strip.setAttribute("role", "status");
    this.strip.setAttribute("aria-label", "Kept on this tablet");
    document.getElementById("main")?.prepend(this.strip);
  }

  // Whether the server was heard just now and has everything: then a form may go its plain way at once.
  get isInTouch() {
    return this.strip.dataset.waiting === "0" && this.status === "clear" && performance.now() - this.sender.heardMs < IN_TOUCH_MS;
  }

  // --- Sending ---------------------------------------------------------------------------------------
  async send() {
    clearTimeout(this.timer);
    const { status, saved } = await this.journal.flush();
    this.status = status;
    const waiting = (await this.journal.entries()).filter((entry) => entry.state === "waiting").length;
    if (status === "no_answer" || status === "trouble") {
      this.later(RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)]);
      this.tries += 1;
    } else {
      this.tries = 0;
      if (waiting && status !== "clear") this.later(SIGN_IN_LOOK_MS);
    }
    await this.redraw();
    if (saved.length) await this.refresh();
    return { status, saved };
  }

  later(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.sendIfAny(), milliseconds);
  }

  async sendIfAny() {
    if ((await this.journal.entries()).some((entry) => entry.state === "waiting")) await this.send();
    else await this.redraw();
  }

  // The tab is looked at again. If somebody else has signed in meanwhile, nothing more is entered here in the first one's name.
  async comeBack() {
    if ((await this.sender.greet()) === "someone_else" && ![...document.querySelectorAll("form")].some(isDirty)) location.reload();
    else await this.sendIfAny();
  }

  // --- What is seen ----------------------------------------------------------------------------------
  async redraw() {
    const entries = await this.journal.entries();
    draw(this.strip, { entries, others: await this.journal.others(), status: this.status, nowMs: Date.now() }, {
      formFor: (entry) => this.formFor(entry),
      onAgain: (entry) => this.again(entry),
      onDelete: async (entry) => {
        if (!(await ask("Delete this entry?", `${entry.label} ${entry.shown} is not on the record and will not be.`, "Keep it", "Delete entry"))) return;
        await this.journal.discard(entry.key);
        await this.send();
      },
      signInUrl: `/accounts/login/?next=${encodeURIComponent(document.getElementById("chair")?.dataset.home || location.pathname)}`,
    });
    this.showPump(entries);
  }

  // Pause or resume: what was pressed last counts, also while it is only kept here.
  showPump(entries) {
    for (const form of document.querySelectorAll("form[data-pump]")) {
      const last = entries.filter((entry) => entry.lane === laneOf(form) && entry.state === "waiting").at(-1);
      if (!last) return;
      const rate = last.fields.find(([name]) => name === "rate_ml_per_h")?.[1];
      form.hidden = rate === undefined || (form.dataset.pump === "paused") !== (Number(rate) === 0);
    }
  }

  formFor(entry) {
    return [...document.querySelectorAll("form[data-journal]")].find(
      (form) => new URL(form.action).pathname === entry.action && entry.fields.every(([name]) => form.elements[name]),
    );
  }

  again(entry) {
    const form = this.formFor(entry);
    putValues(form, entry.fields);
    form.dataset.replaces = entry.key;
    form.closest("details")?.setAttribute("open", "");
    showReasons(form, entry.reasons);
    this.mark(form, entry);
  }

  // A form that puts an entry right takes over its time: this must be seen, and there must be a way out.
  mark(form, entry) {
    say(form, `Puts right the entry of ${timeOf(entry.deviceMs)}.`);
    const fresh = element("button", "button", "New entry instead");
    fresh.type = "reset";
    fresh.dataset.keptNew = "";
    form.append(fresh);
  }

  // The page as the server has it now; what is being typed stays.
  async refresh() {
    const home = document.getElementById("chair")?.dataset.home;
    if (!home) return;
    let html;
    try {
      const reply = await fetch(home, { headers: { Accept: "text/html" }, redirect: "error", cache: "no-store" });
      if (!reply.ok) return;
      html = await reply.text();
    } catch {
      return;
    }
    await untouched();
    const fresh = new DOMParser().parseFromString(html, "text/html");
    const chair = fresh.getElementById("chair");
    const now = document.getElementById("chair");
    if (!chair || !now) return;
    const typed = dirtyValues(now);
    const focused = focusOf(now);
    const opened = [...now.querySelectorAll("details")].map((one) => one.open);
    now.replaceWith(chair);
    document.querySelector(".bar__end")?.replaceChildren(...(fresh.querySelector(".bar__end")?.childNodes ?? []));
    typed.restore(chair);
    const entries = await this.journal.entries();
    for (const form of chair.querySelectorAll("form[data-replaces]")) {
      const entry = entries.find((one) => one.key === form.dataset.replaces);
      if (entry) this.mark(form, entry);
      else delete form.dataset.replaces;
    }
    [...chair.querySelectorAll("details")].forEach((one, place) => { if (opened[place]) one.open = true; });
    window.htmx?.process(chair);
    chair.dispatchEvent(new CustomEvent("look:added", { bubbles: true }));
    focused(chair);
    await this.redraw();
  }

  // --- Entering --------------------------------------------------------------------------------------
  async enter(form, submitter) {
    // A second tap of the same hand is not a second entry: while the first is kept, and on the form it left empty.
    if (form.dataset.entering || (form.dataset.entered && !isDirty(form))) return;
    form.dataset.entering = "yes";
    submitter?.setAttribute("aria-busy", "true");
    let entry;
    try {
      entry = await this.keep(form, submitter);
    } catch {
      // The device could not keep it: then it goes the plain way, and the browser says how that went.
      delete form.dataset.entering;
      HTMLFormElement.prototype.submit.call(form);
      return;
    }
    delete form.dataset.entering;
    form.dataset.entered = "yes";
    setTimeout(() => {
      delete form.dataset.entered;
      submitter?.removeAttribute("aria-busy");
    }, SECOND_TAP_MS);
    if (entry) await this.follow(entry, form);
  }

  // Keep what was entered. The form is free for the next entry as soon as this one is on the disk.
  async keep(form, submitter) {
    const { fields, shown } = readForm(form, submitter);
    const action = new URL(form.action).pathname;
    const lane = form.dataset.lane ? laneOf(form) : "";
    clearReasons(form);
    if (!shown && lane) {
      // A button that waits already: pressing it again says the same.
      const last = (await this.journal.entries()).filter((one) => one.lane === lane).at(-1);
      if (last?.state === "waiting" && last.action === action && JSON.stringify(last.fields) === JSON.stringify(fields)) {
        say(form, "Already kept on this tablet");
        return null;
      }
    }
    const entry = await this.journal.add({ action, lane, label: form.dataset.journal, shown, fields, replaces: form.dataset.replaces || "" });
    delete form.dataset.replaces;
    form.reset();
    say(form, "Kept on this tablet");
    await this.redraw();
    return entry;
  }

  // Send it, and say by its form what came of it.
  async follow(entry, form) {
    await this.send();
    const left = (await this.journal.entries()).find((one) => one.key === entry.key);
    const here = form.isConnected ? form : this.formFor(entry);
    if (!left) {
      document.dispatchEvent(new CustomEvent("look:toast", { detail: { text: `Saved ${timeOf(Date.now())}` } }));
      if (here) say(here, `Saved ${timeOf(Date.now())}`);
    } else if (left.state === "refused" && here) {
      say(here, "");
      if (!isDirty(here)) this.again(left);
      else await this.redraw();
    }
  }

  // --- Other forms, and signing out --------------------------------------------------------------------
  // A form that needs the server now waits until what was entered before it is there.
  async before(form, submitter) {
    const { status } = await this.send();
    const gone = ["no_answer", "trouble"];
    if (gone.includes(status) || gone.includes(await this.sender.greet())) {
      showReasons(form, [{ sentence: "This needs the network. Send it when the connection is back." }]);
      return;
    }
    // Sending may have brought the page anew meanwhile: the same form stands there again, with what was typed.
    const here = form.isConnected ? form : sameForm(form, submitter);
    if (!here) return;
    const button = submitter && [...here.elements].find((one) => one.type === "submit" && one.name === submitter.name && one.value === submitter.value);
    here.dataset.journalPassed = "yes";
    here.requestSubmit(button || undefined);
  }

  async signOut(form) {
    if ((await this.journal.entries()).length) await this.send();
    const left = (await this.journal.entries()).length;
    if (left) {
      const words = `${count(left)} on this tablet ${left === 1 ? "is" : "are"} not on the record. Signing out deletes ${left === 1 ? "it" : "them"}.`;
      if (!(await ask("Sign out?", words, "Stay signed in", "Sign out and delete"))) return;
    }
    await this.journal.wipe();
    await this.store.setFact("person", "");
    HTMLFormElement.prototype.submit.call(form);
  }
}

// The form on the page that goes where this one went, which is on the page no more.
function sameForm(form, submitter) {
  return [...document.forms].find(
    (one) => one.action === form.action && (!submitter?.name || [...one.elements].some((button) => button.name === submitter.name && button.value === submitter.value)),
  );
}

// A finger that is down on the page is let go first: nothing is replaced under it.
function untouched() {
  if (!pressed) return Promise.resolve();
  return new Promise((done) => {
    for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => setTimeout(done), { once: true });
  });
}

// A lane is of one visit: the address that its forms have in common.
function laneOf(form) {
  return `${new URL(form.action).pathname.replace(/[^/]+\/$/, "")} ${form.dataset.lane || "pump"}`;
}

function say(form, text) {
  let note = form.querySelector("[data-kept-note]");
  if (!note) {
    note = element("p", "saved");
    note.dataset.keptNote = "";
    note.setAttribute("role", "status");
    form.append(note);
  }
  note.textContent = text;
}

// A question with two answers. Resolves to whether the second was chosen.
function ask(title, text, no, yes) {
  return new Promise((done) => {
    const box = element("dialog", "dialog");
    box.setAttribute("aria-label", title);
    const body = element("div", "dialog__body");
    body.append(element("p", "", text));
    const actions = element("div", "dialog__actions");
    const [stay, go] = [element("button", "button button--quiet", no), element("button", "button button--stop-full", yes)];
    for (const [button, answer] of [[stay, ""], [go, "yes"]]) {
      button.type = "button";
      button.addEventListener("click", () => box.close(answer));
    }
    actions.append(stay, go);
    box.append(element("h2", "dialog__title", title), body, actions);
    box.addEventListener("close", () => { box.remove(); done(box.returnValue === "yes"); });
    document.body.append(box);
    box.showModal();
  });
}

async function openPage() {
  const { hello, person: signedIn } = document.body.dataset;
  if (hello === undefined || !globalThis.indexedDB || !globalThis.crypto?.subtle) return null;
  try {
    const store = await Store.open();
    if (signedIn) await store.setFact("person", signedIn);
    // The shell is the same for everybody: the one who was signed in last on this device goes on.
    const person = signedIn || ("shell" in document.body.dataset ? (await store.fact("person")) || "" : "");
    return person ? new JournalPage(store, person) : null;
  } catch {
    return null;
  }
}

// The shell looks for the server. When it answers, what is kept is sent, and then the page itself comes back, unless
// somebody is in the middle of a form.
async function lookForServer(page) {
  try {
    const reply = await fetch(document.body.dataset.hello, { cache: "no-store", redirect: "error" });
    if (reply.ok && (await reply.json()).now) {
      await page?.send();
      if (![...document.querySelectorAll("form[data-journal]")].some(isDirty)) location.reload();
    }
  } catch {
    // Not yet.
  }
}

export function startJournal() {
  document.addEventListener("pointerdown", () => { pressed = true; }, { capture: true });
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => { pressed = false; }, { capture: true });
  const opened = openPage();
  let ready = null;
  opened.then((page) => { ready = page; });
  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    const signsOut = new URL(form.action, location.href).pathname === "/accounts/logout/";
    if (form.method !== "post" || form.dataset.journalPassed) return;
    const kind = form.dataset.journal !== undefined ? "enter" : signsOut ? "signOut" : document.getElementById("chair")?.contains(form) ? "before" : "";
    if (!kind || document.body.dataset.hello === undefined) return;
    if (kind === "before" && (!ready || ready.isInTouch)) return;
    event.preventDefault();
    event.stopPropagation();
    opened.then((page) => {
      if (page) page[kind](form, submitter);
      else HTMLFormElement.prototype.submit.call(form);
    });
  }, { capture: true });
  // A form that is emptied begins a new entry.
  document.addEventListener("reset", ({ target: form }) => {
    if (form.dataset.journal === undefined) return;
    delete form.dataset.replaces;
    form.querySelector("[data-kept-new]")?.remove();
    clearReasons(form);
    say(form, "");
  });
  opened.then((page) => {
    if ("shell" in document.body.dataset) {
      setInterval(() => lookForServer(page), SHELL_LOOK_MS);
      window.addEventListener("online", () => lookForServer(page));
    }
    if (!page) return;
    const said = Date.parse(document.body.dataset.now || "");
    if (!Number.isNaN(said) && performance.now() < 5000) page.sender.heard(said); // the page itself came from the server
    document.addEventListener("look:beat", (event) => {
      page.sender.heard(Date.parse(event.detail.now));
      if (page.status !== "clear") { page.tries = 0; page.sendIfAny(); }
    });
    window.addEventListener("online", () => page.sendIfAny());
    for (const name of ["focus", "pageshow"]) window.addEventListener(name, () => page.comeBack());
    window.addEventListener("offline", () => { page.status = "no_answer"; page.redraw(); });
    setInterval(() => page.redraw(), 15000);
    page.sendIfAny();
    navigator.storage?.persist?.().catch(() => {});
  });
}
