// People: found by name, how they stand, and what a moderator can give them or take away.

import { look, put, query, remove, send } from "/static/api.js";
import { failed, toast } from "/static/announce.js";
import { button, fill, make } from "/static/element.js";
import { openForm } from "/static/forms.js";
import { saidTerms, termFields } from "/static/tiers.js";
import { credits, moment, plural } from "/static/words.js";

const TYPING_MS = 250;

export class People {
  #place = document.getElementById("panel-people");
  #search = make("input", {
    type: "search",
    id: "person",
    placeholder: "Name or id",
    autocomplete: "off",
  });
  #list = make("ul", { class: "people" });
  #one = make("section", { class: "person", "aria-live": "polite" });
  #open = null;

  constructor() {
    let typing;
    this.#search.addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(() => this.load(), TYPING_MS);
    });
    fill(
      this.#place,
      make(
        "div",
        { class: "split" },
        make(
          "div",
          {},
          make("label", { for: "person", class: "unseen", text: "Find somebody" }),
          this.#search,
          this.#list,
        ),
        this.#one,
      ),
    );
    this.#hint();
  }

  async load() {
    try {
      const { people } = await look(`/v1/people${query({ search: this.#search.value.trim() })}`);
      fill(
        this.#list,
        people.length
          ? people.map((person) =>
              make(
                "li",
                {},
                button(
                  "",
                  () => this.#show(person.owner),
                  {
                    class: "plain",
                    "aria-pressed": String(person.owner === this.#open),
                    "data-person": person.owner,
                  },
                  make("strong", { text: person.name || person.owner }),
                  make("span", {
                    class: "meta",
                    text: [
                      person.tier,
                      person.blocked ? "blocked" : null,
                      person.name ? person.owner : null,
                    ]
                      .filter(Boolean)
                      .join(" · "),
                  }),
                ),
              ),
            )
          : make("li", { class: "hint", text: "Nobody of that name has asked for anything." }),
      );
    } catch (problem) {
      failed(problem);
    }
  }

  #hint() {
    fill(this.#one, make("p", { class: "hint", text: "Choose somebody to see how they stand." }));
  }

  async #show(id) {
    this.#open = id;
    for (const one of this.#list.querySelectorAll("[data-person]"))
      one.setAttribute("aria-pressed", String(one.dataset.person === id));
    try {
      this.#draw(await look(this.#at(id)));
    } catch (problem) {
      failed(problem);
    }
  }

  #draw(person) {
    const { credits: left, unlimited, granted, held, limits, blocked } = person;
    const rows = [
      ["Id", person.owner],
      [
        "Tier",
        person.tier ? `${person.tier}${person.role ? `, by the role ${person.role}` : ""}` : "none",
      ],
      [
        "Credits",
        unlimited || !left ? "unlimited" : `${left.left} of ${left.of} a ${left.period ?? "day"}`,
      ],
      ["Back", left?.renews ? moment(left.renews) : null],
      ["Granted", granted ? credits(granted) : null],
      ["Held", held ? credits(held) : null],
      ["May wait", limits?.waiting ? plural(limits.waiting, "job") : null],
      ["Used today", person.used_today ? credits(person.used_today) : null],
      ["Own terms", Object.keys(person.terms ?? {}).length ? saidTerms(person.terms) : null],
      [
        "Blocked",
        blocked
          ? `${blocked.why || "without a reason"}${blocked.until ? `, until ${moment(blocked.until)}` : ""}`
          : "no",
      ],
    ].filter(([, said]) => said);
    fill(
      this.#one,
      make("h2", { text: person.name || person.owner }),
      make(
        "dl",
        { class: "facts" },
        rows.map(([name, said]) =>
          make("div", {}, make("dt", { text: name }), make("dd", { text: said })),
        ),
      ),
      make(
        "div",
        { class: "row", role: "group", "aria-label": "What to do" },
        button("Grant credits", () => this.#grant(person), { class: "primary" }),
        button("Tier", () => this.#tier(person), { class: "plain" }),
        button("Own terms", () => this.#terms(person), { class: "plain" }),
        blocked
          ? button(
              "Unblock",
              () =>
                this.#do(
                  person,
                  () => remove(`${this.#at(person.owner)}/block`),
                  "They may paint again.",
                ),
              { class: "plain" },
            )
          : button("Block", () => this.#block(person), { class: "danger" }),
      ),
      person.grants?.length
        ? make(
            "section",
            {},
            make("h3", { text: "Grants" }),
            make(
              "ul",
              { class: "listed" },
              person.grants.map((grant) =>
                make(
                  "li",
                  {},
                  make("strong", { text: credits(grant.left ?? grant.credits) }),
                  make("span", {
                    text: [grant.why, grant.expires ? `until ${moment(grant.expires)}` : null]
                      .filter(Boolean)
                      .join(" · "),
                  }),
                  button(
                    "Take back",
                    () =>
                      this.#do(
                        person,
                        () =>
                          remove(
                            `${this.#at(person.owner)}/grants/${encodeURIComponent(grant.id)}`,
                          ),
                        "Taken back.",
                      ),
                    {
                      class: "plain small",
                      "aria-label": `Take back ${credits(grant.left ?? grant.credits)}`,
                    },
                  ),
                ),
              ),
            ),
          )
        : null,
    );
  }

  #grant(person) {
    openForm(
      `Grant credits to ${person.name || person.owner}`,
      [
        { name: "credits", label: "Credits", kind: "number" },
        { name: "why", label: "Why" },
        { name: "expires", label: "Until", kind: "datetime-local", hint: "Empty is for ever." },
      ],
      {
        yes: "Grant",
        send: (told) =>
          this.#done(person, send(`${this.#at(person.owner)}/grants`, told), "Granted."),
      },
    );
  }

  async #tier(person) {
    const { tiers } = await look("/v1/tiers");
    openForm(
      `Tier of ${person.name || person.owner}`,
      [
        {
          name: "tier",
          label: "Tier",
          choices: [["", "what their roles give"], ...tiers.map(({ name }) => [name, name])],
          value: person.role ? "" : (person.tier ?? ""),
        },
        { name: "why", label: "Why" },
      ],
      {
        send: (told) =>
          this.#done(
            person,
            put(`${this.#at(person.owner)}/tier`, { tier: null, ...told }),
            "Saved.",
          ),
      },
    );
  }

  #terms(person) {
    openForm(`Terms of ${person.name || person.owner}`, termFields(person.terms, "as the tier"), {
      send: (terms) =>
        this.#done(person, put(`${this.#at(person.owner)}/terms`, { terms }), "Saved."),
    });
  }

  #block(person) {
    openForm(
      `Block ${person.name || person.owner}`,
      [
        { name: "why", label: "Why", hint: "They read it." },
        {
          name: "until",
          label: "Until",
          kind: "datetime-local",
          hint: "Empty is until a moderator changes it.",
        },
      ],
      {
        yes: "Block",
        danger: true,
        send: (told) =>
          this.#done(person, put(`${this.#at(person.owner)}/block`, told), "Blocked."),
      },
    );
  }

  async #done(person, asked, sentence) {
    await asked;
    toast(sentence);
    await Promise.all([this.#show(person.owner), this.load()]);
  }

  async #do(person, ask, sentence) {
    try {
      await this.#done(person, ask(), sentence);
    } catch (problem) {
      failed(problem);
    }
  }

  #at(id) {
    return `/v1/people/${encodeURIComponent(id)}`;
  }
}
