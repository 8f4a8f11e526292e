// Tiers: what groups of people may use.

import { look, put, remove } from "/static/api.js";
import { failed, toast } from "/static/announce.js";
import { confirm } from "/static/dialog.js";
import { button, fill, make } from "/static/element.js";
import { openForm } from "/static/forms.js";
import { table } from "/static/table.js";

export const TERMS = [
  { name: "per_day", label: "Credits a day", kind: "limit" },
  {
    name: "per_window",
    label: "Credits in a window",
    kind: "limit",
    hint: "They flow back evenly.",
  },
  { name: "window", label: "Window in seconds", kind: "limit" },
  { name: "burst", label: "At once of it", kind: "limit" },
  { name: "largest_pixels", label: "Largest picture in pixels", kind: "limit" },
  { name: "most_steps", label: "Most steps", kind: "limit" },
  { name: "most_waiting", label: "Jobs that may wait", kind: "limit" },
  { name: "most_running", label: "Pictures painted at a time", kind: "limit" },
  { name: "priority", label: "Priority", kind: "limit", hint: "A lower one goes first." },
  {
    name: "weight",
    label: "Weight",
    kind: "limit",
    hint: "Twice as much is served twice as fast.",
  },
];

// Written where nothing limits it, though what stands above may.
const NO_LIMIT = "none";

// As they stand in a form: what is not said is what stands above.
export function termFields(terms, about) {
  return TERMS.map((term) => ({
    ...term,
    value: term.name in terms ? (terms[term.name] ?? NO_LIMIT) : "",
    about,
  }));
}

export function saidTerms(terms) {
  const said = TERMS.filter(({ name }) => terms?.[name] !== undefined).map(
    ({ name, label }) => `${label}: ${terms[name]?.toLocaleString("en") ?? NO_LIMIT}`,
  );
  return said.join(" · ") || "No limits of its own";
}

export class Tiers {
  #place = document.getElementById("panel-tiers");

  async load() {
    try {
      const { tiers } = await look("/v1/tiers");
      fill(
        this.#place,
        make(
          "div",
          { class: "bar" },
          make("p", {
            class: "lead",
            text: "A tier says what the people in it may use. Whoever has none has no limits but those of the queue.",
          }),
          button("New tier", () => this.#edit({ name: "", terms: {} }), { class: "primary" }),
        ),
        tiers.length
          ? table(
              "Tiers",
              ["Name", "Roles", "Terms", ""],
              tiers.map((tier) => [
                make("strong", { text: tier.name }),
                tier.roles?.join(", ") || "—",
                saidTerms(tier.terms),
                make(
                  "div",
                  { class: "row" },
                  button("Change", () => this.#edit(tier), {
                    class: "plain small",
                    "aria-label": `Change ${tier.name}`,
                  }),
                  button("Remove", () => this.#remove(tier.name), {
                    class: "plain small",
                    "aria-label": `Remove ${tier.name}`,
                  }),
                ),
              ]),
            )
          : make("p", { class: "hint", text: "There are no tiers yet." }),
      );
    } catch (problem) {
      failed(problem);
    }
  }

  #edit(tier) {
    openForm(
      tier.name ? `Tier ${tier.name}` : "New tier",
      [
        ...(tier.name ? [] : [{ name: "name", label: "Name" }]),
        {
          name: "roles",
          label: "Roles",
          value: tier.roles?.join(", ") ?? "",
          hint: "Ids of Discord, with commas between.",
        },
        ...termFields(tier.terms, "no limit of its own"),
      ],
      {
        send: async ({ name, roles = "", ...terms }) => {
          const named = roles
            .split(",")
            .map((role) => role.trim())
            .filter(Boolean);
          await put(`/v1/tiers/${encodeURIComponent(tier.name || name || " ")}`, {
            terms,
            roles: named,
          });
          toast("Saved.");
          await this.load();
        },
      },
    );
  }

  async #remove(name) {
    if (
      !(await confirm(
        `Remove the tier ${name}?`,
        "Its people keep their pictures and lose its limits.",
        { yes: "Remove", danger: true },
      ))
    )
      return;
    try {
      await remove(`/v1/tiers/${encodeURIComponent(name)}`);
      toast("Removed.");
    } catch (problem) {
      failed(problem);
    }
    await this.load();
  }
}
