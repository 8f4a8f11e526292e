// The stream of events from Easel: it comes back by itself, and says what was missed.

import { look } from "/static/api.js";

const TOPICS = ["job", "quota", "queue", "picture", "reset"];
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15000;
const QUIET_MS = 1500;

export class Stream {
  #source = null;
  #pause = FIRST_PAUSE_MS;
  #lost = false;
  #saying;

  // `tell` is called with every event, `reached` with whether Easel is there.
  constructor({ tell, reached }) {
    this.tell = tell;
    this.reached = reached;
    addEventListener("online", () => this.#again());
    // Whatever was answered just now says that Easel is back.
    document.addEventListener("easel:job", () => this.#lost && this.#again());
  }

  // With what came after the event of that id, where one is known.
  open(after = null) {
    this.#source?.close();
    const source = new EventSource(after ? `/v1/events?after=${after}` : "/v1/events");
    this.#source = source;
    source.addEventListener("open", () => this.#opened());
    source.addEventListener("error", () => this.#broken(source));
    for (const topic of TOPICS) {
      source.addEventListener(topic, ({ data, lastEventId }) =>
        this.tell(topic, data ? JSON.parse(data) : {}, lastEventId),
      );
    }
  }

  close() {
    clearTimeout(this.#saying);
    this.#source?.close();
    this.#source = null;
    this.#lost = false;
  }

  #opened() {
    clearTimeout(this.#saying);
    this.#pause = FIRST_PAUSE_MS;
    this.reached(true);
    if (this.#lost) this.tell("reset", {}, null);
    this.#lost = false;
  }

  #broken(source) {
    if (source !== this.#source) return;
    this.#lost = true;
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => this.reached(false), QUIET_MS);
    // Most often it tries again by itself.
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => this.#again(), this.#pause * (0.75 + Math.random() / 2));
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE_MS);
  }

  async #again() {
    if (!this.#source || this.#source.readyState === EventSource.OPEN) return;
    this.#source.close();
    try {
      await look("/v1/quota");
    } catch (problem) {
      if (problem.status === 401) location.reload();
    }
    if (this.#source) this.open();
  }
}
