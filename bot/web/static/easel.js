// Shows progress in place. Without this the page reloads itself every second.

const PAUSE_MS = 400;

async function look() {
  const answer = await fetch(location.href, { cache: "no-store" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const job = page.getElementById("job");
  if (!job || !("waiting" in job.dataset)) {
    location.reload();
    return;
  }
  update(document.getElementById("job"), job);
  setTimeout(watch, PAUSE_MS);
}

// The Cancel button keeps the focus, and a screen reader hears only what is new.
function update(shown, job) {
  const status = shown.querySelector("[role=status]");
  const text = job.querySelector("[role=status]").textContent;
  if (status.textContent !== text) status.textContent = text;
  const bar = job.querySelector("progress");
  if (bar.hasAttribute("max")) {
    const shownBar = shown.querySelector("progress");
    shownBar.max = bar.max;
    shownBar.value = bar.value;
  }
  const previews = job.querySelector(".pictures");
  if (!previews) return;
  const old = shown.querySelector(".pictures");
  if (old) old.replaceWith(previews);
  else shown.querySelector("form").before(previews);
}

function watch() {
  look().catch(() => setTimeout(watch, 5 * PAUSE_MS));
}

if ("waiting" in (document.getElementById("job")?.dataset ?? {})) setTimeout(watch, PAUSE_MS);
