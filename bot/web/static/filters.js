// What is looked for in the gallery; the address of the page says the same.

import { query } from "/static/api.js";
import { make } from "/static/element.js";

const TYPING_MS = 250;

export class Filters {
  #form = document.getElementById("seek");
  #button = document.getElementById("filter");
  #model = document.getElementById("model");

  constructor(changed) {
    let typing;
    this.#form.addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(changed, TYPING_MS);
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      changed();
    });
    this.#button.addEventListener("click", () =>
      this.#open(this.#button.getAttribute("aria-expanded") === "false"),
    );
    const { model, since, until } = this.said;
    this.#open(Boolean(model || since || until));
  }

  get said() {
    const told = Object.fromEntries(new FormData(this.#form));
    return { ...told, search: told.search.trim(), favourites: told.favourites ? 1 : "" };
  }

  // The one that the address names is there already, and may be gone from Easel.
  offer(models) {
    const names = models.map((one) => one.name).filter((name) => name !== this.said.model);
    this.#model.append(...names.map((name) => make("option", { value: name, text: name })));
  }

  // The address, and what can be had of it.
  write() {
    const asked = query(this.said);
    history.replaceState(null, "", `/gallery${asked}`);
    const take = document.getElementById("take");
    take.href = `/v1/history.zip${asked}`;
    take.textContent = asked ? "Download these" : "Download all";
  }

  // Why there is nothing to see, and what to do about it.
  explain(empty) {
    const { search, favourites, model, since, until } = this.said;
    const [sentence, way] = empty.children;
    const any = Boolean(query(this.said));
    way.textContent = any ? "Show all pictures" : "Paint a picture";
    way.href = any ? "/gallery" : "/";
    if (model || since || until)
      sentence.textContent = "No picture of yours is like that. Take a filter away.";
    else if (search) sentence.textContent = `Nothing of yours has “${search}” in its prompt.`;
    else if (favourites) sentence.textContent = "You have no favourites yet.";
    else sentence.textContent = "Nothing is painted yet.";
  }

  #open(on) {
    document.getElementById("filters").hidden = !on;
    this.#button.setAttribute("aria-expanded", String(on));
  }
}
