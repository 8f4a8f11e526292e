// The whole queue, live: who waits with what price, never with what words.

import { look, put, query, remove } from "/static/api.js";
import { failed, toast } from "/static/announce.js";
import { button, fill, make } from "/static/element.js";
import { GATES } from "/static/line.js";
import { openForm } from "/static/forms.js";
import { table } from "/static/table.js";
import { credits, moment, plural, span } from "/static/words.js";

const SHOWN = 200;

function amount({ waiting, painting, ahead_seconds: ahead }) {
  if (!waiting && !painting) return "Nobody waits and nothing is being painted.";
  return `${plural(waiting, "job")} waiting, ${painting} being painted, about ${span(ahead ?? 0)} of work.`;
}

export class Line {
  #place = document.getElementById("panel-queue");
  #state = make("p", { class: "lead", role: "status" });
  #gates = make("div", { class: "row", role: "group", "aria-label": "What the queue does" });
  #rows = make("div");
  #open = false;
  #asking = false;
  #again = false;

  constructor(pulse) {
    fill(this.#place, make("div", { class: "bar" }, this.#state, this.#gates), this.#rows);
    pulse.on("queue", () => this.#open && this.load());
  }

  hide() {
    this.#open = false;
  }

  // What happens while it is asked is asked for once more.
  async load() {
    this.#open = true;
    this.#again = true;
    if (this.#asking) return;
    this.#asking = true;
    try {
      while (this.#again && this.#open) {
        this.#again = false;
        this.#show(await look("/v1/queue"));
      }
    } catch (problem) {
      failed(problem);
    } finally {
      this.#asking = false;
    }
  }

  #show(told) {
    const sentence = `${amount(told)} The queue is ${GATES[told.gate] ?? told.gate}.`;
    if (this.#state.textContent !== sentence) this.#state.textContent = sentence;
    if (this.#gates.dataset.gate !== told.gate) this.#offer(told.gate);
    const focused = document.activeElement?.dataset?.job;
    fill(
      this.#rows,
      told.jobs.length
        ? table(
            "Jobs in the queue",
            ["Who", "State", "Pictures", "Price", "Since", "Place", ""],
            told.jobs.slice(0, SHOWN).map((job) => [
              job.name || job.owner || "—",
              job.status,
              String(job.pictures),
              credits(job.price),
              moment(job.submitted),
              job.place ? `${job.place.ahead} ahead, ${span(job.place.seconds)}` : "—",
              button("Cancel", () => this.#cancel(job), {
                class: "plain small",
                "data-job": job.id,
                "aria-label": `Cancel the job of ${job.name || job.owner}`,
              }),
            ]),
          )
        : null,
    );
    if (focused) this.#rows.querySelector(`[data-job="${focused}"]`)?.focus();
  }

  #offer(gate) {
    this.#gates.dataset.gate = gate;
    fill(
      this.#gates,
      [
        ["paused", "Pause"],
        ["draining", "Drain"],
        ["open", "Resume"],
      ]
        .filter(([to]) => to !== gate)
        .map(([to, label]) =>
          button(label, () => this.#turn(to, label), {
            class: to === "open" ? "primary" : "plain",
          }),
        ),
    );
  }

  async #turn(gate, label) {
    if (gate === "open") return this.#put(gate, "");
    return openForm(
      `${label} the queue`,
      [{ name: "why", label: "Why", hint: "It stands in the audit." }],
      {
        yes: label,
        send: ({ why }) => this.#put(gate, why ?? "", true),
      },
    );
  }

  async #put(gate, why, raising = false) {
    try {
      await put("/v1/queue", why ? { gate, why } : { gate });
      toast(`The queue is ${GATES[gate]}.`);
      await this.load();
    } catch (problem) {
      if (raising) throw problem;
      failed(problem);
    }
  }

  #cancel(job) {
    openForm(
      `Cancel the job of ${job.name || job.owner}`,
      [{ name: "why", label: "Why", hint: "It stands in the audit." }],
      {
        yes: "Cancel the job",
        danger: true,
        send: async (said) => {
          await remove(`/v1/queue/${job.id}${query(said)}`);
          toast("Cancelled. What was not painted is refunded.");
          await this.load();
        },
      },
    );
  }
}
