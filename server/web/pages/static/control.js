// The control page in motion: its living part is fetched every few seconds, buttons act without leaving the page, and the
// countdown of an ending lesson runs. Without this script every form and link works the same, a page at a time.
"use strict";

const root = document.getElementById("steuern");
const live = document.getElementById("stand");
const said = document.getElementById("meldung");
let shown = live.innerHTML;
let acting = false;
let failures = 0;
let timer = 0;

// The new text takes the place of the old one; focus, opened details and typed text stay.
function show(html) {
  if (html === shown) return;
  const field = document.activeElement;
  if (live.contains(field) && /^(INPUT|SELECT)$/.test(field.tagName)) return;
  const focused = live.contains(field) ? field.closest("[id]")?.id : "";
  const onSummary = focused && field.tagName === "SUMMARY";
  const opened = [...live.querySelectorAll("details[open][id]")].map((details) => details.id);
  if (opened.includes("d-regeln")) return;
  live.innerHTML = html;
  shown = html;
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  const again = focused && document.getElementById(focused);
  if (again) (onSummary ? again.querySelector("summary") : again).focus({ preventScroll: true });
  for (const link of live.querySelectorAll("[data-refresh]")) link.hidden = true;
}

async function look() {
  if (acting) return later();
  try {
    const answer = await fetch(root.dataset.stand, { cache: "no-store", redirect: "error" });
    if (answer.status === 404) return location.assign(location.pathname);
    if (!answer.ok) throw new Error("status");
    failures = 0;
    if (!acting) show(await answer.text());
  } catch {
    failures += 1;
    if (failures === 4) location.reload();
  }
  later();
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(look, document.hidden ? 15000 : 2000 + 3000 * failures);
}

// One deed after the other, in the order of the clicks; none is lost because the one before it takes its time.
let deeds = Promise.resolve();

addEventListener("submit", (event) => {
  const form = event.target;
  if (!live.contains(form)) return;
  event.preventDefault();
  const data = new URLSearchParams(new FormData(form));
  if (event.submitter?.name) data.set(event.submitter.name, event.submitter.value);
  const { action } = form;
  deeds = deeds.then(() => act(action, data));
});

async function act(action, data) {
  acting = true;
  try {
    const answer = await fetch(action, { method: "POST", body: data });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("stand");
    if (!fresh) return location.assign(answer.url.replace(/\?.*/, ""));
    document.activeElement?.closest("details[id]")?.removeAttribute("open");
    document.getElementById("d-regeln")?.removeAttribute("open");
    if (document.activeElement?.tagName === "INPUT") document.activeElement.blur();
    show(fresh.innerHTML);
    said.textContent = page.getElementById("meldung").textContent;
  } catch {
    said.textContent = said.dataset.failed || "";
  } finally {
    acting = false;
    later();
  }
}

// Whole seconds, from the server's number down.
setInterval(() => {
  const clock = live.querySelector("[data-countdown]");
  if (!clock) return;
  const left = Number(clock.dataset.countdown) - 1;
  clock.dataset.countdown = String(left);
  clock.querySelector("b").textContent = String(Math.max(left, 0));
  if (left < 0) later();
}, 1000);

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) look();
});
for (const link of live.querySelectorAll("[data-refresh]")) link.hidden = true;
later();
