// Runs seeded schedules on a page of the program: its own journal, store and sender, the real server, a bad network.
// In each a nurse enters rows while requests get lost, replies get lost after the commit, requests arrive twice,
// somebody else's page answers, the server has no room, the tab is killed and opened again, and the tablet's clock is
// wrong by up to a day. `said` is every row that the screen called kept or saved; what the server holds is counted elsewhere.
async ({ seed, numbers, visit, person, hello, keyless, entriesMost, atOnce }) => {
  const [{ Journal }, { Sender }, { Store }] = await Promise.all(
    ["journal", "send", "store"].map((name) => import(`/static/look/js/journal/${name}.js`)),
  );
  const NEVER = new Promise(() => {});
  const FAULTS = ["fine", "fine", "fine", "request lost", "reply lost", "reply cut", "twice", "twice, late", "no room", "somebody's page", "no answer", "no answer, yet done"];
  const DAY_MS = 86400000;
  const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

  function diceOf(number) { // mulberry32
    let state = (seed * 1000003 + number * 7919) >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
  }

  async function schedule(number) {
    const dice = diceOf(number);
    const pick = (list) => list[Math.floor(dice() * list.length)];
    const found = { number, said: [], tried: [], refused: [], waiting: 0, made: {}, faults: {}, noRoom: {}, restarts: 0, sent: 0 };
    const late = [];
    const database = `schedule ${seed} ${number} ${keyless ? "keyless" : ""}`;
    let faulty = true;
    let wrongMs = Math.round((dice() * 2 - 1) * DAY_MS);

    // A tab: once killed, nothing of it goes on; what it waits for never comes.
    async function openTab() {
      const tab = { alive: true };
      const whileAlive = async (work) => {
        if (!tab.alive) return NEVER;
        const result = await work().catch((fault) => { if (!tab.alive) return NEVER; throw fault; });
        return tab.alive ? result : NEVER;
      };
      const store = await Store.open(database);
      const keeping = new Proxy(store, { get: (_, name) => (...given) => whileAlive(() => store[name](...given)) });
      async function network(url, options) {
        if (!tab.alive) return NEVER;
        if (url === hello || !faulty) return answer(url, options, options.signal);
        const fault = pick(FAULTS);
        found.faults[fault] = (found.faults[fault] || 0) + 1;
        const refuse = (status, text) => new Response(text, { status });
        if (fault === "request lost") throw new TypeError("lost");
        if (fault === "no room") {
          const note = new URLSearchParams(options.body).get("note");
          found.noRoom[note] = (found.noRoom[note] || 0) + 1;
          return refuse(503, "later");
        }
        if (fault === "somebody's page") return refuse(200, "<p>Welcome to the free network");
        if (fault === "reply lost") { await answer(url, options); throw new TypeError("lost"); }
        if (fault === "reply cut") return refuse(200, (await (await answer(url, options)).text()).slice(0, -3));
        if (fault === "twice") await answer(url, options);
        if (fault === "twice, late") late.push(pause(dice() * 200).then(() => answer(url, options)).catch(() => {}));
        if (fault.startsWith("no answer")) {
          if (fault !== "no answer") late.push(answer(url, options).catch(() => {}));
          return new Promise((_, fail) => options.signal.addEventListener("abort", () => fail(new TypeError("time-out"))));
        }
        return answer(url, options, options.signal);
      }
      async function answer(url, options, signal) {
        const { signal: _, ...plain } = options;
        found.sent += options.method === "POST" ? 1 : 0;
        if (!keyless || options.method !== "POST") return fetch(url, { ...plain, signal });
        // A version without keys: the server is given a fresh one with each sending.
        const body = new URLSearchParams(plain.body);
        const key = body.get("key");
        body.set("key", crypto.randomUUID());
        const reply = await fetch(url, { ...plain, body, signal });
        return new Response((await reply.text()).replaceAll(body.get("key"), key), { status: reply.status });
      }
      const now = () => Date.now() + wrongMs;
      const sender = new Sender({ hello, person, now, withinMs: faulty ? 250 : 10000, fetch: (url, options) => whileAlive(() => network(url, options)) });
      const journal = new Journal({ store: keeping, person, now, send: (entry) => sender.send(entry) });
      sender.onContact = (serverMs) => journal.contact(serverMs);
      return Object.assign(tab, { journal, close() { tab.alive = false; store.close(); } });
    }

    let tab = await openTab();
    await tab.journal.contact(Date.now()); // its page came from the server
    const count = 1 + Math.floor(dice() * entriesMost);
    for (let place = 0; place < count; place += 1) {
      const note = `${keyless ? "keyless" : "offline"} ${seed}.${number}.${place}`;
      const wrong = dice() < 0.15; // swapped pressures: the server will not have it
      found.tried.push(note);
      found.made[note] = Date.now();
      const fields = [["systolic_mmhg", wrong ? "70" : "120"], ["diastolic_mmhg", "80"], ["note", note]];
      const adding = tab.journal.add({ action: `${visit}vitals/`, label: "Vitals", fields }).then(() => found.said.push(note));
      if (dice() < 0.1) await pause(dice() * 4); // killed while it is being kept: then nothing was said
      else await adding;
      const flushing = tab.journal.flush().catch(() => {});
      if (dice() < 0.3) await pause(dice() * 60);
      else await flushing;
      if (dice() < 0.25) {
        tab.close();
        found.restarts += 1;
        if (dice() < 0.5) wrongMs = Math.round((dice() * 2 - 1) * DAY_MS);
        tab = await openTab();
      }
    }
    for (let again = dice() * 4; again > 0; again -= 1) await Promise.race([tab.journal.flush().catch(() => {}), pause(400)]);
    // The network is back. Whatever was kept is brought to its end.
    faulty = false;
    tab.close();
    tab = await openTab();
    const until = Date.now() + 60000;
    for (;;) {
      await tab.journal.flush();
      const left = await tab.journal.entries();
      found.waiting = left.filter((entry) => entry.state === "waiting").length;
      found.refused = left.filter((entry) => entry.state === "refused" && entry.reasons.length).map((entry) => entry.fields.find(([name]) => name === "note")[1]);
      if (!found.waiting || Date.now() > until) break;
      await pause(300);
    }
    await Promise.all(late);
    tab.close();
    indexedDB.deleteDatabase(database);
    return found;
  }

  const results = [];
  const queue = [...numbers];
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (queue.length) results.push(await schedule(queue.shift()));
  }));
  return results;
}
