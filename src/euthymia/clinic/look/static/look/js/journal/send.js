// Sends one entry of the journal and says what came of it:
//   saved         the server said, with this key, that it stands
//   refused       the server will not have it: {reasons: [{field, sentence}]}
//   trouble       the server is there and could not take it now
//   no_answer     nothing that is known to be the server answered
//   signed_out    the sign-in has ended
//   someone_else  somebody else is signed in

const ANSWER_WITHIN_MS = 10000;

export class Sender {
  #fetch;
  #cookie;
  #now;
  #hello;
  #person;
  #within;
  aheadNowMs = 0;
  heardMs = -Infinity; // by the clock that only goes forward
  onContact = async () => {};

  constructor({ hello, person, fetch = (...a) => globalThis.fetch(...a), cookie = () => document.cookie, now = Date.now, withinMs = ANSWER_WITHIN_MS }) {
    this.#fetch = fetch;
    this.#cookie = cookie;
    this.#now = now;
    this.#hello = hello;
    this.#person = person;
    this.#within = withinMs;
  }

  // The server's clock was heard.
  async heard(serverMs) {
    if (!Number.isFinite(serverMs)) return;
    this.aheadNowMs = Math.round(serverMs - this.#now());
    this.heardMs = performance.now();
    await this.onContact(serverMs);
  }

  async #ask(url, options) {
    const timer = new AbortController();
    const id = setTimeout(() => timer.abort(), this.#within);
    try {
      const reply = await this.#fetch(url, { ...options, redirect: "manual", cache: "no-store", signal: timer.signal });
      const text = await reply.text(); // the time-out holds until the last byte
      let data = null;
      try { data = JSON.parse(text); } catch { /* not ours */ }
      return { status: reply.type === "opaqueredirect" ? 302 : reply.status, data: data && typeof data === "object" ? data : null };
    } catch {
      return { status: 0, data: null };
    } finally {
      clearTimeout(id);
    }
  }

  // Who is signed in on the server: ready, signed_out, someone_else or no_answer.
  async greet() {
    const { status, data } = await this.#ask(this.#hello, { headers: { Accept: "application/json" } });
    if (status !== 200 || typeof data?.person !== "string") return status >= 500 ? "trouble" : "no_answer";
    await this.heard(Date.parse(data.now));
    if (!data.person) return "signed_out";
    return data.person === this.#person ? "ready" : "someone_else";
  }

  async send(entry) {
    if (performance.now() - this.heardMs > ANSWER_WITHIN_MS) {
      const who = await this.greet();
      if (who !== "ready") return { kind: who };
    }
    const first = await this.#post(entry);
    if (first.kind !== "unclear") return first;
    // A refusal that is not in our own words may be a worn-out token, or no word of the server at all.
    const who = await this.greet();
    if (who !== "ready") return { kind: who };
    const second = await this.#post(entry);
    if (second.kind !== "unclear") return second;
    if (second.status === 403) return { kind: "trouble" };
    const sentence = second.status === 404
      ? "The server does not open this visit to you any more."
      : `The server cannot read this entry (${second.status}). Enter it again.`;
    return { kind: "refused", reasons: [{ sentence }] };
  }

  async #post(entry) {
    const token = /(?:^|; )csrftoken=([^;]*)/.exec(this.#cookie())?.[1] || "";
    const body = new URLSearchParams(entry.fields);
    for (const [name, value] of Object.entries({
      key: entry.key,
      csrfmiddlewaretoken: token,
      slip_device_ms: entry.deviceMs,
      slip_ahead_ms: entry.aheadMs,
      slip_ahead_now_ms: this.aheadNowMs,
      slip_age_ms: Math.round(this.#now() - entry.deviceMs),
      slip_contact_ms: entry.contactMs ?? "",
    })) body.append(name, value);
    const { status, data } = await this.#ask(entry.action, { method: "POST", body, headers: { "X-Journal": entry.person, Accept: "application/json" } });
    if (status === 200 && data?.saved === entry.key) {
      await this.heard(Date.parse(data.now));
      return { kind: "saved" };
    }
    if (status === 422 && Array.isArray(data?.refused)) return { kind: "refused", reasons: data.refused };
    if (status === 401) return { kind: "signed_out" };
    if (status === 403 && data?.someone_else) return { kind: "someone_else" };
    if (status >= 500 || status === 429) return { kind: "trouble" };
    if (status >= 400) return { kind: "unclear", status };
    return { kind: "no_answer" };
  }
}
