// Keeps the journal in the browser's database, each entry sealed with AES-GCM. The key cannot be taken out of the
// browser; each person has his own, and it is gone as soon as none of his entries is left.

const NAME = "euthymia journal";
const UNREADABLE = "This entry can no longer be read on this tablet. Enter it again from the printed sheet or from memory.";

function answered(request) {
  return new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

function open(name) {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    const db = request.result;
    db.createObjectStore("secrets", { keyPath: "person" });
    db.createObjectStore("entries", { keyPath: "order", autoIncrement: true }).createIndex("key", "key", { unique: true });
    db.createObjectStore("facts", { keyPath: "name" });
  };
  return answered(request);
}

export class Store {
  #db;

  static async open(name = NAME) {
    const store = new Store();
    store.#db = await open(name);
    store.#db.onversionchange = () => store.close();
    return store;
  }

  close() {
    this.#db.close();
  }

  // One transaction; resolves when it is on the disk. `work` gets the object stores and must not wait for anything else.
  #within(names, mode, work) {
    return new Promise((done, fail) => {
      const tx = this.#db.transaction(names, mode, { durability: "strict" });
      let result;
      tx.oncomplete = () => done(result);
      tx.onabort = tx.onerror = () => fail(tx.error || new Error("The tablet could not keep this."));
      Promise.resolve(work(...names.map((name) => tx.objectStore(name)))).then(
        (value) => { result = value; },
        (fault) => { fail(fault); try { tx.abort(); } catch { /* it has ended already */ } },
      );
    });
  }

  async #secretOf(person) {
    const read = () => this.#within(["secrets"], "readonly", (secrets) => answered(secrets.get(person)));
    const found = await read();
    if (found) return found;
    const fresh = {
      person,
      id: crypto.randomUUID(),
      key: await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]),
    };
    // Another tab may have been quicker: the first one counts.
    return this.#within(["secrets"], "readwrite", async (secrets) => {
      const first = await answered(secrets.get(person));
      if (first) return first;
      await answered(secrets.put(fresh));
      return fresh;
    });
  }

  async #seal(entry) {
    const { order, ...open_ } = entry;
    const secret = await this.#secretOf(entry.person);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const additionalData = new TextEncoder().encode(`${entry.person} ${entry.key}`);
    const text = new TextEncoder().encode(JSON.stringify(open_));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, secret.key, text);
    const row = { key: entry.key, person: entry.person, iv, sealed };
    if (order !== undefined) row.order = order;
    return { secret, row };
  }

  // Write a sealed row while its secret still stands: another tab may have emptied the journal, and its key, meanwhile.
  async #write(entry, mayWrite) {
    for (;;) {
      const { secret, row } = await this.#seal(entry);
      const written = await this.#within(["secrets", "entries"], "readwrite", async (secrets, entries) => {
        const stands = await answered(secrets.get(entry.person));
        if (stands?.id !== secret.id) return "again";
        if (!(await mayWrite(entries))) return "gone";
        await answered(entries.put(row));
        return "written";
      });
      if (written !== "again") return written;
    }
  }

  put(entry) {
    return this.#write(entry, async () => true);
  }

  // Only what is still there: what another tab has brought to the server must not come back.
  update(entry) {
    return this.#write(entry, async (entries) => (await answered(entries.get(entry.order)))?.key === entry.key);
  }

  async list(person) {
    const [secret, rows] = await this.#within(["secrets", "entries"], "readonly", async (secrets, entries) =>
      [await answered(secrets.get(person)), await answered(entries.getAll())]);
    const found = [];
    for (const row of rows) {
      if (row.person !== person) continue;
      const { order, key } = row;
      try {
        const additionalData = new TextEncoder().encode(`${person} ${key}`);
        const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv, additionalData }, secret.key, row.sealed);
        found.push({ ...JSON.parse(new TextDecoder().decode(text)), order });
      } catch {
        found.push({ key, person, order, action: "", lane: "", label: "Entry", shown: "", fields: [], state: "refused", reasons: [{ sentence: UNREADABLE }] });
      }
    }
    return found;
  }

  async countOthers(person) {
    const rows = await this.#within(["entries"], "readonly", (entries) => answered(entries.getAll()));
    return rows.filter((row) => row.person !== person).length;
  }

  async #removeWhere(person, goes) {
    await this.#within(["secrets", "entries"], "readwrite", async (secrets, entries) => {
      const own = (await answered(entries.getAll())).filter((row) => row.person === person);
      const going = own.filter(goes);
      for (const row of going) await answered(entries.delete(row.order));
      if (going.length === own.length) await answered(secrets.delete(person));
    });
  }

  remove(person, key) {
    return this.#removeWhere(person, (row) => row.key === key);
  }

  wipe(person) {
    return this.#removeWhere(person, () => true);
  }

  async fact(name) {
    return (await this.#within(["facts"], "readonly", (facts) => answered(facts.get(name))))?.value;
  }

  setFact(name, value) {
    return this.#within(["facts"], "readwrite", (facts) => answered(facts.put({ name, value })));
  }
}
