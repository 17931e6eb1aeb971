// The chair's service worker: keeps the shell and the static files of one version on the device, and nothing else.
// In front of this text the server puts VERSION, SHELL and FILES. No page of a visit is ever put into a cache.
const CACHE = `chair ${VERSION}`;
const CHAIR = /^\/desk\/infusions\/([0-9a-f-]{36}|chairs)\/$/;
const PAGE_WITHIN_MS = 8000;
const FILE_WITHIN_MS = 3000;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll([SHELL, ...FILES].map((url) => new Request(url, { cache: "reload" })));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("chair ") && name !== CACHE) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

function within(milliseconds, request) {
  const late = new Promise((_, fail) => { setTimeout(() => fail(new Error("no answer in time")), milliseconds); });
  return Promise.race([fetch(request), late]);
}

async function kept(url) {
  const cache = await caches.open(CACHE);
  return cache.match(url);
}

async function page(request) {
  try {
    return await within(PAGE_WITHIN_MS, request);
  } catch {
    return (await kept(SHELL)) || Response.error();
  }
}

async function file(request) {
  try {
    return await within(FILE_WITHIN_MS, request);
  } catch (fault) {
    const found = await kept(new URL(request.url).pathname);
    if (found) return found;
    throw fault;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (CHAIR.test(url.pathname)) event.respondWith(page(request));
  } else if (FILES.includes(url.pathname)) {
    event.respondWith(file(request));
  }
});
