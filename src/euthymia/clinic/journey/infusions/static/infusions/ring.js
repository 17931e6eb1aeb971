// A call for help is heard and stands in the window's title, as long as an element with data-ring is on the page.
// The page shows it without this. A browser that plays nothing before the first touch stays silent until then.
const EVERY_MS = 3000;
const title = document.title;
let sound = null;

function chime() {
  try {
    sound ??= new AudioContext();
    if (sound.state === "suspended") sound.resume();
    for (const [number, pitch] of [880, 660].entries()) {
      const tone = sound.createOscillator();
      const volume = sound.createGain();
      const from = sound.currentTime + number * 0.25;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.2, from);
      volume.gain.exponentialRampToValueAtTime(0.001, from + 0.24);
      tone.connect(volume).connect(sound.destination);
      tone.start(from);
      tone.stop(from + 0.25);
    }
  } catch {
    // No sound here: the page still shows the call.
  }
}

function ring() {
  const places = [...document.querySelectorAll("[data-ring]")].map((call) => call.dataset.ring);
  document.title = places.length ? `Help: ${places.join(", ")}` : title;
  if (places.length && !document.hidden) chime();
}

ring();
setInterval(ring, EVERY_MS);
document.addEventListener("look:added", ring);
