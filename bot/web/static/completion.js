// The list over the box, as ARIA describes a combobox, though a box of several lines may not be
// called one. Tab or Enter takes, Escape closes.

import { announce } from "/static/announce.js";
import { fill, make } from "/static/element.js";
import { plural } from "/static/words.js";

export class Completion {
  #list = document.getElementById("offers");
  #about = document.getElementById("about-flag");
  #told = null;
  #at = -1;

  constructor(box, offersAt) {
    this.box = box;
    this.offersAt = offersAt;
    box.addEventListener("blur", () => this.close());
    for (const event of ["input", "click"]) box.addEventListener(event, () => this.refresh());
    box.addEventListener(
      "keyup",
      (event) => /^(Arrow(Left|Right)|Home|End)$/.test(event.key) && this.refresh(),
    );
  }

  get open() {
    return this.#told !== null;
  }

  refresh() {
    const { selectionStart: caret, selectionEnd: end, value } = this.box;
    this.#told = caret === end ? this.offersAt(value, caret) : null;
    if (!this.#told) return this.close();
    // Where it stands there in full already, Enter shall paint and not take another one.
    this.#at = this.#told.exact ? -1 : 0;
    this.#about.textContent = this.#told.about ?? "";
    this.#draw();
  }

  close() {
    this.#told = null;
    this.#list.hidden = true;
    this.#about.textContent = "";
    this.box.removeAttribute("aria-activedescendant");
  }

  // True where the key was for the list and not for the box.
  press(event) {
    if (!this.open || event.isComposing) return false;
    const count = this.#told.options.length;
    if (event.key === "ArrowDown") this.#at = (this.#at + 1) % count;
    else if (event.key === "ArrowUp") this.#at = (this.#at - 1 + count) % count;
    else if (event.key === "Escape") return this.close() ?? true;
    else if (event.key === "Tab" && !event.shiftKey) return this.#take(this.#at < 0 ? 0 : this.#at);
    else if (event.key === "Enter" && !event.shiftKey && this.#at >= 0) return this.#take(this.#at);
    else return false;
    this.#draw();
    return true;
  }

  #take(at) {
    const { from, to, options } = this.#told;
    const rest = this.box.value.slice(to);
    const { insert } = options[at];
    this.box.setRangeText(rest.startsWith(" ") ? insert.trimEnd() : insert, from, to, "end");
    if (rest.startsWith(" ")) this.box.selectionStart = this.box.selectionEnd += 1;
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  }

  #draw() {
    fill(
      this.#list,
      this.#told.options.map((one, index) =>
        make(
          "li",
          {
            role: "option",
            id: `offer-${index}`,
            "aria-selected": String(index === this.#at),
            on: { pointerdown: (event) => event.preventDefault(), click: () => this.#take(index) },
          },
          make("span", { class: "name", text: one.label }),
          one.about ? make("span", { class: "about", text: one.about }) : null,
        ),
      ),
    );
    if (this.#list.hidden)
      announce(`${plural(this.#told.options.length, "offer")}. Arrows choose, Tab takes.`);
    this.#list.hidden = false;
    if (this.#at < 0) return this.box.removeAttribute("aria-activedescendant");
    this.box.setAttribute("aria-activedescendant", `offer-${this.#at}`);
    this.#list.children[this.#at].scrollIntoView({ block: "nearest" });
  }
}
