// What paints here, with memory and temperature where they are known, and how much it paints.

import { look } from "/static/api.js";
import { failed } from "/static/announce.js";
import { fill, make } from "/static/element.js";
import { plot } from "/static/plot.js";
import { bytes } from "/static/words.js";

const AGAIN_MS = 10000;

export class Painters {
  #place = document.getElementById("panel-painters");
  #timer;

  hide() {
    clearInterval(this.#timer);
  }

  async load() {
    this.hide();
    this.#timer = setInterval(() => !document.hidden && this.#refresh(), AGAIN_MS);
    await this.#refresh();
  }

  async #refresh() {
    try {
      const { painters, throughput } = await look("/v1/painters");
      const open = this.#place.querySelector("details")?.open;
      fill(
        this.#place,
        painters.length
          ? make("ul", { class: "cards" }, painters.map(card))
          : make("p", { class: "hint", text: "No painter is at work." }),
        plot(throughput),
      );
      if (open) this.#place.querySelector("details").open = true;
    } catch (problem) {
      this.hide();
      failed(problem);
    }
  }
}

function card(painter) {
  const { memory, temperature } = painter;
  return make(
    "li",
    { class: "card" },
    make("h3", { text: painter.name }),
    make("p", { class: "meta", text: `${painter.model} · ${painter.device}` }),
    meter("Seats taken", painter.busy, painter.seats, `${painter.busy} of ${painter.seats}`),
    memory
      ? meter(
          "Memory",
          memory.used,
          memory.total,
          `${bytes(memory.used)} of ${bytes(memory.total)}`,
        )
      : make("p", { class: "hint", text: "Its memory is not known on this device." }),
    temperature === null || temperature === undefined
      ? null
      : make("p", { class: "meta", text: `${Math.round(temperature)} °C` }),
  );
}

function meter(name, value, max, said) {
  const bar = make("meter", {
    min: "0",
    max: String(max || 1),
    value: String(value),
    "aria-label": name,
  });
  return make(
    "div",
    { class: "metered" },
    make("span", { text: name }),
    make("span", { text: said }),
    bar,
  );
}
