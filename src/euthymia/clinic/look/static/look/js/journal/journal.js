// The journal: what was entered on this device and is not yet known to stand on the server.
// It knows no page and no network: `store` keeps entries, `send` sends one and says what came of it.
// The laws: an entry is kept before anything is said of it; it goes under one key however often it is sent; it goes
// in order; it leaves the device only when the server says with its key that it stands, or when a person deletes it.

const TROUBLES_BEFORE_PASSING = 3;
const KEEP_CONTACT_MS = 20000;

export class Journal {
  #store;
  #send;
  #now;
  #newKey;
  #alone;
  #contact = null;
  #contactKept = null;
  #running = null;
  #again = false;

  constructor({ store, send, person, now = Date.now, newKey = () => crypto.randomUUID(), alone = (work) => work() }) {
    this.#store = store;
    this.#send = send;
    this.#now = now;
    this.#newKey = newKey;
    this.#alone = alone; // one sender at a time, also among several tabs
    this.person = person;
  }

  // The server's clock as heard at this moment. It outlives a restart; the disk is not troubled by every heartbeat.
  async contact(serverMs) {
    const fresh = { aheadMs: Math.round(serverMs - this.#now()), contactMs: Math.round(serverMs) };
    this.#contact = fresh;
    const old = this.#contactKept;
    if (old && Math.abs(old.aheadMs - fresh.aheadMs) < 1000 && Math.abs(fresh.contactMs - old.contactMs) < KEEP_CONTACT_MS) return;
    this.#contactKept = fresh;
    await this.#store.setFact("contact", fresh);
  }

  // Keep an entry. When this resolves it is on the device's disk. `replaces` names a refused entry that it puts
  // right: it takes over its place in the order and its time.
  async add({ action, lane = "", label = "", shown = "", fields, replaces = "" }) {
    const contact = this.#contact || (await this.#store.fact("contact")) || { aheadMs: 0, contactMs: null };
    const old = replaces ? (await this.#store.list(this.person)).find((entry) => entry.key === replaces) : null;
    const entry = {
      key: this.#newKey(),
      person: this.person,
      order: old?.order,
      action,
      lane,
      label,
      shown,
      fields,
      deviceMs: old?.deviceMs ?? Math.round(this.#now()),
      aheadMs: old?.aheadMs ?? contact.aheadMs,
      contactMs: old?.contactMs ?? contact.contactMs,
      state: "waiting",
      reasons: [],
      troubles: 0,
    };
    await this.#store.put(entry);
    return entry;
  }

  entries() {
    return this.#store.list(this.person);
  }

  // How many entries of other people wait on this device.
  others() {
    return this.#store.countOthers(this.person);
  }

  async discard(key) {
    await this.#store.remove(this.person, key);
  }

  // Signing out: everything of this person goes from the device, the key that could read it first.
  async wipe() {
    await this.#store.wipe(this.person);
  }

  // Send what waits. Says how it went: {status, saved: keys}. Asked again while it runs, it looks once more at the end.
  flush() {
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#running = (async () => {
      const saved = [];
      try {
        let status;
        do {
          this.#again = false;
          status = await this.#alone(() => this.#pass(saved));
        } while (this.#again && status === "clear");
        return { status, saved };
      } finally {
        this.#running = null;
      }
    })();
    return this.#running;
  }

  async #pass(saved) {
    const seen = new Set();
    const held = new Set();
    let status = "clear";
    for (;;) {
      const entry = (await this.entries()).find((one) => !seen.has(one.key));
      if (!entry) return status;
      seen.add(entry.key);
      if (entry.state === "refused") {
        // What follows it in its lane waits until a person has put it right: the order matters there.
        if (entry.lane) held.add(entry.lane);
        continue;
      }
      if (entry.lane && held.has(entry.lane)) continue;
      const outcome = await this.#send(entry);
      if (outcome.kind === "saved") {
        await this.#store.remove(this.person, entry.key);
        saved.push(entry.key);
      } else if (outcome.kind === "refused") {
        await this.#store.update({ ...entry, state: "refused", reasons: outcome.reasons });
        if (entry.lane) held.add(entry.lane);
      } else if (outcome.kind === "trouble") {
        const troubles = (entry.troubles || 0) + 1;
        await this.#store.update({ ...entry, troubles });
        if (troubles < TROUBLES_BEFORE_PASSING) return "trouble";
        // The server cannot take this one now; it keeps its place, and the others need not wait for it.
        if (entry.lane) held.add(entry.lane);
        status = "trouble";
      } else {
        return outcome.kind; // no_answer, signed_out, someone_else
      }
    }
  }
}

// What a lane holds back: the entries that wait for a refused one before them.
export function heldBack(entries) {
  const refused = new Set();
  const held = [];
  for (const entry of entries) {
    if (entry.state === "refused" && entry.lane) refused.add(entry.lane);
    else if (entry.lane && refused.has(entry.lane)) held.push(entry.key);
  }
  return held;
}
