// Pictures to begin from, as chips in the box; each is kept by Easel under its digest.

import { ask } from "/static/api.js";
import { failed, toast } from "/static/announce.js";
import { button, fill, freshId, make } from "/static/element.js";
import { icon } from "/static/icons.js";
import { openMask } from "/static/mask.js";

const STRENGTH = 0.75;
const BEGIN = "image";
const GONE = "That picture is not kept here any more. Send it along once more.";

export class Sources {
  #chips = [];
  #place = document.getElementById("sources");
  // What was sent from here, which need not be fetched to be seen.
  #looks = new Map();

  constructor({ changed, recipe, controls }) {
    this.changed = changed;
    this.recipe = recipe;
    this.controls = controls;
  }

  // The fields of a request that they stand for.
  get fields() {
    const image = this.#chips.find((chip) => chip.use === BEGIN);
    const controls = this.#chips.filter((chip) => chip.use.startsWith("control:"));
    const references = this.#chips.filter((chip) => chip.use === "reference");
    return {
      ...(image
        ? {
            image: image.digest,
            strength: image.strength,
            ...(image.mask ? { mask: image.mask } : {}),
          }
        : {}),
      ...(controls.length
        ? {
            controls: controls.map((chip) => ({
              ...chip.wish,
              name: chip.use.slice(8),
              image: chip.digest,
            })),
          }
        : {}),
      ...(references.length
        ? { references: references.map((chip) => ({ ...chip.wish, image: chip.digest })) }
        : {}),
    };
  }

  async take(file, { quiet = false } = {}) {
    if (!file.type.startsWith("image/"))
      return toast("That is no picture. PNG, JPEG and WebP can be used.", "problem");
    try {
      const told = await ask("POST", "/v1/sources", file);
      this.#looks.set(told.digest, URL.createObjectURL(file));
      this.#add({
        digest: told.digest,
        width: told.width,
        height: told.height,
        command: told.command,
        prompt: told.prompt,
      });
      if (told.command && !quiet) toast("That picture holds its recipe: use it with the button beside it.");
    } catch (problem) {
      failed(problem);
    }
  }

  async takeFrom(address) {
    try {
      const answer = await fetch(address);
      await this.take(await answer.blob(), { quiet: true });
    } catch {
      toast("That picture could not be read. Save it and choose the file.", "problem");
    }
  }

  // As a job had them.
  restore(request) {
    this.#chips = [];
    if (request.image)
      this.#chips.push({
        digest: request.image,
        strength: request.strength ?? STRENGTH,
        mask: request.mask ?? null,
        use: BEGIN,
      });
    for (const { name, image, ...wish } of request.controls ?? [])
      this.#chips.push({ digest: image, use: `control:${name}`, wish });
    for (const { image, ...wish } of request.references ?? [])
      this.#chips.push({ digest: image, use: "reference", wish });
    this.#draw();
  }

  clear() {
    this.#chips = [];
    this.#draw();
  }

  #add(chip) {
    const other = this.#chips.find((one) => one.use === BEGIN);
    if (other) this.#chips.splice(this.#chips.indexOf(other), 1);
    this.#chips.push({ strength: STRENGTH, use: BEGIN, mask: null, ...chip });
    this.#draw();
  }

  #draw() {
    fill(
      this.#place,
      this.#chips.map((chip) => this.#chip(chip)),
    );
    this.#place.hidden = !this.#chips.length;
    this.changed();
  }

  #chip(chip) {
    const shown = this.#looks.get(chip.digest) ?? `/v1/sources/${chip.digest}`;
    const image = make("img", { src: shown, alt: "The picture to begin from" });
    // It may have been deleted since.
    image.addEventListener("error", () =>
      image.replaceWith(make("span", { class: "blank", title: GONE }, icon("source"))),
    );
    return make(
      "li",
      { class: "chip" },
      image,
      make(
        "div",
        { class: "settings" },
        this.#use(chip),
        chip.use === BEGIN ? this.#strength(chip) : null,
        chip.use === BEGIN ? this.#mask(chip, shown) : null,
        chip.command
          ? button(
              "Use its recipe",
              () => {
                this.#chips.splice(this.#chips.indexOf(chip), 1);
                this.#draw();
                this.recipe(chip.command);
              },
              { class: "plain small" },
            )
          : null,
      ),
      button(
        "Take away",
        () => {
          this.#chips.splice(this.#chips.indexOf(chip), 1);
          this.#draw();
          document.getElementById("prompt").focus();
        },
        { class: "round small", "aria-label": "Take this picture away", title: "Take away" },
        icon("close"),
      ),
    );
  }

  #use(chip) {
    const controls = this.controls();
    if (!controls.length && chip.use === BEGIN) return null;
    const uses = [
      [BEGIN, "Begin from it"],
      ...controls.map(({ name }) => [`control:${name}`, `Follow it: ${name}`]),
      ["reference", "Take over its look"],
    ];
    const select = make(
      "select",
      { "aria-label": "What the picture is for" },
      uses.map(([use, label]) =>
        make("option", { value: use, selected: use === chip.use, text: label }),
      ),
    );
    select.addEventListener("change", () => {
      chip.use = select.value;
      this.#draw();
    });
    return select;
  }

  #strength(chip) {
    const name = freshId("strength");
    const said = make("output", { for: name, text: `${Math.round(100 * chip.strength)} %` });
    const slider = make("input", {
      type: "range",
      id: name,
      min: "0.05",
      max: "1",
      step: "0.05",
      value: String(chip.strength),
    });
    slider.addEventListener("input", () => {
      chip.strength = Number(slider.value);
      said.textContent = `${Math.round(100 * chip.strength)} %`;
    });
    slider.addEventListener("change", () => this.changed());
    return make(
      "div",
      { class: "strength" },
      make("label", { for: name, text: "May change" }),
      slider,
      said,
    );
  }

  #mask(chip, shown) {
    if (chip.mask) {
      return button(
        "Paint all of it",
        () => {
          chip.mask = null;
          this.#draw();
        },
        { class: "plain small" },
        icon("done"),
        "Only a part · undo",
      );
    }
    return button(
      "Paint only a part",
      () =>
        openMask(shown, async (mask) => {
          const told = await ask("POST", "/v1/sources", mask);
          chip.mask = told.digest;
          this.#draw();
        }).catch(() => toast(GONE, "problem")),
      { class: "plain small" },
      icon("mask"),
      "Paint only a part",
    );
  }
}
