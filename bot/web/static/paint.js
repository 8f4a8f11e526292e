// The page to paint on: the box, the stream of work, and what both need.

import { begin } from "/static/actions.js";
import { look } from "/static/api.js";
import { toast } from "/static/announce.js";
import { start } from "/static/chrome.js";
import { commandsFor, runCommand } from "/static/commands.js";
import { Composer } from "/static/composer.js";
import { pieceOf } from "/static/piece.js";
import { Works } from "/static/works.js";

const { pulse, quota, names, moderates } = start();
const works = new Works(pulse);
const commands = commandsFor({ works, quota, names, moderates });
const composer = new Composer({
  commands,
  names,
  run: (name, rest) => runCommand(commands, name, rest),
});

document.addEventListener("easel:edit", (event) => {
  event.preventDefault();
  composer.edit(event.detail);
});
document.addEventListener("easel:source", (event) => {
  event.preventDefault();
  composer.sources.takeFrom(event.detail.picture);
  document.getElementById("prompt").focus();
});
for (const example of document.querySelectorAll("[data-prompt]")) {
  example.addEventListener("click", () => composer.write(example.dataset.prompt));
}

async function fromElsewhere() {
  const [, what, job, tile] =
    /^#(edit|source)=([0-9a-f]{32})(?::(\d+))?$/.exec(location.hash) ?? [];
  if (!what) return;
  history.replaceState(null, "", location.pathname);
  if (what === "edit") return composer.edit(job);
  const told = await look(`/v1/jobs/${job}`);
  begin(pieceOf(told, told.tiles[Number(tile)]));
}

// What the server wrote of a job is taken over by the living one.
document.getElementById("job")?.remove();
const wanted = /^\/jobs\/([0-9a-f]{32})/.exec(location.pathname)?.[1] ?? null;
works
  .load(wanted)
  .then(fromElsewhere)
  .catch((problem) => toast(problem.message, "problem"));
pulse.start();
