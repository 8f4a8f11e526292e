// The stream of work, oldest above: every job of the person, whichever tab or program asked for it.

import { announce } from "/static/announce.js";
import { look } from "/static/api.js";
import { openViewer } from "/static/viewer.js";
import { ENDED, Work } from "/static/work.js";
import { plural } from "/static/words.js";

const SHOWN = 12;
const NEAR = 160;
const KNOWN = "easel.jobs";
const TITLE = document.title;

export class Works {
  #works = new Map();
  #dismissed = new Set(JSON.parse(sessionStorage.getItem("easel.dismissed") ?? "[]"));
  #stream = document.getElementById("stream");
  // Whether somebody looks at the end of it: what grows there then comes into view.
  #low = true;

  constructor(pulse) {
    pulse
      .on("job", (job) => this.show(job))
      .on("picture", (told) => this.#picture(told))
      .on("reset", () => this.load());
    document.addEventListener("easel:job", (event) => {
      event.preventDefault();
      this.show(event.detail, { follow: true });
    });
    document.addEventListener("easel:removed", (event) => this.#again(event.detail.job));
    addEventListener("scroll", () => {
      this.#low = scrollY + innerHeight > document.documentElement.scrollHeight - NEAR;
    });
    new ResizeObserver(() => this.#low && this.follow()).observe(
      document.getElementById("composer"),
    );
    setInterval(() => this.#works.forEach((work) => work.tick()), 1000);
  }

  // What goes on now, what this tab knows of, and the newest of history.
  async load(wanted = null) {
    const [going, history] = await Promise.all([look("/v1/jobs"), look("/v1/history?limit=24")]);
    const known = JSON.parse(sessionStorage.getItem(KNOWN) ?? "[]").filter(
      (id) => !this.#dismissed.has(id),
    );
    const past = [...new Set(history.pictures.map((piece) => piece.job))].slice(0, SHOWN);
    const ids = new Set(
      [...past, ...known.slice(-SHOWN), ...this.#works.keys(), wanted].filter(Boolean),
    );
    going.jobs.forEach((job) => ids.delete(job.id));
    const others = await Promise.allSettled([...ids].map((id) => look(`/v1/jobs/${id}`)));
    const found = others.filter((one) => one.status === "fulfilled").map((one) => one.value);
    const jobs = [...found, ...going.jobs].sort((one, other) =>
      one.submitted < other.submitted ? -1 : 1,
    );
    jobs.forEach((job) => this.show(job, { quiet: true }));
    this.#settle();
    if (wanted) this.#works.get(wanted)?.element.scrollIntoView({ block: "center" });
    else this.follow();
  }

  show(job, { follow = false, quiet = false } = {}) {
    if (this.#dismissed.has(job.id)) return;
    if (job.status === "done" && !job.tiles.some((tile) => tile.picture)) return this.#take(job.id);
    const before = this.#works.get(job.id)?.job.status;
    // An answer that was on its way while the job ended must not bring it back to life.
    if (ENDED.has(before) && !ENDED.has(job.status)) return;
    if (before) this.#works.get(job.id).show(job);
    else this.#hang(job);
    if (!quiet && !ENDED.has(before) && job.status === "done") this.#ready(job);
    if (!quiet && !ENDED.has(before) && job.status === "failed")
      announce(`Not painted: ${job.problem ?? "something went wrong."}`);
    this.#settle();
    const busy = document.querySelector("[role=menu]") !== null;
    if (follow || (before !== job.status && this.#low && !quiet && !busy)) this.follow();
  }

  get newest() {
    return [...this.#works.values()]
      .sort((one, other) => (one.job.submitted < other.job.submitted ? 1 : -1))
      .map((work) => work.job);
  }

  follow() {
    requestAnimationFrame(() => scrollTo({ top: document.documentElement.scrollHeight }));
  }

  #hang(job) {
    const work = new Work(job, {
      view: (piece) => this.#view(piece),
      dismiss: (id) => this.#dismiss(id),
    });
    const after = [...this.#works.values()]
      .filter((one) => one.job.submitted > job.submitted)
      .sort((one, other) => (one.job.submitted < other.job.submitted ? -1 : 1))[0];
    this.#works.set(job.id, work);
    this.#stream.insertBefore(work.element, after?.element ?? null);
    sessionStorage.setItem(KNOWN, JSON.stringify([...this.#works.keys()].slice(-3 * SHOWN)));
  }

  #view(piece) {
    const pieces = [...this.#works.values()]
      .sort((one, other) => (one.job.submitted < other.job.submitted ? -1 : 1))
      .flatMap((work) => work.pieces);
    openViewer(pieces, piece);
  }

  #dismiss(id) {
    this.#dismissed.add(id);
    sessionStorage.setItem("easel.dismissed", JSON.stringify([...this.#dismissed]));
    this.#take(id);
    document.getElementById("prompt").focus();
  }

  // Nothing is left of it to be seen.
  #take(id) {
    this.#works.get(id)?.element.remove();
    this.#works.delete(id);
    this.#settle();
  }

  #picture(told) {
    for (const { job } of this.#works.values()) {
      if (job.tiles.some((tile) => tile.number === told.number)) this.#again(job.id);
    }
  }

  async #again(id) {
    try {
      this.show(await look(`/v1/jobs/${id}`), { quiet: true });
    } catch (problem) {
      if (problem.status === 404) this.#take(id);
    }
  }

  #ready(job) {
    announce(
      job.tiles.length === 1
        ? `Picture ready: ${job.prompt}`
        : `${plural(job.tiles.length, "picture")} ready: ${job.prompt}`,
    );
  }

  #settle() {
    document.body.toggleAttribute("data-empty", this.#works.size === 0);
    const going = [...this.#works.values()].filter((work) => !ENDED.has(work.job.status)).length;
    document.title = going ? `Painting ${going} · Easel` : TITLE;
  }
}
