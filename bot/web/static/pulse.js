// What happens, told to whoever listens on this page. A browser has six connections to a host, so
// all tabs share one stream: the one that was looked at last reads it for the others.

import { Stream } from "/static/stream.js";

const TOPICS = ["job", "quota", "queue", "picture", "reset"];
const LONGEST_HANDOVER_MS = 5000;

export class Pulse {
  #listeners = new Map(TOPICS.map((topic) => [topic, new Set()]));
  #stream = new Stream({
    tell: (topic, told, id) => this.#pass({ topic, told, id }),
    reached: (there) => this.#pass({ there }),
  });
  #name = `easel.events.${document.body.dataset.owner}`;
  #tabs = null;
  #last = null;
  #reads = false;
  #give = null;
  #waiting = null;

  on(topic, listener) {
    this.#listeners.get(topic).add(listener);
    return this;
  }

  start() {
    this.#begin();
    // A stream that stays open keeps the page out of the cache of pages one can go back to.
    addEventListener("pagehide", () => this.#end());
    addEventListener("pageshow", (event) => event.persisted && this.#begin());
    document.addEventListener("visibilitychange", () => {
      // A tab that nobody sees may be put to sleep, and then it would read for nobody.
      if (!document.hidden && this.#tabs && !this.#reads) this.#take();
    });
    return this;
  }

  #begin() {
    // Locks are only there over HTTPS and on this machine: elsewhere each tab reads for itself.
    if (!navigator.locks) return this.#stream.open(this.#last);
    this.#tabs = new BroadcastChannel(this.#name);
    this.#tabs.addEventListener("message", ({ data }) => this.#hear(data));
    if (document.hidden) return this.#wait();
    return this.#take();
  }

  #end() {
    this.#reads = false;
    this.#waiting?.abort();
    this.#give?.();
    this.#stream.close();
    this.#tabs?.close();
    this.#tabs = null;
  }

  #take() {
    this.#waiting?.abort();
    this.#hold({ steal: true });
  }

  #wait() {
    this.#waiting = new AbortController();
    this.#hold({ signal: this.#waiting.signal });
  }

  async #hold(how) {
    try {
      await navigator.locks.request(this.#name, how, () => this.#read());
    } catch {
      // Another tab took it, or this one no longer waits for it.
      if (how.steal || this.#reads) this.#lost();
    }
  }

  #read() {
    this.#reads = true;
    this.#stream.open(this.#last);
    return new Promise((given) => (this.#give = given));
  }

  // It reads on until the other one does, so that nothing is missed between them.
  #lost() {
    this.#reads = false;
    if (!this.#tabs) return;
    setTimeout(() => this.#reads || this.#stream.close(), LONGEST_HANDOVER_MS);
    this.#wait();
  }

  #pass(said) {
    this.#tabs?.postMessage({ ...said, reads: this.#reads });
    this.#hear(said);
  }

  #hear({ topic, told, id, there, reads }) {
    if (there !== undefined) show(there);
    if (topic === "queue") say(told.gate === "stopping" ? "Easel is being stopped…" : "");
    if (there && reads && !this.#reads) this.#stream.close();
    if (id) this.#last = id;
    if (topic) for (const listener of this.#listeners.get(topic)) listener(told);
  }
}

function show(there) {
  document.body.toggleAttribute("data-away", !there);
  say(there ? "" : "Reconnecting…");
}

function say(words) {
  document.getElementById("link").textContent = words;
}
