// One request and what becomes of it: its pictures on the wall, and beside them the label.

import { edit, reroll } from "/static/actions.js";
import { failed } from "/static/announce.js";
import { remove } from "/static/api.js";
import { button, fill, make } from "/static/element.js";
import { icon } from "/static/icons.js";
import { openInfo } from "/static/info.js";
import { SEPARATOR, facts } from "/static/piece.js";
import { Tile } from "/static/tile.js";
import { clock, credits, moment, plural, span } from "/static/words.js";

export const ENDED = new Set(["done", "failed", "cancelled"]);

export class Work {
  #tiles = [];
  #wall = make("div", { class: "wall", "aria-live": "off" });
  #title = make("p", { class: "title" });
  #meta = make("p", { class: "meta" });
  #state = make("div", { class: "state", "aria-live": "off" });
  #actions = make("div", {
    class: "row",
    role: "group",
    "aria-label": "What to do with this request",
  });
  #said = "";

  constructor(job, { view, dismiss }) {
    this.view = view;
    this.dismiss = dismiss;
    const label = make(
      "div",
      { class: "label" },
      this.#title,
      this.#meta,
      this.#state,
      this.#actions,
    );
    this.element = make(
      "article",
      { class: "work", id: `work-${job.id}`, "data-job": job.id, tabindex: "-1" },
      this.#wall,
      label,
    );
    this.show(job);
  }

  show(job) {
    this.job = job;
    this.element.dataset.status = job.status;
    this.element.setAttribute("aria-label", job.prompt);
    say(this.#title, job.prompt);
    const first = job.tiles[0];
    const meta = [
      first ? facts(first) : null,
      ENDED.has(job.status) && job.cost !== null && job.cost !== undefined
        ? credits(job.cost)
        : null,
      moment(job.submitted),
    ]
      .filter(Boolean)
      .join(SEPARATOR);
    say(this.#meta, meta);
    this.#hang(job);
    if (ENDED.has(job.status)) this.#ended(job);
    else this.#going(job);
  }

  get pieces() {
    return this.#tiles.map((tile) => tile.piece).filter(Boolean);
  }

  // Called every second while it waits: the countdown needs no message.
  tick() {
    if (!ENDED.has(this.job.status)) this.#going(this.job);
  }

  #hang(job) {
    while (this.#tiles.length < job.tiles.length) {
      const tile = new Tile((piece) => this.view(piece));
      this.#tiles.push(tile);
      this.#wall.append(tile.element);
    }
    job.tiles.forEach((tile, index) => this.#tiles[index].show(job, tile));
    this.#wall.dataset.count = String(Math.min(job.tiles.length, 10));
    const [first] = job.tiles;
    if (first) this.#wall.style.setProperty("--ratio", first.width / first.height);
    this.#wall.hidden =
      job.status === "failed" || (job.status === "cancelled" && !this.pieces.length);
  }

  #going(job) {
    if (this.#said !== "going") {
      this.#said = "going";
      fill(
        this.#state,
        make("p", { class: "place" }),
        make("progress", { "aria-label": `Progress of ${job.prompt}`, max: "1" }),
      );
      fill(
        this.#actions,
        button("Cancel", () => this.#cancel(), { class: "plain" }),
      );
    }
    const [place, bar] = this.#state.children;
    const sentence = placeOf(job);
    say(place, sentence);
    if (job.status === "painting") bar.value = job.progress ?? 0;
    bar.hidden = job.status === "queued";
  }

  #ended(job) {
    const now = `${job.status} ${job.problem} ${this.pieces.length}`;
    if (this.#said === now) return;
    this.#said = now;
    fill(
      this.#state,
      job.status === "failed"
        ? make("p", { class: "problem", text: job.problem ?? "This could not be painted." })
        : null,
      job.status === "cancelled"
        ? make("p", { class: "note", text: "This one was cancelled." })
        : null,
      (job.notes ?? []).map((note) => make("p", { class: "note", text: note })),
    );
    const painted = this.pieces.length;
    fill(
      this.#actions,
      button(
        "Re-roll",
        () => reroll(job.id),
        { class: "plain", title: "The same words by new chance" },
        icon("reroll"),
        job.status === "failed" ? "Try again" : "Re-roll",
      ),
      button(
        "Edit",
        () => edit(job.id),
        { class: "plain", title: "Change the words first" },
        icon("edit"),
        "Edit",
      ),
      painted === 1
        ? button("Info", () => openInfo(this.pieces[0]), { class: "plain" }, icon("info"), "Info")
        : null,
      painted ? null : button("Dismiss", () => this.dismiss(job.id), { class: "plain" }),
    );
  }

  async #cancel() {
    try {
      const job = await remove(`/v1/jobs/${this.job.id}`);
      if (job) this.show(job);
      document.getElementById("prompt")?.focus();
    } catch (problem) {
      if (problem.status !== 409) failed(problem);
    }
  }
}

// Only what changed, so that what somebody is about to select stays.
function say(place, words) {
  if (place.textContent !== words) place.textContent = words;
}

function placeOf(job) {
  if (job.status === "painting") {
    const steps = job.tiles.reduce((all, tile) => all + (tile.step ?? 0), 0);
    const of = job.tiles.reduce((all, tile) => all + (tile.of ?? tile.steps ?? 0), 0);
    return steps && of ? `Painting · step ${Math.min(steps, of)} of ${of}` : "Painting…";
  }
  const { place } = job;
  if (!place) return "Waiting for a seat…";
  const left = place.arrives ? (new Date(place.arrives) - Date.now()) / 1000 : place.seconds;
  const ahead = place.ahead ? `${plural(place.ahead, "picture")} ahead of you` : "You are next";
  if (place.paused) return `${ahead}. The queue is paused by a moderator.`;
  if (!place.arrives) return `${ahead}: about ${span(place.seconds ?? 0)} to go`;
  return `${ahead}: done in about ${span(left)}, at ${clock(place.arrives)}`;
}
