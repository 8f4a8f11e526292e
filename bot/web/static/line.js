// The queue as somebody sees it who waits in it.

import { look } from "/static/api.js";
import { failed } from "/static/announce.js";
import { openDialog } from "/static/dialog.js";
import { make } from "/static/element.js";
import { plural, span } from "/static/words.js";

export const GATES = {
  open: "open",
  paused: "paused: nothing new is begun",
  draining: "draining: nothing new is taken in",
  stopping: "kept for when Easel is back: it is being stopped, and takes nothing new in",
};

export async function openQueue() {
  try {
    const told = await look("/v1/queue");
    const own = told.jobs.filter((job) => job.status === "queued" || job.status === "painting");
    openDialog(
      "The queue",
      [
        make(
          "p",
          {},
          `${plural(told.waiting, "job")} waiting, ${told.painting} being painted. The queue is ${GATES[told.gate] ?? told.gate}.`,
        ),
        make("p", {
          class: "hint",
          text: `Whoever asks now waits about ${span(told.ahead_seconds ?? 0)}.`,
        }),
        own.length
          ? make(
              "ul",
              { class: "listed" },
              own.map((job) =>
                make(
                  "li",
                  {},
                  make("strong", { text: plural(job.pictures, "picture") }),
                  make("span", {
                    text: job.place
                      ? `${job.place.ahead} ahead, about ${span(job.place.seconds)}`
                      : job.status,
                  }),
                ),
              ),
            )
          : null,
      ],
      { class: "narrow" },
    );
  } catch (problem) {
    failed(problem);
  }
}
