// Keeps a page in step with the server. An element with data-stream="url" listens to that event stream;
// each event is {"id": element id, "html": its new form}. The server says something at least every 3 s;
// after 10 s of silence the page says since when it is stale.
const SILENCE_MS = 10000;
const RETRY_MS = 4000;

function replace(id, html) {
  const old = document.getElementById(id);
  if (!old) return;
  // Nobody loses what he is typing: the news waits until he leaves the field.
  if (old.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) {
    document.activeElement.addEventListener("blur", () => setTimeout(() => replace(id, html)), { once: true });
    return;
  }
  const box = document.createElement("template");
  box.innerHTML = html;
  const fresh = box.content.firstElementChild;
  if (!fresh) return;
  const focused = document.activeElement?.id;
  old.replaceWith(fresh);
  if (focused && fresh.id !== focused) fresh.querySelector(`#${CSS.escape(focused)}`)?.focus();
  window.htmx?.process(fresh);
  fresh.dispatchEvent(new CustomEvent("look:added", { bubbles: true }));
}

function staleBanner(since) {
  const banner = document.createElement("div");
  banner.className = "banner banner--attention banner--stale";
  banner.setAttribute("role", "status");
  const time = since.toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" }).toLowerCase();
  banner.textContent = `Stale since ${time}: no connection. It catches up by itself.`;
  return banner;
}

function listen(place) {
  let heard = Date.now();
  let banner = null;
  let source = null;

  function alive() {
    heard = Date.now();
    banner?.remove();
    banner = null;
  }
  function open() {
    source = new EventSource(place.dataset.stream);
    source.onopen = alive;
    source.addEventListener("heartbeat", (event) => {
      alive();
      document.dispatchEvent(new CustomEvent("look:beat", { detail: { now: event.data } }));
    });
    source.onmessage = (event) => {
      alive();
      if (!event.data) return;
      const news = JSON.parse(event.data);
      if (news.id) replace(news.id, news.html);
    };
    source.onerror = () => {
      // The browser reconnects by itself unless the server refused outright.
      if (source.readyState === EventSource.CLOSED) setTimeout(open, RETRY_MS);
    };
  }
  open();
  setInterval(() => {
    if (banner || Date.now() - heard < SILENCE_MS - 1000) return;
    banner = staleBanner(new Date(heard));
    document.getElementById("main")?.prepend(banner);
  }, 500);
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) open(); });
}

export function startLive() {
  for (const place of document.querySelectorAll("[data-stream]")) listen(place);
}
