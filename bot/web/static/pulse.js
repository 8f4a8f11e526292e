// The one stream of events of this page: it comes back by itself, and says what was missed.

import { look } from "/static/api.js";

const TOPICS = ["job", "quota", "queue", "picture", "reset"];
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15000;
const QUIET_MS = 1500;

export class Pulse {
  #listeners = new Map(TOPICS.map((topic) => [topic, new Set()]));
  #source = null;
  #pause = FIRST_PAUSE_MS;
  #lost = false;
  #saying;

  on(topic, listener) {
    this.#listeners.get(topic).add(listener);
    return this;
  }

  start() {
    this.#open();
    addEventListener("online", () => this.#again());
    // Whatever was answered just now says that Easel is back.
    document.addEventListener("easel:job", () => this.#lost && this.#again());
    // A stream that stays open keeps the page out of the cache of pages one can go back to.
    addEventListener("pagehide", () => this.#source?.close());
    addEventListener("pageshow", (event) => event.persisted && this.#again());
    return this;
  }

  #open() {
    const source = new EventSource("/v1/events");
    this.#source = source;
    source.addEventListener("open", () => this.#opened());
    source.addEventListener("error", () => this.#broken(source));
    for (const topic of TOPICS) {
      source.addEventListener(topic, (event) =>
        this.#tell(topic, event.data ? JSON.parse(event.data) : {}),
      );
    }
  }

  #opened() {
    clearTimeout(this.#saying);
    document.body.removeAttribute("data-away");
    document.getElementById("link").textContent = "";
    this.#pause = FIRST_PAUSE_MS;
    if (this.#lost) this.#tell("reset", {});
    this.#lost = false;
  }

  #broken(source) {
    this.#lost = true;
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => {
      document.body.setAttribute("data-away", "");
      document.getElementById("link").textContent = "Reconnecting…";
    }, QUIET_MS);
    // Most often it tries again by itself.
    if (source.readyState !== EventSource.CLOSED || source !== this.#source) return;
    setTimeout(() => this.#again(), this.#pause * (0.75 + Math.random() / 2));
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE_MS);
  }

  async #again() {
    if (this.#source?.readyState === EventSource.OPEN) return;
    this.#source?.close();
    try {
      await look("/v1/quota");
    } catch (problem) {
      if (problem.status === 401) location.reload();
    }
    this.#open();
  }

  #tell(topic, told) {
    for (const listener of this.#listeners.get(topic)) listener(told);
  }
}
