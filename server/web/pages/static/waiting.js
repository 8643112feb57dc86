// Asks every few seconds whether the room is open, each learner at a moment of their own, and lets the page become the
// classroom. Answers that do not come are asked for ever more rarely.
"use strict";

const slug = document.getElementById("waiting").dataset.room;
let failures = 0;
let timer = 0;
let asking = false;

function askLater() {
  clearTimeout(timer);
  timer = setTimeout(ask, 4000 + Math.random() * 2000 + Math.min(failures, 6) * 5000);
}

async function ask() {
  if (asking) return;
  asking = true;
  try {
    const answer = await fetch("/raum/" + encodeURIComponent(slug) + "/status", { cache: "no-store" });
    if (!answer.ok) throw new Error("status");
    failures = 0;
    if ((await answer.json()).open) {
      location.reload();
      return;
    }
  } catch {
    failures += 1;
  } finally {
    asking = false;
  }
  askLater();
}

// A hidden tab is slowed down by the browser; who comes back to it should not wait.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) ask();
});
askLater();
