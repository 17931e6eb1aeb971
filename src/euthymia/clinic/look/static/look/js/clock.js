// Keeps <time data-at="instant"> true while the page stays open: "in 4 min", "3 h ago",
// or with data-clock="elapsed" the time since, as 12:05.
function words(milliseconds) {
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  if (seconds < 45) return "just now";
  let amount;
  if (seconds < 59.5 * 60) amount = `${Math.max(1, Math.round(seconds / 60))} min`;
  else if (seconds < 23.5 * 3600) amount = `${Math.round(seconds / 3600)} h`;
  else {
    const days = Math.round(seconds / 86400);
    amount = days === 1 ? "1 day" : `${days} days`;
  }
  return milliseconds > 0 ? `in ${amount}` : `${amount} ago`;
}

function elapsed(milliseconds) {
  const seconds = Math.max(0, Math.floor(-milliseconds / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

// The server's clock counts, not the device's: a tablet may be wrong by a day.
const said = Date.parse(document.body.dataset.now || "");
const skew = Number.isNaN(said) ? 0 : said - Date.now();

function tick() {
  for (const clock of document.querySelectorAll("[data-at]")) {
    const away = Date.parse(clock.dataset.at) - (Date.now() + skew);
    if (Number.isNaN(away)) continue;
    const text = clock.dataset.clock === "elapsed" ? elapsed(away) : words(away);
    if (clock.textContent !== text) clock.textContent = text;
    if (clock.dataset.clock === "due") clock.classList.toggle("clock--late", away < -45000);
  }
}

export function startClocks() {
  tick();
  setInterval(tick, 1000);
}
