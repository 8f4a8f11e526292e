// One picture of a job: an empty canvas, then previews that grow clearer, then the picture.

import { copy, favouriteButton, moreMenu, upscaleMenu, varyMenu } from "/static/actions.js";
import { button, fill, make } from "/static/element.js";
import { pieceOf } from "/static/piece.js";

// Programs with a key may ask ten times a second, and so may this page with all its previews.
const PREVIEW_MS = 250;

export class Tile {
  #place = make("div", { class: "canvas" });
  #under = make("figcaption");
  #shown = null;
  #ended = "";
  #piece = null;
  #previewed = 0;
  #favourite = null;

  constructor(open) {
    this.element = make("figure", { class: "tile" }, this.#place, this.#under);
    this.open = open;
  }

  show(job, tile) {
    this.element.style.setProperty("--width", tile.width);
    this.element.style.setProperty("--height", tile.height);
    this.element.style.setProperty("--ratio", tile.width / tile.height);
    if (tile.picture) return this.#finished(job, tile);
    const waits = job.status === "queued" || job.status === "painting";
    this.element.classList.toggle("waiting", waits);
    if (tile.preview && waits && this.#due(job.tiles.length))
      this.#image(tile.preview, `Preview of ${tile.prompt}`, tile, this.#clearness(tile));
    else if (!waits) this.#empty(job.status === "done" ? "Deleted" : "");
  }

  #due(tiles) {
    if (performance.now() - this.#previewed < PREVIEW_MS * tiles) return false;
    this.#previewed = performance.now();
    return true;
  }

  get piece() {
    return this.#piece;
  }

  #clearness(tile) {
    return tile.of ? Math.max(0, 10 * (1 - (2 * tile.step) / tile.of)) : 0;
  }

  #finished(job, tile) {
    const now = `${tile.picture} ${tile.number}`;
    if (this.#ended === now) return this.#favoured(tile.favourite);
    this.#ended = now;
    this.#piece = pieceOf(job, tile);
    this.#favourite = tile.number ? favouriteButton(this.#piece) : null;
    this.element.classList.remove("waiting");
    this.#image(tile.picture, tile.prompt, tile, 0, () => this.open(this.#piece));
    // Of several alternatives each says which one it is.
    if (tile.prompt !== job.prompt) this.#place.title = tile.prompt;
    fill(
      this.#under,
      make(
        "div",
        { class: "told" },
        button(`seed ${tile.seed}`, () => copy(String(tile.seed), "Seed copied."), {
          class: "seed",
          title: "Copy the seed",
        }),
        tile.seconds
          ? make("span", { class: "seconds", text: `${tile.seconds.toFixed(1)} s` })
          : null,
      ),
      make(
        "div",
        { class: "row", role: "group", "aria-label": `What to do with picture ${tile.tile + 1}` },
        varyMenu(this.#piece),
        upscaleMenu(this.#piece),
        this.#favourite,
        moreMenu(this.#piece),
      ),
      (tile.notes ?? []).map((note) => make("p", { class: "note", text: note })),
    );
  }

  // In place, or whoever just pressed the button would lose it.
  #favoured(favourite) {
    this.#piece.favourite = favourite;
    this.#favourite?.refresh();
  }

  // The newer one fades in over the older one, and only once it is there.
  #image(address, alt, tile, blur, open) {
    if (this.#shown === address) return;
    this.#shown = address;
    const image = make("img", { alt, width: tile.width, height: tile.height, draggable: "true" });
    image.style.setProperty("--blur", `${blur}px`);
    const layer = open
      ? make(
          "a",
          {
            href: address,
            class: "layer",
            "aria-label": `Open: ${alt}`,
            on: { click: (event) => follow(event, open) },
          },
          image,
        )
      : make("div", { class: "layer" }, image);
    const come = () => {
      if (this.#shown !== address) return;
      const older = [...this.#place.children];
      this.#place.append(layer);
      setTimeout(() => older.forEach((one) => one.remove()), 400);
    };
    image.addEventListener("load", come, { once: true });
    image.addEventListener("error", () => open && come(), { once: true });
    image.src = address;
  }

  #empty(why) {
    this.#shown = null;
    this.#ended = "";
    this.#piece = null;
    fill(this.#place, why ? make("p", { class: "gone", text: why }) : null);
    fill(this.#under);
  }
}

// With Ctrl and the like a link is still a link.
function follow(event, open) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open();
}
