// The box: words or a command in, a job out. What was typed is only gone once it was taken.

import { freshKey, look, send } from "/static/api.js";
import { toast } from "/static/announce.js";
import { Completion } from "/static/completion.js";
import { confirm } from "/static/dialog.js";
import { offersFor } from "/static/offers.js";
import { Sources } from "/static/sources.js";
import { credits, plural } from "/static/words.js";

const QUOTE_MS = 350;
const DRAFT = "easel.draft";
const TYPED = "easel.typed";
const NOTHING = "Tell me what to paint: there are no words yet.";
const IMAGINE = /^\s*\/imagine\b\s*/i;

export class Composer {
  #form = document.getElementById("composer");
  #box = document.getElementById("prompt");
  #price = document.getElementById("price");
  #problem = document.getElementById("problem");
  #paint = document.querySelector("#composer .primary");
  #quoting;
  #asked = 0;
  #attempt = { body: "", key: "" };
  #typed = JSON.parse(sessionStorage.getItem(TYPED) ?? "[]");
  #back = -1;

  constructor({ commands, names, run }) {
    this.commands = commands;
    this.names = names;
    this.run = run;
    this.completion = new Completion(this.#box, (text, caret) =>
      offersFor(text, caret, names.known, commands),
    );
    this.sources = new Sources({
      changed: () => this.#quote(),
      recipe: (command) => this.write(command),
      controls: () => names.known.controls,
    });
    this.#begin();
    this.#listen();
  }

  write(text) {
    this.#box.value = text;
    this.#box.dispatchEvent(new Event("input", { bubbles: true }));
    this.#box.focus();
    this.#box.setSelectionRange(text.length, text.length);
    this.completion.close();
  }

  // All that made a job, its pictures too.
  async edit(id) {
    try {
      const job = await look(`/v1/jobs/${id}`);
      // The slider says how much may change, and a flag in the words would go before it.
      this.write(job.request.image ? job.command.replace(/\s--strength \S+/, "") : job.command);
      this.sources.restore(job.request);
    } catch (problem) {
      this.#refuse(problem);
    }
  }

  #begin() {
    const example = this.#box.dataset.example;
    const draft = sessionStorage.getItem(DRAFT);
    if (this.#box.value === example && !this.#box.hasAttribute("aria-invalid"))
      this.#box.value = draft ?? "";
    this.#box.placeholder = `Say what you want to see, like ${example}`;
    this.#box.required = false;
    this.#grow();
    if (this.#box.value) this.#quote();
  }

  #listen() {
    this.#box.addEventListener("input", () => {
      sessionStorage.setItem(DRAFT, this.#box.value);
      this.#grow();
      this.#accept();
      this.#quote();
    });
    this.#box.addEventListener("keydown", (event) => this.#press(event));
    addEventListener("resize", () => this.#grow());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    const file = document.getElementById("file");
    document.getElementById("choose").addEventListener("click", () => file.click());
    file.addEventListener("change", () => {
      if (file.files[0]) this.sources.take(file.files[0]);
      file.value = "";
    });
    this.#box.addEventListener("paste", (event) => {
      const picture = [...event.clipboardData.files].find((one) => one.type.startsWith("image/"));
      if (!picture) return;
      event.preventDefault();
      this.sources.take(picture);
    });
    this.#dropping();
  }

  #dropping() {
    let inside = 0;
    const holds = (event) =>
      event.dataTransfer?.types.includes("Files") ||
      event.dataTransfer?.types.includes("text/uri-list");
    const over = (by) => {
      inside = Math.max(0, inside + by);
      document.body.toggleAttribute("data-drop", inside > 0);
    };
    addEventListener("dragenter", (event) => holds(event) && over(1));
    addEventListener("dragleave", (event) => holds(event) && over(-1));
    addEventListener("dragover", (event) => holds(event) && event.preventDefault());
    addEventListener("drop", (event) => {
      if (!holds(event)) return;
      event.preventDefault();
      over(-inside);
      const [picture] = event.dataTransfer.files;
      const address = event.dataTransfer.getData("text/uri-list").split("\n")[0];
      if (picture) this.sources.take(picture);
      else if (address && new URL(address).origin === location.origin)
        this.sources.takeFrom(address);
      else toast("I can only take files, and pictures of this page.", "problem");
      this.#box.focus();
    });
  }

  #press(event) {
    if (this.completion.press(event)) event.preventDefault();
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "ArrowUp" && (!this.#box.value || this.#back >= 0))
      this.#recall(event, 1);
    else if (event.key === "ArrowDown" && this.#back >= 0) this.#recall(event, -1);
  }

  #recall(event, by) {
    const to = Math.min(this.#typed.length - 1, this.#back + by);
    if (to === this.#back) return;
    event.preventDefault();
    this.write(to < 0 ? "" : this.#typed[to]);
    this.#back = to;
  }

  async #submit() {
    this.completion.close();
    const text = this.#box.value.trim();
    const named = /^\/([\w-]+)\s*/.exec(text);
    if (named && !IMAGINE.test(text)) {
      const done = await this.run(named[1].toLowerCase(), text.slice(named[0].length));
      if (typeof done === "string") this.#refuse(new Error(done));
      else this.#taken(text);
      return undefined;
    }
    if (!text.replace(IMAGINE, "")) return this.#refuse(new Error(NOTHING));
    this.#paint.disabled = true;
    try {
      await this.#ask({ prompt: text.replace(IMAGINE, ""), ...this.sources.fields }, text);
    } finally {
      this.#paint.disabled = false;
    }
    return undefined;
  }

  async #ask(body, text) {
    try {
      const job = await send("/v1/jobs", body, { "Idempotency-Key": this.#key(body) });
      this.#attempt = { body: "", key: "" };
      if (this.#taken(text)) this.sources.clear();
      document.dispatchEvent(new CustomEvent("easel:job", { detail: job, cancelable: true }));
    } catch (problem) {
      if (problem.status === 409 && problem.told?.tiles)
        return this.#agree(body, text, problem.told);
      // Only where nobody knows whether it arrived, the next try is the same try.
      if (problem.status) this.#attempt = { body: "", key: "" };
      this.#refuse(problem);
    }
  }

  async #agree(body, text, { tiles, price }) {
    const sentence = `That is ${plural(tiles, "picture")} for ${credits(price)}.`;
    const yes = await confirm("Paint them all?", sentence, {
      yes: `Paint ${tiles}`,
      no: "Not now",
    });
    if (yes) await this.#ask({ ...body, agreed: true }, text);
    this.#box.focus();
  }

  #key(body) {
    const now = JSON.stringify(body);
    if (this.#attempt.body !== now) this.#attempt = { body: now, key: freshKey() };
    return this.#attempt.key;
  }

  #taken(text) {
    this.#typed = [text, ...this.#typed.filter((one) => one !== text)].slice(0, 50);
    sessionStorage.setItem(TYPED, JSON.stringify(this.#typed));
    this.#back = -1;
    // Somebody may have gone on typing while it was sent.
    if (this.#box.value.trim() !== text) return false;
    this.write("");
    this.#accept();
    return true;
  }

  #refuse(problem) {
    this.#problem.textContent = problem.message;
    this.#problem.hidden = false;
    this.#box.setAttribute("aria-invalid", "true");
    this.#box.focus();
  }

  #accept() {
    this.#problem.hidden = true;
    this.#problem.textContent = "";
    this.#box.removeAttribute("aria-invalid");
  }

  #grow() {
    this.#box.style.height = "auto";
    this.#box.style.height = `${this.#box.scrollHeight}px`;
  }

  #quote() {
    clearTimeout(this.#quoting);
    const prompt = this.#box.value.replace(IMAGINE, "").trim();
    this.#price.textContent = "";
    if (!prompt || prompt.startsWith("/") || this.completion.open) return;
    this.#quoting = setTimeout(() => this.#showQuote({ prompt, ...this.sources.fields }), QUOTE_MS);
  }

  async #showQuote(body) {
    this.#asked += 1;
    const mine = this.#asked;
    try {
      const { tiles, price, at_once: atOnce } = await send("/v1/quote", body);
      if (mine !== this.#asked) return;
      const many = tiles > 1 ? `${plural(tiles, "picture")} · ` : "";
      this.#price.textContent = atOnce ? `${many}painted before, free` : `${many}${credits(price)}`;
    } catch {
      // While it is being typed it may well be wrong. It is said when it is meant.
      if (mine === this.#asked) this.#price.textContent = "";
    }
  }
}
