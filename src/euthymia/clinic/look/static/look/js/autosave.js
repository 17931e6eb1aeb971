// Saves a form[data-autosave] to that address shortly after each change, says when, and keeps trying.
const WAIT_MS = 800;
const RETRY_MS = 5000;

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function noteFor(form) {
  let note = form.querySelector("[data-saved]");
  if (!note) {
    note = document.createElement("p");
    note.dataset.saved = "";
    form.append(note);
  }
  note.classList.add("saved");
  note.setAttribute("role", "status");
  return note;
}

async function reasonIn(reply) {
  if (reply.status === 401 || reply.status === 403) return "Not saved: sign in again in another tab, then change anything here.";
  try {
    return (await reply.json()).message || "Not saved: put right what is marked.";
  } catch {
    return "Not saved: put right what is marked.";
  }
}

function watch(form) {
  const note = noteFor(form);
  let timer = null;
  let sending = false;
  let unsaved = null; // the content on its way, with its key; the same content is retried under the same key

  function say(text, waiting) {
    note.textContent = text;
    note.classList.toggle("saved--waiting", waiting);
  }
  function schedule(wait) {
    clearTimeout(timer);
    timer = setTimeout(send, wait);
  }
  async function send() {
    if (sending || !unsaved) return;
    sending = true;
    const content = unsaved;
    try {
      const reply = await fetch(form.dataset.autosave, {
        method: "POST",
        body: content,
        headers: { "X-Requested-With": "autosave" },
        redirect: "error",
      });
      if (reply.ok) {
        if (unsaved === content) unsaved = null;
        const time = new Date().toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" }).toLowerCase();
        say(`Saved ${time}`, false);
      } else if (reply.status >= 500 || reply.status === 429) {
        throw new Error("The server could not take it now.");
      } else {
        if (unsaved === content) unsaved = null;
        say(await reasonIn(reply), true);
      }
    } catch {
      say("Not saved yet: no connection. It is kept here and tried again.", true);
      schedule(RETRY_MS);
    } finally {
      sending = false;
    }
    if (unsaved && unsaved !== content) schedule(0);
  }
  function changed() {
    unsaved = new FormData(form);
    if (unsaved.has("key")) unsaved.set("key", newKey());
    say("Saving…", false);
    schedule(WAIT_MS);
  }

  form.addEventListener("input", changed);
  form.addEventListener("submit", () => { clearTimeout(timer); unsaved = null; });
  window.addEventListener("online", () => schedule(0));
  window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
}

export function startAutosave(root) {
  for (const form of root.querySelectorAll("form[data-autosave]:not([data-autosave-ready])")) {
    form.dataset.autosaveReady = "yes";
    watch(form);
  }
}
