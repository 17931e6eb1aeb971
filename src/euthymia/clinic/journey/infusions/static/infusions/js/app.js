// Makes the chair an app: registers its service worker, and fits the shell to the visit in its address.
const own = document.querySelector("script[data-worker]");
const VISIT = /^\/desk\/infusions\/[0-9a-f-]{36}\/$/;

if (own && "serviceWorker" in navigator) {
  navigator.serviceWorker.register(own.dataset.worker, { updateViaCache: "none" }).catch(() => {
    // Without it the page works as long as it stays open; only opening it anew needs the network.
  });
}

if ("shell" in document.body.dataset) {
  const known = VISIT.test(location.pathname);
  document.querySelector("[data-shell-visit]").hidden = !known;
  document.querySelector("[data-shell-no-visit]").hidden = known;
}
