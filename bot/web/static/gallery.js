// All one's pictures, newest first, found by words, a page at a time.

import { favouriteButton } from "/static/actions.js";
import { look, query, remove } from "/static/api.js";
import { announce, failed, toast } from "/static/announce.js";
import { start } from "/static/chrome.js";
import { confirm } from "/static/dialog.js";
import { make } from "/static/element.js";
import { Filters } from "/static/filters.js";
import { openViewer } from "/static/viewer.js";
import { day, plural } from "/static/words.js";

const PAGE = 40;
// As many pictures as one request may delete.
const AT_ONCE = 100;

class Gallery {
  filters = new Filters(() => this.load());
  #pieces = [];
  #chosen = new Set();
  #more = false;
  #asking = null;
  #wish = 0;
  #shelves = document.getElementById("shelves");
  #older = document.getElementById("older");
  #empty = document.getElementById("empty");
  #bar = document.getElementById("chosen");

  constructor(pulse) {
    this.#older.addEventListener("click", () => this.#next());
    new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && this.#next(), {
      rootMargin: "800px",
    }).observe(this.#older);
    document
      .getElementById("select")
      .addEventListener("click", (event) => this.#selecting(event.currentTarget));
    document.getElementById("delete").addEventListener("click", () => this.#deleteChosen());
    document
      .getElementById("none")
      .addEventListener("click", () => this.#choose(() => this.#chosen.clear()));
    document
      .getElementById("all")
      .addEventListener("click", () =>
        this.#choose(() => this.#pieces.forEach((piece) => this.#chosen.add(piece.number))),
      );
    document.addEventListener("easel:removed", (event) => this.#gone([event.detail.number]));
    pulse
      .on("picture", (told) => this.#told(told))
      .on("reset", () => this.load())
      .on("job", (job) => job.status === "done" && this.#newer());
  }

  async load() {
    this.#wish += 1;
    const wish = this.#wish;
    const told = this.filters.said;
    this.filters.write();
    try {
      const { pictures, more } = await look(`/v1/history${query({ ...told, limit: PAGE })}`);
      if (wish !== this.#wish) return;
      this.#asking = null;
      this.#pieces = pictures;
      this.#more = more;
      this.#draw();
      if (query(told))
        announce(
          pictures.length
            ? `${plural(pictures.length, "picture")}${more ? " and more" : ""} found`
            : "Nothing found",
        );
    } catch (problem) {
      failed(problem);
    }
  }

  // Whoever scrolls and whoever presses Older may ask at once: they get one answer.
  #next() {
    if (!this.#more) return Promise.resolve();
    this.#asking ??= this.#page().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #page() {
    const wish = this.#wish;
    try {
      const before = this.#pieces.at(-1).number;
      const { pictures, more } = await look(
        `/v1/history${query({ ...this.filters.said, limit: PAGE, before })}`,
      );
      if (wish !== this.#wish) return;
      this.#pieces.push(...pictures);
      this.#more = more;
      pictures.forEach((piece) => this.#hang(piece));
      this.#settle();
    } catch (problem) {
      failed(problem);
    }
  }

  #draw() {
    this.#shelves.replaceChildren();
    this.#pieces.forEach((piece) => this.#hang(piece));
    this.#settle();
  }

  // What was painted meanwhile goes on top; the rest, and where somebody is in it, stays.
  async #newer() {
    if (!this.#pieces.length) return this.load();
    const wish = this.#wish;
    try {
      const after = this.#pieces[0].number;
      const { pictures } = await look(
        `/v1/history${query({ ...this.filters.said, limit: 100, after })}`,
      );
      if (wish !== this.#wish || after !== this.#pieces[0]?.number) return undefined;
      this.#pieces.unshift(...pictures);
      for (const piece of pictures.toReversed()) this.#hang(piece, { first: true });
      return this.#settle();
    } catch (problem) {
      return failed(problem);
    }
  }

  #hang(piece, { first = false } = {}) {
    const date = day(piece.painted);
    let shelf = first ? this.#shelves.firstElementChild : this.#shelves.lastElementChild;
    if (shelf?.dataset.day !== date) {
      shelf = make(
        "section",
        { "data-day": date },
        make("h2", { text: date }),
        make("ul", { class: "shelf" }),
      );
      this.#shelves[first ? "prepend" : "append"](shelf);
    }
    shelf.lastElementChild[first ? "prepend" : "append"](this.#item(piece));
  }

  #item(piece) {
    const image = make("img", {
      src: piece.thumbnail,
      alt: piece.prompt,
      width: piece.width,
      height: piece.height,
      loading: "lazy",
      decoding: "async",
    });
    const open = make(
      "a",
      { href: piece.picture, class: "open", "aria-label": `Open: ${piece.prompt}` },
      image,
    );
    open.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (this.#shelves.hasAttribute("data-selecting")) box.click();
      else openViewer(this.#pieces, piece, { more: () => this.#next() });
    });
    const box = make("input", {
      type: "checkbox",
      "aria-label": `Select: ${piece.prompt}`,
      checked: this.#chosen.has(piece.number),
    });
    box.addEventListener("change", () =>
      this.#choose(() =>
        box.checked ? this.#chosen.add(piece.number) : this.#chosen.delete(piece.number),
      ),
    );
    const item = make(
      "li",
      { "data-number": piece.number },
      open,
      make("label", { class: "pick" }, box),
      make("div", { class: "over" }, make("p", { text: piece.prompt }), favouriteButton(piece)),
    );
    item.style.setProperty("--shape", Math.min(2.5, Math.max(0.4, piece.width / piece.height)));
    return item;
  }

  #settle() {
    this.#older.hidden = !this.#more;
    this.#empty.hidden = this.#pieces.length > 0;
    this.filters.explain(this.#empty);
  }

  #selecting(control) {
    const on = this.#shelves.toggleAttribute("data-selecting");
    control.setAttribute("aria-pressed", String(on));
    this.#choose(() => this.#chosen.clear());
  }

  #choose(change) {
    change();
    for (const item of this.#shelves.querySelectorAll("li")) {
      const chosen = this.#chosen.has(Number(item.dataset.number));
      item.toggleAttribute("data-chosen", chosen);
      item.querySelector("input").checked = chosen;
    }
    this.#bar.hidden = !this.#shelves.hasAttribute("data-selecting");
    this.#bar.querySelector("output").textContent =
      `${plural(this.#chosen.size, "picture")} selected`;
    document.getElementById("delete").disabled = !this.#chosen.size;
  }

  async #deleteChosen() {
    const numbers = [...this.#chosen];
    const sure = await confirm(
      `Delete ${plural(numbers.length, "picture")}?`,
      "They are gone for good.",
      { yes: "Delete", no: "Keep them", danger: true },
    );
    if (!sure) return;
    const done = [];
    const buttons = this.#bar.querySelectorAll("button");
    for (const one of buttons) one.disabled = true;
    try {
      while (done.length < numbers.length) {
        this.#bar.querySelector("output").textContent =
          `Deleting ${done.length + 1} of ${plural(numbers.length, "picture")}…`;
        const some = numbers.slice(done.length, done.length + AT_ONCE);
        await remove(`/v1/history?numbers=${some.join()}`);
        done.push(...some);
      }
      toast(`${plural(done.length, "picture")} deleted.`);
    } catch (problem) {
      failed(problem);
    }
    for (const one of buttons) one.disabled = false;
    this.#choose(() => done.forEach((number) => this.#chosen.delete(number)));
    this.#gone(done);
  }

  #gone(numbers) {
    const gone = new Set(numbers);
    const left = this.#pieces.filter((piece) => !gone.has(piece.number));
    // The viewer holds this very list.
    this.#pieces.splice(0, this.#pieces.length, ...left);
    for (const item of this.#shelves.querySelectorAll("li"))
      if (gone.has(Number(item.dataset.number))) item.remove();
    for (const shelf of this.#shelves.querySelectorAll("section"))
      if (!shelf.querySelector("li")) shelf.remove();
    this.#settle();
  }

  #told({ number, favourite, deleted }) {
    if (deleted) return this.#gone([number]);
    const piece = this.#pieces.find((one) => one.number === number);
    if (!piece || favourite === undefined || piece.favourite === favourite) return undefined;
    piece.favourite = favourite;
    const item = this.#shelves.querySelector(`[data-number="${number}"]`);
    return item?.replaceWith(this.#item(piece));
  }
}

const { pulse, names } = start();
const gallery = new Gallery(pulse);
gallery.load();
names.ready.then(({ models }) => gallery.filters.offer(models));
pulse.start();
