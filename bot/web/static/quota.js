// What is left, always in view; one press says it in full.

import { look } from "/static/api.js";
import { openDialog } from "/static/dialog.js";
import { fill, make } from "/static/element.js";
import { clock, credits, moment, plural } from "/static/words.js";

export class Quota {
  #shown = document.getElementById("quota");
  #told = null;

  constructor(pulse) {
    this.#shown.addEventListener("click", () => this.open());
    pulse.on("quota", () => this.refresh()).on("reset", () => this.refresh());
  }

  async refresh() {
    try {
      this.#told = await look("/v1/quota");
    } catch {
      return;
    }
    const { unlimited, blocked, granted } = this.#told;
    const left = this.#told.credits;
    this.#shown.hidden = false;
    this.#shown.classList.toggle(
      "short",
      !unlimited && Boolean(left?.of) && left.left < left.of / 10,
    );
    if (blocked) return fill(this.#shown, "Blocked");
    if (unlimited || !left) return fill(this.#shown, "Unlimited");
    fill(
      this.#shown,
      make("strong", { text: round(left.left + (granted ?? 0)) }),
      make("span", { class: "unit" }, " credits"),
      left.renews && left.left < left.of
        ? make("span", { class: "when", text: ` · back ${clock(left.renews)}` })
        : null,
    );
  }

  open() {
    if (this.#told) openDialog("What you have", lines(this.#told), { class: "narrow" });
  }
}

function round(amount) {
  return amount.toLocaleString("en", { maximumFractionDigits: amount < 100 ? 1 : 0 });
}

function lines({ tier, unlimited, credits: left, granted, held, limits, blocked }) {
  const rows = [];
  if (blocked)
    rows.push([
      "Blocked",
      `${blocked.why || "by a moderator"}${blocked.until ? `, until ${moment(blocked.until)}` : ""}`,
    ]);
  if (unlimited || !left) rows.push(["Credits", "Unlimited"]);
  else {
    rows.push(["Credits", `${round(left.left)} of ${round(left.of)} a ${left.period ?? "day"}`]);
    if (left.renews) rows.push(["All back", moment(left.renews)]);
  }
  if (granted) rows.push(["Granted beside it", credits(granted)]);
  if (held) rows.push(["Held for what waits", credits(held)]);
  if (tier) rows.push(["Tier", tier]);
  if (limits?.pixels)
    rows.push([
      "Largest picture",
      `${Math.floor(Math.sqrt(limits.pixels))}×${Math.floor(Math.sqrt(limits.pixels))}`,
    ]);
  if (limits?.steps) rows.push(["Most steps", String(limits.steps)]);
  if (limits?.waiting) rows.push(["May wait", plural(limits.waiting, "job")]);
  if (limits?.at_once) rows.push(["Painted at a time", plural(limits.at_once, "picture")]);
  return [
    make(
      "dl",
      { class: "facts" },
      rows.map(([name, said]) =>
        make("div", {}, make("dt", { text: name }), make("dd", { text: said })),
      ),
    ),
    make("p", {
      class: "hint",
      text: "A credit is one second of the painter. You get back what was not needed.",
    }),
  ];
}
