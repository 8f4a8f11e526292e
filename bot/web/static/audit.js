// What moderators did, newest first.

import { look, query } from "/static/api.js";
import { failed } from "/static/announce.js";
import { button, fill, make } from "/static/element.js";
import { table } from "/static/table.js";
import { moment } from "/static/words.js";

export class Audit {
  #place = document.getElementById("panel-audit");
  #deeds = [];

  async load(before = null) {
    try {
      const told = await look(`/v1/audit${query({ before })}`);
      this.#deeds = before ? [...this.#deeds, ...told.deeds] : told.deeds;
      this.#show(told.more);
    } catch (problem) {
      failed(problem);
    }
  }

  #show(more) {
    fill(
      this.#place,
      this.#deeds.length
        ? table(
            "What moderators did",
            ["When", "Who", "What", "Whom", "Why"],
            this.#deeds.map((deed) => [
              moment(deed.at),
              deed.who,
              [deed.what, deed.told].filter(Boolean).join(": "),
              deed.whom || "—",
              deed.why || "—",
            ]),
          )
        : make("p", { class: "hint", text: "Nothing was done yet." }),
      more ? button("Older", () => this.load(this.#deeds.at(-1).id), { class: "plain" }) : null,
    );
  }
}
