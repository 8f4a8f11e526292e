// How a picture was painted, in full, to be copied.

import { look } from "/static/api.js";
import { copy, edit } from "/static/actions.js";
import { openDialog } from "/static/dialog.js";
import { button, make } from "/static/element.js";
import { download } from "/static/piece.js";
import { moment, size } from "/static/words.js";

export async function openInfo(piece) {
  let full = piece;
  try {
    if (piece.number) full = { ...piece, ...(await look(`/v1/history/${piece.number}`)) };
  } catch {
    // What is known of it already is shown then.
  }
  const dialog = openDialog(
    "How it was painted",
    [
      make(
        "div",
        { class: "recipe" },
        make("img", {
          src: full.picture,
          alt: full.prompt,
          width: full.width,
          height: full.height,
        }),
        make("dl", { class: "facts" }, rows(full)),
      ),
      full.infotext ? copied("Infotext", full.infotext) : null,
      full.command ? copied("To type it again", `/imagine ${full.command}`) : null,
      make(
        "div",
        { class: "row end" },
        make("a", { class: "plain", href: download(full), download: "" }, "Download"),
        button(
          "Edit",
          () => {
            dialog.close();
            edit(full.job);
          },
          { class: "primary" },
        ),
      ),
    ],
    { class: "wide" },
  );
}

function rows(full) {
  const seed = button(String(full.seed), () => copy(String(full.seed), "Seed copied."), {
    class: "seed",
    title: "Copy the seed",
  });
  return [
    ["Prompt", full.prompt],
    ["Not in it", full.negative],
    ["Seed", seed],
    ["Model", full.model],
    ["Size", size(full)],
    ["Steps", full.steps],
    ["Sampler", full.sampler],
    ["Guidance", full.guidance],
    ["Took", full.seconds ? `${full.seconds.toFixed(1)} s` : null],
    ["Painted", full.painted ? moment(full.painted) : null],
    ["Number", full.number],
    ...(full.notes ?? []).map((note) => ["Note", note]),
  ]
    .filter(([, said]) => said !== null && said !== undefined && said !== "")
    .map(([name, said]) =>
      make(
        "div",
        {},
        make("dt", { text: name }),
        make("dd", {}, said instanceof Node ? said : String(said)),
      ),
    );
}

function copied(name, text) {
  return make(
    "section",
    { class: "copied" },
    make(
      "header",
      {},
      make("h3", { text: name }),
      button("Copy", () => copy(text, "Copied."), { class: "plain small" }),
    ),
    make("pre", { tabindex: "0", "aria-label": name, text }),
  );
}
