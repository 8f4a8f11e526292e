// What paints here, with memory and temperature where they are known, and how much it paints.

import { look, put } from "/static/api.js";
import { failed } from "/static/announce.js";
import { fill, make } from "/static/element.js";
import { plot } from "/static/plot.js";
import { bytes } from "/static/words.js";

const AGAIN_MS = 10000;
const STATES = { ready: "ready", leaving: "takes no more", away: "starting" };

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
          ? make("ul", { class: "cards" }, painters.map((one) => this.#card(one, painters.length)))
          : make("p", { class: "hint", text: "No painter is at work." }),
        plot(throughput),
      );
      if (open) this.#place.querySelector("details").open = true;
    } catch (problem) {
      this.hide();
      failed(problem);
    }
  }

  #card(painter, painters) {
    const { memory, temperature } = painter;
    const loaded = painter.warm.join(", ") || "no model loaded";
    return make(
      "li",
      { class: "card" },
      make("h3", { text: painter.name }),
      make("p", { class: "meta", text: `${loaded} · ${STATES[painter.state]}` }),
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
      ready(painter.made).map((text) => make("p", { class: "meta", text })),
      // One alone is stopped with the queue.
      painters > 1 && painter.state !== "away" ? this.#switch(painter) : null,
    );
  }

  #switch({ name, state }) {
    const takes = state === "leaving";
    const change = async () => {
      try {
        await put(`/v1/painters/${encodeURIComponent(name)}`, { takes });
        await this.#refresh();
      } catch (problem) {
        failed(problem);
      }
    };
    return make("button", {
      type: "button",
      class: "plain small",
      text: takes ? "Take pictures again" : "Take no more pictures",
      "aria-label": takes ? `Let ${name} take pictures again` : `Let ${name} take no more pictures`,
      on: { click: change },
    });
  }
}

// What was made ready for which steps, and what is not there of it and why: a line for each.
function ready(made) {
  const steps = (chosen) => {
    const sizes = {};
    for (const { model, width, height, rows } of chosen) {
      (sizes[`${model} ${width}×${height}`] ??= new Set()).add(rows);
    }
    const told = ([size, rows]) => `${size} in ${[...rows].join(", ")} rows`;
    return Object.entries(sizes).map(told).join("; ");
  };
  const lines = [];
  for (const how of ["recorded", "compiled", "compiling"]) {
    const chosen = made.filter((one) => one[how]);
    if (chosen.length) lines.push(`${how}: ${steps(chosen)}`);
  }
  for (const why of new Set(made.flatMap((one) => one.without))) {
    lines.push(`${steps(made.filter((one) => one.without.includes(why)))}: ${why}`);
  }
  return lines;
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
